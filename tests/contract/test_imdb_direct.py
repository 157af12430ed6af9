"""Ratings and watchlist at IMDb itself, with the person's cookie: what is read, written and refused, and how it ends."""

import asyncio
import re

import pytest

from tests.contract.imdb_desk import HOUR, Desk
from tests.contract.plex_desk import Drawer
from tests.contract.trakt_desk import Rewriting
from watchweave.core.media import Kind, Media
from watchweave.core.records import Rating, Wish
from watchweave.errors import (
    Incomplete,
    NotSent,
    RateLimited,
    ServiceError,
    SignInNeeded,
    Unavailable,
    UnexpectedAnswer,
)
from watchweave.sandbox import faults
from watchweave.sandbox.imdb_rules import Options
from watchweave.services.http import Http
from watchweave.services.imdb import Imdb

API, CACHING = "imdb-graphql", "imdb-caching"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path, cookie=True)


def held(desk, shelf="ratings"):
    return {record.media.ids["imdb"]: record.said for record in desk.read(shelf)[1]}


def rate(desk, uid, value):
    desk.mara.rate(desk.works[uid], value)
    desk.world.clock.advance(HOUR)


def stars(desk, *uids, value=80):
    return [Rating(desk.media(uid), 1_700_000_000, value) for uid in uids]


def wishes(desk, *uids):
    return [Wish(desk.media(uid)) for uid in uids]


def listed(desk):
    """The ids on her watchlist, as IMDb has it."""
    return [entry.id for entry in desk.mara.watchlist]


# Who she is


def test_the_person_is_the_number_of_the_member(desk):
    identity = desk.run(lambda service: service.identity())
    assert (identity.person, identity.name) == (desk.mara.id, "Mara")
    assert desk.asked() == 1


def signed(cookie, host="graphql_url"):
    """The headers of a request with this cookie."""

    async def headers():
        async with Http("IMDb", {"graphql_url": "https://api.example"}, Imdb.signer(Drawer()), Drawer()) as http:
            return await Imdb.signer(Drawer(cookie=cookie)).headers(http, host), http.secrets.clean(cookie)

    return asyncio.run(headers())


@pytest.mark.parametrize("cookie", ["Atza|secret=", "at-main=Atza|secret=", " session-id=1; at-main=Atza|secret=;x=2"])
def test_the_cookie_may_be_its_value_or_all_that_the_browser_has(cookie):
    headers, cleaned = signed(cookie)
    assert re.fullmatch(r"at-main=Atza\|secret=; ubid-main=\d{3}-\d{7}-\d{7}", headers["Cookie"])
    assert "secret" not in cleaned


def test_the_browser_keeps_its_name_or_has_one_that_stays():
    assert signed("at-main=Atza|a; ubid-main=130-1111111-2222222")[0]["Cookie"].endswith(
        "ubid-main=130-1111111-2222222"
    )
    assert signed("Atza|a") == signed("Atza|a") != signed("Atza|b")


def test_the_cookie_goes_to_one_host_alone_and_all_else_to_both():
    (own, _), (public, _) = signed("Atza|a"), signed("Atza|a", "caching_graphql_url")
    assert own.keys() - public.keys() == {"Cookie"}
    assert {name.lower() for name in public} == {
        "accept", "origin", "referer", "user-agent", "x-imdb-client-name", "x-imdb-user-country", "x-imdb-user-language",
    }  # fmt: skip


# Ratings are read


def test_a_rating_has_its_instant_and_an_episode_its_show_and_place(desk):
    desk.mara.rate(desk.works["s2.1.3"], 7, at=1_700_000_000)
    (rating,) = desk.read("ratings")[1]
    media = rating.media
    assert (rating.value, rating.at, media.kind, media.keys) == (70, 1_700_000_000, Kind.EPISODE, (desk.id("s2.1.3"),))
    assert (media.parent.ids, media.season, media.number) == ({"imdb": desk.id("s2")}, 1, 3)
    assert media.title == desk.works["s2.1.3"].title


def test_a_video_game_is_no_rating_of_ours_and_misses_nowhere(desk):
    desk.simulated.titles.know(desk.works["m1"], type="videoGame")
    rate(desk, "m1", 9)
    rate(desk, "m2", 8)
    reading, records = desk.read("ratings")
    assert (reading.count, [one.media.ids["imdb"] for one in records]) == (1, [desk.id("m2")])


