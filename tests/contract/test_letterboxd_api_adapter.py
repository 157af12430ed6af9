"""Letterboxd by its API: what is read and written, with how many requests, and what goes wrong (reference, "Official API v0")."""

import asyncio
import json
from dataclasses import replace

import httpx2
import pytest

from tests.contract.letterboxd_api_desk import DAY, HOUR, MINUTE, ApiMember
from tests.scenarios.diary import Diary
from tests.scenarios.household import Rules, Signed
from watchweave.core.media import Kind, Media
from watchweave.core.records import Like, Play, Rating, Review, Tags, Watched, Wish
from watchweave.errors import ServiceError, SignInNeeded, Stopped, UnexpectedAnswer
from watchweave.sandbox import faults
from watchweave.sandbox.letterboxd_rules import Options
from watchweave.sandbox.letterboxd_sign_in import CLIENT, SECRET
from watchweave.services.base import Fleeting
from watchweave.services.http import Http
from watchweave.services.letterboxd import Letterboxd
from watchweave.services.letterboxd.api_convert import lbml_of
from watchweave.services.letterboxd.convert import noon

LONG = Options(expires_in=400 * DAY)
FILMS, ENTRIES = "GET /films", "GET /log-entries"


@pytest.fixture
def mara(tmp_path):
    return ApiMember(tmp_path, LONG)


def of(records, kind):
    return [record for record in records if type(record) is kind]


def titles(records, kind):
    return {record.media.title for record in of(records, kind)}


def called(mara, *uids):
    return {mara.works[uid].title for uid in uids}


def day(mara, text):
    return noon(text, mara.desk.zone)


def whys(refusals):
    return {(refusal.record.media.title, refusal.why) for refusal in refusals}


# Who


def test_the_account_is_called_as_its_feed_is_so_that_it_can_change_over(mara):
    identity = mara.run(lambda service: service.identity())
    assert (identity.person, identity.name, identity.scope) == ("mara", "mara", "")


def test_who_she_is_is_asked_once_a_run(mara):
    async def twice(service):
        return await asyncio.gather(service.identity(), service.identity())

    mara.run(twice)
    assert mara.asked == ["GET /me"]


def test_without_client_id_and_secret_feed_and_export_stay(tmp_path):
    for settings in ({"client_id": ""}, {"client_secret": ""}):
        service = ApiMember(tmp_path, username="mara", **settings).service()
        assert (service.by_api, service.shelves["history"].carried) == (False, True)


@pytest.mark.parametrize(("username", "fine"), [("Mara", True), ("june", False)])
def test_the_name_in_the_settings_must_be_that_of_who_signed_in(tmp_path, username, fine):
    mara = ApiMember(tmp_path, username=username)
    if fine:
        assert mara.run(lambda service: service.identity()).person == "mara"
    else:
        with pytest.raises(SignInNeeded, match="is that of mara, but `username` in the settings is june"):
            mara.run(lambda service: service.identity())


@pytest.mark.parametrize("answers", ["empty", "refused"])
def test_a_private_account_is_told_what_to_do_and_never_read_as_empty(tmp_path, answers):
    mara = ApiMember(tmp_path, replace(LONG, private_answers=answers))
    mara.person.log(mara.works["m1"], "2026-11-01")
    _, before = mara.read()
    mara.person.private = True
    mara.later(HOUR)
    for cursor in (None, before.cursor):
        with pytest.raises(Stopped, match="private"):
            mara.read(cursor)


def test_who_opted_out_of_the_api_is_not_read_as_empty(mara):
    mara.person.opted_out = True
    with pytest.raises(UnexpectedAnswer, match="404"):
        mara.read()


# Signed in


def test_an_expired_token_is_renewed_once(mara):
    mara.simulated.sign_in.expire(mara.person)
    mara.read()
    assert mara.asked.count("POST /auth/token") == 1
    assert mara.simulated.sign_in.who(mara.secrets["access_token"]).member is mara.person


def test_a_look_every_half_an_hour_keeps_her_signed_in_where_a_refresh_token_dies_with_its_access_token(tmp_path):
    mara = ApiMember(tmp_path, Options(expires_in=HOUR, refresh_outlives=False))
    mara.run(lambda service: service.refresh(mara.secrets))
    for _ in range(6):
        mara.later(30 * MINUTE)
        mara.read()
    mara.later(2 * HOUR)
    with pytest.raises(SignInNeeded, match="watchweave login"):
        mara.read()


