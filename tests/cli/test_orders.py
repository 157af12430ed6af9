"""Shows that Plex numbers in another order than Trakt: every play lands on its own episode, or nowhere.

The simulated TheTVDB has a show whose DVD order is turned, one whose DVD order is another cut, one that is counted through,
and one that is counted through without a list of it (sandbox/tvdb_entries.py).
"""

from __future__ import annotations

import pytest

from tests.cli.place import open_place
from tests.cli.test_match import listed, requests_to, with_sources
from watchweave.sandbox import tmdb, tvdb

LONG_AGO, HOUR, DAY = 1_700_000_000, 3600, 86_400
AGENTS = "com.plexapp.agents."
UIDS = [f"s{show}.{season}.{number}" for show in (1, 2, 3, 4) for season in (1, 2) for number in (1, 2, 3, 4)]


@pytest.fixture
def place(tmp_path):
    with open_place(tmp_path, tmdb.Tmdb, tvdb.Tvdb, shows=4, seasons={1: 4, 2: 4, 0: 3}) as place:
        yield place


def number(place, uid):
    return place.work(uid).ids["tvdb"]


def named(place, show, guid):
    """The whole show as an older agent names it: `guid` with its series before it and the place behind."""
    text = f"{AGENTS}{guid.format(number(place, show))}"
    item = place.plex.item(show)
    item.guid, item.guids = f"{text}?lang=en", ()
    for season in item.children:
        season.guid, season.guids = f"{text}/{season.index}?lang=en", ()
        for one in season.children:
            one.guid, one.guids = f"{text}/{season.index}/{one.index}?lang=en", ()
            one.drawn.clear()


def renumber(place, uid, index):
    """Plex numbers this episode otherwise; its file, title and day stay what they are."""
    item = place.plex.item(uid)
    item.index = index
    item.drawn.clear()


def turned(place):
    """The first show in DVD order, which begins season 1 with what was shown last of it."""
    for n in (1, 2, 3, 4):
        renumber(place, f"s1.1.{n}", n % 4 + 1)


def watch_all(place, show):
    """Each episode another number of times, so that none can be taken for another."""
    for n in (1, 2, 3, 4):
        for time in range(n):
            place.watch(f"{show}.1.{n}", at=LONG_AGO + n * DAY + time * HOUR)


def counts(place, show):
    return [place.plays(f"{show}.1.{n}") for n in (1, 2, 3, 4)]


def sync(place, times=3):
    for _ in range(times):
        ended = place.run("sync", "--yes")
        assert ended.code == 0, ended.all


def nothing_else(place, show):
    """Nothing of any other season or show was written."""
    return not any(place.plays(uid) for uid in UIDS if not uid.startswith(f"{show}.1."))


@pytest.mark.parametrize("known_before", [True, False])
def test_what_an_agent_numbers_in_dvd_order_lands_where_it_belongs(place, known_before):
    if known_before:  # Trakt tells of episodes at the very places at which Plex has others
        place.account.watch(place.work("s1.1.2"), LONG_AGO - DAY)
    turned(place)
    named(place, "s1", "thetvdbdvdorder://{}")
    watch_all(place, "s1")
    with_sources(place, "tvdb")
    sync(place)
    assert counts(place, "s1") == [1, 2 + known_before, 3, 4]
    assert nothing_else(place, "s1")
    assert requests_to(place, "tvdb") == 2  # the sign-in, and one list for all of the show
    told = place.run("why", f"{place.work('s1').title} S01E01").out
    assert "plex names it without an id that all can be told; found in a list of its show, tvdb asked" in told


def test_without_a_source_what_is_in_another_order_goes_nowhere(place):
    turned(place)
    named(place, "s1", "thetvdbdvdorder://{}")
    place.account.watch(place.work("s1.1.2"), LONG_AGO - DAY)
    watch_all(place, "s1")
    sync(place)
    assert counts(place, "s1") == [0, 1, 0, 0]
    assert ["number this show differently" in one["why"] for one in listed(place)] == [True] * 4


