"""Ratings: group C of the failure scenarios."""

import dataclasses

import pytest

from tests.scenarios.household import DAY, HOUR, MINUTE, NOW, Household, told
from tests.support.town import DIARY, NOON, STARS, TRAKTLIKE, Town
from watchweave.core.records import Form

HUNDRED = {"ratings": Form(steps=100, settle=60)}
BY_DAY = {"ratings": Form(steps=10, settle=300, clock="day")}
WITHOUT_TIMES = {"ratings": Form(steps=10, settle=60, times=False)}


def rated(town, film="heat"):
    """What each account shows of a film."""
    return {name: box.ratings[film][0] for name, box in town.boxes.items() if film in box.ratings}


def test_f51_half_stars_go_there_and_back_with_one_write():
    town = Town(trakt=TRAKTLIKE, letterboxd=DIARY)
    town.film("heat")
    town.letterboxd.rate("heat", 70, town.time)
    for _ in range(10):
        town.sync()
        town.wait(HOUR)
    assert (rated(town), town.writes()) == ({"trakt": 70, "letterboxd": 70}, 1)


@pytest.mark.parametrize("later", [0, DAY])
def test_f52_coarse_does_not_degrade_fine(later):
    town = Town(hundred=HUNDRED, stars=STARS)
    town.film("heat")
    town.hundred.rate("heat", 87, town.time)
    town.sync()
    town.wait(later)
    town.stars.rate("heat", 80, town.time)
    town.settle()
    town.stars.rate("heat", 80, town.time)
    town.settle()
    assert rated(town) == {"hundred": 87, "stars": 80}


def test_f52_a_first_look_at_both_writes_nothing():
    town = Town(hundred=HUNDRED, stars=STARS)
    town.film("heat")
    town.stars.rate("heat", 80, town.time)
    town.hundred.rate("heat", 87, town.time - 9 * DAY)
    town.settle()
    assert (rated(town), town.writes()) == ({"hundred": 87, "stars": 80}, 0)


def test_f53_noise_is_read_as_it_was_meant():
    house = Household()
    house.plex.rate("mara", "m1", 7.5999999046, at=NOW - DAY)
    house.trakt.rate(house["m1"], 8, NOW - DAY)
    assert house.sync().changes == []
    house.quiet()
    assert (house.writes(), house.rating("m1")) == ([], 7.5999999046)


def test_f54_finer_than_the_other_side_is_one_write_then_silence():
    house = Household()
    house.plex.rate("mara", "m1", 8.6, at=NOW - DAY)
    house.sync()
    for _ in range(3):
        house.later(DAY)
        house.sync()
    house.quiet()
    assert (house.rating("m1"), house.trakt.ratings["m1"].value, len(house.writes())) == (8.6, 9, 1)


def test_f57_taking_a_rating_back():
    house = Household()
    for uid in ("m1", "m2"):
        house.plex.rate("mara", uid, 8.0, at=NOW - DAY)
    house.sync()
    house.later()
    house.sync()
    house.later()
    house.trakt.unrate(house["m1"])
    assert told(house.sync()) == {("plex", "ratings", "remove")}
    house.quiet()
    assert (house.rating("m1"), set(house.trakt.ratings)) == (None, {"m2"})


def test_f57_a_rating_taken_back_on_plex_is_taken_back_on_trakt():
    house = Household()
    for uid in ("m1", "m2"):
        house.plex.rate("mara", uid, 8.0, at=NOW - DAY)
    house.sync()
    house.later()
    house.plex.unrate("mara", "m1")
    house.later(DAY)
    assert told(house.sync()) == {("trakt", "ratings", "remove")}
    house.quiet()
    assert set(house.trakt.ratings) == {"m2"}


@pytest.mark.parametrize(("first", "second", "wins"), [("trakt", "other", 60), ("other", "trakt", 90)])
def test_f59_both_changed_and_one_without_a_time(first, second, wins):
    forms = {"trakt": TRAKTLIKE, "other": WITHOUT_TIMES}
    town = Town(**{first: forms[first], second: forms[second]})
    town.film("heat")
    town.trakt.rate("heat", 50, town.time)
    town.settle()
    ten = town.time
    town.sync()
    town.trakt.rate("heat", 60, ten + 2 * HOUR)
    town.other.rate("heat", 90, ten + 3 * HOUR)
    town.wait(4 * HOUR)
    town.sync()
    assert rated(town) == {"trakt": wins, "other": wins}
    said = town.store.db.execute('SELECT "after", won FROM edit WHERE run = 4 ORDER BY "after"').fetchall()
    assert said == [(60, int(wins == 60)), (90, int(wins == 90))]
    writes = town.writes()
    town.settle()
    assert town.writes() == writes


