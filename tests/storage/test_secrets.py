"""Secrets at rest: they open with their own key at their own place, and with nothing else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from watchweave.errors import StorageError
from watchweave.storage.secrets import Vault, change_key, decoded, encoded, load_key, new_key

TOKEN = "trakt-nate-access"
HERE = ("secret", "1/access_token", "value")
KEY = bytes(range(32))


def test_a_secret_opens_where_it_was_closed() -> None:
    vault = Vault(KEY)
    assert vault.open(vault.close(TOKEN, HERE), HERE) == TOKEN
    assert vault.open(vault.close("", HERE), HERE) == ""


def test_what_is_stored_is_aes_256_gcm_with_its_place_as_associated_data() -> None:
    blob = Vault(KEY).close(TOKEN, HERE)
    assert AESGCM(KEY).decrypt(blob[1:13], blob[13:], b"secret\x001/access_token\x00value") == TOKEN.encode()


def test_no_two_writes_look_alike_and_none_shows_the_secret() -> None:
    blobs = {Vault(KEY).close(TOKEN, HERE) for _ in range(1000)}
    assert len({blob[1:13] for blob in blobs}) == 1000
    assert not any(TOKEN.encode() in blob for blob in blobs)


@pytest.mark.parametrize(
    "place",
    [
        ("other", "1/access_token", "value"),
        ("secret", "2/access_token", "value"),
        ("secret", "1/access_token", "taken"),
        ("secret\x001/access_token", "value", ""),
    ],
)
def test_a_secret_copied_to_another_place_does_not_open(place: tuple[str, str, str]) -> None:
    vault = Vault(KEY)
    with pytest.raises(StorageError):
        vault.open(vault.close(TOKEN, HERE), place)


def test_every_changed_bit_is_noticed() -> None:
    vault = Vault(KEY)
    blob = vault.close("x", HERE)
    for bit in range(len(blob) * 8):
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(StorageError):
            vault.open(bytes(changed), HERE)


@pytest.mark.parametrize(
    "blob", [b"", b"\x01", b"\x01" + bytes(11), b"\x01" + bytes(12), b"plain text that is long enough"]
)
def test_what_is_no_secret_is_refused(blob: bytes) -> None:
    with pytest.raises(StorageError):
        Vault(KEY).open(blob, HERE)


def test_a_wrong_key_is_told_apart_by_what_the_database_keeps() -> None:
    stamp = Vault(KEY).stamp()
    Vault(KEY).confirm(stamp)
    Vault(KEY).confirm(None)
    with pytest.raises(StorageError, match=r"another key.*Nothing was changed") as caught:
        Vault(new_key()).confirm(stamp)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(StorageError, match="32 bytes"):
        Vault(bytes(size))


def test_a_new_key_takes_over_all_secrets_or_none() -> None:
    old, new = Vault(KEY), Vault(new_key())
    places = [("secret", f"{account}/token", "value") for account in range(3)]
    blobs = {place: old.close(f"token {place[1]}", place) for place in places}
    changed = change_key(blobs, old, new)
    assert [new.open(changed[place], place) for place in places] == ["token 0/token", "token 1/token", "token 2/token"]
    with pytest.raises(StorageError):
        change_key({**blobs, HERE: b"damaged"}, old, new)


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        key = load_key(tmp_path, {})
    finally:
        os.umask(before)
    assert len(key) == 32
    assert load_key(tmp_path, {}) == key
    assert stat.S_IMODE((tmp_path / "secrets.key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.key"]


def test_a_lost_key_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="is missing"):
        load_key(tmp_path, {}, first=False)
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from watchweave.storage.secrets import load_key; "
    program += "print(load_key(Path(sys.argv[1]), {}))"

    def start(_: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True
        ).stdout

    with ThreadPoolExecutor(4) as starts:
        assert len(set(starts.map(start, range(8)))) == 1


def test_a_file_system_without_hard_links_gets_its_key_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert load_key(tmp_path, {}) == load_key(tmp_path, {})
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.key"]


def test_a_folder_that_takes_no_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"none/secrets\.key cannot be written"):
        load_key(tmp_path / "none", {})


def test_the_environment_comes_before_a_file_it_names_and_that_before_the_folder(tmp_path: Path) -> None:
    first, second = new_key(), new_key()
    file = tmp_path / "key"
    file.write_text(second.hex() + "\n")
    named = {"WATCHWEAVE_KEY_FILE": str(file)}
    assert load_key(tmp_path, {"WATCHWEAVE_KEY": encoded(first), **named}) == first
    assert load_key(tmp_path, named) == second
    assert not (tmp_path / "secrets.key").exists()


@pytest.mark.parametrize("text", ["", "s3cret", "s3cret" * 10, "é" * 64, "0" * 63, encoded(bytes(31))])
def test_a_key_that_is_none_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(StorageError, match="WATCHWEAVE_KEY must hold a key of 32 bytes") as caught:
        decoded(text, "WATCHWEAVE_KEY")
    assert "s3cret" not in str(caught.value)


def test_a_vault_that_is_printed_shows_no_key() -> None:
    assert repr(Vault(KEY)) == "Vault()"


def test_naming_the_room_does_not_load_the_cipher() -> None:
    program = "import sys, watchweave.storage.secrets; print('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout == b"False\n"
