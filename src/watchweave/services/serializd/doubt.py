"""Whether a complete reading is believed: the profile counts the episodes too."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from ...core.records import DAY
from ..base import Notes

NOTE = "gap"


class Gap(Struct):
    """By how much the profile counts more episodes than were found. believed: that is how it counts; asked: what a
    reading showed at the moment `since`, where it is another gap."""

    believed: int = 0
    asked: int | None = None
    since: int = 0


class Doubt:
    """The doubt in the readings of one account.

    A gap may be how the profile counts, or episodes that are missing. A wider one is not believed at once, and not before
    a day has gone where episodes are missing that were known.
    """

    def __init__(self, notes: Notes, now: int) -> None:
        self._notes = notes
        self._now = now

    def believes(self, gap: int, *, gone: bool) -> bool:
        """Is a reading all there is that leaves this gap? gone: it lacks episodes that were known."""
        note = self._notes.load(NOTE)
        known = msgspec.json.decode(note, type=Gap) if note else Gap()
        if gap == known.asked:
            certain = not gone or self._now - known.since >= DAY
        else:
            certain = gap <= known.believed
            known.since = self._now
        new = Gap(gap) if certain else Gap(known.believed, gap, known.since)
        self._notes.save(NOTE, msgspec.json.encode(new))
        return certain
