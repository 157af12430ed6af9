"""The simulated IMDb's exports have the columns, spellings, orders and quotes of real ones (reference, CSV exports)."""

import csv
import os
import re
import uuid
from datetime import datetime
from pathlib import Path

import pytest

from tests.sandbox.imdb_person import EXPORT, Person
from watchweave.sandbox.world import Catalogue, Work, World

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
SAMPLES = SHARED / "data" / "imdb"

sampled = pytest.mark.skipif(not SAMPLES.exists(), reason=f"the sample exports are not at {SAMPLES}")

OLD_TYPES = ["movie", "tvSeries", "tvMiniSeries", "tvEpisode", "tvMovie", "tvSpecial", "tvShort", "short", "video"]
OLD_TYPES += ["videoGame", "musicVideo", "podcastSeries", "podcastEpisode"]
NEW_TYPES = [
    "Movie",
    "TV Series",
    "TV Mini Series",
    "TV Episode",
    "TV Movie",
    "TV Special",
    "TV Short",
    "Short",
    "Video",
]
NEW_TYPES += ["Video Game", "Music Video"]
SERIES, EPISODES = ("tvSeries", "tvMiniSeries"), ("tvEpisode",)


def seconds(day, late=0):
    return datetime.fromisoformat(f"{day}T12:00+00:00").timestamp() - late


def work_of(catalogue, row, type):
    """A work as a row of a sample tells it."""
    kind = "show" if type in SERIES else "episode" if type in EPISODES else "movie"
    place = {}
    if kind == "episode":
        show = catalogue.add(Work(f"show of {row['Const']}", "show", row["Title"].partition(": ")[0], 2000, {}))
        catalogue.add(Work(f"season of {row['Const']}", "season", "Season 1", 2000, {}, 0, show, 1, 1))
        place = {"show": show, "season": 1, "number": 1}
    released = int(seconds(row["Release Date"]))
    title = row["Title"]
    return catalogue.add(
        Work(row["Const"], kind, title, int(row["Year"]), {"imdb": row["Const"]}, released=released, **place)
    )


def facts_of(row, type):
    original = row.get("Original Title") or (row["Title"].partition(": ")[2] if type in EPISODES else row["Title"])
    return {
        "type": type,
        "original": original,
        "local": {"de": row["Title"]},
        "average": row["IMDb Rating"],
        "votes": row["Num Votes"],
        "runtime": row["Runtime (mins)"],
        "genres": tuple(row["Genres"].split(", ")),
        "directors": tuple(re.split(", ?", row["Directors"])) if row["Directors"] else (),
    }


def person_of(sample):
    """A German-speaking person whose shelf is the one of this sample."""
    rows = list(csv.DictReader(sample.splitlines()))
    catalogue, spelled = Catalogue(), {type.lower(): type for type in OLD_TYPES}
    types = [spelled[row["Title Type"].lower().replace(" ", "")] for row in rows]
    for row, type in zip(rows, types, strict=True):
        work_of(catalogue, row, type)
    person = Person(World(catalogue), language="de")
    for place, (row, type) in enumerate(zip(rows, types, strict=True)):
        person.imdb.titles.know(catalogue[row["Const"]], **facts_of(row, type))
        relive(person, row, place)
    return person


def relive(person, row, place):
    """Do what led to this row of a sample, which is this one from the top."""
    work, clock = person.works[row["Const"]], person.world.clock
    if row["Your Rating"]:
        person.member.rate(work, int(row["Your Rating"]), seconds(row["Date Rated"], late=place))
    if "Position" in row:
        clock.set(seconds(row["Created"]))
        person.member.wish(work, row["Description"])
    if row.get("Modified", row.get("Created")) != row.get("Created"):
        clock.set(seconds(row["Modified"]))
        person.member.describe(person.member.watchlist, work, row["Description"])


