"""IMDb by file: what an account shows of the files that were handed in or lie in a folder, and what is carried there."""

import asyncio
import csv
import io
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from tests.contract.imdb_desk import DAY, HOUR, Desk
from watchweave.app import read_settings
from watchweave.core.media import Kind, Media
from watchweave.core.records import Rating, Watched, Wish
from watchweave.errors import ConfigError, Unavailable, UnexpectedAnswer

SHELVES = ("ratings", "watchlist", "watched")


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def values(desk):
    return {record.media.ids["imdb"]: record.value for record in desk.read("ratings")[1]}


def rate(desk, uid, value, later=HOUR):
    desk.mara.rate(desk.works[uid], value)
    desk.world.clock.advance(later)


# What was handed in


@pytest.mark.parametrize("shelf", SHELVES)
def test_without_a_file_nothing_is_known_and_nothing_counts_as_gone(desk, shelf):
    reading, records = desk.read(shelf)
    assert (records, reading.complete, reading.cursor) == ([], False, None)
    assert "handed in" in reading.partial
    assert desk.stamp(shelf) is None


def test_a_file_tells_all_there_is_as_of_its_making(desk):
    rate(desk, "m1", 8)
    desk.world.clock.set(1_700_000_000)
    desk.export()
    reading, records = desk.read("ratings")
    assert (reading.complete, reading.partial, reading.made) == (True, "", 1_700_000_000)
    assert [(record.media.keys, record.value) for record in records] == [((desk.id("m1"),), 80)]


def test_each_shelf_is_read_from_its_own_file(desk):
    desk.mara.rate(desk.works["m1"], 8)
    desk.mara.wish(desk.works["s1"])
    desk.mara.check_in(desk.works["s1.1.1"])
    desk.export()
    found = {shelf: [(type(one), one.media.kind) for one in desk.read(shelf)[1]] for shelf in SHELVES}
    assert found == {
        "ratings": [(Rating, Kind.MOVIE)],
        "watchlist": [(Wish, Kind.SHOW)],
        "watched": [(Watched, Kind.EPISODE)],
    }


def test_the_stamp_is_that_of_the_file_and_moves_with_its_content_alone(desk):
    rate(desk, "m1", 8)
    desk.export()
    first = desk.stamp("ratings")
    desk.world.clock.advance(DAY)
    desk.export()
    assert desk.stamp("ratings") == first == desk.read("ratings")[0].cursor
    rate(desk, "m1", 9)
    desk.export()
    assert desk.stamp("ratings") != first


def test_a_newer_export_takes_the_place_of_an_older_one(desk):
    rate(desk, "m1", 8)
    desk.export("2023")
    rate(desk, "m1", 9)
    rate(desk, "m2", 3)
    desk.export()
    assert values(desk) == {desk.id("m1"): 90, desk.id("m2"): 30}


def test_a_title_that_was_merged_comes_with_its_new_id(desk):
    rate(desk, "m1", 8)
    desk.simulated.merge(desk.id("m1"), "tt99000001")
    desk.export()
    assert values(desk) == {"tt99000001": 80}


def test_a_file_that_is_damaged_is_an_error_and_no_empty_shelf(desk):
    desk.export()
    desk.inbox.newest("ratings").path.write_bytes(b"\x00\x01\x02")
    with pytest.raises(UnexpectedAnswer):
        desk.read("ratings")


def test_a_row_that_names_nothing_proves_no_absence_and_a_rating_that_is_none_keeps_what_is_known(desk):
    desk.hand_in(b"Const,Your Rating,Date Rated\ntt0113277,9,2022-03-05\ntt0133093,eleven,2022-03-05\n")
    reading, records = desk.read("ratings")
    assert (reading.complete, reading.beyond, len(records)) == (True, ("tt0133093",), 1)
    desk.hand_in(b"Const,Your Rating,Date Rated\ntt0113277,9,2022-03-05\nnone,8,2022-03-05\n")
    assert desk.read("ratings")[0].complete is False


def test_her_days_are_those_of_her_own_zone(desk):
    desk.mara.timezone, desk.zone = "Pacific/Auckland", ZoneInfo("Pacific/Auckland")
    desk.world.clock.set(1_800_000_000)
    rate(desk, "m1", 8, later=0)
    desk.export()
    (rating,) = desk.read("ratings")[1]
    assert abs(rating.at - 1_800_000_000) <= DAY // 2


