"""`watchweave runs`: what happened before."""

from __future__ import annotations

from typing import Annotated

import typer

from ..engine.answers import EVER, past
from . import Tools
from .printing import ENDED
from .status import Json, clock
from .terminal import say, say_json

MOST = 20
"""The newest runs, without `--all`."""
MADE = {
    "done": "written",
    "refused": "not taken",
    "failed": "failed",
    "pending": "not confirmed yet",
    "missing": "sent in vain",
}


def made(changes: dict[str, int]) -> str:
    """How many changes came to which end, in words."""
    return ", ".join(f"{count} {MADE.get(state, state)}" for state, count in changes.items()) or "nothing written"


def runs(
    context: typer.Context,
    written: Annotated[bool, typer.Option("--written", help="Only runs that wrote something, or tried to.")] = False,
    all_runs: Annotated[bool, typer.Option("--all", help=f"All, not only the newest {MOST}.")] = False,
    json: Json = False,
) -> None:
    """List past runs, the newest first."""
    tools: Tools = context.obj
    with tools.home() as home:
        found = past(home.store, EVER if all_runs else MOST, writing=written)
        if json:
            say_json({"runs": found})
            return
        zones = {person.name: person.timezone for person in home.profiles}
        for run in found:
            undone = f"; undone by run {run['undone_by']}" if run["undone_by"] else ""
            when = clock(run["began"], zones.get(run["profile"], "UTC"))
            status = ENDED.get(run["status"], run["status"])
            say(f"{run['run']:>5}  {when}  {run['profile']}  {run['why']}: {status}, {made(run['changes'])}{undone}")
        if not found:
            none = (
                "No run wrote anything." if written else 'No run yet. "watchweave plan" shows what the first would do.'
            )
            say(none)
        elif len(found) == MOST and not all_runs:
            say(f"Older ones: --all{'' if written else '; only those that wrote something: --written'}", "dim")
