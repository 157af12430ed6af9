"""TMDb: what films, shows and episodes are called, here and at IMDb and TheTVDB.

Requests: a film by any id, or a show by its own, 1; a show or an episode by an id of others 2, since `/find` tells its
own number alone; search, titles, facts 1; all episodes of a show 1, and 1 more for each 20 seasons beyond the first 20;
another order 2. Nothing leads from the number of an episode to its show: it is never asked by, and never taken for one.

A search is not narrowed by year unless that is asked for: TMDb's filters leave out the year before and after, and a film
that others date by its festival would not be found. It answers the 20 most popular of a name, and says of how many; the
ladder compares years.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, TypeVar, cast

from ..core.media import Kind, Media, clean_id
from ..core.titles import Work
from ..errors import ConfigError, Incomplete, UnexpectedAnswer
from ..services.http import Budget, Fixed, Http, Limits
from .base import PATIENCE, Facts, Kept, Order, Source, Works
from .names import sought
from .numbers import seconds, whole
from .tmdb_rows import (
    Found,
    Group,
    Hits,
    Parts,
    Said,
    Show,
    Thing,
    absolute,
    bearing,
    by_part,
    described,
    entire,
    listed,
    own,
    placed,
    with_seasons,
    work,
)

KEYS = "https://www.themoviedb.org/settings/api"
IMAGES = "https://image.tmdb.org/t/p"
POSTER = "w342"
MOST = 20
"""So many parts may be appended to one answer."""
SEASONS = 200
"""No show has more, not even one that numbers them by years since the first days of television."""
UNKNOWN = (6, 34)
"""TMDb's codes for what it does not know."""
ORDERS = {"absolute": 2, "dvd": 3}
"""Their types of episode groups."""
NAME = re.compile(r"[0-9A-Za-z]{1,40}")
"""What a group is called; it becomes part of an address."""

WORDS = {Kind.MOVIE: "movie", Kind.SHOW: "tv"}
YEARS = {Kind.MOVIE: "primary_release_year", Kind.SHOW: "first_air_date_year"}
"""The filters by the first year; `year` is that of any release or episode."""
PLACES = {
    Kind.MOVIE: "3/movie/{}",
    Kind.SHOW: "3/tv/{}",
    Kind.SEASON: "3/tv/{}/season/{}",
    Kind.EPISODE: "3/tv/{}/season/{}/episode/{}",
}

S = TypeVar("S", bound=Said)


