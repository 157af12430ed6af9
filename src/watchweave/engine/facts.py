"""What people are shown of a film, a show or an episode beside its title: asked for once, when somebody looks at it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any

from msgspec import to_builtins

from ..core.media import Media
from ..core.records import DAY
from ..metadata.base import Facts, Source
from ..storage.items import Items
from ..storage.told import Told
from .asking import Asking
from .home import Home

KEPT = 180 * DAY
"""So long they are kept: TMDb allows six months."""
PATIENCE = 10.0
"""Seconds that a person waits for them."""


async def facts_of(home: Home, number: int) -> dict[str, Any] | None:
    """What the first source says that knows this: source, title, overview, genres, poster (an address) and runtime (in
    seconds); nothing where none does, or none answers in time.

    One request at most to each source, and none for half a year after it has answered.
    """
    media = Items(home.store.db).load([number])[number]
    sources, closing = home.open_sources()
    asking = Asking(Told(home.store), sources, (home.clock, home.stop), keeps=KEPT)
    show = media.parent.ids if media.parent else {}
    question = (
        "facts",
        int(media.kind),
        str(sorted(media.ids.items())),
        str(sorted(show.items())),
        media.season,
        media.number,
    )
    async with closing:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                for source in sources:
                    told = await asking.once(source, question, partial(_said, source, media), Facts())
                    if told and (told.overview or told.genres):
                        return {"source": source.title, **to_builtins(told)}
    return None


async def _said(source: Source, media: Media) -> Facts:
    return await source.facts(media) or Facts()
