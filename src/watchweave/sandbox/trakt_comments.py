"""What people write on the simulated Trakt about films, shows, seasons, episodes and lists, and what others reply."""

from __future__ import annotations

from collections.abc import Iterator

from .trakt_account import Account
from .trakt_asking import Ask, Routes, Stop, kinds, page
from .trakt_lists import anybodys
from .trakt_match import match
from .trakt_rows import Row, described, person
from .trakt_rules import KINDS, iso
from .trakt_shelves import Comment, ItemList
from .world import DAY, Work

ROUTES = Routes()
FEWEST_WORDS = 5
REVIEW_WORDS = 200
SURE = 14 * DAY
"""So long a comment can be deleted although somebody has replied to it."""


# Reading


@ROUTES.on("GET", "/users/([^/]+)/comments(?:/(all|reviews|shouts)(?:/(all|movies|shows|seasons|episodes|lists))?)?")
def of_a_person(ask: Ask) -> object:
    """The newest first; without the replies, unless these are asked for."""
    name, length, about = ask.words
    owner = ask.owner(name)
    wanted = (*KINDS, "list") if about in (None, "all") else ("list",) if about == "lists" else kinds(about)
    lengths = {"reviews": (True,), "shouts": (False,)}.get(length or "", (True, False))
    places = {"true": (True, False), "only": (True,)}.get(ask.call.query.get("include_replies", ""), (False,))
    found = [
        one
        for one in owner.comments.values()
        if one.kind in wanted and (one.words >= REVIEW_WORDS) in lengths and bool(one.parent) in places
    ]
    found.sort(key=lambda one: (one.created, one.id), reverse=True)
    return page(ask, found, lambda one: _about(ask, one.about) | {"comment": _row(ask, owner, one)})


@ROUTES.on("GET", r"/comments/(\d+)")
def one_comment(ask: Ask) -> object:
    return _row(ask, *_found(ask))


@ROUTES.on("GET", r"/comments/(\d+)/replies")
def replies(ask: Ask) -> object:
    found = sorted(_replies(ask, _found(ask)[1]), key=lambda pair: pair[1].id)
    return page(ask, found, lambda pair: _row(ask, *pair))


def _found(ask: Ask) -> tuple[Account, Comment]:
    """The comment that the path names, and who wrote it."""
    number = int(ask.words[0] or 0)
    author = next((one for one in ask.trakt.accounts if number in one.comments), None)
    if author is None:
        raise Stop(404)
    return author, author.comments[number]


def _replies(ask: Ask, comment: Comment) -> Iterator[tuple[Account, Comment]]:
    return ((who, one) for who in ask.trakt.accounts for one in who.comments.values() if one.parent == comment.id)


def _about(ask: Ask, about: Work | ItemList) -> Row:
    if isinstance(about, Work):
        return ask.trakt.rows.about(about)
    owner = next(one for one in ask.trakt.accounts if about in one.lists.values())
    return {"type": "list", "list": described(owner, about)}


def _row(ask: Ask, author: Account, comment: Comment) -> Row:
    work = comment.about if isinstance(comment.about, Work) else None
    rating = author.ratings.get(work.uid) if work else None
    plays = len(author.history.of(work)) if work else 0
    stars = rating.value if rating else None
    return {
        "id": comment.id,
        "parent_id": comment.parent,
        "created_at": iso(comment.created),
        "updated_at": iso(comment.updated),
        "comment": comment.text,
        "spoiler": comment.spoiler,
        "review": comment.words >= REVIEW_WORDS,
        "replies": len(list(_replies(ask, comment))),
        "likes": 0,
        "language": "en",
        "user_rating": stars,
        "user_stats": {"rating": stars, "play_count": plays, "completed_count": plays},
        "user": person(author),
    }


# Writing


@ROUTES.on("POST", "/comments", 201)
def write(ask: Ask) -> object:
    """Not safe to repeat: the same text makes another comment."""
    text, spoiler = _said(ask)
    return _row(ask, ask.user, ask.user.comment(_meant(ask), text, spoiler=spoiler))


@ROUTES.on("POST", r"/comments/(\d+)/replies", 201)
def reply(ask: Ask) -> object:
    """To a reply nobody can reply."""
    text, spoiler = _said(ask)
    _, comment = _found(ask)
    if comment.parent:
        raise Stop(404)
    return _row(ask, ask.user, ask.user.comment(comment.about, text, spoiler=spoiler, parent=comment.id))


@ROUTES.on("PUT", r"/comments/(\d+)")
def edit(ask: Ask) -> object:
    own, (text, spoiler) = _own(ask), _said(ask)
    return _row(ask, ask.user, ask.user.edit_comment(own, text, spoiler=spoiler))


@ROUTES.on("DELETE", r"/comments/(\d+)")
def delete(ask: Ask) -> object:
    """While it is younger than two weeks, or nobody has replied."""
    own = _own(ask)
    if ask.trakt.world.now() - own.created >= SURE and any(_replies(ask, own)):
        raise Stop(409)
    ask.user.delete_comment(own)
    return None


def _own(ask: Ask) -> Comment:
    """The comment that the path names; somebody else's is 401."""
    author, comment = _found(ask)
    if author is not ask.user:
        raise Stop(401)
    return comment


def _said(ask: Ask) -> tuple[str, bool]:
    """The text, and whether it gives something away; too few words are 422. Who may not comment gets 403 (our guess)."""
    if not ask.user.may_comment:
        raise Stop(403)
    text = ask.body.get("comment")
    if not isinstance(text, str) or len(text.split()) < FEWEST_WORDS:
        raise Stop(422)
    return text, ask.body.get("spoiler") is True


def _meant(ask: Ask) -> Work | ItemList:
    """What the body names; 422 where it names nothing, 404 where there is no such thing."""
    kind = next((kind for kind in (*KINDS, "list") if isinstance(ask.body.get(kind), dict)), None)
    if kind is None:
        raise Stop(422)
    item = ask.body[kind]
    ids = {space: value for space, value in (item.get("ids") or {}).items() if space in ask.trakt.options.comment_ids}
    if kind == "list":
        return anybodys(ask, str(ids.get("trakt")))[1]
    work = match(ask.trakt.world.catalogue, kind, item | {"ids": ids})
    if work is None:
        raise Stop(404)
    return work
