"""`watchweave match`: say what something is that no database knows by an id."""

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
            help="tmdb:949, tt0113277, the number of a proposal, none (leave it alone), or forget (take back what was matched by its title).",
        ),
    ],
) -> None:
    """Settle what a film or a show is, for good: a person's word outweighs every title."""
    tools: Tools = context.obj
    with tools.home(f"match {thing}") as home:
        say(settle(home.store, thing, choice.strip(), home.clock()))
