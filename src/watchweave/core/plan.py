"""What has to change, as data, and the checks that hold a plan back."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from .records import Value

Verb = Literal["add", "change", "remove"]


class Change(Struct, frozen=True):
    """One thing to do on one account. Of a play, `value` is the time we send (None: unknown) and `play` its id.

    `before` is what the account shows now; `origin` is the account on whose word; `at` is when the person set the value.
    """

    account: int
    shelf: str
    verb: Verb
    media: int
    value: Value
    before: Value = None
    play: int | None = None
    version: int = 0
    at: int | None = None
    origin: int | None = None
    key: str | None = None
    why: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes it the same change in another run."""
        return (self.account, self.shelf, self.verb, self.media, self.value, self.play)


class Limit(Struct, frozen=True):
    """A check holds when more than `most` changes, or `share` percent of the records, whichever is more, would be made."""

    most: int
    share: int
    most_a_day: int
    share_a_day: int
    all_of: int = 0
    """Held too when all of at least this many would go; 0: never for that reason."""
    yes: bool = False
    """`--yes` lets it pass."""


LIMITS: Mapping[str, Limit] = {
    "removals": Limit(5, 10, 10, 20, all_of=2),
    "plays_removed": Limit(3, 0, 10, 0),
    "plays_added": Limit(50, 10, 100, 20, yes=True),
    "ratings_changed": Limit(20, 10, 40, 20, yes=True),
    "reviews_published": Limit(10, 0, 20, 0, yes=True),
}
"""The numbers of the counting checks; settings may raise them by name, nothing switches them off."""

ONE_MOMENT = 20
ALL_DIFFERENT_OF, ALL_DIFFERENT_SHARE = 20, 95
SHIFTED_PLAYS = 3
HALF_HOUR, SLACK, FARTHEST = 1800, 120, 14 * 3600


class Hold(Struct, frozen=True):
    """Changes of one account, shelf and verb that a check held back."""

    account: int
    shelf: str
    verb: str
    check: str
    why: str
    changes: tuple[Change, ...]
    of: int = 0

    @property
    def digest(self) -> str:
        """Names exactly this list of changes."""
        found = hashlib.sha256()
        for row in sorted(repr(change.identity) for change in self.changes):
            found.update(f"{row}\n".encode())
        return found.hexdigest()


class Facts(Protocol):
    """What the checks need to know of the present state."""

    def of(self, account: int, shelf: str) -> int:
        """How many records are agreed there."""

    def spent(self, account: int, check: str) -> int:
        """How many such changes were made in the last 24 hours without an approval."""

    def shifts(self, account: int) -> Mapping[tuple[int | None, int], int]:
        """How many plays written there of late, by origin, are how many half hours off against another one there."""

    def times(self, account: int, medias: Iterable[int]) -> Mapping[int, Sequence[int]]:
        """The times of the plays that the account shows of these media."""


def kind_of(change: Change) -> str | None:
    """The counting check that a change falls under; None where there is none."""
    if change.verb == "remove":
        return "plays_removed" if change.shelf == "history" else "removals"
    if change.shelf in ("history", "watched"):
        return "plays_added"
    if change.shelf == "reviews":
        return "reviews_published"
    return "ratings_changed" if change.verb == "change" and change.shelf == "ratings" else None


def check(
    changes: Sequence[Change],
    facts: Facts,
    limits: Mapping[str, Limit] = LIMITS,
    *,
    yes: bool = False,
    approved: Callable[[Change], bool] = lambda change: False,
) -> tuple[list[Change], list[Hold]]:
    """What may be written now, and what waits for a person. Approved changes pass and count for nothing."""
    passed = [change for change in changes if approved(change)]
    rest = [change for change in changes if not approved(change)]
    held: list[Hold] = []
    for look in (one_moment, shifted):
        rest = _set_apart(rest, look(rest, facts), held)
    if not yes:
        rest = _set_apart(rest, all_different(rest, facts), held)
    groups: dict[tuple[int, str, str], list[Change]] = defaultdict(list)
    for change in rest:
        kind = kind_of(change)
        if kind is None or (yes and limits[kind].yes):
            passed.append(change)
        else:
            groups[change.account, change.shelf, kind].append(change)
    for (account, shelf, kind), group in groups.items():
        why = too_many(group, facts.of(account, shelf), facts.spent(account, kind), limits[kind])
        if why:
            held.append(_hold(group, kind, why, facts.of(account, shelf)))
        else:
            passed += group
    return passed, held


