"""How commands end: wrong usage and settings, a database in use, a person who has had enough, a fault of ours."""

import doctest
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import watchweave.cli
from tests.cli.place import COMMAND
from watchweave import __version__, cli
from watchweave.cli import terminal
from watchweave.sandbox.faults import Act, Delay
from watchweave.storage.store import Writer

LONG_AGO = 1_700_000_000
HEAVY = ("typer", "rich", "httpx2", "sqlite3", "asyncio", "msgspec", "ruamel", "cryptography")


def test_the_version_loads_next_to_nothing():
    script = "import sys; from watchweave.app import main; sys.argv[1:] = ['--version']; main(); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[0] == f"watchweave {__version__}"
    assert [name for name in HEAVY if name in told.split()] == []


def test_a_sync_that_is_not_looked_at_does_not_load_rich(place):
    script = "import sys; from watchweave.app import main\ntry: main()\nfinally: print('rich' in sys.modules)"
    words = [sys.executable, "-c", script, "--config", str(place.folder), "sync"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[-1] == "False"


def test_a_fault_of_ours_is_one_sentence_and_1():
    script = "import sys; from watchweave import app; app.read_settings = None; sys.argv[1:] = ['status']; app.main()"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (1, "", 1)
    loud = script.replace("'status'", "'-v', 'status'")
    assert (
        "Traceback" in subprocess.run([sys.executable, "-c", loud], capture_output=True, text=True, check=False).stderr
    )


def test_a_wrong_setting_ends_with_2_and_names_the_key_before_any_request(place):
    place.nate["shelvs"] = ["history"]
    place.write()
    ended = place.run("sync")
    assert (ended.code, ended.out, place.requests) == (2, "", [])
    assert "shelvs" in ended.err


def test_a_folder_without_settings_shows_an_example_and_stays_as_it_is(place):
    (place.folder / "config.yml").unlink()
    ended = place.run("status")
    assert (ended.code, list(place.folder.iterdir())) == (2, [])
    assert "    accounts:\n" in ended.err


def test_wrong_usage_ends_with_2(place):
    assert place.run("sync", "--frobnicate").code == 2
    assert place.run("syncc").code == 2
    assert place.run("sync", "nobody").code == 2
    assert place.run("sync", "--shelf", "books").code == 2
    assert place.run("sync", "--profile", "zoe").code == 2
    assert place.requests == []


def test_the_common_options_may_stand_anywhere():
    assert doctest.testmod(cli).failed == 0
    assert watchweave.cli.global_first(["sync", "--config=here"]) == ["--config=here", "sync"]


def test_a_second_writing_command_waits_and_then_names_the_first(place):
    writer = Writer(place.folder / "data" / "watchweave.db", "sync")
    writer.take()
    try:
        ended = place.run("sync", patience=0.0)
    finally:
        writer.give_back()
    assert (ended.code, place.requests) == (1, [])
    assert "Another command is writing: watchweave sync (process" in ended.err


def test_reading_never_waits_for_who_writes(place):
    writer = Writer(place.folder / "data" / "watchweave.db", "sync")
    writer.take()
    try:
        assert place.run("plan", patience=0.0).code == 0
        assert place.run("status", patience=0.0).code == 0
    finally:
        writer.give_back()


def test_an_interrupted_sync_ends_with_130_and_the_next_one_completes_it(place):
    place.watch("m1", "m2", at=LONG_AGO)
    place.plex.want("nate", "x1", at=LONG_AGO)
    process = None
    place.world.faults.order(Act(lambda: process.send_signal(signal.SIGINT)), "trakt.api", "POST")
    place.world.faults.order(Delay(0.3), "trakt.api", "POST")
    process = place.start("sync", "--json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert '"status"' in out
    assert "Stopping" in err
    assert place.run("runs", "--json").json["runs"][0]["status"] == "interrupted"
    assert place.run("sync").code == 0
    assert (place.plays("m1"), place.plays("m2"), len(place.account.watchlist)) == (1, 1, 1)


def test_a_second_signal_ends_at_once(place):
    process = None
    place.world.faults.order(Delay(20), "trakt.api", times=1)

    def twice():
        process.send_signal(signal.SIGTERM)

    place.world.faults.order(Act(twice), "plex.server", times=2)
    process = place.start("sync")
    process.communicate(timeout=15)
    assert process.returncode == 130


def test_text_from_services_cannot_steer_the_terminal():
    assert doctest.testmod(terminal).failed == 0
    hostile = ["\x1b[2J", "\x1b]0;owned\x07", "\x9b31m", "\r\nfake line", "\u202etxt.exe", "\x1b]8;;http://x\x1b\\link"]
    shown = [terminal.clean(f"a{text}b") for text in hostile]
    assert all(text.isprintable() for text in shown)
    assert [text[0] + text[-1] for text in shown] == ["ab"] * len(hostile)


def test_a_hostile_title_reaches_neither_the_terminal_nor_the_json(place):
    place.world.catalogue.change(place.work("m1"), title="Heat\x1b[31m\x9b2J")
    place.plex.add(place.work("m1"))
    place.watch("m1", at=LONG_AGO)
    for words in (("plan",), ("plan", "--json")):
        assert not {"\x1b", "\x9b"} & set(place.run(*words).out)


def test_who_waits_for_another_command_is_told_for_whom(place):
    writer = Writer(place.folder / "data" / "watchweave.db", "sync")
    writer.take()
    try:
        ended = place.run("sync", patience=0.1)
    finally:
        writer.give_back()
    assert ended.err.count("Another command is writing: watchweave sync (process") == 2  # waiting, and giving up
    assert "Waiting for it" in ended.err


def test_a_direction_that_the_shell_cut_off_is_recognised(place):
    ended = place.run("sync", "plex-")
    assert (ended.code, ended.err) == (2, 'A direction needs quotes, or the shell cuts it off: "plex->ACCOUNT".\n')


def test_a_run_that_is_no_number_is_answered_in_words(place):
    for word in ("heat", "9" * 30):
        ended = place.run("undo", word)
        assert (ended.code, "is no run" in ended.err, "watchweave runs" in ended.err) == (2, True, True)


def test_the_doctor_shows_the_example_of_settings_as_it_is_to_be_written(place):
    (place.folder / "config.yml").unlink()
    assert "\n            plex:\n" in place.run("doctor").out


def test_every_tool_of_make_check_has_its_say():
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    script = makefile.split("check: .venv/setup.stamp\n")[1].split("\nfix:")[0]
    told = script.replace("$(BIN)/$$tool ||", "sh -c 'exit 7' ||").replace("$(BIN)/", "").replace("$(CODE)", "src")
    shell = told.replace("$$", "$").replace("@", "", 1)
    ended = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False)
    assert (ended.returncode, len(ended.stdout.splitlines()), len(ended.stderr.splitlines())) == (1, 5, 7)


@pytest.mark.parametrize("words", [("status",), ("runs", "--json"), ("--help",), ("sync", "--help")])
def test_an_output_that_finds_no_room_is_told_in_a_sentence(place, words):
    command = [COMMAND, "--config", str(place.folder), *words]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        silent = subprocess.run(command, stdout=full, stderr=full, check=False)
    assert (ended.returncode, silent.returncode) == (1, 1)
    assert ended.stderr == "The output could not be written: No space left on device. What was done is saved.\n"


def test_the_help_of_every_command_names_the_options_that_all_have(place):
    for words in (("sync",), ("runs",), ("token", "refresh")):
        assert "--config DIR and -v may stand here, too" in place.run(*words, "--help").out
    assert place.run("runs", "-v").code == 0


def test_an_interrupted_approval_says_what_becomes_of_the_rest(place):
    for number in range(1, 61):
        place.plex.add(place.work(f"x{number}"))
        place.watch(f"x{number}", at=LONG_AGO + number * 86_400)
    place.run("sync")
    process = None
    place.world.faults.order(Act(lambda: process.send_signal(signal.SIGINT)), "trakt.api", "GET")
    place.world.faults.order(Delay(0.3), "trakt.api", "GET")
    process = place.start("approve", "h1")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "h1 waits: trakt history, 60 to add" in out
    assert "60 changes of h1 not written yet: approve h1 again." in err
