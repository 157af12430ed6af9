"""Works of one title and year that no id joins, and none tells apart: they may be one, and would then be written twice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from ..core.media import SPOKEN

THERE = (
    "(EXISTS (SELECT 1 FROM handle AS h WHERE h.media = {0} AND h.account = ?1) OR EXISTS (SELECT 1 FROM media AS e CROSS JOIN"
    " handle AS h ON h.media = e.id AND h.account = ?1 WHERE e.parent = {0} AND e.parent IS NOT NULL))"
)
"""Does the account have a name for this work, or for a part of it? Then it tells it from others."""
_TWINS = (
    "WITH wanted (media, work) AS (SELECT m.id, coalesce(m.parent, m.id) FROM json_each(?2) AS j CROSS JOIN media AS m"
    " ON m.id = j.value), works (id) AS (SELECT DISTINCT work FROM wanted), twin (id, other) AS ("
    "SELECT w.id, o.id FROM works AS w CROSS JOIN media AS m ON m.id = w.id CROSS JOIN media AS o ON o.kind = m.kind"
    " AND o.title = m.title AND o.id <> m.id AND o.year = m.year WHERE m.kind <= 2 AND m.title <> '' AND o.kind <= 2"
    " AND NOT EXISTS (SELECT 1 FROM ids AS a JOIN ids AS b ON b.media = o.id AND b.space = a.space WHERE a.media = m.id"
    " AND a.space IN (SELECT value FROM json_each(?3))))"
    " SELECT DISTINCT w.media FROM twin AS t JOIN wanted AS w ON w.work = t.id"
    f" WHERE NOT ({THERE.format('t.id')}) AND ({THERE.format('t.other')} OR EXISTS (SELECT 1 FROM journal AS j"
    " WHERE j.account = ?1 AND j.state IN ('done', 'sent', 'unclear') AND j.media = t.other)"
    " OR (t.other < t.id AND t.other IN (SELECT id FROM works)))"
)


def twins(db: sqlite3.Connection, account: int, medias: Collection[int]) -> set[int]:
    """Those of these media that are to be written to an account, and may be what stands there, was written there, or is to
    be written there just now under another id."""
    return {media for (media,) in db.execute(_TWINS, (account, json.dumps(sorted(medias)), json.dumps(SPOKEN)))}
