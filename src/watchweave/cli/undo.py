"""`watchweave undo`: take back what one run wrote."""

from __future__ import annotations

import re
import sys
from typing import Annotated

import typer

from ..engine.home import Home
from ..engine.report import Report, place_of
from ..errors import ConfigError
from . import Tools
from .printing import EVERY, INTERRUPTED, MOST, PARTLY, exit_code, tell_changes, tell_problems
from .running import finish, progress
from .sync import All
from .terminal import many, say


def undo(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="RUN", help='Its number, as "watchweave runs" shows it.')],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be taken back, and do nothing.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask first. Nothing is asked where nobody looks on.")
    ] = False,
    all_lines: All = False,
) -> None:
    """Take back what one run wrote, where services allow it and nothing has happened since. On a terminal it asks first."""
    tools: Tools = context.obj
    if not re.fullmatch(r"[0-9]{1,18}", number):
        raise ConfigError(f'"{number[:40]}" is no run: its number is meant. "watchweave runs" lists them.')
    run, most = int(number), EVERY if all_lines else MOST
    asks = not yes and sys.stdin.isatty() and sys.stdout.isatty()
    agreed = None
    if dry_run or asks:
        with tools.home() as home:
            plan = _carry_out(home, run, dry_run=True)
            _tell(home, plan, run, most)
        if dry_run or plan.interrupted or not plan.changes:
            raise typer.Exit(ended(plan))
        if not _agreed(f"Take back {many(len(plan.changes), 'change')}?"):
            say("Nothing was done.")
            raise typer.Exit(INTERRUPTED)
        agreed = {line.identity for line in plan.changes}
    with tools.home(f"undo {run}") as home:
        done = _carry_out(home, run, agreed=agreed)
        _tell(home, done, run, most)
    raise typer.Exit(ended(done))


def _agreed(question: str) -> bool:
    """Ctrl-C at the question is a no."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        say("")
        return False


def _carry_out(home: Home, run: int, *, dry_run: bool = False, agreed: set[tuple[object, ...]] | None = None) -> Report:
    with progress(home, f"Looking at what run {run} wrote" if dry_run else f"Undoing run {run}"):
        return finish(home, home.undo(run, dry_run=dry_run, agreed=agreed))


def _tell(home: Home, report: Report, run: int, most: int) -> None:
    """What is taken back, and of everything else that the run wrote why it stays."""
    zone = home.profile(report.profile)[0].timezone
    done = [line for line in report.changes if line.outcome == "done"]
    taken = many(len(report.changes if report.dry_run else done), "change") if report.changes else "nothing"
    said = "can be taken back" if report.dry_run else f"taken back, by run {report.run}"
    say(f"Run {run}: {taken} {said}", "bold")
    tell_changes(report, zone, most, show="; --all shows them")
    if report.refused:
        say(f"  {many(len(report.refused), 'change')} cannot be taken back:", "yellow")
    for one in report.refused[:most]:
        say(f"    = {one.account} {place_of(one)}: {one.media.named()}: {one.why}")
    if len(report.refused) > most:
        say(f"      and {len(report.refused) - most} more; --all shows them", "dim")
    if not report.changes and not report.refused:
        say("  It wrote nothing that is remembered.")
    tell_problems(report)


def ended(report: Report) -> int:
    """0 if all of the list was done; an account that could not be read may have kept something back."""
    if report.interrupted:
        return exit_code([report])
    failed = any(line.outcome in ("failed", "refused") for line in report.changes)
    undone = not report.dry_run and any(line.outcome == "planned" for line in report.changes)
    broken = {one.account for one in report.refused} & {problem.account for problem in report.problems}
    return PARTLY if failed or undone or broken else 0
