"""How the simulated Trakt finds out which works a request body means, and how it names those it does not find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from .trakt_rules import PLURAL
from .world import Catalogue, Work

ID_ORDER = ("trakt", "imdb", "tmdb", "tvdb", "slug")
NAMES = ("ids", "title", "year", "number", "seasons", "episodes")
Item = Mapping[str, Any]


class Target(Struct, frozen=True):
    """A work that a body names, with the values given for it (`watched_at`, `rating` …)."""

    work: Work
    values: Item


class Malformed(Exception):
    """The body is not built as Trakt expects."""


def match(catalogue: Catalogue, kind: str, item: Item, episode_ids: Sequence[str] = ID_ORDER) -> Work | None:
    """By ids in Trakt's order, then by title and year, then by title alone, the most current first (section 4.2).

    So a right title beside ids that nobody knows still hits something, perhaps the wrong thing.
    """
    ids = item.get("ids") or {}
    for space in ID_ORDER:
        tried = ids.get(space) and (kind != "episode" or space in episode_ids)
        found = catalogue.find(kind, space, ids[space]) if tried else None
        if found and found.on_trakt:
            return found
    title = item.get("title")
    if not title or kind not in ("movie", "show"):
        return None
    namesakes = [work for work in catalogue.titled(kind, str(title)) if work.on_trakt]
    of_year = [work for work in namesakes if work.year == item.get("year")]
    return max(of_year or namesakes, key=lambda work: work.year or 0, default=None)


class Matched:
    """What a body of movies, shows, seasons and episodes names.

    `whole`: for history and collection, where a show or season stands for all its episodes and passes its values on.
    Otherwise a show or season stands for itself, unless seasons or episodes are named under it.
    """

    def __init__(self, catalogue: Catalogue, body: Item, episode_ids: Sequence[str] = ID_ORDER, *, whole: bool) -> None:
        self.catalogue = catalogue
        self.episode_ids = episode_ids
        self.whole = whole
        self.targets: list[Target] = []
        self.not_found: dict[str, list[Any]] = {plural: [] for plural in PLURAL.values()}
        for kind, plural in PLURAL.items():
            for item in _items(body, plural):
                self._take(kind, item)

    def counts(self, counted: Callable[[Target], bool], *kinds: str) -> dict[str, int]:
        """How many of the targets are counted, by kind."""
        counts = dict.fromkeys((PLURAL[kind] for kind in kinds), 0)
        for target in self.targets:
            plural = PLURAL[target.work.kind]
            if plural in counts and counted(target):
                counts[plural] += 1
        return counts

    def _take(self, kind: str, item: Item) -> None:
        work = match(self.catalogue, kind, item, self.episode_ids)
        if work is None:
            self.not_found[PLURAL[kind]].append(_echo(item))
        elif kind == "show":
            self._take_show(work, item)
        elif kind == "season" and self.whole:
            self._all_of(work, _values(item, {}))
        else:
            self._add(work, _values(item, {}))

    def _take_show(self, show: Work, item: Item) -> None:
        values, seasons, missing = _values(item, {}), _items(item, "seasons"), []
        if not seasons and self.whole:
            return self._all_of(show, values)
        if not seasons or (not self.whole and "rating" in values):
            self._add(show, values)
        for part in seasons:
            season = show.seasons.get(_number(part))
            if season is None:
                missing.append({"number": part.get("number")})
                continue
            lost = self._take_season(season, part, values if self.whole else {})
            if lost:
                missing.append({"number": part["number"], "episodes": lost})
        if missing:
            self.not_found["shows"].append(_echo(item) | {"seasons": missing})
        return None

    def _take_season(self, season: Work, part: Item, inherited: Item) -> list[Item]:
        """Takes a season under a show; returns the episodes under it that do not exist."""
        values, episodes = _values(part, inherited), _items(part, "episodes")
        lost: list[Item] = []
        if not episodes and self.whole:
            self._all_of(season, values)
        elif not episodes or (not self.whole and "rating" in values):
            self._add(season, values)
        by_number = {episode.number: episode for episode in season.episodes} if episodes else {}
        for one in episodes:
            episode = by_number.get(_number(one))
            if episode is None:
                lost.append({"number": one.get("number")} | ({"rating": one["rating"]} if "rating" in one else {}))
            else:
                self._add(episode, _values(one, values if self.whole else {}))
        return lost

    def _all_of(self, work: Work, values: Item) -> None:
        for episode in work.episodes:
            self._add(episode, values)

    def _add(self, work: Work, values: Item) -> None:
        self.targets.append(Target(work, values))


def _items(body: Item, name: str) -> list[Item]:
    items = body.get(name) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Malformed(f"{name} is to be a list of objects")
    return items


def _number(part: Item) -> int:
    try:
        return int(part["number"])
    except (KeyError, TypeError, ValueError):
        return -1


def _values(item: Item, inherited: Item) -> dict[str, Any]:
    return dict(inherited) | {name: value for name, value in item.items() if name not in NAMES}


def _echo(item: Item) -> dict[str, Any]:
    """What was sent to name a thing, as it was sent."""
    return {name: item[name] for name in ("ids", "title", "year", "rating") if name in item}
