"""A program that is signed in to a simulated TheTVDB."""

import asyncio

import httpx2

from watchweave.sandbox.server import transport
from watchweave.sandbox.tvdb import KEY, Tvdb
from watchweave.sandbox.world import World, invented

ADDRESS = "https://api4.thetvdb.com/v4"


class Guest:
    """`get` asks with a good token, `post` without one."""

    def __init__(self, world=None):
        self.world = world or World(invented(movies=20, shows=4, seasons=2, episodes=4, traps=True))
        self.tvdb = Tvdb(self.world)
        self.works, self.entries = self.world.catalogue, self.tvdb.entries
        self.token = self.post("/login", {"apikey": KEY}).json()["data"]["token"]

    def ask(self, method, path, **options):
        async def one():
            async with httpx2.AsyncClient(transport=transport(self.world)) as client:
                return await client.request(method, ADDRESS + path, **options)

        return asyncio.run(one())

    def get(self, path, headers=None, **params):
        signed = {"Authorization": f"Bearer {self.token}"}
        return self.ask("GET", path, params=params, headers=signed | (headers or {}))

    def post(self, path, body):
        return self.ask("POST", path, json=body)

    def data(self, path, **params):
        answer = self.get(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def number(self, uid):
        return self.entries.of(self.works[uid]).number

    def listed(self, uid, order, **params):
        """The episodes of a show in an order: id -> (season, number)."""
        rows = self.data(f"/series/{self.number(uid)}/episodes/{order}", page=0, **params)["episodes"]
        return {row["id"]: (row["seasonNumber"], row["number"]) for row in rows}
