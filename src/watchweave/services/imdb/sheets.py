"""What is owed to IMDb as files for work by hand: it has no import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.media import Kind
from ...core.records import Rating, Record
from ..base import Refusal, Sheet
from ..files import written
from .convert import names, stars
from .export import RATINGS, SHEET, WATCHLIST

NO_ID = "its id at IMDb is not known"


def sheets(records: Sequence[Record]) -> tuple[list[Sheet], list[Refusal[Any]]]:
    """A file of ratings and one of wishes, a line a title; and what IMDb cannot be told."""
    refused: list[Refusal[Any]] = [Refusal(record, NO_ID) for record in records if not names(record.media)]
    named = [record for record in records if names(record.media)]
    rated = [record for record in named if isinstance(record, Rating)]
    wished = [record for record in named if not isinstance(record, Rating)]
    return [*_sheet(RATINGS, SHEET, rated), *_sheet(WATCHLIST, SHEET[:-1], wished)], refused


def _sheet(name: str, columns: Sequence[str], records: Sequence[Record]) -> list[Sheet]:
    content = written(columns, map(_line, records))
    return [Sheet(content, records, name)] if records else []


def _line(record: Record) -> list[str]:
    media = record.media
    title = media.named() if media.kind is Kind.EPISODE and media.parent else media.title
    rating = [str(stars(record))] if isinstance(record, Rating) else []
    return [names(media)[0], title, str(media.year or ""), *rating]
