"""People, sign-ins, limits and the process: group F of the failure scenarios.

Not here yet: the webhook of F98 (nothing listens for webhooks), F117 (no file is imported yet). The exit code of F120
belongs to the command line.
"""

import pytest

from tests.scenarios.household import DAY, HISTORY, HOUR, MINUTE, NOW, SETTLE, Household, outcomes, spread, told
from watchweave.sandbox import faults


def films(count: int) -> list[str]:
    return [f"m{number}" for number in range(1, count + 1)]


def test_f98_what_other_people_watch_on_a_shared_server_is_not_hers():
    house = Household()
    house.plex.person("jonas", home=True)
    house.plex.person("friend")
    house.sync()
    for name in ("jonas", "friend"):
        house.plex.watch(name, "m1", at=NOW - DAY)
        house.plex.rate(name, "m2", 3.0)
        house.plex.want(name, "x1")
        house.plex.watch(name, "s1.1.1")
    for wait in (HOUR, DAY + HOUR):
        house.later(wait)
        assert house.sync().changes == []
    assert (house.writes(), len(house.trakt.history.plays), len(house.trakt.ratings)) == ([], 0, 0)
    house.quiet()


def test_f98_one_viewing_by_two_people_is_her_own_play_once():
    house = Household()
    house.plex.person("jonas", home=True)
    for name in ("mara", "jonas"):
        house.plex.watch(name, "m1", at=NOW - DAY)
    house.sync()
    house.quiet()
    assert house.plays("m1") == [NOW - DAY]


def test_f99_an_expired_token_that_several_meet_at_once_is_refreshed_once():
    house = Household()
    house.sync()
    for shelf in (house.trakt.watch, house.trakt.want):
        shelf(house["m1"])
    house.trakt.rate(house["m2"], 8)
    house.later(DAY + HOUR)
    house.simulated_trakt.sign_in.expire(house.trakt)
    old = house.drawers["trakt"]["refresh_token"]
    house.checked = False
    house.world.requests.clear()
    report = house.sync()
    assert (report.status, len(house.world.requests.of("trakt.auth"))) == ("done", 1)
    assert house.drawers["trakt"]["refresh_token"] != old
    assert (house.watched("m1"), house.rating("m2")) == (True, 8.0)
    house.quiet()


def test_f101_the_token_dies_in_mid_run():
    house = Household(second=True, films=60, checked=False)
    house.sync()
    house.later(HOUR)
    for uid, at in spread(films(60), NOW):
        house.watch_on_trakt(uid, at)
    house.watch_on_plex("s1.1.1", NOW - DAY)
    house.world.faults.order(faults.Cap(20), "trakt.api", "GET", HISTORY, times=-1)
    dying = faults.Act(lambda: house.simulated_trakt.sign_in.revoke(house.trakt))
    house.world.faults.order(dying, "trakt.api", "GET", HISTORY, skip=1)
    report = house.sync(yes=True)
    house.world.faults.cancel()
    assert [(problem.account, problem.kind) for problem in report.problems] == [("trakt", "sign_in_needed")]
    assert report.status == "partial"
    assert told(report) == {("second", "history", "add")}, "no row of the broken reading was used"
    assert house.plays("s1.1.1", house.second) == [NOW - DAY]
    assert house.writes("plex") == []
    query = "SELECT state, noticed FROM account WHERE name = 'trakt'"
    noticed = house.store.db.execute(query).fetchall()
    house.later()
    house.sync()
    assert house.store.db.execute(query).fetchall() == noticed, "told once"


@pytest.mark.parametrize(("method", "posts"), [("GET", 1), ("POST", 2)])
def test_f103_nothing_is_sent_before_the_time_that_a_429_names(method, posts):
    house = Household()
    house.sync()
    house.later()
    house.watch_on_plex("m1", NOW - DAY)
    house.watch_on_trakt("m2", NOW - DAY)
    house.world.faults.order(faults.Status(429, {"Retry-After": "17"}, html=False), "trakt.api", method, HISTORY)
    house.door.sent.clear()
    report = house.sync()
    assert report.status == "done"
    to_trakt = [sent for sent in house.door.sent if "api.trakt.tv" in sent.address]
    refused = next(
        sent for sent in to_trakt if sent.address.split("?")[0].endswith("/sync/history") and sent.method == method
    )
    after = to_trakt[to_trakt.index(refused) + 1 :]
    assert after
    assert min(sent.at for sent in after) >= refused.at + 17
    assert len(house.bodies("/sync/history")) == posts
    house.world.faults.cancel()
    house.quiet()
    assert (house.plays("m1"), house.watched("m2")) == ([NOW - DAY], True)


