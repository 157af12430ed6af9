"""What metadata sources have answered to a plan or to a person, so that they are not asked again; and how much they may be
asked."""

from __future__ import annotations

from msgspec import MsgspecError, json

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

    def spend(self, source: str, day: int, budget: int, count: int = 1) -> bool:
        """May this source be sent one more request on this day? Then it counts; -1: one that counted was not sent.

        A clock that is set back brings nothing back: what was counted on a later day counts, until tomorrow at the
        longest, since that day may be wrong by years.
        """
        with self.store.transaction():
            before, spent = self._spent(source, day)
            kept = min(max(before, day), day + 1)
            spent = spent if before >= day else 0
            allowed = count < 0 or spent < budget
            counted = json.encode((kept, max(0, spent + count) if allowed else spent))
            self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"spent:{source}", counted))
        return allowed

    def _spent(self, source: str, day: int) -> tuple[int, int]:
        """Of which day there is a count, and what it is."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (f"spent:{source}",)).fetchone()
        try:
            return json.decode(row[0], type=tuple[int, int]) if row else (day, 0)
        except MsgspecError:  # damaged: nobody knows
            return day, 0
