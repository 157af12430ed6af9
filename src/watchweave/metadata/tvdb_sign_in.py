"""Signing in at TheTVDB: a token that is good for a month, which all runs share."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from weakref import WeakKeyDictionary

from msgspec import Struct

from ..errors import SignInNeeded, Unavailable
from ..services.http import Http
from .base import Kept
from .tvdb_rows import Told

REFUSED = (
    "the key is not taken. Compare api_key under metadata: tvdb: in the settings with your key; pin is for subscribers."
)
SIGN_IN = "sign_in"
"""The host, by its name, that no token is sent to."""

_signing_in: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


class Token(Struct):
    token: str = ""


class SignIn:
    """Signs with a token that is good for a month: kept, shared by all runs, and replaced when it is refused."""

    def __init__(self, address: str, options: Mapping[str, str], kept: Kept) -> None:
        self._asked = {"apikey": options.get("api_key", "")}
        if options.get("pin"):
            self._asked["pin"] = options["pin"]  # an empty one is refused
        self._address = address
        self._kept = kept
        self._of = sha256(repr(self._asked).encode()).hexdigest()
        self._token = ""
        self._refused = False

    async def headers(self, http: Http, host: str) -> Mapping[str, str]:
        http.secrets.hide(*self._asked.values())
        if host == SIGN_IN:
            return {}
        if self._refused:
            raise SignInNeeded(http.title, REFUSED)
        if not self._token:
            await self._replace(http, "")
        return {"Authorization": f"Bearer {self._token}"}

    async def renew(self, http: Http, refused: Mapping[str, str]) -> bool:
        await self._replace(http, refused.get("Authorization", "").removeprefix("Bearer "))
        return True

    async def _replace(self, http: Http, spent: str) -> None:
        """Have another token than the spent one: somebody else's, if they were faster. One sign-in at a time."""
        async with _signing_in.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            kept = self._kept.load()
            good = kept.get("token", "") if kept.get("of") == self._of else ""
            if good in ("", spent):
                good = await self._sign_in(http)
                self._kept.save({"token": good, "of": self._of})
            self._token = good

    async def _sign_in(self, http: Http) -> str:
        """A new token; a key that was refused is not tried again."""
        if self._refused:
            raise SignInNeeded(http.title, REFUSED)
        if not http.knows(SIGN_IN):
            http.place(SIGN_IN, self._address)
        answer = await http.send(
            "POST", "login", Told[Token], body=self._asked, host=SIGN_IN, again=True, accept=(400, 401)
        )
        if answer.status in (400, 401):
            self._refused = True
            raise SignInNeeded(http.title, REFUSED)
        token = answer.value.data.token if answer.value.data else ""
        if not token or not token.isascii() or not token.isprintable():  # it has to stand in a header
            raise Unavailable(http.title, "the sign-in was answered without a token.")
        return token
