"""Runs tools as processes of their own against served worlds, and counts what that cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

HERE = Path(__file__).parent
SERVICES = {"plex.server": "plex server", "plex.discover": "watchlist", "plex.metadata": "metadata"}
"""What a host is called in the tables; plex.tv and its like are `plex.tv`, both hosts of Trakt are `trakt`."""


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """One request that reached the world."""

    host: str
    method: str
    path: str
    query: str
    status: int
    bytes: int
    changes: bool

    @property
    def service(self) -> str:
        return SERVICES.get(self.host, "trakt" if self.host.startswith("trakt") else "plex.tv")


class Cost(msgspec.Struct):
    """What one run of one tool cost. Seconds, MiB; requests by service: reads and writes."""

    wall: float
    processor: float
    peak: float
    code: int
    requests: dict[str, tuple[int, int]] = {}

    @property
    def reads(self) -> int:
        return sum(reads for reads, _ in self.requests.values())

    @property
    def writes(self) -> int:
        return sum(writes for _, writes in self.requests.values())


class Served:
    """An open world in another process. Every method of `serve.Guest` can be called by its name."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.where: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda **how: self.tell({"do": name, **how})

    def tell(self, command: Mapping[str, Any]) -> Any:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        self._process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    @contextmanager
    def opened(self) -> Iterator[Served]:
        """A fresh copy of the world, until the block ends."""
        self.where = self.tell({"do": "open"})
        try:
            yield self
        finally:
            self.tell({"do": "close"})

    def requests(self) -> list[Asked]:
        """Those since the last question."""
        return msgspec.convert(self.tell({"do": "asked"}), list[Asked])


@contextmanager
def world(size: str, seed: int = 1) -> Iterator[Served]:
    """The world of this size, built in a process of its own; open it as often as you like."""
    command = [sys.executable, str(HERE / "serve.py"), size, str(seed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        served = Served(process)
        served.answer()
        try:
            yield served
        finally:
            assert process.stdin
            process.stdin.close()


def run(
    served: Served,
    command: Sequence[str | Path],
    *,
    output: Path,
    environment: Mapping[str, str] | None = None,
    started: Callable[[int], object] | None = None,
) -> tuple[Cost, list[Asked]]:
    """Run a tool to its end; its output goes to a file. What it used is its own and that of its children alone: this
    process stays small, since a new process starts with the memory of the one that made it. `started` hears its id."""
    served.requests()
    served.readings()
    with output.open("wb") as out:
        start = time.monotonic()
        process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment
        )
        if started:
            started(process.pid)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    asked = served.requests()
    cost = Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode, counted(asked))
    return cost, asked


def counted(asked: Sequence[Asked]) -> dict[str, tuple[int, int]]:
    """Reads and writes by service."""
    found: dict[str, tuple[int, int]] = {}
    for one in asked:
        reads, writes = found.get(one.service, (0, 0))
        found[one.service] = (reads + (not one.changes), writes + one.changes)
    return found
