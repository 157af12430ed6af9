"""The checks that hold a plan back, each at its edge (sync model, section 10)."""

from types import SimpleNamespace

import pytest

from watchweave.core.plan import LIMITS, Change, Limit, check, decode_changes, encode_changes

TRAKT, PLEX = 2, 1
HOUR, DAY = 3600, 86_400
NOON = 1_780_000_000


def facts(of=0, spent=0, times=None, shifts=None):
    return SimpleNamespace(
        of=lambda account, shelf: of,
        spent=lambda account, kind: spent,
        times=lambda account, medias: times or {},
        shifts=lambda account: shifts or {},
    )


def changes(count, verb="add", shelf="history", account=TRAKT, apart=HOUR):
    """So many changes, each about another media and, of plays, at another time."""
    value = {"history": NOON, "ratings": 70}.get(shelf, 100)
    found = []
    for media in range(1, count + 1):
        now = (
            None if verb == "remove" and shelf != "history" else value + apart * media if shelf == "history" else value
        )
        found.append(Change(account, shelf, verb, media, now, play=media if shelf == "history" else None, origin=PLEX))
    return found


def held(planned, of=0, spent=0, yes=False, **more):
    """The checks that hold, and how many changes."""
    known = facts(of, spent, more.pop("times", None), more.pop("shifts", None))
    passed, holds = check(planned, known, yes=yes, **more)
    assert sorted(map(repr, [*passed, *(c for hold in holds for c in hold.changes)])) == sorted(map(repr, planned))
    return [(hold.check, len(hold.changes)) for hold in holds]


EDGES = [
    # kind, verb, shelf, of, most in one run
    ("removals", "remove", "watchlist", 20, 5),
    ("removals", "remove", "watchlist", 59, 5),
    ("removals", "remove", "watchlist", 100, 10),
    ("removals", "remove", "ratings", 1000, 100),
    ("removals", "remove", "watched", 50, 5),
    ("plays_removed", "remove", "history", 1000, 3),
    ("plays_added", "add", "history", 0, 50),
    ("plays_added", "add", "history", 500, 50),
    ("plays_added", "add", "history", 1000, 100),
    ("plays_added", "add", "watched", 0, 50),
    ("ratings_changed", "change", "ratings", 100, 20),
    ("ratings_changed", "change", "ratings", 1000, 100),
]


@pytest.mark.parametrize(("kind", "verb", "shelf", "of", "most"), EDGES)
def test_one_more_than_the_limit_of_a_run_is_held(kind, verb, shelf, of, most):
    assert held(changes(most, verb, shelf), of) == []
    assert held(changes(most + 1, verb, shelf), of) == [(kind, most + 1)]


@pytest.mark.parametrize(
    ("kind", "verb", "shelf", "of", "most"),
    [
        ("removals", "remove", "watchlist", 40, 10),
        ("removals", "remove", "watchlist", 100, 20),
        ("plays_removed", "remove", "history", 1000, 10),
        ("plays_added", "add", "history", 100, 100),
        ("plays_added", "add", "history", 1000, 200),
        ("ratings_changed", "change", "ratings", 100, 40),
        ("ratings_changed", "change", "ratings", 1000, 200),
    ],
)
def test_what_was_done_within_a_day_counts(kind, verb, shelf, of, most):
    assert held(changes(2, verb, shelf), of, spent=most - 2) == []
    assert held(changes(2, verb, shelf), of, spent=most - 1) == [(kind, 2)]


@pytest.mark.parametrize(
    ("of", "count", "holds"), [(1, 1, False), (2, 2, True), (3, 3, True), (5, 4, False), (0, 1, False)]
)
def test_all_of_two_or_more_are_never_removed_unasked(of, count, holds):
    assert bool(held(changes(count, "remove", "watchlist"), of)) is holds


@pytest.mark.parametrize("shelf", ["ratings", "watchlist", "collection"])
def test_first_ratings_wishes_and_copies_have_no_limit(shelf):
    assert held(changes(5000, "add", shelf)) == []


@pytest.mark.parametrize("count", [20, 21])
def test_more_than_20_plays_at_one_moment_are_held_even_with_yes(count):
    planned = changes(count, apart=0)
    assert held(planned, yes=True) == ([("one_moment", 21)] if count == 21 else [])


def test_plays_of_unknown_time_share_no_moment():
    planned = [Change(TRAKT, "history", "add", media, None, play=media) for media in range(40)]
    assert held(planned) == []


