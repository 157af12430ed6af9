"""Which records are about one thing, and which say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..core.media import Media
from ..core.records import DAY, Form, Play, Rating, Record, Review, Tags


def about(records: Iterable[Record], media: Media) -> list[Record]:
    """Those of these records that are about this thing."""
    return [record for record in records if one_thing(record.media, media)]


def once(records: Iterable[Record]) -> list[Record]:
    """Without the further names of plays that come under names of several sorts: of one time as many as one sort has."""
    found: list[Record] = []
    plays: dict[object, dict[str, list[Record]]] = {}
    for record in records:
        if isinstance(record, Play):
            when = (record.media.key or str(record.media.ids), record.at)
            plays.setdefault(when, {}).setdefault(record.key.partition(":")[0], []).append(record)
        else:
            found.append(record)
    return found + [play for of_sort in plays.values() for play in max(of_sort.values(), key=len)]


def one_thing(one: Media, other: Media) -> bool:
    """Do they share a name, or stand at one place of one show?"""
    if one.kind is not other.kind:
        return False
    if set(one.keys) & set(other.keys) or one.ids.items() & other.ids.items():
        return True
    placed = one.season is not None and (one.season, one.number) == (other.season, other.number)
    return placed and bool(one.parent and other.parent and one_thing(one.parent, other.parent))


def same(form: Form, sent: Record, found: Record) -> bool:
    """Is this what becomes of what was sent?"""
    if isinstance(sent, Rating):
        return isinstance(found, Rating) and found.value == form.fit(sent.value)
    if isinstance(sent, Review | Tags):
        return found.said == sent.said
    if not isinstance(sent, Play) or form.clock == "now":
        return True
    if form.clock == "none" or sent.at is None or found.at is None:
        return found.at is None and (form.clock == "none" or sent.at is None)
    return abs(found.at - sent.at) <= DAY if form.clock == "day" else found.at == form.cut(sent.at)


def gist(record: Record) -> tuple[str, ...]:
    """A record without the words about its media, to be compared."""
    value = record.key if isinstance(record, Play) else record.said
    name = record.media.key or f"{sorted(record.media.ids.items())} {record.media.named()}"
    return type(record).__name__, record.media.kind.word, name, str(record.at), str(value)


def gists(records: Iterable[Record]) -> Counter[tuple[str, ...]]:
    return Counter(map(gist, records))