def test_the_token_goes_to_the_api_alone(mara):
    seen = {}

    def answer(request):
        seen[request.url.path] = request.headers.get("authorization")
        return httpx2.Response(200, json={"access_token": "new", "member": {"id": "a", "username": "mara"}})

    mara.secrets.save(
        {"expires_at": str(int(mara.world.now()) + MINUTE), "issued_at": str(int(mara.world.now()) - DAY)}
    )
    hosts = {"url": Letterboxd.base_url}
    pace, door = mara.service().http._pace, httpx2.MockTransport(answer)
    http = Http("Letterboxd", hosts, Letterboxd.signer(mara.secrets), pace, transport=door, limits=Letterboxd.limits)
    asyncio.run(Letterboxd(http, mara.options, None, mara.desk).identity())
    assert seen == {"/api/v0/auth/token": None, "/api/v0/me": "Bearer new"}


# All there is


def test_a_viewing_is_known_by_its_day_and_named_by_its_id(tmp_path):
    mara = ApiMember(tmp_path, LONG, zone="America/New_York")
    entry = mara.person.log(mara.works["m1"], "2026-11-01", rating=9)
    (play,) = of(mara.read()[0], Play)
    assert (play.key, play.at, play.clock) == (f"api:{entry.code}", 1793552400, "day")  # 12:00 in New York
    work = mara.works["m1"]
    assert play.media.ids == {"tmdb": str(work.ids["tmdb"]), "imdb": work.ids["imdb"]}
    assert (play.media.kind, play.media.year, play.media.keys) == (Kind.MOVIE, work.year, (f"film:{entry.film.code}",))


def test_one_list_tells_what_every_watched_film_is_to_her(mara):
    mara.person.log(mara.works["m1"], "2026-11-01")
    mara.person.rate(mara.works["m2"], 7)
    mara.person.like(mara.works["m2"])
    mara.person.watch(mara.works["m3"])
    mara.person.want(mara.works["m3"])
    mara.person.want(mara.works["m4"])
    records, reading = mara.read()
    assert (reading.complete, reading.partial) == (True, "")
    assert titles(records, Watched) == called(mara, "m1", "m2", "m3")
    assert [(one.media.title, one.value) for one in of(records, Rating)] == [(mara.works["m2"].title, 70)]
    assert titles(records, Like) == called(mara, "m2")
    assert titles(records, Wish) == called(mara, "m3", "m4")
    assert {record.at for record in records if not isinstance(record, Play)} == {None}


def test_a_heart_for_a_film_that_was_never_watched_is_read(mara):
    mara.person.like(mara.works["m1"])
    assert titles(mara.read()[0], Like) == called(mara, "m1")


def test_all_of_a_large_account_costs_a_page_for_each_hundred_and_little_more(mara):
    for number in range(1, 121):
        mara.person.log(mara.works[f"m{number}"], "2026-11-01", rating=7, like=True)
    records, _ = mara.read()
    assert len(of(records, Play)) == len(of(records, Rating)) == len(of(records, Like)) == 120
    # who she is; watched; rated and liked bring nothing new, which their counts say; wishes; the diary
    assert mara.asked == ["GET /me", FILMS, FILMS, FILMS, FILMS, FILMS, ENTRIES, ENTRIES]


def test_a_review_without_a_day_is_no_viewing(mara):
    entry = mara.person.review(mara.works["m1"], "Well.", spoilers=True)
    mara.later(DAY)
    mara.person.edit(entry, review="No idea when.\n\nBut <b>long</b> &amp; good.")
    records, _ = mara.read()
    (review,) = of(records, Review)
    assert (of(records, Play), review.text, review.spoiler) == ([], "No idea when.\n\nBut long & good.", True)
    assert review.at == entry.logged + DAY


def test_of_several_reviews_the_newest_counts_and_tags_are_together(mara):
    for text, on, tags in (("First.", "2020-01-01", ("a", "b")), ("Second.", "2019-01-01", ("b", "c"))):
        mara.person.log(mara.works["m1"], on, review=text, tags=tags)
        mara.later(MINUTE)
    records, _ = mara.read()
    assert [one.text for one in of(records, Review)] == ["Second."]
    assert [set(one.tags) for one in of(records, Tags)] == [{"a", "b", "c"}]


def test_a_number_of_tmdb_that_is_a_series_makes_a_series(mara):
    mara.simulated.films.enter(mara.works["s1"])
    mara.person.log(mara.works["s1"], "2026-11-01")
    records, _ = mara.read()
    assert {(one.media.kind, one.media.ids["tmdb"]) for one in records} == {
        (Kind.SHOW, str(mara.works["s1"].ids["tmdb"]))
    }


