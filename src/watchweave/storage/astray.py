"""What an account shows as something else: what it was told, and what its names stood for before."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from ..core.records import Value
from .joins import UNSEEN


class Astray:
    """What stands elsewhere than it was written, for one run."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    # ---------------------------------------------------------------- names that stand for something else now
    def renamed(self, account: int) -> list[tuple[int, int]]:
        """What names of this account stand for, and what they stood for before, where that has another name now."""
        query = "SELECT media, before FROM renamed WHERE account = ? ORDER BY media, before"
        return self.db.execute(query, (account,)).fetchall()

    def anew(self, account: int) -> set[int]:
        """What names of this account have come to stand for since it was read whole."""
        return {media for (media,) in self.db.execute("SELECT media FROM anew WHERE account = ?", (account,))}

    def forget(self, account: int) -> None:
        """A whole reading has told what has moved along, and what is shown of what is called anew."""
        self.db.execute("DELETE FROM renamed WHERE account = ?", (account,))
        self.db.execute("DELETE FROM anew WHERE account = ?", (account,))

    def take_along(self, account: int, shelf: int, pairs: Sequence[tuple[int, int]], left: Collection[int]) -> None:
        """What we wrote of the second of each pair stands at the first now, and is no news; of what it has left the
        account says nothing."""
        rows = [
            (account, shelf, media, *row)
            for media, before in pairs
            for row in self.db.execute(
                "SELECT seen, at, seen, version FROM held WHERE account = ? AND shelf = ? AND media = ?",
                (account, shelf, before),
            )
        ]
        query = "SELECT ?1, id FROM journal WHERE account = ?2 AND shelf = ?3 AND media = ?4 AND state = 'done'"
        writes = [row for media, before in pairs for row in self.db.execute(query, (media, account, shelf, before))]
        self.db.executemany("UPDATE journal SET media = ? WHERE id = ?", writes)
        gone = [(account, shelf, media) for media in left]
        self.db.executemany("DELETE FROM held WHERE account = ? AND shelf = ? AND media = ?", gone)
        self.db.executemany(
            "INSERT OR REPLACE INTO held (account, shelf, media, seen, at, agreed, version) VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def follow(self, account: int) -> dict[int, set[int]]:
        """Entries that the reading shows of what a name stands for now, which stood for something else: they find their
        plays anew. What they were of and are of, each with the other."""
        rows = self.db.execute(
            "SELECT n.key, n.media, e.media FROM renamed AS r JOIN entry AS e ON e.account = r.account AND e.media = r.before"
            " JOIN now_play AS n ON n.account = e.account AND n.key = e.key AND n.media = r.media WHERE r.account = ?",
            (account,),
        ).fetchall()
        found: dict[int, set[int]] = defaultdict(set)
        for key, media, before in rows:
            self.db.execute("DELETE FROM sighting WHERE account = ? AND key = ? AND state < 3", (account, key))
            self.db.execute("UPDATE entry SET media = ? WHERE account = ? AND key = ?", (media, account, key))
            self.db.execute("UPDATE aside SET media = ? WHERE account = ? AND key = ?", (media, account, key))
            found[before].add(media)
        for before in found:
            for step in UNSEEN:
                self.db.execute(step, {"old": before})
        return found

    # ---------------------------------------------------------------- what was told, and shows as something else
    def times(self, account: int, shelf: int, without: Collection[int]) -> dict[Value, list[int]]:
        """By value, the times that the staged reading states, in order; without those of some media."""
        rows = self.db.execute(
            "SELECT value, at FROM now WHERE account = ? AND shelf = ? AND at IS NOT NULL AND media NOT IN"
            " (SELECT value FROM json_each(?)) ORDER BY at",
            (account, shelf, json.dumps(sorted(without))),
        )
        found: dict[Value, list[int]] = defaultdict(list)
        for value, at in rows:
            found[value].append(at)
        return found

    def akin(self, medias: Sequence[int]) -> set[int]:
        """Those that have an id of one of these as well, be it a key or not."""
        rows = self.db.execute(
            "SELECT a.media FROM ids AS b JOIN ids AS a ON a.space = b.space AND a.kind = b.kind AND a.value = b.value"
            " AND a.media <> b.media WHERE b.media IN (SELECT value FROM json_each(?))",
            (json.dumps(medias),),
        )
        return {media for (media,) in rows}

    def unnamed(self, account: int, media: int) -> bool:
        """Is this an episode where places say nothing, and one that the account has never named itself?"""
        row = self.db.execute(
            "SELECT 1 FROM media AS m WHERE m.id = ?1 AND m.kind = 4 AND (m.season = 0 OR EXISTS (SELECT 1 FROM renumbered"
            " WHERE show = m.parent AND season = m.season)) AND NOT EXISTS (SELECT 1 FROM handle WHERE media = ?1"
            " AND account = ?2)",
            (media, account),
        )
        return row.fetchone() is not None

    def beside(self, media: int, others: Sequence[int]) -> bool:
        """Is this an episode, and one of these an episode of the same show of which no id is known?"""
        row = self.db.execute(
            "SELECT 1 FROM media AS m JOIN media AS o ON o.parent = m.parent AND o.kind = 4 AND o.id <> m.id WHERE m.id = ?"
            " AND m.kind = 4 AND o.id IN (SELECT value FROM json_each(?)) AND NOT EXISTS (SELECT 1 FROM ids WHERE media = o.id)",
            (media, json.dumps(others)),
        )
        return row.fetchone() is not None

    def plays(self, account: int) -> None:
        """A new staged entry of the very time that we sent for a play of something else, which itself does not show, is
        that play: the service knows it by another name. The play is known to show as that from now on."""
        rows = self.db.execute(
            "SELECT s.sent, m.kind, s.play FROM sighting AS s INDEXED BY sighting_blind JOIN play AS p ON p.id = s.play"
            " JOIN media AS m ON m.id = p.media WHERE s.account = ? AND s.key IS NULL AND s.state = 1 AND s.ours = 1"
            " AND s.sent IS NOT NULL AND NOT EXISTS (SELECT 1 FROM now_play AS n WHERE n.account = s.account"
            " AND n.media = p.media AND n.at = s.sent) ORDER BY s.play",
            (account,),
        )
        unseen: dict[tuple[int, int], list[int]] = defaultdict(list)
        for sent, kind, play in rows:
            unseen[sent, kind].append(play)
        if not unseen:
            return
        entries = self.db.execute(
            "SELECT n.key, n.at, m.kind FROM now_play AS n JOIN media AS m ON m.id = n.media WHERE n.account = ?1"
            " AND n.at IN (SELECT value FROM json_each(?2)) AND NOT EXISTS (SELECT 1 FROM entry AS e WHERE e.account = ?1"
            " AND e.key = n.key) AND NOT EXISTS (SELECT 1 FROM written AS w WHERE w.account = ?1 AND w.media = n.media"
            " AND w.sent = n.at) ORDER BY n.key",
            (account, json.dumps(sorted({sent for sent, _ in unseen}))),
        )
        self.db.executemany(
            "UPDATE sighting SET key = 'shown:' || ? WHERE account = ? AND play = ?",
            [(key, account, unseen[at, kind].pop(0)) for key, at, kind in entries.fetchall() if unseen.get((at, kind))],
        )

    def not_twice(self, circle: int, accounts: Iterable[int]) -> None:
        """Who shows a play is not told of it once more because another account shows it as one of something else."""
        self.db.executemany(
            "UPDATE sighting SET state = 3 WHERE state = 0 AND (play, account) IN (SELECT e.play, o.account FROM sighting AS s"
            " CROSS JOIN sighting AS e ON e.circle = s.circle AND e.account = s.account AND e.key = substr(s.key, 7)"
            " CROSS JOIN sighting AS o ON o.play = s.play AND o.state = 1 WHERE s.circle = ? AND s.account = ?"
            " AND s.key >= 'shown:' AND s.key < 'shown;')",
            [(circle, account) for account in accounts],
        )
