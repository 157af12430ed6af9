"""The diary of the simulated Serializd and its page of reviews: what is in them, and in which order (checklist 4, 7)."""

from datetime import UTC, datetime

import pytest

from tests.sandbox.serializd_person import Person, tmdb
from watchweave.sandbox import faults
from watchweave.sandbox.world import World, invented

NOON = int(datetime(2025, 6, 15, 12, tzinfo=UTC).timestamp())
DAY = 86_400


@pytest.fixture
def mara():
    return Person()


# The diary


def test_an_entry_says_what_it_is_about_and_when(mara):
    mara.options.gaps = 0
    episode = mara.works["s1.2.3"]
    mara.member.enter(
        episode, NOON, rating=8, text="At last", like=True, is_rewatch=True, spoiler=True, tags=("train", "snow")
    )
    row = mara.diary()[0]
    assert (row["showId"], row["seasonId"], row["episodeNumber"]) == (tmdb(episode.show), tmdb(mara.works["s1.2"]), 3)
    assert (row["rating"], row["reviewText"], row["like"], row["tags"]) == (8, "At last", True, ["train", "snow"])
    assert (row["isLog"], row["isRewatch"], row["containsSpoiler"]) == (True, True, True)
    assert (row["backdate"], row["dateAdded"]) == ("2025-06-15T12:00:00Z", "2026-11-20T18:00:00Z")
    assert [(s["id"], s["seasonNumber"]) for s in row["showSeasons"] if s["id"] == row["seasonId"]] == [
        (tmdb(mara.works["s1.2"]), 2)
    ]


def test_an_entry_about_a_season_names_no_episode_and_one_about_a_show_no_season(mara):
    mara.member.enter(mara.works["s1.1"])
    mara.member.enter(mara.works["s2"])
    season, show = mara.diary()
    assert (season["seasonId"], season["episodeNumber"]) == (tmdb(mara.works["s1.1"]), None)
    assert (show["showId"], show["seasonId"], show["episodeNumber"]) == (tmdb(mara.works["s2"]), None, None)


def test_older_answers_spell_three_fields_otherwise(mara):
    mara.options.older_spelling = True
    mara.member.enter(mara.works["s1.1.1"], is_rewatch=True)
    row = mara.diary()[0]
    assert (row["isLogged"], row["isRewatched"], row["containsSpoilers"]) == (True, True, False)
    assert not {"isLog", "isRewatch", "containsSpoiler"} & row.keys()


def test_now_and_then_the_seasons_told_lack_the_one_an_entry_is_about(mara):
    for _ in range(60):
        mara.member.enter(mara.works["s1.1.1"])
    lacking = [row for row in mara.diary() if row["seasonId"] not in {season["id"] for season in row["showSeasons"]}]
    assert 0 < len(lacking) < 30
    assert {season["seasonNumber"] for season in lacking[0]["showSeasons"]} == {0, 2}


def test_raw_logs_are_not_in_the_diary(mara):
    mara.member.watch(mara.works["s1"])
    assert mara.mine("diary") == {"reviews": [], "totalPages": 0, "totalReviews": 0}


def test_whether_the_diary_shows_bare_ratings_is_not_known(mara):
    mara.member.rate(mara.works["s1.1.1"], 7)
    assert [(row["rating"], row["isLog"]) for row in mara.diary()] == [(7, False)]
    mara.options.diary_holds_all = False
    assert mara.diary() == []


def fill(person, count=90):
    for number in range(count):
        person.member.enter(person.works["s1.1.1"], NOON + number * DAY)
        person.world.clock.advance(60)


def diary_order(person):
    pages = range(1, person.pages("diary") + 1)
    return [row["id"] for page in pages for row in person.mine("diary", page=page)["reviews"]]


def test_the_diary_is_in_no_order_that_can_be_relied_on_yet_loses_nothing(mara):
    fill(mara)
    order = diary_order(mara)
    assert sorted(order) == sorted(mara.member.entries)
    assert order not in (sorted(order), sorted(order, reverse=True))
    assert diary_order(mara) == order


def test_the_order_of_the_diary_follows_from_the_seed():
    orders = []
    for seed in (1, 1, 2):
        mara = Person(World(invented(movies=0, shows=1, seasons={1: 4}), seed=seed))
        fill(mara, 30)
        orders.append(diary_order(mara))
    assert orders[0] == orders[1] != orders[2]


def test_the_diary_says_how_many_pages_there_are_and_a_page_past_the_end_is_empty(mara):
    fill(mara, 41)
    pages = [mara.mine("diary", page=page) for page in (1, 2, 3, 4)]
    assert [len(page["reviews"]) for page in pages] == [20, 20, 1, 0]
    assert {(page["totalPages"], page["totalReviews"]) for page in pages} == {(3, 41)}
    assert mara.get("/user/mara/diary", page="0").status_code == 400


def test_the_same_watching_may_stand_in_the_diary_twice_and_be_deleted_once(mara):
    first = mara.member.enter(mara.works["s1.1.1"], NOON)
    second = mara.member.enter(mara.works["s1.1.1"], NOON)
    assert len(mara.diary()) == 2
    mara.member.delete(first)
    assert [row["id"] for row in mara.diary()] == [second.id]


def test_a_page_says_what_it_is_ordered_to_say(mara):
    fill(mara, 5)
    mara.world.faults.order(faults.Short(2))
    mara.world.faults.order(faults.Empty(), skip=1)
    mara.world.faults.order(faults.Untold(), skip=2)
    mara.world.faults.order(faults.Cap(2), skip=3)
    mara.world.faults.order(faults.Count(1), skip=4)
    short, empty, untold, capped, counted = (mara.mine("diary") for _ in range(5))
    assert (len(short["reviews"]), short["totalReviews"]) == (3, 5)
    assert empty == {"reviews": [], "totalPages": 0, "totalReviews": 0}
    assert untold.keys() == {"reviews"}
    assert (len(capped["reviews"]), capped["totalPages"]) == (2, 3)
    assert (len(counted["reviews"]), counted["totalReviews"]) == (5, 6)


# Reviews


def ratings(person, **params):
    return [row["rating"] for row in person.mine("reviewspage_v3/", **params)["reviews"]]


def test_the_page_of_reviews_has_bare_ratings_on_demand_and_one_rating_alone(mara):
    mara.member.enter(mara.works["s1.1.1"], NOON)
    mara.member.rate(mara.works["s1.1.2"], 9, NOON + 1)
    mara.member.review(mara.works["s1.1.3"], "Slow", at=NOON + 2, rating=4)
    assert ratings(mara) == [4]
    assert ratings(mara, include_ratings="true") == [4, 9]
    assert ratings(mara, include_ratings="true", rating=9) == [9]


@pytest.mark.parametrize(
    ("sort_by", "order"),
    [
        ("backdate_desc", [9, 3, 6]),
        ("backdate_asc", [6, 3, 9]),
        ("date_added_asc", [6, 9, 3]),
        ("rating_desc", [9, 6, 3]),
        ("like_asc", [6, 3, 9]),
    ],
)
def test_reviews_come_in_the_order_asked_for(mara, sort_by, order):
    for rating, late, like in ((6, 0, False), (9, 2, True), (3, 1, False)):
        mara.member.review(mara.works["s1.1.1"], "Well", rating=rating, at=NOON + late, like=like)
        mara.world.clock.advance(60)
    assert ratings(mara, sort_by=sort_by) == order
    assert mara.get("/user/mara/reviewspage_v3/", sort_by="newest").status_code == 400
