"""The simulated world keeps time, invents works, logs requests and breaks things as ordered."""

import asyncio
import socket
import time

import httpx2
import pytest

from watchweave.sandbox import faults
from watchweave.sandbox.server import Answer, Call, Host, Sandbox, transport
from watchweave.sandbox.world import Catalogue, Clock, World, invented


class Guestbook:
    """A service that keeps names."""

    name = "guestbook"

    def __init__(self):
        self.names = []
        self.hosts = [Host("guestbook", "https://guestbook.example", self.answer)]

    def answer(self, call: Call) -> Answer:
        if call.method == "POST":
            self.names += call.json["names"]
            return Answer({"added": len(call.json["names"])}, 201)
        return Answer(list(self.names))


@pytest.fixture
def world():
    world = World(Catalogue(), Clock(1_000))
    world.add(Guestbook())
    return world


def names(world):
    return world.services["guestbook"].names


def ask(world, method="GET", path="/names", **options):
    async def one():
        async with httpx2.AsyncClient(base_url="https://guestbook.example", transport=transport(world)) as client:
            return await client.request(method, path, **options)

    return asyncio.run(one())


def sign(world, *people):
    return ask(world, "POST", json={"names": list(people)})


def test_the_same_seed_invents_the_same_works():
    first, second = invented(7, traps=True), invented(7, traps=True)
    assert [(w.uid, w.title, w.year, w.ids) for w in first] == [(w.uid, w.title, w.year, w.ids) for w in second]
    assert [w.title for w in first] != [w.title for w in invented(8, traps=True)]


def test_a_large_household_is_invented_with_distinct_titles_and_ids():
    catalogue = invented(1, movies=2_000, shows=100, seasons=5, episodes=10)
    films, episodes = catalogue.of("movie"), catalogue.of("episode")
    assert len(episodes) == 5_000
    assert len({film.title for film in films}) == len(films)
    for space in ("trakt", "tmdb", "imdb", "plex"):
        assert len({episode.ids[space] for episode in episodes}) == 5_000


def test_the_traps_are_what_their_names_say():
    traps = invented(traps=True).traps
    film, show = traps["one number"]
    assert (film.kind, show.kind) == ("movie", "show")
    assert film.ids["tmdb"] == show.ids["tmdb"]
    first, second = traps["one episode number"]
    assert first.ids["tmdb"] == second.ids["tmdb"]
    assert first.show is second.show
    older, newer = traps["one title"]
    assert older.title == newer.title
    assert older.year != newer.year
    assert traps["home video"][0].ids == {}


def test_seasons_and_episodes_hang_together():
    show = invented(shows=1, seasons=2, episodes=3)["s1"]
    assert [e.number for e in show.seasons[2].episodes] == [1, 2, 3]
    assert len(show.episodes) == 6
    assert all(e.show is show for e in show.episodes)


def test_what_waits_for_a_time_happens_when_the_clock_gets_there():
    clock, rung = Clock(100), []
    clock.at(150, lambda: rung.append("late"))
    clock.at(120, lambda: rung.append("early"))
    clock.advance(10)
    assert rung == []
    clock.advance(60)
    assert rung == ["early", "late"]


def test_every_request_is_logged_with_what_it_was_meant_to_do(world):
    sign(world, "Ada")
    ask(world, path="/names?all=1")
    log = world.requests
    assert [(a.method, a.path, a.query, a.status, a.changes) for a in log.all] == [
        ("POST", "/names", "", 201, True),
        ("GET", "/names", "all=1", 200, False),
    ]
    assert log.all[1].bytes == len(b'["Ada"]')
    assert log.counts() == {"guestbook": 2}
    assert len(log.writes("guestbook")) == 1


def test_a_fault_takes_place_after_the_skipped_requests_and_only_so_often(world):
    world.faults.order(faults.Status(503), path="names", skip=1, times=2)
    assert [ask(world).status_code for _ in range(4)] == [200, 503, 503, 200]


def test_a_fault_on_order_meets_only_the_requests_it_names(world):
    world.faults.order(faults.Status(503), host="guestbook", method="POST", path="^/names$")
    assert ask(world).status_code == 200
    assert sign(world, "Ada").status_code == 503
    assert names(world) == []


def test_an_error_can_hide_that_the_write_was_carried_out(world):
    world.faults.order(faults.Status(502, applied=True), method="POST")
    answer = sign(world, "Ada")
    assert answer.status_code == 502
    assert "html" in answer.text
    assert names(world) == ["Ada"]


