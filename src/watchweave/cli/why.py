"""`watchweave why`: everything that is known of one film, show or episode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ..engine.answers import named_json
from ..engine.facts import facts_of
from ..engine.find import MOST, found
from ..engine.report import shown_shelf
from ..engine.why import everything
from ..errors import ConfigError
from ..storage.items import Items
from ..storage.lookups import FORGOTTEN
from . import Tools
from .running import finish
from .status import clock
from .terminal import say

SHOWN = 3
"""So many of those that may be meant are told whole."""

GONE, OURS = "somebody who is gone", "written by us"
WHO = {"known": "nobody else"}
SAID = {
    "": "it names it without an id that all can be told; you said what it is",
    "same": "you said that it is one with what contradicted it",
    "apart": "you said that it is another thing than what it shares an id with",
    "other": "you said that it means something else by this name than the others",
}
KINDS = {"movie": "a film", "show": "a show", "season": "a season", "episode": "an episode"}


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
            raise ConfigError(
                f'Nothing here is called "{words}". Try one word of the title, or an id like tt0113277. What no account'
                " has shown yet is not known here."
            )
        clocks = {person.name: person.timezone for person in home.profiles}
        for media in medias[:SHOWN]:
            Telling(everything(home, media), clocks, finish(home, facts_of(home, media), at_once=True)).all()
        if medias[SHOWN:]:
            others = Items(home.store.db).load(medias[SHOWN:])
            names = ", ".join(named_json(others[media])["name"] for media in medias[SHOWN:])
            say(f"Also called that: {names}{', …' if len(medias) == MOST else ''}", "dim")


class Telling:
    """What is known of one thing, in lines; every time is on the clock of the person whose it is."""

    def __init__(self, told: dict[str, Any], clocks: Mapping[str, str], facts: Mapping[str, Any] | None) -> None:
        self.told = told
        self.clocks = clocks
        self.facts = facts

    def clock(self, entry: dict[str, Any], text: str | None) -> str:
        return clock(text, self.clocks.get(entry["person"] or "", "UTC"))

    def when(self, entry: dict[str, Any], text: str, *, by_day: bool) -> str:
        """A time, or the day where no more is known of it."""
        return self.clock(entry, text)[: len("31 Dec 1999")] if by_day else self.clock(entry, text)

    def all(self) -> None:
        media = self.told["media"]
        title = f", “{media['title']}”" if media["title"] not in media["name"] else ""
        say(f"{media['name']}{title}, {KINDS.get(media['kind'], media['kind'])}, {self.told['name']}", "bold")
        if self.facts:
            self.describe(self.facts)
        if self.told["contradiction"]:
            say(f"  not written anywhere: {self.told['contradiction']}", "red")
        self.ids()
        for matched in self.told["matched"]:
            self.matched(matched)
        for account in self.told["shown"]:
            self.account(account)
        for truth in self.told["truth"]:
            self.truth(truth)
        for play in self.told["plays"]:
            self.play(play)
        self.past()
        for refused in self.told["refused"]:
            why, later = refused["why"].rstrip("."), self.clock(refused, refused["next_try"])
            say(f"  {refused['account']} {refused['shelf']} not taken: {why}; to be tried again from {later}", "yellow")
        for hold in self.told["held"]:
            say(f"  {hold['hold']} holds it back: {hold['account']} {hold['shelf']}, {hold['why']}", "yellow")

    def describe(self, facts: Mapping[str, Any]) -> None:
        """What it is about, on the word of a metadata source."""
        length = f"{round(facts['runtime'] / 60)} min" if facts["runtime"] else ""
        parts = (", ".join(facts["genres"]), length, facts["overview"], facts["poster"])
        say(f"  {facts['source']}: {'; '.join(part for part in parts if part)}", "dim")

    def ids(self) -> None:
        for one in self.told["ids"]:
            standing = "" if one["standing"] == "good" else f" ({one['standing']})"
            say(f"  {one['space']} {one['value']}{standing}, said by {one['said_by'] or GONE}")
        if not self.told["ids"] and self.told["media"].get("show", {}).get("ids"):
            say("  no id of its own; it is told by its show and number")
        elif not self.told["ids"]:
            say("  no id of any public database, so no other account can be told of it", "yellow")

    def matched(self, matched: dict[str, Any]) -> None:
        """Why something without any id is what it is, or is not."""
        asked, who = self.clock(matched, matched["asked"]), WHO.get(matched["source"], matched["source"])
        if matched["source"] == "person":
            what = (
                SAID[matched["said"]] if matched["said"] or matched["taken"] else "you said that it is to be left alone"
            )
            say(f"  {matched['account']}: {what}, {asked}")
        elif matched["source"] == FORGOTTEN:
            say(f"  {matched['account']}: you took back what this name was taken for, {asked}")
        elif matched["taken"] and not matched["candidates"]:
            how = "found in a list of its show" if self.told["media"]["kind"] == "episode" else "found by its other id"
            say(f"  {matched['account']} names it without an id that all can be told; {how}, {who} asked, {asked}")
        elif matched["taken"]:
            what = "the only one of its title and year"
            say(f"  {matched['account']} names it without any id; {what}, {who} asked, {asked}")
        else:
            may = f"{matched['candidates']} that it may be" if matched["candidates"] else "nothing found"
            later = (
                f", to be asked again from {self.clock(matched, matched['next_try'])}" if matched["next_try"] else ""
            )
            say(f"  {matched['account']} names it without any id; {who} asked, {asked}: {may}{later}", "yellow")

    def account(self, account: dict[str, Any]) -> None:
        names = f" as {', '.join(account['names'])}" if account["names"] else ""
        say(f"  {account['account']}{names}{', in the library' if account['in_library'] else ''}", "blue")
        for record in account["records"]:
            when = self.when(account, record["at"], by_day=record["by_day"]) if record["at"] else ""
            since = f" since {when}" if when and record["there"] else ""
            looked = self.clock(account, record["looked"])
            ours = f" ({OURS})" if record["written_by_us"] and since else ""
            say(f"    {record['shelf']}: {_value(record)}{since}{ours}, last looked {looked}")

    def truth(self, truth: dict[str, Any]) -> None:
        who, says = " and ".join(truth["for"]), truth["said_by"] or GONE
        when = self.when(truth, truth["until"], by_day=truth["by_day"]) if truth["until"] else "an unknown time"
        waits = ", waits for your choice" if truth["waits_for_choice"] else ""
        what = f"{truth['shelf']} should be: {_value(truth)} for {who}"
        say(f"  {what}; {says} said so, {when} (run {truth['run']}){waits}")
        for left in truth["left"]:
            say(f"    {left['account']} shows {_value(left)}: {left['why']}", "yellow")

    def play(self, play: dict[str, Any]) -> None:
        when = "at an unknown time"
        if play["day"]:
            when = f"on {self.when(play, play['day'], by_day=True)}"
        elif play["at"]:
            when = self.clock(play, play["at"])
        seen = ", ".join(
            f"{one['account']} {one['state']}{f' ({note})' if (note := one['why'] or (one['written_by_us'] and OURS)) else ''}"
            for one in play["accounts"]
        )
        say(f"  watched {when}{' (removed)' if play['removed'] else ''}: {seen or 'shown nowhere'}")

    def past(self) -> None:
        for edit in self.told["edits"]:
            counts = "" if edit["decided"] else ", as others said" if edit["agreed"] else ", but another word counted"
            moved = f"from {_shown(edit['before'])} to {_shown(edit['after'])}"
            say(f"  run {edit['run']}: {edit['account'] or GONE} {edit['shelf']} {moved}{counts}", "dim")
        for row in self.told["written"]:
            error = f" ({row['error']})" if row["error"] else ""
            value = self.clock(row, row["value"]) if row["shelf"] == "history" else _shown(row["value"])
            value = f" {value}" if row["value"] is not None else ""
            what = f"{row['verb']}{value} at {row['account']} {shown_shelf(row['shelf'])}, {row['why']}"
            say(f"  run {row['run']}, {self.clock(row, row['at'])}: {what}: {row['outcome']}{error}", "dim")


def _value(record: dict[str, Any]) -> str:
    return _shown(record["value"] if record["value"] is not None else "there" if record["there"] else None)


def _shown(value: Any) -> str:
    return "nothing" if value is None else value if isinstance(value, str) else f"{value} of 10"
