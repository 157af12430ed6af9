"""Signing in at Serializd: an e-mail address and a password are traded for a token, and the token is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from msgspec import Struct

from ...errors import SignInNeeded, Unavailable
from ..base import Secrets, to_the_end
from ..http import Http

ADDRESSES = (
    "https://serializd.onrender.com/api",
    "https://serializddesktop.onrender.com/api",
    "https://www.serializd.com/api",
)
"""Where Serializd may be found, in the order in which they are tried."""

SITE = "https://www.serializd.com"
GATE = {"X-Requested-With": "serializd_vercel", "Origin": SITE, "Referer": SITE}
"""Without one of these every answer is 401, with a good token too."""

NO_SIGN_IN = 'not signed in. Run "watchweave login ACCOUNT".'
EXPIRED = 'the sign-in is no longer good. Run "watchweave login ACCOUNT".'
WRONG = 'the e-mail address or the password is wrong. Run "watchweave login ACCOUNT" again.'

_signing_in: ContextVar[bool] = ContextVar("signing_in", default=False)


@contextmanager
def signing_in() -> Iterator[None]:
    """Requests made within go without a token."""
    mark = _signing_in.set(True)
    try:
        yield
    finally:
        _signing_in.reset(mark)


def mobile(address: str) -> str:
    """The address of the pages for phones: at the root of the host.

    >>> mobile("https://serializd.onrender.com/api")
    'https://serializd.onrender.com/mobile'
    """
    return address.rstrip("/").removesuffix("/api") + "/mobile"


class Checked(Struct, rename="camel"):
    """Whether a token is good, and whose it is."""

    is_valid: bool = False
    username: str | None = None


class User(Struct):
    username: str = ""


class Granted(Struct):
    """The answer to a password; it never shows what it holds. The name stands in one of two places."""

    token: str = ""
    username: str = ""
    user: User | None = None

    def __repr__(self) -> str:
        return "Granted(…)"


class Session:
    """Signs the requests of one account.

    The secrets: token; username, with the token that it belongs to as `named`; email and password only where the person
    wrote them into the settings: then a new token is fetched when the old one has ended.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._values = secrets.load()
        self._doubted = ""

    async def headers(self, http: Http, host: str) -> Mapping[str, str]:
        http.secrets.hide(self._values.get("token", ""), self._values.get("password", ""))
        if _signing_in.get():
            return GATE
        if not self._values.get("token"):
            raise SignInNeeded(http.title, NO_SIGN_IN)
        return {**GATE, "Authorization": self._bearer}

    async def renew(self, http: Http, refused: Mapping[str, str]) -> bool:
        """Better than the refused token: one that was saved meanwhile, itself if it is good after all, or a new one."""
        async with self._secrets.lock():
            self._values = self._secrets.load()
            return refused.get("Authorization") != self._bearer or await to_the_end(self._again(http))

    async def _again(self, http: Http) -> bool:
        token = self._values.get("token", "")
        if token == self._doubted:
            return False
        good = bool(await self._check(http))
        self._doubted = token
        kept = self._values.get("email", ""), self._values.get("password", "")
        return good or (all(kept) and await self._trade(http, *kept))

    @property
    def person(self) -> str:
        """Whose token it is, as far as that was asked."""
        return self._values.get("username", "") if self._values.get("named") == self._values.get("token") else ""

    async def whose(self, http: Http) -> str:
        """Whose token it is, asked anew; SignInNeeded where it is no good, and there is no other."""
        name = await self._check(http)
        if not name and await self.renew(http, {"Authorization": self._bearer}):
            name = await self._check(http)
        if not name:
            raise SignInNeeded(http.title, EXPIRED)
        self._save({"username": name, "named": self._values.get("token", "")})
        return name

    async def log_in(self, http: Http, email: str, password: str) -> None:
        """Signed in when this returns; SignInNeeded where these are wrong."""
        async with self._secrets.lock():
            if not await to_the_end(self._trade(http, email, password)):
                raise SignInNeeded(http.title, WRONG)

    async def _trade(self, http: Http, email: str, password: str) -> bool:
        """Fetch a token for the password. Asking twice does no harm: the older token stays good."""
        http.secrets.hide(password)
        body = {"email": email, "password": password}
        with signing_in():
            answer = await http.send("POST", "/login", Granted, body=body, again=True, accept=(400, 401))
        if answer.status in (400, 401):
            return False
        granted = answer.value
        if not granted.token:
            raise Unavailable(http.title, "the sign-in was answered without a token.")
        http.secrets.hide(granted.token)
        name = granted.username or (granted.user.username if granted.user else "")
        self._save({"token": granted.token, "username": name, "named": granted.token})
        return True

    async def _check(self, http: Http) -> str:
        """Whose the token is; nothing where it is no good."""
        token = self._values.get("token", "")
        if not token:
            raise SignInNeeded(http.title, NO_SIGN_IN)
        http.secrets.hide(token)
        body = {"token": token}
        with signing_in():
            answer = await http.send("POST", "/validateauthtoken", Checked, body=body, again=True, accept=(401,))
        good = answer.status != 401 and answer.value.is_valid
        return (answer.value.username or "") if good else ""

    @property
    def _bearer(self) -> str:
        return f"Bearer {self._values.get('token', '')}"

    def _save(self, values: Mapping[str, str]) -> None:
        if any(self._values.get(name) != value for name, value in values.items()):
            self._secrets.save(values)
        self._values = self._secrets.load()
