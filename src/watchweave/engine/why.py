"""Everything that is known of one media: who calls it what, who showed what and when, what was decided and written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from ..core.media import SPOKEN, Kind, Media
from ..core.records import Form, Rating, Review, Tags, Value, record
from ..services.base import Shelf
from ..storage.accounts import Accounts
from ..storage.items import Items
from ..storage.journal import Journal, Row
from ..storage.lists import Lists
from ..storage.lookups import NOBODY, TELLERS
from ..storage.staging import NAMES, RECORDS, SHELVES, sort_of
from ..storage.store import Store
from ..storage.values import Values
from .answers import named_json, shown
from .decide import EARLIEST, FARTHEST_AHEAD
from .home import Home
from .report import IMPOSSIBLE, UNNAMED, shown_shelf, shown_value, spoken

STANDINGS = ("good", "former", "ambiguous", "disputed")
CLOCKS = ("moment", "day", "mark", "unknown")
SIGHTINGS = ("owed", "here", "to be removed", "gone")

BY_HAND = "to be removed there by hand: that cannot be done from here"
READ_ONLY = "it cannot be written there, only read"


def everything(home: Home, media: int) -> dict[str, Any]:
    """All that is known of one media. Times are in UTC; `person` names whose account an entry is of."""
    return Dossier(home.store, media, home.uses(), home.clock()).told()


Uses = Mapping[int, Mapping[str, type[Shelf[Any]]]]


class Dossier:
    """One media's rows in every table, with the names of people and accounts put in.

    uses: the shelves in use of every account of the settings; of others nothing is told but what they did.
    """

    def __init__(self, store: Store, media: int, uses: Uses, now: int) -> None:
        self.store = store
        self.db: sqlite3.Connection = store.db
        self.number = media
        self.uses = uses
        self.now = now
        self.media: Media = Items(self.db).load([media])[media]
        owned = Accounts(store).owned()
        several = len({person for person, _ in owned.values()}) > 1
        self.people: Mapping[int | None, str] = {number: person for number, (person, _) in owned.items()}
        self.accounts: Mapping[int | None, str] = {
            number: f"{person}'s {name}" if several else name for number, (person, name) in owned.items()
        }

    def named(self, account: int | None) -> dict[str, Any]:
        """The account of an entry, and whose it is."""
        return {"account": self.accounts.get(account), "person": self.people.get(account)}

    def rows(self, query: str) -> list[Sequence[Any]]:
        return self.db.execute(query, (self.number,)).fetchall()

    def told(self) -> dict[str, Any]:
        titles = Lists(self.db).named()
        return {name: with_titles(part, titles) for name, part in self._told().items()}

    def _told(self) -> dict[str, Any]:
        return {
            "media": named_json(self.media),
            "name": f"m{self.number}",
            "contradiction": self._frozen(),
            "ids": self.ids(),
            "matched": self.matched(),
            "shown": self.shown(),
            "truth": self.truths(),
            "edits": self.edits(),
            "plays": self.plays(),
            "written": self.written(),
            "refused": self.refused(),
            "held": self.held(),
        }

    def ids(self) -> list[dict[str, Any]]:
        """Every id it was ever given, and by whom first."""
        rows = self.rows("SELECT space, value, standing, source FROM ids WHERE media = ? ORDER BY space, standing")
        return [
            {"space": space, "value": value, "standing": STANDINGS[standing], "said_by": self._teller(source)}
            for space, value, standing, source in rows
        ]

    def _teller(self, source: int | None) -> str | None:
        """Who told an id: an account, a metadata source, or a person."""
        told = next((name for name, number in TELLERS.items() if number == source), None)
        return {"person": "you", NOBODY: "its title"}.get(told or "", told) or self.accounts.get(source)

    def matched(self) -> list[dict[str, Any]]:
        """What was looked up by its title because an account names it without any id: who was asked, and what was taken."""
        rows = self.rows(
            "SELECT l.account, l.asked, l.next_try, l.source, l.taken, json_array_length(l.proposals), l.said FROM lookup AS l"
            " JOIN handle AS h ON h.account = l.account AND h.native = l.native WHERE h.media = ? ORDER BY 1, l.native"
        )
        return [
            {
                **self.named(account), "asked": shown(asked), "source": source, "taken": json.loads(taken or "{}"),
                "candidates": count, "next_try": _time(later), "said": said,
            }
            for account, asked, later, source, taken, count, said in rows
        ]  # fmt: skip

    def shown(self) -> list[dict[str, Any]]:
        """What each account showed when last looked, of what is synced; `in_library`, and under which names.

        `at`: since when, or when we wrote it there, if nothing was seen to change since; `by_day`: only its day is known.
        """
        found: dict[int, dict[str, Any]] = {}

        def entry(account: int) -> dict[str, Any]:
            return found.setdefault(account, {**self.named(account), "names": [], "in_library": False, "records": []})

        for account, native, library in self.rows("SELECT account, native, library FROM handle WHERE media = ?"):
            entry(account)["names"] += [] if native.startswith("=") else [native]
            entry(account)["in_library"] = entry(account)["in_library"] or library > 0
        wrote = self._wrote()
        for account, shelf, seen, at, looked in self.rows(
            "SELECT h.account, h.shelf, h.seen, h.at, c.looked FROM held AS h LEFT JOIN cursor AS c"
            " ON c.account = h.account AND c.shelf = h.shelf WHERE h.media = ? ORDER BY h.account, h.shelf"
        ):
            if self._synced(account, NAMES[shelf]):
                value = shown_value(NAMES[shelf], seen)
                last = wrote.get((account, NAMES[shelf]))
                ours = last is not None and last.value == seen and last.sent > (at or 0)
                at = last.sent if last is not None and ours else at
                record = {"shelf": NAMES[shelf], "there": seen is not None, "value": value, "written_by_us": ours}
                record["by_day"] = not ours and self._by_day(account, shelf)
                entry(account)["records"].append({**record, "at": shown(at), "looked": shown(looked)})
        return [found[account] for account in sorted(found)]

    def _wrote(self) -> dict[tuple[int, str], Row]:
        """Our last write to each account and shelf."""
        rows = [row for row in Journal(self.store).of_media(self.number) if row.state == "done"]
        return {(row.account, row.shelf): row for row in reversed(rows)}

    def truths(self) -> list[dict[str, Any]]:
        """What should be, for whom, who said so and when, and why an account shows something else."""
        rows = self.rows(
            "SELECT t.circle, t.shelf, t.value, t.lo, t.hi, t.origin, t.version, t.frozen FROM truth AS t"
            " WHERE t.media = ? ORDER BY t.circle, t.shelf"
        )
        truths = []
        for circle, shelf, value, lo, hi, origin, version, frozen in rows:
            name = NAMES[shelf]
            members = self.members(circle, name)
            if not members:
                continue
            truths.append(
                {
                    "for": [self.accounts[account] for account in members], "person": self.people[members[0]],
                    "shelf": name, "there": value is not None, "value": shown_value(name, value),
                    "said_by": self.accounts.get(origin), "since": _time(lo), "until": _time(hi),
                    "by_day": self._by_day(origin, shelf), "run": version,
                    "waits_for_choice": frozen is not None,
                    "left": [left for account in members if (left := self._left(account, shelf, value, version))],
                }
            )  # fmt: skip
        return truths

    def _by_day(self, account: int | None, shelf: int) -> bool:
        """Does this account know days, and no times?"""
        kind = self.uses.get(account or 0, {}).get(NAMES[shelf])
        return kind is not None and kind.form.clock == "day"

    def _synced(self, account: int, shelf: str) -> bool:
        """Is this shelf of the account kept in step with another account of the same person?"""
        fellows = [
            uses
            for other, uses in self.uses.items()
            if other != account and self.people.get(other) == self.people.get(account)
        ]
        mine, public = self.uses.get(account, {}), shown_shelf(shelf)
        return shelf in mine and (not fellows or any(public in map(shown_shelf, uses) for uses in fellows))

    def members(self, circle: int, shelf: str) -> list[int]:
        """The accounts that share a truth, where this shelf of theirs is synced and can hold such a thing."""
        rows = self.db.execute("SELECT id FROM account WHERE circle = ? ORDER BY id", (circle,))
        synced = [account for (account,) in rows if self._synced(account, shelf)]
        return [account for account in synced if self.media.kind in self.uses[account][shelf].kinds]

    def _left(self, account: int, shelf: int, truth: Value, version: int) -> dict[str, Any] | None:
        """What an account shows in place of the truth, and why it is left so; nothing where it shows the truth."""
        name, form = NAMES[shelf], self._form(account, shelf)
        row = self.db.execute(
            "SELECT seen, due FROM held WHERE account = ? AND shelf = ? AND media = ?", (account, shelf, self.number)
        ).fetchone()
        seen, due = row or (None, 0)
        if truth == seen:
            return None
        there = {"there": seen is not None, "value": shown_value(name, seen)}
        why = _coarse(form) if form.fit(truth) == seen else self._reason(account, name, (truth, seen), bool(due))
        return {**self.named(account), **there, "why": why}

    def _form(self, account: int, shelf: int) -> Form:
        """What a shelf of this account can hold, and was seen to make of values."""
        form = self.uses[account][NAMES[shelf]].form
        learned = Values(self.db).roundings(account).get(shelf)
        return replace(form, learned=learned) if learned else form

    def _reason(self, account: int, shelf: str, values: tuple[Value, Value], due: bool) -> str:
        """Why it does not show the first of these values, but the second."""
        form, truth = self._form(account, SHELVES[shelf]), values[0]
        query = "SELECT 1 FROM handle WHERE account = ? AND media = ? AND library > 0"
        if form.library and not self.db.execute(query, (account, self.number)).fetchone():
            return "not in its library"
        if any(one["account"] == self.accounts[account] and one["shelf"] == shelf for one in self.refused()):
            return "it was not taken"
        public = shown_shelf(shelf)
        held = [one for one in self.held() if (one["account"], one["shelf"]) == (self.accounts[account], public)]
        if held:
            return f"held back by {held[0]['hold']}"
        if self._frozen():
            return "its ids contradict each other"
        if waits := self._waits(account, shelf):
            return waits
        use, verb = self.uses[account][shelf], _verb(form.fit(truth), values[1])
        if not use.can(verb) or self.media.kind not in use.holds():
            return BY_HAND if verb == "remove" else READ_ONLY
        if not form.takes(truth):
            return f"it takes no text of fewer than {form.words} words"
        if not due:
            return "kept apart, as an undo or a sync left it"
        return "the next sync writes it" if self._can_be_named(account) else UNNAMED

    def _waits(self, account: int, shelf: str, play: int | None = None) -> str | None:
        """What is on its way there, if anything is; of a play, that it is."""
        for row in Journal(self.store).open(account):
            if row.media != self.number or shown_shelf(row.shelf) != shown_shelf(shelf) or play not in (None, row.play):
                continue
            if row.file is None:
                return "it was sent, and the next reading tells whether it arrived"
            if row.error is None:  # else it is no longer to be carried
                return f"it waits in outbox/{row.file} for you to carry it there"
        return None

    def _can_be_named(self, account: int) -> bool:
        """By the account's own name for it, or by an id, its own or its show's."""
        media = [self.media, *([self.media.parent] if self.media.parent else [])]
        (service,) = self.db.execute("SELECT service FROM account WHERE id = ?", (account,)).fetchone()
        own = self.db.execute(
            "SELECT 1 FROM handle WHERE account = ?2 AND media IN (?1, (SELECT parent FROM media WHERE id = ?1))"
            " AND native NOT LIKE '=%'",
            (self.number, account),
        )
        return own.fetchone() is not None or any({*SPOKEN, service} & one.ids.keys() for one in media)

    def _frozen(self) -> str | None:
        ((frozen,),) = self.rows("SELECT frozen FROM media WHERE id = ?")
        return frozen  # type: ignore[no-any-return]

    def edits(self) -> list[dict[str, Any]]:
        """What people changed where, newest first; `decided`, or `agreed` with what decided in that run."""
        rows = self.rows(
            "SELECT run, shelf, account, before, after, lo, hi, won, circle FROM edit WHERE media = ? ORDER BY run DESC LIMIT 100"
        )
        winners = {(run, circle, shelf): after for run, shelf, _, _, after, _, _, won, circle in rows if won}

        def held(account: int, shelf: int, truth: Value) -> Value:
            """The truth as this account shows it."""
            synced = NAMES[shelf] in self.uses.get(account, {})
            return self._form(account, shelf).fit(truth) if synced else truth

        return [
            {
                **self.named(account), "run": run, "shelf": NAMES[shelf], "before": _value(shelf, before),
                "after": _value(shelf, after), "since": _time(lo), "until": _time(hi), "decided": bool(won),
                "agreed": held(account, shelf, winners.get((run, circle, shelf), before)) == after,
            }
            for run, shelf, account, before, after, lo, hi, won, circle in rows
            if account not in self.uses or self._synced(account, NAMES[shelf])
        ]  # fmt: skip

    def plays(self) -> list[dict[str, Any]]:
        """Every play of it, and which accounts show it; `why` one cannot be told of it."""
        sightings: dict[int, list[dict[str, Any]]] = {}
        for play, account, state, ours, sent, at in self.rows(
            "SELECT s.play, s.account, s.state, s.ours, s.sent, p.at FROM play AS p JOIN sighting AS s ON s.play = p.id"
            " WHERE p.media = ? ORDER BY s.account"
        ):
            never = self._never(account, at) if state in (0, 2) else None
            why = never or (self._waits(account, "history", play) if state == 0 else None)
            sightings.setdefault(play, []).append(
                {
                    "account": self.accounts[account],
                    "state": "cannot be told" if never else SIGHTINGS[state],
                    "why": why,
                    "written_by_us": bool(ours),
                    "sent_as": shown(sent),
                }
            )
        rows = self.rows("SELECT id, circle, at, lo, known, removed FROM play WHERE media = ? ORDER BY lo, id")
        return [
            {
                "person": self._whose(circle), "at": shown(at), "day": _time(lo) if known == 1 else None,
                "known": CLOCKS[known], "removed": bool(removed), "accounts": sightings.get(play, []),
            }
            for play, circle, at, lo, known, removed in rows
        ]  # fmt: skip

    def _never(self, account: int, at: int | None) -> str | None:
        """Why a play of then can never be written to this account."""
        if self._frozen():
            return "its ids contradict each other"
        if at is not None and not EARLIEST < at <= self.now + FARTHEST_AHEAD:
            return IMPOSSIBLE
        return None if self._can_be_named(account) else UNNAMED

    def _whose(self, circle: int) -> str | None:
        query = "SELECT p.name FROM circle AS c JOIN profile AS p ON p.id = c.profile WHERE c.id = ?"
        row = self.db.execute(query, (circle,)).fetchone()
        return row[0] if row else None

    def written(self) -> list[dict[str, Any]]:
        """What we wrote, newest first, and what became of it."""
        return [
            {
                **self.named(row.account), "run": row.run, "shelf": row.shelf, "verb": row.verb,
                "value": shown_value(row.shelf, row.value), "why": row.why, "outcome": row.state,
                "at": shown(row.sent), "error": row.error,
            }
            for row in Journal(self.store).of_media(self.number)
        ]  # fmt: skip

    def refused(self) -> list[dict[str, Any]]:
        rows = self.rows("SELECT account, shelf, why, next_try FROM refusal WHERE media = ? ORDER BY account, shelf")
        return [
            {**self.named(account), "shelf": NAMES[shelf], "why": why, "next_try": shown(later)}
            for account, shelf, why, later in rows
        ]

    def held(self) -> list[dict[str, Any]]:
        """The waiting holds that this is part of."""
        return [
            {
                "hold": f"h{number}",
                "account": self.accounts[hold.account],
                "shelf": shown_shelf(hold.shelf),
                "why": hold.why,
            }
            for number, hold in Journal(self.store).waiting().items()
            if any(change.media == self.number for change in hold.changes)
        ]


def with_titles(told: Any, titles: Mapping[str, str]) -> Any:
    """The same, with the title of each list in place of our own name of its shelf."""
    if isinstance(told, list):
        return [with_titles(one, titles) for one in told]
    if not isinstance(told, dict):
        return told
    found = {name: with_titles(one, titles) for name, one in told.items()}
    return found | {"shelf": spoken(told["shelf"], titles)} if told.get("shelf") in titles else found


def _verb(value: Value, seen: Value) -> str:
    """What would have to be done there."""
    return "remove" if value is None else "add" if seen is None else "change"


def _coarse(form: Form) -> str:
    """What a form does to values that it cannot hold."""
    return "it keeps whole numbers" if form.steps == 10 else f"it keeps steps of {10 / form.steps:g}"


def _time(at: int | None) -> str | None:
    """A time, unless it is one end of for ever."""
    return shown(at) if at is not None and 0 < at < 1 << 40 else None


def _value(shelf: int, value: Value) -> str | float | int | None:
    """What an edit said: a rating as its number, a text as it reads, presence as a word."""
    if value is None:
        return None
    told = record(RECORDS[sort_of(NAMES[shelf])], Media(Kind.MOVIE), None, value)
    if isinstance(told, Review):
        return told.text
    if isinstance(told, Tags):
        return ", ".join(told.tags)
    return shown_value(NAMES[shelf], value) if isinstance(told, Rating) else "there"
