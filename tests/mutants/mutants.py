"""Every mechanism of the sync model that can be taken out of the code, and which tests are expected to notice first."""

from __future__ import annotations

from typing import NamedTuple

MERGE, PLAYS, PLAN = "core/merge.py", "core/plays.py", "core/plan.py"
COMPARE, DECIDE, RETELL, FETCH = "engine/compare.py", "engine/decide.py", "engine/retell.py", "engine/fetch.py"
APPLY, CLOSE, SYNC = "engine/apply.py", "engine/close.py", "engine/sync.py"
HISTORY, PLAIN = "storage/history.py", "storage/plain.py"

OF_PLAYS = ("tests/scenarios/test_a_plays.py", "tests/core/test_plays.py")
OF_FLAGS = ("tests/scenarios/test_b_flags.py", "tests/core/test_plays.py")
OF_RATINGS = ("tests/scenarios/test_c_ratings.py", "tests/core/test_merge.py")
OF_WISHES = ("tests/scenarios/test_d_watchlists.py", "tests/core/test_merge.py")
OF_CHECKS = ("tests/scenarios/test_d_watchlists.py", "tests/core/test_plan.py")
OF_DIRECTIONS = ("tests/scenarios/test_directions.py", "tests/core/test_directions.py")
OF_DEATHS = ("tests/scenarios/test_killed.py", "tests/scenarios/test_a_plays.py")
STORY = "tests/laws/test_laws.py::test_"


class Swap(NamedTuple):
    """In this file of the package the old text, which stands there exactly once, becomes the new one."""

    file: str
    old: str
    new: str


class Mutant(NamedTuple):
    """One mechanism taken out. `row`: its words in the sync model, section 15."""

    name: str
    row: str
    swaps: tuple[Swap, ...]
    tests: tuple[str, ...]


