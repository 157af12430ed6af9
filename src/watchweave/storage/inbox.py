"""The inbox: files of services that a person handed in, of each sort the newest."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, unquote
from zipfile import ZIP_DEFLATED, ZipFile

from msgspec import Struct

from ..errors import StorageError

SHORT = 16
"""Digits of a digest that stand in a name."""


class Handed(Struct, frozen=True):
    """A file that was handed in. label: its sort; made: when what it says was so, in unix seconds; digest: of its content."""

    path: Path
    label: str
    made: int
    digest: str


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

    def hand_in(self, path: Path, label: str, made: int) -> Handed:
        """Keep a copy of this file in place of older ones of its sort. Raises StorageError where it cannot be kept."""
        digest, suffix = digest_of(path)[:SHORT], ".zip" if path.is_dir() else path.suffix
        kept = self.folder / f"{quote(label, safe=' ')}@{made}-{digest}{suffix}"
        if kept.exists():
            return _handed(kept)
        part = kept.with_suffix(".part")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.is_dir():
                _pack(path, part)
            else:
                shutil.copyfile(path, part)
            part.chmod(0o600)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(kept)
        except OSError as error:
            part.unlink(missing_ok=True)
            why = f"{path} cannot be copied into {self.folder} ({error.strerror})"
            raise StorageError(f"{why}. Check the space and the permissions there.") from error
        for one in self._all():
            if one.label == label and one.made <= made and one.path != kept:
                one.path.unlink()
        return _handed(kept)

    def _all(self) -> list[Handed]:
        if not self.folder.is_dir():
            return []
        return [_handed(path) for path in sorted(self.folder.glob("*@*-*")) if path.suffix != ".part"]


def _handed(path: Path) -> Handed:
    label, _, rest = path.stem.rpartition("@")
    made, _, digest = rest.rpartition("-")
    return Handed(path, unquote(label), int(made) if made.lstrip("-").isdigit() else 0, digest)


def digest_of(path: Path) -> str:
    """Of the content of a file, or of all files of a folder."""
    if path.is_dir():
        told = "\n".join(f"{one.relative_to(path)} {digest_of(one)}" for one in _files(path))
        return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pack(folder: Path, into: Path) -> None:
    """All files of a folder as an archive."""
    with ZipFile(into, "w", ZIP_DEFLATED, strict_timestamps=False) as archive:
        for path in _files(folder):
            archive.write(path, path.relative_to(folder))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
