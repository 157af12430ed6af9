"""What people download from a service and hand to us, read without harm whoever made it: tables, archives, XML, JSON."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from html import escape
from html.parser import HTMLParser
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import TypeVar, cast
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

import msgspec
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped]

from ..errors import UnexpectedAnswer
from .archives import Archive
from .tables import Row, fault, opened, rows, shown, written

__all__ = [  # all that an adapter needs
    "Archive",
    "Row",
    "digest",
    "feed",
    "html_of",
    "json_value",
    "rows",
    "text_of",
    "written",
]

T = TypeVar("T")

FEED, FEED_DEPTH = 5 << 20, 100
"""Bytes of XML at most, and elements within elements."""
JSON, JSON_DEPTH = 200 << 20, 64

_PAGE = re.compile(rb"\s*(?:<!doctype\s+html|<html)", re.IGNORECASE)
_BRACKETS = re.compile(rb'(?:[^]"\[{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?+)*+([\[{]++|[]}]++|\Z)', re.DOTALL)
"""The next brackets of JSON that stand in no text."""

_NO_TAG = re.compile(r"""<(?!/?[A-Za-z](?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>)""")
"""What only looks as if a tag began; each Python would make something else of it."""
_BLOCKS = frozenset({"p", "div", "blockquote", "ul", "ol", "li"})
_BLOCK = "\f"
"""Where one of them begins or ends; as a control character it is in no text."""
_UNSEEN = dict.fromkeys((*range(32), *range(127, 160))) | {ord("\n"): "\n", ord("\t"): " "}
"""The control characters; a tab parts words."""


def digest(title: str, path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    seen = sha256()
    with opened(title, path, path.name) as file:
        while piece := file.read(1 << 20):
            seen.update(piece)
    return seen.hexdigest()


def feed(title: str, raw: bytes, name: str = "") -> Element:
    """The root of an XML document. Raises UnexpectedAnswer where it is none, or too large, or has a DTD or entities."""
    refusal = partial(fault, title, name or "the feed", advice="Is it the right one?")
    if len(raw) > FEED:
        raise refusal(f"is larger than {FEED >> 20} MiB")
    if _PAGE.match(raw):
        raise refusal("is a web page")
    parser = DefusedXMLParser(target=_Shallow(refusal(f"is more than {FEED_DEPTH} elements deep")), forbid_dtd=True)
    try:
        parser.feed(raw)
        return cast("Element", parser.close())
    except DefusedXmlException as error:
        raise refusal("has a DTD or entities, which we do not read") from error
    except (ParseError, LookupError, ValueError) as error:  # the last two: an encoding that nobody knows
        raise refusal(f"cannot be read ({shown(str(error))})") from error


def json_value(title: str, source: Path | bytes, shape: type[T], name: str = "") -> T:
    """What JSON says, in this shape. Raises UnexpectedAnswer where it is none, not whole, or too large or too deep."""
    name = name or (source.name if isinstance(source, Path) else "the file")
    raw = _whole(title, source, name).removeprefix(BOM_UTF8)
    if _PAGE.match(raw):
        raise fault(title, name, "is a web page")
    if any(depth > JSON_DEPTH for depth in _depths(raw)):
        raise fault(title, name, f"is more than {JSON_DEPTH} levels deep")
    try:
        return msgspec.json.decode(raw, type=shape, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise fault(title, name, f"cannot be read ({shown(str(error))})") from error


def text_of(html: str) -> str:
    """The text of a piece of HTML. Line breaks stay, and paragraphs are parted by an empty line."""
    reader = _Text()
    reader.feed(_NO_TAG.sub("&lt;", html))
    reader.close()
    first, *others = "".join(reader.pieces).split(_BLOCK)
    return "\n\n".join(piece for piece in map(str.strip, (first, *others)) if piece) if others else first


def html_of(text: str) -> str:
    """HTML that says this text and nothing else: `text_of` makes the same of it, but for control characters.

    It does not begin with a sign that a spreadsheet obeys or takes for its own, so that its cell needs no protection.
    """
    text = text.translate(_UNSEEN)
    html = escape(text, quote=False)
    return f"&#{ord(text[0])};{html[1:]}" if text.startswith(("=", "+", "-", "@", "'")) else html


def _whole(title: str, source: Path | bytes, name: str) -> bytes:
    """All bytes of a file that is not too large."""
    with opened(title, BytesIO(source) if isinstance(source, bytes) else source, name) as file:
        if file.seek(0, SEEK_END) > JSON:
            raise fault(title, name, f"is larger than {JSON >> 20} MiB")
        file.seek(0)
        return file.read()


def _depths(raw: bytes) -> Iterator[int]:
    """How deep JSON is after each of its brackets, or several of one kind."""
    depth = 0
    for found in _BRACKETS.finditer(raw):
        begin, end = found.span(1)
        depth += end - begin if raw.startswith((b"[", b"{"), begin) else begin - end
        yield depth


class _Shallow(TreeBuilder):
    """Builds a tree that is not too deep."""

    def __init__(self, refusal: UnexpectedAnswer) -> None:
        super().__init__()
        self._refusal = refusal
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > FEED_DEPTH:
            raise self._refusal
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


class _Text(HTMLParser):
    """Collects what is text, and where lines and paragraphs end."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def set_cdata_mode(self, elem: str, **_: bool) -> None:
        """No element makes text of the tags in it; which ones do differs from one Python to the next."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.pieces.append("\n")
        elif tag in _BLOCKS:
            self.pieces.append(_BLOCK)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append(_BLOCK)

    def handle_data(self, data: str) -> None:
        self.pieces.append(data.translate(_UNSEEN))
