"""Titles and years: what is taken by itself, what is proposed, and what is neither (matching, section 7)."""

import pytest

from watchweave.core.media import Kind, Media
from watchweave.core.titles import Work, loose, normal, plain, propose, spoken, taken


def film(title, year=None, minutes=None, kind=Kind.MOVIE, more=(), number="1"):
    return Work(Media(kind, {"tmdb": number}, title, year, runtime=minutes and minutes * 60), more)


def proposed(wanted, *works):
    return [(one.work.media.named(), one.score) for one in propose(wanted, works)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Amélie", "Amelie"),
        ("WALL·E", "Wall E"),
        ("Schindler's List", "Schindler’s List"),
        ("Fast & Furious", "Fast and Furious"),
        ("Matrix, The", "The Matrix"),
        ("L'Avventura", "LAvventura"),
        ("Straße der Kröten", "Strasse der Kroten"),
        ("Smørrebrød", "Smorrebrod"),
    ],
)
def test_one_title_in_two_spellings_is_the_same(one, other):
    assert normal(one) == normal(other)


def test_forms_are_looser_and_looser():
    assert (loose("The Godfather: Part II"), loose("Godfather 2")) == ("godfather 2", "godfather 2")
    assert loose("Part") == "part"
    assert loose("V for Vendetta") == "v for vendetta"
    assert plain("Around the World in Eighty Days") == plain("Around the World in 80 Days")
    assert plain("Dr. Strangelove") == plain("Doctor Strangelove")


def test_titles_in_brackets_are_further_titles():
    assert spoken("City of Lost Children, The (Cité des enfants perdus, La) (1995)") == (
        "City of Lost Children, The",
        "Cité des enfants perdus, La",
    )
    assert spoken("Shaft (a.k.a. John Shaft)") == ("Shaft", "John Shaft")
    assert spoken("(500) Days of Summer")[0] == "Days of Summer"


MANY = 1_000_000
"""So many letters take minutes or hours if each is compared with each."""


@pytest.mark.parametrize(
    "raw",
    [
        " " * MANY + "Heat",
        "Heat" + " " * MANY + "(1995)",
        "Heat (1995)" + "\n" * MANY,
        "Heat (Heat" + " " * MANY,
        "Heat (aka" + "\u00a0" * MANY + "Heat",
    ],
)
def test_a_title_with_a_million_spaces_is_read_at_once(raw):
    assert spoken(raw)[0].startswith("Heat")
    assert len(spoken(raw)) == 1


def test_a_text_that_is_no_title_is_compared_at_once():
    """One letter of the first is 18 in its plain form."""
    wanted, work = film("\ufdfa" * MANY, 1995), film("Heat, " * MANY, 1995)
    assert propose(wanted, [work]) == []


def test_of_very_many_titles_in_one_only_the_first_are_taken():
    titles = spoken("Heat " + "".join(f"({number})" for number in range(MANY)))
    assert titles == ("Heat", *"012345678")


def test_the_longest_title_of_a_film_is_taken_whole():
    long = (
        "Night of the Day of the Dawn of the Son of the Bride of the Return of the Revenge of the Terror of the Attack of"
        * 2
    )
    assert spoken(f"{long} ({long}!) (1991)") == (long, f"{long}!")


def test_the_only_work_of_the_same_title_and_year_is_taken():
    wanted = film("Crash", 2004)
    sure = taken(propose(wanted, [film("Crash", 2004), film("Crash", 1996), film("Crashing", 2004)]))
    assert (sure.work.media.year, sure.score) == (2004, 100)


def test_one_of_its_titles_elsewhere_is_enough():
    wanted = film("Die fabelhafte Welt der Amélie", 2001)
    work = film("Amélie", 2001, more=("Le Fabuleux Destin d'Amélie Poulain", "Die fabelhafte Welt der Amelie"))
    assert taken(propose(wanted, [work])).work is work


@pytest.mark.parametrize(
    ("wanted", "works"),
    [
        (film("Dracula", 1931), [film("Dracula", 1931, number="138"), film("Drácula", 1931, number="2")]),
        (film("Blade"), [film("Blade", 1998)]),
        (film("Crash", 2005), [film("Crash", 2004)]),
        (film("The Godfather Part II", 1974), [film("The Godfather: Part 2", 1974)]),
        (film("Fargo", 1996), [film("Fargo", 1996, kind=Kind.SHOW)]),
        (film("War of the Worlds", 2005, 89), [film("War of the Worlds", 2005, 190)]),
        (film("Heat", 1995), []),
    ],
)
def test_whatever_is_in_doubt_is_not_taken(wanted, works):
    assert taken(propose(wanted, works)) is None


