"""A simulated OMDb: one address, every value as text, a thousand requests a day; it knows IMDb's ids alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

from .faults import HTML
from .server import Answer, Call, Host
from .world import DAY, Work, World

KEY = "7c0ffee1"
FREE = 1000
"""Requests a day with a free key; the day ends at 00:00 UTC."""
PAGE = 10
LAST_PAGE = 100
SHORTEST = 3
"""Letters that a search must have."""

NONE = "N/A"
TYPES = {"movie": "movie", "show": "series", "episode": "episode"}
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
GENRES = ["Action", "Adventure", "Comedy", "Crime", "Drama", "Family", "Fantasy", "Mystery", "Romance", "Thriller"]
PLOT = "Somebody wants something, and somebody else does not want them to have it."
MORE = " It takes long, and in the end nobody has it."
SIGNS = re.compile(r"[^\w]+")

Row = dict[str, Any]


class No(Exception):
    """What it answers with 200 where it has nothing."""


class Omdb:
    """The service. `keys`: each key with its requests a day (patrons have 100,000).

    What is wrong with it can be ordered, by the uid of a work. `unknown`: titles that it does not have yet. `unlinked`:
    episodes that do not say which series they are of; a season lacks them (omdbapi/OMDb-API#130, #169). `wrong`: fields
    that it has wrong. `guesses`: what `t` answers to a title in small letters, instead of what bears it.
    """

    name = "omdb"

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys = {KEY: FREE}
        self.unknown: set[str] = set()
        self.unlinked: set[str] = set()
        self.wrong: dict[str, Mapping[str, str]] = {}
        self.guesses: dict[str, str] = {}
        self.hosts: Sequence[Host] = (Host("omdb", "https://www.omdbapi.com", self.answer),)
        self._spent: dict[str, tuple[int, int]] = {}
        world.add(self)

    def answer(self, call: Call) -> Answer:
        """Names of parameters may be written in capitals or not; an unknown one is ignored."""
        if call.path != "/":
            return Answer(HTML, 404, {"Content-Type": "text/html"})
        asked = {name.lower(): value.strip() for name, value in call.query.items()}
        if refusal := self._refusal(asked.get("apikey", "")):
            return Answer({"Response": "False", "Error": refusal}, 401)
        try:
            return Answer(self._found(asked) | {"Response": "True"})
        except No as no:
            return Answer({"Response": "False", "Error": str(no)})

    def _refusal(self, key: str) -> str:
        """Why this key is not let in now; each request that is let in counts."""
        if not key:
            return "No API key provided."
        if key not in self.keys:
            return "Invalid API key!"
        today = int(self.world.now()) // DAY
        day, count = self._spent.get(key, (today, 0))
        count = count if day == today else 0
        if count >= self.keys[key]:
            return "Request limit reached!"
        self._spent[key] = today, count + 1
        return ""

    def _found(self, asked: Mapping[str, str]) -> Row:
        """A search goes before an id, and an id before a title."""
        if asked.get("s"):
            return self._searched(asked)
        if asked.get("i"):
            work = self._named(asked["i"])
        elif asked.get("t"):
            work = self._guessed(asked)
        else:
            raise No("Incorrect IMDb ID.")
        if season := asked.get("season"):
            return self._in_season(work, season, asked)
        return self._whole(work, asked)

    def _named(self, text: str) -> Work:
        if not re.fullmatch(r"tt\d{7,}", text):
            raise No("Incorrect IMDb ID.")
        found = (self.world.catalogue.find(kind, "imdb", text) for kind in TYPES)
        work = next((work for work in found if work and work.uid not in self.unknown), None)
        if work is None:
            raise No("Error getting data.")
        return work

    def _guessed(self, asked: Mapping[str, str]) -> Work:
        """One work, without saying how sure it is: the most voted that bears the title, or else that has its words."""
        title = asked["t"].lower()
        if title in self.guesses:
            return self.world.catalogue[self.guesses[title]]
        of_series = {"type": "series"} if asked.get("season") else {}
        bearing = self._fitting({**asked, **of_series}, title)
        equal = [work for work in bearing if words(work.title) == words(title)]
        return (equal or bearing)[0]

    def _searched(self, asked: Mapping[str, str]) -> Row:
        if len(asked["s"]) < SHORTEST:
            raise No("Too many results.")
        found = self._fitting(asked, asked["s"])
        number = asked.get("page", "1")
        page = min(max(int(number), 1), LAST_PAGE) if number.isdecimal() else 1
        rows = [self._short(work) for work in found[(page - 1) * PAGE : page * PAGE]]
        if not rows:
            raise No(nothing(asked))
        return {"Search": rows, "totalResults": str(len(found))}

    def _fitting(self, asked: Mapping[str, str], text: str) -> list[Work]:
        """All works with these words in their titles, of that first year and type if told, the most voted first."""
        wanted, types = words(text), [asked["type"]] if asked.get("type") else ["movie", "series"]
        found = [work for work in self._works() if self._type(work) in types and contains(words(work.title), wanted)]
        if asked.get("y"):
            found = [work for work in found if str(work.year) == asked["y"]]
        if not found:
            raise No(nothing(asked))
        return sorted(found, key=lambda work: -votes(work))

    def _in_season(self, show: Work, season: str, asked: Mapping[str, str]) -> Row:
        """A season, or one episode of it. What it does not know to be of this series is missing."""
        number = asked.get("episode")
        numbered = show.seasons.get(int(season)) if season.isdecimal() and int(season) else None
        known = {work.uid for work in self._works()} - self.unlinked
        episodes = [work for work in numbered.episodes if work.uid in known] if numbered else []
        if number:
            found = next((work for work in episodes if str(work.number) == number), None)
            if found is None:
                raise No("Series or episode not found!")
            return self._whole(found, asked)
        if not episodes:
            raise No("Series or season not found!")
        rows = [self._in_list(work) for work in episodes]
        return {"Title": show.title, "Season": season, "totalSeasons": seasons(show), "Episodes": rows}

    def _works(self) -> Iterable[Work]:
        for work in self.world.catalogue.of(*TYPES):
            if "imdb" in work.ids and work.uid not in self.unknown:
                yield work

    def _type(self, work: Work) -> str:
        return self.wrong.get(work.uid, {}).get("Type", TYPES[work.kind])

    def _short(self, work: Work) -> Row:
        """A row of a search."""
        row: Row = {"Title": work.title, "Year": self._years(work), "imdbID": work.ids["imdb"]}
        row |= {"Type": TYPES[work.kind], "Poster": poster(work)}
        return row | self._mistakes(work, row)

    def _in_list(self, work: Work) -> Row:
        """A row of a season; its date is written otherwise than in a whole answer."""
        aired = datetime.fromtimestamp(work.released, UTC).strftime("%Y-%m-%d") if work.released else NONE
        row: Row = {"Title": work.title, "Released": aired, "Episode": str(work.number), "imdbRating": rating(work)}
        return row | {"imdbID": work.ids["imdb"]}

    def _whole(self, work: Work, asked: Mapping[str, str]) -> Row:
        chance = Random(f"omdb {work.uid}")
        genres = ", ".join(sorted(chance.sample(GENRES, chance.randint(1, 3))))
        row: Row = {"Title": work.title, "Year": self._years(work)}
        row["Rated"] = chance.choice(["PG-13", "R", "TV-14", NONE])
        row |= {"Released": day(work.released), **self._place(work)}
        row |= {"Runtime": f"{work.runtime} min" if work.runtime else NONE, "Genre": genres}
        row |= dict.fromkeys(("Director", "Writer", "Actors"), NONE)
        row |= {"Plot": PLOT + (MORE if asked.get("plot") == "full" else "")}
        row |= {"Language": "English", "Country": "United Kingdom", "Awards": NONE, "Poster": poster(work)}
        scores = ratings(work, chance)
        meta = next((score["Value"].partition("/")[0] for score in scores if score["Source"] == "Metacritic"), NONE)
        row |= {"Ratings": scores, "Metascore": meta, "imdbRating": rating(work), "imdbVotes": f"{votes(work):,}"}
        row["imdbID"] = work.ids["imdb"]
        if work.kind == "episode":
            of_series = work.show and work.uid not in self.unlinked
            row["seriesID"] = work.show.ids.get("imdb", NONE) if work.show and of_series else NONE
        row["Type"] = TYPES[work.kind]
        if work.kind == "show":
            row["totalSeasons"] = seasons(work)
        if work.kind == "movie":
            row |= dict.fromkeys(("DVD", "BoxOffice", "Production", "Website"), NONE)
        return row | self._mistakes(work, row)

    def _place(self, work: Work) -> Row:
        if work.kind != "episode":
            return {}
        linked = work.uid not in self.unlinked
        return {"Season": str(work.season) if linked else NONE, "Episode": str(work.number) if linked else NONE}

    def _mistakes(self, work: Work, row: Row) -> Row:
        return {name: text for name, text in self.wrong.get(work.uid, {}).items() if name in row}

    def _years(self, work: Work) -> str:
        """Of a series, from the first to the last with an en dash; nothing behind it while it goes on."""
        if work.year is None:
            return NONE
        last = max((season.year or 0 for season in work.seasons.values()), default=work.year)
        if work.kind != "show" or (last == work.year and not self._goes_on(last)):
            return str(work.year)
        return f"{work.year}–{'' if self._goes_on(last) else last}"

    def _goes_on(self, last: int) -> bool:
        return last >= datetime.fromtimestamp(self.world.now(), UTC).year - 1


def words(text: str) -> list[str]:
    return SIGNS.sub(" ", text.lower()).split()


def contains(title: Sequence[str], wanted: Sequence[str]) -> bool:
    return bool(wanted) and all(word in title for word in wanted)


def nothing(asked: Mapping[str, str]) -> str:
    return "Series not found!" if asked.get("type") == "series" else "Movie not found!"


def seasons(show: Work) -> str:
    return str(max(show.seasons)) if show.seasons and max(show.seasons) else NONE


def day(moment: int) -> str:
    """A date as a whole answer has it: `16 Jul 2010`."""
    if not moment:
        return NONE
    date = datetime.fromtimestamp(moment, UTC)
    return f"{date.day:02d} {MONTHS[date.month - 1]} {date.year}"


def poster(work: Work) -> str:
    known = Random(f"omdb poster {work.uid}").random() < 0.9
    return f"https://m.media-amazon.com/images/M/{work.ids['imdb']}._V1_SX300.jpg" if known else NONE


def votes(work: Work) -> int:
    """A few have very many, and most have few; at least 5."""
    return int(5 * 10 ** (5.7 * Random(f"omdb votes {work.uid}").random()))


def rating(work: Work) -> str:
    return f"{Random(f'omdb rating {work.uid}').uniform(3, 9.5):.1f}" if votes(work) >= 20 else NONE


def ratings(work: Work, chance: Random) -> list[Row]:
    """Up to three, each written in its own way; any may be missing."""
    found = [{"Source": "Internet Movie Database", "Value": f"{rating(work)}/10"}] if rating(work) != NONE else []
    if work.kind == "movie" and chance.random() < 0.7:
        found.append({"Source": "Rotten Tomatoes", "Value": f"{chance.randint(10, 100)}%"})
    if work.kind == "movie" and chance.random() < 0.6:
        found.append({"Source": "Metacritic", "Value": f"{chance.randint(15, 97)}/100"})
    return found
