"""Films, shows, seasons and episodes as the simulated TMDb writes them: long, as a row of a list, and their parts."""

from __future__ import annotations

from typing import Any

from .tmdb_knowledge import Knowledge, Slot, by_season, chance, day
from .world import DAY, Work

Row = dict[str, Any]

GENRES = {"movie": {18: "Drama", 35: "Comedy", 53: "Thriller", 878: "Science Fiction"}}
GENRES["show"] = {18: "Drama", 35: "Comedy", 80: "Crime", 10765: "Sci-Fi & Fantasy"}
ABSOLUTE, AIRED, DVD = 2, 1, 3
GROUPS = {AIRED: "Aired Order", ABSOLUTE: "Absolute Order", DVD: "DVD Order"}
LANGUAGES = {"en": ("English", "English"), "de": ("Deutsch", "German"), "fr": ("Français", "French")}
LANGUAGES["ru"] = ("Pусский", "Russian")
SOCIAL = ("facebook_id", "instagram_id", "twitter_id")


class Rows:
    """Writes what TMDb knows; `language` is that of titles, as asked for."""

    def __init__(self, knowledge: Knowledge, language: str = "") -> None:
        self.know = knowledge
        self.language = language

    # In lists

    def row(self, work: Work, kind: str = "") -> Row:
        """A film or a show in a list; `media_type` only where a list holds several kinds."""
        film = work.kind == "movie"
        title, date = ("title", "release_date") if film else ("name", "first_air_date")
        original = self.know.original(work)
        row: Row = {
            "adult": False,
            "backdrop_path": picture("backdrop", work),
            "genre_ids": list(self._genres(work)),
            "id": work.ids["tmdb"],
            "original_language": original.language,
            f"original_{title}": original.text,
            "overview": overview(work),
            "popularity": popularity(work),
            "poster_path": picture("poster", work),
            date: self.know.released(work),
            title: self.know.shown(work, self.language),
            "vote_average": chance("vote", work.uid) % 100 / 10,
            "vote_count": chance("votes", work.uid) % 9000,
        }
        row |= {"video": False} if film else {"origin_country": [original.country]}
        return row | ({"media_type": kind} if kind else {})

    def episode(self, show: Work, slot: Slot) -> Row:
        work = slot.work
        return {
            "air_date": self.know.released(work) or None,
            "episode_number": slot.number,
            "episode_type": "standard",
            "id": work.ids["tmdb"],
            "name": work.title,
            "overview": overview(work),
            "production_code": "",
            "runtime": work.runtime or None,
            "season_number": slot.season,
            "show_id": show.ids["tmdb"],
            "still_path": picture("still", work),
            "vote_average": chance("vote", work.uid) % 100 / 10,
            "vote_count": chance("votes", work.uid) % 90,
        }

    def season_row(self, show: Work, slots: list[Slot]) -> Row:
        number = slots[0].season
        season = show.seasons.get(number)
        return {
            "air_date": self.know.released(slots[0].work) or None,
            "episode_count": len(slots),
            "id": season.ids.get("tmdb", 0) if season else 0,
            "name": season.title if season else f"Season {number}",
            "overview": "",
            "poster_path": picture("poster", season) if season else None,
            "season_number": number,
            "vote_average": 0.0,
        }

    # At length

    def movie(self, work: Work) -> Row:
        return {
            **self._long(work),
            "belongs_to_collection": None,
            "budget": 0,
            "imdb_id": self.know.external(work, "imdb"),
            "revenue": 0,
            "runtime": work.runtime,
            "status": "Released" if work.released else "Rumored",
        }

    def show(self, work: Work) -> Row:
        slots = self.know.aired(work)
        seasons = by_season(slots)
        regular = [slot for slot in slots if slot.season]
        last = max(regular, key=lambda slot: (slot.season, slot.number), default=None)
        lengths = [work.runtime] if work.runtime and chance("lengths", work.uid) % 2 else []
        return {
            **self._long(work),
            "created_by": [],
            "episode_run_time": lengths,
            "in_production": False,
            "languages": [self.know.original(work).language],
            "last_air_date": self.know.released(last.work) if last else None,
            "last_episode_to_air": self.episode(work, last) if last else None,
            "networks": [],
            "next_episode_to_air": None,
            "number_of_episodes": len(regular),
            "number_of_seasons": len({slot.season for slot in regular}),
            "seasons": [self.season_row(work, seasons[number]) for number in sorted(seasons)],
            "status": "Ended",
            "type": "Scripted",
        }

    def _long(self, work: Work) -> Row:
        """What films and shows have in common."""
        row = {name: value for name, value in self.row(work).items() if name != "genre_ids"}
        country, language = self.know.original(work).country, self.know.original(work).language
        return row | {
            "genres": [{"id": number, "name": name} for number, name in self._genres(work).items()],
            "homepage": "",
            "origin_country": [country],
            "production_companies": [],
            "production_countries": [{"iso_3166_1": country, "name": country}],
            "spoken_languages": [{"english_name": LANGUAGES[language][1], "iso_639_1": language, "name": ""}],
            "tagline": "",
        }

    def _genres(self, work: Work) -> dict[int, str]:
        numbers = GENRES[work.kind]
        first = chance("genre", work.uid) % len(numbers)
        return dict(list(numbers.items())[first : first + 2])

    def season(self, show: Work, slots: list[Slot]) -> Row:
        season = self.season_row(show, slots)
        del season["episode_count"]
        episodes = [{**self.episode(show, slot), "crew": [], "guest_stars": []} for slot in slots]
        return {"_id": name_of("season", show, slots[0].season), **season, "networks": [], "episodes": episodes}

    # Parts of a film, show, season or episode

    def external_ids(self, work: Work) -> Row:
        """Names elsewhere, each of which may be null, empty or 0."""
        imdb = {} if work.kind == "season" else {"imdb_id": self.know.external(work, "imdb")}
        common: Row = {"id": work.ids["tmdb"], **imdb, "wikidata_id": None}
        if work.kind != "movie":
            common |= {"freebase_mid": None, "freebase_id": None, "tvrage_id": None}
            common["tvdb_id"] = self.know.external(work, "tvdb")
        return common | (dict.fromkeys(SOCIAL) if work.kind in ("movie", "show") else {})

    def alternative_titles(self, work: Work) -> Row:
        found = [{"iso_3166_1": t.country, "title": t.text, "type": t.type} for t in self.know.alternatives(work)]
        return {"id": work.ids["tmdb"], "titles" if work.kind == "movie" else "results": found}

    def translations(self, work: Work) -> Row:
        film, found = work.kind == "movie", []
        for title in self.know.translations(work):
            name, english = LANGUAGES[title.language]
            data = {"homepage": "", "overview": "", "tagline": "", "title" if film else "name": title.text}
            place = {"iso_3166_1": title.country, "iso_639_1": title.language, "name": name, "english_name": english}
            found.append({**place, "data": data | ({"runtime": 0} if film else {})})
        return {"id": work.ids["tmdb"], "translations": found}

    # Other orders

    def groups_of(self, show: Work) -> Row:
        held = GROUPS if show.uid in self.know.ordered else ()
        return {"results": [self._group(show, type_) for type_ in held], "id": show.ids["tmdb"]}

    def _group(self, show: Work, type_: int) -> Row:
        seasons = self._arranged(show, type_)
        return {
            "description": "",
            "episode_count": sum(map(len, seasons.values())),
            "group_count": len(seasons),
            "id": name_of("order", show, type_),
            "name": GROUPS[type_],
            "network": None,
            "type": type_,
        }

    def _arranged(self, show: Work, type_: int) -> dict[int, list[Slot]]:
        """Absolute order counts regular episodes only, in several parts."""
        seasons = by_season(self.know.dvd(show) if type_ == DVD else self.know.official(show))
        return {number: seasons[number] for number in sorted(seasons) if number or type_ != ABSOLUTE}

    def group(self, name: str) -> Row | None:
        """One order with its episodes; these bear TMDb's own season and number, and `order` counts from 0."""
        for uid in self.know.ordered:
            show = self.know.catalogue[uid]
            for type_ in GROUPS if self.know.has(show) else ():
                if name_of("order", show, type_) == name:
                    return self._group(show, type_) | {"groups": self._parts(show, type_)}
        return None

    def _parts(self, show: Work, type_: int) -> list[Row]:
        own = {slot.work.uid: slot for slot in self.know.aired(show)}
        parts = []
        for number, slots in self._arranged(show, type_).items():
            rows = [{**self.episode(show, own[s.work.uid]), "order": place} for place, s in enumerate(slots)]
            part = {"id": name_of(f"part {type_}", show, number), "name": f"Season {number}", "order": number}
            parts.append({**part, "episodes": rows, "locked": True})
        return parts


def name_of(what: str, show: Work, number: int) -> str:
    """24 hexadecimal digits."""
    return f"{chance(what, show.uid, number):012x}" * 2


def picture(what: str, work: Work) -> str | None:
    """The path of an image; one in nine is missing."""
    number = chance(what, work.uid)
    return f"/{number:012x}.jpg" if number % 9 else None


def overview(work: Work) -> str:
    return f"What {work.title} is about."


def popularity(work: Work) -> float:
    return chance("popularity", work.uid) % 10_000 / 100


def changed(work: Work, moment: float) -> bool:
    """Has somebody edited this work on this day?"""
    return chance("changed", work.uid, day(moment - moment % DAY)) % 30 == 0
