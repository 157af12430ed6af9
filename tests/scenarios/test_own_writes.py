"""What stands on an account because we wrote it: it is no news, hides no news for long, and is never taken for a person's."""

import itertools
from dataclasses import replace

import pytest

from tests.scenarios.household import BOTH_WAYS, NOW, SETTLE, Household, outcomes, told
from tests.support.town import DAY, HOUR, MINUTE, PLEXLIKE, TRAKTLIKE, Town
from watchweave.engine.unmatched import unmatched
from watchweave.sandbox import faults
from watchweave.sandbox.trakt import Options

PLEX_TO_TRAKT = (("plex", "trakt"),)


def hidden(town: Town) -> int:
    """We write Heat to `second`; right behind it, before we look again, somebody logs Ran there. When that was."""
    town.film("heat", "ran", runtime=7200)
    town.settle()
    town.wait(HOUR)
    town.trakt.watch("heat", town.time - 5 * HOUR, town.time)
    at = town.time - 3 * HOUR
    town.second.behind = lambda: town.second.watch("ran", at, town.time)
    town.sync()
    town.wait(HOUR)
    return at


def of(town: Town, name: str, film: str) -> int:
    return sum(uid == film for uid, _, _ in town.boxes[name].plays.values())


def test_a_play_logged_right_behind_our_write_is_seen_before_we_write_again():
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE)
    at = hidden(town)
    town.trakt.watch("ran", at + 10 * MINUTE, town.time)
    town.sync()
    assert (of(town, "second", "ran"), of(town, "trakt", "ran")) == (1, 1)
    assert town.settle() == 1


def test_a_play_logged_right_behind_our_write_is_seen_within_a_day():
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE)
    hidden(town)
    town.wait(DAY)
    town.sync()
    assert of(town, "trakt", "ran") == 1


def test_the_sync_after_one_that_wrote_only_asks_the_stamps():
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE, plex=PLEXLIKE)
    town.film("heat", "ran")
    town.trakt.watch("heat", town.time - DAY, town.time)
    town.plex.rate("ran", 80, town.time)
    town.second.wish("ran", town.time)
    town.sync()
    reads = {name: box.reads for name, box in town.boxes.items()}
    town.sync()
    assert {name: box.reads - reads[name] for name, box in town.boxes.items()} == {"trakt": 3, "second": 3, "plex": 3}


def test_a_change_of_directions_introduces_an_account_although_only_we_wrote_there():
    town = Town([("trakt", "second")], trakt=TRAKTLIKE, second=TRAKTLIKE)
    town.film("heat", "ran")
    town.second.wish("ran", town.time)
    town.settle()
    town.trakt.wish("heat", town.time)
    town.sync()
    town.directions = None
    town.wait(HOUR)
    town.settle()
    assert set(town.trakt.wishes) == {"heat", "ran"}


@pytest.mark.parametrize("wait", [MINUTE, HOUR, 8 * DAY])
def test_a_rating_that_plex_only_says_it_took_is_removed_nowhere(wait):
    house = Household(films=20)
    house.trakt.rate(house["m1"], 8, at=NOW - HOUR)
    house.world.faults.order(faults.Blank(), "plex.server", "PUT", "rate")
    assert outcomes(house.sync()) == {"pending": 1}
    house.world.faults.cancel()
    house.later(wait)
    house.sync()
    assert (house.trakt.ratings["m1"].value, house.rating("m1")) == (8, 8.0)


@pytest.mark.parametrize("wait", [MINUTE, HOUR, 8 * DAY])
def test_a_mark_that_plex_only_says_it_made_is_made_the_next_time(wait):
    house = Household(films=20)
    house.watch_on_trakt("m1", NOW - DAY)
    house.world.faults.order(faults.Blank(), "plex.server", "PUT", "scrobble")
    assert outcomes(house.sync()) == {"pending": 1}
    house.world.faults.cancel()
    house.later(wait)
    house.sync()
    assert (house.watched("m1"), house.plays("m1")) == (True, [NOW - DAY])
    house.quiet()


