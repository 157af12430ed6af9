"""Anime lists: recognised by what is in them, imported whole or not at all, and asked without a request.

The small lists are written here after the pages of those who publish them (matching, section 6).
"""

import asyncio
import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

from watchweave.core.media import Kind, Media
from watchweave.errors import ConfigError, StorageError
from watchweave.metadata.anime import AnimeLists, Loaded, load, recognise

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED", Path(__file__).parents[3] / "shared"))
TABLE = SHARED / "data" / "ids" / "kometa_anime_ids.min.json"
table_here = pytest.mark.skipif(not TABLE.is_file(), reason=f"the public table of anime ids is not at {TABLE}")

XML = """<?xml version="1.0" encoding="utf-8"?>
<anime-list>
  <!-- an entry that is a whole series, with specials -->
  <anime anidbid="12" tvdbid="72070" defaulttvdbseason="1" episodeoffset="" tmdbtv="37527" tmdbseason="1" tmdboffset="">
    <name>Chobits</name>
    <mapping-list>
      <mapping anidbseason="0" tvdbseason="0">;1-3;2-4;</mapping>
      <mapping anidbseason="1" tvdbseason="0">;9-1;18-2;</mapping>
      <mapping anidbseason="1" tvdbseason="1" start="10" end="17" offset="-1"/>
      <mapping anidbseason="1" tvdbseason="1" start="19" end="26" offset="-2"/>
    </mapping-list>
    <before>;1-27;2-28;</before>
    <supplemental-info><studio>Madhouse</studio></supplemental-info>
  </anime>
  <anime anidbid="23" tvdbid="76885" defaulttvdbseason="1" episodeoffset="">
    <mapping-list><mapping anidbseason="0" tvdbseason="0" start="1" end="3" offset="1">;4-0;</mapping></mapping-list>
  </anime>
  <anime anidbid="25" tvdbid="72462" defaulttvdbseason="1" episodeoffset="">
    <mapping-list>
      <mapping anidbseason="0" tvdbseason="0">;1-0;2-0;</mapping>
      <mapping anidbseason="0" tvdbseason="1">;1-26;</mapping>
    </mapping-list>
  </anime>
  <anime anidbid="69" tvdbid="81797" defaulttvdbseason="a" episodeoffset="" tmdbtv="37854" tmdbseason="a"/>
  <anime anidbid="8550" tvdbid="252322" defaulttvdbseason="a" tmdbtv="46298" tmdbseason="a">
    <mapping-list>
      <mapping anidbseason="1" tvdbseason="1" start="1" end="58"/>
      <mapping anidbseason="1" tvdbseason="2" start="59" end="136" offset="-58"/>
    </mapping-list>
  </anime>
  <!-- two halves of one season, a second season, and an OVA among the specials -->
  <anime anidbid="14758" tvdbid="371310" defaulttvdbseason="1" tmdbtv="94664" tmdbseason="1"/>
  <anime anidbid="15954" tvdbid="371310" defaulttvdbseason="1" episodeoffset="11" tmdbtv="94664" tmdbseason="1" tmdboffset="11"/>
  <anime anidbid="17236" tvdbid="371310" defaulttvdbseason="2" tmdbtv="94664" tmdbseason="2"/>
  <anime anidbid="9002" tvdbid="70001" defaulttvdbseason="0" episodeoffset="" tmdbtv="80001" tmdbseason="0" tmdboffset="4">
    <mapping-list><mapping anidbseason="1" tvdbseason="0">;1-5;2-6+7;3-0;4-1;4-2;</mapping></mapping-list>
  </anime>
  <!-- films -->
  <anime anidbid="7" tvdbid="movie" defaulttvdbseason="1" episodeoffset="" tmdbid="128" imdbid="tt0119698"/>
  <anime anidbid="61" tvdbid="73749" defaulttvdbseason="0" episodeoffset="" tmdbid="9323" imdbid="tt0113568"/>
  <anime anidbid="4772" tvdbid="75411" defaulttvdbseason="0" tmdbid="10,11" imdbid="tt0936323,tt0936320"/>
  <anime anidbid="16797" tvdbid="hentai" defaulttvdbseason="1"/>
</anime-list>
"""
KOMETA = {
    "1": {"tvdb_id": 72025, "tvdb_season": 1, "tvdb_epoffset": 0, "mal_id": 290, "anilist_id": 290},
    "4": {"tvdb_id": 72025, "tvdb_season": 2, "tvdb_epoffset": 0, "mal_id": 396, "anilist_id": 396},
    "7": {"tvdb_epoffset": 0, "imdb_id": "tt0119698", "mal_id": 164, "anilist_id": 164},
    "12": {"tvdb_id": 72070, "tvdb_season": 1, "tvdb_epoffset": 0, "mal_id": 59, "anilist_id": 59},
    "44": {"tvdb_id": 94701, "tvdb_season": 0, "tvdb_epoffset": 0, "imdb_id": "tt0407521", "mal_id": 2356},
    "69": {"tvdb_id": 81797, "tvdb_season": -1, "tvdb_epoffset": 0, "imdb_id": "tt0388629", "mal_id": 21},
    "9826": {"tvdb_id": 267440, "tvdb_season": 1, "tvdb_epoffset": 0, "mal_id": "18397,25781,36106"},
    "99": {},
}
FRIBB = [
    {"type": "TV", "anidb_id": 12, "mal_id": 59, "anilist_id": 59, "simkl_id": 37000, "kitsu_id": 40}
    | {"imdb_id": ["tt0326672"], "themoviedb_id": {"tv": 37527}, "tvdb_id": 72070, "season": {"tvdb": 1, "tmdb": 1}},
    {"type": "TV", "mal_id": 42203, "anilist_id": 119661, "tvdb_id": 305089, "themoviedb_id": {"tv": 65942}}
    | {"season": {"tvdb": 2, "tmdb": 1}, "episode_offset": {"tvdb": 12, "tmdb": 37}},
    {"type": "OVA", "anidb_id": 49, "mal_id": 190, "tvdb_id": 70861, "themoviedb_id": {"tv": 30992}}
    | {"season": {"tvdb": 0, "tmdb": 0}, "episode_offset": {"tvdb": 4, "tmdb": 4}},
    {"type": "MOVIE", "anidb_id": 7, "mal_id": 164, "simkl_id": 37001}
    | {"themoviedb_id": {"movie": [128]}, "imdb_id": ["tt0119698"]},
    {"type": "MOVIE", "mal_id": 1441, "themoviedb_id": {"movie": [37585, 37586]}},
]
OLD_FRIBB = [
    {"livechart_id": 1, "anidb_id": 23, "mal_id": 1, "thetvdb_id": 76885, "themoviedb_id": -1, "type": "TV"},
    {
        "anidb_id": 28,
        "mal_id": 47,
        "thetvdb_id": "movie",
        "imdb_id": "tt0094625",
        "themoviedb_id": "149",
        "type": "MOVIE",
    },
]
ANIBRIDGE = {
    "$meta": {"schema_version": "3.0.0", "generated_on": "2026-08-01T00:00:00Z"},
    "anidb:5:R": {
        "tvdb_show:6:s1": {"1-12": "1-6,8-13", "13-": "14-|2"},
        "tmdb_show:3:s2": {"1-4": "1-2|-2", "5": None, "6": "9,11", "7-8": "3"},
    },
    "anidb:5:S": {"tvdb_show:6:s0": {"1": "4"}},
    "anidb:219:R": {"anilist:5": {"1": "1"}, "mal:5": {"1": "1"}, "tmdb_movie:11299": {"1": "1"}},
    "anilist:5": {"anidb:219:R": {"1": "1"}, "tmdb_movie:11299": {"1": "1"}, "tvdb_show:76885:s0": {"1": "3"}},
    "mal:5": {"anidb:219:R": {"1": "1"}, "imdb_movie:tt0275277": {"1": "1"}},
    "anilist:396": {"tmdb_movie:89496": {"1-13": "1|-13"}, "mal:396": {"1-13": "1-13"}},
    "anidb:300:R": {"mal:301": {"1-12": "1-12"}, "mal:302": {"13-24": "1-12"}, "tvdb_show:77:s1": {"1-24": "1-24"}},
    "mal:302": {"anidb:300:R": {"1-12": "13-24"}},
    "anidb:400:R": {"mal:401": {"2-13": "1-12"}},
    "tvdb_show:6:s1": {"anidb:5:R": {"1-6": "1-6"}},
}
ANIMEAPI = [
    {
        "title": "Cowboy Bebop",
        "anidb": 23,
        "myanimelist": 1,
        "anilist": 1,
        "kaize_id": 265,
        "imdb": None,
        "themoviedb": None,
    }
    | {"trakt": 30857, "trakt_type": "shows", "trakt_season": 1, "simkl": 37089, "thetvdb": 76885},
    {
        "title": "Sen to Chihiro",
        "anidb": 112,
        "myanimelist": 199,
        "imdb": "tt0245429",
        "themoviedb": 129,
        "trakt_type": "movies",
    },
    {"title": "Shows are told apart", "anidb": 113, "themoviedb": 30981, "themoviedb_type": "tv"},
]
LISTS = {
    "anime-lists": XML,
    "kometa": KOMETA,
    "fribb": FRIBB,
    "anibridge": ANIBRIDGE,
    "animeapi": ANIMEAPI,
}


