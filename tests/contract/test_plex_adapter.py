"""The adapter on the simulated Plex: what it reads and writes, and with how many requests (reference, section 17)."""

import pytest

from tests.contract.plex_desk import Desk, Everything
from watchweave.core.media import Kind, Media
from watchweave.core.records import Copy, Play, Rating, Watched, Wish
from watchweave.errors import Incomplete, SignInNeeded, Unavailable, UnexpectedAnswer
from watchweave.sandbox import faults

HOUR, DAY = 3600, 86_400
LIBRARY = "/library/sections/"


@pytest.fixture
def desk():
    return Desk()


def of(kind, records):
    return [record for record in records if type(record) is kind]


def keyed(kind, records, key):
    return [record for record in of(kind, records) if record.media.key == key]


def test_a_complete_reading_tells_of_every_item_once(desk):
    reading, records = desk.read()
    assert (reading.complete, reading.partial) == (True, "")
    assert len(of(Copy, records)) == 8 + 2 + 4 + 20
    assert {record.media.key for record in of(Copy, records)} == {str(key) for key in desk.plex.server.library.items}
    assert of(Play, records) == of(Watched, records) == of(Rating, records) == []


def test_an_episode_is_named_by_its_show_its_place_and_its_own_ids(desk):
    _, records = desk.read()
    work = desk.plex.work("s1.2.5")
    (copy,) = keyed(Copy, records, desk.key("s1.2.5"))
    assert (copy.media.season, copy.media.number) == (2, 5)
    assert copy.media.ids["plex"] == work.ids["plex"]
    assert copy.media.parent.ids["tmdb"] == str(work.show.ids["tmdb"])
    assert copy.media.parent.keys == (desk.key("s1"),)


def test_the_requests_of_a_first_reading_are_those_it_needs(desk):
    desk.read()
    assert sorted(desk.asked()) == sorted(
        [
            "GET /api/v2/user",
            "GET /identity",
            "GET /library/sections",
            "GET /accounts",
            "GET /status/sessions/history/all",
            f"GET {LIBRARY}1/all",
            *[f"GET {LIBRARY}2/all"] * 3,
        ]
    )


def test_a_playback_is_a_play_with_the_id_of_its_history_row_and_a_flag(desk):
    at = int(desk.world.now()) - 2 * DAY
    desk.plex.watch("nate", "m1", at)
    _, records = desk.read()
    (play,) = of(Play, records)
    (row,) = desk.plex.server.library.history
    assert (play.media.key, play.at, play.clock, play.key) == (desk.key("m1"), at, "second", f"history:{row.key}")
    assert [(flag.media.key, flag.at) for flag in of(Watched, records)] == [(desk.key("m1"), at)]


def test_a_mark_without_a_history_row_is_one_play_at_its_time(desk):
    at = int(desk.world.now()) - 2 * DAY
    desk.plex.mark("nate", "s1.1.1", at)
    _, records = desk.read()
    key = desk.key("s1.1.1")
    assert [(play.key, play.at) for play in of(Play, records)] == [(f"view:{key}:{at}", at)]


def test_two_views_on_different_days_are_two_plays_and_no_count_becomes_a_third(desk):
    days = [int(desk.world.now()) - days * DAY for days in (9, 2)]
    for at in days:
        desk.plex.watch("nate", "m1", at)
    desk.state("m1").count = 7
    _, records = desk.read()
    assert sorted(play.at for play in of(Play, records)) == days


def test_what_other_people_watch_is_not_ours(desk):
    desk.plex.person("friend")
    desk.plex.watch("friend", "m1", int(desk.world.now()) - DAY)
    desk.plex.rate("friend", "m2", 3)
    _, records = desk.read()
    assert of(Play, records) == of(Watched, records) == of(Rating, records) == []


def test_an_idle_look_costs_three_requests_and_tells_nothing(desk):
    desk.plex.watch("nate", "s1.1.1", int(desk.world.now()) - DAY)
    reading, _ = desk.read()
    for _ in range(3):
        desk.later()
        reading, records = desk.read(reading.cursor)
        assert (reading.complete, records) == (False, [])
        assert sorted(desk.asked()) == [f"GET {LIBRARY}1/all", f"GET {LIBRARY}2/all", f"GET {LIBRARY}2/all"]


