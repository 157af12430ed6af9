"""When what nobody could tell is asked again."""

import pytest

from watchweave.core.media import Kind, Media
from watchweave.storage.lookups import Lookups
from watchweave.storage.matches import Matches
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
    lookups.settle(alien.number, {}, NOW)
    assert [heat.number, ran.number, alien.number] == numbers
    yield lookups
    store.close()


def titles(lookups, at):
    return [one.media.title for one in lookups.unknown([PLEX], at)]


def test_what_nobody_could_tell_is_asked_again_at_once_where_somebody_knows_more(lookups):
    assert (titles(lookups, NOW + DAY), lookups.due(NOW + DAY)) == ([], False)
    assert lookups.ask_again(NOW + DAY) == 1
    assert (titles(lookups, NOW + DAY), lookups.due(NOW + DAY)) == (["Heat"], True)


def test_what_a_person_settled_is_never_asked_again(lookups):
    lookups.ask_again(NOW + DAY)
    assert titles(lookups, NOW + 10_000 * DAY) == ["Heat"]
