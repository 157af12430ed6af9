"""What the simulated Trakt answers about works: look-ups, searches, seasons, progress, recommendations."""

from __future__ import annotations

from typing import Any

from .trakt_asking import Ask, Routes, Stop, kinds, page
from .trakt_rows import Row
from .trakt_rules import KINDS, SINGULAR, iso
from .world import Work

ROUTES = Routes()


@ROUTES.on("GET", "/search/(trakt|imdb|tmdb|tvdb)/([^/]+)")
def by_id(ask: Ask) -> object:
    """Without `type`, a number that a film and a show share finds both."""
    space, value = ask.words
    works = ask.trakt.world.catalogue
    found = [works.find(kind, space or "", value) for kind in _wanted(ask)]
    known = [work for work in found if work and work.on_trakt]
    return page(ask, known, lambda work: {"score": None} | ask.trakt.rows.about(work))


@ROUTES.on("GET", "/search/([a-z,]+)")
def by_words(ask: Ask) -> object:
    words, wanted = ask.call.query.get("query", "").lower(), kinds(ask.words[0])
    works = ask.trakt.world.catalogue.of(*wanted)
    found = [work for work in works if work.on_trakt and words and words in work.title.lower()]
    return page(ask, found, lambda work: {"score": 1000.0} | ask.trakt.rows.about(work))


def _wanted(ask: Ask) -> tuple[str, ...]:
    return tuple(kind for kind in kinds(ask.call.query.get("type") or None) if kind in KINDS)


@ROUTES.on("GET", "/(movies|shows)/([^/]+)")
def one(ask: Ask) -> object:
    return _shown(ask, _named(ask, SINGULAR[ask.words[0] or ""], ask.words[1]))


@ROUTES.on("GET", "/shows/([^/]+)/seasons")
def seasons(ask: Ask) -> object:
    """The whole show in one answer with `extended=episodes`; not paged."""
    show = _named(ask, "show", ask.words[0])
    return [_season(ask, show.seasons[number]) for number in sorted(show.seasons)]


@ROUTES.on("GET", r"/shows/([^/]+)/seasons/(\d+)")
def season_episodes(ask: Ask) -> object:
    return [_shown(ask, episode) for episode in _of_show(ask).episodes]


@ROUTES.on("GET", r"/shows/([^/]+)/seasons/(\d+)/info")
def season_info(ask: Ask) -> object:
    return _shown(ask, _of_show(ask))


@ROUTES.on("GET", r"/shows/([^/]+)/seasons/(\d+)/episodes/(\d+)")
def episode(ask: Ask) -> object:
    number = int(ask.words[2] or 0)
    found = next((one for one in _of_show(ask).episodes if one.number == number), None)
    if found is None:
        raise Stop(404)
    return _shown(ask, found)


def _named(ask: Ask, kind: str, name: str | None) -> Work:
    work = ask.trakt.find(kind, name or "")
    if work is None:
        raise Stop(404)
    return work


def _of_show(ask: Ask) -> Work:
    season = _named(ask, "show", ask.words[0]).seasons.get(int(ask.words[1] or 0))
    if season is None:
        raise Stop(404)
    return season


def _shown(ask: Ask, work: Work) -> Row:
    return ask.trakt.rows.full(work) if "full" in ask.extended else ask.trakt.rows.short(work)


def _season(ask: Ask, season: Work) -> Row:
    row = _shown(ask, season)
    if "episodes" in ask.extended:
        row = row | {"episodes": [_shown(ask, episode) for episode in season.episodes]}
    return row


@ROUTES.on("GET", "/shows/([^/]+)/progress/watched")
def progress(ask: Ask) -> object:
    """How far the person is with a show; plays before a reset do not count."""
    show, history, query = _named(ask, "show", ask.words[0]), ask.user.history, ask.call.query
    reset = ask.user.resets.get(show.uid, 0)
    rows: list[Any] = []
    done: list[Any] = []
    missing: list[Any] = []
    for number in sorted(show.seasons):
        if number == 0 and query.get("specials") != "true":
            continue
        episodes = []
        for one in show.seasons[number].episodes:
            last = max((play.at for play in history.of(one) if play.added >= reset), default=None)
            (missing if last is None else done).append((last, one))
            at = None if last is None else iso(last)
            episodes.append({"number": one.number, "completed": last is not None, "last_watched_at": at})
        seen = sum(bool(row["completed"]) for row in episodes)
        title = show.seasons[number].title
        rows.append({"number": number, "title": title, "aired": len(episodes), "completed": seen, "episodes": episodes})
    newest = max(done, key=lambda pair: pair[0] or 0, default=None)
    return {
        "aired": len(done) + len(missing),
        "completed": len(done),
        "last_watched_at": iso(newest[0] or 0) if newest else None,
        "reset_at": iso(reset) if reset else None,
        "seasons": rows,
        "hidden_seasons": [],
        "next_episode": ask.trakt.rows.short(missing[0][1]) if missing else None,
        "last_episode": ask.trakt.rows.short(newest[1]) if newest else None,
    }


@ROUTES.on("GET", "/recommendations/(movies|shows)")
def recommendations(ask: Ask) -> object:
    """Bare works, at most 100, without pages."""
    account, query = ask.user, ask.call.query
    works = ask.trakt.world.catalogue.of(SINGULAR[ask.words[0] or ""])
    hidden = account.hidden.get("recommendations", {})
    found = [work for work in works if work.on_trakt and work.uid not in hidden]
    if query.get("ignore_watched") == "true":
        found = [work for work in found if not account.history.of(work)]
    if query.get("ignore_watchlisted") == "true":
        found = [work for work in found if work not in account.watchlist]
    if query.get("ignore_collected") == "true":
        found = [work for work in found if work.uid not in account.collection]
    some = found[: min(ask.number("limit", 10), 100)]
    return [ask.trakt.rows.short(work) | {"favorited_by": [], "recommended_by": []} for work in some]


@ROUTES.on("DELETE", "/recommendations/(movies|shows)/([^/]+)")
def not_again(ask: Ask) -> object:
    ask.user.hide("recommendations", _named(ask, SINGULAR[ask.words[0] or ""], ask.words[1]))
    return None
