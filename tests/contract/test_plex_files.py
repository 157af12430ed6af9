"""Which episodes a file says that it holds (matching, section 4), and what only looks as if it said so."""

import pytest

from watchweave.services.plex.files import episodes_in

FOLDER = "/data/tv/Dark (2017) S01-S03/Season 01"


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("Dark - S01E01E02.mkv", [1, 2]),
        ("Dark - S01E01-E03.mkv", [1, 2, 3]),
        ("Dark - S01E01-03.mkv", [1, 2, 3]),
        ("dark - s01e01-s01e03.mkv", [1, 2, 3]),
        ("Dark 1x01-02.mkv", [1, 2]),
        ("Dark 1x01x02.mkv", [1, 2]),
        ("Dark 1x01-1x02.mkv", [1, 2]),
        ("Dark.s01e01.e02.1080p.mkv", [1, 2]),
        ("Dark_S01_E01_E02.mkv", [1, 2]),
        ("Dark S01 E01 - E02.mkv", [1, 2]),
        ("Dark S01E01+E02.mkv", [1, 2]),
        ("Dark S01E01 & E02.mkv", [1, 2]),
        ("Dark S01E01 – E02.mkv", [1, 2]),
        ("Dark S01EP01-EP02.mkv", [1, 2]),
        ("Dark S1E1-2.mkv", [1, 2]),
        ("S01E01E02E03.mkv", [1, 2, 3]),
        ("S01E01-E02-E03.mkv", [1, 2, 3]),
        ("S01E01-02-03.mkv", [1, 2, 3]),
        ("S01E01-E05.mkv", [1, 2, 3, 4, 5]),
        ("Dark.S01E01-02.1080p.x264-GROUP.mkv", [1, 2]),
        ("Dark.S01E01-E02-1080p.mkv", [1, 2]),
        ("Dark.S01E01-E02v2.mkv", [1, 2]),
        ("Dark - S01E01-E02", [1, 2]),
        ("S01E01-02", [1, 2]),
        ("1920x1080 Dark S01E01-E02.mkv", [1, 2]),
    ],
)
def test_a_file_of_several_episodes_says_which(name, numbers):
    for path in (name, f"{FOLDER}/{name}", f"D:\\TV\\Dark\\{name}"):
        assert list(episodes_in(path, 1, 1)) == numbers
        assert list(episodes_in(path, 1, numbers[-1])) == numbers


@pytest.mark.parametrize(
    "name",
    [
        "Dark - S01E01.mkv",
        "Dark - S01E01-1080p.mkv",
        "Dark - S01E01-720p.mkv",
        "Dark - S01E01-480.mkv",
        "Dark - S01E01-2160p-x265.mkv",
        "Dark - S01E01-4K.mkv",
        "Dark - S01E01-3D.mkv",
        "Dark - S01E01-10bit.mkv",
        "Dark - S01E01-02x264.mkv",
        "Dark - S01E01-2019.mkv",
        "Dark - S01E01 2019.mkv",
        "Dark - S01E01 - 12 Angry Men.mkv",
        "Dark - S01E01-12 Angry Men.mkv",
        "Dark - S01E01 - 2 Fast.mkv",
        "Dark - S01E01-2 Fast.mkv",
        "Dark - S01E01 - 02 - Lies.mkv",
        "Dark - S01E01 - Se7en.mkv",
        "Dark - S01E01 - E3 Conference.mkv",
        "Dark - S01E01 - E.T..mkv",
        "Dark - S01E01 - Episode 2.mkv",
        "Dark - S01E01-Extras.mkv",
        "Dark - S01E01-5.1.mkv",
        "Dark - S1E1-5.1.mkv",
        "Dark - S01E01-H264.mkv",
        "Dark - S01E01 x265-2.mkv",
        "Dark - S01E01v2.mkv",
        "Dark - S01E01-pt2.mkv",
        "Dark - S01E01-E01.mkv",
        "Dark - S01E03-E01.mkv",
        "Dark - S01E01E03.mkv",
        "Dark - S01E01-S02E01.mkv",
        "Dark - S01E01-E06.mkv",
        "Dark - S01E01-E02-E03-E04-E05-E06.mkv",
        "Dark - S02E01-E02.mkv",
        "Dark - S01E02-E03.mkv",
        "Dark - 1x01.mkv",
        "Dark - 1x01-720p.mkv",
        "Dark - 1x01-x264.mkv",
        "Dark - 1x01 - 02 Lies.mkv",
        "Dark - 1920x1080-02.mkv",
        "Dark - AS01E01E02.mkv",
        "Dark - 01-02.mkv",
        "Dark - 2019-01-02.mkv",
        "",
    ],
)
def test_what_only_looks_like_several_is_one(name):
    assert list(episodes_in(f"{FOLDER}/{name}", 1, 1)) == []


def test_a_folder_says_nothing():
    assert list(episodes_in("/data/tv/Dark S01E01-E02/file.mkv", 1, 1)) == []


def test_the_numbers_are_those_that_plex_gave():
    path = "/data/tv/Dark S02E09-E10.mkv"
    assert (list(episodes_in(path, 2, 9)), list(episodes_in(path, 2, 10))) == ([9, 10], [9, 10])
    assert (list(episodes_in(path, 1, 9)), list(episodes_in(path, 2, 11))) == ([], [])