def test_two_thousand_ratings_are_read_in_three_pages(tmp_path):
    desk = Desk(tmp_path, cookie=True, movies=2010)
    for work in desk.works.of("movie"):
        if "imdb" in work.ids:
            desk.mara.rate(work, 7)
    reading, records = desk.read("ratings")
    assert len(records) == reading.count == len(desk.mara.ratings) > 2000
    assert desk.asked() == 3


def test_a_page_that_is_cut_in_silence_is_followed_by_the_others(desk):
    desk.simulated.options.search_page = 2
    for uid in ("m1", "m2", "m3", "s1", "s1.1.1"):
        rate(desk, uid, 6)
    assert len(held(desk)) == 5


@pytest.mark.parametrize("shelf", ["ratings", "watchlist"])
@pytest.mark.parametrize("fault", [faults.Short(), faults.Count(1), faults.Count(-1)])
def test_rows_that_do_not_add_up_are_not_all(desk, shelf, fault):
    for uid in ("m1", "m2", "m3"):
        rate(desk, uid, 6)
        desk.mara.wish(desk.works[uid])
    desk.world.faults.order(fault, API)
    with pytest.raises(Incomplete):
        desk.read(shelf)


def test_what_moves_while_it_is_read_is_not_all(desk):
    desk.simulated.options.search_page = 2
    for uid in ("m1", "m2", "m3", "m4"):
        rate(desk, uid, 6)
    again = faults.Act(lambda: desk.mara.rate(desk.works["m1"], 9))
    desk.world.faults.order(again, API)
    with pytest.raises(Incomplete):
        desk.read("ratings")


def test_a_wish_that_goes_while_they_are_read_hides_no_other_one(desk):
    desk.simulated.options.own_list_page = 2
    for uid in ("m1", "m2", "m3", "m4"):
        desk.mara.wish(desk.works[uid])
    desk.world.faults.order(faults.Act(lambda: desk.mara.unwish(desk.works["m1"])), API)
    with pytest.raises(Incomplete, match="moved"):
        desk.read("watchlist")


# News of ratings


def test_news_costs_one_page_and_ends_where_what_is_known_begins(desk):
    desk.simulated.options.search_page = 3
    for uid in ("m1", "m2", "m3", "m4", "m5"):
        rate(desk, uid, 6)
    cursor = desk.read("ratings")[0].cursor
    rate(desk, "m1", 9)
    reading, news = desk.read("ratings", cursor)
    assert (desk.asked(), reading.complete, reading.count) == (1, False, 5)
    assert {one.media.ids["imdb"]: one.value for one in news}[desk.id("m1")] == 90


def test_what_was_rated_in_the_very_second_of_the_newest_is_no_news_missed(desk):
    desk.simulated.options.search_page = 2
    second = desk.world.now()
    desk.mara.rate(desk.works["m2"], 6, second)
    cursor = desk.read("ratings")[0].cursor
    for uid in ("m1", "m3"):
        desk.mara.rate(desk.works[uid], 7, second)
    news = {one.media.ids["imdb"] for one in desk.read("ratings", cursor)[1]}
    assert news >= {desk.id("m1"), desk.id("m3")}


@pytest.mark.parametrize(
    "deed",
    [
        lambda desk: rate(desk, "m2", 6),
        lambda desk: rate(desk, "m1", 7),
        lambda desk: rate(desk, "m1", 6),
        lambda desk: desk.mara.unrate(desk.works["m3"]),
        lambda desk: (desk.mara.unrate(desk.works["m3"]), rate(desk, "m2", 6)),
    ],
)
def test_the_stamp_of_ratings_moves_whatever_happens_and_costs_one_request(desk, deed):
    for uid in ("m3", "m1"):
        rate(desk, uid, 6)
    before = desk.stamp("ratings")
    assert (desk.stamp("ratings"), desk.asked()) == (before, 1)
    deed(desk)
    assert desk.stamp("ratings") != before


# The watchlist is read


def test_a_watchlist_is_read_page_by_page_in_its_order(tmp_path):
    desk = Desk(tmp_path, cookie=True, movies=240)
    works = [work for work in desk.works.of("movie") if "imdb" in work.ids][:230]
    for work in works:
        desk.mara.wish(work)
    reading, records = desk.read("watchlist")
    assert [one.media.ids["imdb"] for one in records] == [work.ids["imdb"] for work in works]
    assert (reading.complete, desk.asked()) == (True, 3)


