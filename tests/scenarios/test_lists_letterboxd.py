"""Lists at Letterboxd in step with those at Trakt: read from her exports, or read and written by the API."""

from dataclasses import replace

import pytest

from tests.scenarios.diary import Diary
from tests.scenarios.household import DAY, HOUR, MINUTE, Signed, outcomes
from tests.support.memory import Killed
from watchweave.sandbox import faults
from watchweave.sandbox.letterboxd_rules import Options
from watchweave.sandbox.letterboxd_sign_in import CLIENT, SECRET

NIGHT = "Night trains"
BOTH_WAYS = [("trakt", "letterboxd"), ("letterboxd", "trakt")]


class Lists(Diary):
    """Mara keeps lists at Letterboxd and at Trakt, and wants nothing else in step."""

    def __init__(self, folder):
        super().__init__(folder, letterboxd=Options(expires_in=400 * DAY), shelves=("lists",))
        accounts = [Signed("trakt", "trakt"), Signed("letterboxd", "letterboxd", {"username": "mara"})]
        self.person = replace(self.person, accounts=accounts, directions=BOTH_WAYS)
        self.start()

    def give_key(self):
        """From now on Letterboxd is read and written by its API."""
        keys = {"client_id": CLIENT, "client_secret": SECRET}
        grant = self.world.services["letterboxd"].sign_in.grant(self.mara)
        self.drawers["letterboxd"].save({**keys, "access_token": grant.access, "refresh_token": grant.refresh})
        trakt, letterboxd = self.person.accounts
        self.person = replace(self.person, accounts=[trakt, replace(letterboxd, options=letterboxd.options | keys)])
        self.start()
        return self

    def list(self, title, *uids, at=None):
        """A list of hers at one of the two, with these on it."""
        account = at or self.mara
        made = account.make_list(title)
        for uid in uids:
            account.put_on(made, self[uid])
        return made

    def shown(self, title=NIGHT):
        """What stands on the list of this title at Letterboxd, and at Trakt."""
        here = {item.film.work.uid for one in self.mara.lists.values() if one.name == title for item in one.items}
        there = {work.uid for one in self.trakt.lists.values() if one.name == title for work in one.works}
        return here, there

    def settle(self):
        """Syncs, until what was written has been read."""
        for wait in (0, HOUR, DAY, HOUR):
            self.later(wait)
            report = self.sync(yes=True)
        return report


@pytest.fixture
def house(tmp_path):
    return Lists(tmp_path)


@pytest.fixture
def api(tmp_path):
    return Lists(tmp_path).give_key()


# By her exports


def logged(house, *uids):
    """The feed tells which films these are."""
    for uid in uids:
        house.mara.log(house[uid], "2026-11-01")


def exported(house):
    """Her exports have told the list, and Trakt has it."""
    logged(house, "m1", "m2", "m3", "m4")
    trains = house.list(NIGHT, "m1", "m2", "m3")
    house.hand_in()
    assert (house.settle().changes, house.shown()) == ([], ({"m1", "m2", "m3"}, {"m1", "m2", "m3"}))
    return trains


def test_a_list_of_an_export_is_made_at_trakt_and_filled(house):
    logged(house, "m1", "m2", "x1")
    house.list(NIGHT, "m1", "x1")
    house.list("★", "m2")
    house.hand_in()
    assert outcomes(house.sync(yes=True)) == {"done": 3}
    house.settle()
    assert (house.shown(), house.shown("★")) == (({"m1", "x1"}, {"m1", "x1"}), ({"m2"}, {"m2"}))
    assert [one.privacy for one in house.trakt.lists.values()] == ["private"] * 2


def test_what_a_later_export_no_longer_shows_was_taken_off_and_what_the_feed_does_not_show_was_not(house):
    trains = exported(house)
    house.mara.take_off(trains, house["m1"])
    house.mara.put_on(trains, house["m4"])
    house.mara.log(house["m5"], "2026-11-20")
    house.later(HOUR)
    assert house.sync(yes=True).changes == []
    house.hand_in()
    house.later(HOUR)
    house.sync(yes=True)
    assert house.shown() == ({"m2", "m3", "m4"}, {"m2", "m3", "m4"})


