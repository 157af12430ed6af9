"""The simulated Trakt is held to what every service promises."""

import pytest

from tests.contract.trakt_desk import Desk
from watchweave.contract import ServiceContract, bench
from watchweave.core.media import Kind, Media
from watchweave.core.records import Member
from watchweave.sandbox import faults
from watchweave.sandbox.trakt_rows import described
from watchweave.sandbox.trakt_rules import KINDS, Options
from watchweave.services.base import Listed
from watchweave.services.trakt.lists import PersonalList

EVERY = ("m1", "m2", "m3", "s1", "s2", "s1.1", "s1.1.1", "s1.1.2", "s2.2.3")
WATCHABLE = ("movie", "episode")


class TestTrakt(ServiceContract):
    options = Options()

    def setup_method(self):
        self.desk = Desk(self.options)
        self.world, self.mara = self.desk.world, self.desk.person

    def service(self):
        self.desk.next_run()
        return self.desk.trakt

    def shelves(self, verb="read"):
        return ((name, shelf) for name, shelf in super().shelves(verb) if name != "lists")  # each list is a shelf

    def things(self, shelf):
        kinds = {"favourites": ("movie", "show"), "history": WATCHABLE, "collection": WATCHABLE}.get(shelf, KINDS)
        return [self.desk.media(uid) for uid in EVERY if self.desk.works[uid].kind in kinds]

    def unknown(self, shelf):
        return Media(Kind.MOVIE, {"imdb": "tt9999999", "tmdb": "987654321"}, "Nobody made this")

    def put(self, shelf, record):
        work = next(self.desk.works[uid] for uid in EVERY if self.desk.media(uid) == record.media)
        {
            "history": lambda: self.mara.watch(work, record.at),
            "ratings": lambda: self.mara.rate(work, record.value // 10),
            "watchlist": lambda: self.mara.want(work),
            "favourites": lambda: self.mara.put_on(self.mara.favorites, work),
            "reviews": lambda: self.mara.comment(work, record.text, spoiler=record.spoiler),
            "collection": lambda: self.mara.collect(work),
        }[shelf]()

    def break_off(self, shelf):
        others = {"favourites": "/sync/favorites", "reviews": "/users/me/comments", "nights": "/users/me/lists"}
        path = "^" + others.get(shelf, f"/sync/{shelf}")
        self.world.faults.order(faults.Cap(2), path=path, times=-1)
        self.world.faults.order(faults.Status(500), path=path, skip=1, times=-1)

    def now(self):
        return int(self.world.now())

    def later(self, seconds):
        self.world.clock.advance(seconds)


class TestTraktWithOnePlayPerFilm(TestTrakt):
    """A setting of the account; it is known when the account was asked for its settings."""

    def setup_method(self):
        super().setup_method()
        self.mara.choose(watch_only_once=True)

    def shelves(self, verb="read"):
        async def deed(service):
            await service.account()
            return service.shelves

        shelves = ((name, shelf) for name, shelf in self.run(deed).items() if name != "lists")
        return ((name, shelf) for name, shelf in shelves if verb == "read" or shelf.can(verb))


class TestTraktWhosePlaysCanBeReadLate(TestTrakt):
    options = Options(readable_after=280)


class TestTraktInItsOddestForm(TestTrakt):
    options = Options(
        leaf_step=60,
        window_by_day=True,
        episode_ids=("trakt", "tvdb"),
        comment_ids=("trakt",),
        unknown_ids="missing",
        history_status=200,
        plex_ids=True,
    )


class TestAListAtTrakt(TestTrakt):
    """One list is a shelf like any other."""

    @pytest.fixture(autouse=True)
    def _a_shelf(self, monkeypatch):
        monkeypatch.setitem(bench.SHELVES, "nights", Member)

    def setup_method(self):
        super().setup_method()
        self.nights = self.mara.make_list("Nights")

    def service(self):
        trakt, row = super().service(), described(self.mara, self.nights)
        listed = Listed(str(self.nights.id), "Nights", f"{row['updated_at']} {row['item_count']}")
        trakt.shelves = {"nights": PersonalList(trakt, listed)}
        return trakt

    def put(self, shelf, record):
        work = next(self.desk.works[uid] for uid in EVERY if self.desk.media(uid) == record.media)
        self.mara.put_on(self.nights, work)
