"""The shelves of Trakt where a list says it all: ratings, watchlist, favourites, collection; and how they write."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from msgspec.structs import replace

from ...core.media import Kind
from ...core.records import DAY, Copy, Form, Like, Rating, Record, Wish
from ...errors import Unavailable, UnexpectedAnswer
from ..base import Reading, Refusal, Shelf
from ..http import Answer, Ask, Pages, Told
from .convert import Row, Written, copies, likes, moment, ratings, wishes, written
from .parcel import UNKNOWN, Parcel, flat

if TYPE_CHECKING:
    from . import Trakt

R = TypeVar("R", bound=Record)

FULL = (420, 426)
"""The account takes no more: its limit is reached, or this is for those who pay (1.1)."""

MISSING = 404

SETTLE = 300
"""The website lags up to 5 minutes (trakt/trakt-api#176), so a write may show that late (4.4)."""


class Paged:
    """Paging by number, told in headers (1.3). The page count can be too small, so a full page is never the last."""

    beyond = True

    def __init__(self, limit: int = 250, *, announces: bool = True) -> None:
        self.limit = limit
        self.announces = announces

    def ask(self, start: int, limit: int) -> Ask:
        return Ask({"page": start // limit + 1, "limit": limit})

    def told(self, answer: Answer[Any]) -> Told:
        page, limit, count = (_number(answer, name) for name in ("Page", "Limit", "Item-Count"))
        return Told(count, limit, (page - 1) * limit if page and limit else None)


def _number(answer: Answer[Any], name: str) -> int | None:
    text = answer.headers.get(f"X-Pagination-{name}", "")
    return int(text) if text.isdigit() else None


def allowed(answer: Answer[Any]) -> int:
    """How many there may be, as a refusal for want of room says (1.1); 0 where it does not."""
    told = answer.headers.get("X-Account-Limit", "")
    return int(told) if told.isdigit() else 0


class TraktShelf(Shelf[R]):
    """What all shelves share: one address to read, add and remove, and a stamp from the last activities.

    `leaves` are the times in `last_activities` that move when this shelf does (3). `limit` is the name of its size in
    the settings of the account, where adding goes on until the shelf is full. `gone` is why nothing can be written where
    the shelf itself is not there (404); empty where it always is.
    """

    path: str
    leaves: ClassVar[tuple[str, ...]]
    limit: ClassVar[str] = ""
    gone: ClassVar[str] = ""
    service: Trakt

    async def stamp(self) -> str | None:
        activities = await self.service.activities()
        times = [activities.get(part, {}).get(leaf) for part, _, leaf in (name.partition(".") for name in self.leaves)]
        if not any(times):  # every account has some
            raise UnexpectedAnswer(self.http.title, f"the last activities do not name {self.leaves[0]}.")
        return " ".join(str(time or "-") for time in times)

    def pages(self, path: str = "", *, ahead: int = 4, params: Mapping[str, str | int] | None = None) -> Pages[Row]:
        """The rows of this shelf, or of one item of it; none where Trakt does not know the item (404)."""
        return self.http.pages(
            path or self.path,
            list[Row],
            Paged(),
            lambda rows: rows or [],
            key=lambda row: row.name,
            ahead=ahead,
            params=params or {},
            accept=(404,),
        )

    async def put(
        self, records: Sequence[R], values: Callable[[R], Mapping[str, Any]], *, again: bool = True
    ) -> list[Refusal[R]]:
        """Send one batch. What is neither taken nor refused makes the outcome of the whole batch unknown (4.4)."""
        parcel = Parcel(records, values)
        refused = await self._send(parcel, values, again=again) if parcel else []
        return await self._by_table(parcel.unnamed + refused, values, again=again)

    async def _send(
        self, parcel: Parcel[R], values: Callable[[R], Mapping[str, Any]], *, again: bool
    ) -> list[Refusal[R]]:
        answer = await self._post(self.path, parcel.body, again=again, accept=FULL)
        if answer.status == MISSING:
            return [Refusal(record, self.gone) for record in parcel.records]
        if answer.status in FULL:
            return await self._full(answer, parcel.records, values)
        refused = parcel.refused(answer.value.not_found)
        if refused is None or answer.value.taken + len(refused) != len(parcel):
            raise Unavailable(self.http.title, f"the answer to {self.path} does not account for all that was sent.")
        self.heard(answer.value)
        return refused

    async def _post(
        self, path: str, body: Mapping[str, Any], *, again: bool, accept: tuple[int, ...] = ()
    ) -> Answer[Written]:
        self.service.forget_activities()
        accepted = (*accept, MISSING) if self.gone else accept
        return await self.http.send("POST", path, Written, body=body, again=again, accept=accepted)

    def heard(self, answer: Written) -> None:
        """What else the answer to a write says."""

    async def _by_table(
        self, refused: Sequence[Refusal[R]], values: Callable[[R], Mapping[str, Any]], *, again: bool
    ) -> list[Refusal[R]]:
        """Episodes that Trakt does not know by the id it takes it may know by another: the list of their show tells."""
        unknown = {n: one.record.media for n, one in enumerate(refused) if one.why in UNKNOWN}
        found = {n: there for n, media in unknown.items() if (there := await self.service.tables.find(media))}
        if not found:
            return list(refused)
        records = {n: replace(refused[n].record, media=there) for n, there in found.items()}
        left = {id(one.record): one.why for one in await self.put(list(records.values()), values, again=again)}
        why = {n: left.get(id(records[n])) if n in records else one.why for n, one in enumerate(refused)}
        return [Refusal(refused[n].record, reason) for n, reason in why.items() if reason is not None]

    async def take_off(self, records: Sequence[R]) -> list[Refusal[R]]:
        """Remove one batch of things with one record each; what is not there is done."""
        parcel = Parcel(records, bare, flat)
        if not parcel:
            return parcel.unnamed
        answer = await self._post(f"{self.path}/remove", parcel.body, again=True)
        if answer.status == MISSING:
            return parcel.unnamed + [Refusal(record, self.gone) for record in parcel.records]
        self.heard(answer.value)
        return parcel.unnamed + (parcel.refused(answer.value.not_found) or [])

    async def _full(
        self, answer: Answer[Written], records: Sequence[R], values: Callable[[R], Mapping[str, Any]]
    ) -> list[Refusal[R]]:
        """Nothing was taken, or perhaps what fitted (15): send what still fits, the first first, and refuse the rest."""
        size = allowed(answer) or await self.service.limit(self.limit)
        why = f"limit: this account holds at most {size} here." if size else "limit: this account takes no more here."
        room = size - await self._held() if size and answer.status == FULL[0] and self.limit else 0
        if not 0 < room < len(records):
            return [Refusal(record, why) for record in records]
        rest = [Refusal(record, why) for record in records[room:]]
        return await self.put(records[:room], values) + rest

    async def _held(self) -> int:
        """How many records the account holds here."""
        answer = await self.http.get(self.path, list[Row], params={"page": 1, "limit": 1})
        return Paged().told(answer).count or 0


class Ratings(TraktShelf[Rating]):
    """Whole numbers 1 to 10 (6)."""

    record = Rating
    kinds = frozenset({Kind.MOVIE, Kind.SHOW, Kind.SEASON, Kind.EPISODE})
    form = Form(steps=10, settle=SETTLE)
    path = "/sync/ratings"
    leaves = ("movies.rated_at", "shows.rated_at", "seasons.rated_at", "episodes.rated_at")
    limit = "ratings"

    async def read(self, cursor: str | None) -> Reading[Rating]:
        """Sorted by `rated_at`, newest first; there is no filter by time (6)."""
        reading: Reading[Rating] = Reading([], complete=cursor is None, cursor=cursor or "0")
        reading.records = self._read(reading, int(cursor) - DAY if cursor else None)
        return reading

    async def _read(self, reading: Reading[Rating], since: int | None) -> AsyncIterator[list[Rating]]:
        pages, newest = self.pages(ahead=4 if since is None else 1), int(reading.cursor or 0)
        async for rows in pages:
            reading.count = pages.count
            found = ratings(rows)
            yield found
            newest = max([newest, *(rating.at or 0 for rating in found)])
            reading.cursor = str(min(newest, int(self.http.clock.now())))
            if since is not None and rows and (moment(rows[-1].rated_at) or 0) < since:
                return

    async def add(self, records: Sequence[Rating]) -> Sequence[Refusal[Rating]]:
        return await self.put(records, rating_values)

    async def remove(self, records: Sequence[Rating]) -> Sequence[Refusal[Rating]]:
        return await self.take_off(records)


class Watchlist(TraktShelf[Wish]):
    """What the person wants to see (7). A bare show means the show alone, not its seasons."""

    record = Wish
    kinds = Ratings.kinds
    form = Form(settle=SETTLE)
    path = "/sync/watchlist"
    leaves = (
        "watchlist.updated_at",
        "movies.watchlisted_at",
        "shows.watchlisted_at",
        "seasons.watchlisted_at",
        "episodes.watchlisted_at",
    )
    limit = "watchlist"

    async def read(self, cursor: str | None) -> Reading[Wish]:
        """Always all of it."""
        return Reading(_records(self.pages(), wishes))

    async def add(self, records: Sequence[Wish]) -> Sequence[Refusal[Wish]]:
        return await self.put(records, bare)

    async def remove(self, records: Sequence[Wish]) -> Sequence[Refusal[Wish]]:
        return await self.take_off(records)


class Favourites(TraktShelf[Like]):
    """What the person likes most of all (7)."""

    record = Like
    kinds = frozenset({Kind.MOVIE, Kind.SHOW})
    form = Form(settle=SETTLE)
    public = True
    path = "/sync/favorites"
    leaves = ("favorites.updated_at", "movies.favorited_at", "shows.favorited_at")
    limit = "favorites"

    async def read(self, cursor: str | None) -> Reading[Like]:
        """Always all of it."""
        return Reading(_records(self.pages(), likes))

    async def add(self, records: Sequence[Like]) -> Sequence[Refusal[Like]]:
        return await self.put(records, bare)

    async def remove(self, records: Sequence[Like]) -> Sequence[Refusal[Like]]:
        return await self.take_off(records)


class Collection(TraktShelf[Copy]):
    """What the person owns (8). Free accounts hold little, and Trakt does not want it used as a history (12)."""

    record = Copy
    kinds = frozenset({Kind.MOVIE, Kind.EPISODE})
    form = Form(settle=SETTLE)
    asked = True
    path = "/sync/collection"
    leaves = ("movies.collected_at", "episodes.collected_at")

    async def read(self, cursor: str | None) -> Reading[Copy]:
        """Always all of it, films and episodes apart."""
        return Reading(self._read())

    async def _read(self) -> AsyncIterator[list[Copy]]:
        for part in ("movies", "episodes"):
            async for page in _records(self.pages(f"{self.path}/{part}"), copies):
                yield page

    async def add(self, records: Sequence[Copy]) -> Sequence[Refusal[Copy]]:
        return await self.put(records, copy_values)

    async def remove(self, records: Sequence[Copy]) -> Sequence[Refusal[Copy]]:
        return await self.take_off(records)


async def _records(pages: Pages[Row], convert: Callable[[Iterable[Row]], list[R]]) -> AsyncIterator[list[R]]:
    async for rows in pages:
        yield convert(rows)


def bare(record: Record) -> Mapping[str, Any]:
    return {}


def rating_values(rating: Rating) -> Mapping[str, Any]:
    """Without `rated_at` the date would become now (6)."""
    when = {"rated_at": written(rating.at)} if rating.at is not None else {}
    return {"rating": max(1, min(10, round(rating.value / 10))), **when}


def copy_values(copy: Copy) -> Mapping[str, Any]:
    return {"collected_at": written(copy.at)} if copy.at is not None else {}
