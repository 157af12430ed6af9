"""Lists: each is a shelf that is found at run time, and one list however many accounts have it."""

import pytest

from tests.support.memory import Killed
from tests.support.town import DAY, HOUR, LISTER, MINUTE, STARS, Town
from watchweave.engine.decide import Terms
from watchweave.storage.journal import Journal
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
    assert town.writes() == 3, "one to make it, one to fill it, one for its order"


def test_a_list_that_has_another_title_where_it_was_made_is_that_list_all_the_same():
    town = two()
    town.right.longest_title = 5
    town.left.list(NIGHT, "a")
    town.settle()
    town.right.list("Night", "b")
    town.settle()
    assert ([title for title, _ in town.left.lists.values()], town.left.listed(NIGHT)) == ([NIGHT], {"a", "b"})


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


# ---------------------------------------------------------------- the order


def sorted_list(*uids: str) -> Town:
    """Both have this list in this order."""
    town = agreed(*uids)
    assert town.left.order(NIGHT) == town.right.order(NIGHT) == list(uids)
    return town


def test_a_list_is_filled_in_its_order():
    sorted_list("d", "a", "c", "b")


def test_f85_only_the_order_changed_is_one_request_and_nothing_added_or_removed():
    town = sorted_list("a", "b", "c", "d")
    town.left.sort(NIGHT, "c", "a")
    before = town.right.writes
    report = town.sync()
    assert [(c.verb, c.media.title, c.why, c.outcome) for c in report.changes] == [
        ("change", "C", "in the order of left: C (2000), A (2000), B (2000), D (2000)", "done")
    ]
    assert (town.right.writes - before, town.right.written[-1][1]) == (1, "order")
    assert town.right.order(NIGHT) == ["c", "a", "b", "d"]
    town.settle()
    assert town.writes() == 4, "made, filled, put in order twice"


def test_what_is_added_in_the_middle_stands_there_everywhere():
    town = sorted_list("a", "b", "c")
    town.left.sort(NIGHT, *town.left.order(NIGHT)[:1])
    town.left.list(NIGHT, "e")
    town.left.sort(NIGHT, "a", "e")
    town.settle()
    assert town.right.order(NIGHT) == ["a", "e", "b", "c"]


def test_who_cannot_hold_all_of_a_list_sorts_the_rest_of_it():
    town = sorted_list("a", "b", "c", "d")
    town.right.unknown.add("e")
    town.left.list(NIGHT, "e")
    town.left.sort(NIGHT, "a", "e")
    town.settle()
    town.right.sort(NIGHT, "d")
    town.settle()
    assert (town.left.order(NIGHT), town.right.order(NIGHT)) == (["d", "a", "e", "b", "c"], ["d", "a", "b", "c"])


def test_of_two_who_sort_a_list_at_once_the_first_in_the_settings_counts():
    town = sorted_list("a", "b", "c")
    town.left.sort(NIGHT, "b")
    town.right.sort(NIGHT, "c")
    town.settle()
    assert town.left.order(NIGHT) == town.right.order(NIGHT) == ["b", "a", "c"]


@pytest.mark.parametrize("fate", ["applied", "lost", "kill_before", "kill_after", "unsent"])
def test_whatever_becomes_of_a_new_order_it_arrives_and_nobody_s_order_is_undone(fate):
    town = sorted_list("a", "b", "c")
    town.left.sort(NIGHT, "c")
    town.right.fail_writes = [fate]
    try:
        town.sync()
    except Killed:
        assert fate.startswith("kill")
    town.wait(15 * MINUTE)
    town.settle()
    assert town.left.order(NIGHT) == town.right.order(NIGHT) == ["c", "a", "b"]


@pytest.mark.parametrize(("where", "other"), [("left", "right"), ("right", "left")])
def test_a_list_sorted_again_and_again_follows_at_once(where, other):
    town = sorted_list("a", "b", "c", "d")
    for first in ("d", "b", "c", "a", "d"):
        town.boxes[where].sort(NIGHT, first)
        wanted = town.boxes[where].order(NIGHT)
        town.wait(HOUR)
        town.sync()
        assert town.boxes[other].order(NIGHT) == town.boxes[where].order(NIGHT) == wanted


def test_a_new_order_that_does_not_show_yet_is_not_asked_for_again():
    town = sorted_list("a", "b", "c")
    town.left.sort(NIGHT, "c")
    town.right.fail_writes = ["late"]
    before = town.right.writes
    for _ in range(3):
        town.sync()
        town.wait(30)
    assert (town.right.writes - before, town.right.order(NIGHT)) == (1, ["c", "a", "b"])


def test_a_service_that_does_not_keep_an_order_is_asked_three_times_and_has_its_own():
    town = sorted_list("a", "b", "c")
    town.left.sort(NIGHT, "c")
    before = town.right.writes
    for _ in range(8):
        town.sync()
        town.right.sort(NIGHT, "a", "b", "c")
        town.wait(DAY)
    assert town.right.writes - before == 3
    assert town.left.order(NIGHT) == ["c", "a", "b"]


def test_a_dry_run_shows_the_new_order_and_asks_for_nothing():
    town = sorted_list("a", "b", "c")
    town.left.sort(NIGHT, "c")
    before = town.writes()
    report = town.sync(dry_run=True)
    assert [(c.list, c.verb, c.outcome) for c in report.changes] == [(NIGHT, "change", "planned")]
    assert town.writes() == before


