"""The demo's household: real titles with true ids, two people, and records that differ a little between services."""

import csv
import os
from collections import Counter, defaultdict
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from watchweave.core.media import clean_ids
from watchweave.sandbox.household import household
from watchweave.sandbox.playing import play_out
from watchweave.sandbox.titles import INVENTED, titles
from watchweave.sandbox.world import DAY, START, Clock, World

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED", Path(__file__).parents[2] / ".." / "shared"))
SEEDS = (1, 2, 77)
ALL = ("plex", "trakt", "letterboxd", "imdb", "serializd")
remembered = cache(household)


@pytest.fixture(scope="module")
def home():
    return household()


def table(name):
    path = SHARED / "data" / "ids" / name
    if not path.exists():
        pytest.skip(f"the public table {name} is not here (WATCHWEAVE_SHARED)")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def deeds(home, service, verb, person=None):
    return [d for d in home.deeds if (d.service, d.verb) == (service, verb) and person in (None, d.person)]


def plays(home, service, person):
    """work -> its dated plays."""
    found = defaultdict(set)
    for deed in deeds(home, service, "watch", person):
        if deed.at is not None:
            found[deed.uid].add(deed.at)
    return found


def values(home, service, verb):
    return {(d.person, d.uid): d.value for d in deeds(home, service, verb)}


# Titles


def test_there_are_several_hundred_films_and_many_shows():
    catalogue = titles()
    assert len(catalogue.of("movie")) >= 320
    assert len(catalogue.of("show")) >= 60
    assert all(work.runtime > 0 and work.title == work.title.strip() for work in catalogue.of("movie", "show"))
    assert all(
        show.seasons and all(season.episodes for season in show.seasons.values()) for show in catalogue.of("show")
    )


def test_every_id_is_well_formed():
    for work in titles():
        assert clean_ids(work.ids) == {space: str(value) for space, value in work.ids.items()}, work


def test_no_two_works_of_a_kind_share_an_id_and_no_two_works_an_imdb_id():
    found = Counter()
    for work in titles():
        for space, value in work.ids.items():
            found["" if space in ("imdb", "plex") else work.kind, space, value] += 1
    assert [name for name, count in found.items() if count > 1] == []


def test_invented_numbers_are_far_above_the_public_ones():
    for work in titles():
        invented = {"trakt"} if work.kind in ("movie", "show") else {"trakt", "tmdb", "tvdb", "imdb"}
        for space in work.ids.keys() - {"slug", "plex"}:
            number = int(str(work.ids[space]).removeprefix("tt"))
            assert (number > INVENTED) == (space in invented), (work, space)


def test_ids_of_films_do_not_contradict_the_public_tables():
    pairs = {row["imdb_id"]: row for row in table("movielens_imdb_tmdb_title_year.csv")}
    by_number = {row["tmdb_movie_id"]: row["imdb_id"] for row in pairs.values()}
    top = {row["tmdb_movie_id"]: row for row in table("tmdb_top10k_movie_titles.csv")}
    for film in titles().of("movie"):
        imdb, tmdb = film.ids["imdb"], str(film.ids["tmdb"])
        assert imdb in pairs or tmdb in top, film
        assert by_number.get(tmdb, imdb) == imdb, film
        if imdb in pairs:
            assert pairs[imdb]["tmdb_movie_id"] == tmdb, film
            assert abs(int(pairs[imdb]["year"]) - film.year) <= 1, film
        if tmdb in top:
            assert abs(int(top[tmdb]["release_date"][:4]) - film.year) <= 1, film


def test_ids_of_shows_do_not_contradict_the_public_table():
    rows = {row["imdb_id"]: row for row in table("tvmaze_shows_imdb_tvdb_title.csv") if row["imdb_id"]}
    known = [show for show in titles().of("show") if show.ids["imdb"] in rows]
    assert len(known) > 40
    for show in known:
        row = rows[show.ids["imdb"]]
        assert (row["tvdb_series_id"], row["name"]) == (str(show.ids["tvdb"]), show.title)
        assert row["premiered"][:4] == str(show.year)


# People and what they did


def test_two_people_live_there_and_have_years_of_plays(home):
    assert [person.name for person in home.people] == ["mara", "jonas"]
    for person in home.people:
        times = [at for work in plays(home, "trakt", person.name).values() for at in work]
        assert len(times) > 1_500
        assert max(times) - min(times) > (person.years - 1) * 365 * DAY
        assert home.end - max(times) < 14 * DAY


