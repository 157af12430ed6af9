"""The reviews of Trakt: what the person wrote there about a thing, for others to read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec

from ...core.media import Kind, Media
from ...core.records import Form, Review
from ..base import Reading, Refusal
from ..http import Nothing
from .convert import Comment, key_of, reviews
from .parcel import NOT_KNOWN, NUMBERED_OTHERWISE
from .shelves import SETTLE, TraktShelf

FEWEST_WORDS = 5

TOO_SHORT = f"Trakt takes no comment of fewer than {FEWEST_WORDS} words."
NOT_TAKEN = "Trakt does not take this text. It asks for comments in English."
SILENT = "This account may not comment on Trakt."
ANSWERED = "Trakt keeps a comment that is two weeks old and has replies."


class Reviews(TraktShelf[Review]):
    """Comments that are no reply (11). Of several on one thing the one written last counts; the others stay."""

    record = Review
    kinds = frozenset({Kind.MOVIE, Kind.SHOW, Kind.SEASON, Kind.EPISODE})
    form = Form(again="another", repeats=False, settle=SETTLE, batch=10, words=FEWEST_WORDS)
    public = True
    path = "/users/me/comments/all/all"
    leaves = ("movies.commented_at", "shows.commented_at", "seasons.commented_at", "episodes.commented_at")

    async def read(self, cursor: str | None) -> Reading[Review]:
        """Always all of it."""
        return Reading(self._read())

    async def _read(self) -> AsyncIterator[list[Review]]:
        yield list((await self._all()).values())

    async def _all(self) -> dict[int, Review]:
        """What counts, by the number of the comment, which is noted: a later one is changed by it."""
        found = reviews([row async for rows in self.pages() for row in rows])
        await self._note(numbers_of(found))
        return found

    async def add(self, records: Sequence[Review]) -> Sequence[Refusal[Review]]:
        """One request for each. A thing that has a comment gets no second one: that one is changed."""
        if not (await self.service.account()).may_comment:
            return [Refusal(record, SILENT) for record in records]
        outcomes = [(record, await self._say(record)) for record in records]
        return [Refusal(record, why) for record, why in outcomes if why]

    async def _say(self, review: Review) -> str:
        """Why it was not taken; empty where it was."""
        if not self.form.takes(review.said):
            return TOO_SHORT
        number = await self.service.tables.number(review.media)
        if not number:
            return NUMBERED_OTHERWISE if review.media.order else NOT_KNOWN
        noted = await self._noted()
        ours, body = _names(review.media, number), {"comment": review.text, "spoiler": review.spoiler}
        there = next((noted[name] for name in ours if name in noted), 0)
        self.service.forget_activities()
        if there:
            path = f"/comments/{there}"
            answer = await self.http.send("PUT", path, Comment, body=body, again=True, accept=(404, 422))
        else:  # sent twice it would be two comments
            about = {review.media.kind.word: {"ids": {"trakt": int(number)}}}
            answer = await self.http.send("POST", "/comments", Comment, body=about | body, accept=(404, 422))
        if answer.status in (404, 422):
            return NOT_KNOWN if answer.status == 404 else NOT_TAKEN
        await self._note(noted | {ours[0]: answer.value.id})
        return ""

    async def remove(self, records: Sequence[Review]) -> Sequence[Refusal[Review]]:
        return [Refusal(record, ANSWERED) for record in records if not await self._unsaid(record.media)]

    async def _unsaid(self, media: Media) -> bool:
        """Is its comment gone now? What is not there is."""
        noted = await self._noted()
        names = _names(media, await self.service.tables.number(media))
        for name in [name for name in names if name in noted]:
            self.service.forget_activities()
            path = f"/comments/{noted.pop(name)}"
            if (await self.http.send("DELETE", path, Nothing, again=True, accept=(404, 409))).status == 409:
                return False
            await self._note(noted)
        return True

    async def _noted(self) -> dict[str, int]:
        """The numbers of the comments that count, by what they are about, as last read and written."""
        note = self.service.desk.notes.load(await self._place())
        return msgspec.json.decode(note, type=dict[str, int]) if note else numbers_of(await self._all())

    async def _note(self, numbers: dict[str, int]) -> None:
        self.service.desk.notes.save(await self._place(), msgspec.json.encode(numbers))

    async def _place(self) -> str:
        """Where the numbers are noted: whoever is signed in by mistake for a while leaves none for this person."""
        return f"comments of {(await self.service.identity()).person}"


def numbers_of(found: dict[int, Review]) -> dict[str, int]:
    return {review.media.key: number for number, review in found.items() if review.media.key}


def _names(media: Media, number: str) -> list[str]:
    """Our names of a thing, that by Trakt's own number first."""
    return list(dict.fromkeys(([key_of(media.kind, number)] if number else []) + list(media.keys)))
