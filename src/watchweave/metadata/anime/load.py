"""The import: one list into one file of ours, beside the lists that are there already."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from glob import escape
from itertools import count
from pathlib import Path
from typing import IO, NamedTuple

from ...core.media import Kind
from ...errors import ConfigError, StorageError
from ..files import onto_disk, writing
from .entries import Entry, Unusable
from .files import Damaged, opened
from .formats import FORMATS, Format, recognise

BATCH, SPANS = 2000, 20_000
"""Rows that are in memory at a time, and spans of theirs."""
MANY = 500_000
"""Entries; the longest list has some sixty thousand."""
UNREADABLE = 1000
"""With more rows than these that cannot be read, a file is not what we take it for."""

APPLICATION, VERSION = 0x5757414E, 1
"""Mark a SQLite file as ours ("WWAN"), of this form."""
MADE = "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version)"
OPEN = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"  # what fails is thrown away whole
SCHEMA = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
-- an entry is what one row of a list says; kind: of media, where the row leaves no choice
CREATE TABLE entry (id INTEGER PRIMARY KEY, list TEXT, kind INTEGER);
-- the others are as in entries.py; season and at: -1 counted through; numbers: "6+7"
CREATE TABLE claim (space TEXT, value TEXT, entry INTEGER, exact INTEGER, own INTEGER);
CREATE TABLE place (entry INTEGER, show TEXT, target TEXT, season INTEGER, past INTEGER, serves INTEGER);
CREATE TABLE span (entry INTEGER, season INTEGER, first INTEGER, last INTEGER,
                   show TEXT, target TEXT, at INTEGER, numbers TEXT, step INTEGER);
CREATE INDEX claim_value ON claim (space, value, entry);
CREATE INDEX claim_entry ON claim (entry);
CREATE INDEX place_target ON place (show, target, season, past);
CREATE INDEX place_entry ON place (entry);
CREATE INDEX span_entry ON span (entry, show, season, first);
"""
FORGET = (
    "DELETE FROM claim WHERE entry IN (SELECT id FROM entry WHERE list = :list)",
    "DELETE FROM place WHERE entry IN (SELECT id FROM entry WHERE list = :list)",
    "DELETE FROM span WHERE entry IN (SELECT id FROM entry WHERE list = :list)",
    "DELETE FROM entry WHERE list = :list",
)
NEXT = "SELECT ifnull(max(id), 0) + 1 FROM entry"
INTO_ENTRY = "INSERT INTO entry VALUES (?, ?, ?)"
INTO_CLAIM = "INSERT INTO claim VALUES (?, ?, ?, ?, ?)"
INTO_PLACE = "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?)"
INTO_SPAN = "INSERT INTO span VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"

Progress = Callable[[str, int], None]
"""Told after each batch: which list, and how many of its rows are done."""


class Loaded(NamedTuple):
    """What an import brought: of which list, how many entries, and how many rows could not be read, or not in whole."""

    name: str
    entries: int
    unusable: int


def load(path: Path, into: Path, tell: Progress | None = None) -> Loaded:
    """Enter the list `path` into the file `into`, which may hold other lists, in place of what the same list said before.

    What was there stays until all is done, and if anything fails. Raises ConfigError where the file is no list that we
    know, or not whole; StorageError where `into` cannot be written, or is not of our making.
    """
    with opened_or_told(path):
        name = known(path)
        with writing(into), _beside(into) as part:
            before = _mark(into)
            with closing(sqlite3.connect(part, isolation_level=None)) as database:
                loaded = _fill(database, into, path, name, tell or (lambda name, rows: None))
            onto_disk(part)
            if _mark(into) != before:
                raise StorageError(f"{into} was written by somebody else meanwhile. Import {path} again.")
            part.replace(into)
    return loaded


def known(path: Path) -> str:
    """The name of the list that a file is. Raises ConfigError where it is none."""
    with opened(path):  # says itself what is wrong with what cannot be opened
        pass
    if name := recognise(path):
        return name
    which = "; ".join(format.address for format in FORMATS.values())
    raise ConfigError(f"{path} is no anime list that we know. Download one of these: {which}.")


@contextmanager
def opened_or_told(path: Path) -> Iterator[None]:
    """Damage is said as a person needs it: with the file, and what to do."""
    try:
        yield
    except Damaged as error:
        raise ConfigError(f"{path} {error}. Download it again and import anew; nothing of it was taken.") from error


@contextmanager
def _beside(into: Path) -> Iterator[Path]:
    """A copy of what is there, to be written; it goes if it is not put in its place."""
    part = into.with_name(f"{into.name}.{os.getpid()}.new")
    for left in into.parent.glob(f"{escape(into.name)}.*.new"):
        left.unlink()  # of an import that was killed
    try:
        if into.exists():
            shutil.copyfile(into, part)
        yield part
    finally:
        part.unlink(missing_ok=True)


def _fill(database: sqlite3.Connection, into: Path, path: Path, name: str, tell: Progress) -> Loaded:
    made = database.execute(MADE).fetchone()
    if made == (0, 0) and not into.exists():
        database.executescript(SCHEMA)
    elif made != (APPLICATION, VERSION):
        raise StorageError(f"{into} is not what an import of this version makes. Move it away and import again.")
    database.executescript(OPEN)
    for statement in FORGET:
        database.execute(statement, {"list": name})
    entries = unusable = 0
    numbers = count(database.execute(NEXT).fetchone()[0])
    with opened(path) as file:
        for taken, bad in _batches(FORMATS[name], file):
            _enter(database, name, zip(numbers, taken, strict=False))
            entries, unusable = entries + len(taken), unusable + bad
            if unusable > UNREADABLE:
                raise Damaged(f"has {unusable} rows that cannot be read")
            if entries > MANY:
                raise Damaged("is longer than any list")
            tell(name, entries + unusable)
    if not entries:
        raise Damaged("names no anime")
    database.execute("COMMIT")
    return Loaded(name, entries, unusable)


def _batches(format: Format, file: IO[bytes]) -> Iterator[tuple[list[Entry], int]]:
    """The entries of a list, some at a time, with how many of its rows cannot be read."""
    taken: list[Entry] = []
    bad = weight = 0
    for row in format.rows(file):
        try:
            entry = format.entry(row)
        except Unusable:
            entry, bad = None, bad + 1
        if entry is not None:
            taken.append(entry)
            bad += entry.doubtful
            weight += len(entry.spans)
        if len(taken) + bad >= BATCH or weight >= SPANS:
            yield taken, bad
            taken, bad, weight = [], 0, 0
    yield taken, bad


def _enter(database: sqlite3.Connection, name: str, numbered: Iterable[tuple[int, Entry]]) -> None:
    """Enter these; of a doubtful one not where its episodes are."""
    entries: list[tuple[int, str, Kind | None]] = []
    claims, places, spans = [], [], []
    for number, entry in numbered:
        entries.append((number, name, entry.kind))
        claims += [(one.space, one.value, number, one.exact, one.own) for one in entry.claims]
        places += [(number, *one[:4], one.serves and not entry.doubtful) for one in entry.places]
        if not entry.doubtful:
            spans += [
                (number, *one[:6], "+".join(map(str, one.numbers)), one.step) for one in dict.fromkeys(entry.spans)
            ]
    for statement, rows in ((INTO_ENTRY, entries), (INTO_CLAIM, claims), (INTO_PLACE, places), (INTO_SPAN, spans)):
        database.executemany(statement, rows)


def _mark(into: Path) -> tuple[int, int] | None:
    """By what another import of the same file shows."""
    return (into.stat().st_ino, into.stat().st_mtime_ns) if into.exists() else None
