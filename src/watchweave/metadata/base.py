"""The promise of a metadata source: what an adapter defines, and what the engine may ask of it.

An adapter holds no cache, retry, pacing or `try`: the engine asks nothing twice, and `services/http.py` does the rest.
What a source answers is checked here or there before it is used: ids by kind and by the id that was asked for, titles by
the ladder of `core/titles.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from ..core.media import Kind, Media
from ..core.titles import Work
from ..services.http import Http, Signer
from ..services.pacing import Limits

Order = Literal["aired", "dvd", "absolute"]
"""How the episodes of a show are numbered."""


class Facts(Struct, frozen=True):
    """What is shown to people beside a title. `poster` is a whole address; `runtime` is in seconds."""

    title: str = ""
    overview: str = ""
    genres: tuple[str, ...] = ()
    poster: str = ""
    runtime: int | None = None


PATIENCE = 60.0
"""Seconds that a run waits for a source that says "too many": nothing is written meanwhile, and nothing hangs on it."""


class Works(Struct, frozen=True):
    """What a search found. whole: is that all of this title, as far as can be told? Else nothing of it is the only one."""

    found: Sequence[Work] = ()
    whole: bool = True


class Kept(Protocol):
    """What a source wants to find again in the next run, kept encrypted: a token."""

    def load(self) -> Mapping[str, str]:
        """As last saved, by whichever process."""

    def save(self, values: Mapping[str, str]) -> None:
        """Replace it; durable when this returns."""


class Source:
    """A place that knows what things are, for one run.

    finds: by kind, the id spaces by which it can be asked, the surest first. searches: the kinds that it can look up by
    title. budget: how many requests a day it allows; None: as many as its pace.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    base_url: ClassVar[str]
    limits: ClassVar[Limits | None] = None
    finds: ClassVar[Mapping[Kind, tuple[str, ...]]] = {}
    searches: ClassVar[frozenset[Kind]] = frozenset()
    budget: ClassVar[int | None] = None
    free: ClassVar[bool] = False
    """Does it answer without a request?"""

    @classmethod
    def signer(cls, options: Mapping[str, str], kept: Kept) -> Signer:
        """What signs its requests; `options` are its settings (`api_key`, …)."""
        raise NotImplementedError

    def __init__(self, http: Http, options: Mapping[str, str]) -> None:
        self.http = http
        self.options = options

    async def find(self, kind: Kind, space: str, value: str) -> Sequence[Media]:
        """What bears this id, with every id that the source knows of it; nothing where it knows none.

        Each is of the kind asked for and carries the id asked for; an episode has its show, season and number.
        """
        return []

    async def search(self, wanted: Media, *, narrow: bool = False) -> Works:
        """Works of its kind that may bear this title in any language, in the source's own order, in one request.

        Works of the year before and after are found as well: one of them may be meant, or keep another one from being
        taken. Where these are too many, `narrow` asks for works of exactly this year, if one is told; that is never the
        whole answer.
        """
        return Works()

    async def titles(self, media: Media) -> Work | None:
        """This very work, by an id that the source knows, with all of its titles and its length, in one request."""
        return None

    async def episodes(self, show: Media, order: Order = "aired") -> Sequence[Media] | None:
        """All episodes of a show in one order, each with its own ids, its title and the day it was first shown, as far
        as known; the same id in every order is the same episode. None where the source has no such order of this show.

        Raises Incomplete where the source's list is shorter than it says itself.
        """
        return None

    async def elsewhere(self, episode: Media) -> Sequence[Media]:
        """Where other databases have this episode of an entry of one that numbers by itself (AniDB, MyAnimeList): each
        with its show, by that database's id alone, with order, season and number there. Nothing where it is not known,
        or where two answers differ.
        """
        return []

    async def facts(self, media: Media) -> Facts | None:
        """What people are shown of it."""
        return None
