"""Serves a simulated world: over real sockets on this machine, or in-process, with the faults on order."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import cached_property
from types import TracebackType
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import httpx2
import msgspec
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from . import faults
from .faults import HTML, Fault, P
from .world import Asked, World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
JSON = {"Content-Type": "application/json; charset=utf-8"}
NO_BODY = (204, 304)


class Call:
    """A request as a simulated service sees it. Names of headers are in lower case."""

    def __init__(
        self, host: str, method: str, path: str, query: str = "", headers: Mapping[str, str] = {}, body: bytes = b""
    ) -> None:
        self.host = host
        self.method = method
        self.path = path
        self.raw_query = query
        self.headers = headers
        self.body = body
        self.faults: tuple[Fault, ...] = ()

    @cached_property
    def query(self) -> dict[str, str]:
        """The parameters; of one given twice, the last."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters in order, `name>=5` as `("name>", "5")`."""
        return parse_qsl(self.raw_query, keep_blank_values=True)

    @cached_property
    def json(self) -> Any:
        """The body, decoded; raises `msgspec.DecodeError` where it is no JSON."""
        return msgspec.json.decode(self.body) if self.body else None

    def fault(self, kind: type[P]) -> P | None:
        """The fault of this kind that this request meets: paging faults are for the service itself to commit."""
        return next((fault for fault in self.faults if isinstance(fault, kind)), None)


