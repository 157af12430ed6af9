"""The composition root: settings, storage, services, engine and commands, put together. The only room that knows everybody."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from .errors import WatchWeaveError

if TYPE_CHECKING:  # what a command does not need is not loaded
    from .engine.home import AccountWish, Home
    from .metadata.base import Source
    from .sandbox.demo import Stage
    from .services.base import Desk, Pace, Secrets, Service
    from .settings import Settings
    from .storage.matches import Matches
    from .storage.secrets import Vault
    from .storage.store import Store, Writer

log = logging.getLogger("watchweave")
ANEW = "anew"
"""What a database remembers of having been made where one was missing."""
PATIENCE = 60.0
"""Seconds that a second writing command waits for the first."""


def read_settings(folder: Path) -> Settings:
    """The settings of a folder, checked against what the services offer."""
    from . import settings
    from .services.registry import names, service

    kinds = {name: service(name) for name in names()}
    offers = {name: settings.offer(k.sign_in, k.settings, k.hosts, k.shelf_types) for name, k in kinds.items()}
    return settings.load(folder, offers)


@contextmanager
def open_home(folder: Path, *, writes: str = "", patience: float = PATIENCE) -> Iterator[Home]:
    """The home in this folder. `writes` names the command that will write: it then is the only one, or waits."""
    from . import settings
    from .engine.home import Home
    from .services.registry import service
    from .storage.credentials import StoredPace, StoredSecrets
    from .storage.store import Writer, open_store, told_reading

    chosen = read_settings(folder)
    if log.level == logging.NOTSET:
        log.setLevel(chosen.log_level.upper())
    for warning in settings.make_private(folder):
        log.warning(warning)
    path = folder / settings.DATABASE
    writer = Writer(path, writes) if writes else None
    if writer:
        writer.take(patience, _waiting(writer, patience))
    try:
        with told_reading(path):
            store = open_store(path, unclean=bool(writer and writer.unclean))
            vault = _vault(folder, store)
            home = Home(
                chosen.profiles,
                store,
                open_account,
                lambda account: StoredSecrets(store, vault, account),
                lambda account: StoredPace(store, account),
                service,
                partial(open_sources, folder, chosen.metadata, vault, set(), store),
            )
            home.folder = folder
            home.enrol()
            if warning := _anew(store, path):
                log.warning(warning)
            yield home
            store.close()
    finally:
        if writer:
            writer.give_back()


def _waiting(writer: Writer, patience: float) -> Callable[[float], None]:
    """Waits as told, and says once for whom."""
    told: list[str] = []

    def wait(seconds: float) -> None:
        if not told:
            told.append(writer.holder())
            log.warning("Another command is writing: %s. Waiting for it, up to %.0f s.", told[0], patience)
        time.sleep(seconds)

    return wait


def _vault(folder: Path, store: Store) -> Vault:
    from .storage.secrets import KEY_FILE, Vault, load_key

    stamp = store.meta("key")
    there_before = (folder / KEY_FILE).exists()
    vault = Vault(load_key(folder, first=stamp is None))
    vault.confirm(stamp)
    if stamp is None:
        store.remember("key", vault.stamp())
        if there_before:
            store.remember(ANEW, b"")
    return vault


def _anew(store: Store, path: Path) -> str:
    """What to know where the database was gone though the key was there; it is said until a sync has begun anew."""
    from .storage.backups import copies

    if store.meta(ANEW) is None or store.db.execute("SELECT 1 FROM run LIMIT 1").fetchone():
        return ""
    newest = copies(path)[-1:]
    back = (
        f"To go on where you were, stop now, and copy {newest[0]} to {path}." if newest else "There is no copy of it."
    )
    return (
        f"The database {path} was missing or empty; this is a new one. Nothing is lost at your services, and the next sync"
        " recognises what was written there. But past runs cannot be undone any more, and sign-ins may have to be made"
        f" again. {back}"
    )


def open_account(
    wish: AccountWish, secrets: Secrets, pace: Pace, known: Matches, desk: Desk
) -> tuple[Service, AsyncExitStack]:
    """The service of an account, with its way out, its sign-in and its pace."""
    from .services.http import Http
    from .services.registry import service
    from .storage.credentials import StoredSecrets

    kind = service(wish.service)
    hidden = {field.name for field in kind.sign_in}
    given = {name: value for name, value in wish.options.items() if name in hidden and isinstance(value, str)}
    if isinstance(secrets, StoredSecrets):
        secrets.take_over(given)
        if lost := secrets.damaged():
            log.warning('The saved %s of "%s" cannot be opened any more: damaged.', " and ".join(lost), wish.name)
    hosts = {"url": kind.base_url, **kind.hosts}
    hosts |= {name: value for name, value in wish.options.items() if name in hosts and isinstance(value, str)}
    used = {name: base for name, base in hosts.items() if base}
    http = Http(kind.title, used, kind.signer(secrets), pace, limits=kind.limits)
    stack = AsyncExitStack()
    stack.push_async_exit(http.__aexit__)
    return kind(http, wish.options, known, desk), stack


def recognise(folder: Path, files: Sequence[Path]) -> Sequence[Any]:
    """What of these files can be imported into this folder; ConfigError where one cannot."""
    from .metadata.imports import recognised

    return recognised(folder / IMPORTS, files)


def open_sources(
    folder: Path, chosen: Mapping[str, Mapping[str, str]], vault: Vault, warned: set[str], store: Store
) -> tuple[Sequence[Source], AsyncExitStack]:
    """The metadata sources that there are, those first that are to be asked first: what was imported, which costs no
    request, then those of the settings for which there is a key. `warned` remembers what was complained of."""
    from .services.http import Http
    from .storage.credentials import StoredSource

    stack = AsyncExitStack()
    found = [*_open_imported(folder, stack, warned)]
    for name in [name for name in SOURCES if chosen.get(name, {}).get("api_key")]:
        kind: type[Source] = resolve_name(SOURCES[name])
        options, kept = chosen[kind.name], StoredSource(store, vault, kind.name)
        hosts = {"url": options.get("url", kind.base_url)}
        http = Http(kind.title, hosts, kind.signer(options, kept), kept, limits=kind.limits)
        stack.push_async_exit(http.__aexit__)
        found.append(kind(http, options))
    return found, stack


def _open_imported(folder: Path, stack: AsyncExitStack, warned: set[str]) -> Iterator[Source]:
    """What was imported, and is closed with the stack. One that is damaged, or too old, is told once and left out."""
    for name, where in IMPORTED.items():
        if (path := folder / IMPORTS / name).exists():
            try:
                source = resolve_name(where)(path)
            except WatchWeaveError as problem:
                if name not in warned:
                    log.warning("%s Until then it is not asked.", problem)
                warned.add(name)
            else:
                stack.callback(source.close)
                yield source


IMPORTS = "data"
"""The folder of what was imported."""
IMPORTED = {
    "imdb.db": "watchweave.metadata.imdb_datasets:ImdbDatasets",
    "anime.db": "watchweave.metadata.anime:AnimeLists",
}
"""In the order in which they are asked; what was not imported is not loaded."""
SOURCES = {
    "tmdb": "watchweave.metadata.tmdb:Tmdb",
    "tvdb": "watchweave.metadata.tvdb:Tvdb",
    "omdb": "watchweave.metadata.omdb:Omdb",
}
"""In the order in which they are asked; what is not in the settings is not loaded."""


def open_stage(folder: Path) -> AbstractContextManager[Stage]:
    """The demo's household, with its settings in this folder."""
    from .sandbox import demo

    return demo.open_stage(folder)


def main() -> None:
    """The command line, and the last to see a fault of ours."""
    if sys.argv[1:] == ["--version"]:
        from . import __version__

        print(f"watchweave {__version__}")  # noqa: T201 - before anything is loaded
        return
    from .cli import Tools, run

    try:
        code = run(Tools(open_home, read_settings, open_stage, recognise), sys.argv[1:])
    except Exception as fault:
        log.debug("The fault:", exc_info=True)
        said = f"{type(fault).__name__}: {fault}".replace("\n", " ") if str(fault) else type(fault).__name__
        log.error(
            "WatchWeave made a mistake (%s). Run the same with -v and report what it says; nothing is lost.", said
        )
        code = 1
    sys.exit(code)
