"""Edits become truth: one record of one circle at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from .records import Form, Value

NEVER = -(1 << 62)
"""Before all time."""
OVERLAP = 15 * 60
"""Seconds by which readings overlap, and clocks may be off."""


class Edit(Struct, frozen=True):
    """What one account did to one record, between `lo` and `hi`.

    knew: it was made on top of the truth, not beside it. first: it comes from an introduction. same: it says what the
    truth says. rank: the place of its account in the settings.
    """

    account: int
    value: Value
    lo: int
    hi: int
    knew: bool = False
    first: bool = False
    same: bool = False
    rank: int = 0


class Truth(Struct, frozen=True):
    """What should be now, since when, on whose word; `version` is the run that last changed it."""

    value: Value = None
    lo: int = NEVER
    hi: int = NEVER
    origin: int | None = None
    version: int = -1


class Held(Struct):
    """What one account shows of one record, and the value that stands for a version of the truth."""

    seen: Value = None
    agreed: Value = None
    version: int = -1
    due: bool = False


Rule = Callable[[Sequence[Edit]], Edit]
"""Chooses among rivals; the present truth stands among them as the edit of its origin."""


def merge(truth: Truth, edits: Sequence[Edit], forms: Mapping[int, Form], rule: Rule, run: int, rank: int = 0) -> Truth:
    """The truth after these edits of different accounts. `rank` is the rank of the truth's origin.

    An edit made on top of the truth replaces it; one made without knowing it is its rival, and the rule decides.
    """
    edits = [speaking_for(truth, edit, forms[edit.account]) for edit in edits]
    if all(edit.same for edit in edits):
        orphan = truth.origin is not None and truth.origin not in forms
        if orphan:  # who said it is heard no longer: now it stands on the word of these, and is told again
            truth = replace(truth, origin=edits[0].account)
        return renew(truth, [edit for edit in edits if orphan or not edit.first], run)
    rivals = list(edits)
    standing = Edit(truth.origin or 0, truth.value, truth.lo, truth.hi, rank=rank)
    if not any(edit.knew for edit in edits):
        rivals.append(standing)
    if any(rival.first and rival.value is not None for rival in rivals):
        rivals = [rival for rival in rivals if rival.value is not None]
    winner = rule(refined(rivals, forms))
    if winner == standing:
        return truth
    if winner.same:
        return renew(truth, [winner], run)
    return Truth(winner.value, winner.lo, winner.hi, winner.account, run)


def speaking_for(truth: Truth, edit: Edit, form: Form) -> Edit:
    """An edit that says, in its own form, what the truth says speaks for the truth's exact value."""
    return replace(edit, value=truth.value, same=True) if form.fit(truth.value) == edit.value else edit


def renew(truth: Truth, edits: Sequence[Edit], run: int) -> Truth:
    """The same truth, said again: its interval and its version move up."""
    if not edits:
        return truth
    return Truth(
        truth.value, max(truth.lo, *(e.lo for e in edits)), max(truth.hi, *(e.hi for e in edits)), truth.origin, run
    )


def refined(rivals: Sequence[Edit], forms: Mapping[int, Form]) -> list[Edit]:
    """A coarse rival that is what its form makes of a finer one speaks for the finer value: 87 and 4 stars are one.

    Of several it speaks for the finest; of these, for that of the account named first in the settings.
    """

    if len({rival.value for rival in rivals}) == 1:
        return list(rivals)

    def steps(edit: Edit) -> int:
        return forms[edit.account].steps if edit.account in forms else 0

    def told_first(edit: Edit) -> tuple[object, ...]:
        return -steps(edit), edit.rank, -edit.hi, edit.value

    def refine(edit: Edit) -> Edit:
        if edit.value is None or edit.account not in forms:
            return edit
        fit = forms[edit.account].fit
        finer = [r for r in rivals if steps(r) > steps(edit) and r.value is not None and fit(r.value) == edit.value]
        return replace(edit, value=min(finer, key=told_first).value) if finer else edit

    return [refine(edit) for edit in rivals]


def mark(truth: Truth, row: Held, form: Form, whole: bool) -> None:
    """Is this account due the truth, or in agreement with it?

    `whole`: it was read whole in this run. Due where it does not show the truth and the truth, or it, has moved since
    they last agreed; a difference that both sides agreed on is kept apart. What it never takes is not due.
    """
    value, moved = form.fit(truth.value), row.seen != row.agreed
    row.due = value != row.seen and (truth.version > row.version or moved) and form.takes(value)
    if value == row.seen and (whole or moved):
        row.agreed, row.version = row.seen, truth.version


def span(at: int | None, looked: int, now: int, near: int = 0) -> tuple[int, int]:
    """When an edit was made: the stated time if it is not older than our last look, else between that look and now.
    near: seconds by which the stated time may be off; it is then as much of those as lies between. What was done on one day
    was not done in the first second of the next."""
    latest = at + max(0, near - 1) if at is not None else None
    if at is not None and latest is not None and looked <= now and looked <= latest and at - near <= now:
        return max(at - near, looked), min(latest, now)
    if now < looked:  # the clock went back
        return now - 2 * OVERLAP, looked
    return looked, now
