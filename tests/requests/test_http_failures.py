"""Every failure of a request has one name, and the number of attempts is known."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import httpx2
import pytest

from tests.requests.wire import QUICK, START, Remembered, Server, Time, answer, html
from watchweave.errors import (
    ConfigError,
    LimitReached,
    NotSent,
    RateLimited,
    Rejected,
    ServiceError,
    SignInNeeded,
    Stopped,
    Unavailable,
    UnexpectedAnswer,
)
from watchweave.services.http import Fixed, Http, Nothing
from watchweave.services.pacing import Budget, Limits


def failure(asking: Coroutine[Any, Any, Any]) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        asyncio.run(asking)
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind", "attempts"),
    [
        (301, UnexpectedAnswer, 1),
        (400, Rejected, 1),
        (401, SignInNeeded, 1),
        (403, Stopped, 1),
        (404, UnexpectedAnswer, 1),
        (405, UnexpectedAnswer, 1),
        (412, UnexpectedAnswer, 1),
        (420, LimitReached, 1),
        (422, Rejected, 1),
        (423, Stopped, 1),
        (426, LimitReached, 1),
        (500, Unavailable, 3),
        (502, Unavailable, 3),
        (503, Unavailable, 3),
        (520, Unavailable, 3),
    ],
)
def test_each_status_of_a_reading_has_one_error_and_a_number_of_attempts(status, kind, attempts):
    server = Server([answer(status, {})])
    http = server.http()
    error = failure(http.get("x", dict))
    assert type(error) is kind
    assert len(server.seen) == http.requests == attempts


def test_an_unexpected_status_is_named_on_the_error():
    assert failure(Server([answer(404, {})]).http().get("x", dict)).status == 404


@pytest.mark.parametrize("status", [500, 502, 504, 520])
def test_a_write_that_may_have_been_done_is_not_repeated(status):
    server = Server([answer(status, {})])
    error = failure(server.http().send("POST", "plays", dict, body={}))
    assert type(error) is Unavailable
    assert "unknown" in error.message
    assert len(server.seen) == 1


def test_a_write_that_may_be_repeated_is_sent_three_times_at_most():
    server, time = Server([answer(502, {})]), Time()
    assert type(failure(server.http(time=time).send("POST", "ratings", dict, body={}, again=True))) is Unavailable
    assert len(server.seen) == 3
    assert time.waits == [1, 2]


def test_a_reading_is_repeated_until_it_succeeds():
    server, time = Server([answer(503), httpx2.ReadTimeout("slow"), answer(200, {"a": 1})]), Time()
    assert asyncio.run(server.http(time=time).get("x", dict)).value == {"a": 1}
    assert time.waits == [1, 2]


@pytest.mark.parametrize(
    "fault", [httpx2.ReadTimeout("x"), httpx2.ReadError("x"), httpx2.RemoteProtocolError("x"), httpx2.WriteError("x")]
)
def test_a_broken_connection_during_a_write_leaves_it_unclear(fault):
    server = Server([fault])
    assert type(failure(server.http().send("POST", "plays", dict, body={}))) is Unavailable
    assert len(server.seen) == 1


@pytest.mark.parametrize("fault", [httpx2.ConnectError("no"), httpx2.ConnectTimeout("no"), httpx2.PoolTimeout("no")])
def test_a_connection_that_never_opened_sent_nothing_and_is_tried_again(fault):
    server = Server([fault])
    http = server.http()
    assert type(failure(http.send("POST", "plays", dict, body={}))) is NotSent
    assert (len(server.seen), http.requests) == (3, 0)


def test_an_unclear_attempt_followed_by_no_connection_is_still_unclear():
    server = Server([answer(502), httpx2.ConnectError("no")])
    assert type(failure(server.http().send("POST", "ratings", dict, body={}, again=True))) is Unavailable


def test_an_unclear_attempt_followed_by_a_long_ban_is_still_unclear():
    server = Server([answer(502), answer(429, Retry_After="9999")])
    assert type(failure(server.http().send("POST", "ratings", dict, body={}, again=True))) is Unavailable


@pytest.mark.parametrize(
    "body",
    [html(), httpx2.Response(200, content=b'{"a": 1', headers={"content-type": "application/json"}), answer(200, [])],
)
def test_a_page_or_a_torn_body_is_no_reading(body):
    server = Server([body])
    assert type(failure(server.http().get("x", dict[str, int]))) is UnexpectedAnswer
    assert len(server.seen) == 1


def test_a_write_answered_with_a_page_is_unclear_even_if_the_body_does_not_matter():
    server = Server([html()])
    assert type(failure(server.http().send("POST", "plays", Nothing, body={}))) is Unavailable
    assert len(server.seen) == 1


def test_a_body_of_more_than_32_mib_is_not_read_to_its_end():
    read = []

    async def flood():
        for _ in range(100):
            read.append(1)
            yield bytes(1024 * 1024)

    server = Server(handler=lambda _: httpx2.Response(200, content=flood()))
    assert type(failure(server.http().get("x", bytes))) is UnexpectedAnswer
    assert len(read) == 33


def test_a_limit_names_its_size():
    server = Server([answer(420, None, X_Account_Limit="250", X_VIP_User="false")])
    assert failure(server.http().send("POST", "watchlist", dict, body={})).limit == 250


def test_the_service_explains_its_own_statuses():
    limits = Limits(explain={403: "the app key is no longer valid."})
    assert (
        failure(Server([answer(403)]).http(limits=limits).get("x", dict)).message == "the app key is no longer valid."
    )


def test_a_rejection_tells_what_the_service_says():
    server = Server([answer(422, {"error_description": "rating is invalid"})])
    assert "rating is invalid" in failure(server.http().send("POST", "ratings", dict, body={})).message


def test_an_accepted_status_is_an_answer():
    server = Server([answer(409, {"watched_at": "x"}), httpx2.Response(404, content=b"<html>")])
    http = server.http()
    first = asyncio.run(http.send("POST", "scrobble", dict[str, str], accept=(409,)))
    assert (first.status, first.value) == (409, {"watched_at": "x"})
    assert asyncio.run(http.get("x", dict, accept=(404,))).value is None


@pytest.mark.parametrize("second", [200, 404])
def test_a_doubtful_status_is_asked_for_once_more_after_a_pause_and_then_stands(second):
    server, time = Server([answer(404, {"a": 1}), answer(second, {"a": 2})]), Time()
    http = server.http(time=time)
    told = asyncio.run(http.get("x", dict[str, int], accept=(404,), doubt=(404,)))
    assert (told.status, told.value, http.requests, time.waits) == (second, {"a": 2}, 2, [2])


def test_a_doubtful_status_that_nobody_accepts_is_an_error_only_if_it_stays():
    server = Server([answer(404, {}), answer(200, {"a": 1})])
    assert asyncio.run(server.http().get("x", dict, doubt=(404,))).value == {"a": 1}
    server = Server([answer(404, {})])
    assert failure(server.http().get("x", dict, doubt=(404,))).status == 404
    assert len(server.seen) == 2


@pytest.mark.parametrize(("status", "attempts"), [(200, 1), (400, 1), (405, 1), (503, 3)])
def test_what_nobody_doubts_is_asked_for_as_often_as_ever(status, attempts):
    server = Server([answer(status, {})])
    http = server.http()
    if status == 200:
        asyncio.run(http.get("x", dict, doubt=(404,)))
    else:
        failure(http.get("x", dict, doubt=(404,)))
    assert http.requests == attempts


def test_doubt_does_not_use_up_the_attempts_after_a_failure():
    server, time = Server([answer(404), answer(503), answer(503), answer(404, {"a": 1})]), Time()
    told = asyncio.run(server.http(time=time).get("x", dict, accept=(404,), doubt=(404,)))
    assert (told.status, len(server.seen), time.waits) == (404, 4, [2, 1, 2])


@pytest.mark.parametrize(("again", "attempts"), [(False, 1), (True, 2)])
def test_a_doubtful_answer_to_a_write_repeats_it_only_if_that_does_no_harm(again, attempts):
    server = Server([answer(404, {})])
    asyncio.run(server.http().send("POST", "plays", dict, body={}, again=again, accept=(404,), doubt=(404,)))
    assert len(server.seen) == attempts


def test_redirects_are_not_followed():
    server = Server([answer(302, None, Location="http://elsewhere.test/")])
    assert type(failure(server.http().get("x", dict))) is UnexpectedAnswer
    assert [request.url.host for request in server.seen] == ["api.test"]


def test_a_locked_account_is_never_asked_again_in_this_run():
    server = Server([answer(423)])
    http = server.http()
    for _ in range(3):
        assert type(failure(http.get("x", dict))) is Stopped
    assert http.requests == 1


def test_five_failures_in_a_row_close_this_host_only():
    server = Server(handler=lambda request: answer(200 if request.url.host == "auth.test" else 503, {}))
    http = server.http()
    for _ in range(4):
        assert isinstance(failure(http.get("x", dict)), Unavailable)
    assert http.requests == 5
    assert type(failure(http.send("POST", "x", dict))) is NotSent
    assert asyncio.run(http.get("x", dict, host="auth_url")).status == 200


def test_a_closed_host_is_asked_again_after_five_minutes_and_one_more_failure_closes_it():
    server, time = Server([answer(503)]), Time()
    http = server.http(time=time)
    for _ in range(4):
        failure(http.get("x", dict))
    time.time += 299
    failure(http.get("x", dict))
    assert http.requests == 5
    time.time += 1
    for _ in range(3):
        failure(http.get("x", dict))
    assert http.requests == 6


def test_another_run_asks_a_closed_host_anew():
    server, pace = Server([answer(503)] * 5 + [answer(200, {})]), Remembered()
    http = server.http(pace=pace)
    for _ in range(4):
        failure(http.get("x", dict))
    assert asyncio.run(server.http(pace=pace).get("x", dict)).status == 200
    assert len(server.seen) == 6


def test_a_success_between_failures_keeps_a_host_open():
    server = Server([answer(503), answer(503), answer(200, {})] * 3)
    http = server.http()
    for _ in range(3):
        asyncio.run(http.get("x", dict))
    assert http.requests == 9


class Renewing(Fixed):
    """A signer whose second token is good, and that counts how often it was asked."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.refused: list[str] = []

    async def headers(self, http, host):
        return {"Authorization": f"Bearer {self.tokens[0]}"} if host == "url" else {}

    async def renew(self, http, refused):
        self.refused.append(refused["Authorization"])
        if len(self.tokens) > 1:
            self.tokens.pop(0)
        return bool(self.tokens)


