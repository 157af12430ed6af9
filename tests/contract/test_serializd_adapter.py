"""The adapter on the simulated Serializd: signing in, what it reads, and with how many requests."""

import asyncio

import pytest

from tests.cli.place import open_place
from tests.contract.serializd_desk import DAY, EMAIL, HOUR, PASSWORD, Desk
from watchweave.core.media import Kind
from watchweave.core.records import Like, Play, Rating, Review, Tags, Watched
from watchweave.errors import SignInNeeded, Unavailable, UnexpectedAnswer
from watchweave.sandbox import faults
from watchweave.sandbox.serializd import Serializd as Simulated
from watchweave.sandbox.serializd_rules import Options

LOOK = ["GET profile_v2_part_1"]
NEWS = ["GET diary", "GET reviewspage_v3"]
SEASON = "GET show/season_v2_part_3"
PROFILE = "/profile_v2_part_1/mara"


@pytest.fixture
def desk():
    return Desk()


def log_in(desk, **given):
    asyncio.run(desk.adapter.sign_in_by_password(desk.vault, {"email": EMAIL, "password": PASSWORD} | given))


def read_on(desk):
    """What a complete reading leaves, and a run later."""
    cursor = desk.read()[0].cursor
    desk.next_run()
    return cursor


def keys(records, kind=Play):
    return sorted(record.key if kind is Play else record.media.key for record in records if type(record) is kind)


# The account


def test_the_person_is_known_by_her_name(desk):
    identity = asyncio.run(desk.adapter.identity())
    assert (identity.person, desk.asked()) == ("mara", ["POST validateauthtoken"])


def test_an_idle_look_at_all_shelves_is_one_request(desk):
    async def all_stamps():
        return await asyncio.gather(*(desk.adapter.shelves[name].stamp() for name in ("history", "watchlist")))

    assert all(asyncio.run(all_stamps()))
    assert desk.asked() == LOOK


def test_an_idle_sync_is_one_request(tmp_path):
    with open_place(tmp_path, Simulated) as place:
        serializd = place.world.services["serializd"]
        member = serializd.join("nate", email=EMAIL, password=PASSWORD)
        member.watch(place.work("s1.1.1"))
        at_serializd = {"url": f"{place.served.url('serializd')}/api", "token": serializd.sign_in.token(member)}
        place.nate["accounts"] = {"serializd": at_serializd}
        place.write()
        assert [place.run("sync").code for _ in range(2)] == [0, 0]
        place.requests.clear()
        assert place.run("sync").code == 0
        assert [one.path for one in place.requests] == ["/mobile/page/profile_v2_part_1/nate"]


def test_a_token_without_a_name_is_asked_for_it_once(desk):
    del desk.vault["username"], desk.vault["named"]
    desk.next_run()
    desk.stamp()
    asyncio.run(desk.adapter.identity())
    assert desk.asked() == ["POST validateauthtoken", *LOOK]
    desk.next_run()
    desk.stamp()
    assert desk.asked() == LOOK


def test_the_name_that_belongs_to_another_token_is_not_believed(desk):
    jon = desk.simulated.join("jon", email="jon@example.org", password="x")
    desk.vault["token"] = desk.simulated.sign_in.token(jon)
    desk.next_run()
    desk.stamp()
    assert desk.world.requests.all[-1].path == "/mobile/page/profile_v2_part_1/jon"


def test_an_ended_token_is_checked_once_and_then_the_person_is_needed(desk):
    desk.simulated.sign_in.expire(desk.person)
    for _ in range(2):
        with pytest.raises(SignInNeeded, match="watchweave login"):
            desk.stamp()
    assert desk.asked() == [*LOOK, "POST validateauthtoken"]
    with pytest.raises(SignInNeeded):
        desk.read("watchlist")
    assert desk.asked().count("POST validateauthtoken") == 1


def test_a_token_that_another_program_has_saved_meanwhile_is_taken(desk):
    desk.simulated.sign_in.expire(desk.person)
    token = desk.simulated.sign_in.token(desk.person)
    desk.vault |= {"token": token, "named": token}
    assert desk.stamp()
    assert desk.asked() == LOOK * 2


