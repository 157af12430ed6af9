"""The one way out: it paces, retries and counts, and names every failure by what happens next."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from functools import cache
from math import inf
from typing import Any, Protocol, TypedDict, TypeVar, Unpack, cast
from urllib.parse import urlencode

import httpx2
import msgspec

from .. import __version__
from ..errors import ConfigError, NotSent, RateLimited, ServiceError, SignInNeeded, Stopped, Unavailable
from .base import Pace
from .judging import DOUBT, Answer, Call, Judge, Nothing, Params, Raw, unopened
from .pacing import MARGIN, Budget, Clock, Gate, Limits, moment, spoken, wait_named
from .pages import Ask, Pages, Paging, Told
from .secrecy import Secrecy

__all__ = [  # all that an adapter needs
    "Answer",
    "Ask",
    "Budget",
    "Clock",
    "Fixed",
    "Http",
    "Limits",
    "Nothing",
    "Pages",
    "Paging",
    "Signer",
    "Told",
]

T = TypeVar("T")
Row = TypeVar("Row")

LARGEST = 32 * 1024 * 1024
"""Bytes of a body, unpacked, that we read at most."""

TRIES = 3
"""How often a request that may be repeated is sent, with waits of 1, 2, 4 … seconds between."""

BREAK = 5
"""After so many failures in a row nothing more is sent to a host for a while …"""

BROKEN = 300.0
"""… of so many seconds. Then one more failure is enough. Another run asks again: somebody wished for it."""

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


class How(TypedDict, total=False):
    """What may be said about a request.

    host: name of the address, default `url`. again: sending it twice does what sending it once does.
    accept: failing statuses that the caller looks at itself. doubt: those known to be wrong at times: asked for once
    more after a pause; then the answer stands.
    """

    body: object
    params: Params
    host: str
    headers: Mapping[str, str]
    again: bool
    accept: Collection[int]
    doubt: Collection[int]


class _Host:
    """One address in this run: its gates, and why it is not asked now, if so."""

    def __init__(self, base: str, limits: Limits, clock: Clock) -> None:
        url = httpx2.URL(base)
        self.base = base.rstrip("/")
        self.place = url.netloc.decode()
        self.secure = url.scheme == "https"
        self.address = self.place if url.port else f"{self.place}:{443 if self.secure else 80}"
        self.client: httpx2.AsyncClient | None = None
        self.reads = Gate(limits.reads, clock)
        self.writes = Gate(limits.writes, clock)
        self.failures = 0
        self._clock = clock
        self._why: Callable[[], ServiceError] | None = None
        self._until = 0.0

    def close(self, why: Callable[[], ServiceError], seconds: float = inf) -> None:
        """Nothing more is sent there for so long; this run, if nothing is said."""
        self._why, self._until = why, self._clock.steady() + seconds

    @property
    def closed(self) -> ServiceError | None:
        """Why nothing is sent there now."""
        return self._why() if self._why and self._clock.steady() < self._until else None


@cache
def trusted() -> ssl.SSLContext:
    """What certificates are checked with, the same for all accounts: making it takes longer than an idle look."""
    return httpx2.create_ssl_context(trust_env=False)


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
        self.carried = 0
        """Requests that changed something, or may have: what failed after one of them cannot count as never sent."""
        self.count: Callable[[int], None] = lambda sent: None
        """Told of each request before it leaves (1), and of one that never left (-1). What it raises keeps it here."""
        self.limits = limits or Limits()
        self.clock = clock or Clock()
        self.secrets = Secrecy()
        self._judge = Judge(title, self.limits.explain, self.secrets)
        self._hosts = {name: _Host(checked(title, base), self.limits, self.clock) for name, base in hosts.items()}
        self._signer = signer
        self._pace = pace
        self._patience = self.limits.patience
        self._asked = ""
        self._dated = ("", 0.0)
        self._transport = transport
        self._client = self._new_client()

    def _new_client(self, *, verify: bool = True) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            transport=self._transport,
            verify=verify and trusted(),
            trust_env=False,
            timeout=httpx2.Timeout(self.limits.timeout, connect=10.0),
            headers={"User-Agent": f"WatchWeave/{__version__}", "Accept": "application/json"},
        )

    async def __aenter__(self) -> Http:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in (self._client, *(host.client for host in self._hosts.values())):
            if client:
                await client.aclose()

    @property
    def ahead(self) -> float:
        """Seconds by which this machine's clock is ahead of the one that answered last; 0 if it named no time."""
        date, at = self._dated
        told = moment(date)
        return at - told if told else 0.0

    def knows(self, host: str) -> bool:
        return host in self._hosts

    def place(self, name: str, base: str) -> None:
        """A host that only became known on the way."""
        self._hosts[name] = _Host(checked(self.title, base), self.limits, self.clock)

    def trust(self, name: str) -> None:
        """Do not check the certificate of this one host: the person says that it is one of their own making."""
        host = self._hosts[name]
        if not host.secure:
            return
        log.warning("%s: the certificate of %s is not checked, as the settings say.", self.title, host.address)
        host.client = self._new_client(verify=False)

    async def get(self, path: str, shape: type[T], **how: Unpack[How]) -> Answer[T]:
        return cast("Answer[T]", await self._deliver(Call("GET", path, shape, **how)))

    async def send(self, method: str, path: str, shape: type[T], **how: Unpack[How]) -> Answer[T]:
        """A request that changes something. It is repeated by itself only if `again` says that this does no harm,
        or if it was provably not done; `Unavailable` means that it may have been done, `NotSent` that it was not."""
        return cast("Answer[T]", await self._deliver(Call(method, path, shape, **how)))

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
            told: How = {**how, "params": [*_pairs(how.get("params", ())), *ask.params.items()]}
            told["headers"] = {**how.get("headers", {}), **ask.headers}
            answer = await self.get(path, shape, **told)
            return rows(answer.value), answer

        return Pages(self.title, page, paging, key, ahead)

    async def _deliver(self, call: Call) -> Answer[Any]:
        """The answer, or an error that is true of all attempts together."""
        host = self._hosts[call.host]
        call.place = host.place
        if closed := host.closed:
            raise closed
        try:
            answer = await self._insist(call)
            self.carried += not call.reads and 200 <= answer.status < 300
            return answer
        except (NotSent, RateLimited) as error:
            if call.unclear:
                raise Unavailable(self.title, f"{error.message} An earlier attempt may have been done.") from None
            raise

    async def _insist(self, call: Call) -> Answer[Any]:
        """The answer, after as many attempts as this call may have."""
        while True:
            signed = await self._signer.headers(self, call.host)
            self.secrets.hide_headers(signed)
            answer = await self._attempt(call, signed)
            if call.doubts(answer):
                call.doubted = True
                await self.clock.sleep(DOUBT)
            elif isinstance(answer, Answer):
                return answer
            elif isinstance(answer, SignInNeeded):
                await self._renew(call, signed, answer)
            elif isinstance(answer, RateLimited):
                self._spend_patience()
            elif isinstance(answer, Unavailable):
                await self._back_off(call, answer)
            else:
                raise answer

    async def _renew(self, call: Call, signed: Mapping[str, str], error: SignInNeeded) -> None:
        if not call.renewed and await self._signer.renew(self, signed):
            call.renewed = True
            return
        self._hosts[call.host].close(lambda: SignInNeeded(self.title, error.message))
        raise error

    async def _back_off(self, call: Call, error: Unavailable) -> None:
        """Wait before another attempt, if this call may have one."""
        call.failures += 1
        call.unclear = call.unclear or (not call.reads and not isinstance(error, NotSent))
        may = call.reads or call.again or not call.unclear
        if not may or call.failures >= TRIES or self._hosts[call.host].closed:
            raise error
        await self.clock.sleep(2.0 ** (call.failures - 1))

    async def _attempt(self, call: Call, signed: Mapping[str, str]) -> Answer[Any] | ServiceError:
        """One request, sent when it may be; failures are returned."""
        host = self._hosts[call.host]
        gate = host.reads if call.reads else host.writes
        async with gate.turn():
            await self._wait_until_allowed(gate)
            if closed := host.closed:
                raise closed
            began = gate.begin()
            raw = await self._exchange(call, signed)
            outcome = self._judge.outcome(call, raw) if isinstance(raw, Raw) else raw
            told = raw.status if isinstance(raw, Raw) else raw.message
            log.debug("%s -> %s", self.secrets.clean(call.named), told)
            if isinstance(raw, Raw) and isinstance(outcome, RateLimited):
                gate.slow(began)
                self._hold(raw, gate)
            elif isinstance(outcome, Answer):
                gate.quicken()
            self._count_failures(host, outcome)
            if told == 423 and isinstance(outcome, Stopped):
                stopped = outcome.message
                host.close(lambda: Stopped(self.title, stopped))
            return outcome

    def _count_failures(self, host: _Host, outcome: object) -> None:
        host.failures = host.failures + 1 if isinstance(outcome, Unavailable) else 0
        if host.failures >= BREAK:
            what = f"{host.failures} requests in a row to {host.address} failed; it is left alone for {spoken(BROKEN)}."
            host.close(lambda: NotSent(self.title, what), BROKEN)

    async def _exchange(self, call: Call, signed: Mapping[str, str]) -> Raw | ServiceError:
        """One request and its whole body. What the HTTP client says is not passed on: it may name secrets."""
        headers = {**signed, **call.headers}
        content = call.body if isinstance(call.body, bytes) else None
        if call.body is not None and content is None:
            content = msgspec.json.encode(call.body)
            headers.setdefault("Content-Type", "application/json")
        host = self._hosts[call.host]
        url = f"{host.base}/{call.path.lstrip('/')}"
        if call.params:  # httpx2 would bring names that repeat together
            url += f"?{urlencode(_pairs(call.params))}"
        self._sent(1)
        try:
            sending = (host.client or self._client).stream(call.method, url, content=content, headers=headers)
            async with sending as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > LARGEST:
                        return self._judge.unreadable(call, response.status_code, "is larger than 32 MiB")
                self._dated = (response.headers.get("Date", ""), self.clock.now())
                return Raw(response.status_code, response.headers, bytes(body))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            self._sent(-1)
            why = unopened(error, self.secrets.clean)
            return NotSent(self.title, f"{host.address} cannot be reached ({why}).")
        except httpx2.TimeoutException:
            return self._judge.lost(call, "there was no answer in time")
        except (httpx2.TransportError, httpx2.DecodingError):
            return self._judge.lost(call, "the connection broke")
        except (UnicodeEncodeError, httpx2.InvalidURL):
            self._sent(-1)
            return self._judge.unsendable(call)

    def _sent(self, count: int) -> None:
        self.count(count)
        self.requests += count

    def _hold(self, raw: Raw, gate: Gate) -> None:
        """Nothing is sent before the time that a 429 names, in this run or another."""
        now = self.clock.now()
        until = now + max(wait_named(raw.headers, now), gate.wait) + MARGIN
        held = max(self._pace.wait_until(), now)
        if until > held:
            self._pace.hold(until)
            self._patience -= until - held

    def _spend_patience(self) -> None:
        if self._patience < 0:
            raise self._too_long()

    async def _wait_until_allowed(self, gate: Gate) -> None:
        """Until neither what the service asked for, nor the distance to the request before, forbids another."""
        while True:
            asked = self._pace.wait_until() - self.clock.now()
            if asked > self.limits.patience or (asked > 0 and self._patience < 0):
                raise self._too_long()
            if (wait := max(asked, gate.wait)) <= 0:
                return
            await self.clock.sleep(wait)

    def _too_long(self) -> RateLimited:
        """The same words for all requests of a run: it is one thing."""
        left = spoken(self._pace.wait_until() - self.clock.now())
        self._asked = self._asked or f"asked us to wait for {left}."
        return RateLimited(self.title, self._asked)


HIGHEST_PORT = 65_535


def checked(title: str, base: str) -> str:
    """An address that a person set; http and https only, and no credentials in it."""
    try:
        url = httpx2.URL(base)
    except httpx2.InvalidURL:
        url = httpx2.URL()
    odd = url.userinfo or url.query or (url.port or 1) > HIGHEST_PORT
    if url.scheme not in ("http", "https") or not url.host or odd:
        raise ConfigError(f"{title}: the address has to look like https://host or http://host:port.")
    return base


def _pairs(params: Params) -> list[tuple[str, str | int]]:
    return list(params.items() if isinstance(params, Mapping) else params)
