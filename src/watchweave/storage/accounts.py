"""People, their accounts, whom they hear, where we left off, and past runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from ..errors import ConfigError
from .staging import SHELVES
from .store import Store

UNREAD = "'at:' || p.media || ':' || o.sent"
"""The key in `lost` of what we wrote as the play p to the account of o, and nobody has read there yet."""
KEEP_LOST = (
    f"INSERT OR IGNORE INTO lost SELECT s.account, o.account, coalesce(o.key, {UNREAD}) FROM sighting AS s"
    " JOIN play AS p ON p.id = s.play JOIN sighting AS o ON o.play = s.play AND o.state IN (1, 2)"
    " AND (o.key IS NOT NULL OR o.sent IS NOT NULL) WHERE s.circle = ? AND s.state = 3 AND NOT EXISTS (SELECT 1 FROM journal AS j"
    " WHERE j.play = s.play AND j.account = s.account AND j.verb = 'remove' AND j.state = 'done')"
)
"""A person removed these plays from an account, not we; they are not to come back in another circle."""
ON_ITS_WORD = (
    "SELECT DISTINCT t.shelf, t.media, t.value FROM account AS a JOIN held AS h ON h.account = a.id AND h.due = 1 JOIN truth AS t"
    " ON t.circle = a.circle AND t.shelf = h.shelf AND t.media = h.media WHERE a.circle = ?1 AND t.origin = ?2 AND NOT"
    " (t.value IS NOT NULL AND EXISTS (SELECT 1 FROM hears AS x JOIN held AS o ON o.account = x.account AND o.shelf = x.shelf"
    " WHERE x.circle = ?1 AND x.account <> ?2 AND x.shelf = t.shelf AND o.media = t.media AND o.seen IS NOT NULL"
    " AND (o.seen IS t.value OR (o.due = 0 AND o.agreed IS o.seen AND o.version >= t.version)))) AND NOT (t.shelf = 2"
    " AND t.value IS NOT NULL AND EXISTS (SELECT 1 FROM play AS p JOIN sighting AS s ON s.play = p.id AND s.account <> ?2"
    " WHERE p.circle = ?1 AND p.media = t.media AND p.removed = 0 AND s.state = 1))"
)
"""What is due in a circle because this account says so, and no other one that is heard shows, in its own form."""
KEEP_APART = (
    "UPDATE held SET due = 0, agreed = seen, version = (SELECT coalesce(max(version), -1) FROM truth WHERE circle = ?1)"
    " WHERE due = 1 AND shelf = ?2 AND media = ?3 AND account IN (SELECT id FROM account WHERE circle = ?1)"
    " AND (seen IS NOT NULL OR ?4 IS NULL)"
)
"""Who shows nothing is to be told what stands instead, if anything does."""
SHOWN = (
    "SELECT o.seen, coalesce(o.at, 0), coalesce(o.at, 0), o.account FROM hears AS x JOIN held AS o ON o.account = x.account"
    " AND o.shelf = x.shelf WHERE x.circle = ? AND x.shelf = ? AND o.media = ? AND o.seen IS NOT NULL"
    " ORDER BY o.version DESC, o.at DESC LIMIT 1"
)
"""What is shown of something by those who are heard: by who agreed last on what was true, or else said so last."""
FORGET_CIRCLE = (
    "DELETE FROM sighting WHERE circle = ?",
    "DELETE FROM aside WHERE circle = ?",
    "DELETE FROM reset WHERE circle = ?",
    "DELETE FROM unripe WHERE circle = ?",
    "DELETE FROM play WHERE circle = ?",
    "DELETE FROM truth WHERE circle = ?",
    "DELETE FROM sequence WHERE circle = ?",
    "DELETE FROM hears WHERE circle = ?",
    "UPDATE account SET circle = NULL WHERE circle = ?",
    "DELETE FROM circle WHERE id = ?",
)


class Account(Struct):
    """One sign-in of a person, as remembered."""

    id: int
    name: str
    service: str
    person: str | None
    person_name: str | None
    epoch: str | None
    circle: int | None
    state: str
    state_text: str | None
    wait_until: float
    noticed: int | None


class Cursor(Struct):
    """Where we left off with a shelf of an account; `looked` and `complete` are when readings began.

    own: its stamp, or its cursor where it has none, as our last write left it: nothing has happened since while that
    stands, but what a person did just before it has not been read.
    """

    value: str | None = None
    stamp: str | None = None
    looked: int | None = None
    complete: int | None = None
    doubted: bool = False
    own: str | None = None


class Circle(Struct, frozen=True):
    """Accounts that share one truth, and whom they hear."""

    id: int
    members: tuple[int, ...]
    heard: frozenset[int]


class Run(Struct, frozen=True):
    """One past pass."""

    id: int
    profile: str
    began: int
    ended: int | None
    why: str
    status: str | None
    requests: Mapping[str, int]
    undone: int | None


class Accounts:
    """The people and accounts in the database."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db: sqlite3.Connection = store.db

    def profile(self, name: str) -> int:
        """The number of a person; made on first sight."""
        self.db.execute("INSERT OR IGNORE INTO profile (name) VALUES (?)", (name,))
        return int(self.db.execute("SELECT id FROM profile WHERE name = ?", (name,)).fetchone()[0])

    def account(self, profile: int, name: str, service: str) -> Account:
        """An account of a person; made on first sight."""
        self.db.execute(
            "INSERT OR IGNORE INTO account (profile, name, service) VALUES (?, ?, ?)", (profile, name, service)
        )
        row = self.db.execute(
            "SELECT id, name, service, person, person_name, epoch, circle, state, state_text, wait_until, noticed"
            " FROM account WHERE profile = ? AND name = ?",
            (profile, name),
        ).fetchone()
        if row[2] != service:
            raise ConfigError(
                f'The account "{name}" is linked to {row[2]}, but the settings now say {service}.'
                " Give the new account another name; what the old one did stays with its own."
            )
        return Account(*row)

    def owned(self) -> dict[int, tuple[str, str]]:
        """By number, whose account it is, and its name."""
        rows = self.db.execute(
            "SELECT a.id, p.name, a.name FROM account AS a JOIN profile AS p ON p.id = a.profile ORDER BY a.id"
        )
        return {number: (person, name) for number, person, name in rows}

    def bind(self, account: int, person: str, name: str, epoch: str) -> None:
        """From now on this account is this person's, and shows this."""
        self.db.execute(
            "UPDATE account SET person = ?, person_name = ?, epoch = ? WHERE id = ?", (person, name, epoch, account)
        )

    def mood(self, account: int, state: str, text: str | None, noticed: int | None) -> None:
        """`ready`, or why the account does not work; `noticed`: when a person was last told."""
        self.db.execute(
            "UPDATE account SET state = ?, state_text = ?, noticed = ? WHERE id = ?", (state, text, noticed, account)
        )

    # ---------------------------------------------------------------- circles
    def circles(
        self, profile: int, wanted: Mapping[frozenset[int], Sequence[int]], shelves: Collection[str]
    ) -> list[Circle]:
        """The circles of a person, givers first. A new one takes over the truth of that which held most of its accounts."""
        old = self._old_circles(profile)
        free = dict(old)
        result = []
        for heard, members in wanted.items():
            best = max(
                (c for c in free if free[c][0] & set(members)),
                key=lambda c: (len(free[c][0] & set(members)), -len(free[c][1])),
                default=None,
            )
            if best is None:
                best = int(self.db.execute("INSERT INTO circle (profile) VALUES (?)", (profile,)).lastrowid or 0)
                before: tuple[set[int], set[int]] = (set(), set())
            else:
                before = free.pop(best)
            self._settle_circle(best, members, heard, before, shelves)
            result.append(Circle(best, tuple(members), heard))
        for number in free:
            self._drop_circle(number)
        return result

    def _old_circles(self, profile: int) -> dict[int, tuple[set[int], set[int]]]:
        found: dict[int, tuple[set[int], set[int]]] = {
            number: (set(), set())
            for (number,) in self.db.execute("SELECT id FROM circle WHERE profile = ?", (profile,))
        }
        for account, circle in self.db.execute("SELECT id, circle FROM account WHERE profile = ?", (profile,)):
            if circle in found:
                found[circle][0].add(account)
        for circle, account in self.db.execute("SELECT DISTINCT circle, account FROM hears"):
            if circle in found:
                found[circle][1].add(account)
        return found

    def _settle_circle(
        self,
        circle: int,
        members: Sequence[int],
        heard: frozenset[int],
        before: tuple[set[int], set[int]],
        shelves: Collection[str],
    ) -> None:
        was_member, was_heard = before
        if was_heard - heard or was_member - set(members):
            self.db.execute(KEEP_LOST, (circle,))
        silent = [(circle, account) for account in sorted(was_heard - heard)]
        self.db.executemany("DELETE FROM hears WHERE circle = ? AND account = ?", silent)
        for _, account in silent:
            self._unheard(circle, account)
        self.db.executemany(
            "INSERT OR IGNORE INTO hears (circle, account, shelf) VALUES (?, ?, ?)",
            [(circle, account, SHELVES[shelf]) for account in sorted(heard) for shelf in shelves],
        )
        if was_heard - heard or set(members) - was_member:  # a change of directions adds and never removes
            self.db.execute(
                "UPDATE play SET removed = 0 WHERE id IN (SELECT play FROM sighting WHERE circle = ? AND state = 2)",
                (circle,),
            )
            self.db.execute("UPDATE sighting SET state = 1 WHERE circle = ? AND state = 2", (circle,))
        for account in members:
            if account not in was_member:
                self.db.execute("UPDATE held SET agreed = NULL, version = -1, due = 0 WHERE account = ?", (account,))
                self.db.execute("DELETE FROM sighting WHERE account = ? AND state = 0", (account,))
                self.db.execute("UPDATE hears SET met = 0 WHERE circle = ? AND account = ?", (circle, account))
                self.db.execute("UPDATE account SET circle = ? WHERE id = ?", (circle, account))

    def _unheard(self, circle: int, account: int) -> None:
        """What was still due on the word of an account no longer heard, and which no other one shows, is kept apart; its
        plays stay where they are. What it said there is no longer true, so that it says it anew once it is heard again:
        true is what another one shows instead."""
        for shelf, media, value in self.db.execute(ON_ITS_WORD, (circle, account)).fetchall():
            key = (circle, shelf, media)
            other = self.db.execute(SHOWN, key).fetchone() if value is not None else None
            self.db.execute(KEEP_APART, (*key, other and other[3]))
            if other is not None:
                self.db.execute(
                    "UPDATE truth SET value = ?, lo = ?, hi = ?, origin = ? WHERE circle = ? AND shelf = ? AND media = ?",
                    (*other, *key),
                )
            elif value is not None:
                self.db.execute("DELETE FROM truth WHERE circle = ? AND shelf = ? AND media = ?", key)
        self.db.execute("DELETE FROM sighting WHERE circle = ? AND account = ?", (circle, account))
        self.db.execute(
            "DELETE FROM sighting WHERE circle = ?1 AND state = 0 AND NOT EXISTS"
            " (SELECT 1 FROM sighting AS o WHERE o.play = sighting.play AND o.state = 1)",
            (circle,),
        )
        self.db.execute("DELETE FROM aside WHERE circle = ? AND account = ?", (circle, account))

    def _drop_circle(self, circle: int) -> None:
        self.db.execute(KEEP_LOST, (circle,))
        for query in FORGET_CIRCLE:
            self.db.execute(query, (circle,))

    def hears(self, circle: int, account: int) -> bool:
        """Is this account heard in the circle?"""
        query = "SELECT 1 FROM hears WHERE circle = ? AND account = ? LIMIT 1"
        return self.db.execute(query, (circle, account)).fetchone() is not None

    def met(self, circle: int, account: int, shelf: str) -> bool:
        """Has the circle been introduced to this shelf of the account?"""
        row = self.db.execute(
            "SELECT met FROM hears WHERE circle = ? AND account = ? AND shelf = ?", (circle, account, SHELVES[shelf])
        ).fetchone()
        return bool(row and row[0])

    def meet(self, account: int, shelf: str) -> None:
        """Everybody who hears it now knows it."""
        self.db.execute("UPDATE hears SET met = 1 WHERE account = ? AND shelf = ?", (account, SHELVES[shelf]))

    # ---------------------------------------------------------------- cursors
    def cursor(self, account: int, shelf: str) -> Cursor:
        row = self.db.execute(
            "SELECT value, stamp, looked, complete, doubted, own FROM cursor WHERE account = ? AND shelf = ?",
            (account, SHELVES[shelf]),
        ).fetchone()
        return Cursor(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) if row else Cursor()

    def wrote(self, account: int, shelf: str, own: str | None) -> None:
        """We write to this shelf: its stamp counts no more. `own`: what stands for it once we have written."""
        self.db.execute(
            "UPDATE cursor SET stamp = NULL, own = ? WHERE account = ? AND shelf = ?", (own, account, SHELVES[shelf])
        )

    def move(self, account: int, shelf: str, cursor: Cursor) -> None:
        self.db.execute(
            "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                account,
                SHELVES[shelf],
                cursor.value,
                cursor.stamp,
                cursor.looked,
                cursor.complete,
                int(cursor.doubted),
                cursor.own,
            ),
        )  # fmt: skip

    # ---------------------------------------------------------------- runs
    def begin_run(self, profile: int, why: str, now: int) -> int:
        cursor = self.db.execute("INSERT INTO run (profile, began, why) VALUES (?, ?, ?)", (profile, now, why))
        return int(cursor.lastrowid or 0)

    def end_run(self, run: int, status: str, requests: Mapping[str, int], problems: Sequence[object], now: int) -> None:
        self.db.execute(
            "UPDATE run SET ended = ?, status = ?, requests = ?, problems = ? WHERE id = ?",
            (now, status, json.dumps(dict(requests)), json.dumps(problems), run),
        )

    def undone(self, run: int, by: int) -> None:
        """A run was taken back by another."""
        self.db.execute("UPDATE run SET undone = ? WHERE id = ?", (by, run))

    def runs(self, most: int = 50) -> list[Run]:
        """The newest runs first."""
        rows = self.db.execute(
            "SELECT r.id, p.name, r.began, r.ended, r.why, r.status, r.requests, r.undone FROM run AS r"
            " JOIN profile AS p ON p.id = r.profile ORDER BY r.id DESC LIMIT ?",
            (most,),
        )
        return [
            Run(number, name, began, ended, why, status, json.loads(requests or "{}"), undone)
            for number, name, began, ended, why, status, requests, undone in rows
        ]
