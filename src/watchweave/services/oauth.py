"""Signing in by OAuth: by a code on another device, by the browser, and staying signed in."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlencode

from msgspec import Struct

from ..errors import RateLimited, SignInNeeded, Stopped, Unavailable
from .base import Secrets, to_the_end
from .http import Answer, Http, Nothing

SLACK = 20.0
"""Seconds that clocks may differ."""

REFRESH_AT = 0.65
"""The part of a token's life after which it is usually renewed."""

EARLY = 3600.0
"""Seconds before its end that a token is renewed whose beginning nobody knows."""

SLOWER = 5
"""Seconds added to the interval when a service finds that we poll too fast (RFC 8628, 3.5)."""

NOT_OURS = (401, 403)
"""What a sign-in host answers to an app that it does not know, or whose secret is another."""

FARTHEST = 1e11
"""Unix seconds from here on are no time, but perhaps milliseconds."""

log = logging.getLogger("watchweave.oauth")

NO_SIGN_IN = 'not signed in. Run "watchweave login ACCOUNT".'
EXPIRED = 'the sign-in has expired. Run "watchweave login ACCOUNT".'

_BY_ERROR = {"authorization_pending": 400, "slow_down": 429, "expired_token": 410, "access_denied": 418}
_ENDED = {
    404: "the code is not known.",
    409: "the code was used already.",
    410: "the code has expired.",
    418: "the sign-in was declined.",
}


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Flow(Struct, frozen=True):
    """Where a service signs people in, and how.

    scope: what a browser asks for. redirect: what is named where no browser is, if anything. form: the token address takes
    a form rather than JSON. renew_at: the part of a token's life after which it is renewed. extra: headers beside the
    token for its main host.
    """

    host: str = "auth_url"
    authorize: str = "/oauth/authorize"
    device: str = "/oauth/device/code"
    device_token: str = "/oauth/device/token"
    token: str = "/oauth/token"
    revoke: str = "/oauth/revoke"
    redirect: str = "urn:ietf:wg:oauth:2.0:oob"
    scope: str = ""
    form: bool = False
    renew_at: float = REFRESH_AT
    extra: Callable[[Mapping[str, str]], Mapping[str, str]] = lambda values: {}

    def page(self, base: str, client: str, redirect: str, state: str) -> str:
        """Where a browser is sent; it comes back to `redirect` with a code and this state."""
        asked = {"response_type": "code", "client_id": client, "redirect_uri": redirect, "state": state}
        scope = {"scope": self.scope} if self.scope else {}
        return f"{base.rstrip('/')}{self.authorize}?{urlencode(asked | scope)}"


class DeviceCode(Struct, frozen=True):
    """What a person types where. Times are in seconds."""

    device_code: str
    user_code: str
    verification_url: str
    expires_in: int = 600
    interval: int = 5

    def __repr__(self) -> str:
        return f"DeviceCode({self.verification_url})"


class Granted(Struct, frozen=True):
    """The answer of a token address, good or bad; it never shows what it holds. What is wrong stands in `error`, or where
    that only says that something is, in `code`."""

    access_token: str = ""
    refresh_token: str | None = None
    expires_in: int | None = None
    error: str | bool = ""
    code: str = ""

    @property
    def fault(self) -> str:
        return self.error if isinstance(self.error, str) else self.code

    def __repr__(self) -> str:
        return "Granted(…)"


