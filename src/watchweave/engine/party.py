"""An account taking part in a run: its service, what was read of it, and whether it may be told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from ..core.media import Media
from ..core.records import Form
from ..errors import ServiceError
from ..services.base import Lists, Service, Shelf
from ..storage.accounts import Account, Cursor
from ..storage.staging import Stage, sort_of

How = Literal["complete", "news", "quiet", "own", "partial", "none"]
"""own: nothing has happened since our last write, but what happened just before it was not read; good enough as long as
nothing is to be written there."""
SPACES = {"imdb": "IMDb", "tmdb": "TMDb", "tvdb": "TheTVDB"}
"""What people call the databases whose ids a service may have to be told."""


@dataclass(slots=True)
class Look:
    """What became of reading one shelf. Own, partial and none leave the cursor where it is; doubted is partial for a
    while."""

    how: How = "none"
    began: int = 0
    cursor: Cursor = field(default_factory=Cursor)
    kinds: frozenset[int] = frozenset()
    doubted: bool = False
    untouched: bool = False
    """Does the stamp say that nobody has done anything since our own last write?"""
    again: bool = False
    """Is it to be read again from the same place, because something that we wrote does not show yet?"""
    made: int | None = None
    """When what it says was so, where that was not when it began."""
    lacks: frozenset[str] = frozenset()
    """Shelves of which it tells only in part."""
    why: str = ""

    @property
    def as_of(self) -> int:
        """The moment of which it tells."""
        return self.began if self.made is None else self.made

    @property
    def whole(self) -> bool:
        """May the account be told? Only if nothing of it can have been missed."""
        return self.how in ("complete", "news", "quiet") and not self.doubted

    @property
    def has_rows(self) -> bool:
        return self.how in ("complete", "news", "partial")


@dataclass(slots=True)
class Party:
    """One account in one run; `rank` is its place in the settings."""

    account: Account
    rank: int
    service: Service
    shelves: dict[str, Shelf[Any]]
    stage: Stage
    looks: dict[str, Look] = field(default_factory=dict)
    problems: list[ServiceError] = field(default_factory=list)
    confirmed: bool = False
    new_epoch: bool = False
    asked: bool = True
    """Was it among those to be read? Others are neither heard nor told in this run."""
    told: bool = True
    """Is it among those to be written to?"""
    silent: frozenset[str] = frozenset()
    """Sorts of shelves that are read and not written to: what stands there is public, and the person has not asked for it."""
    lists: Lists | None = None
    """Says which lists there are, each of which is a shelf then."""
    chosen: Collection[str] | None = None
    """The titles of the lists that the person wants in step; None: all."""
    closed: set[str] = field(default_factory=set)
    """Lists of which nothing can be read in this run."""
    gone: set[str] = field(default_factory=set)
    """Those of them that the account has no more."""
    noted: list[str] = field(default_factory=list)
    """What she should know of this account, though nothing is wrong."""

    @property
    def id(self) -> int:
        return self.account.id

    @property
    def name(self) -> str:
        return self.account.name

    def form(self, shelf: str) -> Form:
        return self.shelves[shelf].form

    def can(self, shelf: str, verb: str) -> bool:
        """Does this shelf of the service define it?"""
        return shelf in self.shelves and type(self.shelves[shelf]).can(verb)

    def is_silent(self, shelf: str) -> bool:
        """Is this shelf only read?"""
        return sort_of(shelf) in self.silent

    def takes_plays(self) -> bool:
        """Can plays with their own times be added here?"""
        return self.can("history", "add") and self.form("history").clock != "now"

    def lacks(self, media: Media) -> str:
        """Why it would not take this: what it has to be named by is not known. Nothing if that is known."""
        space = self.service.needs.get(media.kind, "")
        return f"its id of {SPACES.get(space, space)} is not known" if space and space not in media.ids else ""

    def look(self, shelf: str) -> Look:
        return self.looks.get(shelf) or Look()

    def readers(self) -> dict[str, list[str]]:
        """Which shelves are read, and which shelves in use each of these readings covers."""
        found: dict[str, list[str]] = {}
        for name, shelf in self.shelves.items():
            if name in self.closed:
                continue
            found.setdefault(shelf.read_by or name, []).append(name)
        return found
