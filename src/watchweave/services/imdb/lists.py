"""The lists of which files were handed in: one for each name; they are only read, for IMDb has no import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...core.records import Form, Member
from ..base import Listed, Lists, ListShelf, Reading
from .export import name_of
from .shelves import TITLES, reading_of

if TYPE_CHECKING:
    from . import Imdb


class FiledList(ListShelf):
    """All that the newest file of one list says. Files know days."""

    service: Imdb
    kinds = TITLES
    form = Form(clock="day")
    filed = True
    public = True

    async def read(self, cursor: str | None) -> Reading[Member]:
        return reading_of(self.service, self.service.newest.lists().get(self.own))


class FiledLists(Lists):
    """A list for each name that the person gave to files; files do not say themselves of which list they are."""

    service: Imdb
    each = FiledList
    filed = True
    public = True

    async def all(self) -> Sequence[Listed] | None:
        found = self.service.newest.lists()
        return [Listed(own, name_of(handed.label), handed.digest) for own, handed in found.items()] or None
