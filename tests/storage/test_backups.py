"""Copies of the database: when one is made, how many stay, and what putting one back does to the services."""

import asyncio
import resource
import shutil
import sqlite3
import stat
from contextlib import contextmanager

import pytest

from tests.scenarios.household import DAY, HOUR, NOW, Household
from watchweave.errors import StorageError
from watchweave.storage import backups
from watchweave.storage.store import open_store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "watchweave.db"


class Home(Household):
    """Mara's household, with its database in a file."""

    def __init__(self, path, **more):
        super().__init__(checked=False, **more)
        self.path = path
        self.open()

    def open(self):
        self.store.close()
        self.store = open_store(self.path)
        self.start()

    def put_back(self, copy):
        """What the page on copies says; None: there is no copy."""
        self.store.close()
        for file in self.path.parent.glob("watchweave.db*"):
            file.rename(file.with_name(f"away-{file.name}"))
        if copy:
            shutil.copy(copy, self.path)
        self.open()

    def copies(self):
        return [copy.stem.split("-")[-1] for copy in backups.copies(self.path)]


# One copy


@contextmanager
def little_room(size):
    """No file can grow beyond this: what a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_the_newest_three_copies_of_a_kind_stay(path):
    store = open_store(path)
    kinds = ["day", "undo", "schema1", "schema2"]
    for number in range(20):
        store.backup(kinds[number % 4], NOW + number * DAY)
    left = [copy.stem.split("-")[-1] for copy in backups.copies(path)]
    assert sorted(left) == ["day"] * 3 + ["schema1"] + ["schema2"] * 2 + ["undo"] * 3
    assert left[-1] == "schema2"
    store.close()


def test_a_copy_that_finds_no_room_leaves_nothing_and_takes_nothing_away(path):
    store = open_store(path)
    store.remember("much", bytes(1_000_000))
    before = [store.backup("day", NOW + number * DAY) for number in range(3)]
    with little_room(500_000), pytest.raises(StorageError, match="No space is left"):
        store.backup("day", NOW + 9 * DAY)
    assert sorted(before[0].parent.iterdir()) == before
    store.close()


def test_what_a_process_left_half_done_is_cleared_away_by_the_next_copy(path):
    store = open_store(path)
    copy = store.backup("day", NOW)
    copy.with_name("watchweave-20200101-000000-day.db.part").write_bytes(b"half")
    copy.with_name("watchweave-20200101-000000-day.db.part-journal").write_bytes(b"half")
    newest = store.backup("day", NOW + DAY)
    assert sorted(copy.parent.iterdir()) == [copy, newest]
    store.close()


def test_a_copy_is_as_private_as_the_database(path):
    store = open_store(path)
    copy = store.backup("day", NOW)
    assert stat.S_IMODE(copy.stat().st_mode) == stat.S_IMODE(path.stat().st_mode) == 0o600
    store.close()


def test_the_log_of_the_database_before_does_not_spoil_a_copy_in_its_place(path):
    store = open_store(path)
    store.remember("kept", b"1")
    copy = store.backup("day", NOW)
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.remember("kept", b"2")
    log = path.with_name("watchweave.db-wal")
    left = log.read_bytes()
    store.close()
    shutil.copy(copy, path)
    log.write_bytes(left)  # as after a process that was killed
    store = open_store(path)
    assert store.meta("kept") == b"1"
    store.close()


def test_the_log_of_a_process_that_was_killed_counts(path):
    store = open_store(path)
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.remember("kept", b"2")
    killed = path.parent.parent / "killed" / path.name
    shutil.copytree(path.parent, killed.parent)
    store.close()
    store = open_store(killed)
    assert store.meta("kept") == b"2"
    store.close()


# When


def test_the_first_writing_of_a_day_begins_with_a_copy(path):
    home = Home(path)
    home.watch_on_plex("m1", NOW - DAY)
    home.rehearse()
    assert home.copies() == []
    home.sync()
    assert home.copies() == ["day"]
    with sqlite3.connect(backups.copies(path)[0]) as copy:
        assert copy.execute("SELECT count(*) FROM journal").fetchone() == (0,)
    home.later(HOUR)
    home.watch_on_plex("m2")
    home.sync()
    assert home.copies() == ["day"]
    home.later(DAY)
    home.watch_on_plex("m3")
    home.rehearse()
    home.sync()
    assert home.copies() == ["day", "day"]


def test_a_sync_with_nothing_to_write_makes_no_copy(path):
    home = Home(path)
    home.sync()
    for _ in range(3):
        home.later(DAY)
        home.sync()
    assert not backups.folder_of(path).exists()


def test_a_sync_goes_on_without_room_for_a_copy_and_says_so(path, caplog):
    home = Home(path)
    backups.folder_of(path).write_text("a file stands where the folder should be")
    home.watch_on_plex("m1", NOW - DAY)
    home.sync()
    assert home.plays("m1") == [NOW - DAY]
    assert [record.message.split(". ")[0] for record in caplog.records] == [
        "There is no copy of the database from today"
    ]


def test_nothing_is_written_where_the_copy_finds_the_database_damaged(path):
    home = Home(path)
    with home.store.transaction() as db:
        db.executemany("INSERT INTO meta VALUES (?, zeroblob(4000))", [(f"row {n}",) for n in range(200)])
    home.store.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 60 * 4096)
    home.open()
    home.watch_on_plex("m1", NOW - DAY)
    with pytest.raises(StorageError, match="is damaged"):
        home.sync()
    assert (home.plays("m1"), home.copies()) == ([], [])


def test_an_undo_makes_a_copy_first(path):
    home = Home(path)
    home.watch_on_plex("m1", NOW - DAY)
    home.sync()
    home.later()
    home.undo(1)
    assert (home.plays("m1"), home.copies()) == ([], ["day", "undo"])


def test_an_undo_that_takes_nothing_back_leaves_no_copy(path):
    home = Home(path)
    home.watch_on_plex("m1", NOW - DAY)
    home.sync()
    home.later()
    home.sync()
    home.undo(2)
    asyncio.run(home.home.undo(1, dry_run=True))
    assert home.copies() == ["day"]


# Putting one back


def lived(path):
    """A household in step, with a copy from now on."""
    home = Home(path)
    home.watch_on_plex("m1", NOW - 10 * DAY)
    home.watch_on_trakt("m2", NOW - 9 * DAY)
    home.plex.rate("mara", "m1", 8.0)
    home.trakt.rate(home["m2"], 6)
    home.plex.want("mara", "x1")
    home.sync()
    home.later()
    home.sync()
    home.later()
    return home, home.store.backup("day", home.now())


def went_on(home):
    """A sync, and later one that sees it all."""
    home.later()
    home.sync()
    home.later()
    home.sync()
    home.later()


STORIES = {
    "nothing happened": lambda home: None,
    "a film watched on Plex": lambda home: home.watch_on_plex("m3"),
    "a film watched on Trakt": lambda home: home.watch_on_trakt("m3"),
    "a play of last month, added on Trakt": lambda home: home.watch_on_trakt("m3", home.now() - 30 * DAY),
    "an episode watched the day before": lambda home: home.watch_on_trakt("s1.1.1", home.now() - DAY),
    "a film watched again": lambda home: [home.watch_on_plex("m1"), home.watch_on_trakt("m2")],
    "a play removed on Trakt": lambda home: home.trakt.remove_play(home.trakt.history.of(home["m2"])[0]),
    "ratings": lambda home: [home.plex.rate("mara", "m3", 7.0), home.trakt.rate(home["m4"], 5)],
    "ratings changed": lambda home: [home.plex.rate("mara", "m1", 3.0), home.trakt.rate(home["m2"], 5)],
    "a rating taken back": lambda home: home.trakt.unrate(home["m1"]),
    "wishes": lambda home: [home.plex.want("mara", "x2"), home.trakt.want(home["x3"])],
    "a wish dropped": lambda home: home.plex.unwant("mara", "x1"),
}


@pytest.mark.parametrize("what", STORIES)
def test_a_copy_put_back_doubles_nothing_and_brings_nothing_back(path, what):
    home, copy = lived(path)
    STORIES[what](home)
    went_on(home)
    shown, writes = home.shown(), len(home.writes())
    home.put_back(copy)
    home.sync()
    home.quiet()
    assert (home.shown(), len(home.writes())) == (shown, writes)


@pytest.mark.parametrize("what", sorted(STORIES.keys() - {"a play removed on Trakt"}))
def test_beginning_without_a_copy_doubles_nothing_and_brings_nothing_back(path, what):
    home, _ = lived(path)
    STORIES[what](home)
    went_on(home)
    shown, writes = home.shown(), len(home.writes())
    home.put_back(None)
    home.sync()
    home.quiet()
    assert (home.shown(), len(home.writes())) == (shown, writes)


def test_what_happened_while_the_copy_was_put_back_is_told(path):
    home, copy = lived(path)
    home.watch_on_trakt("m3", home.now() - 30 * DAY)
    went_on(home)
    home.watch_on_plex("m4")
    home.plex.rate("mara", "m5", 9.0)
    home.trakt.want(home["x2"])
    home.put_back(copy)
    home.sync()
    home.quiet()
    assert [len(home.plays(uid)) for uid in ("m3", "m4")] == [1, 1]
    assert (home.trakt.ratings["m5"].value, home.wishes()) == (9, {"x1", "x2"})


def test_after_a_copy_is_put_back_runs_of_before_can_be_undone(path):
    home, copy = lived(path)
    home.watch_on_plex("m3")
    went_on(home)
    home.put_back(copy)
    home.undo(1)
    assert home.plays("m1") == []
    assert len(home.plays("m3")) == 1
