"""One sync: request -> fetch -> identify -> compare -> merge -> plan -> check -> apply -> record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace

from ..core.directions import circles, hears
from ..core.plan import Change, Hold
from ..core.records import DAY
from ..errors import ServiceError
from ..metadata.base import Source
from ..storage.accounts import Accounts, Circle
from ..storage.journal import Journal
from ..storage.lookups import Lookups
from ..storage.outbox import Outbox
from ..storage.rivals import Rivals
from ..storage.staging import sort_of
from ..storage.store import Store
from ..storage.told import Told
from .apply import Apply
from .asking import Asking
from .decide import Decide, Outcome, Terms
from .episodes import Episodes
from .fetch import Fetch
from .identify import Identify
from .ordering import Order
from .party import Party
from .report import Lookedup, Report, report

Asked = TypeVar("Asked", Change, Order)
KEPT = 7 * DAY
"""So long an answer is good for who asks next."""


@dataclass(slots=True)
class Request:
    """What somebody asked for. directions: (giver, receiver) by account number. approved: exactly these changes pass."""

    profile: int
    directions: Sequence[tuple[int, int]]
    terms: Terms = field(default_factory=Terms)
    why: str = "sync"
    dry_run: bool = False
    yes: bool = False
    approved: Sequence[Change] = ()
    believed: frozenset[tuple[int, str]] = frozenset()
    """Doubted readings (account, shelf) that a person believes."""
    only_shelves: frozenset[str] = frozenset()
    only_from: frozenset[int] = frozenset()
    """Where not empty, only what originates on these accounts is written."""
    sources: Sequence[Source] = ()
    """Who knows what things are, those first who are to be asked first."""
    memory: Store | None = None
    """Where it is kept what they say, if it is kept."""
    keeps: bool = False
    """Will somebody else ask the same: the sync after a dry run, or another person with the same library?"""
    outbox: Outbox | None = None
    """Where files go that the person is to carry; None: nowhere."""
    before_writing: Callable[[], None] = lambda: None
    tell: Callable[[str], None] = lambda stage: None
    """Hears what is going on, for who looks on."""


async def sync(
    request: Request, parties: Sequence[Party], store: Store, clock: Callable[[], int], stop: asyncio.Event
) -> Report:
    """One pass over one person's accounts. A dry run is handed a scratch copy of the store, and writes to no service."""
    run = begin(request, store, clock())
    rivals = Rivals(store.db, clock())
    odd = rivals.count()
    fetch = Fetch(store, run, clock, stop)
    request.tell("reading")
    fetch.strange = strange(request, parties, store)
    await fetch.all(parties)
    lookups = await identify(request, parties, store, (clock, stop), read=fetch.busy)
    rename(parties, store)
    await fetch.look_behind(unread(request, parties, store, run, clock()))
    request.tell("comparing")
    outcome, holds = decide(request, parties, store, run, clock())
    granted = [change for change in outcome.passed if request.yes and change.verb != "remove"]  # never removals
    apply = Apply(store, run, clock, stop, [*request.approved, *granted])
    apply.outbox = request.outbox
    if not request.dry_run:
        apply.orders = outcome.orders
        if outcome.passed or outcome.orders:
            request.before_writing()
            request.tell(f"writing ({len(outcome.passed) + len(outcome.orders)})")
        await apply.all(parties, outcome.passed, fetch.confirm)
        apply.refile(parties)
    result = end(request, parties, store, (run, outcome, holds, apply), clock())
    result.lookups, result.odd = lookups, max(0, rivals.count() - odd)
    return result


async def identify(
    request: Request,
    parties: Sequence[Party],
    store: Store,
    when: tuple[Callable[[], int], asyncio.Event],
    *,
    read: bool,
) -> Lookedup:
    """Find out what nobody knows yet. read: has any reading brought rows just now?"""
    asking = Asking(Told(request.memory or store), request.sources, when, keeps=KEPT if request.keeps else 0)
    lookups = Lookups(store.db)
    with store.transaction():
        lookups.meet({source.name: source.free for source in request.sources}, when[0]())
    accounts, exact = [party.id for party in parties], request.terms.titles == "exact"
    if read or lookups.left() or lookups.due(when[0]()) or (exact and lookups.sure(accounts)):
        needs = {need for party in parties if party.shelves for need in party.service.needs.items()}
        await Identify(store, asking, exact=exact).all(accounts, request.tell, needs)
        await Episodes(store, asking).all(accounts, request.tell)
        with store.transaction():
            lookups.leave(asking.left or when[1].is_set())
    saved = max(0, lookups.kept(accounts) - asking.asked.total())
    return Lookedup(dict(asking.asked), saved, asking.failed)


