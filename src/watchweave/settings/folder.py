"""The configuration folder: which one it is, and that nobody else reads it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from ..errors import ConfigError

FILE = "config.yml"
DATABASE = "data/watchweave.db"
DATA = "data/*.db*"
"""The database, and what was imported."""
KEY = "secrets.key"

CONTAINER = Path("/config")
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


def configuration_folder(
    given: str | None, environment: Mapping[str, str] = os.environ, container: Path = CONTAINER
) -> Path:
    """`--config`, else WATCHWEAVE_CONFIG, else the container's folder if it exists, else the platform's own."""
    if chosen := given or environment.get("WATCHWEAVE_CONFIG"):
        return Path(chosen).expanduser()
    if container.is_dir():
        return container
    import platformdirs

    return Path(platformdirs.user_config_dir("watchweave"))


def settings_file(folder: Path) -> Path:
    """Where the settings of this folder stand. Raises ConfigError where a person took it for something else."""
    if folder.is_file():
        raise ConfigError(f"{folder} is a file. The folder in which it stands is meant: {folder.parent}")
    path, other = folder / FILE, folder / "config.yaml"
    if other.exists() and not path.exists():
        raise ConfigError(f"{other} is not read. Call it {FILE}.")
    return path


def make_private(folder: Path) -> list[str]:
    """Make the folder if need be, and close it and its files to everybody else; returns what could not be closed.

    From here on the process makes files that only their owner may read.
    """
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True)
    warnings = []
    for path in (folder, folder / "data", folder / FILE, folder / KEY, *folder.glob(DATA)):
        if path.exists() and (warning := _close(path)):
            warnings.append(warning)
    return warnings


def _close(path: Path) -> str:
    wanted = PRIVATE_FOLDER if path.is_dir() else PRIVATE_FILE
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & ~wanted & 0o777:
        return ""
    try:
        path.chmod(mode & wanted)
    except OSError as error:
        return f"{path} can be read by others, and we cannot change that: {error.strerror}. Set its mode to {wanted:o}."
    return ""
