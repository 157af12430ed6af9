"""The lists of Serializd: the person's own, which are only read, and the three states of shows."""

import asyncio

import pytest

from tests.contract.serializd_desk import HOUR, Desk
from watchweave.core.media import Kind, Media
from watchweave.core.records import Member
from watchweave.errors import Incomplete, Unavailable
from watchweave.sandbox import faults
from watchweave.sandbox.serializd_rules import Options
from watchweave.services.base import Listed

STATES = [("currently_watching", "Watching"), ("paused_shows", "Paused"), ("dropped_shows", "Dropped")]
NAMES = {"currently_watching": "watching", "paused_shows": "paused", "dropped_shows": "dropped"}
LOOK = ["GET lists"]


@pytest.fixture
def desk():
    return Desk()


def all_lists(desk):
    """Her own lists."""
    return asyncio.run(desk.adapter.shelves["lists"].all())[len(STATES) :]


def shelf_of(desk, listed):
    return desk.adapter.shelves["lists"].kind(listed.own)(desk.adapter, listed)


def state(desk, own):
    return shelf_of(desk, Listed(own, dict(STATES)[own]))


def read(shelf):
    """The reading, and its records; `partial` is set where it ended as Incomplete."""

    async def all_of_it():
        reading = await shelf.read(None)
        if isinstance(reading.records, list):
            return reading, reading.records
        records = []
        try:
            async for page in reading.records:
                records += page
        except Incomplete as error:
            reading.partial = error.message
        return reading, records

    return asyncio.run(all_of_it())


def only(desk):
    """The records of her only list, in another run."""
    desk.next_run()
    (listed,) = all_lists(desk)
    return read(shelf_of(desk, listed))


# Which lists there are


def test_the_states_are_lists_of_fixed_names_and_nothing_is_asked_for_them(desk):
    desk.person.put_in("watching", desk.works["s1"])
    found = asyncio.run(desk.adapter.shelves["lists"].all())
    assert [(one.own, one.title, one.stamp) for one in found] == [(own, title, "") for own, title in STATES]
    assert desk.asked() == LOOK


def test_one_request_tells_all_lists_and_what_stands_in_them(desk):
    first = desk.person.make_list("Winter", desk.works["s1"], private=True)
    second = desk.person.make_list("Nights", desk.works["s2"], desk.works["s3"])
    desk.next_run()
    found = all_lists(desk)
    assert {(one.own, one.title) for one in found} == {(str(first.id), "Winter"), (str(second.id), "Nights")}
    shelves = [shelf_of(desk, one) for one in found]
    assert {len(read(shelf)[1]) for shelf in shelves} == {1, 2}
    assert desk.asked() == LOOK


def test_whoever_reads_a_list_first_asks_for_all_once(desk):
    made = desk.person.make_list("Winter", desk.works["s1"])
    shelf = shelf_of(desk, Listed(str(made.id), "Winter"))
    assert [len(read(shelf)[1]) for _ in range(2)] == [1, 1]
    assert desk.asked() == LOOK


def test_a_stamp_moves_with_what_stands_in_the_list_alone(desk):
    made = desk.person.make_list("Winter", desk.works["s1"])
    other = desk.person.make_list("Nights")

    def stamps():
        desk.next_run()
        return {one.own: one.stamp for one in all_lists(desk)}

    seen = [stamps(), stamps()]
    desk.person.put_on(made, desk.works["s1.1"])
    seen.append(stamps())
    desk.person.take_off(made, desk.works["s1"])
    seen.append(stamps())
    of_made, of_other = ([one[str(which.id)] for one in seen] for which in (made, other))
    assert (of_made[0] == of_made[1], len(set(of_made)), len(set(of_other))) == (True, 3, 1)


def test_pages_of_lists_are_followed_to_the_last():
    desk = Desk(Options(page_size=2))
    assert all_lists(desk) == []
    for name in ("One", "Two", "Three", "Four", "Five"):
        desk.person.make_list(name, desk.works["s1"])
    desk.next_run()
    assert sorted(one.title for one in all_lists(desk)) == ["Five", "Four", "One", "Three", "Two"]
    assert desk.asked() == LOOK * 3


@pytest.mark.parametrize(
    ("fault", "skip"),
    [
        (faults.Untold(), 0),
        (faults.Short(1), 0),
        (faults.Short(1), 1),
        (faults.PageCount(1), 1),
        (faults.PageCount(2), 0),
        (faults.Empty(), 1),
    ],
)
def test_pages_that_do_not_go_together_are_not_taken_for_all_lists(fault, skip):
    desk = Desk(Options(page_size=2))
    for name in ("One", "Two", "Three", "Four", "Five"):
        desk.person.make_list(name)
    desk.world.faults.order(fault, path="/lists", skip=skip)
    with pytest.raises(Incomplete):
        all_lists(desk)


