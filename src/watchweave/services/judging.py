"""What an answer means: a value, or the error that says what happens next."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from http.client import responses
from typing import Any, Generic, TypeVar

import httpx2
import msgspec
from msgspec import Struct

from ..errors import (
    LimitReached,
    RateLimited,
    Rejected,
    ServiceError,
    SignInNeeded,
    Stopped,
    Unavailable,
    UnexpectedAnswer,
)
from .secrecy import Secrecy

T = TypeVar("T")

Params = Mapping[str, str | int] | Sequence[tuple[str, str | int]]
"""The query; pairs where a name comes more than once or the order matters."""

DOUBT = 2.0
"""Seconds before a doubtful answer is asked for again."""


class Answer(Struct, Generic[T], frozen=True):
    """What a service answered. For an accepted failure `value` is None where the body holds no such value."""

    value: T
    status: int
    headers: Mapping[str, str]


class Nothing(Struct, frozen=True):
    """The shape of an answer whose body does not matter."""


class Call(Struct):
    """A request, and how far it got. place: the real address of its host, without a path.
    doubted: what may have been wrong was asked for again. unclear: an attempt that changes something may have been done.
    """

    method: str
    path: str
    shape: Any
    body: object = None
    params: Params = ()
    host: str = "url"
    headers: Mapping[str, str] = {}
    again: bool = False
    accept: Collection[int] = ()
    doubt: Collection[int] = ()
    place: str = ""
    failures: int = 0
    renewed: bool = False
    doubted: bool = False
    unclear: bool = False

    @property
    def reads(self) -> bool:
        return self.method in ("GET", "HEAD")

    @property
    def named(self) -> str:
        return f"{self.method} {self.place}/{self.path.lstrip('/')}"

    def doubts(self, outcome: Answer[Any] | ServiceError) -> bool:
        """May this be wrong, so that asking once more is worth it and does no harm?"""
        status = outcome.status if isinstance(outcome, Answer | UnexpectedAnswer) else 0
        return status in self.doubt and not self.doubted and (self.reads or self.again)


class Raw(Struct, frozen=True):
    status: int
    headers: httpx2.Headers
    body: bytes


class Judge:
    """Reads the answers of one service."""

    def __init__(self, title: str, explain: Mapping[int, str], secrets: Secrecy) -> None:
        self._title = title
        self._explain = explain
        self._secrets = secrets

    def outcome(self, call: Call, raw: Raw) -> Answer[Any] | ServiceError:
        """What an answer is: a value, or the error that says what happens next."""
        status = raw.status
        if status in call.accept:
            return Answer(self._lenient(call, raw), status, raw.headers)
        if 200 <= status < 300:
            return self._read(call, raw)
        if status >= 500 or status == 408:
            return self.lost(call, f"the answer was {status} {responses.get(status, '')}".rstrip())
        text = self._explain.get(status) or self._reason(raw)
        if status == 401:
            return SignInNeeded(self._title, text or "the sign-in is no longer good. Sign in again.")
        if status in (403, 423):
            return Stopped(self._title, text or f"access was refused ({status}, {self._secrets.clean(call.named)}).")
        if status == 429:
            return RateLimited(self._title, "asked us to wait.")
        what = f"{self._secrets.clean(call.named)} was answered with {status} {responses.get(status, '')}".rstrip()
        what += f": {text}" if text else "."
        if status in (420, 426):
            limit = raw.headers.get("X-Account-Limit", "")
            return LimitReached(self._title, what, limit=int(limit) if limit.isdigit() else None)
        if status in (400, 422):
            return Rejected(self._title, what, status=status)
        return UnexpectedAnswer(self._title, what, status=status)

    def _read(self, call: Call, raw: Raw) -> Answer[Any] | ServiceError:
        """The value of a 2xx answer. HTML never is one, whatever the status says."""
        if raw.body and "html" in raw.headers.get("Content-Type", "").lower():
            return self.unreadable(call, raw.status, "is a web page")
        if call.shape is Nothing:
            return Answer(Nothing(), raw.status, raw.headers)
        if call.shape is bytes:
            return Answer(raw.body, raw.status, raw.headers)
        try:
            return Answer(_decoder(call.shape).decode(raw.body), raw.status, raw.headers)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return self.unreadable(call, raw.status, f"cannot be read ({self._secrets.clean(str(error))})")

    def _lenient(self, call: Call, raw: Raw) -> Any:
        answer = self._read(call, raw)
        return answer.value if isinstance(answer, Answer) else None

    def unreadable(self, call: Call, status: int, why: str) -> ServiceError:
        text = f"the answer to {self._secrets.clean(call.named)} {why}."
        if call.reads:
            return UnexpectedAnswer(self._title, text, status=status)
        return Unavailable(self._title, f"{text} Whether it was done is unknown.")

    def unsendable(self, call: Call) -> Rejected:
        """A key, or an address, with a sign that cannot be sent."""
        what = "there is a sign in its settings or in its sign-in that cannot be sent, perhaps a curly quote"
        return Rejected(self._title, f"{what} ({self._secrets.clean(call.named)[:200]}). Copy them once more.")

    def lost(self, call: Call, why: str) -> Unavailable:
        doubt = "" if call.reads else " Whether it was done is unknown."
        return Unavailable(self._title, f"{why} ({self._secrets.clean(call.named)}).{doubt}")

    def _reason(self, raw: Raw) -> str:
        """What the service itself says is wrong, if it says so in JSON."""
        try:
            said = _decoder(dict[str, Any]).decode(raw.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ""
        texts = (said.get(name) for name in ("error_description", "message", "error"))
        return next((self._secrets.clean(text[:2000])[:200] for text in texts if isinstance(text, str) and text), "")


def unopened(error: BaseException, clean: Callable[[str], str]) -> str:
    """Why no connection came about, in plain words; the cause lies deep in the HTTP client's error."""
    causes: list[BaseException] = [error]
    while cause := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(cause)
    for cause in reversed(causes):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return "no secure connection; is the address http:// rather than https://?"
        if isinstance(cause, socket.gaierror):
            return "there is no such name, or it cannot be looked up now"
        if isinstance(cause, OSError) and cause.errno and cause.errno > 0:
            return os.strerror(cause.errno).lower()
    if isinstance(error, httpx2.TimeoutException):
        return "no answer in time"
    return clean(str(error)) or "no connection"


@lru_cache(maxsize=256)
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape, strict=False)
