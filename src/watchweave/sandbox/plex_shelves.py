"""Puts works on the shelves of a simulated Plex server, named as its agents name them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal

from .plex_core import Server
from .plex_library import Item, Section, digest
from .world import DAY, Work

Names = Literal["new", "old", "none"]
"""Matched by today's agents, by those of years ago, or by none."""
AGENTS = {"movie": "tv.plex.agents.movie", "show": "tv.plex.agents.series", "artist": "tv.plex.agents.music"}
SHELVED = {"movie": "Movies", "show": "TV Shows", "artist": "Music"}


class Shelves:
    """Which items stand for which work."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.by_work: dict[str, list[Item]] = {}

    def section(self, kind: str, title: str = "") -> Section:
        """The section of this type with this title, made if need be; the first of its type without a title."""
        held = [section for section in self.server.library.sections.values() if section.type == kind]
        found = next((section for section in held if title in ("", section.title)), None)
        if found is None:
            key = len(self.server.library.sections) + 1
            uuid = digest("section", self.server.machine, key, length=36)
            made = self.server.now() - 3000 * DAY
            found = Section(key, kind, title or SHELVED[kind], uuid, made, AGENTS[kind], made)
            self.server.library.sections[key] = found
            self.server.library.changed()
        return found

    def put(self, work: Work, names: Names = "new", added: int | None = None, section: Section | None = None) -> Item:
        """Put a film, or a show with all its seasons and episodes, into a section; also a single season or episode
        whose show is there."""
        held = self.by_work.get(work.show.uid) if work.show else None
        parent = held[0] if held else None
        if work.kind == "episode" and work.show and work.season is not None:
            parent = self.by_work[work.show.seasons[work.season].uid][0]
        place = parent.section if parent else section or self.section(work.kind)
        return self._place(work, names, self.server.now() if added is None else added, place, parent)

    def _place(self, work: Work, names: Names, added: int, section: Section, parent: Item | None) -> Item:
        key = self.server.library.next_key()
        guid, guids = named(work, names, key)
        released = datetime.fromtimestamp(work.released, UTC).strftime("%Y-%m-%d") if work.released else ""
        title = f"Season {work.number}" if work.kind == "season" else work.title
        item = Item(key, work.kind, section, guid, title, guids, work.year, work.number, parent, added=added)
        item.updated, item.duration, item.work = added, work.runtime * 60_000 if item.is_leaf else 0, work
        item.released = released if work.kind != "season" else ""
        self.by_work.setdefault(work.uid, []).append(item)
        self.server.library.place(item)
        below = work.seasons.values() if work.kind == "show" else work.episodes if work.kind == "season" else ()
        for child in below:
            self._place(child, names, added, section, item)
        return item

    def fill(self, held: Callable[[Work], bool] = lambda work: not work.uid.startswith("x")) -> None:
        """Put all films and shows of the catalogue that are held, a minute apart, with what its traps ask for."""
        traps = self.server.world.catalogue.traps
        names: dict[str, Names] = {work.uid: "old" for work in traps.get("old guid", ())}
        names |= {work.uid: "none" for work in traps.get("no guid", ())}
        works = [work for work in self.server.world.catalogue.of("movie", "show") if held(work)]
        since = self.server.now() - 60 * len(works) - 400 * DAY
        for place, work in enumerate(works):
            self.put(work, names.get(work.uid, "new" if work.ids else "none"), since + 60 * place)
        for work in traps.get("two libraries", ()):
            self.put(work, added=since, section=self.section("movie", "More Movies"))
        if "one file" in traps:
            self.one_file([self.by_work[work.uid][0] for work in traps["one file"]])

    def one_file(self, episodes: Sequence[Item], *, objects: bool = True) -> None:
        """These episodes, in order, stand in one file. Where Plex understood its name, each is an item (`objects`) and
        they share a Part; else there is the first alone, which stands for all of them."""
        first, last = episodes[0], episodes[-1]
        assert first.parent is not None
        assert first.parent.parent is not None
        show, season = first.parent.parent.title, first.parent.index or 0
        name = f"{show} - S{season:02d}E{first.index or 0:02d}-E{last.index or 0:02d}.mkv"
        length = sum(item.duration for item in episodes)
        for item in episodes:
            item.file, item.duration = f"/data/shows/{show}/Season {season:02d}/{name}", length
            item.lead = None if item is first else first
            item.drawn.clear()
        for item in episodes[1:] if not objects else ():
            self.server.library.drop(item)
            for user in self.server.users.values():
                user.view.forget(item)
        self.server.library.changed(first.section)

    def music(self, artist: str, album: str, tracks: list[str]) -> list[Item]:
        """Put an album into the music section; its tracks."""
        section, now = self.section("artist"), self.server.now()
        above: Item | None = None
        for kind, title in (("artist", artist), ("album", album)):
            above = self._heard(section, kind, title, above, now)
            above.index = 1  # the disc, as tracks name it
        found = [self._heard(section, "track", title, above, now) for title in tracks]
        for number, track in enumerate(found, 1):
            track.index, track.duration = number, 240_000
        return found

    def _heard(self, section: Section, kind: str, title: str, parent: Item | None, now: int) -> Item:
        key = self.server.library.next_key()
        track = digest("mbid", kind, title, length=32)
        mbid = "-".join((track[:8], track[8:12], track[12:16], track[16:20], track[20:]))
        guid = f"plex://{kind}/{digest(kind, title)}"
        item = Item(key, kind, section, guid, title, (f"mbid://{mbid}",), parent=parent, added=now, updated=now)
        return self.server.library.place(item)


def named(work: Work, names: Names, key: int) -> tuple[str, tuple[str, ...]]:
    """The guid of an item and its external names (plex.md 4.5); the numbers of an episode are its own, except in the
    guids of the old agents, which carry the series."""
    if names == "none" or not work.ids:
        return f"local://{key}", ()
    if names == "new":
        spaces = ("imdb", "tmdb", "tvdb")
        return f"plex://{work.kind}/{work.ids['plex']}", tuple(f"{s}://{work.ids[s]}" for s in spaces if s in work.ids)
    if work.kind == "movie":
        return f"com.plexapp.agents.imdb://{work.ids['imdb']}?lang=en", ()
    numbers = [(work.show or work).ids["tvdb"], work.season, work.number if work.kind == "episode" else None]
    return "com.plexapp.agents.thetvdb://" + "/".join(str(n) for n in numbers if n is not None) + "?lang=en", ()
