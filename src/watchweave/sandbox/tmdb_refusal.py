"""What the simulated TMDb says when it says no: its own codes, and the status that each comes with."""

from __future__ import annotations

from collections.abc import Mapping

from .server import Answer

CODES = {
    5: (422, "The parameters are not right."),
    7: (401, "This is no valid API key."),
    20: (422, "A range of dates is 14 days at most."),
    22: (400, "Pages go from 1 to 500."),
    23: (400, "A date is YYYY-MM-DD."),
    25: (429, "Too many requests."),
    27: (400, "At most 20 parts can be appended."),
    34: (404, "There is no such thing."),
    42: (405, "Not by this method."),
}
"""Code -> status and words; the meanings are those of the service, the words are not."""


class Refused(Exception):
    """The request ends here."""

    def __init__(self, code: int, headers: Mapping[str, str] | None = None) -> None:
        status, message = CODES[code]
        said = {"success": False, "status_code": code, "status_message": message}
        self.answer = Answer(said, status, headers)
