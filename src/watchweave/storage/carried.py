"""What was carried to an account by one id and shows there by another: that the two are one, or may be."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from ..core.identity import near_years
from ..core.records import Value
from ..core.titles import normal
from .joins import join
from .staging import SHELVES

HISTORY = SHELVES["history"]

_WHOLE = "m.kind <= 2 AND m.title <> '' AND m.year IS NOT NULL AND m.frozen IS NULL"
_OWED = (
    "SELECT DISTINCT j.shelf, j.value, m.id, m.kind, m.title, m.year FROM journal AS j JOIN media AS m ON m.id = j.media"
    f" WHERE j.account = ?1 AND j.state IN ('sent', 'unclear') AND j.file IS NOT NULL AND j.verb <> 'remove' AND {_WHOLE}"
    " AND NOT EXISTS (SELECT 1 FROM handle WHERE media = m.id AND account = ?1)"
)
"""What this account was told of things that it has never named itself. One that it names by another name is another one."""
_NEW_VALUES = (
    "SELECT n.shelf, n.value, m.id, m.kind, m.title, m.year FROM now AS n JOIN media AS m ON m.id = n.media LEFT JOIN held AS h"
    " ON h.account = n.account AND h.shelf = n.shelf AND h.media = n.media"
    f" WHERE n.account = ?1 AND h.seen IS NULL AND {_WHOLE}"
)
_NEW_PLAYS = (
    f"SELECT {HISTORY}, n.at, m.id, m.kind, m.title, m.year FROM now_play AS n JOIN media AS m ON m.id = n.media"
    " LEFT JOIN entry AS e ON e.account = n.account AND e.key = n.key"
    f" WHERE n.account = ?1 AND e.key IS NULL AND {_WHOLE}"
)
_OWED_BESIDE = (
    "SELECT 1 FROM journal AS j JOIN media AS m ON m.id = j.media WHERE j.account = ?1 AND j.shelf = 1 AND j.verb = 'add'"
    " AND j.state IN ('sent', 'unclear', 'missing') AND j.file IS NOT NULL AND j.sent > ?5 AND abs(j.value - ?3) < ?4"
    " AND j.media <> ?2 AND m.kind = (SELECT kind FROM media WHERE id = ?2)"
    " AND NOT EXISTS (SELECT 1 FROM handle WHERE media = m.id AND account = ?1)"
    " AND NOT EXISTS (SELECT 1 FROM ids AS a JOIN ids AS b ON b.space = a.space AND b.media = ?2 WHERE a.media = m.id)"
    " LIMIT 1"
)
_TOLD_APART = (
    "SELECT 1 FROM ids AS a JOIN ids AS b ON b.space = a.space AND b.media = ?2 WHERE a.media = ?1 AND a.space <> 'slug'"
    " UNION ALL SELECT 1 FROM handle AS h JOIN lookup AS l ON l.account = h.account AND l.native = h.native"
    " WHERE h.media IN (?1, ?2) AND l.source = 'forgotten' UNION ALL SELECT 1 FROM handle AS h JOIN apart AS w"
    " ON w.account = h.account AND w.native = h.native WHERE h.media IN (?1, ?2) LIMIT 1"
)
"""One database has an id of either, or a person has said of one what it is not: which of two it would be its title does not tell."""


class _Said(Struct, frozen=True):
    """A record of a film or a show, without the account."""

    shelf: int
    value: Value
    media: int
    kind: int
    title: str
    year: int

    def is_said_by(self, other: _Said, near: int) -> bool:
        """Can the other, which shows, be this? Of a viewing the day tells so much that the years of two databases may be
        one apart."""
        if (self.shelf, self.kind) != (other.shelf, other.kind):
            return False
        if self.shelf != HISTORY or not isinstance(self.value, int) or not isinstance(other.value, int):
            return self.value == other.value and self.year == other.year
        return abs(self.value - other.value) < max(near, 1) and near_years(self.year, other.year)


def recognise(db: sqlite3.Connection, account: int, near: int) -> None:
    """What this account shows for the first time is what a person was to carry there, although neither has an id that the
    other has: they bear one title and say the same of it, and there is no other that either can be. From now on the two
    are one. near: seconds by which the times of one viewing may differ."""
    owed = [_Said(*row) for row in db.execute(_OWED, (account,))]
    if not owed:
        return
    new = [_Said(*row) for query in (_NEW_PLAYS, _NEW_VALUES) for row in db.execute(query, (account,))]
    found = {pair for pair in _alike(owed, new, near) if db.execute(_TOLD_APART, pair).fetchone() is None}
    for one, other in sorted(found):
        if sum(one in pair or other in pair for pair in found) == 1:
            join(db, other, one)


def may_be_owed(db: sqlite3.Connection, account: int, viewing: tuple[int, int], near: int, since: int) -> bool:
    """Was the account to be told, later than that moment, a viewing of that day of something that has no id of a database
    that has one of this, so that nobody knows whether it is the same? viewing: of what, and when."""
    return db.execute(_OWED_BESIDE, (account, *viewing, near, since)).fetchone() is not None


def _alike(owed: Sequence[_Said], new: Sequence[_Said], near: int) -> Iterator[tuple[int, int]]:
    """What was to be carried, and what it may show as."""
    titled: dict[str, list[_Said]] = defaultdict(list)
    for said in new:
        titled[normal(said.title)].append(said)
    for said in owed:
        for other in titled.get(normal(said.title), ()):
            if other.media != said.media and said.is_said_by(other, near):
                yield said.media, other.media
