"""One member of the simulated Serializd: all that is held, and what a person does there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .serializd_shelves import Entry, Kept, Listed, MemberList
from .tmdb_knowledge import chance
from .world import Work

if TYPE_CHECKING:
    from .serializd import Serializd

STATES = ("watching", "paused", "dropped")


class Member:
    """The methods are what a person does on the website or what a request does.

    Times are unix seconds. Three stores, of which none follows from another: `logs` (episodes), `entries` (the diary,
    with ratings and reviews) and `marks` (seasons). They, `wishes`, `states` and `lists` may be read freely; change
    them through the methods only. A show stands for its regular seasons.
    """

    def __init__(self, serializd: Serializd, name: str, email: str, password: str) -> None:
        self.serializd = serializd
        self.know = serializd.knowledge
        self.name = name
        self.email = email
        self.password = password
        self.logs: dict[str, Kept] = {}
        self.entries: dict[int, Entry] = {}
        self.marks: dict[str, Kept] = {}
        self.wishes: dict[str, Kept] = {}
        self.states: dict[str, dict[str, Kept]] = {state: {} for state in STATES}
        self.lists: list[MemberList] = []

    def _now(self) -> int:
        return int(self.serializd.world.now())

    def _keep(self, shelf: dict[str, Kept], works: Iterable[Work], at: float | None = None) -> None:
        """What is there already stays as it is."""
        when = self._now() if at is None else int(at)
        for work in works:
            shelf.setdefault(work.uid, Kept(work, when))

    # Episodes watched

    def watch(self, *works: Work, at: float | None = None) -> None:
        """Log these episodes, or all of a season or a show; `at` is when they were logged."""
        self._keep(self.logs, self._episodes(works), at)

    def unwatch(self, *works: Work) -> None:
        _drop(self.logs, self._episodes(works))

    def _episodes(self, works: Iterable[Work]) -> list[Work]:
        return [e for work in works for e in ([work] if work.kind == "episode" else self._all_of(work))]

    def _all_of(self, work: Work) -> list[Work]:
        return [episode for season in self._seasons([work]) for episode in self.know.episodes(season)]

    def logged(self, season: Work) -> list[Kept]:
        """The episodes of a season that are in the log, in order."""
        return [self.logs[episode.uid] for episode in self.know.episodes(season) if episode.uid in self.logs]

    # Seasons marked

    def mark(self, *works: Work, at: float | None = None) -> None:
        """These seasons are watched; says nothing of their episodes."""
        self._keep(self.marks, self._seasons(works), at)

    def unmark(self, *works: Work) -> None:
        _drop(self.marks, self._seasons(works))

    def _seasons(self, works: Iterable[Work]) -> list[Work]:
        return [s for work in works for s in ([work] if work.kind == "season" else self.know.regular(work))]

    # The diary

    def enter(self, work: Work, at: float | None = None, **more: Any) -> Entry:
        """Write into the diary that a show, a season or an episode was watched, now or then.

        `more` are further fields of `Entry`. The same may be entered any number of times. An entry for a whole show
        also logs its episodes and marks its seasons.
        """
        now, number = self._now(), self.serializd.next_number()
        luck = chance(self.serializd.world.seed, self.name, number)
        entry = Entry(number, work, now if at is None else int(at), now, luck, **more)
        self.entries[entry.id] = entry
        if work.kind == "show" and (entry.is_log or self.serializd.options.show_rating_marks):
            self.watch(work)
            self.mark(work)
        return entry

    def rate(self, work: Work, value: int, at: float | None = None) -> Entry:
        """A bare rating, 1 to 10."""
        return self.enter(work, at, rating=value, is_log=False)

    def review(self, work: Work, text: str, **more: Any) -> Entry:
        """A review without a log; `more` are further fields of `Entry`: rating, spoiler, like, tags …"""
        return self.enter(work, text=text, **{"is_log": False, **more})

    def delete(self, entry: Entry) -> None:
        """The entry goes; what was logged or marked stays."""
        del self.entries[entry.id]

    # Wishes and states

    def want(self, *works: Work, at: float | None = None) -> None:
        """Seasons, or all regular seasons of a show, are on the watchlist."""
        self._keep(self.wishes, self._seasons(works), at)

    def unwant(self, *works: Work) -> None:
        _drop(self.wishes, self._seasons(works))

    def put_in(self, state: str, *shows: Work, at: float | None = None) -> None:
        """These shows are being watched, paused or dropped; one does not end another."""
        self._keep(self.states[state], shows, at)

    def take_out(self, state: str, *shows: Work) -> None:
        _drop(self.states[state], shows)

    # Lists

    def make_list(self, name: str, *works: Work, private: bool = False, ranked: bool = False) -> MemberList:
        made = MemberList(self.serializd.next_number(), name, self._now(), self._now(), private=private, ranked=ranked)
        made.items = [Listed(work) for work in works]
        self.lists.append(made)
        return made

    def put_on(self, items: MemberList, work: Work, description: str = "") -> None:
        items.items.append(Listed(work, description))
        items.updated = self._now()

    def take_off(self, items: MemberList, work: Work) -> None:
        items.items = [listed for listed in items.items if listed.work is not work]
        items.updated = self._now()

    def delete_list(self, gone: MemberList) -> None:
        self.lists.remove(gone)


def _drop(shelf: dict[str, Kept], works: Iterable[Work]) -> None:
    for work in works:
        shelf.pop(work.uid, None)
