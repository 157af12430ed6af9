"""One request to the simulated Trakt on its way: who asks, about whom, what for; and how answers are cut into pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from . import faults
from .server import Answer, Call
from .trakt_account import Account
from .trakt_rules import KINDS, SINGULAR

if TYPE_CHECKING:
    from .trakt import Trakt

T = TypeVar("T")
DEFAULT_LIMIT = 100
LIMIT = 250
UPGRADE = "https://trakt.tv/vip"


class Stop(Exception):
    """The request ends here, with this answer."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None, value: object = None) -> None:
        self.answer = Answer(value, status, headers)


class Ask:
    """A request that passed the gate. `me` is who signed in, if anyone; `words` are the parts of the path."""

    def __init__(self, trakt: Trakt, call: Call, me: Account | None) -> None:
        self.trakt = trakt
        self.call = call
        self.me = me
        self.path = re.sub("/+", "/", call.path).rstrip("/")
        self.words: tuple[str | None, ...] = ()

    @property
    def user(self) -> Account:
        """Who signed in; nobody is 401."""
        if self.me is None:
            raise Stop(401)
        return self.me

    def owner(self, name: str | None) -> Account:
        """Whose shelves are meant: `me`, a name in an address, or nothing, which is the one who signed in."""
        if name in (None, "me"):
            return self.user
        found = next((one for one in self.trakt.accounts if one.slug == name), None)
        if found is None:
            raise Stop(404)
        if found.private and found is not self.me:
            raise Stop(401, {"X-Private-User": "true"})
        return found

    def writer(self, name: str | None) -> Account:
        """The same for a write: others' things are 403."""
        if self.owner(name) is not self.user:
            raise Stop(403)
        return self.user

    @cached_property
    def body(self) -> dict[str, Any]:
        """The body, an object; anything else is 400."""
        try:
            body = self.call.json
        except msgspec.DecodeError:
            raise Stop(400) from None
        if body is None:
            return {}
        if not isinstance(body, dict):
            raise Stop(400)
        return body

    @property
    def extended(self) -> set[str]:
        return set(self.call.query.get("extended", "").split(","))

    def number(self, name: str, otherwise: int) -> int:
        """A whole number above 0 among the parameters, or what else holds."""
        text = self.call.query.get(name, "")
        return int(text) if text.isdecimal() and int(text) > 0 else otherwise


Handler = Callable[[Ask], "Answer | object"]


class Routes:
    """Which function answers which path; `None` answers 204."""

    def __init__(self) -> None:
        self.all: list[tuple[str, re.Pattern[str], Handler, int]] = []

    def on(self, method: str, path: str, status: int = 200) -> Callable[[Handler], Handler]:
        """The function answers these; the groups of the pattern become `Ask.words`."""

        def register(handler: Handler) -> Handler:
            self.all.append((method, re.compile(path), handler, status))
            return handler

        return register

    def answer(self, ask: Ask) -> Answer:
        """404 where no path fits, 405 where the method does not."""
        fits = False
        for method, pattern, handler, status in self.all:
            found = pattern.fullmatch(ask.path)
            if not found:
                continue
            fits = True
            if method == ask.call.method:
                ask.words = found.groups()
                given = handler(ask)
                return given if isinstance(given, Answer) else Answer(given, 204 if given is None else status)
        raise Stop(405 if fits else 404)


def kinds(text: str | None) -> tuple[str, ...]:
    """The kinds that a part of a path names: `movies`, `movie,show`, `all`, `media`, or nothing for all."""
    if text in (None, "all"):
        return KINDS
    if text == "media":
        return "movie", "show"
    return tuple(SINGULAR.get(word, word) for word in (text or "").split(","))


def page(
    ask: Ask,
    rows: Sequence[T],
    make: Callable[[T], object],
    headers: Mapping[str, str] | None = None,
    *,
    maximum: int = LIMIT,
    gather: Callable[[Iterable[Any]], object] = list,
) -> Answer:
    """One page of these rows, with the four headers (section 1.3) and whatever the faults on order make of them."""
    call = ask.call
    if call.fault(faults.Empty):
        rows = []
    asked = min(ask.number("limit", DEFAULT_LIMIT), maximum)
    cap = call.fault(faults.Cap)
    limit = min(asked, cap.rows) if cap else asked
    number = ask.number("page", 1)
    found = rows[(number - 1) * limit : number * limit]
    short = call.fault(faults.Short)
    if short:
        found = found[: max(0, len(found) - short.rows)]
    said = limit if cap is None or cap.said else asked
    count, pages = call.fault(faults.Count), call.fault(faults.PageCount)
    given = {
        "X-Pagination-Page": str(number),
        "X-Pagination-Limit": str(said),
        "X-Pagination-Page-Count": str(-(-len(rows) // said) + (pages.by if pages else 0)),
        "X-Pagination-Item-Count": str(len(rows) + (count.by if count else 0)),
    }
    told = {} if call.fault(faults.Untold) else given
    return Answer(gather(make(row) for row in found), 200, told | dict(headers or {}))
