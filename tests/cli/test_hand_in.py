"""Exports of services, handed in by the command line: whose they are, what they hold, and what keeps them out."""

import os
import zipfile
from pathlib import Path

import pytest

from tests.cli.place import open_place
from watchweave.cli.import_ import _one
from watchweave.sandbox.letterboxd import Letterboxd

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
SAMPLES = SHARED / "data" / "letterboxd" / "export"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample export is not there: set WATCHWEAVE_SHARED")


@pytest.fixture
def place(tmp_path):
    """nate also has a diary at Letterboxd, under the name of the sample."""
    (tmp_path / "home").mkdir()
    with open_place(tmp_path / "home") as place:
        place.downloads = tmp_path
        place.nate["accounts"]["letterboxd"] = {"username": "maraquill", "site_url": place.served.url("trakt.api")}
        place.write()
        yield place


def packed(place, name="export.zip", without=(), **changed):
    """The sample as an archive; `changed`: other files, by their names without the end."""
    path = place.downloads / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(SAMPLES.rglob("*.csv")):
            inside = one.relative_to(SAMPLES).as_posix()
            if inside not in without:
                archive.writestr(inside, changed.get(one.stem, one.read_bytes()))
    return path


def inbox(place):
    return sorted(path.name for path in (place.folder / "inbox").rglob("*") if path.is_file())


@needs_samples
def test_every_row_of_the_sample_is_used_or_reported(place):
    told = place.run("import", str(packed(place)), "--json")
    (one,) = told.json["imported"]
    used = {row["what"]: row["count"] for row in one["used"]}
    assert (told.code, one["account"], one["what"]) == (0, "letterboxd", "export")
    assert used == {
        "films watched": 31, "films liked": 4, "ratings": 23, "viewings": 23, "reviews": 8, "wishes": 9,
        "films on lists": 13,
    }  # fmt: skip
    assert [(row["file"], row["line"]) for row in one["left_out"]] == [
        ("orphaned/diary.csv", 2), ("orphaned/diary.csv", 3), ("orphaned/reviews.csv", 2),
    ]  # fmt: skip


@needs_samples
def test_it_says_what_was_found_and_what_comes_next(place):
    assert "is not known yet" in place.run("status").out
    told = place.run("import", str(packed(place)))
    assert "23 viewings" in told.out
    status = place.run("status").out
    assert "what stands in its history, ratings and watchlist was handed in: the next sync reads it" in status
    assert "is not known yet" not in status
    assert "orphaned/diary.csv, line 2: the film is no longer on Letterboxd" in told.out
    assert "watchweave plan" in told.out


@needs_samples
def test_the_same_file_again_is_kept_once(place):
    path = packed(place)
    first, second = place.run("import", str(path)), place.run("import", str(path))
    assert (first.code, second.code, "nothing is new" in second.out) == (0, 0, True)
    assert len(inbox(place)) == 1


@needs_samples
def test_the_unpacked_export_is_as_good_as_the_archive(place):
    told = place.run("import", str(SAMPLES), "--json")
    assert (told.code, told.json["imported"][0]["used"][0]["count"]) == (0, 31)
    assert len(inbox(place)) == 1
    assert place.run("plan").code in (0, 4)


@needs_samples
def test_an_older_export_is_refused(place):
    assert place.run("import", str(packed(place))).code == 0
    old = packed(place, "old.zip", profile=(SAMPLES / "profile.csv").read_bytes() + b"\r\n")
    os.utime(old, (1_700_000_000, 1_700_000_000))
    told = place.run("import", str(old))
    assert (told.code, "is older than what was imported before" in told.err, len(inbox(place))) == (2, True, 1)


@needs_samples
def test_an_export_of_somebody_else_is_refused(place):
    somebody = (SAMPLES / "profile.csv").read_bytes().replace(b"maraquill", b"nobody")
    told = place.run("import", str(packed(place, profile=somebody)))
    assert (told.code, inbox(place)) == (2, [])
    assert "of username nobody, and no account in the settings is" in told.err
    assert "Nothing was imported." in told.err


