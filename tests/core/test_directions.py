"""Who hears whom, and the circles that follow (sync model, section 3)."""

from hypothesis import given
from hypothesis import strategies as st

from watchweave.core.directions import circles, hears

FAN = [("plex", "trakt"), ("trakt", "plex"), ("plex", "letterboxd")]
ANCESTORS = [("attic", "plex"), ("plex", "trakt"), ("trakt", "plex"), ("trakt", "letterboxd"), ("imdb", "letterboxd")]
NAMES = ("attic", "imdb", "letterboxd", "plex", "trakt")


def circle_names(pairs):
    """What each circle hears -> its members."""
    names = sorted({name for pair in pairs for name in pair})
    return {frozenset(heard): set(members) for heard, members in circles(hears(names, pairs)).items()}


def test_a_fan_has_two_circles():
    assert circle_names(FAN) == {
        frozenset({"plex", "trakt"}): {"plex", "trakt"},
        frozenset({"plex", "trakt", "letterboxd"}): {"letterboxd"},
    }


def test_where_ancestors_differ_there_are_four_circles():
    assert circle_names(ANCESTORS) == {
        frozenset({"attic"}): {"attic"},
        frozenset({"imdb"}): {"imdb"},
        frozenset({"attic", "plex", "trakt"}): {"plex", "trakt"},
        frozenset(NAMES): {"letterboxd"},
    }


def test_all_two_way_is_one_circle():
    pairs = [(one, other) for one in NAMES for other in NAMES if one != other]
    assert circle_names(pairs) == {frozenset(NAMES): set(NAMES)}


def test_nobody_hears_along_an_arrow_that_points_away():
    heard = hears(["plex", "trakt"], [("plex", "trakt")])
    assert heard == {"plex": {"plex"}, "trakt": {"plex", "trakt"}}


def test_a_direction_of_somebody_who_is_not_there_counts_for_nobody():
    assert hears(["plex"], [("gone", "plex"), ("plex", "gone")]) == {"plex": {"plex"}}


PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=10)


@given(PAIRS)
def test_hearing_is_transitive_and_everybody_hears_itself(pairs):
    heard = hears(NAMES, pairs)
    assert all(name in heard[name] for name in NAMES)
    assert all(heard[giver] <= heard[receiver] for giver, receiver in pairs)
    assert all(heard[third] <= heard[name] for name in NAMES for third in heard[name])


@given(PAIRS)
def test_everybody_is_in_one_circle_and_givers_come_first(pairs):
    found = list(circles(hears(NAMES, pairs)).items())
    assert sorted(name for _, members in found for name in members) == sorted(NAMES)
    for place, (heard, _) in enumerate(found):
        assert not any(earlier > heard for earlier, _ in found[:place])
