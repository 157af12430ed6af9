"""A member's lists by Letterboxd's API: which there are, what stands on them, and changing that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ...core.media import Kind
from ...core.records import Form, Member
from ...errors import Incomplete, LimitReached, NotSent, UnexpectedAnswer
from ..base import Listed, Lists, ListShelf, Reading, Refusal
from .api import GONE, REFUSED, UNKNOWN
from .api_convert import Changed, FilmList, Item

if TYPE_CHECKING:
    from . import Letterboxd

Step = Mapping[str, object]
Version = int | str | None

MISMATCH, DUPLICATE = "ListVersionMismatch", "DuplicateEntry"
NO_LIST = "this list is not there any more"
NO_VERSION = "Letterboxd does not say which version of the list this would change"
HIDDEN = "Letterboxd does not show all that stands on this list, so that nobody knows at which place it stands"


class Seen(Struct, frozen=True):
    """A list as it was in one version: the ids of its films, in its order, and how many there are in all."""

    version: Version
    films: Sequence[str] = ()
    count: int | None = None


class OneList(ListShelf):
    """One list. The notes on its films are passed over and stay as they are."""

    service: Letterboxd
    kinds = frozenset({Kind.MOVIE, Kind.SHOW})
    takes = frozenset({Kind.MOVIE})
    form = Form(clock="day", times=False)
    public = True

    async def read(self, cursor: str | None) -> Reading[Member]:
        reading: Reading[Member] = Reading([])
        if self.own:
            reading.records = self._members(reading)
        return reading

    async def _members(self, reading: Reading[Member]) -> AsyncIterator[list[Member]]:
        """Where more stands on the list than is shown, as films do that Letterboxd has no more, nothing is taken for gone."""
        shown, count = 0, self._seen.count if self._seen else None
        async for page in self.service.api.items(self.own):
            shown += len(page.items)
            yield [self._member(item) for item in page.items]
        reading.complete = count in (None, shown)

    @property
    def _seen(self) -> Seen | None:
        """The version that was told, if one was; what stands on it was not."""
        if not self.told:
            return None
        version, count = msgspec.json.decode(self.told)
        return Seen(version, count=count)

    def _member(self, item: Item) -> Member:
        if item.thing is None:
            raise Incomplete(self.service.title, f'something that is no film stands on the list "{self.title}".')
        return Member(item.thing.media, list=self.own)

    async def add(self, records: Sequence[Member]) -> Sequence[Refusal[Member]]:
        """All in one request. If nothing has changed since the list was last looked at, what is to be added is not there."""
        await self.made()
        found, refused = await self.service.api.films.of(records)
        return refused + await self._put(found)

    async def _put(self, found: Sequence[tuple[Member, str]]) -> list[Refusal[Member]]:
        """Where not all are taken together, each by itself: one of them may be why."""
        why = await self._change(
            lambda there: [{"action": "ADD", "film": film} for _, film in found if film not in there], self._seen
        )
        if why and why != NO_LIST and len(found) > 1:
            return [refusal for one in found for refusal in await self._put([one])]
        return [Refusal(member, why) for member, _ in found] if why else []

    async def remove(self, records: Sequence[Member]) -> Sequence[Refusal[Member]]:
        """All in one request, by their places in the version that was read just before: the last one first, since what
        goes moves all that stands behind it."""
        found, _ = await self.service.api.films.of(records)
        wanted = {film for _, film in found}

        def steps(there: Sequence[str]) -> list[Step]:
            places = [place for place, film in enumerate(there) if film in wanted]
            return [{"action": "DELETE", "position": place} for place in reversed(places)]

        why = await self._change(steps, None) if self.own and wanted else ""
        return [Refusal(member, why) for member, _ in found] if why else []

    async def order(self, records: Sequence[Member]) -> str:
        """All in one request: step by step each film comes to its place, counted in what the step before left."""
        found, _ = await self.service.api.films.of(records)
        wanted = [film for _, film in found]

        def steps(there: Sequence[str]) -> list[Step]:
            left, todo = list(there), list[Step]()
            for place, film in enumerate(film for film in wanted if film in there):
                if (old := left.index(film)) != place:
                    left.insert(place, left.pop(old))
                    todo.append({"action": "UPDATE", "position": old, "newPosition": place})
            return todo

        return await self._change(steps, None)

    async def _change(self, steps: Callable[[Sequence[str]], list[Step]], seen: Seen | None) -> str:
        """Do this to the list as it was seen, or is now; why it was not done, or nothing. steps: what is to be done where
        these films stand on it, which are not told of a list that was seen in another run."""
        for again in (True, False):
            seen = seen or await self._look()
            if seen is None or not (todo := steps(seen.films)):
                return NO_LIST if seen is None else ""
            if seen.version is None or (seen.count not in (None, len(seen.films)) and "position" in todo[0]):
                return NO_VERSION if seen.version is None else HIDDEN
            body = {"version": seen.version, "entries": todo}
            status, told = await self.service.api.write("PATCH", f"/list/{self.own}", Changed, body)
            self.told = told.data.stamp if told.data else ""
            if not (again and told.codes & {MISMATCH, DUPLICATE}):
                break
            seen = None
        if MISMATCH in told.codes:
            what = f'the list "{self.title}" is being changed there just now, so it was left alone.'
            raise NotSent(self.service.title, f"{what} The next sync tries again.")
        if status == GONE:
            return UNKNOWN if await self._look() else NO_LIST
        return self.service.api.refusal(status, told)

    async def _look(self) -> Seen | None:
        """The list as it is; None where there is none. Its version comes first: what changes while it is read is noticed."""
        answer = await self.http.get(f"/list/{self.own}", FilmList, accept=(GONE,))
        if answer.status == GONE:
            return None
        films = [item.id async for page in self.service.api.items(self.own) for item in page.items]
        return Seen(answer.value.version, films, answer.value.film_count)


class ApiLists(Lists):
    """The lists that the member has made. New ones are for her eyes only, until she publishes them."""

    service: Letterboxd
    each = OneList
    asked = True
    public = True

    async def all(self) -> Sequence[Listed]:
        await self.service.identity()  # a private account shows nothing
        member = (await self.service.api.me()).member.id
        rows = [row async for page in self.service.api.lists(member) for row in page.items]
        own = [row for row in rows if row.owner is None or row.owner.id == member]
        return [Listed(row.id, row.name, row.stamp) for row in own]

    async def make(self, title: str) -> str:
        body = {"name": title, "published": False, "ranked": False}
        status, told = await self.service.api.write("POST", "/lists", Changed, body, again=False)
        if told.data and status not in REFUSED:
            return told.data.id
        if why := self.service.api.refusal(status, told):
            raise LimitReached(self.service.title, f'it does not make the list "{title}". {why}')
        raise UnexpectedAnswer(
            self.service.title, f'it does not say whether it made the list "{title}".', status=status
        )