class Desk:
    def __init__(self, folder):
        self.folder, self.into, self.said, self.open = folder, folder / "anime?.db", [], []

    def write(self, content, name="list.bin"):
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def load(self, *contents):
        """Import these one after another; the last one's outcome."""
        for content in contents:
            loaded = load(self.write(content), self.into, lambda name, rows: self.said.append((name, rows)))
        return loaded

    def source(self):
        self.open.append(AnimeLists(self.into))
        return self.open[-1]

    def find(self, space, value, kind=Kind.SHOW):
        found = asyncio.run(self.source().find(kind, space, value))
        assert all(media.kind is kind and media.ids[space] == value for media in found)
        return dict(found[0].ids) if found else None

    def elsewhere(self, space, value, number, season=1):
        """As texts: `tvdb 72070 S01E08`, `tvdb 81797 #700` counted through."""
        show = Media(Kind.SHOW, {space: value})
        asked = Media(Kind.EPISODE, parent=show, season=season, number=number, order=space)
        return [place(media) for media in asyncio.run(self.source().elsewhere(asked))]

    def files(self):
        return {path.name for path in self.folder.iterdir()}


def place(media):
    assert media.kind is Kind.EPISODE
    assert media.parent.kind is Kind.SHOW
    [(database, show)] = media.parent.ids.items()
    if media.order == "absolute":
        assert media.season == 1
        return f"{database} {show} #{media.number}"
    assert media.order == ""
    return f"{database} {show} S{media.season:02d}E{media.number:02d}"


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    for source in desk.open:
        source.close()


