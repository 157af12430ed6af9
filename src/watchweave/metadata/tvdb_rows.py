"""What TheTVDB says and what it means: the shapes of its answers, and media, works and facts made of them.

Records have null, nothing or untidy texts where ids and years should be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from ..core.media import Kind, Media, clean_id
from ..core.titles import Work
from .base import Facts
from .days import day
from .names import titles
from .numbers import digits, seconds, whole

T = TypeVar("T")

SOURCES = {"imdb": "imdb", "themoviedb.com": "tmdb"}
"""Who gave an id, in small letters -> the space. What TMDb's number of an episode is of is not known."""
NUMBERED = {"official": "", "dvd": "dvd", "absolute": "absolute"}
"""How season and number count in each of its orders, as media say it."""
ARTWORKS = "https://artworks.thetvdb.com"


# Shapes


class Told(Struct, Generic[T]):
    """Around every answer. `links` stand beside lists, unless they are cut short."""

    data: T | None = None
    status: Any = None
    links: Any = None

    def link(self, name: str) -> Any:
        return self.links.get(name) if isinstance(self.links, dict) else None


class Record(Struct, rename="camel"):
    """A film, a series or an episode, as far as we use it; any value can be of any type.

    Of specials there is more: where they belong (`airsBeforeSeason`, `airsBeforeEpisode`, `airsAfterSeason`), whether one
    is a film (`isMovie`) and the number of that film (`linkedMovie`).
    """

    id: Any = None
    name: Any = None
    year: Any = None
    runtime: Any = None
    average_runtime: Any = None
    remote_ids: Any = None
    aliases: Any = None
    translations: Any = None
    overview: Any = None
    genres: Any = None
    image: Any = None
    series_id: Any = None
    season_number: Any = None
    number: Any = None
    absolute_number: Any = None
    aired: Any = None
    seasons: Any = None


class Row(Struct):
    """A row of a search; its number is a text."""

    tvdb_id: Any = None
    type: Any = None
    name: Any = None
    year: Any = None
    aliases: Any = None
    translations: Any = None
    remote_ids: Any = None


class Listing(Struct):
    episodes: list[Record] | None = None


# Values: of any type, often none


def text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def parts(value: object) -> list[dict[str, Any]]:
    """The records in what should be a list of them."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


# Films, shows and episodes


def ids(kind: Kind, number: object, remote: object, asked: str = "") -> dict[str, str]:
    """Its ids by space. Of two from one source neither is believed, unless it is the one that was asked for.

    >>> ids(Kind.SHOW, 121361, [{"id": " tt0944947", "sourceName": "IMDB"}, {"id": "1399-x", "sourceName": "TheMovieDB.com"}])
    {'tvdb': '121361', 'imdb': 'tt0944947', 'tmdb': '1399'}
    """
    found: dict[str, list[str]] = {"tvdb": [clean_id("tvdb", digits(number))]}
    for part in parts(remote):
        space = SOURCES.get(text(part.get("sourceName")).lower(), "")
        value = str(part.get("id") or "").strip()
        value = value.partition("-")[0] if space == "tmdb" else value  # some go on with the name
        if space and (space == "imdb" or kind is not Kind.EPISODE) and (value := clean_id(space, value)):
            found.setdefault(space, []).append(value)
    return {
        space: asked if asked in values else values[0]
        for space, values in found.items()
        if values[0] and (asked in values or len(set(values)) == 1)
    }


def media(kind: Kind, record: Record, asked: str = "") -> Media | None:
    """What a record is about; nothing if it cannot be named."""
    if kind is Kind.EPISODE:
        series, order = clean_id("tvdb", digits(record.series_id)), order_of(record)
        return (
            episode(record, Media(Kind.SHOW, {"tvdb": series}), order, asked) if series and order is not None else None
        )
    known = ids(kind, record.id, record.remote_ids, asked)
    if "tvdb" not in known:
        return None
    return Media(kind, known, text(record.name), whole(record.year) or None, runtime=seconds(record.runtime))


def order_of(record: Record) -> str | None:
    """How the record of an episode by itself is numbered: as aired, unless it stands in one other order alone; None where
    that cannot be told."""
    types = [season.get("type") for season in parts(record.seasons)]
    orders = {text(one.get("type")) for one in types if isinstance(one, dict)}
    if not orders or "official" in orders:
        return ""
    return NUMBERED.get(orders.pop()) if len(orders) == 1 else None


def episode(record: Record, show: Media, order: str, asked: str = "") -> Media | None:
    """An episode of this show at its place in this order; nothing if it has none."""
    season, number = whole(record.season_number), whole(record.number)
    known = ids(Kind.EPISODE, record.id, record.remote_ids, asked)
    if season is None or number is None or "tvdb" not in known:
        return None
    told = Media(Kind.EPISODE, known, text(record.name), None, show, season, number, seconds(record.runtime))
    return replace(told, order=order, aired=day(record.aired))


def counted(rows: Sequence[Record]) -> list[Record]:
    """Rows of the aired order, in the absolute one by the numbers that they bear for it: season 1, and specials as they
    are. What bears none has no place there. Nothing at all where nobody numbered them, or two bear one number."""
    specials = [row for row in rows if whole(row.season_number) == 0]
    numbered = [row for row in rows if whole(row.season_number) and whole(row.absolute_number)]
    if not numbered or len({whole(row.absolute_number) for row in numbered}) < len(numbered):
        return []
    return [*specials, *(replace(row, season_number=1, number=row.absolute_number) for row in numbered)]


# Titles and facts


def work(kind: Kind, found: Record | Row) -> Work | None:
    """A film or a show with its titles in all languages."""
    if isinstance(found, Row):
        known = ids(kind, found.tvdb_id, found.remote_ids)
        about = Media(kind, known, text(found.name), whole(found.year) or None) if "tvdb" in known else None
    else:
        about = media(kind, found)
    more = titles(title for title in names(found) if about and title != about.title)
    return Work(about, more) if about and (about.title or more) else None


def names(found: Record | Row) -> Iterator[str]:
    """All names in a record or a row: its own, translations, aliases; each may be a text or a record with a name."""
    told = found.translations if isinstance(found.translations, dict) else {}
    lists: Iterable[object] = (told.values(), found.aliases)
    if isinstance(found, Record):
        lists = (told.get("nameTranslations"), told.get("alias"), found.aliases)
    for some in lists:
        for one in some if isinstance(some, Iterable) and not isinstance(some, str) else ():
            if name := text(one.get("name") if isinstance(one, dict) else one):
                yield name


def shown(record: Record) -> Facts:
    """In English where there is any."""
    told = record.translations if isinstance(record.translations, dict) else {}
    title, overview = (english(told.get(f"{what}Translations"), what) for what in ("name", "overview"))
    genres = tuple(name for genre in parts(record.genres) if (name := text(genre.get("name"))))
    image = text(record.image)
    poster = f"{ARTWORKS}{image}" if image.startswith("/") else image if image.startswith("https://") else ""
    length = seconds(record.runtime) or seconds(record.average_runtime)
    return Facts(title or text(record.name), overview or text(record.overview), genres, poster, length)


def english(some: object, what: str) -> str:
    found = (text(one.get(what)) for one in parts(some) if one.get("language") == "eng" and not one.get("isAlias"))
    return next(found, "")
