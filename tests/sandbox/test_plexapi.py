"""An independent client, python-plexapi, works against the simulated Plex over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from plexapi import myplex
from plexapi.exceptions import BadRequest, NotFound, Unauthorized
from plexapi.library import LibrarySection
from plexapi.myplex import MyPlexAccount
from plexapi.server import PlexServer

from tests.sandbox.plex_guest import plex
from watchweave.sandbox.plex import Plex
from watchweave.sandbox.server import Sandbox


@dataclass
class Visit:
    """A house, its addresses, and the client that looks at it."""

    house: Plex
    sandbox: Sandbox
    client: PlexServer

    @property
    def films(self) -> LibrarySection:
        return self.client.library.section("Movies")

    @property
    def shows(self) -> LibrarySection:
        return self.client.library.section("TV Shows")

    def requests(self) -> int:
        return len(self.house.world.requests.all)


@pytest.fixture
def visit() -> Iterator[Visit]:
    house = plex(movies=6, shows=2, seasons=2, episodes=3, extra_movies=30)
    house.person("kid", home=True, restricted=True, pin="1234")
    with Sandbox(house.world) as sandbox:
        house.server.address = sandbox.url("plex.server")
        yield Visit(house, sandbox, PlexServer(house.server.address, house.owner.server_token))


@pytest.fixture
def account(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> MyPlexAccount:
    """The owner's account, with the client's fixed addresses led to the sandbox."""
    site = visit.sandbox.url("plex.tv")
    for owner in (MyPlexAccount, myplex.MyPlexResource, myplex.MyPlexUser, myplex.MyPlexPinLogin):
        for name, value in vars(owner).items():
            if isinstance(value, str) and value.startswith("https://plex.tv"):
                monkeypatch.setattr(owner, name, value.replace("https://plex.tv", site))
    monkeypatch.setattr(MyPlexAccount, "DISCOVER", visit.sandbox.url("plex.discover"))
    monkeypatch.setattr(MyPlexAccount, "METADATA", visit.sandbox.url("plex.metadata"))
    return MyPlexAccount(token=visit.house.owner.token)


def test_it_connects_and_finds_the_sections(visit: Visit) -> None:
    assert visit.client.machineIdentifier == visit.house.server.machine
    assert [section.title for section in visit.client.library.sections()] == ["Movies", "TV Shows"]


def test_a_wrong_token_is_unauthorized(visit: Visit) -> None:
    with pytest.raises(Unauthorized):
        PlexServer(visit.house.server.address, "wrong")


def test_it_lists_everything_with_external_names_and_without_reloading(visit: Visit) -> None:
    before = visit.requests()
    films = visit.films.all()
    listed = visit.requests()
    named = [(film.librarySectionID, film.title, [guid.id for guid in film.guids]) for film in films]
    assert (len(named), visit.requests() - listed, listed > before) == (6, 0, True)
    wanted = visit.house.work("m1")
    assert next(ids for _, title, ids in named if title == wanted.title)[0] == f"imdb://{wanted.ids['imdb']}"


def test_it_walks_from_a_show_to_its_episodes(visit: Visit) -> None:
    show = visit.shows.get(visit.house.work("s1").title)
    assert [season.index for season in show.seasons()] == [1, 2]
    assert len(show.episodes()) == 6
    assert show.episode(season=2, episode=3).title == visit.house.work("s1.2.3").title
    assert show.season(1).episode(2).seasonEpisode == "s01e02"


def test_two_episodes_share_a_file_or_the_first_stands_for_both(visit: Visit) -> None:
    visit.house.one_file("s1.1.1", "s1.1.2")
    visit.house.one_file("s2.1.1", "s2.1.2", objects=False)
    first, second = (visit.shows.get(visit.house.work("s1").title).episode(season=1, episode=n) for n in (1, 2))
    assert (first.locations, first.media[0].parts[0].id) == (second.locations, second.media[0].parts[0].id)
    assert first.locations[0].endswith("S01E01-E02.mkv")
    assert first.ratingKey != second.ratingKey
    assert first.media[0].id != second.media[0].id
    assert first.duration == second.duration == 2 * 60_000 * visit.house.work("s1.1.1").runtime
    alone = visit.shows.get(visit.house.work("s2").title)
    assert [episode.index for episode in alone.season(1).episodes()] == [1, 3]
    assert (alone.leafCount, alone.episode(season=1, episode=1).locations[0][-14:]) == (5, "S01E01-E02.mkv")
    with pytest.raises(NotFound):
        alone.episode(season=1, episode=2)


@pytest.mark.parametrize(("switch", "plays"), [(False, [1]), (True, [1, 2])])
def test_a_viewing_of_a_file_is_one_of_the_chosen_episode_or_of_each(
    visit: Visit, switch: bool, plays: list[int]
) -> None:
    visit.house.one_file("s1.1.1", "s1.1.2")
    visit.house.server.switches.one_file_counts_for_all = switch
    visit.house.watch("nate", "s1.1.1", at=1_700_000_000)
    visit.house.mark("nate", "s1.2.1")
    assert sorted(row.index for row in visit.client.history()) == plays
    season = visit.shows.get(visit.house.work("s1").title).season(1)
    assert [episode.index for episode in season.episodes() if episode.isPlayed] == plays


def test_it_searches_for_the_unwatched_and_the_rated(visit: Visit) -> None:
    visit.house.watch("nate", "m1")
    visit.house.rate("nate", "m2", 7)
    visit.house.rate("nate", "s1", 8)
    visit.house.rate("nate", "s2.1.1", 9)
    assert [film.ratingKey for film in visit.films.search(unwatched=False)] == [visit.house.item("m1").key]
    rated = [film.userRating for film in visit.films.search(filters={"userRating>>": -1})]
    assert rated == [7.0]
    shows = visit.shows.search(filters={"and": [{"show.userRating>>": -1}]})
    assert [show.ratingKey for show in shows] == [visit.house.item("s1").key]
    episodes = visit.shows.search(libtype="episode", filters={"episode.userRating>>": -1})
    assert [episode.ratingKey for episode in episodes] == [visit.house.item("s2.1.1").key]


def test_it_asks_for_what_changed_in_one_question(visit: Visit) -> None:
    visit.house.watch("nate", "m1", at=visit.house.server.now() - 100)
    visit.house.rate("nate", "m2", 7, at=visit.house.server.now() - 100)
    since = datetime.fromtimestamp(visit.house.server.now() - 200, UTC)
    found = visit.films.search(filters={"or": [{"lastViewedAt>>": since}, {"lastRatedAt>>": since}]})
    assert {film.ratingKey for film in found} == {visit.house.item(thing).key for thing in ("m1", "m2")}


def test_an_unknown_field_is_a_bad_request(visit: Visit) -> None:
    with pytest.raises(BadRequest):
        visit.client.fetchItems("/library/sections/1/all?type=1&colour=red")


def test_it_marks_rates_and_resumes(visit: Visit) -> None:
    film = visit.films.get(visit.house.work("m1").title)
    film.markPlayed()
    film.rate(8.5)
    film.reload()
    assert (film.viewCount, film.isPlayed, film.userRating) == (1, True, 8.5)
    assert film.lastRatedAt is not None
    film.rate(None)
    film.markUnplayed()
    film.updateProgress(600_000)
    film.reload()
    assert (film.viewCount, film.userRating, film.viewOffset) == (0, None, 600_000)


def test_it_marks_a_season_with_one_request(visit: Visit) -> None:
    season = visit.shows.get(visit.house.work("s1").title).season(1)
    before = len(visit.house.world.requests.writes())
    season.markPlayed()
    assert len(visit.house.world.requests.writes()) == before + 1
    assert [episode.isPlayed for episode in season.episodes()] == [True, True, True]


def test_it_reads_the_history(visit: Visit) -> None:
    visit.house.watch("nate", "m1", at=1_700_000_000)
    visit.house.watch("kid", "s1.1.1", at=1_700_100_000)
    visit.house.mark("nate", "m2")
    rows = visit.client.history()
    assert [(row.type, row.accountID) for row in rows] == [("episode", visit.house.user("kid").id), ("movie", 1)]
    assert [row.title for row in visit.client.history(accountID=1)] == [visit.house.work("m1").title]
    recent = visit.client.history(mindate=datetime.fromtimestamp(1_700_050_000))
    assert [row.grandparentTitle for row in recent] == [visit.house.work("s1").title]


def test_it_sees_the_accounts_and_what_they_play(visit: Visit) -> None:
    film = visit.films.get(visit.house.work("m1").title)
    film.updateTimeline(700_000, state="playing", duration=film.duration)
    assert [session.usernames for session in visit.client.sessions()] == [["nate"]]
    assert [account.id for account in visit.client.systemAccounts()] == [0, 1, visit.house.user("kid").id]
    film.updateTimeline(710_000, state="stopped", duration=film.duration)
    assert visit.client.sessions() == []


def test_it_keeps_playlists(visit: Visit) -> None:
    films = visit.films.all()
    playlist = visit.client.createPlaylist("Evenings", items=[films[0], visit.shows.all()[0]])
    assert len(playlist.items()) == 7
    playlist.addItems([films[1]])
    playlist.removeItems([playlist.items()[0]])
    again = visit.client.playlist("Evenings")
    assert [item.ratingKey for item in again.items()][-1] == films[1].ratingKey
    again.delete()
    with pytest.raises(NotFound):
        visit.client.playlist("Evenings")


def test_it_keeps_collections_and_labels(visit: Visit) -> None:
    films = visit.films.all()
    collection = visit.films.createCollection("Some", items=films[:2])
    collection.addItems(films[3])
    collection.removeItems(films[0])
    collection.editTitle("Others")
    assert [item.ratingKey for item in visit.films.collection("Others").items()] == [
        f.ratingKey for f in (films[1], films[3])
    ]
    visit.films.batchMultiEdits(films[:2]).addLabel("ww:list").saveMultiEdits()
    smart = visit.films.createCollection("Smart", smart=True, filters={"label": "ww:list"})
    assert {item.ratingKey for item in smart.items()} == {film.ratingKey for film in films[:2]}
    films[0].reload().removeLabel("ww:list")
    assert [film.ratingKey for film in visit.films.search(label="ww:list")] == [films[1].ratingKey]


def test_it_counts_without_reading(visit: Visit) -> None:
    assert visit.shows.totalViewSize(libtype="episode", includeCollections=False) == 12


def test_it_knows_the_account(visit: Visit, account: MyPlexAccount) -> None:
    assert (account.username, account.id, account.subscriptionActive) == ("nate", visit.house.owner.id, True)
    assert [user.title for user in account.users()] == ["kid"]
    assert account.users()[0].get_token(visit.house.server.machine) == visit.house.user("kid").server_token
    assert account.addWebhook("http://hook/") == ["http://hook/"]
    assert account.viewStateSync is False


def test_it_finds_the_server_through_the_account(visit: Visit, account: MyPlexAccount) -> None:
    resource = account.resource("NAS")
    assert (resource.owned, resource.accessToken) == (True, visit.house.owner.server_token)
    assert resource.connect(ssl=False, timeout=5).machineIdentifier == visit.house.server.machine


def test_it_signs_in_by_pin(visit: Visit, account: MyPlexAccount) -> None:
    login = myplex.MyPlexPinLogin()
    code = login.pin
    assert not login.checkLogin()
    visit.house.tv.approve(code, visit.house.owner)
    assert login.checkLogin()
    assert login.token == visit.house.owner.token


def test_it_reads_and_changes_the_watchlist(visit: Visit, account: MyPlexAccount) -> None:
    for number in range(1, 26):
        visit.house.want("nate", f"x{number}")
    visit.house.want("nate", "s1")
    assert len(account.watchlist()) == 26
    show = account.watchlist(libtype="show")[0]
    assert account.onWatchlist(show)
    account.removeFromWatchlist(show)
    with pytest.raises(BadRequest):
        account.removeFromWatchlist(show)
    found = account.searchDiscover(visit.house.work("s1").title, libtype="show")[0]
    account.addToWatchlist(found)
    with pytest.raises(BadRequest):
        account.addToWatchlist(found)
    assert len(account.watchlist()) == 26


def test_it_reads_external_names_of_wishes_from_the_metadata_host(visit: Visit, account: MyPlexAccount) -> None:
    visit.house.want("nate", "x1")
    wish = account.watchlist()[0]
    assert f"tmdb://{visit.house.work('x1').ids['tmdb']}" in [guid.id for guid in wish.guids]


def test_a_wish_is_found_on_the_server_by_its_guid(visit: Visit, account: MyPlexAccount) -> None:
    visit.house.want("nate", "m1")
    guid = account.watchlist()[0].guid
    assert [film.ratingKey for film in visit.client.library.search(guid=guid, libtype="movie")] == [
        visit.house.item("m1").key
    ]


EXISTING = [
    "/",
    "/library",
    "/library/sections",
    "/identity",
    "/accounts",
    "/status/sessions",
    *(
        f"/library/sections/{s}/all?includeCollections=0&type={t}&X-Plex-Container-Size=0&X-Plex-Container-Start=0"
        for s, t in ((1, 1), (2, 2), (2, 4))
    ),
    *(f"/library/sections/{s}/all?includeGuids=1&type={t}" for s, t in ((1, 1), (2, 2), (2, 4))),
    *(
        f"/library/sections/{s}/{what}?includeMeta=1&includeAdvanced=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0"
        for s in (1, 2)
        for what in ("all", "collections")
    ),
    "/library/sections/1/all?includeGuids=0&type=1&push=1&userRating%3E%3E=-1&pop=1",
    "/library/sections/2/all?includeGuids=0&type=2&push=1&show.userRating%3E%3E=-1&pop=1",
    "/library/sections/2/all?includeGuids=0&type=4&push=1&episode.userRating%3E%3E=-1&pop=1",
    "/library/metadata/101",
    "/library/metadata/101?includeBandwidths=1&includeChapters=1&includeFields=thumbBlurHash%2CartBlurHash"
    "&includeGeolocation=1&includeLoudnessRamps=1&includeMarkers=1",
    "/:/scrobble?key=101&identifier=com.plexapp.plugins.library",
    "/:/unscrobble?key=101&identifier=com.plexapp.plugins.library",
    "/:/progress?key=101&identifier=com.plexapp.plugins.library&time=90000&state=stopped",
    "/:/timeline?ratingKey=101&key=%2Flibrary%2Fmetadata%2F101&identifier=com.plexapp.plugins.library&time=90000&state=stopped&duration=9000000",
    "PUT /:/rate?key=101&identifier=com.plexapp.plugins.library&rating=8",
    "/playlists?title=",
    "POST /playlists?smart=0&title=A&type=video&uri=server%3A%2F%2FMACHINE%2Fcom.plexapp.plugins.library%2Flibrary%2Fmetadata%2F101%2C102",
    "/status/sessions/history/all?sort=viewedAt%3Adesc&viewedAt%3E=1600000000",
]


@pytest.mark.parametrize("accept", ["application/json", "*/*"])
def test_every_request_that_existing_clients_send_is_answered(visit: Visit, accept: str) -> None:
    with httpx2.Client(base_url=visit.house.server.address) as client:
        for line in EXISTING:
            method, _, address = line.rpartition(" ")
            sent = {"Accept": accept, "X-Plex-Token": visit.house.owner.token}
            answer = client.request(
                method or "GET", address.replace("MACHINE", visit.house.server.machine), headers=sent
            )
            assert answer.status_code == 200, line
            kind = answer.headers.get("content-type", "")
            assert not answer.content or kind.startswith("application/json" if "json" in accept else "text/xml"), line


def test_every_request_of_existing_clients_to_a_playlist_is_answered(visit: Visit) -> None:
    root = f"server://{visit.house.server.machine}/com.plexapp.plugins.library/library/metadata"
    with httpx2.Client(base_url=visit.house.server.address, params={"X-Plex-Token": visit.house.owner.token}) as client:
        made = client.post(
            "/playlists",
            params={"smart": 0, "title": "A", "type": "video", "uri": f"{root}/101,102"},
            headers={"Accept": "application/json"},
        )
        path = Path("/playlists", made.json()["MediaContainer"]["Metadata"][0]["ratingKey"], "items")
        asked = {"headers": {"Accept": "application/json"}, "params": {"includeGuids": 1}}
        entry = client.get(str(path), **asked).json()["MediaContainer"]["Metadata"][0]["playlistItemID"]
        answers = [client.put(str(path), params={"uri": f"{root}/103"}), client.delete(str(path / str(entry)))]
        left = [row["ratingKey"] for row in client.get(str(path), **asked).json()["MediaContainer"]["Metadata"]]
    assert ([answer.status_code for answer in answers], left) == ([200, 200], ["102", "103"])
