"""Schema by schema: a backup before each step, and each step all or nothing."""

import shutil
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import pytest

from watchweave.errors import StorageError
from watchweave.storage import store as storage
from watchweave.storage.store import VERSION, open_store, statements

NEXT = VERSION + 1


@pytest.fixture
def old(tmp_path):
    """A database of this version, with something in it."""
    path = tmp_path / "watchweave.db"
    store = open_store(path)
    store.remember("kept", b"1")
    store.close()
    return path


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """The next version, with a folder of its scripts."""
    folder = tmp_path / "package"
    (folder / "migrations").mkdir(parents=True)
    shutil.copy(Path(str(files("watchweave.storage"))) / "schema.sql", folder)
    monkeypatch.setattr(storage, "files", lambda package: folder)
    monkeypatch.setattr(storage, "VERSION", NEXT)
    monkeypatch.setattr(storage, "MIGRATIONS", {NEXT: "next.sql"})
    return folder / "migrations"


def version(path):
    db = sqlite3.connect(path)
    try:
        return db.execute("PRAGMA user_version").fetchone()[0]
    finally:
        db.close()


def backups(path):
    return sorted((path.parent / "backups").glob("*.db"))


def test_an_old_database_is_brought_forward_and_a_copy_is_kept(old, scripts):
    (scripts / "next.sql").write_text("ALTER TABLE meta ADD COLUMN note TEXT; UPDATE meta SET note = 'seen';")
    store = open_store(old)
    assert store.db.execute("SELECT name, value, note FROM meta").fetchall() == [("kept", b"1", "seen")]
    store.close()
    (backup,) = backups(old)
    assert backup.name.endswith(f"-schema{VERSION}.db")
    assert (version(old), version(backup)) == (NEXT, VERSION)


def test_a_step_is_taken_once(old, scripts):
    (scripts / "next.sql").write_text("CREATE TABLE note (x);")
    open_store(old).close()
    (scripts / "next.sql").unlink()
    open_store(old).close()
    assert (version(old), len(backups(old))) == (NEXT, 1)


def test_a_step_that_fails_changes_nothing(old, scripts):
    (scripts / "next.sql").write_text("CREATE TABLE note (x); INSERT INTO nowhere VALUES (1);")
    with pytest.raises((sqlite3.OperationalError, StorageError)):
        open_store(old)
    db = sqlite3.connect(old)
    assert db.execute("SELECT value FROM meta").fetchall() == [(b"1",)]
    assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'note'").fetchone() == (0,)
    db.close()
    assert (version(old), len(backups(old))) == (VERSION, 1)


@pytest.mark.parametrize("before", ["old", "none"])
def test_of_those_who_start_at_the_same_moment_one_takes_the_step(tmp_path, old, scripts, before):
    (scripts / "next.sql").write_text("CREATE TABLE note (x);")
    path = old if before == "old" else tmp_path / "new" / "watchweave.db"
    together = threading.Barrier(8)

    def start(number):
        together.wait()
        store = open_store(path)
        store.remember(f"by {number}", b"1")
        store.close()

    with ThreadPoolExecutor(8) as starters:
        list(starters.map(start, range(8)))
    assert (version(path), len(backups(path))) == (NEXT, int(before == "old"))


def test_without_room_for_a_copy_no_step_is_taken(old, scripts):
    (scripts / "next.sql").write_text("CREATE TABLE note (x);")
    (old.parent / "backups").write_text("a file stands where the folder should be")
    with pytest.raises(StorageError, match="Check the disk"):
        open_store(old)
    assert version(old) == VERSION


def test_the_statements_of_a_script_are_taken_one_by_one():
    script = "CREATE TABLE a (x); -- no; end\nINSERT INTO a VALUES (';');\nCREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END;"
    assert [part.strip() for part in statements(script)] == [
        "CREATE TABLE a (x);",
        "-- no; end\nINSERT INTO a VALUES (';');",
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END;",
    ]


def test_a_new_database_needs_no_steps(tmp_path, scripts):
    store = open_store(tmp_path / "new" / "watchweave.db")
    assert store.db.execute("PRAGMA user_version").fetchone() == (NEXT,)
    store.close()
    assert not (tmp_path / "new" / "backups").exists()


def test_every_version_has_its_script():
    assert sorted(storage.MIGRATIONS) == list(range(2, VERSION + 1))
