"""`watchweave why`: everything that is known of one film, show or episode."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..engine.answers import named_json
from ..engine.why import MOST, everything, found
from ..errors import ConfigError
from ..storage.items import Items
from . import Tools
from .status import clock
from .terminal import say

SHOWN = 3
"""So many of those that may be meant are told whole."""


def why(
    context: typer.Context,
    title_or_id: Annotated[
        list[str],
        typer.Argument(metavar="TITLE_OR_ID", help='"Heat", "Heat (1995)", "Lost S01E02", tt0113277, tmdb:949.'),
    ],
) -> None:
    """Tell everything known of one item: its ids, what each account said, what was decided and written."""
    tools: Tools = context.obj
    words = " ".join(title_or_id)
    with tools.home() as home:
        medias = found(home.store, words)
        if not medias:
            raise ConfigError(f'Nothing here is called "{words}". Try a part of the title, or an id like tt0113277.')
        zone = home.profiles[0].timezone
        for media in medias[:SHOWN]:
            _tell(everything(home.store, media), zone)
        if medias[SHOWN:]:
            others = Items(home.store.db).load(medias[SHOWN:])
            names = ", ".join(named_json(others[media])["name"] for media in medias[SHOWN:])
            say(f"Also called that: {names}{', …' if len(medias) == MOST else ''}", "dim")


def _tell(told: dict[str, Any], zone: str) -> None:
    media = told["media"]
    title = f", “{media['title']}”" if media["title"] not in media["name"] else ""
    say(f"{media['name']}{title} ({media['kind']})", "bold")
    if told["contradiction"]:
        say(f"  not written anywhere: {told['contradiction']}", "red")
    _tell_ids(told)
    for account in told["shown"]:
        _tell_account(account, zone)
    for truth in told["truth"]:
        who = " and ".join(truth["for"])
        when = clock(truth["until"], zone) if truth["until"] else "an unknown time"
        waits = ", waits for your choice" if truth["waits_for_choice"] else ""
        says = truth["said_by"] or "somebody who is gone"
        say(
            f"  {truth['shelf']} should be: {_value(truth)} for {who}; {says} said so, {when} (run {truth['run']}){waits}"
        )
    for play in told["plays"]:
        _tell_play(play, zone)
    _tell_past(told, zone)
    for refused in told["refused"]:
        say(
            f"  {refused['account']} {refused['shelf']}: not taken: {refused['why']}; tried again {clock(refused['next_try'], zone)}"
        )
    for hold in told["held"]:
        say(f"  {hold['hold']} holds it back: {hold['account']} {hold['shelf']}, {hold['why']}", "yellow")


def _tell_ids(told: dict[str, Any]) -> None:
    for one in told["ids"]:
        standing = "" if one["standing"] == "good" else f" ({one['standing']})"
        say(f"  {one['space']} {one['value']}{standing}, said by {one['said_by'] or 'somebody who is gone'}")
    if not told["ids"]:
        say("  no id of any public database", "yellow")


def _tell_account(account: dict[str, Any], zone: str) -> None:
    names = f" as {', '.join(account['names'])}" if account["names"] else ""
    say(f"  {account['account']}{names}{', in the library' if account['in_library'] else ''}", "blue")
    for record in account.get("records", []):
        since = f" since {clock(record['at'], zone)}" if record["at"] and record["there"] else ""
        owed = "; owed something else" if record["owed"] else ""
        say(f"    {record['shelf']}: {_value(record)}{since}, last looked {clock(record['looked'], zone)}{owed}")


def _tell_play(play: dict[str, Any], zone: str) -> None:
    when = (
        clock(play["at"], zone)
        if play["at"]
        else f"on {clock(play['day'], zone)[:11]}"
        if play["day"]
        else "at an unknown time"
    )
    seen = ", ".join(
        f"{one['account']} {one['state']}{' (written by us)' if one['written_by_us'] else ''}"
        for one in play["accounts"]
    )
    say(f"  watched {when}{' (removed)' if play['removed'] else ''}: {seen or 'shown nowhere'}")


def _tell_past(told: dict[str, Any], zone: str) -> None:
    for edit in told["edits"]:
        decided = "decided" if edit["decided"] else "was outvoted"
        moved = f"{_shown(edit['before'])} -> {_shown(edit['after'])}"
        say(f"  run {edit['run']}: {edit['account']} {edit['shelf']} {moved}, {decided}", "dim")
    for row in told["written"]:
        error = f" ({row['error']})" if row["error"] else ""
        value = f" {row['value']}" if row["value"] is not None else ""
        what = f"{row['verb']}{value} at {row['account']} {row['shelf']}, {row['why']}"
        say(f"  run {row['run']}, {clock(row['at'], zone)}: {what}: {row['outcome']}{error}", "dim")


def _value(record: dict[str, Any]) -> str:
    return _shown(record["value"] if record["value"] is not None else "there" if record["there"] else None)


def _shown(value: Any) -> str:
    return "nothing" if value is None else value if isinstance(value, str) else f"{value} of 10"
