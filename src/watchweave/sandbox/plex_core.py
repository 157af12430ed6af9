"""One simulated Plex server as its parts share it: who asks, what the server holds, and how it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from . import faults
from .plex_events import Notifications
from .plex_library import Item, Library, Section, User, digest
from .plex_render import HTML, JSON, XML, Shape, error_page, shape, written
from .plex_rows import Rows
from .server import Answer, Call
from .world import World

VERSION = "1.43.0.9000-5dc4b4f11"
T = TypeVar("T")
IDENTIFIER = "com.plexapp.plugins.library"


class Refused(Exception):
    """The server answers with this status and an HTML body."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.headers = dict(headers or {})


@dataclass(slots=True)
class Switches:
    """Ways in which servers differ, or misbehave; a test turns them as it needs."""

    refuse_or_across_sections: bool = False
    """400 for OR groups over dates on /library/all."""
    trimming: bool = True
    """False: a server before 1.41.9, which sends every field."""
    history_for_others: bool = True
    """False: users other than the owner may not read the history (a friend's server)."""
    history_outlives_items: bool = False
    """Rows about a removed item stay, without its keys."""
    quiet_writes: bool = False
    """Writes by the API send no events, as seen with third-party clients."""
    labels_replace: bool = False
    """An indexed label edit replaces the labels that are there, instead of adding."""
    many_in_uri: bool = True
    """`/:/scrobble?uri=` takes several ids."""
    offline_backdates: bool = False
    """A timeline with `offline=1&updated=` sets that time."""
    one_file_counts_for_all: bool = False
    """A file of several episodes that was played counts for each of them; else for the one that was chosen alone
    (Kometa-Team/Kometa#874)."""
    trims_below: bool = False
    """The fields asked for are those of elements too; it is not published whether they are."""
    played_at: float = 0.9
    """The part of an item past which it counts as played."""


class Server:
    """A Plex server, its users among them the owner, and everything that only it remembers."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.machine = digest("server", name, world.seed, length=40)
        self.address = "http://plex.local:32400"
        self.version = VERSION
        self.library = Library()
        self.rows = Rows(self.library)
        self.users: dict[str, User] = {}
        self.switches = Switches()
        self.notifications = Notifications()
        self.listed: dict[object, tuple[int, list[Item]]] = {}
        """Listings already made, with the revision of the library they are true for."""

    def now(self) -> int:
        return int(self.world.now())

    @property
    def owner(self) -> User:
        return next(user for user in self.users.values() if user.owner)

    def visitor(self, call: Call) -> User:
        """Whose token came with a request: in the header or the query; the account's or the server's own."""
        token = call.headers.get("x-plex-token") or call.query.get("X-Plex-Token", "")
        found = next((user for user in self.users.values() if token and token in (user.token, user.server_token)), None)
        if found is None:
            raise Refused(401)
        return found

    def item(self, key: str) -> Item:
        """The item with this rating key; refuses with 404."""
        found = self.library.items.get(int(key)) if key.isdigit() else None
        if found is None:
            raise Refused(404)
        return found

    def section(self, key: str) -> Section:
        found = self.library.sections.get(int(key)) if key.isdigit() else None
        if found is None:
            raise Refused(404)
        return found


@dataclass(slots=False)
class Visit:
    """One request to the server by one user."""

    server: Server
    call: Call
    user: User
    answered: dict[str, str] = field(default_factory=dict)

    @cached_property
    def json(self) -> bool:
        return wants_json(self.call)

    def argument(self, name: str, default: str = "") -> str:
        """An X-Plex argument, which may travel as a header or in the query (plex.md 2)."""
        return self.call.headers.get(name.lower()) or self.call.query.get(name, default)

    def required(self, name: str) -> str:
        """An argument without which the server answers 400."""
        value = self.call.query.get(name, "")
        if not value:
            raise Refused(400)
        return value

    def shape(self, *, detail: bool = False) -> Shape:
        """Which fields and elements the request asks for."""
        if not self.server.switches.trimming:
            return Shape(self.json, detail, detail or self.call.query.get("includeGuids") == "1")
        version, below = self.argument("X-Plex-Pms-Api-Version"), self.server.switches.trims_below
        return shape(self.call.query, version, json=self.json, detail=detail, below=below)

    def answer(self, name: str = "MediaContainer", /, **tree: object) -> Answer:
        """The tree in the format that was asked for."""
        return rendered(self.call, name, tree)


def wants_json(call: Call) -> bool:
    return JSON in call.headers.get("accept", "")


def rendered(call: Call, name: str, tree: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in the format that the request asks for: XML unless JSON is accepted (plex.md 15.1)."""
    json = wants_json(call)
    kind = {"Content-Type": JSON if json else XML, "X-Plex-Protocol": "1.0"}
    body = None if call.method == "HEAD" else written(name, tree, json)
    return Answer(body, 200, kind | dict(headers or {}))


def refusal(refused: Refused) -> Answer:
    return Answer(error_page(refused.status), refused.status, {"Content-Type": HTML} | refused.headers)


def window(visit: Visit, total: int, largest: int | None = None) -> tuple[int, int]:
    """Where the page begins and how many rows it may have."""
    start, size = (visit.argument(f"X-Plex-Container-{part}") for part in ("Start", "Size"))
    if not all(part.isdigit() for part in (start, size) if part):
        raise Refused(400)
    wanted = int(size) if size else total
    cap = visit.call.fault(faults.Cap)
    for limit in (largest, cap.rows if cap else None):
        wanted = wanted if limit is None else min(wanted, limit)
    return int(start or 0), wanted


def page(
    visit: Visit,
    found: Sequence[T],
    draw: Callable[[Sequence[T]], Sequence[object]],
    attributes: Mapping[str, object] = {},
    name: str = "Metadata",
    largest: int | None = None,
) -> Answer:
    """One page of a listing. A page without rows has no key for them (plex.md 2); paging faults are made here."""
    if visit.call.fault(faults.Empty):
        found = ()
    start, size = window(visit, len(found), largest)
    taken = found[start : start + size]
    short, count = visit.call.fault(faults.Short), visit.call.fault(faults.Count)
    if short:
        taken = taken[: -short.rows]
    total = len(found) + (count.by if count else 0)
    rows = draw(taken) if visit.call.method != "HEAD" else ()
    tree = {"size": len(taken), "totalSize": total, "offset": start, "identifier": IDENTIFIER, "allowSync": False}
    tree |= {key: value for key, value in attributes.items() if value is not None}
    headers = {"X-Plex-Container-Start": str(start), "X-Plex-Container-Total-Size": str(total)}
    return rendered(visit.call, "MediaContainer", tree | ({name: rows} if rows else {}), headers)
