"""What a person reads when a request fails: which address, why, and how long."""

import asyncio
import socket

import httpx2
import pytest

from tests.requests.wire import START, Remembered, Server, Time, answer
from watchweave.errors import ServiceError
from watchweave.services.http import Fixed, Http
from watchweave.services.pacing import spoken


def said(asking) -> str:
    with pytest.raises(ServiceError) as caught:
        asyncio.run(asking)
    return str(caught.value)


def at(address: str) -> Http:
    return Http("Reelbook", {"url": address}, Fixed({}), Remembered(), clock=Time())


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_server_that_is_off_is_named_with_its_port_and_nothing_else_of_the_address():
    port = unused_port()
    told = said(at(f"http://127.0.0.1:{port}/secret-prefix").get("films/1", dict, params={"key": "secret-value"}))
    assert told == f"Reelbook: 127.0.0.1:{port} cannot be reached (connection refused)."


def broken(cause: Exception) -> httpx2.ConnectError:
    error = httpx2.ConnectError("ConnectError")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        (socket.gaierror(-2, "Name or service not known"), "there is no such name, or it cannot be looked up now"),
        (OSError(113, "x"), "no route to host"),
        (OSError("All connection attempts failed"), "ConnectError"),
    ],
)
def test_why_no_connection_came_about_is_said_in_plain_words(cause, why):
    told = said(Server([broken(cause)]).http().get("x", dict))
    assert told == f"Reelbook: api.test:80 cannot be reached ({why})."


def test_an_address_without_a_port_is_named_with_the_usual_one():
    http = Http("Reelbook", {"url": "https://nas.test"}, Fixed({}), Remembered(), clock=Time(), transport=no_way())
    assert "nas.test:443 cannot be reached (no answer in time)" in said(http.get("x", dict))


def no_way():
    return httpx2.MockTransport(Server([httpx2.ConnectTimeout("")]))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (httpx2.RemoteProtocolError("Server disconnected"), "the connection broke"),
        (httpx2.ReadError(""), "the connection broke"),
        (httpx2.ReadTimeout(""), "there was no answer in time"),
        (answer(503), "the answer was 503 Service Unavailable"),
    ],
)
def test_a_request_that_failed_is_named_with_the_real_host_and_without_the_names_of_classes(fault, words):
    assert said(Server([fault]).http().get("/films/1", dict)) == f"Reelbook: {words} (GET api.test/films/1)."


def test_a_long_wait_is_told_once_in_minutes_whoever_meets_it():
    server, time = Server([answer(429, Retry_After="600")]), Time()
    http = server.http(time=time)
    first = said(http.get("x", dict))
    time.time += 130
    assert said(http.get("y", dict)) == first
    assert first == "Reelbook: asked us to wait for 10 minutes."
    assert len(server.seen) == 1


def test_a_wait_that_an_earlier_run_was_asked_for_is_told_by_what_is_left_of_it():
    pace = Remembered()
    pace.hold(START + 2 * 3600)
    assert said(Server([answer()]).http(pace=pace).get("x", dict)).endswith("asked us to wait for 2 hours.")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (1.2, "1 second"), (17, "17 seconds"), (90, "2 minutes"), (601, "10 minutes"), (7200, "2 hours")],
)
def test_waits_are_said_as_people_say_them(seconds, words):
    assert spoken(seconds) == words


def test_a_host_that_is_left_alone_is_named_with_how_long():
    http = Server([answer(503)]).http()
    told = [said(http.get("x", dict)) for _ in range(3)][-1]
    assert told == "Reelbook: 5 requests in a row to api.test:80 failed; it is left alone for 5 minutes."


def test_log_lines_of_what_failed_name_no_class(caplog):
    caplog.set_level("DEBUG", logger="watchweave.http")
    said(Server([httpx2.RemoteProtocolError("x")]).http().get("films/1", dict))
    assert "GET api.test/films/1 -> the connection broke" in caplog.text
    assert "Error" not in caplog.text
    assert "Unavailable" not in caplog.text
