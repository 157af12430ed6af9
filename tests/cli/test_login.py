"""login and token refresh: a code is shown, and what comes of it is kept."""

from watchweave.sandbox.faults import Act


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
