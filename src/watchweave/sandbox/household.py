"""The household of the demo: who lives there, what the library holds, and what each did at each service in years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from .deeds import HOUR, MINUTE, YEAR, Deed, Lived, Person, Verb, astray, other
from .diaries import Diaries
from .plex_shelves import Names
from .titles import titles
from .world import DAY, START, WEEK, Catalogue, Work

LONGEST = 28 * HOUR
"""From midnight until the longest evening, which goes on into the night, is surely over."""
FRIDAY, SATURDAY = 4, 5
LATER = {"movie": 70, "show": 15}
"""So many are never begun: wishes come from them."""
WISHES = {"movie": 34, "show": 9}

PEOPLE = (
    Person("mara", years=8, weekday=0.26, weekend=0.58, films=0.45, mild=74, diary=7.75, series=2),
    Person("jonas", years=5, weekday=0.34, weekend=0.60, films=0.25, mild=66),
)


class Shelved(Struct, frozen=True):
    """A film or a whole show in the library, and since when."""

    uid: str
    added: int
    names: Names = "new"


@dataclass(frozen=True, slots=True)
class Household:
    """All of it; the same seed and end always give the same. Deeds are in the order in which they were done."""

    catalogue: Catalogue
    people: tuple[Person, ...]
    library: tuple[Shelved, ...]
    deeds: tuple[Deed, ...]
    end: int


def household(seed: int = 1, end: int = START) -> Household:
    """Invent the household as it stands at `end`. Nothing is done later than that, nor before a work was released."""
    random = Random(f"household {seed}")
    catalogue = titles()
    names = _library(random, catalogue)
    deeds: list[Deed] = []
    for person in PEOPLE:
        life = _Life(person, Random(f"{person.name} {seed}"), catalogue, names, end)
        deeds += life.told()
        deeds += Diaries(person, Random(f"{person.name} diaries {seed}"), life.lived, end).told()
    deeds.sort(key=lambda deed: (deed.at or 0, deed.person, deed.service, deed.verb, deed.uid))
    library = _shelved(random, catalogue, names, deeds, end)
    return Household(catalogue, PEOPLE, library, tuple(deeds), end)


def _whole(work: Work) -> Work:
    """The film, or the show that a season or an episode is of."""
    return work.show or work


def _library(random: Random, catalogue: Catalogue) -> Mapping[str, Names]:
    """Which films and shows stand in the library, home videos among them, and how well the server can name each."""
    names: dict[str, Names] = {}
    for kind, share, old in (("movie", 0.85, 8), ("show", 0.9, 2)):
        works = catalogue.of(kind)
        held = set(random.sample(range(len(works)), int(share * len(works))))
        shelf = [work.uid for place, work in enumerate(works) if place in held]
        aged = set(random.sample([uid for uid in shelf if kind == "movie" or "tvdb" in catalogue[uid].ids], old))
        names |= {uid: "old" if uid in aged else "new" for uid in shelf}
    for place, title in enumerate(("The lake, summer holidays", "Grandmother is eighty"), 1):
        video = catalogue.add(Work(f"h{place}", "movie", title, None, {}, 24, on_trakt=False))
        names[video.uid] = "none"
    return names


def _shelved(
    random: Random, catalogue: Catalogue, names: Mapping[str, Names], deeds: Sequence[Deed], end: int
) -> tuple[Shelved, ...]:
    """The library with the day on which each came into it: after its release, before anybody did anything with it."""
    first: dict[str, int] = {}
    for deed in deeds:
        if deed.at is not None:
            first.setdefault(_whole(catalogue[deed.uid]).uid, deed.at)
    shelved = []
    for uid, how in names.items():
        added = max(catalogue[uid].released, random.randrange(end - 10 * YEAR, end) // MINUTE * MINUTE)
        shelved.append(Shelved(uid, min(added, first.get(uid, end)), how))
    return tuple(shelved)


@dataclass(slots=True)
class _Life:
    """One person: first what they watched, evening by evening, then what the services were told of it."""

    person: Person
    random: Random
    catalogue: Catalogue
    library: Mapping[str, Names]
    end: int
    lived: Lived = field(default_factory=Lived)
    seen: dict[str, int] = field(default_factory=dict)
    """When each film, show and episode was first watched."""
    running: Iterator[Work] | None = None
    ahead: dict[str, list[Work]] = field(default_factory=dict)
    """Films and shows not begun yet, in the order in which they will be."""

    def told(self) -> Iterator[Deed]:
        """All that this person did at Plex and Trakt; about one in twenty records is not the same at both."""
        for kind in ("movie", "show"):
            works = [work for work in self.catalogue.of(kind) if work.ids]
            self.ahead[kind] = self.random.sample(works, len(works))
        self.lived.viewings += self.plays()
        yield from self.watched()
        yield from self.ticked()
        yield from self.rated()
        yield from self.wanted()
        self.lived.left += [work for kind in WISHES for work in self.ahead[kind][: -WISHES[kind]] if self.named(work)]

    # What they watched

    def plays(self) -> Iterator[tuple[Work, int]]:
        """What was watched, with the minute in which it ended."""
        again = False
        for day in range((self.end - self.person.years * YEAR) // DAY, (self.end - LONGEST) // DAY + 1):
            weekday = (day + 3) % 7  # the first day of unix time was a Thursday
            weekend = weekday >= FRIDAY
            if self.random.random() >= (self.person.weekend if weekend else self.person.weekday):
                continue
            start = day * DAY + 17 * HOUR + self.random.randrange(30, 210) * MINUTE
            if self.random.random() >= self.person.films:
                yield from self.binge(start, 300 if weekend else 110)
            elif film := self.film(start):
                ended = start + film.runtime * MINUTE
                yield film, ended
                if weekday == SATURDAY and ended + DAY <= self.end and (not again or self.random.random() < 0.03):
                    again = True
                    yield film, ended + DAY - self.random.randrange(6, 8) * HOUR

    def film(self, start: int) -> Work | None:
        """A film for this evening: now and then one that was seen before."""
        seen = [uid for uid in self.seen if self.catalogue[uid].kind == "movie"]
        if seen and self.random.random() < 0.12:
            return self.catalogue[self.random.choice(seen)]
        return self.begin("movie", start)

    def begin(self, kind: str, start: int) -> Work | None:
        """The next work of this kind that is out and was not begun yet; some are always left for later years."""
        ahead = self.ahead[kind]
        work = next((work for work in ahead[: -LATER[kind]] if work.released < start), None)
        if work is not None:
            ahead.remove(work)
            self.seen[work.uid] = start + work.runtime * MINUTE
        return work

    def binge(self, start: int, longest: int) -> Iterator[tuple[Work, int]]:
        """Episodes of the show that they are in the middle of, one after another."""
        minutes, at = self.random.randrange(45, longest), start
        while at < start + minutes * MINUTE:
            episode = self.episode(at)
            if episode is None:
                return
            at += episode.runtime * MINUTE
            self.seen.setdefault(episode.uid, at)
            yield episode, at

    def episode(self, at: int) -> Work | None:
        """The next episode; at the end of a show, or where they tire of it, the first one of another show."""
        episode = next(self.running, None) if self.running and self.random.random() > 0.004 else None
        if episode is None or episode.released > at:
            known = [uid for uid in self.seen if self.catalogue[uid].kind == "show"]
            again = self.catalogue[self.random.choice(known)] if known and self.random.random() < 0.15 else None
            show = again or self.begin("show", at)
            self.running = iter(show.episodes) if show else None
            episode = next(self.running, None) if self.running else None
        return episode

    # What the services were told

    def deeds(self, verb: Verb, work: Work, at: int | None, value: int | None = None) -> tuple[Deed, Deed]:
        plex = Deed(self.person.name, "plex", verb, work.uid, at, value)
        return plex, replace(plex, service="trakt")

    def owned(self, work: Work) -> bool:
        return _whole(work).uid in self.library

    def named(self, work: Work) -> bool:
        """Has the library all its ids? By the one id of an old agent alone a diary would not recognise it."""
        return self.library.get(_whole(work).uid) == "new"

    def watched(self) -> Iterator[Deed]:
        """Each play at both services, as far as the library has it: elsewhere one watches for Trakt alone."""
        for work, at in self.lived.viewings:
            if not self.owned(work):
                yield self.deeds("watch", work, at)[1]
        plays = [(work, at) for work, at in self.lived.viewings if self.owned(work)]
        ways = astray(self.random, len(plays), {"plex": 0.02, "trakt": 0.02, "apart": 0.01})
        for place, (work, at) in enumerate(plays):
            plex, trakt = self.deeds("watch", work, at)
            way = ways.get(place) if self.named(work) else None
            if way != "trakt":
                yield plex
            if way != "plex":
                yield replace(trakt, at=at - 3 * MINUTE) if way == "apart" else trakt

    def ticked(self) -> Iterator[Deed]:
        """Films seen before there were records: ticked at Plex one evening, or at Trakt on no date; and a home video."""
        evening = self.end - 400 * DAY
        films = [work for work in self.ahead["movie"] if self.named(work) and work.released < evening]
        for place, work in enumerate(self.random.sample(films, 10)):
            self.ahead["movie"].remove(work)
            plex, trakt = self.deeds("tick", work, evening + place * MINUTE)
            yield replace(trakt, at=None) if place % 2 else plex
        yield self.deeds("watch", self.catalogue["h1"], self.end - 30 * DAY)[0]

    def rated(self) -> Iterator[Deed]:
        """Ratings soon after the first time; half points at Plex, whole ones at Trakt."""
        shares = {"movie": 0.6, "show": 0.5, "episode": 0.02}
        works = [self.catalogue[uid] for uid in self.seen]
        works = [work for work in works if self.random.random() < shares[work.kind]]
        ways = astray(self.random, len(works), {"plex": 0.015, "trakt": 0.015, "other": 0.03})
        for place, work in enumerate(works):
            at = min(self.seen[work.uid] + self.random.randrange(2, 40) * MINUTE, self.end)
            halves = round(self.random.gauss(self.person.mild, 15) / 5)
            value = 5 * min(20, max(2, halves))
            self.lived.ratings.append((work, at, value))
            plex, trakt = self.deeds("rate", work, at, value)
            trakt = replace(trakt, value=(value + 5) // 10 * 10)
            way = ways.get(place)
            if way == "other":
                later = min(at + self.random.randrange(3, 300) * DAY, self.end)
                trakt = replace(trakt, value=other(trakt.value or 0), at=later)
            if way != "trakt" and self.owned(work):
                yield plex
            if way != "plex" or not self.owned(work):
                yield trakt

    def wanted(self) -> Iterator[Deed]:
        """Wishes for films and shows not begun yet; a watchlist needs no library."""
        works = [w for kind in WISHES for w in self.ahead[kind][-WISHES[kind] :] if w.released < self.end]
        ways = astray(self.random, len(works), {"plex": 0.03, "trakt": 0.03})
        for place, work in enumerate(works):
            at = self.end - self.random.randrange(2 * WEEK, 100 * WEEK) // MINUTE * MINUTE
            self.lived.wishes.append((work, max(at, work.released)))
            both = self.deeds("want", *self.lived.wishes[-1])
            yield from (deed for deed in both if ways.get(place) in (None, deed.service))
