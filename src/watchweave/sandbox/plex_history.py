"""The history, the accounts and the running playbacks of a simulated Plex server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

from .plex_core import Refused, Visit, page
from .plex_library import Item, Played
from .plex_query import is_argument, pairs
from .plex_render import Shape
from .plex_writes import Playbacks
from .server import Answer

SIGNS: dict[str, Callable[[int, int], bool]] = {
    "": lambda found, wanted: found == wanted,
    "!": lambda found, wanted: found != wanted,
    ">": lambda found, wanted: found >= wanted,
    "<": lambda found, wanted: found <= wanted,
    ">>": lambda found, wanted: found > wanted,
    "<<": lambda found, wanted: found < wanted,
}
SORTS = {"viewedAt": attrgetter("at"), "accountID": attrgetter("account"), "id": attrgetter("key")}


def row(played: Played) -> dict[str, object]:
    """One play as it is listed. No external ids; a row whose item is gone has lost its keys (plex.md 6)."""
    item = played.item
    known = describe(item) | {"key": item.path, "ratingKey": str(item.key)} if item else played.described
    return {
        "historyKey": f"/status/sessions/history/{played.key}",
        **known,
        "viewedAt": played.at,
        "accountID": played.account,
        "deviceID": played.device,
    }


def describe(item: Item) -> dict[str, object]:
    """The part of a row that names the item."""
    up = list(item.up())[1:]
    parent = {"parentKey": up[0].path, "parentTitle": up[0].title, "parentIndex": up[0].index} if up else {}
    grandparent = {"grandparentKey": up[1].path, "grandparentTitle": up[1].title} if len(up) > 1 else {}
    thumb = {"thumb": f"{item.path}/thumb/{item.updated}", "originallyAvailableAt": item.released}
    base = {"librarySectionID": str(item.section.key), "title": item.title, "type": item.kind, "index": item.index}
    return {**base, **parent, **grandparent, **thumb}


def orphan(item: Item) -> dict[str, object]:
    """What is left of an item in the history when it is gone: titles and numbers, no keys."""
    return {name: value for name, value in describe(item).items() if not name.endswith(("Key", "thumb"))}


def history(visit: Visit) -> Answer:
    """All plays: of everybody for the owner, else one's own."""
    server, user = visit.server, visit.user
    if not user.owner and not server.switches.history_for_others:
        raise Refused(403)
    asked = pairs(visit.call.raw_query)
    tests = [_test(visit, key, value) for key, value in asked if not is_argument(key)]
    if not user.owner:
        tests.append(lambda played: played.account == user.account)
    found = [played for played in server.library.history if all(test(played) for test in tests)]
    for part in reversed([part for part in visit.call.query.get("sort", "viewedAt:desc").split(",") if part]):
        name, _, way = part.partition(":")
        if name not in SORTS:
            raise Refused(400)
        found.sort(key=SORTS[name], reverse=way == "desc")
    shape = visit.shape()
    return page(visit, found, lambda taken: draw(taken, shape))


def draw(taken: Sequence[Played], shape: Shape) -> list[dict[str, object]]:
    return [shape.trimmed(row(played)) for played in taken]


def _test(visit: Visit, key: str, value: str) -> Callable[[Played], bool]:
    name = key.rstrip("<>!")
    compare = SIGNS.get(key[len(name) :])
    if compare is None or not value.lstrip("-").isdigit():
        raise Refused(400)
    wanted = int(value)
    if name == "viewedAt":
        return lambda played: compare(played.at, wanted)
    if name == "accountID":
        return lambda played: compare(played.account, wanted)
    if name == "librarySectionID":
        return lambda played: played.item is not None and compare(played.item.section.key, wanted)
    if name == "metadataItemID":
        return lambda played: played.item is not None and any(item.key == wanted for item in played.item.up())
    raise Refused(400)


def forget(visit: Visit, key: str) -> Answer:
    """Remove one row; view counts stay."""
    if not visit.user.owner:
        raise Refused(403)
    kept = [played for played in visit.server.library.history if str(played.key) != key]
    if len(kept) == len(visit.server.library.history):
        raise Refused(404)
    visit.server.library.history = kept
    visit.server.library.changed()
    return visit.answer(size=0)


def accounts(visit: Visit) -> Answer:
    """Whom the server knows: 0 without a name, 1 the owner, others by their plex.tv number."""
    named = [(0, ""), *sorted((user.account, user.name) for user in visit.server.users.values())]
    language = {"defaultAudioLanguage": "en", "autoSelectAudio": True}
    language |= {"defaultSubtitleLanguage": "en", "subtitleMode": 1, "thumb": ""}
    listed = [{"id": number, "key": f"/accounts/{number}", "name": name, **language} for number, name in named]
    return visit.answer(size=len(listed), identifier="com.plexapp.system.accounts", Account=listed)


def sessions(visit: Visit, playbacks: Playbacks) -> Answer:
    """What is being played now, by whom; for the owner alone."""
    if not visit.user.owner:
        raise Refused(403)
    running = list(playbacks.running.values())
    more = {"Metadata": [session(visit, one.session, playbacks) for one in running]} if running else {}
    return visit.answer(size=len(running), **more)


def session(visit: Visit, key: str, playbacks: Playbacks) -> dict[str, object]:
    one = next(playback for playback in playbacks.running.values() if playback.session == key)
    server, user, shape = visit.server, one.user, visit.shape(detail=True)
    thumb = f"https://plex.tv/users/{user.uuid}/avatar"
    player: dict[str, object] = {
        "address": "192.168.1.20",
        "device": "SHIELD",
        "machineIdentifier": one.client,
        "model": "darcy",
    }
    player |= {"model": "darcy", "platform": "Android", "product": "Plex for Android (TV)", "state": one.state}
    player |= {"title": "Living room", "local": True, "relayed": False, "secure": True, "userID": user.account}
    described = server.rows.described(one.item, shape) | server.rows.own(one.item, user.view)
    return shape.trimmed(described | {"sessionKey": one.session, "viewOffset": one.offset}) | {
        "User": {"id": str(user.account), "thumb": thumb, "title": user.name},
        "Player": player,
        "Session": {"id": f"session{one.session}", "bandwidth": 9000, "location": "lan"},
    }
