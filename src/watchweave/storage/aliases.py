"""Entries that one reading names otherwise than another: found again by what they are of and when, one to one."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict

from msgspec import Struct

_AGAIN = (
    "DELETE FROM now_play WHERE account = ?1 AND EXISTS (SELECT 1 FROM alias AS a JOIN now_play AS n ON n.account = a.account"
    " AND n.key = a.entry WHERE a.account = ?1 AND a.key = now_play.key)"
)
"""An entry that is there under both names; a name that is none of its own stands for it already."""
_KNOWN = (
    "UPDATE now_play SET key = (SELECT a.entry FROM alias AS a WHERE a.account = ?1 AND a.key = now_play.key)"
    " WHERE account = ?1 AND EXISTS (SELECT 1 FROM alias AS a WHERE a.account = ?1 AND a.key = now_play.key)"
)
_FRESH = (
    "SELECT n.key, n.media, n.at FROM now_play AS n WHERE n.account = ?1 AND NOT EXISTS"
    " (SELECT 1 FROM entry AS e WHERE e.account = ?1 AND e.key = n.key) ORDER BY n.key"
)
_OF_MEDIA = (
    "SELECT e.key, e.media, e.at, (SELECT json_group_array(a.key) FROM alias AS a WHERE a.account = ?1 AND a.entry = e.key)"
    " FROM entry AS e WHERE e.account = ?1 AND e.media IN (SELECT value FROM json_each(?2)) ORDER BY e.key"
)


class _Entry(Struct):
    """An entry, and the sorts of names that it has and shows."""

    key: str
    sorts: set[str]


def rename(db: sqlite3.Connection, account: int) -> None:
    """The staged entries of this account under the names by which they are known. One that is not known by its name is
    one of the same media and time of which no name of that sort is staged; else it is new."""
    staged = {key for (key,) in db.execute("SELECT key FROM now_play WHERE account = ?", (account,))}
    db.execute(_AGAIN, (account,))
    db.execute(_KNOWN, (account,))
    fresh = db.execute(_FRESH, (account,)).fetchall()
    if not fresh:
        return
    there: dict[tuple[int, int | None], list[_Entry]] = defaultdict(list)
    medias = json.dumps(sorted({media for _, media, _ in fresh}))
    for key, media, at, others in db.execute(_OF_MEDIA, (account, medias)):
        there[media, at].append(_Entry(key, {sort(name) for name in (key, *json.loads(others)) if name in staged}))
    found = []
    for key, media, at in fresh:
        entry = next((one for one in there[media, at] if sort(key) not in one.sorts), None)
        if entry is None:
            there[media, at].append(_Entry(key, {sort(key)}))
        else:
            entry.sorts.add(sort(key))
            found.append((account, key, entry.key))
    db.executemany("INSERT OR REPLACE INTO alias VALUES (?, ?, ?)", found)
    db.execute(_AGAIN, (account,))
    db.execute(_KNOWN, (account,))


def sort(key: str) -> str:
    """Of which sort a name is: what stands before its first colon."""
    return key.partition(":")[0]
