"""Numbers, as sources write them and as we count them."""

from __future__ import annotations

LONGEST = 11
"""A number with more digits than that is none of a season, a length or an id; neither would it fit into a database."""


def digits(value: object) -> str:
    """A whole number as text, from a number or a text; empty where it is none. 0 is one: specials are in season 0.

    >>> digits(" 07 "), digits(-1), digits("9" * 5000), digits(True)
    ('7', '', '', '')
    """
    said = str(value).strip() if isinstance(value, int | str) else ""
    return str(int(said)) if said.isascii() and said.isdecimal() and len(said) <= LONGEST else ""


def whole(value: object) -> int | None:
    """
    >>> whole("2004"), whole(0), whole(""), whole(None)
    (2004, 0, None, None)
    """
    return int(number) if (number := digits(value)) else None


def seconds(minutes: object) -> int | None:
    """A length as we count; 0 is none.

    >>> seconds(121), seconds("0"), seconds(None)
    (7260, None, None)
    """
    return (whole(minutes) or 0) * 60 or None
