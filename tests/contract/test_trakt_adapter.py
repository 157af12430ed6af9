"""The adapter on the simulated Trakt: what it reads and writes, and with how many requests (reference, section 16)."""

import asyncio
from collections import Counter

import pytest
from msgspec.structs import replace

from tests.contract.trakt_desk import DAY, HOUR, Desk
from watchweave.core.media import Kind, Media
from watchweave.core.records import Copy, Play, Rating, Wish
from watchweave.errors import LimitReached, SignInNeeded, Stopped, Unavailable
from watchweave.sandbox import faults
from watchweave.sandbox.trakt_rules import Options


@pytest.fixture
def desk():
    return Desk()


def fill(desk, plays, *, apart=HOUR):
    """So many plays, the oldest first, of all films and episodes in turn."""
    works = [work for work in desk.works.of("movie", "episode") if work.on_trakt]
    begin = int(desk.world.now()) - plays * apart - HOUR
    for number in range(plays):
        desk.person.watch(works[number % len(works)], begin + number * apart)


def keys(records):
    return sorted(record.key for record in records)


def all_keys(desk):
    found = set()
    for work in desk.works.of("movie", "episode"):
        found.add(f"{work.kind}:{work.ids.get('trakt')}")
    return found


# The account


def test_the_person_is_the_uuid_and_is_asked_once_a_run(desk):
    async def twice():
        return await asyncio.gather(desk.trakt.identity(), desk.trakt.identity())

    first, second = asyncio.run(twice())
    assert first == second
    assert (first.person, first.name) == (desk.person.uuid, "Mara")
    assert desk.asked() == ["GET /users/settings"]
    desk.person.rename("mara-2")
    desk.next_run()
    assert asyncio.run(desk.trakt.identity()).person == first.person


def test_all_stamps_of_a_run_cost_one_request(desk):
    async def all_stamps():
        return await asyncio.gather(*(shelf.stamp() for shelf in desk.trakt.shelves.values()))

    assert all(asyncio.run(all_stamps()))
    assert desk.asked() == ["GET /sync/last_activities"]


@pytest.mark.parametrize(
    ("shelf", "deed"),
    [
        ("history", lambda m, w: m.watch(w["m1"])),
        ("history", lambda m, w: m.watch(w["s1.1.1"])),
        ("ratings", lambda m, w: m.rate(w["s1.1"], 7)),
        ("watchlist", lambda m, w: m.want(w["s1"])),
        ("collection", lambda m, w: m.collect(w["m1"])),
    ],
)
def test_a_stamp_moves_when_its_own_shelf_does_and_no_other(desk, shelf, deed):
    before = {name: desk.stamp(name) for name in desk.trakt.shelves}
    desk.world.clock.advance(60)
    deed(desk.person, desk.works)
    desk.next_run()
    assert [name for name in before if desk.stamp(name) != before[name]] == [shelf]


def test_a_deleted_app_a_locked_account_and_a_revoked_sign_in_are_told_apart():
    for spoil, kind in (
        (lambda desk: desk.simulated.delete_app(), Stopped),
        (lambda desk: setattr(desk.person, "locked", True), Stopped),
        (lambda desk: desk.simulated.sign_in.revoke(desk.person), SignInNeeded),
    ):
        desk = Desk()
        spoil(desk)
        with pytest.raises(kind):
            desk.stamp()


def test_an_expired_token_is_refreshed_once_for_all_shelves(desk):
    desk.simulated.sign_in.expire(desk.person)

    async def all_stamps():
        await asyncio.gather(desk.trakt.identity(), *(shelf.stamp() for shelf in desk.trakt.shelves.values()))

    asyncio.run(all_stamps())
    assert desk.asked().count("POST /oauth/token") == 1
    desk.next_run()
    desk.stamp()
    assert desk.asked() == ["GET /sync/last_activities"]


# Reading history


