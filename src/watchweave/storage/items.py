"""Media as we know them, for writing to services and for showing to people."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from ..core.media import Kind, Media


class Items:
    """The media in the database."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def runtimes(self, medias: Sequence[int]) -> dict[int, tuple[int, int | None]]:
        """Kind and runtime in seconds of each."""
        rows = self.db.execute(
            "SELECT id, kind, runtime FROM media WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(medias),)
        )
        return {number: (kind, runtime) for number, kind, runtime in rows}

    def load(self, medias: Iterable[int], account: int | None = None, *, stored: bool = False) -> dict[int, Media]:
        """Each with its good ids, its show, and with all its names on this account.

        Where accounts number a season differently, and of specials, the place is said to be their own: none is told it. A
        show whose ids contradict each other has none for its parts.
        stored: as it is in the database.
        """
        wanted = set(medias)
        if not wanted:
            return {}
        rows = self._rows(wanted)
        parents = {row[1] for row in rows.values() if row[1] is not None}
        rows |= self._rows(parents - rows.keys())
        chosen = json.dumps(sorted(rows))
        ids: dict[int, dict[str, str]] = defaultdict(dict)
        for number, space, value in self.db.execute(
            "SELECT media, space, value FROM ids WHERE standing = 0 AND media IN (SELECT value FROM json_each(?))"
            " ORDER BY media, space, value DESC",
            (chosen,),
        ):
            ids[number][space] = value
        keys: dict[int, list[str]] = defaultdict(list)
        for number, native in self.db.execute(
            "SELECT media, native FROM handle WHERE account = ? AND native NOT LIKE '=%' AND media IN"
            " (SELECT value FROM json_each(?)) ORDER BY native",
            (account, chosen),
        ):
            keys[number].append(native)

        made: dict[int, Media] = {}

        def make(number: int) -> Media:
            if number not in made:
                kind, parent, season, episode, title, year, runtime, *orders, _ = rows[number]
                made[number] = Media(
                    Kind(kind), ids[number], title, year, show(parent) if parent is not None else None,
                    season, episode, runtime, tuple(keys[number]), orders[stored],
                )  # fmt: skip
            return made[number]

        def show(number: int) -> Media:
            return make(number) if stored or rows[number][-1] is None else replace(make(number), ids={}, keys=())

        return {number: make(number) for number in wanted if number in rows}

    def _rows(
        self, numbers: set[int]
    ) -> dict[int, tuple[int, int | None, int | None, int | None, str, int | None, int | None, str, str, str | None]]:
        rows = self.db.execute(
            "SELECT id, kind, parent, season, number, title, year, runtime, iif(ordering = '' AND ("
            "(kind = 4 AND season = 0) OR EXISTS (SELECT 1 FROM renumbered AS r WHERE r.show = m.parent AND r.season = m.season)"
            "), 'own', ordering), ordering, frozen FROM media AS m WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(numbers)),),
        )
        return {row[0]: row[1:] for row in rows}
