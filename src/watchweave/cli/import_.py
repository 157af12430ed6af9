"""`watchweave import`: take in what the person has downloaded, exports of services and data sets alike."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from ..engine.handing import HandedIn, Said, handed_in
from ..engine.home import Home
from ..errors import ConfigError, ServiceError
from ..services.base import LeftOut, Service
from ..services.registry import names, service
from ..storage.lookups import Lookups
from . import Tools
from .running import finish, progress
from .status import Json
from .terminal import complain, many, say, say_json

SHOWN = 20
"""So many lines that could not be used are named; `--json` names all."""


class Brought(Protocol):
    """How much of an import is used, and how much is left out, by what it is and why."""

    @property
    def used(self) -> dict[str, int]: ...
    @property
    def left_out(self) -> dict[str, int]: ...


class DataSet(Protocol):
    """Files that were recognised, and belong together."""

    @property
    def title(self) -> str: ...
    @property
    def files(self) -> Sequence[Path]: ...
    def load(self, tell: Any) -> Brought: ...


Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE",
        help="What you downloaded: an export of a service; title.basics.tsv.gz and title.episode.tsv.gz of IMDb; lists of anime.",
        show_default=False,
    ),
]
As = Annotated[str, typer.Option("--as", metavar="WHAT", help="What a list is that does not say it: watchlist …")]
Anyway = Annotated[
    bool, typer.Option("--anyway", help="Take a file in although it looks old, or like somebody else's.")
]
Account = Annotated[str, typer.Option("--account", metavar="ACCOUNT", help="For which account, if there are several.")]
Profile = Annotated[str, typer.Option("--profile", metavar="P", help="For whom, if there are several.")]


def import_(
    context: typer.Context,
    files: Files,
    what: As = "",
    account: Account = "",
    profile: Profile = "",
    anyway: Anyway = False,
    json: Json = False,
) -> None:
    """Take in what you downloaded: exports of services, for the next sync, and data sets, which tell what things are."""
    tools: Tools = context.obj
    kinds = {name: service(name) for name in names()}
    taken: list[HandedIn] = []
    done: list[tuple[DataSet, Brought, bool]] = []
    with tools.home(writes="import") as home:
        said = Said(what, account, profile, anyway)
        known: list[HandedIn] = []
        rest = []
        for path in dict.fromkeys(map(_named, files)):
            handed = _found(home, kinds, path, (said, known))
            if handed is None:
                rest.append(path)
            else:
                known.append(handed)
        wanted = tools.recognise(tools.folder, rest) if rest else ()
        try:
            for handed in known:
                handed.keep(home)
                taken.append(handed)
            for one in wanted:
                with progress(home, f"Importing {one.title}"):
                    brought = finish(home, _loaded(home, one))
                done.append((one, brought, _ask_again(home)))
        finally:  # what was taken in stands, also where a later one cannot be
            if json and (taken or done):
                say_json({"imported": [*map(_taken_json, taken), *(_as_json(*each) for each in done)]})
            elif not json:
                for handed in taken:
                    _tell_taken(handed)
                for each in done:
                    _tell(*each)


def _named(path: Path) -> Path:
    """`.` has no name that could be told."""
    return path if path.name.strip(".") else path.resolve()


def _found(
    home: Home, kinds: Mapping[str, type[Service]], path: Path, given: tuple[Said, Sequence[HandedIn]]
) -> HandedIn | None:
    """What a service makes of the file; None where none knows it. given: what the person says, and the files before it."""
    if not path.exists():
        return None
    try:
        with progress(home, f"Reading {path.name}"):
            return finish(home, asyncio.to_thread(handed_in, home, kinds, path, *given), at_once=True)
    except (ServiceError, ConfigError) as problem:
        raise ConfigError(f"{problem}\nNothing was imported.") from None


async def _loaded(home: Home, one: DataSet) -> Brought:
    """Take it in; a person who has had enough ends it after the next lines, and all is as it was."""

    def tell(name: str, lines: int) -> None:
        if home.stop.is_set():
            complain(f"{one.title}: nothing was imported; what was there before is as it was.")
            raise asyncio.CancelledError
        home.tell(f"{name}, {lines:,} lines")

    return await asyncio.to_thread(one.load, tell)


def _ask_again(home: Home) -> bool:
    """What nobody could tell is asked again at the next sync. Is there any?"""
    with home.store.transaction():
        return Lookups(home.store.db).ask_again(home.clock(), free=True) > 0


def _tell(one: DataSet, brought: Brought, again: bool) -> None:
    say(f"{one.title}: imported {' and '.join(path.name for path in one.files)}.", "bold")
    say(f"  used: {_counted(brought.used)}", "green")
    if brought.left_out:
        left = ", ".join(f"{count:,} {why}" for why, count in brought.left_out.items())
        say(f"  left out: {left}", "dim")
    if again:
        say("  What nobody could name so far is looked up again at the next sync.")


def _tell_taken(handed: HandedIn) -> None:
    again = " again" if handed.again else ""
    say(f"{handed.title}: imported{again} for {handed.person}'s {handed.account}.", "bold")
    say(f"  found: {_counted(handed.examined.used) or 'nothing'}", "green")
    left = handed.examined.left_out
    if left:
        say(f"  left out: {many(len(left), 'line')}", "yellow")
    for line in left[:SHOWN]:
        say(f"     {_placed(line)}: {line.why}")
    if len(left) > SHOWN:
        say(f"     and {len(left) - SHOWN:,} more: see --json")
    if handed.again:
        say("  It was imported before; nothing is new.")
    else:
        say('  The next sync takes it in. "watchweave plan" shows what would happen.')


def _placed(left: LeftOut) -> str:
    """Where a line stands. What is no line of a file says itself which row of a list it is."""
    return left.file if left.why.startswith(f"row {left.line} ") else f"{left.file}, line {left.line}"


def _taken_json(handed: HandedIn) -> dict[str, Any]:
    found = handed.examined
    return {
        "title": handed.title,
        "profile": handed.person,
        "account": handed.account,
        "what": found.label,
        "again": handed.again,
        "used": [{"what": what, "count": count} for what, count in found.used.items()],
        "left_out": [{"file": line.file, "line": line.line, "why": line.why} for line in found.left_out],
    }


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {what if count != 1 else _one(what)}" for what, count in counts.items())


def _one(things: str) -> str:
    """What one of them is called: `film liked`, `wish`; two things in one word stay as they are."""
    head, more, rest = things.partition("s ")
    if more:
        return things if rest.startswith("and ") else f"{head} {rest}"
    for end, single in (("ies", "y"), ("shes", "sh"), ("s", "")):
        if things.endswith(end):
            return things.removesuffix(end) + single
    return things


def _as_json(one: DataSet, brought: Brought, again: bool) -> dict[str, Any]:
    return {
        "title": one.title,
        "files": [str(path) for path in one.files],
        "used": [{"what": what, "count": count} for what, count in brought.used.items()],
        "left_out": [{"why": why, "count": count} for why, count in brought.left_out.items()],
        "asked_again": again,
    }