# Which list a file is


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_recognised_by_what_is_in_it_whatever_its_name(desk, name):
    assert recognise(desk.write(LISTS[name], "a film.mkv")) == name
    assert desk.load(LISTS[name]).name == name


def test_lists_of_older_days_and_with_a_mark_of_order_in_front_are_recognised(desk):
    assert recognise(desk.write(OLD_FRIBB)) == "fribb"
    assert recognise(desk.write(b"\xef\xbb\xbf" + json.dumps(KOMETA, indent=2).encode())) == "kometa"
    assert recognise(desk.write(b"\xef\xbb\xbf" + XML.encode())) == "anime-lists"


def test_a_long_list_is_recognised_by_its_beginning(desk):
    long = {str(number): {"tvdb_id": number, "tvdb_season": 1} for number in range(1, 20_000)}
    assert recognise(desk.write(long)) == "kometa"


NO_LIST = {
    "nothing": b"",
    "spaces": b" " * 200_000,
    "bytes": bytes(range(256)) * 600,
    "a page": b"<!DOCTYPE html><html><body>Not found</body></html>",
    "another XML": b'<?xml version="1.0"?><anime-set-list><set/></anime-set-list>',
    "other rows": b'[{"title": "Heat", "year": 1995}]',
    "other members": b'{"license": {}, "data": [{"sources": ["https://anidb.net/anime/1"]}]}',
    "a number": b"7",
    "an empty list": b"[]",
    "deep": b"[" * 300_000,
    "deep members": b'{"1":' * 60_000,
    "a long word": b'["' + b"a" * 300_000,
    "half a word": b'[{"tit',
    "packed bytes": b"\x28\xb5\x2f\xfd\x00\x00 not really packed",
}


@pytest.mark.parametrize("what", NO_LIST)
def test_what_is_no_list_is_none_and_is_not_imported(desk, what):
    path = desk.write(NO_LIST[what])
    assert recognise(path) is None
    with pytest.raises(ConfigError, match=r"list\.bin"):
        load(path, desk.into)
    assert desk.files() == {"list.bin"}


def test_what_is_not_there_or_a_folder_is_none(desk):
    assert recognise(desk.folder / "gone") is None
    assert recognise(desk.folder) is None
    for path in (desk.folder / "gone", desk.folder):
        with pytest.raises(ConfigError, match="is not a file"):
            load(path, desk.into)


def test_a_packed_list_says_how_to_unpack_it_where_python_cannot(desk):
    try:
        from compression import zstd
    except ImportError:
        path = desk.write(b"\x28\xb5\x2f\xfd" + b"\x00" * 40, "mappings.min.json.zst")
        with pytest.raises(ConfigError, match=r'Unpack it first \("zstd -d mappings.min.json.zst"\)'):
            load(path, desk.into)
    else:
        assert desk.load(zstd.compress(json.dumps(ANIBRIDGE).encode())).name == "anibridge"
        with pytest.raises(ConfigError, match="breaks off"):
            desk.load(zstd.compress(os.urandom(1000).hex().encode())[:-20])


# Where an episode is


@pytest.mark.parametrize(
    ("entry", "season", "number", "places"),
    [
        ("12", 1, 8, ["tvdb 72070 S01E08", "tmdb 37527 S01E08"]),
        ("12", 1, 9, ["tvdb 72070 S00E01", "tmdb 37527 S01E09"]),
        ("12", 1, 10, ["tvdb 72070 S01E09", "tmdb 37527 S01E10"]),
        ("12", 1, 18, ["tvdb 72070 S00E02", "tmdb 37527 S01E18"]),
        ("12", 1, 26, ["tvdb 72070 S01E24", "tmdb 37527 S01E26"]),
        ("12", 0, 1, ["tvdb 72070 S00E03"]),
        ("12", 0, 3, []),
        ("23", 0, 3, ["tvdb 76885 S00E04"]),
        ("23", 0, 4, []),
        ("25", 0, 1, ["tvdb 72462 S01E26"]),
        ("25", 0, 2, []),
        ("69", 1, 700, ["tvdb 81797 #700", "tmdb 37854 #700"]),
        ("69", 0, 1, []),
        ("8550", 1, 58, ["tvdb 252322 S01E58", "tmdb 46298 #58"]),
        ("8550", 1, 59, ["tvdb 252322 S02E01", "tmdb 46298 #59"]),
        ("8550", 1, 137, ["tvdb 252322 #137", "tmdb 46298 #137"]),
        ("15954", 1, 1, ["tvdb 371310 S01E12", "tmdb 94664 S01E12"]),
        ("17236", 1, 3, ["tvdb 371310 S02E03", "tmdb 94664 S02E03"]),
        ("9002", 1, 1, ["tvdb 70001 S00E05", "tmdb 80001 S00E05"]),
        ("9002", 1, 2, ["tvdb 70001 S00E06", "tvdb 70001 S00E07", "tmdb 80001 S00E06"]),
        ("9002", 1, 3, ["tmdb 80001 S00E07"]),
        ("9002", 1, 4, ["tmdb 80001 S00E08"]),
        ("61", 1, 1, ["tvdb 73749 S00E01"]),
        ("7", 1, 1, []),
        ("16797", 1, 1, []),
        ("404", 1, 1, []),
    ],
)
def test_episodes_go_by_single_pairs_then_ranges_then_the_season(desk, entry, season, number, places):
    desk.load(XML)
    assert desk.elsewhere("anidb", entry, number, season) == places


