"""The examples of directions: a fan, and accounts whose ancestors differ (sync model, sections 3.2 and 3.3)."""

from __future__ import annotations

import pytest

from tests.support.memory import Box
from tests.support.town import DAY, DIARY, HOUR, LISTER, MINUTE, PLEXLIKE, STARS, TRAKTLIKE, Town
from watchweave.core.records import Form
from watchweave.engine.decide import Terms

LIKE = dict(TRAKTLIKE)
RATED = {"ratings": Form(steps=10, settle=60), "watchlist": Form(settle=60)}
FAN = [("plex", "trakt"), ("trakt", "plex"), ("plex", "letterboxd")]
ANCESTORS = [("attic", "plex"), ("plex", "trakt"), ("trakt", "plex"), ("trakt", "letterboxd"), ("imdb", "letterboxd")]


def fan() -> Town:
    town = Town(FAN, plex=LIKE, trakt=LIKE, letterboxd=LIKE)
    return begun(town)


def ancestors() -> Town:
    town = Town(ANCESTORS, attic=LIKE, imdb=RATED, plex=LIKE, trakt=LIKE, letterboxd=LIKE)
    return begun(town)


def begun(town: Town) -> Town:
    town.film("heat", "ran", "alien", "paris")
    town.sync()
    town.wait(HOUR)
    return town


def look(town: Town) -> None:
    """A sync, until all is quiet; then it is another hour."""
    town.settle()
    town.wait(HOUR)


def wished(town: Town, film: str) -> set[str]:
    return {name for name, box in town.boxes.items() if film in box.wishes}


def rated(town: Town, film: str) -> dict[str, int]:
    return {name: box.ratings[film][0] for name, box in town.boxes.items() if film in box.ratings}


def watched(town: Town, film: str) -> set[str]:
    return {name for name, box in town.boxes.items() if any(uid == film for uid, _, _ in box.plays.values())}


# 3.2 a fan


def test_a_wish_on_trakt_reaches_plex_and_letterboxd():
    town = fan()
    town.trakt.wish("heat", town.time)
    look(town)
    assert wished(town, "heat") == {"plex", "trakt", "letterboxd"}


def test_a_wish_on_letterboxd_stays_there_alone():
    town = fan()
    town.letterboxd.wish("paris", town.time)
    look(town)
    assert wished(town, "paris") == {"letterboxd"}


def test_a_wish_dropped_on_letterboxd_stays_with_those_who_do_not_hear_it():
    town = fan()
    town.plex.wish("alien", town.time)
    look(town)
    town.letterboxd.unwish("alien")
    look(town)
    town.wait(DAY)
    look(town)
    assert wished(town, "alien") == {"plex", "trakt"}


def test_a_wish_dropped_on_plex_leaves_everywhere():
    town = fan()
    for film in ("heat", "ran"):
        town.trakt.wish(film, town.time)
    look(town)
    town.plex.unwish("heat")
    look(town)
    assert wished(town, "heat") == set()


def test_letterboxd_keeps_its_own_newer_rating_until_somebody_it_hears_says_something_newer():
    town = fan()
    town.plex.rate("ran", 60, town.time)
    look(town)
    town.letterboxd.rate("ran", 80, town.time)
    look(town)
    assert rated(town, "ran") == {"plex": 60, "trakt": 60, "letterboxd": 80}
    town.trakt.rate("ran", 70, town.time)
    look(town)
    assert rated(town, "ran") == {"plex": 70, "trakt": 70, "letterboxd": 70}


# 3.3 ancestors differ


def test_a_play_on_attic_flows_down_and_not_to_imdb():
    town = ancestors()
    town.attic.watch("heat", town.time - HOUR, town.time)
    look(town)
    assert watched(town, "heat") == {"attic", "plex", "trakt", "letterboxd"}


def test_imdbs_rating_is_heard_by_letterboxd_alone_and_is_outlived_by_a_newer_one():
    town = ancestors()
    town.imdb.rate("heat", 90, town.time)
    look(town)
    assert rated(town, "heat") == {"imdb": 90, "letterboxd": 90}
    town.trakt.rate("heat", 70, town.time)
    look(town)
    assert rated(town, "heat") == {"imdb": 90, "letterboxd": 70, "plex": 70, "trakt": 70}


