"""The laws of lists, in a few fixed worlds."""

import pytest

from tests.laws.lists import live

AT_A_TIME = 20


@pytest.mark.parametrize("first", range(1, 100, AT_A_TIME))
def test_the_laws_hold_in_worlds_of_lists(first):
    for seed in range(first, first + AT_A_TIME):
        live(seed)
