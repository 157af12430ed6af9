"""Signing in to the simulated Serializd: e-mail and password give a token that cannot be renewed."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from .serializd_asking import Stop, decoded
from .serializd_member import Member
from .serializd_rules import COOKIE
from .server import Answer, Call

if TYPE_CHECKING:
    from .serializd import Serializd

LOGIN, CHECK = "/api/login", "/api/validateauthtoken"
PATHS = (LOGIN, CHECK)


class Login(Struct):
    email: str
    password: str


class Check(Struct):
    token: str


class Token(Struct, frozen=True):
    """A token on its way; `ends` in unix seconds."""

    member: Member
    ends: float


class SignIn:
    """Gives tokens and knows whose they are."""

    def __init__(self, serializd: Serializd) -> None:
        self.serializd = serializd
        self._tokens: dict[str, Token] = {}

    # What a person does

    def token(self, member: Member) -> str:
        """A new token, which is a JWT; older ones stay good."""
        ends = self.serializd.world.now() + self.serializd.options.expires_in
        claims = {"username": member.name, "exp": int(ends), "jti": self.serializd.next_number()}
        signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
        digest = hmac.new(str(self.serializd.world.seed).encode(), signed.encode(), hashlib.sha256).digest()
        token = f"{signed}.{_text(digest)}"
        self._tokens[token] = Token(member, ends)
        return token

    def expire(self, member: Member) -> None:
        """No token of this person works any more."""
        self._tokens = {text: token for text, token in self._tokens.items() if token.member is not member}

    # What a program asks

    def who(self, call: Call) -> Member | None:
        """Who asks, by the token in the header or else in the cookie."""
        authorization = call.headers.get("authorization", "")
        return self._owner(authorization.removeprefix("Bearer ") if authorization else _cookie(call))

    def _owner(self, text: str) -> Member | None:
        token = self._tokens.get(text)
        return token.member if token and token.ends > self.serializd.world.now() else None

    def answer(self, call: Call) -> Answer:
        if call.method != "POST":
            raise Stop(405, "Method not allowed")
        return self._login(decoded(call, Login)) if call.path == LOGIN else self._check(decoded(call, Check))

    def _login(self, body: Login) -> Answer:
        member = next((one for one in self.serializd.members.values() if one.email == body.email), None)
        if member is None or member.password != body.password:
            raise Stop(401, "Invalid email or password")
        person = {"username": member.name}
        nested = self.serializd.options.user_nested
        return Answer(({"user": person} if nested else person) | {"token": self.token(member)})

    def _check(self, body: Check) -> Answer:
        member = self._owner(body.token)
        if member is None:
            raise Stop(401, "Invalid token")
        return Answer({"isValid": True, "username": member.name})


def _cookie(call: Call) -> str:
    try:
        found = SimpleCookie(call.headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _part(value: object) -> str:
    return _text(msgspec.json.encode(value))
