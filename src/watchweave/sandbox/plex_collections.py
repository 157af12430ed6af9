"""Collections and labels of a simulated Plex server, and other edits of many items at once.

Left out: the merging of albums and artists by `title.value`, and the prefs of home screens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from .plex_core import Refused, Server, Visit
from .plex_library import KINDS, TAGS, Item, Section, User, digest
from .plex_listing import rows, select
from .plex_query import pairs
from .plex_writes import keys_of
from .server import Answer

COLLECTION_PAGE = 100
"""Collections force paging (plex.md 15.2)."""
_TAG = re.compile(r"(\w+)\[(\d*)\]\.tag\.tag(-?)")
_SORTS = {"0": lambda item: item.released, "1": lambda item: item.title.casefold()}


@dataclass(slots=True, eq=False)
class Collection(Item):
    """A collection: an item of its own with members of one kind, or a rule that finds them."""

    members: list[Item] = field(default_factory=list)
    rule: str = ""


def follow(server: Server, user: User, rule: str) -> list[Item]:
    """What a smart rule finds now."""
    parts = urlsplit(rule)
    section = re.search(r"/library/sections/(\d+)/all$", parts.path)
    if not section:
        raise Refused(400)
    return select(server, user, pairs(parts.query), [server.section(section[1])], f"{section[1]}/all")


# Collections


def found(server: Server, key: str) -> Collection:
    item = server.item(key)
    if not isinstance(item, Collection):
        raise Refused(404)
    return item


def named(server: Server, section: Section, title: str) -> Collection | None:
    """The collection of a section with this title, in any case of letters."""
    held = (item for item in section.items if isinstance(item, Collection))
    return next((one for one in held if one.title.casefold() == title.casefold()), None)


def create(server: Server, section: Section, title: str, subtype: str, rule: str = "") -> Collection:
    key, now = server.library.next_key(), server.now()
    guid = f"collection://{digest(server.machine, key, length=36)}"
    collection = Collection(key, "collection", section, guid, title, added=now, updated=now, rule=rule)
    collection.more = {"subtype": subtype, "smart": bool(rule), "content": rule or None}
    collection.more |= {"titleSort": title, "childCount": 0, "maxYear": None}
    server.library.place(collection)
    return collection


def counted(server: Server, collection: Collection) -> None:
    """Its members changed."""
    collection.more["childCount"] = len(collection.members)
    server.library.edited(collection, server.now())


def put_in(server: Server, collection: Collection, items: list[Item]) -> None:
    """Members are also tagged with the collection's title."""
    for item in items:
        if item not in collection.members:
            collection.members.append(item)
            item.tags["collection"] = (*item.tags.get("collection", ()), collection.title)
            server.library.edited(item, server.now())
    counted(server, collection)


def take_out(server: Server, collection: Collection, items: list[Item]) -> None:
    for item in items:
        if item in collection.members:
            collection.members.remove(item)
            item.tags["collection"] = tuple(t for t in item.tags["collection"] if t != collection.title)
            server.library.edited(item, server.now())
    counted(server, collection)


def create_collection(visit: Visit) -> Answer:
    server, query = visit.server, visit.call.query
    section, uri = server.section(visit.required("sectionId")), query.get("uri", "")
    subtype = KINDS.get(query.get("type", ""), section.type)
    smart = query.get("smart") == "1"
    collection = create(server, section, visit.required("title"), subtype, uri if smart else "")
    if smart:
        collection.more["childCount"] = len(follow(server, visit.user, uri))
    elif uri:
        put_in(server, collection, [server.item(key) for key in keys_of(server, uri)])
    return rows(visit, [collection])


def collection_items(visit: Visit, key: str) -> Answer:
    """The members; never more than 100 at once."""
    one = found(visit.server, key)
    members = follow(visit.server, visit.user, one.rule) if one.rule else _alive(visit.server, one)
    attributes = {"librarySectionID": one.section.key, "librarySectionTitle": one.section.title}
    return rows(visit, members, attributes, COLLECTION_PAGE)


def _alive(server: Server, one: Collection) -> list[Item]:
    members = [item for item in one.members if server.library.holds(item)]
    sort = _SORTS.get(str(one.more.get("collectionSort", "")))
    return sorted(members, key=sort) if sort else members