def test_an_entry_ends_where_the_next_of_its_season_begins(desk):
    desk.load(XML)
    assert desk.elsewhere("anidb", "14758", 11) == ["tvdb 371310 S01E11", "tmdb 94664 S01E11"]
    assert desk.elsewhere("anidb", "14758", 12) == []


@pytest.mark.parametrize(
    ("season", "number", "places"),
    [
        (1, 6, ["tvdb 6 S01E06", "tmdb 3 S02E09", "tmdb 3 S02E11"]),
        (1, 7, ["tvdb 6 S01E08", "tmdb 3 S02E03"]),
        (1, 12, ["tvdb 6 S01E13"]),
        (1, 13, ["tvdb 6 S01E14", "tvdb 6 S01E15"]),
        (1, 14, ["tvdb 6 S01E16", "tvdb 6 S01E17"]),
        (1, 2, ["tvdb 6 S01E02", "tmdb 3 S02E01"]),
        (1, 3, ["tvdb 6 S01E03", "tmdb 3 S02E02"]),
        (1, 5, ["tvdb 6 S01E05"]),
        (1, 8, ["tvdb 6 S01E09", "tmdb 3 S02E03"]),
        (0, 1, ["tvdb 6 S00E04"]),
        (0, 2, []),
    ],
)
def test_ranges_may_skip_be_open_or_of_other_lengths(desk, season, number, places):
    desk.load(ANIBRIDGE)
    assert desk.elsewhere("anidb", "5", number, season) == places


def test_an_entry_without_words_of_its_own_goes_by_the_one_it_shares(desk):
    desk.load(KOMETA, XML)
    assert desk.elsewhere("mal", "59", 9) == ["tvdb 72070 S00E01", "tmdb 37527 S01E09"]
    assert desk.elsewhere("anilist", "396", 2) == ["tvdb 72025 S02E02"]
    assert desk.elsewhere("mal", "59", 1, season=0) == []
    assert desk.elsewhere("anidb", "9826", 1) == ["tvdb 267440 S01E01"]
    assert desk.elsewhere("mal", "18397", 1) == []  # three entries there are one here


def test_an_entry_with_words_of_its_own_goes_by_them(desk):
    desk.load(ANIBRIDGE, FRIBB)
    assert desk.elsewhere("anilist", "5", 1) == ["tvdb 76885 S00E03"]
    assert desk.elsewhere("anidb", "219", 1) == []
    assert desk.elsewhere("mal", "302", 1) == []  # the second half of an AniDB entry
    assert desk.elsewhere("mal", "401", 1) == []
    for space, value in (("mal", "42203"), ("anilist", "119661")):
        assert desk.elsewhere(space, value, 3) == ["tvdb 305089 S02E15", "tmdb 65942 S01E40"]


def test_lists_without_single_episodes_say_nothing_of_specials(desk):
    """Entry 44 is the third special of its series; only the XML says so."""
    desk.load(KOMETA, FRIBB)
    assert desk.elsewhere("anidb", "44", 1) == []
    assert desk.elsewhere("anidb", "49", 1) == []


def test_words_about_episodes_of_one_list_come_before_those_about_the_entry_of_another(desk):
    desk.load(XML, KOMETA)
    assert desk.elsewhere("anidb", "12", 9)[0] == "tvdb 72070 S00E01"
    assert desk.elsewhere("anidb", "12", 8)[0] == "tvdb 72070 S01E08"


def test_where_two_lists_differ_nothing_is_said_of_that_database(desk):
    other = [
        {"type": "TV", "anidb_id": 12, "tvdb_id": 72070, "themoviedb_id": {"tv": 1}, "season": {"tvdb": 1, "tmdb": 1}}
    ]
    desk.load(XML, other)
    assert desk.elsewhere("anidb", "12", 3) == ["tvdb 72070 S01E03"]
    pinned = {"anidb:12:R": {"tvdb_show:72070:s0": {"9": "7"}}}
    desk.load(pinned)
    assert desk.elsewhere("anidb", "12", 9) == []
    assert desk.elsewhere("anidb", "12", 18) == ["tvdb 72070 S00E02"]


