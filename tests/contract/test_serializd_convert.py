"""What Serializd says becomes records; on small samples in the shapes of the reference."""

import msgspec
import pytest

from watchweave.core.media import Kind, Media
from watchweave.core.records import Like, Play, Rating, Review, Tags
from watchweave.services.serializd.catalogue import Part, SeasonRow, Show, part_of
from watchweave.services.serializd.convert import (
    Entry,
    EntryPage,
    Item,
    ItemPage,
    Season,
    Things,
    key_of,
    logged,
    own_numbers,
    plays,
    tracked,
    values,
    written,
)
from watchweave.services.serializd.sign_in import Granted, mobile
from watchweave.services.serializd.watchlist import covers

AT = 1_750_000_000
"""2025-06-15T15:06:40Z"""
LOST = {"id": 77, "showId": 1396, "seasonId": 3572, "episodeNumber": 4, "rating": 9, "reviewText": "", "like": False}
LOST |= {"isLog": True, "isRewatch": False, "containsSpoiler": False, "backdate": "2025-06-15T15:06:40Z", "tags": []}
LOST |= {"dateAdded": "2025-06-16T08:00:00.000Z", "showName": "Breaking Bad"}
LOST |= {"showSeasons": [{"id": 3572, "seasonNumber": 1, "name": "Season 1"}]}
THINGS = Things({1396: "Breaking Bad"}, {(1396, 3572): 1})


def entry(**more):
    return msgspec.convert(LOST | more, Entry, strict=False)


def said(*entries):
    return {type(record): record for record in values(entries, THINGS)}


# Entries


def test_an_entry_is_a_play_of_its_episode_at_its_date():
    (play,) = plays([entry()], THINGS)
    assert (play.at, play.clock, play.key) == (AT, "second", "diary:77")
    assert (play.media.season, play.media.number, play.media.keys) == (1, 4, ("episode:1396:3572:4",))
    assert (play.media.parent.ids, play.media.parent.keys) == ({"tmdb": "1396"}, ("show:1396",))


@pytest.mark.parametrize("number", [None, 0])
def test_without_an_episode_it_is_about_the_season(number):
    (play,) = plays([entry(episodeNumber=number)], THINGS)
    assert (play.media.kind, play.media.ids, play.media.season) == (Kind.SEASON, {"tmdb": "3572"}, 1)


def test_without_a_season_it_is_about_the_show_and_no_play():
    show = entry(seasonId=None, episodeNumber=None)
    assert list(plays([show], THINGS)) == []
    assert said(show)[Rating].media.keys == ("show:1396",)


def test_what_logs_no_viewing_is_no_play():
    assert list(plays([entry(isLog=False)], THINGS)) == []


def test_the_older_spelling_says_the_same():
    older = {name: value for name, value in LOST.items() if name not in ("isLog", "isRewatch", "containsSpoiler")}
    older |= {"isLogged": True, "isRewatched": True, "containsSpoilers": True, "reviewText": "He did it."}
    found = msgspec.convert(older, Entry, strict=False)
    assert [play.key for play in plays([found], THINGS)] == ["diary:77"]
    assert said(found)[Review].spoiler


def test_an_episode_number_may_be_text():
    (play,) = plays([entry(episodeNumber="4")], THINGS)
    assert play.media.number == 4


def test_a_viewing_without_a_date_has_none():
    (play,) = plays([entry(backdate=None)], THINGS)
    assert (play.at, play.clock) == (None, "unknown")


def test_a_time_without_a_zone_is_not_guessed():
    with pytest.raises(msgspec.ValidationError):
        entry(backdate="2025-06-15T15:06:40")


def test_ratings_are_ten_times_as_large_and_0_is_none():
    assert [said(entry(rating=n))[Rating].value for n in range(1, 11)] == list(range(10, 101, 10))
    for none in (0, None):
        assert Rating not in said(entry(rating=none))


def test_of_several_entries_the_newest_that_says_something_speaks_whatever_their_order():
    late, early = entry(id=1, rating=3, dateAdded="2025-07-01T00:00:00Z"), entry(id=2, rating=8)
    silent = entry(id=3, rating=0, dateAdded="2025-08-01T00:00:00Z")
    for entries in ((late, early, silent), (silent, early, late)):
        assert said(*entries)[Rating].value == 30


def test_a_mere_rating_is_as_old_as_it_says_and_one_with_a_viewing_as_its_entry():
    assert written(said(entry())[Rating].at) == "2025-06-16T08:00:00Z"
    assert said(entry(isLog=False))[Rating].at == AT


def test_a_heart_and_words_and_a_text_are_told_only_where_they_are():
    assert said(entry()).keys() == {Rating}
    full = said(entry(like=True, tags=[" slow ", "", "two\nlines"], reviewText="Slow."))
    assert full.keys() == {Rating, Like, Tags, Review}
    assert (full[Tags].tags, full[Review].text) == (("slow", "two lines"), "Slow.")


