"""The adapter on the simulated Serializd: what it writes, what it leaves alone, and with how many requests."""

import msgspec
import pytest

from tests.contract.serializd_desk import DAY, Desk
from watchweave.core.media import Kind, Media
from watchweave.core.records import Play, Rating, Review, Watched, Wish
from watchweave.errors import Unavailable
from watchweave.sandbox import faults
from watchweave.sandbox.serializd_rules import Options
from watchweave.sandbox.world import Work
from watchweave.services.serializd import Serializd

AT = 1_781_524_800
"""2026-06-15T12:00:00Z"""
ADD, REMOVE, ENTRY = "POST episode_log/add", "POST episode_log/remove", "POST show/reviews/add"
EPISODES = ("s1.1.1", "s1.1.2", "s1.1.3", "s1.1.4")


@pytest.fixture
def desk():
    return Desk()


def marks(desk, *uids):
    return [Watched(desk.media(uid), AT) for uid in uids]


def play(desk, uid, at=AT, **more):
    return Play(desk.media(uid), at, clock="second", **more)


def one_more_season(desk, show, number, aired, **more):
    """A season with one episode that the show has besides."""
    first = desk.works[show]
    ids = {"tmdb": 900_000 + number}
    season = Work(f"{show}.{number}", "season", f"Season {number}", None, ids, 0, first, number, number, **more)
    season.released = int(aired)
    desk.works.add(season)
    desk.works.add(Work(f"{show}.{number}.1", "episode", "One", None, {"tmdb": 910_000}, 40, first, number, 1))
    return season


# Marks


def test_a_season_of_marks_is_one_request_and_a_dated_play_one_more_once_the_show_was_met(desk):
    desk.add("watched", *marks(desk, "s1.1.1"))
    desk.next_run()
    assert desk.add("watched", *marks(desk, *EPISODES)) == []
    assert desk.asked() == [ADD]
    desk.add("history", play(desk, "s1.1.4"))
    assert desk.asked() == [ADD, ENTRY]
    assert (desk.logged("s1.1"), len(desk.entries())) == ([1, 2, 3, 4], 1)


def test_what_a_reading_has_shown_is_told_without_asking(desk):
    desk.person.watch(desk.works["s1.1.1"])
    desk.read()
    desk.next_run()
    desk.add("watched", *marks(desk, "s1.2.1"))
    desk.add("history", play(desk, "s1.1.2"))
    assert desk.asked() == [ADD, ENTRY, ADD]


def test_of_a_show_that_was_never_met_the_seasons_are_asked_for_once(desk):
    desk.add("watched", *marks(desk, "s1.1.1", "s1.2.1", "s2.1.1"))
    assert desk.asked() == ["GET show", "GET show", ADD, ADD, ADD]


def test_a_show_that_serializd_does_not_know_is_asked_for_once_a_run(desk):
    desk.simulated.knowledge.unknown.add("s1")
    assert len(desk.add("watched", *marks(desk, "s1.1.1", "s1.1.2", "s1.2.1"))) == 3
    assert desk.asked() == ["GET show"]


def test_what_serializd_has_shown_goes_by_its_own_numbers(desk):
    desk.person.watch(desk.works["s1.1.1"])
    (mark,) = desk.held(Watched)
    bare = Media(Kind.EPISODE, season=1, number=1, keys=mark.media.keys, order="own")
    desk.forget()
    assert desk.remove("watched", Watched(bare)) == []
    assert (desk.asked(), desk.logged("s1.1")) == ([REMOVE], [])


def test_a_mark_that_was_taken_back_leaves_the_diary_as_it_is(desk):
    desk.add("history", play(desk, "s1.1.1"))
    assert desk.remove("watched", *marks(desk, "s1.1.1")) == []
    assert (desk.logged("s1.1"), len(desk.entries())) == ([], 1)


def test_a_mark_makes_no_entry_and_marks_no_season(desk):
    desk.add("watched", *marks(desk, *EPISODES))
    assert (desk.entries(), desk.person.marks) == ([], {})


def test_of_a_batch_with_an_episode_that_is_not_known_the_others_are_done(desk):
    strange = msgspec.structs.replace(desk.media("s1.1.4"), number=9)
    refused = desk.add("watched", *marks(desk, "s1.1.1", "s1.1.2"), Watched(strange))
    assert [(one.record.media.number, one.why) for one in refused] == [(9, "Serializd does not know this.")]
    assert desk.logged("s1.1") == [1, 2]
    assert desk.remove("watched", *marks(desk, "s1.1.1"), Watched(strange)) == []
    assert desk.logged("s1.1") == [2]


