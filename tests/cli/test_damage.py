"""What was damaged stops as little as possible, and is told in one sentence that says what to do."""

import shutil

import pytest

from watchweave.sandbox.faults import Act
from watchweave.storage.backups import copies

LONG_AGO = 1_700_000_000
DAMAGED = "UPDATE secret SET value = zeroblob(50) WHERE name = 'token'"


@pytest.fixture
def damaged(place):
    """The saved token of Plex does not open, and the settings do not have it any more."""
    place.run("sync")
    place.without("plex", "token")
    place.change(DAMAGED)
    place.account.watch(place.work("m1"), LONG_AGO)
    return place


def test_a_damaged_sign_in_pauses_its_account_and_no_other(damaged):
    ended = damaged.run("sync", "--json")
    assert (ended.code, ended.json["status"], ended.json["requests"]["plex"]) == (4, "partial", 0)
    (problem,) = ended.json["problems"]
    assert (problem["account"], problem["kind"]) == ("plex", "sign_in_needed")
    assert "watchweave login plex" in problem["message"]
    assert ended.json["requests"]["trakt"] > 0


@pytest.mark.parametrize(("words", "code"), [(("status",), 0), (("runs",), 0), (("why", "tt"), 0), (("doctor",), 2)])
def test_a_damaged_sign_in_keeps_no_question_from_being_answered(damaged, words, code):
    assert damaged.run(*words).code == code


def test_status_and_the_doctor_say_that_the_sign_in_is_damaged(damaged):
    for command in ("status", "doctor"):
        assert 'the saved sign-in is damaged. Run "watchweave login plex".' in damaged.run(command).out


def test_login_gets_past_a_damaged_sign_in(damaged):
    tv = damaged.plex.tv
    say_yes = Act(lambda: tv.approve(next(iter(tv.pins.values())).code, damaged.plex.owner))
    damaged.world.faults.order(say_yes, "plex.tv", "POST", "pins")
    assert damaged.run("login", "plex").code == 0
    assert damaged.run("sync").code == 0


def test_what_the_settings_still_have_mends_a_damaged_sign_in(place):
    place.run("sync")
    place.change(DAMAGED)
    ended = place.run("sync")
    assert (ended.code, ended.err) == (0, "")


def overwritten(place):
    place.run("status")
    with (place.folder / "data" / "watchweave.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 60)


SPOILT = {
    "overwritten pages": overwritten,
    "no database": lambda place: (place.folder / "data" / "watchweave.db").write_bytes(b"nothing of the kind " * 900),
    "a column is gone": lambda place: place.change(
        "DROP INDEX journal_open; DROP INDEX journal_day; ALTER TABLE journal DROP COLUMN account;"
        "ALTER TABLE run DROP COLUMN profile"
    ),
    "text that is none": lambda place: place.change("UPDATE run SET why = CAST(x'ff41' AS TEXT), requests = '{'"),
    "a schema that is none": lambda place: place.change(
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = sql || CAST(x'ff' AS TEXT) WHERE name = 'run'"
    ),
}


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("words", [("sync",), ("plan",), ("runs",), ("status",), ("why", "tt"), ("undo", "1")])
def test_a_damaged_database_is_called_so_by_every_command_or_does_not_matter(place, how, words):
    place.run("sync")
    SPOILT[how](place)
    ended = place.run(*words)
    told = "is damaged, and there is no copy of it. Stop WatchWeave and move away every file" in ended.err
    assert (ended.code, told) in ((1, True), (0, False))
    assert told or how == "text that is none"


def test_the_advice_for_a_damaged_database_names_the_newest_copy_and_helps(place):
    place.account.watch(place.work("m1"), LONG_AGO)
    place.watch("m2", at=LONG_AGO)
    place.run("sync")
    database = place.folder / "data" / "watchweave.db"
    (copy,) = copies(database)
    overwritten(place)
    told = place.run("sync").err
    assert f"move away every file in {database.parent} whose name begins with watchweave.db." in told
    assert f"Then copy {copy} to {database}." in told
    for file in database.parent.glob("watchweave.db*"):
        file.unlink()
    shutil.copy(copy, database)
    again = place.run("sync", "--json")
    assert (again.code, again.json["changes"]) == (0, [])
    assert [place.plays(uid) for uid in ("m1", "m2")] == [1, 1]


def lost(place):
    for file in (place.folder / "data").glob("watchweave.db*"):
        file.unlink()


def emptied(place):
    lost(place)
    (place.folder / "data" / "watchweave.db").touch()


@pytest.mark.parametrize("how", [lost, emptied])
def test_a_database_that_is_gone_is_said_until_a_sync_has_begun_anew(place, how):
    place.watch("m2", at=LONG_AGO)
    place.run("sync")
    how(place)
    database = place.folder / "data" / "watchweave.db"
    for command in ("doctor", "sync"):
        ended = place.run(command)
        assert ended.code == 0
        assert ended.err.count(f"The database {database} was missing or empty; this is a new one.") == 1
        assert f"stop now, and copy {copies(database)[0]} to {database}." in ended.err
    assert place.plays("m2") == 1
    assert [place.run(command).err for command in ("sync", "doctor")] == ["", ""]


def test_where_there_is_no_copy_of_a_lost_database_that_is_said(place):
    place.run("doctor")
    lost(place)
    assert "There is no copy of it." in place.run("doctor").err


def test_a_first_start_says_nothing_of_a_lost_database(place):
    assert [place.run(command).err for command in ("doctor", "status", "sync")] == ["", "", ""]


def test_a_fault_of_ours_is_not_blamed_on_the_database(place):
    place.run("sync")
    with pytest.raises(ValueError, match="ours"), place.home():
        raise ValueError("ours")
