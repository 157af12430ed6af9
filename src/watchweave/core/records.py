"""One class per kind of record, and the form: what a shelf of a service can hold.

Times are whole unix seconds, UTC, from the border of a service on; there is no local time inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, json

from .media import Media

Clock = Literal["second", "minute", "day", "now", "none"]
Precision = Literal["second", "minute", "day", "mark", "unknown"]

Value = int | str | None
"""What a shelf holds of a media, comparable: a rating 1..100, PRESENT, text for the rest; None is absence."""

PRESENT = 100
"""The value of a record that is simply there: a flag, a wish, a copy. Every form holds it."""

DAY = 86_400
MINUTE = 60


class Record(Struct, frozen=True, gc=False):
    """Any of the below. `at` is when the person did it, in unix seconds UTC, as far as the service says."""

    media: Media
    at: int | None = None

    @property
    def said(self) -> Value:
        """What it says of its media, comparable."""
        return PRESENT


class Play(Record, frozen=True, gc=False):
    """One watching or listening. `key` is the service's own id of this entry; `clock` says how well `at` is known.

    For a play known by its day, `at` is any moment of that day in the person's time zone; for one known by a mark, the
    moment at which somebody said that it had been watched, which may be long after; for an unknown one it is None.
    `again`, of one that is to be added: the person had watched it before.
    """

    key: str = ""
    clock: Precision = "minute"
    again: bool = False


class Watched(Record, frozen=True, gc=False):
    """The watched flag. Unwatched is absence: adding marks, removing unmarks."""


class Rating(Record, frozen=True, gc=False):
    """A rating: whole number 1 to 100, ten a point."""

    value: int = 0

    @property
    def said(self) -> Value:
        return self.value


class Wish(Record, frozen=True, gc=False):
    """Something on the watchlist."""


class Copy(Record, frozen=True, gc=False):
    """Something that the person owns, or that stands in a library."""

    quality: str = ""


class Like(Record, frozen=True, gc=False):
    """Something that the person likes: a heart, which says nothing of the rating."""


class Review(Record, frozen=True, gc=False):
    """What the person wrote about it, as plain text; `spoiler`: it gives away what happens."""

    text: str = ""
    spoiler: bool = False

    @property
    def said(self) -> Value:
        return json.encode([self.text, self.spoiler]).decode()


class Member(Record, frozen=True, gc=False):
    """Something that stands in a list of the person's. `list` is the service's own name of that list."""

    list: str = ""


class Tags(Record, frozen=True, gc=False):
    """The person's own words for it."""

    tags: tuple[str, ...] = ()

    @property
    def said(self) -> Value:
        return "\n".join(sorted(set(self.tags)))


def record(kind: type[Record], media: Media, at: int | None, said: Value) -> Record:
    """The record of a media that says this."""
    if kind is Rating:
        return Rating(media, at, int(said or 0))
    if kind is Review:
        return Review(media, at, *json.decode(str(said), type=tuple[str, bool]))
    if kind is Tags:
        return Tags(media, at, tuple(str(said).split("\n")))
    return kind(media, at)


class Form(Struct, frozen=True):
    """What a shelf can hold.

    steps: how many different ratings there are between 1 and 100. clock: how it keeps the time of a play; `now` stamps
    the moment of writing, and says so of a flag that leaves a viewing. repeats: may one media have several plays.
    undated: can a play of unknown time be added. renames: an entry may have another key in another reading; keys are then
    of one sort up to their first colon, and an entry has one of each. times: does it state when a value was set.
    library: records hang on a library, so a media that is not in it cannot be held. again: what a second, equal write
    does. settle: seconds after which an unclear write can no longer land nor hide. batch: records per write. words: how
    many a text has at least.
    """

    steps: int = 10
    clock: Clock = "minute"
    repeats: bool = True
    undated: bool = True
    renames: bool = False
    times: bool = True
    library: bool = False
    again: Literal["same", "another"] = "same"
    settle: int = 60
    batch: int = 100
    words: int = 0
    learned: Mapping[int, int] = {}
    """What this account was seen to make of certain values."""

    def fit(self, value: Value) -> Value:
        """The nearest value that this shelf can hold; a present value never becomes absence.

        >>> Form(steps=10).fit(86), Form(steps=5).fit(87), Form(steps=100).fit(3), Form(steps=10).fit(3)
        (90, 80, 3, 10)
        """
        if not isinstance(value, int):
            return value
        size = 100 // self.steps
        nearest = min(100, max(size, (2 * value + size) // (2 * size) * size))
        return self.learned.get(nearest, nearest)

    def takes(self, value: Value) -> bool:
        """Is it nothing that this shelf never takes, however it is fitted?

        >>> Form(words=3).takes('["Two words",false]'), Form(words=3).takes('["Three words here",false]'), Form(words=3).takes(None)
        (False, True, True)
        """
        if not self.words or not isinstance(value, str):
            return True
        text, _ = json.decode(value, type=tuple[str, bool])
        return len(text.split()) >= self.words

    @property
    def near(self) -> int:
        """Seconds by which the times of one play may differ that it keeps: those of one day are one."""
        return DAY // 2 if self.clock == "day" else 0

    def cut(self, at: int | None) -> int | None:
        """The time of a play as this shelf keeps it."""
        return at if at is None or self.clock in ("second", "now") else at // MINUTE * MINUTE
