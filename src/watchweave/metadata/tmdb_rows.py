"""What TMDb says and what it means: the shapes of its answers, and media, works and episodes made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Generic, TypeVar, cast

from msgspec import Struct, defstruct, field
from msgspec.structs import replace

from ..core.media import Kind, Media, clean_ids
from ..core.titles import Work
from .days import day
from .names import titles
from .numbers import seconds, whole

Loose = int | float | str | None
"""Where TMDb is seen to say null, "" and 0 alike."""

PAGE = 20
"""Rows of a page of a search."""

R = TypeVar("R")


# Shapes


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
    air_date: Loose = None
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
    """A list; the first page of one where it says how many rows and pages there are."""

    needed: ClassVar[tuple[str, ...]] = ("results",)
    results: list[R] | None = None
    total_results: Loose = None
    total_pages: Loose = None


@lru_cache(16)
def with_seasons(numbers: tuple[int, ...]) -> type[Show]:
    """The shape of a show to which these seasons are appended, each under the name of its path."""
    parts: list[Any] = [(f"season_{n}", Season | None, field(name=f"season/{n}", default=None)) for n in numbers]
    return cast("type[Show]", defstruct("Listing", parts, bases=(Show,), kw_only=True))


# Films and shows


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
    return Work(described(kind, said), titles([said.original_title, said.original_name, *named]))


def entire(page: Hits[R]) -> bool:
    """Is this page all that was found? A count that does not fit is not believed; where none is told, a page is all that
    is not full."""
    came, told = len(page.results or ()), page.total_results
    return page.total_pages in (None, 0, 1) and (came < PAGE if told is None else came == told)


# Episodes


def placed(row: Episode) -> list[Media]:
    """An episode with its show, season and number; nothing if one of them is missing."""
    show = clean_ids({"tmdb": row.show_id})
    return listed(Media(Kind.SHOW, show), Season(episodes=[row])) if show else []


def own(show: Media, held: Season) -> list[Episode]:
    """Rows that name an episode, and no other show. A place that cannot be is not one of theirs."""
    number = show.ids["tmdb"]
    rows = [row for row in held.episodes or () if row.order is None or whole(row.order) is not None]
    return [row for row in rows if clean_ids({"tmdb": row.id}) and str(row.show_id or number) == number]


def at(show: Media, row: Episode, season: int, number: int, order: str = "") -> Media:
    """An episode of this show at this place of an order."""
    ids, length = clean_ids({"tmdb": row.id}), seconds(row.runtime)
    told = Media(Kind.EPISODE, ids, row.name or "", None, show, season, number, length)
    return replace(told, order=order, aired=day(row.air_date))


def listed(show: Media, season: Season) -> list[Media]:
    """The episodes of a season, at the places that they name."""
    rows = [(row, whole(row.season_number), whole(row.episode_number)) for row in own(show, season)]
    return [at(show, row, one, number) for row, one, number in rows if one is not None and number is not None]


def by_part(show: Media, parts: Iterable[Season], order: str) -> list[Media]:
    """Each part is a season; places in it count from 0."""
    rows = [(part.order, place, row) for part in parts for place, row in enumerate(own(show, part), 1)]
    places = [(season, place if row.order is None else row.order + 1, row) for season, place, row in rows]
    return [at(show, row, season, number, order) for season, number, row in places]


def absolute(show: Media, parts: Sequence[Season]) -> list[Media]:
    """One count through all parts, which are season 1; part 0 holds specials where there are others."""
    counted = [part for part in parts if part.order]
    specials = [part for part in parts if not part.order] if counted else []
    rows = [row for part in counted or parts for row in sorted(own(show, part), key=lambda row: row.order or 0)]
    through = [at(show, row, 1, number, "absolute") for number, row in enumerate(rows, 1)]
    return [*by_part(show, specials, "absolute"), *through]
