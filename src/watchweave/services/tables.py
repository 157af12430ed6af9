"""Tables of comma-separated values (RFC 4180): read from files that strangers may have made, and written for others."""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from ..errors import UnexpectedAnswer

ROWS = 1_000_000
CELL = 64 << 10
"""Bytes of one cell at most."""
LINE = 256 << 10
"""Bytes of one line of the file at most."""
ROW = 1 << 20
"""Bytes of a row over several lines. One that goes on for longer has a quote that nobody closed."""
LARGEST = 512 << 20
"""Bytes of a table at most: a million rows of half a kilobyte."""

AGAIN = "Download the export again."

_WINDOWS = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
_OPEN = re.compile(r'(?:(?:"(?:[^"]++|"")*+"[^,]*+|[^",][^,]*+|),)*+"(?!(?:[^"]++|"")*+")')
"""A line whose last cell begins with a quote and does not end in this line."""
_OBEYED = re.compile(r"'*[=+\-@\t\r\0]")
"""How a cell begins that a spreadsheet obeys, or that would be taken for one that we protected."""


class Row(Struct, frozen=True):
    """One row of a table, and the line of the file in which it begins.

    Where there is a `fault` there are no cells, and what the row says is unknown: the reading is not complete.
    The fault goes on after "line 7 ".
    """

    line: int
    cells: Mapping[str, str] = {}
    fault: str = ""

    def __getitem__(self, column: str) -> str:
        """The text in this column; "" where the cell is empty or the table has no such column."""
        return self.cells.get(column, "")


class _Record(Struct, frozen=True):
    """A row before its cells have names."""

    line: int
    cells: Sequence[str] = ()
    fault: str = ""


def shown(text: str, most: int = 80) -> str:
    """How a text of a stranger begins, on one line, without signs that a terminal obeys."""
    piece = "".join(letter if letter.isprintable() else " " for letter in text[:most]).strip()
    return piece if len(text) <= most else f"{piece}…"


def fault(title: str, name: str, why: str, advice: str = AGAIN) -> UnexpectedAnswer:
    """What is wrong with the file of this name, and what to do."""
    return UnexpectedAnswer(title, f"{shown(name)} {why}. {advice}")


def unreadable(title: str, name: str, error: OSError) -> UnexpectedAnswer:
    """What the disk says of a file."""
    return fault(title, name, f"cannot be read ({error.strerror or error})", "Check its permissions and the disk.")


@contextmanager
def opened(title: str, source: Path | BinaryIO, name: str) -> Iterator[BinaryIO]:
    """The bytes of a file, or of a stream that stays open. What goes wrong on the disk is told as a fault of it."""
    try:
        if not isinstance(source, Path):
            yield source
        elif source.is_file():
            with source.open("rb") as file:
                yield file
        else:  # a pipe would be waited for
            raise fault(title, name, "is no file", "Name the file that you downloaded.")
    except OSError as error:
        raise unreadable(title, name, error) from error


def rows(
    title: str, source: Path | BinaryIO, *, needs: Sequence[str] = (), name: str = "", lead: int = 0
) -> Iterator[Row]:
    """The rows of a table, one after the other, in UTF-8 or in what Windows wrote before it.

    A stream is read from its beginning, twice. The names of columns are in small letters; of two of one name the first
    counts. Empty lines are no rows. The header is the first row that names all columns of `needs`, below `lead` other
    rows at most: so a table is found that stands below another one. Cells that `written` protected are as before.

    Raises UnexpectedAnswer where this is another file, or beyond all bounds. A row that cannot be used does not end
    the table: it comes with its fault.
    """
    name = name or (source.name if isinstance(source, Path) else "the table")
    with opened(title, source, name) as stream:
        records = _records(title, name, stream)
        header = _header(title, name, islice(records, lead + 1), needs)
        places = {column: header.index(column) for column in header}
        for number, record in enumerate(records, 1):
            if number > ROWS:
                raise fault(title, name, f"has more than {ROWS:,} rows", "Split it, and hand over the parts.")
            yield _row(record, len(header), places)