def test_after_a_401_the_signer_renews_once_and_the_request_is_repeated():
    server, signer = Server([answer(401), answer(200, {})]), Renewing("old1", "new1")
    assert asyncio.run(server.http(signer=signer).send("POST", "plays", dict, body={})).status == 200
    assert [request.headers["authorization"] for request in server.seen] == ["Bearer old1", "Bearer new1"]
    assert signer.refused == ["Bearer old1"]


def test_a_second_401_asks_for_a_new_sign_in_and_ends_the_run_for_this_host():
    server, signer = Server([answer(401)]), Renewing("old1", "new1")
    http = server.http(signer=signer)
    for _ in range(3):
        assert type(failure(http.get("x", dict))) is SignInNeeded
    assert (http.requests, len(signer.refused)) == (2, 1)


def test_a_token_goes_to_its_own_host_only():
    server = Server([answer(200, {})])
    http = server.http(signer=Renewing("old1"))
    asyncio.run(http.get("x", dict, host="auth_url"))
    asyncio.run(http.get("//evil.test/x", dict))
    assert "authorization" not in server.seen[0].headers
    assert [request.url.host for request in server.seen] == ["auth.test", "api.test"]


def test_a_429_is_obeyed_with_a_margin_and_remembered_before_the_repetition():
    server, time, pace = Server([answer(429, Retry_After="17"), answer(200, {})]), Time(), Remembered()
    asyncio.run(server.http(time=time, pace=pace).send("POST", "plays", dict, body={}))
    assert time.waits == [18]
    assert pace.until == START + 18