@pytest.mark.parametrize(
    "changed",
    [
        *({"order": ""}, {"order": "tvdb"}, {"order": "mal"}, {"number": None}, {"number": 0}, {"number": 10**30}),
        *({"season": 2}, {"season": None}, {"season": -1}, {"parent": None}, {"kind": Kind.SEASON}),
    ],
)
def test_what_is_no_episode_of_such_an_entry_is_nowhere(desk, changed):
    desk.load(XML)
    asked = {"parent": Media(Kind.SHOW, {"anidb": "69"}), "season": 1, "number": 1, "order": "anidb"}
    assert len(asyncio.run(desk.source().elsewhere(Media(Kind.EPISODE, **asked)))) == 2
    assert asyncio.run(desk.source().elsewhere(Media(**{"kind": Kind.EPISODE, **asked, **changed}))) == []


def test_a_mapping_with_an_offset_alone_is_of_all_episodes(desk):
    head, tail = (
        '<anime-list><anime anidbid="9304" tvdbid="262954" defaulttvdbseason="1"><mapping-list>',
        "</mapping-list>",
    )
    rules = '<mapping anidbseason="0" tvdbseason="0" offset="7"/><mapping anidbseason="1" tvdbseason="2" offset="-5"/>'
    desk.load(f"{head}{rules}{tail}</anime></anime-list>")
    assert desk.elsewhere("anidb", "9304", 2, season=0) == ["tvdb 262954 S00E09"]
    assert desk.elsewhere("anidb", "9304", 6) == ["tvdb 262954 S02E01"]
    assert desk.elsewhere("anidb", "9304", 5) == []


def test_one_range_that_cannot_be_read_leaves_all_episodes_of_its_entry_unknown(desk):
    good = {"tvdb_show:9:s1": {"1-12": "1-12"}}
    assert desk.load({"anidb:8:R": {**good, "tmdb_show:7:s1": {"1-12|2": "1-12"}}}) == Loaded("anibridge", 1, 1)
    assert desk.elsewhere("anidb", "8", 1) == []


def test_two_rows_of_one_entry_with_other_names_leave_these_without_a_word(desk):
    series = {"type": "TV", "anidb_id": 50, "tvdb_id": 9, "season": {"tvdb": 1}}
    desk.load([series | {"mal_id": 51}, series | {"mal_id": 52}])
    assert desk.elsewhere("anidb", "50", 1) == ["tvdb 9 S01E01"]
    assert desk.elsewhere("mal", "51", 1) == []
    assert desk.find("mal", "51") == {"mal": "51"}


# Which other ids are the same work


def test_a_whole_show_has_the_ids_of_the_show(desk):
    desk.load(XML)
    assert desk.find("anidb", "12") == {"anidb": "12", "tvdb": "72070", "tmdb": "37527"}
    assert desk.find("anidb", "69") == {"anidb": "69", "tvdb": "81797", "tmdb": "37854"}
    desk.load(FRIBB)
    everything = {"anidb": "12", "mal": "59", "anilist": "59", "simkl": "37000"}
    everything |= {"tvdb": "72070", "tmdb": "37527", "imdb": "tt0326672"}
    for space in ("anidb", "mal", "anilist", "simkl"):
        assert desk.find(space, everything[space]) == everything


def test_a_part_of_a_show_has_none_of_its_ids(desk):
    desk.load(XML, KOMETA)
    for entry in ("14758", "15954", "17236", "9002"):
        assert desk.find("anidb", entry) == {"anidb": entry}
    assert desk.find("anidb", "1") == {"anidb": "1", "mal": "290", "anilist": "290"}
    assert desk.find("anidb", "4") == {"anidb": "4", "mal": "396", "anilist": "396"}
    assert desk.find("mal", "2356") == {"mal": "2356", "anidb": "44"}


def test_a_show_is_whole_only_if_no_list_knows_of_another_part(desk):
    desk.load(KOMETA)
    assert desk.find("anidb", "69") == {"anidb": "69", "mal": "21", "tvdb": "81797", "imdb": "tt0388629"}
    desk.load([{"title": "A special of it", "myanimelist": 999, "thetvdb": 81797}])
    assert desk.find("anidb", "69") == {"anidb": "69", "mal": "21"}


def test_a_list_that_does_not_know_the_season_says_of_no_show_that_it_is_whole(desk):
    desk.load(ANIMEAPI)
    assert desk.find("mal", "1") == {"mal": "1", "anidb": "23", "anilist": "1", "simkl": "37089"}
    assert desk.find("anidb", "113") == {"anidb": "113"}
    desk.load(XML)
    assert desk.find("mal", "1")["tvdb"] == "76885"


def test_a_film_has_the_ids_of_the_film(desk):
    desk.load(XML, KOMETA, FRIBB, ANIMEAPI)
    film = {"anidb": "7", "mal": "164", "anilist": "164", "simkl": "37001", "imdb": "tt0119698", "tmdb": "128"}
    assert desk.find("anidb", "7", Kind.MOVIE) == film
    assert desk.find("simkl", "37001", Kind.MOVIE) == film
    assert desk.find("anidb", "61", Kind.MOVIE) == {"anidb": "61", "imdb": "tt0113568", "tmdb": "9323"}
    assert desk.find("mal", "199", Kind.MOVIE)["tmdb"] == "129"


