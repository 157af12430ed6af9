"""Finding out what a film or a show is of which too little is known: what we know already, then one question to one source."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from ..core.media import PUBLIC, Kind, Media
from ..core.titles import SURE, Proposal, Work, as_long, lengths_differ, normal, plain, propose, taken
from ..metadata.base import Source, Works
from ..storage.called import namesakes
from ..storage.lookups import NOBODY, Lookups, Offer, Unknown
from ..storage.store import Store
from .asking import Asking

AT_ONCE = 8
"""So many questions are on their way at a time; how fast they go is the source's pace."""
PORTION = 200
"""After so many answers they are kept: what was answered is not asked again, however the run ends."""
OFFERS = 5
"""So many proposals are kept of each."""


class Answer(Struct, frozen=True):
    """What was said of one thing: who was asked, what it may be on whose word, and what it is."""

    source: str
    said: Sequence[tuple[str, Proposal]] = ()
    sure: tuple[str, Media] | None = None
    by_title: bool = False
    """Is it sure by its title alone?"""
    put_off: bool = False
    """Was it asked about beside its time, and in vain?"""


class Identify:
    """The looking up of one run. Sources that answer without a request come first.

    exact: may the only work of the same title and year be taken by itself? What waits for an answer that nobody may be
    asked for now is left alone.
    """

    def __init__(self, store: Store, asking: Asking, *, exact: bool) -> None:
        self.store = store
        self.asking = asking
        self.exact = exact
        self.lookups = Lookups(store.db)

    async def all(
        self, accounts: Collection[int], tell: Callable[[str], None], needs: Collection[tuple[Kind, str]] = ()
    ) -> None:
        """Ask about everything of these accounts that nobody knows, and about what too few know. needs: by kind, the
        databases whose ids one of them wants to be told."""
        now = self.asking.clock()
        if self.exact:
            self._take(accounts)
        unknown = self.lookups.unknown(accounts, now)
        known = ByTitle(self.lookups.works()) if unknown else ByTitle([])
        unknown += self.lookups.partly_known(accounts, now, needs)
        for start in range(0, len(unknown), PORTION):
            if self.asking.stop.is_set():
                return
            tell(f"identifying {start + 1} of {len(unknown)}")
            await self._portion(unknown[start : start + PORTION], known)

    async def _portion(self, some: Sequence[Unknown], known: ByTitle) -> None:
        """Ask about these side by side, and keep what was answered."""
        gate = asyncio.Semaphore(AT_ONCE)
        kept = self.lookups.offers([one.number for one in some])
        before = {number: {offer.source for offer in offers} for number, offers in kept.items()}

        async def ask(asked: Unknown) -> Answer | None:
            async with gate:
                if asked.media.ids.keys() & PUBLIC:
                    return await self._by_id(asked)
                return await self._by_title(asked, known, before.get(asked.number, ()))

        answers = await asyncio.gather(*(ask(one) for one in some))
        with self.store.transaction():
            for asked, answer in zip(some, answers, strict=True):
                if answer is not None:
                    self._keep(asked, answer)

    # ---------------------------------------------------------------- by an id
    async def _by_id(self, asked: Unknown) -> Answer | None:
        """What else this is called, by an id that few know; nothing if nobody could be asked who may be asked later."""
        media, teller = asked.media, NOBODY
        able = [(source, space) for source in self.asking.sources if (space := askable(source, media))]
        free = [pair for pair in able if pair[0].free]
        paid = [pair for pair in able if not (pair[0].free or asked.free)]
        turn = asked.tries % max(1, len(paid))
        for source, space in (*free, *paid[turn : turn + 1]):
            found = await self._find(source, media, space)
            if found is None and not source.free:
                return None
            teller = source.name
            if found and len(found) == 1:
                return Answer(teller, sure=(teller, found[0]))
        return Answer(teller, put_off=asked.free)

    async def _find(self, source: Source, media: Media, space: str) -> Sequence[Media] | None:
        question = ("find", int(media.kind), space, media.ids[space])
        nothing: Sequence[Media] = ()
        found = await self.asking.once(
            source, question, lambda: source.find(media.kind, space, media.ids[space]), nothing
        )
        return found and [one for one in found if one.kind is media.kind and one.ids.get(space) == media.ids[space]]

    # ---------------------------------------------------------------- by its title
    async def _by_title(self, asked: Unknown, known: ByTitle, before: Collection[str]) -> Answer | None:
        """What it may be by its title; nothing if nobody could be asked who may be asked later.

        before: who has named works that it may be. Of those who cost requests they alone are asked for its exact year,
        every second time: that shows what a crowd may hide, and nothing is taken on it.
        """
        wanted, whole, teller = asked.work, True, NOBODY
        said = [(NOBODY, one) for one in propose(wanted, known.like(wanted), OFFERS)]
        able = [source for source in self.asking.sources if asked.media.kind in source.searches]
        for source in (source for source in able if source.free):
            works = await self._search(source, asked.media, narrow=False)
            if works is not None and not works.whole:
                works = await self._search(source, asked.media, narrow=True)
            if works is None:
                continue
            teller, whole = source.name, whole and works.whole
            said = merged(said, source.name, propose(wanted, works.found, OFFERS))
            if whole and taken([proposal for _, proposal in said]):
                return self._answer(teller, said)
        if asked.free:
            return Answer(teller, put_off=True)
        if paid := [source for source in able if not source.free]:
            turn, place = divmod(asked.tries, len(paid))
            for source in (*paid[place:], *paid[:place]):  # where one cannot be asked now, another one may be
                works = await self._search(source, asked.media, narrow=turn % 2 == 1 and source.name in before)
                if works is not None:
                    break
            else:
                return None
            teller, whole = source.name, whole and works.whole
            said = merged(said, source.name, propose(wanted, works.found, OFFERS))
        return self._answer(teller, said) if whole else Answer(teller, said)

    async def _search(self, source: Source, media: Media, *, narrow: bool) -> Works | None:
        """The answer to this question: two copies of one title are one question."""
        question = (int(media.kind), normal(media.title), media.year, narrow)
        return await self.asking.once(source, question, lambda: source.search(media, narrow=narrow), Works(whole=False))

    def _answer(self, teller: str, said: Sequence[tuple[str, Proposal]]) -> Answer:
        """Everything said, and what is sure of it."""
        sure = taken([proposal for _, proposal in said])
        who = next((name for name, proposal in said if proposal is sure), "")
        return Answer(teller, said, (who, sure.work.media) if sure else None, by_title=True)

    def _keep(self, asked: Unknown, answer: Answer) -> None:
        """Write down what it may be, and take what is sure."""
        if answer.put_off:
            self.lookups.put_off(asked)
            return
        offers = [offer(teller, proposal) for teller, proposal in answer.said]
        sure = answer.sure
        told = (sure[0], sure[1].ids) if sure and not self._doubtful(asked, sure[1].ids) else None
        believed = told if self.exact or not answer.by_title else None
        self.lookups.keep(asked, answer.source, offers, self.asking.clock(), believed and believed[1], told)
        if believed:
            self.lookups.learn(asked.number, believed[1], believed[0])

    def _take(self, accounts: Collection[int]) -> None:
        """Titles decide now: what they said already is believed, unless another one of the title is known since."""
        sure = self.lookups.sure(accounts)
        known = ByTitle(self.lookups.works()) if sure else ByTitle([])
        with self.store.transaction():
            for asked, teller, ids in sure:
                said = Proposal(Work(replace(asked.media, ids=ids)), SURE, "")
                like = propose(asked.work, known.like(asked.work))
                if taken([said, *like]) is said and not self._doubtful(asked, ids):
                    self.lookups.take(asked.number, ids, teller)

    def _doubtful(self, asked: Unknown, ids: Mapping[str, str]) -> bool:
        """Is the one that it would be called otherwise, or is it taken by its title though its account has another one of
        that title, or the same library has that one, of another length?"""
        if self.lookups.strange(asked.media, ids):
            return True
        if asked.media.ids.keys() & PUBLIC:
            return False
        lengths = self.lookups.beside(asked, ids)
        return asked.number in self.namesakes or not all(as_long(length, asked.media.runtime) for length in lengths)

    @cached_property
    def namesakes(self) -> set[int]:
        """Those of whose title an account of theirs has two."""
        return namesakes(self.store.db)


