"""Who gets past the simulated IMDb's firewall, whose cookie is good, and which documents it reads at all."""

import pytest

from tests.sandbox.imdb_person import (
    API,
    CACHING,
    HEADERS,
    LIST,
    MARK,
    RATE,
    RATINGS,
    TITLE,
    UNWISH,
    USER,
    WATCHLIST,
    WEBSITE,
    WISH,
    Person,
)
from watchweave.sandbox import faults

MINE = {
    USER: {},
    WATCHLIST: {},
    RATINGS: {"first": 10},
    RATE: {"titleId": "tt0113277", "rating": 8},
    WISH: {"id": "tt0113277"},
    UNWISH: {"id": "tt0113277"},
    MARK: {"titleId": "tt0113277"},
}


@pytest.fixture
def mara():
    """Mara, and a film with the id that the reference asks for."""
    person = Person()
    person.works.change(person.works["m1"], ids={"imdb": "tt0113277"})
    return person


# Signing in


@pytest.mark.parametrize("text", MINE)
def test_what_is_hers_needs_a_cookie(mara, text):
    answer = mara.post(text, cookie="", **MINE[text])
    assert answer.status_code == 200
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["UNAUTHENTICATED"]
    assert list(answer.json()["data"].values()) == [None]
    assert (mara.member.ratings, mara.member.watchlist.entries, mara.member.watched) == ({}, [], set())


def test_her_rating_of_a_title_needs_a_cookie_though_the_title_does_not(mara):
    assert mara.refusals(TITLE, cookie="") == {"title.userRating": "UNAUTHENTICATED"}
    assert mara.ask('{ title(id:"tt0113277"){ id } }', cookie="") == {"title": {"id": "tt0113277"}}


def test_the_caching_host_looks_at_no_cookie(mara):
    assert mara.refusals(USER, host=CACHING) == {"user": "UNAUTHENTICATED"}


def test_an_expired_cookie_can_be_401(mara):
    mara.imdb.options.signed_out = "status"
    mara.member.expire()
    assert mara.post(USER).status_code == 401
    assert mara.post(LIST, id=mara.member.watchlist.id, first=1).status_code == 401
    assert mara.post(RATE, titleId="tt0113277", rating=8).status_code == 401
    assert mara.member.ratings == {}


@pytest.mark.parametrize("state", ["invalid", "expired"])
def test_a_bad_cookie_can_be_told_by_an_extension_alone_with_200(mara, state):
    mara.imdb.options.signed_out = "token"
    mara.member.sign_out() if state == "invalid" else mara.member.expire()
    answer = mara.post(WATCHLIST)
    assert (answer.status_code, answer.json()["data"]) == (200, {"predefinedList": None})
    assert state in answer.json()["extensions"]["authToken"]
    assert "errors" not in answer.json()


def test_without_a_cookie_a_question_of_hers_can_be_401_and_a_public_one_is_answered(mara):
    mara.imdb.options.signed_out = "status"
    assert mara.post(USER, cookie="").status_code == 401
    assert mara.ask('{ title(id:"tt0113277"){ id } }', cookie="") == {"title": {"id": "tt0113277"}}


def test_a_bad_cookie_can_be_told_by_errors_with_200(mara):
    mara.imdb.options.signed_out = "errors"
    mara.member.expire()
    assert mara.refusals(USER) == {"user": "UNAUTHENTICATED"}
    assert "authToken" not in mara.post(USER).json()["extensions"]


def test_without_any_cookie_no_cookie_is_called_bad(mara):
    mara.imdb.options.signed_out = "token"
    answer = mara.post('{ title(id:"tt0113277"){ id } }', cookie="").json()
    assert "authToken" not in answer["extensions"]
    assert mara.refusals(USER, cookie="") == {"user": "UNAUTHENTICATED"}


def test_a_good_cookie_is_not_commented(mara):
    mara.imdb.options.signed_out = "token"
    assert "authToken" not in mara.post(USER).json()["extensions"]


