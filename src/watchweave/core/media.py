"""What a record is about: a film, a show, an episode, with its names in other databases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum
from functools import cached_property

from msgspec import Struct


class Kind(IntEnum):
    """The kinds of media; the numbers stand in the database."""

    MOVIE = 1
    SHOW = 2
    SEASON = 3
    EPISODE = 4
    ARTIST = 5
    ALBUM = 6
    TRACK = 7

    @cached_property
    def word(self) -> str:
        return self.name.lower()


STRONG = ("trakt", "imdb", "tmdb", "tvdb", "plex", "mbid", "anidb", "mal", "anilist", "simkl")
"""Id spaces that can join two records of one kind; all others (slug …) only propose."""
PUBLIC = tuple(space for space in STRONG if space != "plex")
"""Those that lead from one service to another."""
SPOKEN = ("imdb", "tmdb", "tvdb")
"""Databases whose ids every service can be told; each also knows its own."""

_NUMBER = re.compile(r"[1-9][0-9]{0,10}")
_TOO_LARGE = 10**11
_FORMS = {
    "imdb": re.compile(r"tt[0-9]{7,10}"),
    "plex": re.compile(r"[0-9a-f]{24}"),
    "mbid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "slug": re.compile(r"[\w-]+"),
}


class Media(Struct, frozen=True, gc=False):
    """One thing that people watch or hear, as one service names it.

    `keys` are the service's own names of it (a Plex rating key, a Trakt number): one as read, all copies as written. What
    stands before a colon is the form of a name (`film:2b34`), and two names of one form are two things.
    `ids` are its names in public databases, for its own kind: the ids of an episode never name its show.
    A season has `parent` (its show) and `season`; an episode has also `number`. `runtime` is in seconds.
    `order` says how season and number count: empty as first shown, which services share; "dvd"; "absolute" (counted through,
    whatever the season); the name of a database whose own entries they are ("anidb"); "own" as its account alone does.
    `aired` is the day on which it was first shown, in days since 1970. `original` is what a film or a show is called where it
    comes from, if the service says that, too.
    """

    kind: Kind
    ids: Mapping[str, str] = {}
    title: str = ""
    year: int | None = None
    parent: Media | None = None
    season: int | None = None
    number: int | None = None
    runtime: int | None = None
    keys: tuple[str, ...] = ()
    order: str = ""
    aired: int | None = None
    original: str = ""

    @property
    def key(self) -> str:
        """The service's own name of it, or nothing."""
        return self.keys[0] if self.keys else ""

    def named(self) -> str:
        """A name for people: `Heat (1995)`, `Twin Peaks S01E02`."""
        show = self.parent.title if self.parent else ""
        if self.kind is Kind.EPISODE and (show or not self.title):
            return f"{show} S{self.season or 0:02d}E{self.number or 0:02d}"
        if self.kind is Kind.SEASON:
            return f"{show} season {self.season}"
        return f"{self.title} ({self.year})" if self.year else self.title


def clean_ids(found: Mapping[str, object]) -> dict[str, str]:
    """The ids of these that are well formed, as text; `null`, `0`, `N/A`, `tt0000000` and the like are none.

    >>> clean_ids({"imdb": "tt0113277", "tmdb": 949, "tvdb": 0, "slug": None})
    {'imdb': 'tt0113277', 'tmdb': '949'}
    """
    ids = {}
    for space, value in found.items():
        if type(value) is int:  # by far the most
            if 0 < value < _TOO_LARGE and space not in _FORMS:
                ids[space] = str(value)
        elif value is not None and (text := clean_id(space, str(value))):
            ids[space] = text
    return ids


def clean_id(space: str, text: str) -> str:
    """The same of one id; empty where it is none."""
    form = _FORMS.get(space, _NUMBER)
    if not form.fullmatch(text):  # by far the most do
        text = text.strip() if space == "slug" else text.strip().lower()
        if not form.fullmatch(text):
            return ""
    return text if text != "tt0000000" else ""
