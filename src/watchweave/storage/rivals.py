"""Two that share an id and contradict each other in another: nothing is written of them until a person says what they are."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence

from ..core.identity import contradiction
from ..core.media import Media
from .joins import join
from .lookups import NEVER, Lookups
from .twins import told_apart

SAME, APART, OTHER = "same", "apart", "other"
"""What a person said of a name: it is one with what it contradicted, it is another thing, it means something else."""

_RIVALS = (
    "SELECT DISTINCT b.media FROM ids AS a JOIN ids AS b ON b.space = a.space AND b.value = a.value AND b.kind = a.kind"
    " AND b.media <> a.media JOIN media AS m ON m.id = b.media AND iif(:frozen, m.frozen IS NOT NULL, "
    + told_apart(":media", "m.id")
    + ") WHERE a.media = :media AND a.standing = 3 AND EXISTS (SELECT 1 FROM handle WHERE media = b.media) ORDER BY b.media"
)
_ONE_VALUE = (
    "UPDATE ids SET standing = 0 WHERE media = ?1 AND standing = 3 AND (SELECT count(DISTINCT value) FROM ids AS o"
    " WHERE o.media = ?1 AND o.space = ids.space) = 1 AND NOT EXISTS (SELECT 1 FROM ids AS o JOIN handle AS h ON h.media = o.media"
    " WHERE o.value = ids.value AND o.space = ids.space AND o.kind = ids.kind AND o.media <> ?1)"
)
_IDS = "SELECT json_group_object(space, value) FROM (SELECT space, value FROM ids WHERE media = ? AND source >= 0 ORDER BY standing DESC)"
_BOTH = (
    "SELECT a.space, max(a.value = b.value) FROM ids AS a JOIN ids AS b ON b.space = a.space AND b.media = ?2"
    " WHERE a.media = ?1 AND a.space <> 'slug' GROUP BY a.space"
)
_NO_KEY = "UPDATE ids SET standing = 3 WHERE media IN (?1, ?2) AND space IN (SELECT value FROM json_each(?3))"
_KEY_AGAIN = (
    "UPDATE ids SET standing = 0 WHERE standing = 3 AND space = ?2 AND value = ?3"
    " AND kind = (SELECT kind FROM media WHERE id = ?1)"
)
_NO_OTHER = "UPDATE ids SET standing = 3 WHERE media = ?1 AND space = ?2 AND value <> ?3"
_PINNED = "INSERT OR REPLACE INTO lookup VALUES (?, ?, ?, ?, ?, 1, ?, 'person', '[]', ?, ?, NULL)"
_UNPIN_SAME = "DELETE FROM lookup WHERE said = 'same' AND (account, native) IN (SELECT account, native FROM handle WHERE media = ?)"
_TWO = (
    "INSERT OR IGNORE INTO apart SELECT a.account, a.native, b.account, b.native FROM handle AS a CROSS JOIN handle AS b"
    " WHERE a.media = ? AND b.media = ?"
)
_UNSAID = "DELETE FROM apart WHERE ?1 = account AND ?2 = native OR ?1 = other AND ?2 = theirs"
_UNPIN_APART = (
    "DELETE FROM lookup AS l WHERE said = 'apart' AND NOT EXISTS"
    " (SELECT 1 FROM apart AS a WHERE a.account = l.account AND a.native = l.native)"
)
_BEAR = (
    "INSERT OR IGNORE INTO ids (media, space, value, kind, source) SELECT id, ?2, ?3, kind, ?4 FROM media WHERE id = ?1"
)
_NOT_ITS = (
    "DELETE FROM ids WHERE media = ?1 AND space = ?2 AND value = ?3"
    " AND EXISTS (SELECT 1 FROM ids AS o WHERE o.media = ?1 AND o.space = ?2 AND o.value <> ?3)"
)


class Rivals:
    """Those that contradict each other, in the database."""

    def __init__(self, db: sqlite3.Connection, now: int) -> None:
        self.db = db
        self.now = now
        self.lookups = Lookups(db)

    def of(self, number: int) -> list[int]:
        """Those that it shares an id with and contradicts: nothing is written of them and of it."""
        return [media for (media,) in self.db.execute(_RIVALS, {"media": number, "frozen": True})]

    def count(self) -> int:
        """Of how many things nothing is written, because their ids contradict each other."""
        query = (
            "SELECT count(DISTINCT m.id) FROM media AS m JOIN handle AS h ON h.media = m.id WHERE m.frozen IS NOT NULL"
        )
        return int(self.db.execute(query).fetchone()[0])

    def unite(self, number: int) -> None:
        """It is one with those that it seemed to contradict. Where they differ, neither id is a key."""
        for other in self.of(number):
            (ids,) = self.db.execute(_IDS, (other,)).fetchone()
            for account, media, _ in self.lookups.named(other):
                self.pin(account, media, SAME, ids)
            join(self.db, other, number)
        self.db.execute(_ONE_VALUE, (number,))
        self._let_go(number)

    def keep_apart(self, number: int) -> None:
        """It is another thing than those that it shares an id with; that id stays no key."""
        others = self.of(number)
        self.tell_two(number, others)
        self._set(number)
        for one in others:
            self._let_go(one)

    def tell_two(self, number: int, others: Collection[int]) -> None:
        """It is none of these, by a person's word."""
        for one in (number, *others):
            for account, media, _ in self.lookups.named(one):
                self.pin(account, media, APART)
        self.db.executemany(_TWO, [pair for other in others for pair in ((number, other), (other, number))])

    def unsay(self, named: Sequence[tuple[int, Media]]) -> None:
        """These names, by account, are kept apart from none any more; nor is who was kept apart from them alone."""
        self.db.executemany(_UNSAID, [(account, media.key) for account, media in named])
        self.db.execute(_UNPIN_APART)

    def clear(self, number: int, ids: Mapping[str, str]) -> None:
        """These ids are keys again: a person has said whose they are. What it told itself besides is none."""
        for space, value in ids.items():
            self.db.execute(_KEY_AGAIN, (number, space, value))
            self.db.execute(_NO_OTHER, (number, space, value))

    def again(self, number: int) -> None:
        """It contradicts again those from which it was kept apart."""
        others = [media for (media,) in self.db.execute(_RIVALS, {"media": number, "frozen": False})]
        self.unsay([(account, media) for account, media, _ in self.lookups.named(number)])
        self.contradict(number, others)

    def contradict(self, number: int, others: Collection[int]) -> None:
        """What it shares with these is no key, and nothing is written of them."""
        for other in others:
            spaces = dict(self.db.execute(_BOTH, (number, other)).fetchall())
            both, unlike = (
                sorted(s for s, equal in spaces.items() if bool(equal) is shared) for shared in (True, False)
            )
            self.db.execute(_NO_KEY, (number, other, json.dumps(both)))
            for one in (number, other) if both else ():
                self._set(one, contradiction(both, "another title", unlike))

    def tell_apart(self, number: int, new: int, ids: Mapping[str, str], account: int) -> None:
        """This account told these ids of `new`: where they differ from what else was told of `number`, they are not its."""
        for space, value in ids.items():
            self.db.execute(_BEAR, (new, space, value, account))
            self.db.execute(_NOT_ITS, (number, space, value))
        self.db.execute(_ONE_VALUE, (number,))
        self.db.execute(_UNPIN_SAME, (new,))

    def pin(self, account: int, media: Media, said: str, ids: str = "{}") -> None:
        """This name stands for what it stands for by a person's word. ids: what was told of it."""
        self.db.execute(_PINNED, (account, media.key, media.title, media.year, self.now, NEVER, ids, said))

    def said(self, named: Sequence[tuple[int, Media]]) -> dict[tuple[int, str], tuple[str, Mapping[str, str]]]:
        """Of each name, by account, what a person said of it, and the ids that were believed."""
        query = "SELECT said, taken FROM lookup WHERE account = ? AND native = ?"
        rows = {(a, media.key): self.db.execute(query, (a, media.key)).fetchone() for a, media in named}
        return {name: (row[0], json.loads(row[1] or "{}")) for name, row in rows.items() if row}

    def _let_go(self, number: int) -> None:
        """It is written again, unless it contradicts something else, too."""
        if not self.of(number):
            self._set(number)

    def _set(self, number: int, frozen: str | None = None) -> None:
        """Why nothing is written of it, if anything; and its parts are tried again."""
        query = "UPDATE media SET frozen = ?, ids_version = ids_version + 1 WHERE id = ?"
        self.db.execute(query, (frozen, number))
        parts = "DELETE FROM refusal WHERE media IN (SELECT id FROM media WHERE parent = ?)"
        self.db.execute(parts, (number,))
