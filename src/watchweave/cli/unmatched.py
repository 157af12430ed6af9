"""`watchweave unmatched`: what could not be identified or delivered, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer

from ..engine.answers import anything_read
from ..engine.unmatched import unmatched as all_unmatched
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
            _tell(one, zones.get(one["profile"], "UTC"))
        if found:
            say(f"{many(len({one['name'] for one in found}), 'thing')} in all; nothing else is affected.")
            for hint in _hints(found):
                say(hint)
        elif anything_read(home.store):
            say("Everything is identified.")
        else:
            say('Nothing was read yet. "watchweave sync" does, and "watchweave plan" shows what it would do.')


def _hints(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What a person can do about it, for the first thing of each kind."""
    nameless = [one for one in found if one["problem"] == "no_ids"]
    if offered := [one["name"] for one in nameless if one["candidates"]]:
        yield f'"watchweave match {offered[0]} 1" takes the first proposal for {offered[0]}.'
    if nameless:
        name = nameless[0]["name"]
        yield f'"watchweave match {name} ID" says what {name} is, by an id such as tmdb:… or tt…, or by "none" that it is nothing.'
        if len(offered) < len(nameless):
            yield "A key of a metadata source, or IMDb's lists, may tell of more by itself: docs/matching.md."
    if odd := [one["name"] for one in found if one["problem"] == "contradiction"]:
        yield f'"watchweave match {odd[0]} same" says that {odd[0]} and what contradicts it are one, "… apart" that they are two.'
    if maybe := [one["name"] for one in found if one["problem"] == "twin"]:
        yield f'"watchweave match {maybe[0]} same" says that {maybe[0]} and what it may be are one, "… apart" that they are two.'


def _tell(one: dict[str, Any], zone: str) -> None:
    shelf = f" {one['shelf']}" if one["shelf"] else ""
    later = f"; to be tried again from {clock(one['next_try'], zone)}" if "next_try" in one else ""
    length = _length(one["media"]["runtime"]) if one["candidates"] else ""
    parts = f", with {many(one['episodes'], 'episode')}" if one["episodes"] else ""
    name = f"{one['media']['name']}{length}{parts}"
    say(f"{one['name']} {one['profile']}'s {one['account']}{shelf}: {name}: {one['why'].rstrip('.')}{later}")
    for other in one["against"]:
        unlike = one["problem"] == "contradiction"
        known = "" if unlike or not other["media"]["ids"] else f", {_ids(other['media']['ids'])}"
        say(f"  {'contradicts' if unlike else 'may be'} {other['name']}, {other['media']['name']}{known}", "dim")
    for place, offer in enumerate(one["candidates"], 1):
        say(f"  {place}. {_offered(offer)}", "dim")


def _offered(offer: dict[str, Any]) -> str:
    """One work that it may be, in a line."""
    year = f" ({offer['year']})" if offer["year"] else ""
    length = _length(offer["runtime"])
    return f"{offer['title']}{year}{length}, {_ids(offer['ids'])}: {offer['why']}, {offer['score']} of 100, says {offer['source']}"


def _ids(ids: Mapping[str, str]) -> str:
    return ", ".join(f"{space} {value}" for space, value in ids.items())


def _length(seconds: int | None) -> str:
    return f", {round(seconds / 60)} min" if seconds else ""