def test_one_film_watched_is_told_with_one_more_request(desk):
    reading, _ = desk.read()
    desk.later()
    desk.plex.watch("nate", "m3")
    desk.later(5)
    reading, records = desk.read(reading.cursor)
    assert {type(record) for record in records} == {Copy, Watched, Play}
    assert {record.media.key for record in records} == {desk.key("m3")}
    assert [play.key.partition(":")[0] for play in of(Play, records)] == ["history"]
    assert len(desk.asked()) == 4
    assert desk.asked().count("GET /status/sessions/history/all") == 1


def test_a_row_that_the_overlap_brings_again_is_not_told_again(desk):
    reading, _ = desk.read()
    desk.later()
    desk.plex.watch("nate", "m3")
    for told in (3, 0, 0):
        desk.later(5)
        reading, records = desk.read(reading.cursor)
        assert len(records) == told


def test_an_episode_marked_is_found_through_its_show(desk):
    reading, _ = desk.read()
    desk.later()
    desk.plex.mark("nate", "s2.1.4")
    at = int(desk.world.now())
    reading, records = desk.read(reading.cursor)
    (play,) = of(Play, records)
    (flag,) = of(Watched, records)
    assert (play.key, play.media.key) == (f"view:{desk.key('s2.1.4')}:{at}", desk.key("s2.1.4"))
    assert (flag.media.key, flag.media.parent.ids["plex"]) == (desk.key("s2.1.4"), desk.plex.work("s2").ids["plex"])
    assert len(desk.asked()) == 5


def test_an_episode_rated_soon_after_another_one_was_watched_is_not_overlooked(desk):
    reading, _ = desk.read()
    desk.later()
    desk.plex.watch("nate", "s1.1.1")
    desk.later(10)
    reading, _ = desk.read(reading.cursor)
    desk.later(10)
    desk.plex.rate("nate", "s1.1.2", 7)
    desk.later()
    reading, records = desk.read(reading.cursor)
    assert [(one.media.key, one.value) for one in of(Rating, records)] == [(desk.key("s1.1.2"), 70)]
    desk.later()
    reading, records = desk.read(reading.cursor)
    assert (records, len(desk.asked())) == ([], 3)


def test_what_lands_late_with_a_time_before_the_last_look_is_not_overlooked(desk):
    desk.plex.rate("nate", "m1", 8)
    desk.later(10)
    reading, _ = desk.read()
    desk.plex.rate("nate", "m2", 6, int(desk.world.now()) - 60)
    desk.later()
    _, records = desk.read(reading.cursor)
    assert [(one.media.key, one.value) for one in of(Rating, records)] == [(desk.key("m2"), 60)]


def test_a_rating_of_a_film_watched_long_ago_does_not_bring_its_history(desk):
    desk.plex.mark("nate", "m1", int(desk.world.now()) - 300 * DAY)
    reading, _ = desk.read()
    desk.later()
    desk.plex.rate("nate", "m1", 8)
    _, records = desk.read(reading.cursor)
    assert {type(one) for one in records} == {Copy, Watched, Rating}
    assert len(desk.asked()) == 3


@pytest.mark.parametrize("uid", ["m2", "s1", "s1.2", "s1.2.3"])
def test_a_rating_of_anything_is_news(desk, uid):
    reading, _ = desk.read()
    desk.later()
    desk.plex.rate("nate", uid, 7.5999999046)
    at = int(desk.world.now())
    _, records = desk.read(reading.cursor)
    assert [(one.media.key, one.value, one.at) for one in of(Rating, records)] == [(desk.key(uid), 76, at)]


def test_a_file_dated_years_ahead_hides_nothing(desk):
    item = desk.plex.item("m1")
    item.added = int(desk.world.now()) + 1000 * DAY
    desk.plex.server.library.changed()
    reading, _ = desk.read()
    desk.later()
    desk.plex.rate("nate", "m2", 9)
    _, records = desk.read(reading.cursor)
    assert [one.media.key for one in of(Rating, records)] == [desk.key("m2")]


