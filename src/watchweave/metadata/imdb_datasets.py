"""IMDb's public data sets: imported from two files that the person has downloaded, then asked without any request.

`title.basics.tsv.gz` and `title.episode.tsv.gz` are for personal, non-commercial use; we neither fetch nor ship them.
What is kept: films, series and episodes with their numbers. Left out: adult titles, games, shorts and everything else,
episodes whose series or number is not told, and the titles of episodes, which nobody matches by.
"""

from __future__ import annotations

import gzip
import os
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from glob import escape
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from msgspec import Struct

from ..core.media import Kind, Media
from ..core.titles import Work, normal, spoken
from ..errors import ConfigError, StorageError
from .base import Order, Source

BASICS, EPISODES = "title.basics", "title.episode"
ADDRESS = "https://datasets.imdbws.com"
KINDS = {"movie": Kind.MOVIE, "tvMovie": Kind.MOVIE, "tvSeries": Kind.SHOW, "tvMiniSeries": Kind.SHOW}
NULL = "\\N"
BATCH = 20_000
"""Lines that are in memory at a time; the files have some 11 million."""
UNREADABLE = 1000
"""With more lines than these that cannot be read, a file is not what we take it for."""
MOST = 50
"""Works of one title and any year that a search names."""

APPLICATION, VERSION = 0x57574944, 1
"""Mark a SQLite file as ours ("WWID"), of this form."""
SCHEMA = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -65536;
BEGIN;
-- ids are IMDb's without "tt"; original: the title where it was made, if another; runtime: minutes, of films alone
CREATE TABLE work (id INTEGER PRIMARY KEY, kind INTEGER, title TEXT, original TEXT, year INTEGER, runtime INTEGER);
CREATE TABLE name (key TEXT, work INTEGER, PRIMARY KEY (key, work)) WITHOUT ROWID;
CREATE TABLE episode (id INTEGER PRIMARY KEY, show INTEGER, season INTEGER, number INTEGER);
"""  # no journal: what is written here is thrown away unless it is finished
WORK = "INSERT OR IGNORE INTO work VALUES (?, ?, ?, ?, ?, ?)"
NAME = "INSERT OR IGNORE INTO name VALUES (?, ?)"
EPISODE = (
    "INSERT OR IGNORE INTO episode SELECT :id, :show, :season, :number"
    " WHERE EXISTS (SELECT 1 FROM work WHERE id = :show AND kind = 2)"
)
PLACE = "CREATE INDEX place ON episode (show, season, number)"

COLUMNS = "work.id, work.kind, work.title, work.original, work.year, work.runtime"
BY_ID = f"SELECT {COLUMNS} FROM work WHERE id = ? AND kind = ?"
BY_NAME = (
    f"SELECT {COLUMNS} FROM name JOIN work ON work.id = name.work WHERE name.key = :key AND work.kind = :kind"
    " AND (:year IS NULL OR work.year BETWEEN :year - 1 AND :year + 1) ORDER BY work.id LIMIT :most"
)
EPISODE_BY_ID = (
    f"SELECT episode.id, episode.season, episode.number, {COLUMNS} FROM episode JOIN work ON work.id = episode.show"
    " WHERE episode.id = ?"
)
BY_PLACE = "SELECT id FROM episode WHERE show = ? AND season = ? AND number = ? LIMIT 2"
OF_SHOW = "SELECT id, season, number FROM episode WHERE show = ? ORDER BY season, number, id"

_ID = re.compile(r"tt([0-9]{7,10})")
T = TypeVar("T")
Progress = Callable[[str, int], None]
"""Told after each batch: which file, and how many of its lines are done."""


class Loaded(Struct, frozen=True):
    """What an import brought, and how many lines could not be read."""

    works: int
    episodes: int
    unreadable: int


def load(basics: Path, episodes: Path, into: Path, tell: Progress | None = None, batch: int = BATCH) -> Loaded:
    """Make the file `into` anew of these two; what was there stays until all is done, and if anything fails.

    Raises ConfigError where a file is not what it should be, StorageError where `into` cannot be written.
    """
    tell = tell or (lambda name, lines: None)
    part = into.with_name(f"{into.name}.{os.getpid()}.new")
    with _writing(into):
        for left in into.parent.glob(f"{escape(into.name)}.*.new"):
            left.unlink()  # of an import that was killed
        try:
            with closing(sqlite3.connect(part, isolation_level=None)) as db:
                loaded = _fill(db, basics, episodes, tell, batch)
            _onto_disk(part)
            part.replace(into)
        finally:
            part.unlink(missing_ok=True)
    return loaded


def _fill(db: sqlite3.Connection, basics: Path, episodes: Path, tell: Progress, batch: int) -> Loaded:
    db.executescript(SCHEMA)
    bad = _take(db, basics, BASICS, tell, batch)
    if not (works := _count(db, "SELECT count(*) FROM work")):
        raise _damaged(basics, BASICS, "it names no film and no series")
    bad += _take(db, episodes, EPISODES, tell, batch)
    if not (kept := _count(db, "SELECT count(*) FROM episode")):
        raise _damaged(episodes, EPISODES, f"it names no episode of a series in {basics}")
    db.execute(PLACE)
    db.execute("COMMIT")
    return Loaded(works, kept, bad)


def _take(db: sqlite3.Connection, path: Path, name: str, tell: Progress, batch: int) -> int:
    """Enter what a file holds; how many of its lines cannot be read."""
    lines = bad = 0
    for some in batches(_rows(path, name), batch):
        bad += _enter_works(db, some) if name == BASICS else _enter_episodes(db, some)
        lines += len(some)
        if bad > UNREADABLE:
            raise _damaged(path, name, f"{bad} of its first {lines} lines cannot be read")
        tell(name, lines)
    return bad


def _count(db: sqlite3.Connection, statement: str) -> int:
    return int(db.execute(statement).fetchone()[0])


def _enter_works(db: sqlite3.Connection, rows: Iterable[Mapping[str, str]]) -> int:
    """Enter the films and series among these; how many cannot be read."""
    works, names, bad = [], [], 0
    for row in rows:
        number, adult = _number_of(row.get("tconst", "")), row.get("isAdult")
        if number is None or adult not in ("0", "1"):
            bad += 1
            continue
        kind = KINDS.get(row["titleType"])
        if kind is None or adult == "1":
            continue
        title, original = ("" if row[name] == NULL else row[name] for name in ("primaryTitle", "originalTitle"))
        minutes = whole(row["runtimeMinutes"]) if kind is Kind.MOVIE else None  # a series' may be of all episodes
        other = original if original not in ("", title) else None
        works.append((number, int(kind), title, other, whole(row["startYear"]), minutes))
        names += [(key, number) for key in {normal(title), normal(other or title)} if key]
    db.executemany(WORK, works)
    db.executemany(NAME, names)
    return bad


def _enter_episodes(db: sqlite3.Connection, rows: Iterable[Mapping[str, str]]) -> int:
    """Enter the episodes among these that have a place in a series that we have; how many cannot be read."""
    found, bad = [], 0
    for row in rows:
        number, show = _number_of(row.get("tconst", "")), _number_of(row.get("parentTconst", ""))
        if number is None or show is None:
            bad += 1
            continue
        season, episode = whole(row["seasonNumber"]), whole(row["episodeNumber"])
        if season is not None and episode is not None:
            found.append({"id": number, "show": show, "season": season, "number": episode})
    db.executemany(EPISODE, found)
    return bad


COLUMNS_OF = {
    BASICS: ("tconst", "titleType", "primaryTitle", "originalTitle", "isAdult", "startYear", "runtimeMinutes"),
    EPISODES: ("tconst", "parentTconst", "seasonNumber", "episodeNumber"),
}


def _rows(path: Path, name: str) -> Iterator[Mapping[str, str]]:
    """The lines of a file by the names of its columns; one that cannot be read is empty."""
    lines = _lines(path, name)
    header = next(lines, b"").decode("utf-8", "replace").split("\t")
    if missing := [column for column in COLUMNS_OF[name] if column not in header]:
        raise _damaged(path, name, f"it has no column {missing[0]}")
    for line in lines:
        try:
            cells = line.decode().split("\t")
        except UnicodeDecodeError:
            cells = []
        yield dict(zip(header, cells, strict=True)) if len(cells) == len(header) else {}


def _lines(path: Path, name: str) -> Iterator[bytes]:
    """The lines of a packed file, which end in nothing but a line feed."""
    try:
        with gzip.open(path) as file:
            for line in file:
                yield line.rstrip(b"\r\n")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _damaged(path, name, "it is damaged, or not whole") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}. Name the {name}.tsv.gz of IMDb.") from error


def batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows, at most so many at a time; no more are drawn than those handed out."""
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some


