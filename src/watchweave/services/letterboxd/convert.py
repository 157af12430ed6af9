"""Letterboxd's days, stars and addresses, and ours."""

from __future__ import annotations

import re
from datetime import date, datetime, time, tzinfo

_STARS = re.compile(r"[0-5](\.[05]0*)?")
CODE = re.compile(r"https?://boxd\.it/(\w+)/?")


def noon(day: str, zone: tzinfo) -> int | None:
    """Noon of a day, `YYYY-MM-DD`, in the person's time zone; None where it is none. The ends of the calendar are none: in
    another zone they are in no year."""
    try:
        said = date.fromisoformat(day.strip())
    except ValueError:
        return None
    if not date.min.year < said.year < date.max.year:
        return None
    return int(datetime.combine(said, time(12), zone).timestamp())


def day_of(at: int, zone: tzinfo) -> str:
    """The day of a moment, `YYYY-MM-DD`, in the person's time zone."""
    return datetime.fromtimestamp(at, zone).date().isoformat()


def value_of(stars: str) -> int | None:
    """Half stars, `0.5` to `5`, in our scale; None where nothing was rated, or the text is no rating."""
    if not _STARS.fullmatch(stars.strip()):
        return None
    return round(float(stars) * 20) or None


def code_of(address: str) -> str:
    """The code in a short address of Letterboxd; empty where it is none."""
    found = CODE.fullmatch(address.strip())
    return found[1] if found else ""


def year_of(text: str) -> int | None:
    """The year of a film; None where it has none yet."""
    return int(text) if re.fullmatch(r"(18|19|20|21)[0-9]{2}", text.strip()) else None


def tags_of(cell: str) -> tuple[str, ...]:
    """The tags in one cell."""
    return tuple(filter(None, (tag.strip() for tag in cell.split(","))))
