"""The simulated TheTVDB's answers are held to the published description, version 4.7.10, key by key."""

import os
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from tests.sandbox.tvdb_guest import Guest

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
DESCRIPTION = SHARED / "specs" / "tvdb-v4-swagger-4.7.10.yml"

pytestmark = pytest.mark.skipif(not DESCRIPTION.exists(), reason=f"the published description is not at {DESCRIPTION}")


@cache
def description():
    return strict(YAML(typ="safe").load(DESCRIPTION.read_text()))


def strict(schema):
    """No key but those described. Every value may be null: the service says null for whatever it does not know, and
    the description marks five such places alone."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: strict(part) for name, part in schema.items() if name != "nullable"}
    if isinstance(plain.get("properties"), dict) and isinstance(schema["properties"], dict):
        plain["properties"] = {name: {"anyOf": [part, {"type": "null"}]} for name, part in plain["properties"].items()}
        plain["additionalProperties"] = False
    return plain


def faults_of(schema, value):
    """Where a value breaks its schema: `path.to.value: rule`, the innermost causes first."""
    validator = jsonschema.Draft4Validator({**schema, "components": description()["components"]})
    causes = [cause for error in validator.iter_errors(value) for cause in innermost(error)]
    return [f"{'.'.join(str(step) for step in cause.absolute_path)}: {cause.message[:200]}" for cause in causes]


def innermost(error):
    """The causes of an error, but not that a value is not null either."""
    if not error.context:
        return [] if error.validator == "type" and error.validator_value == "null" else [error]
    return [cause for part in error.context for cause in innermost(part)]


def schema_of(path):
    answers = description()["paths"][path]["get"]["responses"]
    schema = answers["200"]["content"]["application/json"]["schema"]
    return {**schema, "properties": {"links": {}, **schema["properties"]}}


@pytest.fixture(scope="module")
def guest():
    return Guest()


READS = {
    "/series/{series}": "/series/{id}",
    "/series/{series}/extended": "/series/{id}/extended",
    "/series/{series}/extended?short=true&meta=translations": "/series/{id}/extended",
    "/series/{series}/extended?meta=episodes": "/series/{id}/extended",
    "/series/{series}/episodes/official?page=0": "/series/{id}/episodes/{season-type}",
    "/series/{other}/episodes/dvd?page=0": "/series/{id}/episodes/{season-type}",
    "/series/{series}/episodes/absolute?page=0": "/series/{id}/episodes/{season-type}",
    "/movies/{movie}": "/movies/{id}",
    "/movies/{movie}/extended": "/movies/{id}/extended",
    "/movies/{movie}/extended?short=true&meta=translations": "/movies/{id}/extended",
    "/episodes/{episode}": "/episodes/{id}",
    "/episodes/{episode}/extended?meta=translations": "/episodes/{id}/extended",
    "/seasons/{season}": "/seasons/{id}",
    "/seasons/{season}/extended": "/seasons/{id}/extended",
    "/search?query={title}": "/search",
    "/search/remoteid/{imdb}": "/search/remoteid/{remoteId}",
    "/search/remoteid/{shared}": "/search/remoteid/{remoteId}",
    "/updates?since=0": "/updates",
    "/sources/types": "/sources/types",
    "/seasons/types": "/seasons/types",
}


def names(guest):
    works = guest.works
    return {
        "series": guest.number("s1"),
        "other": guest.number("s2"),
        "movie": guest.number("m2"),
        "episode": guest.number("s1.1.1"),
        "season": guest.number("s1.1"),
        "title": works["s1"].title,
        "imdb": works["m2"].ids["imdb"],
        "shared": works["s1"].ids["tmdb"],
    }


def asked(guest, path):
    address, _, query = path.format(**names(guest)).partition("?")
    answer = guest.get(address, **dict(part.split("=") for part in query.split("&") if part))
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.parametrize("path", READS)
def test_what_is_answered_keeps_the_description(guest, path):
    if path.startswith("/updates"):
        series = guest.entries.of(guest.works["s1"])
        guest.tvdb.merge(guest.tvdb.duplicate(series), series)
    answer = asked(guest, path)
    assert answer["data"]
    assert faults_of(schema_of(READS[path]), answer) == []


LINKS = ("prev", "self", "next", "total_items", "page_size")


@pytest.mark.parametrize("path", ["/series/{series}/episodes/official?page=0", "/search?query={title}"])
def test_the_links_of_a_list_keep_the_description(guest, path):
    links = asked(guest, path)["links"]
    assert tuple(links) == LINKS
    assert tuple(description()["components"]["schemas"]["Links"]["properties"]) == LINKS


WHOLE = {
    "SeriesBaseRecord": "/series/{series}",
    "SeriesExtendedRecord": "/series/{series}/extended",
    "MovieBaseRecord": "/movies/{movie}",
    "MovieExtendedRecord": "/movies/{movie}/extended",
    "EpisodeBaseRecord": "/episodes/{episode}",
    "EpisodeExtendedRecord": "/episodes/{episode}/extended",
    "SeasonBaseRecord": "/seasons/{season}",
    "SeasonExtendedRecord": "/seasons/{season}/extended",
}


@pytest.mark.parametrize("name", WHOLE)
def test_no_key_of_a_record_is_left_out(guest, name):
    described = set(description()["components"]["schemas"][name]["properties"])
    assert sorted(described - set(asked(guest, WHOLE[name])["data"])) == []


def test_a_list_in_a_language_is_the_record_of_its_series(guest):
    """Described as lying under `series`; recorded answers have the record itself (v4-api#241)."""
    data = asked(guest, "/series/{series}/episodes/official/eng?page=0")["data"]
    assert faults_of(description()["components"]["schemas"]["SeriesBaseRecord"], data) == []
    assert faults_of(schema_of("/series/{id}/episodes/{season-type}/{lang}"), {"data": data}) != []


def test_a_stray_season_is_not_in_the_description(guest):
    """It is in recorded answers (v4-api#317)."""
    data = guest.data(f"/search/remoteid/{guest.works['s2'].ids['imdb']}")
    (fault,) = faults_of(schema_of("/search/remoteid/{remoteId}"), {"data": data})
    assert "'season' was unexpected" in fault


def test_a_wrong_answer_breaks_the_description(guest):
    answer = asked(guest, "/series/{series}/extended")
    for key, value in (("id", "text"), ("remoteIds", {}), ("invented", 1), ("status", {"id": "x"})):
        wrong = {**answer, "data": {**answer["data"], key: value}}
        assert faults_of(schema_of("/series/{id}/extended"), wrong)
