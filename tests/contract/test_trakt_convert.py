"""What Trakt says becomes records, and records become what Trakt is told; on recorded answers and small samples."""

import json
import os
from pathlib import Path

import jsonschema
import msgspec
import pytest

from watchweave.core.media import Kind, Media
from watchweave.core.records import Play, Rating, Wish
from watchweave.services.trakt.convert import (
    Entry,
    Plays,
    Row,
    Written,
    copies,
    entry,
    moment,
    ratings,
    watched_movies,
    watched_shows,
    wishes,
    written,
)
from watchweave.services.trakt.history import _values
from watchweave.services.trakt.parcel import NUMBERED_OTHERWISE, Parcel, flat
from watchweave.services.trakt.shelves import bare, copy_values, rating_values

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED", Path(__file__).parents[3] / "shared"))
RECORDED = SHARED / "data" / "recorded" / "trakt" / "traktkit" / "Sync"
SPEC = SHARED / "specs" / "trakt-openapi.json"

AT = 1793563500
"""2026-11-01T20:05:00Z"""


def recorded(name):
    """The rows of a recorded answer, and how they are decoded."""
    path = RECORDED / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the recorded answers are not here: {path}")
    text = path.read_bytes()
    return json.loads(text), msgspec.json.decode(text, type=list[Row], strict=False)


def rows(*found):
    return msgspec.convert(list(found), list[Row], strict=False)


HEAT = {"title": "Heat", "year": 1995, "ids": {"trakt": 615, "slug": "heat-1995", "imdb": "tt0113277", "tmdb": 949}}
PEAKS = {"title": "Twin Peaks", "year": 1990, "ids": {"trakt": 1919, "slug": "twin-peaks", "tvdb": 70533, "tmdb": 1920}}
GIANT = {"season": 2, "number": 1, "title": "Giant", "ids": {"trakt": 251, "tvdb": 797571, "imdb": None, "tmdb": ""}}


# Recorded answers


@pytest.mark.parametrize(
    ("name", "convert", "time"),
    [
        ("test_get_watched_history", lambda found: Plays().of_rows(found), "watched_at"),
        ("test_get_ratings", ratings, "rated_at"),
        ("test_get_watchlist", wishes, "listed_at"),
        ("test_get_collection", copies, "collected_at"),
    ],
)
def test_every_recorded_row_becomes_a_record_with_its_ids_and_time(name, convert, time):
    said, found = recorded(name)
    records = convert(found)
    assert len(records) == len(said) > 0
    for row, record in zip(said, records, strict=True):
        kind = next(word for word in ("movie", "episode", "season", "show") if word in row)
        assert record.media.kind.word == kind
        assert record.media.keys == (f"{kind}:{row[kind]['ids']['trakt']}",)
        for space, value in row[kind]["ids"].items():
            assert record.media.ids.get(space) == (str(value) if value else None)
        if kind in ("season", "episode"):
            assert record.media.parent.ids["trakt"] == str(row["show"]["ids"]["trakt"])
        if time in row:
            assert written(record.at)[:16] == row[time][:16]


def test_recorded_ratings_are_ten_times_as_large():
    said, found = recorded("test_get_ratings")
    assert [one.value for one in ratings(found)] == [row["rating"] * 10 for row in said]


@pytest.mark.parametrize(
    "name", ["add_items_to_watched_history", "add_new_ratings", "add_items_to_watchlist", "add_items_to_collection"]
)
def test_recorded_answers_to_writes_are_understood(name):
    path = RECORDED / f"test_{name}.json"
    if not path.exists():
        pytest.skip(f"the recorded answers are not here: {path}")
    said = json.loads(path.read_text())
    found = msgspec.json.decode(path.read_bytes(), type=Written, strict=False)
    assert found.taken == sum(n for part in ("added", "updated", "existing") for n in said.get(part, {}).values())
    assert found.not_found == said["not_found"]


# Small samples


def test_ids_that_are_null_empty_or_no_ids_are_none():
    (play,) = Plays().of_rows(
        rows({"id": 1, "watched_at": "2026-11-01T20:05:00.000Z", "episode": GIANT, "show": PEAKS})
    )
    assert play.media.ids == {"trakt": "251", "tvdb": "797571"}


def test_the_episodes_of_a_page_share_one_show():
    first, second = (
        {"id": n, "watched_at": "2026-11-01T20:05:00Z", "episode": GIANT | {"ids": {"trakt": n}}, "show": PEAKS}
        for n in (1, 2)
    )
    one, other = Plays().of_rows(rows(first, second))
    assert one.media.parent is other.media.parent


def test_seconds_are_cut_and_names_count_on_over_pages_of_one_minute():
    plays = Plays()
    at = "2026-11-01T20:05:{:02d}.000Z"
    pages = [[{"id": n * 10 + s, "watched_at": at.format(s), "movie": HEAT} for s in (40, 20)] for n in (1, 2)]
    keys = [play.key for page in pages for play in plays.of_rows(rows(*page))]
    assert keys == [f"movie:615@{AT}"] + [f"movie:615@{AT}#{n}" for n in (2, 3, 4)]


