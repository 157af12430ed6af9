"""What the simulated server tells of its own accord (plex.md 12, 13 and 15.7)."""

from __future__ import annotations

import asyncio
import json
import os
from email import message_from_bytes
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.sandbox.plex_guest import IDENTIFIER, ask, plex
from watchweave.sandbox.plex import Plex
from watchweave.sandbox.server import Sandbox

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED", Path(__file__).parents[3] / "shared"))
RECORDED = SHARED / "data/recorded/websocket"
PATH = "/:/websockets/notifications"


@pytest.fixture
def house() -> Plex:
    made = plex(movies=3, shows=1, seasons=1, episodes=2)
    made.person("kid")
    return made


def told(house: Plex, kind: str) -> list[dict[str, Any]]:
    """All entries of one type, in their order."""
    frames = [frame for frame in house.server.notifications.sent if frame["type"] == kind]
    return [entry for frame in frames for entry in next(value for value in frame.values() if isinstance(value, list))]


def recorded(name: str) -> Any:
    if not (RECORDED / name).exists():
        pytest.skip(f"no recorded frames at {RECORDED}: set WATCHWEAVE_SHARED")
    return json.loads((RECORDED / name).read_text())


def test_ticking_in_the_web_app_tells_what_a_real_server_tells(house: Plex) -> None:
    house.mark("nate", "m1")
    real = recorded("events-played.json")
    names = ("event", "Activity")
    mine = house.server.notifications.sent
    assert len(mine) == len(real)
    for ours, theirs in zip(mine, real, strict=True):
        assert set(ours) == set(theirs)
        ours, theirs = ours["ActivityNotification"][0], theirs["ActivityNotification"][0]
        assert set(ours) == set(theirs)
        assert ours["event"] == theirs[names[0]]
        left_out = {"uuid", "Context"}
        for name in set(theirs["Activity"]) - left_out:
            assert ours["Activity"][name] == theirs["Activity"][name], name
        changed = {"key": house.item("m1").path} if "Context" in theirs["Activity"] else {}
        assert ours["Activity"].get("Context", {}) == theirs["Activity"].get("Context", {}) | changed


def test_merely_opening_an_item_tells_the_same_as_ticking_it(house: Plex) -> None:
    def shapes() -> list[Any]:
        found = [(entry["event"], {**entry["Activity"], "uuid": ""}) for entry in told(house, "activity")]
        house.server.notifications.sent.clear()
        return found

    house.mark("nate", "m1")
    ticked = shapes()
    house.open("nate", "m1")
    assert shapes() == ticked


def test_a_report_of_a_playback_has_the_fields_of_a_real_one(house: Plex) -> None:
    house.play("kid", "m1", 60_000)
    entry = told(house, "playing")[0]
    real = recorded("websocket_messages.json")[0]["message"]["NotificationContainer"]["PlaySessionStateNotification"][0]
    assert {name: type(value) for name, value in entry.items()} == {name: type(value) for name, value in real.items()}


def test_a_stop_may_name_no_item_but_its_session(house: Plex) -> None:
    house.server.notifications.blank_stops = True
    house.play("nate", "m1", 60_000)
    house.play("nate", "m1", 70_000, "stopped")
    started, stopped = told(house, "playing")
    assert [stopped[name] for name in ("ratingKey", "key", "guid")] == ["", "", ""]
    assert stopped["sessionKey"] == started["sessionKey"]


def test_entries_may_lack_their_session_or_come_in_pairs(house: Plex) -> None:
    house.server.notifications.nameless = house.server.notifications.in_pairs = True
    house.play("nate", "m1", 10_000)
    assert house.server.notifications.sent == []
    house.play("nate", "m1", 20_000)
    frame = house.server.notifications.sent[0]
    assert (frame["size"], "sessionKey" in frame["PlaySessionStateNotification"][0]) == (2, False)


def test_sessions_are_numbered_anew_after_a_restart(house: Plex) -> None:
    house.play("nate", "m1", 10_000)
    house.play("kid", "m2", 10_000)
    house.restart()
    house.play("kid", "m3", 10_000)
    assert [entry["sessionKey"] for entry in told(house, "playing")] == ["1", "2", "1"]


def test_an_item_that_comes_passes_six_states_and_one_that_goes_the_ninth(house: Plex) -> None:
    house.add("x1")
    house.remove("x1")
    entries = told(house, "timeline")
    assert [entry["state"] for entry in entries] == [0, 1, 2, 3, 4, 5, 9]
    assert entries[-1]["metadataState"] == "deleted"
    assert ask(house, f"/library/metadata/{entries[-1]['itemID']}").status == 404


def test_a_write_by_the_api_is_told_unless_the_server_keeps_quiet(house: Plex) -> None:
    address = f"/:/scrobble?key={house.item('m1').key}&{IDENTIFIER}"
    ask(house, address)
    assert len(told(house, "activity")) == 5
    house.server.switches.quiet_writes = True
    ask(house, address)
    assert len(told(house, "activity")) == 5


