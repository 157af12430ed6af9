"""How the simulated Trakt writes works, people and lists in its answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .trakt_account import Account
from .trakt_rules import Options, iso
from .trakt_shelves import Entry, ItemList, Play, Rating
from .world import Work

Row = dict[str, Any]
SPACES = {
    "movie": ("trakt", "slug", "imdb", "tmdb"),
    "show": ("trakt", "slug", "tvdb", "imdb", "tmdb"),
    "season": ("trakt", "tvdb", "tmdb"),
    "episode": ("trakt", "tvdb", "imdb", "tmdb"),
}


class Rows:
    """Rows for works; each is made once, since large accounts repeat them."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._short: dict[Work, tuple[object, Row]] = {}

    def short(self, work: Work) -> Row:
        """Title, year and ids; an id that is not known is null."""
        state = (work.title, work.year, tuple(work.ids.items()), self._options.plex_ids)
        made = self._short.get(work)
        if made is None or made[0] != state:
            made = self._short[work] = state, self._made(work)
        return made[1]

    def _made(self, work: Work) -> Row:
        unknown = self._options.unknown_ids
        spaces = [space for space in SPACES[work.kind] if space in work.ids or unknown != "missing"]
        ids: Row = {space: work.ids.get(space, "" if unknown == "empty" else None) for space in spaces}
        if self._options.plex_ids and "plex" in work.ids:
            ids["plex"] = {"guid": work.ids["plex"], "slug": work.ids.get("slug")}
        if work.kind == "season":
            return {"number": work.number, "ids": ids}
        if work.kind == "episode":
            return {"season": work.season, "number": work.number, "title": work.title, "ids": ids}
        return {"title": work.title, "year": work.year, "ids": ids}

    def full(self, work: Work) -> Row:
        """With `extended=full`, or by default for watched films; no images."""
        more: Row = {
            "overview": f"What happens in {work.title}.",
            "runtime": work.runtime,
            "rating": 7.5,
            "votes": 100,
            "comment_count": 0,
            "updated_at": iso(work.released),
            "available_translations": ["en"],
        }
        if work.kind == "movie":
            more |= {"tagline": "", "released": iso(work.released)[:10], "status": "released", "country": "us"}
        else:
            more |= {"first_aired": iso(work.released)}
        if work.kind in ("movie", "show"):
            more |= {"language": "en", "genres": ["drama"], "certification": "PG", "trailer": None, "homepage": None}
        if work.kind in ("show", "season"):
            more |= {"aired_episodes": len(work.episodes)}
        if work.kind == "show":
            airs = {"day": "Sunday", "time": "20:00", "timezone": "Europe/London"}
            more |= {"airs": airs, "network": "One", "status": "ended", "country": "gb"}
        return self.short(work) | more

    def about(self, work: Work, *, full: bool = False) -> Row:
        """The part of a row that says what it is about: its type, the work, and the show of a season or episode."""
        make = self.full if full else self.short
        row = {"type": work.kind, work.kind: make(work)}
        if work.show:
            row["show"] = make(work.show)
        return row

    def play(self, play: Play) -> Row:
        return {"id": play.id, "watched_at": iso(play.at), "action": play.action} | self.about(play.work)

    def rating(self, rating: Rating) -> Row:
        return {"rated_at": iso(rating.at), "rating": rating.value} | self.about(rating.work)

    def entry(self, rank: int, entry: Entry) -> Row:
        return {"rank": rank, "id": entry.id, "listed_at": iso(entry.at), "notes": entry.notes} | self.about(entry.work)


def person(account: Account) -> Row:
    return {
        "username": account.name,
        "private": account.private,
        "deleted": False,
        "name": account.name.title(),
        "vip": account.vip,
        "vip_ep": False,
        "director": False,
        "ids": {"slug": account.slug, "trakt": account.number},
    }


def described(owner: Account, items: ItemList) -> Row:
    """A personal list, without its items."""
    return {
        "name": items.name,
        "description": items.description,
        "privacy": items.privacy,
        "share_link": f"https://trakt.tv/lists/{items.id}",
        "type": "personal",
        "display_numbers": items.display_numbers,
        "allow_comments": items.allow_comments,
        "sort_by": items.sort_by,
        "sort_how": items.sort_how,
        "created_at": iso(items.created),
        "updated_at": iso(items.updated),
        "item_count": len(items),
        "comment_count": 0,
        "likes": items.likes,
        "ids": {"trakt": items.id, "slug": items.slug},
        "user": person(owner),
    }


def settings(account: Account, *, browsing: bool) -> Row:
    """`GET /users/settings` (section 12); `browsing` only when it was asked for."""
    limit = account.limits
    answer: Row = {
        "user": person(account)
        | {
            "ids": {"slug": account.slug, "trakt": account.number, "uuid": account.uuid},
            "joined_at": iso(account.joined),
            "location": None,
            "about": None,
            "gender": None,
            "age": None,
            "images": {"avatar": {"full": "https://trakt.tv/avatars/invented.png"}},
            "vip_og": False,
            "vip_years": 1 if account.vip else 0,
        },
        "account": {"timezone": account.timezone, "date_format": "dmy", "time_24hr": True, "cover_image": None},
        "connections": dict.fromkeys(("facebook", "twitter", "mastodon", "google", "tumblr", "apple"), False),
        "sharing_text": {
            "watching": "I'm watching [item]",
            "watched": "I just watched [item]",
            "rated": "[item] [stars]",
        },
        "permissions": {"commenting": account.may_comment, "liking": True, "following": True},
        "limits": {
            "list": {"count": limit["lists"], "item_count": limit["list items"]},
            "watchlist": {"item_count": limit["watchlist"]},
            "favorites": {"item_count": limit["favorites"]},
            "collection": {"item_count": limit["collection"]},
            "notes": {"item_count": limit["notes"]},
            "search": {"recent_count": 5},
        },
    }
    return answer | ({"browsing": {"watch_popup_action": "ask"} | account.browsing} if browsing else {})


def activities(account: Account) -> Row:
    """`GET /sync/last_activities`: `all` is the newest of all leaves."""
    answer: Row = {"all": iso(max(account.leaves.values()))}
    leaves: Mapping[str, int] = account.leaves
    for name, moment in leaves.items():
        shelf, leaf = name.split(".")
        answer.setdefault(shelf, {})[leaf] = iso(moment)
    return answer
