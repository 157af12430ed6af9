"""Certificates are checked; a person may make an exception for one host."""

import asyncio
import ipaddress
import ssl
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.requests.wire import Remembered
from watchweave.errors import ConfigError, NotSent
from watchweave.services.http import Fixed, Http
from watchweave.services.plex import Plex

REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory):
    """A TLS server context whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nas")]), datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    lasting = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    certificate = lasting.add_extension(alternative, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(secret + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@asynccontextmanager
async def server(context=None):
    """A server on a free port of this machine: the port, and the requests that reached it."""
    seen, served = [], asyncio.Event()

    async def serve(reader, writer):
        seen.append(await reader.read(4096))
        writer.write(REPLY)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        served.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as listening:
        yield listening.sockets[0].getsockname()[1], seen
        if seen:
            await served.wait()


def door(**hosts):
    return Http("Plex", hosts, Fixed({}), Remembered())


async def opened(http, host):
    """The status, or why there is none; asked once."""
    try:
        return (await http.send("POST", "x", dict, host=host)).status
    except NotSent as error:
        return error.message


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr("watchweave.services.http.TRIES", 1)


@pytest.mark.usefixtures("at_once")
def test_a_certificate_of_ones_own_is_refused_before_anything_is_sent(self_signed):
    async def run():
        async with server(self_signed) as (port, seen), door(url=f"https://127.0.0.1:{port}") as http:
            return await opened(http, "url"), seen, port

    told, seen, port = asyncio.run(run())
    assert told.startswith(f"127.0.0.1:{port} cannot be reached (its certificate is not trusted: self")
    assert seen == []


@pytest.mark.usefixtures("at_once")
def test_the_exception_holds_for_one_host_and_is_shown_as_a_warning(self_signed, caplog):
    async def run():
        async with (
            server(self_signed) as (mine, _),
            server(self_signed) as (other, _),
            door(url=f"https://127.0.0.1:{mine}", plex_tv_url=f"https://127.0.0.1:{other}") as http,
        ):
            http.trust("url")
            return mine, await opened(http, "url"), await opened(http, "plex_tv_url")

    mine, own, other = asyncio.run(run())
    assert own == 200
    assert "its certificate is not trusted" in other
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warned == [f"Plex: the certificate of 127.0.0.1:{mine} is not checked, as the settings say."]


@pytest.mark.usefixtures("at_once")
def test_https_to_a_server_that_speaks_http_names_that():
    async def run():
        async with server() as (port, _), door(url=f"https://127.0.0.1:{port}") as http:
            return await opened(http, "url")

    assert "is the address http:// rather than https://?" in asyncio.run(run())


@pytest.mark.parametrize(("option", "warnings"), [(None, 0), ("yes", 0), ("no", 1), ("No", 1), ("false", 1)])
def test_the_setting_of_a_plex_account_excepts_its_server_alone(option, warnings, caplog):
    options = {} if option is None else {"check_certificate": option}
    Plex(door(url="https://nas.test:32400", **Plex.hosts), options, None)
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(told) == warnings
    assert all("nas.test:32400" in line for line in told)


@pytest.mark.parametrize("word", ["nope", "", [], None])
def test_another_word_for_that_setting_is_a_matter_of_the_settings(word):
    with pytest.raises(ConfigError, match="check_certificate must be yes or no"):
        Plex(door(url="https://nas.test"), {"check_certificate": word}, None)


def test_plain_http_has_no_certificate_to_warn_of(caplog):
    Plex(door(url="http://nas.test:32400"), {"check_certificate": "no"}, None)
    assert caplog.records == []


def test_a_server_found_through_the_account_is_checked_all_the_same(caplog):
    http = door(plex_tv_url="https://plex.tv")
    Plex(http, {"check_certificate": "no"}, None)
    http.place("url", "https://found.test:32400")
    assert caplog.records == []
