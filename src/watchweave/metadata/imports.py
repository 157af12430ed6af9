"""Data sets that a person downloads and hands us: which file is what, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from msgspec import Struct

from ..errors import ConfigError
from . import imdb_datasets
from .files import head
from .imdb_datasets import ADDRESS, BASICS, EPISODES, Progress

IMDB = "imdb.db"
"""What our own file is called."""

LETTERBOXD = (b"profile.csv", b"diary.csv", b"watched.csv", b"ratings.csv", b"watchlist.csv")
ELSEWHERE: Sequence[tuple[str, Callable[[bytes], bool]]] = (
    ("an export of Letterboxd", lambda raw: raw[:2] == b"PK" and any(name in raw for name in LETTERBOXD)),
    ("a file of a Letterboxd export", lambda raw: "letterboxd uri" in columns(raw)),
    ("a list of IMDb", lambda raw: "const" in columns(raw)),
    ("an export of Trakt", lambda raw: raw.lstrip()[:1] in (b"[", b"{") and b'"trakt"' in raw),
)
"""Files of other services by how they begin."""


class Brought(Struct, frozen=True):
    """How much of an import is used, and how many lines are left out, by the reason."""

    used: dict[str, int]
    left_out: dict[str, int]


class Imdb(Struct, frozen=True):
    """IMDb's two files, which belong together."""

    basics: Path
    episodes: Path
    into: Path
    title: ClassVar[str] = imdb_datasets.ImdbDatasets.title
    titles: ClassVar[bool] = True
    """Can be asked what a title means: then what nobody could tell before is worth asking again."""

    @property
    def files(self) -> tuple[Path, ...]:
        return self.basics, self.episodes

    def load(self, tell: Progress) -> Brought:
        """Make our own file anew. Raises ConfigError where a file is damaged; then all stays as it was."""
        loaded = imdb_datasets.load(self.basics, self.episodes, self.into, tell)
        return Brought({"films and series": loaded.works, "episodes": loaded.episodes}, dict(loaded.left_out))


def recognised(folder: Path, paths: Sequence[Path]) -> list[Imdb]:
    """What these files are, in the order in which they are to be taken in, each for its place in this folder.

    Raises ConfigError where one of them is nothing that is read, is there twice, or lacks the one that belongs to it.
    """
    parts: dict[str, Path] = {}
    for path in paths:
        part = imdb_datasets.recognise(path)
        if part is None:
            raise ConfigError(f"{unread(path)} Nothing was imported.")
        if part in parts and not parts[part].samefile(path):
            raise ConfigError(
                f"{parts[part]} and {path} are both IMDb's {part}. Name one of them; nothing was imported."
            )
        parts[part] = path
    basics, episodes = (parts.get(part) or beside(parts, part) for part in (BASICS, EPISODES))
    return [Imdb(basics, episodes, folder / IMDB)]


def beside(parts: dict[str, Path], part: str) -> Path:
    """The file that belongs to these, under its usual name, packed or not."""
    given = next(iter(parts.values()))
    for path in (given.with_name(f"{part}.tsv.gz"), given.with_name(f"{part}.tsv")):
        if imdb_datasets.recognise(path) == part:
            return path
    raise ConfigError(
        f"{given} is one of two files that belong together. Download {ADDRESS}/{part}.tsv.gz into the same folder, or"
        " name it as well; nothing was imported."
    )


def unread(path: Path) -> str:
    """What a file is that is no data set, as far as its beginning tells."""
    if not path.is_file():
        return f"{path} is no file." if path.exists() else f"{path} is not there."
    raw = head(path)
    if what := next((what for what, fits in ELSEWHERE if fits(raw)), ""):
        return f"{path} is {what}. Files of other services are not read yet."
    return f"{path} is nothing that can be imported: {BASICS}.tsv.gz and {EPISODES}.tsv.gz of {ADDRESS} can."


def columns(raw: bytes) -> list[str]:
    """The header of a table whose cells are parted by commas, in small letters."""
    line = raw.decode("utf-8-sig", "replace").lstrip().split("\n")[0]
    return [cell.strip(' \r"').casefold() for cell in line.split(",")]
