"""Files that people hand us, how they begin and what is in them, packed or not; and the files that we make of them."""

from __future__ import annotations

import gzip
import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..errors import StorageError

HEAD = 4096
"""So many bytes of a file tell what it is."""


def head(path: Path, size: int = HEAD) -> bytes:
    """How a file begins, unpacked where it is packed. Nothing if it is no file, or cannot be read."""
    raw = b""
    with suppress(OSError, ValueError):
        if path.is_file():  # a pipe would be waited for
            with path.open("rb") as file:
                raw = file.read(16 * size)
    if packed(raw):
        with suppress(zlib.error):
            return zlib.decompressobj(wbits=31).decompress(raw, size)
    return raw[:size]


def packed(raw: bytes) -> bool:
    """Does what begins so say that it is packed by gzip?"""
    return raw[:2] == b"\x1f\x8b"


def unpacked(file: BinaryIO) -> gzip.GzipFile | BinaryIO:
    """What is in an open file. Some browsers unpack what they save, and leave it its name or not."""
    start = file.read(2)
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if packed(start) else file


def onto_disk(part: Path) -> None:
    """What was written there outlasts a power cut."""
    with part.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def writing(into: Path) -> Iterator[None]:
    """What goes wrong within is told as a fault of this file, which is as it was."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        why = f"{into} cannot be written ({error}). Check the space and the permissions of {into.parent}"
        raise StorageError(f"{why}, and that nobody else imports now; what was there before is as it was.") from error
