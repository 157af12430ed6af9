"""`watchweave demo`: a household on simulated services, synced before your eyes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ..engine.answers import standing
from ..engine.handing import Said, handed_in
from ..engine.home import Home
from ..engine.report import Report
from ..services.registry import names, service
from . import Tools
from .printing import exit_code, tell
from .running import finish, progress
from .terminal import many, say

FEW = 4
"""Lines of each kind; the demo is to be read at a glance."""


def demo(
    context: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="End after the syncs, as it always does as long as there is no dashboard.")
    ] = False,
) -> None:
    """See it work on simulated services; no account is needed, and nothing leaves this machine."""
    tools: Tools = context.obj
    with tempfile.TemporaryDirectory(prefix="watchweave-demo-") as name, tools.stage(Path(name)) as stage:
        say("A household, simulated on this machine", "bold")
        say(stage.story)
        with tools.open(stage.folder, writes="demo") as home:
            say(f"Times are those of their home, {home.profiles[0].timezone}.")
            say()
            say("The first sync", "bold", "blue")
            _import(home, stage.download())
            reports = _sync_all(home)
            _tell_waiting(home)
            say()
            say("One evening later", "bold", "blue")
            say(stage.carry())
            say(stage.evening())
            _import(home, stage.download())
            reports += _sync_all(home, people=stage.people[:1])
            say()
            say("The same again: nothing is left to do", "bold", "blue")
            reports += _sync_all(home, brief=True)
    say()
    say(
        'That was the demo. For your own accounts write a config.yml, sign in with "watchweave login ACCOUNT", and look at'
    )
    say('what "watchweave plan" shows; docs/start.md goes through it step by step.')
    raise typer.Exit(exit_code(reports))


def _import(home: Home, downloads: Sequence[Path]) -> None:
    """Take in these files, as `watchweave import` does."""
    kinds = {name: service(name) for name in names()}
    for handed in filter(None, (handed_in(home, kinds, path, Said()) for path in downloads)):
        handed.keep(home)
        found = ", ".join(f"{count:,} {what}" for what, count in handed.examined.used.items())
        say(f"{handed.title}: imported for {handed.person}: {found}.")


def _tell_waiting(home: Home) -> None:
    """What nobody but the person can bring to a service."""
    for told in standing(home):
        for account in told["accounts"]:
            for file in account["carried"]:
                wait = f"{many(file['count'], 'change waits', 'changes wait')} in {file['file']}"
                say(f"{wait} for {told['profile']} to carry to {home.kind(account['service']).title}.", "yellow")


def _sync_all(home: Home, *, brief: bool = False, people: list[str] | None = None) -> list[Report]:
    reports = []
    for person in home.profiles:
        if people is not None and person.name not in people:
            continue
        with progress(home, f"Syncing {person.name}"):
            report = finish(home, home.sync(person, yes=True))
        if brief and not report.changes:
            say(f"{person.name}: nothing to do ({many(sum(report.requests.values()), 'request')})")
        else:
            tell(report, person.timezone, most=FEW)
        reports.append(report)
        if report.interrupted:
            break
    return reports