def written(header: Sequence[str], rows: Iterable[Sequence[str]], *, protect: bool = True) -> bytes:
    """A table in UTF-8 with CRLF. What a spreadsheet would obey gets a `'` before it, which `rows` takes off again;
    not so with `protect=False`, for importers to whom that sign would be a part of the text."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in (header, *rows):
        writer.writerow([f"'{cell}" if protect and _OBEYED.match(cell) else cell for cell in row])
    return text.getvalue().encode("utf-8", "replace")


def _header(title: str, name: str, records: Iterable[_Record], needs: Sequence[str]) -> list[str]:
    """The names of the columns, once all that are needed are there."""
    first: _Record | None = None
    for record in records:
        header = [cell.strip().lower() for cell in record.cells]
        if any("\0" in cell for cell in header):  # further below, NUL is rare damage and stays in its cell
            raise fault(title, name, "is no text in UTF-8", "Save it as CSV in UTF-8.")
        if not record.fault and set(needs) <= set(header):
            return header
        first = first or record
    if first is None:
        raise fault(title, name, "is empty")
    if first.fault:
        raise fault(title, name, f"has no header: line {first.line} {first.fault}")
    begins = f'its first line is "{shown(", ".join(first.cells))}"'
    raise fault(title, name, f"needs the columns {', '.join(needs)}; {begins}", "Is it the right file?")


def _row(record: _Record, width: int, places: Mapping[str, int]) -> Row:
    cells = record.cells
    if record.fault:
        return Row(record.line, fault=record.fault)
    if len(cells) != width:
        return Row(record.line, fault=f"has another number of cells ({len(cells)}) than the header ({width})")
    return Row(record.line, {column: _unprotected(cells[place]) for column, place in places.items()})


def _unprotected(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _OBEYED.match(cell) else cell


def _records(title: str, name: str, stream: BinaryIO) -> Iterator[_Record]:
    """All rows but the empty ones. After a quote that is never closed there is none: what follows may be within it."""
    decoded = _decoder(title, name, stream)
    lines = enumerate(_lines(title, name, stream), 1)
    for number, raw in lines:
        if not raw.strip(b"\r\n"):
            continue
        whole, size = [decoded(raw)], len(raw)
        inside = _ends_inside(whole[0])
        while inside:
            _, raw = next(lines, (0, b""))
            size += len(raw)
            if not raw or size > ROW:
                yield _Record(number, fault="opens a quote that is never closed; nothing from there on was read")
                return
            whole.append(decoded(raw))
            inside = _ends_inside('"' + whole[-1])
        yield _record(number, whole, size)


def _ends_inside(line: str) -> bool:
    """Does a line end within quotes? One that begins within them needs another quote before it."""
    return '"' in line and _OPEN.match(line) is not None


def _record(number: int, lines: Sequence[str], size: int) -> _Record:
    try:
        cells = next(csv.reader(lines, strict=True))
    except csv.Error as error:
        if "limit" not in str(error):
            return _Record(number, fault="has a quote or a line end where none may be")
        cells = []
    if size > CELL and (not cells or any(len(cell.encode()) > CELL for cell in cells)):
        return _Record(number, fault=f"has a cell of more than {CELL >> 10} KiB")
    return _Record(number, cells)


def _decoder(title: str, name: str, stream: BinaryIO) -> Callable[[bytes], str]:
    """What reads the lines of this file: all of it is UTF-8, or none of it is taken for that."""
    try:
        for line in _lines(title, name, stream):
            line.decode()
    except UnicodeDecodeError:
        return lambda line: line.decode("latin-1").translate(_WINDOWS)
    return bytes.decode


def _lines(title: str, name: str, stream: BinaryIO) -> Iterator[bytes]:
    """The lines of the file with their ends, none of them longer than may be."""
    stream.seek(0)
    size = 0
    while line := stream.readline(LINE + 1):
        if len(line) > LINE:
            raise fault(title, name, f"has a line of more than {LINE >> 10} KiB; it is no table")
        yield line if size else line.removeprefix(BOM_UTF8)
        size += len(line)
        if size > LARGEST:
            raise fault(title, name, f"is larger than {LARGEST >> 20} MiB", "Split it, and hand over the parts.")
