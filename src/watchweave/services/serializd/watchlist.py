"""The watchlist of Serializd, which is kept by seasons: a whole show is all of its regular ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any

from ...core.media import Kind
from ...core.records import DAY, Wish
from ..base import Reading, Refusal
from ..http import Nothing
from .catalogue import Show
from .convert import Item, ItemPage, Things, day
from .shelves import SerializdShelf
from .writing import REFUSED, UNKNOWN, Target

PAGE = "/user/{user}/watchlistpage_v2/{page}?sort_by=date_added_desc"

ONLY_SEASON = "It is the only season of its show at Serializd, and a wish for it would be one for the whole show."
NO_SEASONS = "Serializd knows no season of this show that could be wished for."


class Watchlist(SerializdShelf[Wish]):
    """What the person wants to see: shows, and single seasons."""

    record = Wish
    kinds = frozenset({Kind.SHOW, Kind.SEASON})
    stale = DAY  # what the profile counts is shows: another season of one does not show

    async def stamp(self) -> str:
        return str((await self.service.counts()).show_watchlist_count)

    async def read(self, cursor: str | None) -> Reading[Wish]:
        """Always all of it."""
        return Reading(self._read())

    async def _read(self) -> AsyncIterator[list[Wish]]:
        async for items in self.service.pages(PAGE, ItemPage, lambda item: item.show_id):
            yield [wish for item in items for wish in await self._wishes(item)]

    async def _wishes(self, item: Item) -> list[Wish]:
        """A show where all its regular seasons that had been shown by then are wished for; else each season."""
        show = await self.service.catalogue.show(item.show_id, item.added)
        wished = {season for season in item.season_ids if season}
        names = {item.show_id: show.name if show else item.show_name or ""}
        numbers = {(item.show_id, part.id): part.number for part in show.parts} if show else {}
        things, found = Things(names, numbers), []
        if show and covers(show, wished, item.added):
            found = [Wish(things.show(item.show_id), item.added or None)]
            wished -= {part.id for part in show.regular}
        return found + [Wish(things.season(item.show_id, season), item.added or None) for season in sorted(wished)]

    async def add(self, records: Sequence[Wish]) -> Sequence[Refusal[Wish]]:
        return await self._put("/watchlist_v2", records, adding=True)

    async def remove(self, records: Sequence[Wish]) -> Sequence[Refusal[Wish]]:
        """What is not known there is not wished for either."""
        await self._put("/watchlist/remove_v2", records, adding=False)
        return []

    async def _put(self, path: str, records: Sequence[Wish], *, adding: bool) -> list[Refusal[Wish]]:
        """One request for each show."""
        aimed, refused = await self.writer.aim(records, self.kinds)
        shows: dict[int, list[tuple[Wish, Target]]] = {}
        for wish, target in aimed:
            shows.setdefault(target.show, []).append((wish, target))
        for number, wishes in shows.items():
            show = await self.service.catalogue.show(number, int(self.http.clock.now()) - DAY)
            seasons = {id(wish): meant(show, target, adding=adding) for wish, target in wishes}
            whys = {name: why for name, why in seasons.items() if isinstance(why, str)}
            ids = sorted({season for found in seasons.values() if not isinstance(found, str) for season in found})
            body = {"show_id": number, "season_ids": ids}
            taken = not ids or await self._tell(path, body)
            refused += [
                Refusal(wish, whys.get(id(wish), UNKNOWN)) for wish, _ in wishes if not taken or id(wish) in whys
            ]
        return refused

    async def _tell(self, path: str, body: Mapping[str, Any]) -> bool:
        return (await self.service.tell(path, body, Nothing, again=True, accept=REFUSED)).status not in REFUSED


def covers(show: Show, wished: Collection[int], added: int) -> bool:
    """Do these seasons stand for the whole show, as far as it had been shown at that moment? Later ones count for nothing,
    or a show would turn into its seasons by going on."""
    shown = {part.id for part in show.regular if part.aired and part.aired <= day(added)}
    return shown <= set(wished) and any(part.id in wished for part in show.regular)


def meant(show: Show | None, target: Target, *, adding: bool) -> list[int] | str:
    """The ids of the seasons that a wish is for; or why there can be none."""
    if show is None:
        return UNKNOWN
    regular = [part.id for part in show.regular]
    if target.season is None:
        return regular or NO_SEASONS
    return ONLY_SEASON if adding and regular == [target.season.id] else [target.season.id]