def test_a_film_without_ids_elsewhere_has_its_own_name(mara):
    work = mara.works["m1"]
    mara.person.log(work, "2026-11-01")
    code = mara.simulated.films.known(work).code
    work.ids.pop("tmdb"), work.ids.pop("imdb")
    (play,) = of(mara.read()[0], Play)
    assert (play.media.ids, play.media.keys, play.media.title) == ({}, (f"film:{code}",), work.title)


def many(mara):
    for number in range(1, 111):
        mara.person.log(mara.works[f"m{number}"], "2026-11-01")


@pytest.mark.parametrize("path", ["/films", "/log-entries"])
@pytest.mark.parametrize(
    ("fault", "times"), [(faults.Short(1), 1), (faults.Count(5), 1), (faults.Count(5), 2), (faults.Untold(), 1)]
)
def test_pages_that_do_not_add_up_are_not_taken_for_all(mara, path, fault, times):
    many(mara)
    mara.world.faults.order(fault, "letterboxd", path=path, times=times)
    _, reading = mara.read()
    assert reading.partial
    assert reading.cursor is None


def test_films_that_come_twice_are_one_and_keep_nothing_from_being_all(tmp_path):
    mara = ApiMember(tmp_path, replace(LONG, repeats=True))
    many(mara)
    records, reading = mara.read()
    assert (reading.partial, len(of(records, Watched))) == ("", 110)


def test_what_is_removed_while_we_read_hides_nothing(mara):
    many(mara)
    remove = faults.Act(lambda: mara.person.delete(mara.person.of(mara.works["m110"])[0]))
    mara.world.faults.order(remove, "letterboxd", path="/log-entries")
    records, reading = mara.read()
    assert (len(of(records, Play)), reading.partial) == (109, "the number of rows moved meanwhile.")


def test_an_entry_that_is_written_while_we_read_is_no_mark_without_a_viewing(mara):
    many(mara)
    log = faults.Act(lambda: mara.person.log(mara.works["m120"], "2026-11-20"))
    mara.world.faults.order(log, "letterboxd", path="/films", skip=4)
    records, reading = mara.read()
    assert (titles(records, Watched) - titles(records, Play), reading.partial) == (set(), "")
    assert titles(records, Play) - titles(records, Watched) == called(mara, "m120")


class Rewritten(ApiMember):
    """Some answers say something else."""

    change = staticmethod(lambda request, told: told)

    def service(self):
        service = super().service()
        inner = service.http._client._transport
        service.http._client._transport = httpx2.MockTransport(lambda request: self._changed(inner, request))
        return service

    async def _changed(self, inner, request):
        answer = await inner.handle_async_request(request)
        told = json.loads(await answer.aread() or b"{}")
        return httpx2.Response(answer.status_code, json=self.change(request, told))


def test_what_a_film_is_to_her_is_not_nothing_where_it_is_not_said(tmp_path):
    mara = Rewritten(tmp_path, LONG)
    mara.person.rate(mara.works["m1"], 7)
    mara.change = lambda request, told: (
        told | {"items": [{**row, "relationships": []} for row in told["items"]]} if "items" in told else told
    )
    records, reading = mara.read()
    assert (records, reading.partial) == ([], f"it is not said what {mara.works['m1'].title} is to you.")


def test_a_page_that_leads_to_itself_ends(tmp_path):
    mara = Rewritten(tmp_path, LONG)
    many(mara)
    mara.change = lambda request, told: told | {"next": "start=0"} if "items" in told else told
    assert mara.read()[1].partial == "a page came twice."


def test_a_listing_that_always_names_a_new_page_ends(tmp_path, monkeypatch):
    monkeypatch.setattr("watchweave.services.letterboxd.api.MOST_PAGES", 5)
    mara = Rewritten(tmp_path, LONG)
    zeros = iter(range(1, 100))  # the first page, by ever new names
    mara.change = lambda request, told: told | {"next": f"start={'0' * next(zeros)}"} if "items" in told else told
    with pytest.raises(UnexpectedAnswer, match="after 5 of them"):
        mara.read()
    assert mara.asked.count(FILMS) == 5


NOWHERE = ({"film": None}, {"diaryDetails": {"diaryDate": "2026-11-20T00:00"}}, {"diaryDetails": {}})


