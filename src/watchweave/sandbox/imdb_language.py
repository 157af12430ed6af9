"""Reads the part of GraphQL that questions to IMDb are written in: from a text to a tree, not knowing any schema.

Not read: fragments with names, directives, subscriptions and texts in triple quotes; no question of the reference has
them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeVar

from msgspec import Struct

T = TypeVar("T")
TOKEN = re.compile(
    r"""(?:[\s,\ufeff]|\#[^\n]*)*
    (?: (?P<sign>\.\.\.|[!$():=@\[\]{|}&])
      | (?P<name>[_A-Za-z][_0-9A-Za-z]*)
      | (?P<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![_.0-9A-Za-z])
      | (?P<text>"(?:[^"\\\n]|\\.)*")
      | (?P<end>\Z) )""",
    re.VERBOSE | re.ASCII,
)


class Unreadable(Exception):
    """There is a mistake in the document: nothing of it is done. `place`: line and column, from 1."""

    def __init__(self, message: str, place: tuple[int, int] | None = None, code: str = "VALIDATION_FAILED") -> None:
        super().__init__(message)
        self.place = place
        self.code = f"GRAPHQL_{code}"


class Token(Struct, frozen=True):
    kind: str
    text: str
    place: tuple[int, int]


class Type(Struct, frozen=True):
    """A name, or a list of another type; `required` with an exclamation mark."""

    name: str
    of: Type | None = None
    required: bool = False

    def __str__(self) -> str:
        return (f"[{self.of}]" if self.of else self.name) + "!" * self.required


class Variable(Struct, frozen=True):
    """`$name` where a value may stand."""

    name: str


class Word(Struct, frozen=True):
    """A value of an enum."""

    text: str


Value = None | bool | int | float | str | Variable | Word | Sequence["Value"] | Mapping[str, "Value"]


class Field(Struct, frozen=True):
    """One thing that is asked for; it is answered under `key`."""

    key: str
    name: str
    arguments: Mapping[str, Value]
    selections: tuple[Field | Inline, ...]
    place: tuple[int, int]


class Inline(Struct, frozen=True):
    """`... on Type { … }`"""

    type: str
    selections: tuple[Field | Inline, ...]
    place: tuple[int, int]


class Declared(Struct, frozen=True):
    """A variable of an operation; `given`: does it have a default?"""

    name: str
    type: Type
    default: Value
    given: bool
    place: tuple[int, int]


class Operation(Struct, frozen=True):
    kind: Literal["query", "mutation"]
    name: str
    variables: tuple[Declared, ...]
    selections: tuple[Field | Inline, ...]


def document(text: str) -> list[Operation]:
    """The operations of a document; raises Unreadable."""
    reader = Reader(text)
    operations = []
    while not reader.at_end:
        operations.append(_operation(reader))
    return operations


class Reader:
    """Goes through the tokens of a text."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._at]

    @property
    def at_end(self) -> bool:
        return self.next.kind == "end"

    def sees(self, text: str) -> bool:
        """Is this what comes next? A text in quotes never is."""
        return self.next.text == text

    def skip(self, text: str) -> bool:
        """Go past this, if it comes next."""
        found = self.sees(text)
        self._at += found
        return found

    def take(self, text: str) -> None:
        if not self.skip(text):
            raise self.wrong(f'"{text}"')

    def token(self, kind: str, what: str) -> str:
        """What comes next, if it is of this kind."""
        found = self.next
        if found.kind != kind:
            raise self.wrong(what)
        self._at += 1
        return found.text

    def name(self) -> str:
        return self.token("name", "a name")

    def wrong(self, what: str) -> Unreadable:
        found = self.next.text or "the end"
        return Unreadable(f"Syntax Error: there is {found} in place of {what}.", self.next.place, "PARSE_FAILED")

    def several(self, opening: str, closing: str, one: Callable[[Reader], T]) -> list[T]:
        """At least one, between these signs."""
        self.take(opening)
        found = [one(self)]
        while not self.skip(closing):
            found.append(one(self))
        return found

    def type(self) -> Type:
        if self.skip("["):
            inner = self.type()
            self.take("]")
            return Type("", inner, self.skip("!"))
        return Type(self.name(), None, self.skip("!"))


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    at, line = 0, 1
    while not tokens or tokens[-1].kind != "end":
        found = TOKEN.match(text, at)
        kind = (found.lastgroup if found else None) or "end"
        begins = found.start(kind) if found else at
        line += text.count("\n", at, begins)
        place = (line, begins - text.rfind("\n", 0, begins))
        if found is None:
            raise Unreadable("Syntax Error: this is no GraphQL.", place, "PARSE_FAILED")
        tokens.append(Token(kind, found[kind], place))
        at = found.end()
    return tokens


def _operation(reader: Reader) -> Operation:
    if reader.sees("{"):
        return Operation("query", "", (), _selections(reader))
    kind: Literal["query", "mutation"] = "mutation" if reader.sees("mutation") else "query"
    reader.take(kind)
    name = reader.name() if reader.next.kind == "name" else ""
    declared = reader.several("(", ")", _declared) if reader.sees("(") else []
    return Operation(kind, name, tuple(declared), _selections(reader))


def _declared(reader: Reader) -> Declared:
    place = reader.next.place
    reader.take("$")
    name = reader.name()
    reader.take(":")
    type = reader.type()
    given = reader.skip("=")
    return Declared(name, type, _value(reader) if given else None, given, place)


def _selections(reader: Reader) -> tuple[Field | Inline, ...]:
    return tuple(reader.several("{", "}", _selection))


def _selection(reader: Reader) -> Field | Inline:
    place = reader.next.place
    if reader.skip("..."):
        reader.take("on")
        return Inline(reader.name(), _selections(reader), place)
    key = name = reader.name()
    if reader.skip(":"):
        name = reader.name()
    arguments = _once(reader, reader.several("(", ")", _pair)) if reader.sees("(") else {}
    return Field(key, name, arguments, _selections(reader) if reader.sees("{") else (), place)


def _pair(reader: Reader) -> tuple[str, Value]:
    name = reader.name()
    reader.take(":")
    return name, _value(reader)


def _once(reader: Reader, pairs: Sequence[tuple[str, Value]]) -> Mapping[str, Value]:
    """These values by their names; a name may stand there once."""
    if len(found := dict(pairs)) < len(pairs):
        raise Unreadable("A name is given twice.", reader.next.place)
    return found


def _value(reader: Reader) -> Value:
    token = reader.next
    if token.kind == "name":
        word = reader.name()
        words: dict[str, Value] = {"true": True, "false": False, "null": None}
        return words[word] if word in words else Word(word)
    if token.kind == "text":
        return _text(reader)
    if token.kind == "number":
        number = reader.token("number", "a number")
        return int(number) if re.fullmatch(r"-?\d+", number) else float(number)
    if reader.skip("$"):
        return Variable(reader.name())
    if reader.skip("["):
        values: list[Value] = []
        while not reader.skip("]"):
            values.append(_value(reader))
        return values
    reader.take("{")
    pairs: list[tuple[str, Value]] = []
    while not reader.skip("}"):
        pairs.append(_pair(reader))
    return _once(reader, pairs)


def _text(reader: Reader) -> str:
    place, written = reader.next.place, reader.token("text", "a text")
    try:
        return str(json.loads(written))
    except ValueError:
        raise Unreadable("Syntax Error: this text is not well written.", place, "PARSE_FAILED") from None