class Answer:
    """What a simulated service answers. `value` is sent as JSON; bytes are sent as they are; None is no body."""

    __slots__ = ("headers", "status", "value")

    def __init__(self, value: object = None, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.value = value
        self.status = status
        self.headers: dict[str, str] = dict(headers) if headers else {}

    def encoded(self) -> bytes:
        if self.value is None or isinstance(self.value, bytes):
            return self.value or b""
        self.headers.setdefault("Content-Type", JSON["Content-Type"])
        return msgspec.json.encode(self.value)


def by_method(call: Call) -> bool:
    """Is this request meant to write? For services where the method tells."""
    return call.method not in ("GET", "HEAD", "OPTIONS")


class Host(msgspec.Struct, frozen=True):
    """One address of a simulated service: its name in logs and faults, its real address, and who answers there."""

    name: str
    address: str
    answer: Callable[[Call], Answer]
    writes: Callable[[Call], bool] = by_method
    websocket: App | None = None


class Breakage(Exception):
    """The connection is to break; `error` is what a client makes of it."""

    def __init__(self, error: type[httpx2.TransportError]) -> None:
        self.error = error


class _Connection(H11Protocol):
    """A connection that the app can find again by its two ends, and cut."""

    by_ends: ClassVar[dict[object, _Connection]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.cut = transport.close
        self.ends = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        self.lost = asyncio.Event()
        self.by_ends[self.ends] = self
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.by_ends.pop(self.ends, None)
        self.lost.set()
        super().connection_lost(exc)


def app(world: World, host: Host) -> App:
    """The ASGI app of one host."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and host.websocket:
            return await host.websocket(scope, receive, send)
        if scope["type"] != "http":
            return None
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query, body = scope["query_string"].decode("latin-1"), await _body(receive)
        if body is None:
            return None
        call = Call(host.name, scope["method"], scope["path"], query, headers, body)
        try:
            answer, slow = _answered(world, host, call)
        except Breakage as broken:
            return await _cut(scope, broken)
        if slow:
            await asyncio.sleep(slow)
        await _send(answer, send)
        return None

    return serve


async def _body(receive: Receive) -> bytes | None:
    """All of it; None where who sends it is gone before its end: what is cut off is no request."""
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def _cut(scope: Scope, broken: Breakage) -> None:
    """Break the connection: a real one is closed, in-process the client's own error is raised."""
    connection = _Connection.by_ends.get((scope["client"], scope["server"]))
    if connection is None:
        raise broken.error("the connection broke, as ordered")
    connection.cut()
    await connection.lost.wait()


async def _send(answer: Answer, send: Send) -> None:
    body = b"" if answer.status in NO_BODY else answer.encoded()
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    if answer.status not in NO_BODY:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _answered(world: World, host: Host, call: Call) -> tuple[Answer, float]:
    """The answer to one request, faults included, and how many seconds it takes. Every request is logged."""
    with world.lock:
        world.clock.ring()
        call.faults = world.faults.due(call)
        status, size = 0, 0
        try:
            answer = _spoiled(world, host, call) or host.answer(call)
            if call.fault(faults.Truncate):
                body = answer.encoded()
                answer.value = body[: len(body) // 2]
            if answer.value is not None:
                answer.value = answer.encoded()
                size = len(answer.value)
            status = answer.status
        finally:
            asked = Asked(host.name, call.method, call.path, call.raw_query, status, size, host.writes(call))
            world.requests.all.append(asked)
            for fault in call.faults:
                if isinstance(fault, faults.Act):
                    fault.do()
        delay = call.fault(faults.Delay)
        if delay:
            world.clock.advance(delay.seconds)
        return answer, delay.seconds if delay else 0.0


def _spoiled(world: World, host: Host, call: Call) -> Answer | None:
    """The answer that a fault gives in place of the service's own, or none; raises Breakage."""
    for fault in call.faults:
        match fault:
            case faults.Drop(applied, timeout):
                if applied:
                    host.answer(call)
                raise Breakage(httpx2.ReadTimeout if timeout else httpx2.RemoteProtocolError)
            case faults.Refuse():
                raise Breakage(httpx2.ConnectError)
            case faults.Late(seconds):
                world.clock.at(world.now() + seconds, lambda: host.answer(call))
                raise Breakage(httpx2.ReadTimeout)
            case faults.Half(rows):
                part = msgspec.json.encode(faults.first_rows(call.json, rows))
                host.answer(Call(call.host, call.method, call.path, call.raw_query, call.headers, part))
                raise Breakage(httpx2.RemoteProtocolError)
            case faults.Status(code, headers, html, applied):
                if applied:
                    host.answer(call)
                kind = {"Content-Type": "text/html; charset=utf-8"} if html else {}
                return Answer(HTML if html else None, code, kind | dict(headers))
            case faults.Html(applied) | faults.Blank(applied):
                if applied:
                    host.answer(call)
                page = isinstance(fault, faults.Html)
                return Answer(HTML, 200, {"Content-Type": "text/html"}) if page else Answer(b"", 200, JSON)
    return None


class InProcess(httpx2.AsyncBaseTransport):
    """Carries requests to the hosts of a world without a socket, by the address they are made to.

    Of several hosts at one place, the one answers whose path leads furthest to what is asked for, or else the first.
    """

    def __init__(self, world: World) -> None:
        self._places: dict[str, list[tuple[str, httpx2.ASGITransport]]] = {}
        for host in world.hosts:
            address = urlsplit(host.address)
            served = address.path.rstrip("/") + "/", httpx2.ASGITransport(app=app(world, host))
            self._places.setdefault(address.netloc, []).append(served)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        hosts, asked = self._places.get(request.url.netloc.decode()), request.url.path + "/"
        if hosts is None:
            raise httpx2.ConnectError(f"nothing is simulated at {request.url.host}", request=request)
        _, found = max(hosts, key=lambda host: len(host[0]) if asked.startswith(host[0]) else 0)
        return await found.handle_async_request(request)


def transport(world: World) -> InProcess:
    """For `httpx2.AsyncClient(transport=...)`: every host of the world at its real address."""
    return InProcess(world)


class Sandbox:
    """All hosts of a world on free ports of this machine, served by a thread that ends with the `with` block."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._servers: list[uvicorn.Server] = []
        self._sockets: dict[str, socket.socket] = {}
        self._thread: threading.Thread | None = None

    def url(self, host: str) -> str:
        """Where a host is served, without a slash at the end."""
        return f"http://127.0.0.1:{self._sockets[host].getsockname()[1]}"

    def __enter__(self) -> Sandbox:
        for host in self.world.hosts:
            # Without the protocol's number asyncio leaves TCP_NODELAY off, and many answers wait 40 ms.
            listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            listening.bind(("127.0.0.1", 0))
            listening.listen(128)
            self._sockets[host.name] = listening
            self._servers.append(uvicorn.Server(_config(app(self.world, host))))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="sandbox", daemon=True)
        self._thread.start()
        return self

    async def _serve(self) -> None:
        pairs = zip(self._servers, self._sockets.values(), strict=True)
        await asyncio.gather(*(server.serve(sockets=[listening]) for server, listening in pairs))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for server in self._servers:
            server.should_exit = True
        if self._thread:
            self._thread.join(10)


def _config(served: App) -> uvicorn.Config:
    return uvicorn.Config(
        served,
        http=_Connection,
        lifespan="off",
        log_level="critical",
        access_log=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
