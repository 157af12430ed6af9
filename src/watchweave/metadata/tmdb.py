"""TMDb: what films, shows and episodes are called, here and at IMDb and TheTVDB.

Requests: a film by any id, or a show by its own, 1; a show or an episode by an id of others 2, since `/find` tells its
own number alone; search, titles, facts 1; all episodes of a show 1, and 1 more for each 20 seasons beyond the first 20;
another order 2. Nothing leads from the number of an episode to its show: it is never asked by, and never taken for one.

A search is not narrowed by year: TMDb's filters leave out the year before and after, and a film that others date by its
festival would not be found. It answers the 20 most popular of a name; the ladder compares years.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar, cast

from msgspec import Struct, defstruct, field
from msgspec.structs import replace

from ..core.media import Kind, Media, clean_id, clean_ids
from ..core.titles import Work, spoken
from ..errors import ConfigError, Incomplete, UnexpectedAnswer
from ..services.http import Budget, Fixed, Http, Limits
from .base import Facts, Kept, Order, Source

KEYS = "https://www.themoviedb.org/settings/api"
IMAGES = "https://image.tmdb.org/t/p"
POSTER = "w342"
MOST = 20
"""So many parts may be appended to one answer."""
UNKNOWN = (6, 34)
"""TMDb's codes for what it does not know."""
ORDERS = {"absolute": 2, "dvd": 3}
"""Their types of episode groups."""

WORDS = {Kind.MOVIE: "movie", Kind.SHOW: "tv"}
PLACES = {
    Kind.MOVIE: "3/movie/{}",
    Kind.SHOW: "3/tv/{}",
    Kind.SEASON: "3/tv/{}/season/{}",
    Kind.EPISODE: "3/tv/{}/season/{}/episode/{}",
}

Loose = int | float | str | None
"""Where TMDb is seen to say null, "" and 0 alike."""


S = TypeVar("S", bound="Said")
R = TypeVar("R")


class Said(Struct, kw_only=True):
    """An answer, which has what is `needed`; or a code that says why there is none, whatever the status."""

    needed: ClassVar[tuple[str, ...]] = ()
    status_code: int = 0

    def __post_init__(self) -> None:
        lacking = [name for name in self.needed if getattr(self, name) is None]
        if lacking and not self.status_code:
            raise ValueError(f"it has no {lacking[0]}")


class Elsewhere(Struct):
    """The ids of others; any can be missing, null, empty or 0."""

    imdb_id: Loose = None
    tvdb_id: Loose = None


class Named(Struct):
    """A genre, an alternative title, or a translation with its data: films have a title there, shows a name."""

    title: str | None = None
    name: str | None = None
    data: Named | None = None


class Titles(Struct):
    """Alternative titles, which films have in one list and shows in another; or translations."""

    titles: list[Named] | None = None
    results: list[Named] | None = None
    translations: list[Named] | None = None


class Thing(Said):
    """A film, show, season or episode: at length, as a row, or its ids alone."""

    needed: ClassVar[tuple[str, ...]] = ("id",)
    id: int | None = None
    title: str | None = None
    name: str | None = None
    original_title: str | None = None
    original_name: str | None = None
    release_date: str | None = None
    first_air_date: str | None = None
    runtime: Loose = None
    episode_run_time: list[Loose] | None = None
    overview: str | None = None
    genres: list[Named] | None = None
    poster_path: str | None = None
    imdb_id: Loose = None
    tvdb_id: Loose = None
    external_ids: Elsewhere | None = None
    alternative_titles: Titles | None = None
    translations: Titles | None = None


class Episode(Struct):
    """A row; `order` is its place in a group, from 0."""

    id: Loose = None
    show_id: Loose = None
    season_number: int | None = None
    episode_number: int | None = None
    name: str | None = None
    runtime: Loose = None
    order: int | None = None


class Found(Said):
    """What `/find` answers: lists by kind."""

    needed: ClassVar[tuple[str, ...]] = ("movie_results", "tv_results", "tv_episode_results")
    movie_results: list[Thing] | None = None
    tv_results: list[Thing] | None = None
    tv_episode_results: list[Episode] | None = None


class Season(Struct):
    """A season as counted in its show, or with its episodes; a part of another order has its place there instead."""

    season_number: int = 0
    order: int = 0
    episode_count: int = 0
    episodes: list[Episode] | None = None


class Show(Said):
    """A show with its seasons, as counted there."""

    needed: ClassVar[tuple[str, ...]] = ("seasons",)
    seasons: list[Season] | None = None


class Group(Struct):
    """Another order, as listed."""

    id: str
    type: int
    episode_count: int = 0


class Parts(Said):
    """Another order with its parts."""

    needed: ClassVar[tuple[str, ...]] = ("groups",)
    groups: list[Season] | None = None


class Hits(Said, Generic[R]):
    needed: ClassVar[tuple[str, ...]] = ("results",)
    results: list[R] | None = None


