"""The settings as the program uses them: frozen, checked, with every default filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from ..core.plan import Limit
from .every import Every


class Rules(Struct, frozen=True):
    """How is chosen between rivals: newest, highest, lowest, ask, or the name of the account that comes first."""

    ratings: str = "newest"
    watchlist: str = "newest"
    lists: str = "newest"
    reviews: str = "ask"
    removed_plays: str = "keep"
    watched_leaves_watchlist: bool = False


class AccountSettings(Struct, frozen=True):
    """One sign-in at one service. `options` are texts as written, or tuples of texts; secrets are among them.

    faults: what is wrong with options that are left out here; each names the file and the line.
    """

    name: str
    service: str
    options: Mapping[str, str | tuple[str, ...]]
    faults: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"AccountSettings({self.name!r}, {self.service!r}, {sorted(self.options)})"


class Profile(Struct, frozen=True):
    """A person. `directions` are (giver, receiver) by account name; `shelves` None means all that the accounts have, `lists`
    None all lists."""

    name: str
    timezone: str
    accounts: tuple[AccountSettings, ...]
    directions: tuple[tuple[str, str], ...]
    shelves: tuple[str, ...] | None
    rules: Rules
    limits: Mapping[str, Limit]
    titles: str
    lists: tuple[str, ...] | None = None


class Settings(Struct, frozen=True):
    """All there is to set. `metadata` holds the options of each source by its name."""

    folder: Path
    profiles: tuple[Profile, ...]
    every: Every
    metadata: Mapping[str, Mapping[str, str]]
    log_level: str

    def faults(self, account: str = "") -> list[str]:
        """What is wrong with the options of accounts; if one is named, of those that are called so."""
        accounts = [one for profile in self.profiles for one in profile.accounts]
        return [fault for one in accounts if account in ("", one.name, one.service) for fault in one.faults]

    def __repr__(self) -> str:
        return f"Settings({str(self.folder)!r}, {[profile.name for profile in self.profiles]})"


class Offer(Struct, frozen=True):
    """What a service lets a person set: its options, what those of them may be, and its shelves as people know them.

    single: what signs in, each one value. copied: those of them that the service made up, to be copied as they are.
    """

    options: frozenset[str]
    addresses: frozenset[str] = frozenset({"url"})
    shelves: frozenset[str] = frozenset()
    single: frozenset[str] = frozenset()
    copied: frozenset[str] = frozenset()


class Named(Protocol):
    """A field of a service's sign-in or settings."""

    @property
    def name(self) -> str: ...
    @property
    def secret(self) -> bool: ...
    @property
    def required(self) -> bool: ...


def offer(sign_in: Iterable[Named], settings: Iterable[Named], hosts: Iterable[str], shelves: Iterable[str]) -> Offer:
    """The offer of a service class, from its `sign_in`, `settings`, `hosts` and `shelf_types`."""
    addresses = frozenset({"url", *hosts})
    single = {field.name: field.secret or field.required for field in sign_in}
    names = {field.name for field in settings} | single.keys()
    copied = frozenset(name for name, is_copied in single.items() if is_copied)
    public = frozenset(shelves) - {"watched"}  # the flag goes with history
    return Offer(addresses | names, addresses, public, frozenset(single), copied)
