"""Random worlds: people who act, services that fail, a process that dies; and the laws that hold all the same."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.laws.household import Household
from tests.support.memory import Box, Killed
from tests.support.town import DAY, DIARY, HOUR, MINUTE, NOON, PLEXLIKE, STARS, TRAKTLIKE, Town
from watchweave.core.records import Form
from watchweave.engine.decide import Terms
from watchweave.storage.staging import SHELVES
from watchweave.storage.store import Store

GRAPHS: dict[str, list[tuple[str, str]] | None] = {
    "all": None,
    "pair": [("plex", "trakt"), ("trakt", "plex")],
    "fan": [("plex", "trakt"), ("trakt", "plex"), ("plex", "diary"), ("plex", "stars")],
    "chain": [("plex", "trakt"), ("trakt", "diary"), ("diary", "stars"), ("stars", "hundred")],
    "one way": [("plex", "trakt")],
    "ancestors": [("hundred", "plex"), ("plex", "trakt"), ("trakt", "plex"), ("trakt", "diary"), ("stars", "diary")],
    "into one": [("plex", "trakt"), ("diary", "trakt"), ("stars", "trakt")],
    "relay": [("diary", "trakt"), ("trakt", "second"), ("second", "hundred"), ("hundred", "stars")],
}
HUNDRED = {"ratings": Form(steps=100, settle=60), "watchlist": Form(settle=60)}
FORMS = {"plex": PLEXLIKE, "trakt": TRAKTLIKE, "diary": DIARY, "stars": STARS, "hundred": HUNDRED, "second": TRAKTLIKE}
FILMS = ("heat", "ran", "alien", "solaris")
FATES = ("lost", "applied", "late", "half", "unsent")
APART = 90 * MINUTE
"""Two viewings on one account are never closer: W, and the 20 minutes by which either stamp may be off."""


class Fragile(Store):
    """A store whose process dies at a chosen transaction, before or after it is committed."""

    die_in = -1
    after = False

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[object]:  # type: ignore[override]
        self.die_in -= 1
        dying = self.die_in == 0
        with super().transaction(durable=durable) as db:
            yield db
            if dying and not self.after:
                raise Killed
        if dying:
            raise Killed


@dataclass
class Life:
    """What really happened: the only thing that the laws are judged by."""

    viewings: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    marks: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    close: set[str] = field(default_factory=set)
    """Films with viewings so close that those of two accounts may be taken for one."""
    known: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    """(account, film) -> the viewings that its person logged there."""
    removed: set[str] = field(default_factory=set)
    said: dict[tuple[str, str], list[object]] = field(default_factory=lambda: defaultdict(list))
    """(shelf, film) -> the values that somebody set."""
    where: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """(shelf, film) -> the accounts on which somebody set a value."""
    unwished: set[str] = field(default_factory=set)
    doubles: Counter[tuple[str, str]] = field(default_factory=Counter)


class World(Household):
    """One random life with its syncs."""

    graphs = GRAPHS

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.seed = seed
        self.graph = self.random.choice(list(GRAPHS))
        pairs = GRAPHS[self.graph]
        names = (
            list(FORMS) if pairs is None else sorted({name for pair in pairs for name in pair}, key=list(FORMS).index)
        )
        self.names = self.random.sample(names, self.random.randint(2, len(names))) if pairs is None else names
        self.town = Town(
            pairs,
            Terms(timezone=self.random.choice(["UTC", "America/New_York", "Asia/Kolkata"])),
            **{n: FORMS[n] for n in self.names},
        )
        self.town.store.__class__ = Fragile
        self.town.film(*FILMS, runtime=3600)
        for box in self.town.boxes.values():
            if box.library:
                box.library -= set(self.random.sample(FILMS, self.random.randint(0, 2)))
        self.life = Life()
        self.crashes = self.random.choice([0.0, 0.1, 0.3])
        self.faults = self.random.choice([0.0, 0.2, 0.4])
        self.haste = self.random.choice([0.0, 0.0, 0.3])
        """How often does somebody act while a sync writes?"""
        self.moved_in = self.random.random() < 0.3
        """Did another tool set marks before the first sync?"""
        self.evenings = self.random.random() < 0.4
        """Are films watched twice in an evening?"""
        self.turned = False
        self.ever: dict[str, set[str]] = {name: set(heard) for name, heard in self.heard().items()}
        """Whom each account hears, or has heard."""

    # ---------------------------------------------------------------- acts
    def box(self, shelf: str) -> Box | None:
        able = [box for box in self.town.boxes.values() if shelf in box.forms]
        return self.random.choice(able) if able else None

    def act(self) -> None:
        kind = self.random.choice(
            ["watch"] * 4 + ["rate"] * 3 + ["wish", "wish", "unwish", "unrate", "remove_play", "double", "mark"]
        )
        getattr(self, kind)()

    def behind(self) -> None:
        """Somebody acts right after one of our writes, before we can look again."""
        self.note("meanwhile")
        self.act()

    def watch(self) -> None:
        """A viewing, logged on one account or on several, with stamps that differ."""
        film = self.random.choice(FILMS)
        at = self.town.time - self.random.choice([0, 0, 1, 30]) * DAY - self.random.randint(1, 20) * HOUR
        clear = 60 * HOUR if "diary" in self.names else 4 * HOUR  # else, one known by its day: nobody can tell
        others = self.life.viewings[film] + self.life.marks[film]
        nearest = min((abs(at - other) for other in others), default=clear)
        if nearest < (APART if self.evenings else clear):
            return
        if nearest < clear:
            self.life.close.add(film)
        self.life.viewings[film].append(at)
        able = [
            b
            for b in self.town.boxes.values()
            if "history" in b.forms and ("watched" not in b.forms or film in b.library)
        ]
        for box in self.random.sample(able, min(len(able), self.random.choice([1, 1, 1, 2]))):
            box.watch(
                film,
                at + self.random.randint(-20, 20) * MINUTE,
                self.town.time,
                "day" if box.name == "diary" else "second",
            )
            self.life.known[box.name, film].add(at)
            self.note(f"{box.name} watch {film} at {at - NOON}")

    def mark(self) -> None:
        """A mark for a film that was watched: nobody can tell which viewing it stands for."""
        box = self.town.boxes.get("plex")
        films = [f for f in FILMS if box and self.life.viewings[f] and f in box.library - box.flags.keys()]
        if box and films:
            film = self.random.choice(films)
            box.mark(film, self.town.time)
            self.life.known[box.name, film].add(max(self.life.viewings[film]))
            self.life.marks[film].append(self.town.time)
            self.life.close.add(film)
            self.note(f"{box.name} mark {film}")

    def double(self) -> None:
        """A service logs one play twice within minutes."""
        box = self.town.boxes.get("trakt")
        if box is None or not box.plays:
            return
        key = self.random.choice(list(box.plays))
        film, at, _ = box.plays[key]
        if at is not None and at != 0 and not key.startswith("view:") and self.random.random() < 0.5:
            box.watch(film, at + 5 * MINUTE, self.town.time)
            self.life.doubles[box.name, film] += 1
            self.note(f"{box.name} double {film}")

    def say(self, box: Box, shelf: str, film: str, value: object) -> None:
        self.life.said[shelf, film].append(value)
        self.life.where[shelf, film].add(box.name)

    def rate(self) -> None:
        if box := self.box("ratings"):
            film = self.random.choice(FILMS)
            if box.forms["ratings"].library and film not in box.library:
                return
            value = self.random.randint(1, 100)
            box.rate(film, value, self.town.time)
            self.say(box, "ratings", film, box.ratings[film][0])
            self.note(f"{box.name} rate {film} {box.ratings[film][0]}")

    def unrate(self) -> None:
        if (box := self.box("ratings")) and box.ratings:
            film = self.random.choice(list(box.ratings))
            box.rate(film, None, self.town.time)
            self.say(box, "ratings", film, None)
            self.note(f"{box.name} unrate {film}")

    def wish(self) -> None:
        if box := self.box("watchlist"):
            film = self.random.choice(FILMS)
            box.wish(film, self.town.time)
            self.say(box, "watchlist", film, 100)
            self.note(f"{box.name} wish {film}")

    def unwish(self) -> None:
        if (box := self.box("watchlist")) and box.wishes:
            film = self.random.choice(list(box.wishes))
            box.unwish(film)
            self.say(box, "watchlist", film, None)
            self.note(f"{box.name} unwish {film}")

    def remove_play(self) -> None:
        if (box := self.box("history")) and box.plays and self.random.random() < 0.3:
            key = self.random.choice(list(box.plays))
            if key.startswith("view:"):  # it goes with its flag
                return
            self.life.removed.add(box.plays[key][0])
            box.remove_play(key)
            self.note(f"{box.name} remove {key}")

    # ---------------------------------------------------------------- syncs
    def trouble(self) -> None:
        for box in self.town.boxes.values():
            box.down = self.random.random() < self.faults * 0.3
            box.partial = {s for s in ("history", "ratings", "watchlist") if self.random.random() < self.faults * 0.2}
            box.empty = {
                s
                for s in ("ratings", "watchlist", "history")
                if self.random.random() < self.faults * 0.15 and self.seen(box, s) > 2
            }
            if self.random.random() < self.faults:
                box.fail_writes = [self.random.choice(("", *FATES)) for _ in range(self.random.randint(1, 3))]
            if self.random.random() < self.haste:
                box.behind = self.behind
            if self.random.random() < self.crashes * 0.5:
                box.fail_writes = [*box.fail_writes, self.random.choice(("kill_before", "kill_after"))]
        store = self.town.store
        assert isinstance(store, Fragile)
        store.die_in = self.random.randint(1, 40) if self.random.random() < self.crashes else -1
        store.after = self.random.random() < 0.5

    def seen(self, box: Box, shelf: str) -> int:
        """How much was seen there: an empty list of one or two cannot be told from a person's removals."""
        query = "SELECT count(*) FROM {} WHERE account = (SELECT id FROM account WHERE name = ?) {}"
        table, more = (
            ("entry", "") if shelf == "history" else ("held", f"AND seen IS NOT NULL AND shelf = {SHELVES[shelf]}")
        )
        return int(self.town.store.db.execute(query.format(table, more), (box.name,)).fetchone()[0])

    def heal(self) -> None:
        for box in self.town.boxes.values():
            box.down, box.partial, box.empty, box.fail_writes, box.behind = False, set(), set(), [], None
        self.town.store.die_in = -1  # type: ignore[attr-defined]

    def sync(self, **more: bool) -> None:
        try:
            report = self.town.sync(yes=True)
            self.note(
                "sync "
                + ", ".join(
                    f"{c.account} {c.verb} {c.shelf} {c.media.title} {c.value} {c.outcome}" for c in report.changes
                )
                + f" {[h.why for h in report.held]}"
            )
            for hold in report.held:
                if more or (hold.check != "doubted" and self.random.random() < 0.5):
                    self.note(f"approve {hold.hold}")
                    self.town.approve(hold.hold)
        except Killed:
            self.note("killed")
        self.check_now()

    def turn(self) -> None:
        """The person changes who hears whom."""
        fitting = [
            g
            for g, pairs in GRAPHS.items()
            if g != self.graph and {n for p in pairs or () for n in p} <= set(self.names)
        ]
        self.graph, self.turned = self.random.choice(fitting or [self.graph]), True
        self.town.directions = GRAPHS[self.graph]
        for name, heard in self.heard().items():
            self.ever[name] |= heard
        self.note(f"from now on {self.graph}")

    def leave(self) -> None:
        super().leave()
        self.turned = True

    def run(self) -> None:
        """A life of some days, then quiet, then the judgement."""
        rounds = self.random.randint(2, 7)
        turning = self.random.choice([-1, -1, -1, self.random.randrange(rounds)])
        leaving = self.random.choice([-1, -1, -1, self.random.randrange(rounds)])
        for _ in range(self.random.randint(1, 6) if self.moved_in else 0):
            self.random.choice([self.watch, self.mark])()
        for this in range(rounds):
            if this == turning:
                self.come_back()
                self.turn()
            elif this == leaving:
                self.leave()
            elif self.random.random() < 0.5:
                self.come_back()
            for _ in range(self.random.randint(0, 4)):
                self.act()
                self.town.wait(self.random.randint(1, 300))
            self.trouble()
            self.sync()
            self.heal()
            self.town.wait(self.random.choice([30, 30, 10 * MINUTE, HOUR, DAY]))
        self.come_back()
        self.quiet()
        self.judge()
        self.last_words()

    def quiet(self) -> None:
        """All services well; every shelf is read completely; days are over."""
        self.town.wait(3 * DAY)
        for _ in range(3):
            for box in self.town.boxes.values():
                for shelf in box.moved:
                    box.move(shelf)
            self.sync(approve=True)
            self.town.wait(20 * MINUTE + 2 * DAY)
        writes, was = self.town.writes(), len(self.story)
        self.sync(approve=True)
        self.expect(self.town.writes() == writes, "C2 quiet", "\n".join(self.story[was:]))

    # ---------------------------------------------------------------- laws
    def expect(self, holds: bool, law: str, text: object = "") -> None:
        if not holds:
            raise AssertionError(
                f"world {self.seed} ({self.graph}, {self.names}): {law}: {text}\n" + "\n".join(self.story)
            )

    def own_plays(self, name: str, film: str) -> list[str]:
        return [
            k for k, (uid, _, _) in self.town.boxes[name].plays.items() if uid == film and not k.startswith("view:")
        ]

    def check_now(self) -> None:
        """C4: at no moment does an account show more plays than were played."""
        for name, box in self.town.boxes.items():
            for film in FILMS if "history" in box.forms else ():
                most = len(set().union(*(self.life.known[giver, film] for giver in self.ever[name])))
                # of two entries of one viewing, the one that is left when a person removes the other speaks for a viewing
                givers = self.ever[name] if film in self.life.removed else {name}
                doubled = sum(self.life.doubles[giver, film] for giver in givers)
                count = len(self.own_plays(name, film))
                self.expect(count <= most + doubled, "C4 no invention", f"{name} {film}: {count} of {most}")

    def judge(self) -> None:
        heard = self.heard()
        for name, box in self.town.boxes.items():
            if "history" in box.forms and box.forms["history"].clock != "now":
                for film in set(FILMS) - self.life.removed:
                    known = [self.life.known[giver, film] for giver in heard[name]]
                    most = max(map(len, known)) if film in self.life.close else len(set().union(*known))
                    count = len(self.own_plays(name, film))
                    self.expect(count >= most, "C5 no loss", f"{name} {film}: {count} of {most}")
            if "watched" in box.forms:
                for film in box.library:
                    seen = any(self.own_plays(giver, film) for giver in heard[name])
                    if seen:
                        self.expect(film in box.flags, "C1 agreement", f"{name} {film} is not flagged")
        for shelf in ("ratings", "watchlist"):
            self.judge_values(shelf, heard)

    def judge_values(self, shelf: str, heard: dict[str, frozenset[str]]) -> None:
        for film in FILMS:
            shown = {}
            for name, box in self.town.boxes.items():
                if shelf in box.forms and not (box.forms[shelf].library and film not in box.library):
                    shown[name] = self.shows(box, shelf, film)
            said = set(self.life.said[shelf, film])
            for name, value in shown.items():
                form = self.town.boxes[name].forms[shelf]
                self.expect(
                    self.turned or value is None or any(form.fit(v) == value for v in said if v is not None),
                    "C4 no invention",
                    f"{name} {film} {shelf} {value} of {said}",
                )  # type: ignore[arg-type]
                if self.turned or (shelf == "watchlist" and film in self.life.viewings):
                    continue  # what was due on the word of somebody no longer heard is kept apart; a wish that was dropped after a viewing is kept apart
                mates = [n for n in shown if heard[n] == heard[name]]
                finest = max(mates, key=lambda n: self.town.boxes[n].forms[shelf].steps)
                self.expect(form.fit(shown[finest]) == value, "C1 agreement", f"{film} {shelf}: {shown}")
            if said and None not in said:
                for name, value in shown.items():
                    told = self.life.where[shelf, film] & heard[name]
                    self.expect(value is not None or not told, "C5 no loss", f"{name} {film} {shelf}")

    def last_words(self) -> None:
        """What is said when all agree is heard by everybody who hears it, whatever they held before."""
        self.town.wait(HOUR)
        said: dict[tuple[str, str], tuple[str, object]] = {}
        for shelf, film in ((shelf, film) for shelf in ("ratings", "watchlist") for film in FILMS):
            able = [b for b in self.town.boxes.values() if not b.forms[shelf].library or film in b.library]
            if not able or (shelf == "watchlist" and film in self.life.viewings):
                continue
            box = self.random.choice(able)
            shown = self.shows(box, shelf, film)
            self.town.wait(MINUTE)
            if shelf == "watchlist":
                box.wish(film, self.town.time) if shown is None else box.unwish(film)
            else:
                value = self.other(box, film)
                box.rate(film, None if shown and self.random.random() < 0.3 else value, self.town.time)
            if self.shows(box, shelf, film) == shown:
                continue
            said[shelf, film] = box.name, self.shows(box, shelf, film)
            self.note(f"{box.name} says at last {shelf} {film} {said[shelf, film][1]}")
        for _ in range(3):
            self.town.wait(HOUR)
            self.sync(approve=True)
        for (shelf, film), (who, value) in said.items():
            for name, heard in self.heard().items():
                box = self.town.boxes[name]
                if who in heard and not (box.forms[shelf].library and film not in box.library):
                    shown, meant = self.shows(box, shelf, film), box.forms[shelf].fit(value)  # type: ignore[arg-type]
                    self.expect(shown == meant, "the last word", f"{name} {shelf} {film}: {shown}, not {meant}")

    def other(self, box: Box, film: str) -> int | None:
        """A rating that nobody can take for what is shown somewhere, however coarse the one or the other scale."""
        shown = [each.ratings[film][0] for each in self.town.boxes.values() if film in each.ratings]
        held = {int(box.forms["ratings"].fit(value) or 0) for value in range(1, 101)}
        free = sorted(value for value in held if all(abs(value - one) > 20 for one in shown))
        return self.random.choice(free) if free else None

    def shows(self, box: Box, shelf: str, film: str) -> object:
        if shelf == "ratings":
            return box.ratings[film][0] if film in box.ratings else None
        return 100 if film in box.wishes else None


def live(seed: int) -> None:
    """One world, from birth to judgement."""
    world = World(seed)
    try:
        world.run()
    finally:
        world.town.store.close()
