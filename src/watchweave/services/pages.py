"""Reading a listing page by page, and proving that it was read completely."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from msgspec import Struct

from ..errors import Incomplete, ServiceError, SignInNeeded, Stopped

if TYPE_CHECKING:
    from .http import Answer

Row = TypeVar("Row")

ROUND = (100, 250)
"""Row counts that smell of a limit nobody told us about."""


class Ask(Struct, frozen=True):
    """What asks for one page."""

    params: Mapping[str, str | int] = {}
    headers: Mapping[str, str] = {}


class Told(Struct, frozen=True):
    """What an answer says about the listing: all its rows, the page size really applied, where this page starts."""

    count: int | None = None
    limit: int | None = None
    start: int | None = None


class Paging(Protocol):
    """How a service pages. `limit`: rows to ask for. `beyond`: its counts can be too small, so that a full last page
    is not believed to be the last. `announces`: it always states a count, so a page without one is not believed."""

    limit: int
    beyond: bool
    announces: bool

    def ask(self, start: int, limit: int) -> Ask:
        """What asks for `limit` rows from row `start` on (a multiple of it)."""

    def told(self, answer: Answer[Any]) -> Told:
        """What this answer says about the listing."""


class Pages(Generic[Row]):
    """The pages of a listing, in order. After the last one it raises `Incomplete` unless these were provably all rows.

    `count` is how many the service announced; it is known from the first page on. Up to `ahead` pages are read before
    they are asked for (1: none, for readers that stop early). `key` names a row, so that a row met twice is noticed.
    """

    def __init__(
        self,
        title: str,
        page: Callable[[Ask], Awaitable[tuple[Sequence[Row], Answer[Any]]]],
        paging: Paging,
        key: Callable[[Row], Hashable] | None,
        ahead: int,
    ) -> None:
        self.count: int | None = None
        self._title = title
        self._page = page
        self._paging = paging
        self._ahead = ahead
        self._key = key
        self._rows = 0
        self._keys: set[Hashable] = set()

    async def __aiter__(self) -> AsyncGenerator[Sequence[Row], None]:
        rows, answer = await self._page(self._paging.ask(0, self._paging.limit))
        told = self._paging.told(answer)
        self.count = told.count
        limit = min(told.limit or self._paging.limit, self._paging.limit)
        if told.limit is None and told.count and 0 < len(rows) < min(limit, told.count):
            limit = len(rows)  # fewer than asked, and not said: that is the page size here
        yield rows
        self._check(rows, told, 0)
        if told.count is None:
            self._judge_untold(len(rows))
        elif len(rows) <= limit:
            async with aclosing(self._others(limit, told.count, len(rows))) as following:
                async for others in following:
                    yield others
        if told.count is not None and self._rows != told.count:
            raise Incomplete(self._title, f"{told.count} rows were announced, {self._rows} came.")

    async def _others(self, limit: int, count: int, last: int) -> AsyncGenerator[Sequence[Row], None]:
        """All pages but the first: those announced, then further ones while full pages arrive."""
        start = limit
        under_way: deque[asyncio.Future[tuple[Sequence[Row], Answer[Any]]]] = deque()
        try:
            while True:
                while len(under_way) < self._ahead and start + len(under_way) * limit < count:
                    under_way.append(self._begin(start + len(under_way) * limit, limit))
                if not under_way:
                    if last < limit or not self._paging.beyond:
                        return
                    under_way.append(self._begin(start, limit))
                rows, answer = await self._midway(under_way[0])
                under_way.popleft()
                yield rows
                self._check(rows, self._paging.told(answer), start)
                start, last = start + limit, len(rows)
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    def _begin(self, start: int, limit: int) -> asyncio.Future[tuple[Sequence[Row], Answer[Any]]]:
        return asyncio.ensure_future(self._page(self._paging.ask(start, limit)))

    async def _midway(self, page: Awaitable[tuple[Sequence[Row], Answer[Any]]]) -> tuple[Sequence[Row], Answer[Any]]:
        """A later page. Its failure leaves what was read so far; the end of a sign-in leaves nothing."""
        try:
            return await page
        except (SignInNeeded, Stopped):
            raise
        except ServiceError as error:
            raise Incomplete(self._title, f"a page failed midway: {error.message}") from None

    def _check(self, rows: Sequence[Row], told: Told, start: int) -> None:
        """What shows at once that the pages do not fit together."""
        self._rows += len(rows)
        if told.count != self.count:
            raise Incomplete(self._title, f"the number of rows moved from {self.count} to {told.count} meanwhile.")
        if told.start is not None and told.start != start:
            raise Incomplete(self._title, f"rows from {start} on were asked for, those from {told.start} on came.")
        if self._key:
            keys = {self._key(row) for row in rows}
            if len(keys) < len(rows) or not self._keys.isdisjoint(keys):
                raise Incomplete(self._title, "a row came twice.")
            self._keys |= keys

    def _judge_untold(self, rows: int) -> None:
        """Nothing is said about paging: a full or a round page may be the first of many; so may any, where it should be."""
        if self._paging.announces and rows <= self._paging.limit:
            raise Incomplete(self._title, f"{rows} rows came without the count that always stands beside them.")
        if rows == self._paging.limit or (rows in ROUND and rows < self._paging.limit):
            raise Incomplete(self._title, f"exactly {rows} rows came, and nothing says that these are all.")
