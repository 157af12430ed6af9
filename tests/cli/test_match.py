"""What an account names without any id: listed with what it may be, settled by a person, and taken back."""

from __future__ import annotations

import pytest

from tests.cli.place import open_place
from watchweave.sandbox import omdb, tmdb, tvdb
from watchweave.sandbox.faults import Html, Status, Truncate

LONG_AGO = 1_700_000_000
KEYS = {"tmdb": tmdb.KEY, "tvdb": tvdb.KEY, "omdb": omdb.KEY}


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


def test_who_no_longer_wants_to_be_asked_gets_what_was_sure(asked):
    """Without another question to the source; what a person has taken back stays as it is."""
    with_sources(asked, "tmdb")
    asking(asked)
    assert (asked.plays("m1"), len(listed(asked)), requests_to(asked, "tmdb")) == (0, 2, 2)
    film = asked.work("m2")
    asked.run("match", f"{film.title} ({film.year})", "1")
    asked.run("match", f"{film.title} ({film.year})", "forget")
    asked.nate["titles"] = "exact"
    asked.write()
    asked.run("sync")
    asked.run("sync")
    assert (asked.plays("m1"), asked.plays("m2"), requests_to(asked, "tmdb")) == (1, 0, 2)
    assert [one["media"]["title"] for one in listed(asked)] == [film.title]


def test_what_a_person_calls_nothing_is_left_alone(place):
    (one,) = listed(asking(place))
    assert "is left alone" in place.run("match", one["name"], "none").out
    place.nate["titles"] = "exact"
    place.write()
    place.run("sync")
    assert (place.plays("m1"), listed(place)) == (0, [])
    assert "is listed" in place.run("match", one["name"], "forget").out
    place.run("sync")
    assert (place.plays("m1"), [again["name"] for again in listed(place)]) == (0, [one["name"]])


def test_a_match_by_title_is_taken_back_and_not_made_again(place):
    place.run("sync")
    film = place.work("m1")
    assert "stands for itself again" in place.run("match", f"{film.title} ({film.year})", "forget").out
    place.plex.rate("nate", "m1", 7)
    place.run("sync")
    place.run("sync")
    assert film not in [one.work for one in place.account.rated()]
    (one,) = listed(place)
    assert one["candidates"][0]["title"] == film.title
    assert "you took back what this name was taken for" in place.run("why", one["name"]).out


def test_taking_back_what_nobody_settled_says_so_and_how_to_have_it_again(place):
    place.run("sync")
    film = place.work("m1")
    title = f"{film.title} ({film.year})"
    told = place.run("match", title, "forget").out
    assert "Nobody had settled it: it was matched by its title." in told
    assert f"watchweave match '{title}' 1" in told
    place.run("sync")
    assert len(listed(place)) == 1
    assert place.run("match", title, "1").code == 0
    place.run("sync")
    assert (place.plays("m1"), listed(place)) == (1, [])
    assert "Nobody had settled it" not in place.run("match", title, "forget").out


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


# metadata sources


@pytest.fixture
def asked(tmp_path):
    """Plex does not know what m1 and m2 are, nor does Trakt show either; the sources of the settings are simulated."""
    with open_place(tmp_path, tmdb.Tmdb, tvdb.Tvdb, omdb.Omdb) as place:
        for uid in ("m1", "m2"):
            item = place.plex.item(uid)
            item.guid, item.guids = f"local://{uid[1:]}", ()
            place.watch(uid, at=LONG_AGO)
        yield place


def with_sources(place, *names):
    services = place.world.services
    place.settings["metadata"] = {
        name: {"url": place.served.url(services[name].hosts[0].name), "api_key": KEYS[name]} for name in names
    }
    place.write()
    place.world.requests.clear()


def requests_to(place, name):
    host = place.world.services[name].hosts[0].name
    return sum(one.host == host for one in place.requests)


