"""Killed at any commit or request, the same state is reached, and at no moment is anything doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.scenarios.household import DAY, HOUR, MINUTE, NOW, SETTLE, Household, Rules
from tests.support.memory import Killed
from tests.support.town import NOON, TRAKTLIKE, Town
from watchweave.storage.history import Plays

Story = tuple[Callable[[], Household], Callable[[Household], object]]


def fresh() -> Household:
    return Household(checked=False, others=3)


def linked() -> Household:
    """Both services agree on a play, a rating and two wishes."""
    house = fresh()
    house.watch_on_plex("m1", NOW - 10 * DAY)
    house.plex.rate("mara", "m2", 8.0, at=NOW - 9 * DAY)
    for uid in ("x1", "x2"):
        house.plex.want("mara", uid)
    for _ in range(3):
        house.sync()
        house.later()
    return house


def two_accounts() -> Household:
    """Two Trakt accounts that share three plays; what is removed on one leaves the other."""
    house = Household(checked=False, others=0, second=True, rules=Rules(removed_plays="follow"))
    for day in (30, 20, 10):
        house.watch_on_trakt("m1", NOW - day * DAY)
    for _ in range(3):
        house.sync()
        house.later()
    return house


def first_link(house: Household) -> None:
    house.watch_on_plex("m1", NOW - 5 * DAY)
    house.watch_on_plex("s1.1.1", NOW - 4 * DAY)
    house.watch_on_trakt("m2", NOW - 3 * DAY)
    house.plex.rate("mara", "m1", 8.6, at=NOW - 2 * DAY)
    house.trakt.rate(house["m2"], 6)
    house.plex.want("mara", "x1")
    house.trakt.want(house["x2"])


def unwatch(house: Household) -> None:
    house.plex.unwatch("mara", "m1")
    house.later(DAY)


def rate_on_both(house: Household) -> None:
    house.plex.rate("mara", "m2", 4.0)
    house.later(MINUTE)
    house.trakt.rate(house["m2"], 9)


def drop_and_wish(house: Household) -> None:
    house.plex.unwant("mara", "x1")
    house.trakt.want(house["x3"])


STORIES: dict[str, Story] = {
    "f01 a first link": (fresh, first_link),
    "f05 a rewatch": (linked, lambda house: house.watch_on_plex("m1", NOW - DAY)),
    "f19 a flag and its echo": (linked, lambda house: house.watch_on_trakt("m3", NOW - DAY)),
    "f36 a removed play": (
        two_accounts,
        lambda house: house.second.remove_play(house.second.history.of(house["m1"])[0]),
    ),
    "f41 an unwatch": (linked, unwatch),
    "f46 two episodes of one evening": (
        linked,
        lambda house: [house.watch_on_plex(uid, NOW - DAY) for uid in ("s1.1.1", "s1.1.2")],
    ),
    "f54 ratings on both sides": (linked, rate_on_both),
    "f57 a rating taken back": (linked, lambda house: house.trakt.unrate(house["m2"])),
    "f74 a wish dropped, another added": (linked, drop_and_wish),
}


def told(story: str) -> Household:
    """The household of a story, at the moment before the sync that matters."""
    prepare, act = STORIES[story]
    house = prepare()
    act(house)
    house.later(HOUR)
    return house


def points(story: str) -> Iterator[tuple[str, int, bool]]:
    """Every commit and every request of that sync, before and after."""
    house = told(story)
    commits, requests = house.store.die_in, house.door.die_in
    house.sync()
    for after in (False, True):
        yield from (("commit", n, after) for n in range(1, commits - house.store.die_in + 1))
        yield from (("request", n, after) for n in range(1, requests - house.door.die_in + 1))


def counts(house: Household) -> list[Counter[str]]:
    """How many plays of what each Trakt account shows."""
    return [Counter(uid for uid, _ in plays.elements()) for plays in house.shown()["plays"]]


@pytest.mark.parametrize("story", STORIES)
def test_killed_at_any_commit_or_request_the_same_state_is_reached(story):
    undisturbed = told(story)
    before = counts(undisturbed)
    undisturbed.sync()
    undisturbed.quiet()
    end = undisturbed.shown()
    most = [then | now for then, now in zip(before, counts(undisturbed), strict=True)]
    for what, number, after in points(story):
        house = told(story)
        dying = house.store if what == "commit" else house.door
        dying.die_in, dying.after = number, after
        with pytest.raises(Killed):
            house.sync()
        house.die()
        for _ in range(2):
            house.later(SETTLE + MINUTE)
            house.sync()
            assert all(now <= limit for now, limit in zip(counts(house), most, strict=True)), "nothing is doubled"
        house.later(SETTLE + MINUTE)
        assert house.shown() == end, (what, number, after)
        writes = len(house.writes())
        assert (house.sync().changes, len(house.writes())) == ([], writes)


def test_what_was_under_way_when_the_process_died_is_not_sent_again_while_it_can_still_arrive():
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE)
    town.film("heat", "ran")
    town.trakt.watch("ran", NOON - 9 * DAY, NOON)
    town.settle()
    town.wait(HOUR)
    town.trakt.watch("heat", NOON - 3 * DAY, NOON)
    town.second.fail_writes = ["kill_late"]
    with pytest.raises(Killed):
        town.sync()
    town.wait(MINUTE // 2)
    town.sync()
    town.wait(HOUR)
    town.settle()
    assert len(town.times("second", "heat")) == 1


def test_numbers_of_plays_are_never_given_to_another():
    """The journal names plays of circles that are no more."""
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE)
    town.film("heat", "ran")
    town.trakt.watch("heat", NOON - 9 * DAY, NOON)
    town.settle()
    before = Plays(town.store.db).newest()
    town.directions = [("trakt", "second")]
    town.settle()
    town.store.db.execute("DELETE FROM sighting")
    town.store.db.execute("DELETE FROM play")
    assert Plays(town.store.db).newest() >= before > 0
