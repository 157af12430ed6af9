"""Shows that services number differently: nothing that is said of one thing is ever written to another one."""

from __future__ import annotations

import pytest

from tests.laws.shows import World, live
from tests.support.town import DAY, MINUTE, NOON

AT_A_TIME = 12


@pytest.mark.parametrize("first", range(1, 60, AT_A_TIME))
def test_every_record_stays_with_what_it_was_said_of(first):
    for seed in range(first, first + AT_A_TIME):
        live(seed)


BROKEN = (10121, 10302, 10638, 11176, 11545, 11611, 11953, 12525, 20664, 20752, 21323, 21805, 22411, 30006, 30291, 30416,
          30587, 31198, 31382, 31534, 32198, 32476, 33754, 42116, 42763, 50070, 52607, 53108, 54531, 62395, 64294)  # fmt: skip
"""Worlds in which a law broke once."""


@pytest.mark.parametrize("seed", BROKEN)
def test_a_world_that_broke_a_law_once_keeps_it(seed):
    live(seed)


# The laws themselves can fail: whatever they are to find is put into a world by hand, and found


def world_with():
    """A world in which an episode was watched on one account, which another one names by an id, too."""
    for seed in range(1, 99):
        world = World(seed)
        (one, view), (other, there) = list(world.views.items())[:2]
        if "watched" in there.box.forms or not world.honest or world.sources:
            continue
        episodes = [uid for uid, fact in world.facts.items() if fact.show and uid.split(".")[1] != "0"]
        for uid in episodes:
            if {uid} & {each.keys[key] for each in world.views.values() for key in each.spoilt}:
                continue
            if view.box.ids[f"{one}:{uid}"].items() & there.box.ids[f"{other}:{uid}"].items():
                world.watch_this(view, f"{one}:{uid}", NOON - 9 * DAY)
                return world, there, uid, [each for each in episodes if each != uid]
    raise LookupError


def stray(world, view, key, at=NOON - 9 * DAY):
    view.box.watch(key, at, world.town.time)
    view.shown.add(key)


def test_a_play_on_another_episode_is_found():
    world, view, uid, others = world_with()
    far = next(each for each in others if each.split(".")[1] != uid.split(".")[1])
    stray(world, view, f"{view.box.name}:{far}")
    with pytest.raises(AssertionError, match="wrong landing"):
        world.check_now()


def test_a_second_copy_of_a_play_is_found():
    world, view, uid, _ = world_with()
    for _ in range(2):
        stray(world, view, f"{view.box.name}:{uid}")
    with pytest.raises(AssertionError, match="double"):
        world.check_now()


def test_a_play_that_nobody_ever_played_is_found():
    world, view, uid, _ = world_with()
    stray(world, view, f"{view.box.name}:{uid}", NOON - 8 * DAY + MINUTE)
    with pytest.raises(AssertionError, match="invention"):
        world.check_now()


def test_a_rating_on_another_thing_is_found():
    world, view, uid, others = world_with()
    world.rated.add(uid)
    far = next(each for each in others if world.facts[each].value != world.facts[uid].value)
    view.box.rate(f"{view.box.name}:{far}", world.facts[uid].value, NOON)
    with pytest.raises(AssertionError, match="wrong landing"):
        world.check_now()


def test_a_play_that_never_came_is_found():
    world, view, _, _ = world_with()
    world.town.sync()
    view.box.plays.clear()
    for each in world.views.values():
        each.shown |= each.keys.keys()
    with pytest.raises(AssertionError, match="agreement"):
        world.judge()


def test_a_play_that_is_lost_is_found():
    world, _, _, _ = world_with()
    next(iter(world.views.values())).box.plays.clear()
    with pytest.raises(AssertionError, match="loss"):
        world.judge()
