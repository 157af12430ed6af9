"""An independent client, TheTVDB's own, reads the simulated TheTVDB over a real socket."""

import urllib.request

import pytest

from tests.sandbox.tvdb_guest import Guest
from watchweave.sandbox import faults
from watchweave.sandbox.server import Sandbox
from watchweave.sandbox.tvdb import KEY, PIN, SUPPORTED_KEY

official = pytest.importorskip("tvdb_v4_official", reason="tvdb_v4_official is not installed")


@pytest.fixture
def guest(monkeypatch):
    """A simulated TheTVDB at the address that the client asks."""
    guest = Guest()
    with Sandbox(guest.world) as sandbox:

        class Local(official.Url):
            def __init__(self):
                super().__init__()
                self.base_url = sandbox.url("tvdb") + "/v4/"

        monkeypatch.setattr(official, "Url", Local)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        monkeypatch.setattr(urllib.request, "_opener", direct)
        yield guest


@pytest.fixture
def client(guest):
    return official.TVDB(KEY)


def test_signing_in_takes_a_key_and_the_pin_that_it_needs(guest):
    assert official.TVDB(KEY).get_source_types()
    assert official.TVDB(SUPPORTED_KEY, PIN).get_source_types()
    with pytest.raises(Exception, match=r"401.*InvalidAPIKey"):
        official.TVDB(SUPPORTED_KEY)
    with pytest.raises(Exception, match=r"401.*InvalidAPIKey"):
        official.TVDB("other")


def test_a_token_ends_after_a_month(guest, client):
    guest.world.clock.advance(31 * 86_400)
    with pytest.raises(ValueError, match="Unauthorized"):
        client.get_source_types()


def test_a_series_is_read_with_names_and_ids(guest, client):
    work = guest.works["s1"]
    assert client.get_series(work.ids["tvdb"])["name"] == work.title
    row = client.get_series_extended(work.ids["tvdb"], meta="translations", short=True)
    assert {remote["sourceName"]: remote["id"] for remote in row["remoteIds"]}["IMDB"] == work.ids["imdb"]
    assert {name["language"] for name in row["translations"]["nameTranslations"]} == {"eng", "deu"}
    assert row["characters"] is None
    assert client.get_series_extended(work.ids["tvdb"])["characters"] == []


def test_the_episodes_of_a_series_are_read_in_every_order(guest, client):
    number, work = guest.works["s1"].ids["tvdb"], guest.works["s1.1.4"]
    for order, place in (("default", (1, 4)), ("official", (1, 4)), ("dvd", (1, 1)), ("absolute", (1, 4))):
        rows = client.get_series_episodes(number, order)["episodes"]
        assert [(row["seasonNumber"], row["number"]) for row in rows if row["id"] == work.ids["tvdb"]] == [place]
    links = client.get_req_links()
    assert (links["next"], links["total_items"], links["page_size"]) == (None, 8, 500)
    german = client.get_series_episodes(number, "official", lang="deu")
    assert (german["id"], len(german["episodes"])) == (number, 10)


def test_films_episodes_and_seasons_are_read(guest, client):
    film, episode = guest.works["m2"], guest.works["s1.2.3"]
    assert client.get_movie(guest.number("m2"))["name"] == film.title
    assert client.get_movie_extended(guest.number("m2"), short=True)["runtime"] == film.runtime
    assert client.get_episode(episode.ids["tvdb"])["number"] == 3
    assert client.get_episode_extended(episode.ids["tvdb"])["remoteIds"][0]["id"] == episode.ids["imdb"]
    season = client.get_season_extended(guest.works["s1.2"].ids["tvdb"])
    assert [row["id"] for row in season["episodes"]][2] == episode.ids["tvdb"]
    assert [one["type"] for one in client.get_season_types()][:3] == ["official", "dvd", "absolute"]


def test_searches_find_by_words_and_by_ids(guest, client):
    work = guest.works["s1"]
    assert [row["tvdb_id"] for row in client.search(work.title, type="series")] == [str(work.ids["tvdb"])]
    assert client.get_req_links()["total_items"] == 1
    (row,) = client.search_by_remote_id(guest.works["m2"].ids["imdb"])
    assert row["movie"]["id"] == guest.number("m2")


def test_a_search_says_how_many_films_there_are_and_how_many_of_one_year(guest, client):
    for n in range(11, 18):
        entry = guest.entries.of(guest.works[f"m{n}"])
        entry.name, entry.year = "Alone", str(1990 + n % 2)
    assert len(client.search("Alone", type="movie", limit=5)) == 5
    assert client.get_req_links()["total_items"] == 7
    assert len(client.search("Alone", type="movie", limit=5, year=1991)) == 4
    assert client.get_req_links()["total_items"] == 4


def test_updates_and_what_has_not_changed(guest, client):
    series = guest.entries.of(guest.works["s1"])
    guest.tvdb.merge(guest.tvdb.duplicate(series), series)
    (row,) = client.get_updates(0, type="series", action="delete")
    assert row["mergeToId"] == series.number
    since = "Fri, 20 Nov 2026 18:00:00 GMT"
    assert client.get_series(series.number, if_modified_since=since)["code"] == 304


def test_a_failure_is_told_in_the_services_own_words(guest, client):
    with pytest.raises(ValueError, match="NotFoundException"):
        client.get_series(1)
    with pytest.raises(ValueError, match="InvalidValueType"):
        client.get_series("heat")
    guest.world.faults.order(faults.Status(404), "tvdb", path="/episodes/")
    with pytest.raises(ValueError, match="UNKNOWN FAILURE"):
        client.get_series_episodes(guest.number("s1"), "official")
    assert client.get_series_episodes(guest.number("s1"), "official")["episodes"]