@pytest.mark.parametrize(("day", "wins"), [(8, 60), (2, 90)])
def test_f60_both_changed_at_known_times(day, wins):
    town = Town(trakt=TRAKTLIKE, letterboxd=DIARY)
    town.film("heat")
    town.letterboxd.rate("heat", 50, town.time)
    town.settle()
    start = town.time
    town.sync()
    town.trakt.down = True
    town.time = start + 4 * DAY
    town.sync()
    town.letterboxd.rate("heat", 90, town.time + HOUR)
    town.time = start + 5 * DAY
    town.sync()
    town.time = start + 9 * DAY
    town.trakt.rate("heat", 60, start + day * DAY)
    town.trakt.down = False
    town.sync()
    assert rated(town) == {"trakt": wins, "letterboxd": wins}
    town.settle()


def test_of_ratings_of_two_days_in_a_row_the_later_one_counts_whoever_is_named_first():
    town = Town(letterboxd=BY_DAY, imdb=BY_DAY)
    town.film("heat", "ran")
    for uid, first, second in (("heat", 3, 2), ("ran", 2, 3)):
        town.letterboxd.rate(uid, 50, NOON - first * DAY)
        town.imdb.rate(uid, 90, NOON - second * DAY)
    town.settle()
    assert [{uid: said[0] for uid, said in box.ratings.items()} for box in town.boxes.values()] == 2 * [
        {"heat": 90, "ran": 50}
    ]


def test_f62_a_service_that_rounds_is_written_to_once():
    town = Town(plex=HUNDRED, rounding=HUNDRED, third=HUNDRED)
    town.film("heat")
    town.rounding.shows_rounded = 10
    town.plex.rate("heat", 75, town.time)
    town.wait(60)
    for _ in range(5):
        town.sync()
        town.wait(DAY)
    assert rated(town) == {"plex": 75, "rounding": 80, "third": 75}
    assert (town.rounding.writes, town.third.writes, town.plex.writes) == (1, 1, 0)
    held = town.store.db.execute(
        "SELECT h.agreed FROM held AS h JOIN account AS a ON a.id = h.account WHERE a.name = 'rounding'"
    )
    assert held.fetchall() == [(80,)]


def test_f62_a_person_who_rates_what_was_rounded_is_heard():
    town = Town(plex=HUNDRED, rounding=HUNDRED)
    town.film("heat")
    town.rounding.shows_rounded = 10
    town.plex.rate("heat", 75, town.time)
    town.sync()
    town.wait(HOUR)
    town.rounding.rate("heat", 90, town.time)
    town.sync()
    assert rated(town) == {"plex": 90, "rounding": 90}
    town.settle()


def test_a_shelf_that_is_named_again_is_read_whole():
    """What was rated while ratings were left out is found, although the readings that bring them went on."""
    house = Household()
    house.sync()
    every = house.person.shelves
    house.person = dataclasses.replace(house.person, shelves=["history", "watchlist"])
    house.later()
    house.plex.rate("mara", "m1", 8.0)
    house.sync()
    house.later(DAY + HOUR)
    house.sync()
    assert "m1" not in house.trakt.ratings
    house.person = dataclasses.replace(house.person, shelves=every)
    house.later()
    house.sync()
    assert house.trakt.ratings["m1"].value == 8
    house.quiet()


@pytest.mark.parametrize("slow", [True, False])
def test_what_she_rates_while_a_large_library_is_read_is_not_written_over(slow):
    """The plan rests on a reading of Trakt that is half an hour old by then."""
    house = Household(checked=False)
    house.plex.rate("mara", "m1", 8.0)
    house.sync()
    house.later()
    house.sync()
    house.later()
    house.trakt.rate(house["m2"], 7)
    house.plex.rate("mara", "m1", 6.0)
    house.later()
    inner, seen = house.door.handle_async_request, []

    async def door(request):
        answer = await inner(request)
        seen.append(str(request.url))
        if slow and "plex.local" in seen[-1] and "trakt" not in seen and any("/sync/ratings" in url for url in seen):
            seen.append("trakt")
            house.later(15 * MINUTE)
            house.trakt.rate(house["m1"], 9)
            house.later(15 * MINUTE)
        return answer

    house.door.handle_async_request = door
    house.sync()
    for _ in range(3):
        house.later(DAY // 2)
        house.sync()
    last = 9 if slow else 6
    assert (house.rating("m1"), house.trakt.ratings["m1"].value) == (float(last), last)
    house.quiet()
