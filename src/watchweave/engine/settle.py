"""A person's word on what something is: it outweighs every title, and can be taken back."""

from __future__ import annotations

import re

from ..core.media import PUBLIC, clean_id
from ..errors import ConfigError
from ..storage.items import Items
from ..storage.lookups import Lookups
from ..storage.store import Store
from .why import found

NUMBER = re.compile(r"m(\d{1,12})")
CHOICES = 'Say an id such as tmdb:949 or tt0113277, the number of a proposal, "none", or "forget".'


def settle(store: Store, words: str, choice: str, now: int) -> str:
    """Settle what the thing of this name is: by an id, by one of its proposals, as nothing (`none`), or undo what was
    taken for it before (`forget`). Returns what follows, for people; ConfigError says what was not understood."""
    lookups = Lookups(store.db)
    number = _meant(store, lookups, words, taken=choice == "forget")
    name = Items(store.db).load([number])[number].named()
    with store.transaction(durable=True):
        if choice == "forget":
            for account, media in lookups.taken(number):
                lookups.split(number, account, media, now)
            return f"{name} stands for itself again. The next sync reads what belongs to it."
        ids = {} if choice == "none" else _ids(lookups, number, choice)
        lookups.settle(number, ids, now)
    if not ids:
        return f"{name} is left alone from now on: no account is told of it."
    known = ", ".join(f"{space} {value}" for space, value in ids.items())
    return f"{name} is {known} from now on. The next sync tells the others."


def _meant(store: Store, lookups: Lookups, words: str, *, taken: bool) -> int:
    """The one thing of this name that can be settled."""
    if numbered := NUMBER.fullmatch(words.strip().lower()):
        medias = [int(numbered[1])] if Items(store.db).load([int(numbered[1])]) else []
    else:
        medias = found(store, words)
    fitting = [media for media in medias if (lookups.taken(media) if taken else lookups.nameless(media))]
    if not fitting:
        what = "was taken for anything by its title" if taken else "is without an id"
        raise ConfigError(f'Nothing that is called "{words}" {what}. "watchweave unmatched" lists what can be settled.')
    if len(fitting) > 1:
        things = Items(store.db).load(fitting)
        names = ", ".join(f"m{media} ({things[media].named()})" for media in fitting)
        raise ConfigError(f'Several things are called "{words}". Say which: {names}.')
    return fitting[0]


def _ids(lookups: Lookups, number: int, choice: str) -> dict[str, str]:
    """The ids that a person named, or those of the proposal that was chosen."""
    if choice.isascii() and choice.isdigit() and len(choice) < 3:
        offers = lookups.offers([number]).get(number, [])
        if not 0 < int(choice) <= len(offers):
            raise ConfigError(f"Proposals for it: {len(offers)}. {CHOICES}")
        return dict(offers[int(choice) - 1].ids)
    space, _, value = choice.rpartition(":")
    space = space.strip().lower() or "imdb"
    clean = clean_id(space, value.strip().lower()) if space in PUBLIC else ""
    if not clean:
        raise ConfigError(f'"{choice}" is no id. {CHOICES}')
    return {space: clean}
