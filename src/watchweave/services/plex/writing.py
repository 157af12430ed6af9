"""Writes to all copies of a title, side by side, and keeps the account of what was done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from ...core.media import Media
from ...core.records import Record
from ...errors import ServiceError, Unavailable
from ..base import Refusal

R = TypeVar("R", bound=Record)
T = TypeVar("T")

ABSENT = "not in the library"
NO_OBJECT = "It has no object of its own at Plex, but stands in one file with another episode"


def copies(media: Media) -> list[str]:
    """The keys of all copies on the server; the names of the watchlist are not among them."""
    return [key for key in media.keys if key.isdigit()]


def insides(media: Media) -> list[tuple[str, int, int]]:
    """The items in whose files it stands without an object of its own, each with its season and number there."""
    parts = [key.split("/") for key in media.keys if key[0].isdigit() and not key.isdigit()]
    return [(key, int(season), int(number)) for key, season, number in parts]


async def everywhere(
    title: str,
    records: Sequence[R],
    act: Callable[[R, str], Awaitable[str]],
    look: Callable[[Mapping[str, R]], Awaitable[None]],
) -> list[Refusal[R]]:
    """Do this to every copy of every record, and look at those that took it; refused are those of which none did."""
    pairs = [(record, key) for record in records for key in copies(record.media)]
    answers = await side_by_side(title, [act(record, key) for record, key in pairs])
    await look({key: record for (record, key), why in zip(pairs, answers, strict=True) if not why})
    whys: dict[int, list[str]] = {id(record): [] for record in records}
    for (record, _), why in zip(pairs, answers, strict=True):
        whys[id(record)].append(why)
    return [Refusal(one, min(whys[id(one)], default=ABSENT)) for one in records if all(whys[id(one)])]


async def side_by_side(title: str, writes: Sequence[Awaitable[T]]) -> list[T]:
    """The answers, when all have ended. If some of them were done, or may have been, that is what the error says: what
    was done must never be taken for not sent, or its echo would be taken for a play."""
    answers = await asyncio.gather(*writes, return_exceptions=True)
    done = [answer for answer in answers if not isinstance(answer, BaseException)]
    failures = [answer for answer in answers if isinstance(answer, ServiceError)]
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, ServiceError):
            raise answer
    worst = max(failures, key=lambda failure: failure.unclear, default=None)
    if worst and done and not worst.unclear:
        raise Unavailable(title, f"{len(done)} of {len(answers)} writes were done, not the others: {worst}")
    if worst:
        raise worst
    return done