@needs_samples
def test_without_an_account_there_it_says_how_to_add_one(place):
    del place.nate["accounts"]["letterboxd"]
    place.write()
    told = place.run("import", str(packed(place)))
    assert (told.code, inbox(place)) == (2, [])
    assert "username: maraquill" in told.err


@needs_samples
def test_of_two_people_it_is_the_one_whose_it_is(place):
    zoe = {"accounts": {"letterboxd": {"username": "zoe"}, "trakt": place.accounts()["trakt"]}}
    place.settings["profiles"]["zoe"] = zoe
    place.write()
    told = place.run("import", str(packed(place)), "--json")
    assert told.json["imported"][0]["profile"] == "nate"


@needs_samples
def test_for_two_accounts_of_one_name_somebody_has_to_say(place):
    place.nate["accounts"]["again"] = {"service": "letterboxd", "username": "maraquill"}
    place.write()
    told = place.run("import", str(packed(place)))
    assert (told.code, "--account letterboxd" in told.err, "--account again" in told.err) == (2, True, True)
    assert place.run("import", str(packed(place)), "--account", "again").code == 0


@needs_samples
def test_one_file_of_an_export_is_not_enough(place):
    told = place.run("import", str(SAMPLES / "watched.csv"))
    assert (told.code, "Hand in the whole" in told.err, inbox(place)) == (2, True, [])


@needs_samples
def test_an_export_without_its_diary_is_no_whole_one(place):
    told = place.run("import", str(packed(place, without=("diary.csv",))))
    assert (told.code, "diary.csv is missing" in told.err, inbox(place)) == (2, True, [])


@needs_samples
def test_half_a_file_is_refused(place):
    path = packed(place)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    told = place.run("import", str(path))
    assert (told.code, "Nothing was imported." in told.err, inbox(place)) == (2, True, [])


@needs_samples
def test_a_bad_row_is_reported_and_the_rest_is_used(place):
    diary = (SAMPLES / "diary.csv").read_bytes() + b"2026-01-01,Heat,1995,https://boxd.it/8Wzzzz,5,,,in spring\r\n"
    told = place.run("import", str(packed(place, diary=diary)), "--json")
    (one,) = told.json["imported"]
    assert told.code == 0
    assert {"what": "viewings", "count": 23} in one["used"]
    assert [row["why"] for row in one["left_out"] if row["file"] == "diary.csv"] == ["'in spring' is no day"]


# What is to be carried back


@pytest.fixture
def owed(tmp_path):
    """nate has an export at hand, and rated a film at Trakt that it does not have."""
    (tmp_path / "home").mkdir()
    with open_place(tmp_path / "home", Letterboxd) as place:
        place.member = place.world.services["letterboxd"].join("nate")
        place.downloads = tmp_path
        place.nate["accounts"]["letterboxd"] = {"username": "nate", "site_url": place.served.url("letterboxd-site")}
        place.write()
        export(place)
        place.account.rate(place.work("m1"), 8)
        assert place.run("sync", "--yes").code == 0
        yield place


def export(place, name="mine.zip"):
    path = place.downloads / name
    path.write_bytes(place.member.export())
    assert place.run("import", str(path)).code == 0


def test_status_names_the_file_and_what_to_do_with_it(owed):
    (file,) = (owed.folder / "outbox").iterdir()
    told = owed.run("status").out
    assert f"1 change in outbox/{file.name}. Upload it at https://letterboxd.com/import/." in told
    assert "still to be written to letterboxd" not in told
    (account,) = [one for one in owed.run("status", "--json").json["profiles"][0]["accounts"] if one["carried"]]
    assert (account["owed"], account["pending"], account["carried"][0]["there"]) == ({}, 0, True)


def test_export_writes_anew_what_waits(owed):
    (file,) = (owed.folder / "outbox").iterdir()
    file.unlink()
    assert "The file is gone" in owed.run("status").out
    (told,) = owed.run("export", "letterboxd", "--json").json["files"]
    assert Path(told["file"]).read_bytes().count(b"\r\n") == 2
    assert "letterboxd.com/import" in told["to_do"]


