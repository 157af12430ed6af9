"""The simulated TMDb as its reference page describes it: the last list there, point by point."""

import asyncio

import httpx2
import pytest

from watchweave.sandbox import faults
from watchweave.sandbox.server import transport
from watchweave.sandbox.tmdb import KEY, TOKEN, Options, Tmdb
from watchweave.sandbox.world import World, invented

API = "https://api.themoviedb.org"


class Guest:
    """Somebody with a key, in a world with films, three shows and all the traps."""

    def __init__(self, options=None, *, gaps=0):
        self.world = World(invented(movies=40, shows=3, seasons=2, episodes=4, traps=True))
        self.tmdb = Tmdb(self.world, options or Options(gaps=gaps))
        self.works = self.world.catalogue

    def ask(self, path, headers=None, method="GET", **params):
        async def one():
            async with httpx2.AsyncClient(transport=transport(self.world)) as client:
                return await client.request(method, API + path, params=params, headers=headers)

        return asyncio.run(one())

    def get(self, path, **params):
        answer = self.ask(path, api_key=KEY, **params)
        assert answer.status_code == 200
        return answer.json()

    def refusal(self, path, **params):
        answer = self.ask(path, api_key=KEY, **params)
        assert answer.json()["success"] is False
        return answer.status_code, answer.json()["status_code"]

    def found(self, source, value):
        """What `/find` says: list -> numbers; only lists that are not empty."""
        lists = self.get(f"/3/find/{value}", external_source=source)
        return {name: [row["id"] for row in rows] for name, rows in lists.items() if rows}

    def search(self, kind, query, **params):
        return self.get(f"/3/search/{kind}", query=query, **params)

    def hits(self, kind, query, **params):
        return [row["id"] for row in self.search(kind, query, **params)["results"]]

    def named(self, uid):
        return self.works[uid].ids


@pytest.fixture
def guest():
    return Guest()


# Keys


