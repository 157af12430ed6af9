"""Reading every account once, all at the same time, and proving what each reading may be used for."""

from __future__ import annotations

import asyncio
import gc
import logging
import sqlite3
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ..core.records import DAY, Record
from ..errors import Incomplete, ServiceError, SignInNeeded, UnexpectedAnswer, WatchWeaveError
from ..services.base import Reading, to_the_end
from ..storage.accounts import Accounts, Cursor
from ..storage.history import Plays
from ..storage.journal import Journal
from ..storage.staging import LISTS, SHELVES, sort_of
from ..storage.store import Store, whole
from ..storage.values import Values
from .lists import find, shelve
from .party import How, Look, Party

log = logging.getLogger("watchweave")

Ask = Callable[[], Awaitable[Reading[Any]]]

PORTION = 8_000
"""Records that are staged in one transaction."""
FEW = 1_000
"""So many are staged at once; more of them in a thread, so that the services are asked on meanwhile."""
USUAL = gc.get_threshold()
SELDOM = (100_000, *USUAL[1:])
"""Objects that are made before the collector looks for circles among them: reading makes millions, and hardly a circle."""
SUSPICIOUS_FROM = 3
"""An empty reading is doubted where at least so many records were seen before."""
SUSPICIOUS_SHARE = 90
"""So is one of less than this percentage of what was agreed, while the account says that nothing moved."""
OF_THE_RUN = (WatchWeaveError, sqlite3.Error, MemoryError)
"""Errors of the database, or of the machine: they are no account's, and end the run."""
OF_ROWS = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError)
"""Of those, the ones that only say that what an account gave us is nothing to be stored."""


