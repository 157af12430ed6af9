"""What the simulated Serializd writes about shows, seasons, entries and lists, in camelCase."""

from __future__ import annotations

from collections.abc import Iterable

from .serializd_asking import Row
from .serializd_knowledge import Knowledge
from .serializd_member import Member
from .serializd_rules import Options, iso
from .serializd_shelves import Entry, Kept, MemberList
from .tmdb_knowledge import chance, day
from .world import Work

OLDER = {"isLog": "isLogged", "isRewatch": "isRewatched", "containsSpoiler": "containsSpoilers"}


class Rows:
    """Makes rows out of what is known."""

    def __init__(self, know: Knowledge, options: Options) -> None:
        self.know = know
        self.options = options

    # The catalogue

    def show(self, show: Work, member: Member, now: float) -> Row:
        airing = next((episode for episode in self.know.aired(show) if episode.released > now), None)
        return {
            "id": show.ids["tmdb"],
            "name": show.title,
            "status": "Returning Series" if airing else "Ended",
            "premiereDate": _day(show),
            "lastAirDate": self._last_aired(show, now),
            **self._size(show),
            "seasons": [self._season_row(season) for season in self.know.seasons(show)],
            "nextEpisodeToAir": self.episode(airing) if airing else None,
            "nextEpisodeForUser": self.next_episode(show, member),
        }

    def _size(self, show: Work) -> Row:
        return {"numSeasons": len(self.know.regular(show)), "numEpisodes": len(self.know.aired(show))}

    def _last_aired(self, show: Work, now: float) -> str | None:
        aired = [episode.released for episode in self.know.aired(show) if episode.released <= now]
        return day(max(aired)) if aired else None

    def _season_row(self, season: Work) -> Row:
        """The id stands in `seasonId`, or in `id` where that is 0; a season that cannot be logged has null."""
        number, own = self.know.season_id(season), chance("season", season.uid)
        ids = {"id": own % 100_000, "seasonId": number} if own % 2 else {"id": number, "seasonId": 0}
        return {
            **(ids if number is not None else {"id": season.ids.get("tmdb", 0), "seasonId": None}),
            "seasonNumber": season.number,
            "episodeCount": len(self.know.episodes(season)),
            "name": season.title,
            "airDate": _day(season),
        }

    def season(self, season: Work) -> Row:
        return {
            "seasonId": self.know.season_id(season),
            "seasonNumber": season.number,
            "name": season.title,
            "airDate": _day(season),
            "episodes": [self.episode(episode) for episode in self.know.episodes(season)],
        }

    def episode(self, episode: Work) -> Row:
        return {
            "episodeId": episode.ids.get("tmdb"),
            "episodeNumber": episode.number,
            "seasonNumber": episode.season,
            "name": episode.title,
            "airDate": _day(episode),
            "runtime": episode.runtime,
        }

    def found(self, show: Work) -> Row:
        """A show that a search found."""
        return {"id": show.ids["tmdb"], "name": show.title, "firstAirDate": _day(show)}

    def next_episode(self, show: Work, member: Member) -> Row | None:
        """The first that is not logged; none for a show that is finished, and none for one never started."""
        episodes = self.know.aired(show)
        left = [episode for episode in episodes if episode.uid not in member.logs]
        return self.episode(left[0]) if 0 < len(left) < len(episodes) else None

    # What a member holds

    def seasons_of(self, show: Work, kept: Iterable[Kept]) -> Row:
        """A show on the watched page or the watchlist, with those of its seasons that are there."""
        seasons = sorted(kept, key=lambda one: one.work.number or 0)
        return {
            "showId": show.ids["tmdb"],
            "seasonIds": [self.know.season_id(one.work) for one in seasons],
            "dateAdded": iso(max(one.at for one in seasons)),
            "showName": show.title,
            "bannerImage": None,
            **self._size(show),
        }

    def state(self, kept: Kept) -> Row:
        show = kept.work
        return {
            "showId": show.ids["tmdb"],
            "showName": show.title,
            "dateAdded": iso(kept.at),
            "bannerImage": None,
        }

    def entry(self, entry: Entry) -> Row:
        work = entry.work
        show, season = around(work)
        row = {
            "id": entry.id,
            "showId": show.ids["tmdb"],
            "seasonId": self.know.season_id(season) if season else None,
            "episodeNumber": work.number if work.kind == "episode" else entry.number,
            "rating": entry.rating,
            "reviewText": entry.text,
            "like": entry.like,
            "isLog": entry.is_log,
            "isRewatch": entry.is_rewatch,
            "containsSpoiler": entry.spoiler,
            "backdate": iso(entry.at),
            "dateAdded": iso(entry.added),
            "tags": list(entry.tags),
            "showName": show.title,
            "showSeasons": self._seasons_told(entry, show, season),
        }
        return {OLDER.get(name, name): value for name, value in row.items()} if self.options.older_spelling else row

    def _seasons_told(self, entry: Entry, show: Work, season: Work | None) -> list[Row]:
        """The seasons of the show, now and then without the one that the entry is about."""
        gap = season if self.options.gaps and entry.luck % self.options.gaps == 0 else None
        return [
            {"id": self.know.season_id(one), "seasonNumber": one.number, "name": one.title}
            for one in self.know.seasons(show)
            if one is not gap
        ]

    def personal_list(self, made: MemberList) -> Row:
        return {
            "listId": made.id,
            "listName": made.name,
            "listDescription": made.description,
            "isPrivate": made.private,
            "isRanked": made.ranked,
            "dateCreated": iso(made.created),
            "dateUpdated": iso(made.updated),
            "listItems": [
                {**self._listed(one.work), "position": position, "description": one.description}
                for position, one in enumerate(made.items, 1)
            ],
        }

    def _listed(self, work: Work) -> Row:
        show, season = around(work)
        return {
            "showId": show.ids["tmdb"],
            "seasonId": self.know.season_id(season) if season else None,
            "season": work.season,
            "episode": work.number if work.kind == "episode" else None,
        }


def around(work: Work) -> tuple[Work, Work | None]:
    """The show of a show, a season or an episode, and its season if it has one."""
    show = work.show or work
    return show, show.seasons[work.season] if work.season is not None else None


def _day(work: Work) -> str | None:
    return day(work.released) if work.released else None