def test_the_name_of_a_play_can_be_taken_apart():
    assert entry(f"movie:615@{AT}") == Entry(Kind.MOVIE, "615", AT)
    assert entry("episode:16@0#3").path == "/sync/history/episodes/16"


def test_a_history_id_above_2_to_the_53_is_exact():
    (row,) = msgspec.json.decode(b'[{"id": 9007199254740993, "movie": {}}]', type=list[Row], strict=False)
    assert row.id == 9007199254740993


def test_a_time_without_a_zone_is_not_guessed():
    with pytest.raises(msgspec.ValidationError):
        rows({"watched_at": "2026-11-01T20:05:00", "movie": HEAT})


def test_the_maps_carry_every_play_with_the_numbers_of_season_and_show():
    time = "2026-11-02T19:00:00.000Z"
    ((movie, times),) = watched_movies({"615": [time, time]})
    assert (movie.keys, len(times), moment(times[0])) == (("movie:615",), 2, 1793646000)
    ((episode, _),) = watched_shows({"1919": {"101|0": {"6543": [time]}}})
    assert (episode.keys, episode.season, episode.parent.keys) == (("episode:6543",), 0, ("show:1919",))


@pytest.mark.parametrize(
    "found", [{"heat": []}, {"615": {"plays": 1}}, {"615": ["yesterday"]}, {"615": None}, {"": []}]
)
def test_a_map_of_films_of_another_build_is_not_read(found):
    assert watched_movies(found) is None


@pytest.mark.parametrize(
    "found",
    [
        {"1919": []},
        {"1919": {"101": {"6543": []}}},
        {"1919": {"101|x": {}}},
        {"1919": {"1|1": {"a": []}}},
        {"1919": {"1|1": []}},
    ],
)
def test_a_map_of_shows_of_another_build_is_not_read(found):
    assert watched_shows(found) is None


# What Trakt is told

HEAT_HERE = Media(Kind.MOVIE, {"imdb": "tt0113277", "tmdb": "949", "slug": "heat-1995", "plex": "0" * 24}, "Heat", 1995)
PEAKS_HERE = Media(Kind.SHOW, {"tvdb": "70533"}, "Twin Peaks", 1990)


def episode(season, number, show=PEAKS_HERE, **more):
    return Media(Kind.EPISODE, parent=show, season=season, number=number, **more)


def test_a_film_goes_by_its_good_ids_without_slug_or_title():
    assert Parcel([Play(HEAT_HERE, AT)], _values).body == {
        "movies": [{"ids": {"imdb": "tt0113277", "tmdb": 949}, "watched_at": "2026-11-01T20:05:00.000Z"}]
    }


def test_what_has_a_number_of_trakt_goes_by_that_alone():
    plays = [Play(Media(Kind.MOVIE, {"imdb": "tt1"}, keys=("movie:615",))), Play(episode(2, 1, keys=("episode:251",)))]
    assert Parcel(plays, bare).body == {"movies": [{"ids": {"trakt": 615}}], "episodes": [{"ids": {"trakt": 251}}]}


def test_episodes_go_under_their_show_together():
    plays = [Play(episode(1, 1), AT), Play(episode(1, 2), AT), Play(episode(2, 1), AT), Play(episode(1, 1), None)]
    at = {"watched_at": "2026-11-01T20:05:00.000Z"}
    assert Parcel(plays, _values).body == {
        "shows": [
            {
                "ids": {"tvdb": 70533},
                "seasons": [
                    {
                        "number": 1,
                        "episodes": [{"number": 1} | at, {"number": 2} | at, {"number": 1, "watched_at": "unknown"}],
                    },
                    {"number": 2, "episodes": [{"number": 1} | at]},
                ],
            }
        ]
    }


def test_a_season_and_an_episode_of_it_are_both_meant():
    season = Media(Kind.SEASON, parent=PEAKS_HERE, season=1)
    assert Parcel([Wish(season), Wish(episode(1, 1))], bare).body["shows"] == [
        {"ids": {"tvdb": 70533}, "seasons": [{"number": 1}]},
        {"ids": {"tvdb": 70533}, "seasons": [{"number": 1, "episodes": [{"number": 1}]}]},
    ]


@pytest.mark.parametrize(
    "media",
    [
        Media(Kind.MOVIE, {"slug": "heat-1995"}, "Heat", 1995),
        Media(Kind.EPISODE, {"imdb": "tt0756514"}),
        episode(1, None),
        episode(None, 1),
        episode(1, 1, Media(Kind.SHOW, {}, "Twin Peaks")),
    ],
)
def test_what_cannot_be_named_is_refused_and_never_sent(media):
    parcel = Parcel([Play(media, AT)], _values)
    assert (len(parcel), parcel.body, len(parcel.unnamed)) == (0, {}, 1)


