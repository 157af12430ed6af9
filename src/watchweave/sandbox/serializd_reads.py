"""What the simulated Serializd answers about shows, and about what a member holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .serializd_asking import Ask, Routes, Row, cut, ordered, stop
from .serializd_member import Member
from .serializd_rules import STATE_PATHS, iso
from .serializd_shelves import Entry, Kept, MemberList
from .world import Work

ROUTES = Routes()
PAGE = "([1-9][0-9]*)"

SHOW_KEYS: Mapping[str, Callable[[Kept], Any]] = {
    "date_added": lambda kept: kept.at,
    "name": lambda kept: kept.work.title,
    "release_date": lambda kept: kept.work.released,
    "last_aired": lambda kept: max((episode.released for episode in kept.work.episodes), default=0),
}
ENTRY_KEYS: Mapping[str, Callable[[Entry], Any]] = {
    "backdate": lambda entry: (entry.at, entry.id),
    "date_added": lambda entry: (entry.added, entry.id),
    "rating": lambda entry: (entry.rating, entry.id),
    "like": lambda entry: (entry.like, entry.id),
}
LIST_KEYS: Mapping[str, Callable[[MemberList], Any]] = {"date_edited": lambda made: (made.updated, made.id)}
NEWEST = "date_added_desc"


# The catalogue


@ROUTES.on("GET", "/api/show/([0-9]+)")
def show(ask: Ask) -> object:
    return ask.serializd.rows.show(ask.show(ask.words[0]), ask.me, ask.serializd.world.now())


@ROUTES.on("GET", "/api/show/([0-9]+)/season/([0-9]+)")
def season(ask: Ask) -> object:
    number, season_number = ask.words
    return ask.serializd.rows.season(ask.season(ask.show(number), season_number))


@ROUTES.on("GET", "/api/search/shows")
def search(ask: Ask) -> object:
    asked = ask.call.query.get("search_query", "").lower()
    shows = [show for show in ask.know.shows() if asked in show.title.lower()]
    found, told = cut(ask, shows, ask.page)
    return {"results": [ask.serializd.rows.found(show) for show in found], **told}


@ROUTES.on("GET", "/mobile/page/show_v2_part_2/([0-9]+)")
def next_episode(ask: Ask) -> object:
    return {"nextEpisodeForUser": ask.serializd.rows.next_episode(ask.show(ask.words[0]), ask.me)}


# Everything at once


@ROUTES.on("GET", "/api/user_information")
def everything(ask: Ask) -> object:
    """All that the account tracks; the inner shape is that of one client's test."""
    if ask.call.query.get("shouldGetUserContext") != "true":
        return {}
    wished = by_show(ask.me.wishes.values())
    watched = by_show([*ask.me.marks.values(), *ask.me.logs.values()])
    watchlist = [{"show_id": show.ids["tmdb"], "name": show.title} for show, _ in wished]
    return {"context": {"watchlist": watchlist, "watched": [{"id": show.ids["tmdb"]} for show, _ in watched]}}


@ROUTES.on("GET", "/mobile/page/profile_v2_part_1/([^/]+)")
def profile(ask: Ask) -> object:
    member = ask.member(ask.words[0])
    return {
        "showWatchedCount": len(by_show(member.marks.values())),
        "showWatchlistCount": len(by_show(member.wishes.values())),
        "reviewCount": len(member.entries),
        "totalEpisodesWatched": len(member.logs),
    }


# Pages of shows


@ROUTES.on("GET", f"/api/user/([^/]+)/watchedpage_v2/{PAGE}")
def watched(ask: Ask) -> object:
    return _seasons(ask, ask.member(ask.words[0]).marks)


@ROUTES.on("GET", f"/api/user/([^/]+)/watchlistpage_v2/{PAGE}")
def watchlist(ask: Ask) -> object:
    return _seasons(ask, ask.member(ask.words[0]).wishes)


def _seasons(ask: Ask, shelf: Mapping[str, Kept]) -> Row:
    """Shows, each with those of its seasons that are on the shelf."""
    groups = by_show(shelf.values())
    shows = [Kept(show, max(one.at for one in kept)) for show, kept in groups]
    seasons = {show.uid: kept for show, kept in groups}
    counts = {"numberOfShows": len(shows), "numberOfSeasons": len(shelf)}
    found, told = cut(ask, ordered(ask, shows, SHOW_KEYS, NEWEST), int(ask.words[1]), **counts)
    return {"items": [ask.serializd.rows.seasons_of(one.work, seasons[one.work.uid]) for one in found], **told}


