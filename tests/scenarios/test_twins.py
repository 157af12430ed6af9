"""One film that two accounts name by different ids: it is written nowhere twice before somebody joins the two."""

import pytest

from tests.support.memory import Thing
from tests.support.town import DAY, MINUTE, NOON, PLEXLIKE, TRAKTLIKE, Town
from watchweave.core.media import Kind
from watchweave.engine.find import found
from watchweave.engine.report import UNSURE
from watchweave.engine.settle import settle
from watchweave.engine.unmatched import unmatched
from watchweave.errors import ConfigError
from watchweave.storage.called import titles


def told_apart(third=True):
    """Left knows the film by IMDb's id alone, right by TMDb's; the third account, if there is one, tells both."""
    names = ("left", "right", "third") if third else ("left", "right")
    town = Town(**dict.fromkeys(names, TRAKTLIKE))
    town.film("heat", "ran")
    ids = town.things["heat"].ids
    town.left.ids["heat"], town.right.ids["heat"] = {"imdb": ids["imdb"]}, {"tmdb": ids["tmdb"]}
    return town


def test_a_viewing_that_both_show_is_one_everywhere():
    town = told_apart()
    for box in (town.left, town.right):
        box.watch("heat", NOON - DAY, NOON)
    report = town.sync()
    assert {one.why for one in report.refused} == {UNSURE}
    town.settle()
    assert {name: len(box.plays) for name, box in town.boxes.items()} == {"left": 1, "right": 1, "third": 1}


def test_as_long_as_nobody_joins_them_neither_is_told_of_the_other_s():
    town = told_apart(third=False)
    town.left.rate("heat", 90, NOON)
    town.right.rate("heat", 40, NOON - DAY)
    for _ in range(4):
        town.sync(yes=True)
        town.wait(DAY)
    assert (town.left.ratings["heat"][0], town.right.ratings["heat"][0]) == (90, 40)


def test_what_was_told_once_somebody_tells_both_ids_is_in_step():
    town = told_apart(third=False)
    town.left.rate("heat", 90, NOON)
    town.right.rate("heat", 40, NOON - DAY)
    town.sync(yes=True)
    town.left.ids.pop("heat")
    town.wait(MINUTE)
    town.left.move("ratings")
    town.settle()
    assert (town.left.ratings["heat"][0], town.right.ratings["heat"][0]) == (90, 90)


def test_what_everybody_names_by_the_same_ids_is_not_held_up_by_it():
    town = told_apart()
    town.left.watch("ran", NOON - DAY, NOON)
    town.left.watch("heat", NOON - DAY, NOON)
    town.right.watch("heat", NOON - DAY, NOON)
    town.settle()
    assert len(town.third.plays) == len(town.right.plays) == 2


@pytest.mark.parametrize("year", [1995, 2024])
def test_another_film_of_the_title_is_another_one_once_it_is_told_apart(year):
    town = told_apart()
    town.things["heat"].title, town.things["heat"].year = "Heat", 1995
    town.things["other"] = Thing("other", "Heat", year)
    town.left.ids["other"] = {"imdb": town.things["other"].ids["imdb"]}
    town.left.watch("other", NOON - DAY, NOON)
    town.right.watch("heat", NOON - DAY, NOON)
    for _ in range(4):
        town.sync()
        town.wait(2 * DAY)
    assert len(town.third.plays) == 2


def test_two_that_an_account_tells_apart_itself_are_both_told_there():
    town = told_apart()
    ids = town.things["heat"].ids
    town.things["copy"] = Thing("copy", "Heat")
    town.left.ids["copy"], town.third.ids["heat"] = {"tmdb": ids["tmdb"]}, {"imdb": ids["imdb"]}
    for uid in ("heat", "copy"):
        town.left.rate(uid, 20, NOON - 2 * DAY)
    town.sync()
    town.wait(MINUTE)
    town.right.rate("heat", 80, NOON - DAY)
    town.third.rate("heat", 90, NOON - DAY)
    town.settle()
    assert (town.left.ratings["heat"][0], town.left.ratings["copy"][0]) == (90, 80)


def listed(town):
    return [(one["name"], [other["name"] for other in one["against"]]) for one in unmatched(town.store, town.time)]


def twins(town):
    """Of all that is listed those that may be one."""
    return [{one, *others} for one, others in listed(town) if others]


