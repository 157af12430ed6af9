"""The database: opening it safely, one writer, transactions, migrations and backups."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from importlib.resources import files
from itertools import chain
from pathlib import Path

from msgspec import MsgspecError

from ..errors import Busy, StorageError
from . import backups

APPLICATION = 0x57575631
"""Marks a SQLite file as ours ("WWV1")."""
VERSION = 1
MIGRATIONS: Mapping[int, str] = {}
"""Schema version -> the script in `migrations/` that leads to it from the one before."""
PATIENCE = 60.0
"""Seconds that a second writing command waits for the first."""

DAMAGE = (
    "malformed",
    "not a database",
    "corrupt",
    "could not decode",
    "no such column",
    "no such table",
    "has no column",
)
"""What SQLite says of a database that is not, or no longer, what we wrote."""

WITHOUT = (
    "Then sign in and sync again: nothing is lost at your services, and what was written there is recognised. The runs"
    ' before can no longer be undone, and "why" knows only what comes.'
)
"""What beginning without a copy means."""

NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs"})


AT_ONCE = (4000, 100)
"""Rows that one statement enters, of many and of fewer; SQLite takes at most 32,766 values."""


def enter(db: sqlite3.Connection, into: str, rows: Iterable[Sequence[object]], or_else: str = "") -> None:
    """Enter rows, many in one step: that costs less, and other threads go on meanwhile.

    into: the statement up to its values. or_else: what follows them, `ON CONFLICT …`. Both are constants of the caller.
    """
    left = list(rows)
    if not left:
        return
    columns = len(left[0])
    for size in AT_ONCE:
        whole = len(left) - len(left) % size
        statement = statement_of(into, columns, size, or_else)
        for start in range(0, whole, size):
            db.execute(statement, list(chain.from_iterable(left[start : start + size])))
        left = left[whole:]
    statement = statement_of(into, columns, 1, or_else)
    db.executemany(statement, left)


@cache
def statement_of(into: str, columns: int, rows: int, or_else: str) -> str:
    """The statement that enters so many rows."""
    row = f"({', '.join('?' * columns)})"
    return f"{into} VALUES {', '.join([row] * rows)} {or_else}"


class Store:
    """One open database. Everything in it is plain SQL; the modules beside this one say what."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None, source: Path | None = None) -> None:
        self.db = connection
        self.path = path
        self.source = source or path
        """The file that a scratch copy was made of: failures name it."""
        self._turn = threading.RLock()
        """One transaction at a time: a reading is staged in a thread of its own."""

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """All or nothing. durable: on disk, whatever happens to the machine, when this returns."""
        with self._turn, told(self.source):
            self.db.execute("PRAGMA synchronous = FULL" if durable else "PRAGMA synchronous = NORMAL")
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise

    def scratch(self) -> Store:
        """A copy of everything as it is now, in memory or a temporary file: whatever is done to it changes nothing here."""
        copy = _connect("")
        self.db.backup(copy)
        _temporaries(copy)
        return Store(copy, None, self.source)

    def backup(self, why: str, now: float | None = None) -> Path | None:
        """A whole copy beside the database, for the day when it is needed; the newest few of each kind are kept."""
        if self.path is None:
            return None
        with told(self.path):
            return backups.make(self.path, why, time.time() if now is None else now)

    def backup_of_the_day(self, now: float) -> None:
        """A copy, unless there is one of this day."""
        if self.path is not None and not backups.has_one_of(self.path, now):
            self.backup("day", now)

    def meta(self, name: str) -> bytes | None:
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return bytes(row[0]) if row and row[0] is not None else None

    def remember(self, name: str, value: bytes) -> None:
        with self.transaction(durable=True):
            self.db.execute(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (name, value)
            )

    def close(self) -> None:
        with self._turn:
            self.db.close()


