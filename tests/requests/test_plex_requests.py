"""What the adapter sends to Plex, letter by letter, and what it makes of answers that a good server would not give."""

import asyncio

import httpx2
import pytest

from tests.contract.plex_desk import ADDRESSES, Drawer, Everything
from watchweave.core.media import Kind, Media
from watchweave.core.records import Copy, Play, Watched, Wish
from watchweave.errors import NotSent, Unavailable
from watchweave.services.http import Http
from watchweave.services.plex import Plex
from watchweave.services.plex.writing import side_by_side

FILM, OTHER = "5d776883ebdf2200209c104e", "5d776883ebdf2200209c104f"
SECTION = {"key": "1", "type": "movie", "title": "Movies", "uuid": "ac00"}
ROW = {"ratingKey": "7", "type": "movie", "guid": f"plex://movie/{FILM}", "addedAt": 1_600_000_000}


def listing(rows, name="Metadata", **more):
    return {"MediaContainer": {"size": len(rows), "totalSize": len(rows), "offset": 0, name: rows, **more}}


PATHS = {
    "/api/v2/user": {"id": 12345, "uuid": "a1b2", "title": "nate"},
    "/identity": {"MediaContainer": {"machineIdentifier": "m"}},
    "/library/sections": listing([SECTION], "Directory"),
    "/accounts": listing([{"id": 0, "name": ""}, {"id": 1, "name": "nate"}], "Account"),
    "/status/sessions/history/all": listing([]),
    "/library/sections/1/all": listing([ROW]),
}


class Line:
    """A Plex that answers each path with what is laid out for it; a callable is asked, a number is a status."""

    def __init__(self, known=(), **paths):
        self.paths = PATHS | paths
        self.known = Everything(*known)
        self.sent = []

    def answer(self, request):
        self.sent.append(request)
        told = self.paths.get(request.url.path, 404)
        told = told(request) if callable(told) else told
        return httpx2.Response(told) if isinstance(told, int) else httpx2.Response(200, json=told)

    def run(self, deed):
        async def whole_run():
            drawer = Drawer(token="the-token")
            door = httpx2.MockTransport(self.answer)
            signer = Plex.signer(drawer)
            async with Http("Plex", ADDRESSES, signer, drawer, transport=door, limits=Plex.limits) as http:
                return await deed(Plex(http, {}, self.known))

        self.sent.clear()
        return asyncio.run(whole_run())

    def read(self, shelf="history", cursor=None):
        async def deed(service):
            reading = await service.shelves[shelf].read(cursor)
            return reading, [record async for page in reading.records for record in page]

        return self.run(deed)

    def to(self, path):
        return [request for request in self.sent if request.url.path == path]


def test_the_query_for_news_is_one_group_of_alternatives_in_order():
    line = Line()
    reading, _ = line.read()
    line.read(cursor=reading.cursor)
    (request,) = line.to("/library/sections/1/all")
    since = 1_600_000_000
    assert request.url.query.decode().startswith(
        f"type=1&includeGuids=1&push=1&lastViewedAt%3E%3E={since}&or=1&lastRatedAt%3E%3E={since}"
        f"&or=1&addedAt%3E%3E={since}&or=1&updatedAt%3E%3E={since}&pop=1&includeFields="
    )


def test_lists_are_trimmed_and_paged_by_headers():
    line = Line()
    line.read()
    (request,) = line.to("/library/sections/1/all")
    assert request.headers["X-Plex-Pms-Api-Version"] == "1.0"
    assert (request.headers["X-Plex-Container-Start"], request.headers["X-Plex-Container-Size"]) == ("0", "2000")
    assert (request.url.params["includeElements"], request.headers["Accept"]) == ("Guid", "application/json")


def test_only_episodes_are_asked_for_their_files_and_the_day_they_were_first_shown():
    show = {"key": "1", "type": "show", "title": "Series", "uuid": "ac01"}
    line = Line(**{"/library/sections": listing([show], "Directory"), "/library/sections/1/all": listing([])})
    line.read()
    asked = {request.url.params["type"]: request.url.params for request in line.to("/library/sections/1/all")}
    assert {kind: one["includeElements"] for kind, one in asked.items()} == {
        "2": "Guid", "3": "Guid", "4": "Guid,Media,Part"
    }  # fmt: skip
    more = {
        kind: {"file", "originallyAvailableAt"} & set(one["includeFields"].split(",")) for kind, one in asked.items()
    }
    assert more == {"2": set(), "3": set(), "4": {"file", "originallyAvailableAt"}}


