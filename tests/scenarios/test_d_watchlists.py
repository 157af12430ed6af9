"""Watchlists, doubtful readings and holds: group D of the failure scenarios. F85, the order of a list, stands with the lists."""

import pytest

from tests.scenarios.household import DAY, HOUR, MINUTE, NOW, SETTLE, Household, Rules, lines, outcomes, told
from tests.support.memory import Killed
from watchweave.sandbox import faults

WATCHLIST = "/sync/watchlist$"


def wished(count: int, **options: object) -> Household:
    """So many films stand on both watchlists, and everybody agrees."""
    house = Household(others=count + 5, **options)  # type: ignore[arg-type]
    for number in range(1, count + 1):
        house.plex.want("mara", f"x{number}")
        house.trakt.want(house[f"x{number}"])
    house.sync()
    house.later()
    assert house.writes() == []
    return house


def drop(house: Household, *uids: str) -> None:
    """She takes these off her watchlist at Trakt."""
    for uid in uids:
        house.trakt.unwant(house[uid])


def films(first: int, last: int) -> set[str]:
    return {f"x{number}" for number in range(first, last + 1)}


def test_f67_empty_with_200_is_doubted_and_nothing_is_removed():
    house = wished(150)
    house.trakt.want(house["x151"])
    house.plex.want("mara", "x152")
    house.world.faults.order(faults.Empty(), "trakt.api", "GET", WATCHLIST, times=-1)
    house.world.requests.clear()
    report = house.sync(yes=True)
    assert len(house.world.requests.of("trakt.api", WATCHLIST)) == 2, "read again"
    assert house.writes() == []
    assert [(hold.account, hold.check, hold.verb, hold.count) for hold in report.held] == [
        ("trakt", "doubted", "remove", 150)
    ]
    house.later()
    assert (len(house.sync(yes=True).held), house.writes()) == (1, [])
    house.world.faults.cancel()
    house.later()
    report = house.sync()
    assert (report.held, outcomes(report)) == ([], {"done": 2})
    assert house.wishes() == house.wishes_on_trakt() == films(1, 152)
    house.quiet()


def test_f67_a_doubted_reading_that_a_person_believes_is_carried_out():
    house = wished(40)
    drop(house, *films(1, 40))
    report = house.sync(yes=True)
    assert [(hold.check, hold.count) for hold in report.held] == [("doubted", 40)]
    house.later(MINUTE)
    report = house.sync(approve=report.held[0].hold)
    assert (report.held, outcomes(report)) == ([], {"done": 40})
    assert house.wishes() == set()
    house.quiet()


def test_a_doubted_reading_that_a_person_believes_is_carried_out_as_far_as_it_still_says_anything():
    house = wished(40)
    drop(house, *films(1, 40))
    (hold,) = house.sync(yes=True).held
    house.later(MINUTE)
    house.plex.unwant("mara", "x1")
    report = house.sync(approve=hold.hold)
    assert (report.held, report.note, outcomes(report)) == ([], "", {"done": 39})
    assert house.wishes() == set()


def test_f67_an_empty_library_is_doubted_too():
    house = Household()
    for number in range(1, 6):
        house.watch_on_plex(f"m{number}", NOW - number * DAY)
        house.plex.rate("mara", f"m{number}", 7.0)
    house.sync()
    house.later(DAY)
    house.world.faults.order(faults.Empty(), "plex.server", "GET", "/library/sections/1/all", times=-1)
    house.world.faults.order(faults.Empty(), "plex.server", "GET", "/library/sections/2/all", times=-1)
    house.sync(yes=True)
    house.world.faults.cancel()
    house.quiet()
    assert len(house.trakt.ratings) == len(house.trakt.history.plays) == 5


def test_f68_the_first_page_only_is_a_partial_reading():
    house = wished(168)
    house.trakt.want(house["x169"])
    house.plex.want("mara", "x170")
    house.world.faults.order(faults.Cap(100, said=False), "trakt.api", "GET", WATCHLIST, times=-1)
    house.world.requests.clear()
    report = house.sync(yes=True)
    house.world.faults.cancel()
    assert len(house.world.requests.of("trakt.api", WATCHLIST)) == 2, "read once more"
    assert [problem.kind for problem in report.problems] == ["incomplete"]
    assert report.status == "partial"
    assert house.wishes_on_trakt() == films(1, 169)
    assert (house.writes("trakt.api"), len(house.writes("plex.discover"))) == ([], int("x169" in house.wishes()))
    house.later()
    house.sync()
    assert house.wishes() == house.wishes_on_trakt() == films(1, 170)
    house.quiet()


def test_f68_one_page_that_is_said_to_be_all_of_more_is_partial():
    house = wished(30)
    house.trakt.want(house["x31"])
    house.world.faults.order(faults.Short(20), "trakt.api", "GET", WATCHLIST, times=-1)
    report = house.sync(yes=True)
    house.world.faults.cancel()
    assert [problem.kind for problem in report.problems] == ["incomplete"]
    assert lines(report, shelf="watchlist") == [line for line in report.changes if line.verb == "add"]
    assert films(1, 30) <= house.wishes()


