"""What the simulated TheTVDB knows: entries made of the catalogue's works, the three orders of their episodes, and what
stands beside them: another cut, specials, a film among the specials, strays."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .world import DAY, Catalogue, Work

ORDERS = ("official", "dvd", "absolute", "alternate", "regional")
IMDB, TMDB, SITE = "IMDB", "TheMovieDB.com", "Official Website"
BESIDE = 9_000_000
"""Numbers from here on belong to what is not in the catalogue."""
SPOILED = 9
"""One work in so many has a certain flaw; see `_flawed`."""
UNLISTED = 3
"""The place of the show whose absolute order nobody listed."""


@dataclass(slots=True, eq=False)
class Entry:
    """A film, a person or a company; the base of the rest. `remote`: its ids elsewhere, by source; None is null.

    `space` and `number` together name it: numbers of different spaces have nothing to do with one another.
    """

    space: str
    number: int
    name: str
    year: str | None = None
    remote: list[tuple[str, str]] | None = None
    changed: int = 0
    runtime: int | None = None
    language: str = "eng"
    translations: dict[str, str] = field(default_factory=dict)
    aliases: list[tuple[str, str]] = field(default_factory=list)
    released: str = ""
    work: Work | None = None


@dataclass(slots=True, eq=False)
class Season(Entry):
    """A season of one order."""

    series: Series | None = None
    order: str = "official"
    season: int = 0


@dataclass(slots=True, eq=False)
class Episode(Entry):
    """An episode. `places`: by order, its season and number there; a ghost has none. `counted`: its absolute number, which
    it can bear without standing in such an order (v4-api#329); 0 is none.

    `after`, `before`: a special airs after a season, or before a season and an episode of it.
    """

    series: Series | None = None
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    counted: int = 0
    after: int | None = None
    before: tuple[int, int] | None = None
    film: Entry | None = None


@dataclass(slots=True, eq=False)
class Series(Entry):
    """A series with its episodes of all orders, and its seasons by order and number."""

    episodes: list[Episode] = field(default_factory=list)
    seasons: dict[tuple[str, int], Season] = field(default_factory=dict)

    def listed(self, order: str) -> list[Episode]:
        """The episodes of an order, as they stand in it."""
        found = [episode for episode in self.episodes if order in episode.places]
        return sorted(found, key=lambda episode: episode.places[order])


class Entries:
    """All entries, by space and number, by work, and by the ids that they have elsewhere.

    Made of the catalogue as it stands then. The first show's DVD order begins with what aired last in season 1; the
    second show's is another cut, of other episodes; of the rest every other one has none. The fourth show has no absolute
    order, but its episodes bear their numbers in one.
    """

    def __init__(self, catalogue: Catalogue, now: float) -> None:
        self._now = int(now)
        self._all: dict[tuple[str, int], Entry] = {}
        self._of: dict[str, Entry] = {}
        self._elsewhere: dict[str, list[Entry]] = {}
        self._strays: dict[str, list[Entry]] = {}
        self._beside = itertools.count(BESIDE)
        shows = [work for work in catalogue.of("show") if "tvdb" in work.ids]
        for place, show in enumerate(shows):
            self._series(show, place)
        for place, film in enumerate(work for work in catalogue.of("movie") if work.ids):
            self._film(film, place, shows)
        self._beside_the_catalogue()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._all.values())

    def find(self, space: str, number: int) -> Entry | None:
        return self._all.get((space, number))

    def of(self, work: Work) -> Entry:
        """The entry of this work; raises KeyError where there is none."""
        return self._of[work.uid]

    def all_of(self, space: str) -> list[Entry]:
        return [entry for entry in self if entry.space == space]

    def elsewhere(self, value: str) -> list[Entry]:
        """Whatever bears this id at any source, and what stands under it by mistake; of every space."""
        found = [entry for entry in self._elsewhere.get(value, ()) if (entry.space, entry.number) in self._all]
        return [*self._strays.get(value, ()), *found]

    def drop(self, entry: Entry) -> None:
        """It is gone, with all that belongs to it."""
        del self._all[entry.space, entry.number]
        if isinstance(entry, Series):
            for part in [*entry.episodes, *entry.seasons.values()]:
                self._all.pop((part.space, part.number), None)
        if isinstance(entry, Episode) and entry.series:
            entry.series.episodes.remove(entry)

    def duplicate(self, entry: Entry) -> Entry:
        """Somebody entered it a second time, without ids."""
        return self._add(type(entry)(entry.space, next(self._beside), entry.name, entry.year, None, self._now))

    def _add(self, entry: Entry) -> Entry:
        self._all[entry.space, entry.number] = entry
        if entry.work:
            self._of[entry.work.uid] = entry
        for _, value in entry.remote or ():
            self._elsewhere.setdefault(value.strip(), []).append(entry)
        return entry

    def _film(self, work: Work, place: int, shows: list[Work]) -> None:
        """The first two films bear the numbers of the first show and of its first episode: different spaces."""
        shared = [shows[0].ids["tvdb"], *(one.ids["tvdb"] for one in shows[0].episodes[:1])] if shows else []
        number = int(work.ids.get("tvdb") or (shared[place] if place < len(shared) else 300 + place))
        film = Entry("movie", number, work.title, released=_day(work.released), work=work)
        self._describe(film, work, place)
        self._add(film)

    def _series(self, work: Work, place: int) -> None:
        series = Series("series", int(work.ids["tvdb"]), work.title, released=_day(work.released), work=work)
        self._describe(series, work, place)
        self._add(series)
        for season in sorted(work.seasons):
            for episode in work.seasons[season].episodes:
                self._episode(series, episode, place)
        self._count(series, listed=place != UNLISTED)
        if place == 1:
            self._another_cut(series)
        self._seasons(series)

    def _describe(self, entry: Entry, work: Work, place: int) -> None:
        foreign = f"Der Fall {work.title}"
        entry.runtime = work.runtime or None
        entry.changed = self._now - (10 + place % 300) * DAY
        entry.year = str(work.year) if work.year else ""
        entry.translations = {"eng": work.title, "deu": foreign}
        entry.aliases = [("fra", f"L'Affaire {work.title}")]
        entry.remote = _remote(work)
        _flawed(entry, place, foreign)

    def _episode(self, series: Series, work: Work, place: int) -> None:
        season, number = work.season or 0, work.number or 0
        episode = Episode("episode", int(work.ids["tvdb"]), work.title, released=_day(work.released), work=work)
        episode.series, episode.runtime, episode.changed = series, work.runtime, series.changed
        episode.year, episode.remote = str(work.year or ""), [one for one in _remote(work) if one[0] == IMDB]
        episode.translations = {"eng": work.title}
        episode.places["official"] = season, number
        many = len(work.show.seasons[season].episodes) if work.show else 0
        if place == 0 and season == 1:
            episode.places["dvd"] = season, number % many + 1
        elif place == 0 or (place > 1 and place % 2 == 0):
            episode.places["dvd"] = season, number
        if season == 0:
            _placed(episode, number)
        series.episodes.append(episode)
        self._add(episode)

    def _count(self, series: Series, *, listed: bool) -> None:
        """The absolute order: one season, counted through as aired, without specials; `listed` where there is a list."""
        aired = (episode for episode in series.listed("official") if episode.places["official"][0])
        for number, episode in enumerate(aired, 1):
            episode.counted = number
            if listed:
                episode.places["absolute"] = 1, number

    def _another_cut(self, series: Series) -> None:
        """The DVD order has three shorter episodes where two aired; no episode is in both."""
        aired = [episode.places["official"] for episode in series.listed("official")]
        for season in sorted({season for season, _ in aired if season}):
            many = sum(one == season for one, _ in aired) * 3 // 2
            for number in range(1, many + 1):
                self._more(series, f"Cut {number}", {"dvd": (season, number)}, runtime=(series.runtime or 30) * 2 // 3)

    def _more(
        self, series: Series, name: str, places: dict[str, tuple[int, int]], runtime: int | None = None
    ) -> Episode:
        """An episode that is not in the catalogue."""
        episode = Episode("episode", next(self._beside), name, series.year, [], series.changed, runtime)
        episode.translations, episode.released = {"eng": name}, series.released
        episode.series, episode.places = series, places
        series.episodes.append(episode)
        self._add(episode)
        return episode

    def _seasons(self, series: Series) -> None:
        """Every season of every order, those of the aired one by the catalogue's numbers."""
        works = series.work.seasons if series.work else {}
        for order in ORDERS:
            listed = (episode.places[order][0] for episode in series.episodes if order in episode.places)
            for season in sorted(set(listed) - {number for one, number in series.seasons if one == order}):
                work = works.get(season) if order == "official" else None
                number = int(work.ids["tvdb"]) if work else next(self._beside)
                made = Season("season", number, f"Season {season}", series.year, changed=series.changed, work=work)
                made.series, made.order, made.season = series, order, season
                series.seasons[order, season] = made
                self._add(made)

    def _beside_the_catalogue(self) -> None:
        """Specials of the first show, one of them a film; and strays under the second show's ids (#317)."""
        all_series = [entry for entry in self if isinstance(entry, Series)]
        films = self.all_of("movie")
        if not all_series:
            return
        first, last_film = all_series[0], films[-1] if films else None
        taken = max((one.places["official"][1] for one in first.episodes if one.places["official"][0] == 0), default=0)
        for number, name in enumerate(("The Making Of", "The Film"), taken + 1):
            _placed(self._more(first, name, {"official": (0, number), "dvd": (0, number)}, 30), number)
        first.episodes[-1].film = last_film
        self._seasons(first)
        self._strangers(first)
        for second in all_series[1:2]:
            self._stray(second, first.seasons.get(("official", 1)))

    def _stray(self, series: Series, season: Season | None) -> None:
        """Under the ids of a show and of its first episode: another show's season, and an episode that is nowhere."""
        ghost = Episode("episode", next(self._beside), "", None, None, series.changed)
        ghost.series = series
        self._add(ghost)
        for entry in [series, *series.listed("official")[:1]]:
            for imdb in (one for source, one in entry.remote or () if source == IMDB):
                self._strays[imdb] = [*([season] if season else []), ghost]

    def _strangers(self, series: Series) -> None:
        """A person and a company whose number elsewhere is that of the series."""
        for tmdb in (one for source, one in series.remote or () if source == TMDB):
            for space in ("people", "company"):
                self._add(Entry(space, series.number, f"A {space} of that number", None, [(TMDB, tmdb)], self._now))


def _remote(work: Work) -> list[tuple[str, str]]:
    named = [(SITE, f"https://{work.ids.get('slug', work.uid)}.example"), (IMDB, work.ids.get("imdb"))]
    return [(source, str(value)) for source, value in [*named, (TMDB, work.ids.get("tmdb"))] if value]


def _flawed(entry: Entry, place: int, foreign: str) -> None:
    """What real entries are like, by the place of a work in the catalogue: no two flaws in one."""
    remote = entry.remote or []
    match place % SPOILED:
        case 2:
            entry.name, entry.language = foreign, "deu"
        case 3:
            entry.remote = [(source, f" {value} ") for source, value in remote]
        case 4:
            entry.year = None
        case 5:
            entry.remote = None
        case 6:
            entry.remote = [(source, f"{value}-der-fall" if source == TMDB else value) for source, value in remote]
        case 7:
            entry.year = ""


def _placed(special: Episode, number: int) -> None:
    """Where a special belongs: after season 1, or before the second episode of it."""
    if number % 2:
        special.after = 1
    else:
        special.before = 1, 2


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d") if seconds else ""


def newest(entries: Iterable[Entry]) -> int:
    """When the last of these was changed."""
    return max((entry.changed for entry in entries), default=0)
