"""login and token refresh: a code is shown, or a password asked for, and what comes of it is kept."""

import io

import pytest

from tests.cli.place import open_place
from watchweave.sandbox.faults import Act
from watchweave.sandbox.serializd import Serializd


def test_login_shows_where_to_type_which_code_and_keeps_the_tokens(place):
    place.without("trakt", "access_token", "refresh_token", "expires_at")
    assert place.run("sync").code == 4
    codes = place.trakt.sign_in

    def say_yes():
        codes.approve(next(iter(codes._devices.values())).user_code, place.account)

    place.world.faults.order(Act(say_yes), "trakt.auth", path="device/code")
    ended = place.run("login", "trakt")
    assert ended.code == 0
    assert next(iter(codes._devices.values())).user_code in ended.out
    assert place.run("sync").code == 0


def test_login_at_plex_goes_by_a_short_code(place):
    place.without("plex", "token")
    tv = place.plex.tv

    def say_yes():
        tv.approve(next(iter(tv.pins.values())).code, place.plex.owner)

    place.world.faults.order(Act(say_yes), "plex.tv", "POST", "pins")
    ended = place.run("login", "plex")
    assert ended.code == 0
    assert "https://plex.tv/link" in ended.out
    assert place.run("sync").code == 0


def test_login_as_somebody_else_is_told(place):
    place.run("sync")
    stranger = place.trakt.join("zoe")
    codes = place.trakt.sign_in

    def say_yes():
        codes.approve(next(iter(codes._devices.values())).user_code, stranger)

    place.world.faults.order(Act(say_yes), "trakt.auth", path="device/code")
    ended = place.run("login", "trakt")
    assert ended.code == 4
    assert "belongs to" in ended.err


def test_login_to_an_unknown_account_names_the_known_ones(place):
    ended = place.run("login", "letterbox")
    assert (ended.code, place.requests) == (2, [])
    assert "Known are: plex, trakt" in ended.err


def test_login_without_the_keys_of_the_app_says_which(place):
    place.without("trakt", "client_secret")
    ended = place.run("login", "trakt")
    assert (ended.code, place.requests) == (2, [])
    assert "client_secret must stand in config.yml" in ended.err


def test_token_refresh_saves_a_new_pair_that_works(place):
    assert place.run("token", "refresh").code == 0
    place.trakt.sign_in.grants.pop(place.grant.access, None)
    assert place.run("sync").code == 0


def test_token_refresh_that_is_refused_ends_with_4(place):
    place.trakt.sign_in.revoke(place.account)
    ended = place.run("token", "refresh", "trakt")
    assert ended.code == 4
    assert "watchweave login" in ended.err


def test_who_never_signed_in_is_told_so_and_how_and_no_request_is_sent(place):
    place.without("plex", "token")
    place.without("trakt", "access_token", "refresh_token", "expires_at")
    for words in (("status",), ("doctor",), ("sync",)):
        told = place.run(*words).out
        for account in ("plex", "trakt"):
            assert f'not signed in. Run "watchweave login {account}".' in told
    assert place.requests == []


def test_who_lacks_a_setting_is_told_which_and_not_to_sign_in(place):
    place.nate["accounts"]["diary"] = {"service": "letterboxd"}
    place.nate["accounts"]["trakt"] = {"url": place.served.url("trakt.api")}
    place.write()
    for words in (("status",), ("doctor",)):
        told = place.run(*words).out
        assert "`username:` is missing. Set it in config.yml. As in the address of your profile." in told
        assert "`client_id:` is missing. Set it in config.yml. Of your app at" in told
        assert "watchweave login" not in told
    states = {one["account"]: one["state"] for one in place.run("status", "--json").json["profiles"][0]["accounts"]}
    assert states == {"plex": "new", "trakt": "sign_in_needed", "diary": "sign_in_needed"}


def test_who_signs_in_with_an_app_of_her_own_needs_no_name_for_it(place):
    app = {"client_id": "x", "client_secret": "y", "redirect_uri": "https://here.example"}
    place.nate["accounts"]["letterboxd"] = app
    place.write()
    assert 'not signed in. Run "watchweave login letterboxd".' in place.run("status").out


def test_the_command_names_the_account_and_not_its_service(place):
    place.nate["accounts"] = {
        "attic": {"service": "plex"} | place.accounts()["plex"],
        "trakt": place.accounts()["trakt"],
    }
    place.nate["accounts"]["attic"]["token"] = "worn"
    place.write()
    assert '"watchweave login attic"' in place.run("sync").out
    assert '"watchweave login attic"' in place.run("status").out
    assert '"watchweave login attic"' in place.run("doctor").out


