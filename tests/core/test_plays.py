"""Matching plays one to one by time, and the watched flag (sync model, section 8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchweave.core.merge import NEVER
from watchweave.core.plays import (
    Echo,
    Entry,
    Known,
    Past,
    Play,
    Sighting,
    State,
    interval,
    match,
    own_time,
    ripe,
    watched,
    width,
)

MINUTE, HOUR, DAY = 60, 3600, 86_400
PLEX, TRAKT, DIARY = 1, 2, 3
MIDNIGHT = 20_000 * DAY
NOW = MIDNIGHT + 90 * DAY
W = HOUR
NUMBERS = iter(range(10**9))


def moment(account, at, wide=W):
    lo, hi = interval(at, Known.MOMENT, wide, NOW)
    return Entry(account, f"{account}-{next(NUMBERS)}", at, lo, hi, stamp=at)


def day(account, midnight=MIDNIGHT):
    lo, hi = interval(midnight, Known.DAY, W, NOW)
    return Entry(account, f"{account}-{next(NUMBERS)}", midnight, lo, hi, Known.DAY, stamp=midnight)


def sometime(account):
    lo, hi = interval(None, Known.NOTHING, W, NOW)
    return Entry(account, f"{account}-{next(NUMBERS)}", None, lo, hi, Known.NOTHING)


def mark(account, at):
    lo, hi = interval(at, Known.MARK, W, NOW)
    return Entry(account, f"{account}-{next(NUMBERS)}", at, lo, hi, Known.MARK, stamp=at)


def matched(*entries, past=None, wide=W):
    past = past or Past()
    match(entries, past, wide)
    for number, play in enumerate(past.plays, 1):
        play.id = play.id or number
    return past


def shown(past):
    """Of each play, the accounts that show it."""
    return sorted(sorted(account for account in p.sightings if p.has(account)) for p in past.plays if not p.removed)


# W and intervals


@pytest.mark.parametrize(
    ("runtime", "wide"),
    [
        (None, 15 * MINUTE),
        (600, 15 * MINUTE),
        (7200, 5760),
        (18 * 60 + 45, 15 * MINUTE),
        (9 * HOUR, 6 * HOUR),
        (27_000, 6 * HOUR),
    ],
)
def test_w_is_four_fifths_of_the_runtime_within_limits(runtime, wide):
    assert width(runtime) == wide


@pytest.mark.parametrize(("runtime", "wide"), [(None, 60), (30, 60), (240, 240)])
def test_w_of_music_is_its_duration(runtime, wide):
    assert width(runtime, music=True) == wide


def test_intervals_of_a_moment_a_day_and_no_date():
    assert interval(MIDNIGHT, Known.MOMENT, W, NOW) == (MIDNIGHT - W, MIDNIGHT + W)
    assert interval(MIDNIGHT, Known.DAY, W, NOW) == (MIDNIGHT, MIDNIGHT + 30 * HOUR)
    assert interval(None, Known.NOTHING, W, NOW) == (NEVER, NOW)


# One to one


@pytest.mark.parametrize(("apart", "plays"), [(0, 1), (2 * W, 1), (2 * W + 1, 2), (2 * DAY, 2)])
def test_two_stamps_of_one_play_differ_by_at_most_twice_w(apart, plays):
    assert len(matched(moment(PLEX, MIDNIGHT), moment(TRAKT, MIDNIGHT + apart)).plays) == plays


@pytest.mark.parametrize(("apart", "plays", "asides"), [(0, 1, 1), (W - 1, 1, 1), (W, 2, 0), (2 * W, 2, 0)])
def test_entries_of_one_account_closer_than_w_are_a_double(apart, plays, asides):
    past = matched(moment(TRAKT, MIDNIGHT), moment(TRAKT, MIDNIGHT + apart))
    assert (len(past.plays), [aside.why for aside in past.asides]) == (plays, ["double"] * asides)


def test_a_double_is_judged_by_the_own_time_of_the_account():
    first = matched(moment(PLEX, MIDNIGHT), moment(TRAKT, MIDNIGHT + 110 * MINUTE))
    past = matched(moment(TRAKT, MIDNIGHT + 20 * MINUTE), past=first)
    assert (len(past.plays), past.asides) == (2, [])


def test_two_views_and_two_views_are_two_plays():
    past = matched(*(moment(account, MIDNIGHT + hour * HOUR) for account in (PLEX, TRAKT) for hour in (10, 13)))
    assert shown(past) == [[PLEX, TRAKT]] * 2


def test_a_missing_one_on_either_side_is_found():
    past = matched(moment(PLEX, MIDNIGHT), moment(PLEX, MIDNIGHT + DAY), moment(TRAKT, MIDNIGHT + DAY + MINUTE))
    assert shown(past) == [[PLEX], [PLEX, TRAKT]]


def most_pairs(one, other, reach):
    """The size of the largest one-to-one matching of stamps at most `reach` apart."""
    return most(set(one), {(a, b) for a in one for b in other if abs(a - b) <= reach})


def most(ones, pairs):
    """How many of these can have another of their own, by trying them all."""
    if not ones:
        return 0
    one, rest = min(ones), ones - {min(ones)}
    found = [1 + most(rest, {(a, b) for a, b in pairs if b != other}) for a, other in pairs if a == one]
    return max([most(rest, pairs), *found])


STAMPS = st.lists(st.integers(0, 14), max_size=4, unique=True).map(lambda found: [MIDNIGHT + n * W for n in found])


@given(STAMPS, STAMPS)
def test_as_many_plays_are_one_as_can_be(one, other):
    past = matched(*(moment(PLEX, at) for at in one), *(moment(TRAKT, at) for at in other))
    assert past.asides == []
    assert len(past.plays) == len(one) + len(other) - most_pairs(one, other, 2 * W)


@given(STAMPS, STAMPS, st.randoms())
def test_the_order_of_reading_does_not_matter(one, other, random):
    entries = [*(moment(PLEX, at) for at in one), *(moment(TRAKT, at) for at in other)]
    shuffled = random.sample(entries, len(entries))
    again = [Entry(e.account, e.key, e.at, e.lo, e.hi, e.known, e.stamp) for e in shuffled]
    assert shown(matched(*entries)) == shown(matched(*again))


@given(STAMPS)
def test_one_play_has_at_most_one_entry_of_an_account(stamps):
    past = matched(*(moment(PLEX, at) for at in stamps), *(moment(TRAKT, at + MINUTE) for at in stamps))
    keys = [s.key for play in past.plays for s in play.sightings.values()]
    assert len(keys) == len(set(keys)) == 2 * len(stamps)


# Days


def test_a_day_is_matched_to_the_night_after_it():
    assert len(matched(day(DIARY), moment(TRAKT, MIDNIGHT + 25 * HOUR)).plays) == 1
    assert len(matched(day(DIARY), moment(TRAKT, MIDNIGHT + 30 * HOUR + W + 1)).plays) == 2


def test_two_days_and_two_moments_are_matched_one_to_one():
    past = matched(day(DIARY), day(DIARY), moment(TRAKT, MIDNIGHT + 10 * HOUR), moment(TRAKT, MIDNIGHT + 20 * HOUR))
    assert shown(past) == [[TRAKT, DIARY]] * 2


def test_two_diary_rows_of_one_day_are_no_double():
    assert len(matched(day(DIARY), day(DIARY)).plays) == 2


def test_a_moment_takes_the_place_of_a_play_known_by_its_day():
    first = matched(day(DIARY))
    past = matched(moment(TRAKT, MIDNIGHT + 20 * HOUR), past=first)
    (play,) = past.plays
    assert (play.id, play.known, play.at, shown(past)) == (1, Known.MOMENT, MIDNIGHT + 20 * HOUR, [[TRAKT, DIARY]])


def test_a_day_stays_beside_a_moment_that_the_same_account_shows_too():
    first = matched(day(DIARY))
    first.plays[0].sightings[TRAKT] = Sighting(State.HERE, "ours", True, MIDNIGHT + 12 * HOUR)
    past = matched(moment(TRAKT, MIDNIGHT + 20 * HOUR), past=first)
    assert shown(past) == [[TRAKT], [TRAKT, DIARY]]


def test_a_day_is_another_play_where_a_moment_arrives_later_that_fits_it_better():
    """Two viewings, at 20:00 and half past midnight, which a diary has as two days: the second is seen first."""
    first = matched(moment(TRAKT, MIDNIGHT + DAY + 30 * MINUTE), day(DIARY), day(DIARY, MIDNIGHT + DAY))
    assert shown(first) == [[TRAKT, DIARY], [DIARY]]
    past = matched(moment(TRAKT, MIDNIGHT + 20 * HOUR), past=first)
    assert shown(past) == [[TRAKT, DIARY]] * 2


def test_a_day_is_another_play_where_a_day_arrives_later_that_fits_it_better():
    evenings = [moment(TRAKT, MIDNIGHT + DAY + 30 * MINUTE), moment(TRAKT, MIDNIGHT + DAY + 20 * HOUR)]
    first = matched(*evenings, day(DIARY, MIDNIGHT + DAY))
    assert shown(matched(day(DIARY), past=first)) == [[TRAKT, DIARY]] * 2


def test_a_day_that_two_accounts_show_apart_stays_apart():
    first = matched(moment(TRAKT, MIDNIGHT + DAY + 30 * MINUTE), day(DIARY, MIDNIGHT + DAY))
    coarse = Play(9, MIDNIGHT, MIDNIGHT, MIDNIGHT + 30 * HOUR, Known.DAY)
    coarse.sightings = {a: Sighting(State.HERE, f"noon-{a}", True, MIDNIGHT + 12 * HOUR) for a in (TRAKT, DIARY)}
    first.plays.append(coarse)
    past = matched(moment(TRAKT, MIDNIGHT + 20 * HOUR), past=first)
    assert shown(past) == [[TRAKT], [TRAKT, DIARY], [TRAKT, DIARY]]


@given(st.lists(st.integers(0, 35), max_size=4, unique=True), st.lists(st.integers(0, 3), max_size=4), st.randoms())
def test_days_and_moments_are_one_to_one_in_whatever_order_they_arrive(hours, days, random):
    moments = [moment(TRAKT, MIDNIGHT + 2 * n * HOUR) for n in hours]
    entries = [*moments, *(day(DIARY, MIDNIGHT + n * DAY) for n in days)]
    past = Past()
    for entry in random.sample(entries, len(entries)):
        matched(entry, past=past)
    pairs = {
        (m.at, n) for m in moments for n, at in enumerate(days) if -W <= m.at - MIDNIGHT - at * DAY <= 30 * HOUR + W
    }
    assert len(past.plays) == len(entries) - most({m.at for m in moments}, pairs)
    assert sorted(a.key for a in entries) == sorted(s.key for play in past.plays for s in play.sightings.values())


def test_finer_clocks_find_each_other_before_days_do():
    past = matched(day(DIARY), moment(PLEX, MIDNIGHT + 20 * HOUR), moment(TRAKT, MIDNIGHT + 20 * HOUR + MINUTE))
    assert shown(past) == [[PLEX, TRAKT, DIARY]]


def test_an_unknown_date_is_matched_last():
    past = matched(sometime(DIARY), moment(TRAKT, MIDNIGHT))
    assert shown(past) == [[TRAKT, DIARY]]
    past = matched(sometime(TRAKT), moment(TRAKT, MIDNIGHT), moment(PLEX, MIDNIGHT))
    assert shown(past) == [[PLEX, TRAKT], [TRAKT]]


# What we wrote


def told(account, at, state=State.DUE):
    """A play of somebody else that we have sent to this account; its entry there is not known yet."""
    play = Play(5, MIDNIGHT, MIDNIGHT - W, MIDNIGHT + W)
    play.sightings = {PLEX: Sighting(State.HERE, "p", False, MIDNIGHT), account: Sighting(state, None, True, at)}
    return Past([play])


@pytest.mark.parametrize("state", [State.DUE, State.HERE])
def test_an_entry_at_the_time_that_we_sent_is_our_own(state):
    past = matched(moment(TRAKT, MIDNIGHT + MINUTE), past=told(TRAKT, MIDNIGHT + MINUTE, state))
    assert shown(past) == [[PLEX, TRAKT]]
    assert past.plays[0].sightings[TRAKT].key is not None


def test_a_diary_keeps_the_day_of_what_we_sent():
    past = matched(day(DIARY), past=told(DIARY, MIDNIGHT + 12 * HOUR))
    assert (shown(past), len(past.plays)) == ([[PLEX, DIARY]], 1)


@pytest.mark.parametrize(("offset", "why"), [(-66, None), (-65, "echo"), (0, "echo"), (35, "echo"), (36, None)])
def test_a_view_around_our_own_flag_write_is_an_echo(offset, why):
    sent, confirmed = NOW - DAY, NOW - DAY + 30
    past = Past([Play(1, MIDNIGHT, MIDNIGHT - W, MIDNIGHT + W, sightings={TRAKT: Sighting(State.HERE, "t")})])
    past.echoes = [Echo(PLEX, 9, sent - 65, confirmed + 5)]
    past = matched(moment(PLEX, sent + offset), past=past)
    assert [aside.why for aside in past.asides] == ([why] if why else [])
    assert len(past.plays) == (1 if why else 2)


def test_a_view_of_another_account_is_no_echo():
    past = matched(moment(TRAKT, NOW - DAY), past=Past(echoes=[Echo(PLEX, 9, NOW - DAY, NOW - DAY)]))
    assert (len(past.plays), past.asides) == (1, [])


def test_a_play_that_the_account_had_and_lost_comes_last():
    lost = Play(
        1,
        MIDNIGHT,
        MIDNIGHT - W,
        MIDNIGHT + W,
        sightings={TRAKT: Sighting(State.GONE, "t"), PLEX: Sighting(State.HERE, "p")},
    )
    later = Play(2, MIDNIGHT + W, MIDNIGHT, MIDNIGHT + 2 * W, sightings={PLEX: Sighting(State.HERE, "q")})
    past = matched(moment(TRAKT, MIDNIGHT), past=Past([lost, later]))
    assert (past.plays[0].has(TRAKT), past.plays[1].has(TRAKT)) == (False, True)


def test_a_removed_play_takes_no_entry():
    gone = Play(1, MIDNIGHT, MIDNIGHT - W, MIDNIGHT + W, removed=True, sightings={PLEX: Sighting(State.GONE, "p")})
    assert len(matched(moment(TRAKT, MIDNIGHT), past=Past([gone])).plays) == 2


# Telling


def test_a_day_waits_until_it_is_over_and_every_finer_clock_was_read():
    play = Play(1, MIDNIGHT, MIDNIGHT, MIDNIGHT + 30 * HOUR, Known.DAY)
    end = play.hi
    assert not ripe(play, end - 1, [end])
    assert not ripe(play, end + HOUR, [end - 1])
    assert not ripe(play, end + HOUR, [None, end + HOUR])
    assert ripe(play, end + HOUR, [end + HOUR, end + 1])
    assert ripe(play, end + HOUR, [])


def test_a_day_waits_at_most_one_day_longer():
    play = Play(1, MIDNIGHT, MIDNIGHT, MIDNIGHT + 30 * HOUR, Known.DAY)
    assert not ripe(play, play.hi + DAY, [None])
    assert ripe(play, play.hi + DAY + 1, [None])


def test_a_moment_is_told_at_once():
    assert ripe(Play(1, MIDNIGHT, MIDNIGHT, MIDNIGHT), MIDNIGHT, [None])


def test_the_time_that_is_sent():
    noon = MIDNIGHT + 12 * HOUR
    at = Play(1, MIDNIGHT + 59, 0, 0)
    on_a_day = Play(2, MIDNIGHT, 0, 0, Known.DAY)
    assert own_time(at, None, set()) == MIDNIGHT
    assert own_time(on_a_day, noon, set()) == noon
    assert own_time(on_a_day, noon, {noon, noon + MINUTE}) == noon + 2 * MINUTE
    assert own_time(Play(3, None, 0, 0, Known.NOTHING), noon, set()) is None


# The flag


def seen(number, at, removed=False):
    return Play(number, at, 0, 0, removed=removed)


@pytest.mark.parametrize(
    ("plays", "reset", "flag"),
    [
        ([], (NEVER, 0), False),
        ([seen(1, 100)], (NEVER, 0), True),
        ([seen(1, 100, removed=True)], (NEVER, 0), False),
        ([seen(1, 100)], (100, 1), False),
        ([seen(1, 100), seen(2, 101)], (100, 1), True),
        ([seen(1, 100), seen(2, 99)], (100, 1), False),  # found later, but older than the unwatching
        ([seen(1, 300)], (100, 1), False),  # it was known then
        ([seen(2, None)], (100, 1), True),
    ],
)
def test_watched_is_a_play_that_no_unwatching_took_back(plays, reset, flag):
    assert watched(plays, *reset) is flag


def test_a_day_that_was_taken_for_our_own_write_makes_room_when_the_write_is_there():
    """We sent the film of 14:00 to the diary, unclear whether it arrived; then it shows a day, which is the one of 20:00."""
    afternoon, evening = MIDNIGHT + 14 * HOUR, MIDNIGHT + 20 * HOUR
    guessed = day(DIARY)
    past = matched(moment(TRAKT, afternoon), moment(TRAKT, evening))
    first, second = past.plays
    first.sightings[DIARY] = Sighting(State.HERE, guessed.key, ours=True, sent=afternoon)
    past.days[DIARY, guessed.key] = guessed
    lo, hi = interval(afternoon, Known.MOMENT, W, NOW)
    ours = Entry(DIARY, "ours", afternoon, lo, hi, stamp=afternoon, written=True)
    match([ours], past, W)
    assert (first.sightings[DIARY].key, second.sightings[DIARY].key) == ("ours", guessed.key)
    assert past.asides == []


@pytest.mark.parametrize(("after", "aside"), [(HOUR, []), (12 * HOUR, ["double"])])
def test_a_second_day_beside_ours_is_the_viewing_that_lacks_one_before_it_is_a_double(after, aside):
    """We carried the film of 20:00; beside it stands another of that day, which may be that of the night."""
    evening = MIDNIGHT + 20 * HOUR
    past = matched(moment(TRAKT, evening), moment(TRAKT, MIDNIGHT + DAY + after))
    first, second = past.plays
    first.sightings[DIARY] = Sighting(State.HERE, "ours", ours=True, sent=MIDNIGHT)
    lo, hi = interval(evening, Known.MOMENT, W, NOW)
    whole = interval(MIDNIGHT, Known.DAY, W, NOW)
    match([Entry(DIARY, "hers", evening, lo, hi, stamp=MIDNIGHT, written=True, day=whole)], past, W)
    assert (second.has(DIARY), [one.why for one in past.asides]) == (not aside, aside)
    assert len(past.plays) == 2


# marks
def test_a_mark_is_the_last_play_before_it():
    past = matched(mark(PLEX, MIDNIGHT), *(moment(TRAKT, MIDNIGHT - days * DAY) for days in (900, 30, -3)))
    assert [(p.at, p.has(PLEX)) for p in sorted(past.plays, key=lambda p: p.at)] == [
        (MIDNIGHT - 900 * DAY, False),
        (MIDNIGHT - 30 * DAY, True),
        (MIDNIGHT + 3 * DAY, False),
    ]


@pytest.mark.parametrize("better", [moment(TRAKT, MIDNIGHT - 900 * DAY), day(DIARY, MIDNIGHT - 900 * DAY)])
def test_the_moment_or_the_day_counts_and_not_the_mark(better):
    past = matched(mark(PLEX, MIDNIGHT))
    matched(better, past=past)
    assert [(p.at, p.known) for p in past.plays] == [(MIDNIGHT - 900 * DAY, better.known)]


def test_a_mark_is_no_play_that_came_later():
    past = matched(mark(PLEX, MIDNIGHT), moment(TRAKT, MIDNIGHT + 3 * W))
    assert len(past.plays) == 2


def test_marks_of_two_copies_set_together_are_one():
    past = matched(mark(PLEX, MIDNIGHT), mark(PLEX, MIDNIGHT + MINUTE))
    assert (len(past.plays), [a.why for a in past.asides]) == (1, ["double"])


def test_a_mark_waits_until_the_others_were_read():
    play = matched(mark(PLEX, MIDNIGHT)).plays[0]
    assert [ripe(play, NOW, looked) for looked in ([None], [NOW, None], [NOW], [])] == [False, False, True, True]
    assert own_time(play, MIDNIGHT + 12 * HOUR, set()) == MIDNIGHT


def test_what_we_wrote_for_an_entry_is_the_play_of_that_entry():
    seen = [moment(PLEX, MIDNIGHT), moment(PLEX, MIDNIGHT + 90 * MINUTE)]
    for this in seen:
        at = MIDNIGHT + 45 * MINUTE  # as far from the one as from the other
        ours = Entry(TRAKT, "ours", at, at - W, at + W, stamp=at, written=True, like=frozenset([(PLEX, this.key)]))
        past = matched(ours, *seen)
        assert [play.has(TRAKT) for play in past.plays] == [entry is this for entry in seen]


@pytest.mark.parametrize("another", [True, False])
def test_near_the_hour_that_we_wrote_for_a_day_is_another_day_that_is_lacked_or_a_double(another):
    past = matched(day(DIARY))
    past.plays[0].sightings[TRAKT] = Sighting(State.HERE, "ours", True, MIDNIGHT + 12 * HOUR)
    if another:
        matched(day(DIARY), past=past)
    matched(moment(TRAKT, MIDNIGHT + 12 * HOUR - 20 * MINUTE), past=past)
    assert shown(past) == ([[TRAKT, DIARY], [TRAKT, DIARY]] if another else [[TRAKT, DIARY]])


@pytest.mark.parametrize(("viewed", "plays"), [(NOW - 2 * HOUR, 1), (NOW + 2 * HOUR, 2)], ids=["before", "after"])
def test_a_view_from_before_its_flag_was_seen_is_what_the_flag_stands_for(viewed, plays):
    """A server shows the flag first, and its row later; we have told it as one of an unknown time meanwhile."""
    flag, ours = Sighting(State.HERE, "flag:1:1"), Sighting(State.HERE, "trakt-0", ours=True)
    past = Past([Play(1, None, NEVER, NOW, Known.NOTHING, sightings={PLEX: flag, TRAKT: ours})])
    assert len(matched(moment(PLEX, viewed), past=past).plays) == plays