@sampled
@pytest.mark.parametrize(
    ("name", "which", "layout", "encoding"),
    [
        ("ratings-2023", "ratings", "2023", "utf-8"),
        ("ratings-2024", "ratings", "2024", "utf-8"),
        ("watchlist-2023", "watchlist", "2023", "utf-8"),
        ("watchlist-2024", "watchlist", "2024", "utf-8"),
        ("watchlist-latin1", "watchlist", "2023", "latin-1"),
    ],
)
def test_who_lives_what_a_sample_tells_exports_the_very_bytes_of_the_sample(name, which, layout, encoding):
    sample = (SAMPLES / f"{name}.csv").read_bytes()
    assert person_of(sample.decode(encoding)).member.export(which, layout, encoding) == sample


# Forms of which there is no sample


@pytest.fixture
def mara():
    """Mara saw one film, one mini-series and one episode."""
    person = Person(language="de")
    person.imdb.titles.know(
        person.works["m1"],
        original="Heat",
        local={"de": 'Der "Coup"'},
        average="8.3",
        votes="700000",
        runtime="170",
        genres=("Action", "Sci-Fi"),
        directors=("Michael Mann", "Somebody Else"),
    )
    person.imdb.titles.know(person.works["s1"], type="tvMiniSeries")
    return person


def lines(person, which, layout="2024", encoding="utf-8", **options):
    return person.member.export(which, layout, encoding, **options).decode(encoding).splitlines()


def column(person, which, name, layout="2024"):
    return [row[name] for row in csv.DictReader(lines(person, which, layout))]


def test_before_2017_every_cell_stood_in_quotes_and_days_were_times(mara):
    film = mara.works["m1"]
    mara.works.change(film, year=1995, released=int(seconds("1995-12-06")))
    mara.member.rate(film, 9, at=seconds("2018-01-01"))
    head, row = lines(mara, "ratings", "before 2017")
    assert head.startswith('"position","const","created","modified","description","Title","Title type","Directors",')
    assert head.split(",")[8] == '"You rated"'
    assert row.startswith(f'"1","{mara.id("m1")}","Mon Jan  1 00:00:00 2018","","","Heat",')
    assert '"Michael Mann, Somebody Else","9","8.3","170","1995","action, sci_fi","700000","1995-12-06"' in row


def test_before_2017_a_list_had_the_same_columns(mara):
    mara.world.clock.set(seconds("2016-07-04"))
    mara.member.wish(mara.works["m1"], "soon")
    head, row = lines(mara, "watchlist", "before 2017")
    assert head.split(",")[:5] == ['"position"', '"const"', '"created"', '"modified"', '"description"']
    day = '"Mon Jul  4 00:00:00 2016"'
    assert row.startswith(f'"1","{mara.id("m1")}",{day},{day},"soon","Heat",')


@pytest.mark.parametrize("layout", ["2023", "2024"])
def test_a_list_can_lack_the_last_two_columns(mara, layout):
    mara.member.wish(mara.works["m1"])
    mara.member.rate(mara.works["m1"], 7)
    whole, short = lines(mara, "watchlist", layout), lines(mara, "watchlist", layout, my_rating=False)
    assert whole[0] == short[0] + ",Your Rating,Date Rated"
    assert whole[1] == short[1] + ",7,2026-11-20"


def test_check_ins_are_a_list_with_the_day_as_created(mara):
    mara.member.check_in(mara.works["m2"], "with June")
    mara.world.clock.advance(86_400)
    mara.member.check_in(mara.works["m2"])
    assert column(mara, "checkins", "Created") == ["2026-11-20", "2026-11-21"]
    assert column(mara, "checkins", "Const") == [mara.id("m2")] * 2
    assert lines(mara, "checkins")[0] == lines(mara, "watchlist")[0]


def test_a_list_of_her_own_keeps_its_order_and_descriptions(mara):
    mine = mara.member.make_list("Winter", duplicates=True)
    for uid, text in (("m3", "first"), ("m1", ""), ("m3", "and once more")):
        mara.member.put_on(mine, mara.works[uid], text)
    assert column(mara, mine, "Position") == ["1", "2", "3"]
    assert column(mara, mine, "Const") == [mara.id("m3"), mara.id("m1"), mara.id("m3")]
    assert column(mara, mine, "Description") == ["first", "", "and once more"]