def test_what_is_one_work_by_some_of_its_ids_and_two_by_others_is_not_taken():
    """A library knows it by an id that the database gives to nobody, and has a file of another length: one of them is wrong."""
    known, said = film("Crash", 1996, 48), film("Crash", 1996, 100)
    known.media.ids.update({"imdb": "tt9999999", "tmdb": "7"})
    said.media.ids.update({"imdb": "tt0115964", "tmdb": "7"})
    assert taken(propose(film("Crash", 1996, 48), [known])) is not None
    assert taken(propose(film("Crash", 1996, 48), [known, said])) is None


def test_a_film_is_never_a_show():
    assert proposed(film("Fargo", 1996), film("Fargo", 1996, kind=Kind.SHOW)) == []


def test_sequels_are_told_apart_by_their_numbers():
    assert proposed(film("Rocky III", 1982), film("Rocky II", 1982), film("Rocky III", 1982))[0] == (
        "Rocky III (1982)",
        100,
    )
    assert proposed(film("Rocky III", 1982), film("Rocky II", 1981))[0][1] < 70


def test_short_titles_have_to_be_equal():
    assert proposed(film("Ran", 1985), film("Rain", 1985), film("Rat", 1985)) == []


def test_the_likeliest_comes_first_and_remakes_last():
    works = [film("Funny Games", 1997), film("Funny Games", 2008), film("Funny Games U.S.", 2007)]
    assert proposed(film("Funny Games", 2007), *works) == [
        ("Funny Games (2008)", 95),
        ("Funny Games U.S. (2007)", 88),
        ("Funny Games (1997)", 50),
    ]


def test_a_film_of_another_length_is_proposed_far_behind():
    ((name, score),) = proposed(film("Heat", 1995, 170), film("Heat", 1995, 60))
    assert (name, score) == ("Heat (1995)", 60)


def test_two_of_the_same_title_and_year_are_both_proposed():
    works = [film("Dracula", 1931, number="138"), film("Drácula", 1931, number="2")]
    assert [score for _, score in proposed(film("Dracula", 1931), *works)] == [100, 100]


@pytest.mark.parametrize(("one", "other", "same"), [("!!!", "???", False), ("!!!", "!!!", True), ("…", "$", False)])
def test_titles_that_are_all_signs_are_told_apart(one, other, same):
    wanted, work = Work(Media(Kind.MOVIE, {}, one, 2004)), Work(Media(Kind.MOVIE, {"tmdb": "1"}, other, 2004))
    assert (taken(propose(wanted, [work])) is not None) is same


def works_of(*said):
    """Works called Heat, by their ids and years."""
    return [Work(Media(Kind.MOVIE, ids, "Heat", year)) for ids, year in said]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([({"tmdb": "1"}, 1995)], {"tmdb": "1"}),
        ([({"tmdb": "1"}, 1995), ({"tmdb": "2"}, 1995)], None),
        ([({"tmdb": "1"}, 1995), ({"tmdb": "2"}, 1996)], None),  # years are off by one at times
        ([({"tmdb": "1"}, 1995), ({"tmdb": "2"}, 1997)], {"tmdb": "1"}),
        ([({"imdb": "tt0000001"}, 1995), ({"tmdb": "1"}, 1995)], {"imdb": "tt0000001"}),  # may well be one
        ([({"imdb": "tt0000001"}, 1995), ({"imdb": "tt0000002"}, 1996), ({"tmdb": "1"}, 1995)], {"tmdb": "1"}),
        ([({"imdb": "tt0000001"}, 1995), ({"imdb": "tt0000002"}, 1995), ({"tmdb": "1"}, 1995)], None),
    ],
)
def test_what_is_taken_is_the_only_one_of_its_title_and_year_and_has_no_rival_nearby(said, found):
    chosen = taken(propose(Work(Media(Kind.MOVIE, {}, "Heat", 1995)), works_of(*said)))
    assert (chosen and chosen.work.media.ids) == found
