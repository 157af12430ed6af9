"""Matching plays one to one by time, and the watched flag that follows from them.

A circle matches the entries of all accounts it hears to its own plays, one media at a time. Times are unix seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from itertools import pairwise

from msgspec import Struct, field

from .merge import NEVER
from .records import DAY, MINUTE

SHORTEST, LONGEST = 15 * MINUTE, 6 * 3600
ECHO_BEFORE, ECHO_AFTER = 180, 120
"""Stamps are cut to the minute, and the clocks of two machines differ, by a minute before anybody is warned: how far an
echo may lie outside its write."""


class Known(IntEnum):
    """How well the time of an entry or a play is known; finer is smaller."""

    MOMENT = 0
    DAY = 1
    MARK = 2
    """Somebody said at that moment that it had been watched, which may have been long before."""
    NOTHING = 3


FLAG = "flag:"
"""So begin the keys of what is no entry of a history."""


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

    @property
    def mark(self) -> bool:
        """Is it no entry, but the flag?"""
        return self.key is not None and self.key.startswith(FLAG)


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

    def only_marked(self, account: int) -> bool:
        """Is the thing merely marked as watched there, while somebody else tells when this was?"""
        sighting = self.sightings.get(account)
        if sighting is None or not sighting.mark or self.known not in (Known.MOMENT, Known.DAY):
            return False
        return any(s.state is State.HERE and not s.mark for s in self.sightings.values())

    def lost_by(self, account: int) -> bool:
        sighting = self.sightings.get(account)
        return sighting is not None and sighting.state is State.GONE

    def shown(self) -> bool:
        return any(s.state in (State.HERE, State.LEAVE) for s in self.sightings.values())

    def borne(self) -> bool:
        """Has anybody but us ever shown it as this? Else it stands on our own writes alone."""
        return any(not s.ours and (s.key is not None or s.state is not State.GONE) for s in self.sightings.values())

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
    like: frozenset[tuple[int, str]] = frozenset()
    """The entries, by account and key, for whose play we wrote it."""
    day: tuple[int, int] | None = None
    """Of one that bears the time of a write of ours, and is known by its day alone: the whole day, for it may be the
    person's own beside ours."""

    def was_written_for(self, play: Play) -> bool:
        """Is one of the entries that we wrote it for of this play?"""
        return any((at := play.sightings.get(account)) and at.key == key for account, key in self.like)


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
    days: dict[tuple[int, str], Entry] = field(default_factory=dict)
    """By account and key: placed entries that are known only by their day, which may turn out to be another play."""

    def day(self, play: Play, account: int) -> Entry | None:
        """What the account shows of the play, if it is no more than a day."""
        sighting = play.sightings.get(account)
        if sighting is None or sighting.state is not State.HERE:
            return None
        return self.days.get((account, sighting.key or ""))


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
    if known is Known.MARK:
        return NEVER, at + wide
    return at - wide, at + wide


def match(entries: Iterable[Entry], past: Past, wide: int) -> None:
    """Find or make the play of each new entry; finer clocks first, then what is known less well becomes a moment, then
    the rest.

    In doubt there is one play: a missed rewatch can be added, a wrong play is in three diaries.
    """
    in_order = sorted(entries, key=lambda e: (e.known, e.written, e.hi, e.at or 0, e.key))
    fresh = [entry for entry in in_order if not wrote(entry, past)]
    written = [entry for entry in fresh if entry.written]
    moments = [entry for entry in fresh if entry.known is Known.MOMENT]
    made = [play for entry in moments if (play := place(entry, past, wide, written))]
    if made:
        take_places(made, past)
    for entry in fresh:
        if entry.known is not Known.MOMENT:
            place(entry, past, wide)


def wrote(entry: Entry, past: Past) -> bool:
    """Is this our own: a play we sent whose entry we did not know yet, or the echo of a flag we wrote?"""
    for play in past.plays:
        sighting = play.sightings.get(entry.account)
        if sighting and sighting.ours and sighting.key is None and same_time(sighting.sent, entry):
            sighting.key = entry.key
            sighting.state = State.LEAVE if sighting.state is State.LEAVE else State.HERE
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


def place(entry: Entry, past: Past, wide: int, written: Sequence[Entry] = ()) -> Play | None:
    """Give the entry to a play that lacks it, or set it aside, or make a play of it; the play if it was made."""
    account, coarse = entry.account, entry.known is not Known.MOMENT
    possible = [p for p in past.plays if not p.removed and meet(p, entry) and (coarse or p.known is Known.MOMENT)]
    play = lacking(entry, past, possible)
    if play is None and (coarse or entry.written):
        play = next((p for p in possible if make_room(p, account, past)), None)
    if play is None and entry.day:
        first, last = entry.day
        play = lacking(entry, past, [p for p in past.plays if not p.removed and p.lo <= last and first <= p.hi])
    single = entry.written or entry.known in (Known.MOMENT, Known.MARK)
    if play is None and single and near(entry, past, wide, written):
        past.asides.append(Aside(account, entry.key, "double"))
        return None
    found = play or Play(0, entry.at, entry.lo, entry.hi, entry.known)
    if found.known is Known.MARK and entry.known is Known.DAY:
        found.at, found.lo, found.hi, found.known = entry.at, entry.lo, entry.hi, entry.known
    found.see(entry)
    if entry.known is Known.DAY and not entry.written:
        past.days[account, entry.key] = entry
    if play is None:
        past.plays.append(found)
    return found if play is None else None