def test_a_wish_that_discover_only_says_it_took_is_removed_nowhere():
    house = Household(others=3)
    house.trakt.want(house["x1"])
    house.world.faults.order(faults.Blank(), "plex.discover", "PUT", "addToWatchlist")
    assert outcomes(house.sync()) == {"pending": 1}
    house.world.faults.cancel()
    house.later()
    assert told(house.sync()) == {("plex", "watchlist", "add")}
    house.quiet()
    assert (house.wishes(), house.wishes_on_trakt()) == ({"x1"}, {"x1"})


@pytest.mark.parametrize("action", ["rate", "scrobble"])
def test_what_a_service_never_keeps_is_sent_less_and_less(action):
    house = Household(films=20)
    if action == "rate":
        house.trakt.rate(house["m1"], 8, at=NOW - HOUR)
    else:
        house.watch_on_trakt("m1", NOW - DAY)
    house.world.faults.order(faults.Blank(), "plex.server", "PUT", action, times=-1)
    for _ in range(3 * 24):
        house.sync()
        house.later(HOUR)
    assert 4 <= len(house.writes()) <= 7
    assert {row["problem"] for row in unmatched(house.store, house.now())} == {"refused"}
    house.world.faults.cancel()
    house.later(8 * DAY)
    house.sync()
    assert house.rating("m1") == 8.0 if action == "rate" else house.watched("m1")
    house.quiet()


def test_the_hold_of_a_doubted_account_counts_what_only_we_wrote_elsewhere():
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE)
    town.film("heat", "ran", "alien", "solaris")
    for film in ("heat", "ran", "alien", "solaris"):
        town.trakt.wish(film, town.time)
    town.sync()
    town.wait(HOUR)
    town.trakt.empty = {"watchlist"}
    town.trakt.move("watchlist")
    report = town.sync(yes=True)
    assert [(hold.account, hold.count, hold.check) for hold in report.held] == [("trakt", 4, "doubted")]
    assert report.held[0].why.endswith("it removes 4 on second")


def test_a_removal_of_ours_is_not_taken_for_done_because_the_whole_shelf_hides():
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE)
    town.film("heat", "ran", "alien", "solaris")
    for film in ("heat", "ran", "alien", "solaris"):
        town.trakt.rate(film, 80, town.time)
    town.settle()
    town.wait(HOUR)
    town.trakt.rate("heat", None, town.time)
    town.second.fail_writes = ["lost"]
    town.sync()
    town.second.empty = {"ratings"}
    town.second.move("ratings")
    town.sync()
    town.second.empty = set()
    town.wait(HOUR)
    town.settle()
    assert ("heat" in town.trakt.ratings, "heat" in town.second.ratings) == (False, False)


@pytest.mark.parametrize("shelf", ["ratings", "watchlist"])
def test_what_a_service_only_says_it_kept_is_removed_nowhere(shelf):
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE)
    town.film("heat")
    if shelf == "ratings":
        town.trakt.rate("heat", 80, town.time)
    else:
        town.trakt.wish("heat", town.time)
    town.wait(HOUR)
    town.second.behind = lambda: (town.second.ratings.clear(), town.second.wishes.clear())
    town.sync()
    for wait in (MINUTE, DAY, DAY, 8 * DAY):
        town.wait(wait)
        town.sync()
    assert {*town.trakt.ratings, *town.trakt.wishes} == {*town.second.ratings, *town.second.wishes} == {"heat"}


@pytest.mark.parametrize("shelf", ["ratings", "watchlist"])
@pytest.mark.parametrize("waits", [(MINUTE,), (MINUTE, MINUTE, MINUTE), (MINUTE, HOUR)])
def test_what_a_service_only_says_it_kept_is_removed_nowhere_although_it_is_looked_at_soon(waits, shelf):
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE)
    town.film("heat", "ran", "alien", "jaws")

    def enter(film: str) -> None:
        if shelf == "ratings":
            town.trakt.rate(film, 80, town.time)
        else:
            town.trakt.wish(film, town.time)

    enter("heat")
    town.wait(HOUR)
    town.second.behind = lambda: (town.second.ratings.clear(), town.second.wishes.clear())
    town.sync()
    for wait, film in zip(waits, ("ran", "alien", "jaws"), strict=False):
        town.wait(wait)
        enter(film)  # there is something to write, so that all of it is read
        town.sync()
    for wait in (DAY, DAY, 8 * DAY):
        town.wait(wait)
        town.sync()
    assert "heat" in {*town.trakt.ratings, *town.trakt.wishes}
    assert {*town.second.ratings, *town.second.wishes} == {*town.trakt.ratings, *town.trakt.wishes}


