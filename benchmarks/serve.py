"""A process that serves measured worlds over real sockets: one JSON command a line on stdin, one JSON answer on stdout.

A world is built once; each `open` serves a fresh copy of it from a fork, so that every tool meets the same one.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from collections import Counter
from typing import Any

from watchweave.sandbox import faults
from watchweave.sandbox.server import Sandbox
from watchweave.sandbox.trakt import CLIENT, SECRET
from watchweave.sandbox.world import Work
from worlds import PERSON, SIZES, Scene, scene

PASSING = ("host", "connection", "user-agent")
"""Headers that belong to one connection or one client."""


class Guest:
    """One copy of a world while it is open: what the driver may ask of it."""

    def __init__(self, made: Scene, served: Sandbox) -> None:
        self.made = made
        self.served = served

    def where(self) -> dict[str, Any]:
        """The addresses, and the sign-ins of the person."""
        grant = self.made.trakt.sign_in.grant(self.made.account, CLIENT)
        hosts = {host.name: self.served.url(host.name) for host in self.made.world.hosts}
        tokens = {"client": CLIENT, "secret": SECRET, "access": grant.access, "refresh": grant.refresh}
        server = self.made.plex.server
        owner = {"name": PERSON, "plex": self.made.plex.owner.token, "server": server.name, "machine": server.machine}
        addresses = {host.address: hosts[host.name] for host in self.made.world.hosts}
        return {"hosts": hosts, "addresses": addresses, **tokens, **owner, "expires": int(grant.expires)}

    def asked(self) -> list[list[Any]]:
        """The requests since the last question: host, method, path, query, status, bytes, meant to write."""
        with self.made.world.lock:
            log = self.made.world.requests
            found = [[a.host, a.method, a.path, a.query, a.status, a.bytes, a.changes] for a in log.all]
            log.clear()
        return found

    def readings(self) -> list[list[Any]]:
        """What was read since the last question, so that it can be read again: host, path with query, headers."""
        with self.made.world.lock:
            calls = [call for call in self.made.world.calls if call.method == "GET"]
            self.made.world.calls.clear()
        return [
            [call.host, f"{call.path}?{call.raw_query}", {n: v for n, v in call.headers.items() if n not in PASSING}]
            for call in calls
        ]

    def watch(self) -> None:
        """The person watches a film on Plex, and another one elsewhere, which Trakt is told: the first time for both."""
        here, elsewhere = self.made.fresh
        with self.made.world.lock:
            self.made.plex.watch(PERSON, here)
            self.made.account.watch(elsewhere)

    def kill(self, process: int, request: int, method: str, applied: bool) -> None:
        """End this process at its request number `request` (of those with this method, if any is named), once that was
        carried out, or else was not."""
        where: dict[str, Any] = {"method": method, "skip": request - 1}
        self.made.world.faults.order(faults.Act(lambda: os.kill(process, signal.SIGKILL)), **where)
        if not applied:
            self.made.world.faults.order(faults.Status(503), **where)

    def delay(self, seconds: float) -> None:
        """From now on every answer takes that much longer, as it does over a network."""
        if seconds:
            self.made.world.faults.order(faults.Delay(seconds), times=-1)

    def calm(self) -> None:
        """No fault waits any more."""
        self.made.world.faults.cancel()

    def compare(self) -> dict[str, Any]:
        """How what the services hold differs: works that only one of them shows, by shelf, and plays told twice."""
        with self.made.world.lock:
            plex = {what: self._at_plex(what) for what in ("watched", "rated", "wanted")}
            trakt = self._at_trakt()
            times = Counter((play.work.uid, play.at) for play in self.made.account.history.plays.values())
        shelves = {
            what: {
                "both": len(plex[what] & trakt[what]),
                "plex": sorted(plex[what] - trakt[what]),
                "trakt": sorted(trakt[what] - plex[what]),
            }
            for what in plex
        }
        return {**shelves, "plays": sum(times.values()), "twice": sum(count - 1 for count in times.values())}

    def _at_plex(self, what: str) -> set[str]:
        owner = self.made.plex.owner
        if what == "wanted":
            keys = self.made.plex.discover.of(owner)
            return {work.uid for work in self.made.world.catalogue if work.ids.get("plex") in keys}
        states = {item.work.uid: state for item, state in owner.view.states.items() if item.work is not None}
        if what == "watched":
            return {uid for uid, state in states.items() if state.count}
        return {uid for uid, state in states.items() if state.rating is not None}

    def _at_trakt(self) -> dict[str, set[str]]:
        held: set[str] = {work.uid for work in (*self.made.watched, *self.made.fresh)}
        account = self.made.account
        watched = {play.work.uid for play in account.history.plays.values()} & held
        works: list[Work] = [entry.work for entry in account.watchlist]
        return {"watched": watched, "rated": set(account.ratings) & held, "wanted": {work.uid for work in works}}


def serve(made: Scene) -> None:
    """One copy, until it is told to close."""
    made.world.clock.set(time.time())
    with Sandbox(made.world) as served:
        guest = Guest(made, served)
        say(guest.where())
        while (command := hear()) and command["do"] != "close":
            say(getattr(guest, command.pop("do"))(**command))
    say(None)


def hear() -> dict[str, Any]:
    """The next command; byte by byte, so that nothing of a later one is taken from another process."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return {}
        line += byte
    found: dict[str, Any] = json.loads(line)
    return found


def say(answer: object) -> None:
    os.write(1, json.dumps(answer).encode() + b"\n")


def main(size: str, seed: str) -> None:
    made = scene(SIZES[size], int(seed))
    gc.freeze()
    say({"ready": True})
    while hear():
        process = os.fork()
        if not process:
            try:
                serve(made)
            finally:
                os._exit(0)
        os.waitpid(process, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
