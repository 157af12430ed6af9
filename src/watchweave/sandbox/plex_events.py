"""What a simulated Plex server tells of its own accord: notification frames over a websocket, and webhooks."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

import msgspec

from .plex_library import Item, User, digest

PAYLOADS = {
    "playing": "PlaySessionStateNotification",
    "timeline": "TimelineEntry",
    "activity": "ActivityNotification",
    "reachability": "ReachabilityNotification",
    "status": "StatusNotification",
}
REFRESH: tuple[tuple[str, str, int, dict[str, object]], ...] = (
    ("started", "", 0, {}),
    ("updated", "Checking files", 0, {"key": ""}),
    ("updated", "Refreshing local metadata", 33, {"accessible": True, "exists": True, "key": ""}),
    ("updated", "Refreshing media analysis", 66, {"accessible": True, "exists": True, "key": "", "refreshed": False}),
    (
        "ended",
        "Refreshing media analysis",
        100,
        {"accessible": True, "analyzed": False, "exists": True, "key": "", "refreshed": False},
    ),
)
"""The frames of `library.refresh.items`: event, subtitle, progress, Context (plex.md 15.7)."""
THUMB = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
BOUNDARY = "----------------------------plexsandbox"
PATHS = ("/:/websockets/notifications", "/:/websocket/notifications")

Frame = dict[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(slots=True, eq=False)
class Listener:
    """One open websocket. Frames are put in from any thread and taken out by its own loop."""

    user: User
    filters: tuple[str, ...]
    loop: asyncio.AbstractEventLoop
    waiting: deque[str | None] = field(default_factory=deque)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wants(self, kind: str) -> bool:
        """`filters` names the types wanted, or with a minus those unwanted."""
        if f"-{kind}" in self.filters:
            return False
        named = [name for name in self.filters if not name.startswith("-")]
        return not named or kind in named

    def put(self, frame: str | None) -> None:
        self.waiting.append(frame)
        self.loop.call_soon_threadsafe(self.woken.set)


class Notifications:
    """All that was told, and to whom. Switches make the oddities of plex.md 13 and 15.7.

    `blank_stops`: a stop names no item. `nameless`: playing entries lack their session. `anonymous`: no client.
    `in_pairs`: entries of one type are held back and sent two at a time. `silent`: sockets stay open but say nothing.
    """

    def __init__(self) -> None:
        self.sent: list[Frame] = []
        self.listeners: list[Listener] = []
        self.blank_stops = False
        self.nameless = False
        self.anonymous = False
        self.in_pairs = False
        self.silent = False
        self._held: dict[tuple[str, int], list[Frame]] = {}
        self._made = 0

    def send(self, kind: str, entry: Frame, user: User) -> None:
        """One entry, about what this user did: to the owner and to that user."""
        entries = self._held.setdefault((kind, user.id), [])
        entries.append(entry)
        if self.in_pairs and len(entries) < 2:
            return
        del self._held[kind, user.id]
        frame: Frame = {"type": kind, "size": len(entries), PAYLOADS.get(kind, kind): entries}
        self.sent.append(frame)
        text = msgspec.json.encode({"NotificationContainer": frame}).decode()
        for listener in self.listeners if not self.silent else ():
            if listener.wants(kind) and (listener.user.owner or listener.user is user):
                listener.put(text)

    def playing(self, session: str, client: str, item: Item, offset: int, state: str, user: User) -> None:
        """A report of a playback."""
        blank = self.blank_stops and state == "stopped"
        entry = {
            "sessionKey": session,
            "clientIdentifier": client,
            "guid": "" if blank else item.guid,
            "ratingKey": "" if blank else str(item.key),
            "url": "",
            "key": "" if blank else item.path,
            "viewOffset": offset,
            "playQueueItemID": 16_000 + int(session),
            "playQueueID": 400 + int(session),
            "state": state,
        }
        left_out = {name for name, out in (("sessionKey", self.nameless), ("clientIdentifier", self.anonymous)) if out}
        self.send("playing", {name: value for name, value in entry.items() if name not in left_out}, user)

    def refreshed(self, path: str, user: User) -> None:
        """Somebody ticked something in the web app, or merely opened it: the same five frames."""
        self._made += 1
        name = str(UUID(digest("activity", self._made, length=32)))
        for event, subtitle, progress, context in REFRESH:
            activity = {"uuid": name, "type": "library.refresh.items", "cancellable": False, "userID": user.account}
            activity |= {"title": "Refreshing", "subtitle": subtitle, "progress": progress}
            if context:
                activity["Context"] = {**context, "key": path}
            self.send("activity", {"event": event, "uuid": name, "Activity": activity}, user)

    def timeline(self, item: Item, number: int, state: int, now: int, owner: User, **states: str) -> None:
        """An item on its way into the library, or out of it."""
        line = list(item.up())
        entry: Frame = {"identifier": "com.plexapp.plugins.library", "sectionID": str(item.section.key)}
        entry |= {"itemID": str(item.key), "type": number, "title": item.title, "state": state, "updatedAt": now}
        if len(line) > 1:
            entry |= {"parentItemID": str(line[1].key), "rootItemID": str(line[-1].key)}
        self.send("timeline", entry | states, owner)

    def drop(self) -> None:
        """Every connection breaks."""
        for listener in self.listeners:
            listener.put(None)

    async def serve(self, scope: Scope, receive: Receive, send: Send, visitor: Callable[[str], User | None]) -> None:
        """One websocket, from its opening to its end; refused without a good token."""
        await receive()
        query = parse_qs(scope["query_string"].decode("latin-1"))
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        user = visitor(headers.get("x-plex-token") or query.get("X-Plex-Token", [""])[0])
        if user is None or scope["path"] not in PATHS:
            await send({"type": "websocket.close", "code": 1008})
            return
        filters = tuple(filter(None, ",".join(query.get("filters", [])).split(",")))
        listener = Listener(user, filters, asyncio.get_running_loop())
        self.listeners.append(listener)  # before the client learns that it is connected: it must miss nothing
        await send({"type": "websocket.accept"})
        leaving = asyncio.create_task(_left(receive))
        try:
            await self._tell(listener, leaving, send)
        finally:
            self.listeners.remove(listener)
            leaving.cancel()

    async def _tell(self, listener: Listener, leaving: asyncio.Task[None], send: Send) -> None:
        while not leaving.done():
            woken = asyncio.create_task(listener.woken.wait())
            await asyncio.wait({woken, leaving}, return_when=asyncio.FIRST_COMPLETED)
            woken.cancel()
            listener.woken.clear()
            while listener.waiting and not leaving.done():
                frame = listener.waiting.popleft()
                if frame is None:
                    await send({"type": "websocket.close", "code": 1012})
                    return
                await send({"type": "websocket.send", "text": frame})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


class Delivery(msgspec.Struct, frozen=True):
    """A webhook on its way: whoever runs the sandbox posts it."""

    url: str
    content_type: str
    body: bytes
    payload: dict[str, Any]


def delivery(url: str, payload: dict[str, Any], *, thumb: bool, form: bool = False) -> Delivery:
    """The request that carries a payload: multipart with a JPEG beside it, or form-encoded without (plex.md 12)."""
    text = msgspec.json.encode(payload)
    if form:
        return Delivery(url, "application/x-www-form-urlencoded", urlencode({"payload": text}).encode(), payload)
    parts = [b'Content-Disposition: form-data; name="payload"\r\nContent-Type: application/json\r\n\r\n' + text]
    if thumb:
        head = b'Content-Disposition: form-data; name="thumb"; filename="thumb.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        parts.append(head + THUMB)
    edge = f"--{BOUNDARY}".encode()
    body = b"".join(edge + b"\r\n" + part + b"\r\n" for part in parts) + edge + b"--\r\n"
    return Delivery(url, f"multipart/form-data; boundary={BOUNDARY}", body, payload)
