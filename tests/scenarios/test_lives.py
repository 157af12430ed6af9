"""Random weeks of a household on the simulated Plex and Trakt, with faults and deaths of the process, and what holds."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from tests.scenarios.household import DAY, HOUR, MINUTE, SETTLE, Household
from tests.support.memory import Killed
from watchweave.sandbox import faults

THINGS = ("m1", "m2", "m3", "s1.1.1", "s1.1.2")
WISHES = ("x1", "x2", "m4")
BREAKS = (
    faults.Status(502),
    faults.Status(502, applied=True),
    faults.Status(503, html=False),
    faults.Drop(),
    faults.Drop(applied=True, timeout=True),
    faults.Late(40),
    faults.Half(1),
    faults.Truncate(),
    faults.Html(),
    faults.Blank(applied=True),
    faults.Status(429, {"Retry-After": "20"}, html=False),
    faults.Refuse(),
    faults.Count(1),
    faults.Short(),
)


class Week:
    """What she does in some days, and what the services make of it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.house = Household(checked=False, second=self.random.random() < 0.3, runtime=60)
        self.viewings: dict[str, list[int]] = defaultdict(list)
        self.removed: set[str] = set()
        self.story: list[str] = []

    def live(self) -> None:
        for _ in range(self.random.randint(3, 7)):
            for _ in range(self.random.randint(0, 3)):
                self.house.later(self.random.randint(5, 90) * MINUTE)
                getattr(self, self.random.choice(["watch", "watch", "watch", "rate", "rate", "wish", "wish", "drop"]))()
            self.house.later(self.random.choice([5, 30, 300, 1500]) * MINUTE)
            self.disturb()
            self.sync()
        self.judge()

    def note(self, *words: object) -> None:
        self.story.append(f"{self.house.now()} {' '.join(map(str, words))}")

    # ---------------------------------------------------------------- what she does
    def watch(self) -> None:
        uid, house = self.random.choice(THINGS), self.house
        if any(abs(house.now() - at) < 6 * HOUR for at in self.viewings[uid]):
            return
        where = self.random.choice(["plex", "trakt", "both"])
        self.viewings[uid].append(house.now())
        self.note("watches", uid, where)
        if where != "trakt":
            house.watch_on_plex(uid)
        if where != "plex":
            house.watch_on_trakt(uid, house.now() + self.random.randint(-20, 0) * MINUTE)

    def rate(self) -> None:
        uid, value = self.random.choice(THINGS), self.random.randint(1, 10)
        where = self.random.choice(["plex", "trakt"])
        self.note("rates", uid, value, where)
        if where == "plex":
            self.house.plex.rate("mara", uid, value - self.random.choice([0, 0.4]))
        else:
            self.house.trakt.rate(self.house[uid], value)

    def wish(self) -> None:
        uid, where = self.random.choice(WISHES), self.random.choice(["plex", "trakt"])
        self.note("wishes", uid, where)
        self.house.plex.want("mara", uid) if where == "plex" else self.house.trakt.want(self.house[uid])

    def drop(self) -> None:
        uid, where = self.random.choice(WISHES), self.random.choice(["plex", "trakt"])
        self.note("drops", uid, where)
        self.house.plex.unwant("mara", uid) if where == "plex" else self.house.trakt.unwant(self.house[uid])

    # ---------------------------------------------------------------- what goes wrong
    def disturb(self) -> None:
        for _ in range(self.random.choice([0, 0, 1, 2])):
            fault, host = self.random.choice(BREAKS), self.random.choice(["trakt.api", "plex.server", "plex.discover"])
            skip, times = self.random.randint(0, 6), self.random.choice([1, 2, -1])
            self.note("fault", fault, host, skip, times)
            self.house.world.faults.order(fault, host, skip=skip, times=times)
        if self.random.random() < 0.25:
            dying = self.random.choice([self.house.store, self.house.door])
            dying.die_in, dying.after = self.random.randint(1, 25), self.random.random() < 0.5
            self.note("dies", type(dying).__name__, dying.die_in, dying.after)

    def sync(self) -> None:
        try:
            report = self.house.sync(yes=True)
            self.note(
                "sync",
                report.status,
                [(c.account, c.shelf, c.verb, c.media.named(), c.outcome) for c in report.changes],
            )
            self.house.store.die_in = self.house.door.die_in = -1
        except Killed:
            self.house.die()
        self.house.world.faults.cancel()
        self.undoubled()

    # ---------------------------------------------------------------- what holds
    def undoubled(self) -> None:
        for uid in THINGS:
            for account in (self.house.trakt, *([self.house.second] if self.house.second else [])):
                shown = self.house.plays(uid, account)
                assert len(shown) <= len(self.viewings[uid]), self.told(uid, shown)

    def told(self, *more: object) -> str:
        return "\n".join([*self.story, *map(str, more)])

    def judge(self) -> None:
        """All is well for some days: everybody agrees, and nothing more is written."""
        for _ in range(4):
            self.house.later(DAY + HOUR)
            report = self.house.sync(yes=True)
            for hold in report.held if report.held else ():
                if hold.check != "doubted":
                    self.house.later(MINUTE)
                    self.house.sync(approve=hold.hold)
            self.note(
                "sync",
                report.status,
                [(c.account, c.shelf, c.verb, c.media.named(), c.outcome) for c in report.changes],
            )
        self.undoubled()
        writes = len(self.house.writes())
        self.house.later(SETTLE + MINUTE)
        assert (self.house.sync(yes=True).changes, len(self.house.writes())) == ([], writes), self.told()
        house = self.house
        for uid in THINGS:
            assert len(house.plays(uid)) == len(self.viewings[uid]), self.told(uid, house.plays(uid))
            assert house.watched(uid) is bool(self.viewings[uid]), self.told(uid)
            on_plex, on_trakt = house.rating(uid), house.trakt.ratings.get(uid)
            assert (on_plex is None) == (on_trakt is None), self.told(uid, on_plex, on_trakt)
            assert on_trakt is None or abs(on_plex - on_trakt.value) <= 0.5, self.told(uid, on_plex, on_trakt)
        assert house.wishes() == house.wishes_on_trakt(), self.told(house.wishes(), house.wishes_on_trakt())


@pytest.mark.parametrize("seed", range(1, 31))
def test_after_a_random_week_everybody_agrees_and_nothing_is_doubled_or_lost(seed):
    Week(seed).live()
