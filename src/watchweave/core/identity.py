"""Which records of different services are about the same thing: typed ids first, titles only confirm."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import IntEnum

from msgspec import Struct

from .media import Kind, Media
from .titles import normal


class Standing(IntEnum):
    """What an id is worth: good joins and is sent; the others are understood but never sent."""

    GOOD = 0
    FORMER = 1
    AMBIGUOUS = 2
    DISPUTED = 3


class Candidate(Struct, frozen=True, array_like=True):
    """A media we know already, as far as it matters for joining; `ids` are the good ones."""

    media: int
    kind: int
    ids: dict[str, str]
    title: str = ""
    year: int | None = None
    parent: int | None = None
    season: int | None = None
    number: int | None = None
    runtime: int | None = None
    order: str = ""

    @property
    def place(self) -> tuple[int | None, int | None, str]:
        """Season and number, and the order in which they count."""
        return self.season, self.number, self.order


class Verdict(Struct, frozen=True):
    """Which media it is (None: a new one), which of its id spaces are no key, and why both are frozen, if they are."""

    media: int | None
    standing: Mapping[str, Standing] = {}
    frozen: str = ""
    against: tuple[int, ...] = ()
    also: tuple[int, ...] = ()
    """Further media that turn out to be the same."""


NEW = Verdict(None)
NOTHING: Mapping[str, Standing] = {}


def judge(
    media: Media,
    parent: int | None,
    by_place: Candidate | None,
    by_ids: Collection[Candidate],
    strangers: Collection[int | None] = (),
) -> Verdict:
    """Which of the candidates this is.

    by_place: what stands at its season and number of the same show. by_ids: those that share a good id of its kind.
    strangers: shows of theirs that its own show contradicts.
    """
    if by_place is None and not by_ids:
        return NEW
    if media.kind in (Kind.EPISODE, Kind.SEASON) and parent is not None:
        return _judge_part(media, by_place, by_ids, strangers)
    same: list[Candidate] = []
    contradicted: list[Candidate] = []
    for candidate in by_ids:
        agrees = not differences(media.ids, candidate.ids) or confirmed(media, candidate)
        (same if agrees else contradicted).append(candidate)
    if not same:
        return _contradicted(media, contradicted, "another title")
    chosen = min(same, key=lambda c: (not titled(media, c.title), c.media))
    others = [candidate for candidate in same if candidate is not chosen]
    apart = [c for c in others if not one_work(c, chosen)]  # a record with the ids of two works joins nothing
    standing = dict.fromkeys(differences(media.ids, chosen.ids), Standing.DISPUTED)
    standing |= {space: Standing.DISPUTED for candidate in apart for space in shared(media, candidate)}
    return Verdict(chosen.media, standing, also=tuple(sorted(c.media for c in others if c not in apart)))


def _judge_part(
    media: Media, by_place: Candidate | None, by_ids: Collection[Candidate], strangers: Collection[int | None]
) -> Verdict:
    """A season or an episode: an own id is certain, else its place in the show; an id of two episodes is no key.

    Where the shows contradict each other, one id alone is not enough. What stands at its place and has other ids alone is
    another episode, which somebody numbers differently, unless the title says that it is the same. Two at different
    places are one if nothing differs, and this stands at neither place or each of them is confirmed twice.
    """

    def sure(candidate: Candidate) -> int:
        return len(shared(media, candidate)) + (by_place not in same or candidate is by_place)

    standing: dict[str, Standing] = {}
    same, contradicted = [], []
    for candidate in by_ids:
        unlike, equal = differences(media.ids, candidate.ids), shared(media, candidate)
        if candidate is not by_place and unlike and len(equal) + says_so(media, candidate) <= len(unlike):
            standing |= dict.fromkeys(shared(media, candidate), Standing.AMBIGUOUS)
        elif candidate.parent in strangers and len(shared(media, candidate)) == 1:
            contradicted.append(candidate)
        else:
            same.append(candidate)
    if by_place is not None and by_place not in same and not _one_place(media, by_place):
        by_place = None
    if by_place is not None and (not same or by_place in same):
        chosen = by_place
        standing = dict.fromkeys(differences(media.ids, chosen.ids), Standing.DISPUTED) | standing
    elif same:
        chosen = min(same, key=lambda c: (-len(shared(media, c)), c.media))
    elif contradicted:
        return _contradicted(media, contradicted, "an episode of another show", standing)
    else:
        return Verdict(None, standing)
    others = [candidate for candidate in same if candidate is not chosen]
    apart = [
        c for c in others if differing(c, chosen) or (other_place(c, chosen) and not (sure(c) > 1 and sure(chosen) > 1))
    ]
    standing |= {space: Standing.AMBIGUOUS for candidate in apart for space in shared(media, candidate)}
    standing |= {space: Standing.DISPUTED for candidate in contradicted for space in shared(media, candidate)}
    return Verdict(chosen.media, standing, also=tuple(sorted(c.media for c in others if c not in apart)))


def _one_place(media: Media, there: Candidate) -> bool:
    """Is this what stands at its place, though they share no id? Of one season there are several ids, by order; of an
    episode one id may have changed, if its title says that it is the same."""
    unlike = len(differences(media.ids, there.ids))
    return media.kind is Kind.SEASON or not unlike or (unlike == 1 and says_so(media, there))


def says_so(media: Media, there: Candidate) -> bool:
    """Do two that stand at one place bear one title? `Episode 3` stands at the third place of every order, so a title
    with the number of its place says nothing."""
    title = normal(media.title)
    numbers = {int(word) for word in title.split() if word.isdecimal()}
    return bool(title) and title == normal(there.title) and media.number not in numbers


def _contradicted(
    media: Media, candidates: Collection[Candidate], what: str, standing: Mapping[str, Standing] = NOTHING
) -> Verdict:
    """Something new, which is frozen together with what it contradicts; what they share is no key."""
    if not candidates:
        return NEW
    both = list(dict.fromkeys(space for other in candidates for space in shared(media, other)))
    unlike = sorted({space for other in candidates for space in differences(media.ids, other.ids)})
    why = contradiction(both, what, unlike)
    against = tuple(sorted(other.media for other in candidates))
    return Verdict(None, {**standing, **dict.fromkeys(both, Standing.DISPUTED)}, why, against)


def contradiction(both: Iterable[str], what: str, unlike: Collection[str]) -> str:
    """Why nothing is written of two, by the spaces in which their ids are equal, and those in which they differ."""
    return f"shares {', '.join(both)} with {what}" + (f", but not {', '.join(unlike)}" if unlike else "")


def shared(media: Media, candidate: Candidate) -> list[str]:
    """The id spaces in which both have one value."""
    return [space for space, value in media.ids.items() if candidate.ids.get(space) == value and space != "slug"]


def one_work(one: Candidate, other: Candidate) -> bool:
    """May these two be one? Ids that differ need the title to say so."""
    titles = bool(one.title) and one.title.casefold() == other.title.casefold()
    return not differing(one, other) or (titles and near_years(one.year, other.year))


def differing(one: Candidate, other: Candidate) -> set[str]:
    """The id spaces in which two that we know contradict each other."""
    return differences(one.ids, other.ids)


def titled(media: Media, title: str) -> bool:
    return bool(title) and media.title.casefold() == title.casefold()


def other_place(one: Candidate, other: Candidate) -> bool:
    """Do these stand at two places of one show? Places in two orders cannot be compared."""
    return one.parent == other.parent and one.order == other.order and one.place != other.place


def same_show(one: Candidate, other: Candidate) -> bool:
    """Are these one show, if an episode of both is one? Nothing may contradict, and the title must confirm it."""
    if differences(one.ids, other.ids) or not one.title or one.title.casefold() != other.title.casefold():
        return False
    return one.year is None or other.year is None or near_years(one.year, other.year)


def differences(ids: Mapping[str, str], other: Mapping[str, str]) -> set[str]:
    """The id spaces in which both have a value and the values differ; slugs say nothing."""
    return {space for space, value in ids.items() if space != "slug" and other.get(space, value) != value}


def confirmed(media: Media, candidate: Candidate) -> bool:
    """Do title and year confirm that a differing id is a redirect or a slip, and not another film?"""
    differing = differences(media.ids, candidate.ids)
    equal = len(shared(media, candidate))
    if not media.title or media.title.casefold() != candidate.title.casefold():
        return equal > 1 and len(differing) == 1 and near_years(media.year, candidate.year)
    return len(differing) <= equal and near_years(media.year, candidate.year)


def near_years(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= 1
