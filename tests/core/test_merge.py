"""Edits become truth: the order of section 7 of the sync model."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchweave.core.conflicts import highest, lowest, newest, preferring
from watchweave.core.merge import NEVER, Edit, Held, Truth, mark, merge, refined, span
from watchweave.core.records import Form

FINE, TEN, STARS, OTHER = 1, 2, 3, 4
FORMS = {FINE: Form(steps=100), TEN: Form(steps=10), STARS: Form(steps=5), OTHER: Form(steps=10)}
RUN = 7


def said(account, value, at, until=None, **more):
    """An edit at a moment, or between two."""
    return Edit(account, value, at, at if until is None else until, rank=account, **more)


def merged(truth, *edits, rule=newest, rank=0):
    return merge(truth, edits, FORMS, rule, RUN, rank)


def stood(value, at, origin=TEN):
    return Truth(value, at, at, origin, 3)


# 1. Agreement


def test_an_edit_that_says_what_the_truth_says_renews_it():
    assert merged(stood(87, 10, FINE), said(STARS, 80, 50, 60)) == Truth(87, 50, 60, FINE, RUN)


def test_an_introduction_that_agrees_renews_nothing():
    truth = stood(87, 10, FINE)
    assert merged(truth, said(STARS, 80, 50, first=True)) == truth


def test_an_introduction_that_agrees_with_one_who_is_no_longer_heard_says_it_anew():
    assert merged(stood(87, 10, origin=99), said(STARS, 80, 50, first=True)) == Truth(87, 50, 50, STARS, RUN)


def test_an_agreeing_edit_beside_a_rival_speaks_for_the_exact_value_with_its_own_time():
    found = merged(stood(87, 10, FINE), said(STARS, 80, 50), said(OTHER, 30, 40))
    assert (found.value, found.lo, found.version) == (87, 50, RUN)


def test_an_older_agreeing_edit_loses_to_a_newer_rival():
    assert merged(stood(87, 10, FINE), said(STARS, 80, 30), said(OTHER, 30, 40)) == Truth(30, 40, 40, OTHER, RUN)


# 2. Knowing


def test_an_edit_made_on_top_of_the_truth_replaces_it_whatever_the_clocks_say():
    assert merged(stood(70, 100), said(OTHER, 30, 5, knew=True)) == Truth(30, 5, 5, OTHER, RUN)


def test_an_edit_made_beside_the_truth_loses_if_it_is_surely_older():
    truth = stood(70, 100)
    assert merged(truth, said(OTHER, 30, 5)) == truth
    assert merged(truth, said(OTHER, 30, 200)).value == 30


def test_a_removal_made_on_top_of_the_truth_stands():
    assert merged(stood(70, 100), said(TEN, None, 90, 200, knew=True)).value is None


def test_a_removal_found_late_does_not_outlive_a_newer_value():
    assert merged(stood(70, 100), said(OTHER, None, 5, 50)).value == 70


# 3. Introductions


@pytest.mark.parametrize("removed_at", [10, 10_000])
def test_a_first_look_never_removes(removed_at):
    gone = Truth(None, removed_at, removed_at, TEN, 3)
    assert merged(gone, said(OTHER, 60, NEVER, 50, first=True)) == Truth(60, NEVER, 50, OTHER, RUN)


def test_a_value_of_a_first_look_outweighs_a_removal_of_the_same_run():
    found = merged(stood(70, 10), said(TEN, None, 20, 90, knew=True), said(OTHER, 60, NEVER, 50, first=True))
    assert found.value == 60


def test_a_first_look_at_an_older_value_changes_nothing():
    truth = stood(70, 100)
    assert merged(truth, said(OTHER, 60, 50, first=True)) == truth


# 4. Refinement


def test_87_of_100_and_4_stars_are_one_opinion():
    assert merged(Truth(), said(FINE, 87, 10), said(STARS, 80, 20)).value == 87
    assert merged(Truth(), said(FINE, 87, 20), said(STARS, 80, 10)).value == 87


def test_a_coarse_opinion_gives_the_fine_one_its_newer_time():
    found = merged(Truth(), said(FINE, 87, 10), said(STARS, 80, 30), said(OTHER, 20, 20))
    assert (found.value, found.lo) == (87, 30)


def test_a_coarse_opinion_that_differs_is_a_rival():
    assert merged(Truth(), said(FINE, 87, 10), said(STARS, 60, 20)).value == 60


def test_the_truth_is_refined_as_well():
    assert merged(stood(80, 10, STARS), said(FINE, 83, 20)).value == 83
    assert merged(stood(83, 10, FINE), said(STARS, 80, 20, knew=True)).value == 83


# 5. The rule


def test_newest_is_who_is_not_surely_older_then_a_value_then_the_order_of_accounts():
    surely = merged(Truth(), said(TEN, 70, 10, 20), said(OTHER, 30, 21, 30))
    perhaps = merged(Truth(), said(TEN, 70, 10, 20), said(OTHER, 30, 20, 30))
    absent = merged(stood(50, 1), said(TEN, None, 10, 20, knew=True), said(OTHER, 30, 20, 30))
    assert (surely.value, perhaps.value, absent.value) == (30, 70, 30)


@pytest.mark.parametrize(
    ("rule", "value"), [(highest, 90), (lowest, 20), (preferring(TEN), 50), (preferring(9), 90), (newest, 90)]
)
def test_rules_choose_among_rivals(rule, value):
    edits = said(TEN, 50, 10), said(OTHER, 20, 20), said(STARS, 90, 30)
    assert {merged(Truth(), *order, rule=rule).value for order in permutations(edits)} == {value}


def test_highest_does_not_lower_what_stands():
    assert merged(stood(90, 10), said(OTHER, 40, 20), rule=highest).value == 90
    assert merged(stood(30, 10), said(OTHER, 40, 5), rule=highest).value == 40


def test_a_preferred_account_that_said_nothing_leaves_it_to_the_newest():
    assert merged(stood(50, 10), said(OTHER, 40, 20), rule=preferring(FINE)).value == 40


def test_a_truth_of_the_preferred_account_stands_against_others_that_did_not_know_it():
    truth = stood(50, 10, TEN)
    assert merged(truth, said(OTHER, 40, 20), rule=preferring(TEN)) == truth


def test_a_coarse_rival_of_two_equally_fine_ones_speaks_for_the_first_in_the_settings():
    rivals = [said(TEN, 40, 50), said(STARS, 40, 50), said(OTHER, 30, 50)]
    found = {merged(stood(90, 10), *order, rule=lowest) for order in permutations(rivals)}
    assert found == {Truth(30, 50, 50, OTHER, RUN)}
    assert {edit.value for edit in refined(rivals, FORMS)} == {40, 30}
    assert {refined(list(order), FORMS)[order.index(rivals[1])].value for order in permutations(rivals)} == {40}


EDITS = st.lists(
    st.builds(
        lambda account, value, lo, wide, knew, first: Edit(
            account, FORMS[account].fit(value), lo, lo + wide, knew and not first, first, rank=account
        ),
        st.sampled_from(list(FORMS)),
        st.none() | st.integers(1, 100),
        st.integers(0, 50),
        st.integers(0, 20),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda edit: edit.account,
)
TRUTHS = st.builds(Truth, st.none() | st.integers(1, 100), st.just(25), st.just(30), st.sampled_from(list(FORMS)))


@given(TRUTHS, EDITS, st.sampled_from([newest, highest, lowest, preferring(STARS)]))
def test_the_truth_does_not_depend_on_the_order_of_edits(truth, edits, rule):
    rank = truth.origin or 0
    assert len({repr(merged(truth, *order, rule=rule, rank=rank)) for order in permutations(edits)}) == 1


@given(TRUTHS, EDITS, st.sampled_from([newest, highest, lowest]))
def test_a_truth_is_what_somebody_said(truth, edits, rule):
    assert merged(truth, *edits, rule=rule).value in {truth.value, *(edit.value for edit in edits)}


@given(TRUTHS, EDITS)
def test_an_interval_never_ends_before_it_begins(truth, edits):
    found = merged(truth, *edits)
    assert found.lo <= found.hi


# 6. Who is due


@pytest.mark.parametrize(
    ("seen", "agreed", "version", "due"),
    [
        (70, 70, 3, False),  # shows it
        (50, 50, 2, True),  # the truth has moved
        (50, 50, 3, False),  # kept apart
        (50, 70, 3, True),  # the account has moved and lost
        (None, None, -1, True),  # never had it
        (None, 70, 3, True),
        (70, 50, 2, False),
    ],
)
def test_due_is_who_differs_unless_it_is_kept_apart(seen, agreed, version, due):
    row = Held(seen, agreed, version)
    mark(Truth(70, 1, 1, TEN, 3), row, FORMS[TEN], whole=True)
    assert row.due is due


def test_due_is_judged_in_the_own_form():
    row = Held(80, 80, 1)
    mark(Truth(87, 1, 1, FINE, 3), row, FORMS[STARS], whole=True)
    assert (row.due, row.agreed, row.version) == (False, 80, 3)


def test_knowing_is_gained_only_by_being_read_whole_or_by_moving():
    away, read, moved = Held(70, 70, 1), Held(70, 70, 1), Held(70, 50, 1)
    for row, whole in ((away, False), (read, True), (moved, False)):
        mark(Truth(70, 1, 1, TEN, 3), row, FORMS[TEN], whole)
    assert (away.version, read.version, moved.version) == (1, 3, 3)


# The time of an edit


@pytest.mark.parametrize(
    ("at", "looked", "now", "interval"),
    [
        (150, 100, 200, (150, 150)),
        (100, 100, 200, (100, 100)),
        (200, 100, 200, (200, 200)),
        (99, 100, 200, (100, 200)),  # an old date is a claim about the past
        (201, 100, 200, (100, 200)),
        (None, 100, 200, (100, 200)),
        (50, NEVER, 200, (50, 50)),
    ],
)
def test_when_an_edit_was_made(at, looked, now, interval):
    assert span(at, looked, now) == interval


@pytest.mark.parametrize(
    ("at", "interval"), [(150, (130, 169)), (110, (100, 129)), (85, (100, 104)), (215, (195, 200)), (80, (100, 200))]
)
def test_an_edit_known_by_its_day_was_made_on_that_day_since_the_last_look(at, interval):
    assert span(at, 100, 200, near=20) == interval


@given(st.none() | st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 500))
def test_no_interval_ends_before_it_begins(at, looked, now, near):
    lo, hi = span(at, looked, now, near)
    assert lo <= hi


def test_after_the_clock_went_back_the_interval_reaches_to_the_last_look():
    overlap = 15 * 60
    assert span(None, 100_000, 90_000) == (90_000 - 2 * overlap, 100_000)
