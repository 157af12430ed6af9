"""The composition root: settings, storage, services, engine and commands, put together. The only room that knows everybody."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from . import settings
from .engine.home import AccountWish, Home
from .errors import ConfigError, StorageError
from .services.base import Pace, Secrets, Service
from .services.registry import names, service
from .storage.credentials import StoredPace, StoredSecrets
from .storage.matches import Matches
from .storage.secrets import Vault, load_key
from .storage.store import Store, Writer, open_store


def read_settings(folder: Path) -> settings.Settings:
    """The settings of a folder, checked against what the services offer."""
    kinds = {name: service(name) for name in names()}
    offers = {name: settings.offer(k.sign_in, k.settings, k.hosts, k.shelf_types) for name, k in kinds.items()}
    return settings.load(folder, offers)


@contextmanager
def open_home(folder: Path, *, writes: str = "") -> Iterator[Home]:
    """The home in this folder. `writes` names the command that will write: it then is the only one, or waits."""
    chosen = read_settings(folder)
    for warning in settings.make_private(folder):
        print(warning, file=sys.stderr)
    path = folder / settings.DATABASE
    writer = Writer(path, writes) if writes else None
    if writer:
        writer.take()
    try:
        store = open_store(path, unclean=bool(writer and writer.unclean))
        vault = _vault(folder, store)
        yield Home(
            chosen.profiles,
            store,
            open_account,
            lambda account: StoredSecrets(store, vault, account),
            lambda account: StoredPace(store, account),
        )
        store.close()
    finally:
        if writer:
            writer.give_back()


def _vault(folder: Path, store: Store) -> Vault:
    stamp = store.meta("key")
    vault = Vault(load_key(folder, first=stamp is None))
    vault.confirm(stamp)
    if stamp is None:
        store.remember("key", vault.stamp())
    return vault


def open_account(wish: AccountWish, secrets: Secrets, pace: Pace, known: Matches) -> tuple[Service, AsyncExitStack]:
    """The service of an account, with its way out, its sign-in and its pace."""
    from .services.http import Http

    kind = service(wish.service)
    hidden = {field.name for field in kind.sign_in}
    given = {name: value for name, value in wish.options.items() if name in hidden and isinstance(value, str)}
    if isinstance(secrets, StoredSecrets):
        secrets.take_over(given)
    hosts = {"url": kind.base_url, **kind.hosts}
    hosts |= {name: value for name, value in wish.options.items() if name in hosts and isinstance(value, str)}
    http = Http(
        kind.title, {n: base for n, base in hosts.items() if base}, kind.signer(secrets), pace, limits=kind.limits
    )  # type: ignore[attr-defined]
    stack = AsyncExitStack()
    stack.push_async_exit(http.__aexit__)
    return kind(http, wish.options, known), stack


def main() -> None:
    """The command line."""
    from .cli import run

    run(open_home, read_settings)


__all__ = ["ConfigError", "StorageError", "main", "open_account", "open_home", "read_settings"]
