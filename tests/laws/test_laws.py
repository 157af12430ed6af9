"""The laws of syncing (sync model, section 15): a few fixed worlds, properties, and the stories behind the mechanisms."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.laws.worlds import FORMS, live
from tests.support.memory import Box
from tests.support.town import DAY, DIARY, HOUR, MINUTE, NOON, PLEXLIKE, TRAKTLIKE, Town
from watchweave.core.merge import Truth
from watchweave.engine.decide import Terms
from watchweave.engine.party import Party
from watchweave.storage.journal import Journal

FILMS = ("heat", "ran", "alien")
NAMES = ("trakt", "hundred", "stars", "diary")
AT_A_TIME = 15
EVENING = NOON // MINUTE * MINUTE - DAY
"""Half past eight, by the clock of those who keep Greenwich time."""


@pytest.mark.parametrize("first", range(1, 150, AT_A_TIME))
def test_the_laws_hold_in_worlds(first):
    for seed in range(first, first + AT_A_TIME):
        live(seed)


# ---------------------------------------------------------------- lives that hypothesis thinks up

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["watch", "rate", "rate", "unrate", "wish", "unwish"]),
        st.sampled_from(NAMES),
        st.sampled_from(FILMS),
        st.integers(1, 100),
        st.sampled_from([0, MINUTE, HOUR, DAY]),
    ),
    max_size=10,
)
Acts = Sequence[tuple[str, str, str, int, int]]


class Shuffled(Town):
    """Whose accounts are read, whose rows come, and whose changes go in another order and in other portions."""

    def __init__(self, order: random.Random | None = None, names: Sequence[str] = NAMES) -> None:
        self.order = order
        size = order.randint(1, 3) if order else 100
        forms = {n: {shelf: replace(form, batch=size) for shelf, form in FORMS[n].items()} for n in names}
        super().__init__(None, Terms(), **forms)
        self.film(*FILMS, runtime=3600)

    def parties(self, only: Sequence[str] = ()) -> tuple[int, list[Party]]:
        profile, parties = super().parties(only)
        if self.order:
            self.order.shuffle(parties)
            for box in self.boxes.values():
                for shelf in ("plays", "ratings", "wishes"):
                    rows = list(getattr(box, shelf).items())
                    self.order.shuffle(rows)
                    setattr(box, shelf, dict(rows))
        return profile, parties

    def do(self, acts: Acts) -> None:
        for what, name, film, value, wait in acts:
            self.wait(wait)
            box = self.boxes.get(name)
            if box is not None:
                self.one(box, what, film, value)

    def one(self, box: Box, what: str, film: str, value: int) -> None:
        if what == "watch" and "history" in box.forms:
            box.watch(film, self.time - value * HOUR, self.time, "day" if box.name == "diary" else "second")
        elif what in ("rate", "unrate"):
            box.rate(film, value if what == "rate" else None, self.time)
        elif what == "wish":
            box.wish(film, self.time)
        elif what == "unwish":
            box.unwish(film)

    def shown(self) -> dict[str, object]:
        """What every account shows; keys of entries are the services' own business."""
        return {
            name: (
                sorted((uid, at or 0, clock) for uid, at, clock in box.plays.values()),
                sorted(box.ratings.items()),
                sorted(box.wishes),
            )
            for name, box in self.boxes.items()
        }

    def truths(self) -> dict[tuple[int, str], Truth]:
        """What is held true, by shelf and film."""
        rows = self.store.db.execute(
            "SELECT DISTINCT t.shelf, h.native, t.value, t.lo, t.hi, t.origin, t.version FROM truth AS t"
            " JOIN handle AS h ON h.media = t.media"
        )
        return {(shelf, film): Truth(*values) for shelf, film, *values in rows}

    def cursors(self, name: str) -> list[tuple[object, ...]]:
        query = "SELECT * FROM cursor WHERE account = (SELECT id FROM account WHERE name = ?) ORDER BY shelf"
        return self.store.db.execute(query, (name,)).fetchall()