def test_a_list_that_moved_to_a_page_read_before_is_noticed():
    desk = Desk(Options(page_size=2))
    for name in ("One", "Two", "Three"):
        desk.person.make_list(name)
    desk.next_run({"/lists": lambda told: told | {"lists": told["lists"][:1] * len(told["lists"])}})
    with pytest.raises(Incomplete):
        all_lists(desk)


def test_lists_that_cannot_be_told_are_an_error(desk):
    desk.world.faults.order(faults.Status(500), path="/lists", times=-1)
    with pytest.raises(Unavailable):
        all_lists(desk)


# What stands in a list


def test_a_list_holds_shows_seasons_and_episodes_in_its_order(desk):
    uids = ("s2", "s1.2", "s1.0", "s1.2.3", "s3.0.1")
    desk.person.make_list("Winter", *(desk.works[uid] for uid in uids))
    reading, records = only(desk)
    assert [(one.media.kind, one.media.season, one.media.number) for one in records] == [
        (Kind.SHOW, None, None),
        (Kind.SEASON, 2, None),
        (Kind.SEASON, 0, None),
        (Kind.EPISODE, 2, 3),
        (Kind.EPISODE, 0, 1),
    ]
    shows = [(one.media.parent or one.media).ids for one in records]
    assert shows == [{"tmdb": str(desk.works[uid].ids["tmdb"])} for uid in ("s2", "s1", "s1", "s1", "s3")]
    assert records[1].media.ids == {"tmdb": str(desk.works["s1.2"].ids["tmdb"])}
    assert {(type(one), one.at) for one in records} == {(Member, None)}
    assert {one.list for one in records} == {str(desk.person.lists[0].id)}
    assert (reading.complete, reading.partial, desk.asked()) == (True, "", LOOK)


def test_a_show_that_is_known_from_elsewhere_has_its_name(desk):
    desk.person.make_list("Winter", desk.works["s1"])
    assert [one.media.title for one in only(desk)[1]] == [""]
    desk.person.want(desk.works["s1"])
    desk.read("watchlist")
    assert [one.media.title for one in only(desk)[1]] == [desk.works["s1"].title]


def told_without(field):
    """The items of lists lack this."""

    def change(told):
        for row in told["lists"]:
            row["listItems"] = [item | {field: None} for item in row["listItems"]]
        return told

    return {"/lists": change}


@pytest.mark.parametrize("field", ["season", "seasonId"])
def test_the_half_of_a_place_that_is_not_told_is_looked_up(desk, field):
    desk.person.make_list("Winter", desk.works["s1.2.3"], desk.works["s1.1"])
    desk.next_run(told_without(field))
    (listed,) = all_lists(desk)
    _, records = read(shelf_of(desk, listed))
    assert [(one.media.season, one.media.number) for one in records] == [(2, 3), (1, None)]
    numbers = [desk.works[uid].ids["tmdb"] for uid in ("s1", "s1.2")]
    assert records[0].media.keys == (f"episode:{numbers[0]}:{numbers[1]}:3",)
    assert desk.asked() == [*LOOK, "GET show"]


def test_a_season_of_which_serializd_knows_no_episodes_is_not_taken_for_its_show():
    desk = Desk(seasons={1: 2, 2: 0})
    desk.person.make_list("Winter", desk.works["s1.2"])
    _, (record,) = only(desk)
    assert (record.media.kind, record.media.ids, record.media.keys) == (Kind.SEASON, {}, ())


def test_an_empty_list_is_read_as_such(desk):
    desk.person.make_list("Winter")
    reading, records = only(desk)
    assert (records, reading.complete, reading.partial) == ([], True, "")


def test_a_list_that_is_there_no_more_is_not_taken_for_an_empty_one(desk):
    reading, _ = read(shelf_of(desk, Listed("77", "Winter")))
    assert 'its list "Winter" is not there any more' in reading.partial


def test_her_own_lists_are_only_read_and_none_is_made(desk):
    lists = desk.adapter.shelves["lists"]
    own = lists.kind("77")
    assert (hasattr(lists, "make"), own.can("add"), own.can("remove"), own.public, lists.asked) == (
        (False, False, False, True, True)
    )


# States


@pytest.mark.parametrize("own", NAMES)
def test_the_shows_of_a_state_are_read_page_by_page_with_their_days(own):
    desk = Desk(Options(page_size=2))
    for uid in ("s1", "s2", "s3"):
        desk.person.put_in(NAMES[own], desk.works[uid])
        desk.world.clock.advance(HOUR)
    desk.next_run()
    reading, records = read(state(desk, own))
    assert [(one.media.title, one.list) for one in records] == [
        (desk.works[uid].title, own) for uid in ("s3", "s2", "s1")
    ]
    assert [one.at for one in records] == [desk.person.states[NAMES[own]][uid].at for uid in ("s3", "s2", "s1")]
    assert (reading.complete, reading.partial, desk.asked()) == (True, "", [f"GET {own}_page"] * 2)


