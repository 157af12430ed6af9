"""`watchweave token refresh`: new tokens now."""

from __future__ import annotations

from typing import Annotated

import typer

from ..engine.home import Home
from ..engine.signing import Signing
from . import Tools
from .printing import PARTLY
from .running import finish
from .sync import Profile
from .terminal import complain, say

token = typer.Typer(
    help="Look after the tokens of your accounts.", add_completion=False, rich_markup_mode=None, no_args_is_help=True
)


@token.callback()
def tokens() -> None:
    """Look after the tokens of your accounts."""


@token.command()
def refresh(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Only this account.", show_default=False)] = "",
    profile: Profile = "",
) -> None:
    """Get new tokens now, for one account or for all that have any to renew."""
    tools: Tools = context.obj
    with tools.home() as home:
        failed = finish(home, _refresh(home, account, profile))
    raise typer.Exit(PARTLY if failed else 0)


async def _refresh(home: Home, account: str, profile: str) -> bool:
    """Renew, and say how it went; did any fail?"""
    outcomes = await Signing(home).refresh(account, profile or None)
    for name, problem in outcomes.items():
        if problem:
            complain(f"{name}: {problem}")
        else:
            say(f"{name}: new tokens are saved")
    if not outcomes:
        say("No account here has tokens that can be renewed.")
    return any(outcomes.values())
