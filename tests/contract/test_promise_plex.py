"""The simulated Plex is held to what every service promises."""

from tests.contract.plex_desk import Desk
from watchweave.contract import ServiceContract
from watchweave.core.media import Kind, Media
from watchweave.sandbox import faults

MOVIES = "/library/sections/1/all"
WISHES = "/library/sections/watchlist/all"
UIDS = {
    "history": ("m1", "m2", "s1.1.1", "s2.1.3"),
    "watched": ("m3", "m4", "m5", "s1.2.1", "s2.2.3"),
    "ratings": ("m1", "m6", "m7", "s1", "s2", "s1.1", "s1.1.1", "s2.1.3"),
    "watchlist": ("x1", "x2", "m1", "s1"),
    "collection": ("x3", "x4", "x5"),
}


class TestPlex(ServiceContract):
    person = "nate"

    def setup_method(self):
        self.desk = Desk()
        self.world, self.plex = self.desk.world, self.desk.plex

    def service(self):
        raise NotImplementedError

    def open(self):
        return self.desk.open()

    def things(self, shelf):
        return [self.media(uid) for uid in UIDS[shelf]]

    def media(self, uid):
        """What the library does not hold has no key."""
        held = uid in self.plex.shelves.by_work
        work = self.plex.work(uid)
        ids = {space: str(value) for space, value in work.ids.items() if space in ("imdb", "tmdb", "tvdb", "plex")}
        return self.desk.media(uid) if held else Media(Kind[work.kind.upper()], ids, work.title, work.year)

    def unknown(self, shelf):
        return Media(Kind.MOVIE, {"imdb": "tt9999999"}, "Nobody made this", keys=("987654",))

    def put(self, shelf, record):
        uid = next(uid for uid in UIDS[shelf] if self.plex.work(uid).ids["plex"] == record.media.ids["plex"])
        {
            "history": lambda: self.plex.watch(self.person, uid, record.at),
            "watched": lambda: self.plex.mark(self.person, uid),
            "ratings": lambda: self.plex.rate(self.person, uid, record.value / 10),
            "watchlist": lambda: self.plex.want(self.person, uid),
            "collection": lambda: self.plex.add(uid),
        }[shelf]()

    def break_off(self, shelf):
        path = WISHES if shelf == "watchlist" else MOVIES
        self.world.faults.order(faults.Cap(2), path=path, times=-1)
        self.world.faults.order(faults.Status(500), path=path, skip=1, times=-1)

    def now(self):
        return int(self.world.now())

    def later(self, seconds):
        self.world.clock.advance(seconds)


class TestPlexOfAFriend(TestPlex):
    """Who may not read the history of the server; the views of the items are all there is."""

    person = "friend"

    def setup_method(self):
        super().setup_method()
        self.plex.person("friend")
        self.plex.server.switches.history_for_others = False
        self.desk.drawer["token"] = self.plex.user("friend").token


class TestPlexThatRefusesGroupsOfDates(TestPlex):
    def setup_method(self):
        super().setup_method()
        self.plex.server.switches.refuse_or_across_sections = True
