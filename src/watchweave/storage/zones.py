"""Days are kept as moments in the person's time zone. When that is another one in the settings, they stay the days that they are."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from ..core.records import DAY

FIRST, LAST = -62_135_596_800 + 2 * DAY, 253_402_300_800 - 2 * DAY
"""Between these every zone has a day of a moment."""
FAR = 1 << 60
"""Farther than any time: what is on its way there and back meets nothing that is still to go."""
ALL, BY_DAYS = "(SELECT value FROM json_each(:all))", "(SELECT value FROM json_each(:days))"
STEPS = (
    f"UPDATE sighting SET sent = same_day(sent) WHERE account IN {ALL} AND (account IN {BY_DAYS} OR EXISTS (SELECT 1"
    " FROM entry AS e WHERE e.account = sighting.account AND e.key = sighting.key AND e.clock = 1))",
    f"UPDATE entry SET at = same_day(at) WHERE account IN {ALL} AND clock = 1",
    f"UPDATE journal SET value = same_day(value), at = same_day(at) WHERE account IN {BY_DAYS} AND shelf = 1",
    f"UPDATE written SET sent = same_day(sent) + {FAR} WHERE account IN {BY_DAYS}",
    f"UPDATE written SET sent = sent - {FAR} WHERE account IN {BY_DAYS}",
    f"UPDATE written SET at = same_day(at), lo = same_day(lo), hi = hi - lo + same_day(lo) WHERE account IN {ALL} AND known = 1",
    "UPDATE play SET at = same_day(at), lo = same_day(lo), hi = hi - lo + same_day(lo) WHERE known = 1 AND circle IN"
    f" (SELECT circle FROM account WHERE id IN {ALL})",
)
"""What stands for a day: all that an account which knows no hours shows, or was told, and what is known by its day."""


def settle_in(
    db: sqlite3.Connection, person: tuple[int, str], accounts: Collection[int], by_days: Collection[int]
) -> None:
    """This is a person's number, and time zone. If it was another one, every day of her accounts is the same one here, also
    of those that are not in the settings now: what they show and what they were told is known again. by_days: those of
    these accounts that keep no more of a viewing than its day."""
    number, zone = person
    known = json.loads(_remembered(db, f"days:{number}", "[]"))
    days = sorted({*by_days, *(set(known) - set(accounts))})
    before = _remembered(db, f"zone:{number}", zone)
    for name, value in (("zone", zone), ("days", json.dumps(days))):
        if _remembered(db, f"{name}:{number}", "") != value:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"{name}:{number}", value.encode()))
    if before == zone:
        return
    every = db.execute("SELECT json_group_array(id) FROM account WHERE profile = ?", (number,)).fetchone()[0]
    old, new = ZoneInfo(before), ZoneInfo(zone)
    db.create_function("same_day", 1, lambda at: same_day(at, old, new))
    for step in STEPS:
        db.execute(step, {"all": every, "days": json.dumps(days)})


def _remembered(db: sqlite3.Connection, name: str, default: str) -> str:
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return bytes(row[0]).decode() if row else default


def same_day(at: int | None, old: ZoneInfo, new: ZoneInfo) -> int | None:
    """The moment when the clocks of one zone show what those of the other one showed then; itself at the ends of the
    calendar."""
    if at is None or not FIRST < at < LAST:
        return at
    return int(datetime.fromtimestamp(at, old).replace(tzinfo=new).timestamp())