def test_an_episode_on_the_watchlist_names_its_show_and_a_game_is_left_out(desk):
    desk.simulated.titles.know(desk.works["m1"], type="videoGame")
    for uid in ("m1", "s1.2.1", "s1"):
        desk.mara.wish(desk.works[uid])
    episode, show = (one.media for one in desk.read("watchlist")[1])
    assert (episode.kind, episode.parent.keys, episode.season) == (Kind.EPISODE, show.keys, 2)
    assert (show.kind, show.parent) == (Kind.SHOW, None)


@pytest.mark.parametrize("page", [1, 100])
def test_two_wishes_that_became_one_title_are_one_wish(desk, page):
    desk.simulated.options.own_list_page = page
    for uid in ("m1", "m2"):
        desk.mara.wish(desk.works[uid])
    desk.simulated.merge(desk.id("m1"), desk.id("m2"))
    assert [one.media.keys for one in desk.read("watchlist")[1]] == [(desk.id("m2"),)]


# Writing


def test_a_rating_and_a_wish_arrive_are_changed_and_go(desk):
    assert desk.add("ratings", *stars(desk, "m1", "s1", "s1.1.1")) == []
    assert desk.add("ratings", *stars(desk, "m1", value=30)) == []
    assert held(desk) == {desk.id("m1"): 30, desk.id("s1"): 80, desk.id("s1.1.1"): 80}
    assert desk.remove("ratings", *stars(desk, "m1")) == []
    assert desk.add("watchlist", *wishes(desk, "m2", "s2")) == []
    assert desk.remove("watchlist", *wishes(desk, "m2")) == []
    assert (set(held(desk)), listed(desk)) == ({desk.id("s1"), desk.id("s1.1.1")}, [desk.id("s2")])


def test_what_is_gone_already_is_done(desk):
    assert desk.remove("ratings", *stars(desk, "m1")) == []
    assert desk.remove("watchlist", *wishes(desk, "m1")) == []


def test_one_bad_id_does_not_fail_the_other_24(desk):
    uids = [work.uid for work in desk.works.of("movie", "episode") if "imdb" in work.ids][:24]
    nowhere = Rating(Media(Kind.MOVIE, {"imdb": "tt9999999"}, "Nobody made this"), None, 50)
    refused = desk.add("ratings", *stars(desk, *uids[:12]), nowhere, *stars(desk, *uids[12:]))
    assert [(one.record, one.why) for one in refused] == [(nowhere, "IMDb does not know this title")]
    assert (len(desk.mara.ratings), desk.asked()) == (24, 1)


def test_a_full_watchlist_refuses_what_does_not_fit_in_its_own_words(tmp_path):
    desk = Desk(tmp_path, cookie=True, options=Options(list_cap=2))
    sent = wishes(desk, "m1", "m2", "m3")
    refused = desk.add("watchlist", *sent)
    assert [(one.record, one.why) for one in refused] == [(sent[2], 'IMDb says "A list holds 2 titles at most"')]
    assert (listed(desk), desk.asked()) == ([desk.id("m1"), desk.id("m2")], 1)


def test_what_has_no_id_at_imdb_is_refused_without_asking(desk):
    unknown = Wish(Media(Kind.MOVIE, {"tmdb": "949"}, "Heat"))
    (refused,) = desk.add("watchlist", unknown)
    assert (refused.record, desk.asked()) == (unknown, 0)


def test_the_name_that_imdb_showed_counts_and_all_of_them_where_something_is_removed(desk):
    for uid in ("m1", "m2"):
        rate(desk, uid, 6)
    heat = Media(Kind.MOVIE, {"imdb": "tt0000001"}, "Heat", keys=(desk.id("m1"), desk.id("m2")))
    desk.add("ratings", Rating(heat, None, 90))
    assert held(desk) == {desk.id("m1"): 90, desk.id("m2"): 60}
    desk.remove("ratings", Rating(heat, None, 90))
    assert held(desk) == {}


def test_an_id_that_was_merged_away_writes_to_the_title_that_it_became(desk):
    desk.simulated.merge(desk.id("m1"), "tt99000001")
    assert desk.add("ratings", *stars(desk, "m1")) == []
    assert held(desk) == {"tt99000001": 80}


