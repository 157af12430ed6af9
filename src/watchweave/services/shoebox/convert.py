"""Turns rows of Trakt's export, and of ours, into records; pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, tzinfo
from hashlib import sha256
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from ...core.media import PUBLIC, Kind, Media, clean_ids
from ...core.records import MINUTE, Copy, Like, Member, Play, Rating, Record, Review, Tags, Watched, Wish
from ..base import Whole
from ..tables import shown
from .label import RECORDS

Time = Annotated[datetime, Meta(tz=True)]

LISTED = "a list"
"""What a row is on, where only the name of its list says which."""
BARE = ("watchlist", "favourites", "collection")
"""Shelves whose rows need to say nothing but what they are about."""

NAMELESS = "names no film, show, season or episode"
WHOLE_SHOW = "does not say which episodes"
REPLY = "is a reply"
OF_A_LIST = "is about a list"
OF_NO_USE = frozenset({WHOLE_SHOW, REPLY, OF_A_LIST})
"""Why a row says nothing that we keep, although it is clear what it says."""


class Thing(Struct, gc=False):
    """A film, show, season or episode; ids can be missing, null, empty or of any type."""

    ids: dict[str, Any] | None = None
    title: str | None = None
    year: Whole | None = None
    season: Whole | None = None
    number: Whole | None = None
    order: str = ""


class Numbered(Struct, gc=False):
    """A season below a show, or an episode below that."""

    number: Whole
    episodes: list[Numbered] | None = None
    last_watched_at: Time | None = None
    collected_at: Time | None = None


class Comment(Struct, gc=False):
    comment: str
    spoiler: bool = False
    parent_id: int | None = None
    created_at: Time | None = None
    updated_at: Time | None = None


class Row(Struct, gc=False):
    """A row of any list; only the fields that we use. A play of our own may say `watched_on`, the day that is all we know,
    or `clock`: "mark"; what stands in a list of the person's own says in which. `id` has 64 bits."""

    type: str | None = None
    id: int | None = None
    watched_at: Time | UnsetType | None = UNSET
    watched_on: date | None = None
    clock: str = ""
    rated_at: Time | None = None
    listed_at: Time | None = None
    collected_at: Time | None = None
    last_collected_at: Time | None = None
    last_watched_at: Time | None = None
    tagged_at: Time | None = None
    plays: int | None = None
    rating: float | None = None
    comment: Comment | str | None = None
    spoiler: bool = False
    parent_id: int | None = None
    created_at: Time | None = None
    tags: list[str] | None = None
    inside: Any = field(default=None, name="list")
    movie: Thing | None = None
    show: Thing | None = None
    season: Thing | None = None
    episode: Thing | None = None
    seasons: list[Numbered] | None = None

    @property
    def shelf(self) -> str:
        """What it tells of, as far as it says so itself."""
        marks = {
            "history": self.watched_at is not UNSET or self.watched_on is not None,
            "reviews": self.comment is not None,
            "tags": self.tags is not None,
            "lists": isinstance(self.inside, str) and bool(self.inside.strip()),
            "ratings": self.rating is not None,
            "collection": bool(self.collected_at or self.last_collected_at),
            "watched": bool(self.last_watched_at) or self.plays is not None,
            LISTED: self.listed_at is not None,
        }
        return next((shelf for shelf, marked in marks.items() if marked), "")

    @property
    def summary(self) -> bool:
        """Does it tell of the episodes of a show?"""
        whole = bool(self.show) and not (self.episode or self.season)
        return whole and (self.shelf == "watched" or self.seasons is not None or self.last_collected_at is not None)

    def fits(self, shelf: str) -> bool:
        """Can it tell of this?"""
        return self.shelf == shelf or (shelf in BARE and self.shelf in (LISTED, ""))


_DECODER = msgspec.json.Decoder(Row, strict=False)


def row_of(raw: msgspec.Raw) -> Row | str:
    """A row; or why it is none."""
    try:
        return _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return f"cannot be read ({shown(str(error))})"


def noon(day: date, zone: tzinfo) -> int:
    """Noon of a day in the person's time zone."""
    return int(datetime.combine(day, time(12), zone).timestamp())


