"""What a person is to carry to a service: written into files of the outbox, and owed until a reading shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..core.plan import Change
from ..core.records import Record
from ..services.base import Refusal
from ..storage.accounts import Accounts
from ..storage.journal import Row
from ..storage.outbox import Outbox, names, sheet_of
from .party import Party

if TYPE_CHECKING:
    from .apply import Apply


class Carry:
    """Writing down, in one run, what is to be carried. The files are safe on disk before the journal names them, and are
    offered once it does: whatever happens between, nothing is lost, and nothing stands in two files."""

    def __init__(self, apply: Apply, outbox: Outbox) -> None:
        self.apply = apply
        self.journal = apply.journal
        self.outbox = outbox

    def all(self, party: Party, changes: Sequence[Change]) -> None:
        """Each of these stands in one file, or is refused."""
        apply = self.apply
        records = self._records(party, changes)
        where, refusals = self._ready(party, records)
        why = {id(refusal.record): refusal.why for refusal in refusals}
        with apply.store.transaction(durable=True):
            for change, record in zip(changes, records, strict=True):
                row = apply.begin(change)
                if id(record) in why:
                    apply.refused(row, change, why[id(record)])
                else:
                    self.journal.carry(row, where[id(record)])
                    apply.outcomes[change.identity] = ("pending", f"to be carried: outbox/{where[id(record)]}")
        self.outbox.tidy(self.journal.carried())

    def again(self, party: Party) -> list[str]:
        """All that still is to be carried, in new files in place of the old ones; their names. Of two values of one thing
        the newer one counts."""
        rows = [row for row in self.journal.open(party.id) if row.waits]
        newest = {(row.shelf, row.media, row.play): row for row in rows}
        records = self._records(party, [change_of(row) for row in newest.values()])
        where, _ = self._ready(party, records)
        files = {key: where.get(id(record)) for key, record in zip(newest, records, strict=True)}
        with self.apply.store.transaction(durable=True):
            for row in rows:
                if file := files[row.shelf, row.media, row.play]:
                    self.journal.carry(row, file)
                else:
                    self.journal.withdraw([row])
        self.outbox.tidy(self.journal.carried())
        return sorted(set(where.values()))

    def _records(self, party: Party, changes: Sequence[Change]) -> list[Record]:
        medias = self.apply.items.load({change.media for change in changes}, party.id)
        return self.apply.records(party, changes, medias)

    def _ready(self, party: Party, records: Sequence[Record]) -> tuple[dict[int, str], Sequence[Refusal[Any]]]:
        """In which file each record stands, by its identity in memory, and those that no file can say."""
        sheets, refusals = party.service.sheets(records)
        person, account = Accounts(self.apply.store).owned()[party.id]
        called = names((party.id, account), [sheet.name for sheet in sheets], person, self.apply.run)
        for name, sheet in zip(called, sheets, strict=True):
            self.outbox.ready(name, sheet.content)
        return {
            id(record): name for name, sheet in zip(called, sheets, strict=True) for record in sheet.records
        }, refusals


def change_of(row: Row) -> Change:
    """What a row of the journal was to do."""
    given = {name: getattr(row, name) for name in Change.__struct_fields__}
    return Change(**given)


def to_do(carry: Mapping[str, str], file: str) -> str:
    """What a person does with a file of this name."""
    return carry.get(sheet_of(file), "")
