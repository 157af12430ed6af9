"""A simulated Plex, and one account of ours at it."""

import asyncio
from contextlib import asynccontextmanager

from watchweave.core.media import Kind, Media
from watchweave.sandbox.plex import Plex as Simulated
from watchweave.sandbox.server import transport
from watchweave.sandbox.world import World, invented
from watchweave.services.http import Clock, Http
from watchweave.services.plex import Plex

ADDRESSES = {"url": "http://plex.local:32400", **Plex.hosts}
HOUR = 3600


class Time(Clock):
    """The world's time, which passes when somebody waits."""

    def __init__(self, world):
        self.world = world

    def now(self):
        return self.world.now()

    steady = now

    async def sleep(self, seconds):
        self.world.clock.advance(seconds)


class Drawer(dict):
    """The secrets of an account, and how fast we may go."""

    def load(self):
        return dict(self)

    def save(self, values):
        self.update(values)

    def lock(self):
        return asyncio.Lock()

    def wait_until(self):
        return 0.0

    def hold(self, until):
        pass


class Everything:
    """Somebody to whom nothing is known, or all that is named."""

    def __init__(self, *known):
        self.known = set(known)

    def unknown(self, keys):
        return set(keys) - self.known


class Desk:
    """One simulated server and one account at it; each `run` is a run of ours."""

    def __init__(self, person="nate", traps=False, **options):
        self.world = World(invented(movies=8, shows=2, seasons=2, episodes=5, traps=traps))
        self.plex = Simulated(self.world)
        self.plex.fill()
        self.options = options
        self.known = Everything()
        self.drawer = Drawer(token=self.plex.user(person).token) if person == "nate" else Drawer()
        self.hosts = dict(ADDRESSES)

    @asynccontextmanager
    async def open(self):
        signer = Plex.signer(self.drawer)
        time, door = Time(self.world), transport(self.world)
        async with Http(
            "Plex", self.hosts, signer, self.drawer, transport=door, limits=Plex.limits, clock=time
        ) as http:
            yield Plex(http, self.options, self.known)

    def run(self, deed):
        async def whole_run():
            async with self.open() as service:
                return await deed(service)

        self.world.requests.clear()
        return asyncio.run(whole_run())

    def read(self, cursor=None, shelf="history"):
        async def deed(service):
            reading = await service.shelves[shelf].read(cursor)
            return reading, [record async for page in reading.records for record in page]

        return self.run(deed)

    def add(self, shelf, *records):
        return list(self.run(lambda service: service.shelves[shelf].add(records)))

    def remove(self, shelf, *records):
        return list(self.run(lambda service: service.shelves[shelf].remove(records)))

    def media(self, uid):
        """A work as the engine would name it: all its ids, the keys of all copies."""
        work = self.plex.work(uid)
        ids = {space: str(value) for space, value in work.ids.items() if space in ("imdb", "tmdb", "tvdb", "plex")}
        keys = tuple(str(item.key) for item in self.plex.items(uid))
        return Media(Kind[work.kind.upper()], ids, work.title, work.year, keys=keys)

    def key(self, uid):
        return str(self.plex.item(uid).key)

    def asked(self):
        return [f"{one.method} {one.path}" for one in self.world.requests.all]

    def later(self, seconds=HOUR):
        self.world.clock.advance(seconds)

    def state(self, uid):
        return self.plex.user("nate").view.state(self.plex.item(uid))
