"""The OMDb adapter against the simulated OMDb, in-process; requests are counted."""

import asyncio
import logging
from datetime import UTC, datetime

import pytest

from tests.contract.trakt_desk import Pace, Rewriting, WorldTime
from watchweave.core.media import Kind, Media
from watchweave.core.titles import Work as Titled
from watchweave.core.titles import propose, taken
from watchweave.errors import RateLimited, SignInNeeded, Unavailable, UnexpectedAnswer
from watchweave.metadata.omdb import Omdb, Row, media
from watchweave.sandbox import faults
from watchweave.sandbox.omdb import KEY
from watchweave.sandbox.omdb import Omdb as Simulated
from watchweave.sandbox.server import transport
from watchweave.sandbox.world import Work, World, invented
from watchweave.services.http import Http

MIDNIGHT = int(datetime(2026, 11, 21, tzinfo=UTC).timestamp())


class Desk:
    """`simulated` is the service, `omdb` our adapter; `rewrite` changes the JSON of its answers."""

    def __init__(self, key=KEY, rewrite=None):
        self.world = World(invented(movies=20, shows=3, seasons=2, episodes=4, traps=True))
        self.simulated = Simulated(self.world)
        self.works = self.world.catalogue
        self.next_run(key, rewrite)

    def next_run(self, key=KEY, rewrite=None):
        self.http = Http(
            Omdb.title,
            {"url": Omdb.base_url},
            Omdb.signer({}, None),
            Pace(),
            transport=Rewriting(transport(self.world), {"/": rewrite} if rewrite else {}),
            limits=Omdb.limits,
            clock=WorldTime(self.world),
        )
        self.omdb = Omdb(self.http, {"api_key": key})

    def imdb(self, uid):
        return self.works[uid].ids["imdb"]

    def find(self, uid, kind):
        return asyncio.run(self.omdb.find(kind, "imdb", self.imdb(uid)))

    def search(self, title, year=None, kind=Kind.MOVIE):
        return self.answer(title, year, kind).found

    def answer(self, title, year=None, kind=Kind.MOVIE, **how):
        """What a search says."""
        return asyncio.run(self.omdb.search(Media(kind, {}, title, year), **how))

    def facts(self, uid, kind=Kind.MOVIE):
        return asyncio.run(self.omdb.facts(Media(kind, {"imdb": self.imdb(uid)})))

    def film(self, uid, title, year, kind="movie"):
        return self.works.add(Work(uid, kind, title, year, {"imdb": f"tt77{len(self.works.works):05d}"}, 100))

    @property
    def asked(self):
        return [asked.query for asked in self.world.requests.all]


def test_a_film_is_found_by_its_id_in_one_request():
    desk = Desk()
    work = desk.works["m4"]
    assert desk.find("m4", Kind.MOVIE) == [
        Media(Kind.MOVIE, {"imdb": work.ids["imdb"]}, work.title, work.year, runtime=work.runtime * 60)
    ]
    assert desk.asked == [f"apikey={KEY}&i={work.ids['imdb']}"]


def test_a_series_is_found_with_its_first_year_and_without_a_length():
    desk = Desk()
    show = desk.works["s1"]
    assert desk.find("s1", Kind.SHOW) == [Media(Kind.SHOW, {"imdb": show.ids["imdb"]}, show.title, show.year)]
    assert desk.http.requests == 1


def test_an_episode_is_found_with_its_show_season_and_number():
    desk = Desk()
    (found,) = desk.find("s1.2.3", Kind.EPISODE)
    assert (found.ids, found.season, found.number) == ({"imdb": desk.imdb("s1.2.3")}, 2, 3)
    assert (found.parent.kind, found.parent.ids) == (Kind.SHOW, {"imdb": desk.imdb("s1")})
    assert desk.http.requests == 1


def test_an_episode_that_does_not_say_its_series_is_nothing():
    desk = Desk()
    desk.simulated.unlinked.add("s1.2.3")
    assert desk.find("s1.2.3", Kind.EPISODE) == []


@pytest.mark.parametrize("kind", [Kind.SHOW, Kind.EPISODE])
def test_a_film_is_no_answer_for_another_kind(kind):
    assert Desk().find("m4", kind) == []


