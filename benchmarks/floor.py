"""The floor: only downloads and decodes the pages that a sync asked for. `python floor.py PAGES.json`"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import httpx2
import msgspec

AHEAD = 4
"""Requests that are under way at once, per service."""


class Ids(msgspec.Struct, gc=False):
    trakt: int | None = None
    imdb: str | None = None
    tmdb: int | None = None
    tvdb: int | None = None


class Work(msgspec.Struct, gc=False):
    title: str | None = None
    year: int | None = None
    ids: Ids | None = None
    season: int | None = None
    number: int | None = None


class TraktRow(msgspec.Struct, gc=False):
    id: int | None = None
    watched_at: str | None = None
    rated_at: str | None = None
    rating: int | None = None
    type: str | None = None
    movie: Work | None = None
    show: Work | None = None
    season: Work | None = None
    episode: Work | None = None


class Guid(msgspec.Struct, gc=False):
    id: str


class PlexRow(msgspec.Struct, rename="camel", gc=False):
    """A row of any listing of Plex, with what a sync needs of it."""

    type: str = ""
    title: str | None = None
    year: int | None = None
    guid: str | None = None
    rating_key: str | None = None
    parent_rating_key: str | None = None
    grandparent_rating_key: str | None = None
    index: int | None = None
    parent_index: int | None = None
    view_count: int = 0
    last_viewed_at: int | None = None
    viewed_at: int | None = None
    user_rating: float | None = None
    last_rated_at: int | None = None
    added_at: int | None = None
    updated_at: int | None = None
    guids: list[Guid] = msgspec.field(name="Guid", default_factory=list)


class Container(msgspec.Struct, gc=False):
    Metadata: list[PlexRow] = []


class Body(msgspec.Struct, gc=False):
    MediaContainer: Container


class Page(msgspec.Struct):
    """One request: `rows` says how the answer is decoded, as a list of Trakt's, of Plex's, or not at all."""

    url: str
    headers: dict[str, str]
    rows: str


def decoder(rows: str) -> msgspec.json.Decoder[Any] | None:
    shapes: dict[str, Any] = {"trakt": list[TraktRow], "plex": Body, "any": Any}
    return msgspec.json.Decoder(shapes[rows])


async def fetch(pages: list[Page]) -> int:
    """All pages of one service, a few at once; how many rows that were."""
    decoders = {rows: decoder(rows) for rows in ("trakt", "plex", "any")}
    waiting = iter(pages)
    found = 0
    async with httpx2.AsyncClient(timeout=90) as client:

        async def one() -> None:
            nonlocal found
            for page in waiting:
                answer = await client.get(page.url, headers=page.headers)
                answer.raise_for_status()
                rows = decoders[page.rows].decode(answer.content)  # type: ignore[union-attr]
                found += (
                    len(rows)
                    if page.rows == "trakt"
                    else len(rows.MediaContainer.Metadata)
                    if page.rows == "plex"
                    else 0
                )

        await asyncio.gather(*(one() for _ in range(AHEAD)))
    return found


async def main(services: dict[str, list[Page]]) -> None:
    found = await asyncio.gather(*(fetch(pages) for pages in services.values()))
    sys.stdout.write(f"{sum(found)} rows\n")


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=dict[str, list[Page]])))
