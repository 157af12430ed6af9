"""`watchweave unmatched`: what could not be identified or delivered, and why."""

from __future__ import annotations

from typing import Any

import typer

from ..engine.answers import anything_read
from ..engine.unmatched import unmatched as all_unmatched
from . import Tools
from .status import Json, clock
from .terminal import many, say, say_json

HINTS = {
    "no_ids": '"watchweave match m12 1" takes the first proposal for m12, "watchweave match m12 tmdb:949" says what it is.',
    "contradiction": '"watchweave match m12 same" says that m12 and what contradicts it are one, "watchweave match m12 apart"'
    " that they are two.",
}
"""What a person can do about it."""


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
            _tell(one, zones.get(one["profile"], "UTC"))
        if found:
            say(f"{many(len({one['name'] for one in found}), 'thing')} in all; nothing else is affected.")
            problems = {one["problem"] for one in found}
            for hint in (hint for problem, hint in HINTS.items() if problem in problems):
                say(hint)
        elif anything_read(home.store):
            say("Everything is identified.")
        else:
            say('Nothing was read yet. "watchweave sync" does, and "watchweave plan" shows what it would do.')


def _tell(one: dict[str, Any], zone: str) -> None:
    shelf = f" {one['shelf']}" if one["shelf"] else ""
    later = f"; to be tried again from {clock(one['next_try'], zone)}" if "next_try" in one else ""
    length = _length(one["media"]["runtime"]) if one["candidates"] else ""
    parts = f", with {many(one['episodes'], 'episode')}" if one["episodes"] else ""
    name = f"{one['media']['name']}{length}{parts}"
    say(f"{one['name']} {one['profile']}'s {one['account']}{shelf}: {name}: {one['why'].rstrip('.')}{later}")
    for other in one["against"]:
        say(f"  contradicts {other['name']}, {other['media']['name']}", "dim")
    for place, offer in enumerate(one["candidates"], 1):
        say(f"  {place}. {_offered(offer)}", "dim")


def _offered(offer: dict[str, Any]) -> str:
    """One work that it may be, in a line."""
    year = f" ({offer['year']})" if offer["year"] else ""
    ids = ", ".join(f"{space} {value}" for space, value in offer["ids"].items())
    length = _length(offer["runtime"])
    return f"{offer['title']}{year}{length}, {ids}: {offer['why']}, {offer['score']} of 100, says {offer['source']}"


def _length(seconds: int | None) -> str:
    return f", {round(seconds / 60)} min" if seconds else ""
