"""Signing in to accounts, and renewing their tokens, as a person asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from ..errors import ConfigError, ServiceError, SignInNeeded
from ..services.base import Field
from ..storage.accounts import Accounts
from .home import Home, ProfileWish, named
from .report import addressed


@contextmanager
def named_in_errors(account: str) -> Iterator[None]:
    """What a service asks the person to do names this account."""
    try:
        yield
    except ServiceError as problem:
        problem.args = (addressed(str(problem), account),)
        raise


class Signing:
    """The sign-ins of everybody at home."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def asks(self, account: str, profile: str | None, tell: Callable[[str], None]) -> Sequence[Field]:
        """What the person is to be asked for before `sign_in`; `tell` hears what she does before she answers."""
        wish = next(one for one in self._whose(account, profile).accounts if account in (one.name, one.service))
        return self.home.kind(wish.service).asked(wish.options, tell)

    async def sign_in(
        self, account: str, profile: str | None, tell: Callable[[str], None], given: Mapping[str, str] = {}
    ) -> str:
        """Lead the person through it; `tell` hears what to do where, `given` is what she was asked for. Returns who they
        are there."""
        person = self._whose(account, profile)
        async with self.home.parties(person) as (_, parties):
            party = named(parties, account)[0]
            with named_in_errors(party.name):
                secrets = self.home.secrets(party.id)
                if party.service.asks:
                    await party.service.sign_in_by_password(secrets, {**secrets.load(), **given})
                else:
                    await party.service.sign_in_by_code(secrets, tell)
        async with self.home.parties(person) as (_, parties):  # opened anew, with what was just saved
            party = named(parties, account)[0]
            with named_in_errors(party.name):
                identity = await party.service.identity()
            known = party.account
            if known.person is not None and known.person != identity.person:
                raise SignInNeeded(
                    party.service.title,
                    f'this is {identity.name or "somebody else"}, but "{party.name}" belongs to '
                    f"{known.person_name or 'another person'}. Sign in as them, or give the account another name.",
                )
            with self.home.store.transaction():
                Accounts(self.home.store).mood(party.id, "ready", None, None)
            return identity.name

    async def refresh(self, account: str, profile: str | None) -> dict[str, str]:
        """New tokens now; by account, what went wrong, or nothing. Accounts without tokens to renew are not named."""
        outcomes: dict[str, str] = {}
        people = [self._whose(account, profile)] if account else self.home.profile(profile)
        for person in people:
            async with self.home.parties(person) as (_, parties):
                for party in named(parties, account) if account else parties:
                    name = party.name if len(people) == 1 else f"{person.name}'s {party.name}"
                    try:
                        if await party.service.refresh(self.home.secrets(party.id)):
                            outcomes[name] = ""
                    except ServiceError as problem:
                        outcomes[name] = addressed(problem.message, party.name)
        return outcomes

    def _whose(self, account: str, profile: str | None) -> ProfileWish:
        """The one person who has this account."""
        people = self.home.profile(profile)
        having = [person for person in people if any(account in (a.name, a.service) for a in person.accounts)]
        if len(having) == 1:
            return having[0]
        if having:
            names = ", ".join(person.name for person in having)
            raise ConfigError(f"Several people have an account {account}: {names}. Name one with --profile.")
        known = ", ".join(dict.fromkeys(a.name for person in people for a in person.accounts))
        raise ConfigError(f'There is no account "{account}". Known are: {known}.')
