"""Taking back what one run wrote, where services allow it and nobody has changed it since."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence

from msgspec.structs import replace

from ..core.plan import Change, Verb
from ..core.plays import State
from ..storage.accounts import Accounts
from ..storage.history import Plays
from ..storage.journal import Journal, Row
from ..storage.lists import Lists
from ..storage.staging import LISTS, SHELVES
from ..storage.store import Store
from ..storage.values import Values
from .apply import Apply
from .decide import Outcome
from .fetch import Fetch
from .party import Party
from .report import Report, spoken
from .sync import Request, begin, decide, end


class Left(Exception):
    """Why one write is not taken back, in plain words."""


class Undo:
    """The undoing of one run. Asking for it is the approval of exactly its list."""

    def __init__(
        self, request: Request, parties: Sequence[Party], store: Store, clock: Callable[[], int], stop: asyncio.Event
    ) -> None:
        self.request = request
        self.parties = {party.id: party for party in parties}
        self.store = store
        self.clock = clock
        self.stop = stop
        self.journal = Journal(store)
        self.values = Values(store.db)
        self.plays = Plays(store.db)
        self.undone_by: int | None = None
        self.waiting: dict[tuple[object, ...], Row] = {}
        """What stands in a file that may not have been carried yet, by the change that takes it out of there."""
        self.number = 0

    async def run(self, undone: int, *, dry_run: bool, agreed: Collection[tuple[object, ...]] | None = None) -> Report:
        """Read everything first, so that what changed since is known; then write the opposite, newest first.

        agreed: only these changes, by their identity. The report's `refused` says of each other write why it stays.
        """
        self.request.why = f"undo {undone}"
        self.request.dry_run = dry_run
        self.undone_by = self.journal.undone_by(undone)
        number = self.number = begin(self.request, self.store, self.clock())
        fetch = Fetch(self.store, number, self.clock, self.stop)
        fetch.thorough = True  # entries of what was written may not have been seen yet
        parties = list(self.parties.values())
        await fetch.all(parties)
        decide(self.request, parties, self.store, number, self.clock())
        changes, left = self._sorted(undone)
        if agreed is not None:
            changes = [change for change in changes if change.identity in agreed]
        apply = Apply(self.store, number, self.clock, self.stop, changes)
        apply.outbox = self.request.outbox
        if not dry_run:
            await apply.all(parties, [c for c in changes if c.identity not in self.waiting], fetch.confirm)
            self._withdraw(changes, apply)
            self._keep_apart(number, undone, changes, apply)
            apply.refile(parties)
        outcome = Outcome(changes, [], [], left)
        result = end(self.request, parties, self.store, (number, outcome, {}, apply), self.clock())
        mine = {change.identity for change in changes}
        result.changes = [line for line in result.changes if line.identity in mine]
        titles = Lists(self.store.db).named()
        result.refused = [replace(one, list=titles.get(one.shelf, "")) for one in result.refused]
        return result

    def _sorted(self, undone: int) -> tuple[list[Change], dict[tuple[object, ...], str]]:
        """The changes that take the run's writes back, and why the others stay."""
        changes: list[Change] = []
        left: dict[tuple[object, ...], str] = {}
        for row in reversed(self.journal.of_run(undone)):
            try:
                if row.state in ("done", "sent", "unclear") and (row.shelf == "history" or row.value != row.before):
                    changes.append(self._opposite(row))
            except Left as reason:
                left[row.account, row.shelf, row.media, row.play] = str(reason)
        return changes, left

    def _opposite(self, row: Row) -> Change:
        """The change that takes one write back; Left where it cannot be, or something has happened since."""
        if row.shelf == LISTS:
            raise Left("the order of a list is not taken back")
        party = self.parties.get(row.account)
        if party is None:
            raise Left("this account is not in the settings any more")
        if row.shelf not in party.shelves:
            raise Left(f"the {spoken(row.shelf, Lists(self.store.db).named())} of this account is not synced any more")
        if not party.look(row.shelf).whole:
            raise Left("this account could not be read now; try again later")
        if row.waits and row.state == "unclear":
            change = Change(
                row.account, row.shelf, "remove", row.media, row.value if row.shelf == "history" else None,
                None if row.shelf == "history" else row.value, row.play, self.number, why=self.request.why,
            )  # fmt: skip
            self.waiting[change.identity] = row
            return change
        if row.state != "done":
            raise Left("whether it was written is not known yet; the next sync looks")
        return self._opposite_play(party, row) if row.shelf == "history" else self._opposite_value(party, row)

    def _opposite_value(self, party: Party, row: Row) -> Change:
        held = self.values.held(row.account, SHELVES[row.shelf], [row.media], library=False).get(row.media)
        seen = held[1].seen if held else None
        if seen == row.before:
            raise Left(self._gone())
        if seen != row.value:
            raise Left("it was changed there since")
        verb: Verb = "remove" if row.before is None else "add" if row.value is None else "change"
        if not party.can(row.shelf, verb):
            raise Left(f"{party.service.title} does not let us {verb} that")
        return Change(
            row.account, row.shelf, verb, row.media, row.before, row.value, version=self.number,
            at=self.journal.said_at(row), why=self.request.why,
        )  # fmt: skip

    def _opposite_play(self, party: Party, row: Row) -> Change:
        state, key = self.plays.sighting(row.play or 0, row.account) or (None, None)
        verb: Verb = "remove" if row.verb == "add" else "add"
        if state == (State.GONE if verb == "remove" else State.HERE):
            raise Left(self._gone())
        if state not in (State.HERE, State.GONE):
            raise Left("it was changed there since")
        if not party.can("history", verb):
            raise Left(f"{party.service.title} does not let us {verb} plays")
        if verb == "remove" and not key:
            raise Left("the account does not show it yet; try again after the next sync")
        return Change(
            row.account, "history", verb, row.media, row.value, None, row.play, key=key if verb == "remove" else None,
            why=self.request.why,
        )  # fmt: skip

    def _gone(self) -> str:
        """Why things are there as they were before the run."""
        return f"already taken back by run {self.undone_by}" if self.undone_by else "already taken back there"

    def _withdraw(self, changes: Sequence[Change], apply: Apply) -> None:
        """What waits in a file is taken out of it; should it have been carried before, a reading shows that it was ours."""
        with self.store.transaction(durable=True):
            for change in changes:
                if (row := self.waiting.get(change.identity)) is None:
                    continue
                self.journal.withdraw([row])
                apply.outcomes[change.identity] = ("done", "")
                if row.shelf == "history":
                    self.plays.told_now(row.play or 0, row.account, State.GONE, row.value, self.clock())

    def _keep_apart(self, run: int, undone: int, changes: Sequence[Change], apply: Apply) -> None:
        """The truth does not write these again; the next new edit flows as ever."""
        told = [c for c in changes if apply.outcomes.get(c.identity, ("",))[0] in ("done", "pending")]
        with self.store.transaction(durable=True):
            for change in told:
                if change.shelf != "history":
                    self.values.keep_apart(change.account, SHELVES[change.shelf], change.media, run)
            if told:
                Accounts(self.store).undone(undone, run)