def moment(at: datetime | None) -> int | None:
    """Unix seconds."""
    return int(at.timestamp() // 1) if at else None


class Reader:
    """Reads the rows of one file; a show stands in memory once, however many of its episodes there are."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._shows: dict[str, Media] = {}
        self._entries: Counter[str] = Counter()

    def records(self, row: Row, shelf: str, title: str = "") -> Sequence[Record] | str:
        """What a row says; or why nothing. title: of the list on which it stands, where it does not say that itself."""
        if row.comment is not None and row.type == "list":
            return OF_A_LIST
        if row.summary:
            return list(self._below(row, shelf)) or WHOLE_SHOW
        media = self.media(row)
        if media is None:
            return NAMELESS
        if shelf == "history":
            return [self._play(row, media)]
        if shelf == "reviews":
            return _review(row, media)
        if shelf == "lists":
            return [Member(media, moment(row.listed_at), title or row.inside.strip())]
        return _value(row, media, shelf)

    def media(self, row: Row) -> Media | None:
        """What it is about; None where nobody can tell."""
        if row.movie:
            return _named(Kind.MOVIE, row.movie)
        show = self._show(row.show) if row.show else None
        if row.episode:
            return _named(Kind.EPISODE, row.episode, show, row.episode.season, row.episode.number)
        if row.season:
            return _named(Kind.SEASON, row.season, show, row.season.number)
        return show

    def _show(self, thing: Thing) -> Media | None:
        name = f"{thing.ids} {thing.title} {thing.year}"
        found = self._shows.get(name) or _named(Kind.SHOW, thing)
        if found:
            self._shows[name] = found
        return found

    def _below(self, row: Row, shelf: str) -> Iterator[Record]:
        """The episodes that stand below a show."""
        show = self._show(row.show) if row.show else None
        for season in (row.seasons or ()) if show else ():
            for one in season.episodes or ():
                at = one.last_watched_at if shelf == "watched" else one.collected_at
                media = _named(Kind.EPISODE, Thing(), show, season.number, one.number)
                if media and shelf in ("watched", "collection"):
                    yield RECORDS[shelf](media, moment(at))

    def _play(self, row: Row, media: Media) -> Play:
        """A time of 1970 stands for one that nobody knows."""
        at = moment(row.watched_at if isinstance(row.watched_at, datetime) else None)
        if row.watched_on:
            return Play(media, noon(row.watched_on, self.zone), self._key(row, media, str(row.watched_on)), "day")
        if at is None or at // MINUTE == 0:
            return Play(media, None, self._key(row, media, ""), "unknown")
        return Play(media, at, self._key(row, media, str(at)), "mark" if row.clock == "mark" else "second")

    def _key(self, row: Row, media: Media, when: str) -> str:
        """The number of the entry; else a digest of what it says, but for the ids, of which there may be more another time.
        Of equal ones the second is #2."""
        if row.id:
            return f"trakt:{row.id}"
        show = media.parent or media
        said = (media.kind.word, show.title or name_of(show), show.year, media.season, media.number, media.title, when)
        key = f"row:{sha256(msgspec.json.encode(said)).hexdigest()[:20]}"
        self._entries[key] += 1
        return f"{key}#{self._entries[key]}" if self._entries[key] > 1 else key


def _named(
    kind: Kind, thing: Thing, show: Media | None = None, season: int | None = None, number: int | None = None
) -> Media | None:
    """By its ids; what has none by its place below its show, or by its title."""
    ids = clean_ids(thing.ids or {})
    placed = show is not None and season is not None and (kind is Kind.SEASON or number is not None)
    if not (ids or placed or (kind in (Kind.MOVIE, Kind.SHOW) and thing.title)):
        return None
    place = f"{name_of(show)}:{season}:{number}" if show else f"{thing.title}:{thing.year}"
    keys = () if ids else (f"{kind.word}:{place}",)
    return Media(kind, ids, thing.title or "", thing.year, show, season, number, None, keys, thing.order)


def name_of(media: Media) -> str:
    """What no other thing of a file is called: the place below its show, else an id, else its own name."""
    if media.parent is not None and media.season is not None and not media.order:
        return f"{media.kind.word}:{name_of(media.parent)}:{media.season}:{media.number}"
    space = next((space for space in (*PUBLIC, *media.ids) if space in media.ids), "")
    return f"{media.kind.word}:{space}:{media.ids[space]}" if space else media.key


def _review(row: Row, media: Media) -> Sequence[Record] | str:
    said = row.comment
    if not isinstance(said, Comment):
        said = Comment(said or "", row.spoiler, row.parent_id, row.created_at)
    if said.parent_id:
        return REPLY
    text = said.comment.strip()
    return [Review(media, moment(said.updated_at or said.created_at), text, said.spoiler)] if text else "has no text"


def _value(row: Row, media: Media, shelf: str) -> Sequence[Record] | str:
    if shelf == "ratings":
        value = round((row.rating or 0) * 10)
        fault = f"has {row.rating:g}, and no rating from 1 to 10" if row.rating is not None else "has no rating"
        return [Rating(media, moment(row.rated_at), value)] if 1 <= value <= 100 else fault
    if shelf == "tags":
        tags = tuple(dict.fromkeys(tag for tag in row.tags or () if tag.strip()))
        return [Tags(media, moment(row.tagged_at), tags)] if tags else "has no tags"
    if shelf == "collection":
        return [Copy(media, moment(row.collected_at or row.last_collected_at))]
    if shelf == "watched":
        return [Watched(media, moment(row.last_watched_at))]
    return [(Like if shelf == "favourites" else Wish)(media, moment(row.listed_at))]