def test_a_key_is_a_parameter_and_a_token_a_bearer(guest):
    assert guest.ask("/3/authentication", api_key=KEY).json() == {
        "success": True,
        "status_code": 1,
        "status_message": "Success.",
    }
    assert guest.ask("/3/authentication", {"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "params"),
    [({}, {}), ({}, {"api_key": "0" * 32}), ({}, {"api_key": TOKEN}), ({"Authorization": f"Bearer {KEY}"}, {})],
)
@pytest.mark.parametrize("path", ["/3/authentication", "/3/movie/1", "/3/no/such/path"])
def test_anything_else_is_401_with_code_7_on_every_path(guest, headers, params, path):
    answer = guest.ask(path, headers, **params)
    assert (answer.status_code, answer.json()["status_code"]) == (401, 7)


def test_a_key_that_was_withdrawn_is_good_no_more(guest):
    guest.tmdb.keys.discard(KEY)
    assert guest.ask("/3/configuration", api_key=KEY).status_code == 401


def test_forty_requests_a_second_then_429_until_a_second_has_passed():
    guest = Guest(Options(rate_limits=True))
    for _ in range(40):
        assert guest.ask("/3/authentication", api_key=KEY).status_code == 200
    refused = guest.ask("/3/authentication", api_key=KEY)
    assert (refused.status_code, refused.json()["status_code"], refused.headers["Retry-After"]) == (429, 25, "1")
    guest.world.clock.advance(1)
    assert guest.ask("/3/authentication", api_key=KEY).status_code == 200


def test_a_slow_page_takes_the_time_of_the_world(guest):
    guest.world.faults.order(faults.Delay(0.01), "tmdb.api")
    before = guest.world.now()
    guest.get("/3/configuration")
    assert guest.world.now() == before + 0.01


def test_what_does_not_exist_is_404_with_code_34(guest):
    show = guest.named("s1")["tmdb"]
    paths = ["/3/movie/99999999", "/3/movie/0", f"/3/tv/{show}/season/9", f"/3/tv/{show}/season/1/episode/9"]
    for path in (
        *paths,
        f"/3/tv/{show}/season/1/credits",
        "/3/tv/episode_group/0123456789abcdef01234567",
        "/3/nothing",
    ):
        assert guest.refusal(path) == (404, 34)
    assert guest.ask("/3/configuration", method="POST", api_key=KEY).status_code == 405


def test_what_was_merged_or_deleted_is_unknown_everywhere(guest):
    film = guest.works["m5"]
    guest.tmdb.knowledge.gone.add("m5")
    assert guest.refusal(f"/3/movie/{film.ids['tmdb']}") == (404, 34)
    assert guest.found("imdb_id", film.ids["imdb"]) == {}
    assert film.ids["tmdb"] not in guest.hits("movie", film.title)


# Ids


def test_the_list_that_is_not_empty_says_what_an_imdb_id_names(guest):
    for uid, name in (("m3", "movie_results"), ("s1", "tv_results"), ("s1.1.3", "tv_episode_results")):
        assert guest.found("imdb_id", guest.named(uid)["imdb"]) == {name: [guest.named(uid)["tmdb"]]}


def test_an_unknown_id_is_five_empty_lists_with_200(guest):
    lists = guest.get("/3/find/tt9999999", external_source="imdb_id")
    assert sorted(lists) == ["movie_results", "person_results", "tv_episode_results", "tv_results", "tv_season_results"]
    assert not any(lists.values())


def test_an_episode_is_found_with_its_show_season_and_number(guest):
    episode = guest.works["s1.2.3"]
    for source, space in (("imdb_id", "imdb"), ("tvdb_id", "tvdb")):
        (row,) = guest.get(f"/3/find/{episode.ids[space]}", external_source=source)["tv_episode_results"]
        assert (row["show_id"], row["season_number"], row["episode_number"]) == (guest.named("s1")["tmdb"], 2, 3)


def test_a_film_is_never_found_by_the_id_of_thetvdb(guest):
    film, season = guest.works["m4"], guest.works["s1.1"]
    guest.works.change(film, ids=film.ids | {"tvdb": 64_694})
    assert guest.found("tvdb_id", 64_694) == {}
    assert guest.found("tvdb_id", season.ids["tvdb"])["tv_season_results"] == [season.ids["tmdb"]]


def test_one_number_can_be_a_series_a_season_and_an_episode(guest):
    works = [guest.works[uid] for uid in ("s1", "s2.1", "s2.1.3")]
    for work in works:
        guest.works.change(work, ids=work.ids | {"tvdb": 777})
    assert sorted(guest.found("tvdb_id", 777)) == ["tv_episode_results", "tv_results", "tv_season_results"]


def test_a_source_that_nobody_knows_is_refused(guest):
    assert guest.refusal("/3/find/tt0000001", external_source="anidb_id") == (422, 5)
    assert guest.refusal("/3/find/tt0000001") == (422, 5)


def test_one_number_is_a_film_a_show_and_an_episode_that_have_nothing_to_do_with_each_other(guest):
    film, show = guest.works.traps["one number"]
    episode = guest.works["s3.1.2"]
    guest.works.change(episode, ids=episode.ids | {"tmdb": film.ids["tmdb"]})
    number = film.ids["tmdb"]
    assert guest.get(f"/3/movie/{number}")["title"] == film.title
    assert guest.get(f"/3/tv/{number}")["name"] == show.title
    assert guest.get(f"/3/tv/{guest.named('s3')['tmdb']}/season/1/episode/2")["id"] == number


def test_nothing_leads_from_the_id_of_an_episode_to_its_show(guest):
    number = guest.named("s1.1.4")["tmdb"]
    assert guest.refusal(f"/3/tv/{number}") == (404, 34)
    assert guest.refusal(f"/3/tv/episode/{number}") == (404, 34)


def test_external_ids_that_are_lacking_are_null_empty_or_0():
    guest = Guest(gaps=2)
    said = set()
    for work in guest.works.of("movie", "show"):
        if "tmdb" in work.ids:
            path = f"/3/{'movie' if work.kind == 'movie' else 'tv'}/{work.ids['tmdb']}/external_ids"
            answer = guest.get(path)
            said |= {(name, repr(answer[name])) for name in ("imdb_id", "tvdb_id") if not answer.get(name, 1)}
            assert answer["imdb_id"] in (work.ids["imdb"], None, "")
    assert said == {("imdb_id", "None"), ("imdb_id", "''"), ("tvdb_id", "None"), ("tvdb_id", "0")}


def test_an_id_that_is_not_known_here_finds_nothing():
    guest = Guest(gaps=1)
    assert guest.found("imdb_id", guest.named("m3")["imdb"]) == {}
    assert not guest.get(f"/3/movie/{guest.named('m3')['tmdb']}")["imdb_id"]


# Appended parts


def test_parts_are_appended_by_their_path_and_missing_seasons_are_left_out(guest):
    show = guest.works["s1"]
    answer = guest.get(f"/3/tv/{show.ids['tmdb']}", append_to_response="external_ids,season/1,season/2,season/7,images")
    assert {name for name in answer if name == "external_ids" or "/" in name} == {
        "external_ids",
        "season/1",
        "season/2",
    }
    assert answer["external_ids"]["imdb_id"] == show.ids["imdb"]
    assert "id" not in answer["external_ids"]
    assert [row["id"] for row in answer["season/2"]["episodes"]] == [
        guest.named(f"s1.2.{n}")["tmdb"] for n in (1, 2, 3, 4)
    ]


def test_twenty_parts_are_the_most(guest):
    path = f"/3/tv/{guest.named('s1')['tmdb']}"
    seasons = [f"season/{n}" for n in range(21)]
    assert "season/1" in guest.get(path, append_to_response=",".join(seasons[:20]))
    assert guest.refusal(path, append_to_response=",".join(seasons)) == (400, 27)


def test_a_film_has_no_seasons(guest):
    answer = guest.get(
        f"/3/movie/{guest.named('m3')['tmdb']}", append_to_response="season/1,translations,episode_groups"
    )
    assert "translations" in answer
    assert not {"season/1", "episode_groups"} & set(answer)


# Search


def test_a_search_has_20_a_page_and_pages_do_not_overlap():
    guest = Guest()
    for film in guest.works.of("movie"):
        guest.works.change(film, title=f"Alone {film.uid}")
    known = {film.ids["tmdb"] for film in guest.works.of("movie") if "tmdb" in film.ids}
    pages = [guest.search("movie", "alone", page=n) for n in (1, 2, 3, 4)]
    assert [len(page["results"]) for page in pages] == [20, 20, 19, 0]
    assert {(page["total_pages"], page["total_results"]) for page in pages} == {(3, 59)}
    assert {row["id"] for page in pages for row in page["results"]} == known
    assert guest.refusal("/3/search/movie", query="alone", page=0) == (400, 22)
    assert guest.refusal("/3/search/movie", query="alone", page=501) == (400, 22)


def test_a_search_that_is_narrowed_to_a_year_counts_what_is_left(guest):
    for n in range(1, 6):
        guest.works.change(guest.works[f"m{n + 20}"], title="Alone Together", year=1990 + n // 3)
    for year, hits in ((1990, 2), (1991, 3)):
        exact = {f"m{n + 20}" for n in range(1, 6) if 1990 + n // 3 == year}
        page = guest.search("movie", "alone together", primary_release_year=year)
        assert (page["total_results"], page["total_pages"]) == (len(page["results"]), 1)
        assert {guest.named(uid)["tmdb"] for uid in exact} <= {row["id"] for row in page["results"]}
        assert {row["release_date"][:4] for row in page["results"]} == {str(year)}
        assert len(exact) == hits
    assert guest.search("tv", guest.works["s1"].title, first_air_date_year=1901)["total_results"] == 0


def test_a_search_finds_other_titles_without_accents_or_signs(guest):
    film = guest.works["m5"]
    guest.tmdb.knowledge.also["m5"] = ["Ça n'arrive qu’aux Têtes: Épisode 9"]
    for query in (film.title, film.title.upper(), "ca narrive quaux tetes", "épisode 9 têtes"):
        assert film.ids["tmdb"] in guest.hits("movie", query)
    assert film.ids["tmdb"] not in guest.hits("movie", "ca narrive jamais")
    assert guest.hits("movie", "") == []


def test_every_title_that_is_told_of_a_work_finds_it(guest):
    for uid, kind in (("m5", "movie"), ("m6", "movie"), ("s2", "tv")):
        number = guest.named(uid)["tmdb"]
        parts = guest.get(f"/3/{kind}/{number}", append_to_response="alternative_titles,translations")
        told = [row["title"] for rows in parts["alternative_titles"].values() for row in rows]
        told += [row["data"].get("title") or row["data"].get("name") for row in parts["translations"]["translations"]]
        assert len([title for title in told if title]) >= 3
        for title in filter(None, told):
            assert number in guest.hits(kind, title)


def test_some_works_have_an_original_title_that_is_not_the_one_shown(guest):
    rows = [guest.get(f"/3/movie/{film.ids['tmdb']}") for film in guest.works.of("movie") if "tmdb" in film.ids]
    french = [row for row in rows if row["original_title"] != row["title"]]
    assert {row["original_language"] for row in french} == {"fr"}
    assert 0 < len(french) < len(rows)


def test_titles_come_in_the_language_asked_for(guest):
    number = guest.named("m5")["tmdb"]
    assert guest.get(f"/3/movie/{number}")["title"] == guest.works["m5"].title
    german = guest.get(f"/3/movie/{number}", language="de-DE")["title"]
    assert german.startswith("Die ")
    assert guest.search("movie", guest.works["m5"].title, language="de")["results"][0]["title"].startswith("Die ")


def test_a_hit_can_be_wrong_and_even_the_first_one(guest):
    """A work that is also known by another one's title, with a word more."""
    wrong_first = 0
    for film in guest.works.of("movie"):
        hits = guest.hits("movie", film.title) if "tmdb" in film.ids else [0]
        wrong_first += hits[0] != film.ids.get("tmdb", 0)
        assert film.ids.get("tmdb", 0) in hits
    assert wrong_first > 2


def years_of(guest, uid, **params):
    film = guest.works[uid]
    return film.ids["tmdb"] in guest.hits("movie", film.title, **params)


def test_the_year_of_a_film_is_that_of_any_release_and_the_primary_one_that_of_the_first(guest):
    later = earlier = 0
    for film in guest.works.of("movie"):
        if not film.ids:
            continue
        assert years_of(guest, film.uid, year=film.year)
        assert years_of(guest, film.uid, primary_release_year=film.year)
        assert not years_of(guest, film.uid, primary_release_year=film.year + 1)
        assert not years_of(guest, film.uid, year=film.year + 2)
        later += years_of(guest, film.uid, year=film.year + 1)
        earlier += years_of(guest, film.uid, year=film.year - 1)
    assert later > 3
    assert earlier > 3


def test_the_year_of_a_show_is_that_of_any_episode(guest):
    show = guest.works["s1"]
    first, second = show.year, guest.works["s1.2.1"].year
    assert second == first + 1
    number = show.ids["tmdb"]
    assert number in guest.hits("tv", show.title, first_air_date_year=first)
    assert number not in guest.hits("tv", show.title, first_air_date_year=second)
    assert number in guest.hits("tv", show.title, year=second)
    assert number not in guest.hits("tv", show.title, year=second + 1)


def test_a_search_for_both_says_which_is_which(guest):
    film, show = guest.works["m5"], guest.works["s1"]
    guest.works.change(film, title=show.title)
    rows = guest.search("multi", show.title)["results"]
    assert {(row["media_type"], row["id"]) for row in rows} >= {("movie", film.ids["tmdb"]), ("tv", show.ids["tmdb"])}
    assert "media_type" not in guest.search("movie", show.title)["results"][0]


# Orders


def places(rows):
    return [(row["season_number"], row["episode_number"], row["id"]) for row in rows]


def test_a_show_without_other_orders_has_no_groups(guest):
    assert guest.get(f"/3/tv/{guest.named('s1')['tmdb']}/episode_groups")["results"] == []


def test_a_show_counts_its_seasons_otherwise_than_thetvdb_and_a_group_has_the_aired_order(guest):
    show = guest.works["s3"]
    number = show.ids["tmdb"]
    answer = guest.get(f"/3/tv/{number}", append_to_response="season/1,season/2")
    assert (answer["number_of_seasons"], answer["number_of_episodes"], "season/2" in answer) == (1, 8, False)
    official = [guest.named(f"s3.{season}.{n}")["tmdb"] for season in (1, 2) for n in (1, 2, 3, 4)]
    assert places(answer["season/1"]["episodes"]) == [(1, n, one) for n, one in enumerate(official, 1)]
    groups = {row["type"]: row for row in guest.get(f"/3/tv/{number}/episode_groups")["results"]}
    assert set(groups) == {1, 2, 3}
    aired = guest.get(f"/3/tv/episode_group/{groups[1]['id']}")
    assert [(part["order"], [row["id"] for row in part["episodes"]]) for part in aired["groups"]] == [
        (1, official[:4]),
        (2, official[4:]),
    ]
    assert [row["order"] for row in aired["groups"][1]["episodes"]] == [0, 1, 2, 3]
    assert aired["groups"][1]["episodes"][0]["episode_number"] == 5


def test_the_order_of_the_discs_is_another_and_the_absolute_one_has_no_specials(guest):
    number = guest.named("s2")["tmdb"]
    groups = {row["type"]: row for row in guest.get(f"/3/tv/{number}/episode_groups")["results"]}
    discs = guest.get(f"/3/tv/episode_group/{groups[3]['id']}")["groups"]
    assert [part["order"] for part in discs] == [0, 1, 2]
    assert [row["id"] for row in discs[1]["episodes"]] == [guest.named(f"s2.1.{n}")["tmdb"] for n in (4, 1, 2, 3)]
    assert (groups[2]["episode_count"], groups[3]["episode_count"]) == (8, 10)


def test_an_episode_of_the_long_season_is_found_at_its_place_there(guest):
    (row,) = guest.get(f"/3/find/{guest.named('s3.2.1')['imdb']}", external_source="imdb_id")["tv_episode_results"]
    assert (row["season_number"], row["episode_number"]) == (1, 5)
    assert guest.found("tvdb_id", guest.named("s3.2")["tvdb"]) == {}


# Changes


def test_changes_are_of_the_last_day_and_of_14_days_at_most(guest):
    default = guest.get("/3/movie/changes")["results"]
    assert default == guest.get("/3/movie/changes", start_date="2026-11-19", end_date="2026-11-20")["results"]
    weeks = guest.get("/3/movie/changes", start_date="2026-11-06", end_date="2026-11-20")["results"]
    assert len(weeks) > len(default)
    assert {row["id"] for row in weeks} <= {film.ids.get("tmdb") for film in guest.works.of("movie")}
    assert guest.refusal("/3/movie/changes", start_date="2026-11-05", end_date="2026-11-20") == (422, 20)
    assert guest.refusal("/3/tv/changes", start_date="yesterday") == (400, 23)
    assert guest.refusal("/3/tv/changes", start_date="2026-13-40") == (400, 23)
