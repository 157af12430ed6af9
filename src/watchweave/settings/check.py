"""From what was written to the settings: every key, word, name and number is checked, and a fault names its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from msgspec.structs import replace

from ..core.plan import Limit
from ..errors import ConfigError
from . import directions, every
from .defaults import EXAMPLE, METADATA, OPTION_WORDS
from .entries import Entry, children
from .folder import FILE
from .table import ACCOUNT, PROFILE, RULES, TOP, Setting
from .values import AccountSettings, Offer, Profile, Rules, Settings

NAME = re.compile(r"\w[\w.\- ]*")
LONGEST = 200
"""Characters of what was written that a fault repeats."""
Texts = str | tuple[str, ...]


def checked(
    tree: Entry, folder: Path, services: Mapping[str, Offer], limits: Mapping[str, Limit], timezone: Entry
) -> Settings:
    """The settings in this tree. Raises ConfigError at the first fault, but for those of an account's own options."""
    found = known(tree, "", TOP)
    if not found.get("profiles") or not found["profiles"].value:
        raise ConfigError(
            f"There are no accounts yet. Write {folder / FILE}, for example:\n\n{EXAMPLE}\n"
            "then sign in to each account: `watchweave login ACCOUNT`. To look around without any account, run `watchweave demo`."
        )
    profiles = [
        profile(name, entry, services, limits, timezone)
        for name, entry in children(found.get("profiles"), "profiles")
        if named(name, entry)
    ]
    return Settings(
        folder=folder,
        profiles=tuple(profiles),
        every=schedule(found.get("every")),
        metadata=metadata(found.get("metadata")),
        log_level=choice(found.get("log_level"), TOP, "log_level"),
    )


def known(entry: Entry | None, path: str, settings: Iterable[Setting]) -> dict[str, Entry]:
    """The entries below this one; every key must be the name of a setting."""
    names = [setting.name for setting in settings]
    return known_names(entry, path, names)


def known_names(entry: Entry | None, path: str, names: Iterable[str]) -> dict[str, Entry]:
    names = list(names)
    found = dict(children(entry, path or "the file"))
    for name, child in found.items():
        if name not in names:
            where = f" of {path}" if path else ""
            fault(child, f"{name} is no setting{where}", nearest(name, names))
    return {name: child for name, child in found.items() if child.value is not None}


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint: the word that was probably meant, or all that there are."""
    words = sorted(words)
    if close := difflib.get_close_matches(word.lower(), words, 1):
        return f"Did you mean {close[0]}?"
    return f"There is: {', '.join(words)}." if words else ""


def fault(entry: Entry, what: str, hint: str = "") -> NoReturn:
    """A sentence of a readable length, however long what was written is."""
    what = what if len(what) <= LONGEST else f"{what[:LONGEST]}…"
    raise ConfigError(f"{entry.place}: {what}. {hint}".rstrip())


def text(entry: Entry, what: str) -> str:
    if not isinstance(entry.value, str) or not entry.value:
        fault(entry, f"{what} must be a single value")
    return entry.value


def texts(entry: Entry, what: str) -> tuple[str, ...]:
    """A list, or one text with commas."""
    if isinstance(entry.value, str):
        return tuple(filter(None, (part.strip() for part in entry.value.split(","))))
    if not isinstance(entry.value, tuple):
        fault(entry, f"{what} must be a list, `[a, b]`")
    return tuple(text(item, what) for item in entry.value)


def choice(entry: Entry | None, settings: Iterable[Setting], name: str, more: Iterable[str] = ()) -> str:
    """One of the words that this setting knows, or of those given; else its default."""
    setting = next(setting for setting in settings if setting.name == name)
    if entry is None:
        return setting.default
    word, words = text(entry, name), {*setting.choices, *more}
    if word not in words and (word := word.lower()) not in words:
        fault(entry, f"{name} cannot be {word!r}", nearest(word, words))
    return word


def named(name: str, entry: Entry) -> bool:
    if not NAME.fullmatch(name):
        fault(entry, f"{name!r} is no good name", "Names have letters, digits, spaces, dots, dashes and underscores.")
    return True


def schedule(entry: Entry | None) -> every.Every:
    if entry is None:
        return every.parse(next(setting.default for setting in TOP if setting.name == "every"))
    try:
        return every.parse(text(entry, "every"))
    except ValueError as error:
        fault(entry, f"every: {error}")


def metadata(entry: Entry | None) -> dict[str, dict[str, str]]:
    sources = known_names(entry, "metadata", METADATA)
    return {
        source: {
            name: address(child, name) if name == "url" else text(child, name)
            for name, child in known(below, f"metadata.{source}", METADATA[source]).items()
        }
        for source, below in sources.items()
    }


def profile(
    name: str, entry: Entry, services: Mapping[str, Offer], limits: Mapping[str, Limit], timezone: Entry
) -> Profile:
    """One person's settings; `timezone` is where to look if they say none."""
    path = f"profiles.{name}"
    found = known(entry, path, PROFILE)
    accounts = tuple(
        account(own, child, path, services)
        for own, child in children(found.get("accounts"), f"{path}.accounts")
        if named(own, child)
    )
    if not accounts:
        fault(entry, f"{path} has no accounts", "Write at least one below `accounts:`.")
    names = tuple(one.name for one in accounts)
    shelves = found.get("shelves")
    offered = {shelf for one in accounts for shelf in services[one.service].shelves}
    return Profile(
        name=name,
        timezone=zone(found.get("timezone", timezone)),
        accounts=accounts,
        directions=heard(found.get("sync"), names),
        shelves=known_shelves(shelves, offered, path) if shelves else None,
        rules=rules(found.get("rules"), f"{path}.rules", names),
        limits=raised(found.get("limits"), f"{path}.limits", limits),
        titles=choice(found.get("titles"), PROFILE, "titles"),
        lists=chosen_lists(found.get("lists"), shelves),
    )


