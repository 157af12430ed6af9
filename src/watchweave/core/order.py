"""The order of a list: a sequence of media. What one account shows of it is the sequence without what it does not hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence


def fit(truth: Sequence[int], held: Collection[int]) -> list[int]:
    """The order as somebody shows it who holds only these.

    >>> fit([3, 1, 2], {1, 3})
    [3, 1]
    """
    return [media for media in truth if media in held]


def moved(before: Sequence[int], now: Sequence[int]) -> bool:
    """Does what stands in both stand in another order now? That something came or went moves nothing.

    >>> moved([1, 2, 3], [2, 4, 3]), moved([1, 2, 3], [2, 1, 3])
    (False, True)
    """
    return fit(before, set(now)) != fit(now, set(before))


def lift(truth: Sequence[int], shown: Sequence[int]) -> list[int]:
    """The order that somebody shows, with what he does not hold put back behind what it stood behind.

    What is shown keeps its order: `fit(lift(truth, shown), shown) == shown`.

    >>> lift([1, 2, 3, 4], [4, 1])
    [4, 1, 2, 3]
    """
    there, follows, last = set(shown), {}, 0
    for media in truth:
        if media not in there:
            follows[last] = media
        last = media
    return list(_chained(shown, follows))


def _chained(shown: Iterable[int], follows: dict[int, int]) -> Iterator[int]:
    """Numbers begin at 1: 0 stands before the first."""
    for media in (0, *shown):
        if media:
            yield media
        behind = follows.get(media)
        while behind is not None:
            yield behind
            behind = follows.get(behind)


def first_moved(before: Sequence[int], now: Sequence[int]) -> int:
    """What no longer stands where it stood, the first of it."""
    return next((media for old, media in zip(before, now, strict=False) if old != media), now[-1])