def test_a_thousand_ratings_take_at_most_45_requests(tmp_path):
    desk = Desk(tmp_path, cookie=True, movies=1010)
    uids = [work.uid for work in desk.works.of("movie") if "imdb" in work.ids][:1000]

    async def sync(service):
        """As a sync asks: who, what is there, all that is owed, and what is there now."""
        ratings = service.shelves["ratings"]
        await service.identity()
        for name in ("ratings", "watchlist"):
            await service.shelves[name].stamp()
            reading = await service.shelves[name].read(None)
            assert [page async for page in reading.records if page] == []
        sent, refused = stars(desk, *uids), []
        for start in range(0, len(sent), ratings.form.batch):
            refused += await ratings.add(sent[start : start + ratings.form.batch])
        return refused, await ratings.stamp()

    assert desk.run(sync)[0] == []
    assert len(desk.mara.ratings) == 1000
    assert desk.asked() <= 45


def test_what_is_written_at_once_is_one_document(desk):
    async def batches(service):
        return [service.shelves[name].form.batch for name in ("ratings", "watchlist")]

    assert desk.run(batches) == [25, 25]


def test_requests_are_a_second_apart_and_one_at_a_time(desk):
    began = desk.world.now()

    async def all_at_once(service):
        await asyncio.gather(*(service.shelves["ratings"].stamp() for _ in range(5)))

    desk.run(all_at_once)
    assert desk.world.now() - began >= 4


def test_a_write_whose_answer_was_lost_is_sent_again_and_does_no_more(desk):
    desk.world.faults.order(faults.Drop(applied=True), API)
    assert desk.add("watchlist", *wishes(desk, "m1")) == []
    assert (listed(desk), desk.asked()) == ([desk.id("m1")], 2)


# Answers that are none


def rewritten(desk, answer, deed):
    """A run in which every answer is this JSON, with 200."""

    async def whole_run():
        service = desk.open()
        http = Http("IMDb", dict(Imdb.hosts), Imdb.signer(desk.drawer), desk.drawer, limits=Imdb.limits,
            clock=desk.http.clock, transport=Rewriting(desk.http._transport, {"/": lambda _: answer}))  # fmt: skip
        await service.http.__aexit__()
        async with http:
            return await deed(Imdb(http, desk.given, service.known, service.desk))

    return asyncio.run(whole_run())


async def read_ratings(service):
    return [page async for page in (await service.shelves["ratings"].read(None)).records]


async def read_wishes(service):
    return [page async for page in (await service.shelves["watchlist"].read(None)).records]


BROKEN = {"message": "INTERNAL exception code while fetching data (/x) : Something broke", "path": ["x"]}
HEAT = Media(Kind.MOVIE, {"imdb": "tt0113277"}, "Heat", 1995)
DEEDS = [read_ratings, read_wishes, lambda s: s.shelves["ratings"].stamp(), lambda s: s.identity()]


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"advancedTitleSearch": None, "predefinedList": None, "user": None},
        {"predefinedList": {"items": None}},
    ],
)
def test_an_answer_without_data_is_never_empty(desk, deed, data):
    with pytest.raises(UnexpectedAnswer, match="Something broke"):
        rewritten(desk, {"data": data, "errors": [BROKEN]}, deed)


@pytest.mark.parametrize("data", [None, {}, {"m0": None}])
@pytest.mark.parametrize("errors", [None, [BROKEN]])
def test_what_an_answer_neither_did_nor_refused_is_not_done(desk, data, errors):
    with pytest.raises(UnexpectedAnswer):
        rewritten(desk, {"data": data, "errors": errors}, lambda s: s.shelves["ratings"].add(stars(desk, "m1")))


def test_where_all_failed_nothing_is_known_to_be_refused(desk):
    answer = {"data": None, "errors": [BROKEN | {"path": ["m0"]}]}
    with pytest.raises(UnexpectedAnswer):
        rewritten(desk, answer, lambda s: s.shelves["ratings"].add(stars(desk, "m1")))


def test_a_fault_below_what_was_done_is_no_refusal(desk):
    answer = {"data": {"m0": {"rating": None}}, "errors": [BROKEN | {"path": ["m0", "rating"]}]}
    assert rewritten(desk, answer, lambda s: s.shelves["ratings"].add(stars(desk, "m1"))) == []


