"""IMDb's data sets: imported whole or not at all, and asked without a request. The files are made here."""

import asyncio
import gzip
import os
import sqlite3
from contextlib import closing
from random import Random

import pytest

from watchweave.core.media import Kind, Media
from watchweave.core.titles import Work, propose, taken
from watchweave.errors import ConfigError, StorageError
from watchweave.metadata.files import head
from watchweave.metadata.imdb_datasets import ImdbDatasets, Loaded, batches, load, recognise

BASICS = "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres"
EPISODE = "tconst parentTconst seasonNumber episodeNumber"
TITLES = r"""
tt0113277|movie|Heat|Heat|0|1995|\N|170|Crime,Drama
tt0091763|tvMovie|Amélie's "Heat" | Amélie|0|1986|\N|\N|\N
tt0058461|movie|A Fistful of Dollars|Per un pugno di dollari|0|1964|\N|99|Western
tt0115964|movie|Crash|Crash|0|1996|\N|100|Drama
tt0375679|movie|Crash|Crash|0|2004|\N|112|Drama
tt0903747|tvSeries|Breaking Bad|Breaking Bad|0|2008|2013|45|Drama
tt7366338|tvMiniSeries|Chernobyl|Chernobyl|0|2019|2019|330|Drama
tt14544192|movie|Bo Burnham: Inside|Bo Burnham: Inside|0|2021|\N|87|Comedy
tt9999001|movie|Heat|Heat|1|1995|\N|80|Adult
tt9999002|videoGame|Heat|Heat|0|1995|\N|\N|Action
tt9999003|short|Heat|Heat|0|1995|\N|9|Short
tt9999004|tvSeries|Night Heat|Night Heat|1|1990|\N|\N|Adult
tt0959621|tvEpisode|Pilot|Pilot|0|2008|\N|58|Drama
tt9999005|movie|Soon|Soon|0|\N|\N|\N|\N
"""
PLACES = r"""
tt0959621|tt0903747|1|1
tt1054724|tt0903747|1|2
tt12345678|tt0903747|2|1
tt1232248|tt0903747|2|2
tt1232249|tt0903747|2|2
tt1232250|tt0903747|\N|\N
tt9166672|tt7366338|1|1
tt9999014|tt9999004|1|1
tt9999015|tt0113277|1|1
tt9999016|tt8888888|1|1
"""


def packed(path, header, rows):
    lines = [header.replace(" ", "\t"), *(row.replace("|", "\t") for row in rows.strip().splitlines())]
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    return path


class Desk:
    def __init__(self, folder):
        self.into = folder / "imdb?.db"
        self.basics, self.episodes = folder / "title.basics.tsv.gz", folder / "title.episode.tsv.gz"
        self.folder = folder
        self.said = []
        self.give()

    def give(self, titles=TITLES, places=PLACES):
        packed(self.basics, BASICS, titles)
        packed(self.episodes, EPISODE, places)

    def load(self, batch=1000):
        return load(self.basics, self.episodes, self.into, lambda name, lines: self.said.append((name, lines)), batch)

    def files(self):
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def known(desk):
    desk.load()
    source = ImdbDatasets(desk.into)
    yield source
    source.close()


def found(known, kind, value, space="imdb"):
    return asyncio.run(known.find(kind, space, value))


def searched(known, title, year=None, kind=Kind.MOVIE):
    return said(known, title, year, kind).found


def said(known, title, year=None, kind=Kind.MOVIE, **how):
    return asyncio.run(known.search(Media(kind, {}, title, year), **how))


def test_films_series_and_episodes_with_a_place_are_kept_and_counted(desk):
    left_out = {
        "adult titles": 2,
        "shorts, games and other kinds": 2,
        "titles of episodes, which are known by their numbers": 1,
        "episodes without a season or a number": 1,
        "episodes of no series that was taken": 3,
    }
    assert desk.load() == Loaded(works=9, episodes=6, left_out=left_out)
    assert desk.said == [("title.basics", 14), ("title.episode", 10)]
    assert desk.files() == {"imdb?.db", "title.basics.tsv.gz", "title.episode.tsv.gz"}


def test_a_film_is_found_by_its_id(known):
    assert found(known, Kind.MOVIE, "tt0113277") == [
        Media(Kind.MOVIE, {"imdb": "tt0113277"}, "Heat", 1995, runtime=10_200)
    ]
    assert found(known, Kind.MOVIE, "tt14544192")[0].title == "Bo Burnham: Inside"
    assert found(known, Kind.MOVIE, "tt0091763")[0].runtime is None
    assert found(known, Kind.MOVIE, "tt9999005")[0].year is None