def test_the_stamp_of_a_state_is_its_first_page_which_the_reading_does_not_ask_for_again():
    desk = Desk(Options(page_size=2))
    desk.person.put_in("dropped", *(desk.works[uid] for uid in ("s1", "s2", "s3")))
    shelf = state(desk, "dropped_shows")
    assert asyncio.run(shelf.stamp())
    assert len(read(shelf)[1]) == 3
    assert desk.asked() == ["GET dropped_shows_page"] * 2
    assert len(read(shelf)[1]) == 3
    assert desk.asked() == ["GET dropped_shows_page"] * 4, "a second reading begins anew"


def test_the_stamp_of_a_state_moves_with_whatever_happens():
    desk = Desk(Options(page_size=1))

    def stamp():
        desk.world.clock.advance(HOUR)
        return asyncio.run(state(desk, "paused_shows").stamp())

    def swap():
        desk.person.take_out("paused", desk.works["s1"])
        desk.person.put_in("paused", desk.works["s3"])

    seen = [stamp()]
    for deed in (
        lambda: desk.person.put_in("paused", desk.works["s1"]),
        lambda: desk.person.put_in("paused", desk.works["s2"]),
        swap,
        lambda: desk.person.take_out("paused", desk.works["s2"]),
        lambda: desk.person.put_in("dropped", desk.works["s1"]),
    ):
        deed()
        seen.append(stamp())
    assert (len(set(seen)), seen[-1] == seen[-2]) == (len(seen) - 1, True)


def test_what_we_write_between_is_read():
    desk = Desk()
    shelf = state(desk, "dropped_shows")
    asyncio.run(shelf.stamp())
    asyncio.run(shelf.add([Member(desk.media("s1"))]))
    assert len(read(shelf)[1]) == 1


def test_a_state_that_breaks_off_is_not_whole():
    desk = Desk(Options(page_size=2))
    desk.person.put_in("dropped", *(desk.works[uid] for uid in ("s1", "s2", "s3")))
    desk.world.faults.order(faults.Status(500), path="dropped_shows_page", skip=1, times=-1)
    reading, records = read(state(desk, "dropped_shows"))
    assert (len(records), "midway" in reading.partial) == (2, True)


@pytest.mark.parametrize("own", NAMES)
def test_a_show_is_put_into_a_state_and_taken_out_with_a_request_each(desk, own):
    one, other = (Member(desk.media(uid)) for uid in ("s1", "s2"))
    assert asyncio.run(state(desk, own).add([one, other])) == []
    assert [*desk.person.states[NAMES[own]]] == ["s1", "s2"]
    assert desk.asked() == [f"POST {own}"] * 2
    assert asyncio.run(state(desk, own).add([one])) == [], "twice is as once"
    assert asyncio.run(state(desk, own).remove([one])) == []
    assert [*desk.person.states[NAMES[own]]] == ["s2"]
    assert desk.asked()[3:] == [f"POST {own}/remove"]


def test_what_is_read_is_taken_out_by_its_own_name(desk):
    desk.person.put_in("paused", desk.works["s1"])
    _, records = read(state(desk, "paused_shows"))
    assert asyncio.run(state(desk, "paused_shows").remove(records)) == []
    assert desk.person.states["paused"] == {}


def test_a_lost_answer_is_asked_for_again(desk):
    desk.world.faults.order(faults.Status(502), path="/dropped_shows$")
    assert asyncio.run(state(desk, "dropped_shows").add([Member(desk.media("s1"))])) == []
    assert [*desk.person.states["dropped"]] == ["s1"]


def test_what_is_no_show_or_not_known_is_refused_and_the_others_are_done(desk):
    strange = Media(Kind.SHOW, {"tmdb": "987654321"}, "Nobody made this")
    nameless, film = Media(Kind.SHOW, {}, "No number"), Media(Kind.MOVIE, {"tmdb": "1"}, "Heat")
    given = [Member(media) for media in (desk.media("s1.1"), film, strange, nameless, desk.media("s2"))]
    refused = asyncio.run(state(desk, "dropped_shows").add(given))
    assert [*desk.person.states["dropped"]] == ["s2"]
    assert {one.record.media.title or one.record.media.kind: one.why for one in refused} == {
        given[0].media.title: "Serializd keeps whole shows as watched, paused or dropped.",
        "Heat": "Serializd keeps series only.",
        "Nobody made this": "Serializd does not know this.",
        "No number": "No TMDb id of its show is known, and Serializd knows shows by that alone.",
    }
    assert asyncio.run(state(desk, "dropped_shows").remove(given)) == []
    assert desk.person.states["dropped"] == {}
