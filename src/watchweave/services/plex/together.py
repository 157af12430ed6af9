"""Files that hold several episodes: which of these are objects of their own, and what is said of the others.

Where Plex understood the name of the file, each episode is an object; else there is one, which stands for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from ...core.media import Kind, Media
from ...core.records import Rating, Record
from .convert import Row, further, held, inside, state


class File(NamedTuple):
    """A file of these episodes: the key of their season, its number, and theirs. Two qualities of it are one."""

    key: str
    season: int
    numbers: range


def file_of(row: Row) -> File | None:
    """The file of an episode, if it holds several."""
    numbers = held(row)
    return File(str(row.parent_rating_key), row.parent_index or 0, numbers) if numbers else None


class Links(NamedTuple):
    """The names of the other episodes in the file of one object: all of them, and those that have no object."""

    others: tuple[str, ...]
    inside: tuple[str, ...]


class Said(NamedTuple):
    """An object that said something: its number and its key, and what of it may be said of others."""

    number: int
    key: str
    thing: Media | None
    records: tuple[Record, ...]


class Files:
    """The files of several episodes among the items that a reading has come across; no path is kept, and of a file all
    of whose episodes are objects only their keys."""

    def __init__(self) -> None:
        self._objects: dict[File, dict[int, str]] = {}
        self._said: dict[File, list[Said]] = {}

    def there(self, row: Row) -> File | None:
        """This object exists."""
        file = file_of(row) if row.type == Kind.EPISODE.word else None
        if file is not None:
            self._objects.setdefault(file, {}).setdefault(row.index or 0, row.key)
        return file

    def note(self, row: Row, thing: Media) -> None:
        """This object exists, and what it says may be said of others too; a rating is of itself alone."""
        file = self.there(row)
        if file is not None:
            records = tuple(one for one in state(row, thing) if not isinstance(one, Rating))
            said = [*self._said.get(file, ()), Said(row.index or 0, row.key, thing, records)]
            self._said[file] = said if self.lacking(file) else [Said(one.number, one.key, None, ()) for one in said]

    def lacking(self, file: File) -> list[int]:
        """The episodes of this file of which no object was seen."""
        return [number for number in file.numbers if number not in self._objects[file]]

    def doubtful(self) -> list[str]:
        """The seasons of which it is worth a request to learn what objects there are."""
        return sorted({file.key for file in self._objects if self.lacking(file)})

    def forget(self, season: str) -> None:
        """Nobody knows what objects this season has."""
        self._said = {file: said for file, said in self._said.items() if file.key != season}

    def records(self) -> list[Record]:
        """What is said of the episodes that have no object, by the first one of their file."""
        return [
            replace(record, media=other)
            for file, objects in self._said.items()
            for one in objects
            for other in self._further(file, one)
            for record in one.records
        ]

    def _further(self, file: File, one: Said) -> list[Media]:
        if one.thing is None or one.number != min(self._objects[file]):
            return []
        return [further(one.thing, number) for number in self.lacking(file)]

    def links(self) -> Iterable[tuple[str, Links]]:
        """Each object that said something, and the other episodes of its file."""
        for file, objects in self._said.items():
            known = self._objects[file]
            names = known | {number: inside(known[min(known)], file.season, number) for number in self.lacking(file)}
            for one in objects:
                others = tuple(names[number] for number in file.numbers if number != one.number)
                yield one.key, Links(others, tuple(other.key for other in self._further(file, one)))
