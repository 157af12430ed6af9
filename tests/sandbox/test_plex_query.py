"""The media query language: what a filter finds, and what is refused (plex.md 5 and 15.4)."""

from __future__ import annotations

import pytest

from tests.sandbox.plex_guest import ask, plex, read, rows, titles
from watchweave.sandbox.plex import Plex
from watchweave.sandbox.world import DAY

ALL = "/library/all?"


@pytest.fixture
def house() -> Plex:
    return plex(movies=6, shows=2, seasons=2, episodes=3)


def keys(house: Plex, *things: str) -> set[str]:
    return {str(house.item(thing).key) for thing in things}


def found(house: Plex, query: str) -> set[str]:
    return {row["ratingKey"] for row in rows(house, ALL + query)}


def test_a_date_is_compared_with_seconds(house: Plex) -> None:
    house.watch("nate", "m1", at=1_000_000)
    house.watch("nate", "m2", at=2_000_000)
    assert found(house, "type=1&lastViewedAt%3E%3E=1500000") == keys(house, "m2")
    assert found(house, "type=1&lastViewedAt%3C%3C=1500000") == keys(house, "m1")


def test_the_time_itself_is_not_after_it(house: Plex) -> None:
    house.watch("nate", "m1", at=1_000_000)
    assert found(house, "type=1&lastViewedAt%3E%3E=1000000") == set()


def test_an_operator_may_stand_unencoded_up_to_the_last_equals_sign(house: Plex) -> None:
    house.watch("nate", "m1", at=1_000_000)
    assert found(house, "type=1&lastViewedAt>>=500000") == keys(house, "m1")


def test_a_relative_date_counts_back_from_now(house: Plex) -> None:
    house.watch("nate", "m1", at=house.server.now() - 10 * DAY)
    house.watch("nate", "m2", at=house.server.now() - 40 * DAY)
    assert found(house, "type=1&lastViewedAt%3E%3E=-30d") == keys(house, "m1")
    assert found(house, "type=1&lastViewedAt%3E%3E=-2mon") == keys(house, "m1", "m2")


def test_a_relative_date_moves_with_the_clock(house: Plex) -> None:
    house.watch("nate", "m1", at=house.server.now() - 10 * DAY)
    assert found(house, "type=1&lastViewedAt%3E%3E=-30d")
    house.world.clock.advance(25 * DAY)
    assert found(house, "type=1&lastViewedAt%3E%3E=-30d") == set()


def test_a_comma_means_or_within_a_value(house: Plex) -> None:
    house.rate("nate", "m1", 7)
    house.rate("nate", "m2", 8)
    house.rate("nate", "m3", 9)
    assert found(house, "type=1&userRating=7,9") == keys(house, "m1", "m3")


def test_push_or_and_pop_are_parentheses(house: Plex) -> None:
    """The example of the documentation: (index = 1 OR rating = 2) AND duration = 10."""
    house.rate("nate", "s1.1.2", 5)
    house.rate("nate", "s2.2.3", 5)
    query = f"type=4&push=1&index=1&or=1&userRating=5&pop=1&show.id={house.item('s1').key}"
    assert found(house, query) == keys(house, "s1.1.1", "s1.2.1", "s1.1.2")


def test_one_question_finds_whatever_changed(house: Plex) -> None:
    now = house.server.now()
    house.watch("nate", "m1", at=now - 5)
    house.rate("nate", "m2", 8, at=now - 5)
    house.add("x1")
    dates = ("lastViewedAt", "lastRatedAt", "addedAt", "updatedAt")
    query = "&or=1&".join(f"{name}%3E%3E={now - 10}" for name in dates)
    assert found(house, f"type=1&push=1&{query}&pop=1") == keys(house, "m1", "m2", "x1")


def test_a_group_equals_the_union_of_its_parts(house: Plex) -> None:
    for place, thing in enumerate(("m1", "m2", "m3", "m4")):
        house.watch("nate", thing, at=1_000_000 + 1000 * place)
        house.rate("nate", thing, 5, at=1_003_000 - 1000 * place)
    viewed, rated = (f"{name}%3E%3E=1001500" for name in ("lastViewedAt", "lastRatedAt"))
    both = found(house, f"type=1&push=1&{viewed}&or=1&{rated}&pop=1")
    assert both == found(house, f"type=1&{viewed}") | found(house, f"type=1&{rated}")


