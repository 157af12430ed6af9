"""Personal lists on the simulated Trakt: which there are, what stands in each, and how one is made (reference 3, 10, 12)."""

import asyncio

import pytest

from tests.contract.trakt_desk import Desk
from watchweave.core.media import Kind, Media
from watchweave.core.records import Member
from watchweave.errors import Incomplete, LimitReached, ServiceError, Unavailable, UnexpectedAnswer
from watchweave.sandbox import faults
from watchweave.sandbox.trakt_rules import Options
from watchweave.services.base import Listed
from watchweave.services.trakt.lists import NONE_YET, PersonalList, PersonalLists

NIGHTS = "Night trains"
LISTS = "/users/me/lists"
ACTIVITIES = "/sync/last_activities"


class Lister(Desk):
    """She makes lists by hand; `open` is one of them as the engine sees it."""

    def list(self, name, *uids):
        """A list of hers with these in it."""
        made = self.person.make_list(name)
        for uid in uids:
            self.person.put_on(made, self.works[uid])
        return made

    def all(self):
        return asyncio.run(self.trakt.shelves["lists"].all())

    def make(self, name):
        return asyncio.run(self.trakt.shelves["lists"].make(name))

    def open(self, name=NIGHTS):
        """Its shelf, which bears its name; one that is not there yet where there is none."""
        there = next((one for one in self.all() if one.title == name), Listed("", name))
        self.trakt.shelves[name] = shelf = PersonalList(self.trakt, there)
        self.world.requests.clear()
        return shelf

    def held(self, name=NIGHTS):
        return [work.uid for items in self.person.lists.values() if items.name == name for work in items.works]

    def item_path(self, name=NIGHTS):
        return next(f"{LISTS}/{items.id}/items" for items in self.person.lists.values() if items.name == name)


@pytest.fixture
def desk():
    return Lister()


def members(desk, *uids, **how):
    return [Member(desk.media(uid, **how)) for uid in uids]


# Which lists there are


def test_all_lists_of_her_own_are_told_by_their_numbers_and_none_that_she_likes(desk):
    nights, empty = desk.list(NIGHTS, "m1", "s1"), desk.list("Empty")
    tom = desk.simulated.join("tom")
    desk.person.like(tom, tom.make_list("Toms best", "public"))
    assert [(one.own, one.title) for one in desk.all()] == [(str(nights.id), NIGHTS), (str(empty.id), "Empty")]
    assert desk.asked() == [f"GET {LISTS}"]


def test_a_smart_list_is_left_out(desk):
    desk.list(NIGHTS)
    desk.list("Trending")
    smart = {NIGHTS: {}, "Trending": {"type": "smart"}}
    desk.next_run({LISTS: lambda rows: [row | smart[row["name"]] for row in rows]})
    assert [one.title for one in desk.all()] == [NIGHTS]


def test_many_lists_come_page_by_page_and_a_page_that_fails_midway_tells_of_none(desk):
    for number in range(5):
        desk.list(f"List {number}")
    desk.world.faults.order(faults.Cap(2), path=f"^{LISTS}", times=-1)
    assert len(desk.all()) == 5
    desk.world.faults.order(faults.Status(500), path=f"^{LISTS}", skip=1, times=-1)
    with pytest.raises(Incomplete):
        desk.all()


def test_a_list_without_a_number_is_a_fault_of_the_answer(desk):
    desk.list(NIGHTS)
    desk.next_run({LISTS: lambda rows: [row | {"ids": {"slug": "night-trains"}} for row in rows]})
    with pytest.raises(UnexpectedAnswer, match=NIGHTS):
        desk.all()


def test_each_list_has_a_stamp_that_moves_with_it_alone(desk):
    nights = desk.list(NIGHTS, "m1")
    desk.list("Others", "m1")
    before = {one.title: one.stamp for one in desk.all()}
    for deed in (desk.person.put_on, desk.person.take_off):
        desk.world.clock.advance(60)
        deed(nights, desk.works["m2"])
        after = {one.title: one.stamp for one in desk.all()}
        assert [title for title in after if after[title] != before[title]] == [NIGHTS]
        before = after


