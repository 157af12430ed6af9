"""The answers of the simulated Serializd have exactly the fields that the reference names."""

import os
import re
from pathlib import Path

import pytest

from tests.sandbox.serializd_person import Person, tmdb

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED") or Path(__file__).parents[2].parent / "shared")
REFERENCE = SHARED / "reference" / "serializd.md"
CALLS = [
    "/show/{tmdbShowId}",
    "/show/{id}/season/{n}",
    "/search/shows?search_query=",
    "{mobile}/page/profile_v2_part_1/{username}",
    "/user/{username}/watchedpage_v2/{page}?sort_by=date_added_desc",
    "/user/{username}/currently_watching_page/{page}",
    "/user/{username}/diary?page=N&include_target=ALL",
    "/user/{username}/lists?sort_by=date_edited_desc&page=N",
    "{mobile}/page/show/{showId}/season_v2_part_3/{seasonNumber}?season_id={seasonId}",
    "/user/{username}/show/{id}/progress",
]
"""The reading calls whose answer the reference draws."""


@pytest.fixture(scope="module")
def reference():
    if not REFERENCE.exists():
        pytest.skip(f"no reference at {REFERENCE}: set WATCHWEAVE_SHARED")
    return REFERENCE.read_text(encoding="utf-8")


@pytest.fixture
def mara():
    """She has something on every page."""
    mara = Person()
    show = mara.works["s1"]
    mara.member.enter(show.seasons[1].episodes[0])
    mara.member.watch(show.seasons[1].episodes[0])
    mara.member.mark(show)
    mara.member.make_list("Winter", show)
    mara.member.put_in("watching", show)
    return mara


def drawn(text):
    """The fields of `{a,b:[{c}]}`, those inside with what is around them: a, b, b.c."""
    fields, around, last = set(), [], ""
    for token in re.findall(r"\w+|[{}]", text):
        if token == "{":
            around.append(last)
        elif token == "}":
            around.pop()
        else:
            last = ".".join([*filter(None, around[-1:]), token])
            fields.add(last)
    return fields


def fields(value, around=""):
    """The fields of an answer, in the same way."""
    if isinstance(value, list):
        return {name for one in value for name in fields(one, around)}
    if not isinstance(value, dict):
        return set()
    return {around + name for name in value} | {
        inner for name in value for inner in fields(value[name], f"{around}{name}.")
    }


def known(found, expected):
    """The fields beside and inside which the reference draws others."""
    around = {name.rpartition(".")[0] for name in expected} | {""}
    return {name for name in found if name.rpartition(".")[0] in around}


def real(person, call):
    """The call with real things in its places."""
    show = person.works["s1"]
    things = {"tmdbShowId": tmdb(show), "showId": tmdb(show), "id": tmdb(show), "username": "mara", "mobile": "mobile"}
    numbers = {"n": 1, "page": 1, "seasonNumber": 1, "seasonId": tmdb(show.seasons[1])}
    path = re.sub("query=$", f"query={show.title}", call.replace("=N", "=1")).format(**things, **numbers)
    return path if path.startswith("mobile/") else f"api{path}"


@pytest.mark.parametrize("call", CALLS)
def test_an_answer_has_the_fields_that_the_reference_draws(reference, mara, call):
    line = next(line for line in reference.splitlines() if line.startswith(f"| `GET {call}`"))
    expected = drawn(re.search(r"`(\{[^`]*\})", line.split(" | ", 1)[1])[1])
    answer = mara.ask("GET", f"https://serializd.onrender.com/{real(mara, call)}", headers=mara.headers)
    assert answer.status_code == 200
    assert known(fields(answer.json()), expected) == expected


def test_an_entry_has_the_fields_that_the_reference_draws(reference, mara):
    expected = drawn(re.search(r"A diary entry: `(\{[^`]*\})`", reference)[1])
    assert fields(mara.diary()) == expected
