"""A service that keeps everything in memory, does what it is told, and can misbehave on order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from watchweave.core.media import Kind, Media
from watchweave.core.records import Copy, Form, Member, Play, Rating, Record, Review, Watched, Wish
from watchweave.errors import Incomplete, NotSent, SignInNeeded, Unavailable
from watchweave.services.base import Identity, Listed, Lists, ListShelf, Reading, Refusal, Service, Shelf


class Killed(BaseException):
    """The process died here."""


@dataclass
class Thing:
    """Something that exists, whoever knows it."""

    uid: str
    title: str
    year: int = 2000
    kind: Kind = Kind.MOVIE
    runtime: int = 7200
    ids: dict[str, str] = field(default_factory=dict)
    parent: str = ""
    """The uid of its show."""
    season: int | None = None
    number: int | None = None
    order: str = ""
    aired: int | None = None

    def __post_init__(self) -> None:
        number = sum(ord(c) * 131**i for i, c in enumerate(self.uid)) % 9_000_000 + 1
        self.ids = self.ids or {"imdb": f"tt{number:07d}", "tmdb": str(number)}


@dataclass
class Box:
    """What one account at the service holds."""

    name: str
    forms: dict[str, Form]
    person: str = "nate"
    scope: str = "1"
    stamps: bool = True
    library: set[str] = field(default_factory=set)
    plays: dict[str, tuple[str, int | None, str]] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)
    ratings: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    wishes: dict[str, int] = field(default_factory=dict)
    reviews: dict[str, tuple[str, int]] = field(default_factory=dict)
    lists: dict[str, tuple[str, dict[str, int]]] = field(default_factory=dict)
    """By their names here: what the person calls them, and what stands in them since when."""
    makes_lists: bool = True
    longest_title: int = 100
    """It cuts the titles of lists that are made there."""
    unknown: set[str] = field(default_factory=set)
    moved: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("history", "ratings", "watchlist", "reviews", "lists"), 1)
    )
    number: int = 0
    told: set[str] = field(default_factory=set)
    """The keys that any reading has shown."""
    down: bool = False
    signed_out: bool = False
    partial: set[str] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)
    short: dict[str, int] = field(default_factory=dict)
    fail_writes: list[str] = field(default_factory=list)
    """What happens to the coming writes: '' fine, lost, applied, late, half, unsent, kill_before, kill_after."""
    late: list[tuple[int, Callable[[int], None]]] = field(default_factory=list)
    behind: Callable[[], None] | None = None
    """What somebody does right after the next write that is carried out, before its answer is there."""
    reads: int = 0
    writes: int = 0
    written: list[tuple[str, str, str]] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)
    nameless: set[str] = field(default_factory=set)
    """Of these it tells no ids."""
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of these it tells others than their own."""
    years: dict[str, int] = field(default_factory=dict)
    """Of these it tells another year."""
    titles: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Of these it tells another title, and the original one."""
    views: str = "mark"
    """How the views are known that our own marks leave: as marks, or as viewings of their moment."""
    shows_rounded: int = 1
    """It rounds the ratings it is sent to multiples of this, and shows those."""
    things: dict[str, Thing] | None = None
    """What it names by keys of its own; None: what everybody names alike."""

    def form(self, shelf: str) -> Form:
        return self.forms[shelf]

    def move(self, shelf: str) -> None:
        self.moved[shelf] += 1

    # what a person does here
    def watch(self, uid: str, at: int | None, now: int, clock: str = "second") -> str:
        """A play; on a service with flags the flag too."""
        self.number += 1
        key = f"{self.name}-{self.number}"
        form = self.forms.get("history", Form())
        if form.clock == "now":
            self.plays[key] = (uid, at, clock)
        else:
            self.plays[key] = (uid, form.cut(at) if clock != "day" else at, "day" if form.clock == "day" else clock)
        if "watched" in self.forms:
            self.flags[uid] = now
            self.library.add(uid)
        self.move("history")
        return key

    def mark(self, uid: str, now: int) -> None:
        """Somebody says that it has been watched, whenever that was."""
        self.number += 1
        self.flags[uid] = now
        self.plays[f"view:{uid}:{self.number}"] = (uid, now, "mark")
        self.move("history")

    def unwatch(self, uid: str) -> None:
        self.flags.pop(uid, None)
        self.move("history")

    def remove_play(self, key: str) -> None:
        self.plays.pop(key)
        self.move("history")

    def rate(self, uid: str, value: int | None, at: int) -> None:
        if value is None:
            self.ratings.pop(uid, None)
        else:
            self.ratings[uid] = (self.forms["ratings"].fit(value), at if self.forms["ratings"].times else None)  # type: ignore[assignment]
        self.move("ratings")

    def wish(self, uid: str, at: int) -> None:
        self.wishes.setdefault(uid, at)
        self.move("watchlist")

    def review(self, uid: str, text: str | None, at: int) -> None:
        if text is None:
            self.reviews.pop(uid, None)
        else:
            self.reviews[uid] = (text, at)
        self.move("reviews")

    def list(self, title: str, *uids: str, at: int = 0) -> str:
        """A list of this title with these in it, made where there is none; its name here."""
        self.number += 1
        own = next((own for own, (called, _) in self.lists.items() if called == title), f"l{self.number}")
        self.lists.setdefault(own, (title, {}))[1].update(dict.fromkeys(uids, at))
        self.move("lists")
        return own

    def unlist(self, title: str, *uids: str) -> None:
        """Take these out of a list; without any, the list itself."""
        own = next(own for own, (called, _) in self.lists.items() if called == title)
        for uid in uids:
            self.lists[own][1].pop(uid)
        if not uids:
            self.lists.pop(own)
        self.move("lists")

    def sort(self, title: str, *uids: str) -> None:
        """Put these first, in this order."""
        members = next(members for called, members in self.lists.values() if called == title)
        there = {**{uid: members[uid] for uid in uids}, **members}
        members.clear()
        members.update(there)
        self.move("lists")

    def order(self, title: str) -> list[str]:
        """What stands in the list of this title, in its order."""
        return [uid for called, members in self.lists.values() if called == title for uid in members]

    def listed(self, title: str) -> set[str]:
        """What stands in the list of this title."""
        return {uid for called, members in self.lists.values() if called == title for uid in members}

    def unwish(self, uid: str) -> None:
        self.wishes.pop(uid, None)
        self.move("watchlist")


class Counter:
    """Stands where the HTTP door stands: it counts."""

    def __init__(self) -> None:
        self.requests = 0
        self.carried = 0


class MemoryShelf(Shelf[Any]):
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.MOVIE, Kind.EPISODE, Kind.SHOW})
    name: ClassVar[str]

    def __init__(self, service: Memory) -> None:
        super().__init__(service)
        self.box = service.box
        self.things = service.things
        self.now = service.now

    def media(self, uid: str) -> Media:
        self.box.told.add(uid)
        thing = self.things[uid]
        ids = {} if uid in self.box.nameless else self.box.ids.get(uid, thing.ids)
        show = self.media(thing.parent) if thing.parent else None
        place = (thing.season, thing.number, thing.runtime, (uid,), thing.order, thing.aired)
        title, original = self.box.titles.get(uid, (thing.title, ""))
        year = self.box.years.get(uid, thing.year)
        return Media(thing.kind, ids, title, year, show, *place, original=original)

    def uid(self, record: Record) -> str:
        """Which thing a record is about, by the service's own name or by an id; empty where nobody knows."""
        return self.named(record.media) or self.placed(record.media)

    def named(self, media: Media) -> str:
        if media.key:
            return media.key
        told = media.ids.items()
        return next(
            (u for u, thing in self.things.items() if thing.kind is media.kind and thing.ids.items() & told), ""
        )

    def placed(self, media: Media) -> str:
        """What stands where this is said to stand in its show."""
        if media.parent is None or media.season is None or media.order:
            return ""
        place = (self.named(media.parent), media.kind, media.season, media.number)
        return next((u for u, t in self.things.items() if (t.parent, t.kind, t.season, t.number) == place), "")

    async def asked(self) -> None:
        self.http.requests += 1
        self.box.reads += 1
        if self.box.down:
            raise Unavailable("Memory", "no answer")
        if self.box.signed_out:
            raise SignInNeeded("Memory", "the sign-in has expired")
        for due, act in [row for row in self.box.late if row[0] <= self.service.now()]:
            self.box.late = [row for row in self.box.late if row[1] is not act]
            act(due)

    async def stamp(self) -> str | None:
        if not self.box.stamps:
            return None
        await self.asked()
        return str(self.box.moved[self.name])

    def reading(self, records: list[Record], cursor: str | None) -> Reading[Any]:
        if self.name in self.box.empty:
            records = []
        if self.name in self.box.short:
            records = records[: self.box.short[self.name]]
        if self.name in self.box.partial:
            return Reading(self.broken(records), cursor=None)
        return Reading(records, cursor=str(self.now()))

    async def broken(self, records: list[Record]):  # type: ignore[no-untyped-def]
        yield records[: len(records) // 2]
        raise Incomplete("Memory", "the second page failed")

    async def writing(self, records: list[Any], act: Callable[[Any], None], verb: str) -> list[Refusal[Any]]:
        self.http.requests += 1
        self.box.writes += 1
        fate = self.box.fail_writes.pop(0) if self.box.fail_writes else ""
        if fate == "kill_before":
            raise Killed
        if fate == "unsent" or self.box.down:
            raise NotSent("Memory", "no connection")
        unknown = {"", *self.box.unknown}
        taken = [r for r in records if verb == "make" or self.uid(r) not in unknown]
        refusals = [Refusal(r, "Memory does not know this") for r in records if r not in taken]
        if fate == "lost":
            raise Unavailable("Memory", "the connection broke")
        if fate in ("late", "kill_late"):

            def land(due: int) -> None:
                self.now = lambda: due  # it is done, and stamped, when it lands
                for record in taken:
                    act(record)
                self.box.move(self.name if self.name != "watched" else "history")

            self.box.late.append((self.now() + 40, land))
            if fate == "kill_late":
                raise Killed
            raise Unavailable("Memory", "the connection broke")
        for record in taken[: len(taken) // 2] if fate == "half" else taken:
            act(record)
            self.box.written.append((self.name, verb, self.uid(record)))
        self.box.move(self.name if self.name != "watched" else "history")
        if self.box.behind:
            act_behind, self.box.behind = self.box.behind, None
            act_behind()
        if fate == "kill_after":
            raise Killed
        if fate in ("applied", "half"):
            raise Unavailable("Memory", "the connection broke")
        return refusals


class HistoryReads(MemoryShelf):
    record = Play
    name = "history"

    async def read(self, cursor: str | None) -> Reading[Any]:
        await self.asked()
        box = self.box
        records: list[Record] = [Copy(self.media(uid)) for uid in sorted(box.library)]
        records += [Watched(self.media(uid), at) for uid, at in box.flags.items()]
        records += [Play(self.media(uid), at, key, clock) for key, (uid, at, clock) in box.plays.items()]  # type: ignore[arg-type]
        return self.reading(records, cursor)


class HistoryWrites(HistoryReads):
    async def add(self, records: list[Play]) -> list[Refusal[Play]]:
        def act(record: Play) -> None:
            self.box.number += 1
            clock = self.box.form("history").clock
            precision = "unknown" if record.at is None else "day" if clock == "day" else "second"
            key = f"{self.box.name}-{self.box.number}"
            self.box.plays[key] = (self.uid(record), self.box.form("history").cut(record.at), precision)

        return await self.writing(records, act, "add")

    async def remove(self, records: list[Play]) -> list[Refusal[Play]]:
        return await self.writing(records, lambda r: self.box.plays.pop(r.key, None) and None, "remove")


class Flags(MemoryShelf):
    record = Watched
    name = "watched"
    read_by = "history"

    async def add(self, records: list[Watched]) -> list[Refusal[Watched]]:
        def act(record: Watched) -> None:
            self.box.flags[self.uid(record)] = self.now()
            self.box.number += 1
            self.box.plays[f"view:{self.uid(record)}:{self.box.number}"] = (
                self.uid(record),
                self.now(),
                self.box.views,
            )

        unmarked = [r for r in records if self.uid(r) not in self.box.flags]  # a second mark would count as a view
        return await self.writing(unmarked, act, "add") if unmarked else []

    async def remove(self, records: list[Watched]) -> list[Refusal[Watched]]:
        return await self.writing(records, lambda r: self.box.flags.pop(self.uid(r), None) and None, "remove")


class Ratings(MemoryShelf):
    record = Rating
    name = "ratings"

    async def read(self, cursor: str | None) -> Reading[Any]:
        await self.asked()
        rows = [Rating(self.media(uid), at, value) for uid, (value, at) in self.box.ratings.items()]
        return self.reading(list(rows), cursor)

    async def add(self, records: list[Rating]) -> list[Refusal[Rating]]:
        def act(record: Rating) -> None:
            step = self.box.shows_rounded
            self.box.ratings[self.uid(record)] = ((2 * record.value + step) // (2 * step) * step, record.at)

        return await self.writing(records, act, "add")

    async def remove(self, records: list[Rating]) -> list[Refusal[Rating]]:
        return await self.writing(records, lambda r: self.box.ratings.pop(self.uid(r), None) and None, "remove")


class Watchlist(MemoryShelf):
    record = Wish
    name = "watchlist"

    async def read(self, cursor: str | None) -> Reading[Any]:
        await self.asked()
        return self.reading([Wish(self.media(uid), at) for uid, at in self.box.wishes.items()], cursor)

    async def add(self, records: list[Wish]) -> list[Refusal[Wish]]:
        return await self.writing(records, lambda r: self.box.wishes.__setitem__(self.uid(r), self.now()), "add")

    async def remove(self, records: list[Wish]) -> list[Refusal[Wish]]:
        return await self.writing(records, lambda r: self.box.wishes.pop(self.uid(r), None) and None, "remove")


class Reviews(MemoryShelf):
    record = Review
    name = "reviews"
    public = True

    async def read(self, cursor: str | None) -> Reading[Any]:
        await self.asked()
        rows = [Review(self.media(uid), at, text) for uid, (text, at) in self.box.reviews.items()]
        return self.reading(list(rows), cursor)

    async def add(self, records: list[Review]) -> list[Refusal[Review]]:
        return await self.writing(
            records, lambda r: self.box.reviews.__setitem__(self.uid(r), (r.text, self.now())), "add"
        )

    async def remove(self, records: list[Review]) -> list[Refusal[Review]]:
        return await self.writing(records, lambda r: self.box.reviews.pop(self.uid(r), None) and None, "remove")


class OneList(ListShelf, MemoryShelf):
    """One list of an account."""

    name = "lists"

    def __init__(self, service: Memory, listed: Listed) -> None:
        super().__init__(service, listed)
        self.form = service.box.form("lists")  # type: ignore[misc]

    def members(self) -> dict[str, int]:
        if self.own and self.own not in self.box.lists:
            raise Unavailable("Memory", "this list is not there any more")
        return self.box.lists[self.own][1] if self.own else {}

    async def read(self, cursor: str | None) -> Reading[Any]:
        await self.asked()
        return self.reading([Member(self.media(uid), at, self.own) for uid, at in self.members().items()], cursor)

    async def add(self, records: list[Member]) -> list[Refusal[Member]]:
        await self.made()
        return await self.writing(records, lambda r: self.members().__setitem__(self.uid(r), self.now()), "add")

    async def order(self, records: list[Member]) -> str:
        wanted = {
            self.uid(record): self.members()[self.uid(record)]
            for record in records
            if self.uid(record) in self.members()
        }

        def act(_: Member) -> None:
            there = {**wanted, **self.members()}
            self.members().clear()
            self.members().update(there)

        await self.writing(records[:1], act, "order")
        return ""

    async def remove(self, records: list[Member]) -> list[Refusal[Member]]:
        return await self.writing(records, lambda r: self.members().pop(self.uid(r), None) and None, "remove")


class ListsRead(MemoryShelf, Lists):
    """Which lists there are, for who can make none."""

    name = "lists"
    each = OneList

    async def all(self) -> list[Listed]:
        await self.asked()
        if "lists" in self.box.partial:
            raise Incomplete("Memory", "the second page of lists failed")
        seen = {} if "lists" in self.box.empty else self.box.lists
        return [Listed(own, title, str(list(members.items()))) for own, (title, members) in seen.items()]


class AllLists(ListsRead):
    """Which lists there are, and new ones."""

    async def make(self, title: str) -> str:
        cut = title[: self.box.longest_title]
        await self.writing([Member(Media(Kind.MOVIE, {}, title))], lambda record: self.box.list(cut) and None, "make")
        return self.box.list(cut)


SHELVES: dict[str, type[MemoryShelf]] = {
    "lists": AllLists,
    "history": HistoryWrites,
    "watched": Flags,
    "ratings": Ratings,
    "watchlist": Watchlist,
    "reviews": Reviews,
}


class Memory(Service):
    """One account in memory."""

    name = "memory"
    title = "Memory"

    def __init__(self, box: Box, things: dict[str, Thing], now: Callable[[], int], known: Any) -> None:
        self.box, self.things, self.now = box, things if box.things is None else box.things, now
        self.http = Counter()  # type: ignore[assignment]
        self.known = known
        self.shelves = {}
        for shelf, form in box.forms.items():
            kind = SHELVES[shelf]
            if shelf == "history" and form.clock == "now":
                kind = HistoryReads
            if shelf == "lists" and not box.makes_lists:
                kind = ListsRead
            own = type(kind.__name__, (kind,), {"form": form})
            self.shelves[shelf] = own(self)

    async def identity(self) -> Identity:
        self.http.requests += 1
        return Identity(self.box.person, self.box.person, self.box.scope)
