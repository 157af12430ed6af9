"""The outbox: files that a person is to carry to a service, written whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from ..errors import StorageError

UNUSUAL = re.compile(r"[^\w.-]+")
PART = ".part"
"""What a file ends with until it is known that it is owed."""


class Outbox:
    """The folder of these files. A file is first made ready; it is there once the journal says what stands in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ready(self, name: str, content: bytes) -> None:
        """Safe on disk, and not offered yet. Raises StorageError where it cannot be."""
        path = self.folder / (name + PART)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("wb") as file:
                path.chmod(0o600)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            why = f"{path} cannot be written ({error.strerror})"
            raise StorageError(f"{why}. Check the space and the permissions of {self.folder}.") from error

    def offer(self, owed: Collection[str]) -> None:
        """What was made ready and is owed is there now; the rest of it never was."""
        for path in sorted(self.folder.glob(f"*{PART}")):
            if path.name.removesuffix(PART) in owed:
                path.replace(path.with_name(path.name.removesuffix(PART)))
            else:
                path.unlink()

    def drop(self, names: Collection[str]) -> None:
        """Nothing of these is owed any more."""
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def has(self, name: str) -> bool:
        return (self.folder / name).is_file()


def names(account: str, sheets: Sequence[str], person: str, run: int) -> list[str]:
    """What the files of a run are called, by the names of the sheets: each says which part it is of how many."""
    numbered: dict[str, int] = {}
    called = []
    for sheet in sheets:
        numbered[sheet] = numbered.get(sheet, 0) + 1
        words = "-".join(filter(None, (account, sheet, person, str(run))))
        called.append(f"{UNUSUAL.sub('_', words)}-{numbered[sheet]}of{sheets.count(sheet)}.csv")
    return called
