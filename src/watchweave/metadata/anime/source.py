"""The anime lists as a metadata source: which other ids name exactly the same work, and where an episode is elsewhere."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from ...core.media import Kind, Media, clean_id
from ...errors import ConfigError, StorageError
from ..base import Source
from .entries import ABSOLUTE, ANIME, Span
from .load import APPLICATION, MADE, VERSION
from .places import DEFAULT, Said, agreed, rank

LISTS = "SELECT DISTINCT list FROM entry ORDER BY list"
BEARERS = "SELECT 1 FROM claim WHERE space = ? AND value = ? LIMIT 1"
ROWS = (
    "SELECT DISTINCT entry.id, entry.kind FROM json_each(:ids) AS one"
    " CROSS JOIN claim ON claim.space = json_extract(one.value, '$[0]')"
    "  AND claim.value = json_extract(one.value, '$[1]')"
    " CROSS JOIN entry ON entry.id = claim.entry WHERE claim.own"
)
PARTNERS = (
    "SELECT other.space, other.value, min(mine.exact AND other.exact) FROM claim AS mine"
    " CROSS JOIN claim AS other ON other.entry = mine.entry"
    " WHERE mine.space = ? AND mine.value = ? GROUP BY other.space, other.value"
)
WORKS = (
    "SELECT claim.value, min(claim.exact) FROM json_each(:entries) AS one"
    " CROSS JOIN claim ON claim.entry = one.value CROSS JOIN entry ON entry.id = claim.entry"
    " WHERE claim.space = :space AND ifnull(entry.kind, :kind) = :kind GROUP BY claim.value"
)
SHOWS = (
    "SELECT target, season, past FROM json_each(:entries) AS one CROSS JOIN place ON place.entry = one.value"
    " WHERE place.show = :show"
)
OTHERS_CLAIM = (
    "SELECT 1 FROM claim WHERE space = :space AND value = :value"
    " AND entry NOT IN (SELECT value FROM json_each(:entries)) LIMIT 1"
)
OTHERS_LEAD = (
    "SELECT 1 FROM place WHERE show = :space AND target = :value"
    " AND entry NOT IN (SELECT value FROM json_each(:entries)) LIMIT 1"
)
SPANS = (
    "SELECT entry.list, span.season, span.first, span.last, span.show, span.target, span.at, span.numbers, span.step"
    " FROM claim CROSS JOIN entry ON entry.id = claim.entry CROSS JOIN span ON span.entry = claim.entry"
    " WHERE claim.space = :space AND claim.value = :value AND claim.own AND span.show = :show"
    " AND span.season = :season AND span.first <= :number AND ifnull(span.last, :number) >= :number"
)
PLACES = (
    "SELECT entry.list, place.target, place.season, place.past,"
    " (SELECT min(next.past) FROM place AS next WHERE next.show = place.show AND next.target = place.target"
    "  AND next.season = place.season AND next.past > place.past)"
    " FROM claim CROSS JOIN entry ON entry.id = claim.entry CROSS JOIN place ON place.entry = claim.entry"
    " WHERE claim.space = :space AND claim.value = :value AND claim.own AND place.show = :show AND place.serves"
)


class Work(NamedTuple):
    """What the lists say of one anime: its names in anime databases, its rows, and which kinds these say that it is."""

    ids: Mapping[str, str]
    entries: str
    kinds: frozenset[Kind]


class AnimeLists(Source):
    """What the imported lists know. It needs no way out: `path` is what `load` made."""

    name = "anime_lists"
    title = "Anime lists"
    base_url = "https://github.com/Anime-Lists/anime-lists"
    finds: ClassVar[Mapping[Kind, tuple[str, ...]]] = dict.fromkeys((Kind.SHOW, Kind.MOVIE), ANIME)
    free: ClassVar[bool] = True

    def __init__(self, path: Path) -> None:
        """Raises ConfigError where nothing was imported, StorageError where the file is not of our making."""
        if not path.is_file():
            raise ConfigError(f"{path} is not there. Import an anime list first.")
        self.path = path
        with _reading(path):
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            if self._all(MADE) != [(APPLICATION, VERSION)]:
                raise StorageError(f"{path} is not what an import of this version makes. Import the lists again.")
        except StorageError:
            self.close()
            raise

    def close(self) -> None:
        self._db.close()

    @property
    def lists(self) -> Sequence[str]:
        """The names of the lists that are imported."""
        return [name for (name,) in self._all(LISTS)]

    async def find(self, kind: Kind, space: str, value: str) -> Sequence[Media]:
        """The ids that name exactly this work.

        An id that a second entry has, or that two lists or rows say differently, is left out. A show's ids are given
        where the entry is the whole show: its first season or counted through, from its first episode on, and nothing
        else leads there.
        """
        wanted = clean_id(space, value) if space in self.finds.get(kind, ()) else ""
        work = self._work(space, wanted) if wanted else None
        if work is None or (work.kinds and kind not in work.kinds):
            return []
        elsewhere = self._film(work) if kind is Kind.MOVIE else self._show(work)
        return [Media(kind, {**work.ids, **elsewhere})]

    async def elsewhere(self, episode: Media) -> Sequence[Media]:
        """Where TheTVDB and TMDb have an episode of an AniDB, MyAnimeList or AniList entry.

        Those in shows with the same id are one after another what the episode is there: it may be two episodes in one.
        Single episodes and ranges that a list names come before a season with an offset; an entry ends where the next
        one of its season begins. AniDB's season 0 is known only where a list names the very episodes.
        """
        space, number = episode.order, episode.number
        value = clean_id(space, episode.parent.ids.get(space, "")) if episode.parent and space in ANIME[:3] else ""
        if episode.kind is not Kind.EPISODE or not value or number is None or not 0 < number < 100_000:
            return []
        if episode.season not in ((0, 1) if space == "anidb" else (1,)):
            return []
        asked = {"space": space, "value": value, "season": episode.season, "number": number}
        return [found for show in ("tvdb", "tmdb") for found in self._at({**asked, "show": show})]

    def _at(self, asked: Mapping[str, object]) -> list[Media]:
        """The same in one database; an entry of which nothing is said there goes by its AniDB entry."""
        said = list(self._said(asked))
        if not said and asked["space"] != "anidb" and (entry := self._same(asked, "anidb")):
            said = list(self._said({**asked, "space": "anidb", "value": entry}))
        return [_episode(str(asked["show"]), *place) for place in agreed(said)]

    def _said(self, asked: Mapping[str, object]) -> Iterator[Said]:
        """What every list says of it."""
        number = int(str(asked["number"]))
        for name, *row in self._all(SPANS, asked):
            season, first, last, show, target, at, text, step = row
            span = Span(season, first, last, show, target, at, tuple(map(int, filter(None, text.split("+")))), step)
            yield Said(name, rank(span), tuple((target, at, found) for found in span.find(number)))
        if asked["season"] != 1:
            return
        for name, target, season, past, following in self._all(PLACES, asked):
            if number + past > 0 and (following is None or number + past <= following):
                yield Said(name, DEFAULT, ((target, season, number + past),))

    def _same(self, asked: Mapping[str, object], space: str) -> str | None:
        """The only other name of an entry in another database, where that has no other one here."""
        return self._links(str(asked["space"]), str(asked["value"])).get(space)

    def _links(self, space: str, value: str) -> dict[str, str | None]:
        """The name of an entry in each other anime database that is said to have it: one to one and for all of it,
        else nothing.
        """
        links: dict[str, str | None] = {}
        for other, names in self._partners(space, value).items():
            if other in ANIME and other != space:
                name = _only(names)
                links[other] = name if name and _only(self._partners(other, name)[space]) == value else None
        return links

    def _partners(self, space: str, value: str) -> dict[str, dict[str, bool]]:
        """By database, all names that rows with this name have, and whether they are for all of it."""
        found: dict[str, dict[str, bool]] = {}
        for other, name, exact in self._all(PARTNERS, (space, value)):
            found.setdefault(other, {})[name] = bool(exact)
        return found

    def _work(self, space: str, value: str) -> Work | None:
        if not self._all(BEARERS, (space, value)):
            return None
        doubtful: set[str] = set()
        while True:  # each time with one database less, so at most as often as there are databases
            names = self._names(space, value, doubtful)
            new = {one for one, found in names.items() if None in found or len(found) > 1} - doubtful
            if not new:
                break
            doubtful |= new
        certain = {one: name for one, found in names.items() for name in found if name}
        ids = certain if space not in doubtful else {space: value}
        rows = self._all(ROWS, {"ids": json.dumps(list(ids.items()))})
        return Work(ids, json.dumps([row for row, _ in rows]), frozenset(Kind(kind) for _, kind in rows if kind))

    def _names(self, space: str, value: str, without: Collection[str]) -> dict[str, set[str | None]]:
        """All names that an entry has by its links and by theirs; None among them where one is in doubt."""
        names: dict[str, set[str | None]] = {space: {value}}
        left = [(space, value)]
        while left:
            for other, name in self._links(*left.pop()).items():
                if other not in without and name not in names.setdefault(other, set()):
                    names[other].add(name)
                    left += [(other, name)] if name and len(names[other]) == 1 else []
        return names

    def _film(self, work: Work) -> dict[str, str]:
        return {space: found for space in ("tmdb", "imdb") if (found := self._claimed(work, space, Kind.MOVIE))}

    def _show(self, work: Work) -> dict[str, str]:
        """IMDb's rows have no season, so its id is given only where all that is said elsewhere is the whole show."""
        wholes = {show: self._whole(work, show) for show in ("tvdb", "tmdb") if self._shows(work, show)}
        ids = {show: found for show, found in wholes.items() if found}
        if ids and len(ids) == len(wholes) and (found := self._claimed(work, "imdb", Kind.SHOW)):
            ids["imdb"] = found
        return ids

    def _claimed(self, work: Work, space: str, kind: Kind) -> str | None:
        """The only id that this work has there, if nothing else has it."""
        rows = self._all(WORKS, {"entries": work.entries, "space": space, "kind": int(kind)})
        found = _only({value: bool(exact) for value, exact in rows})
        return found if found and not self._others(OTHERS_CLAIM, work, space, found) else None

    def _whole(self, work: Work, show: str) -> str | None:
        """The show that this work is the whole of."""
        rows = self._shows(work, show)
        target, said = rows[0][0], [(season, past) for _, season, past in rows if season is not None]
        if {one for one, _, _ in rows} != {target} or not said:
            return None
        if any(season not in (1, ABSOLUTE) or past for season, past in said):
            return None
        return None if self._others(OTHERS_LEAD, work, show, target) else str(target)

    def _shows(self, work: Work, show: str) -> list[Any]:
        return self._all(SHOWS, {"entries": work.entries, "show": show})

    def _others(self, statement: str, work: Work, space: str, value: str) -> bool:
        return bool(self._all(statement, {"space": space, "value": value, "entries": work.entries}))

    def _all(self, statement: str, values: Collection[object] | Mapping[str, object] = ()) -> list[Any]:
        with _reading(self.path):
            return self._db.execute(statement, values).fetchall()  # type: ignore[arg-type]


def _only(names: Mapping[str, bool]) -> str | None:
    """The only one of these, if it is for all of the entry."""
    return next(iter(names)) if list(names.values()) == [True] else None


def _episode(database: str, target: str, season: int, number: int) -> Media:
    order = "absolute" if season == ABSOLUTE else ""
    show = Media(Kind.SHOW, {database: target})
    return Media(Kind.EPISODE, parent=show, season=1 if order else season, number=number, order=order)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(f"{path} cannot be read ({error}). Import the anime lists again.") from error