def test_f69_all_pages_are_read_by_the_limit_that_was_applied():
    house = Household(others=120)
    for number in range(1, 121):
        house.trakt.want(house[f"x{number}"])
    house.world.faults.order(faults.Cap(25), "trakt.api", "GET", WATCHLIST, times=-1)
    report = house.sync()
    assert len(house.world.requests.of("trakt.api", WATCHLIST)) == 5
    assert outcomes(report) == {"done": 120}
    assert house.wishes() == films(1, 120)


def test_f71_rows_that_move_while_being_read_remove_only_what_is_gone():
    house = wished(60)
    house.trakt.want(house["x61"])
    house.world.faults.order(faults.Cap(25), "trakt.api", "GET", WATCHLIST, times=-1)
    house.world.faults.order(faults.Act(lambda: drop(house, "x3")), "trakt.api", "GET", WATCHLIST)
    house.sync()
    assert films(1, 60) - {"x3"} <= house.wishes()
    house.world.faults.cancel()
    house.later()
    house.sync()
    assert house.wishes() == house.wishes_on_trakt() == films(1, 61) - {"x3"}
    house.quiet()


def test_f71_rows_that_moved_are_read_again_in_the_same_sync():
    house = wished(60)
    house.trakt.want(house["x61"])
    house.world.faults.order(faults.Cap(25), "trakt.api", "GET", WATCHLIST, times=-1)
    house.world.faults.order(faults.Act(lambda: drop(house, "x3")), "trakt.api", "GET", WATCHLIST)
    report = house.sync()
    assert (report.status, house.wishes()) == ("done", films(1, 61) - {"x3"})


def test_f72_one_way_is_not_a_mirror():
    house = Household(films=300, directions=[("plex", "trakt")], checked=False)
    for number in range(1, 301):
        house.watch_on_trakt(f"m{number}", NOW - number * HOUR)
        house.trakt.rate(house[f"m{number}"], 7)
    house.trakt.want(house["x1"])
    house.plex.want("mara", "x2")
    before = house.shown()
    for wait in (HOUR, DAY, DAY):
        house.later(wait)
        report = house.sync(yes=True)
        assert [line for line in report.changes if (line.account, line.verb) != ("trakt", "add")] == []
    after = house.shown()
    assert house.writes("plex") == []
    assert (after["plays"], after["ratings"]) == (before["plays"], before["ratings"])
    assert (house.wishes(), house.wishes_on_trakt()) == ({"x2"}, {"x1", "x2"})


def test_f74_a_removal_travels_once_and_does_not_come_back():
    house = wished(10)
    house.plex.unwant("mara", "x4")
    assert told(house.sync()) == {("trakt", "watchlist", "remove")}
    house.quiet()
    assert house.wishes() == house.wishes_on_trakt() == films(1, 10) - {"x4"}
    assert len(house.writes()) == 1


@pytest.mark.parametrize("wait", [MINUTE, HOUR, DAY])
def test_f74_a_wish_that_we_brought_and_she_dropped_again_leaves_everywhere(wait):
    house = Household()
    for uid in ("x1", "x2"):
        house.trakt.want(house[uid])
    house.sync()
    house.plex.unwant("mara", "x2")
    house.later(wait)
    assert told(house.sync()) == {("trakt", "watchlist", "remove")}
    house.quiet()
    assert house.wishes() == house.wishes_on_trakt() == {"x1"}


def test_f74_nor_does_it_stay_because_the_process_died_after_it_was_brought():
    for number in range(1, 25):
        house = Household(checked=False)
        for uid in ("x1", "x2"):
            house.trakt.want(house[uid])
        house.store.die_in, house.store.after = number, True
        try:
            house.sync()
            house.store.die_in = -1
        except Killed:
            house.die()
        dropped = "x2" in house.wishes()
        house.plex.unwant("mara", "x2")
        for _ in range(3):
            house.later(DAY + HOUR)
            report = house.sync()
        assert (report.held, report.changes) == ([], [])
        assert house.wishes() == house.wishes_on_trakt() == ({"x1"} if dropped else {"x1", "x2"})


def test_f75_dropped_and_wished_again_the_next_day_is_present_everywhere():
    house = wished(10)
    house.plex.unwant("mara", "x4")
    house.sync()
    house.later(DAY)
    house.plex.want("mara", "x4")
    house.sync()
    house.quiet()
    assert house.wishes() == house.wishes_on_trakt() == films(1, 10)


def test_f75_dropped_on_one_and_wished_again_on_the_other():
    house = wished(10)
    house.plex.unwant("mara", "x4")
    house.sync()
    house.later(DAY)
    house.trakt.want(house["x4"])
    assert told(house.sync()) == {("plex", "watchlist", "add")}
    house.quiet()
    assert house.wishes() == house.wishes_on_trakt() == films(1, 10)


