"""The simulated OMDb answers as the reference page says, to plain requests and to an independent client."""

import asyncio
import re
from datetime import UTC, datetime

import httpx2
import omdb as independent
import pytest

from watchweave.sandbox import faults
from watchweave.sandbox.omdb import KEY, Omdb
from watchweave.sandbox.server import Call, Sandbox, transport
from watchweave.sandbox.world import START, Work, World, invented

ADDRESS = "https://www.omdbapi.com/"
FIELDS = set(
    """Title Year Rated Released Runtime Genre Director Writer Actors Plot Language Country Awards Poster Ratings
    Metascore imdbRating imdbVotes imdbID Type DVD BoxOffice Production Website Response""".split()  # noqa: SIM905
)
"""All that a film's answer holds (omdb.md, and answers quoted in many clients)."""
MIDNIGHT = int(datetime(2026, 11, 21, tzinfo=UTC).timestamp())


@pytest.fixture
def omdb():
    """What it knows: 20 films, 3 series with 2 seasons of 4 episodes; m2 and m3 have one title."""
    return Omdb(World(invented(movies=20, shows=3, seasons=2, episodes=4, traps=True)))


def ask(omdb, key=KEY, **params):
    async def one():
        async with httpx2.AsyncClient(transport=transport(omdb.world)) as client:
            return await client.get(ADDRESS, params={"apikey": key, **params} if key else params)

    return asyncio.run(one())


def told(omdb, **params):
    answer = ask(omdb, **params)
    assert answer.status_code == 200
    return answer.json()


def imdb(omdb, uid):
    return omdb.world.catalogue[uid].ids["imdb"]


def film(omdb, uid, title, year, **more):
    ids = {"imdb": f"tt99{len(omdb.world.catalogue.works):06d}"}
    return omdb.world.catalogue.add(Work(uid, more.pop("kind", "movie"), title, year, ids, **more))


