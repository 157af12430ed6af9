"""`watchweave match`: say what something is, or that two things are one, or two."""

from __future__ import annotations

from typing import Annotated

import typer

from ..engine.settle import settle
from . import Tools
from .terminal import say


def match(
    context: typer.Context,
    thing: Annotated[str, typer.Argument(metavar="TITLE", help='"Heat (1995)", or m12 as "unmatched" shows it.')],
    choice: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="tmdb:949, tt0113277, the number of a proposal, none (leave it alone), forget (take back what was settled);"
            " same or apart (two that contradict each other, or have two ids, are one, or two); apart:ACCOUNT (it means something else by it).",
        ),
    ],
) -> None:
    """Settle what something is, for good: a person's word outweighs every title and every database."""
    tools: Tools = context.obj
    with tools.home(f"match {thing}") as home:
        say(settle(home.store, thing, choice.strip(), home.clock()))
