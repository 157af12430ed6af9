"""By which titles each account calls a film or a show: in one language and in another, and where it comes from."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import json

from ..core.media import Kind, Media

_CHANGED = "DELETE FROM called WHERE account = ? AND native IN (SELECT value FROM json_each(?))"
_TITLES = (
    "INSERT OR IGNORE INTO called SELECT ?1, j.value ->> 0, t.value FROM json_each(?2) AS j, json_each(j.value, '$[1]') AS t"
    " WHERE t.value <> ''"
)
_BESIDES = (
    "SELECT DISTINCT h.media, c.title FROM called AS c JOIN handle AS h ON h.account = c.account AND h.native = c.native"
    " JOIN media AS m ON m.id = h.media AND m.title <> '' AND m.title <> c.title ORDER BY h.media, c.title"
)


def keep(db: sqlite3.Connection, account: int, named: Iterable[tuple[str, Media]], *, anew: bool) -> None:
    """This account says what it calls these films and shows, by its names of them. anew: and that they have no other title."""
    titled = {native: (media.title, media.original) for native, media in named if media.kind <= Kind.SHOW}
    if anew:
        db.execute(_CHANGED, (account, json.encode(list(titled)).decode()))
    db.execute(_TITLES, (account, json.encode(list(titled.items())).decode()))


def titles(db: sqlite3.Connection) -> Mapping[int, Sequence[str]]:
    """Of each film and show the titles that it has besides its own here."""
    found: dict[int, list[str]] = defaultdict(list)
    for media, title in db.execute(_BESIDES):
        found[media].append(title)
    return found
