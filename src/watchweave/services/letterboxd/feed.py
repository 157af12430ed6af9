"""The feed of a member: what was logged last, with TMDb's ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from msgspec import Struct

from ...core.media import clean_id
from ..files import text_of
from .convert import value_of

OWN, TMDB = "{https://letterboxd.com}", "{https://themoviedb.org}"
ENTRY = re.compile(r"letterboxd-(?:watch|review)-(\d+)")
SLUG = re.compile(r"/film/([^/]+)/")
POSTER = re.compile(r"<p><img [^>]*></p>")
WARNING = "<p><em>This review may contain spoilers.</em></p>"


class Item(Struct, frozen=True):
    """One entry of the diary, or a review without a day. logged: when, in unix seconds; day: on which it was watched, or
    nothing; value: of the rating, in our scale; liked: None in older feeds, which do not say."""

    number: str
    title: str
    year: str
    slug: str
    tmdb: str
    series: bool
    logged: int
    day: str = ""
    value: int | None = None
    liked: bool | None = None
    review: str = ""
    spoiler: bool = False

    @property
    def said(self) -> list[object]:
        """What a person may change of it afterwards."""
        return [self.day, self.value, self.liked, self.review]


def items(channel: Element) -> Iterator[Item]:
    """The entries of a feed, in its order; its lists, and what cannot be dated, are left out."""
    for element in channel.iter("item"):
        entry = ENTRY.fullmatch(element.findtext("guid", "").strip())
        logged = _moment(element.findtext("pubDate", ""))
        if entry and logged is not None:
            yield _item(element, entry[1], logged)


def _item(element: Element, number: str, logged: int) -> Item:
    own = {name: element.findtext(OWN + name, "").strip() for name in NAMES}
    slug = SLUG.search(element.findtext("link", ""))
    series = element.findtext(TMDB + "tvId", "")
    html = element.findtext("description", "") if "review" in element.findtext("guid", "") else ""
    told = (
        html.strip()
    )  # beforehand: a pattern that begins with blanks tries each of them, and nobody says how many there are
    poster = POSTER.match(told)
    told = told[poster.end() if poster else 0 :].lstrip()
    return Item(
        number,
        own["filmTitle"],
        own["filmYear"],
        slug[1] if slug else "",
        clean_id("tmdb", series or element.findtext(TMDB + "movieId", "")),
        bool(series),
        logged,
        own["watchedDate"],
        value_of(own["memberRating"]),
        {"Yes": True, "No": False}.get(own["memberLike"]),
        text_of(told.removeprefix(WARNING)).strip(),
        told.startswith(WARNING),
    )


NAMES = ("filmTitle", "filmYear", "watchedDate", "memberRating", "memberLike")


def _moment(text: str) -> int | None:
    """A time as feeds write it; None where it is none."""
    try:
        at = parsedate_to_datetime(text.strip())
    except (ValueError, OverflowError):  # a zone may be any number
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
