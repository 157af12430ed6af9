"""Plays the life of the household out: the services of its world, and at each what people did there, at its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from . import imdb_member, letterboxd_member, serializd_member
from .deeds import MINUTE, TIMEZONE, Deed, Person
from .household import Household
from .imdb import Imdb
from .letterboxd import Letterboxd
from .letterboxd_rules import Options
from .plex import Plex
from .serializd import Serializd
from .trakt import Trakt
from .trakt_account import Account
from .world import DAY, Work, World


class Services:
    """All that the household uses. What the services call the people are their names."""

    def __init__(self, home: Household, world: World) -> None:
        """The people have joined. The first owns the server."""
        self.world = world
        self.plex = Plex(world, owner=home.people[0].name)
        for person in home.people[1:]:
            self.plex.person(person.name, home=True)
        self.trakt = Trakt(world)
        self.letterboxd = Letterboxd(world, Options(entry_rates="always"))  # so that one upload is enough
        self.imdb = Imdb(world)
        self.serializd = Serializd(world)
        self._acts = {person.name: _joined(self, person) for person in home.people}

    def do(self, deed: Deed) -> None:
        """Do this, at the world's time."""
        self._acts[deed.person][deed.service](self.world.catalogue[deed.uid], deed)


def play_out(home: Household, world: World) -> Services:
    """Bring the services into the world, with the people and the library, and do there all that was done, each deed at
    its time; it is `home.end` afterwards. `world` has `home.catalogue`."""
    times = [deed.at for deed in home.deeds if deed.at is not None]
    world.clock.set(min([home.end, *times]))
    services = Services(home, world)
    for shelved in sorted(home.library, key=lambda shelved: shelved.added):
        services.plex.shelves.put(world.catalogue[shelved.uid], shelved.names, shelved.added)
    for deed in home.deeds:
        if deed.at is not None:
            world.clock.set(deed.at)
        services.do(deed)
    world.clock.set(home.end)
    return services


def _joined(services: Services, person: Person) -> Mapping[str, Callable[[Work, Deed], None]]:
    """What this person can do, by the name of the service; at those that people join, there is a member now."""
    name = person.name
    found = {"plex": partial(_at_plex, services.plex), "trakt": partial(_at_trakt, services.trakt.join(name))}
    if person.diary:
        found["letterboxd"] = partial(_at_letterboxd, services.letterboxd.join(name))
        found["imdb"] = partial(_at_imdb, services.imdb.join(name, timezone=TIMEZONE))
    if person.series:
        member = services.serializd.join(name, email=f"{name}@example.org", password="correct horse")
        found["serializd"] = partial(_at_serializd, member)
    return found


def _at_plex(plex: Plex, work: Work, deed: Deed) -> None:
    match deed.verb:
        case "watch":
            plex.watch(deed.person, work, at=deed.at)
        case "tick":
            plex.mark(deed.person, work)
        case "rate":
            plex.rate(deed.person, work, (deed.value or 0) / 10, at=deed.at)
        case "want":
            plex.want(deed.person, work, at=deed.at)


def _at_trakt(account: Account, work: Work, deed: Deed) -> None:
    match deed.verb:
        case "watch" | "tick":
            account.watch(work, at=deed.at or 0)
        case "rate":
            account.rate(work, (deed.value or 0) // 10, at=deed.at)
        case "want":
            account.want(work)


def _at_letterboxd(member: letterboxd_member.Member, work: Work, deed: Deed) -> None:
    """A viewing is of the day on which it began. What is said of it within a day stands in its entry."""
    at, value = int(member.world.now()), (deed.value or 0) // 10
    entry = next((one for one in reversed(member.of(work)) if at < one.logged + DAY), None)
    match deed.verb:
        case "watch":
            began = datetime.fromtimestamp(at - work.runtime * MINUTE, ZoneInfo(TIMEZONE))
            member.log(work, on=began.date().isoformat(), rewatch=work.uid in member.watched)
        case "tick":
            member.watch(work)
        case "rate" if entry:
            member.edit(entry, rating=value)
        case "rate":
            member.rate(work, value)
        case "review" if entry:
            member.edit(entry, review=deed.text)
        case "tag" if entry:
            member.edit(entry, tags=(*entry.tags, deed.text))
        case "like":
            member.like(work)
        case "want":
            member.want(work)


def _at_imdb(member: imdb_member.Member, work: Work, deed: Deed) -> None:
    member.rate(work, (deed.value or 0) // 10)


def _at_serializd(member: serializd_member.Member, work: Work, deed: Deed) -> None:
    """An entry comes with the log, and a season that is logged whole with its mark, as on the website."""
    match deed.verb:
        case "watch":
            member.enter(work, is_rewatch=work.uid in member.logs)
            member.watch(work)
        case "tick":
            member.watch(work)
            member.mark(work)
        case "rate":
            member.rate(work, (deed.value or 0) // 10)