def test_an_export_that_is_damaged_in_one_list_takes_nothing_off_any(house):
    trains = exported(house)
    house.mara.take_off(trains, house["m1"])
    house.list("Broken").code = ""  # its address ends in nothing
    house.hand_in()
    (problem,) = house.sync(yes=True).problems
    assert "its lists are left alone, because line 3 of lists/broken.csv has no name and address" in problem.message
    assert house.shown()[1] == {"m1", "m2", "m3"}


def test_what_is_put_on_a_list_at_trakt_is_owed_to_no_export(house):
    exported(house)
    house.list("Ships", "m1", at=house.trakt)
    (trains,) = (one for one in house.trakt.lists.values() if one.name == NIGHT)
    house.trakt.put_on(trains, house["m4"])
    house.trakt.take_off(trains, house["m1"])
    house.settle()
    assert (house.offered(), house.shown()) == ({}, ({"m1", "m2", "m3"}, {"m2", "m3", "m4"}))
    house.hand_in()
    house.settle()
    assert house.shown()[1] == {"m2", "m3", "m4"}, "an export that says what was known is no news"


def test_a_list_that_an_export_has_no_more_stays_at_trakt(house):
    house.mara.delete_list(exported(house))
    house.later(DAY)
    house.hand_in()
    assert f'letterboxd: its list "{NIGHT}" is gone' in house.sync(yes=True).note
    house.settle()
    assert house.shown() == (set(), {"m1", "m2", "m3"})


def test_lists_of_exports_cost_no_request(house):
    exported(house)
    house.later(HOUR)
    assert house.sync(yes=True).requests["letterboxd"] == 1  # the feed


def test_who_is_given_a_key_keeps_her_lists_and_they_are_written_from_then_on(house):
    exported(house)
    house.give_key()
    house.settle()
    (trains,) = (one for one in house.trakt.lists.values() if one.name == NIGHT)
    house.trakt.put_on(trains, house["m4"])
    house.trakt.take_off(trains, house["m1"])
    house.settle()
    assert house.shown() == ({"m2", "m3", "m4"}, {"m2", "m3", "m4"})
    assert (len(house.mara.lists), len(house.trakt.lists)) == (1, 1)


# By the API


def agreed(house):
    house.list(NIGHT, "m1", "m2", at=house.trakt)
    assert (house.settle().changes, house.shown()) == ([], ({"m1", "m2"}, {"m1", "m2"}))
    (trains,) = house.mara.lists.values()
    return trains


def asked(house):
    """What was asked of Letterboxd since last asked."""
    told = house.world.requests.of("letterboxd")
    new, house.before = told[getattr(house, "before", 0) :], len(told)
    return [f"{one.method} {one.path.removeprefix('/api/v0')}" for one in new]


def test_a_list_of_trakt_is_made_there_for_her_alone_and_filled(api):
    api.list(NIGHT, "m1", "m2", at=api.trakt)
    assert outcomes(api.sync(yes=True)) == {"done": 2}
    (trains,) = api.mara.lists.values()
    assert (trains.name, trains.published, api.shown()) == (NIGHT, False, ({"m1", "m2"}, {"m1", "m2"}))
    assert [one for one in asked(api) if not one.startswith("GET")] == ["POST /lists", f"PATCH /list/{trains.code}"]
    for _ in range(3):
        api.later(HOUR)
        assert api.sync(yes=True).changes == []


def test_an_idle_sync_costs_two_requests_and_a_change_those_of_its_list(api):
    trains = agreed(api)
    api.list("Others", "m3", "m4")
    api.settle()
    asked(api)
    api.later(HOUR)
    assert api.sync(yes=True).requests["letterboxd"] == 2
    assert asked(api) == ["GET /me", "GET /lists"]
    api.mara.put_on(trains, api["m5"])
    api.later(HOUR)
    api.sync(yes=True)
    assert asked(api) == ["GET /me", "GET /lists", f"GET /list/{trains.code}/entries"]
    assert api.shown() == ({"m1", "m2", "m5"}, {"m1", "m2", "m5"})


