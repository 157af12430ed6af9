"""The simulated IMDb answers the reference's questions, read for read and write for write (reference, GraphQL)."""

import os
from pathlib import Path

import pytest

from tests.sandbox.imdb_person import (
    API,
    CACHING,
    DELETE_LIST,
    LIST,
    MAKE_LIST,
    MARK,
    PROFILE,
    PUT_ON,
    QUESTIONS,
    RATE,
    RATINGS,
    TAKE_OFF,
    TITLE,
    UNMARK,
    UNRATE,
    UNWISH,
    USER,
    WATCHLIST,
    WISH,
    Person,
)
from watchweave.sandbox import faults

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
REFERENCE = SHARED / "reference" / "imdb.md"

EVENING = 1_700_000_000
"""2023-11-14 22:13:20 UTC"""
PUBLIC = WATCHLIST.replace("$after: ID", "$after: ID, $user: ID").replace("WATCH_LIST", "WATCH_LIST, userId: $user")
PUBLIC = PUBLIC.replace(" userRating{value}", "")


@pytest.fixture
def mara():
    return Person()


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"the reference is not at {REFERENCE}")
def test_the_questions_of_these_tests_are_those_of_the_reference():
    assert (
        REFERENCE.read_text().split("```graphql\n")[1].split("\n```")[0].splitlines()
        == "\n".join(QUESTIONS).splitlines()
    )


# Who, and what


def test_she_learns_who_she_is(mara):
    profile = {"userId": mara.member.id, "nickName": "mara"}
    assert mara.ask(USER) == {"user": {"fullName": "Mara", "profile": profile}}
    assert mara.member.id.startswith("ur")


def test_an_address_of_the_new_sort_leads_to_the_number_of_the_member(mara):
    mara.member.profile = "p.xxxx"
    assert mara.ask(PROFILE, cookie="") == {"userProfile": {"userId": mara.member.id}}


def test_an_address_of_nobody_is_not_found(mara):
    assert mara.refusals(PROFILE) == {"userProfile": "RESOURCE_NOT_FOUND"}


def test_a_title_tells_her_rating_of_it_as_an_instant(mara):
    heat = mara.works["m1"]
    mara.works.change(heat, ids={"imdb": "tt0113277"})
    assert mara.ask(TITLE) == {"title": {"userRating": None}}
    mara.member.rate(heat, 9, at=EVENING)
    assert mara.ask(TITLE) == {"title": {"userRating": {"value": 9, "date": "2023-11-14T22:13:20Z"}}}


def test_an_unknown_title_is_not_found_and_leaves_no_data(mara):
    answer = mara.post(TITLE)
    assert (answer.status_code, answer.json()["data"]) == (200, {"title": None})
    assert mara.refusals(TITLE) == {"title": "RESOURCE_NOT_FOUND"}


def test_a_season_and_a_work_without_an_imdb_id_are_no_titles(mara):
    question = "query($id:ID!){ title(id:$id){ id } }"
    for name in (f"tt{mara.works['s1.1'].ids['tmdb']}", "m7", ""):
        assert mara.refusals(question, id=name) == {"title": "RESOURCE_NOT_FOUND"}


def test_an_episode_tells_its_series_and_numbers_and_a_film_and_a_show_tell_none(mara):
    for uid in ("m1", "s1", "s1.2.3"):
        mara.member.wish(mara.works[uid])
    items = mara.ask(WATCHLIST)["predefinedList"]["items"]["edges"]
    film, show, episode = (edge["node"]["item"] for edge in items)
    assert (film["series"], show["series"]) == (None, None)
    numbers = {"seasonNumber": 2, "episodeNumber": 3}
    assert episode["series"] == {"series": {"id": mara.id("s1")}, "episodeNumber": numbers}
    assert [item["titleType"]["id"] for item in (film, show, episode)] == ["movie", "tvSeries", "tvEpisode"]


def test_titles_are_told_in_the_language_that_is_asked_for(mara):
    mara.imdb.titles.know(mara.works["m1"], local={"tr": "Büyük Hesaplaşma"})
    mara.member.wish(mara.works["m1"])
    turkish = mara.post(WATCHLIST).request.headers | {"x-imdb-user-language": "tr-TR"}
    node = mara.post(WATCHLIST, headers=dict(turkish)).json()["data"]["predefinedList"]["items"]["edges"][0]["node"]
    assert node["item"]["titleText"] == {"text": "Büyük Hesaplaşma"}


