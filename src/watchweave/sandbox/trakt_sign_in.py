"""Signing in to the simulated Trakt: by device code, by browser, and by refresh tokens that work once (section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from .server import Answer, Call
from .trakt_account import Account

if TYPE_CHECKING:
    from .trakt import Trakt

DEVICE_SECONDS = 600
DEVICE_INTERVAL = 5
LETTERS = "0123456789ABCDEF"


@dataclass
class Grant:
    """A pair of tokens. `expires` is of the access token; `spent`: the refresh token was used."""

    account: Account
    client: str
    access: str
    refresh: str
    expires: float
    spent: bool = False


@dataclass
class Device:
    """A sign-in by code, under way."""

    client: str
    user_code: str
    expires: float
    polled: float = 0.0
    state: str = "pending"
    account: Account | None = None


class SignIn:
    """The host auth.trakt.tv. What a person does in the browser: `approve`, `deny`, or be `in_browser`."""

    def __init__(self, trakt: Trakt) -> None:
        self.trakt = trakt
        self.in_browser: Account | None = None
        """Who says yes when a browser is sent to the sign-in page."""
        self.grants: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        self._devices: dict[str, Device] = {}
        self._codes: dict[str, tuple[Account, str, str]] = {}

    # What a person does

    def approve(self, user_code: str, account: Account) -> None:
        """The person entered this code and said yes."""
        device = next(one for one in self._devices.values() if one.user_code == user_code)
        device.state, device.account = "approved", account

    def deny(self, user_code: str) -> None:
        next(one for one in self._devices.values() if one.user_code == user_code).state = "denied"

    def grant(self, account: Account, client: str) -> Grant:
        """A fresh pair of tokens."""
        expires = self.trakt.world.now() + self.trakt.options.expires_in
        grant = Grant(account, client, self._secret(), self._secret(), expires)
        self.grants[grant.access] = self._by_refresh[grant.refresh] = grant
        return grant

    def expire(self, account: Account) -> None:
        """The access tokens of this person stop working; the refresh tokens do not."""
        for grant in self.grants.values():
            if grant.account is account:
                grant.expires = 0.0

    def revoke(self, account: Account) -> None:
        """The person removed the app: no token works any more."""
        self.grants = {token: grant for token, grant in self.grants.items() if grant.account is not account}
        self._by_refresh = {token: grant for token, grant in self._by_refresh.items() if grant.account is not account}

    def who(self, token: str) -> Account | None:
        """Whose access token this is, while it works."""
        grant = self.grants.get(token)
        return grant.account if grant and grant.expires > self.trakt.world.now() else None

    def _secret(self, length: int = 64) -> str:
        return f"{self.trakt.world.random.getrandbits(length * 4):0{length}x}"

    # What a program asks

    def answer(self, call: Call) -> Answer:
        path, body = "/" + call.path.strip("/"), self._body(call)
        if (call.method, path) == ("GET", "/oauth/authorize"):
            return self._authorize(call)
        steps = {
            "/oauth/device/code": self._device_code,
            "/oauth/device/token": self._device_token,
            "/oauth/token": self._token,
            "/oauth/revoke": self._revoke,
        }
        if path not in steps:
            return Answer(None, 404)
        if call.method != "POST":
            return Answer(None, 405)
        if body is None:
            return Answer(None, 400)
        secret = self.trakt.apps.get(body.get("client_id", ""))
        if secret is None or (path != "/oauth/device/code" and body.get("client_secret") != secret):
            return Answer({"error": "invalid_client", "error_description": "Client authentication failed."}, 401)
        return steps[path](body)

    def _body(self, call: Call) -> dict[str, str] | None:
        try:
            return msgspec.convert(call.json or {}, dict[str, str], strict=False)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return None

    def _authorize(self, call: Call) -> Answer:
        client, back = call.query.get("client_id", ""), call.query.get("redirect_uri", "")
        if client not in self.trakt.apps:
            return Answer(None, 401)
        if self.in_browser is None:
            return Answer(b"<html><body>Sign in to Trakt</body></html>", 200, {"Content-Type": "text/html"})
        code = self._secret()
        self._codes[code] = self.in_browser, client, back
        more = urlencode({"code": code} | ({"state": call.query["state"]} if "state" in call.query else {}))
        return Answer(None, 302, {"Location": f"{back}{'&' if '?' in back else '?'}{more}"})

    def _device_code(self, body: dict[str, str]) -> Answer:
        code = self._secret()
        user_code = "".join(self.trakt.world.random.choice(LETTERS) for _ in range(8))
        self._devices[code] = Device(body["client_id"], user_code, self.trakt.world.now() + DEVICE_SECONDS)
        return Answer(
            {
                "device_code": code,
                "user_code": user_code,
                "verification_url": "https://trakt.tv/activate",
                "expires_in": DEVICE_SECONDS,
                "interval": DEVICE_INTERVAL,
            }
        )

    def _device_token(self, body: dict[str, str]) -> Answer:
        """400 until the person said yes, then the tokens once (section 2.1)."""
        device, now = self._devices.get(body.get("code", "")), self.trakt.world.now()
        if device is None or device.client != body["client_id"]:
            return Answer(None, 404)
        if device.state == "used":
            return Answer(None, 409)
        if now >= device.expires:
            return self._not_yet(410, "expired_token")
        if device.polled and now - device.polled < DEVICE_INTERVAL:
            return self._not_yet(429, "slow_down")
        device.polled = now
        if device.state == "denied":
            return self._not_yet(418, "access_denied")
        if device.account is None:
            return self._not_yet(400, "authorization_pending")
        device.state = "used"
        return self._tokens(self.grant(device.account, device.client))

    def _not_yet(self, status: int, error: str) -> Answer:
        headers = {"Retry-After": str(DEVICE_INTERVAL)} if status == 429 else {}
        return Answer({"error": error} if self.trakt.options.device_errors else None, status, headers)

    def _token(self, body: dict[str, str]) -> Answer:
        if body.get("grant_type") == "authorization_code":
            account, client, back = self._codes.pop(body.get("code", ""), (None, "", ""))
            fits = (client, back) == (body["client_id"], body.get("redirect_uri", ""))
            return self._tokens(self.grant(account, client)) if account and fits else self._invalid_grant()
        grant = self._by_refresh.get(body.get("refresh_token", ""))
        if body.get("grant_type") != "refresh_token" or grant is None or grant.spent:
            return self._invalid_grant()
        grant.spent = True
        if self.trakt.options.old_access_dies:
            grant.expires = 0.0
        return self._tokens(self.grant(grant.account, grant.client))

    def _revoke(self, body: dict[str, str]) -> Answer:
        grant = self.grants.pop(body.get("token", ""), None)
        if grant:
            self._by_refresh.pop(grant.refresh, None)
        return Answer({})

    def _tokens(self, grant: Grant) -> Answer:
        return Answer(
            {
                "access_token": grant.access,
                "token_type": "bearer",
                "expires_in": self.trakt.options.expires_in,
                "refresh_token": grant.refresh,
                "scope": "public",
                "created_at": int(self.trakt.world.now()),
            }
        )

    def _invalid_grant(self) -> Answer:
        text = "The provided authorization grant is invalid, expired, revoked, or was issued to another client."
        error = {"error": "invalid_grant", "error_description": text}
        return Answer(error, self.trakt.options.invalid_grant_status)
