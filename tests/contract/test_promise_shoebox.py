"""Files as an account are held to what every service promises: Trakt's export packed, and our own."""

from datetime import UTC, datetime

import pytest

from tests.contract.shoebox_desk import Box, iso, season
from watchweave.contract import ServiceContract
from watchweave.core.media import Kind, Media


def things(first):
    """Films, a show and an episode, which no other shelf holds."""
    films = [Media(Kind.MOVIE, {"tmdb": str(first + n), "trakt": str(first + n)}, f"Film {n}", 2000) for n in (1, 2, 3)]
    show = Media(Kind.SHOW, {"tvdb": str(first + 4)}, "A show", 2001)
    return films, [show, Media(Kind.EPISODE, {"tvdb": str(first + 5)}, "One", None, show, 1, first)]


def named(media):
    """A thing as the rows of an export name it."""
    said = {"title": media.title, "year": media.year, "ids": {space: int(value) for space, value in media.ids.items()}}
    if media.kind is Kind.EPISODE:
        said |= {"season": media.season, "number": media.number}
        return {"type": "episode", "episode": said, "show": named(media.parent)["show"]}
    return {"type": media.kind.word, media.kind.word: said}


class TestTraktExport(ServiceContract):
    shelf_names = ("history", "watched", "ratings", "watchlist", "favourites", "reviews", "collection")
    lists = {  # noqa: RUF012
        "history": "watched-history",
        "watched": "watched-{}s",
        "ratings": "ratings-{}s",
        "watchlist": "lists-watchlist",
        "favourites": "lists-favorites",
        "reviews": "comments-{}s",
        "collection": "collection-{}s",
    }
    kinds = ("movie", "show", "season", "episode")

    @pytest.fixture(autouse=True)
    def at_the_desk(self, tmp_path):
        self.box = Box(tmp_path)
        self.rows = {name.format(kind): [] for name in self.lists.values() for kind in self.kinds}
        self.rows["ratings-seasons"] = [season(rating=8, rated_at=iso(1_700_000_000))]
        self.said = None

    def service(self):
        if self.said != repr(self.rows):
            self.said = repr(self.rows)
            self.box.hand_in(self.export(), made=self.now())
        return self.box.service(self.time)

    def export(self):
        return self.box.packed(self.rows)

    def things(self, shelf):
        films, others = things(1000 * (1 + self.shelf_names.index(shelf)))
        return films if shelf in ("watched", "collection") else films[:2] + others

    def unknown(self, shelf):
        return None

    def put(self, shelf, record):
        said = {
            "history": lambda: {"id": record.at, "watched_at": iso(record.at)},
            "watched": lambda: {"plays": 2, "last_watched_at": iso(record.at)},
            "ratings": lambda: {"rating": record.value // 10, "rated_at": iso(record.at)},
            "watchlist": lambda: {"listed_at": iso(record.at)},
            "favourites": lambda: {"listed_at": iso(record.at)},
            "reviews": lambda: {"comment": {"comment": record.text, "created_at": iso(record.at), "parent_id": 0}},
            "collection": lambda: {"collected_at": iso(record.at)},
        }[shelf]()
        self.rows[self.lists[shelf].format(record.media.kind.word)].append(said | named(record.media))

    def break_off(self, shelf):
        """What was handed in ends in the middle."""
        for path in self.box.desk.files.folder.iterdir():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


class TestOurExport(TestTraktExport):
    shelf_names = ("history", "watched", "ratings", "watchlist", "favourites", "reviews", "collection", "tags")
    lists = {shelf: shelf for shelf in shelf_names}  # noqa: RUF012

    @pytest.fixture(autouse=True)
    def at_the_desk(self, tmp_path):
        self.box = Box(tmp_path)
        self.rows = {shelf: [] for shelf in self.shelf_names}
        self.said = None

    def export(self):
        made = datetime.fromtimestamp(self.now(), UTC).isoformat()
        return self.box.file("watchweave-mara.json", {"watchweave": 1, "made": made, **self.rows})

    def things(self, shelf):
        films, others = things(1000 * (1 + self.shelf_names.index(shelf)))
        return films[:2] + others[-1:] if shelf == "watched" else films[:2] + others

    def put(self, shelf, record):
        if shelf == "history":
            self.rows[shelf].append({"watched_at": iso(record.at), **named(record.media)})
        elif shelf == "tags":
            self.rows[shelf].append({"tags": list(record.tags), "tagged_at": iso(record.at), **named(record.media)})
        else:
            super().put(shelf, record)