class OAuth:
    """Signs requests with a token, and keeps it fresh.

    The secrets: client_id, client_secret, access_token, refresh_token, expires_at and issued_at (unix seconds).
    A refresh token works once: one task of one process refreshes, and the new pair is on disk before it is used.
    """

    def __init__(self, flow: Flow, secrets: Secrets) -> None:
        self._flow = flow
        self._secrets = secrets
        self._values: Mapping[str, str] = secrets.load()
        self._refused = False
        self._put_off = False
        self._doubted = False

    async def headers(self, http: Http, host: str) -> Mapping[str, str]:
        http.secrets.hide(*(self._values.get(name, "") for name in ("client_id", "client_secret", "refresh_token")))
        if host != "url":
            return {}
        if not self._values.get("access_token"):
            raise SignInNeeded(http.title, NO_SIGN_IN)
        if self._refused:
            raise SignInNeeded(http.title, EXPIRED)
        self._doubt_expiry(http.title)
        if self._due(http.clock.now()) and not self._put_off:
            await self._refresh_early(http)
        return {**self._flow.extra(self._values), "Authorization": self._bearer()}

    async def renew(self, http: Http, refused: Mapping[str, str]) -> bool:
        return await self._better(http, refused.get("Authorization", ""))

    async def refresh(self, http: Http) -> None:
        """New tokens now, whatever the old ones are worth."""
        await self._refresh(http)

    async def _refresh(self, http: Http, *, early: bool = False) -> None:
        if not await self._better(http, self._bearer(), early=early):
            raise SignInNeeded(http.title, EXPIRED if self._values.get("access_token") else NO_SIGN_IN)

    async def _refresh_early(self, http: Http) -> None:
        """A sign-in host that is down must not stop us as long as the old token is good."""
        try:
            await self._refresh(http, early=True)
        except (Unavailable, RateLimited):
            self._put_off = True
            if http.clock.now() + SLACK >= self._number("expires_at"):
                raise

    async def _better(self, http: Http, spent: str, *, early: bool = False) -> bool:
        """Are there, now, better tokens than the spent one? At most one refresh is tried after one was refused.

        early: the spent one is still good, so one try is enough.
        """
        async with self._secrets.lock():
            if self._reload() != spent or (early and self._put_off):
                return True
            if self._refused or not self._values.get("refresh_token"):
                return False
            if await to_the_end(self._exchange(http)):
                return True
            self._refused = self._reload() == spent
            return not self._refused

    async def _exchange(self, http: Http) -> bool:
        """Trade the refresh token in. Sending it again does no harm: the second one is refused at worst."""
        asked = {"grant_type": "refresh_token", "refresh_token": self._values["refresh_token"]}
        now = http.clock.now()
        answer = await self._trade(http, asked, again=True)
        if answer.status in (400, 401):
            return False
        self._keep(http, answer.value, now)
        return True

    async def _trade(self, http: Http, asked: Mapping[str, str], *, again: bool = False) -> Answer[Granted]:
        """What the token address gives for this: tokens, or 400 or 401."""
        body, headers = self._given(asked)
        answer = await http.send(
            "POST",
            self._flow.token,
            Granted,
            host=self._flow.host,
            body=body,
            headers=headers,
            accept=(400, 401),
            again=again,
        )
        if answer.value and answer.value.fault == "invalid_client":
            raise wrong_app(http)
        return answer

    def _keep(self, http: Http, granted: Granted, now: float) -> None:
        """Save what was granted; where a part is missing the old one stays, but an old end never outlives its token."""
        if not granted.access_token:
            raise Unavailable(http.title, "the sign-in was answered without a token.")
        end = now + (granted.expires_in or 0)
        ends = f"{end:.0f}" if now < end < FARTHEST else ""
        new = {"access_token": granted.access_token, "expires_at": ends, "issued_at": f"{now:.0f}"}
        if granted.refresh_token:
            new["refresh_token"] = granted.refresh_token
        http.secrets.hide(granted.access_token, granted.refresh_token or "")
        self._secrets.save(new)
        self._reload()

    def _reload(self) -> str:
        self._values = self._secrets.load()
        return self._bearer()

    def _bearer(self) -> str:
        return f"Bearer {self._values.get('access_token', '')}"

    def _given(self, asked: Mapping[str, str]) -> tuple[object, Mapping[str, str]]:
        """The body of a request to the sign-in host, with what it knows of our app; and what says that it is a form."""
        redirect = {"redirect_uri": self._flow.redirect} if self._flow.redirect else {}
        known = {name: self._values.get(name, "") for name in ("client_id", "client_secret")}
        body = {**redirect, **known, **asked}
        return (urlencode(body).encode(), FORM) if self._flow.form else (body, {})

    def _number(self, name: str) -> float:
        """A time that is kept; 0 where there is none, or something that is none."""
        text = self._values.get(name, "")
        number = float(text) if text.isascii() and text.isdigit() else 0.0
        return number if number < FARTHEST else 0.0

    def _doubt_expiry(self, title: str) -> None:
        """Say once that what a person entered is no time. It is not shown: it may be a token in the wrong line."""
        if self._values.get("expires_at") and not self._number("expires_at") and not self._doubted:
            self._doubted = True
            log.warning(
                "%s: expires_at is not a time in unix seconds, such as 1795000000. It counts as unknown until the"
                " sign-in is renewed.",
                title,
            )

    def _due(self, now: float) -> bool:
        """Is it time for new tokens? Not if their end is unknown: then a 401 tells."""
        ends, began = self._number("expires_at"), self._number("issued_at")
        if not ends or not self._values.get("refresh_token"):
            return False
        moment = began + (ends - began) * self._flow.renew_at if 0 < began < ends else ends - EARLY
        return now + SLACK >= moment

    # Signing in

    async def device_code(self, http: Http) -> DeviceCode:
        """The code that a person types on another device."""
        body = {"client_id": self._values.get("client_id", "")}
        answer = await http.send(
            "POST", self._flow.device, DeviceCode, host=self._flow.host, body=body, again=True, accept=NOT_OURS
        )
        if answer.status in NOT_OURS:  # nobody is signed in yet, so it is not the sign-in that is refused
            raise wrong_app(http)
        return answer.value

    async def wait_for_approval(self, http: Http, code: DeviceCode) -> None:
        """Poll until the person has typed the code; signed in when this returns."""
        interval, end = max(code.interval, 1), http.clock.now() + code.expires_in
        http.secrets.hide(code.device_code)
        known = {name: self._values.get(name, "") for name in ("client_id", "client_secret")}
        while http.clock.now() + interval < end:
            await http.clock.sleep(interval)
            now = http.clock.now()
            answer = await http.send(
                "POST",
                self._flow.device_token,
                Granted,
                host=self._flow.host,
                body={"code": code.device_code, **known},
                accept=(400, 404, 409, 410, 418, 429, *NOT_OURS),
            )
            if answer.status in NOT_OURS:
                raise wrong_app(http)
            status = _BY_ERROR.get(answer.value.fault, answer.status) if answer.value else answer.status
            if status == 200:
                return await self._signed_in(http, answer.value, now)
            if status in _ENDED:
                raise SignInNeeded(http.title, f'{_ENDED[status]} Run "watchweave login ACCOUNT" again.')
            interval += SLOWER if status == 429 else 0
        raise SignInNeeded(http.title, f'{_ENDED[410]} Run "watchweave login ACCOUNT" again.')

    def authorize_address(self, base: str, redirect: str, state: str) -> str:
        """Where the browser is sent; it comes back to `redirect` with a code and this state."""
        return self._flow.page(base, self._values.get("client_id", ""), redirect, state)

    async def redeem(self, http: Http, code: str, redirect: str) -> None:
        """Trade the code that the browser brought for tokens; signed in when this returns."""
        http.secrets.hide(code)
        now = http.clock.now()
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
        answer = await self._trade(http, asked)
        if answer.status in (400, 401):
            raise SignInNeeded(http.title, 'the code was refused. Run "watchweave login ACCOUNT" again.')
        await self._signed_in(http, answer.value, now)

    async def _signed_in(self, http: Http, granted: Granted, now: float) -> None:
        async with self._secrets.lock():
            self._keep(http, granted, now)
        self._refused = False

    async def revoke(self, http: Http) -> None:
        """Tell the service to forget the token."""
        host, (body, headers) = self._flow.host, self._given({"token": self._values.get("access_token", "")})
        await http.send(
            "POST",
            self._flow.revoke,
            Nothing,
            host=host,
            body=body,
            headers=headers,
            again=True,
            accept=(400, 401, 404),
        )


def code_in(pasted: str) -> str:
    """The code in the address to which a browser was sent; what was pasted itself, where there is none in it.

    >>> code_in("http://127.0.0.1:8080/signed-in?code=4%2FabC&state=x"), code_in(" 4/abC ")
    ('4/abC', '4/abC')
    """
    found = re.search(r"[?&]code=([^&#\s]+)", pasted)
    return unquote(found[1]) if found else pasted.strip()


def wrong_app(http: Http) -> Stopped:
    """The service does not know our app: signing in again does not help."""
    return Stopped(http.title, http.limits.explain.get(403) or "the app key is wrong, or no longer valid.")
