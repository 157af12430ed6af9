"""A person with a simulated Trakt account, and a program that asks for her."""

import asyncio

import httpx2

from watchweave.sandbox.server import transport
from watchweave.sandbox.trakt import CLIENT, SECRET, Trakt
from watchweave.sandbox.world import World, invented

API, AUTH = "https://api.trakt.tv", "https://auth.trakt.tv"


class Person:
    """`account` is what she does by hand; `get`, `post` … are what a program asks in her name."""

    def __init__(self, world=None, name="mara", *, vip=False):
        self.world = world or World(invented(movies=20, shows=3, seasons=2, episodes=4, traps=True))
        self.trakt = self.world.services.get("trakt") or Trakt(self.world)
        self.works = self.world.catalogue
        self.account = self.trakt.join(name, vip=vip)
        self.grant = self.trakt.sign_in.grant(self.account, CLIENT)
        self.headers = {
            "Content-Type": "application/json",
            "User-Agent": "WatchWeave/0",
            "trakt-api-version": "2",
            "trakt-api-key": CLIENT,
            "Authorization": f"Bearer {self.grant.access}",
        }

    def ask(self, method, address, **options):
        async def one():
            async with httpx2.AsyncClient(transport=transport(self.world)) as client:
                return await client.request(method, address, **options)

        return asyncio.run(one())

    def get(self, path, headers=None, **params):
        return self.ask("GET", API + path, params=params, headers=self.headers | (headers or {}))

    def post(self, path, body=None, method="POST"):
        return self.ask(method, API + path, json=body or {}, headers=self.headers)

    def put(self, path, body):
        return self.post(path, body, "PUT")

    def delete(self, path):
        return self.ask("DELETE", API + path, headers=self.headers)

    def public(self, path, **params):
        """Without a token."""
        headers = {name: value for name, value in self.headers.items() if name != "Authorization"}
        return self.ask("GET", API + path, params=params, headers=headers)

    def sign_in(self, path, **body):
        return self.ask("POST", AUTH + path, json={"client_id": CLIENT, "client_secret": SECRET} | body)

    def leaves(self):
        """All leaves of last_activities, flat."""
        answer = self.get("/sync/last_activities").json()
        return {
            f"{shelf}.{leaf}": at for shelf, leaves in answer.items() if shelf != "all" for leaf, at in leaves.items()
        }

    def moved(self, deed):
        """The leaves that move when this is done a minute later."""
        before = self.leaves()
        self.world.clock.advance(60)
        deed()
        after = self.leaves()
        return {leaf for leaf in after if after[leaf] != before[leaf]}

    def history(self, **params):
        return self.get("/sync/history", **params).json()


def ids(work, *spaces):
    """The ids of a work as a body carries them."""
    return {"ids": {space: work.ids[space] for space in spaces or ("trakt",)}}


def pages(answer):
    """Page, limit, page count, item count."""
    return tuple(int(answer.headers[f"X-Pagination-{name}"]) for name in ("Page", "Limit", "Page-Count", "Item-Count"))
