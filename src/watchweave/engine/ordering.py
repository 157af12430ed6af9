"""The order of lists: who put one anew, what is true since, and who is to be told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..core.order import first_moved, fit, lift, moved
from ..core.plan import Change
from ..core.records import Member
from ..storage.accounts import Circle
from ..storage.items import Items
from ..storage.journal import Journal
from ..storage.orders import Orders, Sent
from ..storage.staging import LISTS, SHELVES, is_list
from ..storage.store import Store
from .party import Party

_HELD = "SELECT media FROM held WHERE account = ? AND shelf = ? AND seen IS NOT NULL"
TRIES = 3
"""So often a list is put into the same order; a service that does not keep it then has its own."""


class Order(Struct, frozen=True):
    """A list of an account that is to be put into the order that is true. first: what stands elsewhere then, the first of it."""

    account: int
    shelf: str
    first: int
    version: int
    origin: int | None
    why: str
    told: bool = True
    """Does a person hear of it? Else it belongs to what is added."""
    medias: tuple[int, ...] = ()
    """The order, as far as it is known beforehand."""

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.account, self.shelf, "order", self.first, self.version)


@dataclass(slots=True)
class Ordering:
    """The lists of one person's accounts, inside a transaction of the store."""

    store: Store
    parties: Mapping[int, Party]
    run: int
    now: int
    first: str
    """The account whose order counts where several have changed it; nothing: the first in the settings."""

    def take_in(self, circle: Circle) -> None:
        """What the readings of this run say becomes true for a circle: an order that somebody changed, and where things
        stand that are new. Of several who changed one, the first counts."""
        orders = Orders(self.store.db)
        heard = [self.parties[number] for number in circle.heard if number in self.parties]
        heard.sort(key=lambda party: (party.name != self.first, party.rank))
        for name in sorted({name for party in heard for name in party.shelves if is_list(name)}):
            shelf = SHELVES[name]
            truth, origin, version = orders.true(circle.id, shelf)
            known, edited = list(truth), False
            for party in heard:
                if (shown := self._read(party, name)) is None:
                    continue
                if not edited and truth and self._changed(party, shelf, shown):
                    known, edited, origin = lift(known, shown), True, party.id
                else:
                    known = lift(shown, known)
                    origin = party.id if origin is None else origin
            present = orders.present(circle.id, shelf)
            for party in heard:  # of one that is heard anew nothing need be read
                if not present <= set(known):
                    known = lift(orders.seen(party.id, shelf), known)
            known = fit(known, present)
            if known != truth:
                orders.decide(circle.id, shelf, known, origin, self.run if edited else version)

    def _read(self, party: Party, name: str) -> list[int] | None:
        """The order that a whole reading of this run shows; None where there is none that is settled."""
        look = party.look(name)
        if name not in party.shelves or look.how != "complete" or look.doubted:
            return None
        orders, shelf = Orders(self.store.db), SHELVES[name]
        sent, shown = orders.sent(party.id, shelf), orders.shown(party.id, shelf)
        early = sent.at is not None and look.as_of < sent.at + party.form(name).settle
        if early and moved(sent.medias, shown) and not moved(orders.seen(party.id, shelf), shown):
            look.again = True  # what we asked for does not show yet
            return None
        return shown

    def _changed(self, party: Party, shelf: int, shown: Sequence[int]) -> bool:
        """Did somebody else than we put it into another order?"""
        orders = Orders(self.store.db)
        asked = orders.sent(party.id, shelf).medias
        return moved(orders.seen(party.id, shelf), shown) and not (asked and not moved(asked, shown))

    def see(self) -> None:
        """Remember what was read, and what became of what we asked for; after every circle has heard of it."""
        orders = Orders(self.store.db)
        for party in self.parties.values():
            for name in party.shelves:
                if not is_list(name) or (shown := self._read(party, name)) is None:
                    continue
                shelf, sent = SHELVES[name], orders.sent(party.id, SHELVES[name])
                orders.see(party.id, shelf, shown)
                if sent.at is not None:
                    tries = sent.tries + sent.answered if moved(sent.medias, shown) else 0
                    orders.send(party.id, shelf, Sent(None, (), tries, sent.version))

    def due(self, circle: Circle, changes: Sequence[Change]) -> list[Order]:
        """The lists that will not stand in the true order once these changes are made."""
        found = []
        for party in (self.parties[number] for number in circle.members if self.parties[number].told):
            for name in party.shelves:
                if not is_list(name) or party.is_silent(name) or not party.can(name, "order"):
                    continue
                mine = [c for c in changes if (c.account, c.shelf) == (party.id, name)]
                if order := self._due(party, circle, name, mine):
                    found.append(order)
        return found

    def _due(self, party: Party, circle: Circle, name: str, changes: Sequence[Change]) -> Order | None:
        orders, shelf = Orders(self.store.db), SHELVES[name]
        truth, origin, version = orders.true(circle.id, shelf)
        sent = orders.sent(party.id, shelf)
        early = sent.at is not None and self.now < sent.at + party.form(name).settle
        if not party.look(name).whole or early or (sent.version == version and sent.tries >= TRIES):
            return None
        here = fit(after(sent.medias or orders.seen(party.id, shelf), truth, changes), set(truth))
        wanted = fit(truth, set(here))
        several = sum(change.verb == "add" for change in changes) > 1
        if not wanted or (here == wanted and not several):
            return None
        known = self.parties.get(origin) if origin is not None else None
        giver = known.name if known else "a service that is no longer linked"
        first = first_moved(here, wanted)
        return Order(party.id, name, first, version, origin, f"in the order of {giver}", here != wanted, tuple(wanted))


def after(seen: Sequence[int], truth: Sequence[int], changes: Sequence[Change]) -> list[int]:
    """How a list stands once these changes are made, if what is added comes last, in the true order. Of several nobody knows
    in which order they come."""
    gone = {change.media for change in changes if change.verb == "remove"}
    new = {change.media for change in changes if change.verb == "add"}
    return [media for media in seen if media not in gone | new] + [media for media in truth if media in new]


async def put_in_order(party: Party, order: Order, store: Store, run: int, clock: Callable[[], int]) -> tuple[str, str]:
    """Ask an account for the true order of what stands in its list; what became of that, and why. The same may be asked
    for again, so that it is no matter if nobody hears the answer."""
    shelf, orders = SHELVES[order.shelf], Orders(store.db)
    place: Any = party.service.shelves[order.shelf]
    truth, _, version = orders.true(party.account.circle or 0, shelf)
    wanted = fit(truth, {media for (media,) in store.db.execute(_HELD, (party.id, shelf))})
    before, last = orders.seen(party.id, shelf), orders.sent(party.id, shelf)
    if order.told and fit(last.medias or before, set(wanted)) == wanted:
        return "", ""  # what would have moved did not come
    sent = Sent(clock(), tuple(wanted), last.tries if last.version == version else 0, version, answered=False)
    with store.transaction(durable=True):
        orders.send(party.id, shelf, sent)
    medias = Items(store.db).load(set(wanted), party.id)
    why = await place.order([Member(medias[media], None, place.own) for media in wanted])
    state, told = "refused" if why else "done", (json.dumps(wanted), json.dumps(before))
    with store.transaction(durable=True):
        orders.send(party.id, shelf, replace(sent, answered=True))
        journal = Journal(store)
        change = Change(party.id, LISTS, "change", order.first, *told, version=version, why=order.why)
        journal.settle(journal.begin(run, change, clock(), approved=False), state, clock(), why or None)
    return state, why
