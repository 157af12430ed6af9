"""Letterboxd: films watched, rated, liked, reviewed and wished for, by the member's feed and export, or by the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, ClassVar, cast

from ...core.records import Record
from ...errors import ConfigError, SignInNeeded, Stopped
from ..base import Desk, Examined, Field, Identity, Known, Refusal, Secrets, Service, Sheet, Shelf
from ..http import Budget, Http, Limits
from ..oauth import Flow, OAuth, code_in
from .api import Api
from .api_shelves import API_SHELVES
from .export import examine
from .films import Films
from .sheets import sheets
from .shelves import FiledLists, History, Likes, Marks, Ratings, Reviews, TagList, Watchlist

APP = ("client_id", "client_secret")
REDIRECT = "redirect_uri"
FLOW = Flow(
    authorize="/auth/authorize",
    token="/auth/token",
    scope="content:modify profile:private:view oauth:refresh",
    form=True,
    renew_at=0.4,  # nobody says that a refresh token outlives its access token; a sync every half an hour renews both
)
PRIVATE = "the profile is private, and the API hides what a private one holds. Make it public in its settings there."

NAMELESS = "whose profile it is is not known. Set `username:` in config.yml, as in the address of your profile."


def has_app(options: Mapping[str, object]) -> bool:
    """Do these settings name an app of the person's own?"""
    return all(options.get(name) for name in APP)


class Letterboxd(Service):
    """Who has a client id for the API reads and writes by it; everybody else by feed, export and import."""

    name = "letterboxd"
    title = "Letterboxd"
    base_url = "https://api.letterboxd.com/api/v0"
    hosts: ClassVar[Mapping[str, str]] = {"site_url": "https://letterboxd.com"}
    sign_in = (
        Field("username", "User name", required=True, help="As in the address of your profile."),
        Field("client_id", "Client ID", help="Only if Letterboxd gave you one for its API, which is then used."),
        Field("client_secret", "Client secret", secret=True, help="Came with the client ID."),
        Field(REDIRECT, "Redirect address", help="The one that Letterboxd knows of your client ID."),
        Field("access_token", "Access token", secret=True, help='Comes by itself with "watchweave login".'),
        Field("refresh_token", "Refresh token", secret=True, help="Comes with the access token."),
        Field("expires_at", "Expiry of the access token", help="Unix seconds; may be left out."),
    )
    asks = ("code",)
    shelf_types: ClassVar[Mapping[str, type[Shelf[Any]]]] = {
        "history": History,
        "watched": Marks,
        "ratings": Ratings,
        "watchlist": Watchlist,
        "favourites": Likes,
        "reviews": Reviews,
        "tags": TagList,
        "lists": FiledLists,
    }
    limits: ClassVar[Limits] = Limits(
        reads=Budget(at_once=1, per=1, seconds=1),
        explain={401: 'the sign-in has expired. Run "watchweave login ACCOUNT".'},
    )
    carry: ClassVar[Mapping[str, str]] = {
        "": "Upload it at https://letterboxd.com/import/. What your feed does not show, such as a rating without a day,"
        " counts as done with the next export that you import.",
        "watchlist": 'Upload it on the page of your watchlist at Letterboxd, with "Import films to watchlist". It counts as'
        " done with the next export that you import.",
    }

    def __init__(self, http: Http, options: Mapping[str, object], known: Known, desk: Desk | None = None) -> None:
        super().__init__(http, options, known, desk)
        self.username = str(options.get("username") or "").strip().lower()
        self.films = Films(self.desk.notes)
        self.lists: set[str] = set()
        """The lists that are in step, by their own names: the films of others are not read, so that nobody has to be asked
        which they are."""
        self.api = Api(http, self.desk.notes)
        self.by_api = has_app(options)
        if self.by_api:
            http.place(FLOW.host, str(options.get("url") or self.base_url))  # the same address, without the token

    @classmethod
    def shelves_by(cls, options: Mapping[str, object]) -> Mapping[str, type[Shelf[Any]]]:
        return API_SHELVES if has_app(options) else cls.shelf_types

    @classmethod
    def signer(cls, secrets: Secrets) -> OAuth:
        """The token goes to the API alone; feed and export need none."""
        return OAuth(FLOW, secrets)

    @classmethod
    def asked(cls, options: Mapping[str, object], tell: Callable[[str], None]) -> Sequence[Field]:
        """The address to which the browser was sent, with a code in it. Nobody but the person hands it over, so that the
        state proves nothing."""
        if missing := [name for name in (*APP, REDIRECT) if not options.get(name)]:
            needs = "Feed and export need no sign-in. For the API these must stand in config.yml first:"
            if not options.get("username"):
                needs = f"Set `username:` in config.yml. {needs}"
            raise ConfigError(f"{cls.title}: {needs} {', '.join(missing)}. Letterboxd gives them to you on request.")
        base, client, back = (str(options.get(name) or "") for name in ("url", "client_id", REDIRECT))
        tell(f"Open {FLOW.page(base or cls.base_url, client, back, 'watchweave')}")
        tell(f"and agree. Your browser is then sent to {back}, whether anything is there or not.")
        return [Field("code", "Copy the whole address that it shows then, and paste it here")]

    async def sign_in_by_password(self, secrets: Secrets, given: Mapping[str, str]) -> None:
        oauth = cast(OAuth, self.signing)
        await oauth.redeem(self.http, code_in(given.get("code", "")), given.get(REDIRECT, ""))
        secrets.save({"username": (await self.api.me()).member.username})

    async def refresh(self, secrets: Secrets) -> bool:
        if self.by_api:
            await cast(OAuth, self.signing).refresh(self.http)
        return self.by_api

    async def probe(self) -> None:
        if not self.by_api:
            await cast(History, self.shelves["history"]).probe()

    async def identity(self) -> Identity:
        """The name in the address of the profile, whichever way it is read; whose an export is was seen when it was
        handed in."""
        if not self.by_api:
            self.named()
            return Identity(self.username, self.username)
        me = await self.api.me()
        if me.private_account:
            raise Stopped(self.title, PRIVATE)
        name = me.member.username.lower()
        if self.username not in ("", name):
            whose = f"the sign-in is that of {name}, but `username` in the settings is {self.username}"
            raise SignInNeeded(
                self.title, f'{whose}. Correct it, or run "watchweave login ACCOUNT" as {self.username}.'
            )
        return Identity(name, me.member.username)

    def named(self) -> str:
        """The name in the address of the profile, which the person has to tell where no API does."""
        if not self.username:
            raise Stopped(self.title, NAMELESS)
        return self.username

    @classmethod
    def examine(cls, path: Path, said: str, zone: tzinfo) -> Examined | None:
        """An export, packed or not; one of its files alone does not tell enough."""
        return examine(cls.title, path, zone)

    def sheets(self, records: Sequence[Record]) -> tuple[Sequence[Sheet], Sequence[Refusal[Any]]]:
        return sheets(records, self.desk.zone)
