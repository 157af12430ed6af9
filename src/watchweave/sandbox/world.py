"""The simulated household's truth: the works that exist, the time it is, and the services that know of both."""

from __future__ import annotations

import heapq
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from .faults import Faults

if TYPE_CHECKING:
    from .server import Host

DAY = 86_400
WEEK = 7 * DAY
START = int(datetime(2026, 11, 20, 18, tzinfo=UTC).timestamp())
"""When an invented world begins, unless told otherwise."""


@dataclass(slots=True, eq=False)
class Work:
    """A film, a show, a season or an episode, with all its names.

    `ids`: imdb, slug and plex (24 hex) as text, tmdb, tvdb and trakt as numbers. `runtime` in minutes,
    `released` in unix seconds. A season has `show` and `season` (= `number`); an episode also its own `number`.
    """

    uid: str
    kind: str
    title: str
    year: int | None
    ids: dict[str, str | int]
    runtime: int = 0
    show: Work | None = None
    season: int | None = None
    number: int | None = None
    seasons: dict[int, Work] = field(default_factory=dict)
    episodes: list[Work] = field(default_factory=list)
    on_trakt: bool = True
    released: int = 0

    def __post_init__(self) -> None:
        if not self.released and self.year:
            first = int(datetime(self.year, 1, 8, 20, tzinfo=UTC).timestamp())
            self.released = first + WEEK * ((self.number or 1) - 1)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.uid} {self.title!r} {self.year}>"


class Catalogue:
    """All works that exist, by uid and by every id; whether a service knows them is the service's affair."""

    def __init__(self) -> None:
        self.works: dict[str, Work] = {}
        self.traps: dict[str, tuple[Work, ...]] = {}
        self._by_id: dict[tuple[str, str, str], Work] = {}
        self._by_title: dict[tuple[str, str], list[Work]] = {}

    def add(self, work: Work) -> Work:
        """Take in a work; a season or an episode joins the show (and season) that it names, which must be here."""
        self.works[work.uid] = work
        for space, value in work.ids.items():
            self._by_id.setdefault((work.kind, space, str(value)), work)
        self._by_title.setdefault((work.kind, work.title.lower()), []).append(work)
        if work.kind == "season" and work.show and work.season is not None:
            work.show.seasons[work.season] = work
        if work.kind == "episode" and work.show and work.season is not None:
            work.show.episodes.append(work)
            work.show.seasons[work.season].episodes.append(work)
        return work

    def __getitem__(self, uid: str) -> Work:
        return self.works[uid]

    def __iter__(self) -> Iterator[Work]:
        return iter(self.works.values())

    def find(self, kind: str, space: str, value: object) -> Work | None:
        """The work of this kind with this id; the first one, where two share it."""
        return self._by_id.get((kind, space, str(value)))

    def titled(self, kind: str, title: str) -> Sequence[Work]:
        """The works of this kind with exactly this title, in any case of letters."""
        return self._by_title.get((kind, title.lower()), ())

    def of(self, *kinds: str) -> list[Work]:
        """All works of these kinds, in the order they were added."""
        return [work for work in self.works.values() if work.kind in kinds]

    def change(self, work: Work, **changes: object) -> None:
        """Give a work another title, year or ids; what it was called before is forgotten."""
        for space, value in work.ids.items():
            if self._by_id.get((work.kind, space, str(value))) is work:
                del self._by_id[work.kind, space, str(value)]
        self._by_title[work.kind, work.title.lower()].remove(work)
        for name, new in changes.items():
            setattr(work, name, new)
        for space, value in work.ids.items():
            self._by_id.setdefault((work.kind, space, str(value)), work)
        self._by_title.setdefault((work.kind, work.title.lower()), []).append(work)


class Clock:
    """The world's time in unix seconds: it stands still until moved, or runs on from where it was set."""

    def __init__(self, now: float = START, *, running: bool = False) -> None:
        self._now = now
        self._since = time.monotonic() if running else None
        self._waiting: list[tuple[float, int, Callable[[], object]]] = []
        self._order = 0

    def now(self) -> float:
        return self._now + (time.monotonic() - self._since if self._since is not None else 0.0)

    def set(self, now: float) -> None:
        """It is now this time; may go back. What was waiting for it happens."""
        self._now = now
        if self._since is not None:
            self._since = time.monotonic()
        self.ring()

    def advance(self, seconds: float) -> None:
        self.set(self.now() + seconds)

    def at(self, moment: float, action: Callable[[], object]) -> None:
        """Do this when the time has come (noticed at the next request or when the clock is moved)."""
        self._order += 1
        heapq.heappush(self._waiting, (moment, self._order, action))

    def ring(self) -> None:
        """Do what is due."""
        while self._waiting and self._waiting[0][0] <= self.now():
            heapq.heappop(self._waiting)[2]()


