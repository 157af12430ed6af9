"""What can be chosen of the simulated Serializd, and the headers and times it goes by (state of November 2026)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from .world import DAY

SITE = "https://www.serializd.com"
GATE = {"x-requested-with": "serializd_vercel", "origin": SITE, "referer": SITE}
"""The headers that every request bears, with their values (reference, "Sign-in")."""
COOKIE = "tvproject_credentials"
STATE_PATHS = {"currently_watching": "watching", "paused_shows": "paused", "dropped_shows": "dropped"}
"""What a show's state is called in paths."""


@dataclass
class Options:
    """What is not known for certain, or differs between clients and times: a client must be right under all of it."""

    user_nested: bool = False
    """Does the answer to a sign-in name the person as `user.username`?"""
    expires_in: float = 30 * DAY
    """Seconds that a token is good for."""
    page_size: int = 20
    disorder: int = 30
    """By how many places an entry of the diary may come later than newest first has it (0: none does)."""
    diary_holds_all: bool = True
    """Does the diary also show ratings and reviews that are no log?"""
    show_rating_marks: bool = True
    """Does an entry for a whole show mark it as watched even if it is no log?"""
    older_spelling: bool = False
    """Are fields of an entry spelled `isLogged`, `isRewatched`, `containsSpoilers`?"""
    gaps: int = 10
    """One entry in so many lacks its own season in `showSeasons` (0: none)."""
    cold_start: float = 0.0
    """Seconds of the world's time that the first request after idleness takes (0: no machine ever sleeps)."""
    idle_after: float = 900.0
    """Seconds without a request after which a machine sleeps."""


def iso(moment: float) -> str:
    """A time as Serializd writes it, in UTC."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> int:
    """Unix seconds of a time or date; raises ValueError."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
