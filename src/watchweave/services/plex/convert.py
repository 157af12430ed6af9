"""Turns rows of Plex into media and records, and back; pure functions, and the only place that knows Plex's fields."""

from __future__ import annotations

import re
import zlib
from calendar import monthrange
from datetime import date
from sys import intern

from msgspec import Struct, field, json

from ...core.media import Kind, Media
from ...core.records import Copy, Play, Rating, Record, Watched, Wish
from ..base import Stamp, Whole
from .files import episodes_in
from .guids import names, order_in

KINDS = {"movie": Kind.MOVIE, "show": Kind.SHOW, "season": Kind.SEASON, "episode": Kind.EPISODE}
NEAR = 600
"""A view and a history row within these seconds are one play (reference, section 6)."""


class Tag(Struct, gc=False):
    id: str = ""


class Part(Struct, gc=False):
    file: str | None = None


class Version(Struct, gc=False):
    """One quality of an item: a file, or several that follow each other."""

    parts: list[Part] = field(name="Part", default_factory=list)


class Row(Struct, rename="camel", gc=False, omit_defaults=True):
    """An item of a library or of Discover; only the fields we ask for. `guid` and `Guid` differ in case alone."""

    rating_key: str | int = ""
    guid: str = ""
    guids: list[Tag] = field(name="Guid", default_factory=list)
    type: str = ""
    title: str = ""
    original_title: str = ""
    year: Whole | None = None
    index: Whole | None = None
    parent_index: Whole | None = None
    parent_rating_key: str | int = ""
    parent_guid: str = ""
    parent_title: str = ""
    grandparent_rating_key: str | int = ""
    grandparent_guid: str = ""
    grandparent_title: str = ""
    duration: Whole | None = None
    view_count: Whole = 0
    last_viewed_at: Stamp | None = None
    user_rating: float | None = None
    last_rated_at: Stamp | None = None
    added_at: Stamp | None = None
    updated_at: Stamp | None = None
    leaf_count: Whole = 0
    originally_available_at: str | int | None = None
    versions: list[Version] = field(name="Media", default_factory=list)

    @property
    def key(self) -> str:
        return str(self.rating_key)

    @property
    def newest(self) -> int:
        """The latest time that this row states."""
        return max(self.last_viewed_at or 0, self.last_rated_at or 0, self.added_at or 0, self.updated_at or 0)

    def digest(self) -> int:
        """Equal for equal rows, in every process."""
        return zlib.crc32(json.encode(self))


class Viewing(Struct, rename="camel", gc=False):
    """A row of the server's history: one finished playback. Rows of deleted items may lack their keys."""

    history_key: str = ""
    rating_key: str | int = ""
    type: str = ""
    title: str = ""
    grandparent_title: str = ""
    parent_index: Whole | None = None
    index: Whole | None = None
    viewed_at: Stamp = 0
    account_id: int = field(name="accountID", default=0)
    section: str | int = field(name="librarySectionID", default="")

    def __post_init__(self) -> None:
        """All of a history waits in memory for its items: what repeats stands there once."""
        self.type, self.grandparent_title = intern(self.type), intern(self.grandparent_title)
        self.section = intern(str(self.section))


