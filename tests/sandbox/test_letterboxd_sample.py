"""The simulated Letterboxd writes the sample export and the sample feed, sign by sign, for a person who did the same."""

import csv
import io
import os
import re
import zipfile
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.sandbox.letterboxd_member import said
from watchweave.sandbox.letterboxd import Letterboxd
from watchweave.sandbox.letterboxd_rules import Options
from watchweave.sandbox.letterboxd_shelves import Profile
from watchweave.sandbox.world import Catalogue, Clock, Work, World

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
SAMPLE = SHARED / "data" / "letterboxd"
EXPORTED = datetime.fromisoformat("2026-01-02T12:00Z").timestamp()
NOON = 11 * 3600
"""Lists of the sample were made at noon."""
LATER_TEXTS = {
    "990000200": "Third time.\n\nThe diner, <i>again</i> &amp; always.",
    "990000188": "No idea when I first saw it.",
    "990000182": "The box.",
}
SPOILER = "990000182"

pytestmark = pytest.mark.skipif(not SAMPLE.exists(), reason=f"the sample of an export and a feed is not at {SAMPLE}")


def cells(name):
    with (SAMPLE / "export" / name).open(newline="") as file:
        return list(csv.reader(file))


def rows(name):
    header, *rest = cells(name)
    return [dict(zip(header, row, strict=True)) for row in rest]


def moment(row, place=0):
    """A time of this row's day, later for later rows."""
    return datetime.fromisoformat(f"{row['Date']}T01:00Z").timestamp() + place


def code(row):
    return row["Letterboxd URI"].rpartition("/")[2]


def named(thing):
    """Name and year of the film of a row or an item."""
    if isinstance(thing, dict):
        return thing["Name"], thing["Year"]
    return said(thing, "letterboxd:filmTitle"), said(thing, "letterboxd:filmYear") or ""


def number(item):
    return item.findtext("guid").rpartition("-")[2]


def logged(item):
    return parsedate_to_datetime(item.findtext("pubDate")).timestamp()


@cache
def diary_items():
    """The entries in the sample feed, the first logged first."""
    items = ElementTree.parse(SAMPLE / "rss.xml").findall("channel/item")
    return [item for item in items if "letterboxd-list-" not in item.findtext("guid")][::-1]


def halves(text):
    return int(float(text or 0) * 2) or None