@pytest.mark.parametrize(("source", "requests"), [("tmdb", 2), ("tvdb", 3), ("omdb", 2)])
def test_a_metadata_source_tells_what_nobody_else_does_and_is_asked_once(asked, source, requests):
    """One request a film, and a sign-in where there is one."""
    asked.run("sync")
    assert (asked.plays("m1"), asked.plays("m2")) == (0, 0)
    with_sources(asked, source)
    assert f"; lookups: {source} 2" in asked.run("sync").out
    for _ in range(2):
        assert asked.run("sync").code == 0
    assert "; lookups: 2 answered without asking" in asked.run("sync").out
    assert (asked.plays("m1"), asked.plays("m2"), requests_to(asked, source)) == (1, 1, requests)


@pytest.mark.parametrize("source", ["tmdb", "tvdb", "omdb"])
@pytest.mark.parametrize(("apart", "taken"), [(-1, 0), (1, 0), (2, 1)])
def test_no_source_lets_a_film_be_taken_that_has_a_namesake_a_year_away(asked, source, apart, taken):
    """Titles of one word have many: none may hide behind the year that is asked for."""
    film, other, item = asked.work("m1"), asked.work("x20"), asked.plex.item("m1")
    for work, year in ((film, 1995), (other, 1995 + apart)):
        asked.world.catalogue.change(work, title="Alone", year=year)
        entry = asked.world.services["tvdb"].entries.of(work)
        entry.name, entry.year, entry.translations = "Alone", str(year), {}
    item.title, item.year = "Alone", 1995
    item.drawn.clear()
    with_sources(asked, source)
    for _ in range(2):
        assert asked.run("sync").code == 0
    assert (asked.plays("m1"), asked.plays("x20")) == (taken, 0)


@pytest.mark.parametrize(("source", "requests"), [("tmdb", 2), ("tvdb", 3), ("omdb", 2)])
def test_what_a_plan_asks_no_sync_asks_again(asked, source, requests):
    with_sources(asked, source)
    told = asked.run("plan", "--json").json
    planned = [(change["account"], change["media"]["title"]) for change in told["changes"]]
    assert {asked.work(uid).title for uid in ("m1", "m2")} <= {title for _, title in planned}
    done = asked.run("sync", "--json").json
    assert sorted((change["account"], change["media"]["title"]) for change in done["changes"]) == sorted(planned)
    assert (asked.plays("m1"), asked.plays("m2"), requests_to(asked, source)) == (1, 1, requests)


@pytest.mark.parametrize("source", ["tmdb", "tvdb", "omdb"])
@pytest.mark.parametrize("fault", [Html(), Truncate(), Status(503), Status(401)])
def test_a_source_that_fails_stops_nothing_else(asked, source, fault):
    with_sources(asked, source)
    asked.world.faults.order(fault, host=asked.world.services[source].hosts[0].name, times=-1)
    asked.account.rate(asked.work("m3"), 8)
    ended = asked.run("sync", "--json")
    assert (ended.code, asked.plays("m1"), "looked up at a later sync" in ended.err) == (0, 0, True)
    assert "ratings" in {change["shelf"] for change in ended.json["changes"] if change["outcome"] == "done"}


def test_no_key_of_a_source_is_ever_shown(asked):
    with_sources(asked, *KEYS)
    asked.world.faults.order(Status(401))
    for words in (("sync", "-v"), ("doctor", "-v"), ("unmatched", "--json")):
        ended = asked.run(*words)
        assert [key for key in KEYS.values() if key in ended.all] == []


def test_why_tells_how_a_match_came_about(asked):
    with_sources(asked, "tmdb")
    asked.run("sync")
    title = asked.work("m1").title
    told = asked.run("why", title).out
    assert "plex names it without any id; the only one of its title and year, tmdb asked" in told
    assert f"tmdb {asked.work('m1').ids['tmdb']}, said by tmdb" in told
    asked.run("match", title, "forget")
    assert "plex: you took back what this name was taken for" in asked.run("why", title).out


def test_why_tells_what_was_asked_in_vain(place):
    asking(place)
    assert "nobody else asked" in place.run("why", place.work("m1").title).out


