"""One run, told to a person: what changed, what is held, what went wrong, and what to do about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from ..core.plan import LIMITS
from ..engine.report import HeldBack, Line, Report, place_of, shown_value
from .terminal import local, many, say

MOST, EVERY = 20, 1_000_000
"""Lines of one group, without and with `--all`."""
SHOW = '; "watchweave plan --all" shows them'
"""How to see the lines that are left out."""
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
NEXT = {
    "unavailable": "The next sync tries again.",
    "rate_limited": "The next sync tries again.",
    "incomplete": "What was read counts; the next sync reads it again.",
}
ENDED = {
    "partial": "done in part",
    "held": "done, but for what is held back",
    "failed": "no account could be synced",
}
"""How a run ended."""
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
    say(f"{report.profile}: {summary(report)}", "bold")
    tell_changes(report, zone, most)
    _tell_waiting(report)
    _tell_refused(report)
    _tell_untold(report)
    for hold in report.held:
        _tell_hold(hold)
    tell_problems(report)
    _tell_lookups(report)
    requests = ", ".join(f"{account} {count}" for account, count in report.requests.items())
    run = "" if report.run is None else f"run {report.run}, "
    say(f"  {run}requests: {requests}{lookups_of(report)}", "dim")


def _tell_lookups(report: Report) -> None:
    """What is wrong with metadata sources, and what contradicts itself since."""
    if report.odd:
        things = f"{many(report.odd, 'thing')} whose ids contradict each other"
        say(f'  {things} are written nowhere from now on: see "watchweave unmatched"', "yellow")
    for problem in report.lookups.failed.values():
        say(f"  {problem}", "yellow")


def lookups_of(report: Report) -> str:
    """What it cost to find out what things are."""
    asked = ", ".join(f"{source} {count}" for source, count in report.lookups.asked.items() if count)
    saved = f"{report.lookups.saved} answered without asking" if report.lookups.saved else ""
    return f"; lookups: {', '.join(part for part in (asked, saved) if part)}" if asked or saved else ""


def tell_changes(report: Report, zone: str, most: int = MOST, show: str = SHOW) -> None:
    """The changes, by account, shelf and what became of them; what waits since an earlier run was told by that one."""
    groups: dict[tuple[str, str, int, str], list[Line]] = defaultdict(list)
    for line in report.changes:
        if line.outcome in ORDER and not line.waits:
            groups[line.account, place_of(line), ORDER.index(line.outcome), line.verb].append(line)
    for (account, shelf, place, verb), lines in sorted(groups.items()):
        _tell_group(f"{account} {shelf}", ORDER[place], verb, lines, (report.dry_run, zone, most, show))


def _tell_waiting(report: Report) -> None:
    """How much a person is still to carry, since earlier runs."""
    for account, count in Counter(line.account for line in report.changes if line.waits).items():
        waits = "1 change waits" if count == 1 else f"{count} changes wait"
        say(f'  {account}: {waits} for you to carry there; "watchweave status" says how', "yellow")


def tell_problems(report: Report) -> None:
    """What went wrong, once for each account and kind, and what happens next."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for problem in report.problems:
        groups[problem.account, problem.kind].append(problem.message)
    for (_, kind), (first, *others) in groups.items():
        more = f" ({many(len(others), 'more request')} of this run ended like this.)" if others else ""
        say(f"  ! {first} {NEXT.get(kind, '')}".rstrip() + more, "red")


def summary(report: Report) -> str:
    """How it went, in a few words."""
    if report.status == "failed":
        return "no account could be synced"
    written = [line for line in report.changes if line.outcome == ("planned" if report.dry_run else "done")]
    idle = not (report.changes or report.held or report.problems or report.interrupted)
    quiet = "nothing to do" if idle else "nothing written"
    told = many(len(written), "change") if written else quiet
    parts = [f"{told} planned, nothing written" if report.dry_run and written else told]
    waiting = sum(hold.count for hold in report.held)
    if report.held:
        parts.append(f"{many(waiting, 'change')} held back" if waiting else "a doubt waits for your word")
    if report.interrupted:
        parts.append("interrupted, what was done is saved")
    elif report.status == "partial":
        names = " and ".join(dict.fromkeys(problem.account for problem in report.problems))
        parts.append(f"{names} could not be synced whole" if names else "not everything could be done")
    return "; ".join(parts)


def _tell_group(place: str, outcome: str, verb: str, lines: Sequence[Line], how: tuple[bool, str, int, str]) -> None:
    dry_run, zone, most, show = how
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
    if len(lines) > most:
        say(f"      and {len(lines) - most} more{show if dry_run or outcome == 'held' else ''}", "dim")


def _tell_refused(report: Report) -> None:
    refused = [one for one in report.refused if one.tried]
    for one in refused[:MOST]:
        place = f"{one.account} {place_of(one)}"
        say(f"  {place}: {one.media.named()} was not taken: {one.why}", "yellow")
    if len(refused) > MOST:
        say(f'  and {len(refused) - MOST} more were not taken; see "watchweave unmatched"', "dim")


def _tell_untold(report: Report) -> None:
    """What could not even be asked for, in a line for each reason: it is the same at every sync."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in report.refused:
        if not one.tried:
            groups[one.account, place_of(one), one.why].append(one.media.named())
    for (account, shelf, why), names in sorted(groups.items()):
        say(f"  {account} {shelf}: {len(names)} cannot be written, {why}: {listed(names)}", "dim")


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first of these names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _tell_hold(hold: HeldBack) -> None:
    """What waits, and the ways on. A dry run keeps no hold, so that there is nothing to approve yet."""
    what = held_words(hold.account, place_of(hold), hold.verb, hold.count, hold.why, hold.check)
    say(f"  {hold.hold} waits: {what}" if hold.hold else f"  would be held back: {what}", "yellow")
    if hold.titles:
        say(f"     {listed([*hold.titles, *[''] * (hold.count - len(hold.titles))], len(hold.titles))}")
    passes = hold.check == "all_different" or (hold.check in LIMITS and LIMITS[hold.check].yes)
    if hold.hold:
        also = ', or "watchweave sync --yes"' if passes else ""
        say(f'     If that is right: "watchweave approve {hold.hold}"{also}.')
        say("     If not, correct it where it was done; nothing of this was written.")
    else:
        once = ', and "watchweave sync --yes" would write it' if passes else ""
        say(f'     A sync would keep it for "watchweave approve"{once}.')


def held_words(account: str, place: str, verb: str, count: int, why: str, check: str) -> str:
    """What a hold holds back. What follows from a doubted reading concerns other accounts: its reason names them."""
    if check == "doubted":
        return f"the {place} of {why}"
    return f"{account} {place}, {count} {AHEAD.get(verb, verb)} ({why})"


def value_of(line: Line, zone: str) -> str:
    """A play's time on the person's clock, or the rating, and what it was before."""
    if line.shelf == "history" and line.value is None:
        return "at an unknown time"
    if line.shelf == "history" and isinstance(line.value, int):
        return local(line.value, zone)
    shown, before = shown_value(line.shelf, line.value), shown_value(line.shelf, line.before)
    moved = f"{before} -> {shown}" if line.verb == "change" and before is not None else shown
    return f"{moved} of 10" if shown is not None else ""
