"""A member of the simulated Letterboxd, what she hands in and carries, and the adapter."""

from __future__ import annotations

import csv
import io
from zipfile import ZipFile
from zoneinfo import ZoneInfo

from watchweave.contract.bench import Drawer
from watchweave.core.media import Kind, Media
from watchweave.sandbox.letterboxd import Letterboxd as Simulated
from watchweave.sandbox.letterboxd_rules import Options
from watchweave.sandbox.server import transport
from watchweave.sandbox.world import World, invented
from watchweave.services.base import Desk, Fleeting
from watchweave.services.http import Clock, Http
from watchweave.services.letterboxd import Letterboxd
from watchweave.storage.inbox import Inbox

DAY = 86_400


class Pace:
    def __init__(self):
        self.until = 0.0

    def wait_until(self):
        return self.until

    def hold(self, until):
        self.until = until


class WorldTime(Clock):
    """The world's time; sleeping moves it."""

    def __init__(self, world):
        self.world = world

    def now(self):
        return self.world.now()

    def steady(self):
        return self.world.now()

    async def sleep(self, seconds):
        self.world.clock.advance(seconds)


class Member:
    """She: `person` at the site; `desk` is ours beside it. Runs are the adapter's, one after the other."""

    def __init__(self, folder, options=None, zone="Pacific/Auckland"):
        self.folder = folder
        self.world = World(invented(movies=130, shows=2, seasons=1, episodes=3))
        self.simulated = Simulated(self.world, options or Options())
        self.works = self.world.catalogue
        self.person = self.simulated.join("mara")
        self.desk = Desk(ZoneInfo(zone), Inbox(folder / "inbox"), Fleeting())
        self.said = None

    def service(self):
        """The adapter of a new run."""
        hosts = {"site_url": "https://letterboxd.com"}
        door = transport(self.world)
        signer = Letterboxd.signer(Drawer())
        http = Http(
            "Letterboxd", hosts, signer, Pace(), transport=door, limits=Letterboxd.limits, clock=WorldTime(self.world)
        )
        return Letterboxd(http, {"username": "Mara"}, Nobody(), self.desk)

    def export(self, name="export.zip"):
        """What she downloads, as a file."""
        self.folder.mkdir(exist_ok=True)
        path = self.folder / name
        path.write_bytes(self.person.export())
        return path

    def hand_in(self, *, again=True):
        """She downloads an export, and imports it; not `again` if it says what the one before said."""
        path = self.export()
        said = told(path)
        if said != self.said or again:
            self.said = said
            found = Letterboxd.examine(path, "", self.desk.zone)
            self.desk.files.hand_in(path, found.label, int(self.world.now()))

    def media(self, uid, *, own=False):
        """A film as others name it; its own name at Letterboxd, too."""
        work = self.works[uid]
        ids = {space: str(work.ids[space]) for space in ("imdb", "tmdb") if space in work.ids}
        code = self.simulated.films.known(work).code.rpartition("/")[2]
        return Media(Kind.MOVIE, ids, work.title, work.year, keys=(f"film:{code}",) if own else ())


class Nobody:
    """To whom nothing is known."""

    def unknown(self, keys):
        return set(keys)


def told(path):
    """What an export says, whenever it was made."""
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def table(content):
    """The rows of a CSV as mappings."""
    return list(csv.DictReader(io.StringIO(content.decode())))
