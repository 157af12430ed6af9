"""The journal: every write, its intention before it leaves and its outcome; holds and refusals beside it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from ..core.plan import Change, Hold, decode_changes, encode_changes
from ..core.records import DAY, PRESENT, Value
from .staging import NAMES, SHELVES
from .store import Store

WAITS = (3600, 6 * 3600, DAY, 7 * DAY, 30 * DAY)
"""How long a refused record is left alone, growing with each refusal."""


class Row(Struct):
    """One write in the journal."""

    id: int
    account: int
    shelf: str
    verb: str
    media: int
    play: int | None
    key: str | None
    before: int | str | None
    value: int | str | None
    at: int | None
    version: int
    state: str
    sent: int
    settled: int | None = None
    why: str = ""
    error: str | None = None
    run: int = 0
    origin: int | None = None
    file: str | None = None
    """Of the outbox, in which a person is to carry it."""

    @property
    def waits(self) -> bool:
        """Is it still to be carried?"""
        return self.file is not None and self.error != WITHDRAWN


WITHDRAWN = "owed no more"
"""Of what stood in a file: it may have been carried before, so that what became of it is still open."""
WAITING = f"state IN ('sent', 'unclear') AND file IS NOT NULL AND error IS NOT '{WITHDRAWN}'"
COLUMNS = "id, account, shelf, verb, media, play, key, before, value, at, version, state, sent, settled, why, error, run, origin, file"


class Journal:
    """What was written, is being written, and was not taken."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db: sqlite3.Connection = store.db

    def begin(self, run: int, change: Change, now: int, approved: bool) -> Row:
        """The intention of one write (inside a durable transaction, before the request leaves)."""
        cursor = self.db.execute(
            "INSERT INTO journal (run, account, shelf, verb, media, play, key, before, value, at, version, origin,"
            " state, sent, approved, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'sent', ?, ?, ?)",
            (
                run, change.account, SHELVES[change.shelf], change.verb, change.media, change.play, change.key,
                change.before, change.value, change.at, change.version, change.origin, now, int(approved), change.why,
            ),
        )  # fmt: skip
        return Row(
            int(cursor.lastrowid or 0), change.account, change.shelf, change.verb, change.media, change.play, change.key,
            change.before, change.value, change.at, change.version, "sent", now, None, change.why, None, run, change.origin,
        )  # fmt: skip

    def carry(self, row: Row, file: str) -> None:
        """A person is to carry it, in this file: nobody knows when that is done (inside a durable transaction)."""
        row.state, row.file = "unclear", file
        self.db.execute("UPDATE journal SET state = 'unclear', file = ? WHERE id = ?", (file, row.id))

    def carried(self, account: int | None = None) -> dict[str, int]:
        """The files in which something still is to be carried, and how much."""
        rows = self.db.execute(
            f"SELECT file, count(*) FROM journal WHERE {WAITING} AND (?1 IS NULL OR account = ?1)"
            " GROUP BY file ORDER BY min(id)",
            (account,),
        )
        return dict(rows.fetchall())

    def withdraw(self, rows: Iterable[Row]) -> None:
        """These are not to be carried any more."""
        self.db.executemany("UPDATE journal SET error = ? WHERE id = ?", [(WITHDRAWN, row.id) for row in rows])

    def mixed(self, account: int) -> bool:
        """Is there a file with something that is to be carried, and something that is not any more?"""
        row = self.db.execute(
            "SELECT 1 FROM journal AS j WHERE account = ? AND state = 'unclear' AND file IS NOT NULL AND error IS ?"
            f" AND EXISTS (SELECT 1 FROM journal WHERE account = j.account AND file = j.file AND {WAITING})",
            (account, WITHDRAWN),
        )
        return row.fetchone() is not None

    def settle(self, row: Row, state: str, now: int, error: str | None = None) -> None:
        """The outcome of one write (inside a transaction)."""
        row.state, row.settled, row.error = state, now, error
        self.db.execute(
            "UPDATE journal SET state = ?, settled = ?, error = ? WHERE id = ?", (state, now, error, row.id)
        )

    def drop(self, rows: Iterable[Row]) -> None:
        """These provably never reached the service."""
        self.db.executemany("DELETE FROM journal WHERE id = ?", [(row.id,) for row in rows])

    def open(self, account: int | None = None, shelf: str | None = None) -> list[Row]:
        """Writes whose outcome is not known."""
        rows = self.db.execute(
            "SELECT " + COLUMNS + " FROM journal WHERE state IN ('sent', 'unclear') AND (?1 IS NULL OR account = ?1)"
            " AND (?2 IS NULL OR shelf = ?2) ORDER BY id",
            (account, SHELVES[shelf] if shelf else None),
        )
        return [_read(row) for row in rows]

    def missed(self, row: Row) -> int:
        """How often the same write was sent before, and never shown."""
        found = self.db.execute(
            "SELECT count(*) FROM journal WHERE account = ? AND shelf = ? AND media = ? AND verb = ? AND value IS ?"
            " AND play IS ? AND state = 'missing'",
            (row.account, SHELVES[row.shelf], row.media, row.verb, row.value, row.play),
        )
        return int(found.fetchone()[0])

    def last_done(self, account: int, shelf: str, media: int) -> Value:
        """What we last wrote there, and it was done."""
        row = self.db.execute(
            "SELECT value FROM journal WHERE account = ? AND shelf = ? AND media = ? AND state = 'done' ORDER BY id DESC LIMIT 1",
            (account, SHELVES[shelf], media),
        ).fetchone()
        return row[0] if row else None

    def said_at(self, row: Row) -> int | None:
        """When a person had set what stood there before this write, if that is known to the second."""
        found = self.db.execute(
            "SELECT lo FROM edit WHERE media = ? AND account = ? AND shelf = ? AND after = ? AND lo = hi AND run <= ?"
            " ORDER BY run DESC LIMIT 1",
            (row.media, row.account, SHELVES[row.shelf], row.before, row.run),
        ).fetchone()
        return found[0] if found else None

    def done_since(self, account: int, shelf: str, since: int) -> dict[int, Row]:
        """By media, the newest write to a shelf that is done and was sent then or later."""
        rows = self.db.execute(
            "SELECT "
            + COLUMNS
            + " FROM journal WHERE account = ? AND shelf = ? AND sent >= ? AND state = 'done' ORDER BY id",
            (account, SHELVES[shelf], since),
        )
        return {row.media: row for row in map(_read, rows)}

    def unread_play(self, account: int) -> int | None:
        """When we last wrote a play to the account whose entry was never read; None: all of them were."""
        row = self.db.execute(
            "SELECT max(j.sent) FROM written AS w CROSS JOIN journal AS j ON j.media = w.media AND j.account = w.account"
            " WHERE w.account = ? AND j.shelf = ? AND NOT EXISTS (SELECT 1 FROM entry AS e INDEXED BY entry_media"
            " WHERE e.media = w.media AND e.account = w.account AND e.at IS w.sent)",
            (account, SHELVES["history"]),
        ).fetchone()
        return int(row[0]) if row[0] is not None else None

    def of_run(self, run: int) -> list[Row]:
        """All writes of one run, oldest first."""
        return [
            _read(r) for r in self.db.execute("SELECT " + COLUMNS + " FROM journal WHERE run = ? ORDER BY id", (run,))
        ]

    def cut_short(self, run: int) -> None:
        """A person ended this run before it was through."""
        with self.store.transaction():
            self.db.execute("UPDATE run SET status = 'interrupted' WHERE id = ?", (run,))

    def marked(self, account: int, shelves: Sequence[str], medias: Iterable[int]) -> set[int]:
        """Those of these media that we wrote to one of these shelves of the account."""
        rows = self.db.execute(
            "SELECT DISTINCT media FROM journal WHERE account = ? AND shelf IN (SELECT value FROM json_each(?)) AND verb <> 'remove'"
            " AND state IN ('sent', 'done', 'unclear') AND media IN (SELECT value FROM json_each(?))",
            (account, json.dumps([SHELVES[shelf] for shelf in shelves]), json.dumps(sorted(medias))),
        )
        return {media for (media,) in rows}

    def mark(self, account: int, medias: Iterable[int], now: int) -> None:
        """The flags of these there are our doing: something else that we wrote left them. They are of no run."""
        self.db.executemany(
            "INSERT INTO journal (run, account, shelf, verb, media, value, version, state, sent, settled, approved, why)"
            " VALUES (0, ?, ?, 'add', ?, ?, -1, 'done', ?, ?, 1, 'what is rated counts as watched there')",
            [(account, SHELVES["watched"], media, PRESENT, now, now) for media in medias],
        )

    def undone_by(self, run: int) -> int | None:
        """The run that took this one back last."""
        row = self.db.execute("SELECT undone FROM run WHERE id = ?", (run,)).fetchone()
        return row[0] if row else None

    def of_media(self, media: int) -> list[Row]:
        """All writes about one media, newest first."""
        rows = self.db.execute(
            "SELECT " + COLUMNS + " FROM journal WHERE media = ? ORDER BY id DESC LIMIT 200", (media,)
        )
        return [_read(row) for row in rows]

    def spent(self, account: int, shelves: Sequence[str], verb: str, since: int) -> int:
        """How many such changes were made since then without an approval."""
        row = self.db.execute(
            "SELECT count(*) FROM journal WHERE account = ? AND shelf IN (SELECT value FROM json_each(?)) AND verb = ?"
            " AND sent > ? AND approved = 0 AND state IN ('sent', 'done', 'unclear')",
            (account, json.dumps([SHELVES[shelf] for shelf in shelves]), verb, since),
        ).fetchone()
        return int(row[0])

    def plays_written(self, account: int, since: int) -> list[tuple[int | None, int, int]]:
        """Plays with a time that were added since then: origin, media, time."""
        return self.db.execute(
            "SELECT origin, media, value FROM journal WHERE account = ? AND shelf = 1 AND sent > ? AND verb = 'add'"
            " AND state = 'done' AND value IS NOT NULL",
            (account, since),
        ).fetchall()

    def prune(self, now: int) -> None:
        """Forget the outcomes and edits of more than 90 days ago; of flags we wrote, the views they left remain ours.

        What never showed is remembered for a year: the months between two tries rest on how often it was missed.
        """
        before = now - 90 * DAY
        self.db.execute(
            "DELETE FROM journal WHERE sent < ? AND state NOT IN ('sent', 'unclear') AND NOT (shelf = 2 AND verb = 'add')"
            " AND NOT (state = 'missing' AND sent >= ?)",
            (before, now - 365 * DAY),
        )
        self.db.execute(
            "DELETE FROM edit WHERE run < (SELECT coalesce(min(id), 0) FROM run WHERE began >= ?)", (before,)
        )

    # ---------------------------------------------------------------- refusals
    def refuse(self, row: Row, why: str, now: int, tries: int = 1) -> None:
        """The service would not take it: leave it alone for a while, longer each time. tries: how often it was tried."""
        where = (row.account, SHELVES[row.shelf], row.media)
        query = "SELECT tries FROM refusal WHERE account = ? AND shelf = ? AND media = ?"
        before = self.db.execute(query, where).fetchone() or (0,)
        version = self.db.execute("SELECT ids_version FROM media WHERE id = ?", (row.media,)).fetchone() or (0,)
        tries = max(tries, before[0] + 1)
        next_try = now + WAITS[min(tries, len(WAITS)) - 1]
        self.db.execute(
            "INSERT OR REPLACE INTO refusal (account, shelf, media, why, tries, next_try, ids_version)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*where, why, tries, next_try, version[0]),
        )

    def accepted(self, row: Row) -> None:
        """Success forgets a refusal."""
        self.db.execute(
            "DELETE FROM refusal WHERE account = ? AND shelf = ? AND media = ?",
            (row.account, SHELVES[row.shelf], row.media),
        )

    def refused(self, account: int, shelf: str, now: int) -> set[int]:
        """The media that are not to be tried now."""
        rows = self.db.execute(
            "SELECT r.media FROM refusal AS r JOIN media AS m ON m.id = r.media WHERE r.account = ? AND r.shelf = ?"
            " AND r.next_try > ? AND r.ids_version = m.ids_version",
            (account, SHELVES[shelf], now),
        )
        return {media for (media,) in rows}

    def beside(self, refused: Collection[int], fresh: Sequence[int]) -> set[int]:
        """Those of these episodes beside which another one of their season is to be written: what is refused for the
        sake of another one, with which it stands in one file, is tried again together with that."""
        if not refused or not fresh:
            return set()
        rows = self.db.execute(
            "SELECT r.id FROM media AS r WHERE r.kind = 4 AND r.id IN (SELECT value FROM json_each(?1))"
            " AND (r.parent, r.season) IN (SELECT m.parent, m.season FROM media AS m WHERE m.kind = 4"
            " AND m.id IN (SELECT value FROM json_each(?2)))",
            (json.dumps(sorted(refused)), json.dumps(fresh)),
        )
        return {media for (media,) in rows}

    def refusals(self, account: int) -> list[tuple[str, int, str, int]]:
        """Everything that an account is owed and would not take: shelf, media, why, next try."""
        rows = self.db.execute(
            "SELECT r.shelf, r.media, r.why, r.next_try FROM refusal AS r WHERE r.account = ? AND NOT EXISTS (SELECT 1 FROM journal AS j"
            " WHERE j.account = r.account AND j.shelf = r.shelf AND j.media = r.media AND j.state IN ('sent', 'unclear'))"
            " AND (EXISTS (SELECT 1 FROM held AS h WHERE h.account = r.account AND h.shelf = r.shelf AND h.media = r.media AND h.due = 1)"
            " OR (r.shelf = 1 AND EXISTS (SELECT 1 FROM play AS p JOIN sighting AS s ON s.play = p.id AND s.account = r.account"
            " WHERE p.media = r.media AND s.state IN (0, 2)))) ORDER BY r.shelf, r.media",
            (account,),
        )
        return [(NAMES[shelf], media, why, next_try) for shelf, media, why, next_try in rows]

    # ---------------------------------------------------------------- holds
    def hold(self, run: int, hold: Hold, now: int) -> int:
        """Keep what was held back, for a person; its number."""
        digest = hold.digest  # before there is a second copy of it all
        cursor = self.db.execute(
            "INSERT INTO hold (run, account, shelf, verb, name, why, changes, of, digest, made) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                run, hold.account, SHELVES[hold.shelf], hold.verb, hold.check, hold.why,
                encode_changes(hold.changes).decode(), hold.of, digest, now,
            ),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def waiting(self, before: int | None = None) -> dict[int, Hold]:
        """The holds that nobody has answered. before: those of the runs before this one."""
        rows = self.db.execute(
            "SELECT id, account, shelf, verb, name, why, changes, of FROM hold WHERE answer IS NULL AND (?1 IS NULL OR run < ?1) ORDER BY id",
            (before,),
        )
        return {
            number: Hold(who, NAMES[shelf], verb, name, why, decode_changes(changes), of)
            for number, who, shelf, verb, name, why, changes, of in rows
        }

    def answered(self, number: int) -> str | None:
        """What became of a hold; nothing where it waits, or never was."""
        row = self.db.execute("SELECT answer FROM hold WHERE id = ?", (number,)).fetchone()
        return row[0] if row else None

    def held_by(self, run: int) -> set[int]:
        """The holds that this run made."""
        return {number for (number,) in self.db.execute("SELECT id FROM hold WHERE run = ?", (run,))}

    def shrink(self, number: int, hold: Hold) -> None:
        """This is what is left of it."""
        changes = encode_changes(hold.changes).decode()
        self.db.execute("UPDATE hold SET changes = ?, digest = ? WHERE id = ?", (changes, hold.digest, number))

    def answer(self, number: int, answer: str, now: int) -> None:
        """A person approved or declined it, or it was replaced because the plan has changed."""
        self.db.execute("UPDATE hold SET answer = ?, answered = ? WHERE id = ?", (answer, now, number))


def _read(row: Sequence[object]) -> Row:
    values = list(row)
    values[2] = NAMES[values[2]]  # type: ignore[index]
    return Row(*values)  # type: ignore[arg-type]
