"""What is read of the files that were handed in. Nothing is ever written there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from ...core.media import Kind
from ...core.records import Copy, Form, Like, Member, Play, Rating, Record, Review, Tags, Watched, Wish
from ..base import Listed, Lists, ListShelf, Reading, Shelf
from .label import ALL, Part, parts
from .paper import Paper

if TYPE_CHECKING:
    from . import Shoebox

NOT_YET = 'nothing was imported for it yet. Run "watchweave import FILE"'


class ShoeboxShelf(Shelf[Record]):
    """A shelf as the newest file tells of it that does. tells: the shelves whose records its reading brings."""

    service: Shoebox
    kinds = ALL
    filed = True
    tells: ClassVar[Sequence[str]] = ()

    def _parts(self) -> list[Part]:
        return parts(self.service.desk.files, self.tells)

    async def stamp(self) -> str | None:
        return " ".join(sorted(part.handed.digest for part in self._parts())) or None

    async def read(self, cursor: str | None) -> Reading[Record]:
        """All of the files that were not read yet, as of their making; of a page, and of a file with faults, what is missing
        says nothing."""
        known, found = set((cursor or "").split()), self._parts()
        fresh = [part for part in found if part.handed.digest not in known]
        reading: Reading[Record] = Reading([], complete=False, cursor=await self.stamp())
        reading.partial = "" if found else NOT_YET
        if fresh:
            told = {shelf: kinds_in(fresh, shelf) for shelf in self.tells}
            reading.kinds = next(kinds for kinds in told.values() if kinds)
            reading.lacks = frozenset(shelf for shelf, kinds in told.items() if not kinds >= reading.kinds)
            reading.made = min(part.handed.made for part in fresh)
            reading.records = self._records(reading, fresh)
        return reading

    async def _records(self, reading: Reading[Record], fresh: Sequence[Part]) -> AsyncIterator[list[Record]]:
        reading.complete = all(part.whole for part in fresh)
        for part in fresh:
            paper = Paper(self.service.title, part.handed.path, self.service.desk.zone, part.handed.label)
            for page in paper.read(part.wanted):
                yield page
            reading.complete = reading.complete and not paper.faulty & part.wanted.keys()


def kinds_in(fresh: Sequence[Part], shelf: str) -> frozenset[Kind]:
    """The kinds of a shelf that these tell of."""
    return frozenset[Kind]().union(*(part.wanted.get(shelf, ()) for part in fresh))


class History(ShoeboxShelf):
    """Plays with their times; its reading brings the flags, too."""

    record = Play
    form = Form(clock="second", renames=True)
    tells = ("history", "watched")


class Marks(ShoeboxShelf):
    """What was watched, whenever that was."""

    record = Watched
    kinds = frozenset({Kind.MOVIE, Kind.EPISODE})
    read_by = "history"
    tells = History.tells


class Ratings(ShoeboxShelf):
    """Ten to a point, as they are inside."""

    record = Rating
    form = Form(steps=100)
    tells = ("ratings",)


class Watchlist(ShoeboxShelf):
    record = Wish
    tells = ("watchlist",)


class Collection(ShoeboxShelf):
    record = Copy
    asked = True
    tells = ("collection",)


class Likes(ShoeboxShelf):
    record = Like
    tells = ("favourites",)


class Reviews(ShoeboxShelf):
    record = Review
    tells = ("reviews",)


class TagList(ShoeboxShelf):
    record = Tags
    tells = ("tags",)


class OneList(ListShelf, ShoeboxShelf):
    """One list, by its title."""

    public = True
    tells = ("lists",)

    async def _records(self, reading: Reading[Record], fresh: Sequence[Part]) -> AsyncIterator[list[Record]]:
        async for page in super()._records(reading, fresh):
            yield [one for one in page if isinstance(one, Member) and one.list == self.own]


class AllLists(Lists):
    """The titles in the newest file that tells of lists; found out once for each file."""

    public = True
    filed = True
    each = OneList
    tells = OneList.tells
    service: Shoebox

    async def all(self) -> Sequence[Listed] | None:
        found = parts(self.service.desk.files, self.tells)
        if not found:
            return None
        notes, digests = self.service.desk.notes, " ".join(sorted(part.handed.digest for part in found))
        known = msgspec.json.decode(notes.load("lists") or b"[]", type=list[str])
        if known[:1] != [digests]:
            known = [digests, *sorted({title for part in found for title in self._titles(part)})]
            notes.save("lists", msgspec.json.encode(known))
        return [Listed(title, title) for title in known[1:]]

    def _titles(self, part: Part) -> set[str]:
        paper = Paper(self.service.title, part.handed.path, self.service.desk.zone, part.handed.label)
        return {one.list for page in paper.read(part.wanted) for one in page if isinstance(one, Member)}


SHELVES: Mapping[str, Any] = {
    "lists": AllLists,
    "history": History,
    "watched": Marks,
    "ratings": Ratings,
    "watchlist": Watchlist,
    "collection": Collection,
    "favourites": Likes,
    "reviews": Reviews,
    "tags": TagList,
}
