"""A member of the simulated Letterboxd who has a client id, and the adapter signed in as her by the API."""

from __future__ import annotations

import asyncio

from tests.contract.letterboxd_desk import Member, Nobody, Pace, WorldTime
from watchweave.contract.bench import Drawer
from watchweave.errors import Incomplete
from watchweave.sandbox.letterboxd_sign_in import CLIENT, SECRET
from watchweave.sandbox.server import transport
from watchweave.services.http import Http
from watchweave.services.letterboxd import Letterboxd

MINUTE, HOUR, DAY = 60, 3600, 86_400


class ApiMember(Member):
    """`secrets` are ours; `asked` is what reached the service since `service` was called last."""

    def __init__(self, folder, options=None, zone="UTC", **settings):
        super().__init__(folder, options, zone)
        self.world.clock.advance(HOUR)
        grant = self.simulated.sign_in.grant(self.person)
        self.options = {"client_id": CLIENT, "client_secret": SECRET, **settings}
        tokens = {"access_token": grant.access, "refresh_token": grant.refresh}
        self.secrets = Drawer(**self.options, **tokens)

    def service(self):
        """The adapter of a new run."""
        self.world.requests.clear()
        http = Http(
            Letterboxd.title,
            {"url": Letterboxd.base_url, **Letterboxd.hosts},
            Letterboxd.signer(self.secrets),
            Pace(),
            transport=transport(self.world),
            limits=Letterboxd.limits,
            clock=WorldTime(self.world),
        )
        return Letterboxd(http, self.options, Nobody(), self.desk)

    @property
    def asked(self):
        root = "/api/v0"
        return [f"{one.method} {one.path.removeprefix(root)}" for one in self.world.requests.all]

    def run(self, deed):
        """What this brings in a run of its own."""

        async def whole():
            service = self.service()
            async with service.http:
                return await deed(service)

        return asyncio.run(whole())

    def read(self, cursor=None):
        """All records of a reading, and the reading after its end; `partial` is set where it ended as Incomplete."""

        async def deed(service):
            reading, records = await service.shelves["history"].read(cursor), []
            try:
                async for page in reading.records:
                    records += page
            except Incomplete as error:
                reading.partial = error.message
            return records, reading

        return self.run(deed)

    def add(self, shelf, *records):
        return self.run(lambda service: service.shelves[shelf].add(records))

    def remove(self, shelf, *records):
        return self.run(lambda service: service.shelves[shelf].remove(records))

    def later(self, seconds):
        self.world.clock.advance(seconds)