def test_a_play_is_read_with_all_ids_and_named_by_item_and_minute(desk):
    at = int(desk.world.now()) - DAY
    desk.person.watch(desk.works["s1.1.2"], at + 25)
    reading, (play,) = desk.read()
    work, show = desk.works["s1.1.2"], desk.works["s1"]
    assert (reading.complete, reading.partial, reading.count, reading.cursor) == (True, "", 1, str(at))
    assert (play.at, play.clock, play.key) == (at, "minute", f"episode:{work.ids['trakt']}@{at}")
    assert (play.media.kind, play.media.season, play.media.number) == (Kind.EPISODE, 1, 2)
    assert play.media.keys == (f"episode:{work.ids['trakt']}",)
    assert play.media.parent.keys == (f"show:{show.ids['trakt']}",)
    assert play.media.parent.ids["tmdb"] == str(show.ids["tmdb"])


def test_an_unknown_date_is_no_date(desk):
    desk.person.watch(desk.works["m1"], 0)
    _, (play,) = desk.read()
    assert (play.at, play.clock) == (None, "unknown")


def test_two_entries_in_one_minute_are_two_plays(desk):
    at = int(desk.world.now()) - DAY
    for _ in range(2):
        desk.person.watch(desk.works["m1"], at)
    _, plays = desk.read()
    name = f"movie:{desk.works['m1'].ids['trakt']}@{at}"
    assert keys(plays) == [name, f"{name}#2"]


def test_a_first_reading_goes_through_all_pages(desk):
    fill(desk, 1100)
    reading, plays = desk.read()
    assert (len(set(keys(plays))), reading.count, reading.partial) == (1100, 1100, "")
    assert desk.asked() == ["GET /sync/history"] * 5


def test_a_later_full_reading_takes_the_maps_and_says_the_same(desk):
    fill(desk, 1100)
    desk.person.watch(desk.works["m1"], 0)
    for _ in range(2):
        desk.person.watch(desk.works["m2"], int(desk.world.now()) - 400 * DAY)
    _, first = desk.read()
    desk.known.keys = all_keys(desk)
    desk.next_run()
    reading, second = desk.read()
    assert keys(second) == keys(first)
    assert {play.key: play.at for play in second} == {play.key: play.at for play in first}
    assert (reading.complete, reading.count, reading.partial) == (True, 1103, "")
    assert desk.asked() == ["GET /sync/history", "GET /users/me/watched/movies", "GET /users/me/watched/shows"]


def test_the_few_unknown_things_of_the_maps_are_looked_up_with_all_their_ids(desk):
    fill(desk, 1100)
    unknown = desk.works["m3"]
    for play in desk.person.history.of(unknown):
        desk.person.remove_play(play)
    desk.person.watch(unknown, int(desk.world.now()) - 900 * DAY)
    key = f"movie:{unknown.ids['trakt']}"
    desk.known.keys = all_keys(desk) - {key}
    _, plays = desk.read()
    (play,) = [play for play in plays if play.media.key == key]
    assert play.media.ids["imdb"] == unknown.ids["imdb"]
    assert desk.asked()[3:] == [f"GET /sync/history/movies/{unknown.ids['trakt']}"]


MOVIES, SHOWS = "/users/me/watched/movies", "/users/me/watched/shows"


@pytest.mark.parametrize(
    "rewrite",
    [
        {MOVIES: lambda found: {f"m{key}": times for key, times in found.items()}},
        {MOVIES: lambda found: {key: {"plays": 1} for key in found}},
        {MOVIES: lambda found: {key: times[1:] for key, times in found.items()}},
        {SHOWS: lambda found: {key: {"one": seasons} for key, seasons in found.items()}},
    ],
)
def test_maps_that_do_not_say_what_the_history_says_are_left_for_its_pages(desk, rewrite):
    fill(desk, 1100)
    desk.known.keys = all_keys(desk)
    desk.next_run(rewrite)
    reading, plays = desk.read()
    assert (reading.complete, reading.partial, len(set(keys(plays)))) == (True, "", 1100)
    assert desk.asked().count("GET /sync/history") == 5