def test_the_same_seed_gives_the_same_household():
    one, other = household(5), household(5)
    assert one.deeds == other.deeds
    assert one.library == other.library


def test_another_seed_gives_another_household():
    one, other = household(5), household(6)
    assert one.deeds != other.deeds
    assert one.library != other.library


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("end", [START, START - 1_000 * DAY + 12_345])
def test_nothing_is_done_before_its_release_year_nor_after_the_end(seed, end):
    home = remembered(seed, end)
    for deed in home.deeds:
        work = home.catalogue[deed.uid]
        if deed.at is not None:
            assert deed.at <= end, deed
            assert datetime.fromtimestamp(deed.at, UTC).year >= (work.year or 0), (deed, work)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_watched_or_rated_in_the_library_before_it_came_there(seed):
    home = remembered(seed)
    added = {shelved.uid: shelved.added for shelved in home.library}
    for deed in deeds(home, "plex", "watch") + deeds(home, "plex", "rate"):
        work = home.catalogue[deed.uid]
        assert added[(work.show or work).uid] <= (deed.at or home.end), deed


@pytest.mark.parametrize("seed", SEEDS)
def test_most_plays_are_at_both_services_and_one_in_twenty_is_not(seed):
    home = remembered(seed)
    held = {shelved.uid for shelved in home.library}
    for person in home.people:
        here, there = (
            {(uid, at) for uid, times in plays(home, s, person.name).items() for at in times} for s in ("plex", "trakt")
        )
        there = {(uid, at) for uid, at in there if uid.split(".")[0] in held}
        differing = len(here ^ there) / len(here | there)
        assert 0.04 < differing < 0.08
        apart = {(uid, at) for uid, at in here - there if (uid, at - 180) in there - here}
        assert apart
        assert here - there - apart
        assert there - here - {(uid, at - 180) for uid, at in apart}


@pytest.mark.parametrize("seed", SEEDS)
def test_ratings_differ_here_and_there(seed):
    home = remembered(seed)
    plex, trakt = values(home, "plex", "rate"), values(home, "trakt", "rate")
    assert set(plex) - set(trakt)
    assert {uid for _, uid in set(trakt) - set(plex)} & {shelved.uid for shelved in home.library}
    both = [(plex[key], trakt[key]) for key in plex.keys() & trakt.keys()]
    far = [pair for pair in both if abs(pair[0] - pair[1]) >= 10]
    assert 0 < len(far) < len(both) / 10


def test_ratings_are_half_points_at_plex_and_whole_ones_at_trakt(home):
    plex, trakt = values(home, "plex", "rate").values(), values(home, "trakt", "rate").values()
    assert {value % 5 for value in plex} == {0}
    assert any(value % 10 for value in plex)
    assert {value % 10 for value in trakt} == {0}
    assert all(10 <= value <= 100 for value in [*plex, *trakt])
    assert len(set(trakt)) >= 7


@pytest.mark.parametrize("seed", SEEDS)
def test_wishes_are_for_what_was_never_watched_and_some_are_on_one_side_only(seed):
    home = remembered(seed)
    plex, trakt = set(values(home, "plex", "want")), set(values(home, "trakt", "want"))
    assert plex - trakt
    assert trakt - plex
    assert len(plex & trakt) > 60
    watched = {(d.person, d.uid.split(".")[0]) for d in home.deeds if d.verb in ("watch", "tick")}
    assert not (plex | trakt) & watched


def test_some_films_are_ticked_as_watched_at_one_service_without_a_true_date(home):
    ticked = {s: {(d.person, d.uid): d.at for d in deeds(home, s, "tick")} for s in ("plex", "trakt")}
    assert {person for person, _ in ticked["plex"]} == {person for person, _ in ticked["trakt"]} == {"mara", "jonas"}
    assert set(ticked["trakt"].values()) == {None}
    other = {(d.person, d.uid) for d in home.deeds if d.verb != "tick"}
    assert not (ticked["plex"].keys() | ticked["trakt"].keys()) & other
    assert not ticked["plex"].keys() & ticked["trakt"].keys()


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_saw_a_film_twice_on_one_weekend_and_one_film_again_years_later(seed):
    home = remembered(seed)
    for person in home.people:
        films = {uid: sorted(at) for uid, at in plays(home, "trakt", person.name).items() if uid.startswith("m")}
        gaps = [later - at for times in films.values() for at, later in pairwise(times)]
        assert any(gap < 2 * DAY for gap in gaps)
        assert any(gap > 365 * DAY for gap in gaps)


