"""Plays on the simulated Trakt: history, watched maps and the leaves that move (reference 14.4 to 14.6)."""

import pytest

from tests.sandbox.trakt_person import Person, ids, pages
from watchweave.sandbox import faults

NOVEMBER = "2026-11-01T20:05:20.000Z"


@pytest.fixture
def mara():
    return Person()


def film(work, at=NOVEMBER, *spaces):
    return {"movies": [ids(work, *spaces) | {"watched_at": at}]}


def episodes(show, season, *numbers, **more):
    rows = [{"number": number} | more for number in numbers]
    return {"shows": [ids(show, "tvdb") | {"seasons": [{"number": season, "episodes": rows}]}]}


# 14.4 last_activities


def test_every_leaf_is_there_and_all_is_the_newest(mara):
    answer = mara.get("/sync/last_activities").json()
    assert len(mara.leaves()) == 41
    mara.world.clock.advance(60)
    mara.account.watch(mara.works["m1"])
    assert mara.get("/sync/last_activities").json()["all"] == "2026-11-20T18:01:00.000Z" > answer["all"]


@pytest.mark.parametrize(
    ("deed", "leaves"),
    [
        (lambda m: m.account.watch(m.works["m1"]), {"movies.watched_at"}),
        (lambda m: m.account.watch(m.works["s1.1.1"]), {"episodes.watched_at"}),
        (lambda m: m.post("/sync/history", film(m.works["m1"])), {"movies.watched_at"}),
        (lambda m: m.account.rate(m.works["s1.1"], 7), {"seasons.rated_at"}),
        (lambda m: m.account.want(m.works["s1"]), {"shows.watchlisted_at", "watchlist.updated_at"}),
        (lambda m: m.account.collect(m.works["m1"]), {"movies.collected_at"}),
        (lambda m: m.account.pause(m.works["s1.1.1"], 30), {"episodes.paused_at"}),
        (lambda m: m.account.make_list("Nights"), {"lists.updated_at"}),
        (lambda m: m.account.hide("dropped", m.works["s1"]), {"shows.dropped_at"}),
        (lambda m: m.account.hide("calendar", m.works["m1"]), {"movies.hidden_at"}),
        (lambda m: m.account.choose(watch_only_once=True), {"account.settings_at"}),
        (lambda m: m.account.unrate(m.works["m1"]), set()),
    ],
)
def test_a_leaf_moves_on_every_change_of_its_shelf(mara, deed, leaves):
    assert mara.moved(lambda: deed(mara)) == leaves


def test_a_leaf_moves_when_something_is_removed(mara):
    play = mara.account.watch(mara.works["m1"])
    mara.account.rate(mara.works["m1"], 8)
    assert mara.moved(lambda: mara.account.remove_play(play)) == {"movies.watched_at"}
    assert mara.moved(lambda: mara.account.unrate(mara.works["m1"])) == {"movies.rated_at"}


def test_what_leaves_the_watchlist_by_itself_moves_its_leaves_too(mara):
    mara.account.want(mara.works["m1"])
    moved = mara.moved(lambda: mara.account.watch(mara.works["m1"]))
    assert moved == {"movies.watched_at", "movies.watchlisted_at", "watchlist.updated_at"}


def test_a_play_that_changes_nothing_need_not_move_a_leaf(mara):
    mara.account.choose(watch_only_once=True)
    mara.trakt.options.once_drops = True
    mara.account.watch(mara.works["m1"])
    assert mara.moved(lambda: mara.account.watch(mara.works["m1"])) == set()


def test_two_changes_in_one_second_give_one_value(mara):
    mara.account.watch(mara.works["m1"])
    first = mara.leaves()
    mara.world.clock.advance(0.9)
    mara.account.watch(mara.works["m2"])
    assert mara.leaves() == first


# 14.5 Adding


def test_a_time_is_kept_to_the_minute(mara):
    mara.post("/sync/history", film(mara.works["m1"]))
    assert mara.history()[0]["watched_at"] == "2026-11-01T20:05:00.000Z"


