"""What one account sees of its media server: sections, items, changed items, history."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from msgspec import Struct

from ...errors import UnexpectedAnswer
from ..http import Answer, Ask, Http, Told
from ..pages import Pages
from .convert import FIELDS, Row, Viewing, entry
from .sign_in import REFUSED, Person, choose, machine_at, reach, servers

if TYPE_CHECKING:
    from . import Plex

R = TypeVar("R")
Pairs = list[tuple[str, str | int]]

OWNER = 1
NUMBERS = {"movie": (1,), "show": (2, 3, 4)}
"""The types of items in each kind of section; shows first, so that their parts find them (reference, 4.2)."""
DATES = ("lastViewedAt", "lastRatedAt", "addedAt", "updatedAt")
MORE = {3: ",parentGuid,parentTitle", 4: ",originallyAvailableAt,file"}
"""Fields that only this type has, or is asked for."""
ELEMENTS = {4: "Guid,Media,Part"}
AT_ONCE = 100


class Container(Struct, Generic[R], rename="camel"):
    """Any list of a media server or of Discover; an empty one has no rows at all (section 2)."""

    total_size: int | None = None
    offset: int | None = None
    Metadata: list[R] = []
    Directory: list[R] = []
    Account: list[R] = []


class Body(Struct, Generic[R]):
    MediaContainer: Container[R]


class Section(Struct, frozen=True):
    """A library."""

    key: str
    type: str = ""
    title: str = ""
    uuid: str = ""


class Account(Struct, frozen=True):
    """A person as the server's history names him."""

    id: int


class Paging:
    """Start and Size, as headers; the server may force smaller pages."""

    beyond = False
    announces = False

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def ask(self, start: int, limit: int) -> Ask:
        return Ask(headers={"X-Plex-Container-Start": str(start), "X-Plex-Container-Size": str(limit)})

    def told(self, answer: Answer[Any]) -> Told:
        container = answer.value.MediaContainer if answer.value else Container(0, 0)
        return Told(count=container.total_size, start=container.offset)


PAGES = Paging(2000)


