"""Signing in to the API of the simulated Letterboxd: by browser, by refresh token, and as an app (reference, "API")."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from .letterboxd_asking import Stop
from .letterboxd_member import Member
from .letterboxd_rules import REFRESH, SCOPES
from .server import Answer, Call

if TYPE_CHECKING:
    from .letterboxd import Letterboxd

CLIENT, SECRET = "simulated-client", "simulated-secret"
REDIRECT = "http://127.0.0.1:8080/signed-in"
PAGE = b"<html><head><title>Sign in - Letterboxd</title></head><body>Sign in to Letterboxd</body></html>"


@dataclass(slots=True)
class Grant:
    """Tokens of a member, or of an app alone. `refresh` is empty where it was not allowed; `spent`: it was used."""

    member: Member | None
    client: str
    scopes: tuple[str, ...]
    access: str
    refresh: str
    expires: float
    spent: bool = False


@dataclass(slots=True)
class App:
    """A program with a client id; browsers are sent back to these addresses only."""

    secret: str
    redirects: tuple[str, ...] = (REDIRECT,)


class SignIn:
    """`in_browser` is who says yes when a browser is sent to the page; `grant` does without a browser."""

    def __init__(self, letterboxd: Letterboxd) -> None:
        self.letterboxd = letterboxd
        self.in_browser: Member | None = None
        self.apps = {CLIENT: App(SECRET)}
        self.grants: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        self._codes: dict[str, tuple[Grant, str]] = {}

    def grant(self, member: Member | None, client: str = CLIENT, scopes: tuple[str, ...] = SCOPES) -> Grant:
        """Fresh tokens that work."""
        expires = self.letterboxd.world.now() + self.letterboxd.options.expires_in
        refresh = self._secret() if REFRESH in scopes else ""
        grant = Grant(member, client, scopes, self._secret(), refresh, expires)
        self.grants[grant.access] = grant
        if refresh:
            self._by_refresh[refresh] = grant
        return grant

    def expire(self, member: Member) -> None:
        """The access tokens of this member stop working."""
        for grant in self.grants.values():
            if grant.member is member:
                grant.expires = 0.0

    def revoke(self, member: Member) -> None:
        """The member removed the app: no token works any more."""
        self.grants = {token: one for token, one in self.grants.items() if one.member is not member}
        self._by_refresh = {token: one for token, one in self._by_refresh.items() if one.member is not member}

    def who(self, token: str) -> Grant | None:
        """What this access token was given for, while it works."""
        grant = self.grants.get(token)
        return grant if grant and grant.expires > self.letterboxd.world.now() else None

    def _secret(self) -> str:
        return f"{self.letterboxd.random.getrandbits(256):064x}"

    # What a browser and a program ask

    def page(self, call: Call) -> Answer:
        """The page where a member says yes: sends the browser back with a code."""
        asked = call.query
        app, back = self.apps.get(asked.get("client_id", "")), asked.get("redirect_uri", "")
        scopes = tuple(asked.get("scope", "").split())
        if app is None or back not in app.redirects:
            raise Stop(400, "This app or its redirect address is not registered")
        if asked.get("response_type") != "code" or not set(scopes) <= set(SCOPES):
            raise Stop(400, "This response type or scope is not known")
        if self.in_browser is None:
            return Answer(PAGE, 200, {"Content-Type": "text/html; charset=utf-8"})
        code = self._secret()
        self._codes[code] = Grant(self.in_browser, asked["client_id"], scopes, "", "", 0.0), back
        more = urlencode({"code": code} | ({"state": asked["state"]} if "state" in asked else {}))
        return Answer(None, 302, {"Location": f"{back}{'&' if '?' in back else '?'}{more}"})

    def token(self, call: Call) -> Answer:
        """Tokens for a form."""
        form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        if not call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return self._refused("invalid_request", "The body is no form")
        app = self.apps.get(form.get("client_id", ""))
        if app is None or form.get("client_secret") != app.secret:
            return self._refused("invalid_client", "This client is not known, or its secret is another", 401)
        steps: dict[str, Callable[[dict[str, str]], Grant | None]] = {
            "authorization_code": self._by_code,
            "refresh_token": self._refreshed,
            "client_credentials": lambda form: self.grant(None, form["client_id"], ()),
        }
        step = steps.get(form.get("grant_type", ""))
        if step is None:
            return self._refused("unsupported_grant_type", "This grant type is not for you")
        grant = step(form)
        return (
            self._tokens(grant)
            if grant
            else self._refused("invalid_grant", "This code or token is not good (any more)")
        )

    def _by_code(self, form: dict[str, str]) -> Grant | None:
        meant, back = self._codes.pop(form.get("code", ""), (None, ""))
        if meant is None or (meant.client, back) != (form["client_id"], form.get("redirect_uri")):
            return None
        return self.grant(meant.member, meant.client, meant.scopes)

    def _refreshed(self, form: dict[str, str]) -> Grant | None:
        old = self._by_refresh.get(form.get("refresh_token", ""))
        if old is None or old.spent or old.client != form["client_id"]:
            return None
        if old.expires <= self.letterboxd.world.now() and not self.letterboxd.options.refresh_outlives:
            return None
        old.spent = True
        return self.grant(old.member, old.client, old.scopes)

    def _tokens(self, grant: Grant) -> Answer:
        told = {
            "access_token": grant.access,
            "token_type": "Bearer",
            "expires_in": self.letterboxd.options.expires_in,
            "scope": " ".join(grant.scopes),
        }
        return Answer(told | ({"refresh_token": grant.refresh} if grant.refresh else {}))

    def _refused(self, error: str, message: str, status: int = 400) -> Answer:
        if self.letterboxd.options.token_errors == "oauth":
            return Answer({"error": error, "error_description": message}, status)
        return Stop(status, message, error).answer
