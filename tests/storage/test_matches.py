"""Which media the own names of services stand for (sync model, section 6)."""

import pytest

from watchweave.core.identity import Standing
from watchweave.core.media import Kind, Media
from watchweave.storage.matches import Matches
from watchweave.storage.store import open_store

PLEX, TRAKT, ATTIC = 1, 2, 3
HEAT = {"imdb": "tt0113277", "tmdb": "949"}


@pytest.fixture
def db():
    store = open_store(None)
    yield store.db
    store.close()


def film(key, ids=HEAT, title="Heat", year=1995, **more):
    return Media(Kind.MOVIE, ids, title, year, keys=(key,), **more)


def show(key, ids, title="Twin Peaks"):
    return Media(Kind.SHOW, ids, title, 1990, keys=(key,))


def episode(key, parent, number, ids=None, season=1):
    return Media(Kind.EPISODE, ids or {}, parent=parent, season=season, number=number, keys=(key,))


def identify(db, account, *medias):
    return Matches(db, account).identify(medias)


def standing(db, space, value):
    rows = db.execute("SELECT DISTINCT standing FROM ids WHERE space = ? AND value = ?", (space, value))
    return {Standing(number) for (number,) in rows}


def test_two_accounts_name_one_media_by_a_shared_id(db):
    (here,) = identify(db, PLEX, film("12"))
    (there,) = identify(db, TRAKT, film("movie:7", {"imdb": "tt0113277", "trakt": "7"}))
    assert here == there
    assert db.execute("SELECT count(*) FROM media").fetchone() == (1,)
    (attic,) = identify(db, ATTIC, film("99", {"trakt": "7"}, "Heat"))
    assert attic == here, "an id that one service brought joins a third"


def test_titles_do_not_join(db):
    numbers = identify(db, PLEX, film("1", {}), film("2", {}), film("3", {"imdb": "tt0113277"}))
    assert len(set(numbers)) == 3


def test_a_film_and_a_show_with_one_number_are_two(db):
    one, other = identify(db, TRAKT, film("movie:1", {"tmdb": "95"}), show("show:1", {"tmdb": "95"}))
    assert one != other
    found = identify(db, PLEX, show("8", {"tmdb": "95"}), film("9", {"tmdb": "95"}))
    assert found == [other, one]


def test_two_copies_are_one_media(db):
    assert len(set(identify(db, PLEX, film("12"), film("13")))) == 1


def test_known_names_cost_no_write(db):
    first = identify(db, PLEX, film("12"), film("13", {"imdb": "tt0000001"}, "Ran"))
    before = db.total_changes
    assert identify(db, PLEX, film("12"), film("13", {"imdb": "tt0000001"}, "Ran")) == first
    assert db.total_changes == before
    assert Matches(db, PLEX).unknown(["12", "13", "14"]) == {"14"}
    assert Matches(db, TRAKT).unknown(["12"]) == {"12"}


def test_a_key_that_names_another_film_now_is_another_media(db):
    heat, ran = identify(db, PLEX, film("12"), film("13", {"imdb": "tt0000001"}, "Ran", 1985))
    db.execute("UPDATE handle SET library = 1")
    moved = identify(db, PLEX, film("12", {"imdb": "tt0000001"}, "Ran", 1985), film("13"))
    assert moved == [ran, heat]
    assert db.execute("SELECT native, media, library FROM handle ORDER BY native").fetchall() == [
        ("12", ran, 0),
        ("13", heat, 0),
    ]
    assert standing(db, "imdb", "tt0113277") == standing(db, "imdb", "tt0000001") == {Standing.GOOD}


def test_a_name_without_ids_stays_what_it_was_known_to_be(db):
    (heat,) = identify(db, TRAKT, film("movie:7"))
    assert identify(db, TRAKT, Media(Kind.MOVIE, keys=("movie:7",))) == [heat]


def test_new_ids_are_kept_and_counted(db):
    (heat,) = identify(db, PLEX, film("12", {"tmdb": "949"}, "", None))
    assert db.execute("SELECT ids_version FROM media").fetchone() == (0,)
    identify(db, TRAKT, film("movie:7", HEAT))
    assert db.execute("SELECT id, ids_version, title, year FROM media").fetchall() == [(heat, 1, "Heat", 1995)]
    found = db.execute("SELECT space, value FROM ids WHERE media = ? ORDER BY space", (heat,)).fetchall()
    assert found == [("imdb", "tt0113277"), ("tmdb", "949")]


