"""`watchweave export`: files that a person carries to a service, or one that has everything."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, TextIO
from zoneinfo import ZoneInfo

import typer

from ..core.media import Kind, Media
from ..core.records import Member, Play, Rating, Record, Review, Tags
from ..engine.carry import to_do
from ..engine.everything import Everything
from ..engine.home import Home, ProfileWish
from ..engine.report import moment
from ..errors import ConfigError, StorageError
from ..storage.staging import sort_of
from . import Tools
from .running import finish, progress
from .status import NOUNS, Json
from .terminal import complain, many, say, say_json

EVERYTHING = "json"
"""The word for everything, which no account may be called."""
VERSION = 1
"""Of the form of the file."""
TIMES = {
    "ratings": "rated_at",
    "watchlist": "listed_at",
    "favourites": "listed_at",
    "collection": "collected_at",
    "tags": "tagged_at",
    "lists": "listed_at",
}
"""When a record was made, by its shelf; plays and reviews say it in their own way."""

Where = Annotated[
    str,
    typer.Argument(metavar="ACCOUNT", help="Where you are to carry something; or json, for everything in one file."),
]
Whose = Annotated[str, typer.Option("--profile", metavar="P", help="Whose account, or file.", show_default=False)]
To = Annotated[
    Path | None,
    typer.Option(
        "--to", metavar="FILE", help="With json: the file, if not watchweave-PERSON-DATE.json.", show_default=False
    ),
]
Force = Annotated[bool, typer.Option("--force", help="With json: also in place of a file that is there.")]


def export(
    context: typer.Context,
    account: Where,
    profile: Whose = "",
    to: To = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write all that you are still to carry to an account into new files, in place of those in the outbox. With json, write
    all that is true of you into one file instead, which `import` takes in."""
    tools: Tools = context.obj
    if account == EVERYTHING:
        _write_everything(tools, profile, (to, force), as_json=as_json)
    elif to or force:
        raise ConfigError("--to and --force go with json: files that you are to carry stand in the outbox.")
    else:
        _write_owed(tools, account, profile, as_json=as_json)


def _write_owed(tools: Tools, account: str, profile: str, *, as_json: bool) -> None:
    told = []
    with tools.home(f"export {account}", account) as home:
        people = home.profile(profile or None)
        wanted = [(p, one) for p in people for one in p.accounts if account in (one.name, one.service)]
        if not wanted:
            known = ", ".join(one.name for person in people for one in person.accounts)
            raise ConfigError(f'There is no account "{account}". Known are: {known}.')
        for person, one in wanted:
            for name in finish(home, home.carried_anew(person, one.name), at_once=True):
                what = to_do(home.kind(one.service).carry, name)
                told.append({"file": str(home.outbox.folder / name), "to_do": what})
    if as_json:
        say_json({"files": told})
        return
    if not told:
        say(f"Nothing waits to be carried to {account}.")
    for file in told:
        say(file["file"], "bold")
        say(f"  {file['to_do']}")


# ---------------------------------------------------------------- everything


def _write_everything(tools: Tools, profile: str, where: tuple[Path | None, bool], *, as_json: bool) -> None:
    told: list[dict[str, Any]] = []
    with tools.home() as home:
        people = home.profile(profile or None)
        if any(one.name == EVERYTHING for person in people for one in person.accounts):
            called = f'"{EVERYTHING}" stands for everything, and an account is called so'
            raise ConfigError(f"{called}. Give it another name in config.yml, and write `service:` below it.")
        to, force = where
        if to and len(people) > 1:
            names = ", ".join(person.name for person in people)
            raise ConfigError(f"Whose is to be in {to}? Say --profile and one of: {names}.")
        ready = _ready(home, people)
        paths = {person.name: to or Path(f"watchweave-{person.name}-{_today(home, person)}.json") for person in ready}
        if not force and (there := [path for path in paths.values() if os.path.lexists(path)]):
            raise _there(*there)
        for person in ready:
            with progress(home, f"Exporting for {person.name}"):
                counts = finish(home, _written(home, person, paths[person.name], force=force), at_once=True)
            told.append({"file": str(paths[person.name].absolute()), "profile": person.name, "counts": counts})
    if as_json:
        say_json({"files": told})
        return
    for file in told:
        say(file["file"], "bold")
        say(f"  {', '.join(many(count, *NOUNS[shelf]) for shelf, count in file['counts'].items())}", "green")


