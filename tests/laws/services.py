"""Random lives with the real adapters on simulated services, some of which know days only, and are reached by hand."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from tests.scenarios.five import PAST, Five
from tests.scenarios.household import DAY, HOUR, MINUTE, Signed
from tests.support.memory import Killed
from watchweave.core.directions import hears
from watchweave.core.media import Kind, Media
from watchweave.core.titles import Work
from watchweave.metadata.base import Source, Works
from watchweave.sandbox import faults

FILMS = ("m1", "m2", "m3")
EPISODES = ("s1.1.1", "s1.1.2")
APART = 60 * HOUR
"""Two viewings of one thing are so far apart that nobody takes one for the other, however badly he knows their times."""
QUIET = 4
NO_SIGN_IN = "^(?!.*oauth)"
"""Tokens that are lost between their arrival and our disk are lost for good: then she would have to sign in."""
GRAPHS: tuple[Callable[[list[str]], list[tuple[str, str]]], ...] = (
    lambda names: [(a, b) for a in names for b in names if a != b],
    lambda names: [(a, b) for a in names for b in names if a != b],
    lambda names: [(names[0], b) for b in names[1:]],
    lambda names: [(a, names[0]) for a in names[1:]],
    lambda names: [*pairwise(names)],
    lambda names: [(names[0], names[1]), (names[1], names[0]), *((names[0], b) for b in names[2:])],
)
"""Who hears whom: all each other, twice as often; one tells all; all tell one; a chain; two, and who hears them."""
FAULTS = (
    faults.Status(500), faults.Status(500, applied=True), faults.Status(429, {"Retry-After": "5"}), faults.Drop(),
    faults.Drop(applied=True), faults.Truncate(), faults.Html(), faults.Html(applied=True),
)  # fmt: skip


@dataclass
class Life:
    """What really happened."""

    known: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    """(account, thing) -> the viewings that were logged there."""
    viewings: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    marks: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Where a thing was marked as watched, nobody says when."""
    said: dict[tuple[str, str], list[Any]] = field(default_factory=lambda: defaultdict(list))
    """(shelf, thing) -> the values that somebody set."""
    where: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class Library(Source):
    """A metadata source that knows everything there is, and costs nothing."""

    works: Sequence[Work]
    name: str = "tmdb"
    free: bool = True
    budget: int | None = None
    searches = frozenset({Kind.MOVIE, Kind.SHOW})
    finds: ClassVar[Mapping[Kind, tuple[str, ...]]] = {
        **dict.fromkeys((Kind.MOVIE, Kind.SHOW), ("imdb", "tmdb")),
        Kind.EPISODE: ("imdb",),
    }

    async def find(self, kind: Kind, space: str, value: str) -> Sequence[Media]:
        return [one.media for one in self.works if one.media.kind is kind and one.media.ids.get(space) == value]

    async def search(self, wanted: Media, *, narrow: bool = False) -> Works:
        return Works(self.works)


