"""Titles, as sources tell them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from ..core.titles import LONGEST

MOST = 1000
"""So many titles of one work are compared. The best known films have about 200, in all languages."""


def titles(told: Iterable[str | None]) -> tuple[str, ...]:
    """Each once, in the order told. What is longer than any title is none.

    >>> titles(["Heat", None, "", "Heat", "x" * 5000, "Fuego contra fuego"])
    ('Heat', 'Fuego contra fuego')
    """
    return tuple(islice(dict.fromkeys(title for title in told if title and len(title) <= LONGEST), MOST))
