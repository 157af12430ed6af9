"""Plain cases, settled for all media at once: what one account alone says, and viewings that can be no other ones.

Whatever is not plain is left to `core`; what is plain becomes exactly what `core` would make of it, which a test compares.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from functools import cache

from ..core.media import Kind
from ..core.merge import NEVER
from ..core.plays import width
from ..core.records import PRESENT, Form
from .history import STATE, Plays
from .staging import SHELVES

HISTORY, WATCHED = SHELVES["history"], SHELVES["watched"]
MARK = "(e.clock = 2 AND e.account IN (SELECT value FROM json_each(?5)))"
"""Of an account that is being introduced: later ones are viewings of their moment."""
LONG_AGO = -(1 << 53)
"""Before all time, in the words of `edit`."""


class Plain:
    """The plain cases of one run."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        db.create_function("width", 2, _width, deterministic=True)

    # ---------------------------------------------------------------- values
    def alone(self, of: tuple[int, int, int], others: Iterable[int], when: tuple[int, int], form: Form) -> None:
        """What the account shows, nothing was true of, and none of the others ever showed: that is true.

        of: circle, account and shelf. when: the run, and now. form: whether the account states when, and how exactly.
        """
        (circle, account, shelf), (run, now) = of, when
        self.db.execute(
            "INSERT INTO truth (circle, shelf, media, value, lo, hi, origin, version) SELECT ?1, ?3, h.media, h.seen,"
            " iif(?7 AND h.at - ?9 <= ?6, h.at - ?9, ?8), iif(?7 AND h.at - ?9 <= ?6, min(h.at + max(?9 - 1, 0), ?6), ?6), ?2, ?5 FROM held AS h"
            " WHERE h.account = ?2 AND h.shelf = ?3 AND h.seen IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM truth AS t WHERE t.circle = ?1 AND t.shelf = ?3 AND t.media = h.media)"
            " AND NOT EXISTS (SELECT 1 FROM json_each(?4) AS o CROSS JOIN now AS n ON n.account = o.value AND n.shelf = ?3 AND n.media = h.media)"
            " AND NOT EXISTS (SELECT 1 FROM json_each(?4) AS o CROSS JOIN held AS s ON s.account = o.value AND s.shelf = ?3 AND s.media = h.media)",
            (circle, account, shelf, json.dumps(sorted(others)), run, now, form.times, NEVER, form.near),
        )
        self.db.execute(
            "INSERT INTO edit SELECT version, circle, shelf, media, origin, NULL, value, max(lo, ?5), hi, 1 FROM truth"
            " WHERE circle = ?1 AND shelf = ?3 AND origin = ?2 AND version = ?4",
            (circle, account, shelf, run, LONG_AGO),
        )

    # ---------------------------------------------------------------- plays
    def place(
        self, circle: int, heard: Collection[int], beside: Iterable[int], introduced: Collection[int] = ()
    ) -> int:
        """Touched media of which no play is known and accounts show one moment each, near enough for one viewing; or of
        accounts that are being introduced, a mark made since.

        Each becomes a play, that of no more than those entries. Media `beside` are left out, and so is whatever we ever
        wrote. Returns the number after which these plays begin.
        """
        newest = Plays(self.db).newest()
        self.db.execute(
            "INSERT INTO play (circle, media, at, lo, hi, known)"
            " SELECT ?1, media, first, first - wide, first + wide, 0 FROM ("
            f" SELECT w.media, min(e.at) FILTER (WHERE NOT {MARK}) AS first, max(e.at) FILTER (WHERE NOT {MARK}) AS last,"
            f" min(e.at) FILTER (WHERE {MARK}) AS marked, width(m.kind, m.runtime) AS wide FROM touched AS w"
            " CROSS JOIN media AS m ON m.id = w.media CROSS JOIN entry AS e INDEXED BY entry_media"
            " ON e.media = w.media AND e.account IN (SELECT value FROM json_each(?3)) WHERE w.circle = ?1 AND w.shelf = ?2"
            " AND w.media NOT IN (SELECT value FROM json_each(?4))"
            " AND NOT EXISTS (SELECT 1 FROM play AS p WHERE p.media = w.media AND p.circle = ?1)"
            " AND NOT EXISTS (SELECT 1 FROM aside AS a WHERE a.circle = ?1 AND a.media = w.media)"
            " AND NOT EXISTS (SELECT 1 FROM reset AS r WHERE r.circle = ?1 AND r.media = w.media)"
            " AND NOT EXISTS (SELECT 1 FROM journal AS j WHERE j.media = w.media)"
            " AND NOT EXISTS (SELECT 1 FROM play AS p JOIN sighting AS s ON s.play = p.id WHERE p.media = w.media AND s.ours = 1)"
            " GROUP BY w.media HAVING count(*) = count(DISTINCT e.account) AND count(e.at) = count(*) AND max(e.clock IN (1, 3)) = 0"
            " AND max(EXISTS (SELECT 1 FROM sighting AS g WHERE g.circle = ?1 AND g.account = e.account AND g.key = e.key)) = 0"
            " AND max(EXISTS (SELECT 1 FROM written AS o WHERE o.account = e.account AND o.media = e.media)) = 0)"
            " WHERE last - first <= 2 * wide AND (marked IS NULL OR marked >= first - 2 * wide)",
            (circle, HISTORY, *(json.dumps(sorted(some)) for some in (heard, beside, introduced))),
        )
        self.db.execute(
            "INSERT INTO sighting (play, account, circle, key, state, ours, sent)"
            " SELECT p.id, e.account, p.circle, e.key, 1, 0, e.at FROM play AS p CROSS JOIN entry AS e INDEXED BY entry_media"
            " ON e.media = p.media AND e.account IN (SELECT value FROM json_each(?2)) WHERE p.id > ?1",
            (newest, json.dumps(sorted(heard))),
        )
        return newest

    def tell(self, account: int, newest: int, kinds: Iterable[int]) -> None:
        """The account is due those of the plays that it does not show, and that no person removed there."""
        self.db.execute(
            f"INSERT INTO sighting (play, account, circle, state) SELECT p.id, ?1, p.circle, {STATE}"
            " FROM play AS p CROSS JOIN media AS m ON m.id = p.media WHERE p.id > ?2"
            " AND m.kind IN (SELECT value FROM json_each(?3))"
            " AND NOT EXISTS (SELECT 1 FROM sighting AS s WHERE s.play = p.id AND s.account = ?1)",
            (account, newest, json.dumps(sorted(kinds))),
        )

    def watched(self, circle: int, newest: int, run: int) -> None:
        """These plays make their media watched. They are settled: neither plays nor flags are to be looked at again."""
        self.db.execute(
            "INSERT INTO truth (circle, shelf, media, value, lo, hi, origin, version) SELECT p.circle, ?2, p.media, ?3, p.at,"
            " p.at, (SELECT min(s.account) FROM sighting AS s WHERE s.play = p.id AND s.state = 1), ?4 FROM play AS p"
            " WHERE p.id > ?1 ON CONFLICT DO UPDATE SET value = excluded.value, lo = excluded.lo, hi = excluded.hi,"
            " origin = excluded.origin, version = excluded.version",
            (newest, WATCHED, PRESENT, run),
        )
        self.db.execute(
            "DELETE FROM touched WHERE circle = ?1 AND shelf IN (?2, ?3) AND media IN (SELECT media FROM play WHERE id > ?4)",
            (circle, HISTORY, WATCHED, newest),
        )

    def touch(self, circle: int, first: int, last: int) -> None:
        """Whose flag has to be marked: that of what these plays are about."""
        self.db.execute(
            "INSERT OR IGNORE INTO touched SELECT ?1, ?2, media FROM play WHERE id > ?3 AND id <= ?4",
            (circle, WATCHED, first, last),
        )


@cache
def _width(kind: int, runtime: int | None) -> int:
    return width(runtime, music=kind == Kind.TRACK)
