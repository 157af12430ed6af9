"""What it costs to find out what films without ids are: `make cost`. Prints a table; leaves `build/cost.json`.

A Plex library of the 10,000 popular films of TMDb, none with an id; a TMDb that knows them all; an empty account at Trakt.
Requests are counted where they arrive. Then all of it again with IMDb's data sets imported, as far from TMDb as they are:
MovieLens tells IMDb's id, title and year of half of the films, and how often both differ; the other half differs as often.
No film of either table lacks a year, so none does here. `python benchmarks/cost.py 1000` takes the first thousand.
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.requests.nameless import Library, Row, imported, row
from watchweave.sandbox.tmdb_knowledge import french
from watchweave.sandbox.world import Catalogue, Work

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED", Path(__file__).parents[2] / "shared")) / "data" / "ids"
SHARE = 0.10
"""With IMDb's data sets at most so much of the requests without them."""

OTHER_TITLE, OTHER_YEAR = 0.025, 0.026
"""So many films have another title, or another year, at IMDb than at TMDb: counted on the 5,298 films that are in both
tables (126 and 136 of them)."""
NAMESAKES = 0.028
"""So many films have a namesake of the same year at IMDb: 4 of the 10,000 popular ones have one among themselves, and IMDb
lists about 70 times as many films. It is taken for the hard case, a namesake without a length."""
BRACKETS = re.compile(r"\s*\(([^()]+)\)")
BEHIND = re.compile(r"(.+), (The|A|An|La|Le|Les|L'|Il|Der|Die|Das|El|Los|Las|Un|Une)$")


@dataclass
class Line:
    """One sync: requests to each service, and how many films were taken for what they are, or for another, by then."""

    sync: str
    tmdb: int
    plex: int
    trakt: int
    right: int
    wrong: int


def rows(name: str) -> Iterator[dict[str, str]]:
    with (SHARED / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def films(most: int) -> Catalogue:
    """The popular films, with IMDb's ids as far as they are known; lengths, and other ids, are invented."""
    found, chance = Catalogue(), Random("films")
    known = {one["tmdb_movie_id"]: one["imdb_id"] for one in rows("movielens_imdb_tmdb_title_year.csv")}
    for n, one in enumerate(rows("tmdb_top10k_movie_titles.csv"), 1):
        if n > most:
            break
        number = one["tmdb_movie_id"]
        ids: dict[str, str | int] = {"tmdb": int(number), "trakt": n, "imdb": known.get(number, f"tt{90_000_000 + n}")}
        ids |= {"slug": f"film-{n}", "plex": f"{chance.getrandbits(96):024x}"}
        year = int(one["release_date"][:4])
        found.add(Work(f"m{n}", "movie", one["title"], year, ids, chance.randint(78, 178)))
    return found


def at_imdb(catalogue: Catalogue) -> Iterator[Row]:
    """The same films as IMDb has them, and their namesakes."""
    chance = Random("imdb")
    known = {one["tmdb_movie_id"]: one for one in rows("movielens_imdb_tmdb_title_year.csv")}
    foreign = {one["tmdb_movie_id"] for one in rows("tmdb_top10k_movie_titles.csv") if one["original_language"] != "en"}
    for n, work in enumerate(catalogue):
        number = str(work.ids["tmdb"])
        title, original, year = as_movielens(known[number]) if number in known else elsewhere(work, chance)
        if number in foreign and number not in known:
            original = french(work.title)
        yield row(str(work.ids["imdb"]), title, original, year, work.runtime)
        if chance.random() < NAMESAKES:
            yield row(f"tt{95_000_000 + n}", work.title, work.title, work.year, None)


def as_movielens(one: dict[str, str]) -> tuple[str, str, int | None]:
    """Title, original title and year out of `City of Lost Children, The (Cité des enfants perdus, La) (1995)`."""
    text = one["title_raw"].removesuffix(f" ({one['year']})")
    title, original = BRACKETS.sub("", text), BRACKETS.findall(text)[-1:] or [BRACKETS.sub("", text)]
    return in_front(title), in_front(original[0]), int(one["year"]) if one["year"] else None


def in_front(title: str) -> str:
    """The article where IMDb has it."""
    return BEHIND.sub(r"\2 \1", title.removeprefix("a.k.a. ")).replace("L' ", "L'")


def elsewhere(work: Work, chance: Random) -> tuple[str, str, int | None]:
    """The same of a film that MovieLens does not name; it differs as often as theirs do."""
    title = f"The Story of {work.title}" if chance.random() < OTHER_TITLE else work.title
    year = (work.year or 0) + chance.choice((-1, 1)) if chance.random() < OTHER_YEAR else work.year
    return title, title, year


def campaign(catalogue: Catalogue, what: str, known: Path | None) -> list[Line]:
    """Two syncs from an empty start."""
    library = Library(catalogue, known)
    lines = []
    for turn in ("first", "second"):
        print(f"{what}: {turn} sync", file=sys.stderr)
        asked = asyncio.run(library.sync())
        lines.append(Line(f"{turn}, {what}", asked["tmdb"], asked["plex"], asked["trakt"], *library.named()))
    library.close()
    return lines


def judged(lines: list[Line], count: int) -> dict[str, bool]:
    """What was promised, and whether it holds."""
    first, second, with_sets, again = (line.tmdb for line in lines)
    return {
        "first sync: at most one request a film": 0 < first <= count,
        "second sync: none": second == again == 0,
        f"with IMDb's data sets: at most {SHARE:.0%} of them": with_sets <= SHARE * first,
    }


def main(most: int = 10_000) -> int:
    if not SHARED.is_dir():
        print(f"{SHARED} is missing; set WATCHWEAVE_SHARED to the folder that has data/ids.", file=sys.stderr)
        return 2
    count = len(films(most).works)
    with tempfile.TemporaryDirectory() as folder:
        lines = campaign(films(most), "without", None)
        lines += campaign(films(most), "with IMDb's data sets", imported(Path(folder), at_imdb(films(most))))
    claims = judged(lines, count)
    print(f"\n{count} films without ids\n\n| sync | TMDb | Plex | Trakt | films named | wrongly |")
    print("| --- | --- | --- | --- | --- | --- |")
    for line in lines:
        print(f"| {line.sync} | {line.tmdb} | {line.plex} | {line.trakt} | {line.right} | {line.wrong} |")
    print("\n".join(["", *(f"{'holds' if holds else 'BROKEN'}: {what}" for what, holds in claims.items())]))
    build = Path("build")
    build.mkdir(exist_ok=True)
    told = {"films": count, "syncs": [asdict(line) for line in lines], "claims": claims}
    (build / "cost.json").write_text(json.dumps(told, indent=1))
    return 0 if all(claims.values()) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
