"""Signing in, and staying signed in with refresh tokens that work once."""

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.requests.wire import START, Server, Time, answer
from watchweave.errors import Rejected, SignInNeeded, Stopped, Unavailable
from watchweave.services.oauth import DeviceCode, Flow, OAuth, code_in


class Vault:
    """Secrets of one account, with a lock; every save is written down."""

    def __init__(self, **values):
        known = {"client_id": "client-1", "client_secret": "secret-1", "access_token": "old-access"}
        self.values = {**known, "refresh_token": "old-refresh", **values}
        self.saves = []
        self._lock = None

    def load(self):
        return dict(self.values)

    def save(self, values):
        self.saves.append(values)
        self.values.update(values)

    def lock(self):
        self._lock = self._lock or asyncio.Lock()
        return self._lock


class SignInHost:
    """A service whose access tokens end when told, and whose refresh tokens work once."""

    def __init__(self, good="new-access-1", *, life=86_400, keeps_refresh=False):
        self.good, self.life, self.keeps_refresh = good, life, keeps_refresh
        self.usable = {"old-refresh"}
        self.refreshes = []
        self.reads = []

    def __call__(self, request):
        if request.url.host == "api.test":
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            self.reads.append(token)
            return answer(200, {}) if token == self.good else answer(401)
        asked = json.loads(request.content)
        self.refreshes.append(asked)
        if asked["refresh_token"] not in self.usable:
            return answer(400, {"error": "invalid_grant"})
        self.usable.remove(asked["refresh_token"])
        number = len(self.refreshes)
        granted = {"access_token": f"new-access-{number}", "expires_in": self.life}
        if not self.keeps_refresh:
            granted["refresh_token"] = f"new-refresh-{number}"
            self.usable.add(f"new-refresh-{number}")
        return answer(200, granted)


def opened(vault, host, time=None):
    return Server(handler=host).http(signer=OAuth(Flow(), vault), time=time or Time())


def read(vault, host, time=None, times=1):
    http = opened(vault, host, time)

    async def all_at_once():
        await asyncio.gather(*(http.get("x", dict) for _ in range(times)))

    asyncio.run(all_at_once())
    return http


def test_a_hundred_requests_that_meet_401_at_once_make_exactly_one_refresh():
    vault, host = Vault(), SignInHost()
    read(vault, host, times=100)
    assert len(host.refreshes) == 1
    assert len(vault.saves) == 1
    assert host.reads.count("new-access-1") == 100


def test_a_refresh_sends_what_the_service_documents_and_both_tokens_are_saved_together():
    vault, host = Vault(), SignInHost()
    read(vault, host)
    assert host.refreshes == [
        {
            "refresh_token": "old-refresh",
            "client_id": "client-1",
            "client_secret": "secret-1",
            "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
            "grant_type": "refresh_token",
        }
    ]
    assert vault.saves == [
        {
            "access_token": "new-access-1",
            "refresh_token": "new-refresh-1",
            "expires_at": str(int(START) + 86_400),
            "issued_at": str(int(START)),
        }
    ]


def test_the_new_pair_is_saved_before_it_is_used():
    vault = Vault()
    saved_when_used = []

    class Watching(SignInHost):
        def __call__(self, request):
            if request.headers.get("authorization") == "Bearer new-access-1":
                saved_when_used.append(vault.values["access_token"])
            return super().__call__(request)

    read(vault, Watching())
    assert saved_when_used == ["new-access-1"]


def test_who_is_told_to_end_while_a_token_is_traded_in_keeps_the_new_one():
    vault, host = Vault(), SignInHost()
    spent = asyncio.Event()

    async def slow(request):
        told = host(request)
        if request.url.host != "api.test":
            spent.set()
            await asyncio.sleep(0.01)
        return told

    async def given_up():
        reading = asyncio.ensure_future(opened(vault, slow).get("x", dict))
        await spent.wait()
        reading.cancel()
        await asyncio.wait((reading,))
        return reading.cancelled()

    assert asyncio.run(given_up())
    assert vault.values["refresh_token"] in host.usable


