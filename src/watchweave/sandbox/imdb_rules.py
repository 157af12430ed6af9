"""What can be chosen of the simulated IMDb, and the refusals and words it goes by (state of November 2026)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

TYPES: Mapping[str, str] = {
    "movie": "Movie",
    "tvSeries": "TV Series",
    "tvMiniSeries": "TV Mini Series",
    "tvEpisode": "TV Episode",
    "tvMovie": "TV Movie",
    "tvSpecial": "TV Special",
    "tvShort": "TV Short",
    "short": "Short",
    "video": "Video",
    "videoGame": "Video Game",
    "musicVideo": "Music Video",
    "podcastSeries": "Podcast Series",
    "podcastEpisode": "Podcast Episode",
}
"""Types of titles as requests and files of 2023 write them, and as newer files do."""


@dataclass
class Options:
    """What is not known for certain, or differs between times: a client must be right under all of it."""

    signed_out: Literal["status", "token", "errors"] = "errors"
    """What a bad cookie leads to: 401, `extensions.authToken` alone, or `errors`; the last two where it is needed."""
    device_needed: bool = True
    """Is the cookie `at-main` good only beside an `ubid-main`?"""
    list_cap: int = 10_000
    """So many titles a list can hold, the watchlist too."""
    search_page: int = 1_000
    list_page: int = 250
    own_list_page: int = 100
    """The longest pages of a search, of `list` and of `predefinedList`."""
    most_writes: int = 25
    """So many mutations can stand in one document."""
    unreadable: int = 400
    """The status for a document with a mistake in it; some servers say 200."""
    website: int = 202
    """The status of the firewall's page at the website."""
    export_wait: int = 20 * 60
    """Seconds until a file that was ordered can be fetched."""


class Refused(Exception):
    """One field of a document is not answered. Its value is null, and `errors` tells why, if it is told."""

    def __init__(self, code: str, message: str, *, told: bool = True) -> None:
        super().__init__(message)
        self.code = code
        self.told = told


class SignedOut(Exception):
    """The whole request ends with 401."""


def iso(moment: float) -> str:
    """A time as GraphQL has it: an instant in UTC."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
