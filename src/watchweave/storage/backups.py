"""Copies of the database beside it: whole or not there, a few of each kind, and safe to put back."""

from __future__ import annotations

import sqlite3
import string
import time
from contextlib import closing
from pathlib import Path

KEPT = 3
"""So many copies of each kind stay: of the days, before an undo, before a change of schema."""

OLDER_THAN_THE_SERVICES = "UPDATE account SET epoch = NULL; DELETE FROM cursor; DELETE FROM truth;"
"""Whoever puts a copy back has a database that knows nothing of what was written since. So a copy is one of which
everything is read anew and every account introduced: our own later marks are recognised, and what was removed since
stays removed (sync model, section 3.4)."""


def folder_of(database: Path) -> Path:
    return database.parent / "backups"


def copies(database: Path, kind: str = "") -> list[Path]:
    """The copies of this database, or those of a kind; the newest last."""
    return sorted(folder_of(database).glob(f"watchweave-*-{kind}*.db"))


def has_one_of(database: Path, now: float) -> bool:
    """Is there a copy of the day of this moment?"""
    return any(folder_of(database).glob(f"watchweave-{_stamp(now)[:8]}-*.db"))


def make(database: Path, why: str, now: float) -> Path:
    """A copy of the database as it is committed; then the oldest of its kind go."""
    folder = folder_of(database)
    folder.mkdir(mode=0o700, exist_ok=True)
    for part in folder.glob("*.part*"):  # of a process that died
        part.unlink()
    target = folder / f"watchweave-{_stamp(now)}-{why}.db"
    part = folder / f"{target.name}.part"
    part.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(database, timeout=30)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        with closing(sqlite3.connect(part)) as copy:
            copy.executescript(OLDER_THAN_THE_SERVICES)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    for old in copies(database, why.rstrip(string.digits))[:-KEPT]:
        old.unlink()
    return target


def drop_foreign_log(database: Path) -> None:
    """A copy that was put in place has no write-ahead log: one beside it is of the database before, and would spoil it.

    SQLite marks a database as one with such a log (bytes 18 and 19 of the file) before it makes the log.
    """
    logs = [database.with_name(database.name + end) for end in ("-wal", "-shm")]
    if logs[0].exists():
        with database.open("rb") as file:
            if file.read(20)[18:] == b"\1\1":
                for log in logs:
                    log.unlink(missing_ok=True)


def _stamp(now: float) -> str:
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))
