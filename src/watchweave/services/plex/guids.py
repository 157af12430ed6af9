"""Reads every form of Plex GUID; each names the object itself, or its show with season and episode, or nothing."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from ...core.media import Kind, clean_id

log = logging.getLogger(__name__)


class Name(Struct, frozen=True, gc=False):
    """One id: of the object itself, or of its show (`of_show`) with the numbers that stand beside it and the order in
    which these count (`Media.order`)."""

    space: str
    value: str
    of_show: bool = False
    season: int | None = None
    number: int | None = None
    order: str = ""


class Names(Struct, frozen=True):
    """All that the GUIDs of one object say: its own ids, those of its show, and its place in it."""

    ids: dict[str, str]
    show: dict[str, str]
    season: int | None = None
    number: int | None = None
    order: str = ""


AGENTS = "com.plexapp.agents."
NOTHING = {"local", "none", "tv.plex.agents.none", "tv.plex.xmltv", "collection"} | {
    AGENTS + name for name in ("none", "localmedia", "musicbrainz", "lastfm", "plexmusic")
}
OWN = frozenset({"imdb", "tmdb", "tvdb", "mbid"})
# space of each older agent, and the order of its numbers; on a season or an episode the id is the show's
SHOW_AGENTS = {
    AGENTS + "themoviedb": ("tmdb", ""),
    AGENTS + "thetvdb": ("tvdb", ""),
    AGENTS + "thetvdbdvdorder": ("tvdb", "dvd"),
    "net.fribbtastic.coding.plex.myanimelist": ("mal", "mal"),
}
IN_SHOW = (Kind.SEASON, Kind.EPISODE)
OF_SHOWS = (Kind.SHOW, *IN_SHOW)

_HAMA = re.compile(r"(anidb|tvdb|tmdb|tsdb|imdb)([0-9]?)-(a?[0-9]+|tt[0-9]+)")
_CUSTOM = re.compile(r"(imdb|tmdb|tvdb)[-_](movie|show|series)?[-_]?(tt[0-9]+|[0-9]+)")
_NFO = re.compile(r"(imdb|tmdb|tvdb)_(tt[0-9]+|[0-9]+)")
_DIGITS = re.compile(r"[0-9]{1,10}")


def names(kind: Kind, guid: str, others: Iterable[str] = ()) -> Names:
    """What these GUIDs of one object say. Two different values in one space cancel each other; none ever fails."""
    ids: dict[str, str] = {}
    show: dict[str, str] = {}
    clash: set[tuple[bool, str]] = set()
    season = number = None
    order = ""
    for text in (guid, *others):
        scheme, _, rest = text.partition("://")
        if scheme in OWN and (value := clean_id(scheme, rest)):  # by far the most
            if ids.setdefault(scheme, value) != value:
                clash.add((False, scheme))
            continue
        name = parse(text, kind)
        if name is None:
            continue
        place = show if name.of_show else ids
        if place.setdefault(name.space, name.value) != name.value:
            clash.add((name.of_show, name.space))
        if name.of_show and season is None:
            season, number, order = name.season, name.number, name.order
    for of_show, space in clash:
        (show if of_show else ids).pop(space)
    return Names(ids, show, season, number, order)


@lru_cache(maxsize=1000)
def order_in(show: str, season: int | None) -> str:
    """How the parts of the show with this GUID count that have no such GUID themselves."""
    return names(Kind.SEASON, f"{show.partition('?')[0]}/{season or 0}").order


def parse(guid: str, kind: Kind) -> Name | None:
    """The one id that this GUID states for an object of this kind, or nothing. Never guesses."""
    scheme, mark, rest = guid.strip().partition("://")
    if not mark:
        return _own("imdb", scheme) if scheme.lower().startswith("tt") else None
    scheme, rest = scheme.lower(), rest.partition("?")[0]
    if scheme == "plex":
        word, _, value = rest.partition("/")
        return _own("plex", value) if word == kind.word else None
    if scheme in OWN:
        return _own(scheme, rest)
    return None if scheme in NOTHING or not rest else _agent(scheme, rest, kind)


def _own(space: str, value: str) -> Name | None:
    text = clean_id(space, value)
    return Name(space, text) if text else None


def _agent(scheme: str, rest: str, kind: Kind) -> Name | None:
    """An id as the agents before `plex://` write it, and those that people install themselves."""
    first, *numbers = rest.split("/")
    if scheme in SHOW_AGENTS:
        space, order = SHOW_AGENTS[scheme]
        return None if space == "tvdb" and kind not in OF_SHOWS else _placed(space, first, numbers, kind, order)
    if scheme == AGENTS + "imdb":
        return _own("imdb", first) if kind is Kind.MOVIE else None
    if scheme == AGENTS + "hama":
        return _hama(first, numbers, kind)
    if scheme in (AGENTS + "xbmcnfo", AGENTS + "xbmcnfotv"):
        return _nfo_text(scheme.endswith("tv"), first, numbers, kind)
    if scheme == AGENTS + "youtube":
        return _video(rest.partition("|")[2].partition("|")[0])
    if scheme == AGENTS + "ytinforeader":
        return _video(rest)
    last = rest.rpartition("/")[2]
    if scheme.startswith("tv.plex.agents.nfo."):
        found = _NFO.fullmatch(last)
        return _own(found[1], found[2]) if found and _may_be(first, kind) else None
    if scheme.startswith("tv.plex.agents.custom."):
        found = _CUSTOM.fullmatch(last)
        levels = {None: kind, "movie": Kind.MOVIE, "show": Kind.SHOW, "series": Kind.SHOW}
        mine = found and levels[found[2]] is kind and _may_be(first, kind)
        return _own(found[1], found[3]) if found and mine else None
    _report(scheme)
    return None


def _placed(space: str, value: str, numbers: list[str], kind: Kind, order: str = "") -> Name | None:
    """An id with season and episode behind it: the show's, if the object is part of one and its place is told."""
    name = _own(space, value)
    if name is None or kind is Kind.SHOW:
        return name
    if kind not in IN_SHOW:
        return None if numbers else name  # with a place behind it, the id is a show's
    places = [int(text) for text in numbers if _DIGITS.fullmatch(text)]
    if len(places) != len(numbers) or len(places) < (1 if kind is Kind.SEASON else 2):
        return None
    counted = "" if order == "absolute" and places[0] == 0 else order  # specials are not counted through
    return Name(space, name.value, True, places[0], places[1] if kind is Kind.EPISODE else None, counted)


