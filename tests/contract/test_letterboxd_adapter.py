"""Letterboxd's feed and export, read and written by the adapter: the samples, the request budget, and what goes wrong."""

import asyncio
import os
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import pytest

from tests.contract.letterboxd_desk import DAY, Member, table
from watchweave.contract.bench import Drawer
from watchweave.core.media import Kind, Media
from watchweave.core.records import Like, Play, Rating, Review, Tags, Watched, Wish
from watchweave.errors import ServiceError, Unavailable, UnexpectedAnswer
from watchweave.sandbox import faults
from watchweave.sandbox.letterboxd_rules import Options
from watchweave.services.base import Desk, Fleeting
from watchweave.services.files import feed
from watchweave.services.http import Http
from watchweave.services.letterboxd import Letterboxd
from watchweave.services.letterboxd.feed import items
from watchweave.storage.inbox import Inbox

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
SAMPLES = SHARED / "data" / "letterboxd"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not there: set WATCHWEAVE_SHARED")
NOON = 12 * 3600


@pytest.fixture
def mara(tmp_path):
    return Member(tmp_path)


def read(member, shelf="history", cursor=None):
    """What a reading says: all its records, and the reading after its end."""

    async def run():
        service = member.service()
        async with service.http:
            reading = await service.shelves[shelf].read(cursor)
            pages = reading.records
            records = [r async for page in pages for r in page] if hasattr(pages, "__aiter__") else list(pages)
        return records, reading

    return asyncio.run(run())


def of(records, kind):
    return [record for record in records if type(record) is kind]


# The samples


class Sample(Member):
    """Mara Quill, whose export and feed are files."""

    def __init__(self, folder, export=True):
        super().__init__(folder, zone="UTC")
        self.desk = Desk(ZoneInfo("UTC"), Inbox(folder / "inbox"), Fleeting())
        if export:
            self.desk.files.hand_in(SAMPLES / "export", "export", 1_767_312_000)

    def service(self):
        answer = httpx2.Response(200, content=(SAMPLES / "rss.xml").read_bytes())
        door = httpx2.MockTransport(lambda request: answer)
        hosts = {"site_url": "https://letterboxd.com"}
        signer = Letterboxd.signer(Drawer())
        http = Http("Letterboxd", hosts, signer, super().service().http._pace, transport=door, limits=Letterboxd.limits)
        return Letterboxd(http, {"username": "maraquill"}, None, self.desk)


@needs_samples
def test_every_entry_of_the_sample_feed_is_read():
    told = list(items(feed("Letterboxd", (SAMPLES / "rss.xml").read_bytes())))
    assert (len(told), sum(not item.day for item in told)) == (36, 3)
    chernobyl = next(item for item in told if item.title == "Chernobyl")
    assert (chernobyl.series, chernobyl.tmdb, chernobyl.value) == (True, "87108", 100)
    alien = next(item for item in told if item.title == "Alien")
    assert (alien.day, alien.review, alien.liked) == ("", "No idea when I first saw it.", True)
    seven = next(item for item in told if item.title == "Se7en" and item.spoiler)
    assert (seven.review, seven.logged) == ("The box.", 1768763391)


@needs_samples
def test_every_row_of_the_sample_export_is_read(tmp_path):
    records, reading = read(Sample(tmp_path))
    plays = [play for play in of(records, Play) if play.key.startswith("file:")]
    assert (len(plays), len(of(records, Like)) >= 4, reading.complete) == (23, True, True)
    assert reading.made == 1_767_312_000
    heat = [play.at for play in plays if play.media.title == "Heat"]
    assert heat == [1596240000 + NOON, 1745107200 + NOON]  # 2020-08-01 and 2025-04-20
    paddington = [play.key for play in plays if play.media.title == "Paddington 2"]
    assert paddington == ["file:8Wv12q", "file:8Wv13q"]


@needs_samples
def test_the_rating_is_that_of_now_and_not_that_of_an_entry(tmp_path):
    records, _ = read(Sample(tmp_path))
    of_file = {}
    for rating in of(records, Rating):
        of_file.setdefault((rating.media.title, rating.media.year), rating.value)
    assert of_file["Inception", 2010] == 80
    assert ("Crash", 2004) not in of_file or of_file["Crash", 2004] != 40


