"""What is asked of Letterboxd's API in one run, and what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import TypeVar

import msgspec

from ...core.media import Kind, Media
from ...core.records import Record
from ...errors import Incomplete, UnexpectedAnswer
from ..base import Notes, Refusal
from ..http import Http
from .api_convert import Entry, Film, FilmList, Item, Me, Page, Told

R = TypeVar("R", bound=Record)
Row = TypeVar("Row", Entry, Film, FilmList, Item)
Answered = TypeVar("Answered", bound=Told)
Asked = Sequence[tuple[str, str]]

PER_PAGE = 100
"""Rows of a page, and ids of one request, at most."""
MOST_PAGES = 3000
"""So many pages nobody has: a listing that goes on has no end."""
NOTE = "lids"
ENTRIES = "/log-entries"

EMPTY, GONE, CONFLICT = 204, 404, 409
REFUSED = (400, 403, GONE, CONFLICT)
"""Refusals of one thing alone: 403 has many causes."""
NO_FILM = "Letterboxd has films only"
NO_ID = "no id of TMDb or IMDb is known for it"
TWO_FILMS = "its ids of TMDb and IMDb are two films at Letterboxd"
UNKNOWN = "Letterboxd does not have this film"
LOGGED = "there are entries about it in the diary, so it stays watched"


class Api:
    """The API, as one member."""

    def __init__(self, http: Http, notes: Notes) -> None:
        self.http = http
        self.films = FilmIds(self, notes)
        self._me: Me | None = None
        self._asking = asyncio.Lock()

    async def me(self) -> Me:
        """Who is signed in; asked once a run."""
        async with self._asking:
            if self._me is None:
                self._me = (await self.http.get("/me", Me)).value
            return self._me

    def listed(self, member: str, relation: str) -> AsyncIterator[Page[Film]]:
        """The films that are this to a member, the newest first, with all that they are to her."""
        asked = {"member": member, "memberRelationship": relation, "sort": "DateLatestFirst"}
        return self._all("/films", Film, list(asked.items()))

    def entries(self, member: str, film: str = "") -> AsyncIterator[Page[Entry]]:
        """What a member wrote, with a day or a text; what was added last comes first. film: only about this one."""
        asked = {"member": member, "memberRelationship": "Owner", "where": "NoDrafts", "sort": "WhenAdded"}
        return self._all(ENTRIES, Entry, list((asked | ({"film": film} if film else {})).items()))

    def lists(self, member: str) -> AsyncIterator[Page[FilmList]]:
        """The lists that a member has made."""
        return self._all("/lists", FilmList, [("member", member), ("memberRelationship", "Owner")], once=True)

    def items(self, own: str) -> AsyncIterator[Page[Item]]:
        """What stands on a list, in its order."""
        return self._all(f"/list/{own}/entries", Item, [("excludeMemberFilmRelationships", "true")], once=True)

    async def named(self, names: Sequence[str], **asked: str) -> list[Film]:
        """The films with these ids, and with these alone."""
        found = []
        for start in range(0, len(names), PER_PAGE):
            ids = [("filmId", name) for name in names[start : start + PER_PAGE]]
            async for page in self._turned("/films", Film, [*ids, *asked.items()]):
                found += page.items
        return found

    async def _all(self, path: str, row: type[Row], asked: Asked, *, once: bool = False) -> AsyncIterator[Page[Row]]:
        """The pages of a listing. After the last one it raises `Incomplete` unless these were all rows, as far as the API
        says: they are as many as every page counts, some of them perhaps twice, unless each comes once."""
        rows, known, last, counts = 0, set[str](), 0, set[int | None]()
        async for page in self._turned(path, row, asked):
            yield page
            known |= {one.id for one in page.items}
            counts.add(page.item_count)
            last = len(page.items)
            rows += last
        if len(counts) > 1:
            raise Incomplete(self.http.title, "the number of rows moved meanwhile.")
        (count,) = counts
        if count is None and last == PER_PAGE:
            raise Incomplete(self.http.title, f"exactly {rows} rows came, and nothing says that these are all.")
        if count is not None and not len(known) <= count <= (len(known) if once else rows):
            raise Incomplete(self.http.title, f"{count} rows were announced, {rows} came.")

    async def _turned(self, path: str, row: type[Row], asked: Asked) -> AsyncIterator[Page[Row]]:
        """The pages of a listing, until one names no next; of one that never ends, not more than anybody has."""
        cursors: list[str] = []
        while len(cursors) < MOST_PAGES:
            params = [*asked, ("perPage", str(PER_PAGE)), *[("cursor", cursor) for cursor in cursors[-1:]]]
            page: Page[Row] = (await self.http.get(path, Page[row], params=params)).value  # type: ignore[valid-type]
            yield page
            if not page.next:
                return
            if page.next in cursors:
                raise Incomplete(self.http.title, "a page came twice.")
            cursors.append(page.next)
        raise UnexpectedAnswer(self.http.title, f"{path} names a next page after {MOST_PAGES} of them.")

    async def tell(self, method: str, path: str, body: object = None, *, again: bool = True) -> str:
        """Change one thing; why it was not done, or not all of it, or nothing. What was taken may have remarks, too."""
        status, told = await self.write(method, path, Told, body, again=again)
        if status in (GONE, CONFLICT):
            return UNKNOWN if status == GONE else LOGGED
        return self.refusal(status, told)

    async def write(
        self, method: str, path: str, shape: type[Answered], body: object = None, *, again: bool = True
    ) -> tuple[int, Answered]:
        """Change one thing; what was said about it, also where it was refused."""
        answer = await self.http.send(method, path, shape, body=body, again=again, accept=(*REFUSED, EMPTY))
        return answer.status, answer.value or shape()

    def refusal(self, status: int, told: Told) -> str:
        """Why something was not done, or not all of it, in Letterboxd's words; nothing where it was."""
        faults = [one.title or one.code for one in told.errors]
        if status in REFUSED:
            faults = [told.message or str(status)]
        return f"Letterboxd refuses it: {self.http.secrets.clean(', '.join(faults))[:200]}" if faults else ""


