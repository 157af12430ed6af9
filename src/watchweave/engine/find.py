"""Which media a person may mean by some words."""

from __future__ import annotations

import re

from ..core.media import STRONG
from ..storage.called import CALLED
from ..storage.store import Store

MOST = 20
"""So many are found at most."""
NUMBERED = re.compile(r"(.+?)\s+s(\d+)\s*e(\d+)", re.IGNORECASE)
YEAR = re.compile(r"(.+?)\s*\((\d{4})\)")


def found(store: Store, words: str) -> list[int]:
    """The media that a person may mean: by an id (`tt0113277`, `tmdb:949`), by its number, title or part of a title."""
    db, text = store.db, " ".join(words.split())
    if not text:
        return []
    for query, values in (*_by_number(text), *_by_id(text), *_by_place(text), *_by_title(text)):
        rows = db.execute(query, values).fetchmany(MOST)
        if rows:
            return [media for (media,) in rows]
    return []


_NUMBERED = (
    "SELECT id FROM media WHERE id = ? AND id IN (SELECT media FROM handle UNION SELECT parent FROM media)",
    "SELECT DISTINCT h.media FROM former AS f JOIN handle AS h ON h.account = f.account AND h.native = f.native"
    " WHERE f.number = ?",
    "SELECT id FROM media WHERE id = ?",
)
"""What somebody names, then what the names that stood for it stand for now."""
Asked = tuple[str, tuple[object, ...]]


def is_number(words: str) -> bool:
    """Is this a name as `unmatched` gives it: m12?"""
    return re.fullmatch(r"[mM]\d{1,12}", words.strip()) is not None


def _by_number(text: str) -> list[Asked]:
    given = (int(text[1:]),) if is_number(text) else ()
    return [(query, given) for query in _NUMBERED] if given else []


def _by_id(text: str) -> list[Asked]:
    space, _, value = text.rpartition(":")
    query = "SELECT DISTINCT media FROM ids WHERE standing < 2 AND value = ?1"
    if space.lower() in (*STRONG, "slug"):
        return [(query + " AND space = ?2", (value.strip().lower(), space.lower()))]
    return [(query + " AND space = 'imdb'", (text.lower(),))] if text.lower().startswith("tt") else []


def _by_place(text: str) -> list[Asked]:
    numbered = NUMBERED.fullmatch(text)
    if not numbered:
        return []
    query = (
        "SELECT m.id FROM media AS m JOIN media AS s ON s.id = m.parent"
        " WHERE s.title LIKE ? ESCAPE '\\' AND m.season = ? AND m.number = ?"
    )
    return [(query, (_like(numbered[1]), int(numbered[2]), int(numbered[3])))]


_TITLED = "SELECT id FROM media WHERE title LIKE ?1 ESCAPE '\\' AND (?2 IS NULL OR year = ?2) ORDER BY kind, year, id"
_CALLED = (
    f"SELECT DISTINCT m.id{CALLED} WHERE c.title LIKE ?1 ESCAPE '\\' AND (?2 IS NULL OR m.year = ?2)"
    " ORDER BY m.kind, m.year, m.id"
)
"""By what an account calls it besides."""


def _by_title(text: str) -> list[Asked]:
    dated = YEAR.fullmatch(text)
    named = [(_like(dated[1]), int(dated[2]))] if dated else []
    tries = [*named, (_like(text), None), (f"%{_like(text)}%", None)]
    return [(query, given) for given in tries for query in (_TITLED, _CALLED)]


def _like(text: str) -> str:
    """The text as a pattern that matches itself, in whatever case."""
    return re.sub(r"([\\%_])", r"\\\1", text)
