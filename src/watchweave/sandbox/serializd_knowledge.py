"""What the simulated Serializd knows of the catalogue: which shows, which seasons, and by which numbers."""

from __future__ import annotations

from .world import Catalogue, Work

YEARS = 2000
"""Seasons with this number and above do not exist there (reference, "Ids")."""


class Knowledge:
    """All of it follows from the catalogue; the sets can be changed by hand.

    unknown: shows that it has never heard of, by uid. empty: seasons without episodes here, by uid.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.unknown: set[str] = set()
        self.empty: set[str] = set()

    def shows(self) -> list[Work]:
        return [show for show in self.catalogue.of("show") if self._has(show)]

    def show(self, number: object) -> Work | None:
        """By its TMDb number."""
        found = self.catalogue.find("show", "tmdb", number)
        return found if found and self._has(found) else None

    def _has(self, show: Work) -> bool:
        return "tmdb" in show.ids and show.uid not in self.unknown

    def seasons(self, show: Work) -> list[Work]:
        """All that exist here, in order."""
        return [show.seasons[number] for number in sorted(show.seasons) if number < YEARS]

    def regular(self, show: Work) -> list[Work]:
        """Those that stand for the whole show: no specials, and nothing that cannot be logged."""
        return [season for season in self.seasons(show) if not special(season) and self.season_id(season) is not None]

    def season(self, show: Work, number: int) -> Work | None:
        return next((season for season in self.seasons(show) if season.number == number), None)

    def season_id(self, season: Work) -> int | None:
        """The TMDb number of a season; None if it cannot be logged."""
        return int(season.ids["tmdb"]) if "tmdb" in season.ids and self.episodes(season) else None

    def identified(self, show: Work, season_id: int) -> Work | None:
        """The season of this show with this id."""
        return next((season for season in self.seasons(show) if self.season_id(season) == season_id), None)

    def episodes(self, season: Work) -> list[Work]:
        """In order."""
        return [] if season.uid in self.empty else sorted(season.episodes, key=lambda episode: episode.number or 0)

    def aired(self, show: Work) -> list[Work]:
        """All episodes of the regular seasons, in order."""
        return [episode for season in self.regular(show) for episode in self.episodes(season)]


def special(season: Work) -> bool:
    return season.number == 0 or "special" in season.title.lower()
