"""From readings to a plan: compare, merge, match, mark, plan and check, all in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from sys import intern
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from ..core.conflicts import highest, lowest, newest, preferring
from ..core.media import Kind, Media
from ..core.merge import Edit, Rule, Truth, mark, merge
from ..core.plan import LIMITS, Change, Hold, Limit, Verb, check, half_hours, yields
from ..core.plays import Known, own_time
from ..core.plays import Play as CirclePlay
from ..core.records import DAY, Form, Value
from ..storage.accounts import Accounts, Circle
from ..storage.history import Plays, Told
from ..storage.items import Items
from ..storage.journal import Journal
from ..storage.staging import SHELVES, sort_of
from ..storage.store import Store
from ..storage.twins import twins
from ..storage.values import APART, Due, Values
from .close import Close
from .compare import Compare
from .ordering import Order, Ordering
from .party import Party
from .retell import Retell, noon_of

ABSENT = ""
"""The value of a write that there is not."""
FARTHEST_AHEAD, EARLIEST = DAY, -2_208_988_800
"""A play more than a day ahead, or before 1900, is refused."""


class Terms(Struct, frozen=True):
    """What a person's settings say about deciding."""

    timezone: str = "UTC"
    rules: Mapping[str, str] = {}
    removed_plays: str = "keep"
    watched_leaves_watchlist: bool = False
    titles: str = "exact"
    limits: Mapping[str, Limit] = field(default_factory=lambda: dict(LIMITS))


class Outcome(Struct):
    """The plan of one run: what passed the checks, what waits, and why."""

    changes: list[Change]
    passed: list[Change]
    holds: list[Hold]
    left: dict[tuple[object, ...], str] | None = None
    """Of an undo: what stays, with the reason."""
    note: str = ""
    """Why an approval did not count."""
    orders: list[Order] = field(default_factory=list)
    """The lists that are to be put in order."""
    unsure: list[Change] = field(default_factory=list)
    """What may stand there already, so that it is not written."""
    granted: dict[int, Hold] = field(default_factory=dict)
    """The holds whose changes may be written now, by their numbers; they end when all is written."""


