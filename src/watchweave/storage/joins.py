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
    # more is known of it now: who did not know it is asked again
    "DELETE FROM refusal WHERE media IN (:other, :into)",
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
    # what it no longer names it does not deny: that is no removal
    "DELETE FROM held WHERE account = :account AND media = :old",
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
LEFT = (
    "DELETE FROM sighting WHERE state = 0 AND play IN (SELECT id FROM play WHERE media = :old)",
    "DELETE FROM play WHERE media = :old AND NOT EXISTS (SELECT 1 FROM sighting WHERE play = play.id)",
    "DELETE FROM held WHERE media = :old",
    "DELETE FROM truth WHERE media = :old",
    "DELETE FROM refusal WHERE media = :old",
)
"""Nobody names it any more: nobody is to be told of it, and nobody shows it."""
FORGOTTEN = (*MOVES[:2], "DELETE FROM entry WHERE account = :account AND media = :old", *MOVES[3:])
"""The same where nobody knows of which of two names it was said: the next reading tells."""


def move(db: sqlite3.Connection, account: int, old: int, new: int, *, alone: bool = True) -> None:
    """The account's only name of `old` stands for `new` now: so does all that it told by that name. Not alone: it was one
    of several, so what it told by them is read anew."""
    given = {"account": account, "old": old, "new": new}
    names = db.execute("SELECT DISTINCT account FROM handle WHERE media = ?", (old,)).fetchall()
    for step in () if alone and (account,) in names else MOVES if alone else FORGOTTEN:
        db.execute(step, given)
    for step in () if names else LEFT:
        db.execute(step, given)


JOINED_BY_PLACE = (
    "SELECT h.account, h.native, m.id FROM media AS m JOIN handle AS h ON h.media = m.id"
    " AND iif(:bare, h.named = 0 AND EXISTS (SELECT 1 FROM handle WHERE media = m.id AND named = 1), h.placed = 1)"
    " WHERE m.parent = :show AND m.season = :season AND m.kind = 4 AND m.ordering = '' AND EXISTS (SELECT 1 FROM handle AS o"
    " WHERE o.media = m.id AND (o.account <> h.account OR o.native <> h.native)) AND NOT EXISTS (SELECT 1 FROM lookup AS l"
    " WHERE l.account = h.account AND l.native = h.native AND l.taken IS NOT NULL)"
)
APART = (
    "INSERT INTO media (kind, parent, season, number, runtime) SELECT kind, parent, season, number, runtime FROM media"
    " WHERE id = ? RETURNING id"
)
ITS_OWN_IDS = (
    "UPDATE OR IGNORE ids SET media = :new WHERE media = :old AND source = :account"
    " AND NOT EXISTS (SELECT 1 FROM handle WHERE media = :old AND account = :account)"
)
"""What this account has told, if it calls nothing else so."""


def part(db: sqlite3.Connection, show: int, season: int) -> int:
    """Places say nothing in this season any more: what was known by its place alone stands for itself again, and what it
    is called is heard anew. How many names that are."""
    return sum(_leave(db, {"show": show, "season": season, "bare": bare}) for bare in (True, False))


def _leave(db: sqlite3.Connection, given: dict[str, int]) -> int:
    """First those who told no id leave those who did; then those who are there by their place alone."""
    rows = db.execute(JOINED_BY_PLACE, given).fetchall()
    for account, native, media in rows:
        (new,) = db.execute(APART, (media,)).fetchone()
        db.execute(
            "UPDATE handle SET media = ?, print = 0, placed = 0 WHERE account = ? AND native = ?",
            (new, account, native),
        )
        db.execute("UPDATE cursor SET complete = 0 WHERE account = ?", (account,))
        db.execute(ITS_OWN_IDS, {"new": new, "old": media, "account": account})
        move(db, account, media, new)
    return len(rows)


PARTS = (
    "SELECT DISTINCT m.id FROM media AS m JOIN handle AS h ON h.media = m.id AND h.account = :account"
    " WHERE m.parent = :old AND m.kind IN (3, 4)"
    " AND (h.placed = 1 OR NOT EXISTS (SELECT 1 FROM ids WHERE media = m.id AND source = :account))"
)
COPY = (
    "INSERT INTO media (kind, parent, season, number, title, year, runtime, ordering, aired) SELECT kind, :new, season,"
    " number, title, year, runtime, ordering, aired FROM media WHERE id = :part RETURNING id"
)


def follow(db: sqlite3.Connection, account: int, old: int, new: int) -> None:
    """What this account calls by the name of the show `old` is the show `new`: so are its parts that bear no id of their
    own, and each is what stands at its place there. What others were told of them was of parts of the old show."""
    given = {"account": account, "old": old, "new": new}
    for (part,) in db.execute(PARTS, given).fetchall():
        (target,) = db.execute(COPY, {**given, "part": part}).fetchone()
        db.execute("UPDATE handle SET media = ? WHERE account = ? AND media = ?", (target, account, part))
        move(db, account, part, target)
        there = db.execute(
            SAME_PLACE + " AND a.id = :part AND b.id <> :part", {"into": new, "other": new, "part": target}
        )
        for one, same in there.fetchall():
            if _one_part(db, one, same, (new, new)):
                join(db, one, same)
                break


def hand_over(db: sqlite3.Connection, account: int, old: int, new: int) -> None:
    """A name of `old` stands for `new` now. What nobody names any more, and of which no id was ever told, is `new`."""
    query = (
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM handle WHERE media = ?1) OR EXISTS (SELECT 1 FROM ids WHERE media = ?1)"
    )
    kinds = db.execute("SELECT kind FROM media WHERE id IN (?, ?)", (old, new)).fetchall()
    if len(set(kinds)) == 1 and db.execute(query, (old,)).fetchone() is None:
        join(db, old, new)
        return
    if kinds and kinds[0][0] == Kind.SHOW:
        follow(db, account, old, new)
    move(db, account, old, new)


SAME_PLACE = (
    "SELECT a.id, b.id FROM media AS a JOIN media AS b ON b.parent = :into AND b.kind = a.kind AND b.season IS a.season"
    " AND b.number IS a.number AND b.ordering = a.ordering AND a.ordering <> 'own' WHERE a.parent = :other"
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
    pairs = db.execute(SAME_PLACE, {"into": into, "other": other}).fetchall()
    for _ in range(2):  # what the last pair says of its season is true of the first one, too
        parts = [(one, same) for one, same in pairs if _one_part(db, one, same, (other, into))]
    for one, same in parts:
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
