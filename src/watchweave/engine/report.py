"""What a run did, as data: what `sync --json` prints, and what a person is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct, to_builtins

from ..core.media import SPOKEN, Media
from ..core.plan import Change, Hold
from ..core.records import Value
from ..storage.history import Plays
from ..storage.items import Items
from ..storage.journal import Journal, Row
from ..storage.lists import Lists
from ..storage.staging import LISTS, NAMES, SHELVES
from ..storage.store import Store
from ..storage.values import Values
from .decide import EARLIEST, FARTHEST_AHEAD
from .party import Party

if TYPE_CHECKING:
    from .decide import Outcome


TITLES = 5
"""So many are named of what follows from a doubted reading."""
UNSURE = 'it may be there already under another name: see "watchweave unmatched"'
UNNAMED, IMPOSSIBLE = "it has no id that this service knows", "its time lies ahead, or before 1900"

SHOW = "SELECT id FROM media WHERE id = m.parent AND frozen IS NULL"
NAMED = (
    " m.frozen IS NULL AND (EXISTS (SELECT 1 FROM ids AS i WHERE i.media IN (m.id, (" + SHOW + ")) AND i.standing = 0"
    " AND i.space IN (SELECT value FROM json_each(?2)))"
    " OR EXISTS (SELECT 1 FROM handle AS a WHERE a.media IN (m.id, (" + SHOW + ")) AND a.account = ?1"
    " AND a.native NOT LIKE '=%'))"
)
"""Can the account ?1, which understands the ids of ?2, be told of the media m?"""
_NEVER = (
    "SELECT h.shelf, h.media, m.kind, 0, t.version FROM held AS h INDEXED BY held_due CROSS JOIN media AS m ON m.id = h.media"
    " CROSS JOIN account AS c ON c.id = h.account CROSS JOIN truth AS t"
    " ON t.circle = c.circle AND t.shelf = h.shelf AND t.media = h.media"
    " WHERE h.account = ?1 AND h.due = 1 AND m.frozen IS NULL AND NOT (" + NAMED + ") UNION"
    " SELECT 1, p.media, m.kind, coalesce(NOT (p.at > ?3 AND p.at <= ?4), 0),"
    " coalesce((SELECT max(e.fresh) FROM entry AS e WHERE e.media = p.media),"
    " (SELECT max(t.version) FROM truth AS t WHERE t.shelf = 2 AND t.media = p.media), 0)"
    " FROM sighting AS o INDEXED BY sighting_due CROSS JOIN play AS p ON p.id = o.play CROSS JOIN media AS m ON m.id = p.media"
    " WHERE o.account = ?1 AND o.state IN (0, 2) AND m.frozen IS NULL AND (p.removed = 0 OR o.state = 2)"
    " AND (NOT (p.at > ?3 AND p.at <= ?4) OR NOT (" + NAMED + ")) ORDER BY 1, 2"
)
_THIS_RUN = (
    "SELECT r.began, (SELECT coalesce(max(o.id), 0) FROM run AS o WHERE o.profile = r.profile AND o.id < r.id"
    " AND o.status IN ('done', 'held') AND o.why NOT LIKE 'undo%') FROM run AS r WHERE r.id = ?"
)
"""And the last before it that saw all accounts."""


class Line(Struct, frozen=True):
    """One change and what became of it."""

    account: str
    shelf: str
    verb: str
    media: Media
    value: Value
    why: str
    outcome: str
    reason: str = ""
    before: Value = None
    identity: tuple[object, ...] = ()
    """Of the change it tells of: the same as `Change.identity`."""
    list: str = ""
    """The title of the list that it is about."""
    waits: bool = False
    """Was it written down by an earlier run, and is still to be carried there by the person?"""


class Problem(Struct, frozen=True):
    account: str
    kind: str
    message: str


class HeldBack(Struct, frozen=True):
    """What a check held back; `hold` is empty where a dry run found it, which keeps none."""

    hold: str
    account: str
    shelf: str
    verb: str
    count: int
    of: int
    why: str
    check: str
    titles: tuple[str, ...] = ()
    """The first of what would change, where no line of the report names it."""
    list: str = ""


class Refused(Struct, frozen=True):
    """A record that was not taken; `tried` is false where it could not even be asked for."""

    account: str
    shelf: str
    media: Media
    why: str
    tried: bool = True
    list: str = ""


class Lookedup(Struct, frozen=True):
    """Questions to metadata sources by their names, and how many more there would have been if nothing were kept, shared
    or known without asking. failed: what is wrong with a source."""

    asked: dict[str, int] = {}
    saved: int = 0
    failed: dict[str, str] = {}


class Report(Struct):
    """One run of one person. status: done, partial, held or failed."""

    run: int | None
    dry_run: bool
    status: str
    requests: dict[str, int]
    changes: list[Line]
    held: list[HeldBack]
    refused: list[Refused]
    problems: list[Problem]
    profile: str = ""
    note: str = ""
    """What else a person should know, for example why an approval did not count."""
    interrupted: bool = False
    lookups: Lookedup = Lookedup()
    odd: int = 0
    """How many things have come to contradict each other, so that nothing is written of them."""

    def as_json(self) -> dict[str, Any]:
        """The object of the contract."""
        return {
            "run": self.run,
            "profile": self.profile,
            "dry_run": self.dry_run,
            "status": self.status,
            "requests": self.requests,
            "lookups": to_builtins(self.lookups),
            "changes": [
                {
                    "account": line.account,
                    **placed(line.shelf, line.list),
                    "verb": line.verb,
                    "media": media_json(line.media),
                    "value": shown_value(line.shelf, line.value),
                    "why": line.why,
                    "outcome": line.outcome,
                    **({"reason": line.reason} if line.reason else {}),
                }
                for line in self.changes
            ],
            "held": [
                {
                    "hold": h.hold or None, "account": h.account, **placed(h.shelf, h.list), "verb": h.verb,
                    "count": h.count, "of": h.of, "why": h.why,
                }
                for h in self.held
            ],
            "refused": [
                {"account": r.account, **placed(r.shelf, r.list), "media": media_json(r.media), "why": r.why}
                for r in self.refused
            ],
            "problems": [{"account": p.account, "kind": p.kind, "message": p.message} for p in self.problems],
        }  # fmt: skip


def addressed(text: str, account: str) -> str:
    """What a service asks a person to do, with the account's own name in the command."""
    return text.replace("login ACCOUNT", f"login {account}")


