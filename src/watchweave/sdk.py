"""All that a plugin may import, and all that we promise to keep; its tests may import `watchweave.contract` as well."""

from __future__ import annotations

from .core.media import Kind, Media, clean_ids
from .core.records import Copy, Form, Play, Rating, Record, Watched, Wish
from .errors import ConfigError, Incomplete, ServiceError, SignInNeeded, Unavailable, UnexpectedAnswer
from .services.base import Field, Identity, Known, Reading, Refusal, Secrets, Service, Shelf
from .services.http import Answer, Ask, Budget, Clock, Fixed, Http, Limits, Nothing, Pages, Paging, Signer, Told
from .services.oauth import Flow, OAuth

__all__ = [
    "Answer",
    "Ask",
    "Budget",
    "Clock",
    "ConfigError",
    "Copy",
    "Field",
    "Fixed",
    "Flow",
    "Form",
    "Http",
    "Identity",
    "Incomplete",
    "Kind",
    "Known",
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
    "Secrets",
    "Service",
    "ServiceError",
    "Shelf",
    "SignInNeeded",
    "Signer",
    "Told",
    "Unavailable",
    "UnexpectedAnswer",
    "Watched",
    "Wish",
    "clean_ids",
]