def test_a_film_that_is_called_a_series_is_no_film():
    desk = Desk()
    desk.simulated.wrong["m4"] = {"Type": "series"}
    assert desk.find("m4", Kind.MOVIE) == []


def test_a_stranger_in_answer_to_an_id_is_nothing():
    assert Desk(rewrite=lambda row: row | {"imdbID": "tt0113277"}).find("m4", Kind.MOVIE) == []


def test_what_it_does_not_know_is_nothing():
    desk = Desk()
    desk.simulated.unknown.add("m4")
    assert (desk.find("m4", Kind.MOVIE), desk.facts("m4"), desk.search("Nowhere To Be Seen")) == ([], None, [])


@pytest.mark.parametrize(
    ("kind", "space", "value"),
    [(Kind.MOVIE, "tmdb", "949"), (Kind.SEASON, "imdb", "tt0113277"), (Kind.MOVIE, "imdb", "113277")],
)
def test_what_it_cannot_know_costs_no_request(kind, space, value):
    desk = Desk()
    assert asyncio.run(desk.omdb.find(kind, space, value)) == []
    assert desk.http.requests == 0


def test_of_two_films_of_one_title_the_one_of_that_year_is_proposed():
    desk = Desk()
    one, other = desk.works["m2"], desk.works["m3"]
    assert one.title == other.title
    for work in (one, other):
        found = desk.search(work.title, work.year)
        sure = taken(propose(Titled(Media(Kind.MOVIE, {}, work.title, work.year)), found))
        assert sure.work.media.ids == {"imdb": work.ids["imdb"]}
    assert {work.media.year for work in desk.search(one.title)} == {one.year, other.year}
    assert desk.http.requests == 3


def test_a_guess_of_the_service_is_never_asked_for():
    desk = Desk()
    work = desk.works["m2"]
    desk.simulated.guesses[work.title.lower()] = "m9"
    found = [one.media.ids["imdb"] for one in desk.search(work.title, work.year)]
    assert sorted(found) == sorted([desk.imdb("m2"), desk.imdb("m3")])
    assert all("&t=" not in query for query in desk.asked)


def test_a_series_is_searched_among_series_alone():
    desk = Desk()
    desk.film("film", "Zebra", 2001)
    desk.film("show", "Zebra", 2001, "show")
    (found,) = desk.search("Zebra", 2001, Kind.SHOW)
    assert found.media == Media(Kind.SHOW, {"imdb": desk.imdb("show")}, "Zebra", 2001)


def test_a_search_costs_one_request_however_much_is_found():
    desk = Desk()
    for n in range(25):
        desk.film(f"q{n}", f"Zebra {n}", 2001)
    assert len(desk.search("Zebra", 2001)) == 10
    assert desk.http.requests == 1


def test_of_a_name_that_25_films_bear_those_of_one_year_are_told_and_never_as_the_whole():
    desk = Desk()
    for n in range(25):
        desk.film(f"q{n}", "Zebra", 1990 + n)
    wide = [desk.answer("Zebra"), desk.answer("Zebra", 2001), desk.answer("Zebra", narrow=True)]
    assert [(len(said.found), said.whole) for said in wide] == [(10, False)] * 3
    said = desk.answer("Zebra", 2001, narrow=True)
    assert [(one.media.ids["imdb"], one.media.year) for one in said.found] == [(desk.imdb("q11"), 2001)]
    assert not said.whole
    assert desk.http.requests == 4


@pytest.mark.parametrize(("films", "whole"), [(9, True), (10, True), (11, False), (25, False)])
def test_of_one_name_and_year_ten_films_are_told_of_whole_and_no_more(films, whole):
    desk = Desk()
    for n in range(films):
        desk.film(f"q{n}", "Zebra", 2001)
    said = desk.answer("Zebra", 2001)
    assert (len(said.found), said.whole) == (min(films, 10), whole)


