"""Titles: when two are the same, and which works a title may mean, best first.

A title joins nothing by itself. `taken` is the one exception that the sync model grants to a thing without any id.
Figures: `make accuracy`. Reference: the ladder of title and year.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct
from rapidfuzz import fuzz

from .media import Kind, Media

SHORT = 5
"""Titles with fewer letters have to be equal."""
CLOSE = 90
"""From this likeness on, in percent, two titles of the same year or the next can be one."""
FAINT = 80
"""Below this likeness nothing is proposed for the letters alone."""
FAR = 0.4
"""Films whose lengths differ by more than this share are not one."""
COPY = 0.02
"""Two files of one work differ in length by no more than this share."""
LONGEST = 1000
"""So many letters of what somebody wrote as a title are looked at. The longest titles of films have about 250."""
SEVERAL = 10
"""So many titles are taken from it."""

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "·": " "})
_ENDS = re.compile(
    r"^(?P<rest>.+), (?P<article>the|a|an|le|la|les|l'|der|die|das|el|il|lo|los|las|un|une|i|gli|de|het)$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\((?:18|19|20)\d\d(?:[-–][\d ]*)?\)\s*$")
_BRACKETS = re.compile(r"(?<!\s)\s*\(([^()]+)\)")
_KNOWN_AS = re.compile(r"^\s*(?:a\.?k\.?a\.?|also known as)[ :.]+", re.IGNORECASE)
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_SIGNS = re.compile(r"[^\w]+|_+")
_LEADING = re.compile(r"^(?:the|a|an|le|la|les|l|der|die|das|el|il|lo|los|las|un|une) (?=.)")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
} | {
    word: str(10 * number)
    for number, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_SHORTENED = {"mr": "mister", "dr": "doctor", "st": "saint", "vs": "versus", "mrs": "missus", "ft": "featuring"}
_NOTHING = {"part", "vol", "volume", "chapter", "episode"}


class Work(Struct, frozen=True):
    """A film or a show as somebody names it, with all of its titles."""

    media: Media
    more: tuple[str, ...] = ()
    """Its titles elsewhere."""
    apart: bool = False
    """Has a person said that it is another one than what seemed to be it?"""

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*spoken(self.media.title), *self.more)))


Named = tuple[int, int, int | None, str]
"""A work by its number: its kind, its year, and what it is called."""


class Proposal(Struct, frozen=True):
    """A work that may be meant, in how far (0 to 100), and why in plain words."""

    work: Work
    score: int
    why: str


@lru_cache(1 << 15)
def normal(title: str) -> str:
    """One spelling: small plain letters and digits, `and` for &, no apostrophes, a space for every other sign, and the
    article in front. A title that is all signs stays as it is.

    >>> normal("Drácula!"), normal("Matrix, The"), normal("Dr. Jekyll & Mr. Hyde"), normal("Schindler's List")
    ('dracula', 'the matrix', 'dr jekyll and mr hyde', 'schindlers list')
    >>> normal("!!!"), normal("?")
    ('!!!', '?')
    """
    title = title[:LONGEST]
    if found := _ENDS.match(title.strip()):
        space = "" if found["article"].endswith("'") else " "
        title = found["article"] + space + found["rest"]
    text = unicodedata.normalize("NFKD", title.casefold()).translate(_LETTERS)
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return _SIGNS.sub(" ", _APOSTROPHES.sub("", text).replace("&", " and ")).strip() or title.strip()


@lru_cache(1 << 15)
def loose(title: str) -> str:
    """As `normal`, without a leading article, with digits for Roman numbers, and without `part` and the like.

    >>> loose("The Godfather: Part II"), loose("Kill Bill: Vol. 2")
    ('godfather 2', 'kill bill 2')
    """
    words = _LEADING.sub("", normal(title)).split()
    kept = [word for word in words if word not in _NOTHING] or words
    return " ".join([*kept[:1], *(_ROMAN.get(word, word) for word in kept[1:])])


@lru_cache(1 << 15)
def plain(title: str) -> str:
    """As `loose`, with digits for number words, and what is usually shortened at full length.

    >>> plain("Twelve Monkeys"), plain("Dr. Strangelove")
    ('12 monkeys', 'doctor strangelove')
    """
    return " ".join(_NUMBERS.get(word, _SHORTENED.get(word, word)) for word in loose(title).split())


@lru_cache(1 << 15)
def spoken(raw: str) -> tuple[str, ...]:
    """The titles in what somebody wrote as one: before the brackets and in them, without the year.

    >>> spoken("City of Lost Children, The (Cité des enfants perdus, La) (1995)")
    ('City of Lost Children, The', 'Cité des enfants perdus, La')
    """
    raw = raw.strip()[:LONGEST]
    text = _YEAR.sub("", raw)
    inner = [_KNOWN_AS.sub("", part).strip() for part in _BRACKETS.findall(text)]
    outer = _BRACKETS.sub("", text).strip()
    return tuple(dict.fromkeys(title for title in (outer, *inner) if title and normal(title)))[:SEVERAL] or (raw,)


def propose(wanted: Work, works: Iterable[Work], most: int = 5) -> list[Proposal]:
    """The works of its kind that this may be, likeliest first; those of equal likeness in the order given."""
    found = [said for work in works if work.media.kind is wanted.media.kind and (said := judge(wanted, work))]
    return sorted(found, key=lambda proposal: -proposal.score)[:most]


def taken(proposals: Sequence[Proposal]) -> Proposal | None:
    """The only work of exactly this title and year whose length does not contradict. There is none where another one of
    this title is a year away: years are off by one in one case of forty, so it may be that. Nor of what is said to be
    two works by some of its ids, and one by others."""
    close = [proposal for proposal in proposals if proposal.score >= EQUAL[1]]
    sure = [one for one in close if one.score >= SURE]
    if any(rivals(one, other) for one in sure for other in sure):
        return None
    sure = [one for one in sure if not any(disagree(one, other) for other in proposals)]
    return next((one for one in sure if not any(rivals(one, other) for other in close)), None)


def rivals(one: Proposal, other: Proposal) -> bool:
    """Are these two works? What two databases call by ids of their own may be one, unless a person has told them apart."""
    mine, theirs = one.work.media.ids, other.work.media.ids
    apart = one.work.apart and other.work.apart and mine.items().isdisjoint(theirs.items())
    return apart or any(theirs.get(space, value) != value for space, value in mine.items())


def disagree(one: Proposal, other: Proposal) -> bool:
    """Do these share an id, and contradict each other in another?"""
    return rivals(one, other) and not one.work.media.ids.items().isdisjoint(other.work.media.ids.items())


SURE = 100
"""The score of an equal title in the same year."""


def judge(wanted: Work, work: Work) -> Proposal | None:
    """How far these can be one, by the best pair of their titles; nothing if they cannot."""
    one, other = wanted.media, work.media
    apart = abs(one.year - other.year) if one.year and other.year else None
    pairs = ((mine, theirs) for mine in wanted.titles for theirs in work.titles)
    score, why = max((likeness(*pair, apart) for pair in pairs), default=(0, ""))
    if not score:
        return None
    why = f"{why}, {YEARS.get(apart, 'other years')}"
    if lengths_differ(one, other):
        return Proposal(work, max(1, score - OTHER_LENGTH), f"{why}, but of another length")
    return Proposal(work, score, why)


def lengths_differ(one: Media, other: Media) -> bool:
    """Are these films too unlike in length to be one?"""
    if one.kind is not Kind.MOVIE or not one.runtime or not other.runtime:
        return False
    return abs(one.runtime - other.runtime) > FAR * max(one.runtime, other.runtime)


def as_long(one: int | None, other: int | None) -> bool:
    """Are two files, of so many seconds, of one length? Of two in one library these are copies, others may be two works."""
    return bool(one and other) and abs((one or 0) - (other or 0)) <= COPY * max(one or 0, other or 0)


OTHER_LENGTH = 40
"""So much less likely is a work of another length."""
YEARS = {None: "no year to compare", 0: "same year", 1: "one year apart", 2: "two years apart"}
EQUAL = {0: 100, 1: 95, 2: 85, None: 80}
LOOSE = {0: 98, 1: 94, 2: 83, None: 75}
PLAIN = {0: 96, 1: 91}
PART = {0: 88, 1: 82}
NUMBERED = 65
"""Scores by years apart; what is not named is no proposal."""


def likeness(one: str, other: str, apart: int | None) -> tuple[int, str]:
    """How far two titles can be of one work whose years are so far apart, 0 to 100, and in which way."""
    if normal(one) == normal(other):
        return EQUAL.get(apart, 50), "the same title"
    if min(len(normal(one)), len(normal(other))) < SHORT or apart is None or apart > 2:
        return 0, ""
    if loose(one) == loose(other):
        return LOOSE[apart], "the same title but for article and number"
    if apart > 1:
        return 0, ""
    left, right = plain(one), plain(other)
    if left == right or left.replace(" ", "") == right.replace(" ", ""):
        return PLAIN[apart], "the same title otherwise written"
    return alike(left, right, apart)


def alike(left: str, right: str, apart: int) -> tuple[int, str]:
    """The same of titles that are not equal in any form: by their letters, or one being part of the other."""
    same_numbers = numbers(left) == numbers(right)
    ratio = max(fuzz.ratio(left, right), fuzz.token_sort_ratio(left, right)) if same_numbers else 0
    if ratio >= CLOSE:
        return round(ratio) - 2 - 3 * apart, "nearly the same title"
    score, why = part_of(left, right, apart)
    if score:
        return score, why
    if ratio >= FAINT:
        return round(ratio) - 15 - 3 * apart, "a similar title"
    if not same_numbers and fuzz.ratio(wordy(left), wordy(right)) >= CLOSE:
        return NUMBERED - 3 * apart, "the same title but for a number"
    return 0, ""


def part_of(left: str, right: str, apart: int) -> tuple[int, str]:
    """One title that begins or ends the other, at whole words."""
    short, long = sorted((left.split(), right.split()), key=len)
    inside = long[: len(short)] == short or long[-len(short) :] == short
    return (PART[apart], "one title within the other") if inside and len("".join(short)) >= SHORT else (0, "")


def twice(some: Sequence[Named], works: Iterable[Named]) -> set[tuple[int, int]]:
    """Which of these may be which of those works, under another name of the one it is: the same title and a year no more than
    one away, if both are known; or, in the same year, a title within the other.

    >>> amelie, other = (1, Kind.MOVIE, 2001, "Amélie"), (2, Kind.MOVIE, 2001, "Die fabelhafte Welt der Amelie")
    >>> twice([amelie], [other, (3, Kind.MOVIE, 2001, "Amy"), (4, Kind.SHOW, 2001, "Amélie")])
    {(1, 2)}
    """
    titled: dict[tuple[int, str], list[Named]] = defaultdict(list)
    ends: dict[tuple[int, int | None, int, str], list[Named]] = defaultdict(list)
    for work in works:
        titled[work[1], normal(work[3])].append(work)
        for end, word in _ends(work):
            ends[work[1], work[2], end, word].append(work)
    same = {(a[0], b[0]) for a in some for b in titled.get((a[1], normal(a[3])), ()) if _near(a[2], b[2])}
    within = {
        (a[0], b[0])
        for a in some
        for end, word in (_ends(a) if a[2] is not None else ())
        for b in ends.get((a[1], a[2], end, word), ())
        if part_of(plain(a[3]), plain(b[3]), 0)[0]
    }
    return {(one, other) for one, other in same | within if one != other}


def _ends(work: Named) -> tuple[tuple[int, str], tuple[int, str]]:
    """Its first word and its last: of two titles of which one is within the other one of them is the same."""
    words = plain(work[3]).split() or [""]
    return (0, words[0]), (-1, words[-1])


def _near(one: int | None, other: int | None) -> bool:
    return one is None or other is None or abs(one - other) <= 1


def wordy(title: str) -> str:
    """A title without its numbers."""
    return " ".join(word for word in title.split() if not word.isdigit())


def numbers(title: str) -> list[str]:
    """The numbers in a title: sequels differ by them alone."""
    return sorted(word for word in title.split() if word.isdigit())
