"""Turns what Trakt says into our records; pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

from ...core.media import Kind, Media, clean_ids
from ...core.records import MINUTE, Copy, Like, Member, Play, Rating, Review, Wish
from ..base import Whole

KINDS = {"movie": Kind.MOVIE, "show": Kind.SHOW, "season": Kind.SEASON, "episode": Kind.EPISODE}
PLURAL = {Kind.MOVIE: "movies", Kind.SHOW: "shows", Kind.SEASON: "seasons", Kind.EPISODE: "episodes"}

Time = Annotated[datetime, Meta(tz=True)]
Times = list[tuple[Media, Sequence[datetime]]]
"""Things with the times of all their plays."""

_WHOLE = re.compile(r"[0-9]+")
_SEASON = re.compile(r"[0-9]+\|([0-9]+)")


class Thing(Struct, gc=False):
    """A film, show, season or episode; ids can be missing, null, empty or of any type (4.1)."""

    ids: dict[str, Any] | None = None
    title: str | None = None
    year: Whole | None = None
    season: Whole | None = None
    number: Whole | None = None


class Comment(Struct, gc=False):
    """What the person wrote; `parent_id` is another comment, if it replies to one (11)."""

    id: int
    comment: str
    spoiler: bool = False
    parent_id: int | None = None
    created_at: Time | None = None
    updated_at: Time | None = None

    @property
    def at(self) -> int | None:
        return moment(self.updated_at or self.created_at)


class Row(Struct, gc=False):
    """A row of any listing; only the fields that we use. `id` has 64 bits (4.1)."""

    id: int = 0
    type: str | None = None
    watched_at: Time | None = None
    rated_at: Time | None = None
    listed_at: Time | None = None
    collected_at: Time | None = None
    rating: int | None = None
    comment: Comment | None = None
    movie: Thing | None = None
    show: Thing | None = None
    season: Thing | None = None
    episode: Thing | None = None

    @property
    def kind(self) -> Kind:
        """An episode and a season come with their show."""
        if self.movie:
            return Kind.MOVIE
        return Kind.EPISODE if self.episode else Kind.SEASON if self.season else Kind.SHOW

    @property
    def thing(self) -> Thing:
        return self.movie or self.episode or self.season or self.show or Thing()

    @property
    def name(self) -> object:
        """What no other row of a listing has."""
        return self.comment.id if self.comment else self.id or self.subject

    @property
    def subject(self) -> tuple[Kind, str]:
        """What it is about, as something to compare by."""
        return self.kind, str(self.thing.ids)


class State(Struct, gc=False):
    """How a list is now (10)."""

    updated_at: str | None = None
    item_count: Whole = 0

    @property
    def stamp(self) -> str:
        """Moves whenever the list does; empty where nothing is said."""
        return f"{self.updated_at} {self.item_count}" if self.updated_at else ""


class Shown(State, gc=False):
    """A list, without what stands in it."""

    name: str | None = None
    type: str | None = None
    ids: dict[str, Any] = field(default_factory=dict)

    @property
    def own(self) -> str:
        """Trakt's own number of it; it stays when the list is renamed. Empty where it is not said."""
        return clean_ids(self.ids).get("trakt", "")


class Written(Struct, gc=False):
    """The answer to a write; which parts there are differs (4.2, 6, 7, 8)."""

    added: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    existing: dict[str, int] = field(default_factory=dict)
    not_found: dict[str, list[Any]] = field(default_factory=dict)
    state: State | None = field(default=None, name="list")

    @property
    def taken(self) -> int:
        return sum(sum(part.values()) for part in (self.added, self.updated, self.existing))


class Put(Struct, gc=False):
    """The answer where a list was put in order (10)."""

    state: State | None = field(default=None, name="list")


def moment(time: datetime | None) -> int | None:
    """Unix seconds."""
    return int(time.timestamp()) if time else None


def written(at: int) -> str:
    """A time as Trakt reads it.

    >>> written(1793563500)
    '2026-11-01T20:05:00.000Z'
    """
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def key_of(kind: Kind, number: object) -> str:
    return f"{kind.word}:{number}"


class Reader:
    """Reads rows; a show stands in memory once, however many of its episodes there are."""

    def __init__(self) -> None:
        self._shows: dict[str, Media] = {}

    def media(self, row: Row) -> Media:
        if row.movie:
            ids, keys = _named(Kind.MOVIE, row.movie)
            return Media(Kind.MOVIE, ids, row.movie.title or "", row.movie.year, keys=keys)
        show = self._show(row.show or Thing())
        if part := row.episode:
            ids, keys = _named(Kind.EPISODE, part)
            return Media(Kind.EPISODE, ids, part.title or "", None, show, part.season, part.number, None, keys)
        if season := row.season:
            ids, keys = _named(Kind.SEASON, season)
            return Media(Kind.SEASON, ids, parent=show, season=season.number, keys=keys)
        return show

    def _show(self, thing: Thing) -> Media:
        number = str((thing.ids or {}).get("trakt"))
        found = self._shows.get(number)
        if found is None:
            ids, keys = _named(Kind.SHOW, thing)
            found = Media(Kind.SHOW, ids, thing.title or "", thing.year, keys=keys)
            if keys:
                self._shows[number] = found
        return found


def _named(kind: Kind, thing: Thing) -> tuple[dict[str, str], tuple[str, ...]]:
    """Its ids, and our name of it."""
    ids = clean_ids(thing.ids or {})
    return ids, (key_of(kind, ids["trakt"]),) if "trakt" in ids else ()