def test_files_send_no_request(desk):
    desk.export()
    for shelf in SHELVES:
        desk.read(shelf)
        assert desk.asked() == 0
    assert desk.run(lambda service: service.identity()).person
    assert desk.asked() == 0


# A folder of hers


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "downloads").mkdir()
    desk = Desk(tmp_path, csv_path=str(tmp_path / "downloads"))
    rate(desk, "m1", 8)
    return desk


def drop(folder, which, name="4b6e2f60-aa37-4a8e-8a5d-0a2b44cf1d70"):
    """An export of hers lies in the folder."""
    content = which if isinstance(which, bytes) else folder.mara.export(which)
    return folder.lay(content, f"downloads/{name}")


def test_what_lies_in_her_folder_counts_as_handed_in_whatever_it_is_called(folder):
    path = drop(folder, "ratings")
    assert values(folder) == {folder.id("m1"): 80}
    assert folder.read("ratings")[0].made == int(path.stat().st_mtime)


def test_of_all_files_the_newest_counts_wherever_it_is(folder):
    folder.hand_in(folder.mara.export("ratings"))
    rate(folder, "m1", 9)
    drop(folder, "ratings", "first.csv")
    assert values(folder) == {folder.id("m1"): 90}
    rate(folder, "m1", 10)
    drop(folder, "ratings", "another.csv")
    assert values(folder) == {folder.id("m1"): 100}
    rate(folder, "m1", 2)
    folder.hand_in(folder.mara.export("ratings"))
    assert values(folder) == {folder.id("m1"): 20}


def test_a_file_that_appears_moves_the_stamp(folder):
    assert folder.stamp("ratings") is None
    drop(folder, "ratings")
    assert folder.stamp("ratings") == folder.read("ratings")[0].cursor


def test_a_file_from_the_future_was_made_now(folder):
    folder.lay(folder.mara.export("ratings"), "downloads/ratings.csv", at=folder.world.now() + 10 * DAY)
    assert folder.read("ratings")[0].made == int(folder.world.now())


def test_lists_in_a_folder_are_told_apart_by_their_names(folder):
    folder.mara.wish(folder.works["m2"])
    folder.mara.check_in(folder.works["m3"])
    drop(folder, "watchlist", "Watchlist (2).csv")
    drop(folder, "checkins", "checkins.csv")
    drop(folder, folder.mara.export(folder.mara.make_list("Winter")), "Winter.csv")
    found = [[one.media.ids["imdb"] for one in folder.read(shelf)[1]] for shelf in ("watchlist", "watched")]
    assert found == [[folder.id("m2")], [folder.id("m3")]]


@pytest.mark.parametrize("name", [".ratings.csv", "ratings.csv.part", "ratings.crdownload", "ratings.xlsx"])
def test_what_is_hidden_or_still_on_its_way_is_left_alone(folder, name):
    drop(folder, "ratings", name)
    assert folder.stamp("ratings") is None


@pytest.mark.parametrize("place", ["~nobodyhere/exports", "missing"])
def test_a_folder_that_nobody_has_is_told_with_what_to_do(tmp_path, place):
    desk = Desk(tmp_path, csv_path=place if place.startswith("~") else str(tmp_path / place))
    with pytest.raises(Unavailable, match=f"csv_path names .*{place}, which is not there.* Correct it"):
        desk.read("ratings")


def test_other_files_may_lie_in_that_folder(folder):
    drop(folder, "ratings")
    folder.world.clock.advance(HOUR)
    drop(folder, b"Name,Year,Rating\nHeat,1995,4.5\n", "other.csv")
    drop(folder, b"Const,Title,Year,Your Rating\ntt0113277,Heat,1995,9\n", "imdb-ratings-mara-1-1of1.csv")
    drop(folder, bytes(range(256)) * 100, "picture")
    (folder.folder / "downloads" / "inside").mkdir()
    assert values(folder) == {folder.id("m1"): 80}


def test_a_single_file_can_be_named(folder):
    folder.given["csv_path"] = str(drop(folder, "ratings"))
    assert values(folder) == {folder.id("m1"): 80}


