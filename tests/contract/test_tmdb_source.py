"""TMDb as a source, on the simulated one: what it finds, with how many requests, and what it never believes."""

import asyncio
import doctest
import logging
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest

from tests.contract.trakt_desk import Pace, Rewriting, WorldTime
from watchweave.core.media import Kind, Media
from watchweave.core.titles import Work, judge, propose, taken
from watchweave.errors import ConfigError, Incomplete, SignInNeeded, Unavailable, UnexpectedAnswer
from watchweave.metadata import days
from watchweave.metadata.tmdb import Tmdb
from watchweave.sandbox import faults
from watchweave.sandbox.server import Answer, Call, transport
from watchweave.sandbox.tmdb import KEY, TOKEN, Options
from watchweave.sandbox.tmdb import Tmdb as Simulated
from watchweave.sandbox.tmdb_knowledge import german
from watchweave.sandbox.tmdb_rows import picture
from watchweave.sandbox.world import DAY, World, invented
from watchweave.services.http import Http

KINDS = {"movie": Kind.MOVIE, "show": Kind.SHOW, "season": Kind.SEASON, "episode": Kind.EPISODE}


class Nothing:
    """This source keeps nothing from run to run."""

    def load(self):
        return {}

    def save(self, values):
        raise AssertionError("there is nothing to keep")


class Desk:
    """`tmdb` is our adapter; `said` changes the JSON of answers by their path."""

    def __init__(self, key=KEY, *, gaps=0, works=None, service=Simulated, **options):
        self.world = World(works or invented(movies=40, shows=3, seasons=2, episodes=4, traps=True))
        self.simulated = service(self.world, Options(rate_limits=True, gaps=gaps))
        self.works, self.time, self.said = self.world.catalogue, WorldTime(self.world), {}
        options |= {"api_key": key}
        self.http = Http(
            Tmdb.title,
            {"url": Tmdb.base_url},
            Tmdb.signer(options, Nothing()),
            Pace(),
            transport=Rewriting(transport(self.world), self.said),
            limits=Tmdb.limits,
            clock=self.time,
        )
        self.tmdb = Tmdb(self.http, options)

    def asked(self):
        """The paths asked for since the last look, without `/3/`."""
        paths = [asked.path.removeprefix("/3/") for asked in self.world.requests.all]
        self.world.requests.clear()
        return paths

    def ids(self, uid, *spaces):
        ids = self.works[uid].ids
        return {space: str(ids[space]) for space in spaces or ("tmdb", "imdb", "tvdb") if space in ids}

    def media(self, uid, *spaces):
        """A work as the engine names it."""
        work = self.works[uid]
        show = self.media(work.show.uid, *spaces) if work.show else None
        return Media(KINDS[work.kind], self.ids(uid, *spaces), work.title, work.year, show, work.season, work.number)

    def find(self, uid, space, kind=None):
        """What is found by this id of a work, as a thing of its own kind or of another."""
        work = self.works[uid]
        return asyncio.run(self.tmdb.find(KINDS[kind or work.kind], space, str(work.ids[space])))

    def look_up(self, kind, space, value):
        return asyncio.run(self.tmdb.find(kind, space, value))

    def search(self, uid, **how):
        return self.answer(uid, **how).found

    def answer(self, uid, *, title="", later=0, **how):
        """What a search for the title and year of this work says."""
        work = self.works[uid]
        wanted = Media(KINDS[work.kind], {}, title or work.title, work.year and work.year + later)
        return asyncio.run(self.tmdb.search(wanted, **how))

    def titles(self, uid, *spaces):
        return asyncio.run(self.tmdb.titles(self.media(uid, *spaces)))

    def episodes(self, uid, order="aired"):
        return asyncio.run(self.tmdb.episodes(self.media(uid, "tmdb"), order))

    def facts(self, uid):
        return asyncio.run(self.tmdb.facts(self.media(uid)))


@pytest.fixture
def desk():
    return Desk()


def number(desk, uid):
    return desk.works[uid].ids["tmdb"]


def test_the_examples_in_the_code_are_true():
    told = doctest.testmod(days)
    assert (told.failed, told.attempted) == (0, 1)


# The key


def test_a_key_is_a_parameter_and_a_token_a_header():
    for key, query in ((KEY, f"api_key={KEY}"), (TOKEN, "")):
        desk = Desk(key)
        assert desk.find("m5", "tmdb")
        assert [asked.query for asked in desk.world.requests.all] == [query]


def test_a_key_may_be_pasted_with_spaces_around_it():
    assert Desk(f" {KEY}\n").find("m5", "tmdb")
    assert Desk(f"{TOKEN} ").find("m5", "tmdb")


@pytest.mark.parametrize("key", [KEY, TOKEN])
@pytest.mark.parametrize(
    "fault", [faults.Status(404), faults.Status(503), faults.Drop(), faults.Truncate(), faults.Status(400)]
)
def test_no_log_and_no_error_shows_a_key(caplog, key, fault):
    caplog.set_level(logging.DEBUG, "watchweave")
    desk = Desk(key)
    desk.world.faults.order(fault, times=-1)
    with pytest.raises((UnexpectedAnswer, Unavailable)) as error:
        desk.find("m5", "imdb")
    assert "api.themoviedb.org" in caplog.text
    assert key not in caplog.text + str(error.value) + repr(desk.http.secrets)


class Parrot(Simulated):
    """A service that repeats what it was asked."""

    def answer(self, call):
        return Answer({"message": f"What is {call.query['api_key']}?"}, 400)


