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
FRESH = 2
"""So many films of the library, the last ones, nobody has watched yet."""
UNLIMITED = 1_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is. at_trakt: is the person's life there too? Else the account is new and empty.

    drift: one record in so many is only at Plex, another one only at Trakt; 0: everything stands at both.
    """

    movies: int
    shows: int
    wishes: int = 50
    at_trakt: bool = True
    rated: bool = True
    drift: int = 200

    def lacks(self, turn: int) -> str:
        """Which service does not have the record of this turn: one per cent of all is only at one of them."""
        if not self.at_trakt or not self.drift:
            return "" if self.at_trakt else "trakt"
        return {0: "trakt", self.drift // 2: "plex"}.get(turn % self.drift, "")

    @property
    def episodes(self) -> int:
        return self.shows * SEASONS * EPISODES


SIZES = {
    "tiny": Size(120 + FRESH, 4, 5),
    "small": Size(1_000 + FRESH, 20),
    "large": Size(10_000 + FRESH, 2_000),
    "small, in step": Size(1_000 + FRESH, 20, drift=0),
    "large, in step": Size(10_000 + FRESH, 2_000, drift=0),
    "new plays": Size(2_000 + FRESH, 160, 0, at_trakt=False, rated=False),
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
    """A world with both services, the account at the second, and what is in the library: watched, or still `fresh`."""

    world: Noting
    plex: Plex
    trakt: Trakt
    account: Account
    watched: Sequence[Work]
    fresh: Sequence[Work]


def scene(size: Size, seed: int = 1) -> Scene:
    """The same for the same size, seed and time. Nothing was done in the last day."""
    catalogue = invented(seed, size.movies, size.shows, SEASONS, EPISODES, extra_movies=size.wishes)
    now = int(time.time())
    world = Noting(catalogue, Clock(now - DAY, running=True), seed)
    plex, trakt = Plex(world, owner=PERSON), Trakt(world)
    account = trakt.join(PERSON)
    account.limits.update(dict.fromkeys(("plays", "ratings", "watchlist"), UNLIMITED))
    plex.fill()
    films = [work for work in catalogue.of("movie") if not work.uid.startswith("x")]
    fresh = films[size.movies - FRESH :]
    made = Scene(world, plex, trakt, account, [*films[: size.movies - FRESH], *catalogue.of("episode")], fresh)
    _watch(made, size, now)
    if size.rated:
        _rate(made, size, now)
    for place, work in enumerate(work for work in catalogue.of("movie") if work.uid.startswith("x")):
        plex.want(PERSON, work, at=now - (2 + place) * DAY)
        account.want(work)
    return made


def _watch(made: Scene, size: Size, now: int) -> None:
    """Everything once, but for what is fresh; the order of the plays is not that of the library."""
    count = len(made.watched)
    for turn in range(count):
        work = made.watched[turn * 7_919 % count]
        at = now - DAY - SINCE + SINCE * turn // count
        if size.lacks(turn) != "plex":
            made.plex.watch(PERSON, work, at=at)
        if size.lacks(turn) != "trakt":
            made.account.watch(work, at=at)


def _rate(made: Scene, size: Size, now: int) -> None:
    """Every third, with whole numbers."""
    for turn, work in enumerate(made.watched[::3]):
        at, value = now - 2 * DAY - 600 * turn, 1 + turn * 7 % 10
        if size.lacks(turn) != "plex":
            made.plex.rate(PERSON, work, value, at=at)
        if size.lacks(turn) != "trakt":
            made.account.rate(work, value, at=at)
