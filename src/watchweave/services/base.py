"""The promise of a service: what an adapter defines, and what the engine may ask of it.

A complete service is a `Service` that names its sign-in fields and its shelves, and a `Shelf` for each kind of record
with `read` and those of `add` and `remove` that the service can do: defining it is declaring it. Adapters hold no form,
retry, pacing, storage, dry run or `try`; `services/http.py` turns every failure into an error of `errors.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Protocol, TypeVar

from msgspec import Meta, Struct

from ..core.media import Kind
from ..core.records import Form, Member, Record
from ..errors import ConfigError
from .desk import Desk as Desk
from .desk import Files as Files
from .desk import Fleeting as Fleeting
from .desk import Handed as Handed
from .desk import Notes as Notes

if TYPE_CHECKING:
    from .http import Http, Signer
    from .pacing import Limits

R = TypeVar("R", bound=Record)
T = TypeVar("T")

Whole = Annotated[int, Meta(ge=-(2**53), le=2**53)]
"""A number in an answer that every database and every script can hold; an answer with a larger one is not believed."""
Stamp = Annotated[int, Meta(ge=-62_135_596_800, le=253_402_300_799)]
"""A time in an answer, in Unix seconds: within the years 1 to 9999."""


class Field(Struct, frozen=True):
    """One thing a person enters to connect an account; `name` is its key in config.yml."""

    name: str
    title: str
    secret: bool = False
    required: bool = False
    help: str = ""


class Refusal(Struct, Generic[R], frozen=True):
    """A record that the service would not take, and why, in plain words."""

    record: R
    why: str


@dataclass(slots=True)
class Reading(Generic[R]):
    """What a shelf answered: complete, news since a cursor, or partial (a reason is given).

    `records` is a sequence, or pages of records as they come; the other fields are looked at only after the last page,
    so that a generator may fill them in. Records of other shelves may be among them, if those shelves say `read_by`.
    `kinds`: what a complete reading covers; None means all the shelf's kinds.
    `cursor`: what to hand to `read` next time. `count`: how many records the account says it holds altogether.
    `made`: the moment, in unix seconds, for which it is true, where that is not now: what is known to have happened since
    stands. `beyond`: own names (`Media.keys`) of what it says nothing about: what is known of these stands. `lacks`: the
    shelves among those read by this one that it tells of only in part. `missed`: why something may have passed unseen, for
    the person to read; it is then a partial reading.
    """

    records: Sequence[R] | AsyncIterator[Sequence[R]]
    complete: bool = True
    partial: str = ""
    kinds: frozenset[Kind] | None = None
    cursor: str | None = None
    count: int | None = None
    made: int | None = None
    beyond: Sequence[str] = ()
    lacks: frozenset[str] = frozenset()
    missed: str = ""


class Identity(Struct, frozen=True):
    """Whom a sign-in belongs to, and what it shows.

    `person` must stay the same for ever. `scope` names everything that, when it changes, makes earlier keys worthless:
    the server, its libraries, the libraries chosen. `name` is for people.
    """

    person: str
    name: str = ""
    scope: str = ""


class Known(Protocol):
    """What the engine already knows of the things of this account."""

    def unknown(self, keys: Iterable[str]) -> set[str]:
        """Those of these service-own names (`Media.keys`) that have not been identified yet."""


class LeftOut(Struct, frozen=True):
    """A line of a file that could not be used, and why."""

    file: str
    line: int
    why: str


ENOUGH = 5
"""So many titles of a file tell whether another one is of the same person."""


class Examined(Struct, frozen=True):
    """What a file is that a person hands in. used: how many records of each kind, in words. whose: options that the account
    has to which it belongs, as far as the file says. Where it does not say, titles: those it is about, by any name; newest:
    the newest day of what is rarely taken back, in unix seconds."""

    label: str
    made: int
    used: Mapping[str, int]
    left_out: Sequence[LeftOut] = ()
    whose: Mapping[str, str] = {}
    titles: frozenset[str] = frozenset()
    newest: int | None = None

    def doubt(self, before: Examined, name: str) -> str:
        """Why this file, called so, is hardly the next one of the same person after that; nothing where it may be."""
        if self.newest is not None and before.newest is not None and self.newest < before.newest:
            last, then = (datetime.fromtimestamp(at, UTC).date() for at in (self.newest, before.newest))
            told = f"{name} tells nothing newer than of {last}, and the file before had something of {then}"
            return f"{told}: this seems an old one, unless you have taken back what is newer."
        missing, of = len(before.titles - self.titles), len(before.titles)
        if of >= ENOUGH and missing * 2 > of:
            return f"{missing} of the {of} titles of the file before are not in {name}: is it yours?"
        return ""


class Sheet(Struct, frozen=True):
    """A file that a person is to carry to the service: its content, and the records that stand in it. name: its sort, as
    in `Service.carry`."""

    content: bytes
    records: Sequence[Record]
    name: str = ""


class Shelf(Generic[R]):
    """One kind of record at one service, for one account and one run.

    Class attributes state what it can hold; the methods a shelf defines state what it can do. `read_by` names the shelf
    whose reading brings this one's records too (then `read` is not called here). `asked` says that the shelf is left
    out unless the person names it in the settings; `public`, that it is only read unless she does. `takes`: the kinds that can be written, where not all that are read.
    `filed`: all of it is read from files that the person hands in, so that asking for all brings no more than asking for
    news. `marks`: what is added counts as watched there, too. `carried`: what is added is carried there by the person, in the files of `Service.sheets`, and done when a
    reading shows it.
    """

    record: ClassVar[type[Record]]
    kinds: ClassVar[frozenset[Kind]]
    takes: ClassVar[frozenset[Kind] | None] = None
    form: ClassVar[Form] = Form()
    read_by: ClassVar[str] = ""
    asked: ClassVar[bool] = False
    public: ClassVar[bool] = False
    filed: ClassVar[bool] = False
    marks: ClassVar[bool] = False
    carried: ClassVar[bool] = False
    label: ClassVar[str] = ""
    """The sort of file that tells of it, where it is `filed`; empty where any file of the service does."""
    stale: ClassVar[int] = 7 * 86_400
    """Seconds after which a complete reading is made although nothing seems to have changed."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.http: Http = service.http

    async def stamp(self) -> str | None:
        """Anything that changes whenever the shelf changes, as cheap as possible; None where there is no such thing."""
        return None

    async def passed(self, cursor: str | None) -> str | None:
        """For a shelf without a stamp: the cursor moved past what we have just written, if that can be told."""
        return None

    async def read(self, cursor: str | None) -> Reading[R]:
        """All that changed since the cursor, or all there is. Every record read satisfies `form.fit(value) == value`."""
        raise NotImplementedError

    # A shelf that can be written to defines these; records are in the shelf's own form, `media` carries every known id,
    # `media.keys` all copies on this account. They return the refused records; all others are done.
    #   async def add(self, records: Sequence[R]) -> Sequence[Refusal[R]]
    #   async def remove(self, records: Sequence[R]) -> Sequence[Refusal[R]]

    @classmethod
    def can(cls, verb: str) -> bool:
        """Does this shelf define `add` or `remove`, or a list `order`? A change is an add of another value, and what is carried is added."""
        return hasattr(cls, "add" if verb == "change" else verb) or (cls.carried and verb in ("add", "change"))

    @classmethod
    def holds(cls) -> frozenset[Kind]:
        """The kinds that can be written."""
        return cls.kinds if cls.takes is None else cls.takes