def test_whether_any_list_moved_is_told_without_a_request_of_its_own(desk):
    nights = desk.list(NIGHTS, "m1")
    for deed in (
        lambda: desk.person.put_on(nights, desk.works["m2"]),
        lambda: desk.person.take_off(nights, desk.works["m1"]),
        lambda: desk.list("Another"),
        lambda: desk.person.delete_list(nights),
    ):
        desk.next_run()
        before = {name: desk.stamp(name) for name in desk.trakt.shelves}
        assert desk.asked() == [f"GET {ACTIVITIES}"]
        deed()
        desk.next_run()
        assert [name for name in before if desk.stamp(name) != before[name]] == ["lists"]


@pytest.mark.parametrize("leaf", [{}, {"updated_at": None}, None])
def test_an_account_whose_lists_never_moved_says_so_and_one_without_any_time_is_not_believed(desk, leaf):
    desk.next_run({ACTIVITIES: lambda told: told | {"lists": leaf}})
    assert desk.stamp("lists") == NONE_YET
    desk.next_run({ACTIVITIES: lambda told: {}})
    with pytest.raises(UnexpectedAnswer):
        desk.stamp("lists")


def test_lists_are_read_and_written_only_where_they_are_named():
    assert (PersonalLists.asked, PersonalLists.public, PersonalList.public) == (True, True, True)


# What stands in one


def test_a_list_is_read_in_its_own_order_with_ids_and_the_time_of_each(desk):
    nights = desk.list(NIGHTS, "m2", "s1", "s1.1", "s1.1.1")
    at = int(desk.world.now())
    desk.world.clock.advance(3600)
    desk.person.put_on(nights, desk.works["m1"])
    nights.sort_by, nights.sort_how = "title", "desc"
    desk.open()
    reading, records = desk.read(NIGHTS)
    assert (reading.complete, reading.partial) == (True, "")
    assert [one.media.kind for one in records] == [Kind.MOVIE, Kind.SHOW, Kind.SEASON, Kind.EPISODE, Kind.MOVIE]
    assert [one.at for one in records] == [at] * 4 + [at + 3600]
    assert {one.list for one in records} == {str(nights.id)}
    assert records[0].media.ids["imdb"] == desk.works["m2"].ids["imdb"]


def test_a_list_in_an_order_by_chance_is_read_whole(desk):
    films = [work.uid for work in desk.works.of("movie")]
    desk.list(NIGHTS, *films).sort_by = "random"
    desk.world.faults.order(faults.Cap(3), path="items", times=-1)
    desk.open()
    reading, records = desk.read(NIGHTS)
    assert (len(records), reading.partial) == (len(films), "")


def test_a_list_of_300_takes_two_pages():
    desk = Lister(movies=300)
    desk.list(NIGHTS, *[work.uid for work in desk.works.of("movie")[:300]])
    desk.open()
    assert len(desk.read(NIGHTS)[1]) == 300
    assert desk.asked() == [f"GET {desk.item_path()}/movie,show,season,episode"] * 2


def test_people_on_a_list_are_read_past(desk):
    def people(rows):
        return [{**rows[0], "id": 1, "type": "person", "movie": None, "person": {"ids": {"trakt": 5}}}, *rows[1:]]

    desk.list(NIGHTS, "m1", "m2")
    desk.next_run({f"{desk.item_path()}/movie,show,season,episode": people})
    desk.open()
    reading, records = desk.read(NIGHTS)
    assert ([one.media.ids["imdb"] for one in records], reading.partial) == ([desk.works["m2"].ids["imdb"]], "")


def test_a_list_that_is_not_there_yet_is_empty_without_a_request(desk):
    desk.open()
    reading, records = desk.read(NIGHTS)
    assert (reading.complete, records, desk.stamp(NIGHTS), desk.asked()) == (True, [], NONE_YET, [])


