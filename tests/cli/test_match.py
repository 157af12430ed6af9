"""What an account names without any id: listed with what it may be, settled by a person, and taken back."""

from __future__ import annotations

import pytest

from tests.cli.place import open_place

LONG_AGO = 1_700_000_000


@pytest.fixture
def place(tmp_path):
    """Plex does not know what m1 is; Trakt has it on the watchlist, under its title and ids."""
    with open_place(tmp_path) as place:
        item = place.plex.item("m1")
        item.guid, item.guids = "local://12", ()
        place.account.want(place.work("m1"))
        place.watch("m1", at=LONG_AGO)
        yield place


def asking(place):
    place.nate["titles"] = "ask"
    place.write()
    place.run("sync")
    return place


def listed(place):
    return place.run("unmatched", "--json").json["unmatched"]


def test_the_only_work_of_its_title_and_year_is_taken(place):
    place.run("sync")
    assert (place.plays("m1"), listed(place)) == (1, [])


def test_who_wants_to_be_asked_sees_what_it_may_be(place):
    (one,) = listed(asking(place))
    film = place.work("m1")
    offer = one["candidates"][0]
    assert (one["problem"], offer["title"], offer["score"], offer["ids"]["imdb"]) == (
        "no_ids",
        film.title,
        100,
        film.ids["imdb"],
    )
    assert f"1. {film.title} ({film.year})" in place.run("unmatched").out
    assert place.plays("m1") == 0


@pytest.mark.parametrize("choice", ["1", "imdb", "tmdb"])
def test_a_person_settles_what_it_is(place, choice):
    (one,) = listed(asking(place))
    ids = place.work("m1").ids
    said = {"imdb": str(ids["imdb"]), "tmdb": f"tmdb:{ids['tmdb']}"}.get(choice, choice)
    told = place.run("match", one["name"], said)
    assert (told.code, "from now on. The next sync tells the others." in told.out) == (0, True)
    place.run("sync")
    assert (place.plays("m1"), listed(place)) == (1, [])


def test_what_a_person_calls_nothing_is_left_alone(place):
    (one,) = listed(asking(place))
    assert "is left alone" in place.run("match", one["name"], "none").out
    place.nate["titles"] = "exact"
    place.write()
    place.run("sync")
    assert (place.plays("m1"), listed(place)) == (0, [])


def test_a_match_by_title_is_taken_back_and_not_made_again(place):
    place.run("sync")
    film = place.work("m1")
    assert "stands for itself again" in place.run("match", f"{film.title} ({film.year})", "forget").out
    place.plex.rate("nate", "m1", 7)
    place.run("sync")
    place.run("sync")
    assert film not in [one.work for one in place.account.rated()]
    assert listed(place) == []


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("m1", "nonsense"), "is no id"),
        (("m1", "tmdb:0"), "is no id"),
        (("m1", "9"), "Proposals for it: 1."),
        (("no such film", "none"), "Nothing that is called"),
    ],
)
def test_what_is_not_understood_is_said(place, words, because):
    (one,) = listed(asking(place))
    thing = one["name"] if words[0] == "m1" else words[0]
    ended = place.run("match", thing, words[1])
    assert (ended.code, because in ended.err) == (2, True), ended.err
