"""What the readings of this run say, laid out beside what we remember, so that comparing is a query."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ..core.records import Copy, Like, Member, Play, Rating, Record, Review, Tags, Watched, Wish
from .aliases import rename
from .matches import Matches
from .store import enter

LISTS = "lists"
FIRST_LIST = 1000
"""Above it each list has its own number, and is a shelf."""


class Numbers(dict[str, int]):
    """By name; `lists/7` is the list of that number."""

    def __missing__(self, name: str) -> int:
        sort, _, number = name.partition("/")
        if sort != LISTS or not number:
            raise KeyError(name)
        return FIRST_LIST + int(number)


class Words(dict[int, str]):
    """By number."""

    def __missing__(self, number: int) -> str:
        if number <= FIRST_LIST:
            raise KeyError(number)
        return f"{LISTS}/{number - FIRST_LIST}"


def sort_of(shelf: str) -> str:
    """The sort of a shelf: lists have a name each, all others are the only one of their sort."""
    return shelf.partition("/")[0]


def is_list(shelf: str) -> bool:
    """Is this shelf one list of the person's?"""
    return sort_of(shelf) == LISTS != shelf


SHELVES = Numbers()
"""The numbers of the shelves in the database, by name."""
NAMES = Words()
"""The names of the shelves, by number."""
RECORDS: dict[str, type[Record]] = {
    "history": Play,
    "watched": Watched,
    "ratings": Rating,
    "watchlist": Wish,
    "collection": Copy,
    "favourites": Like,
    "reviews": Review,
    "tags": Tags,
    LISTS: Member,
}
"""What stands on each shelf, by sort."""
SHELVES.update({name: number for number, name in enumerate(RECORDS, 1)})
NAMES.update({number: name for name, number in SHELVES.items()})
SHELF_OF = {kind: SHELVES[name] for name, kind in RECORDS.items()}
HISTORY, COLLECTION = SHELVES["history"], SHELVES["collection"]
_STANDS = (
    "SELECT media FROM edit WHERE account = ?1 AND shelf = ?2 AND hi > ?3 UNION SELECT media FROM journal WHERE account = ?1"
    " AND shelf = ?2 AND state = 'done' AND settled > ?3 UNION SELECT media FROM held WHERE account = ?1 AND shelf = ?2"
    " AND at - ?5 > ?3 UNION SELECT media FROM handle WHERE account = ?1 AND native IN (SELECT value FROM json_each(?4))"
)
"""What an account is known to have shown on a shelf after a moment, or of things with these names."""
CLOCKS = {"second": 0, "minute": 0, "day": 1, "mark": 2, "unknown": 3}