def ratings(rows: Iterable[Row]) -> list[Rating]:
    """Trakt's whole numbers 1 to 10 are ours 10 to 100."""
    read = Reader().media
    return [Rating(read(row), moment(row.rated_at), value=row.rating * 10) for row in rows if row.rating]


def wishes(rows: Iterable[Row]) -> list[Wish]:
    read = Reader().media
    return [Wish(read(row), moment(row.listed_at)) for row in rows]


def likes(rows: Iterable[Row]) -> list[Like]:
    read = Reader().media
    return [Like(read(row), moment(row.listed_at)) for row in rows]


def members(rows: Iterable[Row], own: str) -> list[Member]:
    """What stands in the list of this name, people left out."""
    read = Reader().media
    rows = [row for row in rows if not row.type or row.type in KINDS]
    return [Member(read(row), moment(row.listed_at), list=own) for row in rows]


def things(rows: Iterable[Row]) -> list[Media]:
    """What each of these rows is about."""
    read = Reader().media
    return [read(row) for row in rows]


def names(media: Media) -> list[tuple[object, ...]]:
    """All by which a thing is known, its own names first."""
    return [(key,) for key in media.keys] + [(media.kind, *named) for named in media.ids.items()]


def reviews(rows: Iterable[Row]) -> dict[int, Review]:
    """What the person says of each thing, by the number of the comment: of several it is the one written last. A reply,
    and a comment on a list, says nothing of a thing."""
    read, newest = Reader().media, dict[tuple[Kind, str], tuple[int, Review]]()
    for row in rows:
        one = row.comment
        if one and not one.parent_id and (row.movie or row.show):
            known = newest.get(row.subject)
            if known is None or (known[1].at or 0, known[0]) < (one.at or 0, one.id):
                newest[row.subject] = one.id, Review(read(row), one.at, one.comment, one.spoiler)
    return dict(newest.values())


def copies(rows: Iterable[Row]) -> list[Copy]:
    read = Reader().media
    return [Copy(read(row), moment(row.collected_at)) for row in rows]


class Plays:
    """Names plays so that a history row and the watched maps give one play the same name, page after page.

    The name is the item and the minute; a second entry of one item in one minute is `#2`. `named` remembers media.
    """

    def __init__(self) -> None:
        self.named: dict[str, Media] = {}
        self.newest = 0
        self.nameless = 0
        """How many rows do not say what was played."""
        self._reader = Reader()
        self._minute = 0
        self._entries: dict[str, int] = {}

    def of_rows(self, rows: Iterable[Row]) -> list[Play]:
        """History rows, newest first: entries of one minute stand together."""
        read = self._reader.media
        return [self._play(read(row), moment(row.watched_at) or 0) for row in rows]

    def of_item(self, media: Media, times: Iterable[datetime]) -> list[Play]:
        """All plays of one item."""
        self._entries.clear()
        return [self._play(media, moment(time) or 0) for time in sorted(times, reverse=True)]

    def _play(self, media: Media, at: int) -> Play:
        at = at // MINUTE * MINUTE  # Trakt keeps minutes (fact 6)
        self.newest = max(self.newest, at)
        if at != self._minute:
            self._minute = at
            self._entries.clear()
        key = f"{media.key or key_of(media.kind, next(iter(media.ids.values()), media.named()))}@{at}"
        entries = self._entries[key] = self._entries.get(key, 0) + 1
        key += f"#{entries}" if entries > 1 else ""
        if media.key:
            self.named[media.key] = media
        else:
            self.nameless += 1
        if at == 0:  # "unknown date" is 1970 (4.1)
            return Play(media, None, key=key, clock="unknown")
        return Play(media, at, key=key)


class Entry(Struct, frozen=True):
    """The name of a play taken apart again."""

    kind: Kind
    number: str
    at: int

    @property
    def path(self) -> str:
        return f"/sync/history/{PLURAL[self.kind]}/{self.number}"


def entry(key: str) -> Entry:
    """
    >>> entry("episode:16@1793563500#2")
    Entry(kind=<Kind.EPISODE: 4>, number='16', at=1793563500)
    """
    media, _, rest = key.partition("@")
    word, _, number = media.partition(":")
    return Entry(KINDS[word], number, int(rest.partition("#")[0]))


def watched_movies(found: Mapping[str, Any]) -> Times | None:
    """The films of the compact map (5) with the times of all plays; None where the map is not built as described."""
    try:
        movies = msgspec.convert(found, dict[str, list[Time]])
    except msgspec.ValidationError:
        return None
    if not all(map(_WHOLE.fullmatch, movies)):
        return None
    return [(Media(Kind.MOVIE, keys=(key_of(Kind.MOVIE, number),)), times) for number, times in movies.items()]


def watched_shows(found: Mapping[str, Any]) -> Times | None:
    """The episodes of the compact map (5): show -> "season id|number" -> episode -> times; None where it is otherwise."""
    try:
        shows = msgspec.convert(found, dict[str, dict[str, dict[str, list[Time]]]])
    except msgspec.ValidationError:
        return None
    plays: Times = []
    for number, seasons in shows.items():
        show = Media(Kind.SHOW, keys=(key_of(Kind.SHOW, number),))
        for name, episodes in seasons.items():
            season = _SEASON.fullmatch(name)
            if not season or not all(map(_WHOLE.fullmatch, (number, *episodes))):
                return None
            for one, times in episodes.items():
                keys = (key_of(Kind.EPISODE, one),)
                plays.append((Media(Kind.EPISODE, parent=show, season=int(season[1]), keys=keys), times))
    return plays
