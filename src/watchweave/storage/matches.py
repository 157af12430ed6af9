"""Which media a service's own names stand for, and the ids that say so."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from ..core.identity import Candidate, Standing, Verdict, judge
from ..core.media import STRONG, Kind, Media
from .joins import join

Place = tuple[int, int, int | None, int | None]
"""Show, kind, season and number."""


class Matches:
    """Finds or makes the media of what one account's readings name, page by page."""

    def __init__(self, db: sqlite3.Connection, account: int) -> None:
        self.db = db
        self.account = account

    def unknown(self, keys: Iterable[str]) -> set[str]:
        """Those of these own names of the account that are not identified yet."""
        wanted = set(keys)
        rows = self.db.execute(
            "SELECT native FROM handle WHERE account = ? AND native IN (SELECT value FROM json_each(?))",
            (self.account, json.dumps(sorted(wanted))),
        )
        return wanted - {native for (native,) in rows}

    def identify(self, medias: Sequence[Media]) -> list[int]:
        """The media number of each; new ones are made, their shows first. Known ones are only compared by a checksum."""
        natives = [name_of(media) for media in medias]
        known = self._handles(natives)
        fresh: dict[str, tuple[Media, int]] = {}
        for media, native in zip(medias, natives, strict=True):
            found = known.get(native)
            if found is None or media.ids:
                checksum = print_of(media)
                if found is None or found[1] != checksum:
                    fresh.setdefault(native, (media, checksum))
        if fresh:
            known |= {native: (number, 0) for native, number in self._settle(fresh).items()}
        return [known[native][0] for native in natives]

    def _handles(self, natives: Sequence[str]) -> dict[str, tuple[int, int]]:
        rows = self.db.execute(
            "SELECT h.native, h.media, h.print FROM json_each(?) AS j CROSS JOIN handle AS h"
            " ON h.account = ? AND h.native = j.value",
            (json.dumps(natives), self.account),
        )
        return {native: (media, checksum) for native, media, checksum in rows}

    def _settle(self, fresh: dict[str, tuple[Media, int]]) -> dict[str, int]:
        """Judge each of these against what we know, and write down what follows."""
        parents = list({id(m.parent): m.parent for m, _ in fresh.values() if m.parent is not None}.values())
        of_parent = dict(zip(map(id, parents), self.identify(parents), strict=True)) if parents else {}
        sheet = Sheet(self.db, self.account)
        sheet.load(media for media, _ in fresh.values())
        sheet.load_places(place_of(m, of_parent[id(m.parent)]) for m, _ in fresh.values() if m.parent is not None)
        settled: dict[str, int] = {}
        joined: dict[int, int] = {}
        for native, (media, _) in fresh.items():
            parent = of_parent[id(media.parent)] if media.parent is not None else None
            place = sheet.at_place(place_of(media, parent)) if parent is not None else None
            verdict = judge(media, parent, place, sheet.sharing(media))
            settled[native] = sheet.enter(media, parent, verdict)
            joined |= dict.fromkeys(verdict.also, settled[native])
        sheet.write()
        for other, into in joined.items():
            join(self.db, other, into)
        settled = {native: joined.get(number, number) for native, number in settled.items()}
        self.db.executemany(
            "INSERT INTO handle (account, native, media, print) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " library = iif(media = excluded.media, library, 0), media = excluded.media, print = excluded.print",
            [(self.account, native, settled[native], checksum) for native, (_, checksum) in fresh.items()],
        )
        return settled


