"""The inbox: files of services that a person handed in, of each sort the newest."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from msgspec import Struct

from ..errors import StorageError

SHORT = 16
"""Digits of a digest that stand in a name."""
PART = ".part"
"""What is being copied."""
NAME = re.compile(rf"([^@]+)@(-?[0-9]{{1,10}})-([0-9a-f]{{{SHORT}}})(\..*)?", re.ASCII | re.DOTALL)
"""How the files are called that are ours; who puts others beside them does not disturb."""
READ = frozenset({".csv", ".json"})
"""Of a folder, what an export consists of; other things may lie there."""
DENSE = 50
"""What would shrink by more than this is packed as it is: archives that shrink by far more pass for attacks."""
_DAMAGED = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


class Handed(Struct, frozen=True):
    """A file that was handed in. label: its sort; made: when what it says was so, in unix seconds; digest: of its content."""

    path: Path
    label: str
    made: int
    digest: str

    @property
    def whole(self) -> bool:
        """Is its content still what was handed in?"""
        with suppress(OSError):
            return self.digest == digest_of(self.path)[:SHORT] or self.digest == _digest_packed(self.path)[:SHORT]
        return False


class Inbox:
    """What was handed in for one account."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def newest(self, label: str) -> Handed | None:
        """The newest file of this sort; of two made at one time, either."""
        return max((one for one in self._all() if one.label == label), key=lambda one: one.made, default=None)

    def labels(self) -> Sequence[str]:
        """The sorts of which there are files."""
        return sorted({one.label for one in self._all()})

    def hand_in(self, path: Path, label: str, made: int, check: Callable[[Path], object] | None = None) -> Handed:
        """Keep a copy of this file in place of older ones of its sort. Raises StorageError where it cannot be kept.

        check: looks at the copy of a folder, which is packed, before it replaces anything; what it raises is raised.
        """
        digest, suffix = digest_of(path)[:SHORT], ".zip" if path.is_dir() else path.suffix
        name = f"{quote(label, safe=' ')}@{made}-{digest}{suffix if suffix != PART else ''}"
        kept = Handed(self.folder / name, label, made, digest)
        if kept.path.exists() and kept.whole:
            return kept
        part = self.folder / f"{digest}{PART}"
        try:
            self._copy(path, part, check)
            part.replace(kept.path)
        except OSError as error:
            why = f"{path} cannot be copied into {self.folder} ({error.strerror})"
            raise StorageError(f"{why}. Check the space and the permissions there.") from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        for one in self._all():
            if one.label == label and one.made <= made and one.path != kept.path:
                one.path.unlink()
        return kept

    def _copy(self, path: Path, part: Path, check: Callable[[Path], object] | None) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_dir():
            _pack(path, part)
        else:
            shutil.copyfile(path, part)
        part.chmod(0o600)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        if check and path.is_dir():
            check(part)

    def _all(self) -> list[Handed]:
        if not self.folder.is_dir():
            return []
        return [handed for path in sorted(self.folder.iterdir()) if (handed := _handed(path)) is not None]


def _handed(path: Path) -> Handed | None:
    """What its name says; None where it is none of ours."""
    found = NAME.fullmatch(path.name)
    if not found or path.suffix == PART or not path.is_file():
        return None
    label, made, digest, _ = found.groups()
    return Handed(path, unquote(label), int(made), digest)


def digest_of(path: Path) -> str:
    """Of the content of a file, or of all files of a folder that are read."""
    if path.is_dir():
        return _digest_all([(name, digest_of(one)) for name, one in _files(path)])
    with path.open("rb") as file:
        return _digest(file)


def _digest(file: IO[bytes]) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # what is packed is read as well


def _digest_all(files: Sequence[tuple[str, str]]) -> str:
    return hashlib.sha256("\n".join(f"{name} {digest}" for name, digest in files).encode()).hexdigest()


def _digest_packed(path: Path) -> str:
    """Of a folder that we packed; nothing where it is none, or damaged."""
    with suppress(*_DAMAGED), ZipFile(path) as archive:
        found = []
        for name in archive.namelist():
            with archive.open(name) as file:
                found.append((name, _digest(file)))
        return _digest_all(found)
    return ""


def _pack(folder: Path, into: Path) -> None:
    """The files of a folder that are read, as an archive."""
    with ZipFile(into, "w", strict_timestamps=False) as archive:
        for name, path in _files(folder):
            archive.write(path, name, ZIP_STORED if _dense(path) else ZIP_DEFLATED)


def _dense(path: Path) -> bool:
    """Would it shrink so much that it passes for an attack?"""
    packer, size = zlib.compressobj(), 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            size += len(packer.compress(piece))
    return path.stat().st_size > DENSE * (size + len(packer.flush()))


def _files(folder: Path) -> list[tuple[str, Path]]:
    """Those that are read, and their names in an archive, which has no place for names in an unknown writing."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in READ and path.is_file())
    return [(_named(path.relative_to(folder).as_posix()), path) for path in paths]


def _named(name: str) -> str:
    raw = os.fsencode(name)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
