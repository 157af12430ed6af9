"""Plex's rows become media and records, as sections 4 to 7 of the reference describe the rows."""

import msgspec
import pytest

from watchweave.core.media import Kind, Media
from watchweave.core.records import Copy, Play, Rating, Watched, Wish
from watchweave.services.plex.convert import Row, Shows, Viewing, bare, further, media, play, rating, stars, state, wish
from watchweave.services.plex.reading import Views

PILOT = """{"ratingKey": "4130", "key": "/library/metadata/4130", "guid": "plex://episode/5d9c1359ef619b0020c7c9a1",
 "type": "episode", "title": "Pilot", "parentRatingKey": "4120", "parentGuid": "plex://season/602e",
 "grandparentRatingKey": "4100", "grandparentGuid": "plex://show/5d9c081b170e24001f2a7be4",
 "grandparentTitle": "Twin Peaks", "parentIndex": 1, "index": 1, "year": 1990, "duration": 5640000,
 "viewCount": 2, "lastViewedAt": 1772848866, "userRating": 9.0, "lastRatedAt": 1772849000, "rating": 8.1,
 "addedAt": 1408989944, "updatedAt": 1590245886, "Rating": [{"value": 1}],
 "Guid": [{"id": "imdb://tt0278238"}, {"id": "tmdb://152651"}, {"id": "tvdb://268891"}]}"""


def row(text="{}", **fields):
    return msgspec.json.decode(msgspec.json.encode({**msgspec.json.decode(text), **fields}), type=Row, strict=False)


def test_an_episode_names_its_show_by_key_and_guid_and_not_by_its_own_ids():
    shows = Shows()
    pilot = media(row(PILOT), shows)
    assert (pilot.kind, pilot.keys, pilot.season, pilot.number, pilot.runtime) == (Kind.EPISODE, ("4130",), 1, 1, 5640)
    assert pilot.ids == {
        "plex": "5d9c1359ef619b0020c7c9a1",
        "imdb": "tt0278238",
        "tmdb": "152651",
        "tvdb": "268891",
    }
    assert pilot.parent == Media(Kind.SHOW, {"plex": "5d9c081b170e24001f2a7be4"}, "Twin Peaks", keys=("4100",))
    assert media(row(PILOT, ratingKey="4131"), shows).parent is pilot.parent


@pytest.mark.parametrize("field", ["index", "parentIndex", "year", "duration", "viewCount", "lastViewedAt", "addedAt"])
@pytest.mark.parametrize("number", [10**20, -(10**20)])
def test_a_number_that_no_database_can_hold_is_not_believed(field, number):
    with pytest.raises(msgspec.ValidationError):
        row(PILOT, **{field: number})


def test_a_view_beyond_all_calendars_is_not_believed():
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode('{"viewedAt": 1000000000000}', type=Viewing, strict=False)


def test_the_own_row_of_a_show_gives_its_episodes_all_its_ids():
    shows = Shows()
    ids = [{"id": "tmdb://1920"}]
    media(row(type="show", ratingKey="4100", guid="plex://show/5d9c081b170e24001f2a7be4", Guid=ids), shows)
    assert media(row(PILOT), shows).parent.ids == {"plex": "5d9c081b170e24001f2a7be4", "tmdb": "1920"}


def test_a_film_has_its_original_title_beside_its_own():
    told = media(row(type="movie", ratingKey="1", title="Sieben", originalTitle="Se7en", year=1995), Shows())
    assert (told.title, told.original) == ("Sieben", "Se7en")


def test_an_older_guid_names_the_show_of_an_episode():
    old = row(PILOT, guid="com.plexapp.agents.thetvdb://70533/1/3?lang=en", Guid=[], grandparentGuid="")
    assert media(old, Shows()).parent.ids == {"tvdb": "70533"}


DVD = "com.plexapp.agents.thetvdbdvdorder://73244"
HAMA = "com.plexapp.agents.hama://tvdb4-331753"