def test_login_with_an_app_that_is_not_known_says_so(place):
    place.without("trakt", "access_token", "refresh_token", "expires_at")
    place.nate["accounts"]["trakt"]["client_id"] = "wrong"
    place.write()
    ended = place.run("login", "trakt")
    assert (ended.code, "the app key is wrong, or no longer valid" in ended.err) == (4, True)
    assert "watchweave login" not in ended.err


def test_login_with_a_wrong_secret_ends_and_says_so(place):
    place.without("trakt", "access_token", "refresh_token", "expires_at")
    place.nate["accounts"]["trakt"]["client_secret"] = "wrong"
    place.write()
    ended = place.run("login", "trakt")
    assert (ended.code, "Compare client_id and client_secret" in ended.err) == (4, True)


def test_login_says_how_long_it_waits(place):
    codes = place.trakt.sign_in
    say_yes = Act(lambda: codes.approve(next(iter(codes._devices.values())).user_code, place.account))
    place.world.faults.order(say_yes, "trakt.auth", path="device/code")
    assert "the code is good for 10 minutes. Ctrl-C gives up." in place.run("login", "trakt").out


def test_a_wrong_option_is_told_by_every_command_and_keeps_no_other_account_from_signing_in(place):
    place.nate["accounts"]["plex"]["check_certificate"] = "maybe"
    place.without("trakt", "access_token", "refresh_token", "expires_at")
    why = "check_certificate of profiles.nate.accounts.plex must be yes or no."
    for words in ("sync", "plan", "status", "runs", "unmatched"):
        ended = place.run(words)
        assert (ended.code, ended.err.startswith("config.yml, line "), why in ended.err) == (2, True, True)
    assert why in place.run("login", "plex").err
    told = place.run("doctor")
    assert (told.code, f": {why}" in told.out, "nate's trakt: not signed in" in told.out) == (2, True, True)
    codes = place.trakt.sign_in
    say_yes = Act(lambda: codes.approve(next(iter(codes._devices.values())).user_code, place.account))
    place.world.faults.order(say_yes, "trakt.auth", path="device/code")
    assert place.run("login", "trakt").code == 0


# By a password


@pytest.fixture
def diary(tmp_path, monkeypatch):
    """nate's place with a diary of series; nobody sits at a terminal."""
    with open_place(tmp_path, Serializd) as place:
        place.nate["accounts"] = {"serializd": {"url": f"{place.served.url('serializd')}/api"}}
        place.write()
        place.diary = place.world.services["serializd"]
        place.diary.join("nate", email="nate@example.org", password="correct horse")
        place.types = lambda *lines: monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{s}\n" for s in lines)))
        yield place


def test_login_by_a_password_keeps_the_token_alone(diary):
    diary.types("nate@example.org", "correct horse")
    ended = diary.run("login", "serializd")
    assert (ended.code, "serializd is signed in as nate." in ended.out) == (0, True)
    with diary.home() as home:
        kept = home.secrets(1).load()
    assert kept.keys() == {"token", "username", "named"}
    assert not {"nate@example.org", "correct horse"} & set(kept.values())
    assert diary.run("sync").code == 0


def test_what_was_typed_is_not_shown_and_not_logged(diary):
    diary.types("nate@example.org", "correct horse")
    assert "correct horse" not in diary.run("-v", "login", "serializd").all
    diary.types("nate@example.org", "wrong horse")
    assert "wrong horse" not in diary.run("-v", "login", "serializd").all


def test_a_wrong_password_ends_with_4_and_says_so(diary):
    diary.types("nate@example.org", "guess")
    ended = diary.run("login", "serializd")
    assert (ended.code, "the e-mail address or the password is wrong" in ended.err) == (4, True)
    assert '"watchweave login serializd"' in ended.err


def test_what_stands_in_the_settings_is_not_asked_for(diary):
    diary.nate["accounts"]["serializd"]["email"] = "nate@example.org"
    diary.write()
    diary.types("correct horse")
    assert diary.run("login", "serializd").code == 0


def test_who_types_nothing_is_not_signed_in_and_no_request_is_sent(diary):
    diary.types("nate@example.org", "")
    ended = diary.run("login", "serializd")
    assert (ended.code, diary.requests) == (2, [])
    assert "Nothing was given for: Password." in ended.err


def test_login_by_a_password_as_somebody_else_is_told(diary):
    diary.types("nate@example.org", "correct horse")
    diary.run("login", "serializd")
    diary.diary.join("zoe", email="zoe@example.org", password="battery staple")
    diary.run("sync")
    diary.types("zoe@example.org", "battery staple")
    ended = diary.run("login", "serializd")
    assert (ended.code, "belongs to nate" in ended.err) == (4, True)
