"""Works of nearly one title and year that no id joins, and none tells apart: they may be one, and would then be written twice."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Set

from ..core.media import SPOKEN
from ..core.titles import Named, spoken, twice
from .called import titles

_POOR = (
    "SELECT id, kind, year, title FROM media INDEXED BY media_whole WHERE kind <= 2 AND title <> '' AND (SELECT"
    " count(DISTINCT space) FROM ids WHERE ids.media = media.id AND space IN ('imdb', 'tmdb')) < 2"
)
"""Of two that have no database in common one at least is not in both of those that everybody knows."""
_NEAR = (
    "SELECT id, kind, year, title FROM media INDEXED BY media_whole WHERE kind <= 2 AND title <> ''"
    " AND (?1 OR year IS NULL OR year IN (SELECT value FROM json_each(?2)))"
)


def told_apart(one: str, other: str) -> str:
    """The condition that a person has said of these two medias, each an SQL expression, that they are two."""
    return (
        "EXISTS (SELECT 1 FROM apart AS w JOIN handle AS x ON x.account = w.account AND x.native = w.native"
        f" JOIN handle AS y ON y.account = w.other AND y.native = w.theirs WHERE x.media = {one} AND y.media = {other})"
    )


_UNJOINED = (
    "SELECT p.value ->> 0, p.value ->> 1 FROM json_each(?1) AS p"
    " WHERE NOT EXISTS (SELECT 1 FROM ids AS a JOIN ids AS b ON b.media = p.value ->> 1 AND b.space = a.space"
    " WHERE a.media = p.value ->> 0 AND a.space IN (SELECT value FROM json_each(?2)))"
    " AND NOT " + told_apart("p.value ->> 0", "p.value ->> 1")
)
_WORKS = "SELECT m.id, coalesce(m.parent, m.id) FROM json_each(?) AS j CROSS JOIN media AS m ON m.id = j.value"
THERE = (
    "(EXISTS (SELECT 1 FROM handle AS h WHERE h.media = {0} AND h.account = ?1) OR EXISTS (SELECT 1 FROM media AS e CROSS JOIN"
    " handle AS h ON h.media = e.id AND h.account = ?1 WHERE e.parent = {0} AND e.parent IS NOT NULL))"
)
"""Does the account have a name for this work, or for a part of it? Then it tells it from others."""
_DOUBTFUL = (
    "SELECT DISTINCT p.value ->> 0 FROM json_each(?2) AS p WHERE NOT (" + THERE.format("p.value ->> 0") + ") AND ("
    + THERE.format("p.value ->> 1") + " OR EXISTS (SELECT 1 FROM journal AS j WHERE j.account = ?1 AND j.state IN"
    " ('done', 'sent', 'unclear') AND j.media = p.value ->> 1) OR (p.value ->> 1 < p.value ->> 0 AND p.value ->> 1 IN"
    " (SELECT value FROM json_each(?3))))"
)  # fmt: skip


def alike(db: sqlite3.Connection, of: Set[int] | None = None) -> Mapping[int, Collection[int]]:
    """Each work that may be another one, as title and year say, and those that it may be. of: as far as these are concerned."""
    poor = db.execute(_POOR).fetchall()
    if not poor:
        return {}
    years = {near for _, _, year, _ in poor if year is not None for near in (year - 1, year, year + 1)}
    of_any_year = any(year is None for _, _, year, _ in poor)
    works = db.execute(_NEAR, (of_any_year, json.dumps(sorted(years)))).fetchall()
    besides = titles(db)
    maybe = twice(_with(besides, poor), _with(besides, works))
    maybe = maybe if of is None else {pair for pair in maybe if not of.isdisjoint(pair)}
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in db.execute(_UNJOINED, (json.dumps(sorted(maybe)), json.dumps(SPOKEN))):
        found[one].add(other)
        found[other].add(one)
    return found


def _with(besides: Mapping[int, Collection[str]], works: Iterable[Named]) -> list[Named]:
    """These by all of their titles."""
    return [
        (number, kind, year, called)
        for number, kind, year, title in works
        for called in {*spoken(title), *besides.get(number, ())}
    ]


def twins(db: sqlite3.Connection, account: int, medias: Collection[int]) -> set[int]:
    """Those of these media that are to be written to an account, and may be what stands there, was written there, or is to
    be written there just now under another id."""
    works = dict(db.execute(_WORKS, (json.dumps(sorted(medias)),)).fetchall())
    maybe = alike(db, set(works.values())) if works else {}
    pairs = [[work, other] for work in {*works.values()} & maybe.keys() for other in sorted(maybe[work])]
    if not pairs:
        return set()
    rows = db.execute(_DOUBTFUL, (account, json.dumps(pairs), json.dumps(sorted({*works.values()}))))
    doubtful = {work for (work,) in rows}
    return {media for media, work in works.items() if work in doubtful}