EPISODE = {
    "ratingKey": "7",
    "type": "episode",
    "title": "Pilot",
    "index": 1,
    "parentIndex": 1,
    "addedAt": 1_600_000_000,
}
PLACE = {"parentRatingKey": "5", "grandparentRatingKey": "4", "grandparentTitle": "Dark"}


def part(*files):
    return {"Part": [{"file": file} for file in files]}


@pytest.mark.parametrize(
    ("media", "copies"),
    [
        ([part("/tv/S01E01-E02.mkv")], 2),
        ([part("/tv/S01E01-E02 - pt1.mkv", "/tv/S01E01-E02 - pt2.mkv")], 2),
        ([part("/tv/S01E01-E02.mkv"), part("/tv/4K/S01E01-E02.mkv")], 2),
        ([part("/tv/S01E01-E02.mkv"), part("/tv/S01E01.mkv")], 1),
        ([part("/tv/S01E01-E02.mkv"), part("/tv/S01E01-E03.mkv")], 1),
        ([{"Part": [{"file": None}]}], 1),
        ([{"Part": [{}]}], 1),
        ([{"id": 8}], 1),
        ([], 1),
    ],
)
def test_an_episode_stands_for_several_only_if_all_of_its_files_say_so(media, copies):
    show = {"key": "1", "type": "show", "title": "Series", "uuid": "ac01"}

    def rows(request):
        return listing([EPISODE | PLACE | {"Media": media}] if request.url.params["type"] == "4" else [])

    line = Line(**{"/library/sections": listing([show], "Directory"), "/library/sections/1/all": rows})
    _, records = line.read()
    assert len([record for record in records if isinstance(record, Copy)]) == copies


def test_we_say_who_we_are_in_every_request():
    line = Line()
    line.read()
    names = ("X-Plex-Client-Identifier", "X-Plex-Product", "X-Plex-Version", "X-Plex-Device-Name", "X-Plex-Token")
    assert all(request.headers[name] for request in line.sent for name in names)
    assert len({request.headers["X-Plex-Client-Identifier"] for request in line.sent}) == 1


def test_history_is_asked_for_the_owner_and_rows_of_others_are_dropped_even_so():
    rows = [
        {
            "historyKey": f"/status/sessions/history/{n}",
            "ratingKey": "7",
            "type": "movie",
            "viewedAt": 1_700_000_000 + n,
        }
        | {"accountID": account}
        for n, account in enumerate((1, 12345, 0, 2))
    ]
    line = Line(**{"/status/sessions/history/all": listing(rows)})
    _, records = line.read()
    assert [record.key for record in records if isinstance(record, Play)] == ["history:0"]
    assert line.to("/status/sessions/history/all")[0].url.params["accountID"] == "1"


def test_who_may_not_list_the_accounts_is_not_the_owner():
    rows = [{"historyKey": "/h/1", "ratingKey": "7", "type": "movie", "viewedAt": 1_700_000_000, "accountID": 1}]
    line = Line(**{"/accounts": 401, "/status/sessions/history/all": listing(rows)})
    _, records = line.read()
    assert [record for record in records if isinstance(record, Play)] == []


def test_an_item_without_a_date_of_its_view_is_watched_and_no_play():
    line = Line(**{"/library/sections/1/all": listing([ROW | {"viewCount": 3}])})
    _, records = line.read()
    assert [type(record).__name__ for record in records] == ["Copy", "Watched"]


def gone(**more):
    return {"historyKey": "/h/5", "type": "episode", "title": "Pilot", "grandparentTitle": "Dark", "index": 1} | (
        {"parentIndex": 2, "viewedAt": 1_700_000_000, "accountID": 1} | more
    )


def test_a_play_of_something_deleted_is_told_in_its_own_words():
    line = Line(**{"/status/sessions/history/all": listing([gone()])})
    _, records = line.read()
    show = Media(Kind.SHOW, title="Dark")
    media = Media(Kind.EPISODE, title="Pilot", parent=show, season=2, number=1)
    assert [record for record in records if isinstance(record, Play)] == [
        Play(media, 1_700_000_000, "history:5", "second")
    ]


def test_a_play_of_something_known_that_is_not_listed_is_told_by_its_key():
    line = Line(**{"/status/sessions/history/all": listing([gone(ratingKey="88")])}, known=("88",))
    _, records = line.read()
    (play,) = (record for record in records if isinstance(record, Play))
    assert (play.media.keys, play.media.parent) == (("88",), None)