def test_a_show_without_ids_brings_its_episodes_along(asked):
    for uid in ("s1", "s1.1.1", "s1.1.2"):
        item = asked.plex.item(uid)
        item.guid, item.guids = f"local://{uid}", ()
    asked.watch("s1.1.1", "s1.1.2", at=LONG_AGO)
    with_sources(asked, "tmdb")
    asked.run("sync")
    asked.run("sync")
    assert (asked.plays("s1.1.1"), asked.plays("s1.1.2")) == (1, 1)


@pytest.fixture
def own_ids(asked):
    """Plex knows both films by ids of its own, and names no others: that leads to no other account."""
    for uid in ("m1", "m2"):
        item = asked.plex.item(uid)
        item.guid = f"plex://movie/{asked.work(uid).ids['plex']}"
    with_sources(asked, "tmdb")
    return asked


def test_an_id_of_the_service_alone_is_looked_up_once_and_stays(own_ids):
    for number in range(4):
        own_ids.plex.rate("nate", "m1", 5 + number)
        own_ids.run("sync")
    assert (own_ids.plays("m1"), own_ids.plays("m2"), requests_to(own_ids, "tmdb")) == (1, 1, 2)
    assert [(one.work.uid, one.value) for one in own_ids.account.rated()] == [("m1", 8)]


def test_a_match_of_what_has_an_id_of_the_service_alone_is_taken_back_for_good(own_ids):
    own_ids.run("sync")
    title = own_ids.work("m1").title
    own_ids.run("match", title, "forget")
    own_ids.plex.rate("nate", "m1", 7)
    for _ in range(3):
        own_ids.run("sync")
    assert own_ids.work("m1") not in [one.work for one in own_ids.account.rated()]
    assert (own_ids.plays("m1"), requests_to(own_ids, "tmdb")) == (1, 2)


# what contradicts, and what is called one and is two


@pytest.fixture
def at_odds(tmp_path):
    """Plex's m1 has the IMDb id of Trakt's, but another title and another id at TMDb."""
    with open_place(tmp_path) as place:
        item = place.plex.item("m1")
        item.title, item.guids = "Something else", (f"imdb://{place.work('m1').ids['imdb']}", "tmdb://99999999")
        item.guid = "plex://movie/0123456789abcdef01234567"
        item.drawn.clear()
        place.account.want(place.work("m1"))
        place.watch("m1", at=LONG_AGO)
        place.run("sync")
        yield place


def odd(place):
    return [one for one in listed(place) if one["problem"] == "contradiction"]


def test_of_what_contradicts_nothing_is_written_and_it_is_shown(at_odds):
    assert {one["account"] for one in odd(at_odds)} == {"plex", "trakt"}
    assert at_odds.plays("m1") == 0


@pytest.mark.parametrize("account", ["plex", "trakt"])
def test_a_person_says_that_what_contradicts_is_one(at_odds, account):
    (one,) = [one for one in odd(at_odds) if one["account"] == account]
    told = at_odds.run("match", one["name"], "same")
    assert (told.code, "are one thing from now on" in told.out) == (0, True)
    at_odds.run("sync")
    at_odds.run("sync")
    assert (at_odds.plays("m1"), odd(at_odds)) == (1, [])
    assert at_odds.run("match", one["name"], "same").code == 2


def test_a_person_says_that_what_contradicts_is_two(at_odds):
    (one,) = [one for one in odd(at_odds) if one["account"] == "plex"]
    assert "are different things from now on" in at_odds.run("match", one["name"], "apart").out
    at_odds.plex.item("m1").title = "Something else again"  # it is told anew, and stays what it is
    at_odds.plex.rate("nate", "m1", 7)
    for _ in range(3):
        at_odds.run("sync")
    assert (at_odds.plays("m1"), odd(at_odds), at_odds.account.rated()) == (0, [], [])
    assert [one["problem"] for one in listed(at_odds)] == ["refused"] * 2  # Trakt knows no 99999999


@pytest.fixture
def mistaken(tmp_path):
    """What Plex calls m1 is m2; it has been synced."""
    with open_place(tmp_path) as place:
        place.account.want(place.work("m1"))
        place.watch("m1", at=LONG_AGO)
        place.run("sync")
        assert place.plays("m1") == 1
        yield place


