"""The files that IMDb exports: ratings, watchlist, check-ins and lists, known by their columns and never by their names."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import tzinfo
from difflib import get_close_matches
from pathlib import Path

from ...core.media import Kind, Media, clean_id
from ...core.records import Member, Rating, Record, Watched, Wish
from ...errors import UnexpectedAnswer
from ..base import Examined, LeftOut
from ..files import Row, rows
from ..tables import opened, shown
from .convert import kind_of, media_of_row, noon, value_of

RATINGS, WATCHLIST, CHECK_INS, LIST = "ratings", "watchlist", "check-ins", "list"
"""What a file can be; of another list its name follows."""
SORTS = {"ratings": RATINGS, "watchlist": WATCHLIST, "checkins": CHECK_INS}
"""The words for them."""
SHEET = ("Const", "Title", "Year", "Your Rating")
"""The columns of what we write for work by hand, which says what is missing at IMDb, and not what is there."""
OLD_RATING = "you rated"
"""A column of the files before 2017, among them the ratings, which had all that lists have."""
HEADER = 4096
NEAR = 0.8
"""How much alike a mistyped word and one of those above are."""

RECORDS = {RATINGS: "ratings", WATCHLIST: "wishes", CHECK_INS: "check-ins"}
KINDS = {Kind.MOVIE: "film", Kind.SHOW: "show", Kind.EPISODE: "episode"}
GAME = "is a video game"
WHOLE_SHOW = "is a check-in of a show, which does not say what of it was watched"

_PERSON = re.compile(r"nm[0-9]{7,9}")
"""Lists may name people, too."""


class Head:
    """What the first line of a file tells, and when the file was last written."""

    def __init__(self, title: str, path: Path) -> None:
        with opened(title, path, path.name) as file:
            first = file.readline(HEADER).decode("utf-8-sig", "replace")
            self.written = int(os.fstat(file.fileno()).st_mtime)
        self.columns = [cell.strip(' "\r\n').lower() for cell in first.split(",")]

    @property
    def ours(self) -> bool:
        """Is it an export of IMDb's?"""
        known = "const" in self.columns and bool({"position", "your rating"} & set(self.columns))
        return known and self.columns != [column.lower() for column in SHEET]

    @property
    def listed(self) -> bool:
        """Do its titles have places, so that somebody has to say what it is?"""
        return "position" in self.columns

    def holds(self, sort: str) -> bool:
        """Can it be this? A list of today holds the ratings of its own titles alone."""
        return sort != RATINGS or not self.listed or OLD_RATING in self.columns

    def named(self, name: str) -> str:
        """What the name of the file says that it is; nothing where it says nothing."""
        if not self.listed:
            return RATINGS
        sort = next((sort for begins, sort in SORTS.items() if word_of(name).startswith(begins)), "")
        return sort if self.holds(sort) else ""


def word_of(said: str) -> str:
    """`Check-ins` and `checkins` are one word."""
    return re.sub(r"[\W_]", "", said).lower()


def list_of(label: str) -> str:
    """The own name of the list of this label, the same in whatever case it was typed; nothing where it is no list.

    >>> list_of("list Winter"), list_of("watchlist")
    ('winter', '')
    """
    return name_of(label).casefold()


def name_of(label: str) -> str:
    """What the person calls the list of this label; nothing where it is none."""
    return label.removeprefix(LIST).strip() if label.startswith(f"{LIST} ") else ""


