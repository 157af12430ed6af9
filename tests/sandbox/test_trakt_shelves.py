"""Ratings, lists, collection, playback, scrobbles and look-ups on the simulated Trakt (reference 14.7, 14.8, 14.10)."""

import pytest

from tests.sandbox.trakt_person import AUTH, Person, ids, pages
from watchweave.sandbox.trakt import CLIENT, SECRET


@pytest.fixture
def mara():
    return Person()


def rated(work, value, **more):
    return ids(work) | {"rating": value} | more


# Ratings


def test_rating_again_overwrites_and_a_rating_without_a_time_is_from_now(mara):
    film = mara.works["m1"]
    mara.post("/sync/ratings", {"movies": [rated(film, 6, rated_at="2020-05-05T10:00:07.000Z")]})
    assert mara.get("/sync/ratings").json()[0]["rated_at"] == "2020-05-05T10:00:07.000Z"
    mara.post("/sync/ratings", {"movies": [rated(film, 9)]})
    rows = mara.get("/sync/ratings/movies").json()
    assert [(row["rating"], row["rated_at"]) for row in rows] == [(9, "2026-11-20T18:00:00.000Z")]


@pytest.mark.parametrize("value", [0, 11, 7.5, "8", None, True])
def test_a_rating_that_is_no_whole_number_from_1_to_10_spoils_the_request(mara, value):
    body = {"movies": [rated(mara.works["m1"], 8), rated(mara.works["m2"], value)]}
    assert mara.post("/sync/ratings", body).status_code == 422
    assert mara.account.ratings == {}


def test_all_kinds_can_be_rated_flat_and_nested(mara):
    show = mara.works["s1"]
    nested = {"number": 1, "rating": 7, "episodes": [{"number": 2, "rating": 6}]}
    body = {
        "movies": [rated(mara.works["m1"], 8), {"ids": {"imdb": "tt0000111"}, "rating": 10}],
        "shows": [rated(show, 9) | {"seasons": [nested]}],
        "episodes": [rated(mara.works["s1.2.1"], 5)],
    }
    answer = mara.post("/sync/ratings", body)
    assert answer.status_code == 201
    assert answer.json()["added"] == {"movies": 1, "shows": 1, "seasons": 1, "episodes": 2}
    assert answer.json()["not_found"]["movies"] == [{"ids": {"imdb": "tt0000111"}, "rating": 10}]
    assert {row["type"]: row["rating"] for row in mara.get("/sync/ratings/seasons").json()} == {"season": 7}


def test_ratings_come_newest_first_and_by_value(mara):
    for number in range(1, 6):
        mara.account.rate(mara.works[f"m{number}"], number, at=1_700_000_000 + number)
    assert [row["rating"] for row in mara.get("/sync/ratings").json()] == [5, 4, 3, 2, 1]
    assert [row["rating"] for row in mara.get("/sync/ratings/movies/2,4").json()] == [4, 2]


def test_a_rating_can_be_taken_back(mara):
    mara.account.rate(mara.works["m1"], 8)
    body = {"movies": [ids(mara.works["m1"]), ids(mara.works["m2"])]}
    assert mara.post("/sync/ratings/remove", body).json()["deleted"]["movies"] == 1
    assert mara.get("/sync/ratings").json() == []


# Watchlist


def test_adding_to_the_watchlist_counts_new_and_existing(mara):
    mara.account.want(mara.works["m1"])
    body = {"movies": [ids(mara.works["m1"]), ids(mara.works["x1"])], "shows": [{"ids": {"tvdb": 999_999_999}}]}
    answer = mara.post("/sync/watchlist", body)
    assert (answer.status_code, answer.json()["added"]["movies"], answer.json()["existing"]["movies"]) == (201, 1, 1)
    assert answer.json()["not_found"]["shows"] == [{"ids": {"tvdb": 999_999_999}}]
    assert answer.json()["list"] == {"updated_at": "2026-11-20T18:00:00.000Z", "item_count": 2}


def test_a_show_with_seasons_adds_those_seasons_and_a_bare_show_only_itself(mara):
    show = mara.works["s1"]
    mara.post("/sync/watchlist", {"shows": [ids(show) | {"seasons": [{"number": 2}]}]})
    mara.post("/sync/watchlist", {"shows": [ids(show)]})
    assert [row["type"] for row in mara.get("/sync/watchlist").json()] == ["season", "show"]