class Listed(Struct, frozen=True):
    """A list that an account has. own: the service's own name of it; title: what the person calls it. stamp: changes
    whenever the list does; empty where nobody says when it does."""

    own: str
    title: str
    stamp: str = ""


class ListShelf(Shelf[Member]):
    """One list of the person's. `own` is empty as long as the service has none: `made` makes it there."""

    record = Member

    def __init__(self, service: Service, listed: Listed) -> None:
        super().__init__(service)
        self.own, self.title, self.told = listed.own, listed.title, listed.stamp

    async def stamp(self) -> str | None:
        """One that is not there is as it was."""
        return self.told or (None if self.own else "-")

    # Members are read in the order of the list. Where that can be set this is defined, too; the same may be asked for again.
    # It gets all that stand there, in the order in which they are to stand, and says why that was not done, if it was not:
    #   async def order(self, records: Sequence[Member]) -> str

    async def made(self) -> str:
        """The service's own name of the list, which is there now."""
        self.own = self.own or await self.service.shelves["lists"].make(self.title)  # type: ignore[attr-defined]
        return self.own


class Lists(Shelf[Member]):
    """Which lists there are; it holds nothing itself. `stamp` moves whenever one of them does."""

    record = Member
    kinds = frozenset()
    each: ClassVar[type[ListShelf]]

    async def all(self) -> Sequence[Listed] | None:
        """Every list of the person's own; None where nobody has said which there are. Raises where not all are told."""
        raise NotImplementedError

    # Where lists can be made this is defined, too; it is not repeated by itself:
    #   async def make(self, title: str) -> str

    @classmethod
    def kind(cls, own: str) -> type[ListShelf]:
        """What the list of this name is."""
        return cls.each


