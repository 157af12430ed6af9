"""Signs in to Plex: PINs, servers, the users of a home, and which token goes to which host."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import quote, urlencode
from uuid import uuid4

from msgspec import Struct

from ... import __version__
from ...errors import ServiceError, SignInNeeded, Unavailable
from ..base import Secrets
from ..http import Http
from ..oauth import NO_SIGN_IN

PRODUCT = {
    "X-Plex-Product": "WatchWeave",
    "X-Plex-Version": __version__,
    "X-Plex-Platform": "Python",
    "X-Plex-Device": "WatchWeave",
    "X-Plex-Device-Name": "WatchWeave",
    "X-Plex-Provides": "controller",
    "X-Plex-Language": "en",
}
ACCOUNT_HOSTS = ("plex_tv_url", "discover_url", "metadata_url", "community_url")
GONE = 404
REFUSED = (401, 403)


class Pin(Struct, frozen=True, rename="camel"):
    """A sign-in that waits for the person: a long code for the browser, or 4 characters for plex.tv/link."""

    id: int
    code: str
    expires_in: int = 900
    auth_token: str | None = None


class Person(Struct, frozen=True, rename="camel"):
    """A Plex account, or a user of its home."""

    id: int = 0
    uuid: str = ""
    title: str = ""
    username: str | None = None
    email: str | None = None
    friendly_name: str | None = None

    @property
    def named(self) -> str:
        return self.friendly_name or self.title or self.username or self.uuid

    def is_called(self, name: str) -> bool:
        """Do people mean this one when they write `name`: a name, an address, an id?"""
        own = (self.title, self.username, self.email, self.friendly_name, self.uuid, str(self.id))
        return name.strip().casefold() in {text.casefold() for text in own if text}


class Home(Struct, frozen=True):
    users: list[Person] = []


class Switched(Struct, frozen=True, rename="camel"):
    auth_token: str = ""


class Connection(Struct, frozen=True):
    uri: str = ""
    address: str = ""
    port: int = 0
    local: bool = False


class Server(Struct, frozen=True, rename="camel"):
    """A server that an account may use; `access_token` is good for this one only."""

    name: str = ""
    client_identifier: str = ""
    provides: str = ""
    access_token: str | None = None
    connections: list[Connection] = []


class _Identity(Struct, rename="camel"):
    machine_identifier: str = ""


class _IdentityBody(Struct, rename="pascal"):
    media_container: _Identity


_switching: ContextVar[bool] = ContextVar("switching", default=False)


@contextmanager
def signed_out() -> Iterator[None]:
    """Within this, requests carry who we are, but no token."""
    mark = _switching.set(True)
    try:
        yield
    finally:
        _switching.reset(mark)


class Tokens:
    """The signer of one account. For a user of a home it fetches that user's own tokens by switching (reference, 3.4);
    the token of the owner is then used for nothing else."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._values: Mapping[str, str] = {}

    async def headers(self, http: Http, host: str) -> Mapping[str, str]:
        """Who we are; the token only for hosts of the account itself, not for addresses that are merely tried."""
        values = self._values = self._values or self._secrets.load()
        client = {**PRODUCT, "X-Plex-Client-Identifier": self._client(values)}
        if _switching.get() or host not in ("url", *ACCOUNT_HOSTS):
            return client
        if not values.get("token"):
            raise SignInNeeded(http.title, NO_SIGN_IN)
        if values.get("user"):
            token = await self._token_of_user(http, host)
        else:
            token = values["token"]
        return {**client, "X-Plex-Token": token}

    async def renew(self, http: Http, refused: Mapping[str, str]) -> bool:
        """Better tokens than the refused one: saved meanwhile, or by switching to the user again."""
        self._values = self._secrets.load()
        worn = refused.get("X-Plex-Token", "")
        if not self._values.get("user"):
            return worn not in ("", self._values.get("token"))
        if worn in (self._values.get("user_token"), self._values.get("user_server_token")):
            self._save({"user_token": "", "user_server_token": ""})
        return True

    async def _token_of_user(self, http: Http, host: str) -> str:
        name = "user_server_token" if host == "url" else "user_token"
        if not self._has_tokens(http):
            async with self._secrets.lock():
                self._values = self._secrets.load()
                if not self._has_tokens(http):
                    with signed_out():
                        self._save(await self._switch(http))
        return self._values[name]

    def _has_tokens(self, http: Http) -> bool:
        """Are there tokens, and of the user that the settings name now?"""
        needed = ("user_token", "user_server_token") if http.knows("url") else ("user_token",)
        return self._values.get("user_of_tokens") == self._values["user"] and all(self._values.get(n) for n in needed)

    async def _switch(self, http: Http) -> dict[str, str]:
        values = self._values
        http.secrets.hide(values["token"], values.get("pin", ""))
        token = await own_token(http, values["token"], values["user"], values.get("pin", ""))
        http.secrets.hide(token)
        found = {"user_of_tokens": values["user"], "user_token": token}
        if token == values["token"]:  # the user is the owner of the token
            found["user_server_token"] = token
        elif http.knows("url"):
            machine = await machine_at(http)
            mine = [s for s in await servers(http, token) if s.client_identifier == machine]
            if not mine or not mine[0].access_token:
                raise SignInNeeded(http.title, f"{values['user']} has no access to this server. Share a library first.")
            found["user_server_token"] = mine[0].access_token
        return found

    def _client(self, values: Mapping[str, str]) -> str:
        """The same in every run: Plex lists it among the devices of the person."""
        if not values.get("client_identifier"):
            self._save({"client_identifier": str(uuid4())})
        return self._values["client_identifier"]

    def _save(self, values: Mapping[str, str]) -> None:
        self._secrets.save(values)
        self._values = {**self._values, **values}


