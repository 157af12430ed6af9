"""Reading an account: the diary, ratings and reviews, and the logs of seasons; all there is, or what is new."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, field

from ...core.records import DAY, Record
from .convert import Entry, EntryPage, ItemPage, Season, Things, logged, plays, tracked, values

if TYPE_CHECKING:
    from . import Serializd

Seasons = AsyncGenerator[Season, None]

WATCHED = "/user/{user}/watchedpage_v2/{page}?sort_by=date_added_desc"
STATES = {
    state: f"/user/{{user}}/{state}_page/{{page}}?sort_by=date_added_desc"
    for state in ("currently_watching", "paused_shows", "dropped_shows")
}
"""The pages of what is being watched, paused and dropped."""


class Listing(NamedTuple):
    """A listing of entries. After so many pages in a row without news there is none."""

    path: str
    quiet: int


LISTINGS = {
    "diary": Listing("/user/{user}/diary?page={page}&include_target=ALL", 2),  # its order is not reliable
    "reviews": Listing("/user/{user}/reviewspage_v3/?sort_by=date_added_desc&include_ratings=true&page={page}", 1),
}


class Told(Struct, array_like=True):
    """What was read of a season: which episodes are logged, the last of them when, and which the diary tells of."""

    season: Season
    logged: set[int] = field(default_factory=set)
    entered: set[int] = field(default_factory=set)
    newest: int = 0


class Cursor(Struct):
    """How far an account was read. counts: how many entries each listing has; entered, marked: when the newest entry, and
    the newest mark of a season, were made; gap: episodes that the profile counts and no season shows."""

    counts: dict[str, int] = field(default_factory=dict)
    entered: int = 0
    marked: int = 0
    gap: int = 0
    seasons: list[Told] = field(default_factory=list)


class Information(Struct):
    """What the account tracks; its inner shape is not known well."""

    context: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Found:
    """The outcome of a reading. gone: it lacks episodes that were known to be logged."""

    records: list[Record]
    cursor: Cursor
    gone: bool = False


class Survey:
    """One reading of an account."""

    def __init__(self, service: Serializd) -> None:
        self.service = service
        self.known = {log.season: log.at.keys() for log in service.logs}
        """What was logged when last looked, and what we wrote since."""
        self.entries: dict[int, Entry] = {}
        self.told: dict[Season, Told] = {}
        self.logs: dict[Season, Mapping[int, int | None]] = {}
        """Of the seasons that were asked for."""
        self.numbers: dict[tuple[int, int], int | None] = {}
        """The place of each season in its show, by the ids of both."""

    async def whole(self) -> Found:
        """All there is. What the profile counts beyond what is found is looked for elsewhere."""
        total, cursor = (await self.service.counts()).total_episodes_watched, Cursor()
        self.entries, self.told = {}, {}
        for name, listing in LISTINGS.items():
            pages = self.service.pages(listing.path, EntryPage, lambda entry: entry.id)
            self.entries |= {entry.id: entry async for page in pages for entry in page}
            cursor.counts[name] = pages.count or 0
        known = [*self.logs, *await self._entered(), *await self._marked(cursor)]
        known += [self._season(season) for season, numbers in self.known.items() if numbers]
        for season in dict.fromkeys(known):
            await self._ask(season)
        await self._seek(self._elsewhere(), total)
        cursor.gap = total - self.found
        found = await self._ended(cursor, {})
        found.gone = any(numbers - self._logged(self._season(season)) for season, numbers in self.known.items())
        return found

    async def news(self, cursor: Cursor) -> Found | None:
        """What has come since; None where something has gone, or is not to be found, so that only all there is can tell."""
        for told in cursor.seasons:
            self.told[self._season(told.season)] = told
        before = {season: told.logged for season, told in self.told.items()}
        if not await self._fresh(cursor):
            return None
        bare = {season: told.logged - told.entered for season, told in self.told.items()}
        entered = await self._entered()
        if any(self.told[season].entered & numbers for season, numbers in bare.items()):
            return None  # a mark has become an entry: the mark has gone
        for season, numbers in self.known.items():  # what we wrote ourselves could make up for what has gone
            if numbers != self._logged(self._season(season)):
                await self._ask(self._season(season))
        total = (await self.service.counts()).total_episodes_watched - cursor.gap
        if self.found > total:
            return None
        await self._seek(self._likely(entered, cursor), total)
        if self.found < total or any(before.get(season, set()) - log.keys() for season, log in self.logs.items()):
            return None
        return await self._ended(cursor, before)

    async def _ended(self, cursor: Cursor, before: Mapping[Season, set[int]]) -> Found:
        """The records of what was read, as far as it was not known before."""
        things, entries = await self._things(), list(self.entries.values())
        records: list[Record] = [*plays(entries, things), *values(entries, things)]
        for season, log in self.logs.items():
            fresh = {number: at for number, at in log.items() if number not in before.get(season, ())}
            records += logged(season, fresh, self.told[season].entered, things)
        cursor.entered = max([cursor.entered, *(entry.added for entry in entries)])
        cursor.seasons = [told for told in self.told.values() if told.logged or told.entered]
        return Found(records, cursor)

    # Entries

    async def _fresh(self, cursor: Cursor) -> bool:
        """Read the entries made since; False where others have gone, or not all that came were found."""
        for name, listing in LISTINGS.items():
            pages = self.service.pages(listing.path, EntryPage, lambda entry: entry.id)
            fresh: dict[int, Entry] = {}
            calm = 0
            async with aclosing(aiter(pages)) as following:
                async for page in following:
                    new = {entry.id: entry for entry in page if entry.added > cursor.entered}
                    fresh |= new
                    calm = 0 if new else calm + 1
                    if calm == listing.quiet:
                        break
            if pages.count != cursor.counts[name] + len(fresh):
                return False
            cursor.counts[name] = pages.count
            self.entries |= fresh
        return True

    async def _entered(self) -> list[Season]:
        """The seasons that the entries are about; of which episodes the diary tells is noted."""
        for entry in self.entries.values():
            if entry.season_id and entry.number_of_season is not None:
                self._season(Season(entry.show_id, entry.season_id, entry.number_of_season))
        found = []
        for entry in self.entries.values():
            if entry.season_id and (season := await self._placed(entry.show_id, entry.season_id)):
                found.append(season)
                if entry.viewing and entry.episode_number:
                    self.told.setdefault(season, Told(season)).entered.add(entry.episode_number)
        return found

    async def _placed(self, show: int, season: int) -> Season | None:
        """A season by its id; None where nobody tells its place in the show."""
        if (show, season) not in self.numbers:
            part = await self.service.catalogue.find(show, lambda told: told.by_id(season))
            self.numbers[show, season] = part.number if part else None
        number = self.numbers[show, season]
        return Season(show, season, number) if number is not None else None

    def _season(self, told: Season) -> Season:
        """A season whose place is told; who tells it first is believed."""
        known = self.numbers.get((told.show, told.id))
        self.numbers[told.show, told.id] = told.number if known is None else known
        return told if known in (None, told.number) else Season(told.show, told.id, known)

    # Logs

    @property
    def found(self) -> int:
        """How many episodes are logged, as far as is known."""
        return sum(len(told.logged) for told in self.told.values())

    def _logged(self, season: Season) -> set[int]:
        return self.told[season].logged if season in self.told else set()

    async def _ask(self, season: Season) -> None:
        """The log of a season, asked for once a reading."""
        if season not in self.logs:
            self.logs[season] = await self.service.logs.read(season)
        told, log = self.told.setdefault(season, Told(season)), self.logs[season]
        told.logged, told.newest = set(log), max((at or 0 for at in log.values()), default=0)

    async def _seek(self, seasons: Seasons, total: int) -> None:
        """Ask for these seasons, one by one, until as many episodes are found as there are."""
        async with aclosing(seasons):
            while self.found < total and (season := await anext(seasons, None)):
                if season not in self.logs:
                    await self._ask(season)

    async def _likely(self, entered: Iterable[Season], cursor: Cursor) -> Seasons:
        """Where episodes were probably logged since: first where something else happened, then where she is watching."""
        for season in entered:
            yield season
        for season in await self._marked(cursor):
            yield season
        for told in sorted(self.told.values(), key=lambda one: -one.newest):
            show = await self.service.catalogue.show(told.season.show)
            for part in show.regular if show and told.logged else ():
                open_here = part.id == told.season.id and len(told.logged) < (part.count or 0)
                if open_here or part.number == told.season.number + 1:
                    yield self._season(Season(told.season.show, part.id, part.number))
        async with aclosing(self._elsewhere()) as further:
            async for season in further:
                yield season

    async def _marked(self, cursor: Cursor) -> list[Season]:
        """The seasons of the shows of which one was marked as watched since."""
        pages, since = self.service.pages(WATCHED, ItemPage, lambda item: item.show_id), cursor.marked
        found: list[Season] = []
        async with aclosing(aiter(pages)) as following:
            async for page in following:
                for item in page:
                    if since and item.added <= since:
                        return found
                    cursor.marked = max(cursor.marked, item.added)
                    named = [await self._placed(item.show_id, number) for number in item.season_ids if number]
                    found += [season for season in named if season]
        return found

    async def _elsewhere(self) -> Seasons:
        """All other seasons of all shows that the account is known to track; those first of which nothing is known."""
        seen: set[int] = set()
        for told in (self._tracked, self._in_states):
            shows = set(await told()) - seen
            seen |= shows
            known = {season.show for season in self.told}
            for number in sorted(shows, key=lambda one: one in known):
                show = await self.service.catalogue.show(number, int(self.service.http.clock.now()) - DAY)
                for part in sorted(show.parts, key=lambda one: one.special) if show else ():
                    if part.id:
                        yield self._season(Season(number, part.id, part.number))

    async def _tracked(self) -> list[int]:
        answer = await self.service.ask("/user_information", Information, params={"shouldGetUserContext": "true"})
        return tracked(answer.value.context)

    async def _in_states(self) -> list[int]:
        """The shows being watched, paused or dropped."""
        every = [self.service.pages(path, ItemPage, lambda item: item.show_id) for path in STATES.values()]
        return [item.show_id for pages in every async for page in pages for item in page]

    async def _things(self) -> Things:
        """The names of all that was read."""
        names = {entry.show_id: entry.show_name or "" for entry in self.entries.values()}
        for show in names.keys() | {season.show for season, log in self.logs.items() if log}:
            told = self.service.catalogue.noted(show)
            if told is None and show not in names:
                told = await self.service.catalogue.show(show)
            names[show] = told.name if told else names.get(show, "")
        return Things(names, self.numbers)
