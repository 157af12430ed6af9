"""The demo's stage: the household on this machine alone, and a configuration folder that leads to it."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from . import omdb, tmdb, tvdb
from .deeds import MINUTE, TIMEZONE, Deed
from .household import Household, household
from .omdb import Omdb
from .playing import Services, play_out
from .server import Sandbox
from .tmdb import Tmdb
from .trakt import CLIENT, SECRET
from .tvdb import Tvdb
from .world import Clock, World

DOWNLOADS, OUTBOX = "downloads", "outbox"
"""Folders beside the settings: what the first person downloaded, and what waits for her there."""
DIRECTIONS = ("plex <-> trakt", "letterboxd <-> trakt", "imdb <-> trakt", "serializd -> trakt")
"""Serializd is heard only: to be told of the years before she joined would take it five minutes, one request a play."""


class Stage:
    """The household, living now. `folder` is where its settings are."""

    def __init__(self, folder: Path, home: Household, services: Services, served: Sandbox) -> None:
        self.folder = folder
        self.home = home
        self.world = served.world
        self.services = services
        self.people = [person.name for person in home.people]
        self.site = served.url("letterboxd-site")

    @property
    def story(self) -> str:
        """What has been recorded there so far."""
        library = [self.world.catalogue[shelved.uid] for shelved in self.home.library]
        films, shows = (sum(work.kind == kind for work in library) for kind in ("movie", "show"))
        people = " and ".join(name.title() for name in self.people)
        return (
            f"{people} share a media server with {films} films and {shows} shows, and each has a Trakt account. "
            f"{self.people[0].title()} also has a diary at Letterboxd, rates at IMDb, and logs episodes at Serializd. "
            f"Over the years they recorded {len(self.home.deeds):,} things, and not always in every place."
        )

    def evening(self) -> str:
        """The first person watches a film that no service has seen yet, and logs it in her diary; says which."""
        name = self.people[0]
        seen = {deed.uid for deed in self.home.deeds if deed.person == name}
        shelved = [self.world.catalogue[one.uid] for one in self.home.library if one.names == "new"]
        film = next(work for work in shelved if work.kind == "movie" and work.uid not in seen)
        with self.world.lock:
            self.services.plex.watch(name, film)
            self.services.do(Deed(name, "letterboxd", "watch", film.uid, int(self.world.now())))
        return f"{name.title()} has just watched {film.title} ({film.year}) on Plex, and logged it at Letterboxd."

    def download(self) -> list[Path]:
        """The first person downloads an export from each service that wants to be read by files."""
        folder = self.folder / DOWNLOADS
        folder.mkdir(exist_ok=True)
        answer = httpx2.get(self.export_address, trust_env=False).raise_for_status()
        name = answer.headers["Content-Disposition"].split('"')[1]
        with self.world.lock:
            ratings = self.services.imdb.members[0].export("ratings")
        files = {folder / name: answer.content, folder / "ratings.csv": ratings}
        for path, content in files.items():
            path.write_bytes(content)
        return list(files)

    def carry(self) -> str:
        """The first person uploads to Letterboxd what waits for it, and types into IMDb what waits for that."""
        for path in sorted((self.folder / OUTBOX).glob("letterboxd-*.csv")):
            content = path.read_bytes()
            httpx2.post(self.upload_address(path.name), content=content, trust_env=False).raise_for_status()
        imdb, member = self.services.imdb, self.services.imdb.members[0]
        for path in sorted((self.folder / OUTBOX).glob("imdb-*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as file, self.world.lock:
                for row in csv.DictReader(file):
                    if title := imdb.titles.find(row["Const"]):
                        member.rate(title.work, int(row["Your Rating"]))
        return f"{self.people[0].title()} has uploaded what waited for Letterboxd, and typed into IMDb what waited for that."

    @property
    def export_address(self) -> str:
        """Where a new export of the diary can be downloaded."""
        return f"{self.site}/data/export?member={self.people[0]}"

    def upload_address(self, name: str = "") -> str:
        """Where a file of this name, from the outbox, can be uploaded."""
        kind = "watchlist" if "-watchlist-" in name else "diary"
        return f"{self.site}/import/upload?member={self.people[0]}&of={kind}"


SOURCES = {"tmdb": (Tmdb, tmdb.KEY), "tvdb": (Tvdb, tvdb.KEY), "omdb": (Omdb, omdb.KEY)}
"""Metadata sources, each with a key that is good there."""


@contextmanager
def open_stage(folder: Path, sources: Collection[str] = ()) -> Iterator[Stage]:
    """Everything simulated, served on free ports of 127.0.0.1 until the block ends; settings are written to `folder`.
    sources: the metadata sources that there are, too."""
    home = household(end=int(time.time()) // MINUTE * MINUTE)
    world = World(home.catalogue, Clock(home.end, running=True))
    services = play_out(home, world)
    asked = {name: SOURCES[name][0](world).hosts[0].name for name in sources}
    with Sandbox(world) as served:
        profiles = {person.name: _profile(served, services, person.name) for person in home.people}
        metadata = {name: {"url": served.url(host), "api_key": SOURCES[name][1]} for name, host in asked.items()}
        settings = {"profiles": profiles} | ({"metadata": metadata} if metadata else {})
        (folder / "config.yml").write_text(json.dumps(settings, indent=2))  # JSON is YAML too
        yield Stage(folder, home, services, served)


def _profile(served: Sandbox, services: Services, name: str) -> dict[str, Any]:
    """One person's settings."""
    accounts = {"plex": _plex(served, services, name), "trakt": _trakt(served, services, name)}
    if name not in services.serializd.members:
        return {"timezone": TIMEZONE, "accounts": accounts}
    member = services.serializd.members[name]
    accounts |= {
        "letterboxd": {"username": name, "site_url": served.url("letterboxd-site")},
        "imdb": {},
        "serializd": {
            "url": f"{served.url('serializd')}/api",
            "mobile_url": f"{served.url('serializd-mobile')}/mobile",
            "token": services.serializd.sign_in.token(member),
            "username": name,
        },
    }
    return {"timezone": TIMEZONE, "accounts": accounts, "sync": DIRECTIONS}


def _plex(served: Sandbox, services: Services, name: str) -> Mapping[str, str]:
    """Those who do not own the server are users of its home."""
    owner = services.plex.owner
    hosts = {"url": "plex.server", "plex_tv_url": "plex.tv", "discover_url": "plex.discover"}
    hosts |= {"metadata_url": "plex.metadata", "community_url": "plex.tv"}
    whose = {} if name == owner.name else {"user": name}
    return {option: served.url(host) for option, host in hosts.items()} | {"token": owner.token} | whose


def _trakt(served: Sandbox, services: Services, name: str) -> Mapping[str, str | int]:
    account = next(account for account in services.trakt.accounts if account.name == name)
    grant = services.trakt.sign_in.grant(account, CLIENT)
    return {
        "url": served.url("trakt.api"),
        "auth_url": served.url("trakt.auth"),
        "client_id": CLIENT,
        "client_secret": SECRET,
        "access_token": grant.access,
        "refresh_token": grant.refresh,
        "expires_at": int(grant.expires),
    }
