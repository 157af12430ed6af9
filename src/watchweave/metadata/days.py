"""Days, as sources write them and as we count them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

EARLIEST = 1870
"""Nothing was shown on a screen before this year; who names one has no date."""

_WRITTEN = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_FIRST = date(1970, 1, 1).toordinal()


def day(written: object) -> int | None:
    """A date in days since 1970; nothing where it is none.

    >>> day("1970-01-02"), day("1969-12-31"), day("0000-00-00"), day("2026-02-29"), day(None)
    (1, -1, None, None, None)
    """
    found = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None:
        return None
    year, month, number = (int(part) for part in found.groups())
    if year < EARLIEST or not 1 <= month <= 12 or not 1 <= number <= monthrange(year, month)[1]:
        return None
    return date(year, month, number).toordinal() - _FIRST
