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
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from glob import escape
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from msgspec import Struct, ValidationError, convert

from ..core.media import Kind, Media
from ..core.titles import Work, normal, spoken
from ..errors import ConfigError, StorageError
from .base import Order, Source, Works
from .files import head, onto_disk, unpacked, writing

BASICS, EPISODES = "title.basics", "title.episode"
ADDRESS = "https://datasets.imdbws.com"
KINDS = {"movie": Kind.MOVIE, "tvMovie": Kind.MOVIE, "tvSeries": Kind.SHOW, "tvMiniSeries": Kind.SHOW}
NULL = "\\N"
BATCH = 20_000
"""Lines that are in memory at a time; the files have some 11 million."""
LONGEST = 1 << 20
"""A line of more bytes is none of theirs: it is read in parts, of which no one can be read."""
MANY = 1000
"""With more lines than these that cannot be read, a file is not what we take it for."""

UNREADABLE = "lines that cannot be read"
ADULT = "adult titles"
NAMES = "titles of episodes, which are known by their numbers"
OTHERS = "shorts, games and other kinds"
TWICE = "named twice"
PLACELESS = "episodes without a season or a number"
FOREIGN = "episodes of no series that was taken"
"""Why a line is left out."""
MOST = 50
"""Works of one title that a search names."""

APPLICATION, VERSION = 0x57574944, 1
"""Mark a SQLite file as ours ("WWID"), of this form."""
MARKS = ("PRAGMA application_id", "PRAGMA user_version")
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
    " AND (:year IS NULL OR work.year BETWEEN :year - :apart AND :year + :apart) ORDER BY work.id LIMIT :most"
)
PLACE_BY_ID = "SELECT id, show, season, number FROM episode WHERE id = ?"
BY_PLACE = "SELECT id, show, season, number FROM episode WHERE show = ? AND season = ? AND number = ? LIMIT 2"
OF_SHOW = "SELECT id, show, season, number FROM episode WHERE show = ? ORDER BY season, number, id"

_ID = re.compile(r"tt([0-9]{7,10})")
AGAIN = f'Import IMDb\'s data sets again: "watchweave import {BASICS}.tsv.gz".'
T = TypeVar("T")
Progress = Callable[[str, int], None]
"""Told after each batch: which file, and how many of its lines are done."""


class Loaded(Struct, frozen=True):
    """What an import brought, and how many lines it left out, by the reason."""

    works: int
    episodes: int
    left_out: Mapping[str, int] = {}


def recognise(path: Path) -> str | None:
    """Which of the two files this is, whatever its name; nothing if it is neither, or cannot be read."""
    header = head(path).split(b"\n")[0].decode("utf-8", "replace").rstrip("\r").split("\t")
    return next((name for name, columns in COLUMNS_OF.items() if set(columns) <= set(header)), None)


def load(basics: Path, episodes: Path, into: Path, tell: Progress | None = None, batch: int = BATCH) -> Loaded:
    """Make the file `into` anew of these two; what was there stays until all is done, and if anything fails.

    Raises ConfigError where a file is not what it should be, StorageError where `into` cannot be written.
    """
    tell = tell or (lambda name, lines: None)
    part = into.with_name(f"{into.name}.{os.getpid()}.new")
    with writing(into):
        for left in into.parent.glob(f"{escape(into.name)}.*.new"):
            left.unlink()  # of an import that was killed
        try:
            with closing(sqlite3.connect(part, isolation_level=None)) as db:
                loaded = _fill(db, basics, episodes, tell, batch)
            onto_disk(part)
            part.replace(into)
        finally:
            part.unlink(missing_ok=True)
    return loaded


def _fill(db: sqlite3.Connection, basics: Path, episodes: Path, tell: Progress, batch: int) -> Loaded:
    db.executescript(SCHEMA)
    left = _take(db, basics, BASICS, tell, batch)
    if not (works := _count(db, "SELECT count(*) FROM work")):
        raise _damaged(basics, BASICS, "it names no film and no series")
    left += _take(db, episodes, EPISODES, tell, batch)
    if not (kept := _count(db, "SELECT count(*) FROM episode")):
        raise _damaged(episodes, EPISODES, f"it names no episode of a series in {basics}")
    db.execute(PLACE)
    db.execute("COMMIT")
    return Loaded(works, kept, {why: left[why] for why in sorted(left) if left[why]})


def _take(db: sqlite3.Connection, path: Path, name: str, tell: Progress, batch: int) -> Counter[str]:
    """Enter what a file holds; how many of its lines are left out, and why."""
    lines, left = 0, Counter[str]()
    for some in batches(_rows(path, name), batch):
        left += _enter_works(db, some) if name == BASICS else _enter_episodes(db, some)
        lines += len(some)
        if left[UNREADABLE] > MANY:
            raise _damaged(path, name, f"{left[UNREADABLE]} of its first {lines} lines cannot be read")
        tell(name, lines)
    return left


def _count(db: sqlite3.Connection, statement: str) -> int:
    return int(db.execute(statement).fetchone()[0])


