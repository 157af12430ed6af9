"""The rows of a listing: what an item is, drawn once, and what one user did with it."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from msgspec import Raw

from .plex_library import Item, Library, State, View, digest
from .plex_render import Shape, halves, joined

KEPT_SHAPES = 4
"""Rendered variants kept per item."""
SIZES = {"2160": (3840, 2160, 24_000), "1080": (1920, 1080, 9_000), "720": (1280, 720, 4_000), "sd": (720, 576, 1_800)}


def noisy(rating: float) -> float:
    """A rating as it comes back from single precision: 7.6 is 7.599999904632568 (plex.md 7)."""
    return float(struct.unpack("f", struct.pack("f", rating))[0])


class Rows:
    """Draws rows; `noise` gives ratings back with the noise of single precision."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.noise = False

    def of(self, items: Iterable[Item], view: View, shape: Shape) -> list[Raw]:
        """Rows of these items, as this user sees them."""
        return [joined(self._drawn(item, shape), shape.trimmed(self.own(item, view)), shape.json) for item in items]

    def own(self, item: Item, view: View) -> dict[str, object]:
        """What the user did with it; what is none is absent."""
        if not item.is_leaf:
            return self._own_of_parent(item, view) if item.kind != "collection" else {}
        state = view.states.get(item)
        if state is None:
            return {}
        return {
            "viewCount": state.count or None,
            "lastViewedAt": state.viewed_at,
            "viewOffset": state.offset or None,
        } | self._rating(state)

    def _own_of_parent(self, item: Item, view: View) -> dict[str, object]:
        below = view.sum(item)
        return {
            "viewedLeafCount": below.viewed,
            "viewCount": below.count or None,
            "lastViewedAt": below.viewed_at,
        } | self._rating(view.state(item))

    def _rating(self, state: State) -> dict[str, object]:
        if state.rating is None:
            return {"lastRatedAt": state.rated_at}
        return {
            "userRating": noisy(state.rating) if self.noise else float(state.rating),
            "lastRatedAt": state.rated_at,
        }

    def _drawn(self, item: Item, shape: Shape) -> tuple[bytes, bytes]:
        drawn = item.drawn.get(shape)
        if drawn is None:
            if len(item.drawn) >= KEPT_SHAPES:
                item.drawn.clear()
            drawn = item.drawn[shape] = halves(shape.trimmed(self.described(item, shape)), shape.json)
        return drawn

    def described(self, item: Item, shape: Shape) -> dict[str, object]:
        """All fields that are the same for every user, in one level."""
        return {
            "ratingKey": str(item.key),
            "key": self._path(item),
            "guid": item.guid,
            "type": item.kind,
            "title": item.title,
            "summary": f"What {item.title} is about.",
            "index": item.index,
            "year": item.year,
            "originallyAvailableAt": item.released or None,
            "duration": item.duration or None,
            "addedAt": item.added or None,
            "updatedAt": item.updated or None,
            "thumb": f"{item.path}/thumb/{item.updated}",
            "art": f"{item.path}/art/{item.updated}",
            **above(item),
            **self._counts(item),
            **item.more,
            **({name: digest(name, item.guid, length=28) for name in shape.optional if name.endswith("BlurHash")}),
            **self._elements(item, shape),
        }

    def _path(self, item: Item) -> str:
        if item.kind == "collection":
            return f"/library/collections/{item.key}/children"
        return item.path if item.is_leaf else f"{item.path}/children"

    def _counts(self, item: Item) -> dict[str, object]:
        if item.is_leaf or item.kind == "collection":
            return {}
        return {"leafCount": len(item.plays()), "childCount": len(item.children)}

    def _elements(self, item: Item, shape: Shape) -> dict[str, object]:
        section = item.section
        found: dict[str, object] = {}
        if shape.detail:
            found["librarySectionID"] = section.key
            found["librarySectionTitle"] = section.title
            found["librarySectionKey"] = f"/library/sections/{section.key}"
        if item.is_leaf:
            found["Media"] = [media(item)]
        found["Genre"] = self._tags(item, "genre")
        found["Collection"] = self._tags(item, "collection")
        if shape.detail or item.kind == "collection":
            found["Label"] = self._tags(item, "label")
        if shape.guids:
            found["Guid"] = [{"id": guid} for guid in item.guids]
        return found

    def _tags(self, item: Item, kind: str) -> list[dict[str, object]]:
        ids = [(self.library.tag(kind, title), title) for title in item.tags.get(kind, ())]
        return [{"id": number, "filter": f"{kind}={number}", "tag": title} for number, title in ids]


def above(item: Item) -> dict[str, object]:
    """The parent and grandparent as they stand in a row."""
    found: dict[str, object] = {}
    for name, up in zip(("parent", "grandparent"), list(item.up())[1:], strict=False):
        found |= {
            f"{name}RatingKey": str(up.key),
            f"{name}Key": up.path,
            f"{name}Guid": up.guid,
            f"{name}Title": up.title,
            f"{name}Thumb": f"{up.path}/thumb/{up.updated}",
        }
        if name == "parent":
            found["parentIndex"] = up.index
    return found


def media(item: Item) -> dict[str, object]:
    """The file of an item, and how good it is."""
    if item.kind == "track":
        quality: dict[str, object] = {"audioCodec": "flac", "audioChannels": 2, "bitrate": 900, "container": "flac"}
        name, size = f"/data/music/{item.key}.flac", 30_000_000
    else:
        width, height, bitrate = SIZES.get(item.quality, SIZES["1080"])
        quality = {"width": width, "height": height, "bitrate": bitrate, "aspectRatio": 1.78, "container": "mkv"}
        quality |= {"videoCodec": "h264", "videoResolution": item.quality.replace("2160", "4k")}
        quality |= {"videoFrameRate": "24p", "audioCodec": "ac3", "audioChannels": 6}
        name, size = item.file or f"/data/{item.section.type}s/{item.title} ({item.key}).mkv", 4_000_000_000
    whose = item.lead or item
    number = whose.key * 10 + 2
    part = {"id": number, "key": f"/library/parts/{number}/{whose.added}/file.{quality['container']}"}
    part |= {"duration": item.duration, "file": name, "size": size, "container": quality["container"]}
    return {"id": item.key * 10 + 1, "duration": item.duration, **quality, "Part": [part]}
