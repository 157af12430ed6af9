"""How rivals are chosen: newest, highest, lowest, one account first."""

from __future__ import annotations

from collections.abc import Sequence

from .merge import Edit, Rule


def newest(rivals: Sequence[Edit]) -> Edit:
    """Not surely older than another; a value outweighs absence; then the order of accounts in the settings."""
    latest = max(rival.lo for rival in rivals)
    return min((r for r in rivals if r.hi >= latest), key=lambda r: (r.value is None, r.rank, -r.hi))


def highest(rivals: Sequence[Edit]) -> Edit:
    """The largest value; newest where there is none, or a tie."""
    return _extreme(rivals, max)


def lowest(rivals: Sequence[Edit]) -> Edit:
    """The smallest value; newest where there is none, or a tie."""
    return _extreme(rivals, min)


def preferring(account: int) -> Rule:
    """What this account did, if it did anything; else newest."""

    def rule(rivals: Sequence[Edit]) -> Edit:
        own = [rival for rival in rivals if rival.account == account]
        return newest(own or rivals)

    return rule


def _extreme(rivals: Sequence[Edit], choose) -> Edit:  # type: ignore[no-untyped-def]
    values = [rival.value for rival in rivals if isinstance(rival.value, int)]
    if not values:
        return newest(rivals)
    best = choose(values)
    return newest([rival for rival in rivals if rival.value == best])