@needs_samples
def test_titles_with_odd_signs_lead_to_one_film_in_all_files(tmp_path):
    records, _ = read(Sample(tmp_path))
    keys = {}
    for record in records:
        keys.setdefault((record.media.title, record.media.year), set()).add(record.media.key)
    assert {name: found for name, found in keys.items() if len(found) > 1} == {}
    assert keys["8½", 1963] == {"film:2aqm"}
    assert keys["Crash", 1996] != keys["Crash", 2004]
    assert keys["Dracula", 1931] != keys["Drácula", 1931]


@needs_samples
def test_the_feed_tells_the_ids_of_films_in_the_export(tmp_path):
    records, _ = read(Sample(tmp_path))
    heat = next(play.media for play in of(records, Play) if play.media.title == "Heat")
    assert (heat.ids, heat.keys) == ({"tmdb": "949"}, ("film:2bg8",))
    chernobyl = {record.media.kind for record in records if record.media.title == "Chernobyl"}
    assert chernobyl == {Kind.SHOW}


@needs_samples
def test_reviews_are_text_and_tags_are_together(tmp_path):
    records, _ = read(Sample(tmp_path))
    reviews = {(one.media.title, one.media.year): one.text for one in of(records, Review)}
    assert reviews["Ghostbusters", 1984] == 'Line one.\nLine two, with a comma, and "quotes".\n\nLine four.'
    assert reviews["Life, and Nothing More…", 1992].startswith("Quiet & long.")
    tags = {one.media.title: one.tags for one in of(records, Tags)}
    assert tags["Heat"] == ("70mm", "with June")


@needs_samples
def test_wishes_come_from_the_export_alone(tmp_path):
    wishes, reading = read(Sample(tmp_path), "watchlist")
    assert (len(wishes), all(type(one) is Wish for one in wishes), reading.complete) == (9, True, True)
    blade = next(one.media for one in wishes if one.media.title == "Blade")
    assert (blade.year, blade.key) == (None, "film:mOS6")


@needs_samples
def test_each_of_the_33_viewings_is_one_by_whatever_name(tmp_path):
    records, _ = read(Sample(tmp_path))
    names = Counter()
    for play in of(records, Play):
        names[play.media.key, play.at, play.key.partition(":")[0]] += 1
    most = Counter()
    for (film, at, _), count in names.items():
        most[film, at] = max(most[film, at], count)
    assert sum(most.values()) == 33


# The feed


def test_the_feed_is_asked_once_and_not_again_within_a_quarter_of_an_hour(mara):
    mara.hand_in()
    _, first = read(mara)
    assert len(mara.world.requests.of("letterboxd")) == 1
    read(mara, cursor=first.cursor)
    assert len(mara.world.requests.of("letterboxd")) == 1
    mara.world.clock.advance(901)
    read(mara, cursor=first.cursor)
    assert len(mara.world.requests.of("letterboxd")) == 2


def test_a_feed_that_has_not_changed_is_no_news(tmp_path):
    mara = Member(tmp_path, Options(not_modified=True))
    mara.person.log(mara.works["m1"], "2026-11-01")
    mara.hand_in()
    _, first = read(mara)
    mara.world.clock.advance(DAY)
    records, second = read(mara, cursor=first.cursor)
    assert (records, second.partial, mara.world.requests.all[-1].status) == ([], "", 304)
    mara.person.log(mara.works["m2"], "2026-11-20")
    mara.world.clock.advance(DAY)
    records, _ = read(mara, cursor=second.cursor)
    assert {type(one) for one in records} == {Play, Watched}


def test_an_edited_entry_is_news_under_its_old_name(mara):
    entry = mara.person.log(mara.works["m1"], "2026-11-01", rating=6)
    mara.hand_in()
    _, first = read(mara)
    mara.world.clock.advance(DAY)
    mara.person.edit(entry, on="2026-11-02", rating=8)
    records, _ = read(mara, cursor=first.cursor)
    (play,), (rating,) = of(records, Play), of(records, Rating)
    assert (play.key, rating.value, rating.at) == (f"feed:{entry.number}", 80, None)


def test_an_older_feed_without_ids_is_read_as_well(tmp_path):
    mara = Member(tmp_path, Options(older_feed=True))
    mara.person.log(mara.works["m1"], "2026-11-01", rating=6)
    records, _ = read(mara)
    assert [type(one) for one in records] == [Play, Watched, Rating]
    assert records[0].media.ids == {}


@pytest.mark.parametrize("window", [50, 100])
def test_lists_in_the_feed_are_no_entries(tmp_path, window):
    mara = Member(tmp_path, Options(window=window))
    mara.person.put_on(mara.person.make_list("Trains"), mara.works["m1"])
    mara.person.log(mara.works["m2"], "2026-11-01")
    records, _ = read(mara)
    assert {record.media.title for record in records} == {mara.works["m2"].title}


