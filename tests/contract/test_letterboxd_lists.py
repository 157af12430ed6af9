"""The lists in Letterboxd's export: which there are, what stands on them, and what of their files cannot be used."""

import asyncio
import csv
from datetime import UTC
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from tests.contract.letterboxd_desk import Member
from tests.contract.test_letterboxd_adapter import SAMPLES, needs_samples
from watchweave.core.records import Member as OnList
from watchweave.core.records import Watched
from watchweave.errors import Incomplete, UnexpectedAnswer
from watchweave.services.base import Listed
from watchweave.services.letterboxd import Letterboxd

HEAD = "Letterboxd list export v7\r\nDate,Name,Tags,URL,Description\r\n"
FILMS = "\r\nPosition,Name,Year,URL,Description\r\n"
TRAINS = "2025-01-20,Trains,,https://boxd.it/AAAAA,\r\n"


@pytest.fixture
def mara(tmp_path):
    return Member(tmp_path)


def run(deed):
    return asyncio.run(deed())


def all_of(member):
    return run(member.service().shelves["lists"].all)


def read(member, *wanted):
    """What the reading of an export brings of these lists, all that it has if none is named; and the reading itself."""

    async def deed():
        service = member.service()
        shelf = service.shelves["lists"]
        for one in await shelf.all() or ():
            if not wanted or one.title in wanted:
                shelf.kind(one.own)(service, one)
        async with service.http:
            reading = await service.shelves["history"].read(None)
            return [record async for page in reading.records for record in page], reading

    return run(deed)


def on(records, own):
    return [record.media.title for record in records if isinstance(record, OnList) and record.list == own]


def film(member, uid):
    """The row of a film as the site knows it."""
    known = member.simulated.films.known(member.works[uid])
    return f"{known.name},{known.year},{known.uri}"


def rewritten(member, files):
    """Her export with these files in it, handed in; what is said of it."""
    path = member.export("rewritten.zip")
    with ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()} | {n: t.encode() for n, t in files.items()}
    with ZipFile(path, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    found = Letterboxd.examine(path, "", UTC)
    member.desk.files.hand_in(path, found.label, int(member.world.now()))
    return found


# Which there are


def test_every_list_is_known_by_its_address_and_called_by_its_name(mara):
    trains, star = (
        mara.person.make_list("Night trains", "Two\n\nparagraphs, and <b>more</b>"),
        mara.person.make_list("★"),
    )
    gone = mara.person.make_list("Drafts")
    mara.person.delete_list(gone)
    mara.hand_in()
    assert all_of(mara) == [Listed(trains.code, "Night trains"), Listed(star.code, "★")]


def test_before_an_export_is_handed_in_nobody_knows_which_lists_there_are(mara):
    mara.person.make_list("Night trains")
    assert all_of(mara) is None
    assert run(mara.service().shelves["lists"].stamp) is None
    mara.hand_in()
    assert run(mara.service().shelves["lists"].stamp) == mara.desk.files.newest("export").digest
    assert mara.world.requests.all == []


def test_a_list_that_was_renamed_is_the_same_one(mara):
    trains = mara.person.make_list("Night trains")
    mara.hand_in()
    (before,) = all_of(mara)
    trains.name, trains.slug = "Day trains", "day-trains"
    mara.hand_in()
    assert all_of(mara) == [Listed(before.own, "Day trains")]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "does not begin as a list does"),
        ("Position,Name,Year,URL,Description\r\n", 1, "does not begin as a list does"),
        (HEAD, 2, "is all there is"),
        (HEAD + "2025-01-20,Trains,,,\r\n" + FILMS, 3, "has no name and address of a list"),
        (HEAD + "2025-01-20,,,https://boxd.it/AAAAA,\r\n" + FILMS, 3, "has no name and address of a list"),
        (HEAD + '2025-01-20,Trains,,https://boxd.it/AAAAA,"never closed\r\n' + FILMS, 3, "opens a quote"),
        (HEAD + "2025-01-20,Trains\r\n" + FILMS, 3, "has another number of cells"),
    ],
)
def test_a_file_of_which_nobody_knows_which_list_it_is_takes_no_list_away_and_refuses_no_export(mara, text, line, why):
    other = mara.person.make_list("Others")
    mara.person.put_on(other, mara.works["m1"])
    mara.person.watch(mara.works["m2"])
    found = rewritten(mara, {"lists/trains.csv": text})
    assert [(one.file, one.line) for one in found.left_out] == [("lists/trains.csv", line)]
    assert found.left_out[0].why.startswith(why)
    assert found.used == {"films watched": 1, "films on lists": 1}
    with pytest.raises(Incomplete, match=f"line {line} of lists/trains.csv {why}"):
        all_of(mara)