class Tmdb(Source):
    name = "tmdb"
    title = "TMDb"
    base_url = "https://api.themoviedb.org"
    limits: ClassVar[Limits] = Limits(
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
        shows = [media for row in said.tv_results or () for media in await self._own(kind, str(row.id))]
        return [bearing(show, given) for show in shows]

    async def _known(self, episode: Media) -> Media | None:
        """An episode with the ids of others; nothing if another one stands at its place by now."""
        said = await self._ask(f"{path_of(episode)}/external_ids", Thing)
        ids = described(Kind.EPISODE, said).ids if said else {}
        return bearing(episode, ids) if ids.get("tmdb") == episode.ids["tmdb"] else None

    async def search(self, wanted: Media) -> Sequence[Work]:
        title = spoken(wanted.title)[0].strip()
        if wanted.kind not in self.searches or not title:
            return []
        said = await self._ask(f"3/search/{WORDS[wanted.kind]}", Hits[Thing], query=title)
        return [work(wanted.kind, row) for row in said.results or ()] if said else []

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

    async def episodes(self, show: Media, order: Order = "aired") -> Sequence[Media]:
        """In absolute order all stand in season 1 and specials are left out; nothing where TMDb has no such order."""
        if show.kind is not Kind.SHOW or "tmdb" not in show.ids:
            return []
        return await (self._aired(show) if order == "aired" else self._ordered(show, order))

    async def _aired(self, show: Media) -> list[Media]:
        first = await self._seasons(show, range(MOST))
        if first is None:
            return []
        said, held = first
        left = [each.season_number for each in said.seasons or () if each.season_number not in held]
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
        groups = [each for each in every if each.type == ORDERS[order] and each.id.isalnum()]
        if not groups:
            return []
        largest = max(groups, key=lambda group: group.episode_count)
        told = await self._ask(f"3/tv/episode_group/{largest.id}", Parts)
        parts = sorted((told.groups if told else None) or (), key=lambda part: part.order)
        self._whole(show, sum(len(own(show, part)) for part in parts), largest.episode_count)
        return absolute(show, parts) if order == "absolute" else by_part(show, parts)

    def _whole(self, show: Media, got: int, said: int) -> None:
        if got < said:
            raise Incomplete(self.title, f"of {said} episodes of {show.title or 'a show'} only {got} were listed.")


def is_token(key: str) -> bool:
    """A read access token has two dots, a key has none."""
    return key.count(".") == 2


def path_of(media: Media) -> str:
    """Where TMDb tells of it; empty if that cannot be said. The number of an episode or a season is of no use."""
    show = media if media.kind in WORDS else media.parent
    number = show.ids.get("tmdb") if show else None
    path = PLACES.get(media.kind, "").format(number, media.season, media.number)
    return "" if "None" in path else path


def described(kind: Kind, said: Thing) -> Media:
    """What is told of it; some have the ids of others in an appended part."""
    other = said.external_ids or Elsewhere()
    ids = {"tmdb": said.id, "imdb": said.imdb_id or other.imdb_id, "tvdb": said.tvdb_id or other.tvdb_id}
    date = said.release_date or said.first_air_date or ""
    year = int(date[:4]) if date[:4].isdecimal() else None
    return Media(kind, clean_ids(ids), said.title or said.name or "", year or None, runtime=seconds(said.runtime))


def bearing(media: Media, ids: Mapping[str, str]) -> Media:
    """The same with these ids too; what it says itself stands."""
    return replace(media, ids={**ids, **media.ids})


def work(kind: Kind, said: Thing) -> Work:
    """With all titles that the answer has; those not translated are empty there."""
    other, translations = said.alternative_titles or Titles(), said.translations or Titles()
    data = [each.data or Named() for each in translations.translations or ()]
    named = [each.title or each.name for each in (*(other.titles or other.results or ()), *data)]
    titles = [said.original_title, said.original_name, *named]
    return Work(described(kind, said), tuple(dict.fromkeys(title for title in titles if title)))


def seconds(minutes: Loose) -> int | None:
    """A length as we count; 0 is none.

    >>> seconds(121), seconds("0"), seconds(None)
    (7260, None, None)
    """
    text = str(minutes)
    return int(text) * 60 or None if text.isdecimal() else None


def placed(row: Episode) -> list[Media]:
    """An episode with its show, season and number; nothing if one of them is missing."""
    show = clean_ids({"tmdb": row.show_id})
    return listed(Media(Kind.SHOW, show), Season(episodes=[row])) if show else []


def at(show: Media, row: Episode, season: int, number: int) -> Media:
    """An episode of this show at this place."""
    ids = clean_ids({"tmdb": row.id})
    return Media(Kind.EPISODE, ids, row.name or "", None, show, season, number, seconds(row.runtime))


def own(show: Media, held: Season) -> list[Episode]:
    """Rows that name an episode, and no other show."""
    number = show.ids["tmdb"]
    return [row for row in held.episodes or () if clean_ids({"tmdb": row.id}) and str(row.show_id or number) == number]


def listed(show: Media, season: Season) -> list[Media]:
    """The episodes of a season, at the places that they name."""
    rows = [(row, row.season_number, row.episode_number) for row in own(show, season)]
    return [at(show, row, one, number) for row, one, number in rows if one is not None and number is not None]


def by_part(show: Media, parts: Iterable[Season]) -> list[Media]:
    """Each part is a season; places in it count from 0."""
    rows = [(part.order, place, row) for part in parts for place, row in enumerate(own(show, part))]
    return [at(show, row, season, (place if row.order is None else row.order) + 1) for season, place, row in rows]


def absolute(show: Media, parts: Sequence[Season]) -> list[Media]:
    """One count through all parts; part 0 holds specials where there are others."""
    counted = [part for part in parts if part.order] or parts
    rows = [row for part in counted for row in sorted(own(show, part), key=lambda row: row.order or 0)]
    return [at(show, row, 1, number) for number, row in enumerate(rows, 1)]


@cache
def with_seasons(numbers: tuple[int, ...]) -> type[Show]:
    """The shape of a show to which these seasons are appended, each under the name of its path."""
    parts: list[Any] = [(f"season_{n}", Season | None, field(name=f"season/{n}", default=None)) for n in numbers]
    return cast("type[Show]", defstruct("Listing", parts, bases=(Show,), kw_only=True))
