"""What a person's yes means, what a service's no means, and what a sync is asked for (sync model, 3.5, 10 and 11)."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from tests.scenarios.household import DAY, HOUR, MINUTE, NOW, Household, outcomes, spread, told
from tests.support.town import PLEXLIKE, TRAKTLIKE, Town
from watchweave.engine.answers import past
from watchweave.engine.home import What
from watchweave.errors import ConfigError, WatchWeaveError
from watchweave.storage.accounts import Accounts
from watchweave.storage.store import Writer, open_store


def held(count: int = 60) -> tuple[Household, str]:
    """A household whose first plays wait for a yes; the name of the hold."""
    house = Household(films=70, others=0, checked=False)
    for uid, at in spread([f"m{number}" for number in range(1, count + 1)], NOW, HOUR):
        house.watch_on_plex(uid, at)
    return house, house.sync().held[0].hold


def test_approving_carries_out_exactly_the_list():
    house, hold = held()
    house.watch_on_plex("m65")
    house.later(MINUTE)
    report = house.sync(approve=hold)
    assert {f"m{number}" for number in range(1, 61)} <= {play.work.uid for play in house.trakt.history.plays.values()}
    assert report.held == []
    house.quiet()


def test_a_plain_yes_lets_pass_what_waits_for_one():
    house, _ = held()
    house.later(MINUTE)
    report = house.sync(yes=True)
    assert (report.held, outcomes(report)) == ([], {"done": 60})
    house.quiet()


def test_a_plain_yes_lets_no_removals_pass():
    house = Household(others=12, checked=False)
    for number in range(1, 13):
        house.plex.want("mara", f"x{number}")
        house.trakt.want(house[f"x{number}"])
    house.sync()
    house.later()
    for number in range(1, 8):
        house.trakt.unwant(house[f"x{number}"])
    assert [hold.count for hold in house.sync().held] == [7]
    house.later()
    assert [hold.count for hold in house.sync(yes=True).held] == [7]
    assert len(house.wishes()) == 12


def test_an_approved_hold_is_gone():
    house, hold = held()
    house.sync(approve=hold)
    with pytest.raises(ConfigError, match="no hold"):
        house.sync(approve=hold)


def test_a_hold_that_is_no_longer_the_plan_is_not_carried_out():
    house, hold = held()
    house.watch_on_trakt("m7", NOW - 7 * HOUR)
    house.later(MINUTE)
    try:
        report = house.sync(approve=hold)
    except WatchWeaveError:
        report = house.sync()
    assert house.writes("trakt.api") == []
    assert [(now.hold != hold, now.count) for now in report.held] == [(True, 59)]


def test_approved_changes_do_not_count_within_the_day():
    house, hold = held()
    house.sync(approve=hold)
    house.later()
    for number in range(61, 71):
        house.watch_on_plex(f"m{number}")
    house.later()
    assert outcomes(house.sync()) == {"done": 10}


def test_a_refused_record_is_left_alone_longer_each_time():
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat")
    town.trakt.unknown = {"heat"}
    town.plex.rate("heat", 80, town.time)
    start, asked = town.time, []
    for hours in range(24 * 48):
        town.time = start + hours * HOUR
        before = town.trakt.writes
        town.sync()
        if town.trakt.writes > before:
            asked.append(hours)
    waits = [after - before for before, after in pairwise(asked)]
    assert waits == [1, 6, 24, 7 * 24, 30 * 24]
    town.trakt.unknown = set()
    town.wait(31 * DAY)
    town.sync()
    assert town.trakt.ratings["heat"][0] == 80
    town.settle()


def test_a_refused_record_is_no_removal():
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat", "ran", "alien")
    town.trakt.unknown = {"heat"}
    for film in ("heat", "ran", "alien"):
        town.plex.wish(film, town.time)
    for _ in range(4):
        report = town.sync()
        town.wait(DAY)
        assert report.status == "done"
    assert (set(town.plex.wishes), set(town.trakt.wishes)) == ({"heat", "ran", "alien"}, {"ran", "alien"})


def busy() -> Household:
    """News on every account, of plays and of ratings."""
    house = Household(second=True, checked=False)
    house.sync()
    house.later()
    house.watch_on_plex("m1")
    house.trakt.rate(house["m2"], 6)
    house.second.want(house["x1"])
    house.later()
    return house


@pytest.mark.parametrize(
    ("what", "accounts"),
    [("", {"plex", "trakt", "second"}), ("second", {"second"}), ("trakt", {"trakt"}), ("plex", {"plex"})],
)
def test_what_is_asked_for_names_who_is_told(what, accounts):
    house = busy()
    assert {account for account, _, _ in told(house.sync(what))} == accounts
    house.later(DAY)
    house.sync()
    house.quiet()


def test_a_direction_writes_only_what_comes_from_there():
    house = busy()
    report = house.sync("plex->second")
    assert ("second", "history", "add") in told(report)
    assert {account for account, _, _ in told(report)} == {"second"}
    house.sync()
    house.quiet()


def test_a_direction_that_the_settings_do_not_imply_is_an_error():
    house = Household(directions=[("plex", "trakt")], checked=False)
    with pytest.raises(ConfigError, match=r"do not let plex hear trakt"):
        house.sync("trakt->plex")
    with pytest.raises(ConfigError, match=r"no account .letterboxd."):
        house.sync("letterboxd")


@pytest.mark.parametrize(("words", "shelf"), [("", "ratings"), ("trakt", ""), ("trakt->plex", "")])
def test_a_sync_of_a_part_leaves_the_holds_of_the_rest(words, shelf):
    house, hold = held()
    house.later()
    asyncio.run(house.home.sync(house.person, What(words, shelf)))
    house.later()
    assert outcomes(house.sync(approve=hold))["done"] == 60


def test_a_run_under_way_is_not_called_interrupted(tmp_path):
    path = tmp_path / "watchweave.db"
    store = open_store(path)
    with store.transaction():
        number = Accounts(store).profile("mara")
        for _ in range(2):
            Accounts(store).begin_run(number, "sync", 1)
    writer = Writer(path, "sync")
    assert [run["status"] for run in past(store)] == ["interrupted", "interrupted"]
    writer.take()
    assert [run["status"] for run in past(store)] == ["running", "interrupted"]
    writer.give_back()
    assert [run["status"] for run in past(store)] == ["interrupted", "interrupted"]
