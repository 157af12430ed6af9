"""A person's files, in the forms in which Trakt exports them and in ours, and the adapter that reads them."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from watchweave.contract.bench import Drawer, Stranger
from watchweave.services.base import Desk, Fleeting
from watchweave.services.http import Http
from watchweave.services.shoebox import Shoebox
from watchweave.storage.inbox import Inbox

HEAT = {"title": "Heat", "year": 1995, "ids": {"trakt": 615, "slug": "heat-1995", "imdb": "tt0113277", "tmdb": 949}}
ALIEN = {"title": "Alien", "year": 1979, "ids": {"trakt": 295, "slug": "alien-1979", "imdb": "tt0078748", "tmdb": 348}}
PEAKS = {"title": "Twin Peaks", "year": 1990, "ids": {"trakt": 1919, "tvdb": 70533, "imdb": "tt0098936", "tmdb": 1920}}
GIANT = {
    "season": 2, "number": 1, "title": "May the Giant Be with You",
    "ids": {"trakt": 251, "tvdb": 797571, "imdb": None, "tmdb": 39762},
}  # fmt: skip
SECOND = {"number": 2, "ids": {"trakt": 17, "tvdb": 16103, "tmdb": 4582, "tvrage": None}}


def at(text):
    """Unix seconds of `2026-11-01 20:05`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def iso(seconds):
    """As Trakt writes a time."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def film(thing=HEAT, **said):
    return {**said, "type": "movie", "movie": thing}


def episode(thing=GIANT, show=PEAKS, **said):
    return {**said, "type": "episode", "episode": thing, "show": show}


def season(thing=SECOND, show=PEAKS, **said):
    return {**said, "type": "season", "season": thing, "show": show}


def series(thing=PEAKS, **said):
    return {**said, "type": "show", "show": thing}


class Box:
    """Her shoebox: what was handed in, and what a run reads of it."""

    def __init__(self, folder, zone="UTC"):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.desk = Desk(ZoneInfo(zone), Inbox(folder / "inbox"), Fleeting())

    def service(self, clock=None):
        return Shoebox(Http("Shoebox", {}, Shoebox.signer({}), Drawer(), clock=clock), {}, Stranger(), self.desk)

    def packed(self, files, name="trakt-export-mara.zip", made="2026-11-20 12:00"):
        """A ZIP of lists by the names of their files."""
        path, when = self.folder / name, datetime.fromisoformat(made).timetuple()[:6]
        with ZipFile(path, "w") as archive:
            for inside, rows in files.items():
                text = rows if isinstance(rows, str) else json.dumps(rows, separators=(",", ":"))
                archive.writestr(ZipInfo(f"{inside}.json", when), text, ZIP_DEFLATED)
        return path

    def file(self, name, said, written=None):
        """One JSON file."""
        path = self.folder / name
        path.write_text(said if isinstance(said, str) else json.dumps(said))
        if written is not None:
            os.utime(path, (written, written))
        return path

    def examine(self, path, said=""):
        return Shoebox.examine(path, said, self.desk.zone)

    def hand_in(self, path, said="", made=None):
        found = self.examine(path, said)
        self.desk.files.hand_in(path, found.label, found.made if made is None else made)
        return found

    def read(self, shelf="history", cursor=None):
        """All records of a reading, and the reading after its end."""

        async def run():
            service = self.service()
            async with service.http:
                reading = await service.shelves[shelf].read(cursor)
                pages = reading.records
                records = [r async for page in pages for r in page] if hasattr(pages, "__aiter__") else list(pages)
            return records, reading

        return asyncio.run(run())

    def shelves(self):
        return set(self.service().shelves)
