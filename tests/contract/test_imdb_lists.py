"""Lists of IMDb by file: one for each name that the person gave to files."""

import pytest

from tests.contract.imdb_desk import DAY, HOUR, Desk
from watchweave.core.media import Kind
from watchweave.core.records import Member
from watchweave.errors import Unavailable
from watchweave.services.base import Listed

WINTER = "list Winter"
COLUMNS = b"Position,Const,Created,Title,Title Type\n"
BEFORE_2017 = (
    b'"position","const","created","modified","description","Title","Title type","Directors","You rated"\n'
    b'"1","tt0113277","Mon Jan  1 00:00:00 2018","","","Heat","Feature Film","Michael Mann","9"\n'
)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def winter(desk, *uids, layout="2024", said=WINTER, duplicates=False, **more):
    """She has a list with these, exports it, and hands it in."""
    made = desk.mara.make_list("Winter", duplicates=duplicates)
    for uid in uids:
        desk.mara.put_on(made, desk.works[uid])
    desk.hand_in(desk.mara.export(made, layout, **more), said)
    return made


def all_lists(desk):
    return desk.run(lambda service: service.shelves["lists"].all())


def read(desk, listed=None, cursor=None):
    """The reading of a list as a run would make it."""
    listed = listed or all_lists(desk)[0]

    async def deed(service):
        shelf = service.shelves["lists"].kind(listed.own)(service, listed)
        assert await shelf.stamp() == (listed.stamp or None)
        return await shelf.read(cursor)

    return desk.run(deed)


def titles(reading):
    return [record.media.ids["imdb"] for record in reading.records]


# Which lists there are


def test_where_no_list_was_handed_in_nobody_knows_which_there_are(desk):
    desk.export()
    assert all_lists(desk) is None


def test_there_is_a_list_for_each_name_and_neither_watchlist_nor_check_ins_are_among_them(desk):
    desk.export()
    winter(desk, "m1")
    winter(desk, "m2", said="With friends")
    assert [(one.own, one.title) for one in all_lists(desk)] == [
        ("winter", "Winter"),
        ("with friends", "With friends"),
    ]


def test_a_name_is_the_same_in_whatever_case_it_was_typed_and_the_newest_file_counts(desk):
    winter(desk, "m1", "m2")
    before = all_lists(desk)
    desk.world.clock.advance(HOUR)
    winter(desk, "m3", said="winter")
    (after,) = all_lists(desk)
    assert (after.own, after.title) == ("winter", "winter")
    assert after.stamp != before[0].stamp
    assert titles(read(desk)) == [desk.id("m3")]


def test_the_stamp_of_a_list_is_its_file(desk):
    winter(desk, "m1")
    first = all_lists(desk)
    assert first == all_lists(desk)
    assert read(desk).cursor == first[0].stamp


def test_it_is_only_read_and_no_list_can_be_made(desk):
    winter(desk, "m1")

    async def deed(service):
        lists = service.shelves["lists"]
        shelves = [lists, lists.kind("winter")(service, Listed("winter", "Winter"))]
        return [hasattr(lists, "make"), *(one.can(verb) for one in shelves for verb in ("add", "remove"))]

    assert not any(desk.run(deed))


# What stands in a list


