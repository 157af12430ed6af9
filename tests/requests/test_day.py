"""The requests of a day to a source that allows so many: each that is sent counts, whatever becomes of it."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from tests.requests.wire import Server, answer
from watchweave.core.media import Kind, Media
from watchweave.engine.asking import Asking, UsedUp, within_budgets
from watchweave.metadata.base import Works
from watchweave.metadata.omdb import Omdb
from watchweave.services.http import Nothing
from watchweave.storage.store import open_store
from watchweave.storage.told import Told

NOW = 1_790_000_000
NO = answer(200, {"Response": "False", "Error": "Movie not found!"})
DOWN, LATE, UNREACHABLE = answer(503), answer(429), httpx2.ConnectError("no")


class Small(Omdb):
    budget = 6


@pytest.fixture
def told():
    store = open_store(None)
    yield Told(store)
    store.close()


def ask(told, server, films=20):
    """As many questions side by side; what is known of them, and the source's way out."""
    source = Small(server.http(), {"api_key": "key"})

    async def every():
        asking = Asking(told, [source], (lambda: NOW, asyncio.Event()))
        questions = [
            asking.once(source, (film,), lambda: source.search(Media(Kind.MOVIE, {}, "Heat", 1995)), Works())
            for film in range(films)
        ]
        return await asyncio.gather(*questions), asking

    return asyncio.run(every())


@pytest.mark.parametrize(
    ("answers", "answered"),
    [([NO], 6), ([DOWN, NO], 5), ([DOWN, NO, DOWN, NO, DOWN, NO], 3), ([LATE, NO], 5), ([DOWN, DOWN, NO], 4)],
)
def test_no_more_requests_leave_than_the_day_allows(told, answers, answered):
    server = Server(answers)
    known, asking = ask(told, server)
    assert (len(server.seen), sum(one is not None for one in known)) == (6, answered)
    assert (asking.asked, asking.failed, asking.left) == ({"omdb": answered}, {}, True)
    ask(told, server)
    assert len(server.seen) == 6


def test_what_never_left_does_not_count(told):
    ask(told, Server([UNREACHABLE]))
    server = Server([NO])
    ask(told, server)
    assert len(server.seen) == 6


def test_who_asks_outside_of_a_run_counts_too(told):
    server = Server([NO])
    source = Small(server.http(), {"api_key": "key"})
    within_budgets(told, [source], lambda: NOW)

    async def some():
        for _ in range(6):
            await source.http.get("", Nothing)
        with pytest.raises(UsedUp):
            await source.http.get("", Nothing)

    asyncio.run(some())
    assert (len(server.seen), source.http.requests) == (6, 6)