def test_a_server_that_refuses_groups_of_dates_is_asked_date_by_date(desk):
    reading, _ = desk.read()
    desk.later()
    desk.plex.rate("nate", "m2", 9)
    desk.world.faults.order(faults.Status(400), "plex.server", path="/library/sections/1/all")
    reading, records = desk.read(reading.cursor)
    assert [one.value for one in of(Rating, records)] == [90]
    desk.later()
    _, records = desk.read(reading.cursor)
    assert records == []
    assert len([one for one in desk.world.requests.all if "push" in one.query]) == 0


def test_a_library_that_is_gone_leads_to_a_complete_reading(desk):
    reading, _ = desk.read()
    del desk.plex.server.library.sections[1]
    reading, records = desk.read(reading.cursor)
    assert reading.complete
    assert len(of(Copy, records)) == 2 + 4 + 20


def test_only_the_chosen_libraries_are_read_and_their_history():
    desk = Desk(libraries=("Movies",))
    desk.plex.watch("nate", "m1", int(desk.world.now()) - DAY)
    desk.plex.watch("nate", "s1.1.1", int(desk.world.now()) - DAY)
    _, records = desk.read()
    assert {record.media.kind for record in records} == {Kind.MOVIE}
    assert len(of(Play, records)) == 1


def test_a_library_chosen_later_is_read_at_once(desk):
    desk.options = {"libraries": ("Movies",)}
    reading, _ = desk.read()
    desk.options = {"libraries": ("Movies", "TV Shows")}
    reading, records = desk.read(reading.cursor)
    assert reading.complete
    assert len(of(Copy, records)) == 8 + 2 + 4 + 20


def test_a_cursor_of_another_version_leads_to_a_complete_reading(desk):
    assert desk.read('{"since": 5}')[0].complete


def test_a_chosen_library_that_does_not_exist_is_named():
    with pytest.raises(UnexpectedAnswer, match="no library is called"):
        Desk(libraries=("Filme",)).read()


def test_two_copies_of_a_film_are_two_keys_with_the_same_ids():
    desk = Desk(traps=True)
    (film,) = desk.world.catalogue.traps["two libraries"]
    _, records = desk.read()
    copies = [one.media for one in of(Copy, records) if one.media.ids.get("plex") == film.ids["plex"]]
    assert len(copies) == 2
    assert len({media.key for media in copies}) == 2
    assert copies[0].ids == copies[1].ids


def test_both_copies_are_rated_and_marked():
    desk = Desk(traps=True)
    (film,) = desk.world.catalogue.traps["two libraries"]
    assert desk.add("ratings", Rating(desk.media(film.uid), None, 80)) == []
    assert len([one for one in desk.world.requests.all if one.path == "/:/rate"]) == 2


def test_a_page_that_fails_midway_makes_the_reading_incomplete(desk):
    desk.world.faults.order(faults.Cap(4), "plex.server", path="/library/sections/1/all", times=-1)
    desk.world.faults.order(faults.Status(500), "plex.server", path="/library/sections/1/all", skip=1, times=-1)
    with pytest.raises(Incomplete):
        desk.read()


def test_a_server_that_falls_silent_after_the_films_leaves_an_incomplete_reading(desk):
    desk.world.faults.order(faults.Status(503), "plex.server", path="/library/sections/2/all", times=-1)
    with pytest.raises(Incomplete):
        desk.read()


def test_a_count_that_does_not_fit_makes_the_reading_incomplete(desk):
    desk.world.faults.order(faults.Count(3), "plex.server", path="/library/sections/1/all", times=-1)
    with pytest.raises(Incomplete):
        desk.read()


def test_pages_smaller_than_asked_for_are_all_read(desk):
    desk.world.faults.order(faults.Cap(3), "plex.server", path="/library/sections/2/all", times=-1)
    _, records = desk.read()
    assert len(of(Copy, records)) == 34


def test_a_bad_token_is_a_sign_in_that_is_needed_and_never_an_empty_reading(desk):
    desk.drawer["token"] = "worn-out"
    with pytest.raises(SignInNeeded):
        desk.read()


def test_a_bad_token_at_the_server_alone_is_a_sign_in_that_is_needed(desk):
    reading, _ = desk.read()
    desk.world.faults.order(faults.Status(401), "plex.server", path="/library", times=-1)
    with pytest.raises(SignInNeeded):
        desk.read(reading.cursor)