def fails(mara, error):
    with pytest.raises(error) as found:
        read(mara)
    return str(found.value)


def test_a_private_or_unknown_member_is_told_as_such(mara):
    mara.person.private = True
    assert "is the name right, and the profile public?" in fails(mara, UnexpectedAnswer)


def test_a_page_that_wants_a_browser_is_asked_for_once(tmp_path):
    mara = Member(tmp_path, Options(challenged=True))
    fails(mara, Unavailable)
    assert len(mara.world.requests.all) == 1


@pytest.mark.parametrize("fault", [faults.Truncate(), faults.Html(), faults.Status(500), faults.Blank()])
def test_a_broken_feed_is_never_an_empty_one(mara, fault):
    mara.person.log(mara.works["m1"], "2026-11-01")
    mara.world.faults.order(fault, path="/rss/", times=-1)
    fails(mara, ServiceError)


# What is carried


def sheets(mara, *records):
    found, refused = mara.service().sheets(records)
    return [table(sheet.content) for sheet in found], {refusal.why for refusal in refused}


def noon(mara, day):
    from watchweave.services.letterboxd.convert import noon

    return noon(day, mara.desk.zone)


def test_a_row_has_the_columns_of_the_importer(mara):
    play = Play(mara.media("m1"), noon(mara, "2025-12-31"), again=True)
    (rows,), _ = sheets(mara, play, Rating(mara.media("m1"), play.at, 70))
    work = mara.works["m1"]
    assert rows == [
        {
            "tmdbID": str(work.ids["tmdb"]), "imdbID": work.ids["imdb"], "Title": work.title, "Year": str(work.year),
            "Rating10": "7", "WatchedDate": "2025-12-31", "Rewatch": "true", "Tags": "", "Review": "",
        }
    ]  # fmt: skip


def test_the_day_is_hers_and_not_that_of_utc(tmp_path):
    york = Member(tmp_path, zone="America/New_York")
    (rows,), _ = sheets(york, Play(york.media("m1"), noon(york, "2025-12-31")))
    assert rows[0]["WatchedDate"] == "2025-12-31"


def test_a_rating_of_another_day_has_a_row_of_its_own(mara):
    play = Play(mara.media("m1"), noon(mara, "2025-12-31"))
    (rows,), _ = sheets(mara, play, Rating(mara.media("m1"), noon(mara, "2019-05-05"), 70))
    assert [(row["WatchedDate"], row["Rating10"]) for row in rows] == [("2025-12-31", ""), ("", "7")]


def test_files_stay_within_what_the_importer_takes(mara):
    films = [Media(Kind.MOVIE, {"tmdb": str(number)}, "A film with a long name " * 20) for number in range(1, 4001)]
    found, _ = mara.service().sheets([Rating(film, None, 50) for film in films])
    assert [len(sheet.content) <= 900_000 and len(table(sheet.content)) <= 1900 for sheet in found] == [True] * len(
        found
    )
    assert sum(len(table(sheet.content)) for sheet in found) == 4000


def test_all_rows_of_a_film_stand_in_one_file(mara):
    film = mara.media("m1")
    others = [Rating(Media(Kind.MOVIE, {"tmdb": str(n)}, "x"), None, 50) for n in range(1, 1900)]
    viewings = [Play(film, noon(mara, f"2024-01-{day:02}")) for day in range(1, 9)]
    found, _ = mara.service().sheets([*others, *viewings])
    assert [sum(row["imdbID"] == film.ids["imdb"] for row in table(one.content)) for one in found] == [0, 8]


def test_a_title_that_a_spreadsheet_would_obey_is_left_to_the_ids(mara):
    (rows,), _ = sheets(mara, Rating(Media(Kind.MOVIE, {"tmdb": "1"}, "=HYPERLINK(1)"), None, 50))
    assert (rows[0]["Title"], rows[0]["tmdbID"]) == ("", "1")


def test_what_no_file_can_say_is_refused_with_its_reason(mara):
    _, why = sheets(
        mara,
        Rating(Media(Kind.SHOW, {"tmdb": "1"}, "A series"), None, 50),
        Rating(Media(Kind.MOVIE, {"slug": "x"}, "A film"), None, 50),
        Play(mara.media("m1"), noon(mara, "2024-01-01") + 60),
    )
    assert why == {
        "Letterboxd has films only", "no id of TMDb or IMDb is known for it",
        "Letterboxd's importer keeps one viewing of a film a day",
    }  # fmt: skip