def test_quotes_and_spaces_in_a_title_stay(known):
    assert found(known, Kind.MOVIE, "tt0091763")[0].title == 'Amélie\'s "Heat" '


def test_a_series_is_found_without_a_length(known):
    """330 minutes are all episodes of Chernobyl together."""
    assert found(known, Kind.SHOW, "tt7366338") == [Media(Kind.SHOW, {"imdb": "tt7366338"}, "Chernobyl", 2019)]


def test_an_episode_is_found_with_its_show_season_and_number(known):
    (episode,) = found(known, Kind.EPISODE, "tt12345678")
    assert (episode.ids, episode.season, episode.number) == ({"imdb": "tt12345678"}, 2, 1)
    assert episode.parent == Media(Kind.SHOW, {"imdb": "tt0903747"}, "Breaking Bad", 2008)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.SHOW, "tt0113277"),  # a film
        (Kind.MOVIE, "tt0903747"),  # a series
        (Kind.SHOW, "tt0959621"),  # an episode
        (Kind.EPISODE, "tt0903747"),
        (Kind.EPISODE, "tt1232250"),  # without a place
        (Kind.EPISODE, "tt9999014"),  # of an adult series
        (Kind.EPISODE, "tt9999015"),  # of a film
        (Kind.EPISODE, "tt9999016"),  # of nothing we know
        (Kind.MOVIE, "tt9999001"),  # adult
        (Kind.MOVIE, "tt9999002"),  # a game
        (Kind.MOVIE, "tt9999003"),  # a short
        (Kind.SEASON, "tt0903747"),
        (Kind.MOVIE, "tt00113277"),  # not as IMDb writes it
        (Kind.MOVIE, "113277"),
        (Kind.MOVIE, ""),
    ],
)
def test_what_an_id_does_not_name_is_nothing(known, kind, value):
    assert found(known, kind, value) == []


def test_only_ids_of_imdb_are_known(known):
    assert found(known, Kind.MOVIE, "tt0113277", "tmdb") == []


def test_a_title_and_a_year_find_the_film_and_no_game_short_or_adult_film(known):
    assert [work.media.ids["imdb"] for work in searched(known, "HEAT!", 1995)] == ["tt0113277"]
    sure = taken(propose(Work(Media(Kind.MOVIE, {}, "Heat", 1995)), searched(known, "Heat", 1995)))
    assert sure.work.media.ids == {"imdb": "tt0113277"}


def test_a_year_to_either_side_is_found_and_two_are_not(known):
    assert [len(searched(known, "Heat", year)) for year in (1993, 1994, 1996, 1997)] == [0, 1, 1, 0]


def test_without_a_year_all_namesakes_are_found(known):
    assert [work.media.year for work in searched(known, "Crash")] == [1996, 2004]
    assert [work.media.year for work in searched(known, "Crash", 2005)] == [2004]


def test_an_exact_year_finds_no_year_to_either_side(known):
    assert [len(said(known, "Heat", year, narrow=True).found) for year in (1994, 1995, 1996)] == [0, 1, 0]
    assert [work.media.year for work in said(known, "Crash", narrow=True).found] == [1996, 2004]


def namesakes(desk, *years):
    """What is known when each of these years has so many films called Alone."""
    films = [year for year, count in years for _ in range(count)]
    rows = (rf"tt{n:07d}|movie|Alone|Alone|0|{year}|\N|90|Drama" for n, year in enumerate(films, 1))
    desk.give(TITLES + "\n".join(rows))
    desk.load()
    return ImdbDatasets(desk.into)


def test_a_name_that_60_films_of_three_years_bear_is_not_told_of_whole_nor_is_one_year_alone(desk):
    with closing(namesakes(desk, (1990, 20), (1991, 20), (1992, 20))) as known:
        wide, narrowed = said(known, "Alone", 1991), said(known, "Alone", 1991, narrow=True)
    assert (len(wide.found), wide.whole) == (50, False)
    assert (len(narrowed.found), narrowed.whole) == (20, False)
    assert {work.media.year for work in narrowed.found} == {1991}


@pytest.mark.parametrize(("films", "whole"), [(49, True), (50, False), (51, False)])
def test_as_many_works_as_are_named_may_be_more(desk, films, whole):
    with closing(namesakes(desk, (1990, films))) as known:
        told = said(known, "Alone", 1990)
        assert (len(told.found), told.whole) == (min(films, 50), whole)
        assert said(known, "Heat (Alone)").whole is whole
        assert said(known, "Heat", 1995).whole


