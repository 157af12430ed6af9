"""`watchweave status`: accounts and sign-ins, the last run, and what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from ..engine.answers import standing
from ..engine.report import spoken
from ..services.registry import service
from . import Tools
from .printing import ENDED, held_words, listed
from .terminal import local, many, say, say_json

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
STATES = {
    "new": "not synced yet",
    "ready": "works",
    "sign_in_needed": "paused until you act",
    "rate_limited": "asked us to wait",
    "unavailable": "did not answer",
    "incomplete": "could not be read to the end",
    "unexpected_answer": "gave an answer that we do not understand",
}

NOUNS = {
    "history": ("play",),
    "ratings": ("rating",),
    "watchlist": ("wish", "wishes"),
    "collection": ("copy", "copies"),
    "favourites": ("like",),
    "reviews": ("review",),
    "tags": ("set of tags", "sets of tags"),
    "lists": ("entry in a list", "entries in lists"),
}
"""What one record of a shelf is called."""


def status(context: typer.Context, json: Json = False) -> None:
    """Show accounts, sign-ins, the last run, and what is owed, held or refused."""
    tools: Tools = context.obj
    with tools.home() as home:
        people = standing(home)
        if json:
            say_json({"profiles": people})
            return
        for told in people:
            _tell(told, home.profile(told["profile"])[0].timezone)


def _tell(told: dict[str, Any], zone: str) -> None:
    say(told["profile"], "bold")
    for account in told["accounts"]:
        _tell_account(account, zone)
    last = told["last_run"]
    if last:
        say(f"  last run: {last['run']} at {clock(last['began'], zone)}, {ENDED.get(last['status'], last['status'])}")
    for hold in told["held"]:
        place = spoken(hold["shelf"], {"lists": hold["list"]} if "list" in hold else {})
        what = held_words(hold["account"], place, *(hold[name] for name in ("verb", "count", "why", "check")))
        say(f"  {hold['hold']} waits: {what}", "yellow")
        say(f'     If that is right: "watchweave approve {hold["hold"]}".')


def _tell_account(account: dict[str, Any], zone: str) -> None:
    words = STATES.get(account["state"], account["state"])
    about = [account["service"]] if account["service"] != account["account"] else []
    about += [account["person"]] if account["person"] else []
    looked = f", last read {clock(account['looked'], zone)}" if account["looked"] else ""
    whose = f" ({', '.join(about)})" if about else ""
    say(f"  {account['account']}{whose}: {words}{looked}", *(() if words == "works" else ("yellow",)))
    if account["message"]:
        say(f"     {account['message']}")
    if account["expires_at"] and account["state"] != "sign_in_needed":
        say(f"     sign-in good until {clock(account['expires_at'], zone)}, renewed by itself before", "dim")
    if account["wait_until"]:
        say(f"     nothing is sent before {clock(account['wait_until'], zone)}")
    if account["unread"] and not account["message"]:
        say(f"     {_never_read(account)}", "yellow")
    if account["handed_in"]:
        say(f"     what stands in its {_joined(account['handed_in'])} was handed in: the next sync reads it")
    for line in waiting(account):
        say(f"     {line}")
    for file in account["carried"]:
        say(f"     {many(file['count'], 'change')} in {file['file']}. {file['to_do']}", "yellow")
        if not file["there"]:
            say(f'       The file is gone. "watchweave export {account["account"]}" writes it anew.', "yellow")


def _never_read(account: dict[str, Any]) -> str:
    """What is to be handed in, before anybody can tell what is owed there."""
    unknown = f"what stands in its {_joined(account['unread'])} is not known yet, so that nothing is owed there"
    return f'{unknown}: export that at {service(account["service"]).title}, and run "watchweave import FILE".'


def _joined(shelves: Sequence[str]) -> str:
    *others, last = shelves
    return f"{', '.join(others)} and {last}" if others else last


def waiting(account: dict[str, Any]) -> list[str]:
    """What is not there yet, in words."""
    lines, name = [], account["account"]
    if found := _counted(account["owed"]):
        lines.append(f"{found} still to be written to {name}")
    if found := _counted(
        {shelf: count - account["by_hand"].get(shelf, 0) for shelf, count in account["to_remove"].items()}
    ):
        lines.append(f"{found} still to be removed from {name}")
    if found := _counted(account["by_hand"]):
        what = listed(account["by_hand_of"])
        lines.append(f"{found} for you to remove from {name} by hand, since that cannot be done from here: {what}")
    if account["pending"]:
        lines.append(f"{many(account['pending'], 'write')} not confirmed yet: the next sync looks")
    if account["refused"]:
        lines.append(f'{many(account["refused"], "record")} cannot be written there: see "watchweave unmatched"')
    return lines


def _counted(records: Mapping[str, int]) -> str:
    """How many of which records; nothing where there are none."""
    counts = {shelf: count for shelf, count in records.items() if count}
    return ", ".join(many(count, *NOUNS.get(shelf, (f"record of its {shelf}",))) for shelf, count in counts.items())


def clock(text: str | None, zone: str) -> str:
    """A time of a JSON answer, on the person's clock."""
    return local(int(datetime.fromisoformat(text).timestamp()), zone) if text else "never"
