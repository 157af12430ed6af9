"""What was carried by one id and shows by another, as the database sees it."""

import pytest

from watchweave.core.media import Kind, Media
from watchweave.core.plan import Change
from watchweave.core.records import DAY, Play, Rating, Wish
from watchweave.storage.carried import recognise
from watchweave.storage.journal import Journal
from watchweave.storage.matches import Matches
from watchweave.storage.staging import SHELVES, Stage
from watchweave.storage.store import open_store

PLEX, DIARY = 1, 2
NOON, NEAR = 1_792_584_000, DAY // 2
IMDB, TMDB = {"imdb": "tt0113277"}, {"tmdb": "949"}


@pytest.fixture
def store():
    store = open_store(None)
    for number, name in ((PLEX, "plex"), (DIARY, "diary")):
        store.db.execute("INSERT INTO account (id, profile, name, service) VALUES (?, 1, ?, ?)", (number, name, name))
    yield store
    store.close()


def film(key, ids, title="Heat", year=1995, kind=Kind.MOVIE):
    return Media(kind, ids, title, year, keys=(key,))


def owed(store, media, shelf="history", value=NOON):
    """It was written into a file for the diary; what it is."""
    (number,) = Matches(store.db, PLEX).identify([media])
    journal = Journal(store)
    change = Change(DIARY, shelf, "add", number, value)
    journal.carry(journal.begin(1, change, NOON, approved=True), "diary-mara-1-1of1.csv")
    return number


def shown(store, *records):
    """How many things there are once the diary shows these."""
    Stage(store.db, DIARY, SHELVES.values()).take(records)
    before = store.db.execute("SELECT count(*) FROM media").fetchone()[0]
    recognise(store.db, DIARY, NEAR)
    return store.db.execute("SELECT count(*) FROM media").fetchone()[0] - before


def viewing(media, at=NOON, key="feed:1"):
    return Play(media, at, key, "day")


def test_what_shows_on_that_day_by_the_same_title_is_one_with_it_and_each_id_tells(store):
    number = owed(store, film("7", IMDB))
    assert shown(store, viewing(film("a", TMDB, "HEAT!", 1996))) == -1
    assert store.db.execute("SELECT media FROM handle WHERE account = ?", (DIARY,)).fetchall() == [(number,)]
    assert Matches(store.db, 3).identify([film("x", TMDB), film("y", IMDB)]) == [number, number]


@pytest.mark.parametrize("other", [
    viewing(film("a", TMDB), NOON + DAY),
    viewing(film("a", TMDB, "Heat 2")),
    viewing(film("a", TMDB, year=1997)),
    viewing(film("a", TMDB, kind=Kind.SHOW)),
    viewing(film("a", {"imdb": "tt0000001", **TMDB})),
    Rating(film("a", TMDB), NOON, 80),
])  # fmt: skip
def test_what_differs_is_another_one(store, other):
    owed(store, film("7", IMDB))
    assert shown(store, other) == 0


def test_what_may_be_two_is_neither(store):
    owed(store, film("7", IMDB))
    assert shown(store, viewing(film("a", TMDB)), viewing(film("b", {"tmdb": "950"}), key="feed:2")) == 0


def test_of_two_that_are_owed_what_shows_is_neither(store):
    owed(store, film("7", IMDB))
    owed(store, film("8", {"imdb": "tt0000001"}))
    assert shown(store, viewing(film("a", TMDB))) == 0


def test_what_the_diary_itself_calls_otherwise_is_another_one(store):
    Matches(store.db, DIARY).identify([film("b", IMDB)])
    owed(store, film("7", IMDB))
    assert shown(store, viewing(film("a", TMDB))) == 0


def test_what_it_had_shown_before_it_was_owed_is_another_one(store):
    (number,) = Matches(store.db, DIARY).identify([film("a", TMDB)])
    store.db.execute("INSERT INTO entry VALUES (?, 'feed:1', ?, ?, 1, 1)", (DIARY, number, NOON))
    owed(store, film("7", IMDB))
    assert shown(store, viewing(film("a", TMDB))) == 0


def test_what_a_person_said_is_another_one_stays_one(store):
    owed(store, film("7", IMDB))
    store.db.execute("INSERT INTO apart VALUES (?, '7', ?, 'x')", (PLEX, DIARY))
    assert shown(store, viewing(film("a", TMDB))) == 0


@pytest.mark.parametrize(("shelf", "value", "record"), [("ratings", 80, Rating), ("watchlist", 100, Wish)])
def test_a_rating_and_a_wish_are_known_again_where_the_year_is_the_same(store, shelf, value, record):
    owed(store, film("7", IMDB), shelf, value)
    said = (value,) if record is Rating else ()
    assert shown(store, record(film("a", TMDB, year=1996), NOON, *said)) == 0
    assert shown(store, record(film("b", {"tmdb": "950"}), NOON, *said)) == -1
