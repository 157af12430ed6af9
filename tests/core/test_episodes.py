"""Which episode of a list somebody means (matching, section 4)."""

import pytest

from watchweave.core.episodes import meant
from watchweave.core.media import Kind, Media

WEEK = 7
SHOW = Media(Kind.SHOW, {"tvdb": "78874"})
TITLES = ["Serenity", "The Train Job", "Bushwhacked", "Shindig", "Safe", "Our Mrs. Reynolds", "Jaynestown"]


def episode(number, title="", season=1, **more):
    return Media(Kind.EPISODE, {}, title, None, SHOW, season, number, **more)


def listed(titles=TITLES, first=12_000, apart=WEEK, season=1):
    return [
        Media(Kind.EPISODE, {"tvdb": f"{season}{n}"}, title, None, SHOW, season, n, aired=first + apart * n)
        for n, title in enumerate(titles, 1)
    ]


def ids(found):
    return found and found.ids["tvdb"]


def test_a_number_within_one_order_is_enough():
    assert ids(meant(episode(3, order="dvd"), listed(), surely=True)) == "13"
    assert meant(episode(9, order="dvd"), listed(), surely=True) is None


def test_another_title_in_the_list_speaks_against_the_number():
    assert meant(episode(3, "Shindig", order="dvd", aired=12_028), listed(), surely=True) is None
    assert ids(meant(episode(3, "Ein Fremder", order="dvd"), listed(), surely=True)) == "13"  # in another language


@pytest.mark.parametrize(("day", "found"), [(12_021, "13"), (12_023, "13"), (12_028, None), (None, "13")])
def test_another_day_speaks_against_the_number(day, found):
    assert ids(meant(episode(3, order="dvd", aired=day), listed(), surely=True)) == found


def test_one_number_borne_twice_says_nothing():
    assert meant(episode(3, order="dvd"), [*listed(), *listed()[2:3]], surely=True) is None


def test_the_absolute_number_counts_through_all_seasons_but_not_the_specials():
    through = listed(TITLES[:3], season=1) + listed(TITLES[3:], season=0)
    assert ids(meant(episode(2, season=5, order="absolute"), through, surely=True)) == "12"
    assert ids(meant(episode(2, season=0, order="absolute"), through, surely=True)) == "02"


def test_in_doubt_a_number_needs_a_second_word():
    assert meant(episode(3), listed()) is None
    assert ids(meant(episode(3, "Bushwhacked!"), listed())) == "13"
    assert ids(meant(episode(3, aired=12_022), listed())) == "13"


@pytest.mark.parametrize("apart", [0, 1])
def test_a_day_on_which_several_were_shown_says_nothing(apart):
    assert meant(episode(3, aired=12_000 + 3 * apart), listed(apart=apart)) is None


def test_a_title_counts_elsewhere_if_the_day_confirms_it():
    assert ids(meant(episode(1, "The Train Job", aired=12_013), listed())) == "12"
    assert meant(episode(1, "The Train Job"), listed()) is None
    assert meant(episode(1, "The Train Job", aired=12_100), listed()) is None


def test_a_title_that_is_nearly_the_same_needs_the_day():
    assert ids(meant(episode(9, "Our Mrs Reynold", aired=12_042), listed())) == "16"
    assert meant(episode(9, "Our Mrs Reynold"), listed()) is None


def test_a_like_title_at_another_place_does_not_outweigh_what_stands_at_its_own():
    """Something stands at its place and nothing confirms it: then its title is no more than a guess."""
    assert meant(episode(3, "Our Mrs Reynold", aired=12_042), listed()) is None


@pytest.mark.parametrize(("title", "found"), [("Shadows (2)", "12"), ("Shadows", None), ("Shadows (3)", None)])
def test_parts_are_told_apart_by_their_numbers(title, found):
    two = listed(["Shadows and more (1)", "Shadows and more (2)"], apart=0)
    assert ids(meant(episode(7, title.replace("Shadows", "Shadows and more"), aired=12_000), two)) == found


@pytest.mark.parametrize("title", ["Episode 2", "2", "Folge 02", ""])
def test_a_title_that_only_numbers_says_nothing(title):
    assert meant(episode(2, title), listed(["Episode 1", title or "Episode 2"])) is None


@pytest.mark.parametrize("surely", [True, False])
def test_a_title_that_two_others_bear_confirms_no_number(surely):
    several = listed(["The Return", "The Return", "Farewell"])
    assert meant(episode(3, "The Return", order="dvd" if surely else ""), several, surely=surely) is None


def test_a_title_that_two_bear_says_nothing():
    assert meant(episode(9, "Pilot", aired=12_007), listed(["Pilot", "Pilot"], apart=0, first=12_007)) is None


@pytest.mark.parametrize("other", ["The Gift, Part One", "The Gift: Part I", "The Gift (1)"])
def test_the_second_part_is_not_the_first_one(other):
    assert meant(episode(9, "The Gift (Part II)", aired=12_007), listed([other])) is None
