"""The export of an account: a ZIP that tells everything as of the moment when it was made."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

from ...core.media import Media
from ...core.records import DAY, Like, Member, Play, Rating, Record, Review, Tags, Watched, Wish
from ...errors import Incomplete, UnexpectedAnswer
from ..base import Examined, Fleeting, LeftOut, Listed
from ..files import Archive, Row, text_of
from ..tables import opened
from .convert import code_of, noon, tags_of, value_of, year_of
from .films import Films
from .lists import BEGINS, FOLDER, ListFile, films, list_files

LABEL = "export"
ALWAYS = ("profile.csv", "diary.csv", "reviews.csv", "ratings.csv", "watched.csv", "watchlist.csv")
LIKES = "likes/films.csv"
ORPHANED = ("orphaned/diary.csv", "orphaned/reviews.csv")
FARTHEST = timezone(timedelta(hours=14))
"""In which zone the times of the archive are, nobody says: they are taken for the earliest that they can be, since what was
done after the export was made must not be taken for removed."""
NAMED = re.compile(r"-(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])-(?:[01]\d|2[0-3])-[0-5]\d)-utc")
"""What the name of an export ends with; the last days of a month are as well left to its files."""
PAGE = 2000
Entry = tuple[str, int | None, str]
"""A viewing as feed and export both show it: title, year and day."""
GONE = "the film is no longer on Letterboxd"
NO_ADDRESS = "has no address of a film"


class Export:
    """What one export says. What cannot be used of it is found out on the way: `left_out`. lists: the lists of which the
    films are wanted, by their own names; None: all."""

    def __init__(
        self, title: str, path: Path, zone: tzinfo, films: Films, lists: Collection[str] | None = None
    ) -> None:
        self.title = title
        self.path = path
        self.zone = zone
        self.films = films
        self.wanted = lists
        self.left_out: list[LeftOut] = []
        self.used: Counter[str] = Counter()
        self.lacks: set[str] = set()
        """The shelves of which it tells only in part: some do not say what was liked."""
        self.gone: list[str] = []
        """Our names of films that Letterboxd has no more."""
        self.entries: Counter[Entry] = Counter()
        """The viewings that it shows."""
        self._tags: dict[str, Tags] = {}

    def read(self) -> Iterator[list[Record]]:
        """All records but the wishes, in portions."""
        with self._opened() as archive:
            self._name_films(archive)
            lists = list(self._lists(archive))
            if LIKES not in archive.names:
                self.lacks.add("favourites")
            yield from self._marks(archive)
            yield from self._plays(archive)
            yield self._words(archive)
            for one in lists:
                yield from self._members(archive, one)
            for name in ORPHANED:
                self._orphans(archive, name)

    def wishes(self) -> list[Record]:
        """What stands on the watchlist."""
        with self._opened() as archive:
            self._name_films(archive)
            return [
                Wish(self._film(row), noon(row["date"], self.zone))
                for row in self._rows(archive, "watchlist.csv", "wishes")
            ]

    def lists(self) -> list[Listed]:
        """All lists, by their own names. Raises Incomplete where it cannot be told which list a file is."""
        found: dict[str, Listed] = {}
        with self._opened() as archive:
            for one in list_files(archive):
                if isinstance(one, LeftOut):
                    what = f"its lists are left alone, because line {one.line} of {one.file} {one.why}"
                    raise Incomplete(self.title, f"{what}. Download the export again, and import it.")
                found.setdefault(one.own, Listed(one.own, one.title))
        return list(found.values())

    @property
    def faults(self) -> bool:
        """Is there a row of which nobody knows what it says? What is wrong with a list is a matter of the lists alone."""
        return any(one.file not in ORPHANED and not one.file.startswith(FOLDER) for one in self.left_out)

    def whose(self) -> str:
        """The name of the member."""
        with self._opened() as archive:
            profile = next(archive.rows("profile.csv", needs=("username",)), Row(0))
            return profile["username"].strip().lower()

    def made(self) -> int:
        """When it was made, at the earliest."""
        with self._opened() as archive:
            return archive.made

    def _opened(self) -> Archive:
        return Archive(self.title, self.path, FARTHEST)

    def _rows(self, archive: Archive, name: str, what: str, needs: tuple[str, ...] = ("name",)) -> Iterator[Row]:
        """The rows of one file that name a film; the others are left out."""
        for row in archive.rows(name, needs=needs):
            if why := row.fault or ("" if row["name"].strip() else "names no film"):
                self.left_out.append(LeftOut(name, row.line, why))
            else:
                self.used[what] += 1
                yield row

    def _name_films(self, archive: Archive) -> None:
        """Which films stand behind the titles: four files have their addresses."""
        if missing := [name for name in ALWAYS if name not in archive.names]:
            what = f"{self.path.name} is no whole export: {missing[0]} is missing"
            raise UnexpectedAnswer(self.title, f"{what}. Download it again at letterboxd.com/settings/data.")
        for name in ("watched.csv", "ratings.csv", "watchlist.csv", *([LIKES] if LIKES in archive.names else [])):
            for row in archive.rows(name, needs=("name",)):
                if code := code_of(row["letterboxd uri"]):
                    self.films.of_file(row["name"], row["year"], code)

    def _film(self, row: Row, *, entry: bool = False) -> Media:
        """The film of a row. entry: its address is that of an entry, so that the title has to do."""
        code = "" if entry else code_of(row["letterboxd uri"])
        return self.films.media(row["name"], year_of(row["year"]), code)

    def _marks(self, archive: Archive) -> Iterator[list[Record]]:
        page: list[Record] = []
        for name, kind, what in (("watched.csv", Watched, "films watched"), (LIKES, Like, "films liked")):
            for row in self._rows(archive, name, what) if name in archive.names else ():
                page.append(kind(self._film(row), noon(row["date"], self.zone)))
        for row in self._rows(archive, "ratings.csv", "ratings"):
            value = value_of(row["rating"])
            if value is None:
                self._leave("ratings.csv", row, f"{row['rating'][:20]!r} is no rating", "ratings")
            else:
                page.append(Rating(self._film(row), noon(row["date"], self.zone), value))
        yield from (page[start : start + PAGE] for start in range(0, len(page), PAGE))

    def _plays(self, archive: Archive) -> Iterator[list[Record]]:
        page: list[Record] = []
        for row in self._rows(archive, "diary.csv", "viewings"):
            at, code = noon(row["watched date"], self.zone), code_of(row["letterboxd uri"])
            if at is None or not code:
                why = "has no address of its own" if at is not None else f"{row['watched date'][:20]!r} is no day"
                self._leave("diary.csv", row, why, "viewings")
                continue
            film = self._film(row, entry=True)
            page.append(Play(film, at, f"file:{code}", "day"))
            self.entries[row["name"], film.year, row["watched date"].strip()] += 1
            self._tag(film, row)
            if len(page) >= PAGE:
                yield page
                page = []
        yield page

    def _words(self, archive: Archive) -> list[Record]:
        """Of each film the newest review, and all tags."""
        reviews: dict[str, Review] = {}
        for row in self._rows(archive, "reviews.csv", "reviews"):
            film, at, text = self._film(row, entry=True), noon(row["date"], self.zone), text_of(row["review"]).strip()
            self._tag(film, row)
            older = reviews.get(film.key)
            if text and (older is None or (older.at or 0) <= (at or 0)):
                reviews[film.key] = Review(film, at, text)
        return [*reviews.values(), *self._tags.values()]

    def _tag(self, film: Media, row: Row) -> None:
        before = self._tags.get(film.key)
        if found := (*(before.tags if before else ()), *tags_of(row["tags"])):
            self._tags[film.key] = Tags(film, noon(row["date"], self.zone), tuple(dict.fromkeys(found)))

    def _lists(self, archive: Archive) -> Iterator[ListFile]:
        """The lists that are wanted; their films are named before one of them is used."""
        for one in list_files(archive):
            if isinstance(one, LeftOut):
                self.left_out.append(one)
                self.lacks.add("lists")
            elif self.wanted is None or one.own in self.wanted:
                for row in films(archive, one):
                    if code := code_of(row["url"]):
                        self.films.of_list(row["name"], row["year"], code)
                yield one

    def _members(self, archive: Archive, one: ListFile) -> Iterator[list[Record]]:
        """The films of one list, in its order, each once."""
        page: list[Record] = []
        seen: set[str] = set()
        for row in films(archive, one):
            if why := row.fault or ("" if row["name"].strip() else "names no film"):
                self.left_out.append(LeftOut(one.file, row.line, why))
                self.lacks.add("lists")
                continue
            film = self.films.media(row["name"], year_of(row["year"]), code_of(row["url"]))
            if not row["url"].strip():  # so it is with films that Letterboxd has no more
                self.left_out.append(LeftOut(one.file, row.line, NO_ADDRESS))
                self.gone.append(film.key)
            elif film.key not in seen:
                seen.add(film.key)
                self.used["films on lists"] += 1
                page.append(Member(film, list=one.own))
        yield from (page[start : start + PAGE] for start in range(0, len(page), PAGE))

    def _orphans(self, archive: Archive, name: str) -> None:
        """Entries of films that Letterboxd has no more: nobody has removed them."""
        for row in archive.rows(name) if name in archive.names else ():
            self.left_out.append(LeftOut(name, row.line, row.fault or GONE))
            self.gone.append(self.films.media(row["name"], year_of(row["year"])).key)

    def _leave(self, file: str, row: Row, why: str, what: str) -> None:
        self.used[what] -= 1
        self.left_out.append(LeftOut(file, row.line, why))


def examine(title: str, path: Path, zone: tzinfo) -> Examined | None:
    """What an export holds; None where it is none. Raises UnexpectedAnswer where it is one and cannot be used."""
    if not path.is_dir() and not _packed(title, path):
        return None
    with Archive(title, path, FARTHEST) as archive:
        if not {"diary.csv", "profile.csv"} & {*archive.names}:
            return None
    export = Export(title, path, zone, Films(Fleeting()))
    for _ in export.read():
        pass
    export.used["wishes"] = len(export.wishes())
    stat = path.stat()  # a file may bear any time, but it has come here no later than now
    made = min(_named_for(path, export.made()), int(stat.st_mtime), int(stat.st_ctime))
    used = {what: count for what, count in export.used.items() if count}
    return Examined(LABEL, made, used, tuple(export.left_out), {"username": export.whose()})


def _named_for(path: Path, earliest: int) -> int:
    """When an export was made, as its name says, where that can be; else the earliest that its files allow."""
    found = NAMED.search(path.name)
    if not found:
        return earliest
    told = int(datetime.strptime(found[1], "%Y-%m-%d-%H-%M").replace(tzinfo=UTC).timestamp())
    return told if earliest <= told <= earliest + 2 * DAY else earliest


def _packed(title: str, path: Path) -> bool:
    """Is it an archive? One file of an export says too little: which film is meant stands in another."""
    with opened(title, path, path.name) as file:
        begin = file.read(400)
    packed = begin.startswith(b"PK")
    if not packed and (b"letterboxd uri" in begin.lower() or begin.removeprefix(BOM_UTF8).startswith(BEGINS)):
        what = f"{path.name} is one file of an export, and tells too little alone"
        raise UnexpectedAnswer(title, f"{what}. Hand in the whole: the ZIP, or the folder to which it was unpacked.")
    return packed
