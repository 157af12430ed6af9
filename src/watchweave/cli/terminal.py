"""Everything that is written to the terminal, made harmless: text from services cannot steer it."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import StorageError

ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)|\x1b.?", re.DOTALL)
"""ANSI sequences: colours and cursors, titles and links."""
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, and those that turn the direction of text."""

STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "36"}

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

log = logging.getLogger("watchweave")


def clean(text: str) -> str:
    """One line of text that does nothing but stand there.

    >>> clean("Heat\\x1b[31m\\r\\nred\\x1b]0;title\\x07")
    'Heat  red'
    """
    return UNSEEN.sub(" ", ESCAPES.sub("", text))


def say(text: str = "", *styles: str) -> None:
    """Write a line to stdout; styled on a terminal only."""
    text = clean(text)
    if styles and colourful():
        text = f"\x1b[{';'.join(STYLES[style] for style in styles)}m{text}\x1b[0m"
    print(text)


@contextmanager
def to_the_last() -> Iterator[None]:
    """Whatever is printed within has left when this ends; StorageError where there is no room for it."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as fault:
        if fault.errno not in FULL:
            raise
        with suppress(OSError):  # what is still to be printed has nowhere to go
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise StorageError(f"The output could not be written: {fault.strerror}. What was done is saved.") from None


def complain(text: str, *, ours: bool = False) -> None:
    """Write a line to stderr; a text that is all ours may have several."""
    with suppress(OSError):  # nobody is left who could be told
        for line in text.splitlines() if ours else [text]:
            print(clean(line), file=sys.stderr)


def say_json(value: Any) -> None:
    """Write one JSON object to stdout, and nothing that a terminal would obey."""
    text = json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None)
    print(re.sub(f"(?!\\n){UNSEEN.pattern}", lambda found: f"\\u{ord(found[0]):04x}", text))


def colourful() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def watched() -> bool:
    """Does a person look on? Then progress is shown."""
    return sys.stdout.isatty() and sys.stderr.isatty()


def local(at: int | None, zone: str) -> str:
    """A time as the clock on the person's wall shows it."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%d %b %Y %H:%M") if at is not None else "never"


def many(count: int, thing: str, things: str = "") -> str:
    """A number of things: `1 film`, `3 films`."""
    return f"{count} {thing if count == 1 else things or thing + 's'}"


class OneLine(logging.Formatter):
    """Log lines in UTC, each on a line of its own; only tracebacks take more."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
        lines = [f"{when} {record.levelname.lower()} {clean(record.getMessage())}"]
        if record.exc_info:
            lines += [clean(line) for line in self.formatException(record.exc_info).splitlines()]
        return "\n".join(lines)


def prepare(*, verbose: bool) -> None:
    """Logs go to stderr, and what a terminal cannot show is replaced."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    channel = logging.StreamHandler()
    channel.setFormatter(OneLine())
    log.handlers = [channel]
    log.propagate = False
    if verbose:
        log.setLevel(logging.DEBUG)
