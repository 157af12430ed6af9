"""Data sets that a person downloads and hands us: which file is what, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from ..errors import ConfigError
from . import anime, imdb_datasets
from .anime.formats import FORMATS
from .imdb_datasets import ADDRESS, BASICS, EPISODES, Progress

IMDB, ANIME = "imdb.db", "anime.db"
"""What our own files are called."""
UNUSABLE = "rows that cannot be read, or not in whole"


class Brought(Struct, frozen=True):
    """How much of an import is used, and how many lines are left out, by the reason."""

    used: dict[str, int]
    left_out: dict[str, int]


class Imdb(Struct, frozen=True):
    """IMDb's two files, which belong together, and what is made of them."""

    basics: Path
    episodes: Path
    into: Path

    @property
    def title(self) -> str:
        return imdb_datasets.ImdbDatasets.title

    @property
    def files(self) -> tuple[Path, ...]:
        return self.basics, self.episodes

    def load(self, tell: Progress) -> Brought:
        """Make our own file anew. Raises ConfigError where a file is damaged; then all stays as it was."""
        loaded = imdb_datasets.load(self.basics, self.episodes, self.into, tell)
        return Brought({"films and series": loaded.works, "episodes": loaded.episodes}, dict(loaded.left_out))


class Anime(Struct, frozen=True):
    """One list of anime, and where all of them stand side by side."""

    name: str
    path: Path
    into: Path

    @property
    def title(self) -> str:
        return FORMATS[self.name].title

    @property
    def files(self) -> tuple[Path, ...]:
        return (self.path,)

    def load(self, tell: Progress) -> Brought:
        """Enter it in place of what the same list said before. Raises ConfigError as above."""
        loaded = anime.load(self.path, self.into, tell)
        return Brought({"entries": loaded.entries}, {UNUSABLE: loaded.unusable} if loaded.unusable else {})


def recognised(folder: Path, paths: Sequence[Path]) -> list[Imdb | Anime]:
    """What these files are, in the order in which they are to be taken in, each for its place in this folder.

    Raises ConfigError where one of them is nothing that is read, is there twice, or lacks the one that belongs to it.
    """
    found: dict[str, Path] = {}
    for path in paths:
        name = imdb_datasets.recognise(path) or anime.recognise(path)
        if name is None:
            raise ConfigError(f"{unread(path)} Nothing was imported.")
        if name in found and not found[name].samefile(path):
            raise ConfigError(f"{found[name]} and {path} are both {name}. Name one of them; nothing was imported.")
        found[name] = path
    parts = {name: path for name, path in found.items() if name in (BASICS, EPISODES)}
    lists = [Anime(name, path, folder / ANIME) for name, path in found.items() if name not in parts]
    if not parts:
        return [*lists]
    basics, episodes = (parts.get(part) or beside(parts, part) for part in (BASICS, EPISODES))
    return [Imdb(basics, episodes, folder / IMDB), *lists]


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
    lists = "; ".join(one.address for one in FORMATS.values())
    known = f"{BASICS}.tsv.gz and {EPISODES}.tsv.gz of {ADDRESS}; {lists}"
    exports = "what a service lets you download, as it came (docs/services.md says which)"
    return f"{path} is nothing that can be imported. These can: {exports}; {known}."
