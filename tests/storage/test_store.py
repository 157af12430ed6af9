"""The database: opened safely, one writer, all or nothing, and failures as sentences that say what to do."""

import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading

import pytest

from watchweave.errors import Busy, StorageError
from watchweave.storage.store import APPLICATION, VERSION, Writer, enter, open_store

FILLER = "INSERT INTO meta VALUES (?, zeroblob(4000))"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "watchweave.db"


def filled(path, rows=200):
    """A database of some hundred pages, closed again."""
    store = open_store(path)
    with store.transaction():
        store.db.executemany(FILLER, [(f"row {number}",) for number in range(rows)])
    store.close()


def pragma(store, name):
    return store.db.execute(f"PRAGMA {name}").fetchone()[0]


def count(store):
    return store.db.execute("SELECT count(*) FROM meta").fetchone()[0]


# Opening


def test_a_new_database_is_ours_alone_and_marked_as_ours(path):
    store = open_store(path)
    assert (pragma(store, "application_id"), pragma(store, "user_version")) == (APPLICATION, VERSION)
    assert pragma(store, "journal_mode") == "wal"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    store.close()


def test_what_was_kept_is_there_when_opened_again(path):
    filled(path, 3)
    store = open_store(path)
    assert count(store) == 3
    store.close()


def test_the_database_of_another_program_is_left_alone(path):
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.commit()
    other.close()
    with pytest.raises(StorageError, match="is not a WatchWeave database"):
        open_store(path)
    other = sqlite3.connect(path)
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    other.close()


def test_a_newer_schema_is_not_touched(path):
    store = open_store(path)
    store.db.execute(f"PRAGMA user_version = {VERSION + 1}")
    store.close()
    with pytest.raises(StorageError, match=f"newer WatchWeave .schema {VERSION + 1}.*Install that version"):
        open_store(path)


def test_a_file_that_is_no_database_is_called_damaged(path):
    path.parent.mkdir()
    path.write_bytes(b"this is no database at all. " * 400)
    with pytest.raises(StorageError, match=r"is damaged, and there is no copy of it.*sign in and sync again"):
        open_store(path)


def damaged(path):
    """A database of which some pages were overwritten."""
    filled(path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 60 * 4096)


def test_after_an_unclean_end_damage_is_looked_for(path):
    damaged(path)
    with pytest.raises(StorageError, match="is damaged"):
        open_store(path, unclean=True)


def test_after_a_clean_end_the_check_is_spared(path):
    damaged(path)
    open_store(path).close()


def test_damage_that_is_met_while_working_is_called_so(path):
    damaged(path)
    store = open_store(path)
    with pytest.raises(StorageError, match="is damaged"), store.transaction() as db:
        db.execute("SELECT sum(length(hex(value))) FROM meta").fetchone()
    store.close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "data").write_text("a file stands where the folder should be")
    with pytest.raises(StorageError, match="data"):
        open_store(tmp_path / "data" / "watchweave.db")


def test_a_folder_that_cannot_be_made_is_named_by_a_writer(tmp_path):
    (tmp_path / "data").write_text("a file stands where the folder should be")
    with pytest.raises(StorageError, match="data"):
        Writer(tmp_path / "data" / "watchweave.db", "sync").take()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into every folder")
def test_a_read_only_folder_is_named(path):
    path.parent.mkdir()
    path.parent.chmod(0o500)
    try:
        with pytest.raises(StorageError, match="permissions"):
            open_store(path)
        with pytest.raises(StorageError, match="permissions"):
            Writer(path, "sync").take()
    finally:
        path.parent.chmod(0o700)


# Transactions


def test_a_transaction_is_all_or_nothing(path):
    store = open_store(path)
    with pytest.raises(sqlite3.IntegrityError), store.transaction() as db:
        db.executemany(FILLER, [("half",), ("half",)])
    assert count(store) == 0
    with store.transaction() as db:
        db.execute(FILLER, ("whole",))
    assert (count(store), store.db.in_transaction) == (1, False)
    store.close()


def test_what_must_be_durable_is_written_through_to_the_disk(path):
    store = open_store(path)
    full, normal = 2, 1
    with store.transaction(durable=True):
        assert pragma(store, "synchronous") == full
    with store.transaction():
        assert pragma(store, "synchronous") == normal
    store.close()


def test_a_full_disk_is_told_and_nothing_is_half_done(path):
    store = open_store(path)
    store.db.execute(f"PRAGMA max_page_count = {pragma(store, 'page_count') + 5}")
    with pytest.raises(StorageError, match=r"No space is left.*nothing is lost"), store.transaction() as db:
        db.executemany(FILLER, [(f"row {number}",) for number in range(50)])
    assert (count(store), store.db.in_transaction) == (0, False)
    store.db.execute("PRAGMA max_page_count = 100000")
    with store.transaction() as db:
        db.execute(FILLER, ("now there is room",))
    assert count(store) == 1
    store.close()