def open_store(path: Path | None, *, unclean: bool = False) -> Store:
    """The database at this path, made or migrated if need be; None: one in memory. unclean: look whether it is whole."""
    with told(path):
        if path is not None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path is None or not path.exists() or path.stat().st_size == 0
        if path is not None and not fresh:
            backups.drop_foreign_log(path)
        connection = _connect(str(path) if path else "")
        if path is not None and fresh:
            path.chmod(0o600)
        store = Store(connection, path)
        if path is not None:
            on_disk = "PRAGMA journal_mode = TRUNCATE" if on_network(path) else "PRAGMA journal_mode = WAL"
            try:
                connection.execute(on_disk)
            except sqlite3.OperationalError:  # SQLite does not wait while another process makes the same switch
                connection.executescript("BEGIN IMMEDIATE; COMMIT")
                connection.execute(on_disk)
        if unclean and connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise damaged(path)
        _migrate(store)
        _temporaries(connection)
    return store


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = OFF")  # kept by the tests: checking each of a million rows costs a third
    connection.execute("PRAGMA cache_size = -48000")
    connection.execute("PRAGMA temp.cache_size = -8000")  # what is staged stands in no order of its own
    connection.execute("PRAGMA wal_autocheckpoint = 16000")  # pages; a first reading writes tens of thousands
    connection.execute("PRAGMA temp_store = FILE")
    return connection


def _temporaries(connection: sqlite3.Connection) -> None:
    connection.executescript(
        """
        CREATE TEMP TABLE now (account INTEGER, shelf INTEGER, media INTEGER, value ANY, at INTEGER,
          PRIMARY KEY (account, shelf, media)) WITHOUT ROWID;
        CREATE TEMP TABLE now_place (account INTEGER, shelf INTEGER, media INTEGER, place INTEGER,
          PRIMARY KEY (account, shelf, media)) WITHOUT ROWID;
        CREATE TEMP TABLE now_play (account INTEGER, key TEXT, media INTEGER, at INTEGER, clock INTEGER,
          PRIMARY KEY (account, key)) WITHOUT ROWID;
        CREATE TEMP TABLE here (account INTEGER, native TEXT, PRIMARY KEY (account, native)) WITHOUT ROWID;
        CREATE TEMP TABLE touched (circle INTEGER, shelf INTEGER, media INTEGER,
          PRIMARY KEY (circle, shelf, media)) WITHOUT ROWID;
        """
    )


def _migrate(store: Store) -> None:
    """Bring the schema to this version. One process does it, step by step; the others wait, and find it done."""
    while (version := _version(store)) != VERSION:
        with store.transaction(durable=True) as db:
            if _version(store) != version:  # another process was first
                continue
            if version:
                store.backup(f"schema{version}")
            script = f"migrations/{MIGRATIONS[version + 1]}" if version else "schema.sql"
            reached = version + 1 if version else VERSION
            text = files(__package__).joinpath(script).read_text()
            marks = f"PRAGMA user_version = {reached}; PRAGMA application_id = {APPLICATION};"
            for statement in statements(f"{text}\n{marks}"):
                db.execute(statement)


def _version(store: Store) -> int:
    """Of the schema; 0 where nothing is there yet. StorageError where it is none of ours, or a later one."""
    version, application, tables = (
        store.db.execute(query).fetchone()[0]
        for query in ("PRAGMA user_version", "PRAGMA application_id", "SELECT count(*) FROM sqlite_master")
    )
    if application != APPLICATION and (version or tables):
        raise StorageError(
            f"{store.path} is not a WatchWeave database. Choose another configuration folder, or move that file away."
        )
    if version > VERSION:
        raise StorageError(
            f"{store.path} was written by a newer WatchWeave (schema {version}). Install that version again, or put back a copy from before."
        )
    return int(version)


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: so they can be a part of a transaction."""
    statement = ""
    for part in script.split(";")[:-1]:
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def told(path: Path | None) -> Iterator[None]:
    """SQLite's failures as sentences that say what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = str(error).lower()
        if "locked" in text or "busy" in text:
            raise Busy(f"The database {path} is in use by another program. Close it and try again.") from error
        if "full" in text or "disk i/o error" in text:
            raise _no_space(path) from error
        if "readonly" in text or "unable to open" in text or "permission" in text:
            raise StorageError(f"{path} cannot be written. Check the permissions of its folder.") from error
        if any(sign in text for sign in DAMAGE):
            raise damaged(path) from error
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise _no_space(path) from error
        raise StorageError(f"{path}: {error.strerror}. Check the disk and the permissions of the folder.") from error


