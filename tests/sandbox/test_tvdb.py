"""The simulated TheTVDB does what the reference says that the real one does, faults of its data included."""

import json
from base64 import urlsafe_b64decode

import pytest

from tests.sandbox.tvdb_guest import Guest
from watchweave.sandbox import faults
from watchweave.sandbox.tvdb import KEY, PIN, SUPPORTED_KEY
from watchweave.sandbox.world import World, invented

DAY = 86_400


@pytest.fixture
def guest():
    return Guest()


# Signing in


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"apikey": KEY}, 200),
        ({"apikey": KEY, "pin": ""}, 401),
        ({"apikey": SUPPORTED_KEY, "pin": PIN}, 200),
        ({"apikey": SUPPORTED_KEY}, 401),
        ({"apikey": SUPPORTED_KEY, "pin": "other"}, 401),
        ({"apikey": "other"}, 401),
        ({}, 401),
    ],
)
def test_a_key_works_alone_or_with_the_pin_that_it_needs(guest, body, status):
    answer = guest.post("/login", body)
    assert answer.status_code == status
    assert answer.json()["status"] == ("success" if status == 200 else "failure")


def test_a_token_is_a_jwt_that_is_good_for_a_month(guest):
    claims = guest.token.split(".")[1]
    assert json.loads(urlsafe_b64decode(claims + "=="))["exp"] == guest.world.now() + 30 * DAY
    guest.world.clock.advance(30 * DAY - 1)
    assert guest.get("/sources/types").status_code == 200
    guest.world.clock.advance(1)
    answer = guest.get("/sources/types")
    assert answer.status_code == 401
    assert answer.json() == {"status": "failure", "message": "Unauthorized", "data": None}


def test_without_a_token_nothing_is_answered(guest):
    assert guest.ask("GET", "/sources/types").status_code == 401
    guest.tvdb.revoke()
    assert guest.get("/sources/types").status_code == 401