class Asked(Struct, frozen=True):
    """A request that reached the world; `status` is 0 where the connection broke. `changes`: it was meant to write."""

    host: str
    method: str
    path: str
    query: str
    status: int
    bytes: int
    changes: bool


class RequestLog:
    """All requests that reached the world, oldest first."""

    def __init__(self) -> None:
        self.all: list[Asked] = []

    def of(self, host: str = "", path: str = "") -> list[Asked]:
        """Those to a host (or to all hosts of a service) whose path matches."""
        return [a for a in self.all if a.host.startswith(host) and re.search(path, a.path)]

    def writes(self, host: str = "") -> list[Asked]:
        return [a for a in self.all if a.changes and a.host.startswith(host)]

    def counts(self) -> Counter[str]:
        """Requests per host."""
        return Counter(a.host for a in self.all)

    def clear(self) -> None:
        self.all.clear()


class Simulated(Protocol):
    """A simulated service: it answers at one or several hosts."""

    name: str

    @property
    def hosts(self) -> Sequence[Host]: ...


class World:
    """Everything at once: the works, the time, the services, the faults on order and the requests made.

    `lock` is held while a request is answered; a person who does something from another thread holds it too.
    """

    def __init__(self, catalogue: Catalogue, clock: Clock | None = None, seed: int = 1) -> None:
        self.catalogue = catalogue
        self.clock = clock or Clock()
        self.seed = seed
        self.random = random.Random(f"world {seed}")
        self.services: dict[str, Simulated] = {}
        self.faults = Faults()
        self.requests = RequestLog()
        self.lock = threading.RLock()

    def now(self) -> float:
        return self.clock.now()

    def add(self, service: Simulated) -> None:
        self.services[service.name] = service

    @property
    def hosts(self) -> list[Host]:
        return [host for service in self.services.values() for host in service.hosts]


WORDS = """
Amber Ancient Autumn Bitter Black Blind Borrowed Brave Broken Burning Careful Clever Cold Copper Crooked Curious
Distant Double Early Electric Empty Endless Faithful Fallen Famous Final Forgotten Frozen Gentle Golden Grey Hidden
Hollow Honest Hungry Idle Invisible Iron Last Late Little Lonely Long Lost Lucky Midnight Narrow Nervous Northern
Paper Patient Quiet Restless Scarlet Second Secret Silent Silver Stolen Stubborn Sunken Tender Velvet Wandering

Anchor Archive Atlas Balcony Beacon Bridge Candle Cartographer Castle Cellar Chapel Circus Clockmaker Comet Compass
Corridor Daughter Detective Diver Engine Envelope Falcon Ferry Fiddler Forest Gambler Garden Gardener Glacier
Harbour Harvest Horizon Hotel Island Juggler Kite Lantern Letter Library Lighthouse Locksmith Machine Map Meadow
Mirror Mountain Neighbour Observatory Orchard Painter Passenger Photograph Piano Pilot Postman River Sailor Signal
Stranger Summer Tailor Theatre Tower Voyage

Alder Ashgrove Barrow Bellmere Birkdale Briar Calder Carrow Cedarholm Coldwater Corran Dunmore Eastmoor Elmstead
Farrow Fenwick Gallow Glenmoor Greyport Halden Harrow Hazelbury Holm Inverlay Ivory Kelda Kestrel Lark Linden
Lowmere Marlow Merrow Mistral Morrow Nettle Norhaven Oakhurst Orrin Osprey Penrow Pinehill Quarrel Quince Ravenna
Redwater Rowan Saltmarsh Sandhaven Selwyn Sorrel Stonebury Swallow Tamar Thistle Thorne Tolland Umber Vale Verity
Wexmoor Willow Winter Wren Yarrow
"""
FIRST, SECOND, THIRD = (part.split() for part in WORDS.split("\n\n"))
NAMES = len(FIRST) * len(SECOND) * len(THIRD)