@pytest.mark.parametrize("odd", NOWHERE)
def test_an_entry_that_cannot_be_used_makes_a_reading_doubtful(tmp_path, odd):
    mara = Rewritten(tmp_path, LONG)
    mara.person.log(mara.works["m1"], "2026-11-19")
    cursor = mara.read()[1].cursor
    mara.person.log(mara.works["m2"], "2026-11-20")
    name = mara.works["m2"].title
    mara.change = lambda request, told: (
        told | {"items": [row | odd if row.get("film", {}).get("name") == name else row for row in told["items"]]}
        if "items" in told
        else told
    )
    whole, news = mara.read(), mara.read(cursor)
    assert [len(of(records, Play)) for records, _ in (whole, news)] == [1, 0]
    assert ["1 of your entries" in reading.missed for _, reading in (whole, news)] == [True, True]


@pytest.mark.parametrize("rating", [1e308, 5.5, -1])
def test_a_rating_that_is_none_is_not_taken_for_taken_back(tmp_path, rating):
    mara = Rewritten(tmp_path, LONG)
    mara.person.rate(mara.works["m1"], 7)
    mara.change = lambda request, told: (
        told | {"items": [row | {"relationships": [{"relationship": {"rating": rating}}]} for row in told["items"]]}
        if "items" in told
        else told
    )
    records, reading = mara.read()
    assert (records, reading.partial) == ([], f"{mara.works['m1'].title} has a rating that is none: {rating:g}.")


def test_a_year_that_is_none_is_not_told(tmp_path):
    mara = Rewritten(tmp_path, LONG)
    mara.person.rate(mara.works["m1"], 7)
    mara.change = lambda request, told: (
        told | {"items": [row | {"releaseYear": 2**63} for row in told["items"]]} if "items" in told else told
    )
    assert {record.media.year for record in mara.read()[0]} == {None}


# News


def test_an_idle_look_every_half_an_hour_costs_two_requests(mara):
    many(mara)
    cursor = mara.read()[1].cursor
    for _ in range(48):
        mara.later(30 * MINUTE)
        records, reading = mara.read(cursor)
        cursor = reading.cursor
        assert (records, reading.complete, len(mara.asked)) == ([], False, 2)


def test_a_look_after_a_long_time_asks_for_each_list_once(mara):
    many(mara)
    cursor = mara.read()[1].cursor
    mara.later(DAY)
    assert mara.read(cursor)[0] == []
    assert sorted(mara.asked) == [FILMS] * 4 + [ENTRIES]


@pytest.mark.parametrize(
    ("kind", "deed"),
    [
        (Watched, lambda person, work: person.watch(work)),
        (Rating, lambda person, work: person.rate(work, 3)),
        (Like, lambda person, work: person.like(work)),
        (Wish, lambda person, work: person.want(work)),
    ],
)
def test_whatever_she_does_is_seen_within_two_hours(mara, kind, deed):
    many(mara)
    cursor, seen = mara.read()[1].cursor, set()
    deed(mara.person, mara.works["m125" if kind in (Watched, Wish) else "m1"])
    for _ in range(4):
        mara.later(30 * MINUTE)
        records, reading = mara.read(cursor)
        cursor, seen = reading.cursor, seen | titles(records, kind)
    assert seen == called(mara, "m125" if kind in (Watched, Wish) else "m1")


def test_so_many_new_marks_that_a_page_does_not_hold_them_are_all_seen(mara):
    mara.person.watch(mara.works["m1"])
    cursor = mara.read()[1].cursor
    mara.later(HOUR)
    for number in range(2, 123):
        mara.person.watch(mara.works[f"m{number}"])
    assert len(of(mara.read(cursor)[0], Watched)) >= 121


def test_a_new_entry_is_seen_at_once_with_all_that_it_said_of_the_film(mara):
    many(mara)
    cursor = mara.read()[1].cursor
    mara.later(MINUTE)
    mara.person.log(mara.works["m1"], "2026-11-20", rating=3, like=True, tags=("vhs",), review="Again.")
    records, _ = mara.read(cursor)
    assert [type(one) for one in records if one.media.title == mara.works["m1"].title].count(Play) == 1
    assert {type(one) for one in records} == {Play, Watched, Rating, Like, Review, Tags}
    assert [one.value for one in of(records, Rating)] == [30]


def test_news_say_all_tags_of_a_film_and_not_only_those_of_its_new_entry(mara):
    mara.person.log(mara.works["m1"], "2019-01-01", tags=("old",))
    mara.later(MINUTE)
    many(mara)
    cursor = mara.read()[1].cursor
    mara.later(MINUTE)
    mara.person.log(mara.works["m1"], "2026-11-20", tags=("new",))
    (tags,) = of(mara.read(cursor)[0], Tags)
    assert set(tags.tags) == {"old", "new"}


