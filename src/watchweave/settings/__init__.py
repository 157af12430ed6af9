"""Every setting: where it is written, what it may be, and what it is when nobody says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ..core.plan import LIMITS, Limit
from ..errors import ConfigError
from .check import checked
from .defaults import ACCOUNT_VARIABLES, PROFILE_NAME, SOURCE_VARIABLES, SYNC_DIRECTIONS
from .directions import parse as parse_direction
from .entries import Entry, add_environment, from_file, from_variable, put
from .every import Every
from .folder import DATABASE, FILE, KEY, configuration_folder, make_private, settings_file
from .values import AccountSettings, Offer, Profile, Rules, Settings, offer

__all__ = [
    "DATABASE",
    "FILE",
    "KEY",
    "AccountSettings",
    "Every",
    "Offer",
    "Profile",
    "Rules",
    "Settings",
    "configuration_folder",
    "load",
    "make_private",
    "offer",
    "parse_direction",
]


def load(
    folder: Path,
    services: Mapping[str, Offer],
    environment: Mapping[str, str] = os.environ,
    limits: Mapping[str, Limit] = LIMITS,
) -> Settings:
    """What `config.yml` in this folder and the environment say together; the environment wins.

    Raises ConfigError, whose text names the key, the file and the line, at the first fault and where there is nothing.
    What is wrong with one account's options keeps nobody else out: `Settings.faults` has it.
    """
    tree = from_file(settings_file(folder))
    add_environment(tree, environment)
    _add_first_release(tree, services, environment)
    return checked(tree, folder, services, limits, Entry(environment.get("TZ") or "UTC", "TZ"))


def _has(tree: Entry, *path: str) -> bool:
    for part in path:
        if not isinstance(tree.value, dict) or part not in tree.value:
            return False
        tree = tree.value[part]
    return tree.value not in (None, {}, ())


def _add_first_release(tree: Entry, services: Mapping[str, Offer], environment: Mapping[str, str]) -> None:
    """The flat names of the first release fill what nothing else sets; accounts only where there is no profile."""
    if not _has(tree, "profiles"):
        for variable, (service, option) in ACCOUNT_VARIABLES.items():
            if service in services and (entry := _variable(variable, environment)):
                put(tree, ["profiles", PROFILE_NAME, "accounts", service, option], entry)
        if _has(tree, "profiles") and (said := environment.get("SYNC_DIRECTION")):
            direction = SYNC_DIRECTIONS.get(said.lower().replace("-", "_"), said)
            if ">" not in direction:
                words = ", ".join(SYNC_DIRECTIONS)
                raise ConfigError(f"SYNC_DIRECTION cannot be {said[:40]!r}. It may be one of {words}, or `A -> B`.")
            put(tree, ["profiles", PROFILE_NAME, "sync"], Entry(direction, "SYNC_DIRECTION"))
    for variable, path in SOURCE_VARIABLES.items():
        if (entry := _variable(variable, environment)) and not _has(tree, *path):
            put(tree, list(path), entry)
    if (minutes := environment.get("SYNC_INTERVAL_MINUTES")) and not _has(tree, "every"):
        put(tree, ["every"], Entry(f"{minutes.strip()}m", "SYNC_INTERVAL_MINUTES"))
    if (level := environment.get("LOG_LEVEL")) and not _has(tree, "log_level"):
        put(tree, ["log_level"], Entry(level, "LOG_LEVEL"))


def _variable(name: str, environment: Mapping[str, str]) -> Entry | None:
    """The variable, or the content of the file that its `_FILE` twin names."""
    for variable in (name, f"{name}_FILE"):
        if environment.get(variable):
            return from_variable(variable, environment[variable])
    return None
