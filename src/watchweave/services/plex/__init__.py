"""Plex: a media server, and the watchlist of the account behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, TypeVar, cast

from ...errors import ConfigError, SignInNeeded, UnexpectedAnswer
from ..base import Desk, Field, Identity, Known, Secrets, Service, Shelf
from ..http import Budget, Http, Limits
from .library import Library
from .shelves import Collection, History, Ratings, WatchedFlags
from .sign_in import Tokens, ask_pin, wait_for
from .watchlist import Watchlist

T = TypeVar("T")


class Plex(Service):
    """One person at one media server."""

    name = "plex"
    title = "Plex"
    hosts: ClassVar[Mapping[str, str]] = {
        "plex_tv_url": "https://plex.tv",
        "discover_url": "https://discover.provider.plex.tv",
        "metadata_url": "https://metadata.provider.plex.tv",
        "community_url": "https://community.plex.tv",
    }
    sign_in = (
        Field(
            "token", "Token", secret=True, required=True, help="Made by signing in, or X-Plex-Token of your account."
        ),
        Field("user", "User of the home", help="Whose records these are, if not those of the token's owner."),
        Field("pin", "PIN of that user", secret=True, help="Only if the user of the home has one."),
        Field("client_identifier", "Client identifier", secret=True, help="Made by itself; names this installation."),
    )
    settings = (
        Field("server", "Server", help="Name of the server, if `url` is not set and the account has several."),
        Field(
            "libraries", "Libraries", help="Titles or keys of the libraries to use; all films and series by default."
        ),
        Field(
            "check_certificate",
            "Check the certificate",
            help="`no`: the server at `url` shows a certificate of your own making. Every run then warns.",
        ),
    )
    limits: ClassVar[Limits] = Limits(
        reads=Budget(at_once=4),
        writes=Budget(at_once=8),
        explain={401: 'the sign-in is no longer good. Run "watchweave login ACCOUNT".'},
    )
    shelf_types: ClassVar[Mapping[str, type[Shelf[Any]]]] = {
        "history": History,
        "watched": WatchedFlags,
        "ratings": Ratings,
        "watchlist": Watchlist,
        "collection": Collection,
    }

    def __init__(self, http: Http, options: Mapping[str, object], known: Known, desk: Desk | None = None) -> None:
        super().__init__(http, options, known, desk)
        self.library = Library(self)
        self._asked: dict[str, asyncio.Future[object]] = {}
        check = str(options.get("check_certificate", "yes")).lower()
        if check not in ("yes", "no", "true", "false"):
            raise ConfigError("Plex: check_certificate must be yes or no.")
        if check in ("no", "false") and http.knows("url"):
            http.trust("url")

    @classmethod
    def signer(cls, secrets: Secrets) -> Tokens:
        return Tokens(secrets)

    async def sign_in_by_code(self, secrets: Secrets, tell: Callable[[str], None]) -> None:
        pin = await ask_pin(self.http, strong=False)
        tell(f"Open https://plex.tv/link and type {pin.code}")
        tell(f"Waiting for you there; the code is good for {pin.expires_in // 60} minutes. Ctrl-C gives up.")
        token = await wait_for(self.http, pin)
        secrets.save({"token": token})

    async def identity(self) -> Identity:
        """The person of the token, and the server with the libraries in use."""
        return await self.once("identity", self._identity)

    async def _identity(self) -> Identity:
        person = await self.library.person()
        if not person.id and not person.uuid:
            raise UnexpectedAnswer(self.title, "the answer does not say whose account this is.")
        user = self.option("user")
        if user and not person.is_called(user):
            whose = f"the token is that of {person.named}, not of {user}"
            raise SignInNeeded(self.title, f'{whose}. Run "watchweave login ACCOUNT" as {user}.')
        machine = await self.library.machine()
        sections = sorted(one.uuid or one.key for one in await self.library.sections())
        await self.library.account()
        return Identity(person.uuid or str(person.id), person.named, " ".join([machine, *sections]))

    async def once(self, name: str, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to a question that is put once a run, whoever asks first."""
        if name not in self._asked:
            self._asked[name] = asyncio.ensure_future(ask())
        return cast(T, await asyncio.shield(self._asked[name]))

    def option(self, name: str) -> str:
        return str(self.options.get(name) or "")

    @property
    def chosen(self) -> tuple[str, ...]:
        """The libraries that the person names; none means all."""
        named = self.options.get("libraries") or ()
        texts = named.split(",") if isinstance(named, str) else cast("tuple[object, ...]", named)
        return tuple(str(one).strip() for one in texts)
