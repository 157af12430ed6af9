"""`watchweave unmatched`: what could not be identified or delivered, and why."""

from __future__ import annotations

import typer

from ..engine.answers import unmatched as all_unmatched
from . import Tools
from .status import Json, clock
from .terminal import many, say, say_json


def unmatched(context: typer.Context, json: Json = False) -> None:
    """List what could not be identified or delivered, with the reason."""
    tools: Tools = context.obj
    with tools.home() as home:
        found = all_unmatched(home.store)
        if json:
            say_json({"unmatched": found})
            return
        zones = {person.name: person.timezone for person in home.profiles}
        for one in found:
            shelf = f" {one['shelf']}" if one["shelf"] else ""
            later = (
                f"; tried again {clock(one['next_try'], zones.get(one['profile'], 'UTC'))}" if "next_try" in one else ""
            )
            say(f"{one['profile']}'s {one['account']}{shelf}: {one['media']['name']}: {one['why']}{later}")
        say(f"{many(len(found), 'item')} in all. They change nothing else." if found else "Everything is identified.")
