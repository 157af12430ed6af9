"""The five lists: how each is recognised, and what a row of it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

from ...core.media import Kind
from ...errors import ConfigError
from .entries import ABSOLUTE, ANIME, Claim, Entry, Place, Span, Unusable, claims, ids, kind_of, pairs, ranges, whole
from .files import Anime, Damaged, Rule, elements, opened, pieces

HEAD = 1 << 16
"""Bytes by which a file is recognised, and `FEW` pieces of them."""
FEW = 50
FILMS = "tmdb_movie", "imdb_movie"
OWN = {"anidb": {"": 1, "R": 1, "S": 0, "s1": 1, "s0": 0}, "mal": {"": 1}, "anilist": {"": 1}}
"""Descriptors of anime databases: their scopes, as seasons."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ELEMENT = re.compile(r"<([A-Za-z][\w.-]*)")
_DESCRIPTOR = re.compile(r"(\w+):(\w+)(?::(\w+))?", re.ASCII)
_SEASON = re.compile(r"s([0-9]{1,4})")


class Format(NamedTuple):
    """A list: its title and address for people, its rows, and what one says (nothing where it is no entry).

    `entry` raises Unusable where a row is not written as it should be.
    """

    title: str
    address: str
    rows: Callable[[IO[bytes]], Iterator[Any]]
    entry: Callable[[Any], Entry | None]


def recognise(path: Path) -> str | None:
    """Which list a file is, by its beginning, whatever its name; nothing where it is none, or cannot be read."""
    try:
        with opened(path) as file:
            head = file.read(HEAD)
    except (ConfigError, Damaged):
        return None
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        root = _ELEMENT.search(_COMMENT.sub("", head.decode("utf-8", "replace")))
        return "anime-lists" if root and root[1] == "anime-list" else None
    cut = head.decode("utf-8-sig", "ignore").encode()  # a letter may be cut in two
    try:
        return next(filter(None, (_whose(*piece) for piece in islice(pieces(BytesIO(cut)), FEW))), None)
    except Damaged:
        return None


def _whose(name: str, row: object) -> str | None:
    """The list that such a piece of JSON is of."""
    if not isinstance(row, dict):
        return None
    if not name:
        if "title" in row and not row.keys().isdisjoint({"anidb", "myanimelist", "anilist"}):
            return "animeapi"
        return "fribb" if not row.keys().isdisjoint(FRIBB_IDS) else None
    if name.isdigit():
        return "kometa" if not row.keys().isdisjoint(KOMETA_KEYS) else None
    found = _DESCRIPTOR.fullmatch(name)
    return "anibridge" if found and found[1] in {*OWN, *FILMS, "imdb_show", "tmdb_show", "tvdb_show"} else None


def anime_lists(row: Anime) -> Entry:
    """An `anime` of the XML. Its ids of IMDb and TMDb films are of single works; `tvdbid` may be a word."""
    said = row.said
    if not (own := claims("anidb", said.get("anidbid"), own=True)):
        raise Unusable
    tvdb = _place("tvdb", said.get("tvdbid"), said.get("defaulttvdbseason"), said.get("episodeoffset"))
    tmdb = _place("tmdb", said.get("tmdbtv"), said.get("tmdbseason"), said.get("tmdboffset"))
    places = [*tvdb, *tmdb]
    entry = Entry(own + claims("tmdb", said.get("tmdbid")) + claims("imdb", said.get("imdbid")), places)
    film = said.get("tvdbid", "").strip().lower() == "movie"
    entry.kind = kind_of(Kind.MOVIE if film else None, entry.claims, places)
    try:
        entry.spans = [span for rule in row.rules for place in places for span in _spans(rule, place)]
    except Unusable:
        entry.doubtful = True
    return entry


def _spans(rule: Rule, place: Place) -> Iterator[Span]:
    """What one mapping says of the show in one database: single episodes, and a range with an offset."""
    there = _season(rule.said.get(f"{place.database}season"))
    mine = whole(rule.said.get("anidbseason"))
    if mine not in (0, 1):
        raise Unusable
    if there is None:
        return
    for number, numbers in pairs(rule.text):
        yield Span(mine, number, number, place.database, place.target, there, numbers)
    start, end, offset = (whole(rule.said.get(name)) for name in ("start", "end", "offset"))
    if start is not None or end is not None or offset:
        first = 1 if start is None else start
        yield Span(mine, first, end, place.database, place.target, there, (first + (offset or 0),), 1)


