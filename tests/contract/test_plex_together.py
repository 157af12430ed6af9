"""Files of several episodes on the simulated Plex: each an object of its own, or one object that stands for all."""

import pytest

from tests.contract.plex_desk import Desk, Everything
from watchweave.core.media import Kind, Media
from watchweave.core.records import Copy, Play, Rating, Watched
from watchweave.sandbox import faults

DAY, HOUR, MINUTE = 86_400, 3600, 60
SEASON = "/library/metadata/{}/children"


@pytest.fixture
def each():
    """Plex understood the name: s1.1.1 and s1.1.2 are two objects with one file."""
    desk = Desk()
    desk.plex.one_file("s1.1.1", "s1.1.2")
    return desk


@pytest.fixture
def one():
    """Plex made one object of s1.1.1, s1.1.2 and s1.1.3, with the first number."""
    desk = Desk()
    desk.plex.one_file("s1.1.1", "s1.1.2", "s1.1.3", objects=False)
    return desk


def of(kind, records):
    return [record for record in records if type(record) is kind]


def inner(desk, number):
    """The name of an episode that has no object."""
    return f"{desk.key('s1.1.1')}/1/{number}"


def part(desk, number):
    """The same as the engine would name it."""
    show = Media(Kind.SHOW, {"tmdb": str(desk.plex.work("s1").ids["tmdb"])}, keys=(desk.key("s1"),))
    return Media(Kind.EPISODE, {}, parent=show, season=1, number=number, keys=(inner(desk, number),))


def played(records):
    """When which key was played."""
    return sorted((play.media.key, play.at) for play in of(Play, records))


def now(desk):
    return int(desk.world.now())


def children(desk):
    return desk.asked().count("GET " + SEASON.format(desk.key("s1.1")))


# ---------------------------------------------------------------- an object each


def test_a_viewing_of_one_is_a_play_of_each_at_its_time(each):
    at = now(each) - DAY
    each.plex.watch("nate", "s1.1.1", at)
    _, records = each.read()
    assert played(records) == sorted([(each.key("s1.1.1"), at), (each.key("s1.1.2"), at)])
    assert len({play.key for play in of(Play, records)}) == 2
    assert {play.clock for play in of(Play, records)} == {"second"}
    assert [flag.media.key for flag in of(Watched, records)] == [each.key("s1.1.1")]


def test_the_second_one_being_chosen_is_a_play_of_the_first_too(each):
    at = now(each) - DAY
    each.plex.watch("nate", "s1.1.2", at)
    assert {at} == {when for _, when in played(each.read()[1])}
    assert len(played(each.read()[1])) == 2


def test_where_plex_counts_it_for_each_itself_there_is_no_second_play(each):
    at = now(each) - DAY
    each.plex.server.switches.one_file_counts_for_all = True
    each.plex.watch("nate", "s1.1.1", at)
    _, records = each.read()
    rows = {f"history:{row.key}" for row in each.plex.server.library.history}
    assert {play.key for play in of(Play, records)} == rows
    assert len(rows) == 2


@pytest.mark.parametrize(("apart", "plays"), [(600, 2), (-600, 2), (601, 4), (-601, 4)])
def test_two_rows_near_each_other_are_one_viewing(each, apart, plays):
    at = now(each) - DAY
    each.plex.watch("nate", "s1.1.1", at)
    each.plex.watch("nate", "s1.1.2", at + apart)
    assert len(played(each.read()[1])) == plays


def test_of_three_episodes_the_one_without_a_row_is_played_once():
    desk = Desk()
    desk.plex.one_file("s1.1.1", "s1.1.2", "s1.1.3")
    at = now(desk) - DAY
    desk.plex.watch("nate", "s1.1.1", at)
    desk.plex.watch("nate", "s1.1.2", at + 4 * MINUTE)
    assert [when for key, when in played(desk.read()[1]) if key == desk.key("s1.1.3")] == [at]


