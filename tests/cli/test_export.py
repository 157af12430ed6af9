"""Everything that is known of a person, written into one file; and the way back."""

import json
import os
import stat
from pathlib import Path

import pytest

from tests.cli.place import open_place
from tests.contract.shoebox_desk import ALIEN, SECOND, at, episode, film, iso, season, series
from watchweave.cli.export import new_file

LONG_AGO, EVENING = 1_600_000_020, 1_700_000_000
EVERYTHING = ["history", "ratings", "watchlist", "collection", "favourites", "reviews", "tags"]


@pytest.fixture
def known(place):
    """nate has watched, rated and wished at two places, and everything was synced."""
    place.nate["shelves"] = ["history", "ratings", "watchlist"]
    place.write()
    place.watch("m1", "m2", "s1.1.1", at=EVENING)
    place.account.watch(place.work("m1"), LONG_AGO)
    place.account.watch(place.work("m3"), 0)
    place.account.rate(place.work("m1"), 8)
    place.account.rate(place.work("s1"), 7)
    place.account.want(place.work("x1"))
    assert place.run("sync", "--yes").code == 0
    return place


@pytest.fixture
def empty(tmp_path):
    """nate's new home: nothing but a shoebox."""
    (tmp_path / "new").mkdir()
    with open_place(tmp_path / "new") as place:
        place.nate.update({"accounts": {"shoebox": {}}, "shelves": EVERYTHING, "timezone": "Pacific/Auckland"})
        place.write()
        yield place


def exported(place, *words, name="everything.json"):
    """What stands in the file."""
    path = place.folder / name
    told = place.run("export", "json", "--to", str(path), *words)
    assert told.code == 0, told.err
    return path


def read(path):
    return json.loads(path.read_text())


def rows(path):
    """All rows, by their shelves, whatever their order."""
    return {shelf: sorted(map(json.dumps, said)) for shelf, said in read(path).items() if isinstance(said, list)}


def taken_in(place, path):
    """The file is imported and synced."""
    assert place.run("import", str(path)).code == 0
    told = place.run("sync", "--yes")
    assert told.code == 0, told.all


# There and back


def test_what_was_exported_and_imported_is_exported_again_to_the_letter(known, empty):
    first = exported(known)
    taken_in(empty, first)
    second = exported(empty, name="again.json")
    assert rows(second) == rows(first)
    assert {shelf: len(said) for shelf, said in rows(first).items() if said} == {
        "history": 5, "ratings": 2, "watchlist": 1,
    }  # fmt: skip


HELD = {
    "history": [
        film(watched_at="2025-02-03T20:15:31Z"),
        film(watched_at="2026-02-03T20:15:31Z"),
        film(ALIEN, watched_on="2025-12-31"),
        film(ALIEN, watched_on="2025-12-31"),
        film(ALIEN, watched_at=None),
        film({"title": "Ran", "year": 1985, "ids": {"tmdb": 11645}}, watched_at="2024-05-06T07:08:09Z", clock="mark"),
        film({"title": "Home video", "year": 2001, "ids": {}}, watched_at="2024-01-01T10:00:00Z"),
        episode(watched_at="2025-03-01T21:00:00Z"),
        episode({"season": 1, "number": 3, "ids": {}}, watched_at="2025-03-02T21:00:00Z"),
        episode({"season": 1, "number": 4, "order": "dvd", "ids": {"tvdb": 55}}, watched_at="2025-03-03T21:00:00Z"),
        episode({"season": 0, "number": 1, "ids": {"tvdb": 77}}, watched_at="2025-03-05T21:00:00Z"),
        series(watched_on="2025-03-04"),
    ],
    "ratings": [
        film(rated_at="2025-02-03T20:20:00Z", rating=8.7),
        film(ALIEN, rated_at=None, rating=0.1),
        series(rated_at="2025-02-03T20:20:00Z", rating=10),
        season({**SECOND, "ids": {"tvdb": 16103}}, rated_at="2025-02-03T20:20:00Z", rating=7),
        episode(rated_at="2025-02-03T20:20:00Z", rating=9),
    ],
    "watchlist": [film(listed_at="2025-02-03T20:20:00Z"), season({"number": 5, "ids": {}}, listed_at=None)],
    "collection": [film(collected_at="2025-02-03T20:20:00Z"), episode(collected_at=None)],
    "favourites": [film(listed_at="2025-02-03T20:20:00Z"), series(listed_at=None)],
    "reviews": [
        film(
            comment={"comment": 'Line one.\n"Two", ünd <three>.', "spoiler": True, "created_at": "2025-02-03T20:20:00Z"}
        )
    ],
    "tags": [film(tagged_at="2025-02-03T20:20:00Z", tags=["70mm", "with June"])],
}


