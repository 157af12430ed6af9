"""What an account has beside its service: files that the person handed in, notes, and her time zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Protocol


class Handed(Protocol):
    """A file that the person handed in for an account. label: what it is, in the service's own words; made: when, in unix
    seconds, what it says was so; digest: of its content."""

    @property
    def path(self) -> Path: ...
    @property
    def label(self) -> str: ...
    @property
    def made(self) -> int: ...
    @property
    def digest(self) -> str: ...


class Files(Protocol):
    """What the person handed in for one account."""

    def newest(self, label: str) -> Handed | None:
        """The newest file of this label."""

    def labels(self) -> Sequence[str]:
        """Of which there are files."""


class Notes(Protocol):
    """What a service wants to remember of an account from run to run, to save requests; nothing that must not be lost."""

    def load(self, name: str) -> bytes:
        """What was saved last under this name; nothing where nothing was."""

    def save(self, name: str, value: bytes) -> None: ...


class Fleeting(dict[str, bytes]):
    """No files, and notes that last as long as this."""

    def newest(self, label: str) -> Handed | None:
        return None

    def labels(self) -> Sequence[str]:
        return ()

    def load(self, name: str) -> bytes:
        return self.get(name, b"")

    def save(self, name: str, value: bytes) -> None:
        self[name] = value


@dataclass(frozen=True, slots=True)
class Desk:
    """What an account has beside its service: the person's time zone, what was handed in, and notes."""

    zone: tzinfo = UTC
    files: Files = field(default_factory=Fleeting)
    notes: Notes = field(default_factory=Fleeting)