class Stage:
    """The readings of one account in this run. `shelves` are the numbers of those in use."""

    def __init__(self, db: sqlite3.Connection, account: int, shelves: Collection[int]) -> None:
        self.db = db
        self.account = account
        self.shelves = set(shelves)
        self.lists: dict[str, int] = {}
        """The numbers of its lists, by the service's own names."""
        self.matches = Matches(db, account)
        self.nameless: set[int] = set()
        """The shelves of which a record was read that names nothing; plays may be known by their own name."""
        self.left: set[int] = set()
        """The media of which a copy has left the library."""

    def clear(self, shelves: Collection[int]) -> None:
        """Forget what was staged of these shelves."""
        self.nameless -= set(shelves)
        for shelf in shelves:
            self.db.execute("DELETE FROM now WHERE account = ? AND shelf = ?", (self.account, shelf))
            if shelf > FIRST_LIST:
                self.db.execute("DELETE FROM now_place WHERE account = ? AND shelf = ?", (self.account, shelf))
        if HISTORY in shelves:
            self.db.execute("DELETE FROM now_play WHERE account = ?", (self.account,))
            self.db.execute("DELETE FROM here WHERE account = ?", (self.account,))

    def take(self, records: Sequence[Record]) -> None:
        """Stage one page. Entries that name nothing stay with what they were known to be."""
        named = [r for r in records if r.media.keys or r.media.ids]
        if len(named) < len(records):
            rest = [record for record in records if not (record.media.keys or record.media.ids)]
            self._take_nameless([record for record in rest if isinstance(record, Play)])
            self.nameless |= {self._shelf(record) for record in rest if not isinstance(record, Play)}
        things = {id(record.media): record.media for record in named}  # one thing has several records
        numbers = dict(zip(things, self.matches.identify(list(things.values())), strict=True))
        kinds: dict[type[Record], list[Any]] = {}
        for record in named:
            kinds.setdefault(type(record), []).append(record)
        members = kinds.pop(Member, [])
        found = {SHELF_OF[kind]: some for kind, some in kinds.items()}
        for member in members:
            found.setdefault(self._shelf(member), []).append(member)
        for shelf, some in found.items():
            if shelf == COLLECTION:
                here = ((self.account, record.media.key) for record in some)
                enter(self.db, "INSERT OR IGNORE INTO here", here)
            if shelf not in self.shelves:
                continue
            if shelf == HISTORY:
                plays = ((self.account, r.key, numbers[id(r.media)], r.at, CLOCKS[r.clock]) for r in some)
                enter(self.db, "INSERT OR IGNORE INTO now_play", plays)
            else:
                self._take_values(shelf, some, numbers)
            if shelf > FIRST_LIST:
                self._take_places(shelf, [numbers[id(r.media)] for r in some])

    def _take_places(self, shelf: int, medias: Sequence[int]) -> None:
        """They stand in this order behind what was staged before; what stands there twice, at its first place."""
        query = "SELECT count(*) FROM now_place WHERE account = ? AND shelf = ?"
        first = _count(self.db, query, (self.account, shelf))
        rows = ((self.account, shelf, media, place) for place, media in enumerate(medias, first))
        enter(self.db, "INSERT OR IGNORE INTO now_place", rows)

    def _shelf(self, record: Record) -> int:
        """The number of the shelf on which it stands; 0 where that is a list that is not synced."""
        return self.lists.get(record.list, 0) if isinstance(record, Member) else SHELF_OF[type(record)]

    def _take_values(self, shelf: int, records: Sequence[Record], numbers: dict[int, int]) -> None:
        """Copies of one media are one record: present if any is, the newest rating."""
        enter(
            self.db,
            "INSERT INTO now",
            ((self.account, shelf, numbers[id(r.media)], r.said, r.at) for r in records),
            "ON CONFLICT DO UPDATE SET value = excluded.value, at = excluded.at WHERE excluded.at >= now.at OR now.at IS NULL",
        )

    def _take_nameless(self, plays: Sequence[Play]) -> None:
        known = dict(
            self.db.execute(
                "SELECT key, media FROM entry WHERE account = ? AND key IN (SELECT value FROM json_each(?))",
                (self.account, json.dumps([p.key for p in plays])),
            )
        )
        self.db.executemany(
            "INSERT OR REPLACE INTO now_play VALUES (?, ?, ?, ?, ?)",
            [(self.account, p.key, known[p.key], p.at, CLOCKS[p.clock]) for p in plays if p.key in known],
        )

    def rename(self) -> None:
        """The staged plays under the keys by which their entries are known."""
        rename(self.db, self.account)

    def stand(self, shelves: Mapping[int, int], made: int | None, beyond: Sequence[str]) -> None:
        """What the account is known to have shown of things with these names, or after this moment, stands. shelves: by
        their numbers, by how many seconds the time of a value may be off."""
        names = json.dumps(list(beyond))
        for shelf, near in shelves.items():
            given = (self.account, shelf, made, names, near)
            self.db.execute(f"DELETE FROM now WHERE account = ?1 AND shelf = ?2 AND media IN ({_STANDS})", given)
            self.db.execute(
                "INSERT INTO now SELECT h.account, h.shelf, h.media, h.seen, h.at FROM held AS h WHERE h.account = ?1"
                f" AND h.shelf = ?2 AND h.seen IS NOT NULL AND h.media IN ({_STANDS})",
                given,
            )
        if HISTORY in shelves:
            self.db.execute(
                "INSERT OR IGNORE INTO now_play SELECT e.account, e.key, e.media, e.at, e.clock FROM entry AS e"
                " JOIN run AS r ON r.id = e.fresh WHERE e.account = ?1 AND (r.began > ?2 OR e.media IN"
                " (SELECT media FROM handle WHERE account = ?1 AND native IN (SELECT value FROM json_each(?3))))",
                (self.account, made, names),
            )

    def shelve(self, run: int, complete: bool) -> None:
        """What the library reading showed is in the library; what a complete one did not show has left it."""
        self.db.execute(
            "UPDATE handle SET library = ?1 WHERE account = ?2 AND library = 0 AND native IN (SELECT native FROM here WHERE account = ?2)",
            (run, self.account),
        )
        if complete:
            left = self.db.execute(
                "DELETE FROM handle WHERE account = ?1 AND library > 0 AND native NOT IN"
                " (SELECT native FROM here WHERE account = ?1) RETURNING media",
                (self.account,),
            )
            self.left = {media for (media,) in left}

    def in_library(self) -> tuple[int, int]:
        """How many things are staged as standing in the library, and how many stood there when last looked."""
        return (
            _count(self.db, "SELECT count(*) FROM here WHERE account = ?", (self.account,)),
            _count(self.db, "SELECT count(*) FROM handle WHERE account = ? AND library > 0", (self.account,)),
        )

    def staged(self, shelf: int) -> int:
        """How many records of a shelf are staged."""
        if shelf == HISTORY:
            return _count(self.db, "SELECT count(*) FROM now_play WHERE account = ?", (self.account,))
        return _count(self.db, "SELECT count(*) FROM now WHERE account = ? AND shelf = ?", (self.account, shelf))

    def news(self, shelf: int) -> int:
        """How many staged records differ from what was seen."""
        if shelf == HISTORY:
            return _count(
                self.db,
                "SELECT count(*) FROM now_play AS n LEFT JOIN entry AS e ON e.account = n.account AND e.key = n.key"
                " WHERE n.account = ? AND e.key IS NULL",
                (self.account,),
            )
        return _count(
            self.db,
            "SELECT count(*) FROM now AS n LEFT JOIN held AS h ON h.account = n.account AND h.shelf = n.shelf AND"
            " h.media = n.media WHERE n.account = ? AND n.shelf = ? AND h.seen IS NOT n.value",
            (self.account, shelf),
        )

    def fresh(self, shelf: int) -> int:
        """How many staged records were not there when last seen."""
        if shelf == HISTORY:
            return self.news(shelf)
        return _count(
            self.db,
            "SELECT count(*) FROM now AS n LEFT JOIN held AS h ON h.account = n.account AND h.shelf = n.shelf AND"
            " h.media = n.media WHERE n.account = ? AND n.shelf = ? AND h.seen IS NULL",
            (self.account, shelf),
        )

    def known(self, shelf: int) -> int:
        """How many records the account showed when last looked."""
        if shelf == HISTORY:
            return _count(self.db, "SELECT count(*) FROM entry WHERE account = ?", (self.account,))
        return _count(
            self.db,
            "SELECT count(*) FROM held WHERE account = ? AND shelf = ? AND seen IS NOT NULL",
            (self.account, shelf),
        )


def _count(db: sqlite3.Connection, query: str, values: tuple[object, ...]) -> int:
    return int(db.execute(query, values).fetchone()[0])
