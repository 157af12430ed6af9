"""What a simulated Plex server holds: sections and items, and each user's view of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha1

from .world import Work

TYPES = {"movie": 1, "show": 2, "season": 3, "episode": 4, "artist": 8, "album": 9, "track": 10, "collection": 18}
"""The numbers of plex.md 4.2, as far as they are simulated."""
KINDS = {str(number): kind for kind, number in TYPES.items()}
LEVELS = {"movie": ("movie",), "show": ("show", "season", "episode"), "artist": ("artist", "album", "track")}
"""The kinds that a section of this type holds, from the top down."""
LEAVES = frozenset({"movie", "episode", "track"})
TAGS = ("label", "collection", "genre")


def digest(*parts: object, length: int = 24) -> str:
    """Hexadecimal digits that follow from these parts alone."""
    return sha1("/".join(map(str, parts)).encode()).hexdigest()[:length]


@dataclass(slots=True, eq=False)
class Section:
    """A library of the server."""

    key: int
    type: str
    title: str
    uuid: str
    created: int
    agent: str = ""
    updated: int = 0
    changed: int = 18_253_756
    """`contentChangedAt`: a growing counter, not a time (plex.md 4.1)."""
    items: list[Item] = field(default_factory=list)

    def of(self, kind: str) -> list[Item]:
        """The items of one kind."""
        return [item for item in self.items if item.kind == kind]


@dataclass(slots=True, eq=False)
class Item:
    """A film, a show, a season, an episode, an artist, an album or a track in a section.

    `guids` are external names such as `tmdb://949`; `more` holds further fields as they are served; `drawn` the rows
    already rendered, which every change of the item empties. `lead`: the episode whose file it is, if it has none alone.
    """

    key: int
    kind: str
    section: Section
    guid: str
    title: str
    guids: tuple[str, ...] = ()
    year: int | None = None
    index: int | None = None
    parent: Item | None = None
    children: list[Item] = field(default_factory=list)
    added: int = 0
    updated: int = 0
    duration: int = 0
    released: str = ""
    work: Work | None = None
    quality: str = "1080"
    file: str = ""
    lead: Item | None = None
    more: dict[str, object] = field(default_factory=dict)
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    drawn: dict[object, tuple[bytes, bytes]] = field(default_factory=dict)
    leaves: tuple[Item, ...] | None = None

    @property
    def path(self) -> str:
        return f"/library/metadata/{self.key}"

    @property
    def is_leaf(self) -> bool:
        return self.kind in LEAVES

    def up(self) -> Iterator[Item]:
        """Itself, its parent, and on."""
        item: Item | None = self
        while item is not None:
            yield item
            item = item.parent

    def down(self) -> Iterator[Item]:
        """Itself and all below it."""
        yield self
        for child in self.children:
            yield from child.down()

    def plays(self) -> tuple[Item, ...]:
        """What is played when all of this is: itself, or its episodes or tracks."""
        if self.is_leaf:
            return (self,)
        if self.leaves is None:
            self.leaves = tuple(leaf for child in self.children for leaf in child.plays())
        return self.leaves

    def mates(self) -> list[Item]:
        """The other episodes in its file that are items of their own."""
        beside = self.parent.children if self.parent is not None else ()
        return [one for one in beside if one is not self and (one.lead or one) is (self.lead or self)]

    def forget_leaves(self) -> None:
        """Something below it came or went: its rows count episodes."""
        for item in self.up():
            item.leaves = None
            item.drawn.clear()


@dataclass(slots=True)
class State:
    """What one user did with one item. Times in unix seconds, `offset` in milliseconds."""

    count: int = 0
    viewed_at: int | None = None
    offset: int = 0
    rating: float | None = None
    rated_at: int | None = None


@dataclass(slots=True, frozen=True)
class Sum:
    """What a user did with all the leaves of a parent."""

    count: int
    viewed: int
    viewed_at: int | None
    in_progress: bool


NOTHING = State()
"""The state of an item that a user never touched; not to be written to."""


class Recent:
    """When items last changed in one respect: finds a superset of those that changed after a time, without a scan."""

    def __init__(self) -> None:
        self._seen: list[tuple[int, int]] = []
        self._items: list[Item] = []
        self._sorted = True

    def note(self, when: int | None, item: Item) -> None:
        if when is not None:
            self._sorted = self._sorted and (not self._seen or self._seen[-1][0] <= when)
            self._seen.append((when, len(self._items)))
            self._items.append(item)

    def since(self, when: float) -> set[Item]:
        """Every item whose time is later than this, and perhaps some whose time once was."""
        if not self._sorted:
            self._seen.sort()
            self._sorted = True
        return {self._items[place] for _, place in self._seen[bisect_left(self._seen, (int(when), 0)) :]}


class View:
    """The view state of one user: watched, rated, resumed. Whatever changes it goes through `write`."""

    def __init__(self) -> None:
        self.states: dict[Item, State] = {}
        self.viewed = Recent()
        self.rated = Recent()
        self._sums: dict[Item, Sum] = {}

    def state(self, item: Item) -> State:
        """For reading only."""
        return self.states.get(item, NOTHING)

    def write(self, item: Item) -> State:
        """The state to change; `noted` must follow."""
        return self.states.setdefault(item, State())

    def noted(self, item: Item) -> None:
        """The state of this item was changed: sums and indexes follow."""
        state = self.states[item]
        for above in item.up():
            self._sums.pop(above, None)
            self.viewed.note(state.viewed_at, above)
        self.rated.note(state.rated_at, item)
        if state == NOTHING:
            del self.states[item]

    def forget(self, item: Item) -> None:
        """The item is gone from the server."""
        self.states.pop(item, None)
        for above in item.up():
            self._sums.pop(above, None)

    def sum(self, item: Item) -> Sum:
        """The leaves below an item, together; for a leaf its own state."""
        known = self._sums.get(item)
        if known is None:
            states = [self.states[leaf] for leaf in item.plays() if leaf in self.states]
            known = self._sums[item] = Sum(
                sum(state.count for state in states),
                sum(state.count > 0 for state in states),
                max((state.viewed_at for state in states if state.viewed_at is not None), default=None),
                any(state.offset for state in states),
            )
        return known

    def resum(self, item: Item) -> None:
        """Something below the item came or went."""
        for above in item.up():
            self._sums.pop(above, None)


@dataclass(slots=True, eq=False)
class User:
    """Somebody with an account at plex.tv. `account` is the number by which this server knows them (1: the owner).

    `token` is the account's, `server_token` that for this server alone. `home`: member of the owner's Plex Home, with
    a `pin` perhaps; `restricted`: a managed user without an own sign-in.
    """

    id: int
    name: str
    account: int
    uuid: str
    token: str
    server_token: str
    home: bool = False
    restricted: bool = False
    pin: str = ""
    plex_pass: bool = True
    view: View = field(default_factory=View)

    @property
    def owner(self) -> bool:
        return self.account == 1

    @property
    def email(self) -> str:
        return f"{self.name}@example.org"


@dataclass(slots=True, eq=False)
class Played:
    """A row of the history. `item` is None when its item was deleted and the row stayed."""

    key: int
    item: Item | None
    described: dict[str, object]
    at: int
    account: int
    device: int = 12


class Library:
    """Sections, items by rating key, and the history. `revision` grows with every change."""

    def __init__(self) -> None:
        self.sections: dict[int, Section] = {}
        self.items: dict[int, Item] = {}
        self.history: list[Played] = []
        self.added = Recent()
        self.updated = Recent()
        self.tags: dict[tuple[str, str], int] = {}
        self.revision = 0
        self._last_key = 100
        self._last_row = 88_000

    def next_key(self) -> int:
        self._last_key += 1
        return self._last_key

    def tag(self, kind: str, title: str) -> int:
        """The id of a label, collection or genre; case of letters does not matter."""
        return self.tags.setdefault((kind, title.casefold()), 40 + len(self.tags))

    def tag_ids(self, item: Item, kind: str) -> frozenset[int]:
        return frozenset(self.tag(kind, title) for title in item.tags.get(kind, ()))

    def place(self, item: Item) -> Item:
        """Put an item where it belongs; its parent must be there."""
        self.items[item.key] = item
        item.section.items.append(item)
        if item.parent is not None:
            item.parent.children.append(item)
            item.parent.forget_leaves()
        self.added.note(item.added, item)
        self.updated.note(item.updated, item)
        self.changed(item.section)
        return item

    def changed(self, section: Section | None = None) -> None:
        """Something moved; with a section: its content did."""
        self.revision += 1
        if section is not None:
            section.changed += 1

    def edited(self, item: Item, now: int) -> None:
        """An item was edited: its rendered rows are stale, and `updatedAt` moves."""
        item.updated = now
        item.drawn.clear()
        self.updated.note(now, item)
        self.changed(item.section)

    def holds(self, item: Item) -> bool:
        """Is it still here?"""
        return self.items.get(item.key) is item

    def drop(self, item: Item) -> list[Item]:
        """Take an item and all below it away, with the rows of the history about them; what was taken away."""
        gone = list(item.down())
        going = set(gone)
        for one in gone:
            del self.items[one.key]
        item.section.items = [one for one in item.section.items if one not in going]
        if item.parent is not None:
            item.parent.children.remove(item)
            item.parent.forget_leaves()
        self.history = [row for row in self.history if row.item not in going]
        self.changed(item.section)
        return gone

    def renumber(self, keys: Sequence[int]) -> None:
        """A rebuilt database: the items get these keys, in the order they have now."""
        items = list(self.items.values())
        self.items = dict(zip(keys, items, strict=True))
        for key, item in self.items.items():
            item.key = key
        for item in items:
            item.drawn.clear()
        self._last_key = max(self._last_key, *keys)
        self.changed()

    def played(self, item: Item, at: int, account: int) -> Played:
        """A new row of the history."""
        self._last_row += 1
        row = Played(self._last_row, item, {}, at, account)
        self.history.append(row)
        self.changed()
        return row
