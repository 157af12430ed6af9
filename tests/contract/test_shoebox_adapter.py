"""Files as an account: Trakt's export in every layout, its lists one by one, our own form, and what is wrong with files.

What Trakt's export looks like is taken from Trakt's own web client, which makes it, and from samples that people have
published: a list for each address of the API, with a number behind its name where there are several pages, and a list of
what could not be exported.
"""

import asyncio
import json
import os
import tracemalloc
from pathlib import Path

import pytest

from tests.contract.shoebox_desk import ALIEN, GIANT, HEAT, Box, at, episode, film, iso, season, series
from watchweave.core.media import Kind
from watchweave.core.records import Copy, Like, Member, Play, Review, Tags, Watched, Wish
from watchweave.errors import UnexpectedAnswer
from watchweave.services.base import Listed
from watchweave.services.shoebox.shelves import AllLists

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
DATA = SHARED / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the data is not there: set WATCHWEAVE_SHARED")

EVENING, LATER = at("2026-11-01 20:05"), at("2026-11-02 21:00")
HISTORY = [
    {"id": 5_000_000_000_000, "action": "scrobble", **film(watched_at=iso(EVENING))},
    {"id": 1982347, "action": "watch", **episode(watched_at=iso(LATER))},
]
RATINGS = [film(rating=8, rated_at=iso(EVENING))]
COMMENT = {"comment": "The diner.", "spoiler": True, "parent_id": 0, "created_at": iso(EVENING), "review": False}
EXPORT = {
    "watched-history": HISTORY,
    "watched-movies": [film(plays=2, last_watched_at=iso(LATER)), film(ALIEN, plays=1, last_watched_at=iso(EVENING))],
    "watched-shows": [series(plays=12, last_watched_at=iso(LATER), reset_at=None)],
    "watched-playback": [film(id=9, progress=25.5, paused_at=iso(EVENING))],
    "ratings-movies": RATINGS,
    "ratings-shows": [series(rating=10, rated_at=iso(LATER))],
    "ratings-seasons": [season(rating=7, rated_at=None)],
    "ratings-episodes": [episode(rating=1, rated_at=iso(LATER))],
    "lists-watchlist": [film(ALIEN, rank=1, id=3, listed_at=iso(LATER), notes=None)],
    "lists-favorites": [series(rank=1, id=4, listed_at=iso(EVENING), notes="Damn fine.")],
    "lists-lists": [{"name": "Trains", "ids": {"trakt": 55, "slug": "trains"}, "created_at": iso(EVENING)}],
    "lists-list-55-trains": [film(rank=1, id=5, listed_at=iso(EVENING))],
    "collection-movies": [film(collected_at=iso(EVENING), updated_at=iso(EVENING), metadata={"3d": 0})],
    "collection-shows": [
        series(
            last_collected_at=iso(LATER),
            seasons=[{"number": 2, "episodes": [{"number": 1, "collected_at": iso(LATER)}]}],
        )
    ],
    "collection-episodes": [episode(collected_at=iso(LATER), updated_at=iso(LATER))],
    "comments-movies": [film(comment=COMMENT)],
    "comments-shows": [],
    "comments-seasons": [],
    "comments-episodes": [],
    "comments-lists": [{"type": "list", "list": {"name": "Trains"}, "comment": COMMENT}],
    "hidden-progress-watched": [series(hidden_at=iso(EVENING))],
    "likes-lists": [{"liked_at": iso(EVENING), "type": "list", "list": {"name": "Trains"}}],
    "user-profile": {"username": "mara", "ids": {"slug": "mara"}},
    "user-stats": {"movies": {"plays": 2}, "shows": {"watched": 1}},
}
USED = {
    "plays": 2, "films and episodes watched": 2, "ratings": 4, "wishes": 1, "likes": 1, "copies": 2, "reviews": 1,
    "entries in lists": 1,
}  # fmt: skip


@pytest.fixture
def box(tmp_path):
    return Box(tmp_path)


def of(records, kind):
    return [record for record in records if type(record) is kind]


def why(examined):
    return [f"{one.file}: {one.why}" for one in examined.left_out]


# Trakt's export