def test_a_service_that_sends_no_new_refresh_token_keeps_the_old_one():
    vault = Vault()
    read(vault, SignInHost(keeps_refresh=True))
    assert (vault.values["access_token"], vault.values["refresh_token"]) == ("new-access-1", "old-refresh")


def test_a_pair_that_another_process_has_saved_meanwhile_is_used_and_nothing_is_refreshed():
    vault, host = Vault(), SignInHost(good="theirs-access")
    http = opened(vault, host)
    vault.values.update(access_token="theirs-access", refresh_token="theirs-refresh")
    asyncio.run(http.get("x", dict))
    assert (host.refreshes, host.reads) == ([], ["old-access", "theirs-access"])


def test_a_lost_race_reads_the_saved_pair_once_more():
    vault = Vault(refresh_token="spent")

    class Racing(SignInHost):
        def __call__(self, request):
            if request.url.host == "auth.test":
                vault.values.update(access_token="theirs-access", refresh_token="theirs-refresh")
            return super().__call__(request)

    host = Racing(good="theirs-access")
    read(vault, host)
    assert len(host.refreshes) == 1
    assert host.reads[-1] == "theirs-access"


def test_a_refused_refresh_asks_for_a_new_sign_in_and_none_is_tried_again():
    vault, host = Vault(refresh_token="spent"), SignInHost()
    http = opened(vault, host)
    for _ in range(5):
        with pytest.raises(SignInNeeded):
            asyncio.run(http.get("x", dict))
    assert (len(host.refreshes), host.reads, vault.saves) == (1, ["old-access"], [])


def test_a_token_that_is_refused_again_at_once_is_not_refreshed_twice():
    vault, host = Vault(), SignInHost(good="never")
    http = opened(vault, host)
    for _ in range(3):
        with pytest.raises(SignInNeeded):
            asyncio.run(http.get("x", dict))
    assert len(host.refreshes) == 1


HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize(
    ("issued", "expires", "refreshed"),
    [
        (-0.49 * DAY, 0.51 * DAY, False),
        (-0.81 * DAY, 0.19 * DAY, True),
        (None, HOUR + 60, False),
        (None, HOUR + 10, True),
        (None, -HOUR, True),
        (None, None, False),
    ],
)
def test_a_token_is_renewed_between_half_and_four_fifths_of_its_life(issued, expires, refreshed):
    stated = {"issued_at": issued, "expires_at": expires}
    vault = Vault(**{name: str(int(START + at)) for name, at in stated.items() if at is not None})
    host = SignInHost(good="new-access-1" if refreshed else "old-access")
    read(vault, host, times=5)
    assert len(host.refreshes) == refreshed
    assert set(host.reads) == {host.good}


def test_a_sign_in_host_that_is_down_stops_nothing_while_the_old_token_is_good():
    class Down(SignInHost):
        def __call__(self, request):
            return answer(503) if request.url.host == "auth.test" else super().__call__(request)

    vault = Vault(expires_at=str(int(START + 600)))
    host = Down(good="old-access")
    http = read(vault, host, times=3)
    assert (host.reads, http.requests) == (["old-access"] * 3, 3 + 3)
    with pytest.raises(Unavailable):
        read(Vault(expires_at=str(int(START - 600))), Down())


def test_without_a_token_the_person_is_asked_to_sign_in_and_nothing_is_sent():
    vault, host = Vault(access_token=""), SignInHost()
    with pytest.raises(SignInNeeded, match="watchweave login"):
        read(vault, host)
    assert host.reads == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_deleted_app_is_named_as_such(status):
    server = Server([answer(status, {"error": "invalid_client"})])
    with pytest.raises(Stopped):
        asyncio.run(OAuth(Flow(), Vault()).refresh(server.http()))


