"""Shoebox: files as an account. What a person has exported elsewhere, or with us, is read from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any, ClassVar

from ..base import Desk, Examined, Identity, Known, Secrets, Service, Shelf
from ..http import Fixed, Http
from .label import kinds_of
from .paper import examine
from .shelves import SHELVES


class Shoebox(Service):
    name = "shoebox"
    title = "Shoebox"
    shelf_types: ClassVar[Mapping[str, type[Shelf[Any]]]] = SHELVES

    def __init__(self, http: Http, options: Mapping[str, object], known: Known, desk: Desk | None = None) -> None:
        """There are the shelves that a file tells of, so that no other one seems to be empty. Before there is a file, one
        says that."""
        super().__init__(http, options, known, desk)
        told = {shelf for label in self.desk.files.labels() for shelf in kinds_of(label)} or {"watchlist"}
        self.shelves = {name: kind(self) for name, kind in SHELVES.items() if told.intersection(kind.tells)}

    @classmethod
    def signer(cls, secrets: Secrets) -> Fixed:
        """Nobody is asked."""
        return Fixed({})

    async def identity(self) -> Identity:
        """Files do not say whose they are: the person who hands them in says so."""
        return Identity("files", "files")

    @classmethod
    def examine(cls, path: Path, said: str, zone: tzinfo) -> Examined | None:
        return examine(cls.title, path, said, zone)
