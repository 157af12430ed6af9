"""The personal lists of Trakt: which there are, and what stands in each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from ...core.media import Kind
from ...core.records import Form, Member
from ...errors import LimitReached, Unavailable, UnexpectedAnswer
from ..base import Listed, Lists, ListShelf, Reading, Refusal
from ..http import Answer, Told
from .convert import Put, Row, Shown, Written, members, names, things
from .shelves import FULL, MISSING, SETTLE, Paged, TraktShelf, allowed, bare

if TYPE_CHECKING:
    from . import Trakt

LISTS = "/users/me/lists"
PERSONAL = "personal"
ASKED_ANEW = "The next sync asks anew which lists there are."
NONE_YET = "-"
"""The stamp of an account whose lists never moved."""


class PagedList(Paged):
    """The pages of a list that may be gone: that is no empty list."""

    def __init__(self, gone: Unavailable) -> None:
        super().__init__()
        self.gone = gone

    def told(self, answer: Answer[Any]) -> Told:
        if answer.status == MISSING:
            raise self.gone
        return super().told(answer)


class PersonalList(ListShelf, TraktShelf[Member]):
    """One list: films, shows, seasons and episodes (10). The people on it and its notes are left as they are."""

    kinds = frozenset({Kind.MOVIE, Kind.SHOW, Kind.SEASON, Kind.EPISODE})
    form = Form(settle=SETTLE)
    public = True
    limit = "list"
    gone = f"This list is not there any more. {ASKED_ANEW}"
    service: Trakt

    def __init__(self, service: Trakt, listed: Listed) -> None:
        super().__init__(service, listed)
        self.path = _items(self.own)
        self._rows: list[Row] = []
        """What was read of it in this run."""

    async def made(self) -> str:
        self.path = _items(await super().made())
        return self.own

    async def read(self, cursor: str | None) -> Reading[Member]:
        """Always all of it, by rank: an order by chance would differ from page to page."""
        return Reading(self._read())

    async def _read(self) -> AsyncIterator[list[Member]]:
        if not self.own:  # not there yet
            return
        gone = f'the list "{self.title}" is not there any more. {ASKED_ANEW}'
        pages = self.http.pages(
            f"{self.path}/movie,show,season,episode",
            list[Row],
            PagedList(Unavailable(self.http.title, gone)),
            lambda rows: rows or [],
            key=lambda row: row.name,
            params={"sort_by": "rank", "sort_how": "asc"},
            accept=(MISSING,),
        )
        async for rows in pages:
            yield members(rows, self.own)
            self._rows += rows

    async def add(self, records: Sequence[Member]) -> Sequence[Refusal[Member]]:
        await self.made()
        return await self.put(records, bare)

    async def remove(self, records: Sequence[Member]) -> Sequence[Refusal[Member]]:
        return await self.take_off(records) if self.own else []

    async def order(self, records: Sequence[Member]) -> str:
        """These first, in this order, and behind them what else stands there. Its items go by numbers of their own, which are
        read just before: a page each, and one request more."""
        self._rows = []
        async for _ in self._read():
            pass
        numbers = {name: row.id for row, one in zip(self._rows, things(self._rows), strict=True) for name in names(one)}
        rank = [next((numbers[name] for name in names(record.media) if name in numbers), 0) for record in records]
        rank = [number for number in rank if number]
        if [row.id for row in self._rows if row.id in rank] == rank:
            return ""
        self.service.forget_activities()
        body = {"rank": rank}
        answer = await self.http.send("POST", f"{self.path}/reorder", Put, body=body, again=True, accept=(MISSING,))
        if answer.status == MISSING:
            return self.gone
        self.told = answer.value.state.stamp if answer.value.state else ""
        return ""

    async def _held(self) -> int:
        """People take up room, too, so that what can be read of it is not asked."""
        return (await self.http.get(f"{LISTS}/{self.own}", Shown)).value.item_count

    def heard(self, answer: Written) -> None:
        """How the list is after our own write, so that this alone is no reason to read it."""
        self.told = answer.state.stamp if answer.state else ""


class PersonalLists(Lists):
    """The lists of the person's own; neither those that she likes, nor smart ones, nor those of others that she may edit."""

    public = True
    asked = True
    each = PersonalList
    service: Trakt

    async def stamp(self) -> str | None:
        """A part of the last activities (3): no request of its own."""
        activities = await self.service.activities()
        if not any(time for part in activities.values() for time in part.values()):  # every account has some
            raise UnexpectedAnswer(self.http.title, "the last activities name no time at all.")
        return activities.get("lists", {}).get("updated_at") or NONE_YET

    async def all(self) -> Sequence[Listed]:
        pages = self.http.pages(LISTS, list[Shown], Paged(), lambda rows: rows, key=lambda row: row.own)
        return [self._listed(row) async for rows in pages for row in rows if (row.type or PERSONAL) == PERSONAL]

    def _listed(self, row: Shown) -> Listed:
        if not row.own:
            raise UnexpectedAnswer(self.http.title, f'the list "{row.name or ""}" has no number.')
        return Listed(row.own, row.name or "", row.stamp)

    async def make(self, title: str) -> str:
        """Not repeated by itself: sent twice it would be two lists of one name (10)."""
        self.service.forget_activities()
        body = {"name": title, "privacy": "private"}
        answer = await self.http.send("POST", LISTS, Shown, body=body, accept=FULL)
        if answer.status in FULL:
            raise await self._full(answer)
        if not answer.value.own:
            raise Unavailable(self.http.title, "the answer does not name the list that was made.")
        return answer.value.own

    async def _full(self, answer: Answer[Shown]) -> LimitReached:
        size = allowed(answer) or await self.service.limit("list", "count")
        why = "this account has as many lists as it may" + (f" ({size})." if size else ".")
        todo = "Delete one there, or name those to keep in step under `lists:` in config.yml."
        return LimitReached(self.http.title, f"{why} {todo}", limit=size or None)


def _items(own: str) -> str:
    """Where the things of a list stand."""
    return f"{LISTS}/{own}/items"
