"""The RSS feed of a member of the simulated Letterboxd, as of now (reference, "RSS")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from .letterboxd_rules import SITE, day, long_day, paragraphs, stars
from .letterboxd_shelves import Entry, ItemList

if TYPE_CHECKING:
    from .letterboxd_member import Member

NEW_ZEALAND = ZoneInfo("Pacific/Auckland")
POSTERS = "https://a.ltrbxd.example/resized/film-poster"
NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "letterboxd": "https://letterboxd.com",
    "tmdb": "https://themoviedb.org",
}
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Signs that no XML document may hold."""


def feed(member: Member) -> bytes:
    """The newest entries of the window, then all public lists in no order of time."""
    title, address = f"Letterboxd - {member.display_name}", f"{SITE}/{member.name}/"
    lists = [one for one in member.lists.values() if one.published]
    items = [list(_entry(member, entry)) for entry in newest(member)]
    items += [list(_list(member, one)) for one in sorted(lists, key=lambda one: one.code, reverse=True)]
    head = (_element("title", title), _element("link", address), _element("description", title))
    link = f'<atom:link rel="self" href="{address}rss/" type="application/rss+xml"/>'
    lines = [f"\t\t{one}" for one in (*head, link)] + [f"\t\t\t<item> {' '.join(item)} </item>" for item in items]
    hidden = "tmdb" if member.options.older_feed else ""
    spaces = (f'xmlns:{name}="{uri}"' for name, uri in NAMESPACES.items() if name != hidden)
    start = f"<?xml version='1.0' encoding='utf-8'?>\n<rss version=\"2.0\" {' '.join(spaces)}>\n\t<channel>\n"
    text = start + "\n".join(lines) + "\n\t</channel>\n</rss>\n"
    return NOT_XML.sub("", text).encode()


def newest(member: Member) -> list[Entry]:
    """The entries that the feed has room for, newest first."""
    entries = [one for one in member.entries.values() if one.film.work.uid not in member.films.gone]
    entries.sort(key=lambda one: one.logged)
    if member.options.feed_order == "watched":
        entries.sort(key=lambda one: one.on or day(one.logged))
    return entries[::-1][: member.options.window]


def _entry(member: Member, entry: Entry) -> Iterator[str]:
    film, kind = entry.film, "review" if entry.review else "watch"
    place = f"{entry.place}/" if entry.place else ""
    yield _element("title", _title(entry))
    yield _element("link", f"{SITE}/{member.name}/film/{film.slug}/{place}")
    yield _guid(kind, entry.number)
    yield _element("pubDate", published(entry.logged))
    if entry.on:
        yield _element("letterboxd:watchedDate", entry.on)
    yield _element("letterboxd:rewatch", "Yes" if entry.rewatch else "No")
    yield _element("letterboxd:filmTitle", film.name)
    if film.year:
        yield _element("letterboxd:filmYear", str(film.year))
    if entry.rating:
        yield _element("letterboxd:memberRating", f"{entry.rating / 2:.1f}")
    if not member.options.older_feed:
        yield _element("letterboxd:memberLike", "Yes" if film.work.uid in member.likes else "No")
    if "tmdb" in film.work.ids and not member.options.older_feed:
        yield _element("tmdb:movieId" if film.work.kind == "movie" else "tmdb:tvId", str(film.work.ids["tmdb"]))
    yield _markup(_told(entry))
    yield _element("dc:creator", member.display_name)


def _title(entry: Entry) -> str:
    year = f", {entry.film.year}" if entry.film.year else ""
    rating = f" - {stars(entry.rating)}" if entry.rating else ""
    return f"{entry.film.name}{year}{rating}{' (contains spoilers)' if _spoils(entry) else ''}"


def _spoils(entry: Entry) -> bool:
    return entry.spoilers and bool(entry.review)


def _told(entry: Entry) -> list[str]:
    poster = f"{POSTERS}/{entry.film.number}-{entry.film.slug}-0-600-0-900-crop.jpg?v=0"
    warning = ["<p><em>This review may contain spoilers.</em></p>"] if _spoils(entry) else []
    text = paragraphs(entry.review) if entry.review else [f"<p>Watched on {long_day(entry.on or '')}.</p>"]
    return [f'<p><img src="{poster}"/></p>', *warning, *text]


def _list(member: Member, one: ItemList) -> Iterator[str]:
    """Without any element of a film."""
    address = f"{SITE}/{member.name}/list/{one.file}/"
    yield _element("title", one.name)
    yield _element("link", address)
    yield _guid("list", one.number)
    yield _element("pubDate", published(one.made))
    films = [item.film for item in one.items if item.film.work.uid not in member.films.gone]
    shown = films[: member.options.list_films]
    links = " ".join(f'<li> <a href="{film.address}">{escape(film.name)}</a> </li>' for film in shown)
    parts = [*paragraphs(one.description), f"<ul> {links} </ul>"]
    if rest := len(films) - len(shown):
        parts.append(f'<p>...plus {rest} more. <a href="{address}">View the full list on Letterboxd</a>.</p>')
    yield _markup(parts)
    yield _element("dc:creator", member.display_name)


def published(moment: int) -> str:
    """A time as the feed has it: in New Zealand, its day without a leading zero."""
    return format_datetime(datetime.fromtimestamp(moment, NEW_ZEALAND)).replace(", 0", ", ", 1)


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _guid(kind: str, number: int) -> str:
    return f'<guid isPermaLink="false">letterboxd-{kind}-{number}</guid>'


def _markup(parts: list[str]) -> str:
    text = " ".join(parts).replace("]]>", "]]]]><![CDATA[>")
    return f"<description><![CDATA[ {text} ]]></description>"
