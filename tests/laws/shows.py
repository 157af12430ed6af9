"""Random worlds of shows and films that every account numbers, names and knows by ids in its own way.

The world knows what each thing truly is. Every viewing has a minute of its own and every thing a rating of its own, so of
each record that an account shows it can be told what it was said of. Where nothing that anybody told could say that two
episodes are not one, a wrong record is excused: see `World.linked`.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, permutations
from typing import ClassVar

from tests.support.memory import Box, Thing
from tests.support.town import DAY, HOUR, MINUTE, NOON, PLEXLIKE, TRAKTLIKE, Town
from watchweave.core.media import Kind, Media
from watchweave.core.titles import Work
from watchweave.errors import Incomplete, Unavailable, UnexpectedAnswer
from watchweave.metadata.base import Source, Works

CASTS = (("plex", "trakt"), ("plex", "trakt"), ("trakt", "second"), ("plex", "attic"), ("plex", "attic", "trakt"),
         ("plex", "trakt", "second"))  # fmt: skip
FORMS = {"plex": PLEXLIKE, "attic": PLEXLIKE, "trakt": TRAKTLIKE, "second": TRAKTLIKE}
SPACES = ("imdb", "tmdb", "tvdb")
WORDS = ("Amber", "Birch", "Cedar", "Delta", "Ember", "Falcon", "Garnet", "Harbor", "Indigo", "Jasper", "Kestrel",
         "Lantern", "Meadow", "Nectar", "Opal")  # fmt: skip
FOREIGN = ("Bernstein", "Buche", "Zeder", "Mundung", "Glut", "Falke", "Granat", "Hafen", "Indisch", "Achat", "Turmfalke",
           "Laterne", "Wiese", "Honig", "Stein")  # fmt: skip
SILENT = ("merged", "split", "later", "earlier", "swapped", "turned")
"""Ways to number otherwise without a word."""
MOODS = ("well", "down", "nonsense", "short", "untitled", "undated")
Place = tuple[str, int, int, str]
"""Show, season, number, and the order in which they count."""


@dataclass(frozen=True)
class Fact:
    """What a thing truly is. value: the only rating that anybody gives it."""

    uid: str
    kind: Kind
    title: str
    year: int
    ids: dict[str, str]
    value: int
    show: str = ""
    foreign: str = ""
    aired: int | None = None
    runtime: int = 7200


def numbered(seasons: dict[int, list[str]], way: str, chance: random.Random) -> dict[str, tuple[int, int]]:
    """Where each episode stands in one way of numbering."""
    listed = {season: list(uids) for season, uids in seasons.items()}
    if way in ("dvd", "swapped"):
        for season in listed.keys() - {0}:
            one = chance.randrange(len(listed[season]) - 1)
            listed[season][one : one + 2] = reversed(listed[season][one : one + 2])
    elif way in ("absolute", "merged"):
        listed = {0: listed.get(0, []), 1: [uid for season in sorted(listed) if season for uid in listed[season]]}
    elif way == "split":
        half = len(listed[1]) // 2
        later = {season + 1: uids for season, uids in listed.items() if season > 1}
        listed = {0: listed.get(0, []), 1: listed[1][:half], 2: listed[1][half:], **later}
    elif way == "earlier":
        listed = {**listed, 0: [listed[1][0], *listed.get(0, [])], 1: listed[1][1:]}
    elif way == "turned":
        listed[0] = list(reversed(listed.get(0, [])))
    first = 2 if way == "later" else 1
    return {
        uid: (season, number)
        for season, uids in listed.items()
        for number, uid in enumerate(uids, first if season == 1 else 1)
    }


@dataclass
class Oracle(Source):
    """A metadata source that knows the truth, and numbers in its own way; what it says depends on its mood."""

    facts: dict[str, Fact] = field(default_factory=dict)
    lists: dict[tuple[str, str], dict[str, tuple[int, int]]] = field(default_factory=dict)
    """By show and order, where each episode stands."""
    name: str = "tvdb"
    mood: str = "well"
    chance: random.Random = field(default_factory=random.Random)
    free: bool = False
    budget: int | None = None
    was_short: bool = False
    """Has it ever left something out without a word?"""
    finds: ClassVar = {Kind.MOVIE: ("tvdb", "imdb", "tmdb"), Kind.SHOW: ("tvdb", "imdb", "tmdb")}
    searches: ClassVar = frozenset({Kind.MOVIE, Kind.SHOW})

    def asked(self) -> None:
        if self.mood == "down":
            raise Unavailable("Oracle", "no answer.")
        if self.mood == "nonsense":
            raise UnexpectedAnswer("Oracle", "the answer is no JSON.")

    def media(self, fact: Fact) -> Media:
        return Media(fact.kind, fact.ids, fact.title, fact.year, runtime=fact.runtime)

    async def find(self, kind: Kind, space: str, value: str) -> list[Media]:
        self.asked()
        return [self.media(f) for f in self.facts.values() if f.kind is kind and f.ids[space] == value]

    async def search(self, wanted: Media, *, narrow: bool = False) -> Works:
        self.asked()
        found = [f for f in self.facts.values() if f.kind is wanted.kind and wanted.title in (f.title, f.foreign)]
        if self.mood == "short":
            return Works([Work(self.media(f), (f.foreign,)) for f in found[:1]], whole=False)
        return Works([Work(self.media(f), (f.foreign,)) for f in found])

    async def episodes(self, show: Media, order: str = "aired") -> list[Media] | None:
        self.asked()
        uid = next((f.uid for f in self.facts.values() if f.kind is Kind.SHOW and f.ids.items() & show.ids.items()), "")
        if (uid, order) not in self.lists:
            return None
        listed = [self.listed(show, self.facts[one], place) for one, place in self.lists[uid, order].items()]
        if self.mood == "short":
            self.was_short = True
            if self.chance.random() < 0.5:
                raise Incomplete("Oracle", "the list is shorter than it says.")
            return [one for one in listed if self.chance.random() < 0.7]
        return listed

    def listed(self, show: Media, fact: Fact, place: tuple[int, int]) -> Media:
        title = "" if self.mood == "untitled" else fact.title
        aired = None if self.mood == "undated" else fact.aired
        return Media(Kind.EPISODE, fact.ids, title, None, show, *place, aired=aired)


@dataclass
class View:
    """How one account names things: what its keys truly are, and where it has put each episode, ever."""

    box: Box
    keys: dict[str, str] = field(default_factory=dict)
    ways: dict[str, str] = field(default_factory=dict)
    tongue: str = "same"
    knows: float = 1.0
    """How likely it tells an id of one space."""
    places: dict[str, set[Place]] = field(default_factory=lambda: defaultdict(set))
    shown: set[str] = field(default_factory=set)
    """What it has shown a record of."""
    spoilt: set[str] = field(default_factory=set)
    """Of these it told an id that is stale, or on two."""

    def told(self, key: str) -> dict[str, str]:
        """The ids that the account has told of this."""
        known = key in self.shown or key in self.box.library
        return self.box.ids[key] if known else {}


class World:
    """One random life with its syncs."""

    def __init__(self, seed: int) -> None:
        self.seed, self.random = seed, random.Random(seed)
        self.story: list[str] = []
        self.facts: dict[str, Fact] = {}
        self.seasons: dict[str, dict[int, list[str]]] = {}
        self.town = Town(**{name: FORMS[name] for name in self.random.choice(CASTS)})
        self.honest = self.random.random() < 0.4
        """Are all orders stated truly?"""
        self.make_facts()
        self.orders = {
            (show, way): numbered(seasons, way, self.random)
            for show, seasons in self.seasons.items()
            for way in ("aired", "dvd", "absolute", *SILENT)
        }
        self.views = {name: self.view(name, box) for name, box in self.town.boxes.items()}
        self.sources = self.make_sources()
        self.town.sources = self.sources
        self.viewings: dict[int, str] = {}
        """By its minute, what was watched then."""
        self.logged: set[tuple[str, str, int]] = set()
        self.watched: set[str] = set()
        self.marked: set[str] = set()
        """A mark may stand for any viewing before it."""
        self.rated: set[str] = set()
        self.unrated: set[str] = set()
        self.rates: dict[tuple[str, str], int] = {}
        """What persons rated where, until somebody takes it back."""
        self.corrected = False
        self.shifted: set[str] = set()
        """Shows that somebody has numbered anew."""
        self.answers = all(source.mood in ("well", "untitled", "undated") for source in self.sources)
        """Have all sources told all that they know?"""
        self.excused: set[tuple[str, int, str]] = set()
        """What was written where nothing could tell: shelf, mark, and the wrong thing that it stands on."""

    # ---------------------------------------------------------------- what there is
    def make_facts(self) -> None:
        for show in range(self.random.randint(1, 2)):
            uid = f"s{show}"
            self.fact(uid, Kind.SHOW, WORDS[show], 2000 + show)
            weekly, title = self.random.random() < 0.8, iter(self.random.sample(range(15), 15))
            seasons: dict[int, list[str]] = {}
            for season in range(3):
                for number in range(1, self.random.randint(2, 4)):
                    one, word = f"{uid}.{season}.{number}", next(title)
                    day = 12_000 + 400 * show + 150 * season + (7 * number if weekly else 0)
                    seasons.setdefault(season, []).append(one)
                    self.fact(one, Kind.EPISODE, f"{WORDS[word]} Road", 2000, show=uid, aired=day,
                              foreign=f"{FOREIGN[word]} Weg")  # fmt: skip
            for season in (1, 2):
                if len(seasons[season]) < 2:
                    one = f"{uid}.{season}.2"
                    seasons[season].append(one)
                    self.fact(one, Kind.EPISODE, f"{WORDS[next(title)]} Street", 2000, show=uid, foreign="Gasse",
                              aired=12_000 + 400 * show + 150 * season + (14 if weekly else 0))  # fmt: skip
            self.seasons[uid] = seasons
        for film in range(self.random.randint(1, 4)):
            title = self.random.choice(("Crash", "Heat Wave"))
            self.fact(f"m{film}", Kind.MOVIE, title, 1996 + self.random.choice((0, 0, 1, 8)), foreign=f"{title} Nacht")

    def fact(self, uid: str, kind: Kind, title: str, year: int, **more: object) -> None:
        number = len(self.facts) + 1
        ids = (f"tt{1_000_000 * kind + number}", str(2_000 * kind + number), str(7_000 + number))
        fact = Fact(uid, kind, title, year, dict(zip(SPACES, ids, strict=True)), 10 * (number % 10 + 1))
        self.facts[uid] = replace(fact, **more)  # type: ignore[arg-type]

    def make_sources(self) -> list[Oracle]:
        found = []
        for name in self.random.choice(((), ("tvdb",), ("tvdb",), ("tmdb", "tvdb"), ("tmdb",))):
            aired = "aired" if name == "tvdb" or self.honest else self.random.choice(("aired", *SILENT))
            ways = {"aired": aired} | ({"dvd": "dvd", "absolute": "absolute"} if name == "tvdb" else {})
            lists = {(s, order): self.orders[s, way] for s in self.seasons for order, way in ways.items()}
            found.append(Oracle(self.facts, lists, name, self.random.choice(("well", *MOODS)), self.random))
        return found

    def view(self, name: str, box: Box) -> View:
        library = "watched" in box.forms
        view = View(box, tongue=self.random.choice(("same", "same", "foreign", "numbered", "none")),
                    knows=self.random.choice((1.0, 0.7, 0.4, 0.0)))  # fmt: skip
        box.things = {}
        for show in self.seasons:
            ways = ("aired", "aired", *(("dvd", "absolute") if library else ()), *(() if self.honest else SILENT))
            view.ways[show] = self.random.choice(ways)
        for uid in self.facts:
            key = f"{name}:{uid}"
            view.keys[key] = uid
            box.ids[key] = {}
            self.describe(view, key)
            self.identify(view, key)
            self.describe(view, key)
            if library and (self.random.random() < 0.9 or self.facts[uid].kind is Kind.SHOW):
                box.library.add(key)
        if library and self.random.random() < 0.3:
            self.share(view)
        return view

    def describe(self, view: View, key: str) -> None:
        """Title, year and place of a thing as this account names it."""
        fact, name = self.facts[view.keys[key]], view.box.name
        thing = Thing(key, self.title(view, fact), fact.year, fact.kind, fact.runtime)
        thing.ids = view.box.ids[key]
        if fact.kind is Kind.MOVIE:
            thing.year += self.random.choice((0, 0, 0, 1, -1))
            thing.runtime = int(thing.runtime * self.random.choice((1, 1, 0.4)))
        if fact.kind is Kind.EPISODE:
            way = view.ways[fact.show]
            thing.season, thing.number = self.orders[fact.show, way][fact.uid]
            thing.order = way if way in ("dvd", "absolute") and thing.season else ""
            thing.parent = f"{name}:{fact.show}"
            thing.aired = self.random.choice((fact.aired, fact.aired, None))
            if view.tongue == "numbered":
                thing.title = f"Episode {thing.number}"
            view.places[key].add((fact.show, thing.season, thing.number, thing.order))
        assert view.box.things is not None
        view.box.things[key] = thing

    def title(self, view: View, fact: Fact) -> str:
        if fact.kind is Kind.SHOW or view.tongue == "same":
            return fact.title
        return "" if view.tongue == "none" and fact.kind is Kind.EPISODE else fact.foreign

    def identify(self, view: View, key: str) -> None:
        """The ids that this account tells of a thing."""
        fact = self.facts[view.keys[key]]
        knows = max(view.knows, 0.7) if fact.kind is Kind.SHOW else view.knows
        told = {space: fact.ids[space] for space in SPACES if self.random.random() < knows}
        if fact.kind is Kind.SHOW and not told:
            told = {"tvdb": fact.ids["tvdb"]}
        if told and fact.kind is not Kind.SHOW and self.random.random() < 0.06:
            space = self.random.choice(sorted(told))
            told[space] = f"tt{self.random.randint(8_000_000, 8_999_999)}" if space == "imdb" else str(self.random.randint(500_000, 599_999))  # fmt: skip
            view.spoilt.add(key)
        view.box.ids[key] = told
        assert view.box.things is not None
        view.box.things[key].ids = told  # it understands what it tells

    def share(self, view: View) -> None:
        """One id stands on two episodes of a show."""
        keys = sorted(k for k in view.box.library if view.places[k] and "tmdb" in view.box.ids[k])
        if len(keys) > 1:
            one, other = self.random.sample(keys, 2)
            if self.facts[view.keys[one]].show == self.facts[view.keys[other]].show:
                view.box.ids[other]["tmdb"] = view.box.ids[one]["tmdb"]
                view.spoilt |= {one, other}
                self.note(f"{view.box.name} has one tmdb id on {one} and {other}")

    # ---------------------------------------------------------------- acts
    def note(self, text: str) -> None:
        self.story.append(f"{self.town.time - NOON:>8} {text}")

    def act(self) -> None:
        others = ["mark", "rate", "rate", "rate", "unrate", "correct", "rename", "renumber"]
        kind = self.random.choice(["watch"] * 6 + others)
        getattr(self, kind)(self.random.choice(list(self.views.values())))

    def key(self, view: View) -> str:
        library = "watched" in view.box.forms
        return self.random.choice(sorted(k for k in view.keys if not library or k in view.box.library))

    def watch(self, view: View) -> None:
        key = self.key(view)
        uid = view.keys[key]
        at = self.town.time - self.random.choice((0, 1, 30)) * DAY - self.random.randint(60, 1200) * MINUTE
        near = (at // MINUTE - minute for minute, what in self.viewings.items() if what == uid)
        clear = at // MINUTE not in self.viewings and all(abs(apart) >= 60 * 60 for apart in near)
        if clear and self.facts[uid].kind is not Kind.SHOW:
            self.watch_this(view, key, at)

    def watch_this(self, view: View, key: str, at: int) -> None:
        minute = at // MINUTE
        view.box.watch(key, at, self.town.time)
        self.saw(view, key, minute)
        self.note(f"{view.box.name} watch {key} at {minute}")

    def saw(self, view: View, key: str, minute: int) -> None:
        uid = view.keys[key]
        self.viewings[minute] = uid
        self.watched.add(uid)
        self.logged.add((view.box.name, key, minute))

    def mark(self, view: View) -> None:
        key, minute = self.key(view), self.town.time // MINUTE
        if "watched" not in view.box.forms or key in view.box.flags or minute in self.viewings or not view.places[key]:
            return
        view.box.mark(key, self.town.time)
        self.viewings[minute] = view.keys[key]
        self.watched.add(view.keys[key])
        self.marked.add(view.keys[key])
        self.note(f"{view.box.name} mark {key} at {minute}")

    def rate(self, view: View) -> None:
        key = self.key(view)
        value = self.facts[view.keys[key]].value
        view.box.rate(key, value, self.town.time)
        self.rated.add(view.keys[key])
        self.rates[view.box.name, key] = value
        self.note(f"{view.box.name} rate {key} {value}")

    def unrate(self, view: View) -> None:
        if view.box.ratings and self.random.random() < 0.5:
            key = self.random.choice(sorted(view.box.ratings))
            view.box.rate(key, None, self.town.time)
            self.unrated.add(view.keys[key])
            self.note(f"{view.box.name} unrate {key}")

    def correct(self, view: View) -> None:
        """Other ids of the same thing are told from now on."""
        key = self.key(view)
        if self.random.random() < 0.5 and self.facts[view.keys[key]].kind is not Kind.SHOW:
            before, view.knows = view.knows, 0.7
            self.identify(view, key)
            view.knows = before
            self.corrected = True
            self.moved(view, f"corrects {key} to {view.box.ids[key]}")

    def rename(self, view: View) -> None:
        view.tongue = self.random.choice(("same", "foreign", "numbered"))
        for key in view.keys:
            self.describe(view, key)
        self.moved(view, f"speaks {view.tongue}")

    def renumber(self, view: View) -> None:
        if self.honest or self.random.random() < 0.5:
            return
        show = self.random.choice(sorted(self.seasons))
        view.ways[show] = self.random.choice(("aired", *SILENT))
        self.shifted.add(show)
        for key, uid in view.keys.items():
            if self.facts[uid].show == show:
                self.describe(view, key)
        self.moved(view, f"numbers {show} {view.ways[show]}")

    def moved(self, view: View, text: str) -> None:
        for shelf in view.box.moved:
            view.box.move(shelf)
        self.note(f"{view.box.name} {text}")

    # ---------------------------------------------------------------- syncs
    def sync(self, **more: bool) -> None:
        for view in self.views.values():
            view.shown = view.box.told
        report = self.town.sync(yes=True)
        self.note("sync " + ", ".join(f"{c.account} {c.verb} {c.shelf} {c.media.named()} {c.value} {c.outcome}"
                                      for c in report.changes) + f" {[h.why for h in report.held]}")  # fmt: skip
        for hold in report.held:
            if more or self.random.random() < 0.5:
                self.note(f"approve {hold.hold}")
                self.town.approve(hold.hold)
        self.check_now()

    def run(self) -> None:
        for name, view in self.views.items():
            self.note(f"{name}: {view.ways} {view.tongue} knows {view.knows}")
        self.note(f"sources {[(s.name, s.mood) for s in self.sources]}")
        for _ in range(self.random.randint(2, 6)):
            for _ in range(self.random.randint(1, 6)):
                self.act()
                self.town.wait(self.random.randint(60, 400))
            self.sync()
            self.town.wait(self.random.choice([10 * MINUTE, HOUR, DAY, 10 * DAY]))
            for source in self.sources:
                if self.random.random() < 0.2:
                    source.mood = self.random.choice(MOODS)
                    self.answers &= source.mood in ("well", "untitled", "undated")
        self.quiet()
        self.judge()

    def quiet(self) -> None:
        self.town.wait(3 * DAY)
        for left in (4, 3, 2, 1, 0):
            for box in self.town.boxes.values():
                for shelf in box.moved:
                    box.move(shelf)
            was = len(self.story)
            self.sync(approve=True)
            assert self.town.report is not None
            done = any(change.outcome == "done" for change in self.town.report.changes)
            late = any(source.mood == "short" for source in self.sources)  # it may tell today what it left out before
            self.expect(left > 1 or late or not done, "quiet", "\n".join(self.story[was:]))
            self.town.wait(HOUR)

    # ---------------------------------------------------------------- laws
    def expect(self, holds: bool, law: str, text: object = "") -> None:
        if not holds:
            raise AssertionError(f"world {self.seed}: {law}: {text}\n" + "\n".join([*self.story, *self.naming()]))

    def naming(self) -> Iterator[str]:
        """How everybody names what somebody has a record of."""
        known = {view.keys[key] for view in self.views.values() for key in view.shown}
        shows = {self.facts[uid].show for uid in known}
        known |= {uid for uid, fact in self.facts.items() if fact.kind is Kind.MOVIE or fact.show in shows - {""}}
        yield f"told apart: {self.told_apart()}"
        for uid in sorted(known):
            for view in self.views.values():
                for key in (key for key, what in view.keys.items() if what == uid):
                    thing = view.box.things[key]  # type: ignore[index]
                    there = "" if key in view.box.library else "not in library " * bool("watched" in view.box.forms)
                    yield f"  {key} S{thing.season}E{thing.number}{thing.order} {thing.title!r} ({thing.year}, {thing.runtime}) {view.box.ids[key]} {there}{'' if key in view.shown else 'not shown'}"

    def records(self) -> Iterator[tuple[str, str, str, int]]:
        """Account, key, shelf and what tells whose record it is."""
        for name, box in self.town.boxes.items():
            for native, (key, at, _) in box.plays.items():
                if not native.startswith("view:"):
                    yield name, key, "history", (at or 0) // MINUTE
            for key in box.flags:
                yield name, key, "watched", 0
            for key, (value, _) in box.ratings.items():
                yield name, key, "ratings", value

    def check_now(self) -> None:
        """No record of one thing stands on another one, and none stands twice."""
        linked = None
        for name, key, shelf, mark in self.records():
            uid = self.views[name].keys[key]
            if (whose := self.whose(shelf, mark)) and uid not in whose and (shelf, mark, uid) not in self.excused:
                linked = self.linked() if linked is None else linked
                held = any(linked[one] == linked[uid] for one in whose) or (
                    not mark and any(linked[other] == linked[uid] for _, _, other in self.excused)
                )
                self.expect(held, "wrong landing", f"{shelf} of {sorted(whose)[:4]} ({mark}) on {key} of {name}")
                self.excused.add((shelf, mark, uid))
            self.expect(bool(whose), "invention", f"{shelf} {mark} on {key} of {name}")
        for name, view in self.views.items():
            plays = [(view.keys[key], (at or 0) // MINUTE) for native, (key, at, _) in view.box.plays.items()
                     if not native.startswith("view:")]  # fmt: skip
            strayed = {minute for shelf, minute, _ in self.excused if shelf == "history"}
            twice = {one for one in plays if plays.count(one) > 1 and one[1] not in strayed}
            self.expect(not twice, "double", f"{twice} on {name}")

    def whose(self, shelf: str, mark: int) -> set[str]:
        """The things that this record was said of."""
        if shelf == "history" and mark:
            return {self.viewings[mark]} if mark in self.viewings else set()
        if shelf == "ratings":
            return {uid for uid in self.rated if self.facts[uid].value == mark}
        return self.watched  # a flag, or a play of which no time is known

    def linked(self) -> dict[str, str]:
        """Episodes that nothing tells apart, by one of them.

        Excused is this alone: two accounts have two episodes at one place of one show and order, their ids contradict in no
        space, and of this season no account has told anything by which it could be known that it is numbered differently:
        neither one episode at two places nor two at one place. Films are never excused where somebody can be asked.
        """
        root = {uid: uid for uid in self.facts}

        def find(uid: str) -> str:
            while root[uid] != uid:
                uid = root[uid]
            return uid

        spots: dict[Place, list[tuple[View, str]]] = defaultdict(list)
        for view in self.views.values():
            for key, places in view.places.items():
                for place in places:
                    spots[place].append((view, key))
        told, twice = self.told_apart(), self.on_two()
        for place, named in spots.items():
            for (one, key), (other, second) in combinations(named, 2):
                if one is not other and one.keys[key] != other.keys[second]:
                    silent = place[:2] not in told or place[3]
                    mine, theirs = (dict(v.told(k).items() - twice) for v, k in ((one, key), (other, second)))
                    if silent and not clash(mine, theirs):
                        root[find(one.keys[key])] = find(other.keys[second])
        for uid, other in (*self.mistaken(), *self.misread()):
            root[find(uid)] = find(other)
        if not self.sources:
            for one_, other_ in combinations([f for f in self.facts.values() if f.kind is Kind.MOVIE], 2):
                if one_.title == other_.title:
                    root[find(one_.uid)] = find(other_.uid)
        return {uid: find(uid) for uid in root}

    def on_two(self) -> set[tuple[str, str]]:
        """The ids that an account tells of two of its own: they are keys of neither."""
        found: set[tuple[str, str]] = set()
        for view in self.views.values():
            told = [named for key in view.keys if view.places[key] for named in view.told(key).items()]
            found |= {named for named in told if told.count(named) > 1}
        return found

    def mistaken(self) -> Iterator[tuple[str, str]]:
        """What an account tells an id of another thing of, and of that thing it does not tell it: nobody can know."""
        owner = {(fact.kind, *named): uid for uid, fact in self.facts.items() for named in fact.ids.items()}
        for view in self.views.values():
            told = {(view.keys[key], *named) for key in view.keys for named in view.told(key).items()}
            for key in view.spoilt:
                uid = view.keys[key]
                others = {(owner.get((self.facts[uid].kind, *named), uid), *named) for named in view.told(key).items()}
                yield from ((uid, other[0]) for other in others - told)

    def misread(self) -> Iterator[tuple[str, str]]:
        """What stands at one place in an account and in a list that left others out, and was first shown on one day."""
        for source in (source for source in self.sources if source.was_short):
            for view in self.views.values():
                for key, uid in view.keys.items():
                    for show, season, number, order in view.places[key]:
                        listed = source.lists.get((show, order or "aired"), {})
                        others = [other for other, place in listed.items() if place == (season, number)]
                        yield from ((uid, other) for other in others if self.near(uid, other))

    def near(self, uid: str, other: str) -> bool:
        one, two = self.facts[uid].aired, self.facts[other].aired
        return one is not None and two is not None and abs(one - two) <= 2

    def told_apart(self) -> set[tuple[str, int]]:
        """The seasons of which it can be known that accounts number them differently."""
        found: set[tuple[str, int]] = {(show, 0) for show in self.seasons}
        told = [(view, key) for view in self.views.values() for key in view.keys if view.told(key) and view.places[key]]
        twice = self.on_two()
        for (one, key), (other, second) in combinations(told, 2):
            mine, theirs = place_now(one, key), place_now(other, second)
            if mine[0] != theirs[0] or mine[3] or theirs[3] or key in one.spoilt or second in other.spoilt:
                continue
            ids, others = (dict(v.told(k).items() - twice) for v, k in ((one, key), (other, second)))
            if (ids.items() & others.items() and mine != theirs) or (mine == theirs and clash(ids, others)):
                found |= {mine[:2], theirs[:2]}
        return found

    def judge(self) -> None:
        """What persons said is still there; who shares true ids agrees; what can be known is known."""
        for name, key, minute in self.logged:
            self.expect(minute in minutes(self.views[name].box, key), "loss", f"{key} at {minute} on {name}")
        spoilt = {view.keys[key] for view in self.views.values() for key in view.spoilt}
        calm = self.honest and not self.corrected and not spoilt
        self.judge_ratings()
        if not self.excused:
            for one, other in combinations(self.views.values(), 2):
                self.judge_pair(one, other, spoilt | self.marked)
        if calm and not self.excused and self.answers and "tvdb" in {source.name for source in self.sources}:
            for one, other in permutations(self.views.values(), 2):
                self.judge_landing(one, other)

    def judge_ratings(self) -> None:
        linked = self.linked()
        gone = {linked[uid] for uid in self.unrated}
        for (name, key), value in self.rates.items():
            view = self.views[name]
            uid, shown = view.keys[key], view.box.ratings.get(key, (0, 0))[0]
            # who rates anew what was told wrongly, by the same value, says nothing that could be seen
            excused = (
                linked[uid] in gone or ("ratings", shown, uid) in self.excused or self.facts[uid].show in self.shifted
            )
            self.expect(shown == value or excused, "loss", f"rating of {key} on {name}")

    def judge_pair(self, one: View, other: View, doubtful: set[str]) -> None:
        for key, uid in one.keys.items():
            second = f"{other.box.name}:{uid}"
            shared = one.told(key).items() & other.told(second).items()
            if uid not in doubtful and shared and not (len(shared) == 1 and self.is_odd((one, key), (other, second))):
                self.lands(one, key, other, second, "agreement")
                self.lands(other, second, one, key, "agreement")

    def is_odd(self, one: tuple[View, str], other: tuple[View, str]) -> bool:
        """Of these, which stand at two places, did one ever stand where a third account had it by another id? Then one id
        alone, which nobody else tells, may be wrong."""
        (mine, key), (theirs, second) = one, other
        told = mine.told(key).items() | theirs.told(second).items()
        places = mine.places[key] | theirs.places[second]
        thirds = [(v, f"{v.box.name}:{mine.keys[key]}") for v in self.views.values() if v not in (mine, theirs)]
        agree = any(third.places[name] & places and third.told(name).items() & told for third, name in thirds)
        return bool(mine.places[key] ^ theirs.places[second]) and agree

    def judge_landing(self, giver: View, view: View) -> None:
        """Of an episode that is no special: who names it in an order of its own and tells no id is understood by its list."""
        for key, uid in giver.keys.items():
            own = f"{view.box.name}:{uid}"
            if uid in self.marked or not giver.places[key]:
                continue
            mine, theirs = place_now(giver, key), place_now(view, own)
            if not giver.told(f"{giver.box.name}:{mine[0]}").items() & view.told(f"{view.box.name}:{mine[0]}").items():
                continue
            listed = bool(mine[3] and not giver.told(key) and view.told(own))
            if mine[1] and (listed or (mine == theirs and not mine[3])):
                self.lands(giver, key, view, own, "landing")

    def lands(self, giver: View, key: str, view: View, own: str, law: str) -> None:
        """All that was logged there has come here."""
        given = set(minutes(giver.box, key))
        if "watched" in view.box.forms:
            flagged = own in view.box.flags or own not in view.box.library
            self.expect(flagged or not given, law, f"{own} is not flagged as {key}")
        else:
            self.expect(given <= set(minutes(view.box, own)), law, f"{own} lacks plays of {key}")


def minutes(box: Box, key: str) -> list[int]:
    """When this account says that it was watched; what only comes of a mark aside."""
    plays = ((native, at) for native, (own, at, _) in box.plays.items() if own == key)
    return [(at or 0) // MINUTE for native, at in plays if not native.startswith("view:")]


def place_now(view: View, key: str) -> Place:
    thing = view.box.things[key]  # type: ignore[index]
    assert thing.season is not None
    assert thing.number is not None
    return view.keys[thing.parent], thing.season, thing.number, thing.order


def clash(one: dict[str, str], other: dict[str, str]) -> bool:
    """Do these contradict each other in a space, and agree in none?"""
    return any(other.get(space, value) != value for space, value in one.items()) and not one.items() & other.items()


def live(seed: int) -> None:
    """One world, from birth to judgement."""
    world = World(seed)
    try:
        world.run()
    finally:
        world.town.store.close()
