"""What a member of the simulated Letterboxd keeps: entries, marks, ratings, lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TypedDict

from msgspec import Struct

from .letterboxd_films import Film
from .letterboxd_rules import BOXD, code
from .world import Work


class Details(TypedDict, total=False):
    """What can be said of a viewing. rating: 1 to 10, in half stars; review: HTML as typed."""

    rating: int | None
    rewatch: bool
    like: bool
    tags: tuple[str, ...]
    review: str
    spoilers: bool


class Changes(Details, total=False):
    """What can be changed of an entry. on: YYYY-MM-DD, or None for a review of no certain day."""

    on: str | None


@dataclass(slots=True, eq=False)
class Entry:
    """A line of the diary (with `on`), a review (with a text), or both. `logged`: when it was written, unix seconds.

    `number` stands in its guid and has nothing to do with its `code`. `place`: how many entries of the film went before.
    """

    code: str
    number: int
    film: Film
    logged: int
    on: str | None
    place: int
    updated: int
    rating: int | None = None
    rewatch: bool = False
    tags: tuple[str, ...] = ()
    review: str = ""
    spoilers: bool = False

    @property
    def uri(self) -> str:
        return f"{BOXD}/{self.code}"


class Mark(Struct, frozen=True):
    """A film that was marked at this time: watched, liked or wished."""

    film: Film
    at: int


class Rated(Mark, frozen=True):
    """The rating of a film now, 1 to 10."""

    value: int


class Comment(Struct, frozen=True):
    """Something said under the review or list at this address."""

    at: int
    content: str
    text: str


class Item(Struct, frozen=True):
    """A film on a list."""

    film: Film
    note: str = ""


@dataclass(slots=True, eq=False)
class ItemList:
    """A list of films. `slug` is empty where the name has no letters; `version` goes up with every change."""

    code: str
    number: int
    name: str
    slug: str
    made: int
    updated: int
    description: str = ""
    tags: tuple[str, ...] = ()
    published: bool = True
    ranked: bool = False
    items: list[Item] = field(default_factory=list)
    version: int = 1

    @property
    def uri(self) -> str:
        return f"{BOXD}/{self.code}"

    @property
    def file(self) -> str:
        """What its file in the export is called, and its address on the site."""
        return self.slug or f"null-{self.number}"


@dataclass(slots=True)
class Profile:
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    location: str = ""
    website: str = ""
    bio: str = ""
    pronoun: str = ""
    favourites: tuple[Work, ...] = ()


class Codes:
    """Gives out codes and numbers; all follow from the world's seed and the order in which they are asked for.

    `ready` are codes that it is to give out first.
    """

    def __init__(self, seed: int) -> None:
        self.ready: list[str] = []
        self._random = Random(f"letterboxd codes {seed}")
        self._offset = self._random.randrange(1_000_000)
        self._number = 400_000_000 + self._random.randrange(100_000_000)
        self._count = 0

    def number(self) -> int:
        """Higher than any before."""
        self._number += self._random.randrange(1, 500)
        return self._number

    def member(self) -> str:
        return self._code(4)

    def entry(self) -> str:
        return self._code(5 + self._random.randrange(2))

    def list(self) -> str:
        return self._code(5)

    def _code(self, size: int) -> str:
        if self.ready:
            return self.ready.pop(0)
        self._count += 1
        return code(self._count, size, self._offset)
