"""The answers of the simulated Plex beside what Plex publishes and what real servers were recorded to say."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from tests.sandbox.plex_guest import IDENTIFIER, ask, plex, xml
from watchweave.sandbox.plex import Plex
from watchweave.sandbox.server import Answer

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED", Path(__file__).parents[3] / "shared"))
SPEC = SHARED / "specs/plex-official-openapi-1.2.0.json"
RECORDED = SHARED / "data/recorded/plex/home-assistant"

DEVIATIONS = {
    r"Metadata/\d+/Guid/\d+/id": "the file calls a Guid a tag, whose id is a number; servers send `imdb://tt…`",
    r"Directory/\d+/hidden": "0, 1 or 2, not a truth value (plex.md 4.1)",
}
"""Where the published file is wrong about real servers: place in the container -> why."""


@pytest.fixture(scope="module")
def house() -> Plex:
    made = plex(movies=6, shows=2, seasons=2, episodes=3, traps=False)
    made.person("kid")
    made.watch("nate", "m1")
    made.rate("nate", "m2", 7.5)
    made.play("kid", "s1.1.1", 60_000)
    made.shelves.music("The Band", "An Album", ["One"])
    made.watch("nate", "s1.2")
    root = f"server://{made.server.machine}/com.plexapp.plugins.library/library/metadata/{made.item('m1').key}"
    ask(made, f"/playlists?type=video&title=A&smart=0&uri={root}", "POST")
    ask(made, f"/library/collections?type=1&title=A&smart=0&sectionId=1&uri={root}", "POST")
    return made


@cache
def specification() -> dict[str, Any]:
    if not SPEC.exists():
        pytest.skip(f"no specification at {SPEC}: set WATCHWEAVE_SHARED")
    return json.loads(SPEC.read_text())  # type: ignore[no-any-return]


def faults(path: str, method: str, answer: Answer) -> dict[str, str]:
    """Where an answer differs from the published description: place -> what is wrong."""
    published = specification()
    described = published["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
    schema = {"components": published["components"], **described}
    found = Draft202012Validator(schema).iter_errors(json.loads(answer.encoded()))
    return {"/".join(map(str, list(error.absolute_path)[1:])): error.message for error in found}


def unexplained(found: dict[str, str]) -> dict[str, str]:
    return {place: why for place, why in found.items() if not any(re.fullmatch(known, place) for known in DEVIATIONS)}


ANSWERS = [
    ("/", "/"),
    ("/identity", "/identity"),
    ("/library/sections/all", "/library/sections"),
    ("/library/sections/{sectionId}", "/library/sections/1"),
    ("/library/all", "/library/all?type=1&includeGuids=1"),
    ("/library/all", "/library/all?type=2&includeGuids=1"),
    ("/library/all", "/library/all?type=10&includeGuids=1"),
    ("/library/sections/{sectionId}/all", "/library/sections/2/all?type=4&includeGuids=1"),
    ("/library/sections/{sectionId}/all", "/library/sections/2/all?type=3"),
    ("/library/sections/{sectionId}/collections", "/library/sections/1/collections"),
    ("/library/metadata/{ids}", "/library/metadata/101,121"),
    ("/library/metadata/{ids}/allLeaves", "/library/metadata/107/allLeaves"),
    ("/playlists", "/playlists"),
    ("/status/sessions", "/status/sessions"),
    ("/status/sessions/history/all", "/status/sessions/history/all"),
    ("/activities", "/activities"),
]


@pytest.mark.parametrize(("path", "address"), ANSWERS, ids=[address for _, address in ANSWERS])
def test_an_answer_is_as_published_but_for_the_known_deviations(house: Plex, path: str, address: str) -> None:
    answer = ask(house, address)
    assert answer.status == 200
    assert unexplained(faults(path, "get", answer)) == {}


def test_no_deviation_is_listed_that_does_not_occur(house: Plex) -> None:
    found = [place for path, address in ANSWERS for place in faults(path, "get", ask(house, address))]
    unused = [known for known in DEVIATIONS if not any(re.fullmatch(known, place) for place in found)]
    assert unused == []


def test_a_wrong_answer_would_be_found(house: Plex) -> None:
    bad = Answer({"MediaContainer": {"size": 1, "Metadata": [{"year": "1995", "viewCount": "1"}]}})
    assert set(faults("/library/all", "get", bad)) == {"Metadata/0/year", "Metadata/0/viewCount"}


@pytest.mark.parametrize("verb", ["scrobble", "unscrobble", "rate"])
def test_the_published_verb_of_a_write_works(house: Plex, verb: str) -> None:
    published = specification()["paths"][f"/:/{verb}"]["put"]["responses"]
    query = f"key={house.item('m3').key}&{IDENTIFIER}&rating=5"
    for address, wanted in ((query, 200), (IDENTIFIER, 400), (f"key=999999&{IDENTIFIER}&rating=5", 404)):
        status = ask(house, f"/:/{verb}?{address}", "PUT").status
        assert status == wanted
        assert str(status) in published


def test_the_published_verb_of_a_timeline_works(house: Plex) -> None:
    key = house.item("m3").key
    query = f"key=/library/metadata/{key}&ratingKey={key}&state=stopped&time=1000&duration=5000000"
    answer = ask(house, f"/:/timeline?{query}", "POST")
    assert unexplained(faults("/:/timeline", "post", answer)) == {}


# Recorded answers of real servers


def recorded(name: str) -> ElementTree.Element:
    if not (RECORDED / name).exists():
        pytest.skip(f"no recorded answers at {RECORDED}: set WATCHWEAVE_SHARED")
    return ElementTree.parse(RECORDED / name).getroot()


def names(element: ElementTree.Element | None) -> set[str]:
    assert element is not None
    return set(element.attrib)


def test_a_section_has_the_attributes_of_a_recorded_one(house: Plex) -> None:
    real, ours = recorded("library_sections.xml"), xml(house, "/library/sections")
    assert names(ours[0]) == names(real[0])
    assert [names(place) for place in ours[0]] == [names(place) for place in real[0]]


def test_an_account_has_the_attributes_of_a_recorded_one(house: Plex) -> None:
    real, ours = recorded("plex_server_accounts.xml"), xml(house, "/accounts")
    assert (ours.attrib.keys(), names(ours[0])) == (real.attrib.keys(), names(real[0]))
    assert [row.get("id") for row in ours][:2] == [row.get("id") for row in real][:2]


def test_a_track_has_the_attributes_of_a_recorded_one(house: Plex) -> None:
    real = recorded("media_100.xml")
    track = next(item for item in house.server.library.items.values() if item.kind == "track")
    house.watch("nate", track)
    ours = xml(house, f"/library/metadata/{track.key}")
    assert ours[0].tag == real[0].tag
    assert names(real[0]) - names(ours[0]) == {"grandparentArt"}
    assert names(ours[0]) - names(real[0]) == set()
    assert names(real) - names(ours) == {"mediaTagPrefix", "mediaTagVersion"}


def test_a_session_has_elements_and_attributes_of_a_recorded_one(house: Plex) -> None:
    real, ours = recorded("session_base.xml")[0], xml(house, "/status/sessions")[0]
    for child in ("User", "Player", "Session"):
        assert names(ours.find(child)) - names(real.find(child)) == set(), child
    assert {"User", "Player", "Session", "Media"} <= {child.tag for child in ours}
    assert {"sessionKey", "viewOffset"} <= names(ours)


def test_the_user_of_the_account_site_has_attributes_of_a_recorded_one(house: Plex) -> None:
    real, ours = recorded("plextv_account.xml"), xml(house, "/api/v2/user", host="plex.tv")
    assert ours.tag == real.tag
    assert names(ours) - names(real) == {"admin"}
    assert {"subscription", "profile", "entitlements", "roles"} <= {child.tag for child in ours}
    assert ours.findtext("roles/role") == real.findtext("roles/role")


def test_a_friend_has_the_attributes_of_a_recorded_one(house: Plex) -> None:
    real, ours = recorded("plextv_shared_users.xml"), xml(house, "/api/users/", host="plex.tv")
    assert names(ours[0].find("Server")) == names(real[0].find("Server"))
    assert names(ours) == names(real)
    assert {"id", "title", "username", "email", "restricted", "protected", "thumb"} <= names(ours[0])
