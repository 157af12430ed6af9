"""Mara moves to another time zone, and says so in the settings: a day in a file or a diary stays the day that it is."""

import asyncio
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.scenarios.diary import Diary
from tests.scenarios.household import DAY, HOUR

FAR = ("America/Los_Angeles", "Asia/Tokyo", "Pacific/Auckland", "Pacific/Kiritimati", "Pacific/Pago_Pago")


@pytest.fixture
def house(tmp_path):
    house = Diary(tmp_path)
    house.hand_in()
    house.sync(yes=True)
    house.later(DAY)
    return house


def moves(house, zone):
    house.person = replace(house.person, timezone=zone)
    house.start()


def one(house, days):
    """The film was seen once, wherever one looks, and nothing waits."""
    for _ in range(3):
        house.sync(yes=True)
        house.later(DAY)
    assert (len(house.plays("m1")), house.diary("m1"), house.offered()) == (1, days, {})
    house.hand_in()
    for _ in range(2):
        house.sync(yes=True)
        house.later(DAY)
    assert (len(house.plays("m1")), house.diary("m1"), house.offered()) == (1, days, {})
    assert house.sync(yes=True).changes == []


@pytest.mark.parametrize("zone", FAR)
@pytest.mark.parametrize("hour", [1, 12, 23])
@pytest.mark.parametrize("imports", [False, True])
def test_what_was_carried_before_she_moved_is_what_shows(house, zone, hour, imports):
    at = house.now() // DAY * DAY - 3 * DAY + hour * HOUR
    house.watch_on_trakt("m1", at)
    house.sync(yes=True)
    house.upload()
    day = house.diary("m1")
    house.later(DAY)
    moves(house, zone)
    if imports:
        house.hand_in()
    one(house, day)


@pytest.mark.parametrize("zone", FAR)
@pytest.mark.parametrize("hour", [1, 12, 23])
def test_what_is_carried_after_she_moved_is_what_shows(house, zone, hour):
    house.watch_on_trakt("m1", house.now() // DAY * DAY - 3 * DAY + hour * HOUR)
    house.sync(yes=True)
    moves(house, zone)
    house.later(DAY)
    house.sync(yes=True)
    house.upload()
    day = house.diary("m1")
    house.later(DAY)
    one(house, day)


@pytest.mark.parametrize("zone", FAR)
@pytest.mark.parametrize("imports", [False, True])
def test_what_she_logged_before_she_moved_stays_one(house, zone, imports):
    day = datetime.fromtimestamp(house.now() - 5 * DAY, ZoneInfo("UTC")).date().isoformat()
    house.mara.log(house["m1"], day)
    if imports:
        house.hand_in()
    for _ in range(2):
        house.sync(yes=True)
        house.later(DAY)
    moves(house, zone)
    one(house, [day])


def test_what_still_waits_is_written_anew_with_its_day(house):
    house.watch_on_trakt("m1", house.now() // DAY * DAY - 3 * DAY + 23 * HOUR)
    house.sync(yes=True)
    waited = list(house.offered().values())
    moves(house, "Pacific/Auckland")
    asyncio.run(house.home.carried_anew(house.person, "letterboxd"))
    assert list(house.offered().values()) == waited


def test_there_and_back_again_nothing_has_changed(house):
    day = datetime.fromtimestamp(house.now() - 5 * DAY, ZoneInfo("UTC")).date().isoformat()
    house.mara.log(house["m1"], day)
    house.watch_on_trakt("m2", house.now() // DAY * DAY - 3 * DAY + 23 * HOUR)
    house.hand_in()
    house.sync(yes=True)
    tables = ("entry", "play", "sighting", "written", "journal")
    before = [house.store.db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    for zone in (*FAR, "UTC"):
        moves(house, zone)
        asyncio.run(house.home.carried_anew(house.person, "letterboxd"))
    after = [house.store.db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    assert before[:4] == after[:4]


def test_a_dry_run_in_another_zone_moves_nothing(house):
    house.mara.log(house["m1"], "2026-11-10")
    house.sync(yes=True)
    moves(house, "Pacific/Auckland")
    assert house.rehearse(yes=True).changes == []


@pytest.mark.parametrize("zone", FAR)
@pytest.mark.parametrize("hour", [1, 23])
@pytest.mark.parametrize("who", ["letterboxd", "trakt"])
def test_what_was_carried_is_known_though_its_account_was_away_while_she_moved(house, zone, hour, who):
    house.watch_on_trakt("m1", house.now() // DAY * DAY - 3 * DAY + hour * HOUR)
    house.sync(yes=True)
    house.upload()
    day, was = house.diary("m1"), house.person
    house.die()
    staying = [account for account in was.accounts if account.name != who]
    house.person = replace(was, accounts=staying, directions=[p for p in was.directions if who not in p])
    moves(house, zone)
    house.sync(yes=True)
    house.later(DAY)
    house.die()
    house.person = replace(was, timezone=zone)
    house.start()
    one(house, day)
