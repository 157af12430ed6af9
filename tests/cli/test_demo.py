"""The demo, as somebody sees it who has no account anywhere."""

import subprocess

from tests.cli.place import COMMAND


def test_the_demo_shows_a_first_sync_a_silent_one_and_one_evening():
    ended = subprocess.run([COMMAND, "demo", "--once"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    first, again, evening = (part.splitlines() for part in ended.stdout.split("\n\n")[1:4])
    assert [line for line in first if line.startswith(("mara: ", "jonas: "))] != []
    assert [line.split(" (")[0] for line in again[1:]] == ["mara: nothing to do", "jonas: nothing to do"]
    assert "  trakt history: 1 added" in evening
