"""Works of one title and year that no id joins, and none tells apart: they may be one, and would then be written twice."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping

from ..core.media import SPOKEN
from ..core.titles import normal

_APART = (
    "SELECT DISTINCT h.media FROM lookup AS l JOIN handle AS h ON h.account = l.account AND h.native = l.native"
    " WHERE l.said = 'apart'"
)
_WHOLE = (
    "SELECT id, kind, year, titled(title) AS title FROM media INDEXED BY media_whole WHERE kind <= 2 AND title <> ''"
)
_ALIKE = (
    f"WITH apart AS MATERIALIZED ({_APART}), poor AS MATERIALIZED ({_WHOLE} AND year IS NOT NULL AND (SELECT count(DISTINCT space)"
    " FROM ids WHERE ids.media = media.id AND space IN ('imdb', 'tmdb')) < 2), years AS MATERIALIZED (SELECT DISTINCT"
    " year + value AS year FROM poor, json_each('[-1, 0, 1]')), works AS MATERIALIZED ("
    + _WHOLE
    + " AND year IN years)"
    " SELECT p.id, o.id, p.year = o.year FROM poor AS p JOIN works AS o ON o.title = p.title AND o.kind = p.kind"
    " AND o.year BETWEEN p.year - 1 AND p.year + 1 AND o.id <> p.id WHERE NOT EXISTS (SELECT 1 FROM ids AS a JOIN ids AS b"
    " ON b.media = o.id AND b.space = a.space WHERE a.media = p.id AND a.space IN (SELECT value FROM json_each(?)))"
    " AND NOT (p.id IN apart AND o.id IN apart)"
)
"""Of two that have no database in common one at least is not in both of those that everybody knows."""
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


def alike(db: sqlite3.Connection, *, near: bool = False) -> Mapping[int, Collection[int]]:
    """Each work that may be another one, and those that it may be. near: also where the years differ by one."""
    db.create_function("titled", 1, normal, deterministic=True)
    found: dict[int, set[int]] = defaultdict(set)
    for one, other, same_year in db.execute(_ALIKE, (json.dumps(SPOKEN),)):
        if same_year or near:
            found[one].add(other)
            found[other].add(one)
    return found


def twins(db: sqlite3.Connection, account: int, medias: Collection[int]) -> set[int]:
    """Those of these media that are to be written to an account, and may be what stands there, was written there, or is to
    be written there just now under another id."""
    works = dict(db.execute(_WORKS, (json.dumps(sorted(medias)),)).fetchall())
    maybe = alike(db) if works else {}
    pairs = [[work, other] for work in {*works.values()} & maybe.keys() for other in sorted(maybe[work])]
    if not pairs:
        return set()
    rows = db.execute(_DOUBTFUL, (account, json.dumps(pairs), json.dumps(sorted({*works.values()}))))
    doubtful = {work for (work,) in rows}
    return {media for media, work in works.items() if work in doubtful}
