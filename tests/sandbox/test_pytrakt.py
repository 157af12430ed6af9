"""An independent client, PyTrakt, reads and writes the simulated Trakt over a real socket."""

from datetime import UTC, datetime

import pytest

from tests.sandbox.trakt_person import Person
from watchweave.sandbox.server import Sandbox
from watchweave.sandbox.trakt import CLIENT, SECRET

core = pytest.importorskip("trakt.core", reason="PyTrakt is not installed")
from trakt import errors, movies, sync, tv, users  # noqa: E402


@pytest.fixture
def mara(monkeypatch, tmp_path):
    """A person whose PyTrakt is signed in to the sandbox."""
    person = Person()
    person.trakt.options.oauth_on_api = True
    with Sandbox(person.world) as sandbox:
        monkeypatch.setattr(core, "BASE_URL", sandbox.url("trakt.api") + "/")
        monkeypatch.setattr(core, "CONFIG_PATH", str(tmp_path / "pytrakt.json"))
        monkeypatch.setattr(core, "CLIENT_ID", CLIENT)
        monkeypatch.setattr(core, "CLIENT_SECRET", SECRET)
        monkeypatch.setattr(core, "OAUTH_TOKEN", person.grant.access)
        monkeypatch.setattr(core.session, "trust_env", False)
        core.config.cache_clear()
        core.api.cache_clear()
        yield person
        core.session.close()
        core.config.cache_clear()
        core.api.cache_clear()


def film(person, uid="m1"):
    work = person.works[uid]
    return movies.Movie(work.title, work.year)


def test_a_film_is_found_by_its_slug_and_by_its_ids(mara):
    work = mara.works["m2"]
    assert film(mara, "m2").trakt == work.ids["trakt"]
    found = sync.search_by_id(work.ids["imdb"], id_type="imdb", media_type="movie")
    assert [one.tmdb for one in found] == [work.ids["tmdb"]]


def test_a_play_is_added_and_all_plays_of_a_film_removed(mara):
    seen = film(mara)
    answer = sync.add_to_history(seen, datetime(2026, 11, 1, 20, 5, 20, tzinfo=UTC))
    assert answer["added"]["movies"] == 1
    assert [play.at for play in mara.account.history.newest()] == [1793563500]
    assert users.User("mara").watched_movies[0].plays == 1
    assert sync.remove_from_history(seen)["deleted"]["movies"] == 1
    assert mara.account.history.plays == {}


def test_a_whole_show_marked_as_seen_is_all_its_episodes(mara):
    show = tv.TVShow(mara.works["s1"].title, slug=mara.works["s1"].ids["slug"])
    show.mark_as_seen()
    assert len(mara.account.history.plays) == 8
    assert users.User("mara").watched_shows[0].plays == 8


def test_a_rating_is_given_and_read(mara):
    sync.rate(film(mara), 8, datetime(2026, 11, 1, 21, tzinfo=UTC))
    rows = users.User("mara").get_ratings("movies")
    assert [(row["rating"], row["rated_at"]) for row in rows] == [(8, "2026-11-01T21:00:00.000Z")]
    assert users.User("mara").get_ratings("movies", rating=9) == []


def test_the_watchlist_is_written_and_read_over_all_its_pages(mara):
    sync.add_to_watchlist(film(mara, "x1"))
    for work in mara.works.of("movie"):
        if work.on_trakt:
            mara.account.want(work)
    assert len(sync.get_watchlist("movies")) == len(mara.account.watchlist)
    assert len(users.User("mara").watchlist_movies) == len(mara.account.watchlist)
    assert sync.remove_from_watchlist(film(mara, "x1"))["deleted"]["movies"] == 1
    assert mara.works["x1"] not in mara.account.watchlist


def test_a_list_is_filled_read_and_deleted(mara):
    mara.account.make_list("Long nights", "public")  # PyTrakt's own `create` trips over the `user` of today's answer
    made = users.User("mara").get_list("Long nights")
    made.add_items(film(mara), tv.TVShow("", slug=mara.works["s1"].ids["slug"]))
    again = users.User("mara").get_list("Long nights")
    assert [item.title for item in again] == [mara.works["m1"].title, mara.works["s1"].title]
    again.remove_items(film(mara))
    public = users.PublicList.load(made.trakt)
    assert [item.type for item in public] == ["show"]
    again.delete_list()
    assert mara.account.lists == {}


def test_collection_and_playback_are_read(mara):
    sync.add_to_collection(film(mara))
    assert [one.title for one in users.User("mara").movie_collection] == [mara.works["m1"].title]
    mara.account.pause(mara.works["s1.1.2"], 65.5)
    entry = sync.get_playback()[0]
    assert (entry.progress, entry.type, entry.data["show"]["title"]) == (65.5, "episode", mara.works["s1"].title)


def test_a_scrobble_goes_from_start_to_a_play(mara):
    work = mara.works["s1.1.2"]
    episode = tv.TVEpisode(mara.works["s1"].title, 1, 2)
    assert episode.trakt == work.ids["trakt"]
    scrobbler = sync.Scrobbler(episode, 5, "1", "2026-01-01")
    assert users.User("mara").watching.title == work.title
    scrobbler.pause(40)
    assert len(mara.account.paused()) == 1
    scrobbler.finish()
    assert [play.work for play in mara.account.history.newest()] == [work]
    with pytest.raises(errors.ConflictException):
        scrobbler.stop()


def test_the_seasons_of_a_show_come_with_their_episodes(mara):
    show = tv.TVShow(mara.works["s1"].title, slug=mara.works["s1"].ids["slug"])
    assert [len(season.episodes) for season in show.seasons] == [4, 4]


def test_an_expired_token_is_refreshed(mara, monkeypatch):
    core.config().update(OAUTH_REFRESH=mara.grant.refresh, OAUTH_EXPIRES_AT=1)
    mara.trakt.sign_in.expire(mara.account)
    assert users.get_user_settings()["user"]["username"] == "mara"
    assert mara.grant.refresh != core.config().OAUTH_REFRESH


def test_states_of_the_account_are_the_errors_it_knows(mara):
    seen = film(mara)
    mara.account.limits["watchlist"] = 0
    with pytest.raises(errors.AccountLimitExceeded) as full:
        sync.add_to_watchlist(seen)
    assert full.value.account_limit == "0"
    mara.account.locked = True
    with pytest.raises(errors.LockedUserAccountException):
        users.get_user_settings()
    mara.account.locked = False
    mara.trakt.delete_app()
    with pytest.raises(errors.ForbiddenException):
        users.get_user_settings()