def test_released_unknown_and_no_time_at_all_work(mara):
    one, two, three = (mara.works[uid] for uid in ("m1", "m2", "m3"))
    body = {"movies": [ids(one) | {"watched_at": "unknown"}, ids(two) | {"watched_at": "released"}, ids(three)]}
    assert mara.post("/sync/history", body).json()["added"] == {"movies": 3, "episodes": 0}
    rows = {row["movie"]["ids"]["trakt"]: row["watched_at"] for row in mara.history()}
    assert rows[one.ids["trakt"]] == "1970-01-01T00:00:00.000Z"
    assert rows[two.ids["trakt"]].startswith(f"{two.year}-01-0")
    assert rows[three.ids["trakt"]] == "2026-11-20T18:00:00.000Z"


def test_the_same_play_sent_twice_is_two_plays(mara):
    for _ in range(2):
        answer = mara.post("/sync/history", film(mara.works["m1"]))
        assert answer.json()["added"]["movies"] == 1
    assert len(mara.history()) == 2


def test_an_account_that_drops_doubles_is_possible(mara):
    mara.trakt.options.same_play_once = True
    for _ in range(2):
        mara.post("/sync/history", film(mara.works["m1"]))
    assert len(mara.history()) == 1


@pytest.mark.parametrize(("drops", "updated", "kept"), [(False, 1, "2026-11-20"), (True, 0, "2026-11-01")])
def test_watch_only_once_keeps_one_play(mara, drops, updated, kept):
    mara.account.choose(watch_only_once=True)
    mara.trakt.options.once_drops = drops
    mara.post("/sync/history", film(mara.works["m1"]))
    answer = mara.post("/sync/history", {"movies": [ids(mara.works["m1"])]}).json()
    assert (answer["added"]["movies"], answer["updated"]["movies"]) == (0, updated)
    assert [row["watched_at"][:10] for row in mara.history()] == [kept]


def test_a_bare_show_adds_all_its_episodes_and_a_bare_season_all_of_the_season(mara):
    show = mara.works["s1"]
    assert mara.post("/sync/history", {"shows": [ids(show)]}).json()["added"]["episodes"] == 8
    season = {"shows": [ids(show) | {"seasons": [{"number": 2}]}]}
    assert mara.post("/sync/history", season).json()["added"]["episodes"] == 4
    assert mara.post("/sync/history", {"seasons": [ids(show.seasons[1])]}).json()["added"]["episodes"] == 4


def test_rows_of_one_item_in_one_body_are_several_plays_and_forms_may_be_mixed(mara):
    show = mara.works["s1"]
    body = episodes(show, 1, 1, 2, watched_at=NOVEMBER) | {
        "episodes": [ids(mara.works["s1.1.1"], "tvdb")],
        "movies": film(mara.works["m1"])["movies"] * 2,
    }
    assert mara.post("/sync/history", body).json()["added"] == {"movies": 2, "episodes": 3}
    assert len(mara.history()) == 5


def test_times_given_for_a_show_or_season_hold_for_its_episodes(mara):
    seasons = [{"number": 1}, {"number": 2, "episodes": [{"number": 1}]}]
    mara.post("/sync/history", {"shows": [ids(mara.works["s1"]) | {"watched_at": NOVEMBER, "seasons": seasons}]})
    assert [row["watched_at"] for row in mara.history()] == ["2026-11-01T20:05:00.000Z"] * 5


def test_the_answer_has_no_play_ids_and_an_extra_key(mara):
    answer = mara.post("/sync/history", film(mara.works["m1"])).json()
    assert set(answer) == {"added", "updated", "not_found"}
    assert answer["not_found"]["people"] == []


def test_ids_are_tried_in_trakts_order(mara):
    first, second = mara.works["m1"], mara.works["m2"]
    body = {"movies": [{"ids": {"tmdb": first.ids["tmdb"], "imdb": second.ids["imdb"]}}]}
    mara.post("/sync/history", body)
    assert mara.history()[0]["movie"]["title"] == second.title


def test_a_title_beside_unknown_ids_silently_hits_a_namesake(mara):
    older, newer = sorted(mara.works.traps["one title"], key=lambda work: work.year)
    body = {"movies": [{"ids": {"imdb": "tt99999999"}, "title": older.title, "year": 1899}]}
    answer = mara.post("/sync/history", body).json()
    assert answer["not_found"]["movies"] == []
    assert mara.history()[0]["movie"]["year"] == newer.year
    body["movies"][0]["year"] = older.year
    mara.world.clock.advance(60)
    mara.post("/sync/history", body)
    assert mara.history()[0]["movie"]["year"] == older.year


