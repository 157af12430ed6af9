"""What a person of the household keeps beside Plex and Trakt: films at Letterboxd, ratings at IMDb, series at Serializd."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from msgspec.structs import replace

from .deeds import HOUR, MINUTE, YEAR, Deed, Lived, Person, Verb, astray, other
from .world import DAY, Work

SEASONS = 12
"""No more than so many are kept at Serializd, which is asked for each of them by itself, five times a second at most."""
LIKED = 85
"""The lowest rating that goes with a heart."""
REVIEWS = (
    "Quieter than I remembered, and better for it.",
    "The last ten minutes are worth the first hour.",
    "I had forgotten how funny this is.",
    "Fell asleep, began again the next day. No regrets.",
    "Jonas liked it more than I did.",
    "You could live in every one of these rooms.",
)
TAGS = ("with Jonas", "rainy Sunday", "big screen", "worth another look")
WORDS: tuple[tuple[Verb, float, Sequence[str]], ...] = (("review", 0.07, REVIEWS), ("tag", 0.12, TAGS))
"""What is said of a viewing, how often, and in which words."""


class Diaries:
    """One person's, from what they really did; about one in twenty records is not as it is elsewhere."""

    def __init__(self, person: Person, random: Random, lived: Lived, end: int) -> None:
        self.person = person
        self.random = random
        self.lived = lived
        self.end = end

    def told(self) -> Iterator[Deed]:
        """All of it, in no order; nothing of somebody who keeps no diary."""
        if self.person.diary:
            yield from self.films(self.end - int(self.person.diary * YEAR))
            yield from self.votes()
        if self.person.series:
            yield from self.series(self.end - int(self.person.series * YEAR))

    def deed(self, service: str, verb: Verb, work: Work, at: int, value: int | None = None) -> Deed:
        return Deed(self.person.name, service, verb, work.uid, at, None if value is None else stars(value))

    def taste(self) -> int:
        """A rating such as this person gives."""
        return min(100, max(10, round(self.random.gauss(self.person.mild, 15))))

    def evening(self, since: int, work: Work) -> int:
        """Some evening since then on which the work was out."""
        day = self.random.randrange(max(since, work.released) // DAY + 1, self.end // DAY - 1)
        return day * DAY + 20 * HOUR

    # Letterboxd

    def films(self, joined: int) -> Iterator[Deed]:
        """A diary since then, with what is said in it. Some films of earlier days are marked on the first evening."""
        free = [work for work in self.lived.left if work.kind == "movie" and work.released < joined]
        marked, wanted, elsewhere = free[:6], free[6:8], [(work, self.evening(joined, work)) for work in free[8:13]]
        yield from (self.deed("letterboxd", "tick", work, joined + n * MINUTE) for n, work in enumerate(marked))
        plays = [(w, at) for w, at in self.lived.viewings if w.kind == "movie" and at >= joined]
        ways = astray(self.random, len(plays), {"missing": 0.02})
        for work, at in [play for place, play in enumerate(plays) if place not in ways] + elsewhere:
            yield self.deed("letterboxd", "watch", work, at)
            yield from self.words(work, at)
        given = [(w, at, value) for w, at, value in self.lived.ratings if w.kind == "movie" and at >= joined]
        yield from self.rated("letterboxd", given, elsewhere)
        yield from (self.deed("letterboxd", "like", work, at) for work, at, value in given if value >= LIKED)
        yield from self.wished(wanted)

    def words(self, work: Work, at: int) -> Iterator[Deed]:
        """Now and then a few are written into the entry, on the same evening."""
        for verb, share, texts in WORDS:
            if self.random.random() < share:
                deed = self.deed("letterboxd", verb, work, at + MINUTE)
                yield replace(deed, text=self.random.choice(texts))

    def wished(self, alone: Sequence[Work]) -> Iterator[Deed]:
        """The films of the watchlist, and these, which are wanted nowhere else."""
        wishes = [(work, at) for work, at in self.lived.wishes if work.kind == "movie"]
        ways = astray(self.random, len(wishes), {"missing": 0.05})
        more = [(work, self.evening(self.end - YEAR, work)) for work in alone]
        for work, at in [wish for place, wish in enumerate(wishes) if place not in ways] + more:
            yield self.deed("letterboxd", "want", work, at)

    # IMDb

    def votes(self) -> Iterator[Deed]:
        """All ratings ever given, and those of some films that are rated nowhere else."""
        rated = {work for work, _, _ in self.lived.ratings}
        unrated = [(w, at) for w, at in self.lived.viewings if w.kind == "movie" and w not in rated]
        yield from self.rated("imdb", self.lived.ratings, self.random.sample(unrated, 4))

    def rated(
        self, service: str, given: Sequence[tuple[Work, int, int]], alone: Sequence[tuple[Work, int]]
    ) -> Iterator[Deed]:
        """These ratings, but for some that are missing there, and some that changed there on second thoughts; and ratings
        of what was watched then and is rated there alone."""
        ways = astray(self.random, len(given), {"missing": 0.02, "other": 0.02})
        for place, (work, at, value) in enumerate(given):
            if (way := ways.get(place)) != "missing":
                yield self.deed(service, "rate", work, at, value)
            if way == "other":
                later = min(at + self.random.randrange(3, 300) * DAY, self.end)
                yield self.deed(service, "rate", work, later, other(stars(value)))
        yield from (self.deed(service, "rate", work, at + MINUTE, self.taste()) for work, at in alone)

    # Serializd

    def series(self, joined: int) -> Iterator[Deed]:
        """Some seasons since then, most with an entry for each episode; some are only marked when they are over. Ratings of
        seasons and episodes. And the first episodes of shows that were tried elsewhere."""
        seasons = self.seasons([(w, at) for w, at in self.lived.viewings if w.kind == "episode" and at >= joined])
        over = [season for season, plays in seasons.items() if {work for work, _ in plays} >= {*season.episodes}]
        marked = over[::3]
        for season in marked:
            yield self.deed("serializd", "tick", season, min(seasons[season][-1][1] + HOUR, self.end))
        plays = [play for season, of_season in seasons.items() if season not in marked for play in of_season]
        ways = astray(self.random, len(plays), {"missing": 0.02, "apart": 0.02})
        for place, (work, at) in enumerate(plays):
            if (way := ways.get(place)) != "missing":
                yield self.deed("serializd", "watch", work, at + 5 * MINUTE if way == "apart" else at)
        noted = {work for work, _ in plays}
        given = [rating for rating in self.lived.ratings if rating[0] in noted and rating[1] >= joined]
        yield from self.rated(
            "serializd", given, [(season, seasons[season][-1][1]) for season in over[1::2]] + plays[::20]
        )
        tried = [show for show in self.lived.left if show.kind == "show" and "tmdb" in show.ids]
        for first in [show.seasons[1].episodes[0] for show in tried if show.seasons[1].released < joined][:2]:
            yield self.deed("serializd", "watch", first, self.evening(joined, first))

    def seasons(self, plays: Sequence[tuple[Work, int]]) -> dict[Work, list[tuple[Work, int]]]:
        """The seasons that are kept there, with their plays: whole shows, as many as fit."""
        shows: dict[Work, dict[Work, list[tuple[Work, int]]]] = {}
        for work, at in plays:
            if work.show and "tmdb" in work.show.ids:
                season = work.show.seasons[work.season or 0]
                shows.setdefault(work.show, {}).setdefault(season, []).append((work, at))
        kept: dict[Work, list[tuple[Work, int]]] = {}
        for show in self.random.sample(list(shows), len(shows)):
            if len(kept) + len(shows[show]) <= SEASONS:
                kept |= shows[show]
        return kept


def stars(value: int) -> int:
    """A rating as services of whole points, or half stars, take it."""
    return (value + 5) // 10 * 10
