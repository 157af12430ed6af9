"""What follows when a match is corrected: what was written by it, and what a person said before."""

from __future__ import annotations

import time

import pytest

from tests.cli.place import open_place
from tests.cli.test_match import KEYS, LONG_AGO, listed, nameless_item, settle_all, with_sources
from watchweave.sandbox import omdb, tmdb, tvdb

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


@pytest.mark.parametrize("way", ["apart:plex", "rematched"])
def test_a_wish_stays_with_its_film_where_the_file_of_that_name_is_another_one(tmp_path, way):
    """Trakt wishes for m1, which the library seems to have; the file is m2."""
    with open_place(tmp_path) as place:
        one, other = place.work("m1"), place.work("m2")
        place.plex.remove("m2")
        place.account.want(one)
        settle_all(place)
        assert wished(place) == ["m1"]
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
        assert [entry.work.uid for entry in place.account.watchlist] == ["m1"]
        assert wished(place) == ["m1"]
        if way == "apart:plex":
            assert place.run("match", number, "forget").code == 0
        for _ in range(3):
            assert place.run("sync").code == 0
        assert [entry.work.uid for entry in place.account.watchlist] == ["m1"]