@pytest.mark.parametrize("later", [0, HOUR])
def test_a_removal_counts_for_all_who_hear_it_though_another_keeps_the_record(later):
    town = ancestors()
    for name in ("attic", "imdb"):
        for film in ("heat", "ran", "alien"):
            town.boxes[name].wish(film, town.time)
        town.wait(later)
    look(town)
    assert wished(town, "heat") == set(town.boxes)
    town.attic.unwish("heat")
    look(town)
    assert wished(town, "heat") == {"imdb"}
    town.imdb.unwish("heat")
    look(town)
    town.imdb.wish("heat", town.time)
    look(town)
    assert wished(town, "heat") == {"imdb", "letterboxd"}


# 3.4 directions change


def test_a_change_of_directions_adds_and_never_removes():
    town = fan()
    town.letterboxd.wish("paris", town.time)
    town.plex.wish("heat", town.time)
    town.plex.rate("ran", 60, town.time)
    look(town)
    town.letterboxd.unwish("heat")
    look(town)
    town.directions = [*FAN, ("letterboxd", "plex")]
    look(town)
    assert wished(town, "paris") == {"plex", "trakt", "letterboxd"}
    town.directions = [("plex", "trakt")]
    look(town)
    assert wished(town, "paris") == {"plex", "trakt", "letterboxd"}
    assert {"plex", "trakt"} <= wished(town, "heat")
    assert rated(town, "ran") == {"plex": 60, "trakt": 60, "letterboxd": 60}


def test_what_was_due_on_the_word_of_somebody_no_longer_heard_is_not_written():
    town = fan()
    town.letterboxd.down = True
    town.plex.wish("heat", town.time)
    town.sync()
    town.wait(HOUR)
    town.letterboxd.down = False
    town.directions = [("plex", "trakt"), ("trakt", "plex")]
    look(town)
    assert wished(town, "heat") == {"plex", "trakt"}


def test_an_account_that_is_added_takes_nothing_away():
    town = Town(None, plex=LIKE, trakt=LIKE)
    begun(town)
    for film in ("heat", "ran", "alien"):
        town.plex.wish(film, town.time)
    look(town)
    town.plex.unwish("ran")
    look(town)
    town.boxes["new"] = Box("new", LIKE)
    town.boxes["new"].wish("ran", town.time - 9 * DAY)
    look(town)
    assert {film: len(wished(town, film)) for film in ("heat", "ran", "alien")} == {"heat": 3, "ran": 3, "alien": 3}


@pytest.mark.parametrize("giver", ["plex", "trakt"])
def test_what_another_one_shows_who_is_still_heard_is_told_on_their_word(giver):
    town = Town([("plex", "letterboxd"), ("trakt", "letterboxd")], plex=LIKE, trakt=LIKE, letterboxd=LIKE)
    town.film("heat")
    town.plex.wish("heat", town.time)
    town.trakt.wish("heat", town.time)
    town.letterboxd.fail_writes = ["unsent"]
    town.sync()
    assert wished(town, "heat") == {"plex", "trakt"}
    town.directions = [(giver, "letterboxd")]
    look(town)
    assert wished(town, "heat") == {"plex", "trakt", "letterboxd"}


# an account that is out of the settings for a while

LOGS = {**LIKE, **LISTER}
PUT = {
    "history": lambda box, uid, at: box.watch(uid, at, at),
    "ratings": lambda box, uid, at: box.rate(uid, 80, at),
    "watchlist": lambda box, uid, at: box.wish(uid, at),
    "lists": lambda box, uid, at: box.list("Trains", uid, at=at),
}
SHOWS = {
    "history": lambda box: {uid for uid, _, _ in box.plays.values()},
    "ratings": lambda box: set(box.ratings),
    "watchlist": lambda box: set(box.wishes),
    "lists": lambda box: box.listed("Trains"),
}


