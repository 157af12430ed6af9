"""Plays of a circle: every entry finds its play, the watched flag follows, and who lacks a play is due it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ..core.media import Kind
from ..core.merge import NEVER, Edit, Truth
from ..core.plays import FLAG, Entry, Known, Past, Play, Sighting, State, interval, match, ripe, watched, width
from ..core.records import DAY, PRESENT
from ..storage.accounts import Circle
from ..storage.carried import may_be_owed
from ..storage.history import Plays
from ..storage.items import Items
from ..storage.lines import Line, Lines
from ..storage.plain import Plain
from ..storage.staging import SHELVES
from ..storage.values import Values
from .compare import Compare
from .party import Party

HISTORY, WATCHED = SHELVES["history"], SHELVES["watched"]
SEEN_WITHIN = 2 * DAY
"""After so long whoever was told of a play was read whole since, and has said by which ids he knows it."""
FIRST_DAY, LAST_DAY = -62_135_596_800 + 2 * DAY, 253_402_300_800 - 2 * DAY
"""Between these, every time zone has a day of a moment: two days from the ends of the years 1 and 9999."""


class Retell:
    """The telling of plays for one circle in one run."""

    def __init__(
        self, compare: Compare, circle: Circle, parties: Mapping[int, Party], zone: ZoneInfo, removed: str
    ) -> None:
        self.compare = compare
        self.circle = circle
        self.parties = parties
        self.zone = zone
        self.removed = removed
        self.values: Values = compare.values
        self.plays: Plays = compare.plays
        self.lines = Lines(self.values.db)
        self.items = Items(self.values.db)
        self.now = compare.now
        self.renewed: set[int] = set()
        self.ticks: Mapping[int, list[Edit]] = compare.edits.get((circle.id, "watched"), {})
        self.introduced = {account for number, account in compare.introduced if number == circle.id}
        heard = [parties[number] for number in sorted(circle.heard)]
        self.settles = {
            p.id: p.form("watched").settle
            for p in heard
            if {"history", "watched"} <= p.shelves.keys() and p.form("watched").clock == "now"
        }
        """Accounts where a flag that we write leaves a viewing."""
        self.rewrites = {p.id for p in heard if "history" in p.shelves and p.form("history").clock == "now"}
        """Accounts that rewrite the times of their own viewings."""
        self.tellers = [p for number in circle.members if (p := parties[number]).takes_plays()]
        self.finer = [
            p for p in heard if "history" in p.shelves and p.form("history").clock in ("second", "minute", "now")
        ]

    def run(self) -> None:
        """Match all touched media, the plain ones at once, then derive the flags and the dues."""
        plain, ticks = Plain(self.values.db), self.ticks
        first = plain.place(self.circle.id, self.circle.heard, ticks, self.introduced)
        last = self.plays.newest()
        for party in self.tellers if last > first else ():
            plain.tell(party.id, first, party.shelves["history"].holds())
        plain.watched(self.circle.id, first, self.compare.run)
        flagged: set[int] = set()
        for medias in self.values.touched(self.circle.id, HISTORY):
            pasts = self._match(medias)
            self._flags(pasts, ticks)
            self.values.touch(self.circle.id, WATCHED, pasts)
            flagged.update(pasts)
        self.values.touch(self.circle.id, WATCHED, ticks)
        for medias in self.values.touched(self.circle.id, WATCHED):
            if rest := [media for media in medias if media not in flagged]:
                known = self.plays.past(self.circle.id, rest)
                self._flags({media: known.get(media) or Past() for media in rest}, ticks)
        self.compare.astray.not_twice(self.circle.id, self.circle.heard)
        plain.touch(self.circle.id, first, last)

    # ---------------------------------------------------------------- matching
    def _match(self, medias: Sequence[int]) -> dict[int, Past]:
        """Match these; those of which something has changed, or whose flag was touched."""
        fresh = self.lines.fresh(self.circle.id, self.circle.heard, medias)
        pasts = self.plays.past(self.circle.id, medias)
        before = {play.id: as_it_is(play) for past in pasts.values() for play in past.plays}
        days = self.lines.days(self.circle.id, self.circle.heard, sorted(fresh.keys() & pasts.keys()))
        echoes = self.plays.echoes(self.circle.id, medias, self.settles) if self.settles else {}
        runtimes = self.items.runtimes(medias)
        for media in medias:
            past = pasts.setdefault(media, Past())
            past.echoes = echoes.get(media, [])
            self._lose(media, past)
            kind, runtime = runtimes[media]
            wide = width(runtime, music=kind == Kind.TRACK)
            lines = self._back_again(fresh.get(media, []), past)
            past.days = {(line.account, line.key): self._entry(line, wide) for line in days.get(media, ())}
            match([self._entry(line, wide) for line in lines], past, wide)
        self.plays.store(self.circle.id, pasts, before)
        self._tell(pasts)
        moved = [m for m, past in pasts.items() if any(play != before.get(play.id) for play in past.plays)]
        self.renewed |= {m for m in moved if any(play.id not in before for play in pasts[m].plays)}
        return {media: pasts[media] for media in moved}

    def _lose(self, media: int, past: Past) -> None:
        """Entries that vanished: gone there; what happens elsewhere is the rule's business."""
        for account, gone in self.compare.lost.items():
            keys = gone.get(media)
            if not keys or account not in self.circle.heard:
                continue
            for play in past.plays:
                sighting = play.sightings.get(account)
                if sighting is None or sighting.key not in keys or sighting.state not in (State.HERE, State.LEAVE):
                    continue
                wanted = sighting.state is State.LEAVE
                sighting.state = State.GONE
                marked = account in self.rewrites or play.known is Known.MARK  # then only the flag speaks
                if self.removed != "keep" and not wanted and not marked:
                    self._remove(play)

    def _remove(self, play: Play) -> None:
        """The person removed it on one account: the others who show it are to lose it too."""
        play.removed = True
        for account, sighting in play.sightings.items():
            party = self.parties.get(account)
            if (
                sighting.state is State.HERE
                and party
                and account in self.circle.members
                and party.can("history", "remove")
            ):
                sighting.state = State.LEAVE

    def _back_again(self, lines: Sequence[Line], past: Past) -> list[Line]:
        """A known entry that was gone and is here again is the play it was, and counts again."""
        rest = []
        for line in lines:
            old = next((p for p in past.plays if self._link(p, line) is not None), None)
            if old is None:
                rest.append(line)
                continue
            link = old.sightings[line.account]
            if self.now - (link.settled or 0) >= self.parties[line.account].form("history").settle:
                link.state, old.removed = State.HERE, False
                for other in old.sightings.values():
                    other.state = State.HERE if other.state is State.LEAVE else other.state
        return rest

    @staticmethod
    def _link(play: Play, line: Line) -> Sighting | None:
        """The sighting that this entry had, if it was one of this play."""
        sighting = play.sightings.get(line.account)
        return sighting if sighting and sighting.key == line.key else None

    def _entry(self, line: Line, wide: int) -> Entry:
        known = self._clock(line)
        if line.written is not None:  # our own write elsewhere says no more than the play it was written for
            at, lo, hi, clock = line.written
            day = interval(self._midnight(line), known, wide, self.now) if known is Known.DAY else None
            return Entry(
                line.account, line.key, at if clock else line.at, lo, hi, Known(clock), line.at,
                written=True, like=line.like, day=day,
            )  # fmt: skip
        at = self._midnight(line) if known is Known.DAY else line.at
        return Entry(line.account, line.key, at, *interval(at, known, wide, self.now), known, line.at)

    def _midnight(self, line: Line) -> int | None:
        """When the day of its time began."""
        return hour_of(line.at, 0, self.zone) if line.at is not None else None

    def _clock(self, line: Line) -> Known:
        """How well its time is known. Where the account has shown the thing as watched all along, a mark is a viewing."""
        if line.clock != Known.MARK or line.account in self.introduced:
            return Known(line.clock)
        before = line.known or self.compare.lost.get(line.account, {}).get(line.media)
        ticked = any(e.account == line.account and e.value is not None for e in self.ticks.get(line.media, ()))
        return Known.MOMENT if before and not ticked else Known.MARK

    # ---------------------------------------------------------------- telling
    def _tell(self, pasts: Mapping[int, Past]) -> None:
        """Who has no sighting of a play that somebody shows is due it; a day waits for a better clock."""
        kinds = {media: kind for media, (kind, _) in self.items.runtimes(sorted(pasts)).items()}
        for party in self.tellers:
            due, wait = [], []
            finer = [other for other in self.finer if other.id != party.id]
            holds, form = party.shelves["history"].holds(), party.form("history")
            for media, past in pasts.items():
                if kinds[media] not in holds:
                    continue
                read = [self._read(other) for other in finer if kinds[media] in other.shelves["history"].kinds]
                taken = not form.repeats and any(p.has(party.id) or p.due(party.id) for p in past.plays)
                for play in past.plays:
                    undated = form.clock != "now" and play.only_marked(party.id)
                    if play.removed or taken or not play.shown() or (party.id in play.sightings and not undated):
                        continue
                    if play.known is Known.NOTHING and not form.undated:  # its flag says so
                        continue
                    if ripe(play, self.now, read) and not self._may_be_ours(media, play):
                        due.append(play.id)
                        taken = not form.repeats
                    else:
                        wait.append(media)
            self.plays.tell(self.circle.id, party.id, due)
            self.plays.wait(self.circle.id, wait)

    def _may_be_ours(self, media: int, play: Play) -> bool:
        """May this be what a person carried there for us, under a title and ids that say nothing of that? Others are not
        told of it before the ids are known by which they show it."""
        if play.known is not Known.DAY or len(shown := [a for a in play.sightings if play.has(a)]) != 1:
            return False
        (account,) = shown
        sent, near = play.sightings[account].sent, self.parties[account].form("history").near
        viewing = (media, sent or 0)
        return may_be_owed(self.values.db, account, viewing, near, self.now - SEEN_WITHIN)

    def _read(self, party: Party) -> int | None:
        """When this account was last read whole."""
        look = party.look("history")
        return look.began if look.whole else self.compare.accounts.cursor(party.id, "history").looked

    # ---------------------------------------------------------------- flags
    def _flags(self, pasts: dict[int, Past], edits: Mapping[int, list[Edit]]) -> None:
        """One derived truth per media: some play counts that is newer than the last unwatching."""
        medias = sorted(pasts)
        truths = self.values.truths(self.circle.id, WATCHED, medias)
        decided = []
        for media in medias:
            for edit in edits.get(media, ()):
                self._flag_edit(media, pasts[media], edit)
        self._unplayed(pasts, {m for m, of in edits.items() if any(e.value is not None and not e.first for e in of)})
        resets = self.plays.resets(self.circle.id, medias)
        for media in medias:
            old = truths.get(media)
            plays, reset = pasts[media].plays, resets.get(media, (NEVER, 0))
            value = PRESENT if watched(plays, *reset) else None
            if (old is None or old.value is None) and not watched([p for p in plays if p.borne()], *reset):
                value = None  # nobody is to be told what only our own writes say
            if old is None and value is None:
                continue
            if old is None or old.value != value or (value and media in self.renewed):
                newest = max(pasts[media].plays, key=lambda p: p.at or NEVER, default=None)
                at = newest.at if newest and newest.at is not None else self.now
                origin = next((a for a in sorted(newest.sightings) if newest.has(a)), None) if newest else None
                decided.append((media, Truth(value, at, at, origin, self.compare.run)))
        self.values.decide(self.circle.id, WATCHED, decided)

    def _flag_edit(self, media: int, past: Past, edit: Edit) -> None:
        """Off is a reset, for history stays everywhere; on lifts it."""
        if edit.value is None:
            if not edit.first:
                own = [p.at for p in past.plays if p.at is not None and p.has(edit.account)]
                self.plays.reset(self.circle.id, media, max([edit.lo, *own]), self.compare.newest_play)
            return
        if not edit.first:
            self.plays.lift(self.circle.id, media)

    def _unplayed(self, pasts: Mapping[int, Past], ticked: set[int]) -> None:
        """A flag without any play is one play of unknown time, once the account that shows it was read whole.

        ticked: what somebody has marked just now; of these, plays that were removed do not count as plays.
        """
        bare = [
            m for m, past in pasts.items() if not past.plays or (m in ticked and all(p.removed for p in past.plays))
        ]
        for media, account in self.values.flagged(sorted(self.circle.heard), bare).items():
            past = pasts[media]
            if not self.parties[account].look("watched").whole:
                self.plays.wait(self.circle.id, [media])
                continue
            play = Play(0, None, NEVER, self.now, Known.NOTHING)
            play.see(Entry(account, f"{FLAG}{media}:{self.compare.run}", None, NEVER, self.now, Known.NOTHING))
            before = {p.id: as_it_is(p) for p in past.plays}
            past.plays.append(play)
            self.plays.store(self.circle.id, {media: past}, before)
            self._tell({media: past})
            self.renewed.add(media)


def as_it_is(play: Play) -> Play:
    """A copy to compare with later."""
    return replace(play, sightings={account: replace(s) for account, s in play.sightings.items()})


def hour_of(at: int, hour: int, zone: ZoneInfo) -> int:
    """This hour of the day of a moment, in the person's time zone; the moment itself at the ends of the calendar."""
    if not FIRST_DAY < at < LAST_DAY:  # not every zone has a day then; as a time it is refused everywhere
        return at
    return int(datetime.combine(datetime.fromtimestamp(at, zone).date(), time(hour), zone).timestamp())


def noon_of(at: int, zone: ZoneInfo) -> int:
    """Noon of the day of this moment, in the person's time zone."""
    return hour_of(at, 12, zone)
