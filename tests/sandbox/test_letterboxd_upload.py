"""What the simulated Letterboxd makes of an uploaded CSV (reference, "Import CSV" and points 5 and 6 of the checklist)."""

import pytest

from tests.sandbox.letterboxd_member import SITE, Person, entries, exported, said
from watchweave.sandbox.letterboxd_upload import Outcome, Refused

HEADER = "tmdbID,imdbID,Title,Year,Rating10,WatchedDate,Rewatch,Tags,Review"


@pytest.fixture
def mara():
    return Person()


def line(person, uid, rating="", on="", rewatch="", tags="", review=""):
    """A row of the columns that we write."""
    ids = person.works[uid].ids
    return f'{ids["tmdb"]},{ids["imdb"]},,,{rating},{on},{rewatch},"{tags}","{review}"'


def brought(person, *lines, header=HEADER, **query):
    """What becomes of these rows."""
    return person.upload("\r\n".join((header, *lines)) + "\r\n", **query)


def diary(person):
    return [(row["Watched Date"], row["Rating"], row["Rewatch"]) for row in exported(person.member, "diary.csv")]


# Viewings


def test_a_row_with_a_day_is_a_new_entry_in_feed_and_export(mara):
    row = line(mara, "m1", "9", "2026-11-01", "true", "vhs, with June", "<b>Well</b> & good.\nTwice.")
    assert brought(mara, row) == ["added"]
    (told,) = exported(mara.member, "reviews.csv")
    assert (told["Watched Date"], told["Rating"], told["Rewatch"]) == ("2026-11-01", "4.5", "Yes")
    assert (told["Tags"], told["Review"]) == ("vhs, with June", "<b>Well</b> & good.\r\nTwice.")
    (item,) = mara.items()
    assert said(item, "letterboxd:watchedDate") == "2026-11-01"
    assert "<p><b>Well</b> & good.<br />Twice.</p>" in item.findtext("description")


def test_the_file_that_is_uploaded_twice_changes_nothing_the_second_time(mara):
    rows = [line(mara, "m1", "9", "2026-11-01"), line(mara, "m2", "", "2026-11-02")]
    assert brought(mara, *rows) == ["added", "added"]
    before = mara.member.export(), mara.feed().text
    assert brought(mara, *rows) == ["updated", "updated"]
    assert (mara.member.export(), mara.feed().text) == before


def test_a_row_of_a_day_that_has_an_entry_changes_it_and_its_guid_stays(mara):
    entry = mara.member.log(mara.works["m1"], "2026-11-01", rating=6, tags=("vhs",))
    assert brought(mara, line(mara, "m1", "8", "2026-11-01", "true", "cinema", "Better.")) == ["updated"]
    assert mara.member.entries == {entry.code: entry}
    assert diary(mara) == [("2026-11-01", "4", "Yes")]
    assert (entry.tags, entry.review) == (("cinema",), "Better.")


def test_an_empty_cell_leaves_an_entry_as_it_is(mara):
    entry = mara.member.log(mara.works["m1"], "2026-11-01", rating=6, rewatch=True, tags=("vhs",), review="Well.")
    assert brought(mara, line(mara, "m1", on="2026-11-01")) == ["updated"]
    assert (entry.rating, entry.rewatch, entry.tags, entry.review) == (6, True, ("vhs",), "Well.")


def test_the_second_row_of_a_film_and_day_changes_the_first(mara):
    rows = [line(mara, "m1", "6", "2026-11-01"), line(mara, "m1", "9", "2026-11-01")]
    assert brought(mara, *rows) == ["added", "updated"]
    assert diary(mara) == [("2026-11-01", "4.5", "")]


def test_rows_of_one_film_and_several_days_are_several_viewings(mara):
    rows = [line(mara, "m1", "", f"2026-11-0{day}", rewatch) for day, rewatch in ((1, "false"), (2, "true"))]
    assert brought(mara, *rows) == ["added", "added"]
    assert diary(mara) == [("2026-11-01", "", ""), ("2026-11-02", "", "Yes")]


