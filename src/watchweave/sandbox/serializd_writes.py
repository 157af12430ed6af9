"""What the simulated Serializd does when a program writes: three stores, of which none follows from another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta, Struct

from .serializd_asking import Ask, Routes, stop
from .serializd_member import Member
from .serializd_rules import STATE_PATHS, seconds
from .world import Work

ROUTES = Routes()
Rating = Annotated[int, Meta(ge=0, le=10)]


class Show(Struct):
    show_id: int


class Seasons(Struct):
    show_id: int
    season_ids: list[int]


class Episodes(Struct):
    show_id: int
    season_id: int
    episode_numbers: list[int]
    should_get_next_episode: bool = False


class Review(Struct):
    """An entry as it is sent; `season_id` null is the show, `episode_number` null or 0 the season."""

    show_id: int
    season_id: int | None = None
    episode_number: int | str | None = None
    review_text: str = ""
    rating: Rating = 0
    contains_spoiler: bool = False
    backdate: str | None = None
    is_log: bool = True
    is_rewatch: bool = False
    tags: list[str] = []
    like: bool = False


# Episodes


@ROUTES.on("POST", "/api/episode_log/add")
def add_logs(ask: Ask) -> object:
    body = ask.body(Episodes)
    season, episodes = _episodes(ask, body)
    ask.me.watch(*episodes)
    show = ask.show(body.show_id)
    following = ask.serializd.rows.next_episode(show, ask.me) if body.should_get_next_episode else None
    complete = len(ask.me.logged(season)) == len(ask.know.episodes(season))
    return {
        "message": "Episodes logged",
        "nextEpisode": following,
        "shouldMarkSeasonAsWatched": complete and season.uid not in ask.me.marks,
    }


@ROUTES.on("POST", "/api/episode_log/remove")
def remove_logs(ask: Ask) -> object:
    ask.me.unwatch(*_episodes(ask, ask.body(Episodes))[1])
    return {"message": "Episodes removed"}


def _episodes(ask: Ask, body: Episodes) -> tuple[Work, list[Work]]:
    """The season and the episodes that a body names; if one is unknown, nothing is done."""
    season = ask.season_by_id(ask.show(body.show_id), body.season_id)
    return season, [_episode(ask, season, number) for number in body.episode_numbers]


def _episode(ask: Ask, season: Work, number: int) -> Work:
    found = (episode for episode in ask.know.episodes(season) if episode.number == number)
    return next(found, None) or stop(404, "Episode not found")


# Seasons


def _on_seasons(path: str, deed: Callable[..., None]) -> None:
    """A request to this path does this with the seasons that it names."""

    @ROUTES.on("POST", path)
    def change(ask: Ask) -> object:
        body = ask.body(Seasons)
        show = ask.show(body.show_id)
        deed(ask.me, *[ask.season_by_id(show, number) for number in body.season_ids])
        return {"message": "Done"}


_on_seasons("/api/watched_v2", Member.mark)
_on_seasons("/api/watched/remove_v2", Member.unmark)
_on_seasons("/api/watchlist_v2", Member.want)
_on_seasons("/api/watchlist/remove_v2", Member.unwant)


# States


@ROUTES.on("POST", f"/api/({'|'.join(STATE_PATHS)})(/remove)?")
def change_state(ask: Ask) -> object:
    """A show may be in several states."""
    name, away = ask.words
    change = ask.me.take_out if away else ask.me.put_in
    change(STATE_PATHS[name], ask.show(ask.body(Show).show_id))
    return {"message": "Done"}


# Entries


@ROUTES.on("POST", "/api/show/reviews/add")
def add_entry(ask: Ask) -> object:
    """Duplicates are taken."""
    body = ask.body(Review)
    work, number = _reviewed(ask, body), _number(body.episode_number)
    ask.me.enter(
        work,
        _moment(body.backdate),
        rating=body.rating,
        text=body.review_text,
        like=body.like,
        is_log=body.is_log,
        is_rewatch=body.is_rewatch,
        spoiler=body.contains_spoiler,
        tags=tuple(body.tags),
        number=number,
    )
    return {"message": "Review added"}


def _reviewed(ask: Ask, body: Review) -> Work:
    """The show, the season or the episode that an entry is about."""
    show, number = ask.show(body.show_id), _number(body.episode_number)
    if body.season_id is None:
        return stop(400, "An episode needs its season") if number else show
    season = ask.season_by_id(show, body.season_id)
    return _episode(ask, season, number) if number else season


def _number(sent: int | str | None) -> int | None:
    """One client sends it as text."""
    if isinstance(sent, str):
        return int(sent) if sent.isdecimal() else stop(400, "Invalid episode_number")
    return sent


def _moment(sent: str | None) -> int | None:
    try:
        return seconds(sent) if sent else None
    except ValueError:
        return stop(400, "Invalid backdate")
