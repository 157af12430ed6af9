"""The demo, as somebody sees it who has no account anywhere."""

import signal
import subprocess
import sys

from tests.cli.place import COMMAND


def test_the_demo_shows_a_first_sync_a_silent_one_and_one_evening():
    ended = subprocess.run([COMMAND, "demo", "--once"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    first, again, evening = (part.splitlines() for part in ended.stdout.split("\n\n")[1:4])
    assert [line for line in first if line.startswith(("mara: ", "jonas: "))] != []
    assert [line.split(" (")[0] for line in again[1:]] == ["mara: nothing to do", "jonas: nothing to do"]
    assert "  trakt history: 1 added" in evening


def test_the_household_can_be_tried_by_hand(tmp_path):
    folder = tmp_path / "try"
    served = subprocess.Popen([sys.executable, "-m", "watchweave.sandbox", folder], stdout=subprocess.PIPE, text=True)
    try:
        told = [served.stdout.readline() for _ in range(2)]
        assert f"--config {folder} plan" in told[1]
        asked = subprocess.run([COMMAND, "--config", folder, "doctor"], capture_output=True, text=True, check=False)
        assert (asked.returncode, "TheTVDB: answers" in asked.stdout) == (0, True), asked.stdout + asked.stderr
        again = subprocess.run([sys.executable, "-m", "watchweave.sandbox", folder], capture_output=True, check=False)
        assert (again.returncode, b"must be new or empty" in again.stderr) == (2, True)
    finally:
        served.send_signal(signal.SIGINT)
        served.communicate(timeout=60)
    assert served.returncode == 0
