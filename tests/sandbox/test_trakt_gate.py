"""The gate of the simulated Trakt: keys, tokens, states of accounts, limits, and pages (reference 14.1, 14.2, 14.9)."""

import json

import pytest

from tests.sandbox.trakt_person import API, AUTH, Person, ids, pages
from watchweave.sandbox import faults
from watchweave.sandbox.server import Call
from watchweave.sandbox.trakt import CLIENT, SECRET


@pytest.fixture
def mara():
    return Person()


def rate_all(person):
    for number, work in enumerate(person.works.of("movie", "episode")):
        if work.on_trakt:
            person.account.rate(work, number % 10 + 1, at=1_700_000_000 + number)


# 14.1 Transport and errors


@pytest.mark.parametrize("path", ["/sync/last_activities", "/movies/1", "/search/imdb/tt0113277", "/no/such/path"])
def test_a_deleted_app_gets_403_on_every_path(mara, path):
    mara.trakt.delete_app()
    assert mara.get(path).status_code == 403
    assert mara.public(path).status_code == 403


def test_a_missing_key_or_version_is_403(mara):
    assert mara.get("/sync/last_activities", {"trakt-api-key": ""}).status_code == 403
    assert mara.get("/sync/last_activities", {"trakt-api-version": "1"}).status_code == 403


def test_a_missing_user_agent_can_be_403(mara):
    mara.trakt.options.user_agent_needed = True
    assert mara.get("/sync/last_activities", {"User-Agent": ""}).status_code == 403
    assert mara.get("/sync/last_activities").status_code == 200


def test_another_content_type_is_412_and_an_unreadable_body_400(mara):
    headers = mara.headers | {"Content-Type": "text/plain"}
    assert mara.ask("POST", API + "/sync/history", content=b"{}", headers=headers).status_code == 412
    assert mara.ask("POST", API + "/sync/history", content=b"{", headers=mara.headers).status_code == 400
    assert mara.post("/sync/history", {"movies": "all"}).status_code == 400


def test_no_token_and_an_expired_token_are_401(mara):
    assert mara.public("/sync/history").status_code == 401
    mara.trakt.sign_in.expire(mara.account)
    assert mara.get("/sync/history").status_code == 401
    assert mara.get("/sync/history", {"Authorization": "Bearer nonsense"}).status_code == 401


def test_an_unknown_path_is_404_and_a_wrong_method_405(mara):
    assert mara.get("/sync/nothing").status_code == 404
    assert mara.post("/sync/last_activities").status_code == 405
    assert mara.get("/v3/users/me/watched/movies/plays").status_code == 404


def test_one_write_a_second_then_429_with_its_headers(mara):
    mara.trakt.options.rate_limits = True
    body = {"movies": [ids(mara.works["m1"])]}
    assert mara.post("/sync/watchlist", body).status_code == 201
    refused = mara.post("/sync/history", body)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    told = json.loads(refused.headers["X-Ratelimit"])
    assert (told["name"], told["period"], told["limit"], told["remaining"]) == ("AUTHED_API_POST_LIMIT", 1, 1, 0)
    assert mara.account.history.plays == {}
    mara.world.clock.advance(1)
    assert mara.post("/sync/history", body).status_code == 201


def test_a_thousand_readings_in_five_minutes_for_a_user_and_as_many_for_the_app(mara):
    mara.trakt.options.rate_limits = True
    me = Call("trakt.api", "GET", "/users/me", headers={name.lower(): text for name, text in mara.headers.items()})
    for _ in range(1_000):
        assert mara.trakt.answer(me).status == 200
    assert mara.get("/sync/last_activities").status_code == 429
    assert mara.public("/movies/1").status_code == 404
    mara.world.clock.advance(300)
    assert mara.get("/sync/last_activities").status_code == 200


def test_the_limit_of_one_user_is_not_that_of_another(mara):
    mara.trakt.options.rate_limits = True
    jon = Person(mara.world, "jon")
    assert mara.post("/sync/watchlist").status_code == 201
    assert jon.post("/sync/watchlist").status_code == 201


def test_a_204_has_no_body(mara):
    paused = mara.account.pause(mara.works["m1"], 40)
    answer = mara.delete(f"/sync/playback/{paused.id}")
    assert (answer.status_code, answer.content) == (204, b"")


def test_errors_on_order_come_as_html_or_empty(mara):
    mara.world.faults.order(faults.Status(520), "trakt.api")
    mara.world.faults.order(faults.Status(429, {"Retry-After": "17"}, html=False), "trakt.api", skip=1)
    assert "<html>" in mara.get("/sync/history").text
    refused = mara.get("/sync/history")
    assert (refused.headers["Retry-After"], refused.content) == ("17", b"")


def test_sign_in_on_the_api_host_is_a_switch(mara):
    body = {"client_id": CLIENT, "client_secret": SECRET}
    assert mara.ask("POST", API + "/oauth/device/code", json=body).status_code == 404
    mara.trakt.options.oauth_on_api = True
    assert mara.ask("POST", API + "/oauth/device/code", json=body).status_code == 200


