"""The demo's stage: the household on this machine alone, and a configuration folder that leads to it."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import omdb, tmdb, tvdb
from .household import Household, household, play_out
from .omdb import Omdb
from .plex import Plex
from .server import Sandbox
from .tmdb import Tmdb
from .trakt import CLIENT, SECRET, Trakt
from .trakt_account import Account
from .tvdb import Tvdb
from .world import Clock, Work, World

MINUTE = 60
TIMEZONE = "Europe/Vienna"


class Stage:
    """The household, living now. `folder` is where its settings are; `library` says in a few words what there is."""

    def __init__(self, folder: Path, home: Household, world: World, services: tuple[Plex, Trakt]) -> None:
        self.folder = folder
        self.home = home
        self.world = world
        self.plex, self.trakt = services
        self.people = [person.name for person in home.people]

    @property
    def story(self) -> str:
        """What has been recorded there so far."""
        films, shows = (sum(w.kind == kind for w in self._shelved()) for kind in ("movie", "show"))
        people = " and ".join(name.title() for name in self.people)
        return (
            f"{people} share a media server with {films} films and {shows} shows, and each has a Trakt account. "
            f"Over the years they recorded {len(self.home.deeds):,} things, and not always in both places."
        )

    def evening(self) -> str:
        """The first person watches a film that neither of the services has seen yet; says which."""
        name = self.people[0]
        seen = {deed.uid for deed in self.home.deeds if deed.person == name}
        film = next(w for w in self._shelved() if w.kind == "movie" and w.ids and w.uid not in seen)
        with self.world.lock:
            self.plex.watch(name, film.uid)
        return f"{name.title()} has just watched {film.title} ({film.year}) on Plex."

    def _shelved(self) -> list[Work]:
        return [self.world.catalogue[shelved.uid] for shelved in self.home.library]


SOURCES = {"tmdb": (Tmdb, tmdb.KEY), "tvdb": (Tvdb, tvdb.KEY), "omdb": (Omdb, omdb.KEY)}
"""Metadata sources, each with a key that is good there."""


@contextmanager
def open_stage(folder: Path, sources: Collection[str] = ()) -> Iterator[Stage]:
    """Everything simulated, served on free ports of 127.0.0.1 until the block ends; settings are written to `folder`.
    sources: the metadata sources that there are, too."""
    home = household(end=int(time.time()) // MINUTE * MINUTE)
    world = World(home.catalogue, Clock(home.end, running=True))
    plex, trakt = play_out(home, world)
    asked = {name: SOURCES[name][0](world).hosts[0].name for name in sources}
    with Sandbox(world) as served:
        accounts = {account.name: account for account in trakt.accounts}
        profiles = {person.name: _profile(served, plex, trakt, accounts[person.name]) for person in home.people}
        metadata = {name: {"url": served.url(host), "api_key": SOURCES[name][1]} for name, host in asked.items()}
        settings = {"profiles": profiles} | ({"metadata": metadata} if metadata else {})
        (folder / "config.yml").write_text(json.dumps(settings, indent=2))  # JSON is YAML too
        yield Stage(folder, home, world, (plex, trakt))


def _profile(served: Sandbox, plex: Plex, trakt: Trakt, account: Account) -> dict[str, Any]:
    """One person's settings; those who do not own the server are users of its home."""
    grant = trakt.sign_in.grant(account, CLIENT)
    at_plex = {
        "url": served.url("plex.server"),
        "plex_tv_url": served.url("plex.tv"),
        "discover_url": served.url("plex.discover"),
        "metadata_url": served.url("plex.metadata"),
        "community_url": served.url("plex.tv"),
        "token": plex.owner.token,
    }
    if account.name != plex.owner.name:
        at_plex["user"] = account.name
    at_trakt = {
        "url": served.url("trakt.api"),
        "auth_url": served.url("trakt.auth"),
        "client_id": CLIENT,
        "client_secret": SECRET,
        "access_token": grant.access,
        "refresh_token": grant.refresh,
        "expires_at": int(grant.expires),
    }
    return {"timezone": TIMEZONE, "accounts": {"plex": at_plex, "trakt": at_trakt}}
