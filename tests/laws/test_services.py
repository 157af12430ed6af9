"""Random lives with the real adapters; `make laws` lives many more."""

import pytest

from tests.laws import services


@pytest.mark.parametrize("seed", range(1, 21))
def test_no_law_is_broken_whichever_services_take_part(seed):
    services.live(seed)
