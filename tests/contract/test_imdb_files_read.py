"""Exports of IMDb of every time are recognised and read (reference, CSV exports); nothing of them is lost unsaid."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from watchweave.core.media import Kind
from watchweave.errors import ServiceError
from watchweave.services.base import LeftOut
from watchweave.services.imdb import Imdb
from watchweave.services.imdb.export import Export

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
SAMPLES = SHARED / "data" / "imdb"

sampled = pytest.mark.skipif(not SAMPLES.exists(), reason=f"the sample exports are not at {SAMPLES}")

OLD = (
    "position,const,created,modified,description,Title,Title type,Directors,You rated,IMDb Rating,Runtime (mins),Year,"
    "Genres,Num. Votes,Release Date (month/day/year),URL"
)
LIST = "Position,Const,Created,Modified,Description,Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors"
RATINGS = "Const,Your Rating,Date Rated,Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors"


@pytest.fixture
def file(tmp_path):
    """A file of these lines, under a name that says nothing."""

    def made(*lines, name="3f0d2c1e-8a7b-4c55-9d1f-0c9b8a7d6e5f", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
        return path

    return made


def examine(path, said=""):
    return Imdb.examine(path, said, UTC)


def read(path, label="ratings", zone=UTC):
    """What the export says, and its records by their ids."""
    export = Export("IMDb", path, zone)
    return export, {record.media.ids["imdb"]: record for record in export.records(label)}


def noon(day, zone="UTC"):
    return int(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone)).timestamp())


# The samples


@sampled
@pytest.mark.parametrize(
    ("name", "used", "game"),
    [
        ("ratings-2023", {"film ratings": 11, "show ratings": 4, "episode ratings": 2}, 12),
        ("ratings-2024", {"film ratings": 13, "show ratings": 5, "episode ratings": 2}, 18),
        ("watchlist-2024", {"film wishes": 4, "show wishes": 2}, 8),
    ],
)
def test_every_row_of_a_sample_is_used_or_reported(name, used, game):
    examined = examine(SAMPLES / f"{name}.csv")
    assert (examined.label, examined.used) == (name.partition("-")[0], used)
    assert examined.left_out == (LeftOut(f"{name}.csv", game, "is a video game"),)


@sampled
def test_two_exports_of_one_person_agree_on_what_she_did_not_change():
    before, after = (read(SAMPLES / f"ratings-{year}.csv")[1] for year in (2023, 2024))
    changed = {name for name in before.keys() & after if before[name].value != after[name].value}
    assert changed == {"tt0113277"}
    assert (before["tt0113277"].value, after["tt0113277"].value) == (90, 100)
    assert before.keys() - after.keys() == {"tt0108778", "tt0118799", "tt5229638"}
    assert all(before[name].at == after[name].at for name in (before.keys() & after) - changed)


@sampled
def test_a_file_in_latin_1_is_read_with_all_its_letters():
    _, wishes = read(SAMPLES / "watchlist-latin1.csv", "watchlist")
    assert len(wishes) == 6
    assert wishes["tt1149362"].media.title == "Das weiße Band - Eine deutsche Kindergeschichte"
    assert wishes["tt0118799"].media.title == "La vita è bella"


@sampled
def test_a_title_has_its_id_its_name_and_its_year():
    export, ratings = read(SAMPLES / "ratings-2023.csv")
    heat = ratings["tt0113277"].media
    assert (heat.kind, heat.title, heat.year, heat.keys) == (Kind.MOVIE, "Heat", 1995, ("tt0113277",))
    assert (heat.runtime, heat.original) == (170 * 60, "")
    assert read(SAMPLES / "ratings-2024.csv")[1]["tt0113277"].media.original == "Heat"
    assert ratings["tt14544192"].media.title == "Bo Burnham: Inside"
    assert export.whole


@sampled
def test_the_runtime_of_a_show_may_be_that_of_all_its_episodes_and_is_not_taken():
    _, ratings = read(SAMPLES / "ratings-2023.csv")
    assert {one.media.runtime for one in ratings.values() if one.media.kind is not Kind.MOVIE} == {None}


@sampled
@pytest.mark.parametrize(
    ("sample", "name", "title"),
    [
        ("ratings-2023", "tt5229638", "Westworld: The Bicameral Mind"),
        ("ratings-2024", "tt2301451", "Ozymandias"),
    ],
)
def test_an_episode_has_only_its_own_id_and_no_place(sample, name, title):
    episode = read(SAMPLES / f"{sample}.csv")[1][name].media
    assert (episode.kind, episode.title) == (Kind.EPISODE, title)
    assert (episode.parent, episode.season, episode.number) == (None, None, None)


# Days


@sampled
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_a_day_is_its_noon_where_she_lives(zone):
    _, ratings = read(SAMPLES / "ratings-2023.csv", zone=ZoneInfo(zone))
    _, wishes = read(SAMPLES / "watchlist-2023.csv", "watchlist", ZoneInfo(zone))
    assert ratings["tt0113277"].at == noon("2022-03-05", zone)
    assert wishes["tt0107048"].at == noon("2023-06-11", zone)


@pytest.mark.parametrize("day", ["2018-13-01", "2018-02-30", "yesterday", "0000-00-00", "Mon Foo  1 00:00:00 2018"])
def test_what_is_no_day_is_reported_and_the_rating_is_used_without_one(file, day):
    path = file("Const,Your Rating,Date Rated", f"tt0113277,9,{day}", "tt0133093,8,")
    export, ratings = read(path)
    assert {name: (one.value, one.at) for name, one in ratings.items()} == {
        "tt0113277": (90, None),
        "tt0133093": (80, None),
    }
    assert [(one.line, day in one.why) for one in export.left_out] == [(2, True)]
    assert export.whole


# Columns and types


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_columns_are_known_by_their_names_whatever_their_letters_and_spaces(file, encoding):
    path = file("CONST , your rating,Title ,Year", "tt0113277,9,Le Café,1995", encoding=encoding)
    assert examine(path).label == "ratings"
    (rating,) = read(path)[1].values()
    assert (rating.value, rating.media.title, rating.media.year) == (90, "Le Café", 1995)


def test_an_id_and_a_rating_are_enough(file):
    path = file("Const,Your Rating", "tt14544192,8")
    assert examine(path).used == {"film ratings": 1}
    assert [(one.value, one.at, one.media.title) for one in read(path)[1].values()] == [(80, None, "")]


@pytest.mark.parametrize("year", ["", "19", "????", "2011–2019", "0000"])
def test_what_is_no_year_is_not_known(file, year):
    (rating,) = read(file("Const,Your Rating,Year", f"tt0944947,7,{year}"))[1].values()
    assert rating.media.year is None


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        (Kind.SHOW, ["tvSeries", "TV Series", "tvMiniSeries", "TV Mini Series", "Mini-Series", "podcastSeries"]),
        (Kind.EPISODE, ["tvEpisode", "TV Episode", "podcastEpisode", "Podcast Episode"]),
        (Kind.MOVIE, ["movie", "Movie", "Feature Film", "tvMovie", "TV Movie", "tvSpecial", "TV Special", "tvShort"]),
        (Kind.MOVIE, ["TV Short", "short", "Short", "Short Film", "video", "Video", "musicVideo", "Music Video"]),
    ],
)
def test_a_kind_is_known_in_every_spelling_of_its_type(file, kind, types):
    path = file("Const,Your Rating,Title Type", *(f"tt{n:07},7,{type}" for n, type in enumerate(types, 1)))
    assert [one.media.kind for one in read(path)[1].values()] == [kind] * len(types)


@pytest.mark.parametrize("type", ["videoGame", "Video Game"])
def test_a_video_game_is_left_out_and_what_is_known_of_it_stands(file, type):
    path = file("Const,Your Rating,Title Type", f"tt2140553,9,{type}")
    export, ratings = read(path)
    assert (ratings, export.beyond, export.whole) == ({}, ["tt2140553"], True)


def test_before_2017_ratings_had_places_and_days_were_times(file):
    row = '"1","tt0113277","Mon Jan  1 00:00:00 2018","","","Heat","Feature Film","Michael Mann","9"' + ',""' * 7
    path = file(",".join(f'"{column}"' for column in OLD.split(",")), row, name="ratings.csv")
    assert examine(path).label == "ratings"
    (rating,) = read(path)[1].values()
    assert (rating.value, rating.at, rating.media.title) == (90, noon("2018-01-01"), "Heat")


@pytest.mark.parametrize("last", ["", ",Your Rating,Date Rated"])
def test_a_list_may_have_the_last_two_columns_and_says_no_ratings(file, last):
    path = file(LIST + last, "1,tt0113277,2019-04-28,,,Heat,,movie,,170,1995,,,," + (",9,2022-03-05" if last else ""))
    assert examine(path, "watchlist").used == {"film wishes": 1}
    assert [one.at for one in read(path, "watchlist")[1].values()] == [noon("2019-04-28")]


def test_of_what_stands_there_twice_the_first_place_counts(file):
    rows = ("1,tt0113277,2019-04-28", "2,tt0133093,2019-04-29", "3,tt0113277,2020-01-01")
    path = file("Position,Const,Created", *rows)
    assert {name: one.at for name, one in read(path, "watchlist")[1].items()} == {
        "tt0113277": noon("2019-04-28"),
        "tt0133093": noon("2019-04-29"),
    }
    assert examine(path, "watchlist").used == {"film wishes": 2}


def test_check_ins_are_marks_and_one_of_a_show_does_not_say_what_was_watched(file):
    rows = ("1,tt0113277,2019-04-28,Movie", "2,tt2301451,2019-04-29,TV Episode", "3,tt0903747,2019-04-30,TV Series")
    path = file("Position,Const,Created,Title Type", *rows)
    assert examine(path, "check-ins").used == {"film check-ins": 1, "episode check-ins": 1}
    export, marks = read(path, "check-ins")
    assert {name: one.at for name, one in marks.items()} == {
        "tt0113277": noon("2019-04-28"),
        "tt2301451": noon("2019-04-29"),
    }
    assert [one.line for one in export.left_out] == [4]


# What cannot be used


@pytest.mark.parametrize("value", ["0", "11", "7.5", "", "ten", "-3", "８"])
def test_a_rating_that_is_no_whole_number_from_1_to_10_is_left_out_and_is_no_removal(file, value):
    path = file("Const,Your Rating", "tt0133093,8", f"tt0113277,{value}")
    export, ratings = read(path)
    assert ([*ratings], export.beyond, export.whole) == (["tt0133093"], ["tt0113277"], True)
    assert examine(path).left_out == (LeftOut(path.name, 3, f'has no rating from 1 to 10, but "{value}"'),)


@pytest.mark.parametrize("name", ["", "0113277", "nm0000134", "tt0000000", "https://www.imdb.com/title/tt0113277/"])
def test_a_row_that_names_no_title_leaves_the_file_less_than_whole(file, name):
    path = file("Const,Your Rating", f"{name},9", "tt0133093,8")
    export, ratings = read(path)
    assert ([*ratings], export.whole) == (["tt0133093"], False)
    assert export.left_out == [LeftOut(path.name, 2, f'has no id of a title, but "{name}"')]


def test_a_file_that_was_cut_off_is_not_whole(file):
    path = file(RATINGS, "tt0113277,9,2022-03-05,Heat,,movie,8.3,170,1995,Crime,1,1995-12-06,", "tt0133093,8,20")
    export, ratings = read(path)
    assert ([*ratings], export.whole, [one.line for one in export.left_out]) == (["tt0113277"], False, [3])


# What a file is


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("watchlist", "watchlist"),
        ("Watchlist ", "watchlist"),
        ("check-ins", "check-ins"),
        ("checkins", "check-ins"),
        ("Check Ins", "check-ins"),
        ("Winter", "list Winter"),
        ("watchlist of June", "list watchlist of June"),
    ],
)
def test_the_person_says_which_list_a_file_is(file, said, label):
    assert examine(file(LIST, name="watchlist.csv"), said).label == label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("WATCHLIST.csv", "watchlist"),
        ("watchlist-2024.csv", "watchlist"),
        ("Check-ins (1).csv", "check-ins"),
        ("checkins.csv", "check-ins"),
    ],
)
def test_where_she_says_nothing_the_name_of_the_file_may(file, name, label):
    assert examine(file(LIST, name=name)).label == label


def test_a_list_of_which_nobody_says_what_it_is_is_to_be_named(file):
    with pytest.raises(ServiceError, match="watchweave import FILE --as watchlist"):
        examine(file(LIST))


def test_ratings_are_no_list_whatever_they_are_called(file):
    assert examine(file(RATINGS, name="watchlist.csv")).label == "ratings"
    assert examine(file(RATINGS), "ratings").label == "ratings"
    with pytest.raises(ServiceError, match="holds ratings"):
        examine(file(RATINGS), "watchlist")


def test_the_ratings_of_the_titles_of_a_list_are_not_all_ratings(file):
    path = file(LIST + ",Your Rating,Date Rated", name="ratings.csv")
    for said in ("", "ratings"):
        with pytest.raises(ServiceError):
            examine(path, said)


@pytest.mark.parametrize(
    "lines",
    [(), ("Name,Year,Rating", "Heat,1995,4"), ("Const,Title", "tt0113277,Heat"), ("<html>",), ("\0\1\2",)],
)
def test_a_file_of_somebody_else_is_none_of_ours(file, lines):
    assert examine(file(*lines)) is None


def test_what_we_wrote_for_work_by_hand_is_no_export(file):
    assert examine(file("Const,Title,Year,Your Rating", "tt0113277,Heat,1995,9")) is None


def test_a_folder_is_no_export(tmp_path):
    assert examine(tmp_path) is None


@pytest.mark.parametrize(("written", "ahead"), [(1_700_000_000, False), (4_000_000_000, True)])
def test_a_file_says_what_was_so_when_it_was_written_and_never_later_than_now(file, written, ahead):
    path = file(RATINGS)
    os.utime(path, (written, written))
    made = examine(path).made
    assert made <= time.time() if ahead else made == written