def whole(text: str) -> int | None:
    r"""A number; `\N` and everything else is none.

    >>> whole("1995"), whole(r"\N"), whole("1e9"), whole("9" * 30)
    (1995, None, None, None)
    """
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _number_of(text: str) -> int | None:
    """The digits of an IMDb id as a number, if it is written as IMDb writes it."""
    found = _ID.fullmatch(text)
    return number if found and _id_of(number := int(found[1])) == text else None


def _damaged(path: Path, name: str, why: str) -> ConfigError:
    return ConfigError(
        f"{path}: {why}. Download {ADDRESS}/{name}.tsv.gz again and import anew; nothing of it was taken."
    )


def _onto_disk(part: Path) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _writing(into: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        why = f"{into} cannot be written ({error}). Check the space and the permissions of {into.parent}"
        raise StorageError(f"{why}, and that nobody else imports now; what was there before is as it was.") from error


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(f"{path} cannot be read ({error}). Import IMDb's data sets again.") from error


class ImdbDatasets(Source):
    """What one import knows. It needs no way out: `path` is what `load` made."""

    name = "imdb_datasets"
    title = "IMDb's data sets"
    base_url = ADDRESS
    finds: ClassVar[Mapping[Kind, tuple[str, ...]]] = dict.fromkeys((Kind.MOVIE, Kind.SHOW, Kind.EPISODE), ("imdb",))
    searches = frozenset({Kind.MOVIE, Kind.SHOW})
    free: ClassVar[bool] = True

    def __init__(self, path: Path) -> None:
        """Raises ConfigError where nothing was imported, StorageError where the file is not of our making."""
        if not path.is_file():
            raise ConfigError(f"{path} is not there. Import IMDb's data sets first.")
        self.path = path
        with _reading(path):
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            made = self._all("PRAGMA application_id") + self._all("PRAGMA user_version")
            if made != [(APPLICATION,), (VERSION,)]:
                raise StorageError(
                    f"{path} is not what an import of this version makes. Import IMDb's data sets again."
                )
        except StorageError:
            self.close()
            raise

    def close(self) -> None:
        self._db.close()

    async def find(self, kind: Kind, space: str, value: str) -> Sequence[Media]:
        number = _number_of(value) if space in self.finds.get(kind, ()) else None
        if number is None:
            return []
        if kind is Kind.EPISODE:
            return [_episode(_work(row[3:]).media, *row[:3]) for row in self._all(EPISODE_BY_ID, (number,))]
        return [_work(row).media for row in self._all(BY_ID, (number, int(kind)))]

    async def search(self, wanted: Media) -> Sequence[Work]:
        """Works of the same title but for spelling, at most a year apart; oldest ids first."""
        asked = {"kind": int(wanted.kind), "year": wanted.year, "most": MOST}
        keys = sorted({normal(title) for title in spoken(wanted.title)} - {""})
        found = {row[0]: row for key in keys for row in self._all(BY_NAME, {**asked, "key": key})}
        return [_work(found[number]) for number in sorted(found)]

    async def titles(self, media: Media) -> Work | None:
        number = _number_of(media.ids.get("imdb", ""))
        return next((_work(row) for row in self._all(BY_ID, (number, int(media.kind)))), None)

    async def episodes(self, show: Media, order: Order = "aired") -> Sequence[Media]:
        """IMDb numbers episodes in one order alone."""
        number = _number_of(show.ids.get("imdb", ""))
        if order != "aired" or number is None or show.kind is not Kind.SHOW:
            return []
        known = next((_work(row).media for row in self._all(BY_ID, (number, int(Kind.SHOW)))), None)
        return [_episode(known, *row) for row in self._all(OF_SHOW, (number,))] if known else []

    def episode(self, show: str, season: int, number: int) -> str | None:
        """The id of the only episode in this place of the series with this id."""
        found = self._all(BY_PLACE, (_number_of(show), season, number))
        return _id_of(found[0][0]) if len(found) == 1 else None

    def _all(self, statement: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Any]:
        with _reading(self.path):
            return self._db.execute(statement, values).fetchall()


def _work(row: Sequence[Any]) -> Work:
    number, kind, title, original, year, minutes = row
    ids, length = {"imdb": _id_of(number)}, minutes * 60 if minutes else None
    return Work(Media(Kind(kind), ids, title, year, runtime=length), (original,) if original else ())


def _episode(show: Media, number: int, season: int, place: int) -> Media:
    return Media(Kind.EPISODE, {"imdb": _id_of(number)}, parent=show, season=season, number=place)


def _id_of(number: int) -> str:
    return f"tt{number:07d}"
