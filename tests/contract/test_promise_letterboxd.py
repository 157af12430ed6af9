"""The simulated Letterboxd is held to what every service promises, where its person hands in exports and carries files."""

from datetime import UTC, datetime

import pytest

from tests.contract.letterboxd_desk import Member
from watchweave.contract import ServiceContract
from watchweave.core.media import Kind, Media
from watchweave.sandbox import faults
from watchweave.sandbox.letterboxd_rules import Options

SHELVES = ("history", "watched", "ratings", "watchlist", "favourites", "reviews", "tags")
FILMS = {shelf: [f"m{4 * place + number}" for number in range(1, 5)] for place, shelf in enumerate(SHELVES)}
"""A watched film leaves the watchlist, and a reviewed one counts as watched: each shelf has its own."""


class TestLetterboxd(ServiceContract):
    options = Options()

    @pytest.fixture(autouse=True)
    def at_the_desk(self, tmp_path):
        self.member = Member(tmp_path, self.options, "UTC")
        self.world, self.mara = self.member.world, self.member.person
        self.broken = False

    def service(self):
        self.world.clock.advance(3600)  # the feed may be asked again
        if not self.broken:
            self.member.hand_in(again=False)
        return self.member.service()

    def shelves(self, verb="read"):
        return ((name, shelf) for name, shelf in super().shelves(verb) if name != "lists")  # each list is a shelf

    def things(self, shelf):
        return [self.member.media(uid, own=True) for uid in FILMS[shelf]]

    def unknown(self, shelf):
        return Media(Kind.EPISODE, {"imdb": "tt9999999"}, "An episode")

    def put(self, shelf, record):
        work = next(self.member.works[uid] for uid in FILMS[shelf] if self.member.media(uid).ids == record.media.ids)
        {
            "history": lambda: self.mara.log(work, _day(record.at)),
            "watched": lambda: self.mara.watch(work, record.at),
            "ratings": lambda: self.mara.rate(work, record.value // 10),
            "watchlist": lambda: self.mara.want(work),
            "favourites": lambda: self.mara.like(work),
            "reviews": lambda: self.mara.review(work, record.text),
            "tags": lambda: self.mara.log(work, _day(record.at), tags=record.tags),
        }[shelf]()

    def carry(self, sheet):
        self.mara.upload(sheet.content, "watchlist" if sheet.name else "diary")

    def break_off(self, shelf):
        """The feed ends in the middle, and so does the file that was handed in last."""
        self.world.faults.order(faults.Truncate(), path="/rss/", times=-1)
        self.broken = True
        path = self.member.desk.files.newest("export").path
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    def now(self):
        return int(self.world.now())

    def later(self, seconds):
        self.world.clock.advance(seconds)


def _day(at):
    return datetime.fromtimestamp(at, UTC).date().isoformat()
