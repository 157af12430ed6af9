"""The shapes of Letterboxd's API, and our records; pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from html import escape
from typing import Annotated, Generic, TypeVar
from zlib import crc32

import msgspec
from msgspec import Meta, Struct

from ...core.media import Kind, Media, clean_ids
from ...core.records import Like, Play, Rating, Record, Review, Tags, Watched, Wish
from ..files import text_of
from .convert import noon, year_of

Row = TypeVar("Row")
Time = Annotated[datetime, Meta(tz=True)]
SERIES = "/tv/"
"""What stands in the address of a series at TMDb, whose numbers are others than those of its films."""

MOST_STARS = 5


class Shape(Struct, rename="camel"):
    """Anything that the API says; only what we use of it."""


class Page(Shape, Generic[Row]):
    """A page of a listing; `next` is what asks for the one after it, and absent on the last."""

    items: list[Row]
    next: str | None = None
    item_count: int | None = None


class Member(Shape):
    id: str
    username: str = ""


class Me(Shape):
    """Who is signed in."""

    member: Member
    private_account: bool = False


class Message(Shape):
    """What the API remarks on something that it took, perhaps not all of it."""

    type: str = ""
    code: str = ""
    title: str = ""


class Told(Shape):
    """The answer to a write: a refusal has a message, and what was taken may have several."""

    message: str = ""
    code: str = ""
    messages: list[Message] = []

    @property
    def errors(self) -> list[Message]:
        """What is wrong in something that it took."""
        return [one for one in self.messages if one.type == "Error"]

    @property
    def codes(self) -> set[str]:
        """What is wrong, in its own words."""
        return {self.code, *(one.code for one in self.errors)}


class Link(Shape):
    type: str = ""
    id: str = ""
    url: str = ""


class Marks(Shape):
    """What a film is to a member."""

    watched: bool = False
    rating: float | None = None
    liked: bool = False
    in_watchlist: bool = False

    @property
    def value(self) -> int | None:
        """The rating in our scale: half a star is ten."""
        return round(2 * self.rating) * 10 or None if self.rating else None

    @property
    def said(self) -> list[object]:
        return [self.watched, self.value, self.liked, self.in_watchlist]

    def records(self, film: Media) -> Iterator[Record]:
        """All that holds; since when is not told."""
        if self.watched:
            yield Watched(film)
        if self.value:
            yield Rating(film, value=self.value)
        if self.liked:
            yield Like(film)
        if self.in_watchlist:
            yield Wish(film)


class Related(Shape):
    relationship: Marks


class Film(Shape):
    """A film, or a series that stands there like one; what it is to the member where that was asked for."""

    id: str
    name: str = ""
    release_year: int | None = None
    links: list[Link] = []
    relationships: list[Related] = []

    @property
    def media(self) -> Media:
        links = {link.type: link for link in self.links}
        ids = clean_ids({space: links[space].id for space in ("tmdb", "imdb") if space in links})
        series = "tmdb" in links and SERIES in links["tmdb"].url
        kind = Kind.SHOW if series else Kind.MOVIE
        year = year_of(str(self.release_year))
        return Media(kind, ids, self.name, year, keys=(f"film:{self.id}",))


class FilmList(Shape):
    """A list of films. It has another version whenever it was changed, or edits would collide."""

    id: str
    name: str = ""
    version: int | str | None = None
    film_count: int | None = None
    owner: Member | None = None

    @property
    def stamp(self) -> str:
        """Changes whenever the list does; empty where nobody says when that is."""
        return "" if self.version is None else msgspec.json.encode([self.version, self.film_count]).decode()


class Item(Shape):
    """What stands on a list. Since 2026 it is called a production; as a film it may not be told for ever."""

    film: Film | None = None
    production: Film | None = None

    @property
    def thing(self) -> Film | None:
        return self.production or self.film

    @property
    def id(self) -> str:
        """That of the film, which stands on a list once."""
        return self.thing.id if self.thing else ""


class Changed(Told):
    """The answer to a change of a list."""

    data: FilmList | None = None


class Diary(Shape):
    diary_date: str = ""


class Text(Shape):
    """A review: its source, and what was made of it."""

    lbml: str = ""
    text: str = ""
    contains_spoilers: bool = False


class Entry(Shape):
    """An entry: of the diary where it has a day, a review where it has a text."""

    id: str
    film: Film | None = None
    diary_details: Diary | None = None
    review: Text | None = None
    rating: float | None = None
    like: bool = False
    tags: list[str] = []
    links: list[Link] = []
    when_created: Time | None = None
    when_updated: Time | None = None

    @property
    def day(self) -> str:
        return self.diary_details.diary_date if self.diary_details else ""

    @property
    def text(self) -> str:
        """The review as plain text."""
        return text_of(self.review.lbml or self.review.text).strip() if self.review else ""

    @property
    def at(self) -> int | None:
        """When it was last written to."""
        when = self.when_updated or self.when_created
        return int(when.timestamp()) if when else None

    @property
    def said(self) -> int:
        """What a person may change of it afterwards, in short."""
        return crc32(msgspec.json.encode([self.day, self.review, self.rating, self.like, self.tags]))

    @property
    def names(self) -> frozenset[str]:
        """Our names of its viewing: by its id, and by the code in its short address, which an export has."""
        return frozenset({f"api:{self.id}", *(f"file:{link.id}" for link in self.links if link.type == "boxd")})


def usable(entry: Entry, zone: tzinfo) -> bool:
    """Can it be told what this is about, and on which day it was, if it has one?"""
    return entry.film is not None and (entry.diary_details is None or noon(entry.day, zone) is not None)


def plays(entries: Sequence[Entry], zone: tzinfo) -> list[Record]:
    """The viewings among these; a review without a day is none."""
    found: list[Record] = []
    for entry in entries:
        if entry.film and (at := noon(entry.day, zone)) is not None:
            found.append(Play(entry.film.media, at, f"api:{entry.id}", "day"))
    return found


class Words:
    """Of each film the newest review, and all tags. All its entries are to be taken, the newest first."""

    def __init__(self) -> None:
        self._reviews: dict[str, Record] = {}
        self._tags: dict[str, tuple[Entry, dict[str, None]]] = {}

    def take(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if not entry.film:
                continue
            if entry.review and (text := entry.text):
                review = Review(entry.film.media, entry.at, text, entry.review.contains_spoilers)
                self._reviews.setdefault(entry.film.id, review)
            if entry.tags:
                self._tags.setdefault(entry.film.id, (entry, {}))[1].update(dict.fromkeys(entry.tags))

    def records(self) -> list[Record]:
        tags = (Tags(entry.film.media, entry.at, tuple(all_)) for entry, all_ in self._tags.values() if entry.film)
        return [*self._reviews.values(), *tags]


def lbml_of(text: str) -> str:
    """A text in Letterboxd's markup that says this and nothing else.

    >>> lbml_of("Tom & Jerry <3")
    'Tom &amp; Jerry &lt;3'
    """
    return escape(text, quote=False)
