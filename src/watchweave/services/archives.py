"""Exports of many files: a ZIP archive that a stranger may have made, or the folder that it was unpacked to."""

from __future__ import annotations

import io
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from copy import copy
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from msgspec import Struct

from ..errors import UnexpectedAnswer
from .tables import AGAIN, Row, fault, rows, shown, unreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LARGEST = 50 << 20
"""Bytes of an archive at most."""
ENTRIES = 2_000
UNPACKED = 200 << 20
"""Bytes that come out of an export at most, all of its files together."""
RATIO = 100
"""Bytes that come out of one packed byte at most."""
DIRECTORY = 1 << 20
"""Bytes that are read at most to find out what is in an archive; its directory has some hundred for each file."""

LEADS_OUT = "holds a name that leads out of it"
LINK = "holds a link, or something else that is no file"
_LEADS_OUT = re.compile(r"/|[A-Za-z]:|.*[\\\0-\x1f\x7f]|(?:.*/)?\.\.(?:/|$)")
_PACKED = re.compile(r".*\.(?:zip|gz|tgz|tar|bz2|xz|zst|7z|rar)$", re.IGNORECASE)
_BEGINNINGS = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"(\xb5/\xfd", b"7z\xbc\xaf", b"Rar!")
"""How an archive begins, whatever it is called."""
_SECRET = 0x2041
"""The marks of an encrypted file: in the old way, in the strong one, and with its directory."""
_DAMAGED = (BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError)


class _File(Struct, frozen=True):
    """A file of an export: when it was written, how it is opened, how much may come out of it, and how much must."""

    at: float
    open: Callable[[], IO[bytes]]
    most: int = UNPACKED
    size: int | None = None


class Archive:
    """The files of an export by their names in it, as a ZIP or unpacked: an adapter need not know which.

    Where everything stands inside one folder, that folder is no part of the names. What macOS adds is left out.
    The times of a ZIP are in no zone: they are taken to be in this one. Raises UnexpectedAnswer, at any time, where
    the export is damaged, dangerous, or beyond the bounds of this module: what comes out is counted as it does,
    whatever the archive says of itself.
    """

    def __init__(self, title: str, path: Path, zone: tzinfo = UTC) -> None:
        self.title = title
        self.path = path
        self.made = 0
        """When the newest file was written, in seconds."""
        self._zone = zone
        self._files: Mapping[str, _File] = {}
        self._read: dict[str, int] = {}
        self._closing = ExitStack()

    def __enter__(self) -> Archive:
        with _sound(self.title, self.path.name), ExitStack() as opened:
            found = self._unpacked() if self.path.is_dir() else self._packed(opened)
            self._files = self._checked(found)
            newest = max((file.at for file in self._files.values()), default=0)
            self.made = int(newest or self.path.stat().st_mtime)
            self._closing = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    @property
    def names(self) -> Sequence[str]:
        """What is in it: "diary.csv", "lists/night-trains.csv"."""
        return tuple(self._files)

    @property
    def unpacked(self) -> int:
        """Bytes that came out until now; those that were read again count once."""
        return sum(self._read.values())

    def open(self, name: str) -> BinaryIO:
        """The bytes of a file, unpacked as they are read."""
        if name not in self._files:
            raise self._fault(f"has no {shown(name)}", "Is it the whole export?")
        file, count = self._files[name], partial(self._count, name)
        return io.BufferedReader(_Stream(self.title, self._named(name), file, count), 64 << 10)

    def rows(self, name: str, *, needs: Sequence[str] = (), lead: int = 0) -> Iterator[Row]:
        """The rows of a table in it, as `tables.rows` gives them."""
        with self.open(name) as stream:
            yield from rows(self.title, stream, needs=needs, lead=lead, name=self._named(name))

    def _checked(self, found: Iterable[tuple[str, _File]]) -> Mapping[str, _File]:
        """What is in the export, by clean names."""
        files: dict[str, _File] = {}
        for name, file in found:
            if _LEADS_OUT.match(name):
                raise self._fault(f"{LEADS_OUT} ({shown(name)})")
            if _junk(name):
                continue
            if _PACKED.match(name):
                raise self._fault(f"holds another archive ({shown(name)})", "Unpack it, and hand over that one.")
            if name in files:
                raise self._fault(f"holds {shown(name)} twice")
            files[name] = file
            if len(files) > ENTRIES:
                raise self._fault(f"holds more than {ENTRIES} files", "Is it the export?")
        tops = {name.partition("/")[:2] for name in files}
        if len(tops) == 1 and (top := "".join(tops.pop())).endswith("/"):
            return {name.removeprefix(top): file for name, file in files.items()}
        return files

    def _packed(self, opened: ExitStack) -> Iterator[tuple[str, _File]]:
        """The files of a ZIP by their names in it, which is open for as long as this says."""
        if not self.path.is_file():  # a pipe would be waited for
            raise self._fault("is no file", "Name the file that you downloaded.")
        file = opened.enter_context(_Sparing(self.path))
        file.refusal = self._fault(f"has a longer directory than {ENTRIES} files need", "Is it the export?")
        size = os.fstat(file.fileno()).st_size
        if size > LARGEST:
            raise self._fault(f"is larger than {LARGEST >> 20} MiB", "Is it the export?")
        if file.read(2) != b"PK":
            raise self._fault("is no ZIP archive")
        archive = opened.enter_context(ZipFile(file))
        file.left = None
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        ends = [0, *(info.header_offset + info.compress_size for info in infos)]
        if any(end > begin for end, begin in zip(ends, [*(info.header_offset for info in infos), size], strict=True)):
            raise self._fault("has files that lie in one another")
        for info in infos:
            if why := _wrong(info):
                raise self._fault(f"{why} ({shown(info.filename)})")
            if not info.is_dir():
                whole = copy(info)
                whole.file_size = UNPACKED + 1  # so all that there is comes out, and not what the directory says
                at, most = _written(info, self._zone), RATIO * info.compress_size
                yield info.filename, _File(at, partial(archive.open, whole), most, info.file_size)

    def _unpacked(self) -> Iterator[tuple[str, _File]]:
        """The files of a folder by their names in it."""
        for place, folders, files in os.walk(self.path, onerror=_raised):
            for name in sorted((*folders, *files)):
                path = Path(place, name)
                if path.is_symlink() or not (path.is_dir() or path.is_file()):
                    raise self._fault(f"{LINK} ({shown(name)})")
                if path.is_file():
                    at = path.stat().st_mtime
                    yield path.relative_to(self.path).as_posix(), _File(at, partial(io.FileIO, path))

    def _count(self, name: str, size: int) -> None:
        """So many bytes of this file came out."""
        self._read[name] = max(size, self._read.get(name, 0))
        if self.unpacked > UNPACKED:
            raise self._fault(f"unpacks to more than {UNPACKED >> 20} MiB", "Is it the export?")

    def _named(self, name: str) -> str:
        return f"{name} in {self.path.name}"

    def _fault(self, why: str, advice: str = AGAIN) -> UnexpectedAnswer:
        return fault(self.title, self.path.name, why, advice)