def test_a_redirected_id_does_not_part_a_film_and_is_no_key_any_more(db):
    (heat,) = identify(db, PLEX, film("12", {"imdb": "tt0000111", "tmdb": "949"}))
    assert identify(db, TRAKT, film("movie:7", {"imdb": "tt0000222", "tmdb": "949"})) == [heat]
    assert standing(db, "imdb", "tt0000111") == standing(db, "imdb", "tt0000222") == {Standing.DISPUTED}
    assert standing(db, "tmdb", "949") == {Standing.GOOD}


def test_a_contradiction_freezes_both(db):
    (heat,) = identify(db, PLEX, film("12"))
    (other,) = identify(db, TRAKT, film("movie:7", {"imdb": "tt0113277", "tmdb": "1"}, "Ran", 1985))
    assert heat != other
    reasons = db.execute("SELECT id, frozen IS NOT NULL FROM media ORDER BY id").fetchall()
    assert reasons == [(heat, 1), (other, 1)]


def test_two_media_that_turn_out_to_be_one_are_joined(db):
    (one,), (other,) = (
        identify(db, PLEX, film("12", {"imdb": "tt0113277"})),
        identify(db, TRAKT, film("movie:7", {"tmdb": "949"})),
    )
    assert one != other
    (both,) = identify(db, ATTIC, film("99", HEAT))
    assert identify(db, TRAKT, film("movie:7", {"tmdb": "949"})) == [both]
    assert identify(db, PLEX, film("12", {"imdb": "tt0113277"})) == [both]


def test_what_is_known_of_a_page_follows_when_two_shows_turn_out_to_be_one(db):
    (here,) = identify(db, PLEX, episode("11", show("1", {"imdb": "tt0098936"}), 1))
    (there,) = identify(db, TRAKT, episode("episode:1", show("show:5", {"tvdb": "70"}), 1))
    assert here != there
    both = show("show:5", {"imdb": "tt0098936", "tvdb": "70"})
    assert identify(db, TRAKT, both, episode("episode:1", both, 1))[1] == here
    assert db.execute("SELECT count(*) FROM handle WHERE media NOT IN (SELECT id FROM media)").fetchone() == (0,)


# Shows


def test_an_episode_is_known_by_its_show_and_place_or_by_its_own_id(db):
    peaks = show("1", {"tvdb": "70"})
    first, second = identify(db, PLEX, episode("11", peaks, 1, {"tvdb": "711"}), episode("12", peaks, 2))
    there = show("show:5", {"tvdb": "70", "trakt": "5"})
    found = identify(
        db, TRAKT, episode("episode:2", there, 2, {"trakt": "2"}), episode("episode:1", there, 1, {"tvdb": "711"})
    )
    assert found == [second, first]


def test_a_show_without_ids_is_known_by_an_id_of_its_episode(db):
    here = Media(Kind.SHOW, {}, "Twin Peaks", 1990, keys=("1",))
    there = Media(Kind.SHOW, {"tvdb": "70"}, "Twin Peaks", 1990, keys=("show:5",))
    first, second = identify(db, PLEX, episode("11", here, 1, {"tvdb": "711"}), episode("12", here, 2))
    found = identify(db, TRAKT, episode("episode:1", there, 1, {"tvdb": "711"}), episode("episode:2", there, 2), there)
    assert found[:2] == [first, second]
    assert identify(db, PLEX, here) == found[2:]
    assert db.execute("SELECT count(*) FROM handle WHERE media NOT IN (SELECT id FROM media)").fetchone() == (0,)


def test_an_episode_under_a_show_that_was_matched_wrongly_is_known_by_its_ids(db):
    here, there = show("1", {"tvdb": "99"}), show("show:5", {"tvdb": "70"})
    both = {"tvdb": "711", "imdb": "tt0000711"}
    (known,) = identify(db, TRAKT, episode("episode:1", there, 1, both))
    assert identify(db, PLEX, episode("11", here, 1, both)) == [known]
    assert identify(db, PLEX, here) != identify(db, TRAKT, there)


def test_one_id_of_episodes_of_two_shows_that_contradict_each_other_freezes_both(db):
    here, there = show("1", {"tvdb": "99"}), show("show:5", {"tvdb": "70"})
    (known,) = identify(db, TRAKT, episode("episode:1", there, 1, {"tvdb": "711"}))
    (other,) = identify(db, PLEX, episode("11", here, 1, {"tvdb": "711"}))
    frozen = {number for (number,) in db.execute("SELECT id FROM media WHERE frozen IS NOT NULL")}
    assert (frozen, standing(db, "tvdb", "711")) == ({known, other}, {Standing.DISPUTED})