def test_the_number_of_a_season_is_that_of_the_one_with_its_id_and_else_unknown():
    assert entry().number_of_season == 1
    assert entry(showSeasons=[{"id": 9, "seasonNumber": 0}]).number_of_season is None


def test_an_episode_whose_place_nobody_tells_has_a_name_and_no_place():
    (play,) = plays([entry()], Things({}, {}))
    assert play.media == Media(Kind.EPISODE, keys=("episode:1396:3572:4",))


def test_unknown_fields_and_nulls_spoil_nothing():
    page = '{"reviews": [{"id": 1, "showId": 2, "rating": null, "tags": null, "mood": {}}], "totalReviews": 1, "x": 1}'
    found = msgspec.json.decode(page, type=EntryPage)
    assert (found.total, list(values(found.rows, THINGS)), list(plays(found.rows, THINGS))) == (1, [], [])


# Logs


def test_what_is_logged_is_a_mark_and_a_play_only_where_the_diary_is_silent():
    season = Season(1396, 3572, 1)
    records = list(logged(season, {3: AT, 4: AT}, {4}, THINGS))
    assert [(type(one).__name__, one.media.number, one.at) for one in records] == [
        ("Watched", 3, AT),
        ("Play", 3, AT),
        ("Watched", 4, AT),
    ]
    assert [(one.key, one.clock) for one in records if type(one) is Play] == [("log:3572:3", "mark")]


# Shows


def row(**said):
    return part_of(msgspec.convert({"seasonNumber": 1, "episodeCount": 7, "name": "Season 1"} | said, SeasonRow))


@pytest.mark.parametrize(
    ("ids", "number"),
    [
        ({"id": 5, "seasonId": 3572}, 3572),
        ({"id": 3572, "seasonId": 0}, 3572),
        ({"id": 3572}, 3572),
        ({"id": 3572, "seasonId": None}, 0),
        ({"id": 3572, "seasonId": 3572, "episodeCount": 0}, 0),
    ],
)
def test_the_id_of_a_season_stands_in_one_of_two_places_and_null_is_none(ids, number):
    assert row(**ids).id == number


def test_specials_are_season_0_or_called_so():
    named = [row(seasonNumber=0, name="Extras"), row(seasonNumber=9, name="The Special Nights"), row()]
    assert [part.special for part in named] == [True, True, False]


PARTS = (Part(0, 10, 2, "2020-01-01", True), Part(1, 11, 8, "2021-01-01"), Part(2, 12, 8, "2025-06-15"), Part(3, 13))
SHOW = Show(1, "Dark", 0, (*PARTS, Part(4, 0, 0, "2021-01-01")))


@pytest.mark.parametrize(
    ("wished", "added", "whole"),
    [
        ({11, 12}, AT, True),
        ({11, 12, 13}, AT, True),
        ({11}, AT, False),
        ({11}, AT - 86_400, True),
        ({10}, AT, False),
        ({10, 12}, AT, False),
    ],
)
def test_a_wish_is_for_the_show_if_it_is_for_all_that_had_been_shown_by_then(wished, added, whole):
    assert covers(SHOW, wished, added) is whole


def test_pages_of_shows_count_shows_and_those_of_states_items():
    shows = '{"items": [{"showId": 1, "seasonIds": [2, null]}], "totalPages": 1, "numberOfShows": 1}'
    states = '{"items": [{"showId": 1}], "totalItems": 1, "totalPages": 1}'
    assert [msgspec.json.decode(text, type=ItemPage).total for text in (shows, states)] == [1, 1]
    assert msgspec.json.decode(shows, type=ItemPage).rows == [Item(1, [2, None])]


@pytest.mark.parametrize(
    ("context", "shows"),
    [
        ({"watched": [{"id": 1396}, {"showId": 7}]}, [1396, 7]),
        ({"watched": {"1396": True}}, []),
        ({"watched": [1396, {"id": "x"}, {}]}, []),
        ({}, []),
    ],
)
def test_what_an_account_tracks_is_believed_only_where_it_can_be_read(context, shows):
    assert tracked(context) == shows


# Names


@pytest.mark.parametrize("numbers", [(1396,), (1396, 3572), (1396, 3572, 4)])
def test_our_names_can_be_taken_apart(numbers):
    kind = Kind(Kind.SHOW + len(numbers) - 1)
    assert own_numbers(Media(kind, keys=(key_of(kind, *numbers),))) == numbers


@pytest.mark.parametrize("key", ["", "episode:1:2", "season:1:2:3", "episode:1:2:x", "4130/1/2"])
def test_other_names_are_not_ours(key):
    assert own_numbers(Media(Kind.EPISODE, keys=(key,))) == ()


@pytest.mark.parametrize("address", ["https://a.example/api", "https://a.example/api/", "https://a.example"])
def test_the_pages_for_phones_are_at_the_root_of_the_host(address):
    assert mobile(address) == "https://a.example/mobile"


def test_a_token_is_not_shown():
    assert "secret" not in repr(Granted(token="secret"))
