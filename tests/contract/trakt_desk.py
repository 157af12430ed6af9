"""A person with a simulated Trakt account, and the adapter signed in as her."""

from __future__ import annotations

import asyncio
import json

import httpx2

from watchweave.core.media import Kind, Media
from watchweave.errors import Incomplete
from watchweave.sandbox.server import transport
from watchweave.sandbox.trakt import CLIENT, SECRET, Options
from watchweave.sandbox.trakt import Trakt as Simulated
from watchweave.sandbox.world import World, invented
from watchweave.services.http import Clock, Http
from watchweave.services.trakt import Trakt

KINDS = {"movie": Kind.MOVIE, "show": Kind.SHOW, "season": Kind.SEASON, "episode": Kind.EPISODE}
HOUR, DAY = 3600, 86_400


class Vault:
    def __init__(self, grant):
        self.values = {"client_id": CLIENT, "client_secret": SECRET}
        self.values |= {"access_token": grant.access, "refresh_token": grant.refresh}
        self._lock = None

    def load(self):
        return dict(self.values)

    def save(self, values):
        self.values.update(values)

    def lock(self):
        self._lock = self._lock or asyncio.Lock()
        return self._lock


class WorldTime(Clock):
    """The world's time; sleeping moves it."""

    def __init__(self, world):
        self.world = world
        self.waits = []

    def now(self):
        return self.world.now()

    def steady(self):
        return self.world.now()

    async def sleep(self, seconds):
        self.waits.append(seconds)
        self.world.clock.advance(seconds)


class Pace:
    def __init__(self):
        self.until = 0.0

    def wait_until(self):
        return self.until

    def hold(self, until):
        self.until = until


class Known:
    """What the engine has identified already."""

    def __init__(self, keys=()):
        self.keys = set(keys)

    def unknown(self, keys):
        return set(keys) - self.keys


class Rewriting(httpx2.AsyncBaseTransport):
    """Answers of the simulated world, some of them changed on the way."""

    def __init__(self, inner, changes):
        self.inner, self.changes = inner, changes

    async def handle_async_request(self, request):
        response = await self.inner.handle_async_request(request)
        change = self.changes.get(request.url.path)
        if change is None:
            return response
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return httpx2.Response(response.status_code, headers=headers, json=change(json.loads(await response.aread())))


class Desk:
    """`person` is what she does by hand; `trakt` is our adapter, a fresh one after `next_run`."""

    def __init__(self, options=None, *, vip=False, movies=20, shows=3):
        self.world = World(invented(movies=movies, shows=shows, seasons=2, episodes=4, traps=True))
        self.simulated = Simulated(self.world, options or Options(rate_limits=True))
        self.person = self.simulated.join("mara", vip=vip)
        self.vault = Vault(self.simulated.sign_in.grant(self.person, CLIENT))
        self.works, self.known, self.time, self.pace = self.world.catalogue, Known(), WorldTime(self.world), Pace()
        self.next_run()

    def next_run(self, rewrite=None):
        """Another run, a little later; `rewrite` changes the JSON of answers by their path."""
        self.world.clock.advance(60)
        self.http = Http(
            Trakt.title,
            {"url": Trakt.base_url, **Trakt.hosts},
            Trakt.signer(self.vault),
            self.pace,
            transport=Rewriting(transport(self.world), rewrite or {}),
            limits=Trakt.limits,
            clock=self.time,
        )
        self.trakt = Trakt(self.http, {}, self.known)
        self.world.requests.clear()

    def asked(self):
        return [f"{asked.method} {asked.path}" for asked in self.world.requests.all]

    def plays(self):
        """Her history, newest first."""
        return sorted(self.person.history.plays.values(), key=lambda play: -play.at)

    def read(self, shelf="history", cursor=None):
        """The reading, and its records; `partial` is set where it ended as Incomplete."""

        async def all_of_it():
            reading, records = await self.trakt.shelves[shelf].read(cursor), []
            try:
                async for page in reading.records:
                    records += page
            except Incomplete as error:
                reading.partial = error.message
            return reading, records

        return asyncio.run(all_of_it())

    def add(self, shelf, *records):
        return asyncio.run(self.trakt.shelves[shelf].add(records))

    def remove(self, shelf, *records):
        return asyncio.run(self.trakt.shelves[shelf].remove(records))

    def stamp(self, shelf="history"):
        return asyncio.run(self.trakt.shelves[shelf].stamp())

    def media(self, uid, *spaces, keyed=False):
        """A work as another service names it, with these ids; or as Trakt does, by its number alone."""
        work = self.works[uid]
        show = self.media(work.show.uid, *spaces, keyed=keyed) if work.show else None
        named = work.kind in ("movie", "show") and not keyed
        ids = (
            {space: str(work.ids[space]) for space in spaces or ("imdb", "tmdb") if space in work.ids} if named else {}
        )
        number = work.number if work.kind == "episode" else None
        keys = (f"{work.kind}:{work.ids['trakt']}",) if keyed else ()
        return Media(KINDS[work.kind], ids, work.title, work.year, show, work.season, number, keys=keys)
