"""What the simulated IMDb answers to each field of a question, and what each mutation does."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import faults
from .imdb_asking import Row
from .imdb_member import Entry, ItemList, ListFull, Member, Rating
from .imdb_rules import Refused, SignedOut, iso
from .imdb_titles import Title
from .server import Call

if TYPE_CHECKING:
    from .imdb import Imdb

Arguments = Mapping[str, Any]
HIGHEST = 10
UNKNOWN = "RESOURCE_NOT_FOUND"
WRONG = "BAD_USER_INPUT"


class Answers:
    """The answers to one request. `me` is whose cookie it bears; `trouble` is what is wrong with it otherwise."""

    def __init__(self, imdb: Imdb, call: Call, me: Member | None, trouble: str) -> None:
        self.imdb = imdb
        self.call = call
        self.me = me
        self.trouble = trouble
        self.language = call.headers.get("x-imdb-user-language", "en-US").partition("-")[0]

    def query(self) -> Row:
        return {
            "user": self.user,
            "userProfile": self.user_profile,
            "title": self.title,
            "predefinedList": self.predefined_list,
            "list": self.any_list,
            "advancedTitleSearch": self.search,
        }

    def mutation(self) -> Row:
        return {
            "rateTitle": self.rate,
            "deleteTitleRating": self.unrate,
            "addItemToPredefinedList": self.put_on_own,
            "removeElementFromPredefinedList": self.take_off_own,
            "addWatchedTitle": self.mark,
            "removeWatchedTitle": self.unmark,
            "addItemToList": self.put_on,
            "removeElementFromList": self.take_off,
            "createList": self.make_list,
            "deleteList": self.delete_list,
            "createListExport": self.order_export,
        }

    # Who asks, and what about

    @property
    def member(self) -> Member:
        """Who asks; nobody is refused, in the shape on order. Only a cookie can be told to be invalid or expired."""
        if self.me:
            return self.me
        shape = self.imdb.options.signed_out
        if shape == "status":
            raise SignedOut
        raise Refused("UNAUTHENTICATED", "Authentication is required", told=shape == "errors" or not self.trouble)

    def _title(self, name: str) -> Title:
        title = self.imdb.titles.find(name)
        if title is None:
            raise Refused(UNKNOWN, "There is no such title")
        return title

    def _list(self, number: str) -> tuple[Member, ItemList]:
        for owner in self.imdb.members:
            for items in owner.all_lists():
                if items.id == number:
                    return owner, items
        raise Refused(UNKNOWN, "There is no such list")

    def _own_list(self, number: str) -> ItemList:
        member = self.member
        owner, items = self._list(number)
        if owner is not member:
            raise Refused("FORBIDDEN", "This is somebody else's list")
        return items

    # Reading

    def user(self, _: Arguments) -> Row:
        return {"fullName": self.member.name.title(), "profile": self._profile(self.member)}

    def _profile(self, member: Member) -> Row:
        return {"userId": member.id, "nickName": member.name}

    def user_profile(self, arguments: Arguments) -> Row:
        name = arguments["input"]["profileId"]
        found = next((member for member in self.imdb.members if member.profile == name), None)
        if found is None:
            raise Refused(UNKNOWN, "There is no such profile")
        return self._profile(found)

    def title(self, arguments: Arguments) -> Row:
        return self._row(self._title(arguments["id"]))

    def _row(self, title: Title) -> Row:
        return {
            "id": title.id,
            "titleType": {"id": title.facts.type},
            "titleText": lambda _: {"text": title.local(self.language)},
            "userRating": lambda _: self._rating(self.member.ratings.get(title.id)),
            "series": lambda _: self._series(title),
        }

    def _rating(self, rating: Rating | None) -> Row | None:
        return {"value": rating.value, "date": iso(rating.at)} if rating else None

    def _series(self, title: Title) -> Row | None:
        """Episodes alone have one; seasons are no titles, only numbers."""
        work = title.work
        show = self.imdb.titles.of(work.show) if work.show else None
        number = {"seasonNumber": work.season, "episodeNumber": work.number}
        return {"series": self._row(show), "episodeNumber": number} if show else None

    def predefined_list(self, arguments: Arguments) -> Row:
        """One's own, or a member's by the number; a profile's name (`p.…`) is no number."""
        user = arguments.get("userId")
        if user is None:
            owner: Member | None = self.member
        elif user.startswith("p."):
            raise Refused(WRONG, "This is no user id")
        else:
            owner = next((member for member in self.imdb.members if member.id == user), None)
        if owner is None:
            raise Refused(UNKNOWN, "There is no such user")
        return self._items(owner, _own(owner, arguments["classType"]), self.imdb.options.own_list_page)

    def any_list(self, arguments: Arguments) -> Row:
        return self._items(*self._list(arguments["id"]), self.imdb.options.list_page)

    def _items(self, owner: Member, items: ItemList, most: int) -> Row:
        if owner is not self.me and not items.public:
            raise Refused("FORBIDDEN", "Permission denied")
        return {"items": lambda arguments: self._page(items.entries, arguments, most, "item")}

    def search(self, arguments: Arguments) -> Row:
        """Among the titles that one has rated; any other search is left out here."""
        sort, constraints = arguments.get("sort") or {}, arguments.get("constraints") or {}
        if not constraints.get("myRatingConstraint"):
            raise Refused(WRONG, "Only searches by myRatingConstraint are simulated")
        values = constraints["myRatingConstraint"].get("ratingRange") or {}
        lowest, highest = values.get("min") or 1, values.get("max") or HIGHEST
        types = (constraints.get("titleTypeConstraint") or {}).get("anyTitleTypeIds")
        found = [rating for rating in self.member.rated() if lowest <= rating.value <= highest]
        if types is not None:
            found = [rating for rating in found if self._title(rating.id).facts.type in types]
        if sort.get("sortOrder") == "ASC":
            found.reverse()
        return self._page(found, arguments, self.imdb.options.search_page, "title")

    def _page(self, rows: Sequence[Entry | Rating], arguments: Arguments, most: int, name: str) -> Row:
        """One page of these, cut in silence where more is asked for, and whatever the faults on order make of it.

        name: under which a node has its title.
        """
        if arguments["first"] < 0:
            raise Refused(WRONG, "first is negative")
        call = self.call
        rows = [] if call.fault(faults.Empty) else rows
        cap, short, count = call.fault(faults.Cap), call.fault(faults.Short), call.fault(faults.Count)
        size = min(arguments["first"], most, cap.rows if cap else most)
        start = _start(arguments.get("after"))
        end = min(start + size, len(rows))
        found = rows[start : max(start, end - (short.rows if short else 0))]
        return {
            "total": len(rows) + (count.by if count else 0),
            "edges": [{"node": {name: self._row(self._title(row.id))}} for row in found],
            "pageInfo": {"hasNextPage": end < len(rows), "endCursor": _cursor(end) if found else None},
        }

    # Ratings and watched marks

    def rate(self, arguments: Arguments) -> Row:
        member, title, value = self.member, self._title(arguments["input"]["titleId"]), arguments["input"]["rating"]
        if not 1 <= value <= HIGHEST:
            raise Refused(WRONG, "A rating is a whole number from 1 to 10")
        return {"rating": self._rating(member.rate(title.work, value))}

    def unrate(self, arguments: Arguments) -> Row:
        """`date`: when it was rated; null, and no error, where it was not."""
        member, title = self.member, self._title(arguments["input"]["titleId"])
        rating = member.ratings.get(title.id)
        member.unrate(title.work)
        return {"date": iso(rating.at) if rating else None}

    def mark(self, arguments: Arguments) -> Row:
        self.member.mark(self._title(arguments["titleId"]).work)
        return {"success": True, "message": None}

    def unmark(self, arguments: Arguments) -> Row:
        self.member.unmark(self._title(arguments["titleId"]).work)
        return {"success": True, "message": None, "remainingWatchedSourceTypes": []}

    # Lists

    def put_on_own(self, arguments: Arguments) -> Row:
        items = _own(self.member, arguments["input"]["classType"])
        return self._put(items, arguments["input"]["item"]["itemElementId"])

    def take_off_own(self, arguments: Arguments) -> Row:
        return self._take(_own(self.member, arguments["input"]["classType"]), arguments["input"]["itemElementId"])

    def put_on(self, arguments: Arguments) -> Row:
        items = self._own_list(arguments["input"]["listId"])
        return self._put(items, arguments["input"]["item"]["itemElementId"])

    def take_off(self, arguments: Arguments) -> Row:
        return self._take(self._own_list(arguments["input"]["listId"]), arguments["input"]["itemElementId"])

    def _put(self, items: ItemList, name: str) -> Row:
        try:
            entry = self.member.put_on(items, self._title(name).work)
        except ListFull:
            raise Refused(WRONG, f"A list holds {self.imdb.options.list_cap} titles at most") from None
        return {"listId": items.id, "modifiedItem": {"itemId": str(entry.number)}}

    def _take(self, items: ItemList, name: str) -> Row:
        """Taking off what is not there succeeds, too."""
        entry = self.member.take_off(items, self._title(name).work)
        return {"listId": items.id, "modifiedItem": {"itemId": str(entry.number)} if entry else None}

    def make_list(self, arguments: Arguments) -> Row:
        asked = arguments["input"]
        public, duplicates = asked["visibility"] == "PUBLIC", bool(asked.get("allowDuplicates"))
        made = self.member.make_list(asked["name"], public=public, duplicates=duplicates)
        made.description = asked.get("listDescription") or ""
        return {"listId": made.id}

    def delete_list(self, arguments: Arguments) -> Row:
        gone = self._own_list(arguments["input"]["listId"])
        if gone.id not in self.member.lists:
            raise Refused("FORBIDDEN", "Every member has this list")
        self.member.delete_list(gone)
        return {"listId": gone.id}

    def order_export(self, arguments: Arguments) -> Row:
        self.member.order_export(self._own_list(arguments["input"]["listId"]))
        return {"status": {"id": "PROCESSING"}}


def _own(member: Member, name: str) -> ItemList:
    return {"WATCH_LIST": member.watchlist, "CHECK_INS": member.checkins}[name]


def _cursor(end: int) -> str:
    return base64.b64encode(json.dumps({"offset": end - 1}).encode()).decode()


def _start(cursor: str | None) -> int:
    """Where the page after this cursor begins."""
    if not cursor:
        return 0
    try:
        return int(json.loads(base64.b64decode(cursor, validate=True))["offset"]) + 1
    except (ValueError, KeyError, TypeError):
        raise Refused(WRONG, "This is no cursor") from None
