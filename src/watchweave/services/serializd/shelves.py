"""The shelves of Serializd that the diary and the logs bring: history, marks, ratings, reviews, hearts and tags."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from ...core.media import Kind
from ...core.records import Form, Like, Play, Rating, Record, Review, Tags, Watched
from ...errors import Incomplete
from ..base import Reading, Refusal, Shelf
from .convert import KINDS
from .doubt import Doubt
from .reading import Cursor, Survey
from .writing import ONLY_EPISODES, UNKNOWN, WHOLE_SHOW, Writer, by_season

if TYPE_CHECKING:
    from . import Serializd

R = TypeVar("R", bound=Record)

PARTS = frozenset({Kind.SEASON, Kind.EPISODE})
"""What an entry may be made about."""


class SerializdShelf(Shelf[R]):
    """What all shelves share."""

    service: Serializd

    @property
    def writer(self) -> Writer:
        return Writer(self.service)


class History(SerializdShelf[Play]):
    """The diary, and what is logged without a date; its reading brings all but the watchlist."""

    record = Play
    kinds = PARTS
    takes = frozenset({Kind.EPISODE})
    form = Form(clock="second", again="another", undated=False, batch=50)

    async def stamp(self) -> str:
        counts = await self.service.counts()
        return f"{counts.review_count} {counts.total_episodes_watched}"

    async def read(self, cursor: str | None) -> Reading[Play]:
        reading: Reading[Any] = Reading([], complete=cursor is None, cursor=cursor)
        reading.records = self._read(reading)
        return reading

    async def _read(self, reading: Reading[Any]) -> AsyncIterator[list[Record]]:
        self.service.logs.restore()  # what a reading learned that broke off is not known
        survey, since = Survey(self.service), reading.cursor
        found = await survey.news(msgspec.json.decode(since, type=Cursor)) if since else None
        if found is None:
            found, reading.complete = await survey.whole(), True
        yield found.records
        doubt, gap = Doubt(self.service.desk.notes, int(self.http.clock.now())), found.cursor.gap
        if reading.complete and not doubt.believes(gap, gone=found.gone):
            raise Incomplete(self.http.title, f"of the episodes that the profile counts {gap} were not found.")
        self.service.logs.keep()
        reading.cursor = msgspec.json.encode(found.cursor).decode()

    async def add(self, records: Sequence[Play]) -> Sequence[Refusal[Play]]:
        """An entry for each play, and a log for what has none: neither makes the other. Entries first: a log without an
        entry would look like another viewing."""
        aimed, refused = await self.writer.aim(records, self.holds(), ONLY_EPISODES)
        for season, episodes in by_season(aimed).items():
            fresh = {episode for episode in episodes if not await self.service.logs.has(season, episode)}
            entered: set[int] = set()
            for play, episode in ((play, episode) for episode, plays in episodes.items() for play in plays):
                again = play.again or episode not in fresh or episode in entered
                if await self.writer.enter(season, episode, play.at, is_log=True, is_rewatch=again):
                    entered.add(episode)
                else:
                    refused.append(Refusal(play, UNKNOWN))
            if fresh & entered:
                await self.writer.log("add", season, fresh & entered)
        self.service.logs.keep()
        return refused


class Marks(SerializdShelf[Watched]):
    """Episodes that are logged. Of several in one season all go in one request."""

    record = Watched
    kinds = frozenset({Kind.EPISODE})
    form = Form(clock="now", batch=250)
    read_by = "history"

    async def add(self, records: Sequence[Watched]) -> Sequence[Refusal[Watched]]:
        aimed, refused = await self.writer.aim(records, self.holds(), ONLY_EPISODES)
        for season, episodes in by_season(aimed).items():
            unknown = await self.writer.log("add", season, episodes.keys())
            refused += [Refusal(record, UNKNOWN) for episode in sorted(unknown) for record in episodes[episode]]
        self.service.logs.keep()
        return refused

    async def remove(self, records: Sequence[Watched]) -> Sequence[Refusal[Watched]]:
        """The entries of the diary stay. What is not known there is not logged either."""
        aimed, refused = await self.writer.aim(records, self.holds(), ONLY_EPISODES)
        for season, episodes in by_season(aimed).items():
            await self.writer.log("remove", season, episodes.keys())
        self.service.logs.keep()
        return refused


class Entries(SerializdShelf[R]):
    """What the newest entry that says anything of it says of a thing. Changing it is making another entry."""

    kinds = KINDS
    takes = PARTS
    form = Form(again="another", repeats=False, batch=10)
    read_by = "history"

    async def put(self, records: Sequence[R], said: Callable[[R], Mapping[str, Any]]) -> list[Refusal[R]]:
        """One entry for each; none of them logs a viewing."""
        aimed, refused = await self.writer.aim(records, PARTS, WHOLE_SHOW)
        for record, target in aimed:
            if target.season and not await self.writer.enter(target.season, target.episode, record.at, **said(record)):
                refused.append(Refusal(record, UNKNOWN))
        return refused


class Ratings(Entries[Rating]):
    """Whole numbers 1 to 10; 0 is none, and takes no older one back."""

    record = Rating

    async def add(self, records: Sequence[Rating]) -> Sequence[Refusal[Rating]]:
        return await self.put(records, lambda rating: {"rating": round(rating.value / 10)})


class Reviews(Entries[Review]):
    record = Review
    public = True

    async def add(self, records: Sequence[Review]) -> Sequence[Refusal[Review]]:
        return await self.put(records, lambda one: {"review_text": one.text, "contains_spoiler": one.spoiler})


class Favourites(SerializdShelf[Like]):
    """Things with a heart on one of their entries; only read, for a heart alone would make an empty entry."""

    record = Like
    kinds = KINDS
    read_by = "history"
    public = True


class Labels(SerializdShelf[Tags]):
    """Words on entries; only read, for the same reason."""

    record = Tags
    kinds = KINDS
    read_by = "history"
    public = True
