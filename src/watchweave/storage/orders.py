"""The order of lists: what each account shows, what is true, and what we asked an account for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace


class Sent(Struct, frozen=True):
    """The order that we asked an account for, of which nobody knows yet what became. tries: how often it said that this was
    done, for that truth, and showed another one. answered: did it say so this time?"""

    at: int | None = None
    medias: tuple[int, ...] = ()
    tries: int = 0
    version: int = -1
    answered: bool = False


class Orders:
    """The orders of all lists; shelves are numbers."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def shown(self, account: int, shelf: int) -> list[int]:
        """As the staged reading shows it."""
        query = "SELECT p.media FROM now_place AS p JOIN now AS n USING (account, shelf, media) WHERE account = ? AND shelf = ? ORDER BY p.place"
        return [media for (media,) in self.db.execute(query, (account, shelf))]

    def seen(self, account: int, shelf: int) -> list[int]:
        """As the account showed it when last looked; nothing where it never was."""
        query = "SELECT media FROM placed WHERE account = ? AND shelf = ? ORDER BY place"
        return [media for (media,) in self.db.execute(query, (account, shelf))]

    def see(self, account: int, shelf: int, medias: Iterable[int]) -> None:
        """This is what it shows now."""
        self.db.execute("DELETE FROM placed WHERE account = ? AND shelf = ?", (account, shelf))
        rows = [(account, shelf, media, place) for place, media in enumerate(medias)]
        self.db.executemany("INSERT INTO placed VALUES (?, ?, ?, ?)", rows)

    def append(self, account: int, shelf: int, medias: Sequence[int]) -> None:
        """These have come to the end of it."""
        sent = self.sent(account, shelf)
        self.see(account, shelf, dict.fromkeys([*self.seen(account, shelf), *medias]))
        if sent.medias:
            self.send(account, shelf, replace(sent, medias=tuple(dict.fromkeys([*sent.medias, *medias]))))

    def true(self, circle: int, shelf: int) -> tuple[list[int], int | None, int]:
        """The order that is true, on whose word, and since which run."""
        query = "SELECT media, origin, version FROM sequence WHERE circle = ? AND shelf = ? ORDER BY place"
        rows = self.db.execute(query, (circle, shelf)).fetchall()
        return [media for media, _, _ in rows], rows[0][1] if rows else None, rows[0][2] if rows else -1

    def decide(self, circle: int, shelf: int, medias: Sequence[int], origin: int | None, version: int) -> None:
        """This is the true order now."""
        self.db.execute("DELETE FROM sequence WHERE circle = ? AND shelf = ?", (circle, shelf))
        rows = [(circle, shelf, media, place, origin, version) for place, media in enumerate(medias)]
        self.db.executemany("INSERT INTO sequence VALUES (?, ?, ?, ?, ?, ?)", rows)

    def present(self, circle: int, shelf: int) -> set[int]:
        """What stands in the list, as far as is true."""
        query = "SELECT media FROM truth WHERE circle = ? AND shelf = ? AND value IS NOT NULL"
        return {media for (media,) in self.db.execute(query, (circle, shelf))}

    def sent(self, account: int, shelf: int) -> Sent:
        row = self.db.execute(
            "SELECT sent, tries, version, answered FROM ordered WHERE account = ? AND shelf = ?", (account, shelf)
        ).fetchone()
        query = "SELECT media FROM asked WHERE account = ? AND shelf = ? ORDER BY place"
        medias = tuple(media for (media,) in self.db.execute(query, (account, shelf)))
        return Sent(row[0], medias, row[1], row[2], bool(row[3])) if row else Sent()

    def send(self, account: int, shelf: int, sent: Sent) -> None:
        """This is asked of the account; with no time, nothing is."""
        given = (account, shelf)
        self.db.execute(
            "INSERT OR REPLACE INTO ordered VALUES (?, ?, ?, ?, ?, ?)",
            (*given, sent.at, sent.tries, sent.version, int(sent.answered)),
        )
        self.db.execute("DELETE FROM asked WHERE account = ? AND shelf = ?", given)
        rows = [(*given, media, place) for place, media in enumerate(sent.medias)]
        self.db.executemany("INSERT INTO asked VALUES (?, ?, ?, ?)", rows)
