"""Tables of strangers (security, F 38 and 39): every row is read or told, and what we write is read as it was."""

import errno
import io
import os
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchweave.errors import UnexpectedAnswer
from watchweave.services.files import Archive, rows, written

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
EXPORT, LISTS = SHARED / "data/letterboxd/export", SHARED / "data/imdb"
needs_samples = pytest.mark.skipif(not EXPORT.exists(), reason=f"no samples at {SHARED} (WATCHWEAVE_SHARED)")

TITLE = "Letterboxd"
KIB, MIB = 1 << 10, 1 << 20
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


def read(text, **how):
    raw = text if isinstance(text, bytes) else text.encode()
    return list(rows(TITLE, io.BytesIO(raw), name="diary.csv", **how))


def said(text, **how):
    """The rows by their cells, and the faulty ones by line and fault."""
    return [list(row.cells.values()) if not row.fault else (row.line, row.fault) for row in read(text, **how)]


class Broken(io.RawIOBase):
    """A file on a disk that is failing."""

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=0):
        return 0

    def readinto(self, buffer):
        raise OSError(errno.EIO, "Input/output error")


class Zeros(io.RawIOBase):
    """Ten gigabytes of zeros, and how many of them were asked for."""

    left, given = 10 << 30, 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=0):
        return 0

    def readinto(self, buffer):
        buffer[:] = bytes(len(buffer))
        self.given += len(buffer)
        return len(buffer)


@needs_samples
@pytest.mark.parametrize(
    ("file", "number"), [("diary", 23), ("watched", 31), ("ratings", 23), ("reviews", 8), ("watchlist", 9)]
)
def test_of_each_file_of_maras_export_every_row_is_read(file, number):
    found = list(rows(TITLE, EXPORT / f"{file}.csv", needs=("name", "letterboxd uri")))
    assert len(found) == number
    assert not any(row.fault for row in found)
    assert all(row["name"] and row["letterboxd uri"].startswith("https://boxd.it/") for row in found)


@needs_samples
def test_a_review_over_several_lines_is_one_cell_and_the_next_row_knows_its_line():
    first, second, *_ = rows(TITLE, EXPORT / "reviews.csv")
    assert first["review"] == "Not the one you think.\r\n\r\nThe <i>other</i> one."
    assert second["review"] == 'First, with the children. "A hard stare", they said, for an hour afterwards.'
    assert (first.line, second.line) == (2, 5)


@needs_samples
def test_of_a_list_both_the_list_itself_and_its_films_are_read():
    with Archive(TITLE, EXPORT) as export:
        about = next(export.rows("lists/every-film-twice.csv", needs=("name", "tags", "url"), lead=1))
        films = list(export.rows("lists/every-film-twice.csv", needs=("position", "url"), lead=4))
    assert about["name"] == "Every film, twice"
    assert about["description"].splitlines()[2] == "<b>Not</b> in order of merit."
    assert [film["position"] for film in films] == [str(n) for n in range(1, 10)]
    assert (films[8]["name"], films[8]["year"], films[8].line) == ("Heat 2", "", 17)


@needs_samples
def test_an_old_watchlist_that_is_no_utf_8_keeps_its_letters():
    titles = [row["title"] for row in rows("IMDb", LISTS / "watchlist-latin1.csv", needs=("const",))]
    assert titles[1] == "Das weiße Band - Eine deutsche Kindergeschichte"
    assert titles[-3:] == ["Ringu 0: Bâsudei", "La vita è bella", "Låt den rätte komma in"]


@needs_samples
@pytest.mark.parametrize("year", [2023, 2024])
def test_the_ratings_of_either_layout_are_read_by_the_names_of_their_columns(year):
    found = {row["const"]: row for row in rows("IMDb", LISTS / f"ratings-{year}.csv", needs=("const", "your rating"))}
    assert found["tt0113277"]["your rating"] == {2023: "9", 2024: "10"}[year]
    assert found["tt0113277"]["original title"] == {2023: "", 2024: "Heat"}[year]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_mark_at_the_beginning_make_no_difference(end, mark):
    text = mark + end.join([" Name ,Your Rating,name", "Amélie,9,other", "", '"8½, ""uncut""",10,', ""])
    first, second = read(text)
    assert (first["name"], first["your rating"], first.line) == ("Amélie", "9", 2)
    assert (second["name"], second["your rating"], second.line) == ('8½, "uncut"', "10", 4)
    assert first["no such column"] == ""


def test_bytes_that_windows_does_not_know_either_cost_no_row():
    assert said(b"Name,Year\nL\xe9on \x96 \x81,1994\n") == [["Léon – \x81", "1994"]]


def test_a_file_is_utf_8_as_a_whole_or_not_at_all():
    assert said("Name\nÉ\n".encode() + b"\xe9\n") == [["Ã‰"], ["é"]]


def test_a_row_that_is_too_short_or_too_long_is_told_and_the_others_are_read():
    text = "Name,Year\nHeat,1995\nCrash\nAlien,1979,x\nJaws,1975\n"
    short, long = (f"has another number of cells ({number}) than the header (2)" for number in (1, 3))
    assert said(text) == [["Heat", "1995"], (3, short), (4, long), ["Jaws", "1975"]]


def test_a_quote_where_none_may_be_costs_its_own_row_only():
    _, fault, other = said('Name,Year\nHeat,1995\n"He"at,1995\nThe "Burbs,1989\n')
    assert fault == (3, "has a quote or a line end where none may be")
    assert other == ['The "Burbs', "1989"]