@pytest.mark.parametrize(("fills", "held"), [(False, 1), (True, 2)])
def test_a_full_watchlist_is_420_and_keeps_nothing_or_what_fits(mara, fills, held):
    mara.trakt.options.fills_to_limit = fills
    mara.account.limits["watchlist"] = 2
    mara.account.want(mara.works["m1"])
    answer = mara.post("/sync/watchlist", {"movies": [ids(mara.works["x1"]), ids(mara.works["x2"])]})
    assert (answer.status_code, answer.headers["X-Account-Limit"], answer.headers["X-VIP-User"]) == (420, "2", "false")
    assert answer.headers["X-Upgrade-URL"]
    assert answer.content == b""
    assert len(mara.account.watchlist) == held


def test_a_watched_film_leaves_the_watchlist_but_not_a_personal_list(mara):
    film = mara.works["m1"]
    mara.account.want(film)
    nights = mara.account.make_list("Nights")
    mara.account.put_on(nights, film)
    mara.post("/sync/history", {"movies": [ids(film) | {"watched_at": "2001-01-01T00:00:00.000Z"}]})
    assert mara.get("/sync/watchlist").json() == []
    assert film in nights


def test_a_watched_episode_takes_its_show_and_season_off_the_watchlist(mara):
    show = mara.works["s1"]
    for work in (show, show.seasons[1], show.seasons[2], mara.works["s1.1.1"]):
        mara.account.want(work)
    mara.account.watch(mara.works["s1.1.1"])
    assert mara.account.watchlist.works == [show.seasons[2]]


def test_ranks_close_up_after_a_removal_and_unknown_ids_are_skipped_in_an_order(mara):
    for uid in ("m1", "m2", "m3", "m4"):
        mara.account.want(mara.works[uid])
    mara.post("/sync/watchlist/remove", {"movies": [ids(mara.works["m2"])]})
    rows = mara.get("/sync/watchlist").json()
    assert [row["rank"] for row in rows] == [1, 2, 3]
    order = [rows[2]["id"], 999_999, rows[0]["id"], rows[1]["id"]]
    answer = mara.post("/sync/watchlist/reorder", {"rank": order}).json()
    assert (answer["updated"], answer["skipped_ids"]) == (3, [999_999])
    titles = [row["movie"]["title"] for row in mara.get("/sync/watchlist").json()]
    assert titles == [mara.works[uid].title for uid in ("m4", "m1", "m3")]


def test_the_watchlist_names_its_order_its_list_and_its_pages(mara):
    for uid in ("m1", "s1", "m2"):
        mara.account.want(mara.works[uid])
    answer = mara.get("/sync/watchlist/movies/added/desc")
    assert [row["rank"] for row in answer.json()] == [3, 1]
    assert answer.headers["X-Sort-By"] == "rank"
    assert (answer.headers["X-Applied-Sort-By"], answer.headers["X-Applied-Sort-How"]) == ("added", "desc")
    assert answer.headers["X-List-ID"].isdigit()
    assert pages(answer) == (1, 100, 1, 2)


def test_an_order_for_vips_falls_back_to_the_rank(mara):
    assert mara.get("/sync/watchlist", sort_by="imdb_rating").headers["X-Applied-Sort-By"] == "rank"


