"""Letterboxd's feed where it ails, where it is too short, and where a clock was put back; and the export beside it."""

import pytest

from tests.scenarios.diary import Diary
from tests.scenarios.household import DAY, HOUR


@pytest.fixture
def house(tmp_path):
    return Diary(tmp_path)


def settled(house):
    """Everybody knows everything, and nothing waits."""
    house.hand_in()
    house.sync(yes=True)
    house.later(DAY)
    house.sync(yes=True)
    return house


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_export_is_taken_in_whatever_ails_the_feed_and_the_next_sync_tells_what(house, status):
    house.mara.log(house["m1"], "2024-11-30")
    house.mara.rate(house["m4"], 7)
    house.hand_in()
    house.door.hear = lambda sent: status if "/rss/" in sent.address else None
    house.sync(yes=True)
    assert (len(house.plays("m1")), house.trakt.ratings["m4"].value) == (1, 7)
    house.later(DAY)
    assert len(house.sync(yes=True).problems) == 1
    house.door.hear = lambda sent: None
    house.later(DAY)
    house.mara.log(house["m2"], "2026-11-20")
    house.later(DAY)
    assert house.sync(yes=True).problems == []
    assert (len(house.plays("m1")), len(house.plays("m2"))) == (1, 1)


def test_what_an_export_no_longer_shows_is_gone_though_the_feed_ails(house):
    house.mara.rate(house["m4"], 7)
    settled(house)
    house.mara.unrate(house["m4"])
    house.later(2 * DAY)
    house.hand_in()
    house.door.hear = lambda sent: 403 if "/rss/" in sent.address else None
    house.sync(yes=True)
    assert "m4" not in house.trakt.ratings


def test_the_feed_is_asked_though_it_was_asked_last_in_the_future(house):
    settled(house)
    house.skew = 30 * DAY
    house.sync(yes=True)
    house.skew = 0
    house.later(DAY)
    house.mara.log(house["m1"], "2026-11-19", rating=8)
    house.later(2 * DAY)
    house.sync(yes=True)
    assert len(house.plays("m1")) == 1


def test_more_was_uploaded_than_the_feed_shows_and_the_export_of_that_day_shows_it_all(tmp_path):
    house = settled(Diary(tmp_path, films=90))
    for number in range(1, 81):
        house.watch_on_trakt(f"m{number}", house.now() - (5 + number) * DAY)
    house.sync(yes=True)
    house.later(DAY)
    house.upload()
    house.hand_in()
    house.later(HOUR)
    assert house.sync(yes=True).problems == []
    house.later(DAY)
    assert (house.sync(yes=True).problems, house.offered()) == ([], {})


def test_an_export_that_does_not_reach_up_to_the_feed_leaves_a_hole(tmp_path):
    house = settled(Diary(tmp_path, films=90))
    house.later(2 * DAY)
    house.hand_in()
    house.later(2 * DAY)
    for number in range(1, 61):
        house.mara.log(house[f"m{number}"], "2026-11-22")
    house.later(HOUR)
    assert [problem.kind for problem in house.sync(yes=True).problems] == ["incomplete"]


def test_an_upload_just_before_the_export_is_no_hole_though_the_feed_ails_when_that_is_taken_in(tmp_path):
    house = settled(Diary(tmp_path, films=90))
    house.later(2 * DAY)
    for number in range(1, 61):
        house.mara.log(house[f"m{number}"], "2026-11-22")
    house.hand_in()
    house.door.hear = lambda sent: 403 if "/rss/" in sent.address else None
    house.later(HOUR)
    assert house.sync(yes=True).problems == []
    house.door.hear = lambda sent: None
    house.later(HOUR)
    assert house.sync(yes=True).problems == []


def test_what_the_feed_has_shown_is_no_hole_though_an_older_export_is_taken_in_after_it(tmp_path):
    house = settled(Diary(tmp_path, films=90))
    house.later(2 * DAY)
    older = house.mara.export()
    for number in range(1, 61):
        house.later(HOUR)
        house.mara.log(house[f"m{number}"], "2026-11-22")
        if number in (30, 60):
            house.later(HOUR)
            assert house.sync(yes=True).problems == []
    house.mara.export = lambda: older
    house.hand_in()
    house.later(HOUR)
    assert house.sync(yes=True).problems == []
