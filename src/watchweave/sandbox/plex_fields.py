"""The fields that a Plex server can filter and sort by, and how it describes them to clients."""

from __future__ import annotations

from calendar import timegm
from collections.abc import Callable, Mapping
from time import strptime

from .plex_library import LEAVES, LEVELS, TAGS, TYPES, Item, Library, Section, View
from .plex_query import OPERATORS, Field, Value

ARTICLES = ("the ", "a ", "an ")
OPERATOR_TITLES = {
    "integer": ("is", "is not", "is greater than", "is less than"),
    "boolean": ("is",),
    "tag": ("is", "is not"),
    "string": ("contains", "does not contain", "is", "is not", "begins with", "ends with"),
    "date": ("is", "is not", "is after", "is before"),
}
SORTS = (
    ("titleSort", "Title", "asc"),
    ("year", "Year", "desc"),
    ("originallyAvailableAt", "Release Date", "desc"),
    ("userRating", "Rating", "desc"),
    ("duration", "Duration", "desc"),
    ("viewOffset", "Progress", "desc"),
    ("viewCount", "Plays", "desc"),
    ("addedAt", "Date Added", "desc"),
    ("lastViewedAt", "Date Viewed", "desc"),
    ("lastRatedAt", "Date Rated", "desc"),
)
ADVERTISED = (
    ("title", "Title"),
    ("studio", "Studio"),
    ("userRating", "Rating"),
    ("contentRating", "Content Rating"),
    ("year", "Year"),
    ("collection", "Collection"),
    ("genre", "Genre"),
    ("label", "Label"),
    ("viewCount", "Plays"),
    ("lastViewedAt", "Last Viewed"),
    ("unwatched", "Unplayed"),
    ("unwatchedLeaves", "Unplayed Episodes"),
    ("inProgress", "In Progress"),
    ("originallyAvailableAt", "Release Date"),
    ("addedAt", "Date Added"),
    ("duration", "Duration"),
)
"""More fields work than are advertised (plex.md 5.1)."""


def title_sort(item: Item) -> str:
    """The title as it is sorted: without its article."""
    named = str(item.more.get("titleSort", item.title))
    article = next((a for a in ARTICLES if named.casefold().startswith(a)), "")
    return named[len(article) :]


def seconds(date: str) -> int | None:
    """Unix seconds of a YYYY-MM-DD."""
    return timegm(strptime(date, "%Y-%m-%d")) if date else None


def _more(name: str) -> Callable[[Item, View], Value]:
    def read(item: Item, view: View) -> Value:
        found = item.more.get(name)
        return found if isinstance(found, int | float | str) else None

    return read


def _unwatched(item: Item, view: View) -> bool:
    return view.sum(item).viewed < len(item.plays())


COMMON: dict[str, Field] = {
    "title": Field("string", lambda item, view: item.title),
    "titleSort": Field("string", lambda item, view: title_sort(item)),
    "id": Field("integer", lambda item, view: item.key),
    "guid": Field("guid", lambda item, view: item.guid),
    "index": Field("integer", lambda item, view: item.index),
    "year": Field("integer", lambda item, view: item.year),
    "summary": Field("string", _more("summary")),
    "tagline": Field("string", _more("tagline")),
    "studio": Field("string", _more("studio")),
    "contentRating": Field("string", _more("contentRating")),
    "rating": Field("integer", _more("rating")),
    "audienceRating": Field("integer", _more("audienceRating")),
    "absoluteIndex": Field("integer", _more("absoluteIndex")),
    "originallyAvailableAt": Field("date", lambda item, view: seconds(item.released)),
    "addedAt": Field("date", lambda item, view: item.added),
    "updatedAt": Field("date", lambda item, view: item.updated),
    "duration": Field("integer", lambda item, view: item.duration or None),
    "userRating": Field("integer", lambda item, view: view.state(item).rating),
    "lastRatedAt": Field("date", lambda item, view: view.state(item).rated_at),
}
LEAF: dict[str, Field] = COMMON | {
    "viewCount": Field("integer", lambda item, view: view.state(item).count),
    "lastViewedAt": Field("date", lambda item, view: view.state(item).viewed_at),
    "unwatched": Field("boolean", lambda item, view: view.state(item).count == 0),
    "inProgress": Field("boolean", lambda item, view: view.state(item).offset > 0),
    "viewOffset": Field("integer", lambda item, view: view.state(item).offset or None),
    "resolution": Field("string", lambda item, view: item.quality),
}
PARENT: dict[str, Field] = COMMON | {
    "viewCount": Field("integer", lambda item, view: view.sum(item).count),
    "lastViewedAt": Field("date", lambda item, view: view.sum(item).viewed_at),
    "unwatched": Field("boolean", _unwatched),
    "unwatchedLeaves": Field("boolean", _unwatched),
    "inProgress": Field("boolean", lambda item, view: view.sum(item).in_progress),
    "unviewedLeafCount": Field("integer", lambda item, view: len(item.plays()) - view.sum(item).viewed),
    "leafCount": Field("integer", lambda item, view: len(item.plays())),
}


