"""What the simulated Letterboxd makes of a CSV that a member uploads (reference, "Import CSV")."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from .letterboxd_films import Film
from .letterboxd_rules import checked_day
from .letterboxd_shelves import Details

if TYPE_CHECKING:
    from .letterboxd_member import Member

Kind = Literal["diary", "watchlist", "list"]
Row = Mapping[str, str]
MEGABYTE = 1_000_000
NAMING = ("LetterboxdURI", "tmdbID", "imdbID", "Title")
"""One of these columns is needed."""
ADDRESS = re.compile(r"(?:https?://)?(?:boxd\.it/(\w+)|letterboxd\.com/film/([^/]+))/?")


class Outcome(Struct, frozen=True):
    """What became of a row: `added`, `updated`, `marked` (watched, and rated), `kept` or `refused`, with the reason.

    `row` counts from 1, without the header; `film` is the film's address.
    """

    row: int
    became: str
    film: str = ""
    why: str = ""


class Refused(Exception):
    """The file as a whole is not taken."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def upload(member: Member, content: bytes, of: Kind, name: str) -> Sequence[Outcome]:
    """Carry out row after row; those of a list by their rank."""
    rows = list(enumerate(_rows(content, member.options.most_rows), 1))
    titles = defaultdict(list)
    for film in member.films:
        titles[film.name.lower()].append(film)
    if of == "list":
        rows.sort(key=lambda pair: int(pair[1]["Rank"]) if pair[1].get("Rank", "").isdecimal() else len(rows))
    take = {"diary": _diary, "watchlist": _wish, "list": _listed}[of]
    return sorted((_done(member, numbered, titles, take(member, name)) for numbered in rows), key=lambda one: one.row)


def _rows(content: bytes, most: int | None) -> list[Row]:
    if len(content) > MEGABYTE:
        raise Refused(413, "the file is larger than 1 MB")
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), restval="")
        rows: list[Row] = [{name: cell for name, cell in row.items() if name} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(400, "the file is no CSV in UTF-8") from error
    if not set(NAMING) & set(reader.fieldnames or ()):
        raise Refused(400, f"the file needs one of the columns {', '.join(NAMING)}")
    if most is not None and len(rows) > most:
        raise Refused(400, f"the file has more than {most} rows")
    return rows


Take = Callable[[Film, Row], str]


def _done(member: Member, numbered: tuple[int, Row], titles: Mapping[str, Sequence[Film]], take: Take) -> Outcome:
    number, row = numbered
    film = _film(member, row, titles)
    if film is None:
        return Outcome(number, "refused", why="no film, or more than one, is meant by this")
    try:
        return Outcome(number, take(film, row), film.uri)
    except ValueError as error:
        return Outcome(number, "refused", film.uri, str(error))


def _film(member: Member, row: Row, titles: Mapping[str, Sequence[Film]]) -> Film | None:
    """By the first of address, TMDb's number of a movie, IMDb's id, and title that leads to a film."""
    films = member.films
    address, tmdb, imdb, title, year = (row.get(name, "").strip() for name in (*NAMING, "Year"))
    found = ADDRESS.fullmatch(address)
    film = (films.coded(found[1]) if found[1] else films.slugged(found[2])) if found else None
    film = film or (films.movie(tmdb) if tmdb else None) or (films.imdb(imdb) if imdb else None)
    if film or not title:
        return film
    bearing = [one for one in titles.get(title.lower(), ()) if not year or str(one.year) == year]
    return bearing[0] if len(bearing) == 1 else None


def _diary(member: Member, _: str) -> Take:
    def take(film: Film, row: Row) -> str:
        """A day that has an entry of the film changes it; without a day the film is marked, and rated."""
        details, on = _details(row), row.get("WatchedDate", "").strip()
        if not on:
            member.watch(film.work)
            if rating := details.get("rating"):
                member.rate(film.work, rating)
            return "marked"
        on = checked_day(on)
        entry = next((one for one in member.of(film.work) if one.on == on), None)
        if entry:
            member.edit(entry, **details)
            return "updated"
        member.log(film.work, on, **details)
        return "added"

    return take


def _wish(member: Member, _: str) -> Take:
    return lambda film, row: "added" if member.want(film.work) else "kept"


def _listed(member: Member, name: str) -> Take:
    items = next((one for one in member.lists.values() if one.name == name), None) or member.make_list(name)

    def take(film: Film, row: Row) -> str:
        new = all(item.film is not film for item in items.items)
        member.put_on(items, film.work, row.get("Review", ""))
        return "added" if new else "updated"

    return take


def _details(row: Row) -> Details:
    """What the filled cells say; raises ValueError for a rating that there is not."""
    details: Details = {}
    if rating := _rating(row.get("Rating10", "").strip(), row.get("Rating", "").strip()):
        details["rating"] = rating
    if (rewatch := row.get("Rewatch", "")) in ("true", "false"):
        details["rewatch"] = rewatch == "true"
    if tags := [tag.strip() for tag in row.get("Tags", "").split(",") if tag.strip()]:
        details["tags"] = tuple(tags)
    if review := row.get("Review", ""):
        details["review"] = review
    return details


def _rating(of_ten: str, of_five: str) -> int | None:
    if not of_ten and not of_five:
        return None
    pattern, text = (r"[1-9]|10", of_ten) if of_ten else (r"0?\.5|[1-4](?:\.[05])?|5(?:\.0)?", of_five)
    if not re.fullmatch(pattern, text):
        raise ValueError(f"{text} is no rating")
    return int(text) if of_ten else int(float(text) * 2)
