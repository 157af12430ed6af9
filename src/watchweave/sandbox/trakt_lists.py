"""The watchlist, the favourites and the personal lists of the simulated Trakt."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from .server import Answer
from .trakt_account import Account
from .trakt_asking import UPGRADE, Ask, Routes, Stop, kinds, page
from .trakt_match import Matched
from .trakt_rows import Row, described
from .trakt_rules import KINDS, iso
from .trakt_shelves import Entry, ItemList
from .trakt_writes import fitting, full, matched

ROUTES = Routes()
OWN = r"/(?:sync|users/([^/]+))"
SORTED = r"(?:/([a-z,]+)(?:/([a-z_]+)(?:/(asc|desc))?)?)?"
TEXTS = ("name", "description", "privacy", "display_numbers", "allow_comments", "sort_by", "sort_how")
NOTES_LENGTH = 500


# Reading


@ROUTES.on("GET", OWN + "/(watchlist|favorites)" + SORTED)
def wishes(ask: Ask) -> object:
    name, which, *wanted = ask.words
    account = ask.owner(name)
    items = account.watchlist if which == "watchlist" else account.favorites
    state = f"{account.uuid} {items.version} {ask.call.path} {ask.call.raw_query}"
    tag = f'W/"{hashlib.md5(state.encode()).hexdigest()}"'
    if ask.call.headers.get("if-none-match") == tag:
        return Answer(None, 304, {"ETag": tag})
    answer = _items(ask, account, items, wanted)
    answer.headers["ETag"] = tag
    return answer


@ROUTES.on("GET", "/users/([^/]+)/lists/([^/]+)/items" + SORTED)
def list_items(ask: Ask) -> object:
    name, which, *wanted = ask.words
    owner = ask.owner(name)
    return _items(ask, owner, _seen(ask, owner, which), wanted)


@ROUTES.on("GET", r"/lists/(\d+)/items" + SORTED)
def public_items(ask: Ask) -> object:
    number, *wanted = ask.words
    owner, items = anybodys(ask, number)
    return _items(ask, owner, items, wanted)


def _items(ask: Ask, owner: Account, items: ItemList, wanted: list[str | None]) -> Answer:
    """One page of a list; a rank is the place in the list, whatever the order asked for."""
    kind, sort_by, sort_how = wanted
    sort_by = sort_by or ask.call.query.get("sort_by") or items.sort_by
    sort_how = sort_how or ask.call.query.get("sort_how") or items.sort_how
    chosen = kinds(kind)
    rows = [(rank, entry) for rank, entry in enumerate(items, 1) if entry.work.kind in chosen]
    key = _keys(owner).get(sort_by)
    if sort_by == "random":
        ask.trakt.world.random.shuffle(rows)
    elif key:
        rows.sort(key=lambda row: key(row[1]))
    if sort_how == "desc":
        rows.reverse()
    headers = {
        "X-List-ID": str(items.id),
        "X-Sort-By": items.sort_by,
        "X-Sort-How": items.sort_how,
        "X-Applied-Sort-By": sort_by if key or sort_by == "random" else "rank",
        "X-Applied-Sort-How": sort_how,
    }
    return page(ask, rows, lambda row: ask.trakt.rows.entry(*row), headers)


def _keys(owner: Account) -> dict[str, Callable[[Entry], Any]]:
    """What can be sorted by; anything else falls back to the rank (section 10)."""

    def watched(entry: Entry) -> int:
        return max((play.at for play in owner.history.of(entry.work)), default=0)

    def rated(entry: Entry) -> int:
        rating = owner.ratings.get(entry.work.uid)
        return rating.value if rating else 0

    return {
        "added": lambda entry: entry.at,
        "title": lambda entry: entry.work.title,
        "released": lambda entry: entry.work.released,
        "runtime": lambda entry: entry.work.runtime,
        "popularity": lambda entry: entry.work.ids.get("trakt", 0),
        "percentage": lambda entry: entry.work.ids.get("trakt", 0),
        "my_rating": rated,
        "watched": watched,
        "collected": lambda entry: entry.work.uid in owner.collection,
    }


# Writing to any list


def _add(ask: Ask, items: ItemList, found: Matched, limit: int) -> Row:
    """Add what is not there; over the limit nothing of the request is added, unless the options say otherwise."""
    account = ask.user
    new = {target.work.uid: target for target in found.targets if target.work not in items}
    fits = fitting(ask, len(new), len(items), limit)
    existing = found.counts(lambda target: target.work in items, *KINDS)
    for target in list(new.values())[:fits]:
        notes = target.values.get("notes") if account.vip or items is account.favorites else None
        account.put_on(items, target.work, notes)
    if fits < len(new):
        raise full(ask, limit)
    first = {id(target) for target in new.values()}
    added = found.counts(lambda target: id(target) in first, *KINDS)
    return {"added": added, "existing": existing, "not_found": found.not_found, "list": _state(items)}


def _remove(ask: Ask, items: ItemList, found: Matched) -> Row:
    deleted = found.counts(lambda target: ask.user.take_off(items, target.work), *KINDS)
    return {"deleted": deleted, "not_found": found.not_found, "list": _state(items)}


def _reorder(ask: Ask, items: ItemList) -> Row:
    ids = [number for number in ask.body.get("rank") or [] if isinstance(number, int)]
    skipped = ask.user.reorder(items, ids)
    return {"updated": len(ids) - len(skipped), "skipped_ids": skipped, "list": _state(items)}


def _note(ask: Ask, items: ItemList, number: str | None) -> None:
    """Set the notes of one item: VIP only, but for favourites."""
    account, notes = ask.user, ask.body.get("notes")
    entry = next((one for one in items if str(one.id) == number), None)
    if not account.vip and items is not account.favorites:
        raise Stop(426, {"X-Upgrade-URL": UPGRADE})
    if entry is None:
        raise Stop(404)
    if notes is not None and len(str(notes)) > NOTES_LENGTH:
        raise Stop(422)
    items.entries[entry.work.uid] = Entry(entry.id, entry.work, entry.at, notes)
    account.list_changed(items)


def _describe(ask: Ask, items: ItemList) -> None:
    for name in TEXTS:
        if name in ask.body:
            setattr(items, name, ask.body[name])
    ask.user.list_changed(items)


def _state(items: ItemList) -> Row:
    return {"updated_at": iso(items.updated), "item_count": len(items)}


def _people(ask: Ask, answer: Row) -> Row:
    """People can stand on personal lists; none exist here."""
    people = [{"ids": one.get("ids", {})} for one in ask.body.get("people") or [] if isinstance(one, dict)]
    counts = {name: answer[name] | {"people": 0} for name in ("added", "existing", "deleted") if name in answer}
    return answer | counts | {"not_found": answer["not_found"] | {"people": people}}


# Watchlist and favourites


def _own(ask: Ask) -> ItemList:
    return ask.user.watchlist if ask.words[0] == "watchlist" else ask.user.favorites


@ROUTES.on("POST", "/sync/(watchlist|favorites)", 201)
def add_wishes(ask: Ask) -> object:
    items, found = _own(ask), matched(ask, whole=False)
    if items is ask.user.favorites:
        found.targets = [target for target in found.targets if target.work.kind in ("movie", "show")]
    return _add(ask, items, found, ask.user.limits[ask.words[0] or ""])


@ROUTES.on("POST", "/sync/(watchlist|favorites)/remove")
def remove_wishes(ask: Ask) -> object:
    return _remove(ask, _own(ask), matched(ask, whole=False))


@ROUTES.on("POST", "/sync/(watchlist|favorites)/reorder")
def reorder_wishes(ask: Ask) -> object:
    return _reorder(ask, _own(ask))


@ROUTES.on("PUT", "/sync/(watchlist|favorites)")
def describe_wishes(ask: Ask) -> object:
    items = _own(ask)
    _describe(ask, items)
    return {"description": items.description, "sort_by": items.sort_by, "sort_how": items.sort_how} | _state(items)


@ROUTES.on("PUT", r"/sync/(watchlist|favorites)/(\d+)")
def note_wish(ask: Ask) -> object:
    _note(ask, _own(ask), ask.words[1])
    return None


# Personal lists


@ROUTES.on("GET", "/users/(?:([^/]+)/)?likes(?:/lists)?")
def likes(ask: Ask) -> object:
    liked = list(ask.owner(ask.words[0]).liked.values())
    return page(ask, liked, lambda one: {"liked_at": iso(one[2]), "type": "list", "list": described(one[0], one[1])})


@ROUTES.on("GET", "/users/([^/]+)/lists")
def lists(ask: Ask) -> object:
    owner = ask.owner(ask.words[0])
    shown = [items for items in owner.lists.values() if owner is ask.me or items.privacy == "public"]
    return page(ask, shown, lambda items: described(owner, items))


@ROUTES.on("GET", "/users/([^/]+)/lists/collaborations")
def collaborations(ask: Ask) -> object:
    ask.owner(ask.words[0])
    return []


@ROUTES.on("POST", "/users/([^/]+)/lists", 201)
def make_list(ask: Ask) -> object:
    """Not safe to repeat: the same name makes another list."""
    account = ask.writer(ask.words[0])
    if not ask.body.get("name"):
        raise Stop(422)
    if len(account.lists) >= account.limits["lists"]:
        raise full(ask, account.limits["lists"])
    made = account.make_list(str(ask.body["name"]))
    _describe(ask, made)
    return described(account, made)


@ROUTES.on("POST", "/users/([^/]+)/lists/reorder")
def reorder_lists(ask: Ask) -> object:
    account = ask.writer(ask.words[0])
    ids = [number for number in ask.body.get("rank") or [] if isinstance(number, int)]
    known = [number for number in ids if number in account.lists]
    account.lists = {number: account.lists[number] for number in [*known, *account.lists]}
    account.touch("lists.updated_at")
    return {"updated": len(known), "skipped_ids": [number for number in ids if number not in account.lists]}


@ROUTES.on("GET", "/users/([^/]+)/lists/([^/]+)")
def one_list(ask: Ask) -> object:
    owner = ask.owner(ask.words[0])
    return described(owner, _seen(ask, owner, ask.words[1]))


@ROUTES.on("PUT", "/users/([^/]+)/lists/([^/]+)")
def describe_list(ask: Ask) -> object:
    items = _mine(ask)
    _describe(ask, items)
    return described(ask.user, items)


@ROUTES.on("DELETE", "/users/([^/]+)/lists/([^/]+)")
def delete_list(ask: Ask) -> object:
    ask.user.delete_list(_mine(ask))
    return None


@ROUTES.on("POST", "/users/([^/]+)/lists/([^/]+)/items", 201)
def add_items(ask: Ask) -> object:
    items = _mine(ask)
    return _people(ask, _add(ask, items, matched(ask, whole=False), ask.user.limits["list items"]))


@ROUTES.on("POST", "/users/([^/]+)/lists/([^/]+)/items/remove")
def remove_items(ask: Ask) -> object:
    return _people(ask, _remove(ask, _mine(ask), matched(ask, whole=False)))


@ROUTES.on("POST", "/users/([^/]+)/lists/([^/]+)/items/reorder")
def reorder_items(ask: Ask) -> object:
    return _reorder(ask, _mine(ask))


@ROUTES.on("PUT", r"/users/([^/]+)/lists/([^/]+)/items/(\d+)")
def note_item(ask: Ask) -> object:
    _note(ask, _mine(ask), ask.words[2])
    return None


@ROUTES.on("GET", r"/lists/(\d+)")
def public_list(ask: Ask) -> object:
    return described(*anybodys(ask, ask.words[0]))


@ROUTES.on("POST", r"/(?:users/[^/]+/)?lists/([^/]+)/like")
def like(ask: Ask) -> object:
    owner, items = anybodys(ask, ask.words[0])
    ask.user.like(owner, items)
    return None


@ROUTES.on("DELETE", r"/(?:users/[^/]+/)?lists/([^/]+)/like")
def unlike(ask: Ask) -> object:
    ask.user.unlike(anybodys(ask, ask.words[0])[1])
    return None


def _named(account: Account, name: str | None) -> ItemList | None:
    return next((one for one in account.lists.values() if name in (str(one.id), one.slug)), None)


def _seen(ask: Ask, owner: Account, name: str | None) -> ItemList:
    """A list that the person asking may see; others' private lists are 404."""
    items = _named(owner, name)
    if items is None or (owner is not ask.me and items.privacy not in ("public", "link")):
        raise Stop(404)
    return items


def _mine(ask: Ask) -> ItemList:
    items = _named(ask.writer(ask.words[0]), ask.words[1])
    if items is None:
        raise Stop(404)
    return items


def anybodys(ask: Ask, name: str | None) -> tuple[Account, ItemList]:
    """A list of whoever, that the person asking may see, and its owner."""
    for owner in ask.trakt.accounts:
        items = _named(owner, name)
        if items is not None and (owner is ask.me or items.privacy in ("public", "link")):
            return owner, items
    raise Stop(404)