def test_the_order_is_not_taken_back_and_that_is_said():
    town = sorted_list("a", "b", "c")
    town.left.sort(NIGHT, "c")
    run = town.sync().run
    town.wait(HOUR)
    report = town.undo(run)
    assert [one.why for one in report.refused] == ["the order of a list is not taken back"]


def test_of_two_who_sort_a_list_at_once_the_account_that_the_rule_names_counts():
    town = sorted_list("a", "b", "c")
    town.terms = Terms(rules={"lists": "right"})
    town.left.sort(NIGHT, "b")
    town.right.sort(NIGHT, "c")
    town.settle()
    assert town.left.order(NIGHT) == town.right.order(NIGHT) == ["c", "a", "b"]


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("title", ["night  trains", "Night\u00a0trains", "Night trains\u200b", "\ufeffNight trains"])
def test_titles_that_look_alike_are_one_title(title):
    town = two()
    town.left.list(NIGHT, "a")
    town.right.list(title, "b")
    town.settle()
    assert (len(town.left.lists), len(town.right.lists)) == (1, 1)
    assert town.left.listed(NIGHT) == town.right.listed(title) == {"a", "b"}


def rename(box, before, after):
    """She calls it otherwise."""
    own = next(own for own, (called, _) in box.lists.items() if called == before)
    box.lists[own] = (after, box.lists[own][1])
    box.move("lists")


def test_a_list_that_is_renamed_everywhere_is_called_so_and_an_old_name_means_another_list():
    town = Town(left=LISTER, right=LISTER, third=LISTER)
    town.film("a", "b", "c", "d", "e")
    town.third.makes_lists = False
    town.left.list(NIGHT, "a")
    town.settle()
    for box in (town.left, town.right):
        rename(box, NIGHT, "Archive")
    town.settle()
    town.third.list(NIGHT, "b")
    town.third.list("Archive", "c")
    town.settle()
    for box in town.boxes.values():
        assert (box.listed("Archive"), box.listed(NIGHT)) == ({"a", "c"}, {"b"})


# ---------------------------------------------------------------- what comes and is sorted at once


def test_what_is_put_in_front_and_does_not_show_yet_is_nobody_s_removal():
    town = sorted_list("a", "b", "c")
    town.left.list(NIGHT, "e")
    town.left.sort(NIGHT, "e")
    town.right.fail_writes = ["late"]
    town.sync()
    town.wait(20)
    town.sync()
    town.wait(HOUR)
    town.settle()
    assert town.left.order(NIGHT) == town.right.order(NIGHT) == ["e", "a", "b", "c"]


@pytest.mark.parametrize("wait", [5, 50, HOUR])
def test_a_sort_of_hers_right_after_ours_counts(wait):
    town = sorted_list("a", "b", "c", "d")
    town.left.sort(NIGHT, "d")
    town.sync()
    town.wait(wait)
    town.right.sort(NIGHT, "b", "c")
    town.sync()
    town.wait(HOUR)
    town.settle()
    assert town.left.order(NIGHT) == town.right.order(NIGHT) == ["b", "c", "d", "a"]


def test_a_list_is_made_in_its_order_and_a_sort_of_hers_there_counts():
    town = two()
    town.left.list("First", "e", "c", "a", "b")
    town.settle()
    town.left.list(NIGHT, "b", "e", "a", "c")
    town.sync()
    assert town.right.order(NIGHT) == ["b", "e", "a", "c"]
    town.wait(20)
    town.right.sort(NIGHT, "c")
    town.wait(HOUR)
    town.settle()
    assert town.left.order(NIGHT) == town.right.order(NIGHT) == ["c", "b", "e", "a"]


def test_what_was_read_while_the_taker_was_away_comes_in_its_order_though_the_giver_cannot_be_read_now():
    town = Town([("ann", "bob")], ann=LISTER, bob=LISTER)
    town.film("heat", "ran", "alien")
    bob, town.directions = town.boxes.pop("bob"), None
    town.ann.list(NIGHT, "ran", "alien", "heat", at=town.time)
    town.sync()
    town.wait(HOUR)

    town.boxes["bob"], town.directions, town.ann.partial = bob, [("ann", "bob")], {"lists"}
    town.sync()
    town.wait(HOUR)
    town.sync()
    assert town.bob.order(NIGHT) == ["ran", "alien", "heat"]


def test_what_stood_on_a_list_that_was_deleted_everywhere_does_not_come_back_with_one_made_anew():
    town = agreed("a", "b")
    town.left.unlist(NIGHT)
    town.right.unlist(NIGHT)
    town.settle()
    town.wait(DAY)
    town.left.list(NIGHT, "c")
    town.right.list(NIGHT, "d")
    town.settle()
    for account in (1, 2):
        with town.store.transaction():
            Lists(town.store.db).free(account, 1)
        town.settle()
        town.wait(HOUR)
    assert town.left.listed(NIGHT) == town.right.listed(NIGHT) == {"c", "d"}


@pytest.mark.parametrize("left", [0, 10], ids=["doubted", "many"])
def test_a_hold_on_a_list_that_is_deleted_waits_for_nobody(left):
    town, films = Town(left=LISTER, right=LISTER), [f"f{number}" for number in range(40)]
    town.film(*films)
    town.left.list(NIGHT, *films)
    town.settle()
    town.wait(DAY)
    town.left.unlist(NIGHT, *films[left:])
    assert len(town.sync().held) == 1
    town.wait(HOUR)
    for box in town.boxes.values():
        box.unlist(NIGHT)
    town.sync()
    assert not Journal(town.store).waiting()