def test_nothing_waits_for_an_account_that_takes_everything_itself(owed):
    assert "Nothing waits" in owed.run("export", "trakt").out
    unknown = owed.run("export", "nowhere")
    assert (unknown.code, "Known are: plex, trakt, letterboxd" in unknown.err) == (2, True)


def test_a_sync_calls_it_pending_and_ends_well(owed):
    told = owed.run("sync", "--json").json
    rows = [row for row in told["changes"] if row["account"] == "letterboxd"]
    assert [(row["outcome"], told["status"]) for row in rows] == [("pending", "done")]


def test_what_waits_is_listed_once_and_then_counted(owed):
    title = owed.work("m1").title
    owed.world.clock.advance(60)
    owed.account.rate(owed.work("m3"), 4)
    first, second = owed.run("sync").out, owed.run("sync").out
    assert (title in first, owed.work("m3").title in first) == (False, True)
    assert "letterboxd: 1 change waits for you to carry there" in first
    assert "letterboxd: 2 changes wait for you to carry there" in second
    assert (title in second, owed.work("m3").title in second) == (False, False)
    named = [row["media"]["title"] for row in owed.run("plan", "--json").json["changes"] if row["outcome"] == "pending"]
    assert named == [title, owed.work("m3").title]


def test_once_it_was_carried_the_next_export_ends_it(owed):
    (file,) = (owed.folder / "outbox").iterdir()
    owed.member.upload(file.read_bytes())
    export(owed, "later.zip")
    assert owed.run("sync").code == 0
    assert list((owed.folder / "outbox").iterdir()) == []


def test_without_an_export_status_says_what_to_do(tmp_path):
    (tmp_path / "home").mkdir()
    with open_place(tmp_path / "home", Letterboxd) as place:
        place.world.services["letterboxd"].join("nate")
        place.nate["accounts"]["letterboxd"] = {"username": "nate", "site_url": place.served.url("letterboxd-site")}
        place.write()
        assert place.run("sync", "--yes").code == 0
        assert "nothing is written for it before you import an export" in place.run("status").out


# IMDb's files


RATED = "Const,Your Rating,Date Rated,Title,URL,Title Type\r\n"
LISTED = "Position,Const,Created,Modified,Description,Title,URL,Title Type\r\n"


@pytest.fixture
def imdb(tmp_path):
    """nate imports files of IMDb."""
    (tmp_path / "home").mkdir()
    with open_place(tmp_path / "home") as place:
        place.nate["accounts"]["imdb"] = {}
        place.write()
        place.downloads = tmp_path
        yield place


def ratings(place, count=1, first=1, day="2026-01-01", name="mine.csv"):
    """So many rated films."""
    rows = (f"tt{number:07},8,{day},Heat,,movie\r\n" for number in range(first, first + count))
    return written(place, RATED + "".join(rows), name)


def written(place, content, name="mine.csv"):
    path = place.downloads / name
    path.write_text(content, newline="")
    return str(path)


def test_ratings_of_somebody_else_are_refused_unless_she_insists(imdb):
    assert imdb.run("import", ratings(imdb, 6)).code == 0
    theirs = ratings(imdb, 6, first=4, day="2026-02-01", name="theirs.csv")
    assert imdb.run("import", theirs).code == 0, "half of hers"
    others = ratings(imdb, 6, first=100, day="2026-03-01", name="others.csv")
    told = imdb.run("import", others)
    assert (told.code, "6 of the 6 titles of the file before are not in others.csv: is it yours?" in told.err) == (
        2,
        True,
    )
    assert "Nothing was imported." in told.err
    assert imdb.run("import", others, "--anyway").code == 0


def test_old_ratings_that_were_copied_today_are_refused(imdb):
    assert imdb.run("import", ratings(imdb, 2, day="2026-02-01")).code == 0
    told = imdb.run("import", ratings(imdb, 1, name="copy.csv"))
    assert (told.code, "this seems an old one" in told.err, "--anyway" in told.err) == (2, True, True)


