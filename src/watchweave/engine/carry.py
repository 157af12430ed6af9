"""What a person is to carry to a service: written into files of the outbox, and owed until a reading shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core.plan import Change
from ..storage.accounts import Accounts
from ..storage.outbox import Outbox, names
from .party import Party

if TYPE_CHECKING:
    from .apply import Apply


class Carry:
    """Writing down, in one run, what is to be carried."""

    def __init__(self, apply: Apply, outbox: Outbox) -> None:
        self.apply = apply
        self.outbox = outbox

    def all(self, party: Party, changes: Sequence[Change]) -> None:
        """Each of these stands in one file, or is refused. The files are safe on disk before the journal names them, and
        are offered once it does: whatever happens between, nothing is lost, and nothing stands in two files."""
        apply, journal = self.apply, self.apply.journal
        medias = apply.items.load({change.media for change in changes}, party.id)
        records = apply.records(party, changes, medias)
        sheets, refusals = party.service.sheets(records)
        why = {id(refusal.record): refusal.why for refusal in refusals}
        person, account = Accounts(apply.store).owned()[party.id]
        called = names(account, [sheet.name for sheet in sheets], person, apply.run)
        for name, sheet in zip(called, sheets, strict=True):
            self.outbox.ready(name, sheet.content)
        where = {id(record): name for name, sheet in zip(called, sheets, strict=True) for record in sheet.records}
        with apply.store.transaction(durable=True):
            for change, record in zip(changes, records, strict=True):
                row = apply.begin(change)
                if id(record) in why:
                    apply.refused(row, change, why[id(record)])
                else:
                    journal.carry(row, where[id(record)])
                    apply.outcomes[change.identity] = ("pending", f"to be carried: outbox/{where[id(record)]}")
        self.outbox.offer(journal.carried())
