"""The form of a shelf: what it can hold of a rating and of a time (sync model, section 4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchweave.core.records import PRESENT, Form

STEPS = st.sampled_from([1, 2, 4, 5, 10, 20, 50, 100])
VALUES = st.integers(1, 100)


@given(STEPS, VALUES)
def test_what_fits_stays_as_it_is(steps, value):
    form = Form(steps=steps)
    assert form.fit(form.fit(value)) == form.fit(value)


@given(STEPS, VALUES)
def test_a_present_value_never_becomes_absence_or_leaves_the_scale(steps, value):
    assert 1 <= Form(steps=steps).fit(value) <= 100


@given(STEPS, VALUES)
def test_the_nearest_value_is_taken(steps, value):
    scale = [step * 100 // steps for step in range(1, steps + 1)]
    assert abs(Form(steps=steps).fit(value) - value) == min(abs(mark - value) for mark in scale)


@given(STEPS, VALUES, VALUES)
def test_the_order_of_values_is_kept(steps, one, other):
    fit = Form(steps=steps).fit
    assert (fit(one) <= fit(other)) or one > other


@given(VALUES)
def test_half_stars_go_there_and_back_unharmed(value):
    ten, five = Form(steps=10), Form(steps=5)
    assert ten.fit(five.fit(value)) == five.fit(value)


@given(STEPS)
def test_absence_presence_and_words_fit_everywhere(steps):
    form = Form(steps=steps)
    assert (form.fit(None), form.fit(PRESENT), form.fit("a review")) == (None, PRESENT, "a review")


@pytest.mark.parametrize(
    ("steps", "value", "held"), [(5, 87, 80), (5, 90, 100), (10, 3, 10), (10, 86, 90), (100, 3, 3)]
)
def test_examples_of_scales(steps, value, held):
    assert Form(steps=steps).fit(value) == held


@given(st.integers(-(10**9), 10**10))
def test_a_clock_of_minutes_keeps_whole_minutes_and_a_time_that_was_cut_stays(at):
    form = Form(clock="minute")
    assert (form.cut(at) % 60, form.cut(form.cut(at))) == (0, form.cut(at))
    assert 0 <= at - form.cut(at) < 60
    assert Form(clock="second").cut(at) == at


def test_an_unknown_time_stays_unknown():
    assert [Form(clock=clock).cut(None) for clock in ("second", "minute", "day", "now")] == [None] * 4
