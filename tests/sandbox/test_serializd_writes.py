"""Writing to the simulated Serializd: three stores, wishes by season, states, entries (reference, checklist 2 to 5, 7)."""

import pytest

from tests.sandbox.serializd_person import Person, numbers, review, seasons, tmdb
from watchweave.sandbox import faults


@pytest.fixture
def mara():
    return Person()


def held(person):
    """How much stands in the log, in the diary and among the seasons marked."""
    return len(person.member.logs), len(person.member.entries), len(person.member.marks)


def write(person, path, body):
    answer = person.post(path, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


# The log


def test_logging_marks_the_episodes_of_a_season_and_nothing_else(mara):
    season = mara.works["s1.1"]
    answer = write(mara, "/episode_log/add", numbers(season, 1, 3))
    assert answer["message"]
    assert (answer["nextEpisode"], answer["shouldMarkSeasonAsWatched"]) == (None, False)
    assert mara.logged(season) == [1, 3]
    assert held(mara) == (2, 0, 0)


def test_logging_all_of_a_season_proposes_to_mark_it_but_does_not(mara):
    season = mara.works["s1.1"]
    assert write(mara, "/episode_log/add", numbers(season, 1, 2, 3, 4))["shouldMarkSeasonAsWatched"]
    assert held(mara) == (4, 0, 0)
    write(mara, "/watched_v2", seasons(season))
    assert not write(mara, "/episode_log/add", numbers(season, 4))["shouldMarkSeasonAsWatched"]


def test_the_next_episode_is_told_on_demand(mara):
    answer = write(mara, "/episode_log/add", numbers(mara.works["s1.1"], 1) | {"should_get_next_episode": True})
    assert (answer["nextEpisode"]["seasonNumber"], answer["nextEpisode"]["episodeNumber"]) == (1, 2)


def test_logging_an_episode_again_keeps_the_time_of_the_first(mara):
    season = mara.works["s1.1"]
    write(mara, "/episode_log/add", numbers(season, 2))
    first = mara.member.logs["s1.1.2"]
    mara.world.clock.advance(3_600)
    write(mara, "/episode_log/add", numbers(season, 2))
    assert mara.member.logs == {"s1.1.2": first}


def test_taking_episodes_out_of_the_log_leaves_the_diary_and_the_mark(mara):
    season = mara.works["s1.1"]
    mara.member.watch(season)
    mara.member.mark(season)
    mara.member.enter(mara.works["s1.1.1"])
    write(mara, "/episode_log/remove", numbers(season, 1, 2))
    assert mara.logged(season) == [3, 4]
    assert held(mara) == (2, 1, 1)


def test_a_log_of_which_one_episode_is_unknown_is_refused_whole(mara):
    answer = mara.post("/episode_log/add", numbers(mara.works["s1.1"], 1, 5))
    assert (answer.status_code, answer.json().keys()) == (404, {"message"})
    assert held(mara) == (0, 0, 0)


def test_when_the_connection_breaks_half_way_the_first_episodes_are_logged(mara):
    mara.world.faults.order(faults.Half(2), path="episode_log")
    with pytest.raises(Exception, match="broke"):
        mara.post("/episode_log/add", numbers(mara.works["s1.1"], 1, 2, 3))
    assert mara.logged(mara.works["s1.1"]) == [1, 2]


# Marks and wishes


def test_a_mark_on_a_season_says_nothing_of_its_episodes(mara):
    first, second = mara.works["s1.1"], mara.works["s1.2"]
    write(mara, "/watched_v2", seasons(first, second) | {"async": True})
    assert held(mara) == (0, 0, 2)
    write(mara, "/watched/remove_v2", seasons(first))
    assert mara.watched() == {tmdb(mara.works["s1"]): [tmdb(second)]}


def test_wishes_are_for_seasons(mara):
    first, second = mara.works["s1.1"], mara.works["s1.2"]
    write(mara, "/watchlist_v2", seasons(first, second))
    assert mara.wishes() == {tmdb(mara.works["s1"]): [tmdb(first), tmdb(second)]}
    write(mara, "/watchlist/remove_v2", seasons(first, second) | {"async": True})
    assert mara.wishes() == {}
    assert held(mara) == (0, 0, 0)


def test_what_is_watched_stays_on_the_watchlist(mara):
    season = mara.works["s1.1"]
    mara.member.want(season)
    write(mara, "/episode_log/add", numbers(season, 1, 2, 3, 4))
    write(mara, "/watched_v2", seasons(season))
    assert mara.wishes() == {tmdb(mara.works["s1"]): [tmdb(season)]}


@pytest.mark.parametrize("path", ["/watched_v2", "/watchlist_v2"])
def test_a_season_of_another_show_is_404_and_nothing_is_done(mara, path):
    body = seasons(mara.works["s1.1"])
    body["season_ids"].append(tmdb(mara.works["s2.1"]))
    assert mara.post(path, body).status_code == 404
    assert (mara.watched(), mara.wishes()) == ({}, {})


# States


@pytest.mark.parametrize("path", ["currently_watching", "paused_shows", "dropped_shows"])
def test_a_show_gets_a_state_and_loses_it(mara, path):
    show = mara.works["s1"]
    assert write(mara, f"/{path}", {"show_id": tmdb(show)})["message"]
    page = mara.mine(f"{path}_page/1")
    assert (page["totalItems"], page["totalPages"]) == (1, 1)
    assert page["items"][0] == {
        "showId": tmdb(show),
        "showName": show.title,
        "dateAdded": "2026-11-20T18:00:00Z",
        "bannerImage": None,
    }
    assert write(mara, f"/{path}/remove", {"show_id": tmdb(show)})["message"]
    assert mara.in_state(path) == []


def test_a_show_may_be_watched_paused_and_dropped_at_once(mara):
    show = tmdb(mara.works["s1"])
    for path in ("currently_watching", "paused_shows", "dropped_shows"):
        write(mara, f"/{path}", {"show_id": show})
    states = [mara.in_state(path) for path in ("currently_watching", "paused_shows", "dropped_shows")]
    assert states == [[show]] * 3
    mara.member.take_out("paused", mara.works["s1"])
    assert mara.in_state("paused_shows") == []
    assert mara.in_state("dropped_shows") == [show]


# Entries


def test_an_entry_goes_into_the_diary_alone(mara):
    season = mara.works["s1.1"]
    write(mara, "/show/reviews/add", review(season.show, season, 2, rating=7, tags=["train"], is_rewatch=True))
    row = mara.diary()[0]
    assert (row["seasonId"], row["episodeNumber"], row["rating"]) == (tmdb(season), 2, 7)
    assert (row["backdate"], row["tags"], row["isRewatch"]) == ("2025-06-15T12:00:00Z", ["train"], True)
    assert held(mara) == (0, 1, 0)


def test_a_review_keeps_its_text_its_spoiler_mark_and_its_like(mara):
    words = {"review_text": "He did it", "contains_spoiler": True, "like": True, "is_log": False}
    write(mara, "/show/reviews/add", review(mara.works["s1"], mara.works["s1.1"], 1, **words))
    row = mara.mine("reviewspage_v3/")["reviews"][0]
    assert (row["reviewText"], row["containsSpoiler"], row["like"], row["isLog"]) == ("He did it", True, True, False)


def test_the_number_of_an_episode_may_be_text(mara):
    season = mara.works["s1.1"]
    write(mara, "/show/reviews/add", review(season.show, season, "3"))
    assert mara.diary()[0]["episodeNumber"] == 3
    assert mara.post("/show/reviews/add", review(season.show, season, "three")).status_code == 400


@pytest.mark.parametrize("nothing", [None, 0])
def test_without_the_number_of_an_episode_or_with_0_an_entry_is_about_the_season(mara, nothing):
    season = mara.works["s1.1"]
    write(mara, "/show/reviews/add", review(season.show, season, nothing))
    row = mara.diary()[0]
    assert (row["seasonId"], row["episodeNumber"]) == (tmdb(season), nothing)
    assert held(mara) == (0, 1, 0)


def test_an_entry_for_a_whole_show_logs_its_episodes_and_marks_its_regular_seasons(mara):
    show = mara.works["s1"]
    write(mara, "/show/reviews/add", review(show))
    assert mara.diary()[0]["seasonId"] is None
    assert [mara.logged(season) for season in show.seasons.values()] == [[], [1, 2, 3, 4], [1, 2, 3]]
    assert mara.watched() == {tmdb(show): [tmdb(show.seasons[1]), tmdb(show.seasons[2])]}


def test_whether_a_bare_rating_of_a_show_marks_it_is_not_known(mara):
    mara.options.show_rating_marks = False
    write(mara, "/show/reviews/add", review(mara.works["s1"], rating=8, is_log=False))
    assert held(mara) == (0, 1, 0)
    write(mara, "/show/reviews/add", review(mara.works["s1"]))
    assert held(mara) == (7, 2, 2)
    mara.options.show_rating_marks = True
    write(mara, "/show/reviews/add", review(mara.works["s2"], rating=8, is_log=False))
    assert held(mara) == (14, 3, 4)


def test_the_same_entry_sent_twice_stands_there_twice(mara):
    body = review(mara.works["s1"], mara.works["s1.1"], 1)
    write(mara, "/show/reviews/add", body)
    write(mara, "/show/reviews/add", body)
    first, second = mara.diary()
    assert first.pop("id") != second.pop("id")
    assert {first["backdate"], second["backdate"]} == {"2025-06-15T12:00:00Z"}


@pytest.mark.parametrize("rating", [0, 1, 10])
def test_ratings_are_whole_numbers_from_0_to_10(mara, rating):
    write(mara, "/show/reviews/add", review(mara.works["s1"], mara.works["s1.1"], 1, rating=rating))
    assert mara.diary()[0]["rating"] == rating


@pytest.mark.parametrize("wrong", [{"rating": -1}, {"rating": 11}, {"rating": 7.5}, {"backdate": "yesterday"}])
def test_an_entry_that_makes_no_sense_is_400(mara, wrong):
    answer = mara.post("/show/reviews/add", review(mara.works["s1"], mara.works["s1.1"], 1, **wrong))
    assert (answer.status_code, answer.json().keys()) == (400, {"message"})
    assert mara.member.entries == {}


def test_a_backdate_elsewhere_is_the_same_instant_and_none_is_now(mara):
    show, season = mara.works["s1"], mara.works["s1.1"]
    write(mara, "/show/reviews/add", review(show, season, 1, backdate="2025-06-15T14:00:00+02:00"))
    write(mara, "/show/reviews/add", review(show, season, 2, backdate=None))
    assert [row["backdate"] for row in mara.diary()] == ["2025-06-15T12:00:00Z", "2026-11-20T18:00:00Z"]


def test_an_episode_without_its_season_is_400(mara):
    assert mara.post("/show/reviews/add", review(mara.works["s1"], None, 1)).status_code == 400
    assert held(mara) == (0, 0, 0)


def test_what_she_does_by_hand_is_read_like_what_a_program_wrote(mara):
    season = mara.works["s1.1"]
    mara.member.watch(season)
    mara.member.unwatch(mara.works["s1.1.4"])
    mara.member.mark(season)
    mara.member.unmark(season)
    mara.member.review(season, "Fine", rating=6, spoiler=True)
    assert (mara.logged(season), mara.watched()) == ([1, 2, 3], {})
    row = mara.diary()[0]
    assert (row["reviewText"], row["rating"], row["containsSpoiler"], row["isLog"]) == ("Fine", 6, True, False)


# What was meant


@pytest.mark.parametrize("uid", ["s1", "s2"])
def test_bodies_are_snake_case(mara, uid):
    camel = {"showId": tmdb(mara.works[uid]), "seasonIds": [tmdb(mara.works[f"{uid}.1"])]}
    answers = [mara.post(path, camel) for path in ("/watched_v2", "/watchlist_v2", "/currently_watching")]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert mara.member.marks == {}


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/episode_log/add", {"season_id": 1, "episode_numbers": [1]}),
        ("/episode_log/remove", {"season_id": 1, "episode_numbers": [1]}),
        ("/watched_v2", {"season_ids": [1]}),
        ("/watchlist/remove_v2", {"season_ids": [1]}),
        ("/show/reviews/add", {"season_id": None}),
        ("/paused_shows", {}),
        ("/dropped_shows/remove", {}),
    ],
)
def test_an_unknown_show_is_404_in_every_write(mara, path, more):
    mara.know.unknown.add("s1")
    answer = mara.post(path, {"show_id": tmdb(mara.works["s1"])} | more)
    assert (answer.status_code, answer.json().keys()) == (404, {"message"})
    assert held(mara) == (0, 0, 0)
