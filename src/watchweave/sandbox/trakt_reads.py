"""What the simulated Trakt answers about an account: history, watched maps, ratings, collection, playback, settings."""

from __future__ import annotations

from collections.abc import Sequence

from . import faults
from .trakt_account import Account
from .trakt_asking import Ask, Routes, Stop, kinds, page
from .trakt_rows import Row, activities, person, settings
from .trakt_rules import HIDDEN_SECTIONS, SINGULAR, iso, seconds
from .trakt_shelves import Copy, Paused, Play
from .world import DAY, Work

ROUTES = Routes()
OWN = r"/(?:sync|users/([^/]+))"


@ROUTES.on("GET", "/sync/last_activities")
def last_activities(ask: Ask) -> object:
    return activities(ask.user)


@ROUTES.on("GET", "/users/settings")
def account_settings(ask: Ask) -> object:
    return settings(ask.user, browsing="browsing" in ask.extended)


@ROUTES.on("GET", "/users/(?!likes$)([^/]+)")
def profile(ask: Ask) -> object:
    return person(ask.owner(ask.words[0]))


@ROUTES.on("GET", "/users/([^/]+)/watching")
def watching(ask: Ask) -> object:
    now = ask.owner(ask.words[0]).now_watching()
    if now is None:
        return None
    times = {"expires_at": iso(now.until), "started_at": iso(now.since), "action": now.action}
    return times | ask.trakt.rows.about(now.work)


# History


