"""What a member of the simulated Serializd holds: entries, dated things, lists."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from .world import Work


class Kept(Struct, frozen=True):
    """A thing on a shelf, and since when."""

    work: Work
    at: int


class Entry(Struct, frozen=True):
    """A line of the diary: about a show, a season or an episode. `at` is what the person said, `added` when.

    `rating` is 0 for none. `number` is the episode number as it was sent, where the entry is about no episode: 0 or
    None. `luck` decides where it stands in the diary.
    """

    id: int
    work: Work
    at: int
    added: int
    luck: int
    rating: int = 0
    text: str = ""
    like: bool = False
    is_log: bool = True
    is_rewatch: bool = False
    spoiler: bool = False
    tags: tuple[str, ...] = ()
    number: int | None = None


class Listed(Struct, frozen=True):
    """A show, a season or an episode on a list."""

    work: Work
    description: str = ""


@dataclass(slots=True)
class MemberList:
    """A list that a member made; the order is the rank."""

    id: int
    name: str
    created: int
    updated: int
    description: str = ""
    private: bool = False
    ranked: bool = False
    items: list[Listed] = field(default_factory=list)
