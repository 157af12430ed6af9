"""Reading an account by Letterboxd's API: all there is, or what came since."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ...core.records import Record
from ...errors import Incomplete
from ..base import Reading
from .api_convert import MOST_STARS, Entry, Film, Marks, Words, plays, usable

if TYPE_CHECKING:
    from . import Letterboxd

LISTS = ("Watched", "Rated", "Liked", "InWatchlist")
"""What a film can be to a member. The first list tells of nearly all films."""
LONGEST = 7200
"""In a look for news one of the lists is asked for, in turn, and each that was not for so many seconds: with a look every
half an hour it is one, and none waits longer than this."""
FEW = 10
"""Of so many films the entries are asked for film by film."""


class Seen(Struct):
    """The newest films of a list as last seen: what each was to the member; and when that was."""

    asked: int
    films: dict[str, list[object]]


class Cursor(Struct):
    """Where we left off. entries: what the newest ones said, in short."""

    member: str = ""
    entries: dict[str, int] = {}
    lists: dict[str, Seen] = {}


class Look:
    """One look at an account; `reading` gets its cursor at the end."""

    def __init__(self, service: Letterboxd, cursor: str | None) -> None:
        self.service = service
        self.api = service.api
        self.before = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
        self.now = Cursor(self.before.member, lists=dict(self.before.lists))
        whole = self.before.lists.keys() != set(LISTS)  # also where feed and export were read so far
        self.reading: Reading[Record] = Reading(self._whole() if whole else self._news(), complete=whole)
        self._told: set[str] = set()
        """The films of which it was said what they are to the member."""
        self._held: Counter[str] = Counter()
        """How many of these are on each list."""
        self._unusable = 0
        """Entries that are no review and no viewing that can be told."""

    async def _whole(self) -> AsyncIterator[Sequence[Record]]:
        """The marks first: an entry that is written meanwhile is then no mark without a viewing."""
        await self.service.identity()  # a private account shows nothing
        self.now.member, self.now.lists = (await self.api.me()).member.id, {}
        for relation in LISTS:
            async for page in self.api.listed(self.now.member, relation):
                yield self._marks(relation, page.items)
                if relation != LISTS[0] and page.item_count == self._held[relation]:
                    break  # the first list told of all of them
        words = Words()
        async for entries in self._entries():
            words.take(entries)
            yield self._plays(entries)
        yield words.records()
        self._leave()

    async def _news(self) -> AsyncIterator[Sequence[Record]]:
        for relation in self._due():
            seen = self.now.lists.pop(relation).films
            async for page in self.api.listed(self.now.member, relation):
                yield self._marks(relation, page.items, seen)
                await self._doubt(known=bool(seen), shown=bool(page.items))
                if any(film.id in seen for film in page.items):
                    break
        fresh: list[Entry] = []
        async for entries in self._entries():
            fresh += [entry for entry in entries if self.before.entries.get(entry.id) != entry.said]
            await self._doubt(known=bool(self.before.entries), shown=bool(entries))
            if any(entry.id in self.before.entries for entry in entries):
                break
        if fresh:
            yield self._plays(fresh)
            films = list(dict.fromkeys(entry.film.id for entry in fresh if entry.film))
            yield self._marks("", await self.api.named(films))
            yield await self._words(fresh)
        self._leave()

    def _due(self) -> list[str]:
        """The list that has waited longest, and those that have waited too long."""
        asked = {relation: self.before.lists[relation].asked for relation in LISTS}
        first, *others = sorted(LISTS, key=asked.__getitem__)
        late = int(self.service.http.clock.now()) - LONGEST
        return [first, *(relation for relation in others if asked[relation] <= late)]

    async def _entries(self) -> AsyncIterator[list[Entry]]:
        """The pages of what the member wrote; the first one is noted."""
        first = True
        async for page in self.api.entries(self.now.member):
            if first:
                self.now.entries, first = {entry.id: entry.said for entry in page.items}, False
            yield page.items

    def _marks(self, relation: str, films: Sequence[Film], seen: dict[str, list[object]] | None = None) -> list[Record]:
        """What these films are to the member, of each once; not of those that were the same when last seen."""
        marks = {film.id: self._of(film) for film in films}
        if relation and relation not in self.now.lists:
            said = {name: one.said for name, one in marks.items()}
            self.now.lists[relation] = Seen(int(self.service.http.clock.now()), said)
        fresh = {film.id: film.media for film in films if film.id not in self._told}
        self._told |= fresh.keys()
        for name in fresh:
            self._held.update(one for one, holds in zip(LISTS, marks[name].said, strict=True) if holds)
        news = {name: film for name, film in fresh.items() if not seen or seen.get(name) != marks[name].said}
        return [record for name, film in news.items() for record in marks[name].records(film)]

    def _of(self, film: Film) -> Marks:
        """What a film is to the member. That it is not said is not that it is nothing."""
        if not film.relationships:
            raise Incomplete(self.service.title, f"it is not said what {film.name} is to you.")
        marks = film.relationships[0].relationship
        if marks.rating is not None and not 0 <= marks.rating <= MOST_STARS:
            raise Incomplete(self.service.title, f"{film.name} has a rating that is none: {marks.rating:g}.")
        return marks

    async def _words(self, fresh: Sequence[Entry]) -> list[Record]:
        """Reviews and tags of the films of these entries: all entries of a film together say what they are."""
        worded = [entry for entry in fresh if entry.film and (entry.review or entry.tags)]
        films = list(dict.fromkeys(entry.film.id for entry in worded if entry.film))
        words = Words()
        for film in films if len(films) <= FEW else [""]:
            async for page in self.api.entries(self.now.member, film):
                words.take(page.items)
        return words.records()

    def _plays(self, entries: Sequence[Entry]) -> list[Record]:
        """The viewings among these. One that cannot be used is there all the same: then not all was read."""
        zone = self.service.desk.zone
        self._unusable += sum(not usable(entry, zone) for entry in entries)
        return plays(entries, zone)

    async def _doubt(self, *, known: bool, shown: bool) -> None:
        """Where nothing is shown any more the account may have become private: then this raises."""
        if known and not shown:
            await self.service.identity()

    def _leave(self) -> None:
        """The end. What was not understood may be anything: that something was not shown says nothing then."""
        if self._unusable:
            self.reading.missed = (
                f"its API names no film, or no day that there is, for {self._unusable} of your entries. They are left out, and"
                " nothing is taken for removed, until it does."
            )
        self.reading.cursor = msgspec.json.encode(self.now).decode()