def _season(value: object) -> int | None:
    if value == "a":
        return ABSOLUTE
    season = whole(value)
    if season is not None and season < ABSOLUTE:
        raise Unusable
    return season


def _place(database: str, target: object, season: object = None, offset: object = None, least: int = 0) -> list[Place]:
    """The show in a value; with a season below `least` it does not say where episodes are."""
    at, past = _season(season), whole(offset) or 0
    serves = at is not None and (at == ABSOLUTE or at >= least)
    return [Place(database, found, at, past, serves) for found in ids(database, target)]


KOMETA_KEYS = {"tvdb_id", "tvdb_season", "tvdb_epoffset", "imdb_id", "mal_id", "anilist_id"}


def kometa(row: tuple[str, object]) -> Entry | None:
    """A member of `anime_ids.json`. It has left out the single episodes, so its season 0 says nothing of episodes."""
    name, said = row
    if not (own := claims("anidb", name, own=True)) or not isinstance(said, dict):
        raise Unusable
    places = _place("tvdb", said.get("tvdb_id"), said.get("tvdb_season"), said.get("tvdb_epoffset"), 1)
    places += _place("tmdb", said.get("tmdb_show_id"))
    others = claims("mal", said.get("mal_id")) + claims("anilist", said.get("anilist_id"))
    works = claims("imdb", said.get("imdb_id")) + claims("tmdb", said.get("tmdb_movie_id"))
    return Entry(own + others + works, places, kind=kind_of(None, works, places))


FRIBB_IDS = {"anidb_id", "mal_id", "anilist_id", "simkl_id", "kitsu_id", "livechart_id", "anime-planet_id"}


def fribb(row: tuple[str, object]) -> Entry:
    """A row of Fribb's lists, of before and after the change of 2025. Episodes are AniDB's where it names an AniDB id."""
    said = _row(row)
    own = _own({space: said.get(f"{space}_id") for space in ANIME})
    film, seasons, offsets = said.get("type") == "MOVIE", _within(said, "season"), _within(said, "episode_offset")
    tmdb = said.get("themoviedb_id")
    if not isinstance(tmdb, dict):
        tmdb = {"movie" if film else "tv": tmdb} if "type" in said else {}
    tvdb = said.get("tvdb_id", said.get("thetvdb_id"))
    places = _place("tvdb", tvdb, seasons.get("tvdb"), offsets.get("tvdb"), 1)
    places += _place("tmdb", tmdb.get("tv"), seasons.get("tmdb"), offsets.get("tmdb"), 1)
    works = claims("imdb", said.get("imdb_id")) + claims("tmdb", tmdb.get("movie"))
    kind = kind_of(Kind.MOVIE if film else None, works, places)
    return Entry(own + works, places, kind=kind)


def _row(row: tuple[str, object]) -> Mapping[str, Any]:
    """The object of a row of an array."""
    name, said = row
    if name or not isinstance(said, dict):
        raise Unusable
    return said


def _own(said: Mapping[str, object]) -> list[Claim]:
    """The names of an anime; the row is about AniDB's entry, or about each where it names none."""
    first = claims("anidb", said["anidb"], own=True)
    return first + [one for space in ANIME[1:] for one in claims(space, said[space], own=not first)]


