"""What the simulated TheTVDB answers about its entries: records, lists of episodes, searches, updates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from msgspec import Struct

from . import faults
from .server import Answer, Call
from .tvdb_entries import ORDERS, Entry, Episode, Series, newest
from .tvdb_rows import WORDS, Row, base, extended, found, placed, season_types, source_types, translated

if TYPE_CHECKING:
    from .tvdb import Tvdb

T = TypeVar("T")
PAGE = 500
"""Rows of a page."""
MOST = 5_000
"""A search goes no farther."""
USUAL = 50
"""Rows of a search that names no limit."""
SPACES = {word: space for space, word in WORDS.items()}
METHODS = {"create": 1, "update": 2, "delete": 3}


class Stop(Exception):
    """The request ends here: a failure of this kind, and its words."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.answer = Answer({"status": "failure", "message": message, "data": None}, status, headers)


class Update(Struct, frozen=True):
    """Something that was done to an entry; where it was a duplicate, `into` is what stays."""

    at: int
    method: str
    space: str
    number: int
    series: int | None = None
    into: Entry | None = None


class Ask(Struct, frozen=True):
    """A request that passed the gate; `words` are the parts of its path."""

    tvdb: Tvdb
    call: Call
    words: Sequence[str]

    def number(self, name: str) -> int | None:
        """A whole number among the parameters; 400 where it is something else."""
        text = self.call.query.get(name)
        if text is not None and not text.isdecimal():
            raise Stop(400, f"InvalidValueType: {name}")
        return None if text is None else int(text)

    def entry(self) -> Entry:
        """What the path names; 400 where that is no number, 404 where nothing bears it."""
        word, name = self.words[:2]
        if not name.isdecimal():
            raise Stop(400, f"InvalidValueType: {word} id")
        entry = self.tvdb.entries.find(SPACES[word], int(name))
        if entry is None:
            raise Stop(404, f"NotFoundException: error fetching {word}")
        return entry

    def fresh(self, changed: int) -> None:
        """Ends with 304 where nothing has changed since the client last asked."""
        since = self.call.headers.get("if-modified-since", "")
        try:
            at = parsedate_to_datetime(since).timestamp() if since else 0
        except ValueError:
            return
        if at and changed <= at:
            raise NotModified


class NotModified(Exception):
    """Nothing has changed since the client last asked: 304."""


Handler = Callable[[Ask], object]
ROUTES: list[tuple[re.Pattern[str], Handler]] = []


def route(path: str) -> Callable[[Handler], Handler]:
    """The function answers these paths; the groups of the pattern become `Ask.words`."""

    def register(handler: Handler) -> Handler:
        ROUTES.append((re.compile(path), handler))
        return handler

    return register


def success(data: object) -> Row:
    return {"status": "success", "data": data}


@route("/sources/types")
def sources(ask: Ask) -> object:
    return success(source_types())


@route("/seasons/types")
def seasons(ask: Ask) -> object:
    return success(season_types())


@route(r"/(series|movies|episodes|seasons)/([^/]+)")
def one(ask: Ask) -> object:
    entry = ask.entry()
    ask.fresh(entry.changed)
    return success(base(entry))


@route(r"/(series|movies|episodes|seasons)/([^/]+)/extended")
def whole(ask: Ask) -> object:
    entry, query = ask.entry(), ask.call.query
    ask.fresh(entry.changed)
    return success(extended(entry, query.get("meta", ""), short=query.get("short", "").lower() == "true"))


@route(r"/(series)/([^/]+)/episodes/([^/]+)(?:/([^/]+))?")
def episodes(ask: Ask) -> object:
    """The record of the series lies beside the list; around it where a language is asked for (#241)."""
    series = ask.entry()
    order, language = ask.words[2], ask.words[3]
    if not isinstance(series, Series) or order not in ("default", *ORDERS):
        raise Stop(400, "InvalidValueType: season-type")
    order = "official" if order == "default" else order
    listed = _asked_for(ask, series.listed(order), order)
    ask.fresh(newest([series, *series.episodes]))

    def row(episode: Episode) -> Row:
        plain = base(episode, order)
        return translated(plain, episode, language) if language else plain

    def around(rows: list[Any]) -> object:
        return {**base(series), "episodes": rows} if language else {"series": base(series), "episodes": rows}

    return page(ask, [row(episode) for episode in listed], around)


