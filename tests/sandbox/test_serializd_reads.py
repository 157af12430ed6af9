"""What the simulated Serializd answers: the catalogue, pages of shows, lists, counts (reference, checklist 2, 3, 5)."""

from datetime import UTC, datetime

import pytest

from tests.sandbox.serializd_person import Person, numbers, one_more_season, tmdb

NOON = int(datetime(2025, 6, 15, 12, tzinfo=UTC).timestamp())
DAY = 86_400


@pytest.fixture
def mara():
    return Person()


def season_rows(person, show):
    return {row["seasonNumber"]: row for row in person.get(f"/show/{tmdb(show)}").json()["seasons"]}


def usable(row):
    """The id as the reference says to find it."""
    return row["seasonId"] if row["seasonId"] != 0 else row["id"]


# The catalogue


def test_a_show_is_told_with_its_seasons(mara):
    show = mara.works["s1"]
    row = mara.get(f"/show/{tmdb(show)}").json()
    assert (row["id"], row["name"], row["numSeasons"], row["numEpisodes"]) == (tmdb(show), show.title, 2, 7)
    assert [season["seasonNumber"] for season in row["seasons"]] == [0, 1, 2]
    assert [season["episodeCount"] for season in row["seasons"]] == [2, 4, 3]
    assert row["premiereDate"] == f"{show.year}-01-08"


def test_the_id_of_a_season_stands_in_season_id_or_where_that_is_0_in_id(mara):
    rows = [(show.seasons[n], row) for show in mara.works.of("show") for n, row in season_rows(mara, show).items()]
    assert [usable(row) for _, row in rows] == [tmdb(season) for season, _ in rows]
    assert {row["seasonId"] == 0 for _, row in rows} == {True, False}


def test_a_season_without_episodes_has_no_id(mara):
    show, season = mara.works["s1"], mara.works["s1.2"]
    mara.know.empty.add(season.uid)
    assert season_rows(mara, show)[2]["seasonId"] is None
    page = mara.get(f"/show/{tmdb(show)}/season/2").json()
    assert (page["seasonId"], page["episodes"]) == (None, [])
    assert mara.post("/episode_log/add", numbers(season, 1)).status_code == 404


def test_what_has_no_number_at_tmdb_has_none_here(mara):
    show, season = mara.works["s1"], mara.works["s2.1"]
    mara.works.change(show, ids={})
    mara.works.change(season, ids={})
    found = mara.get("/search/shows", search_query="of").json()["results"]
    assert [row["id"] for row in found] == [tmdb(mara.works["s2"]), tmdb(mara.works["s3"])]
    assert season_rows(mara, mara.works["s2"])[1]["seasonId"] is None


def test_a_season_is_told_with_its_episodes(mara):
    show, season = mara.works["s1"], mara.works["s1.1"]
    page = mara.get(f"/show/{tmdb(show)}/season/1").json()
    assert (page["seasonId"], page["seasonNumber"], page["name"]) == (tmdb(season), 1, "Season 1")
    assert [row["episodeNumber"] for row in page["episodes"]] == [1, 2, 3, 4]
    first = page["episodes"][0]
    assert (first["name"], first["runtime"]) == (mara.works["s1.1.1"].title, show.runtime)
    assert (first["seasonNumber"], first["airDate"]) == (1, f"{season.year}-01-08")


