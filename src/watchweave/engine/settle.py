"""A person's word on what something is: it outweighs titles and databases, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from shlex import quote

from ..core.media import PUBLIC, clean_id
from ..errors import ConfigError
from ..storage.accounts import Accounts
from ..storage.items import Items
from ..storage.lookups import Lookups
from ..storage.settled import Settled
from ..storage.store import Store
from .find import found, is_number

CHOICES = (
    'Say an id such as tmdb:949 or tt0113277, the number of a proposal, "none", or "forget"; of two that contradict each'
    ' other, or may be one, "same" or "apart"; "apart:ACCOUNT" where that account means something else.'
)
NEXT = "The next sync reads what belongs to it."


def settle(store: Store, words: str, choice: str, now: int) -> str:
    """Settle what the thing of this name is. Returns what follows, for people; ConfigError says what was not understood.

    choice: an id, the number of one of its proposals, `none` (leave it alone), `forget` (take back any of that, or what
    was matched by its title), `same` or `apart` (of what contradicts something else, or may be it), `apart:ACCOUNT` (that account means
    something else by it).
    """
    settled = Settled(store.db, now)
    word, _, account = choice.partition(":")
    with store.transaction(durable=True):
        if word == "forget" and not account:
            return _forget(store, settled, words)
        if word == "apart" and account:
            return _apart(store, settled, words, account)
        if choice in ("same", "apart"):
            return _one_or_two(store, settled, words, choice)
        space = "" if choice == "none" or _is_number(choice) else _id(choice)[0]
        unknown = (lambda n: settled.nameless(n) or settled.rivals.of(n),)
        doubtful = (settled.twins, lambda n: settled.lacks(n, space)) if space else ()
        what = 'is without that id, or contradicts anything ("forget" takes back what was settled)'
        number = _meant(store, settled, words, (*unknown, *doubtful), what)
        name, ids = _named(store, number), {} if choice == "none" else _ids(store, number, choice)
        settled.say(number, ids)
    if not ids:
        return f"{name} is left alone from now on: no account is told of it."
    known = ", ".join(f"{space} {value}" for space, value in ids.items())
    return f"{name} is {known} from now on. The next sync tells the others."


def _forget(store: Store, settled: Settled, words: str) -> str:
    """What was settled is not, from now on."""
    what = "was taken for anything by its title, or by you"
    number = _meant(store, settled, words, (lambda n: settled.taken(n) or settled.left_alone(n),), what)
    name, by_title = _named(store, number), not settled.by_a_person(number)
    settled.forget(number, words)
    if rivals := settled.rivals.of(number):
        both = " and ".join(_named(store, one) for one in (number, *rivals))
        return f"{both} contradict each other again: nothing is written of them."
    done = f'{name} stands for itself again, and is listed by "watchweave unmatched". {NEXT}'
    if by_title:
        done += f' Nobody had settled it: it was matched by its title. "watchweave match {quote(words)} 1" takes it for that again.'
    return done


def _one_or_two(store: Store, settled: Settled, words: str, choice: str) -> str:
    """Those that contradict each other, or may be one under two ids, are one, or are not."""
    number = _meant(store, settled, words, (settled.doubted,), "contradicts anything, or may be anything else")
    which = settled.rivals if settled.rivals.of(number) else settled
    name, others = _named(store, number), " and ".join(_named(store, one) for one in settled.doubted(number))
    if choice == "same" and which is settled and settled.which(number):
        raise ConfigError(f'{name} may be more than one of them. Say an id of the one that it is: "match {words} tt…".')
    (which.unite if choice == "same" else which.keep_apart)(number)
    one = "one thing" if choice == "same" else "different things"
    return f"{name} and {others} are {one} from now on. {NEXT}"


def _apart(store: Store, settled: Settled, words: str, account: str) -> str:
    """What one account calls so is something else. Where several people have an account of that name: PERSON/ACCOUNT."""
    owned = Accounts(store).owned()
    meant = {number: "/".join(whose) for number, whose in owned.items() if account in (whose[1], "/".join(whose))}
    if not meant:
        known = ", ".join(dict.fromkeys(name for _, name in owned.values()))
        raise ConfigError(f'There is no account "{account}". Known are: {known}.')

    def shared(number: int) -> bool:
        accounts = settled.accounts(number)
        return not meant.keys().isdisjoint(accounts) and len(accounts) > 1

    number = _meant(store, settled, words, (shared,), f"is named by {account} and by another account")
    name, naming = _named(store, number), [one for one in settled.accounts(number) if one in meant]
    if len(naming) > 1:
        raise ConfigError(f'Whose "{account}"? Say {" or ".join(f"apart:{meant[one]}" for one in naming)}.')
    new = settled.take_away(number, naming[0])
    return f'What {account} calls {name} is something else from now on, m{new}: "watchweave match m{new} …" says what. {NEXT}'


def _named(store: Store, number: int) -> str:
    return Items(store.db).load([number])[number].named()


Test = Callable[[int], object]


def _meant(store: Store, settled: Settled, words: str, tests: Sequence[Test], what: str) -> int:
    """The one thing of this name that passes the first of these tests that any does. A number is that of what has it now, or else of what it has become; of those of
    one title first what was settled under it."""
    medias, called = found(store, words), sorted({media for media, _, _ in settled.called(words)})
    in_turn = (medias, called) if is_number(words) else (called, medias)
    fitting = next(
        (some for fits in tests for group in in_turn if (some := [media for media in group if fits(media)])), []
    )
    if not fitting:
        raise ConfigError(f'Nothing that is called "{words}" {what}. "watchweave unmatched" lists what can be settled.')
    if len(fitting) > 1:
        things = Items(store.db).load(fitting)
        owned = {number: "'s ".join(whose) for number, whose in Accounts(store).owned().items()}
        whose = {media: " and ".join(owned[number] for number in settled.accounts(media)) for media in fitting}
        names = ", ".join(f"m{media} ({things[media].named()}, {whose[media]})" for media in fitting)
        raise ConfigError(f'Several things are called "{words}". Say which: {names}.')
    return fitting[0]


def _ids(store: Store, number: int, choice: str) -> dict[str, str]:
    """The ids that a person named, or those of the proposal that was chosen."""
    if _is_number(choice):
        offers = Lookups(store.db).offers([number]).get(number, [])
        if not 0 < int(choice) <= len(offers):
            raise ConfigError(f"Proposals for it: {len(offers)}. {CHOICES}")
        return dict(offers[int(choice) - 1].ids)
    return dict([_id(choice)])


def _is_number(choice: str) -> bool:
    """Is this the number of a proposal?"""
    return choice.isascii() and choice.isdigit() and len(choice) < 3


def _id(choice: str) -> tuple[str, str]:
    """The id that a person named."""
    space, _, value = choice.rpartition(":")
    space = space.strip().lower() or "imdb"
    clean = clean_id(space, value.strip().lower()) if space in PUBLIC else ""
    if not clean:
        raise ConfigError(f'"{choice}" is no id. {CHOICES}')
    return space, clean
