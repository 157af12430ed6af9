"""Somebody who asks a simulated Plex, in-process."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import msgspec

from watchweave.sandbox.plex import Plex
from watchweave.sandbox.server import Answer, Call
from watchweave.sandbox.world import World, invented

IDENTIFIER = "identifier=com.plexapp.plugins.library"


def plex(**catalogue: Any) -> Plex:
    """A server that holds 20 films m1 … and 2 shows s1, s2 of 2 seasons of 10 episodes; x1 … are not in its library."""
    made = Plex(World(invented(**catalogue)))
    made.fill()
    return made


def ask(
    plex: Plex,
    address: str,
    method: str = "GET",
    *,
    host: str = "plex.server",
    token: str | None = None,
    accept: str = "application/json",
    body: bytes = b"",
    **headers: str,
) -> Answer:
    """The answer to a request by the owner, unless another token is named; `_` in header names is a hyphen."""
    path, _, query = address.partition("?")
    given = {"accept": accept, "x-plex-client-identifier": "guest"}
    given["x-plex-token"] = plex.owner.token if token is None else token
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    answering = next(each for each in plex.hosts if each.name == host)
    call = Call(host, method, path, query, given, body)
    call.faults = plex.world.faults.due(call)
    return answering.answer(call)


def read(plex: Plex, address: str, method: str = "GET", **more: Any) -> dict[str, Any]:
    """The container of a JSON answer."""
    answer = ask(plex, address, method, **more)
    assert answer.status == 200, (answer.status, address)
    return msgspec.json.decode(answer.encoded())["MediaContainer"]  # type: ignore[no-any-return]


def rows(plex: Plex, address: str, **more: Any) -> list[dict[str, Any]]:
    """The rows of a JSON answer."""
    return read(plex, address, **more).get("Metadata", [])  # type: ignore[no-any-return]


def titles(plex: Plex, address: str, **more: Any) -> list[str]:
    return [row["title"] for row in rows(plex, address, **more)]


def xml(plex: Plex, address: str, method: str = "GET", **more: Any) -> ElementTree.Element:
    """The root of an XML answer."""
    return ElementTree.fromstring(ask(plex, address, method, accept="*/*", **more).encoded())
