"""One file of several episodes, on the way from Plex to Trakt and back: an object for each, or one for all of them."""

import pytest

from tests.scenarios.household import DAY, HOUR, MINUTE, NOW, Household, lines, outcomes

FILE = ("s1.1.1", "s1.1.2")
OBJECTS = pytest.mark.parametrize("objects", [True, False])


def household(*, objects, **options):
    """s1.1.1 and s1.1.2 are one file."""
    house = Household(**options)
    house.plex.one_file(*FILE, objects=objects)
    return house


def silent(house, syncs=10):
    """Further syncs change nothing, anywhere."""
    shown, writes = house.shown(), len(house.writes())
    for _ in range(syncs):
        house.later(DAY + HOUR)
        assert house.sync().changes == []
    assert (house.shown(), len(house.writes())) == (shown, writes)


@OBJECTS
@pytest.mark.parametrize("itself", [True, False])
def test_what_was_played_before_the_first_sync_stands_on_trakt_once_an_episode(objects, itself):
    house = household(objects=objects)
    house.plex.server.switches.one_file_counts_for_all = itself
    house.watch_on_plex("s1.1.1", NOW - 3 * DAY)
    house.sync()
    assert [house.plays(uid) for uid in FILE] == [[NOW - 3 * DAY]] * 2
    house.later(DAY)
    house.sync()
    silent(house)
    assert [house.plays(uid) for uid in FILE] == [[NOW - 3 * DAY]] * 2


@OBJECTS
@pytest.mark.parametrize("itself", [True, False])
def test_what_is_played_between_two_syncs_comes_to_trakt_once_an_episode(objects, itself):
    house = household(objects=objects)
    house.plex.server.switches.one_file_counts_for_all = itself
    house.sync()
    house.later()
    house.watch_on_plex("s1.1.1")
    at = house.now()
    house.later(5 * MINUTE)
    house.sync()
    assert [house.plays(uid) for uid in FILE] == [[at]] * 2
    house.later(DAY)
    house.sync()
    silent(house)
    assert [house.plays(uid) for uid in FILE] == [[at]] * 2


@OBJECTS
def test_a_second_viewing_is_a_second_play_of_each(objects):
    house = household(objects=objects)
    house.watch_on_plex("s1.1.1", NOW - 3 * DAY)
    house.sync()
    house.later()
    house.watch_on_plex("s1.1.1")
    at = house.now()
    house.later()
    house.sync()
    house.later(DAY)
    house.sync()
    silent(house, 3)
    assert [house.plays(uid) for uid in FILE] == [[NOW - 3 * DAY, at]] * 2


def test_a_mark_of_one_object_is_of_its_episode_alone():
    house = household(objects=True)
    house.plex.mark("mara", "s1.1.1", NOW - DAY)
    house.sync()
    silent(house, 3)
    assert [len(house.plays(uid)) for uid in FILE] == [1, 0]
    assert not house.watched("s1.1.2")


def test_a_mark_of_the_one_object_is_of_each_episode():
    house = household(objects=False)
    house.plex.mark("mara", "s1.1.1", NOW - DAY)
    house.sync()
    silent(house, 3)
    assert [len(house.plays(uid)) for uid in FILE] == [1, 1]


@OBJECTS
def test_both_episodes_seen_on_trakt_are_marked_on_plex_and_no_play_comes_back(objects):
    house = household(objects=objects)
    for uid in FILE:
        house.watch_on_trakt(uid, NOW - 3 * DAY)
    report = house.sync()
    assert outcomes(report) == {"done": 2}
    held = FILE if objects else FILE[:1]
    assert [house.plex.user("mara").view.state(house.plex.item(uid)).count for uid in held] == [1] * len(held)
    house.later(DAY)
    house.sync()
    silent(house)
    assert [house.plays(uid) for uid in FILE] == [[NOW - 3 * DAY]] * 2


def test_one_episode_seen_on_trakt_never_marks_the_one_object():
    house = household(objects=False)
    house.watch_on_trakt("s1.1.1", NOW - 3 * DAY)
    (line,) = lines(house.sync(), "plex", "watched")
    assert (line.outcome, line.reason) == ("refused", "It stands in one file with S01E02, which is not watched")
    for _ in range(10):
        house.later(DAY + HOUR)
        assert {change.outcome for change in house.sync().changes} <= {"refused"}
    assert (house.watched("s1.1.1"), house.plays("s1.1.1"), house.plays("s1.1.2")) == (False, [NOW - 3 * DAY], [])
    assert house.writes("plex.server") == []


@pytest.mark.parametrize("between", [MINUTE, HOUR, 10 * HOUR, 20 * DAY])
def test_the_one_object_is_marked_once_its_last_episode_is_seen(between):
    """The first one is refused meanwhile, and its wait does not outlast what it waits for."""
    house = household(objects=False)
    house.watch_on_trakt("s1.1.1", NOW - DAY)
    for _ in range(3):
        house.later(between)
        house.sync()
    assert not house.watched("s1.1.1")
    house.watch_on_trakt("s1.1.2", house.now())
    house.later(MINUTE)
    house.sync()
    assert house.watched("s1.1.1")
    silent(house, 3)
    assert [len(house.plays(uid)) for uid in FILE] == [1, 1]


def test_one_episode_seen_on_trakt_marks_its_own_object():
    house = household(objects=True)
    house.watch_on_trakt("s1.1.1", NOW - 3 * DAY)
    house.sync()
    house.later(DAY)
    house.sync()
    silent(house)
    assert [house.watched(uid) for uid in FILE] == [True, False]
    assert [len(house.plays(uid)) for uid in FILE] == [1, 0]


def test_a_rating_of_the_one_object_is_of_its_first_episode_alone():
    house = household(objects=False)
    house.plex.rate("mara", "s1.1.1", 8)
    house.later()
    house.sync()
    assert [rating.value for rating in house.trakt.ratings.values()] == [8]
    silent(house, 3)
