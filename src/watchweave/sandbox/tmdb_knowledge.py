"""What the simulated TMDb knows beyond the catalogue: further titles and dates, other orders, and which ids it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha1
from itertools import pairwise

from msgspec import Struct

from .world import Catalogue, Work

KNOWN = {"movie": ("imdb",), "show": ("imdb", "tvdb"), "season": ("tvdb",), "episode": ("imdb", "tvdb")}
"""Which ids of others each kind can bear; a film has none of TheTVDB."""

GERMAN = (
    ["blaue", "stille", "alte", "letzte", "verlorene", "müde", "kühne", "goldene", "graue", "leise", "wilde", "späte"],
    ["Brücke", "Straße", "Küste", "Insel", "Uhr", "Reise", "Stimme", "Mühle", "Grenze", "Nacht", "Wüste", "Tür"],
)
FRENCH = (
    ["Jardin", "Fleuve", "Château", "Voyage", "Secret", "Témoin", "Hôtel", "Été", "Théâtre", "Piège", "Forêt", "Songe"],
    ["oublié", "étrange", "caché", "rêvé", "fêlé", "brûlé", "égaré", "gelé", "doré", "brisé", "léger", "salé"],
)
CYRILLIC = dict(zip("abcdefghijklmnopqrstuvwxyz", "абцдефгхийклмнопкрстуввхуз", strict=True))


class Title(Struct, frozen=True):
    """A title in one country and language; `text` is empty where nobody has translated it."""

    country: str
    language: str
    text: str
    type: str = ""


class Slot(Struct, frozen=True):
    """An episode at its place in some order."""

    season: int
    number: int
    work: Work


def chance(*parts: object) -> int:
    """A number that follows from these alone."""
    return int.from_bytes(sha1("/".join(map(str, parts)).encode()).digest()[:6])


def day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


@lru_cache(1 << 15)
def german(title: str) -> str:
    adjectives, nouns = GERMAN
    number, last = chance("german", title), (title.split() or [""])[-1]
    return f"Die {adjectives[number % 12]} {nouns[number // 12 % 12]} von {last}"


@lru_cache(1 << 15)
def french(title: str) -> str:
    nouns, adjectives = FRENCH
    number, last = chance("french", title), (title.split() or [""])[-1]
    return f"Le {nouns[number % 12]} {adjectives[number // 12 % 12]} d’{last}"


def russian(title: str) -> str:
    return "".join(CYRILLIC.get(letter, letter) for letter in title.lower()).capitalize()


class Knowledge:
    """All of it follows from the catalogue; the sets can be changed by hand.

    gaps: one id of others in so many is unknown here (0: none). together: shows whose regular seasons are one long
    season here, unlike at TheTVDB. ordered: shows with episode groups. gone: works that were merged or deleted.
    also: further titles of a work by its uid.
    """

    def __init__(self, catalogue: Catalogue, gaps: int = 10) -> None:
        shows = [show.uid for show in catalogue.of("show")]
        self.catalogue = catalogue
        self.gaps = gaps
        self.together = set(shows[2::3])
        self.ordered = set(shows[1::2]) | self.together
        self.gone: set[str] = set()
        self.also: dict[str, list[str]] = {}
        self._before = {
            after.uid: before for kind in ("movie", "show") for before, after in pairwise(catalogue.of(kind))
        }

    # Ids

    def has(self, work: Work) -> bool:
        return "tmdb" in work.ids and work.uid not in self.gone

    def bears(self, work: Work, space: str) -> bool:
        """Is this id of others known here?"""
        if space not in work.ids or space not in KNOWN[work.kind]:
            return False
        return not self.gaps or chance("gap", space, work.uid) % self.gaps > 0

    def external(self, work: Work, space: str) -> str | int | None:
        """An id of others; what is not known is null, or empty, or 0."""
        if self.bears(work, space):
            return work.ids[space]
        return (None, "" if space == "imdb" else 0)[chance("none", space, work.uid) % 2]

    def work(self, kind: str, number: str) -> Work | None:
        """By TMDb's own number, for one kind."""
        found = self.catalogue.find(kind, "tmdb", number)
        return found if found and self.has(found) else None

    def named(self, space: str, value: str) -> Iterator[Work]:
        """The works of all kinds that bear this id of others."""
        for kind, spaces in KNOWN.items():
            found = self.catalogue.find(kind, space, value) if space in spaces else None
            if found and self.has(found) and self.bears(found, space) and self.placed(found):
                yield found

    # Titles

    def original(self, work: Work) -> Title:
        """Its title in its own language; one work in four is French."""
        if chance("original", work.uid) % 4 == 0:
            return Title("FR", "fr", french(work.title))
        return Title("US", "en", work.title)

    def shown(self, work: Work, language: str = "") -> str:
        """The title in the language asked for, or else in English."""
        found = (title.text for title in self.translations(work) if title.language == language[:2])
        return next(found, "") or work.title

    def alternatives(self, work: Work) -> list[Title]:
        """Every second work is also called nearly as another one is."""
        found = [Title("DE", "de", german(work.title))]
        before = self._before.get(work.uid)
        if before and chance("mistaken", work.uid) % 2:
            found.append(Title("GB", "en", f"{before.title} Returns", "working title"))
        return found + [Title("US", "en", text) for text in self.also.get(work.uid, ())]

    def translations(self, work: Work) -> list[Title]:
        original = self.original(work)
        here = original.text if original.language == "fr" else ""
        return [
            Title("US", "en", ""),
            Title("DE", "de", german(work.title)),
            Title("FR", "fr", here),
            Title("RU", "ru", russian(work.title)),
        ]

    def titles(self, work: Work) -> set[str]:
        """Everything that it is called anywhere."""
        every = (self.original(work), *self.alternatives(work), *self.translations(work))
        return {work.title, *(title.text for title in every if title.text)}

    # Dates

    def released(self, work: Work) -> str:
        """The day of the first release in cinemas, or of the first episode; empty where unknown."""
        found = day(work.released) if work.released else ""
        if work.kind in ("movie", "show") and found and work.year and found[:4] != str(work.year):
            return f"{work.year}-01-08"  # the year was changed by hand
        return found

    def years(self, work: Work) -> set[int]:
        """The years of all releases of a film: some had a festival the year before, or came elsewhere a year later."""
        first = self.released(work)[:4]
        other = {0: -1, 1: 1}.get(chance("released", work.uid) % 4, 0)
        return {int(first), int(first) + other} if first else set()

    # Orders

    def aired(self, show: Work) -> list[Slot]:
        """All episodes in TMDb's own order, by season and number."""
        listed = self.official(show)
        if show.uid not in self.together:
            return listed
        regular = [slot for slot in listed if slot.season]
        long = [Slot(1, number, slot.work) for number, slot in enumerate(regular, 1)]
        return [slot for slot in listed if not slot.season] + long

    def official(self, show: Work) -> list[Slot]:
        """The order of the catalogue, which is TheTVDB's."""
        known = (episode for episode in show.episodes if self.has(episode))
        slots = [Slot(episode.season or 0, episode.number or 0, episode) for episode in known]
        return sorted(slots, key=lambda slot: (slot.season, slot.number))

    def dvd(self, show: Work) -> list[Slot]:
        """On the discs the last episode of each season stands first."""
        seasons = by_season(self.official(show))
        turned = {season: [slots[-1], *slots[:-1]] for season, slots in seasons.items()}
        return [Slot(season, n, slot.work) for season, slots in turned.items() for n, slot in enumerate(slots, 1)]

    def placed(self, work: Work) -> Slot | None:
        """Where an episode stands in TMDb's own order; other kinds stand where they say they do."""
        if work.kind == "season":
            held = work.show is not None and any(slot.season == work.number for slot in self.aired(work.show))
            return Slot(work.number or 0, 0, work) if held else None
        if work.kind != "episode" or work.show is None:
            return Slot(0, 0, work)
        return next((slot for slot in self.aired(work.show) if slot.work is work), None)


def by_season(slots: Sequence[Slot]) -> dict[int, list[Slot]]:
    seasons: dict[int, list[Slot]] = {}
    for slot in slots:
        seasons.setdefault(slot.season, []).append(slot)
    return seasons
