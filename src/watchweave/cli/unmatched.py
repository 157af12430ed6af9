"""`watchweave unmatched`: what could not be identified or delivered, and why."""

from __future__ import annotations

from typing import Any

import typer

from ..engine.answers import anything_read
from ..engine.answers import unmatched as all_unmatched
from . import Tools
from .status import Json, clock
from .terminal import many, say, say_json


def unmatched(context: typer.Context, json: Json = False) -> None:
    """List what could not be identified or delivered, with the reason."""
    tools: Tools = context.obj
    with tools.home() as home:
        found = all_unmatched(home.store, home.clock())
        if json:
            say_json({"unmatched": found})
            return
        zones = {person.name: person.timezone for person in home.profiles}
        for one in found:
            shelf = f" {one['shelf']}" if one["shelf"] else ""
            zone = zones.get(one["profile"], "UTC")
            later = f"; to be tried again from {clock(one['next_try'], zone)}" if "next_try" in one else ""
            why = one["why"].rstrip(".")
            say(f"{one['name']} {one['profile']}'s {one['account']}{shelf}: {one['media']['name']}: {why}{later}")
            for place, offer in enumerate(one["candidates"], 1):
                say(f"  {place}. {_offered(offer)}", "dim")
        if found:
            say(f"{many(len(found), 'record')} in all; nothing else is affected.")
            if any(one["problem"] == "no_ids" for one in found):
                say(
                    '"watchweave match m12 1" takes the first proposal for m12, "watchweave match m12 tmdb:949" says what it is.'
                )
        elif anything_read(home.store):
            say("Everything is identified.")
        else:
            say('Nothing was read yet. "watchweave sync" does, and "watchweave plan" shows what it would do.')


def _offered(offer: dict[str, Any]) -> str:
    """One work that it may be, in a line."""
    year = f" ({offer['year']})" if offer["year"] else ""
    ids = ", ".join(f"{space} {value}" for space, value in offer["ids"].items())
    return f"{offer['title']}{year}, {ids}: {offer['why']}, {offer['score']} of 100, says {offer['source']}"