def test_the_title_where_it_was_made_finds_it_too(known):
    (work,) = searched(known, "Per un Pugno di Dollari (1964)", 1964)
    assert (work.media.title, work.more) == ("A Fistful of Dollars", ("Per un pugno di dollari",))
    assert searched(known, "A Fistful of Dollars (Per un pugno di dollari)", 1964) == [work]
    assert asyncio.run(known.titles(Media(Kind.MOVIE, {"imdb": "tt0058461"}))) == work


def test_a_series_is_searched_among_series_alone(known):
    assert searched(known, "Breaking Bad", 2008) == []
    assert len(searched(known, "Breaking Bad", 2008, Kind.SHOW)) == 1


@pytest.mark.parametrize("title", ["", "???", "Nowhere"])
def test_a_title_that_nothing_bears_finds_nothing(known, title):
    assert searched(known, title, 1995) == []


def test_all_episodes_of_a_show_in_imdbs_order_and_in_no_other(known):
    show = Media(Kind.SHOW, {"imdb": "tt0903747"})
    episodes = asyncio.run(known.episodes(show))
    assert [(one.season, one.number, one.ids["imdb"]) for one in episodes] == [
        (1, 1, "tt0959621"),
        (1, 2, "tt1054724"),
        (2, 1, "tt12345678"),
        (2, 2, "tt1232248"),
        (2, 2, "tt1232249"),
    ]
    assert {one.parent.title for one in episodes} == {"Breaking Bad"}
    assert asyncio.run(known.episodes(show, "dvd")) is None
    assert asyncio.run(known.episodes(Media(Kind.SHOW, {"tmdb": "1396"}))) is None
    assert asyncio.run(known.episodes(Media(Kind.SHOW, {"imdb": "tt0113277"}))) is None


def test_of_a_series_without_episodes_there_is_no_list(desk):
    desk.give(TITLES + r"tt0000007|tvSeries|Pilots Only|Pilots Only|0|1999|\N|\N|\N")
    desk.load()
    with closing(ImdbDatasets(desk.into)) as known:
        assert found(known, Kind.SHOW, "tt0000007")
        assert asyncio.run(known.episodes(Media(Kind.SHOW, {"imdb": "tt0000007"}))) is None


def test_a_place_names_an_episode_unless_two_stand_there(known):
    assert known.episode("tt0903747", 2, 1) == "tt12345678"
    assert known.episode("tt0903747", 2, 2) is None
    assert known.episode("tt0903747", 3, 1) is None
    assert known.episode("tt7777777", 1, 1) is None
    assert known.episode("nonsense", 1, 1) is None


def test_it_answers_without_requests(known):
    assert known.free
    assert not hasattr(known, "http")


def test_a_second_import_replaces_the_first_and_who_reads_the_first_goes_on(desk, known):
    desk.give(
        titles=r"tt0903747|tvSeries|Breaking Good|Breaking Good|0|2008|\N|\N|\N", places="tt0959621|tt0903747|5|5"
    )
    assert desk.load() == Loaded(works=1, episodes=1)
    assert found(known, Kind.SHOW, "tt0903747")[0].title == "Breaking Bad"
    anew = ImdbDatasets(desk.into)
    assert found(anew, Kind.SHOW, "tt0903747")[0].title == "Breaking Good"
    assert found(anew, Kind.MOVIE, "tt0113277") == []
    anew.close()


def test_lines_that_cannot_be_read_are_left_out_and_counted(desk):
    broken = "\n".join(
        [
            "tt0000001|movie|Too|Few",
            r"tt0000002|movie|Too|Many|0|1995|\N|90|Drama|More",
            r"nm0000003|movie|Person|Person|0|1995|\N|90|Drama",
            r"tt0000004|movie|Shifted|Shifted|1995|\N|90|Drama|\N",
            r"tt0000005|movie|Odd year|Odd year|0|MCMXCV|\N|99999999999999999999|Drama",
        ]
    )
    desk.give(
        TITLES + broken, PLACES + "tt0000006|tt0903747|1\n" + "tt0000007|0903747|1|9\n" + "tt0000008|tt0903747|x|9"
    )
    plain = gzip.decompress(desk.basics.read_bytes())
    desk.basics.write_bytes(gzip.compress(plain + b"tt0000009\tmovie\t\xff\xfe\tX\t0\t1995\t\\N\t90\tDrama\n"))
    loaded = desk.load()
    assert (loaded.works, loaded.episodes, loaded.left_out["lines that cannot be read"]) == (10, 6, 7)
    source = ImdbDatasets(desk.into)
    assert found(source, Kind.MOVIE, "tt0000005") == [Media(Kind.MOVIE, {"imdb": "tt0000005"}, "Odd year")]
    source.close()