def test_an_entry_that_is_edited_is_news_under_its_own_name(mara):
    entry = mara.person.log(mara.works["m1"], "2026-11-01")
    cursor = mara.read()[1].cursor
    mara.later(HOUR)
    mara.person.edit(entry, on="2026-11-02")
    (play,) = of(mara.read(cursor)[0], Play)
    assert (play.key, play.at) == (f"api:{entry.code}", day(mara, "2026-11-02"))


def test_so_many_new_entries_that_a_page_does_not_hold_them_are_all_seen(mara):
    mara.person.log(mara.works["m1"], "2026-11-01")
    cursor = mara.read()[1].cursor
    mara.later(HOUR)
    for number in range(2, 123):
        mara.person.log(mara.works[f"m{number}"], "2026-11-20", review=f"Number {number}.")
    records, _ = mara.read(cursor)
    assert len(of(records, Play)) == 121
    assert len(of(records, Review)) >= 121
    assert mara.asked.count(ENTRIES) <= 4


def test_a_cursor_of_the_feed_begins_anew(mara):
    mara.person.log(mara.works["m1"], "2026-11-01")
    _, reading = mara.read('{"export":"ab","newest":5,"said":{"7":["2026-11-01",null,null,""]},"asked":5,"tag":""}')
    assert reading.complete


@pytest.mark.parametrize("fault", [faults.Truncate(), faults.Html(), faults.Status(500), faults.Blank()])
def test_a_broken_answer_is_never_an_empty_one(mara, fault):
    many(mara)
    cursor = mara.read()[1].cursor
    mara.world.faults.order(fault, "letterboxd", times=-1)
    for before in (None, cursor):
        with pytest.raises(ServiceError):
            mara.read(before)


# Writing


def test_a_play_is_told_as_its_day_in_her_zone_and_counts_as_watched(tmp_path):
    york = ApiMember(tmp_path, LONG, zone="America/New_York")
    at = 1767236400 - 4 * HOUR  # 2026-01-01 03:00 UTC minus four hours: still 2025-12-31 in New York
    assert york.add("history", Play(york.media("m1"), at, again=True)) == []
    (entry,) = york.person.of(york.works["m1"])
    assert (entry.on, entry.rewatch, "m1" in york.person.watched) == ("2025-12-31", True, True)


def test_two_viewings_of_one_day_are_two_entries(mara):
    noon_of_it = day(mara, "2026-11-01")
    plays = [Play(mara.media("m1"), at) for at in (noon_of_it, noon_of_it + 60)]
    assert mara.add("history", *plays) == []
    assert [entry.on for entry in mara.person.of(mara.works["m1"])] == ["2026-11-01"] * 2


def test_a_play_is_never_sent_again_by_itself(mara):
    mara.world.faults.order(faults.Drop(applied=True), "letterboxd", "POST", path="/log-entries")
    with pytest.raises(ServiceError):
        mara.add("history", Play(mara.media("m1"), day(mara, "2026-11-01")))
    assert len(mara.person.of(mara.works["m1"])) == 1


@pytest.mark.parametrize("shelf", ["ratings", "watched", "watchlist", "favourites"])
def test_a_mark_is_sent_again_where_that_does_no_harm(mara, shelf):
    mara.world.faults.order(faults.Drop(applied=True), "letterboxd", "PATCH")
    kind = {"ratings": Rating, "watched": Watched, "watchlist": Wish, "favourites": Like}[shelf]
    record = Rating(mara.media("m1"), None, 90) if kind is Rating else kind(mara.media("m1"))
    assert mara.add(shelf, record) == []
    held = {"ratings": "ratings", "watched": "watched", "watchlist": "wishes", "favourites": "likes"}[shelf]
    assert set(getattr(mara.person, held)) == {"m1"}


def test_half_stars_are_our_points(mara):
    mara.add("ratings", *(Rating(mara.media(f"m{value}"), None, 10 * value) for value in range(1, 11)))
    assert {uid: one.value for uid, one in mara.person.ratings.items()} == {f"m{n}": n for n in range(1, 11)}
    mara.remove("ratings", Rating(mara.media("m1"), None, 10))
    assert ("m1" in mara.person.ratings, "m1" in mara.person.watched) == (False, True)