def test_where_the_password_is_kept_an_ended_token_is_renewed_by_itself(desk):
    desk.vault |= {"email": EMAIL, "password": PASSWORD}
    desk.simulated.sign_in.expire(desk.person)
    ended = desk.vault["token"]
    desk.next_run()
    assert desk.stamp()
    assert desk.asked() == [*LOOK, "POST validateauthtoken", "POST login", *LOOK]
    assert desk.vault["token"] != ended


def test_a_kept_password_that_is_wrong_is_tried_once(desk):
    desk.vault |= {"email": EMAIL, "password": "old"}
    desk.simulated.sign_in.expire(desk.person)
    desk.next_run()
    for _ in range(2):
        with pytest.raises(SignInNeeded):
            desk.stamp()
    assert desk.asked().count("POST login") == 1


def test_a_401_to_a_token_that_is_good_is_asked_again(desk):
    desk.world.faults.order(faults.Status(401), path="profile")
    assert desk.stamp()
    assert desk.asked() == [*LOOK, "POST validateauthtoken", *LOOK]


# Signing in


@pytest.mark.parametrize("nested", [False, True])
def test_a_password_is_traded_for_a_token_which_alone_is_kept(nested):
    desk = Desk(Options(user_nested=nested))
    desk.vault.clear()
    log_in(desk)
    assert desk.vault.keys() == {"token", "username", "named"}
    assert (desk.vault["username"], desk.vault["named"]) == ("mara", desk.vault["token"])


def test_a_wrong_password_is_told_and_tried_at_one_address_only(desk):
    with pytest.raises(SignInNeeded, match="password is wrong"):
        log_in(desk, password="guess")
    assert desk.asked() == ["POST login"]


def test_where_the_first_address_is_dead_the_next_is_tried_and_remembered(desk):
    desk.simulated.dead |= {"serializd", "serializd-mobile"}
    log_in(desk)
    desk.next_run()
    desk.stamp()
    assert [one.host for one in desk.world.requests.all] == ["serializd-desktop-mobile"]


def test_the_last_address_has_its_pages_for_phones_on_the_same_host(desk):
    desk.simulated.dead |= {"serializd", "serializd-mobile", "serializd-desktop", "serializd-desktop-mobile"}
    log_in(desk)
    desk.next_run()
    assert desk.stamp()
    assert desk.world.requests.all[-1].host == "serializd-www"


def test_where_nobody_answers_that_is_said(desk):
    desk.simulated.dead |= {host.name for host in desk.simulated.hosts}
    with pytest.raises(Unavailable, match="nobody answered"):
        log_in(desk)


def test_an_address_in_the_settings_is_the_only_one_tried():
    desk = Desk(url="https://serializddesktop.onrender.com/api")
    desk.simulated.dead.add("serializd-desktop")
    with pytest.raises(Unavailable):
        log_in(desk)
    assert {one.host for one in desk.world.requests.all} == {"serializd-desktop"}


def test_a_machine_that_sleeps_is_waited_for():
    desk = Desk(Options(cold_start=50))
    log_in(desk)
    desk.next_run()
    desk.world.clock.advance(HOUR)
    assert desk.stamp()


# Pace


def test_requests_come_one_by_one_and_a_fifth_of_a_second_apart(desk):
    desk.person.enter(desk.works["s1.1.1"])
    desk.person.watch(desk.works["s2.1"])
    desk.person.want(desk.works["s3"])

    async def whole(shelf):
        async for _ in (await desk.adapter.shelves[shelf].read(None)).records:
            pass

    async def all_at_once():
        await asyncio.gather(whole("history"), whole("watchlist"), desk.adapter.identity())

    asyncio.run(all_at_once())
    apart = [later - before for before, later in zip(desk.door.times, desk.door.times[1:], strict=False)]
    assert (desk.door.most, len(apart) > 8) == (1, True)
    assert min(apart) > 0.199


# Reading all there is