@pytest.mark.parametrize("layout", ["before 2017", "2023", "2024"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_list_of_every_time_is_read_in_its_order_with_its_days(desk, layout, encoding):
    winter(desk, "m2", "s1", "s2.1.1", "m1", layout=layout, encoding=encoding)
    reading = read(desk)
    assert titles(reading) == [desk.id(uid) for uid in ("m2", "s1", "s2.1.1", "m1")]
    assert [record.media.kind for record in reading.records] == [Kind.MOVIE, Kind.SHOW, Kind.EPISODE, Kind.MOVIE]
    assert (reading.complete, reading.partial, reading.made) == (True, "", int(desk.world.now()))
    noon = int(desk.world.now()) // DAY * DAY + DAY // 2
    assert {(type(one), one.at, one.list) for one in reading.records} == {(Member, noon, "winter")}


@pytest.mark.parametrize("my_rating", [True, False])
def test_the_last_two_columns_may_be_missing(desk, my_rating):
    desk.mara.rate(desk.works["m1"], 9)
    winter(desk, "m1", "m2", my_rating=my_rating)
    assert titles(read(desk)) == [desk.id("m1"), desk.id("m2")]


def test_what_stands_there_twice_has_its_first_place(desk):
    winter(desk, "m1", "m2", "m1", duplicates=True)
    assert titles(read(desk)) == [desk.id("m1"), desk.id("m2")]


def test_people_are_left_out_and_said_and_the_list_is_whole(desk):
    rows = b"1,nm0000134,2024-01-01,Robert De Niro,\n2,tt0113277,2024-01-02,Heat,Movie\n"
    found = desk.hand_in(COLUMNS + rows, "Crime")
    assert [(one.line, one.why) for one in found.left_out] == [
        (2, "is a person, and lists are kept of films, shows and episodes alone")
    ]
    assert found.used == {"films": 1}
    reading = read(desk)
    assert (titles(reading), reading.complete) == (["tt0113277"], True)


def test_a_video_game_says_nothing_of_itself_and_a_row_that_names_nothing_leaves_the_list_less_than_whole(desk):
    desk.hand_in(COLUMNS + b"1,tt0113277,2024-01-02,Heat,Movie\n2,tt0111111,2024-01-02,Pong,Video Game\n", "Mixed")
    reading = read(desk)
    assert (titles(reading), reading.complete, reading.beyond) == (["tt0113277"], True, ("tt0111111",))
    desk.world.clock.advance(HOUR)
    desk.hand_in(COLUMNS + b"1,tt0113277,2024-01-02,Heat,Movie\n2,,2024-01-02,Nothing,\n", "Mixed")
    assert not read(desk).complete


def test_an_empty_list_is_read_as_such(desk):
    winter(desk)
    reading = read(desk)
    assert (reading.records, reading.complete) == ([], True)


def test_a_list_whose_file_is_gone_is_not_taken_for_an_empty_one(desk):
    winter(desk, "m1")
    listed = all_lists(desk)[0]
    desk.inbox.newest(WINTER).path.unlink()
    reading = read(desk, listed)
    assert (reading.complete, bool(reading.partial)) == (False, True)


def test_before_2017_the_ratings_of_others_stood_beside_and_a_list_is_no_ratings_file(desk):
    assert desk.hand_in(BEFORE_2017, "Heists").used == {"films": 1}
    assert titles(read(desk)) == ["tt0113277"]


# A folder of hers


@pytest.fixture
def folder(tmp_path):
    desk = Desk(tmp_path, csv_path=str(tmp_path / "downloads"))
    (tmp_path / "downloads").mkdir()
    return desk


def drop(desk, content, name):
    return desk.lay(content, f"downloads/{name}")


def test_in_a_folder_a_list_is_called_as_its_file_and_what_was_handed_in_is_older(folder):
    winter(folder, "m1")
    folder.world.clock.advance(HOUR)
    made = folder.mara.make_list("Winter")
    folder.mara.put_on(made, folder.works["m2"])
    drop(folder, folder.mara.export(made), "Winter.csv")
    assert [one.title for one in all_lists(folder)] == ["Winter"]
    assert titles(read(folder)) == [folder.id("m2")]


def test_a_file_under_the_name_that_imdb_gave_it_is_no_list_of_that_name(folder):
    made = folder.mara.make_list("Winter")
    for name in ("3f0d2c1e-8a7b-4c55-9d1f-0c9b8a7d6e5f.csv", "3F0D2C1E-8A7B-4C55-9D1F-0C9B8A7D6E5F (1).csv"):
        drop(folder, folder.mara.export(made), name)
    drop(folder, folder.mara.export("ratings"), "5f0d2c1e-8a7b-4c55-9d1f-0c9b8a7d6e5f.csv")
    assert all_lists(folder) is None
    assert folder.stamp("ratings")


def test_a_folder_that_is_gone_is_not_one_without_lists(folder):
    winter(folder, "m1")
    folder.given["csv_path"] = str(folder.folder / "gone")
    with pytest.raises(Unavailable):
        all_lists(folder)


# With the cookie


def test_with_the_cookie_lists_still_come_from_files_without_a_request(tmp_path):
    desk = Desk(tmp_path, cookie=True)
    winter(desk, "m1")
    assert titles(read(desk)) == [desk.id("m1")]
    assert desk.asked() == 0
