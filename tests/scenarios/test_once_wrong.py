"""What once went wrong, each found by reading or by attack, told as short stories."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os

import httpx2
import pytest

from tests.scenarios.household import Household, Rules
from tests.support.town import DAY, HOUR, MINUTE, NOON, PLEXLIKE, TRAKTLIKE, Town
from watchweave.core.media import Kind, Media
from watchweave.core.records import Rating
from watchweave.engine.decide import Terms
from watchweave.sandbox.trakt import Options
from watchweave.storage.credentials import Turn
from watchweave.storage.staging import SHELVES, Stage
from watchweave.storage.store import open_store

FOLLOW = Terms(removed_plays="follow")


def two(terms: Terms | None = None, **forms) -> Town:
    """Some plays that both know, so that one removal is not all there is."""
    town = Town(terms=terms, **(forms or {"trakt": TRAKTLIKE, "second": TRAKTLIKE}))
    town.film("heat", "ran", "alien", "paris")
    for uid in ("ran", "alien", "paris"):
        town.trakt.watch(uid, NOON - 9 * DAY, NOON)
    town.settle()
    town.wait(HOUR)
    return town


def test_an_undated_mark_that_was_removed_can_be_marked_again():
    town = two(FOLLOW, plex=PLEXLIKE, trakt=TRAKTLIKE)
    for _ in range(2):
        town.plex.flags["heat"] = town.time
        town.plex.move("history")
        town.settle()
        town.wait(HOUR)
        assert town.times("trakt", "heat") == [None]
        town.trakt.remove_play(next(key for key, play in town.trakt.plays.items() if play[0] == "heat"))
        town.settle()
        town.wait(HOUR)
        assert "heat" not in town.plex.flags


def test_a_name_that_was_gone_may_come_back_as_another_film():
    town = two()
    key = town.trakt.watch("heat", NOON - 3 * DAY, NOON)
    town.settle()
    town.wait(HOUR)
    _, at, clock = town.trakt.plays.pop(key)
    town.trakt.move("history")
    town.settle()
    town.wait(HOUR)
    town.trakt.plays[key] = ("paris", at, clock)
    town.trakt.move("history")
    town.settle()
    assert at in town.times("second", "paris")


def test_a_play_that_is_put_back_before_the_others_lost_it_stays_everywhere():
    town = two(FOLLOW)
    key = town.trakt.watch("heat", NOON - 3 * DAY, NOON)
    town.settle()
    town.wait(HOUR)
    play = town.trakt.plays.pop(key)
    town.trakt.move("history")
    town.second.fail_writes = ["unsent"] * 9
    town.sync()
    town.wait(HOUR)
    town.trakt.plays[key] = play
    town.trakt.move("history")
    town.second.fail_writes = []
    town.settle()
    assert (len(town.times("trakt", "heat")), len(town.times("second", "heat"))) == (1, 1)


def test_a_change_of_directions_removes_nothing_that_was_still_to_be_removed():
    town = two(FOLLOW)
    town.trakt.watch("heat", NOON - 3 * DAY, NOON)
    town.settle()
    town.wait(HOUR)
    town.trakt.plays = {key: play for key, play in town.trakt.plays.items() if play[0] != "heat"}
    town.trakt.move("history")
    town.second.fail_writes = ["unsent"] * 9
    town.sync()
    town.second.fail_writes = []
    town.directions = [("second", "trakt")]
    for _ in range(3):
        town.wait(HOUR)
        town.sync(yes=True)
    assert len(town.times("second", "heat")) == 1


@pytest.mark.parametrize("fate", ["", "applied", "lost", "late"])
@pytest.mark.parametrize("shelf", ["ratings", "watchlist"])
def test_what_an_undo_took_back_stays_so_although_its_answer_was_lost(shelf, fate):
    town = two()
    if shelf == "ratings":
        town.trakt.rate("heat", 80, town.time)
    else:
        town.trakt.wish("heat", town.time)
    report = town.sync()
    town.wait(HOUR)
    town.second.fail_writes = [fate]
    town.undo(report.run)
    town.second.fail_writes = []
    for _ in range(4):
        town.wait(HOUR)
        town.sync()
    shown = town.second.ratings if shelf == "ratings" else town.second.wishes
    assert ("heat" in shown) is (fate == "lost")


@pytest.mark.parametrize("lag", [0.0, 280.0])
def test_a_play_of_ours_is_removed_once_its_name_can_be_read(lag):
    house = Household(
        second=True, checked=False, rules=Rules(removed_plays="follow"), options=Options(readable_after=lag)
    )
    for uid in ("m2", "m3", "m4"):
        house.watch_on_trakt(uid, house.now() - 9 * DAY)
    house.sync(yes=True)
    house.later()
    house.sync(yes=True)
    house.watch_on_trakt("m1", house.now() - HOUR)
    house.later(MINUTE)
    house.sync(yes=True)
    house.later(MINUTE)
    house.trakt.remove_play(next(play for play in house.trakt.history.plays.values() if play.work.uid == "m1"))
    for wait in (MINUTE, MINUTE, HOUR, HOUR):
        house.later(wait)
        assert house.sync(yes=True).status == "done"
    assert (house.plays("m1"), house.plays("m1", house.second)) == ([], [])


@pytest.mark.parametrize("ahead", [-90, -10, 0, 10, 90])
def test_the_echo_of_a_mark_is_no_play_although_the_clocks_differ(ahead):
    """By so much is our clock ahead of that of the Plex server."""
    house = Household(checked=False)
    house.sync()
    house.later()
    house.skew = ahead
    house.watch_on_trakt("m1", house.now() - 5 * DAY)
    for _ in range(3):
        house.sync()
        house.later(DAY + HOUR)
    assert (house.watched("m1"), len(house.plays("m1"))) == (True, 1)


@pytest.mark.parametrize("between", [True, False])
def test_a_file_that_is_replaced_takes_nothing_back(between):
    house = Household(checked=False)
    house.plex.rate("mara", "m2", 6.0)
    house.watch_on_plex("m1", house.now() - 3 * DAY)
    for _ in range(2):
        house.sync()
        house.later(DAY + HOUR)
    house.plex.add_again("m1")
    house.plex.add_again("m2")
    if between:
        house.sync()
    for _ in range(2):
        house.later(DAY + HOUR)
        house.sync()
    assert (house.trakt.ratings["m2"].value, house.rating("m2"), house.watched("m1")) == (6, 6.0, True)
    assert len(house.plays("m1")) == 1
    house.quiet()


def test_a_copy_that_is_deleted_takes_nothing_back():
    house = Household(checked=False)
    house.plex.rate("mara", "m2", 6.0)
    house.watch_on_plex("m2", house.now() - 3 * DAY)
    house.sync()
    house.later(DAY + HOUR)
    old = house.plex.item("m2")
    house.plex.shelves.put(house["m2"], section=house.plex.shelves.section("movie", "More Movies"))
    for _ in range(2):
        house.sync()
        house.later(DAY + HOUR)
    for one in house.plex.server.library.drop(old):
        for user in house.plex.server.users.values():
            user.view.forget(one)
    for _ in range(2):
        house.sync()
        house.later(DAY + HOUR)
    assert (house.trakt.ratings["m2"].value, house.rating("m2"), house.watched("m2")) == (6, 6.0, True)
    assert len(house.plays("m2")) == 1


def test_what_a_yes_let_pass_does_not_count_against_what_comes_after():
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE)
    names = [f"film {number}" for number in range(300)]
    town.film(*names, "heat")
    for number, uid in enumerate(names):
        town.trakt.watch(uid, NOON - DAY - number * HOUR, NOON)
    assert town.sync().held
    assert not town.sync(yes=True).held
    town.wait(HOUR)
    town.trakt.watch("heat", town.time - MINUTE, town.time)
    assert (town.sync().held, len(town.times("second", "heat"))) == ([], 1)


def test_who_gives_up_waiting_for_a_turn_leaves_it_to_others(tmp_path):
    path = str(tmp_path / "turn")

    async def story() -> str:
        async with Turn(path):
            waiting = asyncio.ensure_future(Turn(path).__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait((waiting,))
        holder = Turn(path)
        held = os.open(path, os.O_RDWR)
        fcntl.flock(held, fcntl.LOCK_EX)
        other = asyncio.ensure_future(holder.__aenter__())
        await asyncio.sleep(0.01)
        other.cancel()
        await asyncio.wait((other,))
        os.close(held)
        async with asyncio.timeout(5), Turn(path):
            return "mine"

    assert asyncio.run(story()) == "mine"


@pytest.mark.parametrize("broken", [{"ids": {}}, {"ids": None}, {"ids": {"trakt": 0, "imdb": ""}}, {}, None])
@pytest.mark.parametrize("path", ["/sync/watchlist", "/sync/ratings", "/sync/history"])
def test_a_row_that_names_nothing_is_no_removal(path, broken):
    house = Household(checked=False, rules=Rules(removed_plays="follow"))
    for number in range(1, 5):
        house.trakt.want(house[f"x{number}"])
        house.trakt.rate(house[f"m{number}"], number + 3)
        house.watch_on_trakt(f"m{number}", house.now() - number * DAY)
    for _ in range(2):
        house.sync()
        house.later(8 * DAY)
    shown = house.shown()
    number = house["x1" if path == "/sync/watchlist" else "m1"].ids["trakt"]
    inner = house.door.handle_async_request

    async def door(request):
        answer = await inner(request)
        if path not in str(request.url) or request.method != "GET":
            return answer
        rows = json.loads(await answer.aread())
        for row in rows if isinstance(rows, list) else []:
            if (row.get("movie") or {"ids": {}})["ids"].get("trakt") == number:
                row["movie"] = broken
        headers = {k: v for k, v in answer.headers.items() if k not in ("content-length", "content-encoding")}
        return httpx2.Response(answer.status_code, headers=headers, json=rows)

    house.door.handle_async_request = door
    house.trakt.touch("watchlist.updated_at", "movies.rated_at", "movies.watched_at")
    for _ in range(2):
        house.later(8 * DAY)
        house.sync()
        assert house.shown() == shown
    house.door.handle_async_request = inner
    house.later(DAY)
    house.sync()
    assert house.shown() == shown


@pytest.mark.parametrize(
    ("path", "body"), [("plex.tv/api/v2/user", {"id": 0}), ("/users/settings", {"user": {"ids": {}}})]
)
def test_an_answer_that_names_nobody_binds_nobody(path, body):
    house = Household(checked=False)
    house.watch_on_trakt("m1", house.now() - DAY)
    house.watch_on_plex("m2", house.now() - DAY)
    inner = house.door.handle_async_request

    async def door(request):
        return httpx2.Response(200, json=body) if path in str(request.url) else await inner(request)

    house.door.handle_async_request = door
    report = house.sync()
    assert (house.writes(), report.status) == ([], "partial")
    assert any("does not say whose account this is" in problem.message for problem in report.problems)
    house.door.handle_async_request = inner
    house.later()
    assert house.sync().status == "done"
    house.later()
    house.quiet()


def test_last_activities_that_name_nothing_stop_one_account_only():
    house = Household(checked=False)
    house.watch_on_plex("m1", house.now() - DAY)
    house.sync()
    house.later()
    inner = house.door.handle_async_request

    async def door(request):
        empty = "last_activities" in str(request.url)
        return httpx2.Response(200, json={"movies": None}) if empty else await inner(request)

    house.door.handle_async_request = door
    report = house.sync()
    assert (report.status, {problem.account for problem in report.problems}) == ("partial", {"trakt"})
    house.door.handle_async_request = inner
    house.quiet()


def test_a_rating_does_not_land_on_whatever_has_the_key_in_a_rebuilt_library():
    house = Household(checked=False)
    for _ in range(2):
        house.sync()
        house.later(2 * HOUR)
    house.plex.rebuild()
    house.trakt.rate(house["m5"], 10)
    for _ in range(4):
        house.later(DAY + HOUR)
        house.sync(yes=True)
    rated = {uid: house.rating(uid) for uid in ("m1", "m2", "m3", "m4", "m5", "m6") if house.rating(uid) is not None}
    assert (rated, {uid: rating.value for uid, rating in house.trakt.ratings.items()}) == ({"m5": 10.0}, {"m5": 10})


def test_what_names_nothing_on_one_shelf_says_nothing_of_another():
    """Two readings of one account go on side by side."""
    stage = Stage(open_store(None).db, 1, {SHELVES["ratings"], SHELVES["watchlist"]})
    stage.take([Rating(Media(Kind.MOVIE), 1, value=70)])
    stage.clear([SHELVES["watchlist"]])
    assert stage.nameless == {SHELVES["ratings"]}
    stage.clear([SHELVES["ratings"]])
    assert not stage.nameless


def moved_in(*, evenings=False):
    """Films that Trakt knows by their date, and that another tool marked on Plex later, at once or one an evening."""
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    films = [f"film{n}" for n in range(8)]
    town.film(*films)
    for n, film in enumerate(films):
        town.trakt.watch(film, NOON - (300 - n) * DAY, NOON)
        town.plex.mark(film, NOON - (n * DAY if evenings else n))
    return town, films


@pytest.mark.parametrize("evenings", [False, True])
def test_marks_that_were_there_before_the_first_sync_are_the_plays_that_the_others_know(evenings):
    town, films = moved_in(evenings=evenings)
    town.settle()
    assert [len(town.times("trakt", film)) for film in films] == [1] * 8
    town.wait(DAY)
    town.plex.watch("film0", town.time, town.time)
    town.settle()
    assert len(town.times("trakt", "film0")) == 2


def test_our_own_marks_are_no_plays_where_the_database_was_lost():
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat", "ran", "alien")
    town.trakt.watch("heat", NOON - 90 * DAY, NOON)
    town.plex.watch("ran", NOON - 50 * DAY, NOON)
    town.settle()
    town.store = open_store(None)
    town.wait(DAY)
    town.settle()
    assert (len(town.times("trakt", "heat")), len(town.times("trakt", "ran"))) == (1, 1)


def test_marks_wait_until_the_others_were_read():
    town, films = moved_in()
    town.film("alone")
    town.plex.mark("alone", NOON - DAY)
    town.trakt.down = True
    town.sync()
    town.wait(HOUR)
    town.trakt.down = False
    town.settle()
    assert [len(town.times("trakt", film)) for film in films] == [1] * 8
    assert town.times("trakt", "alone") == [(NOON - DAY) // MINUTE * MINUTE]


def test_a_mark_stands_for_the_last_play_before_it():
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE, second=TRAKTLIKE)
    town.film("heat")
    for days in (400, 30, 1):
        town.trakt.watch("heat", NOON - days * DAY, NOON)
    town.plex.mark("heat", NOON - 10 * DAY)
    town.settle()
    assert len(town.times("trakt", "heat")) == len(town.times("second", "heat")) == 3


def test_a_film_that_is_marked_anew_is_watched_and_no_new_play_until_somebody_watches_it():
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat")
    town.trakt.watch("heat", NOON - 400 * DAY, NOON)
    town.settle()
    town.plex.unwatch("heat")
    town.settle()
    town.wait(HOUR)
    town.plex.mark("heat", town.time)
    town.settle()
    assert (len(town.times("trakt", "heat")), "heat" in town.plex.flags) == (1, True)
    town.wait(DAY)
    town.plex.watch("heat", town.time, town.time)
    town.settle()
    assert len(town.times("trakt", "heat")) == 2


@pytest.mark.parametrize("directions", [None, [("plex", "trakt")]])
@pytest.mark.parametrize("known", [True, False])
def test_an_old_film_that_is_added_and_marked_by_hand_is_the_play_that_the_others_know(directions, known):
    town = Town(directions, plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat", "ran")
    town.plex.library.remove("heat")
    if known:
        town.trakt.watch("heat", NOON - 400 * DAY, NOON)
    town.trakt.watch("ran", NOON - 300 * DAY, NOON)
    town.settle()
    town.wait(DAY)
    town.plex.library.add("heat")
    town.plex.mark("heat", town.time)
    marked = town.time // MINUTE * MINUTE
    town.settle()
    assert town.times("trakt", "heat") == ([(NOON - 400 * DAY) // MINUTE * MINUTE] if known else [marked])


def test_a_database_that_is_older_than_the_accounts_doubles_no_play():
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat", "ran", "alien")
    town.plex.watch("ran", NOON - 50 * DAY, NOON)
    town.settle()
    old = town.store.scratch()
    town.wait(DAY)
    town.trakt.watch("heat", NOON - 30 * DAY, NOON)
    town.plex.watch("alien", town.time, town.time)
    town.settle()
    town.wait(DAY)
    town.store = old
    town.settle()
    assert [len(town.times("trakt", film)) for film in ("heat", "ran", "alien")] == [1, 1, 1]


def test_a_play_that_a_person_removed_does_not_come_back_where_the_directions_change():
    town = two(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.plex.watch("heat", NOON - 3 * DAY, NOON)
    town.settle()
    town.wait(HOUR)
    town.trakt.remove_play(next(key for key, play in town.trakt.plays.items() if play[0] == "heat"))
    town.settle()
    for directions in ([("plex", "trakt")], None, [("plex", "trakt")]):
        town.directions = directions
        town.wait(HOUR)
        town.settle()
        assert town.times("trakt", "heat") == []
    town.wait(DAY)
    town.plex.watch("heat", town.time, town.time)
    town.settle()
    assert len(town.times("trakt", "heat")) == 1


def test_what_was_taken_back_is_planned_anew_where_the_directions_change():
    town = two(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.plex.rate("heat", 80, NOON)
    report = town.sync()
    town.wait(HOUR)
    town.undo(report.run)
    town.wait(HOUR)
    town.settle()
    assert "heat" not in town.trakt.ratings
    town.directions = [("plex", "trakt")]
    town.settle()
    assert "heat" in town.trakt.ratings


@pytest.mark.parametrize("anew", ["plex", "trakt"])
@pytest.mark.parametrize("seen", ["only ours", "nothing"])
def test_an_account_that_turns_out_to_be_made_anew_before_we_write_there_is_read_whole(anew, seen):
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat", "ran")
    town.plex.watch("heat", NOON - DAY, NOON - DAY)
    town.trakt.watch("ran", NOON - DAY, NOON - DAY)
    town.settle()
    other = town.trakt if anew == "plex" else town.plex
    if seen == "only ours":
        other.rate("heat", 80, town.time)
        town.sync()
        town.wait(HOUR)
    town.boxes[anew].scope = "2"
    other.rate("ran", 60, town.time)
    town.settle()
    assert [len(town.times("trakt", film)) for film in ("heat", "ran")] == [1, 1]
    assert town.boxes[anew].ratings["ran"][0] == 60
    assert {"heat", "ran"} <= town.plex.flags.keys()


def test_a_clock_that_is_hours_off_makes_no_play_of_our_mark():
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat", "ran")
    town.settle()
    town.trakt.watch("heat", NOON - 30 * DAY, NOON)
    town.sync()
    key = next(key for key in town.plex.plays if key.startswith("view:heat"))
    _, at, clock = town.plex.plays[key]
    town.plex.plays[key] = ("heat", at + 5 * HOUR, clock)
    town.wait(DAY)
    town.settle()
    assert len(town.times("trakt", "heat")) == 1


def test_a_mark_of_a_film_that_is_watched_already_is_a_viewing():
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat")
    for days in (30, 20, 10):
        town.trakt.watch("heat", NOON - days * DAY, NOON)
    town.plex.watch("heat", NOON - 10 * DAY, NOON)
    town.settle()
    town.wait(DAY)
    town.plex.mark("heat", town.time)  # a server that shows no history shows only the last view
    town.settle()
    assert len(town.times("trakt", "heat")) == 4


def test_a_mark_is_told_to_nobody_before_the_others_were_read_but_not_for_ever():
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE, second=TRAKTLIKE)
    town.film("heat", "ran")
    town.trakt.watch("ran", NOON - 9 * DAY, NOON)
    town.settle()
    town.wait(HOUR)
    town.trakt.watch("heat", NOON - 3 * DAY, NOON)
    town.trakt.down = True
    town.plex.mark("heat", town.time)
    town.sync()
    assert town.times("second", "heat") == []
    town.trakt.down = False
    town.settle()
    assert town.times("second", "heat") == [(NOON - 3 * DAY) // MINUTE * MINUTE]
    town.trakt.down = True
    town.film("alien")
    town.plex.mark("alien", town.time)
    at = town.time // MINUTE * MINUTE
    town.wait(2 * DAY)
    town.settle()
    assert town.times("second", "alien") == [at]


def test_a_mark_whose_flag_was_read_before_it_is_a_mark_all_the_same():
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("heat", "ran")
    town.trakt.watch("ran", NOON - 90 * DAY, NOON)
    town.settle()
    town.trakt.watch("heat", NOON - 30 * DAY, NOON)
    town.sync(dry_run=True)
    town.plex.mark("heat", town.time)
    view = next(key for key in town.plex.plays if key.startswith("view:heat"))
    mark = town.plex.plays.pop(view)  # the reading broke before it came
    town.plex.partial = {"history"}
    town.sync()
    town.plex.partial = set()
    town.plex.plays[view] = mark
    town.plex.move("history")
    town.wait(HOUR)
    town.settle()
    assert len(town.times("trakt", "heat")) == 1


def test_what_was_approved_and_not_written_waits_under_the_same_name():
    town = Town(trakt=TRAKTLIKE, second=TRAKTLIKE)
    films = [f"film{n}" for n in range(250)]
    town.film(*films)
    for n, film in enumerate(films):
        town.trakt.watch(film, NOON - (n + 2) * DAY, NOON)
    assert [(held.hold, held.count) for held in town.sync().held] == [("h1", 250)]
    town.second.fail_writes = ["", "unsent"]
    assert [(held.hold, held.count) for held in town.approve("h1").held] == [("h1", 150)]
    assert [(held.hold, held.count) for held in town.sync().held] == [("h1", 150)]
    report = town.approve("h1")
    assert (report.held, len(town.second.plays)) == ([], 250)
    assert town.sync().held == []
