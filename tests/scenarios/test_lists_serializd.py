"""Lists of IMDb, by file, and of Serializd, whose states of shows are lists, too."""

import os
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from tests.laws.services import Library
from tests.scenarios.five import Five
from tests.scenarios.household import DAY, HOUR, Signed
from watchweave.core.media import Kind, Media
from watchweave.engine.handing import Said, handed_in
from watchweave.services.registry import service


class Shows(Library):
    """It knows what shows are called at TMDb, by their ids at IMDb."""

    finds = {Kind.SHOW: ("imdb",)}  # noqa: RUF012

    async def find(self, kind, space, value):
        work = next(one for one in self.works if one.ids["imdb"] == value)
        return [Media(kind, {"imdb": value, "tmdb": str(work.ids["tmdb"])}, work.title, work.year)]


class House(Five):
    """`dropped` and `winter` are lists of hers at IMDb."""

    def have(self, *names):
        """Her accounts, all of which hear each other."""
        directions = [(a, b) for a in names for b in names if a != b]
        accounts = [Signed(name, name) for name in names]
        self.person = replace(self.person, accounts=accounts, directions=directions)
        self.start()

    def start(self):
        super().start()
        self.home.open_sources = lambda: ([Shows(list(self.world.catalogue.of("show")))], AsyncExitStack())
        self.dropped, self.winter = self.imdb.make_list("Dropped"), self.imdb.make_list("Winter")

    def choose(self, *shelves, lists=None):
        self.person = replace(self.person, shelves=shelves or None, lists=lists)
        self.home.profiles = [self.person]

    def hand_in_list(self, made):
        """She exports a list of hers and imports the file under its name."""
        path = self.folder / "list.csv"
        path.write_bytes(self.imdb.export(made))
        os.utime(path, (self.now(), self.now()))
        handed_in(self.home, {"imdb": service("imdb")}, path, Said(made.name, anyway=True)).keep(self.home)

    def at_serializd(self, state):
        return set(self.serializd.states[state])

    def questions(self):
        """What was asked of Serializd about lists since last asked, in short."""
        seen, self.door.sent = self.door.sent, []
        words = [one.address.partition("?")[0].rstrip("/1").rpartition("/")[2] for one in seen if one.method == "GET"]
        return sorted(word for word in words if word == "lists" or word.removesuffix("_page") != word)


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path, episodes=4, checked=False)
    house.have("imdb", "serializd")
    house.choose("ratings", "lists")
    return house


def test_a_list_of_imdb_is_what_is_dropped_at_serializd_and_a_file_that_lacks_some_of_it_takes_nothing_away(house):
    house.imdb.put_on(house.dropped, house["s1"])
    house.serializd.put_in("dropped", house["s2"])
    house.hand_in_list(house.dropped)
    report = house.sync(yes=True)
    assert [(c.account, c.list, c.verb, c.outcome) for c in report.changes] == [("serializd", "Dropped", "add", "done")]
    assert house.at_serializd("dropped") == {"s1", "s2"}
    house.later(DAY)
    house.hand_in_list(house.dropped)
    assert house.sync(yes=True).changes == []


def test_what_she_takes_out_of_the_list_is_dropped_no_more_when_the_next_file_says_so(house):
    for uid in ("s1", "s2"):
        house.imdb.put_on(house.dropped, house[uid])
    house.hand_in_list(house.dropped)
    house.sync(yes=True)
    house.later(DAY)
    house.imdb.take_off(house.dropped, house["s1"])
    house.sync(yes=True)
    assert house.at_serializd("dropped") == {"s1", "s2"}, "nobody has said so yet"
    house.hand_in_list(house.dropped)
    house.sync(yes=True)
    assert house.at_serializd("dropped") == {"s2"}


def test_of_a_list_that_serializd_has_not_nothing_is_owed_to_it(house):
    house.imdb.put_on(house.winter, house["s1"])
    house.serializd.make_list("Others", house["s2"])
    house.hand_in_list(house.winter)
    report = house.sync(yes=True)
    assert (report.changes, report.status, house.writes()) == ([], "done", [])
    assert house.questions() == ["currently_watching_page", "dropped_shows_page", "lists", "paused_shows_page"]


