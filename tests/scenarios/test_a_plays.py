"""Plays, doubles and rewatches: group A of the failure scenarios.

Not here yet: F17 (a 409 on a scrobble: nothing scrobbles yet).
"""

from dataclasses import replace

import pytest

from tests.scenarios.diary import Diary
from tests.scenarios.household import (
    BOTH_WAYS,
    DAY,
    HISTORY,
    HOUR,
    MINUTE,
    NOW,
    SETTLE,
    Household,
    Rules,
    lines,
    outcomes,
    spread,
    told,
)
from tests.support.town import DIARY, PLEXLIKE, TRAKTLIKE, Town
from watchweave.engine.decide import Terms
from watchweave.engine.unmatched import unmatched
from watchweave.sandbox import faults
from watchweave.sandbox.trakt_rules import Options

JULY_20 = 1_784_505_600
"""2026-07-20 00:00 UTC."""
MAY_2 = 1_777_680_000
"""2026-05-02 00:00 UTC."""


def watched_everywhere(**options):
    """A household in which m1 was watched ten days ago and both services say so."""
    house = Household(**options)
    house.watch_on_plex("m1", NOW - 10 * DAY)
    house.watch_on_trakt("m1", NOW - 10 * DAY)
    house.sync()
    return house


def test_f01_the_second_sync_adds_nothing():
    house = Household(films=500, checked=False)
    viewings = dict(spread([f"m{number}" for number in range(1, 501)], NOW, HOUR))
    for uid, at in viewings.items():
        house.watch_on_plex(uid, at)
    first = house.sync(yes=True)
    assert outcomes(first) == {"done": 500}
    assert {uid: house.plays(uid) for uid in viewings} == {uid: [at] for uid, at in viewings.items()}
    assert len(house.writes()) == 5
    # stamps, who it is, three shelves, five batches of 100, and the stamps as these left them
    assert first.requests["trakt"] == 1 + 1 + 3 + 5 + 1
    house.later(MINUTE)
    second = house.sync()
    assert (second.changes, len(house.writes())) == ([], 5)
    house.quiet()
    assert len(house.trakt.history.plays) == 500


def test_f01_so_many_plays_wait_for_a_person_who_says_yes():
    house = Household(films=60)
    for uid, at in spread([f"m{number}" for number in range(1, 61)], NOW, HOUR):
        house.watch_on_plex(uid, at)
    report = house.sync()
    assert (report.status, outcomes(report), house.writes()) == ("held", {"held": 60}, [])
    house.sync(approve=report.held[0].hold)
    assert len(house.trakt.history.plays) == 60
    house.quiet()


def test_f02_20_01_and_20_03_are_one_play():
    house = Household()
    house.watch_on_plex("m1", NOW - DAY + MINUTE)
    house.watch_on_trakt("m1", NOW - DAY + 3 * MINUTE)
    assert house.sync().changes == []
    house.quiet()
    assert (house.writes(), house.plays("m1")) == ([], [NOW - DAY + 3 * MINUTE])


def test_f04_start_against_end_is_one_play():
    house = Household(runtime=110)
    house.watch_on_trakt("m1", NOW - DAY)
    house.watch_on_plex("m1", NOW - DAY + 110 * MINUTE)
    assert house.sync().changes == []
    house.quiet()
    assert house.writes() == []


def test_f05_a_real_rewatch_adds_exactly_one_play_with_its_own_time():
    house = watched_everywhere()
    house.later()
    house.watch_on_plex("m1", NOW - 8 * DAY)
    report = house.sync()
    assert told(report) == {("trakt", "history", "add")}
    assert house.plays("m1") == [NOW - 10 * DAY, NOW - 8 * DAY]
    house.quiet()
    assert len(house.writes()) == 1


@pytest.mark.parametrize(
    "fault", [faults.Drop(applied=True, timeout=True), faults.Truncate(), faults.Blank(applied=True)]
)
def test_f08_a_timeout_where_the_write_had_arrived_is_settled_by_the_next_reading(fault):
    house = Household()
    house.watch_on_plex("m1", NOW - DAY)
    house.world.faults.order(fault, "trakt.api", "POST", HISTORY)
    first = house.sync()
    house.world.faults.cancel()
    assert outcomes(first) == {"pending": 1}
    assert first.status == "partial"
    house.later(MINUTE)
    assert house.sync().changes == []
    house.quiet()
    assert (house.plays("m1"), len(house.writes())) == ([NOW - DAY], 1)


