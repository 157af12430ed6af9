"""A Plex library that names no film by an id, an empty account at Trakt, and a TMDb that knows every film."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack, closing
from pathlib import Path

from tests.requests.test_budget import ADDRESSES, PERSON, Drawer, WorldTime
from watchweave.core.plan import LIMITS
from watchweave.engine.home import Home
from watchweave.metadata.base import Source
from watchweave.metadata.imdb_datasets import ImdbDatasets, load
from watchweave.metadata.tmdb import Tmdb
from watchweave.sandbox.plex import Plex as SimulatedPlex
from watchweave.sandbox.server import Answer, Call, transport
from watchweave.sandbox.tmdb import KEY
from watchweave.sandbox.tmdb import Tmdb as SimulatedTmdb
from watchweave.sandbox.tmdb_lists import words
from watchweave.sandbox.trakt import CLIENT, SECRET
from watchweave.sandbox.trakt import Trakt as SimulatedTrakt
from watchweave.sandbox.trakt_rules import Options
from watchweave.sandbox.world import DAY, Catalogue, Work, World
from watchweave.services.http import Http
from watchweave.services.plex import Plex
from watchweave.services.registry import service
from watchweave.services.trakt import Trakt
from watchweave.settings.values import AccountSettings, Profile, Rules
from watchweave.storage.store import open_store

HOUR = 3600
UNLIMITED = 1_000_000
BASICS = "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres"
EPISODES = "tconst parentTconst seasonNumber episodeNumber"
SERIES = ("tt0903747", "tvSeries", "Breaking Bad", "Breaking Bad", "0", "2008", "2013", "45", "Drama")
PLACE = ("tt0959621", "tt0903747", "1", "1")


class Wordy(SimulatedTmdb):
    """Looks only at films that have the words asked for in their titles: else thousands of searches take hours."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.whole = self.knowledge.catalogue
        self.bearing: dict[str, set[str]] = defaultdict(set)
        for work in self.whole:
            for word in {word for title in self.knowledge.titles(work) for word in words(title)}:
                self.bearing[word].add(work.uid)

    def answer(self, call: Call) -> Answer:
        if asked := words(call.query.get("query", "")):
            found, narrow = set.intersection(*(self.bearing.get(word, set()) for word in asked)), Catalogue()
            for uid in found:
                narrow.add(self.whole[uid])
            self.knowledge.catalogue = narrow
        return super().answer(call)


class Library:
    """Every film was watched once; `imported` is what an import of IMDb's files has made."""

    def __init__(self, films: Catalogue, imported: Path | None = None) -> None:
        self.world, self.imported = World(films), imported
        self.plex = SimulatedPlex(self.world, owner=PERSON)
        self.trakt, self.tmdb = SimulatedTrakt(self.world, Options(expires_in=90 * DAY)), Wordy(self.world)
        self.account = self.trakt.join(PERSON)
        self.account.limits.update(dict.fromkeys(("plays", "ratings", "watchlist"), UNLIMITED))
        self.uids: dict[str, str] = {}
        first = int(self.world.now()) - (len(films.works) + 24) * HOUR
        for place, work in enumerate(films):
            self.uids[str(self.plex.shelves.put(work, "none", first - DAY).key)] = work.uid
            self.plex.watch(PERSON, work, at=first + place * HOUR)
        grant = self.trakt.sign_in.grant(self.account, CLIENT)
        tokens = {"access_token": grant.access, "refresh_token": grant.refresh}
        self.drawers = {
            "plex": Drawer(token=self.plex.owner.token),
            "trakt": Drawer(client_id=CLIENT, client_secret=SECRET, **tokens),
        }
        accounts = tuple(AccountSettings(name, name, {}) for name in self.drawers)
        both = (("plex", "trakt"), ("trakt", "plex"))
        self.person = Profile(PERSON, "UTC", accounts, both, None, Rules(), LIMITS, "exact")
        self.home = Home(
            (self.person,), open_store(None), self.open, lambda account: None, lambda account: None, service
        )
        self.home.open_sources = self.open_sources
        self.home.clock = lambda: int(self.world.now())

    def open(self, wish, secrets, pace, known, desk):
        kind = {"plex": Plex, "trakt": Trakt}[wish.service]
        drawer = self.drawers[wish.service]
        http = self.way(kind, ADDRESSES[wish.service], kind.signer(drawer), drawer)
        return kind(http, wish.options, known), self.closing(http)

    def open_sources(self) -> tuple[Sequence[Source], AsyncExitStack]:
        options = {"api_key": KEY}
        http = self.way(Tmdb, {"url": Tmdb.base_url}, Tmdb.signer(options, Drawer()), Drawer())
        stack, found = self.closing(http), [Tmdb(http, options)]
        if self.imported:
            found.insert(0, stack.enter_context(closing(ImdbDatasets(self.imported))))
        return found, stack

    def way(self, kind, addresses, signer, pace) -> Http:
        return Http(
            kind.title, addresses, signer, pace,
            transport=transport(self.world), limits=kind.limits, clock=WorldTime(self.world),
        )  # fmt: skip

    def closing(self, http: Http) -> AsyncExitStack:
        stack = AsyncExitStack()
        stack.push_async_exit(http.__aexit__)
        return stack

    async def sync(self) -> Counter[str]:
        """Requests to each service; an hour passes."""
        self.world.requests.clear()
        report = await self.home.sync(self.person, yes=True)
        assert report.status == "done", report.problems
        self.world.clock.advance(HOUR)
        return Counter(one.host.partition(".")[0] for one in self.world.requests.all)

    def named(self) -> tuple[int, int]:
        """How many films were taken for what they are, and how many for something else."""
        taken = self.home.store.db.execute("SELECT native, taken FROM lookup WHERE taken IS NOT NULL").fetchall()
        right = sum(self._is(self.uids[native], json.loads(ids)) for native, ids in taken)
        return right, len(taken) - right

    def _is(self, uid: str, ids: dict[str, str]) -> bool:
        true = self.world.catalogue[uid].ids
        return all(str(true[space]) == value for space, value in ids.items())

    def close(self) -> None:
        self.home.store.close()


Row = tuple[str, ...]


def row(number: str, title: str, original: str, year: int | None, minutes: int | None) -> Row:
    """A film as IMDb's file has it."""
    return (number, "movie", title, original, "0", str(year or r"\N"), r"\N", str(minutes or r"\N"), r"\N")


def imported(folder: Path, films: Iterable[Row]) -> Path:
    """What an import makes of such a file."""
    files = {"title.basics.tsv.gz": [tuple(BASICS.split()), *films, SERIES]}
    files["title.episode.tsv.gz"] = [tuple(EPISODES.split()), PLACE]
    for name, rows in files.items():
        (folder / name).write_bytes(gzip.compress("".join("\t".join(cells) + "\n" for cells in rows).encode(), 1))
    basics, episodes = (folder / name for name in files)
    load(basics, episodes, folder / "imdb.db")
    return folder / "imdb.db"


def plain_rows(films: Iterable[Work]) -> list[Row]:
    """Every film as it is."""
    return [row(str(one.ids["imdb"]), one.title, one.title, one.year, one.runtime) for one in films]
