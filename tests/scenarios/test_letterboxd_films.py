"""One film in Letterboxd's feed and in its export: by which name, and how often it was seen."""

import httpx2
import pytest

from tests.scenarios.diary import Diary
from tests.scenarios.household import DAY, HOUR
from watchweave.sandbox.letterboxd_rules import Options
from watchweave.services.base import Fleeting
from watchweave.services.letterboxd.films import Films


def older(folder):
    """A feed that tells no ids."""
    return Diary(folder, letterboxd=Options(older_feed=True))


def often(house, *, imports):
    """A few syncs in a row, days apart; an export is imported before the first of them, or not."""
    if imports:
        house.hand_in()
    for _ in range(3):
        house.sync(yes=True)
        house.later(2 * DAY)


@pytest.mark.parametrize("earlier", [True, False])
def test_an_entry_of_a_feed_without_ids_is_one_in_the_next_export(tmp_path, earlier):
    house = older(tmp_path)
    house.trakt.want(house["m1"])
    often(house, imports=earlier)
    house.mara.log(house["m1"], "2026-11-19", rating=8)
    often(house, imports=False)
    assert len(house.plays("m1")) == 1
    house.later(HOUR)
    often(house, imports=True)
    assert len(house.plays("m1")) == 1


def test_two_viewings_of_a_film_that_is_known_by_its_title_stay_two(tmp_path):
    house = older(tmp_path)
    house.trakt.want(house["m1"])
    often(house, imports=True)
    house.mara.log(house["m1"], "2026-11-10")
    house.mara.log(house["m1"], "2026-11-15", rewatch=True)
    often(house, imports=False)
    often(house, imports=True)
    assert len(house.plays("m1")) == 2


def test_a_film_that_nobody_knew_when_it_was_exported_has_one_viewing_once_it_is_known(tmp_path):
    house = older(tmp_path)
    house.mara.log(house["m1"], "2026-11-10")
    often(house, imports=False)
    often(house, imports=True)
    house.trakt.want(house["m1"])
    often(house, imports=False)
    assert len(house.plays("m1")) == 1


# The name of a film


def test_a_film_that_is_called_otherwise_in_the_export_has_one_viewing(tmp_path):
    house = Diary(tmp_path)
    often(house, imports=True)
    entry = house.mara.log(house["m1"], "2026-11-19")
    inner, named = house.door.inner.handle_async_request, f"<letterboxd:filmTitle>{entry.film.name}"

    async def renamed(request):
        response = await inner(request)
        if "/rss/" not in str(request.url):
            return response
        text = (await response.aread()).decode().replace(named, named.replace(">", ">Le ", 1))
        return httpx2.Response(200, content=text.encode())

    house.door.inner.handle_async_request = renamed
    often(house, imports=False)
    assert len(house.plays("m1")) == 1
    often(house, imports=True)
    assert len(house.plays("m1")) == 1


def test_a_film_keeps_the_name_by_which_it_was_met():
    notes = Fleeting()
    films = Films(notes)
    films.of_feed("Heat", "1995", "heat-1995", "", series=False)
    assert films.media("Heat", 1995, slug="heat-1995").key == "slug:heat-1995"
    films.keep()
    films = Films(notes)
    films.of_file("Heat", "1995", "2bg8")
    assert films.media("Heat", 1995, code="2bg8").key == "slug:heat-1995"


def test_a_film_that_is_called_otherwise_now_is_found_by_either_address():
    notes = Fleeting()
    films = Films(notes)
    films.of_file("Untitled", "1995", "2bg8")
    films.of_feed("Untitled", "1995", "heat-1995", "", series=False)
    name = films.media("Untitled", 1995).key
    films.keep()
    films = Films(notes)
    films.of_feed("Heat", "1995", "heat-1995", "", series=False)
    assert films.media("Heat", 1995, slug="heat-1995").key == name


def test_two_films_of_one_title_and_year_are_never_one():
    films = Films(Fleeting())
    films.of_feed("Heat", "1995", "heat-1995", "949", series=False)
    films.of_file("Heat", "1995", "2bg8")
    films.of_file("Heat", "1995", "9zzz")
    keys = {films.media("Heat", 1995, code=code).key for code in ("2bg8", "9zzz")}
    assert len(keys | {films.media("Heat", 1995, slug="heat-1995").key}) == 3
