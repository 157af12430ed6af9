"""What one page touches of all that we know, as it is in the database."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from msgspec import json

from ..core.identity import Candidate, Standing, says_so
from ..core.media import PUBLIC, STRONG, Kind, Media

Place = tuple[int, int, int | None, int | None, str]
"""Show, kind, season and number, and the order in which they count."""
Thing = tuple[Media, int | None]
"""What is to be identified, and the number of its show."""
Id = tuple[str, str]
"""Space and value."""


class Page:
    """The part of our knowledge that one page touches."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.media: dict[int, Candidate] = {}
        self.owners: dict[int, dict[Id, tuple[int, ...]]] = {kind: {} for kind in Kind}
        """By kind: who has an id that is a key."""
        self.by_place: dict[Place, int] = {}
        self.renumbered: set[tuple[int, int]] = set()
        """Seasons of shows in which a place is no key."""
        self.spoilt: dict[int, dict[Id, Standing]] = {kind: {} for kind in Kind}
        """By kind: ids that are no keys."""
        self.before: Mapping[str, int] = {}
        self.bare: set[str] = set()
        """Names that stood for something without any id."""
        self.new: dict[int, Thing] = {}
        """What this page adds."""
        self.sharing: list[tuple[int, ...]] = []
        """Of each thing of the page, before any of them was judged: who shares an id with it."""

    def load(self, things: Sequence[Thing], before: Mapping[str, int]) -> None:
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
                if values := dict.fromkeys(ids[space] for ids in all_ids if space in ids):
                    self._load_owners(space, kind, list(values))
        self._spoil_repeated(things)
        self._know({number for owners in self.owners.values() for own in owners.values() for number in own})
        shows = {parent for _, parent in things if parent is not None}
        self._load_renumbered(shows)
        with_parts = self._with_parts(shows)
        self.sharing = [self._sharing(media) for media, _ in things]
        self._load_places(
            place
            for (media, parent), sharing in zip(things, self.sharing, strict=True)
            if parent in with_parts and not sharing and (place := place_of(media, parent))
        )

    def _spoil_repeated(self, things: Iterable[Thing]) -> None:
        """An id that this page tells of two episodes of a show is a key of neither, whichever of them comes first. Places
        in two orders cannot be compared, unless they are those of one show in one library."""
        episodes = [
            (media, parent)
            for media, parent in things
            if media.kind is Kind.EPISODE and parent is not None and media.number is not None
        ]
        told = Counter(chain.from_iterable(media.ids.items() for media, _ in episodes))
        repeated = {named for named, times in told.items() if times > 1 and named[0] != "slug"}
        first: dict[tuple[Id, int | None, str], tuple[int | None, int | None]] = {}
        for media, parent in episodes if repeated else ():
            place = (media.season, media.number)
            within = [media.order, *(f"in {key}" for key in (media.parent.keys[:1] if media.parent else ()))]
            for named in repeated & media.ids.items():
                firsts = [first.setdefault((named, parent, order), place) for order in within]
                if any(one != place for one in firsts):
                    self.spoilt[media.kind][named] = Standing.AMBIGUOUS
                    self.owners[media.kind].pop(named, None)

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
        self.bare = {native for native, number in before.items() if number in bare}

    def _load_owners(self, space: str, kind: int, values: Sequence[str]) -> None:
        owners, spoilt = self.owners[kind], self.spoilt[kind]
        (rows,) = self.db.execute(
            "SELECT json_group_array(json_array(i.space, i.value, i.media, i.standing)) FROM json_each(?) AS j"
            " CROSS JOIN ids AS i ON i.value = j.value WHERE i.space = ? AND i.kind = ?",
            (listed(values), space, kind),
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
            " WHERE media = m.id AND (standing = 0 OR (standing = 3 AND m.frozen IS NOT NULL)))), title, year, parent, season, number, runtime, ordering))"
            " FROM media AS m WHERE id IN (SELECT value FROM json_each(?))",
            (listed(sorted(numbers)),),
        ).fetchone()
        for known in json.decode(rows, type=list[Candidate]):
            self.media[known.media] = known

    def _sharing(self, media: Media) -> tuple[int, ...]:
        """The media that share a strong id of this kind which is a key, in order."""
        owners = self.owners[media.kind]
        found = {own for own in map(owners.get, media.ids.items()) if own}
        return found.pop() if len(found) == 1 else tuple(sorted({number for own in found for number in own}))

    def _at(self, place: Place | None) -> int | None:
        """What stands there."""
        if place is not None and place not in self.by_place:
            self._load_places([place])
        return self.by_place.get(place) if place is not None else None

    def _telling(self, media: Media, place: Place | None) -> int | None:
        """What stands there, if the place tells: specials, and seasons that others number otherwise, need the title too."""
        there = self.by_place.get(place) if place is not None else None
        if there is None or place is None:
            return None
        tells = says_so(media, self._held(there)) if self._doubtful(place) else not self._denied(there, media.ids)
        return there if tells else None

    def _denied(self, number: int, ids: Mapping[str, str]) -> bool:
        """Was it told another id than these, and not this one as well? One that is no key may still be right."""
        if not ids or number in self.new:
            return False
        query = "SELECT space, value FROM ids WHERE media = ? AND standing >= ?"
        told = set(self.db.execute(query, (number, int(Standing.AMBIGUOUS))))
        return any(space in ids and (space, ids[space]) not in told for space, _ in told)

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


def place_of(media: Media, parent: int) -> Place | None:
    """Where a season or an episode stands in its show; nothing where that is not told whole, or says nothing to others."""
    if media.season is None or (media.number is None and media.kind is Kind.EPISODE) or media.order == "own":
        return None
    return (parent, int(media.kind), media.season, media.number, media.order)


def is_named(media: Media) -> bool:
    """Does it tell an id of its own that others know, too?"""
    return not media.ids.keys().isdisjoint(PUBLIC)


def listed(values: Sequence[object]) -> str:
    """These as `json_each` takes them."""
    return json.encode(values).decode()
