"""The feed of the simulated Letterboxd (reference, "RSS" and points 1 to 3 of the checklist), read by the standard library."""

import os
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.letterboxd_member import SITE, Person, said
from watchweave.sandbox import faults
from watchweave.sandbox.world import DAY, Work, World, invented

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
SAMPLE = SHARED / "data" / "letterboxd" / "rss.xml"


@pytest.fixture
def mara():
    return Person()


def at(text):
    return datetime.fromisoformat(text).timestamp()


def guids(person):
    return [item.findtext("guid") for item in person.items()]


def only(person):
    (item,) = person.items()
    return item


def home_video(person):
    """A film that no other database knows, and of no known year."""
    return person.letterboxd.films.enter(person.works["m7"]).work


# What an item says


def test_a_play_says_film_day_rating_and_like(mara):
    film = mara.works["m2"]
    mara.member.log(film, "2026-11-18", rating=9, rewatch=True, like=True)
    item = only(mara)
    assert item.findtext("title") == f"{film.title}, {film.year} - ★★★★½"
    names = ("watchedDate", "rewatch", "filmTitle", "filmYear", "memberRating", "memberLike")
    told = [said(item, f"letterboxd:{name}") for name in names]
    assert told == ["2026-11-18", "Yes", film.title, str(film.year), "4.5", "Yes"]
    assert (said(item, "tmdb:movieId"), said(item, "tmdb:tvId")) == (str(film.ids["tmdb"]), None)


def test_a_rating_always_has_one_decimal_and_its_stars(mara):
    for value in range(1, 11):
        mara.member.log(mara.works[f"x{value}"], rating=value)
    items = mara.items()[::-1]
    decimals = ["0.5", "1.0", "1.5", "2.0", "2.5", "3.0", "3.5", "4.0", "4.5", "5.0"]
    assert [said(item, "letterboxd:memberRating") for item in items] == decimals
    stars = ["½", "★", "★½", "★★", "★★½", "★★★", "★★★½", "★★★★", "★★★★½", "★★★★★"]
    assert [item.findtext("title").rpartition(" - ")[2] for item in items] == stars


def test_what_is_not_known_has_no_element(mara):
    mara.member.review(home_video(mara), "My own.")
    item = only(mara)
    absent = ("letterboxd:watchedDate", "letterboxd:filmYear", "letterboxd:memberRating", "tmdb:movieId", "tmdb:tvId")
    assert [said(item, name) for name in absent] == [None] * 5
    assert item.findtext("title") == "Garden party, second tape"


def test_a_series_has_a_number_among_series(mara):
    film, show = mara.works.traps["one number"]
    mara.letterboxd.films.enter(show)
    mara.member.log(film)
    mara.member.log(show)
    series, movie = mara.items()
    assert (said(series, "tmdb:tvId"), said(series, "tmdb:movieId")) == (str(show.ids["tmdb"]), None)
    assert (said(movie, "tmdb:movieId"), said(movie, "tmdb:tvId")) == (str(show.ids["tmdb"]), None)


def test_a_play_without_a_text_says_when_it_was_watched(mara):
    mara.member.log(mara.works["m1"], "2020-08-14")
    assert "<p>Watched on Friday August 14, 2020.</p>" in only(mara).findtext("description")


def test_a_review_comes_with_its_markup_in_paragraphs(mara):
    mara.member.log(mara.works["m1"], review="One & <b>all</b>.\r\nLine.\n\n\nEnd ]]> here.")
    text = only(mara).findtext("description")
    assert text.startswith(' <p><img src="https://')
    assert text.endswith("<p>One & <b>all</b>.<br />Line.</p> <p>End ]]> here.</p> ")


def test_a_review_that_spoils_says_so(mara):
    mara.member.log(mara.works["m1"], rating=8, review="The box.", spoilers=True)
    item = only(mara)
    assert item.findtext("title").endswith(" - ★★★★ (contains spoilers)")
    assert "<em>This review may contain spoilers.</em>" in item.findtext("description")


def test_the_older_feed_knows_neither_tmdb_nor_likes():
    mara = Person(older_feed=True)
    mara.member.log(mara.works["m1"], like=True)
    text = mara.feed().text
    assert "tmdb" not in text
    assert "memberLike" not in text
    assert said(only(mara), "letterboxd:rewatch") == "No"


def test_the_address_of_a_further_entry_is_numbered(mara):
    for day in (1, 2, 3):
        mara.member.log(mara.works["m1"], f"2026-11-0{day}")
    slug = mara.film("m1").slug
    links = [item.findtext("link") for item in mara.items()]
    assert links == [f"{SITE}/mara/film/{slug}/{end}" for end in ("2/", "1/", "")]


