"""What the tests of the commands share."""

import pytest

from tests.cli.place import open_place


@pytest.fixture
def place(tmp_path):
    with open_place(tmp_path) as place:
        yield place