def _within(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object in a value; empty where there is none."""
    value = said.get(name) or {}
    if not isinstance(value, dict):
        raise Unusable
    return value


def animeapi(row: tuple[str, object]) -> Entry:
    """A row of animeApi. It names shows, but neither season nor offset; TMDb ids without a type are of films."""
    said = _row(row)
    own = _own({space: said.get("myanimelist" if space == "mal" else space) for space in ANIME})
    show = said.get("themoviedb_type") in ("tv", "show", "shows")
    places = _place("tvdb", said.get("thetvdb")) + _place("tmdb", said.get("themoviedb") if show else None)
    works = claims("imdb", said.get("imdb")) + claims("tmdb", None if show else said.get("themoviedb"))
    film = said.get("trakt_type") == "movies"
    return Entry(own + works, places, kind=kind_of(Kind.MOVIE if film else None, works, places))


def anibridge(row: tuple[str, object]) -> Entry | None:
    """A source of anibridge and its targets. Every source stands for itself; those that are no anime are passed over."""
    name, said = row
    space, value, scope = _descriptor(name)
    if space not in OWN:
        return None
    season = OWN[space].get(scope)
    own = claims(space, value, own=True)
    if not own or not isinstance(said, dict):
        raise Unusable
    entry = Entry(own)
    if season is None:  # openings, trailers and the like
        return entry
    for target, mapped in said.items():
        try:
            _target(entry, season, _descriptor(target), _laid(mapped))
        except Unusable:
            entry.doubtful = True
            _target(entry, season, _descriptor(target), [])
    if season:
        works = [one for one in entry.claims if one.space == "tmdb" and one.exact]
        entry.kind = kind_of(None, works, entry.places)
    return entry


Laid = tuple[int, int | None, tuple[int, ...], int]


def _descriptor(text: str) -> tuple[str, str, str]:
    """Database, id and scope, which may be empty; three times nothing where it is none."""
    found = _DESCRIPTOR.fullmatch(text)
    return (found[1], found[2], found[3] or "") if found else ("", "", "")


def _laid(mapped: object) -> list[Laid]:
    if not isinstance(mapped, dict):
        raise Unusable
    return [one for source, target in mapped.items() for one in ranges(source, target)]


def _target(entry: Entry, season: int, target: tuple[str, str, str], laid: list[Laid]) -> None:
    """Enter what a source says of one target: another name of it, a film, or where its episodes are."""
    space, value, scope = target
    same = all(numbers == (first,) and (step == 1 or first == last) for first, last, numbers, step in laid)
    if space in OWN and season == OWN[space].get(scope) == 1:
        entry.claims += [Claim(space, found, same) for found in ids(space, value)]
    elif space in FILMS and season:
        database = space.partition("_")[0]
        entry.claims += [Claim(database, found, same and _single(laid)) for found in ids(database, value)]
    elif space == "imdb_show":
        entry.claims += claims("imdb", value)
    elif space in ("tmdb_show", "tvdb_show") and (there := _SEASON.fullmatch(scope)):
        _shown(entry, season, space.partition("_")[0], value, int(there[1]), laid)


def _single(laid: list[Laid]) -> bool:
    """Is this one episode, or does it not say?"""
    return all(first == last for first, last, _, _ in laid)


def _shown(entry: Entry, season: int, database: str, value: str, there: int, laid: list[Laid]) -> None:
    """Enter where episodes are in one season of a show; the first season above 0 is where the entry begins."""
    for target in ids(database, value):
        entry.spans += [
            Span(season, first, last, database, target, there, numbers, step) for first, last, numbers, step in laid
        ]
        offset = next((numbers[0] - first for first, _, numbers, _ in laid if numbers), 0)
        place = Place(database, target, there if season else None, offset if season else 0)
        before = next((one for one in entry.places if (one.database, one.target) == (database, target)), None)
        if before is None:
            entry.places.append(place)
        elif season and there and (not before.season or there < before.season):
            entry.places[entry.places.index(before)] = place


FORMATS = {
    "anime-lists": Format(
        "Anime-Lists", "https://github.com/Anime-Lists/anime-lists (anime-list-master.xml)", elements, anime_lists
    ),
    "kometa": Format("Kometa's anime ids", "https://github.com/Kometa-Team/Anime-IDs (anime_ids.json)", pieces, kometa),
    "fribb": Format(
        "Fribb's anime lists", "https://github.com/Fribb/anime-lists (anime-list-full.json)", pieces, fribb
    ),
    "anibridge": Format(
        "anibridge mappings",
        "https://github.com/anibridge/anibridge-mappings/releases (mappings.min.json)",
        pieces,
        anibridge,
    ),
    "animeapi": Format("animeApi", "https://github.com/nattadasu/animeApi (animeApi.json)", pieces, animeapi),
}
"""By the name under which we keep it."""
