"""Films that an account names without any id: what is looked up, what is taken, and what stays a proposal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from tests.requests.wire import Server, answer
from tests.support.memory import Memory, Thing
from tests.support.town import DAY, HOUR, MINUTE, NOON, PLEXLIKE, TRAKTLIKE, Town
from watchweave.core.media import Kind, Media
from watchweave.core.titles import Work
from watchweave.engine.decide import Terms
from watchweave.engine.settle import settle
from watchweave.engine.unmatched import unmatched
from watchweave.errors import Unavailable, UnexpectedAnswer
from watchweave.metadata.base import Source, Works
from watchweave.services.http import Nothing
from watchweave.storage.lookups import Lookups
from watchweave.storage.settled import Settled

NONE = {"asked": {}, "saved": 0, "failed": {}}


@dataclass
class Library(Source):
    """A metadata source that knows these works, and counts what it is asked."""

    works: list[Work] = field(default_factory=list)
    name: str = "tmdb"
    free: bool = False
    budget: int | None = None
    down: bool = False
    asked: list[str] = field(default_factory=list)
    searches = frozenset({Kind.MOVIE, Kind.SHOW})

    async def search(self, wanted, *, narrow=False):
        self.asked.append(wanted.title)
        if self.down:
            raise Unavailable("TMDb", "no answer.")
        return Works(self.works)


def film(title, year, number, **more):
    return Work(Media(Kind.MOVIE, {"tmdb": number}, title, year, **more))


def town_with(*sources, terms=None, films=("heat",)):
    """Plex has films of which it tells no ids; Trakt knows them all."""
    town = Town(terms=terms, plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("ran", *films)
    town.trakt.watch("ran", NOON - 9 * DAY, NOON)
    town.plex.nameless = set(films)
    for film_ in films:
        town.plex.watch(film_, NOON - 3 * DAY, NOON)
    town.sources = sources
    return town


def known(town, *uids):
    """What a source would say of these, as they are."""
    return [
        Work(Media(Kind.MOVIE, {"tmdb": town.things[u].ids["tmdb"]}, town.things[u].title, town.things[u].year))
        for u in uids
    ]


def test_a_film_without_ids_is_the_only_work_of_its_title_and_year():
    source = Library()
    town = town_with(source)
    source.works = [*known(town, "heat"), film("Heat", 1986, "7")]
    town.settle()
    assert town.times("trakt", "heat") == [(NOON - 3 * DAY) // MINUTE * MINUTE]
    assert source.asked == ["Heat"]


@pytest.mark.parametrize("title", ["Heat", "Chaleur"])
def test_a_film_is_known_by_its_original_title_without_asking_anybody(title):
    town = town_with()
    town.trakt.titles["heat"] = "Schwarze Glut", title
    town.trakt.rate("heat", 90, NOON - DAY)
    town.settle()
    assert len(town.times("trakt", "heat")) == int(title == "Heat")


def test_a_film_without_ids_is_known_by_the_original_title_that_its_own_library_tells():
    town = town_with()
    town.plex.titles["heat"] = "Schwarze Glut", "Heat"
    town.trakt.rate("heat", 90, NOON - DAY)
    town.settle()
    assert len(town.times("trakt", "heat")) == 1


@pytest.mark.parametrize("first", ["trakt", "other"])
def test_a_title_in_brackets_counts_whoever_is_read_first(first):
    town = Town(**dict.fromkeys([first, "trakt", "other"], TRAKTLIKE), plex=PLEXLIKE)
    town.film("heat")
    for name, title in (("trakt", "Schwarze Glut"), ("other", "Chaleur (Heat)")):
        town.boxes[name].titles["heat"] = title, ""
        town.boxes[name].rate("heat", 90, NOON)
    town.plex.nameless = {"heat"}
    town.plex.watch("heat", NOON - DAY, NOON)
    town.settle()
    assert len(town.times("trakt", "heat")) == 1


def test_the_title_of_a_file_that_a_person_settled_is_no_title_of_the_film():
    """It is called Heat and is Ran: another Heat, of which nobody tells an id, is not Ran."""
    town = Town(plex=PLEXLIKE, cabin=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("ran")
    town.cabin.library.clear()
    town.things["wrong"], town.things["heat"] = Thing("wrong", "Heat"), Thing("heat", "Heat", runtime=6000)
    town.trakt.rate("ran", 70, NOON)
    town.sync(yes=True)
    town.plex.nameless, town.cabin.nameless = {"wrong"}, {"heat"}
    town.plex.watch("wrong", NOON - 3 * DAY, NOON)
    town.sync(yes=True)
    (number,) = numbers(town)
    settle(town.store, number, f"tmdb:{town.things['ran'].ids['tmdb']}", town.time)
    town.settle()
    town.wait(DAY)
    town.cabin.watch("heat", town.time - HOUR, town.time)
    for _ in range(3):
        town.sync(yes=True)
        town.wait(DAY)
    assert len(town.times("trakt", "ran")) == 1
    assert [one["account"] for one in unmatched(town.store, town.time)] == ["cabin"]


def numbers(town):
    return [one["name"] for one in unmatched(town.store, town.time)]


@pytest.mark.parametrize("needs", [{}, {Kind.MOVIE: "imdb"}], ids=["nobody needs more", "as IMDb does"])
def test_the_word_of_a_person_outlives_every_answer(monkeypatch, needs):
    """Plex has taken the file of Alien for Heat; she says so, and what it is."""
    monkeypatch.setattr(Memory, "needs", needs)
    town = Town(plex=PLEXLIKE, other=TRAKTLIKE)
    town.film("alien", "heat")
    town.plex.library.clear()
    town.other.ids["alien"] = {"tmdb": town.things["alien"].ids["tmdb"]}
    for uid in ("alien", "heat"):
        town.other.rate(uid, 70, NOON)
    town.things["file"] = Thing("file", "Heat", ids=dict(town.things["heat"].ids))
    town.plex.library.add("file")
    town.plex.move("history")
    town.sync(yes=True)
    settle(town.store, "Heat (2000)", "apart:plex", town.time)
    town.sync(yes=True)
    (number,) = numbers(town)
    settle(town.store, number, f"tmdb:{town.things['alien'].ids['tmdb']}", town.time)
    town.settle()
    town.wait(DAY)
    town.things["file"].title = "Heat!"
    town.plex.watch("file", town.time - HOUR, town.time)
    for _ in range(3):
        town.sync(yes=True)
        town.wait(DAY)
    assert [len(town.times("other", uid)) for uid in ("alien", "heat")] == [1, 0]


class Finder(Library):
    """It tells further ids."""

    finds = {Kind.MOVIE: ("tmdb",)}  # noqa: RUF012

    async def find(self, kind, space, value):
        return [work.media for work in self.works if work.media.ids.get(space) == value]


def test_what_a_person_takes_back_is_what_she_said_alone(monkeypatch):
    monkeypatch.setattr(Memory, "needs", {Kind.MOVIE: "imdb"})
    town = Town(plex=PLEXLIKE, other=TRAKTLIKE)
    town.film("heat")
    town.plex.library.clear()
    ids = town.things["heat"].ids
    town.things["glut"] = Thing("glut", "Glut")
    town.other.ids["heat"] = {"tmdb": ids["tmdb"]}
    town.plex.nameless = {"glut"}
    town.other.rate("heat", 70, NOON)
    town.plex.watch("glut", NOON - 3 * DAY, NOON)
    town.sync(yes=True)
    (number,) = numbers(town)
    settle(town.store, number, f"tmdb:{ids['tmdb']}", town.time)  # a mistake
    town.sources = [Finder([Work(Media(Kind.MOVIE, ids, "Heat", 2000))])]
    for _ in range(2):
        town.wait(40 * DAY)
        town.plex.rate("glut", 50, town.time)
        town.sync(yes=True)
    settle(town.store, "Glut", "forget", town.time)
    town.wait(DAY)
    town.sync(yes=True)
    assert [(one["account"], one["media"]["title"]) for one in unmatched(town.store, town.time)] == [("plex", "Glut")]


def test_nothing_is_looked_up_twice():
    source = Library()
    town = town_with(source, films=("heat", "alien"))
    source.works = known(town, "heat")
    for _ in range(5):
        town.settle()
        town.wait(DAY)
    assert sorted(source.asked) == ["Alien", "Heat"]


def test_a_no_is_asked_again_after_a_week_and_then_later_and_later():
    source = Library()
    town = town_with(source)
    asked = []
    for day in range(120):
        town.sync()
        if len(source.asked) > len(asked):
            asked.append(day)
            source.asked = source.asked[: len(asked)]
        town.wait(DAY)
    assert asked == [0, 7, 21, 49, 79, 109]


def test_two_of_one_title_and_year_are_proposed_and_not_taken():
    source = Library()
    town = town_with(source)
    source.works = [*known(town, "heat"), film("Heat", 2000, "7")]
    town.settle()
    assert town.times("trakt", "heat") == []
    (number,) = [media.number for media in Lookups(town.store.db).unknown([1], town.time + 60 * DAY)]
    offers = Lookups(town.store.db).offers([number])[number]
    assert [(one.ids, one.score) for one in offers] == [
        ({"tmdb": town.things["heat"].ids["tmdb"]}, 100),
        ({"tmdb": "7"}, 100),
    ]


def test_who_wants_to_be_asked_is_only_shown_proposals():
    source = Library()
    town = town_with(source, terms=Terms(titles="ask"))
    source.works = known(town, "heat")
    town.settle()
    assert (town.times("trakt", "heat"), source.asked) == ([], ["Heat"])


def test_a_film_of_another_length_is_not_taken():
    source = Library()
    town = town_with(source)
    source.works = [Work(Media(Kind.MOVIE, {"tmdb": town.things["heat"].ids["tmdb"]}, "Heat", 2000, runtime=2400))]
    town.settle()
    assert town.times("trakt", "heat") == []


def test_what_another_account_knows_is_enough_where_nobody_can_be_asked():
    town = town_with()
    town.trakt.wish("heat", NOON)
    town.settle()
    assert town.times("trakt", "heat") == [(NOON - 3 * DAY) // MINUTE * MINUTE]


def test_what_another_account_knows_is_not_taken_if_a_source_knows_another_one():
    source = Library(works=[film("Heat", 2000, "7")])
    town = town_with(source)
    town.trakt.wish("heat", NOON)
    town.settle()
    assert town.times("trakt", "heat") == []


def test_a_source_that_is_down_delays_matching_and_nothing_else():
    source = Library(down=True)
    town = town_with(source, films=("heat", "alien"))
    source.works = known(town, "heat", "alien")
    town.sync()
    assert ("ran" in town.plex.flags, len(source.asked)) == (True, 1)
    source.down = False
    town.wait(HOUR)
    town.plex.rate("ran", 70, town.time)
    town.settle()
    assert [len(town.times("trakt", one)) for one in ("heat", "alien")] == [1, 1]


@dataclass
class Rationed(Library):
    """It is asked by a request each time, and allows so many a day; `broken` are those that it answers with 503."""

    title: str = "TMDb"
    broken: int = 0

    def __post_init__(self):
        self.server = Server([*[answer(503)] * self.broken, answer(200, {})])
        self.http = self.server.http()

    async def search(self, wanted, *, narrow=False):
        await self.http.get("", Nothing)
        return await super().search(wanted, narrow=narrow)


def test_a_spent_day_is_waited_for():
    source = Rationed(budget=2)
    town = town_with(source, films=tuple(f"film{n}" for n in range(5)))
    for day in range(3):
        town.plex.rate("ran", 50 + day, town.time)
        town.sync()
        assert len(source.asked) == min(5, 2 * day + 2)
        town.wait(DAY)


def test_a_source_that_costs_nothing_is_asked_first_and_alone_where_it_is_sure():
    free, paid = Library(name="imdb_datasets", free=True), Library()
    town = town_with(free, paid, films=("heat", "alien"))
    free.works = known(town, "heat")
    paid.works = known(town, "alien")
    town.settle()
    assert (sorted(free.asked), paid.asked) == (["Alien", "Heat"], ["Alien"])
    assert [len(town.times("trakt", one)) for one in ("heat", "alien")] == [1, 1]


def test_a_silent_sync_asks_nobody_anything():
    source = Library()
    town = town_with(source)
    town.settle()
    source.asked = []
    town.wait(HOUR)
    town.sync()
    assert source.asked == []


class Indexed(Library):
    """The same, by title."""

    async def search(self, wanted, *, narrow=False):
        self.asked.append(wanted.title)
        return Works([work for work in self.works if work.media.title == wanted.title])


def test_many_films_cost_one_question_each_and_none_the_second_time():
    films = tuple(f"film{n}" for n in range(600))
    paid, free = Indexed(), Indexed(name="imdb_datasets", free=True)
    town = town_with(paid, films=films)
    paid.works = known(town, *films)
    town.settle()
    town.wait(HOUR)
    town.plex.move("history")
    town.settle()
    assert (len(paid.asked), Lookups(town.store.db).unknown([1, 2], town.time + 90 * DAY)) == (600, [])
    assert town.report.as_json()["lookups"] == NONE | {"saved": 600}
    town = town_with(free, paid, films=films)
    free.works, paid.asked = known(town, *films[:560]), []
    town.settle()
    assert len(paid.asked) == 40


def test_the_report_counts_what_was_asked_and_what_was_saved():
    free, paid = Indexed(name="imdb_datasets", free=True), Indexed()
    town = town_with(free, paid, films=("heat", "alien", "blade"))
    free.works, paid.works = known(town, "heat"), known(town, "alien")
    assert town.sync().as_json()["lookups"] == NONE | {"asked": {"tmdb": 2}, "saved": 1}
    assert town.sync().as_json()["lookups"] == NONE | {"saved": 3}
    assert Town(plex=PLEXLIKE, trakt=TRAKTLIKE).sync().as_json()["lookups"] == NONE | {"saved": 0}


def test_what_bears_a_disputed_id_is_not_taken_by_its_title():
    """One id of two films says nothing of either, but it is no reason to believe a title."""
    source = Library()
    town = town_with(source)
    town.settle()
    town.store.db.execute("INSERT INTO ids SELECT id, 'tmdb', '7', 1, 2, 1 FROM media WHERE title = 'Heat'")
    source.works, source.asked = known(town, "heat"), []
    town.wait(30 * DAY)
    town.settle()
    assert (source.asked, town.times("trakt", "heat")) == ([], [])


# A new source, answers that are no use, and titles that many bear


def test_who_can_be_asked_now_is_asked_what_the_others_could_not_tell():
    first, second = Library(), Library(name="tvdb")
    town = town_with(first)
    town.settle()
    town.sources = (first, second)
    second.works = known(town, "heat")
    town.wait(HOUR)
    for _ in range(3):
        town.sync()
        town.wait(HOUR)
    assert (first.asked, second.asked, len(town.times("trakt", "heat"))) == (["Heat"], ["Heat"], 1)


def test_a_new_source_that_costs_nothing_costs_nothing():
    paid, free = Library(), Library(name="imdb_datasets", free=True)
    town = town_with(paid, films=("heat", "alien"))
    town.settle()
    town.sources, paid.asked = (free, paid), []
    free.works = known(town, "heat")
    town.wait(HOUR)
    town.settle()
    assert ([len(town.times("trakt", one)) for one in ("heat", "alien")], paid.asked) == ([1, 0], [])
    town.wait(8 * DAY)
    town.settle()
    assert paid.asked == ["Alien"]


class Nonsense(Indexed):
    """A source whose answers to some questions are no use."""

    def __init__(self, *titles):
        super().__init__()
        self.useless = titles

    async def search(self, wanted, *, narrow=False):
        works = await super().search(wanted, narrow=narrow)
        if wanted.title in self.useless:
            raise UnexpectedAnswer("TMDb", "the answer is no JSON.")
        return works


def test_an_answer_that_is_no_use_holds_up_nothing_behind_it():
    source = Nonsense("Alien", "Blade")
    town = town_with(source, films=("alien", "blade", "heat"))
    source.works = known(town, "heat")
    town.settle()
    assert (len(town.times("trakt", "heat")), sorted(source.asked)) == (1, ["Alien", "Blade", "Heat"])


def test_who_only_answers_nonsense_is_left_alone_for_this_run():
    films = tuple(f"film{n}" for n in range(30))
    source = Nonsense(*(film.title() for film in films))
    town = town_with(source, films=films)
    town.sync()
    assert len(source.asked) < 12  # three that cannot be used, and those that were on their way
    source.useless, source.works = (), known(town, *films)
    town.wait(HOUR)
    town.plex.rate("ran", 70, town.time)
    town.settle()
    assert town.store.db.execute("SELECT count(*) FROM lookup WHERE taken IS NOT NULL").fetchone() == (28,)


def test_after_an_answer_that_is_no_use_nothing_is_taken_on_the_word_of_another_account():
    source = Nonsense("Heat")
    town = town_with(source)
    town.trakt.wish("heat", NOON)
    town.settle()
    assert town.times("trakt", "heat") == []


@dataclass
class Crowded(Library):
    """It names only the most popular works of a title, unless it is asked for those of one year."""

    narrowly: list[Work] = field(default_factory=list)
    narrow: list[bool] = field(default_factory=list)

    async def search(self, wanted, *, narrow=False):
        self.asked.append(wanted.title)
        self.narrow.append(narrow)
        return Works(self.narrowly if narrow else self.works, whole=False)


def offered(town):
    """What the film without ids may be."""
    (number,) = [media.number for media in Lookups(town.store.db).unknown([1], town.time + 99 * DAY)]
    return [(one.ids["tmdb"], one.score) for one in Lookups(town.store.db).offers([number]).get(number, [])]


@pytest.mark.parametrize("title", ["heat", "of mice and men"])
def test_of_a_crowd_nothing_is_taken_and_its_year_is_asked_for_every_second_time(title):
    """A namesake of the year before or after would not be seen."""
    source = Crowded()
    town = town_with(source, films=(title,))
    source.works, source.narrowly = [film(title.title(), 1960, "7")], known(town, title)
    seen = []
    for days in (0, 7, 14):
        town.wait(days * DAY)
        town.settle()
        seen.append(offered(town))
    assert seen == [[("7", 50)], [(town.things[title].ids["tmdb"], 100)], [("7", 50)]]
    assert (source.narrow, town.times("trakt", title)) == ([False, True, False], [])


def test_who_was_never_asked_is_asked_for_the_title_first():
    """Though it was looked up in vain before, while there was nobody to ask."""
    town, source = town_with(), Crowded()
    town.settle()
    town.sources = (source,)
    town.wait(HOUR)
    town.settle()
    assert source.narrow == [False]


# Ids that few know


@dataclass
class Register(Library):
    """It knows things by ids."""

    things: dict[tuple[str, str], Media] = field(default_factory=dict)
    finds: ClassVar = {Kind.MOVIE: ("tvdb", "anidb")}

    async def find(self, kind, space, value):
        self.asked.append(f"{space}:{value}")
        found = self.things.get((space, value))
        return [found] if found else []


def register(town, **more):
    heat = Media(Kind.MOVIE, {"tvdb": "9", **town.things["heat"].ids}, "Heat", 2000)
    return {("tvdb", "9"): heat} | more


def town_of_few(*sources):
    """Plex names Heat by an id alone that Trakt takes from nobody."""
    town = town_with(*sources)
    town.plex.nameless = set()
    town.plex.ids = {"heat": {"tvdb": "9"}}
    return town


def test_what_bears_an_id_that_others_do_not_know_is_asked_for_by_it():
    source = Register()
    town = town_of_few(source)
    source.things = register(town)
    town.settle()
    town.wait(HOUR)
    town.plex.rate("heat", 70, town.time)
    town.settle()
    assert (town.times("trakt", "heat"), source.asked) == ([(NOON - 3 * DAY) // MINUTE * MINUTE], ["tvdb:9"])


@pytest.mark.parametrize("stranger", [{"tvdb": "8", "tmdb": "7"}, {"tmdb": "7"}])
def test_a_stranger_in_an_answer_is_not_believed(stranger):
    source = Register(things={("tvdb", "9"): Media(Kind.MOVIE, stranger, "Heat", 2000)})
    town = town_of_few(source)
    town.settle()
    assert town.times("trakt", "heat") == []
    assert town.store.db.execute("SELECT count(*) FROM ids WHERE value = '7'").fetchone() == (0,)


def test_who_costs_nothing_is_asked_for_an_id_first():
    free, paid = Register(name="anime_lists", free=True), Register()
    town = town_of_few(free, paid)
    free.things = register(town)
    town.settle()
    assert (len(town.times("trakt", "heat")), paid.asked) == (1, [])


def test_what_bears_an_id_is_never_looked_up_by_its_title():
    source = Register()
    town = town_of_few(source)
    source.works = known(town, "heat")
    town.settle()
    assert (town.times("trakt", "heat"), source.asked) == ([], ["tvdb:9"])


def test_on_how_long_a_film_is_the_source_outweighs_a_library_with_the_same_wrong_length():
    """Another account has a cut of the remake under its ids, as short as the file that nobody can name."""
    town = town_with(Library([film("Heat", 2000, "949", runtime=10_200)]))
    town.things["heat"].title, town.things["heat"].runtime = "Heat", 5_000
    town.film("remake")
    town.things["remake"].title, town.things["remake"].runtime = "Heat", 5_000
    town.things["remake"].ids = {"tmdb": "949"}
    town.plex.library.discard("remake")
    town.trakt.rate("remake", 70, NOON - DAY)
    town.sync(yes=True)
    assert "heat" not in town.plex.ratings


@pytest.mark.parametrize(("minutes", "taken"), [(100, False), (130, True), (None, False)])
def test_of_two_films_of_one_title_in_one_library_none_is_taken_for_the_other_unless_it_is_as_long(minutes, taken):
    """Twins, of 130 minutes, stands there with its ids; beside it a file of that title without any."""
    town = Town(plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.film("twins", runtime=130 * MINUTE)
    town.film("file", runtime=minutes and minutes * MINUTE)
    town.things["file"].title = "Twins"
    town.plex.nameless = {"file"}
    town.plex.watch("file", NOON - 3 * DAY, NOON)
    town.sync(yes=True)
    assert bool(town.trakt.plays) is taken


def planned(report):
    return sorted((line.account, line.shelf, line.media.title) for line in report.changes)


def test_a_plan_asks_as_a_sync_would_and_the_sync_after_it_asks_nothing():
    source = Library()
    town = town_with(source, films=("heat", "blade"))
    source.works = known(town, "heat", "blade")
    plan = town.sync(dry_run=True)
    assert plan.lookups.asked == {"tmdb": 2}
    assert planned(town.sync(dry_run=True)) == planned(plan) != []
    ended = town.sync(yes=True)
    assert (planned(ended), ended.lookups.asked, sorted(source.asked)) == (planned(plan), {}, ["Blade", "Heat"])
    assert [len(town.times("trakt", uid)) for uid in ("heat", "blade")] == [1, 1]


def test_what_a_plan_asks_counts_against_the_budget_of_the_day():
    source = Rationed(name="omdb", budget=3)
    town = town_with(source, films=("heat", "blade", "kids"))
    town.sync(dry_run=True)
    assert len(source.asked) == 3
    town.film("twins")
    town.plex.nameless = {*town.plex.nameless, "twins"}
    town.plex.watch("twins", NOON - 3 * DAY, NOON)
    town.sync(dry_run=True)
    assert len(source.asked) == 3
    town.wait(DAY)
    town.sync(yes=True)
    assert sorted(source.asked) == ["Blade", "Heat", "Kids", "Twins"]


def test_a_second_try_counts_against_the_budget_of_the_day():
    """Of six requests two were answered with 503: four questions, and no more."""
    source = Rationed(budget=6, broken=2)
    town = town_with(source, films=tuple(f"film{n}" for n in range(9)))
    report = town.sync()
    assert (len(source.server.seen), len(source.asked), report.lookups.asked) == (6, 4, {"tmdb": 4})
    assert report.lookups.failed == {}
    town.sync(dry_run=True)
    assert len(source.server.seen) == 6
    town.wait(DAY)
    town.sync()
    assert (len(source.server.seen), len(source.asked)) == (11, 9)


def test_a_clock_that_is_set_back_brings_no_new_day():
    source = Rationed(budget=2)
    town = town_with(source, films=tuple(f"film{n}" for n in range(9)))
    asked = []
    for days in (0, 2, -2, 3):
        town.wait(days * DAY)
        town.sync()
        asked.append(len(source.asked))
    assert asked == [2, 4, 4, 6]


def test_what_a_plan_was_told_is_good_for_a_week():
    source = Library()
    town = town_with(source)
    source.works = known(town, "heat")
    town.sync(dry_run=True)
    town.wait(7 * DAY)
    town.sync(dry_run=True)
    assert source.asked == ["Heat", "Heat"]
    assert town.store.db.execute("SELECT count(*) FROM answer").fetchone() == (1,)


def test_what_is_good_no_longer_goes_with_the_next_sync():
    """Also where that sync asks nobody anything."""
    town = town_with(Library())
    town.sync(dry_run=True)
    town.sync(yes=True)
    kept = "SELECT count(*) FROM answer"
    town.wait(7 * DAY - 1)
    town.sources = ()
    town.sync(yes=True)
    assert town.store.db.execute(kept).fetchone() == (1,)
    town.wait(HOUR)
    town.sync(yes=True)
    assert town.store.db.execute(kept).fetchone() == (0,)


DAMAGED = [
    b"",
    b"\xff{",
    b'{"a":1}',
    b"[]",
    b'{"found":[{"media":{"kind":1,"ids":{},"title":"\xff"}}]}',
    b'{"found":7}',
]


@pytest.mark.parametrize("told", DAMAGED)
def test_an_answer_that_is_damaged_was_never_given(told):
    """It is asked for again, and the new one stands in its place."""
    source = Library()
    town = town_with(source)
    source.works = known(town, "heat")
    plan = town.sync(dry_run=True)
    with town.store.transaction():
        town.store.db.execute("UPDATE answer SET told = ?", (told,))
    assert planned(town.sync(dry_run=True)) == planned(plan) != []
    assert planned(town.sync(yes=True)) == planned(plan)
    assert source.asked == ["Heat", "Heat"]


def test_a_source_that_is_down_is_named_and_another_one_is_asked():
    down, up = Library(down=True), Library([film("Heat", 2000, "949")], name="omdb")
    town = town_with(down, up)
    said = town.sync().as_json()["lookups"]
    assert (said["asked"], list(said["failed"]), up.asked) == ({"tmdb": 1, "omdb": 1}, ["tmdb"], ["Heat"])
    assert "no answer" in said["failed"]["tmdb"]


def test_two_copies_of_one_title_are_one_question():
    source = Library()
    town = town_with(source, films=("heat", "again"))
    town.things["again"].title, town.things["again"].year = town.things["heat"].title, town.things["heat"].year
    town.sync(yes=True)
    assert source.asked == [town.things["heat"].title]


def test_what_a_person_took_back_is_not_asked_about_again():
    source = Library()
    town = town_with(source)
    source.works = known(town, "heat")
    town.settle()
    (number,) = town.store.db.execute("SELECT media FROM handle WHERE native LIKE '%heat%' AND account = 1").fetchone()
    with town.store.transaction():
        Settled(town.store.db, town.time).forget(number)
    town.wait(90 * DAY)
    town.plex.rate("heat", 70, town.time)
    for _ in range(3):
        town.sync(yes=True)
        town.wait(DAY)
    assert (source.asked, "heat" in town.trakt.ratings) == (["Heat"], False)


def test_an_id_whose_bearer_is_called_otherwise_in_other_years_is_not_taken():
    """The source knows Heat by the number under which Trakt has a film of 1973."""
    source = Library()
    town = town_with(source)
    town.film("blade")
    town.things["blade"].title, town.things["blade"].year = "Badlands", 1973
    source.works = [film("Heat", town.things["heat"].year, town.things["blade"].ids["tmdb"])]
    town.trakt.watch("blade", NOON - 9 * DAY, NOON)
    town.settle()
    assert source.asked == ["Heat"]
    assert [len(town.times("trakt", uid)) for uid in ("heat", "blade")] == [0, 1]


@pytest.mark.parametrize("another", [False, True])
def test_what_was_sure_is_not_taken_any_more_where_another_one_of_the_title_is_known_since(another):
    source = Library()
    town = town_with(source, terms=Terms(titles="ask"))
    source.works = known(town, "heat")
    town.sync(yes=True)
    town.terms = Terms(titles="exact")
    if another:
        town.film("remake")
        town.things["remake"].title, town.things["remake"].year = town.things["heat"].title, town.things["heat"].year
        town.trakt.rate("remake", 70, town.time)
    for _ in range(2):
        town.sync(yes=True)
    assert (len(town.times("trakt", "heat")), source.asked) == (1 - another, ["Heat"])