@pytest.mark.parametrize("verb", ["watch", "mark", "unwatch", "rate", "unrate", "play", "remove"])
def test_the_same_question_asked_again_sees_what_was_done_between(house: Plex, verb: str) -> None:
    for other in ("m2", "m3"):
        house.mark("nate", other)
        house.rate("nate", other, 5)
    query = {"rate": "userRating%3E%3E=-1", "unrate": "userRating%3E%3E=-1", "play": "inProgress=1"}
    asked = "type=1&" + query.get(verb, "unwatched=0")
    before = found(house, asked)
    more = {"rate": ("m1", 8), "play": ("m1", 60_000), "watch": ("m1",), "mark": ("m1",)}
    if verb == "remove":
        house.remove("m2")
    else:
        getattr(house, verb)("nate", *more.get(verb, ("m2",)))
    assert found(house, asked) != before


def test_a_group_may_join_a_date_with_something_else(house: Plex) -> None:
    house.watch("nate", "m1", at=5_000)
    title = house.item("m2").title.replace(" ", "%20")
    assert found(house, f"type=1&push=1&lastViewedAt%3E%3E=4000&or=1&title%3D={title}&pop=1") == keys(house, "m1", "m2")


def test_a_show_without_episodes_answers_for_itself_and_for_no_episode(house: Plex) -> None:
    for season in ("s1.1", "s1.2"):
        house.remove(season)
    assert found(house, "type=2&episode.viewCount=0") == keys(house, "s2")
    empty = f"show.id={house.item('s1').key}"
    assert found(house, f"type=2&push=1&episode.viewCount=5&or=1&{empty}&pop=1") == keys(house, "s1")


def test_what_was_unwatched_unrated_or_deleted_is_in_no_delta(house: Plex) -> None:
    for thing in ("m1", "m2", "m3"):
        house.watch("nate", thing)
        house.rate("nate", thing, 6)
    house.world.clock.advance(1000)
    since = house.server.now() - 10
    house.unwatch("nate", "m1")
    house.unrate("nate", "m2")
    house.remove("m3")
    assert not any(
        found(house, f"type=1&{name}%3E%3E={since}") for name in ("lastViewedAt", "lastRatedAt", "updatedAt")
    )
    assert read(house, ALL + "type=1&unwatched=0&X-Plex-Container-Start=0&X-Plex-Container-Size=0")["totalSize"] == 1


def test_all_rated_items_are_found_by_a_rating_above_minus_one(house: Plex) -> None:
    house.rate("nate", "m1", 0)
    house.rate("nate", "m2", 8)
    assert found(house, "type=1&push=1&userRating%3E%3E=-1&pop=1") == keys(house, "m1", "m2")
    assert found(house, "type=1&userRating%3E%3E=0") == keys(house, "m2")


def test_seasons_of_a_show_are_asked_by_prefixed_fields(house: Plex) -> None:
    house.rate("nate", "s2.1", 9, at=5_000)
    assert found(house, "type=2&season.lastRatedAt%3E%3E=4000") == keys(house, "s2")
    assert found(house, "type=3&lastRatedAt%3E%3E=4000") == keys(house, "s2.1")
    assert found(house, "type=4&season.lastRatedAt%3E%3E=4000") == keys(house, "s2.1.1", "s2.1.2", "s2.1.3")


def test_a_changed_episode_is_found_through_its_show(house: Plex) -> None:
    house.watch("nate", "s1.2.3", at=9_000)
    query = "push=1&show.lastRatedAt%3E%3E=8000&or=1&season.lastRatedAt%3E%3E=8000&or=1&episode.lastViewedAt%3E%3E=8000&pop=1"
    assert found(house, "type=2&" + query) == keys(house, "s1")


