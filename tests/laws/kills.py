"""The real command, killed a hundred times while its person goes on living, and what holds when the dust has settled.

Each round somebody watches, rates or wishes something on one of two served services, `watchweave sync` starts as a
process of its own, and SIGKILL ends it: at a random moment, or right after a chosen request was carried out and before
its answer left. Then all is quiet, and everything must be there once.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.cli.place import COMMAND, Place, open_place
from watchweave.sandbox.faults import Act

MINUTE, HOUR, DAY = 60, 3600, 86_400
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120
"""Seconds that one command may take."""
AHEAD = """
import os, time
real, ahead = time.time, float(os.environ["CLOCK_AHEAD"])
time.time = lambda: real() + ahead
"""
"""Makes the machine's clock run ahead for one process, as the world's does: Python loads `sitecustomize` by itself."""

THINGS = (*(f"m{number}" for number in range(1, 9)), "s1.1.1", "s1.1.2", "s1.1.3", "s1.1.4")
WISHES = ("x1", "x2", "x3", "x4")
APART = 15 * HOUR
"""Two viewings of one thing are farther apart than any clock can be wrong."""
POINTS = (
    ("trakt.api", "POST", ""),
    ("trakt.api", "", ""),
    ("plex.server", "", ""),
    ("plex.server", "", ":/"),
    ("plex.discover", "", ""),
)
"""Where a process is killed: host, method and path of the request that was the last to be carried out."""


ANSWERED = 0.1
"""Seconds until a service has written down what it answered to a process that is no more."""


class Life:
    """One person, her two services and the command that keeps them in step."""

    def __init__(self, place: Place, seed: int, clock: Path) -> None:
        self.place = place
        self.random = random.Random(seed)
        self.clock = clock
        self.ahead = 0.0
        self.typical = 2.0
        self.viewings: dict[str, list[int]] = defaultdict(list)
        self.ends: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.lost_refreshes = 0

    # ---------------------------------------------------------------- what the person does
    def later(self, seconds: float) -> None:
        """Time passes, for the services and for the machine."""
        with self.place.world.lock:
            self.place.world.clock.advance(seconds)
        self.ahead += seconds

    def act(self) -> None:
        with self.place.world.lock:
            for _ in range(self.random.choice((0, 1, 1, 2, 3))):
                self.random.choice((self.watch, self.watch, self.rate, self.unrate, self.wish, self.drop))()

    def watch(self) -> None:
        uid, now = self.random.choice(THINGS), int(self.place.world.now())
        if any(now - at < APART for at in self.viewings[uid]):
            return
        self.viewings[uid].append(now)
        if self.random.random() < 0.5:
            self.place.plex.watch("nate", uid)
        else:
            self.place.account.watch(self.place.work(uid))

    def rate(self) -> None:
        uid, value = self.random.choice(THINGS), self.random.randint(1, 10)
        if self.random.random() < 0.5:
            self.place.plex.rate("nate", uid, float(value))
        else:
            self.place.account.rate(self.place.work(uid), value)

    def unrate(self) -> None:
        uid = self.random.choice(THINGS)
        if self.random.random() < 0.5:
            self.place.plex.unrate("nate", uid)
        else:
            self.place.account.unrate(self.place.work(uid))

    def wish(self) -> None:
        uid = self.random.choice(WISHES)
        if self.random.random() < 0.5:
            self.place.plex.want("nate", uid)
        else:
            self.place.account.want(self.place.work(uid))

    def drop(self) -> None:
        uid = self.random.choice(WISHES)
        if self.random.random() < 0.5:
            self.place.plex.unwant("nate", uid)
        else:
            self.place.account.unwant(self.place.work(uid))

    # ---------------------------------------------------------------- the command
    def start(self, *words: str) -> subprocess.Popen[str]:
        given = {k: v for k, v in os.environ.items() if not k.startswith(("WATCHWEAVE", "PLEX", "TRAKT"))}
        given |= {"PYTHONPATH": str(self.clock), "CLOCK_AHEAD": str(self.ahead)}
        return subprocess.Popen(
            [COMMAND, "--config", str(self.place.folder), *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=given,
        )  # fmt: skip

    def sync(self) -> dict[str, Any]:
        """A sync that is left alone, and what it reports."""
        process = self.start("sync", "--json", "--yes")
        out, err = process.communicate(timeout=PATIENCE)
        self.judge_end(process.returncode, err)
        return json.loads(out) if out else {}

    def judge_end(self, code: int, err: str) -> None:
        self.ends["killed" if code == -9 else "finished"] += 1
        if code not in (0, 3, -9):
            self.wrong.append(f"a sync ended with {code}: {err.strip()[-400:]}")

    def disturbed(self) -> None:
        """A sync that is killed: at some moment, or after some request."""
        way = self.random.choice(("moment", "request", "request"))
        process = self.start("sync", "--json", "--yes")
        faults = self.place.world.faults
        if way == "request":
            host, method, path = self.random.choice(POINTS)
            faults.order(Act(process.kill), host, method, path, skip=self.random.choice((0, 0, 1, 2, 4, 7)))
        try:
            _, err = process.communicate(
                timeout=self.random.uniform(0.05, 1.0) * self.typical if way == "moment" else PATIENCE
            )
        except subprocess.TimeoutExpired:
            process.kill()
            _, err = process.communicate()
        time.sleep(ANSWERED)
        with self.place.world.lock:
            faults.cancel()
        self.ends[f"after a {way}" if process.returncode == -9 else f"too late for a {way}"] += 1
        self.judge_end(process.returncode, err)

    # ---------------------------------------------------------------- a round, and the end
    def round(self) -> None:
        self.act()
        if self.random.random() < 0.15:
            began = time.monotonic()
            self.sync()
            self.typical = (self.typical + time.monotonic() - began) / 2
        else:
            refreshes = len(self.granted())
            self.disturbed()
            if len(self.granted()) > refreshes:
                self.sign_in_again_if_lost()
        self.undoubled()
        self.later(self.random.randint(1, 120) * MINUTE)

    def granted(self) -> list[Any]:
        """The refreshes that were answered with new tokens."""
        return [one for one in self.place.world.requests.of("trakt.auth") if one.status == 200]

    def sign_in_again_if_lost(self) -> None:
        """Killed between the answer with new tokens and their way to the disk: only the person can help."""
        refused = len(self.refused())
        process = self.start("sync", "--json", "--yes")
        _, err = process.communicate(timeout=PATIENCE)
        if len(self.refused()) == refused:
            return self.judge_end(process.returncode, err)
        self.lost_refreshes += 1
        self.place.grant = self.place.trakt.sign_in.grant(self.place.account, self.place.grant.client)
        self.place.settings["profiles"]["nate"]["accounts"] = self.place.accounts()
        self.place.write()
        return None

    def refused(self) -> list[Any]:
        """Refresh tokens that were sent a second time."""
        return [one for one in self.place.world.requests.of("trakt.auth") if one.status >= 400]

    def undoubled(self) -> None:
        """At no moment are there more plays than viewings."""
        for uid in THINGS:
            if self.place.plays(uid) > len(self.viewings[uid]):
                self.wrong.append(f"{uid}: {self.place.plays(uid)} plays of {len(self.viewings[uid])} viewings")

    def settle(self) -> int:
        """Quiet syncs until nothing is planned; what is held is approved. How many it took."""
        for count in range(1, 9):
            self.later(DAY if count == 1 else 10 * MINUTE)
            report = self.sync()
            for hold in report.get("held", ()):
                process = self.start("approve", hold["hold"])
                self.judge_end(process.wait(PATIENCE), process.communicate()[1])
            if report.get("status") == "done" and not report.get("changes"):
                return count
        self.wrong.append("it never became quiet")
        return 9

    def judge(self) -> None:
        """Everything is there, once, on both sides."""
        place, plex = self.place, self.place.plex
        self.undoubled()
        for uid in THINGS:
            state = plex.user("nate").view.state(plex.item(uid))
            rating = place.account.ratings.get(uid)
            if place.plays(uid) != len(self.viewings[uid]):
                self.wrong.append(f"{uid}: {place.plays(uid)} plays of {len(self.viewings[uid])} viewings")
            if (state.count > 0) != bool(self.viewings[uid]):
                self.wrong.append(f"{uid}: viewed {len(self.viewings[uid])} times, flagged {state.count > 0}")
            if (rating.value if rating else None) != (state.rating or None):
                self.wrong.append(f"{uid}: rated {rating.value if rating else None} and {state.rating}")
        wanted = plex.discover.of(plex.user("nate"))
        wishes = {work.uid for work in place.world.catalogue if work.ids.get("plex") in wanted}
        if wishes != {entry.work.uid for entry in place.account.watchlist}:
            self.wrong.append(f"wishes differ: {wishes} and {[entry.work.uid for entry in place.account.watchlist]}")
        if len(self.refused()) > self.lost_refreshes:
            self.wrong.append(f"{len(self.refused())} refresh tokens were used twice")


def lived(kills: int, seed: int, folder: Path) -> dict[str, Any]:
    """One life with so many kills, and what became of it."""
    clock, home = folder / "clock", folder / "home"
    clock.mkdir()
    home.mkdir(mode=0o700)
    (clock / "sitecustomize.py").write_text(AHEAD)
    with open_place(home) as place:
        life = Life(place, seed, clock)
        began = time.monotonic()
        rounds = 0
        while life.ends["killed"] < kills and rounds < 10 * kills:
            life.round()
            rounds += 1
        quiet_after = life.settle()
        life.judge()
        return {
            "rounds": rounds, "seed": seed, "killed": life.ends["killed"], "ends": dict(life.ends),
            "viewings": sum(map(len, life.viewings.values())), "plays": sum(map(place.plays, THINGS)),
            "refreshes": len(life.granted()), "lost_refreshes": life.lost_refreshes, "quiet_after": quiet_after,
            "seconds": round(time.monotonic() - began), "wrong": list(dict.fromkeys(life.wrong)),
        }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="watchweave-kills-") as folder:
        result = lived(options.kills, options.seed, Path(folder))
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    (build / "kills.json").write_text(json.dumps(result, indent=1) + "\n")
    shown = ("rounds", "killed", "viewings", "plays", "refreshes", "quiet_after", "seconds")
    lines = [f"| {' | '.join(shown)} | wrong |", "| --- " * (len(shown) + 1) + "|"]
    lines.append(f"| {' | '.join(str(result[name]) for name in shown)} | {len(result['wrong'])} |")
    sys.stdout.write("\n".join([*lines, *result["wrong"]]) + "\n")
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
