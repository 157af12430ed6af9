"""TheTVDB: ids, titles and orders of series, and of films to a lesser part.

Its API v4: a series, a film and an episode can bear one number and are different things; a look-up by an id from
elsewhere names no source and brings strangers (thetvdb/v4-api#317); lists of episodes are cut short under load, without
a sign but their count (#241); records have null, nothing or untidy texts where ids and years should be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import count
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakKeyDictionary

from msgspec import Struct

from ..core.media import Kind, Media, clean_id
from ..core.titles import Work, spoken
from ..errors import Incomplete, SignInNeeded, Unavailable, UnexpectedAnswer
from ..services.http import Budget, Http, Limits
from .base import Facts, Kept, Order, Source

T = TypeVar("T")
REFUSED = (
    "the key is not taken. Compare api_key under metadata: tvdb: in the settings with your key; pin is for subscribers."
)
SIGN_IN = "sign_in"
"""The host, by its name, that no token is sent to."""
PATHS = {Kind.MOVIE: "movies", Kind.SHOW: "series", Kind.EPISODE: "episodes"}
WORDS = {Kind.MOVIE: "movie", Kind.SHOW: "series", Kind.EPISODE: "episode"}
ORDERS: Mapping[Order, str] = {"aired": "official", "dvd": "dvd", "absolute": "absolute"}
SOURCES = {"imdb": "imdb", "themoviedb.com": "tmdb"}
"""Who gave an id, in small letters -> the space. What TMDb's number of an episode is of is not known."""
ROWS = 30
"""Rows of a search: they are large, with texts in all languages."""
READINGS = 2
"""So often a list of episodes is read, if it is not all there."""
PAUSE = 2.0
"""Seconds before what may be a wrong 404 is asked for again."""
ARTWORKS = "https://artworks.thetvdb.com"

_signing_in: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


class Told(Struct, Generic[T]):
    """Around every answer. `links` stand beside lists, unless they are cut short."""

    data: T | None = None
    status: Any = None
    links: Any = None

    def link(self, name: str) -> Any:
        return self.links.get(name) if isinstance(self.links, dict) else None


class Token(Struct):
    token: str = ""


class Record(Struct, rename="camel"):
    """A film, a series or an episode, as far as we use it; any value can be of any type."""

    id: Any = None
    name: Any = None
    year: Any = None
    runtime: Any = None
    average_runtime: Any = None
    remote_ids: Any = None
    aliases: Any = None
    translations: Any = None
    overview: Any = None
    genres: Any = None
    image: Any = None
    series_id: Any = None
    season_number: Any = None
    number: Any = None


class Row(Struct):
    """A row of a search; its number is a text."""

    tvdb_id: Any = None
    type: Any = None
    name: Any = None
    year: Any = None
    aliases: Any = None
    translations: Any = None
    remote_ids: Any = None


class Listing(Struct):
    episodes: list[Record] | None = None


class SignIn:
    """Signs with a token that is good for a month: kept, shared by all runs, and replaced when it is refused."""

    def __init__(self, options: Mapping[str, str], kept: Kept) -> None:
        self._asked = {"apikey": options.get("api_key", "")}
        if options.get("pin"):
            self._asked["pin"] = options["pin"]  # an empty one is refused
        self._address = options.get("url") or Tvdb.base_url
        self._kept = kept
        self._of = sha256(repr(self._asked).encode()).hexdigest()
        self._token = ""
        self._refused = False

    async def headers(self, http: Http, host: str) -> Mapping[str, str]:
        http.secrets.hide(*self._asked.values())
        if host == SIGN_IN:
            return {}
        if self._refused:
            raise SignInNeeded(http.title, REFUSED)
        if not self._token:
            await self._replace(http, "")
        return {"Authorization": f"Bearer {self._token}"}

    async def renew(self, http: Http, refused: Mapping[str, str]) -> bool:
        await self._replace(http, refused.get("Authorization", "").removeprefix("Bearer "))
        return True

    async def _replace(self, http: Http, spent: str) -> None:
        """Have another token than the spent one: somebody else's, if they were faster. One sign-in at a time."""
        async with _signing_in.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            kept = self._kept.load()
            good = kept.get("token", "") if kept.get("of") == self._of else ""
            if good in ("", spent):
                good = await self._sign_in(http)
                self._kept.save({"token": good, "of": self._of})
            self._token = good

    async def _sign_in(self, http: Http) -> str:
        """A new token; a key that was refused is not tried again."""
        if self._refused:
            raise SignInNeeded(http.title, REFUSED)
        if not http.knows(SIGN_IN):
            http.place(SIGN_IN, self._address)
        answer = await http.send(
            "POST", "login", Told[Token], body=self._asked, host=SIGN_IN, again=True, accept=(400, 401)
        )
        if answer.status in (400, 401):
            self._refused = True
            raise SignInNeeded(http.title, REFUSED)
        if not answer.value.data or not answer.value.data.token:
            raise Unavailable(http.title, "the sign-in was answered without a token.")
        return answer.value.data.token


