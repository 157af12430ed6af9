"""A simulated Serializd, faithful to the private API of November 2026: its addresses, its gate, its people."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx2

from . import serializd_reads, serializd_writes
from .faults import HTML
from .serializd_asking import Ask, Routes, Stop
from .serializd_knowledge import Knowledge
from .serializd_member import Member
from .serializd_rows import Rows
from .serializd_rules import GATE, Options
from .serializd_sign_in import PATHS, SignIn
from .server import Answer, Breakage, Call, Host, by_method
from .world import World

ADDRESSES = {
    "serializd": "https://serializd.onrender.com/api",
    "serializd-mobile": "https://serializd.onrender.com/mobile",
    "serializd-desktop": "https://serializddesktop.onrender.com/api",
    "serializd-desktop-mobile": "https://serializddesktop.onrender.com/mobile",
    "serializd-www": "https://www.serializd.com/api",
}


class Machine:
    """One of the machines behind the addresses: it sleeps while nobody asks, and stumbles as it wakes."""

    def __init__(self, world: World, options: Options) -> None:
        self.world = world
        self.options = options
        self._asked = -math.inf
        self._stumbles = False

    def wake(self) -> Answer | None:
        """After idleness the first request is slow and the second one 502; then it answers."""
        if not self.options.cold_start:
            return None
        asked, self._asked = self._asked, self.world.now()
        if self._asked - asked >= self.options.idle_after:
            self.world.clock.advance(self.options.cold_start)
            self._asked, self._stumbles = self.world.now(), True
            return None
        stumbles, self._stumbles = self._stumbles, False
        return Answer(HTML, 502, {"Content-Type": "text/html; charset=utf-8"}) if stumbles else None


class Serializd:
    """The service, with its members; `join` makes one.

    What it knows of the catalogue is in `knowledge`; the hosts in `dead` do not answer. Every host serves all paths,
    `/api` and `/mobile`, and sees them whole.

    >>> serializd = Serializd(World(invented()))
    >>> mara = serializd.join("mara", email="mara@example.org", password="secret")
    >>> mara.watch(episode); mara.enter(episode, at=noon)   # logged, without a date; and written into the diary
    >>> serializd.dead.add("serializd")                     # nothing listens there any more
    """

    name = "serializd"

    def __init__(self, world: World, options: Options | None = None) -> None:
        self.world = world
        self.options = options or Options()
        self.knowledge = Knowledge(world.catalogue)
        self.rows = Rows(self.knowledge, self.options)
        self.members: dict[str, Member] = {}
        self.dead: set[str] = set()
        self.sign_in = SignIn(self)
        self.hosts: Sequence[Host] = [
            Host(name, address, self.answer, self._writes) for name, address in ADDRESSES.items()
        ]
        places = {urlsplit(address).netloc: Machine(world, self.options) for address in ADDRESSES.values()}
        self._machines = {name: places[urlsplit(address).netloc] for name, address in ADDRESSES.items()}
        self._numbers = itertools.count(1001)
        self._routes = Routes()
        for module in (serializd_reads, serializd_writes):
            self._routes.all += module.ROUTES.all
        world.add(self)

    def join(self, name: str, *, email: str, password: str) -> Member:
        """A new person."""
        member = self.members[name] = Member(self, name, email, password)
        return member

    def next_number(self) -> int:
        """A number that nothing here has had before."""
        return next(self._numbers)

    def _writes(self, call: Call) -> bool:
        return by_method(call) and call.path not in PATHS

    def answer(self, call: Call) -> Answer:
        if call.host in self.dead:
            raise Breakage(httpx2.ConnectError)
        try:
            return self._machines[call.host].wake() or self._answer(call)
        except Stop as stop:
            return stop.answer

    def _answer(self, call: Call) -> Answer:
        if not _admitted(call):
            raise Stop(401)
        if call.path in PATHS:
            return self.sign_in.answer(call)
        member = self.sign_in.who(call)
        if member is None:
            raise Stop(401, "Unauthorized")
        return self._routes.answer(Ask(self, call, member))


def _admitted(call: Call) -> bool:
    """Are the headers there that every request needs? A body must say that it is JSON."""
    headers = call.headers
    typed = not call.body or headers.get("content-type", "").startswith("application/json")
    return typed and all(headers.get(name) == value for name, value in GATE.items())