def test_too_many_unknown_things_are_read_from_the_pages_of_the_history():
    desk = Desk(movies=400)
    fill(desk, 1100)
    desk.known.keys = {f"{play.work.kind}:{play.work.ids['trakt']}" for play in desk.plays()[:250]}
    assert len(desk.read()[1]) == 1100
    assert desk.asked().count("GET /sync/history") == 5


def test_a_history_that_changes_while_it_is_read_is_not_complete(desk):
    fill(desk, 900)
    watch = faults.Act(lambda: desk.person.watch(desk.works["m1"]))
    desk.world.faults.order(watch, method="GET", path="^/sync/history$")
    assert "moved from 900 to 901" in desk.read()[0].partial


def test_news_is_one_page_whose_count_is_that_of_the_whole_history(desk):
    fill(desk, 600)
    cursor = desk.read()[0].cursor
    desk.world.clock.advance(HOUR)
    new = desk.person.watch(desk.works["m1"])
    desk.next_run()
    reading, plays = desk.read(cursor=cursor)
    assert (reading.complete, reading.count, reading.cursor) == (False, 601, str(new.at))
    assert f"movie:{desk.works['m1'].ids['trakt']}@{new.at}" in keys(plays)
    assert desk.asked() == ["GET /sync/history"]


def test_news_of_an_empty_history_is_empty(desk):
    reading, plays = desk.read()
    assert (plays, reading.cursor, reading.count) == ([], "0", 0)
    assert desk.read(cursor="0")[0].partial == ""


@pytest.mark.parametrize(
    "fault",
    [
        faults.Status(520),
        faults.Count(-1),
        faults.Short(),
        faults.Empty(),
        faults.Html(),
    ],
)
def test_a_reading_that_is_not_proven_is_not_complete(desk, fault):
    fill(desk, 900)
    desk.world.faults.order(fault, path="^/sync/history", skip=2, times=3)
    reading, plays = desk.read()
    assert reading.partial
    assert len(plays) >= 500


def test_a_page_count_that_is_too_small_hides_nothing(desk):
    fill(desk, 900)
    desk.world.faults.order(faults.PageCount(-1), path="^/sync/history", times=-1)
    assert len(desk.read()[1]) == 900


# Writing history


def test_plays_are_added_by_public_ids_and_read_back_at_their_minute(desk):
    at = int(desk.world.now()) - DAY
    plays = [Play(desk.media("m1"), at), Play(desk.media("s1.1.1", "tvdb"), at), Play(desk.media("s1.2.1"), at + HOUR)]
    assert desk.add("history", *plays) == []
    assert desk.asked() == ["GET /users/settings", "POST /sync/history"]
    assert sorted((play.work.uid, play.at) for play in desk.plays()) == [
        ("m1", at),
        ("s1.1.1", at),
        ("s1.2.1", at + HOUR),
    ]
    _, back = desk.read()
    assert {play.at for play in back} == {at, at + HOUR}


def test_plays_of_things_trakt_has_a_number_for_go_by_it(desk):
    at = int(desk.world.now()) - DAY
    plays = [Play(desk.media(uid, keyed=True), at) for uid in ("m1", "s1.1.1")]
    assert desk.add("history", *plays) == []
    assert sorted(play.work.uid for play in desk.plays()) == ["m1", "s1.1.1"]


def test_a_play_without_a_date_is_sent_as_unknown(desk):
    desk.add("history", Play(desk.media("m1"), None, clock="unknown"))
    assert [play.at for play in desk.plays()] == [0]


def test_one_film_may_be_watched_several_times_in_one_batch(desk):
    at = int(desk.world.now()) - DAY
    assert desk.add("history", *(Play(desk.media("m1"), at - n * DAY) for n in range(3))) == []
    assert len(desk.plays()) == 3


