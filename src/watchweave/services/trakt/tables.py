"""What Trakt calls a thing by its own number: for what it does not know, or does not take, by the ids that we know."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ...core.identity import Candidate, differences, says_so
from ...core.media import SPOKEN, Kind, Media, clean_ids
from ..http import Http
from .convert import Row, Thing, key_of
from .parcel import ACCEPTED, numbered, show_name


class Season(Thing, gc=False):
    episodes: list[Thing] | None = None


class Tables:
    """Each show is asked for once a run (11): one request, however many episodes it has. What is known by ids of other
    databases alone is looked up by these first, one request each until one is known."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self._tables: dict[str, list[Season]] = {}
        self._names: dict[tuple[Kind, str, str], str] = {}

    async def number(self, media: Media) -> str:
        """Trakt's own number of a thing; empty where that cannot be told."""
        if own := numbered(media):
            return str(own.ids["trakt"])
        if media.parent is None:
            return await self._name(media)
        if media.kind is Kind.SEASON:
            return _only([row for row in await self._seasons(media.parent) if _is_season(row, media)])
        if media.ids.keys() & set(SPOKEN):
            found = await self.find(media)
            return found.key.partition(":")[2] if found else ""
        rows = await self._rows(media.parent)
        return _only([row for row in rows if row_of(row).place == _place(media)])

    async def find(self, episode: Media) -> Media | None:
        """The same by Trakt's own number, where one of its ids is there, or where what stands at its place in the order
        that services share bears its title and no other id."""
        own = episode.ids.keys() & set(SPOKEN)
        if episode.kind is not Kind.EPISODE or numbered(episode) or not own or episode.parent is None:
            return None
        rows = await self._rows(episode.parent)
        found = [row for row in rows if row_of(row).ids.items() & episode.ids.items()]
        number = _only(found or [row for row in rows if _at_its_place(row_of(row), episode)])
        return replace(episode, keys=(key_of(Kind.EPISODE, number),)) if number else None

    async def _rows(self, show: Media) -> list[Thing]:
        return [row for season in await self._seasons(show) for row in season.episodes or ()]

    async def _seasons(self, show: Media) -> list[Season]:
        name = show_name(show) or await self._name(show)
        if name and name not in self._tables:
            params = {"extended": "episodes"}
            answer = await self.http.get(f"/shows/{name}/seasons", list[Season], params=params, accept=(404,))
            self._tables[name] = answer.value or [] if answer.status != 404 else []
        return self._tables.get(name, [])

    async def _name(self, media: Media) -> str:
        """Trakt's own number of what it knows by a public id; empty where it knows none, or several."""
        spaces = [space for space in ACCEPTED[media.kind] if space in media.ids]
        for space in spaces:
            named = media.kind, space, media.ids[space]
            if named not in self._names:
                self._names[named] = await self._search(*named)
            if self._names[named]:
                return self._names[named]
        return ""

    async def _search(self, kind: Kind, space: str, value: str) -> str:
        answer = await self.http.get(f"/search/{space}/{value}", list[Row], params={"type": kind.word})
        ids = [clean_ids(row.thing.ids or {}) for row in answer.value if row.kind is kind]
        numbers = {one.get("trakt", "") for one in ids if one.get(space) == value}
        return numbers.pop() if len(numbers) == 1 else ""


def _only(rows: Sequence[Thing]) -> str:
    """The number of the one row that fits; of several none is meant."""
    return clean_ids(rows[0].ids or {}).get("trakt", "") if len(rows) == 1 else ""


def row_of(row: Thing) -> Candidate:
    """An episode of the table as something to compare with."""
    ids = clean_ids(row.ids or {})
    ids.pop("trakt", None)
    return Candidate(0, Kind.EPISODE, ids, row.title or "", None, None, row.season, row.number)


def _is_season(row: Season, season: Media) -> bool:
    return row.number == season.season and not season.order and not differences(season.ids, row_of(row).ids)


def _place(episode: Media) -> tuple[int | None, int | None, str]:
    return episode.season, episode.number, episode.order


def _at_its_place(row: Candidate, episode: Media) -> bool:
    return row.place == _place(episode) and not differences(episode.ids, row.ids) and says_so(episode, row)