def test_a_reading_that_breaks_off_is_incomplete(desk):
    desk.list(NIGHTS, "m1", "m2", "m3")
    desk.open()
    desk.world.faults.order(faults.Cap(2), path="items", times=-1)
    desk.world.faults.order(faults.Status(500), path="items", skip=1, times=-1)
    assert "failed midway" in desk.read(NIGHTS)[0].partial


@pytest.mark.parametrize("after", [0, 1])
def test_a_list_that_is_gone_meanwhile_is_no_empty_list(desk, after):
    desk.list(NIGHTS, "m1", "m2", "m3")
    desk.open()
    desk.world.faults.order(faults.Cap(2), path="items", times=-1)
    desk.world.faults.order(faults.Status(404), path="items", skip=after, times=-1)
    with pytest.raises(ServiceError, match=f'the list "{NIGHTS}" is not there any more'):
        desk.read(NIGHTS)


# Writing


def test_members_are_added_by_public_ids_and_taken_out(desk):
    desk.list(NIGHTS)
    desk.open()
    sent = [*members(desk, "m1", "s1"), *members(desk, "m2", "s1.1.1", keyed=True), *members(desk, "s1.2")]
    assert desk.add(NIGHTS, *sent) == []
    assert sorted(desk.held()) == ["m1", "m2", "s1", "s1.1.1", "s1.2"]
    assert desk.asked() == [f"POST {desk.item_path()}"]
    assert desk.remove(NIGHTS, *members(desk, "m1", "s1")) == []
    assert sorted(desk.held()) == ["m2", "s1.1.1", "s1.2"]
    assert desk.asked()[1:] == [f"POST {desk.item_path()}/remove"]


def test_what_is_there_already_is_done_and_what_is_not_there_too(desk):
    desk.list(NIGHTS, "m1")
    desk.open()
    assert desk.add(NIGHTS, *members(desk, "m1", "m2")) == []
    assert desk.add(NIGHTS, *members(desk, "m1", "m2")) == []
    assert desk.remove(NIGHTS, *members(desk, "m3")) == []
    assert desk.held() == ["m1", "m2"]


def test_nothing_is_taken_out_of_a_list_that_is_not_there_yet(desk):
    desk.open()
    assert (desk.remove(NIGHTS, *members(desk, "m1")), desk.asked(), desk.person.lists) == ([], [], {})


def test_only_what_trakt_does_not_know_is_refused(desk):
    desk.list(NIGHTS)
    desk.open()
    sent = [*members(desk, "m1"), Member(Media(Kind.SHOW, {"tvdb": "99999999"}, "Unheard"))]
    assert [refusal.record for refusal in desk.add(NIGHTS, *sent)] == sent[1:]
    assert desk.held() == ["m1"]


def test_adding_may_be_sent_again_after_a_failure(desk):
    desk.list(NIGHTS)
    desk.open()
    desk.world.faults.order(faults.Status(502, applied=True), method="POST")
    assert desk.add(NIGHTS, *members(desk, "m1")) == []
    assert (desk.held(), desk.asked()) == (["m1"], [f"POST {desk.item_path()}"] * 2)


def test_our_own_writes_leave_the_stamp_that_the_next_sync_will_see(desk):
    desk.list(NIGHTS, "m1")
    shelf = desk.open()
    for verb in (desk.add, desk.remove):
        desk.world.clock.advance(60)
        verb(NIGHTS, *members(desk, "m2"))
        assert shelf.told == desk.all()[0].stamp
    desk.next_run({desk.item_path(): lambda told: {name: part for name, part in told.items() if name != "list"}})
    shelf = desk.open()
    desk.add(NIGHTS, *members(desk, "m3"))
    assert asyncio.run(shelf.stamp()) is None


@pytest.mark.parametrize("fills", [True, False])
def test_what_fits_in_a_list_is_added_and_the_rest_is_refused_with_the_limit(fills):
    desk = Lister(Options(fills_to_limit=fills))
    desk.person.limits["list items"] = 4
    desk.list(NIGHTS, "m1", "m2")
    desk.open()
    works = [work for work in desk.works.of("movie")[4:] if "imdb" in work.ids][:5]
    refused = desk.add(NIGHTS, *(Member(desk.media(work.uid)) for work in works))
    assert len(desk.held()) == 4
    assert {refusal.why for refusal in refused} == {"limit: this account holds at most 4 here."}
    assert len(refused) >= 3


