"""Which media a service's own names stand for, and the ids that say so."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence

from msgspec import json, msgpack

from ..core.media import STRONG, Media
from . import called
from .joins import hand_over, join, part
from .page import Thing, is_named, listed
from .sheet import Sheet
from .store import enter

Known = tuple[str, int, int]
"""A name, the media that it stands for, and the checksum of what was said about it."""
Fresh = tuple[Media, int, int]
"""What a name stands for now, the checksum of it, and the media that the name stood for before (0: none)."""

UNKNOWN = ("", 0, 0)


class Matches:
    """Finds or makes the media of what one account's readings name, page by page. teller: who says so, if not it."""

    def __init__(self, db: sqlite3.Connection, account: int, teller: int | None = None) -> None:
        self.db = db
        self.account = account
        self.teller = teller

    def unknown(self, keys: Iterable[str]) -> set[str]:
        """Those of these own names of the account that are not identified yet."""
        wanted = set(keys)
        return wanted - self._handles(sorted(wanted)).keys() if wanted else wanted

    def identify(self, medias: Sequence[Media]) -> list[int]:
        """The media number of each; new ones are made, their shows first. Known ones are only compared by a checksum."""
        natives = [media.keys[0] if media.keys else name_of(media) for media in medias]
        known = self._handles(natives)
        fresh = self._fresh(zip(natives, medias, strict=True), known)
        settled, joined = self._settle(fresh) if fresh else ({}, False)
        if joined:
            settled, known = {}, self._handles(natives)
        return [settled.get(native) or known[native][1] for native in natives]

    def _fresh(self, named: Iterable[tuple[str, Media]], known: Mapping[str, Known]) -> dict[str, Fresh]:
        """What these names say that they did not say before."""
        fresh: dict[str, Fresh] = {}
        for native, media in named:
            _, number, checksum = known.get(native, UNKNOWN)
            placed = media.number is not None and media.parent is not None
            if (media.ids or placed or not number) and (told := print_of(media)) != checksum:
                fresh.setdefault(native, (media, told, number))
        return fresh

    def _handles(self, natives: Sequence[str]) -> dict[str, Known]:
        """What each of these names stood for, and its checksum then."""
        (rows,) = self.db.execute(
            "SELECT json_group_array(json_array(native, media, print)) FROM handle WHERE account = ?"
            " AND native IN (SELECT value FROM json_each(?))",
            (self.account, listed(natives)),
        ).fetchone()
        return {row[0]: row for row in json.decode(rows, type=list[Known])}

    def _settle(self, fresh: dict[str, Fresh]) -> tuple[dict[str, int], bool]:
        """Find or make the media of each of these, and write down what follows. True: some turned out to be one."""
        own = [native for native, (_, _, was) in fresh.items() if was and self.teller is None]
        pinned = self._pinned(own) if own else []
        called.keep(self.db, self.account, [(native, fresh[native][0]) for native in pinned], ())
        settled = {native: fresh.pop(native)[2] for native in pinned}
        parents = {id(m.parent): m.parent for m, _, _ in fresh.values() if m.parent is not None}
        of_parent = dict(zip(parents, self.identify(list(parents.values())), strict=True)) if parents else {}
        if shows := fresh.keys() & {name_of(show) for show in parents.values()}:  # told as shows of theirs just now
            known = self._handles(sorted(shows))
            again = self._fresh(((native, fresh[native][0]) for native in sorted(shows)), known)
            settled |= {native: known[native][1] for native in shows - again.keys()}
            fresh = {native: again.get(native, told) for native, told in fresh.items() if native not in settled}
        things = [(media, of_parent.get(id(media.parent))) for media, _, _ in fresh.values()]
        sheet, left = self._sheet(fresh, things)
        settled |= {native: sheet.settle(native, *thing) for native, thing in zip(fresh, things, strict=True)}
        sheet.write()
        self._name(fresh, settled, sheet.placed)
        joined: dict[int, int] = {}
        for other, into in sheet.joins():
            joined |= join(self.db, other, into)
        arrived = {native for native, (_, _, was) in fresh.items() if was != settled[native]}
        self._hand_over(fresh, settled, joined)
        self._confirm(fresh, settled)
        told_apart = sheet.told_apart | self._of_shows(joined)
        parted = sum(part(self.db, *told, (self.account, arrived)) for told in sorted(told_apart))
        return settled, bool(sheet.joined or parted or left)

    def _of_shows(self, joined: Mapping[int, int]) -> set[tuple[int, int]]:
        """The seasons of shows that have turned out to be one in which places are no keys."""
        query = "SELECT show, season FROM renumbered WHERE show IN (SELECT value FROM json_each(?))"
        return set(self.db.execute(query, (listed(sorted(set(joined.values()))),))) if joined else set()

    def _sheet(self, fresh: dict[str, Fresh], things: Sequence[Thing]) -> tuple[Sheet, int]:
        """What is known of these. What stands by its place in a season of which they say otherwise has left it: so many
        names did."""
        parted: set[tuple[int, int]] = set()
        left = 0
        while True:
            sheet = Sheet(self.db, self.account, self.teller)
            sheet.load(things, {native: was for native, (_, _, was) in fresh.items() if was})
            apart = sheet.moved_places(zip(fresh, things, strict=True)) - parted
            if not apart:
                return sheet, left
            enter(self.db, "INSERT OR IGNORE INTO renumbered", sorted(apart))
            left += sum(part(self.db, *told, (self.account, ())) for told in sorted(apart))
            parted |= apart
            for native, was, _ in self._handles(sorted(fresh)).values():
                fresh[native] = (*fresh[native][:2], was)

    def _confirm(self, fresh: Mapping[str, Fresh], settled: Mapping[str, int]) -> None:
        """Who told an id that is told now as well goes by more than a place from now on."""
        placed = self.db.execute(PLACED, (listed(sorted(set(settled.values()))),)).fetchall()
        there = {media for (media,) in placed}
        said = [
            (settled[native], space, value, native)
            for native, (media, _, _) in (fresh.items() if there else ())
            if settled[native] in there
            for space, value in media.ids.items()
        ]
        for step in (CONFIRMED, CONFIRMS) if said else ():
            self.db.execute(step, (listed(said), self.account))

    def _pinned(self, natives: Sequence[str]) -> list[str]:
        """Those of these names of which a person has said what they stand for, whatever their account says."""
        rows = self.db.execute(
            "SELECT native FROM lookup WHERE account = ? AND source = 'person' AND taken IS NOT NULL"
            " AND said <> 'same' AND native IN (SELECT value FROM json_each(?))",
            (self.account, listed(natives)),
        )
        return [native for (native,) in rows]

    def _name(self, fresh: Mapping[str, Fresh], settled: Mapping[str, int], placed: Mapping[str, bool | None]) -> None:
        """From now on these names stand for these media."""
        self.db.executemany(
            "UPDATE handle SET library = iif(media = ?1 OR ?7, library, 0), media = ?1, print = ?2, placed = coalesce(?5, placed), named = ?6"
            " WHERE account = ?3 AND native = ?4",
            [
                (settled[native], told, self.account, native, placed[native], is_named(media), self.teller is not None)
                for native, (media, told, was) in fresh.items()
                if was
            ],
        )
        new = [
            (self.account, native, settled[native], told, bool(placed[native]), is_named(media))
            for native, (media, told, was) in fresh.items()
            if not was
        ]
        enter(self.db, "INSERT INTO handle (account, native, media, print, placed, named)", new)
        told = [(native, media, was) for native, (media, _, was) in fresh.items()]
        anew = [native for native, _, was in told if self.teller is None and was not in (0, settled[native])]
        called.keep(self.db, self.account, ((native, media) for native, media, _ in told), anew)
        named = [settled[native] for native, (_, _, was) in fresh.items() if was != settled[native]]
        self.db.execute(
            "DELETE FROM refusal WHERE account = ? AND media IN (SELECT value FROM json_each(?))",
            (self.account, listed(named)),
        )  # it knows them, after all
        if self.teller is None:
            moved = [native for native, (_, _, was) in fresh.items() if was not in (0, settled[native])]
            self.db.execute(NOT_ASKED, (self.account, listed(moved)))
        self.db.executemany(
            CALLED_ANEW,
            [
                (media.title, media.year, media.runtime, media.aired, settled[native], self.account, native)
                for native, (media, _, was) in fresh.items()
                if was != settled[native] and placed[native]
            ],
        )

    def _hand_over(self, fresh: Mapping[str, Fresh], settled: Mapping[str, int], joined: Mapping[int, int]) -> None:
        """What was told by names that stand for something else now is told of that, after all joins."""

        def final(number: int) -> int:
            return final(joined[number]) if number in joined else number

        pairs = {(final(was), final(settled[native])) for native, (_, _, was) in fresh.items() if was}
        for old, new in sorted(pairs):
            if old != new:
                hand_over(self.db, self.account, old, new)


