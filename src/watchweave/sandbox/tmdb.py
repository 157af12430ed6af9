"""A simulated TMDb, faithful to the service of November 2026, as far as it knows what things are.

Left out for now: what a person keeps there (ratings, watchlist, favourites, lists) and the sign-in that this needs;
people, pictures, credits, `discover`. A part of that kind in `append_to_response` is passed over, as unknown ones are.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from . import faults, tmdb_lists
from .server import Answer, Call, Host
from .tmdb_knowledge import Knowledge, Slot, by_season
from .tmdb_refusal import Refused
from .tmdb_rows import Row, Rows
from .world import Work, World

KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJzaW11bGF0ZWQifQ.c2ltdWxhdGVkLXNpZ25hdHVyZQ"
LIMIT, PERIOD = 40, 1.0
"""Requests in seconds that a key may make, if limits are on."""
MOST = 20
"""Parts that can be appended to one answer."""
SEASON = re.compile(r"season/(\d+)")
SIZES = {
    "backdrop_sizes": ["w300", "w780", "w1280", "original"],
    "logo_sizes": ["w45", "w92", "w154", "w185", "w300", "w500", "original"],
    "poster_sizes": ["w92", "w154", "w185", "w342", "w500", "w780", "original"],
    "profile_sizes": ["w45", "w185", "h632", "original"],
    "still_sizes": ["w92", "w185", "w300", "original"],
}
SOURCES = {"imdb_id": "imdb", "tvdb_id": "tvdb"} | dict.fromkeys(
    ("wikidata_id", "facebook_id", "instagram_id", "twitter_id", "tiktok_id", "youtube_id"), ""
)


@dataclass(slots=True)
class Options:
    """How this TMDb behaves. gaps: one id of others in so many is unknown to it (0: none)."""

    rate_limits: bool = False
    gaps: int = 10


class Tmdb:
    """The service. What it knows is in `knowledge`; `keys` are the keys and tokens that are good.

    >>> world = World(invented())
    >>> tmdb = Tmdb(world)                        # its host is "tmdb.api"
    >>> tmdb.knowledge.gone.add("m1")             # merged or deleted
    """

    name = "tmdb"

    def __init__(self, world: World, options: Options | None = None) -> None:
        self.world = world
        self.options = options or Options()
        self.knowledge = Knowledge(world.catalogue, self.options.gaps)
        self.keys = {KEY, TOKEN}
        self.hosts: Sequence[Host] = (Host("tmdb.api", "https://api.themoviedb.org", self.answer),)
        self._asked: dict[str, deque[float]] = {}
        world.add(self)

    def answer(self, call: Call) -> Answer:
        try:
            self._paced(self._key(call))
            return Answer(self._found(call))
        except Refused as refused:
            return refused.answer

    def _key(self, call: Call) -> str:
        """Who asks; a v3 key is good only as a parameter, a token only as a bearer."""
        bearer = call.headers.get("authorization", "")
        key = bearer.removeprefix("Bearer ") if bearer else call.query.get("api_key", "")
        if key not in self.keys or (key.count(".") == 2) != bool(bearer):
            raise Refused(7)
        return key

    def _paced(self, key: str) -> None:
        """429 for who asks too fast, by the world's clock."""
        if not self.options.rate_limits:
            return
        asked, now = self._asked.setdefault(key, deque()), self.world.now()
        while asked and asked[0] <= now - PERIOD:
            asked.popleft()
        if len(asked) >= LIMIT:
            raise Refused(25, {"Retry-After": str(max(1, math.ceil(asked[0] + PERIOD - now)))})
        asked.append(now)

    def _found(self, call: Call) -> Row:
        for pattern, handler in ROUTES:
            match = re.fullmatch(pattern, call.path)
            if match:
                if call.method not in ("GET", "HEAD"):
                    raise Refused(42)
                return handler(Visit(self, call), *match.groups())
        raise Refused(34)