@pytest.mark.parametrize("pairs", [[("ann", "bob")], None], ids=["one way", "both ways"])
@pytest.mark.parametrize("shelf", PUT)
def test_what_was_due_on_the_word_of_an_account_that_left_is_due_when_it_is_back(shelf, pairs):
    town = Town(pairs, ann=LOGS, bob=LOGS)
    town.film("heat", "ran")
    PUT[shelf](town.ann, "heat", town.time)
    look(town)
    PUT[shelf](town.ann, "ran", town.time)
    town.bob.down = True
    town.sync()
    town.bob.down = False
    town.wait(HOUR)

    boxes, town.boxes, town.directions = town.boxes, {"bob": town.bob}, None
    look(town)
    assert SHOWS[shelf](town.bob) == {"heat"}

    town.boxes, town.directions = boxes, pairs
    look(town)
    assert SHOWS[shelf](town.bob) == {"heat", "ran"}


def test_what_an_account_that_left_was_still_to_be_told_is_told_when_it_is_back():
    town = Town(ann=LIKE, bob=LIKE)
    town.film("heat", "ran")
    look(town)
    town.ann.wish("ran", town.time)
    town.bob.down = True
    town.sync()
    town.bob.down = False

    boxes, town.boxes = town.boxes, {"ann": town.ann}
    look(town)
    town.boxes = boxes
    look(town)
    assert wished(town, "ran") == {"ann", "bob"}


def test_the_rating_of_an_account_that_left_before_it_was_told_gives_way_to_the_one_that_is_shown():
    town = Town(ann=LIKE, bob=LIKE)
    town.film("heat")
    town.bob.rate("heat", 60, town.time)
    look(town)
    town.ann.rate("heat", 80, town.time)
    town.bob.down = True
    town.sync()
    town.bob.down = False
    town.wait(HOUR)

    ann = town.boxes.pop("ann")
    town.boxes["dan"] = Box("dan", LIKE)
    look(town)
    assert rated(town, "heat") == {"bob": 60, "dan": 60}

    town.boxes["ann"] = ann
    look(town)
    assert rated(town, "heat") == {"ann": 80, "bob": 80, "dan": 80}


def test_a_removal_by_an_account_that_left_before_it_was_told_is_not_told_later():
    town = Town(ann=LIKE, bob=LIKE)
    town.film("heat")
    town.ann.wish("heat", town.time)
    look(town)
    town.ann.unwish("heat")
    town.bob.down = True
    town.sync()
    town.bob.down = False
    town.wait(HOUR)

    ann = town.boxes.pop("ann")
    look(town)
    town.boxes["ann"] = ann
    look(town)
    assert wished(town, "heat") == {"bob"}


def test_a_play_sent_before_its_giver_left_is_known_as_ours_when_it_shows():
    town = Town(ann=LIKE, diary=DIARY, second=LIKE)
    town.film("heat")
    look(town)
    town.ann.watch("heat", town.time - HOUR, town.time)
    town.diary.fail_writes, town.second.fail_writes = ["applied"], ["applied"]
    town.sync()
    town.wait(HOUR)

    ann, town.diary.down = town.boxes.pop("ann"), True
    town.sync()
    town.boxes["ann"], town.diary.down = ann, False
    town.wait(3 * DAY)
    look(town)
    assert {name: len(box.plays) for name, box in town.boxes.items()} == {"ann": 1, "diary": 1, "second": 1}


def test_a_flag_on_the_word_of_an_account_that_left_is_set_on_that_of_another_one():
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE, plex=PLEXLIKE)
    town.film("heat")
    look(town)
    town.plex.down = True
    town.trakt.watch("heat", town.time - HOUR, town.time)
    town.sync()
    town.wait(HOUR)
    town.sync()
    assert len(town.second.plays) == 1
    town.boxes.pop("trakt")
    town.plex.down = False
    look(town)
    assert "heat" in town.plex.flags


