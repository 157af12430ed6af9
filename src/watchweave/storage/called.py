"""By which titles each account calls a film or a show: in one language and in another, and where it comes from."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import json

from ..core.identity import near_years
from ..core.media import Kind, Media
from ..core.titles import normal, spoken

_FORMER = "DELETE FROM called WHERE account = ? AND native IN (SELECT value FROM json_each(?))"
_TITLES = (
    "INSERT OR IGNORE INTO called SELECT ?1, j.value ->> 0, t.value FROM json_each(?2) AS j, json_each(j.value, '$[1]') AS t"
    " WHERE t.value <> ''"
)
CALLED = " FROM called AS c JOIN handle AS h ON h.account = c.account AND h.native = c.native JOIN media AS m ON m.id = h.media"
_BESIDES = (
    f"SELECT DISTINCT m.id, c.title{CALLED} WHERE m.title <> '' AND m.title <> c.title"
    " AND (?1 IS NULL OR h.media IN (SELECT value FROM json_each(?1)))"
    " AND NOT EXISTS (SELECT 1 FROM lookup AS l WHERE l.account = c.account AND l.native = c.native AND l.source = 'person'"
    " AND l.said IN ('', 'other')) ORDER BY h.media, c.title"
)
"""What a person had to say of a name tells that its title says something else, or nothing."""
_NAMED = f"SELECT c.account, c.native, c.title, m.kind, m.year, m.id{CALLED} WHERE instr(c.native, ':') > 1"


def keep(db: sqlite3.Connection, account: int, named: Iterable[tuple[str, Media]], anew: Collection[str]) -> None:
    """This account says what it calls these films and shows, by its names of them; what is left out, or said in another
    language now, was no less true. anew: what these names were called before says nothing of what they stand for now."""
    titled = {native: (media.title, media.original) for native, media in named if media.kind <= Kind.SHOW}
    if anew:
        db.execute(_FORMER, (account, json.encode(list(anew)).decode()))
    db.execute(_TITLES, (account, json.encode(list(titled.items())).decode()))


def titles(db: sqlite3.Connection, of: Collection[int] | None = None) -> Mapping[int, Sequence[str]]:
    """Of each film and show the titles that it has besides its own here. of: of these alone."""
    found: dict[int, list[str]] = defaultdict(list)
    for media, title in db.execute(_BESIDES, (None if of is None else json.encode(list(of)).decode(),)):
        found[media] += spoken(title)
    return found


def namesakes(db: sqlite3.Connection) -> set[int]:
    """The films and shows that an account calls as another one: the same title, and years no more than one apart. What
    stands before the colon is the form of an account's own name, and two names of one form are two things."""
    of_title: dict[tuple[object, ...], list[tuple[str, int | None, int]]] = defaultdict(list)
    for account, native, title, kind, year, media in db.execute(_NAMED):
        of_title[account, native.partition(":")[0], kind, normal(title)].append((native, year, media))
    return {
        media
        for named in of_title.values()
        for native, year, media in (named if len(named) > 1 else ())
        if any(other != native and near_years(year, its) for other, its, _ in named)
    }
