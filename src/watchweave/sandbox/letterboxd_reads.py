"""What the API of the simulated Letterboxd tells: the member, films, the watchlist, the diary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from .letterboxd_asking import MOST_IDS, Ask, Routes, Stop
from .letterboxd_films import Film
from .letterboxd_member import Member
from .letterboxd_rows import entry_row, film_row, member_row
from .letterboxd_rules import PRIVATE_VIEW
from .letterboxd_shelves import Entry, Mark
from .server import Answer

SHELVES: Mapping[str, Callable[[Member], Mapping[str, Mark]]] = {
    "Watched": lambda member: member.watched,
    "Rated": lambda member: member.ratings,
    "Liked": lambda member: member.likes,
    "InWatchlist": lambda member: member.wishes,
}
SORTS = ("DateLatestFirst", "DateEarliestFirst")


def me(ask: Ask) -> Answer:
    """The only answer that tells of a private account; the address of the mail needs its scope."""
    mail = {"emailAddress": ask.me.profile.email} if PRIVATE_VIEW in ask.grant.scopes else {}
    return Answer({"member": member_row(ask.me), "privateAccount": ask.me.private} | mail)


def films(ask: Ask) -> Answer:
    """The films with these ids, or those on a shelf of a member, newest first unless asked otherwise."""
    names, relation = ask.all("filmId"), ask.chosen("memberRelationship", tuple(SHELVES))
    if len(names) > MOST_IDS:
        raise Stop(400, f"{MOST_IDS} ids at most")
    found = _related(ask, ask.owner, relation) if relation else list(ask.letterboxd.films)
    if names:
        wanted = [film for name in names for film in _named(ask, name)]
        found = [film for film in dict.fromkeys(wanted) if film in found] if relation else list(dict.fromkeys(wanted))
    related = ask.owner if ask.one("member") else ask.grant.member
    if ask.one("excludeMemberFilmRelationships") == "true" or (related and related.private):
        related = None
    return ask.page(found, lambda film: film_row(film, related), ask.letterboxd.options.repeats)


def _related(ask: Ask, owner: Member, relation: str) -> list[Film]:
    marks = ask.shown(owner, owner.marked(SHELVES[relation](owner)))
    step = 1 if ask.chosen("sort", SORTS, SORTS[0]) == "DateEarliestFirst" else -1
    return [mark.film for mark in marks[::step]]


def _named(ask: Ask, name: str) -> list[Film]:
    """An id with its space. A number of TMDb may be a film's, a series', or both: the links tell."""
    films, (space, _, value) = ask.letterboxd.films, name.partition(":")
    if space == "tmdb" and value.isdecimal():
        found = [films.movie(value), films.series(value)]
    elif space == "imdb" and value:
        found = [films.imdb(value)]
    elif not value:
        found = [films.coded(name)]
    else:
        raise Stop(400, f"{name} is no id of a film")
    return [film for film in found if film]


def watchlist(ask: Ask) -> Answer:
    owner = ask.member(ask.words[0])
    marks = ask.shown(owner, owner.marked(owner.wishes)[::-1])
    return ask.page(marks, lambda mark: film_row(mark.film, owner))


def entries(ask: Ask) -> Answer:
    """The diary and the reviews of a member, the last written first."""
    owner = ask.owner
    ask.chosen("memberRelationship", ("Owner",))
    ask.chosen("sort", ("WhenAdded",))
    fits = _filter(ask)
    held = [one for one in owner.entries.values() if one.film.work.uid not in owner.films.gone and fits(one)]
    found = sorted(held, key=lambda one: one.logged)[::-1]
    return ask.page(ask.shown(owner, found), lambda entry: entry_row(owner, entry))


def _filter(ask: Ask) -> Callable[[Entry], bool]:
    where = set(ask.all("where"))
    if strange := where - {"HasDiaryDate", "HasReview", "NoDrafts"}:
        raise Stop(400, f"where may not be {min(strange)}")
    film = ask.film(ask.one("film")) if ask.one("film") else None
    bounds = {"year": (1900, 2100), "month": (1, 12), "week": (1, 53), "day": (1, 31)}
    wanted = {name: number for name, (low, high) in bounds.items() if (number := ask.number(name, low, high))}

    def fits(entry: Entry) -> bool:
        dated = not (where & {"HasDiaryDate"} or wanted) or bool(entry.on)
        told = "HasReview" not in where or bool(entry.review)
        return dated and told and film in (None, entry.film) and wanted.items() <= _parts(entry.on).items()

    return fits


def _parts(on: str | None) -> dict[str, int]:
    if not on:
        return {}
    told = date.fromisoformat(on)
    return {"year": told.year, "month": told.month, "week": told.isocalendar().week, "day": told.day}


ROUTES: Routes = (
    ("GET", "/me", me),
    ("GET", "/films", films),
    ("GET", "/member/([^/]+)/watchlist", watchlist),
    ("GET", "/log-entries", entries),
)
