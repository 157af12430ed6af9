"""The export ZIP of the simulated Letterboxd (reference, "Export ZIP" and point 4), read by the standard library."""

import csv
import io
import re
import zipfile
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.letterboxd_member import SITE, Person, entries, exported
from watchweave.sandbox.world import World, invented

MARKS = ["watched", "ratings", "watchlist", "likes/films"]


@pytest.fixture
def mara():
    return Person()


def archive(person):
    return zipfile.ZipFile(io.BytesIO(person.member.export()))


def text(person, name):
    return archive(person).read(name).decode()


def uris(person, name):
    return [row["Letterboxd URI"] for row in exported(person.member, f"{name}.csv")]


def test_a_new_member_has_every_file_with_its_header_alone(mara):
    headers = {name: archive(mara).read(name).decode() for name in archive(mara).namelist()}
    marks, diary = "Date,Name,Year,Letterboxd URI", "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date"
    reviews = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date"
    profile = headers.pop("profile.csv").split("\r\n")
    assert profile[0] == (
        "Date Joined,Username,Given Name,Family Name,Email Address,Location,Website,Bio,Pronoun,Favorite Films"
    )
    assert profile[1:] == ["2026-11-20,mara,,,,,,,,", ""]
    expected = {
        "watched.csv": marks,
        "ratings.csv": f"{marks},Rating",
        "watchlist.csv": marks,
        "likes/films.csv": marks,
    }
    for folder in ("", "deleted/", "orphaned/"):
        expected |= {f"{folder}diary.csv": diary, f"{folder}reviews.csv": reviews}
        expected[f"{folder}comments.csv"] = "Date,Content,Comment"
    expected |= {"likes/reviews.csv": "Date,Content", "likes/lists.csv": "Date,Content"}
    assert headers == {name: f"{header}\r\n" for name, header in expected.items()}


def test_entries_have_other_addresses_than_films(mara):
    for number in range(1, 6):
        mara.member.log(mara.works[f"m{number}"], rating=number, like=True, review="Well.")
        mara.member.want(mara.works[f"x{number}"])
    films, plays = set(uris(mara, "watched")), set(uris(mara, "diary"))
    assert set(uris(mara, "ratings")) == set(uris(mara, "likes/films")) == films
    assert set(uris(mara, "reviews")) == plays
    assert not plays & films
    assert all(re.fullmatch(r"https://boxd\.it/\w{2,4}", uri) for uri in films | set(uris(mara, "watchlist")))
    assert all(re.fullmatch(r"https://boxd\.it/\w{5,6}", uri) for uri in plays)


def test_no_two_films_or_entries_have_one_code():
    mara = Person(World(invented(movies=3_000, shows=0)))
    for work in mara.works.of("movie"):
        mara.member.log(work)
    films, plays = uris(mara, "watched"), uris(mara, "diary")
    assert len({*films, *plays}) == 2 * len(films) == 6_040
    assert {len(uri.rpartition("/")[2]) for uri in films} == {2, 3, 4}
    assert {len(uri.rpartition("/")[2]) for uri in plays} == {5, 6}