def begin(request: Request, store: Store, now: int) -> int:
    """The number of this run."""
    with store.transaction(durable=True):
        return Accounts(store).begin_run(request.profile, request.why, now)


def decide(
    request: Request, parties: Sequence[Party], store: Store, run: int, now: int
) -> tuple[Outcome, Mapping[int, Hold]]:
    """Take in what was read and plan, in one transaction; a doubted reading is tried first, and rolled back."""
    accounts, journal = Accounts(store), Journal(store)
    with store.transaction(durable=True):
        chosen = circle_rows(request, parties, accounts)
        doubts = doubted(request, parties, store, (chosen, run, now))
        deciding = Decide(store, parties, chosen, request.terms, run, now)
        changes = [change for change in wanted(request, deciding.changes()) if named(change)]
        orders = wanted(request, deciding.orders(changes))
        narrowed = bool(request.only_shelves or request.only_from)
        asked = {one.identity for one in request.approved}
        planned = {change.identity for change in changes if change.identity in asked}
        approved = [one for one in request.approved if not request.believed or one.identity in planned]
        outcome = deciding.check(changes, yes=request.yes, approved=approved, narrowed=narrowed)
        outcome.orders, outcome.unsure = orders, wanted(request, deciding.unsure)
        outcome.holds += settle_doubts(journal, parties, doubts, now)
        made = {journal.hold(run, hold, now): hold for hold in outcome.holds}
        record(parties, accounts)
        older = {number: hold for number, hold in journal.waiting(run).items() if number not in outcome.granted}
    return outcome, {**older, **made}


def rename(parties: Sequence[Party], store: Store) -> None:
    """What is one thing only now that things are identified may have entries of two names."""
    with store.transaction():
        for party in parties:
            if "history" in party.shelves and party.form("history").renames and party.look("history").how != "none":
                party.stage.rename()


def strange(request: Request, parties: Sequence[Party], store: Store) -> dict[int, int]:
    """Accounts whose plays a circle is to hear of for the first time, for example because the directions have changed,
    though we wrote plays there that were never read; and when we last did."""
    accounts, journal = Accounts(store), Journal(store)
    with store.transaction(), rolled_back(store):
        chosen = circle_rows(request, parties, accounts)
        new = {p.id for p in parties for c in chosen if p.id in c.heard and not accounts.met(c.id, p.id, "history")}
    return {account: written for account in new if (written := journal.unread_play(account)) is not None}


def unread(request: Request, parties: Sequence[Party], store: Store, run: int, now: int) -> list[Party]:
    """Those who would be told something, be introduced, or have a hold, though nobody has read what stands before our
    last write."""
    looks = [(party, name, look) for party in parties for name, look in party.looks.items() if look.how == "own"]
    if not looks:
        return []
    doubts = [look for party in parties for look in party.looks.values() if look.doubted]
    accounts = Accounts(store)
    with store.transaction(), rolled_back(store):
        for _, _, look in looks:
            look.how = "quiet"
        for look in doubts:  # whoever would be told if they were believed is read as well
            look.doubted = False
        chosen = circle_rows(request, parties, accounts)
        new = {p.id for p, name, _ in looks for c in chosen if p.id in c.heard and not accounts.met(c.id, p.id, name)}
        deciding = Decide(store, parties, chosen, request.terms, run, now)
        changes = wanted(request, deciding.changes())
        orders = wanted(request, deciding.orders(changes))
        for _, _, look in looks:
            look.how = "own"
        for look in doubts:
            look.doubted = True
    told = (
        {change.account for change in changes}
        | {order.account for order in orders}
        | {hold.account for hold in Journal(store).waiting().values()}
    )
    return list({party.id: party for party, _, _ in looks if party.id in told | new}.values())


@contextmanager
def rolled_back(store: Store) -> Iterator[None]:
    """What is done within only shows what would follow."""
    store.db.execute("SAVEPOINT trial")
    try:
        yield
    finally:
        store.db.execute("ROLLBACK TO trial")
        store.db.execute("RELEASE trial")


def circle_rows(request: Request, parties: Sequence[Party], accounts: Accounts) -> list[Circle]:
    """The circles that follow from the directions, with their truths."""
    heard = hears([party.id for party in parties], request.directions)
    shelves = sorted({name for party in parties for name in party.shelves})
    rows = accounts.circles(request.profile, circles(heard), shelves)
    for circle in rows:
        for party in parties:
            if party.id in circle.members:
                party.account.circle = circle.id
    return rows


