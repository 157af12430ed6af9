"""What no feed and no export of Letterboxd should say, and what becomes of it."""

import asyncio
import os
import time
from zoneinfo import ZoneInfo

import pytest

from tests.contract.letterboxd_desk import Member
from watchweave.core.records import Play
from watchweave.errors import Stopped
from watchweave.services.files import feed
from watchweave.services.letterboxd import Letterboxd, convert
from watchweave.services.letterboxd.feed import items

BLANKS = 400_000
"""So many that a search which begins anew at each of them would not come to an end."""
AUCKLAND = ZoneInfo("Pacific/Auckland")


def told(description="", date="Mon, 23 Nov 2026 10:00:00 +0000"):
    """The entries of a feed of one review."""
    raw = (
        '<rss><channel xmlns:letterboxd="https://letterboxd.com"><item><guid>letterboxd-review-1</guid>'
        f"<pubDate>{date}</pubDate><description><![CDATA[{description}]]></description></item></channel></rss>"
    )
    return list(items(feed("Letterboxd", raw.encode())))


def test_blanks_without_end_before_a_review_come_through_at_once():
    (item,) = told(" " * BLANKS + "Good.")
    assert (item.review, item.spoiler) == ("Good.", False)
    (item,) = told("\n<p><img src='x'></p>" + " " * BLANKS + "<p>Good.</p>")
    assert item.review == "Good."


def test_a_warning_is_no_part_of_a_review():
    warning = "<p><em>This review may contain spoilers.</em></p>"
    (item,) = told(f" <p><img src='x'></p> {warning} <p>The box.</p>")
    assert (item.review, item.spoiler) == ("The box.", True)


@pytest.mark.parametrize("zone", ["+9999", "+99999999999999999999", "-123456789123"])
def test_an_entry_that_was_logged_in_no_zone_is_left_out(zone):
    assert told(date=f"Mon, 23 Nov 2026 10:00:00 {zone}") in ([], told())


@pytest.mark.parametrize("year", ["²", "2²20", "9" * 20, "٢٠٢٠", "", "0"])
def test_a_year_that_is_none_is_not_told(year):
    assert convert.year_of(year) is None


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "", "9" * 30])
def test_a_day_that_is_in_no_calendar_of_hers_is_none(day):
    assert [convert.noon(day, zone) for zone in (AUCKLAND, ZoneInfo("America/Juneau"))] == [None, None]


def test_a_film_of_an_odd_year_is_read_from_the_feed(tmp_path, monkeypatch):
    mara = Member(tmp_path)
    mara.person.log(mara.works["m1"], "2026-11-01")
    year = str(mara.works["m1"].year)
    plain = feed

    def odd(title, raw, *more):
        before, after = f"Year>{year}<", "Year>2²<"
        return plain(title, raw.decode().replace(before, after).encode(), *more)

    monkeypatch.setattr("watchweave.services.letterboxd.shelves.feed", odd)
    assert [(play.media.title, play.media.year) for play in plays(mara)] == [(mara.works["m1"].title, None)]


def plays(mara):
    """The viewings that a reading tells."""

    async def run():
        service = mara.service()
        async with service.http:
            reading = await service.shelves["history"].read(None)
            return [record async for page in reading.records for record in page if type(record) is Play]

    return asyncio.run(run())


def test_an_export_of_the_future_was_made_now(tmp_path):
    mara = Member(tmp_path)
    mara.world.clock.advance(9 * 365 * 86_400)
    path = mara.export()
    os.utime(path, (2_051_222_400, 2_051_222_400))  # 2035
    assert Letterboxd.examine(path, "", AUCKLAND).made <= time.time()


def test_who_has_not_said_her_name_is_told_where_to_say_it(tmp_path):
    mara = Member(tmp_path)
    nameless = Letterboxd(mara.service().http, {}, None, mara.desk)
    mara.service = lambda: nameless
    with pytest.raises(Stopped, match="Set `username:`"):
        plays(mara)
    with pytest.raises(Stopped, match="Set `username:`"):
        asyncio.run(nameless.identity())
    assert mara.world.requests.all == []