def test_a_rating_goes_there_and_back(desk):
    at = int(desk.world.now()) - 30 * DAY
    assert desk.add("ratings", Rating(desk.media("m1"), at, 86), Rating(desk.media("s1.2"), None, 40)) == []
    _, records = desk.read()
    assert {(one.media.key, one.value, one.at) for one in of(Rating, records)} == {
        (desk.key("m1"), 86, at),
        (desk.key("s1.2"), 40, int(desk.world.now())),
    }
    assert desk.remove("ratings", Rating(desk.media("m1"), None, 86)) == []
    assert desk.state("m1").rating is None


def test_a_rating_of_the_future_is_given_now(desk):
    assert desk.add("ratings", Rating(desk.media("m1"), int(desk.world.now()) + DAY, 86)) == []
    assert desk.state("m1").rated_at == int(desk.world.now())


def test_what_left_the_library_is_refused_and_the_others_are_written(desk):
    gone = Media(Kind.MOVIE, {}, "Gone", keys=("99999",))
    elsewhere = Media(Kind.MOVIE, {}, "Only wished", keys=("movie/5d776883ebdf2200209c104e",))
    records = [Rating(gone, None, 50), Rating(elsewhere, None, 50), Rating(desk.media("m1"), None, 50)]
    assert [refusal.record for refusal in desk.add("ratings", *records)] == records[:2]
    assert desk.state("m1").rating == 5


def test_marking_reads_first_and_marks_each_item_once(desk):
    assert desk.add("watched", Watched(desk.media("m1")), Watched(desk.media("m2"))) == []
    assert desk.add("watched", Watched(desk.media("m1")), Watched(desk.media("m3"))) == []
    assert [desk.state(uid).count for uid in ("m1", "m2", "m3")] == [1, 1, 1]
    assert len(desk.asked()) == 3


def test_a_whole_season_is_marked_by_one_request(desk):
    episodes = [Watched(desk.media(f"s1.1.{number}")) for number in range(1, 6)]
    assert desk.add("watched", *episodes) == []
    assert [one.query for one in desk.world.requests.all if one.path == "/:/scrobble"] == [
        f"key={desk.key('s1.1')}&identifier=com.plexapp.plugins.library"
    ]
    assert [desk.state(f"s1.1.{number}").count for number in range(1, 6)] == [1] * 5
    assert len(desk.asked()) == 4


def test_a_season_of_which_one_episode_is_not_meant_is_marked_by_its_episodes(desk):
    assert desk.add("watched", *(Watched(desk.media(f"s1.1.{number}")) for number in range(1, 5))) == []
    assert [desk.state(f"s1.1.{number}").count for number in range(1, 6)] == [1, 1, 1, 1, 0]


def test_a_season_that_is_watched_in_part_is_marked_by_its_episodes(desk):
    desk.plex.watch("nate", "s1.1.1", int(desk.world.now()) - DAY)
    episodes = [Watched(desk.media(f"s1.1.{number}")) for number in range(1, 6)]
    assert desk.add("watched", *episodes) == []
    assert [desk.state(f"s1.1.{number}").count for number in range(1, 6)] == [1] * 5


def test_unmarking_unmarks_and_leaves_the_history_alone(desk):
    desk.plex.watch("nate", "m1", int(desk.world.now()) - DAY)
    assert desk.remove("watched", Watched(desk.media("m1"))) == []
    _, records = desk.read()
    assert of(Watched, records) == []
    assert len(of(Play, records)) == 1


def test_a_key_that_names_another_title_after_a_rebuild_is_refused(desk):
    before = Watched(desk.media("m1"))
    desk.plex.rebuild()
    (refusal,) = desk.add("watched", before)
    assert "rebuilt" in refusal.why
    assert desk.world.requests.writes() == []


def test_a_scrobble_whose_answer_is_lost_is_not_sent_again(desk):
    desk.world.faults.order(faults.Drop(applied=True), "plex.server", path="/:/scrobble", times=-1)
    with pytest.raises(Unavailable):
        desk.add("watched", Watched(desk.media("m1")))
    assert desk.state("m1").count == 1


