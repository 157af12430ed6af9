"""Episodes that are numbered in several orders: by their own ids first, by their place only where all number alike."""

import pytest
from msgspec.structs import replace

from tests.storage.test_matches import ATTIC, PLEX, TRAKT, db, episode, identify, show
from watchweave.core.media import Kind, Media
from watchweave.storage.items import Items

PEAKS = {"tvdb": "70"}
__all__ = ["db"]


def there(number, ids=None, season=1, **more):
    return replace(episode(f"episode:{season}{number}", show("show:5", PEAKS), number, ids, season), **more)


def here(number, ids=None, season=1, **more):
    return replace(episode(f"{season}{number}", show("1", PEAKS), number, ids, season), **more)


def attic(number, ids=None, season=1, **more):
    return replace(episode(f"a{season}{number}", show("a1", PEAKS), number, ids, season), **more)


def renumbered(db):
    return [season for (season,) in db.execute("SELECT season FROM renumbered ORDER BY season")]


def order_of(db, media):
    return Items(db).load([media])[media].order


@pytest.mark.parametrize("order", ["dvd", "absolute", "anidb", "own"])
def test_a_place_in_another_order_is_another_place(db, order):
    (first,) = identify(db, TRAKT, there(3, {"tvdb": "713"}))
    (other,) = identify(db, PLEX, here(3, order=order))
    assert first != other
    assert order_of(db, other) == order
    assert renumbered(db) == []


def test_two_accounts_that_number_in_one_order_mean_the_same(db):
    assert identify(db, PLEX, here(3, order="dvd")) == identify(db, ATTIC, attic(3, order="dvd"))


@pytest.mark.parametrize("turned", [False, True])
def test_an_episode_known_in_two_orders_stands_where_it_was_first_shown(db, turned):
    both = [(PLEX, here(5, {"tvdb": "713"}, order="dvd")), (TRAKT, there(3, {"tvdb": "713"}))]
    (first,), (second,) = [identify(db, *pair) for pair in (reversed(both) if turned else both)]
    assert first == second
    assert identify(db, ATTIC, attic(3)) == [first]
    assert renumbered(db) == []


def test_other_ids_at_one_place_are_another_episode_and_nobody_goes_by_places_there_any_more(db):
    (first,) = identify(db, TRAKT, there(3, {"tvdb": "713"}, title="Fire"))
    (other,) = identify(db, PLEX, here(3, {"tvdb": "714"}, title="Walk"))
    (none,) = identify(db, ATTIC, attic(3))
    assert len({first, other, none}) == 3
    assert renumbered(db) == [1]
    assert [order_of(db, media) for media in (first, other, none)] == ["own"] * 3
    assert identify(db, PLEX, here(3, season=2)) == identify(db, TRAKT, there(3, season=2))  # the next season is well


def test_a_title_says_that_an_id_at_one_place_is_only_out_of_date(db):
    (first,) = identify(db, TRAKT, there(3, {"tvdb": "713"}, title="Fire, walk with me"))
    assert identify(db, PLEX, here(3, {"tvdb": "714"}, title="Fire Walk With Me")) == [first]
    assert renumbered(db) == []


@pytest.mark.parametrize("title", ["Episode 3", "", "3", "Folge 03"])
def test_a_title_with_the_number_of_its_place_says_nothing(db, title):
    (first,) = identify(db, TRAKT, there(3, {"tvdb": "713"}, title=title))
    assert identify(db, PLEX, here(3, {"tvdb": "714"}, title=title)) != [first]


@pytest.mark.parametrize("turned", [False, True])
def test_one_episode_at_two_places_shows_that_both_seasons_are_numbered_differently(db, turned):
    both = [(TRAKT, there(13, {"tvdb": "713"})), (PLEX, here(1, {"tvdb": "713"}, season=2))]
    (first,), (second,) = [identify(db, *pair) for pair in (reversed(both) if turned else both)]
    assert first == second
    assert renumbered(db) == [1, 2]
    assert identify(db, ATTIC, attic(13)) != [first]


@pytest.mark.parametrize(("title", "same"), [("Log Lady", True), ("", False), ("Special 1", False)])
def test_a_special_is_known_by_its_title_at_its_place_or_by_its_own_id(db, title, same):
    (first,) = identify(db, TRAKT, there(1, {"tvdb": "700"}, 0, title=title))
    assert (identify(db, PLEX, here(1, season=0, title=title)) == [first]) is same
    assert order_of(db, first) == "own"


def test_a_season_has_several_ids_and_is_one_all_the_same(db):
    def season(key, parent, tvdb):
        return Media(Kind.SEASON, {"tvdb": tvdb}, parent=parent, season=1, keys=(key,))

    (first,) = identify(db, TRAKT, season("season:1", show("show:5", PEAKS), "7001"))
    assert identify(db, PLEX, season("s1", show("1", PEAKS), "7002")) == [first]
    assert renumbered(db) == []


@pytest.mark.parametrize(
    ("ids", "season", "together"),
    [({"tvdb": "713"}, 1, True), ({"tvdb": "714"}, 1, False), ({}, 1, True), ({}, 0, False)],
)
def test_two_shows_that_turn_out_to_be_one_keep_apart_what_they_number_differently(db, ids, season, together):
    identify(db, TRAKT, there(3, {"tvdb": "713"}, season))
    identify(db, PLEX, episode("13", show("1", {"imdb": "tt0098936"}), 3, ids, season))
    identify(db, ATTIC, show("a1", PEAKS | {"imdb": "tt0098936"}))
    (left,) = db.execute("SELECT count(*) FROM media WHERE kind = ?", (int(Kind.EPISODE),)).fetchone()
    assert (left == 1) is together
    assert db.execute("SELECT count(DISTINCT parent) FROM media WHERE parent IS NOT NULL").fetchone() == (1,)


def test_the_day_it_was_first_shown_is_kept_of_what_has_no_id(db):
    identify(db, PLEX, here(1, aired=7402), here(2, {"tvdb": "712"}, aired=7409))
    assert db.execute("SELECT number, aired FROM media WHERE kind = 4 ORDER BY number").fetchall() == [
        (1, 7402),
        (2, None),
    ]


@pytest.mark.parametrize("season", [0, 1])
def test_what_bears_no_id_stays_what_it_is_when_only_its_title_is_told_otherwise(db, season):
    (first,) = identify(db, PLEX, here(3, season=season, title="Fire"))
    assert identify(db, PLEX, here(3, season=season, title="Walk")) == [first]
    assert db.execute("SELECT title FROM media WHERE id = ?", (first,)).fetchone() == ("Walk",)


def test_what_bears_no_id_and_is_numbered_anew_is_what_stands_there(db):
    third, fourth = identify(db, TRAKT, there(3, {"tvdb": "713"}), there(4, {"tvdb": "714"}))
    assert identify(db, PLEX, here(3)) == [third]
    assert identify(db, PLEX, replace(here(4), keys=("13",))) == [fourth]


def test_in_a_season_that_is_numbered_differently_nothing_moves_by_its_title_alone(db):
    (first,) = identify(db, PLEX, here(3, title="Fire"))
    identify(db, TRAKT, there(5, {"tvdb": "715"}))
    identify(db, ATTIC, attic(6, {"tvdb": "715"}))
    assert renumbered(db) == [1]
    assert identify(db, PLEX, here(3, title="Walk")) == [first]
