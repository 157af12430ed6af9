"""One request to the simulated Serializd on its way: who asks, about what; and how answers are ordered and cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import msgspec

from . import faults
from .serializd_member import Member
from .server import Answer, Call
from .world import Work

if TYPE_CHECKING:
    from .serializd import Serializd

T = TypeVar("T")
Row = dict[str, Any]


class Stop(Exception):
    """The request ends here; without a message the body is empty."""

    def __init__(self, status: int, message: str = "") -> None:
        self.answer = Answer({"message": message} if message else None, status)


class Ask:
    """A request that passed the gate. `me` is who signed in; `words` are the parts of the path."""

    def __init__(self, serializd: Serializd, call: Call, me: Member) -> None:
        self.serializd = serializd
        self.call = call
        self.me = me
        self.know = serializd.knowledge
        self.words: tuple[str, ...] = ()

    def member(self, name: str) -> Member:
        """Whose page is asked for."""
        return self.serializd.members.get(name) or stop(404, "User not found")

    def show(self, number: object) -> Work:
        return self.know.show(number) or stop(404, "Show not found")

    def season(self, show: Work, number: str) -> Work:
        return self.know.season(show, int(number)) or stop(404, "Season not found")

    def season_by_id(self, show: Work, season_id: int) -> Work:
        """A season that can be logged."""
        return self.know.identified(show, season_id) or stop(404, "Season not found")

    def body(self, form: type[T]) -> T:
        return decoded(self.call, form)

    @property
    def page(self) -> int:
        """The parameter of that name; pages are counted from 1."""
        text = self.call.query.get("page") or "1"
        return int(text) if text.isdecimal() and int(text) else stop(400, "Invalid page")


def stop(status: int, message: str) -> NoReturn:
    raise Stop(status, message)


def decoded(call: Call, form: type[T]) -> T:
    """The body in this form; anything else is 400."""
    try:
        return msgspec.json.decode(call.body, type=form)
    except msgspec.DecodeError as wrong:
        raise Stop(400, f"Invalid request: {wrong}") from None


Handler = Callable[[Ask], object]


class Routes:
    """Which function answers which path."""

    def __init__(self) -> None:
        self.all: list[tuple[str, re.Pattern[str], Handler]] = []

    def on(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """The function answers these; the groups of the pattern become `Ask.words`."""

        def register(handler: Handler) -> Handler:
            self.all.append((method, re.compile(path), handler))
            return handler

        return register

    def answer(self, ask: Ask) -> Answer:
        """404 where no path fits, 405 where the method does not."""
        fits = [
            (method, found, handler) for method, path, handler in self.all if (found := path.fullmatch(ask.call.path))
        ]
        for method, found, handler in fits:
            if method == ask.call.method:
                ask.words = found.groups()
                return Answer(handler(ask))
        raise Stop(405 if fits else 404, "Method not allowed" if fits else "Not found")


def ordered(ask: Ask, rows: Iterable[T], keys: Mapping[str, Callable[[T], Any]], otherwise: str) -> list[T]:
    """The rows in the order that `sort_by` names: one of these keys, and `_asc` or `_desc`."""
    name, _, way = (ask.call.query.get("sort_by") or otherwise).rpartition("_")
    if name not in keys or way not in ("asc", "desc"):
        raise Stop(400, "Invalid sort_by")
    return sorted(rows, key=keys[name], reverse=way == "desc")


def cut(ask: Ask, rows: Sequence[T], page: int, **counts: int) -> tuple[Sequence[T], Row]:
    """The rows of one page, and what the answer says of pages; `counts` are what it counts altogether, by name.

    A page past the end is empty. The faults on order do to it what they do.
    """
    fault = ask.call.fault
    if fault(faults.Empty):
        rows, counts = [], dict.fromkeys(counts, 0)
    size = ask.serializd.options.page_size
    cap = fault(faults.Cap)
    held = min(size, cap.rows) if cap else size
    found = rows[(page - 1) * held : page * held]
    short = fault(faults.Short)
    if short:
        found = found[: max(0, len(found) - short.rows)]
    if fault(faults.Untold):
        return found, {}
    said = held if cap is None or cap.said else size
    count, pages = fault(faults.Count), fault(faults.PageCount)
    told = {name: number + (count.by if count else 0) for name, number in counts.items()}
    return found, {"totalPages": -(-len(rows) // said) + (pages.by if pages else 0), **told}