def test_who_is_not_told_what_left_with_its_giver_is_told_what_stands_instead():
    town = Town(ann=LIKE, bob=LIKE, cat=LIKE)
    town.film("heat")
    look(town)
    town.bob.rate("heat", 60, town.time)
    town.cat.down = True
    town.sync()
    town.wait(HOUR)
    town.ann.rate("heat", 80, town.time)
    town.bob.fail_writes = ["unsent"]
    town.sync()
    town.wait(HOUR)
    assert rated(town, "heat") == {"ann": 80, "bob": 60}
    town.boxes.pop("ann")
    town.cat.down = False
    look(town)
    assert rated(town, "heat") == {"bob": 60, "cat": 60}


def test_what_stands_elsewhere_in_its_own_form_is_told_on_after_its_giver_left():
    town = Town(ann=LIKE, bob=STARS, cat=LIKE)
    town.film("heat")
    look(town)
    town.ann.rate("heat", 90, town.time)
    town.cat.down = True
    town.sync()
    town.wait(HOUR)
    assert rated(town, "heat") == {"ann": 90, "bob": 100}
    town.boxes.pop("ann")
    town.cat.down = False
    look(town)
    assert rated(town, "heat") == {"bob": 100, "cat": 90}


@pytest.mark.parametrize("fate", ["applied", "late"])
@pytest.mark.parametrize("shelf", PUT)
def test_an_open_write_that_shows_after_its_giver_left_is_told_on(shelf, fate):
    town = Town(ann=LOGS, bob=LOGS, cat=LOGS)
    town.film("heat", "ran")
    PUT[shelf](town.bob, "heat", town.time)
    look(town)
    PUT[shelf](town.ann, "ran", town.time)
    town.cat.down, town.bob.fail_writes = True, [fate]
    town.sync()
    town.wait(MINUTE)
    ann, town.cat.down = town.boxes.pop("ann"), False
    look(town)
    look(town)
    assert SHOWS[shelf](town.bob) == SHOWS[shelf](town.cat)
    town.boxes["ann"] = ann
    look(town)
    assert all(SHOWS[shelf](box) == {"heat", "ran"} and len(box.plays) <= 2 for box in town.boxes.values())


@pytest.mark.parametrize("who", ["ann", "bob"])
def test_a_removal_that_was_not_sent_when_an_account_left_doubles_nothing(who):
    town = Town(terms=Terms(removed_plays="follow"), ann=LIKE, bob=LIKE, cat=LIKE)
    town.film("heat")
    town.ann.watch("heat", town.time - HOUR, town.time)
    look(town)
    town.ann.remove_play(next(iter(town.ann.plays)))
    town.bob.fail_writes, town.cat.fail_writes = ["unsent"], ["unsent"]
    town.sync(yes=True)
    town.wait(HOUR)
    gone = town.boxes.pop(who)
    look(town)
    town.boxes[who] = gone
    look(town)
    assert max(len(box.plays) for box in town.boxes.values()) <= 1


def test_a_list_that_is_no_longer_chosen_leaves_nothing_pending():
    town = Town(ann=LISTER, bob=LISTER)
    town.film("heat")
    town.ann.list("Trains", "heat")
    town.bob.fail_writes = ["", "lost"]
    town.sync()
    town.chosen = []
    town.wait(HOUR)
    assert [line for line in town.sync().changes if line.outcome == "pending"] == []


@pytest.mark.parametrize("names", [("ann", "bob"), ("cat", "bob", "ann")])
def test_what_a_person_removed_stays_removed_there_though_nobody_had_read_the_copy_that_we_wrote(names):
    town = Town(**dict.fromkeys(names, LIKE))
    town.film("heat")
    town.ann.watch("heat", town.time - HOUR, town.time)
    look(town)
    town.ann.remove_play(next(iter(town.ann.plays)))
    town.sync(yes=True)
    town.wait(HOUR)
    ann = town.boxes.pop("ann")
    look(town)
    town.boxes["ann"] = ann
    look(town)
    assert {name: len(box.plays) for name, box in town.boxes.items()} == {**dict.fromkeys(names, 1), "ann": 0}