def test_an_old_id_answers_with_the_title_that_it_was_merged_into(mara):
    mara.member.rate(mara.works["m1"], 7)
    mara.imdb.merge(mara.id("m1"), mara.id("m2"))
    question = "query($id:ID!){ title(id:$id){ id userRating{value} } }"
    assert mara.ask(question, id=mara.id("m1"))["title"] == {"id": mara.id("m2"), "userRating": {"value": 7}}
    assert mara.ratings() == [(mara.id("m2"), 7)]


def test_writing_to_an_old_id_writes_to_the_new_one(mara):
    mara.imdb.merge(mara.id("m1"), "tt99000001")
    mara.ask(RATE, titleId=mara.id("m1"), rating=8)
    mara.ask(WISH, id=mara.id("m1"))
    assert (mara.ratings(), mara.wishes()) == ([("tt99000001", 8)], ["tt99000001"])


def test_of_two_titles_that_are_merged_the_rating_of_the_one_that_stays_counts(mara):
    mara.member.rate(mara.works["m1"], 7)
    mara.member.rate(mara.works["m2"], 4)
    mara.member.mark(mara.works["m1"])
    mara.imdb.merge(mara.id("m1"), mara.id("m2"))
    mara.imdb.merge(mara.id("m2"), mara.id("m3"))
    assert (mara.ratings(), mara.member.watched) == ([(mara.id("m3"), 4)], {mara.id("m3")})


# Ratings


def test_ratings_come_newest_first_with_their_count(mara):
    for late, uid in enumerate(("m1", "s1", "s1.1.1")):
        mara.member.rate(mara.works[uid], 6 + late, at=EVENING - late)
    assert mara.ratings() == [(mara.id("m1"), 6), (mara.id("s1"), 7), (mara.id("s1.1.1"), 8)]
    assert mara.ask(RATINGS, first=1)["advancedTitleSearch"]["total"] == 3


def test_ratings_can_be_asked_for_by_types(mara):
    for uid in ("m1", "s1", "s1.1.1"):
        mara.member.rate(mara.works[uid], 6)
    assert mara.ratings(types=["tvSeries", "tvMiniSeries"]) == [(mara.id("s1"), 6)]
    assert len(mara.ratings(types=None)) == 3


def test_ratings_can_be_asked_for_by_value(mara):
    mara.member.rate(mara.works["m1"], 4)
    mara.member.rate(mara.works["m2"], 5)
    question = RATINGS.replace("min:1 max:10", "min:5 max:9")
    [edge] = mara.ask(question, first=10)["advancedTitleSearch"]["edges"]
    assert edge["node"]["title"]["id"] == mara.id("m2")


def test_a_rating_is_stored_and_answered(mara):
    assert mara.ask(RATE, titleId=mara.id("m1"), rating=8) == {"rateTitle": {"rating": {"value": 8}}}
    assert mara.ratings() == [(mara.id("m1"), 8)]


def test_rating_again_changes_value_and_date(mara):
    mara.member.rate(mara.works["m1"], 8, at=EVENING)
    mara.ask(RATE, titleId=mara.id("m1"), rating=9)
    [edge] = mara.ask(RATINGS, first=10)["advancedTitleSearch"]["edges"]
    assert edge["node"]["title"]["userRating"] == {"value": 9, "date": "2026-11-20T18:00:00Z"}


def test_deleting_a_rating_that_is_not_there_succeeds(mara):
    mara.member.rate(mara.works["m1"], 8, at=EVENING)
    assert mara.ask(UNRATE, titleId=mara.id("m1")) == {"deleteTitleRating": {"date": "2023-11-14T22:13:20Z"}}
    assert mara.ask(UNRATE, titleId=mara.id("m1")) == {"deleteTitleRating": {"date": None}}
    assert mara.ratings() == []


