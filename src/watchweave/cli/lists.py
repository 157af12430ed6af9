"""`watchweave lists`: which lists there are, and which of them is which at the accounts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..engine.home import Home
from ..engine.joining import join as joined
from ..engine.joining import known, missing
from ..engine.joining import part as parted
from ..errors import ConfigError
from ..storage.staging import LISTS
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
        people = home.profile(None)
        told = [
            {
                "profile": one.name,
                "lists": known(home, one),
                "missing": missing(home, one),
                "named": LISTS in (one.shelves or ()),
            }
            for one in people
        ]
    if json:
        say_json({"profiles": [{name: said for name, said in one.items() if name != "named"} for one in told]})
        return
    for one in told:
        _tell(one)


def _tell(told: dict[str, Any]) -> None:
    say(told["profile"], "bold")
    for found in told["lists"]:
        say(f"  {found['list']}")
        for there in found["accounts"]:
            called = f' as "{there["title"]}"' if there["title"] != found["list"] else ""
            count = many(there["count"], "entry", "entries") if there["state"] == "in step" else there["state"]
            say(f"    {there['account']}{called}: {count}")
    if not told["lists"]:
        how = (
            "The next sync looks which there are."
            if told["named"]
            else 'They are synced where "shelves:" in config.yml names lists.'
        )
        say(f"  No lists yet. {how}")
    for title in told["missing"]:
        say(f"  {unknown(title)}", "yellow")


def unknown(title: str) -> str:
    """What a person is told of a title that no list has."""
    return f'No account has a list "{title}", which "lists:" in config.yml names. Is it called otherwise there?'


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
        say(joined(home, whose(home, profile, account), title, account, other))


@lists.command()
def part(context: typer.Context, title: Title, account: Account, profile: Profile = "") -> None:
    """Leave a list alone at an account."""
    tools: Tools = context.obj
    with tools.home("lists part", account) as home:
        say(parted(home, whose(home, profile, account), title, account))


def whose(home: Home, profile: str, account: str) -> str:
    """The person who is meant: the only one who has an account of this name, unless she is named."""
    people = home.profile(profile or None)
    having = [person.name for person in people if any(one.name == account for one in person.accounts)]
    if len(having) > 1:
        raise ConfigError(f"{' and '.join(having)} have an account {account} each. Name one with --profile.")
    return having[0] if having else people[0].name
