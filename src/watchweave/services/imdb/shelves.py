"""The shelves that are read from exported files; what is owed to them is carried by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.media import Kind
from ...core.records import Form, Rating, Record, Watched, Wish
from ..base import Handed, Reading, Shelf
from .export import CHECK_INS, RATINGS, WATCHLIST, Export

if TYPE_CHECKING:
    from . import Imdb

TITLES = frozenset({Kind.MOVIE, Kind.SHOW, Kind.EPISODE})
"""There are no seasons at IMDb."""
NOT_YET = (
    "nothing that IMDb exports was handed in yet. Export your ratings and your watchlist there, fetch the files at"
    ' www.imdb.com/exports, then run "watchweave import FILE"'
)


class FiledShelf(Shelf[Record]):
    """All that the newest file of one sort says. Files know days."""

    service: Imdb
    kinds = TITLES
    form = Form(clock="day")
    filed = True

    async def stamp(self) -> str | None:
        handed = self.service.newest.file(self.label)
        return handed.digest if handed else None

    async def read(self, cursor: str | None) -> Reading[Record]:
        return reading_of(self.service, self.service.newest.file(self.label))


class Ratings(FiledShelf):
    """Whole numbers 1 to 10."""

    record = Rating
    label = RATINGS
    carried = True


class Watchlist(FiledShelf):
    record = Wish
    label = WATCHLIST
    carried = True


class CheckIns(FiledShelf):
    """What was checked in was watched. Nobody says that a check-in is every viewing, so there is no history."""

    record = Watched
    kinds = frozenset({Kind.MOVIE, Kind.EPISODE})
    label = CHECK_INS


def reading_of(service: Imdb, handed: Handed | None) -> Reading[Any]:
    """All that this file says."""
    if handed is None:
        return Reading([], complete=False, partial=NOT_YET)
    export = Export(service.title, handed.path, service.desk.zone)
    records = export.records(handed.label)
    return Reading(records, complete=export.whole, cursor=handed.digest, made=handed.made, beyond=tuple(export.beyond))
