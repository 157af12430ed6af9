"""Which episode of a list somebody means: by its number within one order, else by its title, confirmed by its day.

A number alone says nothing where accounts number a season differently: there it takes a second word. Doubt is no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from .media import Media
from .titles import numbers, plain

DAYS = 2
"""So far apart, in days, two databases may say that one episode was first shown."""
LIKE, AHEAD = 85, 3
"""In percent: so alike are two titles of one episode at least, and so much more than any other's."""


def meant(wanted: Media, listed: Sequence[Media], *, surely: bool = False) -> Media | None:
    """The one of these that is wanted; nothing if that is in doubt. They are listed in the order that `wanted` names.

    surely: the number itself is known to be one of this list, so that nothing has to confirm it; another title that
    stands elsewhere in the list, or another day, still speaks against it.
    """
    there = at(wanted, listed)
    if there is not None and surely and not (wanted.aired is None or there.aired is None or near(wanted, there)):
        return None
    named = [one for one in listed if alike(wanted, one) == 100]
    confirmed = any(one is there for one in named)
    if named and not confirmed:
        return named[0] if len(named) == 1 and near(wanted, named[0]) and not surely else None
    if there is not None and (surely or confirmed or _only_one_near(wanted, listed) is there):
        return there
    return None if surely or there is not None else _titled(wanted, listed)


def at(wanted: Media, listed: Iterable[Media]) -> Media | None:
    """What stands at its place, if only one does; specials are never counted through."""
    through = wanted.order == "absolute" and wanted.season != 0
    found = [
        one
        for one in listed
        if one.number == wanted.number and (one.season != 0 if through else one.season == wanted.season)
    ]
    return found[0] if len(found) == 1 else None


def alike(one: Media, other: Media) -> float:
    """How alike their titles are, in percent. Numbers have to agree, and a title that only numbers says nothing."""
    first, second = plain(one.title), plain(other.title)
    words = [word for word in first.split() if not word.isdecimal()]
    if not second or numbers(first) != numbers(second) or (len(words) < 2 and numbers(first)):
        return 0
    return fuzz.ratio(first, second) if words else 0


def near(one: Media, other: Media) -> bool:
    """Were both first shown at about the same day?"""
    return one.aired is not None and other.aired is not None and abs(one.aired - other.aired) <= DAYS


def _only_one_near(wanted: Media, listed: Iterable[Media]) -> Media | None:
    """Where a whole season came out in a day, the day says nothing."""
    found = [one for one in listed if near(wanted, one)]
    return found[0] if len(found) == 1 else None


def _titled(wanted: Media, listed: Iterable[Media]) -> Media | None:
    """The one with the likest title, if it was first shown at about the same day."""
    ranked = sorted(listed, key=lambda one: -alike(wanted, one))
    best = [alike(wanted, one) for one in ranked[:2]] + [0, 0]
    sure = best[0] >= LIKE and best[0] - best[1] >= AHEAD and near(wanted, ranked[0])
    return ranked[0] if sure else None
