"""The metadata sources of one run: asked within their budgets, each question once; one that fails ends nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeVar

from ..core.records import DAY
from ..errors import Incomplete, ServiceError, StorageError, UnexpectedAnswer
from ..metadata.base import Source
from ..storage.lookups import Lookups
from ..storage.store import Store

log = logging.getLogger("watchweave")
T = TypeVar("T")

MOST_NONSENSE = 3
"""After so many answers in a row that cannot be used, a source is not asked any more in this run."""


class Asking:
    """asks: may they be asked what costs a request? Sources stand in the order in which they are to be asked."""

    def __init__(
        self, store: Store, sources: Sequence[Source], when: tuple[Callable[[], int], asyncio.Event], *, asks: bool
    ) -> None:
        self.store = store
        self.sources = sources
        self.clock, self.stop = when
        self.asks = asks
        self.lookups = Lookups(store.db)
        self.failed: dict[str, str] = {}
        """What is wrong with whom, in words."""
        self.withheld: set[Hashable] = set()
        """Questions that would have cost a request."""
        self.asked: Counter[str] = Counter()
        """Questions of this run that cost requests, by source."""
        self._heard: dict[Hashable, asyncio.Future[Any]] = {}
        self._nonsense: Counter[str] = Counter()
        self.left = False
        """Was there anything that nobody could be asked now?"""

    async def once(self, source: Source, question: Hashable, ask: Callable[[], Awaitable[T]], nothing: T) -> T | None:
        """The answer to this question, which is asked once a run; None if the source cannot be asked now. `nothing`
        where the answer is no use: it would be none the next time either, so others are not to wait behind it."""
        name = (source.name, question)
        if name not in self._heard:
            self._heard[name] = asyncio.ensure_future(self._ask(source, ask, nothing))
        answer: T | None = await self._heard[name]
        self.left = self.left or answer is None
        if answer is None and not (self.asks or source.free):
            self.withheld.add(question)
        return answer

    async def _ask(self, source: Source, ask: Callable[[], Awaitable[T]], nothing: T) -> T | None:
        if source.name in self.failed or self.stop.is_set() or not (source.free or self._spend(source)):
            return None
        try:
            answer = await ask()
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

    def _spend(self, source: Source) -> bool:
        """May this source be sent one more request? Then it counts."""
        if not self.asks:
            return False
        with self.store.transaction():
            allowed = self.lookups.spend(source.name, self.clock() // DAY, source.budget)
        self.asked[source.name] += allowed
        return allowed
