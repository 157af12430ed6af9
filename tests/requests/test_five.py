"""How few requests all five services cost together."""

import pytest

from tests.scenarios.five import Five
from tests.scenarios.household import DAY, HOUR


@pytest.fixture
def house(tmp_path):
    house = Five(tmp_path, checked=False)
    for number in range(1, 5):
        house.watch_on_trakt(f"m{number}", house.now() - number * DAY)
        house.trakt.rate(house[f"m{number}"], number)
    house.serializd.watch(house["s1.1.1"], at=house.now() - 3 * DAY)
    house.mara.log(house["m5"], "2025-10-01", rating=7)
    house.imdb.rate(house["m6"], 9)
    for _ in range(3):
        house.hand_in_all()
        house.sync(yes=True)
        house.carry()
        house.later(2 * DAY)
    house.hand_in_all()
    for _ in range(2):
        house.sync(yes=True)
        house.later(HOUR)
    return house


def test_an_idle_sync_over_all_five_is_at_most_nine_requests(house):
    house.later(HOUR)
    report = house.sync(yes=True)
    assert report.changes == []
    assert report.requests == {"plex": 4, "trakt": 1, "letterboxd": 1, "imdb": 0, "serializd": 1}


def test_another_one_within_a_quarter_of_an_hour_leaves_the_feed_alone(house):
    house.later(HOUR)
    house.sync(yes=True)
    house.later(600)
    assert house.sync(yes=True).requests["letterboxd"] == 0


def test_a_season_of_undated_marks_is_one_request_and_a_dated_play_one_more(house):
    season = house["s1.1"].episodes
    house.later(HOUR)
    for episode in season[1:]:
        house.trakt.watch(episode, 0)
    before = len(house.writes("serializd"))
    house.sync(yes=True)
    assert [one.path.rpartition("/api")[2] for one in house.writes("serializd")[before:]] == ["/episode_log/add"]
    house.later(HOUR)
    house.watch_on_trakt(season[0].uid, house.now() - HOUR)
    before = len(house.writes("serializd"))
    house.sync(yes=True)
    assert [one.path.rpartition("/api")[2] for one in house.writes("serializd")[before:]] == ["/show/reviews/add"]
