"""Loaded by Python itself in a peer's environment: every request goes to the simulated services, and nowhere else.

The variable LOOPBACK holds a JSON object, `{"https://api.trakt.tv": "http://127.0.0.1:4711", ...}`.
"""

import json
import os
from typing import Any
from urllib.parse import urlsplit, urlunsplit

TABLE: dict[str, str] = json.loads(os.environ["LOOPBACK"])
ADDRESSES = {urlsplit(real).netloc: urlsplit(ours) for real, ours in TABLE.items()}


def moved(url: str) -> str:
    """The same request at a simulated service; what is there already stays, everything else is refused."""
    parts = urlsplit(url)
    if parts.hostname == "127.0.0.1":
        return url
    if parts.netloc not in ADDRESSES:
        raise ConnectionError(f"nothing is simulated at {parts.netloc}")
    found = ADDRESSES[parts.netloc]
    return urlunsplit((found.scheme, found.netloc, parts.path, parts.query, ""))


def move_requests() -> None:
    from requests.adapters import HTTPAdapter

    send = HTTPAdapter.send

    def sent(self: Any, request: Any, *arguments: Any, **how: Any) -> Any:
        request.url = moved(request.url)
        return send(self, request, *arguments, **how)

    HTTPAdapter.send = sent  # type: ignore[method-assign]


def move_httpx() -> None:
    import httpx

    handle = httpx.AsyncHTTPTransport.handle_async_request

    async def handled(self: Any, request: Any) -> Any:
        request.url = httpx.URL(moved(str(request.url)))
        return await handle(self, request)

    httpx.AsyncHTTPTransport.handle_async_request = handled


for move in (move_requests, move_httpx):
    try:
        move()
    except ImportError:
        continue
