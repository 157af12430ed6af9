"""Small things for tests of requests: a time that passes at once, a pace, a server that is a list."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import httpx2

from watchweave.services.http import Fixed, Http, Signer
from watchweave.services.pacing import Budget, Clock, Limits

START = 1_790_000_000.0
QUICK = Limits(reads=Budget(at_once=4), writes=Budget(at_once=4))


class Time(Clock):
    """Sleeping moves both clocks and is written down."""

    def __init__(self, now: float = START) -> None:
        self.time = now
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    def steady(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))
        self.time += seconds


class Remembered:
    """A pace that outlives one `Http`."""

    def __init__(self) -> None:
        self.until = 0.0

    def wait_until(self) -> float:
        return self.until

    def hold(self, until: float) -> None:
        self.until = until


def answer(status: int = 200, body: Any = None, **headers: str) -> httpx2.Response:
    """JSON of the body; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, headers={"content-type": "application/json", **named}, content=json.dumps(body))


def html(status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, headers={"content-type": "text/html"}, content=b"<html>Oops</html>")


class Server:
    """Answers one after another, the last one for ever; an exception is raised. `seen` is what was asked."""

    def __init__(self, answers: Iterable[Any] = (), handler: Callable[[httpx2.Request], Any] | None = None) -> None:
        self.answers = list(answers)
        self.handler = handler
        self.seen: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        if self.handler:
            return self.handler(request)
        next_one = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(next_one, Exception):
            raise next_one
        return httpx2.Response(next_one.status_code, headers=next_one.headers, content=next_one.content)

    def http(
        self,
        *,
        signer: Signer | None = None,
        pace: Remembered | None = None,
        limits: Limits = QUICK,
        time: Time | None = None,
    ) -> Http:
        hosts = {"url": "http://api.test/v2", "auth_url": "http://auth.test"}
        transport = httpx2.MockTransport(self)
        return Http(
            "Reelbook",
            hosts,
            signer or Fixed({}),
            pace or Remembered(),
            transport=transport,
            limits=limits,
            clock=time or Time(),
        )
