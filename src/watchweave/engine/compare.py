"""What each account shows now against what it showed when last looked: the edits, and the entries that came and went."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ..core.merge import NEVER, Edit, Truth, span
from ..core.records import MINUTE, Value
from ..storage.accounts import Accounts, Circle
from ..storage.astray import Astray
from ..storage.history import Plays
from ..storage.journal import Journal, Row
from ..storage.plain import Plain
from ..storage.staging import SHELVES
from ..storage.store import Store
from ..storage.values import Changed, Values
from .party import Party

RATED_OTHERWISE = (
    "SELECT DISTINCT media FROM journal AS j WHERE account = ?1 AND shelf IN (SELECT value FROM json_each(?2))"
    " AND verb <> 'remove' AND state = 'missing' AND media IN (SELECT value FROM json_each(?3)) AND EXISTS (SELECT 1"
    " FROM now AS n WHERE n.account = j.account AND n.shelf = j.shelf AND n.media = j.media)"
)
"""What was asked for on one of these shelves, and now shows another value there."""

Edits = dict[tuple[int, str], dict[int, list[Edit]]]
"""(circle, shelf) -> media -> the edits of different accounts."""


class Compare:
    """The observing part of one run, inside its transaction."""

    def __init__(self, store: Store, circles: Sequence[Circle], run: int, now: int) -> None:
        self.values = Values(store.db)
        self.astray = Astray(store.db)
        self.plays = Plays(store.db)
        self.plain = Plain(store.db)
        self.accounts = Accounts(store)
        self.journal = Journal(store)
        self.written: dict[tuple[int, str], dict[int, Row]] = {}
        self.strays: dict[tuple[int, str], tuple[dict[Value, list[int]], set[int], dict[Value, list[int]]]] = {}
        """By account and shelf: what is new there by value, what shares an id with that, and times by value."""
        self.circles = circles
        self.run = run
        self.now = now
        self.edits: Edits = defaultdict(lambda: defaultdict(list))
        self.newest_play = self.plays.newest()
        self.lost: dict[int, dict[int, set[str]]] = {}
        self.introduced = {
            (c.id, account) for c in circles for account in c.heard if not self.accounts.met(c.id, account, "history")
        }
        """(circle, account): whose plays the circle hears of for the first time."""

    def account(self, party: Party) -> None:
        """Everything that one account's readings say."""
        shown = [name for name in party.shelves if party.look(name).has_rows or party.look(name).whole]
        look = party.look("history")  # the reading that lists the library
        library = [name for name in shown if party.form(name).library and look.has_rows]
        if library:
            party.stage.shelve(self.run, look.how == "complete" and not look.doubted)
            for name in library if look.how == "complete" and not look.doubted else ():
                if name != "history":
                    self.values.left_scope(party.id, SHELVES[name])
            self._arrivals(party)
        for name in sorted(shown, key=SHELVES.__getitem__):
            if name == "history":
                self._entries(party)
            else:
                self._values(party, name)

    def _arrivals(self, party: Party) -> None:
        """What has come into the library can be told now; who is only being introduced is told of everything anyway."""
        for circle in self._hearing(party.id):
            for name in party.shelves:
                if party.form(name).library and self.accounts.met(circle.id, party.id, name):
                    self.values.touch_arrivals(circle.id, SHELVES[name], party.id, self.run)

    def _hearing(self, account: int) -> list[Circle]:
        return [circle for circle in self.circles if account in circle.heard]

    # ---------------------------------------------------------------- values
    def _values(self, party: Party, name: str) -> None:
        """Find, remember and hand on the edits of one shelf."""
        look, shelf = party.look(name), SHELVES[name]
        hearing = self._hearing(party.id)
        met = {circle.id for circle in hearing if self.accounts.met(circle.id, party.id, name)}
        gone = self._gone(party, name) if look.how == "complete" and not look.doubted else []
        if not met:  # nobody has heard of it: a first look, and no change
            self.values.see_new(party.id, shelf)
        changes = self.values.changed(party.id, shelf) + gone
        if name == "ratings" and look.whole:
            settle = party.form(name).settle
            looks = (self.accounts.cursor(party.id, name).looked, look.began)
            changes = [c for c in changes if not self.values.rounds(party.id, shelf, c, looks, settle)]
        ours = self._moved_along(party, name, {change.media: change for change in changes})
        changes = [change for change in changes if change.media not in ours]
        ours |= {change.media for change in changes if self._is_ours(party, name, change, changes)}
        changes = [change for change in changes if change.media not in ours]
        if name == "watched":
            changes = self._unmarked(party, changes, self.now)
        versions = ours | {change.media for change in changes}
        self.values.see(party.id, shelf, changes)
        cursor = self.accounts.cursor(party.id, name)
        looked = (cursor.complete or cursor.looked) if party.shelves[name].filed else cursor.looked
        for circle in hearing:
            if circle.id in met:
                self._hand_on(party, circle, name, changes, looked)
            else:
                self._introduce(party, circle, name)
            self.values.touch(circle.id, shelf, versions)
        if look.whole:
            self.accounts.meet(party.id, name)

    def _moved_along(self, party: Party, name: str, changes: Mapping[int, Changed]) -> set[int]:
        """What we wrote, and now stands at something else because its name does: no edit, neither here nor there."""
        shelf, ours, left = SHELVES[name], [], set()
        pairs = self.astray.renamed(party.id)
        held = self.values.held(party.id, shelf, [before for _, before in pairs], library=False) if pairs else {}
        for media, before in pairs:
            new, value = changes.get(media), held[before][1].seen if before in held else None
            written = value is not None and self.journal.last_done(party.id, name, before) == value
            if new is not None and new.value == value and written:
                ours.append((media, before))
                if not self.values.staged(party.id, shelf, before)[0]:
                    left.add(before)
        self.astray.take_along(party.id, shelf, ours, left)
        return {media for media, _ in ours} | left

    def _is_ours(self, party: Party, name: str, change: Changed, changes: Sequence[Changed]) -> bool:
        """Is this no edit, but a write of ours that does not show: not yet, or because the service did not keep it?

        It does not, if the account shows what it showed before the write, which no reading has shown since. That it was
        not kept is certain only where nobody has done anything since, where it was missing before, or where the account
        shows our very write as of something else, or something new of what it knows by the same id; else a person may
        have taken it back.
        """
        look, looked = party.look(name), self.accounts.cursor(party.id, name).looked
        row = self._written(party.id, name, looked).get(change.media) if looked is not None else None
        if row is None or (row.value, row.before) != (change.before, change.value):
            return False
        if look.as_of < row.sent + party.form(name).settle:
            look.again = True
            return True
        missed = self.journal.missed(row)
        if missing := look.untouched or missed or self._strayed(party, name, row, changes):
            self.journal.settle(row, "missing", self.now, "the service said that it was done, but does not show it")
            self.journal.refuse(row, "it was taken, but does not show", self.now, missed + 1)
            self.values.see(party.id, SHELVES[name], [change])
        return bool(missing)

    def _unmarked(self, party: Party, changes: list[Changed], now: int) -> list[Changed]:
        """Without the flags that something else left which we wrote there: they stand, and say nothing. That this has
        another value by now tells that a person gave it one, and not that she watched it."""
        shelves = [other for other, shelf in party.shelves.items() if shelf.marks]
        new = [change.media for change in changes if change.before is None] if shelves else []
        marked = self.journal.marked(party.id, shelves, new) if new else set()
        if new:
            asked = json.dumps([SHELVES[other] for other in shelves])
            marked |= {
                media for (media,) in self.values.db.execute(RATED_OTHERWISE, (party.id, asked, json.dumps(new)))
            }
        if marked:
            self.values.see(party.id, SHELVES["watched"], [change for change in changes if change.media in marked])
            self.journal.mark(party.id, sorted(marked), now)
            for media in marked:
                self.values.keep_apart(party.id, SHELVES["watched"], media, self.run)
        return [change for change in changes if change.media not in marked]

    def _strayed(self, party: Party, name: str, row: Row, changes: Sequence[Changed]) -> bool:
        """Does the account show what we wrote as something else? As something new that bears an id of what we meant, as
        anything of that value and time that we did not write, or where nobody knows: an episode that it has never named,
        in a season that it may number differently, or beside a new one of that value without an id."""
        if (party.id, name) not in self.strays:
            ours = self._written(party.id, name, self.accounts.cursor(party.id, name).looked or 0)
            new: dict[Value, list[int]] = defaultdict(list)
            for one in changes:
                if one.before is None and one.value is not None:
                    new[one.value].append(one.media)
            akin = self.astray.akin([media for medias in new.values() for media in medias])
            self.strays[party.id, name] = new, akin, self.astray.times(party.id, SHELVES[name], ours)
        new, akin, times = self.strays[party.id, name]
        shown, arrived = times.get(row.value, []), row.sent + party.form(name).settle
        asked = row.at is not None and within(shown, row.at, row.at)
        if row.media in akin or asked or within(shown, row.sent - MINUTE, arrived):
            return True
        alike = new.get(row.value, [])
        return self.astray.unnamed(party.id, row.media) or self.astray.beside(row.media, alike)

    def _written(self, account: int, name: str, looked: int) -> dict[int, Row]:
        """By media, the newest write to a shelf that is known to be done and that no reading can have shown yet."""
        if (account, name) not in self.written:
            self.written[account, name] = self.journal.done_since(account, name, looked)
        return self.written[account, name]

    def _introduce(self, party: Party, circle: Circle, name: str) -> None:
        """All that the account shows is new to the circle, and what the circle holds true is new to the account."""
        shelf = SHELVES[name]
        self.values.touch_shown(circle.id, shelf, party.id)
        if name != "watched":  # a flag seen for the first time is no edit: it stands or falls with the plays
            others = self.values.speakers(shelf, circle.heard - {party.id})
            self.plain.alone((circle.id, party.id, shelf), others, (self.run, self.now), party.form(name))
            shown = self.values.shown(party.id, shelf, circle.id, self.run)
            self._hand_on(party, circle, name, shown, None, first=True)
        if party.id in circle.members:
            self.values.touch_all(circle.id, shelf)

    def _gone(self, party: Party, name: str) -> list[Changed]:
        """What a complete reading no longer shows. Where a copy has left the library, what hung on it was not taken
        back: the other copies, or the one that came in its place, are told."""
        gone = self.values.gone(
            party.id, SHELVES[name], party.look(name).kinds & {int(k) for k in party.shelves[name].kinds}
        )
        if gone and party.form(name).library:
            left = party.stage.left
            hung = [change.media for change in gone if change.media in left]
            self.values.forget(party.id, SHELVES[name], hung)
            for circle in self._hearing(party.id):
                self.values.touch(circle.id, SHELVES[name], hung)
            gone = [change for change in gone if change.media not in left]
        return gone

    def _hand_on(
        self,
        party: Party,
        circle: Circle,
        name: str,
        changes: Sequence[Changed],
        looked: int | None,
        *,
        first: bool = False,
    ) -> None:
        truths = self.values.truths(circle.id, SHELVES[name], [change.media for change in changes])
        member, heard, form = party.id in circle.members, self._heard_by(party.id), party.form(name)
        edits, nothing = self.edits[circle.id, name], Truth()
        anew = self.astray.anew(party.id)  # what is shown of these was said of another name
        for change in changes:
            truth = truths.get(change.media, nothing)
            moved = change.before is None and change.media in anew
            since = NEVER if looked is None or moved or (party.shelves[name].filed and dated(change)) else looked
            lo, hi = span(change.at if form.times else None, since, self.now, form.near)
            knew = not first and change.version >= truth.version and (member or truth.origin in heard)
            edits[change.media].append(Edit(party.id, change.value, lo, hi, knew=knew, first=first, rank=party.rank))

    def _heard_by(self, account: int) -> frozenset[int]:
        return next(circle.heard for circle in self.circles if account in circle.members)

    # ---------------------------------------------------------------- plays
    def _entries(self, party: Party) -> None:
        """Keep the entries that are new, and lose those that a complete reading no longer shows."""
        look, hearing = party.look("history"), self._hearing(party.id)
        met = {circle.id for circle in hearing if self.accounts.met(circle.id, party.id, "history")}
        for before, media in self.astray.follow(party.id).items():
            for number in met:
                self.values.touch(number, SHELVES["history"], {before, *media})
        self.astray.plays(party.id)
        for number in met:
            self.plays.touch_staged(number, party.id)
        self.plays.take(party.id, self.run)
        gone: dict[int, set[str]] = {}
        if look.how == "complete" and not look.doubted:
            gone = self.plays.vanished(party.id, look.kinds)
            self._add_unseen(party, gone, look.as_of - party.form("history").settle)
            self.lost[party.id] = gone
        for circle in hearing:
            if circle.id not in met:
                self.plays.touch_all(circle.id, party.id, member=party.id in circle.members)
            self.values.touch(circle.id, SHELVES["history"], gone)
        if look.whole:
            self.accounts.meet(party.id, "history")

    def _add_unseen(self, party: Party, gone: dict[int, set[str]], settled: int) -> None:
        """What we wrote and a complete reading does not show has vanished too, unless one of the staged entries is it."""
        unseen = self.plays.blind(party.id, settled)
        shown = self.plays.staged_times(party.id, {media for _, media in unseen})
        near = party.form("history").near
        sent = {play: self.plays.sent(play, party.id) for play, _ in unseen}
        lost = [(play, media) for play, media in unseen if not among(shown[media], sent[play], near)]
        for media, key in self.plays.name_unseen(party.id, lost):
            gone[media].add(key)


def dated(change: Changed) -> bool:
    """Is it told with a day of its own? A file is older than its reading, and news do not tell all that is in the next
    one: what was done before we last looked is said for the first time."""
    return change.at is not None and (change.was is None or change.at > change.was)


def among(times: Iterable[int | None], at: int | None, near: int) -> bool:
    """Is this one of these times, or nearer to one than so many seconds?"""
    return any(at == one or (at is not None and one is not None and abs(at - one) < near) for one in times)


def within(times: Sequence[int], first: int, last: int) -> bool:
    """Does one of these, in order, lie there?"""
    found = bisect_left(times, first)
    return found < len(times) and times[found] <= last
