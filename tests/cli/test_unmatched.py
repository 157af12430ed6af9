"""What `unmatched` lists, and where else a person hears of it."""

from __future__ import annotations

import pytest

from tests.cli.place import open_place

LONG_AGO = 1_700_000_000


@pytest.fixture
def place(tmp_path):
    with open_place(tmp_path) as place:
        yield place


def without_ids(place, *uids, guid="local://{}", guids=()):
    for uid in uids:
        item = place.plex.item(uid)
        item.guid, item.guids = guid.format(item.key), guids
        item.drawn.clear()


def listed(place):
    return place.run("unmatched", "--json").json["unmatched"]


def test_a_show_without_ids_stands_for_its_episodes(place):
    without_ids(place, "s1", *(f"s1.1.{number}" for number in (1, 2, 3, 4)))
    place.watch("s1.1.1", "s1.1.2", at=LONG_AGO)
    place.run("sync")
    (one,) = listed(place)
    assert (one["media"]["title"], one["episodes"]) == (place.work("s1").title, 4)
    told = place.run("unmatched").out
    assert f"{place.work('s1').title} ({place.work('s1').year}), with 4 episodes: it has no id" in told
    assert "1 thing in all" in told
    assert ("takes the first proposal" in told, f'"watchweave match {one["name"]} ID" says what' in told) == (
        False,
        True,
    )


def test_a_proposal_says_how_long_it_is(place):
    """The library has another file of that title and year, which bears ids."""
    item, other, film = place.plex.item("m1"), place.plex.item("m2"), place.work("m1")
    other.title, other.year = item.title, item.year
    other.drawn.clear()
    without_ids(place, "m1")
    place.nate["titles"] = "ask"
    place.write()
    place.run("sync")
    (one,) = listed(place)
    length = place.work("m2").runtime
    assert (one["media"]["runtime"], one["candidates"][0]["runtime"]) == (film.runtime * 60, length * 60)
    told = place.run("unmatched").out
    assert f"({film.year}), {film.runtime} min: it has no id" in told
    assert f"({film.year}), {length} min, imdb " in told
    assert f'"watchweave match {one["name"]} 1" takes the first proposal for {one["name"]}' in told


def test_what_contradicts_is_named_with_its_other_half(tmp_path):
    with open_place(tmp_path) as place:
        item = place.plex.item("m1")
        item.title, item.guids = "Something else", (f"imdb://{place.work('m1').ids['imdb']}", "tmdb://99999999")
        item.guid = "plex://movie/0123456789abcdef01234567"
        item.drawn.clear()
        place.account.want(place.work("m1"))
        assert "2 things whose ids contradict each other are written nowhere from now on" in place.run("sync").out
        assert "contradict" not in place.run("sync").out
        one, other = listed(place)
        assert [[each["name"] for each in some["against"]] for some in (one, other)] == [[other["name"]], [one["name"]]]
        told = place.run("unmatched").out
        assert f"contradicts {other['name']}, {other['media']['name']}" in told
        assert f'"watchweave match {one["name"]} same" says that {one["name"]} and what contradicts it are one' in told
        assert "2 things whose ids contradict each other are written nowhere" in place.run("doctor").out


def test_what_only_an_anime_database_knows_is_pointed_to_the_lists(place):
    without_ids(place, "s1", guid="com.plexapp.agents.hama://anidb-17")
    for number in (1, 2, 3, 4):
        without_ids(place, f"s1.1.{number}", guid=f"com.plexapp.agents.hama://anidb-17/1/{number}")
    place.watch("s1.1.1", at=LONG_AGO)
    place.run("sync")
    assert {one["problem"] for one in listed(place)} == {"no_ids"}
    assert 'it has only an id of an anime database: "watchweave import" takes in lists' in place.run("unmatched").out