def test_an_entry_is_a_play_at_the_time_that_it_says(desk):
    at = int(desk.world.now()) - 900 * DAY
    entry = desk.person.enter(desk.works["s1.1.2"], at)
    reading, (play,) = desk.read()
    assert (reading.complete, play.key, play.at, play.clock) == (True, f"diary:{entry.id}", at, "second")
    show, season = desk.works["s1"], desk.works["s1.1"]
    assert play.media.keys == (f"episode:{show.ids['tmdb']}:{season.ids['tmdb']}:2",)
    assert (play.media.season, play.media.number, play.media.ids) == (1, 2, {})
    assert (play.media.parent.ids, play.media.parent.title) == ({"tmdb": str(show.ids["tmdb"])}, show.title)


def test_what_is_logged_and_not_in_the_diary_is_a_play_known_by_its_mark(desk):
    desk.person.watch(desk.works["s1.0.1"], at=1_700_000_000)
    play, mark = sorted(desk.read()[1], key=lambda record: type(record).__name__)
    assert (play.key, play.clock) == (f"log:{desk.works['s1.0'].ids['tmdb']}:1", "mark")
    assert (type(mark), mark.at, play.at) == (Watched, 1_700_000_000, 1_700_000_000)
    assert (mark.media.season, mark.media.number, mark.media.parent.title) == (0, 1, desk.works["s1"].title)


def test_what_is_logged_and_in_the_diary_is_one_play(desk):
    entry = desk.person.enter(desk.works["s1.1.2"])
    desk.person.watch(desk.works["s1.1.2"])
    records = desk.read()[1]
    assert keys(records) == [f"diary:{entry.id}"]
    assert len(keys(records, Watched)) == 1


def test_a_mere_rating_is_no_play_and_a_viewing_of_a_season_is_one_of_the_season(desk):
    desk.person.rate(desk.works["s1.1.1"], 7)
    entry = desk.person.enter(desk.works["s2.1"])
    records = desk.read()[1]
    assert [(one.key, one.media.kind) for one in records if type(one) is Play] == [(f"diary:{entry.id}", Kind.SEASON)]


def test_a_viewing_of_a_whole_show_is_told_by_its_episodes_alone(desk):
    desk.person.enter(desk.works["s1"])
    plays = desk.held(Play)
    assert {play.media.kind for play in plays} == {Kind.EPISODE}
    assert (len(plays), {play.clock for play in plays}) == (7, {"mark"})


def test_the_newest_rating_counts_and_0_is_none(desk):
    work, now = desk.works["s1.1.1"], desk.world.now()
    for value, at in ((4, now), (9, now - 900 * DAY)):
        desk.person.rate(work, value, at)
        desk.world.clock.advance(HOUR)
    desk.person.enter(work)
    (rating,) = desk.held(Rating)
    assert (rating.value, rating.at) == (90, int(now) - 900 * DAY)


def test_a_rating_given_with_a_viewing_long_past_is_as_old_as_its_entry(desk):
    now = int(desk.world.now())
    desk.person.enter(desk.works["s2.1.1"], now - 900 * DAY, rating=6)
    assert [(one.value, one.at) for one in desk.held(Rating)] == [(60, now)]


def test_shows_seasons_and_episodes_have_ratings(desk):
    for uid, value in (("s1", 1), ("s2.1", 5), ("s3.1.2", 10)):
        desk.person.rate(desk.works[uid], value)
    found = {rating.media.kind: rating.value for rating in desk.held(Rating)}
    assert found == {Kind.SHOW: 10, Kind.SEASON: 50, Kind.EPISODE: 100}


def test_reviews_hearts_and_tags_are_those_of_entries(desk):
    desk.person.review(desk.works["s1.1"], "The butler did it.", spoiler=True, like=True, tags=("slow", "rainy"))
    records = {type(record): record for record in desk.read()[1]}
    assert (records[Review].text, records[Review].spoiler) == ("The butler did it.", True)
    assert records[Like].media.kind is Kind.SEASON
    assert set(records[Tags].tags) == {"slow", "rainy"}


