"""The service in memory, on which the scenarios run, is held to what every service promises."""

from contextlib import asynccontextmanager

from tests.support.memory import Box, Memory, MemoryShelf, Thing
from tests.support.town import DIARY, PLEXLIKE, STARS, TRAKTLIKE
from watchweave.contract import ServiceContract
from watchweave.contract.bench import Stranger
from watchweave.core.media import Kind, Media
from watchweave.core.records import Copy, Form

FILMS = {name: Thing(name, name.title()) for name in ("heat", "ran", "alien")}
OTHERS = {"pilot": Thing("pilot", "Pilot", kind=Kind.EPISODE), "lost": Thing("lost", "Lost", kind=Kind.SHOW)}
NOWHERE = {"nowhere": Thing("nowhere", "Nowhere")}


class Library(MemoryShelf):
    """What the reading of the history says of the library."""

    record = Copy
    name = "collection"
    read_by = "history"
    form = Form(library=True, times=False)


class MemoryContract(ServiceContract):
    forms: dict

    def setup_method(self):
        self.things_there = FILMS | OTHERS | NOWHERE
        self.box = Box("memory", self.forms, unknown={"nowhere"})

    @asynccontextmanager
    async def open(self):
        memory = Memory(self.box, self.things_there, self.now, Stranger())
        if "watched" in self.forms:
            memory.shelves["collection"] = Library(memory)
        yield memory

    def media(self, uid):
        thing = self.things_there[uid]
        return Media(thing.kind, thing.ids, thing.title, thing.year, keys=(uid,))

    def things(self, shelf):
        return [self.media(uid) for uid in FILMS | OTHERS]

    def unknown(self, shelf):
        return self.media("nowhere")

    def put(self, shelf, record):
        uid = record.media.key
        {
            "history": lambda: self.box.watch(uid, record.at, self.now()),
            "watched": lambda: self.box.flags.update({uid: self.now()}),
            "ratings": lambda: self.box.rate(uid, record.value, self.now()),
            "watchlist": lambda: self.box.wish(uid, self.now()),
            "collection": lambda: self.box.library.add(uid),
        }[shelf]()
        self.box.move("history" if shelf in ("watched", "collection") else shelf)

    def break_off(self, shelf):
        self.box.partial |= {"history", "ratings", "watchlist"}


class TestMemoryWithFlags(MemoryContract):
    forms = PLEXLIKE


class TestMemoryByMinutes(MemoryContract):
    forms = TRAKTLIKE


class TestMemoryByDays(MemoryContract):
    forms = DIARY


class TestMemoryOfFiveStars(MemoryContract):
    forms = STARS