class Library:
    """The media server, for one account and one run. What does not change during a run is asked once."""

    def __init__(self, service: Plex) -> None:
        self.http: Http = service.http
        self.service = service
        self.headers = {"X-Plex-Pms-Api-Version": "1.0"}
        self.written: int | None = None
        """The latest time that stands on what we have written in this run."""

    async def ready(self) -> None:
        """Find the server, if its address is not set."""
        await self.service.once("ready", self._find)

    async def _find(self) -> None:
        if self.http.knows("url"):
            return
        server = choose(self.http, await servers(self.http), self.service.option("server"))
        self.http.place("url", await reach(self.http, server))
        if server.access_token:
            self.http.secrets.hide(server.access_token)
            self.headers["X-Plex-Token"] = server.access_token

    async def person(self) -> Person:
        """Whose token this is; asked of plex.tv."""

        async def ask() -> Person:
            return (await self.http.get("/api/v2/user", Person, host="plex_tv_url")).value

        return await self.service.once("person", ask)

    async def machine(self) -> str:
        await self.ready()
        return await self.service.once("machine", lambda: machine_at(self.http))

    async def sections(self) -> list[Section]:
        """The libraries of films and series that the settings choose; all of them where they choose none."""
        return await self.service.once("sections", self._sections)

    async def _sections(self) -> list[Section]:
        await self.ready()
        answer = await self.http.get("/library/sections", Body[Section], headers=self.headers)
        found = [one for one in answer.value.MediaContainer.Directory if one.type in NUMBERS]
        chosen = self.service.chosen
        missing = [name for name in chosen if not any(name in (one.key, one.title) for one in found)]
        if missing:
            has = ", ".join(one.title for one in found)
            raise UnexpectedAnswer(self.http.title, f'no library is called "{missing[0]}"; there are {has}.')
        return [one for one in found if not chosen or one.title in chosen or one.key in chosen]

    async def account(self) -> int:
        """The number of our person in the server's history: the owner is 1, others have that of their account."""
        return await self.service.once("account", self._account)

    async def _account(self) -> int:
        await self.ready()
        person = await self.person()
        answer = await self.http.get("/accounts", Body[Account], headers=self.headers, accept=REFUSED)
        if answer.status in REFUSED:
            return person.id
        listed = {one.id for one in answer.value.MediaContainer.Account}
        return person.id if person.id in listed else OWNER

    def items(self, section: str, number: int, filters: Iterable[tuple[str, str | int]] = ()) -> Pages[Row]:
        """The items of one type in a section, trimmed to what we read (section 4.3)."""
        params: Pairs = [("type", number), ("includeGuids", 1)]
        params += filters
        params += [("includeFields", FIELDS + MORE.get(number, "")), ("includeElements", ELEMENTS.get(number, "Guid"))]
        path = f"/library/sections/{section}/all"
        return self.http.pages(
            path, Body[Row], PAGES, _rows, params=params, headers=self.headers, key=lambda row: row.rating_key
        )

    async def changed(self, section: str, number: int, fields: Sequence[str], since: int, *, single: bool) -> list[Row]:
        """The items of which one of these dates is later (section 5). `single`: one query per date, for servers that
        refuse groups."""
        groups = [[name] for name in fields] if single else [fields]
        rows: dict[str, Row] = {}
        for names in groups:
            async for page in self.items(section, number, _any_later(names, since)):
                rows |= {row.key: row for row in page}
        return list(rows.values())

    async def history(self, account: int, since: int | None = None) -> AsyncIterator[list[Viewing]]:
        """What this account played to the end, page by page. Rows of others are never let through.

        A friend's server may deny its history (Taxel/PlexTraktSync#476): then the views of the items are all there is.
        """
        params: Pairs = [("sort", "viewedAt:desc")]
        params += [("accountID", account)] if account == OWNER else []
        params += [] if since is None else [("viewedAt>", since)]
        sections = {one.key for one in await self.sections()} if self.service.chosen else None
        pages = self.http.pages(
            "/status/sessions/history/all",
            Body[Viewing],
            PAGES,
            lambda body: body.MediaContainer.Metadata if body else [],
            params=params,
            headers=self.headers,
            key=entry,
            accept=() if account == OWNER else REFUSED,
        )
        async for rows in pages:
            own = (row for row in rows if row.account_id == account)
            yield [row for row in own if sections is None or str(row.section) in sections]

    async def details(self, keys: Sequence[str]) -> dict[str, Row]:
        """The present state of these items; vanished ones are missing."""
        found: dict[str, Row] = {}
        for start in range(0, len(keys), AT_ONCE):
            path = f"/library/metadata/{','.join(keys[start : start + AT_ONCE])}"
            params = {"includeFields": FIELDS + ",leafCount,file"}
            answer = await self.http.get(path, Body[Row], params=params, headers=self.headers, accept=(404,))
            if answer.status != 404:
                found |= {row.key: row for row in answer.value.MediaContainer.Metadata}
        return found

    async def children(self, key: str) -> list[Row]:
        """The seasons of a show, or the episodes of a season with their files; nothing if it is gone."""
        params = {"includeFields": FIELDS + ",leafCount,file", "includeElements": "Media,Part"}
        path = f"/library/metadata/{key}/children"
        pages = self.http.pages(
            path,
            Body[Row],
            PAGES,
            lambda body: _rows(body) if body else [],
            params=params,
            headers=self.headers,
            accept=(404,),
        )
        return [row async for page in pages for row in page]

    async def act(self, action: str, key: str, *, again: bool, **more: str | int) -> str:
        """Scrobble, unscrobble or rate one item; answered is why not, if not."""
        params = {"key": key, "identifier": "com.plexapp.plugins.library", **more}
        answer = await self.http.send(
            "PUT", f"/:/{action}", bytes, params=params, headers=self.headers, again=again, accept=(400, 404)
        )
        return {400: "Plex refused it", 404: "no longer in the library"}.get(answer.status, "")


def _rows(body: Body[Row]) -> list[Row]:
    return body.MediaContainer.Metadata


def _any_later(fields: Sequence[str], since: int) -> Pairs:
    """Any of these dates is later; the order of the pairs is the grammar (section 5.1)."""
    later: Pairs = [(f"{name}>>", since) for name in fields]
    if len(later) == 1:
        return later
    joined: Pairs = [("push", 1), later[0]]
    for one in later[1:]:
        joined += [("or", 1), one]
    return [*joined, ("pop", 1)]