async def own_token(http: Http, token: str, user: str, pin: str) -> str:
    """The account token of this user of the home to which `token` belongs."""
    signed = {"X-Plex-Token": token}
    owner = (await http.get("/api/v2/user", Person, host="plex_tv_url", headers=signed)).value
    if owner.is_called(user):
        return token
    home = (await http.get("/api/v2/home/users", Home, host="plex_tv_url", headers=signed)).value
    found = next((one for one in home.users if one.is_called(user)), None)
    if found is None:
        names = ", ".join(one.named for one in home.users) or "nobody else"
        raise SignInNeeded(http.title, f'the home has no user "{user}", but {names}. Change `user` of this account.')
    path = f"/api/v2/home/users/{found.id}/switch"
    params = {"pin": pin} if pin else {}
    answer = await http.send(
        "POST", path, Switched, host="plex_tv_url", params=params, headers=signed, again=True, accept=REFUSED
    )
    if answer.status in REFUSED or not answer.value.auth_token:
        raise SignInNeeded(http.title, f"switching to {found.named} was refused. Check the `pin` of this user.")
    return answer.value.auth_token


async def ask_pin(http: Http, *, strong: bool) -> Pin:
    """Begin a sign-in: strong for the browser, else 4 characters to type at plex.tv/link."""
    params = {"strong": "true"} if strong else {}
    with signed_out():
        return (await http.send("POST", "/api/v2/pins", Pin, host="plex_tv_url", params=params)).value


def sign_in_page(pin: Pin, client_identifier: str, forward: str = "") -> str:
    """Where the browser goes with a strong PIN; it comes back to `forward`."""
    asked = {"clientID": client_identifier, "code": pin.code, "context[device][product]": PRODUCT["X-Plex-Product"]}
    return "https://app.plex.tv/auth#?" + urlencode(
        asked | ({"forwardUrl": forward} if forward else {}), quote_via=quote
    )


async def wait_for(http: Http, pin: Pin, every: float = 1.0) -> str:
    """The token, once the person has agreed."""
    until = http.clock.steady() + pin.expires_in
    while http.clock.steady() < until:
        with signed_out():
            answer = await http.get(f"/api/v2/pins/{pin.id}", Pin, host="plex_tv_url", accept=(GONE,))
        if answer.status == GONE:
            break
        if answer.value.auth_token:
            return answer.value.auth_token
        await http.clock.sleep(every)
    raise SignInNeeded(http.title, 'the code has expired. Run "watchweave login ACCOUNT" again.')


async def servers(http: Http, token: str = "") -> list[Server]:
    """The servers of the account, or of the one that this token belongs to."""
    params = {"includeHttps": 1, "includeRelay": 1, "includeIPv6": 1}
    signed = {"X-Plex-Token": token} if token else {}
    answer = await http.get("/api/v2/resources", list[Server], host="plex_tv_url", params=params, headers=signed)
    return [one for one in answer.value if "server" in one.provides.split(",")]


def choose(http: Http, found: Sequence[Server], name: str) -> Server:
    """The server that the person means."""
    fitting = [one for one in found if not name or name.casefold() in (one.name.casefold(), one.client_identifier)]
    if len(fitting) != 1:
        names = ", ".join(one.name for one in found) or "none"
        raise SignInNeeded(http.title, f"which server is meant? The account has {names}. Set `server` or `url`.")
    return fitting[0]


async def reach(http: Http, server: Server) -> str:
    """The address at which this server answers first; all are tried side by side, without a token."""
    addresses = list(dict.fromkeys(address for one in server.connections for address in _ways(one)))
    tried = [asyncio.ensure_future(_answers(http, f"try {n}", a, server)) for n, a in enumerate(addresses)]
    try:
        for attempt in asyncio.as_completed(tried):
            if address := await attempt:
                return address
    finally:
        for task in tried:
            task.cancel()
        await asyncio.gather(*tried, return_exceptions=True)
    raise Unavailable(http.title, f"the server {server.name} answers at none of its {len(addresses)} addresses.")


def _ways(connection: Connection) -> list[str]:
    """Its address; at home also plain HTTP, for routers that block names of local machines (reference, 1)."""
    plain = [f"http://{connection.address}:{connection.port}"] if connection.local and connection.address else []
    return [address for address in (connection.uri, *plain) if address]


async def _answers(http: Http, name: str, address: str, server: Server) -> str:
    http.place(name, address)
    try:
        return address if await machine_at(http, name) == server.client_identifier else ""
    except ServiceError:
        return ""


async def machine_at(http: Http, host: str = "url") -> str:
    """Which server answers there; asked without a token."""
    return (await http.get("/identity", _IdentityBody, host=host)).value.media_container.machine_identifier
