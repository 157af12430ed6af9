"""Lists: each is a shelf that is found at run time, and one list however many accounts have it."""

import pytest

from tests.support.memory import Killed
from tests.support.town import DAY, LISTER, MINUTE, STARS, Town
from watchweave.storage.lists import Lists

NIGHT = "Night trains"


def two() -> Town:
    town = Town(left=LISTER, right=LISTER)
    town.film("a", "b", "c", "d", "e")
    return town


def agreed(*uids: str) -> Town:
    """Both have this list, and agree on it."""
    town = two()
    town.left.list(NIGHT, *uids)
    town.settle()
    assert town.left.listed(NIGHT) == town.right.listed(NIGHT) == set(uids)
    town.wait(DAY // 4)
    return town


def test_a_list_that_one_account_has_is_made_at_the_other_and_filled():
    town = two()
    town.left.list(NIGHT, "a", "b")
    report = town.sync()
    assert {(line.account, line.shelf, line.list, line.outcome) for line in report.changes} == {
        ("right", "lists/1", NIGHT, "done")
    }
    assert report.as_json()["changes"][0] | {"media": {}} == {
        "account": "right", "shelf": "lists", "list": NIGHT, "verb": "add", "media": {}, "value": None,
        "why": "added on left", "outcome": "done",
    }  # fmt: skip
    assert [title for title, _ in town.right.lists.values()] == [NIGHT]
    assert town.right.listed(NIGHT) == {"a", "b"}
    town.settle()
    assert town.writes() == 2, "one to make it, one to fill it"


def test_lists_of_one_name_are_one_list_whatever_its_case():
    town = two()
    town.left.list("night trains ", "a")
    town.right.list(NIGHT, "b")
    town.settle()
    assert town.left.listed("night trains ") == town.right.listed(NIGHT) == {"a", "b"}
    assert (len(town.left.lists), len(town.right.lists)) == (1, 1)


def test_what_is_taken_out_of_a_list_leaves_it_everywhere_and_no_other_list():
    town = agreed("a", "b", "c")
    town.left.list("Others", "a", "d")
    town.settle()
    town.right.unlist(NIGHT, "a")
    town.settle()
    assert town.left.listed(NIGHT) == {"b", "c"}
    assert town.left.listed("Others") == town.right.listed("Others") == {"a", "d"}


def test_a_list_that_is_gone_from_one_account_stays_elsewhere_and_is_not_made_again():
    town = agreed("a", "b")
    town.right.unlist(NIGHT)
    town.wait(MINUTE)
    report = town.sync()
    assert report.note == f'right: its list "{NIGHT}" is gone; elsewhere it stays as it is.'
    town.left.list(NIGHT, "c")
    town.settle()
    assert (town.left.listed(NIGHT), town.right.lists) == ({"a", "b", "c"}, {})


def test_a_list_made_anew_under_the_name_of_one_that_is_gone_is_taken_only_when_the_person_says_so():
    town = agreed("a", "b")
    town.right.unlist(NIGHT)
    town.settle()
    town.right.lists["l9"] = (NIGHT, {"d": 0})
    town.right.move("lists")
    report = town.sync()
    assert "is not the one that was there before" in report.note
    town.settle()
    assert (town.left.listed(NIGHT), town.right.listed(NIGHT)) == ({"a", "b"}, {"d"})
    with town.store.transaction():
        Lists(town.store.db).free(2, 1)
    town.settle()
    assert town.left.listed(NIGHT) == town.right.listed(NIGHT) == {"a", "b", "d"}


def test_no_list_is_made_where_it_is_not_known_which_there_are():
    town = two()
    town.left.list(NIGHT, "a")
    town.right.list(NIGHT, "b")
    town.right.partial.add("lists")
    report = town.sync()
    assert [(p.account, p.kind) for p in report.problems] == [("right", "incomplete")]
    assert town.writes() == 0
    town.right.partial.clear()
    town.settle()
    assert [title for title, _ in town.right.lists.values()] == [NIGHT]


@pytest.mark.parametrize("fate", ["applied", "lost", "kill_before", "kill_after", "unsent", "late", "kill_late"])
@pytest.mark.parametrize("step", [0, 1])
def test_whatever_becomes_of_the_first_writes_there_is_one_list_with_all_in_it(fate, step):
    town = two()
    town.left.list(NIGHT, "a", "b")
    town.right.fail_writes = [""] * step + [fate]
    try:
        town.sync()
    except Killed:
        assert fate.startswith("kill")
    town.wait(15 * MINUTE)
    town.settle()
    assert [title for title, _ in town.right.lists.values()] == [NIGHT]
    assert town.left.listed(NIGHT) == town.right.listed(NIGHT) == {"a", "b"}


def test_an_answer_without_any_list_removes_nothing():
    town = agreed("a", "b", "c")
    town.right.empty.add("lists")
    town.right.move("lists")
    town.sync()
    town.right.empty.clear()
    town.right.move("lists")
    town.settle()
    assert town.left.listed(NIGHT) == town.right.listed(NIGHT) == {"a", "b", "c"}


def test_two_lists_of_one_name_at_one_account_are_not_mixed():
    town = agreed("a")
    town.left.lists["l7"] = (NIGHT, {"d": 0})
    town.left.move("lists")
    report = town.sync()
    assert report.note == f'left: its second list "{NIGHT}" is left alone: give it another name.'
    assert town.right.listed(NIGHT) == {"a"}


def test_who_can_make_no_list_is_not_told_of_one_it_has_not():
    town = two()
    town.right.makes_lists = False
    town.left.list(NIGHT, "a")
    town.settle()
    assert town.writes() == 0


def test_only_the_lists_that_the_person_names_are_in_step():
    town = two()
    town.chosen = ["night Trains"]
    town.left.list(NIGHT, "a")
    town.left.list("Private", "b")
    town.settle()
    assert [title for title, _ in town.right.lists.values()] == [NIGHT]


def test_a_run_that_filled_a_list_can_be_taken_back():
    town = agreed("a")
    town.left.list(NIGHT, "b")
    run = town.sync().run
    town.wait(MINUTE * 15)
    town.settle()
    town.undo(run)
    town.settle()
    assert (town.left.listed(NIGHT), town.right.listed(NIGHT)) == ({"a", "b"}, {"a"})


def test_where_nothing_changed_lists_cost_one_question():
    town = agreed("a", "b")
    before = town.left.reads, town.right.reads
    town.sync()
    assert (town.left.reads - before[0], town.right.reads - before[1]) == (1, 1)


def test_who_has_no_lists_is_not_disturbed():
    town = Town(left=LISTER, right=LISTER, other=STARS)
    town.film("a")
    town.left.list(NIGHT, "a")
    town.settle()
    assert town.right.listed(NIGHT) == {"a"}
