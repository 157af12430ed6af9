"""Finding out what a film or a show without any id is: what we know already, then one question to one source."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

from ..core.media import Media
from ..core.records import DAY
from ..core.titles import Proposal, Work, normal, plain, propose, spoken, taken
from ..errors import ServiceError, StorageError
from ..metadata.base import Source
from ..storage.lookups import NOBODY, Lookups, Offer, Unknown
from ..storage.store import Store

log = logging.getLogger("watchweave")

AT_ONCE = 8
"""So many questions are on their way at a time; how fast they go is the source's pace."""
PORTION = 200
"""After so many answers they are kept: what was answered is not asked again, however the run ends."""
OFFERS = 5
"""So many proposals are kept of each."""


class Identify:
    """The looking up of one run. Sources that answer without a request come first; one that fails is not asked again.

    exact: may the only work of the same title and year be taken by itself? asks: may it ask what costs a request? What
    waits for such an answer is left alone else.
    """

    def __init__(
        self,
        store: Store,
        sources: Sequence[Source],
        when: tuple[Callable[[], int], asyncio.Event],
        *,
        exact: bool,
        asks: bool,
    ) -> None:
        self.store = store
        self.sources = sources
        self.clock, self.stop = when
        self.exact = exact
        self.asks = asks
        self.lookups = Lookups(store.db)
        self.failed: set[str] = set()
        self.heard: dict[tuple[str, int, str, int | None], asyncio.Future[Sequence[Work] | None]] = {}
        """Answers of this run: two copies of one title are one question."""

    async def all(self, accounts: Collection[int], tell: Callable[[str], None], *, read: bool) -> None:
        """Ask about everything of these accounts that nobody knows. read: has any reading brought rows just now?"""
        able = self.asks and any(not source.free for source in self.sources)
        if not read and not self.lookups.due(self.clock(), able=able):
            return
        unknown = self.lookups.unknown(accounts, self.clock(), able=able)
        if not unknown:
            return
        known = ByTitle(self.lookups.works())
        for start in range(0, len(unknown), PORTION):
            if self.stop.is_set():
                return
            tell(f"identifying {start + 1} of {len(unknown)}")
            await self._portion(unknown[start : start + PORTION], known)

    async def _portion(self, some: Sequence[Unknown], known: ByTitle) -> None:
        """Ask about these side by side, and keep what was answered."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def ask(asked: Unknown) -> tuple[str, list[tuple[str, Proposal]]] | None:
            async with gate:
                return await self._ask(asked, known)

        answers = await asyncio.gather(*(ask(one) for one in some))
        with self.store.transaction():
            for asked, answer in zip(some, answers, strict=True):
                if answer is not None:
                    self._keep(asked, *answer)

    async def _ask(self, asked: Unknown, known: ByTitle) -> tuple[str, list[tuple[str, Proposal]]] | None:
        """Who was asked, and what it may be on whose word; nothing if nobody could be asked who may be asked later."""
        wanted = Work(asked.media)
        said = [(NOBODY, one) for one in propose(wanted, known.like(asked.media), OFFERS)]
        able = [source for source in self.sources if asked.media.kind in source.searches]
        teller = NOBODY
        for source in (source for source in able if source.free):
            works = await self._once(source, asked.media)
            if works is None:
                continue
            teller, said = source.name, merged(said, source.name, propose(wanted, works, OFFERS))
            if taken([proposal for _, proposal in said]):
                return teller, said
        paid = [source for source in able if not source.free]
        if not paid:
            return teller, said
        source = paid[asked.tries % len(paid)]
        works = await self._once(source, asked.media)
        return None if works is None else (source.name, merged(said, source.name, propose(wanted, works, OFFERS)))

    async def _once(self, source: Source, media: Media) -> Sequence[Work] | None:
        """The answer to this question, which is asked at most once a run."""
        question = source.name, int(media.kind), normal(media.title), media.year
        if question not in self.heard:
            self.heard[question] = asyncio.ensure_future(self._search(source, media))
        return await self.heard[question]

    async def _search(self, source: Source, media: Media) -> Sequence[Work] | None:
        """What the source has of this title; nothing if it cannot be asked now."""
        if source.name in self.failed or self.stop.is_set() or not (source.free or self._may_ask(source)):
            return None
        try:
            return await source.search(media)
        except (ServiceError, StorageError) as problem:
            if source.name not in self.failed:
                log.warning("%s What has no id is looked up at a later sync.", problem)
            self.failed.add(source.name)
            return None

    def _may_ask(self, source: Source) -> bool:
        """May this source be sent one more request? Then it counts."""
        if not self.asks:
            return False
        with self.store.transaction():
            return self.lookups.spend(source.name, self.clock() // DAY, source.budget)

    def _keep(self, asked: Unknown, source: str, said: Sequence[tuple[str, Proposal]]) -> None:
        """Write down what it may be, and take what is sure."""
        sure = taken([proposal for _, proposal in said]) if self.exact else None
        offers = [offer(teller, proposal) for teller, proposal in said]
        self.lookups.keep(asked, source, offers, self.clock(), sure.work.media.ids if sure else None)
        if sure is not None:
            teller = next(teller for teller, proposal in said if proposal is sure)
            self.lookups.learn(asked.number, sure.work.media.ids, teller)


class ByTitle:
    """Films and shows that are known by an id, to be found by their titles."""

    def __init__(self, works: Iterable[Media]) -> None:
        self._by_title: dict[tuple[int, str], list[Work]] = defaultdict(list)
        for media in works:
            work = Work(media)
            for title in {form(each) for each in work.titles for form in (normal, plain)}:
                self._by_title[media.kind, title].append(work)

    def like(self, media: Media) -> list[Work]:
        """Those of this kind with a title that is the same in one form or another."""
        forms = {form(each) for each in spoken(media.title) for form in (normal, plain)}
        found = [work for title in sorted(forms) for work in self._by_title.get((media.kind, title), ())]
        return list({id(work): work for work in found}.values())


def merged(said: Sequence[tuple[str, Proposal]], source: str, more: Iterable[Proposal]) -> list[tuple[str, Proposal]]:
    """All that was said, each work once, likeliest first: two that share an id and contradict in none are one."""
    found = list(said)
    for proposal in more:
        same = next((n for n, (_, one) in enumerate(found) if one_work(one.work.media, proposal.work.media)), None)
        if same is None:
            found.append((source, proposal))
        elif proposal.score > found[same][1].score:
            found[same] = (source, proposal)
    return sorted(found, key=lambda pair: -pair[1].score)[:OFFERS]


def one_work(one: Media, other: Media) -> bool:
    """Do these name one work?"""
    both = one.ids.keys() & other.ids.keys()
    return bool(both) and all(one.ids[space] == other.ids[space] for space in both)


def offer(teller: str, proposal: Proposal) -> Offer:
    """A proposal as it is kept and shown."""
    media = proposal.work.media
    return Offer(media.ids, media.title, media.year, teller, proposal.score, proposal.why)
