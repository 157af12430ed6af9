"""One simulated Trakt account: all it holds, what a person does there, and what follows from it by itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from .trakt_rules import FREE, LEAVES, MINUTE, PLAYBACK_KEPT, PLURAL, VIP, Options
from .trakt_shelves import Comment, Copy, Entry, History, ItemList, Paused, Play, Rating, Watching
from .world import Work, World

HISTORY_BASE = 2**60
"""Ids of plays are far above 2^53, so that a float cannot hold them."""


class Account:
    """The methods are what a person does on the website or what a request does; both move the leaves.

    Times are unix seconds. `history`, `ratings`, `watchlist`, `favorites`, `lists`, `collection`, `comments`,
    `playback` and `hidden` may be read freely; change them through the methods only.
    """

    def __init__(self, world: World, options: Options, numbers: Iterator[int], name: str, *, vip: bool = False) -> None:
        self.world = world
        self.options = options
        self._numbers = numbers
        self.number = self._id()
        self.name = self.slug = name
        self.uuid = hashlib.sha1(f"{world.seed} {name}".encode()).hexdigest()
        self.vip = vip
        self.private = False
        self.locked = False
        self.deactivated = False
        self.timezone = "Europe/Berlin"
        self.browsing: dict[str, object] = {"watch_only_once": False, "watch_after_rating": None}
        self.limits: dict[str, int] = dict(VIP if vip else FREE)
        self.joined = self._now() - 5 * 365 * 86_400
        self.leaves = {f"{shelf}.{leaf}": self.joined for shelf, leaves in LEAVES.items() for leaf in leaves}
        self.history = History()
        self.ratings: dict[str, Rating] = {}
        self._rated: list[Rating] | None = None
        self.watchlist = ItemList(self._id(), "Watchlist", "watchlist", self.joined)
        self.favorites = ItemList(self._id(), "Favorites", "favorites", self.joined)
        self.lists: dict[int, ItemList] = {}
        self.liked: dict[int, tuple[Account, ItemList, int]] = {}
        self.collection: dict[str, Copy] = {}
        self.comments: dict[int, Comment] = {}
        self.may_comment = True
        self.playback: dict[str, Paused] = {}
        self.hidden: dict[str, dict[str, tuple[Work, int]]] = {}
        self.resets: dict[str, int] = {}
        self.watching: Watching | None = None

    # Small things

    def _now(self) -> int:
        return int(self.world.now())

    def _id(self) -> int:
        return next(self._numbers)

    def _history_id(self) -> int:
        """In no order of time, and so close together that a float makes one of two."""
        return HISTORY_BASE + self._id() * 10_368_889 % 2**24

    def touch(self, *leaves: str) -> None:
        """These leaves of last_activities move to now."""
        now = self._now() // self.options.leaf_step * self.options.leaf_step
        for leaf in leaves:
            self.leaves[leaf] = now

    # History

    def watch(self, work: Work, at: float | None = None, action: str = "watch") -> Play:
        """A film or an episode was watched, now or then (0: nobody knows when)."""
        return self.play(work, self._now() if at is None else int(at), action)[0]

    def play(self, work: Work, at: int, action: str) -> tuple[Play, str]:
        """Add a play; says what became of it: "added", "updated" (it took the place of another) or "dropped"."""
        at = at // MINUTE * MINUTE
        earlier = self.history.of(work)
        if earlier and self.browsing["watch_only_once"]:
            if self.options.once_drops:
                return earlier[0], "dropped"
            play = replace(earlier[0], at=at, action=action, added=self._now())
        elif self.options.same_play_once and any(play.at == at for play in earlier):
            return earlier[0], "dropped"
        else:
            play = Play(self._history_id(), work, at, action, self._now())
        result = "updated" if play.id in self.history.plays else "added"
        self.history.put(play)
        self.touch(f"{PLURAL[work.kind]}.watched_at")
        self._leaves_watchlist(work)
        self.resume_nothing(work)
        return play, result

    def _leaves_watchlist(self, work: Work) -> None:
        """A watched film leaves the watchlist; an episode takes its season and show along."""
        around = (
            [work] if work.kind == "movie" else [work, work.show, work.show and work.show.seasons[work.season or 0]]
        )
        for one in around:
            if one and one in self.watchlist:
                self.take_off(self.watchlist, one)

    def remove_play(self, play: Play) -> None:
        self.history.drop(play)
        self.touch(f"{PLURAL[play.work.kind]}.watched_at")

    def unwatch(self, work: Work) -> int:
        """All plays of it go; how many there were."""
        plays = self.history.of(work)
        for play in plays:
            self.remove_play(play)
        return len(plays)

    def watch_anew(self, show: Work) -> None:
        """Plays before now no longer count as progress of this show."""
        self.resets[show.uid] = self._now()

    # Ratings

    def rate(self, work: Work, value: int, at: float | None = None) -> None:
        new = work.uid not in self.ratings
        self.ratings[work.uid] = Rating(work, value, self._now() if at is None else int(at))
        self._rated = None
        self.touch(f"{PLURAL[work.kind]}.rated_at")
        if new and self.browsing["watch_after_rating"] and work.kind in ("movie", "episode"):
            self.watch(work)

    def unrate(self, work: Work) -> bool:
        found = self.ratings.pop(work.uid, None)
        if found:
            self._rated = None
            self.touch(f"{PLURAL[work.kind]}.rated_at")
        return found is not None

    def rated(self) -> list[Rating]:
        """All ratings, newest first."""
        if self._rated is None:
            order = sorted(self.ratings.values(), key=lambda rating: (rating.at, rating.work.uid), reverse=True)
            self._rated = order
        return self._rated

    # Lists of all sorts

    def want(self, work: Work) -> None:
        self.put_on(self.watchlist, work)

    def unwant(self, work: Work) -> None:
        self.take_off(self.watchlist, work)

    def make_list(self, name: str, privacy: str = "private") -> ItemList:
        slug = base = re.sub(r"[^\w]+", "-", name.lower()).strip("-") or "list"
        taken = {one.slug for one in self.lists.values()}
        while slug in taken:
            slug = f"{base}-{int(slug.rpartition('-')[2]) + 1 if slug != base else 2}"
        made = ItemList(self._id(), name, slug, self._now())
        made.privacy = privacy
        self.lists[made.id] = made
        self.touch("lists.updated_at")
        return made

    def delete_list(self, gone: ItemList) -> None:
        del self.lists[gone.id]
        self.touch("lists.updated_at")

    def put_on(self, items: ItemList, work: Work, notes: str | None = None) -> bool:
        """At the end of the list, unless it is there already."""
        if work in items:
            return False
        items.entries[work.uid] = Entry(self._id(), work, self._now(), notes)
        self.list_changed(items, work)
        return True

    def take_off(self, items: ItemList, work: Work) -> bool:
        if work not in items:
            return False
        del items.entries[work.uid]
        self.list_changed(items, work)
        return True

    def reorder(self, items: ItemList, ids: list[int]) -> list[int]:
        """These come first, in this order; returns the ids that are not on the list."""
        by_id = {entry.id: entry for entry in items}
        first = [by_id.pop(number) for number in dict.fromkeys(ids) if number in by_id]
        items.entries = {entry.work.uid: entry for entry in [*first, *by_id.values()]}
        self.list_changed(items)
        known = {entry.id for entry in items}
        return [number for number in ids if number not in known]

    def list_changed(self, items: ItemList, work: Work | None = None) -> None:
        items.changed(self._now())
        shelf = {self.watchlist.id: "watchlist", self.favorites.id: "favorites"}.get(items.id, "lists")
        self.touch(f"{shelf}.updated_at")
        if work and shelf != "lists":
            leaf = f"{PLURAL[work.kind]}.{'watchlisted' if shelf == 'watchlist' else 'favorited'}_at"
            self.touch(*({leaf} & self.leaves.keys()))

    def like(self, owner: Account, liked: ItemList) -> None:
        self.liked[liked.id] = owner, liked, self._now()
        liked.likes += 1
        self.touch("lists.liked_at")

    def unlike(self, liked: ItemList) -> None:
        if self.liked.pop(liked.id, None):
            liked.likes -= 1
            self.touch("lists.liked_at")

    # Comments

    def comment(self, about: Work | ItemList, text: str, *, spoiler: bool = False, parent: int = 0) -> Comment:
        """Write something about it, or reply to what somebody wrote."""
        now = self._now()
        made = Comment(self._id(), about, text, spoiler, parent, now, now)
        self.comments[made.id] = made
        self._commented(made)
        return made

    def edit_comment(self, old: Comment, text: str, *, spoiler: bool) -> Comment:
        new = replace(old, text=text, spoiler=spoiler, updated=self._now())
        self.comments[old.id] = new
        self._commented(new)
        return new

    def delete_comment(self, gone: Comment) -> None:
        del self.comments[gone.id]
        self._commented(gone)

    def _commented(self, comment: Comment) -> None:
        self.touch(f"{PLURAL.get(comment.kind, 'lists')}.commented_at")

    # Collection, playback, hidden

    def collect(self, work: Work, at: float | None = None, metadata: Mapping[str, object] | None = None) -> str:
        """Says what came of it: "added", "updated" or "existing"."""
        old, now = self.collection.get(work.uid), self._now()
        new = Copy(work, int(at) if at is not None else old.at if old else now, now, dict(metadata or {}))
        if old and (old.at, old.metadata) == (new.at, new.metadata):
            return "existing"
        self.collection[work.uid] = new
        self.touch(f"{PLURAL[work.kind]}.collected_at")
        return "updated" if old else "added"

    def uncollect(self, work: Work) -> bool:
        found = self.collection.pop(work.uid, None)
        if found:
            self.touch(f"{PLURAL[work.kind]}.collected_at")
        return found is not None

    def pause(self, work: Work, progress: float) -> Paused:
        """Playback was left off at so many per cent."""
        self.playback.pop(work.uid, None)
        paused = Paused(self._id(), work, progress, self._now())
        self.playback[work.uid] = paused
        self.touch(f"{PLURAL[work.kind]}.paused_at")
        return paused

    def resume_nothing(self, work: Work) -> bool:
        """Forget where playback of it was left off."""
        found = self.playback.pop(work.uid, None)
        if found:
            self.touch(f"{PLURAL[work.kind]}.paused_at")
        return found is not None

    def paused(self) -> list[Paused]:
        """Newest first; nothing older than six months."""
        since = self._now() - PLAYBACK_KEPT
        return sorted((p for p in self.playback.values() if p.at > since), key=lambda p: (p.at, p.id), reverse=True)

    def hide(self, section: str, work: Work) -> bool:
        here = self.hidden.setdefault(section, {})
        if work.uid in here:
            return False
        here[work.uid] = work, self._now()
        self._hidden_moved(section, work)
        return True

    def unhide(self, section: str, work: Work) -> bool:
        found = self.hidden.get(section, {}).pop(work.uid, None)
        if found:
            self._hidden_moved(section, work)
        return found is not None

    def _hidden_moved(self, section: str, work: Work) -> None:
        leaf = "shows.dropped_at" if section == "dropped" else f"{PLURAL[work.kind]}.hidden_at"
        self.touch(*({leaf} & self.leaves.keys()))

    def now_watching(self) -> Watching | None:
        """What is on, unless it has ended by itself."""
        return self.watching if self.watching and self.watching.until > self._now() else None

    # The account itself

    def rename(self, slug: str) -> None:
        """Another name in addresses; the uuid stays."""
        self.name = self.slug = slug
        self.touch("account.settings_at")

    def choose(self, **browsing: object) -> None:
        """Change settings such as `watch_only_once`."""
        self.browsing.update(browsing)
        self.touch("account.settings_at")

    def later(self, wait: float, action: Callable[[], object]) -> None:
        """Do it now, or after so many seconds of the world's time."""
        if wait:
            self.world.clock.at(self.world.now() + wait, action)
        else:
            action()
