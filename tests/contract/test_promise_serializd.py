"""The simulated Serializd is held to what every service promises."""

from tests.contract.serializd_desk import Desk
from watchweave.contract import ServiceContract
from watchweave.core.media import Kind, Media
from watchweave.sandbox import faults
from watchweave.sandbox.serializd_rules import Options

EPISODES, MARKED = ("s1.1.1", "s1.1.2", "s2.2.3", "s3.1.4"), ("s1.2.1", "s1.2.2", "s2.1.1", "s3.2.3")
PARTS = ("s1.1", "s2.1.2", "s3.2")
UIDS = {"history": EPISODES, "watched": MARKED, "watchlist": ("s1", "s2.1", "s3.2"), "ratings": PARTS, "reviews": PARTS}


class TestSerializd(ServiceContract):
    options = Options()

    def setup_method(self):
        self.desk = Desk(self.options)
        self.world, self.mara = self.desk.world, self.desk.person

    def service(self):
        self.desk.next_run()
        return self.desk.adapter

    def uids(self, shelf):
        return UIDS.get(shelf, PARTS)

    def things(self, shelf):
        return [self.desk.media(uid) for uid in self.uids(shelf)]

    def shelves(self, verb="read"):
        """Lists are shelves of another sort; `test_serializd_lists` tells of them."""
        return ((name, shelf) for name, shelf in super().shelves(verb) if name != "lists")

    def unknown(self, shelf):
        show = Media(Kind.SHOW, {"tmdb": "987654321"}, "Nobody made this")
        return show if shelf == "watchlist" else Media(Kind.EPISODE, parent=show, season=1, number=1)

    def put(self, shelf, record):
        work = next(self.desk.works[uid] for uid in self.uids(shelf) if self.desk.media(uid) == record.media)
        {
            "history": lambda: self.mara.enter(work, record.at),
            "watched": lambda: self.mara.watch(work),
            "ratings": lambda: self.mara.rate(work, record.value // 10),
            "watchlist": lambda: self.mara.want(work),
            "favourites": lambda: self.mara.review(work, "A gem.", like=True),
            "reviews": lambda: self.mara.review(work, record.text, spoiler=record.spoiler),
            "tags": lambda: self.mara.review(work, "Noted.", tags=record.tags),
        }[shelf]()

    def break_off(self, shelf):
        path = "/watchlistpage_v2/" if shelf == "watchlist" else "/diary$"
        self.world.faults.order(faults.Cap(2), path=path, times=-1)
        self.world.faults.order(faults.Status(500), path=path, skip=1, times=-1)

    def now(self):
        return int(self.world.now())

    def later(self, seconds):
        self.world.clock.advance(seconds)


class TestSerializdInItsOlderSpelling(TestSerializd):
    options = Options(older_spelling=True, gaps=1)


class TestSerializdWhoseDiaryHoldsViewingsAlone(TestSerializd):
    options = Options(diary_holds_all=False, show_rating_marks=False, disorder=0)


class TestSerializdThatSleeps(TestSerializd):
    options = Options(cold_start=50)


class TestSerializdInSmallPagesInDisorder(TestSerializd):
    options = Options(page_size=2, gaps=0)