class Decide:
    """Deciding for one person, inside a transaction of the store."""

    def __init__(
        self, store: Store, parties: Sequence[Party], circles: Sequence[Circle], terms: Terms, run: int, now: int
    ) -> None:
        self.store = store
        self.parties = {party.id: party for party in parties}
        self.circles = circles
        self.terms = terms
        self.run = run
        self.now = now
        self.zone = ZoneInfo(terms.timezone)
        self.values = Values(store.db)
        self.plays = Plays(store.db)
        self.journal = Journal(store)
        self.accounts = Accounts(store)
        self.items = Items(store.db)
        self.ordering = Ordering(store, self.parties, run, now, terms.rules.get("lists", ""))
        self.unsure: list[Change] = []
        """What may stand there already, under an id that nobody joins with ours."""
        self.rounded: dict[int, dict[int, dict[int, int]]] = {}

    def changes(self) -> list[Change]:
        """Take in what was read, decide what is true, and say what must change."""
        self.store.db.execute("DELETE FROM touched")
        for party in self.parties.values():
            Close(self.store, party, self.now).all()
        compare = Compare(self.store, self.circles, self.run, self.now)
        for party in sorted(self.parties.values(), key=lambda p: p.rank):
            compare.account(party)
        for circle in self.circles:
            self.plays.touch_unripe(circle.id)
            Retell(compare, circle, self.parties, self.zone, self.terms.removed_plays).run()
            self._merge(circle, compare)
            self.ordering.take_in(circle)
        self.ordering.see()
        for party in self.parties.values():
            named = [name for name in party.shelves if party.form(name).library] or party.shelves
            if all(party.look(name).how == "complete" for name in named):
                compare.astray.forget(party.id)
        for circle in self.circles:
            self._mark(circle)
        return [change for party in self.parties.values() if party.told for change in self._plan(party)]

    def orders(self, changes: Sequence[Change]) -> list[Order]:
        """The lists that are still to be put in order once these changes are made."""
        return [order for circle in self.circles for order in self.ordering.due(circle, changes)]

    # ---------------------------------------------------------------- merge and mark
    def _rule(self, shelf: str) -> Rule:
        word = self.terms.rules.get(sort_of(shelf), "newest")
        named = {party.name: party.id for party in self.parties.values()}
        return {"highest": highest, "lowest": lowest}.get(word) or (
            preferring(named[word]) if word in named else newest
        )

    def _merge(self, circle: Circle, compare: Compare) -> None:
        for (number, name), of_media in compare.edits.items():
            if number != circle.id or name == "watched":
                continue
            shelf, rule = SHELVES[name], self._rule(name)
            forms = {
                number: self._form(number, name) for number in circle.heard if name in self.parties[number].shelves
            }
            truths = self.values.truths(circle.id, shelf, of_media)
            dropped = self._dropped(name, of_media)
            decided, said = [], []
            for media, edits in of_media.items():
                truth = truths.get(media, Truth())
                edits = [edit for edit in edits if (edit.account, media) not in dropped]
                if name == "reviews" and self.terms.rules.get(name, "ask") == "ask":
                    edits = self._texts(media, edits, truth)
                if not edits:
                    continue
                rank = self.parties[truth.origin].rank if truth.origin in self.parties else len(self.parties)
                new = merge(truth, edits, forms, rule, self.run, rank)
                said += [(media, truth.value, edit, edit.account == new.origin) for edit in edits]
                if new != truth:
                    decided.append((media, new))
            self.values.decide(circle.id, shelf, decided)
            self.values.log(self.run, circle.id, shelf, said)

    def _form(self, account: int, name: str) -> Form:
        """The form of a shelf, with what was learned of its rounding."""
        form = self.parties[account].form(name)
        if account not in self.rounded:
            self.rounded[account] = self.values.roundings(account)
        learned = self.rounded[account].get(SHELVES[name])
        return replace(form, learned=learned) if learned else form

    def _dropped(self, name: str, of_media: Mapping[int, Sequence[Edit]]) -> set[tuple[int, int]]:
        """Account and media of the wishes that a service dropped because the film was watched there: nobody's edits."""
        if name != "watchlist" or self.terms.watched_leaves_watchlist:
            return set()
        gone = [(e.account, media, e.lo) for media, edits in of_media.items() for e in edits if e.value is None]
        dropped = self.plays.since(gone, self.run)
        for account, media in dropped:
            self.values.keep_apart(account, SHELVES[name], media, self.run)
        return dropped

    def _texts(self, media: int, edits: list[Edit], truth: Truth) -> list[Edit]:
        """The edits that continue what is true, or are the first to say anything. A text that stands beside another one
        stays as it is for good, and so does one that was taken back elsewhere: both are kept apart."""
        known, meant, shelf = truth.value, [], SHELVES["reviews"]
        for edit in sorted(edits, key=lambda edit: edit.rank):
            continues = edit.knew and not self.values.apart(edit.account, shelf, media)
            if edit.value is not None and (known is None or edit.value == known or continues):
                known = edit.value if known is None else known
                meant.append(edit)
            else:
                self.values.keep_apart(edit.account, shelf, media, APART)
        return meant

    def _mark(self, circle: Circle) -> None:
        names = {name for member in circle.members for name in self.parties[member].shelves} - {"history"}
        for name in sorted(names, key=SHELVES.__getitem__):
            shelf = SHELVES[name]
            for party in [self.parties[m] for m in circle.members if name in self.parties[m].shelves]:
                form, whole = self._form(party.id, name), party.look(name).whole
                able = (circle.id, party.id, shelf, party.shelves[name].holds())
                exact = not form.learned
                if exact and whole:
                    self.values.agree(*able, library=form.library)
                for rows in self.values.unmarked(*able, library=form.library, exact=exact):
                    changed = []
                    for media, truth, row in rows:
                        before = (row.agreed, row.version, row.due)
                        mark(truth, row, form, whole)
                        if (row.agreed, row.version, row.due) != before:
                            changed.append((media, row))
                    self.values.keep(party.id, shelf, changed)

    # ---------------------------------------------------------------- plan
    def _plan(self, party: Party) -> list[Change]:
        circle = next(c for c in self.circles if party.id in c.members)
        changes: list[Change] = []
        for name in party.shelves:
            if not party.look(name).whole:
                continue
            refused, carried = self.journal.refused(party.id, name, self.now), party.shelves[name].carried
            if name == "history":
                told = self.plays.told(party.id) if not party.is_silent(name) else []
                opened = self._waiting(party, name, {row.play for row in told}) if carried else self._open(party, name)
                changes += self._told(party, told, opened | refused)
                continue
            due = self._due(party, name, circle) if not party.is_silent(name) else []
            opened = {row.media for row in due} & self._open(party, name)
            if carried:  # what is on its way may be followed by something newer
                self._waiting(party, name, {row.media for row in due if row.value is not None})
                last = {row.media: row.value for row in self.journal.open(party.id, name) if row.waits}
                opened = {row.media for row in due if self._fit(party, name, row.value) == last.get(row.media, ABSENT)}
            busy = opened | refused
            fresh = [row.media for row in due if row.media not in busy]
            again = self.journal.beside(busy & {row.media for row in due}, fresh) - opened
            rows = [row for row in due if row.media not in busy - again]
            changes += [c for row in rows if (c := self._change(party, name, row))]
        return self._possible(party, changes)

    def _due(self, party: Party, name: str, circle: Circle) -> list[Due]:
        """What the account should show and does not. Where it can be told of plays, these leave its flag by themselves."""
        due = self.values.due(party.id, SHELVES[name], circle.id)
        if name != "watched" or not party.takes_plays():
            return due
        told = self.plays.dated(circle.id, [row.media for row in due])
        return [row for row in due if row.value is None or row.media not in told]

    def _open(self, party: Party, name: str) -> set[int]:
        """Of these nobody knows yet what became of our last write."""
        return {row.media for row in self.journal.open(party.id, name)}

    def _waiting(self, party: Party, name: str, owed: Collection[int]) -> set[int]:
        """The media of which something waits in a file. What is no longer owed, by its media or its play, waits no more."""
        rows = [row for row in self.journal.open(party.id, name) if row.waits]
        stay = [row for row in rows if (row.play if name == "history" else row.media) in owed]
        self.journal.withdraw(row for row in rows if row not in stay)
        return {row.media for row in stay}

    def _fit(self, party: Party, name: str, value: Value) -> Value:
        return self._form(party.id, name).fit(value)

    def _change(self, party: Party, name: str, row: Due) -> Change | None:
        value = self._fit(party, name, row.value)
        verb: Verb = "remove" if value is None else "add" if row.seen is None else "change"
        if not party.can(name, verb):
            return None
        at = row.at if row.at is not None and EARLIEST < row.at <= self.now else None
        why = self._why(name, verb, row.origin, party)
        told: dict[str, Any] = {"version": row.version, "at": at, "origin": row.origin, "why": why}
        return Change(party.id, name, verb, row.media, value, row.seen, **told)

    def _why(self, name: str, verb: str, origin: int | None, party: Party) -> str:
        giver = self.parties[origin].name if origin in self.parties else "a service that is no longer linked"
        done = {
            "watched": {"add": "watched on", "remove": "no longer counted as watched, says"},
            "history": {"add": "watched on", "remove": "removed on"},
            "ratings": {"add": "rated on", "change": "rated on", "remove": "rating taken back on"},
            "favourites": {"add": "liked on", "remove": "no longer liked on"},
            "reviews": {"add": "written on", "change": "written anew on", "remove": "taken back on"},
        }.get(name, {"add": "added on", "change": "changed on", "remove": "removed on"})
        return intern(f"{done[verb]} {giver}")  # ten thousand changes say the same

    def _told(self, party: Party, told: Sequence[Told], busy: set[int]) -> list[Change]:
        kinds = party.shelves["history"].holds()
        told = [row for row in told if row.media not in busy and row.kind in kinds]
        taken = self.plays.taken(party.id, {row.media for row in told})
        changes = []
        for row in told:
            verb: Verb = "add" if row.state == 0 else "remove"
            once = verb == "add" and not party.form("history").repeats
            if not party.can("history", verb) or (once and taken.get(row.media)):
                continue
            if verb == "remove":
                value, key = row.at, row.key
            elif row.tried:  # a second attempt sends the same time
                value, key = row.sent, None
            else:
                value, key = self._time(party, row, taken.setdefault(row.media, set())), None
            if value is not None and not EARLIEST < value <= self.now + FARTHEST_AHEAD:
                continue
            said: dict[str, Any] = {"at": value, "origin": row.origin, "key": key}
            said["why"] = self._why("history", verb, row.origin, party)
            changes.append(Change(party.id, "history", verb, row.media, value, None, row.play, self.run, **said))
        return changes

    def _time(self, party: Party, row: Told, taken: set[int]) -> int | None:
        day = party.form("history").clock == "day" and row.known != Known.NOTHING
        play = CirclePlay(row.play, row.at, 0, 0, Known.DAY if day else Known(row.known))
        noon = noon_of(row.at, self.zone) if row.at is not None else None
        at = own_time(play, noon, taken)
        if at is not None:
            taken.add(at)
        return at

    def _possible(self, party: Party, changes: Sequence[Change]) -> list[Change]:
        """Without what cannot be named to this service, and what may stand there already under another id."""
        medias = self.items.load({change.media for change in changes}, party.id)
        found = [change for change in changes if nameable(medias[change.media], party)]
        doubtful = twins(self.store.db, party.id, {change.media for change in found if change.verb != "remove"})
        self.unsure += [change for change in found if change.media in doubtful and change.verb != "remove"]
        return [change for change in found if change.media not in doubtful or change.verb == "remove"]

    # ---------------------------------------------------------------- check
    def _asked(self, changes: list[Change], agreed: set[tuple[object, ...]]) -> tuple[list[Change], list[Hold]]:
        """Where the person wants to be asked about removed plays, each account's removals are a hold of their own."""
        if self.terms.removed_plays != "ask":
            return changes, []
        shelves = ("history", "watched")
        asked: dict[tuple[int, str], list[Change]] = defaultdict(list)
        rest: list[Change] = []
        for one in changes:
            held = one.shelf in shelves and one.verb == "remove" and one.identity not in agreed
            (asked[one.account, one.shelf] if held else rest).append(one)
        why = "removed elsewhere; approve to remove it here too"
        return rest, [Hold(*of, "remove", "asked", why, tuple(group)) for of, group in sorted(asked.items())]

    def check(
        self, changes: Sequence[Change], *, yes: bool, approved: Sequence[Change], narrowed: bool = False
    ) -> Outcome:
        """What may be written now; what waits for a person stays in its hold, and what is not planned any more leaves it.

        narrowed: only a part of what is planned was asked for, so that nothing else is known to be planned no more.

        An approval is for exactly its list: where that is no longer planned, nothing of it counts as approved.
        """
        planned = {change.identity for change in changes}
        agreed = {change.identity for change in approved}
        note = ""
        if not agreed <= planned:
            agreed, note = set(), "The plan is no longer the one that was approved; nothing of it was written."
        waiting: set[tuple[object, ...]] = set()
        granted: dict[int, Hold] = {}
        for number, hold in self.journal.waiting().items():
            if (party := self.parties.get(hold.account)) is None:
                continue
            identities = {change.identity for change in hold.changes}
            if hold.shelf in party.gone:
                self.journal.answer(number, "replaced", self.now)
            elif hold.check == "doubted":
                continue
            elif identities & agreed or (yes and identities <= planned and yields(hold, self.terms.limits)):
                granted[number] = hold
            elif hold.shelf not in party.shelves:
                self.journal.answer(number, "replaced", self.now)
            elif narrowed or identities <= planned or not party.told or not party.look(hold.shelf).whole:
                waiting |= identities
            else:
                self.journal.answer(number, "replaced", self.now)
        rest, asked = self._asked([change for change in changes if change.identity not in waiting], agreed)
        passed, holds = check(rest, self, self.terms.limits, yes=yes, approved=lambda change: change.identity in agreed)
        return Outcome(list(changes), passed, [*holds, *asked], None, note, granted=granted)

    def of(self, account: int, shelf: str) -> int:
        return self.plays.count(account) if shelf == "history" else self.values.agreed(account, SHELVES[shelf])

    def spent(self, account: int, kind: str) -> int:
        shelves, verb = {
            "removals": (
                tuple(name for name in {*SHELVES, *self.parties[account].shelves} if name != "history"),
                "remove",
            ),
            "plays_removed": (("history",), "remove"),
            "plays_added": (("history", "watched"), "add"),
            "ratings_changed": (("ratings",), "change"),
            "reviews_published": (("reviews",), "add"),
        }[kind]
        return self.journal.spent(account, shelves, verb, self.now - DAY)

    def shifts(self, account: int) -> Mapping[tuple[int | None, int], int]:
        written = self.journal.plays_written(account, self.now - 30 * DAY)
        times = self.times(account, {media for _, media, _ in written})
        found = [(origin, half_hours(at, other)) for origin, media, at in written for other in times.get(media, ())]
        return Counter(pair for pair in found if pair[1])

    def times(self, account: int, medias: Iterable[int]) -> Mapping[int, Sequence[int]]:
        return {media: sorted(times) for media, times in self.plays.taken(account, medias).items()}


def nameable(media: Media, party: Party) -> bool:
    """Can this service be told which thing is meant? By its own name, by an id it knows, or by show, season and number."""
    spaces = {"imdb", "tmdb", "tvdb", party.service.name}
    if media.keys or spaces & media.ids.keys():
        return True
    placed = media.season is not None and (media.kind is Kind.SEASON or media.number is not None)
    return media.parent is not None and placed and nameable(replace(media.parent, parent=None), party)
