"""A simulated TheTVDB, faithful to its API v4 of 2026: its address, its gate, and what people do to its entries."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import math
from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Sequence

import msgspec

from .server import Answer, Call, Host
from .tvdb_entries import Entries, Entry, Episode
from .tvdb_reads import ROUTES, Ask, NotModified, Stop, Update
from .world import DAY, World

KEY, SUPPORTED_KEY, PIN = "simulated-key", "simulated-supported-key", "SIMPIN42"
"""A key that works alone; one that a subscriber's pin makes work; and such a pin."""
MONTH = 30 * DAY
SIGN_INS, PERIOD = 10, 60
"""So many sign-ins in so many seconds; the next is 429."""
ROOT = "/v4"


class Tvdb:
    """The service; its host is "tvdb".

    >>> tvdb = Tvdb(World(invented()))
    >>> series = tvdb.entries.of(tvdb.world.catalogue["s1"])
    >>> tvdb.touch(series)                      # somebody edits it
    >>> tvdb.merge(tvdb.duplicate(series), series)  # somebody entered it twice, and a moderator joins the two
    """

    name = "tvdb"
    address = "https://api4.thetvdb.com"

    def __init__(self, world: World) -> None:
        self.world = world
        self.entries = Entries(world.catalogue, world.now())
        self.keys = {KEY: False, SUPPORTED_KEY: True}
        self.pins = {PIN}
        self.updates: list[Update] = []
        self.hosts: Sequence[Host] = (Host(self.name, self.address + ROOT, self.answer, lambda call: False),)
        self._tokens: dict[str, float] = {}
        self._numbers = itertools.count(1)
        self._sign_ins: deque[float] = deque()
        world.add(self)

    # What people do

    def touch(self, entry: Entry) -> None:
        """Somebody edits it."""
        entry.changed = int(self.world.now())
        self._tell("update", entry)

    def delete(self, entry: Entry) -> None:
        """It is gone."""
        self.entries.drop(entry)
        self._tell("delete", entry)

    def duplicate(self, entry: Entry) -> Entry:
        """Somebody enters it a second time, without ids."""
        made = self.entries.duplicate(entry)
        self._tell("create", made)
        return made

    def merge(self, duplicate: Entry, into: Entry) -> None:
        """The first is gone, and the other stays for it."""
        self.entries.drop(duplicate)
        self._tell("delete", duplicate, into)

    def _tell(self, method: str, entry: Entry, into: Entry | None = None) -> None:
        series = entry.series.number if isinstance(entry, Episode) and entry.series else None
        self.updates.append(Update(int(self.world.now()), method, entry.space, entry.number, series, into))

    def revoke(self) -> None:
        """No token is good any more."""
        self._tokens.clear()

    # What it answers

    def answer(self, call: Call) -> Answer:
        path = call.path.removeprefix(ROOT).rstrip("/")
        try:
            if (call.method, path) == ("POST", "/login"):
                return self._sign_in(call)
            self._passed(call)
            return self._read(call, path)
        except NotModified:
            return Answer(None, 304)
        except Stop as stop:
            return stop.answer

    def _read(self, call: Call, path: str) -> Answer:
        if call.method != "GET":
            raise Stop(405, "MethodNotAllowed")
        for pattern, handler in ROUTES:
            if found := pattern.fullmatch(path):
                return Answer(handler(Ask(self, call, found.groups())))
        raise Stop(404, f"NotFoundException: {path} not found")

    def _passed(self, call: Call) -> None:
        """The gate: a token that was given here less than a month ago."""
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0) <= self.world.now():
            raise Stop(401, "Unauthorized")

    def _sign_in(self, call: Call) -> Answer:
        """An empty pin is as wrong as a strange one."""
        self._paced()
        try:
            body = call.json
        except msgspec.DecodeError:
            raise Stop(400, "InvalidRequest: no JSON") from None
        asked = body if isinstance(body, dict) else {}
        needs_pin = self.keys.get(asked.get("apikey", ""))
        if needs_pin is None:
            raise Stop(401, "InvalidAPIKey: apikey invalid")
        if ("pin" in asked or needs_pin) and asked.get("pin") not in self.pins:
            raise Stop(401, "InvalidAPIKey: pin invalid")
        return Answer({"status": "success", "data": {"token": self._token()}})

    def _paced(self) -> None:
        """429 for too many sign-ins, good or bad, by the world's clock."""
        now = self.world.now()
        while self._sign_ins and self._sign_ins[0] <= now - PERIOD:
            self._sign_ins.popleft()
        if len(self._sign_ins) >= SIGN_INS:
            wait = math.ceil(self._sign_ins[0] + PERIOD - now)
            raise Stop(429, "TooManyRequests", {"Retry-After": str(max(1, wait))})
        self._sign_ins.append(now)

    def _token(self) -> str:
        """A JWT that is good for a month."""
        ends = self.world.now() + MONTH
        claims = {"exp": int(ends), "roles": [], "jti": f"{self.world.seed}-{next(self._numbers)}"}
        signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
        digest = hmac.new(str(self.world.seed).encode(), signed.encode(), hashlib.sha256).digest()
        token = f"{signed}.{urlsafe_b64encode(digest).decode().rstrip('=')}"
        self._tokens[token] = ends
        return token


def _part(value: object) -> str:
    return urlsafe_b64encode(msgspec.json.encode(value)).decode().rstrip("=")