class Visit:
    """One request on its way to its answer."""

    def __init__(self, tmdb: Tmdb, call: Call) -> None:
        self.tmdb = tmdb
        self.call = call
        self.know = tmdb.knowledge
        self.rows = Rows(self.know, call.query.get("language", ""))

    def authentication(self) -> Row:
        return {"success": True, "status_code": 1, "status_message": "Success."}

    def configuration(self) -> Row:
        base = "image.tmdb.org/t/p/"
        addresses = {"base_url": f"http://{base}", "secure_base_url": f"https://{base}"}
        return {"images": addresses | SIZES, "change_keys": ["title", "translations", "imdb_id", "season", "episode"]}

    def find(self, value: str) -> Row:
        """Lists by kind, all empty where nobody bears this id; a film is never found by TheTVDB's."""
        source = self.call.query.get("external_source", "")
        if source not in SOURCES:
            raise Refused(5)
        lists: Row = {f"{name}_results": [] for name in ("movie", "person", "tv", "tv_episode", "tv_season")}
        for work in self.know.named(SOURCES[source], value):
            kind, row = self._found_row(work)
            lists[f"{kind}_results"].append({**row, "media_type": kind})
        return lists

    def _found_row(self, work: Work) -> tuple[str, Row]:
        slot = self.know.placed(work)
        if work.kind in ("movie", "show") or work.show is None or slot is None:
            return {"movie": "movie", "show": "tv"}[work.kind], self.rows.row(work)
        if work.kind == "episode":
            return "tv_episode", self.rows.episode(work.show, slot)
        season = by_season(self.know.aired(work.show))[slot.season]
        return "tv_season", self.rows.season_row(work.show, season) | {"show_id": work.show.ids["tmdb"]}

    # Films and shows

    def work(self, kind: str, number: str, part: str | None) -> Row:
        found = self._known("movie" if kind == "movie" else "show", number)
        if part:
            return self._part(found, part.removeprefix("/")) or refuse(34)
        row = self.rows.movie(found) if found.kind == "movie" else self.rows.show(found)
        return self._appended(row, lambda name: self._part(found, name))

    def season(self, number: str, season: str, part: str | None) -> Row:
        show = self._known("show", number)
        slots = self._season(show, int(season)) or refuse(34)
        place = show.seasons.get(int(season))
        parts = {"external_ids": self.rows.external_ids(place)} if place and self.know.has(place) else {}
        if part:
            return parts.get(part.removeprefix("/")) or refuse(34)
        return self._appended(self.rows.season(show, slots), parts.get)

    def episode(self, number: str, season: str, episode: str, part: str | None) -> Row:
        show = self._known("show", number)
        slots = [slot for slot in self._season(show, int(season)) if slot.number == int(episode)] or refuse(34)
        parts = {"external_ids": self.rows.external_ids(slots[0].work)}
        if part:
            return parts.get(part.removeprefix("/")) or refuse(34)
        row = {name: value for name, value in self.rows.episode(show, slots[0]).items() if name != "show_id"}
        return self._appended({**row, "crew": [], "guest_stars": []}, parts.get)

    def group(self, name: str) -> Row:
        return self.rows.group(name) or refuse(34)

    def _known(self, kind: str, number: str) -> Work:
        return self.know.work(kind, number) or refuse(34)

    def _season(self, show: Work, number: int) -> list[Slot]:
        return [slot for slot in self.know.aired(show) if slot.season == number]

    def _part(self, work: Work, name: str) -> Row | None:
        """A part of a film or a show by the name of its path."""
        if name in ("external_ids", "alternative_titles", "translations"):
            part: Row = getattr(self.rows, name)(work)
            return part
        if work.kind == "movie":
            return None
        season = SEASON.fullmatch(name)
        slots = self._season(work, int(season[1])) if season else []
        if slots:
            short = self.call.fault(faults.Short)
            row = self.rows.season(work, slots)
            row["episodes"] = row["episodes"][: len(slots) - (short.rows if short else 0)]
            return row
        return self.rows.groups_of(work) if name == "episode_groups" else None

    def _appended(self, row: Row, part: Callable[[str], Row | None]) -> Row:
        """The row with the parts asked for, as far as there are such; these do not repeat the id."""
        names = [name for name in self.call.query.get("append_to_response", "").split(",") if name]
        if len(names) > MOST:
            raise Refused(27)
        for name in names:
            found = part(name)
            if found is not None:
                row[name] = found if "_id" in found else {key: found[key] for key in found if key != "id"}
        return row

    # Lists

    def search(self, kind: str) -> Row:
        return tmdb_lists.search(self.call, self.rows, kind)

    def changes(self, kind: str) -> Row:
        return tmdb_lists.changes(self.call, self.know, kind, self.tmdb.world.now())


def refuse(code: int) -> NoReturn:
    raise Refused(code)


ROUTES: tuple[tuple[str, Callable[..., Row]], ...] = (
    ("/3/authentication", Visit.authentication),
    ("/3/configuration", Visit.configuration),
    ("/3/find/([^/]+)", Visit.find),
    ("/3/search/(movie|tv|multi)", Visit.search),
    ("/3/(movie|tv)/changes", Visit.changes),
    ("/3/tv/episode_group/([0-9a-f]+)", Visit.group),
    (r"/3/(movie|tv)/(\d+)(/\w+)?", Visit.work),
    (r"/3/tv/(\d+)/season/(\d+)(/\w+)?", Visit.season),
    (r"/3/tv/(\d+)/season/(\d+)/episode/(\d+)(/\w+)?", Visit.episode),
)
