"""A listing is complete only if that is proven."""

import asyncio

import pytest

from tests.requests.wire import Server, answer, html
from watchweave.errors import Incomplete, SignInNeeded, Unavailable
from watchweave.services.pages import Ask, Told


class Numbered:
    """Pages by number, told by headers."""

    def __init__(self, limit=10, beyond=True):
        self.limit, self.beyond, self.announces = limit, beyond, False

    def ask(self, start, limit):
        return Ask({"page": start // limit + 1, "limit": limit})

    def told(self, told):
        number = {name: int(told.headers[name]) for name in ("count", "limit") if name in told.headers}
        return Told(number.get("count"), number.get("limit"))


class Listing:
    """A listing of so many rows, with what is wrong with it."""

    def __init__(self, rows, *, cap=10, silent=False, announced=None, faults=()):
        self.rows, self.cap, self.silent, self.announced = list(range(rows)), cap, silent, announced
        self.faults = dict(faults)

    def __call__(self, request):
        page, limit = int(request.url.params["page"]), min(int(request.url.params["limit"]), self.cap)
        if page in self.faults:
            return self.faults[page](self)
        rows = self.rows[(page - 1) * limit : page * limit]
        count = self.announced if self.announced is not None else len(self.rows)
        return answer(200, rows) if self.silent else answer(200, rows, count=str(count), limit=str(limit))


def read(listing, paging=None, **options):
    """What came, and how it ended, and how many requests it took."""
    server, rows = Server(handler=listing), []
    http = server.http()

    async def all_of_it():
        pages = http.pages("x", list[int], paging or Numbered(), lambda body: body, key=lambda row: row, **options)
        async for page in pages:
            rows.extend(page)
        return pages.count

    try:
        return rows, asyncio.run(all_of_it()), http.requests
    except Incomplete as error:
        return rows, error.message, http.requests


@pytest.mark.parametrize(("rows", "requests"), [(0, 1), (1, 1), (9, 1), (11, 2), (95, 10)])
def test_every_row_comes_in_order_in_as_many_requests_as_there_are_pages(rows, requests):
    assert read(Listing(rows)) == (list(range(rows)), rows, requests)


def test_a_full_last_page_is_followed_by_another_look_where_counts_can_be_too_small():
    assert read(Listing(20)) == (list(range(20)), 20, 3)
    assert read(Listing(20), Numbered(beyond=False)) == (list(range(20)), 20, 2)


def test_rows_beyond_the_announced_count_are_read_but_prove_nothing():
    rows, end, _ = read(Listing(45, announced=20))
    assert rows == list(range(45))
    assert "20 rows were announced, 45 came" in end


def test_the_limit_that_was_applied_counts_not_the_one_asked_for():
    assert read(Listing(35), Numbered(limit=100)) == (list(range(35)), 35, 4)


def test_a_limit_cut_in_silence_is_noticed_by_the_rows():
    listing = Listing(35)
    hidden = Server(handler=listing)

    def without_limit(request):
        told = hidden(request)
        del told.headers["limit"]
        return told

    assert read(without_limit, Numbered(limit=100)) == (list(range(35)), 35, 4)


def test_fewer_rows_than_announced_are_incomplete():
    rows, end, _ = read(Listing(5, announced=8))
    assert (rows, end) == (list(range(5)), "8 rows were announced, 5 came.")


def test_an_empty_page_where_rows_were_announced_is_incomplete():
    assert "announced" in read(Listing(0, announced=150))[1]


def test_a_count_that_moves_is_incomplete_and_the_rows_still_come():
    faults = {3: lambda listing: answer(200, listing.rows[20:25], count="24", limit="10")}
    rows, end, _ = read(Listing(25, faults=faults))
    assert rows == list(range(25))
    assert "moved from 25 to 24" in end


def test_a_page_that_fails_midway_makes_the_reading_partial():
    rows, end, requests = read(Listing(35, faults={3: lambda _: answer(520)}), ahead=1)
    assert rows == list(range(20))
    assert "a page failed midway" in end
    assert requests == 2 + 3


@pytest.mark.parametrize("fault", [html(), answer(200, {"not": "a list"})])
def test_a_page_that_cannot_be_read_makes_the_reading_partial(fault):
    assert "midway" in read(Listing(35, faults={2: lambda _: fault}))[1]


def test_a_row_that_comes_twice_is_incomplete():
    faults = {2: lambda _: answer(200, [9, 10, 11], count="13", limit="10")}
    assert read(Listing(13, faults=faults))[1] == "a row came twice."


def test_a_first_page_that_fails_is_no_reading_at_all():
    with pytest.raises(Unavailable):
        read(Listing(35, faults={1: lambda _: answer(520)}))


def test_a_sign_in_that_ends_midway_is_no_reading_at_all():
    with pytest.raises(SignInNeeded):
        read(Listing(35, faults={3: lambda _: answer(401)}))


@pytest.mark.parametrize(("rows", "proven"), [(0, True), (7, True), (10, False), (11, True), (100, False)])
def test_without_a_word_on_paging_a_full_or_round_page_proves_nothing(rows, proven):
    listing = Listing(rows, silent=True, cap=1000)
    paging = Numbered(limit=10 if rows < 100 else 250)
    all_of_them = lambda _: answer(200, listing.rows)  # noqa: E731
    end = read(all_of_them, paging)[1]
    assert (end is None) is proven


def test_more_rows_than_the_limit_are_a_listing_that_does_not_page():
    rows, count, requests = read(lambda _: answer(200, list(range(30)), count="30"), Numbered(limit=10))
    assert (len(rows), count, requests) == (30, 30, 1)


def test_pages_from_another_place_than_asked_are_incomplete():
    class Placed(Numbered):
        def told(self, told):
            return Told(25, 10, int(told.headers["start"]))

    at = {1: "0", 2: "10", 3: "10"}
    listing = Server(handler=Listing(25))

    def placed(request):
        told = listing(request)
        told.headers["start"] = at[int(request.url.params["page"])]
        return told

    assert "rows from 20 on were asked for" in read(placed, Placed())[1]


def test_a_reader_that_stops_early_asks_for_no_further_page():
    server = Server(handler=Listing(95))
    http = server.http()

    async def two_pages():
        seen = 0
        async for page in http.pages("x", list[int], Numbered(), lambda body: body, ahead=1):
            seen += len(page)
            if seen >= 20:
                return

    asyncio.run(two_pages())
    assert http.requests == 2


def test_at_most_four_pages_are_on_the_way_at_once():
    under_way, most = 0, 0
    listing = Listing(95)

    async def slowly(request):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return listing(request)

    assert read(slowly)[1] == 95
    assert most == 4