def test_the_time_named_by_the_limit_itself_counts_too_by_the_clock_of_the_service():
    limit = '{"name":"AUTHED_API_POST_LIMIT","period":1,"limit":1,"remaining":0,"until":"2026-11-01T20:05:40Z"}'
    told = answer(429, None, Retry_After="10", X_Ratelimit=limit, Date="Sun, 01 Nov 2026 20:05:00 GMT")
    time = Time()
    asyncio.run(Server([told, answer(200, {})]).http(time=time).get("x", dict))
    assert time.waits == [41]


def test_a_wait_that_is_too_long_for_a_run_ends_it_and_holds_the_next_one():
    server, time, pace = Server([answer(429, Retry_After="2852")]), Time(), Remembered()
    assert type(failure(server.http(time=time, pace=pace).get("x", dict))) is RateLimited
    assert type(failure(server.http(time=time, pace=pace).get("x", dict))) is RateLimited
    assert (len(server.seen), time.waits) == (1, [])


def test_the_patience_of_a_run_is_spent_once_for_all_its_requests():
    server, time = Server([answer(429, Retry_After="99")]), Time()
    assert type(failure(server.http(time=time).get("x", dict))) is RateLimited
    assert time.waits == [100, 100, 100]


def test_a_hold_of_an_earlier_run_is_waited_for():
    server, time, pace = Server([answer(200, {})]), Time(), Remembered()
    pace.hold(START + 20)
    asyncio.run(server.http(time=time, pace=pace).get("x", dict))
    assert time.waits == [20]