def test_one_number_can_be_a_film_and_a_show(mara):
    movie, show = mara.works.traps["one number"]
    mara.post("/sync/history", {"movies": [ids(movie, "tmdb")]})
    assert mara.history()[0]["movie"]["ids"]["trakt"] == movie.ids["trakt"]
    mara.post(
        "/sync/history", {"shows": [ids(show, "tmdb") | {"seasons": [{"number": 1, "episodes": [{"number": 1}]}]}]}
    )
    assert len(mara.history()) == 2


def test_two_episodes_can_share_a_number_and_the_first_is_hit(mara):
    first, second = mara.works.traps["one episode number"]
    mara.post("/sync/history", {"episodes": [ids(second, "tmdb")]})
    assert mara.history()[0]["episode"]["number"] == first.number


def test_an_account_may_understand_only_trakt_and_tvdb_ids_of_episodes(mara):
    mara.trakt.options.episode_ids = ("trakt", "tvdb")
    episode = mara.works["s1.1.1"]
    assert mara.post("/sync/history", {"episodes": [ids(episode, "imdb")]}).json()["not_found"]["episodes"]
    assert mara.post("/sync/history", {"episodes": [ids(episode, "imdb", "tvdb")]}).json()["added"]["episodes"] == 1


@pytest.mark.parametrize(("way", "written"), [("null", [None]), ("empty", [""]), ("missing", [])])
def test_an_unknown_id_is_null_empty_or_missing(mara, way, written):
    mara.trakt.options.unknown_ids = way
    film = mara.works["m1"]
    mara.works.change(film, ids={space: value for space, value in film.ids.items() if space != "imdb"})
    mara.account.watch(film)
    found = mara.history()[0]["movie"]["ids"]
    assert [found["imdb"]] == written if "imdb" in found else written == []


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        ({"movies": [{"ids": {"imdb": "tt0000111"}}]}, None),
        ({"movies": [{"ids": {"tmdb": "999999999"}}]}, None),
        ({"seasons": [{"ids": {"tvdb": 999_999_999}}]}, None),
        ({"episodes": [{"ids": {"tvdb": 999_999_999}}]}, None),
        (
            {"shows": [{"ids": {"tvdb": 9}, "seasons": [{"number": 1, "episodes": [{"number": 1}]}]}]},
            {"shows": [{"ids": {"tvdb": 9}}]},
        ),
    ],
)
def test_what_is_not_found_is_echoed_as_it_was_sent(mara, sent, echoed):
    answer = mara.post("/sync/history", sent).json()
    assert {name: rows for name, rows in answer["not_found"].items() if rows} == (echoed or sent)
    assert answer["added"] == {"movies": 0, "episodes": 0}


def test_a_season_or_an_episode_that_does_not_exist_is_not_found_under_its_show(mara):
    show = ids(mara.works["s1"], "tvdb")
    body = {"shows": [show | {"seasons": [{"number": 9}, {"number": 1, "episodes": [{"number": 1}, {"number": 77}]}]}]}
    answer = mara.post("/sync/history", body).json()
    lost = [{"number": 9}, {"number": 1, "episodes": [{"number": 77}]}]
    assert answer["not_found"]["shows"] == [show | {"seasons": lost}]
    assert answer["added"]["episodes"] == 1


def test_more_plays_than_the_account_may_hold_are_refused_whole(mara):
    mara.account.limits["plays"] = 1
    body = {"movies": [ids(mara.works["m1"]), ids(mara.works["m2"])]}
    assert mara.post("/sync/history", body).status_code == 420
    assert mara.account.history.plays == {}


def test_a_written_play_can_be_readable_only_later(mara):
    mara.trakt.options.readable_after = 30
    assert mara.post("/sync/history", film(mara.works["m1"])).json()["added"]["movies"] == 1
    assert mara.history() == []
    mara.world.clock.advance(30)
    assert len(mara.history()) == 1


