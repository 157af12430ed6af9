"""`watchweave sync`: one sync of everybody, of one person, or of a part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from ..engine.home import Home, ProfileWish, What
from ..engine.report import Report, shown_shelf
from ..errors import ConfigError
from ..services.registry import service
from . import Tools
from .printing import MOST, exit_code, tell
from .running import finish, progress
from .terminal import say_json

Words = Annotated[
    str,
    typer.Argument(metavar="WHAT", help='An account, a service, or a direction ("FROM->TO").', show_default=False),
]
Profile = Annotated[str, typer.Option(metavar="NAME", help="Only this person.", show_default=False)]
OneShelf = Annotated[
    str, typer.Option(metavar="SHELF", help="Only this shelf: history, ratings, …", show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", help="Let the limits on plays added and ratings changed pass, this once.")]
All = Annotated[bool, typer.Option("--all", help="Show every change, however many there are.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def sync(
    context: typer.Context,
    what: Words = "",
    profile: Profile = "",
    shelf: OneShelf = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Bring the accounts into step."""
    carry_out(context.obj, (what, profile, shelf), None if json else MOST, dry_run=dry_run, yes=yes)


def carry_out(tools: Tools, wanted: tuple[str, str, str], lines: int | None, *, dry_run: bool, yes: bool) -> None:
    """Sync what of whom and which shelf, and tell it in so many lines of each kind; None: as JSON."""
    what, profile, shelf = wanted
    with tools.home("" if dry_run else "sync") as home:
        people = home.profile(profile or None)
        part = What(known_words(what, home, people), known_shelf(shelf, people))
        reports = run_all(home, people, part, dry_run=dry_run, yes=yes)
        if lines is None:
            shown = [report.as_json() for report in reports]
            say_json(shown[0] if len(people) == 1 else {"profiles": shown})
        else:
            for report in reports:
                tell(report, home.profile(report.profile)[0].timezone, lines)
    raise typer.Exit(exit_code(reports))


def run_all(home: Home, people: Sequence[ProfileWish], what: What, *, dry_run: bool, yes: bool) -> list[Report]:
    """One person after another; where there are several, those who do not have what was named are left out."""
    reports: list[Report] = []
    faults: list[ConfigError] = []
    for person in people:
        if home.stop.is_set():
            break
        try:
            with progress(home, f"Looking at {person.name}'s accounts" if dry_run else f"Syncing {person.name}"):
                reports.append(finish(home, home.sync(person, what, dry_run=dry_run, yes=yes)))
        except ConfigError as fault:
            faults.append(fault)
    if faults and (not reports or not what.words):
        raise faults[0]
    return reports


def known_words(words: str, home: Home, people: Sequence[ProfileWish]) -> str:
    """What is to be synced; ConfigError says what was probably meant by what can be none."""
    if "<->" in words:
        one, _, other = (part.strip() for part in words.partition("<->"))
        ways = f'"{one}->{other}" or "{other}->{one}"'
        raise ConfigError(f'"{words}" is two directions. Name one of them, {ways}, or none to sync them all.')
    if words.endswith("->"):
        raise ConfigError(f'A direction names two accounts: "{words}ACCOUNT".')
    known = {name for person in people for account in person.accounts for name in (account.name, account.service)}
    if words not in known and any(person.name == words for person in home.profiles):
        raise ConfigError(f'"{words}" is no account but a profile: "--profile {words}".')
    return words


def known_shelf(name: str, people: Sequence[ProfileWish]) -> str:
    """The name, if one of the accounts has such a shelf."""
    kinds = {account.service for person in people for account in person.accounts}
    known = sorted({shown_shelf(shelf) for kind in kinds for shelf in service(kind).shelf_types})
    if name and name not in known:
        raise ConfigError(f'There is no shelf "{name}". Known are: {", ".join(known)}.')
    return name