def chain(kind: str) -> tuple[str, ...]:
    """The kinds above and below this one, from the top down."""
    return next((levels for levels in LEVELS.values() if kind in levels), (kind,))


def fields(library: Library, kind: str) -> Mapping[str, Field]:
    """All fields of one kind, advertised or not."""

    def tag(name: str) -> Field:
        return Field("tag", lambda item, view: library.tag_ids(item, name))

    own = LEAF if kind in LEAVES else PARENT if kind != "collection" else COMMON
    return {**own, **{name: tag(name) for name in TAGS}}


def levels(library: Library, kind: str) -> dict[str, Mapping[str, Field]]:
    """The fields that a query for this kind may name, by level."""
    return {level: fields(library, level) for level in chain(kind)}


def described(library: Library, section: Section, active: str, kinds: tuple[str, ...]) -> dict[str, object]:
    """The `Meta` block of a section: what may be asked of it. A client takes the first field whose bare name fits,
    so the type's own level comes first (plex.md 15.4)."""
    types = [_type(library, section, kind, kind == active) for kind in kinds]
    named = {name: zip(OPERATORS[name], titles, strict=False) for name, titles in OPERATOR_TITLES.items()}
    field_types = [
        {"type": name, "Operator": [{"key": key, "title": title} for key, title in operators]}
        for name, operators in named.items()
    ]
    return {"Type": types, "FieldType": field_types}


def _type(library: Library, section: Section, kind: str, active: bool) -> dict[str, object]:
    path = f"/library/sections/{section.key}"
    own = [kind, *(level for level in chain(kind) if level != kind)]
    listed = [
        {"key": name if section.type == "movie" and kind == "movie" else f"{level}.{name}", "title": title}
        | {"type": fields(library, level)[name].type}
        for level in own
        for name, title in ADVERTISED
        if name in fields(library, level) and not (name == "unwatched" and level in ("show", "artist"))
    ]
    sorts = [
        {"defaultDirection": way, "descKey": f"{name}:desc", "key": name, "title": title}
        | ({"default": "asc", "active": True, "activeDirection": "asc"} if name == "titleSort" else {})
        for name, title, way in SORTS
        if name in fields(library, kind)
    ]
    filters = [
        {"filter": name, "filterType": "boolean" if name in ("unwatched", "inProgress") else "string"}
        | {"key": f"{path}/{name}", "title": name.capitalize(), "type": "filter"}
        for name in ("genre", "collection", "label", "unwatched", "inProgress")
        if name in fields(library, kind)
    ]
    named = {"movie": "Movies", "show": "TV Shows", "track": "Tracks"}.get(kind, kind.capitalize() + "s")
    key = f"{path}/collections?type=18" if kind == "collection" else f"{path}/all?type={TYPES[kind]}"
    return {
        "key": key,
        "type": kind,
        "title": named,
        "active": active,
        "Filter": filters,
        "Sort": sorts,
        "Field": listed,
    }