def test_a_row_without_a_day_marks_and_rates_only(mara):
    mara.member.want(mara.works["m1"])
    assert brought(mara, line(mara, "m1", "7", review="Ignored."), line(mara, "m2")) == ["marked", "marked"]
    assert diary(mara) == exported(mara.member, "reviews.csv") == mara.items() == []
    assert [row["Rating"] for row in exported(mara.member, "ratings.csv")] == ["3.5"]
    assert len(exported(mara.member, "watched.csv")) == 2
    assert exported(mara.member, "watchlist.csv") == []


def test_a_watched_film_leaves_the_watchlist(mara):
    mara.member.want(mara.works["m1"])
    brought(mara, line(mara, "m1", on="2026-11-01"))
    assert exported(mara.member, "watchlist.csv") == []


def test_text_that_was_shielded_from_spreadsheets_stays_as_it_is(mara):
    brought(mara, line(mara, "m1", on="2026-11-01", review="'=1+1", tags="'@home"))
    (told,) = exported(mara.member, "reviews.csv")
    assert (told["Review"], told["Tags"]) == ("'=1+1", "'@home")


# Which film


def test_a_tmdb_number_is_looked_up_among_films_only(mara):
    film, show = mara.works.traps["one number"]
    mara.letterboxd.films.enter(show)
    other = mara.letterboxd.films.enter(mara.works["s2"]).work
    rows = [f"{show.ids['tmdb']},2026-11-01", f"{other.ids['tmdb']},2026-11-01"]
    assert brought(mara, *rows, header="tmdbID,WatchedDate") == ["added", "refused"]
    assert [name for name, _, _ in entries(mara)] == [film.title]


def test_a_film_is_known_by_each_of_its_ids_and_addresses(mara):
    film = mara.film("m2")
    addresses = [film.uri, film.address, film.uri.removeprefix("https://")]
    rows = [f"{address},,,2026-11-0{day}" for day, address in enumerate(addresses, 1)]
    rows += [f",{film.work.ids['tmdb']},,2026-11-04", f",,{film.work.ids['imdb']},2026-11-05"]
    assert brought(mara, *rows, header="LetterboxdURI,tmdbID,imdbID,WatchedDate") == ["added"] * 5
    assert {name for name, _, _ in entries(mara)} == {film.name}


def test_an_id_that_is_not_known_leaves_the_next_one_to_say(mara):
    row = f"999999999,{mara.works['m2'].ids['imdb']},2026-11-01"
    assert brought(mara, row, header="tmdbID,imdbID,WatchedDate") == ["added"]


def test_a_title_counts_only_where_one_film_bears_it(mara):
    older, younger = mara.works.traps["one title"]
    rows = [f"{older.title},", f"{older.title},{younger.year}", f"{mara.works['x1'].title.upper()},", "No such film,"]
    assert brought(mara, *rows, header="Title,Year") == ["refused", "marked", "marked", "refused"]
    watched = [row["Name"] for row in exported(mara.member, "watched.csv")]
    assert watched == [younger.title, mara.works["x1"].title]


def test_a_series_that_letterboxd_has_is_found_by_imdb_and_by_title(mara):
    show = mara.letterboxd.films.enter(mara.works["s1"]).work
    rows = [f"{show.ids['imdb']},,2026-11-01", f",{show.title},2026-11-02"]
    assert brought(mara, *rows, header="imdbID,Title,WatchedDate") == ["added", "added"]
    episode = mara.works["s1.1.1"].ids["imdb"]
    assert brought(mara, f"{episode},,2026-11-01", header="imdbID,Title,WatchedDate") == ["refused"]


def test_a_film_that_left_is_found_no_more(mara):
    mara.letterboxd.films.drop(mara.works["m1"])
    assert brought(mara, line(mara, "m1", on="2026-11-01")) == ["refused"]


# What is refused


@pytest.mark.parametrize("rating", ["0", "11", "7.5", "-1", "good"])
def test_a_rating_out_of_ten_that_there_is_not_refuses_the_row(mara, rating):
    assert brought(mara, line(mara, "m1", rating, "2026-11-01"), line(mara, "m2", "10")) == ["refused", "marked"]
    assert diary(mara) == []


