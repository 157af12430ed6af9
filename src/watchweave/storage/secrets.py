"""Secrets at rest: the key, and values that only this key opens, each bound to its place in the database.

AES-256-GCM with a random nonce for every write and table, row and column as associated data, so that a value copied to
another row does not open. Whoever controls the running machine can read them all the same.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path

from ..errors import StorageError

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"
PRIVATE = 0o600
KEY_FILE = "secrets.key"

Place = tuple[str, str | int, str]
"""Table, row and column."""

_CHECK: Place = ("meta", "key", "value")

DAMAGED = "A saved sign-in cannot be opened: it was damaged or moved. Sign in again; nothing else is lost."
WRONG_KEY = (
    "The saved sign-ins were written with another key, and cannot be read with this one. Nothing was changed. Put the "
    f"right {KEY_FILE} back, or set WATCHWEAVE_KEY or WATCHWEAVE_KEY_FILE to the right key."
)


class Unreadable(StorageError):
    """One saved value does not open; the others may. Whoever owns it signs in again."""


class Vault:
    """Closes and opens values with one key. `close(text, place)` and `open(blob, place)` undo each other."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise StorageError(
                f"The key of the saved sign-ins must be {KEY_BYTES} bytes long; this one has {len(key)}."
            )
        self._key = key

    def close(self, text: str, place: Place) -> bytes:
        """The text, closed for this place; never twice the same bytes."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # here: it is slow to load, and seldom needed

        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + AESGCM(self._key).encrypt(nonce, text.encode(), _bound(place))

    def open(self, blob: bytes, place: Place) -> str:
        """What was closed. Raises Unreadable if the key or the place is another, or a byte changed."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce, body = blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :]
        if blob[:1] != VERSION or len(nonce) < NONCE_BYTES:
            raise Unreadable(DAMAGED)
        try:
            return AESGCM(self._key).decrypt(nonce, body, _bound(place)).decode()
        except InvalidTag:
            raise Unreadable(DAMAGED) from None

    def stamp(self) -> bytes:
        """What the database keeps to know this key again."""
        return self.close("watchweave", _CHECK)

    def confirm(self, stamp: bytes | None) -> None:
        """Raise StorageError if the database was written with another key; a new database (None) takes any."""
        if stamp is None:
            return
        try:
            self.open(stamp, _CHECK)
        except Unreadable:
            raise StorageError(WRONG_KEY) from None

    def __repr__(self) -> str:
        return "Vault()"


def _bound(place: Place) -> bytes:
    return b"\0".join(str(part).encode() for part in place)


def change_key(blobs: Mapping[Place, bytes], old: Vault, new: Vault) -> dict[Place, bytes]:
    """The same values closed with the new key; all of them or StorageError, so that a caller replaces all or none."""
    return {place: new.close(old.open(blob, place), place) for place, blob in blobs.items()}


def load_key(folder: Path, environment: Mapping[str, str] = os.environ, *, first: bool = True) -> bytes:
    """The key: WATCHWEAVE_KEY, else the file that WATCHWEAVE_KEY_FILE names, else `secrets.key` in this folder.

    first: nothing was closed with a key yet, so that one may be made. Raises StorageError where there is none.
    """
    if text := environment.get("WATCHWEAVE_KEY"):
        return decoded(text, "WATCHWEAVE_KEY")
    if name := environment.get("WATCHWEAVE_KEY_FILE"):
        return _read(Path(name))
    path = folder / KEY_FILE
    if first and not path.exists():
        _make(path)
    return _read(path)


def decoded(text: str, source: str) -> bytes:
    """32 bytes from 64 hexadecimal digits or from base64. The text never appears in an error."""
    text = text.strip()
    try:
        key = (
            bytes.fromhex(text) if len(text) == 2 * KEY_BYTES else base64.b64decode(text, altchars=b"-_", validate=True)
        )
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise StorageError(f"{source} must hold a key of {KEY_BYTES} bytes, as 64 hexadecimal digits or in base64.")
    return key


def encoded(key: bytes) -> str:
    """The key as it stands in a file."""
    return base64.b64encode(key).decode()


def new_key() -> bytes:
    """A key that nobody can guess."""
    return os.urandom(KEY_BYTES)


def _read(path: Path) -> bytes:
    try:
        return decoded(path.read_text(), str(path))
    except FileNotFoundError as error:
        raise StorageError(
            f"{path} is missing. It holds the key of the saved sign-ins: put it back from a copy, or set WATCHWEAVE_KEY."
            " Without it every account has to sign in again, into a new database."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise StorageError(f"{path} holds the key of the saved sign-ins and cannot be read: {why}.") from error


def _make(path: Path) -> None:
    """Write a new key, whole or not at all; if another process was first, its key stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w") as file:
            file.write(encoded(new_key()) + "\n")
            file.flush()
            os.fsync(file.fileno())
        _place(draft, path)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}. The key of the sign-ins belongs there."
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _place(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        if not path.exists():
            draft.rename(path)
