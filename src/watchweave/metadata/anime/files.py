"""Lists as files: read piece by piece, so that no file, however made, takes more than a little memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from types import ModuleType
from typing import IO, NamedTuple, TextIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from ...errors import ConfigError

LARGEST = 128 << 20
"""Bytes of a file, and letters of an unpacked one; the largest list has a quarter of it."""
PIECE = 1 << 18
"""Letters of one piece; the largest known has some ten thousand."""
CHUNK = 1 << 16
INNER, DEEP = 20_000, 12
"""Elements within one piece of XML, and levels of them."""
PACKED = b"\x28\xb5\x2f\xfd"
_LONG = 12
_SPACE = re.compile(r"[ \t\r\n]*")


class Damaged(Exception):
    """The file is not what it should be; the text says why, as the rest of "it …"."""


class Rule(NamedTuple):
    """One `mapping` of the XML: its attributes and its text."""

    said: Mapping[str, str]
    text: str


class Anime(NamedTuple):
    """One `anime` of the XML: its attributes and its mappings."""

    said: Mapping[str, str]
    rules: Sequence[Rule]


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a list, unpacked. Raises ConfigError where it cannot be read at all, or breaks off while packed."""
    try:
        if not path.is_file():
            raise ConfigError(f"{path} is not a file. Name the list that you have downloaded.")
        if path.stat().st_size > LARGEST:
            raise ConfigError(f"{path} is larger than any list. Download it again; nothing of it was taken.")
        with path.open("rb") as file:
            if file.read(len(PACKED)) == PACKED:
                with _unpacked(path) as inner:
                    yield inner
                return
            file.seek(0)
            yield file
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.") from error


def unpacker() -> ModuleType | None:
    """What unpacks Zstandard, which the standard library can from Python 3.14 on."""
    try:
        return import_module("compression.zstd")
    except ImportError:
        return None


@contextmanager
def _unpacked(path: Path) -> Iterator[IO[bytes]]:
    module = unpacker()
    if module is None:
        raise ConfigError(
            f"{path} is packed with Zstandard, which this Python cannot read."
            f' Unpack it first ("zstd -d {path.name}"), or download mappings.min.json.'
        )
    try:
        with module.open(path, "rb") as file:
            yield file
    except (module.ZstdError, EOFError) as error:
        raise Damaged("breaks off, or is damaged") from error


def pieces(file: IO[bytes]) -> Iterator[tuple[str, object]]:
    """The members of a JSON object with their names, or those of an array with none, one at a time.

    Numbers of more than eleven digits stay texts. Raises Damaged where the file is no such thing, or not whole.
    """
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield from _pieces(Window(text))
    except UnicodeDecodeError as error:
        raise Damaged("is not a text in UTF-8") from error
    finally:
        text.detach()  # the file belongs to who opened it


def _pieces(window: Window) -> Iterator[tuple[str, object]]:
    opening = window.sign()
    closing = {"[": "]", "{": "}"}.get(opening)
    if closing is None:
        raise Damaged("is not JSON")
    sign = window.sign(closing)
    while sign != closing:
        name = window.name() if opening == "{" else ""
        yield name, window.value()
        sign = window.sign()
        if sign not in (",", closing):
            raise Damaged("breaks off, or is damaged")
    if window.sign():
        raise Damaged("goes on after its end")


class Window:
    """The part of a text that is looked at, and where in it."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.text = ""
        self.at = self.done = 0

    def sign(self, only: str = "") -> str:
        """The next sign that is no space, taken off; nothing at the end. With `only`: if it is that one."""
        sign = self.text[self.at] if self._past_space() else ""
        if only and sign != only:
            return ""
        self.at += len(sign)
        return sign

    def _past_space(self) -> bool:
        """Go to the next sign that is no space; is there one?"""
        while True:
            found = _SPACE.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return True
            if not self._more():
                return False

    def name(self) -> str:
        name = self.value()
        if not isinstance(name, str) or self.sign() != ":":
            raise Damaged("is not JSON")
        return name

    def value(self) -> object:
        """The next value, taken off; at most `PIECE` letters long."""
        self._past_space()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except ValueError:
                end = len(self.text)
            except RecursionError as error:
                raise Damaged("is nested too deeply") from error
            if end < len(self.text):  # else a number may go on
                self.at = end
                return value
            if len(self.text) - self.at > PIECE or not self._more():
                raise Damaged("breaks off, or is damaged")

    def _more(self) -> bool:
        new = self.file.read(CHUNK)
        self.text, self.at = self.text[self.at :] + new, 0
        self.done += len(new)
        if self.done > LARGEST:
            raise Damaged("is larger than any list")
        return bool(new)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) < _LONG else digits


_DECODER = json.JSONDecoder(parse_int=_whole)


def elements(file: IO[bytes]) -> Iterator[Anime]:
    """The `anime` elements of the XML, one at a time. Raises Damaged where the file is not such a list, or not whole."""
    steps = Steps(file)
    try:
        yield from _elements(iterparse(steps, events=("start", "end"), forbid_dtd=True), steps)
    except (ParseError, ValueError, LookupError) as error:  # ValueError: forbidden entities; both: unknown encodings
        raise Damaged("breaks off, or is damaged") from error


class Steps:
    """A file that gives at most a piece from one element to the next; the parser begins anew with each part of a long
    one (CVE-2023-52425).
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.since = 0

    def read(self, size: int) -> bytes:
        new = self.file.read(min(size, CHUNK))
        self.since += len(new)
        if self.since > PIECE:
            raise Damaged("breaks off, or is damaged")
        return new


def _elements(events: Iterator[tuple[str, Element]], steps: Steps) -> Iterator[Anime]:
    root, deep, inner = next(events)[1], 1, 0
    if root.tag != "anime-list":
        raise Damaged("is not a list of anime")
    for event, element in events:
        steps.since = 0
        deep, inner = (deep + 1, inner + 1) if event == "start" else (deep - 1, inner)
        if deep > DEEP or inner > INNER:
            raise Damaged("is nested too deeply")
        if deep == 1 and event == "end":
            if element.tag == "anime":
                rules = [Rule(dict(rule.attrib), rule.text or "") for rule in element.iterfind("mapping-list/mapping")]
                yield Anime(dict(element.attrib), rules)
            root.clear()
            inner = 0