def test_f10_a_write_that_lands_late_is_not_sent_again():
    house = Household(checked=False)
    house.watch_on_plex("m1", NOW - DAY)
    house.world.faults.order(faults.Late(40), "trakt.api", "POST", HISTORY)
    house.sync()
    house.world.faults.cancel()
    for _ in range(7):
        house.later(6)
        assert outcomes(house.sync()) in ({}, {"pending": 1})
        assert len(house.writes()) == 1
    house.quiet()
    assert (house.plays("m1"), len(house.writes())) == ([NOW - DAY], 1)


def test_f10_a_write_that_never_lands_is_sent_again_only_after_the_settle_time():
    house = Household(checked=False)
    house.watch_on_plex("m1", NOW - DAY)
    house.world.faults.order(faults.Drop(timeout=True), "trakt.api", "POST", HISTORY)
    sent = house.now()
    house.sync()
    for _ in range(9):
        house.later(30)
        assert house.now() < sent + SETTLE
        assert outcomes(house.sync()) == {"pending": 1}
    house.later(MINUTE)
    assert outcomes(house.sync()) == {"done": 1}
    house.quiet()
    assert (house.plays("m1"), len(house.bodies("/sync/history"))) == ([NOW - DAY], 2)
    first, second = house.bodies("/sync/history")
    assert first == second


@pytest.mark.parametrize("applied", [True, False])
def test_f14_a_page_of_html_after_a_write_is_unclear_and_nothing_doubles_or_is_lost(applied):
    house = Household()
    house.watch_on_plex("m1", NOW - DAY)
    house.world.faults.order(faults.Status(502, applied=applied), "trakt.api", "POST", HISTORY)
    assert outcomes(house.sync()) == {"pending": 1}
    house.world.faults.cancel()
    house.later(MINUTE)
    assert outcomes(house.sync()) == ({} if applied else {"pending": 1})
    house.later(SETTLE)
    assert outcomes(house.sync()) == ({} if applied else {"done": 1})
    house.quiet()
    assert house.plays("m1") == [NOW - DAY]


def test_f19_the_echo_of_a_flag_is_no_play():
    house = Household()
    house.watch_on_trakt("m1", NOW - DAY)
    report = house.sync()
    assert told(report) == {("plex", "watched", "add")}
    assert house.watched("m1")
    house.quiet()
    assert (house.plays("m1"), len(house.writes())) == ([NOW - DAY], 1)


def test_f19_the_echoes_of_two_copies_are_no_plays():
    house = Household(films=8, traps=True)
    (film,) = house.world.catalogue.traps["two libraries"]
    house.watch_on_trakt(film.uid, NOW - 9 * DAY)
    house.sync()
    assert len(house.writes("plex.server")) == len(house.plex.items(film)) == 2
    house.quiet()
    assert house.plays(film.uid) == [NOW - 9 * DAY]


def test_f19_a_viewing_two_hours_after_the_echo_is_a_play():
    house = Household(runtime=100)
    house.watch_on_trakt("m1", NOW - 9 * DAY)
    house.sync()
    house.later(6 * HOUR)
    house.watch_on_plex("m1")
    at = house.now()
    house.later()
    house.sync()
    assert house.plays("m1") == [NOW - 9 * DAY, at]
    house.quiet()


@pytest.mark.parametrize(
    ("zone", "offset"), [("UTC", 0), ("America/New_York", -4), ("Europe/Berlin", 2), ("Asia/Kolkata", 5.5)]
)
def test_f23_a_date_without_a_time_is_told_as_noon_of_the_person(zone, offset):
    town = Town(terms=Terms(zone), trakt=TRAKTLIKE, diary=DIARY)
    town.film("heat")
    midnight = JULY_20 - int(offset * HOUR)
    town.time = midnight + 12 * HOUR
    town.diary.watch("heat", midnight + 10 * HOUR, town.time, "day")
    town.sync()
    assert town.writes() == 0, "the day is not over: a better clock may still tell"
    town.time = midnight + 2 * DAY
    town.sync()
    assert town.times("trakt", "heat") == [midnight + 12 * HOUR]
    town.settle()
    assert town.writes() == 1


