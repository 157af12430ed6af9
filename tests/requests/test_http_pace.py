"""After "too many" a service is asked at half the rate, and slowly at the old one again."""

import asyncio
from itertools import pairwise

import httpx2
import pytest

from tests.requests.wire import START, Remembered, Server, Time, answer
from watchweave.errors import RateLimited
from watchweave.services.http import Fixed, Http
from watchweave.services.pacing import Budget, Limits, wait_named

WRITES = Limits(reads=Budget(at_once=4), writes=Budget(at_once=1, per=1, seconds=1.05))


class Busy:
    """Answers that note when they were asked for; the requests with these numbers are too many."""

    def __init__(self, time, *too_many):
        self.time, self.too_many = time, too_many
        self.begun = []

    def __call__(self, request):
        self.begun.append(self.time.time - START)
        return answer(429, Retry_After="1") if len(self.begun) in self.too_many else answer(200, {})

    def distances(self):
        return [round(later - earlier, 2) for earlier, later in pairwise(self.begun)]


def ask(http, times, method="POST"):
    async def all_of_them():
        for number in range(times):
            await (http.get("x", dict) if method == "GET" else http.send(method, f"x/{number}", dict))

    asyncio.run(all_of_them())


def test_after_a_429_requests_keep_twice_the_distance_and_come_back_slowly():
    time = Time()
    busy = Busy(time, 3)
    ask(Server(handler=busy).http(time=time, limits=WRITES), 60)
    before, after = busy.distances()[:2], busy.distances()[3:]
    assert before == [1.05, 1.05]
    assert after[0] == pytest.approx(2 * 1.05, abs=0.1)
    assert all(later <= earlier for earlier, later in pairwise(after))
    back = next(number for number, distance in enumerate(after) if distance == 1.05)
    assert 15 <= back <= 40
    assert after[-1] == 1.05


def test_each_further_429_halves_the_rate_again_down_to_an_eighth():
    time = Time()
    busy = Busy(time, 1, 2, 3, 4, 5)
    ask(Server(handler=busy).http(time=time, limits=WRITES), 2)
    assert busy.distances()[-1] == pytest.approx(8 * 1.05, abs=0.3)


def test_a_service_without_a_known_rate_is_slowed_too():
    time = Time()
    busy = Busy(time, 1)
    ask(Server(handler=busy).http(time=time), 3, "GET")
    assert busy.distances()[1] > 0.9


def test_readings_and_other_hosts_keep_their_pace_when_writes_were_too_many():
    time = Time()
    busy = Busy(time, 1)
    http = Server(handler=busy).http(time=time, limits=WRITES)
    ask(http, 1)
    ask(http, 3, "GET")
    assert busy.distances()[1:] == [0, 0, 0]

    async def elsewhere():
        for _ in range(2):
            await http.send("POST", "x", dict, host="auth_url")

    asyncio.run(elsewhere())
    assert busy.distances()[-1] == 1.05


class SharedTime(Time):
    """Those who sleep at the same time wake at the same time."""

    async def sleep(self, seconds):
        wake = self.time + seconds
        await asyncio.sleep(0)
        self.time = max(self.time, wake)


class Crowded(httpx2.AsyncBaseTransport):
    """The first four requests are under way together, and all are too many."""

    def __init__(self, time):
        self.time, self.begun, self.four = time, [], asyncio.Event()

    async def handle_async_request(self, request):
        self.begun.append(self.time.time - START)
        if len(self.begun) > 4:
            return answer(200, {})
        if len(self.begun) == 4:
            self.time.time += 0.25
            self.four.set()
        await self.four.wait()
        return answer(429, Retry_After="1")


def test_readings_that_were_too_many_together_halve_the_rate_once_and_go_on_one_by_one():
    limits = Limits(reads=Budget(at_once=4, per=1000, seconds=300))
    time = SharedTime()
    crowd = Crowded(time)

    async def four():
        api = {"url": "http://api.test"}
        http = Http("Reelbook", api, Fixed({}), Remembered(), transport=crowd, limits=limits, clock=time)
        await asyncio.gather(*(http.get("x", dict) for _ in range(4)))

    asyncio.run(four())
    assert [round(at, 2) for at in crowd.begun] == [0, 0, 0, 0, 2.25, 2.85, 3.43, 4.0]


def test_a_service_that_says_too_many_for_ever_costs_few_requests_and_no_more_than_the_patience():
    server, time = Server([answer(429, Retry_After="1")]), Time()
    http = server.http(time=time, limits=WRITES)
    for _ in range(3):
        with pytest.raises(RateLimited):
            asyncio.run(http.get("x", dict))
    assert 10 < http.requests < 80
    assert time.time - START <= http.limits.patience


def test_a_new_run_begins_at_the_usual_pace():
    time, pace = Time(), Remembered()
    busy = Busy(time, 1)
    server = Server(handler=busy)
    ask(server.http(time=time, pace=pace, limits=WRITES), 1)
    time.time += 60
    ask(server.http(time=time, pace=pace, limits=WRITES), 2)
    assert busy.distances()[-1] == 1.05


def test_no_service_is_left_alone_for_longer_than_a_day():
    assert wait_named({"Retry-After": "999999999999"}, 1_800_000_000.0) == 86_400.0