def test_the_file_of_one_list_is_not_enough(tmp_path):
    path = tmp_path / "trains.csv"
    path.write_text(HEAD + TRAINS + FILMS)
    with pytest.raises(UnexpectedAnswer, match="Hand in the whole"):
        Letterboxd.examine(path, "", UTC)


# What stands on them


def test_the_films_come_with_the_reading_of_the_export_in_their_order(mara):
    trains = mara.person.make_list("Night trains")
    for uid in ("m3", "m1", "m2"):
        mara.person.put_on(trains, mara.works[uid], "A note,\nin two lines")
    mara.hand_in()
    records, reading = read(mara)
    assert on(records, trains.code) == [mara.works[uid].title for uid in ("m3", "m1", "m2")]
    assert {record.media.keys for record in records} == {mara.media(uid, own=True).keys for uid in ("m1", "m2", "m3")}
    assert (reading.complete, reading.lacks, len(mara.world.requests.all)) == (True, frozenset(), 1)


def test_only_lists_that_are_in_step_are_read(mara):
    for title, uid in (("Trains", "m1"), ("Ships", "m2")):
        mara.person.put_on(mara.person.make_list(title), mara.works[uid])
    mara.hand_in()
    records, _ = read(mara, "Ships")
    assert [record.media.title for record in records] == [mara.works["m2"].title]


def test_a_feed_that_shows_a_list_says_nothing_of_it(mara):
    trains = mara.person.make_list("Trains")
    mara.person.put_on(trains, mara.works["m1"])
    mara.hand_in()
    _, first = read(mara)
    mara.person.take_off(trains, mara.works["m1"])
    mara.world.clock.advance(3600)

    async def deed():
        service = mara.service()
        async with service.http:
            reading = await service.shelves["history"].read(first.cursor)
            return [record async for page in reading.records for record in page], reading.complete

    assert run(deed) == ([], False)


def test_an_empty_list_is_read_as_one(mara):
    trains = mara.person.make_list("Trains")
    found = rewritten(mara, {"lists/no-second-table.csv": HEAD + "2025-01-20,Bare,,https://boxd.it/BBBBB,\r\n"})
    assert found.left_out == ()
    records, reading = read(mara)
    assert ([one.own for one in all_of(mara)], records) == ([trains.code, "BBBBB"], [])
    assert (reading.complete, reading.lacks) == (True, frozenset())


def test_a_film_that_stands_on_a_list_twice_is_there_once(mara):
    rows = "".join(f"{n},{film(mara, uid)},\r\n" for n, uid in enumerate(("m1", "m2", "m1"), 1))
    found = rewritten(mara, {"lists/trains.csv": HEAD + TRAINS + FILMS + rows})
    records, _ = read(mara)
    assert on(records, "AAAAA") == [mara.works["m1"].title, mara.works["m2"].title]
    assert (found.used["films on lists"], found.left_out) == (2, ())