def test_a_database_in_use_by_another_program_is_called_busy(path):
    store = open_store(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.db.execute("PRAGMA busy_timeout = 0")
    with pytest.raises(Busy, match="in use by another program"), store.transaction():
        pass
    other.execute("ROLLBACK")
    other.close()
    with store.transaction() as db:
        db.execute(FILLER, ("free again",))
    assert count(store) == 1
    store.close()


# One writer


def test_a_second_writer_waits_and_is_told_who_writes(path):
    first, second, waits = Writer(path, "sync"), Writer(path, "undo 3"), []
    first.take()
    with pytest.raises(Busy, match=rf"watchweave sync \(process {os.getpid()} on {socket.gethostname()}\)"):
        second.take(patience=1.0, sleep=waits.append)
    assert sum(waits) == pytest.approx(1.0)
    os.close(second.file)
    first.give_back()


def test_a_second_writer_begins_when_the_first_has_ended(path):
    first, second, waits = Writer(path, "sync"), Writer(path, "approve h1"), []
    first.take()

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            first.give_back()

    second.take(sleep=sleep)
    assert (len(waits), second.unclean) == (3, False)
    assert second.holder().startswith("watchweave approve h1 (process")
    second.give_back()


def test_who_cannot_be_named_is_an_unknown_process(path):
    path.parent.mkdir()
    path.with_suffix(".lock").write_text("{")
    assert Writer(path, "sync").holder() == "an unknown process"


def test_the_right_to_write_ends_with_its_process_and_the_next_one_knows(path):
    code = (
        "import sys, pathlib\n"
        "from watchweave.storage.store import Writer\n"
        "Writer(pathlib.Path(sys.argv[1]), 'sync').take()\n"
        "print('writing', flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "writing\n"
        refused = Writer(path, "status")
        with pytest.raises(Busy, match=f"watchweave sync .process {process.pid} "):
            refused.take(patience=0.0)
        os.close(refused.file)
        process.send_signal(signal.SIGKILL)
    after = Writer(path, "sync")
    after.take(patience=0.0)
    assert after.unclean
    after.give_back()
    again = Writer(path, "sync")
    again.take(patience=0.0)
    assert not again.unclean
    again.give_back()


# Copies


def test_a_scratch_copy_knows_everything_and_changes_nothing(path):
    store = open_store(path)
    store.remember("kept", b"1")
    copy = store.scratch()
    copy.remember("kept", b"2")
    copy.remember("new", b"3")
    copy.db.execute("INSERT INTO now VALUES (1, 2, 3, 4, 5)")
    assert (store.meta("kept"), store.meta("new")) == (b"1", None)
    assert store.db.execute("SELECT count(*) FROM now").fetchone() == (0,)
    copy.close()
    store.close()


def test_a_backup_is_a_whole_database_that_only_its_owner_may_read(path):
    store = open_store(path)
    store.remember("kept", b"1")
    target = store.backup("undo")
    store.remember("kept", b"2")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert stat.S_IMODE(target.parent.stat().st_mode) == 0o700
    copy = open_store(target)
    assert (copy.meta("kept"), pragma(copy, "application_id")) == (b"1", APPLICATION)
    copy.close()
    store.close()


def test_a_database_in_memory_needs_no_backup():
    store = open_store(None)
    assert store.backup("undo") is None
    store.close()


# Many rows, and threads


@pytest.mark.parametrize("rows", [0, 1, 99, 100, 101, 4099, 4100, 8201])
def test_rows_are_entered_in_their_order_however_many_they_are(rows):
    store = open_store(None)
    store.db.execute("CREATE TABLE one (number INTEGER PRIMARY KEY, other TEXT)")
    enter(store.db, "INSERT INTO one", ((number, f"row {number}") for number in range(rows)))
    found = store.db.execute("SELECT number, other FROM one ORDER BY number").fetchall()
    assert found == [(number, f"row {number}") for number in range(rows)]


def test_what_follows_the_values_holds_for_each_of_them():
    store = open_store(None)
    store.db.execute("CREATE TABLE one (number INTEGER PRIMARY KEY, other INTEGER)")
    rows = [(number % 150, number) for number in range(450)]
    enter(store.db, "INSERT INTO one", rows, "ON CONFLICT DO UPDATE SET other = excluded.other")
    found = store.db.execute("SELECT number, other FROM one ORDER BY number").fetchall()
    assert found == [(number, number + 300) for number in range(150)]


def test_a_transaction_waits_for_that_of_another_thread(path):
    store = open_store(path)
    inside, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with store.transaction():
            store.db.execute(FILLER, ("first",))
            inside.set()
            go_on.wait(10)

    other = threading.Thread(target=slow)
    other.start()
    assert inside.wait(10)
    threading.Timer(0.2, go_on.set).start()
    with store.transaction():
        assert go_on.is_set()
        assert count(store) == 1
    other.join()