def account(name: str, entry: Entry, path: str, services: Mapping[str, Offer]) -> AccountSettings:
    """One account; what else may be set is the service's to say."""
    path = f"{path}.accounts.{name}"
    if name in RULES[0].choices:
        fault(entry, f"{name} is the name of a rule", "Give the account another name and write `service:` below it.")
    found = dict(children(entry, path))
    own = found.pop("service", None)
    service = text(own, "service") if own and own.value is not None else name
    if service not in services:
        fault(own or entry, f"there is no service {service}", nearest(service, services))
    offered = services[service]
    known_names(entry, path, {*offered.options, *(setting.name for setting in ACCOUNT)})
    options: dict[str, Texts] = {}
    faults = []
    for option, child in found.items():
        try:
            if child.value is not None:
                options[option] = value_of(child, option, f"{option} of {path}", offered)
        except ConfigError as wrong:
            faults.append(str(wrong))
    return AccountSettings(name, service, options, tuple(faults))


def value_of(entry: Entry, option: str, what: str, offered: Offer) -> Texts:
    """The value of an account's option, of the kind that its service and its name say."""
    if option in offered.addresses:
        return address(entry, what)
    if isinstance(entry.value, tuple) and option not in {*offered.single, *OPTION_WORDS}:
        return texts(entry, what)
    value, words = text(entry, what), OPTION_WORDS.get(option)
    if words and value.lower() not in words:
        fault(entry, f"{what} must be {' or '.join(words[:2])}")
    if option in offered.copied and value != value.strip():
        fault(entry, f"{what} begins or ends with a space", "Take it away.")
    if option in offered.copied and not (value.isascii() and value.isprintable()):
        fault(entry, f"{what} has a character that no token has, perhaps a curly quote", "Copy it once more.")
    return value


def address(entry: Entry, what: str) -> str:
    """An address, without showing it: it may hold a password."""
    value = text(entry, what)
    try:
        url = urlsplit(value)
        odd = url.username is not None or url.query or url.port == 0  # asking for the port may raise
    except ValueError:
        odd = True
    if odd or url.scheme not in ("http", "https") or not url.hostname or re.search(r"\s", value):
        fault(entry, f"{what} must be an address like https://host or http://host:port", "No name or password in it.")
    return value


