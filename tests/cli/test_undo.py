"""undo: it names everything first, asks a person who looks on, and says of everything else why it stays."""

import contextlib
import json
import os
import pty
import subprocess

import pytest

from tests.cli.place import COMMAND

LONG_AGO = 1_700_000_000


@pytest.fixture
def written(place):
    """A place whose run 1 wrote a play and a rating to Trakt."""
    place.watch("m1", at=LONG_AGO)
    place.plex.rate("nate", "m2", 8, at=LONG_AGO)
    place.run("sync")
    return place


def at_a_terminal(place, *words, answer):
    """What a person sees who types this answer, and the exit code."""
    ours, theirs = pty.openpty()
    command = [COMMAND, "--config", str(place.folder), *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, answer.encode() + b"\n")
        seen = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while part := os.read(ours, 4096):
                seen += part
    os.close(ours)
    return seen.decode(), process.returncode


def test_a_dry_run_names_what_would_be_taken_back_and_does_nothing(written):
    planned = written.run("undo", "1", "--dry-run")
    assert (planned.code, written.plays("m1")) == (0, 1)
    assert "Run 1: 2 changes can be taken back" in planned.out
    assert f"- {written.work('m1').title}" in planned.out


def test_where_nobody_looks_on_it_is_done_without_a_question(written):
    ended = written.run("undo", "1")
    assert (ended.code, written.plays("m1"), written.account.ratings) == (0, 0, {})
    assert "Run 1: 2 changes taken back, by run 2" in ended.out


def test_a_person_is_asked_first_and_a_no_changes_nothing(written):
    seen, code = at_a_terminal(written, "undo", "1", answer="n")
    assert "Take back 2 changes? [y/N]" in seen
    assert seen.index("can be taken back") < seen.index("Take back 2")
    assert (code, written.plays("m1"), len(written.account.ratings)) == (130, 1, 1)


def test_a_person_who_agrees_sees_what_was_done(written):
    seen, code = at_a_terminal(written, "undo", "1", answer="y")
    assert "Run 1: 2 changes taken back, by run 2" in seen
    assert (code, written.plays("m1"), len(written.account.ratings)) == (0, 0, 0)


def test_with_yes_nobody_is_asked(written):
    seen, code = at_a_terminal(written, "undo", "1", "--yes", answer="")
    assert "[y/N]" not in seen
    assert (code, written.plays("m1")) == (0, 0)


def test_what_was_changed_since_stays_and_says_so(written):
    written.account.rate(written.work("m2"), 3)
    ended = written.run("undo", "1")
    assert f"= trakt ratings: {written.work('m2').title}" in ended.out
    assert "it was changed there since" in ended.out
    assert (ended.code, len(written.account.ratings)) == (0, 1)


def test_a_run_undone_twice_names_the_run_that_did_it(written):
    written.run("undo", "1")
    ended = written.run("undo", "1")
    assert (ended.code, ended.out.count("already taken back by run 2")) == (0, 2)
    assert written.run("runs", "--json").json["runs"][-1]["undone_by"] == 2


def test_what_an_account_that_is_gone_holds_stays_there(written):
    third = written.accounts()["plex"]
    written.nate["accounts"] = {"plex": third, "other": {"service": "trakt"} | written.accounts()["trakt"]}
    written.write()
    ended = written.run("undo", "1")
    assert ended.out.count("this account is not in the settings any more") == 2
    assert written.plays("m1") == 1


def test_an_account_that_cannot_be_read_keeps_what_it_has_and_ends_with_4(written):
    written.trakt.delete_app()
    ended = written.run("undo", "1")
    assert (ended.code, ended.out.count("this account could not be read now")) == (4, 2)


def test_a_write_whose_outcome_is_open_is_not_taken_back_yet(written):
    written.change("UPDATE journal SET state = 'unclear', sent = strftime('%s') WHERE shelf = 3")
    written.account.unrate(written.work("m2"))
    assert "whether it was written is not known yet" in written.run("undo", "1", "--dry-run").out


def test_undo_of_a_run_that_wrote_nothing_says_so(written):
    written.run("sync")
    ended = written.run("undo", "2")
    assert (ended.code, ended.out) == (
        0,
        "Run 2: nothing taken back, by run 3\n  It wrote nothing that is remembered.\n",
    )


def test_what_stays_in_a_list_is_told_with_its_title(place):
    place.nate["accounts"] |= {"shoebox": {}}
    place.nate["shelves"] = ["lists"]
    place.write()
    path = place.folder / "ours.json"
    ids = {"imdb": place.work("m1").ids["imdb"]}
    row = {"type": "movie", "list": "Winter", "movie": {"title": place.work("m1").title, "ids": ids}}
    path.write_text(json.dumps({"watchweave": 1, "lists": [row]}))
    assert place.run("import", str(path)).code == 0
    assert place.run("sync", "--yes").code == 0
    assert place.run("undo", "1").code == 0
    told = place.run("undo", "1").out
    assert f'    = trakt list "Winter": {place.work("m1").title}' in told
    assert "lists/" not in told


def test_undo_of_an_unknown_run_says_where_they_are_listed(place):
    ended = place.run("undo", "99")
    assert (ended.code, ended.err) == (2, 'There is no run 99. "watchweave runs" lists them.\n')


def test_an_unrelated_hold_is_no_part_of_an_undo(written):
    for number in range(1, 61):
        written.plex.add(written.work(f"x{number}"))
        written.watch(f"x{number}", at=LONG_AGO + number * 90_000)
    assert written.run("sync").code == 3
    ended = written.run("undo", "1")
    assert (ended.code, "waits" in ended.out) == (0, False)


def test_a_rating_that_is_put_back_keeps_its_date(place):
    place.account.rate(place.work("m2"), 5, at=LONG_AGO)
    place.plex.rate("nate", "m2", 8, at=LONG_AGO + 90_000)
    place.run("sync")
    (rated,) = place.account.rated()
    assert (rated.value, rated.at) == (8, LONG_AGO + 90_000)
    assert place.run("undo", "1", "--yes").code == 0
    (rated,) = place.account.rated()
    assert (rated.value, rated.at) == (5, LONG_AGO)