class World:
    """One random life with its syncs."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.random = random.Random(f"services {seed}")
        self.seed = seed
        self.house = Five(folder, films=3, episodes=2, others=0, checked=False)
        every = [signed.name for signed in self.house.person.accounts]
        self.names = self.random.sample(every, self.random.randint(2, len(every)))
        self.directions = self.random.choice(GRAPHS)(self.names)
        zone = self.random.choice(["UTC", "America/New_York", "Asia/Kolkata"])
        self.house.person = replace(self.house.person, timezone=zone)
        self.settle_for(self.names)
        self.life = Life()
        self.crashes = self.random.choice([0.0, 0.0, 0.2])
        self.faults = self.random.choice([0.0, 0.0, 0.3])
        self.story: list[str] = []

    def start(self) -> None:
        """The program starts; a source knows all titles, so that nothing stays unknown for want of an id."""
        self.house.start()
        known = [
            Work(Media(kind, {space: str(work.ids[space]) for space in ("imdb", "tmdb")}, work.title, work.year))
            for kind, word in ((Kind.MOVIE, "movie"), (Kind.SHOW, "show"))
            for work in self.house.world.catalogue.of(word)
        ]
        shows = {one.media.ids["imdb"]: one.media for one in known if one.media.kind is Kind.SHOW}
        known += [
            Work(Media(Kind.EPISODE, {"imdb": str(work.ids["imdb"])}, work.title, parent=shows[work.show.ids["imdb"]],
                       season=work.season, number=work.number))
            for work in (self.house[uid] for uid in EPISODES)
        ]  # fmt: skip
        self.house.home.open_sources = lambda: ([Library(known)], AsyncExitStack())

    # ---------------------------------------------------------------- what the services are
    def things(self, name: str) -> tuple[str, ...]:
        """What can be watched there."""
        return {"letterboxd": FILMS, "serializd": EPISODES, "imdb": ()}.get(name, FILMS + EPISODES)

    def rateable(self, name: str) -> tuple[str, ...]:
        return {"letterboxd": FILMS, "serializd": EPISODES}.get(name, FILMS + EPISODES)

    def watch_on(self, name: str, uid: str, at: int) -> None:
        house = self.house
        if name == "plex":
            house.watch_on_plex(uid, at)
        elif name == "trakt":
            house.watch_on_trakt(uid, at // MINUTE * MINUTE)
        elif name == "letterboxd":
            house.mara.log(house[uid], self.day(at))
        else:
            house.serializd.watch(house[uid], at=at)
            house.serializd.enter(house[uid], at=at)

    def day(self, at: int) -> str:
        return datetime.fromtimestamp(at, ZoneInfo(self.house.person.timezone)).date().isoformat()

    def viewings(self, name: str, uid: str) -> int:
        """How many the account shows."""
        house = self.house
        if name == "plex":
            return int(house.watched(uid))
        if name == "serializd":
            return max(len(house.entered(uid)), int(uid in house.serializd.logs))
        return len(house.plays(uid)) if name == "trakt" else len(house.diary(uid))

    def rate_on(self, name: str, uid: str, value: int) -> None:
        house = self.house
        if name == "plex":
            house.plex.rate("mara", uid, value / 10)
            return
        at = {"trakt": house.trakt, "letterboxd": house.mara, "imdb": house.imdb, "serializd": house.serializd}[name]
        at.rate(house[uid], value // 10)

    def rating(self, name: str, uid: str) -> int | None:
        house = self.house
        if name == "plex":
            shown = house.rating(uid)
            return None if shown is None else round(shown * 10)
        if name == "serializd":
            rated = [e for e in house.serializd.entries.values() if e.work.uid == uid and e.rating]
            return max(rated, key=lambda e: (e.added, e.id)).rating * 10 if rated else None
        if name == "imdb":
            return next((r.value * 10 for r in house.imdb.rated() if r.id == house[uid].ids["imdb"]), None)
        held = house.trakt.ratings if name == "trakt" else house.mara.ratings
        return held[uid].value * 10 if uid in held else None

    # ---------------------------------------------------------------- acts
    def note(self, text: str) -> None:
        self.story.append(f"{self.house.now() - PAST:>8} {text}")

    def act(self) -> None:
        getattr(self, self.random.choice(["watch", "watch", "watch", "rate", "rate", "export", "upload"]))()

    def watch(self) -> None:
        name = self.random.choice([name for name in self.names if self.things(name)] or ["plex"])
        uid = self.random.choice(self.things(name))
        at = self.house.now() - self.random.choice([0, 1, 30]) * DAY - self.random.randint(1, 20) * HOUR
        if any(abs(at - other) < APART for other in self.life.viewings[uid]):
            return
        self.life.viewings[uid].append(at)
        also = [other for other in self.names if other != name and uid in self.things(other)]
        for one in [name, *self.random.sample(also, min(len(also), self.random.choice([0, 0, 1])))]:
            self.watch_on(one, uid, at + self.random.randint(-10, 10) * MINUTE)
            self.life.known[one, uid].add(at)
            self.note(f"{one} watch {uid} {at - PAST}")

    def rate(self) -> None:
        name = self.random.choice(self.names)
        uid = self.random.choice(self.rateable(name))
        value = self.random.randint(1, 10) * 10
        self.rate_on(name, uid, value)
        self.life.said["ratings", uid].append(value)
        self.life.where["ratings", uid].add(name)
        if name == "letterboxd" and not self.viewings(name, uid):
            self.life.marks[uid].add(name)  # it counts as watched there, nobody says when
        self.note(f"{name} rate {uid} {value}")

    def export(self) -> None:
        self.note("export")
        self.house.hand_in_all()

    def upload(self) -> None:
        self.note("upload")
        self.house.carry()

    def leave(self) -> None:
        """One account is not in the settings for a while; the person goes on using it."""
        gone = self.random.choice(self.names)
        self.settle_for([name for name in self.names if name != gone])
        self.note(f"{gone} is no longer in the settings")

    def come_back(self) -> None:
        if len(self.house.person.accounts) < len(self.names):
            self.settle_for(self.names)
            self.note("it is back")

    def settle_for(self, names: Sequence[str]) -> None:
        accounts = [Signed(name, name, self.house.options.get(name, {})) for name in names]
        directions = [(giver, taker) for giver, taker in self.directions if {giver, taker} <= set(names)]
        self.house.die()
        self.house.person = replace(self.house.person, accounts=accounts, directions=directions)
        self.start()

    # ---------------------------------------------------------------- syncs
    def trouble(self) -> None:
        if self.random.random() < self.faults:
            for _ in range(self.random.randint(1, 2)):
                fault, skip = self.random.choice(FAULTS), self.random.randint(0, 12)
                self.house.world.faults.order(fault, path=NO_SIGN_IN, skip=skip)
                self.note(f"fault {fault} after {skip}")
        if self.random.random() < self.crashes:
            if self.random.random() < 0.5:
                self.house.store.die_in, self.house.store.after = self.random.randint(1, 30), self.random.random() < 0.5
            else:
                self.house.door.die_in, self.house.door.after = self.random.randint(1, 15), self.random.random() < 0.5

    def sync(self) -> Any:
        try:
            report = self.house.sync(yes=True)
        except Killed:
            self.note("killed")
            self.house.die()
            self.start()
            return None
        told = [f"{c.account} {c.verb} {c.shelf} {c.media.named()} {c.value} {c.outcome}" for c in report.changes]
        self.note(f"sync {', '.join(told)} {[p.message for p in report.problems]} {[h.why for h in report.held]}")
        for hold in report.held:
            self.note(f"approve {hold.hold}")
            self.house.sync(approve=hold.hold)
        self.check_now()
        return report

    def run(self) -> None:
        rounds = self.random.randint(2, 5)
        leaving = self.random.choice([-1, -1, -1, self.random.randrange(rounds)])
        for this in range(rounds):
            if this == leaving:
                self.leave()
            elif self.random.random() < 0.5:
                self.come_back()
            for _ in range(self.random.randint(0, 4)):
                self.act()
                self.house.later(self.random.randint(1, 300) * MINUTE)
            self.trouble()
            self.sync()
            self.house.world.faults.cancel()
            self.house.store.die_in = self.house.door.die_in = -1
            self.house.later(self.random.choice([MINUTE, 20 * MINUTE, HOUR, DAY]))
        self.come_back()
        self.quiet()
        self.judge()

    def quiet(self) -> None:
        """All services well, and everything carried; days are over."""
        self.house.later(3 * DAY)
        for _ in range(QUIET):
            self.export()
            self.sync()
            self.upload()
            self.house.later(2 * DAY)
        self.export()
        self.sync()
        self.house.later(HOUR)
        writes, was = len(self.house.writes()), len(self.story)
        report = self.sync()
        self.expect(len(self.house.writes()) == writes and not report.changes, "C2 quiet", self.story[was:])
        self.expect(not self.house.offered(), "C2 quiet", self.house.offered())

    # ---------------------------------------------------------------- laws
    def expect(self, holds: bool, law: str, text: object = "") -> None:
        if not holds:
            told = "\n".join(self.story)
            raise AssertionError(f"world {self.seed} ({self.names}, {self.directions}): {law}: {text}\n{told}")

    def heard(self) -> dict[str, frozenset[str]]:
        return hears(self.names, self.directions)

    def check_now(self) -> None:
        """At no moment does an account show more than was watched."""
        for name, heard in self.heard().items():
            for uid in self.things(name):
                most = len(set().union(*(self.life.known[giver, uid] for giver in heard)))
                most += bool(self.life.marks[uid] & heard)
                count = self.viewings(name, uid)
                self.expect(count <= most, "C4 no invention", f"{name} {uid}: {count} of {most}")

    def judge(self) -> None:
        for name, heard in self.heard().items():
            for uid in self.things(name):
                known = set().union(*(self.life.known[giver, uid] for giver in heard))
                most = min(len(known), 1) if name == "plex" else len(known)
                count = self.viewings(name, uid)
                self.expect(count >= most, "C5 no loss", f"{name} {uid}: {count} of {most}")
        for uid in FILMS + EPISODES:
            shown = {name: self.rating(name, uid) for name in self.names if uid in self.rateable(name)}
            said = set(self.life.said["ratings", uid])
            at_trakt = "trakt" in self.names and (
                self.life.known["trakt", uid] or "trakt" in self.life.where["ratings", uid]
            )
            if uid in EPISODES and not ("plex" in self.names or at_trakt or "imdb" in self.life.where["ratings", uid]):
                shown.pop("imdb", None)  # nobody tells its own id, and IMDb knows it by nothing else
            for name, value in shown.items():
                self.expect(value is None or value in said, "C4 no invention", f"{name} {uid} rated {value} of {said}")
                mates = {other: shown[other] for other in shown if self.heard()[other] == self.heard()[name]}
                self.expect(len(set(mates.values())) == 1, "C1 agreement", f"{uid}: {shown}")
                told = self.life.where["ratings", uid] & self.heard()[name]
                self.expect(value is not None or not told, "C5 no loss", f"{name} {uid} rating")


def live(seed: int) -> None:
    """One world, from birth to judgement."""
    folder = Path(tempfile.mkdtemp())
    try:
        World(seed, folder).run()
    finally:
        shutil.rmtree(folder)
