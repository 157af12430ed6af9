"""Answers to what a person asks: how things stand, what happened, what could not be done. Reads, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..core.media import SPOKEN, Media
from ..core.merge import mark
from ..core.plan import Change
from ..errors import ConfigError
from ..services.base import Shelf
from ..storage.accounts import Accounts
from ..storage.history import TOLD
from ..storage.items import Items
from ..storage.journal import Journal
from ..storage.lists import Lists
from ..storage.staging import NAMES, SHELVES, sort_of
from ..storage.store import Store, being_written
from ..storage.values import Values
from .carry import to_do
from .decide import EARLIEST, FARTHEST_AHEAD
from .home import Home, ProfileWish, kept_silent
from .party import Party
from .report import NAMED, addressed, known, media_json, moment, never, placed, shown_shelf, spoken

_ACCOUNTS = (
    "SELECT a.id, a.name, a.service, a.person_name, a.state, a.state_text, a.wait_until,"
    " (SELECT max(looked) FROM cursor AS c WHERE c.account = a.id) FROM account AS a"
    " JOIN profile AS p ON p.id = a.profile WHERE p.name = ? ORDER BY a.id"
)
_LEAVING = (
    "SELECT h.media FROM json_each(?2) AS j CROSS JOIN held AS h ON h.account = ?1 AND h.shelf = j.value AND h.due = 1 JOIN account"
    " AS a ON a.id = h.account JOIN truth AS t ON t.circle = a.circle AND t.shelf = h.shelf AND t.media = h.media"
    " WHERE t.value IS NULL UNION SELECT p.media FROM sighting AS s JOIN play AS p ON p.id = s.play WHERE s.account = ?1"
    " AND s.state = 2 AND 1 IN (SELECT value FROM json_each(?2))"
)
"""What is to leave an account."""
_OWED = (
    "SELECT h.shelf, t.value IS NULL, count(*) FROM held AS h INDEXED BY held_due CROSS JOIN media AS m ON m.id = h.media"
    " CROSS JOIN account AS c ON c.id = h.account LEFT JOIN truth AS t"
    " ON t.circle = c.circle AND t.shelf = h.shelf AND t.media = h.media"
    " WHERE h.account = ?1 AND h.due = 1 AND h.shelf IN (SELECT value FROM json_each(?5)) AND NOT (h.shelf = 2 AND ?6"
    " AND t.value IS NOT NULL AND EXISTS (SELECT 1 FROM play AS p WHERE p.circle = c.circle AND p.media = h.media"
    " AND p.removed = 0 AND p.known <> 3)) AND NOT EXISTS (SELECT 1 FROM journal AS j WHERE j.account = ?1"
    " AND j.shelf = h.shelf AND j.media = h.media AND j.state = 'unclear' AND j.file IS NOT NULL AND j.error IS NULL AND j.version = t.version)"
    " AND" + NAMED + " GROUP BY 1, 2 UNION ALL"
    " SELECT 1, s.state = 2, count(*) FROM sighting AS s INDEXED BY sighting_due CROSS JOIN play AS p ON p.id = s.play"
    " CROSS JOIN media AS m ON m.id = p.media WHERE s.account = ?1 AND s.state IN (0, 2) AND "
    + TOLD
    + " AND 1 IN (SELECT value FROM json_each(?5))"
    " AND NOT EXISTS (SELECT 1 FROM journal AS j WHERE j.account = ?1 AND j.shelf = 1 AND j.media = p.media"
    " AND j.play = p.id AND j.state = 'unclear' AND j.file IS NOT NULL AND j.error IS NULL)"
    " AND (p.at IS NULL OR (p.at > ?3 AND p.at <= ?4)) AND" + NAMED + " GROUP BY 1, 2"
)
"""What can never be named to an account, or has an impossible time, is not owed to it: `unmatched` tells of that. Nor is a
flag that a play leaves by itself (?6), what stands in a file of the outbox, or a shelf that is not written to (?5)."""


EVER = 1_000_000
"""So many runs there never are."""


def standing(home: Home) -> list[dict[str, Any]]:
    """How things stand with each person: accounts and sign-ins, the last run, what is owed, held, open and refused."""
    return [_standing(home, person) for person in home.profiles]


def _standing(home: Home, person: ProfileWish) -> dict[str, Any]:
    store, journal = home.store, Journal(home.store)
    wanted = {account.name: account for account in person.accounts}
    rows = [row for row in store.db.execute(_ACCOUNTS, (person.name,)) if row[1] in wanted]
    names = {row[0]: row[1] for row in rows}
    accounts, uses = [], home.uses()
    for number, name, service, whose, state, text, wait, looked in rows:
        unsigned = home.unsigned(wanted[name], number)
        written = told_of(uses[number], person.shelves)
        missing = unread(store, number, written)
        known_there = {shelf: kind for shelf, kind in written.items() if shelf not in missing}
        brought = handed(home.inbox(person.name, name).labels(), {shelf: written[shelf] for shelf in missing})
        accounts.append(
            {
                "account": name,
                "service": service,
                "person": whose,
                "state": "sign_in_needed" if unsigned else state if looked or text else "new",
                "message": unsigned or (addressed(text, name) if text else None),
                "expires_at": expiry(home, number, wanted[name].options),
                "wait_until": shown(int(wait) if wait > home.clock() else None),
                "looked": shown(looked),
                **owed(store, number, service, home.clock(), known_there),
                "by_hand_of": by_hand(store, number, known_there),
                "unread": sorted({shown_shelf(shelf) for shelf in missing if shelf not in brought}),
                "handed_in": sorted({shown_shelf(shelf) for shelf in brought}),
                "pending": sum(row.file is None for row in journal.open(number)),
                "carried": [
                    {
                        "file": f"outbox/{file}",
                        "count": count,
                        "there": home.outbox.has(file),
                        "to_do": to_do(home.kind(service).carry, file),
                    }
                    for file, count in journal.carried(number).items()
                ],
                "refused": len(journal.refusals(number)) + len(never(store, number, uses[number], home.clock())),
            }
        )
    last = next((run for run in past(store, 1000) if run["profile"] == person.name), None)
    lists = Lists(store.db).named()
    held = [
        {
            "hold": f"h{number}", "account": names[hold.account], **placed(hold.shelf, lists.get(hold.shelf, "")), "verb": hold.verb,
            "count": len(hold.changes), "of": known(store, hold), "why": hold.why, "check": hold.check,
        }
        for number, hold in journal.waiting().items()
        if hold.account in names
    ]  # fmt: skip
    return {"profile": person.name, "accounts": accounts, "last_run": last, "held": held}


def expiry(home: Home, account: int, options: Any) -> str | None:
    """When the sign-in has to be renewed, as far as the service said."""
    told = str(home.secrets(account).load().get("expires_at") or options.get("expires_at") or "")
    return shown(int(told)) if told.isascii() and told.isdigit() and len(told) < 12 else None


def told_of(uses: Mapping[str, type[Shelf[Any]]], wanted: Sequence[str] | None) -> dict[str, type[Shelf[Any]]]:
    """Those of the shelves in use that are written to."""
    silent = kept_silent(uses, wanted)
    return {name: shelf for name, shelf in uses.items() if sort_of(name) not in silent and shelf.can("add")}


def unread(store: Store, account: int, told: Mapping[str, type[Shelf[Any]]]) -> list[str]:
    """Those of the shelves that are written to of which no file was read yet: nobody knows what is owed there."""
    accounts = Accounts(store)
    return [name for name, shelf in told.items() if shelf.filed and accounts.cursor(account, name).looked is None]


def handed(labels: Sequence[str], unread: Mapping[str, type[Shelf[Any]]]) -> list[str]:
    """Those of the unread shelves of which there is a file, which the next sync reads. Where each sort of file tells of one
    shelf, the shelf says by its `label` which; else any file tells of all."""
    told = {name: shelf.label for name, shelf in unread.items()}
    return [name for name, label in told.items() if (label in labels if label else labels)]


def owed(
    store: Store, account: int, service: str, now: int, told: Mapping[str, type[Shelf[Any]]]
) -> dict[str, dict[str, int]]:
    """How many records this account should show and does not yet, by shelf, and how many it is to lose; by_hand: those of
    the latter that only the person can remove there. told: its shelves that are written to."""
    counts: dict[str, dict[str, int]] = {"owed": {}, "to_remove": {}, "by_hand": {}}
    shelves = json.dumps([SHELVES[name] for name in told])
    plays = "history" in told and told["history"].form.clock != "now"
    given = (account, json.dumps([*SPOKEN, service]), EARLIEST, now + FARTHEST_AHEAD, shelves, plays)
    for shelf, gone, count in store.db.execute(_OWED, given):
        name = sort_of(shown_shelf(NAMES[shelf]))
        by_hand = gone and not told[NAMES[shelf]].can("remove")
        for sense in ("to_remove" if gone else "owed", *(["by_hand"] if by_hand else [])):
            counts[sense][name] = counts[sense].get(name, 0) + count
    return counts


def by_hand(store: Store, account: int, told: Mapping[str, type[Shelf[Any]]]) -> list[str]:
    """What only the person can remove from an account, as people name it. told: its shelves that are written to."""
    numbers = json.dumps([SHELVES[name] for name, shelf in told.items() if not shelf.can("remove")])
    medias = {media for (media,) in store.db.execute(_LEAVING, (account, numbers))}
    return sorted(media.named() for media in Items(store.db).load(medias).values())


def shown(at: int | None) -> str | None:
    return moment(at) if at is not None else None


def past(store: Store, most: int = 50, *, writing: bool = False) -> list[dict[str, Any]]:
    """The newest runs first, and how many changes each made; writing: only those that made any."""
    made: dict[int, dict[str, int]] = {}
    query = "SELECT run, state, count(*) FROM journal GROUP BY run, state"
    for run, state, count in store.db.execute(query):
        made.setdefault(run, {})[{"sent": "pending", "unclear": "pending"}.get(state, state)] = count
    runs = Accounts(store).runs(EVER if writing else most)
    under_way = max((run.id for run in runs), default=0) if being_written(store.path) else 0
    runs = [run for run in runs if not writing or run.id in made][:most]
    return [
        {
            "run": run.id, "profile": run.profile, "began": moment(run.began), "ended": shown(run.ended),
            "why": run.why, "status": run.status or ("running" if run.id == under_way else "interrupted"), "requests": dict(run.requests),
            "changes": made.get(run.id, {}), "undone_by": run.undone,
        }
        for run in runs
    ]  # fmt: skip


def anything_read(store: Store) -> bool:
    """Has any account ever been read?"""
    return store.db.execute("SELECT 1 FROM cursor WHERE looked IS NOT NULL LIMIT 1").fetchone() is not None


def named_json(media: Media) -> dict[str, Any]:
    """A media as reports show it, with its name for people."""
    return {**media_json(media), "name": media.named()}


# ---------------------------------------------------------------- holds and undoing


def approved_person(store: Store, hold: str) -> tuple[str, Sequence[Change]]:
    """Whose hold this is, and what it would change; ConfigError names what waits if nothing of that name does."""
    journal = Journal(store)
    waiting = {f"h{number}": found for number, found in journal.waiting().items()}
    names = dict(store.db.execute("SELECT id, name FROM account"))
    if hold not in waiting:
        lists = Lists(store.db).named()
        told = [f"{name} ({names[one.account]} {spoken(one.shelf, lists)}: {one.why})" for name, one in waiting.items()]
        answer = journal.answered(int(hold[1:])) if re.fullmatch(r"h\d{1,9}", hold) else None
        was = {
            "approved": f"{hold} was approved already.",
            "replaced": f"{hold} no longer holds: the plan has changed.",
        }
        first = was.get(answer or "", f'There is no hold "{hold}".')
        raise ConfigError(f"{first} {'Waiting: ' + '; '.join(told) if told else 'Nothing waits'}.")
    query = "SELECT p.name FROM account AS a JOIN profile AS p ON p.id = a.profile WHERE a.id = ?"
    row = store.db.execute(query, (waiting[hold].account,)).fetchone()
    return row[0], waiting[hold].changes


def unwritten(store: Store, run: int, changes: Iterable[Change]) -> list[Change]:
    """Those of these changes that the run has not sent, or that were refused."""
    sent = {
        (row.account, row.shelf, row.verb, row.media, row.value, row.play)
        for row in Journal(store).of_run(run)
        if row.state in ("done", "sent", "unclear")
    }
    return [change for change in changes if change.identity not in sent]


def wrong_dues(store: Store, party: Party) -> int:
    """How many records of an account are marked as owed, or as settled, against the definition: 0 where all is well."""
    values = Values(store.db)
    wrong = 0
    for name in party.shelves:
        if name == "history":
            continue
        query = "SELECT media FROM held WHERE account = ? AND shelf = ?"
        medias = [media for (media,) in store.db.execute(query, (party.id, SHELVES[name]))]
        truths = values.truths(party.account.circle or 0, SHELVES[name], medias)
        rows = values.held(party.id, SHELVES[name], medias, library=party.form(name).library)
        for media, truth in truths.items():
            if media in rows:
                row = rows[media][1]
                was = row.due
                mark(truth, row, party.form(name), whole=False)
                wrong += row.due != was
    return wrong
