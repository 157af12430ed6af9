"""What a record is about: well formed ids and names for people (matching, section 1)."""

import pytest

from watchweave.core.media import Kind, Media, clean_ids


@pytest.mark.parametrize(
    "value", [None, "", "0", 0, "N/A", "null", "tt0000000", "-1", "007", "123456789012", 123456789012]
)
@pytest.mark.parametrize("space", ["tmdb", "imdb", "tvdb", "trakt"])
def test_what_is_no_id_is_left_out(space, value):
    assert clean_ids({space: value}) == {}


@pytest.mark.parametrize(
    ("space", "value", "clean"),
    [
        ("imdb", "tt0113277", "tt0113277"),
        ("imdb", " TT0113277 ", "tt0113277"),
        ("imdb", "tt10872600", "tt10872600"),
        ("tmdb", 949, "949"),
        ("tmdb", "949", "949"),
        ("plex", "5D776825880197001EC967C6", "5d776825880197001ec967c6"),
        ("mbid", "F27EC8DB-AF05-4F36-916E-3D57F91ECF5E", "f27ec8db-af05-4f36-916e-3d57f91ecf5e"),
        ("slug", "heat-1995", "heat-1995"),
    ],
)
def test_ids_are_text_in_their_usual_form(space, value, clean):
    assert clean_ids({space: value}) == {space: clean}


@pytest.mark.parametrize(
    ("space", "value"), [("imdb", "949"), ("imdb", 113277), ("tmdb", "tt0113277"), ("plex", "949")]
)
def test_a_value_of_another_space_is_no_id(space, value):
    assert clean_ids({space: value}) == {}


def test_names_for_people():
    show = Media(Kind.SHOW, title="Twin Peaks", year=1990)
    assert Media(Kind.MOVIE, title="Heat", year=1995).named() == "Heat (1995)"
    assert Media(Kind.EPISODE, parent=show, season=1, number=2).named() == "Twin Peaks S01E02"
    assert Media(Kind.SEASON, parent=show, season=2).named() == "Twin Peaks season 2"
    assert (Media(Kind.MOVIE, keys=("12",)).key, Media(Kind.MOVIE).key) == ("12", "")
