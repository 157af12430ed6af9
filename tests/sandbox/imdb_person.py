"""A member of a simulated IMDb, and a program that asks with her cookie; the questions are those of the reference."""

import asyncio

import httpx2

from watchweave.sandbox.imdb import Imdb
from watchweave.sandbox.server import transport
from watchweave.sandbox.world import World, invented

WEBSITE, API, CACHING = "https://www.imdb.com", "https://api.graphql.imdb.com", "https://caching.graphql.imdb.com"

HEADERS = {
    "content-type": "application/json",
    "accept": "application/graphql+json, application/json",
    "origin": "https://www.imdb.com",
    "referer": "https://www.imdb.com/",
    "x-imdb-client-name": "imdb-web-next-localized",
    "x-imdb-user-country": "US",
    "x-imdb-user-language": "en-US",
    "user-agent": "Mozilla/5.0",
}

USER = "query { user { fullName profile { userId nickName } } }"
WATCHLIST = """query($after: ID){ predefinedList(classType: WATCH_LIST){ items(first:100, after:$after){ total edges{node{item{... on Title{ id titleType{id} titleText{text} userRating{value}
   series{series{id} episodeNumber{seasonNumber episodeNumber}} }}}} pageInfo{endCursor hasNextPage} } } }        # own; add userId:$user for a public one"""
LIST = "query($id: ID!,$first:Int!,$after:ID){ list(id:$id){ items(first:$first,after:$after){ total edges{node{item{... on Title{id}}}} pageInfo{hasNextPage endCursor}}}}"
RATINGS = """query($first:Int!,$after:String,$types:[String!]){ advancedTitleSearch(first:$first after:$after sort:{sortBy:MY_RATING_DATE sortOrder:DESC}
   constraints:{myRatingConstraint:{filterType:INCLUDE ratingRange:{min:1 max:10}} titleTypeConstraint:{anyTitleTypeIds:$types}})
   { total edges{node{title{id titleType{id} userRating{value date} series{series{id} episodeNumber{seasonNumber episodeNumber}}}}} pageInfo{hasNextPage endCursor} } }"""
RATE = "mutation($rating:Int!,$titleId:ID!){ rateTitle(input:{rating:$rating,titleId:$titleId}){ rating{value} } }"
UNRATE = "mutation($titleId:ID!){ deleteTitleRating(input:{titleId:$titleId}){ date } }"
WISH = "mutation($id:ID!){ addItemToPredefinedList(input:{classType:WATCH_LIST,item:{itemElementId:$id}}){ modifiedItem{itemId} } }"
UNWISH = "mutation($id:ID!){ removeElementFromPredefinedList(input:{classType:WATCH_LIST,itemElementId:$id}){ modifiedItem{itemId} } }"
MARK = "mutation($titleId:ID!){ addWatchedTitle(titleId:$titleId){ success message{value language} } }"
UNMARK = "mutation($titleId:ID!){ removeWatchedTitle(titleId:$titleId){ success remainingWatchedSourceTypes } }"
PUT_ON = (
    "mutation($l:ID!,$c:ID!){ addItemToList(input:{listId:$l,item:{itemElementId:$c}}){ listId modifiedItem{itemId} } }"
)
TAKE_OFF = "mutation($l:ID!,$c:ID!){ removeElementFromList(input:{listId:$l,itemElementId:$c}){ listId } }"
MAKE_LIST = "mutation($i:CreateListInput!){ createList(input:$i){ listId } }     # {name,listDescription,listType:TITLES,visibility:PRIVATE|PUBLIC,allowDuplicates:false}"
DELETE_LIST = "mutation($l:ID!){ deleteList(input:{listId:$l}){ listId } }"
EXPORT = "mutation($l:ID!){ createListExport(input:{listId:$l}){ status{id} } }       # PROCESSING, then on /exports/"
PROFILE = (
    'query { userProfile(input:{profileId:"p.xxxx"}){ userId } }                  # new p.* profile address -> ur*'
)
TITLE = 'query { title(id:"tt0113277"){ userRating{value date} } }'

QUESTIONS = (USER, WATCHLIST, LIST, RATINGS, RATE, UNRATE, WISH, UNWISH, MARK, UNMARK, PUT_ON, TAKE_OFF, MAKE_LIST)
QUESTIONS += (DELETE_LIST, EXPORT, PROFILE, TITLE)


class Person:
    """`member` is what she does by hand; `ask` is what a program asks with her cookie."""

    def __init__(self, world=None, name="mara", **joined):
        self.world = world or World(invented(movies=20, shows=3, seasons=2, episodes=4, traps=True))
        self.imdb = self.world.services.get("imdb") or Imdb(self.world)
        self.works = self.world.catalogue
        self.member = self.imdb.join(name, **joined)

    def send(self, method, address, headers=None, **options):
        async def one():
            async with httpx2.AsyncClient(transport=transport(self.world)) as client:
                client.headers.clear()
                return await client.request(method, address, headers=headers, **options)

        return asyncio.run(one())

    def post(self, text, host=API, cookie=None, headers=HEADERS, **variables):
        """The whole answer; `cookie=""` is without one."""
        sent = self.member.cookie if cookie is None else cookie
        body = {"query": text, "variables": variables, "operationName": None}
        return self.send("POST", host + "/", headers | ({"cookie": sent} if sent else {}), json=body)

    def ask(self, text, **variables):
        """The data of an answer that has no errors."""
        answer = self.post(text, **variables)
        assert (answer.status_code, answer.json().get("errors")) == (200, None)
        return answer.json()["data"]

    def refusals(self, text, **variables):
        """What each field was refused for, by its path."""
        answer = self.post(text, **variables).json()
        return {".".join(map(str, error["path"])): error["extensions"]["code"] for error in answer.get("errors", ())}

    def mistake(self, text, **variables):
        """The message about a document that is refused as a whole."""
        answer = self.post(text, **variables)
        assert answer.status_code == 400
        assert "data" not in answer.json()
        return answer.json()["errors"][0]["message"]

    def ratings(self, **variables):
        """What the search for one's ratings says: (id, value), newest first."""
        found = self.ask(RATINGS, **{"first": 1_000} | variables)["advancedTitleSearch"]
        titles = [edge["node"]["title"] for edge in found["edges"]]
        return [(title["id"], title["userRating"]["value"]) for title in titles]

    def wishes(self):
        items = self.ask(WATCHLIST)["predefinedList"]["items"]
        return [edge["node"]["item"]["id"] for edge in items["edges"]]

    def id(self, uid):
        return self.works[uid].ids["imdb"]