def test_whatever_can_be_held_comes_back_as_it_was(empty):
    path = empty.folder / "held.json"
    path.write_text(json.dumps({"watchweave": 1, "made": "2026-11-01T00:00:00Z", **texts(HELD)}))
    taken_in(empty, path)
    again = exported(empty)
    for shelf, said in texts(HELD).items():
        assert same(read(again)[shelf]) == same(said), shelf


def texts(held):
    """The same as we write it: ids are texts, and what is not known is not said."""

    def clean(value):
        if isinstance(value, list):
            return list(map(clean, value))
        if not isinstance(value, dict):
            return value
        said = {name: clean(one) for name, one in value.items()}
        if "ids" in said:
            said["ids"] = {space: str(one) for space, one in value["ids"].items() if one}
        return said

    return clean(held)


def same(said):
    return sorted(json.dumps(one, sort_keys=True) for one in said)


def test_a_second_file_brings_only_what_is_new(known, empty):
    taken_in(empty, exported(known))
    known.account.watch(known.work("m4"), LONG_AGO)
    assert known.run("sync", "--yes").code == 0
    second = exported(known, name="second.json")
    taken_in(empty, second)
    assert rows(exported(empty, name="again.json")) == rows(second)
    assert empty.run("plan", "--json").json["changes"] == []


def test_what_trakt_exported_comes_to_the_other_accounts(place):
    heat = place.work("m1")
    ids = {"imdb": heat.ids["imdb"], "tmdb": heat.ids["tmdb"]}
    play = film({"title": heat.title, "year": heat.year, "ids": ids}, id=1, watched_at=iso(LONG_AGO))
    place.nate["accounts"]["shoebox"] = {}
    place.write()
    path = place.folder / "watched-history.json"
    path.write_text(json.dumps([play]))
    taken_in(place, path)
    assert [one.at for one in place.account.history.of(heat)] == [LONG_AGO]
    assert place.run("sync").code == 0
    assert len(place.account.history.of(heat)) == 1


def test_what_trakt_has_itself_is_not_doubled_by_its_export(known):
    plays = [
        film({"title": work.title, "year": work.year, "ids": {"imdb": work.ids["imdb"]}}, id=n, watched_at=iso(when))
        for n, work, when in ((1, known.work("m1"), LONG_AGO), (2, known.work("m1"), EVENING), (3, known.work("m3"), 0))
    ]
    known.nate["accounts"]["shoebox"] = {}
    known.write()
    path = known.folder / "watched-history.json"
    path.write_text(json.dumps(plays))
    assert known.run("import", str(path)).code == 0
    assert known.run("sync", "--yes", "--json").json["changes"] == []
    assert len(read(exported(known))["history"]) == 5


def test_plays_that_another_file_names_otherwise_are_no_new_ones_and_none_is_gone(known):
    """Trakt's export names an entry by its number, and ours cannot."""
    heat = known.work("m1")
    ids = {"imdb": heat.ids["imdb"], "tmdb": heat.ids["tmdb"]}
    rows_of_trakt = [film({"title": heat.title, "ids": ids}, id=n, watched_at=iso(n)) for n in (LONG_AGO, EVENING)]
    path = known.folder / "history.json"
    path.write_text(json.dumps(rows_of_trakt))
    known.nate["accounts"]["shoebox"] = {}
    known.nate["rules"] = {"removed_plays": "follow"}
    known.write()
    taken_in(known, path)
    assert known.run("import", str(exported(known))).code == 0
    assert known.run("sync", "--json").json["changes"] == []
    assert known.plays("m1") == 2