def doubted(
    request: Request, parties: Sequence[Party], store: Store, given: tuple[list[Circle], int, int]
) -> list[Hold]:
    """What would follow from believing the doubted readings, as holds; believed ones are no longer doubted."""
    chosen, run, now = given
    doubts = [(p, name) for p in parties for name, look in p.looks.items() if look.doubted]
    for party, name in doubts:
        if (party.id, name) in request.believed:
            party.looks[name].doubted = False
    doubts = [(p, name) for p, name in doubts if p.looks[name].doubted]
    if not doubts:
        return []
    with rolled_back(store):
        for party, name in doubts:
            party.looks[name].doubted = False
        trial = Decide(store, parties, chosen, request.terms, run, now).changes()
    holds = []
    names = {party.id: party.name for party in parties}
    for party, name in doubts:
        party.looks[name].doubted = True
        follows = tuple(change for change in trial if change.verb == "remove" and change.shelf == name)
        others = " and ".join(sorted({names[change.account] for change in follows}))
        harm = f"it removes {len(follows)} on {others}" if follows else "it removes nothing elsewhere"
        why = f"{party.name} suddenly shows much less; approve only if that is right: {harm}"
        holds.append(Hold(party.id, name, "remove", "doubted", why, follows, len(follows)))
    return holds


def settle_doubts(journal: Journal, parties: Sequence[Party], doubts: Sequence[Hold], now: int) -> list[Hold]:
    """A new look answers an older doubt, unless it says the same: then the hold stays. Returns the new ones."""
    read = {(party.id, name) for party in parties for name, look in party.looks.items() if look.how != "none"}
    fresh = list(doubts)
    for number, hold in journal.waiting().items():
        same = [new for new in fresh if (new.account, new.shelf, new.digest) == (hold.account, hold.shelf, hold.digest)]
        if hold.check == "doubted" and same:
            fresh.remove(same[0])
        elif hold.check == "doubted" and (hold.account, hold.shelf) in read:
            journal.answer(number, "replaced", now)
    return fresh


def wanted(request: Request, changes: Sequence[Asked]) -> list[Asked]:
    """What this request asks for of these."""
    return [
        change
        for change in changes
        if (not request.only_shelves or sort_of(change.shelf) in request.only_shelves)
        and (not request.only_from or change.origin in request.only_from)
    ]


def named(change: Change) -> bool:
    """Can it be told what is meant? A play that we wrote is removed once a reading has told its name."""
    return change.shelf != "history" or change.verb == "add" or bool(change.key)


def record(parties: Sequence[Party], accounts: Accounts) -> None:
    """Move the cursors of what was read whole and settled; a doubted shelf is read completely until it is healthy."""
    for party in parties:
        for reader, covered in party.readers().items():
            look = party.look(reader if reader in party.shelves else covered[0])
            if look.doubted:
                before = accounts.cursor(party.id, reader)
                before.doubted = True
                accounts.move(party.id, reader, before)
            elif look.whole and not look.again:
                for name in {reader, *covered}:
                    accounts.move(party.id, name, look.cursor)


def end(
    request: Request,
    parties: Sequence[Party],
    store: Store,
    done: tuple[int, Outcome, Mapping[int, Hold], Apply],
    now: int,
) -> Report:
    """Write down how the run went, and what each account's sign-in is worth."""
    run, outcome, holds, apply = done
    if not request.dry_run:
        holds = {**holds, **close_granted(outcome, apply, store, now)}
    holds = {
        n: hold for n, hold in holds.items() if not request.only_shelves or sort_of(hold.shelf) in request.only_shelves
    }
    accounts = Accounts(store)
    result = report(request.dry_run, run, parties, (outcome, holds, apply.outcomes), store)
    with store.transaction(durable=True):
        for party in parties:
            if party.asked and (party.looks or party.problems):
                settle_mood(accounts, party, now)
        accounts.end_run(run, result.status, result.requests, [p.message for p in result.problems], now)
        Journal(store).prune(now)
        Told(store).prune(now)
    return result


def close_granted(outcome: Outcome, apply: Apply, store: Store, now: int) -> dict[int, Hold]:
    """What a person let pass ends when it is written; what is left of it waits under the same number."""
    journal, rest = Journal(store), {}
    with store.transaction(durable=True):
        for number, hold in outcome.granted.items():
            left = [c for c in hold.changes if apply.outcomes.get(c.identity, ("failed",))[0] == "failed"]
            if left:
                rest[number] = replace(hold, changes=tuple(left))
                journal.shrink(number, rest[number])
            else:
                journal.answer(number, "approved", now)
    return rest


def settle_mood(accounts: Accounts, party: Party, now: int) -> None:
    """Remember whether the account works, and since when a person knows that it does not."""
    problem: ServiceError | None = next(iter(party.problems), None)
    if problem is None:
        why = next((look.why for look in party.looks.values() if look.how == "partial"), None)
        why = None if any(look.whole for look in party.looks.values()) else why
        accounts.mood(party.id, "ready", why, None)
    else:
        accounts.mood(party.id, problem.kind, str(problem), party.account.noticed or now)