@pytest.mark.parametrize("size", [64 * KIB + 1, 100 * KIB, 140 * KIB])
def test_a_cell_of_more_than_64_kib_costs_its_row_only(size):
    review = ("x" * 99 + "\n") * (size // 100 + 1)
    text = f'Name,Review\nHeat,"{review[:size]}"\nAlien,"{review[: 64 * KIB]}"\n'
    fault, other = said(text)
    assert fault == (2, "has a cell of more than 64 KiB")
    assert other == ["Alien", review[: 64 * KIB]]


def test_a_quote_that_is_never_closed_is_told_with_its_line_and_a_mebibyte_is_read_for_it_at_most():
    lines = "Alien,1979\n" * (3 * MIB // 11)
    file = io.BytesIO(f'Name,Year\nHeat,1995\n"Crash,1996\n{lines}'.encode())
    *_, last = rows(TITLE, file)
    assert (last.line, last.fault) == (3, "opens a quote that is never closed; nothing from there on was read")
    assert file.tell() < MIB + 100


@pytest.mark.parametrize("text", ['Name\n"Heat', 'Name\n"Heat\n', 'Name\n"Heat ""\n\n\n'])
def test_a_file_that_breaks_off_within_quotes_does_not_pass_for_a_whole_one(text):
    (row,) = read(text)
    assert row.line == 2
    assert "never closed" in row.fault


def test_of_a_line_without_end_no_more_is_read_than_a_line_may_have():
    zeros = Zeros()
    with pytest.raises(UnexpectedAnswer, match="line of more than 256 KiB"):
        next(rows(TITLE, io.BufferedReader(zeros)))
    assert zeros.given <= 256 * KIB + 64 * KIB


def test_a_table_ends_after_a_million_rows():
    many = rows(TITLE, io.BytesIO(b"A\n" + b"1\n" * 1_000_001), name="diary.csv")
    assert next(islice(many, 999_999, None)).line == 1_000_001
    with pytest.raises(UnexpectedAnswer, match=r"diary\.csv has more than 1,000,000 rows"):
        next(many)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "is empty"),
        (b"\r\n\r\n", "is empty"),
        (
            b"<!DOCTYPE html>\n<p>Just a moment\x1b[2J",
            'needs the columns name, year; its first line is "<!DOCTYPE html>"',
        ),
        (b"Name,Rating\n", 'needs the columns name, year; its first line is "Name, Rating"'),
        ("Name,Year\nHeat,1995\n".encode("utf-16"), "is no text in UTF-8"),
        (b'"Name,Year\n', "has no header: line 1 opens a quote that is never closed"),
    ],
)
def test_another_file_than_the_one_that_is_needed_is_refused_by_its_name(raw, why):
    with pytest.raises(UnexpectedAnswer) as error:
        read(raw, needs=("name", "year"))
    assert str(error.value).startswith(f"Letterboxd: diary.csv {why}")
    assert str(error.value).isprintable()


def test_a_file_that_is_not_there_is_one_error_that_names_it_and_not_its_folder(tmp_path):
    with pytest.raises(UnexpectedAnswer, match=r"^Letterboxd: diary\.csv is no file\."):
        next(rows(TITLE, tmp_path / "diary.csv"))


def test_a_disk_that_fails_is_one_error_too():
    with pytest.raises(UnexpectedAnswer, match=r"^IMDb: ratings\.csv cannot be read \(Input/output error\)\. Check"):
        next(rows("IMDb", io.BufferedReader(Broken()), name="ratings.csv"))


def test_a_header_is_looked_for_no_further_down_than_it_may_be():
    text = "Letterboxd list export v7\nDate,Name\n2025-01-20,Night trains\n\nPosition,URL\n1,https://boxd.it/bCF8\n"
    (film,) = read(text, needs=("position",), lead=3)
    assert film["url"] == "https://boxd.it/bCF8"
    with pytest.raises(
        UnexpectedAnswer, match='needs the columns position; its first line is "Letterboxd list export v7"'
    ):
        read(text, needs=("position",), lead=2)


@given(st.lists(st.tuples(texts, texts), max_size=5))
def test_what_we_wrote_is_read_as_it_was_whatever_a_person_typed(pairs):
    assert said(written(["name", "review"], pairs)) == [list(pair) for pair in pairs]


@given(st.text("'=+-@\t\r\0\n\",; a", max_size=8))
def test_texts_full_of_the_signs_that_matter_come_back_too(text):
    assert said(written(["name"], [[text]])) == [[text]]


@pytest.mark.parametrize("sign", "=+-@\t\r\0")
def test_a_spreadsheet_obeys_no_cell_of_ours(sign):
    assert written(["name", "year"], [[f"{sign}1", "1995"]]).split(b"\r\n")[1].lstrip(b'"').startswith(b"'")


@pytest.mark.parametrize("cell", ["-1", "+49", "@home", "'til", "''", "'"])
def test_cells_of_others_that_nobody_protected_are_read_as_they_stand(cell):
    assert said(f"Name\n{cell}\n") == [[cell]]


def test_half_a_letter_does_not_keep_the_others_from_being_written():
    assert written(["name"], [["Am\ud83dlie"]]) == b"name\r\nAm?lie\r\n"


def test_a_table_is_written_as_rfc_4180_says_and_an_importer_may_have_it_without_our_signs():
    table = [["Heat, again", 'the "Burbs'], ["=1", "one\ntwo"]]
    assert written(["a", "b"], table) == b'a,b\r\n"Heat, again","the ""Burbs"\r\n\'=1,"one\ntwo"\r\n'
    assert written(["a"], [["=1"], ["'=1"]], protect=False) == b"a\r\n=1\r\n'=1\r\n"


@given(st.binary(max_size=200))
def test_no_bytes_cost_more_than_their_own_row(raw):
    found = read(b"name,year\nHeat,1995\n" + raw)
    assert found[0]["name"] == "Heat"
    assert all(bool(row.fault) != bool(row.cells) for row in found)
