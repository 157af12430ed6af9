"""Data sets that a person has downloaded: recognised by what is in them, imported whole, and asked without a request."""

from __future__ import annotations

import gzip
import json
import signal
import sqlite3
import stat
import time

import pytest

from tests.cli.place import open_place
from watchweave.sandbox import tmdb
from watchweave.storage.store import Writer

LONG_AGO = 1_700_000_000
BASICS = "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres"
EPISODES = "tconst parentTconst seasonNumber episodeNumber"
SERIES = [("tt0903747", "tvSeries", "Breaking Bad", "Breaking Bad", "0", "2008", "2013", "45", "Drama")]
PLACES = [("tt0959621", "tt0903747", "1", "1"), ("tt1054724", "tt0903747", r"\N", r"\N")]


def table(header, rows):
    return "".join("\t".join(row) + "\n" for row in [header.split(), *rows]).encode()


def film(work, kind="movie"):
    return (work.ids["imdb"], kind, work.title, work.title, "0", str(work.year), r"\N", str(work.runtime), "Drama")


@pytest.fixture
def place(tmp_path):
    """Plex does not know what m1 and m2 are, nor does Trakt show either; IMDb's files name both."""
    (tmp_path / "home").mkdir()
    with open_place(tmp_path / "home", tmdb.Tmdb) as place:
        place.downloads = tmp_path / "downloads"
        place.downloads.mkdir()
        for uid in ("m1", "m2"):
            item = place.plex.item(uid)
            item.guid, item.guids = f"local://{uid[1:]}", ()
            place.watch(uid, at=LONG_AGO)
        films = [film(place.work(uid)) for uid in ("m1", "m2")]
        give(place, "title.basics.tsv.gz", table(BASICS, [*films, film(place.work("m3"), "videoGame"), *SERIES]))
        give(place, "title.episode.tsv.gz", table(EPISODES, PLACES))
        yield place


def give(place, name, text):
    (place.downloads / name).write_bytes(gzip.compress(text))


def take(place, *names, words=()):
    return place.run("import", *words, *(str(place.downloads / name) for name in names))


def imported(place):
    return place.folder / "data" / "imdb.db"


def with_tmdb(place):
    place.settings["metadata"] = {"tmdb": {"url": place.served.url("tmdb.api"), "api_key": tmdb.KEY}}
    place.write()


def asked(place):
    return len(place.world.requests.of("tmdb"))


def plays(place):
    return place.plays("m1"), place.plays("m2")


def test_what_nobody_could_name_is_named_at_the_next_sync_without_a_request(place):
    place.run("sync")
    assert plays(place) == (0, 0)
    told = take(place, "title.basics.tsv.gz")
    assert (told.code, "looked up again at the next sync" in told.out) == (0, True)
    place.run("sync")
    assert plays(place) == (1, 1)
    assert f"imdb {place.work('m1').ids['imdb']}, said by imdb_datasets" in place.run("why", place.work("m1").title).out


def test_a_no_of_a_source_that_costs_requests_is_asked_of_the_new_set_too(place):
    with_tmdb(place)
    for uid in ("m1", "m2"):
        place.world.services["tmdb"].knowledge.gone.add(uid)
    place.run("sync")
    assert (plays(place), asked(place)) == ((0, 0), 2)
    take(place, "title.basics.tsv.gz")
    place.run("sync")
    assert (plays(place), asked(place)) == ((1, 1), 2)


def test_what_was_imported_is_asked_before_what_costs_requests(place):
    with_tmdb(place)
    take(place, "title.basics.tsv.gz")
    place.run("sync")
    assert (plays(place), asked(place)) == ((1, 1), 0)


def an_anime(place):
    """Plex knows m1 by AniDB's number alone; a list says what IMDb calls it."""
    item = place.plex.item("m1")
    item.guid, item.guids = "com.plexapp.agents.hama://anidb-4711?lang=en", ()
    rows = {"4711": {"imdb_id": place.work("m1").ids["imdb"], "mal_id": 5}, "12": {"tvdb_id": 72070, "tvdb_season": 1}}
    (place.downloads / "ids.txt").write_text(json.dumps(rows))