def test_what_one_account_means_by_it_is_taken_away_and_settled(mistaken):
    film = mistaken.work("m1")
    told = mistaken.run("match", f"{film.title} ({film.year})", "apart:plex")
    assert (told.code, "is something else from now on" in told.out) == (0, True)
    mistaken.plex.rate("nate", "m1", 7)
    for _ in range(3):
        mistaken.run("sync")
    assert (mistaken.plays("m1"), mistaken.account.rated()) == (1, [])
    (one,) = listed(mistaken)
    mistaken.run("match", one["name"], f"tmdb:{mistaken.work('m2').ids['tmdb']}")
    for _ in range(3):
        mistaken.run("sync")
    assert [rating.work.uid for rating in mistaken.account.rated()] == ["m2"]
    assert (mistaken.plays("m1"), mistaken.plays("m2"), listed(mistaken)) == (1, 1, [])


def test_what_was_taken_away_can_be_put_back(mistaken):
    film = mistaken.work("m1")
    mistaken.run("match", f"{film.title} ({film.year})", "apart:plex")
    (one,) = listed(mistaken)
    assert mistaken.run("match", one["name"], "forget").code == 0
    mistaken.plex.rate("nate", "m1", 7)
    for _ in range(3):
        mistaken.run("sync")
    assert ([rating.work.uid for rating in mistaken.account.rated()], mistaken.plays("m1")) == (["m1"], 1)


def test_a_show_is_taken_away_with_its_episodes(tmp_path):
    with open_place(tmp_path) as place:
        place.account.watch(place.work("s1.1.1"), LONG_AGO)
        place.watch("s1.1.1", at=LONG_AGO)
        place.run("sync")
        show = place.work("s1").title
        assert place.run("match", show, "apart:plex").code == 0
        place.watch("s1.1.1", at=LONG_AGO + 90_000)
        place.watch("s1.1.2", at=LONG_AGO + 90_000)
        for _ in range(3):
            place.run("sync")
        assert [place.plays(f"s1.1.{n}") for n in (1, 2)] == [1, 0]


def test_what_has_no_id_is_said_to_be_the_one_of_its_title(place):
    (one,) = listed(asking(place))
    assert [other["media"]["name"] for other in one["against"]] == [one["media"]["name"]]
    assert place.run("match", one["name"], "same").code == 0
    assert listed(place) == []


@pytest.mark.parametrize(
    ("choice", "because"), [("apart:nobody", 'no account "nobody"'), ("apart:trakt", "by another account")]
)
def test_what_cannot_be_settled_is_said(place, choice, because):
    (one,) = listed(asking(place))
    ended = place.run("match", one["name"], choice)
    assert (ended.code, because in ended.err) == (2, True), ended.err


def test_what_was_read_before_it_was_known_is_told_once_it_is(place):
    """Plex has no news of it by then, and Trakt has named it before."""
    place.plex.rate("nate", "m1", 7)
    (one,) = listed(asking(place))
    place.run("sync")
    place.run("match", one["name"], "1")
    for _ in range(3):
        place.run("sync")
    assert ([(one.work.uid, one.value) for one in place.account.rated()], place.plays("m1")) == ([("m1", 7)], 1)


# what an attack found


def nameless_item(place, uid):
    for item in place.plex.item(uid).down():
        item.guid, item.guids = f"local://{item.key}", ()
        item.drawn.clear()


def settle_all(place, times=3):
    for _ in range(times):
        assert place.run("sync", "--yes").code == 0


def test_a_show_without_ids_that_others_know_brings_its_episodes_along(tmp_path):
    with open_place(tmp_path) as place:
        nameless_item(place, "s1")
        place.account.watch(place.work("s1.1.4"), LONG_AGO)
        place.watch("s1.1.1", at=LONG_AGO + 90_000)
        settle_all(place)
        assert [place.plays(f"s1.1.{n}") for n in (1, 2, 3, 4)] == [1, 0, 0, 1]
        assert listed(place) == []