def test_the_creator_is_the_display_name_or_else_the_name_of_the_member(mara):
    mara.member.log(mara.works["m1"])
    assert said(only(mara), "dc:creator") == "mara"
    mara.member.profile.given_name = "Mara"
    mara.member.profile.family_name = "Quill"
    assert said(only(mara), "dc:creator") == "Mara Quill"


@given(title=st.text(min_size=1), review=st.text())
@settings(max_examples=60, deadline=None)
def test_any_title_and_any_text_make_xml(title, review):
    world = World(invented(movies=7, shows=0))
    mara = Person(world)
    film = mara.film("m1")
    film.name = title
    mara.member.log(film.work, "2026-11-01", review=review)
    item = ElementTree.fromstring(mara.member.feed()).find("channel/item")
    assert item.findtext("guid").startswith("letterboxd-")


# When


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-04-04T13:59:59Z", "Sun, 5 Apr 2026 02:59:59 +1300"),
        ("2026-04-04T14:00:00Z", "Sun, 5 Apr 2026 02:00:00 +1200"),
        ("2026-09-26T13:59:59Z", "Sun, 27 Sep 2026 01:59:59 +1200"),
        ("2026-09-26T14:00:00Z", "Sun, 27 Sep 2026 03:00:00 +1300"),
    ],
)
def test_the_time_of_logging_is_told_in_new_zealand(mara, moment, expected):
    mara.member.log(mara.works["m1"], at=at(moment))
    assert only(mara).findtext("pubDate") == expected


def test_an_evening_is_published_on_the_next_day(mara):
    mara.member.log(mara.works["m1"], at=at("2026-11-20T20:00Z"))
    item = only(mara)
    published = parsedate_to_datetime(item.findtext("pubDate"))
    assert (said(item, "letterboxd:watchedDate"), published.date().isoformat()) == ("2026-11-20", "2026-11-21")
    assert published.timestamp() == at("2026-11-20T20:00Z")


# Guids


def test_an_entry_keeps_its_guid_whatever_is_edited(mara):
    entry = mara.member.log(mara.works["m1"], "2026-11-01", rating=6)
    before = guids(mara)
    mara.member.edit(entry, on="2026-10-31", rating=8, like=True, tags=("late",), rewatch=True)
    assert guids(mara) == before == [f"letterboxd-watch-{entry.number}"]
    assert said(only(mara), "letterboxd:watchedDate") == "2026-10-31"
    assert said(only(mara), "letterboxd:memberRating") == "4.0"


def test_a_text_makes_a_review_of_a_play_with_the_same_number(mara):
    entry = mara.member.log(mara.works["m1"])
    number = entry.number
    mara.member.edit(entry, review="Well.")
    assert guids(mara) == [f"letterboxd-review-{number}"]
    mara.member.edit(entry, review="")
    assert guids(mara) == [f"letterboxd-watch-{number}"]


def test_a_text_can_bring_another_number():
    mara = Person(number_stays=False)
    entry = mara.member.log(mara.works["m1"])
    (before,) = guids(mara)
    mara.member.edit(entry, rating=8)
    assert guids(mara) == [before]
    mara.member.edit(entry, review="Well.")
    assert guids(mara) == [f"letterboxd-review-{entry.number}"]
    assert before.rpartition("-")[2] != str(entry.number)


def test_a_deleted_entry_and_a_film_that_left_vanish(mara):
    gone = mara.member.log(mara.works["m1"])
    mara.member.log(mara.works["m2"])
    mara.member.delete(gone)
    assert len(mara.items()) == 1
    mara.letterboxd.films.drop(mara.works["m2"])
    assert mara.items() == []


# Order and depth


def watch_many(person, count):
    for number in range(count):
        person.member.log(person.works["m1"], at=at("2020-01-01T12:00Z") + number * DAY)


@pytest.mark.parametrize("window", [50, 100])
def test_the_feed_has_room_for_so_many_entries(window):
    mara = Person(window=window)
    watch_many(mara, 120)
    days = [said(item, "letterboxd:watchedDate") for item in mara.items()]
    last = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=119)
    assert (len(days), days[0]) == (window, last.date().isoformat())
    assert days == sorted(days, reverse=True)


def test_fifty_entries_is_what_it_has_room_for_by_itself(mara):
    watch_many(mara, 60)
    mara.member.make_list("Trains")
    assert [guid.startswith("letterboxd-list-") for guid in guids(mara)] == [False] * 50 + [True]


@pytest.mark.parametrize(("order", "place"), [("logged", 0), ("watched", 2)])
def test_an_old_viewing_that_is_logged_late_comes_in_its_place(order, place):
    mara = Person(feed_order=order)
    for day in (10, 12, 14):
        mara.member.log(mara.works["m1"], f"2026-11-{day}", at=at(f"2026-11-{day}T20:00Z"))
    late = mara.member.log(mara.works["m2"], "2026-11-11")
    assert guids(mara).index(f"letterboxd-watch-{late.number}") == place