# Over a real socket


def listen(house: Plex, deed: Any, *, token: str | None = None, query: str = "") -> Any:
    """What `deed` makes of an open websocket."""

    async def run() -> Any:
        with Sandbox(house.world) as sandbox:
            address = sandbox.url("plex.server").replace("http", "ws") + PATH
            given = house.owner.token if token is None else token
            async with connect(f"{address}?X-Plex-Token={given}{query}") as socket:
                return await deed(socket)

    return asyncio.run(run())


async def frame(socket: ClientConnection) -> dict[str, Any]:
    text = await asyncio.wait_for(socket.recv(), 5)
    assert isinstance(text, str)
    return json.loads(text)["NotificationContainer"]  # type: ignore[no-any-return]


def act(house: Plex, deed: Any) -> None:
    with house.world.lock:
        deed()


def test_the_owner_hears_of_everybody_and_another_only_of_himself(house: Plex) -> None:
    async def hear(socket: ClientConnection) -> int:
        act(house, lambda: house.play("nate", "m1", 10_000))
        act(house, lambda: house.play("kid", "m2", 20_000))
        return int((await frame(socket))["PlaySessionStateNotification"][0]["viewOffset"])

    assert listen(house, hear) == 10_000
    house.restart()
    assert listen(house, hear, token=house.user("kid").token) == 20_000


def test_filters_choose_what_is_heard(house: Plex) -> None:
    async def hear(socket: ClientConnection) -> str:
        act(house, lambda: house.mark("nate", "m1"))
        act(house, lambda: house.play("nate", "m1", 10_000))
        return str((await frame(socket))["type"])

    assert listen(house, hear) == "activity"
    assert listen(house, hear, query="&filters=playing,timeline") == "playing"
    assert listen(house, hear, query="&filters=-activity") == "playing"


def test_a_socket_without_a_good_token_is_refused(house: Plex) -> None:
    with pytest.raises(InvalidStatus):
        listen(house, frame, token="wrong")


def test_connections_break_when_the_server_restarts(house: Plex) -> None:
    async def hear(socket: ClientConnection) -> None:
        act(house, house.restart)
        await frame(socket)

    with pytest.raises(ConnectionClosed):
        listen(house, hear)


def test_a_silent_socket_stays_open_and_says_nothing(house: Plex) -> None:
    async def hear(socket: ClientConnection) -> int:
        house.server.notifications.silent = True
        act(house, lambda: house.play("nate", "m1", 10_000))
        house.server.notifications.silent = False
        act(house, lambda: house.play("nate", "m1", 20_000))
        return int((await frame(socket))["PlaySessionStateNotification"][0]["viewOffset"])

    assert listen(house, hear) == 20_000


# Webhooks


def hook(house: Plex, name: str = "nate") -> None:
    house.tv.webhooks[house.user(name).id] = [f"http://hooks/{name}"]


def test_a_webhook_tells_of_a_play_in_two_parts(house: Plex) -> None:
    hook(house)
    house.play("nate", "s1.1.1", 10_000)
    sent = house.deliveries[0]
    parts = message_from_bytes(f"Content-Type: {sent.content_type}\r\n\r\n".encode() + sent.body).get_payload()
    assert isinstance(parts, list)
    named = {str(part.get_param("name", header="content-disposition")): part for part in parts}
    payload = json.loads(named["payload"].get_payload(decode=True))
    assert (payload["event"], payload["Account"]["id"]) == ("media.play", 1)
    assert payload["Metadata"]["grandparentGuid"] == house.item("s1").guid
    assert named["thumb"].get_content_type() == "image/jpeg"


def test_the_owners_webhooks_hear_of_all_users_and_anothers_only_of_himself(house: Plex) -> None:
    hook(house)
    hook(house, "kid")
    house.watch("kid", "m1")
    house.watch("nate", "m2")
    scrobbles = [d for d in house.deliveries if d.payload["event"] == "media.scrobble"]
    heard = sorted((d.url, d.payload["Account"]["id"]) for d in scrobbles)
    kid = house.user("kid").id
    assert heard == [("http://hooks/kid", kid), ("http://hooks/nate", 1), ("http://hooks/nate", kid)]


def test_a_rating_is_told_beside_the_item_and_a_tick_not_at_all(house: Plex) -> None:
    hook(house)
    house.mark("nate", "m1")
    house.unrate("nate", "m1")
    house.rate("nate", "m1", 4)
    assert [(d.payload["event"], d.payload["rating"]) for d in house.deliveries] == [("media.rate", 4.0)]


def test_webhooks_may_come_twice_and_form_encoded(house: Plex) -> None:
    hook(house)
    house.repeat_webhooks = house.form_webhooks = True
    house.rate("nate", "m1", 4)
    assert len(house.deliveries) == 2
    assert json.loads(parse_qs(house.deliveries[0].body.decode())["payload"][0])["event"] == "media.rate"
