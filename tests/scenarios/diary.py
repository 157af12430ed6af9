"""Mara's household with a Letterboxd diary beside Plex and Trakt, which she hands in and carries by hand."""

from __future__ import annotations

from collections import Counter

from tests.scenarios.household import Household
from watchweave.engine.handing import HandedIn, Said, handed_in
from watchweave.sandbox.letterboxd import Letterboxd
from watchweave.sandbox.letterboxd_rules import Options
from watchweave.services.registry import service

BOTH_WAYS = tuple((a, b) for a in ("plex", "trakt", "letterboxd") for b in ("plex", "trakt", "letterboxd") if a != b)


class Diary(Household):
    """`mara` is what she does at Letterboxd."""

    options = {"letterboxd": {"username": "mara"}}  # noqa: RUF012

    def __init__(self, folder, *, letterboxd: Options | None = None, **more):
        self.asked = letterboxd
        folder.mkdir(exist_ok=True)
        super().__init__(folder=folder, **{"directions": BOTH_WAYS, "checked": False, **more})

    def join(self):
        self.mara = Letterboxd(self.world, self.asked).join("mara")
        return ("letterboxd",)

    def hand_in(self) -> HandedIn:
        """She downloads an export, and imports it."""
        path = self.folder / "letterboxd.zip"
        path.write_bytes(self.mara.export())
        found = handed_in(self.home, {"letterboxd": service("letterboxd")}, path, Said())
        assert found is not None
        found.keep(self.home)
        return found

    def offered(self) -> dict[str, str]:
        """The files that wait for her."""
        return {path.name: path.read_text() for path in sorted((self.folder / "outbox").glob("*"))}

    def upload(self) -> None:
        """She carries what waits to Letterboxd, and leaves it where it was."""
        for name, content in self.offered().items():
            self.mara.upload(content.encode(), "watchlist" if "-watchlist-" in name else "diary")

    def diary(self, uid: str) -> list[str]:
        """On which days the film stands in the diary."""
        return sorted(entry.on for entry in self.mara.of(self[uid]) if entry.on)

    def rows(self) -> Counter[str]:
        """How often a film stands in the files that wait."""
        lines = [line for text in self.offered().values() for line in text.splitlines()[1:]]
        return Counter(line.split(",")[0] for line in lines)
