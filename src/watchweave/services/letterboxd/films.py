"""Films as Letterboxd names them: by title and year in its files, by an address in some of them, by TMDb's ids in its feed."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from ...core.media import Kind, Media
from ..base import Notes
from .convert import year_of

NOTE = "films"
SLUG = "slug:"


class Film(Struct):
    """What is known of one title and year. code: of its short address; slug: in its long one; tmdb: of a film, or of a
    series. `several`: more than one film is called so, so that the title says nothing. key: by which of its addresses it
    was named first, and so for good: under another name it would be another film, and its viewings others. feed: where
    there are several, those that the feed has named: an export does not say which is which."""

    code: str = ""
    slug: str = ""
    tmdb: str = ""
    series: bool = False
    several: bool = False
    key: str = ""
    feed: list[str] = []


class Films:
    """All films that were ever met, by title and year. What is learned from one reading serves the next."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._films = msgspec.json.decode(notes.load(NOTE) or b"{}", type=dict[str, Film])
        self._learned = False
        self._made: dict[tuple[object, ...], Media] = {}
        self._keys = {
            address: film.key
            for film in self._films.values()
            if film.key and not film.several
            for address in _addresses(film.code, film.slug)
        }

    def of_file(self, title: str, year: str, code: str) -> None:
        """A file has this address for it."""
        film = self._film(title, year_of(year))
        if film.code not in ("", code):
            film.several = True
        film.code = film.code or code

    def of_list(self, title: str, year: str, code: str) -> None:
        """A list has this address for it. It may name a film that the member has never seen: where a title has another
        address elsewhere, that one stays what the title means."""
        film = self._film(title, year_of(year))
        film.code = film.code or code

    def of_feed(self, title: str, year: str, slug: str, tmdb: str, *, series: bool) -> None:
        """The feed has this for it."""
        film = self._film(title, year_of(year))
        if film.slug not in ("", slug) or (tmdb and film.tmdb not in ("", tmdb)):
            film.several = True
        if not film.several:
            film.slug, film.tmdb, film.series = film.slug or slug, film.tmdb or tmdb, film.series or series

    def _film(self, title: str, year: int | None) -> Film:
        self._learned = True
        self._made.clear()
        return self._films.setdefault(f"{title} ({year or ''})", Film())

    def media(
        self, title: str, year: int | None, code: str = "", slug: str = "", tmdb: str = "", *, series: bool = False
    ) -> Media:
        """The film that is called so, the same object each time. code, slug, tmdb: what is said of it here."""
        said = (title, year, code, slug, tmdb, series)
        if said not in self._made:
            self._made[said] = self._media(title, year, code, slug, tmdb, series=series)
        return self._made[said]

    def _media(self, title: str, year: int | None, code: str, slug: str, tmdb: str, *, series: bool) -> Media:
        known = self._films.get(f"{title} ({year or ''})", Film())
        if code and known.code not in ("", code):
            known = Film(several=True)  # this one is another film of that title
        if not known.several:
            code, slug, tmdb = code or known.code, slug or known.slug, tmdb or known.tmdb
            series = series or (known.series and tmdb == known.tmdb)
        key = self._key(known, _addresses(code, slug) or [f"title:{title} ({year or ''})"])
        return Media(Kind.SHOW if series else Kind.MOVIE, {"tmdb": tmdb} if tmdb else {}, title, year, keys=(key,))

    def _key(self, film: Film, addresses: list[str]) -> str:
        """The name of a film, which has these addresses: the one that it was given first, under whichever title."""
        if film.several:
            if addresses[0].startswith(SLUG) and addresses[0] not in film.feed:
                film.feed, self._learned = [*film.feed, addresses[0]], True
            return addresses[0]
        if not film.key:
            film.key = next((self._keys[one] for one in addresses if one in self._keys), addresses[0])
        self._keys.update(dict.fromkeys(addresses, film.key))
        return film.key

    def beyond(self) -> list[str]:
        """The films that no file can tell from others of their title: it says nothing of them."""
        several = [film for film in self._films.values() if film.several]
        return [name for film in several for name in {film.key, *film.feed} if name.startswith(SLUG)]

    def keep(self) -> None:
        """What was learned is remembered. No reading is under way any more that names one film again and again."""
        self._made.clear()
        if self._learned:
            self._notes.save(NOTE, msgspec.json.encode(self._films))
            self._learned = False


def _addresses(code: str, slug: str) -> list[str]:
    """Our names for the addresses of a film, as far as they are known."""
    return [*([f"film:{code}"] if code else []), *([SLUG + slug] if slug else [])]
