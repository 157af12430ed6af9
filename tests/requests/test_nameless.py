"""What it costs to find out what films without ids are: the counts of `make cost`, with 200 films."""

from __future__ import annotations

import asyncio

from tests.requests.nameless import Library, imported, plain_rows, row
from watchweave.sandbox.world import invented

FILMS = 200


def films():
    return invented(movies=FILMS, shows=0, extra_movies=0)


def syncs(library):
    """The requests to TMDb in two syncs, and how many films were named rightly and wrongly."""
    try:
        return [asyncio.run(library.sync())["tmdb"] for _ in range(2)], library.named()
    finally:
        library.close()


def test_one_request_a_film_to_one_source_and_none_the_second_time():
    assert syncs(Library(films())) == ([FILMS, 0], (FILMS, 0))


def test_with_imdbs_data_sets_no_film_that_they_name_costs_a_request(tmp_path):
    known = imported(tmp_path, plain_rows(films()))
    assert syncs(Library(films(), known)) == ([0, 0], (FILMS, 0))


def test_only_what_they_do_not_name_for_sure_is_asked_for(tmp_path):
    """One film has another title there, one is a year off, one has a namesake of the same year: that one stays open."""
    works = list(films())
    rows = plain_rows(works)
    rows[0] = row(str(works[0].ids["imdb"]), "Something else", "Something else", works[0].year, None)
    rows[1] = row(str(works[1].ids["imdb"]), works[1].title, works[1].title, works[1].year + 1, None)
    rows.append(row("tt90000001", works[2].title, works[2].title, works[2].year, None))
    assert syncs(Library(films(), imported(tmp_path, rows))) == ([3, 0], (FILMS - 1, 0))