@pytest.mark.parametrize(
    ("rows", "told", "whole"),
    [
        (3, {"totalResults": "3"}, True),
        (3, {"totalResults": 3}, True),
        (3, {"totalResults": "4"}, False),  # cut short
        (3, {"totalResults": "2"}, False),
        (3, {"totalResults": "0"}, False),
        (3, {"totalResults": "-1"}, False),
        (3, {"totalResults": "many"}, False),
        (3, {}, True),
        (3, {"totalResults": "N/A"}, True),
        (3, {"totalResults": None}, True),
        (10, {"totalResults": "10"}, True),
        (10, {"totalResults": "11"}, False),
        (10, {"totalResults": "N/A"}, False),
        (10, {}, False),
        (0, {}, False),
    ],
)
def test_a_search_is_whole_only_if_its_count_says_so_or_its_page_is_not_full_and_none_is_told(rows, told, whole):
    hits = [{"Title": "Zebra", "Year": "2001", "imdbID": f"tt00000{n}", "Type": "movie"} for n in range(11, rows + 11)]
    said = Desk(rewrite=lambda _: {"Search": hits, "Response": "True"} | told).answer("Zebra", 2001)
    assert (len(said.found), said.whole) == (rows, whole)


def test_of_a_title_without_end_only_the_beginning_is_searched_for():
    desk = Desk()
    assert desk.search("x" * 100_000) == []
    assert desk.asked == [f"apikey={KEY}&s={'x' * 200}&type=movie"]


@pytest.mark.parametrize(
    ("error", "whole"),
    [
        ("Movie not found!", True),
        ("Series not found!", True),
        ("Too many results.", False),
        ("Error getting data.", False),
        ("Incorrect IMDb ID.", False),
    ],
)
def test_nothing_found_is_a_whole_answer_and_too_much_is_none(error, whole):
    said = Desk(rewrite=lambda _: {"Response": "False", "Error": error}).answer("Zebra", 2001)
    assert (list(said.found), said.whole) == ([], whole)


def test_a_title_of_two_letters_is_not_told_of_whole():
    desk = Desk()
    desk.film("q", "Up", 2009)
    said = desk.answer("Up", 2009)
    assert (list(said.found), said.whole) == ([], False)


def test_what_stands_in_brackets_is_not_searched_for():
    desk = Desk()
    desk.film("q", "City of Zebras", 1995)
    assert len(desk.search("City of Zebras (La Cité) (1995)", 1995)) == 1


def test_a_film_that_comes_twice_is_one():
    desk = Desk(rewrite=lambda page: page | {"Search": page["Search"] * 2})
    work = desk.works["m4"]
    assert len(desk.search(work.title, work.year)) == 1


def test_a_film_that_comes_twice_counts_twice():
    desk = Desk(rewrite=lambda page: page | {"Search": page["Search"] * 2, "totalResults": "2"})
    work = desk.works["m4"]
    said = desk.answer(work.title, work.year)
    assert (len(said.found), said.whole) == (1, True)


def test_what_is_shown_of_a_film():
    desk = Desk(
        rewrite=lambda row: row | {"Genre": "Crime, Drama", "Plot": "A heist.", "Poster": "https://a.test/b.jpg"}
    )
    work = desk.works["m4"]
    facts = desk.facts("m4")
    assert (facts.title, facts.runtime) == (work.title, work.runtime * 60)
    assert (facts.genres, facts.overview, facts.poster) == (("Crime", "Drama"), "A heist.", "https://a.test/b.jpg")
    assert desk.http.requests == 1


def test_what_is_not_available_is_empty():
    nothing = dict.fromkeys(("Genre", "Plot", "Poster", "Runtime", "Year"), "N/A")
    desk = Desk(rewrite=lambda row: row | nothing)
    facts = desk.facts("m4")
    assert (facts.genres, facts.overview, facts.poster, facts.runtime) == ((), "", "", None)
    assert desk.find("m4", Kind.MOVIE)[0].year is None


def test_a_thing_without_its_id_has_no_facts_and_costs_nothing():
    desk = Desk()
    assert asyncio.run(desk.omdb.facts(Media(Kind.MOVIE, {"tmdb": "949"}))) is None
    assert desk.http.requests == 0


def test_a_spent_day_is_no_wrong_key_and_is_not_asked_again():
    desk = Desk()
    desk.simulated.keys[KEY] = 1
    assert desk.find("m4", Kind.MOVIE)
    for _ in range(3):
        with pytest.raises(RateLimited, match=r"OMDb: the requests of today are spent.*00:00 UTC"):
            desk.find("m5", Kind.MOVIE)
    assert desk.http.requests == 2
    desk.world.clock.set(MIDNIGHT)
    assert desk.find("m5", Kind.MOVIE)