def test_films_are_looked_up_a_hundred_ids_at_a_time_and_once(mara):
    wishes = [Wish(mara.media(f"m{number}")) for number in range(1, 101)]
    assert mara.add("watchlist", *wishes) == []
    assert mara.asked.count(FILMS) == 2  # two ids each
    mara.add("favourites", *(Like(wish.media) for wish in wishes))
    assert mara.asked.count(FILMS) == 0
    mara.desk = replace(mara.desk, notes=Fleeting())  # it may be lost
    assert mara.add("favourites", Like(mara.media("m1"))) == []


def test_what_was_read_there_needs_no_look_up(mara):
    mara.add("watchlist", Wish(mara.media("m1", own=True)))
    assert [one.split(" ")[0] for one in mara.asked] == ["PATCH"]


def test_a_film_is_never_taken_for_the_series_of_the_same_number(mara):
    series = mara.simulated.films.enter(mara.works["s1"])
    film = Media(Kind.MOVIE, {"tmdb": str(series.work.ids["tmdb"])}, "A film of that number")
    assert whys(mara.add("watchlist", Wish(film))) == {(film.title, "Letterboxd does not have this film")}
    assert mara.person.wishes == {}


def test_what_letterboxd_cannot_be_told_is_refused_with_its_reason_and_the_rest_is_done(mara):
    work = mara.works["m2"]
    refused = mara.add(
        "watchlist",
        Wish(mara.media("m1")),
        Wish(Media(Kind.EPISODE, {"imdb": "tt1"}, "An episode")),
        Wish(Media(Kind.MOVIE, {"slug": "x"}, "No id")),
        Wish(Media(Kind.MOVIE, {"imdb": "tt9999999"}, "Unknown")),
        Wish(Media(Kind.MOVIE, {"tmdb": str(work.ids["tmdb"]), "imdb": mara.works["m3"].ids["imdb"]}, "Two")),
    )
    assert whys(refused) == {
        ("An episode", "Letterboxd has films only"),
        ("No id", "no id of TMDb or IMDb is known for it"),
        ("Unknown", "Letterboxd does not have this film"),
        ("Two", "its ids of TMDb and IMDb are two films at Letterboxd"),
    }
    assert set(mara.person.wishes) == {"m1"}


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refusal_is_of_one_record_and_not_of_all(mara, status):
    path = f"/me/like/{mara.media('m1', own=True).key.partition(':')[2]}$"
    mara.world.faults.order(faults.Status(status), "letterboxd", path=path, times=-1)
    refused = mara.add("favourites", Like(mara.media("m1", own=True)), Like(mara.media("m2", own=True)))
    assert [refusal.record.media.title for refusal in refused] == [mara.works["m1"].title]
    assert set(mara.person.likes) == {"m2"}


def test_a_token_that_may_not_write_says_so(mara):
    grant = mara.simulated.sign_in.grant(mara.person, scopes=("oauth:refresh",))
    mara.secrets.save({"access_token": grant.access})
    (refusal,) = mara.add("favourites", Like(mara.media("m1", own=True)))
    assert refusal.why == "Letterboxd refuses it: The token lacks the scope content:modify"


def test_a_film_with_entries_stays_watched(mara):
    mara.person.log(mara.works["m1"], "2026-11-01")
    mara.person.watch(mara.works["m2"])
    refused = mara.remove("watched", Watched(mara.media("m1")), Watched(mara.media("m2")))
    assert [refusal.why for refusal in refused] == ["there are entries about it in the diary, so it stays watched"]
    assert set(mara.person.watched) == {"m1"}


def test_what_letterboxd_does_not_have_is_not_marked_there(mara):
    gone = mara.media("m1", own=True)
    mara.simulated.films.drop(mara.works["m1"])
    unknown = Media(Kind.MOVIE, {"imdb": "tt9999999"}, "Unknown")
    assert mara.remove("watchlist", Wish(unknown), Wish(gone)) == []
    assert mara.asked[-1].startswith("PATCH")


def test_a_wait_that_is_asked_for_is_kept(tmp_path):
    mara = ApiMember(tmp_path, replace(LONG, pace=(2, 10.0)))
    assert mara.add("favourites", *(Like(mara.media(f"m{n}", own=True)) for n in range(1, 6))) == []
    assert len(mara.person.likes) == 5


# Taking viewings back


def test_a_viewing_is_removed_by_its_name_alone(mara):
    first, second = (mara.person.log(mara.works["m1"], "2026-11-01") for _ in range(2))
    plays = {play.key: play for play in of(mara.read()[0], Play)}
    assert mara.remove("history", plays[f"api:{second.code}"]) == []
    assert [entry.code for entry in mara.person.of(mara.works["m1"])] == [first.code]
    assert mara.asked[-1] == f"DELETE /log-entry/{second.code}"


