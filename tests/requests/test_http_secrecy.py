"""No secret in any error, log line or repr."""

import asyncio
import logging
from base64 import b64encode

import httpx2
import pytest

from tests.requests.wire import Server, answer
from watchweave.errors import ServiceError
from watchweave.services.http import Fixed
from watchweave.services.secrecy import Secrecy

TOKEN = "kanarienvogel+/=42"


@pytest.mark.parametrize(
    "said",
    [f"bad {TOKEN}", "bad kanarienvogel%2B%2F%3D42", f"bad {b64encode(TOKEN.encode()).decode()}", "api_key=short1"],
)
def test_a_service_that_repeats_a_secret_does_not_bring_it_into_our_texts(said, caplog):
    caplog.set_level(logging.DEBUG, "watchweave")
    server = Server([answer(422, {"message": said})])
    http = server.http(signer=Fixed({"url": {"Authorization": f"Bearer {TOKEN}", "X-Plex-Token": "kanari2token"}}))
    with pytest.raises(ServiceError) as caught:
        asyncio.run(http.send("POST", "x", dict, params={"X-Plex-Token": TOKEN}))
    for text in (str(caught.value), caplog.text, repr(http), repr(caught.value)):
        assert "kanari" not in text
        assert "2B%2F" not in text
        assert b64encode(TOKEN.encode()).decode()[:20] not in text
        assert "short1" not in text


def test_a_broken_connection_does_not_tell_the_address_with_its_query(caplog):
    caplog.set_level(logging.DEBUG)
    server = Server([httpx2.ConnectError(f"cannot reach http://api.test/?token={TOKEN}")])
    with pytest.raises(ServiceError) as caught:
        asyncio.run(server.http().get("x", dict, params={"token": TOKEN}))
    assert "kanari" not in str(caught.value) + caplog.text
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_log_lines_tell_method_host_path_and_status(monkeypatch):
    """A handler of our own: a command that ran before in this process may have taken the logs over."""
    records: list[logging.LogRecord] = []
    door = logging.getLogger("watchweave.http")
    handler = logging.Handler()
    handler.emit = records.append
    monkeypatch.setattr(door, "handlers", [handler])
    before = door.level
    door.setLevel(logging.DEBUG)
    asyncio.run(Server([answer(200, {})]).http().get("films/1", dict, params={"a": "b"}))
    door.setLevel(before)
    assert [record.getMessage() for record in records] == ["GET api.test/films/1 -> 200"]
    assert not any(logging.getLogger(name).isEnabledFor(logging.INFO) for name in ("httpx2", "httpcore2"))


def test_lines_and_colours_of_strangers_are_made_harmless():
    assert Secrecy().clean("a\r\nb\x1b[31mc") == "a  b [31mc"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("X-Plex-Token=abc", "X-Plex-Token=***"),
        ("a.client_secret_2 : 'abc', b", "a.client_secret_2 : '***', b"),
        ('{"apikey":"abc","name":"x"}', '{"apikey":"***","name":"x"}'),
        ("Authorization: Bearer abc&password=def;", "Authorization: ***&password=***;"),
        ("the secret-token of a password", "the secret-token of a password"),
        ("secretoken=abc api-=def", "secretoken=*** api-=def"),
    ],
)
def test_what_stands_after_the_name_of_a_secret_is_not_shown(said, shown):
    assert Secrecy().clean(said) == shown


MANY = 1_000_000
"""So many letters take hours if each is compared with each."""


@pytest.mark.parametrize("part", ["x", "-", "token", "token_", "api-", "secretoke", 'token"', "=", "token\t"])
def test_a_long_text_without_secrets_is_read_through_once(part):
    said = part * (MANY // len(part))
    assert Secrecy().clean(said) == said.replace("\t", " ").strip()


def test_a_long_text_of_secrets_is_read_through_once():
    assert Secrecy().clean("token=abc " * (MANY // 10)) == ("token=*** " * (MANY // 10)).strip()


@pytest.mark.parametrize(("said", "shown"), [("token", "token"), ("token=", "token="), ("token=Bearer", "token=***")])
def test_a_secret_is_not_looked_for_again_after_each_of_many_spaces(said, shown):
    assert Secrecy().clean(said + " " * MANY).strip() == shown


def test_every_request_says_who_asks():
    server = Server([answer(200, {})])
    asyncio.run(server.http().get("x", dict))
    assert server.seen[0].headers["user-agent"].startswith("WatchWeave/")