def test_f104_one_bad_row_fails_alone():
    house = Household(films=100, checked=False)
    for uid, at in spread(films(100), NOW, HOUR):
        house.watch_on_plex(uid, at)
    bad = str(house["m37"].ids["imdb"])
    house.door.hear = lambda sent: 422 if sent.method == "POST" and bad in repr(sent.body) else None
    report = house.sync(yes=True)
    assert outcomes(report) == {"done": 99, "failed": 1}
    (failed,) = [line for line in report.changes if line.outcome == "failed"]
    assert failed.media.title == house["m37"].title
    assert "something is wrong with it" in failed.reason
    # 100 are halved seven times; of each pair of halves one is good
    assert len(house.bodies("/sync/history")) <= 1 + 2 * 7
    assert len(house.trakt.history.plays) == 99
    house.later(MINUTE)
    sent = len(house.bodies("/sync/history"))
    house.sync(yes=True)
    assert len(house.bodies("/sync/history")) == sent, "left alone for an hour"
    house.door.hear = lambda sent: None
    house.later(DAY)
    house.sync(yes=True)
    house.quiet()
    assert len(house.trakt.history.plays) == 100


@pytest.mark.parametrize("jump", [-2 * HOUR, DAY])
def test_f107_the_clock_of_this_machine_jumps(jump):
    house = Household(second=True)
    house.watch_on_plex("m1", NOW - DAY)
    house.trakt.rate(house["m2"], 7)
    house.sync()
    house.later()
    house.sync()
    house.skew = jump
    house.watch_on_plex("m3")
    house.watch_on_trakt("m4")
    house.second.want(house["x1"])
    house.trakt.rate(house["m2"], 9)
    house.sync()
    house.later(HOUR)
    house.plex.rate("mara", "m1", 4.0)
    house.sync()
    house.skew = 0
    house.watch_on_trakt("m5")
    house.later(2 * HOUR)
    house.sync()
    house.later(DAY)
    house.sync()
    house.quiet()
    for account in (house.trakt, house.second):
        assert {uid: len(house.plays(uid, account)) for uid in films(5)} == {
            "m1": 1,
            "m2": 0,
            "m3": 1,
            "m4": 1,
            "m5": 1,
        }
        assert {uid: rating.value for uid, rating in account.ratings.items()} == {"m1": 4, "m2": 9}
    assert [uid for uid in films(6) if house.watched(uid)] == ["m1", "m3", "m4", "m5"]
    assert house.wishes() == house.wishes_on_trakt() == {"x1"}
    for table in ("truth", "play", "edit"):
        assert house.store.db.execute(f"SELECT count(*) FROM {table} WHERE lo > hi").fetchone() == (0,)


def test_f108_a_play_added_with_an_old_date_beside_a_removal():
    house = Household(second=True)
    for uid, at in spread(films(5), NOW - DAY):
        house.watch_on_trakt(uid, at)
    house.sync()
    house.later()
    house.sync()
    house.later()
    gone = next(iter(house.trakt.history.of(house["m2"])))
    house.trakt.remove_play(gone)
    old = NOW - 7 * 365 * DAY
    house.watch_on_trakt("m6", old)
    assert told(house.sync()) == {("plex", "watched", "add"), ("second", "history", "add")}
    house.quiet()
    assert (house.watched("m6"), house.plays("m6", house.second)) == (True, [old])
    assert (house.plays("m2"), len(house.plays("m2", house.second))) == ([], 1)


def test_f114_a_dry_run_with_news_on_every_account_only_reads():
    house = Household(second=True)
    house.watch_on_plex("m1", NOW - DAY)
    house.plex.want("mara", "x1")
    house.sync()
    house.later()
    house.sync()
    house.later()
    house.plex.rate("mara", "m1", 8.0)
    house.plex.unwant("mara", "x1")
    house.watch_on_trakt("m2", NOW - 2 * DAY)
    house.second.want(house["x2"])
    first, second = house.rehearse(), house.rehearse()
    assert (first.run, first.dry_run) == (None, True)
    assert {line.outcome for line in first.changes} == {"planned"}
    report = house.sync()
    identities = [sorted(map(repr, (line.identity for line in one.changes))) for one in (first, second, report)]
    assert identities[0] == identities[1] == identities[2]
    assert len(identities[0]) == 2 + 2 + 2 + 2
    house.quiet()


