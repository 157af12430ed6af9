"""Measures what a sync costs: requests, time, processor time and memory, beside a floor and beside peers.

`python benchmarks/run.py --size small|large`; the table is printed last and left in build/bench-SIZE.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from random import Random
from typing import Any

import msgspec

import measure
from measure import Cost, Served
from peers import installed
from tools import BUILD, Floor, Tool, WatchWeave, by_request

PAIRS = 3
"""So often the timed pair, ours and the floor, is run in turn; the medians count."""
NETWORK = 0.1
"""Seconds that an answer of a service takes longer over a network than on one machine, in a second round of pairs."""
QUIET = 130.0
"""Seconds until the "later" sync, so that our own writes are no news to Plex any more; the one after it is idle."""
KILLS: tuple[dict[str, Any], ...] = (
    {"method": "", "applied": True},
    {"method": "POST", "applied": True},
    {"method": "POST", "applied": False},
    {"method": "", "applied": True},
    {"method": "POST", "applied": True},
)
"""How the runs with 10,000 new plays are ended: kill -9 at a random request, or write, that was carried out or was not."""
RESUMED = 12
"""So many runs may follow until nothing is left to do."""
UNCLEAR = 60.0
"""Seconds between runs while it is open whether something arrived: the service may show it up to five minutes late."""


class Row(msgspec.Struct):
    """One run of one tool. `apart`: records that afterwards only one service shows; plays told twice are `twice`."""

    tool: str
    sync: str
    cost: Cost
    apart: int = 0
    twice: int = 0


class Claim(msgspec.Struct):
    """Something we promise, what we measured, and whether it holds."""

    what: str
    promised: str
    measured: str
    holds: bool


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("small", "large"), default="small")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--without", nargs="*", default=[], help="Leave out: peers, idle, pairs, plays.")
    options = parser.parse_args()
    bench = Bench(options.size, options.seed)
    bench.tools("peers" not in options.without, 0.0 if "idle" in options.without else QUIET)
    if "pairs" not in options.without:
        bench.pairs(options.pairs)
        if options.size == "large":
            bench.pairs(options.pairs, NETWORK)
    if options.size == "large" and "plays" not in options.without:
        bench.new_plays()
    return bench.told()


class Bench:
    """All measurements of one size."""

    def __init__(self, size: str, seed: int) -> None:
        self.size = size
        self.seed = seed
        self.folder = BUILD / "bench" / size
        shutil.rmtree(self.folder, ignore_errors=True)
        self.rows: list[Row] = []
        self.claims: list[Claim] = []
        self.ratios: dict[str, float] = {}

    # The syncs of every tool

    def tools(self, peers: bool, quiet: float) -> None:
        """Syncs of every tool in a world of its own: two, two more minutes later, and one after a small change."""
        kinds: list[type[Tool]] = [WatchWeave, *(installed() if peers else ())]
        with ExitStack() as stack:
            open_ones = [self.opened(stack, kind(self.folder / kind.name)) for kind in kinds if self.size in kind.sizes]
            for tool, served in open_ones:
                if self.sync(tool, served, "first").cost.code == 0:
                    self.sync(tool, served, "second")
            time.sleep(quiet)
            for tool, served in open_ones:
                self.sync(tool, served, "later")
                self.sync(tool, served, "idle")
                served.watch()
                self.sync(tool, served, "small change")
        ours = {row.sync: row.cost for row in self.rows if row.tool == WatchWeave.name}
        self.judge_syncs(ours)

    def opened(self, stack: ExitStack, tool: Tool) -> tuple[Tool, Served]:
        served = stack.enter_context(measure.world(self.size, self.seed))
        stack.enter_context(served.opened())
        tool.prepare(served.where)
        return tool, served

    def sync(self, tool: Tool, served: Served, name: str) -> Row:
        """One run, with what both services hold afterwards."""
        note(f"{tool.name}: {name} sync")
        output = self.folder / f"{tool.name} {name}.txt"
        cost, asked = measure.run(served, tool.command, output=output, environment=tool.environment)
        output.with_suffix(".requests").write_text(by_request(asked))
        found = served.compare()
        apart = sum(len(found[what][side]) for what in ("watched", "rated", "wanted") for side in ("plex", "trakt"))
        row = Row(tool.name, name, cost, apart, found["twice"])
        self.rows.append(row)
        return row

    def judge_syncs(self, ours: dict[str, Cost]) -> None:
        for name in ("second", "later", "idle"):
            cost, said = ours[name], f"{name} sync is silent"
            told = ", ".join(f"{service} {reads}" for service, (reads, _) in sorted(cost.requests.items()))
            self.claim(
                f"{said} ({self.size})",
                "0 writes, at most 5 requests: Trakt 1, Plex server 3, watchlist 1",
                f"{cost.writes} writes, {cost.reads} requests: {told}",
                cost.writes == 0 and cost.reads <= 5,
            )
        if self.size == "small":
            first = ours["first"]
            self.claim("first sync (small)", "at most 30 reads", f"{first.reads} reads", first.reads <= 30)
        else:
            peak, idle = ours["first"].peak, ours["idle"].processor
            self.claim("first sync (large), memory", "under 250 MiB", f"{peak:.0f} MiB", peak < 250)
            self.claim("idle sync (large), processor", "under 0.5 s", f"{idle:.2f} s", idle < 0.5)

    # Against the floor

    def pairs(self, count: int, delay: float = 0.0) -> None:
        """Ours and the floor in turn, each on a fresh copy of the same world: one in step, for the floor writes nothing.
        Every answer takes `delay` seconds longer."""
        ours: list[Cost] = []
        floor: list[Cost] = []
        what = f", answers {delay * 1000:.0f} ms later" if delay else ""
        with measure.world(f"{self.size}, in step", self.seed) as served:
            for turn in range(count):
                note(f"pair {turn + 1} of {count}: watchweave and the floor{what}")
                with served.opened():
                    served.delay(seconds=delay)
                    tool = WatchWeave(self.folder / f"pair {turn}{what}")
                    tool.prepare(served.where)
                    cost, _ = measure.run(
                        served, tool.command, output=tool.folder / "output.txt", environment=tool.environment
                    )
                    readings, access = served.readings(), served.where["access"]
                    ours.append(cost)
                with served.opened():
                    served.delay(seconds=delay)
                    bottom = Floor(self.folder / f"floor {turn}{what}")
                    bottom.take(readings, (access, served.where["access"]), served)
                    cost, _ = measure.run(
                        served, bottom.command, output=bottom.folder / "output.txt", environment=bottom.environment
                    )
                    floor.append(cost)
        sync = f"first, in step{what}"
        self.rows += [Row("watchweave", sync, median(ours)), Row("floor", sync, median(floor))]
        for name in ("wall", "processor"):
            each = [getattr(one, name) / getattr(two, name) for one, two in zip(ours, floor, strict=True)]
            self.ratios[name + what] = statistics.median(each)
        if self.size == "large":
            ratio = self.ratios["wall" + what]
            self.claim(f"first sync (large), wall time{what}", "within 1.5 of the floor", f"{ratio:.2f}", ratio <= 1.5)

    # Ten thousand plays

    def new_plays(self) -> None:
        """To an empty account, in one go; and again, ended with kill -9 at random requests, then resumed."""
        with measure.world("new plays", self.seed) as served:
            with served.opened():
                tool = WatchWeave(self.folder / "new plays")
                tool.prepare(served.where)
                row = self.sync(tool, served, "10,000 new plays")
                self.claim_plays("10,000 new plays", served, row.cost.requests)
            with served.opened():
                tool = WatchWeave(self.folder / "new plays, interrupted")
                tool.prepare(served.where)
                requests = self.interrupted(tool, served)
                self.claim_plays("10,000 new plays, interrupted", served, requests)

    def interrupted(self, tool: Tool, served: Served) -> dict[str, tuple[int, int]]:
        """All requests of all runs until one of them finds nothing left to do."""
        chance = Random(self.seed)
        sums: dict[str, tuple[int, int]] = {}
        for turn in range(len(KILLS) + RESUMED):
            end = KILLS[turn] | {"request": chance.randint(1, 30)} if turn < len(KILLS) else None
            note(f"10,000 new plays: {f'to be killed, {end}' if end else 'resumed'}")

            def started(process: int, end: dict[str, Any] | None = end) -> None:
                if end:
                    served.kill(process=process, **end)

            output = tool.folder / f"output {turn}.txt"
            cost, _ = measure.run(served, tool.command, output=output, environment=tool.environment, started=started)
            served.calm()
            if cost.code != (-signal.SIGKILL if end else 0):
                raise RuntimeError(f"a run ended with {cost.code}: see {output}")
            for service, (reads, writes) in cost.requests.items():
                before = sums.get(service, (0, 0))
                sums[service] = (before[0] + reads, before[1] + writes)
            pending = not end and '"pending"' in output.read_text()
            if pending and not cost.writes:
                time.sleep(UNCLEAR)
            elif not end and not cost.writes:
                break
        return sums

    def claim_plays(self, what: str, served: Served, requests: dict[str, tuple[int, int]]) -> None:
        found, trakt = served.compare(), sum(requests.get("trakt", (0, 0)))
        left = len(found["watched"]["plex"])
        told = f"{trakt} requests to Trakt; {found['plays']} plays there, {left} missing, {found['twice']} twice"
        once = found["plays"] == 10_000 and not left and not found["twice"]
        if "interrupted" in what:
            self.claim(what, "each play once", told, once)
        else:
            self.claim(what, "at most 130 requests; each play once", told, once and trakt <= 130)

    # Telling

    def claim(self, what: str, promised: str, measured: str, holds: bool) -> None:
        self.claims.append(Claim(what, promised, measured, holds))

    def told(self) -> int:
        """Print the tables, and leave them as JSON; 1 if a claim fails, or a run did and its figures mean nothing."""
        tables = "\n\n".join([table(self.rows), claims(self.claims)])
        machine = {"python": platform.python_version(), "processors": os.cpu_count(), "load": os.getloadavg()}
        left = {"size": self.size, "seed": self.seed, "machine": machine, "ratios": self.ratios}
        left |= {"rows": msgspec.to_builtins(self.rows), "claims": msgspec.to_builtins(self.claims)}
        (BUILD / f"bench-{self.size}.json").write_text(json.dumps(left, indent=2))
        sys.stdout.write(f"{tables}\n")
        broken = any(row.cost.code for row in self.rows) or not all(claim.holds for claim in self.claims)
        return int(broken)


def median(costs: Sequence[Cost]) -> Cost:
    """Each figure's own median; the requests of the first."""
    wall, processor, peak = (
        statistics.median(getattr(cost, name) for cost in costs) for name in ("wall", "processor", "peak")
    )
    return Cost(wall, processor, peak, max(cost.code for cost in costs), costs[0].requests)


def table(rows: Sequence[Row]) -> str:
    """What every run cost; requests as reads + writes."""
    services = ("plex server", "watchlist", "metadata", "plex.tv", "trakt")
    head = ("tool", "sync", *services, "wall s", "processor s", "peak MiB", "apart", "twice")
    lines = [line(head), line("---" for _ in head)]
    for row in rows:
        cost = row.cost
        requests = [shown(*cost.requests.get(service, (0, 0))) for service in services]
        figures = (f"{cost.wall:.2f}", f"{cost.processor:.2f}", f"{cost.peak:.0f}", row.apart, row.twice)
        failed = f" (failed: {cost.code})" if cost.code else ""
        lines.append(line((row.tool, row.sync + failed, *requests, *figures)))
    return "\n".join(lines)


def shown(reads: int, writes: int) -> str:
    return f"{reads} + {writes}" if writes else str(reads)


def claims(found: Sequence[Claim]) -> str:
    lines = [line(("claim", "promised", "measured", "")), line(("---",) * 4)]
    lines += [line((one.what, one.promised, one.measured, "holds" if one.holds else "FAILS")) for one in found]
    return "\n".join(lines)


def line(cells: Iterable[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def note(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