@pytest.mark.parametrize("top", ["", "trakt-export-mara/", "export/json/"])
def test_every_list_of_an_export_is_used(box, top):
    found = box.examine(box.packed({f"{top}{name}": rows for name, rows in EXPORT.items()}))
    assert found.used == USED
    assert found.label == (
        "collection/movie collection/episode favourites history lists ratings reviews watched/movie watchlist"
    )


def test_an_older_layout_has_folders(box):
    files = {f"{name.partition('-')[0]}/{name}": rows for name, rows in EXPORT.items() if name != "watched-history"}
    assert box.examine(box.packed({**files, "watched/history": HISTORY})).used == USED


def test_a_history_of_several_pages_is_one_history(box):
    first, second = HISTORY
    box.hand_in(box.packed({"watched-history-1": [first], "watched-history-2": [second], "ratings-movies": []}))
    records, reading = box.read()
    assert (len(of(records, Play)), reading.complete) == (2, True)


def test_the_folder_to_which_an_export_was_unpacked_says_the_same(box):
    folder = box.folder / "unpacked"
    folder.mkdir()
    for name, rows in EXPORT.items():
        (folder / f"{name}.json").write_text(json.dumps(rows, indent=2))
    assert box.hand_in(folder).used == USED
    assert [type(one) for one in box.read("watchlist")[0]] == [Wish]


def test_a_play_has_its_time_its_ids_and_the_number_of_its_entry(box):
    box.hand_in(box.packed(EXPORT))
    heat, giant = of(box.read()[0], Play)
    assert (heat.at, heat.clock, heat.key, heat.media.kind) == (EVENING, "second", "trakt:5000000000000", Kind.MOVIE)
    assert heat.media.ids == {"trakt": "615", "slug": "heat-1995", "imdb": "tt0113277", "tmdb": "949"}
    assert giant.media.ids == {"trakt": "251", "tvdb": "797571", "tmdb": "39762"}
    place = (giant.media.season, giant.media.number, giant.media.parent.title, giant.media.parent.ids["imdb"])
    assert place == (2, 1, "Twin Peaks", "tt0098936")


@pytest.mark.parametrize("nobody_knows", ["1970-01-01T00:00:00.000Z", None])
def test_a_play_of_an_unknown_date_has_none(box, nobody_knows):
    box.hand_in(box.packed({"watched-history": [film(id=1, watched_at=nobody_knows)]}))
    (play,) = of(box.read()[0], Play)
    assert (play.at, play.clock) == (None, "unknown")


def test_names_in_databases_that_are_no_ids_are_left_away(box):
    odd = {
        "trakt": 615,
        "imdb": "",
        "tmdb": 0,
        "tvdb": None,
        "plex": {"guid": "5d776b1dad5437001f79d8cc", "slug": "heat"},
    }
    box.hand_in(box.packed({"watched-history": [film({**HEAT, "ids": odd}, id=1, watched_at=iso(EVENING))]}))
    assert of(box.read()[0], Play)[0].media.ids == {"trakt": "615"}


def test_ratings_are_of_films_shows_seasons_and_episodes(box):
    box.hand_in(box.packed(EXPORT))
    ratings, reading = box.read("ratings")
    found = {one.media.kind.word: (one.value, one.at) for one in ratings}
    assert found == {"movie": (80, EVENING), "show": (100, LATER), "season": (70, None), "episode": (10, LATER)}
    assert (reading.complete, reading.kinds) == (True, frozenset({Kind.MOVIE, Kind.SHOW, Kind.SEASON, Kind.EPISODE}))


def test_a_watchlist_and_favourites_are_known_by_their_names_and_no_other_list_is_either(box):
    found = box.hand_in(box.packed(EXPORT))
    wishes, likes = box.read("watchlist")[0], box.read("favourites")[0]
    assert [(type(one), one.media.title, one.at) for one in (*wishes, *likes)] == [
        (Wish, "Alien", LATER), (Like, "Twin Peaks", EVENING),
    ]  # fmt: skip
    assert not any("lists-list" in line for line in why(found))


