"""How right titles and years are: `make accuracy`. Prints a table and each error; leaves `build/accuracy.json`.

True pairs: films of MovieLens whose TMDb number is among the 10,000 popular films of TMDb; the other films of MovieLens
have no counterpart there. A third of MovieLens, by its number, was not looked at while the looser steps and their scores were
chosen. What is taken (the same title and year) was looked at in all of it, once, for labels that are wrong.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from watchweave.core.media import Kind, Media
from watchweave.core.titles import Proposal, Work, normal, propose, taken

SHARED = Path(os.environ.get("WATCHWEAVE_SHARED", Path(__file__).parents[2] / "shared")) / "data" / "ids"
RIGHT, FOUND = 0.999, 0.985
"""What is taken must be right, and the right one taken or first among the proposals, at least so often."""

STALE = {
    "3": "the label is empty; tt0113228 is the film Grumpier Old Men that was found",
    "31193": "13716 was given up for 250480; tt0076363 is the film that was found",
    "90647": "58423 was given up for 417859; tt0448694 is the film that was found",
    "99764": "147538 was given up for 489412; tt2396224 is the film that was found",
    "150548": "370646 was given up for 379170; tt3845232 is the film that was found",
}
"""Rows of MovieLens whose label is wrong by now: why. That a number was given up is known of TMDb, not from these tables."""


@dataclass
class Tally:
    """What became of some rows."""

    rows: int = 0
    pairs: int = 0
    right: int = 0
    wrong: int = 0
    found: int = 0
    proposed_for_none: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """How much of what is taken is right."""
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Of how many true pairs the right work is taken, or stands first."""
        return self.found / self.pairs

    def count(self, wanted: Media, true: str | None, proposals: list[Proposal]) -> None:
        self.rows += 1
        sure = taken(proposals)
        first = _number(proposals[0].work) if proposals else None
        if sure is not None:
            self.right += _number(sure.work) == true
            self.wrong += _number(sure.work) != true
        if true is None:
            self.proposed_for_none += sure is None and bool(proposals)
        else:
            self.pairs += 1
            self.found += first == true
        if (sure is not None and _number(sure.work) != true) or (true is not None and first != true):
            said = "; ".join(f"{one.work.media.named()} {one.score}" for one in proposals[:2]) or "nothing"
            kind = "taken wrongly" if sure is not None else "not first"
            self.errors.append(f"{kind}: {wanted.named()}, should be {true or 'nothing'}, is {said}")


def _number(work: Work) -> str:
    return work.media.ids["tmdb"]


class Catalogue:
    """The popular films, by year and by title."""

    def __init__(self) -> None:
        self.works: dict[str, Work] = {}
        self.years: dict[int | None, list[Work]] = defaultdict(list)
        self.names: dict[str, list[Work]] = defaultdict(list)
        for row in _rows("tmdb_top10k_movie_titles.csv"):
            number, year = row["tmdb_movie_id"], int(row["release_date"][:4]) if row["release_date"] else None
            work = Work(Media(Kind.MOVIE, {"tmdb": number}, row["title"], year))
            self.works[number] = work
            self.years[year].append(work)
            for title in work.titles:
                self.names[normal(title)].append(work)

    def near(self, wanted: Work) -> list[Work]:
        """All that can be proposed for this: of near years, and of the same title."""
        year = wanted.media.year
        found = {_number(work): work for title in wanted.titles for work in self.names[normal(title)]}
        for each in range(year - 2, year + 3) if year else ():
            found |= {_number(work): work for work in self.years[each]}
        return list(found.values())


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (SHARED / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def measured() -> dict[str, Tally]:
    """The tally of the part that was looked at, of the part that was not, and of the stale rows."""
    catalogue = Catalogue()
    tallies = {"seen": Tally(), "unseen": Tally(), "stale": Tally()}
    for row in _rows("movielens_imdb_tmdb_title_year.csv"):
        number = row["movielens_id"]
        part = "stale" if number in STALE else "seen" if int(number) % 3 else "unseen"
        wanted = Media(Kind.MOVIE, {}, row["title_raw"], int(row["year"]) if row["year"] else None)
        true = row["tmdb_movie_id"] if row["tmdb_movie_id"] in catalogue.works else None
        tallies[part].count(wanted, true, propose(Work(wanted), catalogue.near(Work(wanted))))
    return tallies


def main() -> int:
    if not SHARED.is_dir():
        print(f"{SHARED} is missing; set WATCHWEAVE_SHARED to the folder that has data/ids.", file=sys.stderr)
        return 2
    tallies = measured()
    both = Tally()
    for part in ("seen", "unseen"):
        for name in ("rows", "pairs", "right", "wrong", "found", "proposed_for_none"):
            setattr(both, name, getattr(both, name) + getattr(tallies[part], name))
    print("| part | films | taken | wrongly | right of those taken | true pairs | taken or first |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, tally in (("looked at", tallies["seen"]), ("not looked at", tallies["unseen"]), ("all", both)):
        print(
            f"| {name} | {tally.rows} | {tally.right + tally.wrong} | {tally.wrong} | {tally.precision:.3%} |"
            f" {tally.pairs} | {tally.recall:.3%} |"
        )
    print(f"\nLabels that are wrong by now, in no row above ({len(STALE)}):")
    print("\n".join(f"  {number}: {why}" for number, why in STALE.items()))
    print("\nErrors:")
    print("\n".join(f"  {error}" for part in ("seen", "unseen") for error in tallies[part].errors))
    build = Path("build")
    build.mkdir(exist_ok=True)
    figures = {"precision": both.precision, "recall": both.recall, "wrong": both.wrong, "stale": sorted(STALE)}
    parts = {name: {k: v for k, v in asdict(tally).items() if k != "errors"} for name, tally in tallies.items()}
    (build / "accuracy.json").write_text(json.dumps(figures | {"parts": parts}, indent=1))
    return 0 if both.precision >= RIGHT and both.recall >= FOUND else 1


if __name__ == "__main__":
    sys.exit(main())
