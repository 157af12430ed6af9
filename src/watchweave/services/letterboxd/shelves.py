"""What is read of Letterboxd by its feed and its export, and what the person carries there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ...core.media import Kind
from ...core.records import Form, Like, Play, Rating, Record, Review, Tags, Watched, Wish
from ...errors import ServiceError, Unavailable, UnexpectedAnswer
from ..base import Handed, Listed, Lists, ListShelf, Reading, Service, Shelf
from ..files import feed
from .convert import noon, year_of
from .export import LABEL, Entry, Export
from .feed import Item, items

if TYPE_CHECKING:
    from . import Letterboxd

WAIT = 900
"""The feed is asked for at most once in so many seconds."""
WINDOW = 50
"""A feed of so many entries may not hold all that was logged since."""
NOT_YET = (
    "what stands on Letterboxd is known in part only: nothing is written for it before you import an export."
    ' Download it at letterboxd.com/settings/data, then run "watchweave import FILE"'
)
MISSED = (
    "its feed may have missed entries, because more was logged than it shows. Download an export at"
    ' letterboxd.com/settings/data and run "watchweave import FILE".'
)


class Cursor(Struct):
    """Where we left off. export: the digest of the one that was read; newest: when the newest entry that was seen was
    logged; said: what each entry of the feed said last, by its number; asked: when; tag, changed: what the site calls
    this state of the feed."""

    export: str = ""
    newest: int = 0
    said: dict[str, list[object]] = {}
    asked: int = 0
    tag: str = ""
    changed: str = ""


class LetterboxdShelf(Shelf[Record]):
    """A shelf that is read with the history."""

    service: Letterboxd
    kinds = frozenset({Kind.MOVIE, Kind.SHOW})
    takes = frozenset({Kind.MOVIE})
    read_by = "history"
    filed = True
    form = Form(clock="day")


class History(LetterboxdShelf):
    """The diary: a day for each viewing. Its reading brings everything that feed and export tell, but the watchlist."""

    record = Play
    read_by = ""
    form = Form(clock="day", again="same", undated=False, renames=True)
    carried = True

    async def read(self, cursor: str | None) -> Reading[Record]:
        """An export that was not read yet tells all as of its making; the feed tells what was logged last."""
        before = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
        handed = self.service.desk.files.newest(LABEL)
        reading: Reading[Record] = Reading([], complete=False, cursor=cursor)
        fresh = handed if handed and handed.digest != before.export else None
        if handed is None:
            reading.partial = NOT_YET
        if fresh is None and 0 <= int(self.http.clock.now()) - before.asked < WAIT:  # a clock may have been put back
            return reading
        reading.records = self._all(reading, fresh, before)
        return reading

    async def _all(self, reading: Reading[Record], fresh: Handed | None, before: Cursor) -> AsyncIterator[list[Record]]:
        """What the feed knows of films is known before the export, which has no ids, is read. That is read whatever ails the
        feed, which is then asked again by the next sync, and tells it."""
        now, films = Cursor(before.export, before.newest, asked=int(self.http.clock.now())), self.service.films
        (told,) = await asyncio.gather(self._feed(before, now), return_exceptions=fresh is not None)
        if isinstance(told, BaseException):
            if not isinstance(told, ServiceError):
                raise told
            told, now.asked = None, 0
        for item in told or ():
            films.of_feed(item.title, item.year, item.slug, item.tmdb, series=item.series)
        if fresh:
            export = Export(self.service.title, fresh.path, self.service.desk.zone, films, self.service.lists)
            for page in export.read():
                yield page
            reading.made, reading.complete = fresh.made, not export.faults
            reading.beyond = (*export.gone, *films.beyond())
            reading.lacks = frozenset(export.lacks)
            now.export, now.newest = fresh.digest, max(fresh.made, before.newest)
            before = Cursor(newest=fresh.made)
        if told is not None:
            yield list(self._news(told, before))
            if self._hole(told, now):
                reading.missed = MISSED
            now.newest = max([now.newest, *(item.logged for item in told)])
            now.said = {item.number: item.said for item in told}
        films.keep()
        reading.cursor = msgspec.json.encode(now).decode()

    async def probe(self) -> None:
        """Raises ServiceError where the feed cannot be read."""
        await self._feed(Cursor(), Cursor())

    async def _feed(self, before: Cursor, now: Cursor) -> list[Item] | None:
        """The entries of the feed; None where nothing has happened since."""
        known = {"If-None-Match": before.tag, "If-Modified-Since": before.changed}
        answer = await self.http.get(
            f"/{self.service.named()}/rss/",
            bytes,
            host="site_url",
            headers={"Accept": "application/rss+xml, application/xml", **{k: v for k, v in known.items() if v}},
            accept=(304, 403, 404),
        )
        now.tag, now.changed, now.said = before.tag, before.changed, before.said
        if answer.status == 304:
            return None
        if answer.status == 404:
            what = f"the feed of {self.service.username} cannot be read"
            raise UnexpectedAnswer(self.service.title, f"{what}: is the name right, and the profile public?")
        if answer.status == 403:
            raise Unavailable(self.service.title, "the site does not let us in now (403); the next sync tries again.")
        now.tag, now.changed = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
        return list(items(feed(self.service.title, answer.value, "the feed")))

    def _hole(self, told: Sequence[Item], now: Cursor) -> bool:
        """May something have been logged that is seen neither here nor was seen before? An export that shows what is the
        oldest here was made after it, though that is not seen by its time, and so shows all that was logged before."""
        if now.newest <= 0 or len(told) < WINDOW or min(item.logged for item in told) <= now.newest:
            return False
        here = Counter((item.title, year_of(item.year), item.day) for item in told)
        dated = [item for item in told if item.day]
        oldest = min(dated, key=lambda item: item.logged, default=told[-1])
        entry = (oldest.title, year_of(oldest.year), oldest.day)
        return not 0 < here[entry] <= self._shown(now.export)[entry]

    def _shown(self, digest: str) -> Counter[Entry]:
        """The viewings that the export shows which was taken in last, by this sync or an earlier one."""
        handed = self.service.desk.files.newest(LABEL)
        if handed is None or handed.digest != digest:
            return Counter()
        export = Export(self.service.title, handed.path, self.service.desk.zone, self.service.films, ())
        for _ in export.read():
            pass
        return export.entries

    def _news(self, told: Sequence[Item], before: Cursor) -> Iterator[Record]:
        """All that these say, as far as it is new: what an old entry says of its film may have changed since. Of a film
        of which something is new all viewings are told, so that they can be told apart."""
        zone = self.service.desk.zone
        fresh = {item.title for item in told if before.said.get(item.number) != item.said}
        for item in (item for item in told if item.title in fresh):
            film = self.service.films.media(
                item.title,
                year_of(item.year),
                "",
                item.slug,
                item.tmdb,
                series=item.series,
            )
            if (at := noon(item.day, zone)) is not None:
                yield Play(film, at, f"feed:{item.number}", "day")
            said = before.said.get(item.number)
            if said == item.said or (said is None and item.logged <= before.newest):
                continue  # the latter are here again because newer ones went
            logged = item.logged if said is None else None
            yield Watched(film, logged)
            if item.value is not None and (said is None or said[1] != item.value):
                yield Rating(film, logged, item.value)
            if item.liked and (said is None or said[2] != item.liked):
                yield Like(film, logged)
            if item.review and (said is None or said[3] != item.review):
                yield Review(film, logged, item.review, item.spoiler)


class Marks(LetterboxdShelf):
    """What was watched, whenever that was."""

    record = Watched
    carried = True


class Ratings(LetterboxdShelf):
    """Half a star to five."""

    record = Rating
    form = Form(steps=10, clock="day")
    carried = True
    marks = True


class Likes(LetterboxdShelf):
    """Hearts. Nothing but the website gives one."""

    record = Like
    public = True


class Reviews(LetterboxdShelf):
    """Of each film the newest. The importer takes a review only with a viewing, and nobody knows with which."""

    record = Review
    public = True


class TagList(LetterboxdShelf):
    """Of each film all tags of its entries."""

    record = Tags
    public = True


class Watchlist(LetterboxdShelf):
    """Only an export tells of it."""

    record = Wish
    read_by = ""
    carried = True

    async def stamp(self) -> str | None:
        handed = self.service.desk.files.newest(LABEL)
        return handed.digest if handed else None

    async def read(self, cursor: str | None) -> Reading[Record]:
        handed = self.service.desk.files.newest(LABEL)
        if handed is None:
            return Reading([], complete=False, partial=NOT_YET)
        export = Export(self.service.title, handed.path, self.service.desk.zone, self.service.films)
        wishes = export.wishes()
        self.service.films.keep()
        beyond = self.service.films.beyond()
        return Reading(wishes, complete=not export.faults, cursor=handed.digest, made=handed.made, beyond=beyond)


class FiledList(ListShelf):
    """One list. An export tells what stands on it; the feed does not."""

    service: Letterboxd
    kinds = frozenset({Kind.MOVIE, Kind.SHOW})
    read_by = "history"
    form = Form(clock="day", times=False)
    filed = True
    public = True

    def __init__(self, service: Service, listed: Listed) -> None:
        super().__init__(service, listed)
        self.service.lists.add(self.own)


class FiledLists(Lists):
    """The lists of the newest export. They are read where the person names them: their films have no ids, and each that she
    has not watched would be looked up."""

    service: Letterboxd
    each = FiledList
    asked = True
    filed = True
    public = True

    async def stamp(self) -> str | None:
        handed = self.service.desk.files.newest(LABEL)
        return handed.digest if handed else None

    async def all(self) -> Sequence[Listed] | None:
        handed = self.service.desk.files.newest(LABEL)
        if handed is None:
            return None
        return Export(self.service.title, handed.path, self.service.desk.zone, self.service.films).lists()