def test_f76_an_account_that_was_away_for_30_days_loses_what_was_dropped_meanwhile():
    house = wished(10, checked=False)
    house.world.faults.order(faults.Status(503), "trakt", times=-1)
    house.sync()
    house.plex.unwant("mara", "x4")
    for _ in range(6):
        house.later(5 * DAY)
        assert house.sync().status == "partial"
    house.world.faults.cancel()
    assert told(house.sync()) == {("trakt", "watchlist", "remove")}
    house.quiet()
    assert house.wishes() == house.wishes_on_trakt() == films(1, 10) - {"x4"}


def test_f77_dropped_and_wished_at_once_is_present_everywhere():
    house = wished(10)
    house.trakt.want(house["x11"])
    away = house.world.faults.order(faults.Status(503), "plex", times=-1)
    house.sync()
    house.world.faults.cancel(away)
    house.later()
    drop(house, "x11")
    house.plex.want("mara", "x11")
    house.later()
    house.sync()
    house.quiet()
    assert house.wishes() == house.wishes_on_trakt() == films(1, 11)


def test_f78_a_slow_leak_is_held_on_the_second_or_third_run():
    house = wished(100)
    held = []
    for _ in range(4):
        left = sorted(house.wishes_on_trakt())
        drop(house, *left[: len(left) * 9 // 100])
        house.later(4 * HOUR)
        held.append(bool(house.sync(yes=True).held))
    assert held in ([False, True, True, True], [False, False, True, True])
    assert len(house.wishes()) >= 80, "at most 20 in a hundred within a day"


def test_f79_half_of_a_small_list_is_carried_out():
    house = wished(4)
    drop(house, "x1", "x2")
    report = house.sync()
    assert (report.held, outcomes(report)) == ([], {"done": 2})
    assert house.wishes() == {"x3", "x4"}
    house.quiet()


def test_f79_all_of_a_small_list_is_held():
    house = wished(2)
    drop(house, "x1", "x2")
    assert [(hold.count, hold.of) for hold in house.sync(yes=True).held] == [(2, 2)]
    assert house.wishes() == {"x1", "x2"}


def test_f80_the_person_really_dropped_51_of_60():
    house = wished(60)
    drop(house, *films(1, 51))
    report = house.sync(yes=True)
    assert [(h.account, h.shelf, h.verb, h.count, h.of) for h in report.held] == [
        ("plex", "watchlist", "remove", 51, 60)
    ]
    assert (report.status, house.writes()) == ("held", [])
    hold = report.held[0].hold
    house.later(DAY)
    house.plex.want("mara", "x61")
    drop(house, "x60")
    report = house.sync(yes=True)
    assert [held.hold for held in report.held] == [hold], "later changes do not join it"
    assert house.wishes() == films(1, 59) | {"x61"}
    assert house.wishes_on_trakt() == films(52, 59) | {"x61"}
    house.later()
    report = house.sync(approve=hold)
    assert outcomes(report) == {"done": 51}
    assert house.wishes() == house.wishes_on_trakt() == films(52, 59) | {"x61"}
    house.quiet()


def test_f83_watched_leaves_the_watchlist_of_the_service_that_says_so_alone():
    house = wished(10)
    house.watch_on_trakt("x4")
    assert house.wishes_on_trakt() == films(1, 10) - {"x4"}
    for _ in range(3):
        house.later(DAY)
        assert told(house.sync()) == set()
    assert (house.wishes(), house.wishes_on_trakt()) == (films(1, 10), films(1, 10) - {"x4"})


def test_f83_a_wish_dropped_for_a_play_that_we_brought_is_not_put_back():
    house = Household()
    house.plex.want("mara", "m1")
    house.sync()
    house.later()
    house.sync()
    house.watch_on_plex("m1")
    house.later()
    assert told(house.sync()) == {("trakt", "history", "add")}
    house.quiet()
    assert (house.wishes(), house.wishes_on_trakt()) == ({"m1"}, set())


def test_f83_where_the_person_wants_it_a_watched_film_leaves_everywhere():
    house = wished(10, rules=Rules(watched_leaves_watchlist=True))
    house.watch_on_trakt("x4")
    house.later()
    assert told(house.sync()) == {("plex", "watchlist", "remove")}
    house.quiet()
    assert house.wishes() == house.wishes_on_trakt() == films(1, 10) - {"x4"}


@pytest.mark.parametrize("fault", [faults.Html(), faults.Blank(), faults.Truncate(), faults.Status(200, html=True)])
def test_an_answer_that_cannot_be_read_is_no_empty_list(fault):
    house = wished(10)
    house.trakt.want(house["x11"])
    house.world.faults.order(fault, "trakt.api", "GET", WATCHLIST, times=-1)
    report = house.sync(yes=True)
    house.world.faults.cancel()
    assert (report.status, house.writes()) == ("partial", [])
    house.later(SETTLE)
    house.sync()
    assert house.wishes() == films(1, 11)
