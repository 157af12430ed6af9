"""A member of a simulated IMDb, her files, and the adapter as one run of hers sees it."""

import asyncio
import os
import uuid
from datetime import UTC

from tests.contract.plex_desk import Drawer, Everything, Time
from watchweave.core.media import Kind, Media
from watchweave.sandbox.imdb import Imdb as Simulated
from watchweave.sandbox.server import transport
from watchweave.sandbox.world import World, invented
from watchweave.services.base import Desk as Around
from watchweave.services.http import Http
from watchweave.services.imdb import Imdb
from watchweave.storage.inbox import Inbox

EXPORTS = {"ratings": "ratings", "watchlist": "watchlist", "check-ins": "checkins"}
"""What a file is called, and what the member exports."""
HOUR, DAY = 3600, 86_400
PAST = 1_760_000_000
"""No file is newer than the clock of this machine, so her time begins before it."""


class Desk:
    """`mara` is what she does by hand; each `open` is a run of ours. folder: where her files are."""

    def __init__(self, folder, *, cookie=False, options=None, movies=20, **given):
        self.world = World(invented(movies=movies, shows=3, seasons=2, episodes=4, traps=True))
        self.world.clock.set(PAST)
        self.simulated = Simulated(self.world, options)
        self.mara = self.simulated.join("mara")
        self.works, self.folder, self.inbox = self.world.catalogue, folder, Inbox(folder / "inbox")
        self.given, self.drawer, self.zone = given, Drawer(), UTC
        if cookie:
            self.sign_in(self.mara.at_main)

    def sign_in(self, cookie):
        self.drawer["cookie"] = self.given["cookie"] = cookie

    def open(self):
        self.http = Http(
            Imdb.title,
            dict(Imdb.hosts),
            Imdb.signer(self.drawer),
            self.drawer,
            transport=transport(self.world),
            limits=Imdb.limits,
            clock=Time(self.world),
        )
        return Imdb(self.http, self.given, Everything(), Around(self.zone, self.inbox))

    def run(self, deed):
        """What a deed brings, in a run of its own."""

        async def whole_run():
            service = self.open()
            async with service.http:
                return await deed(service)

        self.world.requests.clear()
        return asyncio.run(whole_run())

    def read(self, shelf, cursor=None):
        async def deed(service):
            reading = await service.shelves[shelf].read(cursor)
            if isinstance(reading.records, list):
                return reading, reading.records
            return reading, [record async for page in reading.records for record in page]

        return self.run(deed)

    def stamp(self, shelf):
        return self.run(lambda service: service.shelves[shelf].stamp())

    def add(self, shelf, *records):
        return list(self.run(lambda service: service.shelves[shelf].add(records)))

    def remove(self, shelf, *records):
        return list(self.run(lambda service: service.shelves[shelf].remove(records)))

    # Files

    def lay(self, content, name="", at=None):
        """A file of this content, made now, under a name that says nothing."""
        path = self.folder / (name or str(uuid.uuid4()))
        path.write_bytes(content)
        os.utime(path, (at or self.world.now(),) * 2)
        return path

    def hand_in(self, content, said="", name=""):
        """What `watchweave import` does."""
        path = self.lay(content, name)
        examined = Imdb.examine(path, said, self.zone)
        self.inbox.hand_in(path, examined.label, examined.made)
        return examined

    def export(self, layout="2024"):
        """She exports all that there is and hands it in."""
        for said, which in EXPORTS.items():
            named = "" if said == "ratings" and layout != "before 2017" else said
            self.hand_in(self.mara.export(which, layout), named)

    # Names of things

    def id(self, uid):
        return self.works[uid].ids["imdb"]

    def media(self, uid, *spaces):
        """A work as another service names it."""
        work = self.works[uid]
        ids = {space: str(work.ids[space]) for space in spaces or ("imdb", "tmdb") if space in work.ids}
        return Media(Kind[work.kind.upper()], ids, work.title, work.year)

    def work(self, name):
        """The work of this id at IMDb."""
        return self.simulated.titles.find(name).work

    def asked(self):
        """How many requests the last run sent."""
        return len(self.world.requests.all)