def _ready(home: Home, people: Sequence[ProfileWish]) -> list[ProfileWish]:
    """Those of whom anything is known; whoever is left out is told. Raises ConfigError where there is nobody."""
    ready = []
    for person in people:
        with Everything(home.store, person.name, home.uses()) as everything:
            if everything.shelves():
                ready.append(person)
    for person in people:
        if person not in ready:
            nothing = f'Nothing was read for {person.name} yet. Run "watchweave sync" first.'
            if not ready:
                raise ConfigError(nothing)
            complain(nothing)
    return ready


def _there(*paths: Path) -> ConfigError:
    """Nothing is written in place of these."""
    are = "are" if len(paths) > 1 else "is"
    return ConfigError(
        f"{' and '.join(map(str, paths))} {are} there already. Name another file with --to, or say --force."
    )


def _today(home: Home, person: ProfileWish) -> str:
    return datetime.fromtimestamp(home.clock(), ZoneInfo(person.timezone)).date().isoformat()


async def _written(home: Home, person: ProfileWish, path: Path, *, force: bool) -> dict[str, int]:
    """Write all that is true for a person, a row on each line; how many there are, by their shelves."""
    counts: dict[str, int] = {}
    zone, heading = ZoneInfo(person.timezone), {"watchweave": VERSION, "profile": person.name}
    with Everything(home.store, person.name, home.uses()) as everything, new_file(path, force=force) as file:
        file.write(json.dumps({**heading, "made": moment(home.clock())}, ensure_ascii=False)[:-1])
        for section, some in groupby(everything.shelves(), sort_of):
            file.write(f',\n"{section}": [')
            counts[section] = 0
            for portion in (portion for shelf in some for portion in everything.records(shelf)):
                rows = [json.dumps(row_of(section, one, zone), ensure_ascii=False) for one in portion]
                file.write((",\n" if counts[section] else "\n") + ",\n".join(rows))
                counts[section] += len(rows)
                home.tell(f"{section}, {counts[section]:,} rows")
                await asyncio.sleep(0)  # a person who has had enough ends it here
            file.write("\n]")
        file.write("\n}\n")
    return counts


@contextmanager
def new_file(path: Path, *, force: bool) -> Iterator[TextIO]:
    """A file that nobody else may read, and that is there only if all of it was written. Never in place of another one,
    unless by force."""
    into = path.with_name(f"{path.name}.part") if force else path
    try:
        if force:
            into.unlink(missing_ok=True)
        number = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(number, "w", encoding="utf-8") as file:
                yield file
                file.flush()
                os.fsync(number)
            into.replace(path)
        except BaseException:
            with suppress(OSError):
                into.unlink()
            raise
    except FileExistsError:
        raise _there(path) from None
    except OSError as error:
        why = f"{path} cannot be written ({error.strerror})"
        raise StorageError(
            f"{why}. Check the space and the permissions there, or name another file with --to."
        ) from error


def row_of(shelf: str, record: Record, zone: ZoneInfo) -> dict[str, Any]:
    """A record as a row of the file."""
    at = moment(record.at) if record.at is not None else None
    said: dict[str, Any] = {TIMES[shelf]: at} if shelf in TIMES else {}
    if isinstance(record, Play) and record.clock == "day" and record.at is not None:
        said = {"watched_on": datetime.fromtimestamp(record.at, zone).date().isoformat()}
    elif isinstance(record, Play):
        said = {"watched_at": at, **({"clock": "mark"} if record.clock == "mark" else {})}
    elif isinstance(record, Rating):
        said["rating"] = record.value // 10 if record.value % 10 == 0 else record.value / 10
    elif isinstance(record, Review):
        said["comment"] = {"comment": record.text, "spoiler": record.spoiler, "created_at": at}
    elif isinstance(record, Tags):
        said["tags"] = list(record.tags)
    elif isinstance(record, Member):
        said["list"] = record.list
    return {**said, "type": record.media.kind.word, **about(record.media)}


def about(media: Media) -> dict[str, Any]:
    """What a row is about: a film, or a show, or a part of one beside its show."""
    if media.kind is Kind.EPISODE:
        place = {"season": media.season, "number": media.number, "order": media.order}
    else:
        place = {"number": media.season} if media.kind is Kind.SEASON else {}
    said = {**place, "title": media.title, "year": media.year}
    thing = {name: value for name, value in said.items() if value not in (None, "")}
    show = about(media.parent) if media.parent is not None else {}
    return {media.kind.word: {**thing, "ids": dict(media.ids)}, **show}
