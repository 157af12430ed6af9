"""The watchlist, which lives at Plex Discover and belongs to the account, not to a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from ...core.media import Kind, Media
from ...core.records import Form, Wish
from ...errors import Unavailable
from ..base import Reading, Refusal, Service, Shelf
from .convert import Row, wish
from .guids import names
from .library import Body, Container, Paging
from .writing import side_by_side

WATCHLIST = "/library/sections/watchlist/all"
NEWEST = {"sort": "watchlistedAt:desc"}
DONE_BEFORE = (400, 404, 409, 422)
SPACES = ("imdb", "tmdb", "tvdb")
NUMBER = {Kind.MOVIE: 1, Kind.SHOW: 2}
AT_ONCE = 50
MOST = 300
"""Rows in a page at most (10.1)."""
FIRST = 100
"""Rows of the page that tells whether anything has changed; a list that fits is read with it."""
STAMP = 20
"""So many of the newest entries stand in the stamp."""


class Watchlist(Shelf[Wish]):
    """Films and shows to watch."""

    record = Wish
    kinds = frozenset({Kind.MOVIE, Kind.SHOW})
    form = Form(settle=60, times=False)

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self._first: Container[Row] | None = None
        """The first page, just asked for, and not read yet."""
        self._after: Container[Row] | None = None
        """The same, as our own writes left it."""
        self._added: set[str] = set()

    async def stamp(self) -> str | None:
        """Plex has no change token: the number of entries and the newest of them stand for it (section 10.1)."""
        self._first = self._after or await self._newest(FIRST)
        self._after = None
        return f"{self._first.total_size} {' '.join(row.key for row in self._first.Metadata[:STAMP])}"

    async def _newest(self, size: int) -> Container[Row]:
        answer = await self.http.get(
            WATCHLIST, Body[Row], host="discover_url", params=NEWEST, headers=Paging(size).ask(0, size).headers
        )
        return answer.value.MediaContainer

    async def read(self, cursor: str | None) -> Reading[Wish]:
        """The page that gave the stamp is all there is of a short list."""
        first, self._first = self._first, None
        rows = first.Metadata if first else []
        short = first is not None and first.total_size == len({row.key for row in rows}) == len(rows)
        return Reading(self._short(rows) if short else self._long())

    async def _short(self, rows: Sequence[Row]) -> AsyncIterator[Sequence[Wish]]:
        yield await self._wishes(rows)

    async def _long(self) -> AsyncIterator[Sequence[Wish]]:
        pages = self.http.pages(
            WATCHLIST,
            Body[Row],
            Paging(MOST),
            lambda body: body.MediaContainer.Metadata,
            key=lambda row: row.rating_key,
            host="discover_url",
            params=NEWEST,
        )
        async for rows in pages:
            yield await self._wishes(rows)

    async def _wishes(self, rows: Sequence[Row]) -> list[Wish]:
        wishes = {row.key: found for row in rows if (found := wish(row))}
        unknown = self.service.known.unknown(one.media.key for one in wishes.values())
        wanted = [key for key, one in wishes.items() if one.media.key in unknown and len(one.media.ids) < 2]
        details = await self._details(wanted)
        return [(key in details and wish(details[key])) or one for key, one in wishes.items()]

    async def _details(self, keys: Sequence[str]) -> dict[str, Row]:
        """The same entries with their ids, which the list itself lacks. Several at once is unverified (section 4.3 has
        it for servers only), so what such a request does not bring is asked for singly."""
        found: dict[str, Row] = {}
        for start in range(0, len(keys), AT_ONCE):
            found |= await self._ask(keys[start : start + AT_ONCE])
        left = [key for key in keys if key not in found] if len(keys) > 1 else []
        for answer in await asyncio.gather(*(self._ask([key]) for key in left)):
            found |= answer
        return found

    async def _ask(self, keys: Sequence[str]) -> dict[str, Row]:
        path = f"/library/metadata/{','.join(keys)}"
        answer = await self.http.get(path, Body[Row], host="metadata_url", accept=DONE_BEFORE)
        rows = answer.value.MediaContainer.Metadata if answer.status < 400 else []
        return {row.key: row for row in rows if row.key in keys}

    async def add(self, records: Sequence[Wish]) -> Sequence[Refusal[Wish]]:
        """What was added now stands among the newest, or it was not."""
        refused = await self._act("addToWatchlist", records)
        if self._added:
            self._after = await self._newest(MOST)
            lost = self._added - {row.key for row in self._after.Metadata}
            if lost:
                raise Unavailable(
                    self.http.title, f"{len(lost)} of {len(records)} wishes do not show, though it took them."
                )
        return refused

    async def remove(self, records: Sequence[Wish]) -> Sequence[Refusal[Wish]]:
        return await self._act("removeFromWatchlist", records)

    async def _act(self, action: str, records: Sequence[Wish]) -> list[Refusal[Wish]]:
        self._after, self._added = None, set()
        answers = await side_by_side(self.service.title, [self._set(action, one.media) for one in records])
        return [Refusal(record, why) for record, why in zip(records, answers, strict=True) if why]

    async def _set(self, action: str, media: Media) -> str:
        """Do it to one; answered is why not, if not. What is so already is done: 409, 404 on removal (10.2)."""
        key = media.ids.get("plex") or await self._find(media)
        if not key:
            return "Plex does not know this title"
        answer = await self.http.send(
            "PUT",
            f"/actions/{action}",
            bytes,
            host="discover_url",
            params={"ratingKey": key},
            again=True,
            accept=DONE_BEFORE,
        )
        if answer.status < 300:
            self._added |= {key} if action.startswith("add") else set()
            return ""
        if answer.status == 409 or (action.startswith("remove") and answer.status == 404):
            return ""
        if b"already" in (answer.value or b"").lower():
            return ""
        return "Plex does not know this title" if answer.status == 404 else f"Plex refused it ({answer.status})"

    async def _find(self, media: Media) -> str:
        """Its id at Plex, by one of its other ids. The answer may be about something else, so its ids decide (10.3)."""
        for space in SPACES:
            if space not in media.ids or media.kind not in NUMBER:
                continue
            params: dict[str, str | int] = {"type": NUMBER[media.kind], "title": f"{space}-{media.ids[space]}"}
            answer = await self.http.get(
                "/library/metadata/matches", Body[Row], host="metadata_url", params=params, accept=DONE_BEFORE
            )
            for row in answer.value.MediaContainer.Metadata if answer.status < 400 else []:
                found = names(media.kind, row.guid, [tag.id for tag in row.guids]).ids
                if "plex" in found and found.get(space) == media.ids[space]:
                    return found["plex"]
        return ""
