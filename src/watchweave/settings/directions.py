"""Who hears whom, as a person writes it: `A -> B, C` and `A <-> B`, by account name."""

from __future__ import annotations

from collections.abc import Iterable


class Unknown(ValueError):
    """A direction names an account that there is not."""

    def __init__(self, name: str) -> None:
        super().__init__(f"a direction names {name!r}, and there is no such account")
        self.name = name


def parse(text: str, accounts: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs (giver, receiver) of one direction. Raises ValueError with a sentence.

    >>> parse("plex -> letterboxd, imdb", ["plex", "letterboxd", "imdb"])
    [('plex', 'letterboxd'), ('plex', 'imdb')]
    """
    both = "<->" in text
    sides = text.split("<->" if both else "->")
    if len(sides) != 2:
        raise ValueError(f"{text.strip()!r} is no direction; write `A -> B, C` or `A <-> B`")
    givers, receivers = (_names(side, list(accounts)) for side in sides)
    pairs = [(giver, receiver) for giver in givers for receiver in receivers]
    if any(giver == receiver for giver, receiver in pairs):
        raise ValueError(f"{text.strip()!r} lets an account hear itself")
    return pairs + [(receiver, giver) for giver, receiver in pairs] if both else pairs


def _names(side: str, accounts: list[str]) -> list[str]:
    names = [name.strip() for name in side.split(",")]
    for name in names:
        if name not in accounts:
            raise Unknown(name)
    return names
