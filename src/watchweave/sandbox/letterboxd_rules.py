"""What can be chosen of the simulated Letterboxd, and how it writes codes, stars and days (reference letterboxd.md)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

SITE = "https://letterboxd.com"
BOXD = "https://boxd.it"
API = "https://api.letterboxd.com/api/v0"
MODIFY, PRIVATE_VIEW, REFRESH = SCOPES = ("content:modify", "profile:private:view", "oauth:refresh")

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
STEP = 34_560_000_047
"""A prime, so that no two numbers make one code, and so large that the codes of neighbours are far apart."""


@dataclass(slots=True)
class Options:
    """What is not known for certain, or differs between accounts and times: a client must be right under all of it."""

    window: int = 50
    """Diary entries in the feed; 50 and 100 have been seen."""
    feed_order: Literal["logged", "watched"] = "logged"
    older_feed: bool = False
    """The feed of before about 2023: no TMDb ids, no namespace for them, no likes."""
    number_stays: bool = True
    """Does an entry keep the number of its guid when a text is added or taken away?"""
    not_modified: bool = False
    """Has the feed an ETag, and is it ever answered with 304?"""
    challenged: bool = False
    """Does the site answer everything with a page that wants a browser?"""
    list_films: int = 10
    """Films of a list that the feed shows."""
    entry_rates: Literal["newest", "always"] = "newest"
    """Does the rating of an entry become the film's, even where a later viewing is logged?"""
    likes_export: Literal["full", "header", "missing"] = "full"
    most_rows: int | None = None
    """Rows that an upload may have."""
    expires_in: int = 3_600
    refresh_outlives: bool = True
    """Does a refresh token still work once its access token has expired?"""
    token_errors: Literal["plain", "oauth"] = "plain"
    """Do errors of a sign-in look like all others, or as OAuth has them?"""
    pace: tuple[int, float] | None = None
    """How many requests of one token in how many seconds, above which there is 429."""
    private_answers: Literal["empty", "refused"] = "empty"
    """How what a private account holds is hidden from the API."""
    list_refusals: Literal["status", "messages"] = "status"
    """What is wrong with a change of a list: is it a failure, or does it stand in the messages of a success?"""
    list_versions: bool = True
    """Does the listing of a member's lists tell their versions? Those of single lists are always told."""
    repeats: bool = False
    """Does a page of films begin with the last film of the page before?"""


def code(number: int, size: int, offset: int) -> str:
    """A code of so many signs, letters in both cases, that no other number makes with this offset."""
    low = len(DIGITS) ** (size - 1)
    value, signs = low + (number * STEP + offset) % (low * (len(DIGITS) - 1)), ""
    while value:
        value, digit = divmod(value, len(DIGITS))
        signs = DIGITS[digit] + signs
    return signs


def slug(title: str) -> str:
    """The title as addresses have it; nothing where it has no letter or digit of theirs."""
    letters = unicodedata.normalize("NFKD", re.sub("['’·]", "", title)).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", letters.lower()).strip("-")


def stars(rating: int) -> str:
    """A rating of 1 to 10 as the site shows it."""
    return "★" * (rating // 2) + "½" * (rating % 2)


def day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def long_day(text: str) -> str:
    """`2020-08-14` as `Friday August 14, 2020`."""
    told = date.fromisoformat(text)
    return f"{told:%A %B} {told.day}, {told.year}"


def iso(moment: float) -> str:
    """A time as the API writes it, in UTC."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def checked_day(text: str) -> str:
    """The day, written YYYY-MM-DD; anything else raises ValueError."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError(f"{text} is no day")
    return date.fromisoformat(text).isoformat()


def plain(text: str) -> str:
    """A text as it is kept: every line ends with one sign."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def paragraphs(text: str) -> list[str]:
    """The text as HTML: an empty line parts paragraphs; markup stays as typed."""
    return [
        f"<p>{part.replace(chr(10), '<br />')}</p>" for part in re.split("\n{2,}", text.strip("\n")) if part.strip()
    ]
