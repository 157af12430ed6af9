"""Which records of different services are about the same thing: typed ids first, titles only confirm."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import IntEnum

from msgspec import Struct

from .media import Kind, Media


class Standing(IntEnum):
    """What an id is worth: good joins and is sent; the others are understood but never sent."""

    GOOD = 0
    FORMER = 1
    AMBIGUOUS = 2
    DISPUTED = 3


class Candidate(Struct, frozen=True):
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


class Verdict(Struct, frozen=True):
    """Which media it is (None: a new one), which of its id spaces are no key, and why both are frozen, if they are."""

    media: int | None
    standing: Mapping[str, Standing] = {}
    frozen: str = ""
    against: int | None = None
    also: tuple[int, ...] = ()
    """Further media that turn out to be the same."""


NEW = Verdict(None)


def judge(media: Media, parent: int | None, by_place: Candidate | None, by_ids: Collection[Candidate]) -> Verdict:
    """Which of the candidates this is.

    by_place: what stands at its season and number of the same show. by_ids: those that share a good id of its kind.
    """
    if by_place is None and not by_ids:
        return NEW
    if media.kind in (Kind.EPISODE, Kind.SEASON) and parent is not None:
        return _judge_part(media, parent, by_place, by_ids)
    same, contradicted = [], []
    for candidate in by_ids:
        differing = differences(media.ids, candidate.ids)
        if not differing or confirmed(media, candidate):
            same.append(candidate)
        else:
            contradicted.append((candidate, differing))
    if same:
        chosen = min(same, key=lambda c: c.media)
        disputed = dict.fromkeys(differences(media.ids, chosen.ids), Standing.DISPUTED)
        return Verdict(chosen.media, disputed, also=tuple(sorted(c.media for c in same if c is not chosen)))
    if contradicted:
        other, differing = min(contradicted, key=lambda pair: pair[0].media)
        shared = [space for space, value in media.ids.items() if other.ids.get(space) == value]
        why = f"shares {', '.join(shared)} with another title, but not {', '.join(sorted(differing))}"
        return Verdict(None, dict.fromkeys(shared, Standing.DISPUTED), why, other.media)
    return Verdict(None)


def _judge_part(media: Media, parent: int, by_place: Candidate | None, by_ids: Collection[Candidate]) -> Verdict:
    """A season or an episode: an own id is certain, else its place in the show; an id of two episodes is no key."""
    standing: dict[str, Standing] = {}
    certain = []
    for candidate in by_ids:
        elsewhere = candidate.parent != parent or (by_place is not None and candidate.media != by_place.media)
        if differences(media.ids, candidate.ids) and (elsewhere or candidate is not by_place):
            shared = [space for space, value in media.ids.items() if candidate.ids.get(space) == value]
            standing |= dict.fromkeys(shared, Standing.AMBIGUOUS)
        elif candidate.parent == parent:
            certain.append(candidate)
    if by_place is not None and (not certain or any(c.media == by_place.media for c in certain)):
        disputed = dict.fromkeys(differences(media.ids, by_place.ids), Standing.DISPUTED)
        return Verdict(by_place.media, disputed | standing)
    if certain:
        return Verdict(min(c.media for c in certain), standing)
    return Verdict(None, standing)


def differences(ids: Mapping[str, str], other: Mapping[str, str]) -> set[str]:
    """The id spaces in which both have a value and the values differ; slugs say nothing."""
    return {space for space, value in ids.items() if space != "slug" and other.get(space, value) != value}


def confirmed(media: Media, candidate: Candidate) -> bool:
    """Do title and year confirm that a differing id is a redirect or a slip, and not another film?"""
    differing = differences(media.ids, candidate.ids)
    shared = sum(candidate.ids.get(space) == value for space, value in media.ids.items() if space != "slug")
    if not media.title or media.title.casefold() != candidate.title.casefold():
        return shared > 1 and len(differing) == 1 and near_years(media.year, candidate.year)
    return len(differing) <= shared and near_years(media.year, candidate.year)


def near_years(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= 1
