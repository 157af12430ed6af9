"""A mistake in what one account shows, or in how we read it, stays where it is: nobody else's records wait for it."""

import logging
import sqlite3

import pytest

from tests.scenarios.diary import Diary
from tests.scenarios.household import DAY, HOUR, Household
from watchweave.core.media import Kind, Media
from watchweave.core.records import Rating
from watchweave.errors import StorageError
from watchweave.services.base import Reading
from watchweave.services.trakt.shelves import Ratings

WHEN_READ = "SELECT complete, looked FROM cursor WHERE shelf = 1 AND account = (SELECT id FROM account WHERE name = 'letterboxd')"


async def broken(self, cursor):
    raise ValueError("token-of-mara")


async def broken_stamp(self):
    raise KeyError("token-of-mara")


async def nonsense(self, cursor):
    return Reading([Rating(Media(Kind.MOVIE, {"imdb": "tt0113277"}, title={"a": 1}), None, value=80)])


async def breaks_midway(self, cursor):
    async def pages():
        yield [Rating(Media(Kind.MOVIE, {"imdb": "tt0113277"}), None, value=80)]
        raise TypeError("token-of-mara")

    return Reading(pages())


WAYS = {
    "read": ("read", broken),
    "stamp": ("stamp", broken_stamp),
    "midway": ("read", breaks_midway),
    "nonsense": ("read", nonsense),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_mistake_of_ours_in_reading_one_account_leaves_the_others_as_they_are(tmp_path, monkeypatch, caplog, way):
    house = Diary(tmp_path)
    house.sync()
    house.later(DAY)
    house.trakt.rate(house["m1"], 8)
    house.mara.rate(house["m2"], 6)
    house.hand_in()
    caplog.set_level(logging.DEBUG)
    with monkeypatch.context() as patched:
        patched.setattr(Ratings, *WAYS[way])
        report = house.sync(yes=True)
    (problem,) = report.problems
    assert (problem.account, problem.kind, report.status) == ("trakt", "unexpected_answer", "partial")
    assert "a mistake of WatchWeave in reading ratings: " in problem.message
    assert "token-of-mara" not in problem.message + caplog.text
    assert (house.rating("m1"), house.rating("m2")) == (None, 6.0)
    house.later(HOUR)
    house.sync(yes=True)
    assert (house.rating("m1"), house.trakt.ratings["m2"].value) == (8.0, 6)


@pytest.mark.parametrize("error", [StorageError("no space is left"), sqlite3.OperationalError("disk I/O error")])
def test_an_error_of_the_database_still_ends_the_run(monkeypatch, error):
    house = Household(checked=False)

    async def full(self, cursor):
        raise error

    monkeypatch.setattr(Ratings, "read", full)
    with pytest.raises((StorageError, sqlite3.OperationalError)):
        house.sync()


def test_after_the_clock_went_back_what_she_handed_in_is_read_once_more_too(tmp_path):
    house = Diary(tmp_path)
    house.mara.log(house["m1"], "2026-09-01")
    house.hand_in()
    house.skew = 30 * DAY
    house.sync()
    house.skew = 0
    house.later(HOUR)
    read = []
    for _ in range(2):
        assert house.sync(yes=True).problems == []
        read.append(house.store.db.execute(WHEN_READ).fetchone())
        house.later(HOUR)
    assert read == [(house.now() - 2 * HOUR, house.now() - 2 * HOUR), (house.now() - 2 * HOUR, house.now() - HOUR)]
    assert len(house.plays("m1")) == 1