def test_a_film_in_parts_has_no_id_of_a_part(desk):
    desk.load(XML, FRIBB, ANIBRIDGE)
    assert desk.find("anidb", "4772", Kind.MOVIE) == {"anidb": "4772"}
    assert desk.find("mal", "1441", Kind.MOVIE) == {"mal": "1441"}
    assert desk.find("anilist", "396", Kind.MOVIE) == {
        "anilist": "396",
        "mal": "396",
    }  # thirteen episodes, cut into a film


def test_a_film_is_no_show_and_a_show_no_film(desk):
    desk.load(XML, KOMETA)
    assert desk.find("anidb", "7", Kind.SHOW) is None
    assert desk.find("anidb", "12", Kind.MOVIE) is None
    assert desk.find("anidb", "12", Kind.EPISODE) is None


def test_a_film_has_its_ids_from_ranges_of_one_episode(desk):
    desk.load(ANIBRIDGE)
    film = {"anidb": "219", "mal": "5", "anilist": "5", "imdb": "tt0275277", "tmdb": "11299"}
    assert desk.find("anidb", "219", Kind.MOVIE) == film
    assert desk.find("mal", "5", Kind.MOVIE) == film


def test_entries_that_are_parts_of_one_another_are_not_one(desk):
    desk.load(ANIBRIDGE)
    assert desk.find("anidb", "300") == {"anidb": "300", "tvdb": "77"}
    assert desk.find("mal", "301") == {"mal": "301"}
    assert desk.find("mal", "302") == {"mal": "302"}
    assert desk.find("anidb", "400") == {"anidb": "400"}


def test_an_id_that_two_lists_or_rows_say_differently_is_not_given(desk):
    desk.load(KOMETA, [{"type": "MOVIE", "anidb_id": 7, "mal_id": 165, "imdb_id": ["tt0000002"]}])
    assert desk.find("anidb", "7", Kind.MOVIE) == {"anidb": "7", "anilist": "164"}
    desk.load({"1": {"mal_id": 5, "imdb_id": "tt0119698"}, "2": {"mal_id": 5, "imdb_id": "tt0119698"}})
    assert desk.find("anidb", "1", Kind.MOVIE) == {"anidb": "1"}
    assert desk.find("mal", "5", Kind.MOVIE) == {"mal": "5"}


def test_an_imdb_id_of_a_show_is_given_with_a_whole_show_alone(desk):
    part = {"5": {"tvdb_id": 9, "tvdb_season": 1, "tvdb_epoffset": 12, "imdb_id": "tt0000009"}}
    desk.load(part)
    assert desk.find("anidb", "5") == {"anidb": "5"}
    desk.load({"5": part["5"] | {"tvdb_epoffset": 0}})
    assert desk.find("anidb", "5") == {"anidb": "5", "tvdb": "9", "imdb": "tt0000009"}
    desk.load([{"type": "TV", "anidb_id": 5, "themoviedb_id": {"tv": 8}, "season": {"tmdb": 2}}])
    assert desk.find("anidb", "5") == {"anidb": "5", "tvdb": "9"}


def test_what_is_no_id_of_an_anime_database_is_not_known(desk):
    desk.load(XML)
    for space, value in (
        ("tvdb", "72070"),
        ("anidb", "404"),
        ("anidb", ""),
        ("anidb", "'"),
        ("anidb", "9" * 400),
        ("mal", "12"),
    ):
        assert desk.find(space, value) is None


@pytest.mark.parametrize(
    ("targets", "ids"),
    [
        ({"tvdb_show:9:s1": {"1-": "1-"}, "imdb_show:tt0000009": {}}, {"tvdb": "9", "imdb": "tt0000009"}),
        ({"tvdb_show:9:s1": {"1-12": "1-12"}, "tvdb_show:9:s0": {"13": "1"}}, {"tvdb": "9"}),
        ({"tvdb_show:9:s0": {"13": "1"}, "tvdb_show:9:s1": {"1-12": "1-12"}}, {"tvdb": "9"}),
        ({"tvdb_show:9:s1": {"1-12": "13-24"}}, {}),
        ({"tvdb_show:9:s2": {"1-12": "1-12"}}, {}),
        ({"mal:9": {"1-12": "1-12"}}, {"mal": "9"}),
        ({"mal:9": {"1-2": "1"}}, {}),
    ],
)
def test_ranges_say_whether_an_entry_is_the_whole(desk, targets, ids):
    desk.load({"anidb:8:R": targets})
    assert desk.find("anidb", "8") == {"anidb": "8", **ids}


def test_several_episodes_are_not_one_film(desk):
    desk.load({"anilist:5": {"tmdb_movie:7": {"1-2": "1-2"}}})
    assert desk.find("anilist", "5", Kind.MOVIE) == {"anilist": "5"}


def test_the_word_movie_makes_a_film(desk):
    desk.load('<anime-list><anime anidbid="7" tvdbid="movie" defaulttvdbseason="1"/></anime-list>')
    assert desk.find("anidb", "7", Kind.SHOW) is None
    assert desk.find("anidb", "7", Kind.MOVIE) == {"anidb": "7"}


