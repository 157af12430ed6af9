"""The secrets of accounts, encrypted at rest, and how long each account asked us to wait."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from msgspec import json

from .secrets import Unreadable, Vault
from .store import Store, locked


class StoredSecrets:
    """The secrets of one account. What other processes save is seen at the next `load`."""

    def __init__(self, store: Store, vault: Vault, account: int) -> None:
        self.store = store
        self.vault = vault
        self.account = account

    def load(self) -> Mapping[str, str]:
        """All that can be read; what was damaged counts as missing, so that it stops this account and no other."""
        return {name: value for name, value in self._opened().items() if value is not None}

    def damaged(self) -> list[str]:
        """The names of those that are kept and cannot be opened."""
        return [name for name, value in self._opened().items() if value is None]

    def _opened(self) -> dict[str, str | None]:
        rows = self.store.db.execute("SELECT name, value FROM secret WHERE account = ? ORDER BY name", (self.account,))
        return {name: self._open(name, blob) for name, blob in rows.fetchall()}

    def _open(self, name: str, blob: bytes) -> str | None:
        try:
            return self.vault.open(blob, self._place(name))
        except Unreadable:
            return None

    def save(self, values: Mapping[str, str]) -> None:
        if not values:
            return
        with self.store.transaction(durable=True):
            for name, value in values.items():
                self.store.db.execute(
                    "INSERT INTO secret (account, name, value) VALUES (?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET value = excluded.value",
                    (self.account, name, self.vault.close(value, self._place(name))),
                )

    def take_over(self, given: Mapping[str, str]) -> None:
        """Keep what the settings give, unless it is what was last taken over from them: a newer one may stand here."""
        rows = self.store.db.execute(
            "SELECT name, taken FROM secret WHERE account = ? AND taken IS NOT NULL", (self.account,)
        )
        taken = {name: self._open(f"{name} taken", blob) for name, blob in rows.fetchall()}
        taken |= dict.fromkeys(self.damaged())  # what the settings still have mends what was damaged
        fresh = {name: value for name, value in given.items() if value and taken.get(name) != value}
        if not fresh:
            return
        self.save(fresh)
        with self.store.transaction(durable=True):
            self.store.db.executemany(
                "UPDATE secret SET taken = ? WHERE account = ? AND name = ?",
                [(self.vault.close(v, self._place(f"{n} taken")), self.account, n) for n, v in fresh.items()],
            )

    def forget(self) -> None:
        """Erase them all."""
        with self.store.transaction(durable=True):
            self.store.db.execute("DELETE FROM secret WHERE account = ?", (self.account,))

    def lock(self) -> Turn:
        folder = self.store.path.parent if self.store.path else None
        return Turn(f"{folder}/account{self.account}.lock" if folder else None)

    def _place(self, name: str) -> tuple[str, int, str]:
        return ("secret", self.account, name)


class Turn:
    """Held by one task of one process at a time; it ends with the process."""

    _tasks: dict[str, asyncio.Lock] = {}  # noqa: RUF012 - one per file, for all tasks of this process

    def __init__(self, path: str | None) -> None:
        self.path = path

    async def __aenter__(self) -> None:
        self.task = self._tasks.setdefault(f"{id(asyncio.get_running_loop())} {self.path}", asyncio.Lock())
        await self.task.acquire()
        if self.path is None:
            return
        try:
            await self._wait(self.path)
        except BaseException:  # also where we are told to end while we wait
            self.task.release()
            raise

    async def _wait(self, path: str) -> None:
        self.file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while True:
                if locked(self.file):
                    return
                await asyncio.sleep(0.05)
        except BaseException:
            os.close(self.file)
            raise

    async def __aexit__(self, *_: object) -> None:
        if self.path is not None:
            os.close(self.file)
        self.task.release()


class StoredPace:
    """How long an account asked us to wait, remembered between runs. It is read once: each request asks for it, and a
    question to the database would wait for whatever is being staged."""

    def __init__(self, store: Store, account: int) -> None:
        self.store = store
        self.account = account
        self._until: float | None = None

    def wait_until(self) -> float:
        if self._until is None:
            row = self.store.db.execute("SELECT wait_until FROM account WHERE id = ?", (self.account,)).fetchone()
            self._until = float(row[0]) if row else 0.0
        return self._until

    def hold(self, until: float) -> None:
        self._until = until
        with self.store.transaction(durable=True):
            self.store.db.execute("UPDATE account SET wait_until = ? WHERE id = ?", (until, self.account))


class StoredSource:
    """What a metadata source wants to find again, encrypted, and how long it asked us to wait."""

    def __init__(self, store: Store, vault: Vault, name: str) -> None:
        self.store = store
        self.vault = vault
        self.name = name
        self._until: float | None = None

    def load(self) -> Mapping[str, str]:
        blob = self.store.meta(f"kept:{self.name}")
        if blob is None:
            return {}
        try:
            return json.decode(self.vault.open(blob, self._place()), type=dict[str, str])
        except Unreadable:  # it signs in once more
            return {}

    def save(self, values: Mapping[str, str]) -> None:
        text = json.encode(dict(values)).decode()
        self.store.remember(f"kept:{self.name}", self.vault.close(text, self._place()))

    def wait_until(self) -> float:
        if self._until is None:
            blob = self.store.meta(f"wait:{self.name}")
            self._until = float(blob) if blob is not None else 0.0
        return self._until

    def hold(self, until: float) -> None:
        self._until = until
        self.store.remember(f"wait:{self.name}", str(until).encode())

    def _place(self) -> tuple[str, str, str]:
        return ("source", self.name, "kept")