def test_an_episode_counts_as_its_guid_says_though_plex_tells_the_numbers():
    dvd = media(row(PILOT, guid=f"{DVD}/1/3?lang=en", Guid=[], grandparentGuid=DVD, parentIndex=1, index=3), Shows())
    assert (dvd.parent.ids, dvd.season, dvd.number, dvd.order) == ({"tvdb": "73244"}, 1, 3, "dvd")
    assert media(row(PILOT), Shows()).order == ""


def test_a_further_episode_in_its_file_counts_as_it_does():
    dvd = media(row(PILOT, guid=f"{DVD}/1/1?lang=en", Guid=[], grandparentGuid=DVD), Shows())
    other = further(dvd, 2)
    assert (other.kind, other.ids, other.keys, other.aired) == (Kind.EPISODE, {}, ("4130/1/2",), None)
    assert (other.parent, other.season, other.number, other.order) == (dvd.parent, 1, 2, "dvd")


@pytest.mark.parametrize(
    ("show", "season", "order"),
    [
        (f"{DVD}?lang=en", 1, "dvd"),
        (HAMA, 3, "absolute"),
        (HAMA, 0, ""),
        ("plex://show/5d9c081b170e24001f2a7be4", 1, ""),
        ("local://77", 1, ""),
        ("", 1, ""),
        ("com.plexapp.agents.hama://anidb-17449", 1, "anidb"),
    ],
)
def test_an_episode_without_an_id_counts_as_its_show_does(show, season, order):
    told = row(PILOT, guid="local://4130", Guid=[], grandparentGuid=show, parentIndex=season)
    assert media(told, Shows()).order == order
    part = row(
        type="season", ratingKey="4120", guid="local://4120", index=season, parentRatingKey="41", parentGuid=show
    )
    assert media(part, Shows()).order == order


def test_a_season_counts_as_its_guid_says():
    told = row(type="season", ratingKey="4120", guid=f"{DVD}/2", index=2, parentRatingKey="4100")
    assert (media(told, Shows()).season, media(told, Shows()).order) == (2, "dvd")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1970-01-01", 0),
        ("1970-01-02", 1),
        ("1969-12-31", -1),
        ("1990-04-08", 7402),
        ("2000-02-29", 11016),
        ("1951-10-15", -6653),
        ("2021-02-29", None),
        ("1990-13-01", None),
        ("1990-04-31", None),
        ("0000-01-01", None),
        ("1990", None),
        ("1990-W01-1", None),
        ("19900408", None),
        ("1990-4-8", None),
        ("soon", None),
        ("", None),
        (19900408, None),
        (None, None),
        ("1990-04-08T00:00:00", None),
    ],
)
def test_the_day_an_episode_was_first_shown_is_believed_only_if_it_is_one(text, days):
    told = row(PILOT, originallyAvailableAt=text)
    assert media(told, Shows()).aired == days


def test_a_season_is_a_place_in_its_show():
    season = media(row(type="season", ratingKey="4120", index=1, parentRatingKey="4100", parentTitle="Dark"), Shows())
    assert (season.kind, season.season, season.number) == (Kind.SEASON, 1, None)
    assert season.parent == Media(Kind.SHOW, {}, "Dark", keys=("4100",))


def test_the_row_of_an_item_tells_that_it_is_there_watched_and_rated():
    pilot = media(row(PILOT), Shows())
    assert state(row(PILOT), pilot) == [
        Copy(pilot, 1408989944),
        Watched(pilot, 1772848866),
        Rating(pilot, 1772849000, 90),
    ]


def test_a_partial_view_is_not_watched():
    partial = row(type="movie", ratingKey="7", lastViewedAt=1772848866, addedAt=5)
    thing = media(partial, Shows())
    assert state(partial, thing) == [Copy(thing, 5)]


def test_the_sum_on_a_show_is_neither_a_flag_nor_a_play():
    show = row(type="show", ratingKey="8", viewCount=12, lastViewedAt=1772848866)
    thing = media(show, Shows())
    assert state(show, thing) == [Copy(thing)]


class Nothing:
    """Nothing is known from earlier."""

    def unknown(self, keys):
        return set(keys)


def viewed(item, viewings=()):
    """The views of an item that the history does not tell of."""
    views = Views(Nothing())
    views.note(item, media(item, Shows()))
    views.told(viewings)
    return views.rest()