def test_lists_that_differ_on_the_kind_or_the_show_give_no_id_of_it(desk):
    show = {"tvdb_id": 9, "tvdb_season": 1, "tvdb_epoffset": 0, "imdb_id": "tt0000009"}
    desk.load({"5": show, "6": {**show, "tvdb_id": 10, "imdb_id": "tt0000010"}}, [{"type": "MOVIE", "anidb_id": 5}])
    assert desk.find("anidb", "5", Kind.MOVIE) == {"anidb": "5"}
    desk.load([{"type": "TV", "anidb_id": 6, "tvdb_id": 11, "season": {"tvdb": 1}}])
    assert desk.find("anidb", "6") == {"anidb": "6"}


# The import


def test_an_import_says_what_it_brought_and_how_far_it_is(desk):
    assert desk.load(KOMETA) == Loaded("kometa", 8, 0)
    assert desk.load(XML) == Loaded("anime-lists", 13, 0)
    assert desk.said == [("kometa", 8), ("anime-lists", 13)]
    assert desk.source().lists == ["anime-lists", "kometa"]
    assert desk.files() == {"anime?.db", "list.bin"}


def test_a_list_takes_the_place_of_what_it_said_before_and_leaves_the_others(desk):
    desk.load(KOMETA, XML, {"12": {"mal_id": 60}})
    assert desk.find("anidb", "12") == {"anidb": "12", "mal": "60", "tvdb": "72070", "tmdb": "37527"}
    assert desk.find("anidb", "1") is None


