"""Taking back what one run wrote, where services allow it and nobody has changed it since."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ..core.plan import Change, Verb
from ..storage.accounts import Accounts
from ..storage.history import Plays
from ..storage.journal import Journal, Row
from ..storage.staging import SHELVES
from ..storage.store import Store
from ..storage.values import Values
from .apply import Apply
from .decide import Outcome
from .fetch import Fetch
from .party import Party
from .report import Report
from .sync import Request, begin, decide, end


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

    async def run(self, undone: int, *, dry_run: bool) -> Report:
        """Read everything first, so that what changed since is known; then write the opposite, newest first."""
        self.request.why = f"undo {undone}"
        self.request.dry_run = dry_run
        number = begin(self.request, self.store, self.clock())
        fetch = Fetch(self.store, number, self.clock)
        fetch.thorough = True  # entries of what was written may not have been seen yet
        parties = list(self.parties.values())
        await fetch.all(parties)
        _, holds = decide(self.request, parties, self.store, number, self.clock())
        changes = [c for row in reversed(self.journal.of_run(undone)) if (c := self._opposite(row))]
        apply = Apply(self.store, number, self.clock, self.stop, changes)
        if not dry_run:
            await apply.all(parties, changes, fetch.confirm)
            self._keep_apart(number, undone, changes)
        outcome = Outcome(changes, [], [], {})
        return end(self.request, parties, self.store, (number, outcome, holds, apply), self.clock())

    def _opposite(self, row: Row) -> Change | None:
        """The change that takes one write back; None where it cannot be, or something has happened since."""
        party = self.parties.get(row.account)
        if party is None or row.state != "done" or row.shelf not in party.shelves or not party.look(row.shelf).whole:
            return None
        if row.shelf == "history":
            return self._opposite_play(party, row)
        held = self.values.held(row.account, SHELVES[row.shelf], [row.media], library=False).get(row.media)
        if held is None or held[1].seen != row.value or row.value == row.before:
            return None
        verb: Verb = "remove" if row.before is None else "add" if row.value is None else "change"
        if not party.can(row.shelf, verb):
            return None
        return Change(
            row.account, row.shelf, verb, row.media, row.before, row.value, version=row.version, why=self.request.why
        )

    def _opposite_play(self, party: Party, row: Row) -> Change | None:
        sighting = self.plays.sighting(row.play or 0, row.account)
        if sighting is None:
            return None
        state, key = sighting
        if row.verb == "add" and state == 1 and key and party.can("history", "remove"):
            return Change(
                row.account,
                "history",
                "remove",
                row.media,
                row.value,
                None,
                row.play,
                at=None,
                key=key,
                why=self.request.why,
            )
        if row.verb == "remove" and state == 3 and party.can("history", "add"):
            return Change(row.account, "history", "add", row.media, row.value, None, row.play, why=self.request.why)
        return None

    def _keep_apart(self, run: int, undone: int, changes: Sequence[Change]) -> None:
        """The truth does not write these again; the next new edit flows as ever."""
        with self.store.transaction(durable=True):
            for change in changes:
                if change.shelf != "history":
                    self.values.keep_apart(change.account, SHELVES[change.shelf], change.media, run)
            Accounts(self.store).undone(undone, run)
