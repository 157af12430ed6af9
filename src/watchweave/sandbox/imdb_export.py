"""The CSV files that the simulated IMDb exports, in the columns, spellings, orders and quotes of each of its times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from .imdb_rules import TYPES
from .imdb_titles import Title

if TYPE_CHECKING:
    from .imdb_member import Entry, ItemList, Member

Layout = Literal["before 2017", "2023", "2024"]
"""2023: until mid-2024. 2024: since late in that year."""

OLDEST = (
    "position,const,created,modified,description,Title,Title type,Directors,You rated,IMDb Rating,Runtime (mins),Year,"
    "Genres,Num. Votes,Release Date (month/day/year),URL"
)
FACTS = "URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors"
OLDEST_TYPES = {"movie": "Feature Film", "tvMiniSeries": "Mini-Series", "short": "Short Film"}
"""Where the files before 2017 have words of their own; the rest is as in the newest ones. The reference is silent here:
"Feature Film" and the last columns stand in the tests of public programs, the other two among the types of that time."""


class Form(Struct, frozen=True):
    """How one sort of file is written. quoted: columns whose text stands in quotes without need.

    oldest: every cell stands in quotes, genres are in small letters, and days are written as times.
    """

    header: str
    types: Mapping[str, str]
    url: str
    joiner: str = ", "
    quoted: frozenset[str] = frozenset()
    translated: bool = False
    oldest: bool = False


NAMES = frozenset({"Title", "Original Title", "Genres", "Directors"})
PAGE = "https://www.imdb.com/title/{}"
OLD_TYPES = {name: name for name in TYPES}
OLD = Form(OLDEST, {**TYPES, **OLDEST_TYPES}, "http://www.imdb.com/title/{}/", oldest=True)
RATINGS: Mapping[Layout, Form] = {
    "before 2017": OLD,
    "2023": Form(f"Const,Your Rating,Date Rated,Title,{FACTS}", OLD_TYPES, PAGE + "/"),
    "2024": Form(
        header=f"Const,Your Rating,Date Rated,Title,Original Title,{FACTS}",
        types=TYPES,
        url=PAGE,
        joiner=",",
        quoted=NAMES | {"Release Date"},
        translated=True,
    ),
}
LISTS: Mapping[Layout, Form] = {
    "before 2017": OLD,
    "2023": Form(f"Position,Const,Created,Modified,Description,Title,{FACTS}", OLD_TYPES, PAGE + "/"),
    "2024": Form(
        header=f"Position,Const,Created,Modified,Description,Title,Original Title,{FACTS}",
        types=TYPES,
        url=PAGE + "/",
        joiner=",",
        quoted=NAMES,
        translated=True,
    ),
}
MY_RATING = ",Your Rating,Date Rated"

Cells = dict[str, str]


def ratings(member: Member, layout: Layout) -> str:
    """All ratings. In 2023 they were in the order of the digits of their ids as text, otherwise newest first."""
    form, rated = RATINGS[layout], member.rated()
    if layout == "2023":
        rated.sort(key=lambda rating: str(int(rating.id[2:])))
    rows = []
    for position, rating in enumerate(rated, 1):
        added = {"position": str(position), "created": _day(member, rating.at, form)}
        rows.append(_cells(member, rating.id, form) | added)
    return _file(form.header, form, rows)


def listed(member: Member, items: ItemList, layout: Layout, *, my_rating: bool) -> str:
    """A list in its order; `my_rating`: with the last two columns, as far as there were such."""
    form = LISTS[layout]
    header = form.header + (MY_RATING if my_rating and not form.oldest else "")
    rows = [_cells(member, entry.id, form) | _place(member, n, entry, form) for n, entry in enumerate(items, 1)]
    return _file(header, form, rows)


def _place(member: Member, position: int, entry: Entry, form: Form) -> Cells:
    return {
        "position": str(position),
        "created": _day(member, entry.created, form),
        "modified": _day(member, entry.modified, form),
        "description": entry.description,
    }


def _cells(member: Member, name: str, form: Form) -> Cells:
    """The cells of a title by the columns' names in small letters, and what the member gave it."""
    title = member.titles.find(name)
    assert title is not None  # only titles that are known are rated and listed
    facts, work = title.facts, title.work
    genres = ", ".join(facts.genres)
    released = datetime.fromtimestamp(work.released, UTC).date().isoformat() if work.released else ""
    rating = member.ratings.get(name)
    cells = {
        "const": name,
        "title": title.local(member.language) if form.translated else _original(member, title),
        "original title": facts.original,
        "url": form.url.format(name),
        "title type": form.types[facts.type],
        "imdb rating": facts.average,
        "runtime (mins)": facts.runtime,
        "year": str(work.year or ""),
        "genres": genres.lower().replace("-", "_") if form.oldest else genres,
        "num votes": facts.votes,
        "release date": released,
        "directors": form.joiner.join(facts.directors),
        "your rating": str(rating.value) if rating else "",
        "date rated": _day(member, rating.at, form) if rating else "",
    }
    oldest = {"you rated": "your rating", "num. votes": "num votes", "release date (month/day/year)": "release date"}
    return cells | {now: cells[later] for now, later in oldest.items()}


def _original(member: Member, title: Title) -> str:
    """Until 2023, with the show before the name of an episode."""
    show = title.work.show
    return f"{member.titles.facts(show).original}: {title.facts.original}" if show else title.facts.original


def _day(member: Member, moment: float, form: Form) -> str:
    """The day where the member lives."""
    day = datetime.fromtimestamp(moment, ZoneInfo(member.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return day.ctime() if form.oldest else day.date().isoformat()


def _file(header: str, form: Form, rows: Iterable[Cells]) -> str:
    columns = header.split(",")
    lines = [",".join(_cell(column, column, form) for column in columns)] if form.oldest else [header]
    lines += [",".join(_cell(column, row.get(column.lower(), ""), form) for column in columns) for row in rows]
    return "\n".join(lines) + "\n"


def _cell(column: str, text: str, form: Form) -> str:
    needed = any(sign in text for sign in ',"\n\r')
    return '"{}"'.format(text.replace('"', '""')) if needed or form.oldest or (text and column in form.quoted) else text
