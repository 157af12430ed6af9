"""One member of the simulated IMDb: ratings, watchlist, check-ins, lists and watched marks, and what a person does."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from . import imdb_export
from .imdb_export import Layout
from .imdb_rules import Options
from .imdb_titles import Titles
from .world import Work, World


class Rating(Struct, frozen=True):
    """`value` from 1 to 10, `at` in unix seconds."""

    id: str
    value: int
    at: float


class Entry(Struct, frozen=True):
    """A title on a list. Times are unix seconds."""

    number: int
    id: str
    created: float
    modified: float
    description: str = ""


class Export(Struct, frozen=True):
    """A file that was ordered; it can be fetched from `ready` on. Its name means nothing."""

    name: str
    ready: float
    content: bytes


class ListFull(ValueError):
    """There is no room for another title on this list."""


class ItemList:
    """A list, the watchlist or the check-ins, in order. duplicates: may a title be there twice?"""

    def __init__(self, id: str, name: str, *, public: bool = False, duplicates: bool = False) -> None:
        self.id = id
        self.name = name
        self.description = ""
        self.public = public
        self.duplicates = duplicates
        self.entries: list[Entry] = []
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __contains__(self, name: str) -> bool:
        return self._counts[name] > 0

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._counts[entry.id] += 1

    def keep(self, entries: list[Entry]) -> None:
        """These entries, and no others."""
        self.entries = entries
        self._counts = Counter(entry.id for entry in entries)


class Member:
    """The methods are what a person does on the website or what a request does.

    Times are unix seconds. What the member holds may be read freely; change it through the methods only. A work that
    IMDb does not know (a season, or one without an IMDb id) raises ValueError.
    """

    def __init__(self, world: World, options: Options, titles: Titles, number: int, name: str) -> None:
        self.world = world
        self.options = options
        self.titles = titles
        self.name = name
        self.id = f"ur{number:08d}"
        self.profile = f"p.{self._secret('profile')[:26]}"
        self.language = "en"
        self.timezone = "UTC"
        self.ratings: dict[str, Rating] = {}
        self.watched: set[str] = set()
        self._count = number * 1_000_000
        self.watchlist = ItemList(self._list_id(), "WATCHLIST")
        self.checkins = ItemList(self._list_id(), "Check-ins", duplicates=True)
        self.lists: dict[str, ItemList] = {}
        self.exports: list[Export] = []
        self.sign_in()

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _list_id(self) -> str:
        return f"ls{self._next():09d}"

    def _secret(self, purpose: str) -> str:
        return hashlib.sha256(f"{self.world.seed} {self.name} {purpose}".encode()).hexdigest()

    def _id(self, work: Work) -> str:
        title = self.titles.of(work)
        if title is None:
            raise ValueError(f"IMDb does not know {work!r}")
        return title.id

    # Signing in: a browser's cookies

    def sign_in(self) -> None:
        """In a browser; the cookies of before are no longer good."""
        self.at_main = f"Atza|{self._secret(str(self._next()))}"
        self.state: Literal["good", "invalid", "expired"] = "good"

    def sign_out(self) -> None:
        self.state = "invalid"

    def expire(self) -> None:
        self.state = "expired"

    @property
    def cookie(self) -> str:
        """What the browser sends."""
        return f"at-main={self.at_main}; ubid-main=130-{self.id[-7:]}-{self.id[-7:]}"

    # Ratings and watched marks

    def rate(self, work: Work, value: int, at: float | None = None) -> Rating:
        """Rate, or rate again: both value and date are new."""
        rating = Rating(self._id(work), value, self.world.now() if at is None else at)
        self.ratings[rating.id] = rating
        return rating

    def unrate(self, work: Work) -> bool:
        return self.ratings.pop(self._id(work), None) is not None

    def rated(self) -> list[Rating]:
        """All ratings, newest first."""
        return sorted(self.ratings.values(), key=lambda rating: (rating.at, rating.id), reverse=True)

    def mark(self, work: Work) -> None:
        """Watched, some day."""
        self.watched.add(self._id(work))

    def unmark(self, work: Work) -> None:
        self.watched.discard(self._id(work))

    # Lists of all sorts

    def wish(self, work: Work, description: str = "") -> Entry:
        return self.put_on(self.watchlist, work, description)

    def unwish(self, work: Work) -> Entry | None:
        return self.take_off(self.watchlist, work)

    def check_in(self, work: Work, description: str = "") -> Entry:
        """Watching it now."""
        return self.put_on(self.checkins, work, description)

    def make_list(self, name: str, *, public: bool = False, duplicates: bool = False) -> ItemList:
        """A new one, even where another bears this name."""
        made = ItemList(self._list_id(), name, public=public, duplicates=duplicates)
        self.lists[made.id] = made
        return made

    def delete_list(self, gone: ItemList) -> None:
        del self.lists[gone.id]

    def put_on(self, items: ItemList, work: Work, description: str = "") -> Entry:
        """At the end, unless it is there already and may not be there twice; raises ListFull."""
        name = self._id(work)
        if name in items and not items.duplicates:
            return next(entry for entry in items if entry.id == name)
        if len(items) >= self.options.list_cap:
            raise ListFull(items.name)
        entry = Entry(self._next(), name, self.world.now(), self.world.now(), description)
        items.add(entry)
        return entry

    def take_off(self, items: ItemList, work: Work) -> Entry | None:
        """It is on the list no more, however often it was; says what was there first."""
        name = self._id(work)
        gone = next((entry for entry in items if entry.id == name), None) if name in items else None
        if gone:
            items.keep([entry for entry in items if entry.id != name])
        return gone

    def describe(self, items: ItemList, work: Work, description: str) -> None:
        name, now = self._id(work), self.world.now()
        changed = [
            replace(entry, description=description, modified=now) if entry.id == name else entry for entry in items
        ]
        items.keep(changed)

    def all_lists(self) -> list[ItemList]:
        return [self.watchlist, self.checkins, *self.lists.values()]

    def follow(self, old: str, new: str) -> None:
        """What was under one id is now under another; of two ratings the one of the other stays."""
        if old in self.ratings:
            self.ratings.setdefault(new, replace(self.ratings.pop(old), id=new))
        if old in self.watched:
            self.watched = self.watched - {old} | {new}
        for items in self.all_lists():
            if old in items:
                items.keep([replace(entry, id=new) if entry.id == old else entry for entry in items])

    # Files

    def export(
        self,
        which: Literal["ratings", "watchlist", "checkins"] | ItemList,
        layout: Layout = "2024",
        encoding: str = "utf-8",
        *,
        my_rating: bool = True,
    ) -> bytes:
        """The CSV file of a shelf or a list, as IMDb made it in those days.

        encoding: utf-8, utf-8-sig (with a BOM), or cp1252 as some older files. my_rating: has a list the last two
        columns?
        """
        shelves = {"watchlist": self.watchlist, "checkins": self.checkins}
        if which == "ratings":
            return imdb_export.ratings(self, layout).encode(encoding, "replace")
        items = which if isinstance(which, ItemList) else shelves[which]
        return imdb_export.listed(self, items, layout, my_rating=my_rating).encode(encoding, "replace")

    def order_export(self, which: Literal["ratings", "watchlist", "checkins"] | ItemList) -> Export:
        """Press the Export button: the file of now can be fetched later."""
        name = str(UUID(hex=self._secret(f"export {self._next()}")[:32], version=4))
        export = Export(name, self.world.now() + self.options.export_wait, self.export(which))
        self.exports.append(export)
        return export

    def downloads(self) -> dict[str, bytes]:
        """The files that can be fetched now, by their names."""
        return {export.name: export.content for export in self.exports if export.ready <= self.world.now()}