@pytest.mark.parametrize(
    "title", [None, {"id": "tt0113277"}, {"id": "tt0113277", "userRating": {"value": 11}}, {"id": ""}]
)
def test_a_rating_that_cannot_be_read_makes_it_less_than_all(desk, title):
    with pytest.raises(Incomplete):
        rewritten(desk, found([title]), read_ratings)


def found(titles, **page):
    """An answer to the question for ratings."""
    edges = [{"node": {"title": title}} for title in titles]
    return {"data": {"advancedTitleSearch": {"total": len(titles), "edges": edges, "pageInfo": {}} | page}}


def test_a_page_that_does_not_say_how_many_there_are_is_an_error(desk):
    with pytest.raises(UnexpectedAnswer):
        rewritten(desk, found([], total=None), lambda s: s.shelves["ratings"].stamp())


@pytest.mark.parametrize("cursor", [None, "x"])
def test_pages_that_lead_nowhere_end(desk, cursor):
    info = {"hasNextPage": True, "endCursor": cursor}
    with pytest.raises(Incomplete, match="2 rows were announced"):
        rewritten(desk, found([], total=2, pageInfo=info), read_ratings)


def wished(count, total):
    """A page of wishes that leads on to itself."""
    edges = [{"node": {"item": {"id": "tt0113277"}}}] * count
    page = {"total": total, "edges": edges, "pageInfo": {"hasNextPage": True, "endCursor": "x"}}
    return {"data": {"predefinedList": {"items": page}}}


@pytest.mark.parametrize("total", [2, 1000])
def test_wishes_whose_pages_lead_back_to_one_of_them_are_an_error(desk, total):
    with pytest.raises(UnexpectedAnswer, match="leads back to an earlier one"):
        rewritten(desk, wished(1, total), read_wishes)


def test_more_wishes_than_were_announced_are_not_read_on_and_on(desk):
    with pytest.raises(Incomplete, match="1 rows were announced, 2 came"):
        rewritten(desk, wished(2, 1), read_wishes)


RATED = {"id": "tt0113277", "titleType": {"id": "movie"}, "userRating": {"value": 8, "date": "2023-11-14T22:13:20Z"}}


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("2023-11-14T22:13:20Z", 1_700_000_000),
        ("2023-11-14T22:13:20.250+00:00", 1_700_000_000),
        ("2023-11-14T23:13:20+01:00", 1_700_000_000),
        ("2023-11-14T22:13:20", 1_700_000_000),
        (None, None),
    ],
)
def test_an_instant_is_read_in_whichever_zone_it_is_told(desk, date, at):
    ((rating,),) = rewritten(desk, found([RATED | {"userRating": {"value": 8, "date": date}}]), read_ratings)
    assert (rating.value, rating.at) == (80, at)


@pytest.mark.parametrize("series", [None, {"series": None, "episodeNumber": None}, {"series": {"id": None}}])
def test_an_episode_of_which_no_show_is_told_has_none(desk, series):
    title = RATED | {"titleType": {"id": "tvEpisode"}, "series": series}
    ((rating,),) = rewritten(desk, found([title]), read_ratings)
    assert (rating.media.kind, rating.media.parent) == (Kind.EPISODE, None)


def test_a_document_that_imdb_no_longer_understands_is_an_error(desk):
    desk.simulated.options.unreadable = 200
    desk.simulated.options.most_writes = 1
    with pytest.raises(UnexpectedAnswer, match="1 mutations at most"):
        desk.add("ratings", *stars(desk, "m1", "m2"))


# The end of a sign-in, the firewall, too many requests


@pytest.mark.parametrize("shape", ["status", "token", "errors"])
@pytest.mark.parametrize("end", ["sign_out", "expire"])
@pytest.mark.parametrize("deed", [*DEEDS, lambda s: s.shelves["ratings"].add([Rating(HEAT)])])
def test_a_cookie_that_is_no_longer_good_is_to_be_copied_anew(desk, shape, end, deed):
    desk.simulated.options.signed_out = shape
    getattr(desk.mara, end)()
    with pytest.raises(SignInNeeded, match="copy the cookie anew"):
        desk.run(deed)


@pytest.mark.parametrize(
    "error",
    [
        {"message": "No", "extensions": {"code": "UNAUTHENTICATED"}},
        {"message": "Authentication is required"},
    ],
)
def test_either_the_code_or_the_words_of_an_error_ask_for_a_sign_in(desk, error):
    with pytest.raises(SignInNeeded):
        rewritten(desk, {"data": None, "errors": [error]}, read_wishes)


