"""Turns what Serializd says into our records, and names its things; pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from ...core.media import Kind, Media, clean_ids
from ...core.records import Like, Play, Rating, Record, Review, Tags, Watched
from ..base import Whole

KINDS = frozenset({Kind.SHOW, Kind.SEASON, Kind.EPISODE})

Time = Annotated[datetime, Meta(tz=True)]


class Season(Struct, frozen=True, array_like=True, gc=False):
    """A season by its names there: the TMDb numbers of its show and of itself, and its place in the show."""

    show: int
    id: int
    number: int


class Counts(Struct, rename="camel", gc=False):
    """What a profile counts."""

    show_watchlist_count: Whole
    review_count: Whole
    total_episodes_watched: Whole


class SeasonOfEntry(Struct, rename="camel", gc=False):
    id: Whole | None = None
    season_number: Whole | None = None


class Entry(Struct, rename="camel", gc=False):
    """A line of the diary; clients of different times spell some of its fields differently."""

    id: Whole
    show_id: Whole
    season_id: Whole | None = None
    episode_number: Whole | None = None
    rating: int | None = None
    review_text: str | None = None
    like: bool | None = None
    is_log: bool | None = None
    is_logged: bool | None = None
    contains_spoiler: bool | None = None
    contains_spoilers: bool | None = None
    backdate: Time | None = None
    date_added: Time | None = None
    tags: list[str] | None = None
    show_name: str | None = None
    show_seasons: list[SeasonOfEntry] | None = None

    @property
    def viewing(self) -> bool:
        """Does it log a viewing? Else it is a mere rating or review."""
        return bool(self.is_log or self.is_logged)

    @property
    def added(self) -> int:
        return moment(self.date_added) or 0

    @property
    def said(self) -> int | None:
        """When its rating was given: a viewing is dated by itself, a mere rating bears its own date."""
        return moment(self.date_added if self.viewing else self.backdate or self.date_added)

    @property
    def number_of_season(self) -> int | None:
        """As the entry itself tells it; now and then it does not."""
        return next((one.season_number for one in self.show_seasons or () if one.id == self.season_id), None)


class EntryPage(Struct, rename="camel", gc=False):
    reviews: list[Entry]
    total_reviews: Whole | None = None

    @property
    def rows(self) -> list[Entry]:
        return self.reviews

    @property
    def total(self) -> int | None:
        return self.total_reviews


class Item(Struct, rename="camel", gc=False):
    """A show on the page of what was watched, or on the watchlist, with its seasons there."""

    show_id: Whole
    season_ids: list[Whole | None] = []
    date_added: Time | None = None
    show_name: str | None = None

    @property
    def added(self) -> int:
        return moment(self.date_added) or 0


class ItemPage(Struct, rename="camel", gc=False):
    """Shows by their number, or, in a state, items."""

    items: list[Item]
    number_of_shows: Whole | None = None
    total_items: Whole | None = None

    @property
    def rows(self) -> list[Item]:
        return self.items

    @property
    def total(self) -> int | None:
        return self.total_items if self.number_of_shows is None else self.number_of_shows


class ListItem(Struct, rename="camel", gc=False):
    """A show, a season or an episode in a list; `season` and `episode` are numbers."""

    show_id: Whole
    season_id: Whole | None = None
    season: Whole | None = None
    episode: Whole | None = None


class ListRow(Struct, rename="camel", gc=False):
    """A list of the person's, with all that stands in it."""

    list_id: Whole | str
    list_name: str
    list_items: list[ListItem]


class ListPage(Struct, rename="camel", gc=False):
    lists: list[ListRow]
    total_pages: Whole | None = None


class EpisodeLog(Struct, rename="camel", gc=False):
    episode_number: Whole
    date_added: Time | None = None


class SeasonPage(Struct, rename="camel", gc=False):
    """The exact set of the episodes of a season that are logged."""

    episode_logs: list[EpisodeLog]


def moment(time: datetime | None) -> int | None:
    """Unix seconds."""
    return int(time.timestamp()) if time else None


def written(at: int) -> str:
    """A time as Serializd reads it.

    >>> written(1793563500)
    '2026-11-01T20:05:00Z'
    """
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(at: int) -> str:
    """The day of a moment, as the dates of first showing are written."""
    return written(at)[:10]


