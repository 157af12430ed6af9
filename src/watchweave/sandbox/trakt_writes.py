"""What the simulated Trakt does with a body sent to history, ratings, collection, playback or hidden."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from .server import Answer
from .trakt_asking import UPGRADE, Ask, Routes, Stop
from .trakt_match import Malformed, Matched, Target
from .trakt_rules import HIDDEN_SECTIONS, KINDS, iso, seconds

ROUTES = Routes()
LEAF = ("movie", "episode")
MEDIA_KEYS = ("media_type", "resolution", "hdr", "audio", "audio_channels", "3d", "available_on")


def matched(ask: Ask, *, whole: bool) -> Matched:
    """What the body names; one that is built wrongly is 400."""
    try:
        return Matched(ask.trakt.world.catalogue, ask.body, ask.trakt.options.episode_ids, whole=whole)
    except Malformed:
        raise Stop(400) from None


def full(ask: Ask, limit: int) -> Stop:
    """420: the account may not hold more (section 1.1)."""
    headers = {"X-Upgrade-URL": UPGRADE, "X-VIP-User": str(ask.user.vip).lower(), "X-Account-Limit": str(limit)}
    return Stop(420, headers)


def fitting(ask: Ask, new: int, held: int, limit: int) -> int:
    """How many of these new things are added: all, or (as the options say) none or those that fit."""
    return new if held + new <= limit else max(0, limit - held) if ask.trakt.options.fills_to_limit else 0


def moment(target: Target, name: str, now: int) -> int:
    """The time given with a thing: a time, `released`, `unknown` (0), or nothing, which is now. Else 400."""
    given, work = target.values.get(name), target.work
    if given is None:
        return now
    if given == "unknown":
        return 0
    if given == "released":
        return work.released + work.runtime * 60
    try:
        return seconds(str(given))
    except ValueError:
        raise Stop(400) from None


@ROUTES.on("POST", "/sync/history")
def add_history(ask: Ask) -> object:
    """Every row is a play, as often as it is sent (fact 7)."""
    account, found, now = ask.user, matched(ask, whole=True), int(ask.trakt.world.now())
    plays = [(target.work, moment(target, "watched_at", now)) for target in found.targets]
    fits = fitting(ask, len(plays), len(account.history.plays), account.limits["plays"])
    if ask.trakt.options.readable_after:
        results = ["added"] * fits
        for work, at in plays[:fits]:
            account.later(ask.trakt.options.readable_after, partial(account.play, work, at, "watch"))
    else:
        results = [account.play(work, at, "watch")[1] for work, at in plays[:fits]]
    if fits < len(plays):
        raise full(ask, account.limits["plays"])
    outcome = dict(zip(map(id, found.targets), results, strict=True))
    answer = {
        result: found.counts(lambda target: outcome[id(target)] == result, *LEAF)  # noqa: B023
        for result in ("added", "updated")
    }
    return Answer(answer | {"not_found": found.not_found | {"people": []}}, ask.trakt.options.history_status)


@ROUTES.on("POST", "/sync/history/remove")
def remove_history(ask: Ask) -> object:
    """By history id single plays, by item all its plays."""
    account, found = ask.user, matched(ask, whole=True)
    deleted, unknown = {"movies": 0, "episodes": 0}, []
    plays = [play for target in found.targets for play in account.history.of(target.work)]
    for given in ask.body.get("ids") or []:
        play = account.history.plays.get(int(given) if str(given).isdecimal() else -1)
        if play is None:
            unknown.append(given)
        else:
            plays.append(play)
    for play in {play.id: play for play in plays}.values():
        account.remove_play(play)
        deleted["movies" if play.work.kind == "movie" else "episodes"] += 1
    return {"deleted": deleted, "not_found": found.not_found | {"ids": unknown}}


@ROUTES.on("POST", "/sync/ratings", 201)
def add_ratings(ask: Ask) -> object:
    """One rating that is no whole number from 1 to 10 spoils the whole request: 422."""
    account, found, now = ask.user, matched(ask, whole=False), int(ask.trakt.world.now())
    for target in found.targets:
        _stars(target.values.get("rating"))
    times = [moment(target, "rated_at", now) for target in found.targets]
    new = {target.work.uid for target in found.targets} - account.ratings.keys()
    if len(new) + len(account.ratings) > account.limits["ratings"]:
        raise full(ask, account.limits["ratings"])
    for target, at in zip(found.targets, times, strict=True):
        account.rate(target.work, _stars(target.values.get("rating")), at)
    return {"added": found.counts(lambda _: True, *KINDS), "not_found": found.not_found}


def _stars(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or not 1 <= value <= 10:
        raise Stop(422)
    return int(value)


@ROUTES.on("POST", "/sync/ratings/remove")
def remove_ratings(ask: Ask) -> object:
    account, found = ask.user, matched(ask, whole=False)
    return {
        "deleted": found.counts(lambda target: account.unrate(target.work), *KINDS),
        "not_found": found.not_found,
    }


@ROUTES.on("POST", "/sync/collection", 201)
def add_collection(ask: Ask) -> object:
    account, found, now = ask.user, matched(ask, whole=True), int(ask.trakt.world.now())
    new = {target.work.uid for target in found.targets} - account.collection.keys()
    if len(new) + len(account.collection) > account.limits["collection"]:
        raise full(ask, account.limits["collection"])
    outcome: dict[int, str] = {}
    for target in found.targets:
        at = moment(target, "collected_at", now) if "collected_at" in target.values else None
        outcome[id(target)] = account.collect(target.work, at, _media(target.values))
    answer: dict[str, object] = {
        result: found.counts(lambda target: outcome[id(target)] == result, *KINDS)  # noqa: B023
        for result in ("added", "updated", "existing")
    }
    return answer | {"not_found": found.not_found}


def _media(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in MEDIA_KEYS if name in values}


@ROUTES.on("POST", "/sync/collection/remove")
def remove_collection(ask: Ask) -> object:
    account, found = ask.user, matched(ask, whole=True)
    return {
        "deleted": found.counts(lambda target: account.uncollect(target.work), *KINDS),
        "not_found": found.not_found,
    }


@ROUTES.on("DELETE", r"/sync/playback/(\d+)")
def remove_playback(ask: Ask) -> object:
    number = int(ask.words[0] or 0)
    paused = next((one for one in ask.user.paused() if one.id == number), None)
    if paused is None:
        raise Stop(404)
    ask.user.resume_nothing(paused.work)
    return None


SECTION = f"/users/hidden/({'|'.join(HIDDEN_SECTIONS)})"


@ROUTES.on("POST", SECTION, 201)
def hide(ask: Ask) -> object:
    account, found, section = ask.user, matched(ask, whole=False), ask.words[0] or ""
    counts = found.counts(lambda target: account.hide(section, target.work), "movie", "show", "season")
    return {"added": counts | {"users": 0}, "not_found": _hideable(found)}


@ROUTES.on("POST", SECTION + "/remove")
def unhide(ask: Ask) -> object:
    account, found, section = ask.user, matched(ask, whole=False), ask.words[0] or ""
    counts = found.counts(lambda target: account.unhide(section, target.work), "movie", "show", "season")
    return {"deleted": counts | {"users": 0}, "not_found": _hideable(found)}


def _hideable(found: Matched) -> dict[str, list[Any]]:
    return {name: rows for name, rows in found.not_found.items() if name != "episodes"} | {"users": []}


@ROUTES.on("POST", "/shows/([^/]+)/progress/watched/reset")
def reset(ask: Ask) -> object:
    show = ask.trakt.find("show", ask.words[0] or "")
    if show is None:
        raise Stop(404)
    ask.user.watch_anew(show)
    return {"reset_at": iso(ask.user.resets[show.uid])}
