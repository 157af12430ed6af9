"""Answers as a Plex server writes them: one tree, as XML or as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from msgspec import Raw

XML = "text/xml;charset=utf-8"
JSON = "application/json"
HTML = "text/html"
TAGS = {"show": "Directory", "season": "Directory", "artist": "Directory", "album": "Directory"}
TAGS |= {"collection": "Directory", "track": "Track", "playlist": "Playlist", "photo": "Photo"}
ERRORS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}
ERRORS |= {429: "Too Many Requests"}
CHILDREN = frozenset({dict, list, tuple, Raw})
_SPECIAL = re.compile(r'[&<>"\n\r\t]')
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "", "\t": "&#9;"})

Tree = Mapping[str, object]


def error_page(status: int) -> bytes:
    """The HTML that a server answers with, also when JSON was asked for (plex.md 15.1)."""
    name = ERRORS.get(status, "Error")
    return f"<html><head><title>{name}</title></head><body><h1>{status} {name}</h1></body></html>".encode()


def written(name: str, tree: Tree, json: bool) -> bytes:
    """The tree under this root element. Values of type Raw are rows that are already rendered for this format."""
    return msgspec.json.encode({name: tree}) if json else declared(element(name, tree))


def declared(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()


def attribute(name: str, value: object) -> str:
    """` name="value"`; truth is written 1 and 0, None not at all."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f' {name}="{value.translate(_ESCAPES) if _SPECIAL.search(value) else value}"'
    return f' {name}="{int(value) if isinstance(value, bool) else value}"'


def is_child(value: object) -> bool:
    """Is this an element below, and not an attribute?"""
    return type(value) in CHILDREN


def element(name: str, tree: Tree) -> str:
    """One element with all below it."""
    opened, inner = parts(name, tree)
    return f"{opened}>{inner}</{name}>" if inner else f"{opened}/>"


def parts(name: str, tree: Tree) -> tuple[str, str]:
    """An element without its closing: `<name a="1"`, and the text of all below it."""
    attributes, inner = [f"<{name}"], []
    for key, value in tree.items():
        if is_child(value):
            inner.append(_below(key, value))
        else:
            attributes.append(attribute(key, value))
    return "".join(attributes), "".join(inner)


def _below(name: str, value: object) -> str:
    if isinstance(value, dict):
        return element(name, value)
    assert isinstance(value, list | tuple)
    return "".join([bytes(row).decode() if isinstance(row, Raw) else element(tag(name, row), row) for row in value])


def tag(name: str, row: Tree) -> str:
    """In XML the rows of `Metadata` are named after their kind (plex.md 2)."""
    return TAGS.get(str(row.get("type")), "Video") if name == "Metadata" else name


def halves(row: Tree, json: bool) -> tuple[bytes, bytes]:
    """A row cut where a user's own fields are to be put in; `joined` puts them in."""
    if json:
        return msgspec.json.encode(row)[:-1], b"}"
    name = tag("Metadata", row)
    opened, inner = parts(name, row)
    return opened.encode(), f">{inner}</{name}>".encode()


def joined(row: tuple[bytes, bytes], own: Tree, json: bool) -> Raw:
    """A row with the fields of one user."""
    head, tail = row
    if not own:
        middle = b""
    elif json:
        middle = b"," + msgspec.json.encode(own)[1:-1]
    else:
        middle = "".join([attribute(name, value) for name, value in own.items()]).encode()
    return Raw(head + middle + tail)


class Shape(msgspec.Struct, frozen=True):
    """Which fields and elements of a row were asked for; `below`: fields of its elements too."""

    json: bool
    detail: bool = False
    guids: bool = False
    without: frozenset[str] = frozenset()
    only_fields: frozenset[str] = frozenset()
    only_elements: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    below: bool = False

    def keeps(self, name: str, child: bool) -> bool:
        """Is this field (or element) of a row to be sent?"""
        only = self.only_elements if child else self.only_fields
        return name not in self.without and (not only or name in only)

    def trimmed(self, row: Tree) -> dict[str, object]:
        """The row without what was not asked for; what is empty is absent."""
        kept = ((name, value) for name, value in row.items() if value not in (None, (), []))
        found = {name: value for name, value in kept if self.keeps(name, is_child(value))}
        return {name: self._inner(value) for name, value in found.items()} if self.below else found

    def _inner(self, value: object) -> object:
        if isinstance(value, dict):
            return self.trimmed(value)
        return [self._inner(one) for one in value] if isinstance(value, list | tuple) else value


def shape(query: Mapping[str, str], api_version: str, *, json: bool, detail: bool, below: bool = False) -> Shape:
    """The shape that a request asks for. `includeFields` means "only these" from API version 1.0 on, before that it
    added fields that are usually left out (plex.md 4.3)."""
    lists = tuple(
        query.get(name, "") for name in ("excludeFields", "excludeElements", "includeFields", "includeElements")
    )
    made = _shape(json, detail, detail or query.get("includeGuids") == "1", _number(api_version) >= 1, lists)
    return msgspec.structs.replace(made, below=True) if below else made


@lru_cache(64)
def _shape(json: bool, detail: bool, guids: bool, new: bool, lists: tuple[str, ...]) -> Shape:
    fields, elements, only_fields, only_elements = (frozenset(filter(None, one.split(","))) for one in lists)
    if new:
        return Shape(json, detail, guids, fields | elements, only_fields, only_elements)
    return Shape(json, detail, guids, fields | elements, optional=only_fields)


def _number(version: str) -> float:
    try:
        return float(".".join(version.split(".")[:2]))
    except ValueError:
        return 0.0
