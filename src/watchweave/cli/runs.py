"""`watchweave runs`: what happened before."""

from __future__ import annotations

import typer

from ..engine.answers import past
from . import Tools
from .status import Json, clock
from .terminal import say, say_json


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
            changes = ", ".join(f"{count} {state}" for state, count in run["changes"].items()) or "nothing written"
            undone = f", undone by run {run['undone_by']}" if run["undone_by"] else ""
            when = clock(run["began"], zones.get(run["profile"], "UTC"))
            say(f"{run['run']:>5}  {when}  {run['profile']}  {run['why']}: {run['status']}, {changes}{undone}")
        if not found:
            say('No run yet. "watchweave plan" shows what the first would do.')
