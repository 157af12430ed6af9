"""Plex Discover and its metadata: the watchlist, search, and what any film or show is called elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from .plex_core import Refused, Server, Visit, page, refusal
from .plex_library import KINDS, User, digest
from .plex_tv import PlexTv
from .plex_writes import mark, unmark
from .server import Answer, Call
from .world import Catalogue, Work

PAGE = 20
LARGEST_PAGE = 300
MATCH = re.compile(r"(imdb|tmdb|tvdb)-(\w+)")
IDENTIFIER = "tv.plex.provider.discover"
FEED = 50
"""The feed holds the newest wishes only."""


class Discover:
    """discover.provider.plex.tv and metadata.provider.plex.tv; both take the account's token.

    `wrong_match`: /matches answers with another film. `guids_in_lists`: includeGuids works on the watchlist.
    `empty_for_strangers`: a bad token gets an empty watchlist with 200 (other programs lost lists to it).
    `closed_to_managed`: tokens of managed users are refused (whether they are is unverified, plex.md 16).
    `writes_a_minute`: more watchlist writes than this meet 429. `nameless`: plex ids of works without any Guid.
    """

    def __init__(self, server: Server, tv: PlexTv) -> None:
        self.server = server
        self.tv = tv
        self.wishes: dict[int, dict[str, int]] = {}
        self.seen: dict[tuple[int, str], tuple[int, int]] = {}
        self.wrong_match = False
        self.guids_in_lists = False
        self.empty_for_strangers = False
        self.closed_to_managed = False
        self.writes_a_minute: int | None = None
        self.nameless: set[str] = set()
        self._writes: list[float] = []

    @property
    def catalogue(self) -> Catalogue:
        return self.server.world.catalogue

    def answer_discover(self, call: Call) -> Answer:
        return self._answer(call, DISCOVER)

    def answer_metadata(self, call: Call) -> Answer:
        return self._answer(call, METADATA)

    def _answer(self, call: Call, routes: Sequence[tuple[str, str, Callable[..., Answer]]]) -> Answer:
        for method, pattern, handler in routes:
            match = re.fullmatch(pattern, call.path)
            if match and call.method in method.split():
                try:
                    visit = Visit(self.server, call, self.tv.visitor(call))
                    if visit.user.restricted and self.closed_to_managed:
                        raise Refused(401)
                    return handler(self, visit, *match.groups())
                except Refused as refused:
                    if refused.status == 401 and self.empty_for_strangers:
                        return page(Visit(self.server, call, self.server.owner), (), list)
                    return refusal(refused)
        return refusal(Refused(404))

    # The watchlist

    def of(self, user: User) -> dict[str, int]:
        """A user's wishes: plex id -> since when."""
        return self.wishes.setdefault(user.id, {})

    def watchlist(self, visit: Visit, which: str) -> Answer:
        """A page of 20 unless asked otherwise, of 300 at most; without external ids (plex.md 10.1)."""
        wishes, query = self.of(visit.user), visit.call.query
        works = [work for plex_id in wishes if (work := self.work(plex_id)) is not None]
        kind = KINDS.get(query.get("type", ""))
        found = [work for work in works if kind in (None, work.kind) and self._fits(work, which)]
        name, _, way = query.get("sort", "watchlistedAt:desc").partition(":")
        sorts: dict[str, Callable[[Work], float | str]] = {
            "watchlistedAt": lambda work: wishes[str(work.ids["plex"])],
            "titleSort": lambda work: work.title.casefold(),
            "originallyAvailableAt": lambda work: work.released,
            "rating": lambda work: work.uid,
        }
        if name not in sorts:
            raise Refused(400)
        found.sort(key=sorts[name], reverse=way == "desc")
        asked = visit.argument("X-Plex-Container-Size", str(PAGE))
        largest = min(LARGEST_PAGE, int(asked)) if asked.isdigit() else PAGE
        guids = self.guids_in_lists and query.get("includeGuids") == "1"
        attributes: dict[str, object] = {"identifier": IDENTIFIER, "librarySectionID": "watchlist"}
        attributes |= {"librarySectionTitle": "Watchlist"}

        def draw(taken: Sequence[Work]) -> list[dict[str, object]]:
            return [self.row(work, guids=guids) for work in taken]

        return page(visit, found, draw, attributes, largest=largest)

    def _fits(self, work: Work, which: str) -> bool:
        held = any(item.work is work for item in self.server.library.items.values()) if which == "available" else True
        return held and (which != "released" or work.released <= self.server.now())

    def want(self, visit: Visit) -> Answer:
        plex_id = self._written(visit)
        if plex_id in self.of(visit.user):
            raise Refused(409)
        self.of(visit.user)[plex_id] = self.server.now()
        return visit.answer(size=0)

    def unwant(self, visit: Visit) -> Answer:
        plex_id = self._written(visit)
        if plex_id not in self.of(visit.user):
            raise Refused(404)
        del self.of(visit.user)[plex_id]
        return visit.answer(size=0)

    def _written(self, visit: Visit) -> str:
        """The plex id of a write; refuses with 429 what comes too fast."""
        now = self.server.world.now()
        self._writes = [at for at in self._writes if at > now - 60]
        if self.writes_a_minute is not None and len(self._writes) >= self.writes_a_minute:
            raise Refused(429, {"Retry-After": str(int(self._writes[0] + 61 - now))})
        self._writes.append(now)
        return str(self.known(visit.required("ratingKey")).ids["plex"])

    def make_feed(self, visit: Visit) -> Answer:
        """An address from which the newest wishes can be read without a token."""
        kind = (visit.call.json or {}).get("feedType", "watchlist")
        uuid = digest("feed", visit.user.id, kind, length=32)
        return Answer({"RSSInfo": [{"feedType": kind, "uuid": uuid, "url": f"https://rss.plex.tv/{uuid}"}]}, 201)

    def feed(self, call: Call) -> Answer:
        """rss.plex.tv: the newest 50 wishes, with all their ids; JSON alone."""
        uuid = urlsplit(call.path).path.strip("/")
        users = (user for user in self.server.users.values() if digest("feed", user.id, "watchlist", length=32) == uuid)
        user = next(users, None)
        if user is None or not user.plex_pass:
            return refusal(Refused(404))
        wishes = self.of(user)
        newest = sorted(wishes, key=lambda plex_id: -wishes[plex_id])[:FEED]
        works = [work for plex_id in newest if (work := self.work(plex_id)) is not None]
        items = [
            {"title": f"{work.title} ({work.year})", "category": work.kind, "pubDate": wishes[str(work.ids["plex"])]}
            | {"link": f"https://watch.plex.tv/{work.kind}/{work.ids.get('slug', '')}", "guids": list(self.guids(work))}
            for work in works
        ]
        return Answer({"title": "Watchlist", "items": items})

    # What things are

    def work(self, plex_id: str) -> Work | None:
        for kind in ("movie", "show", "season", "episode"):
            found = self.catalogue.find(kind, "plex", plex_id)
            if found is not None:
                return found
        return None

    def known(self, plex_id: str) -> Work:
        found = self.work(plex_id)
        if found is None:
            raise Refused(404)
        return found

    def guids(self, work: Work) -> tuple[str, ...]:
        """External names; none for some works."""
        if work.ids.get("plex") in self.nameless:
            return ()
        return tuple(f"{space}://{work.ids[space]}" for space in ("imdb", "tmdb", "tvdb") if space in work.ids)

    def row(self, work: Work, *, guids: bool = False) -> dict[str, object]:
        """A film, show, season or episode. A show has its counts: a client that finds none reloads it and fails."""
        plex_id = str(work.ids["plex"])
        counts = {"childCount": len(work.seasons), "leafCount": len(work.episodes)} if work.kind == "show" else {}
        if work.kind == "season":
            counts = {"leafCount": len(work.episodes)}
        place = {"index": work.number} if work.number is not None else {}
        names = [{"id": guid} for guid in self.guids(work)] if guids else []
        return {
            "guid": f"plex://{work.kind}/{plex_id}",
            "ratingKey": plex_id,
            "key": f"/library/metadata/{plex_id}" + ("/children" if work.kind in ("show", "season") else ""),
            "type": work.kind,
            "title": work.title,
            "year": work.year or 0,
            "slug": str(work.ids.get("slug", "")),
            "summary": f"What {work.title} is about.",
            "originallyAvailableAt": _day(work),
            "duration": work.runtime * 60_000,
            "userState": False,
            **place,
            **counts,
        } | ({"Guid": names} if names else {})

    def root(self, visit: Visit) -> Answer:
        machine = "metadata.provider.plex.tv"
        return visit.answer(size=0, identifier=IDENTIFIER, machineIdentifier=machine, title="Discover", version="1.0")

    def details(self, visit: Visit, plex_ids: str) -> Answer:
        works = [work for plex_id in plex_ids.split(",") if (work := self.work(plex_id)) is not None]
        if not works:
            raise Refused(404)
        rows = [self.row(work, guids=True) for work in works]
        if visit.call.query.get("includeUserState") == "1":
            rows = [row | {"userState": True} for row in rows]
        return visit.answer(size=len(rows), offset=0, totalSize=len(rows), identifier=IDENTIFIER, Metadata=rows)

    def children(self, visit: Visit, plex_id: str) -> Answer:
        work = self.known(plex_id)
        below = list(work.seasons.values()) if work.kind == "show" else work.episodes
        return page(visit, below, lambda taken: [self.row(one) for one in taken], {"identifier": IDENTIFIER})

    def matches(self, visit: Visit) -> Answer:
        """By an external id in place of a title; the answer may be wrong (plex.md 15.8)."""
        asked = visit.call.query.get("type", "1")
        kind = KINDS.get(asked, asked)
        match = MATCH.fullmatch(visit.required("title"))
        found = self.catalogue.find(kind, match[1], match[2]) if match else None
        if found is not None and self.wrong_match:
            found = next((work for work in self.catalogue.of(kind) if work is not found and "plex" in work.ids), found)
        works = [found] if found is not None and "plex" in found.ids else []
        return page(visit, works, lambda taken: [self.row(work, guids=True) for work in taken])

    def search(self, visit: Visit) -> Answer:
        """Titles that contain the words; JSON."""
        words = visit.required("query").casefold()
        kinds = {"movies": "movie", "tv": "show"}
        wanted = [kinds[name] for name in visit.call.query.get("searchTypes", "movies,tv").split(",") if name in kinds]
        limit = int(visit.call.query.get("limit", "30"))
        works = [work for work in self.catalogue.of(*wanted) if words in work.title.casefold() and "plex" in work.ids]
        hits = [{"score": 1.0, "Metadata": self.row(work)} for work in works[:limit]]
        result = {"id": "external", "title": "More Ways To Watch", "size": len(hits), "SearchResult": hits}
        return Answer({"MediaContainer": {"identifier": IDENTIFIER, "size": 1, "SearchResults": [result]}})

    # What a user did there

    def user_state(self, visit: Visit, plex_id: str) -> Answer:
        work = self.known(plex_id)
        count, at = self.seen.get((visit.user.id, plex_id), (0, 0))
        state: dict[str, object] = {"ratingKey": plex_id, "type": work.kind, "viewCount": count, "viewOffset": 0}
        state |= {"viewedLeafCount": 0, "viewState": "complete" if count else "none"}
        wished = self.of(visit.user).get(plex_id)
        state |= {"watchlistedAt": wished} if wished else {}
        state |= {"lastViewedAt": at} if at else {}
        return visit.answer(size=1, identifier=IDENTIFIER, UserState=state)

    def scrobble(self, visit: Visit, verb: str) -> Answer:
        """Watched or unwatched on Discover; with view-state sync it reaches the user's servers."""
        plex_id = str(self.known(visit.required("key")).ids["plex"])
        key = (visit.user.id, plex_id)
        if verb == "scrobble":
            self.seen[key] = (self.seen.get(key, (0, 0))[0] + 1, self.server.now())
        else:
            self.seen.pop(key, None)
        held = [item for item in self.server.library.items.values() if item.guid.endswith(f"/{plex_id}")]
        for item in held if visit.user.id in self.tv.syncing else ():
            (mark if verb == "scrobble" else unmark)(self.server, visit.user, item)
        return visit.answer(size=0)


def _day(work: Work) -> str:
    return datetime.fromtimestamp(work.released, UTC).strftime("%Y-%m-%d")


DISCOVER: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("GET HEAD", r"/library/sections/watchlist/(all|available|released)", Discover.watchlist),
    ("PUT", r"/actions/addToWatchlist", Discover.want),
    ("PUT", r"/actions/removeFromWatchlist", Discover.unwant),
    ("GET", r"/library/search", Discover.search),
    ("POST", r"/rss", Discover.make_feed),
    ("GET", r"/library/metadata/([0-9a-f,]+)", Discover.details),
)
METADATA: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("GET", r"/", Discover.root),
    ("GET", r"/library/metadata/matches", Discover.matches),
    ("GET", r"/library/metadata/([0-9a-f,]+)", Discover.details),
    ("GET", r"/library/metadata/([0-9a-f]+)/userState", Discover.user_state),
    ("GET", r"/library/metadata/([0-9a-f]+)/children", Discover.children),
    ("GET", r"/actions/(scrobble|unscrobble)", Discover.scrobble),
)
