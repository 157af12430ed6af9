"""One request to the API of the simulated Letterboxd: who asks, about whom, what for; and how answers become pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn, TypeVar

import msgspec

from . import faults
from .letterboxd_films import Film
from .letterboxd_member import Member
from .letterboxd_rules import MODIFY
from .server import Answer, Call

if TYPE_CHECKING:
    from .letterboxd import Letterboxd
    from .letterboxd_sign_in import Grant

T = TypeVar("T")
PER_PAGE, MOST_PER_PAGE, MOST_OBJECTS = 20, 100, 100_000
MOST_IDS = 100


class Stop(Exception):
    """The request ends here, with this answer."""

    def __init__(self, status: int, message: str, code: str = "", headers: Mapping[str, str] | None = None) -> None:
        self.message, self.code = message, code
        told = {"error": True, "message": message} | ({"code": code} if code else {})
        self.answer = Answer(told, status, headers)


class Ask:
    """A request that passed the gate. `words` are the groups of the path."""

    def __init__(self, letterboxd: Letterboxd, call: Call, grant: Grant) -> None:
        self.letterboxd = letterboxd
        self.call = call
        self.grant = grant
        self.words: tuple[str, ...] = ()

    @property
    def me(self) -> Member:
        """The member that the token is of; an app by itself has none."""
        if self.grant.member is None:
            raise Stop(403, "This needs a member to be signed in")
        return self.grant.member

    @property
    def writer(self) -> Member:
        if MODIFY not in self.grant.scopes:
            raise Stop(403, f"The token lacks the scope {MODIFY}")
        return self.me

    def member(self, name: str) -> Member:
        """By the id; who opted out of the API is as good as unknown."""
        found = next((one for one in self.letterboxd.members if one.id == name and not one.opted_out), None)
        return found or absent()

    @property
    def owner(self) -> Member:
        """The member whose things are asked for."""
        if not self.one("member"):
            raise Stop(400, "A member is needed")
        return self.member(self.one("member"))

    def film(self, name: str) -> Film:
        return self.letterboxd.films.coded(name) or absent()

    def shown(self, owner: Member, rows: Sequence[T]) -> Sequence[T]:
        """What a member holds, unless the account is private."""
        if not owner.private:
            return rows
        if self.letterboxd.options.private_answers == "refused":
            raise Stop(403, "This account is private")
        return []

    def one(self, name: str) -> str:
        return self.call.query.get(name, "")

    def all(self, name: str) -> list[str]:
        """The values of a parameter that may be repeated."""
        return [value for key, value in self.call.pairs if key == name]

    def number(self, name: str, least: int, most: int) -> int | None:
        text = self.one(name)
        if not text:
            return None
        if not text.isdecimal() or not least <= int(text) <= most:
            raise Stop(400, f"{name} is not {least} to {most}")
        return int(text)

    def chosen(self, name: str, among: Sequence[str], otherwise: str = "") -> str:
        """A word of those there are."""
        word = self.one(name) or otherwise
        if word not in (*among, otherwise):
            raise Stop(400, f"{name} may not be {word}")
        return word

    def body(self, form: type[T]) -> T:
        try:
            return msgspec.json.decode(self.call.body, type=form)
        except msgspec.DecodeError as error:
            raise Stop(400, str(error)) from None

    def page(self, rows: Sequence[T], make: Callable[[T], object], repeats: bool = False) -> Answer:
        """One page of these rows, and whatever the faults on order make of it. A cursor is for this API to read only.

        repeats: may a page begin with the last one of the page before?
        """
        call = self.call
        rows = [] if call.fault(faults.Empty) else rows[:MOST_OBJECTS]
        size = self.number("perPage", 1, MOST_PER_PAGE) or PER_PAGE
        size = min(size, cap.rows) if (cap := call.fault(faults.Cap)) else size
        start = self._start()
        found = rows[start : start + size]
        if repeats and start:
            found = [rows[start - 1], *found]
        if short := call.fault(faults.Short):
            found = found[: max(0, len(found) - short.rows)]
        answer: dict[str, object] = {"items": [make(row) for row in found]}
        if call.fault(faults.Untold):
            return Answer(answer)
        if start + size < len(rows):
            answer["next"] = f"start={start + size}"
        count = call.fault(faults.Count)
        return Answer(answer | {"itemCount": len(rows) + (count.by if count else 0)})

    def _start(self) -> int:
        cursor = re.fullmatch(r"start=(\d+)", self.one("cursor") or "start=0")
        if cursor is None:
            raise Stop(400, "This cursor is none of ours")
        return int(cursor[1])


Routes = Sequence[tuple[str, str, Callable[[Ask], Answer]]]
"""Method, pattern of the path, and who answers."""


def absent() -> NoReturn:
    raise Stop(404, "There is nothing of this kind here")
