"""What can be chosen of the simulated Trakt, and the limits, leaves and words it goes by (state of November 2026)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

KINDS = ("movie", "show", "season", "episode")
PLURAL = {"movie": "movies", "show": "shows", "season": "seasons", "episode": "episodes"}
SINGULAR = {plural: kind for kind, plural in PLURAL.items()}

LEAVES: Mapping[str, tuple[str, ...]] = {
    "movies": (
        "watched_at",
        "collected_at",
        "rated_at",
        "watchlisted_at",
        "favorited_at",
        "commented_at",
        "paused_at",
        "hidden_at",
    ),
    "episodes": ("watched_at", "collected_at", "rated_at", "watchlisted_at", "commented_at", "paused_at"),
    "shows": ("rated_at", "watchlisted_at", "favorited_at", "commented_at", "hidden_at", "dropped_at"),
    "seasons": ("rated_at", "watchlisted_at", "commented_at", "hidden_at"),
    "comments": ("liked_at", "reacted_at", "blocked_at"),
    "lists": ("liked_at", "reacted_at", "updated_at", "commented_at"),
    "watchlist": ("updated_at",),
    "favorites": ("updated_at",),
    "collaborations": ("updated_at",),
    "account": ("settings_at", "followed_at", "following_at", "pending_at", "requested_at"),
    "saved_filters": ("updated_at",),
    "notes": ("updated_at",),
}
"""The leaves of `GET /sync/last_activities` (reference, section 3)."""

FREE = {
    "plays": 100_000,
    "ratings": 10_000,
    "watchlist": 250,
    "favorites": 100,
    "lists": 5,
    "list items": 250,
    "collection": 100,
    "notes": 100,
}
VIP = FREE | {
    "ratings": 20_000,
    "watchlist": 5_000,
    "favorites": 5_000,
    "lists": 100,
    "list items": 5_000,
    "collection": 10_000,
}
"""Limits by tier (section 12); some moved twice in two years."""

HIDDEN_SECTIONS = (
    "calendar",
    "progress_watched",
    "progress_watched_reset",
    "progress_collected",
    "recommendations",
    "comments",
    "dropped",
)
PLAYBACK_KEPT = 183 * 86_400
MINUTE = 60


@dataclass
class Options:
    """What is not known for certain, or differs between accounts and times: a client must be right under all of it."""

    oauth_on_api: bool = False
    """Does sign-in also work on the API host, as older clients expect?"""
    user_agent_needed: bool = False
    version_needed: bool = True
    rate_limits: bool = False
    rate_limit_header: bool = True
    expires_in: int = 86_400
    old_access_dies: bool = False
    """Does the old access token stop working as soon as it is refreshed?"""
    leaf_step: int = 1
    """Seconds between the values that a leaf can take (a coarse clock)."""
    same_play_once: bool = False
    """Is the same item at the same minute kept once? Trakt does not promise it."""
    once_drops: bool = False
    """With `watch_only_once`: is a second play dropped, instead of moving the first one?"""
    fills_to_limit: bool = False
    """Does a request over the limit add what fits before it answers 420?"""
    readable_after: float = 0.0
    """Seconds of the world's time until plays added by request can be read."""
    pause_refused_at: float = 80.0
    window_by_day: bool = False
    """Do `start_at` and `end_at` mean whole days?"""
    episode_ids: tuple[str, ...] = ("trakt", "imdb", "tmdb", "tvdb")
    """Which ids of an episode are understood; the contract names trakt and tvdb only."""
    comment_ids: tuple[str, ...] = ("trakt", "imdb", "tmdb", "tvdb", "slug")
    """Which ids of what is commented on are understood; the contract names trakt only."""
    unknown_ids: Literal["null", "empty", "missing"] = "null"
    """How a row writes an id that is not known."""
    history_status: int = 201
    invalid_grant_status: int = 400
    device_errors: bool = False
    """Do refusals of a device code carry a JSON `error`?"""
    min_movies: int = 10_000
    min_shows: int = 1_000
    plex_ids: bool = False
    """Do rows carry `ids.plex`, an object, as the contract allows?"""


def iso(moment: float) -> str:
    """A time as Trakt writes it: UTC, always with milliseconds."""
    days, rest = divmod(int(moment), 86_400)
    return f"{_day(days)}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}.000Z"


@lru_cache(maxsize=32_768)
def _day(days: int) -> str:
    """Large answers hold many times of few days."""
    return (date(1970, 1, 1) + timedelta(days=days)).isoformat()


def seconds(text: str) -> int:
    """Unix seconds of a time or date; raises ValueError."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