def test_what_is_taken_off_on_one_side_leaves_the_other_and_no_other_list(api):
    trains = agreed(api)
    others = api.list("Others", "m1", "m2")
    api.settle()
    api.mara.take_off(trains, api["m1"])
    (there,) = (one for one in api.trakt.lists.values() if one.name == NIGHT)
    api.trakt.take_off(there, api["m2"])
    api.trakt.put_on(there, api["m3"])
    api.settle()
    assert api.shown() == ({"m3"}, {"m3"})
    assert api.shown("Others") == ({"m1", "m2"}, {"m1", "m2"})
    assert [item.note for item in others.items] == ["", ""]


def test_notes_stay_as_they_are_whatever_comes_and_goes(api):
    trains = agreed(api)
    api.mara.put_on(trains, api["m2"], "The chase")
    api.mara.put_on(trains, api["m3"], "The end")
    (there,) = api.trakt.lists.values()
    api.trakt.take_off(there, api["m1"])
    api.trakt.put_on(there, api["m4"])
    api.settle()
    assert [(item.film.work.uid, item.note) for item in trains.items][:2] == [("m2", "The chase"), ("m3", "The end")]
    assert api.shown() == ({"m2", "m3", "m4"}, {"m2", "m3", "m4"})


def orders(house):
    """What stands on the only list at Letterboxd, and at Trakt, in its order."""
    (here,), (there,) = house.mara.lists.values(), house.trakt.lists.values()
    return [item.film.work.uid for item in here.items], [work.uid for work in there.works]


def test_a_list_sorted_at_trakt_is_sorted_here_in_one_request_and_keeps_its_notes(api):
    trains = agreed(api)
    api.mara.put_on(trains, api["m3"], "The chase")
    api.settle()
    (there,) = api.trakt.lists.values()
    asked(api)
    api.trakt.reorder(there, [next(one.id for one in there if one.work.uid == uid) for uid in ("m3", "m2")])
    api.later(HOUR)
    assert [line.why.partition(":")[0] for line in api.sync(yes=True).changes] == ["in the order of trakt"]
    assert orders(api) == (["m3", "m2", "m1"], ["m3", "m2", "m1"])
    assert [one for one in asked(api) if not one.startswith("GET")] == [f"PATCH /list/{trains.code}"]
    assert {item.film.work.uid: item.note for item in trains.items}["m3"] == "The chase"
    assert api.settle().changes == []


def test_a_list_sorted_here_is_sorted_at_trakt_which_holds_more_in_it(api):
    trains = agreed(api)
    (there,) = api.trakt.lists.values()
    api.trakt.put_on(there, api["s1"])
    api.settle()
    trains.items.reverse()
    api.mara.list_changed(trains)
    api.settle()
    assert orders(api) == (["m2", "m1"], ["m2", "s1", "m1"])


def test_a_list_that_was_deleted_there_stays_at_trakt_and_is_not_made_again(api):
    api.mara.delete_list(agreed(api))
    api.settle()
    assert api.shown() == (set(), {"m1", "m2"})


def test_lists_are_not_even_asked_for_where_she_does_not_name_them(api):
    api.person = replace(api.person, shelves=("history", "ratings"))
    api.start()
    api.list(NIGHT, "m1")
    api.list("Others", "m2", at=api.trakt)
    api.settle()
    assert not [one for one in asked(api) if "/list" in one and "/films" not in one]
    assert (api.shown(), api.shown("Others")) == (({"m1"}, set()), (set(), {"m2"}))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", range(1, 12))
def test_whenever_the_program_dies_there_is_one_list_with_all_on_it(api, step, after):
    api.list(NIGHT, "m1", "m2", at=api.trakt)
    api.door.die_in, api.door.after = step, after
    try:
        api.sync(yes=True)
    except Killed:
        api.die()
    api.door.die_in = -1
    api.later(15 * MINUTE)
    api.settle()
    assert [one.name for one in api.mara.lists.values()] == [NIGHT]
    assert api.shown() == ({"m1", "m2"}, {"m1", "m2"})


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("applied", [False, True])
def test_a_lost_answer_makes_no_second_list(api, method, applied):
    api.list(NIGHT, "m1", "m2", at=api.trakt)
    api.world.faults.order(faults.Drop(applied=applied), host="api.letterboxd.com", method=method, path="/list")
    api.sync(yes=True)
    api.later(15 * MINUTE)
    api.settle()
    assert [one.name for one in api.mara.lists.values()] == [NIGHT]
    assert api.shown() == ({"m1", "m2"}, {"m1", "m2"})
