"""`watchweave doctor`: looks at everything that a sync needs, and says what to do."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Collection
from dataclasses import dataclass

import typer

from ..engine.answers import standing, wrong_dues
from ..engine.asking import trouble, within_budgets
from ..engine.home import Home, ProfileWish
from ..engine.joining import missing
from ..engine.party import Party
from ..engine.report import addressed
from ..errors import ServiceError, WatchWeaveError
from ..settings import DATABASE, make_private
from ..storage.rivals import Rivals
from ..storage.store import damaged, on_network
from ..storage.told import Told
from . import Tools
from .lists import unknown
from .running import finish, progress
from .terminal import many, say

PREVENTED = 2
WRONG_BY = 60.0
"""Seconds that clocks may differ before we say so: plays are told apart by their minutes."""
LITTLE = 100 * 1024 * 1024
"""Bytes of free space below which we warn."""


@dataclass
class Findings:
    """What was looked at so far; `prevented`: something keeps a sync from working."""

    prevented: bool = False

    def good(self, what: str) -> None:
        say(f"  ok  {what}", "green")

    def odd(self, what: str) -> None:
        """Worth knowing; a sync works all the same."""
        say(f"  !   {what}", "yellow")

    def bad(self, what: str) -> None:
        """A sync cannot work like this. Our own words may take several lines."""
        self.prevented = True
        first, *rest = what.splitlines()
        say(f"  no  {first}", "red")
        for line in rest:
            say(f"      {line}".rstrip())


def doctor(context: typer.Context) -> None:
    """Check settings, folder, database, clock and every sign-in, and say what to do."""
    tools: Tools = context.obj
    findings = Findings()
    try:
        settings = tools.read(tools.folder)
        people = ", ".join(person.name for person in settings.profiles)
        findings.good(f"settings in {tools.folder}, for {people}")
        for fault in settings.faults():
            findings.bad(fault)
        faulty = {(person.name, one.name) for person in settings.profiles for one in person.accounts if one.faults}
        _folder(tools, findings)
        with tools.open(tools.folder) as home:
            _database(home, findings)
            for person in home.profiles:
                with progress(home, f"Asking {person.name}'s accounts"):
                    lines = finish(home, _accounts(home, person, faulty))
                for kind, line in lines:
                    getattr(findings, kind)(line)
            with progress(home, "Asking metadata sources"):
                lines = finish(home, _sources(home))
            for kind, line in lines:
                getattr(findings, kind)(line)
            _waiting(home, findings)
    except WatchWeaveError as error:
        findings.bad(str(error))
    raise typer.Exit(PREVENTED if findings.prevented else 0)


def _folder(tools: Tools, findings: Findings) -> None:
    open_to_others = make_private(tools.folder)
    for warning in open_to_others:
        findings.odd(warning)
    if not open_to_others:
        findings.good("the folder and its files are closed to other users")
    if on_network(tools.folder / DATABASE):
        findings.odd("the folder is on a network file system: run one WatchWeave at a time, and keep backups")
    if shutil.disk_usage(tools.folder).free < LITTLE:
        findings.odd("less than 100 MB are free there: make room")


def _database(home: Home, findings: Findings) -> None:
    told = home.store.db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if told == "ok":
        findings.good("the database is sound")
    else:
        findings.bad(str(damaged(home.store.path)))


async def _accounts(home: Home, person: ProfileWish, faulty: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Who each sign-in is, in lines for `Findings`; of the faulty accounts enough is said."""
    lines: list[tuple[str, str]] = []
    async with home.parties(person) as (_, parties):
        for party in (one for one in parties if (person.name, one.name) not in faulty):
            lines += await _account(home, person, party)
    return lines


async def _account(home: Home, person: ProfileWish, party: Party) -> list[tuple[str, str]]:
    place = f"{person.name}'s {party.name}"
    wish = next(account for account in person.accounts if account.name == party.name)
    if unsigned := home.unsigned(wish, party.id):
        return [("bad", f"{place}: {unsigned}")]
    try:
        identity = await party.service.identity()
        await party.service.probe()
    except ServiceError as problem:
        return [("bad", f"{place}: {addressed(problem.message, party.name)}")]
    if party.account.person not in (None, identity.person):
        whose = party.account.person_name or "another person"
        again = f'Run "watchweave login {party.name}".'
        if user := party.service.options.get("user"):
            again = f'Its setting `user` is "{user}": correct it, or give this account another name.'
        belongs = f"the sign-in is that of {identity.name}, but the records here are those of {whose}"
        return [("bad", f"{place}: {belongs}. {again}")]
    lines = [("good", f"{place}: signed in as {identity.name}")]
    if damaged := home.secrets(party.id).damaged():
        again = f'Run "watchweave login {party.name}", or put it into config.yml once more.'
        lines.append(("odd", f"{place}: the saved {' and '.join(damaged)} cannot be opened: damaged. {again}"))
    ahead = party.service.http.ahead
    if abs(ahead) > WRONG_BY:
        way = "ahead of" if ahead > 0 else "behind"
        lines.append(("odd", f"{place}: this machine's clock is {abs(ahead):.0f} s {way} the service's: set it right"))
    wrong = wrong_dues(home.store, party)
    if wrong:
        lines.append(("odd", f"{place}: {wrong} records are marked wrongly as owed or settled. Please report this."))
    return lines


async def _sources(home: Home) -> list[tuple[str, str]]:
    """Whether each metadata source answers; what was imported needs not be asked. A sync works without them."""
    sources, closing = home.open_sources()
    within_budgets(Told(home.store), sources, home.clock)
    async with closing:
        found = await asyncio.gather(*(trouble(source) for source in sources))
    return [
        ("odd", problem) if problem else ("good", f"{source.title}: {'imported' if source.free else 'answers'}")
        for source, problem in zip(sources, found, strict=True)
    ]


def _waiting(home: Home, findings: Findings) -> None:
    if odd := Rivals(home.store.db, home.clock()).count():
        findings.odd(
            f'{many(odd, "thing")} whose ids contradict each other are written nowhere: see "watchweave unmatched"'
        )
    for person in home.profiles:
        for title in missing(home, person):
            findings.odd(f"{person.name}: {unknown(title)}")
    for told in standing(home):
        for hold in told["held"]:
            findings.odd(f'{hold["hold"]} waits for you: "watchweave approve {hold["hold"]}", if that is right')
        for account in told["accounts"]:
            if account["refused"]:
                findings.odd(
                    f'{many(account["refused"], "record")} cannot be written to {told["profile"]}\'s {account["account"]}: see "watchweave unmatched"'
                )