@ROUTES.on("GET", OWN + "/history(?:/(movies|shows|seasons|episodes)(?:/([^/]+))?)?")
def history(ask: Ask) -> object:
    name, kind, item = ask.words
    plays = _plays(ask, ask.owner(name), SINGULAR.get(kind or "", ""), item)
    start, end = _moment(ask, "start_at"), _moment(ask, "end_at")
    if ask.trakt.options.window_by_day:
        start = start and start // DAY * DAY
        end = end and (end // DAY + 1) * DAY - 1
    if start is not None:
        plays = [play for play in plays if play.at >= start]
    if end is not None:
        plays = [play for play in plays if play.at <= end]
    return page(ask, plays, ask.trakt.rows.play)


def _plays(ask: Ask, account: Account, kind: str, item: str | None) -> Sequence[Play]:
    if item is None:
        return account.history.newest({"show": "episode", "season": "episode"}.get(kind, kind))
    work = ask.trakt.find(kind, item)
    found = account.history.of(work) if work else []
    return sorted(found, key=lambda play: (play.at, play.id), reverse=True)


def _moment(ask: Ask, name: str) -> int | None:
    text = ask.call.query.get(name)
    try:
        return seconds(text) if text else None
    except ValueError:
        raise Stop(400) from None


# Watched maps (section 5)


@ROUTES.on("GET", "/(sync|users/[^/]+)/watched/(movies|shows|episodes)")
def watched(ask: Ask) -> object:
    name = (ask.words[0] or "").removeprefix("users/")
    account, kind = ask.owner("me" if name == "sync" else name), SINGULAR[ask.words[1] or ""]
    groups, options, rows = account.history.watched(kind), ask.trakt.options, ask.trakt.rows
    if "min" in ask.extended and kind != "episode":
        most = options.min_movies if kind == "movie" else options.min_shows
        if kind == "show" and ask.call.query.get("specials") != "true":
            groups = [(show, kept) for show, plays in groups if (kept := [p for p in plays if p.work.season])]
        if name == "sync":
            return dict(_least(ask, group) for group in ([] if ask.call.fault(faults.Empty) else groups))
        return page(ask, groups, lambda group: _least(ask, group), maximum=most, gather=dict)
    progress = kind == "show" and "progress" in ask.extended

    def row(group: tuple[Work, list[Play]]) -> Row:
        work, plays = group
        made: Row = {
            "plays": len(plays),
            "last_watched_at": iso(plays[0].at),
            "last_updated_at": iso(max(play.added for play in plays)),
        }
        if kind == "show":
            reset = account.resets.get(work.uid)
            made["reset_at"] = iso(reset) if reset else None
        if kind == "movie":
            return made | {"movie": rows.full(work)}
        about = rows.about(work)
        del about["type"]
        return made | about | ({"seasons": _seasons(plays)} if progress else {})

    return page(ask, groups, row, maximum=100 if progress else 250)


def _least(ask: Ask, group: tuple[Work, list[Play]]) -> tuple[str, object]:
    """`extended=min`: Trakt ids and all play times, nothing else."""
    work, plays = group
    if work.kind == "movie":
        return str(work.ids["trakt"]), [iso(play.at) for play in plays]
    numbered, seasons = ask.call.query.get("season_numbers") == "true", dict[str, dict[str, list[str]]]()
    for play in plays:
        season = work.seasons[play.work.season or 0]
        key = f"{season.ids['trakt']}|{season.number}" if numbered else str(season.ids["trakt"])
        seasons.setdefault(key, {}).setdefault(str(play.work.ids["trakt"]), []).append(iso(play.at))
    return str(work.ids["trakt"]), seasons


def _seasons(plays: list[Play]) -> list[Row]:
    counts: dict[int, dict[int, Row]] = {}
    for play in plays:
        row = {"number": play.work.number, "plays": 0, "last_watched_at": iso(play.at)}
        episode = counts.setdefault(play.work.season or 0, {}).setdefault(play.work.number or 0, row)
        episode["plays"] += 1
    return [
        {"number": season, "episodes": [episodes[number] for number in sorted(episodes)]}
        for season, episodes in sorted(counts.items())
    ]


# Ratings, playback, hidden


@ROUTES.on("GET", OWN + r"/ratings(?:/(movies|shows|seasons|episodes|all|media)(?:/([\d,]+))?)?")
def ratings(ask: Ask) -> object:
    name, kind, values = ask.words
    wanted, stars = kinds(kind), {int(value) for value in (values or "").split(",") if value}
    rated = ask.owner(name).rated()
    found = [rating for rating in rated if rating.work.kind in wanted and (not stars or rating.value in stars)]
    if "limit" not in ask.call.query:  # all rows again since September 2026 (trakt/trakt-api#919)
        return [] if ask.call.fault(faults.Empty) else [ask.trakt.rows.rating(rating) for rating in found]
    return page(ask, found, ask.trakt.rows.rating)


@ROUTES.on("GET", "/sync/playback(?:/(movies|episodes))?")
def playback(ask: Ask) -> object:
    wanted, rows = kinds(ask.words[0]), ask.trakt.rows
    found = [paused for paused in ask.user.paused() if paused.work.kind in wanted]

    def row(paused: Paused) -> Row:
        return {"progress": paused.progress, "paused_at": iso(paused.at), "id": paused.id} | rows.about(paused.work)

    return page(ask, found, row)


@ROUTES.on("GET", f"/users/hidden/({'|'.join(HIDDEN_SECTIONS)})")
def hidden(ask: Ask) -> object:
    wanted = kinds(ask.call.query.get("type") or None)
    here = ask.user.hidden.get(ask.words[0] or "", {}).values()
    found = sorted((one for one in here if one[0].kind in wanted), key=lambda one: one[1], reverse=True)
    return page(ask, found, lambda one: {"hidden_at": iso(one[1])} | ask.trakt.rows.about(one[0]))


# Collection


@ROUTES.on("GET", "/sync/collection/minimal/(movies|episodes)")
def least_collection(ask: Ask) -> object:
    kind = SINGULAR[ask.words[0] or ""]
    return {str(c.work.ids["trakt"]): iso(c.at) for c in ask.user.collection.values() if c.work.kind == kind}


@ROUTES.on("GET", "/sync/collection/minimal/shows")
def least_collection_of_shows(ask: Ask) -> object:
    shows: dict[str, dict[str, dict[str, str]]] = {}
    for copy in ask.user.collection.values():
        show = copy.work.show
        if show:
            season = shows.setdefault(str(show.ids["trakt"]), {}).setdefault(
                str(show.seasons[copy.work.season or 0].ids["trakt"]), {}
            )
            season[str(copy.work.ids["trakt"])] = iso(copy.at)
    return shows


@ROUTES.on("GET", OWN + "/collection(?:/(movies|shows|episodes|media))?")
def collection(ask: Ask) -> object:
    name, kind = ask.words
    copies = sorted(ask.owner(name).collection.values(), key=lambda copy: copy.at, reverse=True)
    metadata = "metadata" in ask.extended
    if kind == "shows":
        shows: dict[str, list[Copy]] = {}
        for copy in copies:
            if copy.work.show:
                shows.setdefault(copy.work.show.uid, []).append(copy)
        return page(ask, list(shows.values()), lambda of_show: _collected_show(ask, of_show, metadata=metadata))
    wanted = {"movies": ("movie",), "episodes": ("episode",)}.get(kind or "", ("movie", "episode"))
    found = [copy for copy in copies if copy.work.kind in wanted]

    def row(copy: Copy) -> Row:
        times = {"collected_at": iso(copy.at), "updated_at": iso(copy.updated)}
        return times | ask.trakt.rows.about(copy.work) | _metadata(copy, metadata=metadata)

    return page(ask, found, row)


def _collected_show(ask: Ask, copies: list[Copy], *, metadata: bool) -> Row:
    seasons: dict[int, list[Row]] = {}
    for copy in sorted(copies, key=lambda copy: (copy.work.season or 0, copy.work.number or 0)):
        row = {"number": copy.work.number, "collected_at": iso(copy.at)} | _metadata(copy, metadata=metadata)
        seasons.setdefault(copy.work.season or 0, []).append(row)
    times = {
        "last_collected_at": iso(max(copy.at for copy in copies)),
        "last_updated_at": iso(max(copy.updated for copy in copies)),
    }
    show = copies[0].work.show
    about = ask.trakt.rows.about(show) if show else {}
    return times | about | {"seasons": [{"number": n, "episodes": rows} for n, rows in seasons.items()]}


def _metadata(copy: Copy, *, metadata: bool) -> Row:
    return {"metadata": dict(copy.metadata)} if metadata else {}
