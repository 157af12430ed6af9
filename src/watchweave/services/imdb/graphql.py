"""Asks the GraphQL hosts of IMDb's own website, and judges answers that say 200 whatever happened."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, Generic, NoReturn, TypeVar

from msgspec import Struct, field, json

from ...errors import Incomplete, NotSent, RateLimited, ServiceError, SignInNeeded, UnexpectedAnswer
from ..base import Secrets, Whole
from ..http import Http
from .convert import Title

T = TypeVar("T")

OWN, PUBLIC = "graphql_url", "caching_graphql_url"
"""The hosts: one for what needs the cookie, one for what everybody may see."""
MOST = 25
"""Mutations in one document at most."""
SIGN_IN = (
    "the cookie is no longer good: it ends when you sign out, and at times by itself. Sign in at www.imdb.com in a"
    " browser, and copy the cookie anew: at-main, as `cookie` in config.yml."
)
FIREWALL = "its firewall turned us away (403). Nothing more is asked in this run; the next one tries again."
TOO_MANY = "these were too many requests (429). Nothing more is asked in this run; the next one tries again."
UNKNOWN = "IMDb does not know this title"

HEADERS: Mapping[str, str] = {
    "Accept": "application/graphql+json, application/json",
    "Origin": "https://www.imdb.com",
    "Referer": "https://www.imdb.com/",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "x-imdb-client-name": "imdb-web-next-localized",
    "x-imdb-user-country": "US",
    "x-imdb-user-language": "en-US",
}


class Browser:
    """Signs as the person's own browser does. The cookie goes to one host alone."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def headers(self, http: Http, host: str) -> Mapping[str, str]:
        cookie = self._secrets.load().get("cookie", "").strip()
        if host != OWN or not cookie:
            return HEADERS
        parts = dict(part.strip().partition("=")[::2] for part in cookie.split(";"))
        token = parts.get("at-main") or cookie
        http.secrets.hide(token)
        return {**HEADERS, "Cookie": f"at-main={token}; ubid-main={parts.get('ubid-main') or _device(token)}"}

    async def renew(self, http: Http, refused: Mapping[str, str]) -> bool:
        return False


def _device(token: str) -> str:
    """The name of a browser, which stays the same as long as the sign-in does."""
    number = int(hashlib.sha256(token.encode()).hexdigest(), 16)
    return f"{number % 10**3:03}-{number // 10**3 % 10**7:07}-{number // 10**10 % 10**7:07}"


class Fault(Struct, gc=False):
    """What went wrong with one field of a document."""

    message: str = ""
    path: list[Any] | None = None
    extensions: dict[str, Any] | None = None

    @property
    def code(self) -> object:
        return (self.extensions or {}).get("code")

    @property
    def signed_out(self) -> bool:
        return self.code == "UNAUTHENTICATED" or "Authentication" in self.message


class Told(Struct, Generic[T], gc=False):
    data: T | None = None
    errors: list[Fault] | None = None
    extensions: dict[str, Any] | None = None

    @property
    def signed_out(self) -> bool:
        """It says so by a text of its own, or by a fault."""
        token = str((self.extensions or {}).get("authToken", "")).lower()
        return "invalid" in token or "expired" in token or any(fault.signed_out for fault in self.errors or ())


class Node(Struct, gc=False):
    title: Title | None = None
    item: Title | None = None


class Edge(Struct, gc=False):
    node: Node | None = None


class PageInfo(Struct, rename="camel", gc=False):
    has_next_page: bool = False
    end_cursor: str | None = None


class Page(Struct, rename="camel", gc=False):
    """A page of a listing. total: rows of the whole listing."""

    total: Whole | None = None
    edges: list[Edge] | None = None
    page_info: PageInfo = field(default_factory=PageInfo)

    @property
    def titles(self) -> list[Title]:
        """Those that can be read."""
        nodes = [edge.node for edge in self.edges or () if edge.node]
        return [title for node in nodes if (title := node.title or node.item) and title.id]


class Listed(Struct, gc=False):
    items: Page | None = None


class Profile(Struct, rename="camel", gc=False):
    user_id: str = ""
    nick_name: str | None = None


class User(Struct, rename="camel", gc=False):
    full_name: str | None = None
    profile: Profile = field(default_factory=Profile)


class Data(Struct, rename="camel", gc=False):
    """The answer to a question; what was not asked for, or failed, is None."""

    user: User | None = None
    user_profile: Profile | None = None
    predefined_list: Listed | None = None
    advanced_title_search: Page | None = None

    @property
    def page(self) -> Page | None:
        return self.predefined_list.items if self.predefined_list else self.advanced_title_search


