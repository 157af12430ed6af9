"""Files that people hand us: how they begin, and what is in them, packed or not."""

from __future__ import annotations

import gzip
import zlib
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

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
