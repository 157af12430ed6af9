"""An independent client, tmdbsimple, asks the simulated TMDb over a real socket."""

import pytest

import requests
from tests.sandbox.test_tmdb_answers import API, Guest
from watchweave.sandbox import faults
from watchweave.sandbox.server import Sandbox
from watchweave.sandbox.tmdb import KEY, TOKEN

tmdb = pytest.importorskip("tmdbsimple", reason="tmdbsimple is not installed")


class Here(requests.Session):
    """Asks on this machine what is meant for the service: the client has its address built in."""

    def __init__(self, address):
        super().__init__()
        self.trust_env = False
        self.address = address

    def request(self, method, url, **options):
        return super().request(method, url.replace(API, self.address), **options)


@pytest.fixture
def guest(monkeypatch):
    """A world whose TMDb this client can reach."""
    guest = Guest()
    with Sandbox(guest.world) as sandbox, Here(sandbox.url("tmdb.api")) as session:
        monkeypatch.setattr(tmdb, "API_KEY", KEY)
        monkeypatch.setattr(tmdb, "USE_BEARER_AUTH", False)
        monkeypatch.setattr(tmdb, "REQUESTS_SESSION", session)
        yield guest


def refused(ask):
    with pytest.raises(requests.HTTPError) as error:
        ask()
    return error.value.response.status_code


def test_a_token_is_as_good_as_a_key_and_a_wrong_one_is_refused(guest, monkeypatch):
    assert tmdb.Configuration().info()["images"]["secure_base_url"] == "https://image.tmdb.org/t/p/"
    monkeypatch.setattr(tmdb, "API_KEY", "f" * 32)
    assert refused(tmdb.Configuration().info) == 401
    monkeypatch.setattr(tmdb, "USE_BEARER_AUTH", True)
    monkeypatch.setattr(tmdb, "API_KEY", TOKEN)
    assert "poster_sizes" in tmdb.Configuration().info()["images"]


def test_a_film_is_found_by_its_imdb_id_and_read_with_its_titles(guest):
    work = guest.works["m5"]
    (row,) = tmdb.Find(work.ids["imdb"]).info(external_source="imdb_id")["movie_results"]
    film = tmdb.Movies(row["id"])
    parts = film.info(append_to_response="alternative_titles,translations")
    assert (film.title, film.imdb_id, film.runtime) == (work.title, work.ids["imdb"], work.runtime)
    assert film.release_date.startswith(str(work.year))
    assert parts["alternative_titles"]["titles"][0]["iso_3166_1"] == "DE"
    assert tmdb.Movies(row["id"]).external_ids()["imdb_id"] == work.ids["imdb"]


def test_a_search_says_how_many_films_there_are_and_how_many_of_one_year(guest):
    for n in range(1, 31):
        guest.works.change(guest.works[f"m{n + 10}"], title="Alone Together", year=1990 + n % 2)
    search = tmdb.Search()
    search.movie(query="Alone Together")
    every, pages = search.total_results, search.total_pages
    assert (len(search.results), pages, every >= 30) == (20, 2, True)
    search.movie(query="Alone Together", page=2)
    assert len(search.results) == every - 20
    search.movie(query="Alone Together", primary_release_year=1991)
    assert (search.total_results, search.total_pages) == (len(search.results), 1)
    assert {guest.named(f"m{n}")["tmdb"] for n in range(11, 41, 2)} <= {row["id"] for row in search.results}


def test_a_show_is_searched_and_read_down_to_its_episodes(guest):
    work = guest.works["s1"]
    search = tmdb.Search()
    search.tv(query=work.title, first_air_date_year=work.year)
    assert (search.total_pages, search.results[0]["id"]) == (1, work.ids["tmdb"])
    show = tmdb.TV(work.ids["tmdb"])
    assert show.info(append_to_response="external_ids")["external_ids"]["tvdb_id"] == work.ids["tvdb"]
    assert [(season["season_number"], season["episode_count"]) for season in show.seasons] == [(1, 4), (2, 4)]
    season = tmdb.TV_Seasons(work.ids["tmdb"], 2)
    season.info()
    assert [row["id"] for row in season.episodes] == [guest.named(f"s1.2.{n}")["tmdb"] for n in (1, 2, 3, 4)]
    assert season.external_ids()["tvdb_id"] == guest.named("s1.2")["tvdb"]
    episode = tmdb.TV_Episodes(work.ids["tmdb"], 2, 3)
    assert episode.info()["name"] == guest.works["s1.2.3"].title
    assert episode.external_ids()["imdb_id"] == guest.named("s1.2.3")["imdb"]


def test_other_orders_are_read_through_their_groups(guest):
    groups = tmdb.TV(guest.named("s2")["tmdb"]).episode_groups()["results"]
    discs = tmdb.TV_Episode_Groups(next(row["id"] for row in groups if row["type"] == 3))
    discs.info()
    assert [part["name"] for part in discs.groups] == ["Season 0", "Season 1", "Season 2"]
    assert discs.groups[1]["episodes"][0]["id"] == guest.named("s2.1.4")["tmdb"]


def test_what_has_changed_is_read_by_days(guest):
    changes = tmdb.Changes()
    changes.movie(start_date="2026-11-10", end_date="2026-11-20")
    assert changes.total_results == len(changes.results) > 0


def test_what_is_not_there_or_too_much_is_an_error_of_the_client(guest):
    assert refused(tmdb.Movies(99_999_999).info) == 404
    show = tmdb.TV(guest.named("s1")["tmdb"])
    assert refused(lambda: show.info(append_to_response=",".join(f"season/{n}" for n in range(21)))) == 400
    guest.world.faults.order(faults.Status(503), "tmdb.api")
    assert refused(show.info) == 503
