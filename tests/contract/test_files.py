"""Files of strangers (security, F 36, 37 and 40): exports are read to their end, and what is hostile costs next to nothing."""

import os
import stat
import struct
import tracemalloc
import zipfile
from contextlib import contextmanager, suppress
from copy import copy
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchweave.errors import UnexpectedAnswer
from watchweave.services.files import Archive, digest, feed, html_of, json_value, rows, text_of

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
EXPORT = SHARED / "data/letterboxd/export"
needs_samples = pytest.mark.skipif(not EXPORT.exists(), reason=f"no samples at {SHARED} (WATCHWEAVE_SHARED)")

TITLE = "Letterboxd"
KIB, MIB = 1 << 10, 1 << 20


def packed(folder, files, change=lambda archive: None, method=zipfile.ZIP_DEFLATED):
    """A ZIP of these files; `change` may falsify its directory before it is written."""
    path = folder / "maraquill.zip"
    with zipfile.ZipFile(path, "w", method, compresslevel=1) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
        change(archive)
    return path


def pieces(export, name):
    with export.open(name) as file:
        yield from iter(lambda: file.read(64 * KIB), b"")


def contents(path):
    """What comes out of each file of an export, as far as it is not refused."""
    found = set()
    with suppress(UnexpectedAnswer), Archive(TITLE, path) as export:
        for name in export.names:
            with suppress(UnexpectedAnswer):
                found.add(b"".join(pieces(export, name)))
    return found


def packed_export(folder, top=""):
    return packed(folder, {top + p.relative_to(EXPORT).as_posix(): p.read_bytes() for p in EXPORT.rglob("*.csv")})


def read_all(path):
    with Archive(TITLE, path) as export:
        return {name: b"".join(pieces(export, name)) for name in export.names}


def refused(path):
    """What is said of an export that is not read to its end; its name is in it."""
    with pytest.raises(UnexpectedAnswer) as error:
        read_all(path)
    assert path.name in error.value.message
    return error.value.message