def test_half_of_a_batch_can_be_applied_before_the_connection_breaks(mara):
    mara.world.faults.order(faults.Half(2), "trakt.api", "POST")
    with pytest.raises(Exception, match="broke"):
        mara.post("/sync/history", episodes(mara.works["s1"], 1, 1, 2, 3))
    assert len(mara.history()) == 2


def test_applied_and_then_502(mara):
    mara.world.faults.order(faults.Status(502, applied=True), "trakt.api", "POST")
    assert mara.post("/sync/history", film(mara.works["m1"])).status_code == 502
    assert len(mara.history()) == 1


# 14.5 Removing


def test_removing_by_id_takes_one_play_and_unknown_ids_are_named(mara):
    keep, gone = (mara.account.watch(mara.works["m1"], at=at) for at in (1_700_000_000, 1_700_100_000))
    answer = mara.post("/sync/history/remove", {"ids": [gone.id, 23]}).json()
    assert answer["deleted"] == {"movies": 1, "episodes": 0}
    assert answer["not_found"]["ids"] == [23]
    assert [row["id"] for row in mara.history()] == [keep.id]


def test_removing_by_item_takes_all_its_plays(mara):
    for at in (1_700_000_000, 1_700_100_000):
        mara.account.watch(mara.works["m1"], at=at)
        mara.account.watch(mara.works["s1.1.1"], at=at)
    answer = mara.post("/sync/history/remove", {"movies": [ids(mara.works["m1"])], "shows": [ids(mara.works["s1"])]})
    assert answer.json()["deleted"] == {"movies": 2, "episodes": 2}
    assert mara.history() == []


# 14.5 Reading


def test_ids_of_plays_do_not_fit_a_float_and_are_in_no_order_of_time(mara):
    plays = [mara.account.watch(mara.works["m1"], at=1_700_000_000 + 60 * minute) for minute in range(20)]
    numbers = [play.id for play in plays]
    assert min(numbers) > 2**53
    assert numbers != sorted(numbers)
    assert numbers != sorted(numbers, reverse=True)
    assert any(int(float(number)) != number for number in numbers)
    assert {row["id"] for row in mara.history()} == set(numbers)


def test_a_window_is_of_watching_and_not_of_logging(mara):
    mara.account.watch(mara.works["m1"], at=1_500_000_000)
    mara.account.watch(mara.works["m2"])
    rows = mara.history(start_at="2026-11-19T00:00:00.000Z")
    assert [row["movie"]["title"] for row in rows] == [mara.works["m2"].title]
    assert len(mara.history(end_at="2018-01-01")) == 1


def test_the_newest_come_first_and_an_old_play_added_now_stands_on_a_later_page(mara):
    for minute in range(12):
        mara.account.watch(mara.works["m2"], at=1_700_000_000 + 60 * minute)
    mara.post("/sync/history", film(mara.works["m1"], "2001-01-01T00:00:00.000Z"))
    first, second = (mara.history(limit=10, page=page) for page in (1, 2))
    assert first[0]["watched_at"] > first[-1]["watched_at"] > second[-1]["watched_at"]
    assert second[-1]["movie"]["title"] == mara.works["m1"].title


def test_a_window_can_mean_whole_days(mara):
    mara.trakt.options.window_by_day = True
    mara.account.watch(mara.works["m1"])
    assert len(mara.history(start_at="2026-11-20T23:00:00.000Z", end_at="2026-11-20T01:00:00.000Z")) == 1