def test_a_key_that_the_service_repeats_is_not_shown():
    with pytest.raises(UnexpectedAnswer) as error:
        Desk(service=Parrot).find("m5", "imdb")
    assert "***" in str(error.value)
    assert KEY not in str(error.value)


def test_without_a_key_a_person_is_told_where_to_find_one():
    for options in ({}, {"api_key": " "}):
        with pytest.raises(ConfigError, match=r"api_key is missing.*themoviedb\.org/settings/api"):
            Tmdb.signer(options, Nothing())


def test_a_token_with_letters_that_no_token_has_is_told_to_be_wrong():
    for key in ("ä.b.c", "a.b\n.c", "a.\x7f.c"):
        with pytest.raises(SignInNeeded, match="api_key"):
            Desk(key).find("m5", "tmdb")


def test_a_key_that_is_not_valid_is_told_once_and_asks_nothing_more(desk):
    desk.simulated.keys.clear()
    for _ in range(3):
        with pytest.raises(SignInNeeded, match="api_key"):
            desk.find("m5", "tmdb")
    assert len(desk.asked()) == 1


# By id


def test_a_film_by_any_id_is_one_request_and_has_all_ids(desk):
    for space in ("tmdb", "imdb"):
        (found,) = desk.find("m5", space)
        work = desk.works["m5"]
        assert (found.kind, found.ids) == (Kind.MOVIE, desk.ids("m5", "tmdb", "imdb"))
        assert (found.title, found.year) == (work.title, work.year)
        assert len(desk.asked()) == 1
    assert desk.find("m5", "tmdb")[0].runtime == desk.works["m5"].runtime * 60


def test_a_show_has_all_ids_by_its_own_in_one_request_and_by_those_of_others_in_two(desk):
    show = desk.works["s1"]
    for space, requests in (("tmdb", 1), ("imdb", 2), ("tvdb", 2)):
        (found,) = desk.find("s1", space)
        assert (found.kind, found.ids, found.title, found.year) == (Kind.SHOW, desk.ids("s1"), show.title, show.year)
        assert len(desk.asked()) == requests