def test_a_wrong_match_of_a_show_is_taken_back_with_its_episodes(tmp_path):
    with open_place(tmp_path, shows=2) as place:
        nameless_item(place, "s1")
        place.plex.remove("s2")
        place.watch("s1.1.1", at=LONG_AGO)
        settle_all(place)
        title, ids = place.work("s1").title, {uid: place.work(uid).ids["tmdb"] for uid in ("s1", "s2")}
        assert place.run("match", title, f"tmdb:{ids['s2']}").code == 0
        settle_all(place)
        assert (place.plays("s1.1.1"), place.plays("s2.1.1")) == (0, 1)
        assert place.run("match", title, "forget").code == 0
        settle_all(place)
        assert place.run("match", title, f"tmdb:{ids['s1']}").code == 0
        settle_all(place)
        place.watch("s1.1.2")
        settle_all(place)
        assert [place.plays(uid) for uid in ("s1.1.1", "s1.1.2", "s2.1.1", "s2.1.2")] == [1, 1, 1, 0]


@pytest.fixture
def confused(tmp_path):
    """Plex has m2 with its ids, and m1 without any; a person took m1 for m2."""
    with open_place(tmp_path) as place:
        nameless_item(place, "m1")
        place.watch("m1", at=LONG_AGO)
        place.watch("m2", at=LONG_AGO + 500_000)
        settle_all(place)
        assert place.run("match", place.work("m1").title, f"tmdb:{place.work('m2').ids['tmdb']}").code == 0
        settle_all(place)
        yield place