PLACED = "SELECT DISTINCT media FROM handle INDEXED BY handle_placed WHERE placed = 1 AND media IN (SELECT value FROM json_each(?))"
CONFIRMED = (
    "UPDATE handle SET placed = 0 WHERE placed = 1 AND (media, account) IN (SELECT i.media, i.source FROM json_each(?1) AS j"
    " JOIN ids AS i ON i.media = j.value ->> 0 AND i.space = j.value ->> 1 AND i.value = j.value ->> 2 WHERE i.source <> ?2)"
)
CALLED_ANEW = (
    "UPDATE media SET title = ?1, year = ?2, runtime = ?3, aired = ?4 WHERE id = ?5 AND NOT EXISTS (SELECT 1 FROM handle"
    " WHERE media = ?5 AND (account <> ?6 OR native <> ?7)) AND NOT EXISTS (SELECT 1 FROM ids WHERE media = ?5)"
)
"""Where something stands of which nobody else says anything any more, it is what the one says who stands there now."""
NOT_ASKED = "DELETE FROM lookup WHERE account = ? AND source <> 'person' AND native IN (SELECT value FROM json_each(?))"
"""What was found out about a name that stands for something else now was found out about that."""
CONFIRMS = (
    "UPDATE handle SET placed = 0 WHERE placed = 1 AND account = ?2 AND native IN (SELECT j.value ->> 3 FROM json_each(?1) AS j"
    " JOIN ids AS i ON i.media = j.value ->> 0 AND i.space = j.value ->> 1 AND i.value = j.value ->> 2 WHERE i.source <> ?2)"
)


def name_of(media: Media) -> str:
    """The name under which we keep it: the service's own, or one made of its strongest id, its place, or its title."""
    if media.keys:
        return media.keys[0]
    word = media.kind.word
    for space in STRONG:
        if space in media.ids:
            return f"={word}:{space}:{media.ids[space]}"
    show = name_of(media.parent) if media.parent is not None else ""
    return f"={word}:{show}:{media.season}:{media.number}:{media.title}:{media.year}{media.order and ':' + media.order}"


def print_of(media: Media) -> int:
    """A checksum of all that is said of it, the same in every process; never 0."""
    show = name_of(media.parent) if media.parent is not None else ""
    place = (show, media.season, media.number, media.order, None if media.ids else media.aired)
    said = (int(media.kind), media.ids, *place, media.title, media.year, media.runtime, *filter(None, [media.original]))
    return zlib.crc32(msgpack.encode(said)) | 1
