"""Which seasons a show has at Serializd; asked once, and remembered from run to run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ...core.records import DAY
from ..base import Whole

if TYPE_CHECKING:
    from . import Serializd

YEARS = 2000
"""Seasons with this number and above do not exist there."""


class SeasonRow(Struct, rename="camel", gc=False):
    """A season in the answer about its show. Its id stands in one of two places; null is none."""

    id: Whole | None = None
    season_id: Whole | None = 0
    season_number: Whole | None = None
    episode_count: Whole | None = None
    name: str | None = None
    air_date: str | None = None


class ShowRow(Struct, rename="camel", gc=False):
    name: str | None = None
    seasons: list[SeasonRow] = []


class Part(Struct, frozen=True, array_like=True, gc=False):
    """A season of a show. id: 0 where it cannot be logged; aired: the day, as text, or nothing."""

    number: int
    id: int = 0
    count: int | None = None
    aired: str = ""
    special: bool = False


class Show(Struct, frozen=True, gc=False):
    """A show as it was told at the moment `asked`, in unix seconds."""

    number: int
    name: str
    asked: int
    parts: tuple[Part, ...]

    def part(self, number: int) -> Part | None:
        """The season of this number."""
        return next((part for part in self.parts if part.number == number), None)

    def by_id(self, season: int) -> Part | None:
        return next((part for part in self.parts if part.id == season), None)

    @property
    def regular(self) -> tuple[Part, ...]:
        """The seasons that stand for the whole show: no specials, and none that cannot be logged."""
        return tuple(part for part in self.parts if part.id and not part.special)


class Catalogue:
    """What shows there are, each as last told."""

    def __init__(self, service: Serializd) -> None:
        self._service = service
        self._shows: dict[int, Show] = {}
        self._unknown: set[int] = set()

    async def show(self, number: int, since: int = 0) -> Show | None:
        """A show as told at that moment or later; None where Serializd does not know it."""
        known = self.noted(number)
        if known and known.asked >= since:
            return known
        if number in self._unknown:
            return None
        now = int(self._service.http.clock.now())
        answer = await self._service.ask(f"/show/{number}", ShowRow, accept=(404,))
        if answer.status == 404:
            self._unknown.add(number)
            return None
        row = answer.value
        show = Show(number, row.name or "", now, tuple(part for season in row.seasons if (part := part_of(season))))
        self._shows[number] = show
        self._service.desk.notes.save(f"show:{number}", msgspec.json.encode(show))
        return show

    def noted(self, number: int) -> Show | None:
        """A show as last told, without asking."""
        if number not in self._shows:
            note = self._service.desk.notes.load(f"show:{number}")
            if not note:
                return None
            self._shows[number] = msgspec.json.decode(note, type=Show)
        return self._shows[number]

    async def find(self, show: int, wanted: Callable[[Show], Part | None]) -> Part | None:
        """The season that is wanted; before there is none, a show that was told more than a day ago is asked for anew."""
        told = await self.show(show)
        if told and not wanted(told):
            told = await self.show(show, int(self._service.http.clock.now()) - DAY)
        return wanted(told) if told else None


def part_of(row: SeasonRow) -> Part | None:
    """A season; None where it has no number. Without an id, and without episodes, it cannot be logged."""
    if row.season_number is None:
        return None
    loggable = row.season_id is not None and row.episode_count != 0
    special = row.season_number == 0 or "special" in (row.name or "").lower()
    number = (row.season_id or row.id or 0) if loggable else 0
    return Part(row.season_number, number, row.episode_count, (row.air_date or "")[:10], special)