def _no_space(path: Path | None) -> StorageError:
    return StorageError(f"No space is left for {path}. Free some and run the same command again; nothing is lost.")


@contextmanager
def told_reading(path: Path) -> Iterator[None]:
    """The same for whatever is read or written while a command works. A value that makes no sense may be damage too."""
    try:
        yield
    except (sqlite3.DatabaseError, ValueError, LookupError, TypeError, MsgspecError) as error:
        if isinstance(error, sqlite3.DatabaseError):
            with told(path):
                raise
        if not whole(path):
            raise damaged(path) from error
        raise


def whole(path: Path) -> bool:
    """Does SQLite find nothing wrong with the database? One that cannot be asked now is not accused."""
    try:
        with closing(sqlite3.connect(path, timeout=1)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError as error:
        return not any(sign in str(error).lower() for sign in DAMAGE)
    except UnicodeDecodeError:
        return False


class Damaged(StorageError):
    """The database is not what we wrote."""


def damaged(path: Path | None) -> Damaged:
    """What to do about it depends on whether there is a copy."""
    if path is None:
        return Damaged("The database is damaged.")
    away = f"Stop WatchWeave and move away every file in {path.parent} whose name begins with {path.name}."
    if copies := backups.copies(path):
        return Damaged(f"The database {path} is damaged. {away} Then copy {copies[-1]} to {path}.")
    return Damaged(f"The database {path} is damaged, and there is no copy of it. {away} {WITHOUT}")


def on_network(path: Path) -> bool:
    """Does this path lie on a network file system, where SQLite's write-ahead log does not work?"""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return False
    place = os.path.realpath(path.parent)
    over = [(point, kind) for point, kind in mounts if place == point or place.startswith(point.rstrip("/") + "/")]
    return bool(over) and max(over, key=lambda m: len(m[0]))[1] in NETWORK_FILE_SYSTEMS


def being_written(path: Path | None) -> bool:
    """Does a process hold the right to write to this database?"""
    if path is None or not (lock := path.with_suffix(".lock")).exists():
        return False
    with lock.open() as file:
        return not locked(file.fileno(), fcntl.LOCK_SH)


def locked(file: int, how: int = fcntl.LOCK_EX) -> bool:
    """Lock this open file, if nobody else holds it."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class Writer:
    """The right to write: one process at a time, given back when the process dies."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path.with_suffix(".lock")
        self.what = what
        self.unclean = False

    def take(self, patience: float = PATIENCE, sleep: Callable[[float], None] = time.sleep) -> None:
        """Wait for the right; Busy names the holder if it does not come."""
        with told(self.path):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        waited = 0.0
        while not locked(self.file):
            if waited >= patience:
                raise Busy(f"Another command is writing: {self.holder()}. Wait until it has ended, then try again.")
            sleep(0.2)
            waited += 0.2
        self.unclean = bool(os.read(self.file, 1))
        self._write(
            json.dumps(
                {"pid": os.getpid(), "host": socket.gethostname(), "command": self.what, "since": int(time.time())}
            )
        )

    def holder(self) -> str:
        """Who writes now, in words."""
        try:
            data = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return "an unknown process"
        return f"watchweave {data['command']} (process {data['pid']} on {data['host']})"

    def give_back(self) -> None:
        self._write("")
        os.close(self.file)

    def _write(self, text: str) -> None:
        with told(self.path):
            os.ftruncate(self.file, 0)
            os.pwrite(self.file, text.encode(), 0)