def test_weekend_evenings_are_spent_watching_more_often(home):
    evenings = {at // DAY for work in plays(home, "trakt", "mara").values() for at in work if at % DAY > 17 * 3_600}
    by_weekday = Counter((day + 3) % 7 for day in evenings)
    assert min(by_weekday[day] for day in (4, 5, 6)) > 1.5 * max(by_weekday[day] for day in range(4))


def test_shows_are_watched_in_runs_of_several_episodes(home):
    evenings = Counter(
        (uid.split(".")[0], at // DAY) for uid, t in plays(home, "trakt", "jonas").items() if "." in uid for at in t
    )
    assert sum(count >= 3 for count in evenings.values()) > 200


def test_the_library_lacks_some_titles_and_cannot_name_all_it_holds(home):
    held = {shelved.uid for shelved in home.library}
    assert 0.7 < len(held & {film.uid for film in home.catalogue.of("movie")}) / len(home.catalogue.of("movie")) < 0.95
    names = Counter(shelved.names for shelved in home.library)
    assert names["new"] > 500
    assert names["old"] >= 5
    assert names["none"] >= 1
    assert all(home.catalogue[shelved.uid].ids == {} for shelved in home.library if shelved.names == "none")
    assert any(home.catalogue[d.uid].ids == {} for d in deeds(home, "plex", "watch"))
    assert not any(home.catalogue[d.uid].ids == {} for d in home.deeds if d.service == "trakt")


# The simulated services


@pytest.fixture(scope="module")
def played(home):
    world = World(home.catalogue, Clock(home.end))
    return world, play_out(home, world)


def person_at(trakt, name):
    return next(account for account in trakt.accounts if account.name == name)


def test_it_is_the_end_when_all_is_played_out(home, played):
    world, services = played
    assert world.now() == home.end
    assert world.services == {name: getattr(services, name) for name in ALL}
    assert services.plex.owner.name == "mara"


def test_the_server_holds_the_library_as_it_was_named(home, played):
    plex = played[1].plex
    held = {item.work.uid: item for item in plex.server.library.items.values() if item.kind in ("movie", "show")}
    assert {uid: item.added for uid, item in held.items()} == {s.uid: s.added for s in home.library}
    forms = {"new": "plex://", "old": "com.plexapp.agents.", "none": "local://"}
    assert all(held[s.uid].guid.startswith(forms[s.names]) for s in home.library)


def test_plex_holds_what_each_person_watched_ticked_and_rated(home, played):
    plex = played[1].plex
    for name, user in plex.server.users.items():
        states = {item.work.uid: state for item, state in user.view.states.items()}
        views = Counter(d.uid for verb in ("watch", "tick") for d in deeds(home, "plex", verb, name))
        assert {uid: state.count for uid, state in states.items() if state.count} == views
        ratings = {d.uid: (d.value / 10, d.at) for d in deeds(home, "plex", "rate", name)}
        assert {u: (s.rating, s.rated_at) for u, s in states.items() if s.rating is not None} == ratings


def test_plex_has_a_row_of_history_for_each_play_and_none_for_ticks(home, played):
    server = played[1].plex.server
    people = {user.account: name for name, user in server.users.items()}
    rows = Counter((people[row.account], row.item.work.uid, row.at) for row in server.library.history)
    assert rows == Counter((d.person, d.uid, d.at) for d in deeds(home, "plex", "watch"))


def test_plex_and_trakt_hold_the_wishes_with_their_dates(home, played):
    plex, trakt = played[1].plex, played[1].trakt
    for name, user in plex.server.users.items():
        wanted = {s: {d.uid: d.at for d in deeds(home, s, "want", name)} for s in ("plex", "trakt")}
        by_plex_id = {home.catalogue[uid].ids["plex"]: at for uid, at in wanted["plex"].items()}
        assert plex.discover.of(user) == by_plex_id
        assert {entry.work.uid: entry.at for entry in person_at(trakt, name).watchlist} == wanted["trakt"]


def test_trakt_holds_what_each_person_watched_and_rated(home, played):
    trakt = played[1].trakt
    for name in ("mara", "jonas"):
        account = person_at(trakt, name)
        told = [d for verb in ("watch", "tick") for d in deeds(home, "trakt", verb, name)]
        rows = Counter((play.work.uid, play.at) for play in account.history.plays.values())
        assert rows == Counter((d.uid, d.at or 0) for d in told)
        ratings = {d.uid: (d.value // 10, d.at) for d in deeds(home, "trakt", "rate", name)}
        assert {uid: (rating.value, rating.at) for uid, rating in account.ratings.items()} == ratings