def test_a_mark_whose_answer_is_lost_is_sent_again(desk):
    desk.world.faults.order(faults.Drop(applied=True), path="episode_log/add")
    assert desk.add("watched", *marks(desk, "s1.1.1")) == []
    assert (desk.asked()[1:], desk.logged("s1.1")) == ([ADD, ADD], [1])


def test_our_own_mark_is_found_by_the_next_look_with_one_request_for_its_season(desk):
    cursor = desk.read()[0].cursor
    desk.add("watched", *marks(desk, *EPISODES))
    desk.next_run()
    reading, records = desk.read(cursor=cursor)
    assert (reading.complete, len(records)) == (False, 8)
    assert [one for one in desk.asked() if "season" in one] == ["GET show/season_v2_part_3"]


# Plays


def test_a_play_is_an_entry_at_its_time_and_counts_as_watched(desk):
    assert desk.add("history", play(desk, "s1.1.2")) == []
    (entry,) = desk.entries()
    assert (entry.work.uid, entry.at, entry.is_log, entry.is_rewatch, entry.rating) == ("s1.1.2", AT, True, False, 0)
    assert desk.logged("s1.1") == [2]
    assert [(one.at, one.clock) for one in desk.held(Play)] == [(AT, "second")]


def test_plays_of_a_season_share_one_log_request(desk):
    desk.add("watched", *marks(desk, "s1.1.1"))
    desk.next_run()
    desk.add("history", *(play(desk, uid) for uid in EPISODES[1:]))
    assert desk.asked() == ["GET show/season_v2_part_3", ENTRY, ENTRY, ENTRY, ADD]


@pytest.mark.parametrize(
    ("logged", "again", "expected"), [(False, False, False), (True, False, True), (False, True, True)]
)
def test_a_viewing_of_what_was_watched_before_is_a_rewatch(desk, logged, again, expected):
    if logged:
        desk.person.watch(desk.works["s1.1.1"])
    desk.add("history", play(desk, "s1.1.1", again=again))
    assert desk.entries()[-1].is_rewatch is expected


def test_the_second_of_two_plays_in_one_batch_is_a_rewatch(desk):
    desk.add("history", play(desk, "s1.1.1"), play(desk, "s1.1.1", AT + DAY))
    assert [entry.is_rewatch for entry in desk.entries()] == [False, True]


def test_an_entry_whose_answer_is_lost_is_not_sent_again(desk):
    desk.world.faults.order(faults.Drop(applied=True), path="reviews/add")
    with pytest.raises(Unavailable):
        desk.add("history", play(desk, "s1.1.1"))
    assert (len(desk.entries()), desk.asked().count(ENTRY)) == (1, 1)


def test_an_entry_comes_before_its_log(desk):
    desk.world.faults.order(faults.Status(500), path="reviews/add")
    with pytest.raises(Unavailable):
        desk.add("history", play(desk, "s1.1.1"))
    assert desk.logged("s1.1") == []


def test_a_play_of_an_episode_that_is_not_known_is_refused_and_the_others_are_done(desk):
    strange = Play(msgspec.structs.replace(desk.media("s1.1.4"), number=9), AT)
    refused = desk.add("history", strange, play(desk, "s1.1.4"))
    assert [one.record for one in refused] == [strange]
    assert desk.logged("s1.1") == [4]
    desk.next_run()
    desk.add("history", strange)
    assert desk.asked() == [ENTRY]


def test_an_entry_cannot_be_removed_and_no_shelf_says_so():
    assert {name for name, shelf in Serializd.shelf_types.items() if shelf.can("remove")} == {"watched", "watchlist"}
    adds = {name for name, shelf in Serializd.shelf_types.items() if shelf.can("add")}
    assert adds == {"history", "watched", "ratings", "reviews", "watchlist"}


# What is refused


