"""What a file tells of: its shelves, and of each the kinds. The label under which it is kept says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from ...core.media import Kind
from ...core.records import Copy, Like, Member, Play, Rating, Record, Review, Tags, Watched, Wish
from ..base import Files, Handed

RECORDS: Mapping[str, type[Record]] = {
    "history": Play,
    "watched": Watched,
    "ratings": Rating,
    "watchlist": Wish,
    "collection": Copy,
    "favourites": Like,
    "reviews": Review,
    "tags": Tags,
    "lists": Member,
}
"""The shelves, and what stands on each."""
ALL = frozenset({Kind.MOVIE, Kind.SHOW, Kind.SEASON, Kind.EPISODE})
WORDS = {kind.word: kind for kind in ALL}
NAMES = {
    "watched-history": "history",
    "watched-movies": "watched/movie",
    "watched-shows": "watched/episode",
    "ratings-movies": "ratings/movie",
    "ratings-shows": "ratings/show",
    "ratings-seasons": "ratings/season",
    "ratings-episodes": "ratings/episode",
    "comments-movies": "reviews/movie",
    "comments-shows": "reviews/show",
    "comments-seasons": "reviews/season",
    "comments-episodes": "reviews/episode",
    "lists-watchlist": "watchlist",
    "lists-favorites": "favourites",
    "favorites": "favourites",
    "collection-movies": "collection/movie",
    "collection-shows": "collection/episode",
    "collection-episodes": "collection/episode",
    "comments": "reviews",
    **{shelf: shelf for shelf in RECORDS},
}
"""What lists of rows are called, in Trakt's export and in ours, and what they tell of."""
PAGE = "page"
"""The word, with a number, of one of several pages: what is not on it may be on another one."""

Kinds = Mapping[str, frozenset[Kind]]
"""By shelf."""


def word_of(shelf: str, kinds: Collection[Kind]) -> str:
    """What tells of these kinds of a shelf.

    >>> word_of("history", ALL), word_of("ratings", {Kind.MOVIE})
    ('history', 'ratings/movie')
    """
    return shelf if set(kinds) >= ALL else " ".join(f"{shelf}/{kind.word}" for kind in sorted(kinds))


def kinds_of(words: str) -> dict[str, frozenset[Kind]]:
    """What such words tell of.

    >>> sorted(kinds_of("ratings/show ratings/movie page3")["ratings"])
    [<Kind.MOVIE: 1>, <Kind.SHOW: 2>]
    """
    found: dict[str, frozenset[Kind]] = {}
    for word in words.split():
        shelf, _, kind = word.partition("/")
        if shelf in RECORDS:
            found[shelf] = found.get(shelf, frozenset()) | ({WORDS[kind]} if kind else ALL)
    return found


class Part(Struct, frozen=True):
    """A file, and what is to be taken of it. whole: it has all there was of that."""

    handed: Handed
    wanted: Kinds
    whole: bool


def parts(files: Files, shelves: Iterable[str]) -> list[Part]:
    """Where these shelves are told of: of each kind the newest file that tells all of it, and the pages made since."""
    left = dict.fromkeys(shelves, ALL)
    handed = [one for label in files.labels() if (one := files.newest(label))]
    found = []
    for one in sorted(handed, key=lambda one: (-one.made, one.label)):
        whole = PAGE not in one.label
        told = kinds_of(one.label)
        wanted = {shelf: kinds for shelf in left if (kinds := told.get(shelf, frozenset()) & left[shelf])}
        if wanted:
            found.append(Part(one, wanted, whole))
        if whole:
            left = {shelf: kinds - wanted.get(shelf, frozenset()) for shelf, kinds in left.items()}
    return found