def test_signing_in_again_makes_another_cookie_and_ends_the_old_one(mara):
    old = mara.member.cookie
    mara.member.sign_out()
    mara.member.sign_in()
    assert old.startswith("at-main=Atza|")
    assert mara.refusals(USER, cookie=old) == {"user": "UNAUTHENTICATED"}
    assert mara.refusals(USER) == {}


def test_each_member_has_a_cookie_of_her_own(mara):
    jon = Person(mara.world, "jon")
    assert jon.ask(USER)["user"]["profile"]["nickName"] == "jon"
    assert mara.ask(USER, cookie=jon.member.cookie)["user"]["profile"]["nickName"] == "jon"


def test_the_cookie_of_the_device_can_be_left_out_where_it_is_not_needed(mara):
    alone = mara.member.cookie.partition(";")[0]
    assert mara.refusals(USER, cookie=alone) == {"user": "UNAUTHENTICATED"}
    assert mara.refusals(USER, cookie=alone + "; ubid-main=mine") == {"user": "UNAUTHENTICATED"}
    mara.imdb.options.device_needed = False
    assert mara.refusals(USER, cookie=alone) == {}


# The firewall


@pytest.mark.parametrize("host", [API, CACHING])
@pytest.mark.parametrize("missing", [{"user-agent": ""}, {"content-type": "text/plain"}, {"content-type": ""}])
def test_a_request_that_no_browser_makes_meets_the_firewall(mara, host, missing):
    answer = mara.send("POST", host + "/", HEADERS | missing, content=b'{"query": "{ user { fullName } }"}')
    assert (answer.status_code, "html" in answer.headers["content-type"]) == (403, True)


def test_only_a_browser_sees_the_website(mara):
    answer = mara.send("GET", WEBSITE + "/exports/", HEADERS | {"cookie": mara.member.cookie})
    assert (answer.status_code, "robot" in answer.text) == (202, True)


def test_no_other_header_is_needed(mara):
    few = {name: HEADERS[name] for name in ("content-type", "user-agent")}
    assert mara.ask(USER, headers=few)["user"]["fullName"] == "Mara"


def test_there_is_one_address_and_one_method(mara):
    assert mara.send("GET", API + "/", HEADERS).status_code == 405
    assert mara.send("POST", API + "/graphql", HEADERS, json={"query": USER}).status_code == 404


@pytest.mark.parametrize("status", [403, 429])
def test_a_challenge_or_too_many_requests_come_on_order(mara, status):
    mara.world.faults.order(faults.Status(status), "imdb-graphql")
    assert mara.post(RATE, titleId="tt0113277", rating=8).status_code == status
    assert mara.member.ratings == {}
    assert mara.post(USER).status_code == 200


# Documents


def test_only_what_is_asked_for_is_answered(mara):
    mara.member.rate(mara.works["m1"], 8)
    found = mara.ask('{ film: title(id: "tt0113277") { mine: userRating { value } __typename } }')
    assert found == {"film": {"mine": {"value": 8}, "__typename": "Title"}}


def test_of_several_operations_the_one_named_is_carried_out(mara):
    text = (
        "query Who { user { fullName } } mutation Rate { rateTitle(input:{rating:1,titleId:1}) { rating { value } } }"
    )
    body = {"query": text, "operationName": "Who"}
    answer = mara.send("POST", API + "/", HEADERS | {"cookie": mara.member.cookie}, json=body)
    assert answer.json()["data"] == {"user": {"fullName": "Mara"}}
    assert "2 operations" in mara.mistake(text)


def test_a_default_stands_in_for_a_variable_that_is_not_given(mara):
    text = RATINGS.replace("$first:Int!", "$first:Int! = 1")
    mara.member.rate(mara.works["m1"], 8)
    mara.member.rate(mara.works["m2"], 8)
    assert len(mara.ask(text)["advancedTitleSearch"]["edges"]) == 1


def test_equal_keys_are_put_together(mara):
    found = mara.ask("{ user { fullName } user { profile { userId } profile { nickName } } }")
    assert found == {"user": {"fullName": "Mara", "profile": {"userId": mara.member.id, "nickName": "mara"}}}


