"""Letterboxd in step: what is read of feed and export, and what Mara carries there."""

import asyncio
import itertools
from datetime import UTC, datetime

import pytest

from tests.scenarios.diary import Diary
from tests.scenarios.household import DAY, HOUR, MINUTE, lines, outcomes
from tests.support.memory import Killed
from watchweave.sandbox.letterboxd_rules import Options


@pytest.fixture
def house(tmp_path):
    return Diary(tmp_path)


def settled(house):
    """Everybody knows everything, and nothing waits."""
    house.hand_in()
    house.sync(yes=True)
    house.later(DAY)
    house.sync(yes=True)
    return house


# Reading


def test_without_an_export_the_feed_is_heard_and_nothing_is_owed(house):
    house.mara.log(house["m1"], "2026-11-18", rating=9)
    house.watch_on_trakt("m2", house.now() - 5 * DAY)
    house.later(2 * DAY)
    house.sync(yes=True)
    assert len(house.plays("m1")) == 1
    assert house.trakt.ratings["m1"].value == 9
    assert house.offered() == {}


def test_an_export_brings_what_was_logged_long_ago(house):
    for uid, day in (("m1", "2019-02-14"), ("m2", "2020-08-01"), ("m3", "2021-01-01")):
        house.mara.log(house[uid], day)
    house.mara.rate(house["m4"], 7)
    house.mara.want(house["x1"])
    house.trakt.want(house["x2"])  # so that both are known by their titles
    house.hand_in()
    house.sync(yes=True)
    assert [house.plays(uid) != [] for uid in ("m1", "m2", "m3")] == [True] * 3
    assert house.trakt.ratings["m4"].value == 7


def test_a_day_is_noon_in_her_zone(house):
    house.mara.log(house["m1"], "2026-07-20")
    house.hand_in()
    house.sync(yes=True)
    assert house.plays("m1") == [1784548800]  # 2026-07-20 12:00 UTC


def test_f117_the_same_file_twice_adds_nothing(house):
    house.mara.log(house["m1"], "2024-11-30")
    house.hand_in()
    house.sync(yes=True)
    writes = len(house.writes())
    house.later(HOUR)
    assert house.hand_in().again is False  # a new archive of the same things
    house.sync(yes=True)
    assert (len(house.plays("m1")), len(house.writes())) == (1, writes)


def test_two_viewings_of_one_day_are_two(house):
    house.mara.log(house["m1"], "2024-11-30")
    house.mara.log(house["m1"], "2024-11-30", rewatch=True)
    house.hand_in()
    house.sync(yes=True)
    assert len(house.plays("m1")) == 2
    house.later(HOUR)
    assert house.sync(yes=True).changes == []


def test_an_entry_is_one_in_the_feed_and_in_the_next_export(house):
    settled(house)
    house.mara.log(house["m1"], "2026-11-19", rating=8)
    house.later(2 * DAY)
    house.sync(yes=True)  # by the feed
    assert len(house.plays("m1")) == 1
    house.hand_in()
    house.later(HOUR)
    assert house.sync(yes=True).changes == []
    house.hand_in()
    house.later(HOUR)
    assert house.sync(yes=True).changes == []
    assert len(house.plays("m1")) == 1


@pytest.mark.parametrize("stays", [True, False])
def test_a_text_that_is_added_makes_no_second_viewing(tmp_path, stays):
    house = settled(Diary(tmp_path, letterboxd=Options(number_stays=stays)))
    entry = house.mara.log(house["m1"], "2026-11-10")
    house.later(2 * DAY)
    house.sync(yes=True)
    house.mara.edit(entry, review="Better than I remembered.")
    for _ in range(2):
        house.later(DAY)
        house.sync(yes=True)
        house.hand_in()
    assert len(house.plays("m1")) == 1


