"""Letterboxd: films watched, rated, liked, reviewed and wished for, by the member's feed and export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, ClassVar

from ...core.records import Record
from ..base import Desk, Examined, Field, Identity, Known, Refusal, Secrets, Service, Sheet, Shelf
from ..http import Budget, Fixed, Http, Limits
from .export import examine
from .films import Films
from .sheets import sheets
from .shelves import History, Likes, Marks, Ratings, Reviews, TagList, Watchlist


class Letterboxd(Service):
    name = "letterboxd"
    title = "Letterboxd"
    hosts: ClassVar[Mapping[str, str]] = {"site_url": "https://letterboxd.com"}
    sign_in = (Field("username", "User name", required=True, help="As in the address of your profile."),)
    shelf_types: ClassVar[Mapping[str, type[Shelf[Any]]]] = {
        "history": History,
        "watched": Marks,
        "ratings": Ratings,
        "watchlist": Watchlist,
        "favourites": Likes,
        "reviews": Reviews,
        "tags": TagList,
    }
    limits: ClassVar[Limits] = Limits(reads=Budget(at_once=1, per=1, seconds=1))
    carry: ClassVar[Mapping[str, str]] = {
        "": "Upload it at https://letterboxd.com/import/.",
        "watchlist": 'Upload it on the page of your watchlist at Letterboxd, with "Import films to watchlist".',
    }

    def __init__(self, http: Http, options: Mapping[str, object], known: Known, desk: Desk | None = None) -> None:
        super().__init__(http, options, known, desk)
        self.username = str(options.get("username") or "").strip().lower()
        self.films = Films(self.desk.notes)

    @classmethod
    def signer(cls, secrets: Secrets) -> Fixed:
        """Feed and export need no sign-in."""
        return Fixed({})

    async def identity(self) -> Identity:
        """The name in the address of the profile; whose an export is was seen when it was handed in."""
        return Identity(self.username, self.username)

    @classmethod
    def examine(cls, path: Path, said: str, zone: tzinfo) -> Examined | None:
        """An export, packed or not; one of its files alone does not tell enough."""
        return examine(cls.title, path, zone)

    def sheets(self, records: Sequence[Record]) -> tuple[Sequence[Sheet], Sequence[Refusal[Any]]]:
        return sheets(records, self.desk.zone)
