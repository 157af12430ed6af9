"""Finding the lists of the accounts: each becomes a shelf, before anything is read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..services.base import Listed
from ..storage.accounts import Accounts, Cursor
from ..storage.lists import Lists as Known
from ..storage.lists import State, plain, shelf_of
from ..storage.staging import LISTS, SHELVES
from ..storage.store import Store
from .party import Party

Confirm = Callable[[Party], Awaitable[None]]


async def find(party: Party, store: Store, confirm: Confirm, now: int) -> None:
    """Ask the account which lists it has, unless it says that none has changed, and find out which of the person's they are."""
    if (lists := party.lists) is None:
        return
    accounts, known = Accounts(store), Known(store.db)
    before = accounts.cursor(party.id, LISTS)
    stamp = await lists.stamp()
    fresh = before.complete is not None and before.complete <= now < before.complete + lists.stale
    if stamp is not None and stamp == before.stamp and fresh:
        return
    if (found := await lists.all()) is None:
        return
    if {one.own for one in found} != {one.own for one in known.of(party.id).values()}:
        await confirm(party)
    with store.transaction():
        party.noted += known.take(party.id, found)
        accounts.move(party.id, LISTS, Cursor(None, stamp, now, now))


def shelve(party: Party, store: Store, *, found: bool) -> None:
    """Each list of the account is a shelf. So is one that it has not, if it can be made there. found: it is known which there
    are; else none is read, and neither is one that is gone: what is owed there is remembered all the same."""
    if (lists := party.lists) is None:
        return
    known = Known(store.db)
    chosen = None if party.chosen is None else {plain(title) for title in party.chosen}
    bound, makes, alive = known.of(party.id), hasattr(lists, "make"), known.kept(party.id)
    for number, title in known.titles(party.id).items():
        one = bound.get(number)
        wanted = one.state is not State.APART if one is not None else makes and number in alive
        if not wanted or (chosen is not None and plain(title) not in chosen):
            continue
        there = Listed(one.own, one.title, one.stamp) if one is not None else Listed("", title)
        name = shelf_of(number)
        party.shelves[name] = party.service.shelves[name] = lists.kind(there.own)(party.service, there)
        party.stage.shelves.add(SHELVES[name])
        if one is not None and one.state is State.GONE:
            party.gone.add(name)
        if not found or name in party.gone:
            party.closed.add(name)
        elif there.own:
            party.stage.lists[there.own] = SHELVES[name]
