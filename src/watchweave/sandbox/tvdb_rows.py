"""How the simulated TheTVDB writes its entries: base records, extended records, rows of a search, names in languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .tvdb_entries import IMDB, ORDERS, SITE, TMDB, Entry, Episode, Season, Series

Row = dict[str, Any]

SEASON_TYPES = (
    (1, "Aired Order", "official"),
    (2, "DVD Order", "dvd"),
    (3, "Absolute Order", "absolute"),
    (4, "Alternate Order", "alternate"),
    (5, "Regional Order", "regional"),
)
SOURCES = {IMDB: 2, SITE: 4, TMDB: 12}
PREFIXES = {IMDB: "https://www.imdb.com/title/", SITE: "", TMDB: "https://www.themoviedb.org/"}
ARTWORKS = "https://artworks.thetvdb.com/banners"
WORDS = {"series": "series", "movie": "movies", "episode": "episodes", "season": "seasons", "people": "people"}
"""Spaces as paths and updates name them."""


def moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def slug(entry: Entry) -> str:
    return re.sub(r"[^a-z0-9]+", "-", entry.name.lower()).strip("-")


def season_types() -> list[Row]:
    return [{"id": one, "name": name, "type": word, "alternateName": None} for one, name, word in SEASON_TYPES]


def source_types() -> list[Row]:
    return [
        {"id": number, "name": name, "slug": name.lower(), "prefix": PREFIXES[name], "postfix": "", "sort": number}
        for name, number in SOURCES.items()
    ]


def remote_ids(entry: Entry) -> list[Row] | None:
    if entry.remote is None:
        return None
    return [{"id": value, "type": SOURCES[source], "sourceName": source} for source, value in entry.remote]


def base(entry: Entry, order: str = "official") -> Row:
    """The base record; of an episode, as it stands in this order."""
    match entry:
        case Episode():
            return _episode(entry, order)
        case Season():
            return _season(entry)
        case Series():
            return _shared(entry) | _series(entry)
    if entry.space == "movie":
        return _shared(entry) | {"status": _status("movie", 5, "Released"), "runtime": entry.runtime}
    return {"id": entry.number, "name": entry.name, "aliases": [], "nameTranslations": [], "overviewTranslations": []}


def _shared(entry: Entry) -> Row:
    return {
        "id": entry.number,
        "name": entry.name,
        "slug": slug(entry),
        "image": _image(entry),
        "nameTranslations": sorted(entry.translations),
        "overviewTranslations": sorted(entry.translations),
        "aliases": [{"language": language, "name": name} for language, name in entry.aliases],
        "score": 1000.0,
        "lastUpdated": moment(entry.changed),
        "year": entry.year,
    }


def _image(entry: Entry) -> str:
    """Films have an address without its host, as many do."""
    return f"/banners/movies/{entry.number}.jpg" if entry.space == "movie" else f"{ARTWORKS}/posters/{entry.number}.jpg"


def _status(of: str, number: int, name: str) -> Row:
    return {"id": number, "name": name, "recordType": of, "keepUpdated": False}


def _series(entry: Series) -> Row:
    return {
        "firstAired": entry.released,
        "lastAired": max((episode.released for episode in entry.episodes), default=""),
        "nextAired": "",
        "status": _status("series", 2, "Ended"),
        "originalCountry": "deu" if entry.language == "deu" else "usa",
        "originalLanguage": entry.language,
        "country": "deu" if entry.language == "deu" else "usa",
        "defaultSeasonType": 1,
        "isOrderRandomized": False,
        "averageRuntime": entry.runtime,
        "episodes": None,
    }


def _season(entry: Season) -> Row:
    return {
        "id": entry.number,
        "seriesId": entry.series.number if entry.series else None,
        "type": next(row for row in season_types() if row["type"] == entry.order),
        "name": entry.name,
        "number": entry.season,
        "image": None,
        "imageType": None,
        "nameTranslations": [],
        "overviewTranslations": [],
        "companies": _companies(),
        "lastUpdated": moment(entry.changed),
        "year": entry.year,
    }


def _companies() -> Row:
    return dict.fromkeys(("studio", "network", "production", "distributor", "special_effects"))


def _episode(entry: Episode, order: str) -> Row:
    season, number = placed(entry, order)
    before = entry.before or (None, None)
    return {
        "id": entry.number,
        "seriesId": entry.series.number if entry.series else None,
        "name": entry.name,
        "aired": entry.released,
        "runtime": entry.runtime,
        "nameTranslations": sorted(entry.translations),
        "overview": f"What happens in {entry.name}.",
        "overviewTranslations": sorted(entry.translations),
        "image": None,
        "imageType": None,
        "isMovie": 1 if entry.film else 0,
        "linkedMovie": entry.film.number if entry.film else None,
        "seasons": None,
        "number": number,
        "absoluteNumber": entry.counted,
        "seasonNumber": season,
        "seasonName": None,
        "airsAfterSeason": entry.after,
        "airsBeforeSeason": before[0],
        "airsBeforeEpisode": before[1],
        "finaleType": None,
        "lastUpdated": moment(entry.changed),
        "year": entry.year,
    }


def placed(entry: Episode, order: str) -> tuple[int | None, int | None]:
    """Season and number in this order, or in the first one that it stands in."""
    orders = (order, *ORDERS)
    return next((entry.places[one] for one in orders if one in entry.places), (None, None))


def extended(entry: Entry, meta: str = "", *, short: bool = False) -> Row:
    """The extended record. `meta`: translations, or the episodes of a series."""
    row = base(entry)
    if isinstance(entry, Episode):  # described for base records alone
        del row["absoluteNumber"], row["seasonName"]
    if not isinstance(entry, Season):
        row |= {"remoteIds": remote_ids(entry), "trailers": None if short else []}
        row["translations"] = translations(entry) if "translations" in meta else None
    match entry:
        case Series():
            row |= _more_of_series(entry, meta, short=short)
        case Episode():
            row |= _more_of_episode(entry)
        case Season():
            listed = entry.series.listed(entry.order) if entry.series else []
            inside = [episode for episode in listed if episode.places[entry.order][0] == entry.season]
            row |= {"artwork": [], "trailers": [], "tagOptions": None, "translations": []}
            row["episodes"] = [base(episode, entry.order) for episode in inside]
        case _:
            row |= _more_of_film(entry, short=short)
    return row


def translations(entry: Entry) -> Row:
    """All names and descriptions; the original language is the primary one."""
    names, told = [], []
    for language, name in entry.translations.items():
        common = {"language": language, "isPrimary": language == entry.language}
        names.append(common | {"name": name, "isAlias": False})
        told.append(common | {"overview": overview(name, language)})
    return {"nameTranslations": names, "overviewTranslations": told, "alias": [name for _, name in entry.aliases]}


def overview(name: str, language: str) -> str:
    return f"Was in {name} geschieht." if language == "deu" else f"What happens in {name}."


def _more_of_series(entry: Series, meta: str, *, short: bool) -> Row:
    seasons = sorted(entry.seasons.values(), key=lambda season: (ORDERS.index(season.order), season.season))
    orders = {season.order for season in seasons}
    return {
        "overview": overview(entry.name, entry.language),
        "seasons": [base(season) for season in seasons],
        "seasonTypes": [row for row in season_types() if row["type"] in orders],
        "episodes": [base(episode) for episode in entry.listed("official")] if "episodes" in meta else None,
        "genres": [{"id": 12, "name": "Drama", "slug": "drama"}],
        "artworks": None if short else [],
        "characters": None if short else [],
        "contentRatings": None,
        "lists": None,
        "companies": [],
        "originalNetwork": None,
        "latestNetwork": None,
        "tags": None,
        "abbreviation": "",
        "airsDays": None,
        "airsTime": "20:00",
    }


def _more_of_episode(entry: Episode) -> Row:
    seasons = entry.series.seasons if entry.series else {}
    nothing = (
        "awards",
        "characters",
        "companies",
        "contentRatings",
        "networks",
        "nominations",
        "studios",
        "tagOptions",
    )
    row: Row = dict.fromkeys(nothing)
    row["seasons"] = [base(seasons[order, season]) for order, (season, _) in entry.places.items()]
    return row | {"productionCode": ""}


def _more_of_film(entry: Entry, *, short: bool) -> Row:
    nothing = ("boxOffice", "boxOfficeUS", "budget", "inspirations", "tagOptions", "contentRatings", "lists", "awards")
    row: Row = dict.fromkeys((*nothing, "audioLanguages", "subtitleLanguages", "spoken_languages"))
    release = {"country": "global", "date": entry.released, "detail": None}
    return row | {
        "genres": [{"id": 12, "name": "Drama", "slug": "drama"}],
        "artworks": None if short else [],
        "characters": None if short else [],
        "companies": _companies(),
        "studios": [],
        "first_release": release,
        "releases": [release],
        "originalCountry": "usa",
        "originalLanguage": entry.language,
        "production_countries": [],
    }


def found(entry: Entry) -> Row:
    """A row of a search: its numbers are text."""
    image = _image(entry) if entry.space == "series" else f"https://artworks.thetvdb.com{_image(entry)}"
    row: Row = {
        "objectID": f"{entry.space}-{entry.number}",
        "id": f"{entry.space}-{entry.number}",
        "tvdb_id": str(entry.number),
        "type": entry.space,
        "name": entry.name,
        "name_translated": entry.translations.get("eng"),
        "slug": slug(entry),
        "aliases": [name for _, name in entry.aliases],
        "translations": entry.translations,
        "overview": overview(entry.name, entry.language),
        "overviews": {language: overview(name, language) for language, name in entry.translations.items()},
        "country": "deu" if entry.language == "deu" else "usa",
        "primary_language": entry.language,
        "first_air_time": entry.released,
        "image_url": image,
        "thumbnail": image,
        "network": None,
        "status": "Ended" if entry.space == "series" else "Released",
        "year": entry.year,
    }
    return row | ({"remote_ids": remote_ids(entry)} if entry.remote is not None else {})


def translated(row: Mapping[str, Any], entry: Entry, language: str) -> Row:
    """The same record with name and description in a language; null where nobody has written them."""
    name = entry.translations.get(language)
    return {**row, "name": name, "overview": overview(name, language) if name else None}