def test_the_place_of_a_season_that_an_entry_does_not_tell_is_looked_up():
    desk = Desk(Options(gaps=1))
    desk.person.enter(desk.works["s1.2.3"])
    (play,) = desk.held(Play)
    assert (play.media.season, play.media.number) == (2, 3)
    assert "GET show" in desk.asked()


def test_an_entry_of_a_season_that_is_no_more_is_still_there_and_no_special(desk):
    entry = desk.person.enter(desk.works["s1.2.3"])
    show = f"/show/{desk.works['s1'].ids['tmdb']}"
    desk.next_run({"/diary": lambda told: without_seasons(told), show: lambda told: told | {"seasons": []}})
    reading, (play,) = desk.read()
    assert (reading.partial, play.key, play.media.season, play.media.parent) == ("", f"diary:{entry.id}", None, None)


def without_seasons(told):
    return told | {"reviews": [row | {"showSeasons": []} for row in told["reviews"]]}


def test_a_first_reading_asks_once_for_each_season_and_never_for_a_show_that_the_diary_names(desk):
    for uid in ("s1.1.1", "s1.1.2", "s2.2.1"):
        desk.person.enter(desk.works[uid])
        desk.person.watch(desk.works[uid])
    desk.simulated.options.gaps = 0
    desk.read()
    assert desk.asked() == [*LOOK, *NEWS, "GET watchedpage_v2", SEASON, SEASON]


def test_a_season_marked_as_watched_says_nothing_of_its_episodes(desk):
    desk.person.mark(desk.works["s1.1"])
    assert desk.read()[1] == []
    assert SEASON in desk.asked()


@pytest.mark.parametrize("blind", [False, True])
def test_what_neither_diary_nor_marks_show_is_found_by_the_count_even_without_notes(desk, blind):
    desk.person.watch(desk.works["s2.2.1"])
    desk.person.put_in("watching", desk.works["s2"])
    desk.read()
    desk.forget()
    desk.next_run({"/user_information": lambda told: {"context": {}}} if blind else {})
    reading, records = desk.read()
    assert (reading.complete, reading.partial, len(keys(records, Watched))) == (True, "", 1)


def test_what_is_counted_and_found_nowhere_leaves_a_reading_partial_until_a_second_look_says_the_same(desk):
    desk.person.watch(desk.works["s1.1.1"])
    more = {PROFILE: lambda told: told | {"totalEpisodesWatched": told["totalEpisodesWatched"] + 2}}
    desk.next_run(more)
    reading, records = desk.read()
    assert ("2 were not found" in reading.partial, len(keys(records, Watched))) == (True, 1)
    reading, records = desk.read()
    assert (reading.complete, reading.partial) == (True, "")
    desk.person.watch(desk.works["s1.1.2"])
    desk.next_run(more)
    reading, records = desk.read(cursor=reading.cursor)
    assert (reading.complete, reading.partial, len(keys(records, Watched))) == (False, "", 1)


def test_logs_that_the_profile_still_counts_are_not_believed_to_be_gone_within_a_day(desk):
    desk.person.watch(desk.works["s1.1"], desk.works["s2.1"])
    desk.read()
    silent = {"/season_v2_part_3/1": lambda told: told | {"episodeLogs": told["episodeLogs"][:3]}}
    for _ in range(2):
        desk.next_run(silent)
        assert ["2 were not found" in desk.read()[0].partial for _ in range(2)] == [True, True]
    desk.world.clock.advance(DAY)
    desk.next_run(silent)
    assert desk.read()[0].partial == ""


@pytest.mark.parametrize("fault", [faults.Count(1), faults.Short(), faults.Untold(), faults.Html(), faults.Truncate()])
@pytest.mark.parametrize("path", ["/diary$", "/watchedpage_v2", "/reviewspage_v3"])
def test_a_listing_that_is_not_whole_is_no_reading(desk, fault, path):
    desk.person.enter(desk.works["s1.1.1"], rating=7)
    desk.person.mark(desk.works["s1.1"])
    desk.world.faults.order(fault, path=path, times=-1)
    try:
        assert desk.read()[0].partial
    except UnexpectedAnswer:
        assert isinstance(fault, faults.Html | faults.Truncate)