def test_a_list_of_anime_is_imported_too_whatever_its_name(place):
    an_anime(place)
    told = take(place, "ids.txt")
    assert (told.code, told.out.splitlines()) == (0, ["Kometa's anime ids: imported ids.txt.", "  used: 2 entries"])
    assert imported(place).with_name("anime.db").exists()


def test_a_list_of_anime_tells_what_others_call_it_without_a_request(place):
    an_anime(place)
    with_tmdb(place)
    place.run("sync")
    assert plays(place)[0] == 0
    before = asked(place)
    told = take(place, "ids.txt")
    assert (told.code, told.out.splitlines()[:2]) == (
        0,
        ["Kometa's anime ids: imported ids.txt.", "  used: 2 entries"],
    )
    assert place.run("sync").code == 0
    assert (plays(place)[0], asked(place)) == (1, before)
    assert f"imdb {place.work('m1').ids['imdb']}, said by anime_lists" in place.run("why", place.work("m1").title).out


def test_several_sets_are_imported_by_one_command_and_what_stands_is_told_where_a_later_one_fails(place):
    an_anime(place)
    (place.downloads / "ids.txt").write_text((place.downloads / "ids.txt").read_text()[:-9])
    told = take(place, "ids.txt", "title.basics.tsv.gz", words=["--json"])
    assert (told.code, [one["title"] for one in told.json["imported"]]) == (2, ["IMDb's data sets"])
    assert "ids.txt" in told.err
    assert (imported(place).exists(), imported(place).with_name("anime.db").exists()) == (True, False)


def test_the_report_says_what_was_used_and_what_was_left_out(place):
    assert take(place, "title.basics.tsv.gz").out.splitlines() == [
        "IMDb's data sets: imported title.basics.tsv.gz and title.episode.tsv.gz.",
        "  used: 3 films and series, 1 episode",
        "  left out: 1 episodes without a season or a number, 1 shorts, games and other kinds",
    ]


def test_one_json_object_tells_the_same(place):
    (told,) = take(place, "title.episode.tsv.gz", words=["--json"]).json["imported"]
    assert told == {
        "title": "IMDb's data sets",
        "files": [str(place.downloads / f"title.{part}.tsv.gz") for part in ("basics", "episode")],
        "used": [{"what": "films and series", "count": 3}, {"what": "episodes", "count": 1}],
        "left_out": [
            {"why": "episodes without a season or a number", "count": 1},
            {"why": "shorts, games and other kinds", "count": 1},
        ],
        "asked_again": False,
    }


def test_files_are_known_by_what_is_in_them(place):
    for old, new in (("title.basics.tsv.gz", "episodes.zip"), ("title.episode.tsv.gz", "notes.txt")):
        (place.downloads / old).rename(place.downloads / new)
    assert take(place, "notes.txt", "episodes.zip").code == 0
    assert imported(place).exists()


@pytest.mark.parametrize(("given", "other"), [("basics", "episode"), ("episode", "basics")])
def test_one_of_the_two_alone_is_not_taken(place, given, other):
    (place.downloads / f"title.{other}.tsv.gz").unlink()
    told = take(place, f"title.{given}.tsv.gz")
    assert (told.code, told.out, imported(place).exists()) == (2, "", False)
    assert f"Download https://datasets.imdbws.com/title.{other}.tsv.gz into the same folder" in told.err


def test_two_different_files_of_one_kind_are_told(place):
    give(place, "older.tsv.gz", table(BASICS, SERIES))
    told = take(place, "title.basics.tsv.gz", "older.tsv.gz")
    assert (told.code, "are both title.basics" in told.err) == (2, True)


