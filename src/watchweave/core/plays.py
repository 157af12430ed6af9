"""Matching plays one to one by time, and the watched flag that follows from them.

A circle matches the entries of all accounts it hears to its own plays, one media at a time. Times are unix seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

from msgspec import Struct, field

from .merge import NEVER
from .records import DAY, MINUTE

SHORTEST, LONGEST = 15 * MINUTE, 6 * 3600
ECHO_BEFORE, ECHO_AFTER = 65, 5
"""Stamps are cut to the minute, clocks differ by seconds: how far an echo may lie outside its write."""


class Known(IntEnum):
    """How well the time of an entry or a play is known; finer is smaller."""

    MOMENT = 0
    DAY = 1
    NOTHING = 2


class State(IntEnum):
    """What links an account to a play: to be told, there, to be removed, no longer there."""

    DUE = 0
    HERE = 1
    LEAVE = 2
    GONE = 3


class Sighting(Struct):
    """The link between one account and one play. ours: we wrote it; sent: the time it has there, chosen by us or seen."""

    state: State
    key: str | None = None
    ours: bool = False
    sent: int | None = None
    settled: int | None = None
    """When a write of ours brought it to this state."""


class Play(Struct):
    """One watching, as a circle knows it; `id` 0 is not stored yet."""

    id: int
    at: int | None
    lo: int
    hi: int
    known: Known = Known.MOMENT
    removed: bool = False
    sightings: dict[int, Sighting] = field(default_factory=dict)

    def has(self, account: int) -> bool:
        """Does this account show an entry of it?"""
        sighting = self.sightings.get(account)
        return sighting is not None and sighting.state in (State.HERE, State.LEAVE)

    def due(self, account: int) -> bool:
        """Is this account still to be told?"""
        sighting = self.sightings.get(account)
        return sighting is not None and sighting.state is State.DUE

    def lost_by(self, account: int) -> bool:
        sighting = self.sightings.get(account)
        return sighting is not None and sighting.state is State.GONE

    def shown(self) -> bool:
        return any(s.state in (State.HERE, State.LEAVE) for s in self.sightings.values())

    def see(self, entry: Entry) -> None:
        """This entry is this play."""
        old = self.sightings.get(entry.account)
        self.sightings[entry.account] = Sighting(State.HERE, entry.key, old.ours if old else False, entry.stamp)


class Entry(Struct, frozen=True):
    """One line of an account's own history, new to the circle, with the interval in which it happened.

    stamp: the time that the account itself shows, which for our own writes says less than it seems to.
    """

    account: int
    key: str
    at: int | None
    lo: int
    hi: int
    known: Known = Known.MOMENT
    stamp: int | None = None
    written: bool = False
    """We wrote it, into another circle."""


class Echo(Struct):
    """The time in which views logged by our own flag write may lie, one for each copy; `write` names the write."""

    account: int
    write: int
    lo: int
    hi: int
    left: int = 1


class Aside(Struct, frozen=True):
    """An entry that is no play: `double` or `echo` (of that write)."""

    account: int
    key: str
    why: str
    write: int | None = None


class Past(Struct):
    """All that a circle knows of one media: its plays, its echoes, and the times of doubles already set aside."""

    plays: list[Play] = field(default_factory=list)
    echoes: list[Echo] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)


def width(runtime: int | None, music: bool = False) -> int:
    """W: half the time that two stamps of one play may differ, in seconds."""
    if music:
        return max(runtime or 0, MINUTE)
    return min(max((runtime or 0) * 8 // 10, SHORTEST), LONGEST)


def interval(at: int | None, known: Known, wide: int, now: int) -> tuple[int, int]:
    """When an entry happened. `at` of a day is its local midnight; the night belongs to the day before."""
    if at is None or known is Known.NOTHING:
        return NEVER, now
    if known is Known.DAY:
        return at, at + DAY + 6 * 3600
    return at - wide, at + wide


def match(entries: Iterable[Entry], past: Past, wide: int) -> None:
    """Find or make the play of each new entry; finer clocks first, then day becomes moment, then the rest.

    In doubt there is one play: a missed rewatch can be added, a wrong play is in three diaries.
    """
    fresh = [
        entry for entry in sorted(entries, key=lambda e: (e.known, e.hi, e.at or 0, e.key)) if not wrote(entry, past)
    ]
    ours = [(entry.account, entry.stamp) for entry in fresh if entry.written and entry.stamp is not None]
    doubles = [
        e
        for e in fresh
        if not e.written
        and any(who == e.account and e.stamp is not None and abs(at - e.stamp) < wide for who, at in ours)
    ]
    past.asides += [Aside(entry.account, entry.key, "double") for entry in doubles]
    fresh = [entry for entry in fresh if entry not in doubles]
    moments = [entry for entry in fresh if entry.known is Known.MOMENT]
    made = [play for entry in moments if (play := place(entry, past, wide))]
    for play in made:
        take_place(play, past)
    for entry in fresh:
        if entry.known is not Known.MOMENT:
            place(entry, past, wide)


def wrote(entry: Entry, past: Past) -> bool:
    """Is this our own: a play we sent whose entry we did not know yet, or the echo of a flag we wrote?"""
    for play in past.plays:
        sighting = play.sightings.get(entry.account)
        if sighting and sighting.ours and sighting.key is None and same_time(sighting.sent, entry):
            sighting.key, sighting.state = entry.key, State.HERE
            return True
    for echo in past.echoes:
        if echo.account == entry.account and entry.at is not None and echo.lo <= entry.at <= echo.hi:
            echo.left -= 1
            if not echo.left:
                past.echoes.remove(echo)
            past.asides.append(Aside(entry.account, entry.key, "echo", echo.write))
            return True
    return False


def same_time(sent: int | None, entry: Entry) -> bool:
    """Is this the time we sent, as far as the account keeps it?"""
    if entry.known is Known.DAY and sent is not None:
        return entry.lo <= sent < entry.lo + DAY
    return sent == entry.stamp


def place(entry: Entry, past: Past, wide: int) -> Play | None:
    """Give the entry to a play that lacks it, or set it aside, or make a play of it; the play if it was made."""
    account, coarse = entry.account, entry.known is not Known.MOMENT
    free = [
        p
        for p in past.plays
        if not p.removed
        and p.lo <= entry.hi
        and entry.lo <= p.hi
        and not p.has(account)
        and (coarse or p.known is Known.MOMENT)
    ]
    if free:
        min(free, key=lambda p: (p.lost_by(account), p.known, p.hi, p.id)).see(entry)
        return None
    if (entry.written or not coarse) and any(near(play, entry, wide) for play in past.plays):
        past.asides.append(Aside(account, entry.key, "double"))
        return None
    play = Play(0, entry.at, entry.lo, entry.hi, entry.known)
    play.see(entry)
    past.plays.append(play)
    return play


def near(play: Play, entry: Entry, wide: int) -> bool:
    """Does this account already show an entry closer than W?"""
    at = play.sightings[entry.account].sent if play.has(entry.account) else None
    return at is not None and entry.stamp is not None and abs(at - entry.stamp) < wide


def take_place(play: Play, past: Past) -> None:
    """A play known by its moment takes the place of one known less well, unless an account shows both."""
    shown = {account for account in play.sightings if play.has(account)}
    for other in past.plays:
        if other.known is Known.MOMENT or other.removed or not (other.lo <= play.hi and play.lo <= other.hi):
            continue
        if any(other.has(account) for account in shown):
            continue
        for account, sighting in other.sightings.items():
            play.sightings.setdefault(account, sighting)
        if other.id and not play.id:
            play.id = other.id
            past.plays.remove(other)
        else:
            other.sightings = {}
            other.removed = True
        return


def ripe(play: Play, now: int, finer: Sequence[int | None]) -> bool:
    """May others be told? A play known only by its day waits for a better clock, at most one day longer.

    `finer`: when each heard account with a finer clock was last read whole; None for never.
    """
    if play.known is Known.MOMENT:
        return True
    if play.known is Known.NOTHING:
        return all(looked is not None for looked in finer)
    return now > play.hi + DAY or (now > play.hi and all(looked is not None and looked > play.hi for looked in finer))


def own_time(play: Play, noon: int | None, taken: set[int]) -> int | None:
    """The time we send for a play to a clock of minutes: its moment, or noon of its day; never one that is taken."""
    if play.known is Known.NOTHING or play.at is None:
        return None
    at = (noon if play.known is Known.DAY and noon is not None else play.at) // MINUTE * MINUTE
    while at in taken:
        at += MINUTE
    return at


def watched(plays: Iterable[Play], reset_at: int, reset_upto: int) -> bool:
    """Some play is not removed, newer than the reset, and was not known at the reset."""
    return any(not p.removed and (p.id == 0 or p.id > reset_upto) and (p.at is None or p.at > reset_at) for p in plays)
