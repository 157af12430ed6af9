"""The TheTVDB adapter against the simulated TheTVDB, in-process; requests are counted."""

import asyncio
import doctest
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import httpx2
import pytest

from tests.contract.trakt_desk import Pace, Rewriting, WorldTime
from watchweave.core.media import Kind, Media
from watchweave.core.titles import Work, propose, taken
from watchweave.errors import Incomplete, SignInNeeded, Unavailable, UnexpectedAnswer
from watchweave.metadata import names, numbers, tvdb_rows
from watchweave.metadata.tvdb import Tvdb
from watchweave.sandbox import faults
from watchweave.sandbox.server import transport
from watchweave.sandbox.tvdb import KEY, PIN, SUPPORTED_KEY
from watchweave.sandbox.tvdb import Tvdb as Simulated
from watchweave.sandbox.world import World, invented
from watchweave.services.http import Http

DAY = 86_400
PLAIN = {"api_key": KEY}
KINDS = {"movie": Kind.MOVIE, "show": Kind.SHOW, "episode": Kind.EPISODE}


class Drawer:
    """What is kept between runs."""

    def __init__(self):
        self.values, self.saved = {}, 0

    def load(self):
        return self.values

    def save(self, values):
        self.values, self.saved = dict(values), self.saved + 1


class Slow(httpx2.AsyncBaseTransport):
    """Lets others go first, as a network does."""

    def __init__(self, inner):
        self.inner = inner

    async def handle_async_request(self, request):
        await asyncio.sleep(0)
        return await self.inner.handle_async_request(request)


class Desk:
    """`simulated` is the service, `tvdb` our adapter, signed in already; `rewrite` changes the JSON of its answers."""

    def __init__(self, options=PLAIN, **sizes):
        self.world = World(invented(**{"movies": 20, "shows": 4, "seasons": 2, "episodes": 4, "traps": True, **sizes}))
        self.simulated = Simulated(self.world)
        self.works, self.drawer, self.time = self.world.catalogue, Drawer(), WorldTime(self.world)
        self.next_run(options)

    def next_run(self, options=PLAIN, rewrite=None):
        """Another run; `rewrite` changes the JSON of answers by their path."""
        changes = {f"/v4{path}": how for path, how in (rewrite or {}).items()}
        self.http = Http(
            Tvdb.title,
            {"url": Tvdb.base_url},
            Tvdb.signer(options, self.drawer),
            Pace(),
            transport=Slow(Rewriting(transport(self.world), changes)),
            limits=Tvdb.limits,
            clock=self.time,
        )
        self.tvdb = Tvdb(self.http, options)
        self.world.requests.clear()

    def signed_in(self):
        self.find("m2")
        self.world.requests.clear()
        return self

    def number(self, uid):
        return str(self.simulated.entries.of(self.works[uid]).number)

    def asked(self):
        """The requests since the last time that this was asked."""
        requests = [f"{one.path.removeprefix('/v4')}{'?' * bool(one.query)}{one.query}" for one in self.requests()]
        self.world.requests.clear()
        return requests

    def requests(self):
        return self.world.requests.of("tvdb")

    def order(self, fault, path="", **how):
        return self.world.faults.order(fault, "tvdb", path=path, **how)

    def find(self, uid, space="tvdb"):
        work = self.works[uid]
        value = self.number(uid) if space == "tvdb" else str(work.ids[space])
        return self.value(self.tvdb.find(KINDS[work.kind], space, value))

    def value(self, work):
        return asyncio.run(work)

    def search(self, title, year=None, kind=Kind.MOVIE):
        return self.answer(title, year, kind).found

    def answer(self, title, year=None, kind=Kind.MOVIE, **how):
        """What a search says."""
        return self.value(self.tvdb.search(Media(kind, {}, title, year), **how))

    def show(self, uid):
        return Media(Kind.SHOW, {"tvdb": self.number(uid)}, self.works[uid].title)

    def episodes(self, uid, order="aired"):
        return self.value(self.tvdb.episodes(self.show(uid), order))

    def ids(self, uid, *spaces):
        return {space: str(self.works[uid].ids[space]) for space in spaces} | {"tvdb": self.number(uid)}


@pytest.fixture
def desk():
    return Desk().signed_in()


def places(episodes):
    return {one.ids["tvdb"]: (one.season, one.number) for one in episodes}


def test_the_examples_in_the_code_are_true():
    for module, examples in ((tvdb_rows, 1), (numbers, 3), (names, 2)):
        told = doctest.testmod(module)
        assert (told.failed, told.attempted) == (0, examples)


# Signing in


def test_one_sign_in_is_enough_for_many_questions_and_for_the_next_run():
    desk = Desk()

    async def at_once():
        await asyncio.gather(*(desk.tvdb.find(Kind.SHOW, "tvdb", desk.number(f"s{n}")) for n in (1, 2, 3, 4)))

    asyncio.run(at_once())
    assert desk.asked().count("/login") == 1
    assert desk.drawer.saved == 1
    desk.next_run()
    assert desk.find("s1")
    assert len(desk.asked()) == 1


def test_two_runs_at_once_share_one_sign_in():
    desk = Desk()
    first = desk.tvdb
    desk.next_run()

    async def at_once():
        await asyncio.gather(*(one.find(Kind.SHOW, "tvdb", desk.number("s1")) for one in (first, desk.tvdb)))

    asyncio.run(at_once())
    assert desk.asked().count("/login") == 1


