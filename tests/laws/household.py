"""Who is in the settings of a random world, and who hears whom: an account may be out of them for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import ClassVar

from tests.support.memory import Box
from tests.support.town import NOON, Town
from watchweave.core.directions import hears

Pair = tuple[str, str]


class Household:
    """The accounts of one random world."""

    graphs: ClassVar[Mapping[str, Sequence[Pair] | None]]
    """Who tells whom, by a name of it; None: everybody tells everybody."""
    random: Random
    town: Town
    graph: str
    names: Sequence[str]

    def __init__(self) -> None:
        self.left: dict[str, Box] = {}
        """All accounts, while one of them is not in the settings."""
        self.story: list[str] = []

    def note(self, text: str) -> None:
        self.story.append(f"{self.town.time - NOON:>8} {text}")

    def pairs(self) -> Sequence[Pair]:
        pairs = self.graphs[self.graph]
        return [(a, b) for a in self.names for b in self.names if a != b] if pairs is None else pairs

    def heard(self) -> dict[str, frozenset[str]]:
        return hears(self.names, self.pairs())

    def leave(self) -> None:
        """The person takes an account out of the settings, and goes on using it."""
        box = self.random.choice(list(self.town.boxes.values()))
        self.left = self.town.boxes.copy()
        del self.town.boxes[box.name]
        self.town.directions = [pair for pair in self.pairs() if box.name not in pair]
        self.note(f"{box.name} is no longer in the settings")

    def come_back(self) -> None:
        if self.left:
            self.town.boxes, self.left = self.left, {}
            self.town.directions = self.graphs[self.graph]
            self.note("it is back")