@pytest.mark.parametrize(
    ("media", "why"),
    [
        (Media(Kind.MOVIE, {"tmdb": "949"}, "Heat"), "series only"),
        (Media(Kind.EPISODE, {"tvdb": "1"}, season=1, number=1), "No TMDb id"),
        (Media(Kind.EPISODE, parent=Media(Kind.SHOW, {"tvdb": "7"}), season=1, number=1), "No TMDb id"),
        (Media(Kind.EPISODE, parent=Media(Kind.SHOW, {"tmdb": "7"}), season=2019, number=1), "numbered by year"),
        (Media(Kind.EPISODE, parent=Media(Kind.SHOW, {"tmdb": "7"}), season=1, number=1, order="dvd"), "another order"),
        (Media(Kind.EPISODE, parent=Media(Kind.SHOW, {"tmdb": "7"}), number=1), "Its place"),
        (Media(Kind.EPISODE, parent=Media(Kind.SHOW, {"tmdb": "7"}), season=1, number=1), "does not know"),
    ],
)
def test_what_serializd_cannot_hold_is_refused_with_the_reason_and_nothing_is_written(desk, media, why):
    for shelf, record in (
        ("watched", Watched(media)),
        ("history", Play(media, AT)),
        ("ratings", Rating(media, AT, 70)),
    ):
        (refusal,) = desk.add(shelf, record)
        assert (refusal.record, why in refusal.why) == (record, True)
    assert [asked for asked in desk.asked() if asked.startswith("POST")] == []


def test_a_season_that_is_not_there_and_one_without_episodes_are_refused(desk):
    desk.simulated.knowledge.empty.add("s1.2")
    missing = msgspec.structs.replace(desk.media("s1.1.1"), season=7)
    (first,) = desk.add("watched", Watched(missing))
    (second,) = desk.add("watched", Watched(desk.media("s1.2.1")))
    assert (first.why, "no episodes of this season" in second.why) == ("Serializd does not know this.", True)


def test_a_season_that_came_after_the_show_was_met_is_looked_for_again(desk):
    desk.add("watched", *marks(desk, "s1.1.1"))
    one_more_season(desk, "s1", 3, desk.world.now())
    desk.world.clock.advance(DAY)
    desk.next_run()
    assert desk.add("watched", *marks(desk, "s1.3.1")) == []
    assert desk.asked() == ["GET show", ADD]


def test_specials_are_season_0(desk):
    assert desk.add("history", play(desk, "s1.0.2")) == []
    assert (desk.logged("s1.0"), desk.entries()[0].work.uid) == ([2], "s1.0.2")


# Ratings and reviews


def test_a_rating_is_an_entry_that_logs_nothing_at_the_time_at_which_it_was_given(desk):
    assert desk.add("ratings", Rating(desk.media("s1.1.1"), AT, 80), Rating(desk.media("s2.1"), AT, 100)) == []
    assert [(one.work.uid, one.rating, one.at, one.is_log) for one in desk.entries()] == [
        ("s1.1.1", 8, AT, False),
        ("s2.1", 10, AT, False),
    ]
    assert (desk.person.logs, desk.person.marks) == ({}, {})
    assert {(one.value, one.at) for one in desk.held(Rating)} == {(80, AT), (100, AT)}


def test_a_whole_show_is_never_rated_for_that_would_mark_it_as_watched(desk):
    show = desk.media("s1")
    assert Kind.SHOW not in desk.adapter.shelves["ratings"].holds() | desk.adapter.shelves["reviews"].holds()
    for shelf, record in (("ratings", Rating(show, AT, 80)), ("reviews", Review(show, AT, "Fine."))):
        (refusal,) = desk.add(shelf, record)
        assert "mark all of it as watched" in refusal.why
    assert (desk.entries(), desk.person.logs) == ([], {})


def test_a_rating_whose_answer_is_lost_is_not_sent_again(desk):
    desk.world.faults.order(faults.Status(502, applied=True), path="reviews/add")
    with pytest.raises(Unavailable):
        desk.add("ratings", Rating(desk.media("s1.1.1"), AT, 80))
    assert len(desk.entries()) == 1


def test_a_review_goes_with_its_warning_and_is_public(desk):
    assert desk.adapter.shelves["reviews"].public
    assert desk.add("reviews", Review(desk.media("s1.1"), AT, "The butler did it.", spoiler=True)) == []
    (entry,) = desk.entries()
    assert (entry.text, entry.spoiler, entry.is_log) == ("The butler did it.", True, False)


# Wishes


def wished(desk):
    """The uids of the seasons on the watchlist."""
    return sorted(desk.person.wishes)


def wishes(desk):
    return [(wish.media.kind, wish.media.season) for wish in desk.held(Wish, "watchlist")]


def test_a_wish_for_a_show_is_one_for_its_regular_seasons(desk):
    assert desk.add("watchlist", Wish(desk.media("s1"))) == []
    assert (wished(desk), wishes(desk)) == (["s1.1", "s1.2"], [(Kind.SHOW, None)])
    assert desk.remove("watchlist", Wish(desk.media("s1"))) == []
    assert (wished(desk), wishes(desk)) == ([], [])


