"""The commands by name, each loaded only when it is asked for, and the options that all have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from .. import __version__
from ..settings.folder import configuration_folder

COMMANDS = (
    "demo", "sync", "plan", "approve", "status", "login", "token", "runs", "undo", "why", "unmatched", "match", "lists", "import",
    "export", "doctor",
)  # fmt: skip
"""In the order of the help. Each is a function, or a group of them, in the module of its name; a word that Python keeps
for itself has a _ behind it there."""
EVERYWHERE = "--config DIR and -v may stand here, too: see watchweave --help."


def loaded(name: str) -> Any:
    """The command of this name, as typer runs it."""
    word = f"{name}_" if iskeyword(name) else name
    found = getattr(import_module(f".{word}", __package__), word)
    if not isinstance(found, typer.Typer):
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(name)(found)
        found = single
    command = typer.main.get_command(found)
    for one in (command, *getattr(command, "commands", {}).values()):
        one.epilog = EVERYWHERE
    return command


class Loading(Mapping[str, Any]):
    """The commands by name; looking one up loads it."""

    def __getitem__(self, name: str) -> Any:
        if name not in COMMANDS:
            raise KeyError(name)
        return loaded(name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Commands(TyperGroup):
    """A group whose commands are loaded when they are called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Loading()  # type: ignore[assignment]


def show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"watchweave {__version__}")
        raise typer.Exit


program = typer.Typer(
    cls=Commands,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


@program.callback()
def watchweave(
    context: typer.Context,
    config: Annotated[str, typer.Option(metavar="DIR", help="The configuration folder.", show_default=False)] = "",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log everything to stderr.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Keeps Plex, Trakt and the other places where you track what you watch in step."""
    context.obj.folder = Path(configuration_folder(config or None))
