"""A person with a simulated Serializd account, and the adapter signed in as her."""

from __future__ import annotations

import asyncio
import json

import httpx2

from watchweave.core.media import Kind, Media
from watchweave.errors import Incomplete
from watchweave.sandbox.serializd import Serializd as Simulated
from watchweave.sandbox.serializd_rules import Options
from watchweave.sandbox.server import transport
from watchweave.sandbox.world import World, invented
from watchweave.services.base import Desk as Beside
from watchweave.services.http import Clock, Http
from watchweave.services.serializd import Serializd

KINDS = {"show": Kind.SHOW, "season": Kind.SEASON, "episode": Kind.EPISODE}
EMAIL, PASSWORD = "mara@example.org", "correct horse"
HOUR, DAY = 3600, 86_400


class Vault(dict):
    """The secrets of an account, and its pace."""

    def load(self):
        return dict(self)

    def save(self, values):
        self.update(values)

    def lock(self):
        return asyncio.Lock()

    def wait_until(self):
        return 0.0

    def hold(self, until):
        self["until"] = str(until)


class WorldTime(Clock):
    """The world's time; sleeping moves it."""

    def __init__(self, world):
        self.world = world
        self.waits = []

    def now(self):
        return self.world.now()

    steady = now

    async def sleep(self, seconds):
        self.waits.append(seconds)
        self.world.clock.advance(seconds)


class Nobody:
    """Somebody to whom nothing is known."""

    def unknown(self, keys):
        return set(keys)


class Door(httpx2.AsyncBaseTransport):
    """The way to the simulated world. `changes` are made to answers on the way, by the end of their path."""

    def __init__(self, world, changes):
        self.world, self.changes, self.inner = world, changes, transport(world)
        self.times, self.busy, self.most = [], 0, 0

    async def handle_async_request(self, request):
        self.times.append(self.world.now())
        self.busy += 1
        self.most = max(self.most, self.busy)
        await asyncio.sleep(0)
        response = await self.inner.handle_async_request(request)
        self.busy -= 1
        for end, change in self.changes.items():
            if request.url.path.endswith(end):
                return httpx2.Response(response.status_code, json=change(json.loads(await response.aread())))
        return response


class Desk:
    """`person` is what she does by hand; `adapter` is ours, a fresh one after `next_run`."""

    def __init__(self, options=None, *, seasons=None, shows=3, **chosen):
        numbers = seasons or {0: 2, 1: 4, 2: 3}
        self.world = World(invented(movies=1, shows=shows, seasons=numbers, extra_movies=0))
        self.simulated = Simulated(self.world, options or Options())
        self.person = self.simulated.join("mara", email=EMAIL, password=PASSWORD)
        token = self.simulated.sign_in.token(self.person)
        self.vault = Vault(token=token, username="mara", named=token)
        self.works, self.time, self.beside, self.chosen = self.world.catalogue, WorldTime(self.world), Beside(), chosen
        self.next_run()

    def next_run(self, changes=None):
        """Another run, a little later; `changes` are made to the JSON of answers."""
        self.world.clock.advance(60)
        hosts = {"url": Serializd.base_url, **Serializd.hosts}
        self.door, signer, limits = Door(self.world, changes or {}), Serializd.signer(self.vault), Serializd.limits
        self.http = Http("Serializd", hosts, signer, self.vault, transport=self.door, limits=limits, clock=self.time)
        self.adapter = Serializd(self.http, self.chosen, Nobody(), self.beside)
        self.world.requests.clear()

    def forget(self):
        """The notes are lost."""
        self.beside.notes.clear()
        self.next_run()

    def asked(self):
        """Requests in short: `GET diary`, `POST episode_log/add`."""
        return [f"{one.method} {short(one.path)}" for one in self.world.requests.all]

    def read(self, shelf="history", cursor=None):
        """The reading, and its records; `partial` is set where it ended as Incomplete."""

        async def all_of_it():
            reading, records = await self.adapter.shelves[shelf].read(cursor), []
            try:
                async for page in reading.records:
                    records += page
            except Incomplete as error:
                reading.partial = error.message
            return reading, records

        return asyncio.run(all_of_it())

    def held(self, kind, shelf="history"):
        """The records of one kind in a complete reading."""
        return [record for record in self.read(shelf)[1] if type(record) is kind]

    def add(self, shelf, *records):
        return list(asyncio.run(self.adapter.shelves[shelf].add(records)))

    def remove(self, shelf, *records):
        return list(asyncio.run(self.adapter.shelves[shelf].remove(records)))

    def stamp(self, shelf="history"):
        return asyncio.run(self.adapter.shelves[shelf].stamp())

    def logged(self, uid):
        """The numbers of the episodes of a season that are in the log."""
        return [kept.work.number for kept in self.person.logged(self.works[uid])]

    def entries(self):
        """Her diary, oldest first."""
        return list(self.person.entries.values())

    def media(self, uid):
        """A work as another service names it: the show by its TMDb number, what is under it by its place."""
        work = self.works[uid]
        show = self.media(work.show.uid) if work.show else None
        ids = {"tmdb": str(work.ids["tmdb"])} if work.kind == "show" else {}
        number = work.number if work.kind == "episode" else None
        return Media(KINDS[work.kind], ids, work.title, work.year, show, work.season, number)


def short(path):
    """The part of a path that tells what is asked for."""
    words = [
        word for word in path.removeprefix("/api").split("/") if word not in ("", "user", "mara", "mobile", "page")
    ]
    return "/".join(word for word in words if not word.isdigit())
