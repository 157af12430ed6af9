"""Plays: the entries of each account, the plays of each circle, and the sightings that link them."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from ..core.plays import ECHO_AFTER, ECHO_BEFORE, FLAG, Echo, Known, Past, Play, Sighting, State
from .accounts import UNREAD
from .staging import SHELVES

HISTORY = SHELVES["history"]

NEWS = (
    "now_play AS n LEFT JOIN entry AS e ON e.account = n.account AND e.key = n.key"
    " WHERE n.account = ?1 AND (e.key IS NULL OR e.at IS NOT n.at OR e.clock IS NOT n.clock)"
)
STATE = (
    f"iif(EXISTS (SELECT 1 FROM sighting AS o JOIN lost AS l ON l.other = o.account AND l.key IN (o.key, {UNREAD})"
    " WHERE o.play = p.id AND l.account = ?1), 3, 0)"
)
"""The account ?1 is due the play p, unless a person removed it there, while the account was in another circle."""
TOLD = (
    "(s.state = 2 OR p.removed = 0 AND (NOT EXISTS (SELECT 1 FROM sighting WHERE play = p.id AND state = 3)"
    " OR EXISTS (SELECT 1 FROM sighting WHERE play = p.id AND state IN (1, 2))))"
)
"""The account of the sighting s is to be told of the play p, or to lose it: what was taken away by all who had shown it is
told to nobody else."""
ITS_KEY = "iif(substr(s.key, 1, 6) = 'shown:', substr(s.key, 7), s.key)"
"""The account's own name of an entry, also where that is known to be shown as something else."""


class Told(Struct, frozen=True):
    """A play that an account is due, or is to lose."""

    play: int
    media: int
    kind: int
    state: int
    at: int | None
    known: int
    key: str | None
    origin: int | None
    sent: int | None
    tried: bool


