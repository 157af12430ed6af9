"""What is the same thing: group E of the failure scenarios.

Of F94 the look-ups at metadata sources wait for such sources.
"""

from dataclasses import replace

import pytest

from tests.scenarios.household import DAY, HOUR, NOW, Household, told
from watchweave.engine.unmatched import unmatched

OLD, NEW = "tt0000111", "tt0000222"


def redirected() -> Household:
    """IMDb moved m1 to a new id, which Plex has; Trakt has the old one. Their TMDb ids are the same."""
    house = Household()
    house.world.catalogue.change(house["m1"], ids=house["m1"].ids | {"imdb": OLD})
    item = house.plex.item("m1")
    item.guids = tuple(f"imdb://{NEW}" if guid.startswith("imdb") else guid for guid in item.guids)
    return house


def test_f87_a_redirected_imdb_id_is_the_same_media():
    house = redirected()
    house.watch_on_plex("m1", NOW - DAY)
    house.watch_on_trakt("m1", NOW - DAY)
    assert house.sync().changes == []
    house.quiet()
    assert house.writes() == []


def test_f87_the_old_id_is_not_sent_and_nothing_is_written_twice():
    house = redirected()
    house.watch_on_plex("m1", NOW - DAY)
    house.watch_on_trakt("m1", NOW - DAY)
    house.sync()
    house.later()
    house.plex.rate("mara", "m1", 8.0)
    house.plex.want("mara", "m1")
    house.later()
    house.sync()
    house.quiet()
    assert (house.trakt.ratings["m1"].value, house.wishes_on_trakt()) == (8, {"m1"})
    assert len(house.writes()) == 2
    assert OLD not in repr(house.door.sent)


def with_videos() -> Household:
    """A home video that nobody knows, and a film whose file Plex could not match; she watched and rated both."""
    house = Household(films=8, traps=True)
    for uid in ("m6", "m7"):
        house.watch_on_plex(uid, NOW - DAY)
        house.plex.rate("mara", uid, 9.0)
    return house


def test_f94_a_home_video_is_listed_once_and_no_service_ever_hears_of_it():
    house = with_videos()
    for _ in range(3):
        house.sync(yes=True)
        house.later(DAY + HOUR)
    listed = unmatched(house.store, house.now())
    titles = [row["media"]["title"] for row in listed]
    assert sorted(titles) == sorted([house["m6"].title, "Garden party, second tape"])
    assert {row["problem"] for row in listed} == {"no_ids"}
    assert (house.writes(), house.plays("m6")) == ([], [])
    asked = house.world.requests.of("trakt") + house.world.requests.of("plex.metadata")
    assert [request for request in asked if "Garden" in request.query + request.path] == []
    house.quiet()


def test_f94_a_home_video_costs_no_request():
    costs = []
    for house in (with_videos(), Household(films=8, traps=True)):
        house.sync()
        costs.append(len(house.door.sent))
    assert costs[0] == costs[1]


def known_household() -> Household:
    """Films with different stories on both sides, all agreed."""
    house = Household()
    house.watch_on_plex("m1", NOW - 9 * DAY)
    house.watch_on_plex("s1.1.1", NOW - 8 * DAY)
    house.plex.rate("mara", "m2", 6.0, at=NOW - 7 * DAY)
    house.plex.rate("mara", "m3", 9.0, at=NOW - 7 * DAY)
    house.watch_on_trakt("m4", NOW - 6 * DAY)
    house.sync()
    house.later(DAY)
    house.sync()
    return house


@pytest.mark.parametrize(
    "new_sections",
    [True, False],
)
@pytest.mark.parametrize("wait", [HOUR, DAY + HOUR])
def test_f96_a_rebuilt_library_mixes_up_nothing(new_sections, wait):
    house = known_household()
    before, writes = house.shown(), len(house.writes())
    house.plex.rebuild(new_sections=new_sections)
    for _ in range(3):
        house.later(wait)
        house.sync(yes=True)
    assert house.shown() == before
    assert len(house.writes()) == writes
    house.quiet()


@pytest.mark.parametrize("new_sections", [True, False])
def test_f96_after_a_rebuild_a_flag_reaches_the_film_it_is_meant_for(new_sections):
    house = known_household()
    house.plex.rebuild(new_sections=new_sections)
    house.watch_on_trakt("m5", NOW - 2 * DAY)
    house.later(HOUR)
    house.sync()
    house.later(DAY + HOUR)
    house.sync()
    watched = {uid for uid in ("m1", "m2", "m3", "m4", "m5", "m6") if house.watched(uid)}
    assert watched == {"m1", "m4", "m5"}
    house.quiet()