def test_a_list_is_taken_in_by_the_name_that_she_says(imdb):
    path = written(imdb, LISTED + "1,tt0113277,2026-01-01,,,Heat,,movie\r\n")
    told = imdb.run("import", path, "--as", "Winter")
    assert (told.code, "found: 1 film\n" in told.out, "The next sync takes it in." in told.out) == (0, True, True)
    assert imdb.run("sync", "--yes").code == 0


@pytest.mark.parametrize(
    ("said", "meant"), [("watchlst", "watchlist"), ("Checkin", "check-ins"), ("rating", "ratings")]
)
def test_a_mistyped_word_is_asked_for(imdb, said, meant):
    path = written(imdb, LISTED + "1,tt0113277,2026-01-01,,,Heat,,movie\r\n")
    told = imdb.run("import", path, "--as", said)
    assert (told.code, f"Is it your {meant}? Then say --as {meant};" in told.err, inbox(imdb)) == (2, True, [])
    assert imdb.run("import", path, "--as", f"list {said}").code == 0
    assert [name.partition("@")[0] for name in inbox(imdb)] == [f"list {said}"]


def test_one_of_a_kind_is_told_as_one(imdb):
    assert "found: 1 film rating\n" in imdb.run("import", ratings(imdb)).out
    path = written(imdb, LISTED + "1,tt0113277,2026-01-01,,,Heat,,movie\r\n", "watchlist.csv")
    assert "found: 1 film wish\n" in imdb.run("import", path).out


@pytest.mark.parametrize(
    ("things", "one"),
    [
        ("films liked", "film liked"),
        ("reviews", "review"),
        ("wishes", "wish"),
        ("copies", "copy"),
        ("sets of tags", "set of tags"),
        ("films and episodes watched", "films and episodes watched"),
    ],
)
def test_what_one_of_them_is_called(things, one):
    assert _one(things) == one


def test_a_file_that_is_older_is_told_with_both_times(imdb):
    new, old = ratings(imdb), ratings(imdb, 2, name="old.csv")
    os.utime(new, (1_700_000_000, 1_700_000_000))
    os.utime(old, (1_600_000_000, 1_600_000_000))
    assert imdb.run("import", new).code == 0
    told = " ".join(imdb.run("import", old).err.split())
    assert "old.csv (made 2020-09-13 12:26 UTC) is older than what was imported before (made 2023-11-14" in told


def test_the_folder_in_which_she_stands_has_a_name(imdb, monkeypatch):
    folder = imdb.downloads / "Unpacked"
    folder.mkdir()
    (folder / "diary.csv").write_text("Name\r\n")
    monkeypatch.chdir(folder)
    assert "Unpacked" in imdb.run("import", ".").err


# What is owed where nobody knows what is there


def at_imdb(place):
    (one,) = [one for one in place.run("status", "--json").json["profiles"][0]["accounts"] if one["account"] == "imdb"]
    return one


@pytest.fixture
def wishing(imdb):
    """nate also wishes for a film at Trakt, and has rated one."""
    imdb.account.want(imdb.work("m1"))
    imdb.account.rate(imdb.work("m2"), 8)
    return imdb


def test_before_any_file_nothing_is_owed_and_status_says_what_to_export(wishing):
    assert "what stands in its ratings and watchlist is not known yet" in wishing.run("status").out
    wishing.run("sync", "--yes")
    assert (at_imdb(wishing)["owed"], at_imdb(wishing)["unread"]) == ({}, ["ratings", "watchlist"])
    assert "Export your ratings and your watchlist there" in wishing.run("status").out


def test_before_a_watchlist_was_handed_in_no_wish_is_owed_and_status_asks_for_it(wishing):
    wishing.run("import", ratings(wishing))
    wishing.run("sync", "--yes")
    assert (at_imdb(wishing)["owed"], at_imdb(wishing)["unread"]) == ({}, ["watchlist"])
    told = wishing.run("status").out
    assert "still to be written to imdb" not in told
    assert "what stands in its watchlist is not known yet, so that nothing is owed there" in told
    assert 'export that at IMDb, and run "watchweave import FILE"' in told