@pytest.mark.parametrize(("of", "count", "holds"), [(20, 20, True), (20, 18, False), (19, 19, False), (400, 380, True)])
def test_when_nearly_every_value_would_change_that_is_held(of, count, holds):
    found = [name for name, _ in held(changes(count, "change", "ratings"), of)]
    assert ("all_different" in found) is holds


def shifted(*hours, origin=PLEX):
    """Plays of films of which the account shows one each, so many hours earlier."""
    times = {media: [NOON + media * DAY] for media in range(1, len(hours) + 1)}
    planned = [
        Change(TRAKT, "history", "add", media, NOON + media * DAY + int(off * HOUR), play=media, origin=origin)
        for media, off in enumerate(hours, 1)
    ]
    return planned, times


@pytest.mark.parametrize(
    ("hours", "holds"),
    [
        ((2, 2, 2), True),
        ((5.5, 5.5, 5.5), True),
        ((-4, -4, -4), True),
        ((14, 14, 14), True),
        ((2, 2), False),
        ((2, 3, 5), False),
        ((2.25, 2.25, 2.25), False),
        ((15, 15, 15), False),
    ],
)
def test_three_plays_off_by_the_same_half_hours_are_a_wrong_clock(hours, holds):
    planned, times = shifted(*hours)
    assert held(planned, yes=True, times=times) == ([("timezone", 3)] if holds else [])


@pytest.mark.parametrize(
    ("origin", "hours", "count", "holds"),
    [(PLEX, 2, 2, True), (PLEX, 2, 1, False), (PLEX, 3, 2, False), (7, 2, 2, False)],
)
def test_plays_written_before_count_as_well(origin, hours, count, holds):
    planned, times = shifted(2)
    found = held(planned, times=times, shifts={(origin, hours * HOUR): count})
    assert found == ([("timezone", 1)] if holds else [])


def test_a_wrong_clock_holds_all_plays_of_that_account_and_of_no_other():
    planned, times = shifted(2, 2, 2)
    more = [
        Change(TRAKT, "history", "add", 50, NOON, play=50, origin=PLEX),
        Change(TRAKT, "history", "add", 51, NOON + DAY, play=51, origin=7),
    ]
    assert held([*planned, *more], times=times) == [("timezone", 4)]


@pytest.mark.parametrize(
    ("verb", "shelf", "passes"),
    [("add", "history", True), ("add", "watched", True), ("change", "ratings", True), ("remove", "watchlist", False),
     ("remove", "history", False), ("remove", "ratings", False)],
)  # fmt: skip
def test_yes_lets_additions_and_changed_ratings_pass_and_nothing_else(verb, shelf, passes):
    assert (held(changes(200, verb, shelf), 200, yes=True) == []) is passes


def test_approved_changes_pass_and_count_for_nothing():
    planned = changes(60, "remove", "watchlist")
    approved = {change.identity for change in planned[:55]}
    assert held(planned, 100, approved=lambda change: change.identity in approved) == []
    assert held(planned, 100, approved=lambda change: change.media <= 40) == [("removals", 20)]


def test_accounts_and_shelves_are_checked_by_themselves():
    planned = (
        changes(6, "remove", "watchlist") + changes(2, "remove", "watchlist", PLEX) + changes(2, "remove", "ratings")
    )
    assert held(planned, 20) == [("removals", 6)]


def test_settings_raise_a_limit():
    raised = {**LIMITS, "removals": Limit(50, 10, 60, 20)}
    assert held(changes(50, "remove", "watchlist"), 100, limits=raised) == []
    assert held(changes(51, "remove", "watchlist"), 100, limits=raised) == [("removals", 51)]


def test_a_hold_names_exactly_its_list():
    planned = changes(8, "remove", "watchlist")
    (one,), (same,), (other,) = (check(p, facts(20))[1] for p in (planned, planned[::-1], planned[:7]))
    assert one.digest == same.digest != other.digest
    assert (one.account, one.shelf, one.verb, one.of) == (TRAKT, "watchlist", "remove", 20)
    assert one.why == "8 in one run, where 20 are known"


def test_changes_keep_their_identity_when_stored():
    planned = [*changes(2), *changes(2, "change", "ratings"), Change(1, "history", "add", 3, None, play=4, why="x")]
    assert list(decode_changes(encode_changes(planned))) == planned
