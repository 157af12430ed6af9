"""`watchweave login`: sign in to an account, with a code that you type in your browser, or with what you type here."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from getpass import getpass
from typing import Annotated

import typer

from ..engine.home import Home
from ..engine.signing import Signing
from ..errors import ConfigError
from ..services.base import Field
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
        given = {field.name: _ask(field) for field in Signing(home).asks(account, profile or None, say)}
        finish(home, _sign_in(home, account, profile, given), at_once=True)


def _ask(field: Field) -> str:
    """What the person types for it, or a line of the input where nobody sits at a terminal. A secret does not show."""
    if not sys.stdin.isatty():
        typed = sys.stdin.readline().rstrip("\r\n")
    else:
        typed = (getpass if field.secret else input)(f"{field.title}: ")
    if not typed.strip():
        raise ConfigError(f"Nothing was given for: {field.title}. Nobody is signed in.")
    return typed


async def _sign_in(home: Home, account: str, profile: str, given: Mapping[str, str]) -> None:
    who = await Signing(home).sign_in(account, profile or None, say, given)
    say(f"{account} is signed in{f' as {who}' if who else ''}.", "green")
