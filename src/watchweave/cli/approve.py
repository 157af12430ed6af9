"""`watchweave approve`: carry out exactly what a safety check held back."""

from __future__ import annotations

from typing import Annotated

import typer

from ..engine.answers import approved_person, unwritten
from ..engine.report import Report
from ..errors import ConfigError
from . import Tools
from .printing import HELD, exit_code, tell
from .running import finish, progress
from .terminal import complain, many


def approve(
    context: typer.Context,
    hold: Annotated[str, typer.Argument(metavar="HOLD", help='Its name, as the sync and "status" show it: h7.')],
) -> None:
    """Carry out exactly the plan that a safety check held back."""
    tools: Tools = context.obj
    hold = hold.lower()
    with tools.home(f"approve {hold}") as home:
        name, changes = approved_person(home.store, hold)
        known = [person for person in home.profiles if person.name == name]
        if not known:
            raise ConfigError(f'{hold} belongs to the profile "{name}", which is not in the settings any more.')
        with progress(home, f"Carrying out {hold}"):
            report = finish(home, home.sync(known[0], approve=hold))
        tell(report, known[0].timezone)
        left = unwritten(home.store, report.run or 0, changes)
        if not left:
            raise typer.Exit(0)
        if report.note:
            complain(report.note)
        complain(f"{many(len(left), 'change')} of {hold} {_why_left(report, hold)}")
        raise typer.Exit(exit_code([report]) or HELD)


def _why_left(report: Report, hold: str) -> str:
    """What is with the changes that were approved and not written."""
    held_now = [held.hold for held in report.held]
    if hold in held_now:
        return f"not written yet: approve {hold} again."
    again = f" Newly held: {', '.join(held_now)}." if held_now else ""
    return f"could not be written, or no longer belong to the plan.{again}"