def rated_apart():
    town = told_apart(third=False)
    town.left.rate("heat", 90, NOON)
    town.right.rate("heat", 40, NOON - DAY)
    town.sync(yes=True)
    town.wait(DAY)
    return town


def ratings(town):
    return [{value for value, _ in box.ratings.values()} for box in town.boxes.values()]


@pytest.mark.parametrize("name", ["m1", "m2"])
def test_a_person_says_that_the_two_are_one(name):
    town = rated_apart()
    assert listed(town) == [("m2", ["m1"])]
    assert "are one thing from now on" in settle(town.store, name, "same", town.time)
    assert listed(town) == []
    town.settle()
    assert ratings(town) == [{90}, {90}]


@pytest.mark.parametrize("name", ["m1", "m2"])
def test_a_person_says_it_by_the_other_s_id(name):
    town = rated_apart()
    ids = town.things["heat"].ids
    settle(town.store, name, ids["imdb"] if name == "m2" else f"tmdb:{ids['tmdb']}", town.time)
    town.settle()
    assert (listed(town), ratings(town)) == ([], [{90}, {90}])


def test_a_person_says_that_they_are_two():
    town = told_apart(third=False)
    town.things["other"] = Thing("other", "Heat")
    town.right.ids["other"] = {"tmdb": town.things["other"].ids["tmdb"]}
    town.left.rate("heat", 90, NOON)
    town.right.rate("other", 40, NOON)
    town.sync(yes=True)
    town.wait(DAY)
    assert ratings(town) == [{90}, {40}]
    assert "are different things from now on" in settle(town.store, "m2", "apart", town.time)
    assert listed(town) == []
    town.settle()
    assert ratings(town) == [{90, 40}, {90, 40}]


@pytest.mark.parametrize("watched", ["one", "two"])
def test_which_of_two_that_are_apart_a_file_without_ids_is_nobody_guesses(watched):
    town = Town(left=TRAKTLIKE, right=TRAKTLIKE, plex=PLEXLIKE)
    town.film("one", "two")
    for thing in town.things.values():
        thing.title = "Heat"
    town.plex.library.clear()
    town.left.ids["one"] = {"imdb": town.things["one"].ids["imdb"]}
    town.right.ids["two"] = {"tmdb": town.things["two"].ids["tmdb"]}
    town.left.rate("one", 90, NOON)
    town.right.rate("two", 40, NOON)
    town.sync(yes=True)
    settle(town.store, "m2", "apart", town.time)
    town.wait(DAY)
    town.plex.nameless = {watched}
    town.plex.watch(watched, town.time, town.time)
    for _ in range(3):
        town.sync(yes=True)
        town.wait(DAY)
    assert [len(box.plays) for box in (town.left, town.right)] == [0, 0]
    assert ("plex", "no_ids") in [(one["account"], one["problem"]) for one in unmatched(town.store, town.time)]


def test_what_a_person_said_of_two_can_be_taken_back():
    town = rated_apart()
    for word in ("same", "apart"):
        settle(town.store, "m2", word, town.time)
        assert listed(town) == []
        settle(town.store, "m2", "forget", town.time)
        town.sync(yes=True)
        town.wait(DAY)
        assert len(listed(town)) == 1


def test_what_a_person_called_one_can_be_taken_back_as_often_as_she_says_it():
    town = rated_apart()
    for _ in range(3):
        settle(town.store, "m1", "same", town.time)
        for _ in range(2):
            town.sync(yes=True)
            town.wait(DAY)
        assert listed(town) == []
        settle(town.store, "m1", "forget", town.time)
        for _ in range(2):
            town.sync(yes=True)
            town.wait(DAY)
        assert [one["problem"] for one in unmatched(town.store, town.time)] == ["twin"]


def test_that_two_are_apart_says_nothing_of_others():
    """Heat is what left calls by the title of one other film and right by that of another; each was told apart from its
    namesake, and now left tells the title that both know."""
    town = Town(left=TRAKTLIKE, right=TRAKTLIKE)
    town.film("heat")
    town.things["glut"], town.things["wave"] = Thing("glut", "Schwarze Glut"), Thing("wave", "Heat")
    for uid, thing in town.things.items():
        town.left.ids[uid], town.right.ids[uid] = {"imdb": thing.ids["imdb"]}, {"tmdb": thing.ids["tmdb"]}
    town.left.titles["heat"] = "Schwarze Glut", ""
    town.left.unknown, town.right.unknown = {"glut", "heat"}, {"heat", "wave"}  # each has these by its own ids alone
    for left, right in (("heat", "glut"), ("wave", "heat")):
        town.left.rate(left, 90, town.time)
        town.right.rate(right, 40, town.time)
        town.sync(yes=True)
        ((one, *_),) = twins(town)
        settle(town.store, one, "apart", town.time)
        town.sync(yes=True)
        town.wait(DAY)
    assert twins(town) == []
    town.left.titles["heat"] = "Schwarze Glut", "Heat"
    town.left.move("ratings")
    town.sync(yes=True)
    assert twins(town) == [{"m1", "m4"}]
    assert (town.left.ratings["heat"][0], town.right.ratings["heat"][0]) == (90, 40)