def test_people_on_a_list_count_where_it_is_asked_what_still_fits(desk):
    desk.person.limits["list items"] = 4
    nights = desk.list(NIGHTS, "m1")
    one = f"{LISTS}/{nights.id}"
    desk.next_run({one: lambda told: told | {"item_count": told["item_count"] + 2}})
    desk.open()
    sent = members(desk, "m2", "m3", "m4", "m5")
    assert [refusal.record for refusal in desk.add(NIGHTS, *sent)] == sent[1:]
    assert desk.asked() == [f"POST {one}/items", f"GET {one}", f"POST {one}/items"]


def test_a_limit_that_the_answer_does_not_name_is_that_of_the_settings(desk):
    desk.person.limits["list items"] = 1
    desk.list(NIGHTS)
    desk.open()
    desk.world.faults.order(faults.Status(420), method="POST")
    sent = members(desk, "m1", "m2")
    assert [refusal.record for refusal in desk.add(NIGHTS, *sent)] == sent[1:]
    assert desk.held() == ["m1"]


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_writing_to_a_list_that_is_gone_meanwhile_is_refused(desk, verb):
    nights = desk.list(NIGHTS, "m1")
    desk.open()
    desk.person.delete_list(nights)
    refused = getattr(desk, verb)(NIGHTS, *members(desk, "m1", "m2"))
    assert [refusal.why for refusal in refused] == [PersonalList.gone] * 2
    assert desk.person.lists == {}


# Making one


def test_a_list_that_is_not_there_is_made_private_once_and_filled(desk):
    shelf = desk.open()
    assert desk.add(NIGHTS, *members(desk, "m1")) == []
    assert desk.add(NIGHTS, *members(desk, "m2")) == []
    (made,) = desk.person.lists.values()
    assert (made.name, made.privacy, desk.held(), shelf.own) == (NIGHTS, "private", ["m1", "m2"], str(made.id))
    assert desk.asked() == [f"POST {LISTS}"] + [f"POST {LISTS}/{made.id}/items"] * 2
    assert [record.list for record in desk.read(NIGHTS)[1]] == [str(made.id)] * 2


def test_making_a_list_is_never_repeated_by_itself(desk):
    desk.open()
    desk.world.faults.order(faults.Status(502, applied=True), method="POST", path=f"{LISTS}$")
    with pytest.raises(Unavailable):
        desk.add(NIGHTS, *members(desk, "m1"))
    assert (len(desk.person.lists), desk.asked()) == (1, [f"POST {LISTS}"])


@pytest.mark.parametrize(("named", "count"), [(True, 2), (False, 2), (False, 0)])
def test_an_account_that_has_as_many_lists_as_it_may_says_how_many(desk, named, count):
    for number in range(2):
        desk.list(f"List {number}")
    desk.person.limits["lists"] = 2
    if not named:
        desk.world.faults.order(faults.Status(420), method="POST", times=-1)
    limits = {} if not count else {"list": {"count": count, "item_count": 250}}
    desk.next_run({} if named else {"/users/settings": lambda told: told | {"limits": limits}})
    with pytest.raises(LimitReached, match=rf"as many lists as it may \({count}\)" if count else "it may\\.") as raised:
        desk.make(NIGHTS)
    assert (raised.value.limit, len(desk.person.lists)) == (count or None, 2)


def test_lists_that_only_those_who_pay_may_make_are_a_limit_too(desk):
    desk.world.faults.order(faults.Status(426), method="POST", times=-1)
    with pytest.raises(LimitReached):
        desk.make(NIGHTS)
    assert desk.asked()[0] == f"POST {LISTS}"


def test_an_answer_that_does_not_name_the_list_that_was_made_leaves_it_open(desk):
    desk.next_run({LISTS: lambda made: {"name": made["name"]}})
    with pytest.raises(Unavailable):
        desk.make(NIGHTS)
