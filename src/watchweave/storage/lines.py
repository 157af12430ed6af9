"""The entries of accounts that a circle has still to place, and those that it may place anew."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence

from msgspec import Struct

LINES = (
    "SELECT e.account, e.key, e.media, e.at, e.clock, EXISTS (SELECT 1 FROM entry AS b INDEXED BY entry_media"
    " WHERE b.media = e.media AND b.account = e.account AND b.fresh < e.fresh), iif(p.id IS NULL, w.at, p.at),"
    " coalesce(p.lo, w.lo), coalesce(p.hi, w.hi), coalesce(p.known, w.known),"
    " (SELECT json_group_array(json_array(t.account, t.key)) FROM sighting AS t WHERE t.play = p.id AND t.account <> e.account"
    " AND t.key IS NOT NULL AND t.state = 1) FROM json_each(?1) AS j"
    " CROSS JOIN entry AS e INDEXED BY entry_media ON e.media = j.value AND e.account IN (SELECT value FROM json_each(?2))"
    " LEFT JOIN account AS a ON a.id = e.account AND a.circle <> ?3"
    " LEFT JOIN sighting AS o ON o.circle = a.circle AND o.account = e.account AND o.key = e.key AND o.ours = 1"
    " LEFT JOIN play AS p ON p.id = o.play"
    " LEFT JOIN written AS w ON w.account = e.account AND w.media = e.media AND w.sent IS e.at WHERE "
)
FRESH = LINES + (
    "NOT EXISTS (SELECT 1 FROM sighting AS s WHERE s.circle = ?3 AND s.account = e.account AND s.key = e.key AND s.state <> 3)"
    " AND NOT EXISTS (SELECT 1 FROM aside AS d WHERE d.circle = ?3 AND d.account = e.account AND d.key = e.key)"
)
DAYS = LINES + (
    "e.clock = 1 AND w.lo IS NULL AND p.id IS NULL AND EXISTS (SELECT 1 FROM sighting AS s"
    " WHERE s.circle = ?3 AND s.account = e.account AND s.key = e.key AND s.state = 1"
    " AND (s.ours = 0 OR s.sent IS NOT e.at))"
)


class Line(Struct, frozen=True):
    """One entry as stored, and the own play that it was written for, if we wrote it into another circle."""

    account: int
    key: str
    media: int
    at: int | None
    clock: int
    known: bool
    """Did the account show another entry of this media before?"""
    written: tuple[int | None, int, int, int] | None = None
    like: frozenset[tuple[int, str]] = frozenset()
    """The other entries of that play, by account and key."""


class Lines:
    """The entries of all accounts of a profile, for one run."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def fresh(self, circle: int, heard: Collection[int], medias: Sequence[int]) -> dict[int, list[Line]]:
        """Entries that the circle has not placed yet, and those that are back after they were gone."""
        return self._lines(FRESH, circle, heard, medias)

    def days(self, circle: int, heard: Collection[int], medias: Sequence[int]) -> dict[int, list[Line]]:
        """Entries that the circle has placed, that are known only by their day and that we did not provably write."""
        return self._lines(DAYS, circle, heard, medias)

    def _lines(self, query: str, circle: int, heard: Collection[int], medias: Sequence[int]) -> dict[int, list[Line]]:
        rows = self.db.execute(query, (json.dumps(medias), json.dumps(sorted(heard)), circle))
        found: dict[int, list[Line]] = defaultdict(list)
        for account, key, media, at, clock, before, when, lo, hi, known, like in rows:
            own = (when, lo, hi, known) if lo is not None else None
            found[media].append(
                Line(account, key, media, at, clock, bool(before), own, frozenset(map(tuple, json.loads(like))))
            )
        return found
