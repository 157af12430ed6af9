"""All that a plugin may import, and all that we promise to keep; its tests may import `watchweave.contract` as well."""

from __future__ import annotations

from .core.media import Kind, Media, clean_ids
from .core.records import Copy, Form, Like, Play, Rating, Record, Review, Tags, Watched, Wish
from .errors import ConfigError, Incomplete, ServiceError, SignInNeeded, Unavailable, UnexpectedAnswer
from .services.base import (
    Desk,
    Examined,
    Field,
    Handed,
    Identity,
    Known,
    LeftOut,
    Reading,
    Refusal,
    Secrets,
    Service,
    Sheet,
    Shelf,
)
from .services.http import Answer, Ask, Budget, Clock, Fixed, Http, Limits, Nothing, Pages, Paging, Signer, Told
from .services.oauth import Flow, OAuth

__all__ = [
    "Answer",
    "Ask",
    "Budget",
    "Clock",
    "ConfigError",
    "Copy",
    "Desk",
    "Examined",
    "Field",
    "Fixed",
    "Flow",
    "Form",
    "Handed",
    "Http",
    "Identity",
    "Incomplete",
    "Kind",
    "Known",
    "LeftOut",
    "Like",
    "Limits",
    "Media",
    "Nothing",
    "OAuth",
    "Pages",
    "Paging",
    "Play",
    "Rating",
    "Reading",
    "Record",
    "Refusal",
    "Review",
    "Secrets",
    "Service",
    "ServiceError",
    "Sheet",
    "Shelf",
    "SignInNeeded",
    "Signer",
    "Tags",
    "Told",
    "Unavailable",
    "UnexpectedAnswer",
    "Watched",
    "Wish",
    "clean_ids",
]
