"""The export ZIP of a member of the simulated Letterboxd, as of now (reference, "Export ZIP")."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .letterboxd_rules import day
from .letterboxd_shelves import Comment, Entry, ItemList, Mark, Rated

if TYPE_CHECKING:
    from .letterboxd_member import Member

Row = Sequence[object]
PROFILE = "Date Joined,Username,Given Name,Family Name,Email Address,Location,Website,Bio,Pronoun,Favorite Films"
DIARY = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date"
REVIEWS = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date"
MARKS = "Date,Name,Year,Letterboxd URI"
RATINGS = f"{MARKS},Rating"
COMMENTS = "Date,Content,Comment"
APPLAUDED = "Date,Content"
LIST = "Date,Name,Tags,URL,Description"
ITEMS = "Position,Name,Year,URL,Description"


def export(member: Member) -> bytes:
    when = datetime.fromtimestamp(member.world.now(), UTC)
    moment = (when.year, when.month, when.day, when.hour, when.minute, when.second)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files(member).items():
            archive.writestr(zipfile.ZipInfo(name, moment), text.encode(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def files(member: Member) -> Mapping[str, str]:
    """What is in the archive, by name."""
    gone = member.films.gone
    entries = [one for one in member.entries.values() if one.film.work.uid not in gone]
    orphans = [one for one in member.entries.values() if one.film.work.uid in gone]
    made = {
        "profile.csv": _table(PROFILE, [_profile(member)]),
        "diary.csv": _diary(sorted(_dated(entries), key=lambda one: (one.on or "", one.logged))),
        "reviews.csv": _reviews(sorted(entries, key=lambda one: one.logged)),
        "ratings.csv": _table(RATINGS, (_rating(one) for one in member.marked(member.ratings))),
        "watched.csv": _marks(member.marked(member.watched)),
        "watchlist.csv": _marks(member.marked(member.wishes)),
        "comments.csv": _comments(member.comments),
    }
    if member.options.likes_export != "missing":
        likes = member.marked(member.likes) if member.options.likes_export == "full" else []
        made["likes/films.csv"] = _marks(likes)
    for kind, liked in member.applauded.items():
        made[f"likes/{kind}.csv"] = _table(APPLAUDED, ((day(one.at), one.content) for one in liked))
    for folder, shown, uris in (("deleted", member.deleted, True), ("orphaned", orphans, False)):
        made[f"{folder}/diary.csv"] = _diary(_dated(shown), uris)
        made[f"{folder}/reviews.csv"] = _reviews(shown, uris)
        made[f"{folder}/comments.csv"] = _comments([])
    lists = (("lists", member.lists.values()), ("deleted/lists", member.deleted_lists))
    return made | {f"{folder}/{one.file}.csv": _list(member, one) for folder, kept in lists for one in kept}


def _table(header: str, rows: Iterable[Row]) -> str:
    """CRLF between rows and inside cells."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([cell.replace("\n", "\r\n") for cell in map(str, row)] for row in rows)
    return f"{header}\r\n{written.getvalue()}"


def _profile(member: Member) -> Row:
    told = member.profile
    best = ", ".join(film.uri for work in told.favourites if (film := member.films.of(work)))
    names = (member.name, told.given_name, told.family_name, told.email)
    return (day(member.joined), *names, told.location, told.website, told.bio, told.pronoun, best)


def _dated(entries: Iterable[Entry]) -> list[Entry]:
    return [one for one in entries if one.on]


def _diary(entries: Iterable[Entry], uris: bool = True) -> str:
    return _table(DIARY, ((*_viewing(one, uris), ", ".join(one.tags), one.on) for one in entries))


def _reviews(entries: Iterable[Entry], uris: bool = True) -> str:
    rows = ((*_viewing(one, uris), one.review, ", ".join(one.tags), one.on or "") for one in entries if one.review)
    return _table(REVIEWS, rows)


def _viewing(entry: Entry, uris: bool) -> Row:
    uri, rewatch = entry.uri if uris else "", "Yes" if entry.rewatch else ""
    return day(entry.logged), entry.film.name, entry.film.year or "", uri, _stars(entry.rating), rewatch


def _stars(rating: int | None) -> str:
    """`4.5`, and `5` where it is whole."""
    return f"{rating / 2:g}" if rating else ""


def _mark(mark: Mark) -> Row:
    return day(mark.at), mark.film.name, mark.film.year or "", mark.film.uri


def _marks(marks: Iterable[Mark]) -> str:
    return _table(MARKS, map(_mark, marks))


def _rating(rated: Rated) -> Row:
    return (*_mark(rated), _stars(rated.value))


def _comments(comments: Iterable[Comment]) -> str:
    return _table(COMMENTS, ((day(one.at), one.content, one.text) for one in comments))


def _list(member: Member, one: ItemList) -> str:
    about = _table(LIST, [(day(one.made), one.name, ", ".join(one.tags), one.uri, one.description)])
    kept = [item for item in one.items if item.film.work.uid not in member.films.gone]
    rows = ((n, i.film.name, i.film.year or "", i.film.uri, i.note) for n, i in enumerate(kept, 1))
    return f"Letterboxd list export v7\r\n{about}\r\n{_table(ITEMS, rows)}"