@pytest.mark.parametrize("shape", ["status", "token", "errors"])
def test_after_the_sign_in_has_ended_nothing_more_is_asked_in_a_run(desk, shape):
    desk.simulated.options.signed_out = shape
    desk.mara.sign_out()
    assert (failures(desk, SignInNeeded), desk.asked()) == (3, 1)


def failures(desk, kind):
    """How many of three things that a run wants fail like this."""

    async def all_of_it(service):
        deeds = (service.identity(), read_ratings(service), service.shelves["watchlist"].add(wishes(desk, "m1")))
        return await asyncio.gather(*map(failing, deeds))

    return sum(isinstance(error, kind) for error in desk.run(all_of_it))


async def failing(deed):
    try:
        return await deed
    except ServiceError as error:
        return error


def test_the_firewall_is_asked_once_and_nothing_was_sent(desk):
    desk.world.faults.order(faults.Status(403), API, times=-1)
    assert (failures(desk, NotSent), desk.asked()) == (3, 1)
    assert issubclass(NotSent, Unavailable)
    assert not NotSent.unclear


def test_too_many_requests_end_the_run(desk):
    desk.world.faults.order(faults.Status(429), API, times=-1)
    assert (failures(desk, RateLimited), desk.asked()) == (3, 1)


def test_a_cookie_that_was_copied_anew_is_good(desk):
    desk.mara.sign_out()
    desk.mara.sign_in()
    with pytest.raises(SignInNeeded):
        desk.stamp("ratings")
    desk.sign_in(desk.mara.at_main)
    assert desk.stamp("ratings") == "0"


def test_a_web_page_in_place_of_an_answer_is_an_error(desk):
    desk.world.faults.order(faults.Html(), API, times=-1)
    with pytest.raises(Unavailable):
        desk.read("watchlist")


# A public watchlist, without a cookie


@pytest.fixture
def public(tmp_path):
    desk = Desk(tmp_path)
    desk.mara.watchlist.public = True
    desk.given["watchlist_of"] = desk.mara.id
    for uid in ("m1", "s1"):
        desk.mara.wish(desk.works[uid])
    return desk


def hosts(desk):
    return [one.host for one in desk.world.requests.all]


def test_a_public_watchlist_is_read_without_a_cookie(public):
    reading, records = public.read("watchlist")
    assert [one.media.ids["imdb"] for one in records] == [public.id("m1"), public.id("s1")]
    assert (reading.complete, hosts(public)) == (True, [CACHING])


def test_a_profile_leads_to_its_number_first(public):
    public.given["watchlist_of"] = f"https://www.imdb.com/user/{public.mara.profile}/"
    assert (len(public.read("watchlist")[1]), hosts(public)) == (2, [CACHING] * 2)


@pytest.mark.parametrize("whose", ["ur99999999", "p.nobody"])
def test_the_watchlist_of_nobody_is_no_empty_one(public, whose):
    public.given["watchlist_of"] = whose
    with pytest.raises(UnexpectedAnswer, match="There is no such"):
        public.read("watchlist")


def test_a_watchlist_that_became_private_is_no_empty_one(public):
    public.mara.watchlist.public = False
    with pytest.raises(UnexpectedAnswer, match="Permission denied"):
        public.read("watchlist")


def test_what_is_owed_to_a_public_watchlist_is_carried_and_its_ratings_come_by_file(public):
    async def able(service):
        return {name: (shelf.filed, shelf.carried, shelf.can("remove")) for name, shelf in service.shelves.items()}

    found = {"watched": (True, False, False), "ratings": (True, True, False), "watchlist": (False, True, False)}
    assert public.run(able) == {**found, "lists": (True, False, False)}


def test_with_the_cookie_her_own_watchlist_counts_and_check_ins_still_come_by_file(desk):
    async def able(service):
        return {name: (shelf.filed, shelf.carried, shelf.can("remove")) for name, shelf in service.shelves.items()}

    desk.given["watchlist_of"] = "ur99999999"
    found = {"watched": (True, False, False), "ratings": (False, False, True), "watchlist": (False, False, True)}
    assert desk.run(able) == {**found, "lists": (True, False, False)}