def test_what_she_wrote_about_a_viewing_stays_when_the_viewing_goes(mara):
    entry = mara.person.log(mara.works["m1"], "2026-11-01", review="Mine.")
    mara.remove("history", *of(mara.read()[0], Play))
    (left,) = mara.person.of(mara.works["m1"])
    assert (left.code, left.on, left.review) == (entry.code, None, "Mine.")


@pytest.mark.parametrize("sort", ["feed", "file"])
def test_a_viewing_that_was_first_seen_in_a_feed_or_an_export_is_found(mara, sort):
    entry = mara.person.log(mara.works["m1"], "2026-11-01")
    other = mara.person.log(mara.works["m1"], "2026-11-02" if sort == "feed" else "2026-11-01")
    key = f"feed:{entry.number}" if sort == "feed" else f"file:{entry.code}"
    assert mara.remove("history", Play(mara.media("m1", own=True), day(mara, "2026-11-01"), key, "day")) == []
    assert mara.person.of(mara.works["m1"]) == [other]


def test_of_two_viewings_of_a_day_none_is_taken_where_nobody_knows_which(mara):
    for _ in range(2):
        mara.person.log(mara.works["m1"], "2026-11-01")
    play = Play(mara.media("m1", own=True), day(mara, "2026-11-01"), "feed:5", "day")
    assert [refusal.why[:21] for refusal in mara.remove("history", play)] == ["several viewings of t"]
    assert len(mara.person.of(mara.works["m1"])) == 2


# Reviews


def test_a_review_stands_with_the_last_viewing_or_alone(mara):
    mara.person.log(mara.works["m1"], "2026-11-02")
    mara.person.log(mara.works["m1"], "2026-11-01")
    text = 'Tom & Jerry <3\n\n"Two" paragraphs.'
    assert mara.add("reviews", *(Review(mara.media(uid), None, text, spoiler=True) for uid in ("m1", "m2"))) == []
    told = {entry.on: (entry.review, entry.spoilers) for entry in mara.person.of(mara.works["m1"])}
    written = 'Tom &amp; Jerry &lt;3\n\n"Two" paragraphs.'
    assert told == {"2026-11-01": ("", False), "2026-11-02": (written, True)}
    (alone,) = mara.person.of(mara.works["m2"])
    assert (alone.on, alone.review) == (None, written)
    assert {one.text for one in of(mara.read()[0], Review)} == {text}


def test_a_review_that_is_written_anew_takes_the_place_of_the_old_one(mara):
    entry = mara.person.log(mara.works["m1"], "2026-11-01", review="Old.", tags=("vhs",), rating=7)
    mara.person.log(mara.works["m1"], "2026-11-20")
    mara.add("reviews", Review(mara.media("m1"), None, "New."))
    assert (entry.review, entry.tags, entry.rating, entry.on) == ("New.", ("vhs",), 7, "2026-11-01")


def test_a_review_that_is_taken_back_leaves_the_viewing_and_other_texts(mara):
    dated = mara.person.log(mara.works["m1"], "2026-11-01", review="Mine.")
    mara.person.review(mara.works["m1"], "Another.")
    mara.person.review(mara.works["m2"], "Mine.")
    assert mara.remove("reviews", *(Review(mara.media(uid), None, "Mine.") for uid in ("m1", "m2"))) == []
    assert [(one.on, one.review) for one in mara.person.of(mara.works["m1"])] == [
        ("2026-11-01", ""),
        (None, "Another."),
    ]
    assert (dated.review, mara.person.of(mara.works["m2"])) == ("", [])


def test_what_the_api_remarks_on_a_change_that_it_took_is_a_refusal(tmp_path):
    mara = Rewritten(tmp_path, LONG)
    mara.person.log(mara.works["m1"], "2026-11-01")
    remark = {"type": "Error", "code": "X", "title": "A part of this was not done"}
    mara.change = lambda request, told: told | {"messages": [remark]} if request.method == "PATCH" else told
    (refusal,) = mara.add("reviews", Review(mara.media("m1"), None, "Mine."))
    assert refusal.why == "Letterboxd refuses it: A part of this was not done"


def test_markup_is_written_as_text_and_read_without_it():
    assert lbml_of("<b>1 & 2</b>") == "&lt;b&gt;1 &amp; 2&lt;/b&gt;"


# With the other accounts