def sign_in(*answers, expires_in=600, interval=5):
    """The device flow against these answers: the vault, the waits, the requests."""
    vault, time = Vault(access_token="", refresh_token=""), Time()
    server, oauth = Server(answers), OAuth(Flow(), vault)
    http = server.http(signer=oauth, time=time)
    code = DeviceCode("device-code-1", "5055CC52", "https://service.test/activate", expires_in, interval)

    async def wait():
        try:
            await oauth.wait_for_approval(http, code)
        finally:
            result.extend([vault, time.waits, server.seen])

    result = []
    try:
        asyncio.run(wait())
    except SignInNeeded as error:
        return *result, error.message
    return *result, None


GRANTED = answer(200, {"access_token": "first-access", "refresh_token": "first-refresh", "expires_in": 604_800})


def test_a_device_is_polled_at_the_interval_until_the_person_agrees():
    vault, waits, seen, error = sign_in(answer(400), answer(400), GRANTED)
    assert (waits, len(seen), error) == ([5, 5, 5], 3, None)
    assert vault.values["access_token"] == "first-access"
    assert vault.values["expires_at"] == str(int(START) + 15 + 604_800)
    sent = json.loads(seen[0].content)
    assert sent == {"code": "device-code-1", "client_id": "client-1", "client_secret": "secret-1"}


@pytest.mark.parametrize("too_fast", [answer(429), answer(400, {"error": "slow_down"})])
def test_a_service_that_finds_us_too_fast_is_polled_more_slowly_from_then_on(too_fast):
    assert sign_in(too_fast, answer(400, {"error": "authorization_pending"}), GRANTED)[1] == [5, 10, 10]


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (answer(410), "expired"),
        (answer(418), "declined"),
        (answer(409), "used already"),
        (answer(404), "not known"),
        (answer(400, {"error": "access_denied"}), "declined"),
        (answer(400, {"error": "expired_token"}), "expired"),
    ],
)
def test_a_sign_in_that_will_not_come_ends_the_polling(told, text):
    _, _, seen, error = sign_in(answer(400), told)
    assert len(seen) == 2
    assert text in error


def test_polling_ends_when_the_code_expires():
    _, waits, seen, error = sign_in(answer(400), expires_in=22)
    assert (sum(waits), len(seen)) == (20, 4)
    assert "expired" in error


def test_the_code_for_another_device_is_asked_with_the_app_key_alone():
    told = {
        "device_code": "d",
        "user_code": "5055CC52",
        "verification_url": "https://x.test",
        "expires_in": 600,
        "interval": 5,
    }
    server = Server([answer(200, told)])
    code = asyncio.run(OAuth(Flow(), Vault()).device_code(server.http()))
    assert (code.user_code, code.interval) == ("5055CC52", 5)
    assert json.loads(server.seen[0].content) == {"client_id": "client-1"}
    assert str(server.seen[0].url) == "http://auth.test/oauth/device/code"
    assert "device_code" not in repr(code)


def test_the_browser_is_sent_with_a_state_and_its_code_is_traded_for_tokens():
    vault = Vault(access_token="")
    oauth = OAuth(Flow(), vault)
    address = urlsplit(oauth.authorize_address("https://auth.test/", "http://me.test/back", "state-1"))
    assert address.path == "/oauth/authorize"
    assert parse_qs(address.query) == {
        "response_type": ["code"],
        "client_id": ["client-1"],
        "redirect_uri": ["http://me.test/back"],
        "state": ["state-1"],
    }
    server = Server([GRANTED])
    asyncio.run(oauth.redeem(server.http(), "code-1", "http://me.test/back"))
    sent = json.loads(server.seen[0].content)
    assert (sent["grant_type"], sent["code"], sent["redirect_uri"]) == (
        "authorization_code",
        "code-1",
        "http://me.test/back",
    )
    assert vault.values["refresh_token"] == "first-refresh"


SITE = Flow(scope="read write", form=True, redirect="", renew_at=0.4)


def form_of(request):
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    return {name: value for name, (value,) in parse_qs(request.content.decode(), strict_parsing=True).items()}


