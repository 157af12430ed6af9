"""Reviews: read and kept by all, published only where the person asks for it, and never overwritten by another one."""

import pytest

from tests.scenarios.five import Five
from tests.scenarios.household import Household
from tests.support.town import BLOG, DAY, HOUR, Town
from watchweave.core.records import Form
from watchweave.engine.decide import Terms
from watchweave.storage.accounts import Accounts
from watchweave.storage.staging import SHELVES


@pytest.fixture
def town():
    """Three places for reviews, and a person who wants them to travel."""
    town = Town(first=BLOG, second=BLOG, third=BLOG)
    town.film("heat", "ran", "alien")
    town.named = ["reviews"]
    return town


def text(box, film="heat"):
    return box.reviews[film][0] if film in box.reviews else None


def test_unless_she_asks_for_it_a_review_is_kept_and_told_to_nobody(town):
    town.named = ()
    town.first.review("heat", "The diner.", town.time)
    report = town.sync()
    assert (report.changes, text(town.second)) == ([], None)
    query = "SELECT seen FROM held WHERE shelf = ? AND seen IS NOT NULL"
    kept = town.store.db.execute(query, (SHELVES["reviews"],)).fetchall()
    assert kept == [('["The diner.",false]',)]


def test_a_review_travels_to_who_has_none(town):
    town.first.review("heat", "The diner.", town.time)
    town.sync()
    assert (text(town.second), text(town.third)) == ("The diner.", "The diner.")
    town.wait(HOUR)
    assert town.sync().changes == []


def test_of_two_that_were_written_apart_each_stays(town):
    town.first.review("heat", "The diner.", town.time)
    town.second.review("heat", "The bank.", town.time)
    town.sync()
    assert (text(town.first), text(town.second), text(town.third)) == ("The diner.", "The bank.", "The diner.")
    for _ in range(3):
        town.wait(DAY)
        assert town.sync().changes == []


def test_one_that_is_written_anew_is_written_anew_where_it_went(town):
    town.first.review("heat", "The diner.", town.time)
    town.second.review("heat", "The bank.", town.time)
    town.sync()
    town.wait(DAY)
    town.first.review("heat", "The diner, and the end.", town.time)
    town.sync()
    assert (text(town.third), text(town.second)) == ("The diner, and the end.", "The bank.")
    town.wait(DAY)
    town.second.review("heat", "The bank, again.", town.time)
    town.sync()
    town.wait(DAY)
    town.first.review("heat", "The diner, the end, and the music.", town.time)
    town.sync()
    shown = [text(box) for box in (town.first, town.second, town.third)]
    assert shown == ["The diner, the end, and the music.", "The bank, again.", "The diner, the end, and the music."]


def test_one_that_is_taken_back_stays_elsewhere_and_does_not_come_back(town):
    town.first.review("heat", "The diner.", town.time)
    town.sync()
    town.wait(DAY)
    town.first.review("heat", None, town.time)
    for _ in range(3):
        town.sync()
        town.wait(DAY)
    assert (text(town.first), text(town.second)) == (None, "The diner.")


def test_one_that_is_written_anew_elsewhere_comes_back_to_its_author(town):
    town.first.review("heat", "The diner.", town.time)
    town.sync()
    town.wait(DAY)
    town.third.review("heat", "The diner, corrected.", town.time)
    town.sync()
    assert {text(box) for box in town.boxes.values()} == {"The diner, corrected."}


def test_the_newest_counts_where_she_says_so(town):
    town.terms = Terms(rules={"reviews": "newest"})
    town.first.review("heat", "The diner.", town.time - DAY)
    town.second.review("heat", "The bank.", town.time)
    town.sync()
    assert {text(box) for box in town.boxes.values()} == {"The bank."}


def test_many_reviews_at_once_wait_for_a_yes(town):
    town.film(*(f"film{number}" for number in range(12)))
    for number in range(12):
        town.first.review(f"film{number}", f"Number {number}.", town.time)
    held = town.sync().held
    assert {(hold.account, hold.check, hold.count) for hold in held} == {
        ("second", "reviews_published", 12), ("third", "reviews_published", 12),
    }  # fmt: skip
    town.wait(HOUR)
    town.sync(yes=True)
    assert len(town.second.reviews) == 12


def test_a_text_that_is_too_short_for_a_place_is_not_planned_for_it_until_it_is_longer():
    town = Town(first=BLOG, second=BLOG, wordy={"reviews": Form(settle=60, words=5)})
    town.film("heat")
    town.named = ["reviews"]
    town.first.review("heat", "The diner.", town.time)
    report = town.sync()
    assert {(line.account, line.outcome) for line in report.changes} == {("second", "done")}
    for _ in range(3):
        town.wait(DAY)
        report = town.sync()
        assert (report.changes, report.refused) == ([], [])
    town.first.review("heat", "The diner, and then the end.", town.time)
    town.sync()
    assert text(town.wordy) == "The diner, and then the end."


def test_a_text_that_has_become_too_short_leaves_the_longer_one_where_it_is():
    town = Town(first=BLOG, wordy={"reviews": Form(settle=60, words=5)})
    town.film("heat")
    town.named = ["reviews"]
    town.first.review("heat", "The diner, and then the end.", town.time)
    town.sync()
    town.wait(DAY)
    town.first.review("heat", "The diner.", town.time)
    assert town.sync().changes == []
    assert text(town.wordy) == "The diner, and then the end."


def used(house):
    (person,) = {one.name for one in house.home.profiles}
    owned = Accounts(house.home.store).owned()
    return {
        owned[number][1]: set(shelves) for number, shelves in house.home.uses().items() if owned[number][0] == person
    }


TEXTS = {"favourites", "reviews"}


def test_reviews_that_no_other_account_has_cost_no_request_unless_she_names_them():
    house = Household()
    house.sync()
    asked = [one.path for one in house.world.requests.all if one.host == "trakt.api"]
    assert not [path for path in asked if "favorites" in path or "comments" in path]
    assert not used(house)["trakt"] & TEXTS
    named = Household(shelves=["history", *TEXTS])
    assert used(named)["trakt"] >= TEXTS


def test_they_are_read_where_two_accounts_have_them(tmp_path):
    house = Five(tmp_path)
    assert used(house)["trakt"] >= TEXTS
    assert used(house)["letterboxd"] >= {*TEXTS, "tags"}, "tags too: a file costs nothing"