def shown_shelf(shelf: str) -> str:
    """People know one history, of plays and flags alike."""
    return "history" if shelf == "watched" else shelf


def placed(shelf: str, title: str) -> dict[str, str]:
    """A shelf as the contract prints it; of a list with its title."""
    return {"shelf": LISTS, "list": title} if title else {"shelf": shown_shelf(shelf)}


def place_of(told: Line | HeldBack | Refused) -> str:
    """The same in words."""
    return spoken(told.shelf, {told.shelf: told.list} if told.list else {})


def spoken(shelf: str, lists: Mapping[str, str]) -> str:
    """A shelf in words. lists: their titles, by the names of their shelves."""
    return f'list "{lists[shelf]}"' if shelf in lists else shown_shelf(shelf)


def shown_value(shelf: str, value: Value) -> str | float | int | None:
    """A play's time in UTC, a rating from 1 to 10 with at most one decimal, else nothing."""
    if shelf == "history" and isinstance(value, int):
        return moment(value)
    if shelf == "ratings" and isinstance(value, int):
        return value // 10 if value % 10 == 0 else value / 10
    return None


def moment(at: int) -> str:
    """ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def media_json(media: Media) -> dict[str, Any]:
    """A media as the contract prints it; ids are strings."""
    shown: dict[str, Any] = {"kind": media.kind.word, "title": media.title or media.named(), "year": media.year}
    if media.parent is not None:
        shown["show"] = {"title": media.parent.title, "ids": dict(media.parent.ids)}
        shown["season"] = media.season
        if media.number is not None:
            shown["number"] = media.number
    return shown | {"ids": dict(media.ids)}


def report(
    dry_run: bool,
    run: int,
    parties: Sequence[Party],
    decided: tuple[Outcome, Mapping[int, Hold], Mapping[tuple[object, ...], tuple[str, str]]],
    store: Store,
) -> Report:
    """Put together what happened."""
    outcome, holds, outcomes = decided
    names = {party.id: party.name for party in parties}
    open_rows = [row for party in parties for row in Journal(store).open(party.id) if row.shelf in party.shelves]
    held_now = {change.identity for hold in outcome.holds for change in hold.changes}
    held_now |= {change.identity for hold in holds.values() for change in hold.changes}
    wanted = (
        {change.media for change in (*outcome.changes, *outcome.unsure)}
        | {media for order in outcome.orders for media in (order.first, *order.medias[:TITLES])}
        | {row.media for row in open_rows}
    )
    medias, lists = Items(store.db).load(wanted), Lists(store.db).named()
    lines, by_id = [], {party.id: party for party in parties}
    for change in outcome.changes:
        state, reason = outcomes.get(change.identity, ("", ""))
        state = state or ("held" if change.identity in held_now else "planned")
        if dry_run and state == "planned" and (lacks := by_id[change.account].lacks(medias[change.media])):
            state, reason = "refused", lacks
        lines.append(_line(change, names, (medias, lists), state, reason))
    lines += _orders(outcome, outcomes, names, (medias, lists))
    told = {change.identity for change in outcome.changes}
    rest = [row for row in open_rows if _identity(row) not in told and (row.waits or not row.file)]
    lines += [_pending(row, names, (medias, lists)) for row in rest]
    refused = [
        Refused(line.account, line.shelf, line.media, line.reason, not dry_run, line.list)
        for line in lines
        if line.outcome == "refused"
    ]
    refused += [_unsure(change, names, (medias, lists)) for change in outcome.unsure]
    refused += _untold(parties, store, run) if outcome.left is None else _left(outcome.left, store)
    problems = _problems(parties)
    requests = {party.name: party.service.http.requests for party in parties}
    made = Journal(store).held_by(run) if dry_run else set()
    shown = [
        _held("" if number in made else f"h{number}", hold, names[hold.account], store)
        for number, hold in holds.items()
        if hold.account in names
    ]
    status = _status(parties, lines, dry_run, held=bool(shown))
    number = None if dry_run else run
    notes = [f"{party.name}: {note}." for party in parties for note in party.noted]
    note = " ".join([outcome.note, *notes]).strip()
    return Report(number, dry_run, status, requests, lines, shown, refused, problems, note=note)


def _held(name: str, hold: Hold, account: str, store: Store) -> HeldBack:
    titles: tuple[str, ...] = ()
    if hold.check == "doubted":  # its changes are not part of the plan
        first = [change.media for change in hold.changes[:TITLES]]
        medias = Items(store.db).load(first)
        titles = tuple(medias[media].named() for media in first)
    count = len(hold.changes)
    told = (hold.why, hold.check, titles, Lists(store.db).named().get(hold.shelf, ""))
    return HeldBack(name, account, hold.shelf, hold.verb, count, known(store, hold), *told)


def known(store: Store, hold: Hold) -> int:
    """How many records there are where the hold holds something back."""
    if hold.of:
        return hold.of
    if hold.shelf == "history":
        return Plays(store.db).count(hold.account)
    return Values(store.db).agreed(hold.account, SHELVES[hold.shelf])


def never(store: Store, account: int, uses: Mapping[str, Any], now: int) -> list[tuple[str, int, str, int]]:
    """What can never be written to this account: shelf, media, why, and the run in which it came up.

    uses: its shelves in use, by name.
    """
    (service,) = store.db.execute("SELECT service FROM account WHERE id = ?", (account,)).fetchone()
    rows = store.db.execute(_NEVER, (account, json.dumps([*SPOKEN, service]), EARLIEST, now + FARTHEST_AHEAD))
    return [
        (NAMES[shelf], media, IMPOSSIBLE if impossible else UNNAMED, came)
        for shelf, media, kind, impossible, came in rows
        if (use := uses.get(NAMES[shelf])) is not None and kind in use.holds() and use.can("add")
    ]


def _untold(parties: Sequence[Party], store: Store, run: int) -> list[Refused]:
    """What can never be written and came up since the last run that saw all accounts: that run told of the rest."""
    began, before = store.db.execute(_THIS_RUN, (run,)).fetchone()
    found = [
        (party.name, shelf, media, why)
        for party in parties
        if party.told
        for shelf, media, why, came in never(store, party.id, party.shelves, began)
        if came > before
    ]
    medias = Items(store.db).load({media for _, _, media, _ in found})
    return [Refused(name, shelf, medias[media], why, tried=False) for name, shelf, media, why in found]


def _left(left: Mapping[tuple[object, ...], str], store: Store) -> list[Refused]:
    """What was not even tried; keys begin with account, shelf and media. The account may be gone from the settings."""
    names = dict(store.db.execute("SELECT id, name FROM account"))
    medias = Items(store.db).load({media for _, _, media, *_ in left if isinstance(media, int)})
    return [
        Refused(names[account], str(shelf), medias[media], why, tried=False)
        for (account, shelf, media, *_), why in left.items()
        if isinstance(media, int)
    ]


Known = tuple[Mapping[int, Media], Mapping[str, str]]
"""Media by number, and the titles of lists by the names of their shelves."""


def _line(change: Change, names: Mapping[int, str], known: Known, state: str, reason: str) -> Line:
    said = (change.value, change.why, state, reason, change.before, change.identity, known[1].get(change.shelf, ""))
    return Line(names[change.account], change.shelf, change.verb, known[0][change.media], *said)


def _orders(
    outcome: Outcome, outcomes: Mapping[tuple[object, ...], tuple[str, str]], names: Mapping[int, str], known: Known
) -> Iterator[Line]:
    """The lists that were put in order; what only belongs to what was added is not told by itself."""
    medias, lists = known
    for order in outcome.orders:
        state, reason = outcomes.get(order.identity, ("planned", ""))
        if state == "" or (not order.told and state in ("done", "planned")):
            continue
        titles = ", ".join([medias[media].named() for media in order.medias[:TITLES]])
        why = f"{order.why}: {titles}" + (" …" if len(order.medias) > TITLES else "")
        said = (None, why, state, reason, None, order.identity, lists[order.shelf])
        yield Line(names[order.account], order.shelf, "change", medias[order.first], *said)


def _unsure(one: Change, names: Mapping[int, str], known: Known) -> Refused:
    title = known[1].get(one.shelf, "")
    return Refused(names[one.account], one.shelf, known[0][one.media], UNSURE, tried=False, list=title)


def _pending(row: Row, names: Mapping[int, str], known: Known) -> Line:
    media, title = known[0][row.media], known[1].get(row.shelf, "")
    told = (row.value, row.why, "pending", row.error or "", row.before, _identity(row), title, row.waits)
    return Line(names[row.account], row.shelf, row.verb, media, *told)


def _identity(row: Row) -> tuple[object, ...]:
    return (row.account, row.shelf, row.verb, row.media, row.value, row.play)


def _problems(parties: Sequence[Party]) -> list[Problem]:
    seen: dict[tuple[str, str, str], Problem] = {}
    for party in parties:
        for problem in party.problems:
            told = Problem(party.name, problem.kind, addressed(str(problem), party.name))
            seen.setdefault((told.account, told.kind, told.message), told)
    return list(seen.values())


def _status(parties: Sequence[Party], lines: Sequence[Line], dry_run: bool, *, held: bool) -> str:
    asked = [party for party in parties if party.asked]
    broken = [party for party in asked if party.problems]
    if asked and all(all(look.how == "none" for look in party.looks.values()) for party in asked):
        return "failed"
    unfinished = not dry_run and any(line.outcome in ("planned", "failed") for line in lines)
    if broken or unfinished:
        return "partial"
    return "held" if held else "done"
