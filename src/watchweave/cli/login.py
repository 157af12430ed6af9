"""`watchweave login`: sign in to an account, with a code that you type in your browser."""

from __future__ import annotations

from typing import Annotated

import typer

from ..engine.home import Home
from ..engine.signing import Signing
from . import Tools
from .running import finish
from .sync import Profile
from .terminal import say


def login(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's name, as in config.yml.")],
    profile: Profile = "",
) -> None:
    """Sign in to an account."""
    tools: Tools = context.obj
    with tools.home(account=account) as home:
        finish(home, _sign_in(home, account, profile), at_once=True)


async def _sign_in(home: Home, account: str, profile: str) -> None:
    who = await Signing(home).sign_in(account, profile or None, say)
    say(f"{account} is signed in{f' as {who}' if who else ''}.", "green")
