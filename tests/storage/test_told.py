"""How much a metadata source may be asked: what was counted, on which day."""

from __future__ import annotations

import pytest

from watchweave.storage.store import open_store
from watchweave.storage.told import Told

DAY, BUDGET = 20_000, 3


@pytest.fixture
def told():
    store = open_store(None)
    yield Told(store)
    store.close()


def spend(told, day, times=1):
    """How often it may be asked, of so many times."""
    return sum(told.spend("omdb", day, BUDGET) for _ in range(times))


def test_a_day_has_its_budget_and_the_next_one_another(told):
    assert [spend(told, day, 5) for day in (DAY, DAY, DAY + 1)] == [3, 0, 3]


def test_each_source_has_its_own(told):
    assert spend(told, DAY, 5) == 3
    assert told.spend("other", DAY, BUDGET)


def test_what_was_not_sent_is_given_back_and_never_more(told):
    spend(told, DAY, 3)
    told.spend("omdb", DAY, BUDGET, -1)
    assert spend(told, DAY, 5) == 1
    for _ in range(9):
        told.spend("omdb", DAY, BUDGET, -1)
    assert spend(told, DAY, 5) == 3


def test_a_clock_that_goes_back_and_forth_brings_nothing_back(told):
    assert [spend(told, DAY + later, 5) for later in (0, 1, 0, 1, 0)] == [3, 3, 0, 0, 0]


@pytest.mark.parametrize("later", [1, 2, 7, 5_000])
def test_after_a_clock_that_was_far_ahead_a_source_is_asked_again_the_day_after_tomorrow(told, later):
    spend(told, DAY + later, 5)
    assert [spend(told, day, 5) for day in (DAY, DAY + 1, DAY + 2)] == [0, 0, 3]


def test_what_was_left_on_a_later_day_is_left_now(told):
    spend(told, DAY + 9, 1)
    assert spend(told, DAY, 5) == 2


@pytest.mark.parametrize("value", [b"", b"\xff", b"[1]", b'["a",2]', b"7"])
def test_a_count_that_is_damaged_ends_nothing(told, value):
    told.store.remember("spent:omdb", value)
    assert spend(told, DAY, 5) == 3