def test_a_mark_and_a_rating_are_of_one_alone(each):
    at = now(each) - DAY
    each.plex.mark("nate", "s1.1.1", at)
    each.plex.rate("nate", "s1.1.2", 8, at)
    _, records = each.read()
    assert played(records) == [(each.key("s1.1.1"), at)]
    assert [flag.media.key for flag in of(Watched, records)] == [each.key("s1.1.1")]
    assert [(rating.media.key, rating.value) for rating in of(Rating, records)] == [(each.key("s1.1.2"), 80)]
    assert len(of(Copy, records)) == 8 + 2 + 4 + 20


def test_one_is_marked_and_unmarked_without_the_other(each):
    assert each.add("watched", Watched(each.media("s1.1.2"))) == []
    assert [each.state(uid).count for uid in ("s1.1.1", "s1.1.2")] == [0, 1]
    assert children(each) == 1
    assert each.remove("watched", Watched(each.media("s1.1.2"))) == []
    assert each.state("s1.1.2").count == 0


def test_news_of_one_are_a_play_of_the_other_for_one_request_more(each):
    reading, _ = each.read()
    each.later()
    each.plex.watch("nate", "s1.1.1")
    at = now(each)
    each.later(5)
    reading, records = each.read(reading.cursor)
    assert played(records) == sorted([(each.key("s1.1.1"), at), (each.key("s1.1.2"), at)])
    assert (len(each.asked()), children(each)) == (6, 1)
    told = {play.key for play in of(Play, records)}
    each.later()
    assert {play.key for play in of(Play, each.read()[1])} == told
    assert of(Play, each.read(reading.cursor)[1]) == []


def test_news_of_both_need_no_request_more(each):
    reading, _ = each.read()
    each.later()
    each.plex.server.switches.one_file_counts_for_all = True
    each.plex.watch("nate", "s1.1.1")
    each.later(5)
    _, records = each.read(reading.cursor)
    assert len(played(records)) == 2
    assert (len(each.asked()), children(each)) == (5, 0)


def test_a_mark_of_the_other_soon_after_a_viewing_is_that_viewing(each):
    at = now(each) - DAY
    each.plex.watch("nate", "s1.1.1", at)
    each.plex.mark("nate", "s1.1.2", at + 5 * MINUTE)
    assert played(each.read()[1]) == sorted([(each.key("s1.1.1"), at), (each.key("s1.1.2"), at)])


@pytest.mark.parametrize(("first", "second"), [(1700, 1150), (1000, 500)])
def test_news_make_no_play_of_what_was_viewed_before_them(each, first, second):
    newest = now(each) - HOUR
    for uid, before in (("s1.1.1", first), ("s1.1.2", second), ("s1.1.4", 0)):
        each.plex.watch("nate", uid, newest - before)
    reading, records = each.read()
    rows = each.plex.server.library.history
    assert {play.key for play in of(Play, records)} == {f"history:{row.key}" for row in rows}
    each.later()
    each.plex.server.switches.one_file_counts_for_all = True
    each.plex.watch("nate", "s1.1.1")
    each.later(5)
    _, records = each.read(reading.cursor)
    told, own = ({play.key for play in of(Play, records)}, {f"history:{row.key}" for row in rows})
    assert told <= own
    assert {f"history:{row.key}" for row in rows[-2:]} <= told


def test_an_episode_without_an_object_beside_two_that_have_one_stands_with_the_first():
    desk = Desk()
    desk.plex.one_file("s1.1.1", "s1.1.2", "s1.1.3")
    desk.plex.remove("s1.1.3")
    at = now(desk) - DAY
    desk.plex.watch("nate", "s1.1.2", at)
    _, records = desk.read()
    assert [copy.media.key for copy in of(Copy, records) if "/" in copy.media.key] == [inner(desk, 3)]
    assert played(records) == sorted((key, at) for key in (desk.key("s1.1.1"), desk.key("s1.1.2"), inner(desk, 3)))
    assert [flag.media.key for flag in of(Watched, records)] == [desk.key("s1.1.2")]