def test_an_old_token_is_replaced_once_for_all_who_meet_its_end(desk):
    desk.world.clock.advance(31 * DAY)

    async def at_once():
        shows = [desk.tvdb.find(Kind.SHOW, "tvdb", desk.number(f"s{n}")) for n in (1, 2, 3, 4)]
        return await asyncio.gather(*shows)

    assert all(asyncio.run(at_once()))
    assert desk.asked().count("/login") == 1


@pytest.mark.parametrize("options", [PLAIN, PLAIN | {"pin": ""}, {"api_key": SUPPORTED_KEY, "pin": PIN}])
def test_a_pin_is_sent_only_if_there_is_one(options):
    assert Desk(options).find("s1")


@pytest.mark.parametrize("options", [{"api_key": "other"}, {"api_key": SUPPORTED_KEY}, {}])
def test_a_wrong_key_is_told_once_and_not_tried_again(options):
    desk = Desk(options)
    for _ in range(2):
        with pytest.raises(SignInNeeded, match=r"TheTVDB: the key is not taken\. Compare api_key"):
            desk.find("s1")
    assert desk.asked() == ["/login"]


def test_a_key_that_is_withdrawn_is_told_and_not_tried_again(desk):
    desk.simulated.revoke()
    del desk.simulated.keys[KEY]
    for _ in range(2):
        with pytest.raises(SignInNeeded, match="the key is not taken"):
            desk.find("s1")
    assert [path.partition("?")[0] for path in desk.asked()] == [f"/series/{desk.number('s1')}/extended", "/login"]


def test_another_key_signs_in_anew(desk):
    desk.next_run({"api_key": SUPPORTED_KEY, "pin": PIN})
    assert desk.find("s1")
    assert desk.asked()[0] == "/login"


def test_a_sign_in_that_has_to_wait_waits():
    desk = Desk()
    desk.order(faults.Status(429, {"Retry-After": "40"}), "/login")
    before = desk.world.now()
    assert desk.find("s1")
    assert desk.world.now() - before >= 40
    assert desk.asked().count("/login") == 2


def test_a_sign_in_that_fails_for_a_moment_is_tried_again():
    desk = Desk()
    desk.order(faults.Status(500), "/login")
    assert desk.find("s1")
    assert desk.asked().count("/login") == 2


@pytest.mark.parametrize("data", [None, {}, {"token": ""}, {"token": "ä"}, {"token": "a\nb"}])
def test_a_sign_in_without_a_token_is_trouble(data):
    desk = Desk()
    desk.next_run(rewrite={"/login": lambda answer: answer | {"data": data}})
    with pytest.raises(Unavailable, match="without a token"):
        desk.find("s1")
    assert desk.drawer.values == {}


def test_the_key_and_the_token_are_never_printed(desk):
    desk.next_run({"api_key": KEY, "pin": PIN})
    desk.find("s1")
    told = desk.http.secrets.clean(f"{KEY} {PIN} {desk.drawer.values['token']}")
    assert told == "*** *** ***"
    assert KEY not in str(desk.drawer.values)


# Finding by ids


@pytest.mark.parametrize("uid", ["s1", "m2", "s1.1.2"])
def test_its_own_number_is_one_request_in_its_own_space(desk, uid):
    (found,) = desk.find(uid)
    work = desk.works[uid]
    kind = KINDS[work.kind]
    spaces = ("imdb",) if kind is Kind.EPISODE else ("imdb", "tmdb")
    assert (found.kind, found.title, found.ids) == (kind, work.title, desk.ids(uid, *spaces))
    words = {Kind.SHOW: "series", Kind.MOVIE: "movies", Kind.EPISODE: "episodes"}
    short = "" if kind is Kind.EPISODE else "?short=true"
    assert desk.asked() == [f"/{words[kind]}/{desk.number(uid)}/extended{short}"]


def test_one_number_is_another_thing_as_a_film_than_as_a_show(desk):
    assert desk.number("m1") == desk.number("s1")
    assert desk.find("m1")[0].title == desk.works["m1"].title
    assert desk.find("s1")[0].title == desk.works["s1"].title
    episode = str(desk.works["s1.1.1"].ids["tvdb"])
    assert desk.value(desk.tvdb.find(Kind.SHOW, "tvdb", episode)) == []


