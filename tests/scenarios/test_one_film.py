"""A film that Plex knows by its id of IMDb alone, and Letterboxd's feed by that of TMDb: what was carried is what shows."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.scenarios.diary import BOTH_WAYS, Diary
from tests.scenarios.household import DAY, HOUR, MINUTE
from tests.support.memory import Killed

WAYS = (("plex", "trakt"), ("plex", "letterboxd"), ("letterboxd", "trakt"), ("trakt", "letterboxd"))


@pytest.fixture
def house(tmp_path):
    return at_home(tmp_path)


def at_home(folder):
    """x1 stands in the library by an agent of years ago. Trakt shows so much that its news brings no old viewing."""
    house = Diary(folder, episodes=130, directions=WAYS)
    for number in range(1, 131):
        for show in (1, 2):
            house.watch_on_trakt(f"s{show}.1.{number}", house.now() - number * HOUR - show * MINUTE)
    house.plex.shelves.put(house["x1"], "old")
    return house


def seen(house):
    """She had watched it on Plex; now it is told to all."""
    house.watch_on_plex("m1", house.now() - HOUR)
    house.watch_on_plex("x1", house.now() - 30 * DAY)
    house.hand_in()
    house.later(HOUR)
    house.sync(yes=True)


def one(house):
    """It has one viewing everywhere, and nothing waits or is said again."""
    for _ in range(4):
        house.later(DAY)
        house.sync(yes=True)
    assert (len(house.plays("x1")), len(house.diary("x1")), house.offered()) == (1, 1, {})
    assert house.sync(yes=True).changes == []


def test_the_feed_confirms_what_was_carried_by_another_id(house):
    seen(house)
    house.upload()
    house.later(HOUR)
    house.sync(yes=True)
    assert (len(house.plays("x1")), house.offered()) == (1, {})
    one(house)


def test_an_export_confirms_it_with_the_feed(house):
    seen(house)
    house.upload()
    house.later(HOUR)
    house.hand_in()
    house.sync(yes=True)
    assert (len(house.plays("x1")), house.offered()) == (1, {})
    one(house)


def silent(sent):
    return 403 if "/rss/" in sent.address else None


def test_an_export_confirms_it_and_the_feed_names_it_later(house):
    seen(house)
    house.upload()
    house.later(HOUR)
    house.hand_in()
    house.door.hear = silent
    house.sync(yes=True)
    assert (len(house.plays("x1")), house.offered()) == (1, {})
    house.door.hear = lambda sent: None
    house.later(HOUR)
    house.sync(yes=True)
    one(house)


def test_an_export_of_a_film_that_the_feed_shows_no_more(house):
    seen(house)
    house.upload()
    house.door.hear = silent
    house.later(HOUR)
    house.hand_in()
    house.sync(yes=True)
    one(house)


def test_databases_call_it_of_different_years(house):
    film = house.world.services["letterboxd"].films.known(house["x1"])
    film.year += 1
    seen(house)
    house.upload()
    house.later(HOUR)
    house.sync(yes=True)
    one(house)


@pytest.mark.parametrize("imports", [False, True])
def test_a_library_in_another_language_calls_it_otherwise(house, imports):
    house.plex.item("x1").title = "Schmaler Brief aus Holm"
    seen(house)
    house.upload()
    if imports:  # what was made so late tells that the film which is owed does not show
        house.later(20 * HOUR)
        house.hand_in()
    for _ in range(3):
        house.later(HOUR)
        house.sync(yes=True)
        assert len(house.plays("x1")) == 1
    house.later(DAY)
    house.sync(yes=True)
    house.hand_in()
    one(house)


def test_what_else_she_logs_for_that_day_is_told_when_all_was_read(house):
    house.plex.item("x1").title = "Schmaler Brief aus Holm"
    seen(house)
    house.mara.log(house["x2"], datetime.fromtimestamp(house.now() - 30 * DAY, UTC).date().isoformat())
    for _ in range(3):
        house.later(DAY)
        house.sync(yes=True)
    assert [len(house.plays(uid)) for uid in ("x1", "x2")] == [1, 1]


def test_a_rating_goes_with_it(house):
    house.plex.rate("mara", "x1", 8)
    seen(house)
    assert house.trakt.ratings["x1"].value == 8
    house.upload()
    house.later(HOUR)
    house.sync(yes=True)
    house.hand_in()
    one(house)
    assert house.mara.ratings["x1"].value == 8


def test_a_rating_alone(house):
    house.plex.rate("mara", "x1", 8)
    house.watch_on_plex("m1", house.now() - HOUR)
    house.hand_in()
    house.later(HOUR)
    house.sync(yes=True)
    assert len(house.offered()) == 1
    house.upload()
    for _ in range(2):
        house.hand_in()
        house.later(HOUR)
        house.sync(yes=True)
    for _ in range(4):
        house.later(DAY)
        house.sync(yes=True)
    assert (house.mara.ratings["x1"].value, house.trakt.ratings["x1"].value, house.offered()) == (8, 8, {})
    assert house.plays("x1") == []
    assert house.sync(yes=True).changes == []


@pytest.mark.parametrize("after", [False, True])
def test_killed_while_it_is_read_back_it_is_one_all_the_same(tmp_path, after):
    for moment in itertools.count(1):
        house = at_home(tmp_path / str(moment))
        seen(house)
        house.upload()
        house.later(HOUR)
        house.store.die_in, house.store.after = moment, after
        try:
            house.sync(yes=True)
        except Killed:
            house.die()
        else:
            break
        house.later(HOUR)
        house.sync(yes=True)
        assert (len(house.plays("x1")), house.offered()) == (1, {})
    assert moment > 5


def test_another_film_of_its_title_that_she_logs_herself_is_another_one(house):
    other = house["x2"]
    other.title, other.year = house["x1"].title, house["x1"].year
    seen(house)
    house.upload()
    for number in (30, 20):
        house.mara.log(other, datetime.fromtimestamp(house.now() - number * DAY, UTC).date().isoformat())
    house.later(HOUR)
    for _ in range(4):
        house.sync(yes=True)
        house.later(DAY)
    assert len(house.plays("x2")) == 2


def test_what_she_logged_herself_is_known_by_its_title_until_the_feed_names_it(house):
    day = datetime.fromtimestamp(house.now() - 30 * DAY, UTC).date().isoformat()
    house.mara.log(house["x1"], day)
    house.door.hear = silent
    seen(house)
    assert (len(house.plays("x1")), list(house.rows())) == (1, [str(house["m1"].ids["tmdb"])])
    house.door.hear = lambda sent: None
    house.upload()
    house.later(HOUR)
    house.sync(yes=True)
    one(house)


@pytest.mark.parametrize("ways", [WAYS, BOTH_WAYS], ids=["one", "both"])
def test_what_was_carried_is_told_to_nobody_again_though_its_giver_left(tmp_path, ways):
    """Plex names the film by IMDb's id alone; the feed, which shows what was carried, by TMDb's. Trakt's history is so long
    that the page of news does not show what was written there among the older plays."""
    house = Diary(tmp_path, directions=ways, episodes=130)
    for number in range(1, 131):
        for season in (1, 2):
            house.watch_on_trakt(f"s{season}.1.{number}", house.now() - number * HOUR - season * MINUTE)
    house.plex.shelves.put(house["x1"], "old")
    house.watch_on_plex("m1", house.now() - HOUR)
    house.watch_on_plex("x1", house.now() - 30 * DAY)
    house.hand_in()
    house.later(HOUR)
    house.sync(yes=True)
    house.upload()
    house.later(HOUR)
    was = house.person
    house.die()
    staying = [account for account in was.accounts if account.name != "plex"]
    house.person = replace(was, accounts=staying, directions=[p for p in was.directions if "plex" not in p])
    house.start()
    for _ in range(3):
        house.sync(yes=True)
        house.later(HOUR)
    house.die()
    house.person = was
    house.start()
    for _ in range(3):
        house.later(DAY)
        house.sync(yes=True)
        house.hand_in()
    assert (len(house.plays("m1")), len(house.plays("x1")), len(house.diary("x1"))) == (1, 1, 1)