def test_a_listing_that_lags_behind_our_write_removes_nothing():
    house = Household(others=3)
    house.trakt.rate(house["m1"], 8, at=NOW - HOUR)
    house.plex.rate("mara", "m2", 6, at=NOW - HOUR)
    house.sync()
    kept = house.trakt.ratings.pop("m2")  # what was written does not show yet
    house.later(MINUTE)
    house.trakt.rate(house["m3"], 9)
    house.sync()
    assert (house.rating("m2"), house.rating("m3")) == (6.0, 9.0)
    house.trakt.ratings["m2"] = kept
    house.trakt._rated = None
    house.later()
    house.sync()
    assert (house.rating("m2"), house.trakt.ratings["m2"].value) == (6.0, 6)
    house.quiet()


@pytest.mark.parametrize("readable_after", [0, 280])
@pytest.mark.parametrize("wait", [MINUTE, SETTLE + MINUTE, DAY + HOUR])
@pytest.mark.parametrize("then", [PLEX_TO_TRAKT, BOTH_WAYS])
def test_what_we_wrote_and_never_read_is_known_under_other_directions(then, wait, readable_after):
    """Most of it stands far behind the newest page, which alone is read as long as it explains the count."""
    first = BOTH_WAYS if then == PLEX_TO_TRAKT else PLEX_TO_TRAKT
    house = Household(
        films=8, others=260, checked=False, directions=first, options=Options(readable_after=readable_after)
    )
    for number in range(255):
        house.watch_on_trakt(f"x{number + 1}", NOW - number * DAY - HOUR)
    for number in range(8):
        house.watch_on_plex(f"m{number + 1}", NOW - 2 * HOUR - (400 * DAY if number else 0) - number * HOUR)
    house.sync(yes=True)
    house.later(wait)
    house.person = replace(house.person, directions=then)
    for _ in range(3):
        assert [change for change in house.sync(yes=True).changes if change.account == "trakt"] == []
        house.later(SETTLE + MINUTE)
    assert {len(house.plays(f"m{number + 1}")) for number in range(8)} == {1}
    house.quiet()


@pytest.mark.parametrize("shelf", ["ratings", "watchlist"])
def test_what_a_service_shows_as_something_else_than_it_was_told_is_no_removal(shelf):
    """Trakt knows Heat by its id, and shows it by another one: a merged id, for example."""
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat", "ran")
    town.trakt.rate("ran", 50, town.time)
    town.sync()
    town.trakt.ids = {"heat": {"tvdb": "9"}}
    if shelf == "ratings":
        town.plex.rate("heat", 70, town.time)
    else:
        town.plex.wish("heat", town.time)
    for day in range(8):
        town.wait(HOUR)
        town.sync(yes=True)
        town.trakt.rate("ran", 10 * (day % 9 + 1), town.time)
        town.wait(DAY)
    assert (town.plex.ratings if shelf == "ratings" else town.plex.wishes).keys() >= {"heat"}
    assert sum(one == (shelf, "add", "heat") for one in town.trakt.written) <= 4  # tried again, later and later


def test_a_name_that_stands_for_something_else_now_takes_nothing_back_elsewhere():
    """Trakt shows our rating, and then says that this key of its is another film."""
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE)
    town.film("heat", "ran")
    town.second.rate("heat", 80, town.time)
    town.settle()
    for _ in range(3):
        town.wait(DAY)
        town.trakt.move("ratings")
        town.sync(yes=True)
    town.trakt.ids = {"heat": {"imdb": "tt7777777", "tmdb": "777777"}}
    for shelf in ("ratings", "history"):
        town.trakt.move(shelf)
    for _ in range(4):
        town.wait(DAY)
        town.sync(yes=True)
    assert town.second.ratings["heat"][0] == 80


