"""A person with several accounts in memory, a clock, and the verbs that tests speak."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from tests.support.memory import Box, Memory, Thing
from watchweave.core.plan import Change
from watchweave.core.records import Form
from watchweave.engine.decide import Terms
from watchweave.engine.home import kept_silent
from watchweave.engine.party import Party
from watchweave.engine.report import Report
from watchweave.engine.sync import Request, sync
from watchweave.engine.undo import Undo
from watchweave.metadata.base import Source
from watchweave.storage.accounts import Accounts
from watchweave.storage.journal import Journal
from watchweave.storage.matches import Matches
from watchweave.storage.staging import SHELVES, Stage
from watchweave.storage.store import Store, open_store

NOON = 1_780_000_020
MINUTE, HOUR, DAY = 60, 3600, 86_400

PLEXLIKE = {
    "history": Form(clock="now", library=True, settle=60),
    "watched": Form(clock="now", library=True, settle=60),
    "ratings": Form(steps=100, library=True, settle=60),
    "watchlist": Form(settle=60, times=False),
}
TRAKTLIKE = {
    "history": Form(clock="minute", again="another", settle=300),
    "ratings": Form(steps=10, settle=300),
    "watchlist": Form(settle=300),
}
DIARY = {
    "history": Form(clock="day", again="another", settle=300),
    "ratings": Form(steps=10, settle=300, times=False),
    "watchlist": Form(settle=300, times=False),
}
BLOG = {"reviews": Form(settle=60)}
LISTER = {"lists": Form(settle=60)}
STARS = {"ratings": Form(steps=5, settle=60, times=False), "watchlist": Form(settle=60)}


class Town:
    """Accounts by name, all two-way unless directions are given."""

    def __init__(
        self, directions: Sequence[tuple[str, str]] | None = None, terms: Terms | None = None, **forms: dict[str, Form]
    ) -> None:
        self.time = NOON
        self.boxes = {name: Box(name, of) for name, of in forms.items()}
        self.directions = directions
        self.terms = terms or Terms()
        self.things: dict[str, Thing] = {}
        self.store: Store = open_store(None)
        self.report: Report | None = None
        self.sources: Sequence[Source] = ()
        self.named: Sequence[str] = ()
        """The shelves that the person names in the settings."""
        self.chosen: Sequence[str] | None = None
        """The lists that she names there."""

    def __getattr__(self, name: str) -> Box:
        boxes = self.__dict__.get("boxes", {})
        if name in boxes:
            return boxes[name]
        raise AttributeError(name)

    def film(self, *uids: str, **more: Any) -> None:
        """Films that exist, and stand in every library."""
        for uid in uids:
            self.things[uid] = Thing(uid, uid.title(), **more)
            for box in self.boxes.values():
                if "watched" in box.forms:
                    box.library.add(uid)

    def wait(self, seconds: int) -> None:
        self.time += seconds

    def clock(self) -> int:
        return self.time

    def parties(self, only: Sequence[str] = ()) -> tuple[int, list[Party]]:
        accounts = Accounts(self.store)
        with self.store.transaction():
            profile = accounts.profile("nate")
            rows = [accounts.account(profile, name, "memory") for name in self.boxes]
        found = []
        for rank, row in enumerate(rows):
            box = self.boxes[row.name]
            service = Memory(box, self.things, self.clock, Matches(self.store.db, row.id))
            silent, shelves = kept_silent(service.shelves, self.named), dict(service.shelves)
            lists: Any = shelves.pop("lists", None)
            stage = Stage(self.store.db, row.id, {SHELVES[name] for name in shelves})
            found.append(Party(row, rank, service, shelves, stage, silent=silent, lists=lists, chosen=self.chosen))
        return profile, found

    def sync(
        self, *, dry_run: bool = False, yes: bool = False, approved: Sequence[Change] = (), believed: Any = ()
    ) -> Report:
        """One run; it takes a few seconds of world time."""
        store = self.store
        if dry_run:
            self.store = store.scratch()
        try:
            profile, parties = self.parties()
            ids = {party.name: party.id for party in parties}
            pairs = self.directions
            if pairs is None:
                pairs = [(a, b) for a in ids for b in ids if a != b]
            request = Request(
                profile, [(ids[a], ids[b]) for a, b in pairs], self.terms, dry_run=dry_run, yes=yes, approved=approved,
                believed=frozenset((ids[name], shelf) for name, shelf in believed), sources=self.sources, memory=store, keeps=dry_run,
            )  # fmt: skip
            self.report = asyncio.run(sync(request, parties, self.store, self.clock, asyncio.Event()))
        finally:
            self.store = store
        return self.report

    def undo(self, run: int) -> Report:
        """Take one run back."""
        profile, parties = self.parties()
        ids = [party.id for party in parties]
        request = Request(profile, [(a, b) for a in ids for b in ids if a != b], self.terms)
        return asyncio.run(Undo(request, parties, self.store, self.clock, asyncio.Event()).run(run, dry_run=False))

    def settle(self, most: int = 6) -> int:
        """Sync until nothing is written and nothing is open; how many syncs that took."""
        for count in range(1, most + 1):
            before = self.writes()
            self.sync(yes=True)
            if self.writes() == before and not any(line.outcome == "pending" for line in self.report.changes):  # type: ignore[union-attr]
                return count
            self.wait(15 * MINUTE)
        raise AssertionError(f"not quiet after {most} syncs")

    def writes(self) -> int:
        return sum(box.writes for box in self.boxes.values())

    def approve(self, hold: str) -> Report:
        """Carry out exactly what a hold lists."""
        found = Journal(self.store).waiting()[int(hold[1:])]
        if found.check == "doubted":
            name = next(p.name for p in self.parties()[1] if p.id == found.account)
            return self.sync(believed=[(name, found.shelf)], approved=found.changes)
        return self.sync(approved=found.changes)

    def times(self, name: str, uid: str) -> list[int | None]:
        """When this account says that a film was watched."""
        return sorted((at for u, at, _ in self.boxes[name].plays.values() if u == uid), key=lambda at: at or 0)
