"""The simulated Letterboxd is held to what every service promises, where its member has a client id for the API."""

from datetime import UTC, datetime

import pytest

from tests.contract.letterboxd_api_desk import ApiMember
from watchweave.contract import ServiceContract
from watchweave.core.media import Kind, Media
from watchweave.sandbox import faults
from watchweave.sandbox.letterboxd_rules import Options

SHELVES = ("history", "watched", "ratings", "watchlist", "favourites", "reviews", "tags")
FILMS = {shelf: [f"m{4 * place + number}" for number in range(1, 5)] for place, shelf in enumerate(SHELVES)}
"""A watched film leaves the watchlist, and a reviewed one counts as watched: each shelf has its own."""


class TestLetterboxdByItsApi(ServiceContract):
    options = Options()

    @pytest.fixture(autouse=True)
    def at_the_desk(self, tmp_path):
        self.member = ApiMember(tmp_path, self.options)
        self.world, self.mara = self.member.world, self.member.person

    def service(self):
        return self.member.service()

    def shelves(self, verb="read"):
        return ((name, shelf) for name, shelf in super().shelves(verb) if name != "lists")  # each list is a shelf

    def things(self, shelf):
        return [self.member.media(uid) for uid in FILMS[shelf]]

    def unknown(self, shelf):
        return Media(Kind.MOVIE, {"imdb": "tt9999999", "tmdb": "987654321"}, "Nobody made this")

    def put(self, shelf, record):
        work = next(self.member.works[uid] for uid in FILMS[shelf] if self.member.media(uid).ids == record.media.ids)
        {
            "history": lambda: self.mara.log(work, _day(record.at)),
            "watched": lambda: self.mara.watch(work),
            "ratings": lambda: self.mara.rate(work, record.value // 10),
            "watchlist": lambda: self.mara.want(work),
            "favourites": lambda: self.mara.like(work),
            "reviews": lambda: self.mara.review(work, record.text),
            "tags": lambda: self.mara.log(work, _day(record.at), tags=record.tags),
        }[shelf]()

    def break_off(self, shelf):
        self.world.faults.order(faults.Cap(2), "letterboxd", path="/films|/log-entries", times=-1)
        self.world.faults.order(faults.Status(500), "letterboxd", path="/films|/log-entries", skip=1, times=-1)

    def now(self):
        return int(self.world.now())

    def later(self, seconds):
        self.world.clock.advance(seconds)


class TestLetterboxdThatTellsFilmsTwice(TestLetterboxdByItsApi):
    options = Options(repeats=True, entry_rates="always")


def _day(at):
    return datetime.fromtimestamp(at, UTC).date().isoformat()