def test_what_was_handed_in_is_read_by_the_next_sync_and_status_says_so(wishing):
    wishing.run("import", ratings(wishing))
    wishing.run("import", written(wishing, LISTED, "Winter.csv"), "--as", "list Winter")
    told = " ".join(wishing.run("status").out.split())
    assert "what stands in its ratings was handed in: the next sync reads it" in told
    assert "what stands in its watchlist is not known yet" in told
    assert (at_imdb(wishing)["unread"], at_imdb(wishing)["handed_in"]) == (["watchlist"], ["ratings"])
    wishing.run("sync", "--yes")
    assert (at_imdb(wishing)["unread"], at_imdb(wishing)["handed_in"]) == (["watchlist"], [])


def test_once_it_was_handed_in_the_wish_is_offered(wishing):
    wishing.run("import", ratings(wishing))
    wishing.run("import", written(wishing, LISTED, "watchlist.csv"))
    wishing.run("sync", "--yes")
    one = at_imdb(wishing)
    assert (one["unread"], one["message"], sorted(file["count"] for file in one["carried"])) == ([], None, [1, 1])


def test_what_only_she_can_remove_there_is_told_so(owed):
    (file,) = (owed.folder / "outbox").iterdir()
    owed.member.upload(file.read_bytes())
    export(owed, "later.zip")
    owed.run("sync")
    owed.world.clock.advance(60)
    owed.account.unrate(owed.work("m1"))
    owed.run("sync")
    told = owed.run("status").out
    film = f"{owed.work('m1').title} ({owed.work('m1').year})"
    words = "1 rating for you to remove from letterboxd by hand, since that cannot be done from here: "
    assert words + film in " ".join(told.split())
    assert "to be removed from letterboxd" not in told
    (one,) = [one for one in owed.run("status", "--json").json["profiles"][0]["accounts"] if one["to_remove"]]
    assert (one["to_remove"], one["by_hand"]) == ({"ratings": 1}, {"ratings": 1})


def test_what_is_removed_from_here_is_not_asked_of_her(place):
    place.plex.want("nate", "x1")
    place.run("sync")
    place.plex.unwant("nate", "x1")
    place.trakt.delete_app()
    place.run("sync")
    told = place.run("status").out
    assert "1 wish still to be removed from trakt" in told
    assert "by hand" not in told


# Several at once


def test_of_two_of_one_sort_an_older_one_is_refused_as_if_it_came_later(imdb):
    new, old = ratings(imdb), ratings(imdb, 2, name="old.csv")
    os.utime(new, (1_700_000_000, 1_700_000_000))
    os.utime(old, (1_600_000_000, 1_600_000_000))
    told = imdb.run("import", new, old)
    assert (told.code, inbox(imdb)) == (2, [])
    assert (
        "old.csv (made 2020-09-13 12:26 UTC) is older than mine.csv (made 2023-11-14 22:13 UTC) beside it" in told.err
    )
    assert imdb.run("import", old, new).code == 0
    assert len(inbox(imdb)) == 1


def test_of_two_of_one_sort_one_that_only_seems_newer_is_refused_unless_she_insists(imdb):
    new, copy = ratings(imdb, 2, day="2026-02-01"), ratings(imdb, 1, name="copy.csv")
    os.utime(new, (1_700_000_000, 1_700_000_000))
    told = imdb.run("import", new, copy)
    assert (told.code, "this seems an old one" in told.err, inbox(imdb)) == (2, True, [])
    assert imdb.run("import", new, copy, "--anyway").code == 0


def test_the_same_file_twice_is_one(imdb):
    path = Path(ratings(imdb))
    twin = path.with_name("twin.csv")
    twin.write_bytes(path.read_bytes())
    told = imdb.run("import", str(path), str(path), str(twin), "--json").json["imported"]
    assert ([one["again"] for one in told], len(inbox(imdb))) == ([False, True], 1)


def test_files_of_two_sorts_are_not_held_against_each_other(imdb):
    watchlist = written(imdb, LISTED + "1,tt0113277,2026-01-01,,,Heat,,movie\r\n", "watchlist.csv")
    os.utime(watchlist, (1_600_000_000, 1_600_000_000))
    assert imdb.run("import", ratings(imdb), watchlist).code == 0
    assert len(inbox(imdb)) == 2
