"""Files that a person hands in: what they are, whose they are, and keeping them for the next sync."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from ..errors import ConfigError, ServiceError
from ..services.base import Examined, Service
from ..storage.inbox import SHORT, Handed, digest_of
from .home import AccountWish, Home, ProfileWish


class Said(Struct, frozen=True):
    """What the person says of a file: what it is, and for which account of whom. anyway: take it in although it looks
    old, or like somebody else's."""

    label: str = ""
    account: str = ""
    person: str = ""
    anyway: bool = False


class HandedIn(Struct, frozen=True):
    """A file of a service, for whom it is, and what it holds. again: the same was handed in before, and is still whole;
    check: raises where a copy cannot be used."""

    path: Path
    person: str
    account: str
    title: str
    examined: Examined
    again: bool
    check: Callable[[Path], object]

    def stands_for(self, person: str, account: str, label: str) -> bool:
        """Is it of this sort, and for this account?"""
        return (self.person, self.account, self.examined.label) == (person, account, label)

    @property
    def kept(self) -> Handed:
        """It, as if it were kept already."""
        return Handed(self.path, self.examined.label, self.examined.made, digest_of(self.path)[:SHORT])

    def keep(self, home: Home) -> None:
        """The next sync of the account takes it in. Raises ConfigError where that cannot be; what was there stays then."""
        inbox = home.inbox(self.person, self.account)
        try:
            inbox.hand_in(self.path, self.examined.label, self.examined.made, self.check)
        except ServiceError as error:
            how = "Hand in the archive as you downloaded it, or take out of the folder what is not of the export."
            raise ConfigError(
                f"{self.path.name} cannot be kept, since as an archive it could not be read. {how}"
            ) from error


def handed_in(
    home: Home, kinds: Mapping[str, type[Service]], path: Path, said: Said, beside: Sequence[HandedIn] = ()
) -> HandedIn | None:
    """What this file is and for which account; None where no service knows such a file. beside: those that the person hands
    in together with it, before it.

    Raises ConfigError where nobody can tell for which account it is, a newer one is there, or it looks old or like somebody
    else's; ServiceError where the file is one of a service and cannot be used.
    """
    zones = [ZoneInfo(person.timezone) for person in home.profile(said.person or None)]
    examined = ((name, kind.examine(path, said.label, zones[0])) for name, kind in kinds.items())
    name, found = next(((name, one) for name, one in examined if one is not None), ("", None))
    if found is None:
        return None
    person, account = _meant(home, kinds[name], name, found, said)
    together = [one.kept for one in beside if one.stands_for(person.name, account.name, found.label)]
    newest = together[-1] if together else home.inbox(person.name, account.name).newest(found.label)
    same = newest is not None and newest.digest == digest_of(path)[:SHORT]
    if newest is not None and not same and newest.made > found.made:
        this, then = f"{kinds[name].title}: {path.name} (made {_time(found.made)})", f"(made {_time(newest.made)})"
        if together:
            raise ConfigError(f"{this} is older than {newest.path.name} {then} beside it. Leave it out.")
        raise ConfigError(f"{this} is older than what was imported before {then}. Download a new one.")
    again = same and newest is not None and newest.whole
    check = partial(kinds[name].examine, said=said.label, zone=zones[0])
    if newest is not None and not same and not said.anyway:
        before = _before(kinds[name], newest, zones[0])
        if before is not None and (doubt := found.doubt(before, path.name)):
            anyway = "If it is the right one, say --anyway to take it in all the same; else download a new one."
            raise ConfigError(f"{kinds[name].title}: {doubt} {anyway}")
    return HandedIn(path, person.name, account.name, kinds[name].title, found, again, check)


def _before(kind: type[Service], newest: Handed, zone: ZoneInfo) -> Examined | None:
    """What the file before says; None where it is damaged, which this one mends."""
    try:
        return kind.examine(newest.path, newest.label, zone)
    except ServiceError:
        return None


def _time(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _meant(home: Home, kind: type[Service], name: str, found: Examined, said: Said) -> tuple[ProfileWish, AccountWish]:
    """Whose account it is for."""
    there = [
        (person, account)
        for person in home.profile(said.person or None)
        for account in person.accounts
        if account.service == name and said.account in ("", account.name)
    ]
    fitting = [(person, account) for person, account in there if _fits(account, found)]
    if len(fitting) == 1:
        return fitting[0]
    whose = " and ".join(f"{option} {value}" for option, value in found.whose.items())
    if fitting:
        names = ", ".join(f"--profile {person.name} --account {account.name}" for person, account in fitting)
        raise ConfigError(f"{kind.title}: for which account is it? Say which: {names}.")
    if there:
        raise ConfigError(f"{kind.title}: this file is of {whose}, and no account in the settings is.")
    lines = "".join(f"\n      {option}: {value}" for option, value in found.whose.items())
    raise ConfigError(
        f"This file is of {kind.title}, and the settings have no account there. Add one below `accounts:`\n\n"
        f"    {name}:{lines or ' {}'}\n\nthen import it again."
    )


def _fits(account: AccountWish, found: Examined) -> bool:
    """Has the account the options that the file is of?"""
    return all(
        str(account.options.get(option, value)).lower() == value.lower() for option, value in found.whose.items()
    )