@pytest.mark.parametrize(("key", "why"), [("wrong-key", "Invalid API key"), ("", "No API key provided")])
def test_a_wrong_key_is_told_with_its_setting(key, why):
    desk = Desk(key)
    with pytest.raises(SignInNeeded, match=f"OMDb: the key is not taken: {why}. Compare api_key under metadata: omdb:"):
        desk.find("m4", Kind.MOVIE)
    assert desk.http.requests == 1


@pytest.mark.parametrize("part", ["x", "token", "token=abc "])
def test_a_long_reason_is_told_in_short(part):
    desk = Desk(rewrite=lambda row: {"Response": "False", "Error": part * 1_000_000})
    with pytest.raises(Unavailable) as error:
        desk.find("m4", Kind.MOVIE)
    assert "abc" not in str(error.value)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"Response": "False", "Error": "Something went wrong."}, Unavailable),
        ({"Response": "False"}, Unavailable),
        ({"Response": "False", "Error": "Request limit reached!"}, RateLimited),
        ({"Response": "False", "Error": "Invalid API key!"}, SignInNeeded),
        ({}, UnexpectedAnswer),
        ([], UnexpectedAnswer),
        (None, UnexpectedAnswer),
        ({"Response": "True", "Title": 7}, UnexpectedAnswer),
        ({"Response": "True", "Search": {"Title": "Heat"}}, UnexpectedAnswer),
    ],
)
def test_trouble_is_never_taken_for_nothing(row, error):
    with pytest.raises(error):
        Desk(rewrite=lambda _: row).search("Heat", 1995)


def test_a_page_instead_of_an_answer_and_a_broken_connection_are_trouble():
    desk = Desk()
    desk.world.faults.order(faults.Html(), "omdb")
    with pytest.raises(UnexpectedAnswer, match="is a web page"):
        desk.find("m4", Kind.MOVIE)
    desk.world.faults.order(faults.Status(503), "omdb", times=3)
    with pytest.raises(Unavailable):
        desk.find("m4", Kind.MOVIE)
    desk.world.faults.order(faults.Drop(timeout=True), "omdb")
    assert desk.find("m4", Kind.MOVIE)
    desk.world.faults.order(faults.Status(401), "omdb")
    with pytest.raises(SignInNeeded):
        desk.find("m4", Kind.MOVIE)


@pytest.mark.parametrize(
    "row",
    [
        Row("Heat", "1995", "game", imdb_id="tt0113277"),
        Row("Heat", "1995", "movie", imdb_id="nm0000134"),
        Row("Pilot", "2011", "episode", season="1", episode="1", imdb_id="tt1480055", series_id="N/A"),
        Row("Pilot", "2011", "episode", season="N/A", episode="1", imdb_id="tt1480055", series_id="tt0944947"),
        Row("Pilot", "2011", "episode", season="1", episode="1½", imdb_id="tt1480055", series_id="tt0944947"),
    ],
)
def test_a_row_that_names_nothing_is_left_out(row):
    assert media(row) is None


def test_a_film_of_8_digits_and_an_odd_year():
    found = media(Row("Heat 2", "????", "movie", runtime="2 h", imdb_id="tt14544192"))
    assert found == Media(Kind.MOVIE, {"imdb": "tt14544192"}, "Heat 2")


def test_the_key_is_in_no_text_of_ours(caplog):
    caplog.set_level(logging.DEBUG, "watchweave")
    desk = Desk("canary+key/42", rewrite=lambda row: row | {"Error": "Invalid API key! canary+key/42"})
    with pytest.raises(SignInNeeded) as refused:
        desk.find("m4", Kind.MOVIE)
    desk.next_run("canary+key/42")
    desk.world.faults.order(faults.Html(), "omdb")
    desk.world.faults.order(faults.Refuse(), "omdb", skip=1, times=-1)
    troubles = [refused.value]
    for _ in range(2):
        with pytest.raises((UnexpectedAnswer, Unavailable)) as trouble:
            desk.find("m4", Kind.MOVIE)
        troubles.append(trouble.value)
    assert "www.omdbapi.com" in caplog.text
    assert "canary" not in caplog.text + "".join(f"{one} {one!r} {one.__cause__}" for one in troubles)
