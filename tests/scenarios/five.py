"""Mara's household with all five: Plex and Trakt, a diary at Letterboxd, ratings at IMDb by file, episodes at Serializd."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from tests.scenarios.diary import Diary
from tests.scenarios.household import Drawer
from watchweave.engine.handing import Said, handed_in
from watchweave.errors import WatchWeaveError
from watchweave.sandbox.imdb import Imdb
from watchweave.sandbox.serializd import Serializd
from watchweave.services.registry import service

NAMES = ("plex", "trakt", "letterboxd", "imdb", "serializd")
PAST = 1_760_000_000
"""No file is newer than the clock of this machine, so her time begins before it."""


class Five(Diary):
    """`imdb` and `serializd` are what she does there."""

    def __init__(self, folder: Path, **more: object) -> None:
        every = tuple((a, b) for a in NAMES for b in NAMES if a != b)
        super().__init__(folder, **{"directions": every, "start": PAST, **more})

    def join(self):
        letterboxd = super().join()
        self.imdb = Imdb(self.world).join("mara")
        self.simulated_serializd = Serializd(self.world)
        self.serializd = self.simulated_serializd.join("mara", email="mara@example.org", password="correct horse")
        return (*letterboxd, "imdb", "serializd")

    def start(self):
        token = self.simulated_serializd.sign_in.token(self.serializd)
        self.drawers["serializd"] = Drawer(token=token, username="mara", named=token)
        super().start()

    def hand_in_all(self) -> None:
        """She downloads all exports there are, and imports them; what is older than what is there is refused, and what
        only looks so, since she took back what was newer, is not."""
        files = {"letterboxd": (("export.zip", self.mara.export(), ""),)}
        files["imdb"] = tuple(
            (f"{which}.csv", self.imdb.export(which), "" if which == "ratings" else which)
            for which in ("ratings", "watchlist")
        )
        names = {account.name for account in self.person.accounts}
        for name, content, said in (file for kind in files if kind in names for file in files[kind]):
            path = self.folder / name
            path.write_bytes(content)
            os.utime(path, (self.now(), self.now()))
            kinds = {kind: service(kind) for kind in files}
            try:
                found = handed_in(self.home, kinds, path, Said(said, anyway=True))
            except WatchWeaveError as refused:
                if "is older than" not in str(refused):
                    raise
            else:
                assert found is not None
                found.keep(self.home)

    def carry(self) -> None:
        """She carries what waits: uploads to Letterboxd, and types into IMDb."""
        for name, content in self.offered().items():
            if name.startswith("letterboxd"):
                self.mara.upload(content.encode(), "watchlist" if "-watchlist-" in name else "diary")
                continue
            for row in csv.DictReader(io.StringIO(content)):
                work = self.world.services["imdb"].titles.find(row["Const"]).work
                if "-watchlist-" in name:
                    self.imdb.wish(work)
                else:
                    self.imdb.rate(work, int(row["Your Rating"]))

    def entered(self, uid: str) -> list[int]:
        """When the diary at Serializd says that it was watched."""
        return sorted(e.at for e in self.serializd.entries.values() if e.work.uid == uid and e.is_log)
