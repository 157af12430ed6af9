"""A reading is staged in portions, beside the network: what comes of it is the same, and its failures are told."""

import asyncio
import sqlite3

import pytest

from tests.scenarios.household import DAY, NOW, Household
from watchweave.engine import fetch
from watchweave.errors import StorageError
from watchweave.services.base import Reading
from watchweave.storage.store import open_store


def lived() -> Household:
    """A household with something to tell on both sides."""
    house = Household(films=8)
    for number, uid in enumerate(("m1", "m2", "s1.1.1", "s1.1.2")):
        house.watch_on_plex(uid, NOW - (number + 2) * DAY)
    for number, uid in enumerate(("m3", "m4", "s2.1.1")):
        house.watch_on_trakt(uid, NOW - (number + 2) * DAY)
    house.plex.rate("mara", "m2", 6.0, at=NOW - 7 * DAY)
    return house


@pytest.mark.parametrize("portion", [1, 3, 7])
def test_small_portions_in_threads_come_to_the_same(monkeypatch, portion):
    usual = lived()
    usual.sync()
    monkeypatch.setattr(fetch, "PORTION", portion)
    monkeypatch.setattr(fetch, "FEW", 0)
    house = lived()
    house.sync()
    assert house.shown() == usual.shown()
    house.quiet()


def test_a_full_disk_while_a_portion_is_staged_ends_the_run_with_what_to_do(monkeypatch):
    monkeypatch.setattr(fetch, "PORTION", 1)
    monkeypatch.setattr(fetch, "FEW", 0)
    house = lived()
    before = house.shown()

    def full(self, party, portion):
        with self.store.transaction():
            raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(fetch.Fetch, "_take_in", full)
    with pytest.raises(StorageError, match="No space is left"):
        house.sync()
    monkeypatch.undo()
    assert house.shown() == before
    house.sync()
    house.quiet()


def test_a_reading_that_is_given_up_ends_its_requests_at_once(monkeypatch):
    ended: list[str] = []

    async def pages():
        try:
            while True:
                yield [object()]
        finally:
            ended.append("requests")

    async def slow(self, party, portion):
        await asyncio.sleep(60)

    async def given_up() -> list[str]:
        reading = fetch.Fetch(open_store(None), 1, lambda: NOW, asyncio.Event())
        task = asyncio.create_task(reading._stage(None, Reading(pages())))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        return list(ended)

    monkeypatch.setattr(fetch, "PORTION", 1)
    monkeypatch.setattr(fetch.Fetch, "_keep", slow)
    assert asyncio.run(given_up()) == ["requests"]
