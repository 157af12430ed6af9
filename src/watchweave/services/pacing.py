"""How fast we may go with a service, and how long we wait for it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import inf
from typing import Any

import msgspec
from msgspec import Struct

LONGEST = 86_400.0
"""No service is left alone for longer than a day on its own word: nobody would ever ask whether it has changed its mind."""
MARGIN = 1.0
"""Seconds that we wait beyond what a service asked for."""

USUAL = 0.5
"""Seconds between requests that count as the usual rate where a budget names none."""

SLOWEST = 8
"""After "too many", again and again, requests are at most so many times rarer than usual."""

CLOSER = 0.97
"""What each good answer leaves of the distance: after about 23 of them the rate has doubled."""


class Budget(Struct, frozen=True):
    """At most `per` requests in any `seconds` (0: no such limit), and `at_once` of them side by side."""

    at_once: int
    per: int = 0
    seconds: float = 0.0


class Limits(Struct, frozen=True):
    """How a service wants to be treated. `patience`: seconds that one run waits for it, when it says "too many".

    `timeout`: seconds without a byte after which a request has failed. `explain`: what a status means at this service.
    """

    reads: Budget = Budget(at_once=4)
    writes: Budget = Budget(at_once=1)
    timeout: float = 60.0
    patience: float = 300.0
    explain: Mapping[int, str] = {}


class Clock:
    """The time, and waiting; tests bring their own."""

    def now(self) -> float:
        return time.time()

    def steady(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Gate:
    """Lets requests through one budget. A token comes back `seconds` after the request that used it has ended, so that
    even a service that counts strictly, and whenever it likes during the request, never counts too many.

    A service that still finds us too fast is asked at half the rate: from then on requests keep a distance, which
    doubles with each "too many" and shrinks with each good answer, until the budget alone counts again."""

    def __init__(self, budget: Budget, clock: Clock) -> None:
        self._budget = budget
        self._clock = clock
        self._usual = budget.seconds / budget.per if budget.per else USUAL
        self._distance = 0.0
        self._next = self._slowed = -inf
        self._slots = asyncio.Semaphore(min(budget.at_once, budget.per or budget.at_once))
        self._tokens = deque([0.0] * budget.per)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        async with self._slots:
            if not self._budget.per:
                yield
                return
            ready = self._tokens.popleft()
            try:
                if (wait := ready - self._clock.steady()) > 0:
                    await self._clock.sleep(wait)
                yield
            finally:
                self._tokens.append(self._clock.steady() + self._budget.seconds)

    @property
    def wait(self) -> float:
        """Seconds until another request may begin, as far as the distance goes."""
        return max(self._next - self._clock.steady(), 0.0)

    def begin(self) -> float:
        """A request begins now; the answer is for `slow`."""
        now = self._clock.steady()
        self._next = now + self._distance
        return now

    def slow(self, began: float) -> None:
        """A request that began then was one too many. Those that were under way together slow us once."""
        if began > self._slowed:
            self._slowed = self._clock.steady()
            self._distance = min(2 * (self._distance or self._usual), SLOWEST * self._usual)
            self._next = self._slowed + self._distance

    def quicken(self) -> None:
        """A good answer came."""
        self._distance *= CLOSER
        if self._distance <= self._usual:
            self._distance = 0.0


def wait_named(headers: Mapping[str, str], now: float) -> float:
    """Seconds that a 429 asks for. Times of day are measured by the service's own clock where it states it."""
    now = moment(headers.get("Date", "")) or now
    after = headers.get("Retry-After", "")
    wait = float(after) if after.isdigit() else (moment(after) or now) - now
    try:
        until = msgspec.json.decode(headers.get("X-Ratelimit", "{}"), type=dict[str, Any]).get("until")
        wait = max(wait, datetime.fromisoformat(str(until)).astimezone(UTC).timestamp() - now)
    except (msgspec.DecodeError, ValueError):
        pass
    return min(wait, LONGEST) if wait > 0 else 1.0


def spoken(seconds: float) -> str:
    """A time to wait, as people say it."""
    for size, name in ((3600, "hour"), (60, "minute")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.0f} {name}s"
    return f"{seconds:.0f} second{'' if round(seconds) == 1 else 's'}"


def moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
