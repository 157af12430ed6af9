"""Everything that a person's circles hold true, shelf by shelf, to be kept in a file. Reads, and nothing else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from ..core.media import Media
from ..core.merge import NEVER
from ..core.plays import Known
from ..core.records import Member, Play, Precision, Record, Value, record
from ..services.base import Shelf
from ..storage.accounts import Accounts
from ..storage.items import Items
from ..storage.lists import Lists
from ..storage.staging import NAMES, RECORDS, SHELVES, is_list
from ..storage.store import Store

PORTION = 2000
CLOCKS: Mapping[Known, Precision] = {
    Known.MOMENT: "second",
    Known.DAY: "day",
    Known.MARK: "mark",
    Known.NOTHING: "unknown",
}

_HEARD = (
    "SELECT h.circle, json_group_array(DISTINCT h.account) FROM hears AS h JOIN circle AS c ON c.id = h.circle"
    " JOIN profile AS p ON p.id = c.profile WHERE p.name = ? GROUP BY h.circle"
)
_IN_ORDER = (
    " ORDER BY moment, m.kind, coalesce(s.title, m.title), coalesce(s.year, m.year), m.season, m.number, m.title, m.id"
)
_VALUES = (
    "SELECT t.media, iif(t.lo = :never, NULL, t.hi) AS moment, t.value FROM json_each(:circles) AS c"
    " CROSS JOIN truth AS t ON t.circle = c.value AND t.shelf = :shelf CROSS JOIN media AS m ON m.id = t.media"
    " LEFT JOIN media AS s ON s.id = m.parent WHERE t.value IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(:circles) AS b"
    " CROSS JOIN truth AS o ON o.circle = b.value AND o.shelf = t.shelf AND o.media = t.media AND o.value IS NOT NULL"
    " WHERE b.key < c.key)" + _IN_ORDER
)
_PLAYS = (
    "SELECT p.media, p.at AS moment, p.known FROM json_each(:circles) AS c CROSS JOIN play AS p ON p.circle = c.value"
    " CROSS JOIN media AS m ON m.id = p.media LEFT JOIN media AS s ON s.id = m.parent WHERE p.removed = 0 AND EXISTS (SELECT 1"
    " FROM sighting AS x WHERE x.play = p.id AND x.ours = 0 AND (x.key IS NOT NULL OR x.state <> 3)) AND NOT EXISTS (SELECT 1"
    " FROM json_each(:circles) AS b CROSS JOIN sighting AS x ON x.play = p.id CROSS JOIN sighting AS y ON y.circle = b.value"
    " AND y.account = x.account AND y.key = x.key CROSS JOIN play AS o ON o.id = y.play AND o.removed = 0"
    " WHERE b.key < c.key)" + _IN_ORDER
)
"""Those that stand on our own writes alone are told to nobody. Of circles that hear one account each knows its plays."""


_LISTED = _VALUES.removesuffix(_IN_ORDER) + (
    " ORDER BY (SELECT q.place FROM sequence AS q WHERE q.circle = t.circle AND q.shelf = t.shelf AND q.media = t.media)"
    " NULLS LAST, t.media"
)


class Everything:
    """What is true for one person, as of one moment while this is open. uses: the shelves in use of each account."""

    def __init__(self, store: Store, person: str, uses: Mapping[int, Mapping[str, type[Shelf[Any]]]]) -> None:
        self.db: sqlite3.Connection = store.db
        self.items = Items(store.db)
        self.person = person
        self.lists = Lists(store.db).named()
        """Titles, by the names of their shelves."""
        self.accounts = [number for number, (whose, _) in Accounts(store).owned().items() if whose == person]
        self.used = {name for number in self.accounts for name in uses.get(number, ())}

    def __enter__(self) -> Everything:
        self.db.execute("BEGIN")
        return self

    def __exit__(self, *_: object) -> None:
        self.db.execute("ROLLBACK")

    def shelves(self) -> list[str]:
        """Those that are synced, and were read; what is marked as watched is a play of its own."""
        rows = self.db.execute(
            "SELECT DISTINCT shelf FROM cursor WHERE looked IS NOT NULL AND account IN (SELECT value FROM json_each(?))",
            (json.dumps(self.accounts),),
        )
        there = {NAMES[shelf] for (shelf,) in rows} & self.used
        public = {"history" if name == "watched" else name for name in there}
        return sorted(public, key=SHELVES.__getitem__)

    def records(self, shelf: str) -> Iterator[list[Record]]:
        """All records of a shelf in portions, the oldest first; plays have no keys. A play known by its day has any moment
        of that day."""
        given = {"circles": json.dumps(self._circles()), "shelf": SHELVES[shelf], "never": NEVER}
        rows = self.db.execute(_PLAYS if shelf == "history" else _LISTED if shelf in self.lists else _VALUES, given)
        while portion := rows.fetchmany(PORTION):
            medias = self.items.load({media for media, *_ in portion}, stored=True)
            yield [_record(shelf, medias[media], at, said, self.lists.get(shelf, "")) for media, at, said in portion]

    def _circles(self) -> list[int]:
        """The circles in which nothing is missing that another one has, those who hear most first."""
        heard = {
            circle: frozenset(json.loads(accounts)) for circle, accounts in self.db.execute(_HEARD, (self.person,))
        }
        return sorted(
            (circle for circle, whom in heard.items() if not any(whom < other for other in heard.values())),
            key=lambda circle: (-len(heard[circle]), circle),
        )


def _record(shelf: str, media: Media, at: int | None, said: Value, title: str) -> Record:
    if is_list(shelf):
        return Member(media, at, title)
    if shelf == "history":
        return Play(media, at, clock=CLOCKS[Known(int(said or 0))])
    return record(RECORDS[shelf], media, at, said)
