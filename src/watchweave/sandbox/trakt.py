"""A simulated Trakt, faithful to the service of November 2026: its two hosts, its gate, its people."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Sequence

import msgspec

from . import trakt_comments, trakt_lists, trakt_lookups, trakt_reads, trakt_scrobble, trakt_writes
from .server import Answer, Call, Host, by_method
from .trakt_account import Account
from .trakt_asking import Ask, Routes, Stop
from .trakt_rows import Rows
from .trakt_rules import Options, iso
from .trakt_sign_in import SignIn
from .world import Work, World

CLIENT, SECRET = "simulated-client", "simulated-secret"
BUCKETS = {
    "AUTHED_API_POST_LIMIT": (1, 1),
    "AUTHED_API_GET_LIMIT": (1000, 300),
    "UNAUTHED_API_GET_LIMIT": (1000, 300),
}
"""How many requests in how many seconds (section 1.2)."""
LOCKED = {"X-Account-Locked": "true", "X-Account-Deactivated": "false"}
DEACTIVATED = {"X-Account-Locked": "false", "X-Account-Deactivated": "true"}


class Trakt:
    """The service, with its accounts; `join` makes one.

    >>> world = World(invented())
    >>> trakt = Trakt(World(invented()))        # world.services["trakt"]; its hosts are "trakt.api" and "trakt.auth"
    >>> mara = trakt.join("mara")               # a person; what she does: mara.watch(work), mara.rate(work, 8) …
    >>> grant = trakt.sign_in.grant(mara, CLIENT)  # grant.access and grant.refresh are her tokens
    """

    name = "trakt"

    def __init__(self, world: World, options: Options | None = None) -> None:
        self.world = world
        self.options = options or Options()
        self.rows = Rows(self.options)
        self.accounts: list[Account] = []
        self.apps = {CLIENT: SECRET}
        self.sign_in = SignIn(self)
        self.hosts: Sequence[Host] = (
            Host("trakt.api", "https://api.trakt.tv", self.answer, self._writes),
            Host("trakt.auth", "https://auth.trakt.tv", self.sign_in.answer, lambda call: False),
        )
        self._numbers = itertools.count(101)
        self._asked: dict[tuple[str, object], deque[float]] = {}
        self._routes = Routes()
        for module in (trakt_reads, trakt_lookups, trakt_writes, trakt_lists, trakt_comments, trakt_scrobble):
            self._routes.all += module.ROUTES.all
        world.add(self)

    def join(self, name: str, *, vip: bool = False) -> Account:
        """A new person."""
        account = Account(self.world, self.options, self._numbers, name, vip=vip)
        self.accounts.append(account)
        return account

    def delete_app(self, client: str = CLIENT) -> None:
        """The app is gone: 403 on every path from now on (fact 1)."""
        del self.apps[client]

    def find(self, kind: str, name: str) -> Work | None:
        """A work by its Trakt number, its slug or its IMDb id, as paths name it."""
        works = self.world.catalogue
        found = works.find(kind, "trakt", name) or works.find(kind, "slug", name) or works.find(kind, "imdb", name)
        return found if found and found.on_trakt else None

    def _writes(self, call: Call) -> bool:
        return by_method(call) and not call.path.startswith("/oauth/")

    def answer(self, call: Call) -> Answer:
        """The answer of the API host."""
        if call.path.lstrip("/").startswith("oauth/"):
            return self.sign_in.answer(call) if self.options.oauth_on_api else Answer(None, 404)
        try:
            return self._routes.answer(Ask(self, call, self._passed(call)))
        except Stop as stop:
            return stop.answer

    def _passed(self, call: Call) -> Account | None:
        """The gate: who asks, or nobody; everything that is wrong with a request as such ends here."""
        headers = call.headers
        client = headers.get("trakt-api-key", "")
        if client not in self.apps or (self.options.version_needed and headers.get("trakt-api-version") != "2"):
            raise Stop(403)
        if self.options.user_agent_needed and not headers.get("user-agent"):
            raise Stop(403, {"Content-Type": "text/html"}, b"<html><body>Forbidden</body></html>")
        authorization = headers.get("authorization", "")
        account = self.sign_in.who(authorization.removeprefix("Bearer ")) if authorization else None
        if authorization and account is None:
            raise Stop(401)
        self._paced(call, account, client)
        if account and account.locked:
            raise Stop(423, LOCKED)
        if account and account.deactivated:
            raise Stop(423, DEACTIVATED)
        if call.method in ("POST", "PUT") and not headers.get("content-type", "").startswith("application/json"):
            raise Stop(412)
        return account

    def _paced(self, call: Call, account: Account | None, client: str) -> None:
        """429 for whoever asks too fast, by the world's clock; a refused request does not count."""
        if not self.options.rate_limits:
            return
        verb = "GET" if call.method == "GET" else "POST"
        name = f"AUTHED_API_{verb}_LIMIT" if account else "UNAUTHED_API_GET_LIMIT"
        limit, period = BUCKETS[name]
        asked, now = self._asked.setdefault((name, account or client), deque()), self.world.now()
        while asked and asked[0] <= now - period:
            asked.popleft()
        if len(asked) < limit:
            asked.append(now)
            return
        until = asked[0] + period
        told = {"name": name, "period": period, "limit": limit, "remaining": 0, "until": iso(math.ceil(until))}
        headers = {"Retry-After": str(max(1, math.ceil(until - now)))}
        if self.options.rate_limit_header:
            headers["X-Ratelimit"] = msgspec.json.encode(told).decode()
        raise Stop(429, headers)