def _may_be(word: str, kind: Kind) -> bool:
    """False where the word names another kind; `movie/` on a show means nothing."""
    return word == kind.word or word.upper() not in Kind.__members__


def _hama(first: str, numbers: list[str], kind: Kind) -> Name | None:
    found = _HAMA.fullmatch(first.lower())
    if not found:
        return None
    space, mode, value = found[1], found[2], found[3].removeprefix("a")
    if (space == "tmdb" and kind in OF_SHOWS) or (space in ("tsdb", "tvdb") and kind not in OF_SHOWS):
        return None  # HAMA's `tmdb` numbers films and its `tsdb` numbers shows; the other way round means nothing
    return _placed("tmdb" if space == "tsdb" else space, value, numbers, kind, _hama_order(space, mode))


def _hama_order(space: str, mode: str) -> str:
    """How HAMA counts: the digit behind the database is its mode, and most modes number in a way of their own."""
    if mode in ("", "1"):
        return "anidb" if space == "anidb" else ""
    return "absolute" if space == "tvdb" and mode in ("3", "4") else "own"


def _nfo_text(shows: bool, first: str, numbers: list[str], kind: Kind) -> Name | None:
    if shows is (kind not in OF_SHOWS):
        return None
    number = _DIGITS.fullmatch(first)
    space = ("tvdb" if shows else "tmdb") if number else "imdb"
    return _placed(space, first, numbers, kind)


def _video(value: str) -> Name | None:
    return Name("youtube", value) if value else None


@lru_cache(maxsize=100)
def _report(scheme: str) -> None:
    """Once a scheme, not once an object."""
    log.info("Plex: ids of the form %s:// are not understood and left out", scheme)
