"""Telling Serializd something: what is meant by a record, entries for the diary, logs of episodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from ...core.media import Kind, Media
from ...core.records import Record
from ..base import Refusal, Whole
from ..http import Nothing
from .catalogue import YEARS
from .convert import KINDS, Season, own_numbers, written

if TYPE_CHECKING:
    from . import Serializd

R = TypeVar("R", bound=Record)

ONLY_SERIES = "Serializd keeps series only."
NO_SHOW = "No TMDb id of its show is known, and Serializd knows shows by that alone."
NO_PLACE = "Its place in the show is not known."
NUMBERED_OTHERWISE = "It is numbered in another order than Serializd's, so that another one stands at its place there."
BY_YEAR = "Serializd has no seasons that are numbered by year."
UNKNOWN = "Serializd does not know this."
EMPTY = "Serializd knows no episodes of this season, so that nothing of it can be logged."
ONLY_EPISODES = "Serializd can be told of watched episodes only."
WHOLE_SHOW = "An entry about a whole show would mark all of it as watched at Serializd."

REFUSED = (400, 404, 422)
"""What is answered where the thing is not known, or is not taken; then nothing was done."""


class Target(Struct, frozen=True, gc=False):
    """What is meant, in Serializd's numbers: an episode of a season, a season, or without one the whole show."""

    show: int
    season: Season | None = None
    episode: int | None = None


class Said(Struct, gc=False):
    """An answer that something was done."""

    message: str = ""


class EpisodeRow(Struct, rename="camel", gc=False):
    episode_number: Whole = 0


class EpisodeTable(Struct, gc=False):
    episodes: list[EpisodeRow] = []


class Writer:
    """The writing side of one account."""

    def __init__(self, service: Serializd) -> None:
        self._service = service

    async def aim(
        self, records: Iterable[R], kinds: Collection[Kind], otherwise: str = ONLY_SERIES
    ) -> tuple[list[tuple[R, Target]], list[Refusal[R]]]:
        """What each of these means there; refused are those that mean nothing, and of other kinds, for the reason given."""
        aimed, refused = [], []
        for record in records:
            kind = record.media.kind
            found = await self._target(record.media) if kind in kinds else otherwise if kind in KINDS else ONLY_SERIES
            if isinstance(found, Target):
                aimed.append((record, found))
            else:
                refused.append(Refusal(record, found))
        return aimed, refused

    async def _target(self, media: Media) -> Target | str:
        """By its own key, else by its place in its show, which is known by its TMDb number. A text says why not."""
        if own := own_numbers(media):
            return await self._own(media, *own)
        show = media if media.kind is Kind.SHOW else media.parent
        number = (own_numbers(show) or (int(show.ids.get("tmdb", 0)),))[0] if show else 0
        if not number:
            return NO_SHOW
        if media.kind is Kind.SHOW:
            return Target(number)
        return await self._under(number, media)

    async def _own(self, media: Media, show: int, season: int = 0, episode: int | None = None) -> Target | str:
        if not season:
            return Target(show)
        number = media.season
        if number is None:
            part = await self._service.catalogue.find(show, lambda told: told.by_id(season))
            number = part.number if part else None
        return UNKNOWN if number is None else Target(show, Season(show, season, number), episode)

    async def _under(self, show: int, media: Media) -> Target | str:
        """A season or an episode at its place."""
        if media.order:
            return NUMBERED_OTHERWISE
        number = media.season
        if number is None or (media.kind is Kind.EPISODE and media.number is None):
            return NO_PLACE
        if number >= YEARS:
            return BY_YEAR
        part = await self._service.catalogue.find(show, lambda told: told.part(number))
        if part is None:
            return UNKNOWN
        if not part.id:
            return EMPTY
        return Target(show, Season(show, part.id, number), media.number if media.kind is Kind.EPISODE else None)

    # Entries

    async def enter(self, season: Season, episode: int | None, at: int | None, **said: Any) -> bool:
        """Make an entry about an episode, or about the season, once: the same one twice would be two. False where it was
        not taken. Never about a whole show: that would mark all of it as watched."""
        body: dict[str, object] = {
            "show_id": season.show,
            "season_id": season.id,
            "episode_number": episode,
            "review_text": "",
            "rating": 0,
            "contains_spoiler": False,
            "backdate": written(int(self._service.http.clock.now()) if at is None else at),
            "is_log": False,
            "is_rewatch": False,
            "tags": [],
            "allows_comments": True,
            "like": False,
        }
        answer = await self._service.tell("/show/reviews/add", body | said, Nothing, accept=REFUSED)
        return answer.status not in REFUSED

    # Logs

    async def log(self, verb: str, season: Season, numbers: Collection[int]) -> set[int]:
        """Log these episodes of a season (`add`), or take them out of the log (`remove`). Answered are those that
        Serializd does not know: one of them keeps it from taking the others."""
        known = set(numbers)
        if not await self._log(verb, season, known):
            known &= await self._episodes(season)
            if not (known and await self._log(verb, season, known)):
                return set(numbers)
        self._service.logs.wrote(season, known, gone=verb == "remove")
        return set(numbers) - known

    async def _log(self, verb: str, season: Season, numbers: Collection[int]) -> bool:
        body: dict[str, object] = {"show_id": season.show, "season_id": season.id, "episode_numbers": sorted(numbers)}
        if verb == "add":
            body["should_get_next_episode"] = False
        answer = await self._service.tell(f"/episode_log/{verb}", body, Said, again=True, accept=REFUSED)
        return answer.status not in REFUSED

    async def _episodes(self, season: Season) -> set[int]:
        """The numbers of the episodes that Serializd knows of a season."""
        path = f"/show/{season.show}/season/{season.number}"
        answer = await self._service.ask(path, EpisodeTable, accept=(404,))
        return {row.episode_number for row in answer.value.episodes} if answer.status != 404 else set()


def by_season(aimed: Iterable[tuple[R, Target]]) -> dict[Season, dict[int, list[R]]]:
    """The records of episodes among these, season by season."""
    found: dict[Season, dict[int, list[R]]] = {}
    for record, target in aimed:
        if target.season and target.episode:
            found.setdefault(target.season, {}).setdefault(target.episode, []).append(record)
    return found
