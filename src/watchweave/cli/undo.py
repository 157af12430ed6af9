"""`watchweave undo`: take back what one run wrote."""

from __future__ import annotations

from typing import Annotated

import typer

from ..engine.answers import kept
from ..engine.home import Home
from ..engine.report import Report, shown_shelf
from . import Tools
from .printing import MOST, PARTLY, exit_code, tell
from .running import finish, progress
from .terminal import many, say


def undo(
    context: typer.Context,
    run: Annotated[int, typer.Argument(metavar="RUN", help='Its number, as "watchweave runs" shows it.')],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be taken back, and do nothing.")] = False,
) -> None:
    """Take back what one run wrote, where services allow it and nothing has happened since."""
    tools: Tools = context.obj
    with tools.home("" if dry_run else f"undo {run}") as home:
        with progress(home, f"Looking at what run {run} wrote"):
            plan = finish(home, home.undo(run, dry_run=True))
        zone = home.profile(plan.profile)[0].timezone
        say(f"Undoing run {run}:", "bold")
        tell(plan, zone)
        left = _tell_kept(home, run, plan)
        if dry_run or home.stop.is_set():
            raise typer.Exit(exit_code([plan]) if home.stop.is_set() else ended(plan, left))
        if not any(line.outcome == "planned" for line in plan.changes):
            say("Nothing of it can be taken back.")
            raise typer.Exit(ended(plan, left))
        with progress(home, f"Undoing run {run}"):
            done = finish(home, home.undo(run))
        say()
        tell(done, zone, most=0)
        raise typer.Exit(ended(done, left))


def _tell_kept(home: Home, run: int, plan: Report) -> set[str]:
    """Name what stays as it is; the accounts it stays on."""
    left = kept(home.store, run, [line.identity for line in plan.changes if line.outcome != "pending"])
    if left:
        say(
            f"  {many(len(left), 'change')} cannot be taken back: changed since, or the service does not allow it",
            "yellow",
        )
    for account, shelf, media in left[:MOST]:
        say(f"    = {account} {shown_shelf(shelf)}: {media.named()}")
    if len(left) > MOST:
        say(f"      and {len(left) - MOST} more", "dim")
    return {account for account, _, _ in left}


def ended(report: Report, left: set[str]) -> int:
    """0 if all of the list was done; an account that could not be read may have kept something back."""
    if report.interrupted:
        return exit_code([report])
    failed = any(line.outcome in ("failed", "refused") for line in report.changes)
    undone = not report.dry_run and any(line.outcome == "planned" for line in report.changes)
    broken = left & {problem.account for problem in report.problems}
    return PARTLY if failed or undone or broken else 0
