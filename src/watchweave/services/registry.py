"""Finds services by name; built-in ones and installed plugins come in by the same entry point."""

from __future__ import annotations

from importlib.metadata import entry_points

from ..errors import ConfigError
from .base import Service

GROUP = "watchweave.services"


def names() -> list[str]:
    """The names of all services there are."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def service(name: str) -> type[Service]:
    """The service of this name; its code is loaded only now."""
    for point in entry_points(group=GROUP, name=name):
        found = point.load()
        if isinstance(found, type) and issubclass(found, Service):
            return found
        raise ConfigError(f"{point.value} is no service.")
    raise ConfigError(f'There is no service "{name}". Known are: {", ".join(names())}.')