@pytest.mark.parametrize("ids", [{}, {"tvdb": "70533"}])
@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("show_first", [True, False])
def test_a_show_told_beside_its_episode_is_one_show(db, show_first, at_once, ids):
    peaks = show("1", ids)
    page = [peaks, episode("11", peaks, 1)]
    page = page if show_first else page[::-1]
    for said in [page] if at_once else [[thing] for thing in page]:
        identify(db, PLEX, *said)
    assert db.execute("SELECT kind FROM media ORDER BY kind").fetchall() == [(Kind.SHOW,), (Kind.EPISODE,)]
    (parent,) = db.execute("SELECT parent FROM media WHERE parent IS NOT NULL").fetchone()
    assert identify(db, PLEX, peaks) == [parent]


@pytest.mark.parametrize("show_first", [True, False])
def test_a_show_that_says_more_of_itself_than_its_episode_does_keeps_its_episode(db, show_first):
    stub, whole = show("1", {}), show("1", {"tvdb": "70533"})
    page = [whole, episode("11", stub, 1)]
    identify(db, PLEX, *(page if show_first else page[::-1]))
    (told,) = identify(db, TRAKT, show("show:9", {"tvdb": "70533"}))
    assert db.execute("SELECT parent FROM media WHERE kind = ?", (Kind.EPISODE,)).fetchall() == [(told,)]


def test_what_had_no_ids_and_gets_them_stays_what_it_is(db):
    (before,) = identify(db, PLEX, film("1", {}))
    assert identify(db, PLEX, film("1")) == [before]
    assert identify(db, TRAKT, film("movie:7")) == [before]


def test_two_names_without_ids_that_get_the_same_ids_are_one(db):
    identify(db, PLEX, film("1", {}), film("2", {}))
    one, other = identify(db, PLEX, film("1"), film("2"))
    assert one == other


def test_what_had_no_ids_and_gets_those_of_something_known_is_that(db):
    (there,) = identify(db, TRAKT, film("movie:7"))
    identify(db, PLEX, film("1", {}))
    assert identify(db, PLEX, film("1")) == [there]


def test_a_show_season_and_episode_are_three_media(db):
    peaks = show("1", {"tvdb": "70"})
    season = Media(Kind.SEASON, {}, parent=peaks, season=1, keys=("10",))
    numbers = identify(db, PLEX, season, episode("11", peaks, 1), peaks)
    assert len(set(numbers)) == 3
    assert identify(db, PLEX, season, episode("11", peaks, 1), peaks) == numbers


def test_an_episode_without_a_number_is_not_its_season(db):
    peaks = show("1", {"tvdb": "70"})
    season = Media(Kind.SEASON, {}, parent=peaks, season=1, keys=("10",))
    nameless, other = episode("11", peaks, None), episode("12", peaks, None)
    assert len(set(identify(db, PLEX, season, nameless, other))) == 3


@pytest.mark.parametrize("at_once", [True, False])
def test_an_id_of_two_episodes_is_no_key(db, at_once):
    peaks = show("1", {"tvdb": "70"})
    pair = [
        episode("11", peaks, 1, {"tmdb": "65", "tvdb": "711"}),
        episode("12", peaks, 2, {"tmdb": "65", "tvdb": "712"}),
    ]
    if at_once:
        first, second = identify(db, PLEX, *pair)
    else:
        (first,), (second,) = (identify(db, PLEX, one) for one in pair)
    assert first != second
    assert standing(db, "tmdb", "65") == {Standing.AMBIGUOUS}
    there = show("show:5", {"tvdb": "70"})
    found = identify(
        db, TRAKT, episode("episode:2", there, 2, {"tmdb": "65"}), episode("episode:1", there, 1, {"tmdb": "65"})
    )
    assert found == [second, first]
    assert db.execute("SELECT count(*) FROM media WHERE frozen IS NOT NULL").fetchone() == (0,)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_id_that_is_all_that_several_episodes_have_is_no_key(db, at_once):
    peaks = show("1", {"tvdb": "70"})
    three = [episode(f"1{number}", peaks, number, {"tmdb": "65"}) for number in (1, 2, 3)]
    found = identify(db, PLEX, *three) if at_once else [identify(db, PLEX, one)[0] for one in three]
    assert len(set(found)) == 3
    assert standing(db, "tmdb", "65") == {Standing.AMBIGUOUS}


