"""Notes: what a service remembers of an account from run to run, to save requests."""

from __future__ import annotations

from .store import Store


class StoredNotes:
    """The notes of one account."""

    def __init__(self, store: Store, account: int) -> None:
        self.store = store
        self.account = account

    def load(self, name: str) -> bytes:
        """What was saved last under this name; nothing where nothing was."""
        query = "SELECT value FROM memo WHERE account = ? AND name = ?"
        row = self.store.db.execute(query, (self.account, name)).fetchone()
        return bytes(row[0]) if row else b""

    def save(self, name: str, value: bytes) -> None:
        with self.store.transaction():
            self.store.db.execute("INSERT OR REPLACE INTO memo VALUES (?, ?, ?)", (self.account, name, value))
