"""What one page says, judged by what we know, and the rows that it adds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from ..core.identity import Candidate, Standing, Verdict, differences, judge, other_place, same_show, shared
from ..core.media import STRONG, Kind, Media
from .page import Id, Page, Place, Thing, is_named, listed, place_of
from .store import enter

JOINING = frozenset(STRONG)


class Sheet(Page):
    """The part of our knowledge that one page touches, and the rows to be added to it."""

    def __init__(self, db: sqlite3.Connection, account: int, teller: int | None = None) -> None:
        super().__init__(db)
        self.account = account
        self.teller = account if teller is None else teller
        self.next = (db.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'media'").fetchone()[0] or 0) + 1
        self.joined: dict[int, int] = {}
        self.named: set[int] = set()
        """The media that were named on this sheet by an id."""
        self.placed: dict[str, bool | None] = {}
        """Does this name go by its place alone? None: it goes by what it went by."""
        self.new_ids: list[tuple[int, str, str, int, int, int]] = []
        self.standings: dict[tuple[int, Id], int] = {}
        self.frozen: list[tuple[str, int]] = []
        self.filled: dict[int, tuple[str, int | None, int | None, int | None]] = {}
        self.replaced: dict[int, tuple[int | None, int | None, str]] = {}
        """Where those stand, and in which order, that were known at another place."""
        self.adopted: dict[int, tuple[int, int | None, int | None, str]] = {}
        """The shows of those of which none was known, and where they stand there."""
        self.told_apart: set[tuple[int, int]] = set()

    # ---------------------------------------------------------------- before anything is judged
    def moved_places(self, named: Iterable[tuple[str, Thing]]) -> set[tuple[int, int]]:
        """Seasons of which this page says by ids that they are numbered differently, whichever of its rows comes first."""
        for (native, (media, parent)), sharing in zip(named, self.sharing, strict=True):
            place = place_of(media, parent) if parent is not None and media.kind is Kind.EPISODE else None
            if place is not None and media.ids:
                self._contradict(media, place, sharing)
                for number in sharing:
                    if self._has_moved(native, media, place, number):
                        self._compare_places(self._held(number), place)
        return self.told_apart

    def _contradict(self, media: Media, place: Place, sharing: Sequence[int]) -> None:
        """What has been brought to a place by its number alone has other ids than this, which stands there, too."""
        there = self.by_place.get(place)
        if there is None or there in sharing:
            return
        unlike = differences(media.ids, self._held(there).ids)
        if self._denied(there, media.ids) or (unlike and all(self._brought(there, space) for space in unlike)):
            self._tell_apart(place[0], place[2])

    def _has_moved(self, native: str, media: Media, place: Place, number: int) -> bool:
        """Does this say that it stands elsewhere than others say? Not if nobody else says so, or one id is on two."""
        held = self._held(number)
        if place[2:] == held.place or (self.before.get(native) == number and self._is_only_name(number, native)):
            return False
        brought = all(self._brought(number, space) for space in shared(media, held))
        return brought or not self._is_another(held, native, place)

    def _is_only_name(self, number: int, native: str) -> bool:
        """Is this the only name of it? Then it stands where that says."""
        query = "SELECT 1 FROM handle WHERE media = ? AND (account <> ? OR native <> ?) LIMIT 1"
        return self.db.execute(query, (number, self.account, native)).fetchone() is None

    def _brought(self, number: int, space: str) -> bool:
        """Has a name brought this id of it that is there by its place alone?"""
        query = (
            "SELECT 1 FROM ids AS i JOIN handle AS h ON h.media = i.media AND h.account = i.source AND h.placed = 1"
            " WHERE i.media = ? AND i.space = ? AND NOT EXISTS (SELECT 1 FROM handle AS o WHERE o.media = i.media"
            " AND o.account = i.source AND o.placed = 0) LIMIT 1"
        )
        return self.db.execute(query, (number, space)).fetchone() is not None

    # ---------------------------------------------------------------- what is said now
    def settle(self, native: str, media: Media, parent: int | None) -> int:
        """The number of the media that this is."""
        self.placed[native] = False
        number = self._settle(native, media, parent)
        if not self.placed[native] and is_named(media):
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
                    self.placed[native] = None
                    return self._more(was, media, again=True)
                return self._add(media, parent, place)
            held = self.media.get(found) or self._held(found)
            if (
                held.parent == parent
                and not differences(media.ids, held.ids)
                and not self._is_another(held, native, place)
            ):
                again = found == self.before.get(native)
                if again and place is not None and place[2:] != held.place and self._is_only_name(found, native):
                    held = self._place_anew(held, place)
                self._compare_places(held, place)
                self.placed[native] = None if again and sharing else not sharing
                return self._more(held, media, again=again)
        candidates = [self._held(number) for number in sharing]
        others = [candidate for candidate in candidates if self._is_another(candidate, native, place)]
        others += self._called_two([c for c in candidates if c not in others], media, place)
        at = self._at(place)
        there = at if at in sharing else self._telling(media, place)
        by_place = self._held(there) if there is not None else None
        if there in sharing and there == self.before.get(native) and self._is_only_name(there, native):
            by_place = None  # nobody but this name has said that it stands there
        strangers = self._strangers(parent, candidates)
        verdict = judge(media, parent, by_place, [c for c in candidates if c not in others], strangers)
        by_itself = by_place is not None and not shared(media, by_place)
        ambiguous = {space: Standing.AMBIGUOUS for other in others for space in shared(media, other)}
        number = self._enter(media, parent, replace(verdict, standing={**verdict.standing, **ambiguous}))
        self.placed[native] = by_itself and number == there
        if place is not None:
            for one in (self._held(number), *(c for c in candidates if c not in others)):
                self._compare_places(one, place)
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

    def _place_anew(self, held: Candidate, place: Place) -> Candidate:
        """Who alone names it says that it stands elsewhere now."""
        if (place[0], place[4]) != (held.parent, held.order):
            return held
        self.replaced[held.media] = place[2], place[3], place[4]
        self.media[held.media] = held = replace(held, season=place[2], number=place[3])
        self._meet(held)
        self.by_place.setdefault(place, held.media)
        return held

    def _tell_apart(self, show: int | None, season: int | None) -> None:
        if show is not None and season is not None and (show, season) not in self.renumbered:
            self.renumbered.add((show, season))
            self.told_apart.add((show, season))

    def _as_before(self, native: str, media: Media, parent: int | None, place: Place | None) -> Candidate | None:
        """What this name stood for, if it goes on doing so: of that no id was ever told, or it stands where it stood, or a
        title said so that it still bears."""
        was = self.media.get(self.before.get(native, 0))
        if was is None or (was.kind, was.parent) != (media.kind, parent):
            return None
        there = place is not None and place[2:] == was.place
        if native in self.bare and not was.ids:
            return was if there or place is None else None
        if place is None and self._is_believed(native, media) and not differences(media.ids, was.ids):
            return was
        return was if there and not differences(media.ids, was.ids) else None

    def _is_believed(self, native: str, media: Media) -> bool:
        """Did the title say what this name stands for, as it still does? That its account tells an id now, of which
        nobody else knows whose it is, is no reason to doubt it."""
        query = (
            "SELECT 1 FROM lookup WHERE account = ? AND native = ? AND taken IS NOT NULL AND title = ? AND year IS ?"
        )
        given = (self.account, native, media.title, media.year)
        return self.teller == self.account and self.db.execute(query, given).fetchone() is not None

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
        """Does this account tell an id of that media already, by another name at another place? Then one id is on two
        episodes."""
        if place is None or place[2:] == held.place:
            return False
        query = (
            "SELECT 1 FROM handle WHERE media = ? AND account = ? AND native <> ? AND placed = 0 AND named = 1 LIMIT 1"
        )
        named = held.media in self.named
        return named or self.db.execute(query, (held.media, self.account, native)).fetchone() is not None

    def _called_two(self, candidates: Sequence[Candidate], media: Media, place: Place | None) -> list[Candidate]:
        """Episodes that an account tells apart by ids of theirs are not one because they share ids with this: all but the
        one at its place, or that shares most."""
        if media.kind is not Kind.EPISODE or len(candidates) < 2 or place is None:
            return []
        first, *rest = sorted(candidates, key=lambda c: (c.place != place[2:], -len(shared(media, c)), c.media))
        query = (
            "SELECT 1 FROM handle AS a JOIN handle AS b ON b.account = a.account AND b.placed = 0 AND b.named = 1"
            " AND b.media = ? WHERE a.media = ? AND a.placed = 0 AND a.named = 1 LIMIT 1"
        )
        return [c for c in rest if other_place(c, first) and self.db.execute(query, (c.media, first.media)).fetchone()]

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
        aired = media.aired if again and not media.ids else None
        if told != (held.title, held.year, held.runtime) or aired is not None:
            self.filled[held.media] = (*told, aired)
            held = self.media[held.media] = replace(held, title=told[0], year=told[1], runtime=told[2])
        if held.order and not media.order and media.number is not None:
            self.replaced[held.media] = media.season, media.number, ""
            self.media[held.media] = replace(held, season=media.season, number=media.number, order="")
            self._meet(self.media[held.media])
        return held.media

    def _meet(self, held: Candidate) -> None:
        """What stands where this turns out to stand is this, unless something contradicts. What this account calls
        otherwise may be said to stand elsewhere, too, further down this page."""
        place = (held.parent or 0, held.kind, *held.place)
        there = self._at(place)
        if there is None or there == held.media or self._doubtful(place):
            return
        query = "SELECT 1 FROM handle WHERE media = ? AND account = ? LIMIT 1"
        if self.db.execute(query, (there, self.account)).fetchone() is not None:
            return
        if differences(held.ids, self._held(there).ids) or self._denied(there, held.ids):
            self._tell_apart(held.parent, held.season)
        else:
            self.joined[max(there, held.media)] = min(there, held.media)

    def _adopt(self, held: Candidate, media: Media, parent: int) -> None:
        """What was known by its id alone is a part of this show, and stands there."""
        self.adopted[held.media] = (parent, media.season, media.number, media.order)
        held = replace(held, parent=parent, season=media.season, number=media.number, order=media.order)
        self.media[held.media] = held
        self._meet(held)
        if (place := place_of(media, parent)) is not None:
            self.by_place.setdefault(place, held.media)

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
        if self._held(number).parent is None and parent is not None and media.season is not None:
            self._adopt(self._held(number), media, parent)
        for other in verdict.also:
            if (one := self._final(other)) != (same := self._final(number)):
                self.joined[one] = same
        if verdict.frozen:
            self.frozen += [(verdict.frozen, one) for one in (number, *verdict.against)]
            self._held(number).ids.update(media.ids)  # what it shares is no key, and still tells it from others
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
        """Whatever fails here ends the transaction: nothing is kept aside to undo one large statement alone (OR FAIL)."""
        enter(
            self.db,
            "INSERT OR FAIL INTO media (id, kind, parent, season, number, title, year, runtime, ordering, aired)",
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
            "UPDATE media SET season = ?, number = ?, ordering = ? WHERE id = ?",
            [(*place, number) for number, place in self.replaced.items()],
        )
        self.db.executemany(
            "UPDATE media SET parent = ?, season = ?, number = ?, ordering = ? WHERE id = ?",
            [(*place, number) for number, place in self.adopted.items()],
        )
        enter(self.db, "INSERT OR IGNORE INTO ids", self._id_rows())
        self.db.executemany(
            "UPDATE ids SET standing = ? WHERE space = ? AND kind = ? AND value = ?",
            ((standing, space, kind, value) for (kind, (space, value)), standing in self.standings.items()),
        )
        self.db.executemany("UPDATE media SET frozen = ? WHERE id = ?", self.frozen)
        self.db.execute(
            "UPDATE OR FAIL media SET title = j.value ->> 0, year = j.value ->> 1, runtime = j.value ->> 2,"
            " aired = coalesce(j.value ->> 3, aired) FROM json_each(?) AS j WHERE media.id = j.value ->> 4",
            (listed([(*told, number) for number, told in self.filled.items()]),),
        )
        grown = sorted({row[0] for row in self.new_ids} - self.new.keys())
        self.db.execute(
            "UPDATE OR FAIL media SET ids_version = ids_version + 1 WHERE id IN (SELECT value FROM json_each(?))",
            (listed(grown),),
        )

    def _id_rows(self) -> Iterator[tuple[int, str, str, int, int, int]]:
        for number, (media, _) in self.new.items():
            kind = int(media.kind)
            for space, value in media.ids.items():
                yield number, space, value, kind, 0, self.teller
        yield from self.new_ids