class Fetch:
    """The reading part of one run. Everything read is staged; nothing that is remembered changes, but for new names."""

    def __init__(self, store: Store, run: int, clock: Callable[[], int], stop: asyncio.Event) -> None:
        self.store = store
        self.run = run
        self.clock = clock
        self.stop = stop
        self.plays = Plays(store.db)
        self.busy = False
        """Has any reading brought rows?"""
        self.thorough = False
        """Read everything completely, whatever the stamps say."""
        self.strange: dict[int, int] = {}
        """Accounts whose plays somebody is to hear of for the first time though not all that we wrote there was ever
        read, and when we last wrote: what a reading of all of it does not show yet may still be ours."""
        self.behind: set[int] = set()
        """Accounts of which is read, too, what happened before our own last write."""
        self.accounts = Accounts(store)
        self.journal = Journal(store)

    async def all(self, parties: Sequence[Party]) -> None:
        """Read everybody who is asked; a failing account does not disturb the others."""
        with seldom_collected():
            await self._lists([party for party in parties if party.lists])
            await self._unless_stopped([party for party in parties if party.asked], self.one)
            await self._unless_stopped([p for p in parties if p.told and p.takes_plays()], self._know_form)

    async def _lists(self, parties: Sequence[Party]) -> None:
        """Each list of theirs becomes a shelf, once it is known which there are; where that fails, none takes part."""
        found: list[Party] = []

        async def ask(party: Party) -> None:
            if (
                await self.supervised(party, LISTS, partial(find, party, self.store, self.confirm, self.clock()))
                is None
            ):
                found.append(party)

        if parties:
            await self._unless_stopped([party for party in parties if party.asked], ask)
        for party in parties:
            shelve(party, self.store, found=party in found)

    async def _unless_stopped(self, parties: Sequence[Party], read: Callable[[Party], Awaitable[None]]) -> None:
        """Read these, each in the same way. Once the person ends the run, what is not whole yet is given up."""
        if self.stop.is_set():
            return
        reading = asyncio.gather(*map(read, parties))
        stopped = asyncio.ensure_future(self.stop.wait())
        try:
            await asyncio.wait((reading, stopped), return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()
        finally:
            stopped.cancel()
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _know_form(self, party: Party) -> None:
        """How many plays of one film an account keeps may be a setting of it: known before plays are planned for it."""
        if not party.confirmed and party.look("history").whole and (self.busy or self.plays.owes(party.id)):
            await self.supervised(party, "settings", partial(self.confirm, party))
            party.told = party.told and party.confirmed
            if party.new_epoch:
                await self._readers(party, ("news", "quiet", "own"))

    async def look_behind(self, parties: Sequence[Party]) -> None:
        """Read of these, too, what happened just before our own last write: something is to be written there."""
        self.behind |= {party.id for party in parties}
        await self._unless_stopped(parties, partial(self._anew, so_far=("own",)))
        await self._unless_stopped([party for party in parties if party.takes_plays()], self._know_form)

    async def one(self, party: Party) -> None:
        """Read one account."""
        await self._anew(party, ("none",))

    async def _anew(self, party: Party, so_far: Sequence[How]) -> None:
        """Make the readings that have come only so far; if that shows a new epoch, all of the account is read anew."""
        known = party.new_epoch
        await self._readers(party, so_far)
        if party.new_epoch and not known:
            await self._readers(party, ("news", "quiet", "own"))

    async def _readers(self, party: Party, so_far: Sequence[How]) -> None:
        """Make those readings of an account that have come only so far."""
        readers = [(reader, covered) for reader, covered in party.readers().items() if party.look(reader).how in so_far]
        await asyncio.gather(*(self._reader(party, reader, covered) for reader, covered in readers))

    async def _reader(self, party: Party, reader: str, covered: Sequence[str]) -> None:
        look, shelves = Look(began=self.clock()), [SHELVES[name] for name in covered]
        party.stage.clear(shelves)
        try:
            problem = await self.supervised(party, reader, partial(self._read, party, reader, covered, look))
        except asyncio.CancelledError:
            party.stage.clear(shelves)
            raise
        if problem is not None:
            party.stage.clear(shelves)
            look.how, look.why = "none", str(problem)
        for name in covered:
            party.looks[name] = replace(look, how="news") if sort_of(name) in look.lacks and look.whole else look

    async def supervised(self, party: Party, what: str, ask: Callable[[], Awaitable[None]]) -> ServiceError | None:
        """Do this for one account. What goes wrong is its problem, even if the mistake is ours: the others go on."""
        problem: ServiceError
        try:
            await ask()
            return None
        except ServiceError as said:
            problem = said
        except Exception as fault:
            ends = isinstance(fault, OF_THE_RUN) and not isinstance(fault, OF_ROWS)
            if ends or (self.store.source is not None and not whole(self.store.source)):
                raise
            problem = mistake(party, what, fault)
        party.problems.append(problem)
        return problem

    async def _read(self, party: Party, reader: str, covered: Sequence[str], look: Look) -> None:
        shelf = party.service.shelves[reader]
        before = self.accounts.cursor(party.id, reader)
        stamp = await shelf.stamp()
        look.untouched = stamp is not None and stamp == before.own
        if party.new_epoch or self._stale(party, reader, covered, before, look.began):
            before = Cursor(looked=before.looked, complete=before.complete, doubted=before.doubted, stamp=before.stamp)
        elif stamp is not None and stamp == before.stamp:
            look.how, look.cursor = "quiet", Cursor(before.value, stamp, look.began, before.complete)
            return
        elif party.id not in self.behind and await self._unmoved(party, reader, before.own, stamp, look):
            look.how = "own"
            return
        reading = await self._take(party, partial(shelf.read, before.value), covered, look)
        if look.how == "news" and stamp is not None and not self._explained(party, covered, reading):
            reading = await self._take(party, partial(shelf.read, None), covered, look)
        if look.how == "complete" and self._suspicious(party, covered, before, stamp):
            reading = await self._take(party, partial(shelf.read, None), covered, look)
            if look.how == "complete" and self._suspicious(party, covered, before, stamp):
                look.doubted = True
        complete = look.began if look.how == "complete" else before.complete
        look.cursor = Cursor(reading.cursor, stamp, look.began, complete)

    async def _unmoved(self, party: Party, reader: str, own: str | None, stamp: str | None, look: Look) -> bool:
        """Has nothing happened since our own last write? Without a stamp the cursor that it left must bring nothing."""
        if own is None or stamp is not None:
            return own is not None and own == stamp
        covered = party.readers()[reader]
        await self._take(party, partial(party.service.shelves[reader].read, own), covered, look)
        return look.how == "news" and not any(party.stage.staged(SHELVES[name]) for name in covered)

    async def _take(self, party: Party, ask: Ask, covered: Sequence[str], look: Look) -> Reading[Record]:
        """Stage one reading; one that turns out not to be all there is is read once more, then it is partial."""
        for attempt in ("first", "again"):
            party.stage.clear([SHELVES[name] for name in covered])
            reading = await ask()
            try:
                await self._stage(party, reading)
            except Incomplete as reason:
                reading.partial = reason.message
                if attempt == "again":
                    party.problems.append(reason)
            if reading.missed:
                party.problems.append(Incomplete(party.service.title, reading.missed))
            reading.partial = reading.partial or reading.missed
            if not reading.partial and party.stage.nameless & {SHELVES[name] for name in covered}:
                reading.partial = "something in it names nothing"
            if not reading.partial or reading.missed:
                break
        written = self.strange.get(party.id) if "history" in covered else None
        if written is not None and look.began < written + party.form("history").settle:
            reading.partial = reading.partial or "what we wrote there just now may not show yet"
        look.how = "partial" if reading.partial else "complete" if reading.complete else "news"
        look.why = reading.partial
        if look.how == "complete":
            await self.confirm(party)  # absence is used too
        self._place(party, reading, covered, look)
        kinds = reading.kinds or frozenset().union(*(party.service.shelves[name].kinds for name in covered))
        look.kinds = frozenset(int(kind) for kind in kinds)
        return reading

    def _place(self, party: Party, reading: Reading[Record], covered: Sequence[str], look: Look) -> None:
        """What was staged, under known names, beside what is known to be newer, or not spoken of."""
        look.made, look.lacks = reading.made, reading.lacks
        renames = "history" in covered and party.form("history").renames
        if not renames and reading.made is None and not reading.beyond:
            return
        with self.store.transaction():
            if renames:
                party.stage.rename()
            if look.how in ("complete", "news"):
                near = {SHELVES[n]: 0 if n == "watched" else party.form(n).near for n in covered}
                party.stage.stand(near, reading.made, reading.beyond)

    async def _stage(self, party: Party, reading: Reading[Record]) -> None:
        """Stage a portion at a time, while the next one arrives; the account is confirmed before the first row is used."""
        portion: list[Record] = []
        staging: asyncio.Task[None] | None = None
        pages = pages_of(reading)
        try:
            async for page in pages:
                portion += page
                if len(portion) >= PORTION:
                    if staging is not None:
                        await staging
                    staging = asyncio.create_task(self._keep(party, portion))
                    portion = []
        finally:
            if isinstance(pages, AsyncGenerator):
                await pages.aclose()  # a reading that is given up ends its requests first
            if staging is not None:
                await staging
            await self._keep(party, portion)

    async def _keep(self, party: Party, portion: list[Record]) -> None:
        if portion:
            self.busy = True
            await self.confirm(party)
            if len(portion) < FEW:
                self._take_in(party, portion)
            else:
                await to_the_end(asyncio.to_thread(self._take_in, party, portion))

    def _take_in(self, party: Party, portion: list[Record]) -> None:
        with self.store.transaction():
            party.stage.take(portion)

    async def confirm(self, party: Party) -> None:
        """Is this still the person, and the data, that the account was linked to? A new epoch empties what was known."""
        if party.confirmed:
            return
        identity = await party.service.identity()
        known = party.account
        if known.person is not None and known.person != identity.person:
            named = party.service.options.get("user")
            cause = f"Its setting `user` names {named}: correct it" if named else "Sign in with the right account"
            raise SignInNeeded(
                party.service.title,
                f'this sign-in belongs to {identity.name or "somebody else"}, but the account "{party.name}" is linked to'
                f" {known.person_name or 'another person'}. {cause}, or give this one another name.",
            )
        if party.confirmed:
            return
        party.confirmed = True
        if known.epoch != identity.scope or known.person is None:
            party.new_epoch = known.person is not None
            with self.store.transaction():
                if party.new_epoch:
                    self.store.db.execute("DELETE FROM handle WHERE account = ?", (party.id,))
                    self.store.db.execute("DELETE FROM alias WHERE account = ?", (party.id,))
                    Values(self.store.db).new_epoch(party.id)
                self.accounts.bind(party.id, identity.person, identity.name, identity.scope)
            known.person, known.person_name, known.epoch = identity.person, identity.name, identity.scope

    # ---------------------------------------------------------------- what a reading is worth
    def _stale(self, party: Party, reader: str, covered: Sequence[str], cursor: Cursor, now: int) -> bool:
        """Must this shelf be read completely, whatever its stamp says? What we wrote is to be seen within a day."""
        if cursor.looked is None or cursor.doubted:
            return True
        if any(self.accounts.cursor(party.id, name).looked != cursor.looked for name in covered):
            return True  # the person named this shelf in the settings only now, or again
        if party.service.shelves[reader].filed:
            return self.thorough or cursor.complete == 0 or now < cursor.looked
        if cursor.complete is None:
            return True
        unseen = cursor.own is not None or ("history" in covered and self.plays.unseen(party.id) > 0)
        stale = party.service.shelves[reader].stale
        if now < cursor.looked or now - cursor.complete >= (min(stale, DAY) if unseen else stale):
            return True
        strange = "history" in covered and party.id in self.strange
        return self.thorough or strange or any(self.journal.open(party.id, name) for name in covered)

    def _explained(self, party: Party, covered: Sequence[str], reading: Reading[Record]) -> bool:
        """Does the news say why the stamp moved? Equal counts alone prove nothing: one added and one removed cancel."""
        shelves = [SHELVES[name] for name in covered]
        if not any(party.stage.news(shelf) for shelf in shelves):
            return False
        shelf = shelves[0]
        known = party.stage.known(shelf) + (self.plays.unseen(party.id) if "history" in covered else 0)
        return reading.count is None or known + party.stage.fresh(shelf) == reading.count

    def _suspicious(self, party: Party, covered: Sequence[str], before: Cursor, stamp: str | None) -> bool:
        """Does a complete reading show so little that it is doubted?"""
        values = Values(self.store.db)
        stage = party.stage
        counts = [(stage.staged(SHELVES[name]), stage.known(SHELVES[name])) for name in covered]
        if "history" in covered and any(party.form(name).library for name in covered):
            counts = [stage.in_library()]
        if any(seen >= SUSPICIOUS_FROM and not shown for shown, seen in counts):
            return True
        if stamp is None or stamp != before.stamp:
            return False
        agreed = [(stage.staged(SHELVES[n]), values.agreed(party.id, SHELVES[n])) for n in covered if n != "history"]
        return any(shown * 100 < of * SUSPICIOUS_SHARE for shown, of in agreed)


def mistake(party: Party, what: str, fault: Exception) -> ServiceError:
    """A fault of ours in reading one account. Only its type and its places: its text and values may be secrets."""
    kind = type(fault).__name__
    places = [f"{Path(at.filename).name}:{at.lineno} ({at.name})" for at in traceback.extract_tb(fault.__traceback__)]
    log.debug("%s, %s: %s at %s", party.name, what, kind, " > ".join(places))
    told = f"a mistake of WatchWeave in reading {what}: {kind} at {places[-1]}; the other accounts go on. Please report it."
    return UnexpectedAnswer(party.service.title, told)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Within, the collector looks for circles more seldom, and not among what was there before."""
    gc.freeze()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*USUAL)
        gc.unfreeze()


def pages_of(reading: Reading[Record]) -> AsyncIterator[Sequence[Record]]:
    """The records of a reading as pages, however the shelf gave them."""
    if isinstance(reading.records, AsyncIterator):
        return reading.records
    return _portions(reading.records)


async def _portions(records: Sequence[Record], size: int = 2000) -> AsyncIterator[Sequence[Record]]:
    for start in range(0, len(records), size):
        yield records[start : start + size]
