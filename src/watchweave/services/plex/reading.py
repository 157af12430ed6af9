"""Reads a library as a whole, or what is new in it since the last look."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence

from msgspec import MsgspecError, Struct, json

from ...core.media import Kind, Media
from ...core.records import Play, Record
from ...errors import Rejected, UnexpectedAnswer
from ..base import Known, Reading
from .convert import NEAR, Row, Shows, Viewing, also, bare, media, play, state
from .library import DATES, NUMBERS, Library
from .sign_in import GONE
from .together import Files, Links

OVERLAP = 120
"""Seconds that a query reaches back behind the newest value seen, while something may still be on its way."""

VIEWED = (Kind.MOVIE, Kind.EPISODE)
NEWS = {
    1: DATES,
    2: (*DATES, *(f"episode.{name}" for name in DATES)),
    3: ("lastRatedAt", "addedAt"),
    4: DATES,
}
"""The dates that tell of news, by type. The query for shows also tells whether any episode has news (section 5.2)."""


class Mark(Struct):
    """How far a section was read: the newest value in it, when we looked, and the rows that a query with overlap will
    bring again, each with a digest of what it said. `exact`: the newest value is our own, and only later ones count."""

    type: str
    looked: int
    newest: int = 0
    seen: dict[str, int] = {}
    exact: bool = False

    @property
    def since(self) -> int:
        """What a query for news asks for. Once the newest value is old, nothing older can still arrive, and asking for
        later ones alone brings no row twice."""
        return self.newest - OVERLAP if self.looked - self.newest <= OVERLAP and not self.exact else self.newest


class Cursor(Struct):
    """What a reading leaves for the next one. `chosen`: the libraries that the settings named then. `single`: this
    server refuses groups of dates."""

    account: int
    marks: dict[str, Mark]
    chosen: tuple[str, ...] = ()
    single: bool = False


def resumed(text: str | None, chosen: tuple[str, ...]) -> Cursor | None:
    """The cursor, if it still fits: one of other libraries, or of another version, is none."""
    try:
        cursor = json.decode(text or "", type=Cursor)
    except MsgspecError:
        return None
    return cursor if cursor.chosen == chosen else None


def passed(text: str | None, chosen: tuple[str, ...], written: int) -> str | None:
    """The cursor behind everything up to this moment, at which we wrote."""
    cursor = resumed(text, chosen)
    if cursor is None:
        return None
    for mark in cursor.marks.values():
        mark.newest, mark.seen, mark.exact = max(mark.newest, written), {}, True
    return json.encode(cursor).decode()


class Tracker:
    """Makes the mark of a section while its rows pass by."""

    def __init__(self, kind: str, looked: int, newest: int = 0) -> None:
        self.mark = Mark(kind, looked, newest)
        self._near: dict[str, tuple[int, int]] = {}

    def pass_by(self, row: Row) -> None:
        """Times in the future are no measure: a file may be dated years ahead."""
        moment = row.newest
        if moment > self.mark.newest and moment <= self.mark.looked:
            self.mark.newest = moment
            self._near = {key: near for key, near in self._near.items() if near[0] >= self.mark.since}
        if moment >= self.mark.since:
            self._near[row.key] = (moment, row.digest())

    def done(self) -> Mark:
        self.mark.seen = {key: digest for key, (moment, digest) in self._near.items() if moment >= self.mark.since}
        return self.mark


async def whole(library: Library, reading: Reading[Record]) -> AsyncIterator[Sequence[Record]]:
    """Everything, page by page: films, shows, seasons, episodes, each with its state, and then their plays."""
    looked = int(library.http.clock.now())
    await library.service.identity()
    account = await library.account()
    views = Views(library.service.known)
    cursor = Cursor(account, {}, library.service.chosen)
    for section in await library.sections():
        tracker, shows, files = Tracker(section.type, looked), Shows(), Files()
        for number in NUMBERS[section.type]:
            async for rows in library.items(section.key, number):
                page: list[Record] = []
                for row in rows:
                    tracker.pass_by(row)
                    if thing := media(row, shows):
                        page += state(row, thing)
                        views.note(row, thing)
                        files.note(row, thing)
                yield page
        yield files.records()
        views.join(files)
        cursor.marks[section.key] = tracker.done()
    async for viewings in library.history(account):
        yield views.told(viewings)
    yield views.rest()
    reading.cursor = json.encode(cursor).decode()


async def news(library: Library, reading: Reading[Record], cursor: Cursor) -> AsyncIterator[Sequence[Record]]:
    """What has changed since the last look; what was unwatched, unrated or deleted is not among it (section 0.5). Where
    a library is gone, all of it is read instead."""
    await library.ready()
    looked = int(library.http.clock.now())
    try:
        rows = {section: await section_news(library, cursor, section) for section in cursor.marks}
    except UnexpectedAnswer as error:
        if error.status != GONE:
            raise
        reading.complete = True
        async for page in whole(library, reading):
            yield page
        return
    fresh: list[Fresh] = []
    for section, mark in cursor.marks.items():
        cursor.marks[section], found = sift(mark, rows[section], looked)
        fresh += found
    yield [record for one in fresh for record in state(one.row, one.media)]
    views, files = Views(library.service.known), await files_of(library, fresh)
    yield files.records()
    views.join(files)
    for one in fresh:
        views.note(one.row, one.media, viewed=one.viewed is not None)
    horizon = min((one.viewed for one in fresh if one.viewed is not None), default=None)
    if horizon is not None:
        async for viewings in library.history(cursor.account, max(0, horizon - 2 * NEAR)):
            yield views.told(viewings, horizon - NEAR)
    yield views.rest()
    reading.cursor = json.encode(cursor).decode()


class Fresh(Struct):
    """A row that says something new. `viewed`: it may tell of a play since then."""

    row: Row
    media: Media
    viewed: int | None


def sift(mark: Mark, rows: Iterable[Row], looked: int) -> tuple[Mark, list[Fresh]]:
    """How far a section is read now, and those of these rows that were not known."""
    tracker, shows = Tracker(mark.type, looked, mark.newest), Shows()
    fresh = []
    for row in rows:
        tracker.pass_by(row)
        thing = media(row, shows)
        if thing and mark.seen.get(row.key) != row.digest():
            viewed = row.view_count > 0 and thing.kind in VIEWED and (row.last_viewed_at or 0) > mark.since
            fresh.append(Fresh(row, thing, mark.since if viewed else None))
    return tracker.done(), fresh


async def files_of(library: Library, fresh: Iterable[Fresh]) -> Files:
    """The files of several episodes among these. News show no more objects than have news, so a season is asked for
    where some are missing."""
    files = Files()
    for one in fresh:
        files.note(one.row, one.media)
    seasons = files.doubtful()
    for season, episodes in zip(seasons, await asyncio.gather(*map(library.children, seasons)), strict=True):
        for row in episodes:
            files.there(row)
        if not episodes:
            files.forget(season)
    return files


async def section_news(library: Library, cursor: Cursor, section: str) -> list[Row]:
    """The rows of one section that may have news, shows before their parts.

    Episodes are asked for only if the query for shows brings any: the row of a show does not tell whether it is there
    for an episode that was rated, so any row counts, known or not.
    """

    async def changed(number: int) -> list[Row]:
        since = cursor.marks[section].since
        try:
            return await library.changed(section, number, NEWS[number], since, single=cursor.single)
        except Rejected:
            if cursor.single:
                raise
            cursor.single = True
            return await library.changed(section, number, NEWS[number], since, single=True)

    if cursor.marks[section].type == "movie":
        return await changed(1)
    shows = await changed(2)
    seasons = await changed(3)
    return [*shows, *seasons, *(await changed(4) if shows else ())]


class Views:
    """The items of a reading with their last views, until the history tells of these: its rows carry no ids themselves
    (section 6), and marking as watched leaves none there."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._last: dict[Kind, dict[str, int]] = {kind: {} for kind in VIEWED}
        self._links: dict[str, Links] = {}
        self._together: set[str] = set()
        self._times: dict[str, list[int]] = defaultdict(list)
        """When the episodes of such files were viewed, each for itself."""
        self._shared: list[tuple[str, Play]] = []

    def join(self, files: Files) -> None:
        """A viewing of one of these is one of the others in its file."""
        for key, links in files.links():
            self._links[key] = links
            self._together.update((key, *links.others))

    def note(self, row: Row, thing: Media, *, viewed: bool = True) -> None:
        """An item was listed. `viewed`: its last view may be one that the history does not tell of."""
        if thing.kind in VIEWED:
            self._last[thing.kind][row.key] = (row.last_viewed_at or 0) if viewed and row.view_count > 0 else 0

    def told(self, viewings: Sequence[Viewing], since: int = 0) -> list[Play]:
        """What rows of the history tell: of an item by its key where that is known, else by its own words. What is older
        than `since` was told of the others in its file before."""
        films, episodes = (self._last[kind] for kind in VIEWED)
        strange = {key for one in viewings if (key := str(one.rating_key)) not in films and key not in episodes}
        new = self._known.unknown(strange - {""}) | {""}
        found = []
        for viewing in viewings:
            key = str(viewing.rating_key)
            if thing := bare(viewing, known=key not in new):
                found.append(play(thing, viewing))
                self._explain(thing.kind, key, viewing.viewed_at)
                if key in self._together:
                    self._times[key].append(viewing.viewed_at)
                if key in self._links and viewing.viewed_at >= since:
                    self._shared.append((key, found[-1]))
        return found

    def _explain(self, kind: Kind, key: str, at: int) -> None:
        """A last view about then is this very viewing."""
        last = self._last[kind].get(key)
        if last and abs(at - last) <= NEAR:
            self._last[kind][key] = 0

    def rest(self) -> list[Play]:
        """The plays of the others in a file, and the last views that the history did not tell of: most of these are
        marks, and marks are dated when they are made. A mark is of one object alone."""
        found = self._of_others()
        for kind, last in self._last.items():
            for key, at in last.items():
                if at:
                    names = (key, *(self._links[key].inside if key in self._links else ()))
                    found += [Play(Media(kind, keys=(name,)), at, f"view:{name}:{at}", "mark") for name in names]
        return found

    def _of_others(self) -> list[Play]:
        """Plays of the others in the file of what was played, unless Plex has itself told of one about then."""
        found = []
        for key, one in sorted(self._shared, key=lambda pair: (pair[1].at or 0, pair[1].key)):
            at = one.at or 0
            for other in self._links[key].others:
                if all(abs(at - time) > NEAR for time in self._times[other]):
                    self._times[other].append(at)
                    self._explain(Kind.EPISODE, other, at)
                    found.append(also(one, other))
        return found
