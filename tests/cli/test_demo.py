"""The demo, as somebody sees it who has no account anywhere."""

import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from functools import cache

import httpx2

from tests.cli.place import COMMAND


@cache
def told():
    """What the demo says, in its parts, once for all tests."""
    ended = subprocess.run([COMMAND, "demo", "--once"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    return [part.splitlines() for part in ended.stdout.split("\n\n")]


def test_the_demo_shows_a_first_sync_one_evening_and_a_silent_sync():
    _, first, evening, again, _ = told()
    assert [line.split(":")[0] for line in first if line.startswith(("mara: ", "jonas: "))] == ["mara", "jonas"]
    assert "  trakt history: 1 added" in evening
    assert [line.split(" (")[0] for line in again[1:]] == ["mara: nothing to do", "jonas: nothing to do"]


def test_exports_are_imported_before_the_first_sync_and_after_the_evening():
    _, first, evening, *_ = told()
    for part, place in ((first, 1), (evening, 3)):
        brought = [line.split(": ")[:2] for line in part[place : place + 2]]
        assert brought == [["Letterboxd", "imported for mara"], ["IMDb", "imported for mara"]]
        assert re.search(r"\d+ viewings", part[place])
        assert re.search(r"\d+ .*rating", part[place + 1])


def test_what_waits_for_her_is_named_with_its_file_and_count():
    waiting = [line for line in told()[1] if " in outbox/" in line and "to carry" in line]
    said = [
        re.fullmatch(r"(\d+) changes? waits? in outbox/(\S+)-mara-1-1of1.csv for mara to carry to (\w+).", line)
        for line in waiting
    ]
    assert [(one[2], one[3]) for one in said] == [
        ("letterboxd", "Letterboxd"), ("letterboxd-watchlist", "Letterboxd"), ("imdb-ratings", "IMDb")
    ]  # fmt: skip
    assert all(int(one[1]) > 0 for one in said)


def test_what_her_diary_marks_travels_and_what_she_logged_herself_is_not_owed():
    _, first, evening, *_ = told()
    assert len([line for line in first if line.endswith("at an unknown time  watched on letterboxd")]) == 4
    assert [line for line in evening if line.startswith("  letterboxd")] == []


def test_all_five_services_are_asked_and_all_requests_counted():
    asked = re.findall(r"run 1, requests: (.*?)(?:;|$)", "\n".join(told()[1]))
    counts = {name: int(count) for name, count in (each.split() for each in asked[0].split(", "))}
    assert counts.keys() == {"plex", "trakt", "letterboxd", "imdb", "serializd"}
    assert counts["letterboxd"] == 1
    assert counts["imdb"] == 0
    assert 20 < counts["serializd"] < 60


@contextmanager
def by_hand(folder):
    """The household is served; what was said of it."""
    served = subprocess.Popen([sys.executable, "-m", "watchweave.sandbox", folder], stdout=subprocess.PIPE, text=True)
    try:
        yield [served.stdout.readline() for _ in range(5)]
    finally:
        served.send_signal(signal.SIGINT)
        served.communicate(timeout=60)
    assert served.returncode == 0


def run(folder, *words):
    return subprocess.run([COMMAND, "--config", folder, *words], capture_output=True, text=True, check=False)


def test_the_household_can_be_tried_by_hand(tmp_path):
    folder = tmp_path / "try"
    with by_hand(folder) as said:
        assert f"--config {folder} plan" in said[1]
        asked = run(folder, "doctor")
        assert (asked.returncode, "TheTVDB: answers" in asked.stdout) == (0, True), asked.stdout + asked.stderr
        again = subprocess.run([sys.executable, "-m", "watchweave.sandbox", folder], capture_output=True, check=False)
        assert (again.returncode, b"must be new or empty" in again.stderr) == (2, True)


def test_exports_for_trying_by_hand_are_there_and_a_new_one_can_be_downloaded(tmp_path):
    with by_hand(tmp_path) as said:
        files = sorted((tmp_path / "downloads").iterdir())
        assert f"import {tmp_path}/downloads/*" in said[2]
        imported = run(tmp_path, "import", *files)
        assert [line for line in imported.stdout.splitlines() if "imported for" in line] == [
            "Letterboxd: imported for mara's letterboxd.", "IMDb: imported for mara's imdb."
        ]  # fmt: skip
        address = re.search("curl -OJ '(.+)'", said[3])[1]
        new = httpx2.get(address, trust_env=False)
        assert new.headers["content-type"] == "application/zip"
        place = re.search("'(http.+)'", said[4])[1]
        rows = httpx2.post(place, content=b"imdbID,WatchedDate\ntt0113277,2026-01-02\n", trust_env=False).json()["rows"]
        assert [row["became"] for row in rows] == ["added"]