def test_an_episode_comes_with_its_ids_show_season_and_number_in_two_requests(desk):
    for space in ("imdb", "tvdb"):
        (found,) = desk.find("s1.2.3", space)
        assert (found.kind, found.ids) == (Kind.EPISODE, desk.ids("s1.2.3"))
        assert (found.parent.kind, found.parent.ids) == (Kind.SHOW, desk.ids("s1", "tmdb"))
        assert (found.season, found.number, found.title) == (2, 3, desk.works["s1.2.3"].title)
        assert (found.order, found.aired) == ("", desk.works["s1.2.3"].released // DAY)
        assert len(desk.asked()) == 2


def test_the_number_of_an_episode_leads_nowhere_and_is_never_taken_for_a_show(desk):
    show = desk.works["s2"]
    desk.works.change(desk.works["s1.1.3"], ids=desk.works["s1.1.3"].ids | {"tmdb": show.ids["tmdb"]})
    assert desk.find("s1.1.3", "tmdb") == []
    assert desk.asked() == []


def test_a_film_is_not_asked_for_by_the_id_of_thetvdb_nor_a_season_by_any(desk):
    assert desk.look_up(Kind.MOVIE, "tvdb", "64694") == []
    for space in ("tmdb", "tvdb"):
        assert desk.find("s1.1", space) == []
    assert desk.look_up(Kind.ALBUM, "imdb", "tt0113277") == []
    assert desk.asked() == []


@pytest.mark.parametrize(
    ("space", "value"), [("imdb", ""), ("imdb", "tt0000000"), ("imdb", "nm0000001"), ("tmdb", "0")]
)
def test_what_is_no_id_is_not_asked(desk, space, value):
    assert desk.look_up(Kind.MOVIE, space, value) == []
    assert desk.look_up(Kind.MOVIE, "tmdb", "550/../../tv/1") == []
    assert desk.asked() == []


def test_one_number_is_the_film_or_the_show_that_was_asked_for(desk):
    film, show = desk.works.traps["one number"]
    value = str(film.ids["tmdb"])
    assert [found.title for found in desk.look_up(Kind.MOVIE, "tmdb", value)] == [film.title]
    assert [found.title for found in desk.look_up(Kind.SHOW, "tmdb", value)] == [show.title]


def test_an_id_of_another_kind_finds_nothing(desk):
    assert desk.find("s1.1.3", "imdb", kind="movie") == []
    assert desk.find("s1", "imdb", kind="movie") == []
    assert desk.find("m5", "imdb", kind="show") == []
    assert desk.find("m5", "imdb", kind="episode") == []
    assert len(desk.asked()) == 4


def test_of_a_series_a_season_and_an_episode_with_one_number_the_right_one_is_found(desk):
    for uid in ("s1", "s2.1", "s2.1.3"):
        desk.works.change(desk.works[uid], ids=desk.works[uid].ids | {"tvdb": 777})
    assert [found.ids for found in desk.look_up(Kind.SHOW, "tvdb", "777")] == [desk.ids("s1")]
    assert [found.ids for found in desk.look_up(Kind.EPISODE, "tvdb", "777")] == [desk.ids("s2.1.3")]


def test_null_empty_and_0_are_no_ids():
    desk = Desk(gaps=2)
    knows = desk.simulated.knowledge.bears
    lacking = set()
    for work in desk.works.of("movie", "show"):
        if "tmdb" not in work.ids:
            continue
        (found,) = desk.look_up(KINDS[work.kind], "tmdb", str(work.ids["tmdb"]))
        assert found.ids == {"tmdb": str(work.ids["tmdb"])} | {
            space: str(work.ids[space]) for space in ("imdb", "tvdb") if knows(work, space)
        }
        lacking |= {"imdb", "tvdb"} - found.ids.keys()
    assert lacking == {"imdb", "tvdb"}


def test_what_is_unknown_merged_or_deleted_is_nothing(desk):
    desk.simulated.knowledge.gone |= {"m5", "s1"}
    assert desk.find("m5", "tmdb") == desk.find("m5", "imdb") == []
    assert desk.find("s1", "tmdb") == desk.find("s1", "tvdb") == []
    assert desk.titles("m5") is None
    assert desk.facts("m5") is None
    assert desk.episodes("s1") is desk.episodes("s1", "dvd") is desk.episodes("s1", "absolute") is None


def test_a_stranger_in_the_answer_is_not_believed(desk):
    film, show = number(desk, "m5"), number(desk, "s1")
    desk.said[f"/3/movie/{film}"] = lambda answer: answer | {"id": film + 1}
    desk.said[f"/3/tv/{show}"] = lambda answer: answer | {"external_ids": {"imdb_id": "tt7654321", "tvdb_id": 1}}
    assert desk.find("m5", "tmdb") == []
    assert desk.titles("m5") is None
    assert desk.find("s1", "imdb") == desk.find("s1", "tvdb") == []


def test_an_episode_that_stands_elsewhere_by_now_is_not_believed(desk):
    path = f"/3/tv/{number(desk, 's1')}/season/2/episode/3/external_ids"
    desk.said[path] = lambda answer: answer | {"id": answer["id"] + 1}
    assert desk.find("s1.2.3", "imdb") == []
    desk.said[path] = lambda answer: answer | {"imdb_id": "tt7654321"}
    assert desk.find("s1.2.3", "imdb") == []


def test_an_episode_without_its_show_is_not_believed(desk):
    imdb = desk.works["s1.2.3"].ids["imdb"]
    for name, value in (("show_id", None), ("show_id", 0), ("season_number", None), ("episode_number", None)):

        def spoiled(answer, name=name, value=value):
            return answer | {"tv_episode_results": [answer["tv_episode_results"][0] | {name: value}]}

        desk.said[f"/3/find/{imdb}"] = spoiled
        assert desk.find("s1.2.3", "imdb") == []


def test_ids_given_as_text_are_ids(desk):
    show = number(desk, "s1")
    desk.said[f"/3/tv/{show}"] = lambda answer: (
        answer | {"external_ids": {"imdb_id": " TT0012345 ", "tvdb_id": "81189"}}
    )
    (found,) = desk.find("s1", "tmdb")
    assert found.ids == {"tmdb": str(show), "imdb": "tt0012345", "tvdb": "81189"}


# What goes wrong


IMPOSSIBLE = [-1, 10**11, 2**64, -(2**70), 10**30]
"""What is no number of a season, an episode or a place."""


@pytest.mark.parametrize("minutes", ["9" * 5000, *IMPOSSIBLE, "-3", "1e5", "²", 1.5])
def test_a_length_that_cannot_be_is_none(desk, minutes):
    desk.said[f"/3/movie/{number(desk, 'm5')}"] = lambda answer: answer | {"runtime": minutes}
    (found,) = desk.find("m5", "tmdb")
    assert (found.title, found.runtime) == (desk.works["m5"].title, None)
    assert desk.titles("m5").media.runtime is None
    assert desk.facts("m5").runtime is None


@pytest.mark.parametrize("value", IMPOSSIBLE)
@pytest.mark.parametrize("name", ["season_number", "episode_number"])
def test_an_episode_at_a_place_that_cannot_be_is_not_believed(desk, name, value):
    def spoiled(answer):
        return answer | {"tv_episode_results": [answer["tv_episode_results"][0] | {name: value}]}

    def odd(answer):
        answer["season/1"]["episodes"][0][name] = value
        return answer

    desk.said[f"/3/find/{desk.works['s1.2.3'].ids['imdb']}"] = spoiled
    desk.said[f"/3/tv/{number(desk, 's1')}"] = odd
    assert desk.find("s1.2.3", "imdb") == []
    with pytest.raises(Incomplete):
        desk.episodes("s1")


@pytest.mark.parametrize("value", IMPOSSIBLE)
def test_a_show_whose_number_cannot_be_is_not_asked_for(desk, value):
    imdb = desk.works["s1"].ids["imdb"]
    desk.said[f"/3/find/{imdb}"] = lambda answer: answer | {"tv_results": [answer["tv_results"][0] | {"id": value}]}
    assert desk.find("s1", "imdb") == []
    assert desk.asked() == [f"find/{imdb}"]


@pytest.mark.parametrize("value", IMPOSSIBLE)
def test_a_season_that_cannot_be_is_not_asked_for(desk, value):
    show, episodes = number(desk, "s1"), desk.episodes("s1")
    desk.asked()
    odd = {"season_number": value, "episode_count": 0}
    desk.said[f"/3/tv/{show}"] = lambda answer: answer | {"seasons": [*answer["seasons"], odd]}
    assert desk.episodes("s1") == episodes
    assert desk.asked() == [f"tv/{show}"]
    odd["episode_count"] = 3
    with pytest.raises(Incomplete):
        desk.episodes("s1")


def test_a_season_that_is_listed_twice_is_asked_for_once(desk):
    path, late = f"/3/tv/{number(desk, 's1')}", {"season_number": 2019, "episode_count": 0}
    desk.said[path] = lambda answer: answer | {"seasons": [*answer["seasons"], late, late]}
    assert len(desk.episodes("s1")) == 8
    parts = [dict(parse_qsl(asked.query))["append_to_response"] for asked in desk.world.requests.all]
    assert parts[1:] == ["season/2019"]


def test_a_show_of_more_seasons_than_can_be_is_not_read(desk):
    every = [{"season_number": season, "episode_count": 0} for season in range(10_000)]
    desk.said[f"/3/tv/{number(desk, 's1')}"] = lambda answer: answer | {"seasons": every}
    with pytest.raises(Incomplete, match="10000 seasons"):
        desk.episodes("s1")
    assert len(desk.asked()) == 1


@pytest.mark.parametrize("order", ["dvd", "absolute"])
@pytest.mark.parametrize("value", IMPOSSIBLE)
def test_an_order_with_a_place_that_cannot_be_is_incomplete(desk, order, value):
    desk.episodes("s2", order)
    path = f"/3/{desk.asked()[-1]}"

    def of_a_part(answer):
        answer["groups"][0]["order"] = value
        return answer

    def of_an_episode(answer):
        answer["groups"][0]["episodes"][0]["order"] = value
        return answer

    for spoiled in (of_a_part, of_an_episode):
        desk.said[path] = spoiled
        with pytest.raises(Incomplete):
            desk.episodes("s2", order)


@pytest.mark.parametrize("fault", [faults.Html(), faults.Truncate(), faults.Blank(), faults.Status(404)])
@pytest.mark.parametrize("space", ["tmdb", "imdb"])
def test_what_cannot_be_read_is_never_taken_for_an_unknown_id(desk, fault, space):
    desk.world.faults.order(fault)
    with pytest.raises(UnexpectedAnswer):
        desk.find("m5", space)


@pytest.mark.parametrize("body", [{}, {"success": False, "status_code": 7}, {"success": False, "status_code": 11}, []])
def test_a_refusal_with_200_is_no_answer(desk, body):
    film, show = desk.works["m5"], desk.works["s1"]
    paths = [
        f"/3/movie/{film.ids['tmdb']}",
        f"/3/find/{film.ids['imdb']}",
        "/3/search/movie",
        f"/3/tv/{show.ids['tmdb']}",
    ]
    for path in (*paths, f"{paths[3]}/episode_groups"):
        desk.said[path] = lambda answer: body
    for ask in (
        lambda: desk.find("m5", "tmdb"),
        lambda: desk.find("m5", "imdb"),
        lambda: desk.search("m5"),
        lambda: desk.titles("m5"),
        lambda: desk.facts("m5"),
        lambda: desk.episodes("s1"),
        lambda: desk.episodes("s1", "dvd"),
    ):
        with pytest.raises(UnexpectedAnswer):
            ask()


def test_an_order_without_its_parts_is_no_answer(desk):
    desk.episodes("s2", "dvd")
    desk.said["/3/" + desk.asked()[1]] = lambda answer: {"id": answer["id"]}
    with pytest.raises(UnexpectedAnswer):
        desk.episodes("s2", "dvd")


class Gate(Simulated):
    """Something else at this address: it knows nothing of TMDb's codes."""

    def answer(self, call):
        return Answer({"id": 1, "title": "Not found"}, 404)


def test_a_404_of_somebody_else_is_not_taken_for_an_unknown_id():
    with pytest.raises(UnexpectedAnswer, match="404"):
        Desk(service=Gate).look_up(Kind.MOVIE, "tmdb", "1")


def test_unknown_with_200_is_unknown(desk):
    desk.said[f"/3/movie/{number(desk, 'm5')}"] = lambda answer: {"success": False, "status_code": 34}
    assert desk.find("m5", "tmdb") == []


def test_a_service_that_is_down_is_asked_three_times(desk):
    desk.world.faults.order(faults.Status(503), times=-1)
    with pytest.raises(Unavailable):
        desk.find("m5", "tmdb")
    assert len(desk.asked()) == 3
    assert desk.time.waits == [1, 2]


def test_too_many_is_waited_out(desk):
    desk.world.faults.order(faults.Status(429, {"Retry-After": "7"}, html=False))
    assert desk.find("m5", "tmdb")
    assert desk.asked() == [f"movie/{number(desk, 'm5')}"] * 2
    assert desk.time.waits[0] == 8


def test_a_hundred_questions_at_once_stay_below_the_limit(desk):
    films = [str(film.ids["tmdb"]) for film in desk.works.of("movie") if film.ids] * 2

    async def all_of_them():
        return await asyncio.gather(*(desk.tmdb.find(Kind.MOVIE, "tmdb", film) for film in films[:100]))

    began = desk.world.now()
    assert all(asyncio.run(all_of_them()))
    assert [asked.status for asked in desk.world.requests.all] == [200] * 100
    assert desk.world.now() - began == 4


# By title


def test_every_film_is_found_in_one_request_whichever_way_its_year_is_off_by_one(desk):
    """TMDb's own filters by year would lose most of them."""
    for film in desk.works.of("movie"):
        for later in (-1, 0, 1) if film.ids else ():
            found = desk.search(film.uid, later=later)
            assert desk.asked() == ["search/movie"]
            best = propose(Work(Media(Kind.MOVIE, {}, film.title, film.year + later)), found)[0]
            assert best.work.media.ids == {"tmdb": str(film.ids["tmdb"])}
            assert best.score == (95 if later else 100)


def test_a_wrong_hit_is_handed_on_and_not_taken(desk):
    wrong = 0
    for work in desk.works.of("movie", "show"):
        if not work.ids:
            continue
        found = desk.search(work.uid)
        wrong += found[0].media.ids["tmdb"] != str(work.ids["tmdb"])
        sure = taken(propose(Work(Media(KINDS[work.kind], {}, work.title, work.year)), found))
        assert sure.work.media.ids["tmdb"] == str(work.ids["tmdb"])
    assert wrong > 2


@pytest.fixture
def alone(desk):
    """25 films of one name: m10 of 1990, and so on until m34 of 2014."""
    for year in range(1990, 2015):
        desk.works.change(desk.works[f"m{year - 1980}"], title="Alone", year=year)
    return desk


def test_of_a_name_that_25_films_bear_the_20_most_popular_are_found(alone):
    found = alone.search("m20")
    assert [hit.media.title for hit in found] == ["Alone"] * 20
    assert len({hit.media.year for hit in found}) == 20
    assert len(alone.asked()) == 1


def test_a_name_that_25_films_bear_is_not_told_of_whole_nor_is_its_year_alone(alone):
    for uid in ("m10", "m20", "m34"):
        assert not alone.answer(uid).whole
        film = alone.works[uid]
        narrowed = alone.answer(uid, narrow=True)
        assert not narrowed.whole
        assert {hit.media.year for hit in narrowed.found} == {film.year}
        sure = taken(propose(Work(Media(Kind.MOVIE, {}, "Alone", film.year)), narrowed.found))
        assert sure.work.media.ids == {"tmdb": str(film.ids["tmdb"])}
        assert len(alone.asked()) == 2


def test_a_common_name_is_narrowed_to_the_year_of_the_first_release_or_episode_alone(desk):
    for uid, years in (("m5", "primary_release_year"), ("s1", "first_air_date_year")):
        number, year = str(desk.works[uid].ids["tmdb"]), desk.works[uid].year
        for later in (-1, 0, 1):
            hits = desk.search(uid, later=later, narrow=True)
            assert (number in [hit.media.ids["tmdb"] for hit in hits]) == (later == 0)
        queries = [asked.query.partition(f"&{years}=")[2] for asked in desk.world.requests.all]
        assert [query.partition("&")[0] for query in queries] == [str(year + later) for later in (-1, 0, 1)]
        desk.asked()


def test_without_a_year_nothing_can_be_narrowed(alone):
    alone.works["m20"].year = None
    said = [alone.answer("m20", narrow=narrow) for narrow in (False, True)]
    assert said[0] == said[1]
    assert not said[1].whole
    one, other = (asked.query for asked in alone.world.requests.all)
    assert one == other


@pytest.mark.parametrize(
    ("rows", "told", "whole"),
    [
        (0, {"total_results": 0, "total_pages": 0}, True),
        (0, {"total_results": 0, "total_pages": 1}, True),
        (3, {"total_results": 3, "total_pages": 1}, True),
        (20, {"total_results": 20, "total_pages": 1}, True),
        (20, {"total_results": 21, "total_pages": 2}, False),
        (19, {"total_results": 20, "total_pages": 1}, False),  # cut short
        (0, {"total_results": 7, "total_pages": 1}, False),
        (3, {}, True),
        (19, {"total_results": None, "total_pages": None}, True),
        (19, {"total_pages": 1}, True),
        (19, {"total_pages": 2}, False),
        (20, {}, False),
        (20, {"total_pages": 1}, False),
        (20, {"total_results": 20, "total_pages": 2}, False),
        (20, {"total_results": 5, "total_pages": 1}, False),
        (3, {"total_results": 0, "total_pages": 1}, False),
        (3, {"total_results": -1, "total_pages": 1}, False),
        (3, {"total_results": "", "total_pages": 1}, False),
        (3, {"total_results": "many", "total_pages": 1}, False),
        (3, {"total_results": 3, "total_pages": -1}, False),
    ],
)
def test_a_page_is_the_whole_answer_only_if_its_counts_say_so_or_it_is_not_full_and_none_are_told(
    desk, rows, told, whole
):
    hits = [{"id": n, "title": "Alone", "release_date": "1990-05-01"} for n in range(1, rows + 1)]
    desk.said["/3/search/movie"] = lambda answer: {"page": 1, "results": hits} | told
    said = desk.answer("m5")
    assert len(said.found) == rows
    assert said.whole is whole
    assert len(desk.asked()) == 1


@pytest.mark.parametrize(("fault", "whole"), [(faults.Short(1), False), (faults.Count(1), False), (None, True)])
def test_a_search_that_lacks_rows_is_not_whole(desk, fault, whole):
    if fault:
        desk.world.faults.order(fault)
    assert desk.answer("m5").whole is whole


def test_a_search_that_is_not_known_there_says_nothing_whole(desk):
    desk.said["/3/search/movie"] = lambda answer: {"success": False, "status_code": 34}
    said = desk.answer("m5")
    assert (list(said.found), said.whole) == ([], False)


def test_a_search_keeps_to_its_kind_and_to_the_order_of_tmdb(desk):
    film, show = desk.works["m5"], desk.works["s1"]
    desk.works.change(film, title=show.title)
    for uid, kind in (("m5", Kind.MOVIE), ("s1", Kind.SHOW)):
        found = desk.search(uid)
        assert {hit.media.kind for hit in found} == {kind}
    assert [hit.media.ids["tmdb"] for hit in desk.search("s1")] == desk_order(desk, "tv", show.title)


def desk_order(desk, kind, title):
    """What the simulated service answers itself, as it stands there."""
    call = Call("tmdb.api", "GET", f"/3/search/{kind}", f"query={title.replace(' ', '+')}&api_key={KEY}")
    return [str(row["id"]) for row in desk.simulated.answer(call).value["results"]]


def test_a_show_is_found_by_its_title(desk):
    (found,) = [hit for hit in desk.search("s1") if hit.media.ids["tmdb"] == str(number(desk, "s1"))]
    assert (found.media.title, found.media.year) == (desk.works["s1"].title, desk.works["s1"].year)
    assert desk.asked() == ["search/tv"]


def test_the_year_and_the_brackets_of_a_written_title_are_not_searched_for(desk):
    work = desk.works["m5"]
    for title in (f"{work.title} ({work.year})", f"{work.title} (Der blaue Reiter)"):
        assert str(number(desk, "m5")) in [hit.media.ids["tmdb"] for hit in desk.search("m5", title=title)]


def test_of_a_title_without_end_only_the_beginning_is_searched_for(desk):
    assert desk.answer("m5", title="é" * 100_000).whole
    assert dict(parse_qsl(desk.world.requests.all[0].query))["query"] == "é" * 200


def test_without_a_title_or_for_another_kind_nothing_is_asked(desk):
    for media in (Media(Kind.MOVIE), Media(Kind.MOVIE, title=" "), Media(Kind.EPISODE, title="Pilot")):
        assert asyncio.run(desk.tmdb.search(media)).found == ()
    assert desk.asked() == []


def test_a_title_in_another_language_finds_the_work_and_its_titles_prove_it(desk):
    film = desk.works["m5"]
    title = german(film.title)
    hit = next(hit for hit in desk.search("m5", title=title) if hit.media.ids["tmdb"] == str(film.ids["tmdb"]))
    wanted = Work(Media(Kind.MOVIE, {}, title, film.year))
    assert judge(wanted, hit) is None
    desk.asked()
    work = asyncio.run(desk.tmdb.titles(hit.media))
    assert desk.asked() == [f"movie/{film.ids['tmdb']}"]
    assert judge(wanted, work).score == 100


def test_an_original_title_comes_with_the_hit(desk):
    french = [film for film in desk.works.of("movie") if film.ids and original(desk, film) != film.title]
    assert french
    for film in french:
        hit = next(hit for hit in desk.search(film.uid) if hit.media.ids["tmdb"] == str(film.ids["tmdb"]))
        assert original(desk, film) in hit.titles


def original(desk, film):
    return desk.simulated.knowledge.original(film).text


def test_titles_come_with_ids_and_length_and_without_what_nobody_translated(desk):
    desk.simulated.knowledge.also["m5"] = ["The Other Name"]
    film, show = desk.titles("m5"), desk.titles("s1")
    assert (film.media.ids, film.media.runtime) == (desk.ids("m5", "tmdb", "imdb"), desk.works["m5"].runtime * 60)
    assert (show.media.ids, show.media.year) == (desk.ids("s1"), desk.works["s1"].year)
    for uid, work in (("m5", film), ("s1", show)):
        assert {work.media.title, *work.more} == desk.simulated.knowledge.titles(desk.works[uid])
    assert "The Other Name" in film.more
    assert len(desk.asked()) == 2


def test_of_titles_without_end_the_first_thousand_that_can_be_titles_are_told(desk):
    rows = [{"title": "x" * 1001}, *({"title": f"Name {place}"} for place in range(5000))]
    desk.said[f"/3/movie/{number(desk, 'm5')}"] = lambda answer: (
        answer | {"original_title": "Name 0", "alternative_titles": {"titles": rows}}
    )
    assert desk.titles("m5").more == tuple(f"Name {place}" for place in range(1000))


def test_titles_need_the_number_at_tmdb(desk):
    assert desk.titles("m5", "imdb") is None
    assert desk.titles("s1.1.1", "tmdb") is None
    assert desk.asked() == []


# Episodes


def names(episodes):
    return [(one.season, one.number, one.ids["tmdb"]) for one in episodes]


def expected(desk, *uids):
    return [str(number(desk, uid)) for uid in uids]


def test_all_episodes_of_a_show_are_one_request(desk):
    found = desk.episodes("s2")
    uids = [f"s2.{season}.{n}" for season, count in ((0, 2), (1, 4), (2, 4)) for n in range(1, count + 1)]
    assert [one.ids for one in found] == [desk.ids(uid, "tmdb") for uid in uids]
    assert [(one.season, one.number) for one in found] == [(int(u[3]), int(u[5])) for u in uids]
    assert {one.kind for one in found} == {Kind.EPISODE}
    assert all(one.parent == desk.media("s2", "tmdb") for one in found)
    assert found[0].title == desk.works["s2.0.1"].title
    assert desk.asked() == [f"tv/{number(desk, 's2')}"]


@pytest.mark.parametrize(("seasons", "requests"), [(19, 1), (20, 2), (39, 2), (40, 3)])
def test_twenty_seasons_fit_into_a_request(seasons, requests):
    desk = Desk(works=invented(movies=0, shows=1, seasons=seasons, episodes=2))
    assert [(one.season, one.number) for one in desk.episodes("s1")] == [
        (season, n) for season in range(1, seasons + 1) for n in (1, 2)
    ]
    assert len(desk.asked()) == requests


def test_seasons_that_are_numbered_by_year_are_asked_for_by_name():
    works = invented(movies=0, shows=1, seasons=1, episodes=2)
    desk = Desk(works=works)
    for work in works.of("season", "episode"):
        work.season = 2019
    show = works["s1"]
    show.seasons = {2019: show.seasons[1]}
    assert [(one.season, one.number) for one in desk.episodes("s1")] == [(2019, 1), (2019, 2)]
    assert len(desk.asked()) == 2


def test_a_list_that_is_shorter_than_it_says_is_incomplete(desk):
    desk.world.faults.order(faults.Short(1))
    with pytest.raises(Incomplete, match=r"TMDb: of 4 episodes of .* only 3 were listed"):
        desk.episodes("s1")


def test_an_episode_of_another_show_is_no_episode_of_this_one(desk):
    def spoiled(answer):
        answer["season/1"]["episodes"][0]["show_id"] = 12_345
        return answer

    desk.said[f"/3/tv/{number(desk, 's1')}"] = spoiled
    with pytest.raises(Incomplete):
        desk.episodes("s1")


def test_a_show_that_tmdb_counts_otherwise_has_the_same_episodes_by_id(desk):
    own = desk.episodes("s3")
    assert [(one.season, one.number) for one in own] == [(1, n) for n in range(1, 9)]
    official = [f"s3.{season}.{n}" for season in (1, 2) for n in (1, 2, 3, 4)]
    assert [one.ids["tmdb"] for one in own] == expected(desk, *official)


def test_the_order_of_the_discs_is_two_requests(desk):
    own = {one.ids["tmdb"]: one for one in desk.episodes("s2")}
    desk.asked()
    found = desk.episodes("s2", "dvd")
    turned = ["s2.0.2", "s2.0.1"] + [f"s2.{season}.{n}" for season in (1, 2) for n in (4, 1, 2, 3)]
    places = [(0, 1), (0, 2)] + [(season, n) for season in (1, 2) for n in (1, 2, 3, 4)]
    assert names(found) == [(*place, one) for place, one in zip(places, expected(desk, *turned), strict=True)]
    assert {one.ids["tmdb"] for one in found} == own.keys()
    assert len(desk.asked()) == 2


def test_the_absolute_order_counts_through_all_parts_without_specials(desk):
    regular = [f"s2.{season}.{n}" for season in (1, 2) for n in (1, 2, 3, 4)]
    assert names(desk.episodes("s2", "absolute")) == [(1, n, one) for n, one in enumerate(expected(desk, *regular), 1)]
    assert len(desk.asked()) == 2


def test_parts_and_episodes_of_an_order_count_by_the_places_they_name(desk):
    found = {order: names(desk.episodes("s2", order)) for order in ("dvd", "absolute")}

    def reversed_(answer):
        for part in answer["groups"]:
            part["episodes"].reverse()
        return answer | {"groups": answer["groups"][::-1]}

    for path in desk.asked()[1::2]:
        desk.said[f"/3/{path}"] = reversed_
    assert names(desk.episodes("s2", "absolute")) == found["absolute"]
    assert sorted(names(desk.episodes("s2", "dvd"))) == found["dvd"]


def test_part_0_of_the_absolute_order_holds_specials_where_there_are_others(desk):
    desk.episodes("s2", "absolute")
    path = "/3/" + desk.asked()[1]

    def with_specials(answer):
        answer["groups"][0]["order"] = 0
        return answer

    desk.said[path] = with_specials
    before, after = (expected(desk, *(f"s2.{season}.{n}" for n in (1, 2, 3, 4))) for season in (1, 2))
    places = [(season, n) for season in (0, 1) for n in (1, 2, 3, 4)]
    assert names(desk.episodes("s2", "absolute")) == [
        (*place, one) for place, one in zip(places, [*before, *after], strict=True)
    ]
    desk.said[path] = lambda answer: {
        "groups": [{"order": 0, "episodes": [row for part in answer["groups"] for row in part["episodes"]]}]
    }
    assert [(one.season, one.number) for one in desk.episodes("s2", "absolute")] == [(1, n) for n in range(1, 9)]


def test_a_show_without_such_an_order_has_none(desk):
    assert desk.episodes("s1", "dvd") is desk.episodes("s1", "absolute") is None
    assert desk.asked() == [f"tv/{number(desk, 's1')}/episode_groups"] * 2


def test_another_order_that_is_shorter_than_it_says_is_incomplete(desk):
    desk.episodes("s2", "dvd")
    path = "/3/" + desk.asked()[1]

    def spoiled(answer):
        answer["groups"][1]["episodes"].pop()
        return answer

    desk.said[path] = spoiled
    with pytest.raises(Incomplete):
        desk.episodes("s2", "dvd")


def test_of_two_such_orders_the_larger_one_counts(desk):
    def two(answer):
        discs = next(row for row in answer["results"] if row["type"] == 3)
        odd = [discs | {"id": name, "episode_count": 99} for name in ("../../movie/1", "x" * 100_000, "é", "")]
        return answer | {"results": [discs | {"id": "0" * 24, "episode_count": 2}, *odd, *answer["results"]]}

    desk.said[f"/3/tv/{number(desk, 's2')}/episode_groups"] = two
    assert len(desk.episodes("s2", "dvd")) == 10


def test_episodes_need_the_number_of_the_show(desk):
    for media in (desk.media("s1", "imdb"), desk.media("m5"), desk.media("s1.1.1")):
        assert asyncio.run(desk.tmdb.episodes(media)) is None
    assert desk.asked() == []


@pytest.mark.parametrize(("order", "word"), [("aired", ""), ("dvd", "dvd"), ("absolute", "absolute")])
def test_an_episode_says_in_which_order_it_stands_when_it_was_shown_its_title_and_length(desk, order, word):
    found = desk.episodes("s2", order)
    works = {str(work.ids["tmdb"]): work for work in desk.works["s2"].episodes}
    for one in found:
        work = works[one.ids["tmdb"]]
        shown = datetime.fromtimestamp(work.released, UTC).date() - date(1970, 1, 1)
        assert (one.order, one.aired) == (word, shown.days)
        assert (one.title, one.runtime) == (work.title, work.runtime * 60)


@pytest.mark.parametrize("order", ["aired", "dvd", "absolute"])
def test_a_list_without_episodes_is_no_order(desk, order):
    show = number(desk, "s2")
    desk.episodes("s2", order)
    path = f"/3/{desk.asked()[-1]}"

    def emptied(answer):
        seasons = {name: part | {"episodes": []} for name, part in answer.items() if name.startswith("season/")}
        counted = [season | {"episode_count": 0} for season in answer.get("seasons", ())]
        return answer | seasons | {"seasons": counted, "groups": []}

    desk.said[path] = emptied
    desk.said[f"/3/tv/{show}/episode_groups"] = lambda answer: {
        "results": [row | {"episode_count": 0} for row in answer["results"]]
    }
    assert desk.episodes("s2", order) is None


@pytest.mark.parametrize(
    ("written", "aired"),
    [
        ("1989-12-17", 7290),
        ("1970-01-01", 0),
        ("1958-10-01", -4110),
        ("0000-00-00", None),
        ("0001-01-01", None),
        ("1989-13-01", None),
        ("1989-02-29", None),
        ("1989", None),
        ("17.12.1989", None),
        ("", None),
        (None, None),
        (0, None),
    ],
)
def test_a_date_is_counted_in_days_and_nonsense_is_none(desk, written, aired):
    def spoiled(answer):
        answer["season/1"]["episodes"][0]["air_date"] = written
        return answer

    desk.said[f"/3/tv/{number(desk, 's1')}"] = spoiled
    first = next(one for one in desk.episodes("s1") if (one.season, one.number) == (1, 1))
    assert first.aired == aired


# Facts


def test_people_are_shown_title_overview_genres_poster_and_length(desk):
    film = next(film for film in desk.works.of("movie") if film.ids and poster(desk, film))
    facts = desk.facts(film.uid)
    assert (facts.title, facts.overview) == (film.title, f"What {film.title} is about.")
    assert facts.poster == f"https://image.tmdb.org/t/p/w342{poster(desk, film)}"
    assert facts.runtime == film.runtime * 60
    assert set(facts.genres) <= {"Drama", "Comedy", "Thriller", "Science Fiction"}
    assert facts.genres
    assert len(desk.asked()) == 1


def poster(desk, film):
    return picture("poster", film)


def test_what_is_missing_is_left_empty(desk):
    desk.said[f"/3/movie/{number(desk, 'm5')}"] = lambda answer: {
        "id": answer["id"],
        "runtime": 0,
        "poster_path": None,
        "release_date": "0000-00-00",
    }
    facts = desk.facts("m5")
    assert (facts.title, facts.overview, facts.genres, facts.poster, facts.runtime) == ("", "", (), "", None)
    (found,) = desk.find("m5", "tmdb")
    assert (found.title, found.year, found.runtime) == ("", None, None)


def test_a_show_is_as_long_as_its_episodes_where_that_is_said(desk):
    path = f"/3/tv/{number(desk, 's1')}"
    for lengths, seconds in (([], None), (None, None), ([0, 43], 2580), ([22], 1320)):
        desk.said[path] = lambda answer, lengths=lengths: answer | {"episode_run_time": lengths}
        assert desk.facts("s1").runtime == seconds


def test_pictures_come_from_where_the_settings_say():
    desk = Desk(image_url="https://pictures.example/t/p/")
    film = next(film for film in desk.works.of("movie") if film.ids and poster(desk, film))
    assert desk.facts(film.uid).poster == f"https://pictures.example/t/p/w342{poster(desk, film)}"


def test_a_show_a_season_and_an_episode_have_facts_too(desk):
    assert desk.facts("s1").title == desk.works["s1"].title
    assert desk.facts("s1.2").title == "Season 2"
    episode = desk.facts("s1.2.3")
    assert (episode.title, episode.runtime) == (desk.works["s1.2.3"].title, desk.works["s1"].runtime * 60)
    show = number(desk, "s1")
    assert desk.asked() == [f"tv/{show}", f"tv/{show}/season/2", f"tv/{show}/season/2/episode/3"]


def test_an_episode_whose_show_has_no_number_has_no_facts(desk):
    lost = Media(Kind.EPISODE, {"tmdb": "600001"}, season=1, number=1)
    orphan = Media(Kind.EPISODE, {"tmdb": "600001"}, parent=Media(Kind.SHOW), season=1, number=1)
    nowhere = Media(Kind.EPISODE, {}, parent=desk.media("s1"), number=1)
    for media in (lost, orphan, nowhere, Media(Kind.MOVIE), Media(Kind.ALBUM, {"tmdb": "1"})):
        assert asyncio.run(desk.tmdb.facts(media)) is None
    assert desk.asked() == []