@pytest.mark.parametrize(
    ("rating", "became"),
    [("0.5", "added"), ("3", "added"), ("4.5", "added"), ("5.0", "added"), ("0", "refused"), ("5.5", "refused")],
)
def test_a_rating_in_stars_has_halves_of_half_to_five(mara, rating, became):
    row = f"{mara.works['m1'].ids['tmdb']},2026-11-01,{rating}"
    assert brought(mara, row, header="tmdbID,WatchedDate,Rating") == [became]
    assert [float(told) for _, told, _ in diary(mara)] == [float(rating)] * (became == "added")


@pytest.mark.parametrize("day", ["2026-11-31", "1.11.2026", "2026-11-01T20:00:00Z", "20261101", "yesterday"])
def test_a_day_that_there_is_not_refuses_the_row(mara, day):
    assert brought(mara, line(mara, "m1", "8", day)) == ["refused"]
    assert mara.items() == []


def test_a_refused_row_says_why_and_which(mara):
    text = f"{HEADER}\n{line(mara, 'm1')}\n{line(mara, 'm2', '11')}\n"
    told = mara.member.upload(text.encode())
    assert told == [
        Outcome(1, "marked", mara.film("m1").uri),
        Outcome(2, "refused", mara.film("m2").uri, "11 is no rating"),
    ]


def test_an_unknown_column_is_ignored(mara):
    row = f"purple,{mara.works['m1'].ids['tmdb']},2026-11-01"
    assert brought(mara, row, header="Colour,tmdbID,WatchedDate") == ["added"]


def test_a_file_over_one_megabyte_is_refused_as_a_whole(mara):
    row = line(mara, "m1", on="2026-11-01")
    fits = f"{HEADER}\n{row}\n".ljust(1_000_000, "\n")
    with pytest.raises(Refused, match="larger than 1 MB"):
        mara.member.upload(f"{fits}\n".encode())
    assert diary(mara) == []
    assert [one.became for one in mara.member.upload(fits.encode())] == ["added"]


def test_a_file_of_too_many_rows_can_be_refused_as_a_whole():
    mara = Person(most_rows=2)
    with pytest.raises(Refused, match="more than 2 rows"):
        mara.member.upload("\n".join((HEADER, *[line(mara, "m1")] * 3)).encode())
    assert exported(mara.member, "watched.csv") == []


def test_what_is_no_csv_of_films_is_refused_as_a_whole(mara):
    for content in (b"", b"Name,Year\nHeat,1995\n", "Title\nAmélie\n".encode("latin-1")):
        with pytest.raises(Refused):
            mara.member.upload(content)


# Watchlist and lists


def test_a_watchlist_has_its_own_upload(mara):
    rows = [f"{mara.works[uid].ids['tmdb']},,," for uid in ("m1", "m2")]
    mara.member.want(mara.works["m2"])
    assert brought(mara, *rows, header="tmdbID,imdbID,Title,Year", of="watchlist") == ["added", "kept"]
    assert len(exported(mara.member, "watchlist.csv")) == 2
    assert exported(mara.member, "watched.csv") == []


def test_a_list_takes_films_by_rank_with_their_notes(mara):
    header = "Rank,tmdbID,imdbID,Title,Year,Review"
    rows = [
        f"{rank},{mara.works[uid].ids['tmdb']},,,,{note}" for rank, uid, note in ((2, "m1", ""), (1, "m2", "Chase"))
    ]
    assert brought(mara, *rows, header=header, of="list", name="Night trains") == ["added", "added"]
    (trains,) = mara.member.lists.values()
    assert [(item.film.work.uid, item.note) for item in trains.items] == [("m2", "Chase"), ("m1", "")]
    again = f"1,{mara.works['m2'].ids['tmdb']},,,,The chase"
    assert brought(mara, again, header=header, of="list", name="Night trains") == ["updated"]
    assert [item.note for item in trains.items] == ["The chase", ""]


def test_the_upload_address_refuses_what_it_cannot_take(mara):
    def status(body, **query):
        return mara.ask("POST", f"{SITE}/import/upload", params=query, content=body).status_code

    assert status(b"x" * 1_000_001, member="mara") == 413
    assert status(b"Title\n", member="mara", of="music") == 400
    assert status(b"Name\n", member="mara") == 400
    assert status(b"Title\n", member="nobody") == 404
