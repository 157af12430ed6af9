"""What a person is to carry: it stands in one file while it is owed, and in none when it is owed no more."""

import asyncio
import errno
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.scenarios.diary import Diary
from tests.scenarios.household import DAY, HOUR, Rules, lines
from tests.support.memory import Killed
from watchweave.storage import outbox
from watchweave.storage.journal import Journal
from watchweave.storage.outbox import Outbox, names, sheet_of


def settled(house):
    house.hand_in()
    house.sync(yes=True)
    house.later(DAY)
    house.sync(yes=True)
    return house


@pytest.fixture
def house(tmp_path):
    return settled(Diary(tmp_path))


def days(house, count=3):
    for _ in range(count):
        house.sync(yes=True)
        house.later(DAY)


def arrived(house):
    """Everything carried, and read back."""
    house.upload()
    house.later(DAY)
    house.hand_in()
    days(house)


def test_a_rating_that_is_taken_back_leaves_its_file_and_the_others_stay(house):
    house.trakt.rate(house["m1"], 6)
    house.trakt.rate(house["m2"], 8)
    days(house, 1)
    house.trakt.unrate(house["m2"])
    days(house)
    assert list(house.rows()) == [str(house["m1"].ids["tmdb"])]
    house.trakt.unrate(house["m1"])
    days(house)
    assert house.offered() == {}


def test_a_wish_that_is_taken_back_leaves_its_file(house):
    house.trakt.want(house["x1"])
    days(house, 1)
    assert len(house.offered()) == 1
    house.trakt.unwant(house["x1"])
    days(house)
    assert house.offered() == {}


@pytest.mark.parametrize("rule", ["keep", "follow"])
def test_a_play_that_is_removed_leaves_its_file(tmp_path, rule):
    house = settled(Diary(tmp_path, rules=Rules(removed_plays=rule)))
    play = house.trakt.watch(house["m1"], house.now() - 2 * DAY)
    days(house, 1)
    assert len(house.offered()) == 1
    house.trakt.remove_play(play)
    days(house)
    assert house.offered() == {}
    arrived(house)
    assert (house.plays("m1"), house.diary("m1")) == ([], [])


def test_what_was_carried_before_it_was_taken_back_does_not_come_back(house):
    house.trakt.rate(house["m2"], 8)
    days(house, 1)
    house.upload()
    house.trakt.unrate(house["m2"])
    days(house)
    assert house.offered() == {}
    house.hand_in()
    days(house)
    assert "m2" not in house.trakt.ratings
    assert house.rating("m2") is None
    assert house.plays("m2") == []


def test_what_she_enters_herself_meanwhile_leaves_the_file_though_her_day_is_another_one(house):
    midnight = house.now() // DAY * DAY
    house.trakt.watch(house["m1"], midnight - 2 * DAY + HOUR // 2)
    days(house, 1)
    assert len(house.offered()) == 1
    house.mara.log(house["m1"], datetime.fromtimestamp(midnight - 3 * DAY, UTC).date().isoformat())
    days(house)
    assert house.offered() == {}
    arrived(house)
    assert (len(house.diary("m1")), len(house.plays("m1")), house.offered()) == (1, 1, {})


def test_a_direction_that_is_taken_away_takes_its_files_with_it(house):
    house.trakt.rate(house["m2"], 8)
    days(house, 1)
    ways = (("plex", "trakt"), ("trakt", "plex"), ("letterboxd", "trakt"))
    house.person = replace(house.person, directions=ways)
    house.start()
    days(house)
    assert house.offered() == {}


def test_undo_takes_out_of_the_file_what_the_run_wrote_there(house):
    house.watch_on_plex("m1", house.now() - 2 * DAY)
    house.trakt.rate(house["m2"], 8)
    report = house.sync(yes=True)
    undone = house.undo(report.run)
    at_letterboxd = lines(undone, "letterboxd")
    assert sorted((line.shelf, line.verb, line.outcome) for line in at_letterboxd) == [
        ("history", "remove", "done"),
        ("ratings", "remove", "done"),
    ]
    assert house.offered() == {}
    house.later(DAY)
    days(house)
    assert house.offered() == {}


def test_what_was_undone_and_had_been_carried_is_ours(house):
    house.trakt.rate(house["m2"], 8)
    report = house.sync(yes=True)
    house.upload()
    house.undo(report.run)
    house.later(DAY)
    house.hand_in()
    days(house)
    assert house.trakt.ratings["m2"].value == 8
    assert house.plays("m2") == []


def test_what_is_never_carried_stays_owed_through_all_imports(house):
    house.trakt.rate(house["m2"], 8)
    house.watch_on_plex("m1", house.now() - 2 * DAY)
    for _ in range(5):
        house.sync(yes=True)
        house.later(DAY)
        house.hand_in()
        house.sync(yes=True)
        assert list(house.rows().values()) == [1, 1]
        house.later(DAY)
    refused = house.store.db.execute("SELECT count(*) FROM refusal").fetchone()
    assert refused == (0,)


def test_killed_while_all_is_written_anew_nothing_stands_in_two_files(tmp_path):
    for moment in range(1, 20):
        house = settled(Diary(tmp_path / str(moment)))
        for uid, value in (("m1", 8), ("m2", 3)):
            house.trakt.rate(house[uid], value)
            days(house, 1)
        house.store.die_in, house.store.after = moment, True
        try:
            asyncio.run(house.home.carried_anew(house.person, "letterboxd"))
        except Killed:
            house.die()
        else:
            return
        days(house, 2)
        assert list(house.rows().values()) == [1, 1], moment
    raise AssertionError("it never came to its end")


@pytest.mark.parametrize("trouble", ["a file in its place", "a full disk"])
def test_an_outbox_that_cannot_be_written_disturbs_nobody_else(house, monkeypatch, trouble):
    folder = house.folder / "outbox"
    if trouble == "a full disk":

        def full(number):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(outbox.os, "fsync", full)
    else:
        folder.rmdir() if folder.exists() else None
        folder.write_text("x")
    house.trakt.rate(house["m2"], 8)
    report = house.sync(yes=True)
    assert house.rating("m2") == 8
    assert [str(folder) in problem.message for problem in report.problems] == [True]
    monkeypatch.undo()
    if folder.is_file():
        folder.unlink()
    house.later(HOUR)
    house.sync(yes=True)
    assert len(house.rows()) == 1


def test_what_somebody_else_put_there_stays_there(house):
    folder = house.folder / "outbox"
    folder.mkdir(exist_ok=True)
    (folder / "film.part").write_text("half a film")
    (folder / "x.part").mkdir()
    house.trakt.rate(house["m2"], 8)
    days(house)
    assert (folder / "film.part").read_text() == "half a film"
    assert (folder / "x.part").is_dir()


def test_no_two_accounts_have_files_of_one_name():
    accounts = [(1, "letterboxd"), (2, "letterboxd-watchlist"), (3, "a b"), (4, "a_b"), (5, "a-b")]
    found = [name for account in accounts for name in names(account, ["", "watchlist"], "mara", 7)]
    assert len(set(found)) == 10
    assert [sheet_of(name) for name in found] == ["", "watchlist"] * 5


def test_a_folder_that_is_not_there_is_nothing_to_tidy(tmp_path):
    Outbox(tmp_path / "none").tidy(set())


def test_what_left_its_file_is_not_told_at_every_sync(house):
    house.trakt.rate(house["m1"], 6)
    days(house, 1)
    house.trakt.unrate(house["m1"])
    days(house, 1)
    assert Journal(house.home.store).open()
    assert house.sync(yes=True).changes == []