class GraphQL:
    """One person's questions in one run. Once IMDb has turned us away, nothing more is asked."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self._turn = asyncio.Lock()
        self._over: Callable[[], ServiceError] | None = None

    async def ask(self, query: str, variables: Mapping[str, object] | None = None, host: str = OWN) -> Told[Data]:
        """The answer to a question."""
        return await self._post(Told[Data], query, variables or {}, host)

    async def page(self, query: str, variables: Mapping[str, object], host: str = OWN) -> Page:
        """One page of a listing. Raises UnexpectedAnswer where there is none."""
        told = await self.ask(query, variables, host)
        page = (told.data or Data()).page
        if page is None or page.total is None:
            self.fail(told, "its answer has no list")
        return page

    async def pages(self, query: str, variables: Mapping[str, object], host: str = OWN) -> AsyncGenerator[Page, None]:
        """The pages of a listing, in order. After the last one it raises Incomplete unless their rows are all there are.

        Raises UnexpectedAnswer where pages lead back to one that was there, as they would for ever.
        """
        rows, total, after = 0, None, None
        met: set[str] = set()
        while True:
            page = await self.page(query, {**variables, "after": after}, host)
            if total not in (None, page.total):
                raise Incomplete(self.http.title, f"the number of rows moved from {total} to {page.total} meanwhile.")
            rows, total, after = rows + len(page.titles), page.total, page.page_info.end_cursor
            yield page
            if not (after and page.titles and page.page_info.has_next_page) or rows > (total or 0):
                break
            if after in met:
                raise UnexpectedAnswer(self.http.title, "a page of a list leads back to an earlier one.", status=200)
            met.add(after)
        if rows != total:
            raise Incomplete(self.http.title, f"{total} rows were announced, {rows} came.")

    async def tell(self, deeds: Sequence[str]) -> list[str]:
        """Carry out these mutations. Of each: why IMDb would not, or nothing."""
        answers: list[str] = []
        for start in range(0, len(deeds), MOST):
            some = {f"m{number}": deed for number, deed in enumerate(deeds[start : start + MOST])}
            document = " ".join(f"{alias}:{deed}" for alias, deed in some.items())
            told = await self._post(Told[dict[str, Any]], f"mutation{{{document}}}", {}, OWN)
            answers += [self._refused(told, alias) for alias in some]
        return answers

    def _refused(self, told: Told[dict[str, Any]], alias: str) -> str:
        """Why one mutation was not carried out; of what is neither done nor refused nobody knows."""
        if told.data and told.data.get(alias) is not None:
            return ""
        fault = next((one for one in told.errors or () if one.path and one.path[0] == alias), None)
        if told.data is None or fault is None:
            self.fail(told, "its answer does not account for all that was sent")
        if fault.code == "RESOURCE_NOT_FOUND":
            return UNKNOWN
        return f'IMDb says "{self._words(fault)}"'

    async def _post(self, shape: type[Told[T]], query: str, variables: Mapping[str, object], host: str) -> Told[T]:
        """All that we ask and tell may be sent twice; nobody is asked before the answer to the last question came."""
        body = {"query": query, "variables": variables, "operationName": None}
        async with self._turn:
            if self._over:
                raise self._over()
            answer = await self.http.send("POST", "/", shape, body=body, host=host, again=True, accept=(403, 429))
            if answer.status == 403:
                self._end(lambda: NotSent(self.http.title, FIREWALL))
            if answer.status == 429:
                self._end(lambda: RateLimited(self.http.title, TOO_MANY))
            if answer.value.signed_out:
                self._end(lambda: SignInNeeded(self.http.title, SIGN_IN))
            return answer.value

    def _end(self, why: Callable[[], ServiceError]) -> NoReturn:
        self._over = why
        raise why()

    def fail(self, told: Told[Any], why: str) -> NoReturn:
        """An answer that does not hold what it should."""
        said = f' It says "{self._words(told.errors[0])}".' if told.errors else ""
        raise UnexpectedAnswer(self.http.title, f"{why}.{said}", status=200)

    def _words(self, fault: Fault) -> str:
        """Without the part of their message that is for programmers."""
        return self.http.secrets.clean(fault.message.rpartition(" : ")[2][:2000])[:200] or "no reason"


def quoted(text: str) -> str:
    """A text as it stands in a document."""
    return json.encode(text).decode()