def titles(box):
    """Which lists there are."""
    found = asyncio.run(box.service().shelves["lists"].all())
    return found and [(one.own, one.title) for one in found]


def members(box, title):
    """What stands in the list of this title, and whether that is all."""

    async def run():
        service = box.service()
        reading = await AllLists.kind(title)(service, Listed(title, title)).read(None)
        return [record async for page in reading.records for record in page], reading

    records, reading = asyncio.run(run())
    assert {(type(one), one.list) for one in records} <= {(Member, title)}
    return {one.media.title for one in records}, reading.complete


def test_lists_of_her_own_are_called_as_the_list_of_lists_says(box):
    box.hand_in(box.packed(EXPORT))
    assert (titles(box), members(box, "Trains")) == ([("Trains", "Trains")], ({"Heat"}, True))


def test_a_list_that_the_list_of_lists_does_not_name_is_called_as_its_file(box):
    box.hand_in(box.packed({"lists-list-55-trains": [film()], "lists-list-56-rain-2": [film(ALIEN)]}))
    assert [own for own, _ in titles(box)] == ["rain", "trains"]


@pytest.mark.parametrize("rows", [[film(rank=1, id=5, listed_at=iso(EVENING))], []])
@pytest.mark.parametrize("said", ["", "watchlist"])
def test_one_list_of_her_own_without_the_export_is_refused_with_the_way_to_all_of_it(box, rows, said):
    path = box.file("lists-list-6009-winter-nights.json", rows)
    with pytest.raises(UnexpectedAnswer, match="is one list of your own"):
        box.examine(path, said)


def test_lists_that_trakt_could_not_export_whole_prove_nothing_to_be_gone(box):
    failed = [{"endpoint": "/users/mara/lists/55/items", "error": "timeout"}]
    box.hand_in(box.packed({**EXPORT, "_errors": failed}))
    assert members(box, "Trains") == ({"Heat"}, False)


def test_in_our_own_form_each_row_says_in_which_list_it_stands(box):
    rows = [film(list="Rain"), film(list="Trains"), film(ALIEN, list="Rain"), film(ALIEN, list=" ")]
    found = box.hand_in(box.file("ours.json", {"watchweave": 1, "made": iso(LATER), "lists": rows}))
    assert [own for own, _ in titles(box)] == ["Rain", "Trains"]
    assert (members(box, "Rain")[0], members(box, "Trains")[0]) == ({"Heat", "Alien"}, {"Heat"})
    assert found.used == {"entries in lists": 3}


def test_before_a_file_tells_of_lists_nobody_knows_which_there_are(box):
    box.hand_in(box.file("ours.json", {"watchweave": 1, "made": iso(LATER), "ratings": [film(rating=8)]}))
    assert "lists" not in box.shelves()


def test_a_film_watched_at_times_that_nobody_says_is_marked(box):
    box.hand_in(box.packed({"watched-movies": EXPORT["watched-movies"]}))
    records, reading = box.read()
    assert {(one.media.title, one.at) for one in of(records, Watched)} == {("Heat", LATER), ("Alien", EVENING)}
    assert (of(records, Play), reading.lacks, reading.kinds) == ([], {"history"}, {Kind.MOVIE})


def test_the_episodes_below_a_watched_show_are_marked(box):
    seasons = [{"number": 2, "episodes": [{"number": 1, "plays": 3, "last_watched_at": iso(LATER)}, {"number": 2}]}]
    box.hand_in(box.packed({"watched-shows": [series(plays=4, last_watched_at=iso(LATER), seasons=seasons)]}))
    marks = of(box.read()[0], Watched)
    assert [(one.media.season, one.media.number, one.at) for one in marks] == [(2, 1, LATER), (2, 2, None)]
    assert {one.media.parent.ids["tvdb"] for one in marks} == {"70533"}


def test_a_watched_show_that_names_no_episodes_is_reported_once_a_file_and_makes_nothing_incomplete(box):
    found = box.hand_in(box.packed({**EXPORT, "watched-shows": [series(plays=n) for n in (1, 2, 3)]}))
    assert "watched-shows.json: row 1 does not say which episodes, and 2 more like it" in why(found)
    assert box.read()[1].complete


