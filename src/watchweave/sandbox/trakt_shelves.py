"""What a simulated Trakt account holds: plays, ratings, lists, copies, comments, paused playback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from .world import Work


class Play(Struct, frozen=True, gc=False):
    """One watching; `at` is a whole minute, 0 where the date is unknown. `added` is when Trakt heard of it."""

    id: int
    work: Work
    at: int
    action: str
    added: int


class Rating(Struct, frozen=True):
    work: Work
    value: int
    at: int


class Copy(Struct, frozen=True):
    """A thing in the collection."""

    work: Work
    at: int
    updated: int
    metadata: Mapping[str, object]


class Paused(Struct, frozen=True):
    """Playback that was left off."""

    id: int
    work: Work
    progress: float
    at: int


class Watching(Struct, frozen=True):
    """What is watched right now, until it ends by itself."""

    work: Work
    since: int
    until: int
    action: str
    play: Play | None = None


class Entry(Struct, frozen=True):
    """One item of a list; its rank is its place."""

    id: int
    work: Work
    at: int
    notes: str | None = None


class ItemList:
    """A watchlist, the favourites or a personal list."""

    def __init__(self, number: int, name: str, slug: str, now: int) -> None:
        self.id = number
        self.name = name
        self.slug = slug
        self.description = ""
        self.privacy = "private"
        self.display_numbers = False
        self.allow_comments = True
        self.sort_by = "rank"
        self.sort_how = "asc"
        self.created = now
        self.updated = now
        self.likes = 0
        self.version = 0
        self.entries: dict[str, Entry] = {}

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, work: Work) -> bool:
        return work.uid in self.entries

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    @property
    def works(self) -> list[Work]:
        return [entry.work for entry in self]

    def changed(self, now: int) -> None:
        self.updated = now
        self.version += 1


class Comment(Struct, frozen=True):
    """What somebody wrote about a work or a list; `parent` is the comment that it replies to, or 0."""

    id: int
    about: Work | ItemList
    text: str
    spoiler: bool
    parent: int
    created: int
    updated: int

    @property
    def kind(self) -> str:
        return self.about.kind if isinstance(self.about, Work) else "list"

    @property
    def words(self) -> int:
        return len(self.text.split())


class History:
    """All plays of an account, with the orders in which they are asked for."""

    def __init__(self) -> None:
        self.plays: dict[int, Play] = {}
        self.of_work: dict[str, dict[int, Play]] = {}
        self.version = 0
        self._sorted: dict[str, list[Play]] = {}
        self._watched: dict[str, list[tuple[Work, list[Play]]]] = {}

    def put(self, play: Play) -> None:
        self.plays[play.id] = play
        self.of_work.setdefault(play.work.uid, {})[play.id] = play
        self._changed()

    def drop(self, play: Play) -> None:
        del self.plays[play.id]
        left = self.of_work[play.work.uid]
        del left[play.id]
        if not left:
            del self.of_work[play.work.uid]
        self._changed()

    def of(self, work: Work) -> list[Play]:
        """The plays of a film or an episode, or of all episodes of a show or a season."""
        leaves = [work] if work.kind in ("movie", "episode") else work.episodes
        return [play for leaf in leaves for play in self.of_work.get(leaf.uid, {}).values()]

    def newest(self, kind: str = "") -> list[Play]:
        """Newest first; of one kind, or of both."""
        if kind not in self._sorted:
            chosen = [play for play in self.plays.values() if kind in ("", play.work.kind)]
            self._sorted[kind] = sorted(chosen, key=lambda play: (play.at, play.id), reverse=True)
        return self._sorted[kind]

    def watched(self, kind: str) -> list[tuple[Work, list[Play]]]:
        """Films, shows or episodes with their plays (newest first), the last watched first."""
        if kind not in self._watched:
            groups: dict[str, tuple[Work, list[Play]]] = {}
            for play in self.newest("movie" if kind == "movie" else "episode"):
                work = play.work.show if kind == "show" and play.work.show else play.work
                groups.setdefault(work.uid, (work, []))[1].append(play)
            self._watched[kind] = list(groups.values())
        return self._watched[kind]

    def _changed(self) -> None:
        self.version += 1
        if self._sorted:
            self._sorted, self._watched = {}, {}