class Changing(Diary):
    """Mara is given a client id."""

    def __init__(self, folder, **more):
        super().__init__(folder, letterboxd=LONG, rules=Rules(removed_plays="follow"), **more)

    def change_over(self):
        grant = self.world.services["letterboxd"].sign_in.grant(self.mara)
        options = {"username": "mara", "client_id": CLIENT, "client_secret": SECRET}
        self.drawers["letterboxd"].save({**options, "access_token": grant.access, "refresh_token": grant.refresh})
        others = [account for account in self.person.accounts if account.name != "letterboxd"]
        accounts = [*others, Signed("letterboxd", "letterboxd", options)]
        self.person = replace(self.person, accounts=accounts)
        self.start()

    def requests(self):
        """How many a sync costs at Letterboxd."""
        report = self.sync(yes=True)
        assert report.problems == []
        return report.requests["letterboxd"]


@pytest.fixture
def house(tmp_path):
    """A diary that was read by feed and export, and whose film m4 waits in a file."""
    house = Changing(tmp_path)
    house.mara.log(house["m1"], "2026-11-01", rating=9)
    house.mara.log(house["m2"], "2026-11-02")
    house.mara.log(house["m2"], "2026-11-02", rewatch=True)
    house.mara.rate(house["m3"], 6)
    house.watch_on_trakt("m4", house.now() - 3 * DAY)
    house.hand_in()
    for _ in range(2):
        house.sync(yes=True)
        house.later(DAY)
    house.mara.log(house["m5"], "2026-11-21")  # seen in the feed alone
    house.later(DAY)
    house.sync(yes=True)
    house.later(DAY)
    return house


def test_who_changes_over_to_the_api_keeps_every_entry_and_what_waited_is_written(house):
    known = {uid: house.plays(uid) for uid in ("m1", "m2", "m3", "m4", "m5")}
    assert len(house.offered()) == 1
    house.change_over()
    report = house.sync(yes=True)
    assert {(line.account, line.shelf, line.verb, line.outcome) for line in report.changes} == {
        ("letterboxd", "history", "add", "done")
    }
    assert (len(house.diary("m4")), house.offered()) == (1, {})
    house.later(DAY)
    assert house.sync(yes=True).changes == []
    assert {uid: house.plays(uid) for uid in known} == known


def test_a_sync_after_one_that_wrote_writes_nothing_and_idle_ones_cost_two_requests(house):
    house.change_over()
    house.sync(yes=True)
    house.trakt.rate(house["m6"], 8)
    house.watch_on_trakt("m6", house.now() - HOUR)
    house.sync(yes=True)
    assert (len(house.diary("m6")), house.mara.ratings["m6"].value) == (1, 8)
    costs = []
    for _ in range(8):
        house.later(30 * MINUTE)
        costs.append(house.requests())
    assert (costs[4:], len(house.diary("m6"))) == ([2] * 4, 1)


def test_what_is_logged_and_what_is_deleted_there_reaches_the_others(house):
    house.change_over()
    house.sync(yes=True)
    house.later(HOUR)
    house.mara.rate(house["m6"], 5)
    house.mara.unrate(house["m1"])
    house.later(3 * HOUR)
    house.sync(yes=True)
    assert house.trakt.ratings["m6"].value == 5
    house.later(8 * DAY)  # what is gone shows when all is read
    house.sync(yes=True)
    assert "m1" not in house.trakt.ratings


def test_what_a_rating_of_ours_marks_as_watched_there_is_told_to_nobody(house):
    house.change_over()
    house.sync(yes=True)
    house.trakt.rate(house["m6"], 8)
    for _ in range(6):
        house.later(HOUR)
        house.sync(yes=True)
    assert "m6" in house.mara.watched
    assert (house.plays("m6"), house.watched("m6")) == ([], False)


def test_an_entry_without_a_film_removes_nothing_anywhere(house):
    house.change_over()
    house.sync(yes=True)
    real = house.door.inner.handle_async_request
    name = house.mara.of(house["m1"])[0].film.name

    async def without(request):
        told = await real(request)
        if "/log-entries" not in str(request.url) or request.method != "GET":
            return told
        content = json.loads(await told.aread())
        for row in content["items"]:
            if row["film"]["name"] == name:
                del row["film"]
        return httpx2.Response(200, json=content)

    house.door.inner.handle_async_request = without
    for _ in range(9):
        house.later(DAY)
        house.sync(yes=True)
    assert [len(house.plays(uid)) for uid in ("m1", "m2", "m5")] == [1, 2, 1]
