"""The worlds that are measured: one person's invented library, watched and rated at both services, with a little drift."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from watchweave.sandbox.plex import Plex
from watchweave.sandbox.server import Answer, Call, Host
from watchweave.sandbox.trakt import Trakt
from watchweave.sandbox.trakt_account import Account
from watchweave.sandbox.world import DAY, Clock, Work, World, invented

PERSON = "nate"
SEASONS, EPISODES = 5, 10
SINCE = 10 * 365 * DAY
"""The plays are spread over so many seconds, up to yesterday."""
DRIFT = 200
"""One record in so many is only at Plex, another one only at Trakt: one per cent in all."""
UNLIMITED = 1_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is. at_trakt: is the person's life there too? Else the account is new and empty."""

    movies: int
    shows: int
    wishes: int = 50
    at_trakt: bool = True
    rated: bool = True

    @property
    def episodes(self) -> int:
        return self.shows * SEASONS * EPISODES


SIZES = {
    "tiny": Size(120, 4, 5),
    "small": Size(1_000, 20),
    "large": Size(10_000, 2_000),
    "new plays": Size(2_000, 160, 0, at_trakt=False, rated=False),
}


class Noting(World):
    """A world that keeps the calls it answers, with their headers: by them a reading can be repeated."""

    calls: list[Call]

    @property
    def hosts(self) -> list[Host]:
        self.calls = []
        return [replace(host, answer=self._noted(host)) for host in super().hosts]

    def _noted(self, host: Host) -> Callable[[Call], Answer]:
        def answer(call: Call) -> Answer:
            self.calls.append(call)
            return host.answer(call)

        return answer


@dataclass(frozen=True, slots=True)
class Scene:
    """A world with both services, the account at the second, and the works that are in the library."""

    world: Noting
    plex: Plex
    trakt: Trakt
    account: Account
    held: Sequence[Work]


def scene(size: Size, seed: int = 1) -> Scene:
    """The same for the same size, seed and time. Nothing was done in the last day."""
    catalogue = invented(seed, size.movies, size.shows, SEASONS, EPISODES, extra_movies=size.wishes + 1)
    now = int(time.time())
    world = Noting(catalogue, Clock(now - DAY, running=True), seed)
    plex, trakt = Plex(world, owner=PERSON), Trakt(world)
    account = trakt.join(PERSON)
    account.limits.update(dict.fromkeys(("plays", "ratings", "watchlist"), UNLIMITED))
    plex.fill()
    held = [work for work in catalogue.of("movie", "episode") if not work.uid.startswith("x")]
    made = Scene(world, plex, trakt, account, held)
    _watch(made, size, now)
    if size.rated:
        _rate(made, now)
    for place, work in enumerate(wanted(made)[: size.wishes]):
        plex.want(PERSON, work, at=now - (2 + place) * DAY)
        account.want(work)
    return made


def wanted(made: Scene) -> list[Work]:
    """Films that are not in the library: wishes, and one more."""
    return [work for work in made.world.catalogue.of("movie") if work.uid.startswith("x")]


def _watch(made: Scene, size: Size, now: int) -> None:
    """Everything once; the order of the plays is not that of the library."""
    count = len(made.held)
    for turn in range(count):
        work = made.held[turn * 7_919 % count]
        at = now - DAY - SINCE + SINCE * turn // count
        if turn % DRIFT != DRIFT // 2:
            made.plex.watch(PERSON, work, at=at)
        if size.at_trakt and turn % DRIFT:
            made.account.watch(work, at=at)


def _rate(made: Scene, now: int) -> None:
    """Every third, with whole numbers."""
    for turn, work in enumerate(made.held[::3]):
        at, value = now - 2 * DAY - 600 * turn, 1 + turn * 7 % 10
        if turn % DRIFT != DRIFT // 2:
            made.plex.rate(PERSON, work, value, at=at)
        if turn % DRIFT:
            made.account.rate(work, value, at=at)