def test_a_wrong_match_that_is_taken_back_leaves_the_ids_with_whom_they_are(confused):
    assert confused.run("match", confused.work("m1").title, "forget").code == 0
    confused.plex.rate("nate", "m1", 7)
    confused.plex.rate("nate", "m2", 3)
    settle_all(confused)
    assert [(one.work.uid, one.value) for one in confused.account.rated()] == [("m2", 3)]
    assert confused.run("match", confused.work("m1").title, f"tmdb:{confused.work('m1').ids['tmdb']}").code == 0
    settle_all(confused)
    assert sorted((one.work.uid, one.value) for one in confused.account.rated()) == [("m1", 7), ("m2", 3)]
    assert [one.at // 60 for one in confused.account.history.of(confused.work("m1"))] == [LONG_AGO // 60]
    assert (LONG_AGO + 500_000) // 60 in [one.at // 60 for one in confused.account.history.of(confused.work("m2"))]


def test_nobody_is_told_yes_about_what_nobody_names(confused):
    """The film is found by the title under which it was settled, whatever it is called since."""
    title = confused.work("m1").title
    assert confused.run("match", title, "none").code == 2
    assert confused.run("match", title, "forget").code == 0
    assert confused.run("match", title, f"tmdb:{confused.work('m1').ids['tmdb']}").code == 0
    settle_all(confused)
    assert confused.plays("m1") == 1


@pytest.mark.parametrize("rated_on", ["plex", "trakt"])
def test_of_what_is_taken_away_a_persons_word_goes_along_and_ours_does_not(tmp_path, rated_on):
    """Rated on Plex it is Plex's word of m2; rated on Trakt, where it is m1, we wrote it to Plex's item."""
    with open_place(tmp_path) as place:
        place.account.want(place.work("m1"))
        if rated_on == "plex":
            place.plex.rate("nate", "m1", 7)
        else:
            place.account.rate(place.work("m1"), 7)
        settle_all(place)
        film = place.work("m1")
        assert [one.work.uid for one in place.account.rated()] == ["m1"]
        assert place.run("match", f"{film.title} ({film.year})", "apart:plex").code == 0
        settle_all(place)
        (one,) = [one for one in listed(place) if one["problem"] == "no_ids"]
        assert place.run("match", one["name"], f"tmdb:{place.work('m2').ids['tmdb']}").code == 0
        settle_all(place)
        assert ("m2" in [one.work.uid for one in place.account.rated()]) is (rated_on == "plex")


def test_what_was_written_by_a_match_is_taken_back_after_it_was_forgotten(place):
    """Trakt's rating was written to the file of another film; the match is taken back, and then the run."""
    film = place.work("m1")
    place.account.rate(film, 8)
    place.run("sync")
    assert place.plex.owner.view.state(place.plex.item("m1")).rating == 8
    assert place.run("match", f"{film.title} ({film.year})", "forget").code == 0
    place.run("sync")
    ended = place.run("undo", "1", "--yes")
    assert ended.code == 0, ended.out + ended.err
    assert place.plex.owner.view.state(place.plex.item("m1")).rating is None


@pytest.mark.parametrize("undone", ["before", "after", "never"])
def test_a_wrong_word_that_is_corrected_marks_nothing(place, undone):
    """Its owner says that m1 is m2, which stands in the library unwatched, and corrects that later."""
    asking(place)
    one, other = place.work("m1"), place.work("m2")
    name = f"{one.title} ({one.year})"
    assert place.run("match", name, f"tmdb:{other.ids['tmdb']}").code == 0
    assert place.run("sync").code == 0
    for step in {"before": ("undo", "forget"), "after": ("forget", "undo"), "never": ("forget",)}[undone]:
        ended = place.run(*(("undo", "2", "--yes") if step == "undo" else ("match", name, "forget")))
        assert ended.code in (0, 4), ended.err
    place.run("match", name, f"tmdb:{one.ids['tmdb']}")
    for _ in range(3):
        place.run("sync")
    assert place.plex.owner.view.state(place.plex.item("m2")).count == 0
    assert (place.plays("m1"), place.plays("m2")) == (1, undone == "never")


def test_what_bears_an_id_that_the_others_do_not_take_is_listed_and_settled(place):
    """Nobody knows the number of TheTVDB that Plex has of the film."""
    item, film = place.plex.item("m1"), place.work("m1")
    item.guid, item.guids = f"plex://movie/{'0' * 24}", ("tvdb://99999",)
    (one,) = [each for each in listed(asking(place)) if each["problem"] == "no_ids"]
    assert place.run("match", one["name"], f"tmdb:{film.ids['tmdb']}").code == 0
    place.run("sync")
    assert (place.plays("m1"), [each for each in listed(place) if each["problem"] == "no_ids"]) == (1, [])


def test_the_number_of_a_thing_leads_to_what_it_has_become(place):
    (one,) = listed(asking(place))
    place.run("match", one["name"], "1")
    place.run("sync")
    told = place.run("why", one["name"])
    assert (told.code, f"tmdb {place.work('m1').ids['tmdb']}" in told.out) == (0, True)
    assert place.run("match", one["name"], "forget").code == 0
    assert [each["media"]["title"] for each in listed(place)] == [place.work("m1").title]


def test_of_two_names_that_one_thing_was_taken_for_the_number_takes_back_its_own(asked):
    """Its owner says that m1 and m2 are one film; of m1 that was wrong."""
    asking(asked)
    one, other = (each["name"] for each in sorted(listed(asked), key=lambda each: each["media"]["title"]))
    film = asked.work("m3")
    for name in (one, other):
        assert asked.run("match", name, f"tmdb:{film.ids['tmdb']}").code == 0
    asked.run("sync")
    title = next(uid for uid in ("m1", "m2") if asked.work(uid).title == first_title(asked))
    asked.run("match", one, "forget")
    asked.run("sync")
    assert [each["media"]["title"] for each in listed(asked)] == [asked.work(title).title]


def first_title(place):
    return min(place.work("m1").title, place.work("m2").title)


def test_no_number_is_ever_given_to_another_thing(place):
    (one,) = listed(asking(place))
    place.run("match", one["name"], "1")
    place.plex.item("m2").guid, place.plex.item("m2").guids = "local://13", ()
    place.plex.item("m2").drawn.clear()
    place.watch("m2")
    place.run("sync")
    place.run("sync")
    assert one["name"] not in [each["name"] for each in listed(place)]


@pytest.mark.parametrize("word", ["same", "apart"])
@pytest.mark.parametrize("account", ["plex", "trakt"])
def test_what_was_said_of_two_that_contradict_each_other_is_taken_back(at_odds, account, word):
    """They contradict each other again, as long as nothing is said; then it can be said otherwise."""
    numbers = {each["account"]: each["name"] for each in odd(at_odds)}
    at_odds.run("match", numbers[account], word)
    at_odds.run("sync")
    plays = at_odds.plays("m1")
    assert (plays, odd(at_odds)) == (int(word == "same"), [])
    for name in numbers.values():
        assert at_odds.run("why", name).code == 0
    ended = at_odds.run("match", numbers[account], "forget")
    assert (ended.code, "contradict" in ended.out) == (0, True), ended.all
    assert {each["account"] for each in odd(at_odds)} == {"plex", "trakt"}
    at_odds.plex.rate("nate", "m1", 7)
    at_odds.run("sync")
    at_odds.run("sync")
    assert (at_odds.account.rated(), {each["account"] for each in odd(at_odds)}) == ([], {"plex", "trakt"})
    assert at_odds.run("match", odd(at_odds)[0]["name"], "same").code == 0
    settle_all(at_odds)
    assert ([one.value for one in at_odds.account.rated()], at_odds.plays("m1"), odd(at_odds)) == ([7], 1, [])


def test_a_match_that_is_corrected_at_its_account_is_heard_after_two_were_called_one(at_odds):
    """A person calls both one thing, and then corrects the wrong one at Plex, which is m2."""
    at_odds.run("match", odd(at_odds)[0]["name"], "same")
    at_odds.run("sync")
    item, film = at_odds.plex.item("m1"), at_odds.work("m2")
    item.title, item.guids = film.title, (f"imdb://{film.ids['imdb']}", f"tmdb://{film.ids['tmdb']}")
    item.guid = f"plex://movie/{film.ids['plex']}"
    item.drawn.clear()
    at_odds.plex.rate("nate", "m1", 7)
    settle_all(at_odds)
    assert [(one.work.uid, one.value) for one in at_odds.account.rated()] == [("m2", 7)]


def test_doctor_asks_each_source_once_and_says_what_is_wrong(asked):
    with_sources(asked, *KEYS)
    asked.settings["metadata"]["tmdb"]["api_key"] = "0" * 32
    asked.write()
    ended = asked.run("doctor")
    assert (ended.code, "ok  TheTVDB: answers" in ended.out, "ok  OMDb: answers" in ended.out) == (0, True, True)
    assert "TMDb" in next(line for line in ended.out.splitlines() if line.lstrip().startswith("!"))
    assert [requests_to(asked, name) for name in KEYS] == [1, 2, 1]
    assert not any(key in ended.all for key in (*KEYS.values(), "0" * 32))


@pytest.mark.parametrize(
    ("source", "title", "uid"), [("tmdb", "TMDb", "m3"), ("tvdb", "TheTVDB", "s1"), ("omdb", "OMDb", "m3")]
)
def test_what_a_thing_is_about_is_asked_for_once_when_somebody_looks_at_it(asked, source, title, uid):
    asked.account.want(asked.work(uid))
    asked.watch("m3", "s1.1.1")
    asked.run("sync")
    with_sources(asked, source)
    first = asked.run("why", asked.work(uid).title).out.splitlines()[1]
    count = requests_to(asked, source)
    assert first.startswith(f"  {title}: ")
    assert f"{asked.work(uid).runtime} min" in first
    assert asked.run("why", asked.work(uid).title).out.splitlines()[1] == first
    assert requests_to(asked, source) == count


def test_a_source_that_says_nothing_keeps_nobody_from_why(asked):
    with_sources(asked, "tmdb")
    asked.run("sync")
    asked.world.faults.order(Status(503), host=asked.world.services["tmdb"].hosts[0].name, times=-1)
    told = asked.run("why", asked.work("m1").title)
    assert (told.code, "TMDb: " in told.out) == (0, False)