def _asked_for(ask: Ask, listed: list[Episode], order: str) -> list[Episode]:
    season, number, day = ask.number("season"), ask.number("episodeNumber"), ask.call.query.get("airDate")
    if ask.number("page") is None:
        raise Stop(400, "InvalidValueType: page is required")
    if number is not None and season is None:
        raise Stop(400, "InvalidValueType: season is required with episodeNumber")
    return [
        episode
        for episode in listed
        if season in (None, placed(episode, order)[0])
        and number in (None, placed(episode, order)[1])
        and day in (None, episode.released)
    ]


def page(ask: Ask, rows: list[Row], around: Callable[[list[Any]], object] = list) -> Row:
    """One page of 500, with the links beside it, and whatever the faults on order make of them."""
    number = ask.number("page") or 0
    some = [] if ask.call.fault(faults.Empty) else rows[number * PAGE : (number + 1) * PAGE]
    if short := ask.call.fault(faults.Short):
        some = some[: max(0, len(some) - short.rows)]
    last = (number + 1) * PAGE >= len(rows)
    links = {
        "prev": _link(ask, page=number - 1) if number else None,
        "self": _link(ask, page=number),
        "next": None if last else _link(ask, page=number + 1),
    }
    return success(around(some)) | _links(ask, links, len(rows), PAGE)


def _link(ask: Ask, **changed: int) -> str:
    return f"{ask.tvdb.address}{ask.call.path}?{urlencode(ask.call.query | changed)}"


def _links(ask: Ask, links: Row, total: int, size: int) -> Row:
    if ask.call.fault(faults.Untold):
        return {}
    count = ask.call.fault(faults.Count)
    return {"links": links | {"total_items": total + (count.by if count else 0), "page_size": size}}


@route("/search/remoteid/([^/]+)")
def by_remote_id(ask: Ask) -> object:
    """Whatever bears it: the source is not named, so a number finds things of every space, and strays."""
    return success([{entry.space: base(entry)} for entry in ask.tvdb.entries.elsewhere(ask.words[0])])


@route("/search")
def search(ask: Ask) -> object:
    query = ask.call.query
    words = query.get("query") or query.get("q")
    if not words:
        raise Stop(400, "InvalidValueType: query is required")
    offset, limit = ask.number("offset") or 0, ask.number("limit") or USUAL
    if offset + limit > MOST:
        raise Stop(400, "InvalidValueType: max results overflow")
    fitting = [entry for entry in ask.tvdb.entries if _fits(entry, words.lower(), query)]
    fitting.sort(key=lambda entry: words.lower() not in _names(entry))
    some = [] if ask.call.fault(faults.Empty) else fitting[offset : offset + limit]
    more = offset + limit < len(fitting)
    links = {
        "prev": _link(ask, offset=max(offset - limit, 0)) if offset else None,
        "self": _link(ask, offset=offset),
        "next": _link(ask, offset=offset + limit) if more else None,
    }
    return success([found(entry) for entry in some]) | _links(ask, links, len(fitting), limit)


def _names(entry: Entry) -> list[str]:
    return [name.lower() for name in (entry.name, *entry.translations.values(), *(name for _, name in entry.aliases))]


def _fits(entry: Entry, words: str, query: Mapping[str, str]) -> bool:
    """All words stand in one of its names, or are an id that it has elsewhere; and the other parameters hold."""
    if entry.space not in ("series", "movie") or query.get("type") not in (None, entry.space):
        return False
    if query.get("year") not in (None, entry.year) or query.get("language") not in (None, entry.language):
        return False
    ids = [value.strip().lower() for _, value in entry.remote or ()]
    if (remote := query.get("remote_id")) and remote.lower() not in ids:
        return False
    return words in ids or any(all(word in name for word in words.split()) for name in _names(entry))


@route("/updates")
def updates(ask: Ask) -> object:
    since, wanted, action = ask.number("since"), ask.call.query.get("type"), ask.call.query.get("action")
    if since is None:
        raise Stop(400, "InvalidValueType: since is required")
    if action not in (None, *METHODS):
        raise Stop(400, "InvalidValueType: action")
    rows = [
        _update(update)
        for update in ask.tvdb.updates
        if update.at >= since and wanted in (None, WORDS[update.space]) and action in (None, update.method)
    ]
    return page(ask, rows)


def _update(update: Update) -> Row:
    row: Row = {"recordType": "", "recordId": update.number, "methodInt": METHODS[update.method]}
    row |= {"method": update.method, "extraInfo": "", "userId": 0, "timeStamp": update.at}
    row["entityType"] = WORDS[update.space]
    if update.series is not None:
        row["seriesId"] = update.series
    if update.into:
        row |= {"mergeToId": update.into.number, "mergeToEntityType": WORDS[update.into.space]}
    return row
