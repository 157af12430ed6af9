"""Turns what IMDb says, in files and in answers, into our media, days and ratings, and back; pure functions."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, tzinfo

from msgspec import Struct

from ...core.media import Kind, Media, clean_id
from ...core.records import MINUTE, Rating, Record
from ..base import Whole
from ..files import Row

SHOWS = frozenset({"tvseries", "tvminiseries", "miniseries", "podcastseries"})
EPISODES = frozenset({"tvepisode", "podcastepisode"})
GAME = "videogame"
SCALE = range(1, 11)
EARLIEST = 1900

_RATING = re.compile(r"[1-9]|10")
_YEAR = re.compile(r"(?:18|19|20|21)[0-9]{2}")
_MINUTES = re.compile(r"[1-9][0-9]{0,4}")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_OLD_DAY = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}([0-9]{1,2}) [0-9:]{8} ([0-9]{4})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Named(Struct, gc=False):
    """What an answer gives as `{id}`."""

    id: str | None = None


class Text(Struct, gc=False):
    text: str | None = None


class Mark(Struct, gc=False):
    """A rating of the person's own."""

    value: Whole | None = None
    date: datetime | None = None

    @property
    def at(self) -> int | None:
        """Unix seconds."""
        if self.date is None:
            return None
        return int((self.date if self.date.tzinfo else self.date.replace(tzinfo=UTC)).timestamp())


class Place(Struct, rename="camel", gc=False):
    season_number: Whole | None = None
    episode_number: Whole | None = None


class Series(Struct, rename="camel", gc=False):
    series: Named | None = None
    episode_number: Place | None = None


class Title(Struct, rename="camel", gc=False):
    """A title in an answer; only episodes have a series."""

    id: str = ""
    title_type: Named | None = None
    title_text: Text | None = None
    user_rating: Mark | None = None
    series: Series | None = None


def kind_of(type: str) -> Kind | None:
    """The kind of a title by its type, in whichever spelling; None for a video game.

    >>> kind_of("tvMiniSeries"), kind_of("TV Mini Series"), kind_of("Mini-Series"), kind_of("Video Game")
    (<Kind.SHOW: 2>, <Kind.SHOW: 2>, <Kind.SHOW: 2>, None)
    """
    plain = re.sub(r"[\s-]", "", type).lower()
    if plain == GAME:
        return None
    return Kind.SHOW if plain in SHOWS else Kind.EPISODE if plain in EPISODES else Kind.MOVIE


def media_of_row(row: Row, name: str, kind: Kind) -> Media:
    """The title of this id, as a row of a file describes it. The runtime of a series may be that of all its episodes."""
    year, minutes = row["year"].strip(), row["runtime (mins)"].strip()
    timed = kind is Kind.MOVIE and _MINUTES.fullmatch(minutes)
    return Media(
        kind,
        {"imdb": name},
        row["title"].strip(),
        int(year) if _YEAR.fullmatch(year) else None,
        runtime=int(minutes) * MINUTE if timed else None,
        keys=(name,),
        original=row["original title"].strip() if kind is not Kind.EPISODE else "",
    )


def media_of_title(title: Title) -> Media | None:
    """The title of an answer; None where it is a video game, or names nothing."""
    name = clean_id("imdb", title.id)
    kind = kind_of((title.title_type and title.title_type.id) or "")
    if not name or kind is None:
        return None
    text = (title.title_text and title.title_text.text) or ""
    media = Media(kind, {"imdb": name}, text, keys=(name,))
    if kind is not Kind.EPISODE or title.series is None:
        return media
    show = clean_id("imdb", (title.series.series and title.series.series.id) or "")
    parent = Media(Kind.SHOW, {"imdb": show}, keys=(show,)) if show else None
    place = title.series.episode_number or Place()
    return Media(kind, media.ids, text, None, parent, place.season_number, place.episode_number, keys=media.keys)


def rating_of(title: Title) -> Rating | None:
    """The person's rating in an answer; None where it cannot be read."""
    media, mark = media_of_title(title), title.user_rating
    if media is None or mark is None or mark.value is None or mark.value not in SCALE:
        return None
    return Rating(media, mark.at, mark.value * 10)


def names(media: Media) -> list[str]:
    """The ids of its titles on this account, or else that by which others know it: one may have been merged away."""
    found = [clean_id("imdb", name) for name in media.keys or (media.ids.get("imdb", ""),)]
    return list(filter(None, found))


def value_of(text: str) -> int | None:
    """A whole number from 1 to 10 on our scale; None where it is none."""
    return int(text) * 10 if _RATING.fullmatch(text.strip()) else None


def stars(record: Record) -> int:
    """A rating of ours as IMDb has it, 1 to 10."""
    return max(1, min(10, round(int(record.said or 0) / 10)))


def noon(text: str, zone: tzinfo) -> int | None:
    """Noon of a day in the person's time zone; None where it is no day.

    >>> noon("2018-01-01", UTC), noon("Mon Jan  1 00:00:00 2018", UTC)
    (1514808000, 1514808000)
    """
    if iso := _DAY.fullmatch(text.strip()):
        year, month, day = map(int, iso.groups())
    elif (old := _OLD_DAY.fullmatch(text.strip())) and old[1] in _MONTHS:
        year, month, day = int(old[3]), _MONTHS.index(old[1]) + 1, int(old[2])
    else:
        return None
    if year < EARLIEST or not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return int(datetime(year, month, day, 12, tzinfo=zone).timestamp())
