"""The lists in an export: a file for each, in which a table of one row says which list it is, above that of its films."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from ..base import LeftOut
from ..files import Archive, Row
from .convert import code_of

FOLDER = "lists/"
BEGINS = b"Letterboxd list export"
ABOUT = ("date", "name", "tags", "url", "description")
FILMS = ("position", "name", "year", "url")
LINE = 4096
"""Bytes of the first two lines at most."""


class ListFile(Struct, frozen=True):
    """A list of the member's. own: the code of its address, which is what it stays to be; the file is called by its title."""

    file: str
    own: str
    title: str


def list_files(archive: Archive) -> Iterator[ListFile | LeftOut]:
    """All her lists; where nobody can tell which one a file is, why. What she deleted stands in another folder."""
    for name in archive.names:
        if name.startswith(FOLDER) and name.endswith(".csv"):
            yield _list_file(archive, name)


def _list_file(archive: Archive, name: str) -> ListFile | LeftOut:
    if not _begins_well(archive, name):
        return LeftOut(name, 1, "does not begin as a list does")
    about = next(_rows(archive, name), Row(2, fault="is all there is"))
    own, title = code_of(about["url"]), about["name"].strip()
    if about.fault or not (own and title):
        return LeftOut(name, about.line, about.fault or "has no name and address of a list")
    return ListFile(name, own, title)


def films(archive: Archive, one: ListFile) -> Iterator[Row]:
    """The rows of its films, in its order; none where the second table is missing: nothing stands on the list then."""
    below = islice(_rows(archive, one.file), 1, None)
    header = next(below, None)
    if header is None:
        return
    places = {header[column].strip().lower(): column for column in ABOUT}
    if header.fault or not places.keys() >= {*FILMS}:
        yield Row(header.line, fault=header.fault or f"does not have the columns {', '.join(FILMS)}")
        return
    for row in below:
        yield row if row.fault else Row(row.line, {name: row[column] for name, column in places.items()})


def _rows(archive: Archive, name: str) -> Iterator[Row]:
    """Both tables as one: they are equally wide, and a list without films, or a broken one, is no reason to refuse all."""
    return archive.rows(name, needs=ABOUT, lead=1)


def _begins_well(archive: Archive, name: str) -> bool:
    with archive.open(name) as stream:
        first, second = stream.readline(LINE).removeprefix(BOM_UTF8), stream.readline(LINE)
    return first.startswith(BEGINS) and second.decode("utf-8", "replace").strip().lower().split(",") == [*ABOUT]