def test_what_is_collected_is_held_once_whatever_list_says_so(box):
    box.hand_in(box.packed(EXPORT))
    copies, reading = box.read("collection")
    assert [(type(one), one.media.kind, one.at) for one in copies] == [
        (Copy, Kind.EPISODE, LATER), (Copy, Kind.MOVIE, EVENING),
    ]  # fmt: skip
    assert (copies[0].media.ids["tvdb"], reading.kinds) == ("797571", {Kind.MOVIE, Kind.EPISODE})


def test_of_several_comments_the_newest_is_the_review_and_replies_are_none(box):
    older = {**COMMENT, "comment": "The bank.", "created_at": iso(EVENING - 60), "parent_id": None}
    edited = {**COMMENT, "comment": " The end. ", "created_at": iso(EVENING - 600), "updated_at": iso(LATER)}
    reply = {**COMMENT, "parent_id": 7, "created_at": iso(LATER)}
    rows = [film(comment=one) for one in (COMMENT, older, edited, reply)]
    found = box.hand_in(box.packed({"comments-movies": rows, "watched-history": HISTORY}))
    assert box.read("reviews")[0] == [Review(box.read("reviews")[0][0].media, LATER, "The end.", True)]
    assert found.used["reviews"] == 1
    assert why(found) == [
        "comments-movies.json: row 2 tells older of what another one tells, and 1 more like it",
        "comments-movies.json: row 4 is a reply",
    ]


def test_a_comment_whose_words_stand_in_the_row_is_read_as_well(box):
    row = film(comment="Flat.", spoiler=True, created_at=iso(EVENING))
    box.hand_in(box.packed({"comments-movies": [row]}))
    assert [(one.text, one.spoiler, one.at) for one in box.read("reviews")[0]] == [("Flat.", True, EVENING)]


def test_all_of_an_account_in_one_document_is_read(box):
    """As programs write it that ask Trakt's API for everything."""
    said = {
        "type": "full", "username": "mara", "followers": [], "stats": {"movies": {"plays": 1}},
        "history": HISTORY, "ratings": EXPORT["ratings-movies"] + EXPORT["ratings-shows"],
        "watchlist": EXPORT["lists-watchlist"], "watched": EXPORT["watched-movies"] + EXPORT["watched-shows"],
        "collection": EXPORT["collection-movies"] + EXPORT["collection-shows"], "comments": [film(comment=COMMENT)],
        "lists": EXPORT["lists-lists"],
    }  # fmt: skip
    used = {"plays": 2, "films and episodes watched": 2, "ratings": 2, "wishes": 1, "copies": 2, "reviews": 1}
    found = box.examine(box.file("full_export.json", said))
    assert (found.used, found.label) == (used, "collection history ratings reviews watched watchlist")


# Our own form

OURS = {
    "watchweave": 1,
    "profile": "mara",
    "made": iso(LATER),
    "history": [
        film(watched_at=iso(EVENING)),
        film(watched_at=iso(EVENING)),
        film(watched_on="2026-10-31"),
        film(watched_at=iso(EVENING), clock="mark"),
        film(watched_at=None),
        episode({"season": 3, "number": 4, "order": "dvd", "ids": {}}, watched_at=iso(LATER)),
        film({"title": "Home video", "year": 2001, "ids": {}}, watched_at=iso(LATER)),
    ],
    "ratings": [film(rating=8.7, rated_at=iso(EVENING)), film(ALIEN, rating=0.1, rated_at=None)],
    "tags": [film(tags=["70mm", "with June"], tagged_at=iso(EVENING))],
    "reviews": [],
}


def ours(box, **changed):
    return box.file("watchweave-mara.json", {**OURS, **changed}, LATER + 60)


def test_plays_of_ours_say_how_well_their_time_is_known(tmp_path):
    box = Box(tmp_path, "Pacific/Auckland")
    box.hand_in(ours(box))
    plays = of(box.read()[0], Play)
    midday = at("2026-10-30 23:00")  # thirteen hours ahead of UTC
    assert [(one.at, one.clock) for one in plays] == [
        (EVENING, "second"), (EVENING, "second"), (midday, "day"), (EVENING, "mark"), (None, "unknown"),
        (LATER, "second"), (LATER, "second"),
    ]  # fmt: skip


