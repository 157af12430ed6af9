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


def test_a_name_that_is_told_an_id_which_stands_at_its_place_in_another_order_keeps_what_it_stood_for(db):
    identify(db, PLEX, here(2))
    identify(db, ATTIC, attic(5, {"tvdb": "719"}, order="absolute"))
    (one,) = identify(db, PLEX, here(2, {"tvdb": "719"}))
    (other,) = identify(db, ATTIC, attic(5, {"tvdb": "719", "imdb": "tt0000719"}, order="absolute"))
    assert one == other
    assert db.execute("SELECT DISTINCT media FROM handle WHERE media NOT IN (SELECT id FROM media)").fetchall() == []


def test_what_an_account_has_just_called_so_has_told_nothing_yet_by_that_name(db):
    identify(db, PLEX, here(2, {"tvdb": "712"}))
    (joined,) = identify(db, TRAKT, there(2))
    db.execute("INSERT INTO now_play VALUES (?, 'p1', ?, 1, 0)", (TRAKT, joined))
    identify(db, TRAKT, there(3, {"tvdb": "712"}))
    assert named(db)["episode:12"] != named(db)["episode:13"] == joined
    assert db.execute("SELECT media FROM now_play").fetchall() == [(named(db)["episode:12"],)]


def test_an_id_tells_two_places_apart_although_who_tells_it_has_called_that_place_so_before(db):
    identify(db, TRAKT, there(2))
    identify(db, PLEX, here(2, {"tvdb": "712"}))
    identify(db, TRAKT, there(3, {"tvdb": "712"}))
    assert renumbered(db) == [1]
    assert db.execute("SELECT max(standing) FROM ids").fetchone() == (0,)


def test_two_that_an_account_calls_by_two_ids_are_not_one_because_another_tells_both(db):
    identify(db, ATTIC, attic(2, {"tmdb": "65"}), attic(3, {"tvdb": "713", "imdb": "tt0000713"}))
    identify(db, TRAKT, there(2, {"tmdb": "65", "tvdb": "713", "imdb": "tt0000713"}))
    assert named(db)["a12"] != named(db)["a13"]


def test_where_nobody_else_stands_it_is_called_what_the_one_says_who_has_come_there(db):
    identify(db, PLEX, here(1, title="Harbor"), here(2, title="Birch"))
    moved = [replace(here(1, title="Harbor"), number=2), replace(here(2, title="Birch"), number=3)]
    identify(db, PLEX, *moved)
    assert db.execute("SELECT title FROM media WHERE id = ?", (named(db)["11"],)).fetchone() == ("Harbor",)


def test_who_alone_names_an_episode_says_where_it_stands(db):
    (one,) = identify(db, PLEX, here(3, {"tvdb": "713"}))
    identify(db, PLEX, replace(here(3, {"tvdb": "713"}), number=4))
    assert db.execute("SELECT number FROM media WHERE id = ?", (one,)).fetchone() == (4,)
    assert renumbered(db) == []


def test_an_id_further_down_a_page_says_that_its_places_are_no_keys(db):
    identify(db, PLEX, here(1, {"imdb": "tt0000001"}))
    identify(db, ATTIC, attic(1, {"tvdb": "702"}), attic(2, {"imdb": "tt0000001", "tvdb": "701"}))
    assert named(db)["11"] == named(db)["a12"] != named(db)["a11"]
    assert db.execute("SELECT max(standing) FROM ids").fetchone() == (0,)


def test_two_episodes_that_change_places_under_an_id_each_stay_themselves(db):
    first, second = identify(db, PLEX, here(1, {"tvdb": "711"}), here(2, {"imdb": "tt0000712"}))
    moved = [replace(here(1, {"tvdb": "711"}), number=2), replace(here(2, {"imdb": "tt0000712"}), number=1)]
    assert identify(db, PLEX, *moved) == [first, second]


def test_one_id_on_two_episodes_of_a_show_in_one_library_is_no_key_in_whichever_order_they_count(db):
    identify(db, PLEX, here(1, {"tmdb": "65"}, 0), here(3, {"tmdb": "65", "tvdb": "713"}, order="absolute"))
    assert named(db)["01"] != named(db)["13"]
    assert db.execute("SELECT DISTINCT standing FROM ids WHERE value = '65'").fetchall() == [(2,)]


def test_what_is_refused_is_tried_again_once_the_account_names_it(db):
    (one,) = identify(db, PLEX, here(2, {"tvdb": "712"}))
    db.execute("INSERT INTO refusal VALUES (?, 3, ?, 'not found', 3, 9999999999, 0)", (TRAKT, one))
    identify(db, TRAKT, there(2, {"tvdb": "712"}))
    assert db.execute("SELECT count(*) FROM refusal").fetchone() == (0,)