class _Sparing(io.FileIO):
    """A file of which only so much is read, until this is lifted: the directory of an archive may be endless."""

    left: int | None = DIRECTORY
    refusal: UnexpectedAnswer

    def read(self, size: int | None = -1, /) -> bytes:
        if self.left is None:
            return super().read(size)
        raw = super().read(size if size is not None and 0 <= size <= self.left else self.left + 1)
        self.left -= len(raw)
        if self.left < 0:
            raise self.refusal
        return raw


class _Stream(io.RawIOBase):
    """The bytes of one file of an export; it can go back to its beginning."""

    def __init__(self, title: str, name: str, file: _File, count: Callable[[int], None]) -> None:
        self._fault = partial(fault, title, name)
        self._sound = partial(_sound, title, name)
        self._file = file
        self._count = count
        self._inner: IO[bytes] | None = None
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        if (offset, whence) == (0, os.SEEK_SET):
            self._forget()
        elif (offset, whence) != (0, os.SEEK_CUR):
            raise io.UnsupportedOperation("a file of an export goes back to its beginning only")
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        with memoryview(buffer) as into, self._sound():
            self._inner = self._inner or self._file.open()
            raw = self._inner.read(into.nbytes)
            into[: len(raw)] = raw
        if not self._at and raw.startswith(_BEGINNINGS):
            raise self._fault("is itself an archive")
        self._at += len(raw)
        if self._at > self._file.most:
            raise self._fault(f"unpacks to more than {RATIO} times its size")
        self._count(self._at)
        if not raw and self._file.size not in (None, self._at):
            raise self._fault("is not as long as the archive says")
        return len(raw)

    def close(self) -> None:
        self._forget()
        super().close()

    def _forget(self) -> None:
        if self._inner:
            self._inner.close()
        self._inner, self._at = None, 0


@contextmanager
def _sound(title: str, name: str) -> Iterator[None]:
    """What the unpacker and the disk say is told as a fault of this file."""
    try:
        yield
    except _DAMAGED as error:
        raise fault(title, name, "is damaged, or breaks off") from error
    except OSError as error:
        raise unreadable(title, name, error) from error


def _wrong(info: ZipInfo) -> str:
    """Why a packed file is not taken, if so."""
    if _LEADS_OUT.match(info.orig_filename):
        return LEADS_OUT
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return LINK
    if info.flag_bits & _SECRET:
        return "is encrypted"
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # the others know no bound while they unpack
        return "is packed in a way that we do not read"
    return ""


def _written(info: ZipInfo, zone: tzinfo) -> float:
    """When a packed file was written; 0 if it does not say, for which ZIP has the year 1980."""
    try:
        return datetime(*info.date_time, tzinfo=zone).timestamp() if info.date_time[0] > 1980 else 0
    except ValueError:
        return 0


def _junk(name: str) -> bool:
    """Is this one of the files that macOS puts beside those of a person?"""
    *folders, last = name.split("/")
    return "__MACOSX" in folders or last.startswith("._") or last == ".DS_Store"


def _raised(error: OSError) -> None:
    raise error