def test_an_order_that_is_another_cut_has_no_place_elsewhere(place):
    named(place, "s2", "thetvdbdvdorder://{}")
    watch_all(place, "s2")
    with_sources(place, "tvdb")
    sync(place)
    assert counts(place, "s2") == [0, 0, 0, 0]
    assert len(listed(place)) == 4


@pytest.mark.parametrize("show", ["s3", "s4"])
def test_what_is_counted_through_lands_in_its_season(place, show):
    """Episode 5 of the first season is the first of the second one."""
    item = place.plex.item(show)
    for n in (1, 2, 3, 4):
        renumber(place, f"{show}.2.{n}", 4 + n)
    named(place, show, "hama://tvdb4-{}")
    for one in item.children[1].children:
        one.guid = one.guid.replace("/2/", "/1/")
    for n in (1, 2, 3, 4):
        place.watch(f"{show}.2.{n}", at=LONG_AGO + n * DAY)
    with_sources(place, "tvdb")
    sync(place)
    assert [place.plays(f"{show}.2.{n}") for n in (1, 2, 3, 4)] == [1, 1, 1, 1]
    assert counts(place, show) == [0, 0, 0, 0]


@pytest.mark.parametrize("source", ["tvdb", ""])
def test_own_ids_outweigh_every_number(place, source):
    """Plex and Trakt number the show differently, and each names its episodes: nothing has to be asked."""
    turned(place)
    place.account.watch(place.work("s1.1.1"), LONG_AGO - DAY)
    place.account.watch(place.work("s1.1.4"), LONG_AGO - DAY)
    watch_all(place, "s1")
    if source:
        with_sources(place, source)
    sync(place)
    assert (counts(place, "s1"), nothing_else(place, "s1")) == ([2, 2, 3, 5], True)
    assert not source or requests_to(place, source) == 0


def test_a_season_split_in_two_lands_in_both(place):
    """Plex has one season of eight where Trakt has two of four; only half of Plex's episodes bear ids."""
    for n in (1, 2, 3, 4):
        renumber(place, f"s1.2.{n}", 4 + n)
    season = place.plex.item("s1.1")
    for one in list(place.plex.item("s1.2").children):
        one.parent = season
        season.children.append(one)
        one.drawn.clear()
    for uid in ("s1.1.2", "s1.2.3"):
        item = place.plex.item(uid)
        item.guid, item.guids = "local://7", ()
    for n in (1, 2, 3, 4):
        place.watch(f"s1.2.{n}", at=LONG_AGO + n * DAY)
        place.account.watch(place.work(f"s1.2.{n}"), LONG_AGO - n * DAY)
    place.watch("s1.1.2", at=LONG_AGO)
    sync(place)
    assert [place.plays(f"s1.2.{n}") for n in (1, 2, 4)] == [2, 2, 2]
    assert (place.plays("s1.2.3"), place.plays("s1.1.2")) == (1, 0)  # neither has an id, and no number counts there
    with_sources(place, "tvdb")
    sync(place)
    assert (place.plays("s1.2.3"), place.plays("s1.1.2")) == (2, 1)  # its title and its day tell
    assert counts(place, "s1") == [0, 1, 0, 0]


@pytest.mark.parametrize("source", ["tvdb", "tmdb", ""])
def test_a_special_lands_by_its_title_and_its_day_or_nowhere(place, source):
    """Plex numbers the specials the other way round, as an older agent that names none of them."""
    for n in (1, 2, 3):
        renumber(place, f"s1.0.{n}", 4 - n)
    named(place, "s1", "thetvdb://{}")
    place.account.watch(place.work("s1.0.3"), LONG_AGO - DAY)
    for n in (1, 2):
        place.watch(f"s1.0.{n}", at=LONG_AGO + n * DAY)
    if source:
        with_sources(place, source)
    sync(place)
    expected = [1, 1, 1] if source else [0, 0, 1]
    assert [place.plays(f"s1.0.{n}") for n in (1, 2, 3)] == expected
    assert nothing_else(place, "s1")