def yields(hold: Hold, limits: Mapping[str, Limit]) -> bool:
    """May a person let it pass by a plain yes, without an approval of exactly its list?"""
    return hold.check == "all_different" or (hold.check in limits and limits[hold.check].yes)


def too_many(group: Sequence[Change], of: int, spent: int, limit: Limit) -> str:
    """Why so many changes look like an accident; nothing if they do not."""
    count = len(group)
    if count > max(limit.most, of * limit.share // 100):
        return f"{count} in one run, where {of} are known"
    if limit.all_of and count >= max(limit.all_of, of):
        return f"all {count}"
    if count + spent > max(limit.most_a_day, of * limit.share_a_day // 100):
        return f"{count + spent} within a day, where {of} are known"
    return ""


def one_moment(changes: Sequence[Change], facts: Facts) -> list[tuple[list[Change], str, str]]:
    """Many plays with one identical time are an import's doing, not a person's."""
    plays = [c for c in changes if c.shelf == "history" and c.verb == "add" and c.value is not None]
    often = {k for k, n in Counter((c.account, c.value) for c in plays).items() if n > ONE_MOMENT}
    return [
        (group, "one_moment", f"{len(group)} plays at one and the same moment")
        for key in sorted(often, key=repr)
        if (group := [c for c in plays if (c.account, c.value) == key])
    ]


def shifted(changes: Sequence[Change], facts: Facts) -> list[tuple[list[Change], str, str]]:
    """Plays that are all off by the same half hours against what the account shows come from a wrong clock."""
    found = []
    plays = [c for c in changes if c.shelf == "history" and c.verb == "add" and isinstance(c.value, int)]
    for account in sorted({c.account for c in plays}):
        mine = [c for c in plays if c.account == account]
        times = facts.times(account, {c.media for c in mine})
        offsets: dict[tuple[int | None, int], list[Change]] = defaultdict(list)
        for change in mine:
            for offset in {half_hours(change.value, at) for at in times.get(change.media, ())} - {0}:
                offsets[change.origin, offset].append(change)
        before = facts.shifts(account) if offsets else {}
        for (origin, offset), group in sorted(offsets.items(), key=lambda item: -len(item[1])):
            count = len(group) + before.get((origin, offset), 0)
            if count >= SHIFTED_PLAYS:
                wrong = [c for c in mine if c.origin == origin]
                found.append((wrong, "timezone", f"{count} plays are {abs(offset) / 3600:g} h off: a wrong timezone?"))
                break
    return found


def half_hours(value: Value, at: int) -> int:
    """The whole half hours between two stamps of what may be one play; 0 if they are none."""
    distance = int(value or 0) - at
    halves = round(distance / HALF_HOUR) * HALF_HOUR
    return halves if abs(distance - halves) <= SLACK and abs(distance) <= FARTHEST else 0


def all_different(changes: Sequence[Change], facts: Facts) -> list[tuple[list[Change], str, str]]:
    """When nearly every value of an account would change, it is the comparison that is wrong."""
    groups: dict[tuple[int, str], list[Change]] = defaultdict(list)
    for change in changes:
        if change.verb == "change":
            groups[change.account, change.shelf].append(change)
    return [
        (group, "all_different", f"{len(group)} of {of} values would change")
        for (account, shelf), group in groups.items()
        if (of := facts.of(account, shelf)) >= ALL_DIFFERENT_OF and len(group) * 100 >= of * ALL_DIFFERENT_SHARE
    ]


def _set_apart(changes: list[Change], found: Iterable[tuple[list[Change], str, str]], held: list[Hold]) -> list[Change]:
    gone: set[tuple[object, ...]] = set()
    for group, name, why in found:
        group = [change for change in group if change.identity not in gone]
        if group:
            held.append(_hold(group, name, why, 0))
            gone |= {change.identity for change in group}
    return [change for change in changes if change.identity not in gone]


def _hold(group: Sequence[Change], name: str, why: str, of: int) -> Hold:
    first = group[0]
    return Hold(first.account, first.shelf, first.verb, name, why, tuple(group), of)


encode_changes = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(tuple[Change, ...])


def decode_changes(text: bytes | str) -> tuple[Change, ...]:
    """Changes as a hold keeps them."""
    return _decoder.decode(text)
