"""What was known by its place alone, and what becomes of it when places turn out to say nothing (found by random worlds)."""

from msgspec.structs import replace

from tests.storage.test_matches import ATTIC, PLEX, TRAKT, db, episode, identify, show
from tests.storage.test_orders import attic, here, renumbered, there
from watchweave.storage.lookups import Lookups

__all__ = ["db"]


def named(db):
    return dict(db.execute("SELECT native, media FROM handle").fetchall())


def test_the_own_orders_of_two_accounts_are_two(db):
    assert identify(db, PLEX, here(3, order="own")) != identify(db, ATTIC, attic(3, order="own"))


def test_what_was_joined_by_its_place_is_parted_when_the_next_row_tells_the_season_apart(db):
    identify(db, PLEX, here(1), here(2, {"tvdb": "712"}))
    identify(db, TRAKT, there(1, {"tvdb": "711"}), there(2, {"tvdb": "713"}))
    assert renumbered(db) == [1]
    assert named(db)["11"] != named(db)["episode:11"]


def test_who_told_no_id_leaves_those_who_share_one(db):
    identify(db, PLEX, here(1))
    identify(db, ATTIC, attic(1, {"tvdb": "711"}))
    identify(db, TRAKT, there(3, {"tvdb": "711"}))
    assert named(db)["episode:13"] == named(db)["a11"] != named(db)["11"]


def test_ids_of_no_common_database_are_a_place_and_no_more(db):
    identify(db, PLEX, here(1, {"imdb": "tt0000013"}), here(2, {"tvdb": "7014"}))
    identify(db, ATTIC, attic(1, {"tvdb": "7015"}), attic(2, {"tvdb": "7016"}))
    assert renumbered(db) == [1]
    assert len({named(db)[name] for name in ("11", "12", "a11", "a12")}) == 4


def test_an_id_told_later_outweighs_a_place_believed_before(db):
    identify(db, PLEX, here(1, {"imdb": "tt0000001"}))
    identify(db, ATTIC, attic(1, {"tvdb": "702"}))
    identify(db, ATTIC, attic(2, {"imdb": "tt0000001"}))
    assert named(db)["11"] == named(db)["a12"] != named(db)["a11"]
    assert db.execute("SELECT max(standing) FROM ids").fetchone() == (0,)


def test_two_copies_of_a_special_do_not_spoil_its_id(db):
    first, copy = here(1, {"tvdb": "700"}, 0, title="Log"), replace(here(1, season=0, title="Lady"), keys=("x",))
    _, other = identify(db, PLEX, first, copy)
    Lookups(db).learn(other, {"tvdb": "700"}, "tvdb")
    assert db.execute("SELECT DISTINCT standing FROM ids WHERE value = '700'").fetchall() == [(0,)]


def test_who_is_known_in_another_order_meets_what_stands_where_it_was_first_shown(db):
    identify(db, PLEX, here(2, {"tvdb": "711"}, order="dvd"))
    identify(db, TRAKT, there(1))
    (known,) = identify(db, ATTIC, attic(1, {"tvdb": "711"}))
    assert {named(db)[name] for name in ("12", "episode:11", "a11")} == {known}


def test_two_ids_outweigh_a_third_that_is_out_of_date(db):
    both = {"imdb": "tt0000001", "tmdb": "5"}
    (first,) = identify(db, TRAKT, there(1, {**both, "tvdb": "711"}, 0))
    assert identify(db, PLEX, here(1, {**both, "tvdb": "999"}, 0)) == [first]


def test_one_id_of_two_episodes_is_found_whichever_row_comes_first(db):
    all_three = {"imdb": "tt0000008", "tmdb": "8", "tvdb": "708"}
    identify(db, PLEX, here(2, all_three, 2))
    identify(db, ATTIC, attic(1, {"tmdb": "8"}, 2), attic(2, all_three, 2))
    assert named(db)["22"] == named(db)["a22"] != named(db)["a21"]


def test_an_episode_without_an_id_that_is_numbered_anew_leaves_its_old_place(db):
    identify(db, PLEX, here(1))
    identify(db, PLEX, replace(here(2), keys=("11",)))
    identify(db, TRAKT, there(1, {"tvdb": "711"}), there(2, {"tvdb": "712"}))
    assert named(db)["11"] == named(db)["episode:12"] != named(db)["episode:11"]


def test_shows_that_turn_out_to_be_one_are_compared_whole_before_their_parts_are_joined(db):
    identify(db, TRAKT, there(1, {"tvdb": "711"}), there(2, {"tvdb": "712"}))
    other = show("1", {"imdb": "tt0098936"})
    identify(db, PLEX, episode("11", other, 1), episode("12", other, 2, {"tvdb": "719"}))
    identify(db, ATTIC, show("a1", {"tvdb": "70", "imdb": "tt0098936"}))
    assert renumbered(db) == [1]
    assert named(db)["11"] != named(db)["episode:11"]


def test_places_of_two_orders_are_not_compared(db):
    identify(db, PLEX, here(1, {"imdb": "tt0000003", "tvdb": "713"}))
    identify(db, ATTIC, attic(2, {"tmdb": "83"}, order="dvd"))
    identify(db, ATTIC, attic(2, {"tmdb": "83", "tvdb": "713"}, order="dvd"))
    assert named(db)["11"] == named(db)["a12"]
    assert db.execute("SELECT max(standing) FROM ids").fetchone() == (0,)
