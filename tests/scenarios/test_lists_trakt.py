"""Personal lists at Trakt: what is in step, what it costs, and what happens when something goes wrong."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.scenarios.five import Five
from tests.scenarios.household import DAY, HOUR, MINUTE, Household, Signed
from tests.support.memory import Killed
from watchweave.sandbox import faults

NIGHTS = "Night trains"
LISTS = "/users/me/lists"
IDLE = {"trakt": 1, "second": 1}


class House(Household):
    """Mara has two accounts at Trakt, and nothing but lists in step."""

    def __init__(self, **more):
        super().__init__(second=True, checked=False, others=0, **more)
        accounts = [Signed("trakt", "trakt"), Signed("second", "trakt")]
        directions = [("trakt", "second"), ("second", "trakt")]
        self.person = replace(self.person, accounts=accounts, directions=directions, shelves=("lists",))
        self.start()

    def list(self, name, *uids, at=None):
        """She makes a list there and puts these into it."""
        account = at or self.trakt
        made = account.make_list(name)
        for uid in uids:
            account.put_on(made, self[uid])
        return made

    def listed(self, account, name=NIGHTS):
        """What stands in the lists of this name."""
        return Counter(work.uid for items in account.lists.values() if items.name == name for work in items.works)

    def in_step(self):
        """Both have all lists, all that was written was read, and nothing is left to do."""
        for wait in (0, HOUR, DAY, HOUR):
            self.later(wait)
            report = self.sync(yes=True)
        assert (report.changes, report.requests) == ([], IDLE)
        return self

    def asked(self):
        """What was asked of Trakt since last asked, without the numbers of lists."""
        seen, self.door.sent = self.door.sent, []
        paths = [f"{one.method} {one.address.partition('?')[0].partition('.tv')[2]}" for one in seen]
        return sorted("/".join("N" if word.isdigit() else word for word in path.split("/")) for path in paths)


@pytest.fixture
def house():
    return House()


def test_a_list_is_made_at_the_other_account_private_and_filled(house):
    house.list(NIGHTS, "m1", "s1", "s1.1", "s1.1.1").privacy = "public"
    report = house.sync(yes=True)
    assert Counter(line.outcome for line in report.changes) == {"done": 4}
    (made,) = house.second.lists.values()
    assert (made.name, made.privacy) == (NIGHTS, "private")
    assert sorted(made.entries) == ["m1", "s1", "s1.1", "s1.1.1"]
    assert house.asked() == sorted(
        ["GET /sync/last_activities", f"GET {LISTS}", "GET /users/settings"] * 2
        + [f"GET {LISTS}/N/items/movie,show,season,episode"] * 2  # the second time to see the order
        + [f"POST {LISTS}", f"POST {LISTS}/N/items"]
    )
    house.in_step()
    assert len(house.writes()) == 2


def test_where_nothing_changed_named_lists_cost_no_request(house):
    house.list(NIGHTS, "m1")
    house.list("Others", "m2")
    house.in_step()
    house.asked()
    house.later(DAY)
    house.sync(yes=True)
    house.later(HOUR)
    assert house.sync(yes=True).requests == IDLE


def test_an_empty_list_is_not_made_elsewhere_and_costs_nothing(house):
    house.list(NIGHTS)
    house.in_step()
    assert (house.second.lists, house.writes()) == ({}, [])


def test_accounts_without_any_list_cost_no_request(house):
    assert house.sync(yes=True).requests == {"trakt": 2, "second": 2}, "which lists there are is asked once"
    house.later(HOUR)
    assert house.sync(yes=True).requests == IDLE


def test_what_is_put_into_one_list_and_taken_out_costs_the_directory_and_that_list(house):
    nights, others = house.list(NIGHTS, "m1", "m2"), house.list("Others", "m1", "m2")
    house.in_step()
    house.asked()
    house.trakt.put_on(nights, house["m3"])
    house.trakt.take_off(nights, house["m1"])
    house.later(MINUTE)
    assert Counter(line.outcome for line in house.sync(yes=True).changes) == {"done": 2}
    assert house.listed(house.second) == {"m2": 1, "m3": 1}
    assert house.listed(house.second, others.name) == {"m1": 1, "m2": 1}
    asked = Counter(house.asked())
    assert asked.pop("GET /users/settings") == 2, "whose accounts these are"
    assert asked == {
        "GET /sync/last_activities": 2,
        f"GET {LISTS}": 1,
        f"GET {LISTS}/N/items/movie,show,season,episode": 1,
        f"POST {LISTS}/N/items": 1,
        f"POST {LISTS}/N/items/remove": 1,
    }
    house.later(HOUR)
    assert house.sync(yes=True).requests == {"trakt": 1, "second": 2}, "our own writes move the directory, not the list"
    house.later(HOUR)
    assert house.sync(yes=True).requests == IDLE


def test_who_does_not_name_lists_is_not_asked_for_any(house):
    house.list(NIGHTS, "m1")
    house.person = replace(house.person, shelves=None)
    house.home.profiles = [house.person]
    house.sync(yes=True)
    assert not [one for one in house.asked() if "lists" in one]
    assert house.second.lists == {}


@pytest.mark.parametrize("applied", [True, False])
def test_a_list_whose_making_was_not_answered_is_made_once(house, applied):
    house.list(NIGHTS, "m1")
    house.world.faults.order(faults.Status(502, applied=applied), method="POST", path=f"{LISTS}$")
    report = house.sync(yes=True)
    assert [line.outcome for line in report.changes] == ["pending"]
    house.later(2 * HOUR)
    house.in_step()
    assert [items.name for items in house.second.lists.values()] == [NIGHTS]
    assert house.listed(house.second) == {"m1": 1}


def test_no_list_is_made_where_not_all_lists_were_told(house):
    house.list(NIGHTS, "m1")
    for number in range(3):
        house.list(f"List {number}", at=house.second)
    house.list(NIGHTS, "m2", at=house.second)
    house.world.faults.order(faults.Cap(2), path=f"^{LISTS}$", times=-1)
    house.world.faults.order(faults.Status(500), path=f"^{LISTS}$", skip=2, times=6)
    house.sync(yes=True)
    assert house.writes() == []
    house.world.faults.orders.clear()
    house.later(HOUR)
    house.in_step()
    assert house.listed(house.trakt) == house.listed(house.second) == {"m1": 1, "m2": 1}


def test_an_account_full_of_lists_says_how_many_it_may_have_and_the_others_go_on(house):
    house.second.limits["lists"] = 1
    house.list("Others", "m1", at=house.second)
    house.list("Others", "m2")
    house.list(NIGHTS, "m1")
    report = house.sync(yes=True)
    refused = [line for line in report.changes if line.outcome == "refused"]
    assert [line.list for line in refused] == [NIGHTS]
    assert "this account has as many lists as it may (1)" in refused[0].reason
    assert house.listed(house.second, "Others") == {"m1": 1, "m2": 1}


def test_a_full_list_takes_what_fits(house):
    house.second.limits["list items"] = 2
    house.list(NIGHTS, "m1", "m2", "m3")
    report = house.sync(yes=True)
    assert Counter(line.outcome for line in report.changes) == {"done": 2, "refused": 1}
    assert len(house.listed(house.second)) == 2
    house.later(HOUR)
    house.sync(yes=True)
    assert len(house.listed(house.trakt)) == 3, "what was refused is not taken for removed"


def test_a_page_that_fails_midway_takes_nothing_out(house):
    nights = house.list(NIGHTS, "m1", "m2", "m3")
    house.in_step()
    house.trakt.take_off(nights, house["m3"])
    house.trakt.put_on(nights, house["m4"])
    house.later(MINUTE)
    items = f"^{LISTS}/{nights.id}/items"
    house.world.faults.order(faults.Cap(2), path=items, times=-1)
    house.world.faults.order(faults.Status(404), path=items, skip=1, times=-1)
    house.sync(yes=True)
    assert house.listed(house.second) == {"m1": 1, "m2": 1, "m3": 1}
    house.world.faults.orders.clear()
    house.later(HOUR)
    house.sync(yes=True)
    assert house.listed(house.second) == {"m1": 1, "m2": 1, "m4": 1}


def test_a_list_that_goes_while_it_is_read_is_left_as_it_is_elsewhere(house):
    nights = house.list(NIGHTS, "m1", "m2")
    house.in_step()
    house.trakt.put_on(nights, house["m3"])
    house.later(MINUTE)
    house.world.faults.order(faults.Act(lambda: house.trakt.delete_list(nights)), path=f"^{LISTS}$")
    report = house.sync(yes=True)
    assert [f'the list "{NIGHTS}" is not there any more' in problem.message for problem in report.problems] == [True]
    house.later(HOUR)
    assert f'its list "{NIGHTS}" is gone' in house.sync(yes=True).note
    assert (house.listed(house.second), house.trakt.lists) == ({"m1": 1, "m2": 1}, {})


def test_a_list_that_goes_before_it_is_written_to_is_not_made_again(house):
    nights = house.list(NIGHTS, "m1")
    house.in_step()
    (other,) = house.second.lists.values()
    house.trakt.put_on(nights, house["m2"])
    house.later(MINUTE)
    house.world.faults.order(faults.Act(lambda: house.second.delete_list(other)), path="^/users/settings")
    report = house.sync(yes=True)
    assert [line.outcome for line in report.changes] == ["refused"]
    house.later(HOUR)
    house.in_step()
    assert (house.second.lists, house.listed(house.trakt)) == ({}, {"m1": 1, "m2": 1})


def test_a_list_with_another_name_is_still_the_same_list(house):
    nights = house.list(NIGHTS, "m1")
    house.in_step()
    nights.name = "Trains by night"
    house.trakt.put_on(nights, house["m2"])
    house.later(MINUTE)
    house.in_step()
    assert house.listed(house.second) == {"m1": 1, "m2": 1}
    assert len(house.second.lists) == len(house.trakt.lists) == 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", range(1, 10))
def test_wherever_the_process_dies_there_is_one_list_with_all_in_it(step, after):
    house = House()
    house.list(NIGHTS, "m1", "m2")
    house.door.die_in, house.door.after = step, after
    with pytest.raises(Killed):
        house.sync(yes=True)
    house.die()
    house.later(HOUR)
    house.in_step()
    assert house.listed(house.trakt) == house.listed(house.second) == {"m1": 1, "m2": 1}
    assert len(house.second.lists) == 1


def test_what_is_dropped_at_serializd_stands_in_the_list_of_that_name_at_trakt(tmp_path):
    house = Five(tmp_path, episodes=4, checked=False, shelves=("lists",))
    accounts = [Signed(name, name) for name in ("trakt", "serializd")]
    directions = [("trakt", "serializd"), ("serializd", "trakt")]
    house.person = replace(house.person, accounts=accounts, directions=directions)
    house.start()
    house.serializd.put_in("dropped", house["s1"])
    house.sync(yes=True)
    (dropped,) = house.trakt.lists.values()
    assert (dropped.name.casefold(), dropped.privacy, list(dropped.entries)) == ("dropped", "private", ["s1"])
    house.later()
    house.trakt.put_on(dropped, house["s2"])
    house.trakt.take_off(dropped, house["s1"])
    house.sync(yes=True)
    assert set(house.serializd.states["dropped"]) == {"s2"}
    house.later()
    assert house.sync(yes=True).changes == []


# ---------------------------------------------------------------- the order


def order(account, name=NIGHTS):
    """What stands in the list of this name, in its order."""
    return [work.uid for items in account.lists.values() if items.name == name for work in items.works]


def put_first(account, made, *uids):
    """She puts these first."""
    numbers = {entry.work.uid: entry.id for entry in made}
    account.reorder(made, [numbers[uid] for uid in uids])


def test_f85_only_the_order_changed_is_one_request_for_the_order_and_nothing_added_or_removed(house):
    nights = house.list(NIGHTS, "m1", "m2", "s1", "s1.1.1")
    house.in_step()
    assert order(house.second) == order(house.trakt)
    house.asked()
    named = house["s1.1.1"].show.title, *(f"{house[uid].title} ({house[uid].year})" for uid in ("m2", "m1", "s1"))
    names = ", ".join(named).replace(named[0], f"{named[0]} S01E01", 1)
    put_first(house.trakt, nights, "s1.1.1", "m2")
    house.later(MINUTE)
    report = house.sync(yes=True)
    assert [(line.verb, line.list, line.why, line.outcome) for line in report.changes] == [
        ("change", NIGHTS, f"in the order of trakt: {names}", "done")
    ]
    assert order(house.second) == order(house.trakt) == ["s1.1.1", "m2", "m1", "s1"]
    writes = [one for one in house.asked() if one.startswith("POST")]
    assert writes == [f"POST {LISTS}/N/items/reorder"]
    house.in_step()


def test_a_list_of_several_pages_is_put_in_order(house):
    house.world.faults.order(faults.Cap(2), path=f"^{LISTS}/.*items", times=-1)
    nights = house.list(NIGHTS, "m1", "m2", "m3", "m4", "m5")
    house.in_step()
    put_first(house.trakt, nights, "m5", "m3")
    house.later(MINUTE)
    house.in_step()
    assert order(house.second) == ["m5", "m3", "m1", "m2", "m4"]


def test_what_is_added_in_the_middle_stands_in_the_middle_after_one_sync(house):
    nights = house.list(NIGHTS, "m1", "m2")
    house.in_step()
    house.trakt.put_on(nights, house["m3"])
    put_first(house.trakt, nights, "m1", "m3")
    house.later(MINUTE)
    house.sync(yes=True)
    assert order(house.second) == ["m1", "m3", "m2"]


def test_a_list_that_goes_before_it_is_put_in_order_is_said_and_nothing_else_happens(house):
    nights = house.list(NIGHTS, "m1", "m2")
    house.in_step()
    put_first(house.trakt, nights, "m2")
    house.later(MINUTE)
    house.world.faults.order(faults.Status(404), method="POST", path="reorder", times=1)
    report = house.sync(yes=True)
    assert [(line.outcome, line.reason) for line in report.changes] == [
        ("refused", "This list is not there any more. The next sync asks anew which lists there are.")
    ]
    house.later(DAY)
    house.sync(yes=True)
    house.in_step()
    assert order(house.second) == ["m2", "m1"]