def test_lists_come_last_and_in_no_order_of_time(mara):
    for month in range(1, 9):
        mara.member.make_list(f"List {month}", at=at(f"2026-0{month}-01T12:00Z"))
    mara.member.log(mara.works["m1"], at=at("2025-01-01T12:00Z"))
    first, *lists = mara.items()
    assert first.findtext("guid").startswith("letterboxd-watch-")
    times = [parsedate_to_datetime(item.findtext("pubDate")) for item in lists]
    assert len(times) == 8
    assert times not in (sorted(times), sorted(times, reverse=True))


def test_a_list_shows_its_first_ten_films_and_no_element_of_a_film(mara):
    trains = mara.member.make_list("Trains", "All aboard.")
    for number in range(1, 14):
        mara.member.put_on(trains, mara.works[f"x{number}"])
    text = only(mara).findtext("description")
    assert text.count("<li>") == 10
    assert mara.works["x10"].title in text
    assert mara.works["x11"].title not in text
    assert "...plus 3 more." in text
    assert [child.tag for child in only(mara) if "letterboxd.com" in child.tag or "themoviedb" in child.tag] == []


def test_a_list_for_oneself_is_not_in_the_feed(mara):
    mara.member.make_list("Trains").published = False
    assert mara.items() == []


@pytest.mark.skipif(not SAMPLE.exists(), reason=f"the sample of a feed is not at {SAMPLE}")
def test_every_kind_of_item_has_the_elements_that_it_has_in_the_sample(mara):
    sample = shapes(ElementTree.parse(SAMPLE).findall("channel/item"))
    show = mara.letterboxd.films.enter(mara.works["s1"]).work
    unknown = mara.letterboxd.films.enter(mara.works.add(Work("v1", "movie", "Harbour", 2025, {}))).work
    for film in (mara.works["m1"], show, unknown, home_video(mara)):
        for rating in (None, 7):
            mara.member.log(film, rating=rating)
            mara.member.log(film, rating=rating, review="Well.")
            mara.member.review(film, "Well.", rating=rating)
    mara.member.make_list("Trains")
    ours = shapes(mara.items())
    assert {kind: ours[kind] for kind in sample} == sample


def shapes(items):
    """The names of the elements in their order, by what kind of item it is."""
    return {kind(item): [child.tag for child in item] for item in items}


def kind(item):
    told = ("letterboxd:watchedDate", "letterboxd:filmYear", "letterboxd:memberRating", "tmdb:movieId", "tmdb:tvId")
    return item.findtext("guid").split("-")[1], *(said(item, name) is not None for name in told)


# The address


def test_nobody_can_read_the_feed_of_a_private_or_unknown_member(mara):
    mara.member.private = True
    answer = mara.feed()
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=UTF-8")
    assert mara.ask("GET", f"{SITE}/nobody/rss/").status_code == 404
    mara.member.private = False
    assert mara.feed().status_code == 200


def test_the_site_can_want_a_browser(mara):
    mara.letterboxd.options.challenged = True
    answer = mara.feed()
    assert answer.status_code == 403
    assert "<title>Just a moment...</title>" in answer.text


def test_what_has_not_changed_can_be_answered_with_304():
    mara = Person(not_modified=True)
    first = mara.feed()
    tag, since = first.headers["ETag"], first.headers["Last-Modified"]
    assert (since, mara.feed(**{"If-None-Match": tag}).status_code) == ("Fri, 20 Nov 2026 18:00:00 GMT", 304)
    assert mara.feed(**{"If-Modified-Since": since}).status_code == 304
    mara.world.clock.advance(60)
    mara.member.log(mara.works["m1"])
    assert mara.feed(**{"If-None-Match": tag}).status_code == 200
    assert mara.feed(**{"If-Modified-Since": since}).headers["Last-Modified"] == "Fri, 20 Nov 2026 18:01:00 GMT"


def test_304_need_never_come(mara):
    answer = mara.feed(**{"If-None-Match": "*", "If-Modified-Since": "Fri, 20 Nov 2026 18:00:00 GMT"})
    assert answer.status_code == 200
    assert "ETag" not in answer.headers


def test_faults_on_order_slow_down_and_cut_the_feed(mara):
    mara.member.log(mara.works["m1"])
    mara.world.faults.order(faults.Status(429, {"Retry-After": "60"}), "letterboxd-site")
    mara.world.faults.order(faults.Truncate(), "letterboxd-site", skip=1)
    assert mara.feed().headers["Retry-After"] == "60"
    with pytest.raises(ElementTree.ParseError):
        mara.items()


def test_the_same_deeds_in_the_same_world_make_the_same_feed():
    def told(seed):
        mara = Person(World(invented(movies=7, shows=0), seed=seed))
        mara.member.log(mara.works["m1"])
        return mara.feed().text, mara.id("m1")

    assert told(3) == told(3)
    assert told(3)[1] != told(4)[1]
