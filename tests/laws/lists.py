"""Random worlds of lists: people who fill, empty, delete and rename them, services that fail, a process that dies."""

from __future__ import annotations

import random
from collections import defaultdict

from tests.laws.household import Household
from tests.laws.worlds import FATES, Fragile
from tests.support.memory import Killed
from tests.support.town import DAY, HOUR, LISTER, MINUTE, Town
from watchweave.storage.accounts import Accounts
from watchweave.storage.lists import Lists, State

NAMES = ("ann", "bob", "cat", "dan")
GRAPHS: dict[str, list[tuple[str, str]] | None] = {
    "all": None,
    "pair": [("ann", "bob"), ("bob", "ann")],
    "chain": [("ann", "bob"), ("bob", "cat"), ("cat", "dan")],
    "fan": [("ann", "bob"), ("bob", "ann"), ("ann", "cat"), ("ann", "dan")],
    "into one": [("ann", "dan"), ("bob", "dan"), ("cat", "dan")],
}
TITLES = ("Trains", "Rain")
FILMS = ("heat", "ran", "alien", "solaris", "stalker")


class World(Household):
    """One random life with its syncs. Nothing but what people did here is what the laws are judged by."""

    graphs = GRAPHS

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.seed = seed
        self.graph = self.random.choice(list(GRAPHS))
        pairs = GRAPHS[self.graph]
        names = NAMES if pairs is None else sorted({name for pair in pairs for name in pair})
        self.names = list(names)
        self.town = Town(pairs, **dict.fromkeys(names, LISTER))
        self.town.store.__class__ = Fragile
        self.town.film(*FILMS)
        for box in self.town.boxes.values():
            box.makes_lists, box.stamps = self.random.random() < 0.8, self.random.random() < 0.6
        self.crashes, self.faults = self.random.choice([0.0, 0.1, 0.3]), self.random.choice([0.0, 0.2, 0.4])
        self.put: dict[tuple[str, str], set[str]] = defaultdict(set)
        """(title, film) -> the accounts on which a person put it there."""
        self.taken: set[tuple[str, str]] = set()
        """(title, film) that a person took out somewhere."""
        self.deleted: set[str] = set()
        """The titles of which a person deleted a list."""

    # ---------------------------------------------------------------- acts
    def act(self) -> None:
        box, title = self.random.choice(list(self.town.boxes.values())), self.random.choice(TITLES)
        film, there = self.random.choice(FILMS), box.listed(title)
        what = self.random.choice(["put"] * 5 + ["take"] * 2 + ["sort"] * 2 + ["delete"])
        if what == "put":
            box.list(title, film, at=self.town.time)
            self.put[title, film].add(box.name)
        elif what == "take" and film in there:
            box.unlist(title, film)
            self.taken.add((title, film))
        elif what == "sort" and film in there:
            box.sort(title, film)
        elif what == "delete" and there and self.random.random() < 0.3:
            box.unlist(title)
            self.deleted.add(title)
        else:
            return
        self.note(f"{box.name} {what} {film} in {title}")

    def behind(self) -> None:
        self.note("meanwhile")
        self.act()

    def trouble(self) -> None:
        for box in self.town.boxes.values():
            box.down = self.random.random() < self.faults * 0.3
            box.partial = {"lists"} if self.random.random() < self.faults * 0.3 else set()
            if self.random.random() < self.faults:
                box.fail_writes = [self.random.choice(("", *FATES)) for _ in range(self.random.randint(1, 4))]
            if self.random.random() < self.crashes * 0.5:
                box.fail_writes = [*box.fail_writes, self.random.choice(("kill_before", "kill_after", "kill_late"))]
            if self.random.random() < self.faults * 0.5:
                box.behind = self.behind
        store = self.town.store
        assert isinstance(store, Fragile)
        store.die_in = self.random.randint(1, 30) if self.random.random() < self.crashes else -1
        store.after = self.random.random() < 0.5

    def heal(self) -> None:
        for box in self.town.boxes.values():
            box.down, box.partial, box.fail_writes, box.behind = False, set(), [], None
        self.town.store.die_in = -1  # type: ignore[attr-defined]

    def sync(self, *, approve: bool = False) -> None:
        try:
            report = self.town.sync(yes=True)
            told = [f"{c.account} {c.verb} {c.list}: {c.media.title} {c.outcome}" for c in report.changes]
            self.note(f"sync {told} {report.note} {[h.why for h in report.held]}")
            for hold in report.held if approve else ():
                self.town.approve(hold.hold)
        except Killed:
            self.note("killed")
        self.check_now()

    def run(self) -> None:
        rounds = self.random.randint(2, 7)
        leaving = self.random.choice([-1, -1, -1, self.random.randrange(rounds)])
        for this in range(rounds):
            if this == leaving:
                self.leave()
            elif self.random.random() < 0.5:
                self.come_back()
            for _ in range(self.random.randint(0, 5)):
                self.act()
                self.town.wait(self.random.randint(1, 300))
            self.trouble()
            self.sync()
            self.heal()
            self.town.wait(self.random.choice([30, 10 * MINUTE, HOUR, DAY]))
        self.come_back()
        for _ in range(3):
            self.sync(approve=True)
            self.town.wait(2 * DAY)
        writes = self.town.writes()
        self.sync(approve=True)
        self.expect(self.town.writes() == writes, "C2 quiet")
        self.judge()

    # ---------------------------------------------------------------- laws
    def expect(self, holds: bool, law: str, text: object = "") -> None:
        if not holds:
            raise AssertionError(f"world {self.seed} ({self.graph}): {law}: {text}\n" + "\n".join(self.story))

    def check_now(self) -> None:
        """No list is made twice, and nothing stands in one that nobody put there."""
        heard = self.heard()
        for name, box in self.town.boxes.items():
            titles = [title for title, _ in box.lists.values()]
            self.expect(len(titles) == len(set(titles)), "one list of a title", f"{name}: {titles}")
            for title in titles:
                for film in box.listed(title):
                    givers = self.put[title, film] & heard[name]
                    self.expect(bool(givers), "C4 no invention", f"{name} {title}: {film}")

    def judge(self) -> None:
        heard, known = self.heard(), Lists(self.town.store.db)
        numbers = {name: number for number, (_, name) in Accounts(self.town.store).owned().items()}
        kept = {
            name: {known.titles(number)[one.list] for one in known.of(number).values() if one.state is State.KEPT}
            for name, number in numbers.items()
        }
        for title in TITLES:
            for name, box in self.town.boxes.items():
                shown = box.listed(title)
                for film in FILMS:
                    told = self.put[title, film] & heard[name]
                    able = title in kept[name] or (box.makes_lists and title not in self.deleted)
                    if told and able and (title, film) not in self.taken and title not in self.deleted:
                        self.expect(film in shown, "C5 no loss", f"{name} {title}: {film}, put by {told}")
                for mate in self.town.boxes:
                    if heard[mate] == heard[name] and title in kept[name] & kept[mate]:
                        other = self.town.boxes[mate].listed(title)
                        self.expect(shown == other, "C1 agreement", f"{title}: {name} {shown}, {mate} {other}")
                        orders = box.order(title), self.town.boxes[mate].order(title)
                        self.expect(orders[0] == orders[1], "C1 order", f"{title}: {name}, {mate}: {orders}")


def live(seed: int) -> None:
    world = World(seed)
    try:
        world.run()
    finally:
        world.town.store.close()
