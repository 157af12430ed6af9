"""A person's word on which list is which: joined at an account, or kept apart there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ConfigError
from ..storage.accounts import Accounts
from ..storage.lists import Bound, Lists, State, plain, shelf_of
from ..storage.staging import LISTS, SHELVES
from ..storage.values import Values
from .home import Home, ProfileWish

WORDS = {State.KEPT: "in step", State.GONE: "gone from there", State.APART: "apart"}
NOT_CHOSEN = "not chosen"
"""What a list is that the settings leave out."""


def known(home: Home, person: ProfileWish) -> list[dict[str, Any]]:
    """The lists that accounts of a person have or had, each with what it is there and how many entries were agreed on."""
    lists, values = Lists(home.store.db), Values(home.store.db)
    accounts = {number: name for number, (whose, name) in Accounts(home.store).owned().items() if whose == person.name}
    bound = {number: lists.of(number) for number in accounts}
    titles = lists.titles(next(iter(accounts))) if accounts else {}
    chosen = None if person.lists is None else {plain(title) for title in person.lists}
    told = []
    for which, title in titles.items():
        left_out = chosen is not None and plain(title) not in chosen
        there = [
            {
                "account": name, "title": one.title,
                "state": NOT_CHOSEN if left_out and one.state is State.KEPT else WORDS[one.state],
                "count": values.agreed(number, SHELVES[shelf_of(one.list)]),
            }
            for number, name in accounts.items()
            if (one := bound[number].get(which)) is not None
        ]  # fmt: skip
        if there:
            told.append({"list": title, "accounts": there})
    return told


def missing(home: Home, person: ProfileWish) -> list[str]:
    """The titles of which the settings speak and that no list of any account has; nothing as long as none was asked which it
    has."""
    accounts = Accounts(home.store)
    hers = [number for number, (whose, _) in accounts.owned().items() if whose == person.name]
    if not any(accounts.cursor(number, LISTS).looked is not None for number in hers):
        return []
    there = {plain(one["list"]) for one in known(home, person)}
    return [title for title in person.lists or () if plain(title) not in there]


def join(home: Home, person: str, title: str, account: str, other: str = "") -> str:
    """From now on this list is that one of the account, which may have another title there. What follows, for people.

    Where the account has none of that title, the next sync makes it. Raises ConfigError where that cannot be.
    """
    store, lists = home.store, Lists(home.store.db)
    number, which = _account(home, person, account), _list(home, person, title)
    bound, makes = lists.of(number), _makes(home, person, account)
    found = _again(bound, which, other or title)
    if plain(other) == plain(title):
        other = ""
    if other and (found is None or not found.own):
        raise ConfigError(f'{account} showed no list "{other}" yet. "watchweave lists" shows those that it has.')
    if found is None and which not in bound and not makes:
        found_by_name = "One of that name is found by itself at a sync"
        how = f'if it is called otherwise there, run "watchweave lists join LIST {account} TITLE"'
        raise ConfigError(
            f'{account} showed no list "{title}" yet, and none can be made there from here. {found_by_name}; {how}.'
        )
    with store.transaction(durable=True):
        if found is not None:
            lists.free(number, found.list)
        lists.free(number, which)
        if found is not None:
            lists.bind(number, which, found.own, found.title)
    if found is None:
        made = ", and made there if there is none" if makes else ""
        return f'"{title}" is looked for at {account} at the next sync{made}.'
    return f'"{title}" is "{found.title}" at {account} from now on. The next sync brings the two together.'


def _makes(home: Home, person: str, account: str) -> bool:
    """Can lists be made there? Raises ConfigError where the service has none that we know of."""
    wish = next(one for one in home.profile(person)[0].accounts if one.name == account)
    kind = home.kind(wish.service)
    lists = kind.shelves_by(wish.options).get(LISTS)
    if lists is None:
        raise ConfigError(
            f"{account} takes part in no list: WatchWeave neither reads nor writes lists at {kind.title}."
        )
    return hasattr(lists, "make")


def _again(bound: Mapping[int, Bound], which: int, title: str) -> Bound | None:
    """What the account has under this title, whichever list it was so far. What is gone may be there anew, as another one."""
    there = [one for one in bound.values() if one.own and one.state is not State.GONE]
    return _shown(sorted(there, key=lambda one: one.list != which), title)


def part(home: Home, person: str, title: str, account: str) -> str:
    """From now on the list is left alone at this account. What follows, for people."""
    store, lists = home.store, Lists(home.store.db)
    number, which = _account(home, person, account), _list(home, person, title)
    with store.transaction(durable=True):
        one = lists.of(number).get(which) or Bound(which, "", title, "", State.APART)
        lists.bind(number, which, one.own, one.title, state=State.APART)
    return f'"{title}" is left alone at {account} from now on. "watchweave lists join" takes it back.'


def _shown(bound: Sequence[Bound] | Any, title: str) -> Bound | None:
    return next((one for one in bound if plain(one.title) == plain(title)), None)


def _account(home: Home, person: str, name: str) -> int:
    wanted = {one.name for one in home.profile(person)[0].accounts}
    owned = Accounts(home.store).owned().items()
    accounts = {own: number for number, (whose, own) in owned if whose == person and own in wanted}
    if name not in accounts:
        raise ConfigError(f'{person} has no account "{name}". Known are: {", ".join(accounts)}.')
    return accounts[name]


def _list(home: Home, person: str, title: str) -> int:
    titles = {
        plain(own): number
        for account, (whose, _) in Accounts(home.store).owned().items()
        if whose == person
        for number, own in Lists(home.store.db).titles(account).items()
    }
    if (number := titles.get(plain(title))) is None:
        told = (
            ", ".join(one["list"] for one in known(home, home.profile(person)[0]))
            or 'none; name `lists` in "shelves:" and sync'
        )
        raise ConfigError(f'{person} has no list "{title}". Known are: {told}.')
    return number
