"""Which of several statements about where an episode is holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .entries import Span

SINGLE, NONE, RANGE, DEFAULT = range(4)
"""How a list says it, the surest first: of this very episode, that it has no counterpart, of several, of the entry."""


class Said(NamedTuple):
    """What a list says of an episode in one database: its episodes there, as show, season and number."""

    list: str
    rank: int
    places: tuple[tuple[str, int, int], ...]


def rank(span: Span) -> int:
    """How sure a span is. "None" is said of one season there, so an episode named in another season comes first."""
    if not span.numbers:
        return NONE
    return SINGLE if span.first == span.last else RANGE


def agreed(said: Iterable[Said]) -> tuple[tuple[str, int, int], ...]:
    """Where the episode is, if all agree: in each list its surest word counts, and words about episodes come before
    those about the whole entry. Nothing where two differ, or where there is no counterpart.
    """
    surest: dict[str, tuple[int, set[tuple[tuple[str, int, int], ...]]]] = {}
    for one in sorted(said, key=lambda one: one.rank):
        first, places = surest.setdefault(one.list, (one.rank, set()))
        if one.rank == first:
            places.add(one.places)
    named = any(first < DEFAULT for first, _ in surest.values())
    found = {one for first, places in surest.values() if (first < DEFAULT) == named for one in places}
    return found.pop() if len(found) == 1 else ()
