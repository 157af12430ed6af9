"""Carrying out a plan: the intention is on disk before a request leaves, and an unclear outcome is never sent again."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from ..core.media import Media
from ..core.merge import NEVER
from ..core.plan import Change
from ..core.records import Play, Record, Value, record
from ..errors import LimitReached, Rejected, ServiceError, Unavailable
from ..services.base import ListShelf, Refusal
from ..storage.accounts import Accounts
from ..storage.history import Plays
from ..storage.items import Items
from ..storage.journal import Journal, Row
from ..storage.lists import Lists, number_of
from ..storage.orders import Orders
from ..storage.outbox import Outbox, Unwritable
from ..storage.staging import RECORDS, SHELVES, is_list, sort_of
from ..storage.store import Store
from .carry import Carry
from .close import Close
from .ordering import Order, put_in_order
from .party import Party

OLD = 60
"""Seconds after which a reading is too old to begin to write by without asking the stamp again."""

Confirm = Callable[[Party], Awaitable[None]]


class Apply:
    """The writing part of one run. `stop` is set when the person wants it to end: no new batch is begun."""

    def __init__(
        self, store: Store, run: int, clock: Callable[[], int], stop: asyncio.Event, approved: Iterable[Change] = ()
    ) -> None:
        self.store = store
        self.run = run
        self.clock = clock
        self.stop = stop
        self.approved = {change.identity for change in approved}
        self.journal = Journal(store)
        self.plays = Plays(store.db)
        self.items = Items(store.db)
        self.accounts = Accounts(store)
        self.outcomes: dict[tuple[object, ...], tuple[str, str]] = {}
        self.orders: Sequence[Order] = ()
        """The lists that are to be put in order, after all changes."""
        self.outbox: Outbox | None = None
        """Where files go that the person is to carry."""

    async def all(self, parties: Sequence[Party], changes: Sequence[Change], confirm: Confirm) -> None:
        """Write to all accounts at once, one batch at a time each."""
        of_account: dict[int, list[Change]] = defaultdict(list)
        for change in changes:
            of_account[change.account].append(change)
        told = {*of_account, *(order.account for order in self.orders)}
        await asyncio.gather(*(self.one(party, of_account[party.id], confirm) for party in parties if party.id in told))

    async def one(self, party: Party, changes: Sequence[Change], confirm: Confirm) -> None:
        """Write to one account; a failure that concerns all of it ends it for this run."""
        begun: set[str] = set()
        try:
            known = party.new_epoch
            await confirm(party)
            if party.new_epoch and not known:  # the plan rests on data that are no more; the next run reads all anew
                return
            carried = [change for change in changes if party.shelves[change.shelf].carried and change.verb != "remove"]
            if carried and self.outbox and not self.stop.is_set():
                self._write_down(party, carried, self.outbox)
            changes = [change for change in changes if change not in carried]
            for shelf, verb, batch in batches(changes, party):
                reader = party.shelves[shelf].read_by or shelf
                if self.stop.is_set() or (reader not in begun and not await self._still(party, reader)):
                    return
                begun.add(reader)
                await self._batch(party, shelf, verb, batch)
                if verb == "add" and is_list(shelf):
                    self._append(party, shelf, batch)
            for order in [order for order in self.orders if order.account == party.id and not self.stop.is_set()]:
                begun.add(order.shelf)
                await self._put_in_order(party, order)
            await self._pass_by(party, begun)
        except ServiceError as problem:
            party.problems.append(problem)

    def _append(self, party: Party, shelf: str, batch: Sequence[Change]) -> None:
        """What has come into a list stands at its end, until a reading says otherwise."""
        done = [change.media for change in batch if self.outcomes.get(change.identity, ("",))[0] == "done"]
        with self.store.transaction():
            Orders(self.store.db).append(party.id, SHELVES[shelf], done)

    async def _put_in_order(self, party: Party, order: Order) -> None:
        """One list; that it cannot be is known by the next reading."""
        with self.store.transaction(durable=True):
            self.accounts.wrote(party.id, order.shelf, None)
        self.outcomes[order.identity] = ("failed", "nobody knows whether it was done")
        self.outcomes[order.identity] = await put_in_order(party, order, self.store, self.run, self.clock)

    def _write_down(self, party: Party, carried: Sequence[Change], outbox: Outbox) -> None:
        try:
            Carry(self, outbox).all(party, carried)
        except Unwritable as problem:
            party.problems.append(Unavailable(party.service.title, str(problem)))

    def refile(self, parties: Sequence[Party]) -> None:
        """What waits to be carried stands in files without what is not owed any more."""
        for party in parties:
            if self.outbox and self.journal.mixed(party.id):
                try:
                    Carry(self, self.outbox).again(party)
                except Unwritable as problem:
                    party.problems.append(Unavailable(party.service.title, str(problem)))

    async def _still(self, party: Party, reader: str) -> bool:
        """Is the reading that the plan rests on still good? An old one is only if the stamp has not moved."""
        look = party.look(reader)
        if self.clock() - look.began <= OLD:
            return True
        stamp = await party.service.shelves[reader].stamp()
        return stamp is None or stamp == look.cursor.stamp

    async def _pass_by(self, party: Party, readers: Iterable[str]) -> None:
        """Where these shelves stand now that we have written: that alone is no news to the next run."""
        for reader in sorted(readers):
            shelf = party.service.shelves[reader]
            with suppress(ServiceError):  # then what we wrote is read once more
                own = await shelf.stamp() or await shelf.passed(party.look(reader).cursor.value)
                with self.store.transaction():
                    self.accounts.wrote(party.id, reader, own)

    async def _batch(self, party: Party, shelf: str, verb: str, batch: Sequence[Change]) -> None:
        """One request, or as many as the service needs, for these changes; their outcome is written down."""
        rows = self._begin(batch, party.shelves[shelf].read_by or shelf)
        medias = self.items.load({change.media for change in batch}, party.id)
        records = self.records(party, batch, medias)
        place = party.service.shelves[shelf]
        stamp = place.told if isinstance(place, ListShelf) else ""
        act = getattr(place, "remove" if verb == "remove" else "add")
        carried = party.service.http.carried
        try:
            refusals = await act(records)
        except ServiceError as problem:
            if problem.unclear or party.service.http.carried > carried:
                self._wonder(rows, batch, problem)
                raise
            if isinstance(problem, Rejected):
                await self._halve(party, shelf, verb, (batch, rows), problem)
            elif isinstance(problem, LimitReached):
                refusals = [Refusal(record, f"limit: {problem.message}") for record in records]
                self._settle(party, rows, batch, refusals, records)
            else:
                self._drop(rows, batch, problem)
                raise
        else:
            self._settle(party, rows, batch, refusals, records)
        finally:
            if isinstance(place, ListShelf):
                self._know(party, shelf, place, stamp)

    def _know(self, party: Party, shelf: str, place: ListShelf, stamp: str) -> None:
        """A list that was made for us is ours to keep in step, whatever became of what was to stand in it. stamp: how it
        stood before we wrote; where nobody said anything newer, it is to be read again."""
        place.told = place.told if place.told != stamp else ""
        lists, number = Lists(self.store.db), number_of(shelf)
        if place.own and number not in lists.of(party.id):
            with self.store.transaction(durable=True):
                lists.bind(party.id, number, place.own, place.title)
                party.stage.lists[place.own] = SHELVES[shelf]

    def records(self, party: Party, batch: Sequence[Change], medias: Mapping[int, Media]) -> list[Record]:
        """What the shelves are asked to add, or to remove."""
        plays = [change.play for change in batch if change.play is not None]
        again = self.plays.again(party.account.circle or 0, plays) if plays else set()
        return [record_of(change, medias[change.media], change.play in again) for change in batch]

    def _begin(self, batch: Sequence[Change], reader: str) -> list[Row]:
        with self.store.transaction(durable=True):
            self.accounts.wrote(batch[0].account, reader, None)
            return [self.begin(change) for change in batch]

    def begin(self, change: Change) -> Row:
        """The intention of one write (inside a durable transaction)."""
        row = self.journal.begin(self.run, change, self.clock(), change.identity in self.approved)
        if change.play is not None and change.verb == "add":
            self.plays.send(change.play, change.account, change.value)  # type: ignore[arg-type]
        return row

    def _wonder(self, rows: Sequence[Row], batch: Sequence[Change], problem: ServiceError) -> None:
        """It may have been done, or a part of it: a reading will tell."""
        with self.store.transaction(durable=True):
            for row, change in zip(rows, batch, strict=True):
                self.journal.settle(row, "unclear", self.clock(), problem.message)
                self.outcomes[change.identity] = ("pending", problem.message)

    def _drop(self, rows: Sequence[Row], batch: Sequence[Change], problem: ServiceError) -> None:
        """Provably not done: as if it had never been tried."""
        with self.store.transaction(durable=True):
            self.journal.drop(rows)
            for change in batch:
                self.outcomes[change.identity] = ("failed", problem.message)
                self._unsend(change)

    async def _halve(
        self, party: Party, shelf: str, verb: str, sent: tuple[Sequence[Change], Sequence[Row]], problem: Rejected
    ) -> None:
        """The service finds fault with something in the batch: send the halves, until one row fails alone."""
        batch, rows = sent
        if len(batch) == 1:
            with self.store.transaction(durable=True):
                self.journal.settle(rows[0], "failed", self.clock(), problem.message)
                self.journal.refuse(rows[0], problem.message, self.clock())
                self._unsend(batch[0])
            self.outcomes[batch[0].identity] = ("failed", problem.message)
            return
        self._drop(rows, batch, problem)
        middle = len(batch) // 2
        for half in (batch[:middle], batch[middle:]):
            await self._batch(party, shelf, verb, half)

    def _settle(
        self,
        party: Party,
        rows: Sequence[Row],
        batch: Sequence[Change],
        refusals: Sequence[Refusal[Record]],
        records: Sequence[Record],
    ) -> None:
        """Write down the outcome of a batch in one durable transaction."""
        why = {id(refusal.record): refusal.why for refusal in refusals}
        with self.store.transaction(durable=True):
            close = Close(self.store, party, self.clock())
            for row, change, record in zip(rows, batch, records, strict=True):
                reason = why.get(id(record))
                if reason is None:
                    close.done(row)
                    self.outcomes[change.identity] = ("done", "")
                else:
                    self.refused(row, change, reason)

    def refused(self, row: Row, change: Change, reason: str) -> None:
        """The service does not take it (inside a durable transaction)."""
        self.journal.settle(row, "refused", self.clock(), reason)
        self.journal.refuse(row, reason, self.clock())
        self._unsend(change)
        self.outcomes[change.identity] = ("refused", reason)

    def _unsend(self, change: Change) -> None:
        if change.play is not None and change.verb == "add":
            self.plays.unsend(change.play, change.account)


def batches(changes: Sequence[Change], party: Party) -> list[tuple[str, str, list[Change]]]:
    """The changes of one account in portions that its shelves take; removals first."""
    groups: dict[tuple[bool, str], list[Change]] = defaultdict(list)
    for change in changes:
        groups[change.verb != "remove", change.shelf].append(change)
    found = []
    for (adding, shelf), group in sorted(groups.items()):
        size = party.form(shelf).batch
        group.sort(key=lambda c: (c.at if c.at is not None else NEVER, c.media))
        for start in range(0, len(group), size):
            found.append((shelf, "add" if adding else "remove", group[start : start + size]))
    return found


def record_of(change: Change, media: Media, again: bool = False) -> Record:
    """The record that a shelf is asked to add or to remove. again: it is a play, and not the first one."""
    value: Value = change.value
    if change.shelf == "history":
        clock = "unknown" if value is None else "second"
        return Play(media, value if isinstance(value, int) else None, change.key or "", clock, again)  # type: ignore[arg-type]
    return record(RECORDS[sort_of(change.shelf)], media, change.at, change.before if value is None else value)