def test_all_times_have_milliseconds_and_a_z(mara):
    mara.account.watch(mara.works["m1"])
    assert mara.history()[0]["watched_at"] == "2026-11-20T18:00:00.000Z"
    assert all(at.endswith(".000Z") for at in mara.leaves().values())


# 14.2 Paging


def test_without_page_and_limit_there_are_100_rows(mara):
    for minute in range(130):
        mara.account.watch(mara.works["m1"], at=1_700_000_000 + 60 * minute)
    answer = mara.get("/sync/history")
    assert (len(answer.json()), pages(answer)) == (100, (1, 100, 2, 130))
    assert len(mara.get("/sync/history", page=2).json()) == 30


def test_a_limit_above_250_is_cut_and_the_answer_says_so(mara):
    for minute in range(260):
        mara.account.watch(mara.works["m1"], at=1_700_000_000 + 60 * minute)
    answer = mara.get("/sync/history", limit=1000)
    assert (len(answer.json()), pages(answer)) == (250, (1, 250, 2, 260))


def test_a_page_past_the_end_is_empty(mara):
    mara.account.watch(mara.works["m1"])
    answer = mara.get("/sync/history", page=9, limit=10)
    assert (answer.json(), pages(answer)) == ([], (9, 10, 1, 1))


def test_ratings_without_a_limit_are_all_there_is(mara):
    rate_all(mara)
    held = len(mara.account.ratings)
    answer = mara.get("/sync/ratings")
    assert len(answer.json()) == held
    assert "X-Pagination-Item-Count" not in answer.headers
    assert pages(mara.get("/sync/ratings", limit=10)) == (1, 10, -(-held // 10), held)


def test_a_page_count_can_be_too_small_while_full_pages_go_on(mara):
    rate_all(mara)
    mara.world.faults.order(faults.PageCount(-1), "trakt.api", times=-1)
    first = mara.get("/sync/ratings", limit=10)
    past = mara.get("/sync/ratings", limit=10, page=pages(first)[2] + 1)
    assert past.json()


def test_the_item_count_can_change_between_pages(mara):
    rate_all(mara)
    mara.world.faults.order(faults.Count(3), "trakt.api", skip=1)
    counts = [pages(mara.get("/sync/ratings", limit=10, page=page))[3] for page in (1, 2)]
    assert counts[1] == counts[0] + 3


def test_a_cap_can_be_applied_in_silence(mara):
    rate_all(mara)
    mara.world.faults.order(faults.Cap(7, said=False), "trakt.api", times=-1)
    answer = mara.get("/sync/ratings", limit=20)
    assert (len(answer.json()), pages(answer)[1]) == (7, 20)


def test_a_reading_can_be_empty_with_200_or_lack_its_last_rows(mara):
    rate_all(mara)
    mara.world.faults.order(faults.Short(2), "trakt.api")
    mara.world.faults.order(faults.Empty(), "trakt.api", skip=1)
    assert len(mara.get("/sync/ratings", limit=10).json()) == 8
    empty = mara.get("/sync/ratings", limit=10)
    assert (empty.status_code, empty.json(), pages(empty)[3]) == (200, [], 0)


def test_an_answer_can_say_nothing_of_pages(mara):
    rate_all(mara)
    mara.world.faults.order(faults.Untold(), "trakt.api")
    answer = mara.get("/sync/ratings", limit=10)
    assert len(answer.json()) == 10
    assert not [name for name in answer.headers if name.startswith("x-pagination")]


def test_recommendations_are_not_paged(mara):
    answer = mara.get("/recommendations/movies", limit=15)
    assert len(answer.json()) == 15
    assert "X-Pagination-Page" not in answer.headers


# 14.9 Account states


def test_a_locked_account_is_423_and_says_which(mara):
    mara.account.locked = True
    answer = mara.get("/sync/last_activities")
    assert (answer.status_code, answer.headers["X-Account-Locked"], answer.content) == (423, "true", b"")
    mara.account.locked, mara.account.deactivated = False, True
    assert mara.post("/sync/history").headers["X-Account-Deactivated"] == "true"


def test_what_only_vip_may_is_426(mara):
    mara.account.want(mara.works["m1"])
    entry = next(iter(mara.account.watchlist))
    answer = mara.put(f"/sync/watchlist/{entry.id}", {"notes": "soon"})
    assert answer.status_code == 426
    assert answer.headers["X-Upgrade-URL"].startswith("https://")


def test_a_vip_may_note_and_hold_more():
    mara = Person(vip=True)
    mara.account.want(mara.works["m1"])
    entry = next(iter(mara.account.watchlist))
    assert mara.put(f"/sync/watchlist/{entry.id}", {"notes": "soon"}).status_code == 204
    assert mara.get("/sync/watchlist").json()[0]["notes"] == "soon"
    assert mara.get("/users/settings").json()["limits"]["watchlist"] == {"item_count": 5_000}


def test_a_person_who_revokes_the_app_ends_both_tokens(mara):
    mara.trakt.sign_in.revoke(mara.account)
    assert mara.get("/sync/history").status_code == 401
    answer = mara.sign_in("/oauth/token", grant_type="refresh_token", refresh_token=mara.grant.refresh)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_renamed_user_keeps_the_uuid(mara):
    before = mara.get("/users/settings").json()["user"]["ids"]
    mara.account.rename("maria")
    after = mara.get("/users/settings").json()["user"]["ids"]
    assert after["uuid"] == before["uuid"]
    assert after["slug"] != before["slug"]
    assert mara.get("/users/mara").status_code == 404


def test_a_private_profile_is_closed_to_others(mara):
    jon = Person(mara.world, "jon")
    mara.account.private = True
    answer = jon.get("/users/mara/history")
    assert (answer.status_code, answer.headers["X-Private-User"]) == (401, "true")
    assert mara.get("/users/mara/history").status_code == 200


# 14.3 Sign-in


def device(mara):
    return mara.sign_in("/oauth/device/code").json()


def poll(mara, code):
    mara.world.clock.advance(5)
    return mara.sign_in("/oauth/device/token", code=code["device_code"])


def test_a_device_code_waits_then_gives_tokens_once(mara):
    code = device(mara)
    assert poll(mara, code).status_code == 400
    mara.trakt.sign_in.approve(code["user_code"], mara.account)
    tokens = poll(mara, code).json()
    assert tokens["expires_in"] == 86_400
    assert poll(mara, code).status_code == 409
    assert mara.get("/users/me", {"Authorization": f"Bearer {tokens['access_token']}"}).json()["username"] == "mara"


def test_a_device_code_can_be_denied_unknown_too_late_or_asked_too_often(mara):
    code, late = device(mara), device(mara)
    assert poll(mara, late).status_code == 400
    assert mara.sign_in("/oauth/device/token", code=late["device_code"]).status_code == 429
    mara.trakt.sign_in.deny(code["user_code"])
    assert poll(mara, code).status_code == 418
    assert mara.sign_in("/oauth/device/token", code="nonsense").status_code == 404
    mara.world.clock.advance(600)
    assert mara.sign_in("/oauth/device/token", code=late["device_code"]).status_code == 410


def test_refusals_of_a_device_code_can_carry_an_error(mara):
    mara.trakt.options.device_errors = True
    code = device(mara)
    assert poll(mara, code).json() == {"error": "authorization_pending"}
    mara.trakt.sign_in.deny(code["user_code"])
    assert poll(mara, code).json() == {"error": "access_denied"}


def test_a_used_refresh_token_can_be_401_as_on_older_servers(mara):
    mara.trakt.options.invalid_grant_status = 401
    refresh(mara, mara.grant.refresh)
    assert refresh(mara, mara.grant.refresh).json()["error"] == "invalid_grant"


def refresh(mara, token):
    return mara.sign_in("/oauth/token", grant_type="refresh_token", refresh_token=token)


def test_a_refresh_token_works_once(mara):
    fresh = refresh(mara, mara.grant.refresh).json()
    assert fresh["refresh_token"] != mara.grant.refresh
    assert refresh(mara, mara.grant.refresh).status_code == 400
    assert refresh(mara, fresh["refresh_token"]).status_code == 200


def test_the_old_access_token_lives_on_or_dies_by_choice(mara):
    second = refresh(mara, mara.grant.refresh).json()
    assert mara.get("/users/me").status_code == 200
    mara.trakt.options.old_access_dies = True
    refresh(mara, second["refresh_token"])
    assert mara.get("/users/me", {"Authorization": f"Bearer {second['access_token']}"}).status_code == 401


def test_an_access_token_ends_when_it_said(mara):
    mara.world.clock.advance(86_399)
    assert mara.get("/users/me").status_code == 200
    mara.world.clock.advance(1)
    assert mara.get("/users/me").status_code == 401


def test_a_wrong_secret_is_an_invalid_client(mara):
    answer = mara.sign_in("/oauth/token", client_secret="wrong", grant_type="refresh_token", refresh_token="x")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    mara.trakt.delete_app()
    assert mara.sign_in("/oauth/device/code").json()["error"] == "invalid_client"


def test_the_browser_comes_back_with_a_code_and_the_state(mara):
    mara.trakt.sign_in.in_browser = mara.account
    back = "http://127.0.0.1:8000/back"
    query = {"response_type": "code", "client_id": CLIENT, "redirect_uri": back, "state": "s1"}
    answer = mara.ask("GET", AUTH + "/oauth/authorize", params=query)
    address = answer.headers["Location"]
    assert address.startswith(back + "?code=")
    assert address.endswith("&state=s1")
    code = address.partition("code=")[2].partition("&")[0]
    exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
    assert mara.sign_in("/oauth/token", **exchange).status_code == 200
    assert mara.sign_in("/oauth/token", **exchange).status_code == 400


def test_a_revoked_token_is_worthless(mara):
    assert mara.sign_in("/oauth/revoke", token=mara.grant.access).status_code == 200
    assert mara.get("/users/me").status_code == 401
    assert refresh(mara, mara.grant.refresh).status_code == 400
