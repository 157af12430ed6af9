"""What was asked of things that no database knows by an id yet, what was answered, and when to ask again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..core.media import PUBLIC, SPOKEN, Kind, Media
from ..core.records import DAY
from ..core.titles import Work, normal
from .called import titles
from .items import Items
from .matches import Matches
from .twins import alike

NOBODY = "known"
"""Who answered where there was nobody to ask: what is known here, by the word of another account."""
TELLERS = {"person": -1, "imdb_datasets": -2, "tmdb": -3, "tvdb": -4, "omdb": -5, NOBODY: -6, "anime_lists": -7}
"""Who may tell an id, beside accounts: the number that stands for them in the database."""
FIRST, LONGEST = 7 * DAY, 30 * DAY
"""After so long a "no" is asked again, and after twice that the next time, up to so long."""
FORGOTTEN = "forgotten"
"""Who says so, where a person took back what something was taken for: it is listed, and not taken again by itself."""
NEVER = 1 << 50
"""When what a person settled is asked again."""

_WHOLE = " FROM media AS m INDEXED BY media_whole CROSS JOIN handle AS h ON h.media = m.id"
_DUE = (
    " LEFT JOIN lookup AS l ON l.account = h.account AND l.native = h.native"
    " WHERE h.account IN (SELECT value FROM json_each(:accounts)) AND m.frozen IS NULL AND (l.native IS NULL"
    " OR l.next_try <= :now OR ((l.title <> m.title OR l.year IS NOT m.year) AND NOT (l.source = 'person' AND l.taken IS NOT NULL)))"
)
_FREE = ", max(iif(l.native IS NULL OR l.title <> m.title OR l.year IS NOT m.year, 0, l.next_try)) < 0"
_PUBLIC_ID = "(SELECT 1 FROM ids AS i WHERE i.media = m.id AND i.space IN (SELECT value FROM json_each(:public)){})"
_UNKNOWN = (
    "SELECT m.id, coalesce(max(l.tries), 0)" + _FREE + _WHOLE + _DUE + " AND m.kind <= 2 AND m.title <> ''"
    " AND NOT EXISTS " + _PUBLIC_ID.format("") + " GROUP BY m.id ORDER BY m.id"
)
_PARTLY = (
    "SELECT m.id, coalesce(max(l.tries), 0)" + _FREE + _WHOLE + _DUE + " AND m.kind <= 2"
    " AND EXISTS " + _PUBLIC_ID.format(" AND i.standing = 0") + " AND (NOT EXISTS (SELECT 1 FROM ids AS i"
    " WHERE i.media = m.id AND i.space IN ('imdb', 'tmdb', iif(m.kind = 2, 'tvdb', '')))"
    " OR EXISTS (SELECT 1 FROM json_each(:pairs) AS n WHERE n.value ->> 0 = m.kind AND NOT EXISTS (SELECT 1 FROM ids AS i"
    " WHERE i.media = m.id AND i.space = n.value ->> 1 AND i.standing = 0)))"
    " GROUP BY m.id ORDER BY m.id"
)
"""Most services can be told of a film by its id of IMDb or TMDb, and of a show by one of TheTVDB, too; some need a certain
one."""
_TWICE = (
    "SELECT m.id, coalesce(max(l.tries), 0)" + _FREE + " FROM (SELECT DISTINCT p.value ->> 0 AS id FROM json_each(:pairs) AS p"
    " WHERE EXISTS (SELECT 1 FROM ids WHERE media = p.value ->> 1 AND standing = 0 AND space <> 'slug')) AS x"
    " CROSS JOIN media AS m ON m.id = x.id CROSS JOIN handle AS h ON h.media = m.id" + _DUE
    + " AND EXISTS " + _PUBLIC_ID.format(" AND i.standing = 0") + " GROUP BY m.id ORDER BY m.id"
)  # fmt: skip
"""Two of one title and year that have no database in common may be one: a further id tells."""
_UNPLACED = (
    "SELECT m.id, coalesce(max(l.tries), 0)" + _FREE + ", m.aired FROM ("
    "SELECT id FROM media WHERE kind = 4 AND (ordering <> '' OR season = 0) UNION SELECT p.id FROM renumbered AS r"
    " CROSS JOIN media AS p ON p.parent = r.show AND p.season = r.season AND p.kind = 4) AS a"
    " CROSS JOIN media AS m ON m.id = a.id CROSS JOIN handle AS h ON h.media = m.id"
    + _DUE
    + " AND m.number IS NOT NULL"
    " AND NOT EXISTS " + _PUBLIC_ID.format("") + " GROUP BY m.id ORDER BY m.parent, m.id"
)
_HOMELESS = (
    "SELECT m.id, coalesce(max(l.tries), 0)" + _FREE + " FROM media AS m INDEXED BY media_homeless"
    " CROSS JOIN handle AS h ON h.media = m.id" + _DUE + " AND m.kind = 4 AND m.parent IS NULL"
    " AND EXISTS " + _PUBLIC_ID.format(" AND i.standing = 0") + " GROUP BY m.id ORDER BY m.id"
)
_TOLD = (
    "SELECT i.source, i.space, i.value, i.kind FROM media AS m JOIN ids AS i ON i.kind = m.kind AND i.source >= 0"
    " AND (i.media = m.id OR (i.space, i.value) IN (SELECT key, value FROM json_each(?2))) WHERE m.id = ?1"
)
"""Its ids, and these, by the accounts that told them."""

Ids = Mapping[str, str] | None
Sure = tuple[str, Mapping[str, str]] | None


class Unknown(Struct, frozen=True):
    """Something of which too little is known, as it is called, and how often it was asked about."""

    number: int
    media: Media
    tries: int
    free: bool = False
    """Is nobody to be asked for it now but who costs no request?"""
    more: tuple[str, ...] = ()
    """What else it is called."""

    @property
    def work(self) -> Work:
        """It, by all of its titles."""
        return Work(self.media, self.more)


class Offer(Struct, frozen=True):
    """What it may be: ids, title and year, who says so, how likely it is (0 to 100), and why; its length in seconds."""

    ids: Mapping[str, str]
    title: str
    year: int | None
    source: str
    score: int
    why: str
    runtime: int | None = None


class Lookups:
    """The lookups of all accounts."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def due(self, now: int) -> bool:
        """Is anything to be asked again?"""
        query = "SELECT 1 FROM lookup WHERE taken IS NULL AND next_try <= ? LIMIT 1"
        return self.db.execute(query, (now,)).fetchone() is not None

    def left(self) -> bool:
        """Was there anything at the last sync that nobody could be asked?"""
        return self.db.execute("SELECT 1 FROM meta WHERE name = 'left' AND value = x'01'").fetchone() is not None

    def leave(self, anything: bool) -> None:
        """Remember that, or that there was nothing."""
        if anything != self.left():
            self.db.execute("INSERT OR REPLACE INTO meta VALUES ('left', ?)", (bytes([anything]),))

    def meet(self, sources: Mapping[str, bool], now: int) -> None:
        """These can be asked now, and whether they cost no request. If one of them is new, what the others could not tell
        is due: by all where the new one is paid for, else by those that cost nothing."""
        row = self.db.execute("SELECT value FROM meta WHERE name = 'sources'").fetchone()
        before = json.loads(row[0]) if row else []
        if before != sorted(sources):
            self.db.execute(
                "INSERT OR REPLACE INTO meta VALUES ('sources', ?)", (json.dumps(sorted(sources)).encode(),)
            )
        new = [free for name, free in sources.items() if name not in before]
        if new:
            self.ask_again(now, free=all(new))

    def unknown(self, accounts: Collection[int], now: int) -> list[Unknown]:
        """Those of these accounts' films and shows that bear no id, and are to be asked about now."""
        return self._asked_about(_UNKNOWN, accounts, now)

    def partly_known(
        self, accounts: Collection[int], now: int, needs: Collection[tuple[Kind, str]] = ()
    ) -> list[Unknown]:
        """Those that bear ids, but none that every service can be told, or none that tells them from others of their
        title. needs: by kind, the databases whose ids are wanted."""
        wanted = [(int(kind), space) for kind, space in sorted(needs)]
        maybe = [(one, other) for one, others in alike(self.db).items() for other in others]
        found = self._asked_about(_PARTLY, accounts, now, wanted) + self._asked_about(_TWICE, accounts, now, maybe)
        return list({one.number: one for one in found}.values())

    def unplaced(self, accounts: Collection[int], now: int) -> list[Unknown]:
        """The episodes without an id whose place says too little: specials, other orders, seasons numbered differently.
        They stand together by their shows."""
        return self._asked_about(_UNPLACED, accounts, now)

    def homeless(self, accounts: Collection[int], now: int) -> list[Unknown]:
        """The episodes that are known by an id, and of which nobody knows the show."""
        return self._asked_about(_HOMELESS, accounts, now)

    def _asked_about(
        self, query: str, accounts: Collection[int], now: int, pairs: Sequence[tuple[int, int | str]] = ()
    ) -> list[Unknown]:
        given = {"accounts": json.dumps(sorted(accounts)), "now": now, "public": json.dumps(PUBLIC)}
        rows = self.db.execute(query, {**given, "pairs": json.dumps(pairs)}).fetchall()
        medias = Items(self.db).load(number for number, *_ in rows)
        more = titles(self.db, medias) if rows else {}
        return [
            Unknown(
                number, replace(medias[number], aired=next(iter(aired), None)), tries, bool(free), tuple(more.get(number, ()))
            )
            for number, tries, free, *aired in rows
        ]  # fmt: skip

    def works(self) -> list[Work]:
        """The films and shows that are known by an id that others know, with their ids and all of their titles."""
        besides = titles(self.db)
        rows = self.db.execute(
            "SELECT m.id, m.kind, json_group_object(i.space, i.value), m.title, m.year, m.runtime, EXISTS (SELECT 1 FROM handle AS h"
            " JOIN apart AS a ON a.account = h.account AND a.native = h.native WHERE h.media = m.id) FROM media AS m"
            " INDEXED BY media_whole JOIN ids AS i ON i.media = m.id AND i.standing = 0"
            " AND i.space IN (SELECT value FROM json_each(?)) WHERE m.kind <= 2 AND m.title <> '' AND m.frozen IS NULL GROUP BY m.id",
            (json.dumps(SPOKEN),),
        )
        return [
            Work(
                Media(Kind(kind), json.loads(ids), title, year, runtime=runtime),
                tuple(besides.get(number, ())),
                bool(apart),
            )
            for number, kind, ids, title, year, runtime, apart in rows
        ]

    def keep(
        self, asked: Unknown, source: str, offers: Iterable[Offer], now: int, taken: Ids = None, sure: Sure = None
    ) -> None:
        """This was answered, and is not asked again before its time; after a person's word never. taken: the ids that
        are believed; sure: whose word, and which ids, would be believed if titles decided."""
        later = NEVER if source in ("person", FORGOTTEN) else now + min(LONGEST, FIRST * 2**asked.tries)
        told = json.dumps(
            [[o.ids, o.title, o.year, o.source, o.score, o.why, o.runtime] for o in offers], ensure_ascii=False
        )
        ids = json.dumps(dict(taken)) if taken else None
        self.db.execute(
            "INSERT OR REPLACE INTO lookup SELECT account, native, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, '', ?10 FROM handle AS h WHERE media = ?1"
            " AND (?7 IN ('person', 'forgotten') OR NOT EXISTS (SELECT 1 FROM lookup AS l WHERE l.account = h.account"
            " AND l.native = h.native AND l.source = 'person' AND l.taken IS NOT NULL))",
            (
                asked.number, asked.media.title, asked.media.year, now, asked.tries + 1, later, source, told, ids,
                json.dumps(sure) if sure else None,
            ),
        )  # fmt: skip

    def sure(self, accounts: Collection[int]) -> list[tuple[Unknown, str, Mapping[str, str]]]:
        """What titles alone say of these accounts' films and shows, and was not believed: whose word it is, and the ids."""
        rows = self.db.execute(
            "SELECT h.media, min(l.sure) FROM lookup AS l JOIN handle AS h ON h.account = l.account AND h.native = l.native"
            " JOIN media AS m ON m.id = h.media AND m.frozen IS NULL AND m.title = l.title AND m.year IS l.year"
            " WHERE l.sure IS NOT NULL AND l.taken IS NULL"
            " AND l.account IN (SELECT value FROM json_each(?)) GROUP BY h.media ORDER BY h.media",
            (json.dumps(sorted(accounts)),),
        ).fetchall()
        medias = Items(self.db).load(number for number, _ in rows)
        more = titles(self.db, medias) if rows else {}
        return [
            (Unknown(number, medias[number], 0, more=tuple(more.get(number, ()))), *json.loads(sure))
            for number, sure in rows
        ]

    def take(self, number: int, ids: Mapping[str, str], teller: str) -> None:
        """What was said of it is believed from now on."""
        self.db.execute(
            "UPDATE lookup SET taken = ?2 WHERE (account, native) IN (SELECT account, native FROM handle WHERE media = ?1)"
            " AND source <> 'person'",
            (number, json.dumps(dict(ids))),
        )
        self.learn(number, ids, teller)

    def strange(self, media: Media, ids: Mapping[str, str]) -> bool:
        """Is one of these ids borne by something that is called otherwise, and of other years?"""
        rows = self.db.execute(
            "SELECT m.title, m.year FROM json_each(?1) AS j JOIN ids AS i ON i.space = j.key AND i.value = j.value"
            " AND i.kind = ?2 AND i.standing = 0 JOIN media AS m ON m.id = i.media WHERE m.year IS NOT NULL AND m.title <> ''",
            (json.dumps(dict(ids)), int(media.kind)),
        )
        near = {media.year} if media.year is None else {media.year - 1, media.year, media.year + 1}
        return media.year is not None and any(
            year not in near and normal(title) != normal(media.title) for title, year in rows
        )

    def beside(self, asked: Unknown, ids: Mapping[str, str]) -> list[int | None]:
        """How long that is which bears one of these ids and stands in the library of an account of this one, under another
        name: now, or as far as it has been read."""
        rows = self.db.execute(
            "SELECT DISTINCT m.runtime FROM json_each(?1) AS j JOIN ids AS i ON i.space = j.key AND i.value = j.value"
            " AND i.kind = ?2 AND i.standing = 0 AND i.media <> ?3 JOIN media AS m ON m.id = i.media JOIN handle AS h"
            " ON h.media = i.media AND h.account IN (SELECT account FROM handle WHERE media = ?3) AND (h.library > 0"
            " OR EXISTS (SELECT 1 FROM here WHERE here.account = h.account AND here.native = h.native))",
            (json.dumps(dict(ids)), int(asked.media.kind), asked.number),
        )
        return [length for (length,) in rows]

    def learn(self, number: int, ids: Mapping[str, str], teller: str) -> None:
        """It bears these ids too, says this teller; so all its names may stand for what another account names.

        What its accounts say of it by these names is still what they said before.
        """
        own = self.db.execute(_TOLD, (number, json.dumps(dict(ids)))).fetchall()
        for account, media, told in self.named(number):
            self.read_anew(account, number)
            Matches(self.db, account, TELLERS[teller]).identify([replace(media, ids={**ids, **media.ids})])
            self.db.execute("UPDATE handle SET print = ? WHERE account = ? AND native = ?", (told, account, media.key))
        self.db.executemany(  # of two that are one now, these are still the words of accounts
            "UPDATE ids SET source = ?1 WHERE space = ?2 AND value = ?3 AND kind = ?4 AND source < 0 AND NOT EXISTS (SELECT 1"
            " FROM ids AS o WHERE o.space = ?2 AND o.value = ?3 AND o.kind = ?4 AND o.source = ?1)",
            own,
        )

    def house(self, number: int, found: Media, teller: str) -> None:
        """This episode is of that show, and stands there, says this teller."""
        for account, media, told in self.named(number):
            self.read_anew(account, number)
            there = replace(found, ids={**found.ids, **media.ids}, title=media.title or found.title, keys=media.keys)
            Matches(self.db, account, TELLERS[teller]).identify([there])
            self.db.execute("UPDATE handle SET print = ? WHERE account = ? AND native = ?", (told, account, media.key))

    def read_anew(self, account: int, number: int) -> None:
        """What this account shows of this media is read again whole, if it was ever looked at: it may be told of another
        media then, and to be the same of another is no news of its own."""
        self.db.execute(
            "UPDATE cursor SET complete = 0 WHERE account = ?1 AND EXISTS"
            " (SELECT 1 FROM held WHERE account = ?1 AND media = ?2 AND seen IS NOT NULL)",
            (account, number),
        )

    def named(self, number: int) -> list[tuple[int, Media, int]]:
        """This media as each account names it, and the checksum of what it says."""
        rows = self.db.execute(
            "SELECT account, native, print FROM handle WHERE media = ? ORDER BY account, native", (number,)
        ).fetchall()
        found = []
        for account, native, told in rows:
            media = Items(self.db).load([number], account, stored=True)[number]
            show = media.parent and (replace(media.parent, ids={}) if media.parent.keys else media.parent)
            found.append((account, replace(media, keys=(native,), parent=show), told))
        return found

    def offers(self, medias: Sequence[int]) -> dict[int, list[Offer]]:
        """What these may be, likeliest first."""
        rows = self.db.execute(
            "SELECT h.media, l.proposals FROM handle AS h JOIN lookup AS l ON l.account = h.account AND l.native = h.native"
            " WHERE h.media IN (SELECT value FROM json_each(?))",
            (json.dumps(medias),),
        )
        return {media: [Offer(*offer) for offer in json.loads(text)] for media, text in rows}

    def ask_again(self, now: int, *, free: bool) -> int:
        """Whatever nobody could tell is due now: somebody knows more. How many names that are; a person's word stands.

        free: only those who cost no request are asked before the time that was set; it stands behind a minus meanwhile.
        """
        query = (
            "UPDATE lookup SET next_try = iif(:free, -next_try, :now) WHERE taken IS NULL AND source NOT IN ('person', 'forgotten')"
            " AND (next_try > :now OR next_try < 0) AND NOT (:free AND next_try < 0)"
        )
        return self.db.execute(query, {"now": now, "free": free}).rowcount

    def put_off(self, asked: Unknown) -> None:
        """Those who cost no request could not tell either: it is asked about when it would have been."""
        self.db.execute(
            "UPDATE lookup SET next_try = abs(next_try) FROM handle AS h WHERE h.media = ? AND h.account = lookup.account"
            " AND h.native = lookup.native",
            (asked.number,),
        )

    def kept(self, accounts: Collection[int]) -> int:
        """Of how many names of these accounts it is kept what was found out, or that nothing was; a person's word aside."""
        query = "SELECT count(*) FROM lookup WHERE account IN (SELECT value FROM json_each(?)) AND source <> 'person'"
        return int(self.db.execute(query, (json.dumps(sorted(accounts)),)).fetchone()[0])
