"""The films that the simulated Letterboxd knows, with the codes and slugs that it gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count, islice
from random import Random

from .letterboxd_rules import BOXD, SITE, code, slug
from .world import Catalogue, Work


@dataclass(slots=True, eq=False)
class Film:
    """A film, or a series that stands there like one. `code` is also its id in the API; `name` and `year` are
    Letterboxd's own and may be changed."""

    work: Work
    number: int
    code: str
    slug: str
    name: str
    year: int | None

    @property
    def uri(self) -> str:
        return f"{BOXD}/{self.code}"

    @property
    def address(self) -> str:
        return f"{SITE}/film/{self.slug}/"


class Films:
    """All films with any id in the catalogue are known, and what was entered by hand; `gone` are those that left."""

    def __init__(self, catalogue: Catalogue, seed: int) -> None:
        self.gone: dict[str, Film] = {}
        self._catalogue = catalogue
        self._offset = Random(f"letterboxd films {seed}").randrange(1_000_000)
        self._seen = 0
        self._films: dict[str, Film] = {}
        self._by_code: dict[str, Film] = {}
        self._by_slug: dict[str, Film] = {}

    def __iter__(self) -> Iterator[Film]:
        self._look()
        return (film for film in self._films.values() if film.work.uid not in self.gone)

    def enter(self, work: Work, code: str = "", slug: str = "") -> Film:
        """Letterboxd has this film or series (again), under this code and slug, or under ones that it makes up."""
        self._look()
        self.gone.pop(work.uid, None)
        film = self._films.get(work.uid) or self._admit(work, list(self._catalogue.works).index(work.uid))
        for index, old, new in ((self._by_code, film.code, code), (self._by_slug, film.slug, slug)):
            if new and index.get(old) is film:
                del index[old]
            index[new or old] = film
        film.code, film.slug = code or film.code, slug or film.slug
        return film

    def drop(self, work: Work) -> None:
        """The film leaves Letterboxd."""
        self._look()
        if film := self._films.get(work.uid):
            self.gone[work.uid] = film

    def of(self, work: Work | None) -> Film | None:
        """This work, where Letterboxd has it."""
        self._look()
        return self._films.get(work.uid) if work and work.uid not in self.gone else None

    def known(self, work: Work) -> Film:
        """The same; raises LookupError where Letterboxd does not have it."""
        if film := self.of(work):
            return film
        raise LookupError(f"Letterboxd does not have {work}")

    def coded(self, code: str) -> Film | None:
        self._look()
        found = self._by_code.get(code)
        return self.of(found.work) if found else None

    def slugged(self, slug: str) -> Film | None:
        self._look()
        found = self._by_slug.get(slug)
        return self.of(found.work) if found else None

    def movie(self, tmdb: str) -> Film | None:
        """The film of this number among the movies of TMDb."""
        return self.of(self._catalogue.find("movie", "tmdb", tmdb))

    def series(self, tmdb: str) -> Film | None:
        """The one of this number among the series of TMDb."""
        return self.of(self._catalogue.find("show", "tmdb", tmdb))

    def imdb(self, text: str) -> Film | None:
        found = (self.of(self._catalogue.find(kind, "imdb", text)) for kind in ("movie", "show"))
        return next((film for film in found if film), None)

    def _look(self) -> None:
        """Take in what is new in the catalogue."""
        if len(self._catalogue.works) == self._seen:
            return
        new = islice(self._catalogue.works.values(), self._seen, None)
        for number, work in enumerate(new, self._seen):
            if work.kind == "movie" and work.ids:
                self._admit(work, number)
        self._seen = len(self._catalogue.works)

    def _admit(self, work: Work, number: int) -> Film:
        """A code has 4 signs, now and then 3 or 2; it follows from the place in the catalogue."""
        size = 4 - (number % 8 == 1) - (number % 64 == 1)
        film = Film(work, number, code(number, size, self._offset), self._free_slug(work), work.title, work.year)
        self._films[work.uid] = self._by_code[film.code] = self._by_slug[film.slug] = film
        return film

    def _free_slug(self, work: Work) -> str:
        """The first film of a name has it alone; the next add the year, then a number."""
        name = slug(work.title) or f"film-{work.uid}"
        dated = f"{name}-{work.year}" if work.year else name
        tries = chain((name, dated), (f"{dated}-{number}" for number in count(1)))
        return next(one for one in tries if one not in self._by_slug)
