"""What can be changed by the API of the simulated Letterboxd: entries, ratings and marks."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from .letterboxd_asking import Ask, Routes, Stop, absent
from .letterboxd_films import Film
from .letterboxd_member import Member
from .letterboxd_rows import Row, entry_row
from .letterboxd_rules import checked_day
from .letterboxd_shelves import Changes, Entry
from .server import Answer

NOTHING_SAID = "LogEntryWithNoReviewOrDiaryDetails"
NO_RATING = "InvalidRatingValue"


class Diary(Struct, frozen=True, rename="camel"):
    diary_date: str
    rewatch: bool = False


class Text(Struct, frozen=True, rename="camel"):
    text: str
    contains_spoilers: bool = False


class EntryBody(Struct, frozen=True, rename="camel"):
    """What is not there stays as it is; null takes away."""

    film_id: str = ""
    diary_details: Diary | UnsetType | None = UNSET
    review: Text | UnsetType | None = UNSET
    rating: float | UnsetType | None = UNSET
    like: bool | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET


class RatingBody(Struct, frozen=True):
    rating: float | None


class WatchedBody(Struct, frozen=True):
    watched: bool


class WatchlistBody(Struct, frozen=True, rename="camel"):
    in_watchlist: bool


class LikedBody(Struct, frozen=True):
    liked: bool


# Entries


def add_entry(ask: Ask) -> Answer:
    """A film may have several entries, also on one day."""
    me, body = ask.writer, ask.body(EntryBody)
    film, changes = ask.film(body.film_id), _changes(body)
    if not changes.get("on") and not changes.get("review"):
        raise Stop(400, "A date or a text is needed", NOTHING_SAID)
    if body.rating is not UNSET:
        changes["rating"] = halves(body.rating)
    return Answer(entry_row(me, me.write(film.work, **changes)))


def change_entry(ask: Ask) -> Answer:
    """200 even where a part was refused: `messages` tells."""
    me, entry, body = ask.writer, _own(ask), ask.body(EntryBody)
    changes, messages = _changes(body), []
    if not changes.get("on", entry.on) and not changes.get("review", entry.review):
        return Answer({"data": entry_row(me, entry), "messages": [_message(NOTHING_SAID)]})
    if body.rating is not UNSET:
        try:
            changes["rating"] = halves(body.rating)
        except Stop as stop:
            if stop.answer.status == 403:
                raise
            messages.append(_message(NO_RATING))
    me.edit(entry, **changes)
    return Answer({"data": entry_row(me, entry), "messages": messages})


def remove_entry(ask: Ask) -> Answer:
    ask.writer.delete(_own(ask))
    return Answer(None, 204)


def _own(ask: Ask) -> Entry:
    """The entry that the path names; somebody else's is 403."""
    found = [(one, one.entries[ask.words[0]]) for one in ask.letterboxd.members if ask.words[0] in one.entries]
    owner, entry = found[0] if found else absent()
    if owner is not ask.me:
        raise Stop(403, "This is not yours")
    return entry


def _changes(body: EntryBody) -> Changes:
    """All but the rating."""
    changes: Changes = {}
    if body.diary_details is not UNSET:
        changes["on"] = _day(body.diary_details.diary_date) if body.diary_details else None
        changes["rewatch"] = bool(body.diary_details and body.diary_details.rewatch)
    if body.review is not UNSET:
        changes["review"] = body.review.text if body.review else ""
        changes["spoilers"] = bool(body.review and body.review.contains_spoilers)
    if body.like is not UNSET:
        changes["like"] = body.like
    if body.tags is not UNSET:
        changes["tags"] = tuple(body.tags)
    return changes


def _day(text: str) -> str:
    try:
        return checked_day(text)
    except ValueError as error:
        raise Stop(400, str(error)) from None


def halves(rating: float | None) -> int | None:
    """The rating as 1 to 10; there is no zero, and nothing between half stars."""
    if rating is None:
        return None
    if rating == 0:
        raise Stop(403, "A rating of zero is not allowed")
    if not 0 < rating <= 5 or rating * 2 % 1:
        raise Stop(400, f"{rating} is no rating", NO_RATING)
    return int(rating * 2)


def _message(code: str) -> Row:
    return {"type": "Error", "code": code, "title": "A part of this was not done"}


# Films


def rate(ask: Ask) -> Answer:
    me, film = _on(ask)
    value = halves(ask.body(RatingBody).rating)
    if value is None:
        me.unrate(film.work)
    else:
        me.rate(film.work, value)
    return Answer(None, 204)


def watch(ask: Ask) -> Answer:
    """A film stays watched while there are entries about it."""
    me, film = _on(ask)
    if ask.body(WatchedBody).watched:
        me.watch(film.work)
    elif not me.unwatch(film.work):
        raise Stop(409, "There are entries about this film")
    return Answer(None, 204)


def wish(ask: Ask) -> Answer:
    me, film = _on(ask)
    (me.want if ask.body(WatchlistBody).in_watchlist else me.unwant)(film.work)
    return Answer(None, 204)


def like(ask: Ask) -> Answer:
    me, film = _on(ask)
    (me.like if ask.body(LikedBody).liked else me.unlike)(film.work)
    return Answer(None, 204)


def _on(ask: Ask) -> tuple[Member, Film]:
    return ask.writer, ask.film(ask.words[0])


ROUTES: Routes = (
    ("POST", "/log-entries", add_entry),
    ("PATCH", "/log-entry/([^/]+)", change_entry),
    ("DELETE", "/log-entry/([^/]+)", remove_entry),
    ("PATCH", "/me/rate/([^/]+)", rate),
    ("PATCH", "/me/watch/([^/]+)", watch),
    ("PATCH", "/me/watchlist/([^/]+)", wish),
    ("PATCH", "/me/like/([^/]+)", like),
)