def test_too_many_sign_ins_have_to_wait_as_long_as_they_are_told(guest):
    answers = [guest.post("/login", {"apikey": KEY}) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 9 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    guest.world.clock.advance(60)
    assert guest.post("/login", {"apikey": KEY}).status_code == 200


# Numbers


def test_one_number_is_a_series_and_a_film_and_they_are_different_things(guest):
    number = guest.works["s1"].ids["tvdb"]
    assert guest.data(f"/series/{number}")["name"] == guest.works["s1"].title
    assert guest.data(f"/movies/{number}")["name"] == guest.works["m1"].title
    episode = guest.works["s1.1.1"].ids["tvdb"]
    assert guest.data(f"/episodes/{episode}")["name"] == guest.works["s1.1.1"].title
    assert guest.data(f"/movies/{episode}")["name"] == guest.works["m2"].title
    assert guest.get(f"/series/{episode}").status_code == 404


def test_what_is_no_number_is_400_and_what_nobody_bears_is_404(guest):
    assert guest.get("/series/heat").status_code == 400
    answer = guest.get("/series/1")
    assert answer.status_code == 404
    assert answer.json()["message"].startswith("NotFoundException: ")
    assert guest.get("/nowhere").status_code == 404


def test_an_imdb_id_finds_its_series_and_strays(guest):
    found = guest.data(f"/search/remoteid/{guest.works['s2'].ids['imdb']}")
    assert [list(row) for row in found] == [["season"], ["episode"], ["series"]]
    season, ghost, series = (next(iter(row.values())) for row in found)
    assert season["seriesId"] == guest.number("s1")
    assert (ghost["number"], ghost["seasonNumber"], ghost["seriesId"]) == (None, None, guest.number("s2"))
    assert series["id"] == guest.number("s2")


def test_an_imdb_id_finds_films_and_episodes(guest):
    film, episode = guest.works["m2"], guest.works["s1.2.3"]
    assert [row["movie"]["id"] for row in guest.data(f"/search/remoteid/{film.ids['imdb']}")] == [guest.number("m2")]
    (row,) = guest.data(f"/search/remoteid/{episode.ids['imdb']}")
    assert (row["episode"]["id"], row["episode"]["number"]) == (episode.ids["tvdb"], 3)
    assert guest.data("/search/remoteid/tt0000001") == []


def test_a_bare_number_finds_strangers_of_every_space(guest):
    shared = guest.works["s1"].ids["tmdb"]
    assert shared == guest.works["m1"].ids["tmdb"]
    kinds = [next(iter(row)) for row in guest.data(f"/search/remoteid/{shared}")]
    assert sorted(kinds) == ["company", "movie", "people", "series"]


def test_ids_elsewhere_are_there_null_or_untidy(guest):
    def ids(uid):
        return guest.data(f"/movies/{guest.number(uid)}/extended")["remoteIds"]

    imdb, tmdb = ids("m2")[1:]
    assert imdb == {"id": guest.works["m2"].ids["imdb"], "type": 2, "sourceName": "IMDB"}
    assert tmdb == {"id": str(guest.works["m2"].ids["tmdb"]), "type": 12, "sourceName": "TheMovieDB.com"}
    assert ids("m4")[1]["id"] == f" {guest.works['m4'].ids['imdb']} "
    assert ids("m6") is None
    assert ids("m8")[2]["id"] == f"{guest.works['m8'].ids['tmdb']}-der-fall"


# Orders


def test_an_episode_has_one_id_in_all_orders(guest):
    number, work = guest.works["s1.2.1"].ids["tvdb"], guest.works["s1.2.1"]
    assert guest.listed("s1", "official")[number] == (2, 1)
    assert guest.listed("s1", "default")[number] == (2, 1)
    assert guest.listed("s1", "absolute")[number] == (1, 5)
    assert guest.data(f"/episodes/{work.ids['tvdb']}")["absoluteNumber"] == 5


def test_the_dvd_order_of_one_show_differs(guest):
    ids = [guest.works[f"s1.1.{number}"].ids["tvdb"] for number in (1, 2, 3, 4)]
    dvd = guest.listed("s1", "dvd")
    assert [dvd[one] for one in ids] == [(1, 2), (1, 3), (1, 4), (1, 1)]


def test_the_dvd_order_of_another_is_a_different_cut(guest):
    official, dvd = guest.listed("s2", "official"), guest.listed("s2", "dvd")
    assert not set(official) & set(dvd)
    assert [place for place in dvd.values() if place[0] == 1] == [(1, number) for number in range(1, 7)]
    assert guest.data(f"/episodes/{next(iter(dvd))}")["seriesId"] == guest.number("s2")


def test_some_shows_have_no_dvd_order(guest):
    assert guest.listed("s3", "dvd") == guest.listed("s3", "official")
    assert guest.listed("s4", "dvd") == {}


def test_one_show_is_counted_through_without_a_list_of_that_order(guest):
    assert guest.listed("s4", "absolute") == {}
    rows = guest.data(f"/series/{guest.number('s4')}/episodes/official", page=0)["episodes"]
    counted = [row["absoluteNumber"] for row in rows]
    assert [number for number in counted if number] == list(range(1, 1 + sum(row["seasonNumber"] > 0 for row in rows)))
    assert {row["absoluteNumber"] for row in rows if row["seasonNumber"] == 0} <= {0}
    types = [row["type"] for row in guest.data(f"/series/{guest.number('s4')}/extended")["seasonTypes"]]
    assert types == ["official"]


def test_specials_are_placed_and_one_is_a_film(guest):
    rows = guest.data(f"/series/{guest.number('s1')}/episodes/official", page=0, season=0)["episodes"]
    assert [(row["airsAfterSeason"], row["airsBeforeSeason"], row["airsBeforeEpisode"]) for row in rows] == [
        (1, None, None),
        (None, 1, 2),
    ]
    assert [row["isMovie"] for row in rows] == [0, 1]
    assert guest.get(f"/movies/{rows[1]['linkedMovie']}").status_code == 200


def test_a_season_has_its_episodes_in_its_own_order(guest):
    row = guest.data(f"/series/{guest.number('s1')}/extended")
    dvd = next(season for season in row["seasons"] if season["type"]["type"] == "dvd" and season["number"] == 1)
    first = guest.data(f"/seasons/{dvd['id']}/extended")["episodes"][0]
    assert (first["id"], first["number"]) == (guest.works["s1.1.4"].ids["tvdb"], 1)
    official = guest.data(f"/seasons/{guest.works['s1.1'].ids['tvdb']}/extended")["episodes"]
    assert official[0]["id"] == guest.works["s1.1.1"].ids["tvdb"]


# Lists


def test_a_list_needs_its_page_and_an_episode_number_its_season(guest):
    path = f"/series/{guest.number('s1')}/episodes/official"
    assert guest.get(path).status_code == 400
    assert guest.get(path, page=0, episodeNumber=2).status_code == 400
    (row,) = guest.data(path, page=0, season=2, episodeNumber=2)["episodes"]
    assert row["id"] == guest.works["s1.2.2"].ids["tvdb"]
    assert [one["id"] for one in guest.data(path, page=0, airDate=row["aired"])["episodes"]] == [row["id"]]
    assert guest.get(f"/series/{guest.number('s1')}/episodes/other", page=0).status_code == 400


def test_pages_count_from_0_and_the_last_names_no_next():
    guest = Guest(World(invented(movies=1, shows=1, seasons=3, episodes=200)))
    path = f"/series/{guest.number('s1')}/episodes/official"
    first, second, beyond = (guest.get(path, page=page).json() for page in (0, 1, 2))
    assert [len(page["data"]["episodes"]) for page in (first, second, beyond)] == [500, 102, 0]
    assert first["links"]["prev"] is None
    assert first["links"]["next"] == f"https://api4.thetvdb.com/v4{path}?page=1"
    assert (second["links"]["next"], second["links"]["total_items"], second["links"]["page_size"]) == (None, 602, 500)


def test_a_list_in_a_language_has_the_series_around_it(guest):
    data = guest.data(f"/series/{guest.number('s1')}/episodes/official/eng", page=0)
    assert data["id"] == guest.number("s1")
    assert data["episodes"][-1]["name"] == guest.works["s1.2.4"].title
    other = guest.data(f"/series/{guest.number('s1')}/episodes/official/deu", page=0)
    assert other["episodes"][-1]["name"] is None


def test_a_list_is_cut_short_under_load_and_a_404_is_wrong(guest):
    path = f"/series/{guest.number('s1')}/episodes/official"
    for fault in (faults.Short(3), faults.Untold(), faults.Status(404, html=False)):
        guest.world.faults.order(fault, "tvdb", path="/episodes/")
        answer = guest.get(path, page=0)
        if answer.status_code == 200:
            assert len(answer.json()["data"]["episodes"]) == (7 if isinstance(fault, faults.Short) else 10)
            assert answer.json().get("links", {}).get("total_items") == (None if fault == faults.Untold() else 10)
        guest.world.faults.cancel()
        assert len(guest.listed("s1", "official")) == 10
    assert answer.status_code == 404


def test_what_has_not_changed_since_is_304(guest):
    path = f"/series/{guest.number('s1')}"
    since = {"If-Modified-Since": "Fri, 20 Nov 2026 18:00:00 GMT"}
    assert guest.get(path, since).status_code == 304
    assert guest.get(f"{path}/episodes/official", since, page=0).status_code == 304
    guest.world.clock.advance(1)
    guest.tvdb.touch(guest.entries.of(guest.works["s1"]))
    assert guest.get(path, since).status_code == 200
    assert guest.get(path, {"If-Modified-Since": "yesterday"}).status_code == 200


# Searching


def test_a_search_needs_its_words_and_has_text_for_numbers(guest):
    assert guest.get("/search", remote_id="tt0113277").json()["message"] == "InvalidValueType: query is required"
    work = guest.works["s1"]
    (row,) = guest.data("/search", query=work.title, type="series")
    assert row["tvdb_id"] == str(work.ids["tvdb"])
    assert (row["objectID"], row["year"]) == (f"series-{work.ids['tvdb']}", str(work.year))
    assert {"id": work.ids["imdb"], "type": 2, "sourceName": "IMDB"} in row["remote_ids"]


def test_a_search_hears_every_language_and_narrows(guest):
    film = guest.works["m3"]
    (row,) = guest.data("/search", query=film.title, year=film.year)
    assert row["name"] == f"Der Fall {film.title}"
    assert row["translations"]["eng"] == film.title
    assert guest.data("/search", query=film.title, year=film.year + 1) == []
    assert guest.data("/search", query=film.title, year=film.year, type="series") == []
    assert guest.get("/search", query="a", offset=4_990, limit=20).status_code == 400


def test_a_search_says_of_how_many_its_rows_are_and_a_year_leaves_fewer(guest):
    for n in range(1, 8):
        entry = guest.entries.of(guest.works[f"m{n + 10}"])
        entry.name, entry.year = "Alone", str(1990 + n // 4)
    for params, rows, total in (({}, 5, 7), ({"year": 1990}, 3, 3), ({"year": 1991}, 4, 4), ({"year": 1992}, 0, 0)):
        answer = guest.get("/search", query="alone", type="movie", limit=5, **params).json()
        assert (len(answer["data"]), answer["links"]["total_items"]) == (rows, total)
        assert (answer["links"]["next"] is None) == (rows == total)
        assert answer["links"]["page_size"] == 5


def test_an_id_is_a_query_too(guest):
    imdb = guest.works["m1"].ids["imdb"]
    (row,) = guest.data("/search", query=imdb, remote_id=imdb)
    assert row["objectID"] == f"movie-{guest.number('m1')}"


def test_years_are_text_null_or_empty(guest):
    years = [guest.data(f"/movies/{guest.number(uid)}")["year"] for uid in ("m2", "m5", "m9")]
    assert years == [str(guest.works["m2"].year), None, ""]


# Updates


def test_updates_tell_of_a_merge_and_of_a_deletion(guest):
    series, episode = guest.entries.of(guest.works["s1"]), guest.entries.of(guest.works["s2.1.1"])
    before = int(guest.world.now())
    double = guest.tvdb.duplicate(series)
    assert guest.get(f"/series/{double.number}").status_code == 200
    guest.world.clock.advance(DAY)
    guest.tvdb.merge(double, series)
    guest.tvdb.delete(episode)
    merged, deleted = guest.data("/updates", since=before, action="delete")
    assert (merged["entityType"], merged["recordId"], merged["methodInt"]) == ("series", double.number, 3)
    assert (merged["mergeToId"], merged["mergeToEntityType"]) == (series.number, "series")
    assert (deleted["entityType"], deleted["recordId"], deleted["seriesId"]) == (
        "episodes",
        episode.number,
        guest.number("s2"),
    )
    assert "mergeToId" not in deleted
    assert guest.get(f"/series/{double.number}").status_code == 404
    assert guest.get(f"/episodes/{episode.number}").status_code == 404
    assert [row["method"] for row in guest.data("/updates", since=before, type="series")] == ["create", "delete"]
    assert guest.data("/updates", since=before + DAY + 1) == []
    assert guest.get("/updates").status_code == 400