def test_an_empty_list_has_no_rows_at_all():
    line = Line(**{"/library/sections/1/all": {"MediaContainer": {"size": 0, "totalSize": 0, "offset": 0}}})
    reading, records = line.read()
    assert (reading.complete, records) == (True, [])


def test_wishes_that_one_request_for_all_does_not_bring_are_asked_for_singly():
    def details(request):
        asked = request.url.path.rpartition("/")[2].split(",")
        return listing([{"ratingKey": asked[0], "type": "movie", "Guid": [{"id": f"imdb://tt000000{asked[0][-1]}"}]}])

    names = ["5d776883ebdf220020000001", "5d776883ebdf220020000002", "5d776883ebdf220020000003"]
    wishes = listing([{"ratingKey": name, "type": "movie", "guid": f"plex://movie/{name}"} for name in names])
    paths = {f"/library/metadata/{','.join(names)}": details} | {f"/library/metadata/{n}": details for n in names}
    line = Line(**{"/library/sections/watchlist/all": wishes}, **paths)
    _, records = line.read("watchlist")
    assert [record.media.ids["imdb"] for record in records] == ["tt0000001", "tt0000002", "tt0000003"]
    assert len(line.sent) == 1 + 1 + 2


def test_a_wish_without_ids_is_still_a_wish():
    wishes = listing([{"ratingKey": FILM, "type": "movie", "guid": f"plex://movie/{FILM}", "title": "Heat"}])
    _, records = Line(**{"/library/sections/watchlist/all": wishes}).read("watchlist")
    assert [(record.media.title, record.media.ids) for record in records] == [("Heat", {"plex": FILM})]


@pytest.mark.parametrize(("told", "refused"), [("tt0113277", 0), ("tt0000001", 1)])
def test_a_match_is_taken_only_if_its_ids_agree(told, refused):
    row = {"ratingKey": OTHER, "type": "movie", "guid": f"plex://movie/{OTHER}", "Guid": [{"id": f"imdb://{told}"}]}
    line = Line(
        **{
            "/library/metadata/matches": listing([row]),
            "/actions/addToWatchlist": {},
            "/library/sections/watchlist/all": listing([row]),
        }
    )
    wish = Wish(Media(Kind.MOVIE, {"imdb": "tt0113277"}, "Heat", 1995))
    answer = line.run(lambda service: service.shelves["watchlist"].add([wish]))
    assert len(answer) == refused
    assert [request.url.params["ratingKey"] for request in line.to("/actions/addToWatchlist")] == [OTHER][refused:]
    assert line.to("/library/metadata/matches")[0].url.params["title"] == "imdb-tt0113277"


def test_marking_leaves_an_item_alone_whose_guid_is_another_one():
    line = Line(**{"/library/metadata/7": listing([ROW | {"guid": f"plex://movie/{OTHER}"}]), "/:/scrobble": {}})
    flag = Watched(Media(Kind.MOVIE, {"plex": FILM}, keys=("7",)))
    assert len(line.run(lambda service: service.shelves["watched"].add([flag]))) == 1
    assert line.to("/:/scrobble") == []


def test_marking_goes_by_the_key_where_an_older_agent_gives_no_plex_id():
    row = ROW | {"guid": "com.plexapp.agents.imdb://tt0113277"}
    marked = row | {"viewCount": 1, "lastViewedAt": 1}
    looks = iter([listing([row]), listing([marked])])
    line = Line(**{"/library/metadata/7": lambda request: next(looks), "/:/scrobble": {}})
    flag = Watched(Media(Kind.MOVIE, {"plex": FILM}, keys=("7",)))
    assert line.run(lambda service: service.shelves["watched"].add([flag])) == []
    assert [request.method for request in line.to("/:/scrobble")] == ["PUT"]


@pytest.mark.parametrize(
    ("outcomes", "error"),
    [((NotSent, NotSent), NotSent), ((None, NotSent), Unavailable), ((NotSent, Unavailable), Unavailable)],
)
def test_only_what_was_never_sent_at_all_is_not_sent(outcomes, error):
    async def write(outcome):
        if outcome:
            raise outcome("Plex", "it broke.")
        return ""

    async def deed():
        await side_by_side("Plex", [write(outcome) for outcome in outcomes])

    with pytest.raises(Unavailable) as caught:
        asyncio.run(deed())
    assert type(caught.value) is error
