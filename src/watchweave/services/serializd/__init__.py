"""Serializd: diary, logs, ratings, reviews, watchlist and lists of one account; series only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, Protocol, TypeVar, Unpack, cast
from urllib.parse import quote

from ...core.media import Kind
from ...errors import Unavailable, UnexpectedAnswer
from ..base import Desk, Field, Identity, Known, Secrets, Service, Shelf
from ..http import Answer, Ask, Budget, How, Http, Limits, Pages, Told
from ..pacing import Gate
from .catalogue import Catalogue
from .convert import Counts
from .lists import AllLists
from .logs import Logs
from .shelves import Favourites, History, Labels, Marks, Ratings, Reviews
from .sign_in import ADDRESSES, EXPIRED, Session, mobile
from .watchlist import Watchlist

T = TypeVar("T")
Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)

PACE = Budget(at_once=1, per=1, seconds=0.2)
"""One request at a time, and a pause after each: it is a small team's machine."""
FRESH = 30
"""Seconds for which one answer says what the profile counts."""
ADDRESS = "address"


class Page(Protocol[Row_co]):
    """A page of a listing: its rows, and how many there are on all pages."""

    @property
    def rows(self) -> Sequence[Row_co]: ...
    @property
    def total(self) -> int | None: ...


class Paged:
    """Pages by number. How many rows a page has is not said: the first one shows it."""

    limit = 1000
    beyond = False
    announces = True

    def ask(self, start: int, limit: int) -> Ask:
        return Ask({"page": start // limit + 1})

    def told(self, answer: Answer[Page[Any]]) -> Told:
        return Told(count=answer.value.total)


class Serializd(Service):
    name = "serializd"
    title = "Serializd"
    base_url = ADDRESSES[0]
    hosts: ClassVar[Mapping[str, str]] = {"mobile_url": mobile(ADDRESSES[0])}
    sign_in = (
        Field("email", "E-mail address", help="Only beside `password`."),
        Field(
            "password",
            "Password",
            secret=True,
            help="Kept only if you write it here; then a sign-in that has ended is renewed by itself.",
        ),
        Field("token", "Token", secret=True, required=True, help='Comes by itself with "watchweave login".'),
        Field("username", "Name there", help="Comes with the token."),
    )
    asks = ("email", "password")
    needs: ClassVar[Mapping[Kind, str]] = {Kind.SHOW: "tmdb"}
    shelf_types: ClassVar[Mapping[str, type[Shelf[Any]]]] = {
        "history": History,
        "watched": Marks,
        "ratings": Ratings,
        "watchlist": Watchlist,
        "favourites": Favourites,
        "reviews": Reviews,
        "tags": Labels,
        "lists": AllLists,
    }
    limits: ClassVar[Limits] = Limits(reads=PACE, writes=PACE, timeout=60, explain={401: EXPIRED})

    def __init__(self, http: Http, options: Mapping[str, object], known: Known, desk: Desk | None = None) -> None:
        super().__init__(http, options, known, desk)
        self._settle(str(options.get("url") or self.desk.notes.load(ADDRESS).decode() or self.base_url))
        self.turn = Gate(PACE, http.clock)
        self.catalogue = Catalogue(self)
        self.logs = Logs(self)
        self._name = ""
        self._counts: Counts | None = None
        self._asked = 0.0
        self._asking = asyncio.Lock()

    @classmethod
    def signer(cls, secrets: Secrets) -> Session:
        return Session(secrets)

    @property
    def session(self) -> Session:
        return cast(Session, self.signing)

    async def _whose(self) -> str:
        """Who is signed in, asked once a run, in its turn."""
        async with self.turn.turn():
            self._name = self._name or await self.session.whose(self.http)
            return self._name

    def _settle(self, address: str) -> None:
        """Ask there from now on; the pages for phones are at the same host, unless the settings say otherwise."""
        self.http.place("url", address)
        self.http.place("mobile_url", str(self.options.get("mobile_url") or mobile(address)))

    async def sign_in_by_password(self, secrets: Secrets, given: Mapping[str, str]) -> None:
        """Where the settings name no address all that are known are tried, and what answered is remembered."""
        chosen = str(self.options.get("url") or "")
        for address in (chosen,) if chosen else ADDRESSES:
            self._settle(address)
            with suppress(Unavailable, UnexpectedAnswer):
                await Session(secrets).log_in(self.http, given.get("email", ""), given.get("password", ""))
                self.desk.notes.save(ADDRESS, address.encode())
                return
        raise Unavailable(self.title, "nobody answered to the sign-in. Try again later.")

    async def identity(self) -> Identity:
        """The person is known by her name alone."""
        person = await self._whose()
        return Identity(person, person)

    async def counts(self) -> Counts:
        """What the profile counts; asked once for all shelves, and again after we wrote, or later on."""
        async with self._asking:
            if self._counts is None or self.http.clock.now() >= self._asked + FRESH:
                self._asked = self.http.clock.now()
                path = f"/page/profile_v2_part_1/{await self._person()}"
                self._counts = (await self.ask(path, Counts, host="mobile_url")).value
            return self._counts

    async def _person(self) -> str:
        """The name of the person, for addresses."""
        return quote(self.session.person or await self._whose(), safe="")

    async def ask(self, path: str, shape: type[T], **how: Unpack[How]) -> Answer[T]:
        """One reading request, in its turn."""
        async with self.turn.turn():
            return await self.http.get(path, shape, **how)

    async def tell(
        self, path: str, body: object, shape: type[T], *, again: bool = False, accept: Collection[int] = ()
    ) -> Answer[T]:
        """One writing request, in its turn. The counts of the profile move with it."""
        self._counts = None
        async with self.turn.turn():
            return await self.http.send("POST", path, shape, body=body, again=again, accept=accept)

    async def page(self, path: str, number: int, shape: type[T]) -> Answer[T]:
        """A page of a listing of the person; `path` has a place for both."""
        return await self.ask(path.format(user=await self._person(), page=number), shape)

    def pages(
        self,
        path: str,
        shape: type[Page[Row]],
        key: Callable[[Row], Hashable],
        first: Answer[Any] | None = None,
    ) -> Pages[Row]:
        """The rows of a listing of the person, page after page; `path` has a place for both. first: its first page, where
        it was asked for just now."""

        async def page(asked: Ask) -> tuple[Sequence[Row], Answer[Any]]:
            number = int(asked.params["page"])
            answer = first if first and number == 1 else await self.page(path, number, shape)
            return answer.value.rows, answer

        return Pages(self.title, page, Paged(), key, 1)