def test_a_play_that_is_gone_from_the_next_export_stays_elsewhere(known, empty):
    taken_in(empty, exported(known))
    less = read(known.folder / "everything.json")
    less |= {"history": less["history"][1:], "made": iso(at("2027-01-01 00:00"))}
    (known.folder / "less.json").write_text(json.dumps(less))
    taken_in(empty, known.folder / "less.json")
    assert len(read(exported(empty, name="again.json"))["history"]) == 5


# What is written


def test_of_a_one_way_street_all_is_written_that_its_end_has_heard(known):
    known.nate["sync"] = "plex -> trakt"
    known.write()
    assert known.run("sync", "--yes").code == 0
    assert len(rows(exported(known))["history"]) == 5


def test_who_hears_most_is_believed(known):
    known.nate["sync"] = "plex -> trakt"
    known.write()
    assert known.run("sync", "--yes").code == 0
    known.world.clock.advance(10)
    known.account.unrate(known.work("m1"))
    assert known.run("sync").code == 0
    assert [one["type"] for one in read(exported(known))["ratings"]] == ["show"]


def test_what_was_removed_and_what_only_we_have_ever_said_is_not_true(known):
    known.nate["rules"] = {"removed_plays": "follow"}
    known.write()
    known.world.clock.advance(10)
    known.account.remove_play(min(known.account.history.of(known.work("m1")), key=lambda play: play.at))
    assert known.run("sync", "--yes").code == 0
    assert len(read(exported(known))["history"]) == 4
    known.change("UPDATE sighting SET ours = 1")
    assert read(exported(known, name="again.json"))["history"] == []


def test_what_two_accounts_that_do_not_hear_each_other_were_told_is_written_once(known):
    first = exported(known)
    known.nate["accounts"]["shoebox"] = {}
    known.nate["sync"] = "shoebox -> plex; shoebox -> trakt"
    known.write()
    taken_in(known, first)
    assert len(rows(exported(known, name="again.json"))["history"]) == 5


def test_ids_that_are_in_dispute_and_secrets_are_not_in_it(known):
    known.change("UPDATE ids SET standing = 3 WHERE space = 'tmdb'")
    text = exported(known).read_text()
    assert '"tmdb"' not in text
    assert '"imdb"' in text
    assert [secret for secret in known.secrets if secret in text] == []


