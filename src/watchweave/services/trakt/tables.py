"""The episodes of a show as Trakt numbers and names them: for those that it does not know by the id that we know."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from ...core.identity import Candidate, differences, says_so
from ...core.media import SPOKEN, Kind, Media, clean_ids
from ..http import Http
from .convert import Thing, key_of
from .parcel import numbered, show_name


class Season(Struct, gc=False):
    episodes: list[Thing] | None = None


class Found(Struct, gc=False):
    show: Thing | None = None


class Tables:
    """Each show is asked for once a run (11): one request, however many episodes it has, and one more where only its id of
    another database is known."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self._tables: dict[str, list[Thing]] = {}
        self._names: dict[tuple[str, str], str] = {}

    async def find(self, episode: Media) -> Media | None:
        """The same by Trakt's own number, where one of its ids is there, or where what stands at its place in the order
        that services share bears its title and no other id."""
        own = episode.ids.keys() & set(SPOKEN)
        if episode.kind is not Kind.EPISODE or numbered(episode) or not own or episode.parent is None:
            return None
        rows = await self._rows(episode.parent)
        found = [row for row in rows if row_of(row).ids.items() & episode.ids.items()]
        found = found or [row for row in rows if _at_its_place(row_of(row), episode)]
        number = clean_ids(found[0].ids or {}).get("trakt") if len(found) == 1 else None
        return replace(episode, keys=(key_of(Kind.EPISODE, number),)) if number else None

    async def _rows(self, show: Media) -> list[Thing]:
        name = show_name(show) or await self._name(show)
        if name and name not in self._tables:
            params = {"extended": "episodes"}
            answer = await self.http.get(f"/shows/{name}/seasons", list[Season], params=params, accept=(404,))
            seasons = answer.value or [] if answer.status != 404 else []
            self._tables[name] = [row for season in seasons for row in season.episodes or ()]
        return self._tables.get(name, [])

    async def _name(self, show: Media) -> str:
        """Trakt's own number of a show of which an address cannot be made; empty where it knows none, or several."""
        space = next((space for space in ("tvdb", "tmdb") if space in show.ids), "")
        named = space, show.ids.get(space, "")
        if space and named not in self._names:
            answer = await self.http.get(f"/search/{space}/{named[1]}", list[Found], params={"type": "show"})
            ids = [clean_ids(found.show.ids or {}) for found in answer.value if found.show]
            numbers = {one.get("trakt", "") for one in ids if one.get(space) == named[1]}
            self._names[named] = numbers.pop() if len(numbers) == 1 else ""
        return self._names.get(named, "")


def row_of(row: Thing) -> Candidate:
    """An episode of the table as something to compare with."""
    ids = clean_ids(row.ids or {})
    ids.pop("trakt", None)
    return Candidate(0, Kind.EPISODE, ids, row.title or "", None, None, row.season, row.number)


def _at_its_place(row: Candidate, episode: Media) -> bool:
    place = (episode.season, episode.number, episode.order)
    return row.place == place and not differences(episode.ids, row.ids) and says_so(episode, row)