def test_an_unknown_show_or_season_is_404_with_a_message(mara):
    mara.know.unknown.add("s2")
    paths = [f"/show/{tmdb(mara.works['s2'])}", "/show/99999999", f"/show/{tmdb(mara.works['s1'])}/season/9"]
    answers = [mara.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert all(answer.json().keys() == {"message"} for answer in answers)


def test_seasons_numbered_by_year_do_not_exist(mara):
    show = mara.works["s1"]
    for year in (1999, 2000, 2024):
        one_more_season(mara.works, show, year, f"Season {year}")
    assert season_rows(mara, show).keys() == {0, 1, 2, 1999}
    assert mara.get(f"/show/{tmdb(show)}/season/2024").status_code == 404
    assert mara.post("/episode_log/add", numbers(show.seasons[2024], 1)).status_code == 404
    assert mara.post("/episode_log/add", numbers(show.seasons[1999], 1)).status_code == 200


def test_a_search_finds_shows_by_a_part_of_their_names_in_pages(mara):
    mara.options.page_size = 2
    found = [mara.get("/search/shows", search_query="OF", page=page).json() for page in (1, 2, 3)]
    assert [len(page["results"]) for page in found] == [2, 1, 0]
    assert {page["totalPages"] for page in found} == {2}
    show = mara.works["s1"]
    assert mara.get("/search/shows", search_query=show.title).json()["results"] == [
        {"id": tmdb(show), "name": show.title, "firstAirDate": f"{show.year}-01-08"}
    ]


def test_the_next_episode_is_told_only_of_a_show_that_was_begun_and_is_not_finished(mara):
    show, path = mara.works["s1"], f"/page/show_v2_part_2/{tmdb(mara.works['s1'])}"
    assert mara.mobile(path).json() == {"nextEpisodeForUser": None}
    mara.member.watch(mara.works["s1.1"])
    coming = mara.mobile(path).json()["nextEpisodeForUser"]
    assert (coming["seasonNumber"], coming["episodeNumber"]) == (2, 1)
    assert mara.get(f"/show/{tmdb(show)}").json()["nextEpisodeForUser"] == coming
    mara.member.watch(show)
    assert mara.mobile(path).json() == {"nextEpisodeForUser": None}


def test_a_show_that_goes_on_has_an_episode_to_air(mara):
    episode = mara.works["s1.2.3"]
    episode.released = int(mara.world.now()) + DAY
    row = mara.get(f"/show/{tmdb(mara.works['s1'])}").json()
    assert (row["nextEpisodeToAir"]["seasonNumber"], row["nextEpisodeToAir"]["episodeNumber"]) == (2, 3)
    assert row["lastAirDate"] == f"{mara.works['s1.2'].year}-01-15"
    assert mara.get(f"/show/{tmdb(mara.works['s2'])}").json()["nextEpisodeToAir"] is None


# Pages of shows


def test_the_watched_page_shows_the_seasons_marked_by_show(mara):
    mara.member.mark(mara.works["s1.2"], at=NOON)
    mara.member.mark(mara.works["s1.1"], at=NOON + DAY)
    mara.member.mark(mara.works["s2.1"], at=NOON - DAY)
    page = mara.mine("watchedpage_v2/1", sort_by="date_added_desc")
    assert (page["numberOfShows"], page["numberOfSeasons"], page["totalPages"]) == (2, 3, 1)
    first, second = page["items"]
    assert (first["showId"], first["showName"]) == (tmdb(mara.works["s1"]), mara.works["s1"].title)
    assert (first["seasonIds"], first["dateAdded"]) == (
        [tmdb(mara.works["s1.1"]), tmdb(mara.works["s1.2"])],
        "2025-06-16T12:00:00Z",
    )
    assert (first["numSeasons"], first["numEpisodes"]) == (2, 7)
    assert second["showId"] == tmdb(mara.works["s2"])


def test_a_wish_for_a_show_is_a_wish_for_each_of_its_regular_seasons(mara):
    show = mara.works["s1"]
    one_more_season(mara.works, show, 9, "The special nights")
    mara.know.empty.add(one_more_season(mara.works, show, 10, "Announced").uid)
    mara.works.change(show.seasons[0], title="Extras")
    mara.member.want(show)
    assert mara.wishes() == {tmdb(show): [tmdb(show.seasons[1]), tmdb(show.seasons[2])]}
    mara.member.unwant(show.seasons[1])
    assert mara.wishes() == {tmdb(show): [tmdb(show.seasons[2])]}


@pytest.mark.parametrize("way", ["asc", "desc"])
@pytest.mark.parametrize("page", ["watchedpage_v2", "watchlistpage_v2", "currently_watching_page"])
def test_pages_of_shows_come_in_the_order_asked_for(mara, page, way):
    shows = mara.works.of("show")
    for late, show in enumerate((shows[2], shows[0], shows[1])):
        show.episodes[-1].released = NOON + late * DAY
    for late, show in enumerate((shows[1], shows[2], shows[0])):
        mara.member.mark(show, at=NOON + late)
        mara.member.want(show, at=NOON + late)
        mara.member.put_in("watching", show, at=NOON + late)
    orders = {
        "date_added": ["s2", "s3", "s1"],
        "name": [show.uid for show in sorted(shows, key=lambda show: show.title)],
        "release_date": [show.uid for show in sorted(shows, key=lambda show: show.year)],
        "last_aired": ["s3", "s1", "s2"],
    }
    for name, uids in orders.items():
        shown = [tmdb(mara.works[uid]) for uid in (uids if way == "asc" else reversed(uids))]
        assert [item["showId"] for item in mara.mine(f"{page}/1", sort_by=f"{name}_{way}")["items"]] == shown


def test_pages_of_shows_begin_with_the_newest_unless_told_otherwise(mara):
    for late, show in enumerate(mara.works.of("show")):
        mara.member.want(show, at=NOON + late)
    newest = [tmdb(mara.works[uid]) for uid in ("s3", "s2", "s1")]
    assert [item["showId"] for item in mara.mine("watchlistpage_v2/1", sort_by="")["items"]] == newest
    assert mara.get("/user/mara/watchlistpage_v2/1", sort_by="newest").status_code == 400


@pytest.mark.parametrize("page", ["watchedpage_v2", "watchlistpage_v2", "dropped_shows_page"])
def test_pages_of_shows_end_where_they_say(mara, page):
    mara.options.page_size = 2
    mara.member.mark(*mara.works.of("show"))
    mara.member.want(*mara.works.of("show"))
    mara.member.put_in("dropped", *mara.works.of("show"))
    pages = [mara.mine(f"{page}/{number}") for number in (1, 2, 3)]
    assert [len(answer["items"]) for answer in pages] == [2, 1, 0]
    assert {answer["totalPages"] for answer in pages} == {2}


# Lists, counts, progress


def test_a_list_names_shows_seasons_and_episodes_in_order(mara):
    made = mara.member.make_list("Winter", mara.works["s1"], mara.works["s1.2"], ranked=True)
    mara.member.put_on(made, mara.works["s1.2.3"], "the snow")
    listed = mara.mine("lists", sort_by="date_edited_desc")["lists"][0]
    assert (listed["listName"], listed["isRanked"], listed["isPrivate"]) == ("Winter", True, False)
    show, season = tmdb(mara.works["s1"]), tmdb(mara.works["s1.2"])
    assert [(i["showId"], i["seasonId"], i["season"], i["episode"], i["position"]) for i in listed["listItems"]] == [
        (show, None, None, None, 1),
        (show, season, 2, None, 2),
        (show, season, 2, 3, 3),
    ]
    assert listed["listItems"][2]["description"] == "the snow"


def test_the_list_edited_last_comes_first_and_a_deleted_one_is_gone(mara):
    first = mara.member.make_list("First", mara.works["s1"])
    second = mara.member.make_list("Second")
    mara.world.clock.advance(60)
    mara.member.take_off(first, mara.works["s1"])
    assert [made["listName"] for made in mara.mine("lists")["lists"]] == ["First", "Second"]
    mara.world.clock.advance(60)
    mara.member.put_on(second, mara.works["s2"])
    assert [made["listName"] for made in mara.mine("lists")["lists"]] == ["Second", "First"]
    mara.member.delete_list(second)
    assert [(made["listName"], made["listItems"]) for made in mara.mine("lists")["lists"]] == [("First", [])]


def test_a_private_list_is_shown_to_its_owner_alone(mara):
    jon = Person(mara.world, "jon")
    mara.member.make_list("Mine", private=True)
    mara.member.make_list("Ours")
    assert len(mara.mine("lists")["lists"]) == 2
    assert [made["listName"] for made in jon.get("/user/mara/lists").json()["lists"]] == ["Ours"]


def test_the_counts_of_a_profile_move_with_what_she_does(mara):
    def counts():
        row = mara.mobile("/page/profile_v2_part_1/mara").json()
        return [row[f"{name}Count"] for name in ("showWatched", "showWatchlist", "review")] + [
            row["totalEpisodesWatched"]
        ]

    assert counts() == [0, 0, 0, 0]
    mara.member.watch(mara.works["s1.1"])
    mara.member.mark(mara.works["s1.1"], mara.works["s1.2"])
    mara.member.want(mara.works["s2"], mara.works["s3"])
    mara.member.enter(mara.works["s1.1.1"])
    assert counts() == [1, 2, 1, 4]


def test_all_that_she_tracks_comes_in_one_answer(mara):
    mara.member.want(mara.works["s1"])
    mara.member.mark(mara.works["s2.1"])
    mara.member.watch(mara.works["s3.1.1"])
    assert "context" not in mara.get("/user_information").json()
    context = mara.get("/user_information", shouldGetUserContext="true").json()["context"]
    assert context["watchlist"] == [{"show_id": tmdb(mara.works["s1"]), "name": mara.works["s1"].title}]
    assert [row["id"] for row in context["watched"]] == [tmdb(mara.works["s2"]), tmdb(mara.works["s3"])]


def test_progress_names_the_episodes_logged_by_season(mara):
    mara.member.watch(mara.works["s1.1.3"], mara.works["s1.1.1"], mara.works["s1.2.2"])
    assert mara.mine(f"show/{tmdb(mara.works['s1'])}/progress") == {
        "watchedSeasons": [
            {"seasonNumber": 1, "watchedEpisodes": [1, 3]},
            {"seasonNumber": 2, "watchedEpisodes": [2]},
        ]
    }


def test_the_log_of_a_season_says_when_each_episode_was_logged(mara):
    show, season = mara.works["s1"], mara.works["s1.1"]
    mara.member.watch(mara.works["s1.1.2"], at=NOON)
    path = f"/page/show/{tmdb(show)}/season_v2_part_3/1"
    assert mara.mobile(path, season_id=tmdb(season)).json() == {
        "episodeLogs": [{"episodeNumber": 2, "dateAdded": "2025-06-15T12:00:00Z"}]
    }
    assert mara.mobile(path, season_id=tmdb(mara.works["s1.2"])).status_code == 404


def test_pages_of_somebody_unknown_are_404(mara):
    paths = ["diary", "lists", "watchedpage_v2/1", "paused_shows_page/1", "reviewspage_v3/"]
    assert {mara.get(f"/user/nobody/{path}").status_code for path in paths} == {404}
    assert mara.mobile("/page/profile_v2_part_1/nobody").status_code == 404