def test_the_second_viewing_of_a_day_is_one_although_the_first_is_known(house):
    settled(house)
    house.mara.log(house["m1"], "2026-11-10")
    house.later(2 * DAY)
    house.sync(yes=True)
    house.mara.log(house["m1"], "2026-11-10", rewatch=True)
    house.later(DAY)
    house.sync(yes=True)
    assert len(house.plays("m1")) == 2
    house.hand_in()
    house.later(DAY)
    house.sync(yes=True)
    assert len(house.plays("m1")) == 2


def test_a_corrected_day_is_no_second_viewing(house):
    settled(house)
    entry = house.mara.log(house["m1"], "2026-11-10")
    house.later(2 * DAY)
    house.sync(yes=True)
    house.mara.edit(entry, on="2026-11-03")
    house.later(DAY)
    house.sync(yes=True)
    house.hand_in()
    house.later(DAY)
    house.sync(yes=True)
    assert len(house.plays("m1")) == 1


def test_an_entry_that_was_deleted_stays_elsewhere_and_does_not_come_back(house):
    entry = house.mara.log(house["m1"], "2026-11-01")
    settled(house)
    house.mara.delete(entry)
    house.later(DAY)
    house.hand_in()
    house.sync(yes=True)
    assert (len(house.plays("m1")), house.offered()) == (1, {})


def test_what_was_logged_after_the_export_was_made_is_not_taken_for_removed(house):
    house.mara.rate(house["m2"], 6)
    path = house.folder / "old.zip"
    path.write_bytes(house.mara.export())
    house.hand_in()
    house.sync(yes=True)
    house.later(2 * DAY)
    house.mara.log(house["m1"], "2026-11-21", rating=9)
    house.mara.log(house["m2"], "2026-11-21", rating=10)
    house.later(DAY)
    house.sync(yes=True)
    assert (house.trakt.ratings["m1"].value, house.trakt.ratings["m2"].value) == (9, 10)
    house.home.inbox("mara", "letterboxd").newest("export").path.unlink()
    house.home.inbox("mara", "letterboxd").hand_in(path, "export", house.now() - 3 * DAY)
    house.later(HOUR)
    house.sync(yes=True)
    assert (house.trakt.ratings["m1"].value, house.trakt.ratings["m2"].value) == (9, 10)
    assert len(house.plays("m1")) == 1