class FilmIds:
    """Letterboxd's own ids of films that others name; what was found is remembered."""

    def __init__(self, api: Api, notes: Notes) -> None:
        self._api = api
        self._notes = notes
        self._ids: dict[str, str] | None = None
        self._asking = asyncio.Lock()

    async def of(self, records: Sequence[R]) -> tuple[list[tuple[R, str]], list[Refusal[R]]]:
        """These records with the ids of their films; and those whose film is not there."""
        await self._look_up([name for one in records if not own(one.media) for name in names(one.media)])
        found, refused = [], []
        for record in records:
            ids = self._known(record.media)
            if len(ids) == 1:
                found.append((record, ids.pop()))
            else:
                refused.append(Refusal(record, _absence(record.media, ids)))
        return found, refused

    def _known(self, media: Media) -> set[str]:
        if there := own(media):
            return {there}
        ids = self._ids or {}
        return {ids[name] for name in names(media) if name in ids}

    async def _look_up(self, wanted: Iterable[str]) -> None:
        """Find those of these names that were not found yet."""
        async with self._asking:
            if self._ids is None:
                self._ids = msgspec.json.decode(self._notes.load(NOTE) or b"{}", type=dict[str, str])
            missing = [name for name in dict.fromkeys(wanted) if name not in self._ids]
            films = await self._api.named(missing, excludeMemberFilmRelationships="true")
            found = {name: film.id for film in films for name in names(film.media)}
            if found:
                self._ids |= found
                self._notes.save(NOTE, msgspec.json.encode(self._ids))


def own(media: Media) -> str:
    """Letterboxd's own id of a film; empty where it is not known."""
    return next((key.removeprefix("film:") for key in media.keys if key.startswith("film:")), "")


def names(media: Media) -> list[str]:
    """How the API is asked for a film; of a series it has other numbers."""
    if media.kind is not Kind.MOVIE:
        return []
    return [f"{space}:{media.ids[space]}" for space in ("tmdb", "imdb") if space in media.ids]


def _absence(media: Media, found: set[str]) -> str:
    """Why no film there is this one."""
    if found:
        return TWO_FILMS
    if media.kind is not Kind.MOVIE:
        return NO_FILM
    return UNKNOWN if names(media) else NO_ID
