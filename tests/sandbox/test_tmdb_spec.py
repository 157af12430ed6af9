"""The simulated TMDb's answers are held to the published description: its types, and every key that it names."""

import json
import os
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from tests.sandbox.test_tmdb_answers import KEY, Guest

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
DESCRIPTION = SHARED / "specs" / "tmdb-v3-openapi.json"

pytestmark = pytest.mark.skipif(not DESCRIPTION.exists(), reason=f"the published description is not at {DESCRIPTION}")

READS = {
    "/3/authentication": "/3/authentication",
    "/3/configuration": "/3/configuration",
    "/3/find/{imdb}?external_source=imdb_id": "/3/find/{external_id}",
    "/3/movie/{movie}": "/3/movie/{movie_id}",
    "/3/movie/{movie}/external_ids": "/3/movie/{movie_id}/external_ids",
    "/3/movie/{movie}/alternative_titles": "/3/movie/{movie_id}/alternative_titles",
    "/3/movie/{movie}/translations": "/3/movie/{movie_id}/translations",
    "/3/tv/{show}": "/3/tv/{series_id}",
    "/3/tv/{show}/external_ids": "/3/tv/{series_id}/external_ids",
    "/3/tv/{show}/alternative_titles": "/3/tv/{series_id}/alternative_titles",
    "/3/tv/{show}/translations": "/3/tv/{series_id}/translations",
    "/3/tv/{show}/season/1": "/3/tv/{series_id}/season/{season_number}",
    "/3/tv/{show}/season/1/external_ids": "/3/tv/{series_id}/season/{season_number}/external_ids",
    "/3/tv/{show}/season/1/episode/2": "/3/tv/{series_id}/season/{season_number}/episode/{episode_number}",
    "/3/tv/{show}/season/1/episode/2/external_ids": (
        "/3/tv/{series_id}/season/{season_number}/episode/{episode_number}/external_ids"
    ),
    "/3/tv/{show}/episode_groups": "/3/tv/{series_id}/episode_groups",
    "/3/tv/episode_group/{group}": "/3/tv/episode_group/{tv_episode_group_id}",
    "/3/search/movie?query=of": "/3/search/movie",
    "/3/search/tv?query=of": "/3/search/tv",
    "/3/search/multi?query=of": "/3/search/multi",
    "/3/movie/changes": "/3/movie/changes",
    "/3/tv/changes?start_date=2026-11-07&end_date=2026-11-20": "/3/tv/changes",
}

BEYOND = {
    "/3/tv/{series_id}/season/{season_number}/episode/{episode_number}": {"episode_type"},
    "/3/tv/{series_id}": {"last_episode_to_air.episode_type"},
    "/3/tv/episode_group/{tv_episode_group_id}": {"groups.episodes.episode_type"},
    "/3/search/multi": {"results.first_air_date", "results.origin_country"},
}
"""Keys that the example behind a schema lacks and the service sends: `episode_type` is newer than some of them, and
among films there was no show."""


@cache
def schema(template):
    text = json.loads(DESCRIPTION.read_text())
    content = text["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return text["components"]["schemas"][content["$ref"].rpartition("/")[2]]


def nullable(part):
    """The schemas were made of one example each: a value that was there in it may be null elsewhere."""
    if isinstance(part, list):
        return [nullable(each) for each in part]
    if not isinstance(part, dict):
        return part
    whole = {name: nullable(each) for name, each in part.items()}
    return {"anyOf": [whole, {"type": "null"}]} if isinstance(part.get("type"), str) else whole


def keys(described, path=""):
    """All keys that a schema names, by path."""
    if "properties" in described:
        found = {f"{path}.{name}".strip("."): part for name, part in described["properties"].items()}
        return set(found).union(*(keys(part, name) for name, part in found.items()))
    return keys(described["items"], path) if "items" in described else set()


def sent(value, path=""):
    """All keys of an answer, by path; rows of a list are laid over one another."""
    if isinstance(value, dict):
        return {f"{path}.{name}".strip(".") for name in value}.union(
            *(sent(part, f"{path}.{name}".strip(".")) for name, part in value.items())
        )
    return set().union(*(sent(part, path) for part in value)) if isinstance(value, list) else set()


def hollow(value, path=""):
    """Where an answer holds nothing that could have keys: null, or an empty list."""
    if value is None or value == []:
        return {path}
    if isinstance(value, dict):
        return set().union(*(hollow(part, f"{path}.{name}".strip(".")) for name, part in value.items()))
    return set().union(*(hollow(part, path) for part in value)) if isinstance(value, list) else set()


@pytest.fixture(scope="module")
def guest():
    return Guest()


def asked(guest, path):
    film, show = guest.works["m5"].ids, guest.works["s2"].ids
    groups = guest.get(f"/3/tv/{show['tmdb']}/episode_groups")["results"]
    address = path.format(imdb=film["imdb"], movie=film["tmdb"], show=show["tmdb"], group=groups[2]["id"])
    address, _, query = address.partition("?")
    return guest.get(address, **dict(part.split("=") for part in query.split("&") if part))


@pytest.mark.parametrize("path", READS)
def test_values_are_of_the_types_described(guest, path):
    answer = asked(guest, path)
    check = jsonschema.Draft202012Validator(nullable(schema(READS[path])))
    assert [f"{list(e.absolute_path)}: {e.message[:200]}" for e in check.iter_errors(answer)] == []


@pytest.mark.parametrize("path", READS)
def test_every_key_described_is_sent_and_no_other(guest, path):
    answer, described = asked(guest, path), keys(schema(READS[path]))
    empty = hollow(answer)
    lacking = {key for key in described - sent(answer) if not any(key.startswith(f"{at}.") for at in empty)}
    assert lacking == set()
    assert {key for key in sent(answer) - described if not any(key.startswith(f"{at}.") for at in hollow_of(path))} == (
        BEYOND.get(READS[path], set())
    )


def hollow_of(path):
    """Parts that a schema knows nothing of: its example had none."""
    return {"/3/find/{external_id}": {"tv_results", "tv_season_results", "tv_episode_results"}}.get(READS[path], set())


def test_an_episode_that_is_found_bears_the_keys_of_an_episode_with_its_show(guest):
    """The description says nothing of these rows; the reference page does."""
    (row,) = guest.get(f"/3/find/{guest.named('s2.1.2')['imdb']}", external_source="imdb_id")["tv_episode_results"]
    listed = keys(schema("/3/tv/{series_id}/season/{season_number}")["properties"]["episodes"])
    assert set(row) - {"media_type"} == {key for key in listed if "." not in key} - {"crew", "guest_stars"}


def test_a_refusal_is_as_described(guest):
    envelope = json.loads(DESCRIPTION.read_text())["components"]["schemas"]["ErrorResponse"]
    for path, params in (("/3/movie/0", {"api_key": KEY}), ("/3/movie/1", {}), ("/3/find/1", {"api_key": KEY})):
        jsonschema.validate(guest.ask(path, **params).json(), envelope)
