"""A file that was handed in: Trakt's export, one file of it, or what `watchweave export json` has written."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct

from ...core.media import Kind
from ...core.records import Member, Play, Record
from ...errors import UnexpectedAnswer
from ..base import Examined, LeftOut
from ..files import Archive, json_value
from ..tables import opened, shown
from .convert import LISTED, OF_NO_USE, Reader, moment, name_of, row_of
from .label import ALL, NAMES, PAGE, RECORDS, Kinds, kinds_of, word_of

FARTHEST = timezone(timedelta(hours=14))
"""In which zone the times of an archive are, nobody says: they are taken for the earliest that they can be, since what was
done after the export was made must not be taken for removed."""
HEAD = 64 << 10
"""Within so many bytes a list has begun."""
OURS = re.compile(rb'"(?:(?:movie|show)"\s*:\s*\{|watchweave"\s*:)')
"""What stands in every row, or above all rows."""
BASE = re.compile(r"(?:.*/)?(.*?)(?:-([0-9]+))?\.json", re.DOTALL)
"""What a list is called, and which of its pages it is."""
OWN_LISTS, OWN_LIST = "lists-lists.json", re.compile(r"lists-list-([0-9]+)-(.*?)(?:-[0-9]+)?\.json", re.DOTALL)
"""Which lists of her own a person has, and one of them: its number, and its name in short."""
FAILED = "_errors.json"
"""What Trakt could not export. It then has the first pages of a list, or none."""
ENDPOINTS = {"favorites": "favourites", "comments": "reviews"}
ENDPOINT = re.compile(r"/(history|watched|ratings|watchlist|favorites|comments|collection|lists)\b")
VERSION = 1
"""Of our own form."""
BATCH = 2000
COUNTED = {
    "history": "plays",
    "watched": "films and episodes watched",
    "ratings": "ratings",
    "watchlist": "wishes",
    "collection": "copies",
    "favourites": "likes",
    "reviews": "reviews",
    "tags": "sets of tags",
    "lists": "entries in lists",
}
OLDER = "tells older of what another one tells"
NOT_READ = "is of a sort that is not read"
OTHER_KIND = "is about something of another kind than its list"
ONE_LIST = (
    "is one list of your own, out of Trakt's export. What it is called, and which others there are, stands in the whole export"
    " alone: import the ZIP, or the folder to which it was unpacked."
)
ASK = 'Say it: "watchweave import FILE --as watchlist", or --as favourites'


class Failure(Struct):
    """One answer that an export lacks."""

    endpoint: str = ""
    error: str = ""


class OwnList(Struct):
    """A list of the person's own in Trakt's export; what stands in it has a file of its own."""

    name: str = ""
    ids: dict[str, Any] = {}


class Heading(Struct):
    """What stands above the rows of our own form."""

    watchweave: int = 0
    made: datetime | None = None


class Section(Struct):
    """A list of rows, as it is called for people, and what its name says that it tells of."""

    name: str
    rows: list[Raw]
    words: str = ""
    title: str = ""
    """Of the person's own list that it is."""

    @property
    def shelf(self) -> str:
        return self.words.partition("/")[0]


class Told(Struct):
    """A record, and the row that told it."""

    shelf: str
    record: Record
    section: Section
    row: int