@ROUTES.on("GET", f"/api/user/([^/]+)/({'|'.join(STATE_PATHS)})_page/{PAGE}")
def state(ask: Ask) -> object:
    name, kind, page = ask.words
    shows = ordered(ask, ask.member(name).states[STATE_PATHS[kind]].values(), SHOW_KEYS, NEWEST)
    found, told = cut(ask, shows, int(page), totalItems=len(shows))
    return {"items": [ask.serializd.rows.state(kept) for kept in found], **told}


# Entries


@ROUTES.on("GET", "/api/user/([^/]+)/diary")
def diary(ask: Ask) -> object:
    member, options = ask.member(ask.words[0]), ask.serializd.options
    entries = [one for one in member.entries.values() if one.is_log or options.diary_holds_all]
    return _entries(ask, scattered(entries, options.disorder))


@ROUTES.on("GET", "/api/user/([^/]+)/reviewspage_v3/?")
def reviews(ask: Ask) -> object:
    """Reviews, and on demand bare ratings; here the order can be relied on."""
    query, entries = ask.call.query, ask.member(ask.words[0]).entries.values()
    rated = query.get("include_ratings") == "true"
    told = [one for one in entries if one.text or (rated and one.rating)]
    if query.get("rating"):
        told = [one for one in told if str(one.rating) == query["rating"]]
    return _entries(ask, ordered(ask, told, ENTRY_KEYS, "backdate_desc"))


def _entries(ask: Ask, entries: list[Entry]) -> Row:
    found, told = cut(ask, entries, ask.page, totalReviews=len(entries))
    return {"reviews": [ask.serializd.rows.entry(entry) for entry in found], **told}


def scattered(entries: list[Entry], disorder: int) -> list[Entry]:
    """Newest first, but each up to so many places late. It is the same order at every reading."""
    placed = [(place + entry.luck % (disorder + 1), entry) for place, entry in enumerate(reversed(entries))]
    return [entry for _, entry in sorted(placed, key=lambda one: one[0])]


# Lists and episodes


@ROUTES.on("GET", "/api/user/([^/]+)/lists")
def lists(ask: Ask) -> object:
    """Private lists are shown to their owner alone."""
    owner = ask.member(ask.words[0])
    shown = [made for made in owner.lists if owner is ask.me or not made.private]
    found, told = cut(ask, ordered(ask, shown, LIST_KEYS, "date_edited_desc"), ask.page)
    return {"lists": [ask.serializd.rows.personal_list(made) for made in found], **told}


@ROUTES.on("GET", "/mobile/page/show/([0-9]+)/season_v2_part_3/([0-9]+)")
def episode_logs(ask: Ask) -> object:
    """The exact set of episodes that the one who asks has logged in a season."""
    number, season_number = ask.words
    season = ask.season(ask.show(number), season_number)
    if ask.call.query.get("season_id") != str(ask.know.season_id(season)):
        stop(404, "Season not found")
    logs = [{"episodeNumber": kept.work.number, "dateAdded": iso(kept.at)} for kept in ask.me.logged(season)]
    return {"episodeLogs": logs}


@ROUTES.on("GET", "/api/user/([^/]+)/show/([0-9]+)/progress")
def progress(ask: Ask) -> object:
    """Unverified: one client expects it."""
    member, show = ask.member(ask.words[0]), ask.show(ask.words[1])
    return {"watchedSeasons": [row for season in ask.know.seasons(show) if (row := _progress(member, season))]}


def _progress(member: Member, season: Work) -> Row | None:
    numbers = [kept.work.number for kept in member.logged(season)]
    return {"seasonNumber": season.number, "watchedEpisodes": numbers} if numbers else None


def by_show(kept: Iterable[Kept]) -> list[tuple[Work, list[Kept]]]:
    """Things of one show together; the shows in the order of their first."""
    groups: dict[str, tuple[Work, list[Kept]]] = {}
    for one in kept:
        show = one.work.show or one.work
        groups.setdefault(show.uid, (show, []))[1].append(one)
    return list(groups.values())
