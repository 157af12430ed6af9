"""A person's word on what is what: it outweighs titles, ids and databases, and can be taken back."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ..core.media import SPOKEN, Kind, Media
from .joins import ITS_OWN_IDS, follow, move
from .lookups import FORGOTTEN, Lookups, Unknown
from .rivals import APART, OTHER, SAME, Rivals
from .twins import alike

ASIDE = "UPDATE handle SET media = :new, print = :print WHERE account = :account AND native = :native"
CALLED = (
    "SELECT h.media, h.account, h.native FROM lookup AS l JOIN handle AS h ON h.account = l.account AND h.native = l.native"
    " WHERE l.taken IS NOT NULL AND ?1 IN (lower(l.title), lower(l.title || ' (' || l.year || ')')) UNION"
    " SELECT h.media, h.account, h.native FROM former AS f JOIN handle AS h ON h.account = f.account AND h.native = f.native"
    " WHERE 'm' || f.number = ?1"
)
FOUND_OUT = (
    "DELETE FROM ids WHERE media = ?1 AND source < 0 AND NOT EXISTS (SELECT 1 FROM handle WHERE media = ?1)"
    " AND NOT EXISTS (SELECT 1 FROM journal WHERE media = ?1 AND state IN ('sent', 'done', 'unclear'))"
)
"""Unless somebody was told of it by these ids: it is what they will name."""
_THEIR_IDS = (
    "SELECT json_group_object(space, value) FROM ids WHERE standing = 0 AND media IN (SELECT value FROM json_each(?))"
    " AND space IN (SELECT value FROM json_each(?))"
)
_SEVERAL = (
    "SELECT 1 FROM ids WHERE standing = 0 AND media IN (SELECT value FROM json_each(?)) AND space IN (SELECT value FROM"
    " json_each(?)) GROUP BY space HAVING count(DISTINCT value) > 1 LIMIT 1"
)


class Settled:
    """What persons have said, in the database."""

    def __init__(self, db: sqlite3.Connection, now: int) -> None:
        self.db = db
        self.now = now
        self.lookups = Lookups(db)
        self.rivals = Rivals(db, now)

    # ---------------------------------------------------------------- what it is
    def say(self, number: int, ids: Mapping[str, str], who: str = "person") -> None:
        """This is what it is, for good, and nothing else that it seemed to contradict; without ids, nobody is to ask again."""
        offers = self.lookups.offers([number]).get(number, [])
        if ids and self.rivals.of(number):
            self.rivals.keep_apart(number)
        for _, media, _ in self.lookups.named(number)[:1]:
            self.lookups.keep(Unknown(number, media, 0), who, offers, self.now, ids or None)
        if ids:
            self.rivals.clear(number, ids)
            self.db.execute("DELETE FROM refusal WHERE media = ?", (number,))
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

    def by_a_person(self, number: int) -> bool:
        """Has a person said anything of what it is?"""
        row = self.db.execute(
            "SELECT 1 FROM handle AS h JOIN lookup AS l ON l.account = h.account AND l.native = h.native"
            " WHERE h.media = ? AND l.source = 'person'",
            (number,),
        )
        return row.fetchone() is not None

    def called(self, words: str) -> list[tuple[int, int, str]]:
        """What names of this title, or of what had this number, stand for by a person's word or on the word of a title:
        it may bear another title and number since. Media, account and name of each."""
        return self.db.execute(CALLED, (words.strip().lower(),)).fetchall()

    def forget(self, number: int, words: str = "") -> None:
        """What was taken for this by its title, or by a person, stands for something of its own again: of several names
        those that are called so, if there are such. What was to be left alone is listed again, and what was said to be one
        or two contradicts itself again."""
        taken = self.taken(number)
        if not taken:
            self.say(number, {}, FORGOTTEN)
        called = (
            {(account, native) for _, account, native in self.called(words)}
            if words.strip().lower() != f"m{number}"
            else set()
        )
        taken = [pair for pair in taken if (pair[0], pair[1].key) in called] or taken
        said = self.rivals.said(taken)
        groups: dict[tuple[str, str], list[tuple[int, Media]]] = defaultdict(list)
        for account, media in taken:
            word, ids = said[account, media.key]
            groups[word, json.dumps(ids) if word == SAME else str(account)].append((account, media))
        for (word, key), named in groups.items():
            if word == SAME:
                self._split(number, named, json.loads(key))
            elif word == APART:
                self.rivals.again(number)
            else:
                self.rivals.unsay(named)
                self._part(number, named[0][0], [media for _, media in named])

    def _split(self, number: int, named: Sequence[tuple[int, Media]], ids: Mapping[str, str]) -> None:
        """These names are what they were before a person said that it is one with this, and contradict it again."""
        (account, first), *_ = named
        new = self._new(first, self._parent(number), self._titled(account, first))
        for account in sorted({account for account, _ in named}):
            self._leave(number, account, [(media, new) for who, media in named if who == account])
            self.rivals.tell_apart(number, new, ids, account)
        self.rivals.contradict(new, [number])

    def _part(self, number: int, account: int, named: Sequence[Media]) -> None:
        """Each of these names of the account stands for something of its own, of which nothing is known."""
        fresh = [(media, self._new(media, self._parent(number), self._titled(account, media))) for media in named]
        self._leave(number, account, fresh)
        for _, new in fresh:
            self.say(new, {}, FORGOTTEN)

    def _leave(self, number: int, account: int, fresh: Sequence[tuple[Media, int]]) -> None:
        """These names of the account stand for other things from now on; their ids, parts and records go with the first."""
        alone = len(fresh) == len([who for who, _, _ in self.lookups.named(number) if who == account]) == 1
        self.lookups.read_anew(account, number)
        for media, new in fresh:
            self._name_aside(number, new, account, media, print_=0)
        media, new = fresh[0]
        self.db.execute(ITS_OWN_IDS, {"new": new, "old": number, "account": account})
        self.db.execute(FOUND_OUT, (number,))
        if media.kind is Kind.SHOW:
            follow(self.db, account, number, new)
        move(self.db, account, number, new, alone=alone)

    def _titled(self, account: int, media: Media) -> tuple[str, int | None]:
        """What this account called it when it was asked about."""
        query = "SELECT title, year FROM lookup WHERE account = ? AND native = ?"
        row = self.db.execute(query, (account, media.key)).fetchone()
        return (row[0], row[1]) if row else (media.title, media.year)

    # ---------------------------------------------------------------- one or two
    def twins(self, number: int) -> list[int]:
        """Those that it may be under ids of theirs, as title and year say."""
        return [one for one in sorted(alike(self.db, {number}).get(number, ())) if not self.nameless(one)]

    def doubted(self, number: int) -> list[int]:
        """Those that it contradicts; else those that it may be."""
        return self.rivals.of(number) or self.twins(number)

    def lacks(self, number: int, space: str) -> bool:
        """Is it refused somewhere, and no id of this database known for it?"""
        row = self.db.execute(
            "SELECT 1 FROM refusal WHERE media = ?1 AND NOT EXISTS (SELECT 1 FROM ids WHERE media = ?1 AND space = ?2 AND standing = 0)",
            (number, space),
        )
        return row.fetchone() is not None

    def which(self, number: int) -> bool:
        """Are those that it may be several, by what is known of them?"""
        rows = self.db.execute(_SEVERAL, (json.dumps(self.twins(number)), json.dumps(SPOKEN)))
        return rows.fetchone() is not None

    def unite(self, number: int) -> None:
        """It is one with those that it may be: their ids are its own, by a person's word."""
        (ids,) = self.db.execute(_THEIR_IDS, (json.dumps(self.twins(number)), json.dumps(SPOKEN))).fetchone()
        self.say(number, json.loads(ids))

    def keep_apart(self, number: int) -> None:
        """It is none of those that it may be."""
        self.rivals.tell_two(number, self.twins(number))

    def accounts(self, number: int) -> list[int]:
        """The accounts that name it."""
        query = "SELECT DISTINCT account FROM handle WHERE media = ? ORDER BY account"
        return [account for (account,) in self.db.execute(query, (number,))]

    def take_away(self, number: int, account: int) -> int:
        """What this account has in its library by this name is something else, of which nothing is known yet; its parts go
        with it. The ids that it told belong to what it was taken for, and so do the place of an episode, and a wish."""
        named = self._in_library(number, account)
        first = replace(named[0], season=None, number=None) if named[0].kind is Kind.EPISODE else named[0]
        new = self._new(first, self._parent(number), (first.title, first.year))
        self._move(number, new, account, named)
        if named[0].kind is Kind.SHOW:
            self._parts(number, new, account)
        return new

    def _parts(self, show: int, new: int, account: int) -> None:
        query = "SELECT DISTINCT m.id FROM media AS m JOIN handle AS h ON h.media = m.id AND h.account = ? WHERE m.parent = ?"
        for (part,) in self.db.execute(query, (account, show)).fetchall():
            named = self._in_library(part, account)
            self._move(part, self._new(named[0], new, (named[0].title, named[0].year)), account, named)

    def _in_library(self, number: int, account: int) -> list[Media]:
        """This media by the names that it has in the account's library, or, where it is not in there, by all of them."""
        query = "SELECT native FROM handle WHERE media = ? AND account = ? AND library > 0"
        there = {native for (native,) in self.db.execute(query, (number, account))}
        return [
            media
            for who, media, _ in self.lookups.named(number)
            if who == account and (media.key in there or not there)
        ]

    def _move(self, old: int, new: int, account: int, named: Sequence[Media]) -> None:
        self.lookups.read_anew(account, old)
        alone = len(named) == len([who for who, _, _ in self.lookups.named(old) if who == account])
        for media in named:
            self._name_aside(old, new, account, media, print_=1)
            self.rivals.pin(account, media, OTHER)
        move(self.db, account, old, new, alone=alone)

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