def tracked(context: Mapping[str, Any]) -> list[int]:
    """The shows that the account has watched anything of, from an answer whose inner shape is not known well."""
    rows = context.get("watched")
    named = [row.get("id") or row.get("showId") or row.get("show_id") for row in _objects(rows)]
    return [number for number in named if isinstance(number, int)]


def _objects(rows: object) -> list[Mapping[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def key_of(kind: Kind, *numbers: int) -> str:
    """
    >>> key_of(Kind.EPISODE, 1396, 3572, 4)
    'episode:1396:3572:4'
    """
    return ":".join((kind.word, *map(str, numbers)))


def own_numbers(media: Media) -> tuple[int, ...]:
    """The numbers in its own key: of the show, of the season, of the episode in it; none where it has no such key."""
    word, *numbers = media.key.split(":")
    fits = word == media.kind.word and len(numbers) == media.kind - Kind.SHOW + 1 and all(map(str.isdecimal, numbers))
    return tuple(map(int, numbers)) if fits else ()


class Things:
    """Names things; a show stands in memory once, however many of its episodes there are."""

    def __init__(self, names: Mapping[int, str], numbers: Mapping[tuple[int, int], int | None]) -> None:
        self._names = names
        self._numbers = numbers
        self._shows: dict[int, Media] = {}

    def show(self, number: int) -> Media:
        if number not in self._shows:
            ids, key = clean_ids({"tmdb": number}), key_of(Kind.SHOW, number)
            self._shows[number] = Media(Kind.SHOW, ids, self._names.get(number, ""), keys=(key,))
        return self._shows[number]

    def season(self, show: int, season: int) -> Media:
        """A season whose place in its show nobody tells is known by its number alone."""
        number, keys = self._numbers.get((show, season)), (key_of(Kind.SEASON, show, season),)
        parent = self.show(show) if number is not None else None
        return Media(Kind.SEASON, clean_ids({"tmdb": season}), parent=parent, season=number, keys=keys)

    def episode(self, show: int, season: int, episode: int) -> Media:
        number, keys = self._numbers.get((show, season)), (key_of(Kind.EPISODE, show, season, episode),)
        if number is None:
            return Media(Kind.EPISODE, keys=keys)
        return Media(Kind.EPISODE, parent=self.show(show), season=number, number=episode, keys=keys)

    def of(self, entry: Entry) -> Media:
        """What an entry is about; an episode number of 0 is none."""
        if not entry.season_id:
            return self.show(entry.show_id)
        if not entry.episode_number:
            return self.season(entry.show_id, entry.season_id)
        return self.episode(entry.show_id, entry.season_id, entry.episode_number)


def plays(entries: Iterable[Entry], things: Things) -> Iterator[Play]:
    """The viewings of seasons and episodes in the diary; those of whole shows are left out."""
    for entry in entries:
        if entry.viewing and entry.season_id:
            at = moment(entry.backdate)
            yield Play(things.of(entry), at, key=f"diary:{entry.id}", clock="unknown" if at is None else "second")


def logged(season: Season, log: Mapping[int, int | None], entered: set[int], things: Things) -> Iterator[Record]:
    """The marks of a season; where the diary does not say when, the time of marking is all there is."""
    for number, at in log.items():
        media = things.episode(season.show, season.id, number)
        yield Watched(media, at)
        if number not in entered:
            yield Play(media, at, key=f"log:{season.id}:{number}", clock="unknown" if at is None else "mark")


def values(entries: Iterable[Entry], things: Things) -> Iterable[Record]:
    """What is said of each thing: of several entries about it the newest that says something of the kind speaks."""
    found: dict[tuple[type[Record], str], Record] = {}
    for entry in sorted(entries, key=lambda one: (one.added, one.id)):
        media = things.of(entry)
        found |= {(type(record), media.key): record for record in _said(entry, media)}
    return found.values()


def _said(entry: Entry, media: Media) -> Iterator[Record]:
    if entry.rating:  # 0 is none
        yield Rating(media, entry.said, value=min(entry.rating, 10) * 10)
    if entry.review_text:
        spoiler = bool(entry.contains_spoiler or entry.contains_spoilers)
        yield Review(media, entry.said, entry.review_text, spoiler)
    if entry.like:
        yield Like(media, entry.said)
    if tags := tuple(tag for tag in (" ".join(one.split()) for one in entry.tags or ()) if tag):
        yield Tags(media, entry.said, tags)