def test_two_fields_of_a_lower_level_speak_of_the_same_episode(house: Plex) -> None:
    house.rate("nate", "s1.1.1", 9)
    house.watch("nate", "s1.1.2")
    assert found(house, "type=2&episode.userRating=9&episode.viewCount=1") == set()
    house.watch("nate", "s1.1.1")
    assert found(house, "type=2&episode.userRating=9&episode.viewCount=1") == keys(house, "s1")


def test_the_source_type_moves_the_level_of_bare_fields(house: Plex) -> None:
    title = house.item("s1").title.replace(" ", "%20")
    assert len(found(house, f"type=4&sourceType=2&title%3D={title}")) == 6


def test_texts_contain_begin_and_end_without_regard_to_case(house: Plex) -> None:
    title = house.item("m1").title
    first, last = title.split()[0].upper(), title.split()[-1]
    for query in (f"title={first}", f"title%3C={first}", f"title%3E={last}", "title%3D=" + title.replace(" ", "+")):
        assert title in titles(house, ALL + "type=1&" + query)
    assert title not in titles(house, ALL + "type=1&title!=" + first)


def test_in_progress_and_unwatched_are_yes_or_no(house: Plex) -> None:
    house.play("nate", "s1.1.1", 600_000, "stopped")
    house.watch("nate", "s1.1.2")
    assert found(house, "type=4&inProgress=1") == keys(house, "s1.1.1")
    assert found(house, "type=4&unwatched=0") == keys(house, "s1.1.2")
    assert found(house, "type=2&inProgress=1") == keys(house, "s1")


def test_one_guid_finds_the_copies_in_all_sections(house: Plex) -> None:
    house.shelves.put(house.world.catalogue["m1"], section=house.shelves.section("movie", "4K"))
    guid = house.item("m1").guid.replace(":", "%3A").replace("/", "%2F")
    assert len(rows(house, f"{ALL}type=1&guid={guid}")) == 2


def test_a_query_sorts_by_several_fields_and_nothing_comes_last_if_asked(house: Plex) -> None:
    house.watch("nate", "m3", at=1000)
    house.watch("nate", "m4", at=2000)
    by_view = [row["ratingKey"] for row in rows(house, ALL + "type=1&sort=lastViewedAt:desc")]
    assert by_view[:2] == [str(house.item("m4").key), str(house.item("m3").key)]
    ascending = [row["ratingKey"] for row in rows(house, ALL + "type=1&sort=lastViewedAt")]
    assert ascending[-2:] == by_view[1::-1]
    nulls_last = [row["ratingKey"] for row in rows(house, ALL + "type=1&sort=lastViewedAt:nullsLast")]
    assert nulls_last[:2] == by_view[1::-1]


def test_a_limit_caps_the_total(house: Plex) -> None:
    answer = read(house, ALL + "type=1&limit=4&X-Plex-Container-Start=0&X-Plex-Container-Size=3")
    assert (answer["totalSize"], answer["size"]) == (4, 3)


def test_each_user_asks_of_their_own_view(house: Plex) -> None:
    kid = house.person("kid", home=True)
    house.watch("nate", "m1")
    assert rows(house, ALL + "type=1&unwatched=0", token=kid.server_token) == []


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "title%3E%3E=a",
        "lastViewedAt%3E=5",
        "unwatched!=1",
        "userRating%3E%3E=good",
        "push=1&year=1990",
        "year=1990&pop=1",
        "episode.title=a",
        "sort=colour",
        "lastViewedAt%3E%3E=-3parsecs",
    ],
)
def test_what_cannot_be_understood_is_refused_with_400(house: Plex, query: str) -> None:
    answer = ask(house, f"{ALL}type=1&{query}")
    assert answer.status == 400
    assert answer.encoded().startswith(b"<html>")


def test_a_server_may_refuse_groups_over_dates_across_sections_but_not_within_one(house: Plex) -> None:
    house.server.switches.refuse_or_across_sections = True
    group = "type=1&push=1&addedAt%3E%3E=5&or=1&lastViewedAt%3E%3E=5&pop=1"
    assert ask(house, ALL + group).status == 400
    assert ask(house, "/library/sections/1/all?" + group).status == 200
    assert ask(house, ALL + "type=1&addedAt%3E%3E=5").status == 200
