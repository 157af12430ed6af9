"""The shelves that are read and written at IMDb itself, with the person's own cookie; and a public watchlist, without."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from ...core.records import Form, Rating, Record, Wish
from ...errors import Incomplete
from ..base import Identity, Reading, Refusal, Shelf
from .convert import media_of_title, names, rating_of, stars
from .graphql import MOST, PUBLIC, Data, GraphQL, Page, Profile, User, quoted
from .sheets import NO_ID
from .shelves import TITLES

if TYPE_CHECKING:
    from . import Imdb

PAGE = 1000
"""Ratings on a page at most."""
TYPES = [
    *("movie", "tvMovie", "tvSpecial", "tvShort", "short", "video", "musicVideo"),
    *("tvSeries", "tvMiniSeries", "podcastSeries"),
    *("tvEpisode", "podcastEpisode"),
]
"""All but video games, which are rated there too."""

USER = "query{user{fullName profile{userId nickName}}}"
PROFILE = "query{{userProfile(input:{{profileId:{name}}}){{userId}}}}"
SHOWN = "id titleType{id} titleText{text} series{series{id} episodeNumber{seasonNumber episodeNumber}}"
REST = "pageInfo{hasNextPage endCursor}"
RATED = (
    "query($first:Int!,$after:String,$types:[String!]){"
    "advancedTitleSearch(first:$first after:$after sort:{sortBy:MY_RATING_DATE sortOrder:DESC} constraints:{"
    "myRatingConstraint:{filterType:INCLUDE ratingRange:{min:1 max:10}} titleTypeConstraint:{anyTitleTypeIds:$types}})"
    "{total edges{node{title{" + SHOWN + " userRating{value date}}}} " + REST + "}}"
)
ITEMS = "items(first:100,after:$after){total edges{node{item{... on Title{" + SHOWN + "}}}} " + REST + "}"
WISHED = "query($after:ID){predefinedList(classType:WATCH_LIST){" + ITEMS + "}}"
WISHED_BY = "query($after:ID,$user:ID){predefinedList(classType:WATCH_LIST,userId:$user){" + ITEMS + "}}"

RATE = "rateTitle(input:{{rating:{stars},titleId:{name}}}){{rating{{value}}}}"
UNRATE = "deleteTitleRating(input:{{titleId:{name}}}){{date}}"
WISH = "addItemToPredefinedList(input:{{classType:WATCH_LIST,item:{{itemElementId:{name}}}}}){{modifiedItem{{itemId}}}}"
UNWISH = (
    "removeElementFromPredefinedList(input:{{classType:WATCH_LIST,itemElementId:{name}}}){{modifiedItem{{itemId}}}}"
)


async def person(graphql: GraphQL) -> Identity:
    """Whose cookie it is."""
    told = await graphql.ask(USER)
    user = (told.data or Data()).user or User()
    if not user.profile.user_id:
        graphql.fail(told, "its answer does not say whose account this is")
    return Identity(user.profile.user_id, user.full_name or user.profile.nick_name or "")


class DirectShelf(Shelf[Record]):
    service: Imdb
    kinds = TITLES

    async def tell(
        self, records: Sequence[Record], deed: Callable[[str, Record], str], *, everywhere: bool = False
    ) -> list[Refusal[Record]]:
        """One mutation for each record, or for each of its titles on this account."""
        named = [(record, name) for record in records for name in names(record.media)[: None if everywhere else 1]]
        answers = await self.service.graphql.tell([deed(quoted(name), record) for record, name in named])
        refused = {id(record): why for (record, _), why in zip(named, answers, strict=True) if why}
        refused |= {id(record): NO_ID for record in records if not names(record.media)}
        return [Refusal(record, refused[id(record)]) for record in records if id(record) in refused]


class DirectRatings(DirectShelf):
    """Whole numbers 1 to 10, the newest first."""

    record = Rating
    form = Form(steps=10, batch=MOST)

    async def stamp(self) -> str:
        """How many there are, and the newest: whatever happens moves one of them."""
        page = await self.service.graphql.page(RATED, {"first": 1, "types": TYPES})
        newest = [f"{one.media.key} {one.value} {one.at}" for one in ratings(page)]
        return " ".join([str(page.total), *newest])

    async def read(self, cursor: str | None) -> Reading[Record]:
        """The cursor is when the newest one was given; those of that very second are told again."""
        reading: Reading[Record] = Reading([], complete=cursor is None, cursor=cursor or "0")
        reading.records = self._read(reading, int(cursor) if cursor else None)
        return reading

    async def _read(self, reading: Reading[Record], since: int | None) -> AsyncIterator[list[Record]]:
        met: set[str] = set()
        newest = int(reading.cursor or 0)
        async with aclosing(self.service.graphql.pages(RATED, {"first": PAGE, "types": TYPES})) as pages:
            async for page in pages:
                found = ratings(page)
                reading.count = page.total
                yield list(found)
                newest = max([newest, *(one.at or 0 for one in found)])
                reading.cursor = str(newest)
                if since is not None and any((one.at or 0) < since for one in found):
                    return
                keys = {one.media.key for one in found}
                if len(keys) < len(page.titles) or not met.isdisjoint(keys):
                    raise Incomplete(self.http.title, "a rating came twice, or cannot be read.")
                met |= keys

    async def add(self, records: Sequence[Record]) -> Sequence[Refusal[Record]]:
        return await self.tell(records, lambda name, record: RATE.format(name=name, stars=stars(record)))

    async def remove(self, records: Sequence[Record]) -> Sequence[Refusal[Record]]:
        return await self.tell(records, lambda name, record: UNRATE.format(name=name), everywhere=True)


class PublicWatchlist(DirectShelf):
    """The watchlist of a person whom the settings name, as everybody sees it; what is owed to it is carried by hand."""

    record = Wish
    form = Form(times=False)
    carried = True

    async def read(self, cursor: str | None) -> Reading[Record]:
        """Always all of it."""
        return Reading(self._read())

    async def _read(self) -> AsyncIterator[list[Record]]:
        met: set[str] = set()  # two titles that became one may stand there twice
        async with aclosing(await self.pages()) as pages:
            async for page in pages:
                found = {media.key: media for title in page.titles if (media := media_of_title(title))}
                yield [Wish(media) for key, media in found.items() if key not in met]
                met |= found.keys()

    async def pages(self) -> AsyncGenerator[Page, None]:
        graphql, user = self.service.graphql, self.service.watchlist_of
        if user.startswith("p."):
            told = await graphql.ask(PROFILE.format(name=quoted(user)), host=PUBLIC)
            user = ((told.data or Data()).user_profile or Profile()).user_id
            if not user:
                graphql.fail(told, f"nobody is known as {self.service.watchlist_of}")
        return graphql.pages(WISHED_BY, {"user": user}, PUBLIC)


class DirectWatchlist(PublicWatchlist):
    """The person's own."""

    form = Form(times=False, batch=MOST)
    carried = False

    async def pages(self) -> AsyncGenerator[Page, None]:
        return self.service.graphql.pages(WISHED, {})

    async def add(self, records: Sequence[Record]) -> Sequence[Refusal[Record]]:
        return await self.tell(records, lambda name, record: WISH.format(name=name))

    async def remove(self, records: Sequence[Record]) -> Sequence[Refusal[Record]]:
        return await self.tell(records, lambda name, record: UNWISH.format(name=name), everywhere=True)


def ratings(page: Page) -> list[Rating]:
    """Those of a page that can be read."""
    return [rating for title in page.titles if (rating := rating_of(title))]
