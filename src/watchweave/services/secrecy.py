"""Keeps secrets out of everything that is printed: by their value, and by the name that stands before them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import quote, quote_plus

# Atomic, and begun at the beginning of a word alone: what a service says may be one word of a million letters, and each is
# looked at only so often.
_NAME = r"(?>[\w-]*(?:token|secret|authorization|api[-_]?key|cookie|password))[\w-]*+"
_NAMED = re.compile(_NAME, re.I)
_PAIR = re.compile(rf"(?<![\w-])({_NAME}[\"']?\s*[=:]\s*[\"']?)(?:Bearer\s+)?[^\s\"'&,;}}]+", re.I)

SHORTEST = 4
"""Shorter values stand in ordinary words; nobody can keep them secret."""


class Secrecy:
    """The secrets of one account as far as met; `repr` shows none of them."""

    def __init__(self) -> None:
        self._forms: dict[str, None] = {}

    def hide(self, *values: str) -> None:
        """Keep these out of every text from now on; also URL-encoded, and as base64."""
        for value in values:
            if len(value) >= SHORTEST:
                encoded = b64encode(value.encode()).decode().rstrip("=")
                self._forms.update(dict.fromkeys((value, quote(value, safe=""), quote_plus(value), encoded)))

    def hide_headers(self, headers: Mapping[str, str]) -> None:
        """Hide the values of those headers that are secret by their name."""
        self.hide(*(value.removeprefix("Bearer ") for name, value in headers.items() if _NAMED.fullmatch(name)))

    def clean(self, text: str) -> str:
        """The text on one line, without anything secret or unprintable."""
        for form in sorted(self._forms, key=len, reverse=True):
            text = text.replace(form, "***")
        text = _PAIR.sub(r"\1***", text)
        return "".join(letter if letter.isprintable() else " " for letter in text).strip()