OTHERS = {
    "nothing that can be imported": "random.bin",
    "no file": "folder",
    "not there": "missing.tsv.gz",
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_not_read_is_called_by_its_name_and_nothing_is_taken(place, what):
    folder = place.downloads
    (folder / "random.bin").write_bytes(bytes(range(256)) * 1000)
    (folder / "folder").mkdir()
    told = take(place, "title.basics.tsv.gz", OTHERS[what])
    assert (told.code, told.out, imported(place).exists(), place.requests) == (2, "", False, [])
    assert f"{folder / OTHERS[what]} is {what}" in told.err
    assert "Nothing was imported." in told.err


def test_a_damaged_file_changes_nothing(place):
    take(place, "title.basics.tsv.gz")
    before = imported(place).read_bytes()
    path = place.downloads / "title.episode.tsv.gz"
    path.write_bytes(path.read_bytes()[:-9])
    told = take(place, "title.basics.tsv.gz", words=["--json"])
    assert (told.code, told.out, "damaged, or not whole" in told.err) == (2, "", True)
    assert imported(place).read_bytes() == before


def test_a_second_command_that_writes_is_named(place):
    writer = Writer(place.folder / "data" / "watchweave.db", "import")
    writer.take()
    try:
        told = place.run("import", str(place.downloads / "title.basics.tsv.gz"), patience=0.0)
    finally:
        writer.give_back()
    assert (told.code, "Another command is writing: watchweave import" in told.err) == (1, True)
    assert not imported(place).exists()


def old(path):
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 0")
    db.close()


def damaged_inside(path):
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096))


@pytest.mark.parametrize("spoil", [old, damaged_inside, lambda path: path.write_bytes(b"no database at all" * 500)])
def test_an_import_that_cannot_be_used_is_one_warning_and_ends_no_sync(place, spoil):
    take(place, "title.basics.tsv.gz")
    spoil(imported(place))
    place.account.rate(place.work("m3"), 8)
    place.settings["profiles"]["mara"] = {"accounts": {"attic": place.accounts()["plex"] | {"service": "plex"}}}
    place.write()
    told = place.run("sync", "--profile", "nate")
    assert (told.code, plays(place), told.err.count("Import IMDb's data sets again")) == (0, (0, 0), 1)
    assert place.run("sync").err.count("Import IMDb's data sets again") <= 1
    assert "Import IMDb's data sets again" in place.run("doctor").all
    assert take(place, "title.basics.tsv.gz").code == 0
    assert "ok  IMDb's data sets: imported" in place.run("doctor").out
    place.run("sync", "--profile", "nate")
    assert plays(place) == (1, 1)


def test_what_is_imported_is_private_and_no_part_of_the_copies(place):
    take(place, "title.basics.tsv.gz")
    assert stat.S_IMODE(imported(place).stat().st_mode) == 0o600
    imported(place).chmod(0o644)
    place.run("sync")
    assert stat.S_IMODE(imported(place).stat().st_mode) == 0o600
    copies = [path.name for path in (place.folder / "data" / "backups").iterdir()]
    assert copies
    assert [name for name in copies if not name.startswith("watchweave-")] == []


def test_an_import_that_a_person_ends_leaves_what_was_there(place):
    take(place, "title.basics.tsv.gz")
    before = imported(place).read_bytes()
    rows = [(f"tt{n:07d}", "movie", f"Film {n}", f"Film {n}", "0", "1995", r"\N", "90", "X") for n in range(1, 400_000)]
    (place.downloads / "title.basics.tsv.gz").write_bytes(gzip.compress(table(BASICS, [*rows, *SERIES]), 1))
    with place.start("import", str(place.downloads / "title.basics.tsv.gz")) as process:
        while not list(imported(place).parent.glob("imdb.db.*.new")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, imported(place).read_bytes() == before) == (130, "", True)
    assert "nothing was imported" in err
    assert not list(imported(place).parent.glob("imdb.db.*.new"))
