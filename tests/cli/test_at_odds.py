"""Things whose ids contradict each other, and what a person says of them: nothing doubled, removed or told of another thing."""

from __future__ import annotations

import pytest

from tests.cli.place import open_place
from tests.cli.test_match import LONG_AGO, listed, nameless_item, settle_all
from watchweave.sandbox.trakt import CLIENT

DAY = 86_400


def at_odds_with(place, uid, title="Something else", **ids):
    """Plex's item has the IMDb id of its work, but another title and another number at TMDb; its parts have no ids."""
    item, work = place.plex.item(uid), place.work(uid)
    nameless_item(place, uid)
    item.title = title
    item.guids = tuple(
        f"{space}://{value}" for space, value in ({"imdb": work.ids["imdb"], "tmdb": 99999111} | ids).items()
    )
    item.guid = f"plex://{work.kind}/{uid.encode().hex():0>24}"
    item.drawn.clear()


def odd(place):
    return {one["account"]: one["name"] for one in listed(place) if one["problem"] == "contradiction"}


def later(place, seconds, monkeypatch):
    """The world and we go on by so much."""
    import time

    ahead, real = seconds + getattr(place, "ahead", 0), getattr(place, "real", time.time)
    place.ahead, place.real = ahead, real
    monkeypatch.setattr(time, "time", lambda: real() + ahead)
    with place.world.lock:
        place.world.clock.advance(seconds)


@pytest.fixture
def place(tmp_path):
    with open_place(tmp_path) as place:
        yield place


@pytest.mark.parametrize("first", ["plex", "trakt"])
@pytest.mark.parametrize("second", ["plex", "trakt"])
def test_no_play_is_doubled_however_often_two_are_called_one(place, first, second, monkeypatch):
    at_odds_with(place, "m1")
    place.account.want(place.work("m1"))
    settle_all(place, 1)
    later(place, 20 * 3600, monkeypatch)
    place.watch("m1")
    settle_all(place, 1)
    for account in (first, second):
        number = odd(place)[account]
        for word in ("same", "forget"):
            assert place.run("match", number, word).code == 0
            settle_all(place, 1)
            assert place.plays("m1") == 1
            later(place, DAY + 3600, monkeypatch)
            settle_all(place, 2)
            assert place.plays("m1") == 1


def test_of_a_show_at_odds_no_episode_is_told_by_the_place_in_another_show(tmp_path):
    """The number at TMDb is that of a show that exists, and is another one."""
    with open_place(tmp_path, shows=2) as place:
        at_odds_with(place, "s1", tmdb=place.work("s2").ids["tmdb"])
        place.plex.remove("s2")
        place.account.want(place.work("s1"))
        place.watch("s1.1.1", at=LONG_AGO)
        place.plex.rate("nate", "s1.1.2", 8)
        settle_all(place)
        assert (place.plays("s1.1.1"), place.plays("s2.1.1"), place.account.rated()) == (0, 0, [])
        assert len(odd(place)) == 2


@pytest.mark.parametrize("own", ["none", "marked", "watched"])
@pytest.mark.parametrize("account", ["plex", "trakt"])
def test_what_was_written_of_episodes_stays_where_their_shows_are_parted_again(place, own, account, monkeypatch):
    """Trakt's play marked the episode on Plex while both shows were called one."""
    at_odds_with(place, "s1")
    place.account.want(place.work("s1"))
    settle_all(place, 1)
    later(place, 20 * 3600, monkeypatch)
    place.account.watch(place.work("s1.1.2"))
    with place.world.lock:
        if own == "marked":
            place.plex.mark("nate", "s1.1.2")
        if own == "watched":
            place.plex.watch("nate", "s1.1.2")
    number = odd(place)[account]
    assert place.run("match", number, "same").code == 0
    settle_all(place)
    before = place.plays("s1.1.2"), place.plex.owner.view.state(place.plex.item("s1.1.2")).count
    assert before[0] >= 1 <= before[1]
    assert place.run("match", number, "forget").code == 0
    for _ in range(3):
        settle_all(place, 1)
        later(place, DAY + 3600, monkeypatch)
    assert (place.plays("s1.1.2"), place.plex.owner.view.state(place.plex.item("s1.1.2")).count) == before


@pytest.mark.parametrize("word", ["same", "apart"])
@pytest.mark.parametrize("half", ["Else one", "Else two", None])
def test_of_three_that_contradict_each_other_in_a_row_each_can_be_settled(place, word, half):
    """Trakt's film shares an id with each of two files, and contradicts both."""
    film = place.work("m1")
    at_odds_with(place, "m1", "Else one")
    at_odds_with(place, "m2", "Else two", imdb="tt9999998", tmdb=film.ids["tmdb"])
    place.account.want(film)
    settle_all(place, 2)
    chosen = next(
        one for one in listed(place) if (one["media"]["title"] == half if half else one["account"] == "trakt")
    )
    assert place.run("match", chosen["name"], word).code == 0
    settle_all(place, 2)
    for _ in range(3):
        if left := [one["name"] for one in listed(place) if one["problem"] == "contradiction"]:
            assert all(one["against"] for one in listed(place) if one["problem"] == "contradiction")
            assert place.run("match", left[0], word).code == 0
            settle_all(place, 2)
    assert odd(place) == {}


