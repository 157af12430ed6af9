"""Faults on order: what goes wrong with a simulated service, when, and how often."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from .server import Call

HTML = b"<html><head><title>Sorry</title></head><body><h1>Something went wrong</h1></body></html>"


class Status(Struct, frozen=True):
    """Answer with this code; the request is carried out first if `applied`. The body is HTML, or empty."""

    code: int
    headers: Mapping[str, str] = {}
    html: bool = True
    applied: bool = False


class Drop(Struct, frozen=True):
    """The connection breaks without an answer (`timeout`: the client gives up waiting); applied before that, or not."""

    applied: bool = False
    timeout: bool = False


class Refuse(Struct, frozen=True):
    """Nothing listens there. Known to be so only in-process; over a socket the connection breaks at once."""


class Late(Struct, frozen=True):
    """The connection breaks, and the request is carried out this many seconds of the world's time later."""

    seconds: float


class Half(Struct, frozen=True):
    """Only the first rows of a write are carried out, then the connection breaks."""

    rows: int


class Truncate(Struct, frozen=True):
    """Carried out, but the body ends in the middle."""


class Html(Struct, frozen=True):
    """200 with a page of HTML."""

    applied: bool = False


class Blank(Struct, frozen=True):
    """200 with no body at all."""

    applied: bool = False


class Delay(Struct, frozen=True):
    """The answer takes this many real seconds, and as much of the world's time."""

    seconds: float


class Act(Struct, frozen=True):
    """Something happens in the world right after the request was answered."""

    do: Callable[[], object]


class Empty(Struct, frozen=True):
    """A reading that says there is nothing, with 200."""


class Count(Struct, frozen=True):
    """A page whose count of all rows is off by this much."""

    by: int


class PageCount(Struct, frozen=True):
    """A page whose count of pages is off by this much."""

    by: int = -1


class Cap(Struct, frozen=True):
    """A page that holds at most this many rows whatever was asked for; `said`: the answer tells."""

    rows: int
    said: bool = True


class Short(Struct, frozen=True):
    """A page that lacks its last rows."""

    rows: int = 1


class Untold(Struct, frozen=True):
    """A page that says nothing of pages, counts or limits."""


Broken = Status | Drop | Refuse | Late | Half | Truncate | Html | Blank | Delay | Act
Paged = Empty | Count | PageCount | Cap | Short | Untold
Fault = Broken | Paged
P = TypeVar("P", bound=Struct)


@dataclass(slots=True)
class Order:
    """A fault that waits for its requests. `times` of -1 is for ever; `met` counts the requests that fitted."""

    fault: Fault
    host: str
    method: str
    path: re.Pattern[str]
    skip: int
    times: int
    met: int = 0

    def takes(self, call: Call) -> bool:
        if not (call.host.startswith(self.host) and self.method in ("", call.method) and self.path.search(call.path)):
            return False
        self.met += 1
        return self.met > self.skip and (self.times < 0 or self.met <= self.skip + self.times)


class Faults:
    """All faults on order; one request may meet several."""

    def __init__(self) -> None:
        self.orders: list[Order] = []

    def order(
        self, fault: Fault, host: str = "", method: str = "", path: str = "", *, skip: int = 0, times: int = 1
    ) -> Order:
        """This happens to the requests to hosts that begin so, by that method, whose path matches: not to the first
        `skip` of them, then `times` times (-1: for ever)."""
        order = Order(fault, host, method, re.compile(path), skip, times)
        self.orders.append(order)
        return order

    def cancel(self, order: Order | None = None) -> None:
        """No more of this one, or of any."""
        self.orders = [] if order is None else [one for one in self.orders if one is not order]

    def due(self, call: Call) -> tuple[Fault, ...]:
        """What happens to this request."""
        return tuple([order.fault for order in self.orders if order.takes(call)]) if self.orders else ()


def first_rows(body: object, rows: int) -> object:
    """A body with only its first rows, where a row is an element of an innermost list."""
    left = rows

    def cut(value: object) -> object:
        nonlocal left
        if isinstance(value, dict):
            return {name: cut(inner) for name, inner in value.items()}
        if not isinstance(value, list):
            return value
        kept = []
        for row in value:
            if left <= 0:
                break
            nested = isinstance(row, dict) and any(isinstance(inner, list) for inner in row.values())
            left -= 0 if nested else 1
            kept.append(cut(row) if nested else row)
        return kept

    return cut(body)