class _Inventor:
    """Invents works; every title and id follows from the seed alone."""

    def __init__(self, seed: int) -> None:
        self.catalogue = Catalogue()
        self.random = random.Random(f"invented {seed}")
        self.offset = self.random.randrange(NAMES)
        self.titles = 0
        self.counts: Counter[str] = Counter()

    def title(self) -> str:
        """A title that no other film or show has (up to 262,144 of them)."""
        self.titles += 1
        place = (self.titles * 104_729 + self.offset) % NAMES
        rest, first = divmod(place, len(FIRST))
        third, second = divmod(rest, len(SECOND))
        return f"{FIRST[first]} {SECOND[second]} of {THIRD[third]}"

    def ids(self, kind: str) -> dict[str, str | int]:
        """Ids as long as real ones; each unique for its kind, IMDb's for all kinds."""
        self.counts[kind] += 1
        self.counts["all"] += 1
        n, step = self.counts[kind], self.random.randrange(7)
        base = 600_000 if kind in ("episode", "season") else 1_000
        ids: dict[str, str | int] = {"trakt": base + n * 7 + step, "tmdb": base + n * 9 + step}
        if kind != "season":
            ids["imdb"] = f"tt{400_000 + self.counts['all'] * 7 + step:07d}"
        if kind != "movie":
            ids["tvdb"] = base + 70_000 + n * 8 + step
        ids["plex"] = f"{self.random.getrandbits(96):024x}"
        return ids

    def movie(self, uid: str) -> Work:
        title, year, ids = self.title(), self.random.randint(1950, 2025), self.ids("movie")
        ids["slug"] = f"{title.lower().replace(' ', '-')}-{year}"
        return self.catalogue.add(Work(uid, "movie", title, year, ids, self.random.randint(78, 178)))

    def show(self, uid: str, numbers: Mapping[int, int]) -> Work:
        """A show with its seasons: number -> how many episodes."""
        title, year, ids = (
            self.title(),
            self.random.randint(1985, 2024 - max(numbers, default=0) // 2),
            self.ids("show"),
        )
        ids["slug"] = title.lower().replace(" ", "-")
        show = self.catalogue.add(Work(uid, "show", title, year, ids, self.random.choice((22, 30, 43, 58))))
        for season, episodes in numbers.items():
            self.season(show, season, episodes)
        return show

    def season(self, show: Work, season: int, episodes: int) -> None:
        add, year = self.catalogue.add, min((show.year or 2000) + max(season - 1, 0), 2025)
        name = f"Season {season}" if season else "Specials"
        add(Work(f"{show.uid}.{season}", "season", name, year, self.ids("season"), 0, show, season, season))
        for number in range(1, episodes + 1):
            title = f"The {self.random.choice(FIRST)} {self.random.choice(SECOND)}"
            uid = f"{show.uid}.{season}.{number}"
            add(Work(uid, "episode", title, year, self.ids("episode"), show.runtime, show, season, number))

    def traps(self) -> None:
        """What real libraries hold against every program; needs 7 films, 2 shows with a season of 4 episodes."""
        catalogue = self.catalogue
        films = [catalogue[f"m{n}"] for n in range(1, 8)]
        first, second = catalogue["s1"], catalogue["s2"]
        catalogue.change(films[0], ids=films[0].ids | {"tmdb": first.ids["tmdb"]})
        pair = first.seasons[1].episodes[:2]
        catalogue.change(pair[1], ids=pair[1].ids | {"tmdb": pair[0].ids["tmdb"]})
        year = (films[1].year or 2000) + (21 if (films[1].year or 2000) < 2000 else -21)
        slug = f"{films[1].title.lower().replace(' ', '-')}-{year}"
        catalogue.change(films[2], title=films[1].title, year=year, ids=films[2].ids | {"slug": slug})
        catalogue.change(films[6], title="Garden party, second tape", year=None, ids={}, on_trakt=False)
        self.season(second, 0, 2)
        catalogue.traps = {
            "one number": (films[0], first),
            "one episode number": (pair[0], pair[1]),
            "one title": (films[1], films[2]),
            "two libraries": (films[3],),
            "old guid": (films[4], second),
            "no guid": (films[5],),
            "home video": (films[6],),
            "one file": tuple(second.seasons[1].episodes[2:4]),
        }


def invented(
    seed: int = 1,
    movies: int = 20,
    shows: int = 2,
    seasons: int | Mapping[int, int] = 2,
    episodes: int = 10,
    extra_movies: int = 20,
    traps: bool = False,
) -> Catalogue:
    """Works with invented titles and ids: films m1 …, shows s1 … (s1.2 a season, s1.2.5 an episode), films x1 …

    `seasons` per show and `episodes` per season, or the episodes of each season by its number. The x films are for wishes: no library need hold them. With `traps`
    the catalogue names those it holds (`Catalogue.traps`).
    """
    inventor = _Inventor(seed)
    for n in range(1, movies + 1):
        inventor.movie(f"m{n}")
    for n in range(1, shows + 1):
        inventor.show(f"s{n}", dict.fromkeys(range(1, seasons + 1), episodes) if isinstance(seasons, int) else seasons)
    for n in range(1, extra_movies + 1):
        inventor.movie(f"x{n}")
    if traps:
        inventor.traps()
    return inventor.catalogue