def test_a_line_ends_at_a_line_feed_alone(desk):
    film = "tt0113277\tmovie\tHe\u2028at\r \x85two\tHeat\t0\t1995\t\\N\t170\tCrime\n"
    plain = gzip.decompress(desk.basics.read_bytes()).decode()
    desk.basics.write_bytes(gzip.compress(plain.replace(plain.splitlines(keepends=True)[1], film).encode()))
    assert (desk.load().works, desk.load().episodes) == (9, 6)


def test_columns_are_read_by_their_names(desk):
    header = "genres isAdult tconst titleType startYear runtimeMinutes originalTitle primaryTitle endYear new"
    rows = "Crime|0|tt0113277|movie|1995|170|Heat|Heat|-|?\nDrama|0|tt0903747|tvSeries|2008|-|B|B|-|?"
    packed(desk.basics, header, rows)
    desk.load()
    source = ImdbDatasets(desk.into)
    assert found(source, Kind.MOVIE, "tt0113277")[0].year == 1995
    source.close()


def spoil(path, how):
    whole = path.read_bytes()
    return {
        "cut": whole[:-20],
        "empty": b"",
        "page": b"<html>Forbidden</html>",
        "flipped": whole[:60] + bytes([whole[60] ^ 255]) + whole[61:],
        "wrong sum": whole[:-8] + b"\0\0\0\0" + whole[-4:],
        "other file": gzip.compress(b"tconst\taverageRating\tnumVotes\ntt0113277\t8.3\t700000\n"),
        "no lines": gzip.compress(gzip.decompress(whole).split(b"\n")[0] + b"\n"),
        "no columns": gzip.compress(b""),
    }[how]


@pytest.mark.parametrize("which", ["basics", "episodes"])
@pytest.mark.parametrize(
    "how", ["cut", "empty", "page", "flipped", "wrong sum", "other file", "no lines", "no columns"]
)
def test_a_damaged_file_is_named_and_what_was_there_stays(desk, which, how):
    desk.load()
    before, path = desk.into.read_bytes(), getattr(desk, which)
    path.write_bytes(spoil(path, how))
    with pytest.raises(ConfigError) as refused:
        desk.load()
    name = "title.basics" if which == "basics" else "title.episode"
    assert str(refused.value).startswith(f"{path}: ")
    assert f"Download https://datasets.imdbws.com/{name}.tsv.gz again" in str(refused.value)
    assert desk.into.read_bytes() == before
    assert desk.files() == {"imdb?.db", "title.basics.tsv.gz", "title.episode.tsv.gz"}


def test_two_files_in_each_others_place_are_told(desk):
    desk.basics, desk.episodes = desk.episodes, desk.basics
    with pytest.raises(ConfigError, match="it has no column titleType"):
        desk.load()
    assert not desk.into.exists()


def test_a_file_that_is_not_there_is_told(desk):
    desk.episodes.unlink()
    with pytest.raises(ConfigError, match=r"title\.episode\.tsv\.gz cannot be read: No such file"):
        desk.load()
    assert desk.files() == {"title.basics.tsv.gz"}


def test_a_file_with_very_many_odd_lines_is_not_taken(desk):
    desk.give(TITLES + "odd\n" * 1001)
    with pytest.raises(ConfigError, match="1001 of its first 1015 lines cannot be read"):
        desk.load(batch=100_000)
    assert not desk.into.exists()


def test_a_line_named_twice_counts_once(desk):
    desk.give(TITLES + TITLES, PLACES)
    assert desk.load().left_out["named twice"] == 9


def test_a_line_without_an_end_is_not_kept_in_memory(desk):
    desk.basics.write_bytes(gzip.compress(gzip.decompress(desk.basics.read_bytes()) + b"x" * 3_000_000))
    assert desk.load().left_out["lines that cannot be read"] == 3


def test_files_that_a_browser_has_unpacked_are_taken_too(desk):
    for path in (desk.basics, desk.episodes):
        path.write_bytes(gzip.decompress(path.read_bytes()))
    assert desk.load().works == 9


