"""Films that an account names without any id: what is looked up, what is taken, and what stays a proposal."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.town import DAY, HOUR, MINUTE, NOON, PLEXLIKE, TRAKTLIKE, Town
from watchweave.core.media import Kind, Media
from watchweave.core.titles import Work
from watchweave.engine.decide import Terms
from watchweave.errors import Unavailable
from watchweave.metadata.base import Source, Works
from watchweave.storage.lookups import Lookups


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


def test_a_spent_day_is_waited_for():
    source = Library(budget=2)
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


def test_a_dry_run_asks_nobody():
    source = Library()
    town = town_with(source)
    town.sync(dry_run=True)
    assert source.asked == []


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
    town = town_with(free, paid, films=films)
    free.works, paid.asked = known(town, *films[:560]), []
    town.settle()
    assert len(paid.asked) == 40


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
