"""Trakt: history, ratings, watchlist, lists, favourites, reviews and collection of one account."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from msgspec import Struct, field
from msgspec.structs import replace

from ...errors import ConfigError, UnexpectedAnswer
from ..base import Desk, Field, Identity, Known, Secrets, Service, Shelf
from ..http import Budget, Http, Limits
from ..oauth import Flow, OAuth
from .history import History
from .lists import PersonalLists
from .reviews import Reviews
from .shelves import Collection, Favourites, Ratings, Watchlist
from .tables import Tables

APP = "https://trakt.tv/oauth/applications"
FRESH = 30
"""Seconds for which one answer says when each part last changed."""


class User(Struct, gc=False):
    username: str = ""
    name: str | None = None
    ids: dict[str, Any] = field(default_factory=dict)


class Browsing(Struct, gc=False):
    watch_only_once: bool | None = None


class Settings(Struct, gc=False):
    """The settings of an account, as far as we use them (12); limits move, so they are read each run."""

    user: User = field(default_factory=User)
    limits: dict[str, Any] = field(default_factory=dict)
    browsing: Browsing | None = None
    permissions: dict[str, Any] | None = None

    @property
    def only_once(self) -> bool:
        """Does the account keep one play per item (4.5)?"""
        return bool(self.browsing and self.browsing.watch_only_once)

    @property
    def may_comment(self) -> bool:
        return not self.permissions or self.permissions.get("commenting") is not False


class Trakt(Service):
    name = "trakt"
    title = "Trakt"
    base_url = "https://api.trakt.tv"
    hosts: ClassVar[Mapping[str, str]] = {"auth_url": "https://auth.trakt.tv"}
    sign_in = (
        Field("client_id", "Client ID", required=True, help=f"Of your app at {APP}; making one needs Trakt VIP."),
        Field("client_secret", "Client secret", secret=True, required=True, help="Stands below the client ID."),
        Field(
            "access_token", "Access token", secret=True, required=True, help='Comes by itself with "watchweave login".'
        ),
        Field("refresh_token", "Refresh token", secret=True, help="Comes with the access token."),
        Field("expires_at", "Expiry of the access token", help="Unix seconds; may be left out."),
    )
    shelf_types: ClassVar[Mapping[str, type[Shelf[Any]]]] = {
        "history": History,
        "ratings": Ratings,
        "watchlist": Watchlist,
        "collection": Collection,
        "lists": PersonalLists,
        "favourites": Favourites,
        "reviews": Reviews,
    }

    limits: ClassVar[Limits] = Limits(
        reads=Budget(at_once=4, per=1000, seconds=300),  # 1.2
        writes=Budget(at_once=1, per=1, seconds=1.05),
        timeout=90,  # a batch of 800 took 45 seconds (trakt/trakt-api#448)
        explain={
            401: 'the sign-in has expired. Run "watchweave login ACCOUNT".',
            403: "the app key is wrong, or no longer valid. Compare client_id and client_secret with those at"
            f" {APP}; making an app needs Trakt VIP.",
            423: "the account is locked or deactivated. Write to Trakt's support; nothing is sent until then.",
        },
    )

    def __init__(self, http: Http, options: Mapping[str, object], known: Known, desk: Desk | None = None) -> None:
        super().__init__(http, options, known, desk)
        self._activities: Mapping[str, Mapping[str, str | None]] | None = None
        self._asked = 0.0
        self._settings: Settings | None = None
        self._asking = asyncio.Lock()
        self.tables = Tables(http)

    @classmethod
    def signer(cls, secrets: Secrets) -> OAuth:
        """Signs requests of one account; also signs in. The token goes to the API alone."""
        return OAuth(Flow(extra=_headers), secrets)

    async def sign_in_by_code(self, secrets: Secrets, tell: Callable[[str], None]) -> None:
        missing = [name for name in ("client_id", "client_secret") if not secrets.load().get(name)]
        if missing:
            raise ConfigError(f"Trakt: {' and '.join(missing)} must stand in config.yml first. You find them at {APP}.")
        oauth = self.signer(secrets)
        code = await oauth.device_code(self.http)
        tell(f"Open {code.verification_url} and type {code.user_code}")
        tell(f"Waiting for you there; the code is good for {code.expires_in // 60} minutes. Ctrl-C gives up.")
        await oauth.wait_for_approval(self.http, code)

    async def refresh(self, secrets: Secrets) -> bool:
        await self.signer(secrets).refresh(self.http)
        return True

    async def identity(self) -> Identity:
        """The uuid stays when the person is renamed (14.9)."""
        user = (await self.account()).user
        person = user.ids.get("uuid") or user.ids.get("trakt") or user.ids.get("slug") or user.username
        if not person:
            raise UnexpectedAnswer(self.http.title, "the answer does not say whose account this is.")
        return Identity(str(person), user.name or user.username)

    async def account(self) -> Settings:
        """The settings of the account; asked once a run."""
        async with self._asking:
            if self._settings is None:
                asked = {"extended": "browsing"}
                self._settings = (await self.http.get("/users/settings", Settings, params=asked)).value
                if self._settings.only_once:  # true of this account, not of the class
                    vars(self.shelves["history"])["form"] = replace(History.form, repeats=False)
            return self._settings

    async def limit(self, shelf: str, of: str = "item_count") -> int:
        """How many items a shelf may hold, or how many lists there may be (`count`); 0 where that is not said."""
        told = (await self.account()).limits.get(shelf)
        size = told.get(of) if isinstance(told, dict) else None
        return size if isinstance(size, int) else 0

    async def activities(self) -> Mapping[str, Mapping[str, str | None]]:
        """When each part last changed (3); asked once for all shelves, and again after we wrote, or later on."""
        async with self._asking:
            if self._activities is None or self.http.clock.now() >= self._asked + FRESH:
                self._asked = self.http.clock.now()
                answer = await self.http.get("/sync/last_activities", dict[str, Any])
                self._activities = {name: part for name, part in answer.value.items() if isinstance(part, dict)}
            return self._activities

    def forget_activities(self) -> None:
        """Our own writes move them too."""
        self._activities = None


def _headers(values: Mapping[str, str]) -> Mapping[str, str]:
    """What every call to the API carries (1)."""
    return {
        "Content-Type": "application/json",
        "trakt-api-version": "2",
        "trakt-api-key": values.get("client_id", ""),
    }