class Plays:
    """The history of all accounts of a profile, for one run."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    # ---------------------------------------------------------------- entries
    def touch_staged(self, circle: int, account: int) -> None:
        """The circle has to look at media with staged entries that are new or have moved."""
        self.db.execute(f"INSERT OR IGNORE INTO touched SELECT ?2, 1, n.media FROM {NEWS}", (account, circle))

    def touch_all(self, circle: int, account: int, *, member: bool) -> None:
        """The circle has to look at all that the account shows; if that is a member, at all its plays too."""
        self.db.execute(
            "INSERT OR IGNORE INTO touched SELECT ?, 1, media FROM entry WHERE account = ?", (circle, account)
        )
        if member:
            self.db.execute(
                "INSERT OR IGNORE INTO touched SELECT circle, 1, media FROM play WHERE circle = ?", (circle,)
            )

    def take(self, account: int, run: int) -> None:
        """Keep the staged entries that are new or have moved."""
        self.db.execute(
            f"INSERT INTO entry SELECT n.account, n.key, n.media, n.at, n.clock, ?2 FROM {NEWS}"
            " ON CONFLICT DO UPDATE SET at = excluded.at, clock = excluded.clock",
            (account, run),
        )

    def dated(self, circle: int, medias: Iterable[int]) -> set[int]:
        """Those of these media of which the circle knows a play with its time."""
        rows = self.db.execute(
            "SELECT DISTINCT p.media FROM json_each(?) AS j CROSS JOIN play AS p ON p.media = j.value AND p.circle = ?"
            " WHERE p.removed = 0 AND p.known <> 3",
            (json.dumps(sorted(medias)), circle),
        )
        return {media for (media,) in rows}

    def again(self, circle: int, plays: Iterable[int]) -> set[int]:
        """Those of these plays before which the same had been watched."""
        rows = self.db.execute(
            "SELECT p.id FROM json_each(?) AS j CROSS JOIN play AS p ON p.id = j.value WHERE EXISTS (SELECT 1 FROM play AS o"
            " WHERE o.circle = ? AND o.media = p.media AND o.removed = 0 AND o.id <> p.id AND (o.at IS NULL OR o.at < p.at))",
            (json.dumps(sorted(plays)), circle),
        )
        return {play for (play,) in rows}

    def vanished(self, account: int, kinds: Iterable[int]) -> dict[int, set[str]]:
        """Entries that a complete reading of these kinds no longer shows: media -> keys. They are forgotten as entries."""
        rows = self.db.execute(
            "SELECT e.media, e.key FROM entry AS e JOIN media AS m ON m.id = e.media WHERE e.account = ?1 AND m.kind IN"
            " (SELECT value FROM json_each(?2)) AND NOT EXISTS"
            " (SELECT 1 FROM now_play AS n WHERE n.account = ?1 AND n.key = e.key)",
            (account, json.dumps(sorted(kinds))),
        ).fetchall()
        self.db.executemany("DELETE FROM entry WHERE account = ? AND key = ?", [(account, key) for _, key in rows])
        self.db.executemany("DELETE FROM aside WHERE account = ? AND key = ?", [(account, key) for _, key in rows])
        self.db.executemany("DELETE FROM alias WHERE account = ? AND entry = ?", [(account, key) for _, key in rows])
        gone: dict[int, set[str]] = defaultdict(set)
        for media, key in rows:
            gone[media].add(key)
        return gone

    def blind(self, account: int, before: int) -> list[tuple[int, int]]:
        """Plays that we wrote before this time and whose entry was never seen: (play, media)."""
        return self.db.execute(
            "SELECT s.play, p.media FROM sighting AS s INDEXED BY sighting_blind JOIN play AS p ON p.id = s.play"
            " WHERE s.account = ? AND s.key IS NULL AND s.state = 1 AND s.ours = 1 AND s.settled < ?",
            (account, before),
        ).fetchall()

    def unseen(self, account: int) -> int:
        """How many plays we wrote whose entry neither was seen nor is staged now."""
        row = self.db.execute(
            "SELECT count(*) FROM sighting AS s INDEXED BY sighting_blind JOIN play AS p ON p.id = s.play WHERE s.account = ?"
            " AND s.key IS NULL AND s.state = 1 AND s.ours = 1 AND NOT EXISTS (SELECT 1 FROM now_play AS n WHERE"
            " n.account = s.account AND n.media = p.media AND n.at IS s.sent)",
            (account,),
        ).fetchone()
        return int(row[0])

    def staged_times(self, account: int, medias: Collection[int]) -> dict[int, set[int]]:
        """The times of the staged entries of these media."""
        rows = self.db.execute(
            "SELECT media, at FROM now_play WHERE account = ? AND media IN (SELECT value FROM json_each(?))",
            (account, json.dumps(sorted(medias))),
        )
        found: dict[int, set[int]] = defaultdict(set)
        for media, at in rows:
            found[media].add(at)
        return found

    def sent(self, play: int, account: int) -> int | None:
        """The time that we chose for a play on an account."""
        row = self.db.execute("SELECT sent FROM sighting WHERE play = ? AND account = ?", (play, account)).fetchone()
        return row[0] if row else None

    def staged_key(self, account: int, key: str) -> bool:
        """Does the staged reading show this entry?"""
        return bool(self.db.execute("SELECT 1 FROM now_play WHERE account = ? AND key = ?", (account, key)).fetchone())

    def unplaced(self, account: int, media: int, at: int | str | None, near: int) -> list[str]:
        """The staged entries of a media at this time that were not known before. near: seconds by which times may differ."""
        rows = self.db.execute(
            "SELECT n.key FROM now_play AS n LEFT JOIN entry AS e ON e.account = n.account AND e.key = n.key"
            " WHERE n.account = ?1 AND n.media = ?2 AND (n.at IS ?3 OR abs(n.at - ?3) < ?4) AND e.key IS NULL ORDER BY n.key",
            (account, media, at, near),
        )
        return [key for (key,) in rows]

    def sighting(self, play: int, account: int) -> tuple[int, str | None] | None:
        """State and entry of a play on an account."""
        row = self.db.execute(
            "SELECT s.state, " + ITS_KEY + " FROM sighting AS s WHERE s.play = ? AND s.account = ?", (play, account)
        ).fetchone()
        return (row[0], row[1]) if row else None

    def told_now(self, play: int, account: int, state: State, sent: object, now: int) -> None:
        """Our write of this time has brought the account to this state."""
        self.db.execute(
            "UPDATE sighting SET state = ?, ours = max(ours, ?), sent = coalesce(sent, ?), settled = ? WHERE play = ? AND account = ?",
            (int(state), int(state is State.HERE), sent, now, play, account),
        )

    def forget_entry(self, account: int, key: str) -> None:
        """The account does not have this entry any more."""
        self.db.execute("DELETE FROM entry WHERE account = ? AND key = ?", (account, key))

    def remove_if_lost(self, play: int) -> None:
        """A play that was taken away everywhere does not count any more; what follows is decided in the next run."""
        self.db.execute(
            "UPDATE play SET removed = 1 WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM sighting WHERE play = ?1 AND state IN (1, 2))",
            (play,),
        )
        self.db.execute("INSERT OR IGNORE INTO unripe SELECT circle, media FROM play WHERE id = ?", (play,))

    def send(self, play: int, account: int, at: int | None) -> None:
        """This is the time we send for a play; a second attempt sends the same."""
        self.db.execute(
            "UPDATE sighting SET sent = ?, settled = 0, ours = 1 WHERE play = ? AND account = ?", (at, play, account)
        )
        self.db.execute(
            "DELETE FROM written WHERE account = ? AND sent IS ? AND media = (SELECT media FROM play WHERE id = ?)",
            (account, at, play),
        )
        self.db.execute(
            "INSERT INTO written SELECT ?, media, ?, at, lo, hi, known FROM play WHERE id = ?",
            (account, at, play),
        )

    def unsend(self, play: int, account: int) -> None:
        """The write did not arrive: due again, with the same time."""
        self.db.execute("UPDATE sighting SET state = 0, ours = 0 WHERE play = ? AND account = ?", (play, account))

    def since(self, asked: Iterable[tuple[int, int, int]], run: int) -> set[tuple[int, int]]:
        """Of these accounts and media those to which a play of it, or of an episode of it, has come since the moment that
        stands beside them, whatever its date."""
        given = json.dumps([[account, media, max(lo, -(1 << 53))] for account, media, lo in asked])
        rows = self.db.execute(
            "WITH asked AS MATERIALIZED (SELECT value ->> 0 AS account, value ->> 1 AS media, value ->> 2 AS lo FROM json_each(?1)),"
            " meant AS (SELECT account, media, lo, media AS thing FROM asked UNION ALL SELECT a.account, a.media, a.lo, m.id"
            " FROM asked AS a CROSS JOIN media AS m INDEXED BY media_parent ON m.parent = a.media)"
            " SELECT a.account, a.media FROM meant AS a WHERE EXISTS (SELECT 1 FROM entry AS e INDEXED BY entry_media"
            " WHERE e.media = a.thing AND e.account = a.account AND (e.at >= a.lo OR e.fresh = ?2))"
            " OR EXISTS (SELECT 1 FROM journal AS j INDEXED BY journal_media WHERE j.media = a.thing AND j.account = a.account"
            " AND j.shelf IN (1, 2) AND j.verb = 'add' AND j.sent >= a.lo)",
            (given, run),
        )
        return set(rows.fetchall())

    def name_unseen(self, account: int, plays: Iterable[tuple[int, int]]) -> list[tuple[int, str]]:
        """Names for entries of ours that were never seen, so that they can vanish like others: (media, key)."""
        named = [(play, media, f"unseen:{play}") for play, media in plays]
        self.db.executemany(
            "UPDATE sighting SET key = ? WHERE account = ? AND play = ?",
            [(key, account, play) for play, _, key in named],
        )
        return [(media, key) for _, media, key in named]

    # ---------------------------------------------------------------- matching
    def past(self, circle: int, medias: Sequence[int]) -> dict[int, Past]:
        """All plays that the circle knows of these media."""
        rows = self.db.execute(
            "SELECT p.media, p.id, p.at, p.lo, p.hi, p.known, p.removed, s.account, s.state, s.key, s.ours, s.sent, s.settled"
            " FROM json_each(?) AS j CROSS JOIN play AS p ON p.circle = ? AND p.media = j.value"
            " LEFT JOIN sighting AS s ON s.play = p.id ORDER BY p.id",
            (json.dumps(medias), circle),
        )
        found: dict[int, Past] = defaultdict(Past)
        for media, number, at, lo, hi, known, removed, account, state, key, ours, sent, settled in rows:
            plays = found[media].plays
            if not plays or plays[-1].id != number:
                plays.append(Play(number, at, lo, hi, Known(known), bool(removed)))
            if account is not None:
                plays[-1].sightings[account] = Sighting(State(state), key, bool(ours), sent, settled)
        return found

    def echoes(self, circle: int, medias: Sequence[int], settles: dict[int, int]) -> dict[int, list[Echo]]:
        """Where views logged by our own flag writes may lie; `settles`: per account that stamps the moment of writing."""
        rows = self.db.execute(
            "WITH meant AS (SELECT value AS media, value AS named, NULL AS account FROM json_each(?1) UNION ALL"
            " SELECT r.before, r.media, r.account FROM renamed AS r WHERE r.media IN (SELECT value FROM json_each(?1)))"
            " SELECT j.named, w.account, w.id, w.sent, w.settled, w.state, (SELECT max(1, count(*)) FROM handle AS h"
            " WHERE h.media = w.media AND h.account = w.account AND h.library > 0) - (SELECT count(*) FROM aside AS a"
            " WHERE a.circle = ?3 AND a.account = w.account AND a.write = w.id)"
            " FROM meant AS j CROSS JOIN journal AS w ON w.media = j.media AND coalesce(j.account, w.account) = w.account"
            " WHERE w.shelf = 2 AND w.verb = 'add'"
            " AND w.state IN ('sent', 'done', 'unclear', 'missing') AND w.account IN (SELECT value FROM json_each(?2))",
            (json.dumps(medias), json.dumps(sorted(settles)), circle),
        )
        found: dict[int, list[Echo]] = defaultdict(list)
        for media, account, write, sent, settled, state, left in rows:
            latest = sent + settles[account]
            hi = min(settled, latest) if settled is not None and state == "done" else latest
            if left > 0:
                found[media].append(Echo(account, write, sent - ECHO_BEFORE, hi + ECHO_AFTER, left))
        return found

    def store(self, circle: int, pasts: dict[int, Past], before: dict[int, Play]) -> None:
        """Keep what matching made of the plays of these media; `before` are the plays as they were."""
        number = self.newest()
        plays, sightings, asides, moved, kept = [], [], [], [], set()
        for media, past in pasts.items():
            for play in past.plays:
                if not play.id:
                    number += 1
                    play.id = number
                kept.add(play.id)
                old = before.get(play.id)
                if old == play:
                    continue
                moved += [
                    (play.id, account)
                    for account, s in (old.sightings.items() if old else ())
                    if account not in play.sightings or s.key not in (None, play.sightings[account].key)
                ]
                plays.append((play.id, circle, media, play.at, play.lo, play.hi, int(play.known), int(play.removed)))
                sightings += [
                    (play.id, account, circle, s.key, int(s.state), int(s.ours), s.sent)
                    for account, s in play.sightings.items()
                    if old is None or old.sightings.get(account) != s
                ]
            asides += [(circle, a.account, a.key, media, a.why, a.write) for a in past.asides]
        lost = [(play,) for play in before.keys() - kept]
        self.db.executemany("DELETE FROM sighting WHERE play = ?", lost)
        self.db.executemany("DELETE FROM play WHERE id = ?", lost)
        self.db.executemany("DELETE FROM sighting WHERE play = ? AND account = ?", moved)
        self.db.executemany("INSERT OR REPLACE INTO play VALUES (?, ?, ?, ?, ?, ?, ?, ?)", plays)
        self.db.executemany(  # an entry that was gone may be back as one of another media
            "UPDATE sighting SET key = NULL WHERE circle = ? AND account = ? AND key = ? AND state = 3 AND play <> ?",
            [(circle, s[1], s[3], s[0]) for s in sightings if s[3] is not None],
        )
        self.db.executemany(
            "INSERT INTO sighting (play, account, circle, key, state, ours, sent) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (play, account) DO UPDATE SET key = excluded.key, state = excluded.state,"
            " ours = excluded.ours, sent = excluded.sent",
            sightings,
        )
        self.db.executemany("INSERT OR IGNORE INTO aside VALUES (?, ?, ?, ?, ?, ?)", asides)

    # ---------------------------------------------------------------- flags
    def resets(self, circle: int, medias: Sequence[int]) -> dict[int, tuple[int, int]]:
        """When each of these was marked unwatched, and the newest play known then."""
        rows = self.db.execute(
            "SELECT r.media, r.at, r.upto FROM json_each(?) AS j CROSS JOIN reset AS r ON r.circle = ? AND r.media = j.value",
            (json.dumps(medias), circle),
        )
        return {media: (at, upto) for media, at, upto in rows}

    def reset(self, circle: int, media: int, at: int, upto: int) -> None:
        self.db.execute(
            "INSERT INTO reset VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at), upto = max(upto, excluded.upto)",
            (circle, media, at, upto),
        )

    def lift(self, circle: int, media: int) -> None:
        self.db.execute("DELETE FROM reset WHERE circle = ? AND media = ?", (circle, media))

    def newest(self) -> int:
        """The number of the newest play that there ever was."""
        row = self.db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'play'").fetchone()
        return int(row[0]) if row else 0

    # ---------------------------------------------------------------- telling
    def tell(self, circle: int, account: int, plays: Iterable[int]) -> None:
        """The account is due these plays, unless a person removed them there while it was in another circle. Where it had a
        mark in place of one, it has it no more."""
        plays = list(plays)
        self.db.executemany(
            f"DELETE FROM sighting WHERE account = ? AND play = ? AND circle = ? AND key GLOB '{FLAG}*'",
            [(account, play, circle) for play in plays],
        )
        self.db.executemany(
            "INSERT OR IGNORE INTO sighting (play, account, circle, state)"
            f" SELECT p.id, ?1, p.circle, {STATE} FROM play AS p WHERE p.id = ?2 AND p.circle = ?3",
            [(account, play, circle) for play in plays],
        )

    def wait(self, circle: int, medias: Iterable[int]) -> None:
        """Look at these again in the next run: something of them is not ripe yet."""
        self.db.executemany("INSERT OR IGNORE INTO unripe VALUES (?, ?)", [(circle, media) for media in medias])

    def touch_unripe(self, circle: int) -> None:
        """What was not ripe is looked at now, on every shelf."""
        self.db.execute(
            "INSERT OR IGNORE INTO touched SELECT u.circle, s.value, u.media FROM unripe AS u CROSS JOIN json_each('[1, 2, 3, 4, 5, 6, 7, 8]') AS s"
            " WHERE u.circle = ?",
            (circle,),
        )
        self.db.execute("DELETE FROM unripe WHERE circle = ?", (circle,))

    def owes(self, account: int) -> bool:
        """Is the account due any play of something that can be named?"""
        row = self.db.execute(
            "SELECT 1 FROM sighting AS s INDEXED BY sighting_due CROSS JOIN play AS p ON p.id = s.play CROSS JOIN media AS m"
            " ON m.id = p.media WHERE s.account = ? AND s.state IN (0, 2) AND (EXISTS (SELECT 1 FROM ids WHERE media = m.id)"
            " OR (m.number IS NOT NULL AND EXISTS (SELECT 1 FROM ids WHERE media = m.parent))) LIMIT 1",
            (account,),
        ).fetchone()
        return row is not None

    def told(self, account: int) -> list[Told]:
        """The plays that the account is due, or is to lose."""
        rows = self.db.execute(
            "SELECT s.play, p.media, m.kind, s.state, p.at, p.known, " + ITS_KEY + ","
            " (SELECT o.account FROM sighting AS o WHERE o.play = p.id AND o.state = 1 ORDER BY o.ours, o.account LIMIT 1),"
            " s.sent, s.settled IS NOT NULL"
            " FROM sighting AS s INDEXED BY sighting_due CROSS JOIN play AS p ON p.id = s.play CROSS JOIN media AS m ON m.id = p.media"
            " WHERE s.account = ? AND s.state IN (0, 2) AND m.frozen IS NULL AND " + TOLD + " ORDER BY p.at, p.id",
            (account,),
        )
        return [Told(*row) for row in rows]

    def taken(self, account: int, medias: Iterable[int]) -> dict[int, set[int]]:
        """The times that plays of these media already have on the account, or were sent with."""
        text = json.dumps(sorted(set(medias)))
        found: dict[int, set[int]] = defaultdict(set)
        for media, at in self.db.execute(
            "SELECT e.media, e.at FROM json_each(?) AS j CROSS JOIN entry AS e INDEXED BY entry_media ON e.media = j.value AND e.account = ?"
            " WHERE e.at IS NOT NULL UNION SELECT p.media, s.sent FROM json_each(?) AS j CROSS JOIN play AS p ON p.media = j.value"
            " CROSS JOIN sighting AS s ON s.play = p.id AND s.account = ? WHERE s.sent IS NOT NULL AND s.state <> 0",
            (text, account, text, account),
        ):
            found[media].add(at)
        return found

    def count(self, account: int) -> int:
        """How many plays the account shows."""
        return int(self.db.execute("SELECT count(*) FROM entry WHERE account = ?", (account,)).fetchone()[0])