def test_it_stands_in_the_current_folder_under_her_name_and_the_day(known, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    told = known.run("export", "json")
    (path,) = tmp_path.glob("watchweave-nate-20??-??-??.json")
    assert told.out == f"{path}\n  5 plays, 2 ratings, 1 wish\n"


def test_what_is_there_is_replaced_by_force_alone(known):
    path = known.folder / "mine.json"
    path.write_text("my novel")
    told = known.run("export", "json", "--to", str(path))
    assert (told.code, path.read_text(), "is there already" in told.err) == (2, "my novel", True)
    assert known.run("export", "json", "--to", str(path), "--force").code == 0
    assert read(path)["profile"] == "nate"
    assert list(path.parent.glob("*.part")) == []


def test_a_shelf_that_is_synced_no_longer_is_not_in_it(known):
    known.nate["shelves"] = ["history", "ratings"]
    known.write()
    assert set(rows(exported(known))) == {"history", "ratings"}


def test_json_names_the_file_and_counts_its_rows(known):
    path = known.folder / "mine.json"
    (told,) = known.run("export", "json", "--to", str(path), "--json").json["files"]
    counts = {"history": 5, "ratings": 2, "watchlist": 1}
    assert told == {"file": str(path), "profile": "nate", "counts": counts}


def test_of_several_people_each_has_a_file(known, monkeypatch, tmp_path):
    own = {"trakt": known.accounts()["trakt"]}
    known.settings["profiles"]["zoe"] = {"timezone": known.nate["timezone"], "accounts": own}
    known.write()
    assert known.run("sync").code == 0
    told = known.run("export", "json", "--to", str(tmp_path / "all.json"))
    assert (told.code, "Say --profile and one of: nate, zoe." in told.err) == (2, True)
    monkeypatch.chdir(tmp_path)
    assert known.run("export", "json").code == 0
    names = sorted(path.name[:16] for path in tmp_path.glob("watchweave-*.json"))
    assert names == ["watchweave-nate-", "watchweave-zoe-2"]
    assert read(next(tmp_path.glob("*zoe*")))["profile"] == "zoe"


@pytest.fixture
def with_zoe(known, monkeypatch, tmp_path):
    """zoe has an account, too, of which nothing was read yet; files go to a folder of their own."""
    own = {"trakt": known.accounts()["trakt"]}
    known.settings["profiles"]["zoe"] = {"timezone": known.nate["timezone"], "accounts": own}
    known.write()
    (tmp_path / "files").mkdir()
    monkeypatch.chdir(tmp_path / "files")
    return known


def test_who_has_nothing_yet_keeps_nobody_from_her_file(with_zoe):
    told = with_zoe.run("export", "json")
    assert (told.code, told.err) == (0, 'Nothing was read for zoe yet. Run "watchweave sync" first.\n')
    assert [path.name[:16] for path in Path().iterdir()] == ["watchweave-nate-"]
    assert with_zoe.run("export", "json", "--profile", "zoe").code == 2


def test_where_one_file_is_there_already_none_is_written(with_zoe):
    assert with_zoe.run("export", "json").code == 0
    (path,) = Path().iterdir()
    path.rename(path.name.replace("nate", "zoe"))
    with_zoe.run("sync")
    told = with_zoe.run("export", "json")
    assert (told.code, "is there already" in told.err, len(list(Path().iterdir()))) == (2, True, 1)
    assert with_zoe.run("export", "json", "--force").code == 0


def test_before_a_sync_there_is_nothing_to_write(place):
    told = place.run("export", "json", "--to", str(place.folder / "x.json"))
    assert (told.code, 'Run "watchweave sync" first' in told.err, (place.folder / "x.json").exists()) == (
        2,
        True,
        False,
    )


def test_where_nothing_can_be_written_nothing_is_left(known):
    told = known.run("export", "json", "--to", str(known.folder / "nowhere" / "x.json"))
    assert (told.code, "cannot be written (No such file or directory)" in told.err) == (1, True)


@pytest.mark.parametrize("force", [False, True])
def test_a_file_that_was_not_finished_is_not_there(tmp_path, force):
    def ends_early():
        with new_file(tmp_path / "x.json", force=force) as file:
            file.write("half of it")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ends_early()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("force", [False, True])
def test_nobody_else_may_read_the_file(tmp_path, force):
    mask = os.umask(0)
    with new_file(tmp_path / "x.json", force=force):
        os.umask(mask)
    assert oct(stat.S_IMODE((tmp_path / "x.json").stat().st_mode)) == "0o600"


def test_an_account_may_not_be_called_json(known):
    known.nate["accounts"]["json"] = {"service": "shoebox"}
    known.write()
    told = known.run("export", "json")
    assert (told.code, "Give it another name in config.yml" in told.err) == (2, True)


def test_files_for_a_service_go_to_the_outbox_alone(known):
    told = known.run("export", "trakt", "--to", "x.json")
    assert (told.code, "stand in the outbox" in told.err) == (2, True)


def test_a_shoebox_without_a_file_says_what_to_do(place):
    place.nate["accounts"]["shoebox"] = {}
    place.write()
    assert place.run("sync", "--yes").code == 0
    assert 'nothing was imported for it yet. Run "watchweave import FILE"' in place.run("status").out


@pytest.mark.parametrize("shelves", [EVERYTHING, ["history"]])
def test_a_shoebox_without_a_file_keeps_nothing_from_being_told(place, shelves):
    """Nor what nobody knows the time of, for which all are waited for who may know it."""
    place.nate.update(accounts=place.accounts() | {"shoebox": {}}, shelves=shelves)
    place.write()
    place.account.watch(place.work("m1"), 0)
    assert place.run("sync", "--yes").code == 0
    assert place.plex.user("nate").view.state(place.plex.item("m1")).count == 1


def test_a_row_that_cannot_be_used_is_named_by_its_number_once(known, empty):
    path = exported(known)
    told = read(path)
    number = next(place for place, row in enumerate(told["ratings"], 1) if row["type"] == "movie")
    told["ratings"][number - 1]["rating"] = 70
    path.write_text(json.dumps(told))
    taken = empty.run("import", str(path)).out
    assert f"     ratings in {path.name}: row {number} has 70, and no rating from 1 to 10\n" in taken
