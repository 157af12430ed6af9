"""The playlists of a simulated Plex server: each user's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .plex_collections import follow
from .plex_core import Refused, Server, Visit, page
from .plex_library import Item, User, digest
from .plex_writes import keys_of
from .server import Answer

TESTS: dict[str, Callable[[Playlist, str], bool]] = {
    "title": lambda playlist, value: value.casefold() in playlist.title.casefold(),
    "playlistType": lambda playlist, value: playlist.type == value,
    "smart": lambda playlist, value: bool(playlist.rule) == (value == "1"),
}
"""What a list of playlists may be filtered by."""


@dataclass(slots=True, eq=False)
class Playlist:
    """A list of one user. Entries have numbers of their own, since an item may be in it twice."""

    key: int
    user: User
    title: str
    type: str
    rule: str = ""
    summary: str = ""
    added: int = 0
    updated: int = 0
    entries: list[tuple[int, Item]] = field(default_factory=list)


class Playlists:
    """The playlists of all users; each sees their own alone."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.all: dict[int, Playlist] = {}
        self._entries = 5_000

    def items(self, playlist: Playlist) -> list[tuple[int, Item]]:
        """The entries whose items still exist; of a smart one what its rule finds."""
        if playlist.rule:
            return list(enumerate(follow(self.server, playlist.user, playlist.rule), 1))
        return [entry for entry in playlist.entries if self.server.library.holds(entry[1])]

    def add(self, playlist: Playlist, uri: str) -> None:
        """Add items; shows and seasons expand to their episodes."""
        for item in [self.server.item(key) for key in keys_of(self.server, uri)]:
            for leaf in item.plays():
                self._entries += 1
                playlist.entries.append((self._entries, leaf))
        playlist.updated = self.server.now()

    def of(self, visit: Visit, key: str) -> Playlist:
        playlist = self.all.get(int(key)) if key.isdigit() else None
        if playlist is None or playlist.user is not visit.user:
            raise Refused(404)
        return playlist

    def row(self, playlist: Playlist) -> dict[str, object]:
        items = [item for _, item in self.items(playlist)]
        path = f"/playlists/{playlist.key}"
        return {
            "ratingKey": str(playlist.key),
            "key": f"{path}/items",
            "guid": f"com.plexapp.agents.none://{digest(self.server.machine, playlist.key, length=36)}",
            "type": "playlist",
            "title": playlist.title,
            "summary": playlist.summary,
            "smart": bool(playlist.rule),
            "playlistType": playlist.type,
            "composite": f"{path}/composite/{playlist.updated}",
            "duration": sum(item.duration for item in items),
            "leafCount": len(items),
            "addedAt": playlist.added,
            "updatedAt": playlist.updated,
        } | ({"content": playlist.rule} if playlist.rule else {})

    def listed(self, visit: Visit) -> Answer:
        asked = [(TESTS[name], value) for name, value in visit.call.query.items() if name in TESTS]
        own = [playlist for playlist in self.all.values() if playlist.user is visit.user]
        fitting = [playlist for playlist in own if all(test(playlist, value) for test, value in asked)]
        return page(visit, fitting, lambda taken: [self.row(playlist) for playlist in taken])

    def create(self, visit: Visit) -> Answer:
        now, uri = self.server.now(), visit.required("uri")
        smart = visit.call.query.get("smart") == "1"
        kind = visit.required("type")
        playlist = Playlist(self.server.library.next_key(), visit.user, visit.required("title"), kind, added=now)
        playlist.updated = now
        if smart:
            follow(self.server, visit.user, uri)
            playlist.rule = uri
        else:
            self.add(playlist, uri)
        self.all[playlist.key] = playlist
        return page(visit, [playlist], lambda taken: [self.row(one) for one in taken])

    def show(self, visit: Visit, key: str) -> Answer:
        return page(visit, [self.of(visit, key)], lambda taken: [self.row(one) for one in taken])

    def show_items(self, visit: Visit, key: str) -> Answer:
        playlist, shape, server = self.of(visit, key), visit.shape(), self.server
        entries = self.items(playlist)

        def draw(taken: Sequence[tuple[int, Item]]) -> list[dict[str, object]]:
            described = [
                (number, server.rows.described(item, shape) | server.rows.own(item, visit.user.view))
                for number, item in taken
            ]
            return [shape.trimmed(row | {"playlistItemID": number}) for number, row in described]

        attributes = {"leafCount": len(entries), "playlistType": playlist.type, "title": playlist.title}
        return page(visit, entries, draw, attributes | {"ratingKey": str(playlist.key)})

    def add_items(self, visit: Visit, key: str) -> Answer:
        playlist = self.of(visit, key)
        if playlist.rule:
            playlist.rule = visit.required("uri")
        else:
            self.add(playlist, visit.required("uri"))
        return self.show(visit, key)

    def remove_items(self, visit: Visit, key: str, entry: str = "") -> Answer:
        """Take out one entry, or all of them."""
        playlist = self.of(visit, key)
        kept = [one for one in playlist.entries if entry and str(one[0]) != entry]
        if entry and len(kept) == len(playlist.entries):
            raise Refused(404)
        playlist.entries, playlist.updated = kept, self.server.now()
        return self.show(visit, key)

    def move(self, visit: Visit, key: str, entry: str) -> Answer:
        playlist, after = self.of(visit, key), visit.call.query.get("after", "")
        numbers = [str(number) for number, _ in playlist.entries]
        if entry not in numbers or (after and after not in numbers):
            raise Refused(404)
        moved = playlist.entries.pop(numbers.index(entry))
        numbers.remove(entry)
        playlist.entries.insert(numbers.index(after) + 1 if after else 0, moved)
        return self.show(visit, key)

    def rename(self, visit: Visit, key: str) -> Answer:
        playlist, query = self.of(visit, key), visit.call.query
        playlist.title, playlist.summary = query.get("title", playlist.title), query.get("summary", playlist.summary)
        playlist.updated = self.server.now()
        return Answer(None, 204)

    def delete(self, visit: Visit, key: str) -> Answer:
        del self.all[self.of(visit, key).key]
        return Answer(None, 204)