def known_by_trakt(*, read):
    """Heat was watched and rated on Trakt, and we have told Plex, where Ran stands as well. read: and read it there."""
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat", "ran")
    town.trakt.watch("heat", town.time - DAY, town.time)
    town.trakt.rate("heat", 80, town.time)
    town.settle()
    assert (set(town.plex.flags), set(town.plex.ratings)) == ({"heat"}, {"heat"})
    town.wait(DAY)
    if read:
        for shelf in ("history", "ratings"):
            town.plex.move(shelf)
        town.settle()
    return town


def rename(town, ids):
    town.plex.ids = ids
    for shelf in ("history", "ratings"):
        town.plex.move(shelf)


def plays_of(town, uid):
    return [at for key, at, _ in town.trakt.plays.values() if key == uid]


@pytest.mark.parametrize("read", [True, False])
def test_what_we_wrote_on_a_name_whose_match_is_corrected_is_no_news_of_the_other_film(read):
    town = known_by_trakt(read=read)
    town.plex.library.discard("ran")
    rename(town, {"heat": town.things["ran"].ids})
    for _ in range(5):
        town.sync(yes=True)
        town.wait(DAY)
    assert (plays_of(town, "ran"), town.trakt.ratings.keys()) == ([], {"heat"})


@pytest.mark.parametrize("read", [True, False])
def test_what_we_wrote_is_no_news_where_two_names_have_changed_places(read):
    """Plex says now that what it called Heat is Ran, and the other way round; its marks hang on the names."""
    town = known_by_trakt(read=read)
    rename(town, {"heat": town.things["ran"].ids, "ran": town.things["heat"].ids})
    for _ in range(5):
        town.sync(yes=True)
        town.wait(DAY)
    assert (plays_of(town, "ran"), town.trakt.ratings.keys()) == ([], {"heat"})
    assert ("ran" in town.plex.flags, town.plex.ratings["ran"][0]) == (True, 80)  # it is Heat now


def two_who_disagree():
    """One account tells an id of Heat that nobody else knows; the other one shows Heat by another id alone."""
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE)
    town.film("heat")
    ids = town.things["heat"].ids
    town.trakt.ids = {"heat": {"imdb": "tt8888888", "tmdb": ids["tmdb"]}}
    town.second.ids = {"heat": {"imdb": ids["imdb"]}}
    return town


def test_a_play_that_a_service_shows_as_something_else_does_not_come_back_as_a_second_one():
    town = two_who_disagree()
    town.trakt.watch("heat", town.time - DAY, town.time)
    for _ in range(6):
        town.sync(yes=True)
        town.wait(DAY)
    assert (len(plays_of(town, "heat")), len(town.second.plays)) == (1, 1)


def test_a_rating_that_two_services_show_as_two_things_is_not_passed_to_and_fro():
    town = two_who_disagree()
    town.trakt.rate("heat", 80, town.time)
    for _ in range(10):
        town.sync(yes=True)
        town.wait(HOUR)
    assert (town.trakt.ratings["heat"][0], town.second.ratings["heat"][0]) == (80, 80)
    assert town.trakt.writes + town.second.writes <= 6


def test_what_is_taken_and_never_shown_is_sent_later_and_later():
    """Trakt knows Heat by its id and shows it by another one, and with another year; something else happens there every day for half a year."""
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat", "ran")
    town.trakt.ids, town.trakt.years = {"heat": {"tvdb": "9"}}, {"heat": 1990}
    town.plex.rate("heat", 70, town.time)
    sent = []
    for day in range(180):
        before = len(town.trakt.written)
        town.sync(yes=True)
        if ("ratings", "add", "heat") in town.trakt.written[before:]:
            sent.append(day)
        town.trakt.rate("ran", 10 * (day % 9 + 1), town.time)
        town.wait(DAY)
    apart = [later - first for first, later in itertools.pairwise(sent)]
    assert apart == sorted(apart)
    assert "heat" in town.plex.ratings
    assert 4 <= len(sent) <= 10