def test_a_row_that_comes_twice_makes_the_reading_partial(desk):
    for uid in ("s1.1.1", "s1.1.2"):
        desk.person.enter(desk.works[uid])
    desk.next_run({"/diary": lambda told: told | {"reviews": [told["reviews"][0]] * 2}})
    assert "twice" in desk.read()[0].partial


def test_what_was_logged_of_a_show_that_serializd_has_lost_is_not_taken_back(desk):
    desk.person.watch(desk.works["s1.1.1"], desk.works["s2.1.1"])
    before = desk.read()[1]
    desk.simulated.knowledge.unknown.add("s2")
    desk.next_run()
    reading, records = desk.read()
    assert (reading.complete, reading.partial) == (True, "")
    assert sorted(map(repr, records)) == sorted(map(repr, before))


def test_without_its_notes_a_reading_says_the_same(desk):
    desk.person.watch(desk.works["s1.1"], desk.works["s2.0.1"])
    desk.person.enter(desk.works["s1.1.1"], rating=8)
    first = desk.read()[1]
    desk.forget()
    assert sorted(map(repr, desk.read()[1])) == sorted(map(repr, first))


# Reading what is new


def test_an_episode_ticked_in_a_season_in_progress_costs_one_season(desk):
    desk.person.watch(desk.works["s1.1.1"], desk.works["s2.1.1"], at=desk.world.now() - DAY)
    desk.person.watch(desk.works["s1.1.2"])
    cursor = read_on(desk)
    desk.person.watch(desk.works["s1.1.3"])
    reading, records = desk.read(cursor=cursor)
    assert (reading.complete, len(keys(records)), len(keys(records, Watched))) == (False, 1, 1)
    assert desk.asked() == [*NEWS, *LOOK, "GET watchedpage_v2", SEASON]


def test_the_next_season_is_looked_at_after_the_one_that_is_finished(desk):
    desk.person.watch(desk.works["s1.1"])
    cursor = read_on(desk)
    desk.person.watch(desk.works["s1.2.1"])
    reading, records = desk.read(cursor=cursor)
    assert (reading.complete, [one.media.season for one in records]) == (False, [2, 2])
    assert desk.asked() == [*NEWS, *LOOK, "GET watchedpage_v2", SEASON]


def test_a_show_never_seen_before_is_found_without_reading_everything_again(desk):
    desk.person.watch(desk.works["s1.1.1"])
    cursor = read_on(desk)
    desk.person.watch(desk.works["s3.1.1"])
    reading, records = desk.read(cursor=cursor)
    assert (reading.complete, {one.media.parent.title for one in records}) == (False, {desk.works["s3"].title})
    elsewhere = ["GET user_information", "GET show", SEASON]
    assert desk.asked() == [*NEWS, *LOOK, "GET watchedpage_v2", SEASON, SEASON, *elsewhere]


def test_of_the_seasons_marked_as_watched_only_the_newest_are_looked_at():
    desk = Desk(Options(page_size=1))
    for number in (1, 2, 3):
        desk.person.mark(desk.works[f"s{number}.1"])
        desk.world.clock.advance(60)
    cursor = read_on(desk)
    desk.person.mark(desk.works["s1.2"])
    desk.person.watch(desk.works["s1.2"])
    reading, records = desk.read(cursor=cursor)
    assert (reading.complete, len(keys(records, Watched))) == (False, 3)
    assert desk.asked().count("GET watchedpage_v2") == 2


def test_an_entry_with_its_log_costs_its_season(desk):
    cursor = read_on(desk)
    entry = desk.person.enter(desk.works["s1.1.1"])
    desk.person.watch(desk.works["s1.1.1"])
    desk.simulated.options.gaps = 0
    reading, records = desk.read(cursor=cursor)
    assert (reading.complete, keys(records)) == (False, [f"diary:{entry.id}"])
    assert len(keys(records, Watched)) == 1
    assert desk.asked() == [*NEWS, *LOOK, SEASON]


