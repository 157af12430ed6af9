"""The lists of Serializd: the person's own, which are only read, and three of shows: being watched, paused, dropped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, cast

import msgspec

from ...core.media import Kind, Media
from ...core.records import Form, Member
from ...errors import Incomplete
from ..base import Listed, Lists, ListShelf, Reading, Refusal
from ..http import Answer, Nothing
from .catalogue import Part, Show
from .convert import KINDS, Item, ItemPage, ListItem, ListPage, ListRow, Things
from .reading import STATES
from .writing import REFUSED, UNKNOWN, Writer

if TYPE_CHECKING:
    from . import Serializd

PAGE = "/user/{user}/lists?sort_by=date_edited_desc&page={page}"
TITLES = {"currently_watching": "Watching", "paused_shows": "Paused", "dropped_shows": "Dropped"}
"""What the states of shows are called, by their names there."""
ONLY_SHOWS = "Serializd keeps whole shows as watched, paused or dropped."


class OwnList(ListShelf):
    """A list that the person made. It says of nothing since when it is there."""

    service: Serializd
    kinds = KINDS
    form = Form(times=False)
    public = True

    async def read(self, cursor: str | None) -> Reading[Member]:
        """All of it, from the answer that told which lists there are."""
        row = (await cast(AllLists, self.service.shelves["lists"]).own()).get(self.own)
        if row is None:
            return Reading([], partial=f'its list "{self.title}" is not there any more')
        return Reading([Member(await self._media(item), list=self.own) for item in row.list_items])

    async def _media(self, item: ListItem) -> Media:
        """What an item is. Without a place in its show it would be something else: then it names nothing, and the list
        is not known whole."""
        catalogue, season = self.service.catalogue, item.season_id or 0
        told = catalogue.noted(item.show_id)
        names = {item.show_id: told.name if told else ""}
        if not (season or item.season or item.episode):
            return Things(names, {}).show(item.show_id)
        number = item.season
        if not season or number is None:
            part = await catalogue.find(item.show_id, lambda show: _part(show, item))
            season, number = (part.id, part.number) if part else (0, None)
        kind = Kind.EPISODE if item.episode else Kind.SEASON
        if not season or number is None:
            return Media(kind)
        things = Things(names, {(item.show_id, season): number})
        if item.episode:
            return things.episode(item.show_id, season, item.episode)
        return things.season(item.show_id, season)


class StateList(ListShelf):
    """The shows that are being watched, or paused, or dropped."""

    service: Serializd
    kinds = frozenset({Kind.SHOW})
    form = Form(batch=10)
    public = True

    def __init__(self, service: Serializd, listed: Listed) -> None:
        super().__init__(service, listed)
        self._first: Answer[ItemPage] | None = None

    async def stamp(self) -> str | None:
        """How many there are, and the newest of them: whatever happens moves one of these. It is the first page, which
        is not asked for again by the reading that follows."""
        self._first = await self.service.page(STATES[self.own], 1, ItemPage)
        page = self._first.value
        return None if page.total is None else _digest([page.total, page.items])

    async def read(self, cursor: str | None) -> Reading[Member]:
        """Always all of it."""
        first, self._first = self._first, None
        return Reading(self._read(first))

    async def _read(self, first: Answer[ItemPage] | None) -> AsyncIterator[list[Member]]:
        async for items in self.service.pages(STATES[self.own], ItemPage, lambda item: item.show_id, first):
            yield [self._member(item) for item in items]

    def _member(self, item: Item) -> Member:
        show = Things({item.show_id: item.show_name or ""}, {}).show(item.show_id)
        return Member(show, item.added or None, list=self.own)

    async def add(self, records: Sequence[Member]) -> Sequence[Refusal[Member]]:
        return await self._put(f"/{self.own}", records)

    async def remove(self, records: Sequence[Member]) -> Sequence[Refusal[Member]]:
        """What is not known there is in no state either."""
        await self._put(f"/{self.own}/remove", records)
        return []

    async def _put(self, path: str, records: Sequence[Member]) -> list[Refusal[Member]]:
        """One request for each show."""
        self._first = None
        aimed, refused = await Writer(self.service).aim(records, self.kinds, ONLY_SHOWS)
        for record, target in aimed:
            answer = await self.service.tell(path, {"show_id": target.show}, Nothing, again=True, accept=REFUSED)
            if answer.status in REFUSED:
                refused.append(Refusal(record, UNKNOWN))
        return refused


class AllLists(Lists):
    """The three states, under fixed names, and the lists that the person made."""

    service: Serializd
    each = OwnList
    public = True
    asked = True

    def __init__(self, service: Serializd) -> None:
        super().__init__(service)
        self._own: dict[str, ListRow] | None = None

    @classmethod
    def kind(cls, own: str) -> type[ListShelf]:
        return StateList if own in TITLES else OwnList

    async def all(self) -> Sequence[Listed]:
        """Asks for the person's own alone. The states come first: of two lists of one name the first is in step."""
        states = [Listed(own, title) for own, title in TITLES.items()]
        return states + [Listed(own, row.list_name, stamp(row)) for own, row in (await self.own()).items()]

    async def own(self) -> dict[str, ListRow]:
        """What the person made, by its own names; asked for once a run, for the answer holds all that stands in it."""
        if self._own is None:
            self._own = await self._ask()
        return self._own

    async def _ask(self) -> dict[str, ListRow]:
        """Raises Incomplete where these are not provably all."""
        found: dict[str, ListRow] = {}
        number, pages, full = 0, 1, 0
        while number < pages:
            number += 1
            page = (await self.service.page(PAGE, number, ListPage)).value
            rows = {str(row.list_id): row for row in page.lists}
            if number == 1:
                pages, full = page.total_pages or 0, len(rows)
            fits = pages < 2 or (full if number < pages else 1) <= len(rows) <= full
            again = len(rows) < len(page.lists) or rows.keys() & found.keys()
            if page.total_pages != pages or again or not fits:
                raise Incomplete(self.http.title, f"page {number} of its lists does not go with the others.")
            found |= rows
        return found


def stamp(row: ListRow) -> str:
    """Changes whenever something comes into a list or goes: that the time of its last change says so is not certain."""
    return _digest(row.list_items)


def _digest(said: object) -> str:
    return sha256(msgspec.json.encode(said)).hexdigest()[:16]


def _part(show: Show, item: ListItem) -> Part | None:
    """The season that an item is, or stands in."""
    if item.season_id:
        return show.by_id(item.season_id)
    return show.part(item.season) if item.season is not None else None