def test_a_wish_for_one_season_is_one_for_that_season(desk):
    desk.add("watchlist", Wish(desk.media("s1.2")))
    (wish,) = desk.held(Wish, "watchlist")
    season = desk.works["s1.2"]
    assert (wish.media.kind, wish.media.season, wish.media.ids) == (Kind.SEASON, 2, {"tmdb": str(season.ids["tmdb"])})
    desk.remove("watchlist", wish)
    assert wished(desk) == []


def test_a_show_stays_a_show_when_another_season_airs(desk):
    desk.add("watchlist", Wish(desk.media("s1")))
    one_more_season(desk, "s1", 3, desk.world.now() + DAY)
    desk.world.clock.advance(10 * DAY)
    desk.next_run()
    assert wishes(desk) == [(Kind.SHOW, None)]


def test_a_show_that_was_met_long_ago_is_asked_for_its_seasons_before_it_is_wished_for(desk):
    desk.add("watched", *marks(desk, "s1.1.1"))
    one_more_season(desk, "s1", 3, desk.world.now())
    desk.world.clock.advance(2 * DAY)
    desk.next_run()
    desk.add("watchlist", Wish(desk.media("s1")))
    assert wished(desk) == ["s1.1", "s1.2", "s1.3"]


def test_a_show_wished_for_with_the_season_that_has_just_come_is_the_show(desk):
    desk.person.want(desk.works["s1"])
    assert wishes(desk) == [(Kind.SHOW, None)]
    desk.world.clock.advance(DAY)
    desk.person.want(one_more_season(desk, "s1", 3, desk.world.now() - 60))
    desk.next_run()
    assert wishes(desk) == [(Kind.SHOW, None)]


def test_a_show_of_which_a_season_was_left_out_is_its_seasons(desk):
    one_more_season(desk, "s1", 3, desk.world.now() - DAY)
    desk.person.want(desk.works["s1.1"], desk.works["s1.2"])
    assert wishes(desk) == [(Kind.SEASON, 1), (Kind.SEASON, 2)]


def test_specials_beside_a_whole_show_are_a_wish_of_their_own(desk):
    desk.person.want(desk.works["s1"], desk.works["s1.0"])
    assert wishes(desk) == [(Kind.SHOW, None), (Kind.SEASON, 0)]


def test_a_wish_for_the_only_season_of_a_show_is_refused_for_it_would_come_back_as_the_show():
    desk = Desk(seasons={0: 1, 1: 3})
    (refusal,) = desk.add("watchlist", Wish(desk.media("s1.1")))
    assert "only season" in refusal.why
    assert (desk.add("watchlist", Wish(desk.media("s1"))), wished(desk)) == ([], ["s1.1"])


def test_a_show_of_which_no_season_can_be_logged_cannot_be_wished_for(desk):
    desk.simulated.knowledge.empty |= {"s1.1", "s1.2"}
    (refusal,) = desk.add("watchlist", Wish(desk.media("s1")))
    assert "no season" in refusal.why


def test_the_wishes_of_one_show_are_one_request(desk):
    desk.add("watchlist", Wish(desk.media("s1.1")), Wish(desk.media("s1.0")), Wish(desk.media("s2")))
    assert desk.asked() == ["GET show", "POST watchlist_v2", "GET show", "POST watchlist_v2"]
    assert wished(desk) == ["s1.0", "s1.1", "s2.1", "s2.2"]


def test_a_known_watchlist_is_read_page_by_page_without_asking_for_its_shows():
    desk = Desk(Options(page_size=2), shows=5)
    for number in range(1, 6):
        desk.person.want(desk.works[f"s{number}"])
    desk.read("watchlist")
    desk.next_run()
    reading, records = desk.read("watchlist")
    assert (reading.complete, len(records), desk.asked()) == (True, 5, ["GET watchlistpage_v2"] * 3)


def test_the_watchlist_is_looked_at_every_day_for_another_season_of_a_show_moves_no_count(desk):
    desk.person.want(desk.works["s1.1"])
    before = desk.stamp("watchlist")
    desk.person.want(desk.works["s1.0"])
    desk.next_run()
    assert (desk.stamp("watchlist") == before, desk.adapter.shelves["watchlist"].stale) == (True, DAY)


def test_what_we_write_moves_the_stamp_at_once(desk):
    before = desk.stamp()
    desk.add("watched", *marks(desk, "s1.1.1"))
    assert desk.stamp() != before
