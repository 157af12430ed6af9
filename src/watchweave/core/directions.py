"""Who hears whom, and the circles that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

A = TypeVar("A")


def hears(accounts: Iterable[A], directions: Iterable[tuple[A, A]]) -> dict[A, frozenset[A]]:
    """Whom each account hears: itself, its givers, and whomever these hear. A direction is (giver, receiver)."""
    heard = {account: {account} for account in accounts}
    pairs = [(giver, receiver) for giver, receiver in directions if giver in heard and receiver in heard]
    while any(not heard[giver] <= heard[receiver] for giver, receiver in pairs):
        for giver, receiver in pairs:
            heard[receiver] |= heard[giver]
    return {account: frozenset(whom) for account, whom in heard.items()}


def circles(heard: Mapping[A, frozenset[A]]) -> dict[frozenset[A], tuple[A, ...]]:
    """Accounts that hear the same accounts share one truth: what a circle hears -> its members, givers first."""
    found: dict[frozenset[A], list[A]] = {}
    for account, whom in heard.items():
        found.setdefault(whom, []).append(account)
    return {whom: tuple(members) for whom, members in sorted(found.items(), key=lambda item: len(item[0]))}
