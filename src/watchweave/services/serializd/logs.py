"""Which episodes are logged, season by season, as far as the last reading or writing showed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from .convert import Season, SeasonPage, moment

if TYPE_CHECKING:
    from . import Serializd

NOTE = "logs"


class Log(Struct, array_like=True, gc=False):
    """The episodes of a season that are known to be logged, and when they were. whole: there are no others."""

    season: Season
    at: dict[int, int | None]
    whole: bool = False


class Logs:
    """The logs of one account. `keep` saves what was learned."""

    def __init__(self, service: Serializd) -> None:
        self._service = service
        self._noted: dict[int, Log] = {}
        self.restore()

    def __iter__(self) -> Iterator[Log]:
        return iter(list(self._noted.values()))

    async def read(self, season: Season) -> Mapping[int, int | None]:
        """The episodes of a season that are logged, and when they were. One that Serializd does not know any more is
        believed to be as it was: nobody has unwatched it."""
        path, params = f"/page/show/{season.show}/season_v2_part_3/{season.number}", {"season_id": season.id}
        answer = await self._service.ask(path, SeasonPage, host="mobile_url", params=params, accept=(404,))
        log = self._noted.setdefault(season.id, Log(season, {}))
        if answer.status != 404:
            log.at = {one.episode_number: moment(one.date_added) for one in answer.value.episode_logs}
        log.whole = True
        return log.at

    async def has(self, season: Season, episode: int) -> bool:
        """Is this episode logged? The season is asked for only where that is not known."""
        log = self._noted.get(season.id)
        if log and (log.whole or episode in log.at):
            return episode in log.at
        return episode in await self.read(season)

    def wrote(self, season: Season, numbers: Collection[int], *, gone: bool = False) -> None:
        """We have just logged these, or taken them out of the log."""
        log = self._noted.setdefault(season.id, Log(season, {}))
        left = {number: at for number, at in log.at.items() if number not in numbers}
        log.at = left if gone else {**dict.fromkeys(numbers), **log.at}

    def restore(self) -> None:
        """Forget what was learned since `keep`."""
        note = self._service.desk.notes.load(NOTE)
        found = msgspec.json.decode(note, type=list[Log]) if note else []
        self._noted = {log.season.id: log for log in found}

    def keep(self) -> None:
        self._service.desk.notes.save(NOTE, msgspec.json.encode(list(self)))
