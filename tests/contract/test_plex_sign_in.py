"""Signing in to the simulated Plex, and whose token goes where (reference, section 3)."""

import asyncio

import pytest

from tests.contract.plex_desk import Desk
from watchweave.core.media import Kind
from watchweave.core.records import Play, Rating, Watched
from watchweave.errors import SignInNeeded, Stopped, Unavailable
from watchweave.sandbox import faults
from watchweave.services.plex import sign_in

DAY = 86_400


def family(pin=""):
    """Nate's server, and an account of ours for the kid of his home."""
    desk = Desk()
    kid = desk.plex.person("kid", home=True, restricted=True, pin=pin)
    desk.drawer["user"] = "kid"
    desk.options = {"user": "kid"}
    return desk, kid


def test_a_pin_becomes_a_token_once_the_person_agrees():
    desk = Desk()
    desk.drawer.clear()

    async def deed(service):
        pin = await sign_in.ask_pin(service.http, strong=True)
        desk.world.clock.at(desk.world.now() + 3, lambda: desk.plex.tv.approve(pin.code, desk.plex.owner))
        return await sign_in.wait_for(service.http, pin)

    assert desk.run(deed) == desk.plex.owner.token
    assert len([one for one in desk.asked() if one.startswith("GET /api/v2/pins/")]) == 4


def test_a_pin_that_nobody_agrees_to_expires():
    desk = Desk()
    desk.drawer.clear()

    async def deed(service):
        pin = await sign_in.ask_pin(service.http, strong=False)
        assert len(pin.code) == 4
        return await sign_in.wait_for(service.http, pin, every=60)

    with pytest.raises(SignInNeeded, match="expired"):
        desk.run(deed)


def test_the_page_for_the_browser_names_the_client_and_the_code():
    page = sign_in.sign_in_page(sign_in.Pin(1, "8lzj"), "an-id", "http://home/back")
    assert page == (
        "https://app.plex.tv/auth#?clientID=an-id&code=8lzj"
        "&context%5Bdevice%5D%5Bproduct%5D=WatchWeave&forwardUrl=http%3A%2F%2Fhome%2Fback"
    )


def test_the_client_identifier_is_made_once_and_kept():
    desk = Desk()
    desk.read()
    made = desk.drawer["client_identifier"]
    desk.read()
    assert desk.drawer["client_identifier"] == made
    assert len(made) == 36


def test_a_server_is_found_by_the_account_and_its_dead_addresses_do_no_harm():
    desk = Desk(server="NAS")
    del desk.hosts["url"]
    desk.world.faults.order(faults.Refuse(), "plex.server", path="/identity", times=1)
    _, records = desk.read()
    assert len(records) == 8 + 2 + 4 + 20
    assert "GET /api/v2/resources" in desk.asked()


def test_several_servers_need_a_choice():
    desk = Desk()
    del desk.hosts["url"]
    with pytest.raises(SignInNeeded, match="NAS, Old NAS"):
        desk.read()


def test_a_server_that_answers_nowhere_is_unavailable():
    desk = Desk(server="old nas")
    del desk.hosts["url"]
    with pytest.raises(Unavailable, match="Old NAS"):
        desk.read()


def test_a_user_of_the_home_reads_and_writes_with_tokens_of_his_own():
    desk, kid = family()
    yesterday = int(desk.world.now()) - DAY
    desk.plex.watch("nate", "m1", yesterday)
    desk.plex.watch("kid", "m2", yesterday)
    desk.plex.rate("nate", "m3", 9)
    _, records = desk.read()
    assert {one.media.key for one in records if isinstance(one, Play | Watched)} == {desk.key("m2")}
    assert [one for one in records if isinstance(one, Rating)] == []
    assert desk.add("ratings", Rating(desk.media("m4"), None, 70)) == []
    assert desk.add("watched", Watched(desk.media("m5"))) == []
    assert kid.view.state(desk.plex.item("m4")).rating == 7
    assert kid.view.state(desk.plex.item("m5")).count == 1
    assert desk.state("m4").rating is None
    assert desk.state("m5").count == 0
    assert (desk.drawer["user_token"], desk.drawer["user_server_token"]) == (kid.token, kid.server_token)


def test_the_identity_is_that_of_the_user_of_the_home():
    desk, kid = family()
    assert desk.run(lambda service: service.identity()).person == kid.uuid


