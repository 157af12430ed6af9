"""What was asked of things that no database knows by an id yet, what was answered, and when to ask again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..core.media import PUBLIC, SPOKEN, Kind, Media
from ..core.records import DAY
from .joins import move
from .matches import Matches

NOBODY = "known"
"""Who answered where there was nobody to ask: what is known here, by the word of another account."""
TELLERS = {"person": -1, "imdb_datasets": -2, "tmdb": -3, "tvdb": -4, "omdb": -5, NOBODY: -6}
"""Who may tell an id, beside accounts: the number that stands for them in the database."""
FIRST, LONGEST = 7 * DAY, 30 * DAY
"""After so long a "no" is asked again, and after twice that the next time, up to so long."""
NEVER = 1 << 50
"""When what a person settled is asked again."""

_UNKNOWN = (
    "SELECT m.id, m.kind, m.title, m.year, m.runtime, coalesce(max(l.tries), 0)"
    " FROM handle AS h CROSS JOIN media AS m ON m.id = h.media LEFT JOIN lookup AS l ON l.account = h.account"
    " AND l.native = h.native"
    " WHERE h.account IN (SELECT value FROM json_each(?1)) AND m.kind IN (1, 2) AND m.title <> '' AND m.frozen IS NULL"
    " AND (l.native IS NULL OR l.next_try <= ?2 OR (?4 AND l.source = ?5 AND l.taken IS NULL) OR l.title <> m.title"
    " OR l.year IS NOT m.year) AND NOT EXISTS"
    " (SELECT 1 FROM ids AS i WHERE i.media = m.id AND i.space IN (SELECT value FROM json_each(?3)))"
    " GROUP BY m.id ORDER BY m.id"
)


SPLIT = (
    "UPDATE handle SET media = :new, print = 0 WHERE account = :account AND native = :native",
    "UPDATE OR IGNORE ids SET media = :new WHERE media = :old AND source = :account",
    "UPDATE OR IGNORE held SET media = :new WHERE account = :account AND media = :old"
    " AND NOT EXISTS (SELECT 1 FROM handle WHERE account = :account AND media = :old)",
    "DELETE FROM ids WHERE media = :old AND source < 0 AND NOT EXISTS (SELECT 1 FROM handle WHERE media = :old)",
)
"""What one name of a media is taken away with."""


class Unknown(Struct, frozen=True):
    """A film or a show without any id that others know, as it is called."""

    number: int
    media: Media
    tries: int


class Offer(Struct, frozen=True):
    """What it may be: ids, title and year, who says so, how likely it is (0 to 100), and why."""

    ids: Mapping[str, str]
    title: str
    year: int | None
    source: str
    score: int
    why: str


class Lookups:
    """The lookups of all accounts."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def due(self, now: int, *, able: bool) -> bool:
        """Is anything to be asked again? able: there is somebody to ask, so what nobody was asked about is due."""
        query = "SELECT 1 FROM lookup WHERE taken IS NULL AND (next_try <= ? OR (? AND source = ?)) LIMIT 1"
        return self.db.execute(query, (now, able, NOBODY)).fetchone() is not None

    def unknown(self, accounts: Collection[int], now: int, *, able: bool = False) -> list[Unknown]:
        """Those of these accounts' films and shows that are to be asked about now."""
        rows = self.db.execute(_UNKNOWN, (json.dumps(sorted(accounts)), now, json.dumps(PUBLIC), able, NOBODY))
        return [
            Unknown(number, Media(Kind(kind), {}, title, year, runtime=runtime), tries)
            for number, kind, title, year, runtime, tries in rows
        ]

    def works(self) -> list[Media]:
        """The films and shows that are known by an id that others know, with their ids."""
        rows = self.db.execute(
            "SELECT m.kind, json_group_object(i.space, i.value), m.title, m.year, m.runtime FROM media AS m JOIN ids AS i"
            " ON i.media = m.id AND i.standing = 0 AND i.space IN (SELECT value FROM json_each(?)) WHERE m.kind IN (1, 2)"
            " AND m.title <> '' AND m.frozen IS NULL GROUP BY m.id",
            (json.dumps(SPOKEN),),
        )
        return [
            Media(Kind(kind), json.loads(ids), title, year, runtime=runtime) for kind, ids, title, year, runtime in rows
        ]

    def keep(
        self, asked: Unknown, source: str, offers: Iterable[Offer], now: int, taken: Mapping[str, str] | None = None
    ) -> None:
        """This was answered, and is not asked again before its time; after a person's word never. taken: the ids that
        are believed."""
        later = NEVER if source == "person" else now + min(LONGEST, FIRST * 2**asked.tries)
        told = json.dumps([[o.ids, o.title, o.year, o.source, o.score, o.why] for o in offers], ensure_ascii=False)
        ids = json.dumps(dict(taken)) if taken else None
        self.db.execute(
            "INSERT OR REPLACE INTO lookup SELECT account, native, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM handle WHERE media = ?1",
            (asked.number, asked.media.title, asked.media.year, now, asked.tries + 1, later, source, told, ids),
        )

    def learn(self, number: int, ids: Mapping[str, str], teller: str) -> None:
        """It bears these ids too, says this teller; so all its names may stand for what another account names."""
        known = dict(self.db.execute("SELECT space, value FROM ids WHERE media = ? AND standing = 0", (number,)))
        for account, media in self._named(number):
            told = replace(media, ids={**ids, **known})
            Matches(self.db, account, TELLERS[teller]).identify([told])

    def _named(self, number: int) -> list[tuple[int, Media]]:
        """This media as each account names it."""
        rows = self.db.execute(
            "SELECT h.account, h.native, m.kind, m.title, m.year, m.runtime FROM handle AS h JOIN media AS m ON m.id = h.media"
            " WHERE m.id = ? ORDER BY h.account, h.native",
            (number,),
        )
        return [
            (account, Media(Kind(kind), {}, title, year, runtime=runtime, keys=(native,)))
            for account, native, kind, title, year, runtime in rows
        ]

    # ---------------------------------------------------------------- a person's word
    def settle(self, number: int, ids: Mapping[str, str], now: int) -> None:
        """A person says what this is, for good; without ids, that nobody is to ask again."""
        for _, media in self._named(number)[:1]:
            self.keep(Unknown(number, media, 0), "person", [], now, ids or None)
        if ids:
            self.learn(number, ids, "person")

    def nameless(self, number: int) -> bool:
        """Is this a film or a show without any id that others know?"""
        row = self.db.execute(
            "SELECT 1 FROM media AS m WHERE m.id = ? AND m.kind IN (1, 2) AND NOT EXISTS (SELECT 1 FROM ids AS i"
            " WHERE i.media = m.id AND i.standing = 0 AND i.space IN (SELECT value FROM json_each(?)))",
            (number, json.dumps(PUBLIC)),
        )
        return row.fetchone() is not None

    def taken(self, number: int) -> list[tuple[int, Media]]:
        """Those names of this media, by account, that stand for it on the word of a title or of a person alone."""
        query = "SELECT 1 FROM lookup WHERE account = ? AND native = ? AND taken IS NOT NULL"
        return [(a, media) for a, media in self._named(number) if self.db.execute(query, (a, media.key)).fetchone()]

    def split(self, old: int, account: int, media: Media, now: int) -> None:
        """This name stands for something of its own again, of which nobody else tells anything.

        What its account told by that name goes with it, at the latest when it is read next.
        """
        (new,) = self.db.execute(
            "INSERT INTO media (kind, title, year, runtime) VALUES (?, ?, ?, ?) RETURNING id",
            (int(media.kind), media.title, media.year, media.runtime),
        ).fetchone()
        given = {"old": old, "new": new, "account": account, "native": media.key}
        for step in SPLIT:
            self.db.execute(step, given)
        move(self.db, account, old, new)
        self.settle(new, {}, now)

    def offers(self, medias: Sequence[int]) -> dict[int, list[Offer]]:
        """What these may be, likeliest first."""
        rows = self.db.execute(
            "SELECT h.media, l.proposals FROM handle AS h JOIN lookup AS l ON l.account = h.account AND l.native = h.native"
            " WHERE h.media IN (SELECT value FROM json_each(?))",
            (json.dumps(medias),),
        )
        return {media: [Offer(*offer) for offer in json.loads(text)] for media, text in rows}

    def ask_again(self, now: int) -> int:
        """Whatever nobody could tell is due now: somebody knows more. How many names that are; a person's word stands."""
        query = "UPDATE lookup SET next_try = ?1 WHERE taken IS NULL AND source <> 'person'"
        return self.db.execute(query, (now,)).rowcount

    def spend(self, source: str, day: int, budget: int | None) -> bool:
        """May this source be asked once more on this day? Then it counts."""
        if budget is None:
            return True
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (f"spent:{source}",)).fetchone()
        before, spent = json.loads(row[0]) if row else (day, 0)
        spent = spent if before == day else 0
        if spent >= budget:
            return False
        self.db.execute(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"spent:{source}", json.dumps([day, spent + 1]).encode())
        )
        return True
