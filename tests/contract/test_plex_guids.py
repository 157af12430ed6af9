"""What each form of Plex GUID names, after the table of forms and the collected corpus."""

import csv
import json
import os
from pathlib import Path

import pytest

from watchweave.core.media import Kind
from watchweave.services.plex.guids import Names, names, parse

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED", Path(__file__).parents[3] / "shared"))
IDS = SHARED / "data" / "ids"
DVD = "-dvd"
"""The corpus says the order of the numbers with the database: `tvdb-dvd` is TVDB in DVD order."""
corpus_here = pytest.mark.skipif(not IDS.is_dir(), reason=f"the public id tables are not at {IDS}")


@corpus_here
def test_every_guid_of_the_corpus_is_read_as_it_says():
    with (IDS / "plex_guid_corpus.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = []
    for row in rows:
        name = parse(row["guid"], Kind[row["plex_type"].upper()])
        space = name.space + DVD if name and name.order == "dvd" else name.space if name else ""
        found = (space, name.value, name.season, name.number) if name else ("", "", None, None)
        number = [int(row[key]) if row[key] else None for key in ("season", "episode")]
        if found != (row["expected_provider"], row["expected_id"], *number):
            wrong.append((row["guid"], found))
    assert len(rows) == 57
    assert wrong == []


@corpus_here
def test_real_sets_of_ids_name_their_own_level_only():
    sets = json.loads((IDS / "plex_guid_sets_real.json").read_text())
    assert len(sets) == 13
    for entry in sets:
        kind = Kind[entry["type"].upper()]
        found = names(kind, entry.get("guid", ""), entry["Guid"])
        said = [text.partition("://")[::2] for text in entry["Guid"]]
        once = {space: value for space, value in said if [s for s, _ in said].count(space) == 1}
        assert {space: value for space, value in found.ids.items() if space != "plex"} == once
        assert found.show == {}


@corpus_here
@pytest.mark.parametrize("other", [Kind.MOVIE, Kind.SHOW, Kind.SEASON, Kind.EPISODE])
def test_a_guid_of_the_corpus_that_says_its_kind_is_nothing_on_another(other):
    """Those of Plex itself, of NFO and of people's own providers; and a place in a show on a film."""
    typed = ("plex://", "tv.plex.agents.nfo.movie://movie/tmdb", "tv.plex.agents.custom.")
    with (IDS / "plex_guid_corpus.csv").open(newline="") as file:
        rows = [(row["guid"], Kind[row["plex_type"].upper()], row["season"]) for row in csv.DictReader(file)]
    foreign = [guid for guid, kind, _ in rows if guid.startswith(typed) and kind is not other]
    placed = [guid for guid, _, season in rows if season and other is Kind.MOVIE]
    assert len(foreign) + len(placed) == {Kind.MOVIE: 6 + 10, Kind.SHOW: 8, Kind.SEASON: 8, Kind.EPISODE: 8}[other]
    assert [guid for guid in foreign + placed if parse(guid, other)] == []


@corpus_here
def test_what_a_show_is_told_of_by_its_episode_is_never_an_id_of_the_episode():
    with (IDS / "plex_guid_corpus.csv").open(newline="") as file:
        placed = [row for row in csv.DictReader(file) if row["season"]]
    for row in placed:
        found = names(Kind[row["plex_type"].upper()], row["guid"])
        assert (found.ids, found.show) == ({}, {row["expected_provider"].removesuffix(DVD): row["expected_id"]})
    assert len(placed) == 10


@corpus_here
def test_the_show_with_two_ids_of_one_database_keeps_those_that_are_said_once():
    sets = json.loads((IDS / "plex_guid_sets_real.json").read_text())
    constantine = next(entry for entry in sets if entry.get("title") == "Constantine")
    found = names(Kind.SHOW, "", constantine["Guid"])
    assert found.ids == {"imdb": "tt0081846", "tmdb": "1430"}


def test_the_ids_of_an_episode_are_never_those_of_its_show():
    found = names(Kind.EPISODE, "plex://episode/5d9c135046115600200d30a2", ["imdb://tt3157186", "tmdb://65153"])
    assert found.ids == {"plex": "5d9c135046115600200d30a2", "imdb": "tt3157186", "tmdb": "65153"}
    assert found.show == {}


def test_an_older_agent_names_the_show_and_the_place_in_it():
    found = names(Kind.EPISODE, "com.plexapp.agents.thetvdb://70533/1/3?lang=en")
    assert (found.ids, found.show, found.season, found.number) == ({}, {"tvdb": "70533"}, 1, 3)


HAMA = "com.plexapp.agents.hama://"
MAL = "net.fribbtastic.coding.plex.myanimelist://"


@pytest.mark.parametrize(
    ("guid", "show", "order"),
    [
        ("com.plexapp.agents.thetvdb://70533/1/3?lang=en", {"tvdb": "70533"}, ""),
        ("com.plexapp.agents.thetvdbdvdorder://73244/1/3?lang=en", {"tvdb": "73244"}, "dvd"),
        ("com.plexapp.agents.themoviedb://1399/1/3?lang=en", {"tmdb": "1399"}, ""),
        (f"{HAMA}tvdb-81797/1/3?lang=en", {"tvdb": "81797"}, ""),
        (f"{HAMA}tvdb1-81797/1/3", {"tvdb": "81797"}, ""),
        (f"{HAMA}tvdb2-81797/1/3", {"tvdb": "81797"}, "own"),
        (f"{HAMA}tvdb3-81797/1/3", {"tvdb": "81797"}, "absolute"),
        (f"{HAMA}tvdb4-81797/1/3", {"tvdb": "81797"}, "absolute"),
        (f"{HAMA}tvdb5-81797/1/3", {"tvdb": "81797"}, "own"),
        (f"{HAMA}tvdb9-81797/1/3", {"tvdb": "81797"}, "own"),
        (f"{HAMA}anidb-17449/1/3?lang=en", {"anidb": "17449"}, "anidb"),
        (f"{HAMA}anidb-a17449/1/3", {"anidb": "17449"}, "anidb"),
        (f"{HAMA}anidb2-17449/1/3", {"anidb": "17449"}, "own"),
        (f"{HAMA}anidb4-17449/1/3", {"anidb": "17449"}, "own"),
        (f"{HAMA}tsdb-1234/1/3", {"tmdb": "1234"}, ""),
        (f"{MAL}52305/1/3?lang=en", {"mal": "52305"}, "mal"),
    ],
)
def test_an_agent_says_in_which_order_it_numbers(guid, show, order):
    found = names(Kind.EPISODE, guid)
    assert (found.ids, found.show, found.season, found.number, found.order) == ({}, show, 1, 3, order)
    season = names(Kind.SEASON, guid.partition("?")[0].rpartition("/")[0])
    assert (season.show, season.season, season.order) == (show, 1, order)


@pytest.mark.parametrize(
    ("guid", "order"),
    [
        (f"{HAMA}tvdb3-81797/0/3", ""),
        (f"{HAMA}tvdb4-81797/0/3", ""),
        (f"{HAMA}tvdb2-81797/0/3", "own"),
        (f"{HAMA}anidb-17449/0/3", "anidb"),
        ("com.plexapp.agents.thetvdbdvdorder://73244/0/3", "dvd"),
    ],
)
def test_specials_are_never_counted_through(guid, order):
    assert names(Kind.EPISODE, guid).order == order


def test_a_show_itself_and_ids_of_its_own_level_say_no_order():
    assert names(Kind.SHOW, "com.plexapp.agents.thetvdbdvdorder://73244") == Names({"tvdb": "73244"}, {})
    assert names(Kind.EPISODE, "plex://episode/5d9c135046115600200d30a2", ["tvdb://268891"]).order == ""


def test_two_different_values_in_one_space_are_neither():
    found = names(Kind.SHOW, "", ["tvdb://74995", "tvdb://282121", "tmdb://1430", "tmdb://1430"])
    assert found.ids == {"tmdb": "1430"}


def test_two_different_values_in_guid_and_list_are_neither_whatever_their_form():
    found = names(Kind.MOVIE, "com.plexapp.agents.imdb://tt0113277?lang=en", ["imdb://tt0080339", "TMDB://949"])
    assert found.ids == {"tmdb": "949"}


def test_two_shows_named_by_one_episode_are_neither_and_its_place_stays():
    found = names(
        Kind.EPISODE,
        "com.plexapp.agents.thetvdb://70533/1/3",
        ["com.plexapp.agents.hama://tvdb-81797/1/3", "tvdb://127131"],
    )
    assert (found.ids, found.show, found.season, found.number) == ({"tvdb": "127131"}, {}, 1, 3)


@pytest.mark.parametrize(
    ("guid", "kind", "space", "value"),
    [
        ("com.plexapp.agents.hama://anidb-a17449", Kind.SHOW, "anidb", "17449"),
        ("com.plexapp.agents.hama://imdb-tt0388629", Kind.SHOW, "imdb", "tt0388629"),
        ("com.plexapp.agents.themoviedb://1399", Kind.SHOW, "tmdb", "1399"),
        ("tv.plex.agents.nfo.series://show/tvdb_121361", Kind.SHOW, "tvdb", "121361"),
        ("tv.plex.agents.nfo.movie://movie/imdb_tt0113277", Kind.MOVIE, "imdb", "tt0113277"),
        ("tv.plex.agents.custom.own.thing://show/tvdb_series_121361", Kind.SHOW, "tvdb", "121361"),
        ("tv.plex.agents.custom.own.thing://episode/imdb-tt1480055", Kind.EPISODE, "imdb", "tt1480055"),
        ("tv.plex.agents.custom.own.thing://somewhere/tmdb949", Kind.MOVIE, "", ""),
        ("com.plexapp.agents.youtube://youtube|dQw4w9WgXcQ|more", Kind.EPISODE, "youtube", "dQw4w9WgXcQ"),
        ("com.plexapp.agents.xbmcnfo://12345678901", Kind.MOVIE, "", ""),
        ("com.plexapp.agents.musicbrainz://abc/1", Kind.TRACK, "", ""),
        ("com.plexapp.agents.plexmusic://gracenote/1", Kind.TRACK, "", ""),
        ("TVDB://121361?lang=de", Kind.SHOW, "tvdb", "121361"),
    ],
)
def test_forms_that_the_corpus_lacks(guid, kind, space, value):
    name = parse(guid, kind)
    assert ((name.space, name.value) if name else ("", "")) == (space, value)


@pytest.mark.parametrize(
    ("guid", "kind"),
    [
        ("com.plexapp.agents.thetvdb://70533", Kind.MOVIE),  # a series number on a film
        ("com.plexapp.agents.thetvdb://70533", Kind.EPISODE),  # an episode without its place
        ("com.plexapp.agents.hama://tmdb-23150", Kind.SHOW),  # a film number on a show
        ("com.plexapp.agents.xbmcnfotv://281249/x/13", Kind.EPISODE),
        ("tv.plex.agents.custom.some.where://show/tmdb-show-105", Kind.EPISODE),
        ("tv.plex.agents.custom.some.where://show/tmdb-105", Kind.EPISODE),
        ("tv.plex.agents.nfo.series://show/tvdb_121361", Kind.EPISODE),
        ("tv.plex.agents.nfo.movie://movie/tmdb_383498", Kind.SHOW),
        ("com.plexapp.agents.themoviedb://1399/1/2", Kind.MOVIE),  # a place in a show
        ("com.plexapp.agents.hama://anidb-17449/1/4", Kind.MOVIE),
        ("plex://movie/5d7768ba96b655001fdc0408", Kind.EPISODE),  # another kind than the object
        ("plex://movie/5D77", Kind.MOVIE),
        ("tmdb://0", Kind.MOVIE),
        ("imdb://tt0000000", Kind.MOVIE),
        ("tmdb://123456789012", Kind.MOVIE),
        ("://", Kind.MOVIE),
        ("com.plexapp.agents.hama://", Kind.SHOW),
        ("com.plexapp.agents.youtube://youtube", Kind.EPISODE),
        ("\x00://\ud83c/%%%", Kind.MOVIE),
    ],
)
def test_what_cannot_be_read_for_certain_is_nothing(guid, kind):
    assert parse(guid, kind) is None


def test_an_unknown_scheme_is_reported_once_and_not_once_an_object(caplog):
    caplog.set_level("INFO")
    for number in range(1, 4):
        assert parse(f"quite.new.agent://{number}", Kind.MOVIE) is None
    assert [record.message.count("quite.new.agent") for record in caplog.records] == [1]