class Paper:
    """What one file says. What cannot be used of it is found out on the way.

    said: what the person calls it, or the label under which it is kept. told: the shelves and kinds that it tells all of.
    faulty: the shelves of which something is missing, or cannot be read.
    """

    def __init__(self, title: str, path: Path, zone: tzinfo, said: str = "") -> None:
        self.title = title
        self.path = path
        self.packed = path.is_dir() or begin(title, path).startswith(b"PK")
        self.used: Counter[str] = Counter()
        self.told: dict[str, set[Kind]] = defaultdict(set)
        self.faulty: set[str] = set()
        self.heading = Heading()
        self.nameless = False
        """Does nobody say what its list is?"""
        shelves = list(kinds_of(NAMES.get(said, said)))
        self._said = shelves[0] if len(shelves) == 1 else ""
        self._reader = Reader(zone)
        self._faults: list[LeftOut] = []
        self._passed: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._archived = 0
        self._newest = 0

    def read(self, wanted: Kinds) -> Iterator[list[Record]]:
        """The records of these shelves and kinds, in portions: all plays, and of other things the newest of each."""
        plays: list[Record] = []
        values: dict[tuple[str, str, str], Told] = {}
        for told in self._records(wanted):
            if told.record.media.kind not in wanted.get(told.shelf, ()):
                continue
            if isinstance(told.record, Play):
                plays.append(told.record)
                self.used[COUNTED[told.shelf]] += 1
                if len(plays) == BATCH:
                    yield plays
                    plays = []
            else:
                self._collect(values, told)
        yield plays
        found = list(values.values())
        self.used.update(COUNTED[told.shelf] for told in found)
        yield from ([one.record for one in found[start : start + BATCH]] for start in range(0, len(found), BATCH))

    @property
    def left_out(self) -> list[LeftOut]:
        """The rows that cannot be used. Those that are of no use, although it is clear what they say, are one line."""
        passed = []
        for (file, why), rows in self._passed.items():
            more = f", and {len(rows) - 1:,} more like it" if len(rows) > 1 else ""
            passed.append(LeftOut(file, rows[0], f"row {rows[0]} {why}{more}"))
        return self._faults + passed

    @property
    def made(self) -> int:
        """When what it says was so: as it says, or when its newest file was made, or its newest time."""
        written = int(self.path.stat().st_mtime)
        stated = moment(self.heading.made)
        return min(written, max(self._archived, self._newest) if stated is None else stated) or written

    @property
    def label(self) -> str:
        """What it tells of."""
        words = " ".join(word_of(shelf, self.told[shelf]) for shelf in sorted(self.told))
        found = BASE.fullmatch(self.path.name)
        page = found[2] if found and not self.packed and found[1] in NAMES else None
        return f"{words} {PAGE}{page}" if page else words

    def _records(self, wanted: Kinds) -> Iterator[Told]:
        """All that the rows say."""
        for section in self._sections(wanted):
            named, usable = kinds_of(section.words), not section.rows
            for number, raw in enumerate(section.rows, 1):
                shelf, records = self._row(section, raw)
                if isinstance(records, str):
                    self._leave(section, number, shelf, records)
                    continue
                usable = True
                for record in records:
                    self._newest = max(self._newest, record.at or 0)
                    self.told[shelf].add(record.media.kind)
                    yield Told(shelf, record, section, number)
            for shelf, kinds in named.items() if usable else ():
                self.told[shelf] |= kinds

    def _row(self, section: Section, raw: Raw) -> tuple[str, Sequence[Record] | str]:
        """What a row tells of, and its records, or why there are none."""
        row = row_of(raw)
        if isinstance(row, str):
            return section.shelf, row
        shelf = section.shelf or (self._said if row.fits(self._said) else row.shelf)
        if shelf not in RECORDS:
            self.nameless = self.nameless or (shelf == LISTED and not self.packed)
            return "", NOT_READ
        if shelf == "lists" != row.shelf and not section.title:
            return "", NOT_READ  # Trakt's own rows of that name are about lists
        if not section.title and not row.fits(shelf):
            return shelf, f"says nothing of {COUNTED[shelf]}"
        records, kinds = self._reader.records(row, shelf, section.title), kinds_of(section.words).get(shelf, ALL)
        fitting = isinstance(records, str) or all(one.media.kind in kinds for one in records)
        return shelf, records if fitting else OTHER_KIND

    def _leave(self, section: Section, number: int, shelf: str, why: str) -> None:
        if why in OF_NO_USE or why == NOT_READ:
            self._passed[section.name, why].append(number)
        else:
            self.faulty |= {shelf} & RECORDS.keys()
            self._faults.append(LeftOut(section.name, number, f"row {number} {why}"))

    def _collect(self, values: dict[tuple[str, str, str], Told], told: Told) -> None:
        """Of each thing the newest counts."""
        inside = told.record.list if isinstance(told.record, Member) else ""
        key = told.shelf, inside, name_of(told.record.media)
        older, newer = sorted((told, values.get(key, told)), key=lambda one: one.record.at or 0)
        values[key] = newer
        if (older.record.at, older.record.said) != (newer.record.at, newer.record.said):
            self._passed[older.section.name, OLDER].append(older.row)

    # ---------------------------------------------------------------- the lists in it
    def _sections(self, wanted: Kinds) -> Iterator[Section]:
        """The lists of rows. Those that another shelf is called after are left closed."""
        if not self.packed:
            yield from self._lists(self.path.name, begin(self.title, self.path), self.path)
            return
        with Archive(self.title, self.path, FARTHEST) as archive:
            self._archived = archive.made
            titles = self._titles(archive)
            for name in sorted(archive.names):
                words = words_of(name)
                if not name.endswith(".json") or (words and not kinds_of(words).keys() & wanted.keys()):
                    continue
                with archive.open(name) as file:
                    raw = file.read()
                plain = name.rpartition("/")[2]
                if plain == FAILED:
                    self._failed(name, raw)
                elif OURS.search(raw, 0, HEAD) or (words and "-" in plain):
                    own = OWN_LIST.fullmatch(plain)
                    for section in self._lists(name, raw[:HEAD], raw):
                        section.title = titles.get(own[1], own[2]) if own else ""
                        yield section

    def _titles(self, archive: Archive) -> dict[str, str]:
        """What the person's own lists are called, by their numbers."""
        titles: dict[str, str] = {}
        for name in archive.names:
            if name.rpartition("/")[2] == OWN_LISTS:
                with archive.open(name) as file:
                    found = json_value(self.title, file.read(), list[OwnList], name)
                titles.update({str(one.ids.get("trakt")): one.name.strip() for one in found if one.name.strip()})
        return titles

    def _lists(self, name: str, head: bytes, source: Path | bytes) -> Iterator[Section]:
        """A document is a list, or has several under their names."""
        where = f"{name} in {self.path.name}" if self.packed else name
        if text(head).startswith(b"["):
            yield Section(name, json_value(self.title, source, list[Raw], where), words_of(name))
            return
        found = json_value(self.title, source, dict[str, Raw], where)
        if "watchweave" in found:
            heading = {key: found[key] for key in Heading.__struct_fields__ if key in found}
            self.heading = json_value(self.title, msgspec.json.encode(heading), Heading, where)
        if self.heading.watchweave > VERSION:
            what = f"{shown(where)} was written by a newer WatchWeave"
            raise UnexpectedAnswer(self.title, f"{what}. Update this one, then import it again.")
        for key, value in found.items():
            if bytes(memoryview(value)[:1]) == b"[":
                rows = msgspec.json.decode(value, type=list[Raw])
                yield Section(f"{key} in {name}", rows, NAMES.get(key, ""))

    def _failed(self, name: str, raw: bytes) -> None:
        """What is missing proves nothing to be gone."""
        for number, one in enumerate(json_value(self.title, raw, list[Failure], name), 1):
            if found := ENDPOINT.search(one.endpoint):
                self.faulty.add(ENDPOINTS.get(found[1], found[1]))
                why = f"not all of {shown(one.endpoint)} could be exported ({shown(one.error)})"
                self._faults.append(LeftOut(name, number, f"row {number} says that {why}"))