def test_a_batch_done_in_part_is_unclear_and_not_unsent(desk):
    desk.world.faults.order(faults.Refuse(), "plex.server", path="/:/scrobble", skip=1, times=-1)
    with pytest.raises(Unavailable) as caught:
        desk.add("watched", Watched(desk.media("m1")), Watched(desk.media("m2")))
    assert type(caught.value) is Unavailable


def test_the_watchlist_goes_there_and_back(desk):
    wish = Wish(Media(Kind.MOVIE, {"plex": desk.plex.work("x1").ids["plex"]}, "x1"))
    assert desk.add("watchlist", wish) == []
    reading, wishes = desk.read(shelf="watchlist")
    assert reading.complete
    ids = desk.plex.work("x1").ids
    assert [one.media.ids for one in wishes] == [{s: str(ids[s]) for s in ids if s in ("imdb", "tmdb", "tvdb", "plex")}]
    assert wishes[0].media.keys == (f"movie/{ids['plex']}",)
    assert desk.remove("watchlist", wish) == []
    assert desk.read(shelf="watchlist")[1] == []


def test_what_is_so_already_is_done(desk):
    wish = Wish(desk.media("x1"))
    assert desk.add("watchlist", wish) == desk.add("watchlist", wish) == []
    assert desk.remove("watchlist", wish) == desk.remove("watchlist", wish) == []


def test_a_wish_without_its_plex_id_is_found_by_another_one(desk):
    wish = Wish(Media(Kind.MOVIE, {"imdb": str(desk.plex.work("x2").ids["imdb"])}, "x2"))
    nothing = Wish(Media(Kind.MOVIE, {"imdb": "tt99999999"}, "Nothing"))
    assert [refusal.record for refusal in desk.add("watchlist", wish, nothing)] == [nothing]
    assert list(desk.plex.discover.of(desk.plex.user("nate"))) == [desk.plex.work("x2").ids["plex"]]


def test_known_wishes_cost_one_request_and_unknown_ones_one_more_for_all(desk):
    for number in range(1, 5):
        desk.plex.want("nate", f"x{number}", int(desk.world.now()) - number)
    desk.read(shelf="watchlist")
    assert len(desk.asked()) == 2
    desk.known = Everything(*(f"movie/{desk.plex.work(f'x{number}').ids['plex']}" for number in range(1, 5)))
    _, wishes = desk.read(shelf="watchlist")
    assert len(desk.asked()) == 1
    assert [set(one.media.ids) for one in wishes] == [{"plex"}] * 4


def test_the_stamp_of_the_watchlist_is_one_request_and_moves_with_it(desk):
    def stamp():
        return desk.run(lambda service: service.shelves["watchlist"].stamp())

    desk.plex.want("nate", "x1", 1)
    first = stamp()
    assert (stamp(), len(desk.asked())) == (first, 1)
    desk.plex.want("nate", "x2", 2)
    assert stamp() != first


def test_the_token_is_never_in_an_address(desk):
    desk.plex.want("nate", "x1", 1)
    desk.read()
    desk.read(shelf="watchlist")
    desk.add("watched", Watched(desk.media("m1")))
    token = desk.drawer["token"]
    assert all(token not in one.path + one.query for one in desk.world.requests.all)


def test_an_identity_is_the_person_and_the_libraries_in_use():
    desk = Desk()
    whole = desk.run(lambda service: service.identity())
    assert (whole.person, whole.name) == (desk.plex.owner.uuid, "nate")
    assert len(desk.asked()) == 4
    desk.options = {"libraries": ("Movies",)}
    assert desk.run(lambda service: service.identity()).scope != whole.scope
    desk.options = {}
    desk.plex.rebuild(new_sections=True)
    assert desk.run(lambda service: service.identity()).scope != whole.scope


def test_one_record_that_plex_refuses_is_refused_alone(desk):
    desk.world.faults.order(faults.Status(400), "plex.server", path="/:/rate")
    records = [Rating(desk.media(uid), None, 50) for uid in ("m1", "m2", "m3")]
    (refusal,) = desk.add("ratings", *records)
    assert sum(desk.state(uid).rating == 5 for uid in ("m1", "m2", "m3")) == 2
    assert "refused" in refusal.why