def test_f115_taking_back_a_bad_run():
    house = Household(films=300, others=0, checked=False)
    before = house.trakt.watch(house["m1"], NOW - 400 * DAY)
    for uid, at in spread(films(300), NOW - DAY, HOUR):
        house.watch_on_plex(uid, at)
    bad = house.sync(yes=True)
    assert outcomes(bad) == {"done": 300}
    house.later()
    own = {before.id, house.trakt.watch(house["m2"]).id}
    house.later()
    report = house.undo(bad.run)
    assert outcomes(report) == {"done": 300}
    assert set(house.trakt.history.plays) == own
    assert all(set(body) == {"ids"} for body in house.bodies("/sync/history/remove"))
    for _ in range(3):
        house.later(DAY)
        assert house.sync(yes=True).changes == []
    assert set(house.trakt.history.plays) == own


def test_f116_a_service_that_is_down_for_two_days():
    house = Household(second=True, checked=False)
    house.watch_on_plex("m1", NOW - 9 * DAY)
    for number in range(1, 4):
        house.plex.want("mara", f"x{number}")
    house.sync()
    house.later()
    house.sync()
    before = house.wishes_on_trakt()
    house.second.unwant(house["x2"])
    house.plex.rate("mara", "m1", 9.0)
    house.watch_on_plex("m3", NOW - DAY)
    house.door.hear = lambda sent: 503 if is_first(house, sent) else None
    for _ in range(4):
        house.later(12 * HOUR)
        report = house.sync()
        assert report.status == "partial"
        assert {problem.account for problem in report.problems} == {"trakt"}
    house.door.hear = lambda sent: None
    assert house.plays("m3", house.second) == [NOW - DAY]
    assert house.second.ratings["m1"].value == 9
    assert house.wishes() == {"x1", "x3"}
    assert house.wishes_on_trakt() == before
    house.later()
    house.sync()
    house.quiet()
    assert (house.plays("m3"), house.trakt.ratings["m1"].value) == ([NOW - DAY], 9)
    assert house.wishes_on_trakt() == house.wishes()


def is_first(house, sent):
    """Was this request made in the name of the first Trakt account?"""
    return "trakt.tv" in sent.address and sent.bearer == house.drawers["trakt"]["access_token"]


def test_f120_stopped_in_the_middle():
    house = Household(films=250, checked=False)
    for uid, at in spread(films(250), NOW, HOUR):
        house.watch_on_plex(uid, at)

    def stop(sent):
        if sent.method == "POST":
            house.home.stop.set()

    house.door.hear = stop
    report = house.sync(yes=True)
    assert report.interrupted
    assert (len(house.bodies("/sync/history")), outcomes(report)) == (1, {"done": 100, "planned": 150})
    house.door.hear = lambda sent: None
    house.start()
    house.later(MINUTE)
    report = house.sync(yes=True)
    assert (outcomes(report), report.interrupted) == ({"done": 150}, False)
    house.later(SETTLE)
    house.quiet()
    assert {uid: len(house.plays(uid)) for uid in films(250)} == dict.fromkeys(films(250), 1)


@pytest.mark.parametrize("after", [1, 2, 4, 7, 10])
def test_f120_stopped_while_reading(after):
    """A reading is given up at once: nothing is written from half of what there is, and nothing is lost."""
    house = Household(films=20)
    for uid, at in spread(films(20), NOW, HOUR):
        house.watch_on_plex(uid, at)
    house.trakt.rate(house["m1"], 7)

    def stop(sent):
        if len(house.door.sent) == after:
            house.home.stop.set()

    house.door.hear = stop
    report = house.sync()
    assert (report.interrupted, report.status, house.writes(), report.problems) == (True, "partial", [], [])
    assert len(house.door.sent) < after + 8, "those under way, and no more"
    house.door.hear = lambda sent: None
    house.start()
    assert house.sync(yes=True).status == "done"
    house.later(SETTLE)
    house.quiet()
    assert {uid: len(house.plays(uid)) for uid in films(20)} == dict.fromkeys(films(20), 1)
