"""The history of Trakt: every watching is an entry of its own, and nothing is ever de-duplicated there (fact 7)."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from typing import Any

from ...core.media import Kind, Media
from ...core.records import DAY, MINUTE, Form, Play
from ..base import Reading, Refusal
from ..http import Nothing
from .convert import Entry, Plays, Row, Times, entry, moment, watched_movies, watched_shows, written
from .parcel import place
from .shelves import SETTLE, Paged, TraktShelf

FEW_PAGES = 3
"""A history of so many pages is read as it is; the maps would cost as much."""

FEW = 50
"""At most so many things that nobody knows yet are looked up one by one, and no more than there are pages to read."""

FEW_ITEMS = 10
"""Entries of so many items are looked for item by item."""

SIDE_BY_SIDE = 4

ONLY_ONCE = "This account keeps one play per film and episode, and has one already."


class History(TraktShelf[Play]):
    record = Play
    kinds = frozenset({Kind.MOVIE, Kind.EPISODE})
    form = Form(clock="minute", again="another", settle=SETTLE, batch=100)
    path = "/sync/history"
    leaves = ("movies.watched_at", "episodes.watched_at")

    # Reading

    async def read(self, cursor: str | None) -> Reading[Play]:
        """News is what stands among the newest. A play added with an old date, and a removal, show only in the count:
        the filter by time is one by `watched_at` (4.1), so it would hide them and the count as well."""
        reading: Reading[Play] = Reading([], complete=cursor is None, cursor=cursor or "0")
        reading.records = self._all(reading) if cursor is None else self._news(reading, int(cursor) - DAY)
        return reading

    async def _news(self, reading: Reading[Play], since: int) -> AsyncIterator[list[Play]]:
        plays, pages = self._plays(reading), self.pages(ahead=1)
        async for rows in pages:
            reading.count = pages.count
            yield plays.of_rows(rows)
            self._move(reading, plays)
            if rows and (moment(rows[-1].watched_at) or 0) < since:
                return

    async def _all(self, reading: Reading[Play]) -> AsyncIterator[list[Play]]:
        """Page after page; or, where nearly everything is known already, by the compact maps (5)."""
        plays, pages = self._plays(reading), self.pages()
        async with aclosing(aiter(pages)) as following:
            async for rows in following:
                found = plays.of_rows(rows)
                if reading.count is None and self._worth_mapping(plays, pages.count or 0):
                    times = await self._times(plays, pages.count)
                    if times is not None:
                        reading.count = pages.count
                        for portion in _portions(times):
                            yield [play for media, each in portion for play in plays.of_item(media, each)]
                        self._move(reading, plays)
                        return
                plays.named.clear()  # of a long history only one page is held at a time
                reading.count = pages.count
                yield found
                self._move(reading, plays)

    def _plays(self, reading: Reading[Play]) -> Plays:
        plays = Plays()
        plays.newest = int(reading.cursor or 0)
        return plays

    def _move(self, reading: Reading[Play], plays: Plays) -> None:
        """The newest time seen; one in the future would hide what is to come. A row without its film may be a play that
        we know, so that nothing is proven to be gone."""
        reading.cursor = str(min(plays.newest, int(self.http.clock.now())))
        if plays.nameless:
            reading.partial = f"{plays.nameless} rows do not say what was played"

    def _worth_mapping(self, plays: Plays, count: int) -> bool:
        """Is the history long, and most of its newest page known?"""
        unknown = self.service.known.unknown(plays.named)
        return count > FEW_PAGES * Paged().limit and len(unknown) * 2 < len(plays.named)

    async def _times(self, plays: Plays, count: int | None) -> Times | None:
        """Everything watched with all its times; None if the maps do not say what the history says, or too much is new."""
        movies = await self._map("/users/me/watched/movies", 10_000, {})
        shows = await self._map("/users/me/watched/shows", 1_000, {"specials": "true", "season_numbers": "true"})
        films, episodes = watched_movies(movies), watched_shows(shows)
        if films is None or episodes is None:
            return None
        times = films + episodes
        if sum(len(each) for _, each in times) != count:
            return None
        unknown = self.service.known.unknown(media.key for media, _ in times) - plays.named.keys()
        if len(unknown) > min(FEW, (count or 0) // Paged().limit + 1):
            return None
        named = {**plays.named, **await self._look_up(unknown)}
        return [(named.get(media.key, media), each) for media, each in times]

    async def _map(self, path: str, limit: int, params: dict[str, str | int]) -> dict[str, Any]:
        """All pages of one compact map as one."""
        asked = {"extended": "min", **params}
        pages = self.http.pages(
            path,
            dict[str, Any],
            Paged(limit, announces=False),
            lambda found: list(found.items()),
            key=lambda row: row[0],
            params=asked,
        )
        return {key: value async for rows in pages for key, value in rows}

    async def _look_up(self, keys: Iterable[str]) -> dict[str, Media]:
        """What these are, with all their ids, from one history row of each."""
        plays, gate = Plays(), asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(key: str) -> None:
            async with gate:
                asked = entry(f"{key}@0").path
                plays.of_rows(
                    (await self.http.get(asked, list[Row], params={"page": 1, "limit": 1}, accept=(404,))).value or []
                )

        await asyncio.gather(*(one(key) for key in keys))
        return plays.named

    # Writing

    async def add(self, records: Sequence[Play]) -> Sequence[Refusal[Play]]:
        """One request, never repeated by itself: the same play sent twice is two plays (fact 7)."""
        refused: list[Refusal[Play]] = []
        if (await self.service.account()).only_once:
            records, refused = await self._once_each(records)
        return refused + await self.put(records, _values, again=False)

    async def _once_each(self, records: Sequence[Play]) -> tuple[list[Play], list[Refusal[Play]]]:
        """Of each film and episode at most one play, and none of what was watched before (4.5)."""
        first: dict[str, Play] = {}
        for play in sorted(records, key=lambda play: (play.at is None, play.at)):
            first.setdefault(play.media.key or str(place(play.media)), play)
        there = await self._look_up(play.media.key for play in first.values() if play.media.key)
        taken = [play for play in first.values() if play.media.key not in there]
        return taken, [Refusal(play, ONLY_ONCE) for play in records if play not in taken]

    async def remove(self, records: Sequence[Play]) -> Sequence[Refusal[Play]]:
        """By the ids of entries alone: anything else would take all plays of an item (4.3). What is not there is done."""
        wanted = Counter(entry(play.key) for play in records)
        found = await self._entries(wanted)
        ids = [number for name, count in wanted.items() for number in sorted(found[name])[-count:]]
        if ids:
            self.service.forget_activities()
            await self.http.send("POST", f"{self.path}/remove", Nothing, body={"ids": ids}, again=True)
        return []

    async def _entries(self, wanted: Iterable[Entry]) -> dict[Entry, list[int]]:
        """The ids of these entries: item by item, or from the whole span of time where that takes fewer pages."""
        found: dict[Entry, list[int]] = {name: [] for name in wanted}
        moments: dict[str, list[int]] = defaultdict(list)
        for name in found:
            moments[name.path].append(name.at)
        if len(moments) > FEW_ITEMS:
            span = [name.at for name in found]
            answer = await self.http.get(self.path, list[Row], params={"page": 1, "limit": 1, **_window(span)})
            count = Paged().told(answer).count
            if count is not None and count < Paged().limit * (len(moments) - 1):
                moments = {self.path: span}
        gate = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(path: str, around: list[int]) -> None:
            async with gate:
                async for rows in self.pages(path, params=_window(around)):
                    for row in rows:
                        number = str((row.thing.ids or {}).get("trakt"))
                        name = Entry(row.kind, number, (moment(row.watched_at) or 0) // MINUTE * MINUTE)
                        if name in found:
                            found[name].append(row.id)

        await asyncio.gather(*(one(path, around) for path, around in moments.items()))
        return found


def _values(play: Play) -> dict[str, str]:
    return {"watched_at": "unknown" if play.at is None else written(play.at)}


def _window(moments: Sequence[int]) -> dict[str, str | int]:
    """A day around these moments: how exactly the filter looks is not known (4.1). The unknown date is no moment."""
    if 0 in moments:
        return {}
    return {"start_at": written(min(moments) - DAY), "end_at": written(max(moments) + DAY)}


def _portions(times: Times, size: int = 1000) -> Iterable[Times]:
    return (times[start : start + size] for start in range(0, len(times), size))