def lived(town: Shuffled, before: Acts, after: Acts) -> Shuffled:
    """A first part that all agree on, and a second part that is news."""
    town.do(before)
    town.settle()
    town.wait(2 * DAY)
    town.sync(yes=True)
    town.wait(HOUR)
    town.do(after)
    return town


few = settings(max_examples=20, deadline=None, derandomize=True)


@few
@given(ACTS, ACTS, st.integers(0, 1000))
def test_c3_the_order_of_readings_batches_and_rows_does_not_matter(before, after, seed):
    plain, shuffled = (lived(Shuffled(order), before, after) for order in (None, random.Random(seed)))
    for town in (plain, shuffled):
        town.settle()
    assert shuffled.truths() == plain.truths()
    assert shuffled.shown() == plain.shown()


@few
@given(ACTS, ACTS)
def test_a_dry_run_writes_nothing_and_plans_what_the_sync_then_does(before, after):
    town = lived(Shuffled(), before, after)
    remembered, shown = list(town.store.db.iterdump()), town.shown()
    rehearsed = town.sync(dry_run=True, yes=True)
    assert (list(town.store.db.iterdump()), town.shown()) == (remembered, shown)
    done = town.sync(yes=True)
    assert [line.identity for line in rehearsed.changes] == [line.identity for line in done.changes]
    assert [(h.account, h.shelf, h.why, h.count) for h in rehearsed.held] == [
        (h.account, h.shelf, h.why, h.count) for h in done.held
    ]


@few
@given(ACTS, ACTS)
def test_c2_a_plan_applied_twice_is_a_plan_applied_once(before, after):
    town = lived(Shuffled(), before, after)
    first = town.sync(yes=True)
    shown, writes = town.shown(), town.writes()
    second = town.sync(yes=True)
    assert [line for line in second.changes if line.outcome == "done"] == []
    assert (town.shown(), town.writes()) == (shown, writes), first.changes


def test_an_approval_given_twice_is_carried_out_once():
    town = Shuffled(names=("trakt", "hundred"))
    town.do([("wish", "trakt", film, 1, 0) for film in FILMS[:2]])
    town.settle()
    town.do([("unwish", "trakt", film, 1, HOUR) for film in FILMS[:2]])
    (hold,) = town.sync().held
    changes = Journal(town.store).waiting()[int(hold.hold[1:])].changes
    town.sync(approved=changes)
    assert town.hundred.wishes == {}
    town.wait(HOUR)  # sooner, it could as well be that our removal does not show yet
    town.hundred.wish("heat", town.time)
    writes = town.writes()
    town.sync(approved=changes)
    assert (set(town.hundred.wishes), town.hundred.writes, town.writes()) == ({"heat"}, 2, writes + 1)


FAILS: dict[str, Callable[[Box], None]] = {
    "down": lambda box: setattr(box, "down", True),
    "signed out": lambda box: setattr(box, "signed_out", True),
    "read in part": lambda box: setattr(box, "partial", {"history", "ratings", "watchlist"}),
}


@few
@given(ACTS, ACTS, st.sampled_from(NAMES), st.sampled_from(list(FAILS)))
def test_c6_an_account_that_fails_keeps_its_cursors_and_is_not_written_to(before, after, name, how):
    town = lived(Shuffled(), before, after)
    cursors, writes = town.cursors(name), town.boxes[name].writes
    for shelf in ("history", "ratings", "watchlist"):
        town.boxes[name].move(shelf)
    FAILS[how](town.boxes[name])
    town.settle()
    for hold in town.sync(yes=True).held:
        town.approve(hold.hold)
    assert (town.cursors(name), town.boxes[name].writes) == (cursors, writes)
    others = [n for n in NAMES if n != name]
    assert len({tuple(sorted(town.boxes[n].wishes)) for n in others}) == 1
    assert len({tuple(sorted(town.boxes[n].ratings)) for n in others}) == 1


