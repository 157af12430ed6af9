"""The media query language of a Plex server: from a query string to a test of items."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import unquote_plus

from msgspec import Struct

from .plex_library import Item, View

Value = int | float | str | bool | None
Row = Mapping[str, Item]
"""One line of the join over the levels that a query names: `{"show": …, "episode": …}`."""

OPERATORS = {
    "integer": ("=", "!=", ">>=", "<<=", "<=", ">="),
    "boolean": ("=",),
    "tag": ("=", "!="),
    "string": ("=", "!=", "==", "!==", "<=", ">="),
    "date": ("=", "!=", ">>=", "<<="),
    "guid": ("=", "!=", "=="),
}
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "mon": 2_592_000, "y": 31_536_000, "": 1}

_ARGUMENTS = {"type", "sort", "limit", "group", "sourceType", "clusterZoomLevel", "identifier"}
_ARGUMENT_STARTS = ("include", "exclude", "X-Plex-", "async", "check", "skip")
_KEY = re.compile(r"(?:(\w+)\.)?(\w+)([!<>=]*)")
_RELATIVE = re.compile(r"([+-])(\d+)(mon|[smhdwy]|)")


class BadQuery(Exception):
    """The server answers 400: an unknown field, an operator that its type lacks, or groups that do not close."""


class Field(Struct, frozen=True):
    """One field of one level: its type, and how to read it from an item with the view of a user."""

    type: str
    read: Callable[[Item, View], Value | frozenset[int]]


class Condition(Struct, frozen=True):
    """`level.name operator values`, any of the values."""

    level: str
    name: str
    field: Field
    operator: str
    values: tuple[int | float | str, ...]

    def holds(self, row: Row, view: View) -> bool:
        item = row.get(self.level)
        if item is None:
            return False
        found = self.field.read(item, view)
        if self.operator.startswith("!"):
            return found is not None and not any(self._compare(found, wanted) for wanted in self.values)
        return found is not None and any(self._compare(found, wanted) for wanted in self.values)

    def _compare(self, found: Value | frozenset[int], wanted: int | float | str) -> bool:
        if isinstance(found, frozenset):
            return wanted in found
        sign = "=" if self.operator == "!=" else self.operator.lstrip("!")
        return bool(_COMPARE[self.field.type, sign](found, wanted))


class Every(Struct, frozen=True):
    """All parts hold."""

    parts: tuple[Node, ...]

    def holds(self, row: Row, view: View) -> bool:
        return all(part.holds(row, view) for part in self.parts)


class Either(Struct, frozen=True):
    """At least one part holds."""

    parts: tuple[Node, ...]

    def holds(self, row: Row, view: View) -> bool:
        return any(part.holds(row, view) for part in self.parts)


Node = Condition | Every | Either


class Order(Struct, frozen=True):
    """One part of `sort`."""

    level: str
    field: Field
    descending: bool = False
    nulls_last: bool = False


def _text(compare: Callable[[str, str], bool]) -> Callable[..., bool]:
    return lambda found, wanted: compare(str(found).casefold(), str(wanted).casefold())


_NUMBERS: dict[str, Callable[..., bool]] = {
    "=": lambda found, wanted: found == wanted,
    ">>=": lambda found, wanted: found > wanted,
    "<<=": lambda found, wanted: found < wanted,
    "<=": lambda found, wanted: found <= wanted,
    ">=": lambda found, wanted: found >= wanted,
}
_STRINGS: dict[str, Callable[..., bool]] = {
    "=": _text(lambda found, wanted: wanted in found),
    "==": _text(lambda found, wanted: found == wanted),
    "<=": _text(str.startswith),
    ">=": _text(str.endswith),
}
_COMPARE = (
    {(kind, sign): compare for kind in ("integer", "date", "boolean") for sign, compare in _NUMBERS.items()}
    | {("string", sign): compare for sign, compare in _STRINGS.items()}
    | {("guid", sign): (lambda found, wanted: found == wanted) for sign in ("=", "==")}
)


def pairs(query: str) -> list[tuple[str, str]]:
    """Keys and values in their order; a key is all that stands before the last equals sign (plex.md 5.1).

    >>> pairs("lastViewedAt%3E%3E=-30d&title==Heat")
    [('lastViewedAt>>', '-30d'), ('title=', 'Heat')]
    """
    parts = (part.rpartition("=") for part in query.split("&") if "=" in part)
    return [(unquote_plus(key), unquote_plus(value)) for key, _, value in parts]


def is_argument(key: str) -> bool:
    """Is this an argument of the request, and not a field to filter by?"""
    return key in _ARGUMENTS or key.startswith(_ARGUMENT_STARTS)


class Grammar:
    """Reads filters and sort orders against the fields of the levels above and below one type."""

    def __init__(self, levels: Mapping[str, Mapping[str, Field]], level: str, now: int) -> None:
        self.levels = levels
        self.level = level
        self.now = now

    def filters(self, found: Iterable[tuple[str, str]]) -> Every:
        """The test that all these keys and values make; raises BadQuery."""
        tokens = [token for token in found if not is_argument(token[0])]
        node, rest = self._group(tokens)
        if rest:
            raise BadQuery("pop without push")
        return node if isinstance(node, Every) else Every((node,))

    def order(self, sort: str) -> tuple[Order, ...]:
        """The parts of a sort argument; raises BadQuery for a field that does not exist."""
        return tuple(self._order(part) for part in sort.split(",") if part)

    def field(self, name: str) -> tuple[str, Field]:
        """The level and field that a bare or scoped name means."""
        level, _, bare = name.rpartition(".")
        level = level or self.level
        if bare not in self.levels.get(level, {}):
            raise BadQuery(f"unknown field {name}")
        return level, self.levels[level][bare]

    def _order(self, part: str) -> Order:
        name, *features = part.split(":")
        level, field = self.field(name)
        return Order(level, field, "desc" in features, "nullsLast" in features)

    def _group(self, tokens: list[tuple[str, str]]) -> tuple[Node, list[tuple[str, str]]]:
        """What stands up to the closing pop, and the tokens from that pop on."""
        branches: list[list[Node]] = [[]]
        while tokens and tokens[0][0] != "pop":
            (key, value), tokens = tokens[0], tokens[1:]
            if key == "push":
                inner, tokens = self._group(tokens)
                if not tokens:
                    raise BadQuery("push without pop")
                tokens = tokens[1:]
                branches[-1].append(inner)
            elif key == "or":
                branches.append([])
            elif key != "and":
                branches[-1].append(self._condition(key, value))
        every = [Every(tuple(parts)) for parts in branches]
        return (every[0] if len(every) == 1 else Either(tuple(every))), tokens

    def _condition(self, key: str, value: str) -> Condition:
        match = _KEY.fullmatch(key)
        if not match:
            raise BadQuery(f"unknown field {key}")
        scope, name, sign = match.groups()
        level, field = self.field(f"{scope or self.level}.{name}")
        operator = sign + "="
        if operator not in OPERATORS[field.type]:
            raise BadQuery(f"{name} has no operator {operator}")
        values = tuple(self._value(field, one) for one in value.split(","))
        return Condition(level, name, field, operator, values)

    def _value(self, field: Field, text: str) -> int | float | str:
        if field.type in ("string", "guid"):
            return text
        relative = _RELATIVE.fullmatch(text)
        if field.type == "date" and relative:
            sign, amount, unit = relative.groups()
            return self.now + (1 if sign == "+" else -1) * int(amount) * UNITS[unit]
        try:
            return int(text) if field.type != "integer" or "." not in text else float(text)
        except ValueError:
            raise BadQuery(f"{text!r} is no {field.type}") from None


def conditions(node: Node) -> Iterator[Condition]:
    """Every condition of a test."""
    if isinstance(node, Condition):
        yield node
    else:
        for part in node.parts:
            yield from conditions(part)


def has_dates_in_groups(node: Node) -> bool:
    """Does this test join dates by OR? Some servers may refuse that across sections (plex.md 15.4)."""
    if isinstance(node, Either):
        return any(condition.field.type == "date" for condition in conditions(node))
    return isinstance(node, Every) and any(has_dates_in_groups(part) for part in node.parts)


def ordered(items: Iterable[Item], order: tuple[Order, ...], row: Callable[[Item], Row], view: View) -> list[Item]:
    """Items sorted; nothing is smaller than everything, unless `nullsLast` was said."""

    def rank(part: Order, item: Item) -> tuple[int, Value | frozenset[int]]:
        at = row(item).get(part.level)
        found = part.field.read(at, view) if at is not None else None
        if found is None:
            return (1 if part.nulls_last and not part.descending else -1, 0)
        return (0, found.casefold() if isinstance(found, str) else found)

    result = list(items)
    for part in reversed(order):
        result.sort(key=lambda item, part=part: rank(part, item), reverse=part.descending)  # type: ignore[misc]
    return result