class Export:
    """What one file says. What cannot be used of it is found out on the way.

    whole: is there no row of which nobody knows what it is about? beyond: titles of which it says nothing usable.
    """

    def __init__(self, title: str, path: Path, zone: tzinfo) -> None:
        self.title = title
        self.path = path
        self.zone = zone
        self.whole = True
        self.beyond: list[str] = []
        self.left_out: list[LeftOut] = []
        self.used: Counter[str] = Counter()

    def records(self, label: str) -> list[Record]:
        """All records of a file of this sort, in its order; of a title that stands there twice the first."""
        found: dict[str, Record] = {}
        for row, media in self._titles(label):
            if media.key not in found and (record := self._record(label, row, media)):
                found[media.key] = record
                kind = KINDS[media.kind]
                self.used[f"{kind} {RECORDS[label]}" if label in RECORDS else f"{kind}s"] += 1
        return list(found.values())

    def _titles(self, label: str) -> Iterator[tuple[Row, Media]]:
        for row in rows(self.title, self.path, needs=("const",)):
            name, kind = clean_id("imdb", row["const"]), kind_of(row["title type"])
            if list_of(label) and not row.fault and _PERSON.fullmatch(row["const"].strip()):
                self._tell(row, "is a person, and lists are kept of films, shows and episodes alone")
            elif row.fault or not name:
                self._leave(row, row.fault or f'has no id of a title, but "{shown(row["const"], 40)}"')
            elif kind is None:
                self._leave(row, GAME, name)
            else:
                yield row, media_of_row(row, name, kind)

    def _record(self, label: str, row: Row, media: Media) -> Record | None:
        if label == RATINGS:
            said = row["your rating"] or row[OLD_RATING]
            value = value_of(said)
            if value is None:
                self._leave(row, f'has no rating from 1 to 10, but "{shown(said, 40)}"', media.key)
                return None
            return Rating(media, self._at(row, row["date rated"] or row["created"]), value)
        if label == CHECK_INS:
            if media.kind is Kind.SHOW:
                self._leave(row, WHOLE_SHOW, media.key)
                return None
            return Watched(media, self._at(row, row["created"]))
        if own := list_of(label):
            return Member(media, self._at(row, row["created"]), list=own)
        return Wish(media, self._at(row, row["created"]))

    def _at(self, row: Row, day: str) -> int | None:
        at = noon(day, self.zone)
        if at is None and day.strip():
            self._tell(row, f'has no day, but "{shown(day, 40)}"; it is used without one')
        return at

    def _leave(self, row: Row, why: str, name: str = "") -> None:
        self._tell(row, why)
        if name:
            self.beyond.append(name)
        else:
            self.whole = False

    def _tell(self, row: Row, why: str) -> None:
        self.left_out.append(LeftOut(self.path.name, row.line, why))


def examine(title: str, path: Path, said: str, zone: tzinfo) -> Examined | None:
    """What a file of IMDb's is and holds; None where it is none. Raises UnexpectedAnswer where nobody says which list."""
    if not path.is_file():
        return None
    head = Head(title, path)
    if not head.ours:
        return None
    label = _label(title, path, head, said.strip())
    made = min(head.written, int(time.time()))
    export = Export(title, path, zone)
    records = export.records(label)
    titles = frozenset([record.media.key for record in records] + export.beyond)
    newest = max((record.at or 0 for record in records if isinstance(record, Rating)), default=0) or None
    return Examined(label, made, dict(export.used), tuple(export.left_out), {}, titles, newest)


def _label(title: str, path: Path, head: Head, said: str) -> str:
    name, word = shown(path.name), word_of(said)
    if not head.listed and said and word != RATINGS:
        raise UnexpectedAnswer(title, f"{name} holds ratings, and is no list. Import it without --as.")
    if not said and not head.named(path.stem):
        how = 'Say it: "watchweave import FILE --as watchlist", or check-ins, or the name of the list'
        raise UnexpectedAnswer(title, f"{name} is a list, and does not say which. {how}.")
    sort = _sort(title, said) if said else head.named(path.stem)
    if not head.holds(sort):
        raise UnexpectedAnswer(title, f"{name} is a list, and holds no other ratings. Export your ratings.")
    return sort


def _sort(title: str, said: str) -> str:
    """What the person calls it. Raises UnexpectedAnswer where a word is mistyped, as far as one can tell."""
    if said in SORTS.values() or said.startswith(f"{LIST} "):
        return said
    word = word_of(said)
    if word not in SORTS and (near := get_close_matches(word, SORTS, 1, NEAR)):
        meant, named = SORTS[near[0]], shown(said)
        how = f'Is it your {meant}? Then say --as {meant}; a list of that name is --as "{LIST} {named}"'
        raise UnexpectedAnswer(title, f'nothing is called "{named}". {how}.')
    return SORTS.get(word, f"{LIST} {said}")
