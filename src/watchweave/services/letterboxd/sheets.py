"""What is owed to Letterboxd, in the form of its importer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any

from msgspec import Struct, field

from ...core.media import Kind, Media
from ...core.records import DAY, Play, Rating, Record, Wish
from ..base import Refusal, Sheet
from ..files import written
from .convert import day_of, noon

HISTORY = ("tmdbID", "imdbID", "Title", "Year", "Rating10", "WatchedDate", "Rewatch", "Tags", "Review")
WISHES = HISTORY[:4]
LARGEST, MOST = 900_000, 1_900
"""Bytes and rows of one file: the importer takes 1 MB, and perhaps no more rows."""
OBEYED = ("=", "+", "-", "@", "\t", "\r", "'")
"""How a title begins that a spreadsheet would obey: the ids say enough."""

NO_FILM = "Letterboxd has films only"
NO_ID = "no id of TMDb or IMDb is known for it"
TWICE = "Letterboxd's importer keeps one viewing of a film a day"


class Line(Struct):
    """A row to be, and the records that it tells."""

    cells: dict[str, str]
    records: list[Record] = field(default_factory=list)


def sheets(records: Sequence[Record], zone: tzinfo) -> tuple[list[Sheet], list[Refusal[Any]]]:
    """These records as files, and those that no file can say."""
    refused: list[Refusal[Any]] = []
    films: dict[tuple[tuple[str, str], ...], list[Record]] = defaultdict(list)
    for record in records:
        if why := refusal(record, zone):
            refused.append(Refusal(record, why))
        else:
            films[tuple(sorted(record.media.ids.items()))].append(record)
    wished = [[Line(named(of[0].media), rest)] for of in films.values() if (rest := _some(of, wishes=True))]
    told = [lines(rest, zone) for of in films.values() if (rest := _some(of, wishes=False))]
    return [*parts("", HISTORY, told), *parts("watchlist", WISHES, wished)], refused


def _some(records: Sequence[Record], *, wishes: bool) -> list[Record]:
    return [record for record in records if isinstance(record, Wish) is wishes]


def refusal(record: Record, zone: tzinfo) -> str:
    """Why the importer cannot be told this."""
    if record.media.kind is not Kind.MOVIE:
        return NO_FILM
    if not {"tmdb", "imdb"} & record.media.ids.keys():
        return NO_ID
    second = isinstance(record, Play) and record.at is not None and record.at != noon(day_of(record.at, zone), zone)
    return TWICE if second else ""


def named(media: Media) -> dict[str, str]:
    """The cells that say which film is meant."""
    title = "" if media.title.startswith(OBEYED) else media.title
    return {
        "tmdbID": media.ids.get("tmdb", ""),
        "imdbID": media.ids.get("imdb", ""),
        "Title": title,
        "Year": str(media.year or ""),
    }


def lines(records: Sequence[Record], zone: tzinfo) -> list[Line]:
    """The rows of one film: one for each viewing, with what was said of it then; and one without a day for the rest."""
    film, found = named(records[0].media), []
    for play in sorted((one for one in records if isinstance(one, Play)), key=lambda one: one.at or 0):
        day = {"WatchedDate": day_of(play.at, zone)} if play.at is not None else {}
        found.append(Line({**film, **day, "Rewatch": "true" if play.again else "false"}, [play]))
    rest = Line(dict(film))
    for record in records:
        if not isinstance(record, Play):
            line = next((one for one in reversed(found) if _then(one.records[0], record)), rest)
            line.cells |= _said(record)
            line.records.append(record)
    return [*found, rest] if rest.records else found


def _then(play: Record, record: Record) -> bool:
    """Was it said on the day of the viewing, or the one after?"""
    return play.at is not None and record.at is not None and -DAY // 2 <= record.at - play.at < 2 * DAY


def _said(record: Record) -> dict[str, str]:
    return {"Rating10": str(record.value // 10)} if isinstance(record, Rating) else {}


def parts(name: str, header: Sequence[str], films: Iterable[Sequence[Line]]) -> list[Sheet]:
    """The rows in files that the importer takes; those of one film stay together."""
    found: list[list[Line]] = []
    size = 0
    for of_film in films:
        bytes_of = len(_written(header, of_film))
        if not found or size + bytes_of > LARGEST or len(found[-1]) + len(of_film) > MOST:
            found.append([])
            size = 0
        found[-1] += of_film
        size += bytes_of
    return [Sheet(_written(header, part), [one for line in part for one in line.records], name) for part in found]


def _written(header: Sequence[str], some: Iterable[Line]) -> bytes:
    return written(header, ([line.cells.get(column, "") for column in header] for line in some), protect=False)
