"""IMDb: ratings, watchlist, check-ins and lists from exported files; or ratings and watchlist at IMDb itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, ClassVar

from ...core.media import Kind
from ...core.records import Record
from ...errors import ConfigError
from ..base import Desk, Examined, Field, Identity, Known, Refusal, Secrets, Service, Sheet, Shelf
from ..http import Budget, Http, Limits
from .direct import DirectRatings, DirectWatchlist, PublicWatchlist, person
from .export import RATINGS, WATCHLIST, examine
from .graphql import SIGN_IN, Browser, GraphQL
from .handed import Newest
from .lists import FiledLists
from .sheets import sheets
from .shelves import CheckIns, Ratings, Watchlist

ONE_A_SECOND = Budget(at_once=1, per=1, seconds=1.0)
TITLE_PAGE = "Open www.imdb.com/title/ followed by each Const"
WHOSE = re.compile(r"\b(ur[0-9]+|p\.[A-Za-z0-9]+)\b")


class Imdb(Service):
    name = "imdb"
    title = "IMDb"
    hosts: ClassVar[Mapping[str, str]] = {
        "graphql_url": "https://api.graphql.imdb.com",
        "caching_graphql_url": "https://caching.graphql.imdb.com",
    }
    sign_in = (
        Field(
            "cookie",
            "Cookie at-main",
            secret=True,
            help="Your own cookie at-main of www.imdb.com: ratings and watchlist are then read and"
            " written at IMDb itself, at most one request a second. IMDb's conditions of use forbid robots: whether"
            " you want this is your own decision. Without it nothing is asked there.",
        ),
    )
    settings = (
        Field("csv_path", "Folder of exports", help="A file, or a folder, whose exports are read in each sync."),
        Field(
            "watchlist_of",
            "Public watchlist",
            help="Your number at IMDb (ur…), or the name of your profile (p.…): your watchlist, if it is public, is then"
            " read at IMDb. IMDb's conditions of use forbid robots: it is your own decision, too.",
        ),
    )
    needs: ClassVar[Mapping[Kind, str]] = dict.fromkeys((Kind.MOVIE, Kind.SHOW), "imdb")
    shelf_types: ClassVar[Mapping[str, type[Shelf[Any]]]] = {
        "watched": CheckIns,
        "ratings": Ratings,
        "watchlist": Watchlist,
        "lists": FiledLists,
    }
    carry: ClassVar[Mapping[str, str]] = {
        RATINGS: f"IMDb has no import. {TITLE_PAGE}, and give Your Rating; then export your ratings and import that file.",
        WATCHLIST: f"IMDb has no import. {TITLE_PAGE}, and put it on your watchlist; then export that and import the file.",
    }
    limits: ClassVar[Limits] = Limits(
        reads=ONE_A_SECOND,
        writes=ONE_A_SECOND,  # every question is a POST
        explain={401: SIGN_IN},
    )

    def __init__(self, http: Http, options: Mapping[str, object], known: Known, desk: Desk | None = None) -> None:
        super().__init__(http, options, known, desk)
        self.newest = Newest(self.title, self.desk, str(options.get("csv_path") or ""), http.clock.now)
        self.graphql = GraphQL(http)
        self.direct = bool(options.get("cookie"))
        self.watchlist_of = self._whose(str(options.get("watchlist_of") or ""))

    @classmethod
    def shelves_by(cls, options: Mapping[str, object]) -> Mapping[str, type[Shelf[Any]]]:
        if options.get("cookie"):
            return {**cls.shelf_types, "ratings": DirectRatings, "watchlist": DirectWatchlist}
        return {**cls.shelf_types, **({"watchlist": PublicWatchlist} if options.get("watchlist_of") else {})}

    def _whose(self, said: str) -> str:
        found = WHOSE.search(said)
        if said and not found:
            raise ConfigError("IMDb: watchlist_of must be a number like ur1234567, or the p.… in a profile's address.")
        return found[1] if found else ""

    @classmethod
    def signer(cls, secrets: Secrets) -> Browser:
        return Browser(secrets)

    async def identity(self) -> Identity:
        """The member of the cookie. Files do not say whose they are: the person who hands them in says so."""
        if self.direct:
            return await person(self.graphql)
        return Identity("files", "files", self.watchlist_of)

    @classmethod
    def examine(cls, path: Path, said: str, zone: tzinfo) -> Examined | None:
        return examine(cls.title, path, said, zone)

    def sheets(self, records: Sequence[Record]) -> tuple[Sequence[Sheet], Sequence[Refusal[Any]]]:
        return sheets(records)
