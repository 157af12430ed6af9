"""A person who is a member of the simulated Letterboxd, and a program that asks for her."""

import asyncio
import csv
import io
import zipfile
from xml.etree import ElementTree

import httpx2

from watchweave.sandbox.letterboxd import Letterboxd
from watchweave.sandbox.letterboxd_rules import SCOPES, Options
from watchweave.sandbox.letterboxd_sign_in import CLIENT, SECRET
from watchweave.sandbox.server import transport
from watchweave.sandbox.world import World, invented

API, SITE = "https://api.letterboxd.com/api/v0", "https://letterboxd.com"
SPACES = {
    "letterboxd": "https://letterboxd.com",
    "tmdb": "https://themoviedb.org",
    "dc": "http://purl.org/dc/elements/1.1/",
}


class Person:
    """`member` is what she does by hand; `get`, `post` … are what a program asks in her name."""

    def __init__(self, world=None, name="mara", *, scopes=SCOPES, **options):
        self.world = world or World(invented(movies=20, shows=3, seasons=1, episodes=2, traps=True))
        self.letterboxd = self.world.services.get("letterboxd") or Letterboxd(self.world, Options(**options))
        self.works = self.world.catalogue
        self.member = self.letterboxd.join(name)
        self.grant = self.letterboxd.sign_in.grant(self.member, CLIENT, scopes)
        self.headers = {"Authorization": f"Bearer {self.grant.access}"}

    def film(self, uid):
        return self.letterboxd.films.known(self.works[uid])

    def id(self, uid):
        """The film's id in the API."""
        return self.film(uid).code

    def ask(self, method, address, **options):
        async def one():
            async with httpx2.AsyncClient(transport=transport(self.world)) as client:
                return await client.request(method, address, **options)

        return asyncio.run(one())

    def get(self, path, **params):
        return self.ask("GET", API + path, params=params, headers=self.headers)

    def send(self, method, path, body=None, headers=None):
        return self.ask(method, API + path, json=body, headers=self.headers | (headers or {}))

    def post(self, path, body):
        return self.send("POST", path, body)

    def patch(self, path, body):
        return self.send("PATCH", path, body)

    def delete(self, path):
        return self.ask("DELETE", API + path, headers=self.headers)

    def token(self, **form):
        return self.ask("POST", f"{API}/auth/token", data={"client_id": CLIENT, "client_secret": SECRET} | form)

    def feed(self, **headers):
        return self.ask("GET", f"{SITE}/{self.member.name}/rss/", headers=headers)

    def items(self):
        """The items of the feed, as the standard library reads them."""
        return ElementTree.fromstring(self.feed().content).findall("channel/item")

    def upload(self, text, **query):
        answer = self.ask(
            "POST", f"{SITE}/import/upload", params={"member": self.member.name} | query, content=text.encode()
        )
        assert answer.status_code == 200, answer.text
        return [row["became"] for row in answer.json()["rows"]]


def said(item, name):
    """What an element of an item says, or None where it is not there."""
    return item.findtext(name, namespaces=SPACES)


def exported(member, name):
    """The rows of a file in the export, as the standard library reads them."""
    with zipfile.ZipFile(io.BytesIO(member.export())) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))


def entries(person):
    """Film, day and rating of each line of the diary in the export."""
    rows = exported(person.member, "diary.csv")
    return [(row["Name"], row["Watched Date"], row["Rating"]) for row in rows]
