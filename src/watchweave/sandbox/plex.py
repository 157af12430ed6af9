"""A simulated Plex: a media server, the account site, Discover and its metadata, and the people who use them.

Left out: community GraphQL, the event stream (there is the websocket), JWT sign-in, photos, play queues, hubs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from . import plex_history, plex_listing, plex_writes
from .plex_core import Refused, Server, Visit, refusal, rendered
from .plex_discover import Discover
from .plex_events import Delivery, Receive, Scope, Send, delivery
from .plex_library import TYPES, Item, User, digest
from .plex_playlists import Playlists
from .plex_routes import ROUTES, writes
from .plex_shelves import Names, Shelves
from .plex_tv import PlexTv
from .plex_writes import Playbacks
from .server import Answer, Call, Host
from .world import Work, World

Thing = str | Work | Item
"""What a person does something with: a work, its uid, or one copy of it."""


class Plex:
    """All of it. The owner is there from the start; `fill` puts the catalogue into the library.

    What a person does now is also told by frames and webhooks; what is said to have happened at a time is not.
    """

    name = "plex"

    def __init__(self, world: World, owner: str = "nate", name: str = "NAS") -> None:
        self.world = world
        self.server = Server(world, name)
        self.shelves = Shelves(self.server)
        self.playlists = Playlists(self.server)
        self.playbacks = Playbacks(self.server)
        self.tv = PlexTv(self.server)
        self.discover = Discover(self.server, self.tv)
        self.deliveries: list[Delivery] = []
        self.repeat_webhooks = False
        self.form_webhooks = False
        self.owner = self.person(owner, home=True)
        world.add(self)

    @property
    def hosts(self) -> Sequence[Host]:
        return (
            Host("plex.server", self.server.address, self.answer, writes, self._websocket),
            Host("plex.tv", "https://plex.tv", self.tv.answer),
            Host("plex.clients", "https://clients.plex.tv", self.tv.answer),
            Host("plex.discover", "https://discover.provider.plex.tv", self.discover.answer_discover, writes),
            Host("plex.metadata", "https://metadata.provider.plex.tv", self.discover.answer_metadata, writes),
            Host("plex.rss", "https://rss.plex.tv", self.discover.feed),
        )

    # The media server

    def answer(self, call: Call) -> Answer:
        """The server's answer to one request; everything but /identity needs a token."""
        path = call.path.rstrip("/") or "/"
        if path == "/identity":
            return rendered(call, "MediaContainer", plex_listing.identity(self.server))
        try:
            visit = Visit(self.server, call, self.server.visitor(call))
            for method, pattern, handler in ROUTES:
                match = re.fullmatch(pattern, path)
                if match and call.method.replace("HEAD", "GET") in method.split():
                    return handler(self, visit, *match.groups())
            raise Refused(404)
        except Refused as refused:
            return refusal(refused)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.server.notifications.serve(scope, receive, send, self._listener)

    def _listener(self, token: str) -> User | None:
        return next((u for u in self.server.users.values() if token and token in (u.token, u.server_token)), None)

    # Who and what is there

    def person(self, name: str, *, home: bool = False, restricted: bool = False, pin: str = "") -> User:
        """Somebody with access to the server; the first is its owner."""
        number = 12_345 + 1_000 * len(self.server.users)
        token, server_token = (digest(name, number, what, self.world.seed, length=20) for what in ("account", "server"))
        uuid = digest(name, number, length=16)
        account = number if self.server.users else 1
        user = User(number, name, account, uuid, token, server_token, home, restricted, pin)
        self.server.users[name] = user
        return user

    def user(self, name: str | User) -> User:
        return name if isinstance(name, User) else self.server.users[name]

    def fill(self, held: Callable[[Work], bool] | None = None) -> None:
        """Put the films and shows of the catalogue into the library; all but x1, x2 … unless told otherwise."""
        self.shelves.fill(*([held] if held else []))

    def work(self, thing: Thing) -> Work:
        if isinstance(thing, Item):
            assert thing.work is not None
            return thing.work
        return self.world.catalogue[thing] if isinstance(thing, str) else thing

    def items(self, thing: Thing) -> list[Item]:
        """All copies of it in the library."""
        if isinstance(thing, Item):
            return [thing]
        held = self.shelves.by_work.get(self.work(thing).uid, [])
        return [item for item in held if self.server.library.holds(item)]

    def item(self, thing: Thing) -> Item:
        """The first copy; KeyError when it is not in the library."""
        found = self.items(thing)
        if not found:
            raise KeyError(thing)
        return found[0]

    # What people do

    def watch(self, person: str | User, thing: Thing, at: int | None = None) -> None:
        """Watch it to the end: a real playback, with a row in the history."""
        user = self.user(person)
        for leaf in self.item(thing).plays():
            if at is not None:
                plex_writes.play(self.server, user, leaf, at)
                continue
            for offset, state in ((0, "playing"), (leaf.duration // 2, "playing"), (leaf.duration, "stopped")):
                self.play(user, leaf, offset, state)
            self._hook("media.scrobble", user, leaf)

    def play(self, person: str | User, thing: Thing, offset: int, state: str = "playing") -> None:
        """A player reports where it is, in milliseconds, and its state."""
        user, item = self.user(person), self.item(thing)
        begun = (user.id, "television") not in self.playbacks.running
        self.playbacks.report(user, item, "television", offset, state, self.server.now())
        events = {"paused": "media.pause", "stopped": "media.stop", "playing": "media.play" if begun else ""}
        if events.get(state):
            self._hook(events[state], user, item)

    def mark(self, person: str | User, thing: Thing, at: int | None = None) -> None:
        """Tick it as watched: no row in the history for a film or an episode."""
        self._ticked(person, thing, at, lambda user, item: plex_writes.mark(self.server, user, item, at))

    def unwatch(self, person: str | User, thing: Thing) -> None:
        self._ticked(person, thing, None, lambda user, item: plex_writes.unmark(self.server, user, item))

    def rate(self, person: str | User, thing: Thing, rating: float, at: int | None = None) -> None:
        """Give 0 to 10."""
        self._ticked(person, thing, at, lambda user, item: plex_writes.rate(self.server, user, item, rating, at))
        if at is None:
            self._hook("media.rate", self.user(person), self.item(thing), rating=float(rating))

    def unrate(self, person: str | User, thing: Thing) -> None:
        self._ticked(person, thing, None, lambda user, item: plex_writes.rate(self.server, user, item, None))

    def open(self, person: str | User, thing: Thing) -> None:
        """Merely look at it in the web app: the same frames as ticking it."""
        self._ticked(person, thing, None, lambda user, item: None)

    def want(self, person: str | User, thing: Thing, at: int | None = None) -> None:
        """Put it on the watchlist."""
        self.discover.of(self.user(person))[str(self.work(thing).ids["plex"])] = self.server.now() if at is None else at

    def unwant(self, person: str | User, thing: Thing) -> None:
        self.discover.of(self.user(person)).pop(str(self.work(thing).ids["plex"]), None)

    def _ticked(self, person: str | User, thing: Thing, at: int | None, deed: Callable[[User, Item], None]) -> None:
        user, item = self.user(person), self.item(thing)
        deed(user, item)
        if at is None:
            self.server.notifications.refreshed(item.path, user)

    # What happens to the library

    def add(self, thing: Thing, names: Names = "new") -> Item:
        """A new file is scanned, matched and processed."""
        item = self.shelves.put(self.work(thing), names)
        for state in range(6):
            self._timeline(item, state)
        self._hook("library.new", self.owner, item)
        return item

    def one_file(self, *things: Thing, objects: bool = True) -> None:
        """These episodes of a season, in order, are one file: an item each, or the first alone for all of them."""
        self.shelves.one_file([self.item(thing) for thing in things], objects=objects)

    def remove(self, thing: Thing) -> list[Item]:
        """All copies of it vanish, with all that anybody did with them."""
        if self.server.switches.history_outlives_items:
            self._orphan({one for item in self.items(thing) for one in item.down()})
        gone = [one for item in self.items(thing) for one in self.server.library.drop(item)]
        for one in gone:
            for user in self.server.users.values():
                user.view.forget(one)
            self._timeline(one, 9, metadataState="deleted")
        return gone

    def remove_section(self, title: str) -> None:
        """A whole library is taken away, perhaps while somebody reads it."""
        section = next(each for each in self.server.library.sections.values() if each.title == title)
        for item in [item for item in section.items if item.parent is None]:
            self.remove(item)
        del self.server.library.sections[section.key]
        self.server.library.changed()

    def _orphan(self, going: set[Item]) -> None:
        for row in self.server.library.history:
            if row.item in going:
                row.described, row.item = plex_history.orphan(row.item), None

    def add_again(self, thing: Thing, *, remember: bool = False) -> Item:
        """The file is replaced: a new key, the old guid, a new date of adding; the view state is lost unless kept."""
        old = self.item(thing)
        states = {one: [(u, u.view.states.get(one)) for u in self.server.users.values()] for one in old.down()}
        self.remove(old)
        new = self._again(old, old.parent)
        for one, then in zip(new.down(), states.values(), strict=True):
            for user, state in then if remember else ():
                if state is not None:
                    user.view.states[one] = state
                    user.view.noted(one)
        return new

    def _again(self, old: Item, parent: Item | None) -> Item:
        now = self.server.now()
        fresh: dict[str, Any] = {"drawn": {}, "leaves": None, "children": [], "added": now, "updated": now}
        item = replace(old, key=self.server.library.next_key(), parent=parent, more=dict(old.more), **fresh)
        item.tags = dict(old.tags)
        self.server.library.place(item)
        if item.work is not None:
            self.shelves.by_work[item.work.uid].append(item)
        for child in old.children:
            self._again(child, item)
        return item

    def rebuild(self, *, new_sections: bool = False) -> None:
        """The database is built anew: every rating key now names another item; perhaps the sections are new too."""
        keys = sorted(self.server.library.items)
        self.server.library.renumber(keys[1:] + keys[:1])
        for section in self.server.library.sections.values() if new_sections else ():
            section.uuid = digest("rebuilt", section.uuid, length=36)
        self.restart()

    def restart(self) -> None:
        """The server restarts: session keys begin anew, sockets break."""
        self.playbacks.restart()

    def _timeline(self, item: Item, state: int, **more: str) -> None:
        number = TYPES[item.kind]
        self.server.notifications.timeline(item, number, state, self.server.now(), self.owner, **more)

    # Webhooks

    def _hook(self, event: str, user: User, item: Item, **more: object) -> None:
        """The owner's webhooks hear of everybody, another user's of himself (plex.md 12)."""
        for listener in self.server.users.values():
            for url in self.tv.webhooks.get(listener.id, ()) if listener.owner or listener is user else ():
                payload = self._payload(event, listener, user, item) | more
                thumb = event in ("media.play", "media.rate", "library.new")
                sent = delivery(url, payload, thumb=thumb, form=self.form_webhooks)
                self.deliveries += [sent] * (2 if self.repeat_webhooks else 1)

    def _payload(self, event: str, listener: User, user: User, item: Item) -> dict[str, Any]:
        visit = Visit(self.server, Call("plex.server", "GET", "/"), user)
        shape = visit.shape(detail=True)
        metadata = shape.trimmed(self.server.rows.described(item, shape) | self.server.rows.own(item, user.view))
        metadata = {name: value for name, value in metadata.items() if name != "Media"}
        metadata["librarySectionType"] = item.section.type
        return {
            "event": event,
            "user": listener is user,
            "owner": listener.owner,
            "Account": {"id": user.account, "thumb": f"https://plex.tv/users/{user.uuid}/avatar", "title": user.name},
            "Server": {"title": self.server.name, "uuid": self.server.machine},
            "Player": {"local": True, "publicAddress": "203.0.113.4", "title": "SHIELD", "uuid": "television"},
            "Metadata": metadata,
        }
