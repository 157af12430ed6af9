"""Takes one mechanism after another out of a copy of the code, and shows which test and which law notices.

`run.py [--only NAME ...] [--worlds N] [--json FILE]`; ends with 1 if nothing notices one of them, with 2 if a mutant no
longer fits the code, or if the untouched code fails by itself (such a test is named, and notices nothing). The work tree
is never touched.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.mutants.lists import OF_THE_LISTS
from tests.mutants.matching import MATCHING
from tests.mutants.mutants import MODEL, Mutant, Swap

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = (*MODEL, *MATCHING, *OF_THE_LISTS)
PATIENCE = 900
"""Seconds after which tests or worlds that do not end count as broken."""


class Misfit(Exception):
    """The text that a mutant replaces does not stand in the code exactly once."""


class Verdict(NamedTuple):
    """Which test and which law noticed; empty where none did."""

    mutant: Mutant
    test: str
    law: str
    seconds: float

    @property
    def killed(self) -> bool:
        return bool(self.test or self.law)


def swapped(text: str, swap: Swap) -> str:
    """The text with its one place changed."""
    if text.count(swap.old) != 1:
        raise Misfit(f"{swap.file}: this stands there {text.count(swap.old)} times, not once:\n{swap.old}")
    return text.replace(swap.old, swap.new)


def copied(origin: Path, target: Path, swaps: Iterable[Swap] = ()) -> None:
    """A copy of code and tests in which these are swapped."""
    leave = shutil.ignore_patterns("__pycache__", ".hypothesis")
    for name in ("src", "tests"):
        shutil.copytree(origin / name, target / name, ignore=leave)
    shutil.copy(origin / "pyproject.toml", target)
    for swap in swaps:
        path = target / "src" / "watchweave" / swap.file
        path.write_text(swapped(path.read_text(), swap))


def noticed(place: Path, *words: str) -> tuple[int, str]:
    """How a command ended in this copy, and what it printed."""
    given = os.environ | {"PYTHONPATH": f"{place / 'src'}{os.pathsep}{place}", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=place,
            env=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, "it did not end"
    return done.returncode, done.stdout + done.stderr


def by_test(place: Path, tests: tuple[str, ...], sick: Sequence[str]) -> str:
    """The first of these tests that fails, but for those that fail anyway."""
    words = ("-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-seed=0")
    code, said = noticed(place, *words, *(word for name in sick for word in ("--deselect", name)), *tests)
    return "" if code == 0 else next(iter(failed(said)), said.strip().splitlines()[-1]).split("::")[-1]


def failed(said: str) -> list[str]:
    """The tests that failed, as pytest names them."""
    return re.findall(r"^(?:FAILED|ERROR) ([^\s\[]+(?:\[[^\]]*\])?)", said, re.MULTILINE)


def by_law(place: Path, worlds: int, seed: int) -> str:
    """The first law that breaks in random worlds."""
    code, said = noticed(place, "tests/mutants/first_broken.py", str(worlds), str(seed))
    return "" if code == 0 else said.strip().splitlines()[-1][:100]


def by_themselves(origin: Path, tests: Iterable[str]) -> list[str]:
    """The tests that fail although nothing was taken out."""
    _, said = noticed(origin, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-seed=0", *tests)
    return failed(said)


def judged(mutant: Mutant, origin: Path, sick: Sequence[str], worlds: int, seed: int) -> Verdict:
    """Let the mutant live in a copy of its own, and see who notices."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="watchweave-mutant-") as folder:
        copied(origin, Path(folder), mutant.swaps)
        test = by_test(Path(folder), mutant.tests, sick)
        law = by_law(Path(folder), worlds, seed) if worlds else ""
    return Verdict(mutant, test, law, time.monotonic() - began)


def say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def table(verdicts: list[Verdict]) -> str:
    rows = ["| taken out | noticed by the test | and by the law |", "| --- | --- | --- |"]
    for verdict in verdicts:
        test = verdict.test or ("–" if verdict.law else "**SURVIVED**")
        rows.append(f"| {verdict.mutant.row} (`{verdict.mutant.name}`) | {test} | {verdict.law or '–'} |")
    return "\n".join(rows)


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this mutant; may be repeated")
    parser.add_argument(
        "--worlds", type=int, default=int(os.environ.get("WORLDS", "300")), help="worlds for each mutant"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "mutants.json")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    unknown = set(options.only) - {mutant.name for mutant in MUTANTS}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(m.name for m in MUTANTS)}")
    return options


def kept(path: Path, verdicts: list[Verdict], worlds: int) -> None:
    """The table as data."""
    rows = [
        {"name": v.mutant.name, "row": v.mutant.row, "test": v.test, "law": v.law, "killed": v.killed} for v in verdicts
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"worlds": worlds, "mutants": rows}, indent=1) + "\n")


def run(options: argparse.Namespace, origin: Path) -> int:
    chosen = [mutant for mutant in MUTANTS if not options.only or mutant.name in options.only]
    for mutant in chosen:
        for swap in mutant.swaps:
            swapped((origin / "src" / "watchweave" / swap.file).read_text(), swap)
    verdicts = []
    with ThreadPoolExecutor(options.jobs) as pool:
        law = pool.submit(by_law, origin, options.worlds, options.seed)
        sick = by_themselves(origin, dict.fromkeys(test for mutant in chosen for test in mutant.tests))
        wrong = [*sick, *([law.result()] if law.result() else [])]
        for verdict in pool.map(lambda mutant: judged(mutant, origin, sick, options.worlds, options.seed), chosen):
            verdicts.append(verdict)
            say(f"{verdict.seconds:4.0f} s  {verdict.mutant.name}: {verdict.test or '-'}; {verdict.law or '-'}")
    say(table(verdicts))
    kept(options.json, verdicts, options.worlds)
    survivors = [verdict.mutant.name for verdict in verdicts if not verdict.killed]
    say(f"{len(verdicts) - len(survivors)} of {len(verdicts)} noticed", *(f"SURVIVED: {name}" for name in survivors))
    say(*(f"The untouched code fails by itself: {one}" for one in wrong))
    return 2 if wrong else 1 if survivors else 0


def main() -> int:
    options = asked()
    with tempfile.TemporaryDirectory(prefix="watchweave-origin-") as folder:  # the tree may change meanwhile
        copied(ROOT, Path(folder))
        try:
            return run(options, Path(folder))
        except Misfit as misfit:
            say(f"A mutant no longer fits: {misfit}")
            return 2


if __name__ == "__main__":
    sys.exit(main())