def test_a_play_of_ours_is_named_by_what_it_says_whatever_ids_are_found_later(box):
    box.hand_in(ours(box))
    before = [one.key for one in of(box.read()[0], Play)]
    named = [film({**HEAT, "ids": {**HEAT["ids"], "tvdb": 5}}, watched_at=iso(EVENING)), *OURS["history"][1:]]
    box.hand_in(ours(box, history=named, made=iso(LATER + 30)))
    assert [one.key for one in of(box.read()[0], Play)] == before
    assert (len(set(before)), before[1]) == (7, before[0] + "#2")


def test_what_has_no_ids_is_named_by_its_place_or_its_title(box):
    box.hand_in(ours(box))
    *_, part, video = [one.media for one in of(box.read()[0], Play)]
    assert (part.order, part.season, part.number, part.parent.title) == ("dvd", 3, 4, "Twin Peaks")
    assert (video.ids, bool(video.key), bool(part.key), video.key != part.key) == ({}, True, True, True)


def test_ratings_of_ours_are_between_the_points_too(box):
    box.hand_in(ours(box))
    assert [(one.value, one.at) for one in box.read("ratings")[0]] == [(87, EVENING), (1, None)]


def test_tags_are_kept(box):
    box.hand_in(ours(box))
    assert [(type(one), one.tags, one.at) for one in box.read("tags")[0]] == [(Tags, ("70mm", "with June"), EVENING)]


def test_a_file_of_ours_tells_of_the_shelves_that_it_names_and_says_when_it_was_made(box):
    found = box.hand_in(ours(box))
    assert (found.label, found.made) == ("history ratings reviews tags", LATER)
    assert box.shelves() == {"history", "watched", "ratings", "reviews", "tags"}
    assert (box.read("reviews")[0], box.read("reviews")[1].complete) == ([], True)


def test_a_file_of_a_newer_version_is_refused(box):
    with pytest.raises(UnexpectedAnswer, match="was written by a newer WatchWeave"):
        box.examine(ours(box, watchweave=2))


# Which file counts


def test_a_list_alone_tells_of_its_own_shelf_and_kinds(box):
    found = box.hand_in(box.file("ratings-movies.json", RATINGS))
    assert (found.label, box.shelves()) == ("ratings/movie", {"ratings"})
    assert (box.read("ratings")[1].complete, box.read("ratings")[1].kinds) == (True, {Kind.MOVIE})


@pytest.mark.parametrize(("rows", "label"), [
    (HISTORY, "history/movie history/episode"), (RATINGS, "ratings/movie"), ([film(comment=COMMENT)], "reviews/movie"),
    ([film(collected_at=iso(LATER))], "collection/movie"), ([film(plays=1)], "watched/movie"),
])  # fmt: skip
def test_a_list_is_known_by_its_rows_whatever_it_is_called(box, rows, label):
    assert box.examine(box.file("download (3).json", rows)).label == label


def test_another_list_of_the_kind_replaces_the_first_and_leaves_the_others(box):
    box.hand_in(box.file("ratings-movies.json", RATINGS, LATER))
    box.hand_in(box.file("ratings-shows.json", [series(rating=10, rated_at=iso(EVENING))], LATER))
    box.hand_in(box.file("ratings-movies.json", [film(ALIEN, rating=3, rated_at=iso(LATER))], LATER))
    ratings, _ = box.read("ratings")
    assert {(one.media.title, one.value) for one in ratings} == {("Alien", 30), ("Twin Peaks", 100)}


def test_each_shelf_is_read_from_the_newest_file_that_tells_of_it(box):
    box.hand_in(box.packed(EXPORT, made="2026-11-20 12:00"))
    later = film(ALIEN, rating=2, rated_at="2026-11-21T12:00:00Z")
    box.hand_in(box.file("ratings-movies.json", [later]))
    assert [one.media.title for one in box.read("ratings")[0] if one.media.kind is Kind.MOVIE] == ["Alien"]
    assert {one.media.kind for one in box.read("ratings")[0]} == {Kind.MOVIE, Kind.SHOW, Kind.SEASON, Kind.EPISODE}
    assert len(of(box.read()[0], Play)) == 2