@pytest.mark.parametrize("address", ["api.test", "ftp://api.test", "http://me:pass@api.test", "http://"])
def test_an_address_that_is_none_is_a_matter_of_the_settings(address):
    with pytest.raises(ConfigError):
        Http("Reelbook", {"url": address}, Fixed({}), Remembered(), limits=QUICK)


def test_writes_keep_their_distance_from_end_to_beginning():
    time = Time()
    begun, ended = [], []

    def slow(request):
        begun.append(time.time)
        time.time += 0.4
        ended.append(time.time)
        return answer(200, {})

    async def three():
        http = Server(handler=slow).http(time=time, limits=Limits(writes=Budget(at_once=1, per=1, seconds=1.05)))
        await asyncio.gather(*(http.send("POST", "plays", dict, body={}) for _ in range(3)))

    asyncio.run(three())
    assert [round(after - before, 2) for before, after in zip(ended, begun[1:], strict=False)] == [1.05, 1.05]


def test_no_window_of_the_budget_ever_holds_more_than_it_may():
    time, sent = Time(), []

    def note(request):
        sent.append(time.time)
        time.time += 0.5
        return answer(200, {})

    async def many():
        http = Server(handler=note).http(time=time, limits=Limits(reads=Budget(at_once=1, per=10, seconds=60)))
        for _ in range(35):
            await http.get("x", dict)

    asyncio.run(many())
    assert all(later - earlier >= 60 for earlier, later in zip(sent, sent[10:], strict=False))
    assert time.time - START < 4 * 60


@pytest.mark.parametrize(
    ("path", "headers"), [("things", {"X-Key": "t\u00f6ken"}), ("x" * 70_000, {}), ("things\x00", {})]
)
def test_what_cannot_be_sent_is_said_and_sent_to_nobody(path, headers):
    server = Server([answer(200, {})])
    http = server.http(signer=Fixed({"url": headers}))
    problem = failure(http.get(path, dict))
    assert isinstance(problem, Rejected)
    assert "cannot be sent" in str(problem)
    assert (server.seen, http.requests, "t\u00f6ken" in str(problem)) == ([], 0, False)