def zone(entry: Entry) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

    name = text(entry, "timezone").removeprefix(":")  # POSIX writes TZ=:Europe/Paris
    if name == "UTC":
        return name
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zones = {zone.lower(): zone for zone in available_timezones()}
        close = difflib.get_close_matches(name.lower(), zones, 1)
        hint = f"Did you mean {zones[close[0]]}?" if close else "Write an IANA name such as Europe/Paris."
        fault(entry, f"there is no time zone {name!r}", hint)
    return name


def heard(entry: Entry | None, accounts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Who hears whom; without a word, everybody hears everybody."""
    if entry is None:
        return tuple((giver, receiver) for giver in accounts for receiver in accounts if giver != receiver)
    if isinstance(entry.value, str):
        lines = [Entry(line, entry.place) for line in entry.value.split(";") if line.strip()]
    elif isinstance(entry.value, tuple):
        lines = list(entry.value)
    else:
        fault(entry, "sync must be a list of directions, such as `- A <-> B`")
    if not lines:
        example = " -> ".join(accounts[:2]) if accounts[1:] else "A -> B"
        fault(
            entry,
            "sync names no direction, so nobody would hear anybody",
            f"Leave it out for everybody to hear everybody, or say who hears whom: `[{example}]`.",
        )
    pairs: dict[tuple[str, str], None] = {}
    for line in lines:
        try:
            pairs.update(dict.fromkeys(directions.parse(text(line, "a direction"), accounts)))
        except directions.Unknown as error:
            fault(line, str(error), nearest(error.name, accounts))
        except ValueError as error:
            fault(line, str(error))
    return tuple(pairs)


def known_shelves(entry: Entry, offered: Iterable[str], path: str) -> tuple[str, ...]:
    shelves = texts(entry, "shelves")
    for shelf in shelves:
        if shelf not in offered:
            fault(entry, f"no account of {path} has a shelf {shelf}", nearest(shelf, offered))
    if not shelves:
        fault(entry, "shelves names none", "Leave it out to sync all.")
    return shelves


def chosen_lists(entry: Entry | None, shelves: Entry | None) -> tuple[str, ...] | None:
    """The titles of the lists that are wanted; None: all."""
    if entry is None or entry.value is None:
        return None
    if shelves is None or "lists" not in texts(shelves, "shelves"):
        fault(entry, "lists says which, but shelves does not name lists", "Write `shelves:` with lists among them.")
    return texts(entry, "lists")


def rules(entry: Entry | None, path: str, accounts: tuple[str, ...]) -> Rules:
    found = known(entry, path, RULES)
    words = {
        setting.name: choice(found.get(setting.name), RULES, setting.name, accounts if setting.kind == "rule" else ())
        for setting in RULES
    }
    return Rules(**{**words, "watched_leaves_watchlist": words["watched_leaves_watchlist"] == "true"})  # type: ignore[arg-type]


def raised(entry: Entry | None, path: str, limits: Mapping[str, Limit]) -> dict[str, Limit]:
    """The limits with those raised that a person raised; what a day may bring rises with what a run may bring."""
    result = dict(limits)
    for name, child in known_names(entry, path, limits).items():
        found = re.fullmatch(r"(\d{1,9})\s*(%?)", text(child, name))
        if not found:
            fault(child, f"{name} must be a whole number or a percentage such as 20%")
        number, limit = int(found[1]), limits[name]
        least, unit = (limit.share, " %") if found[2] else (limit.most, "")
        if number < least or (unit and number > 100):
            top = " and at most 100 %" if unit else ""
            fault(child, f"{name} can only be raised", f"It must be at least {least}{unit}{top}.")
        if unit:
            result[name] = replace(limit, share=number, share_a_day=max(limit.share_a_day, min(100, 2 * number)))
        else:
            result[name] = replace(limit, most=number, most_a_day=max(limit.most_a_day, 2 * number))
    return result