def test_a_file_is_read_once_and_a_newer_one_by_itself(box):
    box.hand_in(box.packed(EXPORT, made="2026-11-20 12:00"))
    _, first = box.read("ratings")
    assert box.read("ratings", first.cursor)[0] == []
    box.hand_in(box.file("ratings-movies.json", [film(rating=2, rated_at="2026-11-21T12:00:00Z")]))
    records, reading = box.read("ratings", first.cursor)
    assert ([one.value for one in records], reading.kinds, reading.made) == ([20], {Kind.MOVIE}, at("2026-11-21 12:00"))


def test_what_is_not_on_one_of_several_pages_is_not_gone(box):
    first, second = HISTORY
    labels = [box.hand_in(box.file(f"watched-history-{n}.json", [row])).label for n, row in ((1, second), (2, first))]
    records, reading = box.read()
    assert (labels, len(of(records, Play)), reading.complete) == (["history page1", "history page2"], 2, False)


def test_what_is_on_a_list_has_to_be_said(box):
    rows = [film(listed_at=iso(EVENING))]
    with pytest.raises(UnexpectedAnswer, match=r"is a list, and does not say which\. .* --as watchlist"):
        box.examine(box.file("trains.json", rows))
    assert box.hand_in(box.file("trains.json", rows), "Watchlist").label == "watchlist/movie"
    assert [type(one) for one in box.read("watchlist")[0]] == [Wish]
    assert box.examine(box.file("trains.json", rows), "favorites").label == "favourites/movie"


def test_without_a_file_it_says_what_to_do(box):
    records, reading = box.read("watchlist")
    assert (records, box.shelves()) == ([], {"watchlist"})
    assert "watchweave import FILE" in reading.partial


# When it was made


def test_an_archive_was_made_when_its_newest_file_was_at_the_earliest_or_its_newest_time(box):
    noon = at("2026-11-20 12:00")
    assert box.examine(box.packed(EXPORT)).made == noon - 14 * 3600
    late = film(rating=1, rated_at=iso(noon - 60))
    assert box.examine(box.packed({**EXPORT, "ratings-movies": [late]})).made == noon - 60


def test_nothing_was_made_later_than_the_file_was_written(box):
    ahead = box.file("ratings-movies.json", [film(rating=1, rated_at=iso(LATER))], EVENING)
    assert box.examine(ahead).made == EVENING
    assert box.examine(box.file("ratings-movies.json", [film(rating=1)], EVENING)).made == EVENING


# What is wrong with files


def test_every_row_that_cannot_be_used_is_named_with_its_number(box):
    rows = [
        film(rating=8), film(rating=11), film({"ids": {}}, rating=5), film("Heat", rating=5), {"type": "movie", "rating": 5},
        film(rated_at=iso(EVENING)), 7, film(rating=5, rated_at="yesterday"), film(ALIEN, rating="9"),
    ]  # fmt: skip
    found = box.hand_in(box.packed({"ratings-movies": rows, "watched-history": HISTORY}))
    assert found.used == {"plays": 2, "ratings": 2}
    assert [(one.file, one.line) for one in found.left_out] == [
        ("ratings-movies.json", n) for n in (2, 3, 4, 5, 6, 7, 8)
    ]
    told = [one.why for one in found.left_out]
    assert told[:2] == ["row 2 has 11, and no rating from 1 to 10", "row 3 names no film, show, season or episode"]
    assert told[2].startswith("row 4 cannot be read (Expected `object | null`, got `str`")
    assert told[4] == "row 6 says nothing of ratings"


def test_a_row_of_another_kind_than_its_list_is_not_used(box):
    found = box.examine(box.file("ratings-movies.json", [*RATINGS, series(rating=9)]))
    assert (found.label, found.used) == ("ratings/movie", {"ratings": 1})
    assert why(found) == ["ratings-movies.json: row 2 is about something of another kind than its list"]