def test_the_place_of_a_mistake_is_told(mara):
    answer = mara.post("{\n  user { surname }\n}").json()
    assert answer["errors"][0]["locations"] == [{"line": 2, "column": 10}]
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_some_servers_say_200_to_a_mistake(mara):
    mara.imdb.options.unreadable = 200
    answer = mara.post("{ user { surname } }")
    assert (answer.status_code, "data" in answer.json()) == (200, False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "0 operations"),
        ("{ user { fullName }", "the end"),
        ("{ user { } }", "a name"),
        ("{ user ~ }", "no GraphQL"),
        ('{ title(id: "tt1) { id } }', "no GraphQL"),
        ("{ user { ...Person } }", '"on"'),
        ("{ user { surname } }", "no field surname in User"),
        ("{ user }", "only fields of its own"),
        ("{ user { fullName { text } } }", "no fields of its own"),
        ("{ title { id } }", "needs id of type ID!"),
        ('{ title(id: "tt1", year: 1995) { id } }', "takes no year"),
        ('{ title(id: "tt1", id: "tt2") { id } }', "twice"),
        ("{ title(id: null) { id } }", "must not be null"),
        ("{ title(id: 1.5) { id } }", "is no ID"),
        ("{ predefinedList(classType: FAVOURITES) { items(first: 1) { total } } }", "is no ListClassId"),
        ('{ predefinedList(classType: "WATCH_LIST") { items(first: 1) { total } } }', "is no ListClassId"),
        ("{ predefinedList(classType: WATCH_LIST) { items { total } } }", "needs first of type Int!"),
        ('{ list(id: "ls1") { items(first: 1) { edges { node { item { id } } } } } }', "no field id in Item"),
        ('{ list(id: "ls1") { items(first: 1) { edges { node { item { ... on Name { id } } } } } } }', "never be Name"),
        ('{ title(id: "tt1") { id } title(id: "tt2") { id } }', "give one of them an alias"),
        ("query($a: ID!) { user { fullName } }", "$a of type ID! is not given"),
        ("query($a: ID) { user { fullName } }", "$a is never used"),
        ("{ title(id: $a) { id } }", "no variable $a"),
        ("query($a: ID) { title(id: $a) { id } }", "of type ID stands in place of ID!"),
        ("mutation { user { fullName } }", "no field user in Mutation"),
        ("subscription { user { fullName } }", '"query"'),
    ],
)
def test_a_mistake_in_a_document_fails_it_as_a_whole(mara, text, told):
    assert told in mara.mistake(text)


@pytest.mark.parametrize(
    ("text", "variables", "told"),
    [
        (RATE, {"titleId": "tt0113277", "rating": "8"}, "is no Int"),
        (RATE, {"titleId": "tt0113277", "rating": True}, "is no Int"),
        (RATE, {"titleId": "tt0113277", "rating": 8.5}, "is no Int"),
        (RATE, {"titleId": None, "rating": 8}, "must not be null"),
        (RATINGS, {"first": 10, "types": ["movie", 7]}, "is no String"),
        (RATINGS.replace("String,", "ID,"), {"first": 10}, "of type ID stands in place of String"),
        (LIST.replace("$after:ID", "$after:String"), {"id": "ls1", "first": 1}, "of type String stands in place of ID"),
        (
            "mutation($i:CreateListInput!){ createList(input:$i){ listId } }",
            {"i": {"name": "Winter"}},
            "needs listType",
        ),
        (
            "mutation($i:CreateListInput!){ createList(input:$i){ listId } }",
            {"i": {"colour": "red"}},
            "takes no colour",
        ),
        ("mutation($i:CreateListInput!){ createList(input:$i){ listId } }", {"i": "Winter"}, "is no CreateListInput"),
    ],
)
def test_a_variable_that_does_not_fit_fails_the_document(mara, text, variables, told):
    assert told in mara.mistake(text, **variables)
    assert (mara.member.ratings, mara.member.lists) == ({}, {})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"query": 1}', b'{"query": "{ user }", "variables": []}'])
def test_a_body_that_is_no_question_is_refused(mara, body):
    answer = mara.send("POST", API + "/", HEADERS | {"cookie": mara.member.cookie}, content=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"]
