"""The simulated IMDb is held to what every service promises: by files of every time, and with the cookie."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.contract.imdb_desk import EXPORTS, Desk
from watchweave.contract import ServiceContract
from watchweave.core.media import Kind, Media
from watchweave.sandbox import faults

FILMS, SHOWS, EPISODES = ("m1", "m2", "m3"), ("s1", "s2"), ("s1.1.1", "s1.1.2", "s2.2.3")
LABELS = {"ratings": "ratings", "watchlist": "watchlist", "watched": "check-ins"}


class TestImdbByFile(ServiceContract):
    """She exports everything before each of our runs."""

    layout = "2024"
    given: dict = {}  # noqa: RUF012 - changed by nobody

    def setup_method(self):
        self.place = TemporaryDirectory()
        self.desk = Desk(Path(self.place.name), **self.given)
        self.broken = set()

    def teardown_method(self):
        self.place.cleanup()

    def service(self):
        self.desk.world.clock.advance(60)
        self.desk.export(self.layout)
        self.spoil()
        return self.desk.open()

    def spoil(self):
        for label in self.broken:
            self.desk.inbox.newest(label).path.write_bytes(b"")

    def things(self, shelf):
        return [self.desk.media(uid) for uid in (*FILMS, *EPISODES, *(SHOWS if shelf != "watched" else ()))]

    def shelves(self, verb="read"):
        """Lists are shelves of another sort; `test_imdb_lists` tells of them."""
        return ((name, shelf) for name, shelf in super().shelves(verb) if name != "lists")

    def unknown(self, shelf):
        return Media(Kind.MOVIE, {"tmdb": "987654321"}, "Nobody made this")

    def put(self, shelf, record):
        work = self.desk.work(record.media.ids["imdb"])
        {
            "ratings": lambda: self.desk.mara.rate(work, record.value // 10),
            "watchlist": lambda: self.desk.mara.wish(work),
            "watched": lambda: self.desk.mara.check_in(work),
        }[shelf]()

    def carry(self, sheet):
        """She opens each title and does there what the line says."""
        for line in csv.DictReader(io.StringIO(sheet.content.decode())):
            work = self.desk.work(line["Const"])
            if sheet.name == "ratings":
                self.desk.mara.rate(work, int(line["Your Rating"]))
            else:
                self.desk.mara.wish(work)

    def break_off(self, shelf):
        self.broken.add(LABELS[shelf])

    def now(self):
        return int(self.desk.world.now())

    def later(self, seconds):
        self.desk.world.clock.advance(seconds)


class TestImdbByFileOf2023(TestImdbByFile):
    layout = "2023"


class TestImdbByFileOfBefore2017(TestImdbByFile):
    layout = "before 2017"


class TestImdbByAFolder(TestImdbByFile):
    """Exports lie in a folder of hers, and nothing is handed in."""

    def setup_method(self):
        super().setup_method()
        self.desk.given["csv_path"] = self.place.name

    def service(self):
        self.desk.world.clock.advance(60)
        for label, which in EXPORTS.items():
            self.desk.lay(self.desk.mara.export(which), f"{label}.csv")
        return self.desk.open()

    def break_off(self, shelf):
        """The disk is gone."""
        self.desk.given["csv_path"] = str(self.desk.folder / "gone")


class TestImdbWithTheCookie(TestImdbByFile):
    """Ratings and watchlist at IMDb itself; check-ins by file."""

    given = {"cookie": True}  # noqa: RUF012 - changed by nobody

    def service(self):
        self.desk.world.clock.advance(60)
        self.desk.hand_in(self.desk.mara.export("checkins"), "check-ins")
        self.spoil()
        return self.desk.open()

    def unknown(self, shelf):
        return Media(Kind.MOVIE, {"imdb": "tt9999999"}, "Nobody made this")

    def break_off(self, shelf):
        if shelf == "watched":
            return super().break_off(shelf)
        self.desk.world.faults.order(faults.Cap(2), "imdb-graphql", times=-1)
        self.desk.world.faults.order(faults.Status(500), "imdb-graphql", skip=1, times=-1)
