"""Reads from the name of a file which episodes are in it, where it says that there are several."""

from __future__ import annotations

import re

MOST = 5
"""More episodes than these in one file are not believed from its name alone (matching, section 4)."""

_SIGNS = r"(?P<by>[ ._+&–—-]*)"
_BARE = r"[-–](?P<bare>[0-9]{1,3})(?![0-9a-z]|\.[0-9](?![0-9a-z]))"
"""A number without a letter: behind a hyphen that touches both, and no part of a size, a year or a count of speakers."""
_FIRST = re.compile(
    r"(?<![0-9a-z])(?:s(?P<s>[0-9]{1,4})[ ._-]*ep?(?P<e>[0-9]{1,4})|(?P<x>[0-9]{1,2})x(?P<n>[0-9]{1,3}))"
)
_AFTER_E = re.compile(
    rf"{_SIGNS}(?:s(?P<s>[0-9]{{1,4}})[ ._-]*)?ep?(?P<number>[0-9]{{1,4}})(?![0-9]|(?!ep?[0-9]|[sv][0-9])[a-z])|{_BARE}"
)
_AFTER_X = re.compile(rf"{_SIGNS}(?P<s>[0-9]{{1,2}})?x(?P<number>[0-9]{{1,3}})(?![0-9]|(?![xv][0-9])[a-z])|{_BARE}")


def episodes_in(path: str, season: int, number: int) -> range:
    """The numbers of the episodes in this file, if it names several and this one of this season is among them; else
    nothing. A name that can be read in two ways names one.

    >>> list(episodes_in("/tv/Dark/Dark.S01E01-E03.mkv", 1, 1)), list(episodes_in("Dark - 1x01-720p.mkv", 1, 1))
    ([1, 2, 3], [])
    """
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    for first in _FIRST.finditer(name):
        found = _range(name, first)
        if int(first["s"] or first["x"]) == season and number in found:
            return found if 1 < len(found) <= MOST else range(0)
    return range(0)


def _range(name: str, first: re.Match[str]) -> range:
    """All numbers from the first to the last that belong together; only a hyphen leaves out those between."""
    season, wide = int(first["s"] or first["x"]), len(first["e"] or first["n"])
    begin = last = int(first["e"] or first["n"])
    follow, place = _AFTER_E if first["e"] else _AFTER_X, first.end()
    while (more := follow.match(name, place)) and len(text := more["bare"] or more["number"]) >= wide:
        number, hyphen = int(text), more["bare"] or any(sign in more["by"] for sign in "-–—")
        if int(more["s"] or season) != season or number <= last or not (hyphen or number == last + 1):
            return range(0)
        last, place = number, more.end()
    return range(begin, last + 1)
