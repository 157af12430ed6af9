"""When what nobody could tell is asked again."""

import pytest

from watchweave.core.media import Kind, Media
from watchweave.storage.lookups import Lookups
from watchweave.storage.matches import Matches
from watchweave.storage.settled import Settled
from watchweave.storage.store import open_store

PLEX, NOW, DAY = 1, 1_800_000_000, 86_400


@pytest.fixture
def lookups():
    """Three films without ids: of the first nobody could tell, the second was told, the third is a person's."""
    store = open_store(None)
    lookups = Lookups(store.db)
    films = [Media(Kind.MOVIE, {}, title, 1995, keys=(title,)) for title in ("Heat", "Ran", "Alien")]
    numbers = Matches(store.db, PLEX).identify(films)
    heat, ran, alien = lookups.unknown([PLEX], NOW)
    lookups.keep(heat, "tmdb", [], NOW)
    lookups.keep(ran, "tmdb", [], NOW, {"imdb": "tt0089881"})
    lookups.learn(ran.number, {"imdb": "tt0089881"}, "tmdb")
    Settled(store.db, NOW).say(alien.number, {})
    assert [heat.number, ran.number, alien.number] == numbers
    yield lookups
    store.close()


def titles(lookups, at):
    return [one.media.title for one in lookups.unknown([PLEX], at)]


def free(lookups, at):
    return [one.free for one in lookups.unknown([PLEX], at)]


def test_what_nobody_could_tell_is_asked_again_at_once_where_somebody_knows_more(lookups):
    assert (titles(lookups, NOW + DAY), lookups.due(NOW + DAY)) == ([], False)
    assert lookups.ask_again(NOW + DAY, free=False) == 1
    assert (titles(lookups, NOW + DAY), lookups.due(NOW + DAY), free(lookups, NOW + DAY)) == (["Heat"], True, [False])


def test_a_new_source_that_costs_nothing_is_asked_alone_and_the_others_when_it_is_their_time(lookups):
    assert (lookups.ask_again(NOW + DAY, free=True), lookups.ask_again(NOW + DAY, free=True)) == (1, 0)
    (heat,) = lookups.unknown([PLEX], NOW + DAY)
    assert (heat.free, lookups.due(NOW + DAY)) == (True, True)
    lookups.put_off(heat)
    assert (titles(lookups, NOW + DAY), lookups.due(NOW + DAY)) == ([], False)
    assert (titles(lookups, NOW + 7 * DAY), free(lookups, NOW + 7 * DAY)) == (["Heat"], [False])


def test_a_paid_source_that_is_new_is_not_put_off_by_a_free_one(lookups):
    lookups.ask_again(NOW + DAY, free=True)
    lookups.ask_again(NOW + DAY, free=False)
    assert free(lookups, NOW + DAY) == [False]


def test_what_got_another_title_is_asked_of_all(lookups):
    lookups.ask_again(NOW + DAY, free=True)
    lookups.db.execute("UPDATE media SET title = 'Heat 2' WHERE title = 'Heat'")
    assert free(lookups, NOW + DAY) == [False]


@pytest.mark.parametrize(
    ("before", "then", "asked"),
    [
        ({"tmdb": False}, {"tmdb": False}, []),
        ({"tmdb": False}, {}, []),
        ({"tmdb": False}, {"tmdb": False, "tvdb": False}, [False]),
        ({"tmdb": False}, {"tmdb": False, "imdb_datasets": True}, [True]),
        ({}, {"tmdb": False, "imdb_datasets": True}, [False]),
    ],
)
def test_a_source_that_is_new_is_noticed_once(lookups, before, then, asked):
    lookups.meet(before, NOW)
    lookups.db.execute("UPDATE lookup SET next_try = ? WHERE next_try = ?", (NOW + 7 * DAY, NOW))
    lookups.db.execute("UPDATE lookup SET next_try = abs(next_try)")
    lookups.meet(then, NOW + DAY)
    assert free(lookups, NOW + DAY) == asked
    lookups.meet(then, NOW + DAY)
    assert free(lookups, NOW + DAY) == asked


def test_what_a_person_settled_is_never_asked_again(lookups):
    lookups.ask_again(NOW + DAY, free=False)
    assert titles(lookups, NOW + 10_000 * DAY) == ["Heat"]


def test_two_of_one_title_with_no_database_in_common_are_asked_about():
    store = open_store(None)
    lookups = Lookups(store.db)
    for account, ids in ((PLEX, {"imdb": "tt0113277"}), (2, {"tmdb": "949"}), (3, {})):
        Matches(store.db, account).identify([Media(Kind.MOVIE, ids, "Heat", 1995, keys=("h",))])
    assert [one.media.ids for one in lookups.partly_known([PLEX, 2, 3], NOW)] == [
        {"imdb": "tt0113277"},
        {"tmdb": "949"},
    ]
    lookups.learn(1, {"tmdb": "949"}, "tmdb")
    assert lookups.partly_known([PLEX, 2, 3], NOW) == []
    store.close()


def test_a_number_is_not_given_again_after_its_thing_became_another(lookups):
    """Nausicaä is the newest thing when it turns out to be Heat."""
    matches = Matches(lookups.db, PLEX)
    (heat,) = Matches(lookups.db, 2).identify([Media(Kind.MOVIE, {"tmdb": "949"}, "Heat", 1995, keys=("2",))])
    (number,) = matches.identify([Media(Kind.MOVIE, {}, "Nausicaä", 1984, keys=("n",))])
    lookups.learn(number, {"tmdb": "949"}, "tmdb")
    assert matches.identify([Media(Kind.MOVIE, {}, "Nausicaä", 1984, keys=("n",))]) == [heat]
    assert matches.identify([Media(Kind.MOVIE, {}, "Dune", 1984, keys=("d",))]) == [number + 1]
