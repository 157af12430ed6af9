"""Exports of services, handed in by the command line: whose they are, what they hold, and what keeps them out."""

import os
import zipfile
from pathlib import Path

import pytest

from tests.cli.place import open_place

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
SAMPLES = SHARED / "data" / "letterboxd" / "export"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample export is not there: set WATCHWEAVE_SHARED")


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


def test_every_row_of_the_sample_is_used_or_reported(place):
    told = place.run("import", str(packed(place)), "--json")
    (one,) = told.json["imported"]
    used = {row["what"]: row["count"] for row in one["used"]}
    assert (told.code, one["account"], one["what"]) == (0, "letterboxd", "export")
    assert used == {
        "films watched": 31, "films liked": 4, "ratings": 23, "viewings": 23, "reviews": 8, "wishes": 9,
    }  # fmt: skip
    assert [(row["file"], row["line"]) for row in one["left_out"]] == [
        ("orphaned/diary.csv", 2), ("orphaned/diary.csv", 3), ("orphaned/reviews.csv", 2),
    ]  # fmt: skip


def test_it_says_what_was_found_and_what_comes_next(place):
    told = place.run("import", str(packed(place)))
    assert "23 viewings" in told.out
    assert "orphaned/diary.csv, line 2: the film is no longer on Letterboxd" in told.out
    assert "watchweave plan" in told.out


def test_the_same_file_again_is_kept_once(place):
    path = packed(place)
    first, second = place.run("import", str(path)), place.run("import", str(path))
    assert (first.code, second.code, "nothing is new" in second.out) == (0, 0, True)
    assert len(inbox(place)) == 1


def test_the_unpacked_export_is_as_good_as_the_archive(place):
    told = place.run("import", str(SAMPLES), "--json")
    assert (told.code, told.json["imported"][0]["used"][0]["count"]) == (0, 31)
    assert len(inbox(place)) == 1
    assert place.run("plan").code in (0, 4)


def test_an_older_export_is_refused(place):
    assert place.run("import", str(packed(place))).code == 0
    old = packed(place, "old.zip", profile=(SAMPLES / "profile.csv").read_bytes() + b"\r\n")
    os.utime(old, (1_700_000_000, 1_700_000_000))
    told = place.run("import", str(old))
    assert (told.code, "is older than what was imported before" in told.err, len(inbox(place))) == (2, True, 1)


def test_an_export_of_somebody_else_is_refused(place):
    somebody = (SAMPLES / "profile.csv").read_bytes().replace(b"maraquill", b"nobody")
    told = place.run("import", str(packed(place, profile=somebody)))
    assert (told.code, inbox(place)) == (2, [])
    assert "of username nobody, and no account in the settings is" in told.err
    assert "Nothing was imported." in told.err


def test_without_an_account_there_it_says_how_to_add_one(place):
    del place.nate["accounts"]["letterboxd"]
    place.write()
    told = place.run("import", str(packed(place)))
    assert (told.code, inbox(place)) == (2, [])
    assert "username: maraquill" in told.err


def test_of_two_people_it_is_the_one_whose_it_is(place):
    zoe = {"accounts": {"letterboxd": {"username": "zoe"}, "trakt": place.accounts()["trakt"]}}
    place.settings["profiles"]["zoe"] = zoe
    place.write()
    told = place.run("import", str(packed(place)), "--json")
    assert told.json["imported"][0]["profile"] == "nate"


def test_for_two_accounts_of_one_name_somebody_has_to_say(place):
    place.nate["accounts"]["again"] = {"service": "letterboxd", "username": "maraquill"}
    place.write()
    told = place.run("import", str(packed(place)))
    assert (told.code, "--account letterboxd" in told.err, "--account again" in told.err) == (2, True, True)
    assert place.run("import", str(packed(place)), "--account", "again").code == 0


def test_one_file_of_an_export_is_not_enough(place):
    told = place.run("import", str(SAMPLES / "watched.csv"))
    assert (told.code, "Hand in the whole" in told.err, inbox(place)) == (2, True, [])


def test_an_export_without_its_diary_is_no_whole_one(place):
    told = place.run("import", str(packed(place, without=("diary.csv",))))
    assert (told.code, "diary.csv is missing" in told.err, inbox(place)) == (2, True, [])


def test_half_a_file_is_refused(place):
    path = packed(place)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    told = place.run("import", str(path))
    assert (told.code, "Nothing was imported." in told.err, inbox(place)) == (2, True, [])


def test_a_bad_row_is_reported_and_the_rest_is_used(place):
    diary = (SAMPLES / "diary.csv").read_bytes() + b"2026-01-01,Heat,1995,https://boxd.it/8Wzzzz,5,,,in spring\r\n"
    told = place.run("import", str(packed(place, diary=diary)), "--json")
    (one,) = told.json["imported"]
    assert told.code == 0
    assert {"what": "viewings", "count": 23} in one["used"]
    assert [row["why"] for row in one["left_out"] if row["file"] == "diary.csv"] == ["'in spring' is no day"]