class Tmdb(Source):
    name = "tmdb"
    title = "TMDb"
    base_url = "https://api.themoviedb.org"
    limits: ClassVar[Limits] = Limits(
        patience=PATIENCE,
        reads=Budget(at_once=8, per=20, seconds=1),  # half of what is tolerated
        timeout=30,
        explain={401: f"the API key is not valid. Compare api_key with the one at {KEYS}."},
    )
    finds: ClassVar[Mapping[Kind, tuple[str, ...]]] = {
        Kind.MOVIE: ("tmdb", "imdb"),
        Kind.SHOW: ("tmdb", "imdb", "tvdb"),
        Kind.EPISODE: ("imdb", "tvdb"),
    }
    searches: ClassVar[frozenset[Kind]] = frozenset({Kind.MOVIE, Kind.SHOW})

    @classmethod
    def signer(cls, options: Mapping[str, str], kept: Kept) -> Fixed:
        """A token is sent as a header; a key is a parameter, which each request brings itself."""
        key = options.get("api_key", "").strip()
        if not key:
            raise ConfigError(f"TMDb: api_key is missing. You find yours at {KEYS}.")
        return Fixed({"url": {"Authorization": f"Bearer {key}"}} if is_token(key) else {})

    def __init__(self, http: Http, options: Mapping[str, str]) -> None:
        super().__init__(http, options)
        key = options.get("api_key", "").strip()
        http.secrets.hide(key)
        self._key = {} if is_token(key) else {"api_key": key}
        self._images = (options.get("image_url") or IMAGES).rstrip("/")

    async def _ask(self, path: str, shape: type[S], append: Iterable[str] = (), **params: str) -> S | None:
        """What is said there; nothing where TMDb itself says that there is no such thing."""
        parts = {"append_to_response": ",".join(append)} if append else {}
        answer = await self.http.get(path, shape, params={**params, **parts, **self._key}, accept=(404,))
        said = cast("S | None", answer.value)  # an accepted 404 can hold anything
        if said and not said.status_code and answer.status != 404:
            return said
        if said and said.status_code in UNKNOWN:
            return None
        what = f"/{path} was answered with {answer.status}, code {said.status_code if said else 'none'}."
        raise UnexpectedAnswer(self.title, what, status=answer.status)

    async def find(self, kind: Kind, space: str, value: str) -> Sequence[Media]:
        asked = clean_id(space, value)
        if not asked or space not in self.finds.get(kind, ()):
            return []
        found = await (self._own(kind, asked) if space == "tmdb" else self._named(kind, space, asked))
        return [media for media in found if media.ids.get(space) == asked]

    async def _own(self, kind: Kind, number: str) -> list[Media]:
        """A film or a show by its own number."""
        append = () if kind is Kind.MOVIE else ("external_ids",)
        said = await self._ask(f"3/{WORDS[kind]}/{number}", Thing, append)
        return [described(kind, said)] if said else []

    async def _named(self, kind: Kind, space: str, asked: str) -> list[Media]:
        """By an id of others: what is found bears it, unless its own answer names another one."""
        said = await self._ask(f"3/find/{asked}", Found, external_source=f"{space}_id")
        if said is None:
            return []
        given = {space: asked}
        if kind is Kind.MOVIE:
            return [bearing(described(kind, row), given) for row in said.movie_results or ()]
        if kind is Kind.EPISODE:
            rows = [episode for row in said.tv_episode_results or () for episode in placed(row)]
            return [bearing(known, given) for episode in rows if (known := await self._known(episode))]
        numbers = [number for row in said.tv_results or () if (number := clean_id("tmdb", str(row.id)))]
        shows = [media for number in numbers for media in await self._own(kind, number)]
        return [bearing(show, given) for show in shows]

    async def _known(self, episode: Media) -> Media | None:
        """An episode with the ids of others; nothing if another one stands at its place by now."""
        said = await self._ask(f"{path_of(episode)}/external_ids", Thing)
        ids = described(Kind.EPISODE, said).ids if said else {}
        return bearing(episode, ids) if ids.get("tmdb") == episode.ids["tmdb"] else None

    async def search(self, wanted: Media, *, narrow: bool = False) -> Works:
        title = sought(wanted.title)
        if wanted.kind not in self.searches or not title:
            return Works()
        exactly = {YEARS[wanted.kind]: str(wanted.year)} if narrow and wanted.year else {}
        said = await self._ask(f"3/search/{WORDS[wanted.kind]}", Hits[Thing], query=title, **exactly)
        if said is None:
            return Works(whole=False)
        found = [work(wanted.kind, row) for row in said.results or ()]
        return Works(found, whole=entire(said) and not exactly)

    async def titles(self, media: Media) -> Work | None:
        if media.kind not in self.searches or "tmdb" not in media.ids:
            return None
        said = await self._ask(path_of(media), Thing, ("alternative_titles", "translations", "external_ids"))
        return work(media.kind, said) if said and str(said.id) == media.ids["tmdb"] else None

    async def facts(self, media: Media) -> Facts | None:
        """Of an episode and a season too, where the number of the show is known."""
        path = path_of(media)
        said = await self._ask(path, Thing) if path else None
        if said is None:
            return None
        genres = tuple(genre.name for genre in said.genres or () if genre.name)
        poster = f"{self._images}/{POSTER}{said.poster_path}" if said.poster_path else ""
        length = next(
            (found for each in (said.runtime, *(said.episode_run_time or ())) if (found := seconds(each))), None
        )
        return Facts(said.title or said.name or "", said.overview or "", genres, poster, length)

    async def episodes(self, show: Media, order: Order = "aired") -> Sequence[Media] | None:
        """In absolute order all stand in season 1, and what people put before it in season 0. Specials that nobody put
        into another order are not in it."""
        if show.kind is not Kind.SHOW or "tmdb" not in show.ids:
            return None
        return await (self._aired(show) if order == "aired" else self._ordered(show, order)) or None

    async def _aired(self, show: Media) -> list[Media]:
        first = await self._seasons(show, range(MOST))
        if first is None:
            return []
        said, held = first
        named = dict.fromkeys(whole(each.season_number) for each in said.seasons or ())
        left = [number for number in named if number is not None and number not in held]
        if len(left) > SEASONS:
            raise Incomplete(
                self.title, f"{show.title or 'a show'} has {len(named)} seasons by its word; that cannot be."
            )
        for start in range(0, len(left), MOST):
            more = await self._seasons(show, left[start : start + MOST])
            held |= more[1] if more else {}
        for each in said.seasons or ():
            self._whole(show, len(held.get(each.season_number, ())), each.episode_count)
        return [episode for number in sorted(held) for episode in held[number]]

    async def _seasons(self, show: Media, numbers: Iterable[int]) -> tuple[Show, dict[int, list[Media]]] | None:
        """A show, and the episodes of those of these seasons that it has."""
        asked = tuple(numbers)
        said = await self._ask(path_of(show), with_seasons(asked), [f"season/{number}" for number in asked])
        if said is None:
            return None
        return said, {number: listed(show, each) for number in asked if (each := getattr(said, f"season_{number}"))}

    async def _ordered(self, show: Media, order: Order) -> list[Media]:
        said = await self._ask(f"{path_of(show)}/episode_groups", Hits[Group])
        every = (said.results if said else None) or ()
        groups = [each for each in every if each.type == ORDERS[order] and NAME.fullmatch(each.id)]
        if not groups:
            return []
        largest = max(groups, key=lambda group: group.episode_count)
        told = await self._ask(f"3/tv/episode_group/{largest.id}", Parts)
        known = [part for part in (told.groups if told else None) or () if whole(part.order) is not None]
        parts = sorted(known, key=lambda part: part.order)
        self._whole(show, sum(len(own(show, part)) for part in parts), largest.episode_count)
        return absolute(show, parts) if order == "absolute" else by_part(show, parts, order)

    def _whole(self, show: Media, got: int, said: int) -> None:
        if got < said:
            raise Incomplete(self.title, f"of {said} episodes of {show.title or 'a show'} only {got} were listed.")


def is_token(key: str) -> bool:
    """A read access token has two dots, a key has none. What cannot stand in a header is no token."""
    return key.count(".") == 2 and key.isascii() and key.isprintable()


def path_of(media: Media) -> str:
    """Where TMDb tells of it; empty if that cannot be said. The number of an episode or a season is of no use."""
    show = media if media.kind in WORDS else media.parent
    number = show.ids.get("tmdb") if show else None
    path = PLACES.get(media.kind, "").format(number, media.season, media.number)
    return "" if "None" in path else path
