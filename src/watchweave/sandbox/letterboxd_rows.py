"""How the API of the simulated Letterboxd writes members, films, entries and lists."""

from __future__ import annotations

from typing import Any

from .letterboxd_films import Film
from .letterboxd_member import Member
from .letterboxd_rules import SITE, iso, paragraphs
from .letterboxd_shelves import Entry, Item, ItemList

Row = dict[str, Any]
TMDB = "https://www.themoviedb.org"
IMDB = "https://www.imdb.com"


def member_row(member: Member) -> Row:
    return {"id": member.id, "username": member.name, "displayName": member.display_name}


def film_row(film: Film, member: Member | None = None) -> Row:
    """A film, and with a member what the film is to them."""
    row: Row = {"id": film.code, "name": film.name, "links": _links(film)}
    if film.year:
        row["releaseYear"] = film.year
    if member:
        row["relationships"] = [{"member": member_row(member), "relationship": _relationship(film, member)}]
    return row


def _links(film: Film) -> list[Row]:
    """The address at TMDb says whether its number is a film's or a series'."""
    ids, kind = film.work.ids, "movie" if film.work.kind == "movie" else "tv"
    links = _addresses(film, film.address)
    if "tmdb" in ids:
        links.append(_link("tmdb", str(ids["tmdb"]), f"{TMDB}/{kind}/{ids['tmdb']}/"))
    if "imdb" in ids:
        links.append(_link("imdb", str(ids["imdb"]), f"{IMDB}/title/{ids['imdb']}/"))
    return links


def _addresses(thing: Film | Entry | ItemList, address: str) -> list[Row]:
    return [_link("letterboxd", thing.code, address), _link("boxd", thing.code, thing.uri)]


def _link(kind: str, name: str, url: str) -> Row:
    return {"type": kind, "id": name, "url": url}


def _relationship(film: Film, member: Member) -> Row:
    uid, rated = film.work.uid, member.ratings.get(film.work.uid)
    marks = {"watched": uid in member.watched, "liked": uid in member.likes, "inWatchlist": uid in member.wishes}
    return marks | ({"rating": rated.value / 2} if rated else {})


def entry_row(member: Member, entry: Entry) -> Row:
    film = entry.film
    row: Row = {
        "id": entry.code,
        "name": f"{film.name} ({film.year})" if film.year else film.name,
        "owner": member_row(member),
        "film": film_row(film),
        "like": film.work.uid in member.likes,
        "tags": list(entry.tags),
        "whenCreated": iso(entry.logged),
        "whenUpdated": iso(entry.updated),
        "links": _addresses(entry, f"{SITE}/{member.name}/film/{film.slug}/"),
    }
    if entry.on:
        row["diaryDetails"] = {"diaryDate": entry.on, "rewatch": entry.rewatch}
    if entry.review:
        html = "".join(paragraphs(entry.review))
        row["review"] = {"lbml": entry.review, "text": html, "containsSpoilers": entry.spoilers}
    return row | ({"rating": entry.rating / 2} if entry.rating else {})


def list_row(member: Member, one: ItemList) -> Row:
    return {
        "id": one.code,
        "name": one.name,
        "version": one.version,
        "filmCount": len(one.items),
        "published": one.published,
        "ranked": one.ranked,
        "tags": list(one.tags),
        "descriptionLbml": one.description,
        "description": "".join(paragraphs(one.description)),
        "owner": member_row(member),
        "whenCreated": iso(one.made),
        "whenUpdated": iso(one.updated),
        "links": _addresses(one, f"{SITE}/{member.name}/list/{one.file}/"),
    }


def item_row(place: int, item: Item, ranked: bool) -> Row:
    """A film on a list; it has a rank on a ranked one only."""
    row: Row = {"film": film_row(item.film)}
    if item.note:
        row |= {"notesLbml": item.note, "notes": "".join(paragraphs(item.note))}
    return row | ({"rank": place} if ranked else {})