def test_a_bad_row_keeps_its_own_shelf_from_proving_that_anything_is_gone(box):
    box.hand_in(box.packed({"ratings-movies": [*RATINGS, film(rating=11)], "watched-history": HISTORY}))
    assert [box.read(shelf)[1].complete for shelf in ("ratings", "history")] == [False, True]


@pytest.mark.parametrize(("endpoint", "shelf"), [
    ("users/mara/ratings/shows", "ratings"), ("users/mara/history?extended=gdpr", "history"),
    ("users/mara/comments/all/movies?include_replies=true", "reviews"), ("users/mara/favorites", "favourites"),
])  # fmt: skip
def test_what_trakt_could_not_export_is_not_gone(box, endpoint, shelf):
    failed = [{"endpoint": endpoint, "error": "HTTP 500", "fetchedPages": 1, "totalPages": 3}]
    found = box.hand_in(box.packed({**EXPORT, "_errors": failed}))
    shelves = ("history", "ratings", "watchlist", "favourites", "reviews")
    assert [one for one in shelves if not box.read(one)[1].complete] == [shelf]
    assert f"_errors.json: row 1 says that not all of {endpoint} could be exported (HTTP 500)" in why(found)


def test_what_else_trakt_could_not_export_keeps_nothing_from_counting(box):
    box.hand_in(box.packed({**EXPORT, "_errors": [{"endpoint": "users/mara/stats", "error": "HTTP 500"}]}))
    assert box.read()[1].complete


def test_a_file_without_any_usable_row_is_refused_with_its_first_fault(box):
    with pytest.raises(
        UnexpectedAnswer, match=r"nothing that can be used: ratings-movies\.json, row 1 has 0, and no rating"
    ):
        box.examine(box.file("ratings-movies.json", [film(rating=0)]))


@pytest.mark.parametrize("text", ['[{"movie": {}', '[{"movie": {}}]' + "]" * 9, "[" * 99 + '{"movie": {}}' + "]" * 99])
def test_a_damaged_file_is_refused(box, text):
    with pytest.raises(UnexpectedAnswer, match=r"ratings-movies\.json (cannot be read|is more than)"):
        box.examine(box.file("ratings-movies.json", text))


def test_an_archive_with_a_damaged_list_is_refused(box):
    with pytest.raises(UnexpectedAnswer, match=r"ratings-movies\.json in trakt-export-mara\.zip cannot be read"):
        box.examine(box.packed({**EXPORT, "ratings-movies": '[{"movie": '}))


@pytest.mark.parametrize("said", ['{"tv": {"movies": []}}', "[]", "[1, 2]", '"movie":', "", "Const,Your Rating", "{"])
def test_other_files_are_none_of_ours(box, said):
    assert box.examine(box.file("other.json", said)) is None


def test_an_archive_of_other_things_is_none_of_ours(box):
    assert box.examine(box.packed({"profile": {"username": "mara"}, "people": [{"name": "Ada"}]})) is None


@needs_data
def test_the_files_of_others_are_none_of_ours(box):
    files = [*DATA.glob("imdb/*.csv"), *DATA.glob("ids/*"), DATA / "letterboxd/export", DATA / "letterboxd/rss.xml"]
    assert [path.name for path in files if box.examine(path) is not None] == []
    assert len(files) > 10


def test_settings_and_friends_are_never_opened(box):
    found = box.examine(box.packed({**EXPORT, "user-settings": '{"user": ', "network-friends": "no JSON"}))
    assert found.used == USED


def test_ten_thousand_rows_cost_little_memory(box):
    rows = [episode({**GIANT, "number": n, "ids": {"trakt": n, "tvdb": n}}, id=n, watched_at=iso(n * 86_400))
            for n in range(1, 10_001)]  # fmt: skip
    ratings = [
        episode({**GIANT, "number": n, "ids": {"trakt": n}}, rating=8, rated_at=iso(n)) for n in range(1, 10_001)
    ]
    path = box.packed({"watched-history": rows, "ratings-episodes": ratings})
    del rows, ratings
    tracemalloc.start()
    try:
        box.hand_in(path)
        for shelf in ("history", "ratings"):
            assert len(box.read(shelf)[0]) == 10_000
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()
