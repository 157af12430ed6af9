"""Mara's household on the simulated Plex and Trakt, with the real adapters, and the verbs in which scenarios are told."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import msgspec

from tests.laws.worlds import Fragile
from tests.support.memory import Killed
from watchweave.core.plan import LIMITS, Limit
from watchweave.engine.home import Home, What
from watchweave.engine.report import Line, Report
from watchweave.sandbox.plex import Plex as SimulatedPlex
from watchweave.sandbox.server import transport
from watchweave.sandbox.trakt import CLIENT, SECRET, Options
from watchweave.sandbox.trakt import Trakt as SimulatedTrakt
from watchweave.sandbox.trakt_account import Account
from watchweave.sandbox.world import START, Work, World, invented
from watchweave.sandbox.world import Clock as Simulation
from watchweave.services.http import Clock, Http
from watchweave.services.registry import service
from watchweave.storage.store import Store, open_store

MINUTE, HOUR, DAY = 60, 3600, 86_400
NOW = START
SETTLE = 300
"""Seconds after which an unclear write at Trakt has landed or never will (sync model, section 2)."""
HISTORY = "/sync/history$"
BOTH_WAYS = (("plex", "trakt"), ("trakt", "plex"))


@dataclass(frozen=True)
class Rules:
    ratings: str = "newest"
    watchlist: str = "newest"
    lists: str = "newest"
    reviews: str = "ask"
    removed_plays: str = "keep"
    watched_leaves_watchlist: bool = False


@dataclass(frozen=True)
class Signed:
    """One account as the settings would name it."""

    name: str
    service: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    accounts: Sequence[Signed]
    directions: Sequence[tuple[str, str]]
    rules: Rules
    timezone: str = "UTC"
    name: str = "mara"
    shelves: Sequence[str] | None = None
    lists: Sequence[str] | None = None
    limits: dict[str, Limit] = field(default_factory=lambda: dict(LIMITS))
    titles: str = "exact"


class Drawer(dict[str, str]):
    """The secrets of one account, and how long it asked us to wait; what is in it outlives a process."""

    until = 0.0

    def load(self) -> dict[str, str]:
        return dict(self)

    def save(self, values: dict[str, str]) -> None:
        self.update(values)

    def lock(self) -> asyncio.Lock:
        loop = asyncio.get_running_loop()
        if getattr(self, "loop", None) is not loop:
            self.loop, self.turn = loop, asyncio.Lock()
        return self.turn

    def wait_until(self) -> float:
        return self.until

    def hold(self, until: float) -> None:
        self.until = until


class WorldTime(Clock):
    """The world's time, which passes when somebody waits; nobody may wait inside a transaction."""

    def __init__(self, house: Household) -> None:
        self.house = house

    def now(self) -> float:
        return self.house.world.now() + self.house.skew

    def steady(self) -> float:
        return self.house.world.now()

    async def sleep(self, seconds: float) -> None:
        assert not self.house.store.db.in_transaction
        self.house.world.clock.advance(seconds)


@dataclass(frozen=True)
class Sent:
    """A request that left us, and when."""

    method: str
    address: str
    body: Any
    at: float
    bearer: str = ""
    """With whose token."""


class Door(httpx2.AsyncBaseTransport):
    """The way to the simulated services. It keeps what is sent, and the process can die at it.

    die_in: the process dies at the nth request from now, after it was carried out if `after`. refuses: an answer in
    place of the service's own, for the bodies it names.
    """

    def __init__(self, world: World) -> None:
        self.inner = transport(world)
        self.world = world
        self.sent: list[Sent] = []
        self.die_in, self.after = -1, False
        self.hear: Callable[[Sent], int | None] = lambda sent: None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        content = request.content
        body = msgspec.json.decode(content) if content else None
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        sent = Sent(request.method, str(request.url), body, self.world.now(), bearer)
        if (
            "/oauth/" not in sent.address
        ):  # new tokens that are lost between their arrival and our disk are lost for good
            self.die_in -= 1
        if self.die_in == 0 and not self.after:
            raise Killed
        self.sent.append(sent)
        status = self.hear(sent)
        if status:
            return httpx2.Response(status, json={"message": "something is wrong with it"})
        response = await self.inner.handle_async_request(request)
        if self.die_in == 0 and "/oauth/" not in sent.address:
            raise Killed
        return response


class WorldHome(Home):
    """A home whose clock is the world's."""

    house: Household

    def clock(self) -> int:
        return int(self.house.world.now()) + self.house.skew


