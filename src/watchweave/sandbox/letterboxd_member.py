"""One member of the simulated Letterboxd: all that a person keeps there, and what a person does on the site."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar, Unpack

from . import letterboxd_export, letterboxd_feed, letterboxd_upload
from .letterboxd_films import Film, Films
from .letterboxd_rules import Options, checked_day, day, plain, slug
from .letterboxd_shelves import (
    Changes,
    Codes,
    Comment,
    Details,
    Entry,
    Item,
    ItemList,
    Mark,
    Profile,
    Rated,
)
from .letterboxd_upload import Outcome
from .world import Work, World

M = TypeVar("M", bound=Mark)


class Member:
    """The methods are what a person does on the site or what a request does; the feed, the export and the API show it.

    Times are unix seconds, and now unless told. Everything may be read freely; change it through the methods only.
    A work that Letterboxd does not have raises LookupError.
    """

    def __init__(self, world: World, options: Options, films: Films, codes: Codes, name: str) -> None:
        self.world = world
        self.options = options
        self.films = films
        self._codes = codes
        self.id = codes.member()
        self.name = name
        self.joined = self._time(None)
        self.profile = Profile()
        self.private = False
        self.opted_out = False
        """Does this member want to be unknown to the API?"""
        self.entries: dict[str, Entry] = {}
        self.deleted: list[Entry] = []
        self._about: dict[str, dict[str, Entry]] = defaultdict(dict)
        self._places: Counter[str] = Counter()
        self.watched: dict[str, Mark] = {}
        self.ratings: dict[str, Rated] = {}
        self.wishes: dict[str, Mark] = {}
        self.likes: dict[str, Mark] = {}
        self.lists: dict[str, ItemList] = {}
        self.deleted_lists: list[ItemList] = []
        self.comments: list[Comment] = []
        self.applauded: dict[str, list[Comment]] = {"reviews": [], "lists": []}

    @property
    def display_name(self) -> str:
        return f"{self.profile.given_name} {self.profile.family_name}".strip() or self.name

    def _time(self, at: float | None) -> int:
        return int(self.world.now() if at is None else at)

    # The diary

    def log(self, work: Work, on: str | None = None, at: float | None = None, **details: Unpack[Details]) -> Entry:
        """The film was watched on this day, YYYY-MM-DD, or today."""
        return self.write(work, at, **details, on=on or day(self._time(at)))

    def review(self, work: Work, text: str, at: float | None = None, **details: Unpack[Details]) -> Entry:
        """A text about a film, without a day on which it was watched."""
        details["review"] = text
        return self.write(work, at, **details)

    def write(self, work: Work, at: float | None = None, **changes: Unpack[Changes]) -> Entry:
        """A new entry, with a day or a text or both."""
        film, logged = self.films.known(work), self._time(at)
        entry = Entry(self._codes.entry(), self._codes.number(), film, logged, None, self._places[work.uid], logged)
        self._change(entry, changes, logged)
        self._places[work.uid] += 1
        self.entries[entry.code] = self._about[work.uid][entry.code] = entry
        self._mark(film, logged)
        return entry

    def edit(self, entry: Entry, **changes: Unpack[Changes]) -> None:
        """Another day, rating, text …: what is not told stays. The guid stays; whether its number does is an option."""
        had_text = bool(entry.review)
        entry.updated = self._time(None)
        self._change(entry, changes, entry.updated)
        if bool(entry.review) is not had_text and not self.options.number_stays:
            entry.number = self._codes.number()

    def _change(self, entry: Entry, changes: Changes, at: int) -> None:
        on, review = changes.get("on", entry.on), plain(changes.get("review", entry.review))
        if not on and not review:
            raise ValueError("an entry needs a day or a text")
        entry.on, entry.review = checked_day(on) if on else None, review
        entry.rewatch = changes.get("rewatch", entry.rewatch)
        entry.tags = tuple(changes.get("tags", entry.tags))
        entry.spoilers = changes.get("spoilers", entry.spoilers)
        entry.rating = changes.get("rating", entry.rating)
        rating = changes.get("rating")
        if rating and (self.options.entry_rates == "always" or self._newest(entry)):
            self.rate(entry.film.work, rating, at)
        if "like" in changes:
            (self.like if changes["like"] else self.unlike)(entry.film.work)

    def _newest(self, entry: Entry) -> bool:
        """Was the film never watched on a later day?"""
        return not entry.on or all((one.on or "") <= entry.on for one in self.of(entry.film.work))

    def of(self, work: Work) -> list[Entry]:
        """The entries about a film, in the order in which they were written."""
        return list(self._about[work.uid].values())

    def delete(self, entry: Entry) -> None:
        """The entry goes; that the film was watched, and its rating, stay."""
        self.deleted.append(self.entries.pop(entry.code))
        del self._about[entry.film.work.uid][entry.code]

    # Films

    def _mark(self, film: Film, at: int) -> None:
        """Watched; a watched film leaves the watchlist."""
        self.watched.setdefault(film.work.uid, Mark(film, at))
        self.wishes.pop(film.work.uid, None)

    def watch(self, work: Work, at: float | None = None) -> None:
        """Mark a film as watched, nobody says when."""
        self._mark(self.films.known(work), self._time(at))

    def unwatch(self, work: Work) -> bool:
        """The mark goes, and the rating with it; not while there are entries about the film."""
        if self.of(work):
            return False
        self.ratings.pop(work.uid, None)
        self.watched.pop(work.uid, None)
        return True

    def rate(self, work: Work, value: int, at: float | None = None) -> None:
        """1 to 10, in half stars; a rated film is a watched one."""
        if not 1 <= value <= 10:
            raise ValueError(f"{value} is no rating")
        film, moment = self.films.known(work), self._time(at)
        self.ratings[work.uid] = Rated(film, moment, value)
        self._mark(film, moment)

    def unrate(self, work: Work) -> None:
        self.ratings.pop(work.uid, None)

    def like(self, work: Work, at: float | None = None) -> None:
        self.likes.setdefault(work.uid, Mark(self.films.known(work), self._time(at)))

    def unlike(self, work: Work) -> None:
        self.likes.pop(work.uid, None)

    def want(self, work: Work, at: float | None = None) -> bool:
        """On the watchlist, unless it is there already."""
        new = work.uid not in self.wishes
        self.wishes.setdefault(work.uid, Mark(self.films.known(work), self._time(at)))
        return new

    def unwant(self, work: Work) -> None:
        self.wishes.pop(work.uid, None)

    def marked(self, marks: Mapping[str, M]) -> list[M]:
        """These marks, oldest first, without the films that left Letterboxd."""
        return sorted((m for uid, m in marks.items() if uid not in self.films.gone), key=lambda mark: mark.at)

    # Lists and words

    def make_list(self, name: str, description: str = "", at: float | None = None) -> ItemList:
        """A new empty list, for all to see."""
        made = self._time(at)
        new = ItemList(self._codes.list(), self._codes.number(), name, self._list_slug(name), made, made)
        new.description = plain(description)
        self.lists[new.code] = new
        return new

    def _list_slug(self, name: str) -> str:
        base, taken = slug(name), {one.slug for one in (*self.lists.values(), *self.deleted_lists)}
        tries = (base, *(f"{base}-{number}" for number in range(1, len(taken) + 1)))
        return next(one for one in tries if one not in taken) if base else ""

    def put_on(self, items: ItemList, work: Work, note: str = "") -> None:
        """At the end of the list; where the film is on it already, with this note."""
        film, note = self.films.known(work), plain(note)
        place = next((n for n, item in enumerate(items.items) if item.film is film), len(items.items))
        items.items[place : place + 1] = [Item(film, note)]
        self.list_changed(items)

    def take_off(self, items: ItemList, work: Work) -> None:
        items.items = [item for item in items.items if item.film.work is not work]
        self.list_changed(items)

    def list_changed(self, items: ItemList) -> None:
        items.version += 1
        items.updated = self._time(None)

    def delete_list(self, items: ItemList) -> None:
        self.deleted_lists.append(self.lists.pop(items.code))

    def comment(self, content: str, text: str, at: float | None = None) -> None:
        """Say something under the review or list at this address."""
        self.comments.append(Comment(self._time(at), content, plain(text)))

    def applaud(self, content: str, of: str = "reviews", at: float | None = None) -> None:
        """Like somebody's review, or with `lists` a list, at this address."""
        self.applauded[of].append(Comment(self._time(at), content, ""))

    # What a person takes home, and brings

    def feed(self) -> bytes:
        """What stands at /{name}/rss/."""
        return letterboxd_feed.feed(self)

    def export(self) -> bytes:
        """The ZIP of letterboxd.com/settings/data, as of now."""
        return letterboxd_export.export(self)

    def upload(self, content: bytes, of: letterboxd_upload.Kind = "diary", name: str = "") -> Sequence[Outcome]:
        """Import a CSV, and say what became of each row; a list is the one with this name, or a new one.

        Raises `letterboxd_upload.Refused` where the file is refused as a whole: then nothing was done.
        """
        return letterboxd_upload.upload(self, content, of, name)
