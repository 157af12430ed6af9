"""Playback reported to the simulated Trakt as it happens: scrobbles and check-ins (section 9)."""

from __future__ import annotations

from .server import Answer
from .trakt_account import Account
from .trakt_asking import Ask, Routes, Stop
from .trakt_match import match
from .trakt_rows import Row
from .trakt_rules import iso
from .trakt_shelves import Watching
from .world import Work

ROUTES = Routes()
FINISHED = 80.0
SHARING = dict.fromkeys(("twitter", "mastodon", "tumblr"), False)
USUAL_RUNTIME = 45


@ROUTES.on("POST", "/scrobble/start", 201)
def start(ask: Ask) -> object:
    account, (work, progress) = ask.user, _reported(ask)
    account.resume_nothing(work)
    left = _length(work) * (1 - progress / 100)
    now = int(ask.trakt.world.now())
    account.watching = Watching(work, now, now + int(left), "scrobble")
    return _answer(ask, work, 0, "start", progress)


@ROUTES.on("POST", "/scrobble/pause", 201)
def pause(ask: Ask) -> object:
    account, (work, progress) = ask.user, _reported(ask)
    if progress < 1 or progress >= ask.trakt.options.pause_refused_at:
        raise Stop(422)
    return _left_off(ask, account, work, progress)


@ROUTES.on("POST", "/scrobble/stop", 201)
def stop(ask: Ask) -> object:
    """Above 80 % it is a play, at now; again within its runtime it is a double: 409."""
    account, (work, progress) = ask.user, _reported(ask)
    if progress < 1:
        raise Stop(422)
    if progress < FINISHED:
        return _left_off(ask, account, work, progress)
    now = int(ask.trakt.world.now())
    for play in account.history.of(work):
        if play.action == "scrobble" and play.added <= now < play.added + _length(work):
            expires = play.added + _length(work)
            return Answer({"watched_at": iso(play.at), "expires_at": iso(expires)}, 409)
    account.watching = None
    play = account.watch(work, action="scrobble")
    return _answer(ask, work, play.id, "scrobble", progress)


@ROUTES.on("POST", "/checkin", 201)
def check_in(ask: Ask) -> object:
    account, work, now = ask.user, _meant(ask), int(ask.trakt.world.now())
    on = account.now_watching()
    if on:
        return Answer({"expires_at": iso(on.until)}, 409)
    play = account.watch(work, action="checkin")
    account.watching = Watching(work, now, now + _length(work), "checkin", play)
    about = ask.trakt.rows.about(work)
    del about["type"]
    return {"id": play.id, "watched_at": iso(play.at), "sharing": SHARING} | about


@ROUTES.on("DELETE", "/checkin")
def check_out(ask: Ask) -> object:
    """Takes back a check-in that is still on."""
    account, on = ask.user, ask.user.now_watching()
    if on and on.play and on.play.id in account.history.plays:
        account.remove_play(on.play)
    account.watching = None
    return None


def _left_off(ask: Ask, account: Account, work: Work, progress: float) -> Row:
    account.watching = None
    account.pause(work, progress)
    return _answer(ask, work, 0, "pause", progress)


def _answer(ask: Ask, work: Work, number: int, action: str, progress: float) -> Row:
    about = ask.trakt.rows.about(work)
    del about["type"]
    return {"id": number, "action": action, "progress": progress, "sharing": SHARING} | about


def _length(work: Work) -> int:
    return (work.runtime or USUAL_RUNTIME) * 60


def _reported(ask: Ask) -> tuple[Work, float]:
    progress = ask.body.get("progress")
    if isinstance(progress, bool) or not isinstance(progress, int | float) or not 0 <= progress <= 100:
        raise Stop(422)
    return _meant(ask), float(progress)


def _meant(ask: Ask) -> Work:
    """The film or episode in the body, an episode by its own ids or by its show and numbers; else 404."""
    works, body = ask.trakt.world.catalogue, ask.body
    movie, show, episode = (
        part if isinstance(part := body.get(name), dict) else {} for name in ("movie", "show", "episode")
    )
    work = match(works, "movie", movie) if movie else match(works, "episode", episode)
    series = match(works, "show", show) if not work and show else None
    season = series.seasons.get(episode.get("season", -1)) if series else None
    if season:
        work = next((one for one in season.episodes if one.number == episode.get("number")), None)
    if work is None:
        raise Stop(404)
    return work