def test_an_unchanged_watchlist_can_answer_304(mara):
    tag = mara.get("/sync/watchlist").headers["ETag"]
    same = mara.get("/sync/watchlist", {"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    mara.account.want(mara.works["m1"])
    assert mara.get("/sync/watchlist", {"If-None-Match": tag}).status_code == 200


def test_favourites_take_films_and_shows_with_notes(mara):
    body = {"movies": [ids(mara.works["m1"]) | {"notes": "again"}], "seasons": [ids(mara.works["s1.1"])]}
    assert mara.moved(lambda: mara.post("/sync/favorites", body)) == {"favorites.updated_at", "movies.favorited_at"}
    rows = mara.get("/sync/favorites").json()
    assert [(row["type"], row["notes"]) for row in rows] == [("movie", "again")]


# Personal lists


def make(mara, name, **more):
    return mara.post("/users/me/lists", {"name": name} | more)


def test_a_list_is_made_described_filled_and_deleted(mara):
    made = make(mara, "Best of 1995", description="all of it").json()
    assert (made["privacy"], made["ids"]["slug"], made["item_count"]) == ("private", "best-of-1995", 0)
    path = f"/users/me/lists/{made['ids']['trakt']}"
    answer = mara.post(f"{path}/items", {"movies": [ids(mara.works["m1"])], "people": [{"ids": {"trakt": 1}}]}).json()
    assert (answer["added"]["movies"], answer["list"]["item_count"]) == (1, 1)
    assert answer["not_found"]["people"] == [{"ids": {"trakt": 1}}]
    assert mara.get(f"{path}/items/movie,show").json()[0]["movie"]["title"] == mara.works["m1"].title
    assert mara.put(path, {"description": "some"}).json()["description"] == "some"
    assert mara.post(f"{path}/items/remove", {"movies": [ids(mara.works["m1"])]}).json()["deleted"]["movies"] == 1
    assert mara.delete(path).status_code == 204
    assert mara.get(path).status_code == 404


def test_making_a_list_twice_makes_two(mara):
    slugs = [make(mara, "Nights").json()["ids"]["slug"] for _ in range(3)]
    assert slugs == ["nights", "nights-2", "nights-3"]


def test_too_many_lists_are_420(mara):
    for number in range(5):
        assert make(mara, f"List {number}").status_code == 201
    answer = make(mara, "One more")
    assert (answer.status_code, answer.headers["X-Account-Limit"]) == (420, "5")


def test_the_lists_of_others_can_be_liked_and_read_but_not_written(mara):
    jon = Person(mara.world, "jon")
    public, private = jon.account.make_list("Open", "public"), jon.account.make_list("Closed")
    jon.account.put_on(public, mara.works["m1"])
    assert mara.post("/users/jon/lists/open/items", {"movies": []}).status_code == 403
    assert mara.get(f"/lists/{private.id}").status_code == 404
    assert mara.moved(lambda: mara.post(f"/lists/{public.id}/like")) == {"lists.liked_at"}
    assert mara.get("/users/likes/lists", limit=100).json()[0]["list"]["name"] == "Open"
    assert mara.public(f"/lists/{public.id}/items").json()[0]["movie"]["title"] == mara.works["m1"].title
    assert [one["name"] for one in mara.get("/users/jon/lists").json()] == ["Open"]


def test_lists_say_which_of_them_moved(mara):
    first, second = mara.account.make_list("First"), mara.account.make_list("Second")
    mara.world.clock.advance(60)
    mara.account.put_on(second, mara.works["m1"])
    states = {row["ids"]["trakt"]: (row["updated_at"], row["item_count"]) for row in mara.get("/users/me/lists").json()}
    assert states[first.id] == ("2026-11-20T18:00:00.000Z", 0)
    assert states[second.id] == ("2026-11-20T18:01:00.000Z", 1)


# Collection


def test_the_collection_keeps_media_data_and_repeats_are_safe(mara):
    item = ids(mara.works["m1"]) | {"collected_at": "2024-01-01T00:00:00.000Z", "resolution": "uhd_4k", "3d": False}
    answers = [mara.post("/sync/collection", {"movies": [item]}).json() for _ in range(2)]
    assert (answers[0]["added"]["movies"], answers[1]["existing"]["movies"]) == (1, 1)
    updated = mara.post("/sync/collection", {"movies": [item | {"resolution": "hd_1080p"}]}).json()
    assert updated["updated"]["movies"] == 1
    row = mara.get("/sync/collection/movies", extended="metadata").json()[0]
    assert row["metadata"] == {"resolution": "hd_1080p", "3d": False}


def test_the_collection_of_shows_is_by_season_and_its_least_form_are_maps(mara):
    film, episode = mara.works["m1"], mara.works["s1.1.2"]
    for work in (film, episode):
        mara.account.collect(work, at=1_700_000_000)
    seasons = mara.get("/sync/collection/shows").json()[0]["seasons"]
    assert seasons == [{"number": 1, "episodes": [{"number": 2, "collected_at": "2023-11-14T22:13:20.000Z"}]}]
    least = mara.get("/sync/collection/minimal/movies", extended="min").json()
    assert least == {str(film.ids["trakt"]): "2023-11-14T22:13:20.000Z"}
    assert list(mara.get("/sync/collection/minimal/episodes").json()) == [str(episode.ids["trakt"])]
    assert list(mara.get("/sync/collection/minimal/shows").json()) == [str(mara.works["s1"].ids["trakt"])]


# Playback and scrobbles


def scrobble(mara, what, progress, **media):
    return mara.post(f"/scrobble/{what}", {"progress": progress} | (media or {"movie": ids(mara.works["m1"])}))


def test_a_start_is_not_a_play_and_ends_by_itself(mara):
    mara.account.pause(mara.works["m1"], 30)
    answer = scrobble(mara, "start", 0.55)
    assert (answer.status_code, answer.json()["id"], answer.json()["action"]) == (201, 0, "start")
    assert mara.get("/sync/playback").json() == []
    assert mara.get("/users/me/watching").json()["movie"]["title"] == mara.works["m1"].title
    mara.world.clock.advance(mara.works["m1"].runtime * 60)
    assert mara.get("/users/me/watching").status_code == 204
    assert mara.history() == []


def test_a_stop_above_80_is_a_play_now_and_returns_its_id(mara):
    answer = scrobble(mara, "stop", 92.5).json()
    row = mara.history()[0]
    assert (answer["action"], answer["progress"], answer["id"]) == ("scrobble", 92.5, row["id"])
    assert (row["action"], row["watched_at"]) == ("scrobble", "2026-11-20T18:00:00.000Z")


def test_a_stop_or_pause_in_the_middle_saves_the_place(mara):
    assert scrobble(mara, "stop", 40).json()["action"] == "pause"
    mara.world.clock.advance(60)
    episode = {"show": ids(mara.works["s1"], "tvdb"), "episode": {"season": 1, "number": 2}}
    assert scrobble(mara, "pause", 65.5, **episode).json()["id"] == 0
    rows = mara.get("/sync/playback").json()
    assert [(row["type"], row["progress"]) for row in rows] == [("episode", 65.5), ("movie", 40.0)]
    assert rows[0]["show"]["ids"]["tvdb"] == mara.works["s1"].ids["tvdb"]


def test_below_one_percent_a_stop_is_422_and_a_late_pause_is_refused(mara):
    assert scrobble(mara, "stop", 0.4).status_code == 422
    assert scrobble(mara, "pause", 0.4).status_code == 422
    assert scrobble(mara, "pause", 85).status_code == 422
    assert mara.get("/sync/playback").json() == []


def test_the_same_item_again_within_its_runtime_is_409(mara):
    scrobble(mara, "stop", 95)
    mara.world.clock.advance(120)
    again = scrobble(mara, "stop", 95)
    assert again.status_code == 409
    assert again.json()["watched_at"] == "2026-11-20T18:00:00.000Z"
    assert again.json()["expires_at"] > "2026-11-20T18:02:00.000Z"
    mara.world.clock.advance(mara.works["m1"].runtime * 60)
    assert scrobble(mara, "stop", 95).status_code == 201


def test_an_unknown_item_cannot_be_scrobbled(mara):
    assert scrobble(mara, "start", 5, movie={"ids": {"imdb": "tt0000111"}}).status_code == 404


def test_a_play_forgets_the_place_and_so_do_six_months(mara):
    mara.account.pause(mara.works["m1"], 40)
    mara.account.pause(mara.works["m2"], 40)
    assert "movies.paused_at" in mara.moved(lambda: mara.account.watch(mara.works["m1"]))
    assert len(mara.get("/sync/playback/movies").json()) == 1
    mara.world.clock.advance(190 * 86_400)
    assert mara.account.paused() == []


def test_playback_can_be_deleted_once(mara):
    paused = mara.account.pause(mara.works["m1"], 40)
    assert [mara.delete(f"/sync/playback/{paused.id}").status_code for _ in range(2)] == [204, 404]


def test_a_second_check_in_is_409_until_the_first_is_over(mara):
    first = mara.post("/checkin", {"movie": ids(mara.works["m1"])})
    assert (first.status_code, first.json()["id"]) == (201, mara.history()[0]["id"])
    second = mara.post("/checkin", {"movie": ids(mara.works["m2"])})
    assert (second.status_code, list(second.json())) == (409, ["expires_at"])
    assert mara.delete("/checkin").status_code == 204
    assert mara.history() == []


# Hidden, settings


def test_a_dropped_show_is_hidden_and_can_come_back(mara):
    answer = mara.post(
        "/users/hidden/dropped", {"shows": [ids(mara.works["s1"])], "movies": [{"ids": {"imdb": "tt1"}}]}
    )
    assert (answer.status_code, answer.json()["added"]["shows"]) == (201, 1)
    assert answer.json()["not_found"]["movies"] == [{"ids": {"imdb": "tt1"}}]
    assert mara.get("/users/hidden/dropped", type="show").json()[0]["show"]["title"] == mara.works["s1"].title
    assert mara.post("/users/hidden/dropped/remove", {"shows": [ids(mara.works["s1"])]}).json()["deleted"]["shows"] == 1


def test_settings_name_limits_by_tier_and_browsing_only_when_asked(mara):
    plain = mara.get("/users/settings").json()
    assert plain["limits"]["list"] == {"count": 5, "item_count": 250}
    assert "browsing" not in plain
    assert len(plain["user"]["ids"]["uuid"]) == 40
    assert mara.get("/users/settings", extended="browsing").json()["browsing"]["watch_only_once"] is False


def test_a_rating_can_add_a_play_where_the_person_chose_so(mara):
    mara.account.choose(watch_after_rating="now")
    mara.post("/sync/ratings", {"movies": [rated(mara.works["m1"], 8)]})
    assert len(mara.history()) == 1


# Look-ups


def test_a_number_is_looked_up_by_type_and_nobody_knows_is_an_empty_list(mara):
    movie, show = mara.works.traps["one number"]
    found = mara.public(f"/search/tmdb/{movie.ids['tmdb']}", type="show").json()
    assert [(row["type"], row["show"]["title"]) for row in found] == [("show", show.title)]
    assert len(mara.public(f"/search/tmdb/{movie.ids['tmdb']}").json()) == 2
    assert mara.public("/search/imdb/tt0000111", type="movie").json() == []


def test_a_whole_show_is_one_request_without_a_token(mara):
    show = mara.works["s1"]
    seasons = mara.public(f"/shows/{show.ids['trakt']}/seasons", extended="episodes").json()
    assert [(season["number"], len(season["episodes"])) for season in seasons] == [(1, 4), (2, 4)]
    assert seasons[0]["episodes"][0]["ids"]["tvdb"] == mara.works["s1.1.1"].ids["tvdb"]
    assert mara.public(f"/shows/{show.ids['slug']}").json()["ids"]["trakt"] == show.ids["trakt"]


def test_what_trakt_does_not_know_is_not_found(mara):
    film = mara.works["m1"]
    film.on_trakt = False
    assert mara.public(f"/movies/{film.ids['trakt']}").status_code == 404
    assert mara.post("/sync/history", {"movies": [ids(film)]}).json()["not_found"]["movies"] == [ids(film)]


# 14.10 Requests that existing clients send


@pytest.mark.parametrize(
    "path",
    [
        "/users/me",
        "/users/settings",
        "/sync/last_activities",
        "/users/likes/lists?limit=100",
        "/lists/{list}",
        "/lists/{list}/items",
        "/users/mara/watchlist/movies",
        "/users/mara/watchlist/shows?page=2",
        "/sync/watchlist",
        "/users/mara/watched/movies?page=1",
        "/sync/watched/shows?extended=progress&page=1",
        "/users/mara/ratings/movies",
        "/users/mara/ratings/shows",
        "/users/mara/ratings/episodes",
        "/users/mara/collection/movies?extended=metadata",
        "/sync/collection/shows?extended=metadata",
        "/sync/playback",
        "/sync/history/movies?page=1&limit=100",
        "/sync/history/episodes?page=1&limit=100&start_at=2026-11-01T00:00:00.000Z",
        "/search/tmdb/{tmdb}?type=movie",
        "/search/tvdb/{tvdb}?type=show",
        "/search/imdb/{imdb}?type=movie",
        "/shows/{show}/seasons?extended=episodes",
    ],
)
def test_what_existing_clients_read_is_answered(mara, path):
    film, show = mara.works["m2"].ids, mara.works["s1"].ids
    number = mara.account.make_list("Nights").id
    filled = path.format(list=number, tmdb=film["tmdb"], imdb=film["imdb"], tvdb=show["tvdb"], show=show["trakt"])
    address, _, query = filled.partition("?")
    answer = mara.get(address, **dict(part.split("=") for part in query.split("&") if part))
    assert answer.status_code == 200
    assert isinstance(answer.json(), dict | list)


@pytest.mark.parametrize("path", ["/sync/history", "/sync/ratings", "/sync/watchlist", "/sync/collection"])
def test_what_existing_clients_write_is_taken(mara, path):
    film = mara.works["m2"]
    item = ids(film, "trakt", "slug", "imdb", "tmdb") | {"rating": 5, "watched_at": "2026-11-01T20:05:20.000Z"}
    body = {"movies": [item | {"title": film.title, "year": film.year}], "episodes": []}
    assert mara.post(path, body).json()["added"]["movies"] == 1
    assert mara.post(f"{path}/remove", body).json()["deleted"]["movies"] == 1


def test_existing_clients_sign_in_where_they_are_used_to(mara):
    mara.trakt.options.oauth_on_api = True
    for address in ("https://api.trakt.tv", AUTH):
        body = {"client_id": CLIENT, "client_secret": SECRET, "grant_type": "refresh_token", "refresh_token": "gone"}
        assert mara.ask("POST", f"{address}/oauth/token", json=body).status_code == 400
