"""`watchweave import`: take in data sets that the person has downloaded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from ..engine.home import Home
from ..storage.lookups import Lookups
from . import Tools
from .running import finish, progress
from .status import Json
from .terminal import complain, say, say_json


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
        metavar="FILE", help="title.basics.tsv.gz and title.episode.tsv.gz of IMDb; lists of anime.", show_default=False
    ),
]


def import_(context: typer.Context, files: Files, json: Json = False) -> None:
    """Take in data sets, which tell what things are without a request."""
    tools: Tools = context.obj
    wanted = tools.recognise(tools.folder, files)
    done: list[tuple[DataSet, Brought, bool]] = []
    try:
        with tools.home(writes="import") as home:
            for one in wanted:
                with progress(home, f"Importing {one.title}"):
                    brought = finish(home, _loaded(home, one))
                done.append((one, brought, _ask_again(home)))
    finally:  # what was taken in stands, also where a later one cannot be
        if json and done:
            say_json({"imported": [_as_json(*each) for each in done]})
        elif not json:
            for each in done:
                _tell(*each)


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
        say(f"  left out: {_counted(brought.left_out)}", "dim")
    if again:
        say("  What nobody could name so far is looked up again at the next sync.")


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in counts.items())


def _as_json(one: DataSet, brought: Brought, again: bool) -> dict[str, Any]:
    return {
        "title": one.title,
        "files": [str(path) for path in one.files],
        "used": [{"what": what, "count": count} for what, count in brought.used.items()],
        "left_out": [{"why": why, "count": count} for why, count in brought.left_out.items()],
        "asked_again": again,
    }