BROKEN = {
    "half a list": json.dumps(KOMETA)[:-30],
    "half an XML": XML[: len(XML) // 2],
    "something after it": json.dumps(FRIBB) + "[]",
    "no comma": json.dumps(KOMETA)[:-1] + ' "13": {}}',
    "bytes that are no text": json.dumps(KOMETA).encode()[:-1] + b', "\xff": {}}',
    "no anime": b'{"$meta": {}, "tvdb_show:1:s1": {}}',
    "nothing readable": b'{"1": {"tvdb_id": {}}, "2": {"tvdb_id": true}}',
    "a bomb": XML.replace("<anime-list>", '<!DOCTYPE a [<!ENTITY a "&#65;"><!ENTITY b "&a;&a;">]><anime-list>'),
    "an outer file": XML.replace("<anime-list>", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><anime-list>'),
    "deep XML": "<anime-list>" + "<a>" * 100_000,
    "a long text in XML": XML.replace("<name>", "<name>" + "a" * 1_000_000),
    "a long value in XML": XML.replace('tvdbid="', 'tvdbid="' + "1" * 1_000_000),
    "broad XML": "<anime-list><anime>" + "<a/>" * 100_000,
    "an unknown encoding": XML.replace("utf-8", "utf-7"),
    "a deep row": json.dumps(KOMETA)[:-1] + ', "13":' + "[" * 200_000,
    "a long row": json.dumps(KOMETA)[:-1] + ', "13": "' + "9" * 2_000_000 + '"}',
    "other rows": {"1": {"mal_id": 5}} | {str(number): {"tvdb_id": {}} for number in range(2, 2000)},
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_list_changes_nothing_and_says_so(desk, what):
    desk.load(KOMETA, FRIBB, XML, ANIBRIDGE)
    before = desk.into.read_bytes()
    with pytest.raises(ConfigError, match=r"list\.bin.*(nothing of it was taken|no anime list)"):
        desk.load(BROKEN[what])
    assert desk.into.read_bytes() == before
    assert desk.files() == {"anime?.db", "list.bin"}


def test_a_file_larger_than_any_list_is_not_even_read(desk):
    path = desk.write("[")
    os.truncate(path, 2 << 30)
    with pytest.raises(ConfigError, match="larger than any list"):
        load(path, desk.into)


WRONG = [
    None,
    True,
    1.5,
    [],
    {},
    [[]],
    {"a": 1},
    "x",
    -7,
    10**400,
    "9" * 400,
    float("inf"),
    float("nan"),
    "\ud800",
    "0",
]


@pytest.mark.parametrize("name", ["kometa", "fribb", "animeapi"])
def test_a_wrong_value_in_any_place_spoils_its_row_at_most(desk, name):
    rows = LISTS[name] if name == "kometa" else {str(number): row for number, row in enumerate(LISTS[name])}
    spoiled = [{**row, key: wrong} for row in rows.values() for key in row for wrong in WRONG]
    good = {"anidb_id": 5000, "mal_id": 5001} if name == "fribb" else {"title": "", "anidb": 5000, "myanimelist": 5001}
    for start in range(0, len(spoiled), 400):  # more would be taken for another file
        some = spoiled[start : start + 400]
        keyed = {str(6000 + number): row for number, row in enumerate(some)}
        loaded = desk.load({"5000": {"mal_id": 5001}, **keyed} if name == "kometa" else [good, *some, *WRONG])
        assert loaded.entries + loaded.unusable == len(some) + 1 + (len(WRONG) if name != "kometa" else 0)
        assert loaded.unusable
        assert desk.find("anidb", "5000") == {"anidb": "5000", "mal": "5001"}


def test_a_wrong_value_in_any_range_leaves_the_episodes_of_its_entry_unknown(desk):
    wrong = ["", "a", "1-", "0x1", "5-3", "1|2|3", "1||2", "1-2,,3", "9" * 400, "1-9|0", "1-5|-", 7, [], {}, "1-3|2"]
    wrong += ["1-3", "1-5|2", "7|2", "1-,3"]
    for one in wrong:
        row = {"anidb:12:R": {"tvdb_show:72070:s1": {"1-2": "1-2", "3-4": one}}}
        assert desk.load(row) == Loaded("anibridge", 1, 0 if one == "1-" else 1)
        assert desk.elsewhere("anidb", "12", 1) == (["tvdb 72070 S01E01"] if one == "1-" else [])
    for one in wrong[:-4]:
        row = XML.replace(";9-1;18-2;", f";9-{one};") if one != "" else XML.replace(";9-1;18-2;", ";;9;")
        assert desk.load(row).unusable == (0 if one == 7 else 1)
        assert desk.elsewhere("anidb", "69", 1) == ["tvdb 81797 #1", "tmdb 37854 #1"]


def test_an_entry_whose_episodes_cannot_be_read_still_is_a_part_of_its_show(desk):
    desk.load(
        XML.replace(
            "</anime-list>",
            '<anime anidbid="70" tvdbid="72070" defaulttvdbseason="1"><mapping-list>'
            '<mapping anidbseason="1" tvdbseason="1">;1-one;</mapping></mapping-list></anime></anime-list>',
        )
    )
    assert desk.elsewhere("anidb", "70", 2) == []
    assert "tvdb" not in desk.find("anidb", "12")


def test_every_beginning_of_a_list_is_no_list_or_broken(desk):
    for name in ("kometa", "anibridge"):
        whole = json.dumps(LISTS[name])
        for end in range(0, len(whole), 7):
            with pytest.raises(ConfigError):
                desk.load(whole[:end])
    assert desk.files() == {"list.bin"}


def test_a_file_of_somebody_else_is_left_alone(desk):
    desk.into.write_bytes(b"not ours, and no database" * 100)
    with pytest.raises(StorageError):
        desk.load(KOMETA)
    assert desk.into.read_bytes() == b"not ours, and no database" * 100
    with pytest.raises(StorageError):
        AnimeLists(desk.into)


def test_without_an_import_the_source_says_what_to_do(desk):
    with pytest.raises(ConfigError, match="Import an anime list first"):
        AnimeLists(desk.into)


def test_a_place_that_cannot_be_written_is_said(desk):
    with pytest.raises(StorageError, match="cannot be written"):
        load(desk.write(KOMETA), desk.folder / "gone" / "anime.db")


def test_what_a_killed_import_left_behind_goes(desk):
    (desk.folder / "anime?.db.77.new").write_bytes(b"half")
    desk.load(KOMETA)
    assert desk.files() == {"anime?.db", "list.bin"}


# The real table


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    into = tmp_path_factory.mktemp("anime") / "anime.db"
    assert load(TABLE, into) == Loaded("kometa", 16_837, 0)
    source = AnimeLists(into)
    yield json.loads(TABLE.read_text()), source
    source.close()


async def found_as(source, kind, space, values):
    """What each of these is; all are known."""
    return [(await source.find(kind, space, value))[0] for value in values]


@table_here
def test_real_entries_are_whole_shows_where_nothing_else_leads_to_the_series(real):
    table, source = real
    parts = defaultdict(set)
    for entry, row in table.items():
        parts[row.get("tvdb_id")].add(entry)
    whole = {
        entry: str(row["tvdb_id"])
        for entry, row in table.items()
        if row.get("tvdb_season") in (1, -1) and not row["tvdb_epoffset"] and parts[row["tvdb_id"]] == {entry}
    }
    found = asyncio.run(found_as(source, Kind.SHOW, "anidb", table))
    given = {entry: media.ids["tvdb"] for entry, media in zip(table, found, strict=True) if "tvdb" in media.ids}
    assert given == whole
    assert len(set(given.values())) == len(given)


@table_here
def test_real_ids_lead_there_and_back(real):
    table, source = real
    some = list(table)[::7]
    for space in ("mal", "anilist"):
        there = [media for media in asyncio.run(found_as(source, Kind.SHOW, "anidb", some)) if space in media.ids]
        assert len(there) > 1500
        back = asyncio.run(found_as(source, Kind.SHOW, space, [media.ids[space] for media in there]))
        assert back == there


@table_here
def test_real_episodes_are_where_the_season_and_its_offset_say(real):
    table, source = real
    for entry, row in table.items():
        show = Media(Kind.SHOW, {"anidb": entry})
        asked = Media(Kind.EPISODE, parent=show, season=1, number=1, order="anidb")
        found = [place(media) for media in asyncio.run(source.elsewhere(asked))]
        season, number = row.get("tvdb_season"), row["tvdb_epoffset"] + 1
        if season is None or season == 0 or number < 1:  # what would be before the first episode is nowhere
            assert found == []
        elif season == -1:
            assert found == [f"tvdb {row['tvdb_id']} #{number}"]
        else:
            assert found == [f"tvdb {row['tvdb_id']} S{season:02d}E{number:02d}"]