@pytest.mark.parametrize("value", [0, 11, -1])
def test_a_rating_is_from_one_to_ten(mara, value):
    assert mara.refusals(RATE, titleId=mara.id("m1"), rating=value) == {"rateTitle": "BAD_USER_INPUT"}
    assert mara.member.ratings == {}


# Pages


def test_a_thousand_ratings_stand_on_a_page_and_more_are_cut_in_silence():
    mara = Person()
    mara.imdb.options.search_page = 4
    for late, work in enumerate(mara.works.of("movie")[:6]):
        mara.member.rate(work, 5, at=EVENING - late)
    first = mara.ask(RATINGS, first=10_000)["advancedTitleSearch"]
    assert (len(first["edges"]), first["total"], first["pageInfo"]["hasNextPage"]) == (4, 6, True)
    rest = mara.ask(RATINGS, first=10_000, after=first["pageInfo"]["endCursor"])["advancedTitleSearch"]
    assert (len(rest["edges"]), rest["total"], rest["pageInfo"]["hasNextPage"]) == (2, 6, False)
    shown = [edge["node"]["title"]["id"] for edge in first["edges"] + rest["edges"]]
    assert shown == [rating.id for rating in mara.member.rated()]


def test_the_longest_pages_are_those_of_the_reference(mara):
    options = mara.imdb.options
    assert (options.search_page, options.list_page, options.own_list_page) == (1_000, 250, 100)


def test_a_watchlist_is_read_by_its_cursors_in_order(mara):
    mara.imdb.options.own_list_page = 3
    wished = [mara.member.wish(work).id for work in mara.works.of("movie")[:5]]
    shown, after = [], None
    for _ in range(2):
        items = mara.ask(WATCHLIST, after=after)["predefinedList"]["items"]
        shown += [edge["node"]["item"]["id"] for edge in items["edges"]]
        after = items["pageInfo"]["endCursor"]
    assert (shown, items["pageInfo"]["hasNextPage"], items["total"]) == (wished, False, 5)


def test_a_list_is_cut_in_silence_too(mara):
    mara.imdb.options.list_page = 3
    mine = mara.member.make_list("Winter")
    for work in mara.works.of("movie")[:5]:
        mara.member.put_on(mine, work)
    items = mara.ask(LIST, id=mine.id, first=250)["list"]["items"]
    assert (len(items["edges"]), items["total"], items["pageInfo"]["hasNextPage"]) == (3, 5, True)


def test_a_smaller_page_can_be_asked_for(mara):
    for work in mara.works.of("movie")[:5]:
        mara.member.rate(work, 5)
    found = mara.ask(RATINGS, first=2)["advancedTitleSearch"]
    assert (len(found["edges"]), found["total"]) == (2, 5)


def test_an_empty_shelf_is_one_empty_page(mara):
    items = mara.ask(WATCHLIST)["predefinedList"]["items"]
    assert items == {"total": 0, "edges": [], "pageInfo": {"endCursor": None, "hasNextPage": False}}


def test_what_is_no_cursor_is_refused(mara):
    found = mara.refusals(RATINGS, first=10, after="tomorrow")
    assert found == {"advancedTitleSearch": "BAD_USER_INPUT"}
    assert mara.refusals(WATCHLIST, after="eyJ9") == {"predefinedList.items": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("fault", "edges", "total"),
    [(faults.Empty(), 0, 0), (faults.Short(2), 3, 5), (faults.Cap(2), 2, 5), (faults.Count(3), 5, 8)],
)
def test_a_reading_can_be_spoiled_on_order(mara, fault, edges, total):
    for work in mara.works.of("movie")[:5]:
        mara.member.rate(work, 5)
    mara.world.faults.order(fault, "imdb-graphql")
    found = mara.ask(RATINGS, first=100)["advancedTitleSearch"]
    assert (len(found["edges"]), found["total"]) == (edges, total)


# Watchlist and watched marks


def test_a_wish_is_added_once_and_removed(mara):
    first = mara.ask(WISH, id=mara.id("m1"))
    assert mara.ask(WISH, id=mara.id("m1")) == first
    assert mara.wishes() == [mara.id("m1")]
    assert mara.ask(UNWISH, id=mara.id("m1"))["removeElementFromPredefinedList"]["modifiedItem"]["itemId"]
    assert mara.wishes() == []


