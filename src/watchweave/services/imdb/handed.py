"""The newest file of each sort: of those that were handed in, and of those that lie in the person's own folder."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import msgspec
from msgspec import Struct

from ...errors import Stopped, Unavailable
from ..base import Desk, Examined, Handed
from ..files import digest
from .export import LIST, Head, examine, list_of

SUFFIXES = ("", ".csv")
"""How the files end that are looked at: what is still being downloaded ends otherwise."""
MEANINGLESS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""How the names begin under which IMDb offers its files: they call no list by its name, and the next file has another."""


ANYWAY = (
    'If it is the right one, run "watchweave import FILE --anyway"; else take it out of the folder that csv_path names.'
)


class Found(Struct, frozen=True):
    """A file of the folder; see `Handed`."""

    path: Path
    label: str
    made: int
    digest: str = ""


class Noted(Struct, frozen=True):
    """What is remembered of the file that was taken last; see `Examined`."""

    digest: str
    titles: frozenset[str] = frozenset()
    newest: int | None = None


class Newest:
    """What an account has of files, in one run. place: a file or a folder of the person's, or nothing."""

    def __init__(self, title: str, desk: Desk, place: str, now: Callable[[], float]) -> None:
        self.title = title
        self._desk = desk
        self._files = desk.files
        self._place = place
        self._now = now

    def file(self, label: str) -> Handed | None:
        """The newest of this sort. Raises Stopped where it lies in the person's folder and is hardly the next one of hers."""
        kept = self._files.newest(label)
        found = sorted((one for one in self._found if one.label == label), key=lambda one: one.made)
        if not found or (kept is not None and kept.made >= found[-1].made):
            return self._noted(kept, ()) if kept and self._place else kept
        newest = Found(found[-1].path, label, found[-1].made, digest(self.title, found[-1].path))
        return self._noted(newest, sorted([*filter(None, [kept]), *found[:-1]], key=lambda one: one.made))

    def _noted(self, handed: Handed, others: Sequence[Handed]) -> Handed:
        """This file, which is to be remembered. One that nobody has seen yet is held against the one taken last, or, before
        there is any, against the last of the others."""
        name = f"file of {handed.label}"
        note = self._desk.notes.load(name)
        before = msgspec.json.decode(note, type=Noted) if note else None
        if before is not None and before.digest == handed.digest:
            return handed
        told = self._examined(handed)
        if isinstance(handed, Found):
            last = Examined("", 0, {}, (), {}, before.titles, before.newest) if before else None
            last = self._examined(others[-1]) if last is None and others else last
            if last and (doubt := told.doubt(last, handed.path.name)):
                raise Stopped(self.title, f"{doubt} {ANYWAY}")
        self._desk.notes.save(name, msgspec.json.encode(Noted(handed.digest, told.titles, told.newest)))
        return handed

    def _examined(self, handed: Handed) -> Examined:
        return examine(self.title, handed.path, handed.label, self._desk.zone) or Examined(
            handed.label, handed.made, {}
        )

    def lists(self) -> dict[str, Handed]:
        """The newest of each list, by its own name."""
        found: dict[str, Handed] = {}
        for label in sorted({*self._files.labels(), *(one.label for one in self._found)}):
            own, handed = list_of(label), self.file(label)
            if own and handed and (own not in found or found[own].made < handed.made):
                found[own] = handed
        return found

    @cached_property
    def _found(self) -> list[Found]:
        if not self._place:
            return []
        place = Path(os.path.expanduser(self._place))  # Path raises where nobody knows whose home it is
        if not os.access(place, os.R_OK):
            why = f"csv_path names {place}, which is not there or may not be read"
            raise Unavailable(self.title, f"{why}. Correct it in config.yml, or connect the disk.")
        paths = sorted(place.glob("*")) if place.is_dir() else [place]
        return [found for path in paths if _likely(path) and (found := self._looked_at(path))]

    def _looked_at(self, path: Path) -> Found | None:
        head = Head(self.title, path)
        made = min(head.written, int(self._now()))
        label = head.named(path.stem) or ("" if MEANINGLESS.match(path.stem) else f"{LIST} {path.stem}")
        return Found(path, label, made) if head.ours and label else None


def _likely(path: Path) -> bool:
    """Other files may lie in that folder."""
    visible = not path.name.startswith(".") and path.suffix.lower() in SUFFIXES
    return visible and path.is_file() and os.access(path, os.R_OK)
