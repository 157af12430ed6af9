"""What metadata sources have answered to a plan or to a person, so that they are not asked again; and how much they may be
asked."""

from __future__ import annotations

import json

from .store import Store


class Told:
    """The answers of all sources."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db = store.db

    def answer(self, source: str, question: str, now: int) -> bytes | None:
        """What this source has answered to this question, if that is still good."""
        query = "SELECT told FROM answer WHERE source = ? AND question = ? AND until > ?"
        row = self.db.execute(query, (source, question, now)).fetchone()
        return row[0] if row else None

    def keep(self, source: str, question: str, told: bytes, now: int, until: int) -> None:
        """This was answered, and is good so long. What is good no longer goes."""
        with self.store.transaction():
            self.prune(now)
            self.db.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", (source, question, told, until))

    def prune(self, now: int) -> None:
        """Forget what is good no longer (inside a transaction)."""
        self.db.execute("DELETE FROM answer WHERE until <= ?", (now,))

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
