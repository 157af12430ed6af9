"""The lists of a person: each is a shelf of its own, and every account that has it has a name of its own for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from enum import IntEnum
from typing import Protocol
from unicodedata import category, normalize

from msgspec import Struct

from .staging import FIRST_LIST, LISTS, NAMES, SHELVES


class State(IntEnum):
    """What a list is at an account. KEPT: in step; GONE: it was there, and is no more; APART: the person wants it so."""

    KEPT = 0
    GONE = 1
    APART = 2


class Shown(Protocol):
    """A list as an account shows it."""

    @property
    def own(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def stamp(self) -> str: ...


class Bound(Struct, frozen=True):
    """A list of ours as an account has it; `own` is empty where it has none."""

    list: int
    own: str
    title: str
    stamp: str
    state: State


def shelf_of(number: int) -> str:
    """The name of the shelf that this list is."""
    return NAMES[FIRST_LIST + number]


UNREAD = (
    "DELETE FROM held WHERE account = ? AND shelf = ?",
    "DELETE FROM cursor WHERE account = ? AND shelf = ?",
    "DELETE FROM placed WHERE account = ? AND shelf = ?",
    "DELETE FROM asked WHERE account = ? AND shelf = ?",
    "DELETE FROM ordered WHERE account = ? AND shelf = ?",
    "DELETE FROM refusal WHERE account = ? AND shelf = ?",
    "UPDATE hears SET met = 0 WHERE account = ? AND shelf = ?",
)


UNTRUE = ("DELETE FROM truth WHERE shelf = ?", "DELETE FROM sequence WHERE shelf = ?")


def number_of(shelf: str) -> int:
    """The list that is this shelf."""
    return SHELVES[shelf] - FIRST_LIST


def plain(title: str) -> str:
    """A title without what nobody sees: the same one can be written in several ways.

    >>> plain("Night\u00a0 Trains") == plain("night trains\u200b ")
    True
    """
    seen = "".join(sign for sign in normalize("NFKC", title) if category(sign) != "Cf")
    return " ".join(seen.casefold().split())


class Lists:
    """Which lists a person has, and which of them is which at her accounts."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def titles(self, account: int) -> dict[int, str]:
        """All lists of the person whose account this is, by number."""
        query = "SELECT id, title FROM list WHERE profile = (SELECT profile FROM account WHERE id = ?) ORDER BY id"
        return dict(self.db.execute(query, (account,)))

    def named(self) -> dict[str, str]:
        """The titles of all lists of everybody, by the names of their shelves."""
        return {shelf_of(number): title for number, title in self.db.execute("SELECT id, title FROM list")}

    def of(self, account: int) -> dict[int, Bound]:
        """What an account has of them, by number."""
        query = "SELECT list, own, title, stamp, state FROM listed WHERE account = ? ORDER BY list"
        return {
            row[0]: Bound(row[0], row[1], row[2], row[3], State(row[4])) for row in self.db.execute(query, (account,))
        }

    def kept(self, account: int) -> set[int]:
        """The lists that are in step at some account of this person."""
        return set(self._titles(account))

    def bind(
        self, account: int, number: int, own: str, title: str, *, stamp: str = "", state: State = State.KEPT
    ) -> None:
        """At this account it is this."""
        row = (account, number, own, title, stamp, int(state))
        self.db.execute("INSERT OR REPLACE INTO listed VALUES (?, ?, ?, ?, ?, ?)", row)

    def free(self, account: int, number: int) -> None:
        """It is found anew which of its lists this is, and introduced, as if the account had never had it. What stood on one
        that no other account has is true no more."""
        self.db.execute("DELETE FROM listed WHERE account = ? AND list = ?", (account, number))
        self.db.execute("DELETE FROM cursor WHERE account = ? AND shelf = ?", (account, SHELVES[LISTS]))
        for query in UNREAD:
            self.db.execute(query, (account, SHELVES[shelf_of(number)]))
        for query in UNTRUE if number not in self.kept(account) else ():
            self.db.execute(query, (SHELVES[shelf_of(number)],))

    def take(self, account: int, found: Iterable[Shown]) -> list[str]:
        """These are all lists of an account. One of an equal name is the same list; what a person has to know of the rest."""
        shown, bound, notes = {one.own: one for one in found}, self.of(account), []
        for one in bound.values():
            if one.own in shown:
                new = shown[one.own]
                state = State.KEPT if one.state is State.GONE else one.state
                self.bind(account, one.list, one.own, new.title, stamp=new.stamp, state=state)
            elif one.state is State.KEPT:
                self.bind(account, one.list, one.own, one.title, state=State.GONE)
                notes.append(f'its list "{one.title}" is gone; elsewhere it stays as it is')
        known = {one.own for one in bound.values()}
        same = self._called(account)
        for own, new in shown.items():
            if own in known:
                continue
            number = same.get(plain(new.title))
            if number is not None and number in bound:
                notes += _left_alone(bound[number], new)
                continue
            if number is None:
                number = same[plain(new.title)] = self._make(account, new.title)
            self.bind(account, number, own, new.title, stamp=new.stamp)
            bound[number] = self.of(account)[number]
        self._rename(account)
        return notes

    def _titles(self, account: int) -> dict[int, list[str]]:
        """What the accounts that are in step call each of the person's lists now."""
        query = (
            "SELECT d.list, d.title FROM listed AS d JOIN list AS l ON l.id = d.list WHERE d.state = 0"
            " AND l.profile = (SELECT profile FROM account WHERE id = ?) ORDER BY d.list, d.account"
        )
        found: dict[int, list[str]] = {}
        for number, title in self.db.execute(query, (account,)):
            found.setdefault(number, []).append(title)
        return found

    def _called(self, account: int) -> dict[str, int]:
        """The person's lists by what they are called where they are; one that is nowhere by what it was called."""
        titles, found = self._titles(account), dict[str, int]()
        for number, last in self.titles(account).items():
            for title in titles.get(number, [last]):
                found.setdefault(plain(title), number)
        return found

    def _rename(self, account: int) -> None:
        """A list that is called otherwise wherever it is, is called so."""
        for number, titles in self._titles(account).items():
            if len({plain(title) for title in titles}) == 1:
                self.db.execute("UPDATE list SET title = ? WHERE id = ?", (titles[0], number))

    def _make(self, account: int, title: str) -> int:
        query = "INSERT INTO list (profile, title) SELECT profile, ? FROM account WHERE id = ?"
        return int(self.db.execute(query, (title, account)).lastrowid or 0)


def _left_alone(known: Bound, new: Shown) -> list[str]:
    """What a person has to know of a list that has the name of another one."""
    if known.state is State.KEPT:
        return [f'its second list "{new.title}" is left alone: give it another name']
    if known.state is State.GONE:
        made = f'its list "{new.title}" is not the one that was there before, and is left alone'
        return [f'{made}: "watchweave lists join" takes it']
    return []
