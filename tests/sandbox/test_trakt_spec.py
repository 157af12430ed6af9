"""The simulated Trakt's answers are held to the published contract and to recorded answers of the real service."""

import json
import os
import re
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from tests.sandbox.trakt_person import Person, ids

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
CONTRACT = SHARED / "specs" / "trakt-openapi.json"
RECORDED = SHARED / "data" / "recorded" / "trakt" / "traktkit"

needs_contract = pytest.mark.skipif(not CONTRACT.exists(), reason=f"the published contract is not at {CONTRACT}")
needs_recordings = pytest.mark.skipif(not RECORDED.exists(), reason=f"no recorded answers at {RECORDED}")


@cache
def contract():
    return strict(json.loads(CONTRACT.read_text()))


def strict(schema):
    """OpenAPI 3.0's `nullable` as JSON schema says it; `oneOf` as `anyOf`, since its choices overlap everywhere."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    words = {"oneOf": "anyOf"}
    plain = {words.get(name, name): strict(part) for name, part in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def faults_of(method, template, answer, status):
    """Where an answer breaks the contract: `path.to.value: rule`."""
    operation = contract()["paths"][template][method.lower()]
    schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
    validator = jsonschema.Draft202012Validator(schema | {"components": contract()["components"]})
    return [
        f"{'.'.join(str(step) for step in e.absolute_path)}: {e.message[:160]}" for e in validator.iter_errors(answer)
    ]


@pytest.fixture
def mara():
    """A person with something on every shelf."""
    person = Person(vip=True)
    account, works = person.account, person.works
    for uid in ("m1", "s1.1.1", "s1.1.2"):
        account.watch(works[uid])
        account.collect(works[uid])
    for uid in ("m2", "s1", "s1.1", "s1.1.1"):
        account.rate(works[uid], 8)
    for uid in ("m2", "s2", "s2.1", "s2.1.3"):
        account.want(works[uid])
    for uid in ("m3", "s1.2.1"):
        account.pause(works[uid], 42.5)
    account.put_on(account.favorites, works["m4"])
    nights = account.make_list("Nights", "public")
    account.put_on(nights, works["m5"])
    account.like(account, nights)
    account.hide("dropped", works["s1"])
    return person


DEVIATIONS = {
    "GET /sync/playback/{type}": (
        "^0.type: 'episode' is not one of|^0: 'movie' is a required",
        "playback rows are films and episodes",
    ),
    "GET /search/{id_type}/{id}": ("score: None is not", "a look-up by id has no score: recorded answers say null"),
    "POST /sync/collection": (
        "'list' is a required",
        "there is no list to describe: recorded answers have none",
    ),
    "POST /sync/collection/remove": ("'list' is a required", "as for adding"),
    "POST /users/hidden/{section}": ("added: 'season' is a required", "recorded answers say seasons, and count users"),
    "POST /users/hidden/{section}/remove": ("deleted: 'episodes' is a required", "episodes cannot be hidden"),
}
"""Where the contract is known to be wrong: what is broken, and why we side with the live service (specs/README.md)."""

READS = {
    "/sync/last_activities": "/sync/last_activities",
    "/users/settings": "/users/settings",
    "/users/me": "/users/{id}/",
    "/sync/history": "/sync/history/{type}/{id}",
    "/users/me/history/movies": "/users/{id}/history/movies",
    "/users/me/history/episodes": "/users/{id}/history/episodes",
    "/sync/watched/movies": "/sync/watched/{type}",
    "/sync/watched/shows?extended=progress": "/sync/watched/{type}",
    "/users/me/watched/movies?extended=min": "/users/{id}/watched/movies",
    "/users/me/watched/shows?extended=min&season_numbers=true": "/users/{id}/watched/shows",
    "/sync/ratings": "/sync/ratings/{type}/{rating}",
    "/users/me/ratings/movies": "/users/{id}/ratings/movies",
    "/users/me/ratings/shows": "/users/{id}/ratings/shows",
    "/users/me/ratings/episodes": "/users/{id}/ratings/episodes",
    "/sync/watchlist": "/sync/watchlist/{type}/{sort_by}/{sort_how}",
    "/users/me/watchlist/movies": "/users/{id}/watchlist/movies/{sort}",
    "/sync/favorites": "/sync/favorites/{type}/{sort_by}/{sort_how}",
    "/sync/collection/movies": "/sync/collection/movies",
    "/sync/collection/shows": "/sync/collection/shows",
    "/sync/collection/episodes": "/sync/collection/episodes",
    "/sync/collection/minimal/movies": "/sync/collection/minimal/movies",
    "/sync/collection/minimal/episodes": "/sync/collection/minimal/episodes",
    "/sync/collection/minimal/shows": "/sync/collection/minimal/shows",
    "/sync/playback": "/sync/playback/{type}",
    "/sync/playback/movies": "/sync/playback/movies",
    "/users/hidden/dropped": "/users/hidden/dropped",
    "/users/me/lists": "/users/{id}/lists",
    "/users/me/lists/nights": "/users/{id}/lists/{list_id}/",
    "/users/me/lists/nights/items/movie": "/users/{id}/lists/{list_id}/items/movie",
    "/users/me/lists/nights/items/movie,show,season,episode?sort_by=rank&sort_how=asc": (
        "/users/{id}/lists/{list_id}/items/movie,show,season,episode"
    ),
    "/users/me/likes/lists": "/users/{id}/likes/{type}",
    "/search/imdb/{imdb}": "/search/{id_type}/{id}",
    "/movies/{movie}": "/movies/{id}",
    "/movies/{movie}?extended=full": "/movies/{id}",
    "/shows/{show}?extended=full": "/shows/{id}",
    "/shows/{show}/seasons?extended=episodes": "/shows/{id}/seasons",
    "/shows/{show}/seasons/1": "/shows/{id}/seasons/{season}",
    "/shows/{show}/seasons/1/episodes/1": "/shows/{id}/seasons/{season}/episodes/{episode}",
    "/shows/{show}/progress/watched": "/shows/{id}/progress/watched",
    "/recommendations/movies": "/recommendations/movies/",
}


@needs_contract
@pytest.mark.parametrize("path", READS)
def test_what_is_read_keeps_the_contract(mara, path):
    film, show = mara.works["m2"].ids, mara.works["s1"].ids
    address, _, query = path.format(imdb=film["imdb"], movie=film["trakt"], show=show["trakt"]).partition("?")
    answer = mara.get(address, **dict(part.split("=") for part in query.split("&") if part))
    assert answer.status_code == 200
    assert answer.json()
    assert_kept("GET", READS[path], answer, 200)


def assert_kept(method, template, answer, status):
    """Nothing breaks the contract but what is a known deviation, and a known deviation does break it."""
    pattern, _ = DEVIATIONS.get(f"{method} {template}", ("", ""))
    broken = faults_of(method, template, answer.json(), status)
    known = [fault for fault in broken if pattern and re.search(pattern, fault)]
    assert bool(known) == bool(pattern)
    assert [fault for fault in broken if fault not in known] == []


LOST = {"ids": {"imdb": "tt0000111"}}
WRITES = {
    "POST /sync/history": ("/sync/history", 200),
    "POST /sync/history/remove": ("/sync/history/remove", 200),
    "POST /sync/ratings": ("/sync/ratings", 201),
    "POST /sync/ratings/remove": ("/sync/ratings/remove", 200),
    "POST /sync/watchlist": ("/sync/watchlist", 201),
    "POST /sync/watchlist/remove": ("/sync/watchlist/remove", 200),
    "POST /sync/favorites": ("/sync/favorites", 201),
    "POST /sync/favorites/remove": ("/sync/favorites/remove", 200),
    "POST /sync/collection": ("/sync/collection", 201),
    "POST /sync/collection/remove": ("/sync/collection/remove", 200),
    "POST /users/me/lists/nights/items": ("/users/{id}/lists/{list_id}/items", 201),
    "POST /users/me/lists/nights/items/remove": ("/users/{id}/lists/{list_id}/items/remove", 200),
    "POST /users/hidden/dropped": ("/users/hidden/{section}", 200),
    "POST /users/hidden/dropped/remove": ("/users/hidden/{section}/remove", 200),
}


@needs_contract
@pytest.mark.parametrize("request_line", WRITES)
def test_what_is_written_is_answered_by_the_contract(mara, request_line):
    method, path = request_line.split()
    template, status = WRITES[request_line]
    body = {"movies": [ids(mara.works["m6"]) | {"rating": 8}, LOST | {"rating": 7}]}
    assert_kept(method, template, mara.post(path, body), status)


@needs_contract
def test_orders_lists_scrobbles_and_sign_in_keep_the_contract(mara):
    entry, film = next(iter(mara.account.watchlist)), {"movie": ids(mara.works["m6"])}
    checks = [
        ("/sync/watchlist/reorder", {"rank": [entry.id]}, "/sync/watchlist/reorder", 200),
        ("/users/me/lists", {"name": "More"}, "/users/{id}/lists", 201),
        ("/users/me/lists", {"name": "Hers", "privacy": "private"}, "/users/{id}/lists", 201),
        ("/users/me/lists/reorder", {"rank": []}, "/users/{id}/lists/reorder", 200),
        ("/scrobble/start", film | {"progress": 5}, "/scrobble/start", 201),
        ("/scrobble/pause", film | {"progress": 50.5}, "/scrobble/pause", 201),
        ("/scrobble/stop", film | {"progress": 95.5}, "/scrobble/stop", 201),
        ("/checkin", film, "/checkin", 200),
        ("/checkin", film, "/checkin", 409),
    ]
    for path, body, template, status in checks:
        assert_kept("POST", template, mara.post(path, body), status)
    assert_kept("GET", "/users/{id}/watching", mara.get("/users/me/watching"), 200)


@needs_contract
def test_sign_in_keeps_the_contract(mara):
    assert_kept("POST", "/oauth/device/code", mara.sign_in("/oauth/device/code"), 200)
    grant = {"grant_type": "refresh_token", "refresh_token": mara.grant.refresh}
    for status in (200, 400):
        assert_kept("POST", "/oauth/token", mara.sign_in("/oauth/token", **grant), status)


# Recorded answers: every key that the real service was seen to send is one that we send.

SEEN = {
    "Sync/test_get_last_activity": "/sync/last_activities",
    "Sync/test_get_watched_history": "/sync/history",
    "Sync/test_get_watched": "/sync/watched/movies",
    "Sync/test_get_watched_shows": "/sync/watched/shows?extended=progress",
    "Sync/test_get_watched_shows_noseasons": "/sync/watched/shows",
    "Sync/test_get_ratings": "/sync/ratings",
    "Sync/test_get_watchlist": "/sync/watchlist",
    "Sync/test_get_collection": "/sync/collection/movies",
    "Sync/test_get_collection_shows": "/sync/collection/shows",
    "Sync/test_get_playback_progress": "/sync/playback",
    "Users/test_get_settings": "/users/settings",
    "Users/test_get_min_profile": "/users/me",
    "Users/test_get_custom_lists": "/users/me/lists",
    "Users/test_get_lists_likes": "/users/me/likes/lists",
    "Users/test_get_hidden_items": "/users/hidden/dropped",
    "Search/test_id_lookup": "/search/imdb/{imdb}?type=movie",
}
SENT = {
    "Sync/test_add_items_to_watched_history": "/sync/history",
    "Sync/test_remove_items_from_history": "/sync/history/remove",
    "Sync/test_add_new_ratings": "/sync/ratings",
    "Sync/test_remove_ratings": "/sync/ratings/remove",
    "Sync/test_add_items_to_watchlist": "/sync/watchlist",
    "Sync/test_remove_items_from_watchlist": "/sync/watchlist/remove",
    "Sync/test_add_items_to_collection": "/sync/collection",
    "Sync/test_remove_items_from_collection": "/sync/collection/remove",
    "Users/test_post_custom_list": "/users/me/lists",
    "Users/test_add_item_to_custom_list": "/users/me/lists/nights/items",
    "Users/test_remove_item_from_custom_list": "/users/me/lists/nights/items/remove",
    "Users/test_add_hidden_item": "/users/hidden/calendar",
    "Users/test_post_remove_hidden_items": "/users/hidden/calendar/remove",
    "Users/test_reorder_list_items": "/sync/watchlist/reorder",
    "Scrobble/test_start_watching_in_media_center": "/scrobble/start",
    "Scrobble/test_pause_watching_in_media_center": "/scrobble/pause",
    "Scrobble/test_stop_watching_in_media_center": "/scrobble/stop",
    "Checkin/test_checkin_episode": "/checkin",
}
GONE = re.compile(r"tvrage|sharing\.facebook|^connections\.|^not_found\.\w+\.")
"""Keys of older answers (a service that closed, social networks), and what merely echoes the request."""


def recorded(name):
    return json.loads((RECORDED / f"{name}.json").read_text())


def keys(value, path=""):
    """All keys in an answer, by path; rows of a list are laid over one another."""
    if isinstance(value, dict):
        here = {f"{path}.{name}".strip(".") for name in value}
        return here.union(*(keys(part, f"{path}.{name}".strip(".")) for name, part in value.items()))
    return set().union(*(keys(part, path) for part in value)) if isinstance(value, list) else set()


def lacking(name, ours):
    return sorted(key for key in keys(recorded(name)) - keys(ours) if not GONE.search(key))


@needs_recordings
@pytest.mark.parametrize("name", SEEN)
def test_every_recorded_key_of_a_reading_is_there(mara, name):
    address, _, query = SEEN[name].format(imdb=mara.works["m2"].ids["imdb"]).partition("?")
    ours = mara.get(address, **dict(part.split("=") for part in query.split("&") if part)).json()
    assert lacking(name, ours) == []


@needs_recordings
@pytest.mark.parametrize("name", SENT)
def test_every_recorded_key_of_a_written_answer_is_there(mara, name):
    item, entry = ids(mara.works["m6"]), next(iter(mara.account.watchlist))
    body = {"movies": [item | {"rating": 8}, {"ids": {"imdb": "tt0000111"}, "rating": 10}], "name": "More"}
    media = {"episode": ids(mara.works["s3.1.1"])} if "episode" in name else {"movie": item}
    progress = {"start": 1.25, "pause": 75, "stop": 99.9}.get(SENT[name].rpartition("/")[2], 0)
    answer = mara.post(SENT[name], body | media | {"progress": progress, "rank": [entry.id]})
    assert answer.status_code < 300
    assert lacking(name, answer.json()) == []
