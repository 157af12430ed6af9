"""The one way out: it paces, retries and counts, and names every failure by what happens next."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from functools import lru_cache
from http.client import responses
from typing import Any, Generic, Protocol, TypedDict, TypeVar, Unpack, cast

import httpx2
import msgspec
from msgspec import Struct

from .. import __version__
from ..errors import (
    ConfigError,
    LimitReached,
    NotSent,
    RateLimited,
    Rejected,
    ServiceError,
    SignInNeeded,
    Stopped,
    Unavailable,
    UnexpectedAnswer,
)
from .base import Pace
from .pacing import MARGIN, Clock, Gate, Limits, wait_named
from .pages import Ask, Pages, Paging
from .secrecy import Secrecy

T = TypeVar("T")
Row = TypeVar("Row")


LARGEST = 32 * 1024 * 1024
"""Bytes of a body, unpacked, that we read at most."""

TRIES = 3
"""How often a request that may be repeated is sent, with waits of 1, 2, 4 … seconds between."""

BREAK = 5
"""After so many failures in a row nothing more is sent to a host in this run."""

log = logging.getLogger("watchweave.http")
for _name in ("httpx2", "httpcore2"):  # they log addresses with their queries, and headers
    logging.getLogger(_name).setLevel(logging.WARNING)


class Signer(Protocol):
    """Proves who we are. Each answer is for one named host: a token goes to no other."""

    async def headers(self, http: Http, host: str) -> Mapping[str, str]:
        """What a request to this host carries."""

    async def renew(self, http: Http, refused: Mapping[str, str]) -> bool:
        """Asked after a 401 to these headers. True: there are better ones now, so try once more."""


class Fixed:
    """A signer for what never changes: the headers of each host by its name."""

    def __init__(self, headers: Mapping[str, Mapping[str, str]]) -> None:
        self._headers = headers

    async def headers(self, http: Http, host: str) -> Mapping[str, str]:
        return self._headers.get(host, {})

    async def renew(self, http: Http, refused: Mapping[str, str]) -> bool:
        return False


class Answer(Struct, Generic[T], frozen=True):
    """What a service answered. For an accepted failure `value` is None where the body holds no such value."""

    value: T
    status: int
    headers: Mapping[str, str]


class Nothing(Struct, frozen=True):
    """The shape of an answer whose body does not matter."""


class How(TypedDict, total=False):
    """What may be said about a request.

    host: name of the address, default `url`. again: sending it twice does what sending it once does.
    accept: failing statuses that the caller looks at itself.
    """

    body: object
    params: Mapping[str, str | int]
    host: str
    headers: Mapping[str, str]
    again: bool
    accept: Collection[int]


class _Call(Struct):
    """A request, and how far it got. unclear: an attempt that changes something may have been done."""

    method: str
    path: str
    shape: Any
    body: object = None
    params: Mapping[str, str | int] | None = None
    host: str = "url"
    headers: Mapping[str, str] = {}
    again: bool = False
    accept: Collection[int] = ()
    failures: int = 0
    renewed: bool = False
    unclear: bool = False

    @property
    def reads(self) -> bool:
        return self.method in ("GET", "HEAD")

    @property
    def named(self) -> str:
        return f"{self.method} {self.path}"


class _Raw(Struct, frozen=True):
    status: int
    headers: httpx2.Headers
    body: bytes


class _Host:
    """One address in this run: its gates, and why it is no longer asked, if so."""

    def __init__(self, base: str, limits: Limits, clock: Clock) -> None:
        self.base = base.rstrip("/")
        self.reads = Gate(limits.reads, clock)
        self.writes = Gate(limits.writes, clock)
        self.failures = 0
        self.ended: Callable[[], ServiceError] | None = None


class Http:
    """All requests of one account in one run. `requests` is how many were really sent, to whichever of its hosts."""

    def __init__(
        self,
        title: str,
        hosts: Mapping[str, str],
        signer: Signer,
        pace: Pace,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.title = title
        self.requests = 0
        self.secrets = Secrecy()
        self.limits = limits or Limits()
        self.clock = clock or Clock()
        self._hosts = {name: _Host(checked(title, base), self.limits, self.clock) for name, base in hosts.items()}
        self._signer = signer
        self._pace = pace
        self._patience = self.limits.patience
        self._client = httpx2.AsyncClient(
            transport=transport,
            trust_env=False,
            timeout=httpx2.Timeout(self.limits.timeout, connect=10.0),
            headers={"User-Agent": f"WatchWeave/{__version__}", "Accept": "application/json"},
        )

    async def __aenter__(self) -> Http:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(self, path: str, shape: type[T], **how: Unpack[How]) -> Answer[T]:
        return cast("Answer[T]", await self._deliver(_Call("GET", path, shape, **how)))

    async def send(self, method: str, path: str, shape: type[T], **how: Unpack[How]) -> Answer[T]:
        """A request that changes something. It is repeated by itself only if `again` says that this does no harm,
        or if it was provably not done; `Unavailable` means that it may have been done, `NotSent` that it was not."""
        return cast("Answer[T]", await self._deliver(_Call(method, path, shape, **how)))

    def pages(
        self,
        path: str,
        shape: type[T],
        paging: Paging,
        rows: Callable[[T], Sequence[Row]],
        *,
        key: Callable[[Row], Hashable] | None = None,
        ahead: int = 4,
        **how: Unpack[How],
    ) -> Pages[Row]:
        """The rows of a listing, page after page; see `Pages`. `rows` takes them out of a body of this shape."""

        async def page(ask: Ask) -> tuple[Sequence[Row], Answer[Any]]:
            told: How = {**how, "params": {**how.get("params", {}), **ask.params}}
            told["headers"] = {**how.get("headers", {}), **ask.headers}
            answer = await self.get(path, shape, **told)
            return rows(answer.value), answer

        return Pages(self.title, page, paging, key, ahead)

    async def _deliver(self, call: _Call) -> Answer[Any]:
        """The answer, or an error that is true of all attempts together."""
        if ended := self._hosts[call.host].ended:
            raise ended()
        try:
            return await self._insist(call)
        except (NotSent, RateLimited) as error:
            if call.unclear:
                raise Unavailable(self.title, f"{error.message} An earlier attempt may have been done.") from None
            raise

    async def _insist(self, call: _Call) -> Answer[Any]:
        """The answer, after as many attempts as this call may have."""
        while True:
            signed = await self._signer.headers(self, call.host)
            self.secrets.hide_headers(signed)
            answer = await self._attempt(call, signed)
            if isinstance(answer, Answer):
                return answer
            if isinstance(answer, SignInNeeded):
                await self._renew(call, signed, answer)
            elif isinstance(answer, RateLimited):
                self._spend_patience(answer)
            elif isinstance(answer, Unavailable):
                await self._back_off(call, answer)
            else:
                raise answer

    async def _renew(self, call: _Call, signed: Mapping[str, str], error: SignInNeeded) -> None:
        if not call.renewed and await self._signer.renew(self, signed):
            call.renewed = True
            return
        self._hosts[call.host].ended = lambda: SignInNeeded(self.title, error.message)
        raise error

    async def _back_off(self, call: _Call, error: Unavailable) -> None:
        """Wait before another attempt, if this call may have one."""
        call.failures += 1
        call.unclear = call.unclear or (not call.reads and not isinstance(error, NotSent))
        may = call.reads or call.again or not call.unclear
        if not may or call.failures >= TRIES or self._hosts[call.host].ended:
            raise error
        await self.clock.sleep(2.0 ** (call.failures - 1))

    async def _attempt(self, call: _Call, signed: Mapping[str, str]) -> Answer[Any] | ServiceError:
        """One request, sent when it may be; failures are returned."""
        host = self._hosts[call.host]
        async with (host.reads if call.reads else host.writes).turn():
            await self._wait_until_allowed()
            if host.ended:
                raise host.ended()
            raw = await self._exchange(call, signed)
            outcome = self._judge(call, raw) if isinstance(raw, _Raw) else raw
            told = raw.status if isinstance(raw, _Raw) else type(raw).__name__
            log.debug("%s %s %s -> %s", call.method, call.host, self.secrets.clean(call.path), told)
            host.failures = host.failures + 1 if isinstance(outcome, Unavailable) else 0
            if host.failures >= BREAK:
                host.ended = lambda: NotSent(
                    self.title, f"{BREAK} requests in a row failed; not asked again in this run."
                )
            if told == 423 and isinstance(outcome, Stopped):
                stopped = outcome.message
                host.ended = lambda: Stopped(self.title, stopped)
            return outcome

    async def _exchange(self, call: _Call, signed: Mapping[str, str]) -> _Raw | ServiceError:
        """One request and its whole body. What the HTTP client says is not passed on: it may name secrets."""
        headers = {**signed, **call.headers}
        content = call.body if isinstance(call.body, bytes) else None
        if call.body is not None and content is None:
            content = msgspec.json.encode(call.body)
            headers.setdefault("Content-Type", "application/json")
        url = f"{self._hosts[call.host].base}/{call.path.lstrip('/')}"
        self.requests += 1
        try:
            sending = self._client.stream(call.method, url, content=content, params=call.params, headers=headers)
            async with sending as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > LARGEST:
                        return self._unreadable(call, response.status_code, "is larger than 32 MiB")
                return _Raw(response.status_code, response.headers, bytes(body))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            self.requests -= 1
            return NotSent(self.title, f"cannot be reached ({self.secrets.clean(str(error)) or type(error).__name__}).")
        except httpx2.TimeoutException:
            return self._lost(call, "there was no answer in time")
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            return self._lost(call, f"the connection broke ({type(error).__name__})")

    def _judge(self, call: _Call, raw: _Raw) -> Answer[Any] | ServiceError:
        """What an answer is: a value, or the error that says what happens next."""
        status = raw.status
        if status in call.accept:
            return Answer(self._lenient(call, raw), status, raw.headers)
        if 200 <= status < 300:
            return self._read(call, raw)
        if status >= 500 or status == 408:
            return self._lost(call, f"the answer was {status} {responses.get(status, '')}".rstrip())
        text = self.limits.explain.get(status) or self._reason(raw)
        if status == 401:
            return SignInNeeded(self.title, text or "the sign-in is no longer good. Sign in again.")
        if status in (403, 423):
            return Stopped(self.title, text or f"access was refused ({status}, {self.secrets.clean(call.named)}).")
        if status == 429:
            return self._asked_to_wait(raw)
        what = f"{self.secrets.clean(call.named)} was answered with {status} {responses.get(status, '')}".rstrip()
        what += f": {text}" if text else "."
        if status in (420, 426):
            limit = raw.headers.get("X-Account-Limit", "")
            return LimitReached(self.title, what, limit=int(limit) if limit.isdigit() else None)
        if status in (400, 422):
            return Rejected(self.title, what, status=status)
        return UnexpectedAnswer(self.title, what, status=status)

    def _read(self, call: _Call, raw: _Raw) -> Answer[Any] | ServiceError:
        """The value of a 2xx answer. HTML never is one, whatever the status says."""
        if raw.body and "html" in raw.headers.get("Content-Type", "").lower():
            return self._unreadable(call, raw.status, "is a web page")
        if call.shape is Nothing:
            return Answer(Nothing(), raw.status, raw.headers)
        if call.shape is bytes:
            return Answer(raw.body, raw.status, raw.headers)
        try:
            return Answer(_decoder(call.shape).decode(raw.body), raw.status, raw.headers)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return self._unreadable(call, raw.status, f"cannot be read ({self.secrets.clean(str(error))})")

    def _lenient(self, call: _Call, raw: _Raw) -> Any:
        answer = self._read(call, raw)
        return answer.value if isinstance(answer, Answer) else None

    def _unreadable(self, call: _Call, status: int, why: str) -> ServiceError:
        text = f"the answer to {self.secrets.clean(call.named)} {why}."
        if call.reads:
            return UnexpectedAnswer(self.title, text, status=status)
        return Unavailable(self.title, f"{text} Whether it was done is unknown.")

    def _lost(self, call: _Call, why: str) -> Unavailable:
        doubt = "" if call.reads else " Whether it was done is unknown."
        return Unavailable(self.title, f"{why} ({self.secrets.clean(call.named)}).{doubt}")

    def _reason(self, raw: _Raw) -> str:
        """What the service itself says is wrong, if it says so in JSON."""
        try:
            said = _decoder(dict[str, Any]).decode(raw.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ""
        texts = (said.get(name) for name in ("error_description", "message", "error"))
        return next((self.secrets.clean(text[:2000])[:200] for text in texts if isinstance(text, str) and text), "")

    def _asked_to_wait(self, raw: _Raw) -> RateLimited:
        """Nothing is sent before the time that a 429 names, in this run or another."""
        now = self.clock.now()
        until = now + wait_named(raw.headers, now) + MARGIN
        held = max(self._pace.wait_until(), now)
        if until > held:
            self._pace.hold(until)
            self._patience -= until - held
        return RateLimited(self.title, f"asked us to wait for {until - now:.0f} seconds.")

    def _spend_patience(self, error: RateLimited) -> None:
        if self._patience < 0:
            raise error

    async def _wait_until_allowed(self) -> None:
        wait = self._pace.wait_until() - self.clock.now()
        if wait > self.limits.patience:
            raise RateLimited(self.title, f"asked us to wait for {wait:.0f} more seconds.")
        if wait > 0:
            await self.clock.sleep(wait)


def checked(title: str, base: str) -> str:
    """An address that a person set; http and https only, and no credentials in it."""
    try:
        url = httpx2.URL(base)
    except httpx2.InvalidURL:
        url = httpx2.URL()
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query:
        raise ConfigError(f"{title}: the address has to look like https://host or http://host:port.")
    return base


@lru_cache(maxsize=256)
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape, strict=False)