class Story:
    """Mara Quill does what the sample says she did, at the times at which she did it."""

    def __init__(self):
        self.world = World(Catalogue(), Clock(moment({"Date": "2024-11-01"})))
        self.letterboxd = Letterboxd(self.world, Options(list_films=4))
        self.films = {}
        self.member = self.letterboxd.join("maraquill")
        for row in rows("watched.csv") + rows("watchlist.csv") + rows("orphaned/diary.csv"):
            self.enter(named(row), code(row))
        for item in diary_items():
            series = said(item, "tmdb:tvId")
            ids = {"tmdb": int(series or said(item, "tmdb:movieId") or 0)}
            slug = re.search("/film/([^/]+)/", item.findtext("link"))[1]
            self.enter(named(item), "", slug, "show" if series else "movie", ids if ids["tmdb"] else {})
        for deed in (self.watch, self.log, self.rate, self.mark, self.list, self.lose, self.tell):
            deed()

    def enter(self, name, code="", slug="", kind="movie", ids=None):
        new = Work(str(len(self.films)), kind, name[0], int(name[1] or 0) or None, {})
        work = self.films.setdefault(name, new)
        if work is new:
            self.world.catalogue.add(work)
        work.kind, work.ids = kind, ids or {}
        self.letterboxd.films.enter(work, code, slug)

    def watch(self):
        for place, row in enumerate(rows("watched.csv")):
            self.member.watch(self.films[named(row)], moment(row, place))

    def log(self):
        """The export has what was written, the feed when: they are matched by film, day and rating."""
        told = {code(row): row for row in rows("diary.csv") + rows("reviews.csv")}
        for item in diary_items():
            if logged(item) < EXPORTED:
                rating = halves(said(item, "letterboxd:memberRating"))
                key = (*named(item), said(item, "letterboxd:watchedDate") or "", rating)
                row = next(r for r in told.values() if (*named(r), r["Watched Date"], halves(r["Rating"])) == key)
                self.write(row, logged(item)).number = number(item)

    def write(self, row, at):
        self.letterboxd.codes.ready = [code(row)] if code(row) else []
        return self.member.write(
            self.films[named(row)],
            at,
            on=row["Watched Date"] or None,
            rating=halves(row["Rating"]),
            rewatch=row["Rewatch"] == "Yes",
            tags=tuple(filter(None, row["Tags"].split(", "))),
            review=row.get("Review", ""),
        )

    def rate(self):
        """What she thinks by now: not always what her entries say."""
        for work in self.films.values():
            self.member.unrate(work)
        for place, row in enumerate(rows("ratings.csv")):
            self.member.rate(self.films[named(row)], halves(row["Rating"]), moment(row, place))

    def mark(self):
        for name, deed in (("watchlist", self.member.want), ("likes/films", self.member.like)):
            for place, row in enumerate(rows(f"{name}.csv")):
                deed(self.films[named(row)], moment(row, place))

    def list(self):
        for name, guid in (("night-trains", 99000010), ("every-film-twice", 99000011), ("null-90000001", 90000001)):
            self.make_list(f"lists/{name}.csv", guid).published = not name.startswith("null")

    def make_list(self, name, guid):
        (day, title, tags, url, description), *films = (row for row in cells(name)[2:] if row and row[0] != "Position")
        self.letterboxd.codes.ready = [url.rpartition("/")[2]]
        made = self.member.make_list(title, description, moment({"Date": day}, NOON))
        made.tags, made.number = tuple(filter(None, tags.split(", "))), guid
        for _, film, year, _, note in films:
            self.member.put_on(made, self.films[film, year], note)
        return made

    def lose(self):
        """She deletes some things, and Letterboxd loses some films."""
        drive = self.films["Drive", "2011"], self.member.ratings[self.films["Drive", "2011"].uid]
        for row in rows("deleted/diary.csv") + rows("deleted/reviews.csv"):
            self.member.delete(self.write(row, moment(row)))
        self.member.rate(drive[0], drive[1].value, drive[1].at)
        self.member.delete_list(self.make_list("deleted/lists/drafts.csv", 0))
        reviews = {named(row): row for row in rows("orphaned/reviews.csv")}
        for row in rows("orphaned/diary.csv"):
            self.write(row | reviews.get(named(row), {}), moment(row))
            self.letterboxd.films.drop(self.films[named(row)])

    def tell(self):
        for row in rows("comments.csv"):
            self.member.comment(row["Content"], row["Comment"], moment(row))
        for of in ("reviews", "lists"):
            for row in rows(f"likes/{of}.csv"):
                self.member.applaud(row["Content"], of, moment(row))
        told = rows("profile.csv")[0]
        best = (self.letterboxd.films.coded(uri.rpartition("/")[2]).work for uri in told["Favorite Films"].split(", "))
        names = ("Given Name", "Family Name", "Email Address", "Location", "Website", "Bio", "Pronoun")
        self.member.profile = Profile(*(told[name].replace("\r\n", "\n") for name in names), tuple(best))
        self.world.clock.set(EXPORTED)

    def go_on(self):
        """What she did between the export and the feed."""
        for item in diary_items():
            if logged(item) > EXPORTED:
                text, rating = LATER_TEXTS.get(number(item), ""), halves(said(item, "letterboxd:memberRating"))
                self.member.write(
                    self.films[named(item)],
                    logged(item),
                    on=said(item, "letterboxd:watchedDate"),
                    rating=rating,
                    rewatch=said(item, "letterboxd:rewatch") == "Yes",
                    review=text,
                    spoilers=number(item) == SPOILER,
                ).number = number(item)
        self.member.like(self.films["Lilo & Stitch", "2002"])
        by_name = {one.name: one for one in self.member.lists.values()}
        by_name["Every film, twice"].description = "Remakes and their originals."
        by_name["Night trains"].description = ""


def test_the_export_is_that_of_the_sample_to_the_byte():
    folder = SAMPLE / "export"
    expected = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.csv")}
    with zipfile.ZipFile(io.BytesIO(Story().member.export())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == expected


def without_numbers_of_posters(text):
    return re.sub(r"film-poster/\d+-", "film-poster/", text).splitlines()


def test_the_feed_is_that_of_the_sample_to_the_letter():
    story = Story()
    story.go_on()
    expected = (SAMPLE / "rss.xml").read_text()
    assert without_numbers_of_posters(story.member.feed().decode()) == without_numbers_of_posters(expected)