def test_a_rewatch_and_a_rating_cost_no_season(desk):
    desk.person.enter(desk.works["s1.1.1"])
    desk.person.watch(desk.works["s1.1.1"])
    cursor = read_on(desk)
    entry = desk.person.enter(desk.works["s1.1.1"], is_rewatch=True, rating=9)
    reading, records = desk.read(cursor=cursor)
    assert (reading.complete, keys(records), len(keys(records, Rating))) == (False, [f"diary:{entry.id}"], 1)
    assert desk.asked() == [*NEWS, *LOOK]


def test_of_a_long_diary_two_pages_without_news_are_enough():
    desk = Desk(Options(disorder=0))
    for number in range(100):
        desk.person.enter(desk.works["s1.1.1"], rating=1 + number % 10)
        desk.world.clock.advance(60)
    cursor = read_on(desk)
    desk.person.enter(desk.works["s1.1.1"])
    desk.read(cursor=cursor)
    assert desk.asked() == ["GET diary"] * 3 + ["GET reviewspage_v3", *LOOK]


def test_a_late_entry_in_a_diary_in_disorder_is_found_or_all_is_read():
    desk = Desk(Options(page_size=3, disorder=30))
    for _ in range(40):
        desk.person.enter(desk.works["s1.1.1"])
        desk.world.clock.advance(60)
    cursor = read_on(desk)
    for uid in ("s1.1.2", "s2.1.1"):
        entry = desk.person.enter(desk.works[uid])
        reading, records = desk.read(cursor=cursor)
        assert f"diary:{entry.id}" in keys(records)
        cursor = reading.cursor


@pytest.mark.parametrize("deed", ["delete", "unwatch", "swap"])
def test_what_has_gone_is_told_by_reading_everything(desk, deed):
    entry = desk.person.enter(desk.works["s1.1.1"], rating=8)
    desk.person.watch(desk.works["s1.1.1"], desk.works["s1.1.2"], desk.works["s2.1.1"])
    cursor = read_on(desk)
    if deed == "delete":
        desk.person.delete(entry)
    else:
        desk.person.unwatch(desk.works["s1.1.2"])
    if deed == "swap":
        desk.add("watched", Watched(desk.media("s1.1.3")))
        desk.next_run()
    reading, records = desk.read(cursor=cursor)
    assert reading.complete
    assert len(keys(records, Watched)) == {"delete": 3, "unwatch": 2, "swap": 3}[deed]
    assert bool(keys(records, Rating)) == (deed != "delete")


def test_a_mark_that_has_become_an_entry_is_gone(desk):
    desk.person.watch(desk.works["s1.1.1"])
    cursor = read_on(desk)
    entry = desk.person.enter(desk.works["s1.1.1"])
    reading, records = desk.read(cursor=cursor)
    assert (reading.complete, keys(records)) == (True, [f"diary:{entry.id}"])


def test_news_from_news_goes_on(desk):
    desk.person.watch(desk.works["s1.1.1"])
    cursor = read_on(desk)
    for uid in ("s1.1.2", "s1.1.3", "s2.1.1"):
        desk.person.watch(desk.works[uid])
        desk.next_run()
        reading, records = desk.read(cursor=cursor)
        assert (reading.complete, len(keys(records, Watched))) == (False, 1)
        cursor = reading.cursor
    desk.next_run()
    assert desk.read(cursor=cursor)[1] == []


def test_the_stamp_moves_with_entries_and_logs_and_that_of_the_watchlist_with_shows(desk):
    stamps = [(desk.stamp(), desk.stamp("watchlist"))]
    for deed in (
        lambda: desk.person.watch(desk.works["s1.1.1"]),
        lambda: desk.person.rate(desk.works["s1.1"], 5),
        lambda: desk.person.want(desk.works["s2"]),
    ):
        deed()
        desk.next_run()
        stamps.append((desk.stamp(), desk.stamp("watchlist")))
    assert [len({stamp[side] for stamp in stamps}) for side in (0, 1)] == [3, 2]
