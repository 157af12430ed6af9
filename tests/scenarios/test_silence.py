"""Metadata sources that never answer: how long somebody waits for them, on a clock that jumps to what is waited for."""

from __future__ import annotations

import asyncio
import selectors

from watchweave.engine.asking import Asking, trouble
from watchweave.metadata.base import Source, Works
from watchweave.storage.store import open_store
from watchweave.storage.told import Told


class Rushing(asyncio.SelectorEventLoop):
    """Waiting takes no time; `waited` is how many seconds it would have taken."""

    def __init__(self):
        super().__init__(Idle(self))
        self.waited = 0.0

    def time(self):
        return super().time() + getattr(self, "waited", 0.0)


class Idle(selectors.SelectSelector):
    """Does not wait: it tells the loop how long it would."""

    def __init__(self, loop):
        super().__init__()
        self.loop = loop

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready and timeout:
            self.loop.waited += timeout
        return ready


class Silent(Source):
    """It takes every question and never answers."""

    title = "TMDb"

    def __init__(self, name):
        self.name = name
        self.asked = 0

    async def search(self, wanted, *, narrow=False):
        self.asked += 1
        await asyncio.Event().wait()

    async def find(self, kind, space, value):
        await asyncio.Event().wait()


def waited(task):
    """What came out, and after how many seconds."""
    with asyncio.Runner(loop_factory=Rushing) as runner:
        found = runner.run(task)
        return found, round(runner.get_loop().waited)


def test_a_sync_waits_a_minute_for_a_silent_source_however_much_there_is_to_ask():
    source, store = Silent("tmdb"), open_store(None)

    async def every():
        asking = Asking(Told(store), [source], (lambda: 0, asyncio.Event()))
        for start in (0, 8):
            some = [asking.once(source, (n,), lambda: source.search(None), Works()) for n in range(start, start + 8)]
            assert await asyncio.gather(*some) == [None] * 8
        return asking.failed["tmdb"]

    said, seconds = waited(every())
    store.close()
    assert (seconds, source.asked, "TMDb: it did not answer within 60 seconds" in said) == (60, 8, True)


def test_who_only_wants_to_know_whether_a_source_answers_waits_ten_seconds():
    said, seconds = waited(trouble(Silent("tmdb")))
    assert (seconds, "did not answer within 10 seconds" in said) == (10, True)