class Tvdb(Source):
    name = "tvdb"
    title = "TheTVDB"
    base_url = "https://api4.thetvdb.com/v4"
    limits: ClassVar[Limits] = Limits(reads=Budget(at_once=4, per=4, seconds=2.0), explain={401: REFUSED})
    finds: ClassVar[Mapping[Kind, tuple[str, ...]]] = dict.fromkeys(PATHS, ("tvdb", "imdb"))
    searches = frozenset({Kind.MOVIE, Kind.SHOW})

    @classmethod
    def signer(cls, options: Mapping[str, str], kept: Kept) -> SignIn:
        return SignIn(options, kept)

    async def find(self, kind: Kind, space: str, value: str) -> Sequence[Media]:
        """One request by its own number; by an IMDb id one more for each thing of this kind that stands under it."""
        if space not in self.finds.get(kind, ()) or clean_id(space, value) != value:
            return []
        numbers = [value] if space == "tvdb" else await self._bearing(kind, value)
        records = [await self._record(kind, number) for number in numbers]
        found = [media(kind, record, value if space == "imdb" else "") for record in records if record]
        return [one for one in found if one and one.ids.get(space) == value]

    async def search(self, wanted: Media) -> Sequence[Work]:
        """The year is looked at here: the source knows only exact ones."""
        found = await self._rows(wanted.kind, {"query": spoken(wanted.title)[0], "limit": ROWS})
        return [one for one in found if near(one.media.year, wanted.year)]

    async def titles(self, media: Media) -> Work | None:
        """Without a length, if all we know of it is its IMDb id."""
        if media.kind not in self.searches:
            return None
        if number := media.ids.get("tvdb"):
            record = await self._record(media.kind, number, meta=True)
            return work(media.kind, record) if record else None
        imdb = media.ids.get("imdb", "")
        rows = await self._rows(media.kind, {"query": imdb, "remote_id": imdb}) if imdb else []
        return next((row for row in rows if row.media.ids.get("imdb") == imdb), None)

    async def episodes(self, show: Media, order: Order = "aired") -> Sequence[Media]:
        """One request for each 500; another reading of all where rows are missing. Seasons as the source has them: the
        absolute order is one season, its number 1, and specials are season 0."""
        numbers = [show.ids["tvdb"]] if "tvdb" in show.ids else await self._bearing(Kind.SHOW, show.ids.get("imdb", ""))
        if len(numbers) != 1:
            return []
        for _ in range(READINGS):
            rows, told = await self._list(numbers[0], ORDERS[order])
            if told is not None and len(rows) >= told:
                own = (row for row in rows if digits(row.series_id) in ("", numbers[0]))
                return [one for row in own if (one := episode(row, show))]
        whole_list = "nobody says of how many" if told is None else f"of {told}"
        raise Incomplete(self.title, f"the list of episodes is cut short: {len(rows)} came, {whole_list}.")

    async def facts(self, media: Media) -> Facts | None:
        number = media.ids.get("tvdb")
        record = await self._record(media.kind, number, meta=True) if number else None
        return shown(record) if record else None

    async def _record(self, kind: Kind, number: str, *, meta: bool = False) -> Record | None:
        """What bears this number, if it says so itself. An episode that is not there may be there all the same (#7)."""
        if kind not in PATHS:
            return None
        params = {"meta": "translations"} if meta else {}
        if kind is not Kind.EPISODE:
            params["short"] = "true"
        path = f"{PATHS[kind]}/{number}/extended"
        told = await self._ask(path, Told[Record], params, doubted=kind is Kind.EPISODE)
        return told.data if told and told.data and digits(told.data.id) == number else None

    async def _bearing(self, kind: Kind, imdb: str) -> list[str]:
        """The numbers of what stands under this IMDb id; of episodes, those that are somewhere."""
        told = await self._ask(f"search/remoteid/{imdb}", Told[list[dict[str, Any]]]) if imdb else None
        rows = [row[WORDS[kind]] for row in (told.data if told else None) or () if row.get(WORDS[kind])]
        some = [
            row for row in rows if isinstance(row, dict) and (kind is not Kind.EPISODE or digits(row.get("number")))
        ]
        return list(dict.fromkeys(number for row in some if (number := clean_id("tvdb", digits(row.get("id"))))))

    async def _rows(self, kind: Kind, params: Mapping[str, str | int]) -> list[Work]:
        """The works in the rows of a search."""
        if kind not in self.searches:
            return []
        told = await self._ask("search", Told[list[Row]], {**params, "type": WORDS[kind]})
        rows = (row for row in (told.data if told else None) or () if row.type == WORDS[kind])
        return [one for row in rows if (one := work(kind, row))]

    async def _list(self, number: str, order: str) -> tuple[list[Record], int | None]:
        """All rows of a list, and how many there are by its own word; none of either where there is no such list."""
        rows: dict[tuple[str, str, str], Record] = {}
        told: int | None = 0
        for page in count():
            path, params = f"series/{number}/episodes/{order}", {"page": page}
            answer = await self._ask(path, Told[Listing], params, doubted=True)
            if answer is None:
                break
            before, told = len(rows), whole(answer.link("total_items"))
            for row in (answer.data.episodes if answer.data else None) or ():
                rows[digits(row.id), digits(row.season_number), digits(row.number)] = row
            if not answer.link("next") or len(rows) == before:
                break
        return list(rows.values()), told

    async def _ask(
        self, path: str, shape: type[Told[T]], params: Mapping[str, str | int] = {}, *, doubted: bool = False
    ) -> Told[T] | None:
        """The answer, or nothing for 404, which is asked for once more where it is known to be wrong at times (#335)."""
        answer = await self.http.get(path, shape, params=params, accept=(404,))
        if answer.status == 404 and doubted:
            await self.http.clock.sleep(PAUSE)
            answer = await self.http.get(path, shape, params=params, accept=(404,))
        if answer.status == 404:
            return None
        if answer.value.status == "failure":
            raise UnexpectedAnswer(self.title, f"{path} was answered with a failure.", status=answer.status)
        return answer.value


