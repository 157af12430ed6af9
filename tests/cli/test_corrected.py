"""What follows when a match is corrected: what was written by it, and what a person said before."""

from __future__ import annotations

import time

import pytest

from tests.cli.place import open_place
from tests.cli.test_at_odds import later
from tests.cli.test_match import KEYS, LONG_AGO, listed, nameless_item, requests_to, settle_all, with_sources
from watchweave.sandbox import omdb, tmdb, tvdb
from watchweave.sandbox.trakt import CLIENT

DAY = 86_400


@pytest.fixture
def asked(tmp_path):
    """Plex does not know what m1 is; nobody else shows it; the metadata sources know."""
    with open_place(tmp_path, tmdb.Tmdb, tvdb.Tvdb, omdb.Omdb) as place:
        nameless_item(place, "m1")
        yield place


def rated(place):
    return sorted((one.work.uid, one.value) for one in place.account.rated())


def wished(place):
    keys = {str(work.ids["plex"]): work.uid for work in place.world.catalogue.works.values() if "plex" in work.ids}
    return sorted(keys[key] for key in place.plex.discover.of(place.plex.owner))


@pytest.mark.parametrize("synced", [False, True])
def test_what_was_written_to_others_by_a_match_is_taken_back_after_it_was_forgotten(asked, synced):
    """The cure of a wrong match that the pages name: forget it, and undo the run."""
    asked.watch("m1", at=LONG_AGO)
    asked.plex.rate("nate", "m1", 7)
    with_sources(asked, *KEYS)
    asked.run("sync")
    assert (asked.plays("m1"), rated(asked)) == (1, [("m1", 7)])
    assert asked.run("match", asked.work("m1").title, "forget").code == 0
    if synced:
        asked.run("sync")
    told = asked.run("undo", "1", "--dry-run")
    assert "2 changes" in told.out, told.out
    ended = asked.run("undo", "1", "--yes")
    assert (ended.code, asked.plays("m1"), rated(asked)) == (0, 0, []), ended.all
    settle_all(asked)
    assert (asked.plays("m1"), rated(asked)) == (0, [])


@pytest.mark.parametrize("wrong", ["m2", None])
@pytest.mark.parametrize("way", ["forget", "apart:plex"])
def test_an_older_rating_outweighs_no_newer_one_because_its_thing_is_called_anew(asked, wrong, way):
    """m1 was rated 3 on Plex a year ago, and 8 on Trakt since; only later is it known what Plex means."""
    now = int(time.time())
    asked.plex.rate("nate", "m1", 3, at=now - 400 * DAY)
    asked.account.rate(asked.work("m1"), 8, at=now - 30 * DAY)
    if way == "forget":
        asked.nate["titles"] = "ask"
        asked.write()
        asked.run("sync")
        if wrong:
            (one,) = listed(asked)
            asked.run("match", one["name"], f"tmdb:{asked.work(wrong).ids['tmdb']}")
            asked.run("sync")
            asked.run("match", one["name"], "forget")
    else:
        item, other = asked.plex.item("m1"), asked.work("m2")
        item.guids = (f"imdb://{other.ids['imdb']}", f"tmdb://{other.ids['tmdb']}")
        item.title, item.year = other.title, other.year
        item.drawn.clear()
        asked.plex.remove("m2")
        asked.account.want(other)
        asked.run("sync")
        assert asked.run("match", f"{other.title} ({other.year})", "apart:plex").code == 0
    asked.run("sync")
    (one,) = [one for one in listed(asked) if one["problem"] == "no_ids"]
    assert asked.run("match", one["name"], f"tmdb:{asked.work('m1').ids['tmdb']}").code == 0
    settle_all(asked)
    assert dict(rated(asked))["m1"] == 8
    assert asked.plex.owner.view.state(asked.plex.item("m1")).rating == 8


@pytest.mark.parametrize("watched", [False, True])
@pytest.mark.parametrize("way", ["apart:plex", "rematched"])
def test_a_wish_stays_with_its_film_where_the_file_of_that_name_is_another_one(tmp_path, way, watched, monkeypatch):
    """Trakt wishes for m1, which the library seems to have; the file is m2. Of what was watched Trakt drops the wish."""
    with open_place(tmp_path) as place:
        one, other = place.work("m1"), place.work("m2")
        place.plex.remove("m2")
        place.account.want(one)
        if watched:
            place.watch("m1", at=LONG_AGO)
        settle_all(place, 2)
        there = ["m1"] * (not watched)
        if not watched:  # the list is read again, and names its film by a name of its own
            later(place, DAY + 3600, monkeypatch)
            settle_all(place, 1)
        assert (wished(place), [entry.work.uid for entry in place.account.watchlist]) == (["m1"], there)
        if way == "rematched":
            item = place.plex.item("m1")
            item.title, item.year, item.guid = other.title, other.year, f"plex://movie/{other.ids['plex']}"
            item.guids = (f"imdb://{other.ids['imdb']}", f"tmdb://{other.ids['tmdb']}")
            item.drawn.clear()
        else:
            assert place.run("match", f"{one.title} ({one.year})", way).code == 0
            assert "watchlist" not in place.run("sync").out
            (number,) = [each["name"] for each in listed(place) if each["problem"] == "no_ids"]
            assert place.run("match", number, f"tmdb:{other.ids['tmdb']}").code == 0
        for _ in range(3):
            assert place.run("sync").code == 0
        assert [entry.work.uid for entry in place.account.watchlist] == there
        assert wished(place) == ["m1"]
        if way == "apart:plex":
            assert place.run("match", number, "forget").code == 0
        for _ in range(3):
            assert place.run("sync").code == 0
        assert [entry.work.uid for entry in place.account.watchlist] == there


