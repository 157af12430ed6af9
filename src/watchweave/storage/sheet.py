"""What one page touches of all that we know, and what it adds to it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import json
from msgspec.structs import replace

from ..core.identity import Candidate, Standing, Verdict, differences, judge, same_show, says_so, shared
from ..core.media import STRONG, Kind, Media
from .store import enter

Place = tuple[int, int, int | None, int | None, str]
"""Show, kind, season and number, and the order in which they count."""
Thing = tuple[Media, int | None]
"""What is to be identified, and the number of its show."""
Id = tuple[str, str]
"""Space and value."""

JOINING = frozenset(STRONG)


class Sheet:
    """The part of our knowledge that one page touches, and the rows to be added to it."""

    def __init__(self, db: sqlite3.Connection, account: int, teller: int | None = None) -> None:
        self.db = db
        self.account = account
        self.teller = account if teller is None else teller
        self.media: dict[int, Candidate] = {}
        self.owners: dict[int, dict[Id, tuple[int, ...]]] = {kind: {} for kind in Kind}
        """By kind: who has an id that is a key."""
        self.by_place: dict[Place, int] = {}
        self.renumbered: set[tuple[int, int]] = set()
        """Seasons of shows in which a place is no key."""
        self.next = (db.execute("SELECT max(id) FROM media").fetchone()[0] or 0) + 1
        self.spoilt: dict[int, dict[Id, Standing]] = {kind: {} for kind in Kind}
        """By kind: ids that are no keys."""
        self.joined: dict[int, int] = {}
        self.before: Mapping[str, int] = {}
        self.bare: dict[str, int] = {}
        """Names that stood for something without any id."""
        self.named: set[int] = set()
        """The media that were named on this sheet."""
        self.new: dict[int, Thing] = {}
        self.new_ids: list[tuple[int, str, str, int, int, int]] = []
        self.standings: dict[tuple[int, Id], int] = {}
        self.frozen: list[tuple[str, int]] = []
        self.filled: dict[int, tuple[str, int | None, int | None]] = {}
        self.replaced: dict[int, tuple[int | None, int | None]] = {}
        """Where those stand as first shown that were only known in another order."""
        self.told_apart: set[tuple[int, int]] = set()

    # ---------------------------------------------------------------- what we know
    def load(self, things: Iterable[Thing], before: Mapping[str, int]) -> None:
        """Everybody who shares a strong id with one of these, and what stands at the places of the others.

        before: what these names stood for.
        """
        self.before = before
        if before:
            self._load_bare(before)
        kinds: dict[int, list[Mapping[str, str]]] = defaultdict(list)
        for media, _ in things:
            if media.ids:
                kinds[media.kind].append(media.ids)
        for kind, all_ids in kinds.items():
            for space in STRONG:
                if values := [ids[space] for ids in all_ids if space in ids]:
                    self._load_owners(space, kind, values)
        self._know({number for owners in self.owners.values() for own in owners.values() for number in own})
        shows = {parent for _, parent in things if parent is not None}
        self._load_renumbered(shows)
        with_parts = self._with_parts(shows)
        self._load_places(
            place
            for media, parent in things
            if parent in with_parts and not self._sharing(media) and (place := place_of(media, parent))
        )

    def _load_renumbered(self, shows: set[int]) -> None:
        query = "SELECT show, season FROM renumbered WHERE show IN (SELECT value FROM json_each(?))"
        self.renumbered.update(self.db.execute(query, (listed(sorted(shows)),)))

    def _with_parts(self, shows: set[int]) -> set[int]:
        """Those of which a part is known."""
        rows = self.db.execute(
            "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM media WHERE parent = value)",
            (listed(sorted(shows)),),
        )
        return {show for (show,) in rows}

    def _load_bare(self, before: Mapping[str, int]) -> None:
        """Those of which no id was ever told."""
        rows = self.db.execute(
            "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM ids WHERE media = value)",
            (listed(sorted(set(before.values()))),),
        )
        bare = {number for (number,) in rows}
        self._know(set(before.values()))
        self.bare = {native: number for native, number in before.items() if number in bare}

    def _load_owners(self, space: str, kind: int, values: Sequence[str]) -> None:
        owners, spoilt = self.owners[kind], self.spoilt[kind]
        (rows,) = self.db.execute(
            "SELECT json_group_array(json_array(space, value, media, standing)) FROM ids WHERE space = ? AND kind = ?"
            " AND value IN (SELECT value FROM json_each(?))",
            (space, kind, listed(values)),
        ).fetchone()
        for one, value, media, standing in json.decode(rows, type=list[tuple[str, str, int, int]]):
            if standing >= Standing.AMBIGUOUS:
                spoilt[one, value] = Standing(standing)
            else:
                owners[one, value] = (*owners.get((one, value), ()), media)
        for named in spoilt:
            owners.pop(named, None)

    def _load_places(self, places: Iterable[Place]) -> None:
        (rows,) = self.db.execute(
            "SELECT json_group_array(m.id) FROM json_each(?) AS j CROSS JOIN media AS m ON m.parent = j.value ->> 0"
            " AND m.kind = j.value ->> 1 AND m.season IS j.value ->> 2 AND m.number IS j.value ->> 3"
            " AND m.ordering = j.value ->> 4",
            (listed(list(places)),),
        ).fetchone()
        found = set(json.decode(rows, type=list[int]))
        self._know(found - self.media.keys())
        for number in sorted(found):
            held = self.media[number]
            if held.parent is not None:
                self.by_place[held.parent, held.kind, *held.place] = number

    def _know(self, numbers: set[int]) -> None:
        (rows,) = self.db.execute(
            "SELECT json_group_array(json_array(id, kind, json((SELECT json_group_object(space, value) FROM ids"
            " WHERE media = m.id AND standing = 0)), title, year, parent, season, number, runtime, ordering))"
            " FROM media AS m WHERE id IN (SELECT value FROM json_each(?))",
            (listed(sorted(numbers)),),
        ).fetchone()
        for known in json.decode(rows, type=list[Candidate]):
            self.media[known.media] = known

    def _sharing(self, media: Media) -> tuple[int, ...]:
        """The media that share a strong id of this kind which is a key, in order."""
        owners = self.owners[media.kind]
        hits = owners.keys() & media.ids.items()
        if not hits:
            return ()
        found = {owners[hit] for hit in hits}
        return found.pop() if len(found) == 1 else tuple(sorted({number for own in found for number in own}))

    def _at(self, place: Place | None) -> int | None:
        """What stands there."""
        if place is not None and place not in self.by_place:
            self._load_places([place])
        return self.by_place.get(place) if place is not None else None

    def _telling(self, media: Media, place: Place | None) -> int | None:
        """What stands there, if the place tells: specials, and seasons that others number otherwise, need the title too."""
        there = self.by_place.get(place) if place is not None else None
        if there is None or place is None or not self._doubtful(place) or says_so(media, self._held(there)):
            return there
        return None

    def _doubtful(self, place: Place) -> bool:
        show, kind, season, _, order = place
        return not order and ((season == 0 and kind == Kind.EPISODE) or (show, season) in self.renumbered)

    def _held(self, number: int) -> Candidate:
        """A media as we know it, or as it is new on this sheet."""
        held = self.media.get(number)
        if held is None:
            m, parent = self.new[number]
            held = Candidate(
                number, m.kind, dict(m.ids), m.title, m.year, parent, m.season, m.number, m.runtime, m.order
            )
            self.media[number] = held
        return held

    # ---------------------------------------------------------------- what is said now
    def settle(self, native: str, media: Media, parent: int | None) -> int:
        """The number of the media that this is."""
        number = self._settle(native, media, parent)
        self.named.add(number)
        return number

    def _settle(self, native: str, media: Media, parent: int | None) -> int:
        """Only where ids are shared and something differs is there a case to judge."""
        sharing = self._sharing(media)
        place = place_of(media, parent) if parent is not None else None
        spoilt = self.spoilt[media.kind]
        if len(sharing) < 2 and not (spoilt and spoilt.keys() & media.ids.items()):
            found = sharing[0] if sharing else self._telling(media, place)
            if found is None:
                if was := self._as_before(native, media, parent, place):
                    return self._more(was, media, again=True)
                return self._add(media, parent, place)
            held = self.media.get(found) or self._held(found)
            if (
                held.parent == parent
                and not differences(media.ids, held.ids)
                and not self._is_another(held, native, place)
            ):
                self._compare_places(held, place)
                return self._more(held, media, again=found == self.before.get(native))
        candidates = [self._held(number) for number in sharing]
        others = [candidate for candidate in candidates if self._is_another(candidate, native, place)]
        self._at(place)
        there = self._telling(media, place)
        by_place = self._held(there) if there is not None else None
        strangers = self._strangers(parent, candidates)
        verdict = judge(media, parent, by_place, [c for c in candidates if c not in others], strangers)
        ambiguous = {space: Standing.AMBIGUOUS for other in others for space in shared(media, other)}
        number = self._enter(media, parent, replace(verdict, standing={**verdict.standing, **ambiguous}))
        if place is not None:
            self._compare_places(self._held(number), place)
            if there is not None and number != there and verdict.media is None:
                self._tell_apart(place[0], place[2])  # it has other ids than what stands there
            self._join_shows(place, self._held(number))
        return number

    def _compare_places(self, held: Candidate, place: Place | None) -> None:
        """Where one episode stands at two places of one order, the two seasons are numbered differently."""
        if place is None or place[2:] == held.place or place[4] != held.order or held.number is None:
            return
        self._tell_apart(place[0], place[2])
        self._tell_apart(held.parent, held.season)

    def _tell_apart(self, show: int | None, season: int | None) -> None:
        if show is not None and season is not None and (show, season) not in self.renumbered:
            self.renumbered.add((show, season))
            self.told_apart.add((show, season))

    def _as_before(self, native: str, media: Media, parent: int | None, place: Place | None) -> Candidate | None:
        """What this name stood for, if it goes on doing so: of that no id was ever told, or it stands where it stood."""
        was = self.media.get(self.before.get(native, 0))
        if was is None or (was.kind, was.parent) != (media.kind, parent):
            return None
        if native in self.bare and not was.ids:
            return was
        there = place is not None and place[2:] == was.place
        return was if there and not differences(media.ids, was.ids) else None

    def _strangers(self, parent: int | None, candidates: Sequence[Candidate]) -> set[int]:
        """The shows of these that this show contradicts."""
        shows = {c.parent for c in candidates if c.parent is not None} - {parent}
        if parent is None or not shows:
            return set()
        self._know({parent, *shows} - self.media.keys())
        own = self._held(parent).ids
        return {show for show in shows if differences(own, self._held(show).ids)}

    def _join_shows(self, place: Place, held: Candidate) -> None:
        """What stands at one place in two shows and is one shows that these are one, if nothing contradicts it."""
        one, other = self._final(place[0]), self._final(held.parent or place[0])
        if one != other and held.place == place[2:]:
            self._know({one, other} - self.media.keys())
            if same_show(self._held(one), self._held(other)):
                self.joined[max(one, other)] = min(one, other)

    def _is_another(self, held: Candidate, native: str, place: Place | None) -> bool:
        """Does this account name that media already, by another name at another place? Then one id is on two episodes."""
        if place is None or place[2:] == held.place:
            return False
        query = "SELECT 1 FROM handle WHERE media = ? AND account = ? AND native <> ? LIMIT 1"
        named = held.media in self.named
        return named or self.db.execute(query, (held.media, self.account, native)).fetchone() is not None

    def _add(self, media: Media, parent: int | None, place: Place | None) -> int:
        """A new media, with all of its ids."""
        number, self.next = self.next, self.next + 1
        self.new[number] = (media, parent)
        own = (number,)
        self.owners[media.kind].update({named: own for named in media.ids.items() if named[0] in JOINING})
        if place is not None:
            self.by_place[place] = number
        return number

    def _more(self, held: Candidate, media: Media, *, again: bool = False) -> int:
        """A media that we know; what was not known of it is added. again: this account corrects what it said of it."""
        for space, value in media.ids.items():
            if space not in held.ids:
                self._keep(held, space, value)
        first, then = (media, held) if again else (held, media)
        told = (first.title or then.title, first.year or then.year, first.runtime or then.runtime)
        if told != (held.title, held.year, held.runtime):
            self.filled[held.media] = told
            held = self.media[held.media] = replace(held, title=told[0], year=told[1], runtime=told[2])
        if held.order and not media.order and media.number is not None:
            self.replaced[held.media] = media.season, media.number
            self.media[held.media] = replace(held, season=media.season, number=media.number, order="")
        return held.media

    def _keep(self, held: Candidate, space: str, value: str) -> None:
        self.new_ids.append((held.media, space, value, held.kind, 0, self.teller))
        held.ids[space] = value
        if space in JOINING:
            owners, named = self.owners[held.kind], (space, value)
            owners[named] = (*owners.get(named, ()), held.media)

    def _enter(self, media: Media, parent: int | None, verdict: Verdict) -> int:
        """Write down what was judged; the number of the media."""
        number = verdict.media
        if number is None:
            number = self._add(replace(media, ids={}), parent, place_of(media, parent) if parent is not None else None)
        good: dict[str, str] = {}
        for space, value in media.ids.items():
            standing = verdict.standing.get(space) or self.spoilt[media.kind].get((space, value), Standing.GOOD)
            if standing is Standing.GOOD:
                good[space] = value
            else:
                self._spoil(space, value, number, standing)
        self._more(self._held(number), replace(media, ids=good))
        for other in verdict.also:
            if (one := self._final(other)) != (same := self._final(number)):
                self.joined[one] = same
        if verdict.frozen and verdict.against is not None:
            self.frozen += [(verdict.frozen, number), (verdict.frozen, verdict.against)]
        return number

    def _spoil(self, space: str, value: str, number: int, standing: Standing) -> None:
        """This id is no key any more, nor is the other value that it stands against."""
        held = self._held(number)
        owners, spoilt = self.owners[held.kind], self.spoilt[held.kind]
        self.new_ids.append((number, space, value, held.kind, int(standing), self.teller))
        others = [(space, held.ids.pop(space))] if space in held.ids else []
        for named in [(space, value), *others]:
            self.standings[held.kind, named] = int(standing)
            if named[1] == value or standing is Standing.DISPUTED:
                spoilt[named] = standing
                owners.pop(named, None)

    def _final(self, number: int) -> int:
        while number in self.joined:
            number = self.joined[number]
        return number

    def joins(self) -> list[tuple[int, int]]:
        """Which media is which other one; parts before their shows, which take their parts along."""
        found = [(other, self._final(other)) for other in self.joined]
        return sorted(found, key=lambda pair: self._held(pair[0]).parent is None)

    # ---------------------------------------------------------------- what is written down
    def write(self) -> None:
        enter(
            self.db,
            "INSERT INTO media (id, kind, parent, season, number, title, year, runtime, ordering, aired)",
            (
                (
                    number, int(m.kind), parent, m.season, m.number, m.title, m.year, m.runtime, m.order,
                    None if m.ids else m.aired,
                )
                for number, (m, parent) in self.new.items()
            ),
        )  # fmt: skip
        enter(self.db, "INSERT OR IGNORE INTO renumbered", sorted(self.told_apart))
        self.db.executemany(
            "UPDATE media SET season = ?, number = ?, ordering = '' WHERE id = ?",
            [(*place, number) for number, place in self.replaced.items()],
        )
        enter(self.db, "INSERT OR IGNORE INTO ids", self._id_rows())
        self.db.executemany(
            "UPDATE ids SET standing = ? WHERE space = ? AND kind = ? AND value = ?",
            ((standing, space, kind, value) for (kind, (space, value)), standing in self.standings.items()),
        )
        self.db.executemany("UPDATE media SET frozen = ? WHERE id = ?", self.frozen)
        self.db.execute(
            "UPDATE media SET title = j.value ->> 0, year = j.value ->> 1, runtime = j.value ->> 2 FROM json_each(?) AS j"
            " WHERE media.id = j.value ->> 3",
            (listed([(*told, number) for number, told in self.filled.items()]),),
        )
        grown = sorted({row[0] for row in self.new_ids} - self.new.keys())
        self.db.execute(
            "UPDATE media SET ids_version = ids_version + 1 WHERE id IN (SELECT value FROM json_each(?))",
            (listed(grown),),
        )

    def _id_rows(self) -> Iterator[tuple[int, str, str, int, int, int]]:
        for number, (media, _) in self.new.items():
            kind = int(media.kind)
            for space, value in media.ids.items():
                yield number, space, value, kind, 0, self.teller
        yield from self.new_ids


def place_of(media: Media, parent: int) -> Place | None:
    """Where a season or an episode stands in its show; nothing where that is not told whole, or says nothing to others."""
    if media.season is None or (media.number is None and media.kind is Kind.EPISODE) or media.order == "own":
        return None
    return (parent, int(media.kind), media.season, media.number, media.order)


def listed(values: Sequence[object]) -> str:
    """These as `json_each` takes them."""
    return json.encode(values).decode()