def _enter_works(db: sqlite3.Connection, rows: Iterable[Mapping[str, str]]) -> Counter[str]:
    """Enter the films and series among these; what is left out."""
    works, names, left = [], [], Counter[str]()
    for row in rows:
        number, adult = _number_of(row.get("tconst", "")), row.get("isAdult")
        if number is None or adult not in ("0", "1"):
            left[UNREADABLE] += 1
            continue
        kind = KINDS.get(row["titleType"])
        if kind is None or adult == "1":
            left[ADULT if adult == "1" else NAMES if row["titleType"] == "tvEpisode" else OTHERS] += 1
            continue
        title, original = ("" if row[name] == NULL else row[name] for name in ("primaryTitle", "originalTitle"))
        minutes = whole(row["runtimeMinutes"]) if kind is Kind.MOVIE else None  # a series' may be of all episodes
        other = original if original not in ("", title) else None
        works.append((number, int(kind), title, other, whole(row["startYear"]), minutes))
        names += [(key, number) for key in {normal(title), normal(other or title)} if key]
    left[TWICE] += len(works) - _entered(db, WORK, works)
    db.executemany(NAME, names)
    return left


def _enter_episodes(db: sqlite3.Connection, rows: Iterable[Mapping[str, str]]) -> Counter[str]:
    """Enter the episodes among these that have a place in a series that we have; what is left out."""
    found, left = [], Counter[str]()
    for row in rows:
        number, show = _number_of(row.get("tconst", "")), _number_of(row.get("parentTconst", ""))
        if number is None or show is None:
            left[UNREADABLE] += 1
            continue
        season, episode = whole(row["seasonNumber"]), whole(row["episodeNumber"])
        if season is None or episode is None:
            left[PLACELESS] += 1
        else:
            found.append({"id": number, "show": show, "season": season, "number": episode})
    left[FOREIGN] += len(found) - _entered(db, EPISODE, found)
    return left


def _entered(db: sqlite3.Connection, statement: str, rows: Sequence[Any]) -> int:
    """Enter these rows; how many were not passed over."""
    return db.executemany(statement, rows).rowcount if rows else 0


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
    """The lines of a file, packed or not, which end in nothing but a line feed."""
    try:
        with path.open("rb") as raw, unpacked(raw) as file:
            while line := file.readline(LONGEST):
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


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, ValidationError, UnicodeDecodeError) as error:
        raise StorageError(f"{path} cannot be read ({error}). {AGAIN}") from error


class Row(Struct, frozen=True, array_like=True):
    """A work as the columns tell it."""

    number: int
    kind: Kind
    title: str
    original: str | None
    year: int | None
    minutes: int | None


class Placed(Struct, frozen=True, array_like=True):
    """An episode and its place."""

    number: int
    show: int
    season: int
    place: int


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
                if [self._db.execute(mark).fetchone() for mark in MARKS] != [(APPLICATION,), (VERSION,)]:
                    raise StorageError(f"{path} is not what an import of this version makes. {AGAIN}")
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        self._db.close()

    async def find(self, kind: Kind, space: str, value: str) -> Sequence[Media]:
        number = _number_of(value) if space in self.finds.get(kind, ()) else None
        if number is None:
            return []
        if kind is Kind.EPISODE:
            places = self._all(PLACE_BY_ID, (number,), Placed)
            return [_episode(show, place) for place in places for show in self._known(Kind.SHOW, place.show)]
        return self._known(kind, number)

    async def search(self, wanted: Media, *, narrow: bool = False) -> Works:
        """Works of the same title but for spelling, at most a year apart; oldest ids first."""
        asked = {"kind": int(wanted.kind), "year": wanted.year, "apart": 0 if narrow else 1, "most": MOST}
        keys = {normal(title) for title in spoken(wanted.title)} - {""}
        lists = [self._all(BY_NAME, {**asked, "key": key}, Row) for key in keys]
        found = {row.number: row for rows in lists for row in rows}
        whole = all(len(rows) < MOST for rows in lists) and not (narrow and wanted.year)
        return Works([_work(found[number]) for number in sorted(found)], whole=whole)

    async def titles(self, media: Media) -> Work | None:
        number = _number_of(media.ids.get("imdb", ""))
        return next((_work(row) for row in self._all(BY_ID, (number, int(media.kind)), Row)), None)

    async def episodes(self, show: Media, order: Order = "aired") -> Sequence[Media] | None:
        """IMDb numbers episodes in one order alone; of a series without any it has no list."""
        number = _number_of(show.ids.get("imdb", "")) if show.kind is Kind.SHOW else None
        if order != "aired" or number is None:
            return None
        places = self._all(OF_SHOW, (number,), Placed)
        return [_episode(known, place) for known in self._known(Kind.SHOW, number) for place in places] or None

    def episode(self, show: str, season: int, number: int) -> str | None:
        """The id of the only episode in this place of the series with this id."""
        found = self._all(BY_PLACE, (_number_of(show), season, number), Placed)
        return _id_of(found[0].number) if len(found) == 1 else None

    def _known(self, kind: Kind, number: int) -> list[Media]:
        """The work of this kind with this number, if there is one."""
        return [_work(row).media for row in self._all(BY_ID, (number, int(kind)), Row)]

    def _all(self, statement: str, values: Sequence[object] | Mapping[str, object], form: type[T]) -> list[T]:
        """What is found, in this form; a damaged file may say anything."""
        with _reading(self.path):
            return convert(self._db.execute(statement, values).fetchall(), list[form])  # type: ignore[valid-type]


def _work(row: Row) -> Work:
    ids, length = {"imdb": _id_of(row.number)}, row.minutes * 60 if row.minutes else None
    return Work(Media(row.kind, ids, row.title, row.year, runtime=length), (row.original,) if row.original else ())


def _episode(show: Media, place: Placed) -> Media:
    ids = {"imdb": _id_of(place.number)}
    return Media(Kind.EPISODE, ids, parent=show, season=place.season, number=place.place)


def _id_of(number: int) -> str:
    return f"tt{number:07d}"