def test_a_service_that_wants_forms_is_sent_forms():
    known = {"client_id": "client-1", "client_secret": "secret-1"}
    server = Server([GRANTED, GRANTED, answer(200, {})])
    oauth = OAuth(SITE, Vault())
    asyncio.run(oauth.redeem(server.http(), "4/a+b", "http://me.test/back"))
    asyncio.run(oauth.refresh(server.http()))
    asyncio.run(oauth.revoke(server.http()))
    assert [form_of(request) for request in server.seen] == [
        known | {"grant_type": "authorization_code", "code": "4/a+b", "redirect_uri": "http://me.test/back"},
        known | {"grant_type": "refresh_token", "refresh_token": "first-refresh"},
        known | {"token": "first-access"},
    ]


def test_the_browser_asks_for_what_a_service_wants_to_be_named():
    asked = parse_qs(urlsplit(SITE.page("https://auth.test", "client-1", "http://me.test/back", "s")).query)
    assert asked["scope"] == ["read write"]


@pytest.mark.parametrize(("age", "refreshed"), [(0.39, 0), (0.41, 1)])
def test_a_service_may_have_its_tokens_renewed_sooner(age, refreshed):
    stated = {"issued_at": START - age * DAY, "expires_at": START + (1 - age) * DAY}
    vault = Vault(**{name: str(int(at)) for name, at in stated.items()})
    sent = []

    def host(request):
        sent.append(request.url.host)
        return answer(200, {}) if request.url.host == "api.test" else GRANTED

    asyncio.run(Server(handler=host).http(signer=OAuth(SITE, vault)).get("x", dict))
    assert sent == ["auth.test"] * refreshed + ["api.test"]


@pytest.mark.parametrize("told", [{"error": "invalid_client"}, {"error": True, "code": "invalid_client"}])
def test_an_app_that_is_not_known_is_told_from_a_code_that_is_not_good(told):
    for body, error in ((told, Stopped), ({"error": True, "code": "invalid_grant"}, SignInNeeded)):
        server = Server([answer(401, body)])
        with pytest.raises(error):
            asyncio.run(OAuth(SITE, Vault()).redeem(server.http(), "code-1", "http://me.test/back"))


@pytest.mark.parametrize(
    "pasted",
    [
        "http://127.0.0.1:8080/signed-in?code=4%2Fa-b&state=x",
        "https://me.test/?state=x&code=4%2Fa-b#top\n",
        "  4/a-b ",
    ],
)
def test_the_code_is_found_in_what_a_person_pastes(pasted):
    assert code_in(pasted) == "4/a-b"


def test_revoking_sends_the_token_to_the_sign_in_host():
    server = Server([httpx2.Response(200)])
    asyncio.run(OAuth(Flow(), Vault()).revoke(server.http()))
    assert str(server.seen[0].url) == "http://auth.test/oauth/revoke"
    assert json.loads(server.seen[0].content)["token"] == "old-access"


def test_no_token_stands_in_any_error_of_signing_in():
    vault = Vault(refresh_token="spent-kanari")
    server = Server([answer(422, {"message": "no such token spent-kanari for secret-1"})])
    oauth = OAuth(Flow(), vault)
    http = server.http(signer=oauth)
    with pytest.raises(Rejected, match=r"\*\*\*") as caught:
        asyncio.run(oauth.refresh(http))
    assert "kanari" not in str(caught.value)
    assert "secret-1" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-11-23T12:00:00Z", "²", "1795000000000", "-5", "old-access-in-the-wrong-line"]
)
def test_an_expiry_that_is_no_time_is_said_once_and_counts_as_unknown(text, caplog):
    vault, host = Vault(expires_at=text), SignInHost(good="old-access")
    read(vault, host, times=3)
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(told) == 1
    assert told[0].startswith("Reelbook: expires_at is not a time in unix seconds, such as ")
    assert text not in told[0]
    assert host.refreshes == []


@pytest.mark.parametrize("life", [-5, 0, 10**15])
def test_a_life_that_no_token_has_is_not_kept(life, caplog):
    vault = Vault()
    read(vault, SignInHost(life=life))
    assert vault.values["expires_at"] == ""
    assert "expires_at" not in caplog.text