def test_removing_a_wish_that_is_not_there_succeeds(mara):
    assert mara.ask(UNWISH, id=mara.id("m1")) == {"removeElementFromPredefinedList": {"modifiedItem": None}}


def test_a_full_watchlist_refuses_another_title_but_not_one_that_is_there(mara):
    mara.imdb.options.list_cap = 2
    mara.member.wish(mara.works["m1"])
    mara.member.wish(mara.works["m2"])
    assert mara.refusals(WISH, id=mara.id("m3")) == {"addItemToPredefinedList": "BAD_USER_INPUT"}
    assert mara.refusals(WISH, id=mara.id("m1")) == {}
    assert mara.wishes() == [mara.id("m1"), mara.id("m2")]


def test_a_rated_title_stays_on_the_watchlist(mara):
    mara.member.wish(mara.works["m1"])
    mara.ask(RATE, titleId=mara.id("m1"), rating=8)
    assert mara.wishes() == [mara.id("m1")]


def test_the_watched_mark_has_no_date_and_survives_on_its_own(mara):
    assert mara.ask(MARK, titleId=mara.id("m1"))["addWatchedTitle"]["success"] is True
    mara.ask(RATE, titleId=mara.id("m1"), rating=8)
    mara.ask(UNRATE, titleId=mara.id("m1"))
    assert mara.member.watched == {mara.id("m1")}


def test_the_watched_mark_can_be_taken_back_twice(mara):
    mara.member.mark(mara.works["m1"])
    done = {"success": True, "remainingWatchedSourceTypes": []}
    assert mara.ask(UNMARK, titleId=mara.id("m1")) == {"removeWatchedTitle": done}
    assert mara.ask(UNMARK, titleId=mara.id("m1")) == {"removeWatchedTitle": done}
    assert mara.member.watched == set()


# Lists


def wishing(**changes):
    """A list as the reference describes one."""
    return {
        "name": "Winter",
        "listDescription": "when it snows",
        "listType": "TITLES",
        "visibility": "PRIVATE",
        "allowDuplicates": False,
    } | changes


def listed(person, number, **variables):
    items = person.ask(LIST, id=number, first=100, **variables)["list"]["items"]
    return [edge["node"]["item"]["id"] for edge in items["edges"]]


def test_a_list_is_made_filled_emptied_and_deleted(mara):
    number = mara.ask(MAKE_LIST, i=wishing())["createList"]["listId"]
    assert mara.ask(PUT_ON, l=number, c=mara.id("m1"))["addItemToList"]["listId"] == number
    assert listed(mara, number) == [mara.id("m1")]
    assert mara.ask(TAKE_OFF, l=number, c=mara.id("m1")) == {"removeElementFromList": {"listId": number}}
    assert listed(mara, number) == []
    assert mara.ask(DELETE_LIST, l=number) == {"deleteList": {"listId": number}}
    assert mara.refusals(LIST, id=number, first=10) == {"list": "RESOURCE_NOT_FOUND"}


def test_making_a_list_twice_makes_two(mara):
    numbers = [mara.ask(MAKE_LIST, i=wishing())["createList"]["listId"] for _ in range(2)]
    assert len(set(numbers)) == 2
    assert [mine.description for mine in mara.member.lists.values()] == ["when it snows"] * 2


@pytest.mark.parametrize(("duplicates", "times"), [(False, 1), (True, 2)])
def test_a_title_is_twice_on_a_list_only_where_that_is_allowed(mara, duplicates, times):
    number = mara.ask(MAKE_LIST, i=wishing(allowDuplicates=duplicates))["createList"]["listId"]
    for _ in range(2):
        mara.ask(PUT_ON, l=number, c=mara.id("m1"))
    assert listed(mara, number) == [mara.id("m1")] * times