def test_an_episode_has_its_show_season_and_number(desk):
    (found,) = desk.find("s1.2.3")
    assert (found.parent.ids, found.season, found.number) == ({"tvdb": desk.number("s1")}, 2, 3)
    assert (found.order, found.aired) == ("", desk.works["s1.2.3"].released // DAY)
    assert found.runtime == desk.works["s1.2.3"].runtime * 60
    (film,) = desk.find("m2")
    assert (film.year, film.runtime) == (desk.works["m2"].year, desk.works["m2"].runtime * 60)


@pytest.mark.parametrize("uid", ["s1", "s2", "m2", "s1.1.2", "s2.1.1"])
def test_an_imdb_id_is_two_requests_and_strays_are_left_out(desk, uid):
    (found,) = desk.find(uid, "imdb")
    assert found == desk.find(uid)[0]
    assert len(desk.asked()) == 2 + 1


def test_an_imdb_id_of_another_kind_or_of_nobody_finds_nothing_by_one_request(desk):
    film = desk.works["m2"].ids["imdb"]
    assert desk.value(desk.tvdb.find(Kind.SHOW, "imdb", film)) == []
    assert desk.value(desk.tvdb.find(Kind.EPISODE, "imdb", film)) == []
    assert desk.value(desk.tvdb.find(Kind.MOVIE, "imdb", "tt9999999")) == []
    assert desk.asked() == [f"/search/remoteid/{film}"] * 2 + ["/search/remoteid/tt9999999"]


def test_the_show_of_an_imdb_id_is_not_found_for_its_episodes(desk):
    """The ghost under it has no number (v4-api#317)."""
    assert desk.value(desk.tvdb.find(Kind.EPISODE, "imdb", desk.works["s2"].ids["imdb"])) == []
    assert len(desk.asked()) == 1


@pytest.mark.parametrize(
    ("kind", "space", "value"),
    [
        (Kind.SHOW, "tmdb", "1399"),
        (Kind.SHOW, "imdb", "121361"),
        (Kind.SHOW, "tvdb", "tt0944947"),
        (Kind.SHOW, "tvdb", "0"),
        (Kind.SEASON, "tvdb", "670009"),
    ],
)
def test_what_cannot_be_asked_is_not_asked(desk, kind, space, value):
    assert desk.value(desk.tvdb.find(kind, space, value)) == []
    assert desk.asked() == []


def test_untidy_ids_and_years_are_read_and_missing_ones_left_out(desk):
    assert desk.find("m4")[0].ids == desk.ids("m4", "imdb", "tmdb")  # with spaces around
    assert desk.find("m6")[0].ids == desk.ids("m6")  # null
    assert desk.find("m8")[0].ids == desk.ids("m8", "imdb", "tmdb")  # with its name behind the number
    years = {uid: desk.find(uid)[0].year for uid in ("m2", "m5", "m9")}
    assert years == {"m2": desk.works["m2"].year, "m5": None, "m9": None}


@pytest.mark.parametrize(
    ("remote", "ids"),
    [
        (None, {}),
        ([], {}),
        ({}, {}),
        ([None, "x", {}, {"id": None, "sourceName": "IMDB"}, {"id": "tt0000000", "sourceName": "IMDB"}], {}),
        ([{"id": "tt0113277", "sourceName": "IMDb"}, {"id": 949, "sourceName": "TheMovieDB.com"}], {"tmdb": "949"}),
        ([{"id": "949-heat", "sourceName": "TheMovieDB.com "}], {"tmdb": "949"}),
        ([{"id": "949", "sourceName": "TheMovieDB.com"}, {"id": "950", "sourceName": "TheMovieDB.com"}], {}),
        ([{"id": "949", "sourceName": "TheMovieDB.com"}] * 2, {"tmdb": "949"}),
        ([{"id": "949", "sourceName": "EIDR"}, {"id": "949"}], {}),
    ],
)
def test_ids_elsewhere_in_any_form_are_read_or_left_out(desk, remote, ids):
    number = desk.number("s1")
    path = f"/series/{number}/extended"
    desk.next_run(rewrite={path: lambda answer: answer | {"data": answer["data"] | {"remoteIds": remote}}})
    (found,) = desk.find("s1")
    imdb = {"imdb": "tt0113277"} if remote and "tt0113277" in str(remote) else {}
    assert found.ids == {"tvdb": number} | ids | imdb


def test_an_answer_about_another_thing_is_no_answer(desk):
    number, imdb = desk.number("s1"), desk.works["s1"].ids["imdb"]
    path = f"/series/{number}/extended"
    desk.next_run(rewrite={path: lambda answer: answer | {"data": answer["data"] | {"id": 5}}})
    assert desk.find("s1") == []
    other = [{"id": "tt0000005", "sourceName": "IMDB"}]
    desk.next_run(rewrite={path: lambda answer: answer | {"data": answer["data"] | {"remoteIds": other}}})
    assert desk.value(desk.tvdb.find(Kind.SHOW, "imdb", imdb)) == []


def test_titles_and_facts_of_another_thing_are_none(desk):
    film, imdb = (
        Media(Kind.MOVIE, {"tvdb": desk.number("m2")}),
        Media(Kind.MOVIE, {"imdb": desk.works["m2"].ids["imdb"]}),
    )
    path = f"/movies/{desk.number('m2')}/extended"
    other = [{"id": "tt0000005", "sourceName": "IMDB"}]
    rewrite = {
        path: lambda answer: answer | {"data": answer["data"] | {"id": 5}},
        "/search": lambda answer: answer | {"data": [row | {"remote_ids": other} for row in answer["data"]]},
    }
    desk.next_run(rewrite=rewrite)
    assert desk.value(desk.tvdb.titles(film)) is None
    assert desk.value(desk.tvdb.facts(film)) is None
    assert desk.value(desk.tvdb.titles(imdb)) is None


def test_of_two_ids_the_one_that_was_asked_for_is_believed(desk):
    number, imdb = desk.number("s1"), desk.works["s1"].ids["imdb"]
    both = [{"id": one, "sourceName": "IMDB"} for one in ("tt0000005", imdb)]
    how = {f"/series/{number}/extended": lambda answer: answer | {"data": answer["data"] | {"remoteIds": both}}}
    desk.next_run(rewrite=how)
    assert [one.ids for one in desk.find("s1", "imdb")] == [{"tvdb": number, "imdb": imdb}]
    assert [one.ids for one in desk.find("s1")] == [{"tvdb": number}]


def test_an_episode_takes_no_number_that_may_be_another_ones(desk):
    remote = [{"id": "62085", "sourceName": "TheMovieDB.com"}]
    path = f"/episodes/{desk.number('s1.1.1')}/extended"
    desk.next_run(rewrite={path: lambda answer: answer | {"data": answer["data"] | {"remoteIds": remote}}})
    assert desk.find("s1.1.1")[0].ids == {"tvdb": desk.number("s1.1.1")}


@pytest.mark.parametrize(("said", "year"), [("2004", 2004), (2004, 2004), ("0", None), ("MMIV", None), ([], None)])
def test_a_year_in_any_form_is_read_or_left_out(desk, said, year):
    path = f"/movies/{desk.number('m2')}/extended"
    desk.next_run(rewrite={path: lambda answer: answer | {"data": answer["data"] | {"year": said}}})
    assert desk.find("m2")[0].year == year


def test_an_episode_without_a_place_is_none(desk):
    path = f"/episodes/{desk.number('s1.1.1')}/extended"
    for gap in ("seriesId", "seasonNumber", "number"):
        desk.next_run(rewrite={path: lambda answer, gap=gap: answer | {"data": answer["data"] | {gap: None}}})
        assert desk.find("s1.1.1") == []


def test_an_episode_of_another_cut_is_numbered_in_the_order_of_that_cut(desk):
    cut = next(iter(places(desk.episodes("s2", "dvd")).items()))
    (found,) = desk.value(desk.tvdb.find(Kind.EPISODE, "tvdb", cut[0]))
    assert (found.order, (found.season, found.number)) == ("dvd", cut[1])


@pytest.mark.parametrize(
    ("types", "orders"),
    [
        (["official", "dvd"], [""]),
        (["dvd", "dvd"], ["dvd"]),
        (["absolute"], ["absolute"]),
        (["dvd", "absolute"], []),
        (["regional"], []),
        ([], [""]),
    ],
)
def test_an_episode_is_numbered_as_aired_or_in_the_only_order_where_it_stands(desk, types, orders):
    seasons = [{"type": {"type": one}} for one in types]
    path = f"/episodes/{desk.number('s1.1.1')}/extended"
    desk.next_run(rewrite={path: lambda answer: answer | {"data": answer["data"] | {"seasons": seasons}}})
    assert [one.order for one in desk.find("s1.1.1")] == orders


def test_an_episode_by_the_number_of_another_database_is_not_asked_for(desk):
    assert desk.find("s1.1.1", "tmdb") == []
    assert desk.asked() == []


def test_what_is_not_there_is_one_request_and_an_episode_is_asked_for_twice(desk):
    assert desk.value(desk.tvdb.find(Kind.SHOW, "tvdb", "5")) == []
    assert len(desk.asked()) == 1
    assert desk.value(desk.tvdb.find(Kind.EPISODE, "tvdb", "5")) == []
    assert len(desk.asked()) == 2
    desk.order(faults.Status(404, html=False), "/episodes/")
    assert desk.find("s1.1.1")
    assert len(desk.asked()) == 2


# Titles


def test_a_search_is_one_request_and_has_ids_and_titles_of_all_languages(desk):
    work = desk.works["s1"]
    (found,) = desk.search(work.title, work.year, Kind.SHOW)
    assert found.media == Media(Kind.SHOW, desk.ids("s1", "imdb", "tmdb"), work.title, work.year)
    assert found.more == (f"Der Fall {work.title}", f"L'Affaire {work.title}")
    assert len(desk.asked()) == 1
    assert desk.search(work.title, work.year, Kind.MOVIE) == []


def test_a_film_is_found_by_a_title_that_is_not_its_first(desk):
    work = desk.works["m3"]
    works = desk.search(work.title, work.year)
    found = taken(propose(Work(Media(Kind.MOVIE, {}, work.title, work.year)), works))
    assert found.work.media.title == f"Der Fall {work.title}"
    assert found.work.media.ids["imdb"] == work.ids["imdb"]


def test_a_year_narrows_to_one_year_on_either_side(desk):
    work = desk.works["m8"]
    for apart, found in ((-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)):
        assert len(desk.search(work.title, work.year + apart)) == found
    assert len(desk.search(work.title)) == 1
    nobody_says = desk.works["m5"]
    assert len(desk.search(nobody_says.title, nobody_says.year + 5)) == 1


@pytest.fixture
def alone():
    """40 films of one name, two a year: m1 and m2 of 1990, and so on until m39 and m40 of 2009."""
    desk = Desk(movies=40, traps=False).signed_in()
    for n in range(1, 41):
        entry = desk.simulated.entries.of(desk.works[f"m{n}"])
        entry.name, entry.year, entry.translations = "Alone", str(1990 + (n - 1) // 2), {}
    return desk


def test_a_name_that_40_films_bear_is_not_told_of_whole_nor_is_its_year_alone(alone):
    wide = alone.answer("Alone", 1995)
    assert len(wide.found) == 6
    assert not wide.whole
    narrowed = alone.answer("Alone", 1995, narrow=True)
    assert [one.media.ids["tvdb"] for one in narrowed.found] == [alone.number("m11"), alone.number("m12")]
    assert {one.media.year for one in narrowed.found} == {1995}
    assert not narrowed.whole
    assert alone.asked() == [
        "/search?query=Alone&limit=30&type=movie",
        "/search?query=Alone&limit=30&year=1995&type=movie",
    ]


def test_as_many_films_as_rows_are_told_of_whole_whatever_their_years(alone):
    for n in range(31, 41):
        alone.simulated.delete(alone.simulated.entries.of(alone.works[f"m{n}"]))
    assert [(len(said.found), said.whole) for said in (alone.answer("Alone"), alone.answer("Alone", 1950))] == [
        (30, True),
        (0, True),
    ]


def test_a_show_is_narrowed_to_its_year_too(desk):
    work = desk.works["s1"]
    found = {later: desk.answer(work.title, work.year + later, Kind.SHOW, narrow=True) for later in (-1, 0, 1)}
    assert {later: [one.media.ids["tvdb"] for one in said.found] for later, said in found.items()} == {
        -1: [],
        0: [desk.number("s1")],
        1: [],
    }
    assert not any(said.whole for said in found.values())


def test_without_a_year_nothing_can_be_narrowed(alone):
    said = [alone.answer("Alone", narrow=narrow) for narrow in (False, True)]
    assert [(len(one.found), one.whole) for one in said] == [(30, False)] * 2
    one, other = alone.asked()
    assert one == other


@pytest.mark.parametrize(
    ("links", "whole"),
    [
        ({"total_items": 1}, True),
        ({"total_items": "1"}, True),
        ({"total_items": 2}, False),  # cut short
        ({"total_items": 0}, False),
        ({"total_items": -1}, False),
        ({"total_items": None}, False),
        ({"total_items": "many"}, False),
        ({"total_items": True}, False),
        ({}, False),
        (None, False),
        ([1], False),
    ],
)
def test_a_search_is_whole_only_if_as_many_rows_came_as_it_says_that_there_are(desk, links, whole):
    work = desk.works["s1"]
    desk.next_run(rewrite={"/search": lambda answer: answer | {"links": links}})
    said = desk.answer(work.title, work.year, Kind.SHOW)
    assert [one.media.ids["tvdb"] for one in said.found] == [desk.number("s1")]
    assert said.whole is whole


@pytest.mark.parametrize("fault", [faults.Untold(), faults.Count(1), faults.Empty(), faults.Status(404, html=False)])
def test_a_search_that_was_cut_short_is_not_whole(desk, fault):
    work = desk.works["s1"]
    desk.order(fault, "/search")
    assert not desk.answer(work.title, work.year, Kind.SHOW).whole
    assert desk.answer(work.title, work.year, Kind.SHOW).whole


def test_rows_of_others_count_among_those_that_came(desk):
    work = desk.works["s1"]

    def spoil(answer):
        row = answer["data"][0]
        rows = [row | {"type": "person"}, row | {"tvdb_id": None}, row]
        return answer | {"data": rows, "links": answer["links"] | {"total_items": 3}}

    desk.next_run(rewrite={"/search": spoil})
    said = desk.answer(work.title, work.year, Kind.SHOW)
    assert (len(said.found), said.whole) == (1, True)


def test_nothing_under_a_name_is_a_whole_answer(desk):
    said = desk.answer("Nowhere To Be Seen", 1999)
    assert (list(said.found), said.whole) == ([], True)


def test_what_has_neither_a_number_nor_the_kind_is_no_row(desk):
    title = desk.works["s1"].title

    def spoil(answer):
        row = answer["data"][0]
        wrong = [row | {"tvdb_id": one} for one in (None, "", "0", "x", True)]
        return answer | {"data": [*wrong, row | {"type": "person"}, {"type": "series"}, row]}

    desk.next_run(rewrite={"/search": spoil})
    assert [one.media.ids["tvdb"] for one in desk.search(title, kind=Kind.SHOW)] == [desk.number("s1")]
    desk.next_run(rewrite={"/search": lambda answer: answer | {"data": None}})
    assert desk.search(title, kind=Kind.SHOW) == []


def test_rows_with_odd_titles_are_read_as_far_as_they_go(desk):
    def spoil(answer):
        row = answer["data"][0]
        odd = row | {"aliases": [None, " A ", 5, {"name": "B"}], "translations": ["x"], "remote_ids": None, "year": ""}
        return answer | {"data": [odd]}

    desk.next_run(rewrite={"/search": spoil})
    (found,) = desk.search(desk.works["s1"].title, 1999, Kind.SHOW)
    assert (found.more, found.media.year, found.media.ids) == (("A", "B"), None, {"tvdb": desk.number("s1")})


def test_of_a_title_without_end_only_the_beginning_is_searched_for(desk):
    assert desk.search("x" * 100_000) == []
    assert [len(dict(parse_qsl(one.query))["query"]) for one in desk.requests()] == [200]


def test_all_titles_of_a_work_are_one_request(desk):
    work = desk.works["m2"]
    found = desk.value(desk.tvdb.titles(Media(Kind.MOVIE, {"tvdb": desk.number("m2")})))
    assert (found.media.title, found.media.runtime) == (work.title, work.runtime * 60)
    assert found.more == (f"Der Fall {work.title}", f"L'Affaire {work.title}")
    assert len(desk.asked()) == 1
    by_imdb = desk.value(desk.tvdb.titles(Media(Kind.MOVIE, {"imdb": work.ids["imdb"]})))
    assert (by_imdb.media.ids, by_imdb.more) == (found.media.ids, found.more)
    imdb = work.ids["imdb"]
    assert desk.asked() == [f"/search?query={imdb}&remote_id={imdb}&type=movie"]


def test_names_of_all_sorts_are_titles(desk):
    told = {"nameTranslations": [{"name": "A", "isAlias": True}, {"name": None}, None], "alias": ["B", ""]}
    data = {"translations": told, "aliases": [{"name": "C"}, {}]}
    path = f"/movies/{desk.number('m2')}/extended"
    desk.next_run(rewrite={path: lambda answer: answer | {"data": answer["data"] | data}})
    assert desk.value(desk.tvdb.titles(Media(Kind.MOVIE, {"tvdb": desk.number("m2")}))).more == ("A", "B", "C")


def test_of_names_without_end_the_first_thousand_that_can_be_titles_are_told(desk):
    aliases = [{"name": "x" * 1001}, *({"name": f"Name {place}"} for place in range(5000))]
    data = {"translations": None, "aliases": aliases}
    path = f"/movies/{desk.number('m2')}/extended"
    desk.next_run(rewrite={path: lambda answer: answer | {"data": answer["data"] | data}})
    found = desk.value(desk.tvdb.titles(Media(Kind.MOVIE, {"tvdb": desk.number("m2")})))
    assert found.more == tuple(f"Name {place}" for place in range(1000))


@pytest.mark.parametrize(
    "media", [Media(Kind.MOVIE), Media(Kind.MOVIE, {"tmdb": "949"}), Media(Kind.EPISODE, {"tvdb": "670001"})]
)
def test_titles_of_what_it_cannot_know_cost_nothing(desk, media):
    assert desk.value(desk.tvdb.titles(media)) is None
    assert desk.asked() == []


# Orders


def test_the_episodes_of_an_order_are_one_request_with_specials(desk):
    found = desk.episodes("s1")
    assert len(desk.asked()) == 1
    assert len(found) == 8 + 2
    assert [(one.season, one.number) for one in found][:3] == [(0, 1), (0, 2), (1, 1)]
    one = next(one for one in found if (one.season, one.number) == (2, 3))
    assert one.ids == {"tvdb": desk.number("s1.2.3")}
    assert (one.title, one.parent) == (desk.works["s1.2.3"].title, desk.show("s1"))
    assert one.runtime == desk.works["s1.2.3"].runtime * 60


def test_one_id_is_one_episode_in_all_orders(desk):
    aired, dvd, absolute = (places(desk.episodes("s1", order)) for order in ("aired", "dvd", "absolute"))
    last = desk.number("s1.1.4")
    assert (aired[last], dvd[last], absolute[last]) == ((1, 4), (1, 1), (1, 4))
    assert absolute[desk.number("s1.2.4")] == (1, 8)
    assert len(desk.asked()) == 3


def test_another_cut_shares_no_episode_and_an_order_that_is_not_there_is_none(desk):
    aired, dvd = places(desk.episodes("s2")), places(desk.episodes("s2", "dvd"))
    assert not set(aired) & set(dvd)
    assert len(dvd) == 2 * 6
    assert desk.episodes("s4", "dvd") is None


@pytest.mark.parametrize(("order", "word"), [("aired", ""), ("dvd", "dvd"), ("absolute", "absolute")])
def test_an_episode_says_in_which_order_it_stands_when_it_was_shown_its_title_and_length(desk, order, word):
    works = {str(work.ids["tvdb"]): work for work in desk.works["s1"].episodes}
    found = {one.ids["tvdb"]: one for one in desk.episodes("s1", order)}
    assert {one.order for one in found.values()} == {word}
    assert len(works.keys() & found.keys()) == 8
    for number in works.keys() & found.keys():
        one, work = found[number], works[number]
        shown = datetime.fromtimestamp(work.released, UTC).date() - date(1970, 1, 1)
        assert (one.title, one.aired, one.runtime) == (work.title, shown.days, work.runtime * 60)


@pytest.mark.parametrize(
    ("written", "aired"),
    [
        ("1989-12-17", 7290),
        (" 1990-01-14 ", 7318),
        ("0000-00-00", None),
        ("1989-12", None),
        ("", None),
        (None, None),
        (19891217, None),
        ([], None),
    ],
)
def test_a_date_is_counted_in_days_and_nonsense_is_none(desk, written, aired):
    path = f"/episodes/{desk.number('s1.1.1')}/extended"
    desk.next_run(rewrite={path: lambda answer: answer | {"data": answer["data"] | {"aired": written}}})
    assert desk.find("s1.1.1")[0].aired == aired


def test_specials_are_season_0_in_every_order_and_a_film_among_them_is_an_episode_too(desk):
    for order in ("aired", "dvd"):
        assert [one.title for one in desk.episodes("s1", order) if one.season == 0] == ["The Making Of", "The Film"]


# The absolute order where nobody listed it


def absolute(desk, **rewritten):
    """The fourth show in absolute order, by the numbers that its episodes bear; `rewritten`: the rows, by their uid."""
    rows = {int(desk.number(uid)): changes for uid, changes in rewritten.items()}

    def spoil(answer):
        for row in answer["data"]["episodes"]:
            row |= rows.get(row["id"], {})
        return answer

    desk.next_run(rewrite={f"/series/{desk.number('s4')}/episodes/official": spoil})
    return desk.episodes("s4", "absolute")


def numbered(desk, episodes):
    uids = {desk.number(f"s4.{season}.{number}"): (season, number) for season in (1, 2) for number in (1, 2, 3, 4)}
    return {uids[one.ids["tvdb"]]: (one.season, one.number) for one in episodes}


EIGHT = {(season, number): (1, 4 * season - 4 + number) for season in (1, 2) for number in (1, 2, 3, 4)}


def test_the_absolute_order_is_made_of_the_numbers_that_episodes_bear_by_a_second_request(desk):
    found = absolute(desk)
    assert numbered(desk, found) == EIGHT
    assert {one.order for one in found} == {"absolute"}
    paths = [path.partition("?")[0].rpartition("/")[2] for path in desk.asked()]
    assert paths == ["absolute", "official"]


def test_a_listed_absolute_order_stands_whatever_the_episodes_bear(desk):
    assert len(desk.episodes("s1", "absolute")) == 8
    assert len(desk.asked()) == 1


def test_the_absolute_order_may_have_gaps_and_what_bears_no_number_is_not_in_it(desk):
    changes = {"s4.1.2": {"absoluteNumber": 0}, "s4.1.3": {"absoluteNumber": None}, "s4.2.4": {"absoluteNumber": "33"}}
    left = {place: counted for place, counted in EIGHT.items() if place not in {(1, 2), (1, 3)}}
    assert numbered(desk, absolute(desk, **changes)) == left | {(2, 4): (1, 33)}


def test_two_episodes_with_one_absolute_number_are_no_order(desk):
    assert absolute(desk, **{"s4.2.1": {"absoluteNumber": 1}}) is None


def test_episodes_without_any_absolute_number_are_no_order(desk):
    uids = [f"s4.{season}.{number}" for season in (1, 2) for number in (1, 2, 3, 4)]
    assert absolute(desk, **{uid: {"absoluteNumber": 0} for uid in uids}) is None


def test_specials_stay_season_0_whatever_absolute_number_they_bear(desk):
    special = {"seasonNumber": 0, "number": 7, "absoluteNumber": 1}
    assert numbered(desk, absolute(desk, **{"s4.2.4": special})) == EIGHT | {(2, 4): (0, 7)}


def test_an_absolute_list_that_is_not_there_at_all_is_made_of_numbers_too(desk):
    desk.order(faults.Status(404, html=False), "/episodes/absolute", times=-1)
    assert numbered(desk, absolute(desk)) == EIGHT
    assert len(desk.asked()) == 2 + 1


def test_an_absolute_order_is_not_made_of_a_list_that_is_cut_short(desk):
    desk.order(faults.Short(1), "/episodes/official", times=-1)
    with pytest.raises(Incomplete):
        desk.episodes("s4", "absolute")


def test_a_show_that_only_has_an_imdb_id_is_looked_up_first(desk):
    show = Media(Kind.SHOW, {"imdb": desk.works["s2"].ids["imdb"]})
    assert len(desk.value(desk.tvdb.episodes(show))) == 8 + 2
    assert len(desk.asked()) == 2
    for media in (Media(Kind.SHOW, {"tmdb": "5"}), Media(Kind.MOVIE, desk.show("s1").ids)):
        assert desk.value(desk.tvdb.episodes(media)) is None
    assert desk.asked() == []


def test_an_imdb_id_of_two_shows_names_no_list(desk):
    imdb = desk.works["s1"].ids["imdb"]
    both = [{"series": {"id": int(desk.number(uid))}} for uid in ("s1", "s2")]
    desk.next_run(rewrite={f"/search/remoteid/{imdb}": lambda answer: answer | {"data": both}})
    assert desk.value(desk.tvdb.episodes(Media(Kind.SHOW, {"imdb": imdb}))) is None


def test_a_long_show_is_one_request_for_each_500_episodes():
    desk = Desk(movies=7, shows=2, seasons=3, episodes=400, traps=False).signed_in()
    assert len(desk.episodes("s1")) == 1202
    assert [path.partition("page=")[2] for path in desk.asked()] == ["0", "1", "2"]
    desk.order(faults.Short(7), "/episodes/", skip=1)
    assert len(desk.episodes("s1")) == 1202
    assert len(desk.asked()) == 6


@pytest.mark.parametrize("fault", [faults.Short(3), faults.Empty(), faults.Untold(), faults.Count(1)])
def test_a_list_that_is_cut_short_is_read_once_more(desk, fault):
    desk.order(fault, "/episodes/")
    assert len(desk.episodes("s1")) == 10
    assert len(desk.asked()) == 2


@pytest.mark.parametrize("fault", [faults.Short(3), faults.Empty(), faults.Untold(), faults.Count(1)])
def test_a_list_that_stays_cut_short_is_incomplete(desk, fault):
    desk.order(fault, "/episodes/", times=-1)
    with pytest.raises(Incomplete, match="TheTVDB: the list of episodes is cut short"):
        desk.episodes("s1")
    assert len(desk.asked()) == 2


def test_a_wrong_404_is_asked_once_more_after_a_pause(desk):
    desk.order(faults.Status(404, html=False), "/episodes/")
    before = desk.world.now()
    assert len(desk.episodes("s1")) == 10
    assert desk.world.now() - before >= 2
    assert len(desk.asked()) == 2
    desk.asked()
    assert desk.value(desk.tvdb.episodes(Media(Kind.SHOW, {"tvdb": "5"}))) is None
    assert len(desk.asked()) == 2


def test_a_404_in_the_middle_of_a_list_is_no_end():
    desk = Desk(movies=7, shows=1, seasons=3, episodes=200, traps=False).signed_in()
    desk.order(faults.Status(404, html=False), "/episodes/", skip=1, times=2)
    assert len(desk.episodes("s1")) == 602
    desk.order(faults.Status(404, html=False), "/episodes/", skip=1, times=2)
    desk.order(faults.Status(404, html=False), "/episodes/", skip=4, times=2)
    with pytest.raises(Incomplete, match="500 came, of 602"):
        desk.episodes("s1")


def test_pages_that_never_end_do(desk):
    """Every page named a next one once (v4-api#138)."""
    path = f"/series/{desk.number('s1')}/episodes/official"
    desk.next_run(rewrite={path: lambda answer: answer | {"links": answer["links"] | {"next": "more"}}})
    assert len(desk.episodes("s1")) == 10
    assert len(desk.asked()) == 2


def test_episodes_of_others_and_ghosts_are_left_out(desk):
    path = f"/series/{desk.number('s1')}/episodes/official"

    def spoil(answer):
        rows = answer["data"]["episodes"]
        rows[0] |= {"seriesId": 5}
        rows[1] |= {"number": None, "seasonNumber": None}
        rows[2] |= {"id": None}
        return answer

    desk.next_run(rewrite={path: spoil})
    assert len(desk.episodes("s1")) == 7


def test_a_deleted_episode_is_gone_and_a_merged_show_too(desk):
    entries = desk.simulated.entries
    desk.simulated.delete(entries.of(desk.works["s1.1.1"]))
    assert len(desk.episodes("s1")) == 9
    double = desk.simulated.duplicate(entries.of(desk.works["s1"]))
    desk.simulated.merge(double, entries.of(desk.works["s1"]))
    assert desk.value(desk.tvdb.find(Kind.SHOW, "tvdb", str(double.number))) == []


# Facts


def test_facts_are_one_request_in_english(desk):
    for uid in ("m3", "s3", "s1.1.1"):
        work = desk.works[uid]
        media = Media(KINDS[work.kind], {"tvdb": desk.number(uid)})
        found = desk.value(desk.tvdb.facts(media))
        assert (found.title, found.overview) == (work.title, f"What happens in {work.title}.")
        assert found.runtime == work.runtime * 60
        assert len(desk.asked()) == 1
    assert desk.value(desk.tvdb.facts(Media(Kind.MOVIE, {"imdb": "tt0113277"}))) is None
    assert desk.asked() == []


def test_facts_are_in_the_language_that_there_is(desk):
    names = [
        {"language": "deu", "name": "Der Fall"},
        {"language": "eng", "name": "Alias", "isAlias": True},
        {"language": "eng", "name": "The Case"},
    ]
    path = f"/series/{desk.number('s1')}/extended"
    for some, title in ((names, "The Case"), (names[:2], desk.works["s1"].title), (None, desk.works["s1"].title)):
        told = {"translations": {"nameTranslations": some}, "overview": "As it was."}
        desk.next_run(rewrite={path: lambda answer, told=told: answer | {"data": answer["data"] | told}})
        found = desk.value(desk.tvdb.facts(desk.show("s1")))
        assert (found.title, found.overview, found.genres) == (title, "As it was.", ("Drama",))


def test_a_poster_is_a_whole_address(desk):
    def poster(uid, kind):
        return desk.value(desk.tvdb.facts(Media(kind, {"tvdb": desk.number(uid)}))).poster

    assert poster("m2", Kind.MOVIE) == f"https://artworks.thetvdb.com/banners/movies/{desk.number('m2')}.jpg"
    assert poster("s1", Kind.SHOW) == f"https://artworks.thetvdb.com/banners/posters/{desk.number('s1')}.jpg"
    assert poster("s1.1.1", Kind.EPISODE) == ""


# What goes wrong


ASKED = (
    lambda desk: desk.find("s1"),
    lambda desk: desk.find("s1", "imdb"),
    lambda desk: desk.search("The Amber", kind=Kind.SHOW),
    lambda desk: desk.episodes("s1"),
    lambda desk: desk.value(desk.tvdb.titles(desk.show("s1"))),
    lambda desk: desk.value(desk.tvdb.facts(desk.show("s1"))),
)


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.Html(), UnexpectedAnswer),
        (faults.Truncate(), UnexpectedAnswer),
        (faults.Blank(), UnexpectedAnswer),
        (faults.Status(500), Unavailable),
        (faults.Drop(), Unavailable),
    ],
)
def test_what_cannot_be_read_is_an_error_and_never_empty(desk, ask, fault, error):
    desk.order(fault, "/v4/(series|search)", times=-1)
    with pytest.raises(error):
        ask(desk)