class Household:
    """Mara with one Plex server and one Trakt account, or two; both ways unless told otherwise.

    The world's clock stands still until `later` moves it. `films` and `shows` stand in the Plex library; x1, x2 … are
    films that do not. With `checked`, every sync of a healthy world is rehearsed by a dry run that must tell the same.
    """

    def __init__(
        self,
        *,
        films: int = 6,
        episodes: int = 4,
        others: int = 4,
        traps: bool = False,
        runtime: int = 0,
        options: Options | None = None,
        vip: bool = False,
        second: bool = False,
        directions: Sequence[tuple[str, str]] | None = None,
        rules: Rules | None = None,
        checked: bool = True,
        folder: Path | None = None,
        shelves: Sequence[str] | None = None,
        start: int = START,
    ) -> None:
        self.folder = folder or Path()
        self.world = World(
            invented(movies=films, shows=2, seasons=1, episodes=episodes, extra_movies=others, traps=traps),
            Simulation(start),
        )
        for work in self.world.catalogue if runtime else ():
            work.runtime = runtime if work.kind in ("movie", "episode") else work.runtime
        self.plex = SimulatedPlex(self.world, owner="mara")
        self.plex.fill()
        self.simulated_trakt = SimulatedTrakt(self.world, options)
        self.trakt = self.simulated_trakt.join("mara", vip=vip)
        self.second = self.simulated_trakt.join("mara2", vip=vip) if second else None
        names = ["plex", "trakt", *(["second"] if second else []), *self.join()]
        self.person = Person(
            [Signed(name, "trakt" if name == "second" else name, self.options.get(name, {})) for name in names],
            [(a, b) for a in names for b in names if a != b] if directions is None else directions,
            rules or Rules(),
            shelves=shelves,
        )
        self.drawers: dict[str, Drawer] = {name: Drawer() for name in names}
        self.drawers |= {"plex": Drawer(token=self.plex.user("mara").token), "trakt": self._granted(self.trakt)}
        if self.second:
            self.drawers["second"] = self._granted(self.second)
        self.checked = checked
        self.skew = 0
        """Seconds by which the clock of this machine is ahead of the world's."""
        self.door = Door(self.world)
        self.store = open_store(None)
        self.store.__class__ = Fragile
        self.start()

    options: Mapping[str, dict[str, Any]] = {}
    """What the settings say of accounts, by their names."""

    def join(self) -> Sequence[str]:
        """Mara's further accounts: each has a service of the same name."""
        return ()

    def _granted(self, account: Account) -> Drawer:
        grant = self.simulated_trakt.sign_in.grant(account, CLIENT)
        drawer = Drawer(client_id=CLIENT, client_secret=SECRET)
        drawer.save({"access_token": grant.access, "refresh_token": grant.refresh})
        return drawer

    # ---------------------------------------------------------------- the program
    def start(self) -> None:
        """The program starts, with whatever its database holds."""
        self.home = WorldHome([self.person], self.store, self._open, self._named, self._named, service)  # type: ignore[arg-type]
        self.home.house = self
        self.home.folder = self.folder
        self.home.enrol()

    def die(self) -> None:
        """The process is gone, and begins anew with what was committed."""
        store: Store = self.store.scratch()
        self.store.close()
        self.store = store
        self.store.__class__ = Fragile
        self.door.die_in = -1
        self.start()

    def _named(self, number: int) -> Drawer:
        (name,) = self.store.db.execute("SELECT name FROM account WHERE id = ?", (number,)).fetchone()
        return self.drawers[name]

    def _open(self, wish: Signed, secrets: Drawer, pace: Drawer, known: Any, desk: Any) -> tuple[Any, AsyncExitStack]:
        kind = service(wish.service)
        url = "http://plex.local:32400" if wish.service == "plex" else kind.base_url
        hosts = {"url": url, **kind.hosts} if url else dict(kind.hosts)
        http = Http(
            kind.title,
            hosts,
            kind.signer(secrets),
            pace,
            transport=self.door,
            limits=kind.limits,
            clock=WorldTime(self),
        )
        stack = AsyncExitStack()
        stack.push_async_exit(http.__aexit__)
        return kind(http, wish.options, known, desk), stack

    def sync(self, what: str = "", *, yes: bool = False, approve: str = "") -> Report:
        """One sync. In a healthy world a dry run comes first: it must write nothing and show the same plan."""
        rehearsed = (
            self.rehearse(what, yes=yes) if self.checked and not self.world.faults.orders and not approve else None
        )
        report = asyncio.run(self.home.sync(self.person, What(what), yes=yes, approve=approve))
        if rehearsed is not None:
            assert plan_of(rehearsed) == plan_of(report)
        return report

    def rehearse(self, what: str = "", *, yes: bool = False) -> Report:
        """A dry run: nothing is written and nothing that is remembered moves."""
        writes, before = len(self.writes()), self.remembered()
        report = asyncio.run(self.home.sync(self.person, What(what), dry_run=True, yes=yes))
        assert len(self.writes()) == writes
        assert self.remembered() == before
        return report

    def undo(self, run: int) -> Report:
        return asyncio.run(self.home.undo(run))

    def remembered(self) -> list[str]:
        """Everything in the database."""
        return list(self.store.db.iterdump())

    def quiet(self) -> None:
        """Further syncs plan and write nothing; one of them only asks the stamps (sync model, section 15)."""
        stamps = dict.fromkeys(self.drawers, 1) | {"plex": 3 + len(self.plex.server.library.sections) - 1}
        for wait in (SETTLE + MINUTE, HOUR, DAY + HOUR):
            self.later(wait)
            writes = len(self.writes())
            report = self.sync(yes=True)
            assert (report.changes, report.status, len(self.writes()) - writes) == ([], "done", 0)
            assert wait != HOUR or report.requests == stamps

    # ---------------------------------------------------------------- the world
    def __getitem__(self, uid: str) -> Work:
        return self.world.catalogue[uid]

    def later(self, seconds: int = HOUR) -> None:
        self.world.clock.advance(seconds)

    def now(self) -> int:
        return int(self.world.now())

    def watch_on_plex(self, uid: str, at: int | None = None) -> None:
        self.plex.watch("mara", uid, at=at)

    def watch_on_trakt(self, uid: str, at: int | None = None) -> None:
        self.trakt.watch(self[uid], at)

    def writes(self, host: str = "") -> list[Any]:
        """Every request so far that was meant to change something."""
        return self.world.requests.writes(host)

    def bodies(self, path: str) -> list[Any]:
        """What was sent to this address."""
        return [sent.body for sent in self.door.sent if sent.address.endswith(path) and sent.method == "POST"]

    # ---------------------------------------------------------------- what services show
    def plays(self, uid: str, account: Account | None = None) -> list[int]:
        """When Trakt says that it was watched."""
        return sorted(play.at for play in (account or self.trakt).history.of(self[uid]))

    def watched(self, uid: str) -> bool:
        """Is it marked at Plex?"""
        return self.plex.user("mara").view.state(self.plex.item(uid)).count > 0

    def rating(self, uid: str) -> float | None:
        """What Plex shows."""
        return self.plex.user("mara").view.state(self.plex.item(uid)).rating

    def wishes(self) -> set[str]:
        """The watchlist at Plex."""
        wanted = self.plex.discover.of(self.plex.user("mara"))
        return {work.uid for work in self.world.catalogue if work.ids.get("plex") in wanted}

    def wishes_on_trakt(self) -> set[str]:
        return {entry.work.uid for entry in self.trakt.watchlist}

    def shown(self) -> dict[str, Any]:
        """All that the services show, to compare with; the views that Plex dates itself are only counted as marks."""
        held = [work.uid for work in self.world.catalogue.of("movie", "episode") if self.plex.items(work)]
        accounts = [self.trakt, *([self.second] if self.second else [])]
        return {
            "watched": {uid for uid in held if self.watched(uid)},
            "rated": {uid: self.rating(uid) for uid in held if self.rating(uid) is not None},
            "wishes": self.wishes(),
            "plays": [Counter((p.work.uid, p.at) for p in a.history.plays.values()) for a in accounts],
            "ratings": [{uid: rating.value for uid, rating in a.ratings.items()} for a in accounts],
            "watchlist": [{entry.work.uid for entry in a.watchlist} for a in accounts],
        }


def plan_of(report: Report) -> Counter[Any]:
    """What a report plans, whatever became of it, and what is still open from before."""
    return Counter(line.identity for line in report.changes)


def lines(report: Report, account: str = "", shelf: str = "") -> list[Line]:
    return [c for c in report.changes if account in ("", c.account) and shelf in ("", c.shelf)]


def outcomes(report: Report) -> Counter[str]:
    return Counter(line.outcome for line in report.changes)


def told(report: Report) -> set[tuple[str, str, str]]:
    """Who was to be told what: account, shelf, verb."""
    return {(line.account, line.shelf, line.verb) for line in report.changes}


def spread(works: Sequence[str], until: int, apart: int = DAY) -> list[tuple[str, int]]:
    """These, each at a time of its own, the last one `apart` before `until`."""
    return [(uid, until - apart * place) for uid, place in zip(works, itertools.count(1), strict=False)]
