"""The simulated account site, Discover and its metadata (plex.md 3, 10, 12 and 15.8)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.sandbox.plex_guest import ask, plex, xml
from watchweave.sandbox import faults
from watchweave.sandbox.plex import Plex
from watchweave.sandbox.server import Answer

FORM = {"content_type": "application/x-www-form-urlencoded"}
LIST = "/library/sections/watchlist/all"


@pytest.fixture
def house() -> Plex:
    made = plex(movies=4, shows=2, seasons=2, episodes=3, extra_movies=40)
    made.person("kid", home=True, restricted=True, pin="1234")
    made.person("friend")
    return made


def site(house: Plex, address: str, method: str = "GET", **more: Any) -> Answer:
    return ask(house, address, method, host="plex.tv", **more)


def body(answer: Answer) -> Any:
    return msgspec.json.decode(answer.encoded())


def discover(house: Plex, address: str = LIST, method: str = "GET", **more: Any) -> Answer:
    return ask(house, address, method, host="plex.discover", **more)


def listed(house: Plex, address: str = LIST, **more: Any) -> dict[str, Any]:
    return body(discover(house, address, **more))["MediaContainer"]  # type: ignore[no-any-return]


def metadata(house: Plex, address: str, **more: Any) -> dict[str, Any]:
    return body(ask(house, address, host="plex.metadata", **more))["MediaContainer"]  # type: ignore[no-any-return]


def hexadecimal(house: Plex, thing: str) -> str:
    return str(house.work(thing).ids["plex"])


# Signing in


def test_a_pin_waits_until_somebody_says_yes(house: Plex) -> None:
    made = site(house, "/api/v2/pins?strong=true", "POST", token="")
    pin = body(made)
    assert (made.status, pin["authToken"], len(pin["code"]) > 20) == (201, None, True)
    house.tv.approve(pin["code"], house.user("nate"))
    assert body(site(house, f"/api/v2/pins/{pin['id']}", token=""))["authToken"] == house.owner.token


def test_a_pin_expires_with_404(house: Plex) -> None:
    pin = body(site(house, "/api/v2/pins?strong=true", "POST", token=""))
    house.world.clock.advance(pin["expiresIn"])
    assert site(house, f"/api/v2/pins/{pin['id']}", token="").status == 404


def test_a_pin_belongs_to_the_client_that_asked_for_it(house: Plex) -> None:
    pin = body(site(house, "/api/v2/pins", "POST", token=""))
    assert len(pin["code"]) == 4
    assert site(house, f"/api/v2/pins/{pin['id']}", token="", x_plex_client_identifier="another").status == 404


def test_a_short_code_is_typed_in_by_somebody_signed_in(house: Plex) -> None:
    pin = body(site(house, "/api/v2/pins", "POST", token=""))
    typed = f"code={pin['code'].lower()}".encode()
    assert site(house, "/api/v2/pins/link", "PUT", body=typed, token=house.user("friend").token, **FORM).status == 204
    assert body(site(house, f"/api/v2/pins/{pin['id']}", token=""))["authToken"] == house.user("friend").token


def test_the_user_of_a_token_is_named_and_a_wrong_token_is_401(house: Plex) -> None:
    user = body(site(house, "/api/v2/user"))
    assert (user["id"], user["username"], user["homeAdmin"]) == (house.owner.id, "nate", True)
    assert site(house, "/api/v2/user", token="wrong").status == 401


def test_a_servers_own_token_is_none_for_the_account_site(house: Plex) -> None:
    assert site(house, "/api/v2/user", token=house.owner.server_token).status == 401
    assert discover(house, token=house.owner.server_token).status == 401


def test_resources_name_several_servers_and_dead_connections_with_a_token_for_each_user(house: Plex) -> None:
    servers = body(site(house, "/api/v2/resources?includeHttps=1", token=house.user("friend").token))
    assert [server["name"] for server in servers] == ["NAS", "Old NAS"]
    assert servers[0]["accessToken"] == house.user("friend").server_token
    assert (servers[0]["owned"], servers[0]["clientIdentifier"]) == (False, house.server.machine)
    assert [place["uri"] for place in servers[0]["connections"]][1] == house.server.address


def test_a_home_user_is_entered_with_the_right_pin_only(house: Plex) -> None:
    users = body(site(house, "/api/v2/home/users"))["users"]
    kid = next(user for user in users if user["title"] == "kid")
    assert (kid["protected"], kid["restricted"], len(users)) == (True, True, 2)
    assert site(house, f"/api/v2/home/users/{kid['id']}/switch?pin=9999", "POST").status == 403
    assert site(house, f"/api/v2/home/users/{kid['id']}/switch", "POST").status == 403
    token = body(site(house, f"/api/v2/home/users/{kid['id']}/switch?pin=1234", "POST"))["authToken"]
    assert body(site(house, "/api/v2/resources", token=token))[0]["accessToken"] == house.user("kid").server_token


def test_the_old_switch_answers_xml_with_another_name_of_the_token(house: Plex) -> None:
    answer = xml(house, f"/api/home/users/{house.user('kid').id}/switch?pin=1234", "POST", host="plex.tv")
    assert answer.get("authenticationToken") == house.user("kid").token


def test_old_routes_answer_xml_even_when_json_is_asked(house: Plex) -> None:
    for path in ("/api/users/", "/api/home/users", f"/api/servers/{house.server.machine}/shared_servers"):
        assert site(house, path).encoded().startswith(b"<?xml"), path


def test_the_owner_is_told_the_tokens_of_those_who_share_the_server(house: Plex) -> None:
    path = f"/api/servers/{house.server.machine}/shared_servers"
    shared = {row.get("userID"): row.get("accessToken") for row in xml(house, path, host="plex.tv")}
    friend = house.user("friend")
    assert shared[str(friend.id)] == friend.server_token
    assert site(house, path, token=friend.token).status == 404


def test_the_list_of_webhooks_is_replaced_as_a_whole(house: Plex) -> None:
    def register(text: bytes) -> list[str]:
        return [hook["url"] for hook in body(site(house, "/api/v2/user/webhooks", "POST", body=text, **FORM))]

    assert register(b"urls%5B%5D=http%3A%2F%2Fa&urls%5B%5D=http%3A%2F%2Fb") == ["http://a", "http://b"]
    assert register(b"urls%5B%5D=http%3A%2F%2Fc") == ["http://c"]
    assert register(b"urls=") == []


# The watchlist


def test_the_watchlist_has_pages_of_twenty_unless_asked(house: Plex) -> None:
    for number in range(1, 41):
        house.want("nate", f"x{number}")
    assert [listed(house)[name] for name in ("size", "totalSize", "librarySectionID")] == [20, 40, "watchlist"]
    assert listed(house, x_plex_container_start="0", x_plex_container_size="30")["size"] == 30


def test_no_more_than_three_hundred_wishes_come_at_once() -> None:
    house = plex(movies=1, shows=1, seasons=1, episodes=1, extra_movies=320)
    for number in range(1, 321):
        house.want("nate", f"x{number}")
    page = listed(house, x_plex_container_start="0", x_plex_container_size="500")
    assert (page["size"], page["totalSize"]) == (300, 320)


def test_a_page_past_the_end_of_the_watchlist_is_empty(house: Plex) -> None:
    house.want("nate", "x1")
    page = listed(house, f"{LIST}?X-Plex-Container-Start=20&X-Plex-Container-Size=20")
    assert (page["size"], page["totalSize"], "Metadata" in page) == (0, 1, False)


def test_wishes_carry_no_external_names_and_shows_carry_their_counts(house: Plex) -> None:
    house.want("nate", "s1")
    row = listed(house, LIST + "?includeGuids=1")["Metadata"][0]
    assert (row["ratingKey"], "Guid" in row) == (hexadecimal(house, "s1"), False)
    assert (row["childCount"], row["leafCount"]) == (2, 6)
    house.discover.guids_in_lists = True
    assert "Guid" in listed(house, LIST + "?includeGuids=1")["Metadata"][0]


def test_the_newest_wish_comes_first_and_kinds_may_be_asked_for(house: Plex) -> None:
    for at, thing in enumerate(("x1", "s1", "x2")):
        house.want("nate", thing, at=1_000 + at)
    newest = [row["ratingKey"] for row in listed(house, LIST + "?sort=watchlistedAt:desc")["Metadata"]]
    assert newest == [hexadecimal(house, thing) for thing in ("x2", "s1", "x1")]
    assert [row["type"] for row in listed(house, LIST + "?type=2")["Metadata"]] == ["show"]


def test_adding_twice_is_409_and_removing_twice_is_404(house: Plex) -> None:
    add, remove = (f"/actions/{verb}Watchlist?ratingKey={hexadecimal(house, 'x1')}" for verb in ("addTo", "removeFrom"))
    assert [discover(house, path, "PUT").status for path in (add, add, remove, remove)] == [200, 409, 200, 404]


def test_watchlists_belong_to_their_users(house: Plex) -> None:
    house.want("friend", "x1")
    assert listed(house)["totalSize"] == 0
    assert listed(house, token=house.user("friend").token)["totalSize"] == 1


def test_a_burst_of_writes_meets_429_with_the_time_to_wait(house: Plex) -> None:
    house.discover.writes_a_minute = 2
    answers = [
        discover(house, f"/actions/addToWatchlist?ratingKey={hexadecimal(house, f'x{n}')}", "PUT") for n in (1, 2, 3)
    ]
    assert [answer.status for answer in answers] == [200, 200, 429]
    house.world.clock.advance(int(answers[2].headers["Retry-After"]))
    assert discover(house, f"/actions/addToWatchlist?ratingKey={hexadecimal(house, 'x3')}", "PUT").status == 200


def test_a_wrong_token_is_401_unless_the_fault_of_an_empty_list_is_wanted(house: Plex) -> None:
    house.want("nate", "x1")
    assert discover(house, token="wrong").status == 401
    house.discover.empty_for_strangers = True
    assert listed(house, token="wrong")["totalSize"] == 0
    house.world.faults.order(faults.Empty(), "plex.discover")
    assert listed(house)["totalSize"] == 0


def test_a_managed_users_token_may_be_refused(house: Plex) -> None:
    kid = house.user("kid").token
    assert discover(house, token=kid).status == 200
    house.discover.closed_to_managed = True
    assert discover(house, token=kid).status == 401


def test_the_old_host_of_the_watchlist_answers_404(house: Plex) -> None:
    assert ask(house, LIST, host="plex.metadata").status == 404


def test_the_feed_gives_the_newest_fifty_with_all_their_names(house: Plex) -> None:
    house.want("nate", "x1")
    made = body(discover(house, "/rss", "POST", body=b'{"feedType": "watchlist"}'))["RSSInfo"][0]
    items = body(ask(house, f"/{made['uuid']}?format=json", host="plex.rss", token=""))["items"]
    assert f"tmdb://{house.work('x1').ids['tmdb']}" in items[0]["guids"]


# Metadata


def test_the_details_of_a_work_name_it_elsewhere_and_sometimes_do_not(house: Plex) -> None:
    path = f"/library/metadata/{hexadecimal(house, 'x1')}"
    for query in ("", "?includeUserState=0", "?includeUserState=1"):
        names = [guid["id"] for guid in metadata(house, path + query)["Metadata"][0]["Guid"]]
        assert names == [f"{space}://{house.work('x1').ids[space]}" for space in ("imdb", "tmdb")]
    house.discover.nameless.add(hexadecimal(house, "x1"))
    assert "Guid" not in metadata(house, path)["Metadata"][0]


def test_a_work_is_matched_by_an_external_id_and_perhaps_wrongly(house: Plex) -> None:
    query = f"/library/metadata/matches?type=1&title=tmdb-{house.work('x1').ids['tmdb']}"
    assert metadata(house, query)["Metadata"][0]["ratingKey"] == hexadecimal(house, "x1")
    house.discover.wrong_match = True
    assert metadata(house, query)["Metadata"][0]["ratingKey"] != hexadecimal(house, "x1")
    assert "Metadata" not in metadata(house, "/library/metadata/matches?type=1&title=imdb-tt99999999")


def test_a_search_finds_titles_and_shows_carry_their_counts(house: Plex) -> None:
    title = house.work("s1").title.replace(" ", "%20")
    query = f"/library/search?query={title}&limit=30&searchTypes=movies,tv&searchProviders=discover&includeMetadata=1"
    results = listed(house, query)["SearchResults"]
    hit = next(result for result in results if result["id"] == "external")["SearchResult"][0]["Metadata"]
    assert (hit["guid"], hit["childCount"], hit["leafCount"]) == (f"plex://show/{hexadecimal(house, 's1')}", 2, 6)


def test_the_state_of_a_work_tells_whether_it_is_wanted_and_seen(house: Plex) -> None:
    path = f"/library/metadata/{hexadecimal(house, 'm1')}/userState"
    assert "watchlistedAt" not in metadata(house, path)["UserState"]
    house.want("nate", "m1", at=1_000)
    metadata(house, f"/actions/scrobble?key={hexadecimal(house, 'm1')}&identifier=com.plexapp.plugins.library")
    state = metadata(house, path)["UserState"]
    assert (state["watchlistedAt"], state["viewCount"]) == (1_000, 1)
    assert house.item("m1") not in house.owner.view.states


def test_with_view_state_sync_a_play_on_discover_reaches_the_server(house: Plex) -> None:
    assert body(site(house, "/api/v2/user/view_state_sync?consent=true", "PUT"))["consent"] is True
    metadata(house, f"/actions/scrobble?key={hexadecimal(house, 'm1')}&identifier=com.plexapp.plugins.library")
    assert house.owner.view.state(house.item("m1")).count == 1
    assert house.server.library.history == []