def test_what_is_recognised_later_is_told_at_once(asked):
    """Nobody knew what it was when the library was read; Trakt's newer rating is due on it as soon as that is known."""
    now = int(time.time())
    asked.plex.rate("nate", "m1", 4, at=now - 400 * DAY)
    asked.account.rate(asked.work("m1"), 9, at=now - 30 * DAY)
    asked.nate["titles"] = "ask"
    asked.write()
    asked.run("sync")
    asked.nate["titles"] = "exact"
    asked.write()
    for _ in range(2):
        assert asked.run("sync").code == 0
    assert (asked.plex.owner.view.state(asked.plex.item("m1")).rating, rated(asked)) == (9, [("m1", 9)])


def test_a_wish_for_the_very_film_keeps_no_file_from_being_recognised(asked):
    """It is on the watchlist of the same account, which is no second file."""
    with asked.world.lock:
        asked.plex.want("nate", "m1")
    asked.account.want(asked.work("m1"))
    asked.watch("m1", at=LONG_AGO)
    settle_all(asked)
    assert (asked.plays("m1"), [one["problem"] for one in listed(asked)]) == (1, [])


def test_a_number_is_that_of_the_thing_which_has_it_before_that_of_what_had_it(asked):
    """m2's file is wrongly taken for m3, as m1's was; forgetting by the number of m3 leaves m1 as it was settled since."""
    nameless_item(asked, "m2")
    asked.nate["titles"] = "ask"
    asked.write()
    asked.account.want(asked.work("m3"))
    settle_all(asked, 1)
    number = {one["media"]["title"]: one["name"] for one in listed(asked)}
    first, second = number[asked.work("m1").title], number[asked.work("m2").title]
    for name in (first, second):
        assert asked.run("match", name, f"tmdb:{asked.work('m3').ids['tmdb']}").code == 0
    settle_all(asked, 1)
    assert asked.run("match", first, "forget").code == 0
    assert asked.run("match", first, f"tmdb:{asked.work('m1').ids['tmdb']}").code == 0
    settle_all(asked, 1)
    third = asked.run("why", asked.work("m3").title).out.split("a film, ")[1].split()[0]
    assert asked.run("match", third, "forget").code == 0
    settle_all(asked, 1)
    assert [one["media"]["title"] for one in listed(asked)] == [asked.work("m2").title]


def test_two_people_with_one_library_ask_a_source_once(asked):
    nameless_item(asked, "m2")
    asked.plex.person("zoe", home=True)
    zoe = asked.trakt.join("zoe")
    grant = asked.trakt.sign_in.grant(zoe, CLIENT)
    accounts = asked.accounts()
    accounts["plex"]["user"] = "zoe"
    accounts["trakt"] |= {
        "access_token": grant.access,
        "refresh_token": grant.refresh,
        "expires_at": int(grant.expires),
    }
    asked.settings["profiles"]["zoe"] = {"timezone": "UTC", "accounts": accounts}
    with asked.world.lock:
        for person in ("nate", "zoe"):
            asked.plex.watch(person, "m1", at=LONG_AGO)
    with_sources(asked, "tmdb")
    settle_all(asked)
    assert (asked.plays("m1"), len(zoe.history.of(asked.work("m1"))), requests_to(asked, "tmdb")) == (1, 1, 2)


def test_of_two_peoples_things_of_one_title_it_is_said_whose_they_are(asked):
    other = asked.accounts()["plex"] | {"service": "plex"}
    asked.settings["profiles"]["zoe"] = {"timezone": "UTC", "accounts": {"attic": other}}
    for whose in ("nate", "zoe"):
        asked.settings["profiles"][whose]["titles"] = "ask"
    asked.write()
    asked.run("sync")
    told = asked.run("match", asked.work("m1").title, "none")
    assert (told.code, "nate's plex" in told.err, "zoe's attic" in told.err) == (2, True, True), told.all


@pytest.mark.parametrize("way", ["exact", "match", "source"])
def test_what_others_say_of_what_is_recognised_later_is_told_to_its_library(asked, way):
    """The library says nothing of it but that it is there; Trakt has a play and a rating."""
    asked.account.rate(asked.work("m1"), 9)
    asked.account.watch(asked.work("m1"), LONG_AGO)
    asked.nate["titles"] = "exact" if way == "source" else "ask"
    asked.plex.item("m1").title = "Another title altogether" if way == "match" else asked.work("m1").title
    asked.write()
    if way == "source":
        asked.plex.item("m1").guid = f"plex://movie/{'0' * 24}"
        asked.plex.item("m1").guids = (f"tvdb://{asked.work('m1').ids.get('tvdb', 4711)}",)
        asked.plex.item("m1").drawn.clear()
    asked.run("sync")
    if way == "match":
        (one,) = listed(asked)
        assert asked.run("match", one["name"], f"tmdb:{asked.work('m1').ids['tmdb']}").code == 0
    elif way == "exact":
        asked.nate["titles"] = "exact"
        asked.write()
    else:
        (one,) = [one for one in listed(asked) if one["problem"] == "no_ids"]
        assert asked.run("match", one["name"], str(asked.work("m1").ids["imdb"])).code == 0
    for _ in range(2):
        assert asked.run("sync").code == 0
    state = asked.plex.owner.view.state(asked.plex.item("m1"))
    assert (state.rating, state.count) == (9, 1)
