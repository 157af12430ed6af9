"""When the schedule of `watchweave serve` runs: every so often, or by a cron expression."""

from __future__ import annotations

import re
from datetime import datetime

from msgspec import Struct

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
NAMES = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "weekday": ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
SHORTEST = 60


class Every(Struct, frozen=True):
    """`seconds` between two runs, or the minutes, hours, days, months, weekdays (0 is Sunday) of a cron expression."""

    text: str
    seconds: int | None = None
    cron: tuple[frozenset[int], ...] | None = None

    def matches(self, moment: datetime) -> bool:
        """Is a cron expression due in this minute? Of a limited day and a limited weekday, either will do."""
        if self.cron is None:
            return False
        minutes, hours, days, months, weekdays = self.cron
        by_day, by_weekday = moment.day in days, moment.isoweekday() % 7 in weekdays
        limited = len(days) < 31 and len(weekdays) < 7
        right_day = by_day or by_weekday if limited else by_day and by_weekday
        return moment.minute in minutes and moment.hour in hours and moment.month in months and right_day


def parse(text: str) -> Every:
    """`30m`, `6h`, `1d`, or a cron expression of five fields. Raises ValueError with a sentence."""
    text = text.strip()
    if found := re.fullmatch(r"(\d+)\s*([smhd])", text):
        seconds = int(found[1]) * UNITS[found[2]]
        if seconds < SHORTEST:
            raise ValueError(f"{text} is too often; once a minute is the most")
        return Every(text, seconds=seconds)
    parts = text.split()
    if len(parts) != len(FIELDS):
        raise ValueError(f"{text!r} is neither a time like 30m, 6h or 1d, nor a cron expression like 0 */6 * * *")
    return Every(text, cron=tuple(_field(part, *field) for part, field in zip(parts, FIELDS, strict=True)))


def _field(text: str, name: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.lower().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if span == "*" else _number(first, name, low, high)
        end = high if span == "*" or (step and not last) else _number(last or first, name, low, high)
        if start > end or (step and not (step.isdecimal() and int(step))):
            raise ValueError(f"{part!r} is no {name} of a cron expression")
        found.update(range(start, end + 1, int(step or 1)))
    return frozenset(value % 7 for value in found) if name == "weekday" else frozenset(found)


def _number(text: str, name: str, low: int, high: int) -> int:
    if text in NAMES.get(name, ()):
        return NAMES[name].index(text) + low
    if text.isdecimal() and low <= int(text) <= high:
        return int(text)
    raise ValueError(f"{text!r} is no {name}; it must be {low} to {high}")
