"""`watchweave export`: files that a person carries to a service."""

from __future__ import annotations

from typing import Annotated

import typer

from ..engine.carry import to_do
from ..errors import ConfigError
from . import Tools
from .running import finish
from .status import Json
from .terminal import say, say_json


def export(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Where you are to carry something.")],
    profile: Annotated[str, typer.Option("--profile", metavar="P", help="Whose account.", show_default=False)] = "",
    json: Json = False,
) -> None:
    """Write all that you are still to carry to an account into new files, in place of those in the outbox."""
    tools: Tools = context.obj
    told = []
    with tools.home(f"export {account}", account) as home:
        people = home.profile(profile or None)
        wanted = [(p, one) for p in people for one in p.accounts if account in (one.name, one.service)]
        if not wanted:
            known = ", ".join(one.name for person in people for one in person.accounts)
            raise ConfigError(f'There is no account "{account}". Known are: {known}.')
        for person, one in wanted:
            for name in finish(home, home.carried_anew(person, one.name), at_once=True):
                what = to_do(home.kind(one.service).carry, one.name, name)
                told.append({"file": str(home.outbox.folder / name), "to_do": what})
    if json:
        say_json({"files": told})
        return
    if not told:
        say(f"Nothing waits to be carried to {account}.")
    for file in told:
        say(file["file"], "bold")
        say(f"  {file['to_do']}")