@pytest.mark.parametrize("data", [5, "x", ["x"], {"episodes": "x"}])
def test_data_of_another_shape_is_an_error_and_never_empty(desk, data):
    path = f"/series/{desk.number('s1')}/episodes/official"
    desk.next_run(rewrite={path: lambda answer: answer | {"data": data}})
    with pytest.raises(UnexpectedAnswer):
        desk.episodes("s1")


def test_a_failure_that_calls_itself_a_success_is_none(desk):
    how = {"/search": lambda answer: {"status": "failure", "message": "x", "data": None}}
    desk.next_run(rewrite=how)
    with pytest.raises(UnexpectedAnswer, match="a failure"):
        desk.search("The Amber")


def test_too_many_requests_are_waited_for(desk):
    desk.order(faults.Status(429, {"Retry-After": "30"}), "/series/")
    before = desk.world.now()
    assert desk.find("s1")
    assert desk.world.now() - before >= 30


def test_two_requests_a_second_are_the_most(desk):
    async def many():
        await asyncio.gather(*(desk.tvdb.find(Kind.MOVIE, "tvdb", desk.number("m2")) for _ in range(21)))

    desk.world.clock.advance(10)
    before = desk.world.now()
    asyncio.run(many())
    assert desk.world.now() - before >= 20 / 2