def test_only_what_trakt_does_not_know_is_refused(desk):
    at = int(desk.world.now()) - DAY
    show = desk.media("s1")
    nowhere = Media(Kind.MOVIE, {"imdb": "tt9999999"}, "Nowhere")
    unheard = Media(Kind.SHOW, {"tvdb": "99999999"}, "Unheard")
    plays = [
        Play(desk.media("m1"), at),
        Play(nowhere, at),
        Play(nowhere, at - DAY),
        Play(desk.media("s1.1.1"), at),
        Play(Media(Kind.EPISODE, parent=show, season=1, number=99), at),
        Play(Media(Kind.EPISODE, parent=show, season=77, number=1), at),
        Play(Media(Kind.EPISODE, parent=show, season=77, number=2), at),
        Play(Media(Kind.EPISODE, parent=unheard, season=1, number=1), at),
        Play(Media(Kind.EPISODE, {"imdb": "tt8888888"}, "Lost"), at),
    ]
    refused = desk.add("history", *plays)
    assert sorted(plays.index(refusal.record) for refusal in refused) == [1, 2, 4, 5, 6, 7, 8]
    assert sorted(play.work.uid for play in desk.plays()) == ["m1", "s1.1.1"]


def test_a_bare_show_or_a_title_is_never_sent(desk, monkeypatch):
    sent = []
    real = desk.http.send

    async def watched(method, path, shape, **how):
        sent.append(how["body"])
        return await real(method, path, shape, **how)

    monkeypatch.setattr(desk.http, "send", watched)
    desk.add("history", Play(desk.media("s1.1.1"), 0), Play(desk.media("m1"), 0))
    (body,) = sent
    assert "title" not in str(body)
    assert all(season["episodes"] for show in body["shows"] for season in show["seasons"])


def test_an_account_that_is_full_refuses_and_nothing_else_happens(desk):
    desk.person.limits["plays"] = 0
    (refusal,) = desk.add("history", Play(desk.media("m1"), 0))
    assert refusal.why.startswith("limit:")


def test_a_full_account_is_not_sent_an_episode_again_by_another_id(desk):
    """What was refused for want of room is known well enough."""
    desk.person.limits["plays"] = 0
    episode = there(desk, "s1.1.1", tvdb=str(desk.works["s1.1.1"].ids["tvdb"]))
    (refusal,) = desk.add("history", Play(episode, int(desk.world.now()) - DAY))
    assert refusal.why.startswith("limit:")
    assert [asked for asked in desk.asked() if "seasons" in asked] == []
    assert [asked for asked in desk.asked() if asked.startswith("POST")] == ["POST /sync/history"]


@pytest.mark.parametrize(
    "fault", [faults.Status(502, applied=True), faults.Drop(applied=True), faults.Html(applied=True)]
)
def test_plays_whose_outcome_is_unclear_are_never_sent_twice(desk, fault):
    desk.world.faults.order(fault, method="POST", path="^/sync/history$")
    with pytest.raises(Unavailable):
        desk.add("history", Play(desk.media("m1"), int(desk.world.now())))
    assert desk.asked().count("POST /sync/history") == 1
    assert len(desk.plays()) == 1


def test_an_answer_that_does_not_add_up_leaves_the_outcome_unknown():
    desk = Desk(Options(same_play_once=True))
    at = int(desk.world.now()) - DAY
    desk.person.watch(desk.works["m1"], at)
    with pytest.raises(Unavailable):
        desk.add("history", Play(desk.media("m1"), at))


def there(desk, uid, **ids):
    """An episode as Plex names it, with these ids of its own."""
    return replace(desk.media(uid), ids=ids, parent=desk.media(desk.works[uid].show.uid, "imdb"))


def without_tvdb(seasons):
    """Trakt has no TheTVDB ids of many episodes."""
    for row in (row for season in seasons for row in season["episodes"]):
        row["ids"]["tvdb"] = None
    return seasons


