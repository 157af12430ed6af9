"""Listings of a simulated Plex server: sections, items by query, details, children, and what may be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from .plex_core import IDENTIFIER, VERSION, Refused, Server, Visit, page
from .plex_fields import described, levels, title_sort
from .plex_library import KINDS, LEAVES, LEVELS, Item, Library, Section, User, View
from .plex_query import (
    BadQuery,
    Condition,
    Either,
    Grammar,
    Node,
    Order,
    conditions,
    has_dates_in_groups,
    ordered,
    pairs,
)
from .server import Answer

KEPT_LISTINGS = 12
INDEXED = ("lastViewedAt", "lastRatedAt", "addedAt", "updatedAt")
SHORTCUTS = {
    "all": "",
    "unwatched": "unwatched=1",
    "newest": "sort=originallyAvailableAt:desc",
    "recentlyAdded": "sort=addedAt:desc",
    "recentlyViewed": "unwatched=0&sort=lastViewedAt:desc",
    "onDeck": "inProgress=1&sort=lastViewedAt:desc",
}
"""Ready-made queries of a section."""


def identity(server: Server) -> dict[str, object]:
    return {"size": 0, "claimed": True, "machineIdentifier": server.machine, "version": server.version}


def root(visit: Visit) -> Answer:
    """`/`: what the server is and can."""
    server = visit.server
    directories = [{"count": 1, "key": name, "title": name} for name in ("library", "playlists", "status")]
    flags = dict.fromkeys(("allowSync", "allowSharing", "eventStream", "mediaProviders", "multiuser", "myPlex"), True)
    return visit.answer(
        size=len(directories),
        **flags,
        friendlyName=server.name,
        machineIdentifier=server.machine,
        myPlexMappingState="mapped",
        myPlexSigninState="ok",
        myPlexSubscription=True,
        myPlexUsername=server.owner.email,
        ownerFeatures="collections,home,pass,webhooks",
        platform="Linux",
        platformVersion="6.8",
        updatedAt=server.now(),
        version=VERSION,
        Directory=directories,
    )


def library(visit: Visit) -> Answer:
    directories = [{"key": "sections", "title": "Library Sections"}, {"key": "all", "title": "All"}]
    attributes = {"allowSync": False, "art": "", "content": "", "identifier": IDENTIFIER, "title1": "Plex Library"}
    return visit.answer(size=len(directories), **attributes, Directory=directories)


def sections(visit: Visit) -> Answer:
    """All sections."""
    found = [section_row(section) for section in visit.server.library.sections.values()]
    more = {"Directory": found} if found else {}
    return visit.answer(size=len(found), allowSync=False, identifier=IDENTIFIER, title1="Plex Library", **more)


def section_row(section: Section) -> dict[str, object]:
    path = f"/library/sections/{section.key}"
    return {
        "allowSync": True,
        "art": f"/:/resources/{section.type}-fanart.jpg",
        "composite": f"{path}/composite/{section.updated}",
        "filters": True,
        "refreshing": False,
        "thumb": f"/:/resources/{section.type}.png",
        "key": str(section.key),
        "type": section.type,
        "title": section.title,
        "agent": section.agent,
        "scanner": {"movie": "Plex Movie", "show": "Plex TV Series"}.get(section.type, "Plex Music"),
        "language": "en-US",
        "uuid": section.uuid,
        "updatedAt": section.updated,
        "createdAt": section.created,
        "scannedAt": section.updated,
        "content": True,
        "directory": True,
        "contentChangedAt": section.changed,
        "hidden": 0,
        "Location": [{"id": section.key, "path": f"/data/{section.type}s"}],
    }


def section(visit: Visit, key: str) -> Answer:
    """One section: its ready-made listings, and with `includeDetails` all that may be asked."""
    found = visit.server.section(key)
    directories: list[dict[str, object]] = [{"key": name, "title": name} for name in SHORTCUTS]
    attributes: dict[str, object] = {"allowSync": False, "content": "secondary", "identifier": IDENTIFIER}
    attributes |= {"librarySectionID": found.key, "title1": found.title, "viewGroup": "secondary"}
    if visit.call.query.get("includeDetails") == "1":
        attributes["Meta"] = described(visit.server.library, found, found.type, LEVELS[found.type])
    return visit.answer(size=len(directories), **attributes, Directory=directories)


def section_items(visit: Visit, key: str, shortcut: str) -> Answer:
    """The items of a section that fit a query. The section stands on the container, not in the rows (plex.md 15.2)."""
    found = visit.server.section(key)
    ready = pairs(SHORTCUTS[shortcut])
    items = select(visit.server, visit.user, [*ready, *asked(visit)], [found], f"{key}/{shortcut}")
    return _listing(visit, items, found, found.type, LEVELS[found.type])


def section_collections(visit: Visit, key: str) -> Answer:
    found = visit.server.section(key)
    query = [(name, value) for name, value in asked(visit) if name != "type"]
    items = select(visit.server, visit.user, [*query, ("type", "18")], [found], f"{key}/collections")
    return _listing(visit, items, found, "collection", ("collection",))


def _listing(visit: Visit, items: list[Item], found: Section, active: str, kinds: tuple[str, ...]) -> Answer:
    attributes: dict[str, object] = {
        "librarySectionID": found.key,
        "librarySectionTitle": found.title,
        "librarySectionUUID": found.uuid,
        "title1": found.title,
        "viewGroup": found.type,
    }
    if visit.call.query.get("includeMeta") == "1":
        attributes["Meta"] = described(visit.server.library, found, active, kinds)
    return rows(visit, items, attributes)


def all_items(visit: Visit) -> Answer:
    """The same over all sections."""
    held = list(visit.server.library.sections.values())
    return rows(visit, select(visit.server, visit.user, asked(visit), held, "all"))


def in_progress(visit: Visit) -> Answer:
    """On deck, and what may be continued."""
    server, held = visit.server, list(visit.server.library.sections.values())
    query = pairs("inProgress=1&sort=lastViewedAt:desc")
    found = [select(server, visit.user, [*query, ("type", kind)], held, "all") for kind in ("1", "4")]
    return rows(visit, sorted(found[0] + found[1], key=lambda i: -(visit.user.view.state(i).viewed_at or 0)))


def rows(visit: Visit, items: list[Item], attributes: Mapping[str, object] = {}, largest: int | None = None) -> Answer:
    """A page of these items."""
    shape, view = visit.shape(), visit.user.view
    return page(visit, items, lambda taken: visit.server.rows.of(taken, view, shape), attributes, largest=largest)


def details(visit: Visit, keys: str) -> Answer:
    """Items by their keys, comma between them; the vanished are left out, 404 when none is left (plex.md 4.3)."""
    known = visit.server.library.items
    items = [known[int(key)] for key in keys.split(",") if key.isdigit() and int(key) in known]
    if not items:
        raise Refused(404)
    shape, section = visit.shape(detail=True), items[0].section
    drawn = visit.server.rows.of(items, visit.user.view, shape)
    attributes: dict[str, object] = {"allowSync": True, "identifier": IDENTIFIER, "librarySectionID": section.key}
    attributes |= {"librarySectionTitle": section.title, "librarySectionUUID": section.uuid}
    return visit.answer(size=len(items), **attributes, Metadata=drawn)


def below(visit: Visit, key: str, which: str) -> Answer:
    """The children of an item, or all its leaves."""
    item = visit.server.item(key)
    items = item.children if which in ("children", "grandchildren") else list(item.plays())
    section, child = item.section, (item.children or [item])[0].kind
    attributes = {"librarySectionID": section.key, "librarySectionTitle": section.title, "key": str(item.key)}
    more = {"parentTitle": item.title, "parentYear": item.year, "viewGroup": child}
    return rows(visit, items, attributes | more)


def tags(visit: Visit, key: str, kind: str) -> Answer:
    """The labels, collections or genres in use in a section, with the ids by which to filter."""
    found, library = visit.server.section(key), visit.server.library
    wanted = KINDS.get(visit.call.query.get("type", ""), "")
    used = {t: None for item in found.items if wanted in ("", item.kind) for t in item.tags.get(kind, ())}
    path = f"/library/sections/{key}/all?{kind}="
    listed = [
        {"fastKey": f"{path}{library.tag(kind, title)}", "key": str(library.tag(kind, title))}
        | {"title": title, "type": kind}
        for title in sorted(used, key=str.casefold)
    ]
    return page(visit, listed, list, {"librarySectionID": found.key}, "Directory")


def asked(visit: Visit) -> list[tuple[str, str]]:
    return pairs(visit.call.raw_query)


def select(server: Server, user: User, query: list[tuple[str, str]], held: list[Section], where: str) -> list[Item]:
    """The items of these sections that fit a query, in its order; refuses with 400 what it cannot understand."""
    dated = any(value[:1] in "+-" for _, value in query if value)
    telling = tuple(part for part in query if not part[0].startswith(("include", "exclude", "X-Plex-")))
    key = (user.id, where, telling, server.now() if dated else 0)
    revision, items = server.listed.get(key, (-1, []))
    if revision == server.library.revision:
        return items
    try:
        items = _select(server, user.view, query, held, across=where == "all")
    except BadQuery:
        raise Refused(400) from None
    if len(server.listed) >= KEPT_LISTINGS:
        server.listed.clear()
    server.listed[key] = (server.library.revision, items)
    return items


def _select(
    server: Server, view: View, query: list[tuple[str, str]], held: list[Section], *, across: bool
) -> list[Item]:
    arguments = dict(query)
    kinds = _kinds(arguments.get("type", ""), held)
    found: list[Item] = []
    for kind in kinds:
        source = _kinds(arguments.get("sourceType", ""), held)[0] if "sourceType" in arguments else kind
        grammar = Grammar(levels(server.library, kind), source, server.now())
        test, order = grammar.filters(query), grammar.order(arguments.get("sort", ""))
        if across and server.switches.refuse_or_across_sections and has_dates_in_groups(test):
            raise BadQuery("no groups over dates across sections")
        items = _fitting(server.library, view, kind, test, held)
        found += _sorted(items, kind, order, view) if items else []
        if "group" in arguments:
            _, field = grammar.field(arguments["group"])
            found = list({field.read(item, view): item for item in reversed(found)}.values())[::-1]
    limit = arguments.get("limit", "")
    return found[: int(limit)] if limit.isdigit() else found


def _kinds(number: str, held: Iterable[Section]) -> list[str]:
    if not number:
        return list(dict.fromkeys(section.type for section in held))
    if number not in KINDS:
        raise BadQuery(f"unknown type {number}")
    return [KINDS[number]]


def _fitting(library: Library, view: View, kind: str, test: Node, held: list[Section]) -> list[Item]:
    likely = _likely(test, kind, library, view)
    places = {section.key for section in held}
    if likely is None:
        items = [item for section in held for item in section.items if item.kind == kind]
    else:
        alive = (item for item in likely if item.kind == kind and library.holds(item))
        items = sorted((item for item in alive if item.section.key in places), key=lambda item: item.key)
    named = {condition.level for condition in conditions(test)}
    if not named:
        return items
    lines = _lines(kind, named)
    return [item for item in items if any(test.holds(line, view) for line in lines(item))]


def _lines(kind: str, named: set[str]) -> Callable[[Item], Iterable[Mapping[str, Item]]]:
    """How to join an item with the levels that a query names."""
    if named == {kind}:
        return lambda item: ({kind: item},)
    chain = next((levels for levels in LEVELS.values() if kind in levels), (kind,))
    lower = [level for level in chain[chain.index(kind) + 1 :] if level in named]

    def joined(item: Item) -> Iterable[Mapping[str, Item]]:
        if not lower:
            return (_line(item),)
        deepest = item.plays() if lower[-1] in LEAVES else [one for one in item.down() if one.kind == lower[-1]]
        return (_line(one) for one in deepest or (item,))

    return joined


def _line(item: Item) -> dict[str, Item]:
    return {up.kind: up for up in item.up()}


def _likely(node: Node, kind: str, library: Library, view: View) -> set[Item] | None:
    """A superset of what fits, where the indexes of dates give one; None where everything must be looked at."""
    if isinstance(node, Condition):
        if node.name not in INDEXED or node.operator != ">>=" or len(node.values) != 1:
            return None
        recent = {
            "lastViewedAt": view.viewed,
            "lastRatedAt": view.rated,
            "addedAt": library.added,
            "updatedAt": library.updated,
        }[node.name]
        changed = recent.since(float(node.values[0]))
        found = {up for item in changed if item.kind == node.level for up in item.up() if up.kind == kind}
        return found if found or node.level == kind or not changed else None
    parts = [_likely(part, kind, library, view) for part in node.parts]
    known = [part for part in parts if part is not None]
    if isinstance(node, Either):
        return set().union(*known) if len(known) == len(parts) else None
    return min(known, key=len) if known else None


def _sorted(items: list[Item], kind: str, order: tuple[Order, ...], view: View) -> list[Item]:
    """In the order asked for; films, shows, artists and collections are else sorted by title."""
    if not order:
        top = kind == "collection" or kind in LEVELS
        return sorted(items, key=lambda item: title_sort(item).casefold()) if top else items
    return ordered(items, order, _line, view)