# ---------------------------------------------------------------- one object for all


def test_an_object_that_stands_for_several_is_a_copy_of_each_at_its_place(one):
    _, records = one.read()
    first, *others = [copy.media for copy in of(Copy, records) if copy.media.key.startswith(one.key("s1.1.1"))]
    assert first.ids["plex"] == one.plex.work("s1.1.1").ids["plex"]
    assert [(m.ids, m.season, m.number, m.order, m.keys) for m in others] == [
        ({}, 1, number, "", (inner(one, number),)) for number in (2, 3)
    ]
    assert all(m.parent.ids["tmdb"] == str(one.plex.work("s1").ids["tmdb"]) for m in others)
    assert len(of(Copy, records)) == 8 + 2 + 4 + 20


def test_the_requests_of_a_first_reading_are_no_more_than_without_such_files(one):
    one.read()
    assert len(one.asked()) == 9


def test_a_viewing_is_a_play_of_each_and_its_flag_says_that_each_is_watched(one):
    at = now(one) - DAY
    one.plex.watch("nate", "s1.1.1", at)
    one.plex.rate("nate", "s1.1.1", 7, at)
    _, records = one.read()
    keys = [one.key("s1.1.1"), inner(one, 2), inner(one, 3)]
    assert played(records) == sorted((key, at) for key in keys)
    assert len({play.key for play in of(Play, records)}) == 3
    assert sorted((flag.media.key, flag.at) for flag in of(Watched, records)) == sorted((key, at) for key in keys)
    assert [rating.media.key for rating in of(Rating, records)] == [one.key("s1.1.1")]


def test_a_mark_is_a_play_of_each(one):
    at = now(one) - DAY
    one.plex.mark("nate", "s1.1.1", at)
    keys = [one.key("s1.1.1"), inner(one, 2), inner(one, 3)]
    _, records = one.read()
    assert played(records) == sorted((key, at) for key in keys)
    assert {play.key for play in of(Play, records)} == {f"view:{key}:{at}" for key in keys}


def test_news_of_it_are_news_of_each_for_one_request_more(one):
    reading, _ = one.read()
    one.later()
    one.plex.watch("nate", "s1.1.1")
    at = now(one)
    one.later(5)
    _, records = one.read(reading.cursor)
    keys = [one.key("s1.1.1"), inner(one, 2), inner(one, 3)]
    assert played(records) == sorted((key, at) for key in keys)
    assert sorted(flag.media.key for flag in of(Watched, records)) == sorted(keys)
    assert (len(one.asked()), children(one)) == (6, 1)


def test_a_season_that_is_gone_before_it_is_asked_for_says_nothing_of_the_others(one):
    reading, _ = one.read()
    one.later()
    one.plex.watch("nate", "s1.1.1")
    one.later(5)
    one.world.faults.order(faults.Status(404), "plex.server", path=SEASON.format(one.key("s1.1")))
    _, records = one.read(reading.cursor)
    assert {record.media.key for record in records if type(record) in (Play, Watched)} == {one.key("s1.1.1")}


def test_it_is_marked_only_if_all_of_its_episodes_are_meant(one):
    first = one.media("s1.1.1")
    refused = one.add("watched", Watched(first), Watched(part(one, 3)), Watched(one.media("s1.1.4")))
    assert [(r.record.media.number or 1, r.why) for r in refused] == [
        (1, "It stands in one file with S01E02, which is not watched"),
        (3, "It stands in one file with S01E02, which is not watched"),
    ]
    assert (one.state("s1.1.1").count, one.state("s1.1.4").count) == (0, 1)
    (refusal,) = one.add("watched", Watched(part(one, 2)))
    assert refusal.why == "It stands in one file with S01E01, S01E03, which are not watched"
    assert one.state("s1.1.1").count == 0
    assert one.add("watched", Watched(first), Watched(part(one, 2)), Watched(part(one, 3))) == []
    assert one.state("s1.1.1").count == 1
    assert children(one) == 0


