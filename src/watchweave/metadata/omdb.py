"""OMDb: titles and episodes by IMDb's ids, and the other way round; a small source with a daily budget, asked last.

Its API: one address, every value a text, `N/A` for what is missing; a "no" comes with 200, and 401 means either that the
key is wrong or that the day is spent. Its seasons have holes (omdbapi/OMDb-API#130, #169), so the lists of episodes are
left to other sources; and what it answers to `t=` is a guess, so titles are searched with `s=`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from msgspec import Struct, field

from ..core.media import Kind, Media, clean_id
from ..core.titles import Work
from ..errors import RateLimited, ServiceError, SignInNeeded, Unavailable, UnexpectedAnswer
from ..services.http import Budget, Fixed, Http, Limits
from .base import PATIENCE, Facts, Kept, Source, Works
from .names import sought

KINDS = {"movie": Kind.MOVIE, "series": Kind.SHOW, "episode": Kind.EPISODE}
TYPES = {kind: word for word, kind in KINDS.items()}
DAY = 86_400
PAGE = 10
"""Rows of a page of a search."""
COMPARE = "Compare api_key under metadata: omdb: in the settings with the key that OMDb sent you."

_UNKNOWN = re.compile(r"not found|incorrect imdb id|too many results|error getting data", re.IGNORECASE)
_NONE = re.compile(r"not found", re.IGNORECASE)
_LIMIT = re.compile(r"request limit", re.IGNORECASE)
_KEY = re.compile(r"api key", re.IGNORECASE)
_YEAR = re.compile(r"[12][0-9]{3}")
_MINUTES = re.compile(r"([0-9]{1,4}) min")
_NUMBER = re.compile(r"[0-9]{1,5}")


class Row(Struct, rename="pascal"):
    """A title, as far as we use it. What is not available is empty here."""

    title: str = ""
    year: str = ""
    type: str = ""
    runtime: str = ""
    season: str = ""
    episode: str = ""
    genre: str = ""
    plot: str = ""
    poster: str = ""
    imdb_id: str = field(default="", name="imdbID")
    series_id: str = field(default="", name="seriesID")

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            if getattr(self, name) == "N/A":
                setattr(self, name, "")


class Told(Row, rename="pascal"):
    """A whole answer: a title, or the rows of a search, or why there is nothing."""

    response: str = ""
    error: str = ""
    search: list[Row] = []
    total_results: str | int | None = field(default=None, name="totalResults")


class Omdb(Source):
    name = "omdb"
    title = "OMDb"
    base_url = "https://www.omdbapi.com"
    limits: ClassVar[Limits] = Limits(reads=Budget(at_once=2), timeout=30, patience=PATIENCE)
    finds: ClassVar[Mapping[Kind, tuple[str, ...]]] = dict.fromkeys(TYPES, ("imdb",))
    searches = frozenset({Kind.MOVIE, Kind.SHOW})
    budget = 1000

    @classmethod
    def signer(cls, options: Mapping[str, str], kept: Kept) -> Fixed:
        """The key stands among the parameters."""
        return Fixed({})

    def __init__(self, http: Http, options: Mapping[str, str]) -> None:
        super().__init__(http, options)
        self._key = options.get("api_key", "")
        self._spent = -1
        http.secrets.hide(self._key)

    async def find(self, kind: Kind, space: str, value: str) -> Sequence[Media]:
        row = await self._title(kind, space, value)
        found = media(row) if row else None
        return [found] if found else []

    async def search(self, wanted: Media, *, narrow: bool = False) -> Works:
        """The ten that most people vote on: it knows only exact years. A title of one or two letters finds nothing."""
        exactly = {"y": str(wanted.year)} if narrow and wanted.year else {}
        told = await self._ask({"s": sought(wanted.title), "type": TYPES[wanted.kind], **exactly})
        found = [one for row in told.search if (one := media(row)) and one.kind is wanted.kind]
        once = {one.ids["imdb"]: one for one in found}  # some come twice, and count twice
        return Works([Work(one) for one in once.values()], whole=entire(told) and not exactly)

    async def facts(self, media: Media) -> Facts | None:
        row = await self._title(media.kind, "imdb", media.ids["imdb"]) if "imdb" in media.ids else None
        if row is None:
            return None
        genres = tuple(genre.strip() for genre in row.genre.split(",") if genre.strip())
        poster = row.poster if row.poster.startswith("https://") else ""
        return Facts(row.title, row.plot, genres, poster, seconds(row.runtime))

    async def _title(self, kind: Kind, space: str, value: str) -> Row | None:
        """What bears this id, if it is of this kind and says so itself."""
        if space not in self.finds.get(kind, ()) or clean_id(space, value) != value:
            return None
        row = await self._ask({"i": value})
        return row if row.imdb_id == value and KINDS.get(row.type) is kind else None

    async def _ask(self, asked: Mapping[str, str]) -> Told:
        """The answer; where it knows nothing, one that says so and is empty otherwise. On a day that is spent it is not
        asked again."""
        today = int(self.http.clock.now()) // DAY
        if self._spent == today:
            raise self._over()
        answer = await self.http.get("", Told, params={"apikey": self._key, **asked}, accept={401})
        told: Told | None = answer.value
        if told and answer.status == 200 and told.response == "True":
            return told
        error = self.http.secrets.clean(told.error[:2000])[:200] if told else ""
        if _LIMIT.search(error):
            self._spent = today
            raise self._over()
        if answer.status == 401 or _KEY.search(error):
            raise SignInNeeded(self.title, f"the key is not taken{said(error)} {COMPARE}")
        if told and told.response == "False" and _UNKNOWN.search(error):
            return Told(response="False", error=error)
        raise self._odd(told, error)

    def _over(self) -> RateLimited:
        return RateLimited(self.title, "the requests of today are spent; there are new ones from 00:00 UTC on.")

    def _odd(self, told: Told | None, error: str) -> ServiceError:
        """A "no" whose reason we do not know is trouble; whatever is neither yes nor no cannot be read."""
        if told and told.response == "False":
            return Unavailable(self.title, f"it does not answer now{said(error)}")
        return UnexpectedAnswer(self.title, "the answer says neither that it knows nor that it does not.", status=200)


def entire(told: Told) -> bool:
    """Are these all rows of a search? A count that does not fit is not believed; where none is told, rows are all that do
    not fill a page. A "no" may mean that there is nothing, or that there is too much."""
    came, count = len(told.search), told.total_results
    if told.response != "True":
        return bool(_NONE.search(told.error))
    return 0 < came < PAGE if count in (None, "") else str(count) == str(came)


def said(error: str) -> str:
    return f": {error.rstrip('.!')}." if error else "."


def media(row: Row) -> Media | None:
    """The thing that a row is about, if it can be named: an episode without its series cannot."""
    kind, own = KINDS.get(row.type), clean_id("imdb", row.imdb_id)
    if kind is None or not own:
        return None
    if kind is not Kind.EPISODE:
        year = _YEAR.match(row.year)  # of a series, "2010–2015": the first
        length = seconds(row.runtime) if kind is Kind.MOVIE else None  # a series' may be that of all its episodes
        return Media(kind, {"imdb": own}, row.title, int(year[0]) if year else None, runtime=length)
    series = clean_id("imdb", row.series_id)
    if not (series and _NUMBER.fullmatch(row.season) and _NUMBER.fullmatch(row.episode)):
        return None
    show, season, number = Media(Kind.SHOW, {"imdb": series}), int(row.season), int(row.episode)
    return Media(kind, {"imdb": own}, row.title, None, show, season, number, seconds(row.runtime))


def seconds(runtime: str) -> int | None:
    """A length, which is told in minutes.

    >>> seconds("148 min"), seconds("1,200 min"), seconds("")
    (8880, 72000, None)
    """
    found = _MINUTES.fullmatch(runtime.replace(",", ""))
    return int(found[1]) * 60 or None if found else None