def test_a_special_at_one_place_under_one_title_is_one(place):
    place.account.watch(place.work("s1.0.1"), LONG_AGO - DAY)
    named(place, "s1", "thetvdb://{}")
    place.watch("s1.0.1", at=LONG_AGO)
    place.watch("s1.0.2", at=LONG_AGO)
    sync(place)
    assert [place.plays(f"s1.0.{n}") for n in (1, 2, 3)] == [2, 0, 0]


def test_with_own_ids_specials_need_no_number(place):
    for n in (1, 2, 3):
        renumber(place, f"s1.0.{n}", 4 - n)
        place.watch(f"s1.0.{n}", at=LONG_AGO + n * DAY)
    place.account.watch(place.work("s1.0.3"), LONG_AGO - DAY)
    sync(place)
    assert [place.plays(f"s1.0.{n}") for n in (1, 2, 3)] == [1, 1, 2]


ANIME = """<?xml version="1.0" encoding="utf-8"?>
<anime-list>
  <anime anidbid="77" tvdbid="{}" defaulttvdbseason="2" episodeoffset="" tmdbid="" imdbid="">
    <name>An entry</name>
    <mapping-list><mapping anidbseason="1" tvdbseason="2">;1-2;2-1;4-0;</mapping></mapping-list>
  </anime>
</anime-list>
"""


def anime(place):
    """Plex names the first season of s3 by an entry of AniDB, which is the second season, with two episodes exchanged
    and one that is nowhere."""
    for other in ("s3.2", "s3.0"):
        place.plex.remove(other)
    item = place.plex.item("s3")
    item.guid, item.guids = f"{AGENTS}hama://anidb-77?lang=en", ()
    season = item.children[0]
    season.guid, season.guids = f"{AGENTS}hama://anidb-77/1?lang=en", ()
    for one in season.children:
        one.guid, one.guids = f"{AGENTS}hama://anidb-77/1/{one.index}?lang=en", ()
        one.title, one.released = f"Entry {one.index}", ""
        one.drawn.clear()
    for n in (1, 2, 3, 4):
        place.watch(f"s3.1.{n}", at=LONG_AGO + n * DAY)
    (place.folder / "list.xml").write_text(ANIME.format(number(place, "s3")))


def test_an_entry_of_anidb_lands_where_a_list_says(place):
    anime(place)
    sync(place)
    assert not any(place.plays(uid) for uid in UIDS)
    assert place.run("import", str(place.folder / "list.xml")).code == 0
    sync(place)
    assert not any(place.plays(uid) for uid in UIDS)  # nobody can say what stands at these places
    with_sources(place, "tvdb")
    sync(place)
    assert [place.plays(f"s3.2.{n}") for n in (1, 2, 3, 4)] == [1, 1, 1, 0]
    assert counts(place, "s3") == [0, 0, 0, 0]
    assert requests_to(place, "tvdb") == 2
    assert place.account.history.of(place.work("s3.2.2"))[0].at // 60 == (LONG_AGO + DAY) // 60


def test_an_entry_whose_list_is_wrong_is_refused_where_the_day_says_so(place):
    anime(place)
    for one in place.plex.item("s3.1").children:
        one.released = "2001-01-01"
    place.run("import", str(place.folder / "list.xml"))
    with_sources(place, "tvdb")
    sync(place)
    assert not any(place.plays(uid) for uid in UIDS)


def test_an_episode_that_nobody_could_name_is_settled_by_a_person(place):
    named(place, "s1", "thetvdbdvdorder://{}")
    place.watch("s1.1.3", at=LONG_AGO)
    sync(place)
    (one,) = [one for one in listed(place) if one["problem"] == "refused"]
    assert one["name"] in place.run("unmatched").out
    assert "S01E03" in place.run("why", one["name"]).out
    told = place.run("match", one["name"], f"tvdb:{number(place, 's1.1.3')}")
    assert (told.code, place.run("match", one["name"], "tmdb:7").code) == (0, 2)
    sync(place)
    assert counts(place, "s1") == [0, 0, 1, 0]
