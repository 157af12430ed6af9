"""Titles, as sources tell them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from ..core.titles import LONGEST, spoken

MOST = 1000
"""So many titles of one work are compared. The best known films have about 200, in all languages."""

ASKED = 200
"""So many letters of a title are asked for: an address must not become too long."""


def sought(title: str) -> str:
    """What to search for: the title without brackets and year.

    >>> sought("Heat (1995)"), len(sought("x" * 5000))
    ('Heat', 200)
    """
    return spoken(title)[0][:ASKED].strip()


def titles(told: Iterable[str | None]) -> tuple[str, ...]:
    """Each once, in the order told. What is longer than any title is none.

    >>> titles(["Heat", None, "", "Heat", "x" * 5000, "Fuego contra fuego"])
    ('Heat', 'Fuego contra fuego')
    """
    return tuple(islice(dict.fromkeys(title for title in told if title and len(title) <= LONGEST), MOST))
