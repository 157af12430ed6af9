"""When a person's time zone is another one in the settings, every day stays the day that it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..services.base import Shelf
from ..storage.accounts import Account
from ..storage.store import Store
from ..storage.zones import settle_in


def keep_days(
    store: Store, person: tuple[int, str], rows: Sequence[Account], used: Sequence[Mapping[str, type[Shelf[Any]]]]
) -> None:
    """What is known by its day is of the same day in this zone (inside a transaction). person: number and time zone; used:
    the shelves in use of each account."""
    known = {row.id: shelves.get("history") for row, shelves in zip(rows, used, strict=True)}
    by_days = {number for number, history in known.items() if history is not None and history.form.clock == "day"}
    settle_in(store.db, person, known, by_days)