SENT = [
    Play(HEAT_HERE, AT),
    Play(HEAT_HERE, AT + 60),
    Play(episode(1, 1), AT),
    Play(episode(1, 2), AT),
    Play(episode(2, 1), AT),
    Play(episode(9, 9, keys=("episode:6543",)), AT),
]


@pytest.mark.parametrize(
    ("not_found", "refused"),
    [
        ({"movies": [], "shows": [], "people": []}, []),
        ({"movies": [{"ids": {"imdb": "tt0113277", "tmdb": "949"}}]}, [0, 1]),
        ({"shows": [{"ids": {"tvdb": "70533"}}]}, [2, 3, 4]),
        ({"shows": [{"ids": {"tvdb": 70533}, "seasons": [{"number": 1}]}]}, [2, 3]),
        ({"shows": [{"ids": {"tvdb": 70533}, "seasons": [{"number": 1, "episodes": [{"number": 2}]}]}]}, [3]),
        ({"shows": [{"ids": {"tvdb": 70533}, "seasons": [{"number": 1}, {"number": 2}]}]}, [2, 3, 4]),
        ({"episodes": [{"ids": {"trakt": 6543, "tvdb": None}}]}, [5]),
        ({"movies": [{"ids": {"imdb": "tt0000111"}}]}, None),
        ({"movies": [{"ids": {}}]}, None),
        ({"people": [{"ids": {"trakt": 1}}]}, None),
        ({"shows": [{"ids": {"tvdb": 70533}, "seasons": [{"number": 7}]}]}, None),
        ({"ids": [23]}, None),
    ],
)
def test_every_shape_of_not_found_means_exactly_its_records(not_found, refused):
    found = Parcel(SENT, _values).refused(not_found)
    assert refused == (None if found is None else sorted(SENT.index(refusal.record) for refusal in found))


@pytest.mark.parametrize(("value", "told"), [(10, 1), (90, 9), (100, 10)])
def test_a_rating_is_told_as_a_whole_number_with_its_date(value, told):
    assert rating_values(Rating(HEAT_HERE, AT, value=value)) == {"rating": told, "rated_at": "2026-11-01T20:05:00.000Z"}


EPISODE_WITH_IDS = episode(1, 1, ids={"tvdb": "797571", "imdb": "tt0756514"})


def test_an_episode_is_named_by_its_own_id_before_its_place():
    assert Parcel([Rating(EPISODE_WITH_IDS)], bare).body == {"episodes": [{"ids": {"tvdb": 797571}}]}
    assert list(Parcel([Play(episode(1, 1, ids={"imdb": "tt0756514"}))], bare).body) == ["shows"]


@pytest.mark.parametrize("order", ["dvd", "absolute", "own"])
def test_a_place_in_another_order_is_never_sent(order):
    parcel = Parcel([Play(msgspec.structs.replace(episode(1, 3), order=order))], bare)
    assert (parcel.body, [refusal.why for refusal in parcel.unnamed]) == ({}, [NUMBERED_OTHERWISE])
    by_id = msgspec.structs.replace(EPISODE_WITH_IDS, order=order)
    assert Parcel([Play(by_id)], bare).body == {"episodes": [{"ids": {"tvdb": 797571}}]}


def test_a_removal_never_names_a_show_for_what_is_under_it():
    parcel = Parcel([Rating(episode(1, 1)), Rating(Media(Kind.SEASON, parent=PEAKS_HERE, season=1))], bare, flat)
    assert (parcel.body, len(parcel.unnamed)) == ({}, 2)
    assert list(Parcel([Rating(EPISODE_WITH_IDS)], bare, flat).body) == ["episodes"]


def test_bodies_are_those_the_contract_describes():
    if not SPEC.exists():
        pytest.skip(f"the published contract is not here: {SPEC}")
    spec = json.loads(SPEC.read_text().replace('"oneOf"', '"anyOf"'))  # its unions are no exclusive ones
    plays = [*SENT, Play(EPISODE_WITH_IDS, AT), Play(PEAKS_HERE, AT)]
    stars = [Rating(HEAT_HERE, AT, value=80), Rating(EPISODE_WITH_IDS, AT, value=80), Rating(PEAKS_HERE, AT, value=80)]
    for path, parcel in (
        ("/sync/history", Parcel(plays, _values)),
        ("/sync/ratings", Parcel(stars, rating_values)),
        ("/sync/ratings/remove", Parcel(stars, bare, flat)),
        ("/sync/watchlist", Parcel(plays, bare)),
        ("/sync/watchlist/remove", Parcel(stars, bare, flat)),
        ("/sync/collection", Parcel(plays, copy_values)),
        ("/sync/collection/remove", Parcel(stars, bare, flat)),
    ):
        schema = spec["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        jsonschema.validate(parcel.body, schema | {"components": spec.get("components", {})})


@pytest.mark.parametrize("field", ["season", "number", "year"])
def test_a_number_that_no_database_can_hold_is_not_believed(field):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f'{{"episode": {{"{field}": {10**20}}}}}', type=Row)
