"""Everything that is known of one media: who calls it what, who showed what and when, what was decided and written."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from ..core.media import STRONG, Media
from ..core.records import Value
from ..storage.items import Items
from ..storage.journal import Journal
from ..storage.staging import NAMES, SHELVES
from ..storage.store import Store
from .answers import named_json, shown
from .report import shown_shelf, shown_value

STANDINGS = ("good", "former", "ambiguous", "disputed")
CLOCKS = ("moment", "day", "unknown")
SIGHTINGS = ("owed", "here", "to be removed", "gone")
MOST = 20
NUMBERED = re.compile(r"(.+?)\s+s(\d+)\s*e(\d+)", re.IGNORECASE)
YEAR = re.compile(r"(.+?)\s*\((\d{4})\)")


def found(store: Store, words: str) -> list[int]:
    """The media that a person may mean: by an id (`tt0113277`, `tmdb:949`), by its number, title or part of a title."""
    db, text = store.db, " ".join(words.split())
    for query, values in (*_by_id(text), *_by_place(text), *_by_title(text)):
        rows = db.execute(query, values).fetchmany(MOST)
        if rows:
            return [media for (media,) in rows]
    return []


Asked = tuple[str, tuple[object, ...]]


def _by_id(text: str) -> list[Asked]:
    space, _, value = text.rpartition(":")
    query = "SELECT DISTINCT media FROM ids WHERE standing < 2 AND value = ?1"
    if space.lower() in (*STRONG, "slug"):
        return [(query + " AND space = ?2", (value.strip().lower(), space.lower()))]
    return [(query + " AND space = 'imdb'", (text.lower(),))] if text.lower().startswith("tt") else []


def _by_place(text: str) -> list[Asked]:
    numbered = NUMBERED.fullmatch(text)
    if not numbered:
        return []
    query = (
        "SELECT m.id FROM media AS m JOIN media AS s ON s.id = m.parent"
        " WHERE s.title LIKE ? ESCAPE '\\' AND m.season = ? AND m.number = ?"
    )
    return [(query, (_like(numbered[1]), int(numbered[2]), int(numbered[3])))]


def _by_title(text: str) -> list[Asked]:
    dated = YEAR.fullmatch(text)
    exact = "SELECT id FROM media WHERE title LIKE ? ESCAPE '\\' ORDER BY kind, year, id"
    asked: list[Asked] = []
    if dated:
        asked.append(
            ("SELECT id FROM media WHERE title LIKE ? ESCAPE '\\' AND year = ?", (_like(dated[1]), int(dated[2])))
        )
    return [*asked, (exact, (_like(text),)), (exact, (f"%{_like(text)}%",))]


def _like(text: str) -> str:
    """The text as a pattern that matches itself, in whatever case."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def everything(store: Store, media: int) -> dict[str, Any]:
    """All that is known of one media."""
    return Dossier(store, media).told()


