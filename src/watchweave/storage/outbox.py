"""The outbox: files that a person is to carry to a service, written whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import StorageError

UNUSUAL = re.compile(r"[^\w.]+")
PART = ".part"
"""What a file ends with until it is known that it is owed."""
OURS = re.compile(r".+-\d+-\d+of\d+\.csv(\.part)?")
"""What our files are called; whatever else lies there is somebody else's."""


class Unwritable(StorageError):
    """The folder of these files cannot be used now; nothing that is remembered is at stake."""


class Outbox:
    """The folder of these files. A file is first made ready; it is there once the journal says what stands in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ready(self, name: str, content: bytes) -> None:
        """Safe on disk, and not offered yet. Raises Unwritable where it cannot be."""
        path = self.folder / (name + PART)
        with self._told(path):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("wb") as file:
                path.chmod(0o600)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())

    def tidy(self, owed: Collection[str]) -> None:
        """What was made ready and is owed is there now, and of ours nothing else is. Raises Unwritable."""
        with self._told(self.folder):
            for path in sorted(self.folder.glob("*")):
                name = path.name.removesuffix(PART)
                if not OURS.fullmatch(path.name) or not path.is_file():
                    continue
                if name not in owed:
                    path.unlink(missing_ok=True)
                elif path.name != name:
                    path.replace(path.with_name(name))

    def has(self, name: str) -> bool:
        return (self.folder / name).is_file()

    @contextmanager
    def _told(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            why = f"{path} cannot be written ({error.strerror})"
            raise Unwritable(f"{why}. Check the space and the permissions of {self.folder}.") from error


def names(account: tuple[int, str], sheets: Sequence[str], person: str, run: int) -> list[str]:
    """What the files of a run for an account, of this number and name, are called: account, sheet where it has a name,
    person, run, and which part it is of how many. No two accounts have files of one name."""
    number, called = account
    numbered: dict[str, int] = {}
    found = []
    for sheet in sheets:
        numbered[sheet] = numbered.get(sheet, 0) + 1
        whose = word(called) if word(called) == called else f"{word(called)}.{number}"
        words = "-".join(filter(None, (whose, word(sheet), word(person), str(run))))
        found.append(f"{words}-{numbered[sheet]}of{sheets.count(sheet)}.csv")
    return found


def sheet_of(file: str) -> str:
    """The name of the sheet that a file of this name is, or nothing."""
    words = file.split("-")
    return words[1] if len(words) > 4 else ""


def word(name: str) -> str:
    """A name as a part of the name of a file."""
    return UNUSUAL.sub("_", name)