class Service:
    """A place where a person keeps records, for one account and one run.

    hosts: settings that name further addresses, with their defaults (`auth_url`, …); `url` is the main one.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    base_url: ClassVar[str] = ""
    hosts: ClassVar[Mapping[str, str]] = {}
    sign_in: ClassVar[tuple[Field, ...]] = ()
    asks: ClassVar[tuple[str, ...]] = ()
    """The fields of `sign_in` that a person is asked for to be signed in, where that is not done by a code. What she types is
    not kept."""

    settings: ClassVar[tuple[Field, ...]] = ()
    shelf_types: ClassVar[Mapping[str, type[Shelf[Any]]]] = {}
    """History, `watched` (the flag), ratings, watchlist, collection … by name; `lists` is a `Lists`."""

    needs: ClassVar[Mapping[Kind, str]] = {}
    """By kind: the database without whose id it cannot be told which thing is meant."""

    carry: ClassVar[Mapping[str, str]] = {}
    """What a person does with the files of `sheets`, by their sort."""

    limits: ClassVar[Limits | None] = None
    """How fast it may be asked, and what its refusals mean; None: gently."""

    @classmethod
    def signer(cls, secrets: Secrets) -> Signer:
        """What signs the requests of an account with these secrets."""
        raise NotImplementedError

    def __init__(self, http: Http, options: Mapping[str, object], known: Known, desk: Desk | None = None) -> None:
        self.http = http
        self.options = options
        self.known = known
        self.desk = desk or Desk()
        self.shelves: dict[str, Shelf[Any]] = {name: kind(self) for name, kind in self.shelves_by(options).items()}

    @classmethod
    def shelves_by(cls, options: Mapping[str, object]) -> Mapping[str, type[Shelf[Any]]]:
        """The shelves of an account with these settings, each of a name in `shelf_types`."""
        return cls.shelf_types

    @property
    def signing(self) -> Signer:
        """What signs its requests."""
        return self.http._signer

    async def identity(self) -> Identity:
        """Whose account this is. Asked once a run, only before rows are used or anything is written."""
        raise NotImplementedError

    async def probe(self) -> None:
        """Does it answer? For whoever wants to know, where `identity` asks nobody. Raises ServiceError where it does not."""

    @classmethod
    def examine(cls, path: Path, said: str, zone: tzinfo) -> Examined | None:
        """What this file is, where it is one of this service's. said: what the person calls it, or nothing.

        Raises ServiceError where it is one and cannot be used."""
        return None

    def sheets(self, records: Sequence[Record]) -> tuple[Sequence[Sheet], Sequence[Refusal[Any]]]:
        """These records of its carried shelves as files, each within what the service takes; and those it never would."""
        raise NotImplementedError

    async def sign_in_by_code(self, secrets: Secrets, tell: Callable[[str], None]) -> None:
        """Let the person sign in: `tell` says where to type which code; signed in when this returns."""
        keys = ", ".join(field.name for field in self.sign_in) or "nothing"
        raise ConfigError(f"{self.title} has no sign-in by a code. Its account takes these keys in config.yml: {keys}.")

    @classmethod
    def asked(cls, options: Mapping[str, object], tell: Callable[[str], None]) -> Sequence[Field]:
        """What a person with these settings is asked for to be signed in; `tell` says what she does before she answers."""
        return [field for field in cls.sign_in if field.name in cls.asks and not options.get(field.name)]

    async def sign_in_by_password(self, secrets: Secrets, given: Mapping[str, str]) -> None:
        """Sign the person in with what she gave for the fields of `asks`; signed in when this returns."""
        raise NotImplementedError

    async def refresh(self, secrets: Secrets) -> bool:
        """New tokens now; False where there are none to renew."""
        return False


class Secrets(Protocol):
    """The secrets of one account, kept encrypted by storage; names are those of `Service.sign_in`."""

    def load(self) -> Mapping[str, str]:
        """All of them as last saved, by whichever process."""

    def save(self, values: Mapping[str, str]) -> None:
        """Replace these; durable on disk when this returns."""

    def lock(self) -> AsyncLock:
        """Held by one task of one process at a time, for refreshing."""


class AsyncLock(Protocol):
    async def __aenter__(self) -> object: ...
    async def __aexit__(self, *_: object) -> None: ...


class Pace(Protocol):
    """How fast we may go with one account, remembered between runs."""

    def wait_until(self) -> float:
        """Unix seconds before which nothing may be sent."""

    def hold(self, until: float) -> None:
        """The service asked us to wait until then; durable."""


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """The outcome of this work, which ends by itself soon. Whoever gives up waiting for it goes on when it has ended:
    a token that was spent is replaced in our memory too, and no thread writes behind our back."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        raise