@pytest.mark.parametrize("back", [False, True])
def test_two_that_are_apart_stay_so_when_an_id_of_one_is_said(back):
    """Unless she takes back both."""
    town = Town([("left", "third"), ("right", "third")], left=TRAKTLIKE, right=TRAKTLIKE, third=TRAKTLIKE)
    town.things["one"], town.things["two"] = (Thing(uid, "Show", kind=Kind.SHOW) for uid in ("one", "two"))
    town.left.ids["one"] = {"imdb": town.things["one"].ids["imdb"]}
    town.right.ids["two"] = town.third.ids["two"] = {"tmdb": town.things["two"].ids["tmdb"]}
    town.third.unknown.add("one")
    town.left.rate("one", 90, NOON)
    town.right.rate("two", 40, NOON)
    for word in ("apart", "tvdb:77", *(["forget"] if back else [])):
        town.sync(yes=True)
        town.wait(40 * DAY)
        settle(town.store, "m1", word, town.time)
    town.third.unknown.clear()
    for _ in range(3):
        town.sync(yes=True)
        town.wait(40 * DAY)
    assert listed(town) == ([("m3", ["m2"])] if back else [])
    assert {uid: value for uid, (value, _) in town.third.ratings.items()} == (
        {"two": 40} if back else {"one": 90, "two": 40}
    )


@pytest.mark.parametrize("title", ["HEAT!", "The Heat", "Heat & Dust"])
def test_a_title_is_compared_as_a_person_reads_it(title):
    """Letters, signs, and what stands for `and`; another word is another title."""
    town = told_apart(third=False)
    town.things["heat"].title = "Heat and Dust" if "&" in title else "Heat"
    town.things["same"] = Thing("same", title)
    town.right.ids["same"] = town.right.ids["heat"]
    town.left.rate("heat", 90, NOON)
    town.right.rate("same", 40, NOON)
    town.sync(yes=True)
    assert len(listed(town)) == int(title != "The Heat")


NEARLY = {
    "Amélie": ("Die fabelhafte Welt der Amelie", True),
    "Star Wars": ("Star Wars: Episode IV - A New Hope", True),
    "Heat": ("Heat Wave", False),  # so short a word says nothing
    "Stalker": ("The Return of the Stalker of Old", False),
}


@pytest.mark.parametrize("title", NEARLY)
def test_a_title_within_another_one_of_that_year_may_be_that(title):
    other, alike = NEARLY[title]
    town = told_apart(third=False)
    town.things["heat"].title, town.things["other"] = title, Thing("other", other)
    town.right.ids["other"] = town.right.ids["heat"]
    town.left.rate("heat", 90, NOON)
    town.right.rate("other", 40, NOON)
    town.sync(yes=True)
    assert len(listed(town)) == int(alike)


@pytest.mark.parametrize("original", ["Heat", ""], ids=["which it says", "which it does not say"])
def test_what_is_called_otherwise_may_be_the_same_by_its_original_title(original):
    town = told_apart(third=False)
    town.left.titles["heat"] = "Schwarze Glut", original
    town.left.rate("heat", 90, NOON)
    town.right.rate("heat", 40, NOON)
    town.sync(yes=True)
    assert len(listed(town)) == int(bool(original))


def test_what_another_account_calls_otherwise_may_be_the_same():
    """The third joins the left's film, which keeps the title that it has here."""
    town = told_apart()
    town.left.titles["heat"] = "Schwarze Glut", ""
    town.third.ids["heat"] = town.left.ids["heat"]
    for box in town.boxes.values():
        box.rate("heat", 90, NOON)
    town.sync(yes=True)
    assert [name for name, _ in listed(town)] == ["m2"]