def test_an_episode_whose_id_trakt_does_not_know_is_found_by_another_one(desk):
    """One request for each show, even where the other id stands at another place."""
    work, at = desk.works["s1.2.3"], int(desk.world.now()) - DAY
    theirs = there(desk, "s1.1.1", tvdb="99999999", tmdb=str(work.ids["tmdb"]))
    other = there(desk, "s1.1.4", tvdb="99999998", tmdb=str(desk.works["s1.2.4"].ids["tmdb"]))
    assert desk.add("history", Play(theirs, at), Play(theirs, at + DAY), Play(other, at)) == []
    assert Counter(play.work.uid for play in desk.plays()) == {"s1.2.3": 2, "s1.2.4": 1}
    table = f"/shows/{desk.works['s1'].ids['imdb']}/seasons"
    assert [asked for asked in desk.asked() if "seasons" in asked] == [f"GET {table}"]


def test_a_show_of_which_only_another_databases_number_is_known_is_found_by_that(desk):
    """One more request for each show and run; a number that Trakt does not know finds none."""
    work, at = desk.works["s1.2.3"], int(desk.world.now()) - DAY
    show = replace(desk.media("s1", "tvdb"), ids={"tvdb": str(desk.works["s1"].ids["tvdb"])})
    theirs = replace(there(desk, "s1.1.1", tmdb=str(work.ids["tmdb"])), order="dvd", parent=show)
    nobodys = replace(theirs, parent=replace(show, ids={"tvdb": "77777777"}))
    refused = desk.add("history", Play(theirs, at), Play(theirs, at + DAY), Play(nobodys, at))
    assert ([one.record.media for one in refused], Counter(play.work.uid for play in desk.plays())) == (
        [nobodys],
        {"s1.2.3": 2},
    )
    assert len([asked for asked in desk.asked() if "/search/" in asked]) == 2


def test_an_episode_that_trakt_may_number_otherwise_is_refused(desk):
    """By its place it is known only in the shared order, under one title, and where no other id stands."""
    at, show = int(desk.world.now()) - DAY, desk.works["s1"]
    desk.next_run({f"/shows/{show.ids['imdb']}/seasons": without_tvdb})
    titled = there(desk, "s1.1.1", tvdb="99999999")
    others = [
        replace(titled, title="Quite another one"),
        replace(titled, title=""),
        replace(titled, order="dvd"),
        there(desk, "s1.1.1", tvdb="99999999", tmdb="99999997"),
        replace(titled, parent=desk.media("s1", "slug")),
    ]
    plays = [Play(media, at) for media in others]
    refused = desk.add("history", *plays, Play(titled, at))
    assert [plays.index(refusal.record) for refusal in refused] == [0, 1, 2, 3, 4]
    assert [play.work.uid for play in desk.plays()] == ["s1.1.1"]


@pytest.mark.parametrize("once_drops", [True, False])
def test_an_account_that_keeps_one_play_per_film_is_never_sent_a_second(once_drops):
    desk = Desk(Options(once_drops=once_drops))
    desk.person.choose(watch_only_once=True)
    at = int(desk.world.now()) - DAY
    desk.person.watch(desk.works["m1"], at - DAY)
    plays = [
        Play(desk.media("m1", keyed=True), at),
        Play(desk.media("m2", keyed=True), at),
        Play(desk.media("m2", keyed=True), at - DAY),
        Play(desk.media("m3"), at),
    ]
    refused = desk.add("history", *plays)
    assert sorted(plays.index(refusal.record) for refusal in refused) == [0, 1]
    assert sorted((play.work.uid, play.at) for play in desk.plays()) == [
        ("m1", at - DAY),
        ("m2", at - DAY),
        ("m3", at),
    ]
    assert not desk.trakt.shelves["history"].form.repeats


