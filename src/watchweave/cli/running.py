"""Running the work of a command so that a person can end it: the first signal ends it well, the second at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import typer

from ..engine.home import Home
from .printing import INTERRUPTED
from .terminal import complain, watched

T = TypeVar("T")
GRACE = 25.0
"""Seconds in which what is under way may end after the first signal."""


def finish(home: Home, work: Coroutine[Any, Any, T], *, at_once: bool = False) -> T:
    """The outcome of the work. Ctrl-C, or SIGTERM, lets no new batch begin; what has been done is saved.

    at_once: there is nothing to finish, so the first signal ends it.
    """
    try:
        return asyncio.run(_guarded(home, work, at_once))
    except asyncio.CancelledError:
        raise typer.Exit(INTERRUPTED) from None


async def _guarded(home: Home, work: Coroutine[Any, Any, T], at_once: bool) -> T:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if at_once or home.stop.is_set():
            task.cancel()
            return
        home.stop.set()
        complain("Stopping: what is under way is finished first. Again to end at once; nothing is lost either way.")
        loop.call_later(GRACE, task.cancel)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    return await task


@contextmanager
def progress(home: Home, text: str) -> Iterator[None]:
    """Show what is going on, where a person looks on."""
    if not watched():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text) as shown:
        home.tell = lambda stage: shown.update(f"{text}: {stage}")
        yield
