"""A person with a simulated Serializd account, and a program that asks for her."""

import asyncio

import httpx2

from watchweave.sandbox.serializd import Serializd
from watchweave.sandbox.server import transport
from watchweave.sandbox.world import Work, World, invented

API, MOBILE = "https://serializd.onrender.com/api", "https://serializd.onrender.com/mobile"
SITE = "https://www.serializd.com"
GATE = {"X-Requested-With": "serializd_vercel", "Origin": SITE, "Referer": SITE}


class Person:
    """`member` is what she does by hand; `get`, `post` … are what a program asks in her name."""

    def __init__(self, world=None, name="mara"):
        self.world = world or World(invented(movies=0, shows=3, seasons={0: 2, 1: 4, 2: 3}, extra_movies=0))
        self.serializd = self.world.services.get("serializd") or Serializd(self.world)
        self.options, self.know = self.serializd.options, self.serializd.knowledge
        self.works = self.world.catalogue
        self.member = self.serializd.join(name, email=f"{name}@example.org", password="correct horse")
        self.headers = GATE | {"Authorization": f"Bearer {self.serializd.sign_in.token(self.member)}"}

    def ask(self, method, address, **options):
        async def one():
            async with httpx2.AsyncClient(transport=transport(self.world)) as client:
                return await client.request(method, address, **options)

        return asyncio.run(one())

    def get(self, path, headers=None, **params):
        return self.ask("GET", API + path, params=params, headers=self.headers if headers is None else headers)

    def mobile(self, path, **params):
        return self.ask("GET", MOBILE + path, params=params, headers=self.headers)

    def post(self, path, body, headers=None):
        return self.ask("POST", API + path, json=body, headers=self.headers if headers is None else headers)

    def mine(self, path, **params):
        """One of her pages."""
        answer = self.get(f"/user/{self.member.name}/{path}", **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    # What she holds, as a program sees it

    def logged(self, season):
        """The numbers of the episodes of a season that are in the log."""
        path = f"/page/show/{tmdb(season.show)}/season_v2_part_3/{season.number}"
        logs = self.mobile(path, season_id=tmdb(season)).json()["episodeLogs"]
        return [log["episodeNumber"] for log in logs]

    def diary(self):
        """All entries, oldest first."""
        pages = [self.mine("diary", page=page, include_target="ALL") for page in range(1, self.pages("diary") + 1)]
        return sorted((entry for page in pages for entry in page["reviews"]), key=lambda entry: entry["id"])

    def pages(self, path):
        return self.mine(path)["totalPages"]

    def watched(self):
        """The seasons marked, by show."""
        return {item["showId"]: item["seasonIds"] for item in self.mine("watchedpage_v2/1")["items"]}

    def wishes(self):
        return {item["showId"]: item["seasonIds"] for item in self.mine("watchlistpage_v2/1")["items"]}

    def in_state(self, page):
        return [item["showId"] for item in self.mine(f"{page}_page/1")["items"]]


def one_more_season(works, show, number, title, year=2024):
    """A season with two episodes that the show has besides."""
    season = Work(f"{show.uid}.{number}", "season", title, year, {"tmdb": 900_000 + number}, 0, show, number, number)
    works.add(season)
    for n in (1, 2):
        ids = {"tmdb": 910_000 + number * 10 + n}
        works.add(Work(f"{season.uid}.{n}", "episode", f"Part {n}", year, ids, 40, show, number, n))
    return season


def tmdb(work):
    return work.ids["tmdb"]


def numbers(season, *episodes):
    """A body that names episodes."""
    return {"show_id": tmdb(season.show), "season_id": tmdb(season), "episode_numbers": list(episodes)}


def seasons(*named):
    """A body that names seasons of one show."""
    return {"show_id": tmdb(named[0].show), "season_ids": [tmdb(season) for season in named]}


def review(show, season=None, episode=None, **more):
    """A body for an entry, with all the fields that the service's own page sends."""
    body = {
        "show_id": tmdb(show),
        "season_id": season and tmdb(season),
        "episode_number": episode,
        "review_text": "",
        "rating": 0,
        "contains_spoiler": False,
        "backdate": "2025-06-15T12:00:00Z",
        "is_log": True,
        "is_rewatch": False,
        "tags": [],
        "allows_comments": True,
        "like": False,
    }
    return body | more