def test_an_episode_that_another_service_numbers_otherwise_is_known_by_its_id(db):
    peaks = show("1", {"tvdb": "70"})
    (here,) = identify(db, PLEX, episode("11", peaks, 13, {"tvdb": "711"}))
    (there,) = identify(db, TRAKT, episode("episode:1", show("show:5", {"tvdb": "70"}), 1, {"tvdb": "711"}, season=2))
    assert here == there


def test_the_order_of_reading_does_not_matter_for_shows(db):
    there = show("show:5", {"tvdb": "70", "imdb": "tt0098936"})
    (first,) = identify(db, TRAKT, episode("episode:1", there, 1, {"trakt": "1"}))
    here = show("1", {"imdb": "tt0098936"})
    assert identify(db, PLEX, episode("11", here, 1, {"tvdb": "711"})) == [first]
    assert db.execute("SELECT count(*) FROM media WHERE kind = ?", (int(Kind.SHOW),)).fetchone() == (1,)


def test_a_record_with_the_ids_of_two_films_joins_them_not(db):
    ran, heat = identify(
        db, TRAKT, film("movie:1", {"trakt": "1", "imdb": "tt0089881"}, "Ran", 1985),
        film("movie:2", {"trakt": "2", "tmdb": "949"}),
    )  # fmt: skip
    assert identify(db, PLEX, film("12", {"imdb": "tt0089881", "tmdb": "949"})) == [heat]
    assert identify(db, TRAKT, film("movie:1", {"trakt": "1"}, "Ran", 1985)) == [ran]
    assert standing(db, "imdb", "tt0089881") == {Standing.DISPUTED}


def test_what_a_service_says_better_later_is_taken_in(db):
    (number,) = identify(db, PLEX, film("1", title="heat.1995.mkv", year=None))
    identify(db, TRAKT, film("movie:7", title="Heat (TV spot)"))
    identify(db, PLEX, film("1", runtime=10_200))
    told = db.execute("SELECT title, year, runtime FROM media WHERE id = ?", (number,)).fetchone()
    assert told == ("Heat", 1995, 10_200)


def test_what_only_one_of_two_knew_is_kept_when_they_are_one(db):
    identify(db, PLEX, film("1", {"imdb": "tt0113277"}, year=None))
    identify(db, TRAKT, film("movie:7", {"tmdb": "949"}, runtime=10_200))
    (number,) = identify(db, ATTIC, film("9"))
    assert db.execute("SELECT id, year, runtime FROM media").fetchall() == [(number, 1995, 10_200)]


# An episode that is known by its id alone

BOB = {"imdb": "tt0001002"}
LISTED = Media(Kind.EPISODE, BOB, "Traces to Nowhere", 1990, keys=("tt0001002",))


def place_at(db, number):
    return db.execute("SELECT parent, season, number FROM media WHERE id = ?", (number,)).fetchone()


def test_an_episode_known_by_its_id_alone_finds_its_show_when_somebody_tells_it(db):
    (alone,) = identify(db, ATTIC, LISTED)
    twin_peaks = show("show:1", {"tvdb": "70533"})
    number, parent = identify(db, TRAKT, episode("e:2", twin_peaks, 2, {**BOB, "tvdb": "127396"}), twin_peaks)
    assert (number, place_at(db, alone)) == (alone, (parent, 1, 2))
    (by_place,) = identify(db, PLEX, episode("12", show("8", {"tvdb": "70533"}), 2))
    assert by_place == alone


def test_it_becomes_one_with_what_stood_there_without_an_id(db):
    (by_place,) = identify(db, PLEX, episode("12", show("8", {"tvdb": "70533"}), 2))
    (alone,) = identify(db, ATTIC, LISTED)
    assert by_place != alone
    (told,) = identify(db, TRAKT, episode("e:2", show("show:1", {"tvdb": "70533"}), 2, BOB))
    assert identify(db, PLEX, episode("12", show("8", {"tvdb": "70533"}), 2)) == [told]
    assert identify(db, ATTIC, LISTED) == [told]


def test_it_stays_apart_from_what_stands_there_under_another_id(db):
    here = show("8", {"tvdb": "70533"})
    (other,) = identify(db, PLEX, episode("12", here, 2, {"imdb": "tt0009999"}))
    (alone,) = identify(db, ATTIC, LISTED)
    identify(db, TRAKT, episode("e:2", show("show:1", {"tvdb": "70533"}), 2, BOB))
    assert identify(db, ATTIC, LISTED) == [alone] != [other]