def test_rows_that_cannot_be_used_are_named_and_what_they_said_may_still_stand(mara):
    mara.person.rate(mara.works["m4"], 8)
    rows = f"1,{film(mara, 'm1')},\r\n2,,1990,https://boxd.it/abc,\r\n3,Too,few\r\n4,{film(mara, 'm2')},\r\n"
    found = rewritten(mara, {"lists/trains.csv": HEAD + TRAINS + FILMS + rows})
    assert [(one.file, one.line) for one in found.left_out] == [("lists/trains.csv", 7), ("lists/trains.csv", 8)]
    records, reading = read(mara)
    assert on(records, "AAAAA") == [mara.works["m1"].title, mara.works["m2"].title]
    assert (reading.complete, reading.lacks) == (True, frozenset({"lists"}))


def test_a_film_without_an_address_has_left_letterboxd_and_was_not_taken_off(mara):
    found = rewritten(mara, {"lists/trains.csv": f"{HEAD}{TRAINS}{FILMS}1,{film(mara, 'm1')},\r\n2,Lost,1927,,\r\n"})
    assert [(one.line, one.why) for one in found.left_out] == [(7, "has no address of a film")]
    records, reading = read(mara)
    assert on(records, "AAAAA") == [mara.works["m1"].title]
    assert (reading.complete, reading.lacks, reading.beyond) == (True, frozenset(), ("title:Lost (1927)",))


def test_other_columns_than_those_of_films_are_named_once(mara):
    text = f"{HEAD}{TRAINS}\r\nPlace,Film,Year,URL,Description\r\n1,{film(mara, 'm1')},\r\n"
    found = rewritten(mara, {"lists/trains.csv": text})
    assert [(one.line, one.why[:26]) for one in found.left_out] == [(5, "does not have the columns ")]


def test_a_film_on_a_list_is_not_taken_for_another_one_of_its_title(mara):
    mara.person.watch(mara.works["m1"])
    known = mara.simulated.films.known(mara.works["m1"])
    row = f"1,{known.name},{known.year},https://boxd.it/ZZZZ,\r\n"
    rewritten(mara, {"lists/trains.csv": HEAD + TRAINS + FILMS + row})
    records, _ = read(mara)
    watched = {one.media.key for one in records if isinstance(one, Watched)}
    listed = {one.media.key for one in records if isinstance(one, OnList)}
    assert (watched, listed) == ({mara.media("m1", own=True).key}, {"film:ZZZZ"})


def test_a_film_has_one_name_on_all_lists_and_in_what_is_seen_of_it_later(mara):
    for title in ("Trains", "Ships"):
        mara.person.put_on(mara.person.make_list(title), mara.works["m1"])
    mara.hand_in()
    first, _ = read(mara)
    mara.person.log(mara.works["m1"], "2026-11-01")
    mara.hand_in()
    later, _ = read(mara)
    assert {record.media.key for record in (*first, *later)} == {mara.media("m1", own=True).key}


# The samples


def rows_of(path):
    """The rows of films in a file, counted by its second table."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row]
    return rows[[row[0] for row in rows].index("Position") + 1 :]


@needs_samples
def test_every_row_of_the_lists_in_the_sample_export_is_used(tmp_path):
    member = Member(tmp_path, zone="UTC")
    member.desk.files.hand_in(SAMPLES / "export", "export", 1_767_312_000)
    found = Letterboxd.examine(SAMPLES / "export", "", ZoneInfo("UTC"))
    rows = sum(len(rows_of(path)) for path in (SAMPLES / "export" / "lists").glob("*.csv"))
    assert (found.used["films on lists"], rows) == (13, 13)
    assert [one for one in found.left_out if one.file.startswith("lists/")] == []
    assert {one.title: one.own for one in all_of(member)} == {
        "Every film, twice": "8WzbR",
        "Night trains": "8WzaQ",
        "★": "8WzcS",
    }
    records, reading = read(member)
    assert on(records, "8WzaQ") == ["Mission: Impossible – Fallout", "Paddington 2", "The Princess Bride"]
    assert on(records, "8WzcS") == ["8½"]
    crashes = [one.media for one in records if isinstance(one, OnList) and one.media.title == "Crash"]
    assert [(media.year, media.key) for media in crashes] == [(1996, "film:29n2"), (2004, "film:28q0")]
    assert "lists" not in reading.lacks
