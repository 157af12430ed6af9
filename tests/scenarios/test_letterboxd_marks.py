"""What Letterboxd marks as watched because it was rated: whose mark that is."""

import pytest

from tests.scenarios.diary import Diary
from tests.scenarios.household import DAY


@pytest.fixture
def house(tmp_path):
    house = Diary(tmp_path)
    house.hand_in()
    house.sync(yes=True)
    house.later(DAY)
    house.trakt.rate(house["m3"], 9)
    house.sync(yes=True)
    house.later(2 * DAY)
    return house


def handed_in(house):
    house.later(DAY)
    house.hand_in()
    report = house.sync(yes=True)
    house.later(2 * DAY)
    house.sync(yes=True)
    return report


def test_a_rating_that_she_changed_there_makes_no_viewing(house):
    house.upload()
    house.mara.rate(house["m3"], 6)
    handed_in(house)
    assert (house.trakt.ratings["m3"].value, house.plays("m3"), house.watched("m3")) == (6, [], False)


def test_a_rating_that_she_corrected_in_the_file_makes_no_viewing(house):
    for content in house.offered().values():
        house.mara.upload(content.replace(",9", ",4").encode(), "diary")
    handed_in(house)
    assert (house.trakt.ratings["m3"].value, house.plays("m3"), house.watched("m3")) == (4, [], False)


def test_a_film_that_she_marked_before_we_asked_for_a_rating_is_watched(tmp_path):
    house = Diary(tmp_path)
    house.mara.watch(house["m3"])
    house.hand_in()
    house.sync(yes=True)
    house.later(DAY)
    house.trakt.rate(house["m3"], 9)
    house.sync(yes=True)
    house.upload()
    handed_in(house)
    assert len(house.plays("m3")) == 1


def test_a_viewing_that_she_logged_there_is_hers_though_we_brought_the_rating(house):
    house.upload()
    house.mara.log(house["m3"], "2026-11-18", rating=6)
    handed_in(house)
    assert len(house.plays("m3")) == 1


def test_a_mark_without_a_rating_is_hers_though_a_file_waits(house):
    house.mara.watch(house["m3"])
    handed_in(house)
    assert len(house.plays("m3")) == 1
