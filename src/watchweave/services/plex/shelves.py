"""The shelves of the media server: what is read and written where."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from ...core.media import Kind, Media
from ...core.records import Copy, Form, Play, Rating, Record, Watched
from ...errors import Incomplete, Unavailable
from ..base import Reading, Refusal, Shelf
from .convert import KINDS, Row, held, rating, stars
from .guids import parse
from .library import Library
from .reading import news, passed, resumed, whole
from .together import Files
from .writing import ABSENT, NO_OBJECT, copies, everywhere, insides, side_by_side

if TYPE_CHECKING:
    from . import Plex

R = TypeVar("R", bound=Record)

ALL = frozenset({Kind.MOVIE, Kind.SHOW, Kind.SEASON, Kind.EPISODE})
VIDEO = frozenset({Kind.MOVIE, Kind.EPISODE})
REBUILT = "the library was rebuilt: another title has its key now"
MANY = 4
"""From so many episodes of a season on it is worth a request to learn whether they are all of it."""
MINUTE = 60


class OnServer(Shelf[R]):
    """A shelf of the media server."""

    @property
    def library(self) -> Library:
        return cast("Plex", self.service).library

    async def _same(self, records: Sequence[R]) -> tuple[list[R], list[Refusal[R]]]:
        """Those that still stand under their keys; refused are those whose keys name something else by now."""
        await self.library.ready()
        present = await self.library.details(sorted({key for record in records for key in copies(record.media)}))
        strange = [
            record
            for record in records
            if any(key in present and not is_still(present[key], record.media) for key in copies(record.media))
        ]
        bare = [record for record in records if insides(record.media) and not copies(record.media)]
        left = {id(record) for record in (*strange, *bare)}
        refused = [Refusal(record, REBUILT) for record in strange] + [Refusal(record, NO_OBJECT) for record in bare]
        return [record for record in records if id(record) not in left], refused

    async def _look(self, written: Mapping[str, R], kept: Callable[[Row, R], bool]) -> None:
        """Look at what Plex says it has done: its answer is the same whether it has or not, and the time that it put on
        it tells the next reading how much of the news is our own."""
        rows = await self.library.details(sorted(written))
        now = int(self.http.clock.now())
        times = [at for row in rows.values() for at in (row.last_viewed_at, row.last_rated_at) if at and at <= now]
        self.library.written = max([self.library.written or 0, *times])
        lost = [key for key, row in rows.items() if not kept(row, written[key])]
        if lost:
            raise Unavailable(
                self.http.title, f"{len(lost)} of {len(written)} changes do not show, though it took them."
            )


class History(OnServer[Play]):
    """What was played; its reading brings all else that the library shows. Plex cannot be given a play: it knows only
    "now" (reference, 0.2), so what is written is the flag."""

    record = Play
    kinds = VIDEO
    form = Form(clock="now", library=True, settle=30)
    stale = 86_400  # nothing that changes tells of an unwatch, a rating taken back or a deletion (reference, 0.5)

    async def read(self, cursor: str | None) -> Reading[Play]:
        last = resumed(cursor, self.library.service.chosen)
        reading: Reading[Record] = Reading([], complete=last is None)
        pages = news(self.library, reading, last) if last else whole(self.library, reading)
        reading.records = _unbroken(pages)
        return cast("Reading[Play]", reading)

    async def passed(self, cursor: str | None) -> str | None:
        """Behind the times that stand on what we wrote."""
        written = self.library.written
        return None if written is None else passed(cursor, self.library.service.chosen, written)


async def _unbroken(pages: AsyncIterator[Sequence[Record]]) -> AsyncIterator[Sequence[Record]]:
    """These pages; a server that falls silent after the first leaves an incomplete reading, not none."""
    begun = False
    try:
        async for page in pages:
            begun = True
            yield page
    except Unavailable as error:
        if not begun:
            raise
        raise Incomplete(error.service, f"the reading broke off: {error.message}") from None


class WatchedFlags(OnServer[Watched]):
    """Films and episodes marked as watched."""

    record = Watched
    kinds = VIDEO
    form = Form(clock="now", library=True, settle=30)
    read_by = "history"

    async def add(self, records: Sequence[Watched]) -> Sequence[Refusal[Watched]]:
        """Mark every copy that is not yet marked: a second scrobble would count as a second view (section 7)."""
        return await self._set(records, self._scrobble, watched=True)

    async def remove(self, records: Sequence[Watched]) -> Sequence[Refusal[Watched]]:
        return await self._set(records, self._unscrobble, watched=False)

    async def _set(
        self, records: Sequence[Watched], act: Callable[[dict[str, Row]], Awaitable[dict[str, str]]], *, watched: bool
    ) -> list[Refusal[Watched]]:
        """Give every copy of these this state that does not have it, and look at what became of it."""
        await self.library.ready()
        present = await self.library.details(sorted({key for record in records for key in objects(record.media)}))
        barred = await self._barred(records, present, "watched" if not watched else "not watched")
        refused: list[Refusal[Watched]] = []
        sound: list[tuple[Watched, list[Row]]] = []
        for record in records:
            same = [
                present[key] for key in objects(record.media) if key in present and is_in(present[key], record.media)
            ]
            free = [row for row in same if row.key not in barred]
            if free:
                sound.append((record, free))
            else:
                here = any(key in present for key in objects(record.media))
                refused.append(Refusal(record, barred[same[0].key] if same else REBUILT if here else ABSENT))
        wanting = {row.key: row for _, rows in sound for row in rows if (row.view_count > 0) is not watched}
        failed = await act(wanting)
        done = {row.key: record for record, rows in sound for row in rows if row.key in wanting.keys() - failed}
        await self._look(done, lambda row, _: (row.view_count > 0) is watched)
        for record, rows in sound:
            whys = [failed.get(row.key, "") for row in rows]
            refused += [Refusal(record, whys[0])] if all(whys) else []
        return refused

    async def _barred(self, records: Sequence[Watched], present: Mapping[str, Row], how: str) -> dict[str, str]:
        """The objects that stand for episodes which are not meant too, and why that keeps them as they are."""
        files, meant = Files(), defaultdict[str, set[int]](set)
        shared = {key: file for key, row in present.items() if (file := files.there(row))}
        for record in records:
            for key in shared.keys() & copies(record.media):
                meant[key].add(present[key].index or 0)
            for key, _, number in insides(record.media):
                meant[key].add(number)
        left = {key: rest for key, file in shared.items() if (rest := {*file.numbers} - meant[key])}
        seasons = sorted({shared[key].key for key in left})
        for rows in await asyncio.gather(*map(self.library.children, seasons)):
            for row in rows:
                files.there(row)
        why = {}
        for key, rest in left.items():
            file = shared[key]
            if alone := sorted(rest & {present[key].index or 0, *files.lacking(file)}):
                names = ", ".join(f"S{file.season:02d}E{number:02d}" for number in alone)
                why[key] = f"It stands in one file with {names}, which {'is' if len(alone) == 1 else 'are'} {how}"
        return why

    async def _unscrobble(self, marked: dict[str, Row]) -> dict[str, str]:
        """Take the mark off these; answered is why not, for those where it failed."""
        writes = [self.library.act("unscrobble", key, again=True) for key in marked]
        whys = await side_by_side(self.service.title, writes)
        return {key: why for key, why in zip(marked, whys, strict=True) if why}

    async def _scrobble(self, unmarked: dict[str, Row]) -> dict[str, str]:
        """Mark these, whole seasons by one request; answered is why not, for those where it failed."""
        covered = {key: [key] for key in unmarked}
        for season in await self._whole_seasons(unmarked):
            episodes = [key for key, row in unmarked.items() if str(row.parent_rating_key) == season]
            covered[season] = [key for episode in episodes for key in covered.pop(episode)]
        whys = await side_by_side(
            self.service.title, [self.library.act("scrobble", key, again=False) for key in covered]
        )
        return {key: why for keys, why in zip(covered.values(), whys, strict=True) if why for key in keys}

    async def _whole_seasons(self, unmarked: dict[str, Row]) -> list[str]:
        """The keys of the seasons all of whose episodes are among these."""
        episodes = [row for row in unmarked.values() if row.type == "episode"]
        counts = Counter(str(row.parent_rating_key) for row in episodes)
        shows = {str(row.grandparent_rating_key) for row in episodes if counts[str(row.parent_rating_key)] >= MANY}
        seasons = await asyncio.gather(*(self.library.children(show) for show in sorted(shows)))
        return [
            season.key
            for season in (row for rows in seasons for row in rows)
            if counts[season.key] >= MANY and season.leaf_count == counts[season.key]
        ]


class Ratings(OnServer[Rating]):
    """Ratings of films, shows, seasons and episodes, on a scale of 0 to 10 with one decimal."""

    record = Rating
    kinds = ALL
    form = Form(steps=100, library=True, times=True, settle=30)
    read_by = "history"

    async def add(self, records: Sequence[Rating]) -> Sequence[Refusal[Rating]]:
        records, rebuilt = await self._same(records)
        now = int(self.http.clock.now())

        async def rate(record: Rating, key: str) -> str:
            past = record.at is not None and record.at <= now - MINUTE  # a time in the future is refused: absent is now
            when = {"ratedAt": record.at} if past and record.at is not None else {}
            return await self.library.act("rate", key, again=True, rating=stars(record.value), **when)

        def kept(row: Row, record: Rating) -> bool:
            """It shows the value; or, where it rounds, at least that it was rated as late."""
            late = min(now, record.at or now)
            return rating(row.user_rating) == record.value or (row.last_rated_at or 0) >= late

        refused = await everywhere(self.service.title, records, rate, lambda written: self._look(written, kept))
        return refused + rebuilt

    async def remove(self, records: Sequence[Rating]) -> Sequence[Refusal[Rating]]:
        records, rebuilt = await self._same(records)
        refused = await everywhere(
            self.service.title,
            records,
            lambda record, key: self.library.act("rate", key, again=True, rating=-1),
            lambda written: self._look(written, lambda row, _: rating(row.user_rating) is None),
        )
        return refused + rebuilt


class Collection(OnServer[Copy]):
    """What stands in the library; only the disk can change it."""

    record = Copy
    kinds = ALL
    form = Form(library=True)
    asked = True
    read_by = "history"


def objects(media: Media) -> list[str]:
    """The keys of all objects that show it: its copies, and others in whose files it stands."""
    return [*copies(media), *(key for key, _, _ in insides(media))]


def is_in(row: Row, media: Media) -> bool:
    """Does this object show it, as itself or inside its file?"""
    if row.key in copies(media):
        return is_still(row, media)
    numbers = held(row)
    return any(
        row.parent_index == season and number in numbers for key, season, number in insides(media) if key == row.key
    )


def is_still(row: Row, media: Media) -> bool:
    """Is this item what we take it for? A rebuilt server gives its keys to other titles (section 4.5)."""
    name = parse(row.guid, media.kind)
    known = media.ids.get("plex")
    return KINDS.get(row.type) is media.kind and (not known or not name or name.space != "plex" or name.value == known)
