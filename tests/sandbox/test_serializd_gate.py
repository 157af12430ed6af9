"""The gate of the simulated Serializd: headers, sign-in, addresses, waking up, faults (reference, checklist 1, 6, 8)."""

import base64
import json

import httpx2
import pytest

from tests.sandbox.serializd_person import API, GATE, MOBILE, Person, review, tmdb
from watchweave.sandbox import faults
from watchweave.sandbox.server import Answer, Host, Sandbox
from watchweave.sandbox.world import Catalogue, World

LOGIN = {"email": "mara@example.org", "password": "correct horse"}
DESKTOP = "https://serializddesktop.onrender.com"
WWW = "https://www.serializd.com/api"


@pytest.fixture
def mara():
    return Person()


def status_at(person, address):
    return person.ask("GET", address, headers=person.headers).status_code


# Headers


@pytest.mark.parametrize("header", GATE)
def test_without_one_of_the_three_headers_a_good_token_gets_a_silent_401(mara, header):
    headers = {name: value for name, value in mara.headers.items() if name != header}
    answer = mara.get("/user/mara/diary", headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert mara.get("/user/mara/diary", mara.headers | {header: "another"}).status_code == 401


def test_signing_in_needs_the_three_headers_too(mara):
    assert mara.post("/login", LOGIN, {}).status_code == 401
    assert mara.post("/login", LOGIN, GATE).status_code == 200


def test_a_body_that_does_not_say_it_is_json_is_a_silent_401(mara):
    body = json.dumps({"show_id": tmdb(mara.works["s1"])}).encode()
    headers = mara.headers | {"Content-Type": "text/plain"}
    answer = mara.ask("POST", API + "/currently_watching", content=body, headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert mara.member.states["watching"] == {}


# Tokens


def test_mara_signs_in_with_her_password_and_reads_her_diary(mara):
    answer = mara.post("/login", LOGIN, GATE).json()
    assert answer.keys() == {"username", "token"}
    assert answer["username"] == "mara"
    assert mara.get("/user/mara/diary", GATE | {"Authorization": f"Bearer {answer['token']}"}).status_code == 200


def test_one_clients_answer_names_the_person_inside_user(mara):
    mara.options.user_nested = True
    answer = mara.post("/login", LOGIN, GATE).json()
    assert answer.keys() == {"user", "token"}
    assert answer["user"] == {"username": "mara"}


@pytest.mark.parametrize("wrong", [{"password": "guess"}, {"email": "nobody@example.org"}])
def test_a_wrong_password_is_401_with_a_message(mara, wrong):
    answer = mara.post("/login", LOGIN | wrong, GATE)
    assert answer.status_code == 401
    assert answer.json().keys() == {"message"}


def test_the_token_is_a_jwt_in_the_header_or_in_the_cookie(mara):
    token = mara.post("/login", LOGIN, GATE).json()["token"]
    header, claims, _ = token.split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["typ"] == "JWT"
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["username"] == "mara"
    assert mara.get("/user/mara/diary", GATE | {"Cookie": f"tvproject_credentials={token}"}).status_code == 200
    assert mara.get("/user/mara/diary", GATE | {"Cookie": f"other={token}"}).status_code == 401


@pytest.mark.parametrize("path", ["/user/mara/diary", "/show/1", "/user_information", "/no/such/path"])
def test_no_token_and_a_strange_one_are_401_with_a_message(mara, path):
    for headers in (GATE, GATE | {"Authorization": "Bearer nonsense"}):
        answer = mara.get(path, headers)
        assert answer.status_code == 401
        assert answer.json().keys() == {"message"}


def test_a_token_ends_and_signing_in_again_gives_another(mara):
    mara.options.expires_in = 3_600
    token = mara.post("/login", LOGIN, GATE).json()["token"]
    signed = GATE | {"Authorization": f"Bearer {token}"}
    mara.world.clock.advance(3_599)
    assert mara.get("/user/mara/diary", signed).status_code == 200
    mara.world.clock.advance(1)
    assert mara.get("/user/mara/diary", signed).status_code == 401
    assert mara.post("/login", LOGIN, GATE).json()["token"] != token


def test_a_token_can_be_checked_until_it_is_no_good(mara):
    token, jon = mara.post("/login", LOGIN, GATE).json()["token"], Person(mara.world, "jon")
    assert mara.post("/validateauthtoken", {"token": token}, GATE).json() == {"isValid": True, "username": "mara"}
    mara.serializd.sign_in.expire(mara.member)
    refused = mara.post("/validateauthtoken", {"token": token}, GATE)
    assert refused.status_code == 401
    assert refused.json().keys() == {"message"}
    assert jon.get("/user/mara/diary").status_code == 200


def test_the_token_of_one_person_writes_for_her_alone(mara):
    jon = Person(mara.world, "jon")
    jon.post("/currently_watching", {"show_id": tmdb(mara.works["s1"])})
    assert (mara.member.states["watching"].keys(), jon.member.states["watching"].keys()) == (set(), {"s1"})
    assert mara.get("/user/jon/currently_watching_page/1").json()["totalItems"] == 1


# Addresses


def test_the_hosts_are_the_two_addresses_and_their_alternatives(mara):
    assert [(host.name, host.address) for host in mara.serializd.hosts] == [
        ("serializd", API),
        ("serializd-mobile", MOBILE),
        ("serializd-desktop", f"{DESKTOP}/api"),
        ("serializd-desktop-mobile", f"{DESKTOP}/mobile"),
        ("serializd-www", WWW),
    ]


def test_the_two_hosts_of_one_machine_are_told_apart(mara):
    mara.get("/user/mara/diary")
    mara.mobile("/page/profile_v2_part_1/mara")
    assert [(asked.host, asked.path) for asked in mara.world.requests.all] == [
        ("serializd", "/api/user/mara/diary"),
        ("serializd-mobile", "/mobile/page/profile_v2_part_1/mara"),
    ]


def test_of_two_hosts_at_one_place_the_one_with_the_longest_fitting_path_answers(mara):
    class Twins:
        name = "twins"
        hosts = (
            Host("whole", "https://twins.example", lambda call: Answer(call.host)),
            Host("part", "https://twins.example/part", lambda call: Answer(call.host)),
        )

    mara.world = World(Catalogue())
    mara.world.add(Twins())
    answered = [mara.ask("GET", f"https://twins.example{path}").json() for path in ("", "/part", "/part/1", "/parts")]
    assert answered == ["whole", "part", "part", "whole"]


def test_pages_of_the_mobile_root_are_not_below_api(mara):
    assert status_at(mara, f"{API}/page/profile_v2_part_1/mara") == 404
    assert status_at(mara, f"{MOBILE}/user/mara/diary") == 404


def test_the_alternatives_hold_the_same_account(mara):
    mara.member.enter(mara.works["s1.1.1"])
    counts = [
        mara.ask("GET", f"{base}/user/mara/diary", headers=mara.headers).json()["totalReviews"]
        for base in (API, f"{DESKTOP}/api", WWW)
    ]
    assert counts == [1, 1, 1]
    assert status_at(mara, f"{DESKTOP}/mobile/page/profile_v2_part_1/mara") == 200


def test_one_address_can_be_dead_while_the_others_answer(mara):
    mara.serializd.dead.add("serializd")
    with pytest.raises(httpx2.ConnectError):
        mara.get("/user/mara/diary")
    assert status_at(mara, f"{DESKTOP}/api/user/mara/diary") == 200
    mara.serializd.dead.clear()
    assert mara.get("/user/mara/diary").status_code == 200


def test_over_a_real_socket_the_path_stays_whole_and_a_dead_address_breaks(mara):
    mara.serializd.dead.add("serializd-www")
    with Sandbox(mara.world) as served, httpx2.Client(headers=mara.headers) as client:
        assert client.get(f"{served.url('serializd')}/api/user/mara/diary").status_code == 200
        assert client.get(f"{served.url('serializd-mobile')}/mobile/page/profile_v2_part_1/mara").status_code == 200
        with pytest.raises(httpx2.RemoteProtocolError):
            client.get(f"{served.url('serializd-www')}/api/user/mara/diary")


# Errors


def test_unknown_paths_and_wrong_methods_are_errors_with_a_message(mara):
    answers = [mara.get("/nothing"), mara.get("/watched_v2"), mara.post("/user/mara/diary", {}), mara.get("/login")]
    assert [answer.status_code for answer in answers] == [404, 405, 405, 405]
    assert all(answer.json().keys() == {"message"} for answer in answers)


def test_signing_in_is_no_write_but_an_entry_is(mara):
    mara.post("/login", LOGIN, GATE)
    mara.post("/validateauthtoken", {"token": "any"}, GATE)
    mara.post("/show/reviews/add", review(mara.works["s1"], mara.works["s1.1"]))
    assert [asked.path for asked in mara.world.requests.writes("serializd")] == ["/api/show/reviews/add"]


def test_it_asks_for_patience_and_gives_html_or_half_an_answer_as_ordered(mara):
    order, path = mara.world.faults.order, "/user/mara/diary"
    order(faults.Status(429, {"Retry-After": "7"}))
    order(faults.Html(), skip=1)
    order(faults.Truncate(), skip=2)
    patience, page, half = mara.get(path), mara.get(path), mara.get(path)
    assert (patience.status_code, patience.headers["Retry-After"]) == (429, "7")
    assert page.content == faults.HTML
    with pytest.raises(json.JSONDecodeError):
        half.json()


# Waking up


def test_after_idleness_one_slow_answer_and_one_502_come_before_all_is_fine(mara):
    mara.options.cold_start = 40
    began, path = mara.world.now(), "/user/mara/diary"
    assert [mara.get(path).status_code for _ in range(4)] == [200, 502, 200, 200]
    assert mara.world.now() - began == 40


def test_who_keeps_asking_keeps_the_machine_awake(mara):
    mara.options.cold_start, mara.options.idle_after = 40, 600
    statuses = []
    for _ in range(4):
        statuses.append(mara.get("/user/mara/diary").status_code)
        mara.world.clock.advance(599)
    mara.world.clock.advance(1)
    statuses += [mara.get("/user/mara/diary").status_code for _ in range(3)]
    assert statuses == [200, 502, 200, 200, 200, 502, 200]


def test_both_roots_of_a_machine_wake_together_and_another_machine_sleeps_on(mara):
    mara.options.cold_start = 40
    assert mara.get("/user/mara/diary").status_code == 200
    assert mara.mobile("/page/profile_v2_part_1/mara").status_code == 502
    assert mara.get("/user/mara/diary").status_code == 200
    assert [status_at(mara, f"{WWW}/user/mara/diary") for _ in range(3)] == [200, 502, 200]


def test_a_502_at_waking_writes_nothing_and_is_html(mara):
    mara.options.cold_start = 40
    mara.get("/user/mara/diary")
    stumble = mara.post("/show/reviews/add", review(mara.works["s1"], mara.works["s1.1"]))
    assert (stumble.status_code, stumble.content) == (502, faults.HTML)
    assert mara.member.entries == {}