def test_f96_a_rebuilt_library_that_forgot_everything_gets_it_back_and_takes_nothing_away():
    house = known_household()
    house.plex.rebuild(new_sections=True)
    view = house.plex.user("mara").view
    for item in list(view.states):
        view.forget(item)
    house.plex.server.library.history.clear()
    house.later(DAY)
    assert told(house.sync(yes=True)) == {("plex", "watched", "add"), ("plex", "ratings", "add")}
    house.quiet()
    assert {uid for uid in ("m1", "m2", "m3", "m4", "s1.1.1") if house.watched(uid)} == {"m1", "m4", "s1.1.1"}
    assert (house.rating("m2"), house.rating("m3")) == (6.0, 9.0)
    assert sorted(house.trakt.ratings) == ["m2", "m3"]
    assert (house.plays("m1"), house.plays("m4")) == ([NOW - 9 * DAY], [NOW - 6 * DAY])


def test_f96_a_replaced_file_keeps_its_story():
    house = known_household()
    before, writes = house.shown(), len(house.writes())
    for uid in ("m1", "m2", "m4"):
        house.plex.add_again(uid, remember=True)
    for _ in range(3):
        house.later(DAY + HOUR)
        assert house.sync().changes == []
    assert (house.shown(), len(house.writes())) == (before, writes)


def test_f96_a_file_that_comes_back_without_its_story_gets_it_back():
    house = known_household()
    for uid in ("m1", "m2"):
        house.plex.add_again(uid)
    house.later(DAY + HOUR)
    house.sync()
    house.quiet()
    assert (house.watched("m1"), house.rating("m2"), house.plays("m1")) == (True, 6.0, [NOW - 9 * DAY])
    assert sorted(house.trakt.ratings) == ["m2", "m3"]


def test_a_show_that_gets_its_ids_later_is_joined_with_that_of_trakt():
    house = Household()
    show = house.plex.item("s1")
    guids, show.guids = show.guids, ()
    house.watch_on_trakt("s1.1.2", NOW - DAY)
    house.trakt.rate(house["s1"], 8)
    house.sync()
    house.later()
    show.guids = guids
    show.drawn.clear()
    for _ in range(3):
        house.later(DAY + HOUR)
        house.sync()
    assert (house.watched("s1.1.2"), house.rating("s1")) == (True, 8.0)
    house.quiet()


def test_a_deleted_film_is_neither_unwatched_nor_unrated():
    house = known_household()
    writes = len(house.writes())
    for uid in ("m1", "m2"):
        house.plex.remove(uid)
    for _ in range(2):
        house.later(DAY + HOUR)
        assert house.sync().changes == []
    assert (house.plays("m1"), sorted(house.trakt.ratings), len(house.writes())) == (
        [NOW - 9 * DAY],
        ["m2", "m3"],
        writes,
    )


@pytest.mark.parametrize("there_before", [True, False])
def test_a_film_that_plex_matches_late_brings_what_was_done_with_it(there_before):
    house = with_videos()
    house.person = replace(house.person, titles="ask")
    if there_before:
        house.trakt.want(house["m6"])
    house.sync()
    assert house.plays("m6") == []
    item = house.plex.item("m6")
    item.guids = tuple(f"{space}://{value}" for space, value in house["m6"].ids.items() if space in ("imdb", "tmdb"))
    house.plex.server.library.edited(item, house.now())
    for _ in range(3):
        house.later(DAY + HOUR)
        house.sync(yes=True)
    assert house.plays("m6") == [NOW - DAY]
    assert house.trakt.ratings["m6"].value == 9
    house.quiet()


@pytest.mark.parametrize("synced_before", [True, False])
def test_a_match_that_is_corrected_takes_its_plays_along(synced_before):
    """Plex took the file of m1 for x1; she watched it, and then had the match corrected."""
    house = Household(checked=False)
    item, wrong = house.plex.item("m1"), house["x1"]
    right = (item.guid, item.guids, item.title, item.year)
    item.guid, item.title, item.year = f"plex://movie/{wrong.ids['plex']}", wrong.title, wrong.year
    item.guids = tuple(f"{space}://{wrong.ids[space]}" for space in ("imdb", "tmdb"))
    house.sync()
    house.later()
    at = house.now() - HOUR // 2
    house.watch_on_plex("m1", at)
    if synced_before:
        house.sync()
    house.later(DAY + HOUR)
    item.guid, item.guids, item.title, item.year = right
    house.plex.server.library.edited(item, house.now())
    for _ in range(3):
        house.sync(yes=True)
        house.later(DAY + HOUR)
    assert (house.plays("m1"), house.plays("x1")) == ([at], [at] if synced_before else [])
    house.quiet()
