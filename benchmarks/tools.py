"""The tools that are measured: how each is told where the simulated services are, and how it is asked for a sync."""

from __future__ import annotations

import json
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from measure import Asked, Served

HERE = Path(__file__).parent
ROOT = HERE.parent
BUILD = ROOT / "build"


class Tool(ABC):
    """One tool with its own folder. `sizes`: the worlds it is measured with."""

    name: str
    sizes: tuple[str, ...] = ("small", "large")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)

    @abstractmethod
    def prepare(self, where: Mapping[str, Any]) -> None:
        """Write the settings that lead to the services at these addresses."""

    @property
    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """What carries out one sync."""

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the person who measures: no home, no proxies, no settings."""
        return {"HOME": str(self.folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


class WatchWeave(Tool):
    name = "watchweave"

    def prepare(self, where: Mapping[str, Any]) -> None:
        hosts = where["hosts"]
        plex = {
            "url": hosts["plex.server"],
            "plex_tv_url": hosts["plex.tv"],
            "discover_url": hosts["plex.discover"],
            "metadata_url": hosts["plex.metadata"],
            "community_url": hosts["plex.tv"],
            "token": where["plex"],
        }
        trakt = {
            "url": hosts["trakt.api"],
            "auth_url": hosts["trakt.auth"],
            "client_id": where["client"],
            "client_secret": where["secret"],
            "access_token": where["access"],
            "refresh_token": where["refresh"],
            "expires_at": where["expires"],
        }
        profile = {"timezone": "UTC", "accounts": {"plex": plex, "trakt": trakt}}
        settings = {"profiles": {where["name"]: profile}}
        (self.folder / "config.yml").write_text(json.dumps(settings, indent=2))  # JSON is YAML too

    @property
    def command(self) -> Sequence[str | Path]:
        return [Path(sys.executable).parent / "watchweave", "--config", self.folder, "sync", "--json", "--yes"]


class Floor(Tool):
    """Downloads and decodes, and that is all: the pages that somebody else's sync asked for."""

    name = "floor"

    def prepare(self, where: Mapping[str, Any]) -> None:
        """There are no settings: `take` says what to load."""

    def take(
        self, readings: Sequence[tuple[str, str, dict[str, str]]], access: tuple[str, str], served: Served
    ) -> None:
        """These readings (host, path, headers), from this world; `access`: the token in them and the one here."""
        services: dict[str, list[dict[str, Any]]] = {}
        for host, path, headers in readings:
            signed = {name: value.replace(*access) for name, value in headers.items()}
            page = {"url": served.where["hosts"][host] + path, "headers": signed, "rows": rows(host, path)}
            services.setdefault(host.partition(".")[0], []).append(page)
        (self.folder / "pages.json").write_text(json.dumps(services))

    @property
    def command(self) -> Sequence[str | Path]:
        return [sys.executable, HERE / "floor.py", self.folder / "pages.json"]


def rows(host: str, path: str) -> str:
    """How an answer is decoded: as rows of one of the services, or as whatever it is."""
    if host == "trakt.api" and path.startswith(("/sync/history?", "/sync/ratings?", "/sync/watchlist?")):
        return "trakt"
    return "plex" if host.startswith("plex") and path.startswith(("/library/sections/", "/status/")) else "any"


def by_request(asked: Sequence[Asked]) -> str:
    """The requests as a list to look at."""
    return "\n".join(f"{a.host} {a.method} {a.path}?{a.query} {a.status} {a.bytes}" for a in asked)