@pytest.mark.parametrize(
    ("fault", "kept", "error"),
    [
        (faults.Drop(), [], httpx2.RemoteProtocolError),
        (faults.Drop(applied=True), ["Ada", "Bo"], httpx2.RemoteProtocolError),
        (faults.Drop(timeout=True, applied=True), ["Ada", "Bo"], httpx2.ReadTimeout),
        (faults.Half(1), ["Ada"], httpx2.RemoteProtocolError),
        (faults.Refuse(), [], httpx2.ConnectError),
    ],
)
def test_a_broken_connection_is_an_error_of_the_transport(world, fault, kept, error):
    world.faults.order(fault, method="POST")
    with pytest.raises(error):
        sign(world, "Ada", "Bo")
    assert names(world) == kept


def test_a_late_write_lands_when_its_time_has_come(world):
    world.faults.order(faults.Late(40), method="POST")
    with pytest.raises(httpx2.ReadTimeout):
        sign(world, "Ada")
    world.clock.advance(39)
    assert ask(world).json() == []
    world.clock.advance(1)
    assert ask(world).json() == ["Ada"]


@pytest.mark.parametrize(
    ("fault", "body"), [(faults.Truncate(), b'["Ada'), (faults.Html(), faults.HTML), (faults.Blank(), b"")]
)
def test_a_body_can_be_cut_be_a_page_of_html_or_be_missing(world, fault, body):
    names(world).extend(["Ada", "B"])
    world.faults.order(fault)
    answer = ask(world)
    assert (answer.status_code, answer.content) == (200, body)


def test_the_world_can_change_right_after_a_request(world):
    world.faults.order(faults.Act(lambda: names(world).append("Eve")))
    assert ask(world).json() == []
    assert ask(world).json() == ["Eve"]


def test_a_half_write_counts_the_innermost_rows():
    body = {"shows": [{"ids": {"tvdb": 1}, "seasons": [{"number": 1, "episodes": [{"number": n} for n in (1, 2, 3)]}]}]}
    assert faults.first_rows(body, 2)["shows"][0]["seasons"][0]["episodes"] == [{"number": 1}, {"number": 2}]
    assert faults.first_rows({"movies": [{"ids": {}}] * 3, "shows": []}, 2) == {
        "movies": [{"ids": {}}] * 2,
        "shows": [],
    }


def test_over_a_real_socket_the_connection_really_breaks(world):
    with Sandbox(world) as sandbox, httpx2.Client(base_url=sandbox.url("guestbook")) as client:
        assert client.post("/names", json={"names": ["Ada"]}).json() == {"added": 1}
        world.faults.order(faults.Drop(applied=True), method="POST")
        with pytest.raises(httpx2.RemoteProtocolError):
            client.post("/names", json={"names": ["Bo"]})
        assert client.get("/names").json() == ["Ada", "Bo"]


def test_a_request_that_is_cut_off_before_its_end_is_none(world):
    with Sandbox(world) as sandbox:
        host, port = sandbox.url("guestbook").removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as half:
            half.sendall(b"POST /names HTTP/1.1\r\nHost: guestbook\r\nContent-Length: 18\r\n\r\n{")
        with socket.create_connection((host, int(port))) as whole:
            whole.sendall(b"GET /names HTTP/1.1\r\nHost: guestbook\r\nConnection: close\r\n\r\n")
            assert whole.makefile("rb").read().endswith(b"[]")
        assert [logged.method for logged in world.requests.of("guestbook")] == ["GET"]


def test_no_answer_waits_for_the_next_packet(world):
    with Sandbox(world) as sandbox:
        listening = sandbox._sockets["guestbook"]
        assert listening.proto == socket.IPPROTO_TCP  # asyncio sets TCP_NODELAY only then


def test_the_sandbox_stops_by_itself(world):
    with Sandbox(world) as sandbox:
        url = sandbox.url("guestbook")
        assert httpx2.get(f"{url}/names").json() == []
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{url}/names")


def test_an_address_that_is_not_simulated_refuses(world):
    with pytest.raises(httpx2.ConnectError):
        asyncio.run(transport(world).handle_async_request(httpx2.Request("GET", "https://elsewhere.example/")))


def test_a_running_clock_moves_on_from_where_it_was_set():
    clock = Clock(100, running=True)
    clock.set(5_000)
    before = clock.now()
    deadline = time.monotonic() + 5
    while clock.now() == before and time.monotonic() < deadline:
        pass
    assert 5_000 <= before < clock.now()