def test_a_public_list_is_read_without_a_cookie_and_a_private_one_is_forbidden(mara):
    shown = mara.ask(MAKE_LIST, i=wishing(visibility="PUBLIC"))["createList"]["listId"]
    hidden = mara.ask(MAKE_LIST, i=wishing())["createList"]["listId"]
    mara.ask(PUT_ON, l=shown, c=mara.id("m1"))
    assert listed(mara, shown, cookie="", host=CACHING) == [mara.id("m1")]
    assert listed(mara, shown, cookie="", host=API) == [mara.id("m1")]
    assert mara.refusals(LIST, id=hidden, first=10, cookie="") == {"list": "FORBIDDEN"}


def test_the_watchlist_of_another_is_read_if_it_is_public(mara):
    jon = Person(mara.world, "jon")
    jon.member.wish(jon.works["m2"])
    assert mara.refusals(PUBLIC, user=jon.member.id) == {"predefinedList": "FORBIDDEN"}
    jon.member.watchlist.public = True
    items = mara.ask(PUBLIC, user=jon.member.id, cookie="")["predefinedList"]["items"]
    assert [edge["node"]["item"]["id"] for edge in items["edges"]] == [mara.id("m2")]


def test_the_watchlist_of_nobody_is_not_found_and_an_address_is_no_number(mara):
    assert mara.refusals(PUBLIC, user="ur99999999") == {"predefinedList": "RESOURCE_NOT_FOUND"}
    assert mara.refusals(PUBLIC, user=mara.member.profile) == {"predefinedList": "BAD_USER_INPUT"}


def test_nobody_writes_to_the_list_of_another(mara):
    jon = Person(mara.world, "jon")
    his = jon.member.make_list("His", public=True)
    assert mara.refusals(PUT_ON, l=his.id, c=mara.id("m1")) == {"addItemToList": "FORBIDDEN"}
    assert mara.refusals(DELETE_LIST, l=his.id) == {"deleteList": "FORBIDDEN"}
    assert mara.refusals(PUT_ON, l="ls999999999", c=mara.id("m1")) == {"addItemToList": "RESOURCE_NOT_FOUND"}
    assert len(his) == 0


def test_the_watchlist_cannot_be_deleted(mara):
    assert mara.refusals(DELETE_LIST, l=mara.member.watchlist.id) == {"deleteList": "FORBIDDEN"}


# Many at once


def rating_of(names):
    """One document that rates all of these."""
    return (
        "mutation {"
        + " ".join(
            f'm{place}: rateTitle(input:{{rating:{place % 10 + 1},titleId:"{name}"}}) {{ rating {{ value }} }}'
            for place, name in enumerate(names)
        )
        + "}"
    )


def test_one_bad_id_does_not_fail_the_other_24(mara):
    names = [work.ids["imdb"] for work in mara.works.of("movie") if "imdb" in work.ids][:25]
    names[3] = "tt0000000"
    answer = mara.post(rating_of(names)).json()
    [error] = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["m3"], "RESOURCE_NOT_FOUND")
    assert answer["data"]["m3"] is None
    assert answer["data"]["m4"] == {"rating": {"value": 5}}
    assert mara.member.ratings.keys() == set(names) - {"tt0000000"}


def test_more_than_25_at_once_are_refused_as_a_whole(mara):
    names = [work.ids["imdb"] for work in mara.works.of("movie") if "imdb" in work.ids][:26]
    assert "25" in mara.mistake(rating_of(names))
    assert mara.member.ratings == {}


def test_different_writes_stand_in_one_document_and_are_done_in_order(mara):
    one, other = mara.id("m1"), mara.id("m2")
    text = f"""mutation {{
        a: addItemToPredefinedList(input: {{classType: WATCH_LIST, item: {{itemElementId: "{one}"}}}}) {{ listId }}
        b: addItemToPredefinedList(input: {{classType: WATCH_LIST, item: {{itemElementId: "{other}"}}}}) {{ listId }}
        c: removeElementFromPredefinedList(input: {{classType: WATCH_LIST, itemElementId: "{one}"}}) {{ listId }}
    }}"""
    assert list(mara.ask(text)) == ["a", "b", "c"]
    assert mara.wishes() == [other]


def test_a_mutation_is_logged_as_a_write_and_a_question_is_not(mara):
    mara.ask(USER)
    mara.ask(RATE, titleId=mara.id("m1"), rating=8)
    assert [asked.changes for asked in mara.world.requests.of("imdb-graphql")] == [False, True]
