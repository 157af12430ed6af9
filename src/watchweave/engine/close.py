"""Open writes are decided by readings, never by sending again."""

from __future__ import annotations

from ..core.merge import Held, Truth, mark
from ..core.plays import State
from ..storage.accounts import Accounts
from ..storage.carried import recognise
from ..storage.history import Plays
from ..storage.journal import Journal, Row
from ..storage.staging import SHELVES
from ..storage.store import Store
from ..storage.values import Values
from .party import Party


class Close:
    """Settling the writes of one account, inside a transaction."""

    def __init__(self, store: Store, party: Party, now: int) -> None:
        self.store = store
        self.party = party
        self.now = now
        self.journal = Journal(store)
        self.values = Values(store.db)
        self.plays = Plays(store.db)
        self.accounts = Accounts(store)
        self.placed: set[str] = set()
        """The entries that are known to be writes of ours."""

    def all(self) -> None:
        """Each open write that a reading of this run shows is done; what a late enough whole reading lacks is missing."""
        if any(look.has_rows for look in self.party.looks.values()):
            recognise(self.store.db, self.party.id, self._near())
        for row in self.journal.open(self.party.id):
            look = self.party.look(row.shelf)
            if not look.has_rows:
                continue
            settle = self.party.form(row.shelf).settle if row.shelf in self.party.shelves else 0
            proven = look.how == "complete" and not look.doubted
            if self._shown(row, proven):
                self.done(row)
            elif proven and look.as_of >= row.sent + settle:
                if row.file is None and (missed := self.journal.missed(row)):  # nobody need have carried the other
                    self.journal.refuse(row, "it was sent more than once, but does not show", self.now, missed)
                self.journal.settle(row, "missing", self.now, "not shown in a reading made after it could have arrived")
                if row.shelf == "history" and row.verb == "add" and not self._logged(row):
                    self.plays.unsend(row.play or 0, self.party.id)

    def _shown(self, row: Row, proven: bool) -> bool:
        """Does the reading show that it was done? What was removed must be missing from one that proves absence."""
        if row.shelf != "history":
            shown, value = self.values.staged(self.party.id, SHELVES[row.shelf], row.media)
            if row.verb == "remove":
                return not shown and proven
            return shown and value == row.value
        if row.verb == "remove":
            return proven and not self.plays.staged_key(self.party.id, row.key or "")
        unplaced = self.plays.unplaced(self.party.id, row.media, row.value, self._near())
        free = [key for key in unplaced if key not in self.placed]
        self.placed.update(free[:1])
        return bool(free)

    def _near(self) -> int:
        """Seconds by which the times of one viewing may differ there."""
        return self.party.form("history").near if "history" in self.party.shelves else 0

    def _logged(self, row: Row) -> bool:
        """Does the account show an entry of this play that is not of our writing, or did?"""
        state, _ = self.plays.sighting(row.play or 0, self.party.id) or (State.DUE, None)
        return row.file is not None and state != State.DUE

    def done(self, row: Row) -> None:
        """The write is known to have been carried out: what the account shows follows from it."""
        self.journal.settle(row, "done", self.now)
        self.journal.accepted(row)
        if row.shelf == "history":
            state = State.HERE if row.verb == "add" else State.GONE
            self.plays.told_now(row.play or 0, self.party.id, state, row.value, self.now)
            if state is State.GONE:
                self.plays.forget_entry(self.party.id, row.key or "")
                self.plays.remove_if_lost(row.play or 0)
            return
        shelf, circle = SHELVES[row.shelf], self.party.account.circle or 0
        truth = self.values.truths(circle, shelf, [row.media]).get(row.media, Truth())
        form = self.party.form(row.shelf) if row.shelf in self.party.shelves else None
        otherwise = form is not None and form.fit(truth.value) != row.value
        if otherwise and row.origin is not None and not self.accounts.hears(circle, row.origin):
            return  # nobody heard says so any more: as the account shows it, it is a word of its own
        found = self.values.held(self.party.id, shelf, [row.media], library=False)
        held = found[row.media][1] if row.media in found else Held()
        held.seen = row.value
        if row.version >= held.version:  # an old write that landed late agrees with nothing
            held.agreed, held.version = row.value, row.version
        if form:
            mark(truth, held, form, whole=False)
        self.values.keep(self.party.id, shelf, [(row.media, held)])
