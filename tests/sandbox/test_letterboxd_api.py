"""The API of the simulated Letterboxd (reference, "Official API v0" and point 7): signing in, the gate, and what it tells."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.letterboxd_member import API, SITE, Person
from watchweave.sandbox import faults
from watchweave.sandbox.letterboxd_sign_in import CLIENT, REDIRECT, SECRET, App
from watchweave.sandbox.world import World, invented

ALL = "content:modify profile:private:view oauth:refresh"


@pytest.fixture
def mara():
    return Person()


def titles(answer):
    return [item["name"] for item in answer.json()["items"]]


def called(person, *uids):
    return [person.works[uid].title for uid in uids]


# Signing in


def browser(mara, base=API, **more):
    asked = {"response_type": "code", "client_id": CLIENT, "redirect_uri": REDIRECT, "scope": ALL, "state": "s1"} | more
    return mara.ask("GET", f"{base}/auth/authorize", params=asked)


def code_of(answer):
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def signed_in(mara, **more):
    mara.letterboxd.sign_in.in_browser = mara.member
    code = code_of(browser(mara, **more))
    return mara.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)


@pytest.mark.parametrize("base", [API, SITE])
def test_who_says_yes_in_the_browser_is_sent_back_with_a_code_and_the_state(mara, base):
    assert "Sign in" in browser(mara, base).text
    mara.letterboxd.sign_in.in_browser = mara.member
    answer = browser(mara, base)
    back = urlsplit(answer.headers["Location"])
    assert (answer.status_code, f"{back.scheme}://{back.netloc}{back.path}") == (302, REDIRECT)
    assert parse_qs(back.query)["state"] == ["s1"]


def test_a_code_gives_tokens_once(mara):
    mara.letterboxd.sign_in.in_browser = mara.member
    form = {"grant_type": "authorization_code", "code": code_of(browser(mara)), "redirect_uri": REDIRECT}
    tokens = mara.token(**form).json()
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 3_600, ALL)
    mara.headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert mara.get("/me").json()["member"]["id"] == mara.member.id
    assert mara.token(**form).status_code == 400


def test_a_code_is_good_only_where_the_browser_was_sent_back_to(mara):
    mara.letterboxd.sign_in.in_browser = mara.member
    code = code_of(browser(mara))
    elsewhere = mara.token(grant_type="authorization_code", code=code, redirect_uri="http://127.0.0.1/elsewhere")
    assert elsewhere.status_code == 400


def test_an_address_that_is_not_registered_an_unknown_app_or_scope_is_turned_away(mara):
    mara.letterboxd.sign_in.in_browser = mara.member
    wrong = (
        {"redirect_uri": "http://127.0.0.1/elsewhere"},
        {"client_id": "x"},
        {"scope": "all"},
        {"response_type": "t"},
    )
    assert [browser(mara, **more).status_code for more in wrong] == [400] * 4


def test_a_refresh_token_comes_only_with_its_scope_and_works_once(mara):
    assert "refresh_token" not in signed_in(mara, scope="content:modify").json()
    refresh = signed_in(mara).json()["refresh_token"]
    fresh = mara.token(grant_type="refresh_token", refresh_token=refresh).json()
    mara.headers = {"Authorization": f"Bearer {fresh['access_token']}"}
    assert mara.get("/me").status_code == 200
    assert mara.token(grant_type="refresh_token", refresh_token=refresh).status_code == 400


def test_a_refresh_token_is_good_for_its_own_app_only(mara):
    mara.letterboxd.sign_in.apps["another"] = App("its secret")
    form = {"grant_type": "refresh_token", "refresh_token": mara.grant.refresh}
    assert mara.token(**form, client_id="another", client_secret="its secret").status_code == 400
    assert mara.token(**form).status_code == 200


@pytest.mark.parametrize(("outlives", "status"), [(True, 200), (False, 400)])
def test_a_refresh_token_may_or_may_not_outlive_its_access_token(outlives, status):
    mara = Person(refresh_outlives=outlives)
    mara.world.clock.advance(3_600)
    assert mara.get("/me").status_code == 401
    assert mara.token(grant_type="refresh_token", refresh_token=mara.grant.refresh).status_code == status


def test_an_app_by_itself_reads_what_is_public_and_nothing_else(mara):
    tokens = mara.token(grant_type="client_credentials").json()
    assert "refresh_token" not in tokens
    mara.headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert mara.get("/films", filmId=f"imdb:{mara.works['m1'].ids['imdb']}").status_code == 200
    assert mara.get("/me").status_code == 403
    assert mara.patch(f"/me/rate/{mara.id('m1')}", {"rating": 4}).status_code == 403


def test_passwords_wrong_secrets_and_json_give_no_token(mara):
    assert mara.token(grant_type="password", username="mara", password="x").status_code == 400
    assert mara.token(grant_type="client_credentials", client_secret="x").status_code == 401
    form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
    assert mara.ask("POST", f"{API}/auth/token", json=form).status_code == 400


def test_what_is_wrong_with_a_sign_in_can_be_told_in_two_ways(mara):
    refused = mara.token(grant_type="refresh_token", refresh_token="x").json()
    assert (refused["error"], refused["code"]) == (True, "invalid_grant")
    mara.letterboxd.options.token_errors = "oauth"
    assert mara.token(grant_type="refresh_token", refresh_token="x").json()["error"] == "invalid_grant"


def test_who_revokes_the_app_ends_both_tokens(mara):
    mara.letterboxd.sign_in.revoke(mara.member)
    assert mara.get("/me").status_code == 401
    assert mara.token(grant_type="refresh_token", refresh_token=mara.grant.refresh).status_code == 400


# The gate


def test_no_token_and_an_expired_token_are_401_in_the_form_of_all_errors(mara):
    mara.letterboxd.sign_in.expire(mara.member)
    for headers in (mara.headers, {}, {"Authorization": "Bearer x"}):
        answer = mara.ask("GET", f"{API}/me", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, True)
        assert answer.json()["message"]


def test_an_unknown_path_is_404(mara):
    for method, path in (("GET", "/nothing"), ("DELETE", "/me"), ("GET", "/log-entry")):
        answer = mara.send(method, path)
        assert (answer.status_code, answer.json()["error"]) == (404, True)


def test_who_asks_too_fast_is_told_how_long_to_wait():
    mara = Person(pace=(2, 10.0))
    jon = Person(mara.world, "jon")
    assert [mara.get("/me").status_code for _ in range(3)] == [200, 200, 429]
    assert mara.get("/me").headers["Retry-After"] == "10"
    assert jon.get("/me").status_code == 200
    mara.world.clock.advance(10)
    assert mara.get("/me").status_code == 200


def test_the_api_also_answers_below_its_root(mara):
    answer = mara.ask("GET", "https://api.letterboxd.com/me", headers=mara.headers)
    assert answer.json()["member"]["username"] == "mara"


def test_only_what_changes_something_counts_as_a_write(mara):
    mara.token(grant_type="client_credentials")
    mara.get("/me")
    mara.patch(f"/me/like/{mara.id('m1')}", {"liked": True})
    assert [asked.method for asked in mara.world.requests.writes("letterboxd")] == ["PATCH"]


# Who


def test_me_says_who_and_whether_the_account_is_private(mara):
    mara.member.profile.email = "mara@example.org"
    assert mara.get("/me").json() == {
        "member": {"id": mara.member.id, "username": "mara", "displayName": "mara"},
        "privateAccount": False,
        "emailAddress": "mara@example.org",
    }
    mara.headers = {"Authorization": f"Bearer {mara.letterboxd.sign_in.grant(mara.member, scopes=()).access}"}
    assert "emailAddress" not in mara.get("/me").json()


def shelves(mara):
    """What the API tells of the diary, a shelf, the watchlist and the lists of this member."""
    me = mara.member.id
    watched = {"member": me, "memberRelationship": "Watched"}
    return [
        mara.get("/log-entries", member=me),
        mara.get("/films", **watched),
        mara.get(f"/member/{me}/watchlist"),
        mara.get("/lists", member=me),
    ]


def fill(mara):
    mara.member.log(mara.works["m1"])
    mara.member.want(mara.works["m2"])
    return mara.member.make_list("Trains")


def test_a_private_account_is_hidden_from_everything_but_me(mara):
    trains = fill(mara)
    mara.member.private = True
    assert [(answer.status_code, answer.json()["items"]) for answer in shelves(mara)] == [(200, [])] * 4
    assert mara.get("/me").json()["privateAccount"] is True
    assert mara.get(f"/list/{trains.code}/entries").status_code == 404
    (film,) = mara.get("/films", filmId=mara.id("m1")).json()["items"]
    assert "relationships" not in film


def test_a_private_account_can_be_refused():
    mara = Person(private_answers="refused")
    fill(mara)
    mara.member.private = True
    assert [answer.status_code for answer in shelves(mara)] == [403] * 4


def test_who_opted_out_is_as_unknown_as_nobody(mara):
    fill(mara)
    mara.member.opted_out = True
    assert [answer.status_code for answer in shelves(mara)] == [404] * 4
    assert mara.get("/log-entries", member="nobody").status_code == 404


# Films


def test_films_are_found_by_a_hundred_ids_of_three_kinds(mara):
    first, second, third = (mara.works[uid] for uid in ("m4", "m5", "m2"))
    ids = [f"tmdb:{first.ids['tmdb']}", f"imdb:{second.ids['imdb']}", mara.id("m2"), "tmdb:999999999"]
    answer = mara.get("/films", filmId=[*ids, *["imdb:tt9999999"] * 96], perPage=100)
    assert titles(answer) == [first.title, second.title, third.title]
    assert mara.get("/films", filmId=ids * 26).status_code == 400
    assert mara.get("/films", filmId="tvdb:5").status_code == 400


def test_a_film_says_what_it_is_called_elsewhere(mara):
    film = mara.film("m2")
    (row,) = mara.get("/films", filmId=film.code).json()["items"]
    assert (row["id"], row["name"], row["releaseYear"]) == (film.code, film.name, film.year)
    tmdb, imdb = film.work.ids["tmdb"], film.work.ids["imdb"]
    assert [(link["type"], link["id"], link["url"]) for link in row["links"]] == [
        ("letterboxd", film.code, film.address),
        ("boxd", film.code, film.uri),
        ("tmdb", str(tmdb), f"https://www.themoviedb.org/movie/{tmdb}/"),
        ("imdb", imdb, f"https://www.imdb.com/title/{imdb}/"),
    ]


def test_a_number_of_tmdb_can_mean_a_film_and_a_series_and_the_links_tell(mara):
    film, show = mara.works.traps["one number"]
    mara.letterboxd.films.enter(show)
    rows = mara.get("/films", filmId=f"tmdb:{film.ids['tmdb']}").json()["items"]
    kinds = [link["url"].split("/")[3] for row in rows for link in row["links"] if link["type"] == "tmdb"]
    assert kinds == ["movie", "tv"]


def test_a_shelf_tells_what_each_film_is_to_the_member_newest_first(mara):
    mara.member.rate(mara.works["m2"], 9, at=1_000)
    mara.member.watch(mara.works["m3"], at=2_000)
    mara.member.like(mara.works["m3"])
    answer = mara.get("/films", member=mara.member.id, memberRelationship="Watched", sort="DateLatestFirst")
    told = [row["relationships"][0]["relationship"] for row in answer.json()["items"]]
    assert titles(answer) == called(mara, "m3", "m2")
    assert told == [
        {"watched": True, "liked": True, "inWatchlist": False},
        {"watched": True, "liked": False, "inWatchlist": False, "rating": 4.5},
    ]


@pytest.mark.parametrize(
    ("relation", "uids"),
    [("Watched", ("m3", "m2", "m1")), ("Rated", ("m2",)), ("Liked", ("m3",)), ("InWatchlist", ("x2", "x1"))],
)
def test_each_shelf_of_films_can_be_read(mara, relation, uids):
    mara.member.log(mara.works["m1"], at=1_000)
    mara.member.rate(mara.works["m2"], 8, at=2_000)
    mara.member.watch(mara.works["m3"], at=3_000)
    mara.member.like(mara.works["m3"])
    mara.member.want(mara.works["x1"], at=1_000)
    mara.member.want(mara.works["x2"], at=2_000)
    shelf = {"member": mara.member.id, "memberRelationship": relation}
    assert titles(mara.get("/films", **shelf)) == called(mara, *uids)
    assert titles(mara.get("/films", **shelf, sort="DateEarliestFirst")) == called(mara, *uids[::-1])


def test_a_film_need_not_say_what_it_is_to_the_member(mara):
    ids = {"filmId": mara.id("m1")}
    (row,) = mara.get("/films", **ids).json()["items"]
    assert row["relationships"][0]["member"]["id"] == mara.member.id
    (row,) = mara.get("/films", **ids, excludeMemberFilmRelationships="true").json()["items"]
    assert "relationships" not in row


def test_ids_can_be_looked_for_on_a_shelf(mara):
    mara.member.watch(mara.works["m2"])
    shelf = {"member": mara.member.id, "memberRelationship": "Watched"}
    assert titles(mara.get("/films", filmId=[mara.id("m1"), mara.id("m2")], **shelf)) == called(mara, "m2")


def test_the_watchlist_has_an_address_of_its_own(mara):
    for moment, uid in enumerate(("x1", "x2", "x3")):
        mara.member.want(mara.works[uid], at=moment)
    assert titles(mara.get(f"/member/{mara.member.id}/watchlist")) == called(mara, "x3", "x2", "x1")


def test_films_that_left_letterboxd_are_told_no_more(mara):
    mara.member.want(mara.works["x1"])
    mara.member.log(mara.works["m1"])
    for uid in ("x1", "m1"):
        mara.letterboxd.films.drop(mara.works[uid])
    assert [answer.json()["items"] for answer in shelves(mara)] == [[]] * 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"memberRelationship": "Watched"},
        {"member": "me", "memberRelationship": "Owned"},
        {"perPage": 101},
        {"perPage": 0},
        {"cursor": "20"},
    ],
)
def test_what_films_cannot_be_asked_is_400(mara, wrong):
    asked = {name: mara.member.id if value == "me" else value for name, value in wrong.items()}
    assert mara.get("/films", **asked).status_code == 400


# Pages


def through(mara, path, **params):
    """The sizes of all pages, and all their items."""
    sizes, items, cursor = [], [], {}
    while cursor is not None:
        page = mara.get(path, **params, **cursor).json()
        sizes.append(len(page["items"]))
        items += page["items"]
        cursor = {"cursor": page["next"]} if "next" in page else None
    return sizes, items


def wishes(mara, count):
    for moment in range(1, count + 1):
        mara.member.want(mara.works[f"x{moment}"], at=moment)
    return f"/member/{mara.member.id}/watchlist"


def test_a_page_has_twenty_rows_unless_asked_and_the_last_one_names_no_next():
    mara = Person(World(invented(movies=7, shows=0, extra_movies=120)))
    path = wishes(mara, 120)
    assert through(mara, path)[0] == [20] * 6
    sizes, items = through(mara, path, perPage=100)
    assert (sizes, len({item["id"] for item in items})) == ([100, 20], 120)
    assert mara.get(path).json()["itemCount"] == 120


def test_a_film_that_is_added_between_two_pages_is_no_gap(mara):
    path = wishes(mara, 10)
    first = mara.get(path, perPage=5).json()
    mara.member.want(mara.works["m1"])
    rest = mara.get(path, perPage=100, cursor=first["next"]).json()
    names = [item["name"] for item in (*first["items"], *rest["items"])]
    assert len(names) == 11
    assert set(names) == set(called(mara, *(f"x{number}" for number in range(1, 11))))


def test_a_shelf_can_hold_a_film_twice():
    mara = Person(repeats=True)
    wishes(mara, 10)
    sizes, items = through(mara, "/films", member=mara.member.id, memberRelationship="InWatchlist", perPage=5)
    assert (sizes, len({item["id"] for item in items})) == ([5, 6], 10)


def test_faults_on_order_spoil_a_page(mara):
    path = wishes(mara, 10)
    orders = (faults.Empty(), faults.Short(2), faults.Cap(3), faults.Count(5), faults.Untold())
    for skip, fault in enumerate(orders):
        mara.world.faults.order(fault, "letterboxd", skip=skip)
    empty, short, cap, count, untold = (mara.get(path, perPage=5).json() for _ in orders)
    assert [len(page["items"]) for page in (empty, short, cap)] == [0, 3, 3]
    assert (count["itemCount"], "next" in untold, "itemCount" in untold) == (15, False, False)


# The diary


def test_an_entry_says_what_was_said_of_the_viewing(mara):
    entry = mara.member.log(
        mara.works["m1"], "2026-11-01", rating=9, rewatch=True, like=True, tags=("vhs",), review="<b>A</b>\n\nB"
    )
    (row,) = mara.get("/log-entries", member=mara.member.id, memberRelationship="Owner").json()["items"]
    assert (row["id"], row["film"]["id"], row["owner"]["id"]) == (entry.code, mara.id("m1"), mara.member.id)
    assert row["diaryDetails"] == {"diaryDate": "2026-11-01", "rewatch": True}
    assert row["review"] == {"lbml": "<b>A</b>\n\nB", "text": "<p><b>A</b></p><p>B</p>", "containsSpoilers": False}
    assert (row["rating"], row["like"], row["tags"]) == (4.5, True, ["vhs"])
    assert row["whenCreated"] == "2026-11-20T18:00:00Z"


def test_an_entry_has_no_key_for_what_was_not_said(mara):
    mara.member.review(mara.works["m1"], "Well.")
    mara.member.log(mara.works["m1"])
    play, review = mara.get("/log-entries", member=mara.member.id).json()["items"]
    assert {"diaryDetails", "review", "rating"} & play.keys() == {"diaryDetails"}
    assert {"diaryDetails", "review", "rating"} & review.keys() == {"review"}


def test_the_diary_tells_first_what_was_written_last(mara):
    for moment, day in enumerate(("2026-11-10", "2026-11-01", "2026-11-05"), 1):
        mara.member.log(mara.works["m1"], day, at=moment)
    rows = mara.get("/log-entries", member=mara.member.id, sort="WhenAdded").json()["items"]
    assert [row["diaryDetails"]["diaryDate"] for row in rows] == ["2026-11-05", "2026-11-01", "2026-11-10"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"where": ["HasDiaryDate", "NoDrafts"]}, {1, 2, 3}),
        ({"where": "HasReview"}, {0, 1}),
        ({"year": 2025}, {1, 2}),
        ({"year": 2025, "month": 12}, {2}),
        ({"year": 2026, "week": 45}, {3}),
        ({"year": 2026, "month": 11, "day": 2}, {3}),
        ({"film": "m2"}, {2}),
    ],
)
def test_the_diary_can_be_asked_for_a_part(mara, asked, found):
    film = mara.works["m1"]
    entries = [
        mara.member.review(film, "Undated."),
        mara.member.log(film, "2025-01-31", review="Well."),
        mara.member.log(mara.works["m2"], "2025-12-31"),
        mara.member.log(film, "2026-11-02"),
    ]
    params = {name: mara.id(value) if name == "film" else value for name, value in asked.items()}
    rows = mara.get("/log-entries", member=mara.member.id, **params).json()["items"]
    assert {row["id"] for row in rows} == {entries[place].code for place in found}


def test_what_the_diary_cannot_be_asked_is_400(mara):
    for wrong in ({"where": "Odd"}, {"sort": "Odd"}, {"month": "13"}, {"memberRelationship": "Odd"}):
        assert mara.get("/log-entries", member=mara.member.id, **wrong).status_code == 400
    assert mara.get("/log-entries").status_code == mara.get("/lists").status_code == 400
