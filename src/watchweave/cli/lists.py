"""`watchweave lists`: which lists there are, and which of them is which at the accounts."""

from __future__ import annotations

from typing import Annotated

import typer

from ..engine.home import Home
from ..engine.joining import join as joined
from ..engine.joining import known
from ..engine.joining import part as parted
from ..errors import ConfigError
from . import Tools
from .status import Json
from .sync import Profile
from .terminal import many, say, say_json

lists = typer.Typer(
    help="Show lists, and say which is which.", add_completion=False, rich_markup_mode=None, invoke_without_command=True
)
Title = Annotated[str, typer.Argument(metavar="LIST", help='Its title: "Night trains".')]
Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account, by its name in config.yml.")]


@lists.callback()
def show(context: typer.Context, json: Json = False) -> None:
    """Show your lists, and what each is at every account."""
    if context.invoked_subcommand is not None:
        return
    tools: Tools = context.obj
    with tools.home() as home:
        told = {person.name: known(home.store, person.name) for person in home.profile(None)}
    if json:
        say_json({"profiles": [{"profile": person, "lists": found} for person, found in told.items()]})
        return
    for person, of_hers in told.items():
        say(person, "bold")
        for found in of_hers:
            say(f"  {found['list']}")
            for there in found["accounts"]:
                called = f' as "{there["title"]}"' if there["title"] != found["list"] else ""
                count = many(there["count"], "entry", "entries") if there["state"] == "in step" else there["state"]
                say(f"    {there['account']}{called}: {count}")
        if not of_hers:
            say('  No lists yet. They are synced where "shelves:" in config.yml names lists.')


@lists.command()
def join(
    context: typer.Context,
    title: Title,
    account: Account,
    other: Annotated[
        str, typer.Argument(metavar="TITLE", help="Its title there, where that is another.", show_default=False)
    ] = "",
    profile: Profile = "",
) -> None:
    """Keep a list in step with the one that an account has, also where it is called otherwise there."""
    tools: Tools = context.obj
    with tools.home("lists join", account) as home:
        say(joined(home.store, whose(home, profile, account), title, account, other))


@lists.command()
def part(context: typer.Context, title: Title, account: Account, profile: Profile = "") -> None:
    """Leave a list alone at an account."""
    tools: Tools = context.obj
    with tools.home("lists part", account) as home:
        say(parted(home.store, whose(home, profile, account), title, account))


def whose(home: Home, profile: str, account: str) -> str:
    """The person who is meant: the only one who has an account of this name, unless she is named."""
    people = home.profile(profile or None)
    having = [person.name for person in people if any(one.name == account for one in person.accounts)]
    if len(having) > 1:
        raise ConfigError(f"{' and '.join(having)} have an account {account} each. Name one with --profile.")
    return having[0] if having else people[0].name