def test_a_removal_takes_exactly_the_entry_it_names(desk):
    at = int(desk.world.now()) - 30 * DAY
    for day in range(5):
        desk.person.watch(desk.works["m1"], at + day * DAY)
    _, plays = desk.read()
    desk.next_run()
    gone = sorted(plays, key=lambda play: play.at)[2]
    assert desk.remove("history", gone) == []
    assert sorted(play.at for play in desk.plays()) == [at + day * DAY for day in (0, 1, 3, 4)]
    number = desk.works["m1"].ids["trakt"]
    assert desk.asked() == [f"GET /sync/history/movies/{number}", "POST /sync/history/remove"]


def test_one_of_two_entries_of_one_minute_is_removed(desk):
    at = int(desk.world.now()) - DAY
    for _ in range(2):
        desk.person.watch(desk.works["s1.1.1"], at)
    _, plays = desk.read()
    desk.remove("history", next(play for play in plays if play.key.endswith("#2")))
    assert len(desk.plays()) == 1


def test_a_play_without_a_date_can_be_removed(desk):
    desk.person.watch(desk.works["m1"], 0)
    desk.person.watch(desk.works["m1"])
    _, plays = desk.read()
    desk.remove("history", next(play for play in plays if play.at is None))
    assert [play.at > 0 for play in desk.plays()] == [True]


def test_what_is_no_longer_there_is_done(desk):
    desk.person.watch(desk.works["m1"])
    _, plays = desk.read()
    desk.person.unwatch(desk.works["m1"])
    desk.next_run()
    assert desk.remove("history", *plays) == []
    assert not [asked for asked in desk.asked() if asked.startswith("POST")]


