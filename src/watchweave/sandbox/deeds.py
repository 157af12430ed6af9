"""What a person of the demo's household did at a service, and who such a person is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from random import Random
from typing import Literal

from msgspec import Struct

from .world import DAY, Work

MINUTE = 60
HOUR = 3_600
YEAR = 365 * DAY
TIMEZONE = "Europe/Vienna"
"""Where the household lives."""

Verb = Literal["watch", "tick", "rate", "want", "like", "review", "tag"]
"""To tick is to say that something was watched, some day; Plex keeps no row of history for it (plex.md 7)."""


class Person(Struct, frozen=True):
    """Somebody of the household, with their habits.

    years: how long they have kept records. weekday, weekend: how likely an evening is spent watching. films: the share
    of those evenings that goes to a film. mild: the rating, 1 to 100, that they give most often. diary, series: how many
    years ago they joined Letterboxd (they then rate at IMDb, too), and Serializd; 0: they did not.
    """

    name: str
    years: int
    weekday: float
    weekend: float
    films: float
    mild: int
    diary: float = 0
    series: float = 0


class Deed(Struct, frozen=True):
    """Something a person did at a service: watched, rated or wanted a work, or said more of it.

    `at`: when, in unix seconds; None where the service was told that nobody knows. `value` of a rating: 1 to 100.
    `text`: a review, or a tag.
    """

    person: str
    service: str
    verb: Verb
    uid: str
    at: int | None
    value: int | None = None
    text: str = ""


@dataclass(slots=True)
class Lived:
    """What one person really did and thought, whatever the services were told of it.

    `ratings`: with the value. `left`: films of the library, and shows, that were never begun, ticked or wanted.
    """

    viewings: list[tuple[Work, int]] = field(default_factory=list)
    ratings: list[tuple[Work, int, int]] = field(default_factory=list)
    wishes: list[tuple[Work, int]] = field(default_factory=list)
    left: list[Work] = field(default_factory=list)


def astray(random: Random, count: int, ways: Mapping[str, float]) -> Mapping[int, str]:
    """Which of so many records are not the same everywhere, and how; each way happens at least once, if they suffice."""
    names = [way for way, share in ways.items() for _ in range(ceil(count * share))][:count]
    return dict(zip(random.sample(range(count), len(names)), names, strict=True))


def other(value: int) -> int:
    """What a person thinks of it later, on second thoughts."""
    return max(10, value - 20) if value > 50 else 70
