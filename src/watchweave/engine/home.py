"""Everything a command works with: the settings, the database, the people and their accounts."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from ..core.directions import hears
from ..core.plan import Change, Limit
from ..errors import ConfigError, StorageError
from ..metadata.base import Source
from ..services.base import Desk, Pace, Secrets, Service, Shelf
from ..storage.accounts import Account, Accounts
from ..storage.inbox import Inbox
from ..storage.journal import Journal
from ..storage.lists import Lists, State, shelf_of
from ..storage.matches import Matches
from ..storage.notes import StoredNotes
from ..storage.outbox import Outbox, Unwritable
from ..storage.staging import LISTS, SHELVES, Stage
from ..storage.store import Damaged, Store
from .apply import Apply
from .carry import Carry
from .decide import Terms
from .party import Party
from .report import Report
from .sync import Request, begin, sync
from .undo import Undo
from .zones import keep_days

log = logging.getLogger("watchweave")
INBOX, OUTBOX = "inbox", "outbox"
"""The folders of what was handed in, and of what is to be carried to services."""


class AccountWish(Protocol):
    """One account as the settings name it."""

    @property
    def name(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def options(self) -> Mapping[str, Any]: ...


class ProfileWish(Protocol):
    """One person as the settings name them."""

    @property
    def name(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def accounts(self) -> Sequence[AccountWish]: ...
    @property
    def directions(self) -> Sequence[tuple[str, str]]: ...
    @property
    def shelves(self) -> Sequence[str] | None: ...
    @property
    def lists(self) -> Sequence[str] | None: ...
    @property
    def rules(self) -> Any: ...
    @property
    def limits(self) -> Mapping[str, Limit]: ...
    @property
    def titles(self) -> str: ...


OpenService = Callable[[AccountWish, Secrets, Pace, Matches, Desk], tuple[Service, AsyncExitStack]]
"""Makes the service of an account, ready to be asked; the composition root knows how."""
OpenSources = Callable[[], tuple[Sequence[Source], AsyncExitStack]]
"""Makes the metadata sources of the settings, ready to be asked."""


def no_sources() -> tuple[Sequence[Source], AsyncExitStack]:
    """Nobody to ask what things are."""
    return (), AsyncExitStack()


class Home:
    """An open configuration folder. `open_service` makes an adapter; `secrets` and `pace` belong to an account number.

    kind: a service by its name, for what can be said of it without asking it.
    """

    def __init__(
        self,
        profiles: Sequence[ProfileWish],
        store: Store,
        open_service: OpenService,
        secrets: Callable[[int], Any],
        pace: Callable[[int], Pace],
        kind: Callable[[str], type[Service]],
        open_sources: OpenSources = no_sources,
    ) -> None:
        self.profiles = profiles
        self.store = store
        self.open_service = open_service
        self.secrets = secrets
        self.pace = pace
        self.kind = kind
        self.open_sources = open_sources
        self.folder = store.path.parent if store.path else Path()
        """Where inbox and outbox stand."""
        self.stop = asyncio.Event()
        self.tell: Callable[[str], None] = lambda stage: None

    def clock(self) -> int:
        """Now, in unix seconds."""
        return int(time.time())

    def enrol(self) -> None:
        """Give every account of the settings its number, before a copy is made: secrets are kept under it."""
        known = set(Accounts(self.store).owned().values())
        missing = [(p, a) for p in self.profiles for a in p.accounts if (p.name, a.name) not in known]
        if missing:
            accounts = Accounts(self.store)
            with self.store.transaction():
                for profile, account in missing:
                    accounts.account(accounts.profile(profile.name), account.name, account.service)

    def profile(self, name: str | None) -> list[ProfileWish]:
        """The person of this name, or all."""
        found = [profile for profile in self.profiles if name in (None, profile.name)]
        if not found:
            known = ", ".join(profile.name for profile in self.profiles)
            raise ConfigError(f'There is no profile "{name}". Known are: {known}.')
        return found

    def unsigned(self, wish: AccountWish, number: int) -> str:
        """Why nobody is signed in to this account, and what to do; nothing where somebody seems to be."""
        known = {**wish.options, **self.secrets(number).load()}
        fields = self.kind(wish.service).sign_in
        missing = [field for field in fields if field.required and not known.get(field.name)]
        if not missing:
            return ""
        typed = [field for field in missing if not field.secret]
        if typed and not any(
            field.secret and known.get(field.name) for field in fields
        ):  # no sign-in would bring these
            names = " and ".join(f"`{field.name}:`" for field in typed)
            return f"{names} is missing. Set it in config.yml. {typed[0].help}".strip()
        damaged = {field.name for field in missing} & set(self.secrets(number).damaged())
        what = "the saved sign-in is damaged" if damaged else "not signed in"
        return f'{what}. Run "watchweave login {wish.name}".'

    def uses(self) -> dict[int, Mapping[str, type[Shelf[Any]]]]:
        """The shelves in use of every account of the settings, by its number."""
        numbers = {whose: number for number, whose in Accounts(self.store).owned().items()}
        return {
            (number := numbers[person.name, wish.name]): self._with_lists(number, used)
            for person in self.profiles
            for wish, used in zip(person.accounts, self._used(person), strict=True)
        }

    def _with_lists(self, account: int, used: Mapping[str, type[Shelf[Any]]]) -> Mapping[str, type[Shelf[Any]]]:
        """These shelves, with a shelf for each list that is in step."""
        lists: Any = used.get(LISTS)
        known = Lists(self.store.db).of(account).values() if lists else ()
        kept = {shelf_of(one.list): lists.kind(one.own) for one in known if one.state is State.KEPT}
        return {name: shelf for name, shelf in {**used, **kept}.items() if name != LISTS}

    def _used(self, person: ProfileWish) -> list[dict[str, type[Shelf[Any]]]]:
        """The shelves in use of each account of a person."""
        offers = [self.kind(wish.service).shelves_by(wish.options) for wish in person.accounts]
        had = Counter(name for offer in offers for name in offer)
        return [
            {name: shelf for name, shelf in offer.items() if in_use(name, shelf, person.shelves, alone=had[name] == 1)}
            for offer in offers
        ]

    @asynccontextmanager
    async def parties(self, profile: ProfileWish, store: Store | None = None) -> AsyncIterator[tuple[int, list[Party]]]:
        """The accounts of a person, ready for one run; closed afterwards."""
        if not self.stop.is_set():
            self.stop = asyncio.Event()  # an event belongs to the loop in which somebody waited for it
        store = store or self.store
        accounts = Accounts(store)
        with store.transaction():
            number = accounts.profile(profile.name)
            rows = [accounts.account(number, wish.name, wish.service) for wish in profile.accounts]
            used = self._used(profile)
            keep_days(store, (number, profile.timezone), rows, used)
        async with AsyncExitStack() as stack:
            found = []
            for rank, (wish, row) in enumerate(zip(profile.accounts, rows, strict=True)):
                service, closing = self._service(profile, wish, row, store)
                await stack.enter_async_context(closing)
                shelves = {n: s for n, s in service.shelves.items() if n in used[rank]}
                silent = kept_silent(shelves, profile.shelves)
                lists: Any = shelves.pop(LISTS, None)
                stage = Stage(store.db, row.id, {SHELVES[name] for name in shelves})
                found.append(
                    Party(row, rank, service, shelves, stage, silent=silent, lists=lists, chosen=profile.lists)
                )
            yield number, found

    def _service(
        self, profile: ProfileWish, wish: AccountWish, row: Account, store: Store
    ) -> tuple[Service, AsyncExitStack]:
        desk = Desk(ZoneInfo(profile.timezone), self.inbox(profile.name, wish.name), StoredNotes(store, row.id))
        return self.open_service(wish, self.secrets(row.id), self.pace(row.id), Matches(store.db, row.id), desk)

    @property
    def outbox(self) -> Outbox:
        """Where files go that a person is to carry."""
        return Outbox(self.folder / OUTBOX)

    def inbox(self, person: str, account: str) -> Inbox:
        """What was handed in for an account of a person."""
        return Inbox(self.folder / INBOX / person / account)

    async def sync(
        self,
        profile: ProfileWish,
        what: What | None = None,
        *,
        dry_run: bool = False,
        yes: bool = False,
        approve: str = "",
    ) -> Report:
        """One sync of one person. A dry run works on a copy of what is remembered, and writes to no service."""
        store = self.store.scratch() if dry_run else self.store
        try:
            async with self.parties(profile, store) as (number, parties):
                request = asked_for(profile, number, parties, what)
                request.dry_run, request.yes = dry_run, yes
                request.tell, request.before_writing = self.tell, self._copy
                if approve:
                    _approve(request, Journal(store), approve, {party.id for party in parties})
                request.outbox = self.outbox
                request.memory, request.keeps = self.store, dry_run or len(self.profiles) > 1
                request.sources, closing = self.open_sources()
                async with closing:
                    result = await sync(request, parties, store, self.clock, self.stop)
            if not dry_run:
                self.tidy()
        finally:
            if dry_run:
                store.close()
        return self._ended(result, profile)

    def tidy(self) -> None:
        """The outbox holds what is to be carried, and nothing else: also after a process has died on the way."""
        try:
            self.outbox.tidy(Journal(self.store).carried())
        except Unwritable as problem:
            log.warning("%s", problem)

    async def carried_anew(self, profile: ProfileWish, account: str) -> list[str]:
        """All that a person is to carry to this account, in new files in place of the old ones; their names."""
        async with self.parties(profile) as (number, parties):
            party = next(one for one in parties if one.name == account)
            if not Journal(self.store).carried(party.id):
                return []
            run = begin(Request(number, (), why=f"export {account}"), self.store, self.clock())
            files = Carry(Apply(self.store, run, self.clock, self.stop), self.outbox).again(party)
            with self.store.transaction(durable=True):
                Accounts(self.store).end_run(run, "done", {}, (), self.clock())
        return files

    def _copy(self) -> None:
        """The first writing of a day begins with a copy; without room for one it goes on."""
        try:
            self.store.backup_of_the_day(self.clock())
        except Damaged:
            raise
        except StorageError as problem:
            log.warning("There is no copy of the database from today. %s", problem)

    def _ended(self, result: Report, profile: ProfileWish) -> Report:
        result.profile = profile.name
        result.interrupted = self.stop.is_set()
        if result.interrupted and result.run is not None:
            Journal(self.store).cut_short(result.run)
            result.status = "held" if result.status == "held" else "partial"
        return result

    async def undo(
        self, run: int, *, dry_run: bool = False, agreed: Collection[tuple[object, ...]] | None = None
    ) -> Report:
        """Take back what one run wrote, where the services allow it and nothing has happened since.

        agreed: only these changes, by their identity, as a dry run showed them.
        """
        profile = self._profile_of(run)
        store = self.store.scratch() if dry_run else self.store
        copy = None if dry_run else store.backup("undo", self.clock())
        try:
            async with self.parties(profile, store) as (number, parties):
                request = asked_for(profile, number, parties, None)
                request.outbox = self.outbox
                undoing = Undo(request, parties, store, self.clock, self.stop)
                result = await undoing.run(run, dry_run=dry_run, agreed=agreed)
            if copy and not any(line.outcome in ("done", "pending") for line in result.changes):
                copy.unlink()
            if not dry_run:
                self.tidy()
        finally:
            if dry_run:
                store.close()
        return self._ended(result, profile)

    def _profile_of(self, run: int) -> ProfileWish:
        names = {row.id: row.profile for row in Accounts(self.store).runs(1_000_000)}
        if run not in names:
            raise ConfigError(f'There is no run {run}. "watchweave runs" lists them.')
        return self.profile(names[run])[0]


class What:
    """What of a sync is wanted: an account, a service, a direction, or shelves."""

    def __init__(self, words: str = "", shelf: str = "") -> None:
        self.words = words
        self.shelf = shelf


def in_use(name: str, shelf: type[Shelf[Any]], wanted: Sequence[str] | None, *, alone: bool) -> bool:
    """Is this shelf synced? The flag goes with history; some shelves only where the person names them. alone: no other
    account of hers has one like it; then what is public costs no request."""
    if wanted is not None:
        return ("history" if name == "watched" else name) in wanted
    return not shelf.asked and not (alone and shelf.public and not shelf.filed)


def kept_silent(shelves: Mapping[str, Any], wanted: Sequence[str] | None) -> frozenset[str]:
    """Which of these are read and not written to: what is public, unless the person names it."""
    return frozenset(name for name, shelf in shelves.items() if shelf.public and name not in (wanted or ()))


def asked_for(profile: ProfileWish, number: int, parties: Sequence[Party], what: What | None) -> Request:
    """The request for one person; `what` narrows who is read and who is told, never who hears whom."""
    ids = {party.name: party.id for party in parties}
    rules = profile.rules
    terms = Terms(
        profile.timezone,
        {"ratings": rules.ratings, "watchlist": rules.watchlist, "reviews": rules.reviews, "lists": rules.lists},
        rules.removed_plays,
        rules.watched_leaves_watchlist,
        profile.titles,
        profile.limits,
    )
    request = Request(number, [(ids[giver], ids[receiver]) for giver, receiver in profile.directions], terms)
    if what and what.shelf:
        request.only_shelves = frozenset({what.shelf} | ({"watched"} if what.shelf == "history" else set()))
    if what and what.words:
        _narrow(request, parties, what.words)
    return request


def _narrow(request: Request, parties: Sequence[Party], words: str) -> None:
    heard = hears([party.id for party in parties], request.directions)
    if words.endswith("-"):  # the shell took the rest for a file to write to
        raise ConfigError(f'A direction needs quotes, or the shell cuts it off: "{words}>ACCOUNT".')
    giver, arrow, receiver = (part.strip() for part in words.partition("->"))
    told = named(parties, receiver if arrow else giver)
    asked = frozenset().union(*(heard[party.id] for party in told))
    if arrow:
        givers = named(parties, giver)
        for one in told:
            missing = [g.name for g in givers if g.id not in heard[one.id]]
            if missing:
                raise ConfigError(
                    f'The settings do not let {one.name} hear {", ".join(missing)}: see "sync" in config.yml.'
                )
        request.only_from = frozenset().union(*(heard[party.id] for party in givers))
        asked &= request.only_from | {party.id for party in told}
    for party in parties:
        party.asked = party.id in asked
        party.told = party in told


def named(parties: Sequence[Party], word: str) -> list[Party]:
    """The account of this name, or all accounts at the service of this name."""
    found = [p for p in parties if p.name == word] or [p for p in parties if p.account.service == word]
    if not found:
        known = ", ".join(party.name for party in parties)
        raise ConfigError(f'There is no account "{word}". Known are: {known}.')
    return found


def _approve(request: Request, journal: Journal, hold: str, accounts: set[int]) -> None:
    waiting = {f"h{number}": found for number, found in journal.waiting().items() if found.account in accounts}
    if hold not in waiting:
        known = ", ".join(waiting) or "none"
        raise ConfigError(f'There is no hold "{hold}" waiting. Waiting: {known}.')
    changes: tuple[Change, ...] = waiting[hold].changes
    request.approved = changes
    request.why = f"approve {hold}"
    if waiting[hold].check == "doubted":
        request.believed = frozenset({(waiting[hold].account, waiting[hold].shelf)})