def begin(title: str, path: Path) -> bytes:
    """How a file begins."""
    with opened(title, path, path.name) as file:
        return file.read(HEAD)


def text(head: bytes) -> bytes:
    """The same without what stands before JSON."""
    return head.removeprefix(BOM_UTF8).lstrip()


def words_of(name: str) -> str:
    """What the name of a file says that it tells of; nothing where it is none of those we know."""
    found = BASE.fullmatch(name)
    if OWN_LIST.fullmatch(name.rpartition("/")[2]):
        return "lists"
    return NAMES.get(found[1], "") if found else ""


def examine(title: str, path: Path, said: str, zone: tzinfo) -> Examined | None:
    """What a file holds; None where it has none of our rows. Raises UnexpectedAnswer where it has some and cannot be used."""
    if not path.is_dir():
        head = begin(title, path)
        if text(head).startswith(b"[") and OWN_LIST.fullmatch(path.name):
            raise UnexpectedAnswer(title, f"{shown(path.name)} {ONE_LIST}")
        if not head.startswith(b"PK") and not (text(head)[:1] in (b"[", b"{") and OURS.search(head)):
            return None
    paper = Paper(title, path, zone, said.strip().lower())
    for _ in paper.read(dict.fromkeys(RECORDS, ALL)):
        pass
    if paper.used or paper.heading.watchweave:
        return Examined(paper.label, paper.made, dict(paper.used), tuple(paper.left_out))
    if paper.nameless:
        raise UnexpectedAnswer(title, f"{shown(path.name)} is a list, and does not say which. {ASK}.")
    if paper.faulty:
        first = paper.left_out[0]
        raise UnexpectedAnswer(title, f"{shown(path.name)} has nothing that can be used: {first.file}, {first.why}.")
    return None