def test_a_folder_that_is_not_there_is_no_empty_one(folder):
    folder.hand_in(folder.mara.export("ratings"))
    folder.given["csv_path"] = str(folder.folder / "gone")
    with pytest.raises(Unavailable, match="csv_path"):
        folder.read("ratings")


# What she carries there


def sheets(desk, *records):
    async def deed(service):
        return service.sheets(records)

    return desk.run(deed)


def lines(sheet):
    return list(csv.reader(io.StringIO(sheet.content.decode())))


def test_ratings_and_wishes_are_carried_in_files_of_their_own(desk):
    heat = Media(Kind.MOVIE, {"imdb": "tt0113277"}, "Heat", 1995)
    episode = Media(
        Kind.EPISODE, {"imdb": "tt2301451"}, "Ozymandias", None, Media(Kind.SHOW, {}, "Breaking Bad"), 5, 14
    )
    given = [Rating(heat, 5, 86), Wish(heat), Rating(episode, 6, 100)]
    found, refused = sheets(desk, *given)
    assert refused == []
    assert [(sheet.name, lines(sheet)) for sheet in found] == [
        (
            "ratings",
            [
                ["Const", "Title", "Year", "Your Rating"],
                ["tt0113277", "Heat", "1995", "9"],
                ["tt2301451", "Breaking Bad S05E14", "", "10"],
            ],
        ),
        ("watchlist", [["Const", "Title", "Year"], ["tt0113277", "Heat", "1995"]]),
    ]
    assert [list(sheet.records) for sheet in found] == [[given[0], given[2]], [given[1]]]


def test_what_has_no_id_at_imdb_is_refused(desk):
    wish, rating = Wish(Media(Kind.MOVIE, {"tmdb": "949"}, "Heat")), Rating(Media(Kind.SHOW, {"tvdb": "1"}), None, 50)
    found, refused = sheets(desk, wish, rating)
    assert (found, [one.record for one in refused]) == ([], [wish, rating])


def test_the_id_that_imdb_itself_showed_comes_first(desk):
    heat = Media(Kind.MOVIE, {"imdb": "tt0000001"}, "Heat", 1995, keys=("tt0113277",))
    (sheet,), _ = sheets(desk, Wish(heat))
    assert lines(sheet)[1][0] == "tt0113277"


def test_a_title_that_a_spreadsheet_would_obey_is_a_text(desk):
    (sheet,), _ = sheets(desk, Wish(Media(Kind.MOVIE, {"imdb": "tt0113277"}, "=1+1")))
    assert lines(sheet)[1][1] == "'=1+1"


def test_every_rating_becomes_a_whole_number_from_1_to_10(desk):
    heat = Rating(Media(Kind.MOVIE, {"imdb": "tt0113277"}, "Heat"))
    (sheet,), _ = sheets(desk, *(replace(heat, value=value) for value in (1, 14, 16, 95, 96, 100)))
    assert [line[3] for line in lines(sheet)[1:]] == ["1", "1", "2", "10", "10", "10"]


def test_it_is_said_what_to_do_with_each_file_and_nothing_can_be_removed(desk):
    async def deed(service):
        return service

    service = desk.run(deed)
    assert set(service.carry) == {"ratings", "watchlist"}
    assert all("no import" in text for text in service.carry.values())
    able = {
        name: [verb for verb in ("add", "change", "remove") if shelf.can(verb)]
        for name, shelf in service.shelves.items()
    }
    assert able == {"watched": [], "ratings": ["add", "change"], "watchlist": ["add", "change"], "lists": []}


# The settings


def test_the_folder_can_be_named_by_a_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("IMDB_CSV_PATH", "/data/imdb")
    (account,) = read_settings(tmp_path).profiles[0].accounts
    assert (account.service, account.options) == ("imdb", {"csv_path": "/data/imdb"})


@pytest.mark.parametrize(
    ("said", "whose"), [("ur1234567", "ur1234567"), ("https://www.imdb.com/user/p.ab12c/", "p.ab12c")]
)
def test_a_public_watchlist_is_that_of_a_number_or_a_profile(tmp_path, said, whose):
    assert asyncio.run(Desk(tmp_path, watchlist_of=said).open().identity()).scope == whose


def test_a_public_watchlist_of_nobody_is_a_mistake_in_the_settings(tmp_path):
    with pytest.raises(ConfigError, match="watchlist_of"):
        Desk(tmp_path, watchlist_of="mara").open()
