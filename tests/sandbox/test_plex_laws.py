"""Whatever people do, a question to the simulated Plex finds exactly the rows that say so themselves."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from tests.sandbox.plex_guest import plex, read, rows
from watchweave.sandbox.plex import Plex

THINGS = ("m1", "m2", "m3", "s1.1", "s1.1.1", "s1.1.2", "s1.2.1")
START = 1_700_000_000
TIMES = some.integers(0, 50).map(lambda step: START + 1000 * step)
DEEDS = some.lists(
    some.tuples(
        some.sampled_from(("watch", "mark", "unwatch", "rate", "unrate", "replace", "play")),
        some.sampled_from(THINGS),
        TIMES,
    ),
    max_size=14,
)
DATES = ("lastViewedAt", "lastRatedAt", "addedAt", "updatedAt")


def do(house: Plex, verb: str, thing: str, at: int) -> None:
    match verb:
        case "watch" | "mark":
            getattr(house, verb)("nate", thing, at=at)
        case "rate":
            house.rate("nate", thing, 7, at=at)
        case "unwatch" | "unrate":
            getattr(house, verb)("nate", thing)
        case "replace":
            house.add_again(thing, remember=at % 2000 == 0)
        case "play":
            for leaf in house.item(thing).plays():
                house.play("nate", leaf, leaf.duration // 2)


def agrees(house: Plex, kind: int, since: int) -> None:
    everything = rows(house, f"/library/all?type={kind}")

    def those(*names: str) -> set[str]:
        return {row["ratingKey"] for row in everything if any(row.get(name, 0) > since for name in names)}

    def found(query: str) -> set[str]:
        return {row["ratingKey"] for row in rows(house, f"/library/all?type={kind}&{query}")}

    for name in DATES:
        assert found(f"{name}%3E%3E={since}") == those(name), name
    group = "&or=1&".join(f"{name}%3E%3E={since}" for name in DATES)
    assert found(f"push=1&{group}&pop=1") == those(*DATES)
    assert found("userRating%3E%3E=-1") == {row["ratingKey"] for row in everything if "userRating" in row}


@settings(max_examples=25, deadline=None)
@given(deeds=DEEDS, since=TIMES)
def test_a_delta_finds_what_a_full_reading_shows(deeds: list[tuple[str, str, int]], since: int) -> None:
    house = plex(movies=3, shows=1, seasons=2, episodes=2)
    for deed in deeds:
        do(house, *deed)
        house.world.clock.advance(60)
        for kind in (1, 2, 3, 4):
            agrees(house, kind, since)


@settings(max_examples=40, deadline=None)
@given(deeds=DEEDS)
def test_a_show_counts_what_its_episodes_say(deeds: list[tuple[str, str, int]]) -> None:
    house = plex(movies=3, shows=1, seasons=2, episodes=2)
    for deed in deeds:
        do(house, *deed)
        show = rows(house, "/library/all?type=2")[0]
        episodes: list[dict[str, Any]] = rows(house, "/library/all?type=4")
        assert show["leafCount"] == len(episodes)
        assert show["viewedLeafCount"] == sum("viewCount" in row for row in episodes)
        assert show.get("viewCount", 0) == sum(row.get("viewCount", 0) for row in episodes)
        watched = read(house, "/library/all?type=4&unwatched=0&X-Plex-Container-Start=0&X-Plex-Container-Size=0")
        assert watched["totalSize"] == show["viewedLeafCount"]
