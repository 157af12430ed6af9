"""Each lie that an adapter may tell is found by the test that is there for it; the liar is the service of the page."""

import sys

import pytest

from tests.contract.test_write_a_service import FILES, load

LIES = {
    "a page in another scale": ("one.stars * 20", "one.stars * 10", "every_rating_that_the_form_holds_is_read_back"),
    "too fine a scale": ("steps=10", "steps=7", "every_shelf_says_what_it_is"),
    "a value the form cannot hold": ("one.stars * 20", "one.stars * 20 - 3", "every_value_read_is_one_that_the_form_holds"),
    "a shelf of another record": ('{"history": Diary', '{"watchlist": Diary', "every_shelf_says_what_it_is"),
    "another person every time": ("str(person.id)", "str(id(person))", "the_account_is_always_the_same_person_s"),
    "a number as id": (
        'clean_ids({"tmdb": self.tmdb})',
        '{"tmdb": self.tmdb}',
        "ids_and_keys_are_texts",
    ),
    "a number as key": ("str(entry.id)", "entry.id", "every_play_has_a_key_of_its_own"),
    "one key for all": ("str(entry.id)", '"1"', "every_play_has_a_key_of_its_own"),
    "milliseconds": ("entry.at, str", "entry.at * 1000, str", "times_are_whole_seconds_of_a_time_that_can_be"),
    "another time zone": ("entry.at, str", "entry.at + 7200, str", "a_time_is_the_one_at_which_it_was_done"),
    "a kind not stated": ("Media(Kind.MOVIE, clean", "Media(Kind.SHOW, clean", "kinds_and_shelves_read_are_those_stated"),
    "half is all": ("round(one.stars * 20)) for one in entries", "60) for one in entries[:2]", "a_reading_covers_its_shelf_and_those_that_it_reads_for"),
    "the first page is all": (
        "pages = self.http.pages(\"/stars\", Page, Paged(), lambda page: page.entries, key=lambda e: e.film.tmdb)\n"
        "        entries = [entry async for page in pages for entry in page]",
        "answer = await self.http.get(\"/stars\", Page, params={\"page\": 1, \"per_page\": 100})\n"
        "        entries = answer.value.entries",
        "a_reading_that_breaks_off_is_not_taken_for_all",
    ),
    "news that is none": ('"written_since": cursor}', '"written_since": "9999999999"}', "news_shows_what_came_since_and_nothing_that_is_not_so"),
    "sent again": ('again="another"', 'again="same"', "adding_twice_is_what_the_form_says"),
    "removed too much": ("int(one.key) for one in records", "1, 2, 3, 4", "removed_is_gone_and_only_that"),
    "removed nothing": ("int(one.key) for one in records", "", "removed_is_gone_and_only_that"),
    "one of two equal ones": ("int(one.key) for one in records", "1, 2", "of_two_equal_plays_one_can_be_removed"),
    "a refusal kept quiet": ("for place in answer.value.unknown", "for place in []", "a_refused_record_is_returned_and_the_others_are_done"),
    "noon for a play without a date": (
        '"at": one.at} for one in dated',
        '"at": one.at or 1780000000} for one in records',
        "a_play_without_a_date_gets_none",
    ),
    "minutes that are said to be seconds": ('"at": one.at} for one in dated', '"at": one.at // 60 * 60} for one in dated', "what_was_added_is_read_back"),
    "a stamp that stands still": (
        "class Stars(Shelf[Rating]):",
        'class Stars(Shelf[Rating]):\n    async def stamp(self):\n        return "1"\n',
        "the_stamp_moves_when_the_shelf_does",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_found(lie, monkeypatch):
    old, new, test = LIES[lie]
    assert FILES["reelbook"].count(old) >= 1
    for name in ("reelbook", "test_reelbook"):
        monkeypatch.setitem(sys.modules, name, None)
    load("reelbook", FILES["reelbook"].replace(old, new))
    liar = load("test_reelbook").TestReelbook()
    liar.setup_method()
    with pytest.raises((AssertionError, TypeError)):
        getattr(liar, f"test_{test}")()