class Sheet:
    """The part of our knowledge that one page touches, and the rows to be added to it."""

    def __init__(self, db: sqlite3.Connection, account: int) -> None:
        self.db = db
        self.account = account
        self.media: dict[int, Candidate] = {}
        self.by_id: dict[tuple[str, int, str], set[int]] = defaultdict(set)
        self.by_place: dict[Place, int] = {}
        self.next = (db.execute("SELECT max(id) FROM media").fetchone()[0] or 0) + 1
        self.spoilt: dict[tuple[str, int, str], Standing] = {}
        self.new: dict[int, tuple[Media, int | None]] = {}
        self.new_ids: list[tuple[str, int, str, int, int, int]] = []
        self.standings: list[tuple[int, str, int, str]] = []
        self.frozen: list[tuple[str, int]] = []
        self.filled: list[tuple[str, int | None, int | None, int]] = []

    def load(self, medias: Iterable[Media]) -> None:
        """Everybody who shares a strong id with one of these."""
        wanted = [[space, int(m.kind), value] for m in medias for space, value in m.ids.items() if space in STRONG]
        rows = self.db.execute(
            "SELECT i.space, i.kind, i.value, i.media, i.standing FROM json_each(?) AS j CROSS JOIN ids AS i"
            " ON i.space = j.value ->> 0 AND i.kind = j.value ->> 1 AND i.value = j.value ->> 2",
            (json.dumps(wanted),),
        ).fetchall()
        self.spoilt = {(s, k, v): Standing(standing) for s, k, v, _, standing in rows if standing >= Standing.AMBIGUOUS}
        self._know({media for s, k, v, media, _ in rows if (s, k, v) not in self.spoilt})

    def load_places(self, places: Iterable[Place]) -> None:
        """Whatever stands at these places of shows."""
        rows = self.db.execute(
            "SELECT m.id FROM json_each(?) AS j CROSS JOIN media AS m ON m.parent = j.value ->> 0"
            " AND m.kind = j.value ->> 1 AND m.season IS j.value ->> 2 AND m.number IS j.value ->> 3",
            (json.dumps(list(places)),),
        )
        self._know({media for (media,) in rows})

    def _know(self, numbers: set[int]) -> None:
        chosen = json.dumps(sorted(numbers - self.media.keys()))
        ids: dict[int, dict[str, str]] = defaultdict(dict)
        for media, space, kind, value, standing in self.db.execute(
            "SELECT media, space, kind, value, standing FROM ids WHERE media IN (SELECT value FROM json_each(?)) AND standing < 2",
            (chosen,),
        ):
            self.by_id[space, kind, value].add(media)
            if standing == Standing.GOOD:
                ids[media][space] = value
        for number, kind, title, year, parent, season, episode, runtime in self.db.execute(
            "SELECT id, kind, title, year, parent, season, number, runtime FROM media WHERE id IN (SELECT value FROM json_each(?))",
            (chosen,),
        ):
            self.media[number] = Candidate(number, kind, ids[number], title, year, parent, season, episode, runtime)
            if parent is not None:
                self.by_place[parent, kind, season, episode] = number

    def sharing(self, media: Media) -> list[Candidate]:
        """The media that share a good id of this kind."""
        numbers: set[int] = set()
        for space, value in media.ids.items():
            if space in STRONG:
                numbers |= self.by_id.get((space, int(media.kind), value), set())
        return [self.media[number] for number in sorted(numbers)]

    def at_place(self, place: Place) -> Candidate | None:
        """What stands there; nothing where the place is not a whole one."""
        whole = place[2] is not None and (place[1] != Kind.EPISODE or place[3] is not None)
        number = self.by_place.get(place) if whole else None
        return self.media[number] if number is not None else None

    def enter(self, media: Media, parent: int | None, verdict: Verdict) -> int:
        """Write down what was judged; the number of the media."""
        number = verdict.media
        if number is None:
            number, self.next = self.next, self.next + 1
            self.new[number] = (media, parent)
            self.media[number] = Candidate(
                number, media.kind, {}, media.title, media.year, parent, media.season, media.number, media.runtime
            )
            if parent is not None:
                self.by_place[place_of(media, parent)] = number
        held = self.media[number]
        kind = int(media.kind)
        for space, value in media.ids.items():
            standing = verdict.standing.get(space) or self.spoilt.get((space, kind, value), Standing.GOOD)
            if standing is not Standing.GOOD:
                self._spoil(space, value, number, kind, standing)
            elif space not in held.ids:
                self.new_ids.append((space, kind, value, number, 0, self.account))
                self.by_id[space, kind, value].add(number)
                held.ids[space] = value
        if number not in self.new:
            self._fill(held, media)
        if verdict.frozen and verdict.against is not None:
            self.frozen += [(verdict.frozen, number), (verdict.frozen, verdict.against)]
        return number

    def _spoil(self, space: str, value: str, number: int, kind: int, standing: Standing) -> None:
        """This id is no key any more, nor is the other value that it stands against."""
        held = self.media[number].ids
        self.new_ids.append((space, kind, value, number, int(standing), self.account))
        self.standings.append((int(standing), space, kind, value))
        self.spoilt[space, kind, value] = standing
        if space in held and standing is Standing.DISPUTED:
            self.spoilt[space, kind, held[space]] = standing
        if space in held:
            self.standings.append((int(standing), space, kind, held.pop(space)))

    def _fill(self, held: Candidate, media: Media) -> None:
        """What one service leaves out of a title, another tells."""
        told = (held.title or media.title, held.year or media.year, held.runtime or media.runtime)
        if told != (held.title, held.year, held.runtime):
            self.filled.append((*told, held.media))
            self.media[held.media] = replace(held, title=told[0], year=told[1], runtime=told[2])

    def write(self) -> None:
        self.db.executemany(
            "INSERT INTO media (id, kind, parent, season, number, title, year, runtime) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (number, int(m.kind), parent, m.season, m.number, m.title, m.year, m.runtime)
                for number, (m, parent) in self.new.items()
            ],
        )
        self.db.executemany("INSERT OR IGNORE INTO ids VALUES (?, ?, ?, ?, ?, ?)", self.new_ids)
        self.db.executemany("UPDATE ids SET standing = ? WHERE space = ? AND kind = ? AND value = ?", self.standings)
        self.db.executemany("UPDATE media SET frozen = ? WHERE id = ?", self.frozen)
        self.db.executemany("UPDATE media SET title = ?, year = ?, runtime = ? WHERE id = ?", self.filled)
        grown = sorted({row[3] for row in self.new_ids} - self.new.keys())
        self.db.executemany("UPDATE media SET ids_version = ids_version + 1 WHERE id = ?", [(n,) for n in grown])


def name_of(media: Media) -> str:
    """The name under which we keep it: the service's own, or one made of its strongest id, its place, or its title."""
    if media.keys:
        return media.keys[0]
    word = media.kind.word
    for space in STRONG:
        if space in media.ids:
            return f"={word}:{space}:{media.ids[space]}"
    show = name_of(media.parent) if media.parent is not None else ""
    return f"={word}:{show}:{media.season}:{media.number}:{media.title}:{media.year}"


def place_of(media: Media, parent: int) -> Place:
    """Where a season or an episode stands in its show."""
    return (parent, int(media.kind), media.season, media.number)


def print_of(media: Media) -> int:
    """A checksum of everything by which we know it; never 0."""
    show = name_of(media.parent) if media.parent is not None else ""
    return zlib.crc32(f"{media.kind:d} {media.ids} {show} {media.season} {media.number}".encode()) | 1
