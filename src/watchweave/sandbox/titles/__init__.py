"""The demo's films and shows: real titles with their public ids; whatever else has a number here is invented."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from hashlib import sha1
from importlib.resources import files

from ..world import Catalogue, Work

INVENTED = 90_000_000
"""Invented numbers begin here, above all that the public databases have given so far."""

Ids = dict[str, str | int]


def titles() -> Catalogue:
    """All films (m1 …) and shows (s1, its season s1.2, its episode s1.2.5); every season takes a year of its own.

    Public ids of films and shows are real. Trakt's and Plex's, and all of seasons and episodes, are invented.
    """
    catalogue = Catalogue()
    for place, row in enumerate(_rows("films.tsv"), 1):
        year = int(row["year"])
        catalogue.add(Work(f"m{place}", "movie", row["title"], year, _ids("movie", row), int(row["runtime"])))
    for place, row in enumerate(_rows("shows.tsv"), 1):
        show = Work(f"s{place}", "show", row["title"], int(row["year"]), _ids("show", row), int(row["runtime"]))
        _seasons(catalogue, catalogue.add(show), place, [int(count) for count in row["episodes"].split(",")])
    return catalogue


def _rows(name: str) -> Iterator[Mapping[str, str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)


def _seasons(catalogue: Catalogue, show: Work, place: int, counts: list[int]) -> None:
    """Add the seasons of the show at this place of the list, with their episodes."""
    for season, count in enumerate(counts, 1):
        year = (show.year or 0) + season - 1
        number = INVENTED + place * 10_000 + season * 100
        ids: Ids = {"trakt": number, "tmdb": number, "tvdb": number, "plex": _hexadecimal(show.ids["plex"], season)}
        uid = f"{show.uid}.{season}"
        catalogue.add(Work(uid, "season", f"Season {season}", year, ids, 0, show, season, season))
        for episode in range(1, count + 1):
            own: Ids = dict.fromkeys(("trakt", "tmdb", "tvdb"), number + episode)
            own |= {"imdb": f"tt{number + episode}", "plex": _hexadecimal(show.ids["plex"], season, episode)}
            title = f"Episode {episode}"
            catalogue.add(Work(f"{uid}.{episode}", "episode", title, year, own, show.runtime, show, season, episode))


def _ids(kind: str, row: Mapping[str, str]) -> Ids:
    """The public ids of a row, and those that Trakt and Plex would have given: they follow from the public ones."""
    ids: Ids = {"imdb": row["imdb"]} if row["imdb"] else {}
    ids |= {space: int(row[space]) for space in ("tmdb", "tvdb") if row.get(space)}
    hexadecimal = _hexadecimal(kind, row["imdb"] or row["tmdb"])
    return ids | {
        "trakt": INVENTED + int(hexadecimal, 16) % (10 * INVENTED),
        "plex": hexadecimal,
        "slug": _slug(f"{row['title']} {row['year']}"),
    }


def _hexadecimal(*parts: object) -> str:
    """24 hexadecimal digits that follow from these parts."""
    return sha1("/".join(map(str, parts)).encode()).hexdigest()[:24]


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
