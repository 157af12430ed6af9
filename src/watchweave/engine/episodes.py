"""Finding out which episode of a show it is, where its place alone does not say so: from the lists of the databases.

A show costs one request for each order and 500 episodes, whatever the number of its episodes that are asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from itertools import groupby
from typing import cast

from msgspec.structs import replace

from ..core.episodes import meant
from ..core.media import Kind, Media
from ..metadata.base import Order, Source
from ..storage.lookups import NOBODY, Lookups, Unknown
from ..storage.store import Store
from .asking import Asking

OF = {"dvd": "tvdb", "absolute": "tvdb"}
"""Whose order it is that these agents number by."""
ENTRIES = ("anidb", "mal", "anilist")
"""Databases with entries and numbers of their own, which lists translate."""


class Episodes:
    """The looking up of episodes in one run."""

    def __init__(self, store: Store, asking: Asking) -> None:
        self.store = store
        self.asking = asking
        self.lookups = Lookups(store.db)

    async def all(self, accounts: Collection[int], tell: Callable[[str], None]) -> None:
        """Find the ids of what cannot be known by its place; what is found is kept show by show."""
        now = self.asking.clock()
        unplaced = self.lookups.unplaced(accounts, now)
        for _, some in groupby(
            unplaced, lambda one: one.media.parent and (one.media.parent.ids, one.media.parent.title)
        ):
            if self.asking.stop.is_set():
                return
            tell("identifying episodes")
            await self._of_show(list(some))
        for asked in self.lookups.homeless(accounts, now):
            if self.asking.stop.is_set():
                return
            tell("identifying episodes")
            await self._house(asked)

    async def _house(self, asked: Unknown) -> None:
        """Find the show of an episode that is known by an id alone."""
        found, teller, nothing = None, NOBODY, cast("Sequence[Media]", ())
        for source in self.asking.sources:
            space = next((one for one in source.finds.get(Kind.EPISODE, ()) if one in asked.media.ids), "")
            if not space or (asked.free and not source.free):
                continue
            question = ("find", int(Kind.EPISODE), space, asked.media.ids[space])
            ask = partial(source.find, Kind.EPISODE, space, asked.media.ids[space])
            said = await self.asking.once(source, question, ask, nothing)
            if said is None and not source.free:
                return
            teller = source.name if said else teller
            if said and len(said) == 1 and said[0].parent is not None and said[0].number is not None:
                found = said[0]
                break
        with self.store.transaction():
            if asked.free and found is None:
                self.lookups.put_off(asked)
                return
            self.lookups.keep(asked, teller, [], self.asking.clock(), found.ids if found else None)
            if found:
                self.lookups.house(asked.number, found, teller)

    async def _of_show(self, some: Sequence[Unknown]) -> None:
        # no free source lists these
        beside = [asked for asked in some if asked.free and asked.media.order not in ENTRIES]
        answers = [(asked, await self._ask(asked.media)) for asked in some if asked not in beside]
        with self.store.transaction():
            for asked in beside:
                self.lookups.put_off(asked)
            for asked, answer in answers:
                if answer is None:
                    continue
                teller, found = answer
                ids = found.ids if found else None
                self.lookups.keep(asked, teller, [], self.asking.clock(), ids)
                if ids:
                    self.lookups.learn(asked.number, ids, teller)

    async def _ask(self, wanted: Media) -> tuple[str, Media | None] | None:
        """Who was asked, and which episode it is; nothing if somebody who may know cannot be asked now."""
        if wanted.order in ENTRIES:
            return await self._translated(wanted)
        order: Order = wanted.order if wanted.order in OF else "aired"  # type: ignore[assignment]
        teller = NOBODY
        for source in self.asking.sources:
            if wanted.order in OF and source.name != OF[wanted.order]:
                continue
            listed = await self._list(source, wanted.parent, order)
            if listed is None:
                return None
            teller = source.name if listed else teller
            if found := meant(wanted, listed, surely=wanted.order in OF):
                return source.name, found
        return teller, None

    async def _translated(self, wanted: Media) -> tuple[str, Media | None] | None:
        """An episode of an entry that numbers by itself: where the lists say that others have it."""
        teller = NOBODY
        for place in await self._elsewhere(wanted):
            there = replace(place, title=wanted.title, aired=wanted.aired)
            for source in self.asking.sources:
                if there.parent is None or source.name not in there.parent.ids:
                    continue
                listed = await self._list(source, there.parent, "absolute" if there.order == "absolute" else "aired")
                if listed is None:
                    return None
                teller = source.name if listed else teller
                if found := meant(there, listed, surely=True):
                    return source.name, found
        return teller, None

    async def _elsewhere(self, wanted: Media) -> list[Media]:
        """Its places in the databases that others know; none in one that has two."""
        found: list[Media] = []
        for source in (source for source in self.asking.sources if source.free):
            question = ("elsewhere", str(wanted.parent and wanted.parent.ids), wanted.season, wanted.number)
            found += await self.asking.once(source, question, partial(source.elsewhere, wanted), ()) or ()
        return [one for one in found if len(of_database(found, one)) == 1]

    async def _list(self, source: Source, show: Media | None, order: Order) -> Sequence[Media] | None:
        """All episodes of a show in one order; none where the source has no such list, None if it cannot be asked."""
        if show is None or not show.ids.keys() & {source.name, *source.finds.get(Kind.SHOW, ())}:
            return ()

        async def ask() -> Sequence[Media]:
            return await source.episodes(show, order) or ()

        return await self.asking.once(source, ("episodes", str(sorted(show.ids.items())), order), ask, ())


def of_database(found: Iterable[Media], one: Media) -> list[Media]:
    """What of this is told of the same database."""
    spaces = one.parent.ids.keys() if one.parent else ()
    return [other for other in found if other.parent and other.parent.ids.keys() == spaces]