@pytest.mark.parametrize(("layout", "types"), [("2023", OLD_TYPES), ("2024", NEW_TYPES)])
def test_both_times_spell_the_types_in_their_way(mara, layout, types):
    """Two types of podcasts have no new spelling in the reference."""
    films = [mara.works[f"x{number}"] for number in range(1, len(types) + 1)]
    for late, (film, type) in enumerate(zip(films, OLD_TYPES[: len(types)], strict=True)):
        mara.imdb.titles.know(film, type=type)
        mara.member.rate(film, 5, at=mara.world.now() - late)
    assert column(mara, "ratings", "Title Type", layout) == types


def test_titles_were_original_and_are_those_of_her_language_now(mara):
    mara.member.rate(mara.works["m1"], 7)
    assert column(mara, "ratings", "Title", "2023") == ["Heat"]
    assert column(mara, "ratings", "Title") == ['Der "Coup"']
    assert column(mara, "ratings", "Original Title") == ["Heat"]
    assert '"Der ""Coup""","Heat"' in lines(mara, "ratings")[1]


def test_an_episode_bore_the_name_of_its_show_only_in_old_files(mara):
    show, episode = mara.works["s1"], mara.works["s1.1.2"]
    mara.member.rate(episode, 7)
    assert column(mara, "ratings", "Title", "2023") == [f"{show.title}: {episode.title}"]
    assert column(mara, "ratings", "Title") == [episode.title]
    assert column(mara, "ratings", "Const") == [episode.ids["imdb"]]


def test_ratings_were_in_the_order_of_the_digits_as_text_and_are_newest_first(mara):
    ids = {"m1": "tt0113277", "m2": "tt10919420", "m3": "tt0903747", "m4": "tt0108778"}
    for late, (uid, name) in enumerate(ids.items()):
        mara.works.change(mara.works[uid], ids={"imdb": name})
        mara.member.rate(mara.works[uid], 6, at=seconds("2026-01-01", late))
    assert column(mara, "ratings", "Const", "2023") == ["tt0108778", "tt10919420", "tt0113277", "tt0903747"]
    assert column(mara, "ratings", "Const") == list(ids.values())


@pytest.mark.parametrize(("encoding", "start"), [("utf-8", b"Const"), ("utf-8-sig", b"\xef\xbb\xbfConst")])
def test_utf_8_comes_with_a_mark_or_without(mara, encoding, start):
    assert mara.member.export("ratings", encoding=encoding).startswith(start)


def test_what_cp1252_cannot_write_becomes_a_question_mark(mara):
    mara.imdb.titles.know(mara.works["m1"], original="Shōgun – Café")
    mara.member.rate(mara.works["m1"], 7)
    assert b"Sh?gun \x96 Caf\xe9" in mara.member.export("ratings", "2023", "cp1252")


def test_the_day_is_the_one_where_she_lives(mara):
    mara.member.rate(mara.works["m1"], 7, at=datetime.fromisoformat("2026-03-01T23:30+00:00").timestamp())
    mara.member.timezone = "Pacific/Auckland"
    assert column(mara, "ratings", "Date Rated") == ["2026-03-02"]


def test_a_file_that_is_ordered_comes_twenty_minutes_later_under_a_name_that_says_nothing(mara):
    mara.member.wish(mara.works["m1"])
    assert mara.ask(EXPORT, l=mara.member.watchlist.id) == {"createListExport": {"status": {"id": "PROCESSING"}}}
    ordered = mara.member.export("watchlist")
    mara.member.unwish(mara.works["m1"])
    assert mara.member.downloads() == {}
    mara.world.clock.advance(20 * 60)
    [(name, content)] = mara.member.downloads().items()
    assert (str(uuid.UUID(name)), content) == (name, ordered)


def test_a_merged_title_is_in_the_file_under_its_new_id(mara):
    mara.member.rate(mara.works["m1"], 7)
    mara.member.wish(mara.works["m1"])
    mara.imdb.merge(mara.id("m1"), "tt99000001")
    assert column(mara, "ratings", "Const") == ["tt99000001"]
    assert column(mara, "watchlist", "URL") == ["https://www.imdb.com/title/tt99000001/"]


def test_a_season_and_a_home_video_are_unknown_to_imdb(mara):
    for uid in ("s1.1", "m7"):
        with pytest.raises(ValueError, match="IMDb does not know"):
            mara.member.rate(mara.works[uid], 7)
