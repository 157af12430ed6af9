"""The command line: one module per command, loaded when it is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError, Held, ServiceError, WatchWeaveError

if TYPE_CHECKING:
    from ..engine.home import Home
    from ..settings import Settings

GLOBAL = re.compile(r"--config=.*|-v|--verbose")


@dataclass(slots=True)
class Tools:
    """What the composition root hands to the commands, and the folder that the person chose."""

    open: Callable[..., AbstractContextManager[Home]]
    read: Callable[[Path], Settings]
    stage: Callable[[Path], AbstractContextManager[Any]]
    recognise: Callable[[Path, Sequence[Path]], Sequence[Any]]
    folder: Path = field(default_factory=Path)

    def home(self, writes: str = "", account: str = "") -> AbstractContextManager[Home]:
        """The home in the chosen folder; `writes` names a command that writes, `account` the only one it is about."""
        if faults := self.read(self.folder).faults(account):
            raise ConfigError("\n".join(faults))
        return self.open(self.folder, writes=writes)


def run(tools: Tools, arguments: Sequence[str]) -> int:
    """Carry out one command line; the exit code. Faults of ours are not caught here."""
    from .program import program
    from .terminal import complain, prepare, to_the_last

    prepare(verbose=bool({"-v", "--verbose"} & set(arguments)))
    try:
        with to_the_last():
            program(args=global_first(arguments), prog_name="watchweave", obj=tools)
    except WatchWeaveError as error:
        complain(str(error), ours=isinstance(error, ConfigError))
        return code_of(error)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def code_of(error: WatchWeaveError) -> int:
    """The exit code that an error ends a command with."""
    kinds: tuple[tuple[type[WatchWeaveError], int], ...] = ((ConfigError, 2), (Held, 3), (ServiceError, 4))
    return next((code for kind, code in kinds if isinstance(error, kind)), 1)


def global_first(arguments: Sequence[str]) -> list[str]:
    """The options that every command has may stand anywhere: they are brought to the front.

    >>> global_first(["sync", "--config", "here", "-v", "plex", "--", "-v"])
    ['--config', 'here', '-v', 'sync', 'plex', '--', '-v']
    """
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--config":
            front += [word, *(value for value in [next(words, None)] if value is not None)]
        elif GLOBAL.fullmatch(word):
            front.append(word)
        else:
            rest.append(word)
    return front + rest


__all__ = ["Tools", "code_of", "global_first", "run"]
