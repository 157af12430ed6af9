"""What `why` says of what an account does not show: where it waits, and what only she can do."""

import re
from datetime import UTC, datetime

import pytest

from tests.scenarios.five import Five
from tests.scenarios.household import DAY
from watchweave.cli.why import Telling
from watchweave.engine.why import everything


@pytest.fixture
def house(tmp_path):
    house = Five(tmp_path)
    house.mara.rate(house["m2"], 6)
    house.hand_in_all()
    house.sync(yes=True)
    house.later(DAY)
    return house


def told(house, uid):
    query = "SELECT media FROM ids WHERE space = 'imdb' AND value = ?"
    ((media,),) = house.store.db.execute(query, (house[uid].ids["imdb"],))
    return everything(house.home, media)


def left(house, uid, shelf):
    """By account, why it shows something else."""
    (truth,) = [truth for truth in told(house, uid)["truth"] if truth["shelf"] == shelf]
    return {one["account"]: one["why"] for one in truth["left"]}


def file_of(house, account, named=""):
    (name,) = [name for name, text in house.offered().items() if name.startswith(f"{account}-") and named in text]
    return f"it waits in outbox/{name} for you to carry it there"


def test_what_waits_in_a_file_is_said_to_wait_there(house):
    house.trakt.rate(house["m1"], 8)
    house.sync(yes=True)
    assert left(house, "m1", "ratings") == {
        "letterboxd": file_of(house, "letterboxd"), "imdb": file_of(house, "imdb", house["m1"].ids["imdb"]),
    }  # fmt: skip


def test_a_mark_that_a_service_cannot_be_told_of_is_not_promised(house):
    house.watch_on_trakt("m1", house.now() - 3 * DAY)
    house.sync(yes=True)
    waits = file_of(house, "letterboxd")
    assert left(house, "m1", "watched") == {
        "letterboxd": waits, "imdb": "it cannot be written there, only read",
    }  # fmt: skip
    (play,) = told(house, "m1")["plays"]
    assert {one["account"]: one["why"] for one in play["accounts"] if one["state"] == "owed"} == {"letterboxd": waits}


def test_what_no_file_can_take_back_is_to_be_removed_by_hand(house):
    house.trakt.unrate(house["m2"])
    house.sync(yes=True)
    why = "to be removed there by hand: that cannot be done from here"
    assert left(house, "m2", "ratings")["letterboxd"] == why


def test_of_what_is_known_by_its_day_no_time_is_told(house, capsys):
    house.trakt.rate(house["m1"], 8)
    house.sync(yes=True)
    at_noon = datetime.fromtimestamp(house.now() - DAY, UTC).strftime("%d %b %Y")
    lines = {}
    for uid in ("m1", "m2"):
        Telling(told(house, uid), {"mara": "UTC"}, None).all()
        lines[uid] = capsys.readouterr().out
    assert f"letterboxd said so, {at_noon} (run" in lines["m2"]
    assert f"ratings: 6 of 10 since {at_noon}, last looked" in lines["m2"]
    assert re.search(
        r"ratings should be: 8 of 10 for .*; trakt said so, \d\d \w\w\w \d{4} \d\d:\d\d \(run", lines["m1"]
    )
