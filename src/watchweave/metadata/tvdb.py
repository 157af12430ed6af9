"""TheTVDB: ids, titles and orders of series, and of films to a lesser part.

Its API v4: a series, a film and an episode can bear one number and are different things; a look-up by an id from
elsewhere names no source and brings strangers (thetvdb/v4-api#317); lists of episodes are cut short under load, without
a sign but their count (#241). A number that was merged into another one is answered with 404 like any that is gone: into
which is told in the list of updates alone (#159), which nobody here reads.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import count
from typing import Any, ClassVar, TypeVar

from ..core.media import Kind, Media, clean_id
from ..core.titles import Work
from ..errors import Incomplete, UnexpectedAnswer
from ..services.http import Budget, Limits
from .base import PATIENCE, Facts, Kept, Order, Source, Works
from .names import sought
from .numbers import digits, whole
from .tvdb_rows import NUMBERED, Listing, Record, Row, Told, counted, episode, media, shown, work
from .tvdb_sign_in import REFUSED, SignIn

T = TypeVar("T")
PATHS = {Kind.MOVIE: "movies", Kind.SHOW: "series", Kind.EPISODE: "episodes"}
WORDS = {Kind.MOVIE: "movie", Kind.SHOW: "series", Kind.EPISODE: "episode"}
ORDERS: Mapping[Order, str] = {"aired": "official", "dvd": "dvd", "absolute": "absolute"}
ROWS = 30
"""Rows of a search: they are large, with texts in all languages."""
READINGS = 2
"""So often a list of episodes is read, if it is not all there."""
DOUBTFUL = (404,)
"""What it answers now and then for episodes that are there (#335, #7)."""


class Tvdb(Source):
    name = "tvdb"
    title = "TheTVDB"
    base_url = "https://api4.thetvdb.com/v4"
    limits: ClassVar[Limits] = Limits(
        reads=Budget(at_once=4, per=4, seconds=2.0), patience=PATIENCE, explain={401: REFUSED}
    )
    finds: ClassVar[Mapping[Kind, tuple[str, ...]]] = dict.fromkeys(PATHS, ("tvdb", "imdb"))
    searches = frozenset({Kind.MOVIE, Kind.SHOW})

    @classmethod
    def signer(cls, options: Mapping[str, str], kept: Kept) -> SignIn:
        return SignIn(options.get("url") or cls.base_url, options, kept)

    async def find(self, kind: Kind, space: str, value: str) -> Sequence[Media]:
        """One request by its own number; by an IMDb id one more for each thing of this kind that stands under it."""
        if space not in self.finds.get(kind, ()) or clean_id(space, value) != value:
            return []
        numbers = [value] if space == "tvdb" else await self._bearing(kind, value)
        records = [await self._record(kind, number) for number in numbers]
        found = [media(kind, record, value if space == "imdb" else "") for record in records if record]
        return [one for one in found if one and one.ids.get(space) == value]

    async def search(self, wanted: Media, *, narrow: bool = False) -> Works:
        """A year to either side is looked at here: the source knows only exact ones."""
        exactly = {"year": wanted.year} if narrow and wanted.year else {}
        works = await self._rows(wanted.kind, {"query": sought(wanted.title), "limit": ROWS, **exactly})
        found = [one for one in works.found if near(one.media.year, wanted.year)]
        return Works(found, whole=works.whole and not exactly)

    async def titles(self, media: Media) -> Work | None:
        """Without a length, if all we know of it is its IMDb id."""
        if media.kind not in self.searches:
            return None
        if number := media.ids.get("tvdb"):
            record = await self._record(media.kind, number, meta=True)
            return work(media.kind, record) if record else None
        imdb = media.ids.get("imdb", "")
        works = await self._rows(media.kind, {"query": imdb, "remote_id": imdb}) if imdb else Works()
        return next((one for one in works.found if one.media.ids.get("imdb") == imdb), None)

    async def episodes(self, show: Media, order: Order = "aired") -> Sequence[Media] | None:
        """One request for each 500; another reading of all where rows are missing. Seasons as the source has them: the
        absolute order is one season, its number 1, and specials are season 0.

        Where nobody listed the absolute order, those who are numbered for it make it up: one reading more.
        """
        number = await self._number(show)
        if not number:
            return None
        rows = await self._listed(number, ORDERS[order])
        if not rows and order == "absolute":
            rows = counted(await self._listed(number, ORDERS["aired"]))
        return [one for row in rows if (one := episode(row, show, NUMBERED[ORDERS[order]]))] or None

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
        told = await self._ask(path, Told[Record], params, doubt=DOUBTFUL if kind is Kind.EPISODE else ())
        return told.data if told and told.data and digits(told.data.id) == number else None

    async def _number(self, show: Media) -> str:
        """The number of this show; none where its IMDb id is that of two."""
        if show.kind is not Kind.SHOW:
            return ""
        numbers = [show.ids["tvdb"]] if "tvdb" in show.ids else await self._bearing(Kind.SHOW, show.ids.get("imdb", ""))
        return numbers[0] if len(numbers) == 1 else ""

    async def _bearing(self, kind: Kind, imdb: str) -> list[str]:
        """The numbers of what stands under this IMDb id; of episodes, those that are somewhere."""
        told = await self._ask(f"search/remoteid/{imdb}", Told[list[dict[str, Any]]]) if imdb else None
        rows = [row[WORDS[kind]] for row in (told.data if told else None) or () if row.get(WORDS[kind])]
        some = [
            row for row in rows if isinstance(row, dict) and (kind is not Kind.EPISODE or digits(row.get("number")))
        ]
        return list(dict.fromkeys(number for row in some if (number := clean_id("tvdb", digits(row.get("id"))))))

    async def _rows(self, kind: Kind, params: Mapping[str, str | int]) -> Works:
        """The works in the rows of a search. They are all only if as many came as it says that there are: without a
        count a list may have been cut short."""
        if kind not in self.searches:
            return Works()
        told = await self._ask("search", Told[list[Row]], {**params, "type": WORDS[kind]})
        rows = (told.data if told else None) or []
        found = [one for row in rows if row.type == WORDS[kind] and (one := work(kind, row))]
        return Works(found, whole=told is not None and whole(told.link("total_items")) == len(rows))

    async def _listed(self, number: str, order: str) -> list[Record]:
        """The episodes of a show in one of its lists; none where there is no such list."""
        for _ in range(READINGS):
            rows, told = await self._pages(number, order)
            if told is not None and len(rows) >= told:
                return [row for row in rows if digits(row.series_id) in ("", number)]
        whole_list = "nobody says of how many" if told is None else f"of {told}"
        raise Incomplete(self.title, f"the list of episodes is cut short: {len(rows)} came, {whole_list}.")

    async def _pages(self, number: str, order: str) -> tuple[list[Record], int | None]:
        """All rows of a list, and how many there are by its own word; none of either where there is no such list."""
        rows: dict[tuple[str, str, str], Record] = {}
        told: int | None = 0
        for page in count():
            path, params = f"series/{number}/episodes/{order}", {"page": page}
            answer = await self._ask(path, Told[Listing], params, doubt=DOUBTFUL)
            if answer is None:
                break
            before, told = len(rows), whole(answer.link("total_items"))
            for row in (answer.data.episodes if answer.data else None) or ():
                rows[digits(row.id), digits(row.season_number), digits(row.number)] = row
            if not answer.link("next") or len(rows) == before:
                break
        return list(rows.values()), told

    async def _ask(
        self, path: str, shape: type[Told[T]], params: Mapping[str, str | int] = {}, *, doubt: Collection[int] = ()
    ) -> Told[T] | None:
        """The answer, or nothing for 404."""
        answer = await self.http.get(path, shape, params=params, accept=(404,), doubt=doubt)
        if answer.status == 404:
            return None
        if answer.value.status == "failure":
            raise UnexpectedAnswer(self.title, f"{path} was answered with a failure.", status=answer.status)
        return answer.value


def near(year: int | None, wanted: int | None) -> bool:
    return not year or not wanted or abs(year - wanted) <= 1
