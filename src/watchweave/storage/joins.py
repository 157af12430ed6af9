"""Two media that turn out to be one: everything known of the one becomes known of the other."""

from __future__ import annotations

import sqlite3

from ..core.media import Kind

STEPS = (
    "UPDATE handle SET media = :into WHERE media = :other",
    "UPDATE OR IGNORE ids SET media = :into WHERE media = :other",
    "DELETE FROM ids WHERE media = :other",
    "UPDATE entry SET media = :into WHERE media = :other",
    # of two records, the one that shows something; of two truths, the newer one
    "DELETE FROM held WHERE media = :into AND seen IS NULL AND EXISTS (SELECT 1 FROM held AS o WHERE o.media = :other"
    " AND o.account = held.account AND o.shelf = held.shelf AND o.seen IS NOT NULL)",
    "UPDATE OR IGNORE held SET media = :into WHERE media = :other",
    "DELETE FROM held WHERE media = :other",
    "UPDATE held SET version = -1 WHERE media = :into",
    "DELETE FROM truth WHERE media = :into AND EXISTS (SELECT 1 FROM truth AS o WHERE o.media = :other"
    " AND o.circle = truth.circle AND o.shelf = truth.shelf AND (o.lo, o.hi) > (truth.lo, truth.hi))",
    "UPDATE OR IGNORE truth SET media = :into WHERE media = :other",
    "DELETE FROM truth WHERE media = :other",
    # its entries find their plays anew, among those of the other; what is gone, or is to go, stays so
    "DELETE FROM sighting WHERE state < 2 AND play IN (SELECT id FROM play WHERE media = :other)",
    "DELETE FROM play WHERE media = :other AND NOT EXISTS (SELECT 1 FROM sighting WHERE play = play.id)",
    "UPDATE play SET media = :into WHERE media = :other",
    "UPDATE aside SET media = :into WHERE media = :other",
    "UPDATE OR IGNORE reset SET media = :into WHERE media = :other",
    "DELETE FROM reset WHERE media = :other",
    "UPDATE OR IGNORE refusal SET media = :into WHERE media = :other",
    "DELETE FROM refusal WHERE media = :other",
    "UPDATE OR IGNORE written SET media = :into WHERE media = :other AND sent IS NOT NULL",
    "DELETE FROM written WHERE media = :other",
    "UPDATE journal SET media = :into WHERE media = :other",
    "UPDATE edit SET media = :into WHERE media = :other",
    "UPDATE OR IGNORE now SET media = :into WHERE media = :other",
    "DELETE FROM now WHERE media = :other",
    "UPDATE now_play SET media = :into WHERE media = :other",
    "DELETE FROM unripe WHERE media = :other",
    "INSERT OR IGNORE INTO unripe SELECT id, :into FROM circle WHERE :other <> :into",
    "UPDATE hold SET answer = 'replaced' WHERE answer IS NULL AND EXISTS (SELECT 1 FROM json_each(hold.changes) AS c"
    " WHERE c.value ->> 'media' = :other)",
    "UPDATE media SET title = iif(media.title = '', o.title, media.title), year = coalesce(media.year, o.year),"
    " runtime = coalesce(media.runtime, o.runtime), frozen = coalesce(media.frozen, o.frozen) FROM media AS o"
    " WHERE o.id = :other AND media.id = :into",
    # where it stands as first shown says more than a place in another order
    "UPDATE media SET season = o.season, number = o.number, ordering = '', parent = o.parent FROM media AS o"
    " WHERE o.id = :other AND media.id = :into AND media.ordering <> '' AND o.ordering = ''",
    "UPDATE OR IGNORE renumbered SET show = :into WHERE show = :other",
    "DELETE FROM renumbered WHERE show = :other",
    "UPDATE media SET parent = :into WHERE parent = :other",
    "DELETE FROM media WHERE id = :other",
)
"""What leads from the first media to the second."""


MOVES = (
    # its entries find their plays anew; so does what we wrote there, by which echoes are known
    "DELETE FROM sighting WHERE account = :account AND state < 3 AND play IN (SELECT id FROM play WHERE media = :old)"
    " AND key IN (SELECT key FROM entry WHERE account = :account AND media = :old)",
    "DELETE FROM play WHERE media = :old AND NOT EXISTS (SELECT 1 FROM sighting WHERE play = play.id)",
    "UPDATE entry SET media = :new WHERE account = :account AND media = :old",
    "UPDATE aside SET media = :new WHERE account = :account AND media = :old",
    "UPDATE OR IGNORE now SET media = :new WHERE account = :account AND media = :old",
    "DELETE FROM now WHERE account = :account AND media = :old",
    "UPDATE now_play SET media = :new WHERE account = :account AND media = :old",
    "UPDATE journal SET media = :new WHERE account = :account AND media = :old AND shelf = 2",
    "DELETE FROM refusal WHERE account = :account AND media = :old",
    "INSERT OR IGNORE INTO unripe SELECT c.id, m.value FROM circle AS c CROSS JOIN json_each(json_array(:old, :new)) AS m"
    " WHERE EXISTS (SELECT 1 FROM media WHERE id = m.value)",
)
"""What an account said of one media was said of another one."""


def move(db: sqlite3.Connection, account: int, old: int, new: int) -> None:
    """The account's only name of `old` stands for `new` now: so does all that it told by that name."""
    named = db.execute("SELECT 1 FROM handle WHERE account = ? AND media = ?", (account, old)).fetchone()
    for step in () if named else MOVES:
        db.execute(step, {"account": account, "old": old, "new": new})


SAME_PLACE = (
    "SELECT a.id, b.id FROM media AS a JOIN media AS b ON b.parent = :into AND b.kind = a.kind AND b.season IS a.season"
    " AND b.number IS a.number AND b.ordering = a.ordering WHERE a.parent = :other"
)
SHARED = (
    "SELECT coalesce(sum(a.value = b.value), 0), count(*) FROM ids AS a JOIN ids AS b ON b.space = a.space"
    " AND b.standing = 0 AND b.media = ? WHERE a.standing = 0 AND a.space <> 'slug' AND a.media = ?"
)
"""In how many spaces both have an id, and in how many of them it is the same."""
DOUBTFUL = "SELECT 1 FROM renumbered WHERE show IN (?, ?) AND season = ?"


def join(db: sqlite3.Connection, other: int, into: int) -> None:
    """From now on `other` is `into`; of two shows, what stands at one place in both is one too, unless its ids say that
    they number their episodes differently."""
    for one, same in db.execute(SAME_PLACE, {"into": into, "other": other}).fetchall():
        if _one_part(db, one, same, (other, into)):
            join(db, one, same)
    for step in STEPS:
        db.execute(step, {"other": other, "into": into})


def _one_part(db: sqlite3.Connection, one: int, same: int, shows: tuple[int, int]) -> bool:
    """Are these two, which stand at one place of what is one show now, one episode?"""
    kind, season = db.execute("SELECT kind, season FROM media WHERE id = ?", (one,)).fetchone()
    if kind != Kind.EPISODE:
        return True
    equal, both = db.execute(SHARED, (same, one)).fetchone()
    if both and not equal:
        db.execute("INSERT OR IGNORE INTO renumbered VALUES (?, ?)", (shows[1], season))
    doubtful = season == 0 or db.execute(DOUBTFUL, (*shows, season)).fetchone() is not None
    return bool(equal) or not (both or doubtful)
