"""`watchweave runs`: what happened before."""

from __future__ import annotations

import typer

from ..engine.answers import past
from . import Tools
from .printing import ENDED
from .status import Json, clock
from .terminal import say, say_json

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


def runs(context: typer.Context, json: Json = False) -> None:
    """List past runs, the newest first."""
    tools: Tools = context.obj
    with tools.home() as home:
        found = past(home.store)
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
            say('No run yet. "watchweave plan" shows what the first would do.')