def test_f23_noon_of_utc_shows_the_same_day_from_utc_minus_12_to_plus_11():
    town = Town(terms=Terms("UTC"), trakt=TRAKTLIKE, diary=DIARY)
    town.film("heat")
    town.time = JULY_20 + 3 * DAY
    town.diary.watch("heat", JULY_20, town.time, "day")
    town.settle()
    (at,) = town.times("trakt", "heat")
    assert {(at + hours * HOUR) // DAY for hours in range(-12, 12)} == {JULY_20 // DAY}


def test_f24_after_midnight_logged_the_day_before_is_one_play():
    town = Town(terms=Terms("UTC"), trakt=TRAKTLIKE, diary=DIARY)
    town.film("heat")
    town.time = MAY_2 + 5 * DAY
    town.trakt.watch("heat", MAY_2 + DAY + 90 * MINUTE, town.time)
    town.diary.watch("heat", MAY_2, town.time, "day")
    town.settle()
    assert town.writes() == 0


def test_f25_two_views_on_one_day_are_matched_one_to_one():
    town = Town(terms=Terms("UTC"), trakt=TRAKTLIKE, diary=DIARY)
    town.film("heat")
    town.time = MAY_2 + 5 * DAY
    for hour in (10, 20):
        town.trakt.watch("heat", MAY_2 + hour * HOUR, town.time)
        town.diary.watch("heat", MAY_2, town.time, "day")
    town.settle()
    assert town.writes() == 0


def test_f25_two_diary_rows_of_one_day_are_two_plays_elsewhere():
    town = Town(terms=Terms("UTC"), trakt=TRAKTLIKE, diary=DIARY)
    town.film("heat")
    town.time = MAY_2 + 5 * DAY
    for _ in range(2):
        town.diary.watch("heat", MAY_2, town.time, "day")
    town.settle()
    assert town.times("trakt", "heat") == [MAY_2 + 12 * HOUR, MAY_2 + 12 * HOUR + MINUTE]


def test_f25_two_views_of_an_evening_that_a_diary_has_as_two_days_are_two_whichever_is_seen_first():
    town = Town(terms=Terms("UTC"), trakt=TRAKTLIKE, diary=DIARY)
    town.film("heat")
    town.time = MAY_2 + DAY + 12 * HOUR
    town.trakt.watch("heat", MAY_2 + DAY + 30 * MINUTE, town.time)
    town.diary.watch("heat", MAY_2, town.time, "day")
    town.diary.watch("heat", MAY_2 + DAY, town.time, "day")
    town.sync()
    town.wait(HOUR)
    town.trakt.watch("heat", MAY_2 + 20 * HOUR, town.time)
    town.sync()
    town.wait(3 * DAY)
    town.settle()
    assert town.writes() == 0


def plays_two_hours_off(count):
    """Short things, so that two hours apart is not one play; Trakt right, Plex two hours late."""
    house = Household(films=8, runtime=20)
    for number in range(1, count + 1):
        house.watch_on_trakt(f"m{number}", NOW - number * DAY)
        house.watch_on_plex(f"m{number}", NOW - number * DAY + 2 * HOUR)
    return house


def test_f28_local_time_taken_for_utc_is_held_as_a_wrong_timezone():
    house = plays_two_hours_off(3)
    house.watch_on_plex("m7", NOW - 9 * DAY)
    report = house.sync(yes=True)
    assert [(hold.account, hold.check, hold.count) for hold in report.held] == [("trakt", "timezone", 4)]
    assert "2 h" in report.held[0].why
    for _ in range(3):
        house.later(DAY)
        house.sync(yes=True)
    assert house.writes("trakt.api") == []
    assert [len(house.plays(f"m{number}")) for number in range(1, 4)] == [1, 1, 1]


def test_f28_two_plays_off_by_the_same_hours_may_be_rewatches():
    house = plays_two_hours_off(2)
    assert told(house.sync()) == {("trakt", "history", "add")}


def test_f28_a_wrong_clock_is_found_although_each_sync_sees_one_play():
    house = Household(films=8, runtime=20)
    house.sync()
    for number in range(1, 6):
        house.later(DAY)
        house.watch_on_trakt(f"m{number}", house.now() - 5 * HOUR)
        house.watch_on_plex(f"m{number}", house.now() - 3 * HOUR)
        house.sync(yes=True)
    assert [len(house.plays(f"m{number}")) for number in range(4, 6)] == [1, 1], "held after three of them"


def test_f31_films_without_dates_are_told_as_unknown_and_never_as_today():
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film(*(f"film{number}" for number in range(300)))
    town.plex.flags = dict.fromkeys(town.plex.library, town.time - DAY)
    rehearsed = town.sync(dry_run=True)
    assert {line.value for line in rehearsed.changes} == {None}
    report = town.sync()
    assert (report.status, outcomes(report), town.writes()) == ("held", {"held": 300}, 0)
    town.approve(report.held[0].hold)
    assert len(town.trakt.plays) == 300
    assert {at for _, at, _ in town.trakt.plays.values()} == {None}
    assert town.settle() == 1


def test_f31_a_library_ticked_in_one_minute_is_held_whoever_says_yes():
    house = Household(films=60)
    for number in range(1, 61):
        house.plex.mark("mara", f"m{number}", at=NOW - DAY)
    report = house.sync(yes=True)
    assert [(hold.check, hold.count) for hold in report.held] == [("one_moment", 60)]
    assert house.writes() == []


@pytest.mark.parametrize("wait", [HOUR, DAY + HOUR])
def test_f36_removal_goes_by_id(wait):
    house = Household(second=True, rules=Rules(removed_plays="follow"), checked=False)
    times = [NOW - day * DAY for day in (50, 40, 30, 20, 10)]
    for at in times:
        house.watch_on_trakt("m1", at)
    house.sync()
    house.later(wait)
    assert house.plays("m1", house.second) == times
    house.sync()
    house.later(HOUR)
    kept = {play.id for play in house.trakt.history.plays.values() if play.at != times[2]}
    house.second.remove_play(next(play for play in house.second.history.plays.values() if play.at == times[2]))
    report = house.sync()
    assert told(report) == {("trakt", "history", "remove")}
    assert set(house.trakt.history.plays) == kept
    assert [set(body) for body in house.bodies("/sync/history/remove")] == [{"ids"}]
    house.quiet()
    assert len(house.plays("m1", house.second)) == 4


def test_f37_a_bare_show_is_never_sent():
    house = Household()
    episode = house.plex.item("s1.1.2")
    episode.guid, episode.guids, episode.index = "local://9", (), None
    house.watch_on_plex("s1.1.2", NOW - DAY)
    house.watch_on_plex("s1.1.3", NOW - DAY)
    house.sync(yes=True)
    house.quiet()
    assert house.plays("s1.1.3") == [NOW - DAY]
    assert len(house.trakt.history.plays) == 1
    for body in house.bodies("/sync/history"):
        assert all(season.get("episodes") for show in body.get("shows", []) for season in show["seasons"])


@pytest.mark.parametrize("once_drops", [True, False])
def test_f38_an_account_that_keeps_one_play_per_film_is_never_sent_a_second(once_drops):
    house = Household(options=Options(once_drops=once_drops))
    house.trakt.choose(watch_only_once=True)
    house.watch_on_trakt("m1", NOW - 9 * DAY)
    house.watch_on_plex("m1", NOW - 9 * DAY)
    for day in (6, 4, 2):
        house.watch_on_plex("m2", NOW - day * DAY)
    house.sync()
    house.later()
    house.watch_on_plex("m1")
    house.watch_on_plex("m2")
    house.later()
    house.sync()
    house.quiet()
    assert (house.plays("m1"), len(house.plays("m2"))) == ([NOW - 9 * DAY], 1)
    assert len(house.writes("trakt.api")) == 1


def test_f38_an_account_that_keeps_one_play_is_sent_the_first_of_each_film_alone():
    house = Household()
    house.trakt.choose(watch_only_once=True)
    house.watch_on_trakt("m1", NOW - 9 * DAY)
    for day in (6, 4, 2):
        house.watch_on_plex("m1", NOW - day * DAY)
        house.watch_on_plex("m2", NOW - day * DAY)
    house.sync()
    house.quiet()
    assert (house.plays("m1"), len(house.plays("m2"))) == ([NOW - 9 * DAY], 1)


def test_a_dry_run_and_a_further_sync_agree_in_both_directions():
    house = Household(directions=BOTH_WAYS)
    house.watch_on_plex("m1", NOW - DAY)
    house.watch_on_trakt("m2", NOW - DAY)
    report = house.sync()
    assert {(line.account, line.media.title) for line in lines(report)} == {
        ("trakt", house["m1"].title),
        ("plex", house["m2"].title),
    }
    house.quiet()


@pytest.mark.parametrize("at", [253_402_300_740, -62_135_596_740])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_a_play_at_either_end_of_the_calendar_is_told_nobody_and_stops_nothing(at, zone):
    house = Household(second=True, checked=False)
    house.person = replace(house.person, timezone=zone)
    house.start()
    house.sync()
    house.later(DAY)
    house.watch_on_trakt("m1", at)
    house.watch_on_trakt("m2", NOW - DAY)
    report = house.sync(yes=True)
    assert (report.problems, house.plays("m1", house.second)) == ([], [])
    assert house.plays("m2", house.second) == [NOW - DAY]
    assert "in the future, or before 1900" in {row["why"] for row in unmatched(house.store, house.now())}.pop()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Juneau"])
def test_a_day_at_either_end_of_the_calendar_stops_nothing(tmp_path, day, zone):
    house = Diary(tmp_path)
    house.person = replace(house.person, timezone=zone)
    house.start()
    house.mara.log(house["m1"], day)
    house.mara.log(house["m2"], "2026-09-01")
    house.hand_in()
    house.sync(yes=True)
    house.later(DAY)
    assert house.sync(yes=True).problems == []
    assert house.plays("m1") == [0], "its mark says that it was watched, and nobody when"
    assert len(house.plays("m2")) == 1