def test_stars_are_written_without_a_zero(mara):
    for value in range(1, 11):
        mara.member.rate(mara.works[f"x{value}"], value, at=value)
    told = [row["Rating"] for row in exported(mara.member, "ratings.csv")]
    assert told == ["0.5", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5"]


def test_the_diary_goes_by_the_day_of_watching_and_reviews_by_the_day_of_writing(mara):
    first, second = mara.works["m1"], mara.works["m2"]
    mara.member.log(first, "2026-11-10", at=1_000_000, review="Well.")
    mara.member.log(second, "2026-11-01", at=2_000_000, review="Hm.")
    assert [row["Watched Date"] for row in exported(mara.member, "diary.csv")] == ["2026-11-01", "2026-11-10"]
    assert [row["Watched Date"] for row in exported(mara.member, "reviews.csv")] == ["2026-11-10", "2026-11-01"]
    assert [row["Date"] for row in exported(mara.member, "diary.csv")] == ["1970-01-24", "1970-01-12"]


def test_what_was_said_of_a_viewing_stands_in_its_line(mara):
    mara.member.log(mara.works["m1"], "2026-11-01", rating=8, rewatch=True, tags=("vhs", "with June"))
    mara.member.log(mara.works["m1"], "2026-11-02")
    told = [(row["Rating"], row["Rewatch"], row["Tags"]) for row in exported(mara.member, "diary.csv")]
    assert told == [("4", "Yes", "vhs, with June"), ("", "", "")]
    assert '"vhs, with June"' in text(mara, "diary.csv")


def test_a_review_without_a_day_is_no_line_of_the_diary(mara):
    mara.member.review(mara.works["m1"], "Seen on a bus.")
    (row,) = exported(mara.member, "reviews.csv")
    assert (row["Review"], row["Watched Date"]) == ("Seen on a bus.", "")
    assert entries(mara) == []
    assert len(uris(mara, "watched")) == 1


def test_two_viewings_on_one_day_are_two_lines(mara):
    mara.member.log(mara.works["m1"], "2026-11-01", rating=7)
    mara.member.log(mara.works["m1"], "2026-11-01", rating=9)
    title = mara.works["m1"].title
    assert entries(mara) == [(title, "2026-11-01", "3.5"), (title, "2026-11-01", "4.5")]


def test_the_rating_now_need_not_be_that_of_an_entry(mara):
    mara.member.log(mara.works["m1"], "2026-11-10", rating=7)
    mara.member.log(mara.works["m1"], "2026-11-01", rating=3)
    assert [row["Rating"] for row in exported(mara.member, "ratings.csv")] == ["3.5"]
    mara.member.rate(mara.works["m1"], 9)
    assert [row["Rating"] for row in exported(mara.member, "ratings.csv")] == ["4.5"]
    assert [row["Rating"] for row in exported(mara.member, "diary.csv")] == ["1.5", "3.5"]


def test_the_rating_of_an_old_viewing_can_become_the_film_s():
    mara = Person(entry_rates="always")
    mara.member.log(mara.works["m1"], "2026-11-10", rating=7)
    mara.member.log(mara.works["m1"], "2026-11-01", rating=3)
    assert [row["Rating"] for row in exported(mara.member, "ratings.csv")] == ["1.5"]


def test_what_is_watched_leaves_the_watchlist(mara):
    for number in (1, 2, 3):
        mara.member.want(mara.works[f"m{number}"])
    mara.member.log(mara.works["m1"])
    mara.member.rate(mara.works["m2"], 8)
    assert uris(mara, "watchlist") == [mara.film("m3").uri]
    mara.member.unwant(mara.works["m3"])
    assert uris(mara, "watchlist") == []


def test_a_watched_mark_stays_while_there_are_entries(mara):
    entry = mara.member.log(mara.works["m1"], rating=8)
    assert mara.member.unwatch(mara.works["m1"]) is False
    mara.member.delete(entry)
    assert len(uris(mara, "watched")) == 1
    assert mara.member.unwatch(mara.works["m1"]) is True
    assert uris(mara, "watched") == uris(mara, "ratings") == []


def test_a_deleted_entry_stands_under_deleted(mara):
    entry = mara.member.log(mara.works["m1"], "2026-11-01", review="Withdrawn.")
    mara.member.delete(entry)
    assert entries(mara) == []
    (play,), (review,) = exported(mara.member, "deleted/diary.csv"), exported(mara.member, "deleted/reviews.csv")
    assert play["Letterboxd URI"] == review["Letterboxd URI"] == entry.uri


def test_a_film_that_left_leaves_orphans_without_an_address(mara):
    mara.member.log(mara.works["m1"], "2026-11-01", rating=6, review="Gone.", like=True)
    mara.letterboxd.films.drop(mara.works["m1"])
    (play,), (review,) = exported(mara.member, "orphaned/diary.csv"), exported(mara.member, "orphaned/reviews.csv")
    assert (play["Name"], play["Letterboxd URI"], play["Rating"]) == (mara.works["m1"].title, "", "3")
    assert review["Review"] == "Gone."
    assert [uris(mara, name) for name in (*MARKS, "diary", "reviews")] == [[]] * 6


def test_a_film_that_comes_back_is_what_it_was(mara):
    mara.member.log(mara.works["m1"], "2026-11-01")
    before = mara.film("m1").uri
    mara.letterboxd.films.drop(mara.works["m1"])
    mara.letterboxd.films.enter(mara.works["m1"])
    assert uris(mara, "watched") == [before]
    assert exported(mara.member, "orphaned/diary.csv") == []


def test_a_film_that_left_leaves_lists_too(mara):
    trains = mara.member.make_list("Trains")
    for uid in ("m1", "m2"):
        mara.member.put_on(trains, mara.works[uid])
    mara.letterboxd.films.drop(mara.works["m1"])
    assert text(mara, "lists/trains.csv").splitlines()[5:] == [
        f"1,{mara.works['m2'].title},{mara.works['m2'].year},{mara.film('m2').uri},"
    ]
    assert mara.works["m1"].title not in mara.feed().text
    assert len(mara.get(f"/list/{trains.code}/entries").json()["items"]) == 1


def test_a_slug_that_is_given_away_is_the_new_film_s(mara):
    films, (older, younger) = mara.letterboxd.films, mara.works.traps["one title"]
    slug = films.known(older).slug
    films.enter(younger, slug=slug)
    films.enter(older, slug="the-older-one")
    assert (films.slugged(slug).work, films.slugged("the-older-one").work) == (younger, older)


def test_films_of_one_title_have_slugs_of_their_own(mara):
    older, younger = mara.works.traps["one title"]
    assert older.title == younger.title
    assert mara.film(younger.uid).slug == f"{mara.film(older.uid).slug}-{younger.year}"
    assert mara.film("m1").address == f"{SITE}/film/{mara.works['m1'].title.lower().replace(' ', '-')}/"


def test_letterboxd_has_no_episodes_and_no_series_but_those_it_was_given(mara):
    show, episode = mara.works["s1"], mara.works["s1.1.1"]
    for work in (show, episode, mara.works["m7"]):
        with pytest.raises(LookupError):
            mara.member.log(work)
    mara.letterboxd.films.enter(show)
    mara.member.log(show)
    assert [row["Name"] for row in exported(mara.member, "watched.csv")] == [show.title]


def test_a_member_may_ask_for_nothing_that_there_is_not(mara):
    with pytest.raises(ValueError, match="no rating"):
        mara.member.log(mara.works["m1"], rating=11)
    with pytest.raises(ValueError, match="no day"):
        mara.member.log(mara.works["m1"], "14.8.2020")
    with pytest.raises(ValueError, match="a day or a text"):
        mara.member.review(mara.works["m1"], "")
    assert entries(mara) == exported(mara.member, "reviews.csv") == []


def test_a_list_has_two_tables_parted_by_an_empty_line(mara):
    trains = mara.member.make_list("Night, trains", "All\naboard.", at=1_000_000)
    trains.tags = ("trains", "night")
    mara.member.put_on(trains, mara.works["m1"])
    mara.member.put_on(trains, mara.works["m2"], 'The "chase", of course')
    film, chase = mara.film("m1"), mara.film("m2")
    assert text(mara, "lists/night-trains.csv") == (
        "Letterboxd list export v7\r\n"
        "Date,Name,Tags,URL,Description\r\n"
        f'1970-01-12,"Night, trains","trains, night",{trains.uri},"All\r\naboard."\r\n'
        "\r\n"
        "Position,Name,Year,URL,Description\r\n"
        f"1,{film.name},{film.year},{film.uri},\r\n"
        f'2,{chase.name},{chase.year},{chase.uri},"The ""chase"", of course"\r\n'
    )


def test_a_list_named_by_a_sign_is_a_null_file_and_lists_of_one_name_are_two_files(mara):
    star = mara.member.make_list("★")
    mara.member.make_list("Trains")
    for name in ("Trains!", "Trains?"):
        mara.member.delete_list(mara.member.make_list(name))
    lists = [name for name in archive(mara).namelist() if "lists/" in name and not name.startswith("likes/")]
    deleted = ["deleted/lists/trains-1.csv", "deleted/lists/trains-2.csv"]
    assert lists == [f"lists/null-{star.number}.csv", "lists/trains.csv", *deleted]


def test_a_film_leaves_a_list_and_a_note_is_changed(mara):
    trains = mara.member.make_list("Trains")
    for uid in ("m1", "m2", "m3"):
        mara.member.put_on(trains, mara.works[uid])
    mara.member.put_on(trains, mara.works["m2"], "The chase")
    mara.member.take_off(trains, mara.works["m1"])
    rows = list(csv.reader(io.StringIO(text(mara, "lists/trains.csv"), newline="")))[5:]
    assert [(place, name, note) for place, name, _, _, note in rows] == [
        ("1", mara.works["m2"].title, "The chase"),
        ("2", mara.works["m3"].title, ""),
    ]


@pytest.mark.parametrize(("choice", "there"), [("header", True), ("missing", False)])
def test_likes_can_be_empty_or_missing(choice, there):
    mara = Person(likes_export=choice)
    mara.member.like(mara.works["m1"])
    assert ("likes/films.csv" in archive(mara).namelist()) is there
    if there:
        assert uris(mara, "likes/films") == []


def test_what_was_said_and_liked_elsewhere_is_there(mara):
    mara.member.comment("https://boxd.it/8WvL9a", "Agreed.\n\nAbout the <b>hat</b>.", at=1_000_000)
    mara.member.applaud("https://boxd.it/8Wv26q", at=1_000_000)
    assert text(mara, "comments.csv").endswith(
        '1970-01-12,https://boxd.it/8WvL9a,"Agreed.\r\n\r\nAbout the <b>hat</b>."\r\n'
    )
    assert text(mara, "likes/reviews.csv").endswith("\r\n1970-01-12,https://boxd.it/8Wv26q\r\n")


def test_the_files_are_as_old_as_the_export(mara):
    mara.world.clock.set(datetime.fromisoformat("2027-03-04T05:06:08Z").timestamp())
    assert {info.date_time for info in archive(mara).infolist()} == {(2027, 3, 4, 5, 6, 8)}


def test_the_site_hands_out_the_same_zip(mara):
    mara.member.log(mara.works["m1"])
    answer = mara.ask("GET", f"{SITE}/data/export", params={"member": "mara"})
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.content == mara.member.export()
    assert mara.ask("GET", f"{SITE}/data/export", params={"member": "nobody"}).status_code == 404


@given(st.text(st.characters(exclude_characters="\r", codec="utf-8"), min_size=1))
@settings(max_examples=100, deadline=None)
def test_any_text_comes_back_from_the_export(words):
    mara = Person(World(invented(movies=7, shows=0)))
    mara.member.review(mara.works["m1"], words)
    (row,) = exported(mara.member, "reviews.csv")
    assert row["Review"] == words.replace("\n", "\r\n")