def test_an_old_export_does_not_overrule_what_the_feed_has_shown_since(tmp_path):
    house = Diary(tmp_path, films=60)
    house.mara.rate(house["m1"], 6)
    house.hand_in()
    old = (house.folder / "letterboxd.zip").read_bytes()
    house.sync(yes=True)
    house.later(2 * DAY)
    house.mara.log(house["m1"], "2026-11-21", rating=10)
    house.later(HOUR)
    house.sync(yes=True)
    for number in range(2, 58):  # so much that the feed shows the first no more
        house.later(DAY // 4)
        house.mara.log(house[f"m{number}"], "2026-11-30")
        house.sync(yes=True) if number % 8 == 0 else None
    (house.folder / "letterboxd.zip").write_bytes(old)
    house.home.inbox("mara", "letterboxd").newest("export").path.unlink()
    house.home.inbox("mara", "letterboxd").hand_in(house.folder / "letterboxd.zip", "export", house.now() - 13 * DAY)
    house.later(HOUR)
    house.sync(yes=True)
    assert (house.trakt.ratings["m1"].value, house.mara.ratings["m1"].value) == (10, 10)
    assert house.watched("m1")
    assert house.offered() == {}


def test_an_entry_that_comes_back_into_the_feed_does_not_bring_back_its_rating(tmp_path):
    house = Diary(tmp_path, films=60)
    house.mara.log(house["m1"], "2026-11-01", rating=4)
    newer = [house.mara.log(house[f"m{number}"], "2026-11-10") for number in range(2, 52)]
    settled(house)
    house.mara.rate(house["m1"], 9)
    house.later(DAY)
    house.hand_in()
    house.sync(yes=True)
    assert house.trakt.ratings["m1"].value == 9
    house.mara.delete(newer[0])
    house.later(DAY)
    house.sync(yes=True)
    assert house.trakt.ratings["m1"].value == 9


def test_a_film_that_left_letterboxd_was_removed_by_nobody(house):
    house.mara.log(house["m1"], "2026-11-01", rating=8)
    settled(house)
    house.world.services["letterboxd"].films.drop(house["m1"])
    house.later(DAY)
    house.hand_in()
    house.sync(yes=True)
    assert (house.trakt.ratings["m1"].value, len(house.plays("m1"))) == (8, 1)


def test_more_was_logged_than_the_feed_shows(tmp_path):
    house = settled(Diary(tmp_path, films=60))
    for number in range(1, 56):
        house.later(MINUTE)
        house.mara.log(house[f"m{number}"], "2026-11-19")
    house.later(2 * DAY)
    house.trakt.rate(house["m60"], 5)
    report = house.sync(yes=True)
    assert [problem.kind for problem in report.problems] == ["incomplete"]
    assert house.offered() == {}  # nothing is owed to whom nobody knows whole
    house.hand_in()
    house.later(HOUR)
    assert house.sync(yes=True).problems == []
    assert house.rows() == {str(house["m60"].ids["tmdb"]): 1}


# Writing


def test_what_is_owed_waits_in_one_file_until_it_shows(house):
    settled(house)
    house.watch_on_trakt("m1", house.now() - 2 * DAY)
    house.trakt.rate(house["m2"], 8)
    report = house.sync(yes=True)
    assert set(outcomes(report)) == {"done", "pending"}
    waiting = house.offered()
    assert len(waiting) == 1
    for _ in range(3):
        house.later(DAY)
        assert house.sync(yes=True).status == "done"
        assert house.offered() == waiting  # offered once
    house.upload()
    assert house.diary("m1") == ["2026-11-19"]
    house.hand_in()
    house.later(DAY)
    house.sync(yes=True)
    assert house.offered() == {}
    house.later(DAY)
    assert house.sync(yes=True).changes == []


def test_the_feed_confirms_what_was_carried(house):
    settled(house)
    house.watch_on_trakt("m1", house.now() - 2 * DAY)
    house.sync(yes=True)
    house.upload()
    house.later(HOUR)
    house.sync(yes=True)
    assert house.offered() == {}
    house.hand_in()
    house.later(HOUR)
    assert house.sync(yes=True).changes == []
    assert house.diary("m1") == ["2026-11-19"]


def test_what_a_new_export_proves_absent_is_owed_again(house):
    settled(house)
    house.trakt.rate(house["m2"], 8)
    house.sync(yes=True)
    (first,) = house.offered()
    house.later(2 * DAY)
    house.hand_in()  # she forgot to upload it
    house.sync(yes=True)
    (second,) = house.offered()
    assert second != first
    assert house.rows() == {str(house["m2"].ids["tmdb"]): 1}


def test_an_export_made_before_the_file_proves_nothing_about_it(house):
    settled(house)
    house.later(3 * DAY)
    early = house.folder / "early.zip"
    house.mara.rate(house["m3"], 5)
    early.write_bytes(house.mara.export())
    made = house.now()
    house.later(DAY)
    house.trakt.rate(house["m2"], 8)
    house.sync(yes=True)
    waiting = house.offered()
    house.home.inbox("mara", "letterboxd").hand_in(early, "export", made)
    house.later(HOUR)
    house.sync(yes=True)
    assert house.offered() == waiting
    assert house.trakt.ratings["m3"].value == 5


def test_a_newer_rating_is_offered_although_the_older_one_waits(house):
    settled(house)
    house.trakt.rate(house["m2"], 8)
    house.sync(yes=True)
    house.later(DAY)
    house.trakt.rate(house["m2"], 3)
    house.sync(yes=True)
    assert len(house.offered()) == 2
    for text in house.offered().values():
        house.mara.upload(text.encode())
    assert house.mara.ratings["m2"].value == 3
    house.later(DAY)
    house.hand_in()
    house.sync(yes=True)
    assert house.offered() == {}
    assert house.trakt.ratings["m2"].value == 3


def test_a_mark_without_a_day_is_told_as_a_mark(house):
    settled(house)
    house.trakt.watch(house["m3"], 0)
    house.sync(yes=True)
    house.upload()
    assert (house.diary("m3"), "m3" in house.mara.watched) == ([], True)
    house.later(DAY)
    house.hand_in()
    house.sync(yes=True)
    house.later(DAY)
    assert (house.sync(yes=True).changes, house.offered()) == ([], {})
    assert len(house.plays("m3")) == 1


def test_a_viewing_is_told_once_and_its_mark_comes_by_itself(house):
    settled(house)
    house.watch_on_plex("m1", house.now() - 2 * DAY)
    report = house.sync(yes=True)
    assert [line.shelf for line in lines(report, "letterboxd")] == ["history"]


def test_a_mark_there_is_a_viewing_of_unknown_time(house):
    house.mara.watch(house["m1"])
    settled(house)
    assert house.plays("m1") == [0]
    assert house.watched("m1")


def test_a_film_that_is_only_marked_there_gets_the_day_that_somebody_tells_later(house):
    house.mara.watch(house["m1"])
    settled(house)
    assert house.watched("m1")
    seen = house.now() - 5 * DAY
    house.watch_on_plex("m1", seen)
    for _ in range(2):  # what comes so late is seen when all is read
        house.sync(yes=True)
        house.later(DAY)
    house.upload()
    assert house.diary("m1") == [datetime.fromtimestamp(seen, UTC).date().isoformat()]
    house.later(2 * DAY)
    house.hand_in()
    house.sync(yes=True)
    house.later(DAY)
    assert (house.sync(yes=True).changes, house.offered()) == ([], {})


def test_wishes_are_carried_in_a_file_of_their_own(house):
    settled(house)
    house.trakt.want(house["x1"])
    house.sync(yes=True)
    (name,) = house.offered()
    assert "-watchlist-" in name
    house.upload()
    assert "x1" in house.mara.wishes


def test_a_second_viewing_on_one_day_is_refused_with_the_reason(house):
    settled(house)
    for hour in (0, 6):
        house.watch_on_trakt("m1", house.now() - 3 * DAY + hour * HOUR - 9 * HOUR)
    report = house.sync(yes=True)
    assert [r.why for r in report.refused if r.account == "letterboxd"] == [
        "Letterboxd's importer keeps one viewing of a film a day"
    ]
    assert house.rows()[str(house["m1"].ids["tmdb"])] == 1


def test_a_rewatch_is_called_one(house):
    settled(house)
    house.watch_on_trakt("m1", house.now() - 40 * DAY)
    house.watch_on_trakt("m1", house.now() - 3 * DAY)
    house.sync(yes=True)
    rows = [line.split(",") for text in house.offered().values() for line in text.splitlines()[1:]]
    assert [row[6] for row in rows if row[5]] == ["false", "true"]


def test_episodes_and_shows_are_not_owed(house):
    settled(house)
    house.watch_on_trakt("s1.1.1", house.now() - DAY)
    house.trakt.rate(house["s1"], 9)
    report = house.sync(yes=True)
    assert lines(report, "letterboxd") == []
    assert house.offered() == {}


def test_ten_syncs_after_any_edit_write_nothing_more(house):
    house.mara.log(house["m1"], "2026-11-18", rating=7)
    house.watch_on_plex("m2", house.now() - 4 * DAY)
    house.trakt.rate(house["m3"], 4)
    settled(house)
    house.upload()
    house.later(DAY)
    house.hand_in()
    house.sync(yes=True)
    for _ in range(10):
        house.later(DAY)
        writes = len(house.writes())
        assert (house.sync(yes=True).changes, len(house.writes()), house.offered()) == ([], writes, {})


def test_all_that_waits_is_written_anew_into_one_file(house):
    settled(house)
    for uid, value in (("m1", 8), ("m2", 3), ("m1", 5)):
        house.trakt.rate(house[uid], value)
        house.sync(yes=True)
        house.later(DAY)
    assert len(house.offered()) == 3
    (file,) = asyncio.run(house.home.carried_anew(house.person, "letterboxd"))
    assert list(house.offered()) == [file]
    assert house.rows() == {str(house["m1"].ids["tmdb"]): 1, str(house["m2"].ids["tmdb"]): 1}
    house.upload()
    assert house.mara.ratings["m1"].value == 5
    house.later(DAY)
    house.hand_in()
    house.sync(yes=True)
    assert house.offered() == {}


def test_a_file_that_was_thrown_away_is_written_anew(house):
    settled(house)
    house.trakt.rate(house["m1"], 8)
    house.sync(yes=True)
    for name in house.offered():
        (house.folder / "outbox" / name).unlink()
    house.later(DAY)
    house.sync(yes=True)
    assert house.offered() == {}  # she may have carried it
    asyncio.run(house.home.carried_anew(house.person, "letterboxd"))
    assert house.rows() == {str(house["m1"].ids["tmdb"]): 1}


def test_two_viewings_of_one_evening_and_its_night_stay_two_everywhere(house):
    settled(house)
    midnight = house.now() // DAY * DAY - 2 * DAY
    house.watch_on_trakt("m1", midnight - 4 * HOUR)
    house.later(HOUR)
    house.sync(yes=True)
    house.upload()
    house.later(HOUR)
    house.watch_on_trakt("m1", midnight + HOUR // 2)
    house.mara.log(house["m1"], datetime.fromtimestamp(midnight - DAY, UTC).date().isoformat(), rewatch=True)
    for _ in range(3):
        house.later(DAY)
        house.sync(yes=True)
        house.upload()
    assert (len(house.plays("m1")), len(house.diary("m1")), house.offered()) == (2, 2, {})


# Killed on the way


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_commit_nothing_is_lost_or_doubled(tmp_path, after):
    for moment in itertools.count(1):
        house = settled(Diary(tmp_path / str(moment)))
        house.trakt.rate(house["m1"], 8)
        house.store.die_in, house.store.after = moment, after
        try:
            house.sync(yes=True)
        except Killed:
            house.die()
        else:
            break
        house.later(HOUR)
        house.sync(yes=True)
        assert house.rows() == {str(house["m1"].ids["tmdb"]): 1}
        waiting = house.offered()
        house.later(HOUR)
        house.sync(yes=True)
        assert house.offered() == waiting
    assert moment > 5


def test_a_rating_that_we_brought_marks_the_film_there_and_nowhere_else(house):
    settled(house)
    house.trakt.rate(house["m1"], 8)
    house.sync(yes=True)
    house.upload()
    house.later(DAY)
    house.hand_in()
    house.sync(yes=True)
    assert "m1" in house.mara.watched
    assert (house.plays("m1"), house.watched("m1")) == ([], False)
    house.later(100 * DAY)  # the journal forgets
    house.hand_in()
    house.sync(yes=True)
    house.later(DAY)
    assert house.sync(yes=True).changes == []
    assert (house.plays("m1"), house.watched("m1")) == ([], False)


# A rating that no feed tells


@pytest.mark.parametrize("synced", [False, True])
@pytest.mark.parametrize("known", [False, True])
def test_an_older_rating_in_an_export_does_not_overwrite_a_newer_one_that_another_account_told(tmp_path, synced, known):
    """She rates on the page of the film, without an entry: to read the feed is no look at that."""
    house = Diary(tmp_path)
    if known:
        house.mara.rate(house["m1"], 3)
    house.hand_in()
    house.sync(yes=True)
    house.later(DAY)
    house.mara.rate(house["m1"], 5)
    house.later(10 * DAY)
    house.trakt.rate(house["m1"], 8)
    house.later(DAY)
    if synced:
        house.sync(yes=True)  # offers the 8, which she does not carry yet
    house.later(10 * DAY)
    for _ in range(2):
        house.hand_in()
        house.sync(yes=True)
        house.upload()
        house.later(DAY)
    assert (house.trakt.ratings["m1"].value, house.mara.ratings["m1"].value) == (8, 8)