def test_all_pages_together_hold_every_play_once(mara):
    for minute in range(57):
        mara.account.watch(mara.works[f"m{minute % 5 + 1}"], at=1_700_000_000 + 60 * (minute // 3))
    count = pages(mara.get("/sync/history", limit=10))[2]
    rows = [row["id"] for page in range(1, count + 1) for row in mara.history(limit=10, page=page)]
    assert len(rows) == len(set(rows)) == 57


def test_history_can_be_asked_by_kind_and_by_item(mara):
    movie, episode = mara.works["m1"], mara.works["s1.1.1"]
    mara.account.watch(movie)
    mara.account.watch(mara.works["m2"])
    mara.account.watch(episode)
    assert len(mara.get("/sync/history/movies").json()) == 2
    assert pages(mara.get("/sync/history/episodes", page=1, limit=1))[3] == 1
    assert len(mara.get(f"/sync/history/movies/{movie.ids['trakt']}").json()) == 1
    rows = mara.get(f"/sync/history/shows/{mara.works['s1'].ids['trakt']}").json()
    assert rows[0]["show"]["title"] == mara.works["s1"].title
    assert rows[0]["episode"]["ids"]["trakt"] == episode.ids["trakt"]


# 14.6 Watched maps


def test_a_show_has_no_seasons_unless_progress_is_asked_for(mara):
    mara.account.watch(mara.works["s1.1.2"])
    plain = mara.get("/sync/watched/shows").json()[0]
    assert set(plain) == {"plays", "last_watched_at", "last_updated_at", "reset_at", "show"}
    seasons = mara.get("/sync/watched/shows", extended="progress").json()[0]["seasons"]
    episode = {"number": 2, "plays": 1, "last_watched_at": "2026-11-20T18:00:00.000Z"}
    assert seasons == [{"number": 1, "episodes": [episode]}]


def test_progress_caps_pages_at_100(mara):
    mara.account.watch(mara.works["s1.1.2"])
    assert pages(mara.get("/sync/watched/shows", extended="progress", limit=250))[1] == 100
    assert pages(mara.get("/sync/watched/shows", limit=250))[1] == 250


def test_a_show_begun_anew_says_when(mara):
    mara.account.watch(mara.works["s1.1.2"])
    mara.world.clock.advance(60)
    mara.account.watch_anew(mara.works["s1"])
    assert mara.get("/sync/watched/shows").json()[0]["reset_at"] == "2026-11-20T18:01:00.000Z"
    progress = mara.get(f"/shows/{mara.works['s1'].ids['trakt']}/progress/watched").json()
    assert (progress["aired"], progress["completed"]) == (8, 0)


def test_watched_films_come_with_full_metadata_but_no_images(mara):
    mara.account.watch(mara.works["m1"])
    row = mara.get("/sync/watched/movies").json()[0]
    assert (row["plays"], row["movie"]["runtime"]) == (1, mara.works["m1"].runtime)
    assert "images" not in row["movie"]


def test_the_least_map_of_films_has_all_play_times(mara):
    times = [1_700_000_040, 1_700_100_000]
    for at in times:
        mara.account.watch(mara.works["m1"], at=at)
    number = str(mara.works["m1"].ids["trakt"])
    answer = mara.get("/users/me/watched/movies", extended="min", limit=10_000)
    assert answer.json() == {number: ["2023-11-16T02:00:00.000Z", "2023-11-14T22:14:00.000Z"]}
    assert pages(answer) == (1, 10_000, 1, 1)


def test_the_least_map_of_shows_is_by_season_and_episode_without_specials(mara):
    show = mara.works["s2"]
    for uid in ("s2.1.1", "s2.0.1"):
        mara.account.watch(mara.works[uid])
    number, season = str(show.ids["trakt"]), show.seasons[1].ids["trakt"]
    answer = mara.get("/users/me/watched/shows", extended="min", season_numbers="true", limit=5_000)
    seen = {str(mara.works["s2.1.1"].ids["trakt"]): ["2026-11-20T18:00:00.000Z"]}
    assert answer.json() == {number: {f"{season}|1": seen}}
    assert pages(answer)[1] == 1_000
    with_specials = mara.get("/users/me/watched/shows", extended="min", season_numbers="true", specials="true").json()
    assert len(with_specials[number]) == 2


def test_the_least_map_under_sync_is_everything_at_once(mara):
    for number in range(1, 6):
        mara.account.watch(mara.works[f"m{number}"])
    answer = mara.get("/sync/watched/movies", extended="min", limit=2)
    assert len(answer.json()) == 5
    assert "X-Pagination-Limit" not in answer.headers


def test_a_play_without_a_date_is_in_the_map_as_1970(mara):
    mara.account.watch(mara.works["m1"], at=0)
    assert list(mara.get("/sync/watched/movies", extended="min").json().values()) == [["1970-01-01T00:00:00.000Z"]]
