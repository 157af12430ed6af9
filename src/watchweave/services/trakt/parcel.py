"""Turns our records into what Trakt is told, and finds in its answer which of them it did not know; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from msgspec import Struct

from ...core.media import Kind, Media
from ...core.records import Record
from ..base import Refusal
from .convert import PLURAL

R = TypeVar("R", bound=Record)

ACCEPTED = {
    Kind.MOVIE: ("imdb", "tmdb"),
    Kind.SHOW: ("imdb", "tmdb", "tvdb"),
    Kind.SEASON: ("tvdb",),
    Kind.EPISODE: ("tvdb",),
}
"""Public ids that Trakt is told (4.2, 15). No slug: it changes. Never a title: it can hit something else."""

NOT_KNOWN = "Trakt does not know this."
NO_IDS = "Nothing is known of this by which Trakt could find it."
NUMBERED_OTHERWISE = (
    "The services number this show differently, and nothing else is known of this episode by which Trakt could find it."
)
UNKNOWN = (NOT_KNOWN, NO_IDS, NUMBERED_OTHERWISE)
"""Why Trakt could not be told what is meant."""


class Place(Struct, frozen=True):
    """Where a record stands in a body: flat under the plural of its kind, or under a show, its season, its number."""

    plural: str
    ids: Mapping[str, int | str]
    season: int | None = None
    number: int | None = None


def place(media: Media) -> Place | None:
    """How Trakt is told which thing is meant: by its own number, by public ids, else at its place under its show."""
    return flat(media) or _nested(media)


def flat(media: Media) -> Place | None:
    """The thing by itself. Removals know no other way: where what is under a show is not looked at, the show is meant."""
    if found := numbered(media):
        return found
    ids = _public_ids(media)
    return Place(PLURAL[media.kind], ids) if ids else None


def numbered(media: Media) -> Place | None:
    """The thing by Trakt's own number, if that is known."""
    ids = _own_number(media)
    return Place(PLURAL[media.kind], ids) if ids else None


def _nested(media: Media) -> Place | None:
    number = media.number if media.kind is Kind.EPISODE else None
    if media.parent is None or media.season is None or (media.kind is Kind.EPISODE and number is None) or media.order:
        return None  # in another order, another episode stands at this place
    ids = _own_number(media.parent) or _public_ids(media.parent)
    return Place("shows", ids, media.season, number) if ids else None


def _own_number(media: Media) -> dict[str, int | str]:
    word, _, number = media.key.partition(":")
    number = number if word == media.kind.word else media.ids.get("trakt", "")
    return {"trakt": int(number)} if number.isdigit() else {}


def show_name(show: Media) -> str:
    """How an address names a show: by Trakt's number, or an IMDb id; empty where neither is known."""
    return str(_own_number(show).get("trakt") or show.ids.get("imdb", ""))


def _public_ids(media: Media) -> dict[str, int | str]:
    return {
        space: int(media.ids[space]) if media.ids[space].isdigit() else media.ids[space]
        for space in ACCEPTED[media.kind]
        if space in media.ids
    }


class Parcel(Generic[R]):
    """Records on their way to Trakt: the body, and which of them a "not found" means. `unnamed` cannot be sent."""

    def __init__(
        self,
        records: Iterable[R],
        values: Callable[[R], Mapping[str, Any]],
        placed: Callable[[Media], Place | None] = place,
    ) -> None:
        self.body: dict[str, list[Any]] = {}
        self.unnamed: list[Refusal[R]] = []
        self._sent: list[tuple[R, Place]] = []
        shows: dict[Any, dict[str, Any]] = {}
        for record in records:
            found = placed(record.media)
            if found is None:
                self.unnamed.append(Refusal(record, NUMBERED_OTHERWISE if record.media.order else NO_IDS))
                continue
            self._sent.append((record, found))
            if found.season is None:
                self.body.setdefault(found.plural, []).append({"ids": found.ids, **values(record)})
            else:
                self._nest(shows, found, values(record))

    def __len__(self) -> int:
        return len(self._sent)

    @property
    def records(self) -> list[R]:
        """Those that are sent."""
        return [record for record, _ in self._sent]

    def _nest(self, shows: dict[Any, dict[str, Any]], found: Place, values: Mapping[str, Any]) -> None:
        """Under its show, which never stands alone: alone it would mean all its episodes (fact 9)."""
        name = (*sorted(found.ids.items()), found.number is None)  # a season meant as such has no episodes under it
        if name not in shows:
            shows[name] = {"ids": found.ids, "seasons": []}
            self.body.setdefault("shows", []).append(shows[name])
        seasons = shows[name]["seasons"]
        season = next((one for one in seasons if one["number"] == found.season), None)
        if season is None:
            season = {"number": found.season}
            seasons.append(season)
        if found.number is None:
            season.update(values)
        else:
            season.setdefault("episodes", []).append({"number": found.number, **values})

    def refused(self, not_found: Mapping[str, list[Any]]) -> list[Refusal[R]] | None:
        """The records that the answer does not know, in every shape of 4.2; None if it names what was never sent."""
        lost: dict[int, R] = {}
        for plural, entries in not_found.items():
            for told in (one for entry in entries for one in _parts(entry)):
                hits = {n: record for n, (record, sent) in enumerate(self._sent) if _means(plural, told, sent)}
                if not hits:
                    return None
                lost |= hits
        return [Refusal(record, NOT_KNOWN) for record in lost.values()]


class _Told(Struct, frozen=True):
    ids: Mapping[str, Any]
    season: int | None = None
    number: int | None = None


def _parts(entry: Any) -> Iterator[_Told]:
    """The single things that one entry of `not_found` names: itself, or its seasons, or their episodes."""
    if not isinstance(entry, dict):
        yield _Told({})
        return
    ids = entry.get("ids") or {}
    seasons = entry.get("seasons") or []
    if not seasons:
        yield _Told(ids)
    for season in seasons:
        episodes = season.get("episodes") or []
        if not episodes:
            yield _Told(ids, season.get("number"))
        for episode in episodes:
            yield _Told(ids, season.get("number"), episode.get("number"))


def _means(plural: str, told: _Told, sent: Place) -> bool:
    """Ids come back as sent, a number perhaps as text (4.2)."""
    ids = {space: str(value) for space, value in told.ids.items() if value not in (None, "")}
    if sent.plural != plural or not ids or any(str(sent.ids.get(space)) != value for space, value in ids.items()):
        return False
    return told.season in (None, sent.season) and told.number in (None, sent.number)
