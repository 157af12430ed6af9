"""The shelves of the media server: what is read and written where."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from ...core.media import Kind, Media
from ...core.records import Copy, Form, Play, Rating, Record, Watched
from ...errors import Incomplete, Unavailable
from ..base import Reading, Refusal, Shelf
from .convert import KINDS, Row, rating, stars
from .guids import parse
from .library import Library
from .reading import news, passed, resumed, whole
from .writing import ABSENT, copies, everywhere, side_by_side

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
        rest = [record for record in records if not any(record is other for other in strange)]
        return rest, [Refusal(record, REBUILT) for record in strange]

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
        await self.library.ready()
        present = await self.library.details(sorted({key for record in records for key in copies(record.media)}))
        refused: list[Refusal[Watched]] = []
        sound: list[tuple[Watched, list[Row]]] = []
        unmarked: dict[str, Row] = {}
        for record in records:
            rows = [present[key] for key in copies(record.media) if key in present]
            same = [row for row in rows if is_still(row, record.media)]
            unmarked |= {row.key: row for row in same if row.view_count == 0}
            if same:
                sound.append((record, same))
            else:
                refused.append(Refusal(record, REBUILT if rows else ABSENT))
        failed = await self._scrobble(unmarked)
        marked = {
            copy: record for record, rows in sound for row in rows if (copy := row.key) in unmarked.keys() - failed
        }
        await self._look(marked, lambda row, _: row.view_count > 0)
        for record, rows in sound:
            whys = [failed.get(row.key, "") for row in rows]
            refused += [Refusal(record, whys[0])] if all(whys) else []
        return refused

    async def remove(self, records: Sequence[Watched]) -> Sequence[Refusal[Watched]]:
        records, rebuilt = await self._same(records)
        refused = await everywhere(
            self.service.title,
            records,
            lambda record, key: self.library.act("unscrobble", key, again=True),
            lambda written: self._look(written, lambda row, _: row.view_count == 0),
        )
        return refused + rebuilt

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


def is_still(row: Row, media: Media) -> bool:
    """Is this item what we take it for? A rebuilt server gives its keys to other titles (section 4.5)."""
    name = parse(row.guid, media.kind)
    known = media.ids.get("plex")
    return KINDS.get(row.type) is media.kind and (not known or not name or name.space != "plex" or name.value == known)
