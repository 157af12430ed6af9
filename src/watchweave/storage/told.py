"""What metadata sources have answered to a plan, for the sync after it; and how much they may be asked."""

from __future__ import annotations

import json

from ..core.records import DAY
from .store import Store

KEPT = 7 * DAY
"""So long an answer is good."""


class Told:
    """The answers of all sources."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db = store.db

    def answer(self, source: str, question: str, now: int) -> bytes | None:
        """What this source has answered to this question of late."""
        row = self.db.execute(
            "SELECT told FROM answer WHERE source = ? AND question = ? AND asked > ?", (source, question, now - KEPT)
        ).fetchone()
        return row[0] if row else None

    def keep(self, source: str, question: str, told: bytes, now: int) -> None:
        """This was answered. What is older than it can be good goes."""
        with self.store.transaction():
            self.db.execute("DELETE FROM answer WHERE asked <= ?", (now - KEPT,))
            self.db.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", (source, question, told, now))

    def spend(self, source: str, day: int, budget: int | None) -> bool:
        """May this source be asked once more on this day? Then it counts."""
        if budget is None:
            return True
        with self.store.transaction():
            row = self.db.execute("SELECT value FROM meta WHERE name = ?", (f"spent:{source}",)).fetchone()
            before, spent = json.loads(row[0]) if row else (day, 0)
            spent = spent if before == day else 0
            counted = json.dumps([day, spent + 1]).encode()
            if spent < budget:
                self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"spent:{source}", counted))
        return spent < budget
