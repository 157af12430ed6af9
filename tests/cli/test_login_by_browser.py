"""login in a browser that cannot come back to us: the address where it was sent is pasted."""

import io
import re

import httpx2
import pytest

from tests.cli.place import open_place
from watchweave.sandbox.letterboxd import Letterboxd
from watchweave.sandbox.letterboxd_sign_in import CLIENT, REDIRECT, SECRET


@pytest.fixture
def place(tmp_path, monkeypatch):
    """nate's place with a diary whose API lets him in; nobody sits at a terminal."""
    with open_place(tmp_path, Letterboxd) as place:
        place.diary = place.world.services["letterboxd"]
        place.member = place.diary.sign_in.in_browser = place.diary.join("nate")
        place.nate["accounts"] = {
            "letterboxd": {
                "url": f"{place.served.url('letterboxd')}/api/v0",
                "client_id": CLIENT,
                "client_secret": SECRET,
                "redirect_uri": REDIRECT,
            }
        }
        place.write()
        place.types = lambda line: monkeypatch.setattr("sys.stdin", io.StringIO(f"{line}\n"))
        yield place


def agree(place):
    """Begin to sign in, and open the address that is shown: where the browser is sent then."""
    place.types("")
    begun = place.run("login", "letterboxd")
    assert begun.code == 2
    address = re.search(r"Open (http\S+)", begun.out)[1]
    return httpx2.get(address).headers["Location"]


def test_login_shows_an_address_and_takes_the_one_that_comes_of_it(place):
    back = agree(place)
    assert back.startswith(REDIRECT)
    place.types(back)
    ended = place.run("login", "letterboxd")
    assert (ended.code, "letterboxd is signed in as nate." in ended.out) == (0, True)
    with place.home() as home:
        kept = home.secrets(1).load()
    assert {"access_token", "refresh_token", "expires_at", "username"} <= kept.keys()
    assert place.run("status", "--json").json["profiles"][0]["accounts"][0]["state"] == "new"
    assert (place.run("sync").code, place.run("doctor").err) == (0, "")


def test_token_refresh_renews_what_login_brought(place):
    place.types(agree(place))
    place.run("login", "letterboxd")
    place.diary.sign_in.expire(place.member)
    assert place.run("token", "refresh", "letterboxd").code == 0
    assert place.run("sync").code == 0


def test_a_code_that_is_not_good_is_told(place):
    place.types("12345")
    ended = place.run("login", "letterboxd")
    assert (ended.code, "the code was refused" in ended.err) == (4, True)
    assert '"watchweave login letterboxd"' in ended.err


def test_a_secret_of_another_app_is_told(place):
    back = agree(place)
    place.nate["accounts"]["letterboxd"]["client_secret"] = "another"
    place.write()
    place.types(back)
    ended = place.run("login", "letterboxd")
    assert (ended.code, "the app key is wrong" in ended.err) == (4, True)


def test_neither_secret_nor_tokens_are_shown(place):
    place.types(agree(place))
    shown = place.run("-v", "login", "letterboxd").all
    (grant, *_) = place.diary.sign_in.grants.values()
    assert not [secret for secret in (SECRET, grant.access, grant.refresh) if secret in shown]


def test_who_has_no_client_id_needs_no_sign_in(place):
    place.nate["accounts"] = {"letterboxd": {"username": "nate"}}
    place.write()
    ended = place.run("login", "letterboxd")
    assert (ended.code, place.requests) == (2, [])
    assert "Feed and export need no sign-in." in ended.err
    assert "client_id, client_secret, redirect_uri" in ended.err


def test_who_has_no_client_id_and_no_name_either_is_told_where_to_say_it(place):
    place.nate["accounts"] = {"letterboxd": {}}
    place.write()
    ended = place.run("login", "letterboxd")
    assert (ended.code, place.requests) == (2, [])
    assert "Set `username:` in config.yml." in ended.err


def test_signed_in_as_somebody_else_is_told(place):
    place.nate["accounts"]["letterboxd"]["username"] = "nate"
    place.write()
    place.diary.sign_in.in_browser = place.diary.join("zoe")
    place.types(agree(place))
    ended = place.run("login", "letterboxd")
    assert (ended.code, "the sign-in is that of zoe" in ended.err) == (4, True)