def test_it_is_unmarked_only_if_all_of_its_episodes_are_meant(one):
    one.plex.mark("nate", "s1.1.1")
    records = [Watched(one.media("s1.1.1")), Watched(part(one, 2)), Watched(part(one, 3))]
    assert [r.why for r in one.remove("watched", *records[:1])] == [
        "It stands in one file with S01E02, S01E03, which are watched"
    ]
    assert one.state("s1.1.1").count == 1
    assert one.remove("watched", *records) == []
    assert one.state("s1.1.1").count == 0


def test_a_season_with_such_a_file_is_marked_by_one_request(one):
    desk = Desk()
    desk.plex.one_file("s1.1.1", "s1.1.2", objects=False)
    meant = [Watched(desk.media(f"s1.1.{number}")) for number in (1, 3, 4, 5)] + [Watched(part(desk, 2))]
    assert desk.add("watched", *meant) == []
    assert [request.query for request in desk.world.requests.all if request.path == "/:/scrobble"] == [
        f"key={desk.key('s1.1')}&identifier=com.plexapp.plugins.library"
    ]


def test_another_copy_of_an_episode_is_marked_though_the_file_is_not(one):
    work = one.plex.work("s1.1.2")
    copy = one.plex.shelves.put(work)
    both = Media(Kind.EPISODE, {"plex": work.ids["plex"]}, season=1, number=2, keys=(str(copy.key), inner(one, 2)))
    assert one.add("watched", Watched(both)) == []
    view = one.plex.user("nate").view
    assert (view.state(copy).count, one.state("s1.1.1").count) == (1, 0)


def test_an_episode_without_an_object_cannot_be_rated(one):
    first, second = Rating(one.media("s1.1.1"), None, 80), Rating(part(one, 2), None, 80)
    (refusal,) = one.add("ratings", first, second)
    assert (refusal.record, "no object of its own" in refusal.why) == (second, True)
    assert one.state("s1.1.1").rating == 8
    assert [r.record for r in one.remove("ratings", second)] == [second]
    assert one.state("s1.1.1").rating == 8


def test_a_file_that_was_replaced_stands_for_itself_alone_again(one):
    one.plex.item("s1.1.1").file = "/data/shows/S01E01.mkv"
    one.plex.server.library.edited(one.plex.item("s1.1.1"), now(one))
    (refusal,) = one.add("watched", Watched(part(one, 2)))
    assert "rebuilt" in refusal.why
    assert one.add("watched", Watched(one.media("s1.1.1"))) == []
    assert one.state("s1.1.1").count == 1


# ---------------------------------------------------------------- what makes no difference


@pytest.mark.parametrize("objects", [True, False])
@pytest.mark.parametrize("switch", [{"trims_below": True}, {"trimming": False}, {}])
def test_it_does_not_matter_how_much_of_a_file_a_server_tells(objects, switch):
    desk = Desk()
    desk.plex.one_file("s1.1.1", "s1.1.2", objects=objects)
    for name, value in switch.items():
        setattr(desk.plex.server.switches, name, value)
    desk.plex.watch("nate", "s1.1.1", now(desk) - DAY)
    _, records = desk.read()
    assert len(played(records)) == 2
    copy = next(copy for copy in of(Copy, records) if copy.media.key == desk.key("s1.1.1"))
    assert copy.media.ids["tmdb"] == str(desk.plex.work("s1.1.1").ids["tmdb"])


def test_a_file_whose_name_does_not_fit_the_object_is_one_episode(one):
    one.plex.item("s1.1.1").file = "/data/shows/Show S02E01-E02.mkv"
    one.plex.server.library.edited(one.plex.item("s1.1.1"), now(one))
    one.plex.watch("nate", "s1.1.1", now(one) - DAY)
    assert len(played(one.read()[1])) == 1


def test_a_row_of_something_known_that_is_not_listed_stays_one_play(each):
    each.known = Everything("999")
    each.plex.watch("nate", "s1.2.1", now(each) - DAY)
    assert len(played(each.read()[1])) == 1
