"""Which path of a simulated Plex server is answered by what, and which of them write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from . import plex_collections, plex_history, plex_listing, plex_writes
from .plex_core import Refused, Visit
from .plex_playlists import Playlists
from .server import Answer, Call, by_method

WRITING = re.compile(r"/:/(scrobble|unscrobble|rate|progress|timeline)|/actions/.*")
"""Paths that write whatever the method."""

Handler = Callable[..., Answer]


def _of(function: Handler) -> Handler:
    """A handler that needs the visit alone."""
    return lambda plex, visit, *found: function(visit, *found)


def _with(function: Handler) -> Handler:
    """A handler that needs the playbacks."""
    return lambda plex, visit, *found: function(visit, *found, plex.playbacks)


def _lists(function: Handler) -> Handler:
    """A handler of the playlists."""
    return lambda plex, visit, *found: function(plex.playlists, visit, *found)


def _empty(visit: Visit, *found: str) -> Answer:
    return visit.answer(size=0)


def _removed(plex: Any, visit: Visit, key: str) -> Answer:
    """The owner may delete an item."""
    if not visit.user.owner:
        raise Refused(403)
    plex.remove(visit.server.item(key))
    return Answer(b"", 200)


def _hidden(visit: Visit) -> Answer:
    """No more under Continue Watching: the resume point goes."""
    plex_writes.resume(visit.server, visit.user, visit.server.item(visit.required("ratingKey")), 0)
    return visit.answer(size=0)


def writes(call: Call) -> bool:
    """Is this request meant to write?"""
    return by_method(call) or bool(WRITING.fullmatch(call.path))


SECTION = r"/library/sections/(\d+)"
COLLECTION = r"/library/collections/(\d+)"
PLAYLIST = r"/playlists/(\d+)"
ROUTES: Iterable[tuple[str, str, Handler]] = (
    ("GET", r"/library/all", _of(plex_listing.all_items)),
    ("GET", rf"{SECTION}/({'|'.join(plex_listing.SHORTCUTS)})", _of(plex_listing.section_items)),
    ("GET", r"/library/metadata/([\d,]+)", _of(plex_listing.details)),
    ("GET PUT", r"/:/scrobble", _of(plex_writes.scrobble)),
    ("GET PUT", r"/:/unscrobble", _of(plex_writes.unscrobble)),
    ("GET PUT", r"/:/rate", _of(plex_writes.rating)),
    ("GET PUT POST", r"/:/progress", _of(plex_writes.progress)),
    ("GET PUT POST", r"/:/timeline", _with(plex_writes.timeline)),
    ("GET", r"/", _of(plex_listing.root)),
    ("GET", r"/library", _of(plex_listing.library)),
    ("GET", r"/library/sections(?:/all)?", _of(plex_listing.sections)),
    ("GET", SECTION, _of(plex_listing.section)),
    ("GET", rf"{SECTION}/collections", _of(plex_listing.section_collections)),
    ("GET", rf"{SECTION}/(label|collection|genre)", _of(plex_listing.tags)),
    ("PUT", rf"{SECTION}/all", _of(plex_collections.edit)),
    ("GET", r"/library/onDeck|/hubs/continueWatching/items", _of(plex_listing.in_progress)),
    ("GET", r"/library/metadata/(\d+)/(children|grandchildren|allLeaves)", _of(plex_listing.below)),
    ("DELETE", r"/library/metadata/(\d+)", _removed),
    ("PUT", r"/actions/removeFromContinueWatching", _of(_hidden)),
    ("GET", r"/status/sessions/history/all", _of(plex_history.history)),
    ("DELETE", r"/status/sessions/history/(\d+)", _of(plex_history.forget)),
    ("GET", r"/status/sessions", _with(plex_history.sessions)),
    ("GET", r"/accounts", _of(plex_history.accounts)),
    ("GET", r"/activities", _of(_empty)),
    ("POST", r"/library/collections", _of(plex_collections.create_collection)),
    ("GET", COLLECTION, _of(plex_listing.details)),
    (
        "DELETE",
        r"(?:/library/sections/\d+/collection|/library/collections)/(\d+)",
        _of(plex_collections.delete_collection),
    ),
    ("GET", rf"{COLLECTION}/(?:items|children)", _of(plex_collections.collection_items)),
    ("PUT", rf"{COLLECTION}/items", _of(plex_collections.add_to_collection)),
    ("DELETE PUT", rf"{COLLECTION}/items/(\d+)", _of(plex_collections.remove_from_collection)),
    ("PUT", rf"{COLLECTION}/items/(\d+)/move", _of(plex_collections.move_in_collection)),
    ("PUT", r"/library/(?:collections|metadata)/(\d+)/prefs", _of(plex_collections.collection_prefs)),
    ("GET POST PUT", r"/hubs/sections/\d+/manage(?:/[^/]+)?", _of(_empty)),
    ("GET", r"/playlists", _lists(Playlists.listed)),
    ("POST", r"/playlists", _lists(Playlists.create)),
    ("GET", PLAYLIST, _lists(Playlists.show)),
    ("PUT", PLAYLIST, _lists(Playlists.rename)),
    ("DELETE", PLAYLIST, _lists(Playlists.delete)),
    ("GET", rf"{PLAYLIST}/items", _lists(Playlists.show_items)),
    ("PUT", rf"{PLAYLIST}/items", _lists(Playlists.add_items)),
    ("DELETE", rf"{PLAYLIST}/items(?:/(\d+))?", _lists(Playlists.remove_items)),
    ("PUT", rf"{PLAYLIST}/items/(\d+)/move", _lists(Playlists.move)),
)
