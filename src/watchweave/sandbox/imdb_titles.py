"""What the simulated IMDb knows of the works of the world: which have a title there, under which id, and its facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from .omdb import GENRES, NONE, rating, votes
from .tmdb_knowledge import french, german
from .world import THIRD, Catalogue, Work

KINDS = {"movie": "movie", "show": "tvSeries", "episode": "tvEpisode"}
"""The kinds that IMDb knows, with the type of title that each is unless told otherwise. Seasons do not exist there."""
TRANSLATIONS = {"de": german, "fr": french}


class Facts(Struct, frozen=True):
    """What a title's page says; `""` and `()` for what is not known.

    original: the title in the first country. local: titles by language, where they are not invented.
    """

    type: str
    original: str
    local: Mapping[str, str] = {}
    average: str = ""
    votes: str = ""
    runtime: str = ""
    genres: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()


class Title(Struct, frozen=True):
    """A work as IMDb has it, under the id that it bears now."""

    id: str
    work: Work
    facts: Facts

    def local(self, language: str) -> str:
        """The title in a language, such as `de`."""
        if language in self.facts.local:
            return self.facts.local[language]
        translated = TRANSLATIONS.get(language) if self.work.kind != "episode" else None
        return translated(self.work.title) if translated else self.work.title


class Titles:
    """All titles. Works without an IMDb id are unknown there, and so are seasons."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._merged: dict[str, str] = {}
        self._facts: dict[str, Facts] = {}

    def find(self, name: str) -> Title | None:
        """By its id, or by an older one that was merged into it."""
        name = self.current(name)
        work = next(self._bearers(name), None)
        return Title(name, work, self.facts(work)) if work else None

    def of(self, work: Work) -> Title | None:
        """The title of a work; after a merge this can be another work's."""
        return self.find(str(work.ids["imdb"])) if work.kind in KINDS and "imdb" in work.ids else None

    def current(self, name: str) -> str:
        """The id that stands for this one now."""
        while name in self._merged:
            name = self._merged[name]
        return name

    def merge(self, old: str, new: str) -> None:
        """The old id is another name of the new one; the catalogue need not know the new one."""
        before, after = self.current(old), self.current(new)
        if before != after:
            self._merged[before] = after

    def _bearers(self, name: str) -> Iterator[Work]:
        """Works of this id, then of those merged into it."""
        for one in (name, *(old for old in self._merged if self.current(old) == name)):
            for kind in KINDS:
                if work := self.catalogue.find(kind, "imdb", one):
                    yield work

    def know(self, work: Work, **facts: Any) -> None:
        """Set some facts of a work."""
        self._facts[work.uid] = replace(self.facts(work), **facts)

    def facts(self, work: Work) -> Facts:
        """Those that were set, or invented ones; the average and the votes are those that OMDb has from here."""
        if work.uid not in self._facts:
            self._facts[work.uid] = _invented(work)
        return self._facts[work.uid]


def _invented(work: Work) -> Facts:
    chance = Random(f"imdb {work.uid}")
    people = [f"{chance.choice(THIRD)} {chance.choice(THIRD)}" for _ in range(chance.randint(1, 2))]
    return Facts(
        type=KINDS[work.kind],
        original=work.title,
        average=rating(work).replace(NONE, ""),
        votes=str(votes(work)),
        runtime=str(work.runtime or ""),
        genres=tuple(sorted(chance.sample(GENRES, chance.randint(1, 3)))),
        directors=() if work.kind == "show" else tuple(people),
    )
