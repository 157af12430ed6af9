"""Answers to what a person asks: how things stand, what happened, what could not be done. Reads, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..core.plan import Change
from ..errors import ConfigError
from ..storage.journal import Journal
from ..storage.store import Store


def approved_person(store: Store, hold: str) -> tuple[str, Sequence[Change]]:
    """Whose hold this is, and what it would change; ConfigError if nothing of that name waits."""
    waiting = {f"h{number}": found for number, found in Journal(store).waiting().items()}
    if hold not in waiting:
        raise ConfigError(f'No hold "{hold}" waits. Waiting: {", ".join(waiting) or "none"}.')
    query = "SELECT p.name FROM account AS a JOIN profile AS p ON p.id = a.profile WHERE a.id = ?"
    row = store.db.execute(query, (waiting[hold].account,)).fetchone()
    return row[0], waiting[hold].changes


def unwritten(store: Store, run: int, changes: Iterable[Change]) -> list[Change]:
    """Those of these changes that the run has not sent, or that were refused."""
    sent = {
        (row.account, row.shelf, row.verb, row.media, row.value, row.play)
        for row in Journal(store).of_run(run)
        if row.state in ("done", "sent", "unclear")
    }
    return [change for change in changes if change.identity not in sent]
