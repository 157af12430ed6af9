"""What changes a user's view state on a simulated Plex server, with exactly the effects of plex.md 7 and 15.5."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from .plex_core import Refused, Server, Visit
from .plex_library import Item, Played, User
from .server import Answer

STATES = ("playing", "paused", "buffering", "stopped")


@dataclass(slots=True, eq=False)
class Playback:
    """Something that somebody is playing. `counted`: it went past the threshold and is a play already."""

    session: str
    user: User
    item: Item
    client: str
    offset: int = 0
    state: str = "playing"
    counted: bool = False


def mark(server: Server, user: User, item: Item, at: int | None = None) -> None:
    """Watched, now unless said otherwise: each leaf one view more. A season, show, artist or album also gets a row of
    the history; a film, an episode or a track does not (since PMS 1.40.0.7998)."""
    now = server.now() if at is None else at
    for leaf in item.plays():
        _viewed(user, leaf, now)
    if not item.is_leaf:
        server.library.played(item, now, user.account)
    server.library.changed()


def unmark(server: Server, user: User, item: Item) -> None:
    """Not watched: no views, no date, no resume point; ratings stay."""
    for leaf in item.plays():
        if leaf in user.view.states:
            state = user.view.write(leaf)
            state.count, state.viewed_at, state.offset = 0, None, 0
            user.view.noted(leaf)
    server.library.changed()


def rate(server: Server, user: User, item: Item, rating: float | None, at: int | None = None) -> None:
    """Give or clear a rating; a cleared one leaves no date (plex.md 5.2)."""
    state = user.view.write(item)
    state.rating = rating
    state.rated_at = None if rating is None else at if at is not None else server.now()
    user.view.noted(item)
    server.library.changed()


def resume(server: Server, user: User, item: Item, offset: int) -> None:
    """Set a resume point, and nothing else."""
    user.view.write(item).offset = offset
    user.view.noted(item)
    server.library.changed()


def play(server: Server, user: User, item: Item, at: int) -> Played:
    """Played to the end at this time: one view more, and a row of the history."""
    for mate in item.mates() if server.switches.one_file_counts_for_all else ():
        _viewed(user, mate, at)
        server.library.played(mate, at, user.account)
    _viewed(user, item, at)
    return server.library.played(item, at, user.account)


def _viewed(user: User, leaf: Item, at: int) -> None:
    state = user.view.write(leaf)
    state.count += 1
    state.viewed_at = max(at, state.viewed_at or 0)
    state.offset = 0
    user.view.noted(leaf)


class Playbacks:
    """What is being played; session keys start anew when the server does."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.running: dict[tuple[int, str], Playback] = {}
        self._sessions = 0

    def report(self, user: User, item: Item, client: str, offset: int, state: str, at: int) -> Playback:
        """A player says where it is. Past the threshold it is a play, once; before that a resume point."""
        known = self.running.get((user.id, client))
        if known is None or known.item is not item:
            self._sessions += 1
            known = self.running[user.id, client] = Playback(str(self._sessions), user, item, client)
        known.offset, known.state = offset, state
        if item.duration and offset >= self.server.switches.played_at * item.duration:
            if not known.counted:
                known.counted = True
                play(self.server, user, item, at)
        elif not known.counted:
            resume(self.server, user, item, offset)
            user.view.write(item).viewed_at = at
            user.view.noted(item)
        if state == "stopped":
            del self.running[user.id, client]
        self.server.notifications.playing(known.session, client, item, offset, state, user)
        return known

    def restart(self) -> None:
        """The server starts anew: nothing plays, session keys begin at 1, all sockets break."""
        self.running.clear()
        self._sessions = 0
        self.server.notifications.drop()


def keys_of(server: Server, uri: str) -> list[str]:
    """The rating keys in a content URI of this server; refuses others with 400."""
    parts = urlsplit(uri)
    keys = parts.path.partition("/library/metadata/")[2]
    if parts.scheme != "server" or parts.netloc != server.machine or not keys:
        raise Refused(400)
    return [key for key in keys.split("/")[0].split(",") if key]


def _subjects(visit: Visit) -> list[Item]:
    """The items that `key` or `uri` names."""
    visit.required("identifier")
    if "uri" not in visit.call.query:
        return [visit.server.item(visit.required("key"))]
    keys = keys_of(visit.server, visit.required("uri"))
    return [visit.server.item(key) for key in (keys if visit.server.switches.many_in_uri else keys[:1])]


def _done(visit: Visit, items: list[Item]) -> Answer:
    """200 with an empty body, and the events that go with it."""
    if not visit.server.switches.quiet_writes:
        for item in items:
            visit.server.notifications.refreshed(item.path, visit.user)
    return Answer(b"", 200, {"X-Plex-Protocol": "1.0"})


def scrobble(visit: Visit) -> Answer:
    """Mark as watched, now; `viewedAt` is ignored."""
    items = _subjects(visit)
    for item in items:
        mark(visit.server, visit.user, item)
    return _done(visit, items)


def unscrobble(visit: Visit) -> Answer:
    items = _subjects(visit)
    for item in items:
        unmark(visit.server, visit.user, item)
    return _done(visit, items)


def rating(visit: Visit) -> Answer:
    """Rate from 0 to 10, or clear with -1; a date in the future is refused."""
    visit.required("identifier")
    item = visit.server.item(visit.required("key"))
    value, at = _number(visit.required("rating")), _whole(visit, "ratedAt")
    if not (value == -1 or 0 <= value <= 10) or (at is not None and at > visit.server.now()):
        raise Refused(400)
    rate(visit.server, visit.user, item, None if value == -1 else value, at)
    return _done(visit, [item])


def progress(visit: Visit) -> Answer:
    """Set a resume point; 0 does nothing."""
    visit.required("identifier")
    item, offset = visit.server.item(visit.required("key")), _whole(visit, "time")
    if offset is None or visit.call.query.get("state", "stopped") not in STATES:
        raise Refused(400)
    if offset:
        resume(visit.server, visit.user, item, offset)
    return _done(visit, [item])


def timeline(visit: Visit, playbacks: Playbacks) -> Answer:
    """A player's report."""
    key = visit.call.query.get("ratingKey") or visit.required("key").rpartition("/")[2]
    item, offset, state = visit.server.item(key), _whole(visit, "time"), visit.required("state")
    if offset is None or state not in STATES or not item.is_leaf:
        raise Refused(400)
    at = _whole(visit, "updated") if visit.call.query.get("offline") == "1" else None
    now = at if at is not None and visit.server.switches.offline_backdates else visit.server.now()
    playbacks.report(visit.user, item, visit.argument("X-Plex-Client-Identifier", "unknown"), offset, state, now)
    return visit.answer(size=0)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Refused(400) from None


def _whole(visit: Visit, name: str) -> int | None:
    text = visit.call.query.get(name, "")
    return int(_number(text)) if text else None
