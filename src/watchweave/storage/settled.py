"""A person's word on what is what: it outweighs titles, ids and databases, and can be taken back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from ..core.media import SPOKEN, Kind, Media
from .joins import ITS_OWN_IDS, follow, join, move
from .lookups import FORGOTTEN, NEVER, Lookups, Unknown

ASIDE = "UPDATE handle SET media = :new, print = :print WHERE account = :account AND native = :native"
FOUND_OUT = "DELETE FROM ids WHERE media = ? AND source < 0 AND NOT EXISTS (SELECT 1 FROM handle WHERE media = ?)"
RIVALS = (
    "SELECT DISTINCT b.media FROM ids AS a JOIN ids AS b ON b.space = a.space AND b.value = a.value AND b.kind = a.kind"
    " AND b.media <> a.media JOIN media AS m ON m.id = b.media AND m.frozen IS NOT NULL"
    " WHERE a.media = ? AND a.standing = 3 ORDER BY b.media"
)
PINNED = "INSERT OR REPLACE INTO lookup VALUES (?, ?, ?, ?, ?, 1, ?, 'person', '[]', '{}')"
ONE_VALUE = (
    "UPDATE ids SET standing = 0 WHERE media = ?1 AND standing = 3 AND (SELECT count(DISTINCT value) FROM ids AS o"
    " WHERE o.media = ?1 AND o.space = ids.space) = 1"
)


class Settled:
    """What persons have said, in the database."""

    def __init__(self, db: sqlite3.Connection, now: int) -> None:
        self.db = db
        self.now = now
        self.lookups = Lookups(db)

    # ---------------------------------------------------------------- what it is
    def say(self, number: int, ids: Mapping[str, str], who: str = "person") -> None:
        """This is what it is, for good; without ids, nobody is to ask again."""
        offers = self.lookups.offers([number]).get(number, [])
        for _, media, _ in self.lookups.named(number)[:1]:
            self.lookups.keep(Unknown(number, media, 0), who, offers, self.now, ids or None)
        if ids:
            self.lookups.learn(number, ids, "person")

    def nameless(self, number: int) -> bool:
        """Is this a film, a show or an episode without any id that every service can be told?"""
        row = self.db.execute(
            "SELECT 1 FROM media AS m JOIN handle AS h ON h.media = m.id WHERE m.id = ? AND m.kind IN (1, 2, 4)"
            " AND NOT EXISTS (SELECT 1 FROM ids AS i WHERE i.media = m.id AND i.standing = 0 AND (m.kind > 1 OR i.space <> 'tvdb')"
            " AND i.space IN (SELECT value FROM json_each(?)))",
            (number, json.dumps(SPOKEN)),
        )
        return row.fetchone() is not None

    def taken(self, number: int) -> list[tuple[int, Media]]:
        """Those names of this media, by account, that stand for it on the word of a title or of a person alone."""
        query = "SELECT 1 FROM lookup WHERE account = ? AND native = ? AND taken IS NOT NULL"
        named = self.lookups.named(number)
        return [(a, media) for a, media, _ in named if self.db.execute(query, (a, media.key)).fetchone()]

    def left_alone(self, number: int) -> bool:
        """Has a person said that it is nothing?"""
        row = self.db.execute(
            "SELECT 1 FROM handle AS h JOIN lookup AS l ON l.account = h.account AND l.native = h.native"
            " WHERE h.media = ? AND l.source = 'person' AND l.taken IS NULL",
            (number,),
        )
        return row.fetchone() is not None

    def called(self, words: str) -> list[int]:
        """The media that names of this title stand for by a person's word or on the word of a title: it may bear another
        title since."""
        rows = self.db.execute(
            "SELECT DISTINCT h.media FROM lookup AS l JOIN handle AS h ON h.account = l.account AND h.native = l.native"
            " WHERE l.taken IS NOT NULL AND ?1 IN (lower(l.title), lower(l.title || ' (' || l.year || ')'))",
            (words.strip().lower(),),
        )
        return [media for (media,) in rows]

    def forget(self, number: int, words: str = "") -> None:
        """What was taken for this by its title, or by a person, stands for something of its own again: of several names
        those of this title, if there are such. What was to be left alone is listed again."""
        taken = self.taken(number)
        if not taken:
            self.say(number, {}, FORGOTTEN)
        titled = [pair for pair in taken if words.strip().lower() in self._titles(*pair)]
        for account in sorted({account for account, _ in titled or taken}):
            named = [media for who, media in titled or taken if who == account]
            self._part(number, account, named)

    def _part(self, number: int, account: int, named: Sequence[Media]) -> None:
        alone = len(named) == len([who for who, _, _ in self.lookups.named(number) if who == account]) == 1
        self.lookups.read_anew(account, number)
        fresh = []
        for media in named:
            fresh.append(self._new(media, self._parent(number), self._titled(account, media)))
            self._name_aside(number, fresh[-1], account, media, print_=0)
        self.db.execute(ITS_OWN_IDS, {"new": fresh[0], "old": number, "account": account})
        self.db.execute(FOUND_OUT, (number, number))
        if named[0].kind is Kind.SHOW:
            follow(self.db, account, number, fresh[0])
        move(self.db, account, number, fresh[0], alone=alone)
        for new in fresh:
            self.say(new, {}, FORGOTTEN)

    def _titled(self, account: int, media: Media) -> tuple[str, int | None]:
        """What this account called it when it was asked about."""
        query = "SELECT title, year FROM lookup WHERE account = ? AND native = ?"
        row = self.db.execute(query, (account, media.key)).fetchone()
        return (row[0], row[1]) if row else (media.title, media.year)

    def _titles(self, account: int, media: Media) -> tuple[str, str]:
        title, year = self._titled(account, media)
        return title.lower(), f"{title} ({year})".lower()

    # ---------------------------------------------------------------- one or two
    def rivals(self, number: int) -> list[int]:
        """Those that it shares an id with and contradicts: nothing is written of them and of it."""
        return [media for (media,) in self.db.execute(RIVALS, (number,))]

    def unite(self, number: int) -> None:
        """It is one with those that it seemed to contradict. Where they differ, neither id is a key."""
        for other in self.rivals(number):
            join(self.db, other, number)
        self.db.execute(ONE_VALUE, (number,))
        self._thaw(number)

    def keep_apart(self, number: int) -> None:
        """It is another thing than those that it shares an id with; that id stays no key."""
        for one in (number, *self.rivals(number)):
            for account, media, _ in self.lookups.named(one):
                self._pin(account, media)
            self._thaw(one)

    def accounts(self, number: int) -> list[int]:
        """The accounts that name it."""
        query = "SELECT DISTINCT account FROM handle WHERE media = ? ORDER BY account"
        return [account for (account,) in self.db.execute(query, (number,))]

    def take_away(self, number: int, account: int) -> int:
        """What this account calls so is something else, of which nothing is known yet; its parts go with it. The ids that
        it told belong to what it was taken for."""
        named = [media for who, media, _ in self.lookups.named(number) if who == account]
        new = self._new(named[0], self._parent(number), (named[0].title, named[0].year))
        self._move(number, new, account, named)
        if named[0].kind is Kind.SHOW:
            self._parts(number, new, account)
        return new

    def _parts(self, show: int, new: int, account: int) -> None:
        query = "SELECT DISTINCT m.id FROM media AS m JOIN handle AS h ON h.media = m.id AND h.account = ? WHERE m.parent = ?"
        for (part,) in self.db.execute(query, (account, show)).fetchall():
            named = [media for who, media, _ in self.lookups.named(part) if who == account]
            self._move(part, self._new(named[0], new, (named[0].title, named[0].year)), account, named)

    def _move(self, old: int, new: int, account: int, named: Sequence[Media]) -> None:
        self.lookups.read_anew(account, old)
        for media in named:
            self._name_aside(old, new, account, media, print_=1)
            self._pin(account, media)
        move(self.db, account, old, new)  # all of its names are taken away

    # ---------------------------------------------------------------- steps
    def _name_aside(self, old: int, new: int, account: int, media: Media, *, print_: int) -> None:
        given = {"old": old, "new": new, "account": account, "native": media.key, "print": print_}
        self.db.execute(ASIDE, given)

    def _parent(self, number: int) -> int | None:
        (parent,) = self.db.execute("SELECT parent FROM media WHERE id = ?", (number,)).fetchone()
        return parent if parent is None else int(parent)

    def _new(self, media: Media, parent: int | None, titled: tuple[str, int | None]) -> int:
        place = (media.season, media.number, media.order)
        row = self.db.execute(
            "INSERT INTO media (kind, title, year, runtime, parent, season, number, ordering)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (int(media.kind), *titled, media.runtime, parent, *place),
        )
        return int(row.fetchone()[0])

    def _pin(self, account: int, media: Media) -> None:
        """From now on this name stands for what it stands for, whatever its account says of it."""
        self.db.execute(PINNED, (account, media.key, media.title, media.year, self.now, NEVER))

    def _thaw(self, number: int) -> None:
        self.db.execute("UPDATE media SET frozen = NULL, ids_version = ids_version + 1 WHERE id = ?", (number,))