MODEL = (
    Mutant(
        "no-intention",
        "intention in the journal before the request",
        (
            Swap(APPLY, "        rows = self._begin(batch, party.shelves[shelf].read_by or shelf)\n", ""),
            Swap(
                APPLY,
                "            refusals = await act(records)\n",
                "            try:\n                refusals = await act(records)\n            except ServiceError:\n"
                "                rows = self._begin(batch, shelf)\n                raise\n            rows = self._begin(batch, shelf)\n",
            ),
        ),
        OF_DEATHS,
    ),
    Mutant(
        "unclear-sent-again",
        "unclear write left to the next reading (instead: sent again)",
        (
            Swap(
                APPLY,
                "                self._wonder(rows, batch, problem)\n",
                "                self._drop(rows, batch, problem)\n",
            ),
        ),
        OF_PLAYS,
    ),
    Mutant(
        "no-settle",
        "settle time before an unclear write is judged",
        (Swap(CLOSE, "look.as_of >= row.sent + settle", "look.as_of >= row.sent"),),
        OF_PLAYS,
    ),
    Mutant(
        "more-beside-an-open-write",
        "nothing more for a media with an open write",
        (
            Swap(
                DECIDE,
                "return {row.media for row in self.journal.open(party.id, name)}",
                "return set()",
            ),
        ),
        OF_PLAYS,
    ),
    Mutant(
        "no-echo",
        "echo of our own flag write",
        (Swap(PLAYS, "    for echo in past.echoes:\n", "    for echo in list[Echo]():\n"),),
        OF_PLAYS,
    ),
    Mutant(
        "equal-minute",
        "matching by interval (instead: equal minute)",
        (
            Swap(PLAYS, "return at - wide, at + wide", "return at // 60 * 60, at // 60 * 60 + 59"),
            Swap(PLAIN, "first - wide, first + wide, 0", "first / 60 * 60, first / 60 * 60 + 59, 0"),
            Swap(PLAIN, "WHERE last - first <= 2 * wide", "WHERE last / 60 = first / 60"),
        ),
        OF_PLAYS,
    ),
    Mutant(
        "equal-hour",
        "matching by interval (instead: equal hour)",
        (
            Swap(PLAYS, "return at - wide, at + wide", "return at // 3600 * 3600, at // 3600 * 3600 + 3599"),
            Swap(PLAIN, "first - wide, first + wide, 0", "first / 3600 * 3600, first / 3600 * 3600 + 3599, 0"),
            Swap(PLAIN, "WHERE last - first <= 2 * wide", "WHERE last / 3600 = first / 3600"),
        ),
        OF_PLAYS,
    ),
    Mutant(
        "many-to-one",
        "one to one: several entries of an account on one play",
        (Swap(PLAYS, "[play for play in possible if not play.has(account)]", "list(possible)"),),
        OF_PLAYS,
    ),
    Mutant(
        "doubles-spread",
        "doubles on one account set aside",
        (Swap(PLAYS, "near(entry, past, wide, written):", "False:"),),
        OF_PLAYS,
    ),
    Mutant(
        "clocks-in-any-order",
        "finer clocks first, then days",
        (
            Swap(
                PLAYS,
                "key=lambda e: (e.known, e.written, e.hi, e.at or 0, e.key)",
                "key=lambda e: (e.hi, e.at or 0, e.key)",
            ),
            Swap(PLAYS, "moments = [entry for entry in fresh if entry.known is Known.MOMENT]", "moments = fresh"),
            Swap(PLAYS, " and (coarse or p.known is Known.MOMENT)]", "]"),
            Swap(PLAYS, "        if entry.known is not Known.MOMENT:\n", "        if False:\n"),
        ),
        OF_PLAYS,
    ),
    Mutant(
        "days-sent-at-once",
        "a day waits for a better clock",
        (Swap(PLAYS, "    return now > play.hi + DAY or (", "    return True or now > play.hi + DAY or ("),),
        OF_PLAYS,
    ),
    Mutant(
        "our-noon-is-a-moment",
        "our own write elsewhere says no more than its play",
        (Swap(RETELL, "if line.written is not None:", "if line.written is not None and False:"),),
        (f"{STORY}a_noon_that_we_wrote_elsewhere_says_no_more_than_its_day",),
    ),
    Mutant(
        "plays-per-profile",
        "plays matched per circle (instead: once per profile)",
        (
            Swap(
                RETELL,
                "fresh(self.circle.id, self.circle.heard, medias)",
                "fresh(self.circle.id, set(self.parties), medias)",
            ),
            Swap(
                RETELL,
                "place(self.circle.id, self.circle.heard, ticks, self.introduced)",
                "place(self.circle.id, set(self.parties), ticks, self.introduced)",
            ),
            Swap(RETELL, "or not play.shown() or (", "or not any(map(play.has, self.circle.heard)) or ("),
            Swap(
                COMPARE,
                'look, hearing = party.look("history"), self._hearing(party.id)',
                'look, hearing = party.look("history"), self.circles',
            ),
        ),
        (f"{STORY}a_play_that_an_account_does_not_hear_cannot_take_its_entry",),
    ),
    Mutant(
        "one-truth",
        "truth per circle (instead: one truth, writes filtered)",
        (
            Swap(
                SYNC,
                "    heard = hears([party.id for party in parties], request.directions)\n",
                "    hearing = hears([party.id for party in parties], request.directions)\n"
                "    for party in parties:\n"
                "        party.told = party.told and len(hearing[party.id]) > 1\n"
                "    both = [*request.directions, *((b, a) for a, b in request.directions)]\n"
                "    heard = hears([party.id for party in parties], both)\n",
            ),
        ),
        OF_DIRECTIONS,
    ),
    Mutant(
        "direct-givers",
        "closure of directions (instead: direct givers only)",
        (
            Swap(
                "core/directions.py",
                "    while any(not heard[giver] <= heard[receiver] for giver, receiver in pairs):\n"
                "        for giver, receiver in pairs:\n            heard[receiver] |= heard[giver]\n",
                "    for giver, receiver in pairs:\n        heard[receiver].add(giver)\n",
            ),
        ),
        OF_DIRECTIONS,
    ),
    Mutant(
        "absence-in-part-is-removal",
        "absence in a partial reading ignored",
        (
            Swap(
                COMPARE,
                'gone = self._gone(party, name) if look.how == "complete"',
                'gone = self._gone(party, name) if look.how in ("complete", "partial")',
            ),
        ),
        OF_WISHES,
    ),
    Mutant(
        "absent-plays-in-part-are-gone",
        "absence in a partial reading ignored (plays)",
        (
            Swap(
                COMPARE,
                '        gone: dict[int, set[str]] = {}\n        if look.how == "complete"',
                '        gone: dict[int, set[str]] = {}\n        if look.how in ("complete", "partial")',
            ),
        ),
        (f"{STORY}plays_that_a_partial_reading_lacks_are_not_removed_elsewhere",),
    ),
    Mutant(
        "partly-read-are-told",
        "partially read accounts not told",
        (
            Swap(
                DECIDE,
                "            if not party.look(name).whole:\n                continue",
                '            if not party.look(name).whole and party.look(name).how != "partial":\n                continue',
            ),
        ),
        (*OF_WISHES, *OF_PLAYS),
    ),
    Mutant(
        "exact-values-compared",
        "comparing in own form",
        (
            Swap(
                MERGE,
                "    value, moved = form.fit(truth.value), row.seen != row.agreed",
                "    value, moved = truth.value, row.seen != row.agreed",
            ),
        ),
        OF_RATINGS,
    ),
    Mutant(
        "exact-values-and-no-agreed",
        "comparing in own form, and `agreed` as well",
        (
            Swap(
                MERGE,
                "    row.due = value != row.seen and (truth.version > row.version or moved)",
                "    row.due = truth.value != row.seen",
            ),
        ),
        OF_RATINGS,
    ),
    Mutant(
        "no-agreed",
        "`agreed`",
        (
            Swap(
                MERGE,
                "    row.due = value != row.seen and (truth.version > row.version or moved)",
                "    row.due = value != row.seen",
            ),
        ),
        (*OF_WISHES, *OF_RATINGS),
    ),
    Mutant(
        "nobody-knows",
        "version in `agreed` (every edit a rival of the truth)",
        (Swap(COMPARE, "not first and change.version >= truth.version and (", "False and ("),),
        (*OF_WISHES, *OF_DIRECTIONS),
    ),
    Mutant(
        "truth-is-no-rival",
        "truth as a rival of edits that did not know it",
        (Swap(MERGE, "        rivals.append(standing)\n", "        pass\n"),),
        OF_WISHES,
    ),
    Mutant(
        "no-renewal",
        "renewal",
        (
            Swap(
                MERGE, "    if not edits:\n        return truth\n", "    if edits is not None:\n        return truth\n"
            ),
        ),
        OF_WISHES,
    ),
    Mutant(
        "old-dates-believed",
        "look interval for old stated times",
        (Swap(MERGE, "and looked <= latest and", "and"),),
        OF_WISHES,
    ),
    Mutant(
        "day-touches-day",
        "a day ends before the next one begins",
        (Swap(MERGE, "at + max(0, near - 1) if", "at + near if"),),
        OF_RATINGS,
    ),
    Mutant(
        "no-refinement",
        "refinement",
        (Swap(MERGE, "    return [refine(edit) for edit in rivals]", "    return list(rivals)"),),
        OF_RATINGS,
    ),
    Mutant(
        "nothing-doubted",
        "doubting an emptied account",
        (
            Swap(
                FETCH, "        values = Values(self.store.db)\n        stage = party.stage\n", "        return False\n"
            ),
        ),
        OF_WISHES,
    ),
    Mutant(
        "nothing-doubted-nor-checked",
        "doubting an emptied account, and the checks as well",
        (
            Swap(
                FETCH, "        values = Values(self.store.db)\n        stage = party.stage\n", "        return False\n"
            ),
            Swap(
                PLAN,
                "    passed = [change for change in changes if approved(change)]\n",
                "    return list(changes), []\n",
            ),
        ),
        OF_CHECKS,
    ),
    Mutant(
        "no-checks",
        "checks",
        (
            Swap(
                PLAN,
                "    passed = [change for change in changes if approved(change)]\n",
                "    return list(changes), []\n",
            ),
        ),
        OF_CHECKS,
    ),
    Mutant(
        "absence-weighs-as-much",
        "a value outweighs absence",
        (Swap("core/conflicts.py", "key=lambda r: (r.value is None, r.rank, -r.hi)", "key=lambda r: (r.rank, -r.hi)"),),
        OF_WISHES,
    ),
    Mutant(
        "first-looks-remove",
        "a first look never removes",
        (
            Swap(
                MERGE,
                "    if any(rival.first and rival.value is not None for rival in rivals):\n",
                "    if False:\n",
            ),
        ),
        (*OF_DIRECTIONS, *OF_WISHES),
    ),
    Mutant(
        "agreeing-edit-dropped",
        "mistake: an agreeing edit dropped beside a rival",
        (Swap(MERGE, "    rivals = list(edits)\n", "    rivals = [edit for edit in edits if not edit.same]\n"),),
        OF_WISHES,
    ),
    Mutant(
        "coarse-rival-dropped",
        "mistake: a coarse rival dropped with its newer time",
        (
            Swap(
                MERGE,
                "        return replace(edit, value=min(finer, key=told_first).value) if finer else edit\n\n"
                "    return [refine(edit) for edit in rivals]",
                "        return replace(edit, rank=-99) if finer else edit\n\n"
                "    return [found for edit in rivals if (found := refine(edit)).rank != -99]",
            ),
        ),
        OF_RATINGS,
    ),
    Mutant(
        "missing-write-leaves-no-echo",
        "mistake: an echo not recognised because its write was thought missing",
        (
            Swap(
                HISTORY,
                "('sent', 'done', 'unclear', 'missing') AND w.account",
                "('sent', 'done', 'unclear') AND w.account",
            ),
        ),
        (f"{STORY}the_echo_of_a_flag_that_was_thought_missing_is_no_play",),
    ),
    Mutant(
        "late-write-agrees",
        "mistake: an old write landing late taken for agreement",
        (
            Swap(CLOSE, "        if row.version >= held.version:", "        if row.version is not None:"),
            Swap(
                CLOSE,
                "held.agreed, held.version = row.value, row.version",
                "held.agreed, held.version = row.value, max(row.version, held.version)",
            ),
        ),
        (f"{STORY}an_old_write_that_lands_late_is_not_taken_for_agreement",),
    ),
    Mutant(
        "doubted-though-we-emptied-it",
        "mistake: an account still doubted after we emptied it ourselves",
        (
            Swap(
                CLOSE,
                "        held.seen = row.value\n",
                "        held.seen = held.seen if row.value is None else row.value\n",
            ),
        ),
        OF_WISHES,
    ),
    Mutant(
        "own-stamp-is-a-look",
        "what stands behind our own write is read before the next (ours; not in the table)",
        (
            Swap(
                FETCH,
                '            look.how = "own"\n',
                '            look.how, look.cursor = "quiet", self.accounts.cursor(party.id, reader)\n',
            ),
        ),
        ("tests/scenarios/test_own_writes.py",),
    ),
    Mutant(
        "own-writes-are-never-read",
        "what we wrote is to be seen within a day (ours; not in the table)",
        (Swap(FETCH, "(min(stale, DAY) if unseen else stale)", "stale"),),
        ("tests/scenarios/test_own_writes.py",),
    ),
    Mutant(
        "numbers-given-again",
        "a play's number is never given to another (ours; not in the table)",
        (
            Swap(
                HISTORY,
                "\"SELECT seq FROM sqlite_sequence WHERE name = 'play'\"",
                '"SELECT max(id) FROM play HAVING max(id) > 0"',
            ),
        ),
        OF_DEATHS,
    ),
    Mutant(
        "marks-are-moments",
        "a mark is the last play before it (ours; not in the table)",
        (
            Swap(
                RETELL,
                "if line.clock != Known.MARK or",
                "if line.clock == Known.MARK:\n            return Known.MOMENT\n        if",
            ),
        ),
        ("tests/scenarios/test_once_wrong.py",),
    ),
    Mutant(
        "own-writes-by-time-alone",
        "what we wrote for an entry is its play elsewhere (ours; not in the table)",
        (Swap(PLAYS, "if entry.like and not", "if False and not"),),
        ("tests/core/test_plays.py",),
    ),
    Mutant(
        "removed-comes-back",
        "a person's removal outlives the circle that knew it (ours; not in the table)",
        (Swap(HISTORY, "l.account = ?1), 3, 0)", "l.account = ?1), 0, 0)"),),
        ("tests/scenarios/test_once_wrong.py",),
    ),
)