def askable(source: Source, media: Media) -> str:
    """The id by which this source can be asked for it; empty where it knows none of them."""
    return next((space for space in source.finds.get(media.kind, ()) if space in media.ids), "")


class ByTitle:
    """Films and shows that are known by an id, to be found by their titles."""

    def __init__(self, works: Iterable[Work]) -> None:
        self._by_title: dict[tuple[int, str], list[Work]] = defaultdict(list)
        for work in works:
            for title in {form(each) for each in work.titles for form in (normal, plain)}:
                self._by_title[work.media.kind, title].append(work)

    def like(self, wanted: Work) -> list[Work]:
        """Those of this kind with a title that is the same in one form or another."""
        forms = {form(each) for each in wanted.titles for form in (normal, plain)}
        found = [work for title in sorted(forms) for work in self._by_title.get((wanted.media.kind, title), ())]
        return list({id(work): work for work in found}.values())


def merged(said: Sequence[tuple[str, Proposal]], source: str, more: Iterable[Proposal]) -> list[tuple[str, Proposal]]:
    """All that was said, each work once, likeliest first: two that share an id and contradict in none are one. On how long
    it is the source's word counts, not that of a library with a file of another length.
    """
    found = list(said)
    for proposal in more:
        same = [pair for pair in found if one_work(pair[1].work.media, proposal.work.media)]
        heard = [pair for pair in same if not lengths_differ(pair[1].work.media, proposal.work.media)]
        best = max([*heard, (source, proposal)], key=lambda pair: pair[1].score)
        found = [pair for pair in found if pair not in same]
        found.append((best[0], with_ids(best[1], *(one for _, one in same), proposal)))
    return sorted(found, key=lambda pair: -pair[1].score)[:OFFERS]


def with_ids(kept: Proposal, *said: Proposal) -> Proposal:
    """The same with all ids that were said of it: by them it is told from others."""
    ids = {space: value for one in said for space, value in one.work.media.ids.items()}
    media = replace(kept.work.media, ids={**ids, **kept.work.media.ids})
    return replace(kept, work=replace(kept.work, media=media))


def one_work(one: Media, other: Media) -> bool:
    """Do these name one work?"""
    both = one.ids.keys() & other.ids.keys()
    return bool(both) and all(one.ids[space] == other.ids[space] for space in both)


def offer(teller: str, proposal: Proposal) -> Offer:
    """A proposal as it is kept and shown."""
    media = proposal.work.media
    return Offer(media.ids, media.title, media.year, teller, proposal.score, proposal.why, media.runtime)
