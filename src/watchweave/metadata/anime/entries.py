"""What a list says of one entry, and how its values are written: ids, seasons, ranges of episodes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from ...core.media import Kind, clean_id

ANIME = ("anidb", "mal", "anilist", "simkl")
"""Databases whose entries are anime, the surest first."""
ABSOLUTE = -1
"""In place of a season: counted through."""
MOST = 50
"""Ids in one value, and episodes that one episode is in another database."""

_WHOLE = re.compile(r"-?[0-9]{1,5}")
_PAIR = re.compile(r"([0-9]{1,5})-([0-9]{1,5}(?:\+[0-9]{1,5}){0,49})")
_RANGE = re.compile(r"([0-9]{1,5})(-([0-9]{1,5})?)?(?:\|(-?[1-9][0-9]{0,3}))?")


class Unusable(ValueError):
    """A row, or a value in it, that is not written as the list writes it."""


class Claim(NamedTuple):
    """An id that an entry has. exact: for all of it, not for a part; own: the row is about this very entry, and its
    episodes are numbered as there.

    An IMDb id may be of a film or of a show, as the entry is; a TMDb id here is of a film.
    """

    space: str
    value: str
    exact: bool = True
    own: bool = False


class Place(NamedTuple):
    """The show that an entry is, or is part of, and from where on: its first episode is `offset` + 1 of that season.

    season: none where it is not said. serves: does this say where its episodes are?
    """

    database: str
    target: str
    season: int | None = None
    offset: int = 0
    serves: bool = False


class Span(NamedTuple):
    """Where the episodes `first` to `last` (none: all that follow) of one season of an entry are in a show.

    step 0: each is the very `numbers`, none of them where there is no counterpart. Else the first is at the only number;
    1: one for one; 2: each is two there; -2: two are one there.
    """

    season: int
    first: int
    last: int | None
    database: str
    target: str
    at: int
    numbers: tuple[int, ...]
    step: int = 0

    def find(self, number: int) -> tuple[int, ...]:
        """The numbers there of an episode that it covers.

        >>> Span(1, 13, 24, "tvdb", "1", 1, (5,), 2).find(14), Span(1, 1, 4, "tvdb", "1", 1, (1,), -2).find(4)
        ((7, 8), (2,))
        """
        if not self.step:
            return self.numbers
        past = number - self.first
        start = self.numbers[0] + (past * self.step if self.step > 0 else past // -self.step)
        return tuple(found for found in range(start, start + max(self.step, 1)) if found > 0)


class Entry(Struct):
    """What one row of a list says. kind: of a film or a show, where the row leaves no choice; doubtful: some of it
    cannot be read, so nothing of it says where an episode is.
    """

    claims: list[Claim]
    places: list[Place] = []
    spans: list[Span] = []
    kind: Kind | None = None
    doubtful: bool = False


def kind_of(said: Kind | None, claims: Sequence[Claim], places: Sequence[Place]) -> Kind | None:
    """What an entry must be: as is said, or a film by its ids, or a show by its season."""
    film = any(claim.space == "tmdb" for claim in claims)
    show = any(place.season for place in places)
    if said is not None or film == show:
        return said
    return Kind.MOVIE if film else Kind.SHOW


def claims(space: str, value: object, *, own: bool = False) -> list[Claim]:
    """The ids in a value."""
    return [Claim(space, found, own=own) for found in ids(space, value)]


def ids(space: str, value: object) -> list[str]:
    """The ids in a number, a text with commas or a list of them; words ("movie", "unknown") and numbers below 1 are none.

    >>> ids("imdb", "tt0936323,tt0936320"), ids("tvdb", "hentai"), ids("tmdb", [128, None])
    (['tt0936323', 'tt0936320'], [], ['128'])
    """
    several = value if isinstance(value, list) else [value]
    parts = [part for one in several for part in _parts(one)]
    if len(parts) > MOST:
        raise Unusable
    found = [clean_id(space, part) for part in parts]
    if any(part.isdigit() and part.strip("0") and not one for part, one in zip(parts, found, strict=True)):
        raise Unusable  # a number, but not one that can be an id
    return list(dict.fromkeys(filter(None, found)))


def _parts(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str) and len(value) <= 20 * MOST:
        return [part.strip() for part in value.split(",")]
    if type(value) is int:
        return [str(value)]
    raise Unusable


def whole(value: object) -> int | None:
    """A number of at most five digits, below 0 too; nothing where nothing is said."""
    if value is None or value == "":
        return None
    if type(value) is int and -100_000 < value < 100_000:
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    raise Unusable


def pairs(text: str) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The single episodes of a mapping in the XML, each with its numbers there; 0 is none.

    >>> list(pairs(";1-5;2-6+7;3-0;"))
    [(1, (5,)), (2, (6, 7)), (3, ())]
    """
    for part in filter(None, (part.strip() for part in text.split(";"))):
        found = _PAIR.fullmatch(part)
        if not found:
            raise Unusable
        yield int(found[1]), tuple(number for number in map(int, found[2].split("+")) if number)


class Stretch(NamedTuple):
    """A range as it is written: `14-|2` is all from 14 on, each two of the other side."""

    first: int
    last: int | None
    ratio: int | None = None

    @property
    def length(self) -> int | None:
        return None if self.last is None else self.last - self.first + 1


def stretch(text: str) -> Stretch:
    """Reads one range."""
    found = _RANGE.fullmatch(text.strip())
    if not found:
        raise Unusable
    first = int(found[1])
    last = first if not found[2] else int(found[3]) if found[3] else None
    if last is not None and last < first:
        raise Unusable
    return Stretch(first, last, int(found[4]) if found[4] else None)


def ranges(source: str, target: object) -> Iterator[tuple[int, int | None, tuple[int, ...], int]]:
    """First, last, numbers and step (as in `Span`) of one range and where it is.

    >>> list(ranges("1-12", "1-6,8-13"))
    [(1, 6, (1,), 1), (7, 12, (8,), 1)]
    """
    mine = stretch(source)
    if mine.ratio is not None or not isinstance(target, str | None):
        raise Unusable
    if target is None:
        yield mine.first, mine.last, (), 0
        return
    theirs = [stretch(part) for part in target.split(",")]
    if very := _very(mine, theirs):
        yield mine.first, mine.last, very, 0
    else:
        yield from _laid(mine, theirs)


def _very(mine: Stretch, theirs: Sequence[Stretch]) -> tuple[int, ...]:
    """The numbers that one episode is, or the one number that several are."""
    lengths = [one.length for one in theirs]
    if mine.length == 1 and all(length and length <= MOST for length in lengths):
        return tuple(number for one in theirs for number in range(one.first, one.first + (one.length or 0)))[:MOST]
    return (theirs[0].first,) if lengths == [1] and theirs[0].ratio is None else ()


def _laid(mine: Stretch, theirs: Sequence[Stretch]) -> Iterator[tuple[int, int | None, tuple[int, ...], int]]:
    """The other side's ranges laid along this one; they must end where it ends."""
    at = mine.first
    for part in theirs:
        step = part.ratio or 1
        if part.length is None:
            if part is not theirs[-1]:
                raise Unusable
            yield at, mine.last, (part.first,), step
            return
        if step > 0 and part.length % step:
            raise Unusable
        end = at + (part.length // step if step > 0 else part.length * -step)
        yield at, end - 1, (part.first,), step
        at = end
    if mine.last is not None and at != mine.last + 1:
        raise Unusable