def lacking(entry: Entry, past: Past, possible: Iterable[Play]) -> Play | None:
    """Which play lacks this entry: the very one that we wrote it for; for a mark the last before it, else the first."""
    account, last = entry.account, -1 if entry.known is Known.MARK else 1
    for play in past.plays:
        if entry.like and not play.removed and not play.has(account) and entry.was_written_for(play):
            return play
    free = [play for play in possible if not play.has(account)]

    def order(play: Play) -> tuple[bool, int, int, int]:
        known = int(play.known is Known.NOTHING) if last < 0 else play.known
        return play.lost_by(account), known, last * play.hi, play.id

    return min(free, key=order, default=None)


def meet(one: Play | Entry, other: Play | Entry) -> bool:
    """Can these be one watching?"""
    return one.lo <= other.hi and other.lo <= one.hi


def near(entry: Entry, past: Past, wide: int, written: Sequence[Entry]) -> bool:
    """Does this account show an entry closer than W? One that we wrote, and that finds its place later, counts as well,
    but not the hour that we wrote for a day where the account lacks another day that this can be."""
    there = [(play, play.sightings[entry.account]) for play in past.plays if play.has(entry.account)]
    days = [p for p in past.plays if p.known is Known.DAY and not p.removed and meet(p, entry)]
    lacks = any(not play.has(entry.account) for play in days)
    shown = [seen.sent for play, seen in there if not (lacks and seen.ours and play.known is not Known.MOMENT)]
    if not entry.written:
        shown += [other.stamp for other in written if other.account == entry.account]
    return any(at is not None and entry.stamp is not None and abs(at - entry.stamp) < wide for at in shown)


def make_room(play: Play, account: int, past: Past, without: Play | None = None) -> bool:
    """If all that this account says of the play is a day, and that can be another play, it is that one from now on.

    The other may have to make room first, and so on.
    """
    chains, known = [[play]], {id(play), id(without)}
    for chain in chains:
        day = past.day(chain[-1], account)
        moments = (p for p in past.plays if p.known is Known.MOMENT and not p.removed and id(p) not in known)
        for other in [p for p in moments if day and meet(p, day)]:
            known.add(id(other))
            chains.append([*chain, other])
            if not other.has(account) and not other.lost_by(account):
                pass_on(chains[-1], account, past)
                return True
    return False


def pass_on(chain: Sequence[Play], account: int, past: Past) -> None:
    """The day that this account shows for each of these plays becomes the next one's; the first is left without."""
    for giver, taker in reversed(list(pairwise(chain))):
        if day := past.day(giver, account):
            taker.see(day)
    del chain[0].sightings[account]


def take_places(made: Sequence[Play], past: Past) -> None:
    """Plays known by their moment take the places of plays known less well, unless an account shows both.

    What that account shows may be a day that is one of the new plays just as well: then it is, and makes room.
    """
    old = [p for p in past.plays if p.known is Known.MOMENT and not p.removed and not any(p is new for new in made)]
    free = [*made, *old]
    for coarse in [p for p in past.plays if p.known is not Known.MOMENT and not p.removed]:
        for play in (p for p in free if meet(p, coarse)):
            if take_place(play, coarse, past):
                free.remove(play)
                break


def take_place(play: Play, coarse: Play, past: Past) -> bool:
    """Does this play take the place of that one? If an account must show both, all stays as it was. A flag is no entry: what
    was viewed before it was seen is what it stands for."""
    before = [(p, dict(p.sightings)) for p in past.plays]
    there = {account for account, sighting in coarse.sightings.items() if coarse.has(account) and not sighting.mark}
    both = [account for account in play.sightings if account in there and not play.due(account)]
    if not all(make_room(play, account, past, coarse) for account in both):
        for other, sightings in before:
            other.sightings = sightings
        return False
    for account, sighting in coarse.sightings.items():
        if account not in play.sightings or (play.due(account) and not coarse.due(account)):
            play.sightings[account] = sighting
    play.id = play.id or coarse.id
    past.plays.remove(coarse)
    return True


def ripe(play: Play, now: int, finer: Sequence[int | None]) -> bool:
    """May others be told? A play known only by its day waits for a better clock, at most one day longer; one known by a
    mark, or not at all, until the others were read: after the mark, if they can be within a day.

    `finer`: when each heard account with a finer clock was last read whole; None for never.
    """
    if play.known is Known.MOMENT:
        return True
    if play.known in (Known.MARK, Known.NOTHING):
        at = play.at if play.at is not None and now <= play.at + DAY else NEVER
        return all(looked is not None and looked >= at for looked in finer)
    return now > play.hi + DAY or (now > play.hi and all(looked is not None and looked > play.hi for looked in finer))


def own_time(play: Play, noon: int | None, taken: set[int]) -> int | None:
    """The time we send for a play to a clock of minutes: its moment, noon of its day, or when it was marked; never one
    that is taken."""
    if play.known is Known.NOTHING or play.at is None:
        return None
    at = (noon if play.known is Known.DAY and noon is not None else play.at) // MINUTE * MINUTE
    while at in taken:
        at += MINUTE
    return at


def watched(plays: Iterable[Play], reset_at: int, reset_upto: int) -> bool:
    """Some play is not removed, newer than the reset, and was not known at the reset."""
    return any(not p.removed and (p.id == 0 or p.id > reset_upto) and (p.at is None or p.at > reset_at) for p in plays)