def test_only_the_lists_that_she_chose_are_asked_for(house):
    house.choose("ratings", "lists", lists=["Dropped"])
    house.serializd.put_in("paused", house["s1"])
    house.imdb.put_on(house.dropped, house["s1"])
    house.hand_in_list(house.dropped)
    house.sync(yes=True)
    assert house.questions() == ["dropped_shows_page", "dropped_shows_page", "lists"], "once more after we wrote"
    house.later(HOUR)
    assert house.sync(yes=True).changes == []
    assert house.questions() == ["dropped_shows_page", "lists"]


def test_who_does_not_name_lists_is_not_asked_for_any(house):
    house.choose()
    house.imdb.put_on(house.dropped, house["s1"])
    house.hand_in_list(house.dropped)
    house.sync(yes=True)
    assert "lists" not in house.questions()
    assert house.at_serializd("dropped") == set()
    house.choose("ratings", "lists")
    house.later(HOUR)
    house.sync(yes=True)
    assert house.at_serializd("dropped") == {"s1"}


def test_a_run_that_dropped_a_show_can_be_taken_back(house):
    house.imdb.put_on(house.dropped, house["s1"])
    house.hand_in_list(house.dropped)
    run = house.sync(yes=True).run
    house.later(HOUR)
    house.undo(run)
    assert house.at_serializd("dropped") == set()
    house.later(HOUR)
    house.sync(yes=True)
    assert house.at_serializd("dropped") == set()


def test_a_list_of_her_own_that_has_the_name_of_a_state_is_left_alone(house):
    house.serializd.make_list("Dropped", house["s2"])
    house.serializd.put_in("dropped", house["s1"])
    report = house.sync(yes=True)
    assert 'serializd: its second list "Dropped" is left alone: give it another name.' in report.note


# Beside an account that makes lists


def at_trakt(house):
    """What stands in her lists there, by their names."""
    return {items.name: {work.uid for work in items.works} for items in house.trakt.lists.values()}


@pytest.fixture
def three(house):
    house.have("imdb", "serializd", "trakt")
    house.choose("lists")
    return house


def test_what_is_dropped_at_serializd_comes_into_a_list_of_that_name_and_back(three):
    three.serializd.put_in("dropped", three["s1"])
    three.sync(yes=True)
    assert at_trakt(three) == {"Dropped": {"s1"}}, "no list is made for a state in which nothing is"
    (dropped,) = three.trakt.lists.values()
    three.later(DAY)
    three.trakt.put_on(dropped, three["s2"])
    three.trakt.put_on(dropped, three["m1"])
    three.trakt.put_on(dropped, three["s1.1.1"])
    three.sync(yes=True)
    assert three.at_serializd("dropped") == {"s1", "s2"}
    three.later(DAY)
    three.serializd.take_out("dropped", three["s1"])
    three.sync(yes=True)
    assert at_trakt(three) == {"Dropped": {"s2", "m1", "s1.1.1"}}
    three.later(DAY)
    assert three.sync(yes=True).changes == []


def test_a_show_that_is_dropped_while_it_was_watched_moves_from_list_to_list(three):
    three.serializd.put_in("watching", three["s1"])
    three.sync(yes=True)
    three.later(DAY)
    three.serializd.take_out("watching", three["s1"])
    three.serializd.put_in("dropped", three["s1"])
    three.sync(yes=True)
    assert at_trakt(three) == {"Watching": set(), "Dropped": {"s1"}}


def test_the_episodes_of_a_list_are_one_however_they_are_named(three):
    three.serializd.make_list("Winter", three["s1.1.2"], three["s1.1"])
    three.sync(yes=True)
    for uid in ("m1", "s1.1.2"):
        three.imdb.put_on(three.winter, three[uid])
    three.hand_in_list(three.winter)
    three.later(HOUR)
    three.sync(yes=True)
    assert at_trakt(three) == {"Winter": {"m1", "s1.1", "s1.1.2"}}
    three.later(DAY)
    assert three.sync(yes=True).changes == []
