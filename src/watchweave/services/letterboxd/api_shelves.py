"""What is read and written by Letterboxd's API, for members who have a client id of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ...core.media import Kind
from ...core.records import Form, Like, Play, Rating, Record, Review, Tags, Watched, Wish
from ..base import Reading, Refusal, Shelf
from .api import ENTRIES, UNKNOWN
from .api_convert import Entry, lbml_of
from .api_lists import ApiLists
from .api_reading import Look
from .convert import day_of

if TYPE_CHECKING:
    from . import Letterboxd

R = TypeVar("R", bound=Record)

NO_DAY = "Letterboxd's diary wants a day"
SEVERAL = "several viewings of that day stand in the diary, and nobody knows which one is meant"


class ApiShelf(Shelf[R]):
    """A shelf that is read with the history."""

    service: Letterboxd
    kinds = frozenset({Kind.MOVIE, Kind.SHOW})
    takes = frozenset({Kind.MOVIE})
    read_by = "history"
    form = Form(clock="day", times=False)

    async def entries(self, film: str) -> list[Entry]:
        """What the member wrote about a film, what was added last first."""
        member = (await self.service.api.me()).member.id
        return [entry async for page in self.service.api.entries(member, film) for entry in page.items]


class History(ApiShelf[Play]):
    """The diary: a day for each viewing. Its reading brings everything else. What is logged counts as watched there."""

    record = Play
    read_by = ""
    form = Form(clock="day", again="another", undated=False, renames=True, batch=50)

    async def read(self, cursor: str | None) -> Reading[Any]:
        return Look(self.service, cursor).reading

    async def add(self, records: Sequence[Play]) -> Sequence[Refusal[Play]]:
        """One request for each, never repeated by itself: the same one sent twice is two viewings."""
        found, refused = await self.service.api.films.of(records)
        for play, film in found:
            if why := await self._log(play, film):
                refused.append(Refusal(play, why))
        return refused

    async def _log(self, play: Play, film: str) -> str:
        if play.at is None:
            return NO_DAY
        diary = {"diaryDate": day_of(play.at, self.service.desk.zone), "rewatch": play.again}
        return await self.service.api.tell("POST", ENTRIES, {"filmId": film, "diaryDetails": diary}, again=False)

    async def remove(self, records: Sequence[Play]) -> Sequence[Refusal[Play]]:
        outcomes = [(play, await self._take_out(play)) for play in records]
        return [Refusal(play, why) for play, why in outcomes if why not in ("", UNKNOWN)]

    async def _take_out(self, play: Play) -> str:
        """Why it was not removed; nothing where it is gone now. What was written about it stays, without its day."""
        found, _ = await self.service.api.films.of([play])
        entries = [entry for _, film in found for entry in self._meant(play, await self.entries(film))]
        if len(entries) != 1:
            return SEVERAL if entries else ""
        path = f"/log-entry/{entries[0].id}"
        if entries[0].text:
            return await self.service.api.tell("PATCH", path, {"diaryDetails": None})
        return await self.service.api.tell("DELETE", path)

    def _meant(self, play: Play, entries: Sequence[Entry]) -> list[Entry]:
        """Those that it can be: by its name, and where it has that of a feed, by its day."""
        named = [entry for entry in entries if play.key in entry.names]
        day = day_of(play.at, self.service.desk.zone) if play.at is not None else ""
        of_day = [entry for entry in entries if day and entry.day == day]
        return named if named or play.key.startswith("api:") else of_day


class MarkShelf(ApiShelf[R]):
    """A mark on a film. `mark` stands in its address, `word` in what is sent there."""

    mark: ClassVar[str]
    word: ClassVar[str]

    async def add(self, records: Sequence[R]) -> Sequence[Refusal[R]]:
        found, refused = await self.service.api.films.of(records)
        return refused + await self._put(found, self.value)

    async def remove(self, records: Sequence[R]) -> Sequence[Refusal[R]]:
        """What Letterboxd does not have is not marked there either."""
        found, _ = await self.service.api.films.of(records)
        return [one for one in await self._put(found, lambda record: self.nothing()) if one.why != UNKNOWN]

    def value(self, record: R) -> object:
        return True

    def nothing(self) -> object:
        return False

    async def _put(self, found: Sequence[tuple[R, str]], value: Callable[[R], object]) -> list[Refusal[R]]:
        """One request for each."""
        refused = []
        for record, film in found:
            if why := await self.service.api.tell("PATCH", f"/me/{self.mark}/{film}", {self.word: value(record)}):
                refused.append(Refusal(record, why))
        return refused


class Marks(MarkShelf[Watched]):
    """What was watched, whenever that was. A film with entries stays watched."""

    record = Watched
    mark, word = "watch", "watched"


class Ratings(MarkShelf[Rating]):
    """Half a star to five. There is no zero; a rated film counts as watched."""

    record = Rating
    form = Form(steps=10, clock="day", times=False)
    marks = True
    mark, word = "rate", "rating"

    def value(self, record: Rating) -> object:
        return record.value / 20

    def nothing(self) -> object:
        return None


class Watchlist(MarkShelf[Wish]):
    """What the member wants to see. A film that was watched leaves it."""

    record = Wish
    mark, word = "watchlist", "inWatchlist"


class Likes(MarkShelf[Like]):
    """Hearts."""

    record = Like
    public = True
    mark, word = "like", "liked"


class Reviews(ApiShelf[Review]):
    """Of each film the newest. A reviewed film counts as watched."""

    record = Review
    form = Form(clock="day", batch=10)
    public = True
    marks = True

    async def add(self, records: Sequence[Review]) -> Sequence[Refusal[Review]]:
        """A film has one text of ours: it takes the place of the one that is there, or stands with the last viewing."""
        found, refused = await self.service.api.films.of(records)
        for review, film in found:
            if why := await self._say(review, film):
                refused.append(Refusal(review, why))
        return refused

    async def _say(self, review: Review, film: str) -> str:
        said = {"review": {"text": lbml_of(review.text), "containsSpoilers": review.spoiler}}
        entries = await self.entries(film)
        written = [entry for entry in entries if entry.text]
        viewings = sorted((entry for entry in entries if entry.day), key=lambda entry: entry.day, reverse=True)
        if there := (written or viewings)[:1]:
            return await self.service.api.tell("PATCH", f"/log-entry/{there[0].id}", said)
        return await self.service.api.tell("POST", ENTRIES, {"filmId": film, **said}, again=False)

    async def remove(self, records: Sequence[Review]) -> Sequence[Refusal[Review]]:
        """The texts of a film that say this; another one stays."""
        refused = []
        for review, film in (await self.service.api.films.of(records))[0]:
            for entry in [one for one in await self.entries(film) if one.text == review.text]:
                if (why := await self._unsay(entry)) not in ("", UNKNOWN):
                    refused.append(Refusal(review, why))
        return refused

    async def _unsay(self, entry: Entry) -> str:
        """A viewing stays without its text; an entry that is nothing but a text goes."""
        if entry.day:
            return await self.service.api.tell("PATCH", f"/log-entry/{entry.id}", {"review": None})
        return await self.service.api.tell("DELETE", f"/log-entry/{entry.id}")


class TagList(ApiShelf[Tags]):
    """Of each film all tags of its entries."""

    record = Tags
    form = Form(clock="day")
    public = True


API_SHELVES: Mapping[str, type[Shelf[Any]]] = {
    "history": History,
    "watched": Marks,
    "ratings": Ratings,
    "watchlist": Watchlist,
    "favourites": Likes,
    "reviews": Reviews,
    "tags": TagList,
    "lists": ApiLists,
}
