"""Lists of the simulated TMDb, in pages: searches and what has changed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from . import faults
from .server import Call
from .tmdb_knowledge import Knowledge
from .tmdb_refusal import Refused
from .tmdb_rows import Row, Rows, changed, popularity
from .world import DAY, Work

PAGE, CHANGES_PAGE = 20, 100
LAST_PAGE = 500
LONGEST = 14
"""Days of changes in one request."""
KINDS = {"movie": ("movie",), "tv": ("show",), "multi": ("movie", "show")}


def paged(call: Call, rows: Sequence[Work], make: Callable[[Work], Row], size: int) -> Row:
    """One page, and what the faults on order make of it; a page past the end is empty."""
    asked = call.query.get("page", "1")
    if not asked.isdecimal() or not 1 <= int(asked) <= LAST_PAGE:
        raise Refused(22)
    if call.fault(faults.Empty):
        rows = []
    found = rows[(int(asked) - 1) * size : int(asked) * size]
    short, count = call.fault(faults.Short), call.fault(faults.Count)
    if short:
        found = found[: max(0, len(found) - short.rows)]
    return {
        "page": int(asked),
        "results": [make(work) for work in found],
        "total_pages": -(-len(rows) // size),
        "total_results": len(rows) + (count.by if count else 0),
    }


@lru_cache(1 << 16)
def words(text: str) -> tuple[str, ...]:
    """Small plain letters; apostrophes vanish, other signs part words."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return tuple(re.sub(r"['’]", "", plain).replace("_", " ").translate(_SIGNS).split())


_SIGNS = str.maketrans(dict.fromkeys(".,:;!?()[]/-–—&·", " "))


def search(call: Call, rows: Rows, kind: str) -> Row:
    """Works with a title in any language in which all the words stand, the most popular first.

    Hits are wrong as often as real ones: a title that goes on, or that another work is also known by.
    """
    asked, query = words(call.query.get("query", "")), call.query
    works = rows.know.catalogue.of(*KINDS[kind]) if asked else []
    found = [
        work
        for work in works
        if rows.know.has(work)
        and any(set(asked) <= set(words(title)) for title in rows.know.titles(work))
        and in_years(rows.know, work, query)
    ]
    found.sort(key=lambda work: (-popularity(work), work.uid))
    types = {"movie": "movie", "show": "tv"} if kind == "multi" else {}
    return paged(call, found, lambda work: rows.row(work, types.get(work.kind, "")), PAGE)


def in_years(know: Knowledge, work: Work, query: dict[str, str]) -> bool:
    """The filters by year. Of a film `year` is that of any release, of a show that of any episode."""
    first = know.released(work)[:4]
    if work.kind == "movie":
        strict = query.get("primary_release_year", "")
        every = {str(year) for year in know.years(work)}
    else:
        strict = query.get("first_air_date_year", "")
        every = {first, *(know.released(slot.work)[:4] for slot in know.aired(work))}
    return strict in ("", first) and (not query.get("year") or query["year"] in every)


def changes(call: Call, know: Knowledge, kind: str, now: float) -> Row:
    """The ids that somebody edited between two days, by default the last one; 14 days at most."""
    end = _date(call.query.get("end_date", ""), now)
    start = _date(call.query.get("start_date", ""), end - DAY)
    if not 0 <= end - start <= LONGEST * DAY:
        raise Refused(20)
    days = [start + DAY * n for n in range(int((end - start) // DAY) + 1)]
    works = [work for work in know.catalogue.of(*KINDS[kind]) if know.has(work)]
    found = [work for work in works if any(changed(work, day) for day in days)]
    return paged(call, found, lambda work: {"id": work.ids["tmdb"], "adult": False}, CHANGES_PAGE)


def _date(text: str, otherwise: float) -> float:
    if not text:
        return otherwise - otherwise % DAY
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise Refused(23)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise Refused(23) from None