def digits(value: object) -> str:
    """A whole number as text, from a number or a text; empty where it is none. 0 is one: specials are in season 0."""
    said = str(value).strip() if isinstance(value, int | str) else ""
    return str(int(said)) if said.isascii() and said.isdecimal() and len(said) < 12 else ""


def whole(value: object) -> int | None:
    """
    >>> whole("2004"), whole(0), whole(""), whole(None)
    (2004, 0, None, None)
    """
    return int(number) if (number := digits(value)) else None


def text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def parts(value: object) -> list[dict[str, Any]]:
    """The records in what should be a list of them."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def near(year: int | None, wanted: int | None) -> bool:
    return not year or not wanted or abs(year - wanted) <= 1


def ids(kind: Kind, number: object, remote: object, asked: str = "") -> dict[str, str]:
    """Its ids by space. Of two from one source neither is believed, unless it is the one that was asked for.

    >>> ids(Kind.SHOW, 121361, [{"id": " tt0944947", "sourceName": "IMDB"}, {"id": "1399-x", "sourceName": "TheMovieDB.com"}])
    {'tvdb': '121361', 'imdb': 'tt0944947', 'tmdb': '1399'}
    """
    found: dict[str, list[str]] = {"tvdb": [clean_id("tvdb", digits(number))]}
    for part in parts(remote):
        space = SOURCES.get(text(part.get("sourceName")).lower(), "")
        value = str(part.get("id") or "").strip()
        value = value.partition("-")[0] if space == "tmdb" else value  # some go on with the name
        if space and (space == "imdb" or kind is not Kind.EPISODE) and (value := clean_id(space, value)):
            found.setdefault(space, []).append(value)
    return {
        space: asked if asked in values else values[0]
        for space, values in found.items()
        if values[0] and (asked in values or len(set(values)) == 1)
    }


def media(kind: Kind, record: Record, asked: str = "") -> Media | None:
    """What a record is about; nothing if it cannot be named."""
    if kind is Kind.EPISODE:
        series = clean_id("tvdb", digits(record.series_id))
        return episode(record, Media(Kind.SHOW, {"tvdb": series}), asked) if series else None
    known = ids(kind, record.id, record.remote_ids, asked)
    if "tvdb" not in known:
        return None
    return Media(kind, known, text(record.name), whole(record.year) or None, runtime=seconds(record.runtime))


def episode(record: Record, show: Media, asked: str = "") -> Media | None:
    """An episode of this show; nothing if it has no place in the order."""
    season, number = whole(record.season_number), whole(record.number)
    known = ids(Kind.EPISODE, record.id, record.remote_ids, asked)
    if season is None or number is None or "tvdb" not in known:
        return None
    return Media(Kind.EPISODE, known, text(record.name), None, show, season, number, seconds(record.runtime))


def seconds(minutes: object) -> int | None:
    return (whole(minutes) or 0) * 60 or None


def work(kind: Kind, found: Record | Row) -> Work | None:
    """A film or a show with its titles in all languages."""
    if isinstance(found, Row):
        known = ids(kind, found.tvdb_id, found.remote_ids)
        about = Media(kind, known, text(found.name), whole(found.year) or None) if "tvdb" in known else None
    else:
        about = media(kind, found)
    titles = dict.fromkeys(title for title in names(found) if about and title != about.title)
    return Work(about, tuple(titles)) if about and (about.title or titles) else None


def names(found: Record | Row) -> Iterator[str]:
    """All names in a record or a row: its own, translations, aliases; each may be a text or a record with a name."""
    told = found.translations if isinstance(found.translations, dict) else {}
    lists: Iterable[object] = (told.values(), found.aliases)
    if isinstance(found, Record):
        lists = (told.get("nameTranslations"), told.get("alias"), found.aliases)
    for some in lists:
        for one in some if isinstance(some, Iterable) and not isinstance(some, str) else ():
            if name := text(one.get("name") if isinstance(one, dict) else one):
                yield name


def shown(record: Record) -> Facts:
    """In English where there is any."""
    told = record.translations if isinstance(record.translations, dict) else {}
    title, overview = (english(told.get(f"{what}Translations"), what) for what in ("name", "overview"))
    genres = tuple(name for genre in parts(record.genres) if (name := text(genre.get("name"))))
    image = text(record.image)
    poster = f"{ARTWORKS}{image}" if image.startswith("/") else image if image.startswith("https://") else ""
    length = seconds(record.runtime) or seconds(record.average_runtime)
    return Facts(title or text(record.name), overview or text(record.overview), genres, poster, length)


def english(some: object, what: str) -> str:
    found = (text(one.get(what)) for one in parts(some) if one.get("language") == "eng" and not one.get("isAlias"))
    return next(found, "")
