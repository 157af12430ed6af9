"""Where a service is tried: what the author of one brings, and the few verbs that the claims are written with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Any, TypeVar

import httpx2

from ..core.media import Media
from ..core.records import DAY, MINUTE, Copy, Like, Play, Rating, Record, Review, Tags, Watched, Wish, record
from ..services.base import AsyncLock, Desk, Reading, Refusal, Service, Sheet, Shelf
from ..services.http import Clock, Http
from .likeness import once

T = TypeVar("T")

SHELVES: dict[str, type[Record]] = {
    "history": Play,
    "watched": Watched,
    "ratings": Rating,
    "watchlist": Wish,
    "collection": Copy,
    "favourites": Like,
    "reviews": Review,
    "tags": Tags,
}
"""The shelves there can be, and what stands on each."""

HOUR = 3600
START = 1_790_000_000


class Time(Clock):
    """A time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.seconds = float(START)

    def now(self) -> float:
        return self.seconds

    def steady(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Lock(asyncio.Lock):
    """Held by one task at a time."""

    async def __aexit__(self, *_: object) -> None:
        self.release()


class Drawer(dict[str, str]):
    """The secrets of an account, and its pace: never asked to wait."""

    def load(self) -> Mapping[str, str]:
        return dict(self)

    def save(self, values: Mapping[str, str]) -> None:
        self.update(values)

    @cached_property
    def _lock(self) -> Lock:
        return Lock()

    def lock(self) -> AsyncLock:
        return self._lock

    def wait_until(self) -> float:
        return 0.0

    def hold(self, until: float) -> None:
        """Nothing was asked yet."""


class Stranger:
    """Somebody to whom nothing is known."""

    def unknown(self, keys: Iterable[str]) -> set[str]:
        return set(keys)


class Bench:
    """Where a service is tried. Override what is under "What you bring"; every test has a bench of its own."""

    # What you bring

    def service(self) -> Service:
        """The service as one run sees it: a new one at every call, always of the same account, which holds little or
        nothing at first. See `signed_in`."""
        raise NotImplementedError

    def things(self, shelf: str) -> Sequence[Media]:
        """At least three things that the service knows and this shelf does not hold; of every kind of the shelf where
        it can be added to. Named as others name them, and with the service's own key where that is needed to write."""
        raise NotImplementedError

    def unknown(self, shelf: str) -> Media | None:
        """Something that the service does not know, of a kind of this shelf; None where it takes everything."""
        raise NotImplementedError

    def break_off(self, shelf: str) -> None:
        """From now on a reading of this shelf fails; after the first page, where there can be several."""
        raise NotImplementedError

    def put(self, shelf: str, record: Record) -> None:
        """Put this there at the service itself, as its person would; else the adapter adds it."""
        self.add(shelf, record)

    def carry(self, sheet: Sheet) -> None:
        """What a person does with a file that she is to carry there; only where a shelf says `carried`."""
        raise NotImplementedError

    def now(self) -> int:
        """The time at the service, in unix seconds."""
        return int(self.time.now())

    def later(self, seconds: int) -> None:
        """So much time passes at the service."""
        self.time.seconds += seconds

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Service]:
        """The service of one run, closed at its end."""
        service = self.service()
        async with service.http:
            yield service

    # What you can use

    @cached_property
    def time(self) -> Time:
        return Time()

    @cached_property
    def desk(self) -> Desk:
        """What the account has beside the service; the same in every run."""
        return Desk()

    def signed_in(self, kind: type[Service], transport: httpx2.AsyncBaseTransport, **secrets: str) -> Service:
        """This service over this transport, with these secrets; all waiting is done at once."""
        drawer = Drawer(secrets)
        hosts = {"url": kind.base_url, **kind.hosts}
        http = Http(
            kind.title,
            {name: base for name, base in hosts.items() if base},
            kind.signer(drawer),
            drawer,
            transport=transport,
            limits=kind.limits,
            clock=self.time,
        )
        return kind(http, secrets, Stranger(), self.desk)

    def run(self, deed: Callable[[Service], Awaitable[T]]) -> T:
        """What this deed brings, in a run of its own."""

        async def whole_run() -> T:
            async with self.open() as service:
                return await deed(service)

        return asyncio.run(whole_run())

    def shelves(self, verb: str = "read") -> Iterator[tuple[str, Shelf[Any]]]:
        """The shelves that can do this."""

        async def deed(service: Service) -> Mapping[str, Shelf[Any]]:
            return service.shelves

        return ((name, shelf) for name, shelf in self.run(deed).items() if verb == "read" or shelf.can(verb))

    def read(self, shelf: str, cursor: str | None = None) -> tuple[Reading[Any], list[Record]]:
        """What the reading that covers this shelf says, and all its records."""

        async def deed(service: Service) -> tuple[Reading[Any], list[Record]]:
            reader = service.shelves[service.shelves[shelf].read_by or shelf]
            reading = await reader.read(cursor)
            if isinstance(reading.records, AsyncIterator):
                records = [record async for page in reading.records for record in page]
            else:
                records = list(reading.records)
            return reading, once(records) if reader.form.renames else records

        return self.run(deed)

    def held(self, shelf: str) -> list[Record]:
        """All records of this shelf."""
        return [record for record in self.read(shelf)[1] if type(record) is SHELVES[shelf]]

    def add(self, shelf: str, *records: Record) -> list[Refusal[Record]]:
        return self._write(shelf, "add", records)

    def remove(self, shelf: str, *records: Record) -> list[Refusal[Record]]:
        return self._write(shelf, "remove", records)

    def _write(self, shelf: str, verb: str, records: Sequence[Record]) -> list[Refusal[Record]]:
        """Written in batches, and waited for until it can be read."""

        async def deed(service: Service) -> list[Refusal[Record]]:
            one = service.shelves[shelf]
            settle.append(one.form.settle)
            if one.carried and verb == "add":
                return self._carried(service, records)
            refused: list[Refusal[Record]] = []
            for start in range(0, len(records), one.form.batch):
                refused += await getattr(one, verb)(list(records[start : start + one.form.batch]))
            return refused

        settle: list[int] = []
        refused = self.run(deed)
        self.later(settle[0] + MINUTE)
        return refused

    def _carried(self, service: Service, records: Sequence[Record]) -> list[Refusal[Record]]:
        """Every record stands in one file, or is refused."""
        sheets, refused = service.sheets(records)
        placed = [id(record) for sheet in sheets for record in sheet.records] + [id(one.record) for one in refused]
        assert sorted(placed) == sorted(map(id, records)), "a record stands in no file, or in several"
        for sheet in sheets:
            assert sheet.name in service.carry, f"nothing says what is done with a file of the sort {sheet.name!r}"
            self.carry(sheet)
        return list(refused)

    def stamp(self, shelf: str) -> str | None:
        async def deed(service: Service) -> str | None:
            return await service.shelves[service.shelves[shelf].read_by or shelf].stamp()

        return self.run(deed)

    def fill(self) -> None:
        """Something on every shelf."""
        for name, shelf in self.shelves():
            for thing in self.things(name):
                self.put(name, self.made(shelf, thing))
                self.later(MINUTE)
        self.later(HOUR)

    def made(self, shelf: Shelf[Any], media: Media, ago: int = 0, value: int = 70) -> Record:
        """A record as the engine would send it, in the shelf's own form."""
        at = self.now() - ago
        if shelf.form.clock == "day":
            at = at // DAY * DAY + DAY // 2
        if shelf.record is Play:
            return Play(media, shelf.form.cut(at), clock="second")
        said = {
            Rating: shelf.form.fit(value),
            Review: '["It was fine, from the first minute to the last.",false]',
            Tags: "one",
        }
        return record(shelf.record, media, at, said.get(shelf.record))