def test_what_contradicts_nothing_that_anybody_names_is_written_again(place):
    """The wrong match is corrected at Plex: the other half of the contradiction is nobody's any more."""
    at_odds_with(place, "m1")
    film, item = place.work("m1"), place.plex.item("m1")
    place.account.want(film)
    settle_all(place, 1)
    assert len(odd(place)) == 2
    item.title, item.guid = film.title, f"plex://movie/{film.ids['plex']}"
    item.guids = (f"imdb://{film.ids['imdb']}", f"tmdb://{film.ids['tmdb']}")
    item.drawn.clear()
    place.plex.rate("nate", "m1", 7)
    place.watch("m1")
    settle_all(place)
    assert (place.plays("m1"), [one.value for one in place.account.rated()], listed(place)) == (1, [7], [])


def test_of_several_people_it_is_said_whose_name_means_something_else(place):
    place.plex.person("zoe", home=True)
    zoe = place.trakt.join("zoe")
    grant = place.trakt.sign_in.grant(zoe, CLIENT)
    accounts = place.accounts()
    accounts["plex"]["user"] = "zoe"
    accounts["trakt"] |= {
        "access_token": grant.access,
        "refresh_token": grant.refresh,
        "expires_at": int(grant.expires),
    }
    place.settings["profiles"]["zoe"] = {"timezone": "UTC", "accounts": accounts}
    place.write()
    place.account.want(place.work("m1"))
    settle_all(place, 2)
    title = f"{place.work('m1').title} ({place.work('m1').year})"
    asked = place.run("match", title, "apart:plex")
    assert (asked.code, 'Whose "plex"? Say apart:nate/plex or apart:zoe/plex' in asked.err) == (2, True), asked.err
    assert place.run("match", title, "apart:nate/plex").code == 0
    with place.world.lock:
        place.plex.watch("zoe", "m1")
        place.plex.watch("nate", "m1")
    settle_all(place)
    assert (place.plays("m1"), len(zoe.history.of(place.work("m1")))) == (0, 1)
    assert {(one["profile"], one["account"]) for one in listed(place)} == {("nate", "plex")}


@pytest.fixture
def two_works(place):
    """Plex's file bears the IMDb id of m1 and the number of m3 at TMDb; Trakt shows both, the newer one first."""
    at_odds_with(place, "m1", tmdb=place.work("m3").ids["tmdb"])
    place.account.watch(place.work("m1"), LONG_AGO + 10 * DAY)
    place.account.watch(place.work("m3"), LONG_AGO + 20 * DAY)
    place.plex.remove("m3")
    place.watch("m1", at=LONG_AGO)
    place.plex.rate("nate", "m1", 7)
    settle_all(place)
    return place


def test_what_bears_the_ids_of_two_works_contradicts_both_and_is_told_of_neither(two_works):
    (mine,) = [one for one in listed(two_works) if one["account"] == "plex" and one["problem"] == "contradiction"]
    others = {one["name"]: one["media"]["title"] for one in mine["against"]}
    assert sorted(others.values()) == sorted(two_works.work(uid).title for uid in ("m1", "m3"))
    assert (two_works.plays("m1"), two_works.plays("m3"), two_works.account.rated()) == (1, 1, [])
    assert two_works.run("match", mine["name"], "apart").code == 0
    settle_all(two_works)
    assert (two_works.plays("m1"), two_works.plays("m3"), two_works.account.rated()) == (1, 1, [])
    assert odd(two_works) == {}


@pytest.mark.parametrize("uid", ["m1", "m3", "m4"])
def test_of_what_contradicts_others_a_person_says_what_it_is(two_works, uid):
    number = odd(two_works)["plex"]
    before = two_works.plays(uid)
    assert two_works.run("match", number, f"tmdb:{two_works.work(uid).ids['tmdb']}").code == 0
    settle_all(two_works)
    assert [(one.work.uid, one.value) for one in two_works.account.rated()] == [(uid, 7)]
    assert (two_works.plays(uid), odd(two_works)) == (before + 1, {})


def test_what_contradicts_others_can_be_left_alone(two_works):
    assert two_works.run("match", odd(two_works)["plex"], "none").code == 0
    settle_all(two_works)
    assert ("plex" in odd(two_works), two_works.account.rated()) == (False, [])
