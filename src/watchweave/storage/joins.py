"""Two media that turn out to be one: everything known of the one becomes known of the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from ..core.media import Kind

UNBORNE = (
    "SELECT p.id FROM play AS p WHERE p.media IN (:other, :into) AND NOT EXISTS (SELECT 1 FROM sighting AS s"
    " WHERE s.play = p.id AND s.ours = 0 AND (s.key IS NOT NULL OR s.state <> 3)) AND NOT EXISTS (SELECT 1 FROM sighting AS s"
    " WHERE s.play = p.id AND s.state = 1 AND s.key IS NULL)"  # what we wrote, and nobody has read yet
)
"""Plays that stand on our word alone, since their name came to mean something else: as `Play.borne` says."""
STEPS = (
    "UPDATE handle SET media = :into WHERE media = :other",
    "UPDATE OR IGNORE ids SET media = :into WHERE media = :other",
    "DELETE FROM ids WHERE media = :other",
    "UPDATE entry SET media = :into WHERE media = :other",
    # where both are spoken of, all are compared anew
    "UPDATE held SET version = -1 WHERE media IN (:other, :into) AND shelf IN (SELECT shelf FROM held WHERE media = :other"
    " UNION SELECT shelf FROM truth WHERE media = :other)",
    # of two records, the one that shows something; of two truths, the newer one
    "DELETE FROM held WHERE media = :into AND seen IS NULL AND EXISTS (SELECT 1 FROM held AS o WHERE o.media = :other"
    " AND o.account = held.account AND o.shelf = held.shelf AND o.seen IS NOT NULL)",
    "UPDATE OR IGNORE held SET media = :into WHERE media = :other",
    "DELETE FROM held WHERE media = :other",
    "DELETE FROM truth WHERE media = :into AND EXISTS (SELECT 1 FROM truth AS o WHERE o.media = :other"
    " AND o.circle = truth.circle AND o.shelf = truth.shelf AND (o.lo, o.hi) > (truth.lo, truth.hi))",
    "UPDATE OR IGNORE truth SET media = :into WHERE media = :other",
    "DELETE FROM truth WHERE media = :other",
    # its entries find their plays anew, among those of the other; what is gone, or is to go, stays so
    f"DELETE FROM sighting WHERE play IN ({UNBORNE})",
    "DELETE FROM sighting WHERE state < 2 AND play IN (SELECT id FROM play WHERE media = :other)",
    "DELETE FROM play WHERE media IN (:other, :into) AND NOT EXISTS (SELECT 1 FROM sighting WHERE play = play.id)",
    "UPDATE play SET media = :into WHERE media = :other",
    "UPDATE aside SET media = :into WHERE media = :other",
    "UPDATE OR IGNORE reset SET media = :into WHERE media = :other",
    "DELETE FROM reset WHERE media = :other",
    # more is known of it now: who did not know it is asked again
    "DELETE FROM refusal WHERE media IN (:other, :into) OR media IN (SELECT id FROM media WHERE parent IN (:other, :into))",
    "UPDATE OR IGNORE written SET media = :into WHERE media = :other AND sent IS NOT NULL",
    "DELETE FROM written WHERE media = :other",
    "UPDATE journal SET media = :into WHERE media = :other",
    "UPDATE edit SET media = :into WHERE media = :other",
    "UPDATE OR IGNORE anew SET media = :into WHERE media = :other",
    "DELETE FROM anew WHERE media = :other",
    *(
        step
        for table in ("placed", "sequence", "asked", "now_place")
        for step in (
            f"UPDATE OR IGNORE {table} SET media = :into WHERE media = :other",
            f"DELETE FROM {table} WHERE media = :other",
        )
    ),
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


ENTRIES = "UPDATE entry SET media = :new WHERE account = :account AND media = :old"
OURS = (
    "UPDATE OR IGNORE held SET media = :new WHERE account = :account AND media = :old AND shelf <> 4 AND seen IS (SELECT j.value"
    " FROM journal AS j WHERE j.account = :account AND j.media = :old AND j.shelf = held.shelf AND j.state = 'done'"
    " ORDER BY j.id DESC LIMIT 1)"
)
OURS_ALONE = (
    "SELECT p.id FROM play AS p WHERE p.media = :old AND EXISTS (SELECT 1 FROM sighting WHERE play = p.id AND ours = 1)"
    " AND NOT EXISTS (SELECT 1 FROM sighting WHERE play = p.id AND ours = 0 AND state IN (1, 2))"
)
"""Plays that nobody shows any more but those whom we told."""
UNSEEN = (
    "DELETE FROM play WHERE media = :old AND NOT EXISTS (SELECT 1 FROM sighting WHERE play = play.id)",
    # what now stands on our word alone stays where it stands, and is told to nobody else
    "INSERT INTO sighting (play, account, circle, state) SELECT p.id, a.id, p.circle, 3 FROM play AS p JOIN account AS a"
    f" ON a.circle = p.circle WHERE p.id IN ({OURS_ALONE}) ON CONFLICT DO UPDATE SET state = 3 WHERE state = 0",
)
"""Of plays that this account has taken its entries from."""
ANOTHER_WORD = (
    "FROM held AS h JOIN hears AS w ON w.account = h.account AND w.shelf = h.shelf WHERE h.media = :old AND h.account <> :account"
    " AND h.shelf = truth.shelf AND w.circle = truth.circle AND h.seen IS NOT NULL"
)
"""What somebody else who is heard shows of it."""
MOVES = (
    # what we wrote there stands there, by another name; its other entries find their plays anew
    "UPDATE sighting SET key = 'shown:' || key WHERE account = :account AND state = 1 AND ours = 1 AND play IN (SELECT id"
    " FROM play WHERE media = :old) AND key IN (SELECT key FROM entry WHERE account = :account AND media = :old)",
    "DELETE FROM sighting WHERE account = :account AND state < 3 AND play IN (SELECT id FROM play WHERE media = :old)"
    " AND key IN (SELECT key FROM entry WHERE account = :account AND media = :old)",
    *UNSEEN,
    ENTRIES,
    # what we wrote there is known of it by its new name, and no news; what a person did is told anew
    OURS,
    # whether it is watched follows from its plays, of which some may have gone along: that is nobody's removal
    "DELETE FROM truth WHERE media = :old AND shelf = 2",
    # what nobody else shows is true of it no longer: what somebody else shows in its place is
    f"UPDATE truth SET (value, lo, hi, origin) = (SELECT h.seen, coalesce(h.at, truth.lo), coalesce(h.at, truth.hi), h.account"
    f" {ANOTHER_WORD} ORDER BY h.account LIMIT 1) WHERE media = :old AND origin = :account AND EXISTS (SELECT 1 {ANOTHER_WORD})"
    " AND NOT EXISTS (SELECT 1 FROM held AS h WHERE h.media = :old AND h.shelf = truth.shelf AND h.account <> :account"
    " AND h.seen IS truth.value)",
    "DELETE FROM truth WHERE media = :old AND origin = :account AND NOT EXISTS (SELECT 1 FROM held AS h WHERE"
    " h.media = :old AND h.shelf = truth.shelf AND h.account <> :account AND h.seen IS NOT NULL)",
    # what it no longer names it does not deny: that is no removal
    # where there is a library, a wish is for a thing, and not for what stands in there
    "DELETE FROM held WHERE account = :account AND media = :old AND NOT (shelf = 4 AND EXISTS (SELECT 1 FROM handle AS h"
    " WHERE h.account = :account AND h.library > 0))",
    "UPDATE aside SET media = :new WHERE account = :account AND media = :old",
    *(
        step
        for table in ("placed", "asked", "now_place")
        for step in (
            f"UPDATE OR IGNORE {table} SET media = :new WHERE account = :account AND media = :old",
            f"DELETE FROM {table} WHERE account = :account AND media = :old",
        )
    ),
    "UPDATE OR IGNORE now SET media = :new WHERE account = :account AND media = :old",
    "DELETE FROM now WHERE account = :account AND media = :old",
    "UPDATE now_play SET media = :new WHERE account = :account AND media = :old",
    "UPDATE journal SET media = :new WHERE account = :account AND media = :old AND shelf <> 4 AND (shelf = 2"
    " OR state = 'done')",  # a wish (4) is for the thing, and not for what stands in the library
    "DELETE FROM refusal WHERE account = :account AND media = :old",
    "INSERT OR IGNORE INTO unripe SELECT c.id, m.value FROM circle AS c CROSS JOIN json_each(json_array(:old, :new)) AS m"
    " WHERE EXISTS (SELECT 1 FROM media WHERE id = m.value)",
)
"""What an account said of one media was said of another one."""
SHARED_WITH_OLD = (
    "ids.media <> :old AND EXISTS (SELECT 1 FROM ids AS a WHERE a.media = :old AND a.standing = 3 AND a.space = ids.space"
    " AND a.value = ids.value AND a.kind = ids.kind)"
)
ANOTHER = (
    "SELECT 1 FROM ids AS c WHERE c.value = ids.value AND c.space = ids.space AND c.kind = ids.kind"
    " AND c.media NOT IN (:old, ids.media) AND EXISTS (SELECT 1 FROM handle WHERE media = c.media)"
)
"""Somebody else who is named, and bears that id."""
LEFT = (
    "DELETE FROM sighting WHERE state = 0 AND play IN (SELECT id FROM play WHERE media = :old)",
    "DELETE FROM play WHERE media = :old AND NOT EXISTS (SELECT 1 FROM sighting WHERE play = play.id)",
    # what we wrote somewhere stands there, whoever names it
    "DELETE FROM held WHERE media = :old AND seen IS NOT (SELECT j.value FROM journal AS j WHERE j.account = held.account"
    " AND j.shelf = held.shelf AND j.media = held.media AND j.state = 'done' ORDER BY j.id DESC LIMIT 1)",
    "DELETE FROM truth WHERE media = :old",
    "DELETE FROM refusal WHERE media = :old",
    # what contradicted this alone contradicts nothing any more
    f"UPDATE ids SET standing = 0 WHERE standing = 3 AND {SHARED_WITH_OLD} AND NOT EXISTS ({ANOTHER})",
    "UPDATE media SET frozen = NULL, ids_version = ids_version + 1 WHERE frozen IS NOT NULL AND id IN (SELECT ids.media FROM ids"
    f" WHERE {SHARED_WITH_OLD}) AND NOT EXISTS (SELECT 1 FROM ids WHERE media = media.id AND standing = 3 AND EXISTS ({ANOTHER}))",
    "DELETE FROM ids WHERE media = :old AND standing = 3",
    "UPDATE media SET frozen = NULL WHERE id = :old",
)
"""Nobody names it any more: nobody is to be told of it, and nobody shows it."""
ANEW = tuple(
    "DELETE FROM entry WHERE account = :account AND media = :old" if step == ENTRIES else step for step in MOVES
)
"""The same where nobody knows of which of two names it was said: the next reading tells."""
UNSURE = tuple(step for step in ANEW if step != OURS)
"""The same where it was said of what another name stood for."""
RENAMED = (
    "INSERT OR IGNORE INTO renamed (account, media, before) VALUES (:account, :new, :old)",
    "UPDATE cursor SET complete = 0 WHERE account = :account",
)


def move(
    db: sqlite3.Connection, account: int, old: int, new: int, *, alone: bool = True, arrived: Collection[str] = ()
) -> None:
    """The account's only name of `old` stands for `new` now: so does all that it told by that name. Not alone: it was one
    of several, so what it told by them is read anew. arrived: names by which it has told nothing yet.

    Where it calls something else `old` now, the next reading tells what has moved along.
    """
    given = {"account": account, "old": old, "new": new}
    names = db.execute("SELECT account, native FROM handle WHERE media = ?", (old,)).fetchall()
    stays = any(who == account and native not in arrived for who, native in names)
    unsure = db.execute("SELECT 1 FROM renamed WHERE account = ? AND before = ? LIMIT 1", (account, old)).fetchone()
    db.execute("INSERT OR IGNORE INTO anew (account, media) VALUES (:account, :new)", given)
    for step in RENAMED if alone and stays else UNSURE if unsure else MOVES if alone else ANEW:
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


def part(db: sqlite3.Connection, show: int, season: int, arrived: tuple[int, Collection[str]]) -> int:
    """Places say nothing in this season any more: what was known by its place alone stands for itself again, and what it
    is called is heard anew. How many names that are.

    arrived: an account, and those of its names that have only just come: by these it has told nothing yet.
    """
    return sum(_leave(db, {"show": show, "season": season, "bare": bare}, arrived) for bare in (True, False))


def _leave(db: sqlite3.Connection, given: dict[str, int], arrived: tuple[int, Collection[str]]) -> int:
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
        move(db, account, media, new, arrived=arrived[1] if account == arrived[0] else ())
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
        db.execute(ITS_OWN_IDS, {"new": target, "old": part, "account": account})
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
    if _is_nobody(db, old, new):
        join(db, old, new)
        return
    if db.execute("SELECT 1 FROM media WHERE id = ? AND kind = ?", (old, int(Kind.SHOW))).fetchone():
        follow(db, account, old, new)
    move(db, account, old, new)


def _is_nobody(db: sqlite3.Connection, old: int, new: int) -> bool:
    """Does nobody name the old one any more, and is nothing known of it but what the new one is, too? What others were
    told of an episode at another place of the same order was told of that place."""
    query = (
        "SELECT 1 FROM media AS o JOIN media AS n ON n.id = ?2 AND n.kind = o.kind AND (n.kind NOT IN (3, 4)"
        " OR n.ordering <> o.ordering OR (n.season IS o.season AND n.number IS o.number)) WHERE o.id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM handle WHERE media = ?1) AND NOT EXISTS (SELECT 1 FROM ids WHERE media = ?1)"
    )
    return db.execute(query, (old, new)).fetchone() is not None


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


def join(db: sqlite3.Connection, other: int, into: int) -> dict[int, int]:
    """From now on `other` is `into`; of two shows, what stands at one place in both is one too, unless its ids say that
    they number their episodes differently. What is which one now."""
    pairs = db.execute(SAME_PLACE, {"into": into, "other": other}).fetchall()
    for _ in range(2):  # what the last pair says of its season is true of the first one, too
        parts = [(one, same) for one, same in pairs if _one_part(db, one, same, (other, into))]
    joined = {other: into}
    for one, same in parts:
        joined |= join(db, one, same)
    for step in STEPS:
        db.execute(step, {"other": other, "into": into})
    return joined


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
