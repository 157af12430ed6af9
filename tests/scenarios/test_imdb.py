"""IMDb by file: an episode is known by its id alone until somebody tells its show."""

from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from tests.laws.services import Library
from tests.scenarios.five import Five
from tests.scenarios.household import DAY, MINUTE, Signed
from watchweave.core.media import Kind, Media


@pytest.fixture
def house(tmp_path):
    """IMDb and Serializd, and nobody else."""
    house = Five(tmp_path, episodes=4, checked=False)
    accounts = [Signed(name, name) for name in ("imdb", "serializd")]
    directions = [("imdb", "serializd"), ("serializd", "imdb")]
    house.person = replace(house.person, accounts=accounts, directions=directions)
    house.start()
    return house


class Listing(Library):
    """It knows where episodes stand, by their ids at IMDb."""

    finds = {Kind.EPISODE: ("imdb",)}  # noqa: RUF012

    async def find(self, kind, space, value):
        work = next(one for one in self.works if one.ids["imdb"] == value)
        show = Media(Kind.SHOW, {"tmdb": str(work.show.ids["tmdb"])}, work.show.title, work.show.year)
        return [Media(kind, {"imdb": value}, work.title, None, show, work.season, work.number)]


def told(house):
    return [line for line in house.sync(yes=True).changes if line.account == "serializd"]


def test_without_anybody_who_knows_its_show_it_stays_where_it_is(house):
    house.imdb.rate(house["s1.1.2"], 7)
    house.hand_in_all()
    assert [line.outcome for line in told(house)] == ["refused"]
    assert house.serializd.entries == {}
    house.later(30 * MINUTE)
    assert told(house) == []


def test_a_source_that_knows_its_show_leads_it_to_its_place(house):
    house.home.open_sources = lambda: ([Listing(list(house.world.catalogue.of("episode")))], AsyncExitStack())
    house.imdb.rate(house["s1.1.2"], 7)
    house.hand_in_all()
    (line,) = told(house)
    assert (line.media.named(), line.outcome) == (f"{house['s1'].title} S01E02", "done")
    assert [entry.rating for entry in house.serializd.entries.values()] == [7]
    house.later(DAY)
    house.hand_in_all()
    assert house.sync(yes=True).changes == []
