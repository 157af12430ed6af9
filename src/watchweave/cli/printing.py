"""One run, told to a person: what changed, what is held, what went wrong, and what to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ..engine.report import HeldBack, Line, Report, shown_shelf, shown_value
from .terminal import local, many, say

MOST = 20
"""Lines of one group; `--json` has them all."""
WIDTH = 44
SIGNS = {"add": "+", "change": "~", "remove": "-"}
DONE = {"add": "added", "change": "changed", "remove": "removed"}
AHEAD = {"add": "to add", "change": "to change", "remove": "to remove"}
LATER = {
    "planned": "left for the next sync",
    "held": "held back",
    "failed": "failed",
    "pending": "not confirmed yet",
}
ORDER = ("done", "planned", "pending", "failed", "held")

INTERRUPTED, PARTLY, HELD = 130, 4, 3


def exit_code(reports: Iterable[Report]) -> int:
    """The exit code of these runs together: the first of 130, 4, 3, 0 that holds for any."""
    codes = set()
    for report in reports:
        codes.add(INTERRUPTED if report.interrupted else 0)
        codes.add({"partial": PARTLY, "failed": PARTLY, "held": HELD}.get(report.status, 0))
    return next((code for code in (INTERRUPTED, PARTLY, HELD) if code in codes), 0)


def tell(report: Report, zone: str, most: int = MOST) -> None:
    """Print what one run did, or would do, with at most so many lines of each kind."""
    groups: dict[tuple[str, str, int, str], list[Line]] = defaultdict(list)
    for line in report.changes:
        if line.outcome in ORDER:
            groups[line.account, shown_shelf(line.shelf), ORDER.index(line.outcome), line.verb].append(line)
    say(f"{report.profile}: {summary(report)}", "bold")
    for (account, shelf, place, verb), lines in sorted(groups.items()):
        _tell_group(f"{account} {shelf}", ORDER[place], verb, lines, (report.dry_run, zone, most))
    _tell_refused(report)
    for hold in report.held:
        _tell_hold(hold)
    for problem in report.problems:
        say(f"  ! {problem.message}", "red")
    requests = ", ".join(f"{account} {count}" for account, count in report.requests.items())
    run = "" if report.run is None else f"run {report.run}, "
    say(f"  {run}requests: {requests}", "dim")


def summary(report: Report) -> str:
    """How it went, in a few words."""
    if report.status == "failed":
        return "no account could be synced"
    written = [line for line in report.changes if line.outcome == ("planned" if report.dry_run else "done")]
    told = many(len(written), "change") if written else "nothing to do" if not report.changes else "no change"
    parts = [f"{told} planned, nothing written" if report.dry_run and written else told]
    if report.held:
        parts.append("some wait for your approval" if written else "waiting for your approval")
    if report.interrupted:
        parts.append("interrupted, what was done is saved")
    elif report.status == "partial":
        parts.append("not everything could be done")
    return "; ".join(parts)


def _tell_group(place: str, outcome: str, verb: str, lines: Sequence[Line], how: tuple[bool, str, int]) -> None:
    dry_run, zone, most = how
    if outcome == "done" or (outcome == "planned" and dry_run):
        words = DONE[verb] if outcome == "done" else AHEAD[verb]
    else:
        words = f"{AHEAD[verb]}, {LATER[outcome]}"
    colour = {"done": "green", "failed": "red", "held": "yellow", "pending": "yellow"}.get(outcome, "blue")
    say(f"  {place}: {len(lines)} {words}", colour)
    for line in lines[:most]:
        why = line.reason or ("" if line.why.startswith("undo") else line.why)
        detail = "  ".join(part for part in (value_of(line, zone), why) if part)
        say(f"    {SIGNS[verb]} {line.media.named():<{WIDTH}}  {detail}".rstrip())
    if most and len(lines) > most:
        say(f"      and {len(lines) - most} more", "dim")


def _tell_refused(report: Report) -> None:
    for refused in report.refused[:MOST]:
        say(
            f"  {refused.account} {shown_shelf(refused.shelf)}: {refused.media.named()} was not taken: {refused.why}",
            "yellow",
        )
    if len(report.refused) > MOST:
        say(f'  and {len(report.refused) - MOST} more were not taken; see "watchweave unmatched"', "dim")


def _tell_hold(hold: HeldBack) -> None:
    """What waits, and the two ways on."""
    of = f" of {hold.of}" if hold.of else ""
    place = f"{hold.account} {shown_shelf(hold.shelf)}"
    say(f"  {hold.hold} waits: {place}, {hold.count}{of} {AHEAD[hold.verb]} ({hold.why})", "yellow")
    say(
        f'     If that is right: "watchweave approve {hold.hold}". If not, correct it where it was done; nothing was written.'
    )


def value_of(line: Line, zone: str) -> str:
    """A play's time on the person's clock, or the rating."""
    if line.shelf == "history" and line.value is None:
        return "at an unknown time"
    if line.shelf == "history" and isinstance(line.value, int):
        return local(line.value, zone)
    shown = shown_value(line.shelf, line.value)
    return f"{shown} of 10" if shown is not None else ""