@contextmanager
def sparing(most):
    """What is done within needs no more bytes of memory than these."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


# ---------------------------------------------------------------- archives


@needs_samples
@pytest.mark.parametrize("top", ["", "letterboxd-maraquill-2026/"])
def test_an_export_says_the_same_as_a_zip_packed_anew_and_as_a_folder(tmp_path, top):
    with Archive(TITLE, packed_export(tmp_path, top)) as zipped, Archive(TITLE, EXPORT) as folder:
        assert set(zipped.names) == set(folder.names) >= {"diary.csv", "likes/films.csv", "lists/night-trains.csv"}
        for name in folder.names:
            with zipped.open(name) as ours, folder.open(name) as theirs:
                assert ours.read() == theirs.read() == (EXPORT / name).read_bytes()


@needs_samples
def test_the_rows_of_a_zip_are_those_of_the_file(tmp_path):
    with Archive(TITLE, packed_export(tmp_path)) as export:
        assert list(export.rows("diary.csv", needs=("watched date",))) == list(rows(TITLE, EXPORT / "diary.csv"))
        with pytest.raises(UnexpectedAnswer, match=r"comments\.csv in maraquill\.zip needs the columns name"):
            next(export.rows("comments.csv", needs=("name",)))


def test_what_macos_adds_is_no_part_of_an_export(tmp_path):
    junk = {"__MACOSX/export/diary.csv": b"x", "export/.DS_Store": b"x", "export/._diary.csv": b"x"}
    with Archive(TITLE, packed(tmp_path, {"export/": b"", "export/diary.csv": b"a\n"} | junk)) as export:
        assert export.names == ("diary.csv",)


def test_two_folders_side_by_side_are_a_part_of_the_names(tmp_path):
    with Archive(TITLE, packed(tmp_path, {"likes/films.csv": b"a\n", "lists/night-trains.csv": b"a\n"})) as export:
        assert export.names == ("likes/films.csv", "lists/night-trains.csv")


def test_an_export_was_made_when_its_newest_file_was_in_the_zone_of_the_person(tmp_path):
    old, new = (zipfile.ZipInfo(name, (2026, 1, day, 12, 0, 0)) for name, day in (("old.csv", 1), ("new.csv", 2)))
    path = packed(tmp_path, {old: b"a\n", new: b"a\n"})
    with Archive(TITLE, path, timezone(timedelta(hours=-5))) as export:
        assert export.made == datetime.fromisoformat("2026-01-02T12:00:00-05:00").timestamp()


def test_a_zip_that_knows_no_times_is_as_old_as_its_file(tmp_path):
    path = packed(tmp_path, {zipfile.ZipInfo("diary.csv"): b"a\n"})
    os.utime(path, (1_767_355_200, 1_767_355_200))
    with Archive(TITLE, path) as export:
        assert export.made == 1_767_355_200


def test_a_folder_is_as_old_as_its_newest_file(tmp_path):
    for name, at in (("old.csv", 1_767_268_800), ("new.csv", 1_767_355_200)):
        (tmp_path / name).write_bytes(b"a\n")
        os.utime(tmp_path / name, (at, at))
    with Archive(TITLE, tmp_path) as export:
        assert export.made == 1_767_355_200


def test_an_export_that_lacks_a_file_says_so(tmp_path):
    with (
        Archive(TITLE, packed(tmp_path, {"diary.csv": b"a\n"})) as export,
        pytest.raises(UnexpectedAnswer, match=r"^Letterboxd: maraquill\.zip has no ratings\.csv\. Is it the whole"),
    ):
        export.open("ratings.csv")


@pytest.mark.parametrize(
    "name",
    ["../diary.csv", "a/../../b.csv", "..", "/etc/x.csv", "C:x.csv", "c:/x.csv", "a\\b.csv", "a\nb.csv", "../a/"],
)
def test_an_archive_with_a_name_that_leads_out_of_it_is_refused_as_a_whole(tmp_path, name):
    path = packed(tmp_path, {"diary.csv": b"a\n", name: b"x"})
    assert "leads out of it" in refused(path)


def test_a_folder_with_such_a_name_is_refused_too(tmp_path):
    (tmp_path / "a\\b.csv").write_bytes(b"a\n")
    assert "leads out of it" in refused(tmp_path)


def test_a_name_in_no_known_writing_is_damage(tmp_path):
    path = packed(tmp_path, {"é.csv": b"a\n"})
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xff\xff"))
    assert "is damaged" in refused(path)


def test_a_file_that_vanishes_while_an_export_is_read_is_one_error(tmp_path):
    (tmp_path / "diary.csv").write_bytes(b"a\n")
    with Archive(TITLE, tmp_path) as export:
        (tmp_path / "diary.csv").unlink()
        with pytest.raises(UnexpectedAnswer, match=r"^Letterboxd: diary\.csv in .* cannot be read \(No such file"):
            next(export.rows("diary.csv"))


def test_a_name_that_hides_its_end_behind_a_nul_is_refused(tmp_path):
    path = packed(tmp_path, {"diary.csvX../x": b"a\n"})
    path.write_bytes(path.read_bytes().replace(b"csvX", b"csv\0"))
    assert "leads out of it" in refused(path)


@pytest.mark.parametrize("name", ["lists/old.zip", "diary.csv.gz", "A.7Z"])
def test_an_archive_in_an_archive_is_refused(tmp_path, name):
    assert "holds another archive" in refused(packed(tmp_path, {"diary.csv": b"a\n", name: b"x"}))


def test_an_archive_that_is_called_a_table_is_refused(tmp_path):
    inner = packed(tmp_path, {"diary.csv": b"a\n"}).read_bytes()
    assert "diary.csv in maraquill.zip is itself an archive" in refused(packed(tmp_path, {"diary.csv": inner}))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_in_an_archive_is_refused(tmp_path, kind):
    info = zipfile.ZipInfo("diary.csv")
    info.external_attr = (kind | 0o644) << 16
    assert "holds a link" in refused(packed(tmp_path, {info: b"/etc/passwd"}))


def test_a_link_in_a_folder_is_refused(tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "x.csv").symlink_to("/etc/passwd")
    assert "holds a link" in refused(tmp_path)


def falsified(**said):
    """Changes what the directory says of the first file."""

    def change(archive):
        for name, value in said.items():
            setattr(archive.filelist[0], name, value)

    return change


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"flag_bits": 0x1}, "is encrypted"),
        ({"flag_bits": 0x2000}, "is encrypted"),
        ({"compress_type": zipfile.ZIP_LZMA}, "is packed in a way that we do not read"),
        ({"file_size": 1}, "is not as long as the archive says"),
        ({"file_size": 1 << 40}, "is not as long as the archive says"),
        ({"compress_size": 1 << 40}, "lie in one another"),
        ({"compress_size": 3}, "is damaged, or breaks off"),
        ({"CRC": 1}, "is damaged, or breaks off"),
        ({"extract_version": 99}, "is damaged, or breaks off"),
        ({"header_offset": 7}, "is damaged, or breaks off"),
    ],
)
def test_a_directory_that_lies_about_a_file_is_found_out(tmp_path, said, why):
    assert why in refused(packed(tmp_path, {"diary.csv": b"Name,Year\nHeat,1995\n"}, falsified(**said)))


def test_what_the_unpacker_could_not_bound_is_not_unpacked(tmp_path):
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        path = packed(tmp_path, {"diary.csv": b"a\n"}, method=method)
        assert "is packed in a way that we do not read" in refused(path)


def test_two_files_that_share_their_bytes_are_refused(tmp_path):
    def overlap(archive):
        archive.filelist.append(copy(archive.filelist[0]))
        archive.filelist[-1].filename = "ratings.csv"

    assert "lie in one another" in refused(packed(tmp_path, {"diary.csv": b"a\n"}, overlap))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_for_two_files_is_refused(tmp_path):
    def again(archive):
        archive.writestr("diary.csv", b"b\n")

    assert "holds diary.csv twice" in refused(packed(tmp_path, {"diary.csv": b"a\n"}, again))


def test_two_hundred_files_are_an_export_and_one_more_is_none(tmp_path):
    files = {f"lists/{n}.csv": b"" for n in range(2000)}
    with Archive(TITLE, packed(tmp_path, files)) as export:
        assert len(export.names) == 2000
    assert "holds more than 2000 files" in refused(packed(tmp_path, files | {"x.csv": b""}))


def test_65_000_entries_are_refused_before_they_are_looked_at(tmp_path):
    path = tmp_path / "maraquill.zip"
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, *[0] * 7, 5, *[0] * 6) + b"a.csv"
    crowd = entry * 65_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65_000, 65_000, len(crowd), 0, 0)
    path.write_bytes(crowd + end)
    with sparing(4 * MIB):
        assert "longer directory" in refused(path)


def test_of_a_bomb_no_more_comes_out_than_a_hundred_times_its_size(tmp_path):
    path = packed(tmp_path, {"diary.csv": bytes(32 * MIB)})
    with sparing(4 * MIB), Archive(TITLE, path) as export:
        with pytest.raises(UnexpectedAnswer, match="unpacks to more than 100 times its size"):
            sum(map(len, pieces(export, "diary.csv")))
        assert export.unpacked <= 100 * path.stat().st_size + 64 * KIB < 32 * MIB


def test_of_many_files_no_more_than_200_mib_come_out_together(tmp_path):
    block = b"".join(Random(n).randbytes(100) + bytes(3996) for n in range(256))
    path = packed(tmp_path, dict.fromkeys(("a.csv", "b.csv", "c.csv"), 75 * block))
    with Archive(TITLE, path) as export:
        for name in ("a.csv", "b.csv", "a.csv"):
            assert sum(map(len, pieces(export, name))) == 75 * MIB
        with pytest.raises(UnexpectedAnswer, match="unpacks to more than 200 MiB"):
            sum(map(len, pieces(export, "c.csv")))
        assert 200 * MIB < export.unpacked <= 200 * MIB + 64 * KIB


def test_an_archive_of_more_than_50_mib_is_not_opened(tmp_path):
    path = tmp_path / "maraquill.zip"
    with path.open("wb") as file:
        file.truncate(50 * MIB + 1)
    assert "is larger than 50 MiB" in refused(path)


@pytest.mark.parametrize("raw", [b"", b"P", b"Date,Name\n", b"<!DOCTYPE html>", b"\x1f\x8b\x08"])
def test_what_is_no_zip_is_told_in_one_sentence(tmp_path, raw):
    path = tmp_path / "maraquill.zip"
    path.write_bytes(raw)
    assert refused(path) == "maraquill.zip is no ZIP archive. Download the export again."


def test_an_export_that_is_not_there_is_told_by_its_name(tmp_path):
    assert "is no file" in refused(tmp_path / "maraquill.zip")


@needs_samples
def test_an_archive_that_breaks_off_anywhere_is_refused(tmp_path):
    path = packed_export(tmp_path)
    whole = path.read_bytes()
    for size in range(2, len(whole), 211):
        path.write_bytes(whole[:size])
        assert "is damaged, or breaks off" in refused(path)


@needs_samples
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_of_a_damaged_archive_each_file_comes_out_as_it_was_or_not_at_all(tmp_path, data):
    path = packed_export(tmp_path)
    raw = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=3)):
        raw[place] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    assert contents(path) <= {file.read_bytes() for file in EXPORT.rglob("*.csv")}


# ---------------------------------------------------------------- XML, JSON and fingerprints


@needs_samples
def test_maras_feed_is_read_with_its_namespaces():
    root = feed(TITLE, (SHARED / "data/letterboxd/rss.xml").read_bytes())
    assert len(root.findall("channel/item")) == 38
    assert root.findtext("channel/item/{https://letterboxd.com}filmTitle") == "Amélie"


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE = {
    "a billion laughs": f'<!DOCTYPE r [<!ENTITY a0 "ha">{LAUGHS}]><r>&a9;</r>',
    "quadratic growth": f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]><r>{"&a;" * 50_000}</r>',
    "a file of ours": '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>',
    "an address": '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><r/>',
    "parameters": '<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x"> %a;]><r/>',
    "attributes by default": '<!DOCTYPE r [<!ATTLIST r a CDATA "x">]><r/>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_feed_with_a_dtd_is_one_error_and_costs_nothing(name):
    with sparing(MIB), pytest.raises(UnexpectedAnswer, match=r"^Letterboxd: the feed has a DTD or entities"):
        feed(TITLE, HOSTILE[name].encode())


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "cannot be read"),
        (b"<rss><channel>", "cannot be read"),
        (b"<rss>&nbsp;</rss>", "cannot be read"),
        (b"<?xml version='1.0' encoding='nonesuch'?><rss/>", "cannot be read"),
        (b"<?xml version='1.0' encoding='big5'?><rss/>", "cannot be read"),
        (b"\n<!doctype HTML><title>Just a moment...</title>", "is a web page"),
        (b"<r>" + b"x" * 5 * MIB + b"</r>", "is larger than 5 MiB"),
        (b"<r>" * 101 + b"</r>" * 101, "is more than 100 elements deep"),
        (b"<r>" * MIB, "is more than 100 elements deep"),
    ],
)
def test_what_is_no_feed_is_one_clear_error(raw, why):
    with pytest.raises(UnexpectedAnswer, match=rf"^Letterboxd: rss\.xml {why}"):
        feed(TITLE, raw, "rss.xml")


def test_a_feed_may_be_a_hundred_elements_deep():
    assert feed(TITLE, b"<r>" * 100 + b"</r>" * 100).tag == "r"


class Seen(msgspec.Struct):
    """A shape of an export in JSON."""

    title: str
    plays: int = 0


def test_json_is_read_into_its_shape_from_a_file_and_from_bytes(tmp_path):
    raw = b'\xef\xbb\xbf[{"title": "Heat", "plays": "2", "more": [{"{[": null}]}]'
    (tmp_path / "history.json").write_bytes(raw)
    assert json_value("Trakt", raw, list[Seen]) == [Seen("Heat", 2)]
    assert json_value("Trakt", tmp_path / "history.json", list[Seen]) == [Seen("Heat", 2)]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "cannot be read"),
        (b'[{"title": "He', "cannot be read"),
        (b'[{"title": "He\xff"}]', "cannot be read"),
        (b'[{"title": 7}]', "cannot be read"),
        (b'[{"titel": "Heat"}]', "cannot be read"),
        (b"<html>sign in</html>", "is a web page"),
        (b"[" * 65 + b"]" * 65, "is more than 64 levels deep"),
        (b'[{"a":' * 40_000, "is more than 64 levels deep"),
    ],
)
def test_what_is_no_json_of_that_shape_is_one_clear_error(tmp_path, raw, why):
    (tmp_path / "history.json").write_bytes(raw)
    with pytest.raises(UnexpectedAnswer, match=rf"^Trakt: history\.json {why}"):
        json_value("Trakt", tmp_path / "history.json", list[Seen])


def test_brackets_in_texts_make_json_no_deeper():
    raw = b'["' + b'[{\\"' * 100 + b'", ' + b"[" * 63 + b"]" * 64
    assert json_value("Trakt", raw, list)[0] == '[{"' * 100
    with pytest.raises(UnexpectedAnswer, match="more than 64 levels deep"):
        json_value("Trakt", b"[" + raw + b"]", list)


def test_json_of_more_than_200_mib_is_not_read(tmp_path):
    with (tmp_path / "history.json").open("wb") as file:
        file.truncate(200 * MIB + 1)
    with pytest.raises(UnexpectedAnswer, match=r"history\.json is larger than 200 MiB"):
        json_value("Trakt", tmp_path / "history.json", list)


def test_a_file_is_known_again_by_its_sha_256(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"abc")
    assert digest(TITLE, tmp_path / "a.csv") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(UnexpectedAnswer, match=r"^Letterboxd: b\.csv is no file"):
        digest(TITLE, tmp_path / "b.csv")


# ---------------------------------------------------------------- HTML


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<b>No.</b>", "No."),
        (
            "Quiet & long.\r\n\r\n\r\nThen the hill.\r\n<blockquote>It goes on.</blockquote>",
            "Quiet & long.\n\n\nThen the hill.\n\nIt goes on.",
        ),
        (
            ' <p><img src="https://a/x.jpg?v=0"/></p> <p>Third time.</p> <p>The diner, <i>again</i> &amp; always.</p> ',
            "Third time.\n\nThe diner, again & always.",
        ),
        ("<p>One<br>two<BR />three<br></br></p>", "One\ntwo\nthree"),
        ('See <a href="https://x/?a=1&b=2" title="a > b">this</a>.', "See this."),
        ("R&B, AT&T &#39;n&#x27; &lt;b&gt; &amp;lt;", "R&B, AT&T 'n' <b> &lt;"),
        ("I <3 it </3 and 1 < 2 > 0 <", "I <3 it </3 and 1 < 2 > 0 <"),
        ("a\x00\x1b[2J\x85b\tc&#7;&#13;d", "a[2Jb cd"),
        ("<b a='>unfinished <i <u", "<b a='>unfinished <i <u"),
        ("<script>x<b>y</b></script><textarea><i>z</i>", "xyz"),
    ],
)
def test_of_a_review_the_text_is_left(html, text):
    assert text_of(html) == text


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n<>&;#'\"=+-@/b!?")))
def test_a_text_made_html_is_the_same_text_and_begins_with_no_sign_that_a_spreadsheet_obeys(text):
    assert text_of(html_of(text)) == text
    assert not html_of(text).startswith(("=", "+", "-", "@", "'"))
    assert not {"<", ">"} & set(html_of(text))


@pytest.mark.parametrize("sign", "=+-@'")
def test_a_sign_that_a_spreadsheet_obeys_stands_as_a_number_behind_control_characters_too(sign):
    assert html_of(f"\x00{sign}1{sign}") == f"&#{ord(sign)};1{sign}"


@pytest.mark.parametrize("piece", ["<b ", "<b a='", "<b a='>", "<!--", "</b ", "&", "&#1"])
def test_a_text_of_nothing_but_beginnings_is_read_to_its_end(piece):
    assert text_of(piece * 100_000 + "<p>Heat</p>").endswith("Heat")