def add_to_collection(visit: Visit, key: str) -> Answer:
    """Add members; for a smart one, change the rule."""
    one, uri = found(visit.server, key), visit.required("uri")
    if one.rule:
        one.rule = uri
        one.more |= {"content": uri, "childCount": len(follow(visit.server, visit.user, uri))}
        visit.server.library.edited(one, visit.server.now())
    else:
        put_in(visit.server, one, [visit.server.item(member) for member in keys_of(visit.server, uri)])
    return rows(visit, [one])


def remove_from_collection(visit: Visit, key: str, member: str) -> Answer:
    take_out(visit.server, found(visit.server, key), [visit.server.item(member)])
    return visit.answer(size=0)


def move_in_collection(visit: Visit, key: str, member: str) -> Answer:
    one, item = found(visit.server, key), visit.server.item(member)
    after = visit.call.query.get("after", "")
    if item not in one.members:
        raise Refused(404)
    one.members.remove(item)
    one.members.insert(one.members.index(visit.server.item(after)) + 1 if after else 0, item)
    counted(visit.server, one)
    return rows(visit, [one])


def collection_prefs(visit: Visit, key: str) -> Answer:
    one = found(visit.server, key)
    for name in ("collectionSort", "collectionMode", "collectionFilterBasedOnUser"):
        if name in visit.call.query:
            one.more[name] = visit.call.query[name]
    counted(visit.server, one)
    return visit.answer(size=0)


def delete_collection(visit: Visit, key: str) -> Answer:
    one = found(visit.server, key)
    take_out(visit.server, one, list(one.members))
    visit.server.library.drop(one)
    return visit.answer(size=0)


# Labels, and other edits of many items at once


def edit(visit: Visit, key: str) -> Answer:
    """Edit the items that `id` names, and every item of the section where it names none (plex.md, fact 10)."""
    server, query = visit.server, visit.call.query
    section = server.section(key)
    if "id" in query:
        items = [server.item(one) for one in query["id"].split(",")]
    else:
        items = section.of(KINDS[query["type"]]) if query.get("type") in KINDS else list(section.items)
    values = {name[: -len(".value")]: value for name, value in visit.call.pairs if name.endswith(".value")}
    for item in items:
        _edit_fields(server, item, values)
    changes = [(match, value) for name, value in visit.call.pairs if (match := _TAG.fullmatch(name))]
    for kind in dict.fromkeys(match[1] for match, _ in changes):
        added = [value for match, value in changes if match[1] == kind and not match[3]]
        # What is removed is encoded once more, so that a comma within a tag is not taken for one between two.
        removed = [unquote(t) for match, value in changes if match[1] == kind and match[3] for t in value.split(",")]
        _edit_tags(server, section, items, kind, added, removed)
    return visit.answer(size=0)


def _edit_fields(server: Server, item: Item, values: dict[str, str]) -> None:
    title = values.get("title", item.title)
    if isinstance(item, Collection) and named(server, item.section, title) not in (None, item):
        raise Refused(409)
    if not values:
        return
    if isinstance(item, Collection) and title != item.title:
        for member in item.members:
            member.tags["collection"] = tuple(title if t == item.title else t for t in member.tags["collection"])
            member.drawn.clear()
    item.title = title
    item.more |= {name: value for name, value in values.items() if name != "title"}
    server.library.edited(item, server.now())


def _edit_tags(
    server: Server, section: Section, items: list[Item], kind: str, added: list[str], removed: list[str]
) -> None:
    if kind not in TAGS:
        return
    if kind == "collection":
        for title in added:
            known = named(server, section, title) or create(server, section, title, items[0].kind if items else "")
            put_in(server, known, items)
        for title in removed:
            known_one = named(server, section, title)
            if known_one:
                take_out(server, known_one, items)
        return
    gone = {title.casefold() for title in removed}
    for item in items:
        have = () if added and server.switches.labels_replace else item.tags.get(kind, ())
        both = {title.casefold(): title for title in (*added, *have)}
        item.tags[kind] = tuple(title for folded, title in both.items() if folded not in gone)
        server.library.edited(item, server.now())
