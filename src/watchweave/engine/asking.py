"""The metadata sources of one run: asked within their budgets, each question once; one that fails ends nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from msgspec import MsgspecError, Struct, json

from ..core.media import Kind, Media
from ..core.records import DAY
from ..errors import (
    Incomplete,
    RateLimited,
    ServiceError,
    StorageError,
    Unavailable,
    UnexpectedAnswer,
    WatchWeaveError,
)
from ..metadata.base import PATIENCE, Source
from ..storage.told import Told

log = logging.getLogger("watchweave")
T = TypeVar("T")
Question = tuple[str | int | bool | None, ...]

MOST_NONSENSE = 3
"""After so many answers in a row that cannot be used, a source is not asked any more in this run."""
HASTE = 10.0
"""Seconds that a person waits who only wants to know whether a source answers."""
PROBE = (Kind.MOVIE, "imdb", "tt0113277")
"""What every source can be asked."""


class UsedUp(RateLimited):
    """The source was sent as many requests today as it allows."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.title, "its requests of today are used up; it is asked again tomorrow.")


def within_budgets(told: Told, sources: Iterable[Source], clock: Callable[[], int]) -> None:
    """From now on each request to a source with a daily budget is counted before it leaves, be it a second try, and by
    whichever command. One that is too many does not leave: it raises UsedUp.

    So no more leave this database than the budget allows. Who has one key for two of them has one budget for each.
    """
    for source in sources:
        if source.budget is not None:
            source.http.count = partial(_spend, told, source, source.budget, clock)


def _spend(told: Told, source: Source, budget: int, clock: Callable[[], int], count: int) -> None:
    if not told.spend(source.name, clock() // DAY, budget, count):
        raise UsedUp(source)


class Asking:
    """Sources stand in the order in which they are to be asked. keeps: for so many seconds an answer is kept for whoever
    asks next; 0: this run writes down itself what follows from it."""

    def __init__(
        self, told: Told, sources: Sequence[Source], when: tuple[Callable[[], int], asyncio.Event], *, keeps: int = 0
    ) -> None:
        self.told = told
        self.sources = sources
        self.clock, self.stop = when
        self.keeps = keeps
        self.failed: dict[str, str] = {}
        """What is wrong with whom, in words."""
        self.asked: Counter[str] = Counter()
        """Questions of this run that cost requests, by source; how many requests each of them cost is not told."""
        self._heard: dict[Hashable, asyncio.Future[Any]] = {}
        self._nonsense: Counter[str] = Counter()
        self._used_up: set[str] = set()
        self.left = False
        """Was there anything that nobody could be asked now?"""
        within_budgets(told, sources, self.clock)

    async def once(self, source: Source, question: Question, ask: Callable[[], Awaitable[T]], nothing: T) -> T | None:
        """The answer to this question, which is asked once a run; None if the source cannot be asked now. `nothing`
        where the answer is no use: it would be none the next time either, so others are not to wait behind it."""
        name = (source.name, question)
        if name not in self._heard:
            form = type(nothing) if isinstance(nothing, Struct) else list[Media]
            self._heard[name] = asyncio.ensure_future(self._known(source, question, ask, (nothing, form)))
        answer: T | None = await self._heard[name]
        self.left = self.left or answer is None
        return answer

    async def _known(
        self, source: Source, question: Question, ask: Callable[[], Awaitable[T]], default: tuple[T, Any]
    ) -> T | None:
        """What was told and kept before, else what the source says; what is damaged by now was never told."""
        nothing, form = default
        words = json.encode(question).decode()
        told = None if source.free else self.told.answer(source.name, words, self.clock())
        if told is not None and (kept := as_written(told, form)) is not None:
            return kept  # type: ignore[no-any-return]
        answer = await self._ask(source, ask, nothing)
        if self.keeps and answer is not None and not source.free:
            self.told.keep(source.name, words, json.encode(answer), self.clock(), self.clock() + self.keeps)
        return answer

    async def _ask(self, source: Source, ask: Callable[[], Awaitable[T]], nothing: T) -> T | None:
        if source.name in {*self.failed, *self._used_up} or self.stop.is_set():
            return None
        if not source.free:
            self.asked.update([source.name])
        try:
            answer = await within(PATIENCE, source, ask())
        except UsedUp:
            self.asked -= Counter([source.name])
            self._used_up.add(source.name)
            return None
        except (UnexpectedAnswer, Incomplete) as problem:
            self._nonsense[source.name] += 1
            if self._nonsense[source.name] < MOST_NONSENSE:
                log.warning("%s What was asked there is looked up at a later sync.", problem)
                return nothing
            self._fail(source, problem)
            return None
        except (ServiceError, StorageError) as problem:
            self._fail(source, problem)
            return None
        self._nonsense[source.name] = 0
        return answer

    def _fail(self, source: Source, problem: Exception) -> None:
        if source.name not in self.failed:
            self.failed[source.name] = f"{problem} What is not known yet is looked up at a later sync."
            log.warning("%s", self.failed[source.name])


async def within(seconds: float, source: Source, answer: Awaitable[T]) -> T:
    """The answer, if it comes in time."""
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError:
        late = f"it did not answer within {seconds:.0f} seconds, or asked us to wait longer."
        raise Unavailable(source.title, late) from None


async def trouble(source: Source) -> str:
    """Why this source does not answer; nothing if it does."""
    try:
        await within(HASTE, source, source.find(*PROBE))
    except WatchWeaveError as problem:
        return str(problem)
    return ""


def as_written(told: bytes, form: Any) -> Any:
    """The answer in these bytes; None where they are not what is written for one of this form."""
    try:
        answer = json.decode(told, type=form)
    except (MsgspecError, UnicodeDecodeError):
        return None
    return answer if json.encode(answer) == told else None
