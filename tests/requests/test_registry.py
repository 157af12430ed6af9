"""Services are found by their names."""

import pytest

from watchweave.errors import ConfigError
from watchweave.services import registry


def test_an_unknown_service_is_a_matter_of_the_settings_and_the_known_ones_are_named():
    with pytest.raises(ConfigError, match=r"plex, (.+, )?trakt\."):
        registry.service("trackt")


def test_a_service_is_loaded_by_its_name():
    assert registry.service("trakt").name == "trakt"