def test_a_person_finds_a_film_by_any_of_its_titles():
    town = told_apart()
    town.left.titles["heat"], town.things["ran"].title = ("Schwarze Glut", "Glut"), "Another Heat"
    for uid in ("heat", "ran"):
        town.left.rate(uid, 90, NOON)
    town.sync(yes=True)
    assert [found(town.store, words) for words in ("glut", "Glut (2000)", "Glut (1999)", "heat")] == [[1], [1], [], [2]]


@pytest.mark.parametrize("another", [True, False])
def test_a_title_stays_one_as_long_as_the_name_stands_for_the_same_film(another):
    town = told_apart(third=False)
    town.left.titles["heat"] = "Schwarze Glut", "Heat"
    town.left.rate("heat", 90, NOON)
    town.sync(yes=True)
    town.wait(DAY)
    town.left.titles["heat"] = ("Ran", "") if another else ("Black Ember", "")
    if another:
        town.left.ids["heat"] = town.things["ran"].ids
    town.left.move("ratings")
    town.sync(yes=True)
    assert list(titles(town.store.db).values()) == ([] if another else [["Heat", "Schwarze Glut"]])


@pytest.mark.parametrize(("year", "alike"), [(1999, True), (2001, True), (2002, False), (None, True)])
def test_a_title_of_the_year_before_or_after_may_be_the_same(year, alike):
    town = told_apart(third=False)
    town.things["same"] = Thing("same", "Heat", year)
    town.right.ids["same"] = town.right.ids["heat"]
    town.left.rate("heat", 90, NOON)
    town.right.rate("same", 40, NOON)
    town.sync(yes=True)
    assert len(listed(town)) == int(alike)


def test_which_of_two_it_is_nobody_guesses():
    town = told_apart(third=False)
    town.things["other"] = Thing("other", "Heat")
    town.left.ids["other"] = {"imdb": town.things["other"].ids["imdb"]}
    town.left.rate("heat", 10, NOON)
    town.left.rate("other", 30, NOON)
    town.right.rate("heat", 90, NOON)
    town.sync(yes=True)
    with pytest.raises(ConfigError, match="may be more than one of them"):
        settle(town.store, "m3", "same", town.time)
    assert [len(against) for _, against in listed(town)] == [2]


def test_what_may_be_nothing_else_is_not_said_to_be_one():
    town = rated_apart()
    settle(town.store, "m2", "same", town.time)
    with pytest.raises(ConfigError, match="contradicts anything, or may be anything else"):
        settle(town.store, "m1", "same", town.time)


def test_what_has_ids_is_not_said_to_be_nothing():
    town = rated_apart()
    with pytest.raises(ConfigError, match="Nothing that is called"):
        settle(town.store, "m2", "none", town.time)


def test_of_what_is_refused_a_person_says_another_id():
    town = Town(**dict.fromkeys(("left", "right"), TRAKTLIKE))
    town.film("heat")
    ids = town.things["heat"].ids
    town.left.ids["heat"] = {"tmdb": ids["tmdb"]}
    town.right.unknown.add("heat")
    town.left.rate("heat", 90, NOON)
    town.sync(yes=True)
    assert "is imdb" in settle(town.store, "m1", ids["imdb"], town.time)
    with pytest.raises(ConfigError):
        settle(town.store, "m1", "tvdb:7", town.time)


@pytest.mark.parametrize("told", [{}, None], ids=["by its place", "by its ids"])
def test_an_episode_that_an_account_means_otherwise_is_not_told_as_that_episode_again(told):
    town = Town(left=TRAKTLIKE, right=TRAKTLIKE)
    town.things["show"] = Thing("show", "Show", 2000, Kind.SHOW)
    town.things["one"] = Thing("one", "One", 2000, Kind.EPISODE, parent="show", season=1, number=1)
    for box in town.boxes.values() if told is not None else ():
        box.ids["one"] = told
    town.left.watch("one", NOON - DAY, NOON)
    for _ in range(3):
        town.sync()
        town.wait(DAY)
    (number,) = town.store.db.execute("SELECT id FROM media WHERE kind = 4").fetchone()
    settle(town.store, f"m{number}", "apart:left", town.time)
    for box in town.boxes.values():
        box.move("history")
    for _ in range(3):
        town.sync(yes=True)
        town.wait(DAY)
    assert [len(box.plays) for box in town.boxes.values()] == [1, 1]
    assert [(one["account"], one["problem"]) for one in unmatched(town.store, town.time)] == [("left", "no_ids")]