def test_the_switch_is_made_once_and_not_in_every_run():
    desk, _ = family()
    reading, _ = desk.read()
    assert len([one for one in desk.asked() if "/switch" in one]) == 1
    desk.later()
    desk.read(reading.cursor)
    assert len(desk.asked()) == 3


def test_naming_the_owner_himself_switches_to_nobody():
    desk = Desk()
    desk.drawer["user"] = "Nate"
    desk.options = {"user": "Nate"}
    desk.plex.rate("nate", "m1", 9)
    _, records = desk.read()
    assert [one.value for one in records if isinstance(one, Rating)] == [90]
    assert not any("switch" in one or "resources" in one for one in desk.asked())


def test_a_user_with_a_pin_needs_it():
    desk, kid = family("1234")
    with pytest.raises(SignInNeeded, match="pin"):
        desk.read()
    desk.drawer["pin"] = "1234"
    desk.read()
    assert desk.drawer["user_token"] == kid.token


def test_a_user_of_the_home_is_found_at_a_server_that_the_account_finds():
    desk, kid = family()
    desk.options["server"] = "NAS"
    desk.hosts = {name: base for name, base in desk.hosts.items() if name != "url"}
    desk.plex.rate("kid", "m1", 6)
    for _ in range(2):
        _, records = desk.read()
        assert [one.value for one in records if isinstance(one, Rating)] == [60]
    assert not any("/switch" in one for one in desk.asked())
    assert desk.drawer["user_server_token"] == kid.server_token


def test_nobody_of_that_name_is_never_the_owner():
    desk, _ = family()
    desk.drawer["user"] = desk.options["user"] = "aunt"
    with pytest.raises(SignInNeeded, match="aunt"):
        desk.read()
    assert desk.world.requests.of("plex.server") == []


def test_worn_tokens_of_a_user_are_fetched_again():
    desk, kid = family()
    desk.read()
    desk.drawer.update(user_token="worn", user_server_token="worn-too")
    desk.read()
    assert desk.drawer["user_token"] == kid.token


def test_tokens_of_another_user_than_the_settings_name_are_not_used():
    desk, _ = family()
    desk.read()
    desk.plex.person("teen", home=True)
    desk.plex.rate("kid", "m1", 9)
    desk.drawer["user"] = desk.options["user"] = "teen"
    _, records = desk.read()
    assert [one for one in records if isinstance(one, Rating)] == []


def test_the_settings_name_one_person_and_the_token_belongs_to_another():
    desk = Desk(user="kid")
    with pytest.raises(SignInNeeded, match="nate"):
        desk.read()


def test_a_friend_without_access_to_the_history_has_the_views_of_his_items():
    desk = Desk()
    friend = desk.plex.person("friend")
    desk.drawer["token"] = friend.token
    desk.plex.server.switches.history_for_others = False
    at = int(desk.world.now()) - DAY
    desk.plex.watch("friend", "m1", at)
    desk.plex.watch("nate", "m2", at)
    _, records = desk.read()
    assert [(one.media.kind, one.media.key, one.at) for one in records if isinstance(one, Play)] == [
        (Kind.MOVIE, desk.key("m1"), at)
    ]


def test_the_tokens_go_to_hosts_of_the_account_alone():
    desk = Desk()

    async def deed(service):
        service.http.place("try 0", "http://somewhere.else")
        signer = type(service).signer(desk.drawer)
        hosts = ("url", "plex_tv_url", "discover_url", "metadata_url", "try 0")
        return {host: "X-Plex-Token" in await signer.headers(service.http, host) for host in hosts}

    assert desk.run(deed) == {
        "url": True,
        "plex_tv_url": True,
        "discover_url": True,
        "metadata_url": True,
        "try 0": False,
    }


def test_two_tasks_that_meet_no_token_switch_once():
    desk, _ = family()

    async def deed(service):
        await asyncio.gather(service.library.sections(), service.library.person(), service.library.machine())

    desk.run(deed)
    assert len([one for one in desk.asked() if "/switch" in one]) == 1


def test_a_refused_account_is_stopped_and_not_empty():
    desk = Desk()
    desk.world.faults.order(faults.Status(403), "plex.server", path="/library/sections", times=-1)
    with pytest.raises(Stopped):
        desk.read()