def test_many_removals_of_one_evening_are_found_by_their_time(desk):
    at = int(desk.world.now()) - HOUR
    for work in [work for work in desk.works.of("movie") if work.on_trakt][:15]:
        desk.person.watch(work, at)
    fill(desk, 100, apart=DAY)
    _, plays = desk.read()
    desk.next_run()
    evening = [play for play in plays if play.at == at // 60 * 60]
    assert desk.remove("history", *evening) == []
    assert len(desk.plays()) == 100
    assert desk.asked() == ["GET /sync/history", "GET /sync/history", "POST /sync/history/remove"]


# Ratings


def rate_all(desk, number):
    works = [work for work in desk.works.of("movie", "show", "season", "episode") if work.on_trakt][:number]
    for place, work in enumerate(works):
        desk.person.rate(work, place % 10 + 1, int(desk.world.now()) - (number - place) * HOUR)


def test_ratings_of_all_kinds_are_written_and_read_back(desk):
    at = int(desk.world.now()) - DAY
    ratings = [Rating(desk.media(uid), at, value=80) for uid in ("m1", "s1", "s1.1", "s1.1.1", "s1.1.2")]
    assert desk.add("ratings", *ratings) == []
    assert {one.work.uid: (one.value, one.at) for one in desk.person.ratings.values()} == dict.fromkeys(
        ("m1", "s1", "s1.1", "s1.1.1", "s1.1.2"), (8, at)
    )
    reading, back = desk.read("ratings")
    assert (reading.complete, reading.count) == (True, 5)
    assert {(one.media.kind, one.value, one.at) for one in back} == {
        (kind, 80, at) for kind in desk.trakt.shelves["ratings"].kinds
    }
    desk.next_run()
    assert desk.remove("ratings", *back) == []
    assert desk.person.ratings == {}
    assert desk.asked() == ["POST /sync/ratings/remove"]


def test_ratings_read_are_their_own_fit(desk):
    rate_all(desk, 30)
    form = desk.trakt.shelves["ratings"].form
    assert all(form.fit(one.value) == one.value for one in desk.read("ratings")[1])


def test_news_of_ratings_is_one_page_and_the_count_of_all():
    desk = Desk(movies=500)
    rate_all(desk, 500)
    cursor = desk.read("ratings")[0].cursor
    desk.world.clock.advance(HOUR)
    desk.person.rate(desk.works["s3.2.4"], 3)
    desk.next_run()
    reading, records = desk.read("ratings", cursor)
    assert (reading.complete, reading.count) == (False, 501)
    assert records[0].value == 30
    assert desk.asked() == ["GET /sync/ratings"]


def test_a_rating_of_an_unknown_film_is_refused_alone(desk):
    ratings = [Rating(desk.media("m1"), 0, value=10), Rating(Media(Kind.MOVIE, {"imdb": "tt9999999"}), 0, value=90)]
    assert [refusal.record for refusal in desk.add("ratings", *ratings)] == [ratings[1]]


def test_a_rating_may_be_sent_again_after_a_failure(desk):
    desk.world.faults.order(faults.Status(502, applied=True), method="POST")
    assert desk.add("ratings", Rating(desk.media("m1"), 0, value=70)) == []
    assert desk.asked() == ["POST /sync/ratings"] * 2


# Watchlist


def test_wishes_are_added_read_and_removed(desk):
    wishes = [Wish(desk.media(uid)) for uid in ("m1", "s1", "s2.1", "s2.1.1")]
    assert desk.add("watchlist", *wishes) == []
    assert sorted(entry.work.uid for entry in desk.person.watchlist) == ["m1", "s1", "s2.1", "s2.1.1"]
    reading, back = desk.read("watchlist")
    assert (reading.complete, len(back)) == (True, 4)
    assert desk.add("watchlist", *wishes) == []
    desk.remove("watchlist", *back[:1])
    assert len(list(desk.person.watchlist)) == 3


@pytest.mark.parametrize("fills", [True, False])
def test_what_fits_a_full_watchlist_is_added_and_the_rest_is_refused_with_the_limit(fills):
    desk = Desk(Options(fills_to_limit=fills))
    desk.person.limits["watchlist"] = 10
    for work in desk.works.of("movie")[:7]:
        desk.person.want(work)
    works = [work for work in desk.works.of("movie")[7:] if "imdb" in work.ids][:8]
    refused = desk.add("watchlist", *(Wish(desk.media(work.uid)) for work in works))
    assert len(list(desk.person.watchlist)) == 10
    assert all(refusal.why.startswith("limit:") for refusal in refused)
    there = {entry.work.ids.get("imdb") for entry in desk.person.watchlist}
    assert {work.ids["imdb"] for work in works} - there <= {refusal.record.media.ids["imdb"] for refusal in refused}


def test_a_limit_never_reaches_the_engine_as_an_error(desk):
    desk.person.limits["watchlist"] = 0
    try:
        refused = desk.add("watchlist", Wish(desk.media("m1")))
    except LimitReached:
        pytest.fail("a limit is a refusal")
    assert len(refused) == 1


# Collection


def test_copies_are_added_read_and_removed_films_and_episodes(desk):
    at = int(desk.world.now()) - DAY
    assert desk.add("collection", Copy(desk.media("m1"), at), Copy(desk.media("s1.1.1"), at)) == []
    reading, back = desk.read("collection")
    assert reading.complete
    assert {(copy.media.kind, copy.at) for copy in back} == {(Kind.MOVIE, at), (Kind.EPISODE, at)}
    assert desk.remove("collection", *back) == []
    assert desk.person.collection == {}


def test_the_collection_is_left_out_unless_it_is_asked_for(desk):
    assert desk.trakt.shelves["collection"].asked
    assert not desk.trakt.shelves["history"].asked


# Limits


def test_writes_one_after_the_other_are_never_refused_as_too_many(desk):
    for uid in ("m1", "m2", "m3"):
        desk.add("ratings", Rating(desk.media(uid), 0, value=50))
    assert [asked.status for asked in desk.world.requests.all] == [201, 201, 201]


def test_a_429_is_waited_for_and_the_write_is_done_once(desk):
    told = {"Retry-After": "17"}
    desk.world.faults.order(faults.Status(429, told), method="POST", path="^/sync/history$")
    assert desk.add("history", Play(desk.media("m1"), 0)) == []
    assert round(sum(desk.time.waits)) == 18
    assert len(desk.plays()) == 1