FIELDS = (
    "id,ratingKey,guid,type,title,originalTitle,year,index,parentIndex,parentRatingKey,grandparentTitle,grandparentRatingKey,"
    "grandparentGuid,viewCount,lastViewedAt,duration,userRating,lastRatedAt,addedAt,updatedAt"
)
"""`id` is that of a `Guid`: it is not published whether these are the fields of elements too."""
_DAY = re.compile(r"((?!0000)[0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_EPOCH = date(1970, 1, 1).toordinal()


class Shows(dict[str, Media]):
    """The shows of one reading by key: episodes share one parent, for a library may hold 100,000 of them."""

    def parent(self, key: str, guid: str, title: str, ids: dict[str, str]) -> Media:
        """The show of this key; as its own row told, or as the row of a part of it does."""
        show = self.get(key)
        if show is None:
            found = names(Kind.SHOW, guid).ids | ids
            show = Media(Kind.SHOW, found, title, keys=(key,) if key else ())
            if key:
                self[key] = show
        return show


def media(row: Row, shows: Shows) -> Media | None:
    """What a library row is about; nothing for clips, trailers, photos and live television."""
    kind = KINDS.get(row.type)
    if kind is None or row.guid.startswith("tv.plex.xmltv"):
        return None
    found = names(kind, row.guid, [tag.id for tag in row.guids])
    runtime = row.duration // 1000 if row.duration else None
    keys = (row.key,)
    if kind is Kind.EPISODE:
        show = shows.parent(str(row.grandparent_rating_key), row.grandparent_guid, row.grandparent_title, found.show)
        season = found.season if row.parent_index is None else row.parent_index
        number = found.number if row.index is None else row.index
        order = found.order if found.show else order_in(row.grandparent_guid, season)
        aired = day(row.originally_available_at)
        return Media(kind, found.ids, row.title, row.year, show, season, number, runtime, keys, order, aired)
    if kind is Kind.SEASON:
        show = shows.parent(str(row.parent_rating_key), row.parent_guid, row.parent_title, found.show)
        season = found.season if row.index is None else row.index
        order = found.order if found.show else order_in(row.parent_guid, season)
        return Media(kind, found.ids, row.title, row.year, show, season, keys=keys, order=order)
    length = runtime if kind is Kind.MOVIE else None
    thing = Media(kind, found.ids, row.title, row.year, runtime=length, keys=keys, original=row.original_title)
    if kind is Kind.SHOW:
        shows[row.key] = thing
    return thing


def day(text: str | int | None) -> int | None:
    """A date in days since 1970; nothing where it is none.

    >>> day("1970-01-02"), day("1951-10-15"), day("2023-02-29"), day("soon"), day(None)
    (1, -6653, None, None, None)
    """
    found = _DAY.fullmatch(str(text))
    if not found:
        return None
    year, month, number = (int(part) for part in found.groups())
    return date(year, month, number).toordinal() - _EPOCH if number <= monthrange(year, month)[1] else None


def held(row: Row) -> range:
    """The numbers of the episodes in the file of this one, its own among them; nothing where it is alone, or where its
    files do not all say the same."""
    if row.index is None or row.parent_index is None or not row.parent_rating_key:
        return range(0)
    files = [part.file or "" for version in row.versions for part in version.parts]
    said = {episodes_in(file, row.parent_index, row.index) for file in files}
    return said.pop() if len(said) == 1 else range(0)


def inside(key: str, season: int | None, number: int) -> str:
    """Our name of a further episode in the file of this item: it has no object of its own, and so no key."""
    return f"{key}/{season}/{number}"


def further(thing: Media, number: int) -> Media:
    """An episode that stands in the file of this one, and nowhere else."""
    keys = (inside(thing.key, thing.season, number),)
    return Media(
        Kind.EPISODE, {}, parent=thing.parent, season=thing.season, number=number, keys=keys, order=thing.order
    )


def state(row: Row, thing: Media) -> list[Record]:
    """What a library row says besides plays: it is there, it is watched, it is rated."""
    said: list[Record] = [Copy(thing, row.added_at)]
    if row.view_count > 0 and thing.kind in (Kind.MOVIE, Kind.EPISODE):
        said.append(Watched(thing, row.last_viewed_at))
    if (value := rating(row.user_rating)) is not None:
        said.append(Rating(thing, row.last_rated_at, value))
    return said


def rating(stars: float | None) -> int | None:
    """Plex's 0 to 10 as 1 to 100; its noise is removed, its 0 is a rating, its -1 is none.

    >>> rating(7.5999999046), rating(9.96), rating(0.0), rating(-1.0), rating(None)
    (76, 100, 1, None, None)
    """
    return None if stars is None or stars < 0 else min(100, max(1, int(stars * 10 + 0.5)))


def stars(value: int) -> str:
    """A rating as Plex takes it.

    >>> stars(86), stars(80)
    ('8.6', '8')
    """
    return f"{value / 10:g}"


def also(one: Play, key: str) -> Play:
    """The same viewing as a play of another episode in that file."""
    return Play(Media(Kind.EPISODE, keys=(key,)), one.at, f"{one.key}:{key}", one.clock)


def play(thing: Media, viewing: Viewing) -> Play:
    """The play that a history row tells of; without a time it is one of unknown date."""
    at = viewing.viewed_at or None
    return Play(thing, at, f"history:{entry(viewing)}", "second" if at else "unknown")


def entry(viewing: Viewing) -> str:
    """The id of a history row."""
    return viewing.history_key.rpartition("/")[2] or f"{viewing.rating_key}:{viewing.viewed_at}"


def bare(viewing: Viewing, *, known: bool = False) -> Media | None:
    """What a history row itself says of the film or episode; it is all there is of a deleted one. `known`: its key
    alone is enough, and better than words."""
    kind = KINDS.get(viewing.type)
    keys = (str(viewing.rating_key),) if viewing.rating_key else ()
    if kind is Kind.MOVIE or (kind is Kind.EPISODE and known):
        return Media(kind, title=viewing.title, keys=keys)
    if kind is Kind.EPISODE:
        show = Media(Kind.SHOW, title=viewing.grandparent_title)
        return Media(kind, {}, viewing.title, None, show, viewing.parent_index, viewing.index, None, keys)
    return None


def wish(row: Row) -> Wish | None:
    """An entry of the watchlist; its key is the path of its guid, and no library has such keys."""
    kind = KINDS.get(row.type)
    if kind not in (Kind.MOVIE, Kind.SHOW):
        return None
    found = names(kind, row.guid or f"plex://{row.type}/{row.key}", [tag.id for tag in row.guids])
    key = found.ids.get("plex", row.key)
    return Wish(Media(kind, found.ids, row.title, row.year, keys=(f"{row.type}/{key}",)))