@few
@given(ACTS, ACTS, st.sampled_from(NAMES))
def test_c6_the_others_agree_as_if_an_account_that_is_down_did_not_exist(before, after, name):
    others = [n for n in NAMES if n != name]
    without, beside = Shuffled(names=others), Shuffled()
    beside.boxes[name].down = True
    for town in (without, beside):
        lived(town, before, after).settle()
    assert {n: shown for n, shown in beside.shown().items() if n != name} == without.shown()


# ---------------------------------------------------------------- stories of mechanisms that other tests leave alone


def test_a_noon_that_we_wrote_elsewhere_says_no_more_than_its_day():
    town = Town(
        [("diary", "trakt"), ("diary", "second"), ("trakt", "second")], diary=DIARY, trakt=TRAKTLIKE, second=TRAKTLIKE
    )
    town.film("heat", runtime=3600)
    town.diary.watch("heat", EVENING, town.time, "day")
    town.second.watch("heat", EVENING, town.time)
    for _ in range(4):
        town.wait(2 * DAY)
        town.settle()
    assert len(town.times("trakt", "heat")) == 1
    assert town.times("second", "heat") == [EVENING]


def test_a_play_that_an_account_does_not_hear_cannot_take_its_entry():
    town = Town([("mine", "told")], other=TRAKTLIKE, told=TRAKTLIKE, mine=TRAKTLIKE)
    town.film("heat", runtime=3600)
    for name, minutes in (("other", 0), ("told", 80), ("mine", 160)):
        town.boxes[name].watch("heat", EVENING + minutes * MINUTE, town.time)
    town.settle()
    assert town.times("told", "heat") == [EVENING + 80 * MINUTE]


def test_plays_that_a_partial_reading_lacks_are_not_removed_elsewhere():
    town = Town(None, Terms(removed_plays="follow"), trakt=TRAKTLIKE, second=TRAKTLIKE)
    town.film("heat", "ran", runtime=3600)
    for day in (5, 3):
        town.trakt.watch("heat", EVENING - day * DAY, town.time)
    town.settle()
    town.wait(HOUR)
    town.trakt.partial = {"history"}
    town.trakt.watch("ran", EVENING, town.time)
    for _ in range(3):
        town.sync(yes=True)
        town.wait(HOUR)
    town.trakt.partial = set()
    town.settle()
    assert town.times("trakt", "heat") == town.times("second", "heat") == [EVENING - 5 * DAY, EVENING - 3 * DAY]


def test_the_echo_of_a_flag_that_was_thought_missing_is_no_play():
    town = Town(None, plex=PLEXLIKE, trakt=TRAKTLIKE)
    town.plex.views = "second"
    town.film("heat", runtime=3600)
    town.trakt.watch("heat", EVENING - 3 * DAY, town.time)
    town.plex.fail_writes = ["late"]
    town.sync()
    sent, ((_, land),) = town.time, town.plex.late
    town.plex.late = [(sent + 2 * HOUR, lambda due: land(sent + 1))]
    town.wait(HOUR)
    town.sync()
    town.wait(HOUR)
    town.plex.move("history")
    town.settle()
    assert len(town.times("plex", "heat")) == 2, "both writes arrived in the end"
    assert town.times("trakt", "heat") == [EVENING - 3 * DAY]


def test_an_old_write_that_lands_late_is_not_taken_for_agreement():
    town = Town(None, trakt=TRAKTLIKE, hundred=FORMS["hundred"])
    town.film("heat")
    town.sync()
    town.wait(HOUR)
    town.trakt.rate("heat", 60, town.time)
    town.hundred.fail_writes = ["late"]
    town.sync()
    town.wait(20)
    town.hundred.rate("heat", 80, town.time)
    town.sync()
    town.wait(HOUR)
    town.settle()
    assert (town.hundred.ratings["heat"][0], town.trakt.ratings["heat"][0]) == (80, 80)