def test_each_file_is_known_by_its_header_whatever_its_name(desk, tmp_path):
    one, other = desk.basics.rename(tmp_path / "a.bin"), desk.episodes.rename(tmp_path / "b.zip")
    assert (recognise(one), recognise(other)) == ("title.basics", "title.episode")
    one.write_bytes(gzip.decompress(one.read_bytes()))
    assert recognise(one) == "title.basics"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"tconst\taverageRating\tnumVotes\n",
        b"\x1f\x8b",
        b"\x1f\x8b\x08\x08\0\0\0\0\0\0" + b"name without an end" * 10_000,
        b"\x1f\x8b" + bytes(range(256)) * 20,
        gzip.compress(b"\xff" * 1_000_000),
        gzip.compress(b"tconst\t" * 1_000_000),
        bytes(range(256)) * 40,
    ],
)
def test_what_is_neither_is_told_from_a_few_bytes(tmp_path, raw):
    path = tmp_path / "title.basics.tsv.gz"
    path.write_bytes(raw)
    assert recognise(path) is None
    assert len(head(path)) <= 4096


def test_a_folder_a_pipe_and_nothing_are_no_data_set(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert [recognise(path) for path in (tmp_path, tmp_path / "pipe", tmp_path / "none")] == [None] * 3


def complaint(path):
    """Ask for what should be there; what was complained of."""
    try:
        with closing(ImdbDatasets(path)) as source:
            for title, year in (("Heat", 1995), ("Crash", None), ("A Fistful of Dollars", 1964)):
                searched(source, title, year)
            found(source, Kind.EPISODE, "tt12345678")
            asyncio.run(source.episodes(Media(Kind.SHOW, {"imdb": "tt0903747"})))
    except StorageError as problem:
        return str(problem)
    return ""


def test_a_damaged_file_of_ours_is_told_as_such_whatever_it_says(desk):
    desk.load()
    whole, chance, told = desk.into.read_bytes(), Random(7), []
    for _ in range(300):
        spoilt = bytearray(whole)
        for _ in range(20):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        desk.into.write_bytes(spoilt)
        told.append(complaint(desk.into))
    told = [one for one in told if one]
    assert len(told) > 50
    assert [one for one in told if "Import IMDb's data sets again: \"watchweave import" not in one] == []


def test_an_import_that_is_broken_off_leaves_nothing(desk):
    def enough(name, lines):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(desk.basics, desk.episodes, desk.into, enough)
    assert desk.files() == {"title.basics.tsv.gz", "title.episode.tsv.gz"}


def test_what_a_killed_import_left_is_tidied_away(desk):
    (desk.folder / "imdb?.db.4711.new").write_text("half")
    (desk.folder / "imdbx.db.4711.new").write_text("somebody else's")
    desk.load()
    assert desk.files() == {"imdb?.db", "imdbx.db.4711.new", "title.basics.tsv.gz", "title.episode.tsv.gz"}


def test_a_place_that_cannot_be_written_is_told(desk):
    desk.into = desk.folder / "nowhere" / "imdb.db"
    with pytest.raises(StorageError, match=r"nowhere/imdb\.db cannot be written"):
        desk.load()


def test_no_more_lines_are_drawn_than_one_batch_holds():
    drawn = 0

    def lines():
        nonlocal drawn
        for number in range(1050):
            drawn += 1
            yield number

    done, sizes = 0, []
    for some in batches(lines(), 100):
        assert drawn - done == len(some)
        done += len(some)
        sizes.append(len(some))
    assert sizes == [100] * 10 + [50]


def test_an_import_goes_by_batches(desk):
    many = "".join(rf"tt{n:07d}|movie|Film {n}|Film {n}|0|1995|\N|90|Drama" + "\n" for n in range(1, 96))
    desk.give(TITLES + many)
    assert desk.load(batch=10).works == 9 + 95
    assert desk.said == [("title.basics", n) for n in (*range(10, 109, 10), 109)] + [("title.episode", 10)]


def test_what_was_not_imported_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"is not there\. Import IMDb's data sets first"):
        ImdbDatasets(tmp_path / "imdb.db")


def test_a_file_of_another_making_or_form_is_told(desk):
    desk.load()
    with sqlite3.connect(desk.folder / "other.db") as other:
        other.execute("CREATE TABLE work (id)")
    other.close()
    (desk.folder / "text.db").write_text("not a database at all, " * 100)
    older = desk.folder / "older.db"
    older.write_bytes(desk.into.read_bytes())
    with sqlite3.connect(older) as db:
        db.execute("PRAGMA user_version = 77")
    db.close()
    for name in ("other.db", "text.db", "older.db"):
        with pytest.raises(StorageError, match=rf"{name} .*Import IMDb's data sets again"):
            ImdbDatasets(desk.folder / name)