class Dossier:
    """One media's rows in every table, with the names of people and accounts put in."""

    def __init__(self, store: Store, media: int) -> None:
        self.store = store
        self.db: sqlite3.Connection = store.db
        self.number = media
        self.media: Media = Items(self.db).load([media])[media]
        self.accounts: Mapping[int | None, str] = self._names()

    def _names(self) -> dict[int | None, str]:
        rows = self.db.execute(
            "SELECT a.id, p.name, a.name FROM account AS a JOIN profile AS p ON p.id = a.profile"
        ).fetchall()
        several = len({profile for _, profile, _ in rows}) > 1
        return {number: f"{profile}'s {name}" if several else name for number, profile, name in rows}

    def rows(self, query: str) -> list[Sequence[Any]]:
        return self.db.execute(query, (self.number,)).fetchall()

    def told(self) -> dict[str, Any]:
        (frozen,) = self.rows("SELECT frozen FROM media WHERE id = ?")[0]
        return {
            "media": named_json(self.media),
            "contradiction": frozen,
            "ids": self.ids(),
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
            {"space": space, "value": value, "standing": STANDINGS[standing], "said_by": self.accounts.get(source)}
            for space, value, standing, source in rows
        ]

    def shown(self) -> list[dict[str, Any]]:
        """What each account showed when last looked; `in_library`, and under which names."""
        names: dict[int, dict[str, Any]] = {}
        for account, native, library in self.rows("SELECT account, native, library FROM handle WHERE media = ?"):
            entry = names.setdefault(account, {"account": self.accounts[account], "names": [], "in_library": False})
            entry["names"] += [] if native.startswith("=") else [native]
            entry["in_library"] = entry["in_library"] or library > 0
        for account, shelf, seen, at, due, looked in self.rows(
            "SELECT h.account, h.shelf, h.seen, h.at, h.due, c.looked FROM held AS h LEFT JOIN cursor AS c"
            " ON c.account = h.account AND c.shelf = h.shelf WHERE h.media = ? ORDER BY h.account, h.shelf"
        ):
            entry = names.setdefault(account, {"account": self.accounts[account], "names": [], "in_library": False})
            entry.setdefault("records", []).append(
                {
                    "shelf": NAMES[shelf],
                    "there": seen is not None,
                    "value": shown_value(NAMES[shelf], seen),
                    "at": shown(at),
                    "looked": shown(looked),
                    "owed": bool(due),
                }
            )
        return [names[account] for account in sorted(names)]

    def truths(self) -> list[dict[str, Any]]:
        """What should be, for whom, who said so and when."""
        rows = self.rows(
            "SELECT t.circle, t.shelf, t.value, t.lo, t.hi, t.origin, t.version, t.frozen FROM truth AS t"
            " WHERE t.media = ? ORDER BY t.circle, t.shelf"
        )
        return [
            {
                "for": self.members(circle), "shelf": NAMES[shelf], "there": value is not None,
                "value": shown_value(NAMES[shelf], value), "said_by": self.accounts.get(origin),
                "since": _time(lo), "until": _time(hi), "run": version, "waits_for_choice": frozen is not None,
            }
            for circle, shelf, value, lo, hi, origin, version, frozen in rows
        ]  # fmt: skip

    def members(self, circle: int) -> list[str]:
        """The accounts that share a truth."""
        rows = self.db.execute("SELECT id FROM account WHERE circle = ? ORDER BY id", (circle,))
        return [self.accounts[account] for (account,) in rows]

    def edits(self) -> list[dict[str, Any]]:
        """What people changed where, newest first, and whether it decided."""
        rows = self.rows(
            "SELECT run, shelf, account, before, after, lo, hi, won FROM edit WHERE media = ? ORDER BY run DESC LIMIT 100"
        )
        return [
            {
                "run": run, "shelf": NAMES[shelf], "account": self.accounts.get(account), "before": _value(shelf, before),
                "after": _value(shelf, after), "since": _time(lo), "until": _time(hi), "decided": bool(won),
            }
            for run, shelf, account, before, after, lo, hi, won in rows
        ]  # fmt: skip

    def plays(self) -> list[dict[str, Any]]:
        """Every play of it, and which accounts show it."""
        sightings: dict[int, list[dict[str, Any]]] = {}
        for play, account, state, ours, sent in self.rows(
            "SELECT s.play, s.account, s.state, s.ours, s.sent FROM play AS p JOIN sighting AS s ON s.play = p.id"
            " WHERE p.media = ? ORDER BY s.account"
        ):
            sightings.setdefault(play, []).append(
                {
                    "account": self.accounts[account],
                    "state": SIGHTINGS[state],
                    "written_by_us": bool(ours),
                    "sent_as": shown(sent),
                }
            )
        rows = self.rows("SELECT id, circle, at, lo, known, removed FROM play WHERE media = ? ORDER BY lo, id")
        return [
            {
                "for": self.members(circle), "at": shown(at), "day": _time(lo) if known == 1 else None,
                "known": CLOCKS[known], "removed": bool(removed), "accounts": sightings.get(play, []),
            }
            for play, circle, at, lo, known, removed in rows
        ]  # fmt: skip

    def written(self) -> list[dict[str, Any]]:
        """What we wrote, newest first, and what became of it."""
        return [
            {
                "run": row.run, "account": self.accounts[row.account], "shelf": row.shelf, "verb": row.verb,
                "value": shown_value(row.shelf, row.value), "why": row.why, "outcome": row.state,
                "at": shown(row.sent), "error": row.error,
            }
            for row in Journal(self.store).of_media(self.number)
        ]  # fmt: skip

    def refused(self) -> list[dict[str, Any]]:
        rows = self.rows("SELECT account, shelf, why, next_try FROM refusal WHERE media = ? ORDER BY account, shelf")
        return [
            {"account": self.accounts[account], "shelf": NAMES[shelf], "why": why, "next_try": shown(later)}
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


def _time(at: int | None) -> str | None:
    """A time, unless it is one end of for ever."""
    return shown(at) if at is not None and 0 < at < 1 << 40 else None


def _value(shelf: int, value: Value) -> str | float | int | None:
    """What an edit said: a rating as its number, presence as a word."""
    if value is None:
        return None
    return shown_value(NAMES[shelf], value) if shelf == SHELVES["ratings"] else "there"
