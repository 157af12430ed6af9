"""Records that are values: what accounts show, what circles hold true, and who is due what."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from ..core.merge import Edit, Held, Truth
from ..core.records import Value

ABLE = (
    "m.kind IN (SELECT value FROM json_each(?4)) AND (NOT ?5 OR EXISTS"
    " (SELECT 1 FROM handle AS l WHERE l.media = w.media AND l.account = ?2 AND l.library > 0))"
)
"""Can the account ?2 hold the touched media? ?4: the kinds it knows; ?5: records hang on its library."""


APART = 1 << 40
"""The version that an account agreed on which shows something of its own for good: newer than any truth."""


class Changed(Struct, frozen=True):
    """What one account shows otherwise than when last looked. `version`: of the truth it had agreed on; `was`: when what it
    showed before was done."""

    media: int
    before: Value
    value: Value
    at: int | None
    version: int
    was: int | None = None


class Due(Struct, frozen=True):
    """A row of `held` that does not show what it should, with the truth it should show."""

    media: int
    kind: int
    seen: Value
    value: Value
    at: int | None
    origin: int | None
    version: int


class Values:
    """The values of all accounts of a profile, for one run."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    # ---------------------------------------------------------------- compare
    def changed(self, account: int, shelf: int) -> list[Changed]:
        """What the staged reading shows otherwise than `seen`."""
        rows = self.db.execute(
            "SELECT n.media, h.seen, n.value, n.at, coalesce(h.version, -1), h.at FROM now AS n LEFT JOIN held AS h"
            " ON h.account = n.account AND h.shelf = n.shelf AND h.media = n.media"
            " WHERE n.account = ? AND n.shelf = ? AND h.seen IS NOT n.value ORDER BY n.media",
            (account, shelf),
        )
        return [Changed(*row) for row in rows]

    def gone(self, account: int, shelf: int, kinds: Iterable[int]) -> list[Changed]:
        """What was seen and is not in the staged complete reading of these kinds."""
        rows = self.db.execute(
            "SELECT h.media, h.seen, NULL, NULL, h.version FROM held AS h JOIN media AS m ON m.id = h.media"
            " WHERE h.account = ?1 AND h.shelf = ?2 AND h.seen IS NOT NULL"
            " AND m.kind IN (SELECT value FROM json_each(?3)) AND NOT EXISTS (SELECT 1 FROM now AS n"
            " WHERE n.account = ?1 AND n.shelf = ?2 AND n.media = h.media) ORDER BY h.media",
            (account, shelf, json.dumps(sorted(kinds))),
        )
        return [Changed(*row) for row in rows]

    def staged(self, account: int, shelf: int, media: int) -> tuple[bool, Value]:
        """Is this record in the staged reading, and with which value?"""
        row = self.db.execute(
            "SELECT value FROM now WHERE account = ? AND shelf = ? AND media = ?", (account, shelf, media)
        ).fetchone()
        return (True, row[0]) if row else (False, None)

    def keep_apart(self, account: int, shelf: int, media: int, run: int) -> None:
        """What the account shows differs from the truth, and that is meant."""
        self.db.execute(
            "UPDATE held SET agreed = seen, version = ?, due = 0 WHERE account = ? AND shelf = ? AND media = ?",
            (run, account, shelf, media),
        )

    def apart(self, account: int, shelf: int, media: int) -> bool:
        """Is what the account shows its own for good, whatever is true?"""
        query = "SELECT version = ? FROM held WHERE account = ? AND shelf = ? AND media = ?"
        row = self.db.execute(query, (APART, account, shelf, media)).fetchone()
        return bool(row and row[0])

    def see(self, account: int, shelf: int, changes: Sequence[Changed]) -> None:
        """This is what the account shows now."""
        self.db.executemany(
            "INSERT INTO held (account, shelf, media, seen, at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET seen = excluded.seen, at = excluded.at",
            [(account, shelf, change.media, change.value, change.at) for change in changes],
        )

    def see_new(self, account: int, shelf: int) -> None:
        """The staged records of which the account has no row yet are what it shows."""
        self.db.execute(
            "INSERT INTO held (account, shelf, media, seen, at) SELECT n.account, n.shelf, n.media, n.value, n.at FROM now AS n"
            " WHERE n.account = ? AND n.shelf = ? AND NOT EXISTS"
            " (SELECT 1 FROM held AS h WHERE h.account = n.account AND h.shelf = n.shelf AND h.media = n.media)",
            (account, shelf),
        )

    def shown(self, account: int, shelf: int, circle: int, run: int) -> list[Changed]:
        """All that the account shows, as if it were new, except what became true on its word in this run."""
        rows = self.db.execute(
            "SELECT h.media, NULL, h.seen, h.at, h.version FROM held AS h WHERE h.account = ?1 AND h.shelf = ?2 AND h.seen IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM truth AS t WHERE t.circle = ?3 AND t.shelf = ?2 AND t.media = h.media"
            " AND t.version = ?4 AND t.origin = ?1) ORDER BY h.media",
            (account, shelf, circle, run),
        )
        return [Changed(*row) for row in rows]

    def speakers(self, shelf: int, accounts: Iterable[int]) -> list[int]:
        """Those of these accounts that show, or have shown, anything on this shelf."""
        rows = self.db.execute(
            "SELECT a.value FROM json_each(?1) AS a WHERE EXISTS (SELECT 1 FROM held AS h WHERE h.account = a.value AND h.shelf = ?2)"
            " OR EXISTS (SELECT 1 FROM now AS n WHERE n.account = a.value AND n.shelf = ?2)",
            (json.dumps(sorted(accounts)), shelf),
        )
        return [account for (account,) in rows]

    def left_scope(self, account: int, shelf: int) -> None:
        """Forget what hung on a library that no longer has it: that was no edit."""
        self.db.execute(
            "DELETE FROM held WHERE account = ?1 AND shelf = ?2 AND NOT EXISTS"
            " (SELECT 1 FROM handle WHERE handle.media = held.media AND handle.account = ?1 AND handle.library > 0)",
            (account, shelf),
        )

    def forget(self, account: int, shelf: int, medias: Iterable[int]) -> None:
        """As if these had never been seen there."""
        self.db.executemany(
            "DELETE FROM held WHERE account = ? AND shelf = ? AND media = ?",
            [(account, shelf, media) for media in medias],
        )

    # ---------------------------------------------------------------- truth
    def truths(self, circle: int, shelf: int, medias: Iterable[int]) -> dict[int, Truth]:
        """The truth of each of these, where there is one."""
        rows = self.db.execute(
            "SELECT t.media, t.value, t.lo, t.hi, t.origin, t.version FROM json_each(?) AS j CROSS JOIN truth AS t"
            " ON t.circle = ? AND t.shelf = ? AND t.media = j.value",
            (json.dumps(sorted(medias)), circle, shelf),
        )
        return {row[0]: Truth(*row[1:]) for row in rows}

    def decide(self, circle: int, shelf: int, truths: Iterable[tuple[int, Truth]]) -> None:
        """These are the truths now."""
        self.db.executemany(
            "INSERT INTO truth (circle, shelf, media, value, lo, hi, origin, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET value = excluded.value, lo = excluded.lo, hi = excluded.hi,"
            " origin = excluded.origin, version = excluded.version",
            [(circle, shelf, media, t.value, t.lo, t.hi, t.origin, t.version) for media, t in truths],
        )

    def log(self, run: int, circle: int, shelf: int, edits: Iterable[tuple[int, Value, Edit, bool]]) -> None:
        """Keep who said what and whether it won, for `why`: (media, truth before, edit, won)."""
        self.db.executemany(
            "INSERT INTO edit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (run, circle, shelf, media, e.account, before, e.value, max(e.lo, -(1 << 53)), e.hi, int(won))
                for media, before, e, won in edits
            ],
        )

    # ---------------------------------------------------------------- touched
    def touch(self, circle: int, shelf: int, medias: Iterable[int]) -> None:
        """These records have to be looked at again."""
        self.db.executemany(
            "INSERT OR IGNORE INTO touched VALUES (?, ?, ?)", [(circle, shelf, media) for media in medias]
        )

    def touch_shown(self, circle: int, shelf: int, account: int) -> None:
        """Everything that the account shows."""
        self.db.execute(
            "INSERT OR IGNORE INTO touched SELECT ?, shelf, media FROM held WHERE account = ? AND shelf = ? AND seen IS NOT NULL",
            (circle, account, shelf),
        )

    def touch_all(self, circle: int, shelf: int) -> None:
        """Every truth of a circle, because somebody is new in it."""
        self.db.execute(
            "INSERT OR IGNORE INTO touched SELECT circle, shelf, media FROM truth WHERE circle = ? AND shelf = ?",
            (circle, shelf),
        )

    def touch_arrivals(self, circle: int, shelf: int, account: int, run: int) -> None:
        """What has come into the account's library in this run and is known to be true."""
        self.db.execute(
            "INSERT OR IGNORE INTO touched SELECT t.circle, t.shelf, t.media FROM handle AS h CROSS JOIN truth AS t"
            " ON t.circle = ? AND t.shelf = ? AND t.media = h.media WHERE h.account = ? AND h.library > 0 AND h.library = ?",
            (circle, shelf, account, run),
        )

    def touched(self, circle: int, shelf: int, size: int = 1000) -> Iterator[list[int]]:
        """The touched media of one circle and shelf, in portions."""
        last = -1
        while True:
            rows = self.db.execute(
                "SELECT media FROM touched WHERE circle = ? AND shelf = ? AND media > ? ORDER BY media LIMIT ?",
                (circle, shelf, last, size),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield [media for (media,) in rows]

    # ---------------------------------------------------------------- held
    def held(self, account: int, shelf: int, medias: Sequence[int], library: bool) -> dict[int, tuple[int, Held]]:
        """Kind and row of each media that the account can hold; media outside its library are left out."""
        rows = self.db.execute(
            "SELECT m.id, m.kind, h.seen, h.agreed, coalesce(h.version, -1), coalesce(h.due, 0) FROM json_each(?1) AS j"
            " CROSS JOIN media AS m ON m.id = j.value LEFT JOIN held AS h ON h.account = ?2 AND h.shelf = ?3 AND h.media = m.id"
            " WHERE NOT ?4 OR EXISTS (SELECT 1 FROM handle WHERE handle.media = m.id AND handle.account = ?2 AND handle.library > 0)",
            (json.dumps(medias), account, shelf, library),
        )
        return {row[0]: (row[1], Held(row[2], row[3], row[4], bool(row[5]))) for row in rows}

    def agree(self, circle: int, account: int, shelf: int, kinds: Iterable[int], *, library: bool) -> None:
        """The account was read whole: where it shows just what is true of the touched media, it agrees to that.

        What an account shows is what its form makes of it, so that the form need not be asked.
        """
        self.db.execute(
            "INSERT INTO held (account, shelf, media, seen, agreed, version, due)"
            " SELECT h.account, h.shelf, h.media, h.seen, h.seen, t.version, 0 FROM touched AS w"
            " CROSS JOIN truth AS t ON t.circle = w.circle AND t.shelf = w.shelf AND t.media = w.media"
            " CROSS JOIN held AS h ON h.account = ?2 AND h.shelf = w.shelf AND h.media = w.media"
            f" CROSS JOIN media AS m ON m.id = w.media WHERE w.circle = ?1 AND w.shelf = ?3 AND h.seen IS t.value AND {ABLE}"
            " ON CONFLICT DO UPDATE SET agreed = excluded.agreed, version = excluded.version, due = 0",
            (circle, account, shelf, json.dumps(sorted(kinds)), library),
        )

    def unmarked(
        self,
        circle: int,
        account: int,
        shelf: int,
        kinds: Iterable[int],
        *,
        library: bool,
        exact: bool,
        size: int = 1000,
    ) -> Iterator[list[tuple[int, Truth, Held]]]:
        """The touched media that the account can hold, with truth and row, in portions.

        exact: what it shows is what its form makes of it, so that those that agree in every way are left out.
        """
        last, of = -1, json.dumps(sorted(kinds))
        while True:
            rows = self.db.execute(
                "SELECT w.media, t.value, t.version, h.seen, h.agreed, coalesce(h.version, -1), coalesce(h.due, 0) FROM touched AS w"
                " CROSS JOIN truth AS t ON t.circle = w.circle AND t.shelf = w.shelf AND t.media = w.media"
                " CROSS JOIN media AS m ON m.id = w.media"
                " LEFT JOIN held AS h ON h.account = ?2 AND h.shelf = w.shelf AND h.media = w.media"
                f" WHERE w.circle = ?1 AND w.shelf = ?3 AND w.media > ?6 AND {ABLE} AND NOT (?7 AND h.due IS 0"
                " AND h.version = t.version AND h.seen IS t.value AND h.agreed IS t.value) ORDER BY w.media LIMIT ?8",
                (circle, account, shelf, of, library, last, exact, size),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield [(row[0], Truth(row[1], version=row[2]), Held(row[3], row[4], row[5], bool(row[6]))) for row in rows]

    def keep(self, account: int, shelf: int, rows: Iterable[tuple[int, Held]]) -> None:
        """Store agreement and dues."""
        self.db.executemany(
            "INSERT INTO held (account, shelf, media, seen, agreed, version, due) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET seen = excluded.seen, agreed = excluded.agreed, version = excluded.version, due = excluded.due",
            [(account, shelf, media, row.seen, row.agreed, row.version, int(row.due)) for media, row in rows],
        )

    def due(self, account: int, shelf: int, circle: int) -> list[Due]:
        """What the account should show and does not."""
        rows = self.db.execute(
            "SELECT h.media, m.kind, h.seen, t.value, CASE WHEN t.lo = t.hi THEN t.lo ELSE t.hi END, t.origin, t.version"
            " FROM held AS h INDEXED BY held_due CROSS JOIN media AS m ON m.id = h.media CROSS JOIN truth AS t"
            " ON t.circle = ?3 AND t.shelf = h.shelf AND t.media = h.media"
            " WHERE h.account = ?1 AND h.shelf = ?2 AND h.due = 1 AND m.frozen IS NULL ORDER BY h.media",
            (account, shelf, circle),
        )
        return [Due(*row) for row in rows]

    def flagged(self, accounts: Sequence[int], medias: Sequence[int]) -> dict[int, int]:
        """Of these media, those that one of the accounts shows as watched, and which account. What we marked ourselves for
        the sake of a play that has turned out to be of something else does not count."""
        rows = self.db.execute(
            "SELECT h.media, min(h.account) FROM json_each(?) AS j CROSS JOIN json_each(?) AS a CROSS JOIN held AS h"
            " ON h.account = a.value AND h.shelf = 2 AND h.media = j.value WHERE h.seen IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM journal AS w WHERE w.media = h.media AND w.account = h.account AND w.shelf = 2"
            " AND w.verb = 'add' AND w.state = 'done' AND NOT EXISTS (SELECT 1 FROM play WHERE media = h.media))"
            " GROUP BY h.media",
            (json.dumps(medias), json.dumps(accounts)),
        )
        return dict(rows.fetchall())

    def agreed(self, account: int, shelf: int) -> int:
        """How many records are agreed to be there."""
        row = self.db.execute(
            "SELECT count(*) FROM held WHERE account = ? AND shelf = ? AND agreed IS NOT NULL", (account, shelf)
        ).fetchone()
        return int(row[0])

    def roundings(self, account: int) -> dict[int, dict[int, int]]:
        """What the account was seen to make of values: shelf -> sent -> shown."""
        found: dict[int, dict[int, int]] = {}
        for shelf, sent, shown in self.db.execute(
            "SELECT shelf, sent, shown FROM rounding WHERE account = ?", (account,)
        ):
            found.setdefault(shelf, {})[sent] = shown
        return found

    def rounds(self, account: int, shelf: int, change: Changed, looks: tuple[int | None, int], settle: int) -> bool:
        """Is this no edit, but what the account makes of the value we wrote? Then it is learned, and agreed.

        looks: when the account was last read, and now; only the first reading that must show our write can tell, and
        only if it states the very time that we sent, one before the write: else it may be a person's edit, which must not
        be lost.
        """
        looked, began = looks
        if change.before is None or change.value is None:
            return False
        row = self.db.execute(
            "SELECT value, sent, at FROM journal WHERE account = ? AND shelf = ? AND media = ? AND state = 'done' ORDER BY id DESC LIMIT 1",
            (account, shelf, change.media),
        ).fetchone()
        if row is None or row[0] != change.before:
            return False
        due = row[1] + settle
        if began < due or (looked is not None and looked >= due) or change.at != row[2] or (row[2] or row[1]) >= row[1]:
            return False
        known = self.db.execute(
            "SELECT 1 FROM rounding WHERE account = ? AND shelf = ? AND sent = ? UNION ALL SELECT 1 FROM held"
            " WHERE account = ? AND shelf = ? AND seen IS ? AND media <> ? LIMIT 1",
            (account, shelf, row[0], account, shelf, row[0], change.media),
        ).fetchone()
        if known:
            return False
        self.db.execute("INSERT INTO rounding VALUES (?, ?, ?, ?)", (account, shelf, row[0], change.value))
        self.db.execute(
            "UPDATE held SET seen = ?1, agreed = ?1, due = 0 WHERE account = ?2 AND shelf = ?3 AND media = ?4",
            (change.value, account, shelf, change.media),
        )
        return True

    def new_epoch(self, account: int) -> None:
        """The account's data were made anew: nothing that it showed counts any more, and nothing is removed for it."""
        for query in (
            "DELETE FROM held WHERE account = ?",
            "DELETE FROM entry WHERE account = ?",
            "DELETE FROM sighting WHERE account = ? AND state <> 3",
            "DELETE FROM aside WHERE account = ?",
            "DELETE FROM cursor WHERE account = ?",
            "DELETE FROM rounding WHERE account = ?",
            "DELETE FROM placed WHERE account = ?",
            "DELETE FROM asked WHERE account = ?",
            "DELETE FROM ordered WHERE account = ?",
            "UPDATE hears SET met = 0 WHERE account = ?",
            "UPDATE journal SET state = 'missing' WHERE account = ? AND state IN ('sent', 'unclear')",
        ):
            self.db.execute(query, (account,))