def texts(value):
    """All leaves of an answer."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [leaf for one in inner for leaf in texts(one)]
    return [value]


def test_a_film_is_told_in_texts_alone(omdb):
    film(omdb, "inception", "Inception", 2010, runtime=148, released=1_279_238_400)
    row = told(omdb, t="inception")
    assert (row["Title"], row["Year"], row["Released"], row["Runtime"]) == (
        "Inception",
        "2010",
        "16 Jul 2010",
        "148 min",
    )
    assert (row["Type"], row["Response"]) == ("movie", "True")
    assert all(isinstance(leaf, str) for leaf in texts(row))
    assert "N/A" in texts(row)
    assert row.keys() == FIELDS


def test_votes_have_commas_and_scores_are_written_in_three_ways(omdb):
    rows = [told(omdb, i=imdb(omdb, f"m{n}")) for n in (1, 2, 3, 4, 5, 6)]
    rows += [told(omdb, i=imdb(omdb, f"x{n}")) for n in range(1, 15)]
    assert all(re.fullmatch(r"\d{1,3}(,\d{3})*", row["imdbVotes"]) for row in rows)
    assert any("," in row["imdbVotes"] for row in rows)
    forms = {
        "Internet Movie Database": r"\d\.\d/10",
        "Rotten Tomatoes": r"\d+%",
        "Metacritic": r"\d+/100",
    }
    scores = [score for row in rows for score in row["Ratings"]]
    assert all(re.fullmatch(forms[score["Source"]], score["Value"]) for score in scores)
    assert {score["Source"] for score in scores} == forms.keys()
    assert len(scores) < 3 * len(rows)


def test_the_years_of_a_series_stand_around_an_en_dash(omdb):
    ended = film(omdb, "a", "Ended Thing", 2010, kind="show")
    running = film(omdb, "b", "Running Thing", 2010, kind="show")
    short = film(omdb, "c", "Short Thing", 2013, kind="show")
    for show, year in ((ended, 2015), (running, 2026), (short, 2013)):
        omdb.world.catalogue.add(Work(f"{show.uid}.1", "season", "", year, {}, show=show, season=1, number=1))
    years = [told(omdb, i=show.ids["imdb"])["Year"] for show in (ended, running, short)]
    assert years == ["2010\N{EN DASH}2015", "2010\N{EN DASH}", "2013"]


def test_an_episode_names_its_series(omdb):
    row = told(omdb, i=imdb(omdb, "s1.2.3"))
    assert (row["Type"], row["Season"], row["Episode"]) == ("episode", "2", "3")
    assert row["seriesID"] == imdb(omdb, "s1")


def test_an_episode_without_its_series_says_so_and_is_a_hole_in_its_season(omdb):
    omdb.unlinked.add("s1.1.3")
    row = told(omdb, i=imdb(omdb, "s1.1.3"))
    assert (row["seriesID"], row["Season"], row["Episode"]) == ("N/A", "N/A", "N/A")
    season = told(omdb, i=imdb(omdb, "s1"), Season=1)
    assert [row["Episode"] for row in season["Episodes"]] == ["1", "2", "4"]
    assert told(omdb, i=imdb(omdb, "s1"), Season=1, Episode=3)["Error"] == "Series or episode not found!"


def test_a_season_has_all_ids_in_one_answer_and_another_form_of_date(omdb):
    work = omdb.world.catalogue["s1.2.1"]
    work.released = int(datetime(2011, 4, 17, 20, tzinfo=UTC).timestamp())
    season = told(omdb, t=work.show.title, season=2)
    assert (season["Title"], season["Season"], season["totalSeasons"]) == (work.show.title, "2", "2")
    assert [row["imdbID"] for row in season["Episodes"]] == [imdb(omdb, f"s1.2.{n}") for n in (1, 2, 3, 4)]
    first = season["Episodes"][0]
    assert first.keys() == {"Title", "Released", "Episode", "imdbRating", "imdbID"}
    assert (first["Released"], first["Episode"]) == ("2011-04-17", "1")
    assert told(omdb, i=imdb(omdb, "s1.2.1"))["Released"] == "17 Apr 2011"
    assert told(omdb, i=imdb(omdb, "s1"), Season=2, Episode=1)["imdbID"] == imdb(omdb, "s1.2.1")


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"t": "Nowhere To Be Seen"}, "Movie not found!"),
        ({"s": "Nowhere To Be Seen"}, "Movie not found!"),
        ({"s": "Nowhere To Be Seen", "type": "series"}, "Series not found!"),
        ({"i": "0113277"}, "Incorrect IMDb ID."),
        ({"i": "tt0000001"}, "Error getting data."),
        ({}, "Incorrect IMDb ID."),
        ({"s": "of"}, "Too many results."),
        ({"i": "tt0400151", "Season": 7}, "Series or season not found!"),
        ({"i": "tt0400151", "Season": 0}, "Series or season not found!"),
        ({"i": "tt0400151", "Season": 1, "Episode": 9}, "Series or episode not found!"),
    ],
)
def test_what_it_does_not_know_is_answered_with_200_and_false(omdb, params, error):
    assert imdb(omdb, "s1") == "tt0400151"
    assert told(omdb, **params) == {"Response": "False", "Error": error}


def test_a_title_that_is_too_new_is_not_known_yet(omdb):
    omdb.unknown.add("m4")
    assert told(omdb, i=imdb(omdb, "m4"))["Response"] == "False"
    assert told(omdb, t=omdb.world.catalogue["m4"].title)["Response"] == "False"


def test_one_title_is_a_guess_that_a_year_and_a_type_make_narrower(omdb):
    one, other = omdb.world.catalogue["m2"], omdb.world.catalogue["m3"]
    answered = told(omdb, t=one.title)
    assert answered["imdbID"] in (one.ids["imdb"], other.ids["imdb"])
    assert [told(omdb, t=one.title, y=work.year)["imdbID"] for work in (one, other)] == [
        one.ids["imdb"],
        other.ids["imdb"],
    ]
    assert told(omdb, t=one.title, type="series")["Response"] == "False"
    omdb.guesses[one.title.lower()] = "m9"
    assert told(omdb, t=one.title, y=one.year)["imdbID"] == imdb(omdb, "m9")


def test_a_part_of_a_title_is_answered_with_something_that_has_it(omdb):
    film(omdb, "q", "Zebra Crossing of Doom", 1999)
    assert told(omdb, t="zebra")["Title"] == "Zebra Crossing of Doom"


def test_a_search_has_ten_rows_a_page(omdb):
    for n in range(23):
        film(omdb, f"q{n}", f"Zebra Number {n}", 1990 + n % 2)
    pages = [told(omdb, s="zebra", page=page) for page in (1, 2, 3, 4)]
    assert [len(page.get("Search", ())) for page in pages] == [10, 10, 3, 0]
    assert [page.get("totalResults") for page in pages] == ["23", "23", "23", None]
    assert pages[3]["Error"] == "Movie not found!"
    rows = [row for page in pages[:3] for row in page["Search"]]
    assert len({row["imdbID"] for row in rows}) == 23
    assert rows[0].keys() == {"Title", "Year", "imdbID", "Type", "Poster"}
    assert told(omdb, s="zebra", y=1991)["totalResults"] == "11"
    assert told(omdb, s="zebra", type="series")["Response"] == "False"


def test_a_search_finds_films_and_series_and_episodes_where_asked_for(omdb):
    work = omdb.world.catalogue["s1.1.1"]
    episodes = told(omdb, s=work.title, type="episode")["Search"]
    assert work.ids["imdb"] in [row["imdbID"] for row in episodes]
    assert work.ids["imdb"] not in str(told(omdb, s=omdb.world.catalogue["s1"].title))


def test_what_it_has_wrong_is_wrong_everywhere(omdb):
    omdb.wrong["m4"] = {"Type": "series", "Title": "Something Else"}
    title = omdb.world.catalogue["m4"].title
    row = told(omdb, i=imdb(omdb, "m4"))
    assert (row["Type"], row["Title"]) == ("series", "Something Else")
    assert told(omdb, s=title, type="series")["Search"][0]["Type"] == "series"


def test_401_has_three_texts(omdb):
    for key, error in (("", "No API key provided."), ("wrong", "Invalid API key!")):
        answer = ask(omdb, key, i="tt0400151")
        assert (answer.status_code, answer.json()) == (401, {"Response": "False", "Error": error})
    omdb.keys[KEY] = 2
    answers = [ask(omdb, i=text) for text in ("tt0400151", "nonsense", "tt0400151")]
    assert [answer.status_code for answer in answers] == [200, 200, 401]
    assert answers[-1].json() == {"Response": "False", "Error": "Request limit reached!"}


def test_a_spent_day_ends_at_midnight_in_utc(omdb):
    omdb.keys[KEY] = 1
    assert [ask(omdb, s="zzz").status_code for _ in range(2)] == [200, 401]
    omdb.world.clock.set(MIDNIGHT - 1)
    assert ask(omdb, s="zzz").status_code == 401
    omdb.world.clock.set(MIDNIGHT)
    assert [ask(omdb, s="zzz").status_code for _ in range(2)] == [200, 401]
    assert START < MIDNIGHT < START + 86_400


def test_a_free_key_has_a_thousand_and_a_patron_more(omdb):
    omdb.keys["patron"] = 100_000
    for _ in range(1000):
        assert omdb.answer(Call("omdb", "GET", "/", f"apikey={KEY}&s=zzz")).status == 200
    assert ask(omdb, s="zzz").status_code == 401
    assert ask(omdb, "patron", s="zzz").status_code == 200


def test_it_can_answer_with_a_page_and_late(omdb):
    omdb.world.faults.order(faults.Html(), "omdb")
    assert "html" in ask(omdb, i="tt0400151").headers["content-type"]
    omdb.world.faults.order(faults.Drop(timeout=True), "omdb")
    with pytest.raises(httpx2.ReadTimeout):
        ask(omdb, i="tt0400151")
    assert told(omdb, i="tt0400151")["Response"] == "True"


def test_an_independent_client_reads_it_over_a_real_socket(omdb):
    work, show = omdb.world.catalogue["m4"], omdb.world.catalogue["s1"]
    with Sandbox(omdb.world) as sandbox:
        client = independent.OMDBClient(apikey=KEY, timeout=10)
        client.url = sandbox.url("omdb")
        client.session.trust_env = False
        found = client.get(title=work.title, year=work.year)
        assert (found["imdb_id"], found["type"]) == (work.ids["imdb"], "movie")
        assert [row["title"] for row in client.search_movie(work.title)] == [work.title]
        season = client.imdbid(show.ids["imdb"], season=2)
        assert [row["imdb_id"] for row in season["episodes"]] == [imdb(omdb, f"s1.2.{n}") for n in (1, 2, 3, 4)]
        episode = client.get(title=show.title, season=1, episode=2, fullplot=True)
        assert episode["series_id"] == show.ids["imdb"]
        assert client.get(title="Nowhere To Be Seen") == {}
        client.session.close()