def test_a_partial_view_and_the_sum_on_a_show_are_no_plays():
    assert viewed(row(type="movie", ratingKey="7", lastViewedAt=1772848866)) == []
    assert viewed(row(type="show", ratingKey="8", viewCount=12, lastViewedAt=1772848866)) == []


@pytest.mark.parametrize(("away", "told"), [(0, True), (-600, True), (600, True), (601, False), (-601, False)])
def test_a_view_without_a_history_row_near_it_is_a_play(away, told):
    film = row(type="movie", ratingKey="7", viewCount=3, lastViewedAt=1772848866)
    found = viewed(film, [Viewing(rating_key=7, type="movie", viewed_at=1772848866 + away)])
    assert found == ([] if told else [Play(Media(Kind.MOVIE, keys=("7",)), 1772848866, "view:7:1772848866", "mark")])


def test_a_history_row_of_an_item_that_was_listed_goes_by_its_key_alone():
    views = Views(Nothing())
    views.note(row(PILOT), media(row(PILOT), Shows()))
    here, gone = (Viewing("/h/9", key, "episode", "Pilot", "Dark", 1, 1, 5) for key in ("4130", "4131"))
    assert [play.media.keys for play in views.told([here, gone])] == [("4130",), ("4131",)]
    assert [play.media.parent for play in views.told([here, gone])] == [None, Media(Kind.SHOW, title="Dark")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7.5999999046", 76),
        ("9.96", 100),
        ("10", 100),
        ("0", 1),
        ("0.0", 1),
        ("-1", None),
        ('"8.6"', 86),
        ("null", None),
    ],
)
def test_ratings_lose_their_noise_and_only_a_negative_one_is_none(text, value):
    assert rating(row(f'{{"userRating": {text}}}').user_rating) == value


@pytest.mark.parametrize("value", range(1, 101))
def test_every_rating_comes_back_as_it_was_written(value):
    assert rating(float(stars(value))) == value


@pytest.mark.parametrize("kind", ["clip", "trailer", "photo", "artist", "", "something new"])
def test_what_is_neither_film_nor_series_is_skipped(kind):
    assert media(row(type=kind, ratingKey="9"), Shows()) is None


def test_live_television_is_skipped():
    assert media(row(type="episode", ratingKey="9", guid="tv.plex.xmltv://series/EP01767728"), Shows()) is None


def test_types_may_wander():
    film = row(type="movie", ratingKey=4130, year="1995", viewCount="2", lastViewedAt="1772848866", Guid=[])
    assert media(film, Shows()).keys == ("4130",)
    assert (film.view_count, film.last_viewed_at) == (2, 1772848866)


def test_a_history_row_of_a_deleted_episode_still_says_what_it_was():
    gone = Viewing("/status/sessions/history/9", "", "episode", "Pilot", "Twin Peaks", 1, 1, 1772848866, 1)
    show = Media(Kind.SHOW, title="Twin Peaks")
    assert bare(gone) == Media(Kind.EPISODE, title="Pilot", parent=show, season=1, number=1)
    assert bare(Viewing(type="season", title="Season 1")) is None


def test_a_wish_is_known_by_the_path_of_its_guid():
    heat = row(
        type="movie",
        ratingKey="5d776883ebdf2200209c104e",
        guid="plex://movie/5d776883ebdf2200209c104e",
        title="Heat",
        year=1995,
    )
    ids = {"plex": "5d776883ebdf2200209c104e"}
    assert wish(heat) == Wish(Media(Kind.MOVIE, ids, "Heat", 1995, keys=("movie/5d776883ebdf2200209c104e",)))


def test_rows_are_told_apart_by_any_field_that_matters():
    assert row(PILOT).digest() == row(PILOT, summary="new").digest()
    assert row(PILOT).digest() != row(PILOT, userRating=8.0).digest()


def test_a_view_without_a_time_is_a_play_of_unknown_date():
    viewing = Viewing(history_key="/status/sessions/history/7", rating_key="12", type="movie", viewed_at=0)
    told = play(bare(viewing), viewing)
    assert (told.at, told.clock, told.key) == (None, "unknown", "history:7")
