"""The watched flag: group B of the failure scenarios.

Not here yet: F47 (progress: no service reads or writes it yet); of F46 the file that Plex shows as one object (the
simulated Plex shows an object per episode, as the real one does where it understood the name of the file).
"""

import httpx2
import pytest

from tests.scenarios.household import DAY, HOUR, NOW, Household, Rules, outcomes, told
from watchweave.engine.report import Report


def agreed(**options):
    """m1 was watched ten days ago, and both services know."""
    house = Household(**options)
    house.watch_on_plex("m1", NOW - 10 * DAY)
    house.sync()
    house.later(DAY + HOUR)
    house.sync()
    return house


def test_f41_unwatch_sticks():
    house = agreed()
    house.plex.unwatch("mara", "m1")
    writes = len(house.writes())
    for _ in range(5):
        house.later(DAY + HOUR)
        assert house.sync().changes == []
    assert (house.watched("m1"), house.plays("m1")) == (False, [NOW - 10 * DAY])
    assert len(house.writes()) == writes


def test_f41_unwatch_sticks_although_somebody_marked_it_from_trakt():
    house = Household()
    house.watch_on_trakt("m1", NOW - 10 * DAY)
    house.sync()
    house.later(DAY)
    house.sync()
    house.plex.unwatch("mara", "m1")
    for _ in range(5):
        house.later(DAY + HOUR)
        assert house.sync().changes == []
    assert (house.watched("m1"), house.plays("m1")) == (False, [NOW - 10 * DAY])


def test_f42_unwatch_then_watch_again():
    house = agreed()
    house.plex.unwatch("mara", "m1")
    house.later(DAY + HOUR)
    house.sync()
    house.later(DAY)
    house.watch_on_plex("m1")
    at = house.now()
    house.later()
    house.sync()
    assert house.plays("m1") == [NOW - 10 * DAY, at]
    assert house.watched("m1")
    house.quiet()
    assert len(house.plays("m1")) == 2


def test_f42_unwatch_then_a_new_play_on_trakt_marks_it_again():
    house = agreed()
    house.plex.unwatch("mara", "m1")
    house.later(DAY + HOUR)
    house.sync()
    house.later(DAY)
    house.watch_on_trakt("m1")
    house.later()
    assert told(house.sync()) == {("plex", "watched", "add")}
    house.quiet()
    assert (house.watched("m1"), len(house.plays("m1"))) == (True, 2)


def test_f43_every_play_of_a_film_removed_on_trakt_is_not_sent_back():
    house = agreed()
    house.watch_on_trakt("m2", NOW - 3 * DAY)
    house.sync()
    house.later()
    house.trakt.unwatch(house["m1"])
    writes = len(house.writes())
    for _ in range(3):
        house.later(DAY)
        assert house.sync().changes == []
    assert (house.plays("m1"), house.watched("m1"), len(house.writes())) == ([], True, writes)


def asked(answer: str) -> tuple[Household, Report]:
    """Two Trakt accounts agree on a play of m1; it is removed on one of them, and the rule is `answer`."""
    house = Household(second=True, rules=Rules(removed_plays=answer), checked=False)
    house.watch_on_trakt("m1", NOW - 10 * DAY)
    house.watch_on_trakt("m2", NOW - 10 * DAY)
    house.sync()
    house.later()
    house.sync()
    house.later()
    house.trakt.unwatch(house["m1"])
    return house, house.sync()


def test_f43_a_removed_play_stays_where_others_keep_it():
    house, report = asked("keep")
    assert report.changes == []
    house.quiet()
    assert (house.plays("m1"), house.plays("m1", house.second)) == ([], [NOW - 10 * DAY])


def test_f43_with_the_rule_ask_a_removed_play_is_a_hold_with_the_choice():
    house, report = asked("ask")
    assert house.plays("m1", house.second) == [NOW - 10 * DAY], "nobody was asked"
    assert sorted((hold.account, hold.shelf, hold.verb, hold.count) for hold in report.held) == [
        ("plex", "watched", "remove", 1),
        ("second", "history", "remove", 1),
    ]
    house.later()
    house.sync()
    assert (house.plays("m1"), house.plays("m1", house.second)) == ([], [NOW - 10 * DAY])


def test_f44_a_new_empty_server_gets_the_flags_and_trakt_keeps_its_history():
    house = Household(films=300, others=0, checked=False)
    for number in range(1, 301):
        for play in range(1, 11):
            house.watch_on_trakt(f"m{number}", NOW - number * HOUR - play * 20 * DAY)
    before = set(house.trakt.history.plays)
    assert len(before) == 3000
    report = house.sync()
    assert (report.status, outcomes(report), house.writes()) == ("held", {"held": 300}, [])
    house.sync(approve=report.held[0].hold)
    assert all(house.watched(f"m{number}") for number in range(1, 301))
    assert (len(house.writes("plex.server")), house.writes("trakt.api")) == (300, [])
    house.quiet()
    assert set(house.trakt.history.plays) == before


def test_f46_the_episodes_of_one_file_are_marked_each_for_itself():
    house = Household(films=8, traps=True)
    one, other = (work.uid for work in house.world.catalogue.traps["one file"])
    house.watch_on_trakt(one, NOW - 2 * DAY)
    house.sync()
    assert (house.watched(one), house.watched(other)) == (True, False)
    house.later()
    house.watch_on_trakt(other, NOW - 2 * DAY)
    house.later()
    house.sync()
    assert house.watched(other)
    house.quiet()
    assert (len(house.plays(one)), len(house.plays(other))) == (1, 1)


def test_f46_a_viewing_of_one_file_is_a_play_of_each_of_its_episodes():
    house = Household(films=8, traps=True)
    one, other = (work.uid for work in house.world.catalogue.traps["one file"])
    for uid in (one, other):
        house.watch_on_plex(uid, NOW - DAY)
    house.sync()
    house.quiet()
    assert (house.plays(one), house.plays(other)) == ([NOW - DAY], [NOW - DAY])


@pytest.mark.parametrize("trouble", [400, 401, 403, 429, 500, "gone"])
@pytest.mark.parametrize("shelf", ["history", "ratings"])
def test_what_plex_took_before_it_could_not_be_looked_at_is_not_taken_for_unsent(shelf, trouble):
    """The look at what was just written fails, in whatever way; its echo must not become a play on Trakt."""
    house = Household(checked=False)
    house.sync()
    house.later()
    if shelf == "history":
        house.watch_on_trakt("m1", house.now() - 3 * DAY)
    else:
        house.trakt.rate(house["m1"], 7)
    inner, written = house.door.handle_async_request, []

    async def door(request):
        if written and "plex.local" in str(request.url) and len(written) < 2:
            if trouble == "gone":
                raise httpx2.ConnectError("refused")
            return httpx2.Response(trouble, json={}, headers={"Retry-After": "4000"} if trouble == 429 else {})
        answer = await inner(request)
        written.extend([request.url] if request.method == "PUT" else [])
        return answer

    house.door.handle_async_request = door
    assert "done" not in outcomes(house.sync())
    house.door.handle_async_request = inner
    for _ in range(3):
        house.later(2 * HOUR)
        house.sync()
    assert len(house.plays("m1")) == (1 if shelf == "history" else 0)
    assert (house.watched("m1"), house.rating("m1")) == ((True, None) if shelf == "history" else (False, 7.0))
    house.quiet()
